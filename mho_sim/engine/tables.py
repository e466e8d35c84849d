"""The engine's door: a scenario becomes flat tables that kernels can read.

`Setting` is what the assembly cannot decide, `Scheme` what it can; nothing of a scenario passes this door in any other
form. Kinds of illness are taken in the order of their names. A scheme's tables have a leading axis for mutuals; what
nobody knows exactly has one for the worlds of a batch.
"""

import math
from typing import NamedTuple

import numpy as np

from mho_sim.draws import GAMMA_CLASSES, decision, gamma_classes, lognormal_parameters
from mho_sim.engine.unknowns import variances_of
from mho_sim.population import NEVER_DAY
from mho_sim.rules import BENEFIT, CONTRIBUTION, MILLION, NO_LIMIT, OLDEST, SIZES, STEPS

YEAR = 2**40  # ticks of a year of hazard
LAWS = ("fixed", "lognormal", "exponential", "gamma", "table")
FIXED, LOGNORMAL, EXPONENTIAL, GAMMA, TABLE = range(len(LAWS))
NEED, OF_BIRTHS, OF_DEATHS, CHRONIC, REFERRED = range(5)  # how a kind's episodes come about; but for NEED, by the day


KIND = np.dtype(
    [
        ("covered_millionths", "i8"),  # of a bill, what is for care that the package covers
        ("days_scale", "f8"),  # log(1 - 1 / mean days of a stay); 0 without stays
        ("letter", "f8"),  # share of those who seek care with a letter of referral
        ("source", "i4"),  # the kind that refers to this one; -1
        ("gamma", "i4"),  # of a gamma cost law, its row in `factors`
        ("illness_next", "u4"),  # decisions
        ("illness_again", "u4"),
        ("illness_cost", "u4"),
        ("illness_marks", "u4"),
        ("illness_letter", "u4"),
        ("illness_referral", "u4"),
        ("illness_chronic", "u4"),
        ("illness_community", "u4"),
        ("causes", "i2"),  # how many, 0 without
        ("places", "i2"),  # at how many providers, 0 without
        ("law", "i1"),
        ("comes", "i1"),  # NEED, OF_BIRTHS, ...
        ("refers", "?"),  # whether some kind is referred from this one
        ("stays", "?"),  # whether it has days
        ("emergency", "?"),
    ],
    align=True,
)
OF_WORLD = np.dtype(
    [
        ("a", "f8"),  # of the cost law: the amount, the mean, or the mean of the logarithm
        ("b", "f8"),  # the standard deviation of the logarithm
        ("share", "f8"),  # cumulative, of births; of referrals
        ("frailty", "i4"),  # row in `factors`
        ("community", "i4"),
    ],
    align=True,
)
PAYING = np.dtype([("on_time", "f8"), ("on_time_bad", "f8"), ("never", "f8"), ("mean_days_late", "f8")])


class Setting(NamedTuple):
    """Tables of the setting for a batch; W worlds, K kinds, B age bands between the birthdays at which something may
    change, S sectors, Z zones, P providers, H households.
    """

    kind: np.ndarray  # (K,) records
    of_world: np.ndarray  # (W, K) records
    need: np.ndarray  # (W, K, S): episodes per person-year
    seeking: np.ndarray  # (W, K, Z, 2): probability, uncovered and covered
    birthdays: np.ndarray  # (B - 1,) ages in years, ascending
    multiplier: np.ndarray  # (K, men and women, B)
    factors: np.ndarray  # (rows, classes): gamma factors
    pace: np.ndarray  # (K, months): ticks a day before the community factor
    chronic: np.ndarray  # (K, ages): prevalence at the start
    bills: np.ndarray  # (K, L, 2): cost tables, amounts and cumulative shares
    at: np.ndarray  # (K, places, 2): cumulative shares and provider
    causes: np.ndarray  # (K, causes): cumulative shares
    prices: np.ndarray  # (P,)
    index: np.ndarray  # (W, months): of prices of care
    paying: np.ndarray  # (W,) records
    renewing: np.ndarray  # (W,): probability
    take_up: np.ndarray  # (W,): share of the households that join
    good: np.ndarray  # (S, months): probability of a good month
    income: np.ndarray  # (W, S, 2): bad and good
    scale: np.ndarray  # (W, H): of a household's income
    enterprises: bool
    mixed_paying: bool  # whether bad months change who pays on time
    frailty_decision: np.uint32
    payment_decision: np.uint32
    birth_kind_decision: np.uint32
    month_decision: np.uint32
    renewing_decision: np.uint32
    take_up_decision: np.uint32


