"""Whole mutuals, from a scenario file through the engine, against values that were computed exactly elsewhere.

`oracles/values.csv` holds the expected values; each comparison names the row that it reaches. The scenarios beside it
switch every risk off but the one in question, and write the oracle's money x 10,000, so that rounding to whole units is
invisible.

False alarms. A count of worlds (ruin, a sum exceeded, no covered claim) must lie in its exact binomial band, and a
value at risk is judged by the number of worlds above it: two-sided, 1e-6 or less each. Numbers of events and means must
lie within 4.9 standard errors: 1e-6. So must standard deviations, skewness, stop-loss and tail values, with standard
errors from influence functions: 1e-6 as far as these are normal. The tail values of the top 0.5 % of 20,000 worlds rest
on 100 worlds; there it is about 2e-4. The seed is fixed: what passes goes on passing until the code changes.

Power: shifts that are found nine times in ten, with 20,000 worlds / 100,000 worlds (`-m full`). fund_annual_advance_1y,
p = 0.020: 0.0061 / 0.0027;  _3y, p = 0.037: 0.0083 / 0.0037 fund_monthly_advance_1y, p = 0.041: 0.0087 / 0.0039;
fund_monthly_arrears_1y, p = 0.21: 0.018 / 0.0080 healthA mean 0.4 % / 0.2 %, standard deviation 3.2 % / 1.4 %;  healthC
mean 1.0 % / 0.4 %, standard deviation 3.2 % / 1.5 % The others have one size. waits 0.8 to 0.9 % of the covered claims;
and one day too many or too few, always, by the months in which claims are covered at all no covered claim, p = 0.64:
0.021;  household ceilings 0.2 % of what is paid;  a month of the season 2.5 %;  covered deliveries 3.5 % variance of
the claims of a person 6 %;  mean days late 1.3 %;  paid on the day, p = 0.6: 0.0043

`pytest tests/test_oracles.py -n 0 -s` prints each comparison in one line.
"""

import csv
import re
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import binom

from mho_sim import ledger, load, simulate
from mho_sim.engine import Part

HERE = Path(__file__).parent / "oracles"
SEED = 1
MONEY = 10_000  # units of the scenarios' money in one of the oracles'
ERRORS = 4.9  # standard errors: two-sided 1e-6 for a normal estimate
TAIL = 5e-7  # of a binomial band, each side
SIZES = [pytest.param(20_000, id="20000"), pytest.param(100_000, id="100000", marks=pytest.mark.full)]


def rows(name):
    """The rows of a table of oracles, as dicts."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


EXPECTED = MappingProxyType({row["name"]: float(row["value"]) for row in rows("values.csv")})
BANDS = MappingProxyType(
    {(row["name"], int(row["runs"])): (int(row["fewest"]), int(row["most"])) for row in rows("acceptance_bands.csv")}
)


def lived(scenario, worlds, **how):
    """A scenario's possible futures."""
    return simulate(load(HERE / f"{scenario}.yaml"), worlds, SEED, **how)


def episodes(result, kind, *reasons):
    """Number of episodes of a kind that ended so, shape (worlds, years)."""
    columns = [ledger.measures(result.scenario.kinds).index((kind, reason)) for reason in reasons]
    return result.outcome.registers[:, 0][:, :, columns].sum(axis=-1)


def of_year(result, column, year):
    """A column of the years' accounts at or in one year (from 1), in the oracles' money, one number per world."""
    return result.per_year[column].to_numpy().reshape(result.worlds, -1)[:, year - 1] / MONEY


# How a number is judged


class Verdict(NamedTuple):
    """One comparison, in words, and whether it passed."""

    line: str
    inside: bool


def judge(name, expected, obtained, low, high):
    """The verdict whether the obtained number lies in its band."""
    inside = bool(low <= obtained <= high)
    verdict = "inside" if inside else "OUTSIDE"
    line = f"{name}: expected {expected:.10g}, obtained {obtained:.10g}, band {low:.10g} to {high:.10g}, {verdict}"
    print(line)
    return Verdict(line, inside)


