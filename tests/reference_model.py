"""The model in its plainest form: one possible future of a mutual, told person by person.

This is a second reading of mho_sim/MODEL.md, independent of the engine and made to be read, not to be fast. The
numbers in brackets, such as [7], are the sections of that page. Every person has one SimPy process for each kind
of illness, every household one for its late payments; the mutual has one that asks for contributions, one that
settles its debts each evening and one that closes each month. Nothing of the package is used here.

    live(scenario, seed, world)

gives the closings, the entries, the registers and the days on which the mutual could not pay. A test compares
them with the engine's, which must be the same to the last franc.

SimPy's time is the moment of [2]: the day, the part of the day and, inside a part, a place that puts people in order.
"""

import datetime
import hashlib
from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cache, reduce
from math import ceil, exp, floor, inf, log, sqrt
from operator import add
from statistics import NormalDist

import simpy
from scipy.special import gammainc, gammaincinv

NEVER = 2**62
EVERY_WORLD = 2**32 - 1  # the world of what is drawn once for all worlds
PLACES = 1024  # ordinals in a household
DAY, PART = 2**32, 2**28
LATE_PAYMENTS, MEMBERSHIP, NEW_DUES, ILLNESS, SETTLEMENT, ASSEMBLY, CLOSING = range(7)
ACCOUNTS = (
    "cash",
    "receivable",
    "accrued",
    "advances",
    "unearned",
    "providers",
    "suppliers",
    "equity",
    "contributions",
    "benefits",
    "expenses",
)
REASONS = (
    "accepted",
    "over_ceiling",
    "over_household_ceiling",
    "not_in_package",
    "no_coverage",
    "waiting_period",
    "did_not_seek",
)
CREDITORS = ("suppliers", "providers")  # who is paid first, of the same due day


# ---- [3] draws -------------------------------------------------------------------------------------------------------


def philox(counter, key):
    """Four random words of 32 bits: Philox 4x32-10 of four counter words and two key words."""
    a, b, c, d = counter
    key0, key1 = key
    for _ in range(10):
        left, right = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (right >> 32) ^ b ^ key0, right % 2**32, (left >> 32) ^ d ^ key1, left % 2**32
        key0, key1 = (key0 + 0x9E3779B9) % 2**32, (key1 + 0xBB67AE85) % 2**32
    return a, b, c, d


@cache
def decision_word(name):
    """The number of a decision: the first four bytes of the SHA-256 of its name."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:4], "big")


def draw(seed, world, entity, decision, index=0):
    """The two uniforms, between 0 and 1, of a decision about an entity."""
    counter = entity, index % 2**32, decision_word(decision), world
    a, b, c, d = philox(counter, (seed % 2**32, seed // 2**32))
    return ((a >> 6) * 2**26 + (b >> 6) + 0.5) / 2**52, ((c >> 6) * 2**26 + (d >> 6) + 0.5) / 2**52


def exponential(u):
    """An exponential variate of mean 1."""
    return -log(u)


def lognormal_money(u, mean, cv):
    """A lognormal amount of money of that mean and coefficient of variation."""
    x = mean
    if mean > 0 and cv > 0:
        s2 = log(1 + cv * cv)
        x = exp((log(mean) - s2 / 2) + sqrt(s2) * NormalDist().inv_cdf(u))
    return min(floor(x + 0.5), 10**12)


@cache
def gamma_classes(variance):
    """The means of 4,096 equally probable classes of a gamma variable of mean 1."""
    shape = 1 / variance
    edges = gammaincinv(shape, [k / 4096 for k in range(4097)])
    below = [float(x) for x in gammainc(shape + 1, edges)]  # the part of the mean that lies below each edge
    return [round((below[k + 1] - below[k]) * 4096, 9) for k in range(4096)]


def gamma_factor(u, variance):
    """A factor of mean 1 and that variance."""
    return gamma_classes(variance)[floor(u * 4096)] if variance > 0 else 1.0


# ---- [2] time --------------------------------------------------------------------------------------------------------


def add_months(date, months):
    """The date some months later, or the end of that month if it has no such day."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    first_of_next = datetime.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = first_of_next - datetime.timedelta(days=1)
    return last.replace(day=min(date.day, last.day))


