"""Checks of the scheme that need more than one field: joining, contributions, benefits, support."""

from datetime import date
from itertools import pairwise
from typing import Any

from mho_sim.scenario.checks_setting import counted, whole
from mho_sim.scenario.durations import Days, add_months
from mho_sim.scenario.faults import Path, Told
from mho_sim.scenario.quantities import RESERVED
from mho_sim.scenario.sentences import among
from mho_sim.scenario.tables import MONTHS

CONTRIBUTION = ("scheme", "contribution")
PEOPLE_AT_MOST = 100  # in a household, its children of many years included
DAYS_IN_YEAR = 366
LUMP_SUM_EXCLUDES = (
    ("copay", 0),
    ("copay_fixed", 0),
    ("deductible", 0),
    ("ceiling_per_event", None),
    ("order", ("deductible", "copay", "ceiling")),
)


def intakes(s: Any) -> Told:
    """Households join on firsts of months within the time, all of them."""
    found, path = s.scheme.membership.intakes, ("scheme", "membership", "intakes")
    if found is None:
        return
    if s.start_from is not None:
        yield path, "An existing mutual has its households already ('start_from'). Delete 'intakes'."
        return
    end = add_months(s.start, 12 * s.years)
    for day in found:
        if day.day != 1 or not s.start <= day < end:
            words = f"Households cannot join on {day}. Write the first of a month from {s.start} to before {end}."
            yield (*path, day.isoformat()), words
    shares, there = [part for part in found.values() if isinstance(part, float)], counted(s)
    if shares and len(shares) < len(found):
        yield path, "Some intakes are shares and some are households. Write all of them as one or the other."
    elif shares:
        yield from whole(path, shares, "intake")
    elif there and sum(found.values()) != there:
        yield path, f"The intakes add up to {sum(found.values())} households, but the association has {there}."


def amount(s: Any) -> Told:
    """One way to say how much, with what goes with it."""
    c = s.scheme.contribution
    if c.amount is None and c.by_size is None:
        words = "Nobody knows what to pay. Write scheme.contribution.amount, or scheme.contribution.by_size."
        yield CONTRIBUTION, words
    elif c.amount is not None and c.by_size is not None:
        yield (*CONTRIBUTION, "by_size"), "'amount' and 'by_size' exclude each other. Delete one of them."
    if c.child is not None and c.by_size is not None:
        yield (*CONTRIBUTION, "child"), "'child' and 'by_size' exclude each other. Delete one of them."
    elif c.child is not None and c.per != "beneficiary":
        yield (*CONTRIBUTION, "child"), "'child' needs 'per: beneficiary'. Change one of them."
    if c.extra_person is not None and c.by_size is None:
        yield (*CONTRIBUTION, "extra_person"), "'extra_person' goes with 'by_size'. Add that, or delete this."


def by_size(s: Any) -> Told:
    """Households of every size know what to pay."""
    table, path = s.scheme.contribution.by_size, (*CONTRIBUTION, "by_size")
    if table is None:
        return
    if table[0][0] != 1:
        yield path, f"{'.'.join(path)} begins at {table[0][0]} people. Begin at 1."
    for (_, end, _), (begin, _, _) in pairwise(table):
        if begin > end + 1:
            hole = f"A household of {end + 1}" if begin == end + 2 else f"Households of {end + 1} to {begin - 1}"
            yield path, f"{hole} cannot find what to pay in {'.'.join(path)}. Close the gap."


def in_categories(s: Any) -> Told:
    """Reductions and the State's share are for categories that are there."""
    known, c = list(s.setting.association.categories or ()), s.scheme.contribution
    told = [((*CONTRIBUTION, "by_category", name), name) for name in c.by_category]
    named = enumerate((c.state.categories or ()) if c.state else ())
    told += [((*CONTRIBUTION, "state", "categories", place), name) for place, name in named]
    for path, name in told:
        if name not in known:
            yield path, f"'{name}' is not a category in setting.association.categories{among(name, known)}"


def months(s: Any) -> Told:
    """Where months are named, households join in them."""
    every, path = s.scheme.contribution.every, (*CONTRIBUTION, "every")
    if not isinstance(every, tuple):
        return
    names = " or ".join(MONTHS[month - 1].capitalize() for month in every)
    days: list[tuple[str, date]] = [("the start", s.start)]
    if s.scheme.membership.intakes is not None:
        days = [("an intake", day) for day in s.scheme.membership.intakes]
    for what, day in days:
        if day.month not in every:
            yield path, f"Contributions are due in {names}, but {what} is on {day}. Let it be in one of these months."


def benefits_known(s: Any) -> Told:
    yield from _known(s, ("scheme", "benefits"), s.scheme.benefits, ())


