"""Which unknown numbers matter: the mathematics against closed forms, and the engine's part against itself."""

import json
import re
import sys
import tracemalloc

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats
from test_figures import pairs_of_events

import mho_sim
from mho_sim.actuarial import paired_difference_interval
from mho_sim.actuarial.importance import (
    tail_mean,
    value_of_knowing,
    variance_index_intervals,
    variance_indices,
)
from mho_sim.actuarial.ranges import quantile
from mho_sim.capacity import TooLarge
from mho_sim.cli import commands
from mho_sim.engine import Prepared
from mho_sim.scenario import parse
from mho_sim.study.repeating import live

module = sys.modules["mho_sim.study.sensitivity"]  # the function of that name hides it
SMALL = """
title: Small
currency: XOF
country: Senegal
start: 2027-01-01
years: 1
setting:
  association:
    households: {3: 40}
    people: {ages: {0-59: 100%}, women: 50%}
    births: none
    deaths: none
  illness:
    outpatient:
      need: {between: [0.2, 1.8], best: 1.0, law: uniform}
      cost: {fixed: {between: [900, 1_100], best: 1_000, law: uniform}}
      frailty: {value: 0, grade: exact}
      community: {value: 0, grade: exact}
scheme:
  membership: {waiting: {default: none}}
  contribution: {amount: 100, per: beneficiary, every: month, timing: in-advance, grace: none}
  benefits: {outpatient: {copay: 0%}}
  providers: {invoice: on-the-day, pay_within: 0 days}
  expenses: {per_month: 0}
  support: none
  reserve: {opening: 10_000}
"""


def scenario(text=SMALL):
    return parse(text, "small.yaml")


def ishigami(x):
    """A function whose shares are known: Ishigami and Homma, 1990, with a = 7, b = 0.1."""
    return np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])


ISHIGAMI = [[0.313905, 0.442411, 0.0], [0.557589, 0.442411, 0.243684]]  # first, total: closed form


def sampled(n, generator):
    a, b = generator.uniform(-np.pi, np.pi, (2, 3, n))
    mixed = [ishigami(np.where(np.arange(3)[:, None] == i, b, a)) for i in range(3)]
    return ishigami(a), ishigami(b), np.array(mixed)


def test_shares_of_a_known_function():
    """Within 0.02 of the closed form at 2^17 points: more than five standard errors of any of them."""
    found = variance_indices(*sampled(2**17, np.random.default_rng(1)))
    assert np.abs(found - ISHIGAMI).max() < 0.02


def test_intervals_of_shares_cover():
    """Of 200 samples of 1,000 points, the 95 % intervals hold the closed form in 88 to 99 %: outside with a chance
    below 1e-4 for each of the six if they cover 95 %."""
    held = np.zeros((2, 3))
    for seed in range(200):
        _, low, high = variance_index_intervals(*sampled(1000, np.random.default_rng(seed)))
        held += (low <= ISHIGAMI) & (high >= ISHIGAMI)
    assert ((held >= 176) & (held <= 199)).all(), held


def test_a_figure_that_does_not_vary_has_no_shares():
    assert np.isnan(variance_indices(np.ones(50), np.ones(50), np.ones((2, 50)))).all()


def test_mean_of_the_worst():
    assert tail_mean([1, 2, 3, 4], 0.5) == 3.5
    assert tail_mean([1, 2, 3, 4], 0.7) == pytest.approx((4 + 0.2 * 3) / 1.2)
    assert tail_mean([5.0], 0.95) == 5


def test_value_of_knowing_a_normal():
    """Loss = x + chance, both standard normal: the worst 5 of 100 are 2.0627 standard deviations out (phi(1.6449) /
    0.05), sqrt(2) of them together and, were x known, 1. In 5 classes a part of x's variance stays, so that less is
    found: at least three quarters; never more than all of it, plus four standard errors of about 0.01.
    """
    generator, n = np.random.default_rng(1), 200_000
    u = generator.uniform(size=n)
    loss = stats.norm.ppf(u) + generator.standard_normal(n)
    whole = stats.norm.pdf(stats.norm.ppf(0.95)) / 0.05 * (np.sqrt(2) - 1)
    value, noise = value_of_knowing(u, loss)
    assert 0.75 * whole < value < whole + 0.04
    assert noise < 0.02
    nothing, noise = value_of_knowing(generator.uniform(size=n), loss)
    assert abs(nothing) < 3 * noise


