"""Whole mutuals, from a scenario file through the engine, against values that were computed exactly elsewhere.

`oracles/values.csv` holds the expected values; each test names the row that it reaches. The scenarios beside it switch every risk off but the one
in question, and write the oracle's money x 10,000, so that rounding to whole units is invisible.

False alarms. A count of worlds (ruin, a sum exceeded, no covered claim) must lie in its exact binomial band, and a value at risk is judged by the number of worlds
above it: two-sided 1e-6 or less each. Counts of events and means must lie within 4.9 standard errors: 1e-6. So must standard deviations, skewness, stop-loss and tail values,
with standard errors from influence functions: 1e-6 as far as these are normal; the tail values of the top 0.5 % of 20,000 worlds rest on 100 worlds, and there
the chance is about 1e-4. The seed is fixed, so a test that passes goes on passing until what it runs changes.

Power: shifts that are found nine times in ten, with 20,000 worlds / 100,000 worlds (`-m full`).
  fund_annual_advance_1y, p = 0.020: 0.0061 / 0.0027;  _3y, p = 0.037: 0.0083 / 0.0037
  fund_monthly_advance_1y, p = 0.041: 0.0087 / 0.0039;  fund_monthly_arrears_1y, p = 0.21: 0.018 / 0.0080
  healthA mean 0.4 % / 0.2 %, standard deviation 3.1 % / 1.4 %;  healthC mean 1.0 % / 0.4 %, standard deviation 3.6 % / 1.6 %
  waits: 0.8 to 0.9 % of the covered claims; and one day too many or too few, always, by the months in which claims are covered at all
  household ceilings: 0.5 % of what is paid;  a month of the season: 2.5 %;  deliveries: 1.8 %

`pytest tests/test_oracles.py -n 0 -s` prints each comparison in one line.
"""
import csv
import re
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from scipy.stats import binom

from mho_sim import ledger, load, simulate
from mho_sim.engine import Part

HERE = Path(__file__).parent / "oracles"
SEED = 1
MONEY = 10_000                                          # units of the scenarios' money in one of the oracles'
ERRORS = 4.9                                            # standard errors: two-sided 1e-6 for a normal estimate
TAIL = 5e-7                                             # of a binomial band, each side
SIZES = [pytest.param(20_000, id="20000"), pytest.param(100_000, id="100000", marks=pytest.mark.full)]


def rows(name):
    """The rows of a table of oracles, as dicts."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


EXPECTED = MappingProxyType({row["name"]: float(row["value"]) for row in rows("values.csv")})
BANDS = MappingProxyType({(row["name"], int(row["runs"])): (int(row["fewest"]), int(row["most"])) for row in rows("acceptance_bands.csv")})


@cache
def lived(scenario, worlds):
    """A scenario's possible futures; one run serves all tests of a process."""
    return simulate(load(HERE / f"{scenario}.yaml"), worlds, SEED)


def case(row, scenario, *more):
    """A parameter: a row of the oracles and where it is lived; one process takes all rows of a scenario."""
    return pytest.param(row, scenario, *more, id=row, marks=pytest.mark.xdist_group(scenario))


def episodes(result, kind, *reasons):
    """Number of episodes of a kind that ended so, shape (worlds, years)."""
    columns = [ledger.measures(result.scenario.kinds).index((kind, reason)) for reason in reasons]
    return result.outcome.registers[:, 0][:, :, columns].sum(axis=-1)


def of_year(result, column, year):
    """A column of the years' accounts at or in one year (from 1), in the oracles' money, one number per world."""
    return result.per_year[column].to_numpy().reshape(result.worlds, -1)[:, year - 1] / MONEY


# How a number is judged

def judge(name, expected, obtained, low, high):
    """Pass if the obtained number lies in its band."""
    inside = low <= obtained <= high
    line = f"{name}: expected {expected:.10g}, obtained {obtained:.10g}, band {low:.10g} to {high:.10g}, {'inside' if inside else 'OUTSIDE'}"
    print(line)
    assert inside, line


