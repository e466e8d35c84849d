"""Reads what several versions of one scenario are written as on a command line: `NAME:PATH=VALUE,PATH=VALUE`."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from mho_sim.scenario.faults import Fault, ScenarioError, quoted, visible

EXAMPLE = "'less paid:scheme.benefits.outpatient.copay=30%'"
LONGEST = 40  # characters of a name, which stands in tables: assumed
PAIRS = {"{": "}", "[": "]"}
OPENS = "=:,{["  # what stands before a quote that opens, spaces apart: one in a word, as in don't, is an apostrophe


class Change(NamedTuple):
    """One `PATH=VALUE`, and how messages call it."""

    text: str
    said: str


def options_of(texts: Sequence[str], option: str, taken: Collection[str] = ()) -> dict[str, tuple[Change, ...]]:
    """The changes of each version by its name, as `load` takes them; `option` is what it is written after, such as
    --package, and `taken` are names that it cannot have. Raises ValueError with a sentence.
    """
    found: dict[str, tuple[Change, ...]] = {}
    for text in texts:
        name, colon, values = (part.strip() for part in text.partition(":"))
        if not (name and colon and values) or "=" in name:
            raise ValueError(f"{option} {quoted(text, 120)}: write NAME:PATH=VALUE, as in {EXAMPLE}.")
        said = heading(option, name)
        if len(name) > LONGEST or visible(name) != name:
            raise ValueError(f"{said}: write a name of at most {LONGEST} plain characters.")
        if name in taken:
            raise ValueError(f"{said}: this is what the table calls the scenario itself. Give it another name.")
        if name in found:
            raise ValueError(f"{said} is there twice. Give the second another name.")
        found[name] = tuple(Change(part, f"{said}: {visible(part)[:120]}") for part in _assignments(values, said))
    return found


def heading(option: str, name: str) -> str:
    """How messages call a version of a scenario."""
    return f"{option} {quoted(name)}"


def named(error: ScenarioError, said: str) -> ScenarioError:
    """The error of a version of a scenario, in which every fault names it, wherever it stands."""
    return ScenarioError([_named(fault, said) for fault in error.faults])


def _named(fault: Fault, said: str) -> Fault:
    if fault.file.startswith(said):
        return fault
    return Fault(fault.file, fault.line, fault.column, fault.path, f"With {said}: {fault.sentence}", fault.excerpt)


def _assignments(values: str, said: str) -> list[str]:
    """The `PATH=VALUE` of a version. Raises ValueError for what is none, and for a path that is named twice."""
    parts, paths = list(parted(values)), []
    for part in parts:
        path, equals, value = (piece.strip() for piece in part.partition("="))
        if not part:
            raise ValueError(f"{said}: nothing stands before or after a comma. Write PATH=VALUE there, or delete it.")
        if not equals or not path:
            raise ValueError(
                f"{said}: {quoted(part)} is no PATH=VALUE. A comma ends a value: write thousands with a space, and put "
                "text that holds a comma in quotes."
            )
        if not value:
            raise ValueError(f"{said}: {quoted(path, 80)} has no value. Write one after the =, such as 30% or none.")
        if path in paths:
            raise ValueError(f"{said}: {quoted(path, 80)} is there twice. Keep one of them.")
        paths.append(path)
    return parts


def parted(values: str) -> Iterator[str]:
    """The text between commas, but for those inside braces, brackets and quotes, which are part of a value."""
    begin, place, before, closing = 0, 0, ",", []
    while place < len(values):
        sign = values[place]
        if sign in "'\"" and before in OPENS:
            place = _end_of_quote(values, place)
        elif sign in PAIRS:
            closing.append(PAIRS[sign])
        elif closing and sign == closing[-1]:
            closing.pop()
        elif sign == "," and not closing:
            yield values[begin:place].strip()
            begin = place + 1
        before = before if sign == " " else sign
        place += 1
    yield values[begin:].strip()


def _end_of_quote(values: str, place: int) -> int:
    """Where the quote ends that begins at a place: in '…' a doubled one goes on, in "…" one behind a backslash."""
    sign, place = values[place], place + 1
    while place < len(values):
        if sign == '"' and values[place] == "\\":
            place += 1
        elif values[place] == sign:
            if sign == '"' or values[place + 1 : place + 2] != sign:
                break
            place += 1
        place += 1
    return place
