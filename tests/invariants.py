"""What holds in every lived world, whatever the scenario: each invariant is a function that yields a sentence for each
breach it finds. `m`, `e`, `t` are those of money, entitlement and engine that any simulator of this kind owes its
users; the others are our own. Relations between runs are in `relations.py`.

Each invariant looks at as little as it needs, so that a defect is told by its name. Numbers in brackets are sections of
mho_sim/MODEL.md.
"""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
from lived_world import FULL_OR_CUT, PAYMENTS, half_up

from mho_sim.ledger import ACCOUNTS, CELL_MEASURES
from mho_sim.rules import OUTCOMES
from mho_sim.scenario import add_months

INVARIANTS = {}
PARTS = {  # of a day, in which an entry may be made
    reason: parts
    for parts, reasons in (
        ((0,), ("opening", "paid_late", "reinstated", "penalty")),
        ((1,), ("birth", "death")),
        ((2,), ("contribution_due", "paid_from_advance", "paid_on_time", "joining_fee", "state_due")),
        ((3,), (*OUTCOMES, "cash_benefit")),
        ((4,), ("interest", "support_due", "support_in_kind", "running_costs", "debt_paid")),
        ((6,), ("struck_off", "earned", "support_earned")),
        ((0, 2), ("commission",)),
        ((0, 2, 4), ("support_received",)),
        ((1, 2), ("left",)),
    )
    for reason in reasons
}
BOTH_WAYS = ("earned", "support_earned")
SIDES = {  # debit and credit of an entry, by its reason; of those that depend on the scheme, all that may be
    reason: tuple(tuple(side.split("/")) for side in sides.split())
    for sides, reasons in (
        ("benefits/providers benefits/members_claims", OUTCOMES),
        ("cash/cash", ("left", "birth", "death")),
        ("cash/receivable", PAYMENTS),
        ("cash/equity receivable/equity equity/advances equity/providers", ("opening",)),
        ("receivable/unearned receivable/accrued", ("contribution_due",)),
        ("advances/receivable", ("paid_from_advance",)),
        ("cash/fees", ("joining_fee", "penalty")),
        ("commissions/suppliers", ("commission",)),
        ("support_receivable/deferred_support", ("state_due",)),
        ("support_receivable/subsidies", ("support_due",)),
        ("cash/support_receivable", ("support_received",)),
        ("expenses_in_kind/support_in_kind", ("support_in_kind",)),
        ("bad_debts/receivable", ("struck_off",)),
        ("unearned/contributions accrued/contributions", ("earned",)),
        ("deferred_support/subsidies", ("support_earned",)),
        ("cash/interest", ("interest",)),
        ("expenses/suppliers", ("running_costs",)),
        ("benefits/members_claims", ("cash_benefit",)),
        ("suppliers/cash providers/cash members_claims/cash", ("debt_paid",)),
    )
    for reason in reasons
}


def invariant(function):
    """Put a function into the table of invariants, under its name."""
    INVARIANTS[function.__name__] = function
    return function


def breaches(world):
    """The breaches of all invariants in a world: {name: sentences}; of each invariant the first ones."""
    found = {name: [told for told, _ in zip(check(world), range(5))] for name, check in INVARIANTS.items()}
    return {name: told for name, told in found.items() if told}


def _column(account):
    return ACCOUNTS.index(account)


def _differ(what, found, expected):
    """A breach, where two figures that must be equal are not."""
    if found != expected:
        yield f"{what}: {found} instead of {expected}"


def _each_month(what, found, expected):
    for month, (one, other) in enumerate(zip(found, expected)):
        yield from _differ(f"month {month}, {what}", int(one), int(other))


def _by_month(world, entries, value=lambda entry: entry.amount):
    """Sums over entries by month."""
    sums = [0] * (len(world.firsts) - 1)
    for entry in entries:
        sums[world.month(entry.day)] += value(entry)
    return sums


def _balances(world, account):
    """The balance of an account at each closing."""
    return world.closings[:, _column(account)]


# ---- Money


@invariant
def m01_every_posting_balances(world):
    """Each entry moves one amount, not negative, from one account to another, and all accounts sum to 0 at closings."""
    for entry in world.entries:
        if entry.amount < 0 or (entry.debit == entry.credit and entry.amount):
            yield f"an entry without two sides: {entry}"
    for month, total in enumerate([*world.closings.sum(axis=1), world.books.sum()]):
        yield from _differ(f"closing {month}", int(total), 0)


@invariant
def m02_closing_is_opening_plus_in_minus_out(world):
    """Every account's balance at a closing is that of the closing before, plus debits, minus credits of the month."""
    flows = np.zeros((len(world.firsts) - 1, len(ACCOUNTS)), np.int64)
    places = {account: place for place, account in enumerate(ACCOUNTS)}
    for entry in world.entries:
        month = world.month(entry.day)
        flows[month, places[entry.debit]] += entry.amount
        flows[month, places[entry.credit]] -= entry.amount
    expected = np.cumsum(flows, axis=0)
    for month, account in np.argwhere(expected != world.closings):
        yield f"{ACCOUNTS[account]} at closing {month}: {world.closings[month, account]} != {expected[month, account]}"
    if (world.books != world.closings[-1]).any():
        yield "the books after the horizon are not those of the last closing"


@invariant
def m03_households_sum_to_the_mutuals(world):
    """What all households owe, and have paid ahead, are the accounts' balances; each one's are its entries'."""
    ahead = Counter({h: home.ahead for h, home in enumerate(world.homes)})
    for entry in world.of("paid_from_advance"):
        ahead[entry.household] -= entry.amount
    for h, home in enumerate(world.homes):
        yield from _differ(f"household {h} owes", home.owed, world.standings[h][-1].owed)
        yield from _differ(f"household {h} has ahead", home.advance, ahead[h])
    yield from _differ("all owe", sum(home.owed for home in world.homes), world.books[_column("receivable")])
    yield from _differ("all have ahead", sum(home.advance for home in world.homes), -world.books[_column("advances")])


