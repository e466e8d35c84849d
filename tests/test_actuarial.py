"""Mathematics of cost and contribution against slower ways to the same number, and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mho_sim.actuarial import contributions, costs
from mho_sim.actuarial.costs import Gamma, Layer, Lognormal, Table, benefit, exponential, fixed

SAME = settings(derandomize=True, deadline=None, max_examples=60)  # the same examples every time

LAWS = [
    Lognormal(2_500, 0.7),
    Gamma(2_500, 1.3),
    exponential(2_500),
    Table((0, 500, 2_000, 9_000), (0.1, 0.3, 0.4, 0.2)),
]
STEP = st.one_of(
    st.tuples(st.sampled_from(["deductible", "fixed_copay", "ceiling"]), st.floats(0, 9_000)),
    st.tuples(st.just("copay"), st.floats(0, 1)),
)


def stepwise(bill, steps):
    """A bill handled as a clerk does it, one step after the other."""
    for step, number in steps:
        bill = {
            "deductible": max(bill - number, 0),
            "fixed_copay": max(bill - number, 0),
            "copay": bill * (1 - number),
            "ceiling": min(bill, number),
        }[step]
    return bill


@SAME
@given(st.lists(STEP, max_size=5), st.floats(0, 20_000))
def test_any_order_of_steps_is_one_layer(steps, bill):
    assert costs.payment(bill, benefit(*steps)) == pytest.approx(stepwise(bill, steps), rel=1e-9, abs=1e-6)


@SAME
@given(st.lists(STEP, max_size=4), st.sampled_from(LAWS))
def test_mean_and_spread_of_a_payment_are_those_of_quadrature(steps, law):
    layer = benefit(*steps)
    edges = [edge for edge in (layer.above, layer.up_to) if edge < math.inf]
    mean = costs.mean_of(law, lambda x: costs.payment(x, layer), edges)
    square = costs.mean_of(law, lambda x: costs.payment(x, layer) ** 2, edges)
    assert costs.expected_payment(law, layer) == pytest.approx(mean, rel=1e-6, abs=1e-3)
    assert costs.sd_of_payment(law, layer) ** 2 == pytest.approx(square - mean**2, rel=1e-5, abs=1)


@pytest.mark.parametrize("law", LAWS[:3])
def test_law_is_scipys(law):
    scipys = (
        stats.lognorm(law.sigma, scale=math.exp(law.mu))
        if isinstance(law, Lognormal)
        else stats.gamma(law.shape, scale=law.scale)
    )
    x = np.array([0, 1, 500, 2_500, 40_000, np.inf])
    assert law.beyond(x) == pytest.approx(scipys.sf(x)) and law.below(x) == pytest.approx(scipys.cdf(x))
    assert law.quantile(np.array([0.01, 0.5, 0.99])) == pytest.approx(scipys.ppf([0.01, 0.5, 0.99]))
    assert [scipys.mean(), scipys.std() / scipys.mean()] == pytest.approx([law.mean, law.cv])
    assert law.limited(np.array([0, np.inf])) == pytest.approx([0, law.mean])
    assert law.limited(np.inf, 2) == pytest.approx(law.mean**2 * (1 + law.cv**2))


def test_table_and_fixed_cost_by_hand():
    table = Table((0, 500, 2_000, 9_000), (0.1, 0.3, 0.4, 0.2))
    assert table.mean == pytest.approx(2_750)
    assert list(table.limited(np.array([0, 500, 1_000, 9_000]))) == pytest.approx([0, 450, 750, 2_750])
    assert list(table.beyond(np.array([0, 499, 500, 9_000]))) == pytest.approx([0.9, 0.9, 0.6, 0])
    assert list(table.quantile(np.array([0, 0.1, 0.4, 0.41, 1]))) == [0, 0, 500, 2_000, 9_000]
    assert (fixed(700).mean, fixed(700).limited(500), costs.excess(fixed(700), 500)) == (700, 500, 200)
    assert Lognormal.of_median(18, 0.807).quantile(0.5) == pytest.approx(18)


def test_fixed_copayment_by_the_guide_and_by_the_law():
    """GUIDE F1 nets the mean, c - F; where some bills are below F, the mutual pays more on average: half of the bills
    0, half 2 000, copayment 500 gives 500 and 750.
    """
    bills = Table((0, 2_000), (0.5, 0.5))
    assert costs.net_of_fixed_copay_gest(bills.mean, 500) == 500
    assert costs.expected_payment(bills, benefit(("fixed_copay", 500))) == 750
    assert costs.net_of_fixed_copay_gest(np.array([400, 1_500]), 500).tolist() == [0, 1_000]


def test_a_years_uses_and_ceiling():
    paid = costs.payments_of_year([10_000, 8_000, 8_000, 8_000], benefit(("copay", 0.25)), uses=3, ceiling=15_000)
    assert list(paid) == [7_500, 6_000, 1_500, 0]


def test_first_of_poisson_by_hand():
    assert costs.expected_first_of_poisson(2.0, 1) == pytest.approx(1 - math.exp(-2))
    assert costs.expected_first_of_poisson(2.0, 0) == 0
    assert costs.expected_first_of_poisson(2.0, 100) == pytest.approx(2)


@pytest.mark.parametrize(
    "mistake, message",
    [
        (lambda: benefit(("copay", 25)), "copay is 25: 0 to 1 is allowed"),
        (lambda: benefit(("ceiling", -1)), "ceiling is -1: 0 or more is allowed"),
        (lambda: benefit(("franchise", 1)), "'franchise' is no step of a benefit"),
        (lambda: Lognormal(0, 1), "must be above 0"),
        (lambda: Gamma(100, 0), "must be above 0"),
        (lambda: Table((1, 2), (0.5,)), "one share for each amount"),
        (lambda: Table((2, 1), (0.5, 0.5)), "rise"),
        (lambda: Table((1, 2), (0.5, 0.6)), "sum to 1, not to 1.1"),
        (lambda: contributions.split(10, [0, 0]), "cannot split 10"),
        (lambda: contributions.tiered_contribution(0, ((1, 779),), 417), "household of 0 people"),
    ],
)
def test_what_cannot_be_is_refused(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()


def test_nothing_is_paid_by_an_empty_layer():
    for layer in (benefit(("copay", 1), ("ceiling", 5)), benefit(("ceiling", 5), ("deductible", 9)), Layer(0, 0, 9)):
        assert costs.payment(100, layer) == costs.expected_payment(LAWS[0], layer) == 0
        assert costs.sd_of_payment(LAWS[0], layer) == costs.chance_of_payment(LAWS[0], layer) == 0


@SAME
@given(st.integers(0, 10**12), st.lists(st.integers(0, 50), min_size=1, max_size=9).filter(any))
def test_split_is_whole_and_proportional(amount, weights):
    parts = contributions.split(amount, weights)
    assert sum(parts) == amount
    assert all(abs(part * sum(weights) - amount * weight) < sum(weights) for part, weight in zip(parts, weights))


def test_split_gives_the_rest_to_the_largest_remainders():
    """100 in 5 : 3 : 1 is 55.55…, 33.33…, 11.11…: the missing unit goes to the first; 10 in 1 : 1 : 4 is 1.66…, 1.66…,
    6.66…: three equal remainders, two units, the first two.
    """
    assert contributions.split(100, [5, 3, 1]) == [56, 33, 11]
    assert contributions.split(10, [1, 1, 4]) == [2, 2, 6]


def test_safety_margin_with_clusters_and_a_common_factor():
    """By hand: (1 + 1) / (1 000 x 0.05) = 0.04; households of 5 with correlation 0.25 double it; a common factor of cv
    0.1 adds 0.01, and is all that is left of a very large mutual. z at 97.7 % is 2.
    """
    level = stats.norm.cdf(2)
    assert contributions.statistical_margin(level, 1_000, 0.05, 1) == pytest.approx(2 * 0.04**0.5)
    assert contributions.statistical_margin(level, 1_000, 0.05, 1, 5, 0.25) == pytest.approx(2 * 0.08**0.5)
    assert contributions.statistical_margin(level, 1_000, 0.05, 1, common_factor_cv=0.1) == pytest.approx(2 * 0.05**0.5)
    assert contributions.statistical_margin(level, 1e15, 0.05, 1, common_factor_cv=0.1) == pytest.approx(0.2)


def test_operating_cost_and_surplus_of_each():
    assert contributions.unit_operating_cost(1_300_000, support=400_000, beneficiaries=1_500) == 600
    assert contributions.surplus_for_reserve(900_000, years=3, beneficiaries=1_500) == 200
