"""The engine equals the reference model: books, entries, registers and days of trouble, in every generated scenario.

How often each mechanism, each reason and each pair of events of one household on one day occurred is printed at the end
of the run. CI takes 200 scenarios; `MHO_SIM_SCENARIOS=1000` takes more.
"""

import os
from collections import Counter
from functools import cache
from itertools import combinations

import numpy as np
from reference_model import OUTCOMES, REASONS, YEAR_MEASURES, live
from scenario_generator import scenario_text

from mho_sim import ledger
from mho_sim.engine import Part, Prepared, live_batch
from mho_sim.engine.unknowns import Numbers
from mho_sim.scenario import parse

SCENARIOS = int(os.environ.get("MHO_SIM_SCENARIOS", "200"))
WORLDS = 2
SEED = 20_270_101
ROOM = 40_000  # entries of a world that the engine writes down
REFUSALS = (
    "not_in_package",
    "not_enrolled",
    "no_coverage",
    "waiting_period",
    "excluded_age",
    "excluded_cause",
    "no_referral",
    "over_events",
)
EVENTS = {
    **dict.fromkeys(OUTCOMES, "care"),
    **dict.fromkeys(REFUSALS, "refusal"),
    "did_not_seek": "forgone",
    "joining_fee": "joining",
    "contribution_due": "due",
    "paid_on_time": "payment",
    "paid_late": "late payment",
    "reinstated": "reinstatement",
    "left": "leaving",
    "struck_off": "striking off",
    "birth": "birth",
    "death": "death",
}
IMPOSSIBLE = {
    ("late payment", "reinstatement"),  # the household pays late once a day
    ("payment", "striking off"),  # who pays on time owes nothing that day
    ("leaving", "striking off"),  # who has left is not struck off
    ("care", "leaving"),  # who leaves does so before the illness of the day
    ("joining", "late payment"),  # who joins owes nothing yet
    ("joining", "reinstatement"),
    ("joining", "leaving"),  # a year lies between
    ("joining", "striking off"),  # the first of a month, and the last of one
}
RARE = {
    ("death", "joining"),
    ("death", "leaving"),
    ("late payment", "striking off"),
    ("leaving", "reinstatement"),
}  # counted only
PAIRS = {tuple(sorted(pair)) for pair in combinations(set(EVENTS.values()), 2)}
PAIRS -= {tuple(sorted(pair)) for pair in IMPOSSIBLE}


def idle(clock, batch):
    """A process that wakes at odd moments and does nothing."""
    for day in range(3, clock.calendar.days, 37):
        yield clock.at(day, Part(day % 7))


def engine_world(scenario, seed, worlds, processes=()):
    """A range of worlds of a scenario as the engine lives them, each in the words of the reference model."""
    batch = live_batch(Prepared(scenario, seed), worlds.start, len(worlds), processes=processes, room=ROOM)
    assert batch.memory.written.max() <= ROOM
    numbers = Numbers(scenario, seed, worlds.start, len(worlds))
    unknowns = {path: unknown_in_engine(numbers, path) for path in scenario.unknowns}
    return [
        engine_view(batch, w, scenario.kinds) | {"unknowns": {path: float(of[w]) for path, of in unknowns.items()}}
        for w in range(len(worlds))
    ]


def engine_view(batch, w, kinds):
    """One world of a batch in the words of the reference model."""
    memory, till, measures = batch.memory, batch.till, ledger.measures(kinds)
    registers = [dict(zip(measures, map(int, month))) for month in memory.registers[w, 0]]
    for month in registers:
        month["households_left"] = month.pop("left")
        month["households"] = month.pop("households_with_income")
    by_year = [registers[month : month + 12] for month in range(0, len(registers), 12)]
    whom = enumerate(dict(zip(ledger.CELL_MEASURES, map(int, cell))) for cell in memory.whom[w, 0])
    return {
        "closings": [dict(zip(ledger.ACCOUNTS, map(int, month))) for month in memory.closings[w, 0]],
        "registers": [{name: month[name] for name in month if name not in YEAR_MEASURES} for month in registers],
        "years": [{measure: sum(month[measure] for month in year) for measure in YEAR_MEASURES} for year in by_year],
        "by_whom": {cell: found for cell, counts in whom if (found := {k: n for k, n in counts.items() if n})},
        "entries": ledger.readable(memory.log[w, : memory.written[w]], kinds),
        "first_late": int(till.first_late[w, 0]),
        "late_days": int(till.late_days[w, 0]),
        "worst": int(till.worst[w, 0]),
        "first_stopped": int(till.first_stopped[w, 0]),
        "month_lost": int(till.lost[w, 0]),
    }


