"""What nobody knows exactly: the laws of ranges against scipy and closed forms; who shares which value."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mho_sim import load
from mho_sim.draws import decision
from mho_sim.engine import Prepared
from mho_sim.engine.batch import Batch
from mho_sim.engine.unknowns import STEPS, Numbers, quantile, variances_of
from mho_sim.scenario import Range

SCENARIO = (
    load(Path(__file__).parent.parent / "scenarios" / "market-traders.yaml")
    .with_("scheme.membership.intakes", "none")
    .with_("setting.association.members", 20)
    .with_("setting.illness.outpatient.need", {"between": [1, 4], "best": 1.5, "law": "uniform"})
    .with_("setting.illness.outpatient.frailty", {"between": [0, 2], "best": 1.2, "law": "uniform"})
    .with_("setting.illness.hospital.cost.lognormal.mean", {"between": [20_000, 90_000], "law": "lognormal"})
    .with_("setting.paying.on_time", {"between": ["60%", "100%"], "best": "70%"})
    .with_("setting.paying.mean_days_late", {"value": 30, "grade": "exact"})
)
NEED, FRAILTY, BILL = (
    f"setting.illness.{what}" for what in ("outpatient.need", "outpatient.frailty", "hospital.cost.lognormal.mean")
)
MARKS = (np.arange(1000) + 0.5) / 1000


@pytest.mark.parametrize("low, best, high", [(0.5, 1, 4), (0, 0, 1), (2, 5, 5), (0.01, 0.02, 0.03)])
def test_pert_is_a_beta(low, best, high):
    """A beta between the ends, whose mean is (low + 4 best + high) / 6."""
    range_, width = Range(low, best, high, "pert"), high - low
    law = stats.beta(1 + 4 * (best - low) / width, 1 + 4 * (high - best) / width, loc=low, scale=width)
    drawn = np.array([quantile(range_, u) for u in MARKS])
    assert np.allclose(drawn, law.ppf(MARKS), rtol=1e-9, atol=0)
    assert law.mean() == pytest.approx((low + 4 * best + high) / 6)
    assert drawn.mean() == pytest.approx(law.mean(), abs=width / 1000)  # each mark stands for its part of the grid
    assert low <= drawn.min() and drawn.max() <= high and (np.diff(drawn) > 0).all()


def test_uniform_is_straight():
    assert [quantile(Range(2, 3, 10, "uniform"), u) for u in (0.0, 0.25, 0.5, 1.0)] == [2, 4, 6, 10]


def test_lognormal_has_its_ends_as_quantiles():
    """Low and high are the 5 % and 95 % quantiles, the geometric middle the median."""
    range_ = Range(20.0, 60.0, 180.0, "lognormal")
    assert [quantile(range_, u) for u in (0.05, 0.5, 0.95)] == pytest.approx([20, 60, 180], rel=1e-12)
    law = stats.lognorm(math.log(9) / (2 * stats.norm.ppf(0.95)), scale=60)
    assert np.allclose([quantile(range_, u) for u in MARKS], law.ppf(MARKS), rtol=1e-12, atol=0)


def test_worlds_of_a_pair_share_and_neighbours_differ():
    numbers = Numbers(SCENARIO, 5, 6, 40)  # from an even world: twenty pairs
    for path, unknown in (
        (NEED, SCENARIO.setting.illness["outpatient"].need),
        (BILL, SCENARIO.setting.illness["hospital"].cost.lognormal.mean),
    ):
        values = numbers.of(path, unknown)
        assert (values[0::2] == values[1::2]).all()
        assert len(set(values[0::2])) == 20
        assert (Numbers(SCENARIO, 5, 9, 7).of(path, unknown) == values[3:10]).all()
        assert not (Numbers(SCENARIO, 6, 6, 40).of(path, unknown) == values).any()
    known = numbers.of("setting.paying.mean_days_late", SCENARIO.setting.paying.mean_days_late)
    assert (known == 30).all()


def test_each_number_has_luck_of_its_own():
    """The marks of two numbers, 4,000 pairs each, are not correlated (false alarm 1e-6) and even (chi-squared over 20
    cells, 1e-6)."""
    numbers = Numbers(SCENARIO, 1, 0, 8000)
    marks = [np.array(numbers.marks(path))[::2] for path in (NEED, BILL)]
    assert abs(np.corrcoef(*marks)[0, 1]) < 4.9 / math.sqrt(4000)
    for u in marks:
        assert ((np.bincount((u * 20).astype(int), minlength=20) - 200) ** 2 / 200).sum() < 67.1
    assert decision(NEED) != decision(BILL)


def test_values_stay_within_the_limits_of_their_field():
    """A share is at most 1: a lognormal range has no upper end."""
    wide = SCENARIO.with_("setting.paying.on_time", {"between": ["50%", "100%"], "law": "lognormal"})
    values = Numbers(wide, 1, 0, 200).of("setting.paying.on_time", wide.setting.paying.on_time)
    assert values.max() == 1.0 and (values == 1.0).sum() < 40 and values.min() > 0


def test_a_variance_takes_sixteen_values():
    """The quantiles at the middles of sixteen equal parts; each is drawn about as often as the others."""
    unknown = SCENARIO.setting.illness["outpatient"].frailty
    values = variances_of(SCENARIO, FRAILTY, unknown)
    assert values == [2 * (j + 0.5) / 16 for j in range(16)] and STEPS == 16
    drawn = Numbers(SCENARIO, 1, 0, 3200).variance(FRAILTY, unknown)[::2]
    assert set(drawn) == set(values)
    counts = np.array([drawn.count(value) for value in values])
    assert ((counts - 100) ** 2 / 100).sum() < 60.0  # chi-squared, 15 degrees of freedom: 1e-6 beyond is 58.9
    exact = SCENARIO.with_("setting.illness.outpatient.frailty", {"value": 1.2, "grade": "exact"})
    assert variances_of(exact, FRAILTY, exact.setting.illness["outpatient"].frailty) == [1.2]


def test_the_engine_reads_them_by_world():
    """The batch's tables hold the numbers of its worlds, as another batch that holds the same worlds does."""
    prepared = Prepared(SCENARIO, 5)
    whole, part = Batch(prepared, 0, 12).setting, Batch(prepared, 5, 4).setting
    numbers = Numbers(SCENARIO, 5, 0, 12)
    k = SCENARIO.kinds.index("outpatient")
    assert (whole.need[:, k, 0] == numbers.of(NEED, SCENARIO.setting.illness["outpatient"].need)).all()
    assert (whole.paying["on_time"] == numbers.of("setting.paying.on_time", SCENARIO.setting.paying.on_time)).all()
    assert (whole.paying["mean_days_late"] == 30).all()
    for of_whole, of_part in zip(whole, part):
        if isinstance(of_whole, np.ndarray) and of_whole.shape[:1] == (12,):
            assert of_whole[5:9].tobytes() == of_part.tobytes()
