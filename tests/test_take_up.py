"""How many households join: the sum from what they said by hand, and the number that join against the binomial law.

False alarms. A number of households that join must lie in its exact binomial band, two-sided 1e-6; a sum of squares of
standardized numbers in that of a chi-squared law, 1e-6; means within 4.9 standard errors, 1e-6.
"""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from judging import accept
from scipy.stats import binomtest, chi2

from mho_sim.engine import Prepared, live_batch
from mho_sim.report.page import run_text
from mho_sim.report.story import story
from mho_sim.report.understood import understood
from mho_sim.scenario import ScenarioError, explained, load, parse
from mho_sim.study import simulate
from mho_sim.verification.judging import ERRORS, judge_estimate, judge_events
from mho_sim.verification.sampling import average

TEXT = """\
title: Forty families (invented)
currency: XOF
start: 2027-01-01
years: 2
default_grade: exact
setting:
  association: {households: {1: 20, 3: 20}, births: none, deaths: none}
  illness: {care: {need: 2, cost: {fixed: 100}}}
  take_up: TAKE_UP
scheme:
  contribution: {amount: 600, per: household, every: year, timing: in-advance, grace: none, joining_fee: 70}
  benefits: {care: {}}
  providers: {invoice: on-the-day, pay_within: none}
  expenses: {per_card: 3}
"""
HOUSEHOLDS = 40
SURVEY = "{survey: {500: 61%, 750: 38%, 1_000: 17%}, of: 240 households, stated_to_real: {between: [0.3, 0.8]}}"
TRADERS = Path(__file__).parent.parent / "scenarios" / "market-traders.yaml"


def asked(take_up=SURVEY, *sets):
    return parse(TEXT.replace("TAKE_UP", take_up), "asked.yaml", sets)


def share(take_up=SURVEY, *sets):
    return asked(take_up, *sets).setting.take_up


def amount(value):
    return f"scheme.contribution.amount={value}"


# The sum


@pytest.mark.parametrize(("contribution", "said"), [(500, 0.61), (750, 0.38), (1_000, 0.17)])
def test_an_amount_that_was_asked_has_its_share_exactly(contribution, said):
    assert share(SURVEY.replace("{between: [0.3, 0.8]}", "100%"), amount(contribution)) == said
    assert float(share(SURVEY, amount(contribution))) == said * 0.55


def test_between_two_amounts_the_share_falls_in_a_straight_line():
    """At 600, two fifths of the way from 500 to 750: 61% - 0.4 x 23% = 51.8%; of these 55% join: 28.49%."""
    found = share()
    assert float(found) == pytest.approx(0.518 * 0.55)
    assert (
        float(share("{survey: {100: 3 of 4, 900: 1 of 4}, stated_to_real: 100%}", amount(300))) == 0.625
    )  # a quarter of the way


def test_the_range_is_sampling_and_saying_together():
    """45 of 100 say yes, and 10% to 50% of them (at best 30%) come: 13.5%. Wilson's limits (z² = 2.7055): the middle
    0.45 + 2.7055 / 200 = 0.46353, ± 1.64485 × sqrt(0.2475 / 100 + 2.7055 / 40 000) = 0.08294, both / 1.027055: 0.37056
    and 0.53207. Up: ln(0.53207 / 0.45) = 0.16753 and ln(5 / 3) = 0.51083, together 0.53760; down: ln(0.45 / 0.37056) =
    0.19423 and ln 3 = 1.09861, together 1.11565. 0.135 × e^0.53760 = 0.23111, 0.135 × e^-1.11565 = 0.04424.
    """
    found = share("{survey: {600: 45 of 100}, stated_to_real: {between: [10%, 50%]}}")
    assert (found.low, found.best, found.high) == pytest.approx((0.04424, 0.135, 0.23111), abs=1e-5)
    assert found.law == "pert"


def test_the_range_stays_within_what_was_written():
    """Never above Wilson's upper limit × the highest share of those who do, nor below both lowest, nor above all."""
    for joining, number, low, best, high in ((45, 100, 10, 30, 50), (95, 250, 30, 55, 80), (3, 4, 60, 90, 100)):
        real = f"{{between: [{low}%, {high}%], best: {best}%}}"
        found = share(f"{{survey: {{600: {joining} of {number}}}, stated_to_real: {real}}}")
        limits = binomtest(joining, number).proportion_ci(0.9, "wilson")
        assert limits.low * low / 100 < found.low < joining / number * best / 100 == pytest.approx(found.best)
        assert found.best < found.high < limits.high * high / 100 <= 1
    assert share("{survey: {600: 4 of 4}, stated_to_real: 100%}").high == 1


def test_sampling_alone_is_wilsons_interval():
    """Where all come who say so, the range is that of scipy."""
    for joining, number in ((146, 240), (1, 240), (240, 240), (5, 9)):
        found = share(f"{{survey: {{600: {joining} of {number}}}, stated_to_real: 100%}}")
        limits = binomtest(joining, number).proportion_ci(0.9, "wilson")
        assert (found.best, found.low, found.high) == pytest.approx((joining / number, limits.low, limits.high))


