"""How a household lives alone between two moments: it pays what it owes, children are born, people age, die, fall ill,
seek care.

A stretch of time is lived in short passes, world by world: whose episode is due, draw its marks, price it (loops that
the compiler vectorizes), then household by household let what was drawn happen in the order of the clock. Draws are
keyed, so what a pass has drawn is only kept, never decided: where a birth, a birthday, a death or a referral changes
what is due, the rest of the household's stretch is lived step by step, each draw at its moment, with the same result.
Rules: MODEL.md, sections 5 to 7.
"""

from typing import NamedTuple

import numpy as np

from mho_sim import ledger, rules
from mho_sim.compiled import kernel, rule
from mho_sim.draws import LARGEST_BILL, exp, exponential, gamma_class, log, normal, uniforms
from mho_sim.engine.clock import DAY, PART, Part
from mho_sim.engine.tables import (
    CHRONIC,
    EXPONENTIAL,
    FIXED,
    GAMMA,
    LOGNORMAL,
    NEED,
    OF_BIRTHS,
    OF_DEATHS,
    REFERRED,
    YEAR,
)
from mho_sim.ledger import kind_measure, post, scheme_measure
from mho_sim.population import NEVER_DAY, PLACES, birthday

NEVER = np.int64(2**62)
LONGEST_DISTANCE = 2.0**60
LATE_PAYMENT, MEMBERSHIP, ILLNESS = (int(part) * PART for part in (Part.LATE_PAYMENTS, Part.MEMBERSHIP, Part.ILLNESS))
NOTHING = -1  # instead of a slot
NOT_DRAWN = -1.0  # instead of a mark
LONG_SERVED = -1  # `cover_from` of those who have served all waiting periods
LONGEST_STAY = 366.0
SUPPLIER, PROVIDER = 0, 1  # columns of `owing`, in the order in which they are paid; the last is households
AGES = (5, 15, 50)  # years at which the age groups of the registers begin, after the first
FIFTHS, AGE_GROUPS = 5, 4

BLOCK = 32  # rows whose earliest episode is kept
HOME = np.dtype(
    [
        ("owed", "i8"),
        ("advance", "i8"),
        ("used", "i8"),
        ("own", "i8"),
        ("bills", "i8"),
        ("suspended_from", "i4"),
        ("struck_from", "i4"),
        ("cover_from", "i4"),
        ("joins", "i4"),
        ("left_on", "i4"),
        ("alive", "i2"),
        ("children", "i2"),
        ("fifth", "i2"),
    ],
    align=True,
)
TOLD = np.dtype([("ordinal", "i4"), ("events", "u2"), ("days", "u2")], align=True)
BY_HOME = np.dtype([("paid", "i8"), ("events", "i8")], align=True)


class State(NamedTuple):
    """What a batch remembers of people and households; W worlds, K kinds, M mutuals, H households.

    A `person` has what `population.PERSON` says; rows beyond a world's people are unused. A `home` has owed,
    suspended_from, struck_from, advance (paid ahead), used (of the ceiling of the household-year), own (spending of the
    household-year), bills, cover_from, joins, left_on, alive and children (people), fifth (of usual income). `told`
    has, of each kind, episodes so far, and in this year those and the days that were counted. What no limit of the
    package asks for has no room: the last axis of `spent`, `used` and `by_home` is 0.
    """

    person: np.ndarray  # (W, rows)
    first: np.ndarray  # (W, H + 1): a household's first row
    home: np.ndarray  # (W, H)
    pays_on: np.ndarray  # (W, H): day on which it pays what it owes; NEVER_DAY
    next_change: np.ndarray  # (W, H): day of the next birth, birthday that matters, or death
    due: np.ndarray  # (W, K, rows): clock reading of the next episode
    soonest: np.ndarray  # (W, K, blocks of rows): nobody's next episode is due before this reading
    told: np.ndarray  # (W, K, rows)
    spent: np.ndarray  # (W, K, rows): of the kind's ceiling of the person-year
    used: np.ndarray  # (W, rows): of the ceiling of the person-year
    by_home: np.ndarray  # (W, H, K): paid and episodes counted in this year
    clock: np.ndarray  # (W, M, K): reading at the beginning of the month
    pace: np.ndarray  # (W, M, K): ticks a day in this month
    community: np.ndarray  # (W, M, K, years): the factor that all share


class Memory(NamedTuple):
    """Books, registers, log and the day buckets from which the cash box is rolled; W worlds, M mutuals."""

    books: np.ndarray  # (W, M, accounts)
    registers: np.ndarray  # (W, M, months, measures)
    whom: np.ndarray  # (W, M, cells, measures)
    closings: np.ndarray  # (W, M, months, accounts)
    log: np.ndarray  # (W, room) entries
    written: np.ndarray  # (W,)
    paid_in: np.ndarray  # (W, M, days): money that came in on a day
    owing: np.ndarray  # (W, M, days, creditors): debts by due day: suppliers, providers, households