class Scheme(NamedTuple):
    """Tables of the scheme; M mutuals, K kinds, D days of the horizon, G groups of households that joined together,
    P providers.
    """

    contribution: np.ndarray  # (M,) records
    of_size: np.ndarray  # (M, sizes): the amount by the size of the household
    category_millionths: np.ndarray  # (M, categories)
    state: np.ndarray  # (M, categories): the State's share per beneficiary
    in_advance: np.ndarray  # (M,)
    joining_fee: np.ndarray  # (M,)
    penalty: np.ndarray  # (M,)
    collector_millionths: np.ndarray  # (M,)
    joins: np.ndarray  # (M, G): day
    suspended_from: np.ndarray  # (M, D): by due day
    struck_from: np.ndarray  # (M, D): by due day
    benefit: np.ndarray  # (M, K) records
    copay_millionths: np.ndarray  # (M, K, P)
    copay_fixed: np.ndarray  # (M, K, P)
    events_per_household: np.ndarray  # (M, K, sizes)
    excluded_age: np.ndarray  # (M, K, ages)
    excluded_cause: np.ndarray  # (M, K, causes)
    person_ceiling: np.ndarray  # (M,) money a person-year
    household_ceiling: np.ndarray  # (M,) money a household-year
    waiting_until: np.ndarray  # (M, K, D + 1): by the day cover began, plus 1; entry 0 for those who have served all
    covered_from: np.ndarray  # (M, D + 1): likewise, the first day of cover for any benefit of the package
    newborn_until: np.ndarray  # (M, D): by the day of birth; NO_LIMIT where newborns wait like others
    invoice_due: np.ndarray  # (M, D): by the day of care
    tolerance: np.ndarray  # (M, creditors): days; NO_LIMIT
    lost_months: np.ndarray  # (M,)


def categories_of(scenario):
    return list(scenario.setting.association.categories or {"": 1.0})


def sectors_of(scenario):
    return [enterprise.sector for enterprise in scenario.setting.enterprises] or [""]


def zones_of(scenario):
    return [(first, last) for first, last, _ in scenario.setting.association.distance or ((0, None, 1.0),)]


def providers_of(scenario):
    """Names of the providers, in the order in which they are paid; one without a name where there are none."""
    return list(scenario.setting.providers) or [""]


def cumulative(shares):
    """Left-to-right sums of shares, each divided by their sum."""
    shares = np.array(list(shares), dtype=float)
    return np.cumsum(shares / np.cumsum(shares)[-1])


