"""Totals of random numbers of random costs, exactly, against values that were computed elsewhere (`oracles/values.csv`:
1e-9 for closed forms, 1e-6 for numerical laws), against closed forms, and by two ways each.

The rows that the product reaches by its own mathematics, not through a scenario, are marked in this file, in
`test_exact_funds.py` and `test_credibility.py`; some stand in `test_golden.py` (`test_every_function_row_is_reached`).
"""

import math

import numpy as np
import pytest
import test_credibility  # noqa: F401  its rows are counted here
import test_exact_funds  # noqa: F401
from judging import EXPECTED, REACHED_BY, accept, accept_rows, judge_exactly, reaches, rows
from scipy import integrate, stats

from mho_sim.actuarial import contributions, counts, lattice, laws, proportion_interval, quantile_interval, totals
from mho_sim.actuarial.costs import (
    Gamma,
    Layer,
    Lognormal,
    Table,
    benefit,
    chance_of_payment,
    excess,
    expected_payment,
    exponential,
    fixed,
    payment,
)
from mho_sim.actuarial.counts import Moments
from mho_sim.actuarial.estimates import worlds_needed

ONE = lattice.of_amounts(1, [1], [1])


def gamma_of(shape, scale):
    return Gamma(shape * scale, shape**-0.5)


def raw(mean, sd):
    """Moments of which the third is not wanted."""
    return Moments(mean, sd**2)


# Loss Models, chapter 8: deductible and limit


@reaches(
    "kpw_8_1_per_loss",
    "kpw_8_1_per_payment",
    "kpw_8_2_franchise_per_loss",
    "kpw_8_2_franchise_per_payment",
    "kpw_8_3_LER",
    "kpw_8_4_LER_after_10pct_inflation",
    "kpw_8_5_limit3000",
    "kpw_8_5_limit3000_inflated",
)
def test_loss_models_deductible_and_limit():
    cost, dearer = laws.Pareto.of_shape(3, 2_000), laws.Pareto.of_shape(3, 2_200)
    layer = benefit(("deductible", 500))
    share = chance_of_payment(cost, layer)
    accept_rows(
        {
            "kpw_8_1_per_loss": expected_payment(cost, layer),
            "kpw_8_1_per_payment": expected_payment(cost, layer) / share,
            "kpw_8_2_franchise_per_loss": laws.franchise(cost, 500),
            "kpw_8_2_franchise_per_payment": laws.franchise(cost, 500) / share,
            "kpw_8_3_LER": laws.loss_elimination_ratio(cost, 500),
            "kpw_8_4_LER_after_10pct_inflation": laws.loss_elimination_ratio(dearer, 500),
            "kpw_8_5_limit3000": cost.limited(3_000),
            "kpw_8_5_limit3000_inflated": dearer.limited(3_000),
        }
    )


@reaches("kpw_9_14_mean", "kpw_9_14_variance", "kpw_9_14_P0")
def test_loss_models_9_14():
    cost, layer = laws.Pareto.of_shape(4, 10), Layer(share=0.75, above=6, up_to=24)
    losses = counts.poisson(3)
    total = counts.compound_moments(losses.moments, lattice.payment_moments(cost, layer))
    payments = counts.thinned(losses, chance_of_payment(cost, layer))
    accept_rows(
        {
            "kpw_9_14_mean": total.mean,
            "kpw_9_14_variance": total.variance,
            "kpw_9_14_P0": payments.generating(0),
        }
    )


@reaches("kpw_ex9_63_mean", "kpw_ex9_63_variance", "kpw_ex9_63_beta_payments")
def test_loss_models_9_63():
    cost, layer, losses = gamma_of(2, 100), Layer(above=50, up_to=175), counts.negative_binomial(2, 1.5)
    total = counts.compound_moments(losses.moments, lattice.payment_moments(cost, layer))
    payments = counts.thinned(losses, chance_of_payment(cost, layer)).moments
    accept_rows(
        {
            "kpw_ex9_63_mean": total.mean,
            "kpw_ex9_63_variance": total.variance,
            "kpw_ex9_63_beta_payments": payments.variance / payments.mean - 1,
        }
    )


# Loss Models, chapter 9: totals


