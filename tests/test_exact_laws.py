"""Totals of random numbers of random costs, exactly, against closed forms, and by two ways each. What was computed
elsewhere is in the validation book (`mho_sim/verification`, `test_oracles.py`).
"""

import numpy as np
import pytest
from scipy import integrate, stats

from mho_sim.actuarial import counts, lattice, laws, totals
from mho_sim.actuarial.costs import (
    Gamma,
    Layer,
    Lognormal,
    Table,
    benefit,
    expected_payment,
    exponential,
    fixed,
    payment,
)
from mho_sim.actuarial.counts import Moments
from mho_sim.actuarial.estimates import coverage, wald_interval, wilson_interval, worlds_needed
from mho_sim.verification.oracles import EXPECTED

ONE = lattice.of_amounts(1, [1], [1])


def gamma_of(shape, scale):
    return Gamma(shape * scale, shape**-0.5)


# Against theory, and by two ways

NUMBERS = {
    "poisson": counts.poisson(3.7),
    "binomial": counts.binomial(40, 0.15),
    "negative_binomial": counts.negative_binomial(1.7, 4),
    "geometric": counts.negative_binomial(1, 3),
}
COSTS = [Lognormal(100, 1.2), gamma_of(0.7, 150), exponential(100), Table((0, 30, 200), (0.2, 0.5, 0.3))]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("cost", COSTS, ids=["lognormal", "gamma", "exponential", "table"])
def test_fft_is_panjers_recursion(name, cost):
    """Every chance of one total by the two ways, within 1e-12."""
    severity = lattice.discretised(cost, 10, benefit(("copay", 0.2), ("ceiling", 800)))
    total = totals.compound(NUMBERS[name], severity)
    other = totals.panjer(NUMBERS[name], severity, len(total.chances))
    assert np.abs(total.chances - other.chances).max() < 1e-12


def test_what_wraps_around_is_below_its_bound():
    """Even if the total reaches far beyond the points that are asked for: chances of 50 points of a total of mean 100,
    against the recursion.
    """
    number, severity = counts.negative_binomial(2, 5), lattice.of_amounts(1, [1, 9, 20], [0.3, 0.4, 0.3])
    few = totals.first_chances(number, severity.chances, 50)
    assert np.abs(few - totals.panjer(number, severity, 50).chances).max() < 1e-13
    assert lattice.moments(totals.compound(number, severity)).mean == pytest.approx(99, rel=1e-9)


def test_a_total_too_large_for_the_recursion():
    """1,000 Poisson claims: P(no claim) is 1e-435. Its moments, 1e-9."""
    severity = lattice.discretised(exponential(20), 1)
    total = lattice.moments(totals.compound(counts.poisson(1_000), severity))
    expected = counts.compound_moments(counts.poisson(1_000).moments, lattice.moments(severity))
    assert total == pytest.approx(expected, rel=1e-6) and total.mean == pytest.approx(20_000, rel=1e-9)
    with pytest.raises(ValueError, match="too small to start"):
        totals.panjer(counts.poisson(1_000), severity, 10)


@pytest.mark.parametrize(
    "number",
    [
        *NUMBERS.values(),
        counts.gamma_mixed_poisson(6, 0.3),
        counts.mixed([0.3, 0.7], [counts.poisson(1), counts.negative_binomial(2, 2)]),
        counts.stopped(counts.poisson(3), counts.binomial(4, 0.3)),
        counts.thinned(counts.negative_binomial(3, 2), 0.4),
        counts.of_chances([0.2, 0, 0.5, 0.3]),
    ],
)
def test_moments_of_a_number_are_those_of_its_chances(number):
    assert lattice.moments(totals.compound(number, ONE, 1e-14)) == pytest.approx(number.moments, rel=1e-7)


def test_numbers_are_scipys():
    n = np.arange(60)
    for number, law in (
        (NUMBERS["poisson"], stats.poisson(3.7)),
        (NUMBERS["binomial"], stats.binom(40, 0.15)),
        (NUMBERS["negative_binomial"], stats.nbinom(1.7, 1 / 5)),
    ):
        assert np.abs(totals.first_chances(number, ONE.chances, 60) - law.pmf(n)).max() < 1e-13


