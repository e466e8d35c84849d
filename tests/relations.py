"""What holds between two runs of nearly the same scenario, with the same draws, path by path: each relation is a
function that takes the number of a generated scenario and yields a sentence for each breach. `r` are those that any
simulator of this kind owes its users; the others are our own.

A relation often holds only where some mechanisms are off (a ceiling of a household takes from one person what it gives
to another): its docstring says which, and the scenario's parts are changed before it is written.
"""

from collections import Counter, defaultdict
from copy import deepcopy
from itertools import count, pairwise

import numpy as np
from lived_world import FULL_OR_CUT, PAYMENTS, lived_worlds, numbers_of
from scenario_generator import scenario_parts, written

from mho_sim.engine import Part
from mho_sim.rules import OUTCOMES
from mho_sim.scenario import parse

RELATIONS = {}
WORLDS = range(2)
NUMBERS = 6  # generated scenarios for each relation
LATE_NEVER = 10**6


def relation(first=0, fits=lambda parts: True):
    """Put a function into the table of relations, with the numbers of scenarios on which it is tried."""

    def fitting():
        return (number for number in count(first) if fits(scenario_parts(number)))

    def put(function):
        RELATIONS[function.__name__] = function, fitting
        return function

    return put


def lived(parts, seed, worlds=WORLDS, processes=()):
    """The worlds of a scenario's parts, or of its text."""
    text = parts if isinstance(parts, str) else written(parts)
    return lived_worlds(parse(text, "varied"), seed, worlds, processes)


def without(parts, *paths):
    """A copy of a scenario's parts without what stands at some paths; `*` is every key."""
    copy = deepcopy(parts)
    for path in paths:
        *way, last = path.split("/")
        for holder in _held(copy, way):
            holder.pop(last, None)
    return copy


def _held(parts, way):
    """The mappings at a way of keys."""
    holders = [parts]
    for step in way:
        following = []
        for holder in holders:
            if isinstance(holder, dict):
                following += holder.values() if step == "*" else [holder[step]] if step in holder else []
        holders = following
    return [holder for holder in holders if isinstance(holder, dict)]


def differences(one, other, but=()):
    """Where two worlds are not the same to the last byte; `but` are parts that may differ."""
    for what in ("entries", "closings", "books", "registers", "whom", "till", "unpaid", "homes", "people"):
        if what in but:
            continue
        mine, its = getattr(one, what), getattr(other, what)
        same = mine.tobytes() == its.tobytes() if isinstance(mine, np.ndarray) else mine == its
        if not same:
            yield f"world {one.number}: {what} differ"


def all_same(ones, others, but=()):
    """The differences of several worlds, pair by pair."""
    for one, other in zip(ones, others, strict=True):
        yield from differences(one, other, but)


def first_late(world):
    """The first late day; one beyond all others if none is."""
    return world.till["first_late"] if world.till["first_late"] >= 0 else LATE_NEVER


def episodes(world):
    """Episodes by household, person, kind and ordinal."""
    return {
        (episode.entry.household, episode.entry.person, episode.entry.kind, episode.n): episode.entry
        for episode in world.episodes
    }


YEARLY = (  # limits of a year, by which one episode takes from another
    "scheme/ceiling_per_person_year",
    "scheme/ceiling_per_household_year",
    *(
        f"scheme/benefits/*/{limit}_year"
        for limit in ("ceiling_per_person", "ceiling_per_household", "events_per_person", "events_per_household")
    ),
    "scheme/benefits/*/days_per_person_year",
)