def test_paired_difference_covers():
    """Of 400 samples of 60 pairs of independent worlds, in one of seven of which it changes, intervals hold the
    difference in 92 % at least (a chance of 0.4 % that 95 % falls below), and are at most half as long again as the
    normal interval of the true share of 0.14 in 120 worlds.
    """
    held = width = 0
    for seed in range(400):
        generator = np.random.default_rng(seed)
        before = generator.uniform(size=120) < 0.3
        up = generator.uniform(size=120) < 0.2  # of those before without
        after = before | up
        difference, low, high = paired_difference_interval(before, after, paired=True)
        assert difference == pytest.approx(after.mean() - before.mean())
        held += low <= 0.7 * 0.2 <= high
        width += (high - low) / 400
    assert held >= 368, held
    assert width < 1.5 * 2 * 1.96 * np.sqrt(0.14 * 0.86 / 120)


@pytest.mark.parametrize("share", [0.002, 0.005, 0.01, 0.02, 0.05, 0.2])
@pytest.mark.parametrize("pairs", [100, 200, 500])
def test_the_ends_of_a_paired_difference_hold_where_pairs_share_their_fate(pairs, share):
    """Exactly, without drawing: events come in both worlds of a pair or in none, so that their pairs are binomial. Each
    end must miss the true share in 2.5 % of the samples at most, however rare the events are.
    """
    never, changed = np.zeros(2 * pairs, bool), np.arange(pairs + 1)
    chances = stats.binom.pmf(changed, pairs, share)
    ends = {
        number: paired_difference_interval(never, np.repeat(np.arange(pairs) < number, 2), paired=True)[1:]
        for number in changed[chances > 1e-9]
    }
    assert sum(chances[number] for number, (_, high) in ends.items() if high < share) <= 0.025
    assert sum(chances[number] for number, (low, _) in ends.items() if low > share) <= 0.025


@pytest.mark.parametrize(("worlds", "paired", "clusters"), [(100, False, 100), (400, True, 200), (401, True, 200.5)])
def test_where_no_change_was_seen_the_ends_are_the_exact_limits(worlds, paired, clusters):
    """None of n clusters: at most 1 - 0.025 ** (1 / n) of them, either way (Clopper and Pearson); with one world over
    n is between, for a design effect is the mean."""
    same = np.random.default_rng(2).random(worlds) < 0.3
    difference, low, high = paired_difference_interval(same, same, paired=paired)
    assert difference == 0 and high == -low
    assert high == pytest.approx(1 - 0.025 ** (1 / clusters), rel=0.005)


@pytest.mark.parametrize("correlation", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("more", "less"), [(0.01, 0.0), (0.02, 0.005), (0.2, 0.05), (0.3, 0.3)])
def test_a_paired_difference_covers_whatever_pairs_share(more, less, correlation):
    """Of 600 samples of 200 pairs each end misses at most 2.5 %, plus four standard errors of 0.64 %."""
    chance, missed = np.random.default_rng(13), np.zeros(2)
    for _ in range(600):
        before = pairs_of_events(chance, 0.5, correlation, 200)
        up, down = (pairs_of_events(chance, 2 * share, correlation, 200) for share in (more, less))
        _, low, high = paired_difference_interval(before, np.where(before, ~down, up), paired=True)
        missed += low > more - less, high < more - less
    assert (missed / 600 <= 0.025 + 4 * np.sqrt(0.025 * 0.975 / 600)).all(), missed


def test_paired_difference_of_amounts_is_students():
    generator = np.random.default_rng(3)
    before, after = generator.normal(size=(2, 50))
    expected = stats.ttest_1samp(after - before, 0).confidence_interval(0.95)
    assert paired_difference_interval(before, after)[1:] == pytest.approx((expected.low, expected.high))