def setting_tables(scenario, calendar):
    """The setting's tables, but for what differs between worlds (None)."""
    illness = [scenario.setting.illness[kind] for kind in scenario.kinds]
    birthdays = _birthdays(scenario, illness)
    rows = variance_rows(scenario)
    good = [enterprise.good_months for enterprise in scenario.setting.enterprises] or [(1.0,) * 12]
    months = [calendar.name_of_month(month) for month in range(calendar.months)]
    paying = scenario.setting.paying
    return Setting(
        kind=np.array([_kind(scenario, name) for name in scenario.kinds], dtype=KIND),
        of_world=None,
        need=None,
        seeking=None,
        birthdays=np.array(birthdays[1:], dtype=np.int64),
        multiplier=np.array(
            [[_multipliers(kind, sex, birthdays) for sex in ("men", "women")] for kind in illness]
        ).reshape(len(illness), 2, len(birthdays)),
        factors=np.array([gamma_classes(variance) for variance in rows]).reshape(len(rows), GAMMA_CLASSES),
        pace=np.array([_pace(kind, calendar) for kind in illness]).reshape(len(illness), calendar.months),
        chronic=np.array([_by_age(kind.chronic) for kind in illness]).reshape(len(illness), OLDEST + 1),
        bills=_bill_tables(illness),
        at=_places(scenario, illness),
        causes=_padded([cumulative(kind.causes.values()) if kind.causes else [] for kind in illness], 2.0),
        prices=np.array([provider.prices for provider in scenario.setting.providers.values()] or [1.0]),
        index=None,
        paying=None,
        renewing=None,
        take_up=None,
        good=np.array([[shares[month] for month in months] for shares in good]),
        income=None,
        scale=None,
        enterprises=bool(scenario.setting.enterprises),
        mixed_paying=bool(paying and paying.on_time_bad_month is not None),
        frailty_decision=decision("frailty"),
        payment_decision=decision("contribution.paid"),
        birth_kind_decision=decision("birth.kind"),
        month_decision=decision("enterprise.month"),
        renewing_decision=decision("membership.renewed"),
        take_up_decision=decision("membership.taken_up"),
    )


def variance_rows(scenario):
    """The distinct variances of gamma factors: {variance: row}."""
    rows = {}
    for name in scenario.kinds:
        kind = scenario.setting.illness[name]
        for what in ("frailty", "community"):
            for variance in variances_of(scenario, f"setting.illness.{name}.{what}", getattr(kind, what)):
                rows.setdefault(variance, len(rows))
        if kind.cost.gamma is not None:
            rows.setdefault(kind.cost.gamma.cv * kind.cost.gamma.cv, len(rows))
    return rows


def _kind(scenario, name):
    """The record of a kind of illness, in the order of KIND."""
    kind, rows = scenario.setting.illness[name], variance_rows(scenario)
    whats = ("next", "again", "cost", "marks", "letter", "referral", "chronic", "community")
    law = next(i for i, law in enumerate(LAWS) if getattr(kind.cost, law) is not None)
    cv = kind.cost.gamma.cv if law == GAMMA else 0.0
    return (
        round(kind.cost.covered_share * MILLION),
        math.log(1 - 1 / kind.days) if kind.days is not None and kind.days > 1 else 0.0,
        kind.letter,
        scenario.kinds.index(kind.referred_from.kind) if kind.referred_from else -1,
        rows.get(cv * cv, 0),
        *(decision(f"illness.{name}.{what}") for what in whats),
        len(kind.causes or ()),
        len(kind.at or ()),
        law,
        comes(kind),
        any(
            other.referred_from is not None and other.referred_from.kind == name
            for other in scenario.setting.illness.values()
        ),
        kind.days is not None,
        kind.emergency,
    )


def comes(kind):
    """How a kind's episodes come about."""
    if kind.rate is not None:
        return OF_BIRTHS if kind.rate == "births" else OF_DEATHS
    return CHRONIC if kind.chronic is not None else REFERRED if kind.referred_from is not None else NEED


