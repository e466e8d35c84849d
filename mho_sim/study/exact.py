"""The exact answer for a scenario whose law is closed (`closed`): trouble by year, the year's payments, the reserve.

A fund: money comes in and costs fall due on days that are known, and claims in between them follow a law that is
known. Days, dues and payments are those of MODEL.md; the law of the claims is that of `actuarial`, without drawing.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from mho_sim import rules
from mho_sim.actuarial import costs, counts, funds, lattice, totals
from mho_sim.engine import Calendar
from mho_sim.engine.dues import dues_of
from mho_sim.engine.tables import scheme_tables
from mho_sim.rules import MILLION
from mho_sim.study.closed import Obstacle, obstacles
from mho_sim.study.result import unsupported
from mho_sim.study.trouble import LEVELS

WHOLE_POINTS = 2**16  # a lattice on which all payments lie may have so many points to the largest total looked at
POINTS = 2**13, 2**15  # least and most of a lattice on which they do not; half its step shows the error
ROUNDING = 3e-13  # of each chance, from tilting and transforming (`totals.first_chances`)
CLASSES = 4096  # of the factor that all share in a year (MODEL.md, section 3)
QUANTILES = (0.5, 0.9, 0.95, 0.99)
TAILS = (0.95, 0.99)
IN_ONE_PART = (
    "the payments of a year fall due in several parts, between which money comes in, and they are not independent; "
    "{}, or let contributions come once a year"
)


class NotClosed(ValueError):
    """A scenario whose law is not closed; `obstacles` say why."""

    def __init__(self, found):
        self.obstacles = found
        first, *others = found
        more = f" Nor does it know {_listed(others)}." if others else ""
        super().__init__(f"{first.dotted}: no exact answer, for {first.why}.{more}")


def _listed(others):
    """A few of the keys, and how many more."""
    keys = list(dict.fromkeys(one.dotted for one in others))
    return ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")


class Payment(NamedTuple):
    """What is paid for an episode of one kind: amounts in whole units with chances, or a law and its layer."""

    amounts: dict | None
    law: Any = None
    layer: Any = None


class Part(NamedTuple):
    """Episodes of one kind and household-year whose payments fall due in one stretch."""

    kind: str
    year: int
    stretch: int
    mean: float


class Fund:
    """A fund of a scenario whose law is closed. Raises `NotClosed` for others.

    A stretch begins on a day on which money comes in, or a household-year begins; within it money only goes out.
    """

    def __init__(self, scenario):
        if found := obstacles(scenario):
            raise NotClosed(found)
        self.scenario, self.calendar = scenario, Calendar(scenario.start, scenario.years)
        self.tables = scheme_tables(scenario, self.calendar, [0])
        self.sizes = scenario.setting.association.households
        self.people = sum(size * count for size, count in self.sizes.items())
        self.reserve = scenario.scheme.reserve.opening
        income, costs_of_days = self._income(), self._costs()
        year_starts = self.calendar.first[:-1:12]
        self.starts = np.union1d(np.flatnonzero(income), year_starts)
        self.net = np.add.reduceat(income - costs_of_days, self.starts)  # money of each stretch, claims apart
        self.last_of_year = [int(n) - 1 for n in np.searchsorted(self.starts, self.calendar.first[12::12])]
        self.episodes = {kind: self._episodes(kind) for kind in scenario.scheme.benefits}
        self.parts = self._parts()
        self._refuse_split_years()

    # Money that is known

    def _income(self):
        """Money that comes in on each day: fees, contributions, support."""
        income = np.zeros(self.calendar.days, np.int64)
        income[0] += self.scenario.scheme.contribution.joining_fee * sum(self.sizes.values())
        for day in self._due_days():
            income[day] += sum(count * due for count, due in self._dues())
        for line in self.scenario.scheme.support:
            arrives = [self.calendar.after(day, line.late) for day in self.calendar.days_of(line) if not line.in_kind]
            for day in arrives:
                if day < self.calendar.days:
                    income[day] += line.amount
        return income

    def _costs(self):
        """What running costs and commissions take out on each day."""
        expenses, costs_of_days = self.scenario.scheme.expenses, np.zeros(self.calendar.days, np.int64)
        households, paid = sum(self.sizes.values()), np.zeros(self.calendar.days, np.int64)
        costs_of_days[0] += expenses.once + expenses.per_card * households
        for line in expenses.dated:
            for day in self.calendar.days_of(line):
                costs_of_days[day] += line.amount
        share = self.tables.collector_millionths[0]
        for day in self._due_days():
            paid[day] += sum(count * due for count, due in self._dues())
            costs_of_days[day] += sum(count * rules.half_up(due, share) for count, due in self._dues())
        monthly = expenses.per_month + (self.people * expenses.per_beneficiary_year + 6) // 12
        for first, after in zip(self.calendar.first[:-1], self.calendar.first[1:]):
            of_paid = rules.half_up(paid[first:after].sum(), round(expenses.share_of_contributions * MILLION))
            costs_of_days[after - 1] += monthly + of_paid
        return costs_of_days

    def _due_days(self):
        periods = dues_of(self.scenario, [0], self.calendar).periods
        return [period.due for period in periods if period.due < self.calendar.days]

    def _dues(self):
        """(households, what each owes for a period) by size."""
        terms, of_size = self.tables.contribution[0], self.tables.of_size[0]
        return [
            (count, int(rules.contribution_due(terms, int(of_size[size]), MILLION, size, 0)))
            for size, count in self.sizes.items()
        ]

    # Claims

    def _episodes(self, kind):
        """Mean number of episodes of all people that are paid for, by day, where nothing limits their number."""
        illness, k = self.scenario.setting.illness[kind], self.scenario.kinds.index(kind)
        season = np.asarray(illness.season or (1.0,) * 12)
        days = np.diff(self.calendar.first)
        months = [self.calendar.name_of_month(month) for month in range(self.calendar.months)]
        by_day = np.repeat(season[months] * 12 / season.sum() / 12 / days, days)
        covered = np.arange(self.calendar.days) >= self.tables.waiting_until[0, k, 1]
        return self.people * float(illness.need) * float(illness.seeking.covered) * by_day * covered

    def _parts(self):
        """All `Part`s with episodes; what falls due after the horizon is none of the fund's."""
        due = np.minimum(self.tables.invoice_due[0], self.calendar.days)
        stretch = np.where(due < self.calendar.days, np.searchsorted(self.starts, due, side="right") - 1, -1)
        years = np.searchsorted(self.calendar.first[12::12], np.arange(self.calendar.days), side="right")
        parts = []
        for kind, by_day in self.episodes.items():
            for year, place in sorted(set(zip(years.tolist(), stretch.tolist()))):
                mean = by_day[(years == year) & (stretch == place)].sum()
                if mean > 0:
                    parts.append(Part(kind, year, place, float(mean)))
        return parts

    def _refuse_split_years(self):
        """Episodes that share a factor of the year, or a limit in it, must be paid for in one stretch."""
        seen, found = set(), []
        for kind, year, stretch, _ in self.parts:
            key = self._shared(kind)
            if key and stretch >= 0 and (kind, year) in seen:
                what = "write community: 0" if key[-1] == "community" else "leave the limit out"
                found.append(Obstacle(key, IN_ONE_PART.format(what)))
            if stretch >= 0:
                seen.add((kind, year))
        if found:
            raise NotClosed(list(dict.fromkeys(found)))
        both = [kind for kind in self.episodes if self._community(kind) and self._limit(kind) is not None]
        if both:
            key = ("setting", "illness", both[0], "community")
            why = "with a limit of episodes a person the law of a shared factor is not known; write community: 0"
            raise NotClosed([Obstacle(key, why)])

    def _shared(self, kind):
        """The keys of what makes episodes of a year depend on each other; None if nothing does."""
        if self._community(kind):
            return ("setting", "illness", kind, "community")
        return None if self._limit(kind) is None else ("scheme", "benefits", kind, "events_per_person_year")

    def _community(self, kind):
        return float(self.scenario.setting.illness[kind].community)

    def _limit(self, kind):
        return self.scenario.scheme.benefits[kind].events_per_person_year

    def number(self, kind, mean):
        """The law of the number of episodes of a kind that are paid for, `mean` of them without limit."""
        if (most := self._limit(kind)) is not None:
            return _of_persons(counts.of_chances(_poisson(mean / self.people, most)), self.people)
        return counts.gamma_mixed_poisson(mean, self._community(kind))

    # What is paid for one

    @cached_property
    def payments(self):
        """The `Payment` of each kind in the package."""
        return {kind: self._payment(kind) for kind in self.episodes}

    def _payment(self, kind):
        cost, benefit = self.scenario.setting.illness[kind].cost, self.scenario.scheme.benefits[kind]
        if benefit.lump_sum is not None:
            return Payment({benefit.lump_sum: 1.0})
        law = _law(cost)
        if isinstance(law, costs.Table):
            return Payment(self._paid(kind, law))
        return Payment(None, _times(law, cost.covered_share), costs.benefit(*_steps(benefit)))

    def _paid(self, kind, law):
        """What is paid of each bill, by the rules, rounding included."""
        k = self.scenario.kinds.index(kind)
        covered = round(self.scenario.setting.illness[kind].cost.covered_share * MILLION)
        copay, fixed = (int(table[0, k, 0]) for table in (self.tables.copay_millionths, self.tables.copay_fixed))
        paid = {}
        for bill, chance in zip(law.amounts, law.shares):
            whole = math.floor(bill + 0.5)
            amount = int(rules.adjudicate(self.tables.benefit[0, k], whole, covered, 0, 0, copay, fixed).paid)
            paid[amount] = paid.get(amount, 0.0) + chance
        return paid