class Calendar:
    """The days and months of the horizon, numbered from 0."""

    def __init__(self, start, years):
        self.start, self.years, self.months = start, years, 12 * years
        self.first = [(add_months(start, m) - start).days for m in range(self.months + 1)]
        self.days = [self.first[m + 1] - self.first[m] for m in range(self.months)]
        self.horizon = self.first[-1]

    def month(self, day):
        return bisect_right(self.first, day) - 1

    def last_day(self, month):
        return self.first[month + 1] - 1

    def after(self, duration, day):
        """The day that lies a duration after another."""
        date = add_months(self.start + datetime.timedelta(days=day), duration.months)
        return (date - self.start).days + duration.days


# ---- [4] the association ---------------------------------------------------------------------------------------------


class Person:
    """Someone who lives, or may yet be born, in a household."""

    def __init__(self, household, ordinal, woman, born, mother=None, birth_year=None):
        self.household, self.ordinal, self.woman, self.born, self.dies = household, ordinal, woman, born, NEVER
        self.mother, self.birth_year = mother, birth_year  # of a child that may yet be born
        self.entity = household.number * PLACES + ordinal

    def alive(self, day):
        return self.born <= day < self.dies

    def birthday(self, n):
        return self.born + n * 1461 // 4

    def age(self, day):
        """Completed years on a day."""
        years = 0
        while self.birthday(years + 1) <= day:
            years += 1
        return years


class Household:
    """Who lives together and pays together."""

    def __init__(self, number):
        self.number, self.entity, self.people = number, number * PLACES, []
        self.cover_from = 0  # None: has served all waiting periods
        self.paid_ahead = self.owes = 0
        self.pays_on = self.suspended_from = None  # while it owes
        self.received = Counter()  # benefits by household-year

    def alive(self, day):
        """How many are alive on a day."""
        return sum(person.alive(day) for person in self.people)

    def suspended(self, day):
        return self.owes > 0 and day >= self.suspended_from


def band_value(bands, age):
    """The value of the age band that holds an age in completed years, 0 if none does."""
    return next((value for first, last, value in bands if first <= age and (last is None or age <= last)), 0)


def draw_association(scenario, seed, calendar):
    """The households with their people and the children who may be born to them: the same in all worlds."""
    association = scenario.setting.association
    sizes = household_sizes(association, seed)
    households = [Household(number) for number in range(len(sizes))]
    for household, size in zip(households, sizes):
        for ordinal in range(size):
            household.people.append(draw_person(association, seed, household, ordinal))
        if association.births is not None:
            household.people += places_for_children(association, seed, household, calendar)
    return households


def household_sizes(association, seed):
    """The persons of each household, the member included."""
    if association.households is not None:
        return [size for size, count in sorted(association.households.items()) for _ in range(count)]
    covered = association.covered_per_member
    uniforms = [draw(seed, EVERY_WORLD, h * PLACES, "household.size")[0] for h in range(association.members)]
    return [1 + negative_binomial(u, covered.mean - 1, covered.cv * covered.mean) for u in uniforms]


def negative_binomial(u, e, deviation):
    """A whole number of mean e and that standard deviation, at most 39."""
    if e == 0:
        return 0
    r = e * e / (deviation * deviation - e)
    n, p = 0, exp(r * log(r / (r + e)))
    total = p
    while u > total and n < 39:
        p = p * ((r + n) / (n + 1)) * (e / (r + e))
        total, n = total + p, n + 1
    return n


def draw_person(association, seed, household, ordinal):
    """Someone of the household on the first day, with age and sex."""
    group = association.member if ordinal == 0 else association.people
    age, sex = draw(seed, EVERY_WORLD, household.number * PLACES + ordinal, "person")
    return Person(household, ordinal, sex < group.women, -1 - floor(exact_age(group.ages, age) * 365.25))


