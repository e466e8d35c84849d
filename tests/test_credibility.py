"""Credibility by hand; published figures are in the validation book (`mho_sim/verification`, `test_oracles.py`)."""

import numpy as np
import pytest

from mho_sim.actuarial import credibility


def test_more_claims_than_full_credibility_asks_for():
    assert credibility.partial_credibility(2_000, credibility.full_credibility(0.90, 0.05)) == 1


def test_groups_that_do_not_differ_get_the_mean_of_all():
    """By hand: means 2 and 2 of years that vary: nothing between, everyone gets 2; a year of weight 0 is left out."""
    found = credibility.buhlmann_straub([[1, 3, 99], [2.5, 1.5, 2]], [[1, 1, 0], [1, 1, 1]])
    assert found.between == 0 and list(found.premium) == [2, 2] and not np.any(found.weight)
    assert found.within == pytest.approx((1 + 1 + 0.25 + 0.25 + 0) / (1 + 2))


def test_credibility_refuses_what_it_cannot_estimate():
    for ratios, weights in (([[1, 2]], [[1, 1]]), ([[1], [2]], [[1], [1]]), ([[1, 2], [1, 2]], [[1, 1], [0, 0]])):
        with pytest.raises(ValueError, match="two groups or more"):
            credibility.buhlmann_straub(ratios, weights)