def band(name, p, trials):
    """Fewest and most events in so many trials, each with a chance of at most `TAIL` to be passed."""
    return BANDS.get((name, trials)) or (int(binom.ppf(TAIL, trials, p)), int(binom.isf(TAIL, trials, p)))


def judge_events(name, p, events, trials):
    """Pass if the number of events in independent trials lies in the exact binomial band."""
    judge(f"{name} (events in {trials:,})", p * trials, int(events), *band(name, p, trials))


def judge_count(name, expected, events):
    """Pass if a Poisson number of events lies within 4.9 standard errors."""
    judge(name, expected, int(events), expected - ERRORS * expected ** 0.5, expected + ERRORS * expected ** 0.5)


def judge_estimate(name, expected, value, standard_error):
    """Pass if an estimate lies within 4.9 standard errors."""
    judge(name, expected, value, expected - ERRORS * standard_error, expected + ERRORS * standard_error)


# Estimates over independent worlds: (value, standard error)

def average(x):
    """Mean."""
    return x.mean(), x.std() / len(x) ** 0.5


def spread(x):
    """Standard deviation; its influence function is sd (z^2 - 1) / 2."""
    z = (x - x.mean()) / x.std()
    return x.std(), x.std() * average(z**2 / 2)[1]


def skewness(x):
    """Third standardized moment g; its influence function is z^3 - 3 z - 3 g (z^2 - 1) / 2 - g."""
    z = (x - x.mean()) / x.std()
    g = (z**3).mean()
    return g, average(z**3 - 3 * z - 1.5 * g * z**2)[1]


def excess(x, limit):
    """E(X - limit)+."""
    return average(np.maximum(x - limit, 0))


def tail_value(x, level):
    """VaR + E(X - VaR)+ / (1 - level); its influence function is that of E(X - VaR)+ / (1 - level) with VaR held fixed."""
    var = np.quantile(x, level, method="inverted_cdf")
    value, error = excess(x, var)
    return var + value / (1 - level), error / (1 - level)


# Ruin of a fund: a claim that the cash does not cover

def fund_cases():
    """Every probability of ruin of the table: fund_<when contributions fall due>_<years>y and fund_ruin_by_year_<year>."""
    for row in EXPECTED:
        if horizon := re.fullmatch(r"(fund_(?:annual|monthly)_(?:advance|arrears))_(\d+)y", row):
            yield case(row, horizon[1], int(horizon[2]))
        elif year := re.fullmatch(r"fund_ruin_by_year_(\d+)", row):
            yield case(row, "fund_annual_advance", int(year[1]))


@pytest.mark.parametrize("worlds", SIZES)
@pytest.mark.parametrize("row, scenario, years", list(fund_cases()))
def test_ruin(row, scenario, years, worlds):
    result = lived(scenario, worlds)
    first = result.outcome.first_late[:, 0]
    ruined = (first >= 0) & (first < result.calendar.first[12 * years])
    assert result.late["by_year"][years - 1] == pytest.approx(ruined.mean(), abs=1e-6)
    judge_events(row, EXPECTED[row], ruined.sum(), worlds)


@pytest.mark.parametrize("worlds", SIZES)
@pytest.mark.parametrize("row, scenario, column, year, estimate", [
    case("fund_mean_claims_1y", "fund_annual_advance", "benefits", 1, average),
    case("fund_mean_balance_3y", "fund_annual_advance", "own_funds", 3, average),
    case("fund_sd_balance_3y", "fund_annual_advance", "own_funds", 3, spread),
    case("fund_expected_deficit_1y", "fund_annual_advance", "own_funds", 1, lambda balance: excess(-balance, 0))])
def test_balance(row, scenario, column, year, estimate, worlds):
    judge_estimate(row, EXPECTED[row], *estimate(of_year(lived(scenario, worlds), column, year)))


