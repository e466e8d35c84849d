"""The scheme's money: contributions fall due, debts are paid day by day as far as the cash goes, months are closed.

Rules: MODEL.md, sections 7 to 9.
"""

from typing import NamedTuple

import numpy as np

from mho_sim import ledger, rules
from mho_sim.compiled import kernel, rule
from mho_sim.draws import uniforms
from mho_sim.engine.clock import DAY, PART, Part
from mho_sim.ledger import post, scheme_measure
from mho_sim.population import PLACES

NEW_DUES, SETTLEMENT, CLOSING = (int(part) * PART for part in (Part.NEW_DUES, Part.SETTLEMENT, Part.CLOSING))
CREDITORS = ("suppliers", "providers")
SUPPLIER, PROVIDER = 0, 1  # columns of `owing`, in the order in which they are paid


class Till(NamedTuple):
    """What a batch remembers of cash and of periods of contribution; W worlds, M mutuals, P periods."""

    cash: np.ndarray  # (W, M): after the last day that was settled
    overdue: np.ndarray  # (W, M): due and unpaid
    oldest: np.ndarray  # (W, M): no debt due before this day is unpaid
    first_late: np.ndarray  # (W, M): first late day; -1 if none
    late_days: np.ndarray  # (W, M)
    worst: np.ndarray  # (W, M): the largest of due and unpaid minus cash
    total: np.ndarray  # (W, M, P): contributions that fell due for a period
    earned: np.ndarray  # (W, M, P): of these, booked as earned


@kernel
def collect(period, day, mutual, world0, seed, people, setting, scheme, state, till, memory):
    """The contributions of one period fall due for all households of a mutual; some pay at once."""
    contribution = scheme.contribution[mutual]
    deferred = ledger.UNEARNED if scheme.in_advance[mutual] else ledger.ACCRUED
    when = day * DAY + NEW_DUES
    for w in range(state.home.shape[0]):
        for h in range(state.home.shape[1]):
            amount = rules.contribution_due(contribution, state.home[w, h].alive)
            if people.mutual[h] != mutual or amount == 0:
                continue
            till.total[w, mutual, period] += amount
            post(
                memory,
                w,
                mutual,
                ledger.RECEIVABLE,
                deferred,
                amount,
                when,
                h,
                ledger.NOBODY,
                -1,
                rules.CONTRIBUTION_DUE,
            )
            ahead = min(amount, state.home[w, h].advance)
            if ahead > 0:
                state.home[w, h].advance -= ahead
                amount -= ahead
                post(
                    memory,
                    w,
                    mutual,
                    ledger.ADVANCES,
                    ledger.RECEIVABLE,
                    ahead,
                    when,
                    h,
                    ledger.NOBODY,
                    -1,
                    rules.PAID_FROM_ADVANCE,
                )
            if amount > 0:
                _pay_or_owe(w, h, mutual, amount, day, np.uint32(world0 + w), seed, setting, scheme, state, memory)


@rule
def _pay_or_owe(w, h, mutual, amount, day, world, seed, setting, scheme, state, memory):
    """A household pays on the due day, or adds the amount to what it owes."""
    late = np.int64(0)
    if setting.on_time < 1.0:
        u, _ = uniforms(h * PLACES, day, setting.payment_decision, world, seed)
        late = rules.days_late(u, setting.on_time, setting.mean_days_late)
    if late == 0 and state.home[w, h].owed == 0:
        post(
            memory,
            w,
            mutual,
            ledger.CASH,
            ledger.RECEIVABLE,
            amount,
            day * DAY + NEW_DUES,
            h,
            ledger.NOBODY,
            -1,
            rules.PAID_ON_TIME,
        )
        memory.paid_in[w, mutual, day] += amount
        return
    if state.home[w, h].owed == 0:
        state.home[w, h].suspended_from = scheme.suspended_from[mutual, day]
        state.home[w, h].pays_on = day + late
    state.home[w, h].owed += amount
    state.home[w, h].pays_on = max(state.home[w, h].pays_on, day + late)


@rule
def _pay_debt(w, m, due_day, creditor, day, till, memory):
    """Pay one debt as far as the cash goes."""
    paid = min(memory.owing[w, m, due_day, creditor], till.cash[w, m])
    if paid > 0:
        memory.owing[w, m, due_day, creditor] -= paid
        till.cash[w, m] -= paid
        till.overdue[w, m] -= paid
        account = ledger.SUPPLIERS if creditor == SUPPLIER else ledger.PROVIDERS
        post(
            memory,
            w,
            m,
            account,
            ledger.CASH,
            paid,
            day * DAY + SETTLEMENT,
            ledger.NOBODY,
            ledger.NOBODY,
            -1,
            rules.DEBT_PAID,
        )


@kernel
def settle(first_day, end_day, till, memory):
    """Roll the cash box from one day to another: money comes in, debts that are due are paid, the oldest first."""
    for w in range(till.cash.shape[0]):
        for m in range(till.cash.shape[1]):
            for day in range(first_day, end_day):
                till.cash[w, m] += memory.paid_in[w, m, day]
                till.overdue[w, m] += memory.owing[w, m, day, SUPPLIER] + memory.owing[w, m, day, PROVIDER]
                while till.oldest[w, m] <= day and till.overdue[w, m] > 0 and till.cash[w, m] > 0:
                    _pay_debt(w, m, till.oldest[w, m], SUPPLIER, day, till, memory)
                    _pay_debt(w, m, till.oldest[w, m], PROVIDER, day, till, memory)
                    if (
                        memory.owing[w, m, till.oldest[w, m], SUPPLIER]
                        + memory.owing[w, m, till.oldest[w, m], PROVIDER]
                        == 0
                    ):
                        till.oldest[w, m] += 1
                if till.overdue[w, m] == 0:
                    till.oldest[w, m] = day + 1
                else:
                    till.late_days[w, m] += 1
                    if till.first_late[w, m] < 0:
                        till.first_late[w, m] = day
                till.worst[w, m] = max(till.worst[w, m], till.overdue[w, m] - till.cash[w, m])


