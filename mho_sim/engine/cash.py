"""The scheme's money: contributions fall due, debts are paid day by day as far as the cash goes, months are closed.

Rules: MODEL.md, sections 7 to 9.
"""

from typing import NamedTuple

import numpy as np

from mho_sim import ledger, rules
from mho_sim.compiled import apart, kernel, part, rule
from mho_sim.draws import uniforms
from mho_sim.engine.clock import DAY, PART, Part
from mho_sim.engine.episodes import cell_of
from mho_sim.engine.living import receive
from mho_sim.engine.state import SUPPLIER
from mho_sim.ledger import post, post_for_all, scheme_measure
from mho_sim.population import NEVER_DAY, PLACES

LATE_PAYMENTS, MEMBERSHIP, NEW_DUES, SETTLEMENT, CLOSING = (
    int(part) * PART for part in (Part.LATE_PAYMENTS, Part.MEMBERSHIP, Part.NEW_DUES, Part.SETTLEMENT, Part.CLOSING)
)
CREDITORS = ("suppliers", "providers")  # whom a user's own process may owe
WHOLE, BEGUN = 0, 1  # what is earned of a period: of its total, or of what would fall due today
NOT_SETTLED = np.int64(-1)

EARNING = np.dtype(
    [("cohort", "i4"), ("group", "i4"), ("of", "i4"), ("elapsed", "i8"), ("length", "i8")], align=True
)  # a period of a group at a closing


class Till(NamedTuple):
    """What a batch remembers of cash and of periods of contribution; W worlds, M mutuals, P periods of all groups."""

    cash: np.ndarray  # (W, M): after the last day that was settled
    overdue: np.ndarray  # (W, M): due and unpaid
    oldest: np.ndarray  # (W, M): no debt due before this day is unpaid
    first_late: np.ndarray  # (W, M): first late day; -1 if none
    late_days: np.ndarray  # (W, M)
    worst: np.ndarray  # (W, M): the largest of due and unpaid minus cash
    first_stopped: np.ndarray  # (W, M): first day on which a provider no longer tolerates to be owed; -1 if none
    lost: np.ndarray  # (W, M): month of the closing at which the mutual is lost; -1 if none
    fallen_due: np.ndarray  # (W, M): members' contributions since the start
    total: np.ndarray  # (W, M, P, members and State): contributions that fell due for a period
    earned: np.ndarray  # (W, M, P, members and State): of these, booked as earned
    would: np.ndarray  # (W, M, groups, members and State): what would fall due at a closing


@rule
def _is_enrolled(w, h, day, state):
    return state.home[w, h].joins <= day < state.home[w, h].left_on


@rule
def _amount_due(w, h, m, people, scheme, state):
    """What a household owes for one period, money, and the State for it."""
    alive, category = np.int64(state.home[w, h].alive), people.home[h].category
    of_size = scheme.of_size[m, min(alive, rules.SIZES - 1)]
    amount = rules.contribution_due(
        scheme.contribution[m],
        of_size,
        scheme.category_millionths[m, category],
        alive,
        np.int64(state.home[w, h].children),
    )
    return amount, alive * scheme.state[m, category]


@part
def join(worlds, group, day, people, scheme, state, memory):
    """The households of a group that join pay their joining fee."""
    apart()
    for w in range(*worlds):
        when = day * DAY + NEW_DUES
        for h in range(state.home.shape[1]):
            m, is_there = people.mutual[h], _is_enrolled(w, h, day, state) and state.home[w, h].alive > 0
            if people.home[h].group == group and is_there:
                fee = scheme.joining_fee[m]
                post(memory, w, m, ledger.CASH, ledger.FEES, fee, when, h, ledger.NOBODY, -1, rules.JOINING_FEE)
                memory.paid_in[w, m, day] += fee


@part
def collect(worlds, cohort, group, day, month, world0, seed, people, setting, scheme, state, till, memory, u, v):
    """The contributions of one period fall due for all households of a group; some pay at once. u and v,
    (households,), are scratch.
    """
    apart()
    for w in range(*worlds):
        when, homes, world = day * DAY + NEW_DUES, state.home.shape[1], np.uint32(world0 + w)
        for h in range(homes):
            u[h], v[h] = uniforms(h * PLACES, day, setting.payment_decision, world, seed)
        if setting.mixed_paying:
            _good_months(month, world, seed, people, setting, v)
        for h in range(homes):
            if people.home[h].group == group and _is_enrolled(w, h, day, state):
                _fall_due(w, h, cohort, day, month, when, u[h], v[h], people, setting, scheme, state, till, memory)


