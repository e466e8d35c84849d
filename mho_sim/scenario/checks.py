"""Checks that need more than one field. Each yields the path where it is told, and the sentence.

They also run over what could be read of a file with other faults, so a check must only look at what it needs: a field
that could not be read is not there, and the check is left out.
"""

import math
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any

from mho_sim.scenario.faults import Path
from mho_sim.scenario.sentences import nearest

Told = Iterator[tuple[Path, str]]
PEOPLE = ("setting", "association")
OLDEST_OPEN = 89
PEOPLE_AT_MOST = 100  # in a household, its children of many years included
SHARES_MAY_MISS = 0.01  # rounding of published shares


def households(s: Any) -> Told:
    """Either `members` with `covered_per_member`, or `households`."""
    a = s.setting.association
    if a.households is not None:
        for key in ("members", "covered_per_member"):
            if getattr(a, key) is not None:
                yield (*PEOPLE, key), f"'{key}' and 'households' exclude each other. Delete one of them."
        if not 1 <= sum(a.households.values()) <= 1_000_000:
            counted = f"{sum(a.households.values()):,}".replace(",", " ")
            yield (*PEOPLE, "households"), f"The households add up to {counted}. It must be from 1 to 1 000 000."
    elif a.members is None:
        yield PEOPLE, "The association has no size. Write 'members' and 'covered_per_member', or 'households'."
    elif a.covered_per_member is None:
        yield PEOPLE, "'members' goes with 'covered_per_member'. Add it, such as {mean: 4.4, cv: 0.5}."


def sizes(s: Any) -> Told:
    """The household sizes need a spread that a distribution of whole persons can have."""
    size = s.setting.association.covered_per_member
    if size is None or size.mean <= 1 or (size.cv * size.mean) ** 2 > size.mean - 1:
        return
    least = math.floor(math.sqrt(size.mean - 1) / size.mean * 100 + 1) / 100
    advice = "If you know the sizes, write 'households' instead, such as {4: 150, 5: 150}."
    words = f"Households of {size.mean:g} on average cannot be so equal. 'cv' must be at least {least:g}. {advice}"
    yield (*PEOPLE, "covered_per_member", "cv"), words


def population_ages(s: Any) -> Told:
    for who in ("people", "member"):
        table, path = getattr(s.setting.association, who).ages, (*PEOPLE, who, "ages")
        total = sum(share for _, _, share in table)
        if not total > 0:
            yield path, f"The shares in {'.'.join(path)} add up to 0. At least one age band needs a share."
        elif abs(total - 1) > SHARES_MAY_MISS:
            yield path, f"The shares in {'.'.join(path)} add up to {100 * total:.4g}%. They must add up to 100%."
        for (_, end, _), (begin, _, _) in pairwise(table):
            if begin > end + 1:
                hole = f"Age {end + 1} is" if begin == end + 2 else f"Ages {end + 1} to {begin - 1} are"
                yield path, f"{hole} missing in {'.'.join(path)}. Write 0% if nobody is of that age."
        first, last, _ = table[-1]
        if last is None and first > OLDEST_OPEN:
            yield (
                path,
                f"The last band in {'.'.join(path)} begins at {first}. An open band begins at {OLDEST_OPEN} or below.",
            )


def paying(s: Any) -> Told:
    """Whoever pays late does so by some days."""
    p = s.setting.paying
    if p is not None and p.on_time < 1 and p.mean_days_late <= 0:
        path = ("setting", "paying", "mean_days_late")
        yield path, "Some members pay late ('on_time' is below 100%), so 'mean_days_late' must be above 0. Add it."


def one_illness(s: Any, kind: str) -> Told:
    """Either `need` with what shapes it, or `rate: births`."""
    illness, path = s.setting.illness[kind], ("setting", "illness", kind)
    if illness.need is None and illness.rate is None:
        yield (
            path,
            f"'{kind}' has neither 'need' nor 'rate'. Write 'need' (episodes per person-year), or 'rate: births'.",
        )
    if illness.need is not None and illness.rate is not None:
        yield (*path, "rate"), f"'{kind}' has both 'need' and 'rate'. Delete one of them."
    elif illness.rate is not None:
        if s.setting.association.births is None:
            yield (
                (*path, "rate"),
                f"'{kind}' follows the births, but 'births' is none. Write how many births, or a 'need'.",
            )
        yield from _needs_need(illness, kind, path)


def _needs_need(illness: Any, kind: str, path: Path) -> Told:
    for key, unused in (("by_age_sex", None), ("season", None), ("frailty", 0), ("community", 0)):
        if getattr(illness, key) != unused:
            yield (
                (*path, key),
                f"'{key}' shapes a 'need', but '{kind}' follows the births ('rate: births'). Delete '{key}'.",
            )


def one_cost(s: Any, kind: str) -> Told:
    """A cost law is fixed or lognormal, not both and not none."""
    cost, path = s.setting.illness[kind].cost, ("setting", "illness", kind, "cost")
    if (cost.fixed is None) == (cost.lognormal is None):
        problem = "has no bill" if cost.fixed is None else "has two bills"
        yield path, f"'{kind}' {problem}. Write either 'fixed' (always the same) or 'lognormal' (bills that vary)."


