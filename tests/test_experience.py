"""A register beside the plan: tests against theory, the plan against the engine, the reader against broken files."""

import json
import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy import stats

import mho_sim
from mho_sim import capacity
from mho_sim.actuarial import comparing, costs, counts, credibility, lattice, totals
from mho_sim.cli import commands
from mho_sim.monitoring import Plan, Register, Row, blank_register, parse_register
from mho_sim.monitoring.comparison import compared, months_to_tell, power_after, seen_of
from mho_sim.monitoring.lines import Written
from mho_sim.monitoring.next_year import Belief, beliefs
from mho_sim.monitoring.outstanding import outstanding, unpaid
from mho_sim.report import experience_text, watch_text
from mho_sim.report.experience import verdict
from mho_sim.scenario import ScenarioError, add_months, parse
from mho_sim.study import outstanding_checked, watch
from mho_sim.study.seen import months_of, with_cash

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))
SMALL = """
title: Small
currency: XOF
country: Senegal
start: 2027-01-01
years: 2
default_grade: exact
setting:
  association: {households: {5: 100}, people: {ages: {20-29: 100%}, women: 50%}, births: none, deaths: none}
  illness:
    visit:
      need: 0.9
      season: [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1]
      frailty: 0.8
      community: 0.02
      cost: {lognormal: {mean: 2_000, cv: 0.8}}
    stay:
      referred_from: {kind: visit, share: 10%}
      cost: {fixed: 8_000}
scheme:
  membership: {waiting: {default: none}}
  contribution: {amount: 300, per: beneficiary, every: month, timing: in-advance, grace: none}
  benefits: {visit: {copay: 0%}, stay: {copay: 0%}}
  providers: {invoice: monthly, pay_within: 30 days}
  expenses: {per_month: 0}
  support: none
  reserve: {opening: 100_000_000}
"""
PLAIN = SMALL.replace("frailty: 0.8", "frailty: 0").replace("community: 0.02", "community: 0")
VISIT, STAY = 1, 0  # services in the order of their names


def scenario(text=SMALL, *changes):
    return parse(text, "small.yaml", sets=list(changes))


def year_of(people, years=1):
    """So many people covered for years: covered (services, groups, months), months."""
    return np.full((2, 1, 12 * years), float(people)), np.arange(12 * years)


def register(*rows):
    return Register(tuple(Row(date.fromisoformat(first), date.fromisoformat(until), *of) for first, until, *of in rows))


# Is it chance? Against scipy and against sums


@pytest.mark.parametrize(
    ("number", "mean", "mixing"), [(0, 3, 0.1), (5, 7, 0.2), (40, 25, 0.03), (12, 12, 0), (3, 9, 0)]
)
def test_tails_are_those_of_scipy(number, mean, mixing):
    law = stats.nbinom(1 / mixing, 1 / (1 + mixing * mean)) if mixing else stats.poisson(mean)
    assert comparing.at_most(number, mean, mixing) == pytest.approx(law.cdf(number), rel=1e-12)
    assert comparing.at_least(number, mean, mixing) == pytest.approx(law.sf(number - 1), rel=1e-12)


def test_interval_of_poisson_claims_is_garwoods():
    """10 claims seen: 4.795 to 18.390 (Garwood 1936; chi-square quantiles / 2)."""
    low, high = comparing.number_ratio_interval(10, 5)
    assert (5 * low, 5 * high) == pytest.approx((4.795389, 18.390356), abs=1e-6)
    assert comparing.number_ratio_interval(0, 5) == (0, pytest.approx(-math.log(0.025) / 5))


@pytest.mark.parametrize(("mean", "mixing"), [(4, 0), (30, 0), (30, 0.05), (400, 0.02)])
def test_the_test_calls_a_right_plan_wrong_in_at_most_5_of_100(mean, mixing):
    """The exact sum over all numbers; to one side at most 2.5 of 100."""
    law = stats.nbinom(1 / mixing, 1 / (1 + mixing * mean)) if mixing else stats.poisson(mean)
    numbers = np.arange(20 * mean)
    called = comparing.number_p_value(numbers, float(mean), mixing) < comparing.LEVEL
    assert 0.01 < law.pmf(numbers)[called].sum() <= 0.05
    assert law.pmf(numbers)[called & (numbers > mean)].sum() <= 0.025
    assert comparing.too_many_from(mean, mixing) == numbers[called & (numbers > mean)][0]
    raised = stats.nbinom(1 / mixing, 1 / (1 + mixing * 1.3 * mean)) if mixing else stats.poisson(1.3 * mean)
    assert comparing.power(1.3, mean, mixing) == pytest.approx(raised.pmf(numbers)[called & (numbers > mean)].sum())


def test_intervals_hold_what_the_tests_do_not_reject():
    low, high = comparing.number_ratio_interval(70, 50.0, 0.03)
    assert comparing.number_p_value(70, 50 * low, 0.03) == pytest.approx(0.05)
    assert comparing.number_p_value(70, 50 * high, 0.03) == pytest.approx(0.05)
    low, high = comparing.mean_ratio_interval(1_200, 1_000, 150.0**2)
    for end in (low, high):
        assert comparing.amount_p_value(1_200, end * 1_000, (end * 150) ** 2) == pytest.approx(0.05)
    low, high = comparing.amount_ratio_interval(70_000, 50_000, 10_000.0**2, 0.03)
    for end in (low, high):
        spread = end * (10_000**2 - 0.03 * 50_000**2) + 0.03 * (end * 50_000) ** 2
        assert comparing.amount_p_value(70_000, end * 50_000, spread) == pytest.approx(0.05)


EXACTLY = [  # of what is paid in all: mean number of claims, variance of their common factor, cv of a bill, ceiling
    (5, 0.1, 0.5, math.inf), (5, 0.03, 0.8, math.inf), (5, 0.1, 1.5, 5), (12, 0, 0.5, math.inf), (12, 0.1, 1.5, 5),
    (12, 0, 1.5, math.inf), (30, 0.03, 0.8, math.inf), (30, 0, 1.5, math.inf), (60, 0.1, 0.8, 5),
    (60, 0, 1.5, math.inf), (156, 0.03, 1.5, 5), (623, 0, 1.5, math.inf), (623, 0.03, 0.8, math.inf),
]  # fmt: skip


def exact_total(claims, mixing, cv, up_to):
    """The law of a total of lognormal bills of mean 1, paid up to a ceiling, on a lattice; and of one of them."""
    one = lattice.discretised(costs.Lognormal(1.0, cv), 0.05, costs.Layer(1.0, 0.0, up_to), tail=1e-9)
    return totals.compound(counts.gamma_mixed_poisson(claims, mixing), one, tail=1e-9), one