def test_a_given_mark_is_the_value_written_as_exact():
    """The worlds of a number held at a mark are, to the byte, those of the file with that value."""
    small, path = scenario(), "setting.illness.outpatient.need"
    for mark in (0.05, 0.95):
        (held,), _ = live([Prepared(small, 1).given({path: mark})], 0, 20)
        value = quantile(small.unknowns[path], mark)
        (written,), _ = live([Prepared(small.with_(path, {"value": value, "grade": "exact"}), 1)], 0, 20)
        assert (held.digests == written.digests).all()


def test_marks_of_each_world():
    """A world has the number that its own mark says, wherever the batch begins."""
    small, path = scenario(), "setting.illness.outpatient.need"
    other = "setting.illness.outpatient.cost.fixed"
    marks = {path: np.linspace(0.1, 0.9, 8), other: np.full(8, 0.5)}
    (each,), _ = live([Prepared(small, 1).given(marks)], 3, 5, batch=2)
    for w in range(5):
        (alone,), _ = live([Prepared(small, 1).given({path: marks[path][3 + w], other: 0.5})], 3 + w, 1)
        assert (each.digests[w] == alone.digests[0]).all()


def test_shares_of_a_compound_poisson_fund():
    """Own funds at the end = what came in - X C, with X Poisson of mean 120 N: N, the need, is uniform on (0.2, 1.8), C
    uniform on (900, 1 100) (whole francs). Var = E[120 N C^2] + var(120 N C): from these the first-order shares of N,
    of C and of chance, within four standard errors at 1,000 worlds (0.05 to 0.09).
    """
    found = mho_sim.sensitivity(scenario(), worlds=1000, seed=1)
    mean_n, var_n, mean_c, var_c = 1.0, 1.6**2 / 12, 1000.0, 200.0**2 / 12
    chance = 120 * mean_n * (mean_c**2 + var_c)
    of_n, of_c = 120**2 * var_n * mean_c**2, 120**2 * var_c * mean_n**2
    whole = chance + 120**2 * ((var_n + mean_n**2) * (var_c + mean_c**2) - (mean_n * mean_c) ** 2)
    expected = {
        "setting.illness.outpatient.need": of_n / whole,
        "setting.illness.outpatient.cost.fixed": of_c / whole,
        "chance": 0.0 + chance / whole,
    }
    first = found.indices["own_funds_first"]
    for name in list(expected)[:2]:
        assert abs(first[name] - expected[name]) < 0.12, name
    # luck is one number a world, on which more than a Poisson's own variance hangs: its total is all of it
    assert abs(found.indices["own_funds_total"]["chance"] - expected["chance"]) < 0.08
    assert found.indices.index[0] == "setting.illness.outpatient.need"
    need = found.tornado.loc["setting.illness.outpatient.need"]
    assert (need["low"], need["high"]) == pytest.approx((0.28, 1.72))
    # 144 000 F more claims for 1.44 more episodes of 120 people, at 1 000 F; standard error about 1 000
    assert abs(need["own_funds_difference"] + 120 * 1.44 * 1000) < 4000
    assert need["late_difference"] > 0.5
    assert found.worth.index[0] == "setting.illness.outpatient.need"


def test_the_page_and_the_object(tmp_path):
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    ran = CliRunner().invoke(commands, ["sensitivity", str(file), "--worlds", "60", "--quiet"])
    assert ran.exit_code == 0, ran.output
    assert "how often outpatient care" in ran.output and "What to measure next" in ran.output
    assert max(map(len, ran.output.splitlines())) <= 80
    told = CliRunner().invoke(commands, ["sensitivity", str(file), "--worlds", "60", "--json", "--no-indices"])
    found = json.loads(told.stdout)
    assert found["indices"] is None and found["worth"] is None
    assert set(found["tornado"]) == {"setting.illness.outpatient.need", "setting.illness.outpatient.cost.fixed"}
    again = CliRunner().invoke(commands, ["sensitivity", str(file), "--worlds", "60", "--quiet", "--workers", "1"])
    assert again.output == ran.output


@pytest.fixture
def told(tmp_path):
    """The page of a text, as one line."""

    def ask(text, *options):
        file = tmp_path / "asked.yaml"
        file.write_text(text)
        ran = CliRunner().invoke(commands, ["sensitivity", str(file), "--worlds", "40", "--quiet", *options])
        assert ran.exit_code == 0, ran.output
        assert max(map(len, ran.output.splitlines())) <= 80
        return " ".join(ran.output.split())

    return ask


