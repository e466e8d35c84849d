"""Trouble of funds, ruin, reinsurance, claims and money in time, exactly, against values that were computed elsewhere
(`oracles/values.csv`), closed forms, and each other.
"""

import math

import numpy as np
import pytest
from judging import EXPECTED, accept, accept_rows, judge_relative, reaches
from scipy import optimize

from mho_sim.actuarial import counts, funds, lattice, laws, reinsurance, ruin, totals
from mho_sim.actuarial.costs import Gamma, Layer, Lognormal, Table, exponential, fixed
from mho_sim.actuarial.counts import Moments

FLAT = lattice.of_amounts(36, [36], [1])
THREE = lattice.of_amounts(2, [2, 10, 80], [0.70, 0.25, 0.05])


def years(number, rate=60, severity=FLAT):
    return funds.poisson_claims([1] * number, rate, severity)


def rows_of(names):
    return {name: EXPECTED[name] for name in names}


# A fund of 200 members: 0.3 claims of 36 a year each, contribution 12, reserve 360


@reaches("fund_contribution_needed_3y_0.05", "fund_contribution_needed_3y_0.01")
def test_contribution_needed():
    """To the hundredth, one hundredth less being too little."""
    verdicts = []
    for target in (0.05, 0.01):
        needed = funds.contribution_needed(target, 360, [200] * 3, years(3), unit=0.01)
        assert funds.trouble_by_date(360, [200 * (needed - 0.01)] * 3, years(3))[-1] > target
        verdicts.append(judge_relative(f"fund_contribution_needed_3y_{target}", needed, 1e-9))
    accept(*verdicts)


def test_reserve_needed():
    """To the unit; the rows are also reached through a scenario."""
    for target in (0.05, 0.01):
        needed = funds.reserve_needed(target, [2_400] * 3, years(3))
        assert needed == EXPECTED[f"fund_reserve_needed_3y_{target}"]
        assert funds.trouble_by_date(needed - 1, [2_400] * 3, years(3))[-1] > target
    assert funds.reserve_needed(0.99, [2_400] * 3, years(3)) == 0


def test_trouble_of_the_fund_by_date():
    """Rows that `test_oracles` reaches through a scenario, by recursion."""
    yearly = funds.trouble_by_date(360, [2_400] * 10, years(10))
    months = funds.poisson_claims([1 / 12] * 60, 60, FLAT)
    advance = funds.trouble_by_date(360, [200] * 60, months)
    arrears = funds.trouble_by_date(360, funds.in_arrears([200] * 60), months)
    binomial = totals.compound(counts.binomial(200, 0.25), FLAT)
    found = {f"fund_ruin_by_year_{year}": yearly[year - 1] for year in (1, 2, 5, 10)}
    found |= {f"fund_annual_advance_{year}y": yearly[year - 1] for year in (1, 3, 5)}
    found |= {f"fund_monthly_advance_{year}y": advance[12 * year - 1] for year in (1, 5)}
    found |= {f"fund_monthly_arrears_{year}y": arrears[12 * year - 1] for year in (1, 3, 5)}
    found["fund_binomial_1y"] = funds.trouble_by_date(360, [1_800], [binomial])[0]
    found["fund_expected_deficit_1y"] = lattice.stop_loss(years(1)[0], 2_760)
    assert found == pytest.approx(rows_of(found), rel=1e-9)


def test_trouble_of_a_fund_of_three_benefits():
    """With and without excess of loss above 20 a claim; a stop-loss cover of the year's claims above 800."""
    claims = years(3, 75, THREE)
    covered = years(3, 75, lattice.of_amounts(2, [2, 10, 20], [0.70, 0.25, 0.05]))
    whole = funds.trouble_by_date(150, [750] * 3, claims)
    found = {
        "fund3_ruin_1y": whole[0],
        "fund3_ruin_3y": whole[2],
        "fund3_ruin_3y_with_xl20": funds.trouble_by_date(150, [750 - 282] * 3, covered)[2],
        "fund3_stoploss_pure_premium": reinsurance.stop_loss_premium(claims[0], 800),
        "fund3_mean_claims_1y": lattice.moments(claims[0]).mean,
        "fund3_sd_claims_1y": lattice.moments(claims[0]).sd,
    }
    found = {name: value for name, value in found.items() if name in EXPECTED}
    assert len(found) >= 4 and found == pytest.approx(rows_of(found), rel=1e-7)


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

