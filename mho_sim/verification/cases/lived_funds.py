"""Trouble of whole mutuals, lived world by world, against exact chances."""

import numpy as np
from scipy.stats import poisson

from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_events, judge_relative, judge_row, judge_row_events, judge_that
from mho_sim.verification.oracles import EXPECTED
from mho_sim.verification.sampling import average, excess, spread
from mho_sim.verification.worlds import MONEY, gathered

FUNDS = Chapter(
    "funds",
    "Does the money last? Funds lived by the engine",
    "The first question put to the program is in how many of 100 mutuals like ours a bill cannot be paid on its day. "
    "For a few plain funds that chance is known exactly. Here such funds are written as scenario files and lived by "
    "the engine, with its calendar, its ledger and its cash box, and those that run short are counted.",
)


def judge_ruin(result, row, years):
    """The verdict on the number of worlds in which a bill could not be paid on its day within so many years."""
    return judge_row_events(row, result.ruined_within(years), result.worlds)


@FUNDS.case(
    "200 members who pay once a year, in advance",
    rows=(
        *(f"fund_annual_advance_{years}y" for years in (1, 3, 5)),
        *(f"fund_ruin_by_year_{year}" for year in (1, 2, 5)),
        "fund_mean_claims_1y",
        "fund_expected_deficit_1y",
        "fund_mean_balance_3y",
        "fund_sd_balance_3y",
    ),
    worlds=8_000,
)
def fund_yearly_in_advance(sample):
    """Ruin is a claim that the cash does not cover; claims and balances go on after it."""
    result = sample.lived(gathered("fund_annual_advance", sample.worlds))
    after_one, after_three = result.own_funds(1), result.own_funds(3)
    return [
        *(judge_ruin(result, f"fund_annual_advance_{years}y", years) for years in (1, 3, 5)),
        *(judge_ruin(result, f"fund_ruin_by_year_{year}", year) for year in (1, 2, 5)),
        judge_row("fund_mean_claims_1y", average(result.benefits(1))),
        judge_row("fund_expected_deficit_1y", excess(-after_one, 0)),
        judge_row("fund_mean_balance_3y", average(after_three)),
        judge_row("fund_sd_balance_3y", spread(after_three)),
    ]


@FUNDS.case("The same fund over ten years", rows=["fund_ruin_by_year_10"], worlds=4_000)
def fund_after_ten_years(sample):
    """The longer a fund lives, the more often it runs short at some time."""
    result = sample.lived(gathered("fund_annual_advance", sample.worlds).with_("years", 10))
    return [judge_ruin(result, "fund_ruin_by_year_10", 10)]


@FUNDS.case(
    "The same fund, paid every month in advance",
    rows=("fund_monthly_advance_1y", "fund_monthly_advance_5y"),
    worlds=8_000,
)
def fund_monthly_in_advance(sample):
    """The same money a year, but it comes month by month: the fund runs short more often."""
    result = sample.lived(gathered("fund_monthly_advance", sample.worlds))
    return [judge_ruin(result, f"fund_monthly_advance_{years}y", years) for years in (1, 5)]


@FUNDS.case(
    "The same fund, paid every month in arrears",
    rows=[f"fund_monthly_arrears_{years}y" for years in (1, 3, 5)],
    worlds=8_000,
)
def fund_monthly_in_arrears(sample):
    """Contributions due on the first day after the month: the reserve must carry one month more. A contribution due on
    the wrong day of the month moves the answer by about one point, which --full sees.
    """
    result = sample.lived(gathered("fund_monthly_arrears", sample.worlds))
    return [judge_ruin(result, f"fund_monthly_arrears_{years}y", years) for years in (1, 3, 5)]