def exact_age(bands, u):
    """The age in years, with its fraction, that a uniform gives."""
    total = reduce(add, [share for _, _, share in bands])  # left to right
    before = 0.0
    for position, (first, last, share) in enumerate(bands):
        share = share / total
        if before + share > u or position == len(bands) - 1:
            return first + (u - before) / share * ((89 if last is None else last) + 1 - first)
        before += share


def places_for_children(association, seed, household, calendar):
    """One child, not yet born, for each woman and year in which she is between 15 and 49 at its beginning."""
    children = []
    for mother in household.people:
        for year in range(calendar.years):
            if mother.woman and mother.birthday(15) <= calendar.first[12 * year] < mother.birthday(50):
                ordinal = len(household.people) + len(children)
                sex = draw(seed, EVERY_WORLD, household.number * PLACES + ordinal, "person")[1]
                children.append(Person(household, ordinal, sex < association.people.women, NEVER, mother, year))
    return children


# ---- [5] births and deaths -------------------------------------------------------------------------------------------


def write_script(association, households, calendar, seed, world):
    """When everybody is born and dies in this world. Mothers come before their children."""
    for person in (person for household in households for person in household.people):
        if person.mother is not None:
            person.born = day_of_birth(association, person, calendar, seed, world)
        if person.born != NEVER and association.deaths is not None:
            u = draw(seed, world, person.entity, "death")[0]
            person.dies = day_of_death(association.deaths, person.born, exponential(u))


def day_of_birth(association, child, calendar, seed, world):
    """The day on which a child is born, or NEVER."""
    chance, when = draw(seed, world, child.mother.entity, "birth", child.birth_year)
    month = floor(12 * when)
    in_horizon = 12 * child.birth_year + month
    day = calendar.first[in_horizon] + floor((12 * when - month) * calendar.days[in_horizon])
    return day if chance < association.births and child.mother.dies > day else NEVER


def day_of_death(bands, born, e):
    """The day on which someone dies who has an exponential lot e to use up, or NEVER."""
    age = -born / 365.25 if born < 0 else 0.0
    for first, last, rate in bands:
        end = inf if last is None else last + 1
        if end <= age:
            continue
        age = max(age, first)
        if rate > 0 and e <= rate * (end - age):
            dies = max(born + floor((age + e / rate) * 365.25), born + 1, 1)
            return dies if dies < 2**31 else NEVER
        if rate > 0:
            e = e - rate * (end - age)
        age = end
    return NEVER


# ---- [6] the clocks of illness ---------------------------------------------------------------------------------------


