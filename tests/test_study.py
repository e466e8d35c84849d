"""A study's figures against sums made from the log of every entry, and against runs with another reserve."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scenario_generator import scenario_text
from scipy import stats

from mho_sim import ledger
from mho_sim.actuarial import design_effect, proportion_interval, ratio_error
from mho_sim.engine import Prepared, live_batch
from mho_sim.indicators import INDICATORS, books
from mho_sim.rules import OUTCOMES, PAID_FOR, REASONS
from mho_sim.scenario import load, parse
from mho_sim.study import Outcome, Result, simulate, trouble

ROOT = Path(__file__).parent.parent
TRADERS = load(ROOT / "scenarios" / "market-traders.yaml")
WORLDS, SEED = 4, 5
NUMBERS = range(0, 60, 2)
NOT_COVERED = [REASONS.index(r) for r in ("not_in_package", "no_coverage", "waiting_period", "excluded_age")]


def lived(number, *without):
    """A generated scenario's study and its logs; without some of the fields that it may have."""
    scenario = parse(scenario_text(number), f"generated {number}")
    for field in without:
        scenario = scenario.with_(field, None)
    prepared = Prepared(scenario, SEED)
    batch = live_batch(prepared, 0, WORLDS, room=60_000)
    logs = [batch.memory.log[w, : batch.memory.written[w]] for w in range(WORLDS)]
    return scenario, prepared, batch, Result(prepared, Outcome.of(batch)), logs


def total(log, *reasons):
    return int(log["amount"][np.isin(log["reason"], [REASONS.index(reason) for reason in reasons])].sum())


def care_of_members(prepared, log, home):
    """The episodes of a world's log, of households that join, while they are enrolled."""
    care = log[(log["kind"] >= 0) & (log["reason"] != REASONS.index("cash_benefit"))]
    leaving = log[np.isin(log["reason"], [REASONS.index("left"), REASONS.index("struck_off")])]
    left = np.full(prepared.households, 2**62)
    left[leaving["household"]] = leaving["moment"]
    joins = prepared.people.joins[prepared.people.home["group"][care["household"]]]
    has_joined = (home["left_on"] > home["joins"])[care["household"]]
    return care[has_joined & (joins <= care["moment"] >> 32) & (care["moment"] < left[care["household"]])]


def balance(log, *accounts):
    """Debits less credits of some accounts in a log."""
    places = [ledger.ACCOUNTS.index(account) for account in accounts]
    return int(log["amount"][np.isin(log["debit"], places)].sum() - log["amount"][np.isin(log["credit"], places)].sum())


@pytest.mark.parametrize("number", NUMBERS)
def test_years_are_the_sums_of_the_log(number):
    scenario, prepared, _, result, logs = lived(number)
    ends = prepared.calendar.first[12::12]
    for w, whole in enumerate(logs):
        year_of = np.searchsorted(ends, whole["moment"] >> 32, side="right")
        for year in range(scenario.years):
            log, row = whole[year_of == year], result.per_year.loc[(w, year + 1)]
            assert row.contributions_due == total(log, "contribution_due")
            assert row.contributions_received == total(log, "paid_on_time", "paid_late", "reinstated")
            assert row.support == total(log, "support_due", "support_in_kind") - balance(
                log[log["reason"] == REASONS.index("support_earned")], "subsidies"
            )
            assert row.benefits == log["amount"][log["debit"] == ledger.BENEFITS].sum()
            assert row.running_costs == total(log, "running_costs", "commission", "support_in_kind")
            assert row.in_kind == total(log, "support_in_kind")
            assert row.owed == -balance(whole[year_of <= year], "providers", "members_claims", "suppliers")
        assert result.per_year.loc[(w, scenario.years)].own_funds == -balance(
            whole, *ledger.ACCOUNTS[ledger.BALANCE_SHEET_ACCOUNTS - 1 :]
        )


