"""Slots: the episodes that are due in a stretch of time, listed and drawn in passes that the compiler vectorizes.

Draws are keyed, so what a pass has drawn is only kept, never decided.
"""

from typing import NamedTuple

import numpy as np

from mho_sim.compiled import rule
from mho_sim.draws import exp, exponential, gamma_class, normal, uniforms
from mho_sim.engine.episodes import cell_of
from mho_sim.engine.needs import day_due, distance_of, hazard_of, household_of
from mho_sim.engine.state import BLOCK, NEVER
from mho_sim.engine.tables import EXPONENTIAL, FIXED, GAMMA, LOGNORMAL, NEED
from mho_sim.population import PLACES

NOTHING = -1  # instead of a slot
NOT_DRAWN = -1.0  # instead of a mark


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


class Drawn(NamedTuple):
    """What is drawn for an episode."""

    mark: float  # for seeking care
    price: float  # the bill before it is rounded
    stay: float  # the mark for days
    where: float  # the mark for the provider
    cause: float  # the mark for the cause
    cell: int  # of the registers by whom


@rule
def unrounded_bill(u, w, k, setting):
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
def draw_one(w, i, k, day, stretch, people, setting, state):
    """The distance to the episode after a person's next one, and what is drawn for that one."""
    world, entity = np.uint32(stretch.world0 + w), state.person[w, i].entity
    n = np.int64(state.told[w, k, i].ordinal) + 1
    wait, mark = uniforms(entity, n, setting.kind[k].illness_next, world, stretch.seed)
    u, stay = uniforms(entity, n, setting.kind[k].illness_cost, world, stretch.seed)
    where, cause = uniforms(entity, n, setting.kind[k].illness_marks, world, stretch.seed)
    distance = NEVER
    if setting.kind[k].comes == NEED:
        distance = distance_of(wait, hazard_of(w, i, k, people, setting, state))
    cell = cell_of(w, household_of(state.person[w, i]), i, day, people, setting, state)
    return distance, Drawn(mark, unrounded_bill(u, w, k, setting), stay, where, cause, cell)


@rule
def list_due(w, k, begins, people, state, slots):
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
def chain(begins, ends, w, k, stretch, people, setting, state, slots):
    """Note of a kind's slots who is due and when, and what their draws need; chain each household's slots."""
    kind, of_world = setting.kind[k], setting.of_world[w, k]
    for e in range(begins, ends):
        i = slots.row[e]
        h = household_of(state.person[w, i])
        slots.kind[e], slots.entity[e], slots.ordinal[e] = k, state.person[w, i].entity, state.told[w, k, i].ordinal + 1
        slots.day[e] = day_due(w, people.mutual[h], k, state.due[w, k, i], stretch, state)
        slots.hazard[e] = hazard_of(w, i, k, people, setting, state) if kind.comes == NEED else 0.0
        slots.next[e] = slots.first[h]
        slots.first[h] = e
    for e in range(begins, ends):
        slots.illness_next[e], slots.illness_cost[e] = kind.illness_next, kind.illness_cost
        slots.illness_marks[e], slots.a[e], slots.b[e] = kind.illness_marks, of_world.a, of_world.b


@rule
def draw_all(n, w, stretch, people, setting, state, slots):
    """Draw what the listed episodes need, in loops that vectorize."""
    world, seed = np.uint32(stretch.world0 + w), stretch.seed
    for e in range(n):
        slots.u[e], slots.mark[e] = uniforms(slots.entity[e], slots.ordinal[e], slots.illness_next[e], world, seed)
    for e in range(n):
        slots.distance[e] = distance_of(slots.u[e], slots.hazard[e])
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
            slots.price[e] = unrounded_bill(slots.u[e], w, k, setting)
    for e in range(n):
        h = slots.entity[e] // PLACES
        slots.cell[e] = cell_of(w, h, slots.row[e], slots.day[e], people, setting, state)


@rule
def soonest_of(h, slots):
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
def drawn_of(e, slots):
    """What was drawn for a slot's episode."""
    return Drawn(slots.mark[e], slots.price[e], slots.stay[e], slots.where[e], slots.cause[e], np.int64(slots.cell[e]))


@rule
def move_on(w, h, e, before, limit, stretch, people, state, slots):
    """A slot whose episode has happened holds the person's next one, or leaves the household's chain."""
    i, k = np.int64(slots.row[e]), np.int64(slots.kind[e])
    if state.due[w, k, i] <= limit:
        slots.day[e] = day_due(w, people.mutual[h], k, state.due[w, k, i], stretch, state)
        slots.mark[e] = NOT_DRAWN
    elif before == NOTHING:
        slots.first[h] = slots.next[e]
    else:
        slots.next[before] = slots.next[e]
