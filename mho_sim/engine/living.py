"""How a household lives alone between two moments: it pays what it owes, children are born, people age, die, fall ill,
seek care.

`live` is a walk over households; each that has something to do goes through its events in the order of the clock. What
it does to the scheme goes into the books and into day buckets (paid in, claimed). Rules: MODEL.md, sections 5 to 7.
"""

from typing import NamedTuple

import numpy as np

from mho_sim import ledger, rules
from mho_sim.compiled import kernel, rule
from mho_sim.draws import exponential, gamma_class, lognormal_money, uniforms
from mho_sim.engine.clock import DAY, PART, Part
from mho_sim.engine.tables import YEAR
from mho_sim.ledger import kind_measure, post, scheme_measure
from mho_sim.population import NEVER_DAY, PLACES, birthday

NEVER = np.int64(2**62)
LONGEST_DISTANCE = 2.0**60
LATE_PAYMENT, MEMBERSHIP, ILLNESS = (int(part) * PART for part in (Part.LATE_PAYMENTS, Part.MEMBERSHIP, Part.ILLNESS))
NOTHING, SEVERAL, PAYS = -1, -2, -3  # on a household's agenda
LONG_SERVED = -1  # `cover_from` of those who have served all waiting periods


HOME = np.dtype(
    [
        ("owed", "i8"),
        ("pays_on", "i8"),
        ("suspended_from", "i8"),
        ("advance", "i8"),
        ("used", "i8"),
        ("cover_from", "i4"),
        ("next_change", "i4"),
        ("alive", "i4"),
    ],
    align=True,
)


class State(NamedTuple):
    """What a batch remembers of people and households; W worlds, K kinds, M mutuals.

    A `person` has born, dies (days), frailty (class of the personal factor) and band (birthdays passed at which a
    multiplier may change). A `home` has owed, pays_on, suspended_from, advance (paid ahead), used (of the ceiling of
    the household-year), cover_from, next_change (day of the next birth, birthday that matters, or death) and alive
    (people).
    """

    person: np.ndarray  # (W, rows)
    home: np.ndarray  # (W, households)
    due: np.ndarray  # (W, K, rows): clock reading of the next episode
    ordinal: np.ndarray  # (W, K, rows): episodes so far
    clock: np.ndarray  # (W, M, K): reading at the beginning of the month
    pace: np.ndarray  # (W, M, K): ticks a day in this month


class Memory(NamedTuple):
    """Books, registers, log and the day buckets from which the cash box is rolled; W worlds, M mutuals."""

    books: np.ndarray  # (W, M, accounts)
    registers: np.ndarray  # (W, M, months, measures)
    closings: np.ndarray  # (W, M, months, accounts)
    log: np.ndarray  # (W, room) entries
    written: np.ndarray  # (W,)
    paid_in: np.ndarray  # (W, M, days): money that came in on a day
    owing: np.ndarray  # (W, M, days, 2): debts by due day, suppliers and providers


class Stretch(NamedTuple):
    """A stretch of time inside one month."""

    until: int  # moment before which events happen
    month: int
    first_day: int  # of the month
    has_illness: bool  # whether the illness part of a day lies in it
    world0: int
    seed: np.uint64


@rule
def _ticks(x):
    """A distance in whole ticks, at least 1; bounded before it becomes an integer."""
    return np.int64(min(max(np.floor(x + 0.5), 1.0), LONGEST_DISTANCE))


@rule
def _distance(u, hazard):
    """Ticks of the clock to the next episode; NEVER where there is no hazard."""
    if hazard == 0.0:
        return NEVER
    return _ticks(exponential(u) / hazard * YEAR)


@kernel
def _first_distance(entity, index, which, world, seed, hazard):
    """Ticks to an episode that no episode came before: at the start, at birth, or when a hazard returns from 0."""
    u, _ = uniforms(entity, index, which, world, seed)
    return _distance(u, hazard)