@reaches("kpw_9_3_mean", "kpw_9_3_sd", "kpw_9_4_normal_exceed_140pct", "kpw_9_4_lognormal_exceed_140pct")
def test_loss_models_9_3():
    total = counts.compound_moments(raw(6.7, 2.3), raw(179_247, 52_141))
    accept_rows(
        {
            "kpw_9_3_mean": total.mean,
            "kpw_9_3_sd": total.sd,
            "kpw_9_4_normal_exceed_140pct": totals.normal_beyond(total, 1.4 * total.mean),
            "kpw_9_4_lognormal_exceed_140pct": Lognormal(total.mean, total.sd / total.mean).beyond(1.4 * total.mean),
        }
    )


@reaches(
    "kpw_9_5_dental_mean",
    "kpw_9_5_dental_sd",
    "kpw_9_5_dental_P0",
    "kpw_9_6_dental_F_12units",
    *(f"kpw_9_6_dental_stoploss_{d}" for d in (25, 50, 100)),
)
def test_loss_models_dental():
    persons = counts.of_chances([0.05, 0.10, 0.15, 0.20, 0.25, 0.15, 0.06, 0.03, 0.01])
    costs = [0.15, 0.2, 0.25, 0.125, 0.075, 0.05, 0.05, 0.05, 0.025, 0.025]
    total = totals.compound(persons, lattice.of_amounts(25, 25 * np.arange(1, 11), costs))
    moments = lattice.moments(total)
    accept_rows(
        {
            "kpw_9_5_dental_mean": moments.mean,
            "kpw_9_5_dental_sd": moments.sd,
            "kpw_9_5_dental_P0": total.chances[0],
            "kpw_9_6_dental_F_12units": lattice.below(total, 12 * 25),
        }
        | {f"kpw_9_6_dental_stoploss_{d}": lattice.stop_loss(total, d) for d in (25, 50, 100)}
    )


@reaches("kpw_ex9_19_P_ratio_gt3", "kpw_ex9_23_P_gt100", "kpw_ex9_31_excess100_per_claim", "kpw_ex9_34_P600")
def test_loss_models_small_exercises():
    """9.19: total above three times its mean; 9.23: normal costs, of which n are normal; 9.31: two uniform kinds."""
    total = totals.compound(counts.of_chances([0.5, 0.4, 0, 0.1]), lattice.of_amounts(1, [1, 10], [0.9, 0.1]))
    normal = laws.Mixture(
        (0.5, 0.2, 0.2, 0.1),
        (fixed(0.0), *(laws.OfScipy(stats.norm(100 * n, 3 * n**0.5)) for n in (1, 2, 3))),
    )
    kinds = laws.Mixture((0.4, 0.6), (laws.OfScipy(stats.uniform(0, 1_000)), laws.OfScipy(stats.uniform(0, 200))))
    hundreds = lattice.of_amounts(100, [100, 500, 1_000], [0.8, 0.16, 0.04])
    accept_rows(
        {
            "kpw_ex9_19_P_ratio_gt3": lattice.beyond(total, 3 * lattice.moments(total).mean),
            "kpw_ex9_23_P_gt100": normal.beyond(100),
            "kpw_ex9_31_excess100_per_claim": excess(kinds, 100),
            "kpw_ex9_34_P600": lattice.chance(totals.compound(counts.poisson(5), hundreds), 600),
        }
    )


@reaches("kpw_ex9_35_normal_premium95", "kpw_ex9_36_variance", "kpw_ex9_40_mean_k", "kpw_ex9_40_sd_k")
def test_loss_models_moments():
    """A Burr law of gamma 1 is a Pareto law."""
    uniform = lattice.payment_moments(laws.OfScipy(stats.uniform(0, 8)))
    doctors = counts.compound_moments(counts.negative_binomial(16, 6).moments, uniform)
    burr = lattice.payment_moments(laws.Pareto.of_shape(3, 2), third=False)
    three = counts.sum_of_moments(
        counts.compound_moments(counts.poisson(claims).moments, Moments(amount, 0, 0))
        for claims, amount in ((50, 10), (60, 20), (30, 40))
    )
    accept_rows(
        {
            "kpw_ex9_35_normal_premium95": totals.normal_quantile(doctors, 0.95),
            "kpw_ex9_36_variance": counts.compound_moments(counts.poisson(3).moments, burr).variance,
            "kpw_ex9_40_mean_k": three.mean,
            "kpw_ex9_40_sd_k": three.sd,
        }
    )


