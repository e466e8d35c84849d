"""The figures by which schemes are set beside each other: trouble, what members pay, whom it protects; few, and each
with its 95 % interval.
"""

from math import isnan
from typing import NamedTuple

import numpy as np

from mho_sim.actuarial import jackknife_interval
from mho_sim.study.effects import effects
from mho_sim.study.result import FEW, GROUPS, QUANTILES
from mho_sim.study.trouble import rounded


class Figure(NamedTuple):
    """A figure of a study: what it is, in a few words, and its unit (share, money or number)."""

    meaning: str
    unit: str


OF_TROUBLE = {
    "late": Figure("a bill could not be paid on the day it was due", "share"),
    "late_without_support": Figure("the same without support from outside", "share"),
    "stopped": Figure("a provider was owed for longer than it tolerates", "share"),
    "lost": Figure("overdue bills come to more than so many months of contributions (lost_when_owing)", "share"),
    "deficit": Figure("own funds below 0 at the end of a year", "share"),
}
EFFECTS = {
    "members_pay": Figure("contribution and own part of the bills, a person and year", "money"),
    "contribution": Figure("contributions and fees, a person and year", "money"),
    "own_part": Figure("own part of the bills, a person and year", "money"),
    "care_paid": Figure("what the mutual pays for care, a person and year", "money"),
    "share_of_income": Figure("contributions, of a household's income", "share"),
    "covered": Figure("people of the association who are covered for at least one benefit", "share"),
    "not_paid_for": Figure("care that members sought and was not paid for", "share"),
    "forgone_care": Figure("care that was needed and not sought", "share"),
    "own_share": Figure("of the bills, paid by households", "share"),
    "above_10_percent_of_income": Figure("families whose own spending is above a tenth of their income", "share"),
}
INDICATORS = {
    "claims_ratio": Figure("benefits of contributions earned, mean over worlds", "share"),
    "collection_rate": Figure("contributions that came in, of those due, mean over worlds", "share"),
    "equity_months": Figure("own funds at the end, months of spending, mean over worlds", "number"),
    "own_funds": Figure("own funds at the end, mean over worlds", "money"),
}
RESERVE = {"reserve_needed": Figure("opening cash with which 95 of 100 pay every bill on its day", "money")}
FIGURES = {**OF_TROUBLE, **RESERVE, **EFFECTS, **INDICATORS}


def unbeaten(frame):
    """Which points nobody beats, (points,) of bool: no other is as good in what members pay, in being late and in
    people covered, and better in one. Points without one of the three figures are beaten.
    """
    bad = frame[["members_pay", "late"]].to_numpy(float)
    bad = np.column_stack((bad, -frame["covered"].to_numpy(float)))
    best, kept = np.zeros(len(bad), dtype=bool), np.empty((0, 3))
    for point in np.lexsort(bad.T[::-1]):  # whoever beats a point comes before it
        here = bad[point]
        if np.isfinite(here).all() and not ((kept <= here).all(axis=1) & (kept < here).any(axis=1)).any():
            best[point], kept = True, np.vstack((kept, here))
    return best


def with_intervals(result):
    """[(name, value, low, high)] of a `Result`, in the order of `FIGURES`; what has no value is left out, and an end
    that so few worlds cannot give is None.
    """
    found = {**_troubles(result), **_reserve(result), **_effects(result), **_indicators(result)}
    return [(name, *found[name]) for name in FIGURES if name in found and found[name][0] is not None]


def _troubles(result):
    told = {name: getattr(result, name) for name in ("late", "stopped", "lost", "deficit")}
    if result.without_support is not None:
        told["late_without_support"] = result.without_support.late
    return {name: (one["probability"], *one["interval"]) for name, one in told.items() if one is not None}


def _reserve(result):
    told = result._troubles()["reserve_needed"]
    return {"reserve_needed": (told["0.95"], *told["intervals"]["0.95"])}


def _effects(result):
    whole = effects(result)._asdict()
    parts = [effects(part)._asdict() for part in result.less_a_group()] if result.worlds >= FEW else []
    return {name: (whole[name], *_jackknife([part[name] for part in parts], whole[name])) for name in EFFECTS}


def _indicators(result):
    """Means over worlds of what each world has."""
    found, groups = {}, result.groups
    for name in INDICATORS:
        if name not in result.per_world:
            continue
        values = result.per_world[name]
        left_out = [values[groups != group].mean() for group in range(GROUPS)] if result.worlds >= FEW else []
        found[name] = (rounded(values.mean()), *_jackknife(left_out, rounded(values.mean())))
    return found


def _jackknife(left_out, whole):
    interval = jackknife_interval(left_out, whole) if left_out else None
    return (None, None) if interval is None else tuple(rounded(end) for end in interval)


def yearly(result):
    """[(year, name, mean, p05, p50, p95)] of the indicators, by year from 1; None where there is no value."""
    return [
        (year, name, *(_or_none(row[key]) for key in ("mean", *QUANTILES)))
        for (name, year), row in result.indicators_per_year.to_dict("index").items()
    ]


def monthly(result):
    """[(closing, name, value)]: means over worlds by month of accounts and registers, and quantiles of the cash."""
    return [
        (str(closing), name, rounded(value))
        for name, column in result.monthly.items()
        for closing, value in column.items()
    ]


def _or_none(value):
    return None if isnan(value) else rounded(value)
