"""How a household lives alone between two moments: it pays what it owes, children are born, people age, die, fall ill, seek care.

`live` is a walk over households; each that has something to do goes through its events in the order of the clock. What it does to the scheme goes
into the books and into day buckets (paid in, claimed). Rules: MODEL.md, sections 5 to 7.
"""
import math
from typing import NamedTuple

import numpy as np

from mho_sim import ledger, rules
from mho_sim.compiled import kernel, rule
from mho_sim.draws import exponential, gamma_class, lognormal_money, uniforms
from mho_sim.engine.tables import YEAR
from mho_sim.ledger import kind_measure, post, scheme_measure
from mho_sim.population import NEVER_DAY, PLACES, birthday

NEVER = np.int64(2**62)
LONGEST_DISTANCE = 2.0**60
DAY, PART = 2**32, 2**28
LATE_PAYMENT, MEMBERSHIP, ILLNESS = 0 * PART, 1 * PART, 3 * PART
LONG_SERVED = -1                                        # `cover_from` of those who have served all waiting periods


class State(NamedTuple):
    """What a batch remembers of people (worlds, rows) and households (worlds, households)."""

    born: np.ndarray
    dies: np.ndarray
    frailty: np.ndarray                                 # class of the personal factor
    band: np.ndarray                                    # birthdays passed at which a multiplier may change
    due: np.ndarray                                     # (worlds, kinds, rows): clock reading of the next episode
    ordinal: np.ndarray                                 # (worlds, kinds, rows): episodes so far
    clock: np.ndarray                                   # (worlds, mutuals, kinds): reading at the beginning of the month
    pace: np.ndarray                                    # (worlds, mutuals, kinds): ticks a day in this month
    alive: np.ndarray                                   # people alive
    owed: np.ndarray
    pays_on: np.ndarray
    suspended_from: np.ndarray
    cover_from: np.ndarray
    advance: np.ndarray                                 # paid ahead
    used: np.ndarray                                    # of the ceiling of the household-year
    next_change: np.ndarray                             # day of the next birth, birthday that matters, or death


class Memory(NamedTuple):
    """Books, registers, log and the day buckets from which the cash box is rolled; W worlds, M mutuals."""

    books: np.ndarray                                   # (W, M, accounts)
    registers: np.ndarray                               # (W, M, months, measures)
    closings: np.ndarray                                # (W, M, months, accounts)
    log: np.ndarray                                     # (W, room) entries
    written: np.ndarray                                 # (W,)
    paid_in: np.ndarray                                 # (W, M, days): money that came in on a day
    owing: np.ndarray                                   # (W, M, days, 2): debts by due day, suppliers and providers


class Stretch(NamedTuple):
    """A stretch of time inside one month."""

    until: int                                          # moment before which events happen
    month: int
    first_day: int                                      # of the month
    has_illness: bool                                   # whether the illness part of a day lies in it
    world0: int
    seed: np.uint64


@rule
def _distance(u, hazard):
    """Ticks of the clock to the next episode; NEVER where there is no hazard."""
    if hazard == 0.0:
        return NEVER
    ticks = math.floor(exponential(u) / hazard * YEAR + 0.5)
    return np.int64(min(max(ticks, 1.0), LONGEST_DISTANCE))


@rule
def _hazard(w, i, k, people, setting, state):
    """Episodes per person-year of a kind, for a person as old as they are now."""
    sex = 1 if people.woman[i] else 0
    return setting.need[k] * setting.multiplier[k, sex, state.band[w, i]] * setting.frailty[k, state.frailty[w, i]]


@rule
def _start_clocks(w, i, m, days, world, seed, people, setting, state):
    """Set a person's first episode of every kind, `days` days after the month began."""
    for k in range(len(setting.need)):
        if not setting.of_births[k]:
            u, _ = uniforms(people.entity[i], 0, setting.illness_next[k], world, seed)
            clock = state.clock[w, m, k] + days * state.pace[w, m, k]
            state.due[w, k, i] = min(clock + _distance(u, _hazard(w, i, k, people, setting, state)), NEVER)


@kernel
def begin(world0, seed, people, setting, state):
    """Give everyone of a batch their frailty, age band and first episodes, and every household its first change."""
    for w in range(state.born.shape[0]):
        world = np.uint32(world0 + w)
        for h in range(state.owed.shape[1]):
            for i in range(people.first[h], people.first[h + 1]):
                u, _ = uniforms(people.entity[i], 0, setting.frailty_decision, world, seed)
                state.frailty[w, i] = gamma_class(u)
                for k in range(len(setting.need)):
                    state.due[w, k, i] = NEVER
                if people.mother[i] < 0:
                    while state.band[w, i] < len(setting.birthdays) and birthday(state.born[w, i], setting.birthdays[state.band[w, i]]) <= 0:
                        state.band[w, i] += 1
                    state.alive[w, h] += 1
                    _start_clocks(w, i, people.mutual[h], 0, world, seed, people, setting, state)
            state.next_change[w, h] = _next_change(w, h, -1, people, setting, state)