@reaches("kpw_9_9_P2", "kpw_ex9_57_F3", "kpw_ex9_58_F3", "kpw_ex9_60_P_gt400", "kpw_ex9_60_normal")
def test_loss_models_on_a_lattice():
    two, one = lattice.of_amounts(1, [1, 2], [0.6, 0.4]), lattice.of_amounts(1, [1, 3], [0.7, 0.3])
    both = totals.sum_of(totals.compound(counts.poisson(2), two), totals.compound(counts.poisson(1), one))
    four = lattice.of_amounts(1, [1, 2, 3, 4], [0.4, 0.3, 0.2, 0.1])
    neyman = totals.compound(
        counts.stopped(counts.poisson(10), counts.poisson(4)), lattice.of_amounts(5, [5, 10], [0.75, 0.25])
    )
    accept_rows(
        {
            "kpw_9_9_P2": lattice.chance(both, 2),
            "kpw_ex9_57_F3": lattice.below(totals.compound(counts.poisson(3), four), 3),
            "kpw_ex9_58_F3": lattice.below(totals.compound(counts.negative_binomial(6, 0.5), four), 3),
            "kpw_ex9_60_P_gt400": lattice.beyond(neyman, 400),
            "kpw_ex9_60_normal": totals.normal_beyond(lattice.moments(neyman), 400),
        }
    )


@reaches("kpw_9_15_mean_k", "kpw_9_15_var_k2", "kpw_9_15_P0")
def test_loss_models_9_15():
    """Thousands: a death by accident, 30 %, pays double."""
    total = totals.total_of_persons(
        [
            (50, 0.01, lattice.of_amounts(25, [50, 100], [0.7, 0.3])),
            (25, 0.01, lattice.of_amounts(25, [75, 150], [0.7, 0.3])),
        ]
    )
    moments = lattice.moments(total)
    accept_rows(
        {
            "kpw_9_15_mean_k": moments.mean,
            "kpw_9_15_var_k2": moments.variance,
            "kpw_9_15_P0": total.chances[0],
        }
    )


EMPLOYEES = [  # benefit in thousands, chance of death in the year (Loss Models, table of example 9.16)
    (15, 0.00149),
    (16, 0.00142),
    (20, 0.00128),
    (28, 0.00122),
    (31, 0.00123),
    (18, 0.00353),
    (26, 0.00394),
    (24, 0.00484),
    (60, 0.02182),
    (14, 0.00050),
    (17, 0.00050),
    (19, 0.00054),
    (30, 0.00103),
    (55, 0.00479),
]


@reaches(
    "kpw_9_16_mean_k",
    "kpw_9_16_var_k2",
    "kpw_9_17_exact_P_loss",
    "kpw_9_17_normal",
    "kpw_9_17_lognormal",
    "kpw_9_17_exact_P0",
    "kpw_9_18_comp_poisson_P0",
)
def test_loss_models_employees():
    """A loss is a total above 1.45 times its mean."""
    total = totals.total_of_persons([(1, q, lattice.of_amounts(1, [b], [1])) for b, q in EMPLOYEES])
    moments = lattice.moments(total)
    premium = 1.45 * moments.mean
    deaths = sum(q for _, q in EMPLOYEES)
    benefits = lattice.of_amounts(1, [b for b, _ in EMPLOYEES], [q / deaths for _, q in EMPLOYEES])
    accept_rows(
        {
            "kpw_9_16_mean_k": moments.mean,
            "kpw_9_16_var_k2": moments.variance,
            "kpw_9_17_exact_P_loss": lattice.beyond(total, premium),
            "kpw_9_17_normal": totals.normal_beyond(moments, premium),
            "kpw_9_17_lognormal": Lognormal(moments.mean, moments.sd / moments.mean).beyond(premium),
            "kpw_9_17_exact_P0": total.chances[0],
            "kpw_9_18_comp_poisson_P0": totals.compound(counts.poisson(deaths), benefits).chances[0],
        }
    )


