"""Whether intervals hold what they should: repeats of a small study whose answer is known, and as many worlds as an
interval needs.

False alarms: if intervals cover 95 % or more, fewer than 180 of 200 hold with a chance below 0.2 %; more than 198 are
expected only of intervals that are too wide. Seeds are fixed.
"""

import pytest

import mho_sim
from mho_sim.study.repeating import FIRST_LOOK
from mho_sim.verification.oracles import EXPECTED
from mho_sim.verification.worlds import scenario_of

REPEATS = 200


def fund():
    return scenario_of("fund_annual_advance").with_("years", 3)


def held_in_repeats(**how):
    """In how many of 200 studies, each with a seed of its own, the interval holds the exact chance of being late."""
    scenario, held = fund(), 0
    for seed in range(1, REPEATS + 1):
        low, high = mho_sim.simulate(scenario, seed=seed, **how).late["interval"]
        held += low <= EXPECTED["fund_annual_advance_3y"] <= high
    return held


@pytest.mark.parametrize("worlds", [150, pytest.param(1000, marks=pytest.mark.full)])
def test_nominal_95_percent_intervals_hold_the_exact_value(worlds):
    held = held_in_repeats(worlds=worlds)
    print(f"{held} of {REPEATS} intervals of {worlds} worlds hold the exact value")
    assert 180 <= held <= 198


def test_intervals_of_as_many_worlds_as_needed_hold_too():
    held = held_in_repeats(worlds=2_000, until_halfwidth=0.015)
    print(f"{held} of {REPEATS} intervals of a half-width of 1.5 % hold the exact value")
    assert 180 <= held <= 198


def test_as_many_worlds_as_needed():
    """Narrow enough, not much narrower, and to the byte a run of that many worlds."""
    result = mho_sim.simulate(fund(), worlds=100_000, until_halfwidth=0.01)
    low, high = result.late["interval"]
    assert 0.008 < (high - low) / 2 <= 0.01
    assert FIRST_LOOK < result.worlds < 4_000
    assert result.digest == mho_sim.simulate(fund(), worlds=result.worlds).digest


def test_no_more_worlds_than_allowed():
    assert mho_sim.simulate(fund(), worlds=501, until_halfwidth=0.001).worlds == 501
    assert mho_sim.simulate(fund(), worlds=7, until_halfwidth=0.4).worlds == 7


@pytest.mark.parametrize("width", [0.0, 0.5, -0.1])
def test_a_width_out_of_range(width):
    with pytest.raises(ValueError, match="must be above 0% and below 50%"):
        mho_sim.simulate(fund(), until_halfwidth=width)