INTEGERS = {"flat1": (1.2, [1.0]), "one_to_four": (2.22, [0.5, 0.25, 0.15, 0.1])}


@reaches(
    *(f"int_finite_{law}_u{u}_T{t}" for law in INTEGERS for u, t in ((0, 5), (5, 10), (10, 40))),
    "fund_continuous_1y",
    "fund_continuous_3y",
)
def test_steady_income():
    values = {
        f"fund_continuous_{year}y": funds.trouble_with_steady_income(year, 360, 2_400, 60, FLAT) for year in (1, 3)
    }
    for name, (income, chances) in INTEGERS.items():
        severity = lattice.of_amounts(1, np.arange(1, len(chances) + 1), chances)
        for u, t in ((0, 5), (5, 10), (10, 40)):
            values[f"int_finite_{name}_u{u}_T{t}"] = funds.trouble_with_steady_income(t, u, income, 1, severity)
    accept_rows(values)


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

SPARRE = ([0.5614, 0.4386], [[-8.64, 1.997], [0.101, -1.095]], [(0.4, 5), (0.6, 1)], 1)
BETA = 6.378897  # of exponential costs, per billion: Burnecki, Mista and Weron


def test_ruin_is_certain_without_a_loading():
    assert ruin.ruin_exponential(5, 1, 1, 1) == 1 and ruin.ruin_exponential(5, 2, 1, 1) == 1
    assert ruin.ruin_exponential_by(1e4, 1, 1, 1, 0.9) == pytest.approx(1)


@reaches(
    *(f"exp_exp_psi_{u}" for u in (0, 1, 3, 10)),
    "exp_exp_adjcoef_loading20",
    *(f"bmw_exp_psi_{u}bn" for u in range(4)),
)
def test_ruin_of_exponential_costs():
    """The closed form; phase-type claims of one phase give the same."""
    values = {f"exp_exp_psi_{u}": ruin.ruin_exponential(u, 3, 1 / 5, 1) for u in (0, 1, 3, 10)}
    assert ruin.ruin_phase_type(3, [1], [[-5]], [(1, 3)], 1) == pytest.approx(values["exp_exp_psi_3"])
    values["exp_exp_adjcoef_loading20"] = ruin.adjustment_coefficient(2, exponential(1), 2.4)
    values |= {f"bmw_exp_psi_{u}bn": ruin.ruin_exponential(u, 1, 1 / 6.378, 1.3 / 6.378) for u in range(4)}
    accept_rows(values)


@reaches(
    "mix_exp_pi1",
    "mix_exp_pi2",
    *(f"mix_exp_psi_{u}" for u in (0, 0.5, 1, 5)),
    "sparre_pi1",
    "sparre_pi2",
    *(f"sparre_psi_{u}" for u in (0, 5, 30)),
    *(f"bmw_mixexp_psi_{u}bn" for u in (0, 1, 5, 20, 50)),
)
def test_ruin_of_phase_type_costs():
    mixed = ([0.5, 0.5], [[-3, 0], [0, -7]], [(1, 3)], 1)
    shares, rates = [0.0584, 0.9416], [0.359, 7.5088]
    premium = 1.3 * np.dot(shares, 1 / np.array(rates))
    values = dict(zip(("mix_exp_pi1", "mix_exp_pi2"), ruin.ladder_entry(*mixed)))
    values |= dict(zip(("sparre_pi1", "sparre_pi2"), ruin.ladder_entry(*SPARRE)))
    values |= {f"mix_exp_psi_{u}": ruin.ruin_phase_type(u, *mixed) for u in (0, 0.5, 1, 5)}
    values |= {f"sparre_psi_{u}": ruin.ruin_phase_type(u, *SPARRE) for u in (0, 5, 30)}
    for u in (0, 1, 5, 20, 50):
        values[f"bmw_mixexp_psi_{u}bn"] = ruin.ruin_phase_type(u, shares, -np.diag(rates), [(1, 1)], premium)
    accept_rows(values)