class Laws:
    """Laws of a fund's payments on a lattice."""

    def __init__(self, fund, step, spread=False):
        self.fund, self.step, self.spread, self._totals = fund, step, spread, {}
        self.of_one = {kind: self._one(payment) for kind, payment in fund.payments.items()}

    def _one(self, payment):
        if payment.amounts is None:
            return lattice.discretised(payment.law, self.step, payment.layer)
        amounts, chances = zip(*payment.amounts.items())
        if all(amount % self.step == 0 for amount in amounts):
            return lattice.of_amounts(self.step, amounts, chances)
        amounts, chances = zip(*sorted(payment.amounts.items()))
        return lattice.discretised(costs.Table(tuple(map(float, amounts)), chances), self.step)

    def total(self, parts):
        """The law of what is paid for parts together."""
        sums = {}
        for part in parts:
            year = part.year if self.fund._shared(part.kind) else None
            sums[part.kind, year] = sums.get((part.kind, year), 0.0) + part.mean
        key = tuple(sorted((kind, float(f"{mean:.12g}")) for (kind, _), mean in sums.items()))
        if key not in self._totals:
            law = lattice.Lattice(self.step, np.ones(1))
            for kind, mean in key:
                law = totals.sum_of(law, totals.compound(self.fund.number(kind, mean), self.of_one[kind]))
            self._totals[key] = law
        return self._totals[key]

    @cached_property
    def of_stretches(self):
        """The laws of what falls due in each stretch."""
        fund = self.fund
        return [self.total([p for p in fund.parts if p.stretch == s]) for s in range(len(fund.starts))]

    def of_year(self, year):
        """The law of what a household-year, from 0, costs, whenever it falls due."""
        return self.total([part for part in self.fund.parts if part.year == year])

    def trouble(self, reserve=None):
        """P(a bill was not paid on its day) by the end of each year, (years,)."""
        reserve = self.fund.reserve if reserve is None else reserve
        return funds.trouble_by_date(reserve, self.fund.net, self.of_stretches, self.spread)[self.fund.last_of_year]

    def reserve_needed(self, level, unit):
        """The smallest opening cash with which a share of the mutuals pays every bill on its day."""
        return funds.reserve_needed(1 - level, self.fund.net, self.of_stretches, unit, self.spread)

    @property
    def error(self):
        """How far chances may be off for what is cut off, and for rounding."""
        points = sum(len(law.chances) for law in self.of_stretches)
        return len(self.of_stretches) * len(self.of_one) * totals.TAIL + points * ROUNDING


