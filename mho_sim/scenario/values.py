"""The types of single values: how each is read, how it is written back, and what the schema says about it."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema, WrapSerializer

from mho_sim.scenario import quantities, tables
from mho_sim.scenario.durations import Duration
from mho_sim.scenario.unknowns import A_GRADE, A_REMARK, GRADES, KEYS, LAWS, Unknown, read_unknown

RICHEST = 10**12
LARGEST_HOUSEHOLD = 40
MOST_HOUSEHOLDS = 1_000_000
NUMBERS = {"type": ["number", "string"]}


def spaced(value: float) -> str:
    """A number as these messages write it: 1 000 000."""
    return f"{value:,}".replace(",", " ")


def typed(kind: Any, read: Callable, expected: str, schema: dict, write: Callable | None = None, **how: Any) -> Any:
    """A type whose reader is `read(value, expected=…, **how)`; `expected` is its range in words that a user reads."""
    return Annotated[
        (
            kind,
            PlainValidator(lambda value: read(value, expected=expected, **how)),
            *([PlainSerializer(write)] if write else []),
            WithJsonSchema({**schema, "write": expected}),
        )
    ]


def number(most: float, unit: str, least: float = 0) -> Any:
    """A field type: a number in a range, with its unit."""
    expected = f"a number from {spaced(least)} to {spaced(most)} ({unit})"
    limits = {"minimum": least, "maximum": most}
    return typed(float, quantities.read_number, expected, {**NUMBERS, **limits}, least=least, most=most)


class Keys(NamedTuple):
    """The keys that may stand in a mapping where a single value may stand, too, and the observations that may: a mark
    on its type.
    """

    keys: tuple[str, ...]
    forms: tuple[Any, ...] = ()


def unknown(
    read: Callable, expected: str, least: float, most: float, write: Callable = float, forms: tuple = ()
) -> Any:
    """A field type: a number from `least` to `most` that nobody knows exactly; `read` and `write` are for the number
    itself; `forms` are the observations that may stand there.
    """
    read, limits = partial(read, expected=expected), (float(least), float(most))
    number = {**NUMBERS, "minimum": least, "maximum": most}
    pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    line = {"type": "string", "description": A_REMARK}
    words = {"law": {"enum": list(LAWS)}, "source": line, "grade": {"enum": list(GRADES)}, "note": line}
    keys = {"value": number, "between": pair, "best": number, **words}
    mapping = {"type": "object", "properties": keys, "additionalProperties": False}
    return Annotated[
        Unknown,
        PlainValidator(lambda value: read_unknown(value, read, limits, write is int, forms)),
        PlainSerializer(lambda value: value.written(write)),
        WithJsonSchema({"anyOf": [number, mapping, *(_form(form) for form in forms)], "write": expected}),
        Keys(tuple(dict.fromkeys((*KEYS, *(key for form in forms for key in form.model_fields)))), forms),
    ]


def _form(form: Any) -> dict[str, Any]:
    """The schema of an observation: its keys."""
    told = {key: {"description": field.description} for key, field in form.model_fields.items()}
    return {"type": "object", "properties": told, "additionalProperties": False, "description": form.__doc__}


def uncertain(most: float, unit: str, least: float = 0, forms: tuple = ()) -> Any:
    """A field type: an unknown number in a range, with its unit."""
    expected = f"a number from {spaced(least)} to {spaced(most)} ({unit})"
    return unknown(partial(quantities.read_number, least=least, most=most), expected, least, most, forms=forms)


def whole(least: int, most: int, unit: str) -> Any:
    """A field type: a whole number in a range, with its unit."""
    expected = f"a whole number from {spaced(least)} to {spaced(most)} ({unit})"
    limits = {"minimum": least, "maximum": most}
    return typed(int, quantities.read_whole, expected, {**NUMBERS, **limits}, least=least, most=most)


def word(*words: str) -> Any:
    """A field type: one of a few words."""
    expected = " or ".join(words)
    return typed(Literal[words], quantities.read_word, expected, {"enum": list(words)}, words=words)


def text(most: int) -> Any:
    """A field type: text of one line."""
    expected = f"one line of text, at most {most} characters"
    return typed(str, quantities.read_text, expected, {"type": "string", "maxLength": most}, most=most)


def table(kind: Any, read: Callable, keys: str, expected: str, write: Callable | None = None, **how: Any) -> Any:
    """A mapping whose keys are not names but bands or numbers, as the pattern `keys` has them."""
    schema = {"type": "object", "patternProperties": {keys: NUMBERS}, "additionalProperties": False}
    return typed(kind, read, expected, schema, write, **how)


def shares(table: Any) -> dict[str, Any]:
    """The values of a table of shares as they are written in a file."""
    return {key: quantities.write_share(share) for key, share in dict(table).items()}


def writer(read_value: Callable, write: Callable) -> Callable:
    """How a table is written whose values are read by `read_value`."""
    return (lambda table: shares(write(table))) if read_value is quantities.read_share else write


def ages(read_value: Callable, each: str, read: Callable = tables.read_ages, **how: Any) -> Any:
    """A table of age bands, as a tuple of (first, last, value); `last` is None in an open band such as 60+."""
    expected = f"a table of ages in completed years such as {{0-4: …, 5-59: …, 60+: …}}, each with {each}"
    keys, write = r"^[0-9]{1,3}(-[0-9]{1,3}|\+)$", writer(read_value, tables.write_bands)
    return table(tables.Ages, read, keys, expected, write, read_value=partial(read_value, expected=each, **how))


def each_name(read_value: Callable, each: str, example: str, may_be_empty: bool = False, **how: Any) -> Any:
    """A table of names as people say them: a dict in the order of the file."""
    expected = f"a table such as {example}, each with {each}"
    schema = {"type": "object", "additionalProperties": NUMBERS}
    how = {"read_value": partial(read_value, expected=each, **how), "may_be_empty": may_be_empty}
    return typed(dict[str, Any], tables.read_called, expected, schema, writer(read_value, dict), **how)


def bands(read_key: Callable, keys: str, write: Callable, read_value: Callable, each: str, example: str) -> Any:
    """A table of zones or sizes, as a tuple of (first, last, value); `last` is None in an open band."""
    expected = f"a table such as {example}, each with {each}"
    how = {"read_key": read_key, "write": write, "read_value": partial(read_value, expected=each)}
    schema = {"type": "object", "patternProperties": {keys: NUMBERS}, "additionalProperties": False}
    reader = partial(tables.read_bands, **how)
    return typed(tables.Bands, reader, expected, schema, writer(read_value, write))


def listed(read: Callable, what: str, write: Callable = list) -> Any:
    """A list without repetitions, as a tuple."""
    schema = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    return typed(tuple[Any, ...], partial(tables.read_list, read=read), f"a list of {what}", schema, write)


SHARE = "a share from 0% to 100%, such as 25% or 0.25"
RATE = "a rate from 0% to 1 000%, such as 6% or 0.06"
MONEY = "a whole amount from 0 to 1 000 000 000 000, without the currency"
AMOUNT = "an amount from 0 to 1 000 000 000 000, without the currency"
DURATION = "a duration such as 90 days, 3 months, 1 year or none, at most 100 years"
DAY = "a date such as 2026-12-31, from 1900 to 2200"
DATED = "a year, a month or a day, such as 2026, 2026-11 or 2026-11-30"
MONTH_START = "the first day of a month such as 2027-01-01, from 1900 to 2200"
CURRENCY = "the three capital letters of the currency, such as XOF"
NAME = "letters, digits, _ and -, beginning with a letter, at most 40"

Share = typed(float, quantities.read_share, SHARE, {**NUMBERS, "minimum": 0, "maximum": 1}, quantities.write_share)
Money = typed(int, quantities.read_whole, MONEY, {**NUMBERS, "minimum": 0, "maximum": RICHEST}, least=0, most=RICHEST)
Amount = typed(
    float, quantities.read_number, AMOUNT, {**NUMBERS, "minimum": 0}, least=0, most=RICHEST, amount=True
)  # decimals allowed
YesNo = typed(bool, quantities.read_yes, "yes or no", {"enum": ["yes", "no"]}, lambda value: "yes" if value else "no")
ShareByName = partial(each_name, quantities.read_share, "a share from 0% to 100%")
AN_AMOUNT = {"least": 0, "most": RICHEST}
read_money = partial(quantities.read_whole, **AN_AMOUNT)
UnknownRate = unknown(partial(quantities.read_share, most=10), RATE, 0, 10, quantities.write_share)
UnknownShare = unknown(quantities.read_share, SHARE, 0, 1, quantities.write_share)
UnknownMoney = unknown(read_money, MONEY, 0, RICHEST, int)
UnknownAmount = unknown(
    partial(quantities.read_number, least=0, most=RICHEST, amount=True), AMOUNT, 0, RICHEST, quantities.write_amount
)
Grade = typed(Literal[GRADES], quantities.read_word, A_GRADE, {"enum": list(GRADES)}, words=GRADES)
Remark = typed(str, quantities.read_text, A_REMARK, {"type": "string", "maxLength": 400}, most=400)
Dated = typed(str, quantities.read_dated, DATED, {"type": "string"})
Span = typed(Duration, quantities.read_duration, DURATION, {"type": "string"}, write=str)
Patience = typed(
    Duration, quantities.read_duration, DURATION, {"type": "string"}, write=lambda span: span.as_limit
)  # where it may be left out, and none means for ever
Day = typed(date, quantities.read_date, DAY, {"type": "string", "format": "date"}, write=date.isoformat)
MonthStart = typed(date, quantities.read_month_start, MONTH_START, {"type": "string", "format": "date"}, date.isoformat)
Currency = typed(str, quantities.read_currency, CURRENCY, {"type": "string", "pattern": "^[A-Z]{3}$"})
KindName = typed(str, quantities.read_name, NAME, {"type": "string"})
PlainName = typed(str, tables.read_plain_name, NAME, {"type": "string"})

AgeShares = ages(quantities.read_share, "a share from 0% to 100%")
Multipliers = ages(quantities.read_number, "a number from 0 to 1 000", least=0, most=1000)
DeathRates = ages(
    quantities.read_number, "a number from 0 to 100 (deaths per person-year)", tables.read_rates, least=0, most=100
)
Debts = table(
    tuple[tuple[int, int, int], ...],
    tables.read_debts,
    "^[0-9]{1,5}-[0-9]{1,5} days$",
    f"a table of the invoices' age such as {{0-30 days: …, 31-90 days: …}}, each with {MONEY}",
    tables.write_debts,
    read_value=lambda value: quantities.read_whole(value, 0, RICHEST, MONEY),
)
Counts = table(
    dict[int, int],
    tables.read_households,
    "^[1-9][0-9]?$",
    "a table such as {1: 8, 2: 10, 3: 14}: how many households there are of each size",
    lambda value: {str(size): count for size, count in value.items()},
    most=MOST_HOUSEHOLDS,
    largest=LARGEST_HOUSEHOLD,
)

Months = typed(
    tuple[float, ...],
    tables.read_months,
    "a list of 12 numbers, January first, each from 0 to 1 000 000 000",
    {"type": "array", "items": NUMBERS, "minItems": 12, "maxItems": 12},
    lambda months: [quantities.write_amount(month) for month in months],
    read_value=partial(
        quantities.read_number, least=0, most=10**9, expected="a number from 0 to 1 000 000 000", amount=True
    ),
)


def list_or_none(schema: dict[str, Any]) -> None:
    """Let the schema of a list take the word none, too."""
    schema["anyOf"] = [{key: schema.pop(key) for key in ("items", "type")}, {"const": "none"}]


T = TypeVar("T")
_NONE = BeforeValidator(lambda value: None if value == "none" else value)
Maybe = Annotated[T | None, _NONE]  # may be left out, or written none
QUIETLY = "none is understood, but not proposed"
Unless = Annotated[T | None, _NONE, QUIETLY]  # may be left out where another key is written
OrNone = Annotated[T | None, _NONE, WrapSerializer(lambda value, write: "none" if value is None else write(value))]
