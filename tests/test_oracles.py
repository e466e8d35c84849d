"""Whole mutuals, from a scenario file through the engine, against values that were computed exactly elsewhere.

`oracles/values.csv` holds the expected values; each test names the rows that it reaches, and every row that is to be
reached through a scenario has one test (`test_every_row_is_reached`). The scenarios beside it switch every risk off but
the one in question, and write the oracle's money x 10,000, so that rounding to whole units is invisible.

False alarms. A count of worlds (ruin, a sum exceeded, no covered claim) must lie in its exact binomial band, and a
value at risk is judged by the number of worlds above it: two-sided, 1e-6 or less each. Numbers of events and means must
lie within 4.9 standard errors: 1e-6. So must variances, standard deviations, skewness, stop-loss and tail values, with
standard errors from influence functions: 1e-6 as far as these are normal. The tail values of the top 0.5 % of 20,000
worlds rest on 100 worlds; there it is about 2e-4. What involves no chance is compared to the unit. The seed is fixed:
what passes goes on passing until the code changes.

Of funds and yearly totals the small sample takes a few members, each with the need and the contribution of many: sums
of Poisson numbers are Poisson, so that the fund is the same. `-m full` takes as many members as the oracle says.

Power: shifts that are found nine times in ten in the small sample / with `-m full`.

* fund_annual_advance_1y, p = 0.020: 0.0095 / 0.0027; _3y, p = 0.037: 0.013 / 0.0037; _5y, 0.014 / 0.0040;
  fund_monthly_advance_1y, p = 0.041: 0.014 / 0.0039; fund_monthly_arrears_1y, p = 0.21: 0.028 / 0.0080;
  fund_ruin_by_year_10, p = 0.045: 0.020 / 0.0040; fund_binomial_1y, p = 0.045: 0.014 / 0.0041;
  fund_interest_0.05_3y, p = 0.0086: 0.0063 / 0.0018; fund3_ruin_1y, p = 0.039: 0.011 / 0.0038;
  fund3_ruin_3y_with_xl20, p = 0.0002: 0.0006 / 0.0003; noshock_P_gt_150, p = 0.19: 0.017 / 0.0076
* healthA mean 0.4 % / 0.2 %, standard deviation 3.1 % / 1.4 %; healthC mean 1.0 % / 0.4 %, standard deviation
  3.2 % / 1.5 %; fund3 mean 1.5 % / 0.5 %, standard deviation 4.3 % / 1.5 %
* plan_*: the mean of a claim 1.4 to 1.9 % / 0.5 %, and of each claim, given its bill, one ten-thousandth;
  payments_poisson_mean 1.1 %
* waits 0.7 to 1.1 % of the covered claims, and one day too many or too few, always, by the months in which claims are
  covered at all; no covered claim, p = 0.64: 0.021; covered deliveries 3.5 %
* household ceilings 0.4 to 0.6 % / 0.2 % of what is paid; claims of a household 0.6 %, their variance 1.4 %
* a month of the season 1 %; the mean time of the tenth event 1.1 %; paid_fixed_delay_by_1y 0.28 %: one day
* renewal: members of a year 3 to 5 % / 0.5 to 0.7 %; years of a joiner 3.5 % / 0.5 %
* variance of the claims of a person 13 % / 6 %; mean days late 1.3 %; paid on the day, p = 0.6: 0.0043

`pytest tests/test_oracles.py -n 0 -s` prints each comparison in one line.
"""

import re
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest
from judging import (
    BANDS,
    EXPECTED,
    MONEY,
    REACHED_BY,
    accept,
    average,
    binomial_band,
    dispersion,
    entries,
    excess,
    judge,
    judge_count,
    judge_estimate,
    judge_events,
    judge_exactly,
    judge_row,
    judge_row_events,
    judge_to_the_last_digit,
    lived,
    quotient,
    reaches,
    rows,
    scenario_of,
    skewness,
    spread,
    tail_value,
)
from scipy.stats import poisson

from mho_sim import ledger
from mho_sim.engine import Part
from mho_sim.engine.clock import DAY

FULL = 100_000


def sizes(small, full=FULL):
    """Two sizes of a test, in worlds."""
    return pytest.mark.parametrize(
        "worlds", [pytest.param(small, id=str(small)), pytest.param(full, id=str(full), marks=pytest.mark.full)]
    )


