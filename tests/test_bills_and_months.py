"""What advisers have of bills and reports: the mean of some bills and the dearest, reports of some months only; and
that a grade counts wherever it may be written.

False alarms. Means over simulated samples lie within 5 standard errors (less than once in a million); how often a range
misses the truth must not be beyond the binomial quantile of 1e-6 of what it promises, one time in ten.
"""

import copy
import json
import math
import random
from pathlib import Path
from statistics import NormalDist, fmean, stdev

import pytest
from scipy.integrate import quad
from scipy.stats import binom, norm

from mho_sim.scenario import ScenarioError, Unknown, explained, grammar, load, parse
from mho_sim.scenario.bills import dearest_law
from mho_sim.scenario.dearest import expected_largest, largest_quantile, most, spreads
from mho_sim.scenario.mapping import Sourced
from mho_sim.scenario.observations import Observation
from mho_sim.scenario.unknowns import KEYS

EVERYTHING = Path(__file__).parent / "broken" / "_everything.yaml"
Z95 = NormalDist().inv_cdf(0.95)
TEXT = """\
title: Small
currency: XOF
start: 2027-01-01
years: 1
default_grade: exact
setting:
  association: {households: {1: 8, 2: 10, 3: 14}, births: none, deaths: none}
  illness: {care: {ILLNESS}}
scheme:
  contribution: {amount: 400, per: household, every: year, timing: in-arrears, grace: none}
  benefits: {care: {}}
  providers: {invoice: on-the-day, pay_within: 0 days}
"""


def cared(illness, *sets):
    return parse(TEXT.replace("ILLNESS", illness), "it.yaml", sets)


def billed(cost):
    return cared(f"need: 1, cost: {cost}")


def the_law(cost):
    return billed(cost).setting.illness["care"].cost.lognormal


# The mean of some bills, and the dearest


@pytest.mark.parametrize("n", [2, 3, 5, 20, 100, 10_000])
def test_the_expected_largest_of_normal_numbers(n):
    """Against scipy's integral; of 2 it is 1 / sqrt(pi), of 3 it is 1.5 / sqrt(pi)."""
    exact, _ = quad(lambda x: n * x * norm.pdf(x) * norm.cdf(x) ** (n - 1), -10, 12, limit=500, points=[0, 2, 4])
    assert expected_largest(n) == pytest.approx(exact, rel=1e-9)
    assert {2: 1 / math.sqrt(math.pi), 3: 1.5 / math.sqrt(math.pi)}.get(n, exact) == pytest.approx(exact, rel=1e-9)
    assert norm.cdf(largest_quantile(n, 0.05)) ** n == pytest.approx(0.05)


def test_the_mean_and_the_dearest_of_twenty_bills():
    """ln(120 / 34) = 1.261131; m = 1.867475 (tables: 1.8675), m² = 3.487463; s = m - sqrt(3.487463 - 2.522262) =
    1.867475 - 0.982447 = 0.885028; cv = sqrt(e^0.783274 - 1) = 1.09024; mean ± 1.64485 × 1.09024 / sqrt(20) =
    0.40099 in the logarithm: 22 768 to 50 772. Quantiles of the largest: 0.95^(1/20) = 0.997439, z = 2.799211, s =
    2.799211 - sqrt(7.835585 - 2.522262) = 0.494147, cv = 0.525905; 0.05^(1/20) = 0.860892, z = 1.084334, z² < 2.522262:
    no law, so s = sqrt(2.522262) = 1.588163, cv = sqrt((120 / 34)² - 1) = 3.384782.
    """
    law = the_law("{mean: 34_000, dearest: 120_000, of: 20 bills}")
    assert (law.mean.best, law.cv.best) == (34_000, pytest.approx(1.09024, abs=2e-5))
    assert (law.mean.low, law.mean.high) == pytest.approx((22_768, 50_772), rel=2e-5)
    assert (law.cv.low, law.cv.high) == pytest.approx((0.525905, 3.384782), abs=2e-6)
    assert (law.mean.law, law.cv.law) == ("lognormal", "lognormal")