def binomial_band(p, trials):
    """Fewest and most events in so many trials, each passed with a chance of at most `TAIL`."""
    return int(binom.ppf(TAIL, trials, p)), int(binom.isf(TAIL, trials, p))


def judge_events(name, p, events, trials):
    """By the exact binomial band of the number of events in independent trials."""
    return judge(
        f"{name} (events in {trials:,})",
        p * trials,
        int(events),
        *(BANDS.get((name, trials)) or binomial_band(p, trials)),
    )


def judge_estimate(name, expected, value, standard_error):
    """By 4.9 standard errors of an estimate."""
    return judge(name, expected, value, expected - ERRORS * standard_error, expected + ERRORS * standard_error)


def judge_count(name, expected, events):
    """By 4.9 standard errors of a Poisson number."""
    return judge_estimate(name, expected, int(events), expected**0.5)


def accept(*verdicts):
    """Pass if there are verdicts and all of them do; the failure tells which rows do not."""
    assert verdicts and all(verdict.inside for verdict in verdicts), "\n".join(
        verdict.line for verdict in verdicts if not verdict.inside
    )


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
    """VaR + E(X - VaR)+ / (1 - level); its influence function is that of E(X - VaR)+ / (1 - level) with VaR held
    fixed.
    """
    var = np.quantile(x, level, method="inverted_cdf")
    value, error = excess(x, var)
    return var + value / (1 - level), error / (1 - level)


# Funds


@pytest.mark.parametrize("worlds", SIZES)
@pytest.mark.parametrize("scenario", ["fund_annual_advance", "fund_monthly_advance", "fund_monthly_arrears"])
def test_ruin(scenario, worlds):
    """<scenario>_<years>y, and fund_ruin_by_year_<year> where contributions are yearly: ruin is a claim that the
    cash does not cover.
    """
    result = lived(scenario, worlds)
    verdicts = []
    for row in EXPECTED:
        years = re.fullmatch(rf"{scenario}_(\d+)y", row) or (
            scenario == "fund_annual_advance" and re.fullmatch(r"fund_ruin_by_year_(\d+)", row)
        )
        if years:
            ruined = ruined_within(result, int(years[1]))
            assert result.late["by_year"][int(years[1]) - 1] == pytest.approx(ruined / worlds, abs=1e-6)
            verdicts.append(judge_events(row, EXPECTED[row], ruined, worlds))
    if scenario == "fund_annual_advance":
        verdicts += balances(result)
    accept(*verdicts)


def ruined_within(result, years):
    """Number of worlds that were ruined in the first years."""
    first = result.outcome.first_late[:, 0]
    return int(((first >= 0) & (first < result.calendar.first[12 * years])).sum())


def balances(result):
    """Verdicts on claims and balances, which go on after ruin."""
    after_one, after_three = of_year(result, "own_funds", 1), of_year(result, "own_funds", 3)
    return [
        judge_estimate(row, EXPECTED[row], *estimate)
        for row, estimate in (
            ("fund_mean_claims_1y", average(of_year(result, "benefits", 1))),
            ("fund_expected_deficit_1y", excess(-after_one, 0)),
            ("fund_mean_balance_3y", average(after_three)),
            ("fund_sd_balance_3y", spread(after_three)),
        )
    ]


@pytest.mark.parametrize("worlds", SIZES)
@pytest.mark.parametrize("scenario", ["healthA", "healthC"])
def test_total_of_a_year(scenario, worlds):
    """Every row <scenario>_<statistic>: moments, tail and stop-loss of a year's claims."""
    claims = of_year(lived(scenario, worlds), "benefits", 1)
    accept(
        *(judge_total(row, row.removeprefix(f"{scenario}_"), claims) for row in EXPECTED if row.startswith(scenario))
    )


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


# Waiting periods and births


