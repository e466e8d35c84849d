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
    marks = [np.array(numbers.marks(path)) for path in (NEED, BILL)]
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


# Need that follows from use


def with_use(use, seeking=None):
    """The scenario in which outpatient care has been counted."""
    kind = {**SCENARIO.content["setting"]["illness"]["outpatient"], "use": use}
    kind = {key: said for key, said in kind.items() if key not in ("need", "seeking")}
    return SCENARIO.with_("setting.illness.outpatient", kind | ({"seeking": seeking} if seeking else {}))


def outpatient(scenario, worlds=400):
    """Need, seeking uncovered and covered of outpatient care as the engine has them, in each world; without sectors'
    and zones' multipliers."""
    setting, k = Batch(Prepared(scenario, 5), 0, worlds).setting, scenario.kinds.index("outpatient")
    plain = next(s for s, one in enumerate(scenario.setting.enterprises) if one.sector != "fish")
    return setting.need[:, k, plain], setting.seeking[:, k, 0, 0], setting.seeking[:, k, 0, 1]


SEEKING = {"covered": {"between": ["55%", "85%"]}, "uncovered": {"between": ["15%", "35%"], "law": "uniform"}}


@pytest.mark.parametrize(("of", "who"), [("uninsured at full price", 0), ("insured", 1)])
def test_in_each_world_those_who_were_counted_use_what_was_seen(of, who):
    """use = need × seeking of that group, world by world, and both are drawn by their own paths."""
    scenario = with_use({"value": {"between": [0.2, 0.5], "law": "lognormal"}, "of": of}, SEEKING)
    need, *seeking = outpatient(scenario)
    used = Numbers(scenario, 5, 0, 400).of(f"{NEED[:-4]}use.value", scenario.setting.illness["outpatient"].use.value)
    assert np.allclose(need * seeking[who], used, rtol=1e-12, atol=0)
    assert len(set(used[::2])) == len(set(seeking[who][::2])) == 200
    assert (need[::2] == need[1::2]).all()


def test_ignorance_about_seeking_is_ignorance_about_need():
    """With an exact use u of the uninsured and their seeking s uniform from 15 % to 35 %, the mean need is
    u × ln(35 / 15) / 0.2, 5.9 % above u / 25 %, and the insured, of whom a share c goes, use c times that; exact
    figures give u / 25 %. Bands of 5 standard errors of 2,000 pairs: a false alarm less than once in a million.
    """
    use = {"value": 0.3, "grade": "exact", "of": "uninsured at full price"}
    need, _, covered = outpatient(with_use(use, SEEKING), 4000)
    mean, second = 0.3 * math.log(35 / 15) / 0.2, 0.09 * (1 / 0.15 - 1 / 0.35) / 0.2
    error = math.sqrt((second - mean * mean) / 2000)
    assert need.mean() == pytest.approx(mean, abs=5 * error) and mean > 1.2 + 5 * error
    assert (need * covered).mean() == pytest.approx(mean * 0.7, rel=0.05)
    exact = {"covered": "70%", "uncovered": {"value": "25%", "grade": "exact"}}
    assert set(outpatient(with_use(use, exact), 10)[0]) == {0.3 / 0.25}


def test_how_many_times_as_often_the_insured_go_moves_need():
    """Drawn r: the uninsured seek 1 / r of what they need, and need is r times their use; that of the insured is what
    they use, whatever r is."""
    ratio = {"between": [1.5, 3], "best": 2}
    use = {"value": {"between": [0.2, 0.5]}, "insured_over_uninsured": ratio}
    for of in ("uninsured at full price", "insured"):
        scenario = with_use({**use, "of": of})
        numbers, kind = Numbers(scenario, 5, 0, 400), scenario.setting.illness["outpatient"]
        r = numbers.of(f"{NEED[:-4]}use.insured_over_uninsured", kind.use.insured_over_uninsured)
        used = numbers.of(f"{NEED[:-4]}use.value", kind.use.value)
        need, uncovered, covered = outpatient(scenario)
        assert (covered == 1).all() and (uncovered == 1 / r).all() and r.min() > 1.5 and r.max() < 3
        assert np.allclose(need, used if of == "insured" else used * r, rtol=1e-12, atol=0)


def test_need_stays_finite():
    """A share of 0 of those who go gives the most that may be written, or nothing where nothing was used."""
    numbers = Numbers(SCENARIO, 5, 0, 3)
    shares, limits = np.array([0.0, 0.5, 1e-6]), (0.0, 1000.0)
    numbers.of = lambda path, number: shares if path == "s" else np.full(3, number)
    assert numbers._quotient(("u", 0.3), ("s", 0.5), limits).tolist() == [1000.0, 0.6, 1000.0]
    assert numbers._quotient(("u", 0.0), ("s", 0.5), limits).tolist() == [0.0, 0.0, 0.0]
