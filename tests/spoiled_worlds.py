"""One way to spoil a world for each invariant, so that it is seen to complain: data that somebody has meddled with.

A spoiler takes a sound world and returns a spoiled copy, or None if the world does not have what it needs. Most spoil
the entries and then make everything else that is kept (closings, registers, cash box) agree with them again, so that
only the rule that was broken is seen; `also` are the invariants that the same breach may wake.
"""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
from invariants import _parts, month_lost, totals
from lived_world import PAYMENTS

from mho_sim.ledger import ACCOUNTS, CELL_MEASURES
from mho_sim.rules import OUTCOMES

SPOILERS = {}
OF_STANDING = (  # what hangs on whether a household owes
    "e1_nothing_is_paid_outside_cover",
    "people_covered_have_waited_and_paid",
    "refusals_name_the_first_reason",
    "statuses_follow_from_what_is_owed",
)


def spoils(*also):
    """Put a function into the table of spoilers: the invariant of its name must complain, and none but `also` may."""

    def put(function):
        SPOILERS[function.__name__] = function, also
        return function

    return put


# ---- What a spoiled world is made of


def written(entries):
    """Entries in the order of the clock."""
    return tuple(sorted(entries, key=lambda entry: entry[:2]))


def agreeing(world, entries, **others):
    """The world with other entries, and debts paid, closings, registers, cash box that follow from them."""
    bare = replace(world, entries=written(entry for entry in entries if entry.reason != "debt_paid"), **others)
    pattern = next(iter(world.entries))._replace(household=-1, person=-1, kind=None, bill=0, part=4)
    paid = [
        pattern._replace(day=day, reason="debt_paid", debit=account, credit="cash", amount=amount)
        for day, payments in bare.rolled.payments.items()
        for account, amount in payments
    ]
    new = replace(bare, entries=written([*bare.entries, *paid]))
    closings = _closings(new)
    pending = sum(amount for day, _, amount in new.debts if day >= new.horizon)
    ahead = Counter({h: home.ahead for h, home in enumerate(new.homes)})
    for entry in new.of("paid_from_advance"):
        ahead[entry.household] -= entry.amount
    new = replace(
        new,
        closings=closings,
        books=closings[-1],
        registers=_registers(new),
        till={what: getattr(new.rolled, what, world.till[what]) for what in world.till}
        | {"cash": new.rolled.cash[-1], "lost": month_lost(new)},
        unpaid=new.rolled.unpaid - pending,
        homes=tuple(
            home._replace(owed=standings[-1].owed, advance=ahead[h])
            for h, (home, standings) in enumerate(zip(new.homes, new.standings))
        ),
    )
    whom = new.whom.copy()
    sums = dict(zip(CELL_MEASURES, whom.sum(axis=0).tolist()))
    for what, total in totals(new).items():
        whom[0, CELL_MEASURES.index(what)] += total - sums[what]
    return replace(new, whom=whom)


def _closings(world):
    flows = np.zeros_like(world.closings)
    for entry in world.entries:
        flows[world.month(entry.day), ACCOUNTS.index(entry.debit)] += entry.amount
        flows[world.month(entry.day), ACCOUNTS.index(entry.credit)] -= entry.amount
    return np.cumsum(flows, axis=0)


def _registers(world):
    registers = world.registers.copy()
    for place, name in enumerate(world.columns):
        if isinstance(name, tuple) or name in ("births", "deaths", "left", "members_paid"):
            registers[:, place] = 0
    for entry in world.entries:
        row = registers[world.month(entry.day)]
        if entry.reason in OUTCOMES:
            row[world.columns.index((entry.kind, entry.reason))] += 1
            row[world.columns.index((entry.kind, "bills"))] += entry.bill
        if entry.reason in (*OUTCOMES, "cash_benefit"):
            row[world.columns.index((entry.kind, "paid"))] += entry.amount
        name = {"birth": "births", "death": "deaths", "left": "left", "struck_off": "left"}.get(entry.reason)
        if name:
            row[world.columns.index(name)] += 1
        if entry.reason in PAYMENTS:
            row[world.columns.index("members_paid")] += entry.amount
    for episode in world.episodes:
        if episode.entry.reason != "did_not_seek":
            registers[world.month(episode.entry.day), world.columns.index((episode.entry.kind, "days"))] += episode.days
    return registers


