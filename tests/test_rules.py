"""Rules, case by case: worked by hand, before the code."""

import numpy as np
import pytest
from numba import njit

from mho_sim import rules
from mho_sim.rules import BENEFIT, CONTRIBUTION, NO_LIMIT


@njit
def adjudicate(benefit, bill, left):
    return rules.adjudicate(benefit[0], bill, left)


@njit
def contribution_due(contribution, people):
    return rules.contribution_due(contribution[0], people)


@njit
def days_late(u, on_time, mean):
    return rules.days_late(u, on_time, mean)


@njit
def cover(in_package, day, suspended_from, waiting_until):
    return rules.cover(in_package, day, suspended_from, waiting_until)


@njit
def earned(total, elapsed, months):
    return rules.earned(total, elapsed, months)


def share(copay_millionths, ceiling=NO_LIMIT):
    return np.array([(True, False, 0, copay_millionths, ceiling)], BENEFIT)


def lump(amount):
    return np.array([(True, True, amount, 0, NO_LIMIT)], BENEFIT)


# benefit, bill, left of the household's year -> paid, reason
WORKED = [
    (share(250_000), 8_000, NO_LIMIT, 6_000, "accepted"),  # BEPHA [V]: pays 75 %
    (share(250_000, 15_000), 30_000, NO_LIMIT, 15_000, "over_ceiling"),  # BEPHA [V]: 22 500, ceiling 15 000
    (share(250_000, 15_000), 20_000, NO_LIMIT, 15_000, "accepted"),  # exactly the ceiling: nothing is cut
    (share(200_000), 100_000, NO_LIMIT, 80_000, "accepted"),  # guide E7 (a) [S]: mutual 80 %
    (
        share(0, 30_000),
        40_000,
        NO_LIMIT,
        30_000,
        "over_ceiling",
    ),  # guide E7 (b) [S]: ceiling 30 000 a stay, bill 40 000
    (share(250_000), 2, NO_LIMIT, 1, "accepted"),  # the patient's half franc rounds up: 0.5 -> 1
    (share(250_000), 1, NO_LIMIT, 1, "accepted"),  # 0.25 -> 0
    (share(333_000), 1_333, NO_LIMIT, 889, "accepted"),  # 443.889 -> 444
    (share(250_000), 1_001, NO_LIMIT, 751, "accepted"),  # copay_member_cents, copay_fund_cents: 250.25 -> 250
    (share(1_000_000), 5_000, NO_LIMIT, 0, "accepted"),
    (
        share(250_000, 15_000),
        30_000,
        10_000,
        10_000,
        "over_household_ceiling",
    ),  # both cut: the household's year is the stronger reason
    (share(250_000, 15_000), 30_000, 15_000, 15_000, "over_ceiling"),  # exactly what is left: the year does not cut
    (share(250_000), 8_000, 0, 0, "over_household_ceiling"),
    (share(250_000), 0, 0, 0, "accepted"),
    (lump(36), 1_000, NO_LIMIT, 36, "accepted"),
    (lump(36), 10, NO_LIMIT, 36, "accepted"),  # a fixed sum is paid whatever the bill
    (lump(36), 10, 35, 35, "over_household_ceiling"),
]


@pytest.mark.parametrize("benefit, bill, left, paid, reason", WORKED)
def test_order_of_copayment_and_ceilings(benefit, bill, left, paid, reason):
    decided = adjudicate(benefit, bill, left)
    assert (decided.paid, rules.REASONS[decided.reason]) == (paid, reason)


def test_contribution_by_beneficiary_and_by_household():
    by_head, by_home = (np.array([(500, each)], CONTRIBUTION) for each in (True, False))
    assert [contribution_due(by_head, n) for n in (0, 1, 5)] == [0, 500, 2_500]
    assert [contribution_due(by_home, n) for n in (0, 1, 5)] == [0, 500, 500]


def test_guide_example_of_an_earned_contribution():
    """Guide E9 [S]: 600 a beneficiary-year paid at once, 50 a month earned."""
    assert [earned(600, month, 12) for month in range(1, 13)] == [50 * month for month in range(1, 13)]
    assert [earned(1_000, month, 12) for month in (1, 5, 12)] == [83, 416, 1_000]


def test_cover_gives_the_first_reason_that_applies():
    words = [
        rules.REASONS[cover(*case)]
        for case in [(False, 5, 0, 9), (True, 5, 5, 9), (True, 4, 5, 9), (True, 9, 10, 9), (True, 8, 10, 9)]
    ]
    assert words == ["not_in_package", "no_coverage", "waiting_period", "accepted", "waiting_period"]


def test_lateness_is_a_mark_that_grows():
    marks = np.linspace(0.001, 0.999, 999)
    days = [days_late(u, 0.8, 30.0) for u in marks]
    assert days == sorted(days)
    assert all((day == 0) == (u < 0.8) for u, day in zip(marks, days))
    assert days_late(1 - 2**-53, 0.0, 1e9) == rules.LONGEST_DELAY
    assert days_late(0.9, 0.8, 30.0) == int(np.ceil(30 * np.log(2)))  # the median of those who are late