@rule
def _hazard(w, i, k, people, setting, state):
    """Episodes per person-year of a kind, for a person as old as they are now."""
    sex = np.int64(people.row[i].woman)
    return (
        setting.kind[k].need
        * setting.multiplier[k, sex, state.person[w, i].band]
        * setting.frailty[k, state.person[w, i].frailty]
    )


@rule
def _start_clocks(w, i, m, days, world, seed, people, setting, state):
    """Set a person's first episode of every kind, `days` days after the month began."""
    for k in range(len(setting.kind)):
        if not setting.kind[k].of_births:
            hazard = _hazard(w, i, k, people, setting, state)
            distance = _first_distance(people.row[i].entity, 0, setting.kind[k].illness_next, world, seed, hazard)
            state.due[w, k, i] = min(state.clock[w, m, k] + days * state.pace[w, m, k] + distance, NEVER)


@kernel
def begin(world0, seed, people, setting, state):
    """Give everyone of a batch their frailty, age band and first episodes, and every household its first change."""
    for w in range(state.person.shape[0]):
        world = np.uint32(world0 + w)
        for h in range(state.home.shape[1]):
            for i in range(people.first[h], people.first[h + 1]):
                u, _ = uniforms(people.row[i].entity, 0, setting.frailty_decision, world, seed)
                state.person[w, i].frailty = gamma_class(u)
                for k in range(len(setting.kind)):
                    state.due[w, k, i] = NEVER
                if people.row[i].mother < 0:
                    while (
                        state.person[w, i].band < len(setting.birthdays)
                        and birthday(state.person[w, i].born, setting.birthdays[state.person[w, i].band]) <= 0
                    ):
                        state.person[w, i].band += 1
                    state.home[w, h].alive += 1
                    _start_clocks(w, i, people.mutual[h], 0, world, seed, people, setting, state)
            state.home[w, h].next_change = _next_change(w, h, -1, people, setting, state)


@rule
def _next_birthday(w, i, setting, state):
    """Day on which someone next reaches an age at which a multiplier may change."""
    if state.person[w, i].band == len(setting.birthdays):
        return np.int64(NEVER_DAY)
    return np.int64(birthday(np.int64(state.person[w, i].born), setting.birthdays[state.person[w, i].band]))


@rule
def _next_change(w, h, day, people, setting, state):
    """First day after `day` on which somebody of the household is born, dies, or reaches an age that matters."""
    soonest = np.int64(NEVER_DAY)
    for i in range(people.first[h], people.first[h + 1]):
        if state.person[w, i].born > day and people.row[i].mother >= 0:
            soonest = min(soonest, np.int64(state.person[w, i].born))
        elif state.person[w, i].dies > day and state.person[w, i].born != NEVER_DAY:
            soonest = min(soonest, np.int64(state.person[w, i].dies), _next_birthday(w, i, setting, state))
    return soonest


@rule
def _grow_older(w, i, m, day, stretch, people, setting, state):
    """A birthday: what remains until each next episode is stretched by the old hazard over the new."""
    world, days = np.uint32(stretch.world0 + w), day - stretch.first_day
    sex = np.int64(people.row[i].woman)
    band = state.person[w, i].band
    state.person[w, i].band = band + 1
    for k in range(len(setting.kind)):
        old, new = setting.multiplier[k, sex, band], setting.multiplier[k, sex, band + 1]
        if setting.kind[k].of_births or old == new:
            continue
        clock = state.clock[w, m, k] + days * state.pace[w, m, k]
        if old == 0.0:
            hazard = _hazard(w, i, k, people, setting, state)
            distance = _first_distance(
                people.row[i].entity, day, setting.kind[k].illness_again, world, stretch.seed, hazard
            )
            state.due[w, k, i] = min(clock + distance, NEVER)
        elif new == 0.0:
            state.due[w, k, i] = NEVER
        elif state.due[w, k, i] != NEVER:
            state.due[w, k, i] = clock + _ticks((state.due[w, k, i] - clock) * (old / new))