def alive_months(prepared, batch):
    """People alive in each world at the closings, summed, in enrolled households or not."""
    person, closings = batch.state.person, prepared.calendar.first[1:] - 1
    return sum(((person["born"] <= day) & (day < person["dies"])).sum() for day in closings)


@pytest.mark.parametrize("number", NUMBERS)
def test_services_and_protection_are_the_counts_of_the_log(number):
    scenario, prepared, batch, result, logs = lived(number)
    log = np.concatenate(logs)
    care = log[(log["kind"] >= 0) & (log["reason"] != REASONS.index("cash_benefit"))]
    cash = log[log["reason"] == REASONS.index("cash_benefit")]
    went_without = care["reason"] == REASONS.index("did_not_seek")
    outside = care["reason"] == REASONS.index("not_enrolled")
    measure = ledger.scheme_measure.py_func(len(scenario.kinds), ledger.PEOPLE)
    enrolled_years = batch.memory.registers[..., measure].sum() / 12
    person_years = alive_months(prepared, batch) / 12
    for k, kind in enumerate(scenario.kinds):
        of_kind = care["kind"] == k
        episodes, sought, claims = (
            care[of_kind],
            care[of_kind & ~went_without],
            care[of_kind & ~went_without & ~outside],
        )
        covered, row = claims[claims["reason"] < PAID_FOR], result.services.loc[kind]
        paid = claims["amount"].sum() + cash["amount"][cash["kind"] == k].sum()
        assert row.episodes_per_person_year == pytest.approx(len(episodes) / person_years, abs=1e-6)
        if enrolled_years:
            assert row.claims_per_person_year == pytest.approx(len(claims) / enrolled_years, abs=1e-6)
        if len(sought):
            assert row.cost_per_claim == pytest.approx(sought["bill"].mean(), abs=1e-6)
        if len(claims):
            assert row.paid_per_claim == pytest.approx(paid / len(claims), abs=1e-6)
            assert row.not_covered == pytest.approx(np.isin(claims["reason"], NOT_COVERED).mean(), abs=1e-6)
            has_cover = claims[~np.isin(claims["reason"], NOT_COVERED)]
            if len(has_cover):
                assert row.refused == pytest.approx(1 - len(covered) / len(has_cover), abs=1e-6)
        if len(covered):
            assert row.paid_per_covered_claim == pytest.approx(paid / len(covered), abs=1e-6)
    told, claims = result.protection, care[~went_without & ~outside]
    counts = [ledger.scheme_measure.py_func(len(scenario.kinds), m) for m in (ledger.PEOPLE_COVERED, ledger.PEOPLE)]
    covered, people = (batch.memory.registers[:, 0, :, count] for count in counts)
    person, last = batch.state.person, prepared.calendar.days - 1
    there = ((person["born"] <= last) & (last < person["dies"])).sum()
    assert told["association"] == {
        "covered": pytest.approx(covered.sum() / person_years / 12, abs=1e-6),
        "covered_at_end": pytest.approx(covered[:, -1].sum() / there, abs=1e-6) if there else None,
        "enrolled_at_end": pytest.approx(people[:, -1].sum() / there, abs=1e-6) if there else None,
    }
    if len(care):
        assert told["forgone_care"] == pytest.approx(went_without.mean(), abs=1e-6)
    if len(claims):
        for reason, share in told["refused"].items():
            assert share == pytest.approx((claims["reason"] == REASONS.index(reason)).mean(), abs=1e-6)
    if care["bill"].sum():
        paid = care["amount"].sum() + cash["amount"].sum()
        assert told["own_share"] == pytest.approx(1 - paid / care["bill"].sum(), abs=1e-6)
    left = np.isin(log["reason"], [REASONS.index("left"), REASONS.index("struck_off")]).sum()
    standing = [ledger.scheme_measure.py_func(len(scenario.kinds), m) for m in ledger.STANDING[2:]]
    household_years = batch.memory.registers[..., standing].sum() / 12
    if household_years:
        assert told["left"] == pytest.approx(left / household_years, abs=1e-6)
        assert sum(told[name] for name in ("paid_up", "late", "suspended")) == pytest.approx(1, abs=3e-6)