@pytest.mark.parametrize(
    ("bill", "unit", "moved"), [(10, "in XOF", 4), (1000, "in thousands of XOF", 3), (10**6, "in millions of XOF", 3)]
)
def test_the_unit_of_the_moves_is_that_of_their_size(told, bill, unit, moved):
    """The need moves own funds by 120 people x 1.44 episodes x the bill, 1 728, 172 800 and 172 800 000: in the unit
    that leaves so many figures, to 15 % (four standard errors of 40 worlds)."""
    text = SMALL.replace("[900, 1_100], best: 1_000", f"[{bill * 0.9:.0f}, {bill * 1.1:.0f}], best: {bill}")
    page = told(text, "--no-indices")
    assert f"at high less at low, {unit}." in page
    digits = page.split("how often outpatient care is needed", 1)[1].split("#")[0].split()[4:]
    number = "".join(digits).lstrip("-")
    assert len(number) == moved and abs(int(number[:3]) / 172.8 - 1) < 0.15


def test_a_rate_is_told_as_files_write_it(told):
    """1 % to 5 %, moved between the marks of 5 and 95 of 100 of a uniform law: 1.2 % and 4.8 %."""
    text = SMALL.replace("scheme:", "  inflation: {medical: {between: [1%, 5%], best: 3%, law: uniform}}\nscheme:", 1)
    text = text.replace("years: 1", "years: 3").replace("[0.2, 1.8], best: 1.0", "[0.9, 1.1], best: 1.0")
    page = told(text, "--no-indices")
    assert "how fast prices of care rise 1.2% 4.8%" in page


def test_what_to_measure_next_without_indices(told):
    page = told(SMALL, "--no-indices")
    first = page.split("What to measure next", 1)[1]
    assert "- how often outpatient care is needed: own funds by about 1" in first
    assert "Not worked out, as --no-indices asks: how much less would be needed" in first


def test_too_large_is_refused_before_anyone_is_drawn(tmp_path, monkeypatch):
    """In one sentence, with options that this command has; a smaller number of worlds that is named fits."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    monkeypatch.setattr(module, "Prepared", None)  # nobody gets that far

    def refused(*options):
        ran = CliRunner().invoke(commands, ["sensitivity", str(file), "--workers", "1", "--quiet", *options])
        assert ran.exit_code == 2 and ran.stdout == ""
        (sentence,) = ran.stderr.splitlines()
        assert "--batch" not in sentence
        return sentence

    sentence = refused("--worlds", "100000", "--memory-limit", "20MiB")
    assert "20 MiB are allowed: take --worlds" in sentence and "--memory-limit" in sentence
    fitting = int(re.search("--worlds ([0-9]+) instead of 100000", sentence)[1])
    needs = module.needed
    assert needs(scenario(), fitting, workers=1).total <= 20 * 2**20 < needs(scenario(), fitting * 2, workers=1).total
    assert "fewer --worlds do not lower it enough, 40 households are too many" in refused("--memory-limit", "100KiB")
    with pytest.raises(TooLarge):
        mho_sim.sensitivity(scenario(), 60, memory_limit=1000)
    assert "is no amount of memory" in refused("--memory-limit", "much")


def test_the_estimate_holds_what_is_allocated():
    """All that numpy allocates at one time is the estimate within a factor of one and a half."""
    mho_sim.sensitivity(scenario(), 40, workers=1).to_dict()  # what is compiled and kept once
    tracemalloc.start()
    mho_sim.sensitivity(scenario(), 2000, workers=1).to_dict()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    estimate = module.needed(scenario(), 2000, workers=1).total
    assert estimate / 1.5 < peak < 1.5 * estimate


def test_nothing_unknown(tmp_path):
    file = tmp_path / "exact.yaml"
    file.write_text(
        "default_grade: exact\n"
        + SMALL.replace("{between: [0.2, 1.8], best: 1.0, law: uniform}", "1").replace(
            "{between: [900, 1_100], best: 1_000, law: uniform}", "1000"
        )
    )
    ran = CliRunner().invoke(commands, ["sensitivity", str(file)])
    assert ran.exit_code == 2
    assert ran.stderr.strip() == "No number of the setting has a range: write 'between', or a grade other than exact."
