"""Indicators and intervals against sums made by hand and published examples."""

import numpy as np
import pytest
from scipy import stats

from mho_sim import indicators
from mho_sim.actuarial import proportion_interval, value_at_risk
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
    assert indicators.reserve_months(SAPHIR, 12) == pytest.approx(99_150 / 825_850 * 12)
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
    assert np.isnan(indicators.reserve_months(accounts(cash=5), 12))


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
