"""The engine's door: a scenario becomes flat tables that kernels can read.

`Setting` is what the assembly cannot decide, `Scheme` what it can; nothing of a scenario passes this door in any other
form. Kinds of illness are taken in the order of their names. A scheme's tables have a leading axis for mutuals.
"""

from typing import NamedTuple

import numpy as np

from mho_sim.draws import GAMMA_CLASSES, decision, gamma_classes, lognormal_parameters
from mho_sim.rules import BENEFIT, CONTRIBUTION, MILLION, NO_LIMIT

YEAR = 2**40  # ticks of a year of hazard


KIND = np.dtype(
    [
        ("need", "f8"),  # episodes per person-year; 0 for births
        ("fixed_bill", "i8"),  # money; -1 if lognormal
        ("log_mean", "f8"),
        ("log_sd", "f8"),
        ("seeking_covered", "f8"),
        ("seeking_uncovered", "f8"),
        ("illness_next", "u4"),  # decisions
        ("illness_again", "u4"),
        ("illness_cost", "u4"),
        ("illness_community", "u4"),
        ("of_births", "?"),  # whether the episodes are the births
    ],
    align=True,
)


class Setting(NamedTuple):
    """Tables of the setting; K kinds, B age bands between the birthdays at which a multiplier may change."""

    kind: np.ndarray  # (K,) records
    birthdays: np.ndarray  # (B - 1,) ages in years, ascending
    multiplier: np.ndarray  # (K, men and women, B)
    frailty: np.ndarray  # (K, classes)
    community: np.ndarray  # (K, classes)
    pace: np.ndarray  # (K, months): ticks a day before the community factor
    on_time: float
    mean_days_late: float
    frailty_decision: np.uint32
    payment_decision: np.uint32


class Scheme(NamedTuple):
    """Tables of the scheme; M mutuals, K kinds, D days of the horizon."""

    contribution: np.ndarray  # (M,) records
    benefit: np.ndarray  # (M, K) records
    household_ceiling: np.ndarray  # (M,) money a household-year
    waiting_until: np.ndarray  # (M, K, D + 1): by the day cover began, plus 1; entry 0 for those who have served all
    covered_from: np.ndarray  # (M, D + 1): likewise, the first day of cover for any benefit of the package
    suspended_from: np.ndarray  # (M, D): by due day
    invoice_due: np.ndarray  # (M, D): by the day of care
    in_advance: np.ndarray  # (M,)
    months: np.ndarray  # (M,) of a period of contribution


def setting_tables(scenario, calendar):
    """The setting's tables."""
    illness = [scenario.setting.illness[kind] for kind in scenario.kinds]
    birthdays = _birthdays(illness)
    paying = scenario.setting.paying
    return Setting(
        kind=np.array([_kind(name, kind) for name, kind in zip(scenario.kinds, illness)], dtype=KIND),
        birthdays=np.array(birthdays[1:], dtype=np.int64),
        multiplier=np.array(
            [[_multipliers(kind, sex, birthdays) for sex in ("men", "women")] for kind in illness]
        ).reshape(len(illness), 2, len(birthdays)),
        frailty=np.array([gamma_classes(float(kind.frailty)) for kind in illness]).reshape(len(illness), GAMMA_CLASSES),
        community=np.array([gamma_classes(float(kind.community)) for kind in illness]).reshape(
            len(illness), GAMMA_CLASSES
        ),
        pace=np.array([_pace(kind, calendar) for kind in illness]).reshape(len(illness), calendar.months),
        on_time=float(paying.on_time) if paying else 1.0,
        mean_days_late=float(paying.mean_days_late) if paying else 0.0,
        frailty_decision=decision("frailty"),
        payment_decision=decision("contribution.paid"),
    )


def _kind(name, kind):
    """The record of a kind of illness."""
    decisions = (decision(f"illness.{name}.{what}") for what in ("next", "again", "cost", "community"))
    seeking = (kind.seeking.covered, kind.seeking.uncovered)
    return (kind.need or 0.0, *_bill(kind.cost), *seeking, *decisions, kind.rate == "births")


