"""Draws the association's households and people as columns with stable ids, and each world's script of births and
deaths.

Who lives in which household, ages and sexes are drawn once per seed; births and deaths once per world, before the clock
starts. For every year in which a woman may give birth there is a place for her child; a world has a row for everyone
who is there at the start and for every child that it sees born. Rows are ordered by household, then by ordinal in it.
Rules: MODEL.md, sections 4 and 5.
"""

import math
from typing import NamedTuple

import numpy as np

from mho_sim.compiled import kernel, rule
from mho_sim.draws import SHARED, decision, exp, exponential, normal, uniform_columns, uniforms

PLACES = (
    1024  # ordinals a household may use, more than 40 people can need in 20 years: entity = household × 1024 + ordinal
)
LARGEST_HOUSEHOLD = 40
OLDEST = 89  # an open age band is drawn up to this age; assumed
DAYS_PER_YEAR = 365.25
NEVER_DAY = np.int32(2**31 - 1)
FERTILE = (15, 50)  # from the first birthday to before the second


ROW = np.dtype([("entity", "i4"), ("household", "i4"), ("born", "i4"), ("woman", "?")], align=True)
PLACE = np.dtype(
    [("entity", "i4"), ("household", "i4"), ("mother", "i4"), ("birth_year", "i2"), ("woman", "?")], align=True
)
HOUSEHOLD = np.dtype([("sector", "i2"), ("zone", "i2"), ("category", "i2"), ("group", "i2")], align=True)
PERSON = np.dtype(
    [
        ("entity", "i4"),
        ("born", "i4"),  # day
        ("dies", "i4"),  # day
        ("mother", "i4"),  # her row, of those born in the horizon; else -1
        ("frailty", "u2"),  # class of the personal factor
        ("band", "u1"),  # birthdays passed at which something may change
        ("woman", "?"),
    ],
    align=True,
)


class Association(NamedTuple):
    """The people who are there at the start and the places of children, the same in all worlds, by household.

    `row`, (people,), has the fields entity, household, born (day) and woman; those of household h are first[h] to
    first[h + 1] - 1. `place`, (places,), has entity, household, mother (her row), birth_year (of the horizon, in which
    the child may be born) and woman; those of household h are first_place[h] to first_place[h + 1] - 1. The households
    of mutual m are homes[m] to homes[m + 1] - 1.
    """

    row: np.ndarray
    place: np.ndarray
    home: np.ndarray  # (households,) records: sector, zone, category, group of those who join on the same day
    joins: np.ndarray  # (groups,): day
    first: np.ndarray  # (households + 1,)
    first_place: np.ndarray  # (households + 1,)
    mutual: np.ndarray  # (households,)
    homes: np.ndarray  # (mutuals + 1,)


@rule
def birthday(born, years):
    """The day of someone's n-th birthday: a year counted as 365 1/4 days."""
    return born + years * 1461 // 4


