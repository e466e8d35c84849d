"""A member list: the association's register, as a spreadsheet exports it.

Text with commas, semicolons or tabs, in UTF-8 or Windows-1252, a person a line below one header line. Columns, in
English or French: `household`, `member` (yes or no; exactly one yes in a household), `sex`, one of `age`, `born` and
`date of birth`, and if there are any `sector`, `distance_km`, `category`. Other columns are not read. All that is
wrong is told in one pass, without repeating a person's line: `list.csv:7: sex is 'femal'; did you mean 'female'? …`
"""

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from os import PathLike
from typing import Any, NamedTuple

import numpy as np

from mho_sim.scenario.faults import Fault, ScenarioError, quoted, visible
from mho_sim.scenario.reading import UNWANTED
from mho_sim.scenario.sentences import guess
from mho_sim.scenario.sheets import MIB, bytes_of, name_in, plain, stop, text_of
from mho_sim.scenario.values import LARGEST_HOUSEHOLD

LARGEST_FILE = 64 * MIB
MOST_LINES = 1_000_000
LONGEST_CELL = 200
MOST_FAULTS = 1_000
OLDEST = 110
FARTHEST = 1_000  # km
DAYS_PER_YEAR = 365.25
CONTROL = re.compile("[\0-\x1f\x7f-\x9f]")
DELIMITERS = ",;\t"

YES = ("yes", "oui", "1")
NO = ("no", "non", "0")
FEMALE = ("f", "female", "femme")
MALE = ("m", "male", "h", "homme")

DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, eq=False)
class MemberList:
    """The people of a register, in the order of the file; arrays have shape (people,) and cannot be written to."""

    household: np.ndarray  # int64, 0 to households - 1, in the order in which they first appear
    is_member: np.ndarray  # bool, one in each household
    woman: np.ndarray  # bool
    born_days_before_start: np.ndarray  # int64, at least 1
    sector: np.ndarray  # int64, place in `sectors`; -1 where the list says nothing
    category: np.ndarray  # int64, place in `categories`; -1 where the list says nothing
    distance_km: np.ndarray  # float64; nan where the list says nothing
    household_names: tuple[str, ...]  # (households,)
    sectors: tuple[str, ...]  # in the order in which they first appear
    categories: tuple[str, ...]
    not_read: tuple[str, ...]  # headers of columns that are not used


class _Refused(Exception):
    """A cell cannot be used; the text goes on a sentence that begins with the column and the cell."""


Read = Callable[[str, date], Any]


class _Column(NamedTuple):
    """What a column may be called, first in English, then in French, and how a cell is read."""

    words: tuple[str, ...]
    read: Read
    write: str  # what may be written
    required: bool = False


class _Place(NamedTuple):
    """Where a column is in this file."""

    index: int
    header: str  # as it is written in the file


def load_members(path: str | PathLike, start: date) -> MemberList:
    """Read a member list; ages are those on the day `start`. A ScenarioError holds all that is wrong."""
    raw, name = bytes_of(path, "a member list", LARGEST_FILE), str(path)
    return parse_members(raw, name, start)


def parse_members(raw: bytes, name: str, start: date) -> MemberList:
    """Read a member list from a file's bytes; `name` stands for the file in messages."""
    return _Register(name, start).read(_decode(raw, name))


def _decode(raw: bytes, name: str) -> str:
    """A member list's text, without empty lines at its end."""
    text = text_of(raw, name, LARGEST_FILE, "A member list has at most 1 000 000 lines.").rstrip("\n")
    if text.count("\n") >= MOST_LINES:
        stop(name, "The file has more than 1 000 000 lines. A member list has at most 1 000 000.")
    return text


# One cell


def _one_of(cell: str, true: tuple[str, ...], false: tuple[str, ...]) -> bool:
    word = cell.casefold()
    if word not in true + false:
        meant = guess(word, [word for word in true + false if len(word) > 1])
        raise _Refused(f"; did you mean '{meant}'?" if meant else ".")
    return word in true


def _member(cell: str, start: date) -> bool:
    return _one_of(cell, YES, NO)


def _woman(cell: str, start: date) -> bool:
    return _one_of(cell, FEMALE, MALE)