def gathered(name, worlds, members=10):
    """The scenario of that name; unless it is the full sample, with fewer members, who need and pay for the others."""
    scenario = scenario_of(name)
    if worlds >= FULL:
        return scenario
    by = Fraction(scenario.household_count, members)
    need, amount = scenario.setting.illness["illness"].need.best, scenario.scheme.contribution.amount
    for path, value in (
        ("setting.association.households", {1: members}),
        ("setting.illness.illness.need", need * float(by)),
        ("scheme.contribution.amount", int(amount * by)),
    ):
        scenario = scenario.with_(path, value)
    return scenario


# Funds


def judge_ruin(result, row, years):
    """The verdict on the number of worlds in which a bill could not be paid on its day within so many years."""
    return judge_row_events(row, result.ruined_within(years), result.worlds)


@sizes(8_000)
@reaches(
    *(f"fund_annual_advance_{years}y" for years in (1, 3, 5)),
    *(f"fund_ruin_by_year_{year}" for year in (1, 2, 5)),
    "fund_mean_claims_1y",
    "fund_expected_deficit_1y",
    "fund_mean_balance_3y",
    "fund_sd_balance_3y",
)
def test_fund_yearly_in_advance(worlds):
    """Ruin is a claim that the cash does not cover; claims and balances go on after it."""
    result = lived(gathered("fund_annual_advance", worlds), worlds)
    after_one, after_three = result.own_funds(1), result.own_funds(3)
    accept(
        *(judge_ruin(result, f"fund_annual_advance_{years}y", years) for years in (1, 3, 5)),
        *(judge_ruin(result, f"fund_ruin_by_year_{year}", year) for year in (1, 2, 5)),
        judge_row("fund_mean_claims_1y", average(result.benefits(1))),
        judge_row("fund_expected_deficit_1y", excess(-after_one, 0)),
        judge_row("fund_mean_balance_3y", average(after_three)),
        judge_row("fund_sd_balance_3y", spread(after_three)),
    )


@sizes(4_000)
@reaches("fund_ruin_by_year_10")
def test_fund_after_ten_years(worlds):
    result = lived(gathered("fund_annual_advance", worlds).with_("years", 10), worlds)
    accept(judge_ruin(result, "fund_ruin_by_year_10", 10))


@sizes(8_000)
@reaches("fund_monthly_advance_1y", "fund_monthly_advance_5y")
def test_fund_monthly_in_advance(worlds):
    result = lived(gathered("fund_monthly_advance", worlds), worlds)
    accept(*(judge_ruin(result, f"fund_monthly_advance_{years}y", years) for years in (1, 5)))


@sizes(8_000)
@reaches(*(f"fund_monthly_arrears_{years}y" for years in (1, 3, 5)))
def test_fund_monthly_in_arrears(worlds):
    result = lived(gathered("fund_monthly_arrears", worlds), worlds)
    accept(*(judge_ruin(result, f"fund_monthly_arrears_{years}y", years) for years in (1, 3, 5)))