@kernel
def _change(w, h, stretch, people, setting, state, memory):
    """The births, birthdays and deaths of a household's day, by person."""
    m, day = people.mutual[h], np.int64(state.home[w, h].next_change)
    when = day * DAY + MEMBERSHIP
    for i in range(people.first[h], people.first[h + 1]):
        ordinal = people.row[i].entity % PLACES
        if state.person[w, i].born == day and people.row[i].mother >= 0:
            state.home[w, h].alive += 1
            memory.registers[w, m, stretch.month, scheme_measure(len(setting.kind), ledger.BIRTHS)] += 1
            post(memory, w, m, ledger.CASH, ledger.CASH, 0, when, h, ordinal, -1, rules.BIRTH)
            _start_clocks(
                w, i, m, day - stretch.first_day, np.uint32(stretch.world0 + w), stretch.seed, people, setting, state
            )
            for k in range(len(setting.kind)):
                if setting.kind[k].of_births:  # the mother's delivery: a clock that ticks once a day
                    state.due[w, k, people.row[i].mother] = day + 1
                    state.ordinal[w, k, people.row[i].mother] = people.row[i].birth_year
        elif state.person[w, i].dies == day:
            state.home[w, h].alive -= 1
            memory.registers[w, m, stretch.month, scheme_measure(len(setting.kind), ledger.DEATHS)] += 1
            post(memory, w, m, ledger.CASH, ledger.CASH, 0, when, h, ordinal, -1, rules.DEATH)
            for k in range(len(setting.kind)):
                state.due[w, k, i] = NEVER
        elif state.person[w, i].born < day < state.person[w, i].dies and _next_birthday(w, i, setting, state) == day:
            _grow_older(w, i, m, day, stretch, people, setting, state)
    state.home[w, h].next_change = _next_change(w, h, day, people, setting, state)


@rule
def _pay_what_is_owed(w, h, people, state, memory):
    """The household pays all that it owes; if it was suspended, cover begins anew."""
    m, day, owed = people.mutual[h], np.int64(state.home[w, h].pays_on), state.home[w, h].owed
    was_suspended = day > state.home[w, h].suspended_from
    if was_suspended:
        state.home[w, h].cover_from = day
    reason = rules.REINSTATED if was_suspended else rules.PAID_LATE
    post(memory, w, m, ledger.CASH, ledger.RECEIVABLE, owed, day * DAY + LATE_PAYMENT, h, ledger.NOBODY, -1, reason)
    memory.paid_in[w, m, day] += owed
    state.home[w, h].owed, state.home[w, h].pays_on, state.home[w, h].suspended_from = 0, NEVER, NEVER


@rule
def _fall_ill(w, h, i, k, day, stretch, people, setting, scheme, state, memory):
    """One episode: does the person seek care, what does it cost, what does the mutual pay, and when is the next one
    due?
    """
    m, world, entity = people.mutual[h], np.uint32(stretch.world0 + w), people.row[i].entity
    n = state.ordinal[w, k, i] + 1
    state.ordinal[w, k, i] = n
    wait, mark = uniforms(entity, n, setting.kind[k].illness_next, world, stretch.seed)
    if setting.kind[k].of_births:
        state.due[w, k, i] = NEVER
    else:
        state.due[w, k, i] += _distance(wait, _hazard(w, i, k, people, setting, state))
    benefit = scheme.benefit[m, k]
    waiting_until = scheme.waiting_until[m, k, state.home[w, h].cover_from + 1]
    reason = rules.cover(benefit.exists, day, state.home[w, h].suspended_from, waiting_until)
    paid, bill = np.int64(0), np.int64(0)
    if not rules.seeks_care(
        mark, reason == rules.ACCEPTED, setting.kind[k].seeking_covered, setting.kind[k].seeking_uncovered
    ):
        reason = rules.DID_NOT_SEEK
    else:
        bill = setting.kind[k].fixed_bill
        if bill < 0:
            u, _ = uniforms(entity, n, setting.kind[k].illness_cost, world, stretch.seed)
            bill = lognormal_money(u, setting.kind[k].log_mean, setting.kind[k].log_sd)
        if reason == rules.ACCEPTED:
            paid, reason = rules.adjudicate(benefit, bill, scheme.household_ceiling[m] - state.home[w, h].used)
            state.home[w, h].used += paid
            due_day = scheme.invoice_due[m, day]
            if due_day < memory.owing.shape[2]:
                memory.owing[w, m, due_day, 1] += paid
    register = memory.registers[w, m, stretch.month]
    register[kind_measure(k, reason)] += 1
    register[kind_measure(k, ledger.BILLS)] += bill
    register[kind_measure(k, ledger.PAID)] += paid
    post(memory, w, m, ledger.BENEFITS, ledger.PROVIDERS, paid, day * DAY + ILLNESS, h, entity % PLACES, k, reason)
    ledger.note_bill(memory, w, bill)