def _days_by_age(cell: str, start: date) -> int:
    """Days from birth to the start: the age and half a year, floored."""
    match = re.fullmatch(r"(-?[0-9]{1,4})(?:[.,]0+)?", cell)
    if not match:
        raise _Refused(", which is not a whole number.")
    if not 0 <= int(match[1]) <= OLDEST:
        raise _Refused(", which is out of range.")
    return math.floor((int(match[1]) + 0.5) * DAYS_PER_YEAR)


def _days_by_birth(cell: str, start: date) -> int:
    """Days from birth to the start. Of a year alone 1 July; if the start is no later, midway from 1 January to it."""
    day = _day_of_birth(cell, start)
    if day >= start:
        raise _Refused(f", which is not before the start, {start.isoformat()}.")
    age = start.year - day.year - ((start.month, start.day) < (day.month, day.day))
    if age > OLDEST:
        raise _Refused(f", which makes an age of {age}.")
    return (start - day).days


def _day_of_birth(cell: str, start: date) -> date:
    if re.fullmatch("[0-9]{4}", cell) and int(cell) > 0:
        july, january = date(int(cell), 7, 1), date(int(cell), 1, 1)
        return january + (start - january) // 2 if january < start <= july else july
    if match := YEAR_FIRST.fullmatch(cell):
        year, month, day = match.groups()
    elif match := DAY_FIRST.fullmatch(cell):
        day, month, year = match.groups()
    else:
        raise _Refused(", which is not written as a year or a day.")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise _Refused(", a day that is not in the calendar.") from None


def _distance(cell: str, start: date) -> float:
    if not re.fullmatch(r"-?[0-9]{1,9}(?:[.,][0-9]{1,9})?", cell):
        raise _Refused(", which is not a number of kilometres.")
    kilometres = float(cell.replace(",", "."))
    if not 0 <= kilometres <= FARTHEST:
        raise _Refused(", which is out of range.")
    return kilometres


BIRTH = "Write a year such as 1985, or a day such as 1985-03-31 or 31/03/1985, at most 110 years ago."
COLUMNS = {
    "household": _Column(("household", "menage"), name_in, "Write the household's name or number.", True),
    "member": _Column(("member", "membre"), _member, "Write yes or no.", True),
    "sex": _Column(("sex", "sexe"), _woman, "Write F or M.", True),
    "age": _Column(("age",), _days_by_age, "Write an age in completed years, from 0 to 110."),
    "born": _Column(("born", "ne_en", "nee_en", "né(e) en", "annee de naissance"), _days_by_birth, BIRTH),
    "date of birth": _Column(("date of birth", "date de naissance"), _days_by_birth, BIRTH),
    "sector": _Column(("sector", "secteur"), name_in, "Write a name."),
    "distance_km": _Column(
        ("distance_km", "distance"), _distance, "Write kilometres, from 0 to 1 000, such as 2.5, without the unit."
    ),
    "category": _Column(("category", "categorie"), name_in, "Write a name."),
}
BIRTHS = ("age", "born", "date of birth")
WORDS = {plain(word): key for key, column in COLUMNS.items() for word in column.words}