# The total of a year's claims

def health_cases():
    """Every row of the two health funds: healthA_<statistic>, healthC_<statistic>."""
    for row in EXPECTED:
        if name := re.fullmatch(r"(health[AC])_(mean|sd|skew|VaR|TVaR|P_gt|stoploss)_?([\d.]*)", row):
            yield case(row, name[1], name[2], float(name[3] or 0))


@pytest.mark.parametrize("worlds", SIZES)
@pytest.mark.parametrize("row, scenario, statistic, number", list(health_cases()))
def test_total_of_a_year(row, scenario, statistic, number, worlds):
    claims, expected = of_year(lived(scenario, worlds), "benefits", 1), EXPECTED[row]
    if statistic == "VaR":
        judge_events(row, 1 - number / 100, (claims > expected).sum(), worlds)
    elif statistic == "P_gt":
        judge_events(row, expected, (claims > number).sum(), worlds)
    else:
        estimates = {"mean": average, "sd": spread, "skew": skewness, "TVaR": lambda x: tail_value(x, number / 100), "stoploss": lambda x: excess(x, number)}
        judge_estimate(row, expected, *estimates[statistic](claims))


# Waiting periods and births

@pytest.mark.parametrize("row, scenario, kind, years", [
    case("wait_0m_first_year_claims", "waiting", "wait_0m", 1),
    case("wait_1m_first_year_claims", "waiting", "wait_1m", 1),
    case("wait_3m_first_year_claims", "waiting", "wait_3m", 1),
    case("wait_3m_two_years_continuous", "waiting", "wait_3m", 2)])
def test_claims_covered_after_a_waiting_period(row, scenario, kind, years):
    result = lived(scenario, 2000)
    covered = episodes(result, kind, "accepted")[:, :years].sum()
    judge_count(row, EXPECTED[row] * result.people_at_start * result.worlds, covered)


@pytest.mark.xdist_group("waiting")
@pytest.mark.parametrize("kind, months", [("wait_0m", 0), ("wait_1m", 1), ("wait_3m", 3)])
def test_waiting_ends_on_the_first_day_of_its_month(kind, months):
    """With some 1,600 episodes a day, one day of waiting too many or too few would show."""
    monthly = lived("waiting", 2000).monthly
    covered, refused = monthly[f"{kind} accepted"] > 0, monthly[f"{kind} waiting_period"] > 0
    assert list(refused) == [True] * months + [False] * (24 - months)
    assert list(covered) == [not waits for waits in refused]


@pytest.mark.xdist_group("waiting_alone")
def test_no_covered_claim():
    row, worlds = "wait_3m_P_no_covered_claim", 20_000
    judge_events(row, EXPECTED[row], (episodes(lived("waiting_alone", worlds), "illness", "accepted")[:, 0] == 0).sum(), worlds)


@pytest.mark.xdist_group("deliveries")
def test_deliveries():
    """wait_9m_delivery; and all deliveries, 0.12 a woman and year; each brings a child."""
    result = lived("deliveries", 2000)
    women = result.people_at_start * result.worlds
    covered, all_of_them = episodes(result, "delivery", "accepted").sum(), episodes(result, "delivery", "accepted", "waiting_period").sum()
    judge_events("wait_9m_delivery", EXPECTED["wait_9m_delivery"], covered, women)
    judge_events("deliveries in a year", 0.12, all_of_them, women)
    assert round(result.monthly["births"].sum() * result.worlds) == all_of_them


# A ceiling for the household and year

@pytest.mark.parametrize("row, scenario", [case("hh_expected_paid_cap2", "hh_cap2"), case("hh_expected_paid_cap4", "hh_cap4")])
def test_paid_under_a_household_ceiling(row, scenario):
    result = lived(scenario, 20_000)
    judge_estimate(row, EXPECTED[row], *average(of_year(result, "benefits", 1) / result.households))