@reaches("hetero_mean", "hetero_var", "homog_same_mean_P_gt_30")
def test_members_of_three_kinds():
    total = lattice.moments(totals.total_of_persons([(120, 0.05, ONE), (60, 0.15, ONE), (20, 0.40, ONE)]))
    alike = totals.compound(counts.binomial(200, total.mean / 200), ONE)
    accept_rows(
        {
            "hetero_mean": total.mean,
            "hetero_var": total.variance,
            "homog_same_mean_P_gt_30": lattice.beyond(alike, 30),
        }
    )


# Loss Data Analytics, Bahnemann, actuar


class ParabolicLaw(stats.rv_continuous):
    """The density x (4 - x) / 9 between 0 and 3."""

    def _cdf(self, x):
        return (2 * x**2 - x**3 / 3) / 9


@reaches(
    "lda_3_4_4_group_health_capped",
    "lda_5_3_1_variance",
    "lda_5_3_4_normal_exceed150",
    "lda_5_3_5_pharmacy_normal",
    "lda_5_3_6_overtime_excess15",
    "lda_5_5_5_dental_mean",
    "lda_5_5_5_dental_variance",
    "lda_5_5_7_fleet",
)
def test_loss_data_analytics():
    """5.5.5: costs 50 % dearer, then a deductible of 100; 5.5.7: a fifth fewer claims."""
    accidents = lattice.payment_moments(Table((1, 2, 3), (1 / 2, 1 / 3, 1 / 6)))
    known = counts.compound_moments(raw(8, 3), raw(10_000, 3_937))
    pharmacy = counts.compound_moments(
        counts.poisson(25).moments, lattice.payment_moments(laws.OfScipy(stats.uniform(5, 90)))
    )
    overtime = totals.compound(counts.negative_binomial(1, 2), lattice.of_amounts(5, [5, 10, 20], [0.2, 0.3, 0.5]))
    layer = benefit(("deductible", 100))
    dental = counts.compound_moments(
        counts.negative_binomial(180, 5 / 3).moments,
        lattice.payment_moments(Table((60, 120, 180, 300), (0.25, 0.25, 0.25, 0.25)), layer),
    )
    accept_rows(
        {
            "lda_3_4_4_group_health_capped": laws.OfScipy(ParabolicLaw(a=0, b=3)()).limited(1),
            "lda_5_3_1_variance": counts.compound_moments(counts.poisson(12).moments, accidents).variance,
            "lda_5_3_4_normal_exceed150": totals.normal_beyond(known, 1.5 * known.mean),
            "lda_5_3_5_pharmacy_normal": totals.normal_beyond(pharmacy, 2_000),
            "lda_5_3_6_overtime_excess15": lattice.stop_loss(overtime, 15),
            "lda_5_5_5_dental_mean": dental.mean,
            "lda_5_5_5_dental_variance": dental.variance,
            "lda_5_5_7_fleet": contributions.pure_premium(0.8 * 20, expected_payment(exponential(200), layer)),
        }
    )


@reaches("bahnemann_4_1_mean", "bahnemann_4_1_P300", *(f"bahnemann_4_2_F{x}" for x in (1_000, 3_000, 8_000)))
def test_bahnemann():
    small = totals.compound(
        counts.of_chances([0.6, 0.3, 0.1]), lattice.of_amounts(100, [100, 200, 300], [0.4, 0.5, 0.1])
    )
    total = laws.total_of_gammas(counts.poisson(2.5), gamma_of(3, 400))
    accept_rows(
        {"bahnemann_4_1_mean": lattice.moments(small).mean, "bahnemann_4_1_P300": lattice.chance(small, 300)}
        | {f"bahnemann_4_2_F{x}": total.below(x) for x in (1_000, 3_000, 8_000)}
    )


