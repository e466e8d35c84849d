"""What advisers have in hand instead of rates: attendance registers, admissions by village, births (bills: `bills`).

Each observation gives a best value and a range (`Estimate`), and tells the sum in sentences. Ranges are lognormal,
from the 5 to the 95 % quantile: the logarithm of a ratio of counts is nearly normal. Relative errors of independent
parts add up in squares (delta method [R]).
"""

import math
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from mho_sim.scenario import quantities, tables
from mho_sim.scenario.counting import LONGEST, Counting, Months, Season, counting, how_many, write_months
from mho_sim.scenario.mapping import Sourced
from mho_sim.scenario.unknowns import Unknown
from mho_sim.scenario.values import (
    NUMBERS,
    Maybe,
    spaced,
    table,
    text,
    typed,
    uncertain,
    unknown,
    whole,
    word,
)

Z95 = 1.6448536269514722  # 95 % quantile of the normal law
FARTHEST = 100.0  # a logarithm beyond all that is written: e^100 is 10^43
NO_CASES = -math.log(0.05)  # with no case seen, more than so many were expected in 5 % of the worlds

A_COUNT = "a whole number from 0 to 1 000 000 000"


def read_cases(value: Any, expected: str) -> int | tuple[int, ...]:
    """A count, or a list of monthly counts."""
    read = partial(quantities.read_whole, least=0, most=10**9, expected=A_COUNT)
    if not isinstance(value, list | tuple):
        return quantities.read_whole(value, 0, 10**9, expected)
    return tables.read_counts(value, read, LONGEST, expected)


Cases = typed(
    int | tuple[int, ...],
    read_cases,
    f"{A_COUNT} (cases counted), or a list of monthly counts such as [412, 388, 405]",
    {"type": [*NUMBERS["type"], "array"], "minimum": 0, "maximum": 10**9},
    lambda cases: list(cases) if isinstance(cases, tuple) else cases,
)
MonthCount = whole(1, LONGEST, "months of counting")
read_people = partial(quantities.read_number, least=1, most=10**9, amount=True)
PeopleCount = unknown(read_people, "a number of people from 1 to 1 000 000 000", 1, 10**9)
ByVillage = table(
    dict[str, int],
    tables.read_texts,
    "^.{1,60}$",
    "a table of villages such as {Thiès: 12, Mbour: 3}, each with a whole number",
    dict,
    read_value=partial(quantities.read_whole, least=0, most=10**9, expected=A_COUNT),
)


class Estimate(NamedTuple):
    """A best value and the range around it: 5 and 95 % quantiles of a lognormal law, or the limits of a PERT law."""

    best: float
    low: float
    high: float
    law: str = "lognormal"

    def unknown(self, limits: tuple[float, float], **said: Any) -> Unknown:
        """The number of a scenario, within the limits of its field."""
        least, most = limits
        best, low, high = (min(max(value, least), most) for value in self[:3])
        if not low < high:
            return Unknown(best, limits=limits, **said)
        return Unknown(best, low, high, self.law if low > 0 else "pert", limits=limits, **said)


def estimate(best: float, spread: float) -> Estimate:
    """A value whose logarithm has the standard deviation `spread`."""
    return Estimate(best, best * math.exp(-Z95 * spread), best * exp(Z95 * spread))


def exp(x: float) -> float:
    """The exponential, finite also for what is absurd."""
    return math.exp(min(x, FARTHEST))


def variation(spread: float) -> float:
    """Coefficient of variation of a lognormal law whose logarithm has the standard deviation `spread`."""
    return math.sqrt(math.expm1(min(spread * spread, FARTHEST)))


def spread_of(number: Unknown) -> float:
    """Standard deviation of a number's logarithm, if the range that is written is from its 5 to its 95 % quantile
    (assumed also of `pert` and `uniform`, which makes it a little too wide); 0 without a range, or if it begins at 0.
    """
    if not number.has_range or number.low <= 0:
        return 0.0
    return (math.log(number.high) - math.log(number.low)) / (2 * Z95)