def test_waiting():
    """Covered claims; and, as there are some 1,600 episodes a day, one day of waiting too many or too few shows in
    the months.
    """
    result = lived("waiting", 2000)
    members, monthly, verdicts = result.people_at_start * result.worlds, result.monthly, []
    for kind, months in (("wait_0m", 0), ("wait_1m", 1), ("wait_3m", 3)):
        covered = episodes(result, kind, "accepted")
        verdicts.append(
            judge_count(
                f"{kind}_first_year_claims", EXPECTED[f"{kind}_first_year_claims"] * members, covered[:, 0].sum()
            )
        )
        assert list(monthly[f"{kind} accepted"] > 0) == [False] * months + [True] * (24 - months)
        assert list(monthly[f"{kind} waiting_period"] > 0) == [True] * months + [False] * (24 - months)
    accept(
        *verdicts,
        judge_count("wait_3m_two_years_continuous", EXPECTED["wait_3m_two_years_continuous"] * members, covered.sum()),
    )


def test_no_covered_claim():
    row, result = "wait_3m_P_no_covered_claim", lived("waiting_alone", 20_000)
    accept(judge_events(row, EXPECTED[row], (episodes(result, "illness", "accepted")[:, 0] == 0).sum(), result.worlds))


def test_deliveries():
    """wait_9m_delivery; and all deliveries, 0.12 a woman and year. Each brings a child."""
    result = lived("deliveries", 2000)
    women = result.people_at_start * result.worlds
    covered, all_of_them = (
        episodes(result, "delivery", "accepted").sum(),
        episodes(result, "delivery", "accepted", "waiting_period").sum(),
    )
    assert round(result.monthly["births"].sum() * result.worlds) == all_of_them
    accept(
        judge_events("wait_9m_delivery", EXPECTED["wait_9m_delivery"], covered, women),
        judge_events("deliveries in a year", 0.12, all_of_them, women),
    )


# Households and seasons


@pytest.mark.parametrize("cap", [2, 4])
def test_household_ceiling(cap):
    """hh_expected_paid_cap<number of claims>; the claims themselves, hh_mean_claims, know no ceiling."""
    result = lived(f"hh_cap{cap}", 20_000)
    row, claims = f"hh_expected_paid_cap{cap}", episodes(result, "illness", "accepted", "over_household_ceiling").sum()
    accept(
        judge_estimate(row, EXPECTED[row], *average(of_year(result, "benefits", 1) / result.households)),
        judge_count("hh_mean_claims", EXPECTED["hh_mean_claims"] * result.households * result.worlds, claims),
    )


def test_season():
    """seasonal_month_<number>, seasonal_year."""
    result = lived("season", 2000)
    by_month = result.monthly["illness accepted"].to_numpy() * result.worlds
    events = {"seasonal_year": by_month.sum()} | {
        f"seasonal_month_{month}": by_month[month - 1] for month in (1, 9, 12)
    }
    accept(*(judge_count(row, EXPECTED[row] * result.worlds, round(number)) for row, number in events.items()))


# Closed forms


def test_frailty():
    """A person's factor of mean 1 and variance v leaves the mean, and makes the variance of a person's m expected
    claims m + v m^2; people are independent.

    It is one factor for life and for both kinds: drawn anew each year it would give a standard deviation of 38.7
    instead of 50, one for each kind 43.1, none at all 22.4.
    """
    result = lived("frailty", 20_000)
    people, years, v = result.people_at_start, result.scenario.years, 0.8
    claims = {kind: episodes(result, kind, "accepted").sum(axis=1) for kind in result.scenario.kinds}
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

    result = lived("paying_late", 1000, processes=(watch,))
    contributions = result.households * result.worlds
    arrived = np.diff(sum(cash), prepend=0)  # a contribution is one unit of money
    late, p = arrived[1:].sum(), 1 - np.exp(-1 / 10)
    assert arrived.sum() == contributions
    accept(
        judge_events("contributions paid on the day", 0.6, arrived[0], contributions),
        judge_estimate("mean days late", 1 / p, arrived @ np.arange(last + 1) / late, ((1 - p) / p**2 / late) ** 0.5),
    )


# The tables themselves


def test_bands_are_binomial():
    assert {key: binomial_band(EXPECTED[key[0]], key[1]) for key in BANDS} == dict(BANDS)