@pytest.mark.parametrize(("claims", "mixing", "cv", "up_to"), EXACTLY)
def test_what_is_paid_in_all_against_the_exact_law(claims, mixing, cv, up_to):
    """Of 1,000 right plans at most 27 are called too much, and at most 27 too little (25 is meant), at least 15 (one
    gamma law alone: up to 54); the third moment is that of the exact law."""
    law, one = exact_total(claims, mixing, cv, up_to)
    whole = lattice.moments(law)
    squares, cubes = (claims * float(np.dot(one.amounts**power, one.chances)) for power in (2, 3))
    assert whole.variance == pytest.approx(squares + mixing * whole.mean**2, rel=1e-5)
    third = cubes + 3 * mixing * whole.mean * squares + 2 * mixing**2 * whole.mean**3
    assert whole.third == pytest.approx(third, rel=1e-3)

    def called(side):
        """The chance of all amounts that are called so."""
        near = law.amounts[(law.amounts > 0) & (law.amounts < whole.mean + 6 * whole.sd)]
        p_values = [comparing.amount_p_value(x, whole.mean, whole.variance, mixing, cubes) for x in near]
        inside = near[(np.array(p_values) < comparing.LEVEL) & (side * (near - whole.mean) > 0)]
        if side > 0:
            return float(lattice.beyond(law, inside.min() - 1e-6))
        return float(lattice.below(law, inside.max(initial=0.0)))

    assert 0.015 < called(1) <= 0.027
    assert called(-1) <= max(0.027, float(law.chances[0]))


def test_verdicts_of_a_typical_register_are_those_of_the_exact_law():
    """A year of 450 visits at 2,000 (cv 0.8), frailty and years as the plan has them: of all totals from half to twice
    the plan, the p-value is that of the exact law to 2 parts in 1,000 where a verdict turns."""
    line = Plan(scenario()).expected(*year_of(500)).of(slice(VISIT, VISIT + 1))
    assert line.mixing_paid == pytest.approx(line.mixing)
    one = lattice.discretised(costs.Lognormal(2_000.0, 0.8), 100.0, tail=1e-9)
    law = totals.compound(counts.gamma_mixed_poisson(line.claims, line.mixing), one, tail=1e-9)
    for ratio in np.linspace(0.5, 2, 61):
        x = 100.0 * round(ratio * line.paid / 100)
        exact = 2 * min(lattice.below(law, x), lattice.beyond(law, x - 50))
        found = comparing.amount_p_value(x, line.paid, line.of_paid, line.mixing_paid, line.cubes)
        if 0.01 < exact < 0.2:
            assert found == pytest.approx(exact, abs=0.002)


def test_the_interval_of_what_is_paid_holds_what_the_test_does_not_reject():
    """At each end the test, with all that grows with the ratio, stands at 5 of 100; as before where nothing is paid."""
    mean, squares, mixing, cubes = 30.0, 50.0, 0.05, 110.0
    low, high = comparing.amount_ratio_interval(41.0, mean, squares + mixing * mean**2, mixing, cubes)
    for end in (low, high):
        spread = end * squares + mixing * (end * mean) ** 2
        assert comparing.amount_p_value(41.0, end * mean, spread, mixing, end * cubes) == pytest.approx(0.05)
    plain = comparing.amount_ratio_interval(41.0, mean, squares + mixing * mean**2, mixing)
    assert low <= plain[0] + 1e-9 and high >= plain[1] - 1e-9
    nothing = mho_sim.experience(scenario(PLAIN), year(0, 0)).services.loc["visit"]
    assert (nothing["paid_low"], nothing["paid_high"]) == (nothing["low"], nothing["high"])


def test_a_gamma_law_of_a_mean_and_a_width():
    shape, rate = credibility.gamma_of_width(1.5, 1.0)
    law = stats.gamma(shape, scale=1 / rate)
    assert (law.mean(), law.ppf(0.95) - law.ppf(0.05)) == pytest.approx((1.5, 1.0))
    with pytest.raises(ValueError, match="width"):
        credibility.gamma_of_width(1.0, 0)


# The plan, by hand


def test_the_plan_expects_frequency_times_people_times_season():
    """0.9 visits x 500 people = 450 a year; July to September 2 of 15 parts each: 180; stays a tenth."""
    plan = Plan(scenario())
    covered, months = year_of(500)
    expected = plan.expected(covered, months)
    assert expected.claims == pytest.approx([45, 450])
    assert expected.paid == pytest.approx([45 * 8_000, 450 * 2_000])
    assert plan.claims_by_month(covered, months)[VISIT, 0, 6:9].sum() == pytest.approx(180)


def test_the_variance_of_claims_by_hand():
    """500 people, 0.9 visits each, frailty 0.8, years 0.02: 450 + 500 x 0.81 x 0.8 x 1.02 + 0.02 x 450^2 (the factors
    of people in 4,096 classes, to 1e-4); two years: the same people twice as long, and two years of their own."""
    plan = Plan(scenario())
    one = plan.claims_line(*year_of(500), slice(VISIT, VISIT + 1))
    assert one.of_claims == pytest.approx(450 + 500 * 0.81 * 0.8 * 1.02 + 0.02 * 450**2, rel=1e-4)
    assert one.mixing == pytest.approx((500 * 0.81 * 0.8 * 1.02 + 0.02 * 450**2) / 450**2, rel=1e-4)
    two = plan.claims_line(*year_of(500, 2), slice(VISIT, VISIT + 1))
    assert two.of_claims == pytest.approx(900 + 500 * 1.8**2 * 0.8 * 1.02 + 2 * 0.02 * 450**2, rel=1e-4)


def test_claims_of_one_episode_come_together():
    """Without factors, every tenth visit brings a stay: the sum is 450 episodes of 1.1 claims, E[(1 + B)^2] = 1.3; in
    money E[(X + 8000 B)^2] with X of mean 2000 and cv 0.8."""
    plan = Plan(scenario(PLAIN))
    covered, months = year_of(500)
    assert plan.claims_line(covered, months, slice(None)).of_claims == pytest.approx(450 * (1 + 2 * 0.1 + 0.1))
    squares = 2_000**2 * 1.64 + 2 * 0.1 * 2_000 * 8_000 + 0.1 * 8_000**2
    assert plan.expected(covered, months).of(slice(None)).of_paid == pytest.approx(450 * squares)


def test_births_and_chronic_illness_by_hand():
    """Half are women, of whom all but a quarter of the members (20 to 59) are below 50, and 20 % of those give birth:
    0.5 x (0.8 + 0.2 x 0.75) x 0.2 = 0.095 a person, each once at most: variance 500 x (0.095 - 0.095 x 0.2) = 38. Of
    10 % chronically ill, of whom half go each month: a year of 500 people has mean 300, variance
    50 x 12 x 0.25 + 500 x 0.09 x 6^2."""
    text = SMALL.replace("births: none", "births: 20%").replace("stay:\n      referred_from: {kind: visit, share: 10%}",
        "stay:\n      rate: births")  # fmt: skip
    plan = Plan(scenario(text))
    covered, months = year_of(500)
    assert plan.expected(covered, months).of_claims[STAY, STAY] == pytest.approx(38)
    text = SMALL.replace("stay:\n      referred_from: {kind: visit, share: 10%}",
        "stay:\n      chronic: 10%\n      seeking: {covered: 50%, uncovered: 50%}")  # fmt: skip
    found = Plan(scenario(text)).expected(covered, months)
    assert found.claims[STAY] == pytest.approx(300)
    assert found.of_claims[STAY, STAY] == pytest.approx(50 * 12 * 0.25 + 500 * 0.09 * 36)