def attendance_rate(cases: int, counted: Counting, catchment: Unknown) -> Estimate:
    """Cases per person-year: `cases × 12 / months / catchment`, divided by the season of these months. The count has a
    Poisson error, of the logarithm 1 / sqrt(cases) [R]; without any case, 3.0 at most in 95 of 100 (Hanley &
    Lippman-Hand 1983 [R]).
    """
    people_years = catchment.best * counted.years
    if cases == 0:
        return Estimate(0.0, 0.0, NO_CASES / people_years)
    return estimate(cases / people_years, math.sqrt(1 / cases + spread_of(catchment) ** 2))


def between_villages(cases: Sequence[int], people: Sequence[float]) -> float:
    """Variance of the rate between villages (or centres, whose person-years stand for `people`), relative to its
    square: with y_i cases where m_i would be usual, M their sum and k villages, `(sum((y_i - m_i)² / m_i) - (k - 1)) /
    (M - sum(m_i²) / M)`, at least 0: the moment estimator of DerSimonian & Laird (1986 [R]), for gamma-distributed
    rates.
    """
    total, everybody = sum(cases), sum(people)
    usual = [total * there / everybody for there in people]
    room = total - sum(one * one for one in usual) / total if total else 0.0
    if len(usual) < 2 or room <= 0:
        return 0.0
    misfit = sum((seen - one) ** 2 / one for seen, one in zip(cases, usual) if one > 0)
    return max(0.0, (misfit - (len(usual) - 1)) / room)


def villages_rate(cases: Sequence[int], people: Sequence[int], counted: Counting, spread: float = 0.0) -> Estimate:
    """Cases per person-year of all villages together. Gamma-Poisson: the square of the relative error is
    `1 / cases + variance between villages × sum(share of the people²)`, and `spread²` where the people of all villages
    may be wrong alike.
    """
    total, everybody = sum(cases), sum(people)
    people_years = everybody * counted.years
    if total == 0:
        return Estimate(0.0, 0.0, NO_CASES / people_years)
    shares = sum((there / everybody) ** 2 for there in people)
    return estimate(total / people_years, math.sqrt(1 / total + between_villages(cases, people) * shares + spread**2))


def centres_rate(cases: Sequence[int], years: Sequence[float], spreads: Sequence[float]) -> Estimate:
    """Cases per person-year of all health centres together, from the cases and the person-years of each, and the
    standard deviations of their catchments' logarithms. The square of the relative error is `1 / cases +
    sum(share² × spread²) + variance between centres × sum(share²)`, the shares those of the person-years.
    """
    total, all_years = sum(cases), sum(years)
    if total == 0:
        return Estimate(0.0, 0.0, NO_CASES / all_years)
    between = between_villages(cases, years) * _squares(years)
    return estimate(total / all_years, math.sqrt(1 / total + _catchments(years, spreads) ** 2 + between))


def _squares(years: Sequence[float]) -> float:
    """Sum of the squared shares."""
    return sum((there / sum(years)) ** 2 for there in years)


def _catchments(years: Sequence[float], spreads: Sequence[float]) -> float:
    """Relative error of all person-years together: those of the catchments by their shares, in squares."""
    return math.hypot(*(there / sum(years) * spread for there, spread in zip(years, spreads)))


def said(number: float) -> str:
    """A number in a sum: at most four digits after the point where it is small, none where it is large."""
    return spaced(round(number)) if abs(number) >= 1000 else f"{number:.4g}"


def half_width(grade: str | None) -> float:
    """Standard deviation of the logarithm of a number that is known so well; 0 where nothing is said."""
    return spread_of(Unknown(1.0).graded(grade))


def range_said(number: Any) -> str:
    """1.2, or 1.2 (from 0.8 to 1.6)."""
    low, high = getattr(number, "low", number), getattr(number, "high", number)
    return f"{said(number)} (from {said(low)} to {said(high)})" if low < high else said(number)


