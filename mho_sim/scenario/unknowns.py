"""Numbers that nobody knows exactly: a best value, and the range in which the truth may lie.

A file writes the bare number, `{value: …}` or `{between: [low, high], best: …}`, each with `law`, `source`, `grade`,
`note` if it has them. A number without `between` takes the range of its grade.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from mho_sim.scenario.faults import Path, dotted
from mho_sim.scenario.quantities import read_text, read_word, refuse

SPREADS = {"own register": 0.1, "neighbour": 0.25, "health centre": 0.4, "guess": 0.6, "exact": 0.0}
"""Half-width of a grade's range, relative to the value: assumed."""

GRADES = tuple(SPREADS)
LAWS = ("pert", "uniform", "lognormal")
KEYS = ("value", "between", "best", "law", "source", "grade", "note")
REMARKS = ("source", "grade", "note")
A_GRADE, A_LAW = (f"{', '.join(words[:-1])} or {words[-1]}" for words in (GRADES, LAWS))
A_REMARK = "one line of text, at most 400 characters"
Reader = Callable[[Any], Any]


class Range(NamedTuple):
    """Where the truth may lie. Under `pert` and `uniform` low and high are the limits; under `lognormal` the 5 % and
    95 % quantiles."""

    low: float
    best: float
    high: float
    law: str


class Unknown(float):
    """The best value of a number, and what is said about it; frozen.

    `low` and `high` are the limits of the range that is written, both the best value where none is. `limits` are those
    of the field; `observed` is the observation from which the number was worked out, if it was. Two are equal if they
    say the same; a plain number is compared with the best value.
    """

    __slots__ = ("low", "high", "law", "source", "grade", "note", "limits", "observed")  # noqa: RUF023 (the order of __new__)

    low: float
    high: float
    law: str
    source: str | None
    grade: str | None
    note: str | None
    limits: tuple[float, float]
    observed: Any

    def __new__(
        cls,
        best: float,
        low: float | None = None,
        high: float | None = None,
        law: str = "pert",
        source: str | None = None,
        grade: str | None = None,
        note: str | None = None,
        limits: tuple[float, float] = (0.0, math.inf),
        observed: Any = None,
    ) -> "Unknown":
        made = super().__new__(cls, best)
        ends = (float(best) if low is None else float(low), float(best) if high is None else float(high))
        for name, value in zip(cls.__slots__, (*ends, law, source, grade, note, limits, observed)):
            object.__setattr__(made, name, value)
        return made

    @property
    def best(self) -> float:
        """The best value, as a plain number."""
        return float(self)

    @property
    def has_range(self) -> bool:
        """Whether a range is written, so that the grade's does not count."""
        return self.low < self.high

    def range(self, grade: str) -> Range | None:
        """Where the truth may lie, if `grade` is the number's; None if it is known exactly."""
        if self.has_range:
            return Range(self.low, self.best, self.high, self.law)
        spread, (least, most) = SPREADS[grade] * self.best, self.limits
        low, high = max(self.best - spread, least), min(self.best + spread, most)
        return Range(low, self.best, high, self.law) if low < high else None

    def graded(self, grade: str | None) -> "Unknown":
        """The number with the range of its grade, its own or else the one that is given, where none is written."""
        if self.has_range or (grade := self.grade or grade) is None or (found := self.range(grade)) is None:
            return self
        return Unknown(found.best, found.low, found.high, found.law, self.source, self.grade, self.note, self.limits)

    def written(self, write: Callable[[float], Any] = float) -> Any:
        """As it is written in a file: a bare number, if nothing else is said; `write` writes the numbers."""
        if self.observed is not None:
            return self.observed.model_dump(mode="json", by_alias=True)
        said = {key: value for key in REMARKS if (value := getattr(self, key)) is not None}
        law, best = {} if self.law == "pert" else {"law": self.law}, write(self.best)
        if self.has_range:
            return {"between": [write(self.low), write(self.high)], "best": best, **law, **said}
        return {"value": best, **law, **said} if law or said else best

    def _all(self) -> tuple:
        return (self.best, *(getattr(self, name) for name in self.__slots__))

    def __eq__(self, other: object) -> bool:
        return self._said() == other._said() if isinstance(other, Unknown) else float(self) == other

    def _said(self) -> tuple:
        return (self.best, *(getattr(self, name) for name in self.__slots__ if name != "limits"))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = float.__hash__

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"'{name}' cannot be changed: an Unknown is frozen")

    def __reduce__(self) -> tuple:
        return type(self), self._all()

    def __repr__(self) -> str:
        return f"Unknown({self.written()})"