@invariant
def m04_every_bill_is_split_into_its_parts(world):
    """Bill = not covered + days not paid for + deductible + copayment + above ceilings + mutual; a lump sum is whole.

    The mutual's part is all that the patient's parts and the ceilings of the year leave. (There is no reinsurer.)
    """
    for counted in world.counted:
        episode, entry = counted.episode, counted.episode.entry
        benefit = world.scenario.scheme.benefits.get(entry.kind)
        if counted.is_refused or benefit is None:
            continue
        parts, cut = _parts(world, benefit, counted)
        expected = sum(parts.pop("paid before the year's ceilings"))
        if sum(map(sum, parts.values())) + expected != entry.bill and benefit.lump_sum is None:
            yield f"{entry}: the parts {parts} and {expected} are not the bill"
        if min(map(min, parts.values()), default=0) < 0 or entry.amount > expected:
            yield f"{entry}: {entry.amount} paid of {expected}, parts {parts}"
        if entry.reason in ("accepted", "over_ceiling", "over_days"):
            yield from _differ(f"{entry}: paid", entry.amount, expected)
            yield from _differ(f"{entry}: reason", entry.reason, cut)
        elif entry.amount >= expected:
            yield f"{entry}: a ceiling of the year is said to have cut, but has not"
        yield from _differ(f"{entry}: days beyond", episode.days - counted.days > 0, bool(parts.get("days")))