def scheme_tables(scenario, calendar):
    """The scheme's tables, for one mutual."""
    scheme = scenario.scheme
    contribution = scheme.contribution
    days = range(calendar.days)
    monthly = scheme.providers.invoice == "monthly"

    def invoice_day(day):
        return int(calendar.first[calendar.month_of(day) + 1]) - 1 if monthly else day

    ceiling = scheme.ceiling_per_household_year
    waiting = [_waiting(scheme.membership.waiting, kind, calendar) for kind in scenario.kinds]
    waiting_until = np.array(waiting, dtype=np.int64).reshape(1, len(waiting), calendar.days + 1)
    benefit = np.array([[_benefit(scheme.benefits.get(kind)) for kind in scenario.kinds]], dtype=BENEFIT)
    exists = benefit["exists"]
    return Scheme(
        contribution=np.array([(contribution.amount, contribution.per == "beneficiary")], dtype=CONTRIBUTION),
        benefit=benefit,
        household_ceiling=np.array([NO_LIMIT if ceiling is None else ceiling]),
        waiting_until=waiting_until,
        covered_from=np.where(exists[:, :, None], waiting_until, NO_LIMIT).min(axis=1, initial=NO_LIMIT),
        suspended_from=np.array([[calendar.after(day, contribution.grace) for day in days]], dtype=np.int64),
        invoice_due=np.array(
            [[calendar.after(invoice_day(day), scheme.providers.pay_within) for day in days]], dtype=np.int64
        ),
        in_advance=np.array([contribution.timing == "in-advance"]),
        months=np.array([period_months(scenario)]),
    )


def period_months(scenario):
    """Months of a period of contribution."""
    return {"month": 1, "year": 12}[scenario.scheme.contribution.every]


def _birthdays(illness):
    """Ages in years, 0 first, at which the multiplier of some kind may change."""
    tables = [table for kind in illness if kind.by_age_sex for table in (kind.by_age_sex.women, kind.by_age_sex.men)]
    starts = {first for table in tables for first, _, _ in table}
    ends = {last + 1 for table in tables for _, last, _ in table if last is not None}
    return sorted({0} | starts | ends)


def _multipliers(kind, sex, birthdays):
    """A kind's multiplier for one sex in each band of ages between birthdays."""
    if kind.by_age_sex is None:
        return [1.0] * len(birthdays)
    table = getattr(kind.by_age_sex, sex)
    return [
        next((value for first, last, value in table if first <= age and (last is None or age <= last)), 0.0)
        for age in birthdays
    ]


def _pace(kind, calendar):
    """Ticks by which a kind's clock advances on a day of each month, before the community factor."""
    season = kind.season or (1.0,) * 12
    total = float(np.cumsum(season)[-1])
    paces = []
    for month in range(calendar.months):
        days = int(calendar.first[month + 1] - calendar.first[month])
        paces.append(
            YEAR / (12.0 * days) * (season[calendar.name_of_month(month)] * 12.0 / total if kind.season else 1.0)
        )
    return paces


def _bill(cost):
    """(fixed, log mean, log sd) of a cost law; fixed is -1 if the law is lognormal."""
    if cost.lognormal is None:
        return int(cost.fixed), 0.0, 0.0
    if cost.lognormal.mean == 0 or cost.lognormal.cv == 0:
        return int(np.floor(cost.lognormal.mean + 0.5)), 0.0, 0.0
    return (-1, *lognormal_parameters(cost.lognormal.mean, cost.lognormal.cv))


def _benefit(benefit):
    """A benefit's record; of one that the package does not hold, all zero."""
    if benefit is None:
        return (False, False, 0, 0, 0)
    ceiling = NO_LIMIT if benefit.ceiling_per_event is None else benefit.ceiling_per_event
    return (True, benefit.lump_sum is not None, benefit.lump_sum or 0, round((benefit.copay or 0) * MILLION), ceiling)


def _waiting(waiting, kind, calendar):
    """First day of cover of a kind, by the day on which cover began, plus 1; entry 0 for those who have served all
    waiting.
    """
    duration = waiting.get(kind, waiting.get("default"))
    served = [-1]
    if duration is None:
        return served + list(range(calendar.days))
    return served + [calendar.after(day, duration) for day in range(calendar.days)]