def test_standard_errors_are_those_between_pairs_or_between_worlds():
    """The linearized error of a ratio, over pairs of worlds where they share what is not known, else over worlds."""
    for scenario, paired in ((TRADERS, True), (plain(setting__illness__outpatient__seeking={"covered": 0.5}), False)):
        result = simulate(scenario, worlds=30)
        went_without, needed = np.zeros(30), np.zeros(30)
        for kind in scenario.kinds:
            for reason in OUTCOMES:
                count = result._registers[kind, reason].sum(axis=1)
                needed += count
                went_without += count * (reason == "did_not_seek")
        error = ratio_error(went_without, needed, paired)
        assert result.protection["standard_error"]["forgone_care"] == pytest.approx(error, abs=1e-6)
        assert error > 0 and error != pytest.approx(ratio_error(went_without, needed, not paired), rel=1e-6)


@pytest.mark.parametrize("number", NUMBERS)
def test_by_whom_adds_up_to_all(number):
    """On every side the groups hold all episodes, bills and payments, and all households with an income."""
    scenario, prepared, batch, result, logs = lived(number)
    care = np.concatenate([care_of_members(prepared, log, home) for log, home in zip(logs, batch.state.home)])
    log = np.concatenate(logs)
    sought = care[care["reason"] != REASONS.index("did_not_seek")]
    paid = total(log, "cash_benefit") + care["amount"].sum()
    shares = WORLDS * scenario.years
    assert set(result.by_whom) <= {"distance", "sector", "fifth", "sex", "age"} and "age" in result.by_whom
    for frame in result.by_whom.values():
        assert frame["episodes"].sum() * shares == pytest.approx(len(care))
        assert frame["sought"].sum() * shares == pytest.approx(len(sought))
        assert frame["bills"].sum() * shares == pytest.approx(care["bill"].sum())
        assert frame["paid"].sum() * shares == pytest.approx(paid)
        for limit in (10, 25):
            for which in ("with", "without"):
                counted = (frame[f"above_{limit}_{which}"] * frame["households"]).sum() * shares
                of_registers = result._sums[f"over_{limit}_{which}"].sum()
                assert counted == pytest.approx(of_registers)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_reserve_needed_suffices_and_one_franc_less_does_not(number):
    """Where the bank gives no interest: with it, other cash would bring other interest."""
    scenario, _, _, result, _ = lived(number, "setting.bank")
    field = "start_from.cash" if scenario.start_from else "scheme.reserve.opening"
    for world in range(2):
        needed = int(result.reserve_needed[world])
        assert live_batch(Prepared(scenario.with_(field, needed), SEED), world, 1).till.first_late[0, 0] < 0
        if needed > 0:
            assert live_batch(Prepared(scenario.with_(field, needed - 1), SEED), world, 1).till.first_late[0, 0] >= 0


def test_late_and_deficit_are_counts_of_worlds():
    result = simulate(TRADERS, worlds=200, seed=3)
    first = result.per_world["first_late_day"].to_numpy()
    late = first[first >= 0]
    ends = result.calendar.first[12::12]
    assert result.late["probability"] == pytest.approx((first >= 0).mean(), abs=1e-6)
    assert result.late["by_year"] == [pytest.approx(((first >= 0) & (first < end)).mean(), abs=1e-6) for end in ends]
    months = [result.calendar.date(day).strftime("%B") for day in late]
    assert months.count(result.late["worst_month"]) == max(map(months.count, months))
    days = np.sort(result.per_world["late_days"][first >= 0])
    assert result.late["days"]["p50"] == days[int(np.ceil(0.5 * len(days))) - 1]
    pairs = design_effect(first >= 0)  # the scenario has ranges
    assert 1 < pairs <= 2
    limits = proportion_interval(len(late), 200, design_effect=pairs)
    assert result.late["interval"] == [pytest.approx(limit, abs=1e-6) for limit in limits]
    below = (result.per_year["own_funds"] < 0).groupby("world").max()
    assert 0 < below.mean() == pytest.approx(result.deficit["probability"], abs=1e-6)


