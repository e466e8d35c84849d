"""The calendar, the households and their people, births and deaths: what the reference model knows before its clock
starts. The numbers in brackets are the sections of mho_sim/MODEL.md.
"""

import datetime
from bisect import bisect_right
from collections import Counter
from math import floor, inf

from reference_numbers import (
    EVERY_WORLD,
    choice,
    draw,
    exp,
    exponential,
    largest_remainder,
    left_to_right,
    log,
    lognormal,
    scaled,
    value_in_range,
)

NEVER = 2**62
PLACES = 1024  # ordinals in a household


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

    def date(self, day):
        return self.start + datetime.timedelta(days=day)

    def number(self, date):
        """The number of the day that a date is."""
        return (date - self.start).days

    def month(self, day):
        return bisect_right(self.first, day) - 1

    def year(self, day):
        """The year of the horizon, which is the household-year."""
        return self.month(day) // 12

    def last_day(self, month):
        return self.first[month + 1] - 1

    def last_day_of_year(self, year):
        return self.last_day(12 * year + 11)

    def of_year(self, month):
        """Which month of the calendar year a month of the horizon is: 0 is January."""
        return (self.start.month - 1 + month) % 12

    def months_after(self, months, day):
        """The day that lies some months after another; or before, if negative."""
        return self.number(add_months(self.date(day), months))

    def after(self, duration, day):
        """The day that lies a duration after another."""
        return self.months_after(duration.months, day) + duration.days


# ---- [3] what nobody knows -------------------------------------------------------------------------------------------


class Known:
    """The unknown numbers of the setting as they are in one world: those with a range are drawn, and a pair of worlds
    has them in common.
    """

    def __init__(self, scenario, seed, world):
        self.ranges, self.seed, self.pair = scenario.unknowns, seed, world // 2
        self.drawn = {}  # by path: what was drawn

    def number(self, path, field, steps=None):
        """The number at a path; `steps`: drawn from so many equally probable places of its range."""
        if field is None:
            return None
        if path not in self.ranges:
            return field.best
        u = draw(self.seed, self.pair, 0, path)[0]
        if steps is not None:
            u = (floor(steps * u) + 0.5) / steps
        self.drawn[path] = value_in_range(u, self.ranges[path], *field.limits)
        return self.drawn[path]

    def variance(self, path, field):
        return self.number(path, field, steps=16)

    def money(self, path, field):
        value = self.number(path, field)
        if path in self.drawn:
            self.drawn[path] = floor(value + 0.5)
        return None if value is None else floor(value + 0.5)


# ---- [4] the association ---------------------------------------------------------------------------------------------


class Person:
    """Someone who lives, or may yet be born, in a household."""

    def __init__(self, household, ordinal, woman, born, mother=None, birth_year=None):
        self.household, self.ordinal, self.woman, self.born, self.dies = household, ordinal, woman, born, NEVER
        self.mother, self.birth_year = mother, birth_year  # of a child that may yet be born
        self.entity = household.number * PLACES + ordinal
        self.referred = {}  # by kind: what happens when someone refers this person
        self.had = Counter()  # what was paid for, by kind and household-year

    @property
    def there_at_start(self):
        return self.born < 0

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
        self.sector = self.zone = 0
        self.category = None
        self.joins, self.has_left = 0, False
        self.takes_up = True  # whether it joins at all, in this world
        self.cover_from = 0  # None: has served all waiting periods
        self.paid_ahead = self.owes = 0
        self.pays_on = self.suspended_from = self.struck_off_from = None  # while it owes
        self.had = Counter()  # what was paid for, by kind and household-year
        self.income, self.fifth = [], 0  # by month; by usual income, in this world

    def alive(self, day):
        """Who is alive on a day."""
        return [person for person in self.people if person.alive(day)]

    def enrolled(self, day):
        return self.takes_up and day >= self.joins and not self.has_left

    def suspended(self, day):
        return self.owes > 0 and day >= self.suspended_from