def unknown_in_engine(numbers, path):
    """What the engine draws for an unknown number of the scenario, in each world."""
    said = numbers.scenario
    for word in path.split("."):
        said = said[int(word)] if word.isdigit() else said[word] if isinstance(said, dict) else getattr(said, word)
    ways = {"frailty": numbers.variance, "community": numbers.variance}
    ways |= dict.fromkeys(("fixed", "good", "bad"), numbers.money)
    return ways.get(path.rsplit(".", 1)[-1], numbers.of)(path, said)


def reference_world(scenario, seed, world):
    """One world of the reference model; what the engine keeps only as a sum is left out."""
    lived = live(scenario, seed, world)
    days = lived.pop("late_days")
    del lived["own_spending"]
    return lived | {"first_late": days[0] if days else -1, "late_days": len(days)}


def by_clock(entries):
    """Entries in the order of moment and household; the order inside is compared only where the page gives one."""
    return sorted(entries, key=lambda e: (e[0], e[1], e[2], e[3] or "", e[4:]))


@cache
def scenario_of(number):
    return parse(scenario_text(number), f"generated {number}")


def worlds_of(number):
    """Which worlds of a generated scenario are lived: two that are a pair, or two that are not."""
    return range(number % 4, number % 4 + WORLDS)


def reference_worlds(number):
    """The worlds of a generated scenario in the reference model; people, too, differ from scenario to scenario."""
    return [reference_world(scenario_of(number), SEED + number, world) for world in worlds_of(number)]


def differences(number):
    """The faults of one generated scenario."""
    faults = []
    processes = (idle,) if number // 4 % 2 else ()
    mine = engine_world(scenario_of(number), SEED + number, worlds_of(number), processes)
    for world, engine, reference in zip(worlds_of(number), mine, reference_worlds(number)):
        for what, expected in reference.items():
            found = engine[what]
            if what == "unknowns":  # the reference draws those that it needs
                found = {path: found[path] for path in expected}
            if what == "entries":
                found, expected = by_clock(found), by_clock(expected)
            if found != expected:
                faults.append(f"scenario {number}, world {world}: {what} differ")
    return faults


def has_shares(intakes):
    """Whether intakes are shares of the households."""
    return any(isinstance(part, float) for part in (intakes or {}).values())