def illness_clock(illness, kind, calendar, seed, world):
    """The reading, in ticks, of a kind's clock at the beginning of each day and at the horizon."""
    reading = [0]
    for month in range(calendar.months):
        season = 1.0
        if illness.season is not None:
            season = illness.season[(calendar.start.month - 1 + month) % 12] * 12 / reduce(add, illness.season)
        u = draw(seed, world, 0, f"illness.{kind}.community", month // 12)[0]
        factor = gamma_factor(u, illness.community)
        ticks = floor(((1099511627776.0 / (12.0 * calendar.days[month])) * season) * factor + 0.5)
        for _ in range(calendar.days[month]):
            reading.append(reading[-1] + ticks)
    return reading


def distance(e, hazard):
    """The ticks until a clock has used up an exponential lot e at a hazard per year."""
    return min(max(floor(min(e / hazard * 2**40 + 0.5, 2.0**60)), 1), 2**60)


def rescaled(ticks, ratio):
    """What remains of a distance when the hazard changes: ratio is the old one to the new."""
    return min(max(floor(ticks * ratio + 0.5), 1), 2**60)


def need_multiplier(person, illness, age):
    """How many times the usual need someone of this age and sex has."""
    if illness.by_age_sex is None:
        return 1.0
    return band_value(illness.by_age_sex.women if person.woman else illness.by_age_sex.men, age)


# ---- one world -------------------------------------------------------------------------------------------------------


class World:
    """One possible future: the clock, the people, the books, and everything that happens."""

    def __init__(self, scenario, seed, world):
        self.scenario, self.setting, self.scheme = scenario, scenario.setting, scenario.scheme
        self.seed, self.world, self.env = seed, world, simpy.Environment()
        self.calendar = Calendar(scenario.start, scenario.years)
        self.households = draw_association(scenario, seed, self.calendar)
        self.people = [person for household in self.households for person in household.people]
        write_script(self.setting.association, self.households, self.calendar, seed, world)
        self.kinds = sorted(self.setting.illness)
        self.clocks = {
            kind: illness_clock(illness, kind, self.calendar, seed, world)
            for kind, illness in self.setting.illness.items()
        }
        self.period = 12 if self.scheme.contribution.every == "year" else 1  # months
        self.dues, self.earned = {}, Counter()  # by period: the total that fell due, what of it is earned
        self.debts = Counter()  # by (due day, rank of the creditor)
        self.books = dict.fromkeys(ACCOUNTS, 0)
        self.entries, self.closings, self.late_days, self.worst = [], [], [], -inf
        self.registers = [self.empty_register() for _ in range(self.calendar.months)]

    def run(self):
        """Live from the first day to the horizon."""
        processes = [self.open_books(), self.collect_contributions(), self.settle_debts(), self.close_months()]
        processes += [self.pay_late(household) for household in self.households]
        for person in self.people:
            if person.born != NEVER:
                processes.append(self.come_and_go(person))
                processes += [self.fall_ill(person, kind) for kind in self.kinds if not self.of_births(kind)]
                if person.mother is not None:
                    processes += [self.deliver(person, kind) for kind in self.kinds if self.of_births(kind)]
        for process in processes:
            self.env.process(process)
        self.env.run(until=self.calendar.horizon * DAY)

    def until(self, day, part, place=0):
        """Wait for a moment."""
        return self.env.timeout(day * DAY + part * PART + place - self.env.now)

    @property
    def today(self):
        return self.env.now // DAY

    def draw(self, entity, decision, index=0):
        return draw(self.seed, self.world, entity, decision, index)

    def of_births(self, kind):
        return self.setting.illness[kind].rate == "births"

    # [9] what is remembered

    def empty_register(self):
        words = [
            "births",
            "deaths",
            "people",
            "people_covered",
            "households_paid_up",
            "households_late",
            "households_suspended",
        ]
        return dict.fromkeys(words + [(kind, word) for kind in self.kinds for word in (*REASONS, "bills", "paid")], 0)

    def count(self, what, amount=1):
        self.registers[self.calendar.month(self.today)][what] += amount

    def post(self, reason, debit, credit, amount, household=-1, person=-1, kind=None):
        """Move an amount between two accounts and write it down."""
        self.books[debit] += amount
        self.books[credit] -= amount
        moment = self.env.now // PART * PART
        self.entries.append((moment, household, person, kind, reason, debit, credit, amount))

    # [5] births and deaths

    def come_and_go(self, person):
        """Someone's birth, if it lies ahead, and death."""
        for reason, day in [("birth", person.born), ("death", person.dies)]:
            if 0 <= day < self.calendar.horizon:
                yield self.until(day, MEMBERSHIP, person.entity)
                self.count(reason + "s")
                self.post(reason, "cash", "cash", 0, person.household.number, person.ordinal)

    # [6] illness

    def place(self, person, kind):
        return person.entity * len(self.kinds) + self.kinds.index(kind)

    def fall_ill(self, person, kind):
        """Someone's episodes of one kind, and the birthdays that may change how fast they come."""
        illness, clock, begins = self.setting.illness[kind], self.clocks[kind], max(person.born, 0)
        frailty = gamma_factor(self.draw(person.entity, "frailty")[0], illness.frailty)
        age, episodes = person.age(begins), 0
        multiplier = need_multiplier(person, illness, age)
        due = self.due(person, f"illness.{kind}.next", 0, clock[begins], illness.need * multiplier * frailty)
        while True:
            day = bisect_left(clock, due) - 1  # the first at whose end the clock reads due
            birthday = person.birthday(age + 1)
            if min(day, birthday) >= min(person.dies, self.calendar.horizon):
                return
            if birthday <= day:
                yield self.until(birthday, MEMBERSHIP)
                age += 1
                old, multiplier = multiplier, need_multiplier(person, illness, age)
                hazards = illness.need * old * frailty, illness.need * multiplier * frailty
                if multiplier != old and 0 in hazards:
                    due = self.due(person, f"illness.{kind}.again", birthday, clock[birthday], hazards[1])
                elif multiplier != old:
                    due = clock[birthday] + rescaled(due - clock[birthday], old / multiplier)
            else:
                yield self.until(day, ILLNESS, self.place(person, kind))
                episodes += 1
                self.have_episode(person, kind, episodes)
                due = self.due(person, f"illness.{kind}.next", episodes, due, illness.need * multiplier * frailty)

    def due(self, person, decision, index, reading, hazard):
        """The reading of the clock at which someone's next episode is due, counted from a reading."""
        if hazard == 0:
            return NEVER
        return reading + distance(exponential(self.draw(person.entity, decision, index)[0]), hazard)

    def deliver(self, child, kind):
        """A mother's episode on the day her child is born."""
        yield self.until(child.born, ILLNESS, self.place(child.mother, kind))
        self.have_episode(child.mother, kind, child.birth_year + 1)

    def have_episode(self, person, kind, n):
        """The n-th episode of need: sought or not, covered or not, paid or not."""
        illness, household = self.setting.illness[kind], person.household
        refusal = self.refusal(household, kind)
        chance = illness.seeking.covered if refusal is None else illness.seeking.uncovered
        if self.draw(person.entity, f"illness.{kind}.next", n)[1] >= chance:
            self.count((kind, "did_not_seek"))
            self.post("did_not_seek", "benefits", "providers", 0, household.number, person.ordinal, kind)
            return
        bill = self.bill(person, kind, n)
        amount, reason = (0, refusal) if refusal is not None else self.adjudicate(household, kind, bill)
        self.count((kind, reason))
        self.count((kind, "bills"), bill)
        self.count((kind, "paid"), amount)
        self.post(reason, "benefits", "providers", amount, household.number, person.ordinal, kind)
        self.owe(self.invoice_due(), "providers", amount)

    def refusal(self, household, kind):
        """Why a household is not covered for a kind today, or None if it is."""
        if kind not in self.scheme.benefits:
            return "not_in_package"
        if household.suspended(self.today):
            return "no_coverage"
        waiting = self.scheme.membership.waiting
        wait = waiting.get(kind, waiting.get("default"))
        if wait is None or household.cover_from is None:
            return None
        return "waiting_period" if self.today < self.calendar.after(wait, household.cover_from) else None

    def bill(self, person, kind, n):
        """What the provider asks for someone's n-th episode."""
        cost = self.setting.illness[kind].cost
        if cost.fixed is not None:
            return int(cost.fixed)
        u = self.draw(person.entity, f"illness.{kind}.cost", n)[0]
        return lognormal_money(u, cost.lognormal.mean, cost.lognormal.cv)

    def adjudicate(self, household, kind, bill):
        """What the mutual pays of a bill, and the reason."""
        benefit, amount, reason = self.scheme.benefits[kind], bill, "accepted"
        if benefit.lump_sum is not None:
            amount = benefit.lump_sum
        else:
            amount = bill - (bill * round(benefit.copay * 1_000_000) + 500_000) // 1_000_000
            if benefit.ceiling_per_event is not None and amount > benefit.ceiling_per_event:
                amount, reason = benefit.ceiling_per_event, "over_ceiling"
        year = self.calendar.month(self.today) // 12
        if self.scheme.ceiling_per_household_year is not None:
            left = self.scheme.ceiling_per_household_year - household.received[year]
            if amount > left:
                amount, reason = left, "over_household_ceiling"
        household.received[year] += amount
        return amount, reason

    def invoice_due(self):
        """The day on which the invoice for today's care falls due."""
        monthly = self.scheme.providers.invoice == "monthly"
        invoiced = self.calendar.last_day(self.calendar.month(self.today)) if monthly else self.today
        return self.calendar.after(self.scheme.providers.pay_within, invoiced)

    # [7] contributions and cover

    def contribution(self, household, day):
        """What falls due from a household that has people alive on a day."""
        people, contribution = household.alive(day), self.scheme.contribution
        return contribution.amount * (people if contribution.per == "beneficiary" else min(people, 1))

    def collect_contributions(self):
        """Ask all households for each period's contribution on its due day."""
        in_advance = self.scheme.contribution.timing == "in-advance"
        for period in range(self.calendar.months // self.period):
            day = self.calendar.first[(period if in_advance else period + 1) * self.period]
            if day < self.calendar.horizon:
                yield self.until(day, NEW_DUES)
                amounts = [self.contribution(household, self.today) for household in self.households]
                self.dues[period] = sum(amounts)
                for household, amount in zip(self.households, amounts):
                    if amount > 0:
                        self.ask(household, amount)

    def ask(self, household, amount):
        """A contribution falls due: it is paid from what was paid ahead, on time, or later."""
        credit = "unearned" if self.scheme.contribution.timing == "in-advance" else "accrued"
        self.post("contribution_due", "receivable", credit, amount, household.number)
        ahead = min(amount, household.paid_ahead)
        if ahead > 0:
            household.paid_ahead -= ahead
            self.post("paid_from_advance", "advances", "receivable", ahead, household.number)
        rest = amount - ahead
        if rest > 0:
            days = self.days_late(household)
            if days == 0 and household.owes == 0:
                self.post("paid_on_time", "cash", "receivable", rest, household.number)
            else:
                self.fall_behind(household, rest, self.today, self.today + days)

    def days_late(self, household):
        """How many days late a household pays what falls due today."""
        paying, u = self.setting.paying, self.draw(household.entity, "contribution.paid", self.today)[0]
        if paying is None or u < paying.on_time:
            return 0
        return min(max(ceil(-paying.mean_days_late * log((1 - u) / (1 - paying.on_time))), 1), 2**30)

    def fall_behind(self, household, amount, due_day, pays_on):
        """A household owes from a due day and will pay on another, or on a later one that it had in view."""
        if household.owes == 0:
            household.suspended_from = self.calendar.after(self.scheme.contribution.grace, due_day)
            household.pays_on = pays_on
            household.falls_behind.succeed()
        household.owes += amount
        household.pays_on = max(household.pays_on, pays_on)

    def pay_late(self, household):
        """A household's late payments: each time all that it owes at once."""
        while True:
            household.falls_behind = self.env.event()
            yield household.falls_behind
            while household.pays_on > self.today:  # it may be put off while waiting
                yield self.until(household.pays_on, LATE_PAYMENTS)
            reason = "paid_late"
            if self.today > household.suspended_from:
                reason, household.cover_from = "reinstated", self.today
            self.post(reason, "cash", "receivable", household.owes, household.number)
            household.owes = 0

    # [8] money

    def open_books(self):
        """The opening entries of the first day."""
        yield self.until(0, LATE_PAYMENTS)
        books = self.scenario.start_from
        if books is None:
            self.post_opening("cash", "equity", self.scheme.reserve.opening)
            return
        self.sort_members(books)
        self.post_opening("cash", "equity", books.cash)
        self.post_opening("receivable", "equity", sum(household.owes for household in self.households))
        self.post_opening("equity", "advances", books.paid_in_advance)
        for first, last, amount in books.owed_to_providers:
            self.post_opening("equity", "providers", amount)
            due = self.calendar.after(self.scheme.providers.pay_within, 0) - (first + last) // 2
            self.owe(max(due, 0), "providers", amount)

    def post_opening(self, debit, credit, amount):
        if amount > 0:
            self.post("opening", debit, credit, amount)

    def sort_members(self, books):
        """Which households have paid, some of them ahead, which are late and which are still waiting."""

        def lot(household):
            return draw(self.seed, EVERY_WORLD, household.entity, "household.status")[0], household.number

        households, paid_up, late = sorted(self.households, key=lot), books.members.paid_up, books.members.late
        for position, household in enumerate(households[:paid_up]):
            household.cover_from = None
            household.paid_ahead = books.paid_in_advance // paid_up + (position < books.paid_in_advance % paid_up)
        for position, household in enumerate(households[paid_up : paid_up + late]):
            household.cover_from = None
            if books.owed_by_members is None:
                there = sum(1 for person in household.people if person.born < 0)
                contribution = self.scheme.contribution
                amount = contribution.amount * (there if contribution.per == "beneficiary" else 1)
            else:
                amount = books.owed_by_members // late + (position < books.owed_by_members % late)
            self.begin_late(household, amount)

    def begin_late(self, household, amount):
        """A household owes an amount since the first day of the period before the start."""
        due_day = (add_months(self.calendar.start, -self.period) - self.calendar.start).days
        mean = 0 if self.setting.paying is None else self.setting.paying.mean_days_late
        u = self.draw(household.entity, "contribution.paid", due_day)[0]
        pays_on = min(max(ceil(-mean * log(1 - u)), 1), 2**30)
        if amount > 0:
            self.fall_behind(household, amount, due_day, pays_on)

    def owe(self, due_day, creditor, amount):
        """The mutual will have to pay an amount on a day."""
        if amount > 0:
            self.debts[due_day, CREDITORS.index(creditor)] += amount

    def book_running_costs(self):
        """The running costs of today, due today."""
        last_day = self.calendar.last_day(self.calendar.month(self.today))
        for day, amount in [(0, self.scheme.expenses.once), (last_day, self.scheme.expenses.per_month)]:
            if day == self.today and amount > 0:
                self.post("running_costs", "expenses", "suppliers", amount)
                self.owe(self.today, "suppliers", amount)

    def settle_debts(self):
        """Every evening: pay what has fallen due, oldest first, as far as the cash goes."""
        for day in range(self.calendar.horizon):
            yield self.until(day, SETTLEMENT)
            self.book_running_costs()
            fallen_due = sorted(debt for debt in self.debts if debt[0] <= day)
            for debt in fallen_due:
                self.pay(debt, min(self.debts[debt], self.books["cash"]))
            unpaid = sum(self.debts[debt] for debt in fallen_due)
            if unpaid > 0:
                self.late_days.append(day)
            self.worst = max(self.worst, unpaid - self.books["cash"])

    def pay(self, debt, amount):
        """Pay an amount of a debt."""
        if amount > 0:
            self.post("debt_paid", CREDITORS[debt[1]], "cash", amount)
            self.debts[debt] -= amount
        if self.debts[debt] == 0:
            del self.debts[debt]

    def close_months(self):
        """The last thing on the last day of each month: earn contributions, keep the balances, count the members."""
        for month in range(self.calendar.months):
            yield self.until(self.calendar.last_day(month), CLOSING)
            for period in range(month // self.period + 1):
                self.earn(period, month)
            self.closings.append(dict(self.books))
            self.count_members()

    def earn(self, period, month):
        """Book what a period's contributions have earned by the end of a month. What is done gives no difference."""
        if period in self.dues:
            total = self.dues[period]
        else:  # in arrears and not yet due
            total = sum(self.contribution(household, self.today) for household in self.households)
        elapsed = min(month + 1 - period * self.period, self.period)
        difference = total * elapsed // self.period - self.earned[period]
        self.earned[period] += difference
        account = "unearned" if self.scheme.contribution.timing == "in-advance" else "accrued"
        if difference > 0:
            self.post("earned", account, "contributions", difference)
        elif difference < 0:
            self.post("earned", "contributions", account, -difference)

    def count_members(self):
        """People and households at the closing."""
        for household in self.households:
            people, suspended = household.alive(self.today), household.suspended(self.today)
            self.count("people", people)
            covered = any(self.refusal(household, kind) is None for kind in self.kinds)
            self.count("people_covered", people if covered else 0)
            if people > 0:
                standing = "suspended" if suspended else "late" if household.owes > 0 else "paid_up"
                self.count("households_" + standing)


def live(scenario, seed, world):
    """One possible future of the scenario's mutual: what its books, registers and settlements show."""
    future = World(scenario, seed, world)
    future.run()
    return {
        "closings": future.closings,
        "entries": future.entries,
        "registers": future.registers,
        "late_days": future.late_days,
        "worst": future.worst,
    }
