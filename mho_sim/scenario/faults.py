"""What is wrong with a scenario, and where: `file:line:column: sentence`, the line, and a caret under the place."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"}
WIDEST = 120
MOST_SHOWN = 100
KEY = "[key]"  # ends a path whose key is wrong, not its value: pydantic's own sign
Path = tuple[str | int, ...]
Told = Iterator[tuple[Path, str]]  # of a check: where, and the sentence


class Source(NamedTuple):
    """Where text came from; `lines` is None for a value that was not in a file."""

    name: str
    lines: tuple[str, ...] | None = None


class Mark(NamedTuple):
    """A place in a source; line and column count from 1, and are None outside files."""

    source: Source
    line: int | None = None
    column: int | None = None


def visible(text: str) -> str:
    """The text without characters that a terminal would obey or hide."""
    return "".join(c for c in text.replace("\t", " ") if unicodedata.category(c) not in HIDDEN)


def quoted(value: object, most: int = 40) -> str:
    """A value as it is shown in a sentence: short, and harmless to a terminal."""
    text = visible(" ".join(str(value).split("\n"))[: most + 1])
    return f"'{text[:most]}…'" if len(text) > most else f"'{text}'"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong."""

    file: str
    line: int | None
    column: int | None
    path: str
    sentence: str
    excerpt: str = ""

    def __str__(self) -> str:
        place = [visible(self.file), *(str(n) for n in (self.line, self.column) if n is not None)]
        return f"{':'.join(place)}: {self.sentence}" + (f"\n{self.excerpt}" if self.excerpt else "")


def fault_at(mark: Mark, path: Path, sentence: str) -> Fault:
    return Fault(mark.source.name, mark.line, mark.column, dotted(path), sentence, excerpt(mark))


def dotted(path: Path) -> str:
    return ".".join(visible(str(step))[:60] for step in path if step != KEY)


def spoken(path: Path) -> str:
    """A path as it is shown in a sentence: places in a list are counted from 1, what is in an item before the list."""
    parts: list[str] = []
    names: list[str | int] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"{dotted(tuple(names))}, number {step + 1},")
            names = []
        else:
            names.append(step)
    return " in ".join([*([dotted(tuple(names))] if dotted(tuple(names)) else []), *reversed(parts)])


def excerpt(mark: Mark) -> str:
    """The line of the source, and a caret below the column."""
    if mark.line is None or mark.source.lines is None or mark.line > len(mark.source.lines):
        return ""
    line, column = mark.source.lines[mark.line - 1], mark.column or 1
    start = max(0, column - 80) if len(line) > WIDEST else 0
    before, after = visible(line[start : column - 1]), visible(line[column - 1 : start + WIDEST])
    return f"    {before}{after}".rstrip() + f"\n    {' ' * len(before)}^"


class ScenarioError(ValueError):
    """A scenario that cannot be used; `faults` holds all that is wrong with it, in the order of the file."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        more = f"\n… and {len(faults) - MOST_SHOWN} more." if len(faults) > MOST_SHOWN else ""
        super().__init__("\n".join(str(fault) for fault in faults[:MOST_SHOWN]) + more)

    def __reduce__(self) -> tuple:
        return type(self), (self.faults,)
