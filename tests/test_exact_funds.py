"""Trouble of funds, ruin, reinsurance, claims and money in time, exactly, against closed forms and each other. What was
computed elsewhere is in the validation book (`mho_sim/verification`, `test_oracles.py`).
"""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import optimize

from mho_sim.actuarial import funds, lattice, laws, reinsurance, ruin
from mho_sim.actuarial.costs import Gamma, Layer, Lognormal, Table, exponential, fixed
from mho_sim.actuarial.counts import Moments
from mho_sim.verification.oracles import EXPECTED

FLAT = lattice.of_amounts(36, [36], [1])


def years(number):
    return funds.poisson_claims([1] * number, 60, FLAT)


# A fund of 200 members: 0.3 claims of 36 a year each, contribution 12, reserve 360


def test_trouble_by_hand():
    """One claim of 10 or none in each stretch, each with probability 1/2; contributions 5: reserve 5 bears a claim in
    the first (5 + 5 - 10 = 0 is solvent), not a second one (5 - 10); reserve 4 bears none; none is needed in arrears
    from 20.
    """
    claim = lattice.of_amounts(10, [0, 10], [0.5, 0.5])
    assert funds.trouble_by_date(5, [5, 5], [claim] * 2) == pytest.approx([0, 0.25])
    assert funds.trouble_by_date(4, [5, 5], [claim] * 2) == pytest.approx([0.5, 0.5])
    assert funds.trouble_by_date(20, funds.in_arrears([5, 5]), [claim] * 2) == pytest.approx([0, 0])
    assert funds.trouble_by_date(-20, [5, 50], [claim] * 2) == pytest.approx([1, 1])
    assert funds.reserve_needed(0, [5, 5], [claim] * 2) == 10
    assert funds.contribution_needed(0.25, 5, [1, 1], [claim] * 2) == 5


def test_contributions_on_given_days():
    """Due on the days 0, 90 and twice on 180 of 365: the same as stretches of 90, 90 and 185 days, by hand; a yearly
    contribution cut in two stretches is the same fund at the year's end.
    """
    sums, lengths = funds.dated_contributions([100, 200, 50, 70], [0, 90, 180, 180], 365)
    assert sums == [100, 200, 120] and lengths == [90, 90, 185]
    assert funds.dated_contributions([10], [100], 365) == ([0, 10], [100, 265])
    halves = funds.poisson_claims([0.3, 0.7], 60, FLAT)
    cut = funds.trouble_by_date(360, [2_400, 0], halves)
    assert cut[-1] == pytest.approx(EXPECTED["fund_annual_advance_1y"], rel=1e-9) and cut[0] < cut[1]


# Income that comes in all the time


def test_steady_income_is_the_limit_of_ever_smaller_contributions():
    """Of 1 at the end of each of 2,400 stretches, exactly: what can be paid changes where they end, for reserve and
    costs are multiples of 1; a little less trouble if paid at their beginning.
    """
    steady = funds.trouble_with_steady_income(1, 360, 2_400, 60, FLAT)
    claims = funds.poisson_claims([1 / 2_400] * 2_400, 60, FLAT)
    early = funds.trouble_by_date(360, [1] * 2_400, claims)[-1]
    late = funds.trouble_by_date(360, funds.in_arrears([1] * 2_400), claims)[-1]
    assert late == pytest.approx(steady, rel=1e-8) and 0 < steady - early < 2e-3


# Ruin


def test_ruin_is_certain_without_a_loading():
    assert ruin.ruin_exponential(5, 1, 1, 1) == 1 and ruin.ruin_exponential(5, 2, 1, 1) == 1
    assert ruin.ruin_exponential_by(1e4, 1, 1, 1, 0.9) == pytest.approx(1)


def test_general_ruin_is_that_of_exponential_and_mixed_costs():
    """Exponential costs of mean 2 and a mixture, at a loading of 0.25, against closed forms; the error falls fourfold
    with half the step.
    """
    u = np.array([0, 1, 10, 40])
    exact = ruin.ruin_exponential(u, 1, 2, 2.5)
    errors = [np.abs(ruin.ruin(u, exponential(2), 0.25, step) - exact)[1:] for step in (0.05, 0.025)]
    assert errors[1].max() < 1e-5 and errors[0] / errors[1] == pytest.approx([4, 4, 4], rel=0.01)
    mixture = laws.Mixture((0.3, 0.7), (exponential(5), exponential(1)))
    phases = ([0.3, 0.7], [[-1 / 5, 0], [0, -1]], [(1, 1)], 1.25 * mixture.mean)
    assert ruin.ruin(u, mixture, 0.25, 0.01) == pytest.approx(ruin.ruin_phase_type(u, *phases), rel=1e-5)