def chance_of_ruin(reserve, years):
    """Exact chance that a fund of 200 members, each with 0.3 claims of 36 and a contribution of 12 a year in advance,
    is ruined within so many years: within a year the cash only falls, so its end decides.
    """
    claims = np.ones(1)  # chances of 0, 1, 2 ... claims so far, without ruin
    for year in range(1, years + 1):
        claims = np.convolve(claims, poisson.pmf(np.arange(200), 60))[: (reserve + 2400 * year) // 36 + 1]
    return 1 - claims.sum()


@FUNDS.case(
    "The reserve that 95, or 99, of 100 such funds need",
    rows=("fund_reserve_needed_3y_0.05", "fund_reserve_needed_3y_0.01"),
    worlds=12_000,
)
def reserve_needed(sample):
    """Of each world the opening cash with which it pays every bill on its day. With the reserve of the row as many
    worlds are left short as the exact law says, not more than the target; with one unit less, more.
    """
    scenario = gathered("fund_annual_advance", sample.worlds).with_("years", 3).with_("scheme.reserve.opening", 0)
    needed, figures = sample.lived(scenario).worst / MONEY, []
    for target in (0.05, 0.01):
        row = f"fund_reserve_needed_3y_{target}"
        reserve = int(EXPECTED[row])
        enough, less = chance_of_ruin(reserve, 3), chance_of_ruin(reserve - 1, 3)
        figures += [
            judge_events(row, enough, (needed > reserve).sum(), sample.worlds),
            judge_events(f"run short with one unit less than {reserve}", less, (needed > reserve - 1).sum(),
                         sample.worlds),
            judge_that(f"{reserve} is enough for {target:.0%}, and one unit less is not", enough <= target < less),
        ]  # fmt: skip
    return [*figures, judge_relative("chance of ruin within three years, by the law used here", chance_of_ruin(360, 3),
                                     expected=EXPECTED["fund_annual_advance_3y"])]  # fmt: skip


@FUNDS.case("A fund whose members have one event a year at most", rows=["fund_binomial_1y"], worlds=8_000)
def fund_of_one_event_at_most(sample):
    """One event at most, with probability 0.25: at least one of a Poisson number of mean -log(1 - 0.25), and a benefit
    of one event a person and year.
    """
    return [judge_ruin(sample.lived("fund_binomial"), "fund_binomial_1y", 1)]


@FUNDS.case("A fund with money in the bank", rows=("fund_interest_0.05_3y", "fund_interest_0_3y"), worlds=8_000)
def fund_with_interest(sample):
    """Interest on the balance after contributions, credited just before the year's claims are paid."""
    scenario = gathered("fund_interest", sample.worlds)
    return [
        judge_ruin(sample.lived(scenario), "fund_interest_0.05_3y", 3),
        judge_ruin(sample.lived(scenario.with_("setting.bank.interest", 0)), "fund_interest_0_3y", 3),
    ]


@FUNDS.case(
    "150 members, with claims of three sizes",
    rows=(
        "fund3_mean_claims_1y",
        "fund3_sd_claims_1y",
        "fund3_stoploss_pure_premium",
        "fund3_ruin_1y",
        "fund3_ruin_3y",
    ),
    worlds=12_000,
)
def fund_of_three_sizes_of_claims(sample):
    """Few large claims beside many small ones: the mean, the spread, what lies above 800 a year, and ruin."""
    result = sample.lived(gathered("fund3", sample.worlds))
    claims = result.benefits(1)
    return [
        judge_row("fund3_mean_claims_1y", average(claims)),
        judge_row("fund3_sd_claims_1y", spread(claims)),
        judge_row("fund3_stoploss_pure_premium", excess(claims, 800)),
        judge_ruin(result, "fund3_ruin_1y", 1),
        judge_ruin(result, "fund3_ruin_3y", 3),
    ]


@FUNDS.case("The same fund, its large claims reinsured", rows=["fund3_ruin_3y_with_xl20"], worlds=12_000)
def fund_with_excess_of_loss(sample):
    """The fund's own account: a claim costs it 20 at most, and of the contributions the reinsurer has 282 of 750 a
    year. Ruin becomes so rare that no world may show it: the band is none to a few.
    """
    scenario = gathered("fund3", sample.worlds).with_("scheme.benefits.illness.ceiling_per_event", 20 * MONEY)
    amount = scenario.scheme.contribution.amount
    scenario = scenario.with_("scheme.contribution.amount", amount * (750 - 282) // 750)
    return [judge_ruin(sample.lived(scenario), "fund3_ruin_3y_with_xl20", 3)]