@rule
def _next_birthday(w, i, setting, state):
    """Day on which someone next reaches an age at which a multiplier may change."""
    if state.band[w, i] == len(setting.birthdays):
        return np.int64(NEVER_DAY)
    return np.int64(birthday(np.int64(state.born[w, i]), setting.birthdays[state.band[w, i]]))


@rule
def _next_change(w, h, day, people, setting, state):
    """First day after `day` on which somebody of the household is born, dies, or reaches an age that matters."""
    soonest = np.int64(NEVER_DAY)
    for i in range(people.first[h], people.first[h + 1]):
        if state.born[w, i] > day and people.mother[i] >= 0:
            soonest = min(soonest, np.int64(state.born[w, i]))
        elif state.dies[w, i] > day and state.born[w, i] != NEVER_DAY:
            soonest = min(soonest, np.int64(state.dies[w, i]), _next_birthday(w, i, setting, state))
    return soonest


@rule
def _grow_older(w, i, m, day, stretch, people, setting, state):
    """A birthday: what remains until each next episode is stretched by the old hazard over the new."""
    world, days = np.uint32(stretch.world0 + w), day - stretch.first_day
    sex = 1 if people.woman[i] else 0
    band = state.band[w, i]
    state.band[w, i] = band + 1
    for k in range(len(setting.need)):
        old, new = setting.multiplier[k, sex, band], setting.multiplier[k, sex, band + 1]
        if setting.of_births[k] or old == new:
            continue
        clock = state.clock[w, m, k] + days * state.pace[w, m, k]
        if old == 0.0:
            u, _ = uniforms(people.entity[i], day, setting.illness_again[k], world, stretch.seed)
            state.due[w, k, i] = min(clock + _distance(u, _hazard(w, i, k, people, setting, state)), NEVER)
        elif new == 0.0:
            state.due[w, k, i] = NEVER
        elif state.due[w, k, i] != NEVER:
            remaining = math.floor((state.due[w, k, i] - clock) * (old / new) + 0.5)
            state.due[w, k, i] = clock + np.int64(min(max(remaining, 1.0), LONGEST_DISTANCE))


@kernel
def _change(w, h, stretch, people, setting, state, memory):
    """The births, birthdays and deaths of a household's day, by person."""
    m, day = people.mutual[h], np.int64(state.next_change[w, h])
    when = day * DAY + MEMBERSHIP
    for i in range(people.first[h], people.first[h + 1]):
        ordinal = people.entity[i] % PLACES
        if state.born[w, i] == day and people.mother[i] >= 0:
            state.alive[w, h] += 1
            memory.registers[w, m, stretch.month, scheme_measure(len(setting.need), ledger.BIRTHS)] += 1
            post(memory, w, m, ledger.CASH, ledger.CASH, 0, when, h, ordinal, -1, rules.BIRTH)
            _start_clocks(w, i, m, day - stretch.first_day, np.uint32(stretch.world0 + w), stretch.seed, people, setting, state)
            for k in range(len(setting.need)):
                if setting.of_births[k]:                # the mother's delivery: a clock that ticks once a day
                    state.due[w, k, people.mother[i]] = day + 1
                    state.ordinal[w, k, people.mother[i]] = people.birth_year[i]
        elif state.dies[w, i] == day:
            state.alive[w, h] -= 1
            memory.registers[w, m, stretch.month, scheme_measure(len(setting.need), ledger.DEATHS)] += 1
            post(memory, w, m, ledger.CASH, ledger.CASH, 0, when, h, ordinal, -1, rules.DEATH)
            for k in range(len(setting.need)):
                state.due[w, k, i] = NEVER
        elif state.born[w, i] < day < state.dies[w, i] and _next_birthday(w, i, setting, state) == day:
            _grow_older(w, i, m, day, stretch, people, setting, state)
    state.next_change[w, h] = _next_change(w, h, day, people, setting, state)


@rule
def _pay_what_is_owed(w, h, people, state, memory):
    """The household pays all that it owes; if it was suspended, cover begins anew."""
    m, day, owed = people.mutual[h], np.int64(state.pays_on[w, h]), state.owed[w, h]
    was_suspended = day > state.suspended_from[w, h]
    if was_suspended:
        state.cover_from[w, h] = day
    reason = rules.REINSTATED if was_suspended else rules.PAID_LATE
    post(memory, w, m, ledger.CASH, ledger.RECEIVABLE, owed, day * DAY + LATE_PAYMENT, h, ledger.NOBODY, -1, reason)
    memory.paid_in[w, m, day] += owed
    state.owed[w, h], state.pays_on[w, h], state.suspended_from[w, h] = 0, NEVER, NEVER