@reaches(*(f"bmw_gamma_psi_{u}bn" for u in (0, 1, 5)), *(f"pareto_psi_{u}" for u in (5, 10, 50)))
def test_ruin_of_any_cost():
    """Rows within 1e-6, and inside the two bounds."""
    gamma, pareto = Gamma(0.9185 / 6.1662, 0.9185**-0.5), laws.Pareto.of_shape(5, 4)
    values = {}
    for name, unit, cost, loading, reserves, step in (
        ("bmw_gamma_psi", "bn", gamma, 0.3, [0, 1, 5], 2.0**-15),
        ("pareto_psi", "", pareto, 0.2, [5, 10, 50], 2.0**-11),
    ):
        chances = ruin.ruin(np.array(reserves), cost, loading, step)
        low, high = ruin.ruin_bounds(np.array(reserves), cost, loading, 16 * step)
        assert (low <= chances + 1e-9).all() and (chances <= high + 1e-9).all() and (high - low < 0.01).all()
        values |= {f"{name}_{u}{unit}": chance for u, chance in zip(reserves, chances)}
    accept_rows(values, 1e-6)


@reaches(*(f"pareto_actuar_{side}_{u}" for side in ("lower", "upper") for u in (0, 5, 10, 15)))
def test_bounds_of_ruin():
    low, high = ruin.ruin_bounds(np.array([0, 5, 10, 15]), laws.Pareto.of_shape(5, 4), 0.2, 1)
    values = {f"pareto_actuar_lower_{u}": chance for u, chance in zip((0, 5, 10, 15), low)}
    accept_rows(values | {f"pareto_actuar_upper_{u}": chance for u, chance in zip((0, 5, 10, 15), high)})


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


@reaches(
    "bmw_backsolved_claims_per_year",
    *(f"bmw_finite_T1_u{u}bn" for u in (0, 1, 3, 5)),
    *(f"bmw_finite_T2_u{u}bn" for u in (0, 1, 5)),
    *(f"bmw_finite_T5_u{u}bn" for u in (0, 3, 5)),
    *(f"bmw_finite_T10_u{u}bn" for u in (0, 1, 3)),
    *(f"exp_finite_load{load}_u{u}_T{t}" for load in (0.1, 0) for u, t in ((0, 10), (5, 10), (10, 20), (10, 100))),
)
def test_ruin_by_a_time():
    """The published table does not say how many claims there are in a year; its first entry does. Its beta is printed
    to seven digits, hence 2e-7 for this table.
    """

    def table(rate, time, u):
        return ruin.ruin_exponential_by(time, u, rate, 1 / BETA, 1.3 * rate / BETA)

    rate = optimize.brentq(lambda rate: table(rate, 1, 0) - EXPECTED["bmw_finite_T1_u0bn"], 10, 100, xtol=1e-13)
    values = {"bmw_backsolved_claims_per_year": rate}
    for time, reserves in ((1, (0, 1, 3, 5)), (2, (0, 1, 5)), (5, (0, 3, 5)), (10, (0, 1, 3))):
        values |= {f"bmw_finite_T{time}_u{u}bn": table(rate, time, u) for u in reserves}
    for load in (0.1, 0):
        for u, t in ((0, 10), (5, 10), (10, 20), (10, 100)):
            values[f"exp_finite_load{load}_u{u}_T{t}"] = ruin.ruin_exponential_by(t, u, 1, 1, 1 + load)
    accept(
        *(judge_relative(row, value, 2e-7 if "bmw" in row else 1e-9) for row, value in values.items()),
    )


# Adjustment coefficient and reinsurance


