"""Packages and contributions side by side: who would join, what a year then brings, and how many people it takes."""

import math
from dataclasses import dataclass, field
from importlib.metadata import version

import pandas as pd

from mho_sim.tariff import charged
from mho_sim.tariff.adding import SAFETY
from mho_sim.tariff.price import price

AMOUNT = "scheme.contribution.amount"
NOBODY = {"joining": 0.0, "households": 0.0, "people": 0.0} | dict.fromkeys(
    ("needed", "asked", "result", "break_even", "break_even_share"), math.nan
)


@dataclass(frozen=True)
class Offers:
    """What could be offered, in one year of membership: `packages`, scenarios by name, and a `frame` by package and
    contribution (an amount of one instalment).

    Columns: `joining`, share of the households (as `setting.take_up` says of that contribution; all where it says
    nothing); `households` and `people` that are members in that year; `needed` and `asked`, money a person and year;
    `result`, what a year brings the mutual more than it costs, money, expected, without safety margin and without
    support from outside; `break_even`, people that must be members then for it not to be negative (NaN where no number
    does, because each costs more than they bring), and `break_even_share`, how many times as many as the association
    would have among its people, if all joined.
    """

    packages: dict = field(repr=False)
    year: int
    safety: float  # margin, a share of benefits, in `needed`
    frame: pd.DataFrame

    def to_dict(self):
        """The object that `price --contributions --json` prints."""
        rows = self.frame.reset_index().astype(object)
        return {
            "version": version("mho_sim"),
            "year": self.year,
            "safety": self.safety,
            "packages": {name: {"title": one.title, "hash": one.hash} for name, one in self.packages.items()},
            "offers": rows.where(lambda cell: cell.notna(), None).to_dict("records"),
        }


def offers(packages, contributions=(), year=None, safety=SAFETY, **terms):
    """What could be offered: each of the `packages`, scenarios by name, at each of the `contributions` (amounts of one
    instalment; where none is named, at its own); an `Offers`. `year` of membership is the last where none is named,
    when nobody waits any more; `safety` and other `terms` as those of `price`. Raises ValueError as `price` and the
    scenario do.
    """
    year, rows = year or min(one.years for one in packages.values()), {}
    for name, scenario in packages.items():
        for amount in contributions or (scenario.scheme.contribution.amount,):
            try:
                rows[name, amount] = _row(scenario, amount, year=year, safety=safety, **terms)
            except ValueError as error:
                raise ValueError(f"{name}: {error}" if name else str(error)) from error
    index = pd.MultiIndex.from_tuples(rows, names=("package", "contribution"))
    return Offers(dict(packages), year, safety, pd.DataFrame.from_records(list(rows.values()), index=index))


def _row(scenario, amount, **terms):
    """A package at one contribution."""
    offered = scenario if amount == scenario.scheme.contribution.amount else scenario.with_(AMOUNT, amount)
    return NOBODY if _nobody_joins(offered) else _brought(price(offered, **terms))


def _nobody_joins(scenario):
    return scenario.setting.take_up is not None and scenario.setting.take_up.best <= 0


def _brought(found):
    """What a price brings in a year, and how many people it takes."""
    people, costs = found.people, found.costs
    asked = charged.of_beneficiary(found.scenario, people)
    on_net = (found.terms.on_net or 0.0) * found.pure_premium
    by_head = found.pure_premium + on_net + sum(one.amount for one in costs.items if one.by_head)
    fixed = sum(one.total for one in costs.items if not one.by_head)
    income = asked * found.collection * (1 - costs.of_contributions) + sum(one.amount for one in costs.income)
    of_one, all_people = income - by_head, people.households * people.staying * people.mean_size
    needed = math.ceil(fixed / of_one - 1e-9) if of_one > 0 else math.nan if fixed or of_one < 0 else 0
    return {
        "joining": people.joining,
        "households": people.members,
        "people": people.beneficiaries,
        "needed": found.contribution,
        "asked": asked,
        "result": of_one * people.beneficiaries - fixed,
        "break_even": needed,
        "break_even_share": needed / all_people,
    }