class Stretch(NamedTuple):
    """A stretch of time inside one month."""

    until: int  # moment before which events happen
    month: int
    first_day: int  # of the month
    next_first: int  # of the next month
    ill_days: int  # days of the month whose illness lies before its end
    has_illness: bool  # whether the illness part of a day lies in it
    world0: int
    seed: np.uint64


class Slots(NamedTuple):
    """Episodes that are due in a stretch with their draws, as columns; a household's are chained. Scratch."""

    row: np.ndarray
    kind: np.ndarray
    next: np.ndarray  # the household's next slot, or NOTHING
    day: np.ndarray
    entity: np.ndarray
    ordinal: np.ndarray
    illness_next: np.ndarray  # decisions of the kind
    illness_cost: np.ndarray
    illness_marks: np.ndarray
    a: np.ndarray  # of the kind's cost law
    b: np.ndarray
    u: np.ndarray  # for the wait, then for the bill
    hazard: np.ndarray
    mark: np.ndarray  # for seeking care
    distance: np.ndarray  # ticks to the episode after it
    price: np.ndarray  # the bill before it is rounded
    stay: np.ndarray  # the mark for days
    where: np.ndarray  # the mark for the provider
    cause: np.ndarray  # the mark for the cause
    cell: np.ndarray  # of the registers by whom
    first: np.ndarray  # (H,): the household's first slot, or NOTHING
    limit: np.ndarray  # (M, K): the clocks' readings at the stretch's end


def slots_for(rows, kinds, households, mutuals):
    """Room for the slots of one world."""
    room = rows * kinds + 1
    columns = [*["i4"] * 6, *["u4"] * 3, *["f8"] * 5, "i8", *["f8"] * 4, "i4"]
    first, limit = np.zeros(households, np.int32), np.zeros((mutuals, kinds), np.int64)
    return Slots(*(np.zeros(room, column) for column in columns), first, limit)


class Start(NamedTuple):
    """Where everyone stands on day 0, the same in all worlds."""

    band: np.ndarray  # (people,): birthdays passed at which something may change
    alive: np.ndarray  # (households,)
    children: np.ndarray  # (households,): below the age at which another contribution begins
    child_band: int  # that age's place among the birthdays; -1


@rule
def _household(person):
    """Where someone lives."""
    return np.int64(person.entity) // PLACES