class _Register:
    """One pass over a file's lines."""

    def __init__(self, name: str, start: date) -> None:
        self.name, self.start = name, start
        self.faults: list[Fault] = []
        self.places: dict[str, _Place] = {}
        self.not_read: tuple[str, ...] = ()
        self.width = 0
        self.broken = False  # lines were lost, so that what follows from them is not told
        self.columns: dict[str, list[Any]] = {}
        self.lines: list[int] = []

    def read(self, text: str) -> MemberList:
        lines = text.split("\n")
        first = next((n for n, line in enumerate(lines) if re.search(r"\w", line)), None)
        if first is None:
            stop(self.name, "The file is empty.", 1)
        delimiter = max(DELIMITERS, key=lambda mark: _known(lines[first], mark))
        rows = self._rows(lines[first:], first, delimiter)
        line, header = next(rows, (0, []))
        if self.faults:  # of the header's line
            raise ScenarioError(self.faults)
        self._header(line, header)
        self._people(rows)
        if not self.lines and not self.faults:
            self._tell(line, "", "There are no people below the header. Write a person a line.")
        if not self.broken:
            self._households()
        if self.faults:
            raise ScenarioError(sorted(self.faults, key=lambda fault: fault.line or 0))
        return self._list()

    def _tell(self, line: int, column: str, sentence: str) -> None:
        self.faults.append(Fault(self.name, line, None, column, sentence))
        if len(self.faults) == MOST_FAULTS:
            sentence = "These are 1 000 faults. From here on the list was not read."
            faults = sorted(self.faults, key=lambda fault: fault.line or 0)
            raise ScenarioError([*faults, Fault(self.name, line, None, "", sentence)])

    def _rows(self, lines: list[str], before: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """The lines that hold something, each with its number and its cells, without spaces around them."""
        reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, skipinitialspace=True, strict=True)
        while True:
            line = before + reader.line_num + 1
            try:
                cells = [cell.strip() for cell in next(reader)]
            except StopIteration:
                return
            except csv.Error:
                sentence = "A quotation mark in this line is not closed, or stands inside a cell. Delete or double it."
            else:
                sentence = self._unfit(cells)
                if not sentence and any(cells):
                    yield line, cells
            if sentence:
                self.broken = True
                self._tell(line, "", sentence)

    def _unfit(self, cells: list[str]) -> str:
        """What is wrong with a line: cells that are long or of several lines, or more of them than in the header."""
        for cell in cells:
            if CONTROL.search(cell):
                words = "holds a line break or another control character. Write it on one line, and close its quotes."
                return f"The cell {quoted(cell)} {words}"
            if len(cell) > LONGEST_CELL:
                return f"The cell {quoted(cell)} has {len(cell)} characters. At most {LONGEST_CELL} are possible."
        if self.width and any(cells[self.width :]):
            words = "If a comma or semicolon belongs to a cell, put the cell in quotes."
            return f"This line has {len(cells)} cells, the header {self.width}. {words}"
        return ""

    # The header

    def _header(self, line: int, header: list[str]) -> None:
        """Find the columns; tell what is missing, misspelt or there twice."""
        self.width = len(header)
        unknown = []
        for index, cell in enumerate(header):
            key = WORDS.get(plain(cell))
            if key is None and cell:
                unknown.append(cell)
            elif key in self.places:
                first = self.places[key].header
                self._tell(line, key, f"The columns {quoted(first)} and {quoted(cell)} say the same. Keep one of them.")
            elif key:
                self.places[key] = _Place(index, cell)
        if not self.places:
            words = "The first line must name the columns: household, member, sex, and age, born or date of birth."
            stop(self.name, f"{words} It begins with {quoted(next(filter(None, header)))}.", line)
        births = [key for key in BIRTHS if key in self.places]
        for key in births[1:]:
            shown = " and ".join(quoted(self.places[also].header) for also in (births[0], key))
            self._tell(line, key, f"The columns {shown} both tell the age. Keep the one that is more exact.")
        self._missing(line, unknown, births)
        self.not_read = tuple(unknown)

    def _missing(self, line: int, unknown: list[str], births: list[str]) -> None:
        """Tell the columns that are missing, with the header that is most like them, and headers that look misspelt."""
        like = {plain(cell): cell for cell in unknown}
        for key, column in COLUMNS.items():
            if key in self.places or (key in BIRTHS and births):
                continue
            header = next((near for word in column.words if (near := guess(plain(word), like, _alike(column)))), None)
            if header is not None:
                word = guess(header, column.words, 0)
                births = [*births, key] if key in BIRTHS else births
                shown, words = quoted(like.pop(header)), "Rename it; if it holds something else, give it another name."
                self._tell(line, key, f"The column {shown} is not known; did you mean '{word}'? {words}")
            elif column.required:
                words = f"There is no column '{key}' ('{column.words[1]}' in French). {column.write}"
                self._tell(line, key, f"{words}{_headers(unknown)}")
        if not births:
            words = "There is no column that tells the age. Add one of: age, born (a year), date of birth."
            self._tell(line, "age", f"{words}{_headers(unknown)}")

    # The people

    def _people(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Read the cells of all columns; what cannot be read is None, and told."""
        readers = []
        for key, place in self.places.items():
            column = COLUMNS[key]
            needed = column.required or key in BIRTHS
            self.columns[key] = values = []
            readers.append((key, place.index, place.header, column, needed, {}, values))
        for line, cells in rows:
            self.lines.append(line)
            for key, index, header, column, needed, seen, values in readers:
                cell = cells[index] if index < len(cells) else ""
                try:
                    value, wrong = seen[cell]
                except KeyError:
                    value, wrong = seen[cell] = self._cell(cell, header, column, needed)
                values.append(value)
                if wrong:
                    self._tell(line, key, wrong)

    def _cell(self, cell: str, header: str, column: _Column, needed: bool) -> tuple[Any, str]:
        """A cell's value, and the sentence that refuses it, or nothing."""
        shown = visible(header[:40])
        if not cell:
            return None, f"{shown} is empty. {column.write}" if needed else ""
        if match := UNWANTED.search(cell):
            return None, f"{shown} holds a hidden character (U+{ord(match[0]):04X}). Delete it."
        try:
            return column.read(cell, self.start), ""
        except _Refused as refused:
            return None, f"{shown} is {quoted(cell)}{refused} {column.write}"

    def _households(self) -> None:
        """Tell the households that have no member or several, or too many people."""
        if "household" not in self.columns:
            return
        counted: dict[str, int] = {}
        first: dict[str, int] = {}
        member: dict[str, int | None] = {}
        unread = set()
        says = self.columns.get("member") or [None] * len(self.lines)
        for line, name, is_member in zip(self.lines, self.columns["household"], says):
            if name is None:
                continue
            first.setdefault(name, line)
            counted[name] = counted.get(name, 0) + 1
            if counted[name] == LARGEST_HOUSEHOLD + 1:
                words = f"has more than {LARGEST_HOUSEHOLD} people. At most {LARGEST_HOUSEHOLD} are possible."
                self._tell(line, "household", f"Household {quoted(name)} {words}")
            if is_member is None:
                unread.add(name)
            elif is_member and name in member:
                words = f"has another member in line {member[name]}. Exactly one person of a household is its member."
                self._tell(line, "member", f"Household {quoted(name)} {words}")
            elif is_member:
                member[name] = line
        for name, line in first.items():
            if name not in member and name not in unread:
                words = "has no member. Write yes in the line of the one person who is."
                self._tell(line, "member", f"Household {quoted(name)} {words}")

    def _list(self) -> MemberList:
        household, household_names = _numbered(self.columns["household"])
        nothing = [None] * len(self.lines)
        sector, sectors = _numbered(self.columns.get("sector", nothing))
        category, categories = _numbered(self.columns.get("category", nothing))
        distance = [math.nan if km is None else km for km in self.columns.get("distance_km", nothing)]
        days = next(self.columns[key] for key in BIRTHS if key in self.columns)
        return MemberList(
            household=household,
            is_member=_frozen(self.columns["member"], bool),
            woman=_frozen(self.columns["sex"], bool),
            born_days_before_start=_frozen(days, np.int64),
            sector=sector,
            category=category,
            distance_km=_frozen(distance, np.float64),
            household_names=household_names,
            sectors=sectors,
            categories=categories,
            not_read=self.not_read,
        )


def _known(line: str, delimiter: str) -> tuple[int, int]:
    """How many columns a header would have that are known, and how many in all."""
    cells = [cell.strip(' "') for cell in line.split(delimiter)]
    return sum(plain(cell) in WORDS for cell in cells), len(cells)


def _alike(column: _Column) -> float:
    """How like a header must be to a column's name to be taken for it misspelt: a column that may be left out, very."""
    return 0.6 if column.required else 0.8


def _headers(unknown: list[str]) -> str:
    return f" Not known are: {', '.join(quoted(cell, 20) for cell in unknown[:8])}." if unknown else ""


def _numbered(names: list[str | None]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Each name's number in the order in which they first appear (-1 for none), and the names."""
    number: dict[str, int] = {}
    numbers = [-1 if name is None else number.setdefault(name, len(number)) for name in names]
    return _frozen(numbers, np.int64), tuple(number)


def _frozen(values: list[Any], kind: Any) -> np.ndarray:
    array = np.array(values, dtype=kind)
    array.setflags(write=False)
    return array
