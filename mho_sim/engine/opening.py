"""The day before the first: opening books, and where an existing mutual's households stand.

Rules: MODEL.md, section 8.
"""

from typing import NamedTuple

import numpy as np

from mho_sim.draws import SHARED, decision, uniform_columns
from mho_sim.engine import cash
from mho_sim.engine.dues import period_before
from mho_sim.engine.state import LONG_SERVED, PROVIDER
from mho_sim.ledger import ACCOUNTS, ADVANCES, CASH, EQUITY, PROVIDERS, RECEIVABLE
from mho_sim.population import NEVER_DAY, PLACES
from mho_sim.rules import SIZES, contribution_due


class Opening(NamedTuple):
    """What is in place before day 0: entries, debts by due day, and the households that owe, have paid ahead, or
    have served all waiting.
    """

    entries: list  # (debit, credit, amount)
    debts: list  # (due day, amount) owed to providers
    late: np.ndarray  # households
    late_amounts: np.ndarray
    late_due: int  # day, before 0, on which these fell due
    late_suspended_from: int
    late_struck_from: int
    paid_up: np.ndarray
    advances: np.ndarray  # of the paid up, money paid ahead

    @property
    def balances(self):
        """The balance of each account, money."""
        books = np.zeros(len(ACCOUNTS), np.int64)
        for debit, credit, amount in self.entries:
            books[[debit, credit]] += amount, -amount
        return books


def opening_of(scenario, seed, people, start, tables, calendar):
    """The opening of a scenario: a new mutual's reserve, or an existing one's books."""
    nobody = np.zeros(0, np.int64)
    if scenario.start_from is None:
        entries = [(CASH, EQUITY, scenario.scheme.reserve.opening)]
        return Opening([e for e in entries if e[2]], [], nobody, nobody, 0, 0, 0, nobody, nobody)
    books, scheme = scenario.start_from, scenario.scheme
    homes = len(people.first) - 1
    marks = uniform_columns(
        np.arange(homes) * PLACES, np.zeros(homes, np.int64), decision("household.status"), SHARED, seed
    )[0]
    order = np.argsort(marks, kind="stable")
    paid_up, late = (
        order[: books.members.paid_up],
        order[books.members.paid_up : books.members.paid_up + books.members.late],
    )
    if books.owed_by_members is None:
        late_amounts = _contributions(tables, people, start, late)
    else:
        late_amounts = _shares(books.owed_by_members, len(late))
    late_due = (period_before(scheme.contribution.every, scenario.start) - scenario.start).days
    within = calendar.after(0, scheme.providers.pay_within)
    debts = [(max(within - (first + last) // 2, 0), amount) for first, last, amount in books.owed_to_providers]
    entries = [
        (CASH, EQUITY, books.cash),
        (RECEIVABLE, EQUITY, int(late_amounts.sum())),
        (EQUITY, ADVANCES, books.paid_in_advance),
        *((EQUITY, PROVIDERS, amount) for _, amount in debts),
    ]
    return Opening(
        [e for e in entries if e[2]],
        debts,
        late,
        late_amounts,
        late_due,
        calendar.after(late_due, scheme.contribution.grace),
        NEVER_DAY
        if scheme.contribution.struck_off is None
        else calendar.after(late_due, scheme.contribution.struck_off),
        paid_up,
        _shares(books.paid_in_advance, len(paid_up)),
    )


def open_mutual(batch):
    """Put an opening into a batch's books, till and households."""
    start = batch.prepared.opening
    debits, credits, amounts = (np.array([e[i] for e in start.entries], dtype=np.int64) for i in range(3))
    cash.open_books(debits, credits, amounts, batch.till, batch.memory)
    for due_day, amount in start.debts:
        if due_day < batch.calendar.days:
            batch.memory.owing[:, :, due_day, PROVIDER] += amount
    batch.state.home["advance"][:, start.paid_up] = start.advances
    for homes in (start.paid_up, start.late):
        batch.state.home["cover_from"][:, homes] = LONG_SERVED
    owing = start.late_amounts > 0
    if not owing.any():
        return
    cash.owe_from_before(
        start.late[owing],
        start.late_amounts[owing],
        start.late_due,
        start.late_suspended_from,
        start.late_struck_from,
        batch.world0,
        batch.prepared.seed,
        batch.setting,
        batch.state,
    )


def take_up(batch):
    """Let the households that do not join in a world be gone on the day on which they would have joined."""
    if batch.prepared.scenario.setting.take_up is None:
        return
    none = np.zeros(batch.prepared.households, np.int64)
    entities, which = np.arange(len(none)) * PLACES, batch.setting.take_up_decision
    for w, world in enumerate(batch.world):
        marks, _ = uniform_columns(entities, none, which, np.uint32(world), batch.prepared.seed)
        home = batch.state.home[w]
        home["left_on"] = np.where(marks < batch.setting.take_up[w], home["left_on"], home["joins"])


def _shares(amount, number):
    """An amount split equally in whole units, the remainder one unit each to the first."""
    share, rest = divmod(amount, max(number, 1))
    return share + (np.arange(number) < rest)


def _contributions(tables, people, start, homes):
    """What each of some households owes for one period, with the people who are there at the start."""
    terms = tables.contribution.view(np.recarray)[0]
    return np.array(
        [
            contribution_due.py_func(
                terms,
                int(tables.of_size[0, min(start.alive[h], SIZES - 1)]),
                int(tables.category_millionths[0, people.home["category"][h]]),
                int(start.alive[h]),
                int(start.children[h]),
            )
            for h in homes
        ],
        dtype=np.int64,
    )