def setting_of_worlds(setting, scenario, calendar, numbers, people):
    """The setting's tables for the worlds of a batch, with what nobody knows exactly as `numbers` has it."""
    worlds, kinds = numbers.worlds, len(scenario.kinds)
    of_world = np.zeros((worlds, kinds), OF_WORLD)
    sectors, zones, rows = sectors_of(scenario), zones_of(scenario), variance_rows(scenario)
    need = np.zeros((worlds, kinds, len(sectors)))
    seeking = np.zeros((worlds, kinds, len(zones), 2))
    for k, name in enumerate(scenario.kinds):
        kind, path = scenario.setting.illness[name], f"setting.illness.{name}"
        of_world["a"][:, k], of_world["b"][:, k] = _law(kind.cost, f"{path}.cost", numbers)
        for what in ("frailty", "community"):
            variances = numbers.variance(f"{path}.{what}", getattr(kind, what))
            of_world[what][:, k] = [rows[variance] for variance in variances]
        if kind.need is not None:
            factors = [(kind.by_sector or {}).get(sector, 1.0) for sector in sectors]
            need[:, k] = numbers.of(f"{path}.need", kind.need)[:, None] * np.array(factors)
        if kind.referred_from is not None:
            of_world["share"][:, k] = numbers.of(f"{path}.referred_from.share", kind.referred_from.share)
        far = [_at_zone(kind.seeking.by_distance, zone) for zone in zones]
        for covered, when in enumerate(("uncovered", "covered")):
            share = numbers.of(f"{path}.seeking.{when}", getattr(kind.seeking, when))
            seeking[:, k, :, covered] = share[:, None] * np.array(far)
    _share_births(scenario, numbers, of_world)
    return setting._replace(
        of_world=of_world,
        need=need,
        seeking=seeking,
        index=_price_index(scenario, calendar, numbers),
        paying=_paying(scenario, numbers),
        renewing=_renewing(scenario, numbers),
        take_up=_take_up(scenario, numbers),
        income=_income(scenario, numbers),
        scale=np.ones((worlds, len(people.home))),
    )


def _law(cost, path, numbers):
    """The two numbers of a cost law in each world: amount or mean, and the lognormal's mean and standard deviation of
    the logarithm (the latter 0, with the amount instead, where it does not vary).
    """
    if cost.fixed is not None:
        return numbers.money(f"{path}.fixed", cost.fixed), 0.0
    if cost.exponential is not None:
        return numbers.of(f"{path}.exponential.mean", cost.exponential.mean), 0.0
    if cost.gamma is not None:
        return numbers.of(f"{path}.gamma.mean", cost.gamma.mean), 0.0
    if cost.table is not None:
        return 0.0, 0.0
    means = numbers.of(f"{path}.lognormal.mean", cost.lognormal.mean)
    spreads = numbers.of(f"{path}.lognormal.cv", cost.lognormal.cv)
    pairs = [lognormal_parameters(m, cv) if m > 0 and cv > 0 else (m, -1.0) for m, cv in zip(means, spreads)]
    return np.array(pairs).T


def _share_births(scenario, numbers, of_world):
    """The cumulative shares of births of the kinds that have one, in the order of their names."""
    total = np.zeros(numbers.worlds)
    for k, name in enumerate(scenario.kinds):
        kind = scenario.setting.illness[name]
        if kind.rate == "births" and kind.share is not None:
            total = total + numbers.of(f"setting.illness.{name}.share", kind.share)
            of_world["share"][:, k] = total
        elif kind.rate == "births":
            of_world["share"][:, k] = -1.0  # takes the rest


def _price_index(scenario, calendar, numbers):
    """The index of prices of care in each month, 1 in the first."""
    growth = numbers.of("setting.inflation.medical", scenario.setting.inflation.medical)
    return np.array(
        [[math.exp(m / 12 * math.log(1 + rate)) if rate else 1.0 for m in range(calendar.months)] for rate in growth]
    )


def _paying(scenario, numbers):
    paying, table = scenario.setting.paying, np.zeros(numbers.worlds, PAYING)
    table["on_time"] = table["on_time_bad"] = 1.0
    if paying is not None:
        table["on_time"] = numbers.of("setting.paying.on_time", paying.on_time)
        table["on_time_bad"] = (
            table["on_time"]
            if paying.on_time_bad_month is None
            else numbers.of("setting.paying.on_time_bad_month", paying.on_time_bad_month)
        )
        table["never"] = numbers.of("setting.paying.never", paying.never)
        table["mean_days_late"] = numbers.of("setting.paying.mean_days_late", paying.mean_days_late)
    return table