def test_the_plan_is_what_the_engine_lives():
    """600 worlds of two years: means within 5 standard errors, variances of claims and of money within 35 % (their
    relative standard error is about sqrt(2.5 / 600) = 6.5 %): each false with a chance below one in a million. Two of
    the worlds' correlations likewise within 0.2."""
    lived, plan = months_of(scenario(), 600), Plan(scenario())
    months = np.arange(24)
    expected = plan.expected(lived.covered.mean(axis=0)[:, None], months)
    assert np.ptp(lived.covered, axis=0).max() == 0
    claims, paid = lived.claims.sum(axis=2), lived.paid.sum(axis=2)
    for seen, mean, covariances in (
        (claims, expected.claims, expected.of_claims),
        (paid, expected.paid, expected.of_paid),
    ):
        error = seen.std(axis=0, ddof=1) / np.sqrt(600)
        assert (np.abs(seen.mean(axis=0) - mean) < 5 * error).all()
        assert seen.var(axis=0, ddof=1) / covariances.diagonal() == pytest.approx(1, abs=0.35)
        together = covariances[0, 1] / np.sqrt(covariances[0, 0] * covariances[1, 1])
        assert np.corrcoef(seen.T)[0, 1] == pytest.approx(together, abs=0.2)


# Actual against expected


def year(claims, paid, stays=(45, 360_000), people=500):
    first, until = "2027-01-01", "2027-12-31"
    return register((first, until, "visit", people, claims, paid), (first, until, "stay", people, *stays))


def test_a_year_beside_the_plan():
    """450 visits expected; Poisson: 494 of them are too many (P(N >= 494) = 2.1 %), 470 may well be chance."""
    found = mho_sim.experience(scenario(PLAIN), year(494, 494 * 2_000)).services
    assert found.loc["visit", ["expected", "seen", "verdict"]].tolist() == [pytest.approx(450), 494, "above"]
    assert found.loc["visit", "p_value"] == pytest.approx(2 * stats.poisson(450).sf(493))
    assert found.loc["stay", ["ratio", "verdict"]].tolist() == [pytest.approx(1), "chance"]
    assert found.loc["all", "expected"] == pytest.approx(495)
    assert mho_sim.experience(scenario(PLAIN), year(470, 940_000)).services.loc["visit", "verdict"] == "chance"
    assert mho_sim.experience(scenario(PLAIN), year(400, 800_000)).services.loc["visit", "verdict"] == "below"
    assert mho_sim.experience(scenario(), year(494, 988_000)).services.loc["visit", "verdict"] == "chance"


def test_the_mean_payment_has_the_variance_of_the_bills():
    """400 payments of cv 0.8 vary by 4 %: 2,200 instead of 2,000 is 2.5 standard deviations, 2,100 only 1.25."""
    found = mho_sim.experience(scenario(PLAIN), year(400, 400 * 2_200)).services.loc["visit"]
    assert found["payment_verdict"] == "above"
    law = stats.gamma((400 * 0.8**-2), scale=2_000 / (400 * 0.8**-2))
    assert found["payment_p_value"] == pytest.approx(2 * law.sf(2_200))
    assert mho_sim.experience(scenario(PLAIN), year(400, 840_000)).services.loc["visit", "payment_verdict"] == "chance"


def test_fixed_bills_must_fit_to_half_a_unit():
    for paid, said in (
        (45 * 8_000, "chance"),
        (45 * 8_000 + 20, "chance"),
        (45 * 8_001, "above"),
        (45 * 7_000, "below"),
    ):
        found = mho_sim.experience(scenario(PLAIN), year(450, 900_000, (45, paid))).services
        assert found.loc["stay", "payment_verdict"] == said


def test_how_many_more_months_tell_an_excess():
    """Poisson, 37.5 visits a month in the mean: after that many months the power is 80 % or more, one month before it
    is not; the exact sum for the law."""
    plan = Plan(scenario(PLAIN))
    seen = seen_of(plan, register(("2027-01-01", "2027-03-31", "visit", 500, 90, 180_000)))
    which = slice(VISIT, VISIT + 1)
    more = months_to_tell(plan, seen, which)
    assert power_after(plan, seen, which, int(more), 1.2) >= 0.8 > power_after(plan, seen, which, int(more) - 1, 1.2)
    mean = plan.claims_by_month(*year_of(500))[VISIT].sum() * (3 + more) / 12  # about: the season counts
    assert 0.7 < stats.poisson(1.2 * mean).sf(comparing.too_many_from(mean) - 1) < 0.95
    assert math.isnan(months_to_tell(plan, seen, slice(STAY, STAY + 1)))  # nobody was looked at


def test_the_fewest_months_are_told_though_the_chance_falls_now_and_then():
    """20 people: claims are whole numbers, so that after the first month that suffices one follows that does not."""
    plan, which = Plan(scenario(PLAIN)), slice(VISIT, VISIT + 1)
    seen = seen_of(plan, register(("2027-01-01", "2027-01-31", "visit", 20, 1, 2_000)))
    found = int(months_to_tell(plan, seen, which))
    seasons = np.array([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1]) / 15
    means = 20 * 0.9 * np.cumsum(np.resize(seasons, 1 + 150))  # of the register's month and so many more
    suffices = [stats.poisson(1.2 * mean).sf(comparing.too_many_from(mean) - 1) >= 0.8 for mean in means]
    assert found == suffices.index(True) and not suffices[found + 1]


def test_verdicts_in_plain_words():
    assert verdict(1.30, "above") == "30% above: too many to be chance"
    assert verdict(1.12, "chance") == verdict(1.12, "chance", p_value=0.11) == "12% above: may well be chance"
    assert verdict(1.57, "chance", p_value=0.06) == "57% above: could just be chance"
    assert verdict(0.7, "below", "paid") == "30% below: too little to be chance"
    assert verdict(1.001, "chance") == "as planned"


# What to use next year


def test_belief_after_poisson_claims_is_poisson_and_gamma():
    """Before: gamma of shape 4, rate 4. 30 claims where 20 were expected: (4 + 30) / (4 + 20), weight 20 / 24."""
    ends = stats.gamma(4, scale=1 / 4).ppf([0.05, 0.95])
    after = Belief(1.0, *ends).after(30, 20, 20)
    assert (after.mean, after.weight) == pytest.approx((34 / 24, 20 / 24))
    assert (after.low, after.high) == pytest.approx(tuple(stats.gamma(34, scale=1 / 24).ppf([0.05, 0.95])))


def test_belief_after_claims_that_vary_more_has_buhlmanns_weight():
    """Weight = variance between / (it + variance of the ratio): 0.25 / (0.25 + 60 / 20^2)."""
    ends = stats.gamma(4, scale=1 / 4).ppf([0.05, 0.95])
    after = Belief(1.0, *ends).after(30, 20, 60)
    assert after.weight == pytest.approx(0.25 / (0.25 + 60 / 400))
    assert after.mean == pytest.approx(1 + after.weight * 0.5)
    assert Belief(1.0, 1.0, 1.0).after(30, 20, 20) == Belief(1.0, 1.0, 1.0)


