"""Tables whose keys carry meaning (age bands, zones, sizes, dates, names), and lists; faults are told at the place."""

import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from mho_sim.scenario.faults import visible
from mho_sim.scenario.quantities import SPACES, plain_text, read_date, read_text, read_whole, read_word, refuse

Bands = tuple[tuple[int, int | None, Any], ...]
Ages = tuple[tuple[int, int | None, float], ...]

OLDEST = 120
LONGEST_DEBT = 3650
MOST_PEOPLE = 999  # in a household, as a band of sizes may have it
FARTHEST = 1000  # km
LONGEST_NAME = 40  # characters of the name of a sector, a category, a cause or a class
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
DASH = f"[{SPACES}]*[-\u2013][{SPACES}]*"
BAND = re.compile(rf"([0-9]{{1,3}}){DASH}([0-9]{{1,3}})|([0-9]{{1,3}})[{SPACES}]*\+")
DEBT = re.compile(rf"([0-9]{{1,5}}){DASH}([0-9]{{1,5}})[{SPACES}]+days")
ZONE = re.compile(rf"(?:([0-9]{{1,4}}){DASH}([0-9]{{1,4}})|([0-9]{{1,4}})[{SPACES}]*\+)[{SPACES}]*km")
SIZE = re.compile(rf"([0-9]{{1,3}}){DASH}([0-9]{{1,3}})|([0-9]{{1,3}})[{SPACES}]*\+|([0-9]{{1,3}})")
NAME = re.compile(r"[^\W\d_][\w-]{0,39}")

Reader = Callable[[Any], Any]


def entries(value: Any, read_key: Reader, read_value: Reader, expected: str) -> list[tuple[Any, Any]]:
    """The entries of a mapping, both halves read; all that are wrong are refused together."""
    if not isinstance(value, dict):
        refuse("mho_not_a_table", expected=expected)
    if not value:
        refuse("mho_empty_table", expected=expected)
    found, wrong = [], []
    for key, item in value.items():
        halves = []
        for read, half, place in ((read_key, str(key), (key, "[key]")), (read_value, item, (key,))):
            try:
                halves.append(read(half))
            except PydanticCustomError as error:
                wrong.append(InitErrorDetails(type=error, loc=place, input=half))
        found.append((key, *halves))
    if not wrong:
        wrong = _disorder(found)
    if wrong:
        raise ValidationError.from_exception_data("table", wrong)
    return [(key, item) for _, key, item in found]


def _disorder(found: list[tuple[Any, Any, Any]]) -> list[InitErrorDetails]:
    """Bands must rise and must not overlap; other keys (numbers) must not be the same twice."""
    wrong: list[InitErrorDetails] = []
    seen: dict[Any, Any] = {}
    for (before, low, _), (written, high, _) in pairwise(found):
        seen.setdefault(low, before)
        if isinstance(low, tuple) and (low[1] is None or high[0] <= low[1]):
            wrong.append(_out_of_place("mho_band_order", written, before))
        elif not isinstance(low, tuple) and high in seen:
            wrong.append(_out_of_place("mho_repeated", written, seen[high]))
    return wrong


def _out_of_place(kind: str, written: Any, before: Any) -> InitErrorDetails:
    error = PydanticCustomError(kind, "{before}", {"before": visible(str(before))[:40]})
    return InitErrorDetails(type=error, loc=(written, "[key]"), input=written)


def read_band(key: str) -> tuple[int, int | None]:
    """`0-4` (both ages included) or `60+`, in completed years."""
    match = BAND.fullmatch(key)
    if not match:
        refuse("mho_band")
    first, last = int(match[1] or match[3]), int(match[2]) if match[2] else None
    if first > (OLDEST if last is None else last) or (last or 0) > OLDEST:
        refuse("mho_band_range", oldest=OLDEST)
    return first, last


def _as_written(value: Any, write: Reader, expected: str) -> Any:
    """A mapping, also where a scenario's own field is given, which holds a tuple."""
    if not isinstance(value, tuple):
        return value
    try:
        return write(value)
    except (TypeError, ValueError):
        refuse("mho_not_a_table", expected=expected)


def read_ages(value: Any, read_value: Reader, expected: str) -> Ages:
    """A table of age bands: tuples (first, last or None, value), ages ascending."""
    value = _as_written(value, write_bands, expected)
    return tuple((*band, item) for band, item in entries(value, read_band, read_value, expected))


