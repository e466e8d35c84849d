"""The engine equals the reference model: books, entries, registers and days of trouble, in every generated scenario.

How often each mechanism, each reason and each pair of events of one household on one day occurred is printed at the end
of the run. CI takes 200 scenarios; `MHO_SIM_SCENARIOS=1000` takes more.
"""

import os
from collections import Counter
from itertools import combinations

import numpy as np
from reference_model import live
from scenario_generator import scenario_text

from mho_sim import ledger
from mho_sim.engine import Part, Prepared, live_batch
from mho_sim.rules import REASONS
from mho_sim.scenario import parse

SCENARIOS = int(os.environ.get("MHO_SIM_SCENARIOS", "200"))
WORLDS = 2
SEED = 20_270_101
EVENTS = {
    "accepted": "care",
    "over_ceiling": "care",
    "over_household_ceiling": "care",
    "not_in_package": "refusal",
    "no_coverage": "refusal",
    "waiting_period": "refusal",
    "did_not_seek": "forgone",
    "contribution_due": "due",
    "paid_on_time": "payment",
    "paid_late": "late payment",
    "reinstated": "reinstatement",
    "birth": "birth",
    "death": "death",
}
IMPOSSIBLE = {("late payment", "reinstatement"), ("late payment", "payment")}  # the household pays once a day
PAIRS = set(combinations(sorted(set(EVENTS.values())), 2)) - IMPOSSIBLE


def idle(clock, batch):
    """A process that wakes at odd moments and does nothing."""
    for day in range(3, clock.calendar.days, 37):
        yield clock.at(day, Part(day % 7))


def engine_view(batch, w, kinds):
    """One world of a batch in the words of the reference model."""
    closings = [dict(zip(ledger.ACCOUNTS, map(int, month))) for month in batch.memory.closings[w, 0]]
    registers = [dict(zip(ledger.measures(kinds), map(int, month))) for month in batch.memory.registers[w, 0]]
    till, log = batch.till, batch.memory.log[w, : batch.memory.written[w]]
    return {
        "closings": closings,
        "registers": registers,
        "entries": ledger.readable(log, kinds),
        "first_late": int(till.first_late[w, 0]),
        "late_days": int(till.late_days[w, 0]),
        "worst": int(till.worst[w, 0]),
    }


def reference_view(scenario, seed, world):
    """One world of the reference model."""
    lived = live(scenario, seed, world)
    days = lived["late_days"]
    return {
        "closings": lived["closings"],
        "registers": lived["registers"],
        "entries": lived["entries"],
        "first_late": days[0] if days else -1,
        "late_days": len(days),
        "worst": lived["worst"],
    }


def by_clock(entries):
    """Entries in the order of moment and household; the order inside is compared only where the page gives one."""
    return sorted(entries, key=lambda e: (e[0], e[1], e[2], e[3] or "", e[4:]))


def differences(number, room=20_000):
    """The faults of one generated scenario, and its entries."""
    scenario = parse(scenario_text(number), f"generated {number}")
    seed = SEED + number  # people, too, differ from scenario to scenario
    batch = live_batch(Prepared(scenario, seed), 0, WORLDS, processes=(idle,) if number % 2 else (), room=room)
    assert batch.memory.written.max() <= room
    faults, entries = [], []
    for world in range(WORLDS):
        mine, other = engine_view(batch, world, scenario.kinds), reference_view(scenario, seed, world)
        mine["entries"], other["entries"] = by_clock(mine["entries"]), by_clock(other["entries"])
        faults += [f"scenario {number}, world {world}: {what} differ" for what in mine if mine[what] != other[what]]
        entries.append(mine["entries"])
    return faults, entries