@relation()
def r01_more_reserve_is_never_late_sooner(number):
    """With more money at the start the first late day is no earlier, the gap no larger, and care is the same."""
    parts, more = scenario_parts(number), scenario_parts(number)
    if "start_from" in parts:
        more["start_from"]["cash"] += 3_333
    else:
        more["scheme"]["reserve"]["opening"] += 3_333
    for poor, rich in zip(lived(parts, number), lived(more, number)):
        for what in ("worst", "late_days"):
            if rich.till[what] > poor.till[what]:
                yield f"{what}: {rich.till[what]} with more money, {poor.till[what]} with less"
        if first_late(rich) < first_late(poor):
            yield f"late on {first_late(rich)} with more money, on {first_late(poor)} with less"
        if poor.of(*OUTCOMES, *PAYMENTS) != rich.of(*OUTCOMES, *PAYMENTS):
            yield "care or payments depend on the reserve"


@relation(10, fits=lambda parts: parts["years"] == 2)
def r02_a_longer_horizon_never_undoes_lateness(number):
    """The first of two years is the year alone, closing by closing; whoever is late in it stays late. (Without births,
    whose children's numbers depend on the horizon, and without intakes and support that lie beyond it.)"""
    parts = without(scenario_parts(number), "scheme/membership/intakes", "scheme/support")
    parts["setting"]["association"]["births"] = "none"
    kinds = parts["setting"]["illness"]
    gone = {kind for kind, says in kinds.items() if says.get("rate") == "births"}
    while more := {k for k, says in kinds.items() if says.get("referred_from", {}).get("kind") in gone} - gone:
        gone |= more
    for kind in gone:
        parts = without(parts, *(f"{where}/{kind}" for where in ("setting/illness", "scheme/benefits")))
        parts = without(parts, f"scheme/membership/waiting/{kind}")
    for long, short in zip(lived(parts, number), lived({**parts, "years": 1}, number)):
        if (long.closings[:12] != short.closings).any() or (long.registers[:12] != short.registers).any():
            yield "the first of two years is not the year alone"
        if first_late(short) != first_late(long) and first_late(long) < short.horizon:
            yield f"late on {first_late(short)} in one year, on {first_late(long)} in two"
        if long.till["late_days"] < short.till["late_days"]:
            yield "fewer late days in two years than in the first"


@relation(20)
def r03_paying_more_never_lowers_claims(number):
    """Without limits of the year: half the copayments and no ceiling of an event pay no episode less, and leave no
    household more to pay. With a household's yearly ceiling alone, the sum paid is no less."""
    parts = without(scenario_parts(number), *YEARLY)
    more = without(
        parts, "scheme/benefits/*/copay", "scheme/benefits/*/ceiling_per_event", "scheme/benefits/*/deductible"
    )
    for mean, generous in zip(lived(parts, number), lived(more, number)):
        before, after = episodes(mean), episodes(generous)
        for which in {*before, *after}:
            if after[which].amount < before[which].amount or after[which].bill != before[which].bill:
                yield f"{which}: {after[which]} with more benefits, {before[which]} with less"
        if (generous.register("own_spending") > mean.register("own_spending")).any():
            yield "households spend more with more benefits"
    parts["scheme"]["ceiling_per_household_year"] = more["scheme"]["ceiling_per_household_year"] = 4000
    for mean, generous in zip(lived(parts, number), lived(more, number)):
        if _paid(generous) < _paid(mean):
            yield f"{_paid(generous)} paid with more benefits, {_paid(mean)} with less"


def _paid(world):
    return sum(entry.amount for entry in world.of(*FULL_OR_CUT, "cash_benefit"))