def test_the_rule_of_limited_fluctuation():
    """450 of 1,082.2 claims: weight sqrt(0.4158) = 0.6448; 494 seen: 0.9 x (1 + 0.6448 x 0.0978) = 0.9567. What a
    person costs asks for 1,082.2 x 1.64 claims. A figure that is exact learns by the rule."""
    row = mho_sim.experience(scenario(PLAIN), year(494, 988_000)).next_year.loc["visit"]
    assert row["full_credibility"] == pytest.approx(1082.217, abs=0.001)
    assert row["full_credibility_cost"] == pytest.approx(1082.217 * 1.64, abs=0.01)
    assert row["limited_weight"] == pytest.approx(0.64484, abs=1e-5)
    assert row["limited"] == pytest.approx(0.9 * (1 + 0.64484 * 44 / 450), abs=1e-5)
    assert row["credible"] == row["limited"] and not row["from_range"]


def test_the_weight_grows_with_the_range():
    weights = []
    for between in ("[0.85, 0.95]", "[0.7, 1.1]", "[0.4, 1.8]"):
        one = scenario(SMALL.replace("need: 0.9", f"need: {{between: {between}, best: 0.9}}"))
        weights.append(mho_sim.experience(one, year(600, 1_200_000)).next_year.loc["visit", "weight"])
    assert 0 < weights[0] < weights[1] < weights[2] < 1


def register_of(plan, times=1.4, dearer=1.2):
    """A year of quarters in two villages, with so many times the claims of the plan."""
    people, rows, shape = plan.care.people.beneficiaries, [], (len(plan.services), 1, 3)
    for group, more in (("Fandène", times), ("Mont-Rolland", times + 0.3)):
        for quarter in range(4):
            first = add_months(plan.scenario.start, 3 * quarter)
            until = add_months(first, 3) - timedelta(days=1)
            claims = plan.claims_by_month(np.full(shape, people / 2), np.arange(3 * quarter, 3 * quarter + 3))
            for place, service in enumerate(plan.services):
                number = round(float(claims[place].sum()) * (more + 0.1 * place))
                paid = round(number * dearer * float(plan.payments([0])[0, place, 0]))
                rows.append(Row(first, until, service, people / 2, number, paid, group))
    return Register(tuple(rows))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_lines_make_the_plan_the_credible_figure(path):
    """Of every shipped scenario: written as the page says, the plan has the credible frequency of every service, and
    the credible mean payment where a line for it is given, to the digits that are written; and the page is 80 wide."""
    one = mho_sim.load(path)
    found = mho_sim.experience(one, register_of(Plan(one)))
    changed = one
    for line in (*found.lines.values(), *found.bill_lines.values()):
        if isinstance(line, Written):
            changed = changed.with_(line.path, line.value)
    plan, rows = Plan(changed), found.next_year
    months = np.zeros(1)
    for place, service in enumerate(plan.services):
        assert plan.frequency[place] == pytest.approx(rows.loc[service, "credible"], rel=1e-3)
        if isinstance(found.bill_lines.get(service), Written):
            ratio = plan.payments(months)[0, place, 0] / found.plan.payments(months)[0, place, 0]
            assert ratio == pytest.approx(rows.loc[service, "payment_ratio"], rel=1e-3)
    text = experience_text(found)
    assert max(map(len, text.splitlines())) <= 80, max(text.splitlines(), key=len)
    again = mho_sim.load(path, [line.changed for line in found.lines.values() if isinstance(line, Written)])
    assert Plan(again).frequency == pytest.approx(plan.frequency, rel=1e-12)


def test_groups_have_their_credibility():
    """By hand, four quarters each, expected the same: Buehlmann and Straub of the ratios."""
    plan = Plan(scenario(PLAIN))
    rows, counts = [], {"A": (30, 40, 50, 40), "B": (60, 70, 80, 70)}
    for group, numbers in counts.items():
        for quarter, number in enumerate(numbers):
            first = add_months(date(2027, 1, 1), 3 * quarter)
            rows.append(
                Row(first, add_months(first, 3) - timedelta(days=1), "visit", 250, number, 2_000 * number, group)
            )
    found = mho_sim.experience(scenario(PLAIN), Register(tuple(rows)))
    expected = plan.claims_by_month(np.full((2, 1, 12), 250.0), np.arange(12))[VISIT, 0].reshape(4, 3).sum(axis=1)
    ratios = np.array(list(counts.values())) / expected
    by_hand = credibility.buhlmann_straub(ratios, np.array([expected, expected]))
    assert found.groups["credible"].tolist() == pytest.approx(by_hand.premium.tolist())
    assert found.groups["weight"].tolist() == pytest.approx(by_hand.weight.tolist())
    alone = Register(tuple(row for row in rows if row.first == date(2027, 1, 1)))
    one = mho_sim.experience(scenario(PLAIN), alone)
    assert one.groups is None and "two periods" in one.without_groups


def rows_of(service, group, numbers, each):
    """A row a quarter, 250 people covered."""
    starts = [add_months(date(2027, 1, 1), 3 * quarter) for quarter in range(len(numbers))]
    return [Row(first, add_months(first, 3) - timedelta(days=1), service, 250, number, each * number, group)
            for first, number in zip(starts, numbers)]  # fmt: skip


def test_groups_have_their_credibility_of_each_service_by_itself():
    """By hand: village A has more visits, village B more stays; together they are hardly told apart. Of a service that
    the register has for one quarter only, nothing can be said."""
    one, plan = scenario(PLAIN), Plan(scenario(PLAIN))
    visits = {"A": (45, 62, 85, 48), "B": (30, 38, 60, 32)}
    stays = {"A": (1, 2, 3, 1), "B": (14, 18, 26, 15)}
    rows = [row for service, each, of in (("visit", 2_000, visits), ("stay", 8_000, stays))
            for group, numbers in of.items() for row in rows_of(service, group, numbers, each)]  # fmt: skip
    found = mho_sim.experience(one, Register(tuple(rows)))
    expected = plan.claims_by_month(np.full((2, 1, 12), 250.0), np.arange(12))[:, 0].reshape(2, 4, 3).sum(axis=2)
    for service, place, of in (("visit", VISIT, visits), ("stay", STAY, stays)):
        weights = np.array([expected[place]] * 2)
        by_hand = credibility.buhlmann_straub(np.array(list(of.values())) / weights, weights)
        by_group = found.groups_by_service.loc[service]
        assert by_group["credible"].tolist() == pytest.approx(by_hand.premium.tolist())
        assert by_group["weight"].tolist() == pytest.approx(by_hand.weight.tolist())
    assert found.groups_by_service.loc[("stay", "B"), "credible"] > 1.5 > found.groups.loc["B", "credible"]
    page = experience_text(found)
    assert "\n  visit:\n    A " in page and "\n  all together:\n    A " in page
    assert set(found.to_dict()["groups_by_service"]) == {"visit", "stay"}
    short = [row for row in rows if row.service == "visit" or row.first == date(2027, 1, 1)]
    found = mho_sim.experience(one, Register(tuple(short)))
    assert found.services_without_groups == ["stay"] and list(found.groups_by_service.index.unique(0)) == ["visit"]
    assert "Too little for stay by itself." in " ".join(experience_text(found).split())


