"""People's numbers: reads what a treasurer writes (`25 %`, `18 000`, `90 days`), refuses what has two readings.

Each reader takes text (or, from Python, a number) and returns the value, or refuses: the refusal's type is a key of the
table in `sentences`, its context fills the blanks there.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, NoReturn

from pydantic_core import PydanticCustomError

from mho_sim.scenario.durations import Duration

SPACES = "\u0020\u00a0\u202f\u2009"  # a space, and the no-break, narrow no-break and thin ones of word processors
LONGEST = 40  # characters of a number; nobody's books need more
GROUPED = re.compile(rf"[1-9][0-9]{{0,2}}(?:([{SPACES}_])[0-9]{{3}})(?:\1[0-9]{{3}})*")
TWO_READINGS = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})")
MANY_MARKS = re.compile(r"[1-9][0-9]{0,2}(?:[.,'][0-9]{3}){2,}|[1-9][0-9]{0,2}'[0-9]{3}")
NUMBER = re.compile(r"(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
SPAN = re.compile(rf"([0-9]{{1,9}})[{SPACES}]*(days?|months?|years?)")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DATED = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-9]{2})?)?")
NAME = re.compile(r"[^\W\d_][\w-]{0,39}")
RESERVED = ("default", "emergency", "newborn")  # words of waiting periods
YEARS_KNOWN = range(1900, 2201)


def refuse(kind: str, **blanks: Any) -> NoReturn:
    raise PydanticCustomError(kind, "{kind}", {"kind": kind, **blanks})


def plain_text(value: Any, expected: str) -> str:
    """The text of one value; a list, a mapping, a truth value or an empty text is refused."""
    if not isinstance(value, str):
        refuse("mho_not_a_value", expected=expected)
    text = value.strip(SPACES + "\t\n")
    if not text:
        refuse("mho_empty", expected=expected)
    return text


def within(value: Any, least: Any, most: Any, expected: str) -> Any:
    """The number, if it lies between two limits; else the refusal that names them."""
    if not least <= value <= most:  # also refuses what is not a number at all
        refuse("mho_range", expected=expected)
    return value


def _digits(text: str, expected: str) -> str:
    """The checks that all numbers share; returns the text without thousands marks."""
    if len(text) > LONGEST:
        refuse("mho_too_long", expected=expected, most=LONGEST)
    if MANY_MARKS.fullmatch(text):
        refuse("mho_marks", expected=expected, plain=re.sub(r"[.,']", "", text))
    if GROUPED.fullmatch(text):
        text = re.sub(rf"[{SPACES}_]", "", text)
    if re.match(r"-[0-9.,]", text):
        refuse("mho_range", expected=expected)
    if re.match(r"0[0-9_]", text):
        refuse("mho_leading_zero", expected=expected, plain=text.lstrip("0_") or "0")
    return text


def _decimal(text: str, expected: str) -> Decimal:
    text = _digits(text, expected)
    if not NUMBER.fullmatch(text):
        refuse("mho_not_a_number", expected=expected)
    return Decimal(text.replace(",", "."))


def _refuse_two_readings(text: str, expected: str, whole: bool) -> None:
    if match := TWO_READINGS.fullmatch(text):
        big, small = match[1] + match[2], f"{match[1]}.{match[2]}".rstrip("0").rstrip(".")
        small += "0" if TWO_READINGS.fullmatch(small) else ""
        kind = "mho_two_readings_whole" if whole and "." in small else "mho_two_readings"
        refuse(kind, expected=expected, big=big, small=small)


def _from_python(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def read_number(value: Any, least: float, most: float, expected: str, amount: bool = False) -> float:
    """A number with or without decimals. An `amount` of money may have thousands marks, so `18.000` is ambiguous."""
    if _from_python(value):
        return float(within(value, least, most, expected))
    text = plain_text(value, expected)
    if amount:
        _refuse_two_readings(text, expected, whole=False)
    return float(within(_decimal(text, expected), Decimal(str(least)), Decimal(str(most)), expected))


def read_whole(value: Any, least: int, most: int, expected: str) -> int:
    """A whole number, which may have thousands marks: `18000`, `18 000`, `18_000`; `18.000` is ambiguous."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(within(value, least, most, expected))
    if _from_python(value):
        if within(value, least, most, expected) != int(value):
            refuse("mho_not_whole", expected=expected)
        return int(value)
    text = plain_text(value, expected)
    _refuse_two_readings(text, expected, whole=True)
    text = _digits(text, expected)
    if not re.fullmatch("[0-9]+", text):
        refuse("mho_not_whole" if NUMBER.fullmatch(text) else "mho_not_a_number", expected=expected)
    return within(int(text), least, most, expected)


