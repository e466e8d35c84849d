"""Totals of random numbers of random bills, by formula: textbooks, and an R package."""

import numpy as np
from scipy import stats

from mho_sim.actuarial import contributions, counts, lattice, laws, totals
from mho_sim.actuarial.costs import (
    Gamma,
    Lognormal,
    Table,
    benefit,
    excess,
    expected_payment,
    exponential,
    fixed,
)
from mho_sim.actuarial.counts import Moments
from mho_sim.verification.cases.sources import ACTUAR, BAHNEMANN, LOSS_DATA, LOSS_MODELS
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import NUMERICAL, judge_rows, judge_same

LAWS = Chapter(
    "laws",
    "What does a year cost? Totals by formula",
    "Where the law of a year's claims is closed, the program does not simulate it: it works it out, by fast Fourier "
    "transform or by the recursion of Panjer. The worked examples of the textbooks that actuaries learn from are the "
    "proof.",
)
ONE = lattice.of_amounts(1, [1], [1])


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


class ParabolicLaw(stats.rv_continuous):
    """The density x (4 - x) / 9 between 0 and 3."""

    def _cdf(self, x):
        return (2 * x**2 - x**3 / 3) / 9


def gamma_of(shape, scale):
    """A gamma law by its shape and scale."""
    return Gamma(shape * scale, shape**-0.5)


def raw(mean, sd):
    """Moments of which the third is not wanted."""
    return Moments(mean, sd**2)


@LAWS.case(
    "Totals from their moments (examples 9.3, 9.4)",
    rows=(
        "kpw_9_3_mean",
        "kpw_9_3_sd",
        "kpw_9_4_normal_exceed_140pct",
        "kpw_9_4_lognormal_exceed_140pct",
    ),
    source=LOSS_MODELS,
)
def loss_models_9_3():
    """From the moments of number and bill alone: how often the total is above 1.4 times its mean."""
    total = counts.compound_moments(raw(6.7, 2.3), raw(179_247, 52_141))
    return judge_rows(
        {
            "kpw_9_3_mean": total.mean,
            "kpw_9_3_sd": total.sd,
            "kpw_9_4_normal_exceed_140pct": totals.normal_beyond(total, 1.4 * total.mean),
            "kpw_9_4_lognormal_exceed_140pct": Lognormal(total.mean, total.sd / total.mean).beyond(1.4 * total.mean),
        }
    )


@LAWS.case(
    "Dental claims of families (examples 9.5, 9.6)",
    rows=(
        "kpw_9_5_dental_mean",
        "kpw_9_5_dental_sd",
        "kpw_9_5_dental_P0",
        "kpw_9_6_dental_F_12units",
        *(f"kpw_9_6_dental_stoploss_{d}" for d in (25, 50, 100)),
    ),
    source=LOSS_MODELS,
)
def loss_models_dental():
    """Families of 0 to 8 persons, each with one claim; and what an insurer pays above a deductible of the year."""
    persons = counts.of_chances([0.05, 0.10, 0.15, 0.20, 0.25, 0.15, 0.06, 0.03, 0.01])
    costs = [0.15, 0.2, 0.25, 0.125, 0.075, 0.05, 0.05, 0.05, 0.025, 0.025]
    total = totals.compound(persons, lattice.of_amounts(25, 25 * np.arange(1, 11), costs))
    moments = lattice.moments(total)
    return judge_rows(
        {
            "kpw_9_5_dental_mean": moments.mean,
            "kpw_9_5_dental_sd": moments.sd,
            "kpw_9_5_dental_P0": total.chances[0],
            "kpw_9_6_dental_F_12units": lattice.below(total, 12 * 25),
        }
        | {f"kpw_9_6_dental_stoploss_{d}": lattice.stop_loss(total, d) for d in (25, 50, 100)}
    )


@LAWS.case(
    "Four exercises (9.19, 9.23, 9.31, 9.34)",
    rows=(
        "kpw_ex9_19_P_ratio_gt3",
        "kpw_ex9_23_P_gt100",
        "kpw_ex9_31_excess100_per_claim",
        "kpw_ex9_34_P600",
    ),
    source=LOSS_MODELS,
)
def loss_models_small_exercises():
    """9.19: total above three times its mean; 9.23: normal costs, of which n are normal; 9.31: two uniform kinds."""
    total = totals.compound(counts.of_chances([0.5, 0.4, 0, 0.1]), lattice.of_amounts(1, [1, 10], [0.9, 0.1]))
    normal = laws.Mixture(
        (0.5, 0.2, 0.2, 0.1),
        (fixed(0.0), *(laws.OfScipy(stats.norm(100 * n, 3 * n**0.5)) for n in (1, 2, 3))),
    )
    kinds = laws.Mixture((0.4, 0.6), (laws.OfScipy(stats.uniform(0, 1_000)), laws.OfScipy(stats.uniform(0, 200))))
    hundreds = lattice.of_amounts(100, [100, 500, 1_000], [0.8, 0.16, 0.04])
    return judge_rows(
        {
            "kpw_ex9_19_P_ratio_gt3": lattice.beyond(total, 3 * lattice.moments(total).mean),
            "kpw_ex9_23_P_gt100": normal.beyond(100),
            "kpw_ex9_31_excess100_per_claim": excess(kinds, 100),
            "kpw_ex9_34_P600": lattice.chance(totals.compound(counts.poisson(5), hundreds), 600),
        }
    )


