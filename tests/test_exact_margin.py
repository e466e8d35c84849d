"""The exact safety margin: the law of a pool's year against laws computed in another way (closed forms, sums over all
4,096 classes, Panjer and compound laws on fine lattices), its moments against `pool`, and the engine.

False alarms: the comparison with the engine takes the bound of Dvoretzky, Kiefer, Wolfowitz and Massart at 1e-6. The
seed is fixed.
"""

import json
import math
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, special, stats
from test_tariff import LIVED, SHIPPED, as_drawn, one, opened, priced, scenario

import mho_sim
from mho_sim.actuarial import costs, counts, lattice, totals
from mho_sim.actuarial.costs import Gamma
from mho_sim.actuarial.margins import CLASSES, LEVELS, comonotone
from mho_sim.engine import Prepared
from mho_sim.report import price_text
from mho_sim.scenario import parse
from mho_sim.study.pooling import mutual_years
from mho_sim.tariff import year
from mho_sim.tariff.figures import Figures
from mho_sim.tariff.people import people_of
from mho_sim.tariff.pool import factors_of, kinds_that_cost, pool
from mho_sim.tariff.services import Care, index_of_year
from mho_sim.verification.worlds import lived

BENCHMARK = Path(__file__).parent / "benchmarks" / "virtual-mutuals.yaml"


def year_of(told, people=None, fine=year.FINE):
    """The law of a year's payments of a scenario's people."""
    care = Care(told, people or people_of(told), Figures(told))
    index = index_of_year(told.setting.inflation.medical.best, 1)
    factors = {kind: factors_of(care, kind) for kind in kinds_that_cost(care, index)}
    return year.Year(care, factors, index, pool(care, index), fine)