class Observation(Sourced):
    """Something seen, from which a number of the setting is worked out; its own numbers are not drawn by themselves."""

    is_observation: ClassVar[bool] = True

    _season: Season = PrivateAttr(None)  # of the kind of illness, where the months of counting are named

    def in_season(self, season: Season) -> "Observation":
        """The same, counted of an illness with that season."""
        copied = self.model_copy()
        copied._season = season
        return copied


EVERYONE = "everyone in need"


def _read_of(value: Any, expected: str) -> str:
    if value != EVERYONE:
        quantities.refuse("mho_need_of")
    return EVERYONE


OfNeed = typed(str, _read_of, EVERYONE, {"enum": [EVERYONE]})
IN_MONTHS = (
    "In how many months, or in which: then the rate is divided by their `season`. Of monthly counts: their number."
)
OF_NEED = "Written if everyone in need was counted; what a health centre counts is use."


def total(cases: int | tuple[int, ...]) -> int:
    """All that were counted, also month by month."""
    return sum(cases) if isinstance(cases, tuple) else cases


def _months_of_counts(seen: Any, cases: int | tuple[int, ...] | None) -> None:
    """Let monthly counts say in how many months they were made; refuse `months` that say otherwise."""
    if not isinstance(cases, tuple):
        return
    if "months" not in seen.model_fields_set or seen.months is None:
        seen.__dict__["months"] = len(cases)
    elif how_many(seen.months) != len(cases):
        kind = "mho_months_named" if isinstance(seen.months, tuple) else "mho_months_counted"
        error = PydanticCustomError(kind, "{counts}", {"counts": len(cases)})
        details = [InitErrorDetails(type=error, loc=("months",), input=seen.months)]
        raise ValidationError.from_exception_data("counts", details)


class Attendance(Observation):
    """Cases counted at a health centre, over the people who would come to it."""

    cases: Cases = Field(description="New cases counted, or a list of monthly counts.")
    months: Months = Field(12, description=IN_MONTHS)
    catchment: PeopleCount = Field(description="The people who would come there.")
    of: Maybe[OfNeed] = Field(None, description=OF_NEED)

    @model_validator(mode="after")
    def _by_month(self) -> "Attendance":
        _months_of_counts(self, self.cases)
        return self

    def _counted(self) -> tuple[int, Counting, Unknown]:
        """Cases, how long they were counted, and among whom."""
        return total(self.cases), counting(self.months, self._season), self.catchment.graded(self.grade)

    def estimate(self) -> Estimate:
        """Cases per person-year."""
        return attendance_rate(*self._counted())

    def explained(self) -> list[str]:
        """The sum, in sentences."""
        return attendance_explained(*self._counted())

    def as_use(self) -> str:
        """The same counts, as they are written under `use`."""
        people = self.catchment
        among = f"{{between: [{said(people.low)}, {said(people.high)}]}}" if people.has_range else said(people)
        months = months_said(self.months)
        return f"{{cases: {spaced(total(self.cases))}, months: {months}, catchment: {among}, of: {UNINSURED}}}"


def months_said(months: Any) -> str:
    """Months as they are written in a file: 2, or [july, august]."""
    names = write_months(months)
    return f"[{', '.join(names)}]" if isinstance(names, list) else str(names)


class BirthsCounted(Observation):
    """Births counted in a register, over the women of 15 to 49 among whom they happened."""

    births: Cases = Field(description="Births counted.")
    months: MonthCount = Field(12, description="In how many months. Of monthly counts: their number.")
    women: PeopleCount = Field(description="The women of 15 to 49 among whom they were counted.")

    @model_validator(mode="after")
    def _by_month(self) -> "BirthsCounted":
        _months_of_counts(self, self.births)
        return self

    def estimate(self) -> Estimate:
        """Births per woman and year."""
        return attendance_rate(*self._counted())

    def explained(self) -> list[str]:
        """The sum, in sentences."""
        return attendance_explained(*self._counted(), ("births", "women", "woman and year"))

    def _counted(self) -> tuple[int, Counting, Unknown]:
        """Births, how long they were counted, and among whom."""
        return total(self.births), Counting(self.months), self.women.graded(self.grade)