@relation(30)
def r04_longer_waiting_never_raises_claims(number):
    """Everyone seeks care, nobody is referred on, no limits of days or by size of household: with two more months of
    waiting no more episodes are paid for; and without limits of the year, no more money."""
    parts = without(scenario_parts(number), "setting/illness/*/seeking", "scheme/benefits/*/days_per_person_year")
    parts = without(parts, "scheme/benefits/*/events_per_household_year", "scheme/ceiling_per_person_year")
    kinds = parts["setting"]["illness"]
    for kind in [kind for kind, says in kinds.items() if "referred_from" in says]:
        parts = without(
            parts, f"setting/illness/{kind}", f"scheme/benefits/{kind}", f"scheme/membership/waiting/{kind}"
        )
    if not parts["setting"]["illness"]:
        return
    longer = deepcopy(parts)
    waiting = longer["scheme"]["membership"]["waiting"]
    for key in waiting:
        waiting[key] = {"none": "61 days", "1 days": "61 days", "30 days": "3 months", "31 days": "3 months"}.get(
            waiting[key], "6 months"
        )
    free = [without(one, *YEARLY) for one in (parts, longer)]
    for sooner, later in zip(lived(parts, number), lived(longer, number)):
        counts = [Counter((e.household, e.person, e.kind) for e in _counted(world)) for world in (sooner, later)]
        if counts[1] - counts[0] and not any(
            "events_per_person_year" in b for b in parts["scheme"]["benefits"].values()
        ):
            yield f"more episodes with a longer wait: {counts[1] - counts[0]}"
        if counts[1].total() > counts[0].total():
            yield f"{counts[1].total()} episodes with a longer wait, {counts[0].total()} with a shorter"
        if (later.register("people_covered") > sooner.register("people_covered")).any():
            yield "more people are covered with a longer wait"
    for sooner, later in zip(lived(free[0], number), lived(free[1], number)):
        if _paid(later) > _paid(sooner):
            yield f"{_paid(later)} paid with a longer wait, {_paid(sooner)} with a shorter"


def _counted(world):
    return [counted.episode.entry for counted in world.counted if not counted.is_refused]


@relation(40)
def r05_a_hundred_times_the_money_is_a_hundred_times_the_result(number):
    """All money times 100, where no share leaves a remainder: every amount times 100, and the same days of trouble.
    (What is earned of a period in part is rounded, and left out.)"""
    bases = [scaled(round_figures(scenario_parts(number)), factor) for factor in (10**4, 10**6)]
    for one, hundred in zip(*(lived(parts, number) for parts in bases)):
        mine, its = (
            [entry for entry in world.entries if entry.reason not in ("earned", "support_earned")]
            for world in (one, hundred)
        )
        if [entry._replace(amount=entry.amount * 100, bill=entry.bill * 100) for entry in mine] != its:
            yield "entries are not a hundred times as large"
        for what in ("first_late", "late_days", "first_stopped", "lost"):
            if one.till[what] != hundred.till[what]:
                yield f"{what}: {one.till[what]} and {hundred.till[what]}"
        if one.till["worst"] * 100 != hundred.till["worst"]:
            yield "the gap is not a hundred times as large"


def round_figures(parts):
    """A scenario in which shares of round amounts are whole: bills that are fixed, no interest, halves for thirds."""
    parts = without(parts, "setting/bank", "setting/inflation", "scheme/benefits/*/days_per_person_year")
    for kind in parts["setting"]["illness"].values():
        kind["cost"] = {"fixed": {"value": 1000, "grade": "exact"}} | {
            key: kind["cost"][key] for key in kind["cost"] if key == "covered_share"
        }
    if "start_from" in parts:
        parts["start_from"] |= {"paid_in_advance": 0}
        parts["start_from"].pop("owed_by_members", None)
    for enterprise in parts["setting"].get("enterprises", ()):
        enterprise["income_per_month"] = {"good": 3000, "bad": 500}
    if "survey" in str(parts["setting"].get("take_up")):
        parts["setting"]["take_up"] = "60%"
    parts["scheme"]["expenses"].pop("per_beneficiary_year", None)
    return _halves(parts)


def _halves(value):
    if isinstance(value, dict):
        return {key: _halves(item) for key, item in value.items()}
    return "50%" if value == "33.3%" else value


MONEY = {  # keys of amounts, and of tables of amounts
    *("fixed", "good", "bad", "amount", "minimum", "joining_fee", "penalty", "per_beneficiary", "by_size"),
    *("copay_fixed", "deductible", "ceiling_per_event", "lump_sum", "cash_per_day", "ceiling_per_person_year"),
    *("ceiling_per_household_year", "once", "per_month", "per_card", "per_beneficiary_year"),
    *("cash", "opening", "owed_by_members", "paid_in_advance", "owed_to_providers"),
}


