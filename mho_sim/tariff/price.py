"""The contribution, built up service by service without simulation: `price(scenario)` gives a `Price`."""

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import NamedTuple

import numpy as np
import pandas as pd

from mho_sim.actuarial import contributions, costs
from mho_sim.tariff import charged, limits
from mho_sim.tariff.figures import Figures, draws
from mho_sim.tariff.people import People, people_of
from mho_sim.tariff.pool import LEVELS, Pool, pool
from mho_sim.tariff.running import Costs, costs_of
from mho_sim.tariff.services import Care, index_of_year

SAFETY = 0.10  # of benefits, at the start; later less, as 5 % (GUIDE F2 [S])
DRAWS = 256
FAMILIES = (3, 5, 8)
DAYS_A_MONTH = 30.4  # DOMAIN 3.1


class Line(NamedTuple):
    """One line of the build-up."""

    key: str
    words: str
    amount: float  # money a beneficiary and year
    how: str = ""


class Terms(NamedTuple):
    """What is added to the pure premium, and how."""

    safety: float = SAFETY
    surplus: float = 0.0
    on_net: float | None = None
    on_gross: float | None = None
    collection: float | None = None


@dataclass(frozen=True)
class Price:
    """The price of a year of cover; money a beneficiary and year unless it says otherwise.

    Frames: `services`, one row per service; `build_up`, one row per line; `compared`, what is needed beside what the
    scheme asks; `margins`, by level of safety; `years`, one row per year of membership; `running`, the running costs.
    """

    scenario: object = field(repr=False)
    year: int
    terms: Terms
    people: People = field(repr=False)
    costs: Costs = field(repr=False)
    services: pd.DataFrame = field(repr=False)
    build_up: pd.DataFrame = field(repr=False)
    compared: pd.DataFrame = field(repr=False)
    margins: pd.DataFrame = field(repr=False)
    years: pd.DataFrame = field(repr=False)
    range: dict | None
    collection: float
    pool: Pool = field(repr=False)

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
    def running(self):
        """The running costs item by item: a beneficiary and year, and the mutual's year."""
        rows = {one.name: (one.amount, one.total, one.how) for one in self.costs.items}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["amount", "total", "how"])

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
            "households": self.people.households * self.people.joining,
            "services": _rows(self.services),
            "build_up": _rows(self.build_up),
            "pure_premium": {"best": self.pure_premium, "range": self.range},
            "contribution": self.contribution,
            "contribution_with_support": self.amount("with_support"),
            "collection_rate": self.collection,
            "compared": _rows(self.compared),
            "margins": {f"{level:.2f}": row for level, row in _rows(self.margins).items()},
            "years": {str(year): row for year, row in _rows(self.years).items()},
            "not_counted": self.not_counted,
            "remarks": self.remarks,
        }