@pytest.mark.parametrize("method", lattice.METHODS)
@pytest.mark.parametrize("cost", COSTS[:3])
def test_discretised_bounds_and_mean(cost, method):
    """`lower` and `upper` lie on their sides of the law everywhere; `moments` keeps the mean."""
    layer, step = benefit(("deductible", 20), ("copay", 0.25), ("ceiling", 300)), 5
    law = lattice.discretised(cost, step, layer, method)
    points = law.amounts
    at = lattice.payment_below(cost, points, layer)
    cumulative = np.cumsum(law.chances)
    mean = expected_payment(cost, layer)
    assert law.chances.sum() == pytest.approx(1) and points[-1] == 300
    if method == "lower":
        assert (cumulative >= at - 1e-12).all() and mean - step < lattice.moments(law).mean < mean
    elif method == "upper":
        assert (cumulative[1:] <= at[1:] + 1e-12).all() and mean < lattice.moments(law).mean < mean + step
    elif method == "moments":
        assert lattice.moments(law).mean == pytest.approx(mean, rel=1e-9)
        assert lattice.stop_loss(law, 100) >= mean - lattice.limited_payment(cost, 100, layer) - 1e-9
    else:
        assert np.abs(lattice.moments(law).mean - mean) < step / 2


def test_table_on_its_lattice_stays_with_each_method():
    table = Table((0.1, 0.3, 0.7), (0.5, 0.2, 0.3))
    for method in lattice.METHODS:
        law = lattice.discretised(table, 0.1, method=method)
        assert law.chances == pytest.approx([0, 0.5, 0, 0.2, 0, 0, 0, 0.3], abs=1e-12)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("layer", [Layer(), benefit(("deductible", 30), ("copay", 0.3), ("ceiling", 90))])
def test_moments_of_a_payment_are_those_of_a_fine_lattice(cost, layer):
    """Third moments, too; of the lognormal law without limit the lattice has no far tail, hence 1e-3."""
    law = lattice.moments(lattice.discretised(cost, 0.1, layer, "rounding", 1e-13))
    assert lattice.payment_moments(cost, layer) == pytest.approx(law, rel=1e-3)


@pytest.mark.parametrize(
    "prefix, number", [("healthA", counts.poisson(300)), ("healthC", counts.gamma_mixed_poisson(300, 0.04))]
)
def test_yearly_totals_that_are_simulated_elsewhere(prefix, number):
    """The rows that the book reaches through a scenario: 1e-4, for their own two steps differ by 6e-5; where a
    law has no jumps, half of a point's chance is above it.
    """
    total = totals.compound(number, lattice.discretised(Lognormal(40, 1.2), 0.5))
    found = {
        "mean": lattice.moments(total).mean,
        "sd": lattice.moments(total).sd,
        "VaR99": lattice.value_at_risk(total, 0.99),
        "TVaR99": lattice.tail_value_at_risk(total, 0.99),
        "P_gt_14000": lattice.beyond(total, 14_000) + lattice.chance(total, 14_000) / 2,
        "stoploss_14000": lattice.stop_loss(total, 14_000),
    }
    assert found == pytest.approx({name: EXPECTED[f"{prefix}_{name}"] for name in found}, rel=1e-4)


def test_approximations_come_near_a_large_total():
    """600 Poisson claims of exponential cost: skewness 0.087; NP2 within 0.1 % of the 99 % quantile, normal 1 %."""
    exact = laws.total_of_gammas(counts.poisson(600), exponential(10)).quantile(0.99)
    total = counts.compound_moments(counts.poisson(600).moments, lattice.payment_moments(exponential(10)))
    assert totals.normal_power_quantile(total, 0.99) == pytest.approx(exact, rel=1e-3)
    assert 1e-3 < abs(totals.normal_quantile(total, 0.99) / exact - 1) < 1e-2
    assert totals.normal_power_below(total, exact) == pytest.approx(0.99, abs=1e-3)
    assert totals.normal_power_below(Moments(0, 1, 0), 1.5) == pytest.approx(stats.norm.cdf(1.5))


def test_what_is_read_off_a_lattice_by_hand():
    law = lattice.of_amounts(10, [0, 10, 30], [0.5, 0.3, 0.2])
    assert lattice.below(law, np.array([-1, 0, 9.99, 10, 29, 30, 99])) == pytest.approx([0, 0.5, 0.5, 0.8, 0.8, 1, 1])
    assert lattice.beyond(law, np.array([-1, 0, 10, 30, 99])) == pytest.approx([1, 0.5, 0.2, 0, 0])
    assert lattice.stop_loss(law, np.array([0, 5, 10, 30, 50])) == pytest.approx([9, 6.5, 4, 0, 0])
    assert lattice.value_at_risk(law, np.array([0.5, 0.51, 0.8, 0.9])) == pytest.approx([0, 10, 10, 30])
    assert lattice.tail_value_at_risk(law, 0.75) == pytest.approx(10 + 4 / 0.25)
    assert totals.cut_at(law, 20).chances == pytest.approx([0.5, 0.3, 0.2]) and totals.cut_at(law, 30) is law
    assert lattice.payment_below(fixed(5), 3, Layer(share=0)) == 1