def scaled(value, factor, is_money=False):
    """Parts with all money times a factor."""
    if isinstance(value, dict):
        return {key: scaled(item, factor, is_money or key in MONEY) for key, item in value.items()}
    if isinstance(value, list):
        return [scaled(item, factor, is_money) for item in value]
    return value * factor if is_money and isinstance(value, int) else value


@relation(50)
def r06_the_order_of_keys_changes_nothing(number):
    """Kinds, benefits and all keys whose order says nothing, written the other way round: the same bytes."""
    parts = scenario_parts(number)
    ordered = ("providers", "at", "causes", "categories", "table", "by_size", "owed_to_providers", "by_age_sex", "ages")
    tables = ("deaths", "distance", "by_distance", "events_per_household_year", "chronic", "between")

    def turned(value, key=""):
        if not isinstance(value, dict):
            return [turned(item) for item in value] if isinstance(value, list) and key == "enterprises" else value
        items = [(inner, turned(item, inner)) for inner, item in value.items()]
        return dict(items if key in (*ordered, *tables, "women", "men", "people") else items[::-1])

    yield from all_same(lived(parts, number), lived(turned(parts), number))


@relation(60)
def r07_an_unused_kind_or_a_comment_changes_nothing(number):
    """A comment gives the same scenario; a kind that nobody needs, whose benefit comes too late, the same books."""
    parts = scenario_parts(number)
    text = written(parts)
    if parse(text).hash != parse("# a remark\n" + text.replace("\nscheme:", "  # a remark\n\nscheme:")).hash:
        yield "a comment changes the scenario"
    more = deepcopy(parts)
    more["setting"]["illness"]["zzz"] = {"need": 0, "cost": {"fixed": 10}}
    more["scheme"]["benefits"]["zzz"] = {}
    more["scheme"]["membership"]["waiting"]["zzz"] = "100 years"
    for one, other in zip(lived(parts, number), lived(more, number)):
        yield from differences(one, other, but=("registers",))
        for name in one.columns:
            differs = (one.register(name) != other.register(name)).any()
            if differs and (
                name != "people_covered" or parts["scheme"]["benefits"]
            ):  # with an empty package, by nothing
                yield f"world {one.number}: {name} differs"


@relation(70)
def r08_the_first_worlds_are_those_of_a_smaller_run(number):
    """Two of six worlds, from the beginning and from the middle, are those of a run of these alone."""
    six = lived(scenario_parts(number), number, range(6))
    yield from all_same(six[:2], lived(scenario_parts(number), number, range(2)))
    yield from all_same(six[3:5], lived(scenario_parts(number), number, range(3, 5)))


BALANCES = """
title: Without surprises, in cents (oracle rounded_balance_36_half_up of the reliability page)
currency: XOF
start: 2027-01-01
years: 3
setting:
  association: {households: {1: 7, 4: 3}, births: none, deaths: none}
  illness: {outpatient: {need: 0, cost: {fixed: 2000}}}
  bank: {interest: 0.005, every: month}
scheme:
  contribution: {amount: 0, per: household, every: month, timing: in-advance, grace: none}
  benefits: {outpatient: {}}
  providers: {invoice: on-the-day, pay_within: none}
  expenses: {per_month: 1000}
  support: [{name: friends, amount: 10000, every: month, from: 2027-01-31}]
  reserve: {opening: 25000}
"""


