"""What beside care a contribution must pay for, and what pays for it beside the contribution; money a beneficiary and
of the year that is priced, one-off amounts spread over the scenario's years.
"""

from typing import NamedTuple

from mho_sim.scenario import add_months, dates_of
from mho_sim.tariff.charged import of_state


class Item(NamedTuple):
    """One running cost, or one income beside contributions, a beneficiary and year."""

    name: str
    amount: float
    total: float  # money a year
    how: str
    by_head: bool = False  # it grows with the number of people


class Costs(NamedTuple):
    """Running costs and other income."""

    items: tuple[Item, ...]  # fixed amounts of running costs
    of_contributions: float  # share of what members pay
    income: tuple[Item, ...]  # joining fees, the State's share
    support: tuple[Item, ...]  # from outside


def costs_of(scenario, people):
    """The scheme's running costs item by item, and what else comes in."""
    expenses, years, heads = scenario.scheme.expenses, scenario.years, people.beneficiaries
    joining = 0.0 if scenario.start_from is not None else people.households * people.joining
    spread = "once" if years == 1 else f"once, over {years} years"

    def item(name, total, how, by_head=False):
        return Item(name, total / heads, total, how, by_head)

    items = [
        item("at the start", expenses.once / years, spread),
        item("every month", 12 * expenses.per_month, "12 a year"),
        item("cards", expenses.per_card * joining / years, spread, by_head=True),
        Item(
            "for each beneficiary", expenses.per_beneficiary_year, expenses.per_beneficiary_year * heads, "a year", True
        ),
        *(item(one.name, one.amount * times(scenario, one) / years, _often(one)) for one in expenses.dated),
        *(
            item(f"{one.name} (in kind)", one.amount * times(scenario, one) / years, _often(one))
            for one in scenario.scheme.support
            if one.in_kind
        ),
    ]
    terms = scenario.scheme.contribution
    state = of_state(scenario)
    income = [
        item("joining fees", terms.joining_fee * joining / years, spread, by_head=True),
        Item("the State's share", state, state * heads, "a year", True),
    ]
    support = [
        item(one.name, one.amount * times(scenario, one) / years, _often(one)) for one in scenario.scheme.support
    ]
    return Costs(
        tuple(one for one in items if one.amount),
        expenses.share_of_contributions + terms.collector,
        tuple(one for one in income if one.amount),
        tuple(one for one in support if one.amount),
    )


def times(scenario, line):
    """How often a line of support or of dated costs comes within the scenario's years."""
    return len(dates_of(line, scenario.start, add_months(scenario.start, 12 * scenario.years)))


def _often(line):
    return {"once": "once, over the years", "month": "every month", "year": "every year"}[line.every]