@rule
def _set_due(w, i, k, reading, state):
    """Set the clock reading of someone's next episode of a kind."""
    state.due[w, k, i] = reading
    state.soonest[w, k, i // BLOCK] = min(state.soonest[w, k, i // BLOCK], reading)


@rule
def _ticks(x):
    """A distance in whole ticks, at least 1; bounded before it becomes an integer."""
    return np.int64(min(max(np.floor(x + 0.5), 1.0), LONGEST_DISTANCE))


@rule
def _distance(u, hazard):
    """Ticks of the clock to the next episode; NEVER where there is no hazard."""
    ticks = _ticks(exponential(u) / hazard * YEAR)
    return NEVER if hazard == 0.0 else ticks


@kernel
def _one(entity, index, which, world, seed):
    """The first uniform of a draw that is rare."""
    u, _ = uniforms(entity, index, which, world, seed)
    return u


@rule
def _first_distance(entity, index, which, world, seed, hazard):
    """Ticks to an episode that no episode came before: at birth, or when a hazard returns from 0."""
    return _distance(_one(np.int64(entity), np.int64(index), which, world, seed), hazard)


@rule
def _hazard(w, i, k, people, setting, state):
    """Episodes per person-year of a kind, for a person as old as they are now."""
    person = state.person[w, i]
    return (
        setting.need[w, k, people.home[_household(person)].sector]
        * setting.multiplier[k, np.int64(person.woman), person.band]
        * setting.factors[setting.of_world[w, k].frailty, person.frailty]
    )


@rule
def _unrounded_bill(u, w, k, setting):
    """A bill by a kind's cost law, before prices and rounding."""
    law, a, b = setting.kind[k].law, setting.of_world[w, k].a, setting.of_world[w, k].b
    if law == FIXED:
        return a
    if law == LOGNORMAL:
        return a if b < 0.0 else exp(a + b * normal(u))
    if law == EXPONENTIAL:
        return a * exponential(1.0 - u)
    if law == GAMMA:
        return a * setting.factors[setting.kind[k].gamma, gamma_class(u)]
    return setting.bills[k, _among(setting.bills[k], u), 0]


@rule
def _among(table, u):
    """The first row whose cumulative share, the last but one column, is above u; of the padding, none."""
    chosen = 0
    while chosen + 1 < len(table) and table[chosen, 1] <= u and table[chosen + 1, 1] <= 1.5:
        chosen += 1
    return chosen


@rule
def _start_clocks(w, i, m, days, world, seed, people, setting, state):
    """Set a newborn's first episode of every kind that a need brings, `days` days after the month began."""
    for k in range(len(setting.kind)):
        if setting.kind[k].comes == NEED:
            hazard = _hazard(w, i, k, people, setting, state)
            distance = _first_distance(state.person[w, i].entity, 0, setting.kind[k].illness_next, world, seed, hazard)
            _set_due(w, i, k, min(state.clock[w, m, k] + days * state.pace[w, m, k] + distance, NEVER), state)


@rule
def turn_to(w, month, first_day, setting, state):
    """Set the ticks a day of each clock for the month that begins; kinds that go by the day have a clock that reads
    the day.
    """
    for m in range(state.pace.shape[1]):
        for k in range(len(setting.kind)):
            if setting.kind[k].comes == NEED:
                factor = state.community[w, m, k, month // 12]
                state.pace[w, m, k] = np.int64(np.floor(setting.pace[k, month] * factor + 0.5))
            else:
                state.pace[w, m, k], state.clock[w, m, k] = 1, first_day


@rule
def end_month(w, days, setting, state):
    """Let the clocks run to the end of the month."""
    for m in range(state.pace.shape[1]):
        for k in range(len(setting.kind)):
            state.clock[w, m, k] += days * state.pace[w, m, k]


@kernel
def begin(world0, seed, start, people, setting, state, u, v):
    """Give everyone of a batch their frailty and first episodes, and every household its first change; u and v,
    (rows,), are scratch.
    """
    for w in range(state.person.shape[0]):
        world, rows = np.uint32(world0 + w), state.first[w, state.home.shape[1]]
        turn_to(w, 0, 0, setting, state)
        for i in range(rows):
            u[i], v[i] = uniforms(state.person[w, i].entity, 0, setting.frailty_decision, world, seed)
        for i in range(rows):
            state.person[w, i].frailty = gamma_class(u[i])
        for k in range(len(setting.kind)):
            if setting.kind[k].comes == NEED:
                _first_episodes(w, k, rows, world, seed, people, setting, state, u, v)
            elif setting.kind[k].comes == CHRONIC:
                for i in range(rows):
                    u[i], v[i] = uniforms(state.person[w, i].entity, 0, setting.kind[k].illness_chronic, world, seed)
                for i in range(rows):
                    age = min(rules.completed_age(-np.int64(state.person[w, i].born)), rules.OLDEST)
                    if state.person[w, i].mother < 0 and u[i] < setting.chronic[k, age]:
                        _set_due(w, i, k, np.int64(28.0 * v[i]) + 1, state)
        for h in range(state.home.shape[1]):
            state.home[w, h].alive, state.home[w, h].children = start.alive[h], start.children[h]
            state.next_change[w, h] = _next_change(w, h, -1, setting, state)


@rule
def _first_episodes(w, k, rows, world, seed, people, setting, state, u, v):
    """The first episodes of one kind, of all who are there at the start."""
    for i in range(rows):
        u[i], v[i] = uniforms(state.person[w, i].entity, 0, setting.kind[k].illness_next, world, seed)
    for i in range(rows):
        v[i] = _hazard(w, i, k, people, setting, state)
    for i in range(rows):
        u[i] = np.floor(exponential(u[i]) / v[i] * YEAR + 0.5)
    for i in range(rows):
        if state.person[w, i].mother < 0 and v[i] > 0.0:
            clock = state.clock[w, people.mutual[_household(state.person[w, i])], k]
            _set_due(w, i, k, clock + np.int64(min(max(u[i], 1.0), LONGEST_DISTANCE)), state)


@rule
def _next_birthday(w, i, setting, state):
    """Day on which someone next reaches an age at which something may change."""
    if state.person[w, i].band == len(setting.birthdays):
        return np.int64(NEVER_DAY)
    return np.int64(birthday(np.int64(state.person[w, i].born), setting.birthdays[state.person[w, i].band]))


@rule
def _next_change(w, h, day, setting, state):
    """First day after `day` on which somebody of the household is born, dies, or reaches an age that matters."""
    soonest = np.int64(NEVER_DAY)
    for i in range(state.first[w, h], state.first[w, h + 1]):
        if state.person[w, i].born > day and state.person[w, i].mother >= 0:
            soonest = min(soonest, np.int64(state.person[w, i].born))
        elif state.person[w, i].dies > day:
            soonest = min(soonest, np.int64(state.person[w, i].dies), _next_birthday(w, i, setting, state))
    return soonest


@rule
def _grow_older(w, h, i, m, day, stretch, start, people, setting, state):
    """A birthday: what remains until each next episode is stretched by the old hazard over the new."""
    world, days = np.uint32(stretch.world0 + w), day - stretch.first_day
    sex = np.int64(state.person[w, i].woman)
    band = state.person[w, i].band
    state.person[w, i].band = band + 1
    if band == start.child_band:
        state.home[w, h].children -= 1
    for k in range(len(setting.kind)):
        old, new = setting.multiplier[k, sex, band], setting.multiplier[k, sex, band + 1]
        if setting.kind[k].comes != NEED or old == new:
            continue
        clock = state.clock[w, m, k] + days * state.pace[w, m, k]
        if old == 0.0:
            hazard = _hazard(w, i, k, people, setting, state)
            distance = _first_distance(
                state.person[w, i].entity, day, setting.kind[k].illness_again, world, stretch.seed, hazard
            )
            _set_due(w, i, k, min(clock + distance, NEVER), state)
        elif new == 0.0:
            _set_due(w, i, k, NEVER, state)
        elif state.due[w, k, i] != NEVER:
            _set_due(w, i, k, clock + _ticks((state.due[w, k, i] - clock) * (old / new)), state)


@rule
def _give_birth(w, i, day, stretch, setting, state):
    """The mother's delivery, of the kind that the child's mark says: a clock that ticks once a day."""
    world, chosen = np.uint32(stretch.world0 + w), -1
    u = _one(np.int64(state.person[w, i].entity), np.int64(0), setting.birth_kind_decision, world, stretch.seed)
    rest = -1
    for k in range(len(setting.kind)):
        if setting.kind[k].comes == OF_BIRTHS:
            if setting.of_world[w, k].share < 0.0:
                rest = k
            elif chosen < 0 and u < setting.of_world[w, k].share:
                chosen = k
    if chosen < 0:
        chosen = rest
    if chosen >= 0:
        mother = np.int64(state.person[w, i].mother)
        _set_due(w, mother, chosen, day + 1, state)
        state.told[w, chosen, mother].ordinal = stretch.month // 12


@rule
def _change(w, h, stretch, start, people, setting, state, memory):
    """The births, birthdays and deaths of a household's day, by person."""
    m, day = people.mutual[h], np.int64(state.next_change[w, h])
    when = day * DAY + MEMBERSHIP
    for i in range(state.first[w, h], state.first[w, h + 1]):
        ordinal = state.person[w, i].entity % PLACES
        if state.person[w, i].born == day and state.person[w, i].mother >= 0:
            state.home[w, h].alive += 1
            if start.child_band >= 0:
                state.home[w, h].children += 1
            memory.registers[w, m, stretch.month, scheme_measure(len(setting.kind), ledger.BIRTHS)] += 1
            post(memory, w, m, ledger.CASH, ledger.CASH, 0, when, h, ordinal, -1, rules.BIRTH)
            _start_clocks(
                w, i, m, day - stretch.first_day, np.uint32(stretch.world0 + w), stretch.seed, people, setting, state
            )
            _give_birth(w, i, day, stretch, setting, state)
        elif state.person[w, i].dies == day:
            state.home[w, h].alive -= 1
            if state.person[w, i].band <= start.child_band:
                state.home[w, h].children -= 1
            memory.registers[w, m, stretch.month, scheme_measure(len(setting.kind), ledger.DEATHS)] += 1
            post(memory, w, m, ledger.CASH, ledger.CASH, 0, when, h, ordinal, -1, rules.DEATH)
            for k in range(len(setting.kind)):
                _set_due(w, i, k, day + 1 if setting.kind[k].comes == OF_DEATHS else NEVER, state)
        elif state.person[w, i].born < day < state.person[w, i].dies and _next_birthday(w, i, setting, state) == day:
            _grow_older(w, h, i, m, day, stretch, start, people, setting, state)
    state.next_change[w, h] = _next_change(w, h, day, setting, state)


@rule
def _commission(w, m, day, part, h, paid, scheme, memory):
    """The collector's commission on what a household has just paid."""
    amount = rules.half_up(paid, scheme.collector_millionths[m])
    if amount > 0:
        when = day * DAY + part
        post(memory, w, m, ledger.COMMISSIONS, ledger.SUPPLIERS, amount, when, h, ledger.NOBODY, -1, rules.COMMISSION)
        memory.owing[w, m, day, SUPPLIER] += amount


@rule
def receive(w, m, h, paid, day, part, month, reason, kinds, scheme, memory):
    """A household pays contributions that it owes."""
    when = day * DAY + part
    post(memory, w, m, ledger.CASH, ledger.RECEIVABLE, paid, when, h, ledger.NOBODY, -1, reason)
    memory.paid_in[w, m, day] += paid
    memory.registers[w, m, month, scheme_measure(kinds, ledger.MEMBERS_PAID)] += paid
    _commission(w, m, day, part, h, paid, scheme, memory)


@rule
def _pay_what_is_owed(w, h, stretch, people, setting, scheme, state, memory):
    """The household pays all that it owes; if it was suspended, cover begins anew."""
    m, day, owed = people.mutual[h], np.int64(state.pays_on[w, h]), state.home[w, h].owed
    was_suspended = day > state.home[w, h].suspended_from
    reason = rules.REINSTATED if was_suspended else rules.PAID_LATE
    receive(w, m, h, owed, day, LATE_PAYMENT, stretch.month, reason, len(setting.kind), scheme, memory)
    if was_suspended:
        state.home[w, h].cover_from = day
        if scheme.penalty[m] > 0:
            when, amount = day * DAY + LATE_PAYMENT, scheme.penalty[m]
            post(memory, w, m, ledger.CASH, ledger.FEES, amount, when, h, ledger.NOBODY, -1, rules.PENALTY)
            memory.paid_in[w, m, day] += amount
    state.home[w, h].owed, state.pays_on[w, h] = 0, NEVER_DAY
    state.home[w, h].suspended_from = state.home[w, h].struck_from = NEVER_DAY


@rule
def _covers(w, h, i, m, k, day, scheme, state):
    """ACCEPTED if an episode is covered, else the first reason why not."""
    born, joins = np.int64(state.person[w, i].born), np.int64(state.home[w, h].joins)
    waiting_until = scheme.waiting_until[m, k, state.home[w, h].cover_from + 1]
    if born >= 0 and born >= joins:
        waiting_until = min(waiting_until, scheme.newborn_until[m, born])
    age = min(max(rules.completed_age(day - born), 0), rules.OLDEST)
    return rules.cover(
        scheme.benefit[m, k].exists,
        joins <= day < state.home[w, h].left_on,
        day,
        state.home[w, h].suspended_from,
        waiting_until,
        scheme.excluded_age[m, k, age],
    )


@rule
def _refer(w, i, k, n, day, world, seed, setting, state):
    """Whoever seeks care may be referred on to another kind, from the next day. True if somebody was."""
    referred = False
    if setting.kind[k].refers and state.person[w, i].dies > day:
        for other in range(len(setting.kind)):
            if setting.kind[other].comes == REFERRED and setting.kind[other].source == k:
                entity = np.int64(state.person[w, i].entity)
                u = _one(entity, n, setting.kind[other].illness_referral, world, seed)
                if u < setting.of_world[w, other].share and state.due[w, other, i] == NEVER:
                    _set_due(w, i, other, day + 2, state)
                    referred = True
    return referred


@rule
def _days(mark, k, setting):
    """Days of a stay; 0 of a kind without stays."""
    if not setting.kind[k].stays:
        return np.int64(0)
    if setting.kind[k].days_scale == 0.0:
        return np.int64(1)
    return np.int64(min(1.0 + np.floor(log(mark) / setting.kind[k].days_scale), LONGEST_STAY))


@rule
def _cell(w, h, i, day, people, setting, state):
    """The cell of the registers by whom: zone, sector, fifth of income, sex, age."""
    born, home = np.int64(state.person[w, i].born), people.home[h]
    age = 0
    for years in AGES:
        age += birthday(born, years) <= day
    group = (home.zone * len(setting.good) + home.sector) * FIFTHS + state.home[w, h].fifth
    return (group * 2 + np.int64(state.person[w, i].woman)) * AGE_GROUPS + age


@rule
def _owe(w, m, day, creditor, amount, scheme, memory):
    """Care of a day falls due on the day of its invoice plus the time to pay."""
    due_day = scheme.invoice_due[m, day]
    if due_day < memory.owing.shape[2]:
        memory.owing[w, m, due_day, creditor] += amount


@rule
def _pay_for(w, h, i, m, k, bill, days, place, cause, n, world, seed, setting, scheme, state):
    """(paid, reason, days paid for, whether it is refused) of an episode that is covered."""
    benefit, kind = scheme.benefit[m, k], setting.kind[k]
    has_letter = True
    if benefit.needs_letter and not kind.emergency and kind.comes == NEED and kind.letter < 1.0:
        u = _one(np.int64(state.person[w, i].entity), n, kind.illness_letter, world, seed)
        has_letter = u < kind.letter
    events_left = benefit.events_per_person - state.told[w, k, i].events
    kind_left = benefit.household_ceiling
    if benefit.at_home >= 0:
        size = min(np.int64(state.home[w, h].alive), rules.SIZES - 1)
        counted = state.by_home[w, h, benefit.at_home]
        events_left = min(events_left, scheme.events_per_household[m, k, size] - counted.events)
        kind_left -= counted.paid
    days_left = benefit.days_per_person - state.told[w, k, i].days
    reason = rules.admit(scheme.excluded_cause[m, k, cause], has_letter, benefit.needs_letter, events_left, days_left)
    if reason != rules.ACCEPTED:
        return np.int64(0), np.int64(reason), np.int64(0), True
    days_paid = min(days, days_left)
    decision = rules.adjudicate(
        benefit,
        bill,
        kind.covered_millionths,
        days,
        days_paid,
        scheme.copay_millionths[m, k, place],
        scheme.copay_fixed[m, k, place],
    )
    if benefit.at_person >= 0:
        kind_left = min(kind_left, benefit.person_ceiling - state.spent[w, benefit.at_person, i])
    person_left = scheme.person_ceiling[m]
    if state.used.shape[1] > 0:
        person_left -= state.used[w, i]
    household_left = scheme.household_ceiling[m] - state.home[w, h].used
    decision = rules.limit_to_year(decision, kind_left, person_left, household_left)
    state.told[w, k, i].events += 1
    state.told[w, k, i].days += days_paid
    if benefit.at_home >= 0:
        state.by_home[w, h, benefit.at_home].events += 1
        state.by_home[w, h, benefit.at_home].paid += decision.paid
    if benefit.at_person >= 0:
        state.spent[w, benefit.at_person, i] += decision.paid
    if state.used.shape[1] > 0:
        state.used[w, i] += decision.paid
    state.home[w, h].used += decision.paid
    return decision.paid, decision.reason, days_paid, False


@rule
def _fall_ill(w, h, i, k, day, drawn, stretch, people, setting, scheme, state, memory):
    """One episode: does the person seek care, where, what does it cost, what does the mutual pay and why not? True if
    the person was referred to another kind.
    """
    m, world, entity = people.mutual[h], np.uint32(stretch.world0 + w), state.person[w, i].entity
    kind = setting.kind[k]
    n = np.int64(state.told[w, k, i].ordinal) + 1
    state.told[w, k, i].ordinal = n
    reason = np.int64(_covers(w, h, i, m, k, day, scheme, state))
    zone = people.home[h].zone
    paid, bill, cash, days, place = np.int64(0), np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    refused, referred = reason != rules.ACCEPTED, False
    if not rules.seeks_care(
        drawn.mark, reason == rules.ACCEPTED, setting.seeking[w, k, zone, 1], setting.seeking[w, k, zone, 0]
    ):
        reason = np.int64(rules.DID_NOT_SEEK)
    else:
        cause, prices = np.int64(0), 1.0
        if kind.places > 0:
            chosen = 0
            while chosen + 1 < kind.places and setting.at[k, chosen, 0] <= drawn.where:
                chosen += 1
            place = np.int64(setting.at[k, chosen, 1])
            prices = setting.prices[place]
        while cause + 1 < kind.causes and setting.causes[k, cause] <= drawn.cause:
            cause += 1
        bill = np.int64(
            min(np.floor(drawn.price * prices * setting.index[w, stretch.month] + 0.5), np.float64(LARGEST_BILL))
        )
        days = _days(drawn.stay, k, setting)
        if not refused:
            paid, reason, days_paid, refused = _pay_for(
                w, h, i, m, k, bill, days, place, cause, n, world, stretch.seed, setting, scheme, state
            )
            cash = scheme.benefit[m, k].cash_per_day * days_paid
        referred = _refer(w, i, k, n, day, world, stretch.seed, setting, state)
        state.home[w, h].bills += bill
        state.home[w, h].own += max(bill - paid - cash, 0)
    if state.home[w, h].joins <= day < state.home[w, h].left_on:
        cell = memory.whom[w, m, drawn.cell]
        cell[ledger.OF_EPISODES] += 1
        if reason != rules.DID_NOT_SEEK:
            cell[ledger.OF_SOUGHT] += 1
            cell[ledger.OF_BILLS] += bill
            cell[ledger.OF_PAID] += paid + cash
            cell[ledger.OF_REFUSED] += refused
    register = memory.registers[w, m, stretch.month]
    register[kind_measure(k, reason)] += 1
    register[kind_measure(k, ledger.BILLS)] += bill
    register[kind_measure(k, ledger.PAID)] += paid + cash
    register[kind_measure(k, ledger.DAYS)] += days
    to_household = scheme.benefit[m, k].to_household and not refused and reason != rules.DID_NOT_SEEK
    payable = ledger.MEMBERS_CLAIMS if to_household else ledger.PROVIDERS
    when, ordinal = day * DAY + ILLNESS, entity % PLACES
    post(memory, w, m, ledger.BENEFITS, payable, paid, when, h, ordinal, k, reason)
    ledger.note_bill(memory, w, bill)
    households = memory.owing.shape[3] - 1
    if paid > 0:
        _owe(w, m, day, households if to_household else PROVIDER + place, paid, scheme, memory)
    if cash > 0:
        post(
            memory,
            w,
            m,
            ledger.BENEFITS,
            ledger.MEMBERS_CLAIMS,
            cash,
            when,
            h,
            ordinal,
            k,
            np.int64(rules.CASH_BENEFIT),
        )
        _owe(w, m, day, households, cash, scheme, memory)
    return referred


@rule
def _set_next(w, i, k, day, distance, stretch, setting, state):
    """When a person's next episode of a kind is due, after one that happened."""
    if setting.kind[k].comes == NEED:
        _set_due(w, i, k, min(state.due[w, k, i] + distance, NEVER), state)
    elif setting.kind[k].comes == CHRONIC:
        _set_due(w, i, k, stretch.next_first + (day - stretch.first_day) + 1, state)
    else:
        _set_due(w, i, k, NEVER, state)


@rule
def _day_due(w, m, k, due, stretch, state):
    """The day on which a clock reads `due`, within the month."""
    pace = state.pace[w, m, k]
    return stretch.first_day + (due - state.clock[w, m, k] + pace - 1) // pace - 1


@rule
def _next_illness(w, h, stretch, limit, people, state):
    """(day, row, kind) of the household's next episode in the stretch, by day, person, kind; day is NEVER_DAY if
    there is none.
    """
    soonest, who, what = np.int64(NEVER_DAY), np.int64(-1), np.int64(-1)
    if stretch.has_illness:
        for i in range(state.first[w, h], state.first[w, h + 1]):
            for k in range(len(limit)):
                if state.due[w, k, i] <= limit[k]:
                    day = _day_due(w, people.mutual[h], k, state.due[w, k, i], stretch, state)
                    if day < soonest:
                        soonest, who, what = day, np.int64(i), np.int64(k)
    return soonest, who, what


class Drawn(NamedTuple):
    """What is drawn for an episode."""

    mark: float  # for seeking care
    price: float  # the bill before it is rounded
    stay: float  # the mark for days
    where: float  # the mark for the provider
    cause: float  # the mark for the cause
    cell: int  # of the registers by whom


@rule
def _draw_one(w, i, k, day, stretch, people, setting, state):
    """The distance to the episode after a person's next one, and what is drawn for that one."""
    world, entity = np.uint32(stretch.world0 + w), state.person[w, i].entity
    n = np.int64(state.told[w, k, i].ordinal) + 1
    wait, mark = uniforms(entity, n, setting.kind[k].illness_next, world, stretch.seed)
    u, stay = uniforms(entity, n, setting.kind[k].illness_cost, world, stretch.seed)
    where, cause = uniforms(entity, n, setting.kind[k].illness_marks, world, stretch.seed)
    distance = NEVER
    if setting.kind[k].comes == NEED:
        distance = _distance(wait, _hazard(w, i, k, people, setting, state))
    cell = _cell(w, _household(state.person[w, i]), i, day, people, setting, state)
    return distance, Drawn(mark, _unrounded_bill(u, w, k, setting), stay, where, cause, cell)


@rule
def _list_due(w, k, begins, people, state, slots):
    """List whose episodes of a kind come due in the stretch, into slots from `begins` on; returns where they end."""
    n = begins
    mutuals = slots.limit.shape[0]
    for m in range(mutuals):
        first, end, limit = state.first[w, people.homes[m]], state.first[w, people.homes[m + 1]], slots.limit[m, k]
        for block in range(first // BLOCK, (end + BLOCK - 1) // BLOCK):
            if state.soonest[w, k, block] > limit:
                continue
            block_begins, block_ends = max(first, block * BLOCK), min(end, block * BLOCK + BLOCK)
            if block_begins == block * BLOCK and (block_ends == block_begins + BLOCK or m + 1 == mutuals):
                later = NEVER  # the whole block: who is due now sets a new reading as it happens
                for i in range(block_begins, block_ends):
                    later = min(later, state.due[w, k, i] if state.due[w, k, i] > limit else NEVER)
                state.soonest[w, k, block] = later
            for i in range(block_begins, block_ends):
                slots.row[n] = i
                n += state.due[w, k, i] <= limit
    return n


@rule
def _chain(begins, ends, w, k, stretch, people, setting, state, slots):
    """Note of a kind's slots who is due and when, and what their draws need; chain each household's slots."""
    kind, of_world = setting.kind[k], setting.of_world[w, k]
    for e in range(begins, ends):
        i = slots.row[e]
        h = _household(state.person[w, i])
        slots.kind[e], slots.entity[e], slots.ordinal[e] = k, state.person[w, i].entity, state.told[w, k, i].ordinal + 1
        slots.day[e] = _day_due(w, people.mutual[h], k, state.due[w, k, i], stretch, state)
        slots.hazard[e] = _hazard(w, i, k, people, setting, state) if kind.comes == NEED else 0.0
        slots.next[e] = slots.first[h]
        slots.first[h] = e
    for e in range(begins, ends):
        slots.illness_next[e], slots.illness_cost[e] = kind.illness_next, kind.illness_cost
        slots.illness_marks[e], slots.a[e], slots.b[e] = kind.illness_marks, of_world.a, of_world.b


@rule
def _draw(n, w, stretch, people, setting, state, slots):
    """Draw what the listed episodes need, in loops that vectorize."""
    world, seed = np.uint32(stretch.world0 + w), stretch.seed
    for e in range(n):
        slots.u[e], slots.mark[e] = uniforms(slots.entity[e], slots.ordinal[e], slots.illness_next[e], world, seed)
    for e in range(n):
        slots.distance[e] = _distance(slots.u[e], slots.hazard[e])
    for e in range(n):
        slots.where[e], slots.cause[e] = uniforms(
            slots.entity[e], slots.ordinal[e], slots.illness_marks[e], world, seed
        )
    for e in range(n):
        slots.u[e], slots.stay[e] = uniforms(slots.entity[e], slots.ordinal[e], slots.illness_cost[e], world, seed)
    for e in range(n):
        slots.price[e] = exp(slots.a[e] + slots.b[e] * normal(slots.u[e]))
    for e in range(n):
        k = slots.kind[e]
        if setting.kind[k].law != LOGNORMAL or slots.b[e] < 0.0:
            slots.price[e] = _unrounded_bill(slots.u[e], w, k, setting)
    for e in range(n):
        h = slots.entity[e] // PLACES
        slots.cell[e] = _cell(w, h, slots.row[e], slots.day[e], people, setting, state)


@rule
def _soonest(h, slots):
    """The household's slot that comes first, by day, person, kind, and the one before it in the chain."""
    best, before_best, before, e = np.int64(NOTHING), np.int64(NOTHING), np.int64(NOTHING), np.int64(slots.first[h])
    while e != NOTHING:
        if (
            best == NOTHING
            or slots.day[e] < slots.day[best]
            or (slots.day[e] == slots.day[best] and slots.row[e] < slots.row[best])
            or (
                slots.day[e] == slots.day[best] and slots.row[e] == slots.row[best] and slots.kind[e] < slots.kind[best]
            )
        ):
            best, before_best = e, before
        before, e = e, np.int64(slots.next[e])
    return best, before_best


@rule
def _drawn(e, slots):
    """What was drawn for a slot's episode."""
    return Drawn(slots.mark[e], slots.price[e], slots.stay[e], slots.where[e], slots.cause[e], np.int64(slots.cell[e]))


@rule
def _move_on(w, h, e, before, limit, stretch, people, state, slots):
    """A slot whose episode has happened holds the person's next one, or leaves the household's chain."""
    i, k = np.int64(slots.row[e]), np.int64(slots.kind[e])
    if state.due[w, k, i] <= limit:
        slots.day[e] = _day_due(w, people.mutual[h], k, state.due[w, k, i], stretch, state)
        slots.mark[e] = NOT_DRAWN
    elif before == NOTHING:
        slots.first[h] = slots.next[e]
    else:
        slots.next[before] = slots.next[e]


@kernel
def _live_households(w, pays_before, changes_before, stretch, slots, start, people, setting, scheme, state, memory):
    """Let the households of a world go through their events, each household's earliest first, until the stretch ends:
    with what was drawn for it, or, once something has changed what is due, step by step.
    """
    for h in range(state.home.shape[1]):
        listed, limit = True, slots.limit[people.mutual[h]]
        while (
            slots.first[h] != NOTHING
            or not listed
            or state.pays_on[w, h] < pays_before
            or state.next_change[w, h] < changes_before
        ):
            e, before = np.int64(NOTHING), np.int64(NOTHING)
            if listed:
                e, before = _soonest(h, slots)
                day, i, k = np.int64(NEVER_DAY), np.int64(-1), np.int64(-1)
                if e != NOTHING:
                    day, i, k = np.int64(slots.day[e]), np.int64(slots.row[e]), np.int64(slots.kind[e])
            else:
                day, i, k = _next_illness(w, h, stretch, limit, people, state)
            changes_at = np.int64(state.next_change[w, h]) * DAY + MEMBERSHIP
            pays_at = np.int64(state.pays_on[w, h]) * DAY + LATE_PAYMENT
            soonest = min(day * DAY + ILLNESS, changes_at, pays_at)
            if soonest >= stretch.until:
                break
            if soonest == pays_at:
                _pay_what_is_owed(w, h, stretch, people, setting, scheme, state, memory)
            elif soonest == changes_at:
                _change(w, h, stretch, start, people, setting, state, memory)
                listed = False
            else:
                if listed and slots.mark[e] != NOT_DRAWN:
                    distance, drawn = slots.distance[e], _drawn(e, slots)
                else:
                    distance, drawn = _draw_one(w, i, k, day, stretch, people, setting, state)
                _set_next(w, i, k, day, distance, stretch, setting, state)
                if _fall_ill(w, h, i, k, day, drawn, stretch, people, setting, scheme, state, memory):
                    listed = False
                elif listed:
                    _move_on(w, h, e, before, limit[k], stretch, people, state, slots)


@kernel
def live(worlds, stretch, slots, start, people, setting, scheme, state, memory):
    """Let every household of a world live up to the end of a stretch; `slots` is scratch."""
    for w in range(*worlds):
        pays_before = (stretch.until - LATE_PAYMENT + DAY - 1) // DAY  # the first day whose late payments come later
        changes_before = (stretch.until - MEMBERSHIP + DAY - 1) // DAY
        for h in range(state.home.shape[1]):
            slots.first[h] = NOTHING
        for m in range(slots.limit.shape[0]):
            for k in range(slots.limit.shape[1]):
                slots.limit[m, k] = state.clock[w, m, k] + stretch.ill_days * state.pace[w, m, k]
        if stretch.has_illness:
            begins = 0
            for k in range(slots.limit.shape[1]):
                ends = _list_due(w, k, begins, people, state, slots)
                _chain(begins, ends, w, k, stretch, people, setting, state, slots)
                begins = ends
            _draw(begins, w, stretch, people, setting, state, slots)
        _live_households(w, pays_before, changes_before, stretch, slots, start, people, setting, scheme, state, memory)
