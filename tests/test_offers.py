"""Packages and contributions side by side, by hand: 100 households of 4, half a visit a year at 2,000, 60,000 a year to
run; 300 a person and month.

A person costs 1,000 for care; pays 3,600, of which 5 % go to the collector: 3,420, so 2,420 are left. 60,000 / 2,420 =
24.8: 25 people. All 400 bring 400 x 2,420 - 60,000 = 908,000. At 80 a month: 960 x 0.95 = 912 < 1,000: no number does.
"""

import json
import math

import pytest
from click.testing import CliRunner

import mho_sim
from mho_sim.cli import commands
from mho_sim.report import offers_text
from mho_sim.scenario import parse
from mho_sim.tariff import offers

TEXT = """
title: Offered
currency: XOF
start: 2027-01-01
years: 1
default_grade: exact
setting:
  association: {households: {4: 100}, births: none, deaths: none}
  illness: {outpatient: {need: 0.5, cost: {fixed: 2_000}}}
scheme:
  membership: {waiting: {default: none}}
  contribution: {amount: 300, per: beneficiary, every: month, timing: in-advance, grace: none, collector: 5%}
  benefits: {outpatient: {copay: 0%}}
  providers: {invoice: on-the-day, pay_within: 0 days}
  expenses: {per_month: 5_000}
  support: none
"""
SURVEY = "setting:\n  take_up: {survey: {100: 100%, 300: 60%, 500: 20%}, of: 100, stated_to_real: 50%}\n"


def scenario(text=TEXT):
    return parse(text, "offered.yaml")


def test_by_hand():
    found = offers({"": scenario()}, (80, 300)).frame
    row = found.loc[("", 300)]
    assert (row["joining"], row["households"], row["people"], row["asked"]) == (1, 100, 400, 3_600)
    assert row["result"] == pytest.approx(908_000)
    assert (row["break_even"], row["break_even_share"]) == (25, 25 / 400)
    low = found.loc[("", 80)]
    assert math.isnan(low["break_even"]) and low["result"] == pytest.approx(400 * (912 - 1_000) - 60_000)


def test_a_package_by_hand():
    """A copayment of 30 % leaves 700 of care: 60,000 / 2,720 = 22.06, so 23 people."""
    less = scenario().with_("scheme.benefits.outpatient.copay", 0.3)
    found = offers({"all": scenario(), "less": less}).frame
    assert list(found.index) == [("all", 300), ("less", 300)]
    assert found.loc[("less", 300), "break_even"] == 23
    assert found.loc[("less", 300), "result"] == pytest.approx(400 * 2_720 - 60_000)


def test_a_survey_by_hand():
    """Of 100 asked 60 would at 300 and 20 at 500, half of whom come: 30 and 10 households."""
    found = offers({"": scenario(TEXT.replace("setting:\n", SURVEY))}, (300, 500)).frame
    assert list(found["households"].round(6)) == [30, 10]
    assert found.loc[("", 500), "result"] == pytest.approx(40 * (500 * 12 * 0.95 - 1_000) - 60_000)


def test_who_does_not_renew_pays_no_more_by_hand():
    """Half renew: in year 2 there are 200 people, who bring 200 x 2,420 - 60,000; it still takes 25 of them."""
    half = TEXT.replace("years: 1", "years: 2").replace("setting:\n", "setting:\n  renewing: {probability: 50%}\n")
    row = offers({"": scenario(half)}, (300,)).frame.loc[("", 300)]
    assert (row["households"], row["people"], row["break_even"]) == (50, 200, 25)
    assert row["result"] == pytest.approx(200 * 2_420 - 60_000) and row["break_even_share"] == 25 / 200


def test_more_people_than_there_are_are_told_as_such():
    """At 90 a month 1,080 x 0.95 is 1,026: 26 are left of a person, and 60,000 / 26 = 2,307.7: 2,308 people, of 400."""
    found = offers({"": scenario()}, (90,))
    assert found.frame.loc[("", 90), "break_even"] == 2_308
    page = " ".join(offers_text(found).split())
    assert "> all Contribution" in page and "2 308" not in page and "The first year of membership." in page


def test_needed_is_the_price():
    found = offers({"": scenario()}, (300,), safety=0.2).frame
    assert found.loc[("", 300), "needed"] == mho_sim.price(scenario(), safety=0.2).contribution


def test_the_command(tmp_path):
    file = tmp_path / "offered.yaml"
    file.write_text(TEXT)
    ask = ["price", str(file), "--contributions", "80,300", "--package", "less:scheme.benefits.outpatient.copay=30%"]
    ran = CliRunner().invoke(commands, ask)
    assert ran.exit_code == 0, ran.output
    assert max(map(len, ran.output.splitlines())) <= 80
    assert "less" in ran.output and "908 000" in ran.output
    told = json.loads(CliRunner().invoke(commands, [*ask, "--json"]).output)
    assert [row["package"] for row in told["offers"]] == ["as written"] * 2 + ["less"] * 2
    assert told["offers"][0]["break_even"] is None and told["year"] == 1 and told["changed"] == []
    assert set(told["packages"]) == {"as written", "less"}


def test_the_page_by_hand():
    """At 80 the mutual lacks 400 x 88 + 60,000 = 95,200 a year and never pays for itself; needed is (1,000 + 10 % +
    60,000 / 400) / 95 % = 1,315.8; where no survey is there, no column of who joins.
    """
    page = " ".join(offers_text(offers({"": scenario()}, (80, 300))).split())
    assert "80 400 1 316 960 -95 200 never 300 400 1 316 3 600 908 000 25" in page
    assert "of a beneficiary and month; that of the file is 300" in page and "take_up" in page and "join" in page
    assert "of 100" not in page
    asked = " ".join(offers_text(offers({"": scenario(TEXT.replace("setting:\n", SURVEY))}, (300,))).split())
    assert "of 100" in asked and "take_up" not in asked


def test_the_year_is_the_last_of_the_shortest_package():
    longer = scenario(TEXT.replace("years: 1", "years: 3"))
    assert offers({"a": longer}).year == 3 and offers({"a": longer, "b": scenario()}).year == 1


def test_what_cannot_be_priced_names_its_package():
    gone = scenario().with_("scheme.expenses.share_of_contributions", 0.96)
    with pytest.raises(ValueError, match=r"^dear: Running costs take 101%"):
        offers({"as it is": scenario(), "dear": gone})


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--contributions", "80;300"], "write amounts with commas between them, such as 300,400,500"),
        (["--contributions", "300 400 500"], "write amounts with commas between them"),
        (["--contributions", "300", "--xlsx", "p.xlsx"], "--xlsx writes one price"),
        (["--package", "a:years=1", "--package", "a:years=1"], "--package 'a' is there twice"),
        (["--package", "as written:years=1"], "--package 'as written': this is what the table calls the scenario"),
        (["--package", "less:scheme.benefits.outpatient.copey=30%"], "did you mean 'copay'"),
        (["--package", "less:scheme.benefits.outpatient.copay=300%"], "from 0% to 100%"),
    ],
)
def test_what_cannot_be_offered(tmp_path, asked, told):
    file = tmp_path / "offered.yaml"
    file.write_text(TEXT)
    ran = CliRunner().invoke(commands, ["price", str(file), *asked], standalone_mode=True)
    assert ran.exit_code == 2 and told in ran.output