def direct(size, unit, log_transform):
    """Chances of 0, 1, … units, fewer than `size`, from log E[z^N] at the roots of unity."""
    z = np.exp(-2j * math.pi * np.arange(size // 2 + 1) / size)
    return lattice.Lattice(unit, np.fft.irfft(np.exp(log_transform(z)), size))


# Without factors


def test_one_kind_of_a_fixed_cost_is_a_poisson_number():
    law = year_of(one(0.8, "{fixed: 1_000}")).law(60)
    assert isinstance(law, year.Whole) and law.unit == 1_000
    for level in LEVELS:
        assert law.quantile(level) == 1_000 * stats.poisson.ppf(level, 48)
    for number in (30, 48, 60, 75):
        assert law.below(1_000 * number) == pytest.approx(stats.poisson.cdf(number, 48), abs=1e-10)


def test_what_all_have_every_month_is_certain():
    """Of 50 people each is paid 12,000, beside a Poisson number, of mean 0.05, of 1,000: 600,000, and 1,000 more in 5
    of 100 years."""
    kinds = "{always: {chronic: 100%, cost: {fixed: 1_000}}, ill: {need: 0.001, cost: {fixed: 1_000}}}"
    law = year_of(scenario(kinds, "{always: {}, ill: {}}")).law(50)
    assert [law.quantile(level) for level in (0.5, 0.95, 0.99)] == [600_000, 600_000, 601_000]


def test_a_table_of_costs_with_copayment_against_panjer():
    told = one(0.5, "{table: {1_000: 50%, 3_000: 30%, 20_000: 20%}}", "{copay: 25%, ceiling_per_event: 6_000}")
    law, severity = year_of(told).law(100), lattice.of_amounts(750, [750, 2_250, 6_000], [0.5, 0.3, 0.2])
    expected = totals.panjer(counts.poisson(50), severity, 600)
    for level in LEVELS:
        assert law.quantile(level) == lattice.value_at_risk(expected, level)
    for amount in 750 * np.array([100, 180, 250, 320]):
        assert law.below(amount) == pytest.approx(lattice.below(expected, amount), abs=1e-9)


@pytest.mark.parametrize(
    "cost, law",
    [
        ("{lognormal: {mean: 4_000, cv: 0.9}}", costs.Lognormal(4_000, 0.9)),
        ("{gamma: {mean: 4_000, cv: 1.3}}", Gamma(4_000, 1.3)),
        ("{exponential: {mean: 4_000}}", costs.exponential(4_000)),
    ],
)
def test_continuous_costs_after_deductible_copayment_and_ceiling(cost, law):
    """On a lattice of 4 francs, whose own error is below 1e-6."""
    told = one(0.6, cost, "{deductible: 500, copay: 20%, ceiling_per_event: 10_000}")
    layer = costs.benefit(("deductible", 500), ("copay", 0.2), ("ceiling", 10_000))
    expected = totals.compound(counts.poisson(120), lattice.discretised(law, 4.0, layer))
    found = year_of(told).law(200)
    for amount in np.linspace(0.7, 1.5, 7) * lattice.moments(expected).mean:
        place = math.floor(amount / 4)
        half = (lattice.below(expected, 4 * place) + lattice.below(expected, 4 * place - 4)) / 2
        assert found.below(4 * place) == pytest.approx(half, abs=1e-6)
    for level in LEVELS:
        assert found.quantile(level) == pytest.approx(lattice.value_at_risk(expected, level), abs=4.1)


def test_births_happen_once_and_the_chronically_ill_come_every_month():
    kinds = "{a: {rate: births, cost: {fixed: 6_000}}, b: {chronic: 10%, cost: {fixed: 500}}}"
    told = scenario(kinds, "{a: {}, b: {}}", "setting.association.births=20%", households="{1: 40}")
    people = people_of(told)
    fertile = round(40 * float((people.shares * people.women_of_15_to_49).sum()), 6)
    law = year_of(told).law(40)
    size = 2_000
    z = np.exp(-2j * math.pi * np.arange(size // 2 + 1) / size)
    logs = 40 * np.log(0.9 + 0.1 * z**12) + fertile * np.log(0.8 + 0.2 * z**12)
    expected = lattice.Lattice(500, np.fft.irfft(np.exp(logs), size))
    for amount in (0, 6_000, 24_000, 48_000):
        assert law.below(amount) == pytest.approx(lattice.below(expected, amount), abs=1e-9)
    assert float(lattice.moments(expected).mean) == pytest.approx(40 * 600 + fertile * 1_200)


def test_referred_care_comes_with_what_it_is_referred_from():
    """Of each sought episode of a (100) half is referred to b (1,000): a Poisson number of 100 or 1,100."""
    kinds = "{a: {need: 2, cost: {fixed: 100}}, b: {referred_from: {kind: a, share: 50%}, cost: {fixed: 1_000}}}"
    law = year_of(scenario(kinds, "{a: {}, b: {}}")).law(20)
    severity = lattice.of_amounts(100, [100, 1_100], [0.5, 0.5])
    expected = totals.compound(counts.poisson(40), severity)
    assert [law.quantile(level) for level in LEVELS] == [lattice.value_at_risk(expected, level) for level in LEVELS]
    assert law.below(24_000) == pytest.approx(lattice.below(expected, 24_000), abs=1e-10)


# Factors


def test_frailty_alone_is_a_negative_binomial_number():
    """Of each person Poisson mixed by gamma. The model's factor has 4,096 classes, of 0.02 % less variance: exact with
    all of them, within 1e-4 of the closed form.
    """
    persons, need, frailty = 80, 1.5, 0.9
    law = year_of(one(need, "{fixed: 100}", "{}", f"setting.illness.care.frailty={frailty}")).law(persons)
    closed = stats.nbinom(persons / frailty, 1 / (1 + need * frailty))
    classes = comonotone(Gamma, (frailty,))[0]
    all_classes = direct(1_024, 100, lambda z: persons * _mean_log(need, classes, z))
    for number in (80, 110, 120, 140, 160):
        assert law.below(100 * number) == pytest.approx(closed.cdf(number), abs=1e-4)
        assert law.below(100 * number) == pytest.approx(lattice.below(all_classes, 100 * number), abs=1e-9)


def _mean_log(need, classes, z):
    """log E[e^(need f (z - 1))] over classes, one row a point."""
    return np.log(np.exp(need * np.multiply.outer(z - 1, classes)).mean(axis=-1))


def test_two_frailties_rise_together():
    kinds = """{a: {need: 0.8, frailty: 0.9, cost: {fixed: 100}}, b: {need: 0.2, frailty: 2.5, cost: {fixed: 700}}}"""
    law = year_of(scenario(kinds, "{a: {}, b: {}}")).law(60)
    first, second = comonotone(Gamma, (0.9, 2.5))

    def log_transform(z):
        exponents = 0.8 * np.multiply.outer(z - 1, first) + 0.2 * np.multiply.outer(z**7 - 1, second)
        values = np.exp(exponents).mean(axis=-1)
        return 60 * (np.log(np.abs(values)) + 1j * np.unwrap(np.angle(values)))

    expected = direct(2_048, 100, log_transform)
    for number in (80, 130, 200, 260):
        assert law.below(100 * number) == pytest.approx(lattice.below(expected, 100 * number), abs=1e-6)


@pytest.mark.parametrize("community, persons", [(0.04, 300), (0.04, 50_000), (0.3, 200), (1.0, 60)])
def test_good_and_bad_years_alone_are_a_mixture(community, persons):
    """Poisson given the year; the years by adaptive quadrature."""
    told = one(1.2, "{fixed: 1_000}", "{}", f"setting.illness.care.community={community}")
    law, gamma = year_of(told).law(persons), stats.gamma(1 / community, scale=community)
    for share in (0.8, 1.0, 1.2, 1.5):
        number = math.floor(1.2 * persons * share)
        points = [number / (1.2 * persons) * (1 + k / math.sqrt(number)) for k in (-6, 0, 6)]
        value, _ = integrate.quad(
            lambda g, number=number: gamma.pdf(g) * special.pdtr(number, 1.2 * persons * g), 0, 8, points=points,
            limit=400, epsabs=1e-10)  # fmt: skip
        if isinstance(law, year.Whole):
            assert law.below(1_000 * number) == pytest.approx(value, abs=1e-7)
        else:  # read between the points
            assert law.below(1_000 * (number + 0.5)) == pytest.approx(value, abs=1e-6)


def test_what_all_share_is_independent_between_kinds():
    kinds = (
        """{a: {need: 1.2, community: 0.04, cost: {fixed: 100}}, b: {need: 0.3, community: 0.2, cost: {fixed: 700}}}"""
    )
    law = year_of(scenario(kinds, "{a: {}, b: {}}")).law(50)
    parts = [(60, 0.04, 100), (15, 0.2, 700)]
    expected = totals.sum_of(*(
        totals.compound(counts.gamma_mixed_poisson(mean, v), lattice.of_amounts(100, [bill], [1.0]))
        for mean, v, bill in parts))  # fmt: skip
    for amount in (10_000, 15_000, 20_000, 30_000):
        assert law.below(amount) == pytest.approx(lattice.below(expected, amount), abs=1e-7)


def test_all_factors_of_two_kinds_together():
    """Both kinds, both factors: given two years, all classes."""
    kinds = """{a: {need: 1.2, frailty: 0.9, community: 0.04, cost: {fixed: 100}},
      b: {need: 0.3, frailty: 0.9, community: 0.09, cost: {fixed: 700}}}"""
    law = year_of(scenario(kinds, "{a: {}, b: {}}"), fine=year.COARSE).law(60)
    classes, size = comonotone(Gamma, (0.9,))[0], 1_024
    nodes = [year.gamma_nodes(v, 14) for v in (0.04, 0.09)]
    people, weights = year.gauss(classes, np.full(CLASSES, 1 / CLASSES), 40)
    z = np.exp(-2j * math.pi * np.arange(size // 2 + 1) / size)
    total = 0
    for g, share in zip(*nodes[0]):
        for h, more in zip(*nodes[1]):
            exponent = 1.2 * g * (z - 1) + 0.3 * h * (z**7 - 1)
            total = total + share * more * (np.exp(np.multiply.outer(exponent, people)) @ weights) ** 60
    expected = lattice.Lattice(100, np.fft.irfft(total, size))
    for amount in (15_000, 20_000, 25_000, 35_000):
        assert law.below(amount) == pytest.approx(lattice.below(expected, amount), abs=1e-6)


@pytest.mark.parametrize("told", [*SHIPPED, LIVED], ids=lambda told: getattr(told, "stem", "lived"))
def test_mean_and_standard_deviation_are_those_of_the_pool(told):
    """Derivatives of the logarithm of the transform at 0, by differences whose error falls with the fourth power."""
    told = parse(told) if isinstance(told, str) else mho_sim.load(told)
    found = year_of(told)
    persons, sd = found.care.people.beneficiaries, found.pool.sd(found.care.people.beneficiaries)
    h = 0.02 / sd
    low2, low, high, high2 = found.log_transform(h * np.array([-2.0, -1.0, 1.0, 2.0]), persons).real
    mean = (8 * (high - low) - (high2 - low2)) / (12 * h)
    variance = (16 * (high + low) - (high2 + low2)) / (12 * h**2)
    assert mean == pytest.approx(found.pool.mean * persons, rel=1e-6)
    assert math.sqrt(variance) == pytest.approx(sd, rel=1e-6)


# Against the engine


def test_the_engine_pays_as_the_law_says():
    """600 worlds of 80 people, of one association: P(S <= what was paid) is uniform. By the bound of Massart (1990)
    the largest distance exceeds root(ln(2 / a) / 2 n) with probability a at most; a = 1e-6.
    """
    told = parse(LIVED)
    prepared = Prepared(told, 1)
    law = year_of(told, as_drawn(told, prepared)).law(len(prepared.people.row))
    paid = np.sort(lived(told, 600).balance("benefits", 12).astype(float))
    chances, n = np.array([law.below(amount) for amount in paid]), len(paid)
    distance = max((np.arange(1, n + 1) / n - chances).max(), (chances - np.arange(n) / n).max())
    assert distance < math.sqrt(math.log(2 / 1e-6) / (2 * n))


@pytest.mark.parametrize("level", LEVELS)
def test_virtual_mutuals_stay_below_the_exact_quantile(virtual_mutuals, level):
    """Of 20 mutuals of some 2,400 people, 50 years each, as many cost more than the exact quantile of their own people
    as a binomial number has it; outside the band with probability 1e-6."""
    beyond = int((virtual_mutuals > level).sum())
    low, high = stats.binom(virtual_mutuals.size, 1 - level).ppf([5e-7, 1 - 5e-7])
    assert low <= beyond <= high


def test_virtual_mutuals_cost_as_the_law_says(virtual_mutuals):
    """The whole law, by the bound of Massart at 1e-6."""
    chances, n = np.sort(virtual_mutuals.ravel()), virtual_mutuals.size
    distance = max((np.arange(1, n + 1) / n - chances).max(), (chances - np.arange(n) / n).max())
    assert distance < math.sqrt(math.log(2 / 1e-6) / (2 * n))


@pytest.fixture(scope="module")
def virtual_mutuals():
    """P(S <= what care cost) by the law of each mutual's people, (mutuals, years); nobody is born, so that people stay
    those of the start."""
    told = mho_sim.load(BENCHMARK).with_("setting.association.births", "0%")
    found = []
    for mutual, cost in enumerate(mutual_years(told, 20, 50)):
        prepared = Prepared(told, 1 + mutual)
        persons = len(prepared.people.row)
        law = year_of(told, drawn(told, prepared)).law(persons)
        found.append([law.below(amount * persons) for amount in cost])
    return np.array(found)


def drawn(told, prepared):
    """The people of a mutual as the engine drew them."""
    row, people = prepared.people.row, people_of(told)
    shares = np.zeros(people.shares.shape)
    np.add.at(shares, (row["woman"].astype(int), (-row["born"] / 365.25).astype(int), 0, 0), 1 / len(row))
    return people._replace(shares=shares)


# The margin


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_exact_margin_of_each_shipped_scenario(path):
    found = priced(path)
    exact = found.exact
    assert exact.missing is None and exact.people_missing is None and exact.numerical_error < 1e-5
    margins = found.margins["margin_exact"]
    assert margins.is_monotonic_increasing
    assert margins.to_numpy() == pytest.approx(found.margins["margin_np"].to_numpy(), rel=0.05)  # hundreds of people
    told = found.to_dict()
    assert told["margins"]["0.95"]["margin_exact"] == margins[0.95]
    assert told["exact_margin"]["numerical_error"] == exact.numerical_error
    assert "(exact)" in price_text(found) and "numerical error below" in price_text(found)


def test_the_smallest_pool_by_the_exact_law():
    """Of continuous costs: with one person less the margin does not suffice; with good and bad years none may."""
    told = one(1.0, "{lognormal: {mean: 3_000, cv: 1.0}}")
    found = year_of(told)
    for level in LEVELS:
        enough = found.persons_for(0.1, level, 500)
        assert found.margin(level, enough, False) <= 0.1 < found.margin(level, enough - 1, False)
    shared = year_of(one(1.0, "{lognormal: {mean: 3_000, cv: 1.0}}", "{}", "setting.illness.care.community=0.04"))
    floor = stats.gamma(25, scale=0.04).ppf(0.95) - 1
    assert shared.persons_for(floor * 0.999, 0.95, 500) is None
    enough = shared.persons_for(0.4, 0.95, 500)
    assert shared.margin(0.95, enough, False) <= 0.4 < shared.margin(0.95, enough - 1, False)
    assert shared.margin(0.95, 10**7, False) == pytest.approx(floor, rel=1e-4)


def test_what_no_number_takes_away_of_two_kinds():
    kinds = """{a: {need: 1, community: 0.04, cost: {fixed: 100}}, b: {need: 1, community: 0.04, cost: {fixed: 100}}}"""
    found = year_of(scenario(kinds, "{a: {}, b: {}}"))
    assert found._floor(0.95) == pytest.approx(stats.gamma(50, scale=0.02).ppf(0.95) - 1, rel=1e-6)


BOTH = "{}: {{need: 1, frailty: {}.5, community: 0.1, cost: {{lognormal: {{mean: 900, cv: 1}}}}}}"


def test_a_year_that_never_varies_needs_no_margin():
    found = mho_sim.price(scenario("{care: {chronic: 100%, cost: {fixed: 500}}}", "{care: {}}"))
    assert (found.margins["margin_exact"] == 0).all() and (found.margins["people_exact"] == 1).all()


@pytest.mark.parametrize(
    "kinds, benefits, said",
    [
        ("{a: {need: 0.001, cost: {lognormal: {mean: 100, cv: 1}}}}", "{a: {}}", year.FEW),
        (
            f"{{{', '.join(BOTH.format(kind, n) for n, kind in enumerate('abc', 1))}}}",
            "{a: {}, b: {}, c: {}}",
            year.MANY,
        ),
    ],
    ids=["few", "many"],
)  # fmt: skip
def test_where_it_cannot_be_had_a_sentence_says_why(kinds, benefits, said):
    found = mho_sim.price(scenario(kinds, benefits, households="{1: 300}"))
    page = " ".join(price_text(found).split())
    assert f"The exact margin is missing: {said}." in page and "(exact)" not in page
    told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert told["exact_margin"]["missing"] == said and told["margins"]["0.99"]["margin_exact"] is None
    assert "missing" in opened(found).values.values() and np.isfinite(found.margins["margin_np"]).all()


def test_a_price_takes_a_second_at_most():
    """Of the processor, when numbers were already loaded once."""
    told = mho_sim.load(next(path for path in SHIPPED if path.stem == "market-traders"))
    mho_sim.price(told).to_dict()
    before = time.process_time()
    mho_sim.price(told).to_dict()
    assert time.process_time() - before < 2.5  # a second here; the limit holds on slower machines


# Nodes


def test_gauss_nodes_have_the_moments_of_the_points():
    points, weights = np.array([0.0, 1.0, 2.0, 5.0, 9.0]), np.array([0.1, 0.2, 0.3, 0.3, 0.1])
    nodes, shares = year.gauss(points, weights, 3)
    for power in range(6):
        assert shares @ nodes**power == pytest.approx(weights @ points**power)
    nodes, shares = year.gauss(np.array([2.0, 2.0]), np.array([0.25, 0.75]), 5)
    assert nodes == pytest.approx([2.0]) and shares == pytest.approx([1.0])


def test_gamma_nodes_have_the_moments_of_the_gamma_law():
    for variance in (0.001, 0.04, 1.0, 3.0):
        nodes, weights = year.gamma_nodes(variance, 6)
        for power in range(5):
            moment = variance**power * special.poch(1 / variance, power)
            assert weights @ nodes**power == pytest.approx(moment, rel=1e-9)