PLAIN = """
title: Plain (invented)
currency: XOF
start: 2027-01-01
years: 2
default_grade: exact
setting:
  association:
    households: {2: 25}
    births: none
    deaths: none
  illness:
    outpatient: {need: 2, cost: {fixed: 1000}}
scheme:
  contribution: {amount: 200, per: beneficiary, every: month, timing: in-advance, grace: 60 days}
  benefits:
    outpatient: {copay: 0%}
  providers: {invoice: monthly, pay_within: 30 days}
  reserve: {opening: 100000}
"""


def plain(**changes):
    """50 people in 25 households, with other values at some paths (dots written as __)."""
    scenario = parse(PLAIN)
    for path, value in changes.items():
        scenario = scenario.with_(path.replace("__", "."), value)
    return scenario


def test_a_mutual_without_illness_only_collects():
    """No kinds at all: contributions come in, nobody is covered for anything, no bill falls due."""
    none = PLAIN.replace("    outpatient: {need: 2, cost: {fixed: 1000}}", "    {}")
    result = simulate(parse(none.replace("    outpatient: {copay: 0%}", "    {}")), worlds=3)
    assert (result.per_year["benefits"] == 0).all() and (result.per_year["contributions_due"] == 120_000).all()
    assert result.protection["covered"] == 0 and result.protection["forgone_care"] is None
    assert len(result.services) == 0 and result.late["probability"] == 0


def test_covered_is_who_would_be_covered_for_something():
    """Nobody before the shortest wait is over, everybody after it, where all pay on time and nobody dies."""
    monthly = simulate(plain(scheme__membership__waiting={"default": "3 months"}), worlds=5).monthly
    assert (monthly["people_covered"][:2] == 0).all()
    assert (monthly["people_covered"][3:] == monthly["people"][3:]).all()


# Trouble in three degrees


def test_who_has_left_counts_among_the_people_of_the_association():
    """All leave after a year and are covered until then: half of the time, nobody at the end; of members always all."""
    result = simulate(plain(setting__renewing={"probability": 0.0}), worlds=3)
    assert result.protection["association"] == {"covered": 0.5, "covered_at_end": 0, "enrolled_at_end": 0}
    assert result.protection["covered"] == 1


def test_fifths_are_told_of_incomes_that_differ():
    trade = {"sector": "food", "share": "100%", "income_per_month": {"good": 9_000, "bad": 4_000}, "good_months": "50%"}
    differ = {"cv": 0.3}, {"sector": "cloth", "income_per_month": {"good": 9_000, "bad": 5_000}}
    assert "fifth" not in simulate(plain(setting__enterprises=[trade]), worlds=2).by_whom
    twice = [trade, {**trade, "sector": "cloth"}]
    assert "fifth" not in simulate(plain(setting__enterprises=twice), worlds=2).by_whom
    for other in differ:
        trades = [trade, {**trade, "sector": "cloth", **other}]
        assert "fifth" in simulate(plain(setting__enterprises=trades), worlds=2).by_whom


def test_stopped_and_lost_come_when_they_must():
    """A cost of 1 000 000 is due on the first day, and 10 000 of contributions come in a month: late on day 0, and no
    provider is ever paid, for the cost is older than every bill.
    """
    scenario = plain(
        scheme__reserve__opening=0,
        scheme__expenses={"once": 1_000_000},
        setting__providers={"post": {"class": "public", "stops_when_owed": "90 days"}},
    )
    result = simulate(scenario, worlds=20)
    assert result.late["by_year"] == [1, 1] and result.late["worst_month"] == "January"
    # the bills of January fall due on 2 March (30 days after 31 January, day 60), and are owed for 90 days on day 150;
    # a world in which January has no bill at all has probability exp(-8.3)
    assert (result.per_world["first_stopped_day"] >= 150).all() and result.stopped["probability"] == 1
    # 1 000 000 is more than the six months' contributions of 10 000 at the first closing: month 0
    assert (result.per_world["lost_month"] == 0).all() and result.lost["by_year"] == [1, 1]
    assert result.deficit["probability"] == 1


