"""One large population cut into many mutuals: how much above the mean a mutual of a size must hold.

After D. Dror and J. Armstrong, Do micro health insurance units need capital or reinsurance?, Geneva Papers 31(4), 2006:
1.3 million insured were cut into 535 groups, each of which was lived through 1,005 years [I].
"""

import numpy as np
import pandas as pd
from scipy import special

from mho_sim import ledger
from mho_sim.actuarial import quantile_interval, value_at_risk
from mho_sim.actuarial.paired import RESAMPLES, weights_of_clusters
from mho_sim.engine import Prepared, live_batch
from mho_sim.study.repeating import batches, in_threads

CONFIDENCES = (0.90, 0.95, 0.99, 0.999)  # one bad year in 10, 20, 100, 1,000 (of 1,005 years [I])
FEWEST = 20  # mutuals for an interval; assumed
SEEDS = 2**32  # each with so many mutuals of its own
TOGETHER = 67  # worlds of a batch: few of these are cut short of 1,005 years; memory stays small


def mutual_years(scenario, mutuals, years, seed=1, workers=None, progress=None):
    """What care cost each mutual in each of its years, a person who is there at the start, money, (mutuals, years).

    Each mutual has people of its own, other ones with another seed; its years are worlds of a scenario of one year, of
    which nothing is kept but what care cost. `progress` is called with the number of mutual-years that were just
    finished. Raises ValueError for a scenario of more than a year, or numbers out of range.
    """
    if scenario.years != 1:
        raise ValueError(f"the scenario has {scenario.years} years: it must have one, which is lived many times")
    if min(mutuals, years) < 1:
        raise ValueError(f"{mutuals} mutuals, {years} years: there must be at least one of each")
    if not 1 <= seed <= SEEDS:
        raise ValueError(f"seed {seed}: a whole number from 1 to {SEEDS} is allowed")

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


def capital_loadings(care, people, merged=(1,), confidences=CONFIDENCES, seed=1):
    """How much above the mean, as a share of it, a mutual must hold to pay the care of a year with each confidence.

    From `care`, (mutuals, years), of mutuals of about so many `people`, and of as many of them together as `merged`
    says (neighbours, in the same year). A frame with a row a size: people, mutual-years, standard deviation over mean,
    and for each confidence the loading and its 95 % interval (`_intervals`; NaN where there are fewer than 20 mutuals
    of a size, or too few years for one). `seed` is that of the interval's drawing. Raises ValueError for numbers of
    mutuals together that are not there.
    """
    rows = []
    for count in merged:
        if not 1 <= count <= len(care):
            raise ValueError(f"{count} mutuals together of {len(care)}: 1 to {len(care)} is allowed")
        whole = len(care) // count
        together = care[: whole * count].reshape(whole, count, -1).mean(axis=1)
        row = {"people": people * count, "mutual_years": together.size}
        row["variation"] = together.std() / together.mean()
        found = _intervals(together, confidences, np.random.default_rng([seed, count]))
        for confidence, (low, high) in zip(confidences, found):
            row[f"{confidence:g}"] = float(value_at_risk(together.ravel(), confidence) / together.mean() - 1)
            row[f"{confidence:g}_from"], row[f"{confidence:g}_to"] = low, high
        rows.append(row)
    return pd.DataFrame(rows).set_index("people")


def _intervals(care, confidences, draws):
    """The 95 % interval of the loading for each confidence, from (mutuals, years): [(low, high)].

    Whole mutuals are drawn anew 1,000 times (a jackknife of such far quantiles covers far too seldom). Of 20 to 60
    mutuals that differ, 90 to 93 % of these intervals hold the truth (tests/test_pooling.py). The ends are
    quantiles of the loadings found, as far out as Student's law is wider than the normal one, for so few mutuals
    (Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015: expanded percentile
    interval).
    """
    mutuals, years = care.shape
    if mutuals < FEWEST:
        return [(np.nan, np.nan)] * len(confidences)
    order = np.argsort(care, axis=None, kind="stable")
    values, whose = care.ravel()[order], order // years
    found = []
    for _ in range(RESAMPLES):
        weights = weights_of_clusters(draws, 1, mutuals)[0]
        sums = weights[whose].cumsum()
        mean = weights @ care.mean(axis=1) / mutuals
        places = [np.searchsorted(sums, confidence * sums[-1] * (1 - 1e-12)) for confidence in confidences]
        found.append(values[places] / mean - 1)
    tail = special.ndtr(np.sqrt(mutuals / (mutuals - 1)) * special.stdtrit(mutuals - 1, 0.025))
    ends = np.quantile(found, [tail, 1 - tail], axis=0).T
    known = [None not in quantile_interval(values, confidence) for confidence in confidences]
    return [(float(low), float(high)) if told else (np.nan, np.nan) for (low, high), told in zip(ends, known)]