def test_groups_that_cannot_be_compared():
    """Nobody of the other village was covered: a sentence."""
    rows = [*rows_of("visit", "A", (30, 40), 2_000), Row(date(2027, 1, 1), date(2027, 3, 31), "visit", 0, 0, 0, "B")]
    found = mho_sim.experience(scenario(PLAIN), Register(tuple(rows)))
    assert found.groups is None and found.groups_by_service is None
    assert found.without_groups == "Groups are compared once two of them have people covered in the register."


# Outstanding claims


def test_what_is_unpaid_by_the_terms():
    """At the end of March 2027. Monthly, 30 days: March (its bill comes that day); February's fell due on 30 March.
    Monthly, 58 days: February too (27 April), January not (30 March). On the day, 30 days: all of March but the first,
    due on the 31st. Yearly: everything. At once: nothing."""
    months, closing = np.arange(3), date(2027, 3, 31)
    for invoice, within, not_invoiced, not_due in (
        ("monthly", "30 days", [0, 0, 1], [0, 0, 0]),
        ("monthly", "58 days", [0, 0, 1], [0, 1, 0]),
        ("monthly", "none", [0, 0, 0], [0, 0, 0]),
        ("on-the-day", "30 days", [0, 0, 0], [0, 0, 30 / 31]),
        ("on-the-day", "none", [0, 0, 0], [0, 0, 0]),
        ("yearly", "30 days", [1, 1, 1], [0, 0, 0]),
    ):
        terms = (f"scheme.providers.invoice={invoice}", f"scheme.providers.pay_within={within}")
        found = unpaid(scenario(SMALL, *terms), months, closing)
        assert found.not_invoiced.tolist() == not_invoiced
        assert found.not_due.tolist() == pytest.approx(not_due)


def test_outstanding_by_hand():
    """March: 1 of 15 parts of 450 visits at 2,000, 60,000; believed to be 1.2 of the plan: 72,000. Of them a tenth
    stays, at 8,000: 24,000; all together 96,000.
    """
    plan = Plan(scenario())
    covered, months = year_of(500)
    before, after = [Belief(1.0, 1.0, 1.0)] * 2, [Belief(1.0, 1.0, 1.0), Belief(1.2, 1.2, 1.2)]
    each, together = outstanding(plan, covered[..., :3], months[:3], date(2027, 3, 31), before, after)
    found = each[VISIT]
    assert (found.planned, found.expected, found.not_due) == pytest.approx((60_000, 72_000, 0))
    assert (each[STAY].planned, together.planned, together.expected) == pytest.approx((24_000, 84_000, 96_000))
    assert together.ratio == pytest.approx(96 / 84)


def test_how_far_outstanding_claims_may_be_off_by_hand():
    """March, by the plan: 30 visits at 2,000 with a cv of 0.8 vary by 30 x 2,000^2 x 1.64; the year's factor of
    variance 0.02 moves all 60,000 of them; of 500 people, each 120, the personal one of variance 0.8 (1.02 with the
    year's). 3 stays at 8,000 vary by 3 x 8,000^2 and share both factors; each comes of a visit, 3 x 2,000 x 8,000.
    """
    plan, even = Plan(scenario()), Belief(1.0, 1.0, 1.0)
    covered, months = year_of(500)
    each, together = outstanding(plan, covered[..., :3], months[:3], date(2027, 3, 31), [even] * 2, [even] * 2)

    def factors(total):
        return 0.02 * total**2 + 0.8 * 1.02 * total**2 / 500

    visits, stays = 30 * 2_000**2 * 1.64, 3 * 8_000**2
    for found, mean, variance in (
        (each[VISIT], 60_000, visits + factors(60_000)),
        (each[STAY], 24_000, stays + factors(24_000)),
        (together, 84_000, visits + stays + 2 * 3 * 2_000 * 8_000 + factors(84_000)),
    ):
        law = stats.gamma(mean**2 / variance, scale=variance / mean)
        assert (found.low, found.high) == pytest.approx((law.ppf(0.05), law.ppf(0.95)), rel=2e-3)


def test_what_was_seen_of_the_year_counts_once():
    """A plan that is hardly known, and much seen of the year: its factor, of variance 0.1, is in what was seen too. u
    is planned, E expected, z the weight, V the variance of what is known; both are off by (1 - z) of what is not known
    and of the year's factor, and by chance: u^2 (1 - z)^2 (V + 0.1) + c u + (z u / E)^2 c E, with c the mean square of
    a visit's bill over its mean, 1.64 x 2,000.
    """
    plan = Plan(scenario(PLAIN, "setting.illness.visit.community=0.1"))
    covered, months = year_of(10_000)
    before, line = [Belief(1.0, 0.01, 4.0)] * 2, plan.expected(covered, months)
    after = [one.after(line.paid[i], line.paid[i], line.of_paid[i, i]) for i, one in enumerate(before)]
    each, _ = outstanding(plan, covered, months, date(2027, 12, 31), before, after)
    z, u, of_bill = after[VISIT].weight, 10_000 * 0.9 / 15 * 2_000, 1.64 * 2_000
    of_factors = u**2 * (1 - z) ** 2 * (before[VISIT].variance + 0.1)
    variance = of_factors + of_bill * u + (z * u / line.paid[VISIT]) ** 2 * of_bill * line.paid[VISIT]
    assert z > 0.9 and variance < 0.02 * u**2  # the year's factor alone would make it 0.1
    law = stats.gamma(u**2 / variance, scale=variance / u)
    assert (each[VISIT].low, each[VISIT].high) == pytest.approx((law.ppf(0.05), law.ppf(0.95)), rel=1e-3)


@pytest.mark.parametrize(
    ("change", "need"),
    [("community: 0.1", "0.9"), ("community: 0.3", "0.9"), ("community: 0.1", "{between: [0.5, 1.4], best: 0.9}")],
)
def test_outstanding_claims_lie_between_in_90_of_100(change, need):
    """400 worlds in which the plan is right, two months to pay: at each of three closings what the books owe lies
    between the ends in 90 of 100, within 4.5 binomial standard errors (false with a chance below 1e-4 for all of them
    together) and 3 of 100 for gamma laws in place of the true ones. Without the year's factor: in 25 to 48 of 100.
    """
    text = SMALL.replace("community: 0.02", change).replace("need: 0.9", f"need: {need}")
    terms = ("scheme.providers.invoice=monthly", "scheme.providers.pay_within=2 months")
    one, worlds = scenario(text, *terms), 400
    plan, lived = Plan(one), months_of(with_cash(one), worlds)
    before = beliefs(one, plan)[1]
    for until in (2, 12, 18):
        closing, months = add_months(one.start, until) - timedelta(days=1), np.arange(until)
        inside = 0
        for covered, paid, owed in zip(lived.covered[..., :until], lived.paid[..., :until], lived.owed[:, until - 1]):
            line = plan.expected(covered[:, None], months)
            sums = zip(before, paid.sum(axis=1), line.paid, line.of_paid.diagonal())
            after = [belief.after(*amounts) for belief, *amounts in sums]
            _, together = outstanding(plan, covered[:, None], months, closing, before, after)
            inside += together.low <= owed <= together.high
        assert abs(inside / worlds - 0.9) < 4.5 * math.sqrt(0.9 * 0.1 / worlds) + 0.03