@reaches(
    *(f"adjcoef_quota_{kept}" for kept in (0.75, 0.8, 0.9, 1)),
    *(f"ruin_quota_{kept}_u10" for kept in (0.75, 0.9, 1)),
    "adjcoef_xl_1",
    "adjcoef_xl_3",
)
def test_reinsurance_and_the_adjustment_coefficient():
    """Two claims of mean 1 a unit of time, premium 2.4, a reinsurer's loading of 30 %."""
    cost, values = exponential(1), {}
    for share in (0.75, 0.8, 0.9, 1):
        kept, ceded = reinsurance.quota_share(share)
        premium = reinsurance.net_premium(2.4, 2, cost, ceded, 0.3)
        values[f"adjcoef_quota_{share}"] = ruin.adjustment_coefficient(2, cost, premium, kept)
        values[f"ruin_quota_{share}_u10"] = ruin.ruin_exponential(10, 2, share, premium)
    for retention in (1, 3):
        kept, ceded = reinsurance.excess_of_loss(retention)
        premium = reinsurance.net_premium(2.4, 2, cost, ceded, 0.3)
        values[f"adjcoef_xl_{retention}"] = ruin.adjustment_coefficient(2, cost, premium, kept)
    del values["ruin_quota_0.8_u10"]
    accept_rows(values)


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


@reaches("kpw_ex9_24_employer_cost", "kpw_ex9_47_excess_after_dividend")
def test_loss_models_stop_loss_and_dividend():
    number = counts.of_chances([1 / 16, 1 / 4, 3 / 8, 1 / 4, 1 / 16])
    year = totals.compound(number, lattice.of_amounts(1_000, [2_000, 3_000], [0.4, 0.6]))
    group = totals.compound(counts.poisson(2), lattice.of_amounts(1, [1, 2], [0.25, 0.75]))
    accept_rows(
        {
            "kpw_ex9_24_employer_cost": reinsurance.kept_of_total(year, 5_000) + 1_472,
            "kpw_ex9_47_excess_after_dividend": 6 - lattice.moments(group).mean - reinsurance.dividend(group, 4.5),
        }
    )


@reaches("kpw_9_73_mean_k", *(f"kpw_9_73_{law}_premium_k" for law in ("normal", "lognormal", "gamma")))
def test_loss_models_9_73():
    """What a reinsurer pays above 100 thousand a life: (lives, chance of death, benefit in thousands); 95 %."""
    lives = [(500, 0.10, 100), (500, 0.02, 200), (500, 0.02, 300), (300, 0.10, 200), (500, 0.10, 200)]
    _, ceded = reinsurance.excess_of_loss(100)
    total = counts.sum_of_moments(
        counts.compound_moments(counts.binomial(many, q).moments, lattice.payment_moments(fixed(amount), ceded))
        for many, q, amount in lives
    )
    shape = (total.mean, total.sd / total.mean)
    accept_rows(
        {
            "kpw_9_73_mean_k": total.mean,
            "kpw_9_73_normal_premium_k": totals.normal_quantile(total, 0.95),
            "kpw_9_73_lognormal_premium_k": Lognormal(*shape).quantile(0.95),
            "kpw_9_73_gamma_premium_k": Gamma(*shape).quantile(0.95),
        }
    )


# Claims and money in time


@reaches("outstanding_mean_t0.1", "outstanding_mean_t1", "paid_by_1y_mean", "pv_claims_5y", "interest_mean_balance")
def test_claims_and_money_in_time():
    delay = exponential(30 / 365)
    accept_rows(
        {
            "outstanding_mean_t0.1": funds.unpaid_claims(300, 0.1, delay),
            "outstanding_mean_t1": funds.unpaid_claims(300, 1, delay),
            "paid_by_1y_mean": funds.paid_claims(300, 1, delay),
            "pv_claims_5y": funds.present_value(300 * 20, 0.05, 5),
            "interest_mean_balance": funds.mean_balance(1_000, 7_000 - 300 * 20, 0.05, 5),
        }
    )
    assert funds.present_value(10, 0, 3) == 30 and funds.mean_balance(5, 10, 0, 3) == 35


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
        (lambda: reinsurance.quota_share(1.5), "0 to 1 is allowed"),
        (lambda: reinsurance.excess_of_loss(-1), "0 or more is allowed"),
    ],
)
def test_what_cannot_be_is_refused(mistake, message):
    with pytest.raises(ValueError, match=message):
        mistake()


def test_moments_without_a_third():
    assert math.isnan(Moments(1, 2).skewness)