@rule
def _fall_due(w, h, cohort, day, month, when, mark, good, people, setting, scheme, state, till, memory):
    """A household's contribution falls due: what the State adds, what was paid ahead, what is paid at once or owed."""
    m, paying = people.mutual[h], setting.paying[w]
    deferred = ledger.UNEARNED if scheme.in_advance[m] else ledger.ACCRUED
    amount, from_state = _amount_due(w, h, m, people, scheme, state)
    if from_state > 0:
        till.total[w, m, cohort, 1] += from_state
        to_come, later = ledger.SUPPORT_RECEIVABLE, ledger.DEFERRED_SUPPORT
        post(memory, w, m, to_come, later, from_state, when, h, ledger.NOBODY, -1, rules.STATE_DUE)
    if amount == 0:
        return
    till.total[w, m, cohort, 0] += amount
    till.fallen_due[w, m] += amount
    post(memory, w, m, ledger.RECEIVABLE, deferred, amount, when, h, ledger.NOBODY, -1, rules.CONTRIBUTION_DUE)
    ahead = min(amount, state.home[w, h].advance)
    if ahead > 0:
        state.home[w, h].advance -= ahead
        amount -= ahead
        before, now = ledger.ADVANCES, ledger.RECEIVABLE
        post(memory, w, m, before, now, ahead, when, h, ledger.NOBODY, -1, rules.PAID_FROM_ADVANCE)
    if amount > 0:
        on_time = paying.on_time_bad if setting.mixed_paying and good == 0.0 else paying.on_time
        late = rules.days_late(mark, on_time, paying.never, paying.mean_days_late)
        if late == 0 and state.home[w, h].owed == 0:
            kinds = len(setting.kind)
            receive(w, m, h, amount, day, NEW_DUES, month, rules.PAID_ON_TIME, kinds, scheme, memory)
        else:
            _owe_more(w, h, m, amount, day, late, scheme, state)


@rule
def _good_months(month, world, seed, people, setting, good):
    """Whether a month is good for each household's enterprise: 1 or 0."""
    for h in range(len(good)):
        good[h], _ = uniforms(h * PLACES, month, setting.month_decision, world, seed)
    for h in range(len(good)):
        good[h] = 1.0 if good[h] < setting.good[people.home[h].sector, month] else 0.0


@rule
def _owe_more(w, h, mutual, amount, day, late, scheme, state):
    """A household adds an amount to what it owes; `late` is when it would pay it, in days, -1 for never."""
    pays_on = np.int32(NEVER_DAY if late < 0 else day + late)
    if state.home[w, h].owed == 0:
        state.home[w, h].suspended_from = scheme.suspended_from[mutual, day]
        state.home[w, h].struck_from = scheme.struck_from[mutual, day]
        state.pays_on[w, h] = pays_on
    state.home[w, h].owed += amount
    state.pays_on[w, h] = max(state.pays_on[w, h], pays_on)


@part
def renew(worlds, group, day, when, month, world0, seed, people, setting, state, memory):
    """The households of a group decide whether to stay for another year."""
    apart()
    for w in range(*worlds):
        if setting.renewing[w] >= 1.0:
            continue
        for h in range(state.home.shape[1]):
            m = people.mutual[h]
            if people.home[h].group == group and _is_enrolled(w, h, day, state):
                u, _ = uniforms(h * PLACES, day, setting.renewing_decision, np.uint32(world0 + w), seed)
                if u >= setting.renewing[w]:
                    state.home[w, h].left_on = day
                    memory.registers[w, m, month, scheme_measure(len(setting.kind), ledger.HAVE_LEFT)] += 1
                    post(memory, w, m, ledger.CASH, ledger.CASH, 0, when, h, ledger.NOBODY, -1, rules.LEFT)


@kernel
def book(debit, credit, amounts, when, reason, memory):
    """An entry of an amount per world and mutual, (worlds, mutuals), nobody's in particular; none where it is 0."""
    for w in range(amounts.shape[0]):
        for m in range(amounts.shape[1]):
            if amounts[w, m] > 0:
                post_for_all(memory, w, m, debit, credit, amounts[w, m], when, reason)