def test_nobody_who_says_so_is_not_nobody():
    """The rule of three: of 100, of whom 3.0% would join, none says so 5 times in 100; half of those who do come."""
    found = share("{survey: {500: 20%, 600: 0%}, of: 100, stated_to_real: 50%}")
    assert (float(found), found.low, found.law) == (0, 0, "pert")
    assert math.exp(-found.high / 0.5 * 100) == pytest.approx(0.05)


def test_between_two_amounts_the_smaller_number_counts():
    few = share("{survey: {500: 40 of 80, 700: 100 of 400}, stated_to_real: 100%}")
    alone = share("{survey: {600: 30 of 80}, stated_to_real: 100%}")
    assert (float(few), few.low, few.high) == pytest.approx((float(alone), alone.low, alone.high))


def test_counts_say_what_shares_say():
    counts = share("{survey: {500: 144 of 240, 750: 96 of 240 households}, stated_to_real: 50%}")
    shares = share("{survey: {500: 60%, 750: 0.4}, of: 240, stated_to_real: 50%}")
    assert (float(counts), counts.low, counts.high) == (float(shares), shares.low, shares.high)


def test_dearer_and_fewer_join():
    """The share follows the contribution, also through `--set` and `with_`."""
    base = asked()
    found = [float(base.with_("scheme.contribution.amount", paid).setting.take_up) for paid in range(500, 1_001, 50)]
    assert found == [float(share(SURVEY, amount(paid))) for paid in range(500, 1_001, 50)]
    assert all(one > other for one, other in pairwise(found))
    assert base.with_("setting.take_up.stated_to_real", 0.5).setting.take_up == pytest.approx(0.518 / 2)
    assert base.with_("setting.take_up", 0.2).setting.take_up == 0.2


def test_below_the_lowest_amount_is_as_at_the_lowest_and_doubted():
    for paid in (0, 400):
        scenario = asked(SURVEY, amount(paid))
        assert float(scenario.setting.take_up) == 0.61 * 0.55
        assert [told for told in scenario.warnings if f"a contribution of {paid}; the lowest was 500" in told]
    assert not [told for told in asked().warnings if "take_up" in told]


def test_above_the_highest_amount_nobody_was_asked():
    with pytest.raises(ScenarioError, match=r"at 1 001: setting\.take_up asked from 500 to 1 000"):
        asked(SURVEY, amount(1_001))


def test_a_survey_is_written_again_as_it_was():
    scenario = asked(SURVEY.replace("of: 240", "source: asked in May, grade: neighbour, note: n, of: 240"))
    again = scenario.with_("title", "Again").with_("title", scenario.title)
    assert again == scenario and again.hash == scenario.hash
    assert scenario.content["setting"]["take_up"]["survey"] == {"500": 0.61, "750": 0.38, "1000": 0.17}
    assert scenario.setting.take_up.source == "asked in May"
    counted = asked("{survey: {600: 1 200 of 2_000}, stated_to_real: 100%}").content["setting"]["take_up"]
    assert counted == {"survey": {"600": "1200 of 2000"}, "stated_to_real": "100%"}


def test_a_share_takes_its_grade_like_other_numbers():
    assert asked("30%").unknowns == {}
    ranges = asked("{value: 30%, grade: guess}").unknowns["setting.take_up"]
    assert (ranges.low, ranges.best, ranges.high) == pytest.approx((0.12, 0.3, 0.48))
    assert asked("none").setting.take_up is None


def test_the_register_of_members_has_joined_already():
    existing = TRADERS.parent / "existing-mutual.yaml"
    with pytest.raises(ScenarioError, match="have joined already"):
        load(existing, ["setting.take_up=40%", "start_from=none"])


# What is told


def test_the_sum_is_told():
    told = next(line for line in explained(asked()) if line.startswith("setting.take_up:"))
    assert told == (
        "setting.take_up: In a straight line between 61% at 500 and 38% at 750: 51.8% of 240 households said that they "
        "would join at 600; × 55% (from 30% to 80%) of these, who do = 28.5% of all households. By chance "
        "alone between 46.5% and 57.1% of all would say so (Wilson, 90 of 100). Together with what they do it lies "
        "between 15.4% and 42%."
    )
    assert "Of 40 households about 11 join (between 6 and 17)." in understood(asked())
    assert "Of 40 households about 12 join." in understood(asked("30%"))


def test_the_page_tells_how_many_join():
    result = simulate(asked(), worlds=120, seed=3, workers=1)
    told, page = result.to_dict()["joined"], " ".join(run_text(result).split())
    counts = result.outcome.joining[:, 0].sum(axis=1)
    assert told["of"] == 40 and told["mean"] == pytest.approx(counts.mean(), abs=1e-6)
    assert f"Of the 40 households of the association, {round(counts.mean())} join (between" in page
    assert "people of the households that are members" in page and "Of 100 households that joined" in page
    low, high = result.interval(("joined", "mean"))
    assert low < told["mean"] < high and result.interval(("joined", "of")) is None
    everybody = simulate(asked("none"), worlds=2, workers=1)
    assert "joined" not in everybody.to_dict() and "association, " not in run_text(everybody)


