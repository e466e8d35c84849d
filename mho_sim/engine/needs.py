"""When need comes: clocks that a person's hazard and the season drive, and the reading of the next one.

Rules: MODEL.md, sections 5 and 6.
"""

import numpy as np

from mho_sim.compiled import part, rule
from mho_sim.draws import exponential, uniforms
from mho_sim.engine.state import BLOCK, NEVER
from mho_sim.engine.tables import CHRONIC, NEED, YEAR
from mho_sim.population import NEVER_DAY, PLACES

LONGEST_DISTANCE = 2.0**60


@rule
def household_of(person):
    """Where someone lives."""
    return np.int64(person.entity) // PLACES


@rule
def set_due(w, i, k, reading, state):
    """Set the clock reading of someone's next episode of a kind."""
    state.due[w, k, i] = reading
    state.soonest[w, k, i // BLOCK] = min(state.soonest[w, k, i // BLOCK], reading)


@rule
def whole_ticks(x):
    """A distance in whole ticks, at least 1; bounded before it becomes an integer."""
    return np.int64(min(max(np.floor(x + 0.5), 1.0), LONGEST_DISTANCE))


@rule
def distance_of(u, hazard):
    """Ticks of the clock to the next episode; NEVER where there is no hazard."""
    ticks = whole_ticks(exponential(u) / hazard * YEAR)
    return NEVER if hazard == 0.0 else ticks


@part
def one_uniform(entity, index, which, world, seed):
    """The first uniform of a draw that is rare."""
    u, _ = uniforms(entity, index, which, world, seed)
    return u


@rule
def first_distance(entity, index, which, world, seed, hazard):
    """Ticks to an episode that no episode came before: at birth, or when a hazard returns from 0."""
    return distance_of(one_uniform(np.int64(entity), np.int64(index), which, world, seed), hazard)


@rule
def hazard_of(w, i, k, people, setting, state):
    """Episodes per person-year of a kind, for a person as old as they are now."""
    person = state.person[w, i]
    return (
        setting.need[w, k, people.home[household_of(person)].sector]
        * setting.multiplier[k, np.int64(person.woman), person.band]
        * setting.factors[setting.of_world[w, k].frailty, person.frailty]
    )


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


@rule
def first_episodes(w, k, rows, world, seed, people, setting, state, u, v):
    """The first episodes of one kind, of all who are there at the start."""
    for i in range(rows):
        u[i], v[i] = uniforms(state.person[w, i].entity, 0, setting.kind[k].illness_next, world, seed)
    for i in range(rows):
        v[i] = hazard_of(w, i, k, people, setting, state)
    for i in range(rows):
        u[i] = np.floor(exponential(u[i]) / v[i] * YEAR + 0.5)
    for i in range(rows):
        if state.person[w, i].mother < 0 and v[i] > 0.0:
            clock = state.clock[w, people.mutual[household_of(state.person[w, i])], k]
            set_due(w, i, k, clock + np.int64(min(max(u[i], 1.0), LONGEST_DISTANCE)), state)


@rule
def start_clocks(w, i, m, days, world, seed, people, setting, state):
    """Set a newborn's first episode of every kind that a need brings, `days` days after the month began."""
    for k in range(len(setting.kind)):
        if setting.kind[k].comes == NEED:
            hazard = hazard_of(w, i, k, people, setting, state)
            distance = first_distance(state.person[w, i].entity, 0, setting.kind[k].illness_next, world, seed, hazard)
            set_due(w, i, k, min(state.clock[w, m, k] + days * state.pace[w, m, k] + distance, NEVER), state)


@rule
def set_next(w, i, k, day, distance, stretch, setting, state):
    """When a person's next episode of a kind is due, after one that happened."""
    if setting.kind[k].comes == NEED:
        set_due(w, i, k, min(state.due[w, k, i] + distance, NEVER), state)
    elif setting.kind[k].comes == CHRONIC:
        set_due(w, i, k, stretch.next_first + (day - stretch.first_day) + 1, state)
    else:
        set_due(w, i, k, NEVER, state)


@rule
def day_due(w, m, k, due, stretch, state):
    """The day on which a clock reads `due`, within the month."""
    pace = state.pace[w, m, k]
    return stretch.first_day + (due - state.clock[w, m, k] + pace - 1) // pace - 1


@rule
def next_illness(w, h, stretch, limit, people, state):
    """(day, row, kind) of the household's next episode in the stretch, by day, person, kind; day is NEVER_DAY if
    there is none.
    """
    soonest, who, what = np.int64(NEVER_DAY), np.int64(-1), np.int64(-1)
    if stretch.has_illness:
        for i in range(state.first[w, h], state.first[w, h + 1]):
            for k in range(len(limit)):
                if state.due[w, k, i] <= limit[k]:
                    day = day_due(w, people.mutual[h], k, state.due[w, k, i], stretch, state)
                    if day < soonest:
                        soonest, who, what = day, np.int64(i), np.int64(k)
    return soonest, who, what
