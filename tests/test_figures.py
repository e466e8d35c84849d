"""Indicators and intervals against sums made by hand and published examples."""

import numpy as np
import pytest
from scipy import stats

from mho_sim import indicators
from mho_sim.actuarial import (
    design_effect,
    proportion_interval,
    quantile_interval,
    ratio_error,
    value_at_risk,
    variance_parts,
)
from mho_sim.ledger import ACCOUNTS


def accounts(**balances):
    """One closing, in the order of the chart, balanced on equity."""
    row = np.array([balances.get(name, 0) for name in ACCOUNTS], dtype=np.int64)
    row[ACCOUNTS.index("equity")] -= row.sum()
    return row


SAPHIR = accounts(cash=99_150, contributions=-575_000, benefits=650_320, expenses=175_530)


def test_guide_example_of_reserve_cover_with_running_costs_counted():
    """Mutualidade Saphir (GUIDE E2, E3 [S]) prints 1.8 months on benefits alone; on benefits and running costs, the
    sum here, 99 150 / 825 850 x 12 = 1.44.
    """
    assert indicators.equity_months(SAPHIR, 12) == pytest.approx(99_150 / 825_850 * 12)
    assert indicators.claims_ratio(SAPHIR) == pytest.approx(650_320 / 575_000)


def test_collection_rate_and_own_funds_by_hand():
    """1 000 fell due: 700 earned, 300 for cover not yet given; 150 of it still owed by members, 40 paid ahead for
    later; 200 owed to providers.
    """
    books = accounts(
        cash=500, receivable=150, advances=-40, unearned=-300, providers=-200, contributions=-700, benefits=400
    )
    assert indicators.contributions_due(books) == 1_000
    assert indicators.collection_rate(books) == pytest.approx(0.85)
    assert indicators.equity(books) == 500 + 150 - 40 - 300 - 200
    assert indicators.claims_ratio(books) == pytest.approx(4 / 7)


def test_an_indicator_without_a_denominator_is_not_a_number():
    assert np.isnan(indicators.claims_ratio(accounts(benefits=5)))
    assert np.isnan(indicators.collection_rate(accounts(cash=5)))
    assert np.isnan(indicators.equity_months(accounts(cash=5), 12))


@pytest.mark.parametrize("events, trials", [(0, 100), (3, 100), (57, 100), (100, 100), (143, 1000)])
def test_interval_is_clopper_and_pearsons(events, trials):
    exact = stats.binomtest(events, trials).proportion_ci(method="exact")
    assert proportion_interval(events, trials) == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_interval_refuses_what_cannot_be():
    for events, trials in ((5, 4), (-1, 4), (0, 0)):
        with pytest.raises(ValueError, match="events in"):
            proportion_interval(events, trials)


def test_value_at_risk_is_the_smallest_that_holds_the_share():
    assert value_at_risk(np.arange(1, 101), 0.95) == 95
    assert value_at_risk(np.arange(1, 101), 0.951) == 96


def pairs_of_events(chance, p, correlation, pairs):
    """Events in pairs of worlds: with this probability the two worlds of a pair share their luck."""
    shared, own = chance.random(pairs) < p, chance.random((pairs, 2)) < p
    return np.where((chance.random(pairs) < correlation)[:, None], shared[:, None], own).ravel()


@pytest.mark.parametrize("p", [0.005, 0.05, 0.3, 0.97])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
def test_an_interval_over_pairs_covers(p, correlation):
    """Of 2,000 samples of 200 pairs at least 95 % must cover, less 5 standard errors of 0.5 %: a correct interval fails
    here less than once in a million runs. With the worlds taken as independent, it would be 83 % at a correlation of 1.
    """
    chance, covered = np.random.default_rng(11), 0
    for _ in range(2_000):
        events = pairs_of_events(chance, p, correlation, 200)
        low, high = proportion_interval(int(events.sum()), 400, design_effect=design_effect(events))
        covered += low <= p <= high
    assert covered / 2_000 > 0.95 - 5 * np.sqrt(0.95 * 0.05 / 2_000)


def test_design_effect_by_hand():
    """40 pairs: 10 with one event, 15 with two, 15 with none. p = 1/2, discordant 1/4: 2 - 0.25 / 0.5 = 1.5; times
    the square of Student's quantile with 39 degrees of freedom, 2.0227, over 1.9600.
    """
    events = np.repeat([[1, 0], [1, 1], [0, 0]], [10, 15, 15], axis=0).ravel().astype(bool)
    assert design_effect(events) == pytest.approx(1.5 * (2.022691 / 1.959964) ** 2, rel=1e-5)


def test_few_events_count_as_pairs():
    assert design_effect(np.zeros(100, bool)) == 2 and design_effect(np.ones(100, bool)) == 2
    assert proportion_interval(0, 100, design_effect=2)[1] == pytest.approx(1 - 0.025 ** (1 / 50))  # none in 50 pairs
    assert (
        design_effect(np.array([True])) == 1 and design_effect(np.zeros(3, bool)) == 1.5
    )  # one world, one pair and one


def test_independent_worlds_in_pairs_have_an_effect_of_about_one():
    """1 + the intraclass correlation of 20,000 independent pairs: 0 with a standard error of 0.007; 5 of them are left
    by less than one run in a million."""
    events = pairs_of_events(np.random.default_rng(5), 0.3, 0.0, 20_000)
    assert 1 <= design_effect(events) < 1 + 5 / np.sqrt(20_000) + 0.001


def test_variance_parts_by_hand():
    """Pairs (1, 3), (5, 5), (0, 2), and one world over: inside (2 + 0 + 2) / 3 = 4/3; of the means 2, 5, 1 it is 13/3,
    of which 2/3 are chance.
    """
    assert variance_parts([1, 3, 5, 5, 0, 2, 99]) == pytest.approx((4 / 3, 13 / 3 - 2 / 3))
    assert variance_parts([0, 9, 9, 0]) == (40.5, 0)  # what is between cannot be negative
    assert np.isnan(variance_parts([1, 2, 3])).all()


def test_ratio_error_by_hand():
    """1/2 and 3/4, together 4/6: left over -1/3 and 1/3, so root of (2 x 2/9) over 6 = 1/9. As one pair it cannot be
    told.
    """
    assert ratio_error([1, 3], [2, 4]) == pytest.approx(1 / 9)
    assert np.isnan(ratio_error([1, 3], [2, 4], paired=True))
    assert ratio_error([1, 0, 3, 0], [1, 1, 2, 2], paired=True) == pytest.approx(1 / 9)
    assert np.isnan(ratio_error([1, 2], [0, 0]))


def test_a_quantile_of_pairs_that_are_equal_has_the_interval_of_half_as_many():
    values = np.random.default_rng(7).permutation(200)
    for level in (0.1, 0.5, 0.9, 0.95):
        twice = quantile_interval(np.repeat(values, 2), level, design_effect=2)
        assert twice == quantile_interval(values, level)
