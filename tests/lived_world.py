"""One lived world in plain Python, for the invariants: its entries, closings, registers, people and households; and
what follows from the entries alone: how each household stood, which marks each episode had, what the cash box went
through.

`lived_worlds` lives a scenario; a `World` made with `dataclasses.replace` is one that somebody has meddled with.
Numbers in brackets are sections of mho_sim/MODEL.md.
"""

import datetime
import math
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from mho_sim import ledger
from mho_sim.draws import decision, uniform_columns
from mho_sim.engine import Prepared, live_batch
from mho_sim.engine.unknowns import Numbers
from mho_sim.rules import OUTCOMES, REASONS
from mho_sim.scenario import add_months

ROOM = 60_000  # entries of a world that are written down
PLACES = 1024  # ordinals in a household
PAYMENTS = ("paid_on_time", "paid_late", "reinstated")
FULL_OR_CUT = OUTCOMES[: OUTCOMES.index("not_in_package")]  # the mutual pays, in full or up to a limit


class Entry(NamedTuple):
    """An entry of the books."""

    day: int
    part: int
    household: int
    person: int
    kind: str | None
    reason: str
    debit: str
    credit: str
    amount: int
    bill: int


class Person(NamedTuple):
    """Somebody who may live in this world; unborn children of other worlds are left out."""

    household: int
    ordinal: int
    born: int
    dies: int
    woman: bool
    mother: int  # ordinal; -1 of those who are there at the start

    def lives_on(self, day):
        return self.born <= day < self.dies

    def has_reached(self, years, day):
        return self.born + years * 1461 // 4 <= day


class Household(NamedTuple):
    """A household: what is known at the start, and what the engine holds of it at the end."""

    joins: int
    zone: int
    sector: int
    category: int
    ahead: int  # paid in advance at the start
    owes: int  # at the start
    served: bool  # has served all waiting periods at the start
    owed: int  # at the end
    advance: int  # at the end
    takes_up: bool  # whether it joins at all, by its mark


class Standing(NamedTuple):
    """How a household stands from a moment on."""

    day: int
    part: int
    owed: int
    oldest: int  # due day of the oldest debt
    cover_from: int | None  # None: all waiting is over
    left: bool


class Episode(NamedTuple):
    """An entry that tells how an episode ended, and what follows for it from the entries before."""

    entry: Entry
    n: int
    patient: Person
    size: int  # people alive in the household
    reason: str | None  # why it is not covered, by the first step of section 6; None if it is
    provider: str | None
    cause: str | None
    days: int
    has_letter: bool


class Counted(NamedTuple):
    """An episode that the mutual pays for, or refuses at a limit, with what was used of the limits before it."""

    episode: Episode
    days: int  # paid for
    days_used: int
    events_used: tuple  # by the person, the household
    money_used: tuple  # of the kind by the person, by the household; of all kinds by the person, the household
    is_refused: bool


class Till(NamedTuple):
    """The cash box, rolled from the entries that bring money and make debts."""

    cash: list  # by day, after settlement
    overdue: list
    payments: dict  # by day: (account, amount) in the order of paying
    first_late: int
    late_days: int
    worst: int
    first_stopped: int
    unpaid: int  # debts, due or not, at the end