@LAWS.case(
    "Moments of totals (exercises 9.35, 9.36, 9.40)",
    rows=(
        "kpw_ex9_35_normal_premium95",
        "kpw_ex9_36_variance",
        "kpw_ex9_40_mean_k",
        "kpw_ex9_40_sd_k",
    ),
    source=LOSS_MODELS,
)
def loss_models_moments():
    """A Burr law of gamma 1 is a Pareto law."""
    uniform = lattice.payment_moments(laws.OfScipy(stats.uniform(0, 8)))
    doctors = counts.compound_moments(counts.negative_binomial(16, 6).moments, uniform)
    burr = lattice.payment_moments(laws.Pareto.of_shape(3, 2), third=False)
    three = counts.sum_of_moments(
        counts.compound_moments(counts.poisson(claims).moments, Moments(amount, 0, 0))
        for claims, amount in ((50, 10), (60, 20), (30, 40))
    )
    return judge_rows(
        {
            "kpw_ex9_35_normal_premium95": totals.normal_quantile(doctors, 0.95),
            "kpw_ex9_36_variance": counts.compound_moments(counts.poisson(3).moments, burr).variance,
            "kpw_ex9_40_mean_k": three.mean,
            "kpw_ex9_40_sd_k": three.sd,
        }
    )


@LAWS.case(
    "Totals of whole amounts (9.9, 9.57, 9.58, 9.60)",
    rows=(
        "kpw_9_9_P2",
        "kpw_ex9_57_F3",
        "kpw_ex9_58_F3",
        "kpw_ex9_60_P_gt400",
        "kpw_ex9_60_normal",
    ),
    source=LOSS_MODELS,
)
def loss_models_on_a_lattice():
    """Sums of two totals, negative binomial numbers, and numbers of numbers (Neyman)."""
    two, one = lattice.of_amounts(1, [1, 2], [0.6, 0.4]), lattice.of_amounts(1, [1, 3], [0.7, 0.3])
    both = totals.sum_of(totals.compound(counts.poisson(2), two), totals.compound(counts.poisson(1), one))
    four = lattice.of_amounts(1, [1, 2, 3, 4], [0.4, 0.3, 0.2, 0.1])
    neyman = totals.compound(
        counts.stopped(counts.poisson(10), counts.poisson(4)), lattice.of_amounts(5, [5, 10], [0.75, 0.25])
    )
    return judge_rows(
        {
            "kpw_9_9_P2": lattice.chance(both, 2),
            "kpw_ex9_57_F3": lattice.below(totals.compound(counts.poisson(3), four), 3),
            "kpw_ex9_58_F3": lattice.below(totals.compound(counts.negative_binomial(6, 0.5), four), 3),
            "kpw_ex9_60_P_gt400": lattice.beyond(neyman, 400),
            "kpw_ex9_60_normal": totals.normal_beyond(lattice.moments(neyman), 400),
        }
    )


@LAWS.case(
    "Deaths, accidents paid double (example 9.15)",
    rows=(
        "kpw_9_15_mean_k",
        "kpw_9_15_var_k2",
        "kpw_9_15_P0",
    ),
    source=LOSS_MODELS,
)
def loss_models_9_15():
    """Thousands: a death by accident, 30 %, pays double."""
    total = totals.total_of_persons(
        [
            (50, 0.01, lattice.of_amounts(25, [50, 100], [0.7, 0.3])),
            (25, 0.01, lattice.of_amounts(25, [75, 150], [0.7, 0.3])),
        ]
    )
    moments = lattice.moments(total)
    return judge_rows(
        {
            "kpw_9_15_mean_k": moments.mean,
            "kpw_9_15_var_k2": moments.variance,
            "kpw_9_15_P0": total.chances[0],
        }
    )