@pytest.mark.parametrize("u", [0.5, 30, 400, np.inf])
@pytest.mark.parametrize("power", [1, 2])
def test_pareto_mixture_and_ladder_height(u, power):
    cost, same = laws.Pareto.of_shape(3.5, 250), laws.OfScipy(stats.lomax(3.5, scale=250))
    assert cost.limited(u, power) == pytest.approx(same.limited(u, power), rel=1e-9)
    assert (cost.below(u), cost.beyond(u)) == pytest.approx((same.below(u), same.beyond(u)))
    level = np.array([0.01, 0.7, 0.999])
    assert cost.quantile(level) == pytest.approx(same.quantile(level))
    mixture = laws.Mixture((0.25, 0.75), (cost, exponential(20)))
    assert mixture.limited(u, power) == pytest.approx(
        cost.limited(u, power) / 4 + exponential(20).limited(u, power) * 3 / 4
    )
    assert mixture.below(mixture.quantile(level)) == pytest.approx(level)
    ladder = laws.LadderHeight(cost)
    if u < np.inf:
        survived = integrate.quad(lambda x: float(ladder.beyond(x)), 0, u)[0]
        assert ladder.below(u) == pytest.approx(integrate.quad(lambda x: cost.beyond(x) / cost.mean, 0, u)[0])
        assert ladder.limited(u) == pytest.approx(survived)
    else:
        assert ladder.limited(u) == pytest.approx(ladder.mean)


def test_largest_cost_may_be_none():
    assert laws.largest_quantile(0.3, counts.poisson(1), exponential(5)) == 0
    assert payment(laws.largest_quantile(0.9, counts.poisson(1), fixed(5)), Layer()) == 5


@pytest.mark.parametrize(
    "mistake, message",
    [
        (lambda: counts.poisson(-1), "mean is -1: 0 to inf"),
        (lambda: counts.binomial(5, 1), "chance is 1"),
        (lambda: counts.negative_binomial(0, 1), "size is 0"),
        (lambda: counts.of_chances([0.5, 0.6]), "sum to 1, not to 1.1"),
        (lambda: lattice.of_amounts(2, [3], [1]), "multiples of it"),
        (lambda: lattice.discretised(COSTS[0], 1, method="middle"), "'middle' is no way"),
        (lambda: lattice.discretised(COSTS[0], 0), "above 0"),
        (lambda: lattice.discretised(COSTS[0], 1e-6), "take a larger step"),
        (lambda: totals.panjer(counts.of_chances([0.5, 0.5]), ONE, 5), "Panjer's recursion is for"),
        (lambda: totals.total_of_persons([(1, 0.1, ONE), (1, 0.1, lattice.of_amounts(2, [2], [1]))]), "one step"),
        (lambda: totals.sum_of(ONE, lattice.of_amounts(2, [2], [1])), "one step"),
        (lambda: totals.cut_at(lattice.of_amounts(2, [2], [1]), 1), "a multiple of it is allowed"),
        (lambda: laws.Pareto(10, 1), "cv above 1"),
        (lambda: laws.Pareto.of_shape(2, 10), "has no variance"),
        (lambda: laws.Pareto.of_shape(2.5, 10).limited(5, 3), "no moment 3"),
        (lambda: laws.Mixture((0.5,), COSTS[:1]), "one share"),
        (lambda: laws.LadderHeight(COSTS[0]).limited(1, 2), "1 is allowed"),
        (lambda: worlds_needed(0, 0.1), "between 0 and 1"),
    ],
)
def test_what_cannot_be_is_refused(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()


def test_wilsons_interval_by_hand():
    """z = 1.96, 5 of 10: the middle is 1/2, the half width 1.96 sqrt(0.025 + 1.96^2 / 400) / (1 + 0.38416)."""
    half = 1.959964 * (0.025 + 1.959964**2 / 400) ** 0.5 / (1 + 1.959964**2 / 10)
    assert wilson_interval(5, 10) == pytest.approx((0.5 - half, 0.5 + half), rel=1e-6)
    assert wilson_interval(0, 50)[0] == 0 and wilson_interval(50, 50)[1] == 1
    assert wald_interval(0, 50) == (0, 0) and wald_interval(5, 10) == pytest.approx((0.1901, 0.8099), abs=1e-4)
    for interval in (wilson_interval, wald_interval):
        with pytest.raises(ValueError, match="need 0 <= events <= trials"):
            interval(3, 2)


def test_coverage_by_hand():
    """An interval that holds the truth for 0 and 1 of 2 events, p = 0.3: 0.49 + 0.42."""
    assert coverage(lambda events, trials: (0, 1) if events < 2 else (0.5, 1), 0.3, 2) == pytest.approx(0.91)
