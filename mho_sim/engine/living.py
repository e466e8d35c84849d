"""How a household lives alone between two moments: it pays what it owes, children are born, people age, die, fall ill,
seek care.

A stretch of time is lived in short passes, world by world: whose episode is due, draw its marks, price it (slots.py),
then household by household let what was drawn happen in the order of the clock. Where a birth, a birthday, a death or a
referral changes what is due, the rest of the household's stretch is lived step by step, each draw at its moment, with
the same result. Rules: MODEL.md, sections 5 to 7.
"""

import numpy as np

from mho_sim import ledger, rules
from mho_sim.compiled import apart, kernel, lend, part, rule
from mho_sim.draws import gamma_class, uniforms
from mho_sim.engine.clock import DAY, PART, Part
from mho_sim.engine.episodes import fall_ill
from mho_sim.engine.needs import (
    first_distance,
    first_episodes,
    hazard_of,
    next_illness,
    one_uniform,
    set_due,
    set_next,
    start_clocks,
    turn_to,
    whole_ticks,
)
from mho_sim.engine.slots import NOT_DRAWN, NOTHING, chain, draw_all, draw_one, drawn_of, list_due, move_on, soonest_of
from mho_sim.engine.state import NEVER, SUPPLIER
from mho_sim.engine.tables import CHRONIC, NEED, OF_BIRTHS, OF_DEATHS
from mho_sim.ledger import post, scheme_measure
from mho_sim.population import NEVER_DAY, PLACES, birthday

LATE_PAYMENT, MEMBERSHIP, ILLNESS = (int(part) * PART for part in (Part.LATE_PAYMENTS, Part.MEMBERSHIP, Part.ILLNESS))


@kernel
def begin(world0, seed, start, people, setting, state, u, v):
    """Give everyone of a batch their frailty and first episodes, and every household its first change; u and v,
    (rows,), are scratch.
    """
    start, people, setting, state = lend(start), lend(people), lend(setting), lend(state)
    for w in range(state.person.shape[0]):
        world, rows = np.uint32(world0 + w), state.first[w, state.home.shape[1]]
        turn_to(w, 0, 0, setting, state)
        for i in range(rows):
            u[i], v[i] = uniforms(state.person[w, i].entity, 0, setting.frailty_decision, world, seed)
        for i in range(rows):
            state.person[w, i].frailty = gamma_class(u[i])
        for k in range(len(setting.kind)):
            if setting.kind[k].comes == NEED:
                first_episodes(w, k, rows, world, seed, people, setting, state, u, v)
            elif setting.kind[k].comes == CHRONIC:
                for i in range(rows):
                    u[i], v[i] = uniforms(state.person[w, i].entity, 0, setting.kind[k].illness_chronic, world, seed)
                for i in range(rows):
                    age = min(rules.completed_age(-np.int64(state.person[w, i].born)), rules.OLDEST)
                    if state.person[w, i].mother < 0 and u[i] < setting.chronic[k, age]:
                        set_due(w, i, k, np.int64(28.0 * v[i]) + 1, state)
        for h in range(state.home.shape[1]):
            state.home[w, h].alive, state.home[w, h].children = start.alive[h], start.children[h]
            state.next_change[w, h] = _next_change(w, h, -1, setting, state)


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
            hazard = hazard_of(w, i, k, people, setting, state)
            distance = first_distance(
                state.person[w, i].entity, day, setting.kind[k].illness_again, world, stretch.seed, hazard
            )
            set_due(w, i, k, min(clock + distance, NEVER), state)
        elif new == 0.0:
            set_due(w, i, k, NEVER, state)
        elif state.due[w, k, i] != NEVER:
            set_due(w, i, k, clock + whole_ticks((state.due[w, k, i] - clock) * (old / new)), state)


@rule
def _give_birth(w, i, day, stretch, setting, state):
    """The mother's delivery, of the kind that the child's mark says: a clock that ticks once a day."""
    world, chosen = np.uint32(stretch.world0 + w), -1
    u = one_uniform(np.int64(state.person[w, i].entity), np.int64(0), setting.birth_kind_decision, world, stretch.seed)
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
        set_due(w, mother, chosen, day + 1, state)
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
            start_clocks(
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
                set_due(w, i, k, day + 1 if setting.kind[k].comes == OF_DEATHS else NEVER, state)
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


@part
def _live_households(w, pays_before, changes_before, stretch, slots, start, people, setting, scheme, state, memory):
    """Let the households of a world go through their events, each household's earliest first, until the stretch ends:
    with what was drawn for it, or, once something has changed what is due, step by step.
    """
    apart()
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
                e, before = soonest_of(h, slots)
                day, i, k = np.int64(NEVER_DAY), np.int64(-1), np.int64(-1)
                if e != NOTHING:
                    day, i, k = np.int64(slots.day[e]), np.int64(slots.row[e]), np.int64(slots.kind[e])
            else:
                day, i, k = next_illness(w, h, stretch, limit, people, state)
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
                    distance, drawn = slots.distance[e], drawn_of(e, slots)
                else:
                    distance, drawn = draw_one(w, i, k, day, stretch, people, setting, state)
                set_next(w, i, k, day, distance, stretch, setting, state)
                if fall_ill(w, h, i, k, day, drawn, stretch, people, setting, scheme, state, memory):
                    listed = False
                elif listed:
                    move_on(w, h, e, before, limit[k], stretch, people, state, slots)


@part
def live(worlds, stretch, slots, start, people, setting, scheme, state, memory):
    """Let every household of a world live up to the end of a stretch; `slots` is scratch."""
    apart()
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
                ends = list_due(w, k, begins, people, state, slots)
                chain(begins, ends, w, k, stretch, people, setting, state, slots)
                begins = ends
            draw_all(begins, w, stretch, people, setting, state, slots)
        _live_households(w, pays_before, changes_before, stretch, slots, start, people, setting, scheme, state, memory)