def waiting_known(s: Any) -> Told:
    yield from _known(s, ("scheme", "membership", "waiting"), s.scheme.membership.waiting, RESERVED)


def _known(s: Any, path: Path, names: Any, also: tuple[str, ...]) -> Told:
    kinds = [*s.setting.illness, *also]
    for name in names:
        if name not in kinds:
            words = f"'{name}' in {'.'.join(path)} is not a kind of illness in setting.illness{among(name, kinds)}"
            yield (*path, name), words


def support(s: Any) -> Told:
    """Each support has its own name, and begins before it ends."""
    names = [one.name for one in s.scheme.support]
    for place, one in enumerate(s.scheme.support):
        path = ("scheme", "support", place)
        if one.name in names[:place]:
            yield (*path, "name"), f"The support '{one.name}' is there twice. Give each its own name."
        yield from _ends(s, path, one, "support")


def dated_costs(s: Any) -> Told:
    """Costs at dates of their own begin before they end."""
    for place, one in enumerate(s.scheme.expenses.dated):
        yield from _ends(s, ("scheme", "expenses", "dated", place), one, "cost")


def _ends(s: Any, path: Path, one: Any, what: str) -> Told:
    begins = one.from_ or s.start
    if one.until is not None and one.until <= begins:
        yield (*path, "until"), f"The {what} '{one.name}' ends on {one.until}, before it begins on {begins}."


def books_hold(s: Any) -> Told:
    """The contributions of the whole horizon are far from the largest number that the books can hold, 2^63."""
    c, people = s.scheme.contribution, PEOPLE_AT_MOST * (s.setting.association.count or 0)
    every = {"month": 12, "quarter": 4, "year": 1, "week": 53, "day": DAYS_IN_YEAR}.get(c.every) if isinstance(
        c.every, str) else DAYS_IN_YEAR // c.every.days + 1 if isinstance(c.every, Days) else len(c.every)  # fmt: skip
    most = max([c.amount or 0, *(amount for *_, amount in c.by_size or ()), c.child.amount if c.child else 0,
                c.extra_person.amount if c.extra_person else 0, c.minimum, c.joining_fee, c.penalty])  # fmt: skip
    if most * people * s.years * (every or 1) >= 2**62:
        words = "So many contributions of this size are more than the books can hold. Count in a larger unit of money."
        yield (*CONTRIBUTION, "amount"), words


def lump_sum(s: Any, kind: str) -> Told:
    """A lump sum needs no copayment and no ceiling."""
    benefit, path = s.scheme.benefits[kind], ("scheme", "benefits", kind)
    if benefit.lump_sum is None:
        return
    for key, unused in LUMP_SUM_EXCLUDES:
        if getattr(benefit, key) != unused:
            yield (*path, key), f"'{key}' and 'lump_sum' exclude each other. Delete one of them."


def classes(s: Any, kind: str) -> Told:
    """A copayment by class knows every class at which care is sought, and no others."""
    for key in ("copay", "copay_fixed"):
        share, path = getattr(s.scheme.benefits[kind], key), ("scheme", "benefits", kind, key)
        if not isinstance(share, dict):
            continue
        at = s.setting.illness[kind].at
        if at is None:
            words = f"'{key}' by class needs to know where care is sought. Write setting.illness.{kind}.at."
            yield path, words
            continue
        there = list(dict.fromkeys(s.setting.providers[name].class_ for name in at if name in s.setting.providers))
        for name in share:
            if name not in there:
                yield (*path, name), f"'{name}' is not a class of the providers of '{kind}'{among(name, there)}"
        missing = [name for name in there if name not in share]
        if missing:
            yield path, f"'{kind}' is also sought at providers of class '{missing[0]}'. Say what is paid there."


def limits(s: Any, kind: str) -> Told:
    """Days are of stays, causes are of those that are there."""
    benefit, illness, path = s.scheme.benefits[kind], s.setting.illness[kind], ("scheme", "benefits", kind)
    for key, unused in (("cash_per_day", 0), ("days_per_person_year", None)):
        if getattr(benefit, key) != unused and illness.days is None:
            yield (*path, key), f"'{key}' needs to know how long a stay is. Write setting.illness.{kind}.days."
    causes = list(illness.causes or ())
    for place, name in enumerate(benefit.excluded_causes or ()):
        if name not in causes:
            words = f"'{name}' is not a cause in setting.illness.{kind}.causes{among(name, causes)}"
            yield (*path, "excluded_causes", place), words


ALL = (benefits_known, waiting_known, intakes, amount, by_size, in_categories, months, support, dated_costs, books_hold)
PER_BENEFIT = (lump_sum, classes, limits)