@rule
def _look_ahead(w, stretch, limits, people, state, agenda):
    """What each household of a world has to do before the stretch ends: NOTHING, only what it PAYS, only one person's
    episodes of one kind (row × kinds + kind), or SEVERAL things.
    """
    kinds = limits.shape[2]
    for h in range(len(agenda)):
        pays = state.home[w, h].pays_on != NEVER and state.home[w, h].pays_on * DAY + LATE_PAYMENT < stretch.until
        changes = np.int64(state.home[w, h].next_change) * DAY + MEMBERSHIP < stretch.until
        agenda[h] = SEVERAL if changes else PAYS if pays else NOTHING
    if not stretch.has_illness:
        return
    for m in range(limits.shape[1]):
        for k in range(kinds):
            limit = limits[w, m, k]
            for i in range(people.first[people.homes[m]], people.first[people.homes[m + 1]]):
                if state.due[w, k, i] <= limit:
                    h = people.row[i].household
                    agenda[h] = i * kinds + k if agenda[h] == NOTHING else SEVERAL


@rule
def _next_illness(w, h, agenda, stretch, limit, people, state):
    """(day, row, kind) of the household's next episode in the stretch, by day, person, kind; day is NEVER_DAY if
    there is none.
    """
    m, kinds = people.mutual[h], len(limit)
    first, last, first_kind, last_kind = people.first[h], people.first[h + 1], 0, kinds
    if agenda == PAYS:
        last = first
    elif agenda != SEVERAL:
        first, first_kind = agenda // kinds, agenda % kinds
        last, last_kind = first + 1, first_kind + 1
    soonest, who, what = np.int64(NEVER_DAY), np.int64(-1), np.int64(-1)
    for i in range(first, last):
        for k in range(first_kind, last_kind):
            due = state.due[w, k, i]
            if due <= limit[k]:
                pace = state.pace[w, m, k]
                day = stretch.first_day + (due - state.clock[w, m, k] + pace - 1) // pace - 1
                if day < soonest:
                    soonest, who, what = day, i, np.int64(k)
    return soonest, who, what


@rule
def _live_household(w, h, agenda, stretch, limit, people, setting, scheme, state, memory):
    """Let one household go through its events, the earliest first, until the stretch ends."""
    while True:
        day, i, k = _next_illness(w, h, agenda, stretch, limit, people, state)
        ill_at = day * DAY + ILLNESS
        changes_at = np.int64(state.home[w, h].next_change) * DAY + MEMBERSHIP
        pays_at = NEVER if state.home[w, h].pays_on == NEVER else state.home[w, h].pays_on * DAY + LATE_PAYMENT
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
def live(stretch, limits, agenda, people, setting, scheme, state, memory):
    """Let every household of a batch live up to the end of a stretch; `limits`, (worlds, mutuals, kinds), are the
    clocks' readings then; `agenda`, (households,), is scratch.
    """
    for w in range(state.home.shape[0]):
        _look_ahead(w, stretch, limits, people, state, agenda)
        for h in range(len(agenda)):
            if agenda[h] != NOTHING:
                _live_household(
                    w, h, agenda[h], stretch, limits[w, people.mutual[h]], people, setting, scheme, state, memory
                )