@rule
def _pay_debt(w, m, due_day, creditor, day, till, memory):
    """Pay one debt as far as the cash goes."""
    paid = min(memory.owing[w, m, due_day, creditor], till.cash[w, m])
    if paid > 0:
        memory.owing[w, m, due_day, creditor] -= paid
        till.cash[w, m] -= paid
        till.overdue[w, m] -= paid
        account = ledger.PROVIDERS
        if creditor == SUPPLIER:
            account = ledger.SUPPLIERS
        elif creditor == memory.owing.shape[3] - 1:
            account = ledger.MEMBERS_CLAIMS
        post_for_all(memory, w, m, account, ledger.CASH, paid, day * DAY + SETTLEMENT, rules.DEBT_PAID)


@rule
def _owed_on(w, m, day, memory):
    """All that fell due on a day and is unpaid."""
    owed = np.int64(0)
    for creditor in range(memory.owing.shape[3]):
        owed += memory.owing[w, m, day, creditor]
    return owed


@rule
def _has_stopped(w, m, day, scheme, till, memory):
    """Whether a creditor has been owed for longer than it tolerates."""
    for creditor in range(memory.owing.shape[3]):
        for due_day in range(till.oldest[w, m], day - min(scheme.tolerance[m, creditor], day + 1) + 1):
            if memory.owing[w, m, due_day, creditor] > 0:
                return True
    return False


@part
def settle(worlds, first_day, end_day, scheme, till, memory):
    """Roll the cash box from one day to another: money comes in, debts that are due are paid, the oldest first."""
    apart()
    for w in range(*worlds):
        for m in range(till.cash.shape[1]):
            for day in range(first_day, end_day):
                till.cash[w, m] += memory.paid_in[w, m, day]
                till.overdue[w, m] += _owed_on(w, m, day, memory)
                while till.oldest[w, m] <= day and till.overdue[w, m] > 0 and till.cash[w, m] > 0:
                    for creditor in range(memory.owing.shape[3]):
                        _pay_debt(w, m, till.oldest[w, m], creditor, day, till, memory)
                    if _owed_on(w, m, till.oldest[w, m], memory) == 0:
                        till.oldest[w, m] += 1
                if till.overdue[w, m] == 0:
                    till.oldest[w, m] = day + 1
                else:
                    till.late_days[w, m] += 1
                    if till.first_late[w, m] < 0:
                        till.first_late[w, m] = day
                    if till.first_stopped[w, m] < 0 and _has_stopped(w, m, day, scheme, till, memory):
                        till.first_stopped[w, m] = day
                till.worst[w, m] = max(till.worst[w, m], till.overdue[w, m] - till.cash[w, m])


@rule
def come_in(w, m, received, day, when, account, reason, memory):
    """Money comes in on a day, against an account."""
    if received > 0:
        post_for_all(memory, w, m, ledger.CASH, account, received, when, reason)
        memory.paid_in[w, m, day] += received


@rule
def spend(w, m, amount, day, when, memory):
    """A running cost of a day is owed to suppliers at once."""
    if amount > 0:
        post_for_all(memory, w, m, ledger.EXPENSES, ledger.SUPPLIERS, amount, when, rules.RUNNING_COSTS)
        memory.owing[w, m, day, SUPPLIER] += amount


@rule
def interest_on(cash, rate):
    """What the bank credits on what is in the cash box."""
    return np.int64(np.floor(cash * rate + 0.5))


@rule
def new_cards(w, m, group, people, state):
    """Households of a group that join, and in which somebody is alive."""
    cards = np.int64(0)
    for h in range(state.home.shape[1]):
        home = state.home[w, h]
        if people.mutual[h] == m and people.home[h].group == group:
            cards += home.alive > 0 and home.left_on > home.joins
    return cards


@rule
def people_enrolled(w, m, day, people, state):
    """People alive in enrolled households."""
    heads = np.int64(0)
    for h in range(state.home.shape[1]):
        if people.mutual[h] == m and _is_enrolled(w, h, day, state):
            heads += state.home[w, h].alive
    return heads


@rule
def _earn(w, m, cohort, whose, earned, deferred, income, reason, when, till, memory):
    """Book as earned the difference to what was earned of a period before."""
    difference = earned - till.earned[w, m, cohort, whose]
    till.earned[w, m, cohort, whose] = earned
    if difference > 0:
        post_for_all(memory, w, m, deferred, income, difference, when, reason)
    elif difference < 0:
        post_for_all(memory, w, m, income, deferred, -difference, when, reason)


