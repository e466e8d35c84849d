"""The numbers of a scheme that can be moved in search of one that meets a target, and in which steps."""

import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mho_sim.data import coin
from mho_sim.scenario import grammar, quantities
from mho_sim.scenario.durations import Duration
from mho_sim.scenario.faults import ScenarioError, quoted
from mho_sim.scenario.sentences import among, guess
from mho_sim.scenario.values import RICHEST

LIMITS = ("events_per_", "days_per_")
WAITING = ("scheme", "membership", "waiting")
MEANT = 4  # numbers that are named where one of them was probably meant
PER_CENT = 10_000  # millionths, in which shares are moved
PROBES = {"text": "any words", "share": "37%", "months": "3 months", "money": 10**9, "whole": 7}
WORDS = {"money": "an amount such as 25", "share": "a share such as 1%", "months": "a time such as 1 month or 15 days",
         "days": "a time such as 15 days or 1 month", "whole": "a whole number such as 1"}  # fmt: skip


class Movable(NamedTuple):
    """A number of a scheme. Values are whole: money, millionths of a share, months or days, counts; `today` is None
    where there is no limit, or none is written; a value is proposed in multiples of `step`.
    """

    path: str
    kind: str  # money, share, months, days, whole
    today: int | None
    step: int
    most: int
    currency: str
    meaning: str

    @property
    def limit(self) -> str | None:
        """`ceiling` or `limit` where the number is the most that is paid for, so that none means no end; else None."""
        key = self.path.rpartition(".")[2]
        return "ceiling" if key.startswith("ceiling_") else "limit" if key.startswith(LIMITS) else None

    def written(self, value: int | None) -> Any:
        """A value as it is written in a file; None is none."""
        if value is None:
            return "none"
        if self.kind == "share":
            return f"{value / PER_CENT:g}%"
        if self.kind in ("months", "days"):
            return f"{value} {self.kind if value != 1 else self.kind[:-1]}" if value else "none"
        return value

    def said(self, value: int | None) -> str:
        """A value in words, with its unit; None is none, or that there is no limit."""
        if value is None:
            return f"no {self.limit}" if self.limit else "none"
        if self.kind == "money":
            return f"{value:,} {self.currency}".replace(",", " ")
        return str(self.written(value))


def movable(scenario: Any, path: str, step: str | None = None) -> Movable:
    """The number of a scheme at a path such as `scheme.contribution.amount`; `step` is text, as in a file. Raises
    ValueError with a sentence for what is no number of the scheme.
    """
    keys = tuple(int(key) if key.isdecimal() else key for key in path.strip().split("."))
    if keys[0] in ("setting", "start_from"):
        raise ValueError(
            f"--for {path}: this is what the assembly cannot decide, and only what it can is solved for. Name a number "
            f"under scheme, such as scheme.contribution.amount; to see what another {path} changes, use --set."
        )
    if meant := _meant(scenario, keys):
        raise ValueError(f"--for {path}: write where it stands in the file; did you mean {' or '.join(meant)}?")
    _find(scenario, path, keys)
    if keys[0] != "scheme":
        raise ValueError(
            f"--for {path}: this is no number of the scheme. Name one, such as scheme.contribution.amount."
        )
    kind = _kind_of(path, keys)
    today = _today(scenario, keys, kind)
    if kind == "months" and isinstance(today, Duration) and today.days and not today.months:
        kind = "days"
    size, kind = _step(scenario, path, kind, step)
    months, days = 12 * scenario.years, math.ceil(365.25 * scenario.years)
    most = {"money": RICHEST, "share": 100 * PER_CENT, "months": months, "days": days, "whole": 1000}[kind]
    field = grammar.field_at(keys) or grammar.field_at(keys[:-1])
    meaning = (field.description or "") if field else ""
    return Movable(path.strip(), kind, _whole(today, kind), size, most, scenario.currency, meaning)


def allowed(scenario: Any, number: Movable, value: int) -> Any:
    """The scenario with another value, or None if it cannot be so."""
    try:
        return scenario.with_(number.path, number.written(value))
    except ScenarioError:
        return None


def _meant(scenario: Any, keys: tuple) -> list[str]:
    """The numbers of a scheme that end with keys which do not begin at the file's beginning, or else that are like
    them: at most four; nothing where the keys do begin there, or nothing is like them.
    """
    if str(keys[0]) in (*scenario.content, *grammar.main_keys_at(())):
        return []
    known = {place: ".".join(map(str, place)) for place in _numbers(scenario.content.get("scheme"), ("scheme",))}
    ends = [text for place, text in known.items() if place[-len(keys) :] == keys]
    within = [text for place, text in known.items() if str(keys[-1]) in map(str, place)]
    last = guess(str(keys[-1]), [str(place[-1]) for place in known])
    alike = [text for place, text in known.items() if str(place[-1]) == last]
    near = [*ends, *(text for text in within if text not in ends)] if len(keys) == 1 else ends or within
    return (near or alike)[:MEANT]


