"""The value of looking at the register every quarter: when is it noticed that people use more care than planned?

Worlds of the scenario are lived in which every number is as the plan has it, but people need care so much more often.
At the end of each quarter a treasurer compares the claims since the start with what the plan expects of the people who
were covered, by the test of `monitoring`: all claims together, and those of each kind of care by itself. Likewise if he
looks once a year only; and in worlds in which the plan is right, where whoever notices something is wrong.

Who looks at m kinds of care is wrong more often than who looks at one total: each is therefore tested at 1/m of the
level, so that at one look a right plan is called wrong, in whichever kind, no more often than with the total
(Bonferroni; Sidak's level, which differs by less than 2 parts in 100 of it, holds for independent kinds only, and the
same people fall ill of all).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mho_sim.actuarial import comparing
from mho_sim.monitoring import Plan
from mho_sim.study.seen import at_best, months_of
from mho_sim.tariff.rows import rows_of

EVERY = {"quarterly": 1, "yearly": 4}  # looks, in quarters
NEVER = -1
ANY = "any"  # the name of the row of all that are watched by themselves


class Watch(NamedTuple):
    """What watching is worth; frames."""

    scenario: object
    excess: float
    worlds: int
    seed: int
    raised: tuple  # services whose need was raised
    quarters: pd.DataFrame  # a row a quarter: expected claims, shares of the worlds, power of one look by theory
    services: pd.DataFrame  # a row a kind of care, watched by itself, by the horizon, and one for any of them
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
            "services": rows_of(self.services),
            "money": rows_of(self.money),
        }


def watch(scenario, excess, worlds=400, seed=1, *, kinds=(), workers=None, progress=None):
    """What it is worth to watch, where care is needed by this share more often than planned: a `Watch`. With `kinds`,
    only these, and what is referred from them.

    Raises ValueError for an excess of 0 or less, or where no need can be raised (deliveries are births, not needs);
    `capacity.TooLarge` before anything is drawn where it needs more memory than there is.
    """
    if not excess > 0:
        raise ValueError(f"The excess is {excess:g}: write a share above 0%, such as 30%.")
    if not scenario.scheme.benefits:
        raise ValueError("The package holds no care: there is nothing to watch.")
    known = at_best(scenario)
    _refuse_unknown(scenario, kinds)
    truth, raised = with_more_need(known, excess, kinds)
    if not raised:
        raise ValueError("No service of the package comes of a need that could be more frequent: nothing to watch.")
    plan = Plan(known)
    if not plan.frequency.any():
        raise ValueError("The plan expects no claims: there is nothing to watch.")
    found = [_looked(plan, months_of(one, worlds, seed, workers=workers, progress=progress)) for one in (truth, known)]
    ways = {"": True, "_by_kind": False}
    money = {f"{way}{kind}": _money(found[0], found[0].noticed(together), every)
             for kind, together in ways.items() for way, every in EVERY.items()}  # fmt: skip
    money = pd.DataFrame.from_dict(money, orient="index").rename_axis("looking")
    return Watch(scenario, excess, worlds, seed, raised, _quarters(plan, truth, *found),
                 _services(plan, truth, *found), money)  # fmt: skip


def _refuse_unknown(scenario, kinds):
    for kind in kinds:
        if kind not in scenario.scheme.benefits:
            known = ", ".join(name for name in scenario.kinds if name in scenario.scheme.benefits)
            raise ValueError(f"{kind} is no care of the package. Name one that the scheme pays for: {known}.")


def _quarters(plan, truth, raised, right):
    """Of all claims together, by the end of each quarter: a frame. `raised` and `right` are what is seen where more
    care is needed and where the plan is right.
    """
    whole, columns = raised.together, {"expected_claims": raised.together.expected.mean(axis=0)}
    for name, looked in (("noticed", raised), ("false_alarm", right)):
        for way, every in EVERY.items():
            columns[f"{name}_{way}"] = _by_quarter(looked.noticed(True), every)
            columns[f"{name}_{way}_by_kind"] = _by_quarter(looked.noticed(False), every)
        columns[f"{name}_one_look"] = looked.noticed(True).mean(axis=0)
        columns[f"{name}_one_look_by_kind"] = looked.noticed(False).mean(axis=0)
    ratio = float(Plan(truth).frequency.sum() / plan.frequency.sum())
    columns["power_one_look"] = _powers(ratio, whole, comparing.LEVEL)
    return pd.DataFrame(columns, index=pd.RangeIndex(1, len(whole.mixing) + 1, name="quarter"))


def _services(plan, truth, raised, right):
    """Of each kind of care, watched by itself, by the horizon, and of any of them: a frame."""
    rows, first = {}, _called_first(raised)
    true = Plan(truth).frequency
    for place, line in raised.lines.items():
        false = right.lines[place].sees
        rows[plan.services[place]] = {
            "expected_claims": float(line.expected[:, -1].mean()),
            **{f"noticed_{way}": _by_quarter(line.sees, every)[-1] for way, every in EVERY.items()},
            "first": float((first == place).mean()),
            **{f"false_alarm_{way}": _by_quarter(false, every)[-1] for way, every in EVERY.items()},
            "false_alarm_one_look": float(false[:, -1].mean()),
            "power_one_look": _powers(float(true[place] / plan.frequency[place]), line, raised.level)[-1],
        }
    any_of, false = raised.noticed(False), right.noticed(False)
    rows[ANY] = {
        "expected_claims": float(raised.together.expected[:, -1].mean()),
        **{f"noticed_{way}": _by_quarter(any_of, every)[-1] for way, every in EVERY.items()},
        "first": float((first != NEVER).mean()),
        **{f"false_alarm_{way}": _by_quarter(false, every)[-1] for way, every in EVERY.items()},
        "false_alarm_one_look": float(false[:, -1].mean()),
        "power_one_look": np.nan,
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("service")


def _called_first(looked):
    """The place of the kind of care that is the first to be called too frequent, (W,), looking every quarter; of two
    at the same look the one that is less likely by chance; NEVER.
    """
    places = np.array(list(looked.lines))
    chance = np.array([np.where(line.sees, line.p_value, np.inf) for line in looked.lines.values()])  # (S, W, Q)
    quarter = _first(looked.noticed(False), 1)
    at_look = chance[:, np.arange(len(quarter)), quarter]
    return np.where(quarter == NEVER, NEVER, places[at_look.argmin(axis=0)])


def _powers(ratio, line, level):
    """How probably one look at the end of each quarter calls it too many, by the law of the claims."""
    return [comparing.power(ratio, *law, level) for law in zip(line.expected.mean(axis=0), line.mixing)]


def with_more_need(scenario, excess, kinds=()):
    """The same scenario where care is needed so much more often, all of it or these kinds alone, and the services of
    the package that this touches. ValueError for a kind of which there cannot be so much more.
    """
    plan, touched = Plan(scenario), set()
    named = [kind for kind in plan.services if kind in kinds]
    for kind in dict.fromkeys(named or plan.roots):
        illness, path = scenario.setting.illness[kind], f"setting.illness.{kind}"
        if illness.referred_from is not None:
            path, number = f"{path}.referred_from.share", illness.referred_from.share
        elif illness.need is None:
            continue
        else:
            key = "use.value" if "need" in illness.follows else "need"
            path, number = f"{path}.{key}", illness.use.value if "need" in illness.follows else illness.need
        more = number.best * (1 + excess)
        if not more <= number.limits[1]:
            raise ValueError(f"{path} is {number.best:g}, and {100 * excess:g}% more is beyond its limit. Take less.")
        scenario = scenario.with_(path, {"value": more, "grade": "exact"})
        touched |= {service for service in plan.services if kind in plan.line_of(service)}
    return scenario, tuple(sorted(touched))


class _Line(NamedTuple):
    """What is seen of some claims at the end of each quarter."""

    sees: np.ndarray  # (W, Q): whether the claims so far are called too many
    p_value: np.ndarray  # (W, Q)
    expected: np.ndarray  # (W, Q): claims expected so far
    mixing: np.ndarray  # (Q,): of their law


class _Looked(NamedTuple):
    """What a treasurer sees."""

    together: _Line
    lines: dict  # of each kind of care that the plan expects, by its place
    level: float  # at which each of these is tested
    beyond: np.ndarray  # (W, Q): what was paid so far beyond the plan

    def noticed(self, together):
        """Whether it is noticed at the end of each quarter, in the total or else in any kind of care, (W, Q)."""
        return self.together.sees if together else np.any([line.sees for line in self.lines.values()], axis=0)


def _looked(plan, lived):
    """What a treasurer sees at the end of each quarter."""
    months = np.arange(lived.covered.shape[2])
    expected = plan.frequency[:, None] * plan.parts_of_year(months) * lived.covered
    looked_at = lived.covered > 0  # before, only newborns may be covered
    claims, paid = lived.claims * looked_at, lived.paid * looked_at
    typical, ends = lived.covered.mean(axis=0)[:, None], months[2::3]

    def line(which, level):
        planned, seen = (np.cumsum(one[:, which].sum(axis=1), axis=1)[:, ends] for one in (expected, claims))
        laws = [plan.claims_line(typical[..., : end + 1], months[: end + 1], which) for end in ends]
        mixing = np.array([law.mixing for law in laws])
        p_value = comparing.number_p_value(seen, np.maximum(planned, 1e-12), mixing)
        return _Line((p_value < level) & (seen > planned), p_value, planned, mixing)

    watched = np.flatnonzero(plan.frequency > 0)
    level = comparing.LEVEL / len(watched)
    beyond = np.cumsum((paid - expected * plan.payments(months)[0]).sum(axis=1), axis=1)[:, ends]
    lines = {int(place): line(slice(place, place + 1), level) for place in watched}
    return _Looked(line(slice(None), comparing.LEVEL), lines, level, beyond)


def _first(sees, every):
    """The quarter, from 0, in which a world is noticed, (W,), if one looks every so many; NEVER."""
    looks = sees.copy()
    looks[:, [quarter for quarter in range(sees.shape[1]) if (quarter + 1) % every]] = False
    return np.where(looks.any(axis=1), looks.argmax(axis=1), NEVER)


def _by_quarter(sees, every):
    """Shares of the worlds that are noticed by the end of each quarter."""
    first = _first(sees, every)
    return [float(((first != NEVER) & (first <= quarter)).mean()) for quarter in range(sees.shape[1])]


def _money(looked, sees, every):
    """Until when it goes unnoticed, and what was paid beyond the plan till then, on average over all worlds; never
    noticed counts until the horizon.
    """
    first = _first(sees, every)
    last = sees.shape[1] - 1
    until = np.where(first == NEVER, last, first)
    beyond = looked.beyond[np.arange(len(until)), until]
    return {
        "noticed": float((first != NEVER).mean()),
        "quarters": float((until + 1).mean()),
        "beyond": float(beyond.mean()),
        "beyond_error": float(beyond.std(ddof=1) / np.sqrt(len(beyond))) if len(beyond) > 1 else float("nan"),
    }
