"""Trouble of funds within a finite time, by formula."""

from fractions import Fraction

import numpy as np

from mho_sim.actuarial import counts, funds, lattice, reinsurance, totals
from mho_sim.actuarial.costs import exponential
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_exactly, judge_relative, judge_rows, judge_that
from mho_sim.verification.oracles import EXPECTED

TROUBLE = Chapter(
    "trouble",
    "Does the money last? Funds by formula",
    "The same funds as in the first chapter, by an exact recursion that shares no line with the engine: two ways to "
    "the same chance. Here also what must be asked of members, or kept in reserve, to the unit.",
)
FLAT = lattice.of_amounts(36, [36], [1])
THREE = lattice.of_amounts(2, [2, 10, 80], [0.70, 0.25, 0.05])
INTEGERS = {"flat1": (1.2, [1.0]), "one_to_four": (2.22, [0.5, 0.25, 0.15, 0.1])}


def years(number, rate=60, severity=FLAT):
    """Laws of the claims of so many years."""
    return funds.poisson_claims([1] * number, rate, severity)


@TROUBLE.case(
    "The contribution that 95, or 99, of 100 funds need",
    rows=(
        "fund_contribution_needed_3y_0.05",
        "fund_contribution_needed_3y_0.01",
    ),
)
def contribution_needed():
    """To the hundredth, one hundredth less being too little."""
    figures = []
    for target in (0.05, 0.01):
        needed = funds.contribution_needed(target, 360, [200] * 3, years(3), unit=0.01)
        less = funds.trouble_by_date(360, [200 * (needed - 0.01)] * 3, years(3))[-1]
        figures += [
            judge_relative(f"fund_contribution_needed_3y_{target}", needed),
            judge_that(f"one hundredth less is too little for {target:.0%}", less > target),
        ]
    return figures


@TROUBLE.case(
    "The reserve that is needed, by formula as well",
    rows=("fund_reserve_needed_3y_0.05", "fund_reserve_needed_3y_0.01"),
)
def reserve_needed_by_formula():
    """To the unit, one unit less being too little."""
    figures = []
    for target in (0.05, 0.01):
        needed = funds.reserve_needed(target, [2_400] * 3, years(3))
        less = funds.trouble_by_date(needed - 1, [2_400] * 3, years(3))[-1]
        figures += [
            judge_exactly(f"fund_reserve_needed_3y_{target}", needed),
            judge_that(f"one unit less is too little for {target:.0%}", less > target),
        ]
    return figures


@TROUBLE.case(
    "Funds of the first chapter, by formula as well",
    rows=(
        *(f"fund_annual_advance_{year}y" for year in (1, 3, 5)),
        *(f"fund_ruin_by_year_{year}" for year in (1, 2, 5, 10)),
        *(f"fund_monthly_advance_{year}y" for year in (1, 5)),
        *(f"fund_monthly_arrears_{year}y" for year in (1, 3, 5)),
        "fund_binomial_1y",
        "fund_expected_deficit_1y",
    ),
)
def trouble_of_the_fund_by_date():
    """Between two contributions the balance only falls; so the chances of the claims so far decide."""
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
    return judge_rows(found)


@TROUBLE.case(
    "Claims of three sizes, by formula as well",
    rows=[row for row in EXPECTED if row.startswith("fund3_")],
)
def trouble_of_a_fund_of_three_benefits():
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
    return judge_rows(found, 1e-7)


@TROUBLE.case(
    "Funds whose income comes in all the time",
    rows=(
        *(f"int_finite_{law}_u{u}_T{t}" for law in INTEGERS for u, t in ((0, 5), (5, 10), (10, 40))),
        "fund_continuous_1y",
        "fund_continuous_3y",
    ),
)
def steady_income():
    """Ruin within a time where contributions flow in evenly: an upper limit to how often one may collect."""
    values = {
        f"fund_continuous_{year}y": funds.trouble_with_steady_income(year, 360, 2_400, 60, FLAT) for year in (1, 3)
    }
    for name, (income, chances) in INTEGERS.items():
        severity = lattice.of_amounts(1, np.arange(1, len(chances) + 1), chances)
        for u, t in ((0, 5), (5, 10), (10, 40)):
            values[f"int_finite_{name}_u{u}_T{t}"] = funds.trouble_with_steady_income(t, u, income, 1, severity)
    return judge_rows(values)


@TROUBLE.case(
    "Claims not yet paid, and money in time",
    rows=(
        "outstanding_mean_t0.1",
        "outstanding_mean_t1",
        "paid_by_1y_mean",
        "pv_claims_5y",
        "interest_mean_balance",
    ),
)
def claims_and_money_in_time():
    """Bills that are paid 30 days late on average, the value today of five years' claims, a balance at interest."""
    delay = exponential(30 / 365)
    return judge_rows(
        {
            "outstanding_mean_t0.1": funds.unpaid_claims(300, 0.1, delay),
            "outstanding_mean_t1": funds.unpaid_claims(300, 1, delay),
            "paid_by_1y_mean": funds.paid_claims(300, 1, delay),
            "pv_claims_5y": funds.present_value(300 * 20, 0.05, 5),
            "interest_mean_balance": funds.mean_balance(1_000, 7_000 - 300 * 20, 0.05, 5),
        }
    )


@TROUBLE.case(
    "Interest rounded to the cent, in three ways",
    rows=[f"rounded_balance_36_{rounding}" for rounding in funds.ROUNDINGS],
)
def rounded_balances():
    """Open with 250; every month interest of 0.5 % in whole cents, then 100 of contributions and 10 of running costs.
    Half up is what the engine does; always down would cost the fund 19 cents in three years.
    """
    ends = {how: funds.rounded_balances(25_000, Fraction(5, 1_000), 9_000, 36, how)[-1] for how in funds.ROUNDINGS}
    return [judge_exactly(f"rounded_balance_36_{how}", cents / 100) for how, cents in ends.items()]
