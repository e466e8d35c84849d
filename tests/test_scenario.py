"""What a scenario file may say, and what a person is told who writes something else."""

import copy
import json
import math
import pickle
import random
import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from statistics import NormalDist

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from mho_sim.cli import commands
from mho_sim.report.understood import understood
from mho_sim.scenario import (
    Days,
    Duration,
    Range,
    Scenario,
    ScenarioError,
    Unknown,
    add_months,
    explained,
    load,
    lost_a_year,
    parse,
    reading,
    schema,
)
from mho_sim.scenario.observations import between_villages

BROKEN = Path(__file__).parent / "broken"
GOOD = (BROKEN / "_good.yaml").read_text(encoding="utf-8")
EVERYTHING = (BROKEN / "_everything.yaml").read_text(encoding="utf-8")
CASES = sorted(path for path in BROKEN.glob("*.yaml") if not path.name.startswith("_"))
NNBSP = "\u202f"

SMALL = """\
title: Small
currency: XOF
start: 2027-01-01
years: 1
setting:
  association: {households: {1: 8, 2: 10, 3: 14}, births: none, deaths: none}
  illness: {outpatient: {need: 1, cost: {fixed: 2000}}}
scheme:
  contribution: {amount: 400, per: household, every: year, timing: in-arrears, grace: none}
  benefits: {outpatient: {}}
  providers: {invoice: on-the-day, pay_within: 0 days}
"""

RANGES = SMALL.replace(
    "  illness: {outpatient: {need: 1, cost: {fixed: 2000}}}\n",
    """\
  illness:
    outpatient:
      need: {between: [0.8, 1.6], best: 1.1, law: pert, source: neighbours, grade: neighbour, note: of 2026}
      cost:
        lognormal: {mean: {between: [1_800, 2 500], law: lognormal}, cv: {value: 1, grade: guess}, source: bills}
        dated: 2026-11
      seeking: {covered: {value: 80%}, uncovered: {between: [40%, 60%], law: uniform}}
""",
)


@pytest.fixture
def good():
    return parse(GOOD, "good.yaml")


def refusal(text, *sets):
    with pytest.raises(ScenarioError) as caught:
        parse(text, "it.yaml", sets)
    return caught.value


def refused_set(change):
    return str(refusal(GOOD, change))


