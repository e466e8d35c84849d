"""Rules, case by case: worked by hand, before the code."""

from itertools import permutations

import numpy as np
import pytest
from numba import njit

from mho_sim import rules
from mho_sim.rules import BENEFIT, CONTRIBUTION, MILLION, NO_LIMIT, STEPS


@njit
def decide(benefit, bill, covered, days, days_paid, copay, fixed, kind_left, person_left, household_left):
    decision = rules.adjudicate(benefit[0], bill, covered, days, days_paid, copay, fixed)
    return rules.limit_to_year(decision, kind_left, person_left, household_left)


@njit
def contribution_due(contribution, of_size, category, people, children):
    return rules.contribution_due(contribution[0], of_size, category, people, children)


@njit
def days_late(u, on_time, never, mean):
    return rules.days_late(u, on_time, never, mean)


@njit
def cover(in_package, is_enrolled, day, suspended_from, waiting_until, is_excluded_age):
    return rules.cover(in_package, is_enrolled, day, suspended_from, waiting_until, is_excluded_age)


@njit
def admit(is_excluded_cause, has_letter, needs_letter, events_left, days_left):
    return rules.admit(is_excluded_cause, has_letter, needs_letter, events_left, days_left)


@njit
def earned(total, elapsed, length):
    return rules.earned(total, elapsed, length)


@njit
def completed_age(days):
    return rules.completed_age(days)


def adjudicate(
    bill,
    copay=0.0,
    ceiling=NO_LIMIT,
    deductible=0,
    fixed=0,
    order=STEPS,
    lump_sum=None,
    covered=1.0,
    days=(0, 0),
    left=(NO_LIMIT, NO_LIMIT, NO_LIMIT),
):
    """(paid, reason) of a benefit; `days` are those of the stay and those paid for, `left` what the year leaves of the
    kind's, the person's and the household's ceilings.
    """
    benefit = np.zeros(1, BENEFIT)
    benefit["is_lump_sum"], benefit["lump_sum"] = lump_sum is not None, lump_sum or 0
    benefit["deductible"], benefit["ceiling_per_event"] = deductible, ceiling
    benefit["first"], benefit["second"], benefit["third"] = (STEPS.index(step) for step in order)
    decision = decide(benefit, bill, round(covered * MILLION), *days, round(copay * MILLION), fixed, *left)
    return decision.paid, rules.REASONS[decision.reason]