def test_nobody_says_when_to_stop():
    result = simulate(plain(), worlds=3)
    assert result.stopped is None and result.to_dict()["stopped"] is None
    assert result.lost["probability"] == 0


def test_by_year_counts_what_has_happened_by_then():
    first = np.array([-1, 0, 364, 365, 729])
    assert trouble.degree(trouble.by(first, [365, 730]), False)["by_year"] == [0.4, 0.8]
    assert trouble.degree(trouble.by(first, [365, 730]), False)["probability"] == 0.8


# With and without support


SUPPORT = {
    "scheme.support": [{"name": "a town", "amount": 12_000, "every": "month"}],
    "scheme.contribution.state": {"per_beneficiary": 10, "late": "1 month"},
}


def supported(*fields):
    scenario = plain(scheme__contribution__amount=0)
    for field in fields:
        scenario = scenario.with_(field, SUPPORT[field])
    return scenario


@pytest.mark.parametrize("fields", [("scheme.support",), ("scheme.contribution.state",), tuple(SUPPORT)])
def test_without_support_the_same_worlds_are_lived(fields):
    """Every book of the second run is that of a scenario that never had support; nobody's health differs."""
    with_it = simulate(supported(*fields), worlds=10, seed=2, batch=3)
    alone, never = with_it.without_support, simulate(supported(), worlds=10, seed=2)
    assert never.without_support is None and alone.digest == never.digest != with_it.digest
    assert alone.services.equals(with_it.services)
    told = with_it.to_dict()["without_support"]
    assert told == {name: never.to_dict()[name] for name in ("late", "stopped", "lost", "deficit", "reserve_needed")}
    assert (alone.reserve_needed >= with_it.reserve_needed).all()


def test_what_was_given_in_kind_is_paid_without_it():
    """The second run is that of a mutual with the same costs of its own, on the same days: it is not forgiven them."""
    terms = {"name": "room", "amount": 3_000, "every": "month", "from": "2027-03-15", "until": "2028-09-15"}
    own = {"name": "assembly", "amount": 7_000, "every": "year"}
    given = [{**terms, "in_kind": True}, {"name": "scales", "amount": 400, "every": "once", "in_kind": True}]
    result = simulate(plain(scheme__support=given, scheme__expenses={"dated": [own]}), worlds=5)
    costs = [own, terms, {"name": "scales", "amount": 400, "every": "once"}]
    pays = simulate(plain(scheme__expenses={"dated": costs}), worlds=5)
    assert result.without_support.digest == pays.digest
    without = result.without_support.per_year
    assert (without["running_costs"] == result.per_year["running_costs"]).all() and not without["in_kind"].any()
    assert result.per_year["in_kind"].to_list() == [30_400, 24_000] * 5  # 10 months and the scales; 8 months
    assert (result.per_year["own_funds"] - without["own_funds"]).to_list() == [30_400, 54_400] * 5


def test_support_that_pays_for_everything():
    """10 000 a month of costs and nothing but a gift of as much: with it never late, without it always."""
    gift = [{"name": "a town", "amount": 10_000, "every": "month"}]
    scenario = plain(
        scheme__contribution__amount=0,
        setting__illness__outpatient__need=0,
        scheme__reserve__opening=10_000,
        scheme__expenses={"per_month": 10_000},
        scheme__support=gift,
    )
    result = simulate(scenario, worlds=5)
    assert result.late["probability"] == 0 and result.without_support.late["probability"] == 1
    # without it the cash lasts for January, and 23 more months are owed
    assert (result.without_support.reserve_needed == 24 * 10_000).all() and (result.reserve_needed == 0).all()


# Chance and ignorance