@pytest.mark.parametrize("terms", [("monthly", "45 days"), ("on-the-day", "30 days"), ("yearly", "30 days")])
def test_expected_loss_against_the_books(terms):
    """400 worlds in which the plan is right: at every quarter's end the mean estimate is within 5 standard errors of
    the debts in the books (false with a chance below 1e-5 for all of them together)."""
    changes = (f"scheme.providers.invoice={terms[0]}", f"scheme.providers.pay_within={terms[1]}")
    found = outstanding_checked(scenario(SMALL, *changes), 400)
    found = found[found["owed"] > 0]
    assert len(found) >= 6
    assert (found["expected loss, bias"].abs() < 5 * found["expected loss, error"] / np.sqrt(400)).all()


def test_expected_loss_learns_where_the_plan_is_wrong():
    """The need is drawn from 0.3 to 1.5: from the second closing on the estimate is nearer to the debts than the plan
    is, by 15 % of its typical error or more (found: 23 to 37 %)."""
    found = outstanding_checked(scenario(SMALL.replace("need: 0.9", "need: {between: [0.3, 1.5], best: 0.9}")), 200)
    later = found.iloc[1:]
    assert (later["expected loss, error"] < 0.85 * later["plan, error"]).all()


# The value of watching


def test_watching_notices_as_often_as_the_law_says():
    """300 worlds: one look at each quarter notices an excess of 30 % as often as the negative binomial says, and a
    right plan in at most 2.5 of 100, within 4.5 binomial standard errors and 2 of 100 for the moments of the law."""
    found = watch(scenario(), 0.3, 300).quarters
    power = found["power_one_look"]
    assert (np.abs(found["noticed_one_look"] - power) < 4.5 * np.sqrt(power * (1 - power) / 300) + 0.02).all()
    assert (found["false_alarm_one_look"] < 0.025 + 4.5 * np.sqrt(0.025 * 0.975 / 300)).all()
    assert found["noticed_quarterly"].is_monotonic_increasing
    assert (found["noticed_quarterly"] >= found["noticed_yearly"]).all()
    assert found["noticed_yearly"].iloc[2] == 0 and found["noticed_yearly"].iloc[3] == found["noticed_one_look"].iloc[3]


def most_by_chance(share, worlds):
    """What a share of so many worlds stays below, but with a chance below one in 100,000."""
    return share + 4.5 * np.sqrt(share * (1 - share) / worlds)


def test_watching_each_kind_by_itself_is_no_more_often_wrong():
    """400 worlds in which the plan is right: at one look, at most 2.5 of 100 are called wrong in any of the kinds, and
    each kind in at most half of that; as often as its own law says where more is needed."""
    found = watch(scenario(), 0.3, 400)
    assert (found.quarters["false_alarm_one_look_by_kind"] < most_by_chance(0.025, 400)).all()
    each = found.services.drop("any")
    assert set(each.index) == {"visit", "stay"} == set(found.raised)
    assert (each["false_alarm_one_look"] < most_by_chance(0.0125, 400)).all()
    whole = found.services.loc["any"]
    assert each["noticed_quarterly"].max() <= whole["noticed_quarterly"] <= each["noticed_quarterly"].sum()
    assert whole["noticed_quarterly"] == found.quarters["noticed_quarterly_by_kind"].iloc[-1]
    assert whole["first"] == pytest.approx(each["first"].sum()) == pytest.approx(whole["noticed_quarterly"])
    assert set(found.money.index) == {"quarterly", "yearly", "quarterly_by_kind", "yearly_by_kind"}


def test_an_excess_in_one_kind_is_found_where_it_is():
    """Twice the stays, a tenth of the claims, more in one kind than its law makes likely and hardly more in all: it is
    called first where it is, as often as the law of the stays says at half the level (within 4.5 standard errors and 2
    of 100), and not in the visits, of which there are as many as planned."""
    found = watch(scenario(), 1.0, 300, kinds=("stay",))
    assert found.raised == ("stay",)
    stay, visit = found.services.loc["stay"], found.services.loc["visit"]
    assert stay["first"] > 0.95 and stay["noticed_quarterly"] > 2 * found.quarters["noticed_quarterly"].iloc[-1]
    assert visit["noticed_quarterly"] == visit["false_alarm_quarterly"]
    quarters = watch(scenario(), 0.4, 300, kinds=("stay",))
    power = quarters.services.loc["stay", "power_one_look"]
    assert 0.2 < power < 0.98
    assert quarters.services.loc["stay", "noticed_quarterly"] > power - 4.5 * np.sqrt(power * (1 - power) / 300) - 0.02
    assert quarters.services.loc["visit", "power_one_look"] <= 0.0125


def test_half_the_level_is_half_the_tail():
    """45 stays of a Poisson law, two kinds: called too many from the first number of which P(N >= n) <= 1.25 %."""
    law = stats.poisson(45)
    first = next(n for n in range(45, 100) if law.sf(n - 1) <= 0.0125)
    assert comparing.too_many_from(45.0, 0.0, comparing.LEVEL / 2) == first
    assert comparing.power(1.4, 45.0, 0.0, comparing.LEVEL / 2) == pytest.approx(stats.poisson(63).sf(first - 1))


def test_one_kind_by_itself_is_the_total():
    found = watch(scenario(SMALL, "scheme.benefits={visit: {copay: 0%}}"), 0.3, 60)
    for column in ("noticed_quarterly", "noticed_yearly", "false_alarm_quarterly"):
        assert found.quarters[column].equals(found.quarters[f"{column}_by_kind"].rename(column))
    assert "by itself" not in watch_text(found)


def test_a_kind_that_cannot_be_raised_is_refused():
    with pytest.raises(ValueError, match=r"stays is no care of the package. Name one that the scheme pays for: stay"):
        watch(scenario(), 0.3, kinds=("stays",))
    with pytest.raises(ValueError, match=r"referred_from.share is 0.1, and 1000% more is beyond its limit. Take less."):
        watch(scenario(), 10.0, kinds=("stay",))


def test_watching_needs_the_memory_that_there_is(monkeypatch):
    """In one sentence, which names no option that this command has not."""
    monkeypatch.setattr(capacity, "available", lambda: 2**20)
    with pytest.raises(capacity.TooLarge, match="1 MiB are available: ") as refused:
        watch(scenario(), 0.3, 400)
    assert "--batch" not in str(refused.value) and "--memory-limit" not in str(refused.value)


def test_watching_refuses_what_cannot_be_watched():
    with pytest.raises(ValueError, match="above 0%"):
        watch(scenario(), 0.0)
    with pytest.raises(ValueError, match="holds no care"):
        watch(scenario(SMALL, "scheme.benefits={}"), 0.3)
    only = SMALL.replace("need: 0.9", "rate: deaths").replace("frailty: 0.8", "frailty: 0").replace("0.02", "0")
    only = only.replace("deaths: none", "deaths: {0+: 0.01}").replace(
        "      season: [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1]\n", ""
    )
    with pytest.raises(ValueError, match="nothing to watch"):
        watch(scenario(only), 0.3)