def one_season(s: Any, kind: str) -> Told:
    """At least one month has illness."""
    season = s.setting.illness[kind].season
    if season is not None and not sum(season) > 0:
        yield (
            ("setting", "illness", kind, "season"),
            f"All months in the season of '{kind}' are 0. One must be above 0.",
        )


def one_benefit(s: Any, kind: str) -> Told:
    """A fixed sum is paid whatever the bill: it goes with no copayment and no ceiling."""
    benefit, path = s.scheme.benefits[kind], ("scheme", "benefits", kind)
    if benefit.lump_sum is None:
        return
    for key, unused in (("copay", 0), ("ceiling_per_event", None)):
        if getattr(benefit, key) != unused:
            yield (*path, key), f"'{key}' and 'lump_sum' exclude each other. Delete one of them."


def benefits_known(s: Any) -> Told:
    yield from _known(s, ("scheme", "benefits"), s.scheme.benefits, ())


def waiting_known(s: Any) -> Told:
    yield from _known(s, ("scheme", "membership", "waiting"), s.scheme.membership.waiting, ("default",))


def _known(s: Any, path: Path, names: Any, also: tuple[str, ...]) -> Told:
    kinds = [*s.setting.illness, *also]
    for name in names:
        if name not in kinds:
            hint = nearest(name, kinds)
            known = f" There are: {', '.join(kinds)}." if hint == "." and kinds else ""
            yield (
                (*path, name),
                f"'{name}' in {'.'.join(path)} is not a kind of illness in setting.illness{hint}{known}",
            )


def start_date(s: Any) -> Told:
    if s.start_from is not None and s.start_from.date != (eve := s.start - timedelta(days=1)):
        yield ("start_from", "date"), f"start_from.date must be the day before 'start': {eve.isoformat()}."


def standing(s: Any) -> Told:
    """Everyone is paid up, late or waiting."""
    if s.start_from is None:
        return
    m, a = s.start_from.members, s.setting.association
    counted, there = m.paid_up + m.late + m.waiting, a.members if a.households is None else sum(a.households.values())
    if there and counted != there:
        parts = f"paid up {m.paid_up}, late {m.late}, waiting {m.waiting}"
        words = f"start_from.members adds up to {counted} households ({parts}), but the association has {there}."
        yield ("start_from", "members"), words


def paid_ahead(s: Any) -> Told:
    """Only late households owe, only paid-up ones have paid ahead."""
    if s.start_from is not None and s.start_from.owed_by_members and s.start_from.members.late == 0:
        yield (
            ("start_from", "owed_by_members"),
            "Only late households owe, but 'late' is 0. Write 0 here, or leave it out.",
        )
    if s.start_from is not None and s.start_from.paid_in_advance > 0 and s.start_from.members.paid_up == 0:
        yield ("start_from", "paid_in_advance"), "Only paid-up households pay ahead, but 'paid_up' is 0. Write 0 here."


def late_start(s: Any) -> Told:
    """Late households pay some day, and the file says when."""
    if s.start_from is None or s.start_from.members.late == 0:
        return
    path = ("start_from", "members", "late")
    if s.setting.paying is None:
        example = "{on_time: 80%, mean_days_late: 30}"
        yield (
            path,
            f"Some households are late, but the file does not say how members pay. Add setting.paying: {example}.",
        )
    elif s.setting.paying.mean_days_late <= 0:
        yield path, "Some households are late, so setting.paying needs 'mean_days_late' above 0. Add it."


def two_openings(s: Any) -> Told:
    if s.start_from is not None and s.scheme.reserve.opening > 0:
        yield (
            ("scheme", "reserve", "opening"),
            "start_from.cash is already the opening reserve. Delete reserve.opening.",
        )


def books_hold(s: Any) -> Told:
    """The contributions of the whole horizon are far from the largest number that the books can hold, 2^63."""
    periods = s.years * (12 if s.scheme.contribution.every == "month" else 1)
    people = PEOPLE_AT_MOST * (s.setting.association.count or 0)
    if s.scheme.contribution.amount * people * periods >= 2**62:
        words = "So many contributions of this size are more than the books can hold. Count in a larger unit of money."
        yield ("scheme", "contribution", "amount"), words


ALL = (households, sizes, population_ages, paying, benefits_known, waiting_known,
       start_date, standing, paid_ahead, late_start, two_openings, books_hold)  # fmt: skip
PER_ILLNESS = (one_illness, one_cost, one_season)


def check(s: Any) -> list[tuple[Path, str]]:
    """All that is told; `s` is a scenario, or what could be read of one."""
    told = []
    for rule in ALL:
        told += _told(rule, s)
    for rules, kinds in ((PER_ILLNESS, lambda: s.setting.illness), ((one_benefit,), lambda: s.scheme.benefits)):
        try:
            names = list(kinds())
        except AttributeError:
            continue
        told += [item for name in names for rule in rules for item in _told(rule, s, name)]
    return told


def _told(rule: Any, *of: Any) -> list[tuple[Path, str]]:
    """What a rule tells; what it needs and could not be read is not there, and ends it."""
    told: list[tuple[Path, str]] = []
    with suppress(AttributeError):
        told.extend(rule(*of))  # what was told before the end stays
    return told