def the_first(world, *reasons, but=lambda entry: False):
    """The first entry with one of some reasons, in the order of the clock."""
    return next((entry for entry in sorted(world.of(*reasons), key=lambda e: e[:2]) if not but(entry)), None)


def exchanged(world, entry, *news):
    """The entries of a world with others in the place of one; nothing, if there is none."""
    if entry is None:
        return None
    place = next(i for i, one in enumerate(world.entries) if one is entry)
    return [*world.entries[:place], *news, *world.entries[place + 1 :]]


def with_other(world, entry, **changes):
    """An agreeing world in which an entry is changed; None if there is no entry."""
    return None if entry is None else agreeing(world, exchanged(world, entry, entry._replace(**changes)))


def with_more(world, entry, **changes):
    """An agreeing world with an entry more, made after the pattern of one that is there."""
    if entry is None:
        return None
    return agreeing(world, exchanged(world, entry, entry, entry._replace(**changes)))


def of_nobody(world, day, debit, credit, amount, reason="own_process", part=4):
    """An agreeing world with an entry more, of nobody in particular."""
    entry = world.entries[0]._replace(day=day, part=part, household=-1, person=-1, kind=None, reason=reason)
    return agreeing(world, [*world.entries, entry._replace(debit=debit, credit=credit, amount=amount, bill=0)])


def removed(world, entry):
    """An agreeing world without an entry."""
    return None if entry is None else agreeing(world, exchanged(world, entry))


def said_otherwise(world, path, value):
    """The world with the books as they are, and a scenario that says something else."""
    return replace(world, scenario=world.scenario.with_(path, value))


def with_register(world, name, month, more):
    """The world with a register changed."""
    registers = world.registers.copy()
    registers[month, world.columns.index(name)] += more
    return replace(world, registers=registers)


def paid_for(world, episode):
    """The world in which an episode that was refused is paid for as if nothing were against it."""
    if episode is None or episode.entry.kind not in world.scenario.scheme.benefits:
        return None
    benefit, entry = world.scenario.scheme.benefits[episode.entry.kind], episode.entry
    trial = replace(world, entries=tuple(exchanged(world, entry, entry._replace(reason="accepted"))))
    counted = next(one for one in trial.counted if one.episode.entry[:5] == entry[:5] and one.episode.n == episode.n)
    parts, reason = _parts(trial, benefit, counted)
    usual = "household" if world.scenario.scheme.providers.payment == "reimbursement" else "provider"
    credit = "members_claims" if (benefit.paid_to or usual) == "household" else "providers"
    amount = sum(parts["paid before the year's ceilings"])
    if benefit.cash_per_day:
        return None
    return with_other(world, entry, reason=reason, credit=credit, amount=amount)


def is_free_of_limits(world):
    """Whether the scenario has no limits of a year, which one more claim could pass."""
    scheme = world.scenario.scheme
    limits = [scheme.ceiling_per_person_year, scheme.ceiling_per_household_year]
    for benefit in scheme.benefits.values():
        limits += [benefit.events_per_person_year, benefit.events_per_household_year, benefit.days_per_person_year]
        limits += [benefit.ceiling_per_person_year, benefit.ceiling_per_household_year]
    return all(limit is None for limit in limits)


def has_no_income(world):
    """Whether nothing is kept of own spending, and no interest paid on the cash box."""
    return not world.scenario.setting.enterprises and world.scenario.setting.bank is None


def is_plain(world):
    """Whether one claim more or less changes nothing else."""
    return is_free_of_limits(world) and has_no_income(world)


# ---- Money


@spoils()
def m01_every_posting_balances(world):
    entry = the_first(world, "death", "birth", "left")
    return entry and replace(world, entries=tuple(exchanged(world, entry, entry._replace(amount=5))))


@spoils()
def m02_closing_is_opening_plus_in_minus_out(world):
    closings = world.closings.copy()
    closings[2, [ACCOUNTS.index("expenses"), ACCOUNTS.index("fees")]] += [1, -1]
    return replace(world, closings=closings)