@pytest.mark.parametrize("row, scenario", [case("hh_mean_claims", "hh_cap2")])
def test_claims_of_a_household(row, scenario):
    result = lived(scenario, 20_000)
    claims = episodes(result, "illness", "accepted", "over_household_ceiling").sum()
    judge_count(row, EXPECTED[row] * result.households * result.worlds, claims)


# Seasons

@pytest.mark.parametrize("row, scenario", [case(row, "season") for row in ("seasonal_month_1", "seasonal_month_9", "seasonal_month_12", "seasonal_year")])
def test_season(row, scenario):
    result = lived(scenario, 2000)
    by_month = result.monthly["illness accepted"].to_numpy() * result.worlds
    events = by_month.sum() if row == "seasonal_year" else by_month[int(row.rpartition("_")[2]) - 1]
    judge_count(row, EXPECTED[row] * result.worlds, round(events))


# Closed forms

@pytest.mark.xdist_group("frailty")
@pytest.mark.parametrize("kind, need", [("hospital", 0.5), ("outpatient", 2)])
def test_frailty_leaves_the_mean(kind, need):
    result = lived("frailty", 20_000)
    claims = episodes(result, kind, "accepted").sum(axis=1)
    judge_estimate(f"claims of {kind} with frailty", result.people_at_start * need * result.scenario.years, *average(claims))


@pytest.mark.xdist_group("frailty")
def test_claims_of_a_person_are_mixed_poisson():
    """A person's factor of variance v, for life and for both kinds, makes the variance of m expected claims m + v m^2; people are independent.

    A factor that is drawn anew each year would give a standard deviation of 38.7 instead of 50, one for each kind 43.1, none at all 22.4.
    """
    result = lived("frailty", 20_000)
    claims = sum(episodes(result, kind, "accepted").sum(axis=1) for kind in result.scenario.kinds)
    m, v = (0.5 + 2) * result.scenario.years, 0.8
    judge_estimate("standard deviation of claims with frailty", (result.people_at_start * (m + v * m**2)) ** 0.5, *spread(claims))


@pytest.mark.xdist_group("paying_late")
def test_lateness():
    """60 % of the contributions come on the day; the others after ceil(Exp(mean 10)) days, which is geometric with p = 1 - exp(-1/10): mean 1 / p, variance (1 - p) / p^2."""
    last, cash = 250, []                                # nobody is later: 500,000 payments, chance 1e-11 each

    def watch(clock, batch):
        by_day = np.zeros(last + 1, np.int64)
        for day in range(last + 1):
            yield clock.at(day, Part.ASSEMBLY)
            by_day[day] = batch.memory.books[:, 0, ledger.CASH].sum()
        cash.append(by_day)

    worlds = 1000
    result = simulate(load(HERE / "paying_late.yaml"), worlds, SEED, processes=(watch,))
    contributions = result.households * worlds
    arrived = np.diff(sum(cash), prepend=0)             # one unit of money each
    assert arrived.sum() == contributions
    judge_events("contributions paid on the day", 0.6, arrived[0], contributions)
    late, p = arrived[1:].sum(), 1 - np.exp(-1 / 10)
    judge_estimate("mean days late", 1 / p, (arrived * np.arange(last + 1)).sum() / late, ((1 - p) / p**2 / late) ** 0.5)


# The tables themselves

@pytest.mark.parametrize("name, runs", list(BANDS))
def test_band_is_binomial(name, runs):
    p = EXPECTED[name]
    assert BANDS[name, runs] == (int(binom.ppf(TAIL, runs, p)), int(binom.isf(TAIL, runs, p)))


def test_every_row_is_used():
    source = Path(__file__).read_text(encoding="utf-8")
    generated = {parameter.id for parameter in (*fund_cases(), *health_cases())}
    assert [row for row in EXPECTED if row not in generated and f'"{row}"' not in source] == []
    assert {name for name, _ in BANDS} <= set(EXPECTED)
