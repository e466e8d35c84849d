"""Whatever the scenario, these hold: the invariants of one world (`invariants.py`), the relations between two runs
(`relations.py`), each under its name; and each invariant complains when it is broken (`spoiled_worlds.py`).

CI looks at 100 generated scenarios, two worlds of each; `MHO_SIM_INVARIANTS=1000` looks at more, and tries every
relation on more scenarios in proportion.
"""

import os
from collections import Counter
from functools import cache
from itertools import islice

import pytest
from invariants import INVARIANTS, breaches
from lived_world import lived_worlds
from relations import NUMBERS, RELATIONS, YEARLY, lived, without
from scenario_generator import scenario_parts, scenario_text
from spoiled_worlds import SPOILERS

from mho_sim.scenario import parse

SCENARIOS = int(os.environ.get("MHO_SIM_INVARIANTS", "100"))
SEED = 20_280_229
OF_EACH = 2  # worlds that each spoiler spoils
TO_SPOIL = 60  # generated scenarios, each also in a calm variant, among which it looks for them


def worlds_of(number):
    """Two worlds of a generated scenario: a pair, or not."""
    return lived_worlds(parse(scenario_text(number)), SEED + number, range(number % 4, number % 4 + 2))


def test_there_are_sixty_invariants_with_names_and_statements():
    """36 of the reliability page, and at least 24 of our own."""
    table = INVARIANTS | {name: relation for name, (relation, _) in RELATIONS.items()}
    of_the_page = Counter(name[0] for name in table if name[1:3].rstrip("_").isdigit())
    assert of_the_page == {"m": 10, "e": 7, "t": 6, "r": 13}
    assert len(table) - of_the_page.total() >= 24 and len(table) >= 60
    assert all(check.__doc__ and check.__doc__.count(".") >= 1 for check in table.values())


def test_invariants_hold_in_generated_scenarios(record_property):
    """All invariants of one world, in one pass over each generated scenario."""
    told, entries = [], 0
    for number in range(SCENARIOS):
        for world in worlds_of(number):
            entries += len(world.entries)
            told += [
                f"scenario {number}, world {world.number}, {name}: {said}" for name, said in breaches(world).items()
            ]
    record_property("invariants", f"{len(INVARIANTS)} in {2 * SCENARIOS} worlds with {entries:,} entries")
    assert not told, "\n".join(told[:20])


@pytest.mark.parametrize("name", RELATIONS)
def test_relation_holds_between_runs(name):
    """Each relation between runs, on scenarios in which it says something."""
    relation, numbers = RELATIONS[name]
    wanted = max(NUMBERS * SCENARIOS // 100, 1)
    tried = list(islice(numbers(), wanted))
    assert len(tried) == wanted
    told = [f"scenario {number}: {said}" for number in tried for said in islice(relation(number), 3)]
    assert not told, "\n".join(told)


def calm(number):
    """Two worlds of a generated scenario without limits of the year, incomes and interest."""
    parts = without(scenario_parts(number), *YEARLY, "setting/enterprises", "setting/bank")
    return lived(without(parts, "setting/illness/*/by_sector", "setting/paying/on_time_bad_month"), SEED + number)


@cache
def sound(number):
    """Worlds to spoil: of calm variants and of generated scenarios, by turns."""
    return calm(100 + number // 2) if number % 2 else worlds_of(number // 2)


@pytest.mark.parametrize("name", INVARIANTS)
def test_invariant_complains_when_it_is_broken(name):
    """A world that was spoiled in one way breaks this invariant, and none that the breach does not concern."""
    spoil, also = SPOILERS[name]
    seen = 0
    for number in range(2 * TO_SPOIL):
        for world in sound(number):
            spoiled = spoil(world)
            if spoiled is not None:
                found = breaches(spoiled)
                assert name in found, f"not seen: {list(found)}"
                assert set(found) <= {name, *also}, found
                seen += 1
        if seen >= OF_EACH:
            return
    pytest.fail(f"of {4 * TO_SPOIL} worlds, {seen} could be spoiled")