# Broken files: one mistake each, and the message as it is printed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_each_broken_file_has_its_message(case, monkeypatch):
    monkeypatch.chdir(BROKEN)
    with pytest.raises(ScenarioError) as caught:
        load(case.name)
    assert str(caught.value) + "\n" == case.with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_broken_files_of_every_sort_and_no_message_without_a_file():
    assert len(CASES) >= 80
    assert {path.stem for path in BROKEN.glob("*.txt")} == {case.stem for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_message_starts_with_its_place_and_stays_in_plain_words(case):
    first = case.with_suffix(".txt").read_text(encoding="utf-8").split("\n")[0]
    assert re.match(rf"{case.name}:\d+(:\d+)?: \S", first)
    assert first.endswith((".", "?"))
    assert not re.search(r"pydantic|validat|literal|\bNone\b|\bdict\b|\bstr\b|\bfloat type|Traceback", first)


def test_all_faults_are_told_in_one_pass():
    error = refusal((BROKEN / "several.yaml").read_text(encoding="utf-8"))
    assert [fault.path for fault in error.faults] == [
        "years",
        "setting.illness.outpatient.need",
        "start_from.members",
        "scheme.contribution.per",
        "scheme.benefits.outpatience",
        "scheme.benefits.outpatience.copay",
    ]
    assert all(str(fault) in str(error) for fault in error.faults)


def test_a_fault_is_a_record():
    (fault,) = refusal(GOOD.replace("years: 3", "years: 21")).faults
    assert (fault.file, fault.line, fault.column, fault.path) == ("it.yaml", 6, 8, "years")
    assert fault.sentence == "years is '21', which is out of range. Write a whole number from 1 to 20 (years)."


def test_an_error_survives_a_trip_to_another_process():
    error = refusal("years: 3")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize("name", ["no-such-file.yaml", ".", "a\0b.yaml", "x" * 5000])
def test_a_file_that_is_not_there_is_one_clear_message(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load(name)
    assert len(caught.value.faults) == 1


# What a good file gives


def test_the_good_file_gives_the_attributes_of_the_model_page(good):
    association, illness = good.setting.association, good.setting.illness
    assert (good.start, good.years, good.currency, good.country) == (date(2027, 1, 1), 3, "XOF", "Senegal")
    assert (association.members, association.covered_per_member.mean, association.covered_per_member.cv) == (
        300,
        4.4,
        0.5,
    )
    assert association.people.ages[0] == (0, 4, 0.143)
    assert association.people.ages[-1] == (60, None, 0.054)
    assert (association.people.women, association.member.women, association.births) == (0.52, 0.85, 0.12)
    assert illness["outpatient"].cost.lognormal.mean == 2400
    assert illness["outpatient"].season[8] == 1.4
    assert illness["outpatient"].by_age_sex.women[0] == (0, 4, 1.6)
    assert (illness["delivery"].rate, illness["delivery"].need, illness["delivery"].cost.fixed) == (
        "births",
        None,
        12_000,
    )
    assert (good.setting.paying.on_time, good.setting.paying.mean_days_late) == (0.7, 25)
    assert good.start_from.owed_to_providers == ((0, 30, 120_000), (31, 90, 67_000))
    assert good.scheme.membership.waiting == {"default": Duration(months=3), "delivery": Duration(months=9)}
    assert good.scheme.contribution.grace == Duration(days=60)
    assert good.scheme.benefits["delivery"].lump_sum == 10_000
    assert (good.kinds, good.household_count) == (("delivery", "outpatient"), 300)


def test_what_is_left_out_has_its_default():
    small = parse(SMALL)
    assert small.household_count == 32
    assert small.setting.association.households == {1: 8, 2: 10, 3: 14}
    assert (small.setting.association.births, small.setting.association.deaths) == (None, None)
    assert sum(share for *_, share in small.setting.association.people.ages) == pytest.approx(0.999)
    assert small.setting.association.member.ages == ((20, 59, 1.0),)
    assert (small.setting.paying, small.start_from, small.scheme.ceiling_per_household_year) == (None, None, None)
    assert (small.scheme.benefits["outpatient"].copay, small.scheme.reserve.opening) == (0, 0)
    assert small.scheme.membership.waiting == {}
    assert small.scheme.contribution.grace == Duration()
    assert small.setting.illness["outpatient"].seeking.uncovered == 1


def test_ages_without_deaths_are_written_out():
    deaths = parse(SMALL.replace("deaths: none", "deaths: {10-19: 0.1, 60+: 1}")).setting.association.deaths
    assert deaths == ((0, 9, 0), (10, 19, 0.1), (20, 59, 0), (60, None, 1))


def test_a_scenario_is_frozen_and_travels(good):
    with pytest.raises(Exception, match="frozen"):
        good.years = 4
    assert pickle.loads(pickle.dumps(good)) == good


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(good, tmp_path):
    (tmp_path / "it.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(tmp_path / "it.yaml") == good


def test_no_is_a_word():
    assert parse(SMALL.replace("currency: XOF", "currency: XOF\ncountry: NO")).country == "NO"


# Every field


@pytest.fixture
def everything():
    return load(BROKEN / "_everything.yaml")


def poisson(chance, mean):
    """A Poisson variate, by the time between events."""
    count, time_ = -1, 0.0
    while time_ < mean:
        count, time_ = count + 1, time_ + chance.expovariate(1.0)
    return count


def keys_of(part):
    """All keys in a mapping and below."""
    if isinstance(part, list):
        return set().union(*(keys_of(item) for item in part))
    return set(part) | set().union(*(keys_of(item) for item in part.values())) if isinstance(part, dict) else set()


def test_there_is_an_example_of_every_field(everything):
    """In the file of everything, the good file or the small ones; whichever field is added is added there."""
    described = schema()
    fields = {name for part in (described, *described["$defs"].values()) for name in part.get("properties", {})}
    child = parse(GOOD, sets=[
        "scheme.contribution.child={below: 5, amount: 0}", "start_from.owed_by_members=5",
        "setting.illness.outpatient.need={centres: {A: {cases: 5, catchment: 9}}}",
    ])  # fmt: skip
    written = keys_of(everything.content) | keys_of(child.content) | keys_of(parse(SMALL).content)
    elsewhere = {"based_on", "list"}  # tested by themselves
    assert fields - written == elsewhere


def test_the_setting_of_everything(everything):
    setting, illness = everything.setting, everything.setting.illness
    assert setting.association.categories == {"ordinary": 0.9, "indigent": 0.1}
    assert setting.association.distance == ((0, 4, 0.7), (5, None, 0.3))
    food, fish = setting.enterprises
    assert (food.sector, food.share, food.income_per_month.good, food.cv) == ("food", 0.6, 140_000, 0)
    assert (food.good_months, fish.good_months[6]) == ((0.7,) * 12, 0.2)
    assert illness["outpatient"].by_sector == {"fish": 1.3}
    assert illness["outpatient"].causes == {"malaria": 0.4, "cough": 0.35, "injury": 0.25}
    assert list(illness["outpatient"].at) == ["health_centre", "clinic"]
    assert illness["outpatient"].seeking.by_distance == ((0, 4, 1), (5, None, 0.6))
    assert (illness["hospital"].referred_from.kind, illness["hospital"].referred_from.share) == ("outpatient", 0.03)
    assert (illness["hospital"].days, illness["hospital"].emergency, illness["surgery"].letter) == (4.5, True, 0.75)
    assert (illness["delivery"].share, illness["caesarean"].share) == (None, 0.06)
    assert illness["hypertension"].chronic == ((40, 59, 0.08), (60, None, 0.2))
    assert (illness["hospital"].cost.gamma.mean, illness["caesarean"].cost.exponential.mean) == (30_000, 90_000)
    assert illness["surgery"].cost.table == ((80_000, 0.7), (150_000, 0.3))
    assert (illness["outpatient"].cost.covered_share, illness["surgery"].cost.covered_share) == (0.9, 1)
    clinic = setting.providers["clinic"]
    assert (clinic.class_, clinic.prices, clinic.stops_when_owed) == ("private", 1.6, None)
    assert setting.providers["health_centre"].stops_when_owed == Duration(days=90)
    assert (setting.inflation.medical, setting.bank.interest, setting.bank.every) == (0.06, 0.03, "year")
    assert (setting.paying.never, setting.paying.on_time_bad_month) == (0.05, 0.4)
    assert setting.renewing.probability == 0.85


def test_the_scheme_of_everything(everything):
    scheme, terms = everything.scheme, everything.scheme.contribution
    assert scheme.membership.intakes == {date(2027, 1, 1): 200, date(2027, 7, 1): 100}
    assert scheme.membership.waiting["newborn"] == Duration()
    assert (terms.amount, terms.by_size) == (None, ((1, 1, 500), (2, 5, 2_000), (6, None, 2_500)))
    assert (terms.extra_person.beyond, terms.extra_person.amount, terms.minimum) == (8, 300, 600)
    assert (terms.every, terms.struck_off, terms.by_category) == ((1, 7), Duration(months=12), {"indigent": 0.2})
    assert (terms.joining_fee, terms.penalty, terms.collector) == (1_000, 500, 0.05)
    assert terms.state.per_beneficiary == 300 and terms.state.categories == ("indigent",)
    assert terms.state.late == Duration(months=3)
    outpatient, hospital = scheme.benefits["outpatient"], scheme.benefits["hospital"]
    assert (outpatient.copay, outpatient.copay_fixed) == (
        {"public": 0.2, "private": 0.5},
        {"public": 100, "private": 200},
    )
    assert outpatient.order == ("copay", "deductible", "ceiling")
    assert hospital.order == ("deductible", "copay", "ceiling")
    assert outpatient.events_per_household_year == ((2, 5, 12), (6, None, 20))
    assert (outpatient.excluded_ages, outpatient.excluded_causes) == (((0, 4), (80, None)), ("injury",))
    assert (hospital.copay, hospital.cash_per_day, hospital.days_per_person_year) == (0.1, 1_000, 20)
    assert (scheme.benefits["surgery"].referral, scheme.benefits["funeral"].paid_to) == ("required", "household")
    assert (scheme.providers.payment, scheme.providers.invoice) == ("reimbursement", "yearly")
    assert (scheme.expenses.per_card, scheme.expenses.share_of_contributions) == (500, 0.05)
    assembly, training = scheme.expenses.dated
    assert (assembly.amount, assembly.every, assembly.from_, assembly.until) == (
        30_000,
        "year",
        date(2027, 11, 15),
        None,
    )
    assert (training.every, training.from_, assembly.until) == ("once", None, None)
    women, accountant = scheme.support
    assert (women.from_, women.until, women.late) == (date(2027, 3, 1), date(2029, 3, 1), Duration(days=60))
    assert (women.in_kind, accountant.in_kind, accountant.every, accountant.from_) == (False, True, "month", None)
    assert scheme.lost_when_owing == 4


def test_what_is_new_and_left_out_changes_nothing():
    small = parse(SMALL)
    illness, terms = small.setting.illness["outpatient"], small.scheme.contribution
    assert (small.setting.enterprises, small.setting.providers, small.setting.bank, small.setting.renewing) == (
        (), {}, None, None,
    )  # fmt: skip
    assert (small.setting.inflation.medical.best, illness.letter, illness.emergency, illness.days) == (
        0,
        1,
        False,
        None,
    )
    assert (illness.seeking.by_distance, illness.cost.covered_share) == (None, 1)
    assert (terms.child, terms.by_size, terms.by_category, terms.state, terms.struck_off) == (
        None,
        None,
        {},
        None,
        None,
    )
    assert (small.scheme.support, small.scheme.expenses.dated, small.scheme.lost_when_owing) == ((), (), 6)
    assert parse(SMALL, sets=["scheme.expenses.dated=none"]).hash == small.hash
    assert (small.scheme.providers.payment, small.scheme.benefits["outpatient"].paid_to) == ("third-party", None)


EVERY = [
    ("quarter", "quarter"),
    ("week", "week"),
    ("{days: 5}", Days(5)),
    ("[january]", (1,)),
    ("[november, January]", (1, 11)),
    ("fortnight", "market week"),
    ("{days: 3}", "from 4 to 8"),
    ("[]", "is an empty list"),
]


@pytest.mark.parametrize(("text", "expected"), EVERY)
def test_periods_of_contribution(text, expected):
    change = f"scheme.contribution.every={text}"
    if isinstance(expected, str) and text != expected:
        assert expected in refused_set(change)
    else:
        scenario = parse(GOOD, sets=[change])
        assert scenario.scheme.contribution.every == expected
        assert parse(json.dumps(scenario.content)) == scenario


ONE_BAND = [
    ("setting.illness.outpatient.chronic=3%", "both 'need' and 'chronic'"),
    ("scheme.benefits.outpatient.events_per_household_year=8", 8),
    ("scheme.benefits.outpatient.events_per_household_year={2-3: 6}", ((2, 3, 6),)),
    ("scheme.benefits.outpatient.events_per_household_year={3-2: 6}", "not a number of people"),
    ("scheme.benefits.outpatient.events_per_household_year=many", "not a number"),
]


@pytest.mark.parametrize(("change", "expected"), ONE_BAND)
def test_one_value_or_a_table(change, expected):
    if isinstance(expected, str):
        assert expected in refused_set(change)
    else:
        assert parse(GOOD, sets=[change]).scheme.benefits["outpatient"].events_per_household_year == expected


def test_a_prevalence_of_all_ages_is_one_open_band():
    kind = "setting.illness.diabetes={chronic: 3%, cost: {fixed: 2_000}}"
    assert parse(GOOD, sets=[kind]).setting.illness["diabetes"].chronic == ((0, None, 0.03),)


INTAKES = [
    ("{2027-01-01: 20, 2027-07-01: 12}", None),
    ("{2027-01-01: 20, 2027-07-01: 11}", "The intakes add up to 31 households, but the association has 32."),
    ("{2027-01-15: 32}", "Households cannot join on 2027-01-15. Write the first of a month from 2027-01-01 to before "
     "2028-01-01."),
    ("{2028-01-01: 32}", "Households cannot join on 2028-01-01."),
    ("{2026-12-01: 32}", "Households cannot join on 2026-12-01."),
    ("{soon: 32}", "not a date"),
    ("{2027-01-01: 60%, 2027-07-01: 0.4}", None),
    ("{2027-01-01: 100%}", None),
    ("{2027-01-01: 60%, 2027-07-01: 30%}", "The shares in scheme.membership.intakes add up to 90%. They must add up to "
     "100%."),
    ("{2027-01-01: 60%, 2027-07-01: 13}", "Some intakes are shares and some are households. Write all of them as one "
     "or the other."),
    ("{2027-01-01: 12.5, 2027-07-01: 20}", "scheme.membership.intakes.2027-01-01 is '12.5', which is not a whole "
     "number. Write a whole number of households, or a share such as 60%."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), INTAKES)
def test_intakes(text, sentence):
    change = f"scheme.membership.intakes={text}"
    if sentence is None:
        scenario = parse(SMALL, sets=[change])
        assert sum(scenario.intakes.values()) == 32
        assert parse(json.dumps(scenario.content)) == scenario == scenario.with_("years", 1)
    else:
        assert sentence in str(refusal(SMALL, change))


@pytest.mark.parametrize(
    ("shares", "households", "counts"),
    [
        (["60%", "40%"], 500, [300, 200]),
        (["60%", "40%"], 7, [4, 3]),  # 4.2 and 2.8: the second has the larger remainder
        (["50%", "50%"], 7, [4, 3]),  # the same: the earlier one
        (["33.3%", "33.3%", "33.4%"], 100, [33, 33, 34]),  # 33.3, 33.3 and 33.4
        (["29%", "71%"], 100, [29, 71]),  # 100 × 0.29 is 28.999… in binary
        (["10%", "0%", "90%"], 1, [0, 0, 1]),
        (["33.2%", "33.2%", "33.2%"], 9, [3, 3, 3]),  # scaled to the whole
    ],
)
def test_shares_of_intakes_give_households_by_the_largest_remainder(shares, households, counts):
    intakes = {f"2027-{1 + 3 * n:02}-01": share for n, share in enumerate(shares)}
    change = ", ".join(f"{day}: {share}" for day, share in reversed(intakes.items()))
    sets = [f"scheme.membership.intakes={{{change}}}", f"setting.association.households={{2: {households}}}"]
    scenario = parse(SMALL, sets=sets)
    assert {day.isoformat(): count for day, count in scenario.intakes.items()} == dict(zip(intakes, counts))


def test_the_number_of_members_can_change_where_intakes_are_shares(everything):
    split = everything.with_("scheme.membership.intakes", {"2027-01-01": "60%", "2027-07-01": "40%"})
    grown = split.with_("setting.association.members", 500)
    assert list(grown.intakes.values()) == [300, 200]
    assert "They are asked to join: 300 on 2027-01-01 and 200 on 2027-07-01." in understood(grown)


def test_a_copayment_by_class_knows_the_classes(everything):
    path = "scheme.benefits.outpatient.copay"
    with pytest.raises(ScenarioError, match="also sought at providers of class 'private'"):
        everything.with_(path, {"public": 0.2})
    with pytest.raises(ScenarioError, match=r"'privat' is not a class .* did you mean 'private'"):
        everything.with_(path, {"public": 0.2, "privat": 0.5})
    assert everything.with_(path, 0.2).scheme.benefits["outpatient"].copay == 0.2


def test_zones_of_seeking_are_those_of_the_association(everything):
    with pytest.raises(ScenarioError, match=r"must be those of setting.association.distance: 0-4 km, 5\+ km"):
        everything.with_("setting.illness.outpatient.seeking.by_distance", {"0-5 km": 1.0, "6+ km": 0.5})


def test_an_item_of_a_list_has_a_number_from_0(everything):
    changed = everything.with_("setting.enterprises.1.share", "30%")
    assert [enterprise.share for enterprise in changed.setting.enterprises] == [0.6, 0.3]
    for path in ("setting.enterprises.2.share", "setting.enterprises.food.share", "setting.enterprises.2"):
        with pytest.raises(ScenarioError, match="leads nowhere"):
            everything.with_(path, "30%")


SAID = """\
They are asked to join: 200 on 2027-01-01 and 100 on 2027-07-01.
Of 300 households about 195 join (between 120 and 240).
Of the households, 90% ordinary and 10% indigent.
They live: 70% at 0-4 km and 30% at 5+ km.
60% live on food: 140 000 XOF in a good month (70% of them), 60 000 in a bad one.
At the end of a year 85% renew.
Contribution: 500 XOF for 1 person, 2 000 XOF for 2-5 people and 2 500 XOF for 6+ people, a payment in January and \
July, in advance; grace 60 days.
Each person beyond 8 pays 300; a household pays at least 600; indigent households pay 20% of it; joining costs 1 000; \
who was suspended pays 500 more; the collector keeps 5%; who owes for 12 months is struck off.
The State adds 300 for each person of indigent households at each due date, 3 months late.
70% pay on the day (40% in a bad month), the others 25 days late on average.
Of those who do not pay on the day, 5% never pay again: about 4% of the households a year (2 due dates).
caesarean: 6% of the births.
funeral: at each death.
funeral: a fixed sum of 40 000 after 3 months of membership; paid to the household.
hospital: 3% of those seen for outpatient; an emergency; 4.5 days on average.
hospital: the patient pays 10% of the bill, the mutual the rest; 1 000 to the household for each day; at most 20 days \
a person and year.
hypertension: an illness for life of 8% at 40-59 and 20% at 60+ years, one episode a month.
surgery: the patient pays 5 000, the mutual the rest, after 3 months of membership; only with a letter of referral; \
paid to the provider.
The mutual pays at most 100 000 a person and year, all together.
Children born in membership do not wait.
Households pay the bill, ask for it by the year, and have it back within 30 days. Running costs: 20 000 a month, \
50 000 once, 500 a card, 300 a person and year, 5% of what members pay, \
30 000 a year from 2027-11-15 for assembly, 60 000 once, on 2027-01-01 for training.
health_centre: public; turns members away when it is owed for 90 days.
clinic: private, prices × 1.6.
Bills grow by 6% a year.
The bank gives 3% interest a year.
Support, women's federation: 100 000 a year from 2027-03-01 until 2029-03-01, 60 days late.
Support, accountant: 10 000 in work or goods a month from 2027-01-01.
It counts as lost when it owes more than the contributions of 4 months.
"""


def test_everything_is_understood_in_sentences(everything):
    said = understood(everything)
    assert [line for line in SAID.splitlines() if line not in said] == []
    assert "Nobody joins later." not in said


@pytest.mark.parametrize(
    ("benefit", "told"),
    [
        ("{copay: 25%, ceiling_per_event: 40_000}",
         "the patient pays 25% of the bill, the mutual pays the rest, but never more than 40 000 an event"),
        ("{ceiling_per_event: 40_000}", "the mutual pays the bill, but never more than 40 000 an event"),
        ("{copay: 25%}", "the patient pays 25% of the bill, the mutual the rest"),
        ("{ceiling_per_household_year: 9_000}",
         "the mutual pays the bill; the mutual pays at most 9 000 a household and year"),
    ],
)  # fmt: skip
def test_whom_a_ceiling_binds_is_told(benefit, told):
    assert f"outpatient: {told}." in understood(parse(SMALL, sets=[f"scheme.benefits.outpatient={benefit}"]))


@pytest.mark.parametrize(
    ("sets", "shrinks"),
    [
        ((), False),
        (("setting.renewing={probability: 80%}",), True),
        (("setting.renewing={probability: 100%}",), False),
        (("setting.paying={on_time: 80%, mean_days_late: 9}",), False),
        (("setting.paying={on_time: 80%, mean_days_late: 9}", "scheme.contribution.struck_off=1 year"), True),
        (("setting.renewing={probability: 80%}", "scheme.membership.intakes={2027-01-01: 32}"), True),
        (("setting.renewing={probability: 80%}", "scheme.membership.intakes={2027-01-01: 30, 2027-03-01: 2}",
          "scheme.contribution.every=month"), False),
    ],
)  # fmt: skip
def test_that_nobody_joins_later_is_told_where_members_leave(sets, shrinks):
    assert ("Nobody joins later." in understood(parse(SMALL, sets=sets))) == shrinks


@pytest.mark.parametrize(
    ("illness", "told"),
    [
        ("need: 1", "for everybody has a letter. Write in setting.illness.outpatient how many of those who come have "
         "one, such as letter: 80%."),
        ("use: {value: 1, of: insured}", "for everybody has a letter. Write in setting.illness.outpatient how many of "
         "those who come have one, such as letter: 80%."),
        ("need: 1, emergency: yes", "for an emergency needs no letter. Delete 'referral', or 'emergency'."),
        ("chronic: 5%", "for only a kind with 'need' or 'use' has letters. Delete 'referral'."),
        ("need: 1, letter: 80%", None),
        ("use: {value: 1, of: insured}, letter: 80%", None),
    ],
)  # fmt: skip
def test_a_letter_that_everybody_has_is_doubted(illness, told):
    text = SMALL.replace("need: 1,", f"{illness}, source: own,").replace(
        "outpatient: {}", "outpatient: {referral: required}"
    )
    path = "scheme.benefits.outpatient.referral: 'required' changes nothing here"
    assert parse(text).warnings == ([f"{path}, {told}"] if told else [])


# From elsewhere


@pytest.fixture
def folder(tmp_path):
    """A small scenario in a file, one based on it in another folder, and a register."""
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "list.csv").write_text("household,member,sex,age\n1,yes,F,30\n1,no,M,3\n2,yes,F,40\n")
    return tmp_path


def based(folder, text, name="more/it.yaml"):
    (folder / name).write_text(f"based_on: ../small.yaml\n{text}", encoding="utf-8")
    return load(folder / name)


def test_a_scenario_says_only_what_changes(folder):
    """Keys are laid over keys; numbers, tables, lists and bills are replaced whole."""
    changed = based(
        folder,
        """
years: 2
setting:
  association: {households: {4: 5}}
  illness:
    outpatient: {need: {between: [1, 2]}, cost: {lognormal: {mean: 3000, cv: 1}}}
    hospital: {need: 0.1, cost: {fixed: 20_000}}
scheme: {contribution: {amount: 500}}
""",
    )
    same = parse(SMALL, sets=[
        "years=2", "setting.association.households={4: 5}", "scheme.contribution.amount=500",
        "setting.illness.outpatient.need={between: [1, 2]}",
        "setting.illness.outpatient.cost={lognormal: {mean: 3000, cv: 1}}",
        "setting.illness.hospital={need: 0.1, cost: {fixed: 20_000}}",
    ])  # fmt: skip
    assert changed == same and changed.hash == same.hash


def test_faults_are_told_in_the_file_that_has_them(folder):
    (folder / "small.yaml").write_text(SMALL.replace("years: 1", "years: 40"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        based(folder, "scheme: {contribution: {amount: many}}\n")
    places = [(Path(fault.file).name, fault.path, fault.line) for fault in caught.value.faults]
    assert sorted(places) == [("it.yaml", "scheme.contribution.amount", 2), ("small.yaml", "years", 4)]


def test_a_scenario_is_not_based_on_itself(folder):
    (folder / "a.yaml").write_text("based_on: b.yaml\n")
    (folder / "b.yaml").write_text("based_on: a.yaml\n")
    with pytest.raises(ScenarioError, match="is based on itself, in a circle"):
        load(folder / "a.yaml")
    for n in range(8):
        (folder / f"c{n}.yaml").write_text(f"based_on: c{n + 1}.yaml\n")
    with pytest.raises(ScenarioError, match="of a chain"):
        load(folder / "c0.yaml")


def test_a_text_is_based_on_nothing():
    assert "has no folder" in str(refusal(f"based_on: small.yaml\n{SMALL}"))


LIST = "setting: {association: {households: none, list: list.csv}}\n"


def test_a_register_stands_for_the_people(folder):
    listed = based(folder, LIST)
    assert listed.household_count == 2
    assert listed.members.woman.tolist() == [True, False, True]
    assert pickle.loads(pickle.dumps(listed)) == listed == listed.with_("years", 1)
    assert listed.with_("years", 2).members is listed.members
    born = listed.with_("start", "2027-02-01").members.born_days_before_start
    assert born.tolist() == listed.members.born_days_before_start.tolist()  # ages are those of the start


def test_the_hash_sees_the_people_of_the_register(folder):
    listed = based(folder, LIST)
    register = folder / "more" / "list.csv"
    register.write_text(register.read_text() + "2,no,M,9\n")
    assert based(folder, LIST).hash != listed.hash
    assert based(folder, LIST) != listed


def test_a_register_has_its_own_faults(folder):
    register = folder / "more" / "list.csv"
    register.write_text(register.read_text().replace("no,M", "maybe,M"))
    with pytest.raises(ScenarioError, match=r"list.csv:3: member is 'maybe'"):
        based(folder, LIST)


def test_the_register_agrees_with_the_books(folder):
    books = "start_from: {date: 2026-12-31, cash: 0, members: {paid_up: 3, late: 0, waiting: 0}}\n"
    with pytest.raises(ScenarioError, match=r"adds up to 3 households .* but the association has 2"):
        based(folder, LIST + books)


def test_a_register_needs_a_folder():
    changes = ("setting.association.households=none", "setting.association.list=list.csv")
    assert "Load the scenario from its file." in str(refusal(SMALL, *changes))


def test_a_country_gives_births_and_deaths_where_they_are_left_out():
    """Senegal 2020 [S]: 29.9 births for 1 000 people, of whom 244 are women of 15 to 49: 12.25 % of them a year."""
    country = SMALL.replace("births: none, deaths: none", "people: senegal-2020")
    association = parse(country).setting.association
    assert association.births == 0.1225 and association.births.grade == "neighbour"
    assert association.people.ages[0] == (0, 4, 0.143)
    assert association.deaths[0] == (0, 0, 0.028)
    closed = parse(SMALL, sets=["setting.association.people=senegal-2020"]).setting.association
    assert (closed.births, closed.deaths, closed.people) == (None, None, association.people)


# Hash and content


def test_the_hash_ignores_order_spelling_and_comments(good):
    parts = re.split(r"\n\n", GOOD)
    other = "\n\n".join([parts[0], *reversed(parts[1:])])
    other = other.replace("12_000", "12 000").replace("45 %", "0.450").replace("cv: 0.5}", "cv: 0.50} # in Tiénaba")
    assert other != GOOD
    assert parse(other).hash == good.hash
    assert re.fullmatch("sha256:[0-9a-f]{64}", good.hash)


def test_the_hash_sees_every_value(good):
    hashes = [
        parse(GOOD, sets=[change]).hash for change in ("title=B", "years=4", "scheme.expenses.once=1", "country=none")
    ]
    assert len({good.hash, *hashes}) == 5


def test_a_limit_of_no_days_is_not_written_as_no_limit():
    sets = ["setting.providers.post={class: public, stops_when_owed: 0 days}", "scheme.contribution.struck_off=0 days"]
    scenario = parse(SMALL, sets=sets).with_("title", "The same")
    assert scenario.scheme.contribution.struck_off == Duration()
    assert scenario.setting.providers["post"].stops_when_owed == Duration()
    assert parse(SMALL, sets=[sets[1].replace("0 days", "none")]).scheme.contribution.struck_off is None


@pytest.mark.parametrize("text", [GOOD, SMALL, RANGES, EVERYTHING], ids=["good", "small", "ranges", "everything"])
def test_the_content_is_itself_a_scenario(text):
    scenario = parse(text)
    assert scenario.with_("years", scenario.years) == scenario
    assert Scenario.model_validate(scenario.content) == scenario
    assert parse(json.dumps(scenario.content)) == scenario


# Changes


@pytest.mark.parametrize("value", [600, "600", "600 ", 600.0])
def test_with_changes_one_value(good, value):
    dearer = good.with_("scheme.contribution.amount", value)
    assert (dearer.scheme.contribution.amount, good.scheme.contribution.amount) == (600, 400)
    assert dearer.with_("scheme.contribution.amount", 400) == good


def test_with_takes_what_a_scenario_holds(good):
    assert good.with_("scheme.contribution.grace", Duration(months=2)).scheme.contribution.grace == Duration(months=2)
    assert good.with_("setting.association.people.ages", ((0, None, 1.0),)).setting.association.people.ages == (
        (0, None, 1),
    )
    assert good.with_("start_from", None).start_from is None
    assert good.with_("setting.paying", good.setting.paying) == good
    assert good.with_("setting.illness.outpatient.season", [1] * 12).setting.illness["outpatient"].season == (1.0,) * 12
    with pytest.raises(ScenarioError, match="already the opening reserve"):
        good.with_("scheme.reserve.opening", 5)


@pytest.mark.parametrize(
    "value", [True, False, None, -1, 6.5, float("nan"), float("inf"), 10**13, [], {}, "6oo", object()]
)
def test_with_refuses_what_is_no_amount(good, value):
    with pytest.raises(ScenarioError, match=r"scheme\.contribution\.amount"):
        good.with_("scheme.contribution.amount", value)


@pytest.mark.parametrize("value", [(1, 2), ((1, 2),), ((1, 2, 3, 4),), ((5, 1, 0.5),), (("a", "b", 1),), [1]])
def test_with_refuses_what_is_no_table(good, value):
    with pytest.raises(ScenarioError, match="setting"):
        good.with_("setting.association.member.ages", value)
    with pytest.raises(ScenarioError, match="start_from"):
        good.with_("start_from.owed_to_providers", value)


def test_with_checks_the_whole(good):
    with pytest.raises(ScenarioError, match="adds up to 300 households"):
        good.with_("setting.association.members", 301)


def test_set_reads_values_as_a_file_does():
    changed = parse(GOOD, sets=[
        "scheme.contribution.amount=18 000",
        "setting.illness.outpatient.cost={fixed: 2000}",
        "scheme.ceiling_per_household_year=none",
        "setting.illness.hospital={need: 0.05, cost: {fixed: 30_000}}",
        "scheme.benefits.hospital.copay=20%",
        "setting.association.people.ages.5-14=26.5%",
    ])  # fmt: skip
    assert changed.scheme.contribution.amount == 18_000
    assert changed.setting.illness["outpatient"].cost.fixed == 2000
    assert changed.scheme.ceiling_per_household_year is None
    assert changed.scheme.benefits["hospital"].copay == 0.2
    assert changed.setting.association.people.ages[1] == (5, 14, 0.265)


SETS = [
    ("scheme.contributon.amount=600", "There is no key 'contributon' in scheme; did you mean 'contribution'?"),
    ("scheme.contribution.amuont=600", "There is no key 'amuont' in scheme.contribution; did you mean 'amount'?"),
    ("years.long=3", "'years.long' leads nowhere: what stands before 'long' holds no keys."),
    ("years", "Write a change as PATH=VALUE, such as scheme.contribution.amount=600."),
    ("years=", "Write a change as PATH=VALUE, such as scheme.contribution.amount=600."),
    ("years=40", "years is '40', which is out of range. Write a whole number from 1 to 20 (years)."),
    ("years=*a", "'*a' repeats another part of the file. Write it out."),
    ("scheme.copay=3%", "There is no key 'copay' in scheme; it belongs in scheme.benefits.<kind>."),
]


@pytest.mark.parametrize(("change", "sentence"), SETS)
def test_a_wrong_set_is_told_at_the_set(change, sentence):
    assert refused_set(change) == f"--set {change}: {sentence}"


# People's numbers: text -> value, or a word of the refusal

MONEY = [
    ("18000", 18_000),
    ("18_000", 18_000),
    ("18 000", 18_000),
    ("18\u00a0000", 18_000),
    (f"1{NNBSP}250{NNBSP}000", 1_250_000),
    ('"18 000"', 18_000),
    ("0", 0),
    ("1 000 000 000 000", 10**12),
    ("18.000", "which can be read as 18000 or as 18."),
    ('"18,000"', "which can be read as 18000 or as 18."),
    ("18.500", "which can be read as 18500 or as 18.5."),
    ("1.250.000", "Write 1250000"),
    ("18'000", "Write 18000"),
    ("18 00", "not a number"),
    ("1800 000", "not a number"),
    ("18_000 000", "not a number"),
    ("18__000", "not a number"),
    ("_18", "not a number"),
    ("-5", "out of range"),
    ("+5", "not a number"),
    ("12.5", "not a whole number"),
    ("0.125", "not a whole number"),
    ("1e3", "not a whole number"),
    ("0x1F", "not a number"),
    ("010", "begins with a zero. Write 10."),
    ("0_1", "begins with a zero"),
    ("\u0661\u0662", "not a number"),
    ("400 F", "without the currency"),
    (".inf", "not a number"),
    (".nan", "not a number"),
    ("true", "not a number"),
    ("null", "not a number"),
    ("none", "Nobody knows what to pay"),
    ("1 000 000 000 001", "out of range"),
    ("9" * 5000, "longer than any number"),
    ("''", "is empty"),
]


@pytest.mark.parametrize(("text", "expected"), MONEY, ids=lambda value: str(value)[:25])
def test_money(text, expected):
    if isinstance(expected, int):
        assert parse(GOOD, sets=[f"scheme.contribution.amount={text}"]).scheme.contribution.amount == expected
    else:
        assert expected in refused_set(f"scheme.contribution.amount={text}")


SHARES = [
    ("25%", 0.25),
    ("25 %", 0.25),
    ("25\u00a0%", 0.25),
    ("0.25", 0.25),
    ("0,25", 0.25),
    (".25", 0.25),
    ("14.3%", 0.143),
    ("14,3 %", 0.143),
    ("0.5%", 0.005),
    ("0%", 0.0),
    ("100%", 1.0),
    ("1%", 0.01),
    ("100%", 1.0),
    ("25", "write 25%"),
    ("100.1%", "out of range"),
    ("-1%", "out of range"),
    ("1e400", "out of range"),
    ("nan", "not a number"),
    ('"%"', "not a number"),
    ("25%%", "not a number"),
    ("1/4", "not a number"),
]


@pytest.mark.parametrize(("text", "expected"), SHARES)
def test_shares(text, expected):
    if isinstance(expected, float):
        assert (
            parse(GOOD, sets=[f"scheme.benefits.outpatient.copay={text}"]).scheme.benefits["outpatient"].copay
            == expected
        )
    else:
        assert expected in refused_set(f"scheme.benefits.outpatient.copay={text}")


NUMBERS = [
    ("1.2", 1.2),
    ("1,2", 1.2),
    ("1.234", 1.234),
    ("1e-3", 0.001),
    ("1.5E2", 150.0),
    ("1 000", 1000.0),
    ("0", 0.0),
    ("1000.1", "out of range"),
    ("1e400", "out of range"),
    ("1e99999", "not a number"),
    ("-0.1", "out of range"),
    ("inf", "not a number"),
    ("1_2", "not a number"),
    ("01.5", "begins with a zero"),
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_numbers(text, expected):
    if isinstance(expected, float):
        assert (
            parse(GOOD, sets=[f"setting.illness.outpatient.need={text}"]).setting.illness["outpatient"].need == expected
        )
    else:
        assert expected in refused_set(f"setting.illness.outpatient.need={text}")


DURATIONS = [
    ("90 days", Duration(days=90)),
    ("1 day", Duration(days=1)),
    ("0 days", Duration()),
    ("3 months", Duration(months=3)),
    ("1 year", Duration(months=12)),
    ("100 years", Duration(months=1200)),
    ("none", Duration()),
    ("90", "without a unit"),
    ("090 days", "begins with a zero"),
    ("1.5 years", "not a duration"),
    ("-3 days", "not a duration"),
    ("3 weeks", "not a duration"),
    ("101 years", "out of range"),
    ("99999999999 days", "not a duration"),
]


@pytest.mark.parametrize(("text", "expected"), DURATIONS)
def test_durations(text, expected):
    if isinstance(expected, Duration):
        assert parse(GOOD, sets=[f"scheme.contribution.grace={text}"]).scheme.contribution.grace == expected
        assert parse(GOOD, sets=[f"scheme.contribution.grace={expected}"]).scheme.contribution.grace == expected
    else:
        assert expected in refused_set(f"scheme.contribution.grace={text}")


def test_months_are_clipped_to_the_months_end_then_days_are_added():
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert add_months(date(2027, 1, 15), -1) == date(2026, 12, 15)
    assert Duration(months=1, days=1).after(date(2027, 1, 31)) == date(2027, 3, 1)
    assert Duration(days=60).after(date(2027, 1, 1)) == date(2027, 3, 2)
    assert Duration().after(date(2028, 2, 29)) == date(2028, 2, 29)


BANDS = [
    ("{0-4: 50%, 5-59: 30%, 60+: 20%}", ((0, 4, 0.5), (5, 59, 0.3), (60, None, 0.2))),
    ("{0 - 4: 60%, 5\u201314: 40%}", ((0, 4, 0.6), (5, 14, 0.4))),
    ("{7-7: 100%}", ((7, 7, 1),)),
    ("{0-4: 50%, 4-9: 50%}", "overlaps"),
    ("{5-9: 50%, 0-4: 50%}", "overlaps or comes before"),
    ("{0-4: 50%, 6-9: 50%}", "Age 5 is missing"),
    ("{0-4: 50%, 5-9: 45%}", "add up to 95%"),
    ("{60+: 50%, 70-80: 50%}", "overlaps or comes before"),
    ("{0-121: 1}", "no age is above 120"),
    ("{9-5: 1}", "lower age first"),
    ("{5: 1}", "not an age band"),
    ("{0-4.5: 1}", "not an age band"),
    ("{}", "is an empty table"),
    ("5", "must be a table of ages"),
]


@pytest.mark.parametrize(("text", "expected"), BANDS)
def test_age_bands(text, expected):
    if isinstance(expected, tuple):
        assert parse(GOOD, sets=[f"setting.association.member.ages={text}"]).setting.association.member.ages == expected
    else:
        assert expected in refused_set(f"setting.association.member.ages={text}")


def test_the_smallest_spread_that_is_proposed_is_accepted():
    for mean in ("1.01", "1.5", "2", "4.4", "10", "17", "26", "37", "40"):
        change = [f"setting.association.covered_per_member={{mean: {mean}, cv: 0}}"]
        least = re.search(r"at least ([0-9.]+)\. ", str(refusal(GOOD, *change)))[1]
        parse(GOOD, sets=[change[0].replace("cv: 0", f"cv: {least}")])
        below = float(least) - 0.0101
        assert below <= 0 or refusal(GOOD, change[0].replace("cv: 0", f"cv: {below:.4f}"))


# Numbers that nobody knows exactly

NEED, COVERED = "setting.illness.outpatient.need", "setting.illness.outpatient.seeking.covered"

UNKNOWNS = [  # what is written -> best, range of 1.5 under the default grade 'guess'
    ("1.5", 1.5, (0.6, 2.4, "pert")),  # ± 60 %
    ("{value: 1.5, grade: own register}", 1.5, (1.35, 1.65, "pert")),  # ± 10 %
    ("{value: 1.5, grade: neighbour}", 1.5, (1.125, 1.875, "pert")),  # ± 25 %
    ("{value: 1.5, grade: health centre}", 1.5, (0.9, 2.1, "pert")),  # ± 40 %
    ("{value: 1.5, grade: exact}", 1.5, None),
    ("{value: 1.5, law: uniform}", 1.5, (0.6, 2.4, "uniform")),
    ("{between: [0.8, 1.6], best: 1.1}", 1.1, (0.8, 1.6, "pert")),
    ("{between: [0.8, 1.6]}", 1.2, (0.8, 1.6, "pert")),  # the middle
    ("{between: [0.8, 1.6], grade: own register}", 1.2, (0.8, 1.6, "pert")),  # what is written wins
    ("{between: [0.8, 1.6], grade: exact}", 1.2, (0.8, 1.6, "pert")),
    ("{between: [0.5, 2], law: lognormal}", 1.0, (0.5, 2, "lognormal")),  # the geometric middle
    ("{between: [0, 2], best: 0, law: uniform}", 0, (0, 2, "uniform")),
    ("0", 0, None),
]


@pytest.mark.parametrize(("text", "best", "expected"), UNKNOWNS)
def test_a_number_has_a_best_value_and_a_range(text, best, expected):
    scenario = parse(GOOD, sets=[f"{NEED}={text}"])
    found = scenario.unknowns.get(NEED)
    assert scenario.setting.illness["outpatient"].need == scenario.setting.illness["outpatient"].need.best
    assert scenario.setting.illness["outpatient"].need == pytest.approx(best)
    assert (found is None) == (expected is None)
    if found:
        assert (found.low, found.high) == pytest.approx(expected[:2])
        assert (found.best, found.law) == (pytest.approx(best), expected[2])


@pytest.mark.parametrize("text", [text for text, *_ in UNKNOWNS] + ["{value: 2, source: Dr B, note: by word of mouth}"])
def test_an_unknown_number_can_be_written_read_changed_and_sent(text):
    scenario = parse(GOOD, sets=[f"{NEED}={text}"])
    number = scenario.setting.illness["outpatient"].need
    assert Scenario.model_validate(scenario.content) == scenario
    assert Scenario.model_validate(scenario.content).hash == scenario.hash
    assert scenario.with_(NEED, number) == scenario == scenario.with_("years", 3)
    for copied in (pickle.loads(pickle.dumps(number)), copy.deepcopy(number)):
        assert copied == number and hash(copied) == hash(number)
        assert (copied.low, copied.high, copied.limits) == (number.low, number.high, number.limits)
    with pytest.raises(AttributeError, match="frozen"):
        number.grade = "exact"


def test_the_shortest_writing_is_the_canonical_one():
    def content(text):
        return parse(GOOD, sets=[f"{NEED}={text}"]).content["setting"]["illness"]["outpatient"]["need"]

    assert content("{value: 1.5}") == content("1.5") == 1.5
    assert content("{value: 1.5, law: pert, source: none}") == {"value": 1.5, "source": "none"}
    assert content("{between: [0.5, 1.5]}") == {"between": [0.5, 1.5], "best": 1.0}


def test_unknown_numbers_are_equal_if_they_say_the_same():
    assert Unknown(1.5) == 1.5 == Unknown(1.5)
    assert Unknown(1.5) != Unknown(1.5, source="Dr B")
    assert Unknown(1.5, 1, 2) != Unknown(1.5, 1, 3)
    assert Unknown(1.5, 1, 2) == 1.5


def test_the_range_of_a_grade_stays_within_what_the_field_allows():
    """70 % and half as much again by 'health centre' is 98 %; 60 % more, 112 %, is cut at the whole."""
    near, far = (
        parse(GOOD, sets=[f"{COVERED}={{value: 70%, grade: {grade}}}"]).unknowns[COVERED]
        for grade in ("health centre", "guess")
    )
    assert (near.low, near.high) == pytest.approx((0.42, 0.98))
    assert (far.low, far.high) == pytest.approx((0.28, 1.0))


def test_money_between_whole_amounts_has_a_whole_best_value():
    change = "setting.illness.delivery.cost.fixed={between: [9_000, 12 001]}"
    scenario = parse(GOOD, sets=[change])
    assert scenario.setting.illness["delivery"].cost.fixed == 10_501
    assert scenario.unknowns["setting.illness.delivery.cost.fixed"] == Range(9000, 10_501, 12_001, "pert")


def test_the_unknown_numbers_are_told_in_the_order_of_their_paths(good):
    kind = "setting.illness.outpatient."
    assert list(good.unknowns) == [
        "setting.association.births",
        "setting.illness.delivery.cost.fixed",
        *(kind + key for key in ("community", "cost.lognormal.cv", "cost.lognormal.mean", "frailty", "need")),
        *(kind + key for key in ("seeking.covered", "seeking.uncovered")),
        "setting.paying.mean_days_late",
        "setting.paying.on_time",
    ]
    assert parse(GOOD, sets=["default_grade=exact"]).unknowns == {}


def test_a_grade_holds_for_the_numbers_inside_that_have_none():
    scenario = parse(GOOD, sets=[
        "default_grade=exact",
        "setting.illness.outpatient.grade=neighbour",
        "setting.illness.outpatient.seeking={grade: own register, covered: 80%, uncovered: {value: 40%, grade: guess}}",
    ])  # fmt: skip
    ranges = {path.split(".", 3)[3]: found for path, found in scenario.unknowns.items()}
    assert ranges.keys() == {
        "need", "frailty", "community", "cost.lognormal.mean", "cost.lognormal.cv", "seeking.covered",
        "seeking.uncovered",
    }  # fmt: skip
    assert ranges["need"].high == pytest.approx(1.2 * 1.25)
    assert ranges["seeking.covered"].high == pytest.approx(0.8 * 1.1)
    assert ranges["seeking.uncovered"].high == pytest.approx(0.4 * 1.6)


def test_what_is_left_out_is_exact():
    assert list(parse(SMALL).unknowns) == [
        "setting.illness.outpatient.cost.fixed",
        "setting.illness.outpatient.need",
    ]


@pytest.mark.parametrize("place", ["setting", "setting.association", "setting.association.people", NEED[:-5]])
def test_every_part_of_the_setting_may_say_where_it_comes_from(place):
    scenario = parse(GOOD, sets=[f"{place}.source=member list 2026", f"{place}.note=read twice"])
    assert scenario.hash != parse(GOOD).hash
    assert Scenario.model_validate(scenario.content) == scenario


# Observations: hand-worked sums

Z95 = 1.6448536269514722


def kind_of(text):
    """The kind of illness that is written so, in the small scenario."""
    return parse(SMALL, sets=[f"setting.illness.outpatient={{{text}}}"]).setting.illness["outpatient"]


def number_of(text):
    number = kind_of(f"need: {text}, cost: {{fixed: 1}}").need
    return number.best, number.low, number.high, number.law


def around(best, spread):
    """5 and 95 % quantiles of a lognormal law around a value."""
    return pytest.approx((best * math.exp(-Z95 * spread), best * math.exp(Z95 * spread)))


def test_attendance_over_catchment():
    """6 480 / 20 750; squared errors 1 / 6 480 of the count, (ln(23 000 / 18 500) / 3.2897)² of the people."""
    best, *ends, law = number_of("{cases: 6_480, months: 12, catchment: {between: [18_500, 23_000]}}")
    assert (best, law) == (pytest.approx(0.312289), "lognormal")
    assert ends == [pytest.approx(0.27955, rel=1e-4), pytest.approx(0.34887, rel=1e-4)]
    assert number_of("{cases: 100, months: 6, catchment: 10 000}")[:1] == (0.02,)
    assert number_of("{cases: 100, months: 6, catchment: 10 000}")[1:3] == around(0.02, 0.1)


def test_no_case_seen_is_not_no_illness():
    """The rule of three: with 3.0 cases expected, none is seen 5 times in 100."""
    best, low, high, law = number_of("{cases: 0, months: 12, catchment: 1_000}")
    assert (best, low, law) == (0, 0, "pert")
    assert math.exp(-high * 1_000) == pytest.approx(0.05)


def test_admissions_by_village():
    """20 would be usual in both of two equal villages, 30 and 10 are seen: misfit 100/20 + 100/20 = 10, less 1; room
    40 - 800/40 = 20; variance 9 / 20. Squared error 1/40 + 0.45 / 2 = 0.25.
    """
    best, *ends, law = number_of("{admissions: {A: 30, B: 10}, people: {A: 1_000, B: 1_000}}")
    assert (best, law) == (pytest.approx(0.02), "lognormal")
    assert tuple(ends) == around(0.02, 0.5)
    assert number_of("{admissions: {A: 20, B: 20}, people: {A: 1_000, B: 1_000}}")[1:3] == around(0.02, 40**-0.5)
    assert number_of("{admissions: {A: 5}, people: {A: 1_000}, months: 6}")[1:3] == around(0.01, 5**-0.5)


TWO_CENTRES = """{centres: {centre A: {cases: 6_100, months: 12, catchment: {between: [18_000, 22_000]}},
 centre B: {cases: 3_120, months: 9, catchment: 9_500}}, of: %s}"""


def test_several_health_centres():
    """30 cases in 102.5 person-years (a catchment from 80 to 125) and 10 in 100 (200 people, 6 months). Squared error:
    1 / 40, the first share × ln(125 / 80) / 3.2897, and the variance between centres × the sum of the squared shares.
    """
    far = "{cases: 10, months: 6, catchment: 200}"
    best, *ends, law = number_of(f"{{centres: {{A: {{cases: 30, catchment: {{between: [80, 125]}}}}, B: {far}}}}}")
    shares = [102.5 / 202.5, 100 / 202.5]
    usual = [40 * share for share in shares]
    between = (sum((one - other) ** 2 / other for one, other in zip((30, 10), usual)) - 1) / (
        40 - sum(other * other for other in usual) / 40
    )
    catchment = shares[0] * math.log(125 / 80) / (2 * Z95)
    spread = math.sqrt(1 / 40 + catchment**2 + between * sum(share * share for share in shares))
    assert (best, law) == (pytest.approx(40 / 202.5), "lognormal")
    assert tuple(ends) == around(40 / 202.5, spread)


def test_centres_without_a_range_are_as_villages_are():
    """Two years at 100 people, or one at 200, are so many person-years; months beside `centres` are of those that do
    not say it, monthly counts say it themselves.
    """
    villages = number_of("{admissions: {A: 30, B: 10}, people: {A: 1_000, B: 1_000}}")
    far = "{cases: [4, 6], catchment: 6_000}"
    found = number_of(f"{{centres: {{A: {{cases: 30, catchment: 2_000}}, B: {far}}}, months: 6}}")
    assert found[:3] == pytest.approx(villages[:3])
    one = number_of("{centres: {A: {cases: 812, catchment: {between: [9_000, 12_000]}}}, months: 2}")
    assert one[:3] == pytest.approx(number_of("{cases: 812, months: 2, catchment: {between: [9_000, 12_000]}}")[:3])
    best, low, high, _ = number_of("{centres: {A: {cases: 0, catchment: 600}, B: {cases: 0, catchment: 400}}}")
    assert (best, low) == (0, 0) and math.exp(-high * 1_000) == pytest.approx(0.05)


def test_monthly_counts_are_their_sum():
    """412 + 388 + 405 = 1 205 in 3 months."""
    listed = number_of("{cases: [412, 388, 405], catchment: 4 000}")
    assert listed == number_of("{cases: 1_205, months: 3, catchment: 4 000}")
    assert number_of("{cases: [412, 388, 405], months: 3, catchment: 4 000}") == listed
    use = kind_of("use: {cases: [412, 388, 405], catchment: 4 000, of: insured}, cost: {fixed: 1}").use
    assert use.value.best == listed[0] == 1.205 and use.months == 3
    births = parse(GOOD, sets=["setting.association.births={births: [3, 4, 5], women: 340}"]).setting.association.births
    assert births == pytest.approx(12 * 4 / 340)


@pytest.mark.parametrize(
    ("key", "of"), [("use", "insured"), ("use", "uninsured at full price"), ("need", "everyone in need")]
)
def test_several_centres_are_written_again_and_told_in_plain_words(key, of):
    scenario = parse(SMALL.replace("need: 1,", f"{key}: {TWO_CENTRES % of},"))
    assert parse(json.dumps(scenario.content)) == scenario
    drawn = NEED if key == "need" else f"{USE}.value"
    assert [path for path in scenario.unknowns if "cost" not in path] == [drawn]
    assert explained(scenario)[0].startswith(
        f"setting.illness.outpatient.{key}: 2 health centres: centre A: 6 100 cases in 12 months among 20 000 (from "
        "18 000 to 22 000) people; centre B: 3 120 cases in 9 months among 9 500 people. Together 9 220 cases / 27 125 "
        "person-years = 0.3399 a person-year. Relative errors: chance 1%, the catchments 4.5%, differences between "
        "centres 22%. So in 90 of 100 it lies between 0.2364 and 0.4888."
    )
    exact = scenario.with_(drawn, 0.5).setting.illness["outpatient"]
    assert exact.use is None or (exact.use.centres, exact.use.value) == (None, 0.5)


CENTRES = "Write a table of health centres such as {Thiès: {cases: 6_100, months: 12, catchment: 20_000}}"


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ("{centres: {}}", f".centres is an empty table. {CENTRES}"),
        ("{centres: 5}", ".centres must hold names, one a line, each with its own keys, not '5'."),
        ("{centres: {A: 5}}", ".centres.A must hold keys, one a line (cases, months, catchment), not '5'."),
        ("{centres: {A: {cses: 5, catchment: 9}}}", ".centres.A; did you mean 'cases'?"),
        ("{centres: {A: {cases: 5}}}", ".centres.A: the people who would come there. Write a number of people from"),
        ("{centres: {A: {cases: [5, x], catchment: 9}}}", "A.cases, number 2, is 'x', which is not a number. Write a"),
        ("{centres: {A: {cases: [5, 6], months: 3, catchment: 9}}}",
         ".centres.A.months is '3', but 2 monthly counts are written. Delete it, or write the sum."),
        ("{cases: [5, 6], months: 12, catchment: 9}",
         ".months is '12', but 2 monthly counts are written. Delete it, or write the sum."),
        ("{cases: [], catchment: 9}", ".cases is an empty list. Write a whole number from 0 to 1 000 000 000 (cases"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("key", ["use", "need"])
def test_centres_that_are_wrong_are_told(key, seen, told):
    seen = f"{seen[:-1]}, of: {'insured' if key == 'use' else 'everyone in need'}}}"
    message = str(refusal(SMALL.replace("need: 1,", f"{key}: {seen},")))
    assert told in message and message.count("it.yaml:") == 1


def test_the_variance_between_villages_is_found():
    """Gamma rates of variance 0.3 (shape 1 / 0.3) and mean 1, Poisson cases: the mean estimate of 2,000 samples is 0.3,
    within 5 standard errors: a false alarm less than once in a million.
    """
    chance, people, found = random.Random(1), [500, 1_000, 2_000, 4_000], []
    for _ in range(2_000):
        cases = []
        for there in people:
            rate = chance.gammavariate(1 / 0.3, 0.3) * 0.1 * there
            cases.append(poisson(chance, rate))
        found.append(between_villages(cases, people))
    mean = sum(found) / len(found)
    error = (sum((one - mean) ** 2 for one in found) / len(found) ** 2) ** 0.5
    assert mean == pytest.approx(0.3, abs=5 * error)


def test_invoices():
    """1 000 and 4 000: mean 2 500, sd 1 500 √2, relative error 0.6; the logarithms differ by ln 4, so s = ln 4 / √2."""
    law = kind_of("need: 1, cost: {invoices: [1_000, 4 000]}").cost.lognormal
    s = math.log(4) / math.sqrt(2)
    assert (law.mean.best, law.cv.best) == (2_500, pytest.approx(math.sqrt(math.exp(s * s) - 1)))
    assert (law.mean.low, law.mean.high) == around(2_500, 0.6)
    high = s * math.exp(Z95 / math.sqrt(2))
    assert law.cv.high == pytest.approx(min(math.sqrt(math.exp(high * high) - 1), 20))
    same = kind_of("need: 1, cost: {invoices: [500, 500, 500]}").cost.lognormal
    assert (same.mean, same.cv) == (500, 0)


def quantile(law, p):
    """The lognormal law's quantile, from its mean and coefficient of variation."""
    variance = math.log(1 + law.cv * law.cv)
    return NormalDist(math.log(law.mean) - variance / 2, math.sqrt(variance)).inv_cdf(p)


def test_a_usual_and_a_dear_bill():
    law = kind_of("need: 1, cost: {usual: 2_000, one_in_ten_above: 5_500}").cost.lognormal
    assert math.exp(quantile(law, 0.5)) == pytest.approx(2_000)
    assert math.exp(quantile(law, 0.9)) == pytest.approx(5_500)
    law = kind_of("need: 1, cost: {cheapest: 1_000, usual: 2_500, dearest: 6_250}").cost.lognormal
    assert [math.exp(quantile(law, p)) for p in (0.1, 0.5, 0.9)] == pytest.approx([1_000, 2_500, 6_250])


def test_a_price_list():
    """500 + 350 × 2.5 = 1 375; drugs 2 to 3 times, and dressings 0 to 2 times 300: half-widths 175 and 300."""
    cost = kind_of("need: 1, cost: {price_list: {visit: 500, drugs: {each: 350, times: 2.5}}, cv: 0.8}").cost
    assert (cost.lognormal.mean, cost.lognormal.cv, cost.lognormal.mean.has_range) == (1_375, 0.8, False)
    drugs, dressings = "{each: 350, times: {between: [2, 3]}}", "{each: 300, times: {between: [0, 2]}}"
    cost = kind_of(f"need: 1, cost: {{price_list: {{drugs: {drugs}, dressings: {dressings}}}, cv: 0.8}}").cost
    half = math.hypot(175, 300)
    assert (cost.lognormal.mean.low, cost.lognormal.mean.high) == pytest.approx((1_175 - half, 1_175 + half))


@pytest.mark.parametrize(
    "prescription",
    [
        "{each: {between: [1 000, 3 500], best: 1 800}, times: 1}",
        "{each: {between: [1 000, 3 500], best: 1 800}}",
        "{between: [1 000, 3 500], best: 1 800}",
    ],
)
def test_a_price_may_have_a_range(prescription):
    """1 800 less 800, more 1 700; drugs 350 × 2.5, half-width 175; a visit of 500, exact."""
    text = f"{{prescription: {prescription}, drugs: {{each: 350, times: {{between: [2, 3]}}}}, visit: 500}}"
    scenario = parse(SMALL, sets=[f"setting.illness.outpatient.cost={{price_list: {text}, cv: 1, grade: neighbour}}"])
    mean = scenario.setting.illness["outpatient"].cost.lognormal.mean
    low, high = 3_175 - math.hypot(800, 175), 3_175 + math.hypot(1_700, 175)
    assert (mean.low, mean.best, mean.high, mean.law) == (pytest.approx(low), 3_175, pytest.approx(high), "pert")
    assert explained(scenario)[0] == (
        "setting.illness.outpatient.cost: prescription 1 800 (from 1 000 to 3 500) × 1 + drugs 350 × 2.5 (from 2 to 3) "
        "+ visit 500 × 1 = 3 175 (from 2 356 to 4 884), the mean bill. What has neither range nor grade of its "
        "own is taken as exact."
    )
    assert parse(json.dumps(scenario.content)) == scenario


def test_what_counts_of_a_price_list_is_told():
    """Both ranges of one line: 100 × (2 to 6, at best 4) at 100 (50 to 150): half-widths 200 and 200; not below 0."""
    cost = "setting.illness.outpatient.cost={price_list: {drip: %s}, cv: 1}"
    drip = "{each: {between: [50, 150]}, times: {between: [2, 6]}}"
    scenario = parse(SMALL, sets=[cost.replace("%s", drip)])
    mean, half = scenario.setting.illness["outpatient"].cost.lognormal.mean, math.hypot(200, 200)
    assert (mean.low, mean.high) == pytest.approx((400 - half, 400 + half))
    assert explained(scenario)[0].endswith("= 400 (from 117.2 to 682.8), the mean bill.")
    free = "{each: {between: [0, 200]}, times: {between: [0, 8]}}"
    assert parse(SMALL, sets=[cost.replace("%s", free)]).setting.illness["outpatient"].cost.lognormal.mean.low == 0
    assert explained(parse(SMALL, sets=[cost.replace("%s", "500")]))[0].endswith(
        "= 500, the mean bill. No price or number of times has a range, so the grade says how far the sum may be off."
    )


def test_need_is_worked_back_from_use():
    """0.45 visits of people of whom 45 % of those in need go: a need of 1.0, which has no range of its own."""
    use = "use: {value: {between: [0.36, 0.54]}, of: uninsured at full price}"
    kind = kind_of(f"{use}, seeking: {{covered: 90%, uncovered: 45%}}, cost: {{fixed: 1}}")
    assert kind.need == pytest.approx(1) and not kind.need.has_range
    assert (kind.use.value.low, kind.use.value.high) == (0.36, 0.54)
    kind = kind_of("use: {value: 0.45, of: insured}, seeking: {covered: 90%, uncovered: 45%}, cost: {fixed: 1}")
    assert kind.need == pytest.approx(0.5) and not kind.need.has_range


def test_who_seeks_care_follows_from_what_insured_people_use():
    """Insured people go twice as often: all of them when in need, others every second time."""
    use = "cases: 300, catchment: 1_000, of: uninsured at full price"
    kind = kind_of(f"use: {{{use}, insured_over_uninsured: {{between: [1.6, 2.5], best: 2}}}}, cost: {{fixed: 1}}")
    assert (kind.need, kind.seeking.covered, kind.seeking.uncovered) == (pytest.approx(0.6), 1, 0.5)
    assert (kind.seeking.uncovered.low, kind.seeking.uncovered.high) == pytest.approx((0.4, 0.625))
    assert (kind.use.value.low, kind.use.value.high) == around(0.3, 300**-0.5)


def test_use_may_be_counted_by_village():
    """As admissions are, but divided by those who go."""
    seen = "{admissions: {A: 30, B: 10}, people: {A: 1_000, B: 1_000}, of: insured}"
    kind = kind_of(f"use: {seen}, seeking: {{covered: 50%}}, cost: {{fixed: 1}}")
    assert (kind.use.value, kind.need) == pytest.approx((0.02, 0.04))
    assert (kind.use.value.low, kind.use.value.high) == around(0.02, 0.5)


USE = "setting.illness.outpatient.use"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("{value: {between: [0.2, 0.4]}, of: insured}", ["seeking.covered", "seeking.uncovered", "use.value"]),
        ("{cases: 40, catchment: 90, of: insured}", ["seeking.covered", "seeking.uncovered", "use.value"]),
        ("{value: 0.3, of: insured, grade: exact}", ["seeking.covered", "seeking.uncovered"]),
        ("{value: 0.3, of: insured, insured_over_uninsured: {between: [1.5, 2]}}",
         ["seeking.covered", "seeking.uncovered", "use.value"]),
    ],
)  # fmt: skip
def test_what_is_written_is_drawn_and_need_is_not(text, drawn):
    """With a seeking that is written, how many times as often the insured go only has to agree with it."""
    scenario = parse(GOOD.replace("need: 1.2", f"use: {text}"))
    kind = "setting.illness.outpatient."
    found = [path.removeprefix(kind) for path in scenario.unknowns if path.startswith(kind)]
    assert [path for path in found if path.startswith(("need", "seeking", "use"))] == drawn
    assert list(scenario.follows) == [f"{kind}need"]
    assert scenario.follows[f"{kind}need"].divisor[0] == f"{kind}seeking.covered"


def test_without_seeking_the_ratio_is_drawn_and_has_the_remarks_that_are_written():
    ratio = "{between: [1.5, 3], best: 2, law: uniform, grade: neighbour}"
    scenario = parse(SMALL.replace("need: 1,", f"use: {{value: 0.3, of: insured, insured_over_uninsured: {ratio}}},"))
    assert list(scenario.unknowns)[1:] == [f"{USE}.insured_over_uninsured", f"{USE}.value"]
    assert scenario.unknowns[f"{USE}.insured_over_uninsured"].law == "uniform"
    assert list(scenario.follows) == ["setting.illness.outpatient.seeking.uncovered", NEED]
    assert scenario.setting.illness["outpatient"].seeking.uncovered.grade == "neighbour"


def test_every_number_that_is_drawn_can_be_set_by_its_path(everything):
    """What was counted gives way to the number itself; the rest is worked out from it as before."""
    for path, range_ in everything.unknowns.items():
        exact = everything.with_(path, {"value": range_.best, "grade": "exact"})
        assert path not in exact.unknowns and exact.unknowns.keys() == everything.unknowns.keys() - {path}
    seen = everything.with_("setting.illness.eyes.use.value", 0.5).setting.illness["eyes"]
    assert (seen.use.cases, seen.use.value, seen.need, seen.seeking.uncovered) == (None, 0.5, 1.0, 0.5)


@pytest.mark.parametrize("change", ["seeking.uncovered=25%", "seeking={covered: 100%, uncovered: 25%}"])
def test_who_goes_can_be_set_instead_of_the_ratio(everything, change):
    """Need follows: what was seen stays."""
    path, value = f"setting.illness.eyes.{change}".split("=")
    by_set = load(BROKEN / "_everything.yaml", [f"{path}={value}"])
    eyes = by_set.setting.illness["eyes"]
    assert (eyes.use.insured_over_uninsured, eyes.seeking.covered, eyes.seeking.uncovered) == (None, 1, 0.25)
    assert eyes.need == pytest.approx(6480 / 20_750 / 0.25)
    if "{" not in value:
        assert everything.with_(path, value) == by_set


def test_set_puts_a_number_in_place_of_what_was_seen_as_with_does(everything):
    for path in ("need", "use.value", "cost.lognormal.mean"):
        path = f"setting.illness.eyes.{path}"
        assert load(BROKEN / "_everything.yaml", [f"{path}=2"]) == everything.with_(path, 2)


def test_births_may_be_counted():
    """41 births of 340 women in a year: 12.06 %, chance 1 / sqrt(41)."""
    scenario = parse(GOOD, sets=["setting.association.births={births: 41, women: 340}"])
    births = scenario.setting.association.births
    assert births == pytest.approx(41 / 340) and (births.low, births.high) == around(41 / 340, 41**-0.5)
    assert parse(json.dumps(scenario.content)) == scenario
    assert explained(scenario)[0] == (
        "setting.association.births: 41 births × 12 / 12 months / 340 women = 0.1206 a woman and year. Relative "
        "errors: chance 16%, the number of women is taken as exact. So in 90 of 100 it lies between 0.09327 and 0.1559."
    )


def test_how_many_times_may_be_a_share():
    cost = kind_of(
        "need: 1, cost: {price_list: {test: {each: 800, times: 50%}, stitch: {each: 10, times: 250%}}, cv: 1}"
    )
    assert cost.cost.lognormal.mean == 800 * 0.5 + 10 * 2.5
    drip = "{each: 800, times: {between: [10%, 30%]}}"
    assert kind_of(f"need: 1, cost: {{price_list: {{drip: {drip}}}, cv: 1}}").cost.lognormal.mean == pytest.approx(160)


def test_a_season_may_be_counts_of_cases():
    counts = [3_100, 2_400, 1_800, 1_700, 2_000, 2_900, 4_100, 6_600, 8_900, 12_450, 7_000, 3_900]
    text = "[3 100, 2_400, 1800, 1700, 2000, 2900, 4100, 6600, 8900, 12 450, 7000, 3900]"
    scenario = parse(GOOD, sets=[f"setting.illness.outpatient.season={text}"])
    assert scenario.setting.illness["outpatient"].season == tuple(counts)
    odd = scenario.with_("setting.illness.outpatient.season", [1.125, *counts[1:]])
    assert parse(json.dumps(odd.content)) == odd


ENTERPRISES = """enterprises=[{sector: market food, share: 60%, income_per_month: {good: 9, bad: 5}, good_months: 70%},
 {sector: "fish, dried", share: 40%, income_per_month: {good: 9, bad: 5}, good_months: 70%}]"""


def test_names_are_as_people_say_them():
    """A sector, a category, a cause or a class has the same name wherever it is written."""
    scenario = parse(GOOD, sets=[
        f"setting.{ENTERPRISES}",
        "setting.illness.outpatient.by_sector={market food: 1.2, 'fish, dried': 1.5}",
        "setting.illness.outpatient.causes={road accident: 10%, illness: 90%}",
        "scheme.benefits.outpatient.excluded_causes=[road accident]",
        "setting.association.categories={ordinary: 90%, very poor: 10%}",
        "scheme.contribution.by_category={very poor: 0%}",
        "setting.providers={post: {class: health post}}",
        "setting.illness.outpatient.at={post: 100%}",
        "scheme.benefits.outpatient.copay={health post: 20%}",
    ])  # fmt: skip
    assert scenario.setting.illness["outpatient"].by_sector == {"market food": 1.2, "fish, dried": 1.5}
    assert scenario.scheme.benefits["outpatient"].copay == {"health post": 0.2}
    assert parse(json.dumps(scenario.content)) == scenario
    told = refused_set("setting.illness.outpatient.by_sector={market fod: 2}")
    assert "'market fod' is not a sector in setting.enterprises. There is none." in told
    with pytest.raises(ScenarioError, match=r"'market fod' is not a sector .*; did you mean 'market food'"):
        scenario.with_("setting.illness.outpatient.by_sector", {"market fod": 2})


def test_what_was_seen_is_what_is_written_again(everything):
    """Not what was worked out from it, which can be asked for all the same."""
    eyes = everything.content["setting"]["illness"]["eyes"]
    assert not {"need", "seeking"} & eyes.keys() and "lognormal" not in eyes["cost"]
    assert everything.setting.illness["eyes"].need > 0
    paths = [path for path in everything.unknowns if ".eyes." in path]
    assert paths == [
        f"setting.illness.eyes.{key}"
        for key in ("cost.lognormal.cv", "cost.lognormal.mean", "use.insured_over_uninsured", "use.value")
    ]
    assert everything.with_("setting.illness.wounds.need.cases", 240).setting.illness["wounds"].need == 0.024


def test_a_number_that_was_worked_out_can_be_changed(everything):
    """It then stands instead of what was seen; the others that were worked out with it stay."""
    eyes = everything.with_("setting.illness.eyes.need", 2).setting.illness["eyes"]
    assert (eyes.need, eyes.use, eyes.seeking.uncovered) == (2, None, 0.5)
    assert eyes.cost == everything.setting.illness["eyes"].cost
    teeth = everything.with_("setting.illness.teeth.cost.lognormal.mean", 3_000).setting.illness["teeth"]
    assert (teeth.cost.lognormal.mean, teeth.cost.usual) == (3_000, None)
    assert teeth.cost.lognormal.cv == everything.setting.illness["teeth"].cost.lognormal.cv


def test_the_sums_are_shown(everything):
    told = "\n".join(explained(everything))
    assert (
        "setting.illness.wounds.need: 120 cases × 12 / 6 months / 20 000 people = 0.012 a person-year. Relative "
        "errors: chance 9.1%, the catchment is taken as exact. So in 90 of 100 it lies between 0.01033 and 0.01394."
        in told
    )
    assert (
        "Insured people in need are taken to go always (seeking.covered 100%), others once in 2 (from 1.5 to 3) times "
        "(seeking.uncovered). Need: in each world the use that is drawn, divided by the share of those in need who go "
        "that is drawn (seeking.uncovered); at best 0.3123 / 50% = 0.6246 a person-year; in 90 of 100 worlds it is "
        "about between 0.489 and 0.7977." in told
    )
    assert (
        "consultation 500 × 1 + drugs 350 × 2.5 (from 2 to 3) = 1 375 (from 1 200 to 1 550), the mean bill. "
        "What has neither range nor grade of its own is taken as exact." in told
    )
    assert "setting.paying.on_time: 0.7, from 0.525 to 0.875 (neighbour, ±25%, as 'default_grade' says" in told
    exact = parse(SMALL, sets=["default_grade=exact"])
    assert explained(exact) == ["Nothing was worked out, and every number is exact."]


# What else was meant


USE_OF = "setting.illness.outpatient.use={cases: 5, of: insured, catchment: %s}"
PEOPLE = "Write a number of people from 1 to 1 000 000 000, or none"
COPAY = "Write a share from 0% to 100%, such as 25% or 0.25"
BY_CLASS = "or a table by class such as {public: 20%, private: 50%}"
INSIDE = "write it inside 'each', such as {each: {between: [1_000, 3_500]}, times: 1}."
TWELVE = "or a list of 12 shares, January first."


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (USE_OF.replace("%s", "18 to 22 thousand"),
         f"is '18 to 22 thousand', which is not a number. {PEOPLE}, or {{between: [18_000, 22_000]}} for a range."),
        (USE_OF.replace("%s", "between 18_000 and 22 000"), f"{PEOPLE}, or {{between: [18_000, 22_000]}} for a range."),
        (USE_OF.replace("%s", "22 to 18"), f"is '22 to 18', which is not a number. {PEOPLE}."),
        ("setting.illness.outpatient.seeking.covered=70-85%", f"{COPAY}, or {{between: [70%, 85%]}} for a range."),
        ("scheme.benefits.outpatient.copay=10 000",
         f"is '10 000', which is out of range. {COPAY}, {BY_CLASS}. An amount is 'copay_fixed: 10 000'."),
        ("scheme.benefits.outpatient.copay={public: 500}",
         f"copay.public is '500', which is out of range. {COPAY}. An amount is 'copay_fixed: {{public: 500}}'."),
        ("scheme.benefits.outpatient.copay=-5", f"is '-5', which is out of range. {COPAY}, {BY_CLASS}."),
        ("scheme.support=[{name: N, amount: 5, every: year, years: 2}]",
         "There is no key 'years' in scheme.support, number 1; write 'until', the first day without it, such as until: "
         "2029-01-01."),
        ("setting.illness.outpatient.cost={price_list: {visit: {between: [1, 2], times: 3}}, cv: 1}",
         f"There is no key 'between' in setting.illness.outpatient.cost.price_list.visit; {INSIDE}"),
        ("setting.illness.outpatient.cost={mean: 34_000, dearest: 120_000, bills: 20}",
         "There is no key 'bills' in setting.illness.outpatient.cost; write 'of', how many bills 'mean' and 'dearest' "
         "are of, such as of: 20 bills."),
        ("setting.illness.outpatient.cost={price_list: {visit: {each: 2, tims: 3}}, cv: 1}",
         "There is no key 'tims' in setting.illness.outpatient.cost.price_list.visit; did you mean 'times'?"),
        ("setting.illness.outpatient.cost={price_list: {visit: {each: 2, colour: 3}}, cv: 1}",
         ".cost.price_list.visit. The keys here are: each, times, source, grade, note."),
        ("setting.enterprises=[{sector: a, share: 1%, income_per_month: {good: 9, bad: 5}, good_months: 8}]",
         "good_months in setting.enterprises, number 1, is '8', but it is a share: 8 of 12 months is 67%. Write 67%, "
         f"{TWELVE}"),
        ("setting.enterprises=[{sector: a, share: 1%, income_per_month: {good: 9, bad: 5}, good_months: 70}]",
         "good_months in setting.enterprises, number 1, is '70', which is more than the whole. If you mean percent, "
         "write 70%."),
    ],
)  # fmt: skip
def test_what_else_was_probably_meant_is_told(change, told):
    text = SMALL.replace("need: 1, ", "") if change.startswith("setting.illness.outpatient.use") else GOOD
    sentences = [fault.sentence for fault in refusal(text, change).faults]
    assert any(sentence.endswith(told) for sentence in sentences), sentences


# What is not wrong, but should be looked at


def doubts(*sets):
    return parse(GOOD, sets=["default_grade=neighbour", "setting.source=member list", *sets]).warnings


def test_a_number_in_a_list_is_named_as_elsewhere():
    scenario = parse(SMALL, sets=[f"setting.{ENTERPRISES}", "setting.illness.outpatient.source=own"])
    assert scenario.warnings == [
        "setting: 4 numbers have no source; they are taken as guesses, ±60%. The first is income_per_month.good in "
        "setting.enterprises, number 1."
    ]


def test_many_numbers_that_are_only_assumed_are_counted():
    """Eleven of GOOD, more than ten; ten are not doubted, nor is what says why it is assumed."""
    told = parse(GOOD, sets=["setting.source=Assumed"]).warnings
    assert told == [
        "setting: 11 numbers of the setting are assumed, not yours; the first is setting.association.births. Put your "
        "own in their place, or write why these are good enough."
    ]
    assert parse(GOOD, sets=["setting.source=assumed", f"{NEED}={{value: 1, source: own}}"]).warnings == []
    assert parse(GOOD, sets=["setting.source=assumed, as in Nouna"]).warnings == []


@pytest.mark.parametrize(
    ("births", "women", "ask"),
    [
        (96, 4_100, "2.34% of the women a year is less than half of what it is in Senegal (12.2% in 2020). Are these "
         "only the births seen at this centre? Count all births of these women."),
        (25, 100, "25% of the women a year is more than twice of what it is in Senegal (12.2% in 2020). Do other women "
         "give birth there, too? Count only the births of these women."),
        (7, 100, None),
        (24, 100, None),
    ],
)  # fmt: skip
def test_births_unlike_those_of_the_country_are_doubted(births, women, ask):
    """The preset of Senegal says 12.25%: half is 6.1%, twice 24.5%."""
    counted = f"setting.association.births={{births: {births}, women: {women}}}"
    assert doubts(counted) == ([f"setting.association.births: {ask}"] if ask else [])
    assert doubts(counted, "country=Atlantis") == doubts(counted, "country=none") == []


def test_numbers_without_a_source_are_counted(good):
    first = "The first is setting.association.births."
    assert good.warnings == [f"setting: 11 numbers have no source; they are taken as guesses, ±60%. {first}"]
    assert parse(GOOD, sets=["default_grade=neighbour", "setting.illness.outpatient.source=own"]).warnings == [
        f"setting: 4 numbers have no source; they are taken as 'neighbour', ±25%. {first}"
    ]
    assert parse(SMALL, sets=["default_grade=exact", f"{NEED}={{value: 1, grade: guess}}"]).warnings == [
        "setting: One number has no source; it is taken as exact. The first is setting.illness.outpatient.cost.fixed."
    ]
    assert doubts() == []


@pytest.mark.parametrize(
    ("cost", "written"),
    [
        ("{price_list: {visit: 500}, cv: 1}", ["cost.price_list", "cost.cv"]),
        ("{usual: 2_000, one_in_ten_above: 5_500}", ["cost.usual"]),
        ("{invoices: [500, 500]}", ["cost.invoices"]),
        ("{lognormal: {mean: 500, cv: 1}}", ["cost.lognormal.mean", "cost.lognormal.cv"]),
    ],
)
def test_numbers_without_a_source_are_named_as_they_are_written(cost, written):
    told = parse(SMALL, sets=[f"setting.illness.outpatient.cost={cost}", f"{NEED}={{value: 1, source: own}}"])
    count = (
        "One number has no source; it is" if len(written) == 1 else f"{len(written)} numbers have no source; they are"
    )
    guess = "a guess" if len(written) == 1 else "guesses"
    assert told.warnings == [
        f"setting: {count} taken as {guess}, ±60%. The first is setting.illness.outpatient.{written[0]}."
    ]


COUNTED_AS_USE = (
    "setting.illness.outpatient.need: what a health centre counts is use, not need: whoever was ill and stayed at home "
    "is missing. Write use: {} instead (of: insured, if members were counted), and in 'seeking' how many go. If nobody "
    "stayed at home, add 'of: everyone in need' here."
)


@pytest.mark.parametrize(
    ("need", "use"),
    [
        ("{cases: 812, catchment: 11_400}",
         "{cases: 812, months: 12, catchment: 11 400, of: uninsured at full price}"),
        ("{cases: 812, months: 2, catchment: {between: [9_000, 12_000]}}",
         "{cases: 812, months: 2, catchment: {between: [9 000, 12 000]}, of: uninsured at full price}"),
        ("{admissions: {A: 3, B: 4}, people: {A: 40, B: 50}}",
         "{admissions: {…}, people: {…}, months: 12, of: uninsured at full price}"),
    ],
)  # fmt: skip
def test_visits_that_are_counted_as_need_are_doubted(need, use):
    assert doubts(f"{NEED}={need}") == [COUNTED_AS_USE.format(use)]
    assert doubts(f"{NEED}={need[:-1]}, of: everyone in need}}") == []


def test_a_share_of_those_who_go_that_may_be_next_to_nothing_is_doubted():
    sets = ["setting.illness.outpatient.need=none", f"{USE}={{value: 0.3, of: uninsured at full price}}"]
    seeking = "setting.illness.outpatient.seeking.uncovered"
    assert doubts(*sets) == doubts(*sets, f"{seeking}={{between: [5%, 50%], best: 40%}}") == []
    assert doubts(*sets, f"{seeking}={{between: [3%, 50%], best: 40%}}") == [
        f"{seeking}: its range begins at 3%. In a world where so few of those in need go, need is more than 10 times "
        "what it is at best, since 'use' is what was seen. Begin higher."
    ]
    assert doubts(f"{seeking}={{between: [0%, 50%], best: 40%}}") == []


PAID_LATE = "setting.paying={on_time: 70%, never: %s, mean_days_late: 25}"


@pytest.mark.parametrize(
    ("never", "every", "lost"),
    [
        ("5%", "month", "17%"),  # 1 - 0.985 ** 12
        ("7%", "month", "22%"),
        ("8%", "month", None),  # 1 - 0.976 ** 12 = 25.3 %
        ("50%", "year", "15%"),
        ("100%", "year", None),  # 30 %
    ],
)
def test_who_never_pays_again_is_told_by_the_year(never, every, lost):
    scenario = parse(GOOD, sets=[PAID_LATE.replace("%s", never), f"scheme.contribution.every={every}"])
    (doubt,) = [sentence for sentence in scenario.warnings if "never" in sentence] or [""]
    (said,) = [sentence for sentence in understood(scenario) if "never pay" in sentence]
    times, words = (12, "12 due dates") if every == "month" else (1, "1 due date")
    about = lost or {"8%": "25%", "100%": "30%"}[never]
    assert said == (
        f"Of those who do not pay on the day, {never} never pay again: about {about} of the households a year "
        f"({words})."
    )
    expected = (
        f"setting.paying.never: {never} of those who do not pay on the day never pay again, at each of {times} due "
        f"dates a year: about {about} of the households are lost in a year. It is the share at one due date, not in a "
        "year. Is that what you mean?"
    )
    assert doubt == ("" if lost else expected)


def test_who_never_pays_again_in_bad_months():
    """Two of three live on food, good in 3 of 4 months, where 80 % pay, else 40 %; the others always pay as in good
    months: 10 % of those who are late are lost at each of four due dates.
    """
    food = "{sector: food, share: 50%, income_per_month: {good: 9, bad: 5}, good_months: 75%}"
    fish = "{sector: fish, share: 25%, income_per_month: {good: 9, bad: 5}, good_months: 100%}"
    scenario = parse(GOOD, sets=[
        f"setting.enterprises=[{food}, {fish}]", "scheme.contribution.every=quarter",
        "setting.paying={on_time: 80%, on_time_bad_month: 40%, never: 10%, mean_days_late: 25}",
    ])  # fmt: skip
    assert lost_a_year(scenario) == pytest.approx((2 * (1 - 0.97**4) + (1 - 0.98**4)) / 3)


def test_bad_months_that_do_not_touch_paying_are_doubted():
    enterprises = f"setting.{ENTERPRISES}"
    assert doubts(enterprises) == [
        "setting.paying: enterprises have bad months, but in them people pay as in good ones. Write "
        "'on_time_bad_month', such as 35%, or the same as 'on_time' (70%) if that is so."
    ]
    assert doubts(enterprises, "setting.paying.on_time_bad_month=70%") == []
    assert doubts(enterprises.replace("70%", "100%")) == doubts() == []
    assert [s for s in doubts(enterprises, "start_from=none", "setting.paying=none") if "paying" in s] == []


@pytest.mark.parametrize(
    ("country", "currency", "usual"),
    [("Senegal", "XAF", "XOF"), ("Côte d’Ivoire", "GHS", "XOF"), ("RWANDA", "USD", "RWF"), ("Nepal", "INR", "NPR")],
)
def test_a_currency_of_another_country_is_doubted(country, currency, usual):
    assert doubts(f"country={country}", f"currency={currency}") == [
        f"country is {country}, where people pay in {usual}, but currency is {currency}. Is one of them wrong?"
    ]
    assert doubts(f"country={country}", f"currency={usual}") == []


def test_a_country_that_is_not_known_is_not_doubted():
    assert doubts("country=Atlantis", "currency=USD") == doubts("country=none") == []


@pytest.mark.parametrize(
    ("dated", "old"),
    [
        ("2022", True),
        ("2023", True),  # to 2023-12-31: three years and a day before 2027-01-01
        ("2024", False),
        ("2023-12", True),
        ("2024-01", False),
        ("2023-12-31", True),
        ("2024-01-01", False),
        ("2026-11", False),
    ],
)
def test_old_prices_are_doubted(dated, old):
    told = doubts(f"setting.illness.delivery.cost.dated={dated}")
    sentence = (
        f"setting.illness.delivery.cost: these prices are of {dated}, more than 3 years before the start, 2027-01-01. "
        "Ask what a bill is today."
    )
    assert told == ([sentence] if old else [])


# Hostile files: refused, quickly, without a traceback

BOMBS = {
    "aliases": "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(20)),
    "self": "a: &a [*a]",
    "brackets": "[" * 500_000,
    "braces": "{" * 500_000,
    "questions": "? " * 100_000,
    "dashes": "- " * 100_000,
    "nested": "\n".join(" " * n + f"k{n}:" for n in range(1000)),
    "keys": "\n".join(f"k{n}: 1" for n in range(20_000)),
    "many_faults": "\n".join(f"k{n}: 1" for n in range(4_900)),
    "one_list": "a: [" + "1, " * 100_000 + "]",
    "large": "# " + "x" * (1024 * 1024),
    "large_scalar": "title: " + "x" * (1024 * 1024 - 100),
    "large_key": "x" * (1024 * 1024 - 100) + ": 1",
    "large_quoted": 'title: "' + "\\n" * (500 * 1024) + '"',
    "large_comment": "# " + "x" * (1024 * 1024 - 100) + "\n" + SMALL.replace("years: 1", "years: 0"),
    "nul": SMALL + "\0",
    "bell": SMALL + "\x07",
    "wrong_code_point": 'title: "\\UFFFFFFFF"',
    "half_a_pair": 'title: "\\uD800"',
    "colon": ":",
    "question": "?",
    "percent": "%",
    "star": "*",
    "block": "|",
    "nothing": "",
    "end": "...",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_hostile_files_are_refused_quickly(text):
    began = time.perf_counter()
    error = refusal(text)
    assert time.perf_counter() - began < 5
    assert 1 <= len(error.faults) <= 5000
    assert len(str(error)) < 200_000


def test_a_file_over_the_limit_is_not_read_whole(tmp_path):
    with (tmp_path / "it.yaml").open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(ScenarioError, match="larger than 1 MiB"):
        load(tmp_path / "it.yaml")


def test_no_control_character_reaches_the_terminal():
    for text in ('"\\e[2J"', "\x1b[2J", '"a\\u202Eb"', '"\\x9b31m"'):
        for place in ("years: 1", "title: Small"):
            message = str(refusal(SMALL.replace(place, f"{place.split(':')[0]}: {text}")))
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", message)


def mutated(chance, text):
    """The text with one to four changes: of characters, of lines, of values, of keys."""
    lines = text.split("\n")
    values = [
        "",
        "none",
        "-1",
        "1e400",
        "nan",
        "[]",
        "{}",
        "{a: 1}",
        "010",
        "5%",
        "2026-02-30",
        "9" * 50,
        "é",
        "1,5",
        "|",
        "no",
    ]
    for _ in range(chance.randint(1, 4)):
        n = chance.randrange(len(lines))
        deed = chance.randrange(7)
        if deed == 0:
            lines.insert(chance.randrange(len(lines)), lines[n])
        elif deed == 1:
            del lines[n]
        elif deed == 2:
            lines[n] = chance.choice([" ", "  ", "\t", "- "]) + lines[n]
        elif deed == 3:
            spots = [match.end() for match in re.finditer(r": ?", lines[n])] or [len(lines[n])]
            lines[n] = lines[n][: chance.choice(spots)] + " " + chance.choice(values)
        elif deed == 4:
            lines[n] = re.sub(r"[0-9]+", lambda _: chance.choice(values), lines[n], count=1)
        elif deed == 5:
            lines[n] = re.sub(r"\w+", lambda match: match[0][:-1], lines[n], count=1)
        elif lines[n]:
            spot = chance.randrange(len(lines[n]))
            lines[n] = lines[n][:spot] + chance.choice("{}[]:,-#&*!|>'\"%@`\\ \t\x00é\u200b0") + lines[n][spot + 1 :]
    return "\n".join(lines)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32), text=st.sampled_from([GOOD, SMALL, RANGES, EVERYTHING]))
def test_mutated_files_are_read_or_refused_but_never_crash(seed, text):
    try:
        scenario = parse(mutated(random.Random(seed), text), "it.yaml")
    except ScenarioError as error:
        assert error.faults
        assert all(fault.sentence and fault.file == "it.yaml" for fault in error.faults)
    else:
        assert Scenario.model_validate(scenario.content).hash == scenario.hash


# The command


def test_a_key_spelt_like_the_sign_of_a_wrong_key_is_unknown():
    for text in (SMALL + "'[key]': 1\n", SMALL.replace("{amount", "{'[key]': 1, amount")):
        assert "There is no key '[key]' " in str(refusal(text))


@pytest.mark.parametrize(
    "seen",
    [
        "need={admissions: {a: 1000, b: 3}, people: {a: 1, b: 1200}}",
        "cost={invoices: [0.01, 1000000000000]}",
        "cost={usual: 1e-300, one_in_ten_above: 1000000000000}",
        "cost={cheapest: 1e-300, usual: 1, dearest: 1000000000000}",
        "cost={price_list: {a: {each: 1000000000000, times: 1000}}, cv: 20}",
    ],
)
def test_absurd_observations_stay_within_the_limits_of_their_fields(seen):
    scenario = parse(SMALL, sets=[f"setting.illness.outpatient.{seen}"])
    kind = scenario.setting.illness["outpatient"]
    assert 0 <= kind.need.low <= kind.need.best <= kind.need.high <= 1000
    if kind.cost.lognormal is not None:
        assert 0 < kind.cost.lognormal.mean.best <= kind.cost.lognormal.mean.high <= 10**12
        assert 0 <= kind.cost.lognormal.cv.best <= 20
    assert "outpatient" in "".join(understood(scenario)) and explained(scenario)


def test_check_shows_doubts_and_with_explain_the_sums():
    path = str(BROKEN / "_everything.yaml")
    plain, explained_too = (CliRunner().invoke(commands, ["check", path, *more]).output for more in ([], ["--explain"]))
    assert plain in explained_too and "look at this" not in plain
    assert "setting.illness.wounds.need: 120 cases × 12 / 6 months / 20 000 people" in explained_too
    doubted = CliRunner().invoke(commands, ["check", path, "--set", "currency=XAF"]).output
    assert "look at this:" in doubted
    assert "country is Senegal, where people pay in XOF, but currency is XAF." in " ".join(doubted.split())


# The schema and the room


def test_the_schema_explains_every_field():
    def walk(part):
        for name, field in part.get("properties", {}).items():
            assert "$ref" in field or field["description"], name
            yield name

    described = schema()
    names = [name for part in (described, *described["$defs"].values()) for name in walk(part)]
    assert len(names) > 60
    assert "a share from 0% to 100%" in described["$defs"]["Benefit"]["properties"]["copay"]["description"]
    assert '"null"' not in str(described)


@pytest.mark.parametrize("text", [GOOD, SMALL, RANGES, EVERYTHING], ids=["good", "small", "ranges", "everything"])
def test_a_file_and_its_content_follow_the_schema(text):
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(parse(text).content, schema())
    jsonschema.validate(reading.read(text, "it.yaml")[0].plain(), schema())
    jsonschema.validate(parse(text, sets=["scheme.support=none"]).content, schema())


def test_the_room_is_light_and_lowest():
    code = (
        "import sys, mho_sim.scenario;"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('numpy', 'scipy', 'pandas', 'numba', 'simpy')"
        " or (m.startswith('mho_sim.') and not m.startswith('mho_sim.scenario'))))"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