def _renewing(scenario, numbers):
    if scenario.setting.renewing is None:
        return np.ones(numbers.worlds)
    return numbers.of("setting.renewing.probability", scenario.setting.renewing.probability)


def _take_up(scenario, numbers):
    share = scenario.setting.take_up
    return np.ones(numbers.worlds) if share is None else numbers.of("setting.take_up", share)


def _income(scenario, numbers):
    """Money a month, (W, S, 2), bad and good."""
    enterprises = scenario.setting.enterprises
    table = np.zeros((numbers.worlds, max(len(enterprises), 1), 2))
    for s, enterprise in enumerate(enterprises):
        for which, when in enumerate(("bad", "good")):
            path = f"setting.enterprises.{s}.income_per_month.{when}"
            table[:, s, which] = numbers.money(path, getattr(enterprise.income_per_month, when))
    return table


def scheme_tables(scenario, calendar, groups):
    """The scheme's tables, for one mutual; `groups` are the days on which households join."""
    scheme, contribution = scenario.scheme, scenario.scheme.contribution
    days = range(calendar.days)
    waiting = [_waiting(scenario, kind, calendar) for kind in scenario.kinds]
    waiting_until = np.array(waiting, dtype=np.int64).reshape(1, len(waiting), calendar.days + 1)
    benefits = [scheme.benefits.get(kind) for kind in scenario.kinds]
    benefit = np.array([[_benefit(scheme, b) for b in benefits]], dtype=BENEFIT)
    events_per_household = np.array([[_events_by_size(b) for b in benefits]], dtype=np.int64)
    events_per_household = events_per_household.reshape(1, len(benefits), SIZES)
    is_limited = (events_per_household < NO_LIMIT).any(axis=2) | (benefit["household_ceiling"] < NO_LIMIT)
    benefit["at_home"] = _places_of(benefit["exists"] & is_limited)
    benefit["at_person"] = _places_of(benefit["exists"] & (benefit["person_ceiling"] < NO_LIMIT))
    categories = categories_of(scenario)
    state = contribution.state
    newborn = scheme.membership.waiting.get("newborn")
    kinds = [scenario.setting.illness[kind] for kind in scenario.kinds]
    return Scheme(
        contribution=np.array([_contribution(contribution)], dtype=CONTRIBUTION),
        of_size=np.array([[_of_size(contribution, size) for size in range(SIZES)]], dtype=np.int64),
        category_millionths=np.array([[round(contribution.by_category.get(c, 1.0) * MILLION) for c in categories]]),
        state=np.array(
            [[state.per_beneficiary if state and c in (state.categories or categories) else 0 for c in categories]]
        ),
        in_advance=np.array([contribution.timing == "in-advance"]),
        joining_fee=np.array([contribution.joining_fee]),
        penalty=np.array([contribution.penalty]),
        collector_millionths=np.array([round(contribution.collector * MILLION)]),
        joins=np.array([groups], dtype=np.int64),
        suspended_from=np.array([[calendar.after(day, contribution.grace) for day in days]], dtype=np.int32),
        struck_from=np.array(
            [
                [
                    NEVER_DAY if contribution.struck_off is None else calendar.after(day, contribution.struck_off)
                    for day in days
                ]
            ],
            dtype=np.int32,
        ),
        benefit=benefit,
        copay_millionths=np.array(
            [[[round(share * MILLION) for share in _by_class(scenario, b, "copay")] for b in benefits]], dtype=np.int64
        ).reshape(1, len(benefits), -1 if benefits else 1),
        copay_fixed=np.array([[_by_class(scenario, b, "copay_fixed") for b in benefits]], dtype=np.int64).reshape(
            1, len(benefits), -1 if benefits else 1
        ),
        events_per_household=events_per_household,
        excluded_age=np.array([[_excluded_ages(b) for b in benefits]], dtype=bool).reshape(
            1, len(benefits), OLDEST + 1
        ),
        excluded_cause=_excluded_causes(kinds, benefits),
        person_ceiling=np.array([_or_no_limit(scheme.ceiling_per_person_year)]),
        household_ceiling=np.array([_or_no_limit(scheme.ceiling_per_household_year)]),
        waiting_until=waiting_until,
        covered_from=np.where(benefit["exists"][:, :, None], waiting_until, NO_LIMIT).min(axis=1, initial=NO_LIMIT),
        newborn_until=np.array(
            [[NO_LIMIT if newborn is None else calendar.after(day, newborn) for day in days]], dtype=np.int64
        ),
        invoice_due=np.array([[_due_day(scheme.providers, day, calendar) for day in days]], dtype=np.int64),
        tolerance=np.array([_tolerance(scenario, calendar)], dtype=np.int64),
        lost_months=np.array([scheme.lost_when_owing]),
    )


