"""The clock: whole days with named parts, one integer for a moment, one SimPy environment for a batch of worlds.

`env.now` is the moment itself, so that what happens on one day happens in the order of its parts and SimPy needs no
priorities.
"""

import datetime
from enum import IntEnum

import numpy as np
import simpy

from mho_sim.scenario import add_months, dates_of

DAY = 2**32
PART = 2**28


class Part(IntEnum):
    """The parts of a day, in the order in which they come."""

    LATE_PAYMENTS = 0
    MEMBERSHIP = 1
    NEW_DUES = 2
    ILLNESS = 3
    SETTLEMENT = 4
    ASSEMBLY = 5
    CLOSING = 6


def moment(day, part, place=0):
    """The moment of a part of a day; `place` orders what shares it."""
    return day * DAY + part * PART + place


def day_of(a_moment):
    """The day of a moment."""
    return a_moment // DAY


class Calendar:
    """Days and months from a start date: day 0 is the start, `first[m]` the first day of month m, `first[months]`
    the horizon.
    """

    def __init__(self, start, years):
        self.start = start
        self.months = 12 * years
        self.first = np.array([(add_months(start, m) - start).days for m in range(self.months + 1)], dtype=np.int64)
        self.days = int(self.first[-1])

    def date(self, day):
        """The date of a day number."""
        return self.start + datetime.timedelta(days=int(day))

    def after(self, day, duration):
        """The day number that lies a duration after a day."""
        return (duration.after(self.date(day)) - self.start).days

    def days_of(self, line):
        """The days in the horizon on which a line of support or of dated costs comes: once, every month or year."""
        return [(date - self.start).days for date in dates_of(line, self.start, self.date(self.days))]

    def month_of(self, day):
        """The month, from 0, that holds a day."""
        return int(np.searchsorted(self.first, day, side="right")) - 1

    def name_of_month(self, month):
        """Calendar month, 0 for January, of month m."""
        return (self.start.month - 1 + month) % 12


class Clock:
    """What a process waits on. `yield clock.at(day, part)` sleeps until that moment; `clock.now`, `clock.day` tell
    the time.
    """

    def __init__(self, calendar):
        self.calendar = calendar
        self.env = simpy.Environment()

    @property
    def now(self):
        """The present moment."""
        return int(self.env.now)

    @property
    def day(self):
        """The present day number."""
        return self.now // DAY

    def at(self, day, part=Part.LATE_PAYMENTS, place=0):
        """An event to yield: it comes at that moment. Raises ValueError if the moment has passed."""
        wait = moment(int(day), int(part), place) - self.now
        if wait < 0:
            raise ValueError(f"day {day}, part {int(part)}, has passed: it is day {self.day}")
        return self.env.timeout(wait)

    def start(self, process, batch):
        """Run a process, `process(clock, batch)`; the batch is told each moment at which it wakes."""

        def lived():
            for event in process(self, batch):
                yield event
                batch.now = self.now

        self.env.process(lived())

    def run(self):
        """Let time pass up to the horizon."""
        self.env.run(until=moment(self.calendar.days, 0))