@LAWS.case(
    "Fourteen employees (examples 9.16 to 9.18)",
    rows=(
        "kpw_9_16_mean_k",
        "kpw_9_16_var_k2",
        "kpw_9_17_exact_P_loss",
        "kpw_9_17_normal",
        "kpw_9_17_lognormal",
        "kpw_9_17_exact_P0",
        "kpw_9_18_comp_poisson_P0",
    ),
    source=LOSS_MODELS,
)
def loss_models_employees():
    """A loss is a total above 1.45 times its mean."""
    total = totals.total_of_persons([(1, q, lattice.of_amounts(1, [b], [1])) for b, q in EMPLOYEES])
    moments = lattice.moments(total)
    premium = 1.45 * moments.mean
    deaths = sum(q for _, q in EMPLOYEES)
    benefits = lattice.of_amounts(1, [b for b, _ in EMPLOYEES], [q / deaths for _, q in EMPLOYEES])
    return judge_rows(
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


@LAWS.case(
    "Members of three kinds, and members all alike",
    rows=(
        "hetero_mean",
        "hetero_var",
        "homog_same_mean_P_gt_30",
    ),
)
def members_of_three_kinds():
    """200 members of different risk have a smaller spread than 200 alike of the same mean risk."""
    total = lattice.moments(totals.total_of_persons([(120, 0.05, ONE), (60, 0.15, ONE), (20, 0.40, ONE)]))
    alike = totals.compound(counts.binomial(200, total.mean / 200), ONE)
    return judge_rows(
        {
            "hetero_mean": total.mean,
            "hetero_var": total.variance,
            "homog_same_mean_P_gt_30": lattice.beyond(alike, 30),
        }
    )


@LAWS.case(
    "Eight examples of the open textbook",
    rows=(
        "lda_3_4_4_group_health_capped",
        "lda_5_3_1_variance",
        "lda_5_3_4_normal_exceed150",
        "lda_5_3_5_pharmacy_normal",
        "lda_5_3_6_overtime_excess15",
        "lda_5_5_5_dental_mean",
        "lda_5_5_5_dental_variance",
        "lda_5_5_7_fleet",
    ),
    source=LOSS_DATA,
)
def loss_data_analytics():
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
    return judge_rows(
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


@LAWS.case(
    "Two examples of a casualty monograph",
    rows=(
        "bahnemann_4_1_mean",
        "bahnemann_4_1_P300",
        *(f"bahnemann_4_2_F{x}" for x in (1_000, 3_000, 8_000)),
    ),
    source=BAHNEMANN,
)
def bahnemann():
    """A small total by enumeration, and a Poisson number of gamma bills."""
    small = totals.compound(
        counts.of_chances([0.6, 0.3, 0.1]), lattice.of_amounts(100, [100, 200, 300], [0.4, 0.5, 0.1])
    )
    total = laws.total_of_gammas(counts.poisson(2.5), gamma_of(3, 400))
    return judge_rows(
        {"bahnemann_4_1_mean": lattice.moments(small).mean, "bahnemann_4_1_P300": lattice.chance(small, 300)}
        | {f"bahnemann_4_2_F{x}": total.below(x) for x in (1_000, 3_000, 8_000)}
    )


@LAWS.case(
    "Totals of gamma bills, and their tails",
    rows=(
        *(f"{measure}{level}" for measure in ("actuar_VaR", "actuar_TVaR") for level in (90, 95, 99)),
        *(f"expsev_F{x}" for x in (200, 300, 500)),
        "kpw_ex9_39_F300",
        "kpw_ex9_59_P_max_benefit",
    ),
    source=ACTUAR,
)
def totals_of_gamma_costs():
    """Sums of gamma bills are gamma: no discretization is needed, and the tail is exact."""
    total = laws.total_of_gammas(counts.poisson(10), gamma_of(2, 1))
    visits = laws.total_of_gammas(counts.poisson(25), exponential(12))
    values = {f"expsev_F{x}": visits.below(x) for x in (200, 300, 500)}
    for level in (90, 95, 99):
        values[f"actuar_VaR{level}"] = laws.value_at_risk(total, level / 100)
        values[f"actuar_TVaR{level}"] = laws.tail_value_at_risk(total, level / 100)
    values["kpw_ex9_39_F300"] = laws.total_of_gammas(counts.binomial(3, 0.4), exponential(100)).below(300)
    year = laws.total_of_gammas(counts.poisson(5), gamma_of(0.5, 2_500))
    values["kpw_ex9_59_P_max_benefit"] = year.beyond(20_000)
    return judge_rows(values)


@LAWS.case(
    "The same on a grid, by the recursion of Panjer",
    rows=(
        *(f"actuar_pmf_at_{x}" for x in (0, 5, 18, 30, 49.5)),
        "actuar_discrete_F_41",
        *(f"actuar_discrete_CTE_above_{x}" for x in (30.5, 34, 41)),
    ),
    source=ACTUAR,
)
def actuar_discretized():
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
    on_grid = lattice.value_at_risk(total, np.array([0.9, 0.95, 0.99]))
    return [
        *judge_rows(values, NUMERICAL),
        judge_same("VaR at 90, 95 and 99 % on the grid", on_grid, [30.5, 34.0, 41.0]),
    ]
