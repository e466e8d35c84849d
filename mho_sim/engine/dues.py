"""When contributions fall due, and how much of each period time has earned at each closing. Rules: MODEL.md, sections
7 and 8.
"""

from datetime import timedelta
from itertools import count
from typing import NamedTuple

import numpy as np

from mho_sim.engine.cash import BEGUN, EARNING, WHOLE
from mho_sim.scenario import add_months

MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = {"day": 1, "week": 7}


class Period(NamedTuple):
    """One period of one group; its place in the list is its number."""

    group: int
    first: int  # day
    end: int  # day after the last
    months: int  # 0 if it is counted in days
    due: int  # day; may lie at or beyond the horizon


class Dues(NamedTuple):
    """The periods of all groups, and by month of the closing what time has earned of them."""

    periods: list
    earning: list  # (months,) of arrays of EARNING records


def next_first(every, day):
    """The first day of the period after the one that begins on a date, and how many months that takes (0: days)."""
    if every in MONTHS:
        return add_months(day, MONTHS[every]), MONTHS[every]
    if isinstance(every, tuple):
        months = next(n for n in range(1, 13) if (day.month - 1 + n) % 12 + 1 in every)
        return add_months(day, months), months
    return day + timedelta(days=DAYS.get(every) or every.days), 0


def period_before(every, day):
    """The first day of the period that ends the day before a date."""
    if every in MONTHS:
        return add_months(day, -MONTHS[every])
    if isinstance(every, tuple):
        return add_months(day, -next(n for n in range(1, 13) if (day.month - 1 - n) % 12 + 1 in every))
    return day - timedelta(days=DAYS.get(every) or every.days)


def dues_of(scenario, joins, calendar):
    """The dues of a scenario whose groups join on the days `joins`."""
    contribution, periods = scenario.scheme.contribution, []
    in_advance = contribution.timing == "in-advance"
    for group, joined in enumerate(joins):
        start, months_before = calendar.date(joined), 0
        first = start
        while (first - calendar.start).days < calendar.days:
            following, months = next_first(contribution.every, first)
            if months:  # counted from the day of joining, so that a month's end stays one
                months_before += months
                following = add_months(start, months_before)
            begins, ends = ((day - calendar.start).days for day in (first, following))
            periods.append(Period(group, begins, ends, months, begins if in_advance else ends))
            first = following
    return Dues(periods, _earnings(periods, in_advance, calendar))


def _earnings(periods, in_advance, calendar):
    """By month, the records of the periods that have begun and were not booked in full at the closing before."""
    earnings = []
    for month in range(calendar.months):
        today, before = int(calendar.first[month + 1]) - 1, int(calendar.first[month]) - 1
        records = []
        for number, period in enumerate(periods):
            over = period.due if not in_advance else period.end - 1  # the first day on which all is booked
            if period.first <= today and over > before:
                fallen_due = in_advance or period.due <= today
                elapsed, length = (1, 1) if over <= today else _elapsed(period, today, calendar)
                records.append((number, period.group, WHOLE if fallen_due else BEGUN, elapsed, length))
        earnings.append(np.array(records, dtype=EARNING))
    return earnings


def _elapsed(period, today, calendar):
    """How much of a period has passed at the end of a day: whole months and the days of one more, as a fraction."""
    tomorrow = today + 1
    if not period.months:
        return min(tomorrow, period.end) - period.first, period.end - period.first
    start = calendar.date(period.first)
    starts = ((add_months(start, n) - calendar.start).days for n in count())
    whole, begins, ends = 0, next(starts), next(starts)
    while ends <= tomorrow:
        whole, begins, ends = whole + 1, ends, next(starts)
    days = ends - begins
    return min(whole, period.months) * days + (tomorrow - begins if whole < period.months else 0), period.months * days
