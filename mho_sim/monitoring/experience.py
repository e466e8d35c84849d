"""Experience: a register beside the plan, and what follows from it: `experience(scenario, register)`."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib.metadata import version
from os import PathLike
from typing import NamedTuple

import pandas as pd

from mho_sim.monitoring import lines
from mho_sim.monitoring.comparison import ALL, Seen, compared, seen_of
from mho_sim.monitoring.next_year import beliefs, by_group, by_service_and_group, credible
from mho_sim.monitoring.outstanding import outstanding
from mho_sim.monitoring.plan import Plan
from mho_sim.monitoring.register import Register, cover_begins, load_register
from mho_sim.tariff import limits
from mho_sim.tariff.rows import rows_of

MORE = 1.5  # so many times as many people as the plan has are doubted: assumed


class TooEarly(NamedTuple):
    """More people written as covered in a period than the file lets be covered by then; `most` on average over it."""

    service: str
    first: date
    until: date
    covered: float
    begins: date
    most: float


@dataclass(frozen=True, eq=False)
class Experience:
    """What a register says of a scenario's plan. Frames have a row a service: `services`, actual against expected, with
    one more row for all; `next_year`; `outstanding`, money at the end of the register; `groups`, if there are any.
    """

    scenario: object = field(repr=False)
    register: Register = field(repr=False)
    plan: Plan = field(repr=False)
    seen: Seen = field(repr=False)

    @cached_property
    def services(self):
        return compared(self.plan, self.seen)

    @cached_property
    def _before(self):
        return beliefs(self.scenario, self.plan)

    @cached_property
    def next_year(self):
        return credible(self.plan, self.seen, self.services, self._before)

    @cached_property
    def _groups(self):
        return by_group(self.plan, self.seen)

    @property
    def groups(self):
        """Claims by group, all services together, with the credibility of each; None where the register has no groups,
        or too little.
        """
        return self._groups[0]

    @cached_property
    def _groups_by_service(self):
        return by_service_and_group(self.plan, self.seen)

    @property
    def groups_by_service(self):
        """The same of each service by itself, a row a service and group; None likewise."""
        return self._groups_by_service[0]

    @property
    def services_without_groups(self):
        """Services of which the register has too little to compare groups."""
        return self._groups_by_service[1]

    @property
    def without_groups(self):
        """Why groups are not compared, a sentence; None where they are, or where there are none."""
        return self._groups[1]

    @property
    def source(self):
        """What a number rests on that was taken from this register."""
        return f"register until {self.register.until}"

    @cached_property
    def lines(self):
        """What to write in the scenario so that it plans with the credible frequency, by service: a `Written`, or a
        sentence that says why there is none.
        """
        return lines.of_frequency(self.scenario, self.next_year, self.source)

    @cached_property
    def bill_lines(self):
        """The same for the mean payment, where what was seen cannot well be chance."""
        rows = self.next_year["payment_ratio"].to_dict()
        dear = [name for name in rows if self.services.loc[name, "payment_verdict"] in ("above", "below")]
        return {name: lines.of_payment(self.scenario, name, rows[name], self.source) for name in dear}

    @cached_property
    def outstanding(self):
        """Care that is given and not paid at the end of the register, by service, and all together."""
        covered, months, before = self.seen.covered, self.seen.months, self._before[1]
        expected, after = self.plan.expected(covered, months), list(before)
        for service in self.next_year.index:
            place = self.plan.services.index(service)
            line = expected.of(slice(place, place + 1))
            after[place] = before[place].after(self.services.loc[service, "paid_seen"], line.paid, line.of_paid)
        each, together = outstanding(self.plan, covered, months, self.register.until, before, after)
        found = {service: each[self.plan.services.index(service)] for service in self.next_year.index}
        if len(found) > 1:
            found[ALL] = together
        rows = {service: {**one._asdict(), "expected": one.expected} for service, one in found.items()}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("service")

    @cached_property
    def too_early(self):
        """Periods in which more people are written as covered than can be, as new members wait: a list of `TooEarly`.
        Empty where the mutual is older than the file's start.
        """
        if self.register.first < self.scenario.start:
            return []
        written, people, found = {}, self.plan.care.people.beneficiaries, []
        for row in self.register.rows:
            key = row.service, row.first, row.until
            written[key] = written.get(key, 0.0) + row.covered
        for (service, first, until), covered in written.items():
            begins = cover_begins(self.scenario, service)
            days = (until - first).days + 1
            most = people * max(days - max((begins - first).days, 0), 0) / days
            if begins > first and covered > MORE * most:
                found.append(TooEarly(service, first, until, covered, begins, most))
        return found

    @property
    def not_counted(self):
        """Limits of the year that the plan does not take into account, in words, by path."""
        return limits.not_counted(self.scenario)

    def to_dict(self):
        """The object that `experience --json` prints."""
        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "version": version("mho_sim"),
            "currency": self.scenario.currency,
            "from": str(self.register.first),
            "until": str(self.register.until),
            "too_early": [{**one._asdict(), **_days(one)} for one in self.too_early],
            "services": rows_of(self.services),
            "next_year": rows_of(self.next_year),
            "lines": {name: _line(one) for name, one in self.lines.items()},
            "bill_lines": {name: _line(one) for name, one in self.bill_lines.items()},
            "groups": None if self.groups is None else rows_of(self.groups),
            "groups_by_service": None
            if (rows := self.groups_by_service) is None
            else {service: rows_of(rows.loc[service]) for service in rows.index.unique("service")},
            "outstanding": rows_of(self.outstanding),
            "not_counted": self.not_counted,
        }


def _line(one):
    return {"set": one.changed} if isinstance(one, lines.Written) else {"none": one}


def _days(one):
    """The dates of a `TooEarly`, as text."""
    return {key: str(getattr(one, key)) for key in ("first", "until", "begins")}


def experience(scenario, register):
    """A register beside a scenario's plan: an `Experience`. `register` is a CSV file's path, or a `Register`.

    Raises ScenarioError, a ValueError, with every fault of the file.
    """
    if isinstance(register, str | PathLike):
        register = load_register(register, scenario)
    plan = Plan(scenario)
    return Experience(scenario, register, plan, seen_of(plan, register))