@dataclass(frozen=True)
class Exact:
    """The exact answer: `late` (probability, by_year, numerical_error), `payments` (a frame, a row a year, money),
    `reserve_needed` by level, money; `without_support` the same without support from outside, where there is any.
    """

    scenario: Any = field(repr=False)
    late: dict
    payments: pd.DataFrame = field(repr=False)
    reserve_needed: dict
    on_lattice: bool  # whether all payments lie on the lattice, so that nothing is made discrete
    without_support: "Exact | None" = field(repr=False)

    def to_dict(self):
        """The object that `run --exact --json` prints."""
        alone = self.without_support
        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "version": version("mho_sim"),
            "exact": True,
            "years": self.scenario.years,
            "late": self.late,
            "reserve_needed": self.reserve_needed,
            **({} if alone is None else {"without_support": {"late": alone.late,
                                                            "reserve_needed": alone.reserve_needed}}),
            "payments": {str(year): {key: float(value) for key, value in row.items()}
                         for year, row in self.payments.to_dict("index").items()},
        }  # fmt: skip


def exactly(scenario):
    """The exact answer for a scenario whose law is closed: an `Exact`. Raises `NotClosed` for others, a ValueError that
    tells which keys forbid it.
    """
    fund = Fund(scenario)
    alone = unsupported(scenario)
    coarse, fine, on_lattice = laws_of(fund)
    by_year, error = trouble_of(fund, coarse, fine)
    unit = 1 if on_lattice else max(int(coarse.step), 1)
    return Exact(
        scenario,
        {
            "probability": round(float(by_year[-1]), 12),
            "by_year": [round(float(chance), 12) for chance in by_year],
            "numerical_error": float(f"{error:.2g}"),
        },
        _payments(fund, fine),
        {"method": "exact", "unit": unit, **{f"{level:.2f}": _reserve(coarse, level, unit) for level in LEVELS}},
        on_lattice,
        None if alone is None else exactly(alone),
    )