@relation(80)
def r09_without_chance_the_books_are_a_sum(number):
    """Nobody falls ill, is born, dies, pays late or leaves: all worlds are one, and the cash is reserve + contributions
    - costs. And 250.00, 0.5 % a month rounded half up, + 100.00 - 10.00 is 3,839.41 after 36 months."""
    cash = {int(world.till["cash"]) for world in lived(BALANCES, number, range(3))}
    if cash != {383_941}:
        yield f"cash after 36 months: {cash}"
    parts = without(scenario_parts(number), "setting/paying", "setting/renewing", "setting/bank", "start_from")
    parts = without(parts, "setting/enterprises", "scheme/contribution/state", "scheme/membership/intakes")
    parts = without(parts, "setting/take_up")
    parts["setting"]["association"] |= {"births": "none", "deaths": "none"}
    parts["setting"]["illness"] = {"calm": {"need": 0, "cost": {"fixed": 1}}}
    contribution = {"amount": 500, "per": "household", "every": "quarter", "timing": "in-advance", "grace": "none"}
    parts["scheme"] |= {"benefits": {}, "contribution": contribution, "membership": {}, "support": "none"}
    parts["scheme"] |= {"expenses": {"once": 700, "per_month": 30}, "reserve": {"opening": 1000}}
    worlds = lived(parts, number, range(4))
    homes, years = len(worlds[0].homes), parts["years"]
    expected = 1000 + 4 * years * 500 * homes - 700 - 12 * years * 30
    for world in worlds:
        if world.till["cash"] != expected:
            yield f"cash {world.till['cash']}, not {expected}"
        yield from differences(worlds[0], world)


@relation(90)
def r10_without_contributions_the_first_bill_above_the_reserve_ruins(number):
    """Nobody pays in, bills are due at once: late is the day on which the claims are more than the reserve."""
    parts = without(
        scenario_parts(number), "start_from", "setting/bank", "scheme/expenses", "scheme/contribution/child"
    )
    for key in ("by_size", "extra_person", "minimum", "joining_fee", "penalty", "state", "struck_off"):
        parts["scheme"]["contribution"].pop(key, None)
    parts["scheme"]["contribution"]["amount"] = 0
    parts["scheme"] |= {"support": "none", "reserve": {"opening": 3000}}
    parts["scheme"]["providers"] = {"invoice": "on-the-day", "pay_within": "none"}
    for world in lived(parts, number):
        paid, ruined = 0, LATE_NEVER
        for entry in sorted(world.of(*FULL_OR_CUT, "cash_benefit")):
            paid += entry.amount
            if paid > 3000:
                ruined = entry.day
                break
        if first_late(world) != ruined:
            yield f"late on day {first_late(world)}, ruined on {ruined}"


@relation(100, fits=lambda parts: "households" in parts["setting"]["association"] and "start_from" not in parts)
def r11_households_live_as_if_alone(number):
    """An association and some larger households beside it: those of the association live as without them. (In place of
    two unrelated funds; without intakes and enterprises, in which households have their rank.)"""
    parts = without(
        scenario_parts(number), "scheme/membership/intakes", "setting/enterprises", "setting/illness/*/by_sector"
    )
    parts = without(parts, "setting/paying/on_time_bad_month")
    more = deepcopy(parts)
    more["setting"]["association"]["households"][35] = 2
    for alone, together in zip(lived(parts, number), lived(more, number)):
        homes = len(alone.homes)
        if alone.by_home != together.by_home[:homes] or alone.homes != together.homes[:homes]:
            yield f"world {alone.number}: households are disturbed by others"


@relation(110)
def r12_what_takes_and_gives_nothing_changes_nothing(number):
    """Shares, fees, interest and support of 0, everyone renewing and a State that gives 0: the same bytes as without.
    (In place of a reinsurance treaty with a cession of 0 %.)"""
    parts = without(scenario_parts(number), "setting/bank", "setting/inflation", "setting/renewing")
    for key in ("collector", "penalty", "joining_fee", "minimum", "state", "by_category"):
        parts["scheme"]["contribution"].pop(key, None)
    parts["scheme"]["support"] = "none"
    zero = deepcopy(parts)
    zero["setting"] |= {"bank": {"interest": "0%", "every": "month"}, "inflation": {"medical": 0}}
    zero["setting"]["renewing"] = {"probability": "100%"}
    zero["scheme"]["contribution"] |= {"collector": "0%", "penalty": 0, "joining_fee": 0, "minimum": 0}
    zero["scheme"]["contribution"] |= {"state": {"per_beneficiary": 0, "late": "1 month"}}
    zero["scheme"]["support"] = [{"name": "nobody", "amount": 0, "every": "month"}]
    zero["default_grade"] = parts["default_grade"] = "exact"
    yield from all_the_same_in_another_order(lived(parts, number), lived(zero, number))


