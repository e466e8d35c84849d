"""Packages and contributions side by side: who would join, what a year then brings, and how many people it takes."""

import math

import pandas as pd

from mho_sim.tariff import charged
from mho_sim.tariff.price import price

AMOUNT = "scheme.contribution.amount"
NOBODY = {"joining": 0.0, "households": 0.0, "people": 0.0} | dict.fromkeys(
    ("needed", "asked", "result", "break_even", "break_even_share"), math.nan
)


def offers(packages, contributions=(), **terms):
    """A table of what could be offered: each package, a scenario by its name, at each of the `contributions` (amounts
    of one instalment; where none is named, at its own).

    A frame by package and contribution: `joining`, share of the households (as `setting.take_up` says of that
    contribution; all where it says nothing); `households` and `people` that join; `needed` and `asked`, money a person
    and year; `result`, what a year brings the mutual more than it costs, money, expected, without safety margin and
    without support from outside; `break_even`, people that must join for it not to be negative (NaN where no number
    does, because each costs more than they bring), and `break_even_share` of the association's people. `terms` as those
    of `price`. Raises ValueError as `price` and the scenario do.
    """
    rows = {}
    for name, scenario in packages.items():
        for amount in contributions or (scenario.scheme.contribution.amount,):
            same = amount == scenario.scheme.contribution.amount
            offered = scenario if same else scenario.with_(AMOUNT, amount)
            rows[name, amount] = NOBODY if _nobody_joins(offered) else _row(price(offered, **terms))
    index = pd.MultiIndex.from_tuples(rows, names=("package", "contribution"))
    return pd.DataFrame.from_records(list(rows.values()), index=index)


def _nobody_joins(scenario):
    return scenario.setting.take_up is not None and scenario.setting.take_up.best <= 0


def _row(found):
    people, costs = found.people, found.costs
    asked = charged.of_beneficiary(found.scenario, people)
    on_net = (found.terms.on_net or 0.0) * found.pure_premium
    by_head = found.pure_premium + on_net + sum(one.amount for one in costs.items if one.by_head)
    fixed = sum(one.total for one in costs.items if not one.by_head)
    income = asked * found.collection * (1 - costs.of_contributions) + sum(one.amount for one in costs.income)
    of_one, all_people = income - by_head, people.households * people.mean_size
    needed = math.ceil(fixed / of_one - 1e-9) if of_one > 0 else math.nan if fixed or of_one < 0 else 0
    return {
        "joining": people.joining,
        "households": people.households * people.joining,
        "people": people.beneficiaries,
        "needed": found.contribution,
        "asked": asked,
        "result": of_one * people.beneficiaries - fixed,
        "break_even": needed,
        "break_even_share": needed / all_people,
    }