@rule
def _earn(w, m, period, earned, deferred, day, till, memory):
    """Book as earned the difference to what was earned of a period before."""
    difference = earned - till.earned[w, m, period]
    till.earned[w, m, period] = earned
    when = day * DAY + CLOSING
    if difference > 0:
        post(
            memory,
            w,
            m,
            deferred,
            ledger.CONTRIBUTIONS,
            difference,
            when,
            ledger.NOBODY,
            ledger.NOBODY,
            -1,
            rules.EARNED,
        )
    elif difference < 0:
        post(
            memory,
            w,
            m,
            ledger.CONTRIBUTIONS,
            deferred,
            -difference,
            when,
            ledger.NOBODY,
            ledger.NOBODY,
            -1,
            rules.EARNED,
        )


@rule
def _count_members(w, m, month, day, kinds, people, scheme, state, memory):
    """Count people and households by status at a closing; returns what would fall due if today were a due day."""
    register, would_be_due = memory.registers[w, m, month], np.int64(0)
    for h in range(state.home.shape[1]):
        alive = state.home[w, h].alive
        if people.mutual[h] != m or alive == 0:
            continue
        would_be_due += rules.contribution_due(scheme.contribution[m], alive)
        register[scheme_measure(kinds, ledger.PEOPLE)] += alive
        covered_from = scheme.covered_from[m, state.home[w, h].cover_from + 1]
        if rules.cover(True, day, state.home[w, h].suspended_from, covered_from) == rules.ACCEPTED:
            register[scheme_measure(kinds, ledger.PEOPLE_COVERED)] += alive
        if day >= state.home[w, h].suspended_from:
            register[scheme_measure(kinds, ledger.SUSPENDED)] += 1
        else:
            register[scheme_measure(kinds, ledger.LATE if state.home[w, h].owed > 0 else ledger.PAID_UP)] += 1
    return would_be_due


@kernel
def close(month, day, ends_year, people, setting, scheme, state, till, memory):
    """Close a month: contributions are earned, members counted, balances kept, the clocks of illness moved on to the
    next month.
    """
    kinds = len(setting.kind)
    for w in range(state.home.shape[0]):
        for m in range(till.cash.shape[1]):
            would_be_due = _count_members(w, m, month, day, kinds, people, scheme, state, memory)
            period, months = month // scheme.months[m], scheme.months[m]
            elapsed = month % months + 1
            if scheme.in_advance[m]:
                _earn(
                    w,
                    m,
                    period,
                    rules.earned(till.total[w, m, period], elapsed, months),
                    ledger.UNEARNED,
                    day,
                    till,
                    memory,
                )
            else:
                if elapsed == 1 and period > 0:
                    _earn(w, m, period - 1, till.total[w, m, period - 1], ledger.ACCRUED, day, till, memory)
                _earn(w, m, period, rules.earned(would_be_due, elapsed, months), ledger.ACCRUED, day, till, memory)
            for account in range(memory.books.shape[2]):
                memory.closings[w, m, month, account] = memory.books[w, m, account]
        if ends_year:
            for h in range(state.home.shape[1]):
                state.home[w, h].used = 0


@kernel
def open_books(debits, credits, amounts, till, memory):
    """Post the opening entries, the same in every world, in their order."""
    for w in range(till.cash.shape[0]):
        for m in range(till.cash.shape[1]):
            for e in range(len(amounts)):
                post(
                    memory, w, m, debits[e], credits[e], amounts[e], 0, ledger.NOBODY, ledger.NOBODY, -1, rules.OPENING
                )
            till.cash[w, m] = memory.books[w, m, ledger.CASH]


@kernel
def owe_from_before(homes, amounts, due_day, suspended_from, world0, seed, setting, state):
    """Households that are late at the start owe a contribution of before, and will pay it after the start."""
    for w in range(state.home.shape[0]):
        for h, amount in zip(homes, amounts):
            u, _ = uniforms(h * PLACES, due_day, setting.payment_decision, np.uint32(world0 + w), seed)
            state.home[w, h].owed, state.home[w, h].suspended_from = amount, suspended_from
            state.home[w, h].pays_on = rules.days_late(u, 0.0, setting.mean_days_late)


@kernel
def post_own(debit, credit, amounts, when, memory):
    """A user's own entry, an amount per world, in the books of the (one) mutual."""
    for w in range(len(amounts)):
        post(memory, w, 0, debit, credit, amounts[w], when, ledger.NOBODY, ledger.NOBODY, -1, rules.OWN_PROCESS)


@kernel
def run_up_expenses(amount, day, till, memory):
    """Running costs are booked on a day and fall due on it."""
    for w in range(till.cash.shape[0]):
        for m in range(till.cash.shape[1]):
            post(
                memory,
                w,
                m,
                ledger.EXPENSES,
                ledger.SUPPLIERS,
                amount,
                day * DAY + SETTLEMENT,
                ledger.NOBODY,
                ledger.NOBODY,
                -1,
                rules.RUNNING_COSTS,
            )
            memory.owing[w, m, day, SUPPLIER] += amount