@rule
def _strike_off(w, m, month, day, people, kinds, state, memory):
    """Households that have owed for too long leave; what they owe is lost."""
    for h in range(state.home.shape[1]):
        if state.home[w, h].struck_from <= day and people.mutual[h] == m and _is_enrolled(w, h, day, state):
            owed, when = state.home[w, h].owed, day * DAY + CLOSING
            if owed > 0:
                post(
                    memory,
                    w,
                    m,
                    ledger.BAD_DEBTS,
                    ledger.RECEIVABLE,
                    owed,
                    when,
                    h,
                    ledger.NOBODY,
                    -1,
                    rules.STRUCK_OFF,
                )
                memory.registers[w, m, month, scheme_measure(kinds, ledger.HAVE_LEFT)] += 1
                state.home[w, h].left_on, state.home[w, h].owed, state.pays_on[w, h] = day, 0, NEVER_DAY
                state.home[w, h].suspended_from = state.home[w, h].struck_from = NEVER_DAY


@rule
def _count_members(w, m, month, day, kinds, would, people, scheme, state, till, memory):
    """Count people and households by status at a closing and, if asked, what would fall due if today were a due day."""
    register = memory.registers[w, m, month]
    for g in range(till.would.shape[2]):
        till.would[w, m, g, 0] = till.would[w, m, g, 1] = 0
    for h in range(state.home.shape[1]):
        alive = state.home[w, h].alive
        if people.mutual[h] != m or alive == 0 or not _is_enrolled(w, h, day, state):
            continue
        if would:
            amount, from_state = _amount_due(w, h, m, people, scheme, state)
            till.would[w, m, people.home[h].group, 0] += amount
            till.would[w, m, people.home[h].group, 1] += from_state
        register[scheme_measure(kinds, ledger.PEOPLE)] += alive
        covered_from = scheme.covered_from[m, state.home[w, h].cover_from + 1]
        if rules.cover(True, True, day, state.home[w, h].suspended_from, covered_from, False) == rules.ACCEPTED:
            register[scheme_measure(kinds, ledger.PEOPLE_COVERED)] += alive
        if day >= state.home[w, h].suspended_from:
            register[scheme_measure(kinds, ledger.SUSPENDED)] += 1
        else:
            register[scheme_measure(kinds, ledger.LATE if state.home[w, h].owed > 0 else ledger.PAID_UP)] += 1


@rule
def _is_lost(w, m, month, scheme, till):
    """Whether overdue debts are more than so many months' contributions, at the mean of the months so far."""
    return till.fallen_due[w, m] > 0 and (
        np.float64(till.overdue[w, m]) * (month + 1) > np.float64(scheme.lost_months[m]) * till.fallen_due[w, m]
    )


@rule
def _burden(w, m, month, day, world, seed, people, setting, state, memory, income, u):
    """The household-year's own spending against the income of its twelve months, overall and by whom; income and u,
    (households,), are scratch.
    """
    kinds, homes = len(setting.kind), state.home.shape[1]
    register = memory.registers[w, m, month]
    for h in range(homes):
        income[h] = 0.0
    for of_year in range(month - 11, month + 1):
        _good_months(of_year, world, seed, people, setting, u)
        for h in range(homes):
            amount = setting.income[w, people.home[h].sector, np.int64(u[h])]
            income[h] += np.floor(setting.scale[w, h] * amount + 0.5)
    for h in range(homes):
        if people.mutual[h] != m or state.home[w, h].alive == 0:
            continue
        own, bills = np.float64(state.home[w, h].own), np.float64(state.home[w, h].bills)
        cell = memory.whom[w, m, cell_of(w, h, state.first[w, h], day, people, setting, state)]
        register[scheme_measure(kinds, ledger.WITH_INCOME)] += 1
        register[scheme_measure(kinds, ledger.INCOME)] += np.int64(income[h])
        register[scheme_measure(kinds, ledger.OWN_SPENDING)] += state.home[w, h].own
        register[scheme_measure(kinds, ledger.ALL_BILLS)] += state.home[w, h].bills
        register[scheme_measure(kinds, ledger.OVER_10_WITH)] += own * 10.0 > income[h]
        register[scheme_measure(kinds, ledger.OVER_10_WITHOUT)] += bills * 10.0 > income[h]
        register[scheme_measure(kinds, ledger.OVER_25_WITH)] += own * 4.0 > income[h]
        register[scheme_measure(kinds, ledger.OVER_25_WITHOUT)] += bills * 4.0 > income[h]
        cell[ledger.OF_HOUSEHOLDS] += 1
        cell[ledger.OF_OVER_10_WITH] += own * 10.0 > income[h]
        cell[ledger.OF_OVER_10_WITHOUT] += bills * 10.0 > income[h]
        cell[ledger.OF_OVER_25_WITH] += own * 4.0 > income[h]
        cell[ledger.OF_OVER_25_WITHOUT] += bills * 4.0 > income[h]