def read_unknown(
    value: Any, read: Reader, limits: tuple[float, float], whole: bool, forms: tuple[type[BaseModel], ...] = ()
) -> Unknown:
    """A number, or a mapping that says more about it, or an observation of one of the `forms`; `read` reads the number
    itself.
    """
    value = value.written() if isinstance(value, Unknown) else value
    if not isinstance(value, dict):
        return Unknown(read(value), limits=limits)
    own = [(sum(key in value for key in form.model_fields if key not in KEYS), form) for form in forms]
    most, form = max(own, key=lambda one: one[0], default=(0, None))
    if form is not None and most:
        return _observed(value, form, limits)
    readers: dict[str, Reader] = {
        "value": read,
        "between": lambda pair: _between(pair, read),
        "best": read,
        "law": lambda word: read_word(word, LAWS, expected=A_LAW),
        "source": lambda text: read_text(text, 400, expected=A_REMARK),
        "grade": lambda word: read_word(word, GRADES, expected=A_GRADE),
        "note": lambda text: read_text(text, 400, expected=A_REMARK),
    }
    said, wrong = _read_keys(value, readers)
    if not wrong:
        wrong = _at_odds(value, said)
    if wrong:
        raise ValidationError.from_exception_data("unknown", wrong)
    low, high = said.pop("between", (None, None))
    best = said.pop("value", None) if low is None else said.pop("best", None)
    best = _middle(low, high, said.get("law"), whole) if best is None else best
    return Unknown(best, low, high, limits=limits, **said)


def _observed(value: dict, form: Any, limits: tuple[float, float]) -> Unknown:
    """A number that is worked out from an observation."""
    both = [key for key in KEYS if key in value and key not in REMARKS]
    if both:
        error = PydanticCustomError("mho_two_ways", "{kind}", {"kind": "mho_two_ways"})
        details = [InitErrorDetails(type=error, loc=(key,), input=value[key]) for key in both]
        raise ValidationError.from_exception_data("observed", details)
    seen = form.model_validate(value)
    said = {key: getattr(seen, key) for key in REMARKS}
    return seen.estimate().unknown(limits, observed=seen, **said)


def _between(pair: Any, read: Reader) -> tuple[float, float]:
    """Two numbers, the lower one first."""
    if not isinstance(pair, list | tuple):
        refuse("mho_between")
    if len(pair) != 2:
        refuse("mho_between_count")
    ends, wrong = [], []
    for place, item in enumerate(pair):
        try:
            ends.append(float(read(item)))
        except PydanticCustomError as error:
            wrong.append(InitErrorDetails(type=error, loc=(place,), input=item))
    if wrong:
        raise ValidationError.from_exception_data("between", wrong)
    if not ends[0] < ends[1]:
        refuse("mho_upside_down" if ends[0] > ends[1] else "mho_no_width", low=str(pair[0]), high=str(pair[1]))
    return ends[0], ends[1]


def _read_keys(value: dict, readers: dict[str, Reader]) -> tuple[dict[str, Any], list[InitErrorDetails]]:
    """What a mapping says, by key, and what is wrong with it."""
    said: dict[str, Any] = {}
    wrong: list[InitErrorDetails] = []
    for key, item in value.items():
        try:
            if key not in readers:
                wrong.append(InitErrorDetails(type="extra_forbidden", loc=(key,), input=item))
            else:
                said[key] = readers[key](item)
        except PydanticCustomError as error:
            wrong.append(InitErrorDetails(type=error, loc=(key,), input=item))
        except ValidationError as error:
            wrong += [_inside(key, told) for told in error.errors(include_url=False)]
    return said, wrong