def write_bands(table: tuple) -> dict[str, Any]:
    """The table as it is written in a file."""
    return {f"{first}+" if last is None else f"{first}-{last}": item for first, last, item in table}


def read_rates(value: Any, read_value: Reader, expected: str) -> Ages:
    """A table of ages in which those that are left out become bands of 0, from birth on."""
    table = read_ages(value, read_value, expected)
    filled: list[tuple[int, int | None, float]] = []
    following = 0
    for first, last, item in table:
        if first > following:
            filled.append((following, first - 1, 0.0))
        filled.append((first, last, item))
        following = OLDEST + 1 if last is None else last + 1
    return tuple(filled)


def read_month(item: Any) -> int:
    """The number of a month, from 1, of which the name is written."""
    if isinstance(item, int):
        item = MONTHS[item - 1] if 1 <= item <= 12 else str(item)
    name = read_word(item.lower() if isinstance(item, str) else item, MONTHS, "a month, January to December")
    return MONTHS.index(name) + 1


def read_months(value: Any, read_value: Reader, expected: str) -> tuple[float, ...]:
    """Twelve numbers, January first."""
    if not isinstance(value, list | tuple):
        refuse("mho_not_months", expected=expected)
    months, wrong = [], []
    for place, item in enumerate(value[:12]):
        try:
            months.append(read_value(item))
        except PydanticCustomError as error:
            wrong.append(InitErrorDetails(type=error, loc=(place,), input=item))
    if wrong:
        raise ValidationError.from_exception_data("months", wrong)
    if len(value) != 12:
        refuse("mho_months", expected=expected)
    return tuple(months)


def read_debt_age(key: str) -> tuple[int, int]:
    """`0-30 days`: the ages of invoices, in days, both included."""
    match = DEBT.fullmatch(key)
    if not match:
        refuse("mho_debt_band")
    first, last = int(match[1]), int(match[2])
    if not first <= last <= LONGEST_DEBT:
        refuse("mho_debt_range", oldest=LONGEST_DEBT)
    return first, last


def read_debts(value: Any, read_value: Reader, expected: str) -> tuple[tuple[int, int, int], ...]:
    """Unpaid invoices by age: tuples (first, last, amount)."""
    value = _as_written(value, write_debts, expected)
    return tuple((*band, item) for band, item in entries(value, read_debt_age, read_value, expected))


def write_debts(table: tuple) -> Any:
    """The table as it is written in a file; none where nothing is owed."""
    if not table:
        return None
    return {f"{first}-{last} days": item for first, last, item in table}


def read_households(value: Any, most: int, largest: int, expected: str) -> dict[int, int]:
    """Household sizes and how many there are of each, sizes ascending."""
    size, count = f"a household size from 1 to {largest}", f"how many there are, from 0 to {most}"
    return dict(
        sorted(
            entries(
                value,
                lambda key: read_whole(key, 1, largest, size),
                lambda item: read_whole(item, 0, most, count),
                expected,
            )
        )
    )


def read_zone(key: str) -> tuple[int, int | None]:
    """`0-4 km` (both included) or `5+ km`, in whole kilometres."""
    match = ZONE.fullmatch(key)
    if not match:
        refuse("mho_zone")
    first, last = int(match[1] or match[3]), int(match[2]) if match[2] else None
    if first > (FARTHEST if last is None else last) or (last or 0) > FARTHEST:
        refuse("mho_zone_range", most=FARTHEST)
    return first, last


def read_size(key: str) -> tuple[int, int | None]:
    """`1`, `2-5` (both included) or `6+` people."""
    match = SIZE.fullmatch(key)
    if not match:
        refuse("mho_size")
    first = int(match[1] or match[3] or match[4])
    last = None if match[3] else int(match[2] or match[4])
    if not 1 <= first <= (MOST_PEOPLE if last is None else last):
        refuse("mho_size_range")
    return first, last


def write_zones(table: tuple) -> dict[str, Any]:
    return {f"{key} km": item for key, item in write_bands(table).items()}


def write_sizes(table: Any) -> Any:
    """The table as it is written in a file; what is no table stays as it is."""
    if not isinstance(table, tuple):
        return table
    return {f"{first}" if first == last else f"{first}{'+' if last is None else f'-{last}'}": item
            for first, last, item in table}  # fmt: skip