def band_value(bands, key, default=0):
    """The value of the band (of ages, of sizes, of kilometres) that holds a key, a default if none does."""
    return next((value for first, last, value in bands if first <= key and (last is None or key <= last)), default)


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
        place_household(scenario.setting, seed, household)
    if scenario.scheme.membership.intakes is not None:
        take_in(scenario.scheme.membership.intakes, seed, calendar, households)
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
    shares = scaled([share for _, _, share in bands])
    position = choice(u, [share for _, _, share in bands])
    first, last, _ = bands[position]
    before = left_to_right([0.0, *shares[:position]])
    return first + (u - before) / shares[position] * ((89 if last is None else last) + 1 - first)


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


def place_household(setting, seed, household):
    """What a household lives on, how far away it lives, and its category."""

    def drawn(decision, shares):
        return choice(draw(seed, EVERY_WORLD, household.entity, decision)[0], shares)

    association = setting.association
    if setting.enterprises:
        household.sector = drawn("household.sector", [enterprise.share for enterprise in setting.enterprises])
    if association.distance is not None:
        household.zone = drawn("household.zone", [share for _, _, share in association.distance])
    if association.categories is not None:
        position = drawn("household.category", list(association.categories.values()))
        household.category = list(association.categories)[position]


def take_in(intakes, seed, calendar, households):
    """Households join on the dates of the intakes, in an order that is drawn."""

    def lot(household):
        return draw(seed, EVERY_WORLD, household.entity, "household.intake")[0], household.number

    days, parts = zip(*sorted(intakes.items()))
    if all(isinstance(part, float) for part in parts):  # shares of the households
        parts = largest_remainder(parts, len(households))
    dates = [day for day, count in zip(days, parts) for _ in range(count)]
    for household, date in zip(sorted(households, key=lot), dates):
        household.joins = household.cover_from = calendar.number(date)


def ask_who_joins(take_up, households, known, seed, world):
    """Whether each household takes up membership in this world; without a share, all do."""
    share = known.number("setting.take_up", take_up)
    for household in households:
        if share is not None:
            household.takes_up = draw(seed, world, household.entity, "membership.taken_up")[0] < share


def draw_incomes(setting, households, calendar, known, seed, world):
    """What households live on in this world: each month's income, and the fifth by usual income."""
    usual = {}
    for household in households:
        place, enterprise = household.sector, setting.enterprises[household.sector]
        path, income = f"setting.enterprises.{place}.income_per_month", enterprise.income_per_month
        good, bad = known.money(f"{path}.good", income.good), known.money(f"{path}.bad", income.bad)
        scale = 1.0
        if enterprise.cv > 0:
            scale = lognormal(draw(seed, world, household.entity, "enterprise.scale")[0], 1.0, enterprise.cv)
        household.good_months = [
            draw(seed, world, household.entity, "enterprise.month", month)[0]
            < enterprise.good_months[calendar.of_year(month)]
            for month in range(calendar.months)
        ]
        household.income = [floor(scale * (good if is_good else bad) + 0.5) for is_good in household.good_months]
        p = left_to_right(enterprise.good_months) / 12
        usual[household] = scale * (p * good + (1 - p) * bad)
    for rank, household in enumerate(sorted(households, key=lambda household: (usual[household], household.number))):
        household.fifth = rank * 5 // len(households)


# ---- [5] births and deaths -------------------------------------------------------------------------------------------


def write_script(association, households, calendar, known, seed, world):
    """When everybody is born and dies in this world. Mothers come before their children."""
    p = known.number("setting.association.births", association.births)
    for person in (person for household in households for person in household.people):
        if person.mother is not None:
            person.born = day_of_birth(p, person, calendar, seed, world)
        if person.born != NEVER and association.deaths is not None:
            u = draw(seed, world, person.entity, "death")[0]
            person.dies = day_of_death(association.deaths, person.born, exponential(u))


def day_of_birth(p, child, calendar, seed, world):
    """The day on which a child is born, or NEVER."""
    chance, when = draw(seed, world, child.mother.entity, "birth", child.birth_year)
    month = floor(12 * when)
    in_horizon = 12 * child.birth_year + month
    day = calendar.first[in_horizon] + floor((12 * when - month) * calendar.days[in_horizon])
    return day if chance < p and child.mother.dies > day else NEVER


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
