"""What a year costs, lived world by world, against exact laws."""

import re

from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_estimate, judge_events, judge_row_events
from mho_sim.verification.oracles import EXPECTED
from mho_sim.verification.sampling import average, excess, skewness, spread, tail_value
from mho_sim.verification.worlds import FULL, gathered

TOTALS = Chapter(
    "totals",
    "What does a year cost? Totals lived by the engine",
    "A reserve is there for dear years, so that not only the mean of a year's claims must be right but their spread "
    "and their tail: how dear the dearest 5, 1 and half a year in 100 are. A good or bad year that all members share "
    "makes the tail much longer, and must be seen.",
)
FAR_TAIL = 2e-4  # false alarm of the tail value of the dearest 0.5 % of 20,000 worlds, which rests on 100 worlds


@TOTALS.case(
    "A year's claims of 500 members",
    rows=[row for row in EXPECTED if row.startswith("healthA_")],
    worlds=20_000,
)
def total_of_a_year(sample):
    """0.6 claims a member, lognormal bills of mean 40 that vary by 1.2 times their mean. Expected is an exact law on a
    fine lattice; on one of twice the step its tail differs by 3 in a million.
    """
    return judge_totals("healthA", sample)


@TOTALS.case(
    "The same with good and bad years for all members",
    rows=[row for row in EXPECTED if row.startswith("healthC_")],
    worlds=20_000,
)
def total_of_a_year_with_a_common_factor(sample):
    """One gamma factor of mean 1 and variance 0.04 for all members and a year: the spread more than doubles.
    Expected is an exact law on a fine lattice; on one of twice the step its tail differs by 1 in a million.
    """
    return judge_totals("healthC", sample)


def judge_totals(scenario, sample):
    """Verdicts on every row <scenario>_<statistic>: moments, tail and stop-loss of a year's claims."""
    claims = sample.lived(gathered(scenario, sample.worlds)).benefits()
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
    far = {"alarm": FAR_TAIL} if statistic == "TVaR99.5" and len(claims) < FULL else {}
    return judge_estimate(row, expected, *estimates[name](claims), **far)


@TOTALS.case("Many claims in a year without an epidemic", rows=["noshock_P_gt_150"], worlds=20_000)
def many_claims_without_a_shock(sample):
    """400 members whose claims are independent: the chance of more than 150 claims, which ignores epidemics."""
    result = sample.lived(gathered("noshock", sample.worlds))
    claims = result.count("illness", "accepted").sum(axis=1)
    return [judge_row_events("noshock_P_gt_150", (claims > 150).sum(), sample.worlds)]


@TOTALS.case(
    "People who are ill more often, all their life",
    source="the moments of a Poisson number with a random factor (negative binomial), by hand",
    worlds=5_000,
    full=20_000,
)
def frailty(sample):
    """A person's factor of mean 1 and variance v leaves the mean, and makes the variance of a person's m expected
    claims m + v m^2; people are independent. It is one factor for life and for both kinds of care: drawn anew each year
    it would give a standard deviation of 38.7 instead of 50, one for each kind 43.1, none at all 22.4.
    """
    result = sample.lived("frailty")
    people, years, v = result.households, result.scenario.years, 0.8
    claims = {kind: result.count(kind, "accepted").sum(axis=1) for kind in result.scenario.kinds}
    m = (0.5 + 2) * years
    return [
        judge_estimate("hospital claims with frailty", people * 0.5 * years, *average(claims["hospital"])),
        judge_estimate("outpatient claims with frailty", people * 2 * years, *average(claims["outpatient"])),
        judge_estimate(
            "standard deviation of claims with frailty",
            (people * (m + v * m**2)) ** 0.5,
            *spread(claims["hospital"] + claims["outpatient"]),
        ),
    ]