def features(scenario):
    """Names of the mechanisms that a scenario turns on."""
    setting, scheme, association = scenario.setting, scenario.scheme, scenario.setting.association
    illness, benefits = setting.illness.values(), scheme.benefits.values()
    on = {
        "season": any(kind.season and len(set(kind.season)) > 1 and kind.need for kind in illness),
        "frailty": any(kind.frailty and kind.need for kind in illness),
        "community": any(kind.community and kind.need for kind in illness),
        "age and sex": any(kind.by_age_sex and kind.need for kind in illness),
        "seeking": any(min(kind.seeking.covered, kind.seeking.uncovered) < 1 for kind in illness),
        "lognormal bills": any(kind.cost.lognormal for kind in illness),
        "births": association.births is not None,
        "deaths": association.deaths is not None,
        "deliveries": any(kind.rate for kind in illness),
        "drawn sizes": association.households is None,
        "late payers": bool(setting.paying and setting.paying.on_time < 1),
        "existing mutual": scenario.start_from is not None,
        "owed by members": bool(scenario.start_from and scenario.start_from.owed_by_members is not None),
        "waiting": any(wait.months or wait.days for wait in scheme.membership.waiting.values()),
        "grace": bool(scheme.contribution.grace.months or scheme.contribution.grace.days),
        "in arrears": scheme.contribution.timing == "in-arrears",
        "yearly": scheme.contribution.every == "year",
        "per household": scheme.contribution.per == "household",
        "lump sum": any(benefit.lump_sum is not None for benefit in benefits),
        "ceiling per event": any(benefit.ceiling_per_event is not None for benefit in benefits),
        "household ceiling": scheme.ceiling_per_household_year is not None,
        "monthly invoice": scheme.providers.invoice == "monthly",
        "running costs": bool(scheme.expenses.once or scheme.expenses.per_month),
    }
    return {name: int(turned) for name, turned in on.items()}


def test_engine_equals_reference(record_property):
    """In every generated scenario; and nothing that the generator should provoke is absent or rare."""
    reasons, pairs, turned_on, faults = Counter(), Counter(), Counter(), []
    for number in range(SCENARIOS):
        found, worlds = differences(number)
        faults += found
        turned_on.update(features(parse(scenario_text(number))))
        for entries in worlds:
            reasons.update(entry[4] for entry in entries)
            pairs.update(pairs_of_a_day(entries))
    record_property("equality", f"{SCENARIOS} scenarios, {WORLDS} worlds each; {len(faults)} differ")
    record_property("mechanisms on", ", ".join(f"{name} {count}" for name, count in turned_on.items()))
    record_property("reasons", ", ".join(f"{reason} {reasons[reason]:,}" for reason in REASONS[:-1]))
    record_property("same household, same day", ", ".join(f"{a} + {b} {pairs[a, b]:,}" for a, b in sorted(PAIRS)))
    assert not faults, "\n".join(faults)
    assert {reason for reason in REASONS if not reasons[reason]} == {"own_process"}
    assert not [pair for pair in PAIRS if not pairs[pair]]
    assert not [name for name, count in turned_on.items() if count < SCENARIOS / 10]


def pairs_of_a_day(entries):
    """Pairs of different kinds of event of one household on one day."""
    days = {}
    for moment, household, _, _, reason, *_ in entries:
        if household >= 0 and reason in EVENTS:
            days.setdefault((moment >> 32, household), set()).add(EVENTS[reason])
    return Counter(pair for events in days.values() for pair in combinations(sorted(events), 2))


def test_books_balance_and_the_log_replays_to_them():
    scenario = parse(scenario_text(1), "generated 1")
    batch = live_batch(Prepared(scenario, SEED), 0, 4, room=20_000)
    assert not batch.memory.books.sum(axis=-1).any()
    assert (batch.memory.closings[..., ledger.CASH] >= 0).all()
    for w in range(4):
        log, books = batch.memory.log[w, : batch.memory.written[w]], np.zeros(len(ledger.ACCOUNTS), np.int64)
        np.add.at(books, log["debit"], log["amount"])
        np.subtract.at(books, log["credit"], log["amount"])
        assert (books == batch.memory.books[w, 0]).all()
        assert batch.till.cash[w, 0] == books[ledger.CASH]