@rule
def _fall_ill(w, h, i, k, day, stretch, people, setting, scheme, state, memory):
    """One episode: does the person seek care, what does it cost, what does the mutual pay, and when is the next one due?"""
    m, world, entity = people.mutual[h], np.uint32(stretch.world0 + w), people.entity[i]
    n = state.ordinal[w, k, i] + 1
    state.ordinal[w, k, i] = n
    wait, mark = uniforms(entity, n, setting.illness_next[k], world, stretch.seed)
    if setting.of_births[k]:
        state.due[w, k, i] = NEVER
    else:
        state.due[w, k, i] += _distance(wait, _hazard(w, i, k, people, setting, state))
    benefit = scheme.benefit[m, k]
    waiting_until = scheme.waiting_until[m, k, state.cover_from[w, h] + 1]
    reason = rules.cover(benefit.exists, day, state.suspended_from[w, h], waiting_until)
    paid, bill = np.int64(0), np.int64(0)
    if not rules.seeks_care(mark, reason == rules.ACCEPTED, setting.seeking[k, 1], setting.seeking[k, 0]):
        reason = rules.DID_NOT_SEEK
    else:
        bill = setting.fixed_bill[k]
        if bill < 0:
            u, _ = uniforms(entity, n, setting.illness_cost[k], world, stretch.seed)
            bill = lognormal_money(u, setting.log_mean[k], setting.log_sd[k])
        if reason == rules.ACCEPTED:
            paid, reason = rules.adjudicate(benefit, bill, scheme.household_ceiling[m] - state.used[w, h])
            state.used[w, h] += paid
            due_day = scheme.invoice_due[m, day]
            if due_day < memory.owing.shape[2]:
                memory.owing[w, m, due_day, 1] += paid
    register = memory.registers[w, m, stretch.month]
    register[kind_measure(k, reason)] += 1
    register[kind_measure(k, ledger.BILLS)] += bill
    register[kind_measure(k, ledger.PAID)] += paid
    post(memory, w, m, ledger.BENEFITS, ledger.PROVIDERS, paid, day * DAY + ILLNESS, h, entity % PLACES, k, reason)


@rule
def _mark_busy(w, stretch, limits, people, state, busy):
    """Mark the households of a world in which something happens before the stretch ends."""
    for h in range(len(busy)):
        pays = state.pays_on[w, h] != NEVER and state.pays_on[w, h] * DAY + LATE_PAYMENT < stretch.until
        busy[h] = pays or np.int64(state.next_change[w, h]) * DAY + MEMBERSHIP < stretch.until
    if not stretch.has_illness:
        return
    for m in range(limits.shape[1]):
        for k in range(limits.shape[2]):
            limit = limits[w, m, k]
            for i in range(people.first[people.homes[m]], people.first[people.homes[m + 1]]):
                if state.due[w, k, i] <= limit:
                    busy[people.household[i]] = True


@rule
def _next_illness(w, h, stretch, limit, people, state):
    """(day, row, kind) of the household's next episode in the stretch, by day, person, kind; day is NEVER_DAY if there is none."""
    m = people.mutual[h]
    soonest, who, what = np.int64(NEVER_DAY), np.int64(-1), np.int64(-1)
    for i in range(people.first[h], people.first[h + 1]):
        for k in range(state.due.shape[1]):
            due = state.due[w, k, i]
            if due <= limit[k]:
                pace = state.pace[w, m, k]
                day = stretch.first_day + (due - state.clock[w, m, k] + pace - 1) // pace - 1
                if day < soonest:
                    soonest, who, what = day, i, np.int64(k)
    return soonest, who, what


@rule
def _live_household(w, h, stretch, limit, people, setting, scheme, state, memory):
    """Let one household go through its events, the earliest first, until the stretch ends."""
    while True:
        day, i, k = _next_illness(w, h, stretch, limit, people, state)
        ill_at = day * DAY + ILLNESS
        changes_at = np.int64(state.next_change[w, h]) * DAY + MEMBERSHIP
        pays_at = NEVER if state.pays_on[w, h] == NEVER else state.pays_on[w, h] * DAY + LATE_PAYMENT
        soonest = min(ill_at, changes_at, pays_at)
        if soonest >= stretch.until:
            return
        if soonest == pays_at:
            _pay_what_is_owed(w, h, people, state, memory)
        elif soonest == changes_at:
            _change(w, h, stretch, people, setting, state, memory)
        else:
            _fall_ill(w, h, i, k, day, stretch, people, setting, scheme, state, memory)


@kernel
def live(stretch, limits, busy, people, setting, scheme, state, memory):
    """Let every household of a batch live up to the end of a stretch; `limits`, (worlds, mutuals, kinds), are the clocks' readings then; `busy`, (households,), is scratch."""
    for w in range(state.owed.shape[0]):
        _mark_busy(w, stretch, limits, people, state, busy)
        for h in range(len(busy)):
            if busy[h]:
                _live_household(w, h, stretch, limits[w, people.mutual[h]], people, setting, scheme, state, memory)