@spoils()
def m03_households_sum_to_the_mutuals(world):
    return replace(world, homes=(world.homes[0]._replace(advance=world.homes[0].advance + 1), *world.homes[1:]))


@spoils()
def m04_every_bill_is_split_into_its_parts(world):
    entry = the_first(world, "accepted", but=lambda entry: entry.amount < 2)
    return with_other(world, entry, amount=entry.amount - 1) if entry and is_plain(world) else None


@spoils("who_pays_on_time_owes_nothing", *OF_STANDING)
def m05_a_contribution_is_split_into_its_parts(world):
    entry = max(world.of("paid_on_time"), default=None)
    terms = world.scenario.scheme.contribution
    if entry is None or not has_no_income(world) or terms.struck_off or terms.collector or entry.amount < 2:
        return None
    return with_other(world, entry, amount=entry.amount - 1)


@spoils()
def m06_late_is_the_first_day_that_cash_is_short(world):
    return replace(world, till={**world.till, "late_days": world.till["late_days"] + 1})


@spoils("m03_households_sum_to_the_mutuals")
def m07_received_and_owed_and_lost_is_due(world):
    return replace(world, homes=(world.homes[0]._replace(owed=world.homes[0].owed + 1), *world.homes[1:]))


@spoils()
def m08_support_comes_on_its_dates_only(world):
    return removed(world, the_first(world, "support_in_kind"))


@spoils()
def m09_registers_are_those_of_the_ledger(world):
    return with_register(world, "births", 3, 1)


@spoils()
def m10_money_is_whole_and_bounded(world):
    return replace(world, registers=world.registers.astype(float))


# ---- Entitlement


@spoils("refusals_name_the_first_reason")
def e1_nothing_is_paid_outside_cover(world):
    waiting = [
        one for one in world.episodes if one.entry.reason in ("waiting_period", "no_coverage") and one.has_letter
    ]
    fits = waiting and is_plain(world)
    return paid_for(world, waiting[0]) if fits and waiting[0].cause is None else None


@spoils()
def e2_nothing_is_paid_for_what_is_excluded(world):
    excluded = [one for one in world.episodes if one.entry.reason == "excluded_cause" and one.has_letter]
    return paid_for(world, excluded[0]) if excluded and is_plain(world) else None


@spoils("e4_counters_begin_anew_with_the_year_only")
def e3_no_limit_is_passed(world):
    ceiling = world.scenario.scheme.ceiling_per_household_year
    if not ceiling or not world.of("over_household_ceiling"):
        return None
    return said_otherwise(world, "scheme.ceiling_per_household_year", ceiling - 1)


@spoils()
def e4_counters_begin_anew_with_the_year_only(world):
    ceiling = world.scenario.scheme.ceiling_per_person_year
    return (
        said_otherwise(world, "scheme.ceiling_per_person_year", ceiling + 1)
        if world.of("over_person_ceiling")
        else None
    )


@spoils()
def e5_a_claim_is_decided_once_and_paid_once(world):
    return with_more(world, the_first(world, "cash_benefit")) if has_no_income(world) else None


@spoils("t2_ties_follow_the_written_order")
def e6_the_dead_and_departed_cause_no_events(world):
    for death in world.of("death"):
        of_person = [e for e in world.of("did_not_seek") if e[2:4] == death[2:4]]
        for entry in of_person:
            if world.month(entry.day) == world.month(death.day) and entry.day < death.day and has_no_income(world):
                return with_other(world, entry, day=death.day)
    return None


@spoils("refusals_name_the_first_reason")
def e7_renewal_keeps_seniority_a_gap_does_not(world):
    entry = the_first(world, "accepted")
    benefit = entry and world.scenario.scheme.benefits[entry.kind]
    if entry is None or benefit.cash_per_day or not is_plain(world):
        return None
    return with_other(world, entry, reason="waiting_period", amount=0, credit="providers")


# ---- Engine


