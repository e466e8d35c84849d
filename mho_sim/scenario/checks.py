"""Checks that need more than one field. Each yields the path where it is told, and the sentence.

They also run over what could be read of a file with other faults, so a check must only look at what it needs: a field
that could not be read is not there, and the check is left out.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from mho_sim.scenario import checks_scheme, checks_setting
from mho_sim.scenario.faults import Path, Told


def start_date(s: Any) -> Told:
    if s.start_from is not None and s.start_from.date != (eve := s.start - timedelta(days=1)):
        yield ("start_from", "date"), f"start_from.date must be the day before 'start': {eve.isoformat()}."


def standing(s: Any) -> Told:
    """Everyone is paid up, late or waiting."""
    if s.start_from is None:
        return
    m, there = s.start_from.members, checks_setting.counted(s)
    counted = m.paid_up + m.late + m.waiting
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


ALL = (*checks_setting.ALL, *checks_scheme.ALL, start_date, standing, paid_ahead, late_start, two_openings)


def check(s: Any) -> list[tuple[Path, str]]:
    """All that is told; `s` is a scenario, or what could be read of one."""
    told = []
    for rule in ALL:
        told += _told(rule, s)
    for rules, kinds in (
        (checks_setting.PER_ILLNESS, lambda: s.setting.illness),
        (checks_scheme.PER_BENEFIT, lambda: s.scheme.benefits),
    ):
        try:
            names = list(kinds())
        except AttributeError:
            continue
        told += [item for name in names for rule in rules for item in _told(rule, s, name)]
    return told


def _told(rule: Any, *of: Any) -> list[tuple[Path, str]]:
    """What a rule tells; what it needs and could not be read is not there, and ends it."""
    told: list[tuple[Path, str]] = []
    with suppress(AttributeError, KeyError):
        told.extend(rule(*of))  # what was told before the end stays
    return told