def _inside(key: str, told: Any) -> InitErrorDetails:
    error = PydanticCustomError(told["type"], "{kind}", told.get("ctx", {}))
    return InitErrorDetails(type=error, loc=(key, *told["loc"]), input=told["input"])


def _at_odds(value: dict, said: dict[str, Any]) -> list[InitErrorDetails]:
    """What is wrong with keys that can all be read."""

    def told(key: str | None, kind: str, **blanks: Any) -> list[InitErrorDetails]:
        error = PydanticCustomError(kind, "{kind}", {"kind": kind, **blanks})  # type: ignore[arg-type]
        return [InitErrorDetails(type=error, loc=(key,) if key else (), input=value.get(key) if key else value)]

    if "value" in said and "between" in said:
        return told("value", "mho_value_and_between")
    if "value" in said and "best" in said:
        return told("best", "mho_best_and_value")
    if "value" not in said and "between" not in said:
        return told("best" if "best" in said else None, "mho_best_alone" if "best" in said else "mho_no_value")
    low, high = said.get("between", (said.get("value"), None))
    if said.get("law") == "lognormal" and low <= 0:
        return told("law", "mho_lognormal_zero")
    if high is not None and not low <= said.get("best", low) <= high:
        ends = dict(zip(("low", "high"), map(str, value["between"])))
        return told("best", "mho_best_outside", **ends)
    return []


def _middle(low: float, high: float, law: str | None, whole: bool) -> float:
    """The best value of a range without one: the middle; under `lognormal` the geometric middle."""
    middle = math.sqrt(low * high) if law == "lognormal" else (low + high) / 2
    return math.floor(middle + 0.5) if whole else middle


class Quotient(NamedTuple):
    """A number that is not drawn, but follows in each world from two that are: the keys, or the numbers with their
    paths, of what is divided (1 if it is None) and by what.
    """

    dividend: Any
    divisor: Any


class Number(NamedTuple):
    """An unknown number of a scenario, with the grade and the source that count: its own, or else those of the
    nearest mapping around it that has them; and whether it was worked out from others."""

    value: Unknown
    grade: str | None
    source: str | None
    derived: bool


def numbers(
    part: Any,
    path: Path = (),
    grade: str | None = None,
    source: str | None = None,
    derived: bool = False,
    silent: tuple[str, ...] = (),
) -> Iterator[tuple[Path, Number]]:
    """All unknown numbers of a part of a scenario that are drawn by themselves: (path, `Number`); `silent` are keys, or
    paths of keys, of the part that are not.
    """
    if isinstance(part, Unknown):
        derived = derived or part.observed is not None
        yield path, Number(part, part.grade or grade, part.source or source, derived)
    elif isinstance(part, BaseModel) and not getattr(part, "is_observation", False):
        grade, source = getattr(part, "grade", None) or grade, getattr(part, "source", None) or source
        made, silent = getattr(part, "_derived", ()), (*silent, *getattr(part, "not_drawn", ()))
        for name in type(part).model_fields:
            if name not in silent:
                inner = tuple(one.removeprefix(f"{name}.") for one in silent if one.startswith(f"{name}."))
                further = (grade, source, derived or name in made, inner)
                yield from numbers(getattr(part, name), (*path, name), *further)
    elif isinstance(part, dict | tuple):
        for name, inner in part.items() if isinstance(part, dict) else enumerate(part):
            yield from numbers(inner, (*path, name), grade, source, derived)


def ranges(setting: Any, default_grade: str) -> dict[str, Range]:
    """Where the truth may lie, of all numbers that are not exact, by path such as `setting.illness.outpatient.need`,
    in the order of the paths."""
    all_ranges = {
        dotted(path): number.value.range(number.grade or default_grade)
        for path, number in numbers(setting, ("setting",))
    }
    return {path: found for path, found in sorted(all_ranges.items()) if found is not None}