# What is said of the benefit, the bill -> paid, reason
WORKED = [
    ({"copay": 0.25}, 8_000, 6_000, "accepted"),  # BEPHA [V]: pays 75 %
    ({"copay": 0.25, "ceiling": 15_000}, 30_000, 15_000, "over_ceiling"),  # BEPHA [V]: 22 500, ceiling 15 000
    ({"copay": 0.25, "ceiling": 15_000}, 20_000, 15_000, "accepted"),  # exactly the ceiling: nothing is cut
    ({"copay": 0.2}, 100_000, 80_000, "accepted"),  # guide E7 (a) [S]: mutual 80 %
    ({"ceiling": 30_000}, 40_000, 30_000, "over_ceiling"),  # guide E7 (b) [S]: 30 000 a stay, bill 40 000
    ({"copay": 0.25}, 2, 1, "accepted"),  # the patient's half franc rounds up: 0.5 -> 1
    ({"copay": 0.25}, 1, 1, "accepted"),  # 0.25 -> 0
    ({"copay": 0.333}, 1_333, 889, "accepted"),  # 443.889 -> 444
    ({"copay": 0.25}, 1_001, 751, "accepted"),  # copay_member_cents, copay_fund_cents: 250.25 -> 250
    ({"copay": 1.0}, 5_000, 0, "accepted"),
    ({"fixed": 500}, 2_000, 1_500, "accepted"),
    ({"fixed": 500}, 300, 0, "accepted"),  # the patient never pays more than the bill
    ({"copay": 0.2, "fixed": 500}, 2_000, 1_100, "accepted"),  # first the share, then the fixed part
    ({"deductible": 1_000}, 1_000, 0, "accepted"),
    ({"covered": 0.7}, 1_001, 701, "accepted"),  # of the bill, 700.7 is for care that the package covers
    ({"covered": 0.7, "copay": 0.2}, 10_000, 5_600, "accepted"),
    ({"days": (4, 3)}, 10_000, 7_500, "over_days"),  # three days of four are paid for
    ({"days": (3, 2)}, 10_000, 6_666, "over_days"),  # rounded down
    ({"days": (4, 3), "ceiling": 5_000}, 10_000, 5_000, "over_ceiling"),  # both cut: the last that did
    ({"days": (4, 4)}, 10_000, 10_000, "accepted"),
    (
        {"copay": 0.25, "ceiling": 15_000, "left": (NO_LIMIT, NO_LIMIT, 10_000)},
        30_000,
        10_000,
        "over_household_ceiling",
    ),
    ({"copay": 0.25, "ceiling": 15_000, "left": (NO_LIMIT, NO_LIMIT, 15_000)}, 30_000, 15_000, "over_ceiling"),
    ({"left": (900, 800, 700)}, 1_000, 700, "over_household_ceiling"),  # each cuts: the household's year is the last
    ({"left": (900, 800, 800)}, 1_000, 800, "over_person_ceiling"),  # exactly what is left does not cut
    ({"left": (900, 900, 950)}, 1_000, 900, "over_kind_ceiling"),
    ({"left": (0, 0, 0)}, 0, 0, "accepted"),
    ({"lump_sum": 36}, 1_000, 36, "accepted"),
    ({"lump_sum": 36}, 10, 36, "accepted"),  # a fixed sum is paid whatever the bill
    ({"lump_sum": 36, "days": (4, 3)}, 10, 36, "accepted"),  # and whatever the days
    ({"lump_sum": 36, "left": (NO_LIMIT, NO_LIMIT, 35)}, 10, 35, "over_household_ceiling"),
]


@pytest.mark.parametrize("benefit, bill, paid, reason", WORKED)
def test_what_is_paid_for_an_episode(benefit, bill, paid, reason):
    assert adjudicate(bill, **benefit) == (paid, reason)


# Bill 1 000, deductible 100, copayment 20 %, ceiling 600, worked on paper in each order.
ORDERS = {
    ("deductible", "copay", "ceiling"): 600,  # 900, 720, cut to 600
    ("deductible", "ceiling", "copay"): 480,  # 900, cut to 600, 480
    ("copay", "deductible", "ceiling"): 600,  # 800, 700, cut to 600
    ("copay", "ceiling", "deductible"): 500,  # 800, cut to 600, 500
    ("ceiling", "deductible", "copay"): 400,  # cut to 600, 500, 400
    ("ceiling", "copay", "deductible"): 380,  # cut to 600, 480, 380
}


def test_the_order_of_deductible_copayment_and_ceiling():
    assert set(ORDERS) == set(permutations(STEPS))
    for order, paid in ORDERS.items():
        assert adjudicate(1_000, copay=0.2, ceiling=600, deductible=100, order=order) == (paid, "over_ceiling")


def terms(**said):
    contribution = np.zeros(1, CONTRIBUTION)
    contribution["beyond"], contribution["per_beneficiary"] = NO_LIMIT, True
    for name, value in said.items():
        contribution[name] = value
    return contribution


