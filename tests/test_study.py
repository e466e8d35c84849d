"""A study's figures against sums made from the log of every entry, and against runs with another reserve."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scenario_generator import scenario_text

from mho_sim import ledger
from mho_sim.engine import Prepared, live_batch
from mho_sim.rules import REASONS
from mho_sim.scenario import load, parse
from mho_sim.study import Outcome, Result, simulate

ROOT = Path(__file__).parent.parent
TRADERS = load(ROOT / "scenarios" / "market-traders.yaml")
WORLDS, SEED = 4, 5
NUMBERS = range(0, 60, 2)


def lived(number):
    """A generated scenario's study and its logs."""
    scenario = parse(scenario_text(number), f"generated {number}")
    prepared = Prepared(scenario, SEED)
    batch = live_batch(prepared, 0, WORLDS, room=60_000)
    logs = [batch.memory.log[w, : batch.memory.written[w]] for w in range(WORLDS)]
    return scenario, prepared, batch, Result(prepared, Outcome.of(batch)), logs


def total(log, *reasons):
    return int(log["amount"][np.isin(log["reason"], [REASONS.index(reason) for reason in reasons])].sum())


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
            assert row.benefits == log["amount"][log["debit"] == ledger.BENEFITS].sum()
            assert row.running_costs == total(log, "running_costs")
        owned = [ledger.EQUITY, ledger.CONTRIBUTIONS, ledger.BENEFITS, ledger.EXPENSES]
        balance = [
            int(whole["amount"][whole["debit"] == a].sum() - whole["amount"][whole["credit"] == a].sum()) for a in owned
        ]
        assert result.per_year.loc[(w, scenario.years)].own_funds == -sum(balance)


@pytest.mark.parametrize("number", NUMBERS)
def test_services_and_protection_are_the_counts_of_the_log(number):
    scenario, _, batch, result, logs = lived(number)
    log = np.concatenate(logs)
    care = log[log["kind"] >= 0]
    went_without = care["reason"] == REASONS.index("did_not_seek")
    person_years = (
        batch.memory.registers[..., ledger.scheme_measure.py_func(len(scenario.kinds), ledger.PEOPLE)].sum() / 12
    )
    for k, kind in enumerate(scenario.kinds):
        episodes, claims = care[care["kind"] == k], care[(care["kind"] == k) & ~went_without]
        covered, row = claims[claims["reason"] <= REASONS.index("over_household_ceiling")], result.services.loc[kind]
        assert row.episodes_per_person_year == pytest.approx(len(episodes) / person_years, abs=1e-6)
        assert row.claims_per_person_year == pytest.approx(len(claims) / person_years, abs=1e-6)
        if len(claims):
            assert row.cost_per_claim == pytest.approx(claims["bill"].mean(), abs=1e-6)
            assert row.paid_per_claim == pytest.approx(claims["amount"].mean(), abs=1e-6)
            assert row.refused == pytest.approx(1 - len(covered) / len(claims), abs=1e-6)
        if len(covered):
            assert row.paid_per_covered_claim == pytest.approx(covered["amount"].mean(), abs=1e-6)
    if len(care):
        assert result.protection["forgone_care"] == pytest.approx(went_without.mean(), abs=1e-6)
    standing = [result.protection[name] for name in ("paid_up", "late", "suspended")]
    assert sum(share for share in standing if share is not None) == pytest.approx(1, abs=3e-6)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_reserve_needed_suffices_and_one_franc_less_does_not(number):
    scenario, _, _, result, _ = lived(number)
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
    below = (result.per_year["own_funds"] < 0).groupby("world").max()
    assert 0 < below.mean() == pytest.approx(result.deficit["probability"], abs=1e-6)


def test_a_mutual_without_illness_only_collects():
    """No kinds at all: contributions come in, nobody is covered for anything, no bill falls due."""
    text = scenario_text(1)
    before, _, after = text.partition("  illness:\n")
    kept = after[after.index("  paying:") :] if "  paying:" in after else after[after.index("scheme:") :]
    scheme, _, rest = kept.partition("  benefits:")
    providers = rest[rest.index("  providers:") :]
    scheme = "\n".join(line for line in scheme.splitlines() if not line.startswith("  membership:"))
    result = simulate(parse(f"{before}  illness: {{}}\n{scheme}\n  benefits: {{}}\n{providers}"), worlds=3)
    assert (result.per_year["benefits"] == 0).all()
    assert result.protection["covered"] == 0 and result.protection["forgone_care"] is None
    assert len(result.services) == 0


def test_covered_is_who_would_be_covered_for_something():
    """Nobody before the shortest wait is over, everybody after it, where all pay on time and nobody dies."""
    scenario = (
        TRADERS.with_("setting.paying", None)
        .with_("setting.association.deaths", None)
        .with_("scheme.membership.waiting", {"default": "3 months"})
    )
    monthly = simulate(scenario, worlds=5).monthly
    assert (monthly["people_covered"][:2] == 0).all()
    assert (monthly["people_covered"][3:] == monthly["people"][3:]).all()


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