@pytest.mark.parametrize(("claims", "apart"), [(997, True), (757, False)])
def test_where_rule_and_range_part_ways_the_page_says_whom_to_believe(claims, apart):
    """Of the village 623 consultations are planned. 60 % more cannot well be chance (115 to 236 % of the plan): the
    rule plans with 1.64, beyond the 1.11 to 1.46 of the range. 22 % more may be chance: nothing is said.
    """
    periods = (("03-01", "03-31", 560), ("04-01", "06-30", 610), ("07-01", "09-30", 640), ("10-01", "12-31", 655))
    parts = [44 * claims // 757, 158 * claims // 757, 296 * claims // 757]
    parts.append(claims - sum(parts))
    village = mho_sim.load(SCENARIOS[-1])
    rows = [
        (f"2027-{first}", f"2027-{until}", "consultation", covered, part, 1_370 * part)
        for (first, until, covered), part in zip(periods, parts, strict=True)
    ]
    found = mho_sim.experience(village, register(*rows))
    (row,) = found.next_year.to_dict("records")
    assert row["ways_apart"] == apart and not row["beyond_range"]
    page = " ".join(experience_text(found).split())
    told = f"rule and range part ways, consultation {row['limited']:.3f} and {row['credible']:.3f}"
    assert (told in page) == apart and ("believe the register: write a wider range" in page) == apart


# The register

HEADER = "from,until,service,covered,claims,paid\n"
LINE = "2027-01-01,2027-03-31,visit,500,90,180 000\n"


def read(text, **how):
    return parse_register(text.encode(**how), "r.csv", scenario())


def test_a_register_as_spreadsheets_write_it():
    french = "Du;Au;Service;Couverts;Cas;Payé;Village;Remarque\n01/01/2027;31/03/2027;visit;487,5;90;180 000;Thiès;x\n"
    for text, how in (
        (french, {"encoding": "cp1252"}),
        (french, {"encoding": "utf-8-sig"}),
        (french.replace(";", "\t"), {}),
    ):
        found = read(text, **how)
        (row,) = found.rows
        assert row == Row(date(2027, 1, 1), date(2027, 3, 31), "visit", 487.5, 90, 180_000, "Thiès", 2)
        assert found.not_read == ("Remarque",)


def test_an_empty_register_can_be_filled_in():
    blank = blank_register(scenario())
    assert blank.splitlines()[1] == "2027-01-01,2027-03-31,stay,,,"
    with pytest.raises(ScenarioError, match="Nothing is filled in"):
        read(blank)
    filled = blank.replace("2027-01-01,2027-03-31,visit,,,", LINE.strip())
    assert [row.claims for row in read(filled).rows] == [90]


WAITING = SMALL.replace("{default: none}", "{default: 2 months, stay: 45 days}")


def test_an_empty_register_begins_when_somebody_is_covered():
    """All join on 1 January and wait for 2 months, or until 15 February; in an old mutual members are covered."""
    lines = blank_register(scenario(WAITING)).splitlines()
    assert lines[1:5] == [
        "2027-02-01,2027-03-31,stay,,,",
        "2027-03-01,2027-03-31,visit,,,",
        "2027-04-01,2027-06-30,stay,,,",
        "2027-04-01,2027-06-30,visit,,,",
    ]
    later = blank_register(scenario(WAITING, "scheme.membership.waiting={visit: 7 months}")).splitlines()
    assert next(line for line in later if "visit" in line) == "2027-08-01,2027-09-30,visit,,,"
    with pytest.raises(ValueError, match="By the file nobody is covered before 2028-02-01"):
        blank_register(scenario(WAITING, "scheme.membership.waiting={default: 13 months}"))
    old = "start_from: {date: 2026-12-31, cash: 0, members: {paid_up: 100, late: 0, waiting: 0}}"
    old = parse(WAITING.replace("  reserve: {opening: 100_000_000}\n", "") + old, "old.yaml")
    assert blank_register(old).splitlines()[1] == "2027-01-01,2027-03-31,stay,,,"


@pytest.mark.parametrize(
    ("line", "most"),
    [
        (("2027-01-01", "2027-03-31", "visit", 160, 10, 20_000), None),  # 500 people for 31 of 90 days: 172
        (("2027-01-01", "2027-03-31", "visit", 480, 10, 20_000), 500 * 31 / 90),
        (("2027-01-01", "2027-02-28", "visit", 480, 10, 20_000), 0),
        (("2027-03-01", "2027-03-31", "visit", 480, 10, 20_000), None),
        (("2027-01-01", "2027-03-31", "stay", 300, 2, 16_000), None),  # from 15 February: 250
        (("2026-10-01", "2026-12-31", "visit", 480, 10, 20_000), None),  # an older mutual than the file's start
    ],
)
def test_people_covered_before_anybody_can_be_are_told(line, most):
    found = mho_sim.experience(scenario(WAITING), register(line))
    page = " ".join(experience_text(found).split())
    if most is None:
        assert not found.too_early and "Look at this: by the file nobody" not in page
        return
    (one,) = found.too_early
    assert one.most == pytest.approx(most) and one.begins == date(2027, 3, 1)
    assert "Look at this: by the file nobody is covered for visit before 2027-03-01" in page
    assert ("Leave the line out" if most == 0 else "at most about 172 on average; 480 are written") in page
    assert json.dumps(found.to_dict()["too_early"][0]["begins"]) == '"2027-03-01"'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "1: The file is empty."),
        ("a,b\n1,2\n", "1: The first line must name the columns: from, until, service"),
        (HEADER.replace("claims", "clams") + LINE, "1: The column 'clams' is not known; did you mean 'claims'?"),
        (HEADER.replace(",paid", "") + LINE[:-9] + "\n", "1: There is no column 'paid' ('paye' in French)."),
        ("from,until,service,covered,claims,cas,paid\n", "1: The columns 'claims' and 'cas' say the same."),
        (
            HEADER + LINE.replace("visit", "vist"),
            "2: service is 'vist', which is not in the package; did you mean 'visit'?",
        ),
        (HEADER + LINE.replace("90", "9.5"), "2: claims is '9.5', which is not a whole number."),
        (HEADER + LINE.replace("90", "-9"), "2: claims is '-9', which is out of range."),
        (HEADER + LINE.replace("90", "many"), "2: claims is 'many', which is not a"),
        (HEADER + LINE.replace("90", ""), "2: claims is empty. Write for how many visits"),
        (HEADER + LINE.replace("180 000", "180.000"), "2: paid is '180.000', which can be read as 180000 or as 180."),
        (HEADER + LINE.replace("180 000", "=SUM(F2:F9)"), "2: paid is '=SUM(F2:F9)', a formula and not its result."),
        (HEADER + LINE.replace("180 000", "#REF!"), "2: paid is '#REF!', a mistake that the spreadsheet tells."),
        (HEADER + LINE.replace("180 000", "18\u200b0"), "2: paid holds a hidden character (U+200B)."),
        (
            HEADER + LINE.replace("2027-01-01", "2027-01-05"),
            "2: from is '2027-01-05', but a period is of whole months.",
        ),
        (HEADER + LINE.replace("03-31", "04-01"), "of a month, such as 2027-03-31."),
        (HEADER + LINE.replace("03-31", "02-30"), "2: until is '2027-02-30', a day that is not in the calendar."),
        (HEADER + LINE.replace("2027-03-31", "March"), "2: until is 'March', which is not a date."),
        (HEADER + LINE.replace("2027-01-01", "2027-05-01"), "2: The period ends on 2027-03-31, before it begins"),
        (HEADER + LINE.replace("2027-03-31", "2029-03-31"), "after what the plan looks at."),
        (HEADER + LINE.replace("2027", "2019"), "more than 5 years before the plan begins"),
        (HEADER + LINE.replace("500", "0"), "2: Nobody was covered, but there are claims"),
        (HEADER + LINE.replace("90", "0"), "2: There are no claims, but 180000 was paid."),
        (HEADER + LINE + LINE, "3: visit is there already for part of these dates, in line 2. Keep one of them; if"),
        (HEADER + LINE.replace("180 000", "180,000"), "2: This line has 7 cells, the header 6."),
        (HEADER + LINE.replace("visit", '"vis"it'), "2: A quotation mark is not closed"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, sentence):
    with pytest.raises(ScenarioError) as told:
        read(text)
    assert sentence in str(told.value) and str(told.value).startswith("r.csv:")