def test_of_two_hundred_bills_all_three_fit():
    """The spreads solve the equation with the mean of the largest and with its quantiles."""
    found, n = spreads(4.0, 200), 200
    for s, m in zip(found, (expected_largest(n), largest_quantile(n, 0.95), largest_quantile(n, 0.05))):
        assert s * m - s * s / 2 == pytest.approx(math.log(4)) and s < m
    assert found.low < found.best < found.high


def test_bills_that_are_all_the_same():
    law = the_law("{mean: 5_000, dearest: 5_000, of: 12 bills}")
    assert (law.mean, law.cv, law.mean.has_range) == (5_000, 0, False)


def test_no_law_is_steeper_than_the_steepest():
    """The dearest of n is at most e^(m² / 2) times the mean: beyond it there is no law, just below it there is."""
    for n in (2, 20, 500):
        assert most(n) == pytest.approx(math.exp(expected_largest(n) ** 2 / 2))
        assert spreads(most(n) * 1.001, n) is None and spreads(most(n) * 0.999, n) is not None
    assert dearest_law(10.0, 9.0, 20) is dearest_law(0.0, 9.0, 20) is None


def samples(n, s, count, seed):
    """Samples of n lognormal bills of mean 1."""
    chance = random.Random(seed)
    return [[math.exp(chance.gauss(-s * s / 2, s)) for _ in range(n)] for _ in range(count)]


def sd_of_logarithm(cv):
    return math.sqrt(math.log1p(cv * cv))


@pytest.mark.parametrize(("n", "cv"), [(20, 0.6), (20, 1.5), (60, 1.0)])
def test_the_equation_holds_for_simulated_bills(n, cv):
    """The logarithm of the dearest is s × m - s² / 2 above that of the mean, on average over 4,000 samples."""
    s = sd_of_logarithm(cv)
    found = [math.log(max(bills)) for bills in samples(n, s, 4_000, 1)]
    error = stdev(found) / math.sqrt(len(found))
    assert fmean(found) == pytest.approx(s * expected_largest(n) - s * s / 2, abs=5 * error)


@pytest.mark.parametrize(("n", "cv"), [(20, 0.3), (20, 0.6), (20, 1.0), (60, 0.6), (60, 1.0)])
def test_the_ranges_hold_for_simulated_bills(n, cv):
    """Of 1,000 samples for which there is a law, no more than one in ten misses the true cv, with the mean that was
    seen; of their means no more than one in ten misses the true one, allowing that cv / sqrt(n) is itself an estimate
    (15 in 100).
    """
    found = [dearest_law(sum(bills) / n, max(bills), n) for bills in samples(n, sd_of_logarithm(cv), 1_000, 2) if bills]
    laws = [law for law in found if law is not None]
    missed_cv = sum(not law.low <= cv <= law.high for _, law in laws)
    missed_mean = sum(not mean.low <= 1 <= mean.high for mean, _ in laws)
    assert len(laws) > 900
    assert missed_cv <= binom.isf(1e-6, len(laws), 0.10) and missed_mean <= binom.isf(1e-6, len(laws), 0.15)


def test_the_sum_of_the_dearest_bill_is_told_and_written_again():
    scenario = billed("{mean: 34_000, dearest: 120_000, of: 20 bills, covered_share: 90%}")
    assert explained(scenario)[0] == (
        "setting.illness.care.cost: The dearest of 20 bills, 120 000, is 3.529 times their mean, 34 000. The largest "
        "of 20 standard normal numbers is 1.867 on average, so the logarithm of a bill has the standard deviation s = "
        "0.885: s × 1.867 - s² / 2 = 1.261 = ln(3.529); it lies between 0.4941 and 1.588, for in 90 of 100 that "
        "largest number is between 1.084 and 2.799. Lognormal: mean 34 000 (from 22 768 to 50 772), coefficient of "
        "variation 1.09 (from 0.5259 to 3.385)."
    )
    assert scenario.content["setting"]["illness"]["care"]["cost"] == {
        "mean": 34_000,
        "of": 20,
        "dearest": 120_000,
        "covered_share": 0.9,
    }
    assert parse(json.dumps(scenario.content)) == scenario
    again = billed("{mean: 34 000, dearest: 120000, of: 20, covered_share: 0.9}")
    assert again == scenario and again.hash == scenario.hash
    dear = scenario.with_("setting.illness.care.cost.lognormal.mean", 40_000).setting.illness["care"].cost
    assert (dear.lognormal.mean, dear.mean, dear.of, dear.covered_share) == (40_000, None, None, 0.9)


