"""Safety margins, and how many members or worlds are needed, by formula."""

import math

from mho_sim.actuarial import contributions, counts, lattice, totals
from mho_sim.actuarial.counts import Moments
from mho_sim.actuarial.estimates import worlds_needed
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_exactly, judge_rows
from mho_sim.verification.oracles import EXPECTED

MARGINS = Chapter(
    "margins",
    "How much margin does a small mutual need? By formula",
    "The guide adds 10 % for safety. What so few people really need is known, by the normal law, by one that is skew, "
    "and exactly: for 100 members it is far more than 10 %.",
)
ONE = lattice.of_amounts(1, [1], [1])
EVENTS = [(0.02, 100), (0.02, 300), (0.02, 5_000), (0.1, 100), (0.1, 1_000), (0.1, 5_000)]
EVENTS += [(0.3, 100), (0.3, 300), (0.3, 1_000)]
MEMBERS = [row for row in EXPECTED if row.startswith("minN") and "exact" not in row]
POOLED = [row for row in EXPECTED if row.startswith("pooling_")]


@MARGINS.case(
    "The safety loading of groups of 100 to 5,000",
    rows=(*(f"loading95_{way}_q{q}_N{members}" for way in ("normal", "np2", "exact") for q, members in EVENTS),),
)
def safety_loading():
    """The loading with which 95 of 100 groups have enough for a year without any reserve: by the normal law, by the
    normal-power approximation, and exactly, where a whole number of claims is funded.
    """
    values = {}
    for q, members in EVENTS:
        number = counts.binomial(members, q)
        mean, claims = number.moments.mean, totals.compound(number, ONE)
        values[f"loading95_normal_q{q}_N{members}"] = contributions.statistical_margin_fixed_cost(0.95, members, q)
        values[f"loading95_np2_q{q}_N{members}"] = totals.normal_power_quantile(number.moments, 0.95) / mean - 1
        values[f"loading95_exact_q{q}_N{members}"] = lattice.value_at_risk(claims, 0.95) / mean - 1
    return judge_rows(values)


@MARGINS.case(
    "The normal-power approximation",
    rows=(
        *(f"np2_quantile_skew0.5_{tail}" for tail in (0.05, 0.01, 0.001)),
        "np2_cdf_x2_skew0.5",
    ),
)
def normal_power():
    """Quantiles and a chance of a standardized total of skewness 0.5."""
    standard = Moments(0, 1, 0.5)
    return judge_rows(
        {f"np2_quantile_skew0.5_{t}": totals.normal_power_quantile(standard, 1 - t) for t in (0.05, 0.01, 0.001)}
        | {"np2_cdf_x2_skew0.5": totals.normal_power_below(standard, 2)}
    )


@MARGINS.case(
    "How many members, and how many futures, are needed",
    rows=(
        "minN95_exact_flat_th0.1_lam0.3",
        *(f"runs_for_10pct_halfwidth_p{p}" for p in (0.05, 0.01, 0.001)),
    ),
)
def how_many_are_needed():
    """Members so that a margin of 10 % suffices for good; worlds so that a small chance is known to a tenth of it."""
    return [
        judge_exactly("minN95_exact_flat_th0.1_lam0.3", contributions.members_for_margin(0.1, 0.95, 0.3)),
        *(judge_exactly(f"runs_for_10pct_halfwidth_p{p}", worlds_needed(p, 0.1)) for p in (0.05, 0.01, 0.001)),
    ]


@MARGINS.case("Members for a margin of 10 or 20 %", rows=MEMBERS)
def members_for_a_margin():
    """So that no more than 5 or 1 of 100 mutuals lack money in a year without reserve: rare and dear care needs 27,000
    people, frequent and cheap care 900.
    """
    figures = []
    for row in MEMBERS:
        level, margin, cv, frequency = row.removeprefix("minN").split("_")
        claims = contributions.claims_for_margin(
            float(margin.removeprefix("th")), int(level) / 100, float(cv.removeprefix("cv"))
        )
        needed = math.ceil(claims / float(frequency.removeprefix("lam")))
        figures.append(judge_exactly(row, needed))
    return figures


@MARGINS.case("What mutuals gain by pooling", rows=POOLED)
def pooling():
    """One, four and ten funds of 200 members together: the margin falls with the square root of the members."""
    return judge_rows(
        {row: contributions.statistical_margin(0.95, 200 * int(row.split("_")[2]), 0.3, 1.5) for row in POOLED}
    )