def _parts(world, benefit, counted):
    """The parts of a bill, by name, and the reason for what is not paid, before the ceilings of the year."""
    episode, bill = counted.episode, counted.episode.entry.bill
    if benefit.lump_sum is not None:
        left = {"days": [0]} if episode.days > counted.days else {}
        return {"paid before the year's ceilings": [benefit.lump_sum], **left}, "accepted"
    x, reason = half_up(bill, world.scenario.setting.illness[episode.entry.kind].cost.covered_share), "accepted"
    parts = {"not covered": [bill - x]}
    if episode.days > counted.days:
        parts["days"], reason = [x - x * counted.days // episode.days], "over_days"
        x = x * counted.days // episode.days
    place = world.scenario.setting.providers.get(episode.provider)
    for step in benefit.order:
        before = x
        if step == "deductible":
            x = max(x - benefit.deductible, 0)
        elif step == "copay":
            share, fixed = (_of_class(value, place) for value in (benefit.copay, benefit.copay_fixed))
            x = max(x - half_up(x, share) - fixed, 0)
        elif benefit.ceiling_per_event is not None and x > benefit.ceiling_per_event:
            x, reason = benefit.ceiling_per_event, "over_ceiling"
        parts[step] = [before - x]
    return {**parts, "paid before the year's ceilings": [x]}, reason


def _of_class(value, place):
    if not isinstance(value, dict):
        return value
    return value.get(place.class_, 0) if place else 0


@invariant
def m05_a_contribution_is_split_into_its_parts(world):
    """What falls due for a household on a day = paid from its advance + paid at once, or else put to what it owes."""
    days = defaultdict(Counter)
    for entry in world.of("contribution_due", "paid_from_advance", "paid_on_time"):
        days[entry.household, entry.day][entry.reason] += entry.amount
    for where, sums in days.items():
        rest = sums["contribution_due"] - sums["paid_from_advance"]
        if rest < 0 or sums["paid_on_time"] not in (0, rest):
            yield f"household and day {where}: {dict(sums)}"
    for entry in world.of("paid_late", "reinstated"):
        if world.standing(entry.household, entry.day, entry.part).owed:
            yield f"{entry}: not all that was owed"


@invariant
def m06_late_is_the_first_day_that_cash_is_short(world):
    """The first late day, the late days and the largest gap are those of a cash box rolled from the entries alone."""
    for what in ("first_late", "late_days", "worst"):
        yield from _differ(what, world.till[what], getattr(world.rolled, what))
    yield from _differ("cash at the end", world.till["cash"], world.rolled.cash[-1])


@invariant
def m07_received_and_owed_and_lost_is_due(world):
    """Of each household: owed at the start + due = paid + from its advance + struck off + owed at the end."""
    sums = Counter()
    for entry in world.of("contribution_due"):
        sums[entry.household] += entry.amount
    for entry in world.of(*PAYMENTS, "paid_from_advance", "struck_off"):
        sums[entry.household] -= entry.amount
    for h, home in enumerate(world.homes):
        yield from _differ(f"household {h}", home.owes + sums[h], home.owed)


@invariant
def m08_support_comes_on_its_dates_only(world):
    """Support from outside falls due on its dates, with its amount, and no others. (In place of a treaty's limits.)"""
    reasons = {True: "support_in_kind", False: "support_due"}
    lines = _dated(world, world.scenario.scheme.support)
    expected = Counter((day, reasons[line.in_kind], line.amount) for day, line in lines if line.amount)
    found = Counter((e.day, e.reason, e.amount) for e in world.of("support_due", "support_in_kind"))
    yield from _differ("support", sorted(found.items()), sorted(expected.items()))


def _dated(world, lines):
    """(day, line) of all support, or of all costs with dates of their own, in the horizon."""
    for line in lines:
        months = {"once": [0], "month": range(10_000), "year": range(0, 10_000, 12)}[line.every]
        end = world.horizon if line.until is None or line.every == "once" else world.day_of(line.until)
        for month in months:
            day = world.day_of(add_months(line.from_ or world.scenario.start, month))
            if day >= min(end, world.horizon):
                break
            if day >= 0:
                yield day, line


@invariant
def m09_registers_are_those_of_the_ledger(world):
    """Episodes by reason, bills, what is paid, births, deaths and leavings of each month are those of the entries."""
    counts = Counter()
    for entry in world.entries:
        month = world.month(entry.day)
        if entry.reason in OUTCOMES:
            counts[month, (entry.kind, entry.reason)] += 1
            counts[month, (entry.kind, "bills")] += entry.bill
        if entry.reason in OUTCOMES or entry.reason == "cash_benefit":
            counts[month, (entry.kind, "paid")] += entry.amount
        name = {"birth": "births", "death": "deaths", "left": "left", "struck_off": "left"}.get(entry.reason)
        counts[month, name] += 1
    for episode in world.episodes:
        if episode.entry.reason != "did_not_seek":
            counts[world.month(episode.entry.day), (episode.entry.kind, "days")] += episode.days
    for name in world.columns:
        if isinstance(name, tuple) or name in ("births", "deaths", "left"):
            expected = [counts[month, name] for month in range(len(world.registers))]
            yield from _each_month(str(name), world.register(name), expected)


@invariant
def m10_money_is_whole_and_bounded(world):
    """Books, closings and registers are whole numbers, and no amount comes near 2^53."""
    for name in ("closings", "books", "registers", "whom"):
        array = getattr(world, name)
        if not np.issubdtype(array.dtype, np.integer) or (np.abs(array) >= 2**53).any():
            yield f"{name}: {array.dtype}, as large as {np.abs(array).max()}"
    for entry in world.entries:
        if type(entry.amount) is not int or type(entry.bill) is not int or entry.amount >= 2**53:
            yield f"not a whole, possible amount: {entry}"


# ---- Entitlement


@invariant
def e1_nothing_is_paid_outside_cover(world):
    """Nothing is paid before joining, while waiting or suspended, after leaving, or for what is not in the package."""
    for episode in world.episodes:
        if episode.entry.reason in FULL_OR_CUT and episode.reason not in (None, "excluded_age"):
            yield f"{episode.entry} was paid for in spite of {episode.reason}"


@invariant
def e2_nothing_is_paid_for_what_is_excluded(world):
    """An excluded cause or age is not paid for; and who is refused for a cause has one that is excluded."""
    for episode in world.episodes:
        benefit = world.scenario.scheme.benefits.get(episode.entry.kind)
        excluded = benefit is not None and episode.cause in (benefit.excluded_causes or ())
        if episode.entry.reason in FULL_OR_CUT and (excluded or episode.reason == "excluded_age"):
            yield f"{episode.entry} was paid for, cause {episode.cause}"
        if episode.entry.reason == "excluded_cause" and not excluded:
            yield f"{episode.entry} was refused, cause {episode.cause}"


def _limits(world, counted):
    """(limit, used before, used by this one) for the events, days and money of an episode; limits may be None."""
    entry, scheme = counted.episode.entry, world.scenario.scheme
    benefit = scheme.benefits[entry.kind]
    by_home = benefit.events_per_household_year
    if isinstance(by_home, tuple):
        size = counted.episode.size
        fitting = [most for first, last, most in by_home if first <= size and (last is None or size <= last)]
        by_home = fitting[0] if fitting else None
    events = [(limit, used, 1) for limit, used in zip((benefit.events_per_person_year, by_home), counted.events_used)]
    days = [(benefit.days_per_person_year, counted.days_used, counted.days)]
    ceilings = benefit.ceiling_per_person_year, benefit.ceiling_per_household_year
    ceilings += scheme.ceiling_per_person_year, scheme.ceiling_per_household_year
    money = [(limit, used, entry.amount) for limit, used in zip(ceilings, counted.money_used)]
    return events, days, money


@invariant
def e3_no_limit_is_passed(world):
    """Ceilings of an event, a person-year, a household-year, of a kind and of all, are never passed by one unit."""
    for counted in world.counted:
        entry = counted.episode.entry
        if entry.kind not in world.scenario.scheme.benefits or counted.is_refused:
            continue
        ceiling = world.scenario.scheme.benefits[entry.kind].ceiling_per_event
        if ceiling is not None and world.scenario.scheme.benefits[entry.kind].order[-1] == "ceiling":
            yield from _differ(f"{entry} above the ceiling of an event", entry.amount > ceiling, False)
        for limits in _limits(world, counted):
            for limit, used, now in limits:
                if limit is not None and used + now > limit:
                    yield f"{entry}: {used} + {now} of {limit}"


@invariant
def e4_counters_begin_anew_with_the_year_only(world):
    """Who is cut or refused at a limit of the year has reached it exactly, with what was counted in that year alone."""
    for counted in world.counted:
        entry = counted.episode.entry
        if entry.kind not in world.scenario.scheme.benefits:
            continue
        events, days, money = _limits(world, counted)
        if entry.reason == "over_events" and not any(limit is not None and used >= limit for limit, used, _ in events):
            yield f"{entry}: refused before the limit of events, {events}"
        if entry.reason == "over_days" and counted.is_refused and days[0][1] < days[0][0]:
            yield f"{entry}: refused before the limit of days, {days}"
        told = {"over_kind_ceiling": money[:2], "over_person_ceiling": money[2:3], "over_household_ceiling": money[3:]}
        reached = [limit is not None and used + now == limit for limit, used, now in told.get(entry.reason, [])]
        if reached and not any(reached):
            yield f"{entry}: cut before the ceiling, {told[entry.reason]}"


@invariant
def e5_a_claim_is_decided_once_and_paid_once(world):
    """Kinds that go by the day have one episode a person and day; cash for days comes once with a paid stay."""
    by_day = Counter()
    for episode in world.episodes:
        if world.scenario.setting.illness[episode.entry.kind].need is None:
            by_day[episode.entry.household, episode.entry.person, episode.entry.kind, episode.entry.day] += 1
    yield from (f"{where} was decided {times} times" for where, times in by_day.items() if times > 1)
    expected, found = Counter(), Counter()
    for counted in world.counted:
        entry, benefit = counted.episode.entry, world.scenario.scheme.benefits.get(counted.episode.entry.kind)
        if benefit is not None and not counted.is_refused and benefit.cash_per_day * counted.days:
            expected[entry[:5]] += benefit.cash_per_day * counted.days
    for entry in world.of("cash_benefit"):
        found[entry[:5]] += entry.amount
    yield from _differ("cash for days", sorted(found.items()), sorted(expected.items()))


@invariant
def e6_the_dead_and_departed_cause_no_events(world):
    """Episodes are of the living, funerals of those who died that day; no household is asked for money when all in it
    are dead."""
    for episode in world.episodes:
        kind, day = world.scenario.setting.illness[episode.entry.kind], episode.entry.day
        there = day == episode.patient.dies if kind.rate == "deaths" else episode.patient.lives_on(day)
        if not there:
            yield f"{episode.entry} of somebody born on {episode.patient.born}, dead on {episode.patient.dies}"
    for entry in world.of("contribution_due", "state_due", "joining_fee"):
        if not world.alive(entry.household, entry.day):
            yield f"{entry} of a household of the dead"


@invariant
def e7_renewal_keeps_seniority_a_gap_does_not(world):
    """Waiting is said only while it runs from joining, or from a reinstatement; renewals do not restart it."""
    for episode in world.episodes:
        entry = episode.entry
        if entry.reason == "waiting_period":
            now = world.standing(entry.household, entry.day, entry.part)
            until = world.waits_until(entry.kind, now, episode.patient.born, world.homes[entry.household].joins)
            if entry.day >= until:
                yield f"{entry}: the wait was over on day {until}"


# ---- Engine


@invariant
def t1_the_clock_never_goes_back(world):
    """What is written of a household, and of nobody in particular, is written in the order of days and their parts."""
    last = {}
    for entry in world.entries:
        now, before = entry[:2], last.get(entry.household, (0, 0))
        if now < before:
            yield f"{entry} was written after something of {before}"
        last[entry.household] = max(now, before)


@invariant
def t2_ties_follow_the_written_order(world):
    """Each entry is in its part of the day; illness comes by person and kind; births and deaths by person."""
    for entry in world.entries:
        if entry.part not in PARTS.get(entry.reason, range(7)):
            yield f"{entry} is not in its part of the day"
    order = {
        **dict.fromkeys(OUTCOMES, lambda entry: (entry.person, entry.kind)),
        **dict.fromkeys(("birth", "death"), lambda entry: (entry.person, "")),
    }
    for entries in world.by_home:
        tied = [entry for entry in entries if entry.reason in order]
        for one, other in pairwise(tied):
            if one[:2] == other[:2] and order[one.reason](one) > order[other.reason](other):
                yield f"{other} after {one}"


@invariant
def t3_debts_made_are_paid_or_pending(world):
    """Debts made = debts paid + debts that are still open, in all and by account."""
    made, owed = sum(amount for *_, amount in world.debts), 0
    for account in ("suppliers", "providers", "members_claims"):
        owed -= int(world.books[_column(account)])
    paid = sum(entry.amount for entry in world.of("debt_paid"))
    yield from _differ("debts made", made, paid + owed)
    pending = sum(amount for day, _, amount in world.debts if day >= world.horizon)
    yield from _differ("open debts", owed, world.unpaid + pending)


@invariant
def t4_nothing_before_the_start_or_after_the_horizon(world):
    """Every entry is on a day of the horizon, and every closing on the last of a month."""
    for entry in world.entries:
        if not 0 <= entry.day < world.horizon:
            yield f"{entry} is outside the horizon of {world.horizon} days"


@invariant
def t5_months_end_where_the_calendar_says(world):
    """Dues fall on the first days of periods (in arrears the day after the last), what is monthly on the last days of
    months; 29 February included."""
    dues = {(joined, due) for joined, _, _, due in world.periods}
    for entry in world.of("contribution_due", "state_due"):
        if (world.homes[entry.household].joins, entry.day) not in dues:
            yield f"{entry}: no due day, which are {sorted(dues)}"
    ends = {world.last_day(month) for month in range(len(world.firsts) - 1)}
    for entry in world.of("interest", "struck_off", "earned", "support_earned"):
        if entry.day not in ends:
            yield f"{entry} is not on the last day of a month"
    yield from _differ("days", world.horizon, world.day_of(add_months(world.scenario.start, 12 * world.scenario.years)))


@invariant
def t6_members_are_joiners_less_leavers(world):
    """At each closing: households that have joined - left - died out, and the people who are alive in them."""
    gone = [found[-1] if found[-1].left else None for found in world.standings]
    households, people = [], []
    for month in range(len(world.registers)):
        day = world.last_day(month)
        there = [
            h
            for h, home in enumerate(world.homes)
            if home.joins <= day and not (gone[h] and world.standing(h, day, 6).left)
        ]
        alive = [len(world.alive(h, day)) for h in there]
        households.append(sum(map(bool, alive)))
        people.append(sum(alive))
    statuses = sum(world.register(f"households_{status}") for status in ("paid_up", "late", "suspended"))
    yield from _each_month("households", statuses, households)
    yield from _each_month("people", world.register("people"), people)


# ---- Our own: whom, bills, money


@invariant
def by_whom_adds_up_to_the_registers(world):
    """The registers by whom, summed over all, are the monthly registers summed over the horizon."""
    sums = dict(zip(CELL_MEASURES, world.whom.sum(axis=0).tolist()))
    for what, expected in totals(world).items():
        yield from _differ(what, sums[what], expected)


def totals(world):
    """What the registers by whom add up to, by measure: of care, while the household is enrolled."""
    members = [
        each for each in world.episodes if world.is_enrolled(each.entry.household, each.entry.day, each.entry.part)
    ]
    refused_later = {id(counted.episode) for counted in world.counted if counted.is_refused}
    refused = [
        each.entry.reason not in (*FULL_OR_CUT, "over_events", "did_not_seek") or id(each) in refused_later
        for each in members
    ]
    cash = sum(entry.amount for entry in world.entries if entry.reason == "cash_benefit")
    return {
        "episodes": len(members),
        "sought": sum(each.entry.reason != "did_not_seek" for each in members),
        "refused": sum(refused),
        "bills": sum(each.entry.bill for each in members),
        "paid": sum(each.entry.amount for each in members) + cash,
        "people": int(world.register("people")[11::12].sum()),
        "households": int(world.register("households_with_income").sum()),
        **{what: int(world.register(what).sum()) for what in CELL_MEASURES[-4:]},
    }


@invariant
def bills_are_own_spending_and_what_is_paid(world):
    """Of each household-year: bills = own spending + paid - what was paid above a bill."""
    if not world.scenario.setting.enterprises:
        for what in ("bills", "own_spending", "income", "households_with_income"):
            yield from _differ(what, int(world.register(what).sum()), 0)
        return
    paid, bills = Counter(), Counter()
    for counted in world.counted:
        entry = counted.episode.entry
        benefit = world.scenario.scheme.benefits.get(entry.kind)
        cash = benefit.cash_per_day * counted.days if benefit and not counted.is_refused else 0
        paid[entry.household, world.month(entry.day) // 12] += min(entry.amount + cash, entry.bill)
    for episode in world.episodes:
        bills[episode.entry.household, world.month(episode.entry.day) // 12] += episode.entry.bill
    for year in range(len(world.registers) // 12):
        day, month = world.last_day(12 * year + 11), 12 * year + 11
        there = [h for h in range(len(world.homes)) if world.alive(h, day)]
        billed = sum(bills[h, year] for h in there)
        yield from _differ(f"year {year}: households", int(world.register("households_with_income")[month]), len(there))
        yield from _differ(f"year {year}: bills", int(world.register("bills")[month]), billed)
        own = billed - sum(paid[h, year] for h in there)
        yield from _differ(f"year {year}: own spending", int(world.register("own_spending")[month]), own)


@invariant
def members_paid_is_what_they_paid(world):
    """What members paid in a month is the sum of their payments on time, late, and at reinstatement."""
    yield from _each_month("members paid", world.register("members_paid"), _by_month(world, world.of(*PAYMENTS)))


@invariant
def collector_has_a_share_of_each_payment(world):
    """Each payment of a household brings the collector's share of it, at once, and nothing else does."""
    share, expected, found = world.scenario.scheme.contribution.collector, Counter(), Counter()
    for entry in world.of(*PAYMENTS):
        if half_up(entry.amount, share):
            expected[entry.household, entry.day, entry.part] += half_up(entry.amount, share)
    for entry in world.of("commission"):
        found[entry.household, entry.day, entry.part] += entry.amount
    yield from _differ("commissions", sorted(found.items()), sorted(expected.items()))


@invariant
def earned_is_never_more_than_due(world):
    """In advance nothing is earned before it is due, in arrears nothing is due before it is earned."""
    in_advance = world.scenario.scheme.contribution.timing == "in-advance"
    for account, sign in (("unearned", -1), ("accrued", 1), ("deferred_support", -1 if in_advance else 1)):
        if (sign * _balances(world, account) < 0).any():
            yield f"{account}: {_balances(world, account).tolist()}"
    unused = "accrued" if in_advance else "unearned"
    if _balances(world, unused).any():
        yield f"{unused} is used, though contributions are paid {world.scenario.scheme.contribution.timing}"


@invariant
def unearned_is_what_is_left_of_the_periods(world):
    """At a closing, what is not yet earned of each period is its due by the days left, for members and State alike; in
    arrears, what is earned before it is due."""
    in_advance = world.scenario.scheme.contribution.timing == "in-advance"
    due = defaultdict(lambda: [0, 0])
    for entry in world.of("contribution_due", "state_due"):
        due[world.homes[entry.household].joins, entry.day][entry.reason == "state_due"] += entry.amount
    account = "unearned" if in_advance else "accrued"
    for month in range(len(world.registers)):
        today, left = world.last_day(month), [0, 0]
        would = {}
        for joined, first, end, due_day in world.periods:
            if first > today or (in_advance and end <= today) or (not in_advance and due_day <= today):
                continue
            if not in_advance and joined not in would:
                would[joined] = _would_fall_due(world, joined, today)
            total = due[joined, due_day] if in_advance else would[joined]
            passed, length = _elapsed(world, first, end, today)
            for whose in range(2):
                earned = total[whose] * passed // length
                left[whose] += total[whose] - earned if in_advance else earned
        sign = -1 if in_advance else 1
        for name, expected in zip((account, "deferred_support"), left):
            yield from _differ(f"{name} at closing {month}", int(_balances(world, name)[month]), sign * expected)


def _would_fall_due(world, joined, day):
    """What would fall due for the households of a group after the closing of a day."""
    homes = [h for h, home in enumerate(world.homes) if home.joins == joined and world.is_enrolled(h, day, 6)]
    return [sum(of) for of in zip((0, 0), *(world.contribution(h, day) for h in homes))]


def _elapsed(world, first, end, today):
    """How much of a period has passed at the end of the last day of a month, and how long it is: in days or months."""
    every = world.scenario.scheme.contribution.every
    if every in ("day", "week") or not isinstance(every, str | tuple):
        return today + 1 - first, end - first
    return world.month(today) + 1 - world.month(first), _months_between(world, first, end)


def _months_between(world, first, end):
    first, end = world.calendar.date(first), world.calendar.date(end)
    return (end.year - first.year) * 12 + end.month - first.month


@invariant
def state_and_supporters_pay_after_their_lateness(world):
    """What the State and supporters still owe at a closing is what fell due so lately that it need not have come."""
    support = _dated(world, world.scenario.scheme.support)
    arrives = [(day, world.after(day, line.late), line.amount) for day, line in support if not line.in_kind]
    for entry in world.of("state_due"):
        late = world.scenario.scheme.contribution.state.late
        arrives.append((entry.day, world.after(entry.day, late), entry.amount))
    for month in range(len(world.registers)):
        today = world.last_day(month)
        expected = sum(amount for due, comes, amount in arrives if due <= today < comes)
        yield from _differ(f"closing {month}", int(_balances(world, "support_receivable")[month]), expected)


@invariant
def who_has_left_is_asked_for_nothing(world):
    """A household falls due only from the day it joins until it has left, and leaves once."""
    for h, entries in enumerate(world.by_home):
        left = False
        for entry in entries:
            if entry.reason in ("contribution_due", "state_due", "joining_fee", "left", "struck_off") and (
                left or entry.day < world.homes[h].joins
            ):
                yield f"{entry} of a household that is not there"
            left = left or entry.reason in ("left", "struck_off")


@invariant
def interest_is_on_the_money_of_the_evening_before(world):
    """Interest is the bank's rate on a box that is not empty, as it was the evening before each end of its period."""
    bank, expected = world.scenario.setting.bank, {}
    opening = sum(entry.amount for entry in world.of("opening") if entry.debit == "cash")
    for month in range(len(world.registers)) if bank else ():
        day = world.last_day(month)
        if bank.every == "month" or month % 12 == 11:
            cash = world.rolled.cash[day - 1] if day else opening
            expected[day] = int(np.floor(cash * bank.interest + 0.5))
    found = {entry.day: entry.amount for entry in world.of("interest")}
    yield from _differ("interest", found, {day: amount for day, amount in expected.items() if amount > 0})


@invariant
def cash_box_is_never_below_zero(world):
    """After every day, and at every closing, there is no less than nothing in the cash box."""
    flow = [0] * world.horizon
    for entry in world.entries:
        if 0 <= entry.day < world.horizon:
            flow[entry.day] += entry.amount * ((entry.debit == "cash") - (entry.credit == "cash"))
    for day, cash in enumerate(np.cumsum(flow)):
        if cash < 0:
            yield f"day {day}: {cash}"
    for month, cash in enumerate(_balances(world, "cash")):
        if cash < 0:
            yield f"closing {month}: {cash}"


@invariant
def oldest_debts_are_paid_first(world):
    """Each day's payments are those of the debts that fell due first, suppliers before providers before households."""
    found = defaultdict(list)
    for entry in world.of("debt_paid"):
        found[entry.day].append((entry.debit, entry.amount))
    for day in sorted({*found, *world.rolled.payments}):
        yield from _differ(f"day {day}", found.get(day, []), world.rolled.payments.get(day, []))


@invariant
def a_stopped_provider_had_waited_too_long(world):
    """The mutual is stopped on the first day on which a provider has been owed for longer than it tolerates."""
    yield from _differ("stopped on day", world.till["first_stopped"], world.rolled.first_stopped)
    if world.till["first_stopped"] >= 0 and not 0 <= world.till["first_late"] <= world.till["first_stopped"]:
        yield f"stopped on day {world.till['first_stopped']}, late on {world.till['first_late']}"


@invariant
def lost_when_debts_are_above_the_months_allowed(world):
    """The mutual is lost at the first closing at which overdue debts are more than so many months' contributions."""
    yield from _differ("lost in month", world.till["lost"], month_lost(world))


def month_lost(world):
    """The month of the first closing at which the mutual is lost; -1 if it never is."""
    due = np.cumsum(_by_month(world, world.of("contribution_due")))
    overdue = [world.rolled.overdue[world.last_day(month)] for month in range(len(world.registers))]
    allowed = world.scenario.scheme.lost_when_owing
    months = [m for m, (owed, total) in enumerate(zip(overdue, due)) if total and owed * (m + 1) > allowed * int(total)]
    return months[0] if months else -1


# ---- Our own: illness


@invariant
def the_chronically_ill_come_once_a_month(world):
    """A chronic illness is of people who were there at the start, at most once a month, by the 28th day."""
    months = Counter()
    for episode in world.episodes:
        entry = episode.entry
        if world.scenario.setting.illness[entry.kind].chronic is not None:
            month = world.month(entry.day)
            months[entry.household, entry.person, entry.kind, month] += 1
            if episode.patient.mother >= 0 or entry.day - world.firsts[month] > 27:
                yield f"{entry} of {episode.patient}"
    yield from (f"{where}: {times} times" for where, times in months.items() if times > 1)


@invariant
def who_is_referred_comes_the_day_after_care(world):
    """An episode by referral comes on the day after the same person sought the care that refers to it."""
    sought = {
        (e.household, e.person, e.kind, e.day) for e in world.of(*OUTCOMES) if e.reason != "did_not_seek"
    }  # fmt: skip
    for episode in world.episodes:
        entry, referred = episode.entry, world.scenario.setting.illness[episode.entry.kind].referred_from
        if referred and (entry.household, entry.person, referred.kind, entry.day - 1) not in sought:
            yield f"{entry} without care of kind {referred.kind} the day before"


@invariant
def births_are_of_one_kind_each(world):
    """Each birth is an episode of its mother, of one kind; of none only where no kind takes the rest of the births."""
    kinds = {name: kind for name, kind in world.scenario.setting.illness.items() if kind.rate == "births"}
    episodes = Counter((e.household, e.person, e.day) for e in world.of(*OUTCOMES) if e.kind in kinds)
    births = Counter()
    for entry in world.of("birth"):
        births[entry.household, world.family[entry.household][entry.person].mother, entry.day] += 1
    takes_rest = any(kind.share is None for kind in kinds.values())
    for where in {*episodes, *births}:
        if episodes[where] > births[where] or (takes_rest and episodes[where] != births[where]):
            yield f"{where}: {births[where]} births, {episodes[where]} deliveries"


@invariant
def the_rate_of_deaths_is_the_deaths(world):
    """Of a kind that follows the deaths, each death is one episode."""
    for name, kind in world.scenario.setting.illness.items():
        if kind.rate == "deaths":
            found = Counter((e.household, e.person, e.day) for e in world.of(*OUTCOMES) if e.kind == name)
            yield from _differ(name, found, Counter((e.household, e.person, e.day) for e in world.of("death")))


@invariant
def no_illness_out_of_season(world):
    """A kind has no episodes in a month whose season is 0."""
    for entry in world.of(*OUTCOMES):
        season = world.scenario.setting.illness[entry.kind].season
        if season and season[world.calendar.date(entry.day).month - 1] == 0:
            yield f"{entry} in a month without"


@invariant
def no_illness_without_a_need(world):
    """Nobody has an episode of a kind at an age and sex, or in a sector, whose multiplier of the need is 0."""
    sectors = [enterprise.sector for enterprise in world.scenario.setting.enterprises] or [None]
    for episode in world.episodes:
        kind, patient, day = world.scenario.setting.illness[episode.entry.kind], episode.patient, episode.entry.day
        if kind.need is None:
            continue
        sector = sectors[world.homes[episode.entry.household].sector]
        factor = world.best(f"setting.illness.{episode.entry.kind}.need", kind.need)
        factor *= (kind.by_sector or {}).get(sector, 1)
        if kind.by_age_sex:
            table = kind.by_age_sex.women if patient.woman else kind.by_age_sex.men
            bands = [value for first, last, value in table if patient.has_reached(first, day)
                     and (last is None or not patient.has_reached(last + 1, day))]  # fmt: skip
            factor *= sum(bands)
        if factor == 0:
            yield f"{episode.entry} of {patient}"


@invariant
def fixed_bills_are_fixed(world):
    """A kind with a fixed cost is billed that, times the provider's prices, times the index of the month."""
    inflation = world.best("setting.inflation.medical", world.scenario.setting.inflation.medical)
    for episode in world.episodes:
        entry = episode.entry
        cost = world.scenario.setting.illness[entry.kind].cost
        if cost.fixed is None or entry.reason == "did_not_seek":
            continue
        place = world.scenario.setting.providers.get(episode.provider)
        x = world.best(f"setting.illness.{entry.kind}.cost.fixed", cost.fixed) * (place.prices if place else 1.0)
        x *= (1 + inflation) ** (world.month(entry.day) / 12)
        if abs(entry.bill - min(x, 10**12)) > 0.5 + 1e-9 * x:
            yield f"{entry}: {x} expected"


@invariant
def forgone_and_refused_care_costs_the_mutual_nothing(world):
    """Who does not seek care has no bill; who does not, or is refused, is paid nothing."""
    for entry in world.of(*OUTCOMES):
        if (entry.reason == "did_not_seek" and entry.bill) or (entry.reason not in FULL_OR_CUT and entry.amount):
            yield str(entry)


@invariant
def refusals_name_the_first_reason(world):
    """Who is refused is told the first reason that applies; who is not, has none."""
    told = ("not_in_package", "not_enrolled", "no_coverage", "waiting_period", "excluded_age")
    for episode in world.episodes:
        reason = episode.entry.reason
        if reason != "did_not_seek" and episode.reason != (reason if reason in told else None):
            yield f"{episode.entry}: {episode.reason} comes first"


@invariant
def letters_are_asked_for_where_required(world):
    """Who comes without a letter, where one is required and it is no emergency, is refused; and nobody else for it."""
    for episode in world.episodes:
        entry, benefit = episode.entry, world.scenario.scheme.benefits.get(episode.entry.kind)
        kind = world.scenario.setting.illness[entry.kind]
        asked = benefit and benefit.referral == "required" and not kind.emergency and kind.need is not None
        if entry.reason == "no_referral" and (not asked or episode.has_letter):
            yield f"{entry} was refused"
        if entry.reason in FULL_OR_CUT and asked and not episode.has_letter:
            yield f"{entry} was paid for without a letter"


# ---- Our own: households


@invariant
def intakes_are_all_households(world):
    """As many households join on each day as the intakes say; without intakes all at the start."""
    intakes = world.scenario.intakes
    expected = {0: len(world.homes)} if intakes is None else {world.day_of(day): n for day, n in intakes.items()}
    found = Counter(home.joins for home in world.homes)
    yield from _differ("who joins", dict(found), {day: n for day, n in expected.items() if n})
    yield from _differ("households", len(world.homes), world.scenario.household_count)


@invariant
def who_does_not_join_is_never_a_member(world):
    """A household whose mark is not below the world's share is asked for nothing, pays nothing, is paid for nothing,
    and does not leave. Who joins is a member from that day (in other invariants)."""
    for h, home in enumerate(world.homes):
        for entry in world.by_home[h] if not home.takes_up else ():
            if entry.reason not in ("birth", "death", "did_not_seek", "not_enrolled"):
                yield f"{entry} of a household that has not joined"


@invariant
def statuses_follow_from_what_is_owed(world):
    """At each closing: who owes nothing is paid up, who owes is late until grace has ended, then suspended."""
    for month in range(len(world.registers)):
        day, counts = world.last_day(month), Counter()
        for h, home in enumerate(world.homes):
            now = world.standing(h, day, 6)
            if home.joins <= day and not now.left and world.alive(h, day):
                suspended = world.is_suspended(now, day)
                counts["suspended" if suspended else "late" if now.owed else "paid_up"] += 1
        for status in ("paid_up", "late", "suspended"):
            found = int(world.register(f"households_{status}")[month])
            yield from _differ(f"month {month}, {status}", found, counts[status])


@invariant
def people_covered_have_waited_and_paid(world):
    """People covered at a closing live in households that are not suspended and have waited for some benefit."""
    package = [kind for kind in world.scenario.kinds if kind in world.scenario.scheme.benefits]
    expected = []
    for month in range(len(world.registers)):
        day, people = world.last_day(month), 0
        for h, home in enumerate(world.homes):
            now = world.standing(h, day, 6)
            if home.joins <= day and not now.left and not world.is_suspended(now, day):
                waited = any(day >= world.waits_until(kind, now) for kind in package)
                people += len(world.alive(h, day)) if waited else 0
        expected.append(people)
    yield from _each_month("people covered", world.register("people_covered"), expected)
    if (world.register("people_covered") > world.register("people")).any():
        yield "more people are covered than there are"


@invariant
def a_penalty_comes_with_each_reinstatement(world):
    """Who is reinstated was suspended before that day, and pays the penalty; nobody else does."""
    penalty, grace = world.scenario.scheme.contribution.penalty, world.scenario.scheme.contribution.grace
    found = Counter((e.household, e.day, e.amount) for e in world.of("penalty"))
    back = Counter((e.household, e.day, penalty) for e in world.of("reinstated"))
    yield from _differ("penalties", found, back if penalty else Counter())
    for entry in world.of("reinstated", "paid_late"):
        before = world.standing(entry.household, entry.day, entry.part - 1)
        suspended = entry.day > world.after(before.oldest, grace)
        if suspended != (entry.reason == "reinstated"):
            yield f"{entry}: suspended from {world.after(before.oldest, grace)}"


@invariant
def who_is_struck_off_owed_for_too_long(world):
    """Struck off are those, all those, whose oldest debt is old enough at a closing; what they owed is lost."""
    terms = world.scenario.scheme.contribution.struck_off
    for entry in world.of("struck_off"):
        before = world.standing(entry.household, entry.day, 5)
        if terms is None or entry.day < world.after(before.oldest, terms) or entry.amount != before.owed:
            yield f"{entry}: it owed {before.owed} since day {before.oldest}"
    lost = sum(entry.amount for entry in world.of("struck_off"))
    yield from _differ("bad debts", int(world.books[_column("bad_debts")]), lost)
    for month in range(len(world.registers)) if terms is not None else ():
        day = world.last_day(month)
        for h, home in enumerate(world.homes):
            now = world.standing(h, day, 6)
            if now.owed and not now.left and home.joins <= day and day >= world.after(now.oldest, terms):
                yield f"household {h} owes since day {now.oldest} and is still there at closing {month}"


@invariant
def a_joining_fee_is_paid_once(world):
    """Every household that joins, with somebody alive, pays the joining fee on that day; none of an existing mutual
    does."""
    fee = world.scenario.scheme.contribution.joining_fee if world.scenario.start_from is None else 0
    expected = {
        (h, home.joins, fee)
        for h, home in enumerate(world.homes)
        if fee and home.takes_up and world.alive(h, home.joins)
    }
    found = Counter((e.household, e.day, e.amount) for e in world.of("joining_fee"))
    yield from _differ("joining fees", found, Counter(expected))


@invariant
def households_leave_on_their_anniversaries(world):
    """Households decide to leave only at the end of whole years of membership, and only if some do not renew."""
    for entry in world.of("left"):
        joined = world.calendar.date(world.homes[entry.household].joins)
        days = {world.day_of(add_months(joined, 12 * year)) for year in range(1, world.scenario.years + 1)}
        if entry.day not in days or world.scenario.setting.renewing is None:
            yield f"{entry}: joined on {joined}"


@invariant
def mothers_are_women_of_age(world):
    """Mothers are women of 15 to 49 at the start of the year, who live on that day, and have one child a year."""
    years = Counter()
    for entry in world.of("birth"):
        child = world.family[entry.household][entry.person]
        mother = world.family[entry.household][child.mother]
        year = world.month(entry.day) // 12
        years[entry.household, child.mother, year] += 1
        begins = world.firsts[12 * year]
        if not mother.woman or not mother.has_reached(15, begins) or mother.has_reached(50, begins):
            yield f"{entry} of {mother}"
        if not mother.lives_on(entry.day) or child.born != entry.day:
            yield f"{entry}: mother {mother}, child {child}"
    yield from (f"{where}: {times} children" for where, times in years.items() if times > 1)


@invariant
def everyone_dies_once_after_birth(world):
    """Births and deaths are told on their days, once, of all who are born or die within the horizon."""
    for reason, day_of in (("birth", lambda person: person.born), ("death", lambda person: person.dies)):
        found = Counter((e.household, e.person, e.day) for e in world.of(reason))
        expected = Counter(
            (person.household, person.ordinal, day_of(person))
            for person in world.people
            if 0 <= day_of(person) < world.horizon
        )
        yield from _differ(reason, sorted(found.items()), sorted(expected.items()))
    yield from (f"{person} dies before birth" for person in world.people if person.dies <= person.born)


# ---- Our own: the scheme's books


@invariant
def dues_follow_from_the_household(world):
    """On each due day each household that is enrolled is asked for what its people, category and the terms say, and the
    State for its share."""
    expected = Counter()
    groups = defaultdict(list)
    for h, home in enumerate(world.homes):
        groups[home.joins].append(h)
    for joined, _, _, day in world.periods:
        for h in groups[joined] if day < world.horizon else ():
            if world.standing(h, day, 1).left:
                continue
            for reason, amount in zip(("contribution_due", "state_due"), world.contribution(h, day)):
                if amount:
                    expected[h, day, reason, amount] += 1
    found = Counter((e.household, e.day, e.reason, e.amount) for e in world.of("contribution_due", "state_due"))
    for where in {*found, *expected}:
        yield from _differ(f"household, day, what, amount {where}", found[where], expected[where])


@invariant
def running_costs_are_as_written(world):
    """Running costs: once, dated, a card, a month, a person, and a share of what members paid in the month."""
    terms, expected = world.scenario.scheme.expenses, Counter()
    expected[0, terms.once] += 1
    expected.update((day, line.amount) for day, line in _dated(world, terms.dated))
    for joined in world.groups if world.scenario.start_from is None else ():
        homes = [
            h for h, home in enumerate(world.homes) if home.joins == joined and home.takes_up and world.alive(h, joined)
        ]
        expected[joined, terms.per_card * len(homes)] += 1
    paid = _by_month(world, world.of(*PAYMENTS))
    for month in range(len(world.registers)):
        day = world.last_day(month)
        people = sum(
            len(world.alive(h, day)) for h in range(len(world.homes)) if world.is_enrolled(h, day, 4)
        )  # fmt: skip
        for amount in (
            terms.per_month,
            (people * terms.per_beneficiary_year + 6) // 12,
            half_up(paid[month], terms.share_of_contributions),
        ):
            expected[day, amount] += 1
    found = Counter((entry.day, entry.amount) for entry in world.of("running_costs"))
    expected = {(day, amount): times for (day, amount), times in expected.items() if amount}
    yield from _differ("running costs", sorted(found.items()), sorted(expected.items()))


@invariant
def protection_has_an_order(world):
    """Above a quarter of the income are no more than above a tenth; with the mutual no more than without."""
    for name, cells in (("months", world.register), ("cells", lambda what: world.whom[:, CELL_MEASURES.index(what)])):
        for more, fewer in (
            ("over_10_without", "over_10_with"),
            ("over_25_without", "over_25_with"),
            ("over_10_with", "over_25_with"),
            ("over_10_without", "over_25_without"),
            ("households_with_income" if name == "months" else "households", "over_10_without"),
        ):
            if (cells(more) < cells(fewer)).any():
                yield f"{name}: {fewer} is more than {more}"
    if (world.register("own_spending") > world.register("bills")).any():
        yield "more is spent than billed"


@invariant
def support_in_kind_is_no_money(world):
    """Support in kind is an expense and an income of the same amount, and touches neither cash nor debts."""
    given = _by_month(world, world.of("support_in_kind"))
    for month, total in enumerate(np.cumsum(given)):
        for account, sign in (("expenses_in_kind", 1), ("support_in_kind", -1)):
            yield from _differ(
                f"{account} at closing {month}", int(_balances(world, account)[month]), sign * int(total)
            )


@invariant
def equity_is_that_of_the_opening(world):
    """Equity is opened on the first day with what the file says, and never changes again."""
    books, opening = world.scenario.start_from, world.scenario.scheme.reserve.opening
    if books is not None:
        owed, debts = sum(home.owes for home in world.homes), sum(amount for *_, amount in books.owed_to_providers)
        opening = books.cash + owed - books.paid_in_advance - debts
    yield from _each_month("equity", -_balances(world, "equity"), [opening] * len(world.closings))
    for entry in world.of("opening"):
        if entry[:3] != (0, 0, -1):
            yield f"{entry}: opened later"


@invariant
def advances_only_shrink(world):
    """What members have paid ahead at the start is used up, never added to, and never below 0."""
    before = world.scenario.start_from.paid_in_advance if world.scenario.start_from else 0
    ahead = [before, *(-_balances(world, "advances")).tolist()]
    if any(now > then or now < 0 for then, now in pairwise(ahead)):
        yield f"paid ahead: {ahead}"


@invariant
def who_pays_on_time_owes_nothing(world):
    """A household pays on time only if it owes nothing from before, and then owes nothing."""
    for entry in world.of("paid_on_time"):
        if world.standing(entry.household, entry.day, 1).owed or world.standing(entry.household, entry.day, 2).owed:
            yield str(entry)


@invariant
def each_reason_has_its_accounts(world):
    """Every entry debits and credits the accounts that belong to its reason, and to the scheme."""
    for entry in world.entries:
        pair, pairs = (entry.debit, entry.credit), SIDES.get(entry.reason)
        if pairs and pair not in pairs and not (entry.reason in BOTH_WAYS and pair[::-1] in pairs):
            yield str(entry)
    scheme = world.scenario.scheme
    usual = "household" if scheme.providers.payment == "reimbursement" else "provider"
    for counted in world.counted:
        entry, benefit = counted.episode.entry, scheme.benefits.get(counted.episode.entry.kind)
        to_household = benefit is not None and not counted.is_refused and (benefit.paid_to or usual) == "household"
        if (entry.credit == "members_claims") != to_household:
            yield f"{entry} is owed to the wrong one"
