"""The contribution, built up service by service without simulation: `price(scenario)` gives a `Price`."""

from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version

import numpy as np
import pandas as pd

from mho_sim.actuarial.margins import LEVELS
from mho_sim.tariff import charged, limits
from mho_sim.tariff.adding import SAFETY, Terms, build_up
from mho_sim.tariff.figures import Figures
from mho_sim.tariff.people import People, people_of
from mho_sim.tariff.pool import Pool, factors_of, kinds_that_cost, pool
from mho_sim.tariff.premium import range_of, services_of
from mho_sim.tariff.rows import rows_of
from mho_sim.tariff.running import Costs, costs_of
from mho_sim.tariff.services import Care, index_of_year
from mho_sim.tariff.year import exact

FAMILIES = (3, 5, 8)


@dataclass(frozen=True)
class Price:
    """The price of a year of cover; money a beneficiary and year unless it says otherwise.

    Frames: `services`, one row per service; `build_up`, one row per line; `compared`, what is needed beside what the
    scheme asks; `margins`, by level of safety; `years`, one row per year of membership (`people` who are members then,
    as households renew; `amount`: the `scheme.contribution.amount` that asks what is needed, in coins; NaN where there
    is none); `running`, the running costs, spread over the members of the year.
    """

    scenario: object = field(repr=False)
    year: int
    terms: Terms
    people: People = field(repr=False)
    costs: Costs = field(repr=False)
    services: pd.DataFrame = field(repr=False)
    build_up: pd.DataFrame = field(repr=False)
    compared: pd.DataFrame = field(repr=False)
    years: pd.DataFrame = field(repr=False)
    range: dict | None
    collection: float
    pool: Pool = field(repr=False)
    care: Care = field(repr=False)

    def amount(self, key):
        """The amount of one line of the build-up."""
        return float(self.build_up.loc[key, "amount"])

    @property
    def pure_premium(self):
        """Care that the mutual pays for, a beneficiary and year."""
        return self.amount("pure_premium")

    @property
    def contribution(self):
        """What must be asked of a beneficiary for a year, without support from outside."""
        return self.amount("contribution")

    @property
    def amount_for_all(self):
        """The `scheme.contribution.amount` that asks, in all years together, what they need together, in coins; None
        where there is none.
        """
        people = self.years["people"]
        needed = float((self.years["contribution"] * people).sum() / people.sum())
        return charged.amount_asking(self.scenario, self.people, needed)

    @property
    def running(self):
        """The running costs item by item: a beneficiary and year, and the mutual's year."""
        rows = {one.name: (one.amount, one.total, one.how) for one in self.costs.items}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["amount", "total", "how"])

    @cached_property
    def exact(self):
        """The margins by the exact law of a year's care; an `Exact`."""
        index = index_of_year(self.scenario.setting.inflation.medical.best, self.year)
        factors = {kind: factors_of(self.care, kind) for kind in kinds_that_cost(self.care, index)}
        return exact(self.care, factors, index, self.pool, self.people.beneficiaries, self.terms.safety, LEVELS)

    @cached_property
    def margins(self):
        """By level of safety the margin that this pool needs, and the pool for which `safety` suffices."""
        return _margins(self.pool, self.exact, self.people.beneficiaries, self.terms.safety)

    @property
    def not_counted(self):
        """Limits of the year that the price does not take into account, in words, by path."""
        return limits.not_counted(self.scenario)

    @property
    def remarks(self):
        """Sentences about what else is not in the price."""
        return limits.remarks(self.scenario)

    def to_dict(self):
        """The object that `price --json` prints."""
        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "version": version("mho_sim"),
            "currency": self.scenario.currency,
            "year": self.year,
            "beneficiaries": self.people.beneficiaries,
            "households": self.people.members,
            "services": rows_of(self.services),
            "build_up": rows_of(self.build_up),
            "pure_premium": {"best": self.pure_premium, "range": self.range},
            "contribution": self.contribution,
            "contribution_with_support": self.amount("with_support"),
            "collection_rate": self.collection,
            "compared": rows_of(self.compared),
            "margins": {f"{level:.2f}": row for level, row in rows_of(self.margins).items()},
            "exact_margin": {
                "numerical_error": self.exact.numerical_error,
                "missing": self.exact.missing,
                "people_missing": self.exact.people_missing,
            },
            "years": {str(year): row for year, row in rows_of(self.years).items()},
            "amount_for_all_years": self.amount_for_all,
            "not_counted": self.not_counted,
            "remarks": self.remarks,
        }