@spoils("t2_ties_follow_the_written_order")
def t1_the_clock_never_goes_back(world):
    of_home = [place for place, entry in enumerate(world.entries) if entry.reason == "not_in_package"]
    for one, other in pairwise(of_home):
        first, second = world.entries[one], world.entries[other]
        if first.household == second.household and first.day < second.day:
            entries = list(world.entries)
            entries[one], entries[other] = second, first
            return replace(world, entries=tuple(entries))
    return None


@spoils()
def t2_ties_follow_the_written_order(world):
    entry = the_first(world, "death")
    return entry and agreeing(world, exchanged(world, entry, entry._replace(part=2)))


@spoils()
def t3_debts_made_are_paid_or_pending(world):
    return replace(world, unpaid=world.unpaid + 1)


@spoils()
def t4_nothing_before_the_start_or_after_the_horizon(world):
    entry = world.entries[0]._replace(day=world.horizon, part=0, household=-1, reason="own_process")
    return replace(world, entries=(*world.entries, entry._replace(debit="cash", credit="cash", amount=0)))


@spoils()
def t5_months_end_where_the_calendar_says(world):
    entry = the_first(world, "earned")
    return with_other(world, entry, day=entry.day - 1) if entry else None


@spoils()
def t6_members_are_joiners_less_leavers(world):
    return with_register(world, "people", 0, 1)


# ---- Our own


@spoils()
def by_whom_adds_up_to_the_registers(world):
    whom = world.whom.copy()
    whom[0, 0] += 1
    return replace(world, whom=whom)


@spoils()
def bills_are_own_spending_and_what_is_paid(world):
    return with_register(world, "own_spending", 11, -1) if world.register("own_spending")[11] else None


@spoils()
def members_paid_is_what_they_paid(world):
    return with_register(world, "members_paid", 5, 1)


@spoils()
def collector_has_a_share_of_each_payment(world):
    return removed(world, the_first(world, "commission")) if has_no_income(world) else None


@spoils("unearned_is_what_is_left_of_the_periods")
def earned_is_never_more_than_due(world):
    if world.scenario.scheme.contribution.timing != "in-advance":
        return None
    return of_nobody(world, world.last_day(1), "unearned", "contributions", 10**7, "earned", 6)


@spoils()
def unearned_is_what_is_left_of_the_periods(world):
    if world.scenario.scheme.contribution.timing != "in-arrears":
        return None
    return of_nobody(world, world.last_day(1), "accrued", "contributions", 1, "earned", 6)


@spoils()
def state_and_supporters_pay_after_their_lateness(world):
    return removed(world, the_first(world, "support_received")) if has_no_income(world) else None


@spoils()
def who_has_left_is_asked_for_nothing(world):
    return with_more(world, the_first(world, "left"))


@spoils()
def interest_is_on_the_money_of_the_evening_before(world):
    entry = max(world.of("interest"), default=None)
    return with_other(world, entry, amount=entry.amount + 1) if entry else None


@spoils("oldest_debts_are_paid_first", "t3_debts_made_are_paid_or_pending")
def cash_box_is_never_below_zero(world):
    entry = max(world.of("debt_paid"), default=None)
    entries = exchanged(world, entry, entry and entry._replace(day=world.horizon - 1, amount=entry.amount + 10**9))
    if entries is None:
        return None
    new = replace(world, entries=written(entries))
    closings = _closings(new)
    return replace(new, closings=closings, books=closings[-1])


@spoils()
def oldest_debts_are_paid_first(world):
    entry = the_first(world, "debt_paid", but=lambda entry: entry.amount < 2)
    halves = entry and (entry._replace(amount=1), entry._replace(amount=entry.amount - 1))
    return replace(world, entries=tuple(exchanged(world, entry, *halves))) if entry else None


@spoils()
def a_stopped_provider_had_waited_too_long(world):
    stopped = world.till["first_stopped"]
    return replace(world, till={**world.till, "first_stopped": stopped + 1}) if stopped >= 0 else None


@spoils()
def lost_when_debts_are_above_the_months_allowed(world):
    return replace(world, till={**world.till, "lost": world.till["lost"] + 1})