@rule
def _count_people(w, m, day, people, setting, state, memory):
    """Count, by whom, the people alive in enrolled households at the end of a household-year."""
    for h in range(state.home.shape[1]):
        if people.mutual[h] == m and _is_enrolled(w, h, day, state):
            for i in range(state.first[w, h], state.first[w, h + 1]):
                if state.person[w, i].born <= day < state.person[w, i].dies:
                    memory.whom[w, m, cell_of(w, h, i, day, people, setting, state), ledger.OF_PEOPLE] += 1


@part
def close(worlds, month, day, earning, world0, seed, people, setting, scheme, state, till, memory, u, v):
    """Close a month: who owes for too long is struck off, contributions are earned, members counted, balances kept;
    at the end of a household-year its counters begin anew. `earning` are the records of the periods that are open; u
    and v, (households,), are scratch.
    """
    apart()
    for w in range(*worlds):
        kinds, when, ends_year, would = len(setting.kind), day * DAY + CLOSING, month % 12 == 11, False
        for e in range(len(earning)):
            would |= earning[e].of == BEGUN
        for m in range(till.cash.shape[1]):
            _strike_off(w, m, month, day, people, kinds, state, memory)
            _count_members(w, m, month, day, kinds, would, people, scheme, state, till, memory)
            deferred = ledger.UNEARNED if scheme.in_advance[m] else ledger.ACCRUED
            for e in range(len(earning)):
                period = earning[e]
                for whose in range(2):
                    total = till.total[w, m, period.cohort, whose]
                    if period.of == BEGUN:
                        total = till.would[w, m, period.group, whose]
                    part = rules.earned(total, period.elapsed, period.length)
                    if whose == 0:
                        account, income, reason = deferred, ledger.CONTRIBUTIONS, rules.EARNED
                    else:
                        account, income, reason = ledger.DEFERRED_SUPPORT, ledger.SUBSIDIES, rules.SUPPORT_EARNED
                    _earn(w, m, period.cohort, whose, part, account, income, reason, when, till, memory)
            if till.lost[w, m] < 0 and _is_lost(w, m, month, scheme, till):
                till.lost[w, m] = month
            for account in range(memory.books.shape[2]):
                memory.closings[w, m, month, account] = memory.books[w, m, account]
            if ends_year:
                if setting.enterprises:
                    _burden(w, m, month, day, np.uint32(world0 + w), seed, people, setting, state, memory, u, v)
                _count_people(w, m, day, people, setting, state, memory)
        if ends_year:
            _begin_year(w, state)


@rule
def _begin_year(w, state):
    """What counts against the limits of a year begins anew."""
    for h in range(state.home.shape[1]):
        state.home[w, h].used = state.home[w, h].own = state.home[w, h].bills = 0
        for k in range(state.by_home.shape[2]):
            state.by_home[w, h, k].paid = state.by_home[w, h, k].events = 0
    for i in range(state.used.shape[1]):
        state.used[w, i] = 0
    for k in range(state.told.shape[1]):
        for i in range(state.told.shape[2]):
            state.told[w, k, i].events = state.told[w, k, i].days = 0
    for k in range(state.spent.shape[1]):
        for i in range(state.spent.shape[2]):
            state.spent[w, k, i] = 0


@kernel
def open_books(debits, credits, amounts, till, memory):
    """Post the opening entries, the same in every world, in their order."""
    for w in range(till.cash.shape[0]):
        for m in range(till.cash.shape[1]):
            for e in range(len(amounts)):
                post_for_all(memory, w, m, debits[e], credits[e], amounts[e], 0, rules.OPENING)
            till.cash[w, m] = memory.books[w, m, ledger.CASH]


@kernel
def owe_from_before(homes, amounts, due_day, suspended_from, struck_from, world0, seed, setting, state):
    """Households that are late at the start owe a contribution of before, and will pay it after the start."""
    for w in range(state.home.shape[0]):
        for h, amount in zip(homes, amounts):
            u, _ = uniforms(h * PLACES, due_day, setting.payment_decision, np.uint32(world0 + w), seed)
            state.home[w, h].owed = amount
            state.home[w, h].suspended_from, state.home[w, h].struck_from = suspended_from, struck_from
            state.pays_on[w, h] = rules.days_late(u, 0.0, 0.0, setting.paying[w].mean_days_late)
