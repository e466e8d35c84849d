"""Credibility against published figures: Hachemeister's data as in the R package actuar, and conjugate laws."""

import numpy as np
import pytest
from judging import accept_rows, reaches

from mho_sim.actuarial import credibility

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


@reaches(
    "full_credibility_claims_90_5",
    "full_credibility_claims_95_5",
    "full_credibility_claims_99_10",
    "full_credibility_aggregate_90_5_cv1.5",
    "partial_credibility_400_claims",
)
def test_limited_fluctuation():
    full = credibility.full_credibility(0.90, 0.05)
    accept_rows(
        {
            "full_credibility_claims_90_5": full,
            "full_credibility_claims_95_5": credibility.full_credibility(0.95, 0.05),
            "full_credibility_claims_99_10": credibility.full_credibility(0.99, 0.10),
            "full_credibility_aggregate_90_5_cv1.5": credibility.full_credibility(0.90, 0.05, 1.5),
            "partial_credibility_400_claims": credibility.partial_credibility(400, full),
        }
    )
    assert credibility.partial_credibility(2_000, full) == 1


@reaches(
    "buhlmann_collective",
    "buhlmann_within",
    "buhlmann_between",
    "buhlmann_Z",
    *(f"buhlmann_premium_state{state}" for state in (1, 2, 3, 5)),
)
def test_buhlmann_of_hachemeister():
    found = credibility.buhlmann(RATIOS)
    accept_rows(
        {
            "buhlmann_collective": found.collective,
            "buhlmann_within": found.within,
            "buhlmann_between": found.between,
            "buhlmann_Z": found.weight[0],
        }
        | {f"buhlmann_premium_state{state}": found.premium[state - 1] for state in (1, 2, 3, 5)}
    )


@reaches("bs_within", "bs_between_unbiased", "bs_collective", *(f"bs_premium_state{state}" for state in (1, 2, 3, 4)))
def test_buhlmann_straub_of_hachemeister():
    found = credibility.buhlmann_straub(RATIOS, NUMBERS)
    accept_rows(
        {
            "bs_within": found.within,
            "bs_between_unbiased": found.between,
            "bs_collective": found.collective,
        }
        | {f"bs_premium_state{state}": found.premium[state - 1] for state in (1, 2, 3, 4)}
    )


@reaches("poisson_gamma_posterior_mean", "poisson_gamma_Z")
def test_poisson_gamma():
    mean, weight = credibility.poisson_gamma(claims=9, exposure=10, shape=2, rate=4)
    assert mean == pytest.approx(weight * 9 / 10 + (1 - weight) * 2 / 4)
    assert credibility.observations_for(weight, 4) == pytest.approx(10)
    accept_rows({"poisson_gamma_posterior_mean": mean, "poisson_gamma_Z": weight})


def test_groups_that_do_not_differ_get_the_mean_of_all():
    """By hand: means 2 and 2 of years that vary: nothing between, everyone gets 2; a year of weight 0 is left out."""
    found = credibility.buhlmann_straub([[1, 3, 99], [2.5, 1.5, 2]], [[1, 1, 0], [1, 1, 1]])
    assert found.between == 0 and list(found.premium) == [2, 2] and not np.any(found.weight)
    assert found.within == pytest.approx((1 + 1 + 0.25 + 0.25 + 0) / (1 + 2))


def test_credibility_refuses_what_it_cannot_estimate():
    for ratios, weights in (([[1, 2]], [[1, 1]]), ([[1], [2]], [[1], [1]]), ([[1, 2], [1, 2]], [[1, 1], [0, 0]])):
        with pytest.raises(ValueError, match="two groups or more"):
            credibility.buhlmann_straub(ratios, weights)
