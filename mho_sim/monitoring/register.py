"""The register of a mutual's experience: what a treasurer writes down each quarter, as a spreadsheet exports it.

Text with commas, semicolons or tabs, in UTF-8 or Windows-1252; below one header line a service and period a line.
Columns, in English or French: `from`, `until` (first and last day, whole months), `service`, `covered` (people, on
average), `claims`, `paid`, and if there are any `group` (a village). Lines in which nothing is filled in yet are passed
over. All that is wrong is told in one pass: `register.csv:7: claims is '12,5', which is not a whole number. …`
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from os import PathLike
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from mho_sim.scenario import Fault, ScenarioError, add_months
from mho_sim.scenario.faults import quoted
from mho_sim.scenario.quantities import read_number, read_whole
from mho_sim.scenario.reading import UNWANTED
from mho_sim.scenario.sentences import guess
from mho_sim.scenario.sheets import MIB, bytes_of, name_in, plain, stop, text_of

LARGEST_FILE = 4 * MIB
ALLOWED = "A register has a line for each service and period."
MOST_FAULTS = 100
LONGEST_CELL = 200
DELIMITERS = ",;\t"
MOST_PEOPLE, MOST_CLAIMS, MOST_MONEY = 10**7, 10**8, 10**13
OLDEST = 5  # years before the start that a register may reach back; assumed
FORMULA = re.compile("[=+@]|-[^0-9]")  # with which a formula begins
BROKEN = re.compile(r"#(REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|REF!|VALEUR|NOM|NOMBRE|N/D)[!?]?.*", re.IGNORECASE)
DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
SENTENCES = {
    "mho_two_readings": "{column} is {found}, which can be read as {big} or as {small}. Write the one that you mean",
    "mho_two_readings_whole": "{column} is {found}, which can be read as {big} or as {small}. Write {big} if you mean "
    "thousands",
    "mho_marks": "{column} is {found}. Write {plain}: only a space or _ may separate thousands",
    "mho_leading_zero": "{column} is {found}, which begins with a zero. Write {plain}",
    "mho_not_whole": "{column} is {found}, which is not a whole number. Write {write}",
    "mho_not_a_number": "{column} is {found}, which is not a number. Write {write}",
}


class Row(NamedTuple):
    """One service in one period."""

    first: date  # the first of a month
    until: date  # the last day of a month, which belongs to the period
    service: str
    covered: float
    claims: int
    paid: float
    group: str = ""
    line: int | None = None


@dataclass(frozen=True)
class Register:
    """What a mutual has seen: rows in the order of the file; columns that were not read."""

    rows: tuple[Row, ...]
    not_read: tuple[str, ...] = ()

    @property
    def first(self):
        """The first day of all."""
        return min(row.first for row in self.rows)

    @property
    def until(self):
        """The last day of all."""
        return max(row.until for row in self.rows)

    @property
    def groups(self):
        """The groups, in the order in which they first appear; one without a name where there are none."""
        return tuple(dict.fromkeys(row.group for row in self.rows))


class _Refused(Exception):
    """A cell cannot be used; the text is the sentence."""


class _Column(NamedTuple):
    """What a column may be called, English first, how a cell is read, and what may be written."""

    words: tuple[str, ...]
    read: Callable[[str, str], Any]
    write: str
    required: bool = True


def load_register(path: str | PathLike, scenario: Any) -> Register:
    """Read a register for a scenario from a file. A ScenarioError holds all that is wrong."""
    raw, name = bytes_of(path, "a register", LARGEST_FILE), str(path)
    return parse_register(raw, name, scenario)


def parse_register(raw: bytes, name: str, scenario: Any) -> Register:
    """Read a register from a file's bytes; `name` stands for the file in messages."""
    return _Reader(name, scenario).read(text_of(raw, name, LARGEST_FILE, ALLOWED))


def cover_begins(scenario: Any, service: str) -> date:
    """The day from which somebody can be covered for a service: in a new mutual once the first who join have waited;
    where there were members before, the start.
    """
    if scenario.start_from is not None:
        return scenario.start
    wait, joined = scenario.waiting_of(service), min(scenario.scheme.membership.intakes or [scenario.start])
    return joined if wait is None else wait.after(joined)