def all_the_same_in_another_order(ones, others):
    """The differences of several worlds, where entries may have been written in another order."""
    yield from all_same(ones, others, but=("entries",))
    for one, other in zip(ones, others):
        if Counter(one.entries) != Counter(other.entries) or one.by_home != other.by_home:
            yield f"world {one.number}: entries differ"


@relation(120)
def r13_an_idle_process_changes_nothing(number):
    """Processes that wake at odd days and parts of days and do nothing: the same bytes."""

    def idle(clock, batch):
        for day in range(number % 5, clock.calendar.days, 11 + number % 7):
            yield clock.at(day, Part(day % 7))

    def often(clock, batch):
        for day in range(0, clock.calendar.days, 3):
            for part in (Part.LATE_PAYMENTS, Part.ILLNESS, Part.CLOSING):
                yield clock.at(day, part)

    parts = scenario_parts(number)
    yield from all_the_same_in_another_order(lived(parts, number), lived(parts, number, processes=(idle, often)))


@relation(130, fits=lambda parts: len(parse(written(parts)).unknowns) > 1)
def unknowns_are_shared_by_pairs_of_worlds(number):
    """Worlds 2j and 2j + 1 have the same unknown numbers and not the same luck; other worlds have other numbers, within
    the range."""
    scenario = parse(written(scenario_parts(number)))
    found = numbers_of(scenario, number, range(8))
    for path, drawn in found.items():
        range_ = scenario.unknowns[path]
        if (drawn[::2] != drawn[1::2]).any():
            yield f"{path} differs within a pair: {drawn}"
        if len(set(drawn[::2])) == 1 and range_.high - range_.low > 1 and not path.endswith(("frailty", "community")):
            yield f"{path} is the same in all pairs: {drawn}"
        if range_.law != "lognormal" and not (range_.low - 0.5 <= drawn.min() and drawn.max() <= range_.high + 0.5):
            yield f"{path} is outside its range {range_}: {drawn}"
    alone = numbers_of(scenario, number, range(5, 7))
    for path, drawn in alone.items():
        if (drawn != found[path][5:7]).any():
            yield f"{path} depends on the batch"


@relation(140, fits=lambda parts: len(parse(written(parts)).unknowns) > 1)
def exact_by_default_is_every_range_collapsed(number):
    """`default_grade: exact` without ranges gives the bytes of a guess in which every number is marked exact."""
    parts = _best({**scenario_parts(number), "default_grade": "guess"})
    text = written(parts)
    guess = parse(text)
    collapsed, exact = guess, parse(written({**parts, "default_grade": "exact"}))
    for path, range_ in guess.unknowns.items():
        collapsed = collapsed.with_(path, {"value": range_.best, "grade": "exact"})
    if collapsed.unknowns or exact.unknowns or not guess.unknowns:
        yield f"{len(collapsed.unknowns)} and {len(exact.unknowns)} unknowns are left of {len(guess.unknowns)}"
    yield from all_same(lived_worlds(exact, number), lived_worlds(collapsed, number))