@spoils()
def the_chronically_ill_come_once_a_month(world):
    kinds = [name for name, kind in world.scenario.setting.illness.items() if kind.chronic]
    followed = {kind.referred_from.kind for kind in world.scenario.setting.illness.values() if kind.referred_from}
    told = ("not_in_package", "not_enrolled")
    entry = the_first(world, *told, but=lambda e: e.kind not in kinds or e.kind in followed)
    alike = entry and entry.day - world.firsts[world.month(entry.day)] < 26
    return with_more(world, entry, day=entry.day + 1) if alike and has_no_income(world) else None


@spoils()
def who_is_referred_comes_the_day_after_care(world):
    kinds = {
        name: kind.referred_from.kind for name, kind in world.scenario.setting.illness.items() if kind.referred_from
    }
    entry = the_first(
        world, "not_in_package", "did_not_seek", but=lambda e: e.kind not in kinds or e.kind in kinds.values()
    )
    alike = entry and world.month(entry.day) == world.month(entry.day + 3) and has_no_income(world)
    patient = alike and world.family[entry.household][entry.person]
    return with_other(world, entry, day=entry.day + 3) if alike and patient.lives_on(entry.day + 3) else None


@spoils()
def births_are_of_one_kind_each(world):
    kinds = [name for name, kind in world.scenario.setting.illness.items() if kind.rate == "births"]
    followed = {kind.referred_from.kind for kind in world.scenario.setting.illness.values() if kind.referred_from}
    entry = the_first(world, "not_in_package", "did_not_seek", but=lambda e: e.kind not in kinds or e.kind in followed)
    takes_rest = any(world.scenario.setting.illness[name].share is None for name in kinds)
    return removed(world, entry) if takes_rest and has_no_income(world) else None


@spoils()
def the_rate_of_deaths_is_the_deaths(world):
    kinds = [name for name, kind in world.scenario.setting.illness.items() if kind.rate == "deaths"]
    entry = the_first(world, "not_in_package", "did_not_seek", "not_enrolled", but=lambda e: e.kind not in kinds)
    return removed(world, entry) if has_no_income(world) else None


@spoils()
def no_illness_out_of_season(world):
    kinds = world.scenario.setting.illness
    entry = the_first(world, *OUTCOMES, but=lambda entry: not kinds[entry.kind].season)
    if entry is None:
        return None
    season = list(kinds[entry.kind].season)
    season[world.calendar.date(entry.day).month - 1] = 0
    return said_otherwise(world, f"setting.illness.{entry.kind}.season", season) if any(season) else None


@spoils()
def no_illness_without_a_need(world):
    kinds = world.scenario.setting.illness
    entry = the_first(world, *OUTCOMES, but=lambda entry: kinds[entry.kind].need is None)
    return entry and replace(world, numbers={**world.numbers, f"setting.illness.{entry.kind}.need": 0.0})


@spoils()
def fixed_bills_are_fixed(world):
    kinds = world.scenario.setting.illness
    entry = the_first(world, *OUTCOMES, but=lambda entry: kinds[entry.kind].cost.fixed is None or not entry.bill)
    path = entry and f"setting.illness.{entry.kind}.cost.fixed"
    return entry and replace(world, numbers={**world.numbers, path: 777.0})


@spoils()
def forgone_and_refused_care_costs_the_mutual_nothing(world):
    entry = the_first(world, "did_not_seek")
    return with_other(world, entry, bill=5) if entry and has_no_income(world) else None


@spoils("who_does_not_join_is_never_a_member")
def refusals_name_the_first_reason(world):
    return with_other(world, the_first(world, "not_enrolled"), reason="no_coverage")


@spoils()
def letters_are_asked_for_where_required(world):
    entry = the_first(world, "no_referral")
    return entry and said_otherwise(world, f"scheme.benefits.{entry.kind}.referral", "none")


@spoils()
def intakes_are_all_households(world):
    intakes = world.scenario.intakes
    if intakes is None or len(intakes) < 2:
        return None
    first, second, *_ = intakes
    changed = {**intakes, first: intakes[first] + 1, second: intakes[second] - 1}
    return said_otherwise(
        world, "scheme.membership.intakes", {day.isoformat(): count for day, count in changed.items()}
    )