def laws_of(fund):
    """(laws on a lattice, laws on one of half its step, whether all payments lie on it, when the two are one)."""
    step = math.gcd(*(amount for one in fund.payments.values() for amount in one.amounts or ())) or 1
    largest = _largest(fund)
    if all(one.amounts is not None for one in fund.payments.values()) and largest / step <= WHOLE_POINTS:
        laws = Laws(fund, step)
        return laws, laws, True
    points = min(max(2**17 // len(fund.starts), POINTS[0]), POINTS[1])
    return Laws(fund, largest / points, True), Laws(fund, largest / points / 2, True), False


def trouble_of(fund, coarse, fine):
    """(P(trouble) by the end of each year, how far they may be off)."""
    by_year = fine.trouble()
    error = fine.error + _of_classes(fund)
    if coarse is not fine:  # the error falls with the square of the step (Richardson's extrapolation)
        further = (by_year - coarse.trouble()) / 3
        by_year, error = np.clip(by_year + further, 0.0, 1.0), error + float(np.abs(further).max())
    return by_year, error


def chance_late(scenario, year=None):
    """(P(a bill was not paid on its day) by the end of a year, from 0, or of the horizon; how far it may be off)."""
    fund = Fund(scenario)
    coarse, fine, _ = laws_of(fund)
    by_year, error = trouble_of(fund, coarse, fine)
    return float(by_year[-1 if year is None else year]), error


def _reserve(laws, level, unit):
    try:
        return int(laws.reserve_needed(level, unit))
    except ValueError:
        return None


def _largest(fund):
    """A total that the payments of the whole horizon hardly ever exceed."""
    mean = variance = 0.0
    for part in fund.parts:
        one = _moments(fund.payments[part.kind])
        of_part = counts.compound_moments(fund.number(part.kind, part.mean).moments, one)
        mean, variance = mean + of_part.mean, variance + of_part.variance
    return max(mean + 12 * math.sqrt(variance), 1.0)


def _moments(payment):
    """Moments of what is paid for an episode."""
    if payment.amounts is None:
        return lattice.payment_moments(payment.law, payment.layer, third=False)
    return counts.moments_of_chances(np.array([*payment.amounts], float), np.array([*payment.amounts.values()]))


def _payments(fund, laws):
    """What the care of each year costs the mutual, money: mean, standard deviation, VaR and TVaR, a row a year."""
    rows = {}
    for year in range(fund.scenario.years):
        law = laws.of_year(year)
        of_law = lattice.moments(law)
        rows[year + 1] = {
            "mean": of_law.mean,
            "sd": of_law.sd,
            **{f"p{100 * level:.0f}": float(lattice.value_at_risk(law, level)) for level in QUANTILES},
            **{f"tvar{100 * level:.0f}": float(lattice.tail_value_at_risk(law, level)) for level in TAILS},
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")


def _of_classes(fund):
    """How far chances may be off because a shared factor takes 4,096 values in the futures, and all here: the distance
    in total variation of the numbers of episodes.
    """
    error = 0.0
    for part in fund.parts:
        variance = fund._community(part.kind)
        if variance == 0 or part.stretch < 0:
            continue
        law = counts.gamma_mixed_poisson(part.mean, variance).moments
        n = np.arange(max(0, math.floor(law.mean - 12 * law.sd)), math.ceil(law.mean + 14 * law.sd) + 20)
        size, beta = 1 / variance, part.mean * variance
        smooth = np.exp(special.gammaln(n + size) - special.gammaln(size) - special.gammaln(n + 1)
                        + n * math.log(beta / (1 + beta)) - size * math.log1p(beta))  # fmt: skip
        means = part.mean * _classes(variance)
        cut = np.zeros(len(n))
        for some in np.array_split(means, 64):
            cut += np.exp(n * np.log(some[:, None]) - some[:, None] - special.gammaln(n + 1)).sum(axis=0)
        error += 0.5 * float(np.abs(smooth - cut / CLASSES).sum())
    return error


def _classes(variance):
    """The values of a gamma factor of mean 1 and this variance, each with the same chance (MODEL.md, section 3)."""
    a = 1 / variance
    ends = special.gammaincinv(a, np.arange(CLASSES + 1) / CLASSES)
    return CLASSES * np.diff(special.gammainc(a + 1, ends))


def _poisson(mean, most):
    """Chances of min(N, most), N Poisson, (most + 1,)."""
    chances = np.exp(np.arange(most) * math.log(mean) - mean - special.gammaln(np.arange(most) + 1))
    return np.append(chances, max(1 - chances.sum(), 0.0))


def _of_persons(single, people):
    """The law of the sum of so many independent numbers of one law."""
    moments = counts.Moments(*(people * moment for moment in single.moments))
    return counts.Number(moments, lambda z: single.generating(z) ** people)


def _law(cost):
    """The law of a bill."""
    if cost.table is not None:
        total = sum(share for _, share in cost.table)
        amounts, shares = zip(*((float(amount), share / total) for amount, share in sorted(cost.table)))
        return costs.Table(amounts, shares)
    if cost.fixed is not None:
        return costs.fixed(float(cost.fixed))
    law = next(law for law in (cost.lognormal, cost.gamma, cost.exponential) if law is not None)
    mean, cv = float(law.mean), 1.0 if law is cost.exponential else float(law.cv)
    if mean == 0 or cv == 0:
        return costs.fixed(mean)
    return costs.Lognormal(mean, cv) if law is cost.lognormal else costs.Gamma(mean, cv)


def _times(law, share):
    """The law of a share of a bill."""
    return costs.fixed(0.0) if share == 0 else type(law)(law.mean * share, law.cv)


def _steps(benefit):
    """The steps of a benefit in its order, as `costs.benefit` takes them."""
    steps = {
        "deductible": [("deductible", benefit.deductible)],
        "copay": [("copay", benefit.copay), ("fixed_copay", benefit.copay_fixed)],
        "ceiling": [] if benefit.ceiling_per_event is None else [("ceiling", benefit.ceiling_per_event)],
    }
    return [step for name in benefit.order for step in steps[name]]