@reaches(
    *(f"{measure}{level}" for measure in ("actuar_VaR", "actuar_TVaR") for level in (90, 95, 99)),
    *(f"expsev_F{x}" for x in (200, 300, 500)),
    "kpw_ex9_39_F300",
    "kpw_ex9_59_P_max_benefit",
)
def test_totals_of_gamma_costs():
    total = laws.total_of_gammas(counts.poisson(10), gamma_of(2, 1))
    visits = laws.total_of_gammas(counts.poisson(25), exponential(12))
    values = {f"expsev_F{x}": visits.below(x) for x in (200, 300, 500)}
    for level in (90, 95, 99):
        values[f"actuar_VaR{level}"] = laws.value_at_risk(total, level / 100)
        values[f"actuar_TVaR{level}"] = laws.tail_value_at_risk(total, level / 100)
    values["kpw_ex9_39_F300"] = laws.total_of_gammas(counts.binomial(3, 0.4), exponential(100)).below(300)
    year = laws.total_of_gammas(counts.poisson(5), gamma_of(0.5, 2_500))
    values["kpw_ex9_59_P_max_benefit"] = year.beyond(20_000)
    accept_rows(values)


@reaches(
    *(f"actuar_pmf_at_{x}" for x in (0, 5, 18, 30, 49.5)),
    "actuar_discrete_F_41",
    *(f"actuar_discrete_CTE_above_{x}" for x in (30.5, 34, 41)),
)
def test_actuar_discretized():
    """Step 0.5 to 22, the mean kept. There the costs above 22 are left out (6e-9 of them, here at 22), and the totals
    beyond the first point at which all but 1e-6 are counted; so they are here.
    """
    cost = gamma_of(2, 1)
    severity = lattice.discretised(cost, 0.5, points=45)
    severity.chances[-1] -= cost.beyond(22)
    total = totals.panjer(counts.poisson(10), severity, 300)
    last = np.searchsorted(np.cumsum(total.chances), 1 - 1e-6)
    total = lattice.Lattice(0.5, total.chances[: last + 1])
    values = {f"actuar_pmf_at_{x}": lattice.chance(total, x) for x in (0, 5, 18, 30, 49.5)}
    values["actuar_discrete_F_41"] = lattice.below(total, 41)
    for x in (30.5, 34, 41):
        values[f"actuar_discrete_CTE_above_{x}"] = x + lattice.stop_loss(total, x) / lattice.beyond(total, x)
    assert lattice.value_at_risk(total, np.array([0.9, 0.95, 0.99])).tolist() == [30.5, 34, 41]
    accept_rows(values, 1e-6)


# Numbers and largest costs


@reaches("largest_claim_median", "largest_claim_mean", "hh_P_no_claim", "hh_max_claims_100_households_mean")
def test_largest_costs_and_households():
    year = counts.poisson(300)
    household = counts.mixed(
        [0.08, 0.10, 0.14, 0.18, 0.18, 0.14, 0.10, 0.08], [counts.poisson(0.5 * size) for size in range(1, 9)]
    )
    claims = totals.compound(household, ONE)
    values = {
        "largest_claim_median": laws.largest_quantile(0.5, year, exponential(50)),
        "largest_claim_mean": laws.largest_mean(year, exponential(50)),
        "hh_P_no_claim": household.generating(0),
        "hh_max_claims_100_households_mean": (1 - lattice.below(claims, claims.amounts) ** 100).sum(),
    }
    accept_rows(values)


# Margins, and how many are needed


@reaches(
    "dror_required_claims_100_p10",
    *(f"dror_insolvency_if_p{p}" for p in (15, 20)),
    *(f"dror_insolvency_1000_if_p{p}" for p in (11, 12, 15)),
    *(f"dror_60pct_over_{way}_{members}" for way in ("normal", "exact") for members in (100, 1_000)),
)
def test_dror_reinsurance_of_small_groups():
    """Priced at 10 % for an insolvency of 5 % by the normal law, when the chance is another one."""
    priced = {members: totals.normal_quantile(counts.binomial(members, 0.1).moments, 0.95) for members in (100, 1_000)}
    values = {"dror_required_claims_100_p10": priced[100]}
    for members, name, chances in ((100, "if", (15, 20)), (1_000, "1000_if", (11, 12, 15))):
        for p in chances:
            actual = counts.binomial(members, p / 100).moments
            values[f"dror_insolvency_{name}_p{p}"] = totals.normal_beyond(actual, priced[members])
    for members in (100, 1_000):
        number = counts.binomial(members, 0.02)
        most = 1.6 * number.moments.mean
        values[f"dror_60pct_over_normal_{members}"] = totals.normal_beyond(number.moments, most)
        values[f"dror_60pct_over_exact_{members}"] = lattice.beyond(totals.compound(number, ONE), most - 1e-6)
    accept_rows(values)


