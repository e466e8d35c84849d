"""What experience is worth, by formula."""

from mho_sim.actuarial import credibility
from mho_sim.verification.cases.sources import HACHEMEISTER
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_relative, judge_rows

CREDIBILITY = Chapter(
    "credibility",
    "What is experience worth? Credibility, by formula",
    "After a year a mutual has figures of its own, but few. Credibility theory says how much weight they deserve "
    "beside those of others.",
)
# Hachemeister, Credibility for regression models with application to trend (1975): mean claims of bodily injury in five
# states by quarter, and their numbers.
RATIOS = [
    [1738, 1642, 1794, 2051, 2079, 2234, 2032, 2035, 2115, 2262, 2267, 2517],
    [1364, 1408, 1597, 1444, 1342, 1675, 1470, 1448, 1464, 1831, 1612, 1471],
    [1759, 1685, 1479, 1763, 1674, 2103, 1502, 1622, 1828, 2155, 2233, 2059],
    [1223, 1146, 1010, 1257, 1426, 1532, 1953, 1123, 1343, 1243, 1762, 1306],
    [1456, 1499, 1609, 1741, 1482, 1572, 1606, 1735, 1607, 1573, 1613, 1690],
]
NUMBERS = [
    [7861, 9251, 8706, 8575, 7917, 8263, 9456, 8003, 7365, 7832, 7849, 9077],
    [1622, 1742, 1523, 1515, 1622, 1602, 1964, 1515, 1527, 1748, 1654, 1861],
    [1147, 1357, 1329, 1204, 998, 1077, 1277, 1218, 896, 1003, 1108, 1121],
    [407, 396, 348, 341, 315, 328, 352, 331, 287, 384, 321, 342],
    [2902, 3172, 3046, 3068, 2693, 2910, 3275, 2697, 2663, 3017, 3242, 3425],
]


@CREDIBILITY.case(
    "How many claims make experience fully credible",
    rows=(
        "full_credibility_claims_90_5",
        "full_credibility_claims_95_5",
        "full_credibility_claims_99_10",
        "full_credibility_aggregate_90_5_cv1.5",
        "partial_credibility_400_claims",
    ),
)
def limited_fluctuation():
    """The classical standards, 1,082 claims among them, and what 400 claims are worth."""
    full = credibility.full_credibility(0.90, 0.05)
    return judge_rows(
        {
            "full_credibility_claims_90_5": full,
            "full_credibility_claims_95_5": credibility.full_credibility(0.95, 0.05),
            "full_credibility_claims_99_10": credibility.full_credibility(0.99, 0.10),
            "full_credibility_aggregate_90_5_cv1.5": credibility.full_credibility(0.90, 0.05, 1.5),
            "partial_credibility_400_claims": credibility.partial_credibility(400, full),
        }
    )


@CREDIBILITY.case(
    "Five states, unweighted (Bühlmann)",
    rows=(
        "buhlmann_collective",
        "buhlmann_within",
        "buhlmann_between",
        "buhlmann_Z",
        *(f"buhlmann_premium_state{state}" for state in (1, 2, 3, 5)),
    ),
    source=HACHEMEISTER,
)
def buhlmann_of_hachemeister():
    """Mean, variances within and between the states, and the premium of each."""
    found = credibility.buhlmann(RATIOS)
    return judge_rows(
        {
            "buhlmann_collective": found.collective,
            "buhlmann_within": found.within,
            "buhlmann_between": found.between,
            "buhlmann_Z": found.weight[0],
        }
        | {f"buhlmann_premium_state{state}": found.premium[state - 1] for state in (1, 2, 3, 5)}
    )


@CREDIBILITY.case(
    "Five states, weighted (Bühlmann and Straub)",
    rows=(
        "bs_within",
        "bs_between_unbiased",
        "bs_collective",
        *(f"bs_premium_state{state}" for state in (1, 2, 3, 4)),
    ),
    source=HACHEMEISTER,
)
def buhlmann_straub_of_hachemeister():
    """The same where the numbers of claims are weights."""
    found = credibility.buhlmann_straub(RATIOS, NUMBERS)
    return judge_rows(
        {
            "bs_within": found.within,
            "bs_between_unbiased": found.between,
            "bs_collective": found.collective,
        }
        | {f"bs_premium_state{state}": found.premium[state - 1] for state in (1, 2, 3, 4)}
    )


@CREDIBILITY.case(
    "A rate learned from a few years of claims",
    rows=(
        "poisson_gamma_posterior_mean",
        "poisson_gamma_Z",
    ),
)
def poisson_gamma():
    """9 claims in 10 member-years, beside a prior opinion of one claim in two years."""
    mean, weight = credibility.poisson_gamma(claims=9, exposure=10, shape=2, rate=4)
    return [
        *judge_rows({"poisson_gamma_posterior_mean": mean, "poisson_gamma_Z": weight}),
        judge_relative(
            "the mean as weight x own experience + rest x opinion", mean, expected=weight * 0.9 + (1 - weight) * 0.5
        ),
        judge_relative("member-years for that weight", credibility.observations_for(weight, 4), expected=10),
    ]