def test_the_story_of_a_household_that_does_not_join():
    prepared = Prepared(asked("0%"), 1)
    told = "\n".join(story(prepared, 0, 5))
    assert "the household is not a member" in told and "paid in 0" in told and "waiting" not in told


# The worlds


def lived(scenario, worlds, seed=1):
    return simulate(scenario, worlds=worlds, seed=seed, workers=1)


def test_the_number_that_joins_is_binomial():
    """In each of 600 worlds 40 households with a share of 30%: the sum of all is binomial, and so is each."""
    worlds, p = 600, 0.3
    counts = lived(asked("30%"), worlds).outcome.joining[:, 0].sum(axis=1)
    squares = ((counts - HOUSEHOLDS * p) ** 2).sum() / (HOUSEHOLDS * p * (1 - p))
    accept(judge_events("households that join", p, counts.sum(), HOUSEHOLDS * worlds))
    assert chi2.ppf(5e-7, worlds) < squares < chi2.isf(5e-7, worlds)


def test_each_household_has_its_own_luck():
    """Each of 40 joins in its share of 600 worlds: no more than 1e-6 / 40 beyond, each."""
    batch = live_batch(Prepared(asked("30%"), 7), 0, 600)
    joins = (batch.state.home["left_on"] > 0).mean(axis=0)
    assert (np.abs(joins - 0.3) < 5.6 * math.sqrt(0.3 * 0.7 / 600)).all() and joins.std() > 0


def test_contributions_are_the_amount_of_each_member():
    """Everyone pays: what falls due, fees and cards are amounts × households that join, in every world; the mean is
    amount × expected members, also where the share is not known exactly (uniform from 20% to 60%: 40%; pairs of
    worlds share it).
    """
    for take_up in ("30%", "{between: [20%, 60%], law: uniform}"):
        result = lived(asked(take_up), 600, seed=2)
        counts = result.outcome.joining[:, 0].sum(axis=1)
        due = result.per_year.contributions_due.to_numpy().reshape(600, 2)
        assert (due == 600 * counts[:, None]).all()
        assert (result.per_year.running_costs.to_numpy().reshape(600, 2) == 3 * counts[:, None] * [1, 0]).all()
        statement = result.income_statement(world=5).xs("joining fees, penalties", level="line")
        assert statement.iloc[0, 0] == 70 * counts[5]
        expected = 600 * HOUSEHOLDS * (0.3 if take_up == "30%" else 0.4)
        accept(judge_estimate("contributions", expected, *average(due[:, 0].reshape(300, 2).mean(axis=1))))
    assert ERRORS == 4.9


def test_indicators_count_who_joined():
    """Nobody leaves: members and their people are those who joined, the target population is the association."""
    result = lived(asked("40%"), 50)
    counts, people = result.outcome.joining[:, 0].sum(axis=1), result.outcome.people_joined[:, 0]
    world = result.per_world
    assert (world.penetration == people / result.people_at_start).all()
    assert (world.beneficiaries_per_member == people / counts).all()
    assert (
        (world.growth_of_members == 0).all() and (world.loyalty_rate == 1).all() and (world.external_growth == 0).all()
    )
    assert (result.outcome.standing[:, 0, :, 0] == people[:, None]).all()
    assert "affordability" not in world  # the households with an income are not all members


def test_who_joins_later_is_new():
    """15 are asked at the start, 25 in the second year: new members are those of them who join."""
    scenario = asked("50%").with_("scheme.membership.intakes", {"2027-01-01": 15, "2028-02-01": 25})
    result = lived(scenario, 50)
    first, none, second = result.outcome.joining[:, 0].T
    assert (none == 0).all() and first.max() <= 15 and 0 < second.mean() < 25
    assert result.per_world.growth_of_members.to_numpy() == pytest.approx(second / first)
    year = result.per_year.contributions_due.to_numpy().reshape(50, 2)
    assert (year == 600 * np.stack((first, first + second), axis=1)).all()


def test_worlds_of_a_pair_share_the_share_not_the_luck():
    scenario = asked("{between: [10%, 90%], law: uniform}")
    batch = live_batch(Prepared(scenario, 4), 0, 40)
    shares, joins = batch.setting.take_up, batch.state.home["left_on"] > 0
    assert (shares[::2] == shares[1::2]).all() and len(set(shares)) == 20
    assert (joins[::2] != joins[1::2]).any(axis=1).sum() > 15
    part = live_batch(Prepared(scenario, 4), 11, 5)
    assert (part.state.home["left_on"] == batch.state.home["left_on"][11:16]).all()