def features(scenario):
    """Names of the mechanisms that a scenario turns on."""
    setting, scheme, association = scenario.setting, scenario.scheme, scenario.setting.association
    illness, benefits = list(setting.illness.values()), list(scheme.benefits.values())
    with_need = [kind for kind in illness if kind.need]
    contribution, expenses, membership = scheme.contribution, scheme.expenses, scheme.membership
    paying, state, providers = setting.paying, contribution.state, list(setting.providers.values())
    by_period = "named months" if isinstance(contribution.every, tuple) else contribution.every
    if not isinstance(by_period, str):
        by_period = "market week"
    referred = {name: kind.referred_from.kind for name, kind in setting.illness.items() if kind.referred_from}
    chains = [name for name, kind in referred.items() if kind in referred]
    on = {
        "exact numbers": not scenario.unknowns,
        **{f"{law} ranges": has(scenario.unknowns.values(), "law", law) for law in ("pert", "uniform", "lognormal")},
        "uncertain variances": any(path.endswith(("frailty", "community")) for path in scenario.unknowns),
        "drawn sizes": association.households is None,
        "births": association.births is not None,
        "deaths": association.deaths is not None,
        "categories": association.categories is not None,
        "distance": any(kind.seeking.by_distance for kind in illness),
        "enterprises": bool(setting.enterprises),
        "unequal enterprises": any(enterprise.cv for enterprise in setting.enterprises),
        "bad months": any(0 < month < 1 for enterprise in setting.enterprises for month in enterprise.good_months),
        "season": any(kind.season and len(set(kind.season)) > 1 for kind in with_need),
        "frailty": any(kind.frailty for kind in with_need),
        "community": any(kind.community for kind in with_need),
        "age and sex": any(kind.by_age_sex for kind in with_need),
        "by sector": any(kind.by_sector for kind in with_need),
        "seeking": any(min(kind.seeking.covered, kind.seeking.uncovered) < 1 for kind in illness),
        "deliveries": has(illness, "rate", "births"),
        "shares of births": any(kind.share for kind in illness),
        "funerals": has(illness, "rate", "deaths"),
        "chronic": any(kind.chronic for kind in illness),
        "referrals": bool(referred),
        "referrals of referrals": bool(chains),
        "letters": any(kind.letter < 1 for kind in with_need),
        "emergencies": any(kind.emergency for kind in illness),
        "stays": any(kind.days for kind in illness),
        "causes": any(kind.causes for kind in illness),
        **{
            f"{law} bills": any(getattr(kind.cost, law) is not None for kind in illness)
            for law in ("fixed", "lognormal", "exponential", "gamma", "table")
        },
        "positive list": any(kind.cost.covered_share < 1 for kind in illness),
        "inflation": bool(setting.inflation.medical),
        "several providers": any(kind.at and len(kind.at) > 1 for kind in illness),
        "prices": any(provider.prices != 1 for provider in providers),
        "intolerant providers": any(provider.stops_when_owed for provider in providers),
        "monthly interest": bool(setting.bank and setting.bank.every == "month"),
        "yearly interest": bool(setting.bank and setting.bank.every == "year"),
        "late payers": bool(paying and paying.on_time < 1),
        "bad payers in bad months": bool(paying and paying.on_time_bad_month is not None),
        "never payers": bool(paying and paying.never),
        "take-up": setting.take_up is not None and setting.take_up < 1,
        "take-up by survey": setting.take_up is not None and setting.take_up.observed is not None,
        "renewal": setting.renewing is not None and scenario.years > 1,
        "existing mutual": scenario.start_from is not None,
        "owed by members": bool(scenario.start_from and scenario.start_from.owed_by_members is not None),
        "intakes": bool(membership.intakes and len(membership.intakes) > 1),
        "intakes in shares": has_shares(membership.intakes),
        "need from use": any(kind.use for kind in illness),
        "seeking from use": any(kind.use and kind.use.insured_over_uninsured for kind in illness),
        "waiting": any(wait.months or wait.days for wait in membership.waiting.values()),
        "waiting of emergencies": "emergency" in membership.waiting and any(kind.emergency for kind in illness),
        "waiting of newborns": "newborn" in membership.waiting and association.births is not None,
        **{f"every {period}": by_period == period for period in PERIODS},
        "in arrears": contribution.timing == "in-arrears",
        "in advance": contribution.timing == "in-advance",
        "per household": contribution.per == "household",
        "children pay less": contribution.child is not None,
        "by size": contribution.by_size is not None,
        "extra persons": contribution.extra_person is not None,
        "minimum": contribution.minimum > 0,
        "by category": bool(contribution.by_category),
        "grace": bool(contribution.grace.months or contribution.grace.days),
        "struck off": contribution.struck_off is not None and bool(paying),
        "joining fee": contribution.joining_fee > 0 and scenario.start_from is None,
        "penalty": contribution.penalty > 0 and bool(paying),
        "collector": contribution.collector > 0,
        "State": state is not None,
        "State late": state is not None and bool(state.late.months or state.late.days),
        "lump sum": any(benefit.lump_sum is not None for benefit in benefits),
        "copay by class": any(isinstance(benefit.copay, dict) for benefit in benefits),
        "fixed copay": any(benefit.copay_fixed for benefit in benefits),
        "fixed copay by class": any(isinstance(benefit.copay_fixed, dict) for benefit in benefits),
        "deductible": any(benefit.deductible for benefit in benefits),
        "ceiling per event": any(benefit.ceiling_per_event is not None for benefit in benefits),
        "other order": any(benefit.order[-1] != "ceiling" for benefit in benefits if benefit.ceiling_per_event),
        "cash per day": any(benefit.cash_per_day for benefit in benefits),
        **{
            f"{limit} of a kind": any(getattr(benefit, limit) is not None for benefit in benefits)
            for limit in (
                "events_per_person_year",
                "events_per_household_year",
                "days_per_person_year",
                "ceiling_per_person_year",
                "ceiling_per_household_year",
            )
        },
        "events by size": any(isinstance(benefit.events_per_household_year, tuple) for benefit in benefits),
        "excluded ages": any(benefit.excluded_ages for benefit in benefits),
        "excluded causes": any(benefit.excluded_causes for benefit in benefits),
        "letters required": has(benefits, "referral", "required"),
        "paid to households": has(benefits, "paid_to", "household"),
        "reimbursement": scheme.providers.payment == "reimbursement",
        "person ceiling": scheme.ceiling_per_person_year is not None,
        "household ceiling": scheme.ceiling_per_household_year is not None,
        "monthly invoice": scheme.providers.invoice == "monthly",
        "yearly invoice": scheme.providers.invoice == "yearly",
        "running costs": bool(expenses.once or expenses.per_month),
        "costs per card": expenses.per_card > 0 and scenario.start_from is None,
        "costs per head": expenses.per_beneficiary_year > 0,
        "costs of contributions": expenses.share_of_contributions > 0,
        "dated costs": any(line.amount for line in expenses.dated),
        **{f"support {every}": has(scheme.support, "every", every) for every in ("once", "month", "year")},
        "support in kind": any(line.in_kind for line in scheme.support),
        "support late": any(line.late.months or line.late.days for line in scheme.support if not line.in_kind),
        "support for a while": any(line.until is not None for line in scheme.support),
        "lost sooner": scheme.lost_when_owing < 6,
    }
    return {name: int(bool(turned)) for name, turned in on.items()}