@spoils()
def who_does_not_join_is_never_a_member(world):
    left = the_first(world, "left")
    joined = left and world.homes[left.household].joins
    outside = [h for h, home in enumerate(world.homes) if not home.takes_up and home.joins == joined]
    return with_more(world, left, household=outside[0]) if outside else None


@spoils()
def statuses_follow_from_what_is_owed(world):
    return with_register(with_register(world, "households_paid_up", 4, -1), "households_late", 4, 1)


@spoils()
def people_covered_have_waited_and_paid(world):
    month = int(world.register("people_covered").argmax())
    return with_register(world, "people_covered", month, -1) if world.register("people_covered").any() else None


@spoils()
def a_penalty_comes_with_each_reinstatement(world):
    return removed(world, the_first(world, "penalty")) if has_no_income(world) else None


@spoils()
def who_is_struck_off_owed_for_too_long(world):
    return said_otherwise(world, "scheme.contribution.struck_off", "none") if world.of("struck_off") else None


@spoils()
def a_joining_fee_is_paid_once(world):
    return with_more(world, the_first(world, "joining_fee")) if has_no_income(world) else None


@spoils()
def households_leave_on_their_anniversaries(world):
    return said_otherwise(world, "setting.renewing", "none") if world.of("left") else None


@spoils()
def mothers_are_women_of_age(world):
    entry = the_first(world, "birth")
    if entry is None or any(kind.by_age_sex for kind in world.scenario.setting.illness.values()):
        return None
    mother = world.family[entry.household][world.family[entry.household][entry.person].mother]
    people = tuple(one._replace(woman=False) if one is mother else one for one in world.people)
    return replace(world, people=people)


@spoils()
def everyone_dies_once_after_birth(world):
    entry = the_first(world, "death")
    funerals = any(kind.rate == "deaths" for kind in world.scenario.setting.illness.values())
    return None if funerals else removed(world, entry)


@spoils()
def dues_follow_from_the_household(world):
    terms = world.scenario.scheme.contribution
    if not terms.amount or terms.timing != "in-advance" or terms.minimum or terms.by_category:
        return None
    return (
        said_otherwise(world, "scheme.contribution.amount", terms.amount + 1) if world.of("contribution_due") else None
    )


@spoils()
def running_costs_are_as_written(world):
    return removed(world, the_first(world, "running_costs")) if has_no_income(world) else None


@spoils()
def protection_has_an_order(world):
    fewer, more = (CELL_MEASURES.index(what) for what in ("over_25_with", "over_10_with"))
    cells = np.flatnonzero(world.whom[:, fewer] == world.whom[:, more])
    giver = np.flatnonzero(world.whom[:, fewer] > 0)
    if not len(giver) or not len(cells[cells != giver[0]]):
        return None
    whom = world.whom.copy()
    whom[[giver[0], cells[cells != giver[0]][0]], fewer] += [-1, 1]
    return replace(world, whom=whom)


@spoils("each_reason_has_its_accounts")
def support_in_kind_is_no_money(world):
    return with_other(world, the_first(world, "support_in_kind"), debit="expenses")


@spoils()
def equity_is_that_of_the_opening(world):
    return of_nobody(world, 40, "expenses", "equity", 5)


@spoils("m03_households_sum_to_the_mutuals")
def advances_only_shrink(world):
    return of_nobody(world, 40, "expenses", "advances", 5)


@spoils(*OF_STANDING)
def who_pays_on_time_owes_nothing(world):
    scheme = world.scenario.scheme
    if scheme.contribution.collector or scheme.expenses.share_of_contributions or scheme.contribution.struck_off:
        return None
    for entries in world.by_home if is_plain(world) and scheme.contribution.struck_off is None else ():
        told = [entry for entry in entries if entry.reason in (*PAYMENTS, "contribution_due")]
        if [entry.reason for entry in told[-4:]] == ["contribution_due", "paid_on_time"] * 2:
            return removed(world, told[-3])
    return None


@spoils()
def each_reason_has_its_accounts(world):
    return with_other(world, the_first(world, "interest"), credit="fees")
