"""The value of looking at the register every quarter: when is it noticed that people use more care than planned?

Worlds of the scenario are lived in which every number is as the plan has it, but people need care so much more often.
At the end of each quarter a treasurer compares all claims since the start with what the plan expects of the people who
were covered, by the test of `monitoring`. Likewise if he looks once a year only; and in worlds in which the plan is
right, where whoever notices something is wrong.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mho_sim.actuarial import comparing
from mho_sim.monitoring import Plan
from mho_sim.study.seen import at_best, months_of

EVERY = {"quarterly": 1, "yearly": 4}  # looks, in quarters
NEVER = -1


class Watch(NamedTuple):
    """What watching is worth; frames."""

    scenario: object
    excess: float
    worlds: int
    seed: int
    raised: tuple  # services whose need was raised
    quarters: pd.DataFrame  # a row a quarter: expected claims, shares of the worlds, power of one look by theory
    money: pd.DataFrame  # a row for each way of looking: quarters until noticed, money paid beyond the plan till then

    def to_dict(self):
        """The object that `experience --watch --json` prints."""
        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "excess": self.excess,
            "worlds": self.worlds,
            "seed": self.seed,
            "raised": list(self.raised),
            "quarters": {str(quarter): row for quarter, row in self.quarters.to_dict("index").items()},
            "money": self.money.astype(object).where(self.money.notna(), None).to_dict("index"),
        }


def watch(scenario, excess, worlds=400, seed=1, *, workers=None, progress=None):
    """What it is worth to watch, where care is needed by this share more often than planned: a `Watch`.

    Raises ValueError for an excess of 0 or less, or where no need can be raised (deliveries are births, not needs).
    """
    if not excess > 0:
        raise ValueError(f"The excess is {excess:g}: write a share above 0%, such as 30%.")
    if not scenario.scheme.benefits:
        raise ValueError("The package holds no care: there is nothing to watch.")
    known = at_best(scenario)
    truth, raised = with_more_need(known, excess)
    if not raised:
        raise ValueError("No service of the package comes of a need that could be more frequent: nothing to watch.")
    plan = Plan(known)
    if not plan.frequency.any():
        raise ValueError("The plan expects no claims: there is nothing to watch.")
    found = [_looked(plan, months_of(one, worlds, seed, workers=workers, progress=progress)) for one in (truth, known)]
    columns = {"expected_claims": found[0].expected.mean(axis=0)}
    for name, looked in zip(("noticed", "false_alarm"), found):
        for way, every in EVERY.items():
            columns[f"{name}_{way}"] = _by_quarter(looked.sees, every)
        columns[f"{name}_one_look"] = looked.sees.mean(axis=0)
    columns["power_one_look"] = [
        comparing.power(_true_ratio(plan, truth), *law) for law in zip(found[0].expected.mean(axis=0), found[0].mixing)
    ]
    quarters = pd.DataFrame(columns, index=pd.RangeIndex(1, len(found[0].mixing) + 1, name="quarter"))
    money = pd.DataFrame.from_dict({way: _money(found[0], every) for way, every in EVERY.items()}, orient="index")
    return Watch(scenario, excess, worlds, seed, raised, quarters, money.rename_axis("looking"))


def with_more_need(scenario, excess):
    """The same scenario where care is needed so much more often, and the services of the package that this touches."""
    plan, raised = Plan(scenario), []
    for root in dict.fromkeys(plan.roots):
        illness, path = scenario.setting.illness[root], f"setting.illness.{root}"
        if illness.need is None:
            continue
        key, number = ("use.value", illness.use.value) if "need" in illness.follows else ("need", illness.need)
        scenario = scenario.with_(f"{path}.{key}", {"value": number.best * (1 + excess), "grade": "exact"})
        raised += [service for service, of in zip(plan.services, plan.roots) if of == root]
    return scenario, tuple(sorted(raised))


def _true_ratio(plan, truth):
    """How many times as many claims as planned there truly are, all services together."""
    return float(Plan(truth).frequency.sum() / plan.frequency.sum())


class _Looked(NamedTuple):
    sees: np.ndarray  # (W, Q): whether the claims so far are called too many
    beyond: np.ndarray  # (W, Q): what was paid so far beyond the plan
    expected: np.ndarray  # (W, Q): claims expected so far
    mixing: np.ndarray  # (Q,): of their law


def _looked(plan, lived):
    """What a treasurer sees at the end of each quarter."""
    months = np.arange(lived.covered.shape[2])
    expected = plan.frequency[:, None] * plan.parts_of_year(months) * lived.covered
    ends = months[2::3]
    looked_at = lived.covered > 0  # before, only newborns may be covered
    claims, paid = lived.claims * looked_at, lived.paid * looked_at
    of_quarter = [np.cumsum(one.sum(axis=1), axis=1)[:, ends] for one in (expected, claims)]
    paid = np.cumsum((paid - expected * plan.payments(months)[0]).sum(axis=1), axis=1)[:, ends]
    typical = lived.covered.mean(axis=0)[:, None]
    mixing = np.array(
        [plan.claims_line(typical[..., : end + 1], months[: end + 1], slice(None)).mixing for end in ends]
    )
    planned, seen = of_quarter
    p_value = comparing.number_p_value(seen, np.maximum(planned, 1e-12), mixing)
    return _Looked((p_value < comparing.LEVEL) & (seen > planned), paid, planned, mixing)


def _first(sees, every):
    """The quarter, from 0, in which a world is noticed, (W,), if one looks every so many; NEVER."""
    looks = sees.copy()
    looks[:, [quarter for quarter in range(sees.shape[1]) if (quarter + 1) % every]] = False
    return np.where(looks.any(axis=1), looks.argmax(axis=1), NEVER)


def _by_quarter(sees, every):
    """Shares of the worlds that are noticed by the end of each quarter."""
    first = _first(sees, every)
    return [float(((first != NEVER) & (first <= quarter)).mean()) for quarter in range(sees.shape[1])]


def _money(looked, every):
    """Until when it goes unnoticed, and what was paid beyond the plan till then, on average over all worlds; never
    noticed counts until the horizon.
    """
    first = _first(looked.sees, every)
    last = looked.sees.shape[1] - 1
    until = np.where(first == NEVER, last, first)
    beyond = looked.beyond[np.arange(len(until)), until]
    return {
        "noticed": float((first != NEVER).mean()),
        "quarters": float((until + 1).mean()),
        "beyond": float(beyond.mean()),
        "beyond_error": float(beyond.std(ddof=1) / np.sqrt(len(beyond))) if len(beyond) > 1 else float("nan"),
    }
