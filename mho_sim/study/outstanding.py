"""Outstanding claims by expected loss, against what the books of the worlds really hold.

In each world and at each quarter's end the estimate is worked out from what a treasurer knows then: the people covered,
and the claims whose bills came before that day. The truth are the debts for care that the books hold on that evening,
none of them due before, for the cash box is filled so that no bill is paid late.
"""

from datetime import timedelta

import numpy as np
import pandas as pd

from mho_sim.monitoring import Plan
from mho_sim.monitoring.next_year import beliefs
from mho_sim.monitoring.outstanding import unpaid
from mho_sim.scenario import add_months
from mho_sim.study.seen import months_of, with_cash

METHODS = ("plan", "last bills", "expected loss")


def outstanding_checked(scenario, worlds=400, seed=1, *, workers=None, progress=None):
    """One row for each quarter's end: mean of the debts in the books, and of three estimates of them, with the mean
    difference (bias) and the typical error (root of the mean square), shares of the mean debt. A frame.

    `plan` is the plan alone; `last bills` the payments of the last month whose bill has come, for every month that is
    unpaid; `expected loss` the method of `monitoring.outstanding`.
    """
    lived = months_of(with_cash(scenario), worlds, seed, workers=workers, progress=progress)
    plan, rows = Plan(scenario), {}
    costs = beliefs(scenario, plan)[1]
    for quarter in range(1, 4 * scenario.years + 1):
        estimates = _estimates(plan, costs, lived, 3 * quarter)
        truth = lived.owed[:, 3 * quarter - 1]
        row, mean = {"owed": truth.mean()}, truth.mean() or np.nan
        for method in METHODS:
            row[method] = estimates[method].mean()
            row[f"{method}, bias"] = (estimates[method] - truth).mean() / mean
            row[f"{method}, error"] = np.sqrt(((estimates[method] - truth) ** 2).mean()) / mean
        rows[add_months(scenario.start, 3 * quarter) - timedelta(days=1)] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("closing")


def _estimates(plan, costs, lived, until):
    """The estimates at the end of the month before `until`, by method, (worlds,)."""
    scenario, months = plan.scenario, np.arange(until)
    closing = add_months(scenario.start, until) - timedelta(days=1)
    parts = unpaid(scenario, months, closing)
    known = parts.not_invoiced == 0
    covered, first = lived.covered[..., :until], plan.payments(months)[0]
    expected = plan.frequency[:, None] * plan.parts_of_year(months) * covered * first  # (W, S, T)
    planned = (expected * parts.both).sum(axis=2)
    seen, of_known = lived.paid[..., :until][..., known].sum(axis=2), expected[..., known].sum(axis=2)
    variances = plan.expected(covered.mean(axis=0)[:, None, known], months[known]).of_paid.diagonal()
    ratio = np.ones(planned.shape)
    for place, belief in enumerate(costs):
        ratio[:, place] = [_believed(belief, *one, variances[place]) for one in zip(seen[:, place], of_known[:, place])]
    last = lived.paid[..., :until][..., known][..., -1:].sum(axis=(1, 2)) if known.any() else np.zeros(len(seen))
    return {
        "plan": planned.sum(axis=1),
        "last bills": last * parts.both.sum(),
        "expected loss": (planned * ratio).sum(axis=1),
    }


def _believed(belief, seen, expected, variance):
    return belief.after(seen, expected, variance).mean if expected > 0 else belief.mean
