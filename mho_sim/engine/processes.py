"""The scheme's processes: each is a short generator that waits, then acts on a batch of worlds.

They read `clock` and `batch`; the people have lived up to the moment at which a process wakes. The list at the end is
the order in which they start.
"""

import numpy as np

from mho_sim.engine import cash
from mho_sim.engine.clock import Part


def collect_contributions(clock, batch):
    """Contributions fall due on the first day of each period, or on the first day after it."""
    scheme, calendar = batch.scheme, batch.calendar
    for month in range(calendar.months):
        due = np.flatnonzero((month % scheme.months == 0) & (scheme.in_advance | (month > 0)))
        if len(due):
            yield clock.at(calendar.first[month], Part.NEW_DUES)
        for mutual in due:
            period = month // scheme.months[mutual] - (not scheme.in_advance[mutual])
            cash.collect(
                period,
                clock.day,
                mutual,
                batch.world0,
                batch.prepared.seed,
                batch.people,
                batch.setting,
                batch.scheme,
                batch.state,
                batch.till,
                batch.memory,
            )


def pay_expenses(clock, batch):
    """Running costs fall due: once on the first day, and on the last day of every month."""
    expenses, calendar = batch.prepared.scenario.scheme.expenses, batch.calendar
    if expenses.once:
        yield clock.at(0, Part.SETTLEMENT)
        cash.run_up_expenses(expenses.once, 0, batch.till, batch.memory)
    for month in range(calendar.months if expenses.per_month else 0):
        yield clock.at(calendar.first[month + 1] - 1, Part.SETTLEMENT)
        cash.run_up_expenses(expenses.per_month, clock.day, batch.till, batch.memory)


def close_months(clock, batch):
    """The books are closed at the end of the last day of every month."""
    for month in range(batch.calendar.months):
        yield clock.at(batch.calendar.first[month + 1] - 1, Part.CLOSING)
        batch.close_month(clock.day)


PROCESSES = (collect_contributions, pay_expenses, close_months)