def _best(value):
    """Parts with the best value in place of each range."""
    if isinstance(value, dict) and "survey" in value:
        return "60%"  # how many were asked is a range of its own
    if isinstance(value, dict):
        if "between" in value:
            return value.get("best", value["between"][1])
        if "of" in value and "value" not in value:  # what was counted has a range by chance
            value = {"value": 1, **{key: value[key] for key in ("of", "insured_over_uninsured") if key in value}}
        return {key: _best(item) for key, item in value.items()}
    return [_best(item) for item in value] if isinstance(value, list) else value


@relation(150)
def what_is_written_again_is_read_the_same(number):
    """A scenario that is read from its own content, through any change of it, is the same, and lives the same."""
    scenario = parse(written(scenario_parts(number)))
    again = scenario.with_("title", "Again").with_("title", scenario.title)
    if again != scenario or again.hash != scenario.hash:
        yield "the scenario is another one"
    yield from all_same(lived_worlds(scenario, number), lived_worlds(again, number))


@relation(160)
def dearer_care_is_never_cheaper(number):
    """With prices that grow, no bill is lower, every share paid of a bill no less, and care is sought as often."""
    parts = without(scenario_parts(number), *YEARLY, "setting/inflation", "setting/providers/*/prices")
    dear = deepcopy(parts)
    dear["setting"]["inflation"] = {"medical": {"value": "40%", "grade": "exact"}}
    for cheap, grown in zip(lived(parts, number), lived(dear, number)):
        before, after = episodes(cheap), episodes(grown)
        if before.keys() != after.keys():
            yield "not the same episodes"
        for which in before.keys() & after.keys():
            one, other = before[which], after[which]
            if other.bill < one.bill or other.amount < one.amount or one.day != other.day:
                yield f"{which}: {other} with growing prices, {one} without"


@relation(170, fits=lambda parts: "paying" in parts["setting"] and "start_from" not in parts)
def paying_on_time_never_hurts(number):
    """When all pay on time, no household is suspended or struck off, no less is paid in by any month's end, and
    what has been due is what has been paid. (Without people who leave.)"""
    parts = without(
        scenario_parts(number), "setting/renewing", "scheme/contribution/struck_off", "scheme/contribution/penalty"
    )
    prompt = without(parts, "setting/paying")
    for late, timely in zip(lived(parts, number), lived(prompt, number)):
        paid = [np.cumsum(world.register("members_paid")) for world in (late, timely)]
        if (paid[1] < paid[0]).any():
            yield "less is paid in when all pay on time"
        if timely.register("households_suspended").any() or timely.register("households_late").any():
            yield "somebody is late, though all pay on time"
        due = defaultdict(int)
        for entry in timely.of("contribution_due"):
            due[timely.month(entry.day)] += entry.amount
        if [due[month] for month in range(len(paid[1]))] != timely.register("members_paid").tolist():
            yield "what was due was not what was paid"


@relation(180, fits=lambda parts: "start_from" not in parts)
def a_higher_share_only_adds_households(number):
    """When more households join, those who joined before live as they did, and so do those who still do not; when all
    join, it is as if nobody had been asked; when none does, nobody pays."""
    parts = without(scenario_parts(number), "setting/take_up")
    shares = ("0%", "35%", "70%", "100%")
    steps = [{**parts, "setting": {**parts["setting"], "take_up": {"value": s, "grade": "exact"}}} for s in shares]
    lives = [lived(step, number) for step in steps]
    yield from all_same(lives[-1], lived(parts, number))
    for nobody in lives[0]:
        if nobody.of("contribution_due", "joining_fee", "state_due", *FULL_OR_CUT) or nobody.register("people").any():
            yield "somebody is a member, though nobody joins"
    for fewer, more in pairwise(lives):
        for one, other in zip(fewer, more):
            before, after = ([home.takes_up for home in world.homes] for world in (one, other))
            if any(took and not takes for took, takes in zip(before, after)):
                yield f"who joined does not when more do: {before}, {after}"
            for h in [h for h in range(len(before)) if before[h] == after[h]]:
                if one.by_home[h] != other.by_home[h]:
                    yield f"household {h} lives otherwise when others join"