def _rows(frame):
    """A frame as a dict of rows; what is missing is None."""
    return {
        name: {key: None if isinstance(value, float) and np.isnan(value) else value for key, value in row.items()}
        for name, row in frame.astype(object).to_dict("index").items()
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
    people = people_of(scenario)
    care, growth = Care(scenario, people, Figures(scenario)), scenario.setting.inflation.medical
    services = _services(care, year, growth.best)
    outgoings = _costs(scenario, people, terms)
    rate = charged.collection_rate(scenario) if collection is None else collection
    if rate <= 0:
        raise ValueError("Nobody ever pays a contribution (setting.paying), so none can be named that would do.")
    build_up = _build_up(services, terms, outgoings, rate, scenario)
    variation = pool(care, index_of_year(growth.best, year))
    return Price(
        scenario=scenario,
        year=year,
        terms=terms,
        people=people,
        costs=outgoings,
        services=services,
        build_up=build_up,
        compared=_compared(scenario, people, build_up),
        margins=_margins(variation, people.beneficiaries, safety),
        years=_years(care, growth.best, terms, outgoings, rate, scenario),
        range=_range(scenario, people, year),
        collection=rate,
        pool=variation,
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


# Care


def waiting_months(scenario, kind):
    """Months of a new member's waiting period for a kind (those of days in months of 30.4)."""
    waiting = scenario.scheme.membership.waiting
    otherwise = waiting.get("default")
    if scenario.setting.illness[kind].emergency:
        otherwise = waiting.get("emergency", otherwise)
    span = waiting.get(kind, otherwise)
    return 0.0 if span is None else span.months + span.days / DAYS_A_MONTH


def newcomers(scenario, year):
    """Share of the households that wait in a year."""
    if year > 1:
        return 0.0
    books = scenario.start_from
    return 1.0 if books is None else books.members.waiting / scenario.household_count


def _served(scenario, kind, year):
    """Share of a year after the waiting period, of newcomers and others together."""
    return 1 - newcomers(scenario, year) * (1 - float(costs.first_year_share(waiting_months(scenario, kind))))


def _services(care, year, growth):
    """One row per service of the package."""
    scenario, index, rows = care.scenario, index_of_year(growth, year), {}
    for kind in scenario.kinds:
        if kind not in care.benefits:
            continue
        need, sought, frequency = (care.mean(of(kind)) for of in (care.need, care.sought, care.paid_for))
        now, then = care.pays(kind), care.pays(kind, index)
        net, guide = float(now.moments[0, 0]), now.less_copay
        served = _served(scenario, kind, year)
        trend = float(then.moments[0].mean()) / net if net else 1.0
        full = float(contributions.pure_premium(frequency, net))
        rows[kind] = {
            "need": need,
            "sought": sought / need if need else 0.0,
            "paid_for": frequency / sought if sought else 0.0,
            "frequency": frequency,
            "mean_bill": now.mean_bill,
            "net": net,
            "care": full,
            "guide_net": guide,
            "guide_care": frequency * guide,
            "frequency_as_others": care.mean(care.paid_for(kind, covered=False)),
            "waiting_months": waiting_months(scenario, kind),
            "first_year_share": served,
            "trend": trend,
            "pure_premium": full * served * trend,
        }
    columns = list(next(iter(rows.values()), dict.fromkeys(COLUMNS)))
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=float).rename_axis("service")


COLUMNS = (
    "need",
    "sought",
    "paid_for",
    "frequency",
    "mean_bill",
    "net",
    "care",
    "guide_net",
    "guide_care",
    "frequency_as_others",
    "waiting_months",
    "first_year_share",
    "trend",
    "pure_premium",
)


def _range(scenario, people, year):
    """Where 90 of 100 draws of the unknown numbers put the pure premium, and the number that moves it most; None
    where all are exact.
    """
    drawn = draws(scenario, DRAWS)
    if not drawn:
        return None
    growth = scenario.setting.inflation.medical
    totals = np.array([_pure_premium(scenario, people, year, growth, one) for one in drawn])
    low, middle, high = np.quantile(totals, (0.05, 0.5, 0.95))
    return {
        "method": f"drawing: {DRAWS} draws, Latin hypercube; 5, 50 and 95%",
        "low": float(low),
        "half": float(middle),
        "high": float(high),
        "moved_most_by": _moves_most(drawn, totals),
    }


def _pure_premium(scenario, people, year, growth, drawn):
    """The pure premium of one draw of the unknown numbers."""
    figures = Figures(scenario, drawn)
    care, index = Care(scenario, people, figures), index_of_year(figures.of(GROWTH, growth), year)
    return sum(
        care.mean(care.paid_for(kind)) * float(care.pays(kind, index).moments[0].mean()) * _served(scenario, kind, year)
        for kind in care.benefits
    )


GROWTH = "setting.inflation.medical"


def _moves_most(drawn, totals):
    """The path of the number with the largest rank correlation with the pure premium; None if it does not move."""
    if np.ptp(totals) == 0:
        return None
    ranks = np.argsort(np.argsort(totals)) - (len(totals) - 1) / 2
    strength = {}
    for path in drawn[0]:
        values = np.array([one[path] for one in drawn])
        strength[path] = abs(float((np.argsort(np.argsort(values)) - (len(values) - 1) / 2) @ ranks))
    return max(strength, key=strength.get)


# The build-up


def _build_up(services, terms, outgoings, rate, scenario):
    """The lines, from care to what is asked."""
    lines = [*_premium(services, scenario), *_loaded(services, terms, outgoings)]
    needed = lines[-1].amount
    others = [Line(f"income: {one.name}", one.name, -one.amount, one.how) for one in outgoings.income]
    share = outgoings.of_contributions
    collected = contributions.loaded_on_gross(needed + sum(line.amount for line in others), share)
    lines += others
    words = f"running costs on gross, {100 * share:g}% of contributions"
    lines.append(Line("running_costs_on_gross", words, collected * share))
    lines.append(Line("collected", "must come in from members", collected))
    asked = float(contributions.nominal_contribution(collected, rate))
    lines += [
        Line("not_collected", "contributions that never come", asked - collected, f"{100 * (1 - rate):.3g}% of them"),
        Line("contribution", "contribution needed", asked),
    ]
    saved = sum(one.amount for one in outgoings.support) / (1 - share) / rate
    if saved:
        lines.append(Line("support", "what support from outside saves members", -saved))
    lines.append(Line("with_support", "needed with that support", asked - saved))
    return pd.DataFrame(lines, columns=["line", "words", "amount", "how"]).set_index("line")


def _premium(services, scenario):
    """Care, its adjustments each by itself, and the pure premium."""
    frequency, net, served = services["frequency"], services["net"], services["first_year_share"]
    others, care = float((services["frequency_as_others"] * net).sum()), float(services["care"].sum())
    waiting = float((frequency * net * served).sum()) - care
    premium = float(services["pure_premium"].sum())
    growth = scenario.setting.inflation.medical.best
    return [
        Line("care_as_others", "care, if the covered used it as others do", others),
        Line("use", "covered people seek care more often", care - others),
        Line("care", "care of a full year, at the start's prices", care),
        Line("waiting", "waiting period of new members", waiting, "n/12, by service"),
        Line("price_trend", "prices of care rise", premium - care - waiting, f"{100 * growth:g}% a year"),
        Line("pure_premium", "pure premium", premium),
    ]


def _loaded(services, terms, outgoings):
    """Safety margin, running costs of fixed amount, surplus."""
    premium = float(services["pure_premium"].sum())
    margin = premium * terms.safety
    lines = [Line("safety_margin", "safety margin", margin, f"{100 * terms.safety:g}% of benefits")]
    running = [Line(f"running: {one.name}", one.name, one.amount, one.how) for one in outgoings.items]
    if terms.on_net is not None:
        loaded = contributions.loaded_on_net(premium + margin, terms.on_net) - premium - margin
        words = f"running costs on net, {100 * terms.on_net:g}% of care and margin"
        running.append(Line("running_costs_on_net", words, loaded))
    fixed = sum(line.amount for line in running)
    parts = contributions.build_up(premium, terms.safety, fixed, terms.surplus)
    lines += running
    how = f"{100 * terms.surplus:g}% of all above"
    lines.append(Line("surplus", "surplus for the reserve", parts.surplus, how))
    return [*lines, Line("needed", "the year needs", parts.contribution)]


def _years(care, growth, terms, outgoings, rate, scenario):
    """Each year of membership: pure premium, and what is needed."""
    rows = {}
    for year in range(1, scenario.years + 1):
        lines = _build_up(_services(care, year, growth), terms, outgoings, rate, scenario)["amount"]
        rows[year] = {key: lines[key] for key in ("pure_premium", "contribution", "with_support")}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")


def _compared(scenario, people, build_up):
    """What is needed beside what the scheme asks: of a person, of an average household, of families."""
    terms, needed = scenario.scheme.contribution, float(build_up.loc["contribution", "amount"])
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


def _margins(variation, persons, safety):
    """By level of safety the margin that this pool needs, and the pool for which `safety` suffices."""
    rows = {}
    for level in LEVELS:
        rows[level] = {
            **{f"margin_{law}": variation.margin(level, persons, law) if variation.mean else np.nan for law in LAWS},
            **{f"people_{law}": _or_nan(variation.persons_for(safety, level, law)) if variation.mean else np.nan
               for law in LAWS},
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("level")


LAWS = ("normal", "np")


def _or_nan(number):
    return np.nan if number is None else float(number)