def chance_of_ruin(reserve, years):
    """Exact chance that a fund of 200 members, each with 0.3 claims of 36 and a contribution of 12 a year in advance,
    is ruined within so many years: within a year the cash only falls, so its end decides.
    """
    claims = np.ones(1)  # chances of 0, 1, 2 ... claims so far, without ruin
    for year in range(1, years + 1):
        claims = np.convolve(claims, poisson.pmf(np.arange(200), 60))[: (reserve + 2400 * year) // 36 + 1]
    return 1 - claims.sum()


@sizes(12_000)
@reaches("fund_reserve_needed_3y_0.05", "fund_reserve_needed_3y_0.01")
def test_reserve_needed(worlds):
    """Of each world the opening cash with which it pays every bill on its day. With the row's reserve as many worlds
    are left short as the exact law says, not more than the target; with one unit less, more. The law itself is that of
    fund_annual_advance_3y.
    """
    assert chance_of_ruin(360, 3) == pytest.approx(EXPECTED["fund_annual_advance_3y"], rel=1e-9)
    scenario = gathered("fund_annual_advance", worlds).with_("years", 3).with_("scheme.reserve.opening", 0)
    needed, verdicts = lived(scenario, worlds).worst / MONEY, []
    for target in (0.05, 0.01):
        row = f"fund_reserve_needed_3y_{target}"
        reserve = int(EXPECTED[row])
        assert chance_of_ruin(reserve, 3) <= target < chance_of_ruin(reserve - 1, 3)
        verdicts += [
            judge_events(row, chance_of_ruin(enough, 3), (needed > enough).sum(), worlds)
            for enough in (reserve, reserve - 1)
        ]
    accept(*verdicts)


@sizes(8_000)
@reaches("fund_binomial_1y")
def test_fund_of_one_event_at_most(worlds):
    """One event at most, with probability 0.25: at least one of a Poisson number of mean -log(1 - 0.25), and a benefit
    of one event a person and year. (These members cannot be gathered.)
    """
    accept(judge_ruin(lived("fund_binomial", worlds), "fund_binomial_1y", 1))


@sizes(8_000)
@reaches("fund_interest_0.05_3y", "fund_interest_0_3y")
def test_fund_with_interest(worlds):
    """Interest on the balance after contributions, credited just before the year's claims are paid."""
    scenario = gathered("fund_interest", worlds)
    without = scenario.with_("setting.bank.interest", 0)
    accept(
        judge_ruin(lived(scenario, worlds), "fund_interest_0.05_3y", 3),
        judge_ruin(lived(without, worlds), "fund_interest_0_3y", 3),
    )


@sizes(12_000)
@reaches("fund3_mean_claims_1y", "fund3_sd_claims_1y", "fund3_stoploss_pure_premium", "fund3_ruin_1y", "fund3_ruin_3y")
def test_fund_of_three_sizes_of_claims(worlds):
    result = lived(gathered("fund3", worlds), worlds)
    claims = result.benefits(1)
    accept(
        judge_row("fund3_mean_claims_1y", average(claims)),
        judge_row("fund3_sd_claims_1y", spread(claims)),
        judge_row("fund3_stoploss_pure_premium", excess(claims, 800)),
        judge_ruin(result, "fund3_ruin_1y", 1),
        judge_ruin(result, "fund3_ruin_3y", 3),
    )


@sizes(12_000)
@reaches("fund3_ruin_3y_with_xl20")
def test_fund_with_excess_of_loss(worlds):
    """The fund's own account: a claim costs it 20 at most, and of the contributions the reinsurer has 282 of 750 a
    year.
    """
    scenario = gathered("fund3", worlds).with_("scheme.benefits.illness.ceiling_per_event", 20 * MONEY)
    amount = scenario.scheme.contribution.amount
    scenario = scenario.with_("scheme.contribution.amount", amount * (750 - 282) // 750)
    accept(judge_ruin(lived(scenario, worlds), "fund3_ruin_3y_with_xl20", 3))


# Totals of a year


@sizes(20_000)
@reaches(*(row for row in EXPECTED if row.startswith("healthA_")))
def test_total_of_a_year(worlds):
    accept(*judge_totals("healthA", worlds))


@sizes(20_000)
@reaches(*(row for row in EXPECTED if row.startswith("healthC_")))
def test_total_of_a_year_with_a_common_factor(worlds):
    accept(*judge_totals("healthC", worlds))


def judge_totals(scenario, worlds):
    """Verdicts on every row <scenario>_<statistic>: moments, tail and stop-loss of a year's claims."""
    claims = lived(gathered(scenario, worlds), worlds).benefits()
    chosen = [row for row in EXPECTED if row.startswith(f"{scenario}_")]
    return [judge_total(row, row.removeprefix(f"{scenario}_"), claims) for row in chosen]


def judge_total(row, statistic, claims):
    """The verdict on one statistic of the totals: mean, sd, skew, VaR95, TVaR95, P_gt_14000, stoploss_14000."""
    name, number = re.fullmatch(r"([A-Za-z_]+?)_?([\d.]*)", statistic).groups()
    number, expected = float(number or 0), EXPECTED[row]
    if name == "VaR":
        return judge_events(row, 1 - number / 100, (claims > expected).sum(), len(claims))
    if name == "P_gt":
        return judge_events(row, expected, (claims > number).sum(), len(claims))
    estimates = {
        "mean": average,
        "sd": spread,
        "skew": skewness,
        "TVaR": lambda x: tail_value(x, number / 100),
        "stoploss": lambda x: excess(x, number),
    }
    return judge_estimate(row, expected, *estimates[name](claims))


@sizes(20_000)
@reaches("noshock_P_gt_150")
def test_many_claims_without_a_shock(worlds):
    result = lived(gathered("noshock", worlds), worlds)
    claims = result.count("illness", "accepted").sum(axis=1)
    accept(judge_row_events("noshock_P_gt_150", (claims > 150).sum(), worlds))


# Benefits

LAWS = {"lognormal": "lognormal_m50_cv1.5", "exp": "exp_m50"}
PLANS = {  # what is paid of a bill
    "ded_copay_then_ceiling": lambda x: np.minimum(0.8 * np.maximum(x - 10, 0), 200),
    "ceiling_before_copay": lambda x: 0.8 * np.minimum(np.maximum(x - 10, 0), 200),
    "copay_before_ded": lambda x: np.minimum(np.maximum(0.8 * x - 10, 0), 200),
    "ceiling_on_cost": lambda x: 0.8 * np.maximum(np.minimum(x, 200) - 10, 0),
}


@sizes(200, 2_000)
@reaches(
    *(f"plan_{law}_{statistic}" for law in LAWS.values() for statistic in (*PLANS, "sd_per_claim", "P_any_payment"))
)
def test_orders_of_benefits(worlds):
    """Four orders of deductible 10, copayment 20 % and ceiling 200, of two laws: of each claim what the formula says
    for its bill (to the unit of a ten-thousandth), and on average what the law says.
    """
    result = lived("plans", worlds, room=11_000, keep=claims_by_kind)
    verdicts = []
    for number, kind in enumerate(result.scenario.kinds):
        law, order = kind.split("-")
        bill, paid = (np.concatenate([kept[number][i] for kept in result.kept]) / MONEY for i in range(2))
        assert len(paid) == 12 * result.households * worlds
        assert np.abs(paid - PLANS[order](bill)).max() < 1.001 / MONEY
        verdicts.append(judge_row(f"plan_{LAWS[law]}_{order}", average(paid)))
        if order == "ded_copay_then_ceiling":
            verdicts.append(judge_row(f"plan_{LAWS[law]}_sd_per_claim", spread(paid)))
            verdicts.append(judge_row_events(f"plan_{LAWS[law]}_P_any_payment", (paid > 0).sum(), len(paid)))
    accept(*verdicts)


def claims_by_kind(batch):
    """Bills and payments of the claims of each kind that were paid for, as (2, claims) arrays."""
    paid = entries(batch, "accepted", "over_ceiling")
    return [
        np.stack([paid["bill"], paid["amount"]])[:, paid["kind"] == kind]
        for kind in range(len(batch.prepared.scenario.kinds))
    ]


@reaches("payments_poisson_mean")
def test_payments_above_a_deductible():
    """Payments of a member in a year are Poisson: their variance is their mean."""

    def by_member(batch):
        paid = entries(batch, "accepted")
        number = np.zeros((batch.worlds, batch.prepared.households))
        np.add.at(number, (paid["world"] - batch.world0, paid["household"]), paid["amount"] > 0)
        return number.ravel()

    payments = np.concatenate(lived("payments", 3_000, room=400, keep=by_member).kept)
    row = "payments_poisson_mean"
    accept(
        judge_row(row, average(payments)),
        judge_estimate("variance of payments", EXPECTED[row], *dispersion(payments)),
    )


@reaches("thinned_P0")
def test_an_excluded_cause():
    result = lived("thinned", 20_000)
    covered = result.count("illness", "accepted").sum(axis=1)
    accept(judge_row_events("thinned_P0", (covered == 0).sum(), result.worlds))


@reaches("copay_member_cents", "copay_fund_cents")
def test_copayment_in_cents():
    """25 % of 10.01 is 2.5025, in whole cents 2.50."""
    (paid,) = lived("copay", 1, room=50, keep=lambda batch: entries(batch, "accepted")).kept
    assert len(paid) == 12 and len(set(paid["amount"])) == 1
    accept(
        judge_exactly("copay_fund_cents", paid["amount"][0]),
        judge_exactly("copay_member_cents", (paid["bill"] - paid["amount"])[0]),
    )


# Waiting periods, days of cover, births


@reaches(
    "wait_0m_first_year_claims",
    "wait_1m_first_year_claims",
    "wait_3m_first_year_claims",
    "wait_3m_two_years_continuous",
)
def test_waiting():
    """Covered claims; and, as there are some 1,200 episodes a day, one day of waiting too many or too few shows in the
    months.
    """
    result = lived("waiting", 1_500)
    members, verdicts = result.households * result.worlds, []
    for kind, months in (("wait_0m", 0), ("wait_1m", 1), ("wait_3m", 3)):
        covered, waited = (result.count(kind, reason).sum(axis=0) for reason in ("accepted", "waiting_period"))
        row = f"{kind}_first_year_claims"
        verdicts.append(judge_count(row, EXPECTED[row] * members, covered[:12].sum()))
        assert list(covered > 0) == [False] * months + [True] * (24 - months)
        assert list(waited > 0) == [True] * months + [False] * (24 - months)
    row = "wait_3m_two_years_continuous"
    accept(*verdicts, judge_count(row, EXPECTED[row] * members, covered.sum()))


@reaches("wait_3m_two_years_after_break")
def test_waiting_again_after_a_break():
    """Who pays late is suspended, and waits again from the day of payment."""
    result, row = lived("after_break", 1_500), "wait_3m_two_years_after_break"
    covered = result.count("illness", "accepted").sum(axis=0)
    assert list(covered > 0) == ([False] * 3 + [True] * 9) * 2
    assert list(result.count("illness", "no_coverage").sum(axis=0) > 0) == ([True] + [False] * 11) * 2
    accept(judge_count(row, EXPECTED[row] * result.households * result.worlds, covered.sum()))


@reaches("wait_3m_P_no_covered_claim")
def test_no_covered_claim():
    result = lived("waiting_alone", 20_000)
    covered = result.count("illness", "accepted").sum(axis=1)
    accept(judge_row_events("wait_3m_P_no_covered_claim", (covered == 0).sum(), result.worlds))


@reaches("prorata_days_2023_03_15")
def test_days_of_cover():
    """A member who is ill some 40 times a day: a day without an episode has a chance of 1e-17."""
    (paid,) = lived("prorata", 1, room=17_000, keep=lambda batch: entries(batch, "accepted")).kept
    days = np.unique(paid["moment"] // DAY)
    assert days[0] == 31 + 28 + 14 and days[-1] == 364
    accept(judge_exactly("prorata_days_2023_03_15", len(days)))


@reaches("wait_9m_delivery")
def test_deliveries():
    """Covered deliveries; and all, 0.12 a woman and year. Each brings a child."""
    result = lived("deliveries", 2_000)
    women = result.households * result.worlds
    covered, waiting, births = (
        result.count(*measure).sum()
        for measure in (("delivery", "accepted"), ("delivery", "waiting_period"), ("births",))
    )
    assert births == covered + waiting
    accept(
        judge_row_events("wait_9m_delivery", covered, women),
        judge_events("deliveries in a year", 0.12, covered + waiting, women),
    )


# Households


def claims_of_households(batch):
    """Episodes of each household, (worlds, households)."""
    return np.add.reduceat(batch.state.told["ordinal"].sum(axis=1), batch.people.first[:-1], axis=1)


@reaches("hh_mean_size", "hh_var_size", "hh_size_biased_mean", "hh_mean_claims", "hh_var_claims", "hh_flat_fee_fair")
def test_households():
    """Sizes as counted; claims of a household drawn at random, whose mean x 20 is the fair flat fee."""
    result = lived("hh", 5_000, keep=lambda batch: (batch.state.home["alive"], claims_of_households(batch)))
    size, claims = (np.concatenate([kept[i] for kept in result.kept]).astype(float) for i in range(2))
    assert (size == result.sizes).all()
    mean, second = claims.mean(axis=1), (claims**2).mean(axis=1)  # over the households of each world
    variance = second.mean() - mean.mean() ** 2
    error = average(second - 2 * mean.mean() * mean)[1]
    accept(
        judge_to_the_last_digit("hh_mean_size", size[0].mean()),
        judge_to_the_last_digit("hh_var_size", size[0].var()),
        judge_to_the_last_digit("hh_size_biased_mean", (size[0] ** 2).sum() / size[0].sum()),
        judge_row("hh_mean_claims", average(mean)),
        judge_row("hh_var_claims", (variance, error)),
        judge_row("hh_flat_fee_fair", average(result.benefits() / result.households)),
        judge_estimate("balance with the fair fee", 0, *average(result.own_funds())),
    )


@reaches("hh_flat_fee_loss_ratio")
def test_flat_fee_if_only_the_large_households_join():
    """Those of 5 to 8 have an expected benefit of at least 90 % of the fee."""
    scenario = scenario_of("hh").with_("setting.association.households", {5: 18, 6: 14, 7: 10, 8: 8})
    result = lived(scenario, 5_000)
    contributions = -result.balance("contributions", 12) / MONEY
    accept(judge_row("hh_flat_fee_loss_ratio", quotient(result.benefits(), contributions)))


@sizes(5_000, 50_000)
@reaches("hh_expected_paid_cap2", "hh_expected_paid_cap4")
def test_household_ceiling(worlds):
    """A ceiling in money; the claims themselves know none."""
    verdicts = []
    for cap in (2, 4):
        result = lived(f"hh_cap{cap}", worlds)
        claims = sum(result.count("illness", reason).sum() for reason in ("accepted", "over_household_ceiling"))
        verdicts += [
            judge_row(f"hh_expected_paid_cap{cap}", average(result.benefits() / result.households)),
            judge_count("claims in all", 2.25 * result.households * worlds, claims),
        ]
    accept(*verdicts)


@sizes(1_000, 20_000)
@reaches("hh_paid_size8_cap2", "hh_paid_size8_cap4", "hh_paid_percapita_ratio_8_to_1_cap3")
def test_household_events(worlds):
    """A ceiling in events, for households of one size."""

    def paid(size, cap):
        scenario = scenario_of("hh_of_8").with_("setting.association.households", {size: 800 // size})
        result = lived(scenario.with_("scheme.benefits.illness.events_per_household_year", cap), worlds)
        return result.benefits() / result.households

    large, small = average(paid(8, 3) / 8), average(paid(1, 3))
    ratio = large[0] / small[0]
    accept(
        *(judge_row(f"hh_paid_size8_cap{cap}", average(paid(8, cap))) for cap in (2, 4)),
        judge_row(
            "hh_paid_percapita_ratio_8_to_1_cap3", (ratio, ratio * np.hypot(large[1] / large[0], small[1] / small[0]))
        ),
    )


# Time


@reaches("seasonal_month_1", "seasonal_month_9", "seasonal_month_12", "seasonal_year")
def test_season():
    result = lived(gathered("season", 10_000), 10_000)
    by_month = result.count("illness", "accepted").sum(axis=0)
    events = {"seasonal_year": by_month.sum()} | {
        f"seasonal_month_{month}": by_month[month - 1] for month in (1, 9, 12)
    }
    accept(*(judge_count(row, EXPECTED[row] * result.worlds, number) for row, number in events.items()))


@reaches("poisson_interarrival_P_gt", "poisson_nth_arrival_mean", "poisson_nth_arrival_P_before_2y")
def test_times_of_events():
    """Time runs by twelfths of a year. An episode is taken to happen at the middle of its day, which moves the mean by
    less than a millionth.
    """

    def arrivals(batch):
        episodes = entries(batch, "accepted")
        person = (episodes["world"] - batch.world0) * batch.prepared.households + episodes["household"]
        order = np.lexsort((episodes["moment"], person))
        person, day = person[order], (episodes["moment"] // DAY)[order]
        first = np.searchsorted(person, np.arange(batch.worlds * batch.prepared.households))
        assert (np.diff(np.append(first, len(person))) >= 10).all()
        month = np.searchsorted(batch.calendar.first, day, side="right") - 1
        begin, end = batch.calendar.first[month], batch.calendar.first[month + 1]
        time = (month + (day + 0.5 - begin) / (end - begin)) / 12
        return time[first], time[first + 9]

    result = lived("poisson", 300, room=5_500, keep=arrivals)
    first, tenth = (np.concatenate(times) for times in zip(*result.kept))
    accept(
        judge_row_events("poisson_interarrival_P_gt", (first > 0.5).sum(), len(first)),
        judge_row("poisson_nth_arrival_mean", average(tenth)),
        judge_row_events("poisson_nth_arrival_P_before_2y", (tenth < 2).sum(), len(tenth)),
    )


@reaches("paid_fixed_delay_by_1y")
def test_a_fixed_delay_of_payment():
    """Claims paid by the evening of the last day: those of the first 305 days."""
    result = lived(gathered("fixed_delay", 20_000), 20_000)
    paid = (result.balance("benefits", 12) + result.balance("providers", 12)) / MONEY
    accept(judge_row("paid_fixed_delay_by_1y", average(paid)))


@sizes(20, 1_000)
@reaches(*(f"renewal_members_year_{year}" for year in (1, 2, 10)), "renewal_steady_members", "renewal_mean_years")
def test_renewal(worlds):
    """Members at the end of January; a fund that begins with its long-run number of members keeps it; a joiner stays
    four years, of which those after the twenty that are seen are 3 for each who is still there.
    """

    def members(first_intake, later):
        intakes = {f"{2027 + year}-01-01": later if year else first_intake for year in range(20)}
        intakes = {day: number for day, number in intakes.items() if number}
        base = scenario_of("renewal").with_("setting.association.households", {1: sum(intakes.values())})
        return lived(base.with_("scheme.membership.intakes", intakes), worlds).count("households_paid_up")[:, ::12]

    growing, steady, cohort = members(100, 100), members(400, 100), members(1_000, 0)
    years = (cohort.sum(axis=1) + 3 * cohort[:, -1]) / 1_000
    accept(
        judge_exactly("renewal_members_year_1", growing[0, 0]),
        *(judge_row(f"renewal_members_year_{year}", average(growing[:, year - 1])) for year in (2, 10)),
        judge_row("renewal_steady_members", average(steady[:, -1])),
        judge_row("renewal_mean_years", average(years)),
    )


# Without chance


def cash_after_months(name, months):
    """The cash on the first evening of the months after these, in the one world of a scenario."""
    seen = []

    def watch(clock, batch):
        for month in months:
            yield clock.at(batch.calendar.first[month], Part.ASSEMBLY)
            seen.append(int(batch.till.cash[0, 0]))

    lived(name, 1, processes=(watch,))
    return seen


@reaches("nosurprise_balance_month_1", "nosurprise_balance_month_12")
def test_no_surprise():
    """In hundred-millionths: rounding moves twelve months by less than 0.5 x (1.005^12 - 1) / 0.005 = 6.2 of them, and
    the row is printed to one.
    """
    first, last = (cash / 10**8 for cash in cash_after_months("nosurprise", (1, 12)))
    year = EXPECTED["nosurprise_balance_month_12"]
    accept(
        judge_exactly("nosurprise_balance_month_1", first),
        judge("nosurprise_balance_month_12", year, last, year - 7e-8, year + 7e-8),
    )


@reaches("rounded_balance_36_half_up", "rounded_balance_36_half_even")
def test_interest_rounded_to_the_cent():
    """Every month to the cent. A tie, where half up and half to even would part, does not come in these months."""
    cents, expected, ties = 25_000, [], 0
    for _ in range(36):
        ties += cents * 5 % 1_000 == 500
        cents += round(Fraction(cents * 5, 1_000)) + 10_000 - 1_000
        expected.append(cents)
    cash = cash_after_months("rounded", range(1, 37))
    assert cash == expected and ties == 0
    accept(
        judge_exactly("rounded_balance_36_half_up", cash[-1] / 100),
        judge_exactly("rounded_balance_36_half_even", cash[-1] / 100),
    )


@reaches("split_100_by_3_cents_first", "split_100_by_7_cents_sum")
def test_a_sum_that_does_not_divide():
    """What the late households owe together, shared among them; they pay it on the second day."""

    def parts(number):
        (paid,) = lived(
            f"split_{number}", 1, room=100, keep=lambda batch: entries(batch, "paid_late", "reinstated")
        ).kept
        return sorted(map(int, paid["amount"]), reverse=True)

    assert parts(3) == [3334, 3333, 3333] and parts(7) == [1429] * 4 + [1428] * 3
    accept(
        judge_exactly("split_100_by_3_cents_first", parts(3)[0]),
        judge_exactly("split_100_by_7_cents_sum", sum(parts(7))),
    )


@reaches("break_even_contribution_with_subsidy")
def test_break_even_with_a_subsidy():
    """Where the contribution breaks even, the year leaves the loading: 15 % of the claims."""
    result = lived("break_even", 1)
    assert result.benefits()[0] == 300 * 20 and result.households == 250
    asked = result.scenario.scheme.contribution.amount / MONEY
    surplus = result.own_funds()[0] - 0.15 * result.benefits()[0]
    accept(judge_exactly("break_even_contribution_with_subsidy", asked - surplus / 250))


# Closed forms


@sizes(5_000, 20_000)
def test_frailty(worlds):
    """A person's factor of mean 1 and variance v leaves the mean, and makes the variance of a person's m expected
    claims m + v m^2; people are independent.

    It is one factor for life and for both kinds: drawn anew each year it would give a standard deviation of 38.7
    instead of 50, one for each kind 43.1, none at all 22.4.
    """
    result = lived("frailty", worlds)
    people, years, v = result.households, result.scenario.years, 0.8
    claims = {kind: result.count(kind, "accepted").sum(axis=1) for kind in result.scenario.kinds}
    m = (0.5 + 2) * years
    accept(
        judge_estimate("hospital claims with frailty", people * 0.5 * years, *average(claims["hospital"])),
        judge_estimate("outpatient claims with frailty", people * 2 * years, *average(claims["outpatient"])),
        judge_estimate(
            "standard deviation of claims with frailty",
            (people * (m + v * m**2)) ** 0.5,
            *spread(claims["hospital"] + claims["outpatient"]),
        ),
    )


def test_lateness():
    """60 % of the contributions come on the day, the others after ceil(Exp(mean 10)) days: geometric, p = 1 -
    exp(-1/10), mean 1/p, variance (1 - p)/p^2.
    """
    last, cash = 250, []  # later: a chance of 1e-11 for each of 500,000 contributions

    def watch(clock, batch):
        by_day = np.zeros(last + 1, np.int64)
        for day in range(last + 1):
            yield clock.at(day, Part.ASSEMBLY)
            by_day[day] = batch.memory.books[:, 0, ledger.CASH].sum()
        cash.append(by_day)

    result = lived("paying_late", 1_000, processes=(watch,))
    contributions = result.households * result.worlds
    arrived = np.diff(sum(cash), prepend=0)  # a contribution is one unit of money
    late, p = arrived[1:].sum(), 1 - np.exp(-1 / 10)
    assert arrived.sum() == contributions
    accept(
        judge_events("contributions paid on the day", 0.6, arrived[0], contributions),
        judge_estimate("mean days late", 1 / p, arrived @ np.arange(last + 1) / late, ((1 - p) / p**2 / late) ** 0.5),
    )


# The tables themselves

NOT_REACHED = MappingProxyType({})  # row: why no test reaches it through a scenario


def test_every_row_is_reached():
    """Each row that is to be reached through a scenario has its one test, or a reason why not."""
    through = {row["name"] for row in rows("values.csv") if row["through"] == "scenario"}
    assert not set(REACHED_BY) & set(NOT_REACHED)
    assert not through - set(REACHED_BY) - set(NOT_REACHED), "reached by no test"
    assert not set(NOT_REACHED) - through, "not to be reached at all"


def test_a_row_has_one_test_that_judges_it():
    with pytest.raises(ValueError, match="healthA_mean: no such row, or test_total_of_a_year reaches it"):
        reaches("healthA_mean")(print)
    with pytest.raises(ValueError, match="no such row"):
        reaches("healthD_mean")(print)
    with pytest.raises(AssertionError, match="not judged"):
        reaches("loading95_normal_q0.02_N100")(lambda: None)()
    del REACHED_BY["loading95_normal_q0.02_N100"]


def test_bands_are_binomial():
    assert {key: binomial_band(EXPECTED[key[0]], key[1]) for key in BANDS} == dict(BANDS)