def blank_register(scenario: Any) -> str:
    """An empty register of the scenario's first year, a quarter and service a line, to fill in; months in which nobody
    is covered for a service yet are left out.
    """
    if not scenario.scheme.benefits:
        raise ValueError("The package holds no care, so that there is nothing to write in a register.")
    begins = {kind: cover_begins(scenario, kind) for kind in scenario.kinds if kind in scenario.scheme.benefits}
    if (earliest := min(begins.values())) >= add_months(scenario.start, 12):
        raise ValueError(f"By the file nobody is covered before {earliest}, so that the first year has no register.")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(key for key, column in COLUMNS.items() if column.required)
    for quarter in range(4):
        first = add_months(scenario.start, 3 * quarter)
        until = add_months(scenario.start, 3 * quarter + 3) - timedelta(days=1)
        for service, begin in begins.items():
            if begin <= until:
                covered = max(first, begin.replace(day=1))
                writer.writerow([covered.isoformat(), until.isoformat(), service, "", "", ""])
    return out.getvalue()


# One cell: (cell, name of the column) to a value


def _day(cell: str, column: str) -> date:
    if match := YEAR_FIRST.fullmatch(cell):
        year, month, day = match.groups()
    elif match := DAY_FIRST.fullmatch(cell):
        day, month, year = match.groups()
    else:
        raise _Refused(f"{column} is {quoted(cell)}, which is not a date. Write one such as 2027-03-31 or 31/03/2027.")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise _Refused(f"{column} is {quoted(cell)}, a day that is not in the calendar.") from None


def _first_day(cell: str, column: str) -> date:
    day = _day(cell, column)
    if day.day != 1:
        raise _Refused(
            f"{column} is {quoted(cell)}, but a period is of whole months. Write the first day of a month, such as "
            f"{day.replace(day=1).isoformat()}."
        )
    return day


def _last_day(cell: str, column: str) -> date:
    day = _day(cell, column)
    if (day + timedelta(days=1)).day != 1:
        meant = day - timedelta(days=1) if day.day == 1 else add_months(day.replace(day=1), 1) - timedelta(days=1)
        raise _Refused(
            f"{column} is {quoted(cell)}, but a period is of whole months, its last day included. Write the last day "
            f"of a month, such as {meant.isoformat()}."
        )
    return day


def _people(cell: str, column: str) -> float:
    return _number(read_number, cell, column, MOST_PEOPLE, "people covered on average, such as 640 or 637.5")


def _claims(cell: str, column: str) -> int:
    return _number(read_whole, cell, column, MOST_CLAIMS, "a whole number of claims, from 0 on")


def _money(cell: str, column: str) -> float:
    return _number(
        read_number, cell, column, MOST_MONEY, "an amount without the currency, such as 148 500", amount=True
    )


def _number(read: Callable, cell: str, column: str, most: float, write: str, **how: bool) -> Any:
    try:
        return read(cell, 0, most, write, **how)
    except PydanticCustomError as error:
        words = SENTENCES.get(error.type, "{column} is {found}, which is out of range. Write {write}")
        raise _Refused(
            words.format(**(error.context or {}), column=column, found=quoted(cell), write=write) + "."
        ) from None


COLUMNS = {
    "from": _Column(("from", "du", "debut"), _first_day, "Write the first day of the period, such as 2027-01-01."),
    "until": _Column(("until", "au", "fin"), _last_day, "Write the last day of the period, such as 2027-03-31."),
    "service": _Column(("service", "soins", "prestation"), name_in, "Write a name of the scenario's benefits."),
    "covered": _Column(
        ("covered", "couverts", "beneficiaires"),
        _people,
        "Write how many people could use the service, on average: paid up, and their waiting period over.",
    ),
    "claims": _Column(
        ("claims", "cas", "prises en charge"),
        _claims,
        "Write for how many visits or stays of these dates the mutual pays.",
    ),
    "paid": _Column(("paid", "paye", "montant"), _money, "Write what the mutual pays for them, paid already or not."),
    "group": _Column(("group", "groupe", "village"), name_in, "Write the name of the village or group.", False),
}
COUNTED = ("covered", "claims", "paid")


