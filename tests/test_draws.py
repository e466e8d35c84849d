"""Draws against published answers: Philox's known-answer vectors, the C library's logarithm and exponential, CPython's
AS241, scipy's distributions; and bit by bit against the plain Python of reference_numbers.py.
"""

import math
import statistics

import numpy as np
import pytest
import reference_numbers as plain
from numba import njit
from scipy import stats

from mho_sim import draws
from mho_sim.engine import Prepared, episodes, slots
from mho_sim.engine.batch import Batch
from mho_sim.scenario import parse

KNOWN_ANSWERS = [  # Random123, kat_vectors, philox4x32 10: counter, key, words
    ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, 2**64 - 1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        0x299F31D0A4093822,
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
SMALLEST, LARGEST = 0.5 / 2**52, 1 - 0.5 / 2**52  # of the uniforms that a draw may give


@njit
def philox(a, b, c, d, seed):
    return draws.philox(a, b, c, d, seed)


@njit(error_model="numpy")
def log(x, found):
    for i in range(len(x)):
        found[i] = draws.log(x[i])


@njit(error_model="numpy")
def exp(x, found):
    for i in range(len(x)):
        found[i] = draws.exp(x[i])


@njit(error_model="numpy")
def normal(x, found):
    for i in range(len(x)):
        found[i] = draws.normal(x[i])


def columns(function, x, *rest):
    """A compiled loop's values at x."""
    x = np.asarray(x, dtype=float)
    found = np.empty_like(x)
    function(x, *rest, found)
    return found


def uniforms(number):
    """Uniforms over the whole range, half of them near one of its ends, and the ends themselves."""
    even, small = np.random.default_rng(1).random((2, number))
    small = SMALLEST * (0.5 / SMALLEST) ** small
    ends = [SMALLEST, 0.075, 0.5, 0.925, LARGEST]
    return np.concatenate((even[: number // 2], small[: number // 4], 1 - small[number // 4 : number // 2], ends))


def relative(found, expected):
    return np.abs(np.asarray(found) / np.asarray(expected) - 1)


# ---- uniforms


@pytest.mark.parametrize("counter, key, words", KNOWN_ANSWERS)
def test_philox_gives_the_known_answers(counter, key, words):
    assert tuple(int(word) for word in philox(*counter, np.uint64(key))) == words


def test_uniforms_lie_strictly_inside_and_are_even():
    """A chi-squared over 100 cells and the correlation of the pair; each false alarm about 1e-6."""
    first, second = draws.uniform_columns(np.arange(200_000), np.zeros(200_000), draws.decision("even"), 7, 1)
    assert min(first.min(), second.min()) > 0 and max(first.max(), second.max()) < 1
    for u in (first, second):
        cells = np.bincount((u * 100).astype(int), minlength=100)
        assert ((cells - 2000) ** 2 / 2000).sum() < 176  # chi-squared, 99 degrees of freedom: 1e-6 beyond
    assert abs(np.corrcoef(first, second)[0, 1]) < 4.9 / np.sqrt(200_000)


def test_a_decision_is_known_by_its_name():
    names = [
        f"illness.{kind}.{what}"
        for kind in ("outpatient", "hospital", "delivery")
        for what in ("next", "cost", "again", "community")
    ]
    names += ["household.size", "person", "frailty", "death", "birth", "contribution.paid", "household.status"]
    assert len({int(draws.decision(name)) for name in names}) == len(names)


# ---- logarithm, exponential, normal


def test_log_is_right_to_the_last_place_or_two():
    """Of every uniform, and of every normal number; 4e-16 is less than two units in the last place. Near 1 the C
    library's `log1p` of the difference, which is exact there, is the measure."""
    wide = np.exp(np.random.default_rng(2).uniform(-708, 709, 100_000))
    near_one = 1 + np.random.default_rng(3).uniform(-0.4, 1, 50_000) * 10.0 ** -np.random.default_rng(4).uniform(
        0, 15, 50_000
    )
    near_one = near_one[near_one != 1]
    for x in (uniforms(100_000), wide):
        assert relative(columns(log, x), [math.log(value) for value in x]).max() < 4e-16
    assert relative(columns(log, near_one), [math.log1p(value - 1) for value in near_one]).max() < 4e-16


def test_log_at_powers_of_two():
    """k × log 2 is summed from two parts, whose sum is rounded once."""
    assert columns(log, [1.0])[0] == 0.0
    powers = np.arange(-1000, 1001)
    assert columns(log, 2.0**powers).tolist() == [math.log(2.0**power) for power in powers.tolist()]


def test_exp_is_right_to_1_in_10_to_the_14():
    x = np.concatenate((np.random.default_rng(5).uniform(-700, 700, 200_000), np.linspace(-2, 2, 50_001)))
    assert relative(columns(exp, x), [math.exp(value) for value in x]).max() < 2e-14


def test_exp_at_whole_and_extreme_arguments():
    assert columns(exp, [0.0])[0] == 1.0
    assert columns(exp, [-1e6, -700.5]).tolist() == columns(exp, [-700.0] * 2).tolist()
    assert columns(exp, [1e6, 700.5, np.inf]).tolist() == columns(exp, [700.0] * 3).tolist()


@pytest.mark.parametrize("step", [1e-3, 1e-7, 1e-12])
@pytest.mark.parametrize("function", [log, exp, normal])
def test_they_never_fall(function, step):
    """On grids about the places where an argument passes from one formula to the next: of log, where the fraction is
    the square root of a half; of exp, odd multiples of (log 2) / 2; of normal, the limits of the centre and of the far
    tails. Over a step the function grows by more than it can be wrong."""
    far = math.exp(-25)
    seams = {
        log: [1.0, *(2.0**k * math.sqrt(0.5) for k in (-3, -1, 0, 1, 2))],
        exp: [(k + 0.5) * math.log(2) for k in (-40, -3, -1, 0, 1, 17, 40)],
        normal: [0.5, 0.075, 0.925, *([far, 1 - far] if step < far / 2000 else [])],
    }
    for seam in seams[function]:
        found = columns(function, seam + step * np.arange(-1000, 1001) * (0.07 if step == 1e-3 else 1.0))
        assert (np.diff(found) > 0).all(), seam


def test_normal_is_as241():
    """Bit for bit in the centre, where no logarithm is taken; in the tails as exact as the logarithm is."""
    u = uniforms(100_000)
    found, inverse = columns(normal, u), statistics.NormalDist().inv_cdf
    expected = np.array([inverse(value) for value in u])
    centre = np.abs(u - 0.5) <= 0.425
    assert (found[centre] == expected[centre]).all() and centre.sum() > 40_000
    assert relative(found[~centre], expected[~centre]).max() < 1e-14 and (~centre).sum() > 40_000


# ---- the same bits in plain Python


@pytest.mark.parametrize("name", ["log", "exp", "normal"])
def test_plain_python_gives_the_same_bits(name):
    u = uniforms(20_000)
    x = u if name != "exp" else np.concatenate((1400 * u - 700, 40 * u - 20, [-701.0, 701.0]))
    assert len(x) >= 20_000
    found = columns(globals()[name], x)
    assert found.tobytes() == np.array([getattr(plain, name)(value) for value in x.tolist()]).tobytes()


def test_plain_python_gives_the_same_uniforms():
    rng = np.random.default_rng(6)
    entities, indices = rng.integers(0, 2**32, 2000), rng.integers(-400, 2**31, 2000)
    first, second = draws.uniform_columns(
        entities, indices, draws.decision("illness.x.next"), np.uint32(77), np.uint64(2**63 + 5)
    )
    expected = [plain.draw(2**63 + 5, 77, int(e), "illness.x.next", int(i)) for e, i in zip(entities, indices)]
    assert list(zip(first.tolist(), second.tolist())) == expected


# ---- gamma factors


@pytest.mark.parametrize("variance", [0.01, 0.04, 0.5, 1.2, 2, 4])
def test_gamma_classes_keep_the_mean_and_all_but_a_thousandth_of_the_variance(variance):
    values = draws.gamma_classes(variance)
    assert abs(values.mean() - 1) < 1e-10
    assert 0 <= 1 - values.var() / variance < 1e-3
    assert (np.diff(values) >= 0).all()


# ---- bills and stays: the engine's own laws, on an even grid of uniforms

MEAN, CV = 3000, 0.7
STAYS = {"always_one": 1, "short": 1.5, "long": 9, "endless": 366}
LAWS = """
title: One kind of each law (invented)
currency: XOF
start: 2027-01-01
years: 1
default_grade: exact
setting:
  association:
    {households: {1: 1}, people: {ages: {0+: 100%}}, member: {ages: {18-60: 100%}}, births: none, deaths: none}
  illness:
    fixed: {need: 1, cost: {fixed: 777}}
    lognormal: {need: 1, cost: {lognormal: {mean: 3000, cv: 0.7}}}
    certain: {need: 1, cost: {lognormal: {mean: 3000, cv: 0}}}
    exponential: {need: 1, cost: {exponential: {mean: 3000}}}
    gamma: {need: 1, cost: {gamma: {mean: 3000, cv: 0.7}}}
    table: {need: 1, cost: {table: {100: 20%, 2000: 50%, 9000: 30%}}}
    always_one: {need: 1, cost: {fixed: 1}, days: 1}
    short: {need: 1, cost: {fixed: 1}, days: 1.5}
    long: {need: 1, cost: {fixed: 1}, days: 9}
    endless: {need: 1, cost: {fixed: 1}, days: 366}
scheme:
  membership: {waiting: {default: none}}
  contribution: {amount: 1, per: household, every: year, timing: in-advance, grace: none}
  benefits: {}
  providers: {invoice: on-the-day, pay_within: none}
"""


@njit(error_model="numpy")
def priced(u, k, setting, found):
    for i in range(len(u)):
        found[i] = slots.unrounded_bill(u[i], 0, k, setting)


@njit(error_model="numpy")
def stayed(u, k, setting, found):
    for i in range(len(u)):
        found[i] = episodes.days_of(u[i], k, setting)


@pytest.fixture(scope="module")
def laws():
    """(name, uniforms) -> bills before they are rounded; (name, uniforms) -> days."""
    scenario = parse(LAWS, "laws")
    setting = Batch(Prepared(scenario, 1), 0, 1).setting
    return tuple(
        lambda name, u, law=law: columns(law, u, scenario.kinds.index(name), setting) for law in (priced, stayed)
    )


def grid(number):
    """The middles of so many equal parts of (0, 1)."""
    return (np.arange(number) + 0.5) / number


def test_bills_that_do_not_vary(laws):
    assert (laws[0]("fixed", grid(100)) == 777).all() and (laws[0]("certain", grid(100)) == MEAN).all()


def test_lognormal_bills(laws):
    """Quantiles of scipy's. In each part of the grid both the middle and the mean lie between the quantiles at its
    ends, so over all parts but the last the two differ by less than the last limit / 20,000, here 0.05 % of the mean;
    of the last part, the partial mean is 0.06 %."""
    u = np.concatenate((grid(20_000), uniforms(2_000)))
    sigma = math.sqrt(math.log(1 + CV * CV))
    law = stats.lognorm(sigma, scale=MEAN * math.exp(-sigma * sigma / 2))
    found = laws[0]("lognormal", u)
    assert relative(found, law.ppf(u)).max() < 1e-12
    assert law.mean() == pytest.approx(MEAN) and law.std() == pytest.approx(CV * MEAN)
    assert found[:20_000].mean() == pytest.approx(MEAN, rel=1e-3)
    assert (np.diff(laws[0]("lognormal", np.sort(u))) >= 0).all()


def test_exponential_bills(laws):
    """The mean of -log over the middles of n parts is (n log n - log((2n)! / (4^n n!))) / n, exactly; about 1 less
    log(2) / 2n."""
    n = 20_000
    u = np.concatenate((grid(n), uniforms(2_000)))
    found = laws[0]("exponential", u)
    assert relative(found, stats.expon.isf(1 - u, scale=MEAN)).max() < 1e-15 * 4
    log_product = math.lgamma(2 * n + 1) - math.lgamma(n + 1) - n * math.log(4)
    assert found[:n].mean() == pytest.approx(MEAN * (n * math.log(n) - log_product) / n, rel=1e-10)
    assert found[:n].mean() == pytest.approx(MEAN * (1 - math.log(2) / (2 * n)), rel=1e-8)
    assert (np.diff(laws[0]("exponential", np.sort(u))) >= 0).all()


def test_gamma_bills(laws):
    """Each of the 4,096 classes has the mean of its part of the distribution, and so lies within it."""
    classes, shape = 4096, 1 / (CV * CV)
    law = stats.gamma(shape, scale=MEAN / shape)
    found = laws[0]("gamma", grid(2 * classes))
    assert (found[::2] == found[1::2]).all() and (np.diff(found[::2]) > 0).all()
    assert found.mean() == pytest.approx(MEAN, rel=1e-9) and found.std() == pytest.approx(CV * MEAN, rel=1e-3)
    limits = law.ppf(np.arange(classes + 1) / classes)
    rounding = MEAN * 0.5e-9  # factors have 9 decimals
    assert ((limits[:-1] - rounding <= found[::2]) & (found[::2] <= limits[1:] + rounding)).all()


def test_bills_of_a_table(laws):
    assert laws[0]("table", [SMALLEST, 0.1999, 0.2001, 0.6999, 0.7001, LARGEST]).tolist() == [
        *(100, 100, 2000, 2000, 9000, 9000)
    ]
    assert laws[0]("table", grid(1000)).mean() == pytest.approx(0.2 * 100 + 0.5 * 2000 + 0.3 * 9000)


@pytest.mark.parametrize("name", STAYS)
def test_days_of_a_stay_are_geometric(laws, name):
    """More than j days with probability (1 - 1 / mean)^j, cut at 366; each share of a grid is right to one part."""
    n, mean = 20_000, STAYS[name]
    days = laws[1](name, grid(n))
    assert days.min() == 1 and days.max() <= 366 and (np.diff(days) <= 0).all()
    for longer_than in range(366):
        share = (1 - 1 / mean) ** longer_than
        assert abs((days > longer_than).sum() - n * share) <= 1
    assert days.mean() == pytest.approx(sum((1 - 1 / mean) ** j for j in range(366)), abs=366 / n)
