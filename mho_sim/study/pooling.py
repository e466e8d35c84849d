"""One large population cut into many mutuals: how much above the mean a mutual of a size must hold.

After D. Dror and J. Armstrong, Do micro health insurance units need capital or reinsurance?, Geneva Papers 31(4), 2006:
1.3 million insured were cut into 535 groups, each of which was lived through 1,005 years [I].
"""

import numpy as np
import pandas as pd

from mho_sim import ledger
from mho_sim.actuarial import value_at_risk
from mho_sim.actuarial.estimates import GROUPS, jackknife_groups, jackknife_interval
from mho_sim.engine import Prepared, live_batch
from mho_sim.study.repeating import batches, in_threads

CONFIDENCES = (0.90, 0.95, 0.99, 0.999)
TOGETHER = 67  # worlds of a batch: few of these are cut short of 1,005 years; memory stays small


def mutual_years(scenario, mutuals, years, seed=1, workers=None, progress=None):
    """What care cost each mutual in each of its years, a person who is there at the start, money, (mutuals, years).

    Each mutual has people of its own, other ones with another seed; its years are worlds of a scenario of one year, of
    which nothing is kept but what care cost. `progress` is called with the number of mutual-years that were just
    finished. Raises ValueError for a scenario of more than a year, or numbers below 1.
    """
    if scenario.years != 1:
        raise ValueError(f"the scenario has {scenario.years} years: it must have one, which is lived many times")
    if min(mutuals, years) < 1:
        raise ValueError(f"{mutuals} mutuals, {years} years: there must be at least one of each")

    def of(mutual):
        prepared = Prepared(scenario, ((seed - 1) << 32) + mutual + 1)
        found = np.empty(years)
        for first, count in batches(0, years, TOGETHER):
            batch = live_batch(prepared, first, count)
            found[first : first + count] = batch.memory.books[:, 0, ledger.ACCOUNTS.index("benefits")]
            if progress:
                progress(count)
        return found / len(prepared.people.row)

    return np.array(list(in_threads(of, range(mutuals), workers)))


def capital_loadings(care, people, merged=(1,), confidences=CONFIDENCES):
    """How much above the mean, as a share of it, a mutual must hold to pay the care of a year with each confidence.

    From `care`, (mutuals, years), of mutuals of about so many `people`, and of as many of them together as `merged`
    says (neighbours, in the same year). A frame with a row a size: people, mutual-years, standard deviation over mean,
    and for each confidence the loading and its 95 % interval (a jackknife over 20 groups of mutuals; NaN where there
    are fewer mutuals).
    """
    rows = []
    for count in merged:
        whole = len(care) // count
        together = care[: whole * count].reshape(whole, count, -1).mean(axis=1)
        row = {"people": people * count, "mutual_years": together.size}
        row["variation"] = together.std() / together.mean()
        groups = jackknife_groups(whole)
        for confidence in confidences:
            loading = _loading(together, confidence)
            row[f"{confidence:g}"], found = loading, None
            if whole >= GROUPS:
                left_out = [_loading(together[groups != group], confidence) for group in range(GROUPS)]
                found = jackknife_interval(left_out, loading)
            row[f"{confidence:g}_from"], row[f"{confidence:g}_to"] = found or (np.nan, np.nan)
        rows.append(row)
    return pd.DataFrame(rows).set_index("people")


def _loading(care, confidence):
    return float(value_at_risk(care.ravel(), confidence) / care.mean() - 1)