def _places_of(is_limited):
    """The place of each kind among those that are limited, (M, K); -1 of the others."""
    return np.where(is_limited, np.cumsum(is_limited, axis=1) - 1, -1)


def _or_no_limit(amount):
    return NO_LIMIT if amount is None else amount


def _contribution(contribution):
    """The record of a contribution, in the order of CONTRIBUTION."""
    child, more = contribution.child, contribution.extra_person
    below, child_amount = (child.below, child.amount) if child else (0, 0)
    beyond, extra = (more.beyond, more.amount) if more else (NO_LIMIT, 0)
    return child_amount, extra, beyond, contribution.minimum, below, contribution.per == "beneficiary"


def _of_size(contribution, size):
    """The amount at a size of the household."""
    if contribution.by_size is None:
        return contribution.amount
    for first, last, amount in contribution.by_size:
        if first <= size and (last is None or size <= last):
            return amount
    return contribution.by_size[-1][2] if size > 0 else 0


def _benefit(scheme, benefit):
    """A benefit's record, in the order of BENEFIT; of one that the package does not hold, all zero."""
    if benefit is None:
        return (0,) * len(BENEFIT)
    paid_to = benefit.paid_to or ("household" if scheme.providers.payment == "reimbursement" else "provider")
    return (
        benefit.lump_sum or 0,
        benefit.deductible,
        _or_no_limit(benefit.ceiling_per_event),
        benefit.cash_per_day,
        _or_no_limit(benefit.ceiling_per_person_year),
        _or_no_limit(benefit.ceiling_per_household_year),
        _or_no_limit(benefit.events_per_person_year),
        _or_no_limit(benefit.days_per_person_year),
        -1,
        -1,
        *(STEPS.index(step) for step in benefit.order),
        True,
        benefit.lump_sum is not None,
        benefit.referral == "required",
        paid_to == "household",
    )


def _by_class(scenario, benefit, what):
    """A copayment at each provider, by its class."""
    if benefit is None:
        return [0] * len(providers_of(scenario))
    value = getattr(benefit, what)
    if not isinstance(value, dict):
        return [value] * len(providers_of(scenario))
    return [value.get(provider.class_, 0) for provider in scenario.setting.providers.values()]


def _events_by_size(benefit):
    """Most episodes paid for in a household-year, by the size of the household."""
    limit = None if benefit is None else benefit.events_per_household_year
    if limit is None or isinstance(limit, int):
        return [_or_no_limit(limit)] * SIZES
    return [
        next((most for first, last, most in limit if first <= size and (last is None or size <= last)), NO_LIMIT)
        for size in range(SIZES)
    ]


def _excluded_ages(benefit):
    bands = () if benefit is None else benefit.excluded_ages or ()
    return [any(first <= age and (last is None or age <= last) for first, last in bands) for age in range(OLDEST + 1)]