def test_a_bill_without_a_source_is_named_by_its_mean():
    scenario = cared("need: {value: 1, source: own}, cost: {mean: 5, dearest: 9, of: 8 bills}")
    assert scenario.warnings == []  # both have their range
    same = cared("need: {value: 1, source: own}, cost: {mean: 5, dearest: 5, of: 8 bills}")
    assert same.warnings == [
        "setting: One number has no source; it is taken as exact. The first is setting.illness.care.cost.mean."
    ]


# Reports of some months only

SEASON = "season: [1, 1, 1, 1, 1, 1, 2, 4, 2, 2, 1, 1]"  # 18 in all: a mean of 1.5, so july and august have 3 / 1.5 = 2
REPORT = "cases: 1_310, months: [july, august], catchment: 11_400"


def used(counted, *more):
    return cared(", ".join((f"use: {{{counted}, of: insured}}", *more, "cost: {fixed: 1}"))).setting.illness["care"]


def test_months_of_illness_are_not_average_months():
    """1 310 × 12 / 2 / 11 400 = 0.689474; july and august have (2 + 4) / 2 / 1.5 = 2 times the cases of an average
    month: 0.344737; the relative error is that of 1 310 cases.
    """
    for key, of in (("use", "insured"), ("need", "everyone in need")):
        kind = cared(f"{key}: {{{REPORT}, of: {of}}}, {SEASON}, cost: {{fixed: 1}}").setting.illness["care"]
        found = kind.use.value if key == "use" else kind.need
        assert found.best == pytest.approx(1_310 * 6 / 11_400 / 2) == pytest.approx(0.344737, abs=1e-6)
        spread = Z95 / math.sqrt(1_310)
        assert (found.low, found.high) == pytest.approx((found.best * math.exp(-spread), found.best * math.exp(spread)))
        assert kind.need.best == pytest.approx(0.344737, abs=1e-6)


def test_months_without_a_season_are_average_ones():
    assert used(REPORT).use.value.best == pytest.approx(1_310 * 6 / 11_400)
    number = used(REPORT.replace("[july, august]", "2"), SEASON).use.value
    assert number == used(REPORT).use.value  # which months they are is not told
    flat = used(REPORT, "season: [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]").use.value
    assert flat.best == pytest.approx(1_310 * 6 / 11_400)


def test_months_of_two_years_may_be_there_twice():
    """july, august and july again: (2 + 4 + 2) / 3 / 1.5 = 16 / 9."""
    found = used("cases: 900, months: [july, august, July], catchment: 3_000", SEASON).use
    assert found.months == (7, 8, 7) and found.value.best == pytest.approx(900 * 4 / 3_000 / (16 / 9))


def test_a_whole_year_is_a_year():
    year = "[january, february, march, april, may, june, july, august, september, october, november, december]"
    found = used(f"cases: 1_000, months: {year}, catchment: 2_000", SEASON).use.value
    assert found.best == pytest.approx(0.5)


def test_monthly_counts_may_say_which_months_they_are():
    listed = used("cases: [500, 810], months: [july, august], catchment: 11_400", SEASON).use
    assert listed.value == used(REPORT, SEASON).use.value and listed.months == (7, 8)