# Adjustment coefficient and reinsurance


def test_adjustment_coefficient_by_hand():
    """Costs of 1: e^R - 1 = 1.5 R; of an exponential cost above a deductible d, of which e^-d remain, R is that of
    claims as much rarer, 1 - rate e^-d / premium; a mixture of one law is that law; Erlang costs.
    """
    root = optimize.brentq(lambda r: math.expm1(r) - 1.5 * r, 0.1, 5)
    assert ruin.adjustment_coefficient(1, fixed(1), 1.5) == pytest.approx(root)
    above = ruin.adjustment_coefficient(2, exponential(1), 1.2, Layer(above=1))
    assert above == pytest.approx(1 - 2 * math.exp(-1) / 1.2)
    mixture = laws.Mixture((0.5, 0.5), (exponential(3), exponential(3)))
    assert ruin.adjustment_coefficient(1, mixture, 4) == pytest.approx((1 - 3 / 4) / 3)
    erlang = ruin.adjustment_coefficient(1, Gamma(2, 0.5**0.5), 3)
    assert (1 - erlang) ** -2 == pytest.approx(1 + 3 * erlang)


def test_stop_loss_by_hand():
    total = lattice.of_amounts(10, [0, 10, 30], [0.5, 0.3, 0.2])
    assert reinsurance.stop_loss_premium(total, 10) == pytest.approx(4)
    assert reinsurance.stop_loss_premium(total, 10, limit=15, loading=0.5) == pytest.approx(1.5 * 3)
    assert reinsurance.kept_of_total(total, 10) == pytest.approx(5)
    moments = lattice.moments(total)
    assert moments == pytest.approx((9, 129, 0.5 * -(9**3) + 0.3 + 0.2 * 21**3))
    assert reinsurance.expected_value_premium(moments, 0.2) == pytest.approx(10.8)
    assert reinsurance.variance_premium(moments, 0.01) == pytest.approx(10.29)
    assert reinsurance.standard_deviation_premium(moments, 2) == pytest.approx(9 + 2 * 129**0.5)
    kept, ceded = reinsurance.excess_of_loss(10, 15)
    table = Table((0, 10, 30), (0.5, 0.3, 0.2))
    assert reinsurance.layer_premium(2, table, ceded, 0.1) == pytest.approx(1.1 * 2 * 0.2 * 15)
    assert reinsurance.layer_premium(1, table, kept) == pytest.approx(5)


# Claims and money in time


def test_claims_and_money_in_time_by_hand():
    assert funds.present_value(10, 0, 3) == 30 and funds.mean_balance(5, 10, 0, 3) == 35
    assert funds.reserve_needed(0.99, [2_400] * 3, years(3)) == 0


def test_rounded_balances_by_hand():
    """5 % of 110, 5.5: 6, 6 or 5; then of 126, 6.3, or of 125, 6.25."""
    half = Fraction(1, 20)
    assert funds.rounded_balances(110, half, 10, 2) == [126, 142]
    assert funds.rounded_balances(110, half, 10, 2, "half_even") == [126, 142]
    assert funds.rounded_balances(90, half, 0, 1, "half_even") == [94] != funds.rounded_balances(90, half, 0, 1)
    assert funds.rounded_balances(110, half, 10, 2, "down") == [125, 141]


@pytest.mark.parametrize(
    "mistake, message",
    [
        (lambda: funds.trouble_by_date(0, [1, 2], years(1)), "one for each is needed"),
        (lambda: funds.dated_contributions([1], [365], 365), "from 0 to below 365"),
        (lambda: funds.contribution_needed(0.01, 0, [0], years(1)), "no amount of money suffices"),
        (
            lambda: funds.trouble_with_steady_income(1, 0, 1, 1, lattice.of_amounts(1, [0, 1], [0.5, 0.5])),
            "costs of 0 are left out",
        ),
        (lambda: ruin.ruin(1, exponential(1), 0, 0.1), "ruin is certain"),
        (lambda: ruin.ruin(0.55, exponential(1), 0.1, 0.1), "multiples of the step"),
        (lambda: ruin.adjustment_coefficient(1, exponential(1), 1), "it must exceed them"),
        (lambda: ruin.adjustment_coefficient(1, Lognormal(1, 1), 2), "too long a tail"),
        (lambda: funds.rounded_balances(1, Fraction(1, 2), 0, 1, "up"), "half_up, half_even, down are allowed"),
        (lambda: reinsurance.quota_share(1.5), "0 to 1 is allowed"),
        (lambda: reinsurance.excess_of_loss(-1), "0 or more is allowed"),
    ],
)
def test_what_cannot_be_is_refused(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()


def test_moments_without_a_third():
    assert math.isnan(Moments(1, 2).skewness)
