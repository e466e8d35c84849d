"""What bills cost under a benefit, by formula: limited expected values of many laws."""

import math
from datetime import date

import numpy as np
from scipy import stats

from mho_sim.actuarial import contributions, costs, counts, lattice, laws, totals
from mho_sim.actuarial.costs import (
    Gamma,
    Layer,
    Lognormal,
    benefit,
    chance_of_payment,
    expected_payment,
    exponential,
)
from mho_sim.actuarial.laws import OfScipy
from mho_sim.verification.cases.sources import LOSS_DATA, LOSS_MODELS
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_exactly, judge_relative, judge_rows, judge_same
from mho_sim.verification.oracles import EXPECTED

PRICES = Chapter(
    "prices",
    "What does a benefit cost? By formula",
    "The price of a benefit is the mean of what is paid of bills small and large, not the mean bill cut at the "
    "ceiling. `price` and the exact answers rest on these formulas; they are compared with textbooks, with numerical "
    "integration, and with the same plans lived by the engine above.",
)
ONE = lattice.of_amounts(1, [1], [1])


@PRICES.case(
    "Deductible, franchise and limit (chapter 8)",
    rows=(
        "kpw_8_1_per_loss",
        "kpw_8_1_per_payment",
        "kpw_8_2_franchise_per_loss",
        "kpw_8_2_franchise_per_payment",
        "kpw_8_3_LER",
        "kpw_8_4_LER_after_10pct_inflation",
        "kpw_8_5_limit3000",
        "kpw_8_5_limit3000_inflated",
    ),
    source=LOSS_MODELS,
)
def loss_models_deductible_and_limit():
    """What is paid a loss and a payment, and what a deductible saves before and after inflation."""
    cost, dearer = laws.Pareto.of_shape(3, 2_000), laws.Pareto.of_shape(3, 2_200)
    layer = benefit(("deductible", 500))
    share = chance_of_payment(cost, layer)
    return judge_rows(
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


@PRICES.case(
    "Limit, deductible and coinsurance (example 9.14)",
    rows=(
        "kpw_9_14_mean",
        "kpw_9_14_variance",
        "kpw_9_14_P0",
    ),
    source=LOSS_MODELS,
)
def loss_models_9_14():
    """Three claims a year, of which 75 % of the part between 6 and 24 is paid."""
    cost, layer = laws.Pareto.of_shape(4, 10), Layer(share=0.75, above=6, up_to=24)
    losses = counts.poisson(3)
    total = counts.compound_moments(losses.moments, lattice.payment_moments(cost, layer))
    payments = counts.thinned(losses, chance_of_payment(cost, layer))
    return judge_rows(
        {
            "kpw_9_14_mean": total.mean,
            "kpw_9_14_variance": total.variance,
            "kpw_9_14_P0": payments.generating(0),
        }
    )


@PRICES.case(
    "Claims above a deductible (exercise 9.63)",
    rows=(
        "kpw_ex9_63_mean",
        "kpw_ex9_63_variance",
        "kpw_ex9_63_beta_payments",
    ),
    source=LOSS_MODELS,
)
def loss_models_9_63():
    """A negative binomial number of gamma bills, deductible 50, limit 175."""
    cost, layer, losses = Gamma(200, 2**-0.5), Layer(above=50, up_to=175), counts.negative_binomial(2, 1.5)
    total = counts.compound_moments(losses.moments, lattice.payment_moments(cost, layer))
    payments = counts.thinned(losses, chance_of_payment(cost, layer)).moments
    return judge_rows(
        {
            "kpw_ex9_63_mean": total.mean,
            "kpw_ex9_63_variance": total.variance,
            "kpw_ex9_63_beta_payments": payments.variance / payments.mean - 1,
        }
    )


@PRICES.case(
    "The dearest bill, the household with most claims",
    rows=(
        "largest_claim_median",
        "largest_claim_mean",
        "hh_P_no_claim",
        "hh_max_claims_100_households_mean",
    ),
)
def largest_costs_and_households():
    """Order statistics: what one bill, or one household, can do to a small fund."""
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
    return judge_rows(values)


LAWS = {
    "lognormal_m50_cv1.5": Lognormal(50, 1.5),
    "gamma_a0.7_m50": Gamma(50, 0.7**-0.5),
    "exp_m50": exponential(50),
    "weibull_k0.8_m50": OfScipy(stats.weibull_min(0.8, scale=50 / math.gamma(1 + 1 / 0.8))),
}
DEDUCTIBLE, COPAY, CEILING = ("deductible", 10), ("copay", 0.2), ("ceiling", 200)
PLANS = {
    "ded_copay_then_ceiling": (DEDUCTIBLE, COPAY, CEILING),
    "ceiling_before_copay": (DEDUCTIBLE, CEILING, COPAY),
    "copay_before_ded": (COPAY, DEDUCTIBLE, CEILING),
    "ceiling_on_cost": (CEILING, DEDUCTIBLE, COPAY),
}


def rows_of(prefix):
    """Names of the rows that begin so."""
    return [row for row in EXPECTED if row.startswith(prefix)]


@PRICES.case("The mean of bills cut at a limit, for four laws", rows=rows_of("lev_"))
def limited_means():
    """Lognormal, gamma, exponential and Weibull bills of mean 50."""
    cut = [(row, *row.removeprefix("lev_").rsplit("_", 1)) for row in rows_of("lev_")]
    return judge_rows({row: LAWS[law].limited(float(limit)) for row, law, limit in cut})


@PRICES.case("Four orders of steps, by formula as well", rows=rows_of("plan_"))
def plans():
    """Deductible 10, copayment 20 %, ceiling 200: what the first chapters obtain claim by claim."""
    return judge_rows({row: _of_plan(row) for row in rows_of("plan_")})


def _of_plan(row):
    """What a row plan_<law>_<order or statistic> should be."""
    law = next(law for law in LAWS if law in row)
    statistic = row.removeprefix(f"plan_{law}_")
    usual = benefit(*PLANS["ded_copay_then_ceiling"])
    if statistic == "sd_per_claim":
        return costs.sd_of_payment(LAWS[law], usual)
    if statistic == "P_any_payment":
        return chance_of_payment(LAWS[law], usual)
    return expected_payment(LAWS[law], benefit(*PLANS[statistic]))


@PRICES.case(
    "Payments above a deductible, and inflation",
    rows=("lda_3_4_1_variance", "lda_3_4_5_inflation_cost_per_payment"),
    source=LOSS_DATA,
)
def lda_3_4_payments_above_a_deductible():
    """The variance of what is paid, and what 5 % inflation adds to the cost per payment: less than 5 %, since the limit
    stays.
    """
    layer = benefit(("deductible", 100), ("ceiling", 500))
    before, after = (
        expected_payment(law, layer) / chance_of_payment(law, layer) for law in (exponential(1_000), exponential(1_050))
    )
    return judge_rows(
        {
            "lda_3_4_1_variance": costs.sd_of_payment(exponential(1_000), benefit(("deductible", 100))) ** 2,
            "lda_3_4_5_inflation_cost_per_payment": after / before - 1,
        }
    )


@PRICES.case(
    "Limits of a year: so many visits, so much money",
    rows=("payments_poisson_mean", "max_two_visits", "year_ceiling_exp", "year_ceiling_exp_P_hit"),
)
def limits_of_a_year():
    """Of a Poisson number of visits two at most; a yearly ceiling of 50 on 1.2 claims of mean 20, of which n together
    are gamma of mean 20 n and shape n.
    """
    numbers = np.arange(1, 60)
    years = [Gamma(20 * n, n**-0.5) for n in numbers]
    chances = stats.poisson.pmf(numbers, 1.2)
    return judge_rows(
        {
            "payments_poisson_mean": 1.4 * chance_of_payment(Lognormal(50, 1.5), benefit(DEDUCTIBLE)),
            "max_two_visits": 7 * costs.expected_first_of_poisson(2.5, 2),
            "year_ceiling_exp": np.dot(chances, [year.limited(50) for year in years]),
            "year_ceiling_exp_P_hit": np.dot(chances, [year.beyond(50) for year in years]),
        }
    )


@PRICES.case(
    "Ceilings of a household, by formula as well",
    rows=[
        *(f"hh_{what}_cap{cap}" for what in ("paid_size8", "expected_paid") for cap in (2, 4)),
        "hh_paid_percapita_ratio_8_to_1_cap3",
    ],
)
def ceilings_of_a_household():
    """A flat benefit of 20, at most so many claims a household and year, 0.5 claims a person."""
    sizes, shares = np.arange(1, 9), [0.08, 0.10, 0.14, 0.18, 0.18, 0.14, 0.10, 0.08]
    values = {}
    for cap in (2, 4):
        paid = 20 * costs.expected_first_of_poisson(0.5 * sizes, cap)
        values |= {f"hh_paid_size8_cap{cap}": paid[-1], f"hh_expected_paid_cap{cap}": paid @ shares}
    eight, alone = costs.expected_first_of_poisson(4, 3) / 8, costs.expected_first_of_poisson(0.5, 3)
    return judge_rows(values | {"hh_paid_percapita_ratio_8_to_1_cap3": eight / alone})


@PRICES.case("Waiting periods, by formula as well", rows=rows_of("wait_"))
def waiting_periods():
    """0.6 illnesses a year, or a delivery with probability 0.12, in what the waiting period leaves of 12 months."""
    values = {f"wait_{months}m_first_year_claims": 0.6 * costs.first_year_share(months) for months in (0, 1, 3)}
    left = costs.first_year_share(3)
    return judge_rows(
        values
        | {
            "wait_3m_P_no_covered_claim": math.exp(-0.6 * left),
            "wait_9m_delivery": 0.12 * costs.first_year_share(9),
            "wait_3m_two_years_continuous": 0.6 * (left + 1),
            "wait_3m_two_years_after_break": 0.6 * 2 * left,
        }
    )


@PRICES.case(
    "Parts of a sum, days of cover, by formula as well",
    rows=(
        "split_100_by_3_cents_first",
        "split_100_by_7_cents_sum",
        "prorata_days_2023_03_15",
        "prorata_days_2024_02_29_to_2025_02_28",
    ),
)
def shares_and_days():
    """Largest remainder, among equals the first; both ends of a period of cover are counted, in a leap year too."""
    sevenths = contributions.split(10_000, [1] * 7)
    return [
        judge_exactly("split_100_by_3_cents_first", contributions.split(10_000, [1] * 3)[0]),
        judge_same("the three parts", contributions.split(10_000, [1] * 3), [3_334, 3_333, 3_333]),
        judge_exactly("split_100_by_7_cents_sum", sum(sevenths)),
        judge_same("the seven parts", sevenths, [1_429] * 4 + [1_428] * 3),
        judge_exactly("prorata_days_2023_03_15", contributions.days_of_cover(date(2023, 3, 15), date(2023, 12, 31))),
        judge_exactly(
            "prorata_days_2024_02_29_to_2025_02_28",
            contributions.days_of_cover(date(2024, 2, 29), date(2025, 2, 28)),
        ),
    ]


@PRICES.case(
    "Contribution and cost that grow apart; a subsidy",
    rows=("first_loss_year_index", "ten_year_result_per_member", "break_even_contribution_with_subsidy"),
)
def years_of_results():
    """A contribution of 24 that grows by 3 % a year against a cost of 20 that grows by 6 %: good years hide the loss to
    come. And 300 claims of 20 with a loading of 15 %, running costs 800, a subsidy of 1,000, 250 who pay.
    """
    results = contributions.yearly_results(24, 0.03, 20, 0.06, 20)
    needed = contributions.break_even_contribution(
        contributions.loaded_on_net(300 * 20, 0.15), running_costs=800, support=1_000, payers=250
    )
    return [
        judge_exactly("first_loss_year_index", contributions.first_loss_year(results)),
        judge_relative("ten_year_result_per_member", results[:10].sum()),
        judge_same("the first seven years have no loss", contributions.first_loss_year(results[:7]), None),
        judge_relative("break_even_contribution_with_subsidy", needed),
    ]
