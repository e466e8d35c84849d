"""Spans of time on the calendar."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later, clipped to that month's end: 31 January + 1 = 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def dates_of(line: Any, start: date, end: date) -> list[date]:
    """The dates from `start` to before `end` on which a line of support or of dated costs comes: once, every month or
    year.
    """
    first = line.from_ or start
    if line.every == "once":
        return [first] if start <= first < end else []
    step, dates = {"month": 1, "year": 12}[line.every], []
    while (day := add_months(first, step * len(dates))) < end and (line.until is None or day < line.until):
        dates.append(day)
    return [day for day in dates if day >= start]


@dataclass(frozen=True, slots=True)
class Duration:
    """Whole months, then whole days: `3 months`, `90 days`, `1 year` (12 months), `none`."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day on which the duration that begins on `day` is over."""
        return add_months(day, self.months) + timedelta(days=self.days)

    def __str__(self) -> str:
        parts = [f"{n} {unit}{'s' * (n != 1)}" for n, unit in ((self.months, "month"), (self.days, "day")) if n]
        return " and ".join(parts) or "none"

    @property
    def as_limit(self) -> str:
        """The same where `none` would mean that there is no limit: `0 days`."""
        return str(self) if self.months or self.days else "0 days"


@dataclass(frozen=True, slots=True)
class Days:
    """A period of so many days: a market week."""

    days: int