def test_centres_with_months_of_their_own():
    """A: 300 cases in august (4 / 1.5 = 8 / 3) among 1 200: 1 200 / 12 × 8 / 3 = 266.67 person-years of average months.
    B: 90 in may and june (1 / 1.5 = 2 / 3) among 900: 900 / 6 × 2 / 3 = 100. C: 50 in 6 months among 100: 50. Together
    440 / 416.67 = 1.056.
    """
    a = "A: {cases: 300, months: [august], catchment: 1_200}"
    b = "B: {cases: [40, 50], months: [may, june], catchment: 900}"
    c = "C: {cases: 50, months: 6, catchment: 100}"
    found = used(f"centres: {{{a}, {b}, {c}}}", SEASON)
    years = [1_200 / 12 * 8 / 3, 100, 50]
    usual = [440 * one / sum(years) for one in years]
    shares = sum((one / sum(years)) ** 2 for one in years)
    misfit = sum((seen - one) ** 2 / one for seen, one in zip((300, 90, 50), usual)) - 2
    between = max(misfit / (440 - sum(one * one for one in usual) / 440), 0)
    spread = Z95 * math.sqrt(1 / 440 + between * shares)
    assert found.use.value.best == pytest.approx(440 / sum(years)) == pytest.approx(1.056)
    assert found.use.value.high == pytest.approx(1.056 * math.exp(spread))
    told = " ".join(found.use.explained())
    assert (
        "A: 300 cases in 1 month (august) among 1 200 people, season 2.667; B: 90 cases in 2 months (may, june)" in told
    )
    assert "C: 50 cases in 6 months among 100 people." in told
    assert "Together 440 cases / 416.7 person-years of average months (each times its season) = 1.056" in told


def test_months_beside_centres_are_of_those_that_do_not_say():
    a, b = "A: {cases: 30, catchment: 1_200}", "B: {cases: 9, months: [may], catchment: 900}"
    found = used(f"centres: {{{a}, {b}}}, months: [august]", SEASON).use.value
    assert found.best == pytest.approx(39 / (100 * 8 / 3 + 75 * 2 / 3))


def test_villages_in_named_months():
    seen = "admissions: {A: 30, B: 10}, people: {A: 1_000, B: 1_000}, months: [july, august]"
    plain, in_season = used(seen), used(seen, SEASON)
    assert in_season.use.value.best == pytest.approx(plain.use.value.best / 2) == pytest.approx(40 * 6 / 2_000 / 2)
    assert in_season.use.value.high / in_season.use.value.best == pytest.approx(
        plain.use.value.high / plain.use.value.best
    )


def test_named_months_are_told_doubted_and_written_again():
    scenario = cared(f"use: {{{REPORT}, of: insured}}, {SEASON}, cost: {{fixed: 1}}")
    assert explained(scenario)[0].startswith(
        "setting.illness.care.use: 1 310 cases × 12 / 2 months (july, august) / 11 400 people / 2 = 0.3447 a "
        "person-year. By the season such a month has 2 times the cases of an average one. Relative errors: chance 2.8%,"
    )
    assert scenario.content["setting"]["illness"]["care"]["use"]["months"] == ["july", "august"]
    assert parse(json.dumps(scenario.content)) == scenario
    doubted = [told for told in scenario.with_("setting.illness.care.season", "none").warnings if "season" in told]
    assert doubted == [
        "setting.illness.care: without a 'season' the months of counting (july, august) are taken as average ones. "
        "Write 'season' there, 12 numbers, January first, such as a year's monthly cases."
    ]
    assert not [told for told in scenario.warnings if "season" in told]
    changed = scenario.with_("setting.illness.care.season", [1] * 12)
    assert changed.setting.illness["care"].use.value.best == pytest.approx(1_310 * 6 / 11_400)