def associate(scenario, seed, calendar):
    """The association of a scenario under a seed: the people at the start and the places of children."""
    terms = scenario.setting.association
    if scenario.members is not None:
        sizes, household, ordinal, born, woman = _listed(scenario.members)
    else:
        sizes = _household_sizes(terms, seed)
        household = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
        ordinal = np.arange(len(household)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        age_mark, sex_mark = _person_marks(household * PLACES + ordinal, seed)
        is_member = ordinal == 0
        born = np.where(
            is_member, _days_of_birth(age_mark, terms.member.ages), _days_of_birth(age_mark, terms.people.ages)
        )
        woman = sex_mark < np.where(is_member, terms.member.women, terms.people.women)
    mothers, years = _places_for_children(born, woman, terms, scenario.years, calendar)
    home, joins = _households(scenario, len(sizes), seed, calendar)
    return _with_children(sizes, household, ordinal, born, woman, mothers, years, home, joins, terms, seed)


def _listed(members):
    """Sizes and people of a member list, the member first in each household, then as listed."""
    order = np.lexsort((np.arange(len(members.household)), ~members.is_member, members.household))
    household = members.household[order].astype(np.int64)
    sizes = np.bincount(household)
    ordinal = np.arange(len(household)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return sizes, household, ordinal, -members.born_days_before_start[order], members.woman[order]


def _households(scenario, homes, seed, calendar):
    """What is known of each household, (homes,) records, and the days on which they join, by group."""
    terms, listed = scenario.setting.association, scenario.members
    home = np.zeros(homes, HOUSEHOLD)
    shares = {
        "sector": [enterprise.share for enterprise in scenario.setting.enterprises],
        "zone": [share for _, _, share in terms.distance or ()],
        "category": list((terms.categories or {}).values()),
    }
    for what, parts in shares.items():
        if parts:
            drawn = np.searchsorted(_cumulative(parts), _marks(homes, f"household.{what}", seed), side="right")
            home[what] = np.minimum(drawn, len(parts) - 1)
    if listed is not None:
        _as_listed(home, scenario)
    intakes = scenario.intakes
    if intakes is None:
        return home, np.zeros(1, np.int64)
    order = np.argsort(_marks(homes, "household.intake", seed), kind="stable")
    home["group"][order] = np.repeat(np.arange(len(intakes)), [intakes[date] for date in sorted(intakes)])
    return home, np.array([(date - calendar.start).days for date in sorted(intakes)], dtype=np.int64)


def _as_listed(home, scenario):
    """Put what a member list says of the members' households in the place of what was drawn."""
    listed, terms = scenario.members, scenario.setting.association
    of_member = np.lexsort((~listed.is_member, listed.household))
    of_member = of_member[listed.is_member[of_member]]  # the member's row, by household
    for what, names, known in (
        ("sector", listed.sectors, [enterprise.sector for enterprise in scenario.setting.enterprises]),
        ("category", listed.categories, list(terms.categories or {})),
    ):
        places = np.array([known.index(name) if name in known else -1 for name in names] + [-1])
        said = places[getattr(listed, what)[of_member]]
        home[what] = np.where(said >= 0, said, home[what])
    for zone, (first, last, _) in enumerate(terms.distance or ()):
        far = np.floor(listed.distance_km[of_member])  # nan is in no zone
        home["zone"][(first <= far) & (far <= (np.inf if last is None else last))] = zone


def _cumulative(shares):
    """Left-to-right sums of shares, each divided by their sum."""
    shares = np.array(shares, dtype=float)
    return np.cumsum(shares / np.cumsum(shares)[-1])


def _marks(homes, name, seed):
    """The first uniform of a decision of each household, the same in all worlds."""
    return uniform_columns(
        np.arange(homes, dtype=np.int64) * PLACES, np.zeros(homes, np.int64), decision(name), SHARED, np.uint64(seed)
    )[0]


@kernel
def scale_incomes(which, world, seed, log_mean, log_sd, home, scale):
    """Fill the households' scales of income of one world: lognormal by sector, 1 where the spread is 0."""
    for h in range(len(home)):
        sector = home[h].sector
        u, _ = uniforms(h * PLACES, 0, which, world, seed)
        scale[h] = exp(log_mean[sector] + log_sd[sector] * normal(u)) if log_sd[sector] > 0.0 else 1.0


def _household_sizes(terms, seed):
    """Persons per household, members included, shape (households,)."""
    if terms.households is not None:
        return np.repeat(*np.array(sorted(terms.households.items()), dtype=np.int64).T)
    law = terms.covered_per_member
    marks = _marks(terms.members, "household.size", seed)
    return 1 + np.minimum(
        np.searchsorted(_cumulative_sizes(law.mean, law.cv), marks, side="left"), LARGEST_HOUSEHOLD - 1
    )


def _cumulative_sizes(mean, cv):
    """P(N <= n) of the persons beside the member, negative binomial with mean `mean - 1` and the household's
    variance, n = 0 to 39.
    """
    extra, variance = mean - 1, (cv * mean) ** 2
    if extra == 0:
        return np.ones(LARGEST_HOUSEHOLD)
    r = extra * extra / (variance - extra)
    probability, total, cumulative = math.exp(r * math.log(r / (r + extra))), 0.0, []
    for n in range(LARGEST_HOUSEHOLD):
        total += probability
        cumulative.append(total)
        probability = probability * ((r + n) / (n + 1)) * (extra / (r + extra))
    return np.array(cumulative)


def _person_marks(entities, seed):
    return uniform_columns(entities, np.zeros(len(entities), np.int64), decision("person"), SHARED, np.uint64(seed))


def _days_of_birth(marks, ages):
    """Days of birth (before day 0) from one uniform each and a table of age bands with shares."""
    shares = np.array([share for _, _, share in ages])
    shares = shares / np.cumsum(shares)[-1]
    cumulative = np.cumsum(shares)
    low = np.array([first for first, _, _ in ages], dtype=float)
    high = np.array([OLDEST if last is None else last for _, last, _ in ages], dtype=float)
    band = np.minimum(np.searchsorted(cumulative, marks, side="right"), len(shares) - 1)
    before = np.concatenate(([0.0], cumulative))[band]
    age = low[band] + (marks - before) / shares[band] * (high[band] + 1 - low[band])
    return -1 - np.floor(age * DAYS_PER_YEAR).astype(np.int64)


def _places_for_children(born, woman, terms, years, calendar):
    """Rows of the mothers and years of the horizon in which they may give birth, by mother, then year."""
    if terms.births is None:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    starts = np.array([calendar.first[12 * year] for year in range(years)])
    reaches = birthday.py_func  # the same rule, on columns
    fertile = (reaches(born, FERTILE[0])[:, None] <= starts) & (starts < reaches(born, FERTILE[1])[:, None])
    return np.nonzero(fertile & woman[:, None])


def _with_children(sizes, household, ordinal, born, woman, mothers, years, home, joins, terms, seed):
    """The association; children's ordinals follow those of the people at the start, by mother, then year."""
    places = np.bincount(household[mothers], minlength=len(sizes))
    row, place = np.empty(len(household), ROW), np.empty(len(mothers), PLACE)
    row["household"], row["entity"], row["born"], row["woman"] = household, household * PLACES + ordinal, born, woman
    of = household[mothers]
    child_ordinal = sizes[of] + np.arange(len(mothers)) - np.repeat(np.cumsum(places) - places, places)
    entity = of * PLACES + child_ordinal
    place["household"], place["entity"], place["mother"], place["birth_year"] = of, entity, mothers, years
    place["woman"] = _person_marks(entity, seed)[1] < terms.people.women
    return Association(
        row,
        place,
        home,
        joins,
        first=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        first_place=np.concatenate(([0], np.cumsum(places))).astype(np.int64),
        mutual=np.zeros(len(sizes), np.int32),
        homes=np.array([0, len(sizes)]),
    )


class LifeTables(NamedTuple):
    """What the script of births and deaths is written from."""

    death_first: np.ndarray  # age bands: first year of age, shape (bands,)
    death_end: np.ndarray  # age at the band's end; infinite if open
    death_rate: np.ndarray  # deaths per person-year
    month_first: np.ndarray  # first day of each month, shape (months + 1,)
    birth: np.uint32  # decisions
    death: np.uint32


def life_tables(terms, calendar):
    """The tables of an association's terms, for `write_script`."""
    bands = terms.deaths or ()
    return LifeTables(
        np.array([first for first, _, _ in bands], dtype=np.float64),
        np.array([math.inf if last is None else last + 1 for _, last, _ in bands], dtype=np.float64),
        np.array([rate for _, _, rate in bands], dtype=np.float64),
        calendar.first,
        decision("birth"),
        decision("death"),
    )


@rule
def _age_at_death(age, e, tables):
    """Age at which the integrated hazard from `age` reaches e, in years; infinite if it never does."""
    for band in range(len(tables.death_rate)):
        if age >= tables.death_end[band] or age < tables.death_first[band]:
            continue
        rate, span = tables.death_rate[band], tables.death_end[band] - age
        if rate > 0 and e <= rate * span:
            return age + e / rate
        if rate > 0:
            e = e - rate * span
        age = tables.death_end[band]
    return math.inf


@rule
def _day_of_death(born, u, tables):
    """The day on which someone dies, at least the day after birth and day 1; NEVER_DAY if beyond all bands."""
    age = _age_at_death(-born / DAYS_PER_YEAR if born < 0 else 0.0, exponential(u), tables)
    last = born + np.floor(min(age, 1e8) * DAYS_PER_YEAR)
    return np.int32(min(max(last, born + 1, 1), NEVER_DAY))


@rule
def _day_of_birth(year, u, when, probability, tables):
    """The day in a year of the horizon on which a woman gives birth; NEVER_DAY if she does not."""
    if u >= probability:
        return NEVER_DAY
    month = np.int64(12 * when)
    start = tables.month_first[12 * year + month]
    days = tables.month_first[12 * year + month + 1] - start
    return np.int32(start + np.int64((12 * when - month) * days))


@kernel
def write_script(seed, world0, people, births, tables, u, v, dies, born):
    """Fill each world's days of death, `dies`, (worlds, people), of those who are there at the start, and days of
    birth, `born`, (worlds, places), of children (NEVER_DAY: not in this world). `births`, (worlds,), are the
    probabilities; u and v, as long as people or places, are scratch.
    """
    for w in range(dies.shape[0]):
        world = np.uint32(world0 + w)
        for i in range(dies.shape[1]):
            dies[w, i] = NEVER_DAY
        if len(tables.death_rate) > 0:
            for i in range(dies.shape[1]):
                u[i], v[i] = uniforms(people.row[i].entity, 0, tables.death, world, seed)
            for i in range(dies.shape[1]):
                dies[w, i] = _day_of_death(people.row[i].born, u[i], tables)
        for c in range(born.shape[1]):
            u[c], v[c] = uniforms(
                people.row[people.place[c].mother].entity, people.place[c].birth_year, tables.birth, world, seed
            )
        for c in range(born.shape[1]):
            day = _day_of_birth(people.place[c].birth_year, u[c], v[c], births[w], tables)
            born[w, c] = day if day < dies[w, people.place[c].mother] else NEVER_DAY


@kernel
def people_of_worlds(seed, world0, people, tables, band, dies, born, first, person):
    """Fill `person`, (worlds, rows), with the people of each world, and `first`, (worlds, households + 1), with the
    first row of each household; `band`, (people,), is where those who are there at the start stand.
    """
    mortal = len(tables.death_rate) > 0
    for w in range(person.shape[0]):
        world, n = np.uint32(world0 + w), 0
        for h in range(len(people.home)):
            first[w, h] = n
            for i in range(people.first[h], people.first[h + 1]):
                of, at_start = person[w, n], people.row[i]
                of.entity, of.born, of.woman, of.mother = at_start.entity, at_start.born, at_start.woman, -1
                of.dies, of.band = dies[w, i], band[i]
                n += 1
            for c in range(people.first_place[h], people.first_place[h + 1]):
                if born[w, c] != NEVER_DAY:
                    of, child = person[w, n], people.place[c]
                    of.entity, of.born, of.woman = child.entity, born[w, c], child.woman
                    of.mother = first[w, h] + child.mother - people.first[h]
                    of.dies, of.band = NEVER_DAY, 0
                    if mortal:
                        u, _ = uniforms(child.entity, 0, tables.death, world, seed)
                        of.dies = _day_of_death(born[w, c], u, tables)
                    n += 1
        first[w, len(people.home)] = n