COLUMNS_TOLD = (
    "covered: people who could use the service, on average over the dates: paid up, and their waiting period over.\n"
    "claims: visits or stays of these dates for which the mutual pays; paid: what it pays for them, paid already or "
    "not.\nLines without figures are passed over; dates of whole months may be changed; a column 'group' (village) may "
    "be added."
)
WORDS = {plain(word): key for key, column in COLUMNS.items() for word in column.words}


class _Reader:
    """One pass over a file's lines."""

    def __init__(self, name: str, scenario: Any) -> None:
        self.name, self.scenario = name, scenario
        self.services = [kind for kind in scenario.kinds if kind in scenario.scheme.benefits]
        self.faults: list[Fault] = []
        self.places: dict[str, int] = {}
        self.headers: dict[str, str] = {}
        self.not_read: tuple[str, ...] = ()
        self.width = 0

    def read(self, text: str) -> Register:
        lines = self._lines(text)
        if not lines:
            stop(self.name, "The file is empty.", 1)
        (line, header), *others = lines
        self._header(line, header)
        if self.faults:
            raise ScenarioError(self.faults)
        rows = [row for at, cells in others if (row := self._row(at, cells)) is not None]
        if not rows and not self.faults:
            self._tell(line, "", "Nothing is filled in below the header: write covered, claims and paid.")
        self._overlaps(rows)
        if self.faults:
            raise ScenarioError(sorted(self.faults, key=lambda fault: fault.line or 0))
        return Register(tuple(rows), self.not_read)

    def _tell(self, line: int, column: str, sentence: str) -> None:
        self.faults.append(Fault(self.name, line, None, column, sentence))
        if len(self.faults) == MOST_FAULTS:
            more = Fault(self.name, line, None, "", f"These are {MOST_FAULTS} faults. From here on nothing was read.")
            raise ScenarioError([*sorted(self.faults, key=lambda fault: fault.line or 0), more])

    def _lines(self, text: str) -> list[tuple[int, list[str]]]:
        """The lines that hold something, each with its number and its cells."""
        lines = text.split("\n")
        first = next((n for n, line in enumerate(lines) if re.search(r"\w", line)), None)
        if first is None:
            return []
        delimiter = max(DELIMITERS, key=lambda mark: _known(lines[first], mark))
        found = []
        for at, line in enumerate(lines[first:], first + 1):
            try:
                cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, strict=True), [])]
            except csv.Error:
                self._tell(at, "", "A quotation mark is not closed, or stands inside a cell. Delete or double it.")
                continue
            if any(cells):
                found.append((at, cells))
        return found

    def _header(self, line: int, header: list[str]) -> None:
        """Find the columns; tell what is missing, misspelt or there twice."""
        unknown, self.width = [], len(header)
        for index, cell in enumerate(header):
            key = WORDS.get(plain(cell))
            if key is None:
                unknown += [cell] if cell else []
            elif key in self.places:
                both = f"{quoted(self.headers[key])} and {quoted(cell)}"
                self._tell(line, key, f"The columns {both} say the same. Keep one of them.")
            else:
                self.places[key], self.headers[key] = index, cell
        if not self.places:
            words = f"The first line must name the columns: {', '.join(COLUMNS)} (group only if there are any)."
            stop(self.name, f"{words} It begins with {quoted(next(filter(None, header)))}.", line)
        like = {plain(cell): cell for cell in unknown}
        for key, column in COLUMNS.items():
            if key in self.places:
                continue
            likeness = 0.6 if column.required else 0.8
            near = next((one for word in column.words if (one := guess(plain(word), like, likeness))), None)
            if near is not None:
                shown = quoted(like.pop(near))
                self._tell(line, key, f"The column {shown} is not known; did you mean '{key}'? Rename it.")
            elif column.required:
                words = f"There is no column '{key}' ('{column.words[1]}' in French). {column.write}"
                self._tell(line, key, words)
        self.not_read = tuple(unknown)

    def _row(self, line: int, cells: list[str]) -> Row | None:
        """The row of a line; None where it is not filled in yet, or wrong, which is told."""
        if any(cells[self.width :]):
            words = "If a comma or semicolon belongs to a cell, put the cell in quotes."
            self._tell(line, "", f"This line has {len(cells)} cells, the header {self.width}. {words}")
            return None
        said = {key: cells[place] if place < len(cells) else "" for key, place in self.places.items()}
        if not any(said[key] for key in COUNTED):
            return None
        values, before = {}, len(self.faults)
        for key, cell in said.items():
            try:
                values[key] = self._cell(key, cell)
            except _Refused as refused:
                self._tell(line, key, str(refused))
        if len(self.faults) > before:
            return None
        row = Row(*(values[key] for key in ("from", "until", "service", *COUNTED)), values.get("group", ""), line)
        for column, sentence in self._at_odds(row):
            self._tell(line, column, sentence)
        return row if len(self.faults) == before else None

    def _cell(self, key: str, cell: str) -> Any:
        column, header = COLUMNS[key], self.headers[key]
        if not cell:
            raise _Refused(f"{header} is empty. {column.write}")
        if match := UNWANTED.search(cell):
            raise _Refused(f"{header} holds a hidden character (U+{ord(match[0]):04X}). Delete it.")
        if len(cell) > LONGEST_CELL:
            raise _Refused(f"{header} has {len(cell)} characters. At most {LONGEST_CELL} are possible.")
        if FORMULA.match(cell):
            words = "In the spreadsheet, save the sheet as CSV, which writes what formulas come to."
            raise _Refused(f"{header} is {quoted(cell)}, a formula and not its result. {words}")
        if BROKEN.fullmatch(cell):
            raise _Refused(f"{header} is {quoted(cell)}, a mistake that the spreadsheet tells. {column.write}")
        value = column.read(cell, header)
        if key == "service" and value not in self.services:
            raise _Refused(self._unknown_service(header, value))
        return value

    def _unknown_service(self, header: str, name: str) -> str:
        if name in self.scenario.kinds:
            return f"{header} is {quoted(name)}, for which the mutual does not pay: it is not in scheme.benefits."
        meant = guess(name, self.services)
        hint = f"; did you mean '{meant}'?" if meant else f". The package has: {', '.join(self.services)}."
        return f"{header} is {quoted(name)}, which is not in the package{hint}"

    def _at_odds(self, row: Row):
        """What is wrong with cells that can all be read."""
        start, end = self.scenario.start, add_months(self.scenario.start, 12 * self.scenario.years)
        if row.until < row.first:
            yield "until", f"The period ends on {row.until}, before it begins on {row.first}. Exchange the two dates."
        elif row.until >= end:
            words = f"The scenario looks from {start} to {end - timedelta(days=1)}: raise its 'years', or its 'start'."
            yield "until", f"until is {row.until}, after what the plan looks at. {words}"
        elif row.first < add_months(start, -12 * OLDEST):
            yield "from", f"from is {row.first}, more than {OLDEST} years before the plan begins ({start})."
        if row.covered == 0 and (row.claims or row.paid):
            yield "covered", "Nobody was covered, but there are claims or payments. Write how many people were covered."
        if row.claims == 0 and row.paid:
            yield "claims", f"There are no claims, but {row.paid:g} was paid. Write how many claims that was for."

    def _overlaps(self, rows: list[Row]) -> None:
        """Tell the rows of one service and group whose periods share a day."""
        latest: dict[tuple[str, str], Row] = {}
        for row in sorted(rows, key=lambda one: (one.first, one.line or 0)):
            before = latest.get((row.service, row.group))
            if before is not None and row.first <= before.until:
                of = f"{row.service} in {row.group}" if row.group else row.service
                words = f"{of} is there already for part of these dates, in line {before.line}. Keep one of them"
                hint = "" if "group" in self.places else "; if these are two villages, add a column 'group'"
                self._tell(row.line or 0, "from", f"{words}{hint}.")
            if before is None or row.until > before.until:
                latest[row.service, row.group] = row


def _known(line: str, delimiter: str) -> tuple[int, int]:
    """How many columns a header would have that are known, and how many in all."""
    cells = [cell.strip(' "') for cell in line.lstrip("\ufeff").split(delimiter)]
    return sum(plain(cell) in WORDS for cell in cells), len(cells)