def _numbers(part: Any, path: tuple) -> Iterator[tuple]:
    """The places in a scheme, as it is written, where a number stands that can be moved."""
    if isinstance(part, dict | list):
        for key, inner in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _numbers(inner, (*path, key))
        return
    try:
        _kind_of("", path)
    except ValueError:
        return
    yield path


def _find(scenario: Any, path: str, keys: tuple) -> None:
    """Raises ValueError with the nearest right key if a path leads nowhere."""
    here: Any = scenario.content
    for place, key in enumerate(keys):
        last, before = place == len(keys) - 1, keys[:place]
        if isinstance(here, dict) and str(key) in here:
            here = here[str(key)]
        elif isinstance(here, list) and isinstance(key, int) and key < len(here):
            here = here[key]
        elif last and grammar.field_at(keys) is not None:
            return
        elif last and before == WAITING:
            if key not in (names := [*scenario.kinds, *quantities.RESERVED]):
                raise ValueError(f"--for {path}: there is no {quoted(key)} in {'.'.join(before)}{among(key, names)}")
            return
        else:
            known = list(here) if isinstance(here, dict) else [*map(str, range(len(here)))] if isinstance(here, list) \
                else []  # fmt: skip
            known += [name for name in grammar.main_keys_at(before) if name not in known]
            if isinstance(key, str) and key in known:
                raise ValueError(
                    f"--for {path}: this scenario says nothing of {'.'.join(map(str, keys[: place + 1]))}. Write it in "
                    "the file first, or with --set."
                )
            where = ".".join(map(str, before)) or "a scenario"
            raise ValueError(f"--for {path}: there is no {quoted(key)} in {where}{among(str(key), known)}")


def _kind_of(path: str, keys: tuple) -> str:
    """What kind of number stands at a path."""
    field, wrap = grammar.field_at(keys), lambda value: value
    if field is None:
        field, wrap = grammar.field_at(keys[:-1]), lambda value: {str(keys[-1]): value}
    kinds = [kind for kind, probe in PROBES.items() if field is not None and grammar.accepts(field, wrap(probe))]
    if not kinds or kinds[0] == "text":
        raise ValueError(f"--for {path}: this is no number that can be moved. Name an amount, a share, a time or a "
                         "count, such as scheme.contribution.amount.")  # fmt: skip
    return kinds[0]


def _today(scenario: Any, keys: tuple, kind: str) -> Any:
    """What the scheme says today: a number, a `Duration`, or None."""
    here: Any = scenario
    for key in keys:
        if isinstance(here, dict):
            here = here.get(key, here.get(str(key)))
        elif isinstance(here, tuple) and isinstance(key, int) and not isinstance(here[0], tuple):
            here = here[key]
        elif isinstance(here, tuple):  # a table of bands
            written = scenario.content
            for step in keys:
                written = written[int(step)] if isinstance(written, list) else written[str(step)]
            here = quantities.read_share(written, "") if kind == "share" else int(written)
        else:
            here = getattr(here, f"{key}_" if key == "from" else str(key), None)
    if isinstance(here, dict | tuple):
        known = ", ".join(map(str, here)) if isinstance(here, dict) else "one of its bands"
        raise ValueError(
            f"--for {'.'.join(map(str, keys))}: this is a table. Name one of its numbers by its key: {known}."
        )
    if here is None and keys[:-1] == WAITING:
        here = scenario.waiting_of(keys[-1]) if keys[-1] in scenario.kinds else None
        return here or Duration()
    return here


def _whole(today: Any, kind: str) -> int | None:
    if today is None:
        return None
    if isinstance(today, Duration):
        return today.months + round(today.days / 30.4) if kind == "months" else today.days + round(30.4 * today.months)
    return round(today * 100 * PER_CENT) if kind == "share" else int(today)


def _step(scenario: Any, path: str, kind: str, step: str | None) -> tuple[int, str]:
    """The step of a kind of number, and the kind: months or days as the step says."""
    if step is None:
        return {"money": coin(scenario.currency), "share": PER_CENT}.get(kind, 1), kind
    text, size = str(step).strip(), 0
    if kind == "share" and re.fullmatch(r"[0-9]+([.,][0-9]+)?\s*%", text):
        size = round(float(text.rstrip("% ").replace(",", ".")) * PER_CENT)
    elif kind in ("months", "days") and (match := re.fullmatch(r"([0-9]+)\s*(day|month)s?", text)):
        size, kind = int(match[1]), f"{match[2]}s"
    elif kind in ("money", "whole") and re.fullmatch("[0-9]+([ _][0-9]{3})*", text):
        size = int(re.sub("[ _]", "", text))
    if size <= 0:
        raise ValueError(f"--step {step} is not possible for {path}: write {WORDS[kind]}.")
    return size, kind
