"""The scheme's processes: each is a short generator that waits, then acts on a batch of worlds.

They read `clock`, and note on the batch's agenda what is to happen at that moment. The list at the end is the order in
which they start. Where two wake in the same part of a day, `place` orders them.
"""

from mho_sim import rules
from mho_sim.engine.agenda import (
    COLLECT,
    COME_IN,
    INTEREST,
    JOIN,
    RENEW,
    SPEND,
    SPEND_CARDS,
    SPEND_HEADS,
    SPEND_PART,
    STATE_COMES,
)
from mho_sim.engine.clock import Part, add_months
from mho_sim.ledger import EXPENSES_IN_KIND, SUBSIDIES, SUPPORT_IN_KIND, SUPPORT_RECEIVABLE

RENEWAL_AFTER_DUES = 1  # place in the part of new dues


def collect_contributions(clock, batch):
    """Households pay their joining fee; contributions fall due on the first day of each period, or on the first day
    after it; the State adds its share, at once or later.
    """
    dues, calendar = batch.prepared.dues, batch.calendar
    fee = int(batch.scheme.joining_fee[0])
    is_new = batch.prepared.scenario.start_from is None
    joining = [(int(day), -1, group) for group, day in enumerate(batch.scheme.joins[0])] if fee and is_new else []
    falling = [(period.due, number, period.group) for number, period in enumerate(dues.periods)]
    for day, number, group in sorted(joining + falling):
        if day >= calendar.days:
            break
        yield clock.at(day, Part.NEW_DUES)
        if number < 0:
            batch.note(JOIN, day, Part.NEW_DUES, group=group)
        else:
            batch.note(COLLECT, day, Part.NEW_DUES, group=group, number=number)
            state = batch.prepared.scenario.scheme.contribution.state
            if state is not None and calendar.after(day, state.late) == day:
                batch.note(STATE_COMES, day, Part.NEW_DUES, number=number)


def receive_state_share(clock, batch):
    """What the State owes for a due day arrives later."""
    state = batch.prepared.scenario.scheme.contribution.state
    if state is None:
        return
    arrivals = [
        (batch.calendar.after(period.due, state.late), number)
        for number, period in enumerate(batch.prepared.dues.periods)
        if period.due < batch.calendar.days
    ]
    for day, number in sorted(arrivals):
        if batch.prepared.dues.periods[number].due < day < batch.calendar.days:
            yield clock.at(day, Part.LATE_PAYMENTS)
            batch.note(STATE_COMES, day, Part.LATE_PAYMENTS, number=number)


def renew_memberships(clock, batch):
    """At the end of each year of membership a household may leave: before the new dues if they are paid in advance,
    after the last if in arrears.
    """
    if batch.prepared.scenario.setting.renewing is None:
        return
    in_advance = bool(batch.scheme.in_advance[0])
    part, place = (Part.MEMBERSHIP, 0) if in_advance else (Part.NEW_DUES, RENEWAL_AFTER_DUES)
    for day, group in sorted(_anniversaries(batch)):
        yield clock.at(day, part, place)
        batch.note(RENEW, day, part, group=group)


def _anniversaries(batch):
    calendar = batch.calendar
    for group, joined in enumerate(batch.scheme.joins[0]):
        for year in range(1, calendar.months // 12 + 1):
            day = (add_months(calendar.date(joined), 12 * year) - calendar.start).days
            if day < calendar.days:
                yield day, group


def book_money(clock, batch):
    """Interest, support and running costs are booked before the day's debts are settled."""
    calendar, scheme = batch.calendar, batch.prepared.scenario.scheme
    support, costs = _dates(scheme.support, calendar), _dates(scheme.expenses.dated, calendar)
    last_days = {int(first) - 1: month for month, first in enumerate(calendar.first[1:])}
    joins = {int(day): group for group, day in enumerate(batch.scheme.joins[0])}
    for day in sorted({0, *last_days, *joins, *(day for day, _ in support + costs)}):
        yield clock.at(day, Part.SETTLEMENT)
        if day in last_days:
            _book_interest(batch, day, last_days[day])
        for when, item in support:
            if when == day:
                _book_support(batch, day, item)
        dated = [line.amount for when, line in costs if when == day]
        _book_expenses(batch, day, last_days.get(day), joins.get(day), dated)


def _dates(lines, calendar):
    """(day, line) of each time that support or a dated cost comes, by line in the order of the file."""
    return [(day, line) for line in lines for day in calendar.days_of(line)]


def _book_interest(batch, day, month):
    """The bank credits interest on what was in the cash box the evening before."""
    bank = batch.prepared.scenario.setting.bank
    if bank is None or (bank.every == "year" and month % 12 != 11):
        return
    batch.note(INTEREST, day, Part.SETTLEMENT, rate=bank.interest)


def _book_support(batch, day, item):
    """Support from outside: in kind, or money that is due and comes at once or later."""
    if item.in_kind:
        batch.book(EXPENSES_IN_KIND, SUPPORT_IN_KIND, item.amount, day, Part.SETTLEMENT, rules.SUPPORT_IN_KIND)
        return
    batch.book(SUPPORT_RECEIVABLE, SUBSIDIES, item.amount, day, Part.SETTLEMENT, rules.SUPPORT_DUE)
    if batch.calendar.after(day, item.late) == day:
        batch.note(COME_IN, day, Part.SETTLEMENT, amount=item.amount)


def receive_support(clock, batch):
    """Support in cash that comes later than it is due."""
    calendar = batch.calendar
    dates = _dates(batch.prepared.scenario.scheme.support, calendar)
    arrivals = [(calendar.after(day, item.late), n, item.amount, day) for n, (day, item) in enumerate(dates)
                if not item.in_kind]  # fmt: skip
    for arrives, _, amount, day in sorted(arrivals):
        if day < arrives < calendar.days:
            yield clock.at(arrives, Part.LATE_PAYMENTS)
            batch.note(COME_IN, arrives, Part.LATE_PAYMENTS, amount=amount)


def _book_expenses(batch, day, month, group, dated):
    """Running costs of a day: `month` if it is the last of one, `group` if households join on it, and the amounts of
    those with dates of their own.
    """
    expenses, costs = batch.prepared.scenario.scheme.expenses, []
    if day == 0:
        costs.append((SPEND, {"amount": expenses.once}))
    costs += [(SPEND, {"amount": amount}) for amount in dated]
    if group is not None and expenses.per_card and batch.prepared.scenario.start_from is None:
        costs.append((SPEND_CARDS, {"amount": expenses.per_card, "group": group}))
    if month is not None:
        share = round(expenses.share_of_contributions * rules.MILLION)
        costs.append((SPEND, {"amount": expenses.per_month}))
        costs.append((SPEND_HEADS, {"amount": expenses.per_beneficiary_year}))
        costs.append((SPEND_PART, {"amount": share}))
    for what, terms in costs:
        if terms["amount"] > 0:
            batch.note(what, day, Part.SETTLEMENT, **terms)


def close_months(clock, batch):
    """The books are closed at the end of the last day of every month."""
    for month in range(batch.calendar.months):
        yield clock.at(batch.calendar.first[month + 1] - 1, Part.CLOSING)
        batch.close_month(clock.day)


PROCESSES = (
    receive_state_share,
    receive_support,
    collect_contributions,
    renew_memberships,
    book_money,
    close_months,
)