def attendance_explained(
    cases: int, counted: Counting, catchment: Unknown, words: tuple[str, str, str] = ("cases", "people", "person-year")
) -> list[str]:
    """The sum of a register of attendance, or of births, in sentences."""
    found, spread = attendance_rate(cases, counted, catchment), spread_of(catchment)
    what, who, unit = words
    among = "the catchment" if who == "people" else f"the number of {who}"
    people = f"{among} {percent(spread)}" if spread else f"{among} is taken as exact"
    return [
        f"{spaced(cases)} {what} × 12 / {counted} / {range_said(catchment)} {who}{_by_season(counted)} = "
        f"{said(found.best)} a {unit}.{_season_said(counted)}",
        f"Relative errors: chance {percent(1 / math.sqrt(cases)) if cases else 'of none seen'}, {people}. "
        f"{_within(found)}",
    ]


def _by_season(counted: Counting) -> str:
    """The last part of a division: the season of the months, where it is not that of an average one."""
    return f" / {said(counted.season)}" if counted.season != 1 else ""


def _season_said(counted: Counting) -> str:
    """What the season of some months is, in a sentence."""
    if counted.season == 1:
        return ""
    return f" By the season such a month has {said(counted.season)} times the cases of an average one."


def _people_there(admissions: Any, people: Any) -> None:
    """Refuse villages of which one of the two tables does not tell, or in which nobody lives."""
    wrong = [("people", name, "mho_village") for name in admissions if name not in people]
    wrong += [("admissions", name, "mho_village") for name in people if name not in admissions]
    wrong += [("people", name, "mho_nobody") for name, count in people.items() if count == 0]
    if wrong:
        details = [
            InitErrorDetails(type=PydanticCustomError(kind, "{name}", {"name": name}), loc=(key,), input={})
            for key, name, kind in wrong
        ]
        raise ValidationError.from_exception_data("villages", details)


class Villages(Observation):
    """Admissions (or deliveries, or visits) by village, and the people who live there."""

    admissions: ByVillage = Field(description="Admissions counted, by village.")
    people: ByVillage = Field(description="How many people live in each of these villages.")
    months: Months = Field(12, description=IN_MONTHS)
    of: Maybe[OfNeed] = Field(None, description=OF_NEED)

    @model_validator(mode="after")
    def _agree(self) -> "Villages":
        _people_there(self.admissions, self.people)
        return self

    def estimate(self) -> Estimate:
        """Admissions per person-year."""
        return villages_rate(*_villages(self))

    def explained(self) -> list[str]:
        """The sum, in sentences."""
        return villages_explained(*_villages(self))

    def as_use(self) -> str:
        """The same counts, as they are written under `use`."""
        return f"{{admissions: {{…}}, people: {{…}}, months: {months_said(self.months)}, of: {UNINSURED}}}"


class Centre(Observation):
    """Cases counted at one of several health centres."""

    cases: Cases = Field(description="New cases counted, or a list of monthly counts.")
    months: Maybe[Months] = Field(
        None,
        description="In how many months, or in which: then its rate is divided by their `season`. Left out: as many as "
        "there are monthly counts, or as beside `centres`.",
    )
    catchment: PeopleCount = Field(description="The people who would come there.")

    @model_validator(mode="after")
    def _by_month(self) -> "Centre":
        _months_of_counts(self, self.cases)
        return self


CENTRES = "a table of health centres such as {Thiès: {cases: 6_100, months: 12, catchment: 20_000}}"


def _some(value: Any) -> Any:
    """A table that is not empty."""
    return quantities.refuse("mho_empty_table", expected=CENTRES) if value == {} else value


ByCentre = Annotated[dict[text(60), Centre], BeforeValidator(_some)]


class Centres(Observation):
    """Cases counted at several health centres, each over the people who would come to it."""

    centres: ByCentre = Field(description="Each health centre under its name, with cases, months and catchment.")
    months: Months = Field(12, description="In how many months, or in which, at a centre that does not say it.")
    of: Maybe[OfNeed] = Field(None, description=OF_NEED)

    def estimate(self) -> Estimate:
        """Cases per person-year."""
        return centres_rate(*_sums(_centres(self)))

    def explained(self) -> list[str]:
        """The sum, in sentences."""
        return centres_explained(_centres(self))

    def as_use(self) -> str:
        """The same counts, as they are written under `use`."""
        return f"{{centres: {{…}}, of: {UNINSURED}}}"


