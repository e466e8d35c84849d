"""The story of a world tells every entry, in a sentence of its own."""

import re
from pathlib import Path

import pytest
from scenario_generator import scenario_text
from test_study import plain

from mho_sim import ledger
from mho_sim.engine import Prepared, live_batch
from mho_sim.report.story import SENTENCES, story
from mho_sim.rules import REASONS
from mho_sim.scenario import load, parse

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))


def test_every_reason_has_its_sentence():
    assert set(REASONS) <= set(SENTENCES)


@pytest.mark.parametrize("number", range(0, 40, 2))
def test_the_cash_box_of_the_story_is_that_of_the_books(number):
    """After the last sentence that moves cash; and every household's story can be told."""
    prepared = Prepared(parse(scenario_text(number)), 3)
    lines = list(story(prepared, 1))
    told = [re.search(r"\[cash box (.*)\]", line) for line in lines]
    boxes = [int(match[1].replace(" ", "")) for match in told if match]
    cash = int(live_batch(prepared, 1, 1).memory.books[0, 0, ledger.CASH])
    assert (boxes[-1] if boxes else 0) == cash
    assert all("_" not in line for line in lines[1:])
    for household in range(min(prepared.households, 3)):
        assert list(story(prepared, 1, household))[-1].startswith("After ")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_shipped_mutual_can_be_told(path):
    scenario = load(path)
    prepared = Prepared(scenario, 1)
    told = list(story(prepared, 0))
    assert len(told) > 100 and told[-1].startswith("After ")
    for household in (0, scenario.household_count // 2):
        assert list(story(prepared, 0, household))


def test_the_three_degrees_are_told_on_their_days():
    """As in test_study: 1 000 000 are due on the first day, and 10 000 come in a month."""
    scenario = plain(
        scheme__reserve__opening=0,
        scheme__expenses={"once": 1_000_000},
        setting__providers={"post": {"class": "public", "stops_when_owed": "90 days"}},
    )
    lines = list(story(Prepared(scenario, 1), 0))
    assert any(line.startswith("2027-01-01  The money is not there") for line in lines)
    assert any(line.startswith("2027-01-31  Overdue bills come to more than 6 months") for line in lines)
    assert any("may stop accepting the cards" in line for line in lines)


def test_what_is_given_back_and_who_joins_later():
    scenario = plain(
        scheme__providers={"payment": "reimbursement", "invoice": "monthly", "pay_within": "30 days"},
        scheme__membership={"intakes": {"2027-01-01": 10, "2027-07-01": 15}, "waiting": {"default": "1 month"}},
        scheme__contribution__joining_fee=500,
        setting__illness__outpatient__need=12,
    )
    text = "\n".join(story(Prepared(scenario, 1), 0))
    assert "The household pays it, and the mutual will give back 1 000." in text
    assert "joins, and pays the fee of 500." in text and "is not a member on this day" in text
    assert re.search(r"The mutual pays [0-9 ]+ to households", text)
    late = next(
        h for h in range(25) if f"2027-07-01  Household {h} joins" in "\n".join(story(Prepared(scenario, 1), 0, h))
    )
    assert f"2027-08-01  Household {late}: the waiting period for outpatient is over." in "\n".join(
        story(Prepared(scenario, 1), 0, late)
    )