@dataclass(eq=False)
class World:
    """One world of a scenario."""

    scenario: object
    seed: int
    number: int
    calendar: object
    entries: tuple  # as written
    closings: np.ndarray  # (months, accounts)
    books: np.ndarray  # (accounts,)
    registers: np.ndarray  # (months, measures)
    whom: np.ndarray  # (cells, measures)
    till: dict
    unpaid: int  # what the engine holds as debts that are due within the horizon
    people: tuple
    homes: tuple
    late_due: int  # due day of what households owe at the start
    numbers: dict  # the unknown numbers in this world, by path

    def register(self, measure):
        """A register by month."""
        return self.registers[:, self.columns.index(measure)]

    @cached_property
    def columns(self):
        return ledger.measures(self.scenario.kinds)

    @cached_property
    def by_reason(self):
        found = defaultdict(list)
        for entry in self.entries:
            found[entry.reason].append(entry)
        return found

    def of(self, *reasons):
        """The entries with one of some reasons."""
        return [entry for reason in reasons for entry in self.by_reason.get(reason, ())]

    @cached_property
    def by_home(self):
        """Entries of each household in the order of the clock."""
        found = [[] for _ in self.homes]
        for entry in self.entries:
            if 0 <= entry.household < len(found):
                found[entry.household].append(entry)
        for entries in found:
            entries.sort(key=lambda entry: entry[:2])
        return found

    @cached_property
    def family(self):
        """People of each household, by ordinal."""
        found = [{} for _ in self.homes]
        for person in self.people:
            found[person.household][person.ordinal] = person
        return found

    # ---- [2] time

    @cached_property
    def firsts(self):
        return [int(day) for day in self.calendar.first]

    @property
    def horizon(self):
        return self.firsts[-1]

    def month(self, day):
        """The month that holds a day; of days outside the horizon, the nearest."""
        return min(max(bisect_right(self.firsts, day) - 1, 0), len(self.firsts) - 2)

    def last_day(self, month):
        return self.firsts[month + 1] - 1

    @cached_property
    def _afters(self):
        return {}

    def after(self, day, duration):
        """The day that lies a duration after a day."""
        if (day, duration) not in self._afters:
            start = self.scenario.start
            self._afters[day, duration] = (duration.after(self.calendar.date(day)) - start).days
        return self._afters[day, duration]

    def day_of(self, date):
        return (date - self.scenario.start).days

    # ---- the people

    def alive(self, home, day):
        """The people of a household who are alive on a day."""
        return [person for person in self.family[home].values() if person.lives_on(day)]

    def best(self, path, field):
        """A number of the setting in this world."""
        return self.numbers.get(path, float(field))

    # ---- [7] membership

    @cached_property
    def standings(self):
        """How each household stands, from moment to moment: lists of `Standing`."""
        return [self._standings(h) for h in range(len(self.homes))]

    def _standings(self, h):
        home = self.homes[h]
        now = Standing(-1, 0, home.owes, self.late_due, None if home.served else home.joins, not home.takes_up)
        found = [now]
        for entry in self.by_home[h]:
            change = {}
            if entry.reason == "contribution_due":
                change = {"owed": now.owed + entry.amount, "oldest": now.oldest if now.owed else entry.day}
            elif entry.reason in ("paid_from_advance", *PAYMENTS):
                change = {"owed": now.owed - entry.amount}
                change |= {"cover_from": entry.day} if entry.reason == "reinstated" else {}
            elif entry.reason in ("left", "struck_off"):
                change = {"left": True} | ({"owed": 0} if entry.reason == "struck_off" else {})
            if change:
                now = now._replace(day=entry.day, part=entry.part, **change)
                found.append(now)
        return found

    def standing(self, home, day, part):
        """How a household stands after a part of a day."""
        found = self.standings[home]
        return found[bisect_right(found, (day, part), key=lambda one: one[:2]) - 1]

    def is_suspended(self, standing, day):
        return standing.owed > 0 and day >= self.after(standing.oldest, self.scenario.scheme.contribution.grace)

    def waits_until(self, kind, standing, born=None, joins=0):
        """The first day of cover of a kind."""
        waiting = self.scenario.scheme.membership.waiting
        period = waiting.get(kind)
        if period is None and self.scenario.setting.illness[kind].emergency:
            period = waiting.get("emergency")
        period = waiting.get("default") if period is None else period
        start = standing.cover_from
        until = -1 if start is None else start if period is None else self.after(start, period)
        if born is not None and born >= max(joins, 0) and "newborn" in waiting:
            until = min(until, self.after(born, waiting["newborn"]))
        return until

    # ---- [6] illness

    @cached_property
    def episodes(self):
        """All episodes, household by household in the order of the clock."""
        waiting_for_marks = []
        for h, entries in enumerate(self.by_home):
            count = Counter()
            for entry in entries:
                if entry.reason in OUTCOMES:
                    kind = self.scenario.setting.illness[entry.kind]
                    count[entry.person, entry.kind] += 1
                    n = count[entry.person, entry.kind]
                    if kind.rate is not None:
                        n = self.month(entry.day) // 12 + 1 if kind.rate == "births" else 1
                    elif kind.chronic is not None:
                        n = self.month(entry.day) + 1
                    waiting_for_marks.append((entry, n, h))
        marks = self._marks([(entry, n) for entry, n, _ in waiting_for_marks])
        return [
            Episode(
                entry,
                n,
                self.family[h][entry.person],
                len(self.alive(h, entry.day)),
                self._first_reason(entry, h),
                *mark,
            )
            for (entry, n, h), mark in zip(waiting_for_marks, marks)
        ]

    def _marks(self, episodes):
        """Provider, cause, days and whether there is a letter, of each episode."""
        found = [(None, None, 0, True)] * len(episodes)
        for name, kind in self.scenario.setting.illness.items():
            if not (kind.at or kind.causes or kind.days or kind.letter < 1):
                continue
            rows = [i for i, (entry, _) in enumerate(episodes) if entry.kind == name]
            who = [episodes[i][0].household * PLACES + episodes[i][0].person for i in rows]
            which = [episodes[i][1] for i in rows]
            drawn = {
                what: uniform_columns(who, which, decision(f"illness.{name}.{what}"), self.number, self.seed)
                for what in ("marks", "cost", "letter")
            }
            for i, (u, v), (_, stay), (letter, _) in zip(rows, *(drawn[what].T for what in drawn)):
                found[i] = (
                    _chosen(kind.at, u),
                    _chosen(kind.causes, v),
                    0 if kind.days is None else _days_of_stay(kind.days, stay),
                    bool(letter < kind.letter),
                )
        return found

    def _first_reason(self, entry, h):
        """Why an episode is not covered, or None."""
        home, day, benefit = self.homes[h], entry.day, self.scenario.scheme.benefits.get(entry.kind)
        now, patient = self.standing(h, day, entry.part), self.family[h][entry.person]
        if day < home.joins or now.left:
            return "not_enrolled"
        if benefit is None:
            return "not_in_package"
        if self.is_suspended(now, day):
            return "no_coverage"
        if day < self.waits_until(entry.kind, now, patient.born, home.joins):
            return "waiting_period"
        return "excluded_age" if _is_excluded(patient, benefit.excluded_ages, day) else None

    @cached_property
    def counted(self):
        """The episodes that the mutual paid for or refused at a limit, with what was used of each limit before."""
        events, days, money, found = Counter(), Counter(), Counter(), []
        for episode in self.episodes:
            entry = episode.entry
            if entry.reason not in (*FULL_OR_CUT, "over_events"):
                continue
            benefit, year = self.scenario.scheme.benefits.get(entry.kind), self.month(entry.day) // 12
            person, home = (entry.household, entry.person), (entry.household,)
            of_events = [(*who, entry.kind, year) for who in (person, home)]
            of_money = [*of_events, (*person, year), (*home, year)]
            left = math.inf
            if benefit is not None and benefit.days_per_person_year is not None:
                left = benefit.days_per_person_year - days[of_events[0]]
            refused = entry.reason == "over_events" or (entry.reason == "over_days" and left <= 0)
            paid_days = 0 if refused else min(episode.days, left)
            events_used, money_used = tuple(events[c] for c in of_events), tuple(money[c] for c in of_money)
            found.append(Counted(episode, paid_days, days[of_events[0]], events_used, money_used, refused))
            if not refused:
                days[of_events[0]] += paid_days
                events.update(of_events)
                money.update(dict.fromkeys(of_money, entry.amount))
        return found

    # ---- [7] contributions

    @cached_property
    def groups(self):
        """Days on which households join."""
        return sorted({home.joins for home in self.homes})

    @cached_property
    def periods(self):
        """(group's day of joining, first day, day after the last, due day) of all periods that begin in the horizon."""
        contribution, start, found = self.scenario.scheme.contribution, self.scenario.start, []
        in_advance = contribution.timing == "in-advance"
        for joined in self.groups:
            first, months = self.calendar.date(joined), 0
            while self.day_of(first) < self.horizon:
                months += _months_of_period(contribution.every, first) or 0
                end = (
                    add_months(self.calendar.date(joined), months) if months else first + _days_of_period(contribution)
                )
                begins, ends = (first - start).days, (end - start).days
                found.append((joined, begins, ends, begins if in_advance else ends))
                first = end
        return found

    def contribution(self, h, day):
        """(of the members, of the State): what falls due for a household if it does on this day."""
        terms, alive = self.scenario.scheme.contribution, self.alive(h, day)
        n, child, extra = len(alive), terms.child, terms.extra_person
        if n == 0:
            return 0, 0
        amount = terms.amount if terms.by_size is None else _of_size(terms.by_size, n)
        beyond = max(n - extra.beyond, 0) if extra else 0
        if terms.per == "beneficiary":
            young = sum(not person.has_reached(child.below, day) for person in alive) if child else 0
            amount = (n - beyond - young) * amount + young * (child.amount if child else 0)
        amount = max(amount + beyond * (extra.amount if extra else 0), terms.minimum)
        category = list(self.scenario.setting.association.categories or [None])[self.homes[h].category]
        share = terms.by_category.get(category, 1.0)
        state = terms.state
        helped = state is not None and (state.categories is None or category in state.categories)
        return half_up(amount, share), n * state.per_beneficiary if helped else 0

    def is_enrolled(self, h, day, part):
        return self.homes[h].joins <= day and not self.standing(h, day, part).left

    # ---- [8] the cash box

    def due_day(self, day):
        """The day on which care of a day falls due."""
        terms = self.scenario.scheme.providers
        month = self.month(day)
        ends = {"on-the-day": day, "monthly": self.last_day(month), "yearly": self.last_day(month // 12 * 12 + 11)}
        return self.after(ends[terms.invoice], terms.pay_within)

    @cached_property
    def debts(self):
        """(due day, creditor, amount) of all debts made; creditors are 0 suppliers, then providers, then households."""
        names = list(self.scenario.setting.providers) or [None]
        found, books, places = [], self.scenario.start_from, {}
        for episode in self.episodes:
            places[id(episode.entry)] = episode.provider
        for entry in self.entries:
            if entry.amount == 0 or entry.reason == "opening":
                continue
            if entry.credit == "suppliers":
                found.append((entry.day, 0, entry.amount))
            elif entry.credit == "members_claims":
                found.append((self.due_day(entry.day), len(names) + 1, entry.amount))
            elif entry.credit == "providers":
                place = places.get(id(entry))
                found.append((self.due_day(entry.day), 1 + (names.index(place) if place else 0), entry.amount))
        if books is not None:
            within = self.after(0, self.scenario.scheme.providers.pay_within)
            ages = books.owed_to_providers
            found += [(max(within - (first + last) // 2, 0), 1, amount) for first, last, amount in ages if amount]
        return found

    @cached_property
    def rolled(self):
        """The cash box as it must have been."""
        creditors = max(len(self.scenario.setting.providers), 1) + 2
        accounts = ["suppliers", *["providers"] * (creditors - 2), "members_claims"]
        tolerance = [self._tolerance(c) for c in range(creditors)]
        income, due = [0] * self.horizon, defaultdict(lambda: [0] * creditors)
        for entry in self.entries:
            if entry.debit == "cash" != entry.credit and 0 <= entry.day < self.horizon:
                income[entry.day] += entry.amount
        for day, creditor, amount in self.debts:
            due[day][creditor] += amount
        order = sorted(due)
        cash, place, overdue, begin = 0, 0, 0, 0
        by_day, unpaid, payments = [], [], defaultdict(list)
        first_late = first_stopped = -1
        for day in range(self.horizon):
            cash += income[day]
            while place < len(order) and order[place] <= day:
                overdue += sum(due[order[place]])
                place += 1
            while overdue and cash and begin < place:
                debts = due[order[begin]]
                for creditor, owed in enumerate(debts):
                    paid = min(owed, cash)
                    if paid:
                        debts[creditor], cash, overdue = owed - paid, cash - paid, overdue - paid
                        payments[day].append((accounts[creditor], paid))
                begin += not any(debts)
            if overdue:
                first_late = day if first_late < 0 else first_late
                if first_stopped < 0 and any(
                    debt and order[i] <= day - tolerance[c]
                    for i in range(begin, place)
                    for c, debt in enumerate(due[order[i]])
                ):
                    first_stopped = day
            by_day.append(cash)
            unpaid.append(overdue)
        return Till(
            by_day,
            unpaid,
            payments,
            first_late,
            sum(map(bool, unpaid)),
            max(owed - money for owed, money in zip(unpaid, by_day)),
            first_stopped,
            sum(map(sum, due.values())),
        )

    def _tolerance(self, creditor):
        providers = list(self.scenario.setting.providers.values())
        if not 1 <= creditor <= len(providers) or providers[creditor - 1].stops_when_owed is None:
            return math.inf
        return self.after(0, providers[creditor - 1].stops_when_owed)


def half_up(amount, share):
    """A share of an amount in whole units."""
    return (amount * round(share * 1_000_000) + 500_000) // 1_000_000


def _chosen(shares, u):
    """The name whose cumulative share is the first above u."""
    if not shares:
        return None
    total = sum(shares.values())
    places = accumulate(share / total for share in shares.values())
    return next((name for name, place in zip(shares, places) if place > u), list(shares)[-1])


def _days_of_stay(mean, u):
    return 1 if mean == 1 else min(1 + math.floor(math.log(u) / math.log(1 - 1 / mean)), 366)


def _is_excluded(patient, bands, day):
    """Whether somebody's completed age on a day lies in one of some bands."""
    return any(
        patient.has_reached(first, day) and (last is None or not patient.has_reached(last + 1, day))
        for first, last in bands or ()
    )


def _of_size(bands, n):
    fitting = [amount for first, last, amount in bands if first <= n and (last is None or n <= last)]
    return fitting[0] if fitting else bands[-1][2]


def _months_of_period(every, first):
    """How many months a period that begins on a date has; None if it is counted in days."""
    if isinstance(every, tuple):
        return next(n for n in range(1, 13) if (first.month - 1 + n) % 12 + 1 in every)
    return {"month": 1, "quarter": 3, "year": 12}.get(every) if isinstance(every, str) else None


def _days_of_period(contribution):
    every = contribution.every
    return datetime.timedelta(days={"day": 1, "week": 7}[every] if isinstance(every, str) else every.days)


def numbers_of(scenario, seed, worlds):
    """The unknown numbers of a scenario in a range of worlds: {path: (worlds,)}."""
    numbers, found = Numbers(scenario, seed, worlds.start, len(worlds)), {}
    for path in scenario.unknowns:
        said = scenario
        for word in path.split("."):
            said = said[int(word)] if word.isdigit() else said[word] if isinstance(said, dict) else getattr(said, word)
        ways = {"frailty": numbers.variance, "community": numbers.variance}
        ways |= dict.fromkeys(("fixed", "good", "bad"), numbers.money)
        found[path] = np.array(ways.get(path.rsplit(".", 1)[-1], numbers.of)(path, said), float)
    return found


def followers_of(scenario, drawn):
    """The numbers that follow from those that were drawn, in each world, {path: (worlds,)}: need from use, seeking from
    how many times as often the insured go."""
    found = {}
    for kind, illness in scenario.setting.illness.items():
        if illness.use is not None:
            path, use, seeking = f"setting.illness.{kind}", illness.use, illness.seeking
            ratio = drawn.get(f"{path}.use.insured_over_uninsured", use.insured_over_uninsured)
            if "seeking" in illness.derived:
                found[f"{path}.seeking.uncovered"] = np.asarray(1 / ratio)
            chance = f"{path}.seeking." + ("covered" if use.of == "insured" else "uncovered")
            share = found.get(chance, drawn.get(chance, getattr(seeking, chance.rsplit(".", 1)[-1])))
            used = drawn.get(f"{path}.use.value", use.value)
            found[f"{path}.need"] = np.minimum(np.divide(used, share), 1000)
    return found


def lived_worlds(scenario, seed, worlds=range(2), processes=()):
    """Some worlds of a scenario, lived."""
    prepared = Prepared(scenario, seed)
    batch = live_batch(prepared, worlds.start, len(worlds), processes=processes, room=ROOM)
    if batch.memory.written.max() > ROOM:
        raise ValueError(f"a world has {batch.memory.written.max()} entries, more than the log has room for")
    numbers = numbers_of(scenario, seed, worlds)
    numbers |= {path: np.broadcast_to(of, len(worlds)) for path, of in followers_of(scenario, numbers).items()}
    return [_world(batch, w, {path: float(of[w]) for path, of in numbers.items()}) for w in range(len(worlds))]


def _world(batch, w, numbers):
    prepared, memory, scenario = batch.prepared, batch.memory, batch.prepared.scenario
    till = {name: int(getattr(batch.till, name)[w, 0]) for name in ("cash", "overdue", "first_late", "late_days")}
    till |= {name: int(getattr(batch.till, name)[w, 0]) for name in ("worst", "first_stopped", "lost")}
    return World(
        scenario,
        int(prepared.seed),
        int(batch.world[w]),
        prepared.calendar,
        _entries(memory.log[w, : memory.written[w]], scenario.kinds),
        memory.closings[w, 0],
        memory.books[w, 0],
        memory.registers[w, 0],
        memory.whom[w, 0],
        till,
        int(memory.owing[w, 0].sum()),
        _people(batch, w),
        _homes(batch, w, numbers),
        prepared.opening.late_due,
        numbers,
    )


def _entries(log, kinds):
    columns = [log[name].tolist() for name in log.dtype.names]
    return tuple(
        Entry(
            moment >> 32,
            moment >> 28 & 15,
            household,
            person,
            kinds[kind] if kind >= 0 else None,
            REASONS[reason],
            ledger.ACCOUNTS[debit],
            ledger.ACCOUNTS[credit],
            amount,
            bill,
        )
        for moment, household, person, kind, reason, debit, credit, amount, bill in zip(*columns)
    )


def _people(batch, w):
    people = batch.state.person[w, : batch.state.first[w, -1]]
    ordinals = (people["entity"] % PLACES).tolist()
    columns = people["entity"] // PLACES, people["born"], people["dies"], people["woman"], people["mother"]
    return tuple(
        Person(household, ordinal, born, dies, woman, ordinals[mother] if mother >= 0 else -1)
        for ordinal, household, born, dies, woman, mother in zip(ordinals, *(column.tolist() for column in columns))
    )


def _who_joins(batch, w, numbers):
    """Whether each household's mark is below the share that joins in this world."""
    share, homes = batch.prepared.scenario.setting.take_up, batch.prepared.households
    entities, which = np.arange(homes) * PLACES, decision("membership.taken_up")
    marks = uniform_columns(entities, [0] * homes, which, int(batch.world[w]), int(batch.prepared.seed))[0]
    return [True] * homes if share is None else (marks < numbers.get("setting.take_up", float(share))).tolist()


def _homes(batch, w, numbers):
    opening, home, state = batch.prepared.opening, batch.people.home, batch.state.home[w]
    takes_up = _who_joins(batch, w, numbers)
    late, ahead = (
        dict(zip(homes.tolist(), amounts.tolist()))
        for homes, amounts in ((opening.late, opening.late_amounts), (opening.paid_up, opening.advances))
    )
    return tuple(
        Household(
            int(batch.people.joins[home["group"][h]]),
            int(home["zone"][h]),
            int(home["sector"][h]),
            int(home["category"][h]),
            ahead.get(h, 0),
            late.get(h, 0),
            h in late or h in ahead,
            int(state["owed"][h]),
            int(state["advance"][h]),
            takes_up[h],
        )
        for h in range(len(home))
    )