# Terms, the amount at the household's size, share of the category, people, children -> due
DUE = [
    (terms(), 500, 1.0, (0, 0), 0),  # nobody is left
    (terms(), 500, 1.0, (1, 0), 500),
    (terms(), 500, 1.0, (5, 3), 2_500),  # children pay like others where no age is said: their amount is not asked
    (terms(child_amount=200, child_below=15), 500, 1.0, (5, 3), 1_600),
    (terms(per_beneficiary=False), 500, 1.0, (5, 3), 500),
    (terms(minimum=1_200), 500, 1.0, (2, 0), 1_200),
    (terms(minimum=1_200), 500, 1.0, (3, 0), 1_500),
    (terms(minimum=1_200), 500, 0.2, (2, 0), 240),  # a category pays its share of the minimum too
    (terms(), 333, 0.5, (1, 0), 167),  # 166.5 rounds up
    (terms(), 333, 0.0, (1, 0), 0),
    (terms(beyond=12, extra=417), 278, 1.0, (14, 0), 4_170),  # Kisiizi [V]: 12 × 2.78 + 2 × 4.17 US$, in cents
    (terms(beyond=12, extra=417), 278, 1.0, (12, 0), 3_336),
    (terms(beyond=2, extra=100, per_beneficiary=False), 1_000, 1.0, (5, 0), 1_300),
]


@pytest.mark.parametrize("contribution, of_size, category, household, due", DUE)
def test_contribution_due(contribution, of_size, category, household, due):
    people, children = household
    if contribution["child_below"][0] == 0:
        children = 0  # nobody is counted as a child
    assert contribution_due(contribution, of_size, round(category * MILLION), people, children) == due


def test_guide_example_of_an_earned_contribution():
    """Guide E9 [S]: 600 a beneficiary-year paid at once, 50 a month earned."""
    assert [earned(600, month, 12) for month in range(1, 13)] == [50 * month for month in range(1, 13)]
    assert [earned(1_000, month, 12) for month in (1, 5, 12, 13)] == [83, 416, 1_000, 1_000]


def test_cover_gives_the_first_reason_that_applies():
    cases = {
        (False, False, 5, 0, 9, True): "not_enrolled",
        (False, True, 5, 0, 9, True): "not_in_package",
        (True, True, 5, 5, 9, True): "no_coverage",
        (True, True, 4, 5, 9, True): "waiting_period",
        (True, True, 8, 10, 9, False): "waiting_period",
        (True, True, 9, 10, 9, True): "excluded_age",
        (True, True, 9, 10, 9, False): "accepted",
    }
    assert [rules.REASONS[cover(*case)] for case in cases] == list(cases.values())


def test_a_covered_episode_is_refused_for_the_first_reason_that_applies():
    cases = {
        (True, False, True, 0, 0): "excluded_cause",
        (False, False, True, 0, 0): "no_referral",
        (False, False, False, 0, 0): "over_events",  # no letter is asked
        (False, True, True, 0, 0): "over_events",
        (False, True, True, 1, 0): "over_days",
        (False, True, True, 1, 1): "accepted",
    }
    assert [rules.REASONS[admit(*case)] for case in cases] == list(cases.values())


def test_completed_age_changes_on_the_birthday():
    """The n-th birthday is floor(n × 365 1/4) days after birth."""
    for years in range(1, 121):
        birthday = years * 1461 // 4
        assert (completed_age(birthday - 1), completed_age(birthday)) == (years - 1, years)


def test_lateness_is_a_mark_that_grows():
    marks = np.linspace(0.001, 0.999, 999)
    days = [days_late(u, 0.8, 0.0, 30.0) for u in marks]
    assert days == sorted(days)
    assert all((day == 0) == (u < 0.8) for u, day in zip(marks, days))
    assert days_late(1 - 2**-53, 0.0, 0.0, 1e9) == rules.LONGEST_DELAY
    assert days_late(0.9, 0.8, 0.0, 30.0) == int(np.ceil(30 * np.log(2)))  # the median of those who are late


def test_some_never_pay_and_the_others_are_as_late_as_without_them():
    """Of those who do not pay at once, a quarter never pays: the marks above 0.95; the median of the others is at
    the middle of 0.8 and 0.95.
    """
    assert [days_late(u, 0.8, 0.25, 30.0) for u in (0.79, 0.9501, 0.99)] == [0, -1, -1]
    assert days_late(0.875, 0.8, 0.25, 30.0) == int(np.ceil(30 * np.log(2)))
    assert days_late(0.5, 0.0, 1.0, 30.0) == -1