class Seen(NamedTuple):
    """What was counted at one health centre."""

    cases: int
    counted: Counting
    catchment: Unknown

    @property
    def years(self) -> float:
        """Person-years, as many as average months would have."""
        return self.catchment.best * self.counted.years


def _centres(seen: Any) -> dict[str, Seen]:
    """What was counted at each centre, with what is said for all of them."""
    return {
        name: Seen(
            total(one.cases),
            counting(one.months or seen.months, seen._season),
            one.catchment.graded(one.grade or seen.grade),
        )
        for name, one in seen.centres.items()
    }


def _sums(centres: dict[str, Seen]) -> tuple[list[int], list[float], list[float]]:
    """Cases, person-years and the catchment's relative error, centre by centre."""
    every = centres.values()
    return [one.cases for one in every], [one.years for one in every], [spread_of(one.catchment) for one in every]


def centres_explained(centres: dict[str, Seen]) -> list[str]:
    """The sum of several health centres, in sentences."""
    cases, years, spreads = _sums(centres)
    found, between = centres_rate(cases, years, spreads), between_villages(cases, years)
    each = [
        f"{name}: {spaced(one.cases)} cases in {one.counted} among {range_said(one.catchment)} people"
        f"{f', season {said(one.counted.season)}' if one.counted.season != 1 else ''}"
        for name, one in centres.items()
    ]
    chance = f"chance {percent(1 / math.sqrt(sum(cases)))}" if sum(cases) else "chance of none seen"
    people = f"the catchments {percent(_catchments(years, spreads))}" if any(spreads) else "the catchments are exact"
    differ = f", differences between centres {percent(math.sqrt(between * _squares(years)))}" if between else ""
    how_many = f"{len(centres)} health centres" if len(centres) > 1 else "One health centre"
    in_season = any(one.counted.season != 1 for one in centres.values())
    people_years = "person-years of average months (each times its season)" if in_season else "person-years"
    return [
        f"{how_many}: {'; '.join(each)}.",
        f"Together {spaced(sum(cases))} cases / {said(sum(years))} {people_years} = {said(found.best)} a person-year.",
        f"Relative errors: {chance}, {people}{differ}. {_within(found)}",
    ]


def _columns(admissions: dict[str, int], people: dict[str, int]) -> tuple[list[int], list[int]]:
    """Admissions and people, village by village."""
    return list(admissions.values()), [people[name] for name in admissions]


def _villages(seen: Any) -> tuple[list[int], list[int], Counting, float]:
    """Admissions and people, village by village; how long they were counted; how well the people are known."""
    columns = _columns(seen.admissions, seen.people)
    return *columns, counting(seen.months, seen._season), half_width(seen.grade)


def villages_explained(cases: list[int], people: list[int], counted: Counting, spread: float) -> list[str]:
    """The sum of admissions by village, in sentences."""
    found, between = villages_rate(cases, people, counted, spread), math.sqrt(between_villages(cases, people))
    known = f" The people of all villages may be wrong by {percent(spread)} alike, as 'grade' says." if spread else ""
    return [
        f"{spaced(sum(cases))} admissions × 12 / {counted} / {spaced(sum(people))} people of "
        f"{len(people)} villages{_by_season(counted)} = {said(found.best)} a person-year.{_season_said(counted)}",
        f"Between villages the rate differs by {percent(between)} (standard deviation over mean), beyond "
        f"chance.{known}",
        f"So it lies between {said(found.low)} and {said(found.high)} in 90 of 100.",
    ]


def percent(share: float) -> str:
    """An error in percent, two digits."""
    return f"{100 * share:.2g}%"