def test_variance_share_is_that_of_a_closed_form():
    """Need uniform in [1.6, 2.4], 50 people for a year, one franc a claim: Poisson claims of mean m = 50 x need.

    Chance is E[m] = 100, ignorance 50^2 Var(need) = 2500 x 0.64 / 12 = 133.3, so chance is 3/7 of the whole. With J
    pairs the ratio of the mean squares between and within pairs, over its expectation (2 x 133.3 + 100) / 100, is
    F(J - 1, J) for normal figures; a uniform one has lighter tails. The band is left once in a million runs.
    """
    pairs = 500
    scenario = plain(years=1, setting__illness__outpatient__need={"between": [1.6, 2.4], "best": 2, "law": "uniform"})
    result = simulate(scenario.with_("setting.illness.outpatient.cost.fixed", 1), worlds=2 * pairs + 1, seed=3)
    expected = (2 * 400 / 3 + 100) / 100
    low, high = stats.f.ppf([5e-7, 1 - 5e-7], pairs - 1, pairs) * expected
    split = result.variance_share
    assert split["of"] == "closing equity" and split["chance"] + split["ignorance"] == pytest.approx(1)
    assert 2 / (1 + high) < split["chance"] < 2 / (1 + low)
    assert 2 / (1 + expected) == pytest.approx(3 / 7)
    assert [path for path, _ in result.measure_first] == ["setting.illness.outpatient.need"]
    assert result.measure_first[0][1] < 0  # more need, less money


def test_where_all_is_exact_there_is_no_ignorance_to_tell():
    result = simulate(plain(), worlds=10)
    assert result.variance_share is None and result.measure_first == []
    assert simulate(TRADERS, worlds=1).variance_share == {"of": "closing equity", "chance": None, "ignorance": None}


def test_a_figure_that_moves_nothing_is_not_to_be_measured():
    """Need, and how late people pay who never pay late: only the first is named. A mark without influence is named if
    its rank correlation with the figure comes near the other's, which 300 pairs do not allow (24 standard errors).
    """
    scenario = plain(
        years=1,
        setting__illness__outpatient__need={"between": [1, 3], "best": 2},
        setting__paying={"on_time": 1.0, "mean_days_late": {"between": [10, 90], "best": 30}},
    )
    result = simulate(scenario, worlds=600)
    assert set(scenario.unknowns) == {"setting.illness.outpatient.need", "setting.paying.mean_days_late"}
    assert [path for path, _ in result.measure_first] == ["setting.illness.outpatient.need"]


# Members, and the indicators that they feed


def test_loyalty_and_growth_of_a_mutual_that_nobody_leaves_and_one_that_all_leave():
    stays = simulate(plain(), worlds=3).indicators["mean"]
    assert stays["loyalty_rate"] == 1 and stays["growth_of_members"] == 0 and stays["penetration"] == 1
    assert stays["beneficiaries_per_member"] == 2 and stays["contribution_per_beneficiary"] == 2_400
    leaves = simulate(plain(setting__renewing={"probability": 0.0}, years=3), worlds=3)
    by_year = leaves.indicators_per_year["mean"]
    assert by_year["growth_of_members", 2] == -1 and by_year["loyalty_rate", 2] == 0
    assert np.isnan(by_year["loyalty_rate", 1]) and np.isnan(by_year["loyalty_rate", 3])
    assert leaves.protection["left"] == pytest.approx(1)  # 25 households leave, after 25 household-years


def test_members_who_join_later_are_new():
    intakes = {"2027-01-01": 10, "2027-07-01": 10, "2028-03-01": 5}
    result = simulate(plain(scheme__membership__intakes=intakes), worlds=3)
    by_year = result.indicators_per_year["mean"]
    assert by_year["external_growth", 1] == 1 and by_year["external_growth", 2] == 0.25
    assert by_year["growth_of_members", 1] == 1 and by_year["growth_of_beneficiaries", 2] == 0.25
    assert by_year["penetration", 1] == pytest.approx(0.8)
    assert np.isnan(by_year["loyalty_rate", 2])  # not known who stayed, for others came


