"""What advisers have in hand instead of rates and laws: attendance registers, price lists, invoices, admissions.

Each observation gives a best value and a range (`Estimate`), and tells the sum in sentences. Ranges are lognormal,
from the 5 to the 95 % quantile: the logarithm of a ratio of counts is nearly normal. Relative errors of independent
parts add up in squares (delta method [R]).
"""

import math
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, ClassVar, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from mho_sim.scenario import quantities, tables
from mho_sim.scenario.mapping import Sourced
from mho_sim.scenario.unknowns import KEYS, Unknown
from mho_sim.scenario.values import (
    NUMBERS,
    RICHEST,
    Maybe,
    UnknownAmount,
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
Z90 = 1.2815515655446004  # 90 %
FARTHEST = 100.0  # a logarithm beyond all that is written: e^100 is 10^43
NO_CASES = -math.log(0.05)  # with no case seen, more than so many were expected in 5 % of the worlds

A_COUNT = "a whole number from 0 to 1 000 000 000"
LONGEST = 120  # months of counting


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
Months = whole(1, LONGEST, "months of counting")
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


def attendance_rate(cases: int, months: int, catchment: Unknown) -> Estimate:
    """Cases per person-year: `cases × 12 / months / catchment`. The count has a Poisson error, of the logarithm
    1 / sqrt(cases) [R]; without any case, 3.0 at most in 95 of 100 (Hanley & Lippman-Hand 1983 [R]).
    """
    people_years = catchment.best * months / 12
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


def villages_rate(cases: Sequence[int], people: Sequence[int], months: int) -> Estimate:
    """Cases per person-year of all villages together. Gamma-Poisson: the square of the relative error is
    `1 / cases + variance between villages × sum(share of the people²)`.
    """
    total, everybody = sum(cases), sum(people)
    people_years = everybody * months / 12
    if total == 0:
        return Estimate(0.0, 0.0, NO_CASES / people_years)
    shares = sum((there / everybody) ** 2 for there in people)
    return estimate(total / people_years, math.sqrt(1 / total + between_villages(cases, people) * shares))


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


def invoices_law(invoices: Sequence[float]) -> tuple[Estimate, Estimate]:
    """Mean and coefficient of variation of lognormal bills. Mean: the average, its relative error that of the sample,
    sd / (mean × sqrt(n)). Variation: `sqrt(exp(s²) - 1)`, s the sample's standard deviation of the logarithms, whose
    own relative error is 1 / sqrt(2 (n - 1)) [R].
    """
    n, mean = len(invoices), sum(invoices) / len(invoices)
    if min(invoices) == max(invoices):
        return Estimate(mean, mean, mean), Estimate(0.0, 0.0, 0.0)
    sd = math.sqrt(sum((one - mean) ** 2 for one in invoices) / (n - 1))
    middle = sum(math.log(one) for one in invoices) / n
    s = math.sqrt(sum((math.log(one) - middle) ** 2 for one in invoices) / (n - 1))
    cvs = map(variation, estimate(s, 1 / math.sqrt(2 * (n - 1)))[:3])
    return estimate(mean, sd / mean / math.sqrt(n)), Estimate(*cvs)


def lognormal_through(median: float, spread: float) -> tuple[float, float]:
    """Mean and coefficient of variation of a lognormal law with that median, and that standard deviation of the
    logarithm: `median × exp(s² / 2)` and `sqrt(exp(s²) - 1)` (Johnson, Kotz & Balakrishnan 1994 [R]).
    """
    return median * exp(spread * spread / 2), variation(spread)


def price_sum(items: Sequence[tuple[Unknown, Unknown]]) -> Estimate:
    """The bill of a price list: the sum of price × times; the half-widths that prices and times give to it add up in
    squares.
    """
    best = sum(each.best * times.best for each, times in items)
    below = math.hypot(*(half for one in items for half in _halves(*one, "low")))
    above = math.hypot(*(half for one in items for half in _halves(*one, "high")))
    return Estimate(best, max(best - below, 0.0), best + above, "pert")


def _halves(each: Unknown, times: Unknown, end: str) -> tuple[float, float]:
    """How far a price and its times move the bill, each by itself, at one end of their ranges."""
    return times.best * (getattr(each, end) - each.best), each.best * (getattr(times, end) - times.best)


def said(number: float) -> str:
    """A number in a sum: at most four digits after the point where it is small, none where it is large."""
    return spaced(round(number)) if abs(number) >= 1000 else f"{number:.4g}"


def range_said(number: Any) -> str:
    """1.2, or 1.2 (from 0.8 to 1.6)."""
    low, high = getattr(number, "low", number), getattr(number, "high", number)
    return f"{said(number)} (from {said(low)} to {said(high)})" if low < high else said(number)


class Observation(Sourced):
    """Something seen, from which a number of the setting is worked out; its own numbers are not drawn by themselves."""

    is_observation: ClassVar[bool] = True


EVERYONE = "everyone in need"


def _read_of(value: Any, expected: str) -> str:
    if value != EVERYONE:
        quantities.refuse("mho_need_of")
    return EVERYONE


OfNeed = typed(str, _read_of, EVERYONE, {"enum": [EVERYONE]})
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
    elif seen.months != len(cases):
        error = PydanticCustomError("mho_months_counted", "{counts}", {"counts": len(cases)})
        details = [InitErrorDetails(type=error, loc=("months",), input=seen.months)]
        raise ValidationError.from_exception_data("counts", details)


class Attendance(Observation):
    """Cases counted at a health centre, over the people who would come to it."""

    cases: Cases = Field(description="New cases counted, or a list of monthly counts.")
    months: Months = Field(12, description="In how many months. Of monthly counts: their number.")
    catchment: PeopleCount = Field(description="The people who would come there.")
    of: Maybe[OfNeed] = Field(None, description=OF_NEED)

    @model_validator(mode="after")
    def _by_month(self) -> "Attendance":
        _months_of_counts(self, self.cases)
        return self

    def estimate(self) -> Estimate:
        """Cases per person-year."""
        return attendance_rate(total(self.cases), self.months, self.catchment)

    def explained(self) -> list[str]:
        """The sum, in sentences."""
        return attendance_explained(total(self.cases), self.months, self.catchment)

    def as_use(self) -> str:
        """The same counts, as they are written under `use`."""
        people = self.catchment
        among = f"{{between: [{said(people.low)}, {said(people.high)}]}}" if people.has_range else said(people)
        return f"{{cases: {spaced(total(self.cases))}, months: {self.months}, catchment: {among}, of: {UNINSURED}}}"


class BirthsCounted(Observation):
    """Births counted in a register, over the women of 15 to 49 among whom they happened."""

    births: Cases = Field(description="Births counted.")
    months: Months = Field(12, description="In how many months.")
    women: PeopleCount = Field(description="The women of 15 to 49 among whom they were counted.")

    @model_validator(mode="after")
    def _by_month(self) -> "BirthsCounted":
        _months_of_counts(self, self.births)
        return self

    def estimate(self) -> Estimate:
        """Births per woman and year."""
        return attendance_rate(total(self.births), self.months, self.women)

    def explained(self) -> list[str]:
        """The sum, in sentences."""
        return attendance_explained(total(self.births), self.months, self.women, ("births", "women", "woman and year"))


def attendance_explained(
    cases: int, months: int, catchment: Unknown, words: tuple[str, str, str] = ("cases", "people", "person-year")
) -> list[str]:
    """The sum of a register of attendance, or of births, in sentences."""
    found, spread = attendance_rate(cases, months, catchment), spread_of(catchment)
    what, who, unit = words
    among = "the catchment" if who == "people" else f"the number of {who}"
    people = f"{among} {percent(spread)}" if spread else f"{among} is taken as exact"
    return [
        f"{spaced(cases)} {what} × 12 / {months} months / {range_said(catchment)} {who} = {said(found.best)} a {unit}.",
        f"Relative errors: chance {percent(1 / math.sqrt(cases)) if cases else 'of none seen'}, {people}. "
        f"{_within(found)}",
    ]


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
    months: Months = Field(12, description="In how many months.")
    of: Maybe[OfNeed] = Field(None, description=OF_NEED)

    @model_validator(mode="after")
    def _agree(self) -> "Villages":
        _people_there(self.admissions, self.people)
        return self

    def estimate(self) -> Estimate:
        """Admissions per person-year."""
        return villages_rate(*_columns(self.admissions, self.people), self.months)

    def explained(self) -> list[str]:
        """The sum, in sentences."""
        return villages_explained(*_columns(self.admissions, self.people), self.months)

    def as_use(self) -> str:
        """The same counts, as they are written under `use`."""
        return f"{{admissions: {{…}}, people: {{…}}, months: {self.months}, of: {UNINSURED}}}"


class Centre(Observation):
    """Cases counted at one of several health centres."""

    cases: Cases = Field(description="New cases counted, or a list of monthly counts.")
    months: Maybe[Months] = Field(
        None, description="In how many months. Left out: as many as there are monthly counts, or as beside `centres`."
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
    months: Months = Field(12, description="In how many months, at a centre that does not say it.")
    of: Maybe[OfNeed] = Field(None, description=OF_NEED)

    def estimate(self) -> Estimate:
        """Cases per person-year."""
        return centres_rate(*_sums(self.centres, self.months))

    def explained(self) -> list[str]:
        """The sum, in sentences."""
        return centres_explained(self.centres, self.months)

    def as_use(self) -> str:
        """The same counts, as they are written under `use`."""
        return f"{{centres: {{…}}, of: {UNINSURED}}}"


def _sums(centres: dict[str, Centre], months: int) -> tuple[list[int], list[float], list[float]]:
    """Cases, person-years and the catchment's relative error, centre by centre."""
    every = centres.values()
    years = [one.catchment.best * (one.months or months) / 12 for one in every]
    return [total(one.cases) for one in every], years, [spread_of(one.catchment) for one in every]


def centres_explained(centres: dict[str, Centre], months: int) -> list[str]:
    """The sum of several health centres, in sentences."""
    cases, years, spreads = _sums(centres, months)
    found, between = centres_rate(cases, years, spreads), between_villages(cases, years)
    each = [
        f"{name}: {spaced(seen)} cases in {one.months or months} months among {range_said(one.catchment)} people"
        for (name, one), seen in zip(centres.items(), cases)
    ]
    chance = f"chance {percent(1 / math.sqrt(sum(cases)))}" if sum(cases) else "chance of none seen"
    people = f"the catchments {percent(_catchments(years, spreads))}" if any(spreads) else "the catchments are exact"
    differ = f", differences between centres {percent(math.sqrt(between * _squares(years)))}" if between else ""
    how_many = f"{len(centres)} health centres" if len(centres) > 1 else "One health centre"
    return [
        f"{how_many}: {'; '.join(each)}.",
        f"Together {spaced(sum(cases))} cases / {said(sum(years))} person-years = {said(found.best)} a person-year.",
        f"Relative errors: {chance}, {people}{differ}. {_within(found)}",
    ]


def _columns(admissions: dict[str, int], people: dict[str, int]) -> tuple[list[int], list[int]]:
    """Admissions and people, village by village."""
    return list(admissions.values()), [people[name] for name in admissions]


def villages_explained(cases: list[int], people: list[int], months: int) -> list[str]:
    """The sum of admissions by village, in sentences."""
    found, between = villages_rate(cases, people, months), math.sqrt(between_villages(cases, people))
    return [
        f"{spaced(sum(cases))} admissions × 12 / {months} months / {spaced(sum(people))} people of "
        f"{len(people)} villages = {said(found.best)} a person-year.",
        f"Between villages the rate differs by {percent(between)} (standard deviation over mean), beyond chance.",
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
    months: Months = Field(12, description="In how many months. Of monthly counts: their number.")
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

    def _counted(self) -> Estimate:
        if self.ways == WAYS[2]:
            return villages_rate(*_columns(self.admissions, self.people), self.months)
        if self.ways == WAYS[3]:
            return centres_rate(*_sums(self.centres, self.months))
        return attendance_rate(total(self.cases), self.months, self.catchment)

    def explained(self) -> list[str]:
        """The sum that leads to the use, in sentences."""
        if self.ways == WAYS[2]:
            return villages_explained(*_columns(self.admissions, self.people), self.months)
        if self.ways == WAYS[1]:
            return attendance_explained(total(self.cases), self.months, self.catchment)
        if self.ways == WAYS[3]:
            return centres_explained(self.centres, self.months)
        return [f"{range_said(self.value)} visits a person-year were counted."]


def _read_times(value: Any, least: float, most: float, expected: str) -> float:
    """How many times, or in what share of the episodes."""
    if isinstance(value, str) and value.strip().endswith("%"):
        return quantities.read_share(value, expected, int(most))
    return quantities.read_number(value, least, most, expected)


def _or_price(schema: dict[str, Any]) -> None:
    """Let the schema of a line of a price list take the price alone, too."""
    mapping = dict(schema)
    schema.clear()
    schema["anyOf"] = [*mapping["properties"]["each"]["anyOf"], mapping]


def _priced(value: Any) -> Any:
    """A line of a price list, also where it is the price alone, maybe with its range."""
    alone = isinstance(value, dict) and {"value", "between"} & value.keys() and value.keys() <= set(KEYS)
    return {"each": value} if alone or not isinstance(value, dict | PriceItem) else value


class PriceItem(Observation):
    """One line of a price list."""

    model_config = ConfigDict(json_schema_extra=_or_price)

    each: UnknownAmount = Field(description="The price.")
    times: unknown(
        partial(_read_times, least=0, most=1000),
        "a number from 0 to 1 000 (times an episode), or a share such as 50%",
        0,
        1000,
    ) = Field(Unknown(1), description="How many of it an episode needs.")


A_BILL = "an amount above 0, without the currency"
read_bill = partial(quantities.read_number, least=0.01, most=RICHEST, amount=True, expected=A_BILL)


Invoices = typed(
    tuple[float, ...],
    partial(tables.read_amount_list, read=read_bill),
    "a list of at least two bills such as [1 200, 3 400]",
    {"type": "array", "minItems": 2},
    list,
)
PriceList = dict[str, Annotated[PriceItem, BeforeValidator(_priced)]]


def bill_law(cost: Any) -> tuple[Unknown, Unknown] | None:
    """Mean and coefficient of variation of the bill that a cost tells of by what was seen; None if it tells of none, or
    not all that is needed.
    """
    money, spread = (0.0, float(RICHEST)), (0.0, 20.0)
    if cost.price_list is not None and cost.cv is not None:
        summed = price_sum([(item.each, item.times) for item in cost.price_list.values()])
        return summed.unknown(money), cost.cv
    if cost.invoices is not None:
        mean, cv = invoices_law(cost.invoices)
        return mean.unknown(money), cv.unknown(spread)
    s = _log_sd(cost)
    if s is None:
        return None
    best, cv_best = lognormal_through(cost.usual, s)
    return Unknown(min(best, money[1]), limits=money), Unknown(min(cv_best, spread[1]), limits=spread)


def _log_sd(cost: Any) -> float | None:
    """Standard deviation of a bill's logarithm, from what is cheap, usual and dear: 10, 50 and 90 % of the bills are
    below (that the extremes which people name are not the very last is assumed).
    """
    low, usual, high = cost.cheapest, cost.usual, cost.dearest
    if usual and cost.one_in_ten_above is not None and cost.one_in_ten_above > usual:
        return math.log(cost.one_in_ten_above / usual) / Z90
    if low and usual and high and low < usual < high:
        return math.log(high / low) / (2 * Z90)
    return None


def price_list_explained(items: dict[str, PriceItem], mean: Unknown) -> list[str]:
    """The sum of a price list, in sentences, and what its range is made of."""
    lines = [f"{name} {range_said(item.each)} × {range_said(item.times)}" for name, item in items.items()]
    found = f"{' + '.join(lines)} = {range_said(mean)}, the mean bill."
    numbers = [number for item in items.values() for number in (item.each, item.times)]
    if not mean.has_range:
        return [found, "No price or number of times has a range, so the grade says how far the sum may be off."]
    if all(number.has_range for number in numbers):
        return [found]
    return [found, "What has no range here is taken as exact, whatever its grade."]


def bill_explained(cost: Any) -> list[str]:
    """The sum that leads to a bill's law, in sentences."""
    found = bill_law(cost)
    if found is None:
        return []
    mean, cv = found
    if cost.price_list is not None:
        return price_list_explained(cost.price_list, mean)
    end = f"Lognormal: mean {range_said(mean)}, coefficient of variation {range_said(cv)}."
    if cost.invoices is not None:
        return [f"{len(cost.invoices)} invoices add up to {said(sum(cost.invoices))}.", end]
    if cost.one_in_ten_above is not None:
        how = f"ln({said(cost.one_in_ten_above)} / {said(cost.usual)}) / {Z90:.4f}"
    else:
        how = f"ln({said(cost.dearest)} / {said(cost.cheapest)}) / (2 × {Z90:.4f})"
    around = f"around that of {said(cost.usual)}"
    return [f"The logarithm of a bill has the standard deviation {how} = {_log_sd(cost):.4g}, {around}.", end]