def _within(found: Estimate) -> str:
    """The end of a sum: the range."""
    return f"So in 90 of 100 it lies between {said(found.low)} and {said(found.high)}."


UNINSURED, INSURED = "uninsured at full price", "insured"
EPISODES = 1000.0  # a person-year, at most
COUNTED = ("cases", "catchment", "admissions", "people", "centres")
WAYS = (["value"], [*COUNTED[:2]], [*COUNTED[2:4]], [*COUNTED[4:]])  # to say how much was used


class Use(Sourced):
    """Visits as they were counted, at the price at which they were made: need follows from them in each world."""

    not_drawn: ClassVar[tuple[str, ...]] = ("catchment", "centres")  # they are in the range of `value`

    cases: Maybe[Cases] = Field(None, description="New cases counted, or a list of monthly counts.")
    months: Months = Field(12, description=IN_MONTHS)
    catchment: Maybe[PeopleCount] = Field(None, description="The people who would come there.")
    admissions: Maybe[ByVillage] = Field(None, description="Instead of `cases`: admissions counted, by village.")
    people: Maybe[ByVillage] = Field(None, description="Instead of `catchment`: how many people live in each village.")
    centres: Maybe[ByCentre] = Field(
        None, description="Instead of both: several health centres, each with cases, months and catchment."
    )
    value: Maybe[uncertain(1000, "visits per person-year")] = Field(
        None, description="Instead of all these: visits per person-year."
    )
    of: word(UNINSURED, INSURED) = Field(description="Who was counted.")
    insured_over_uninsured: Maybe[uncertain(1000, "times as many visits", least=1)] = Field(
        None, description="How many times as often insured people go as those who pay the full price."
    )

    _season: Season = PrivateAttr(None)

    @model_validator(mode="after")
    def _derive(self) -> "Use":
        """Work the value out from what was counted; it is not written again."""
        _months_of_counts(self, self.cases)
        if self.ways == WAYS[2]:
            _people_there(self.admissions, self.people)
        if self.ways in WAYS[1:]:
            self.__dict__["value"] = self._counted().unknown((0.0, EPISODES))
            self._derived = ("value",)
        return self

    @property
    def ways(self) -> list[str]:
        """The keys that say how much was used, as they are written."""
        keys = [key for way in WAYS for key in way]
        return [key for key in keys if getattr(self, key) is not None and key not in self._derived]

    def in_season(self, season: Season) -> "Use":
        """The same, counted of an illness with that season."""
        copied = self.model_copy()
        copied._season = season
        if self.ways in WAYS[1:]:
            copied.__dict__["value"] = copied._counted().unknown((0.0, EPISODES))
        return copied

    def _attendance(self) -> tuple[int, Counting, Unknown]:
        """Cases, how long they were counted, and among whom."""
        return total(self.cases), counting(self.months, self._season), self.catchment.graded(self.grade)

    def _counted(self) -> Estimate:
        if self.ways == WAYS[2]:
            return villages_rate(*_villages(self))
        if self.ways == WAYS[3]:
            return centres_rate(*_sums(_centres(self)))
        return attendance_rate(*self._attendance())

    def explained(self) -> list[str]:
        """The sum that leads to the use, in sentences."""
        if self.ways == WAYS[2]:
            return villages_explained(*_villages(self))
        if self.ways == WAYS[1]:
            return attendance_explained(*self._attendance())
        if self.ways == WAYS[3]:
            return centres_explained(_centres(self))
        return [f"{range_said(self.value)} visits a person-year were counted."]


def months_counted(illness: Any) -> list[tuple[tuple[str, ...], Any]]:
    """The months in which an illness was counted, wherever they are written, each with its place."""
    need = getattr(illness, "need", None)
    key, seen = ("need", getattr(need, "observed", None)) if illness.use is None else ("use", illness.use)
    if getattr(seen, "months", None) is None:
        return []
    centres = getattr(seen, "centres", None) or {}
    apart = [((key, "centres", name, "months"), one.months) for name, one in centres.items() if one.months]
    return apart if centres and len(apart) == len(centres) else [((key, "months"), seen.months), *apart]