PERIODS = ("day", "week", "market week", "month", "quarter", "year", "named months")


def has(parts, field, value):
    """Whether one of the parts has this value."""
    return any(getattr(part, field) == value for part in parts)


def outcomes(world):
    """Names of what came about in a world, beside its entries' reasons."""
    years = world["years"]
    return {
        "late": world["late_days"] > 0,
        "stopped": world["first_stopped"] >= 0,
        "lost": world["month_lost"] >= 0,
        "an empty box, never late": world["worst"] == 0,
        "spent above a tenth of the income": any(year["over_10_with"] for year in years),
        "protected": any(year["over_10_with"] < year["over_10_without"] for year in years),
        "protected from a quarter": any(year["over_25_with"] < year["over_25_without"] for year in years),
    }


def test_engine_equals_reference(record_property):
    """In every generated scenario."""
    faults = [fault for number in range(SCENARIOS) for fault in differences(number)]
    record_property("equality", f"{SCENARIOS} scenarios, {WORLDS} worlds each; {len(faults)} differ")
    assert not faults, "\n".join(faults)


def test_nothing_is_absent_or_rare(record_property):
    """Each mechanism is on, and each reason given, in a tenth of the scenarios; each outcome comes about in some."""
    reasons, pairs, turned_on, came_about = Counter(), Counter(), Counter(), Counter()
    for number in range(SCENARIOS):
        turned_on.update(features(scenario_of(number)))
        worlds = reference_worlds(number)
        reasons.update({entry[4] for world in worlds for entry in world["entries"]})
        for world in worlds:
            pairs.update(pairs_of_a_day(world["entries"]))
        came_about.update({name for world in worlds for name, came in outcomes(world).items() if came})
    record_property("mechanisms on", told(turned_on, turned_on))
    record_property("reasons", told(reasons, REASONS))
    record_property("outcomes", told(came_about, came_about))
    record_property("same household, same day", told(pairs, sorted(PAIRS)))
    for counted, names, least in (
        (turned_on, turned_on, 10),
        (reasons, REASONS, 10),
        (came_about, outcomes(worlds[0]), 2),
    ):
        assert not [(name, counted[name]) for name in names if 100 * counted[name] < least * SCENARIOS]
    assert not [pair for pair in PAIRS - RARE if not pairs[pair]]


def told(counted, names):
    words = {name: name if isinstance(name, str) else " + ".join(name) for name in names}
    return ", ".join(f"{words[name]} {counted[name]:,}" for name in names)


def pairs_of_a_day(entries):
    """Pairs of different kinds of event of one household on one day."""
    days = {}
    for moment, household, _, _, reason, *_ in entries:
        if household >= 0 and reason in EVENTS:
            days.setdefault((moment >> 32, household), set()).add(EVENTS[reason])
    return Counter(pair for events in days.values() for pair in combinations(sorted(events), 2))


def test_books_balance_and_the_log_replays_to_them():
    batch = live_batch(Prepared(scenario_of(1), SEED), 0, 4, room=ROOM)
    assert not batch.memory.books.sum(axis=-1).any()
    assert (batch.memory.closings[..., ledger.CASH] >= 0).all()
    for w in range(4):
        log, books = batch.memory.log[w, : batch.memory.written[w]], np.zeros(len(ledger.ACCOUNTS), np.int64)
        np.add.at(books, log["debit"], log["amount"])
        np.subtract.at(books, log["credit"], log["amount"])
        assert (books == batch.memory.books[w, 0]).all()
        assert batch.till.cash[w, 0] == books[ledger.CASH]
