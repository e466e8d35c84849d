"""What the scheme itself asks for: of a household of so many people, and of a beneficiary on average."""

from bisect import bisect_left

import numpy as np

from mho_sim.data import coin
from mho_sim.scenario import Days
from mho_sim.scenario.values import RICHEST
from mho_sim.tariff.people import AGES

DAYS_A_YEAR = 365.25


def dates_a_year(terms):
    """How often a year a contribution falls due, on average."""
    if isinstance(terms.every, Days):
        return DAYS_A_YEAR / terms.every.days
    if isinstance(terms.every, tuple):
        return len(terms.every)
    return {"month": 12, "quarter": 4, "year": 1, "week": DAYS_A_YEAR / 7, "day": DAYS_A_YEAR}[terms.every]


def of_household(terms, people, children=0.0):
    """What a household of so many people owes for a period, money, of a category that pays in full; `children` are
    those who pay as children, on average.
    """
    amount, extra, within = _at_size(terms, people), 0, people
    if terms.extra_person is not None:
        within = min(people, terms.extra_person.beyond)
        extra = (people - within) * terms.extra_person.amount
    if terms.per == "beneficiary":
        of_children = children * terms.child.amount if terms.child else 0
        due = (within - (children if terms.child else 0)) * amount + of_children + extra
    else:
        due = amount + extra
    return max(due, terms.minimum)


def children_of(scenario, people, size):
    """How many of a household's people pay as children, on average."""
    child = scenario.scheme.contribution.child
    if child is None:
        return 0.0
    return size * float(people.shares[:, : min(child.below, AGES)].sum())


def of_beneficiary(scenario, people, terms=None):
    """What a beneficiary pays in a year on average, over sizes and categories of households, money; by the scheme's
    terms of contribution, or by others.
    """
    terms = terms or scenario.scheme.contribution
    sizes = np.flatnonzero(people.sizes)
    due = sum(people.sizes[n] * of_household(terms, int(n), children_of(scenario, people, int(n))) for n in sizes)
    return due * _over_categories(scenario, lambda name: terms.by_category.get(name, 1.0)) * dates_a_year(terms) / (
        people.mean_size
    )  # fmt: skip


def amount_asking(scenario, people, needed):
    """The smallest `scheme.contribution.amount`, in coins that people pay with, by which a beneficiary pays so much in
    a year; None where contributions go by size, or no amount does.
    """
    terms, step = scenario.scheme.contribution, coin(scenario.currency)
    if terms.amount is None:
        return None

    def suffices(coins):
        asked = of_beneficiary(scenario, people, terms.model_copy(update={"amount": coins * step}))
        return asked >= needed - 1e-9

    most = 1
    while not suffices(most):
        most *= 2
        if most * step > RICHEST:
            return None
    return step * bisect_left(range(most + 1), True, key=suffices)


def of_state(scenario):
    """What the State adds for a beneficiary in a year, money, on average over categories of households."""
    terms, state = scenario.scheme.contribution, scenario.scheme.contribution.state
    if state is None:
        return 0.0
    share = _over_categories(scenario, lambda name: 1.0 if state.categories is None or name in state.categories else 0)
    return state.per_beneficiary * share * dates_a_year(terms)


def _over_categories(scenario, of_category):
    """A mean over the categories of households."""
    shares = scenario.setting.association.categories or {"": 1.0}
    return sum(share * of_category(name) for name, share in shares.items()) / sum(shares.values())


def _at_size(terms, size):
    if terms.by_size is None:
        return terms.amount
    found = (amount for first, last, amount in terms.by_size if first <= size and (last is None or size <= last))
    return next(found, terms.by_size[-1][2])


def collection_rate(scenario):
    """Share of a first year's contributions that is ever paid: of n due dates the mean of `(1 - never × (1 - q))^j`, j
    = 1 to n, q the share that pays on the day; of whoever never pays again every later due is lost too. Averaged over
    sectors and their bad months; best values.
    """
    paying, terms = scenario.setting.paying, scenario.scheme.contribution
    if paying is None:
        return 1.0
    bad = paying.on_time if paying.on_time_bad_month is None else paying.on_time_bad_month
    months = [month - 1 for month in terms.every] if isinstance(terms.every, tuple) else range(12)
    sectors = [(one.share, np.mean([one.good_months[m] for m in months])) for one in scenario.setting.enterprises]
    rate, total = 0.0, 0.0
    for share, good in sectors or [(1.0, 1.0)]:
        on_time = good * float(paying.on_time) + (1 - good) * float(bad)
        stays = 1 - float(paying.never) * (1 - on_time)
        rate += share * np.mean(stays ** np.arange(1, max(round(dates_a_year(terms)), 1) + 1))
        total += share
    return float(rate / total)
