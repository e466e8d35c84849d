"""The agenda: what the calendar asks of the worlds of a batch, noted as the clock comes to it, and carried out when
somebody looks: world by world, so that what a world remembers stays near the processor.
"""

import numpy as np

from mho_sim import ledger, rules
from mho_sim.compiled import kernel, lend, rule
from mho_sim.engine import cash, living, needs
from mho_sim.engine.state import Stretch
from mho_sim.ledger import post_for_all, scheme_measure

(
    LIVE,  # up to `moment`, in `month` from day `first` to before `end`, of which `number` days of illness
    SETTLE,  # from day `first` to before `end`
    JOIN,  # `group`
    COLLECT,  # period `number` of `group`
    RENEW,  # `group`
    BOOK,  # an entry of `amount` from `debit` to `credit`, for `reason`
    COME_IN,  # `amount` of support
    STATE_COMES,  # what the State owes for period `number`
    INTEREST,  # at `rate` on the cash
    SPEND,  # `amount`
    SPEND_CARDS,  # `amount` for each card of `group`
    SPEND_HEADS,  # `amount` a year for each person
    SPEND_PART,  # `amount` millionths of what members have paid in `month`
    CLOSE,  # `month`, with the earnings from `first` to before `end`
) = range(14)

TOGETHER = 3  # worlds in which an item is carried out at once: as many as stay near the processor; measured

ITEM = np.dtype(
    [
        ("moment", "i8"),
        ("amount", "i8"),
        ("rate", "f8"),
        ("what", "i4"),
        ("day", "i4"),
        ("month", "i4"),
        ("first", "i4"),
        ("end", "i4"),
        ("number", "i4"),
        ("group", "i4"),
        ("debit", "i4"),
        ("credit", "i4"),
        ("reason", "i4"),
        ("has_illness", "?"),
    ],
    align=True,
)


class Agenda:
    """What is still to be carried out, in the order of the clock."""

    def __init__(self):
        self._items = []

    def note(self, what, moment, **terms):
        """Note an item, at a moment."""
        self._items.append((what, moment, terms))

    def taken(self):
        """The items noted, shape (items,), which are then forgotten."""
        items = np.zeros(len(self._items), ITEM)
        for item, (what, moment, terms) in zip(items, self._items):
            item["what"], item["moment"], item["day"] = what, moment, moment >> 32
            for name, value in terms.items():
                item[name] = value
        self._items = []
        return items


@kernel
def carry_out(items, earning, world0, seed, slots, start, people, setting, scheme, state, till, memory, u, v):
    """Carry out the items of an agenda in every world of a batch. `earning` are the records of all months; `slots`, u
    and v, (households,), are scratch.
    """
    slots, start, people, setting = lend(slots), lend(start), lend(people), lend(setting)
    scheme, state, till, memory = lend(scheme), lend(state), lend(till), lend(memory)
    months, count = memory.registers.shape[2], state.home.shape[0]
    for begins in range(0, count, TOGETHER):
        worlds = (begins, min(begins + TOGETHER, count))
        for i in range(len(items)):
            what, day, month = items[i].what, np.int64(items[i].day), np.int64(items[i].month)
            when, group, number = items[i].moment, items[i].group, np.int64(items[i].number)
            first, end = np.int64(items[i].first), np.int64(items[i].end)
            if what == LIVE:
                stretch = Stretch(when, month, first, end, number, items[i].has_illness, world0, seed)
                living.live(worlds, stretch, slots, start, people, setting, scheme, state, memory)
            elif what == SETTLE:
                cash.settle(worlds, first, end, scheme, till, memory)
            elif what == JOIN:
                cash.join(worlds, group, day, people, scheme, state, memory)
            elif what == COLLECT:
                cash.collect(
                    worlds, number, group, day, month, world0, seed, people, setting, scheme, state, till, memory, u, v
                )
            elif what == RENEW:
                cash.renew(worlds, group, day, when, month, world0, seed, people, setting, state, memory)
            elif what == CLOSE:
                earned = earning[first:end]
                cash.close(worlds, month, day, earned, world0, seed, people, setting, scheme, state, till, memory, u, v)
                for w in range(*worlds):
                    needs.end_month(w, number, setting, state)
                    if month + 1 < months:
                        needs.turn_to(w, month + 1, day + 1, setting, state)
            else:
                for w in range(*worlds):
                    for m in range(till.cash.shape[1]):
                        _book(w, m, items[i], people, setting, state, till, memory)


@rule
def _book(w, m, item, people, setting, state, till, memory):
    """One of the scheme's own entries."""
    what, when, day, amount = item.what, item.moment, np.int64(item.day), item.amount
    if what == BOOK:
        post_for_all(memory, w, m, np.int64(item.debit), np.int64(item.credit), amount, when, np.int64(item.reason))
    elif what in (COME_IN, STATE_COMES):
        if what == STATE_COMES:
            amount = till.total[w, m, item.number, 1]
        cash.come_in(w, m, amount, day, when, ledger.SUPPORT_RECEIVABLE, rules.SUPPORT_RECEIVED, memory)
    elif what == INTEREST:
        amount = cash.interest_on(till.cash[w, m], item.rate)
        cash.come_in(w, m, amount, day, when, ledger.INTEREST, rules.INTEREST, memory)
    else:
        if what == SPEND_CARDS:
            amount = amount * cash.new_cards(w, m, item.group, people, state)
        elif what == SPEND_HEADS:
            amount = (cash.people_enrolled(w, m, day, people, state) * amount + 6) // 12
        elif what == SPEND_PART:
            measure = scheme_measure(len(setting.kind), ledger.MEMBERS_PAID)
            amount = rules.half_up(memory.registers[w, m, np.int64(item.month), measure], amount)
        cash.spend(w, m, amount, day, when, memory)