def read_bands(value: Any, read_key: Reader, read_value: Reader, write: Reader, expected: str) -> Bands:
    """A table of zones or of sizes: tuples (first, last or None, value), ascending."""
    value = _as_written(value, write, expected)
    return tuple((*band, item) for band, item in entries(value, read_key, read_value, expected))


def read_names(value: Any, read_value: Reader, expected: str, may_be_empty: bool = False) -> dict[str, Any]:
    """Something for each of several names, in the order of the file."""
    if may_be_empty and value in ({}, "none"):
        return {}
    return dict(entries(value, read_plain_name, read_value, expected))


def read_called(value: Any, read_value: Reader, expected: str, may_be_empty: bool = False) -> dict[str, Any]:
    """Something for each of several things that people call by names of their own, in the order of the file: the same
    that may be written where the name itself is a value, such as that of a sector.
    """
    if may_be_empty and value in ({}, "none"):
        return {}
    read_key = partial(read_text, most=LONGEST_NAME, expected=f"a name of at most {LONGEST_NAME} characters")
    return dict(entries(value, read_key, read_value, expected))


def read_texts(value: Any, read_value: Reader, expected: str) -> dict[str, Any]:
    """Something for each of several things that people name in their own words."""
    return dict(entries(value, lambda key: read_text(key, 60, expected="a name"), read_value, expected))


def read_amount_list(value: Any, read: Reader, expected: str) -> tuple[float, ...]:
    """A list of at least two amounts, which may repeat."""
    if not isinstance(value, list | tuple):
        refuse("mho_not_a_list", expected=expected)
    if len(value) < 2:
        refuse("mho_too_few", expected=expected)
    return _each(value, read)


def read_counts(value: Any, read: Reader, most: int, expected: str) -> tuple[int, ...]:
    """A list of at least one and at most so many counts, which may repeat."""
    if not 0 < len(value) <= most:
        refuse("mho_too_few" if value else "mho_empty_list", expected=expected)
    return _each(value, read)


def _each(value: Any, read: Reader) -> tuple:
    """Every item read; all that are wrong are refused together."""
    found, wrong = [], []
    for place, item in enumerate(value):
        try:
            found.append(read(item))
        except PydanticCustomError as error:
            wrong.append(InitErrorDetails(type=error, loc=(place,), input=item))
    if wrong:
        raise ValidationError.from_exception_data("list", wrong)
    return tuple(found)


def read_plain_name(key: str, expected: str = "") -> str:
    """A name that is no kind of illness."""
    if not NAME.fullmatch(key):
        refuse("mho_plain_name")
    return key


def read_dates(value: Any, read_value: Reader, expected: str) -> dict[Any, Any]:
    """Something for each of several dates, in their order."""
    return dict(sorted(entries(value, lambda key: read_date(key, expected="a date"), read_value, expected)))


def read_amounts(value: Any, read_key: Reader, read_value: Reader, expected: str) -> tuple[tuple[int, float], ...]:
    """Amounts of money, ascending, and a share for each: tuples (amount, share)."""
    value = _as_written(value, dict, expected)
    return tuple(sorted(entries(value, read_key, read_value, expected)))


def read_list(value: Any, read: Reader, expected: str) -> tuple:
    """A list without repetitions, each item read."""
    if not isinstance(value, list | tuple):
        refuse("mho_not_a_list", expected=expected)
    if not value:
        refuse("mho_empty_list", expected=expected)
    found: list[Any] = []
    wrong = []
    for place, item in enumerate(value):
        try:
            one = read(item)
            if one in found:
                refuse("mho_listed_twice", expected=expected)
            found.append(one)
        except PydanticCustomError as error:
            wrong.append(InitErrorDetails(type=error, loc=(place,), input=item))
    if wrong:
        raise ValidationError.from_exception_data("list", wrong)
    return tuple(found)


def read_listed_band(item: Any) -> tuple[int, int | None]:
    """An age band in a list: `0-4` or `60+`."""
    if isinstance(item, tuple) and len(item) == 2:
        item = next(iter(write_bands(((*item, 0),))))
    text = plain_text(item, expected="an age band such as 0-4 or 60+")
    match = BAND.fullmatch(text)
    first, last = (int(match[1] or match[3]), int(match[2]) if match[2] else None) if match else (1, 0)
    if not first <= (OLDEST if last is None else last) <= OLDEST:
        refuse("mho_listed_band", oldest=OLDEST)
    return first, last


def write_listed_bands(bands: tuple) -> list[str]:
    return [f"{first}+" if last is None else f"{first}-{last}" for first, last in bands]