def price(scenario, safety=SAFETY, surplus=0.0, year=1, on_net=None, on_gross=None, collection=None):
    """The price of cover in a year of membership, from 1, built up service by service; a `Price`.

    `safety` is a share of the benefits (pure premium); `surplus` one of pure premium, margin and running costs.
    `on_net` and `on_gross` are running costs as a share of pure premium and margin, or of the contribution itself,
    instead of the scheme's own; `collection` the share of contributions that comes in, instead of what
    `setting.paying` says. Raises ValueError, with a sentence, where nothing could be asked that would do.
    """
    terms = Terms(safety, surplus, on_net, on_gross, collection)
    _check(scenario, terms, year)
    joined = people_of(scenario)
    if joined.beneficiaries <= 0:
        raise ValueError("Nobody joins (setting.take_up is 0), so there is nobody to pay a contribution.")
    people = joined.in_year(scenario, year)
    if people.beneficiaries <= 0:
        raise ValueError(f"Nobody renews (setting.renewing is 0), so nobody is a member in year {year}: price year 1.")
    care, growth = Care(scenario, people, Figures(scenario)), scenario.setting.inflation.medical
    services = services_of(care, year, growth.best)
    outgoings = _costs(scenario, people, terms)
    rate = charged.collection_rate(scenario) if collection is None else collection
    if rate <= 0:
        raise ValueError("Nobody ever pays a contribution (setting.paying), so none can be named that would do.")
    lines = build_up(services, terms, outgoings, rate, scenario)
    return Price(
        scenario=scenario,
        year=year,
        terms=terms,
        people=people,
        costs=outgoings,
        services=services,
        build_up=lines,
        compared=_compared(scenario, people, lines),
        years=_years(care, growth.best, terms, joined, rate, scenario),
        range=range_of(scenario, people, year),
        collection=rate,
        pool=pool(care, index_of_year(growth.best, year)),
        care=care,
    )


def _check(scenario, terms, year):
    """ValueError, with a sentence, for what cannot be."""
    for name, share in terms._asdict().items():
        low_open = name == "collection"
        if share is not None and not (0 < share <= 1 if low_open else 0 <= share <= 1):
            raise ValueError(f"'{name}' is {share}: write a share {'above' if low_open else 'from'} 0% to 100%.")
    if terms.on_net is not None and terms.on_gross is not None:
        raise ValueError("'on_net' and 'on_gross' exclude each other: leave one of them out.")
    if not 1 <= year <= scenario.years:
        raise ValueError(f"'year' is {year}: the scenario looks at the years 1 to {scenario.years}.")
    expenses = scenario.scheme.expenses.share_of_contributions + scenario.scheme.contribution.collector
    gross = expenses if terms.on_net is None and terms.on_gross is None else terms.on_gross or 0.0
    if gross >= 1:
        raise ValueError(f"Running costs take {100 * gross:g}% of the contributions: nothing is left for care.")


def _costs(scenario, people, terms):
    """The scheme's running costs, or none of them where a share stands in their place."""
    found = costs_of(scenario, people)
    if terms.on_net is None and terms.on_gross is None:
        return found
    in_kind = {one.name for one in scenario.scheme.support if one.in_kind}
    return found._replace(
        items=(),
        of_contributions=terms.on_gross or 0.0,
        support=tuple(one for one in found.support if one.name not in in_kind),
    )


def _years(care, growth, terms, joined, rate, scenario):
    """Each year of membership with members: how many people, pure premium, what is needed, and the amount of the scheme
    that asks it.
    """
    rows = {}
    for year in range(1, scenario.years + 1):
        people = joined.in_year(scenario, year)
        if people.beneficiaries <= 0:
            break
        outgoings = _costs(scenario, people, terms)
        lines = build_up(services_of(care, year, growth), terms, outgoings, rate, scenario)["amount"]
        rows[year] = {"people": people.beneficiaries}
        rows[year] |= {key: lines[key] for key in ("pure_premium", "contribution", "with_support")}
        rows[year]["amount"] = _or_nan(charged.amount_asking(scenario, care.people, lines["contribution"]))
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")


def _compared(scenario, people, lines):
    """What is needed beside what the scheme asks: of a person, of an average household, of families."""
    terms, needed = scenario.scheme.contribution, float(lines.loc["contribution", "amount"])
    dates, asked = charged.dates_a_year(terms), charged.of_beneficiary(scenario, people)
    rows = {"person": (needed, asked), "average household": (people.mean_size * needed, people.mean_size * asked)}
    for size in FAMILIES:
        of_family = charged.of_household(terms, size, charged.children_of(scenario, people, size))
        rows[f"family of {size}"] = (size * needed, dates * of_family)
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["needed_year", "asked_year"]).rename_axis("who")
    for name in ("needed", "asked"):
        frame[f"{name}_instalment"] = frame[f"{name}_year"] / dates
        frame[f"{name}_day"] = frame[f"{name}_year"] / charged.DAYS_A_YEAR
    return frame


def _margins(variation, by_law, persons, safety):
    """By level of safety the margin that this pool needs, and the pool for which `safety` suffices."""
    rows = {}
    for level in LEVELS:
        margins = {law: variation.margin(level, persons, law) if variation.mean else None for law in LAWS}
        people = {law: variation.persons_for(safety, level, law) if variation.mean else None for law in LAWS}
        margins["exact"], people["exact"] = by_law.margins.get(level), by_law.people.get(level)
        rows[level] = {
            **{f"margin_{law}": _or_nan(margin) for law, margin in margins.items()},
            **{f"people_{law}": _or_nan(number) for law, number in people.items()},
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("level")


LAWS = ("normal", "np")


def _or_nan(number):
    return np.nan if number is None else float(number)