EVENTS = [(0.02, 100), (0.02, 300), (0.02, 5_000), (0.1, 100), (0.1, 1_000), (0.1, 5_000)]
EVENTS += [(0.3, 100), (0.3, 300), (0.3, 1_000)]


@reaches(*(f"loading95_{way}_q{q}_N{members}" for way in ("np2", "exact") for q, members in EVENTS))
def test_safety_loading():
    """The whole number of claims to fund, and the normal-power quantile, over their mean; `test_golden` has the normal
    one.
    """
    values = {}
    for q, members in EVENTS:
        number = counts.binomial(members, q)
        mean, claims = number.moments.mean, totals.compound(number, ONE)
        values[f"loading95_np2_q{q}_N{members}"] = totals.normal_power_quantile(number.moments, 0.95) / mean - 1
        values[f"loading95_exact_q{q}_N{members}"] = lattice.value_at_risk(claims, 0.95) / mean - 1
    accept_rows(values)


@reaches(*(f"np2_quantile_skew0.5_{tail}" for tail in (0.05, 0.01, 0.001)), "np2_cdf_x2_skew0.5")
def test_normal_power():
    standard = Moments(0, 1, 0.5)
    accept_rows(
        {f"np2_quantile_skew0.5_{t}": totals.normal_power_quantile(standard, 1 - t) for t in (0.05, 0.01, 0.001)}
        | {"np2_cdf_x2_skew0.5": totals.normal_power_below(standard, 2)}
    )


@reaches("minN95_exact_flat_th0.1_lam0.3", *(f"runs_for_10pct_halfwidth_p{p}" for p in (0.05, 0.01, 0.001)))
def test_how_many_are_needed():
    accept(
        judge_exactly("minN95_exact_flat_th0.1_lam0.3", contributions.members_for_margin(0.1, 0.95, 0.3)),
        *(judge_exactly(f"runs_for_10pct_halfwidth_p{p}", worlds_needed(p, 0.1)) for p in (0.05, 0.01, 0.001)),
    )


@reaches(
    "zero_ruins_upper95_n1000",
    "zero_ruins_upper95_n10000",
    "cp_low_37_1000",
    "coverage_clopper_pearson_p0.01_n300",
    "quantile_ci_low_rank_99_n2000",
    "quantile_ci_high_rank_99_n2000",
)
def test_intervals():
    """A one-sided bound at 95 % is the upper end of an interval at 90 %."""
    covers = [
        proportion_interval(events, 300)[0] <= 0.01 <= proportion_interval(events, 300)[1] for events in range(301)
    ]
    low, high = quantile_interval(np.arange(1, 2_001), 0.99)
    accept_rows(
        {
            "zero_ruins_upper95_n1000": proportion_interval(0, 1_000, 0.9)[1],
            "zero_ruins_upper95_n10000": proportion_interval(0, 10_000, 0.9)[1],
            "cp_low_37_1000": proportion_interval(37, 1_000)[0],
            "coverage_clopper_pearson_p0.01_n300": stats.binom.pmf(np.flatnonzero(covers), 300, 0.01).sum(),
            "quantile_ci_low_rank_99_n2000": low,
            "quantile_ci_high_rank_99_n2000": high,
        }
    )


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
    """The rows that `test_oracles` reaches through a scenario: 1e-4, for their own two steps differ by 6e-5; where a
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


# The rows themselves

IN_GOLDEN = ("lev_", "loading95_normal_", "lda_3_4_1_", "lda_3_4_5_", "year_ceiling_exp", "max_two_visits")


def in_golden(row):
    """Whether a test of `test_golden` reaches the row."""
    return row.startswith(IN_GOLDEN) or (row.startswith("minN") and "exact" not in row)


def test_every_function_row_is_reached():
    """Each row that is to be reached by the product's own mathematics has one test: here, or in `test_golden`."""
    function = {row["name"] for row in rows("values.csv") if row["through"] == "function"}
    golden, marked = {row for row in function if in_golden(row)}, function & set(REACHED_BY)
    assert not golden & marked and golden | marked == function
    assert len(function) == 275
    assert math.isfinite(sum(EXPECTED[row] for row in function))