def read_share(value: Any, expected: str, most: int = 1) -> float:
    """A share of the whole: `25%`, `25 %`, `0.25`, `0,25`; a rate may be more than the whole, up to `most`."""
    if _from_python(value):
        return float(within(value, 0, most, expected))
    text = plain_text(value, expected)
    percent = text.endswith("%")
    number = _decimal(text.removesuffix("%").rstrip(SPACES), expected)
    if not percent and 1 < number <= 100:
        refuse("mho_bare_percentage", expected=expected)
    if not percent and number == 1:
        refuse("mho_bare_one", expected=expected)
    return float(within(number / 100 if percent else number, 0, most, expected))


def write_share(value: float) -> float | str:
    """A share as `read_share` takes it from a file, where a bare 1 is refused."""
    return value if value < 1 else f"{(Decimal(repr(float(value))) * 100).normalize():f}%"


def write_amount(value: float) -> float | str:
    """An amount as `read_number` takes it from a file, where 1.125 could be thousands."""
    return f"{value}0" if TWO_READINGS.fullmatch(repr(float(value))) else value


def read_duration(value: Any, expected: str) -> Duration:
    """`90 days`, `3 months`, `1 year`, `none`; at most 100 years."""
    if isinstance(value, Duration):
        span = value
    else:
        text = plain_text(value, expected)
        match = SPAN.fullmatch(text)
        if not match and text != "none":
            refuse("mho_bare_duration" if re.fullmatch("[0-9]+", text) else "mho_not_a_duration", expected=expected)
        if match and len(match[1]) > 1 and match[1][0] == "0":
            refuse("mho_leading_zero", expected=expected, plain=match[1].lstrip("0") or "0")
        count, unit = (int(match[1]), match[2][0]) if match else (0, "d")
        span = Duration(days=count) if unit == "d" else Duration(months=count * (12 if unit == "y" else 1))
    if not (0 <= span.months <= 1200 and 0 <= span.days <= 36525):
        refuse("mho_range", expected=expected)
    return span


def read_date(value: Any, expected: str) -> date:
    """A day that exists, as 2027-01-31."""
    if isinstance(value, date) and not isinstance(value, datetime):
        day = value
    else:
        text = plain_text(value, expected)
        if not DAY.fullmatch(text):
            refuse("mho_not_a_date", expected=expected)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            refuse("mho_no_such_day", expected=expected)
    if day.year not in YEARS_KNOWN:
        refuse("mho_range", expected=expected)
    return day


def read_month_start(value: Any, expected: str) -> date:
    """A date that is the first of a month."""
    day = read_date(value, expected)
    if day.day != 1:
        refuse("mho_month_start", expected=expected, first=day.replace(day=1).isoformat())
    return day


def read_dated(value: Any, expected: str) -> str:
    """When something was seen: `2026`, `2026-11` or `2026-11-30`, as text."""
    text = plain_text(str(value) if isinstance(value, date | int) and not isinstance(value, bool) else value, expected)
    if not DATED.fullmatch(text):
        refuse("mho_dated", expected=expected)
    read_date(text + "-01-01"[len(text) - 4 :], expected)
    return text


def read_text(value: Any, most: int, expected: str) -> str:
    """Text of one line, without control characters."""
    text = plain_text(value, expected)
    if len(text) > most or "\n" in text:
        refuse("mho_text", expected=expected)
    return text


def read_currency(value: Any, expected: str) -> str:
    """A currency's three-letter code."""
    text = plain_text(value, expected)
    if not re.fullmatch("[A-Z]{3}", text):
        refuse("mho_currency", expected=expected)
    return text


def read_name(value: Any, expected: str) -> str:
    """The name of a kind of illness: it also names draws and columns, so it has no spaces and no dots."""
    if not isinstance(value, str) or not NAME.fullmatch(value):
        refuse("mho_name", expected=expected)
    if value in RESERVED:
        refuse("mho_reserved_name", expected=expected, name=value)
    return value


def read_word(value: Any, words: tuple[str, ...], expected: str) -> str:
    """One of a few words."""
    text = plain_text(value, expected)
    if text not in words:
        refuse("mho_word", expected=expected, words=words)
    return text


def read_yes(value: Any, expected: str) -> bool:
    """`yes` or `no`."""
    return value if isinstance(value, bool) else read_word(value, ("yes", "no"), expected) == "yes"
