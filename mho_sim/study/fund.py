"""A fund whose law is closed (`closed`): money comes in and costs fall due on days that are known, and claims in
between them follow a law that is known. Days, dues and payments are those of MODEL.md.
"""

import math
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from mho_sim import rules
from mho_sim.actuarial import costs, counts
from mho_sim.engine import Calendar
from mho_sim.engine.dues import dues_of
from mho_sim.engine.tables import scheme_tables
from mho_sim.rules import MILLION
from mho_sim.study.closed import Obstacle, obstacles
from mho_sim.tariff.services import law_of, layer_of

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
            key = self.shared(kind)
            if key and stretch >= 0 and (kind, year) in seen:
                what = "write community: 0" if key[-1] == "community" else "leave the limit out"
                found.append(Obstacle(key, IN_ONE_PART.format(what)))
            if stretch >= 0:
                seen.add((kind, year))
        if found:
            raise NotClosed(list(dict.fromkeys(found)))
        both = [kind for kind in self.episodes if self.community(kind) and self.limit(kind) is not None]
        if both:
            key = ("setting", "illness", both[0], "community")
            why = "with a limit of episodes a person the law of a shared factor is not known; write community: 0"
            raise NotClosed([Obstacle(key, why)])

    def shared(self, kind):
        """The keys of what makes episodes of a year depend on each other; None if nothing does."""
        if self.community(kind):
            return ("setting", "illness", kind, "community")
        return None if self.limit(kind) is None else ("scheme", "benefits", kind, "events_per_person_year")

    def community(self, kind):
        return float(self.scenario.setting.illness[kind].community)

    def limit(self, kind):
        return self.scenario.scheme.benefits[kind].events_per_person_year

    def number(self, kind, mean):
        """The law of the number of episodes of a kind that are paid for, `mean` of them without limit."""
        if (most := self.limit(kind)) is not None:
            return _of_persons(counts.of_chances(_poisson(mean / self.people, most)), self.people)
        return counts.gamma_mixed_poisson(mean, self.community(kind))

    # What is paid for one

    @cached_property
    def payments(self):
        """The `Payment` of each kind in the package."""
        return {kind: self._payment(kind) for kind in self.episodes}

    def _payment(self, kind):
        cost, benefit = self.scenario.setting.illness[kind].cost, self.scenario.scheme.benefits[kind]
        if benefit.lump_sum is not None:
            return Payment({benefit.lump_sum: 1.0})
        law = law_of(cost, lambda key, unknown: float(unknown))
        if isinstance(law, costs.Table):
            return Payment(self._paid(kind, law))
        return Payment(None, _times(law, cost.covered_share), layer_of(benefit))

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


def _poisson(mean, most):
    """Chances of min(N, most), N Poisson, (most + 1,)."""
    chances = np.exp(np.arange(most) * math.log(mean) - mean - special.gammaln(np.arange(most) + 1))
    return np.append(chances, max(1 - chances.sum(), 0.0))


def _of_persons(single, people):
    """The law of the sum of so many independent numbers of one law."""
    moments = counts.Moments(*(people * moment for moment in single.moments))
    return counts.Number(moments, lambda z: single.generating(z) ** people)


def _times(law, share):
    """The law of a share of a bill."""
    return costs.fixed(0.0) if share == 0 else type(law)(law.mean * share, law.cv)