def test_good_months_may_be_named():
    """Those months are good, all others bad."""
    work = "{sector: food, share: 100%, income_per_month: {good: 9, bad: 5}, good_months: %s}"
    named = cared("need: 1, cost: {fixed: 1}", f"setting.enterprises=[{work.replace('%s', '[March, january]')}]")
    assert named.setting.enterprises[0].good_months == (1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert parse(json.dumps(named.content)) == named
    for wrong, told in (
        ("[january, marhc]", "number 2, in setting.enterprises, number 1, is 'marhc'. Write a month, January to "
         "December; did you mean 'march'?"),
        ("[january, january]", "is there already. Keep one of them."),
        ("[60%, 70%]", "has 2 numbers. It must have 12, one for each month, January first."),
        ("[1, 3, 5]", "has 3 numbers. It must have 12, one for each month, January first."),
    ):  # fmt: skip
        with pytest.raises(ScenarioError) as caught:
            cared("need: 1, cost: {fixed: 1}", f"setting.enterprises=[{work.replace('%s', wrong)}]")
        assert len(caught.value.faults) == 1 and caught.value.faults[0].sentence.endswith(told)


# A grade counts wherever it may be written


def around(best, half):
    """The standard deviation of the logarithm of a range of so much up and down."""
    return math.log((1 + half) / (1 - half)) / (2 * Z95)


def test_a_grade_of_those_who_come_is_their_range():
    """33 %, neighbour: from 24.75 % to 41.25 %."""
    text = TEXT.replace("illness:", "take_up: TAKE_UP\n  illness:").replace("{ILLNESS}", "{need: 1, cost: {fixed: 1}}")
    asked = "{survey: {400: 61 of 100}, stated_to_real: %s}"
    written = parse(text.replace("TAKE_UP", asked.replace("%s", "{between: [24.75%, 41.25%], best: 33%}")))
    for graded in ("{value: 33%, grade: neighbour}", "33%, grade: neighbour"):
        found = parse(text.replace("TAKE_UP", asked.replace("%s", graded)))
        assert found.unknowns["setting.take_up"][:3] == pytest.approx(written.unknowns["setting.take_up"][:3])
        assert "× 33% (from 24.8% to 41.2%) of these, who do" in "\n".join(explained(found))
        assert parse(json.dumps(found.content)) == found
    exact = parse(text.replace("TAKE_UP", asked.replace("%s", "33%")))
    assert exact.unknowns["setting.take_up"].high < written.unknowns["setting.take_up"].high


def test_a_grade_of_a_catchment_is_its_range():
    """100 cases and ± 25 %: squared errors 1 / 100 and (ln(1.25 / 0.75) / 3.2897)²; at the number, or beside it."""
    spread = Z95 * math.hypot(0.1, around(1, 0.25))
    for seen in (
        "cases: 100, catchment: {value: 900, grade: neighbour}",
        "cases: 100, catchment: 900, grade: neighbour",
        "centres: {A: {cases: 100, catchment: {value: 900, grade: neighbour}}}",
        "centres: {A: {cases: 100, catchment: 900, grade: neighbour}}, grade: exact",
        "centres: {A: {cases: 100, catchment: 900}}, grade: neighbour",
        "admissions: {A: 100}, people: {A: 900}, grade: neighbour",
    ):
        value = used(seen).use.value
        assert (value.best, value.high) == pytest.approx((100 / 900, 100 / 900 * math.exp(spread))), seen
        need = cared(f"need: {{{seen}, of: everyone in need}}, cost: {{fixed: 1}}").setting.illness["care"].need
        assert need.high == pytest.approx(value.high)
    assert used("cases: 100, catchment: 900").use.value.high == pytest.approx(100 / 900 * math.exp(Z95 * 0.1))


def test_a_grade_of_a_price_is_its_range():
    """500 ± 125 and 2 × 350 with 2 ± 0.5: half-widths 125 and 175. A line's grade is of its price and its times."""
    law = the_law("{price_list: {visit: {value: 500, grade: neighbour}, "
                  "drug: {each: 350, times: {value: 2, grade: neighbour}}}, cv: 1}")  # fmt: skip
    half = math.hypot(125, 175)
    assert (law.mean.low, law.mean.best, law.mean.high) == pytest.approx((1_200 - half, 1_200, 1_200 + half))
    law = the_law("{price_list: {drug: {each: 350, times: 2, grade: neighbour}}, cv: 1}")
    assert law.mean.high == pytest.approx(700 + math.hypot(175, 175))
    exact = cared("need: 1, cost: {price_list: {visit: {each: 350, grade: exact}}, cv: 1, grade: guess}")
    assert "setting.illness.care.cost.lognormal.mean" not in exact.unknowns
    assert explained(exact)[0].endswith("No price or number of times has a range, and their grades say: exact.")


def bare(part):
    """What a file says, every number without range and remarks."""
    if isinstance(part, list):
        return [bare(one) for one in part]
    if not isinstance(part, dict):
        return part
    if set(part) <= set(KEYS) and {"value", "between"} & set(part):
        return part["value"] if "value" in part else part["best"]
    return {key: bare(value) for key, value in part.items() if key not in ("source", "grade", "note")}


CENTRES = {"centres": {"A": {"cases": 50, "catchment": 900}, "B": {"cases": 9, "catchment": 300, "months": 6}}}


def rich():
    """Scenarios in which every mapping that takes a grade is there, no number with a range, each with the part to look
    at.
    """
    content = {**bare(load(EVERYTHING).content), "default_grade": "exact"}
    setting, benefits = content["setting"], content["scheme"]["benefits"]
    setting["illness"]["several"] = {"need": {**CENTRES, "of": "everyone in need"}, "cost": {"fixed": 1}}
    setting["illness"]["seen"] = {"use": {**CENTRES, "of": "insured"}, "cost": {"mean": 9, "dearest": 30, "of": 20}}
    setting["illness"]["seen"]["frailty"] = 1
    setting["illness"]["simple"] = {"use": {"value": 2, "of": "insured"}, "cost": {"lognormal": {"mean": 9, "cv": 1}}}
    benefits |= {"several": {}, "seen": {}, "simple": {}}
    small = bare(cared("need: 1, cost: {fixed: 1}").content)
    small["setting"]["take_up"] = {"survey": {"400": "61 of 100"}, "stated_to_real": 0.33}
    small["setting"]["association"]["births"] = {"births": 41, "women": 340}
    return (content, ("setting",)), (small, ("setting", "take_up")), (small, ("setting", "association", "births"))


def places(part, path):
    """All places in a part of a file."""
    yield path, part
    if isinstance(part, dict | list):
        for key, inner in part.items() if isinstance(part, dict) else enumerate(part):
            yield from places(inner, (*path, key))


def graded(content, path, grade):
    """What is not known exactly, with a grade at a place; None if it is refused there."""
    content = copy.deepcopy(content)
    *way, last = path
    here = content
    for step in way:
        here = here[step]
    if isinstance(here[last], dict):
        here[last]["grade"] = grade
    else:
        here[last] = {"value": here[last], "grade": grade}
    try:
        return parse(json.dumps(content)).unknowns
    except ScenarioError as error:
        assert all("rade" in fault.sentence for fault in error.faults), error
        return None


def kinds_of_mappings(part):
    """The models of all mappings of a setting, and of what numbers were worked out from."""
    part = part.observed if isinstance(part, Unknown) else part
    if hasattr(part, "model_fields_set"):
        yield type(part)
        for inner in vars(part).values():
            yield from kinds_of_mappings(inner)
    elif isinstance(part, dict | tuple):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from kinds_of_mappings(inner)


def below(model):
    """All models that are made from one."""
    return {model}.union(*(below(one) for one in model.__subclasses__()))


def test_a_grade_has_an_effect_wherever_it_may_be_written_or_is_refused():
    """At every number that may have one, and in every mapping of the setting: another grade is another range."""
    seen, without, refused = set(), [], set()
    for content, start in rich():
        seen |= set(kinds_of_mappings(parse(json.dumps(content)).setting))
        for path, part in places(content["setting"], ("setting",)):
            if path[: len(start)] != start:
                continue
            a_number = grammar.model_at(path) is None and part not in (0, "none")
            if "grade" not in grammar.keys_at(path) or not (isinstance(part, dict) or a_number):
                continue
            rough, fine = graded(content, path, "guess"), graded(content, path, "own register")
            if rough is None:
                refused.add(path[-1])
            elif rough == fine:
                without.append(path)
    assert without == [], without
    assert {model for model in below(Sourced) - seen if model not in (Sourced, Observation)} == set()
    assert {"people", "member", "covered_per_member", "bank", "by_age_sex", "cost"} >= refused - {
        "health_centre",
        "clinic",
    }
    assert "people" in refused and "cost" in refused