def test_files_that_are_no_text():
    for raw, words in (
        (b"PK\x03\x04", "a spreadsheet's own file"),
        ("x".encode("utf-16"), "UTF-16"),
        (b"from,\x81\x9d", "neither in UTF-8"),
    ):
        with pytest.raises(ScenarioError, match=words):
            parse_register(raw, "r.csv", scenario())


def test_every_fault_is_told_in_one_pass():
    text = HEADER + LINE.replace("90", "x") + LINE.replace("visit", "vist") + LINE.replace("500", "")
    with pytest.raises(ScenarioError) as told:
        read(text)
    assert [fault.line for fault in told.value.faults] == [2, 3, 4]


@pytest.mark.parametrize("changes", [(), ("setting.illness.visit.need=0",), ("scheme.benefits.visit.copay=100%",)])
@pytest.mark.parametrize("grade", ["exact", "guess"])
@pytest.mark.parametrize("counts", [(0, 0, (0, 0)), (400, 5_000), (1, 2_000, (0, 0), 1), (0, 0, (0, 0), 0),
                                    (5 * 10**6, 10**10, (4 * 10**5, 10**9), 5 * 10**6)])  # fmt: skip
def test_pages_of_what_is_unusual(changes, grade, counts):
    """Nothing seen, nothing planned, nothing paid, one person, nobody, millions: a page of 80 columns, and an object
    that JSON can write."""
    one = scenario(SMALL.replace("default_grade: exact", f"default_grade: {grade}"), *changes)
    found = mho_sim.experience(one, year(*counts))
    assert max(map(len, experience_text(found).splitlines())) <= 80
    json.dumps(found.to_dict(), allow_nan=False)


def test_broken_registers_are_refused_and_never_crash():
    """2,000 registers with up to five characters changed: read, or refused with a line."""
    generator, whole = (
        np.random.default_rng(1),
        (HEADER + LINE + LINE.replace("01-01", "04-01").replace("03-31", "06-30")),
    )
    letters, refused = [*whole, *'";=#\t\0\u200b\ufeff\U0001f600é-+.,\r\n'], 0
    for _ in range(2_000):
        text = list(whole)
        for place in generator.integers(0, len(text), generator.integers(1, 6)):
            text[place] = letters[generator.integers(len(letters))]
        try:
            assert read("".join(text)).rows
        except ScenarioError as error:
            refused += 1
            assert all(str(fault).startswith("r.csv:") for fault in error.faults)
    assert refused > 1_000


def test_the_readme_shows_what_the_command_prints():
    """A baseline: when results change on purpose, paste the beginning of the page anew."""
    readme = (SCENARIOS[0].parent.parent / "README.md").read_text(encoding="utf-8")
    names, shown = readme.split("<!-- experience ", 1)[1].split(" -->", 1)
    shown = "\n".join(line[4:] for line in shown.split("[…]", 1)[0].splitlines()).strip("\n ")
    one, other = (SCENARIOS[0].parent.parent / name for name in names.split())
    assert experience_text(mho_sim.experience(mho_sim.load(one), other)).startswith(shown)


def test_a_register_that_the_range_holds_for_impossible_is_pointed_out():
    found = mho_sim.experience(mho_sim.load(SCENARIOS[-1]), SCENARIOS[-1].with_name("village-mutual-register.csv"))
    assert found.next_year["beyond_range"].to_dict() == {"consultation": False, "observation": True}
    assert "of observation the register shows" in " ".join(experience_text(found).split())


# The command


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    lines = HEADER + LINE + "2027-04-01,2027-12-31,visit,500,480,1 000 000\n"
    (tmp_path / "register.csv").write_text(lines, encoding="utf-8")
    return tmp_path


def asked(*words):
    return CliRunner().invoke(commands, ["experience", *map(str, words)])


def test_the_page_and_the_object(folder):
    done = asked(folder / "small.yaml", folder / "register.csv")
    assert done.exit_code == 0, done.output
    assert "570 claims where the plan expected 450, 27% above" in done.output
    assert "setting.illness.visit:" in done.output and "need: {" in done.output
    told = json.loads(asked(folder / "small.yaml", folder / "register.csv", "--json").output)
    assert told["services"]["visit"]["seen"] == 570 and told["lines"]["visit"]["set"].startswith(
        "setting.illness.visit.need="
    )


def test_an_empty_register_is_written_and_never_over_another(folder):
    assert asked(folder / "small.yaml", "--blank", folder / "new.csv").exit_code == 0
    assert (folder / "new.csv").read_text(encoding="utf-8") == blank_register(scenario())
    done = asked(folder / "small.yaml", "--blank", folder / "register.csv")
    assert done.exit_code == 2 and "is there already" in done.output


def test_mistakes_end_in_one_sentence(folder):
    (folder / "bad.csv").write_text(HEADER + LINE.replace("90", "x"), encoding="utf-8")
    for words, said in (
        ((), "Name a register"),
        ((folder / "register.csv", "--watch", "30%"), "one of the three"),
        ((folder / "none.csv",), "There is no such file."),
        ((folder / "bad.csv",), "bad.csv:2: claims is 'x'"),
        (("--watch", "0%"), "above 0%"),
        (("--watch", "30%", "--kind", "stays"), "stays is no care of the package."),
        ((folder / "register.csv", "--kind", "stay"), "--kind goes with --watch"),
        (("--blank", folder / "new.txt"), "Known are .csv"),
    ):
        done = asked(folder / "small.yaml", *words)
        assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output


def test_watching_on_a_page(folder):
    done = asked(folder / "small.yaml", "--watch", "30%", "--worlds", 40, "--quiet")
    assert done.exit_code == 0, done.output
    assert "Until it is noticed" in done.output and max(map(len, done.output.splitlines())) <= 80
    assert watch_text(watch(scenario(), 0.3, 40)).splitlines()[0] == "Small"


def test_services_without_a_register_row_are_left_out():
    plan = Plan(scenario())
    found = compared(plan, seen_of(plan, register(("2027-01-01", "2027-03-31", "visit", 500, 90, 180_000))))
    assert list(found.index) == ["visit"]