def _excluded_causes(kinds, benefits):
    """Whether each cause of each kind is not paid for, (1, K, causes)."""
    table = np.zeros((1, len(kinds), max([len(kind.causes or ()) for kind in kinds] + [1])), bool)
    for k, (kind, benefit) in enumerate(zip(kinds, benefits)):
        excluded = (benefit.excluded_causes or ()) if benefit else ()
        table[0, k, : len(kind.causes or ())] = [cause in excluded for cause in kind.causes or ()]
    return table


def _due_day(providers, day, calendar):
    """The day on which care of a day falls due."""
    month = calendar.month_of(day)
    end = {"on-the-day": None, "monthly": month + 1, "yearly": month // 12 * 12 + 12}[providers.invoice]
    return calendar.after(day if end is None else int(calendar.first[end]) - 1, providers.pay_within)


def _tolerance(scenario, calendar):
    """How many days each creditor tolerates to be owed: suppliers, providers, households."""
    providers = list(scenario.setting.providers.values()) or [None]
    stops = [provider.stops_when_owed if provider else None for provider in providers]
    return [NO_LIMIT, *(NO_LIMIT if stop is None else calendar.after(0, stop) for stop in stops), NO_LIMIT]


def _birthdays(scenario, illness):
    """Ages in years, 0 first, at which a multiplier or a contribution may change."""
    tables = [table for kind in illness if kind.by_age_sex for table in (kind.by_age_sex.women, kind.by_age_sex.men)]
    starts = {first for table in tables for first, _, _ in table}
    ends = {last + 1 for table in tables for _, last, _ in table if last is not None}
    child = scenario.scheme.contribution.child
    return sorted({0} | starts | ends | ({child.below} if child else set()))


def _multipliers(kind, sex, birthdays):
    """A kind's multiplier for one sex in each band of ages between birthdays."""
    if kind.by_age_sex is None:
        return [1.0] * len(birthdays)
    return [_at_age(getattr(kind.by_age_sex, sex), age) for age in birthdays]


def _at_age(table, age):
    return next((value for first, last, value in table if first <= age and (last is None or age <= last)), 0.0)


def _by_age(table):
    return [_at_age(table or (), age) for age in range(OLDEST + 1)]


def _at_zone(table, zone):
    """The multiplier of a zone, which has a band of its own in the table."""
    return next((value for first, last, value in table or () if (first, last) == zone), 1.0)


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


def _padded(rows, blank):
    """Rows of different lengths as one table."""
    width = max([len(row) for row in rows] + [1])
    return np.array([[*row, *[blank] * (width - len(row))] for row in rows], dtype=float).reshape(len(rows), width)


def _bill_tables(illness):
    """Amounts and cumulative shares of the cost tables, (K, L, 2)."""
    tables = [kind.cost.table or () for kind in illness]
    amounts = _padded([[amount for amount, _ in table] for table in tables], 0.0)
    sums = _padded([cumulative(share for _, share in table) if table else [] for table in tables], 2.0)
    return np.stack((amounts, sums), axis=-1)


def _places(scenario, illness):
    """Cumulative shares and numbers of the providers at which each kind is sought, (K, places, 2)."""
    names = providers_of(scenario)
    sums = _padded([cumulative(kind.at.values()) if kind.at else [] for kind in illness], 2.0)
    numbers = _padded([[names.index(name) for name in kind.at or ()] for kind in illness], 0.0)
    return np.stack((sums, numbers), axis=-1)


def _waiting(scenario, kind, calendar):
    """First day of cover of a kind, by the day on which cover began, plus 1; entry 0 for those who have served all
    waiting.
    """
    duration, served = scenario.waiting_of(kind), [-1]
    if duration is None:
        return served + list(range(calendar.days))
    return served + [calendar.after(day, duration) for day in range(calendar.days)]