@pytest.mark.parametrize("number", NUMBERS)
def test_indicators_are_those_of_the_statements(number):
    """Each world's indicators of the horizon against lines of its statements, year by year."""
    *_, result, _ = lived(number)
    values = result._followed.by_year
    for world in range(WORLDS):
        income, sheet = result.income_statement(world), result.balance_sheet(world)
        of = {line: row.to_numpy(dtype=float) for (_, _, line), row in [*income.iterrows(), *sheet.iterrows()]}
        assets, debts = (
            of["assets: what the mutual owns"],
            sum(
                of[ledger.CHART[name].english]
                for name in ("providers", "members_claims", "suppliers", "advances", "unearned", "deferred_support")
            ),
        )
        running = of["running costs"] + of["collectors' commissions"] + of["running costs in kind"]
        care, earned = of["benefits"], of["contributions earned"]
        # "result of the year" stands in both
        expected = {
            "claims_ratio": (care, earned),
            "gross_expense_ratio": (running, earned),
            "net_expense_ratio": (running - of["support in kind"], earned),
            "combined_ratio": (care + running, earned),
            "contributions_over_operating_charges": (earned, care + running),
            "contributions_over_all_charges": (earned, of["operating charges"]),
            "running_costs_over_charges": (running, of["operating charges"]),
            "self_financing_ratio": (
                earned + of["joining fees, penalties"] + of["interest"],
                of["operating charges"],
            ),
            "subsidy_ratio": (
                of["support from outside"] + of["support in kind"],
                of["operating income"] + of["interest"],
            ),
            "solvency": (assets, debts),
            "own_funds_over_balance_sheet": (assets - debts, assets),
            "own_funds_over_debts": (assets - debts, debts),
            "reserve_cover_gest": (assets - debts, care),
            "equity_months": (12 * (assets - debts), care + running - of["running costs in kind"]),
        }
        for name, (above, below) in expected.items():
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = np.where(below == 0, np.nan, above / below)
            assert values[name][world] == pytest.approx(ratio, nan_ok=True), name


def test_every_indicator_is_fed_or_said_not_to_be():
    """Where incomes are told, and all are members from the first day to the last."""
    cannot = re.findall(r"\b[a-z_0-9]+\b", " ".join(re.findall(r"^\* (.*):", books.__doc__, re.MULTILINE)))
    stable = TRADERS.with_("scheme.membership.intakes", None).with_("setting.renewing", None)
    result = simulate(stable.with_("scheme.contribution.struck_off", None), worlds=4)
    assert set(cannot) <= set(INDICATORS)
    assert set(result.indicators.index) == set(INDICATORS) - set(cannot)
    assert list(result.indicators.columns) == ["mean", "p05", "p50", "p95", "code", "unit", "threshold", "formula"]
    assert result.indicators.loc["reserve_cover_gest", "code"] == "F.3"


def test_the_object_has_the_same_keys_before_anything_is_simulated():
    for scenario in (TRADERS, supported(*SUPPORT), plain()):

        def keys(part):
            return {key: keys(value) for key, value in part.items()} if isinstance(part, dict) else None

        told, outline = simulate(scenario, worlds=4).to_dict(), Result.outline(scenario)
        for part in (told, told.get("without_support", {}), outline, outline.get("without_support", {})):
            if part:
                part["late"]["days"] = None
        assert keys(told) == keys(outline)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_interrupted_run_still_gives_valid_json():
    """Ctrl-C while a long run goes on: what was finished is printed, exit code 130."""
    command = [
        sys.executable,
        "-m",
        "mho_sim",
        "run",
        "scenarios/market-traders.yaml",
        "--worlds",
        "400000",
        "--json",
        "--quiet",
    ]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    time.sleep(20)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Interrupted" in err and "Traceback" not in err
    if out:
        told = json.loads(out)
        assert told["interrupted"] is True and 0 < told["worlds"] < 400_000
