"""The setting: what the assembly cannot decide. One frozen model per mapping; every field has meaning, unit, range."""

import re
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from mho_sim.scenario import quantities, tables
from mho_sim.scenario.illness import NOTHING, Illness, Spread, zones
from mho_sim.scenario.mapping import Sourced
from mho_sim.scenario.observations import BirthsCounted
from mho_sim.scenario.tables import Ages
from mho_sim.scenario.take_up import Survey
from mho_sim.scenario.values import (
    NUMBERS,
    SHARE,
    AgeShares,
    Counts,
    DeathRates,
    KindName,
    Maybe,
    OrNone,
    Patience,
    PlainName,
    Share,
    ShareByName,
    UnknownMoney,
    UnknownRate,
    UnknownShare,
    list_or_none,
    number,
    text,
    typed,
    uncertain,
    unknown,
    whole,
    word,
)

PEOPLE: Ages = ((0, 4, 0.143), (5, 14, 0.26), (15, 49, 0.489), (50, 59, 0.053), (60, None, 0.054))
MEMBERS: Ages = ((20, 59, 1.0),)

Households = whole(1, 1_000_000, "households, each with one member")
A_SIZE = "a number from 1 to 40 (persons per household)"


def _read_size_mean(value: Any, expected: str) -> float:
    """One number: the people are the same in every future, so there is no range to draw it from."""
    if isinstance(value, dict):
        quantities.refuse("mho_people_known", expected=expected)
    return quantities.read_number(value, 1, 40, expected)


SizeMean = typed(float, _read_size_mean, A_SIZE, {**NUMBERS, "minimum": 1, "maximum": 40})
Births = unknown(quantities.read_share, SHARE, 0, 1, quantities.write_share, (BirthsCounted,))
TakeUp = unknown(quantities.read_share, SHARE, 0, 1, quantities.write_share, forms=(Survey,))
DaysLate = uncertain(1000, "days")
Prices = number(100, "1 leaves the bills as they are")

Distances = zones("{0-4 km: 70%, 5+ km: 30%}")
Categories = ShareByName("{ordinary: 90%, indigent: 10%}")


A_WORD = re.compile(r"\s*[^\W\d_]+\s*")
AS_MONTHS = re.compile("[2-9]|1[0-2]")  # a count of months, where a share is meant


def _read_months(value: Any, expected: str) -> tuple[float, ...]:
    """Twelve shares, January first, or one for all months, or the names of the good months; the others are bad."""
    if isinstance(value, list) and value and all(A_WORD.fullmatch(str(item)) for item in value):
        good = tables.read_list(value, tables.read_month, expected)
        return tuple(float(month in good) for month in range(1, 13))
    if isinstance(value, list | tuple):
        if len(value) != 12:
            quantities.refuse("mho_months")
        return tables.read_months(value, partial(quantities.read_share, expected=SHARE), expected)
    if AS_MONTHS.fullmatch(text := str(value).strip()):
        quantities.refuse("mho_of_twelve", months=text, share=f"{int(text) / 12:.0%}")
    return (quantities.read_share(value, expected),) * 12


def _write_months(months: tuple[float, ...]) -> list[Any]:
    return [quantities.write_share(share) for share in months]


MonthShares = typed(
    tuple[float, ...],
    _read_months,
    f"{SHARE}, or a list of 12, January first, or the months that are good, such as [january, march]",
    {"type": [*NUMBERS["type"], "array"]},
    _write_months,
)


class HouseholdSize(Sourced):
    """How many persons a household has, the member included."""

    mean: SizeMean = Field(description="Mean number of persons per household, the member included.")
    cv: Spread = Field(description="Coefficient of variation of the number of persons (0.5 is usual).")


class People(Sourced):
    """Everyone in the households but the members."""

    ages: AgeShares = Field(
        PEOPLE,
        description="Shares of the age bands, scaled to 100%. Default: Senegal 2020, whole population, "
        "0-4 14.3%, 5-14 26.0%, 15-49 48.9%, 50-59 5.3%, 60+ 5.4% (United Nations, World Population Prospects 2024).",
    )
    women: Share = Field(0.5, description="Share of women and girls. Default: 50% (assumed).")


class Members(Sourced):
    """The members: one adult in each household."""

    ages: AgeShares = Field(
        MEMBERS, description="Shares of the age bands, scaled to 100%. Default: 20 to 59, evenly (assumed)."
    )
    women: Share = Field(0.5, description="Share of women. Default: 50% (assumed).")


def _country(schema: dict[str, Any]) -> None:
    """Let the schema take the name of a country for the people, which also gives births and deaths."""
    from mho_sim.data import presets

    people = schema["properties"]["people"]
    reference = {key: people.pop(key) for key in ("$ref", "allOf") if key in people}
    people["anyOf"] = [reference, {"enum": list(presets())}]
    schema["required"] = [key for key in schema["required"] if key not in ("births", "deaths")]
    if not schema["required"]:
        del schema["required"]


class Association(Sourced):
    """The people: `members` with `covered_per_member`, or exact counts in `households`, or a `list` of them."""

    model_config = ConfigDict(json_schema_extra=_country)

    members: Maybe[Households] = Field(None, description="Number of households; each has one member.")
    covered_per_member: Maybe[HouseholdSize] = Field(
        None, description="Persons per household, the member included. Goes with `members`."
    )
    households: Maybe[Counts] = Field(
        None, description="Instead of the two above: how many households there are of each size."
    )
    list: Maybe[text(400)] = Field(
        None, description="Instead of all these: the register of members, a CSV file beside this one."
    )
    people: People = Field(
        People(), description="Age and sex of everyone but the members, or the name of a country such as senegal-2020."
    )
    member: Members = Field(Members(), description="Age and sex of the members.")
    births: OrNone[Births] = Field(
        description="Probability that a woman of 15 to 49 gives birth in a year, or none. "
        "Senegal 2020: 12% (United Nations, World Population Prospects 2024)."
    )
    deaths: OrNone[DeathRates] = Field(
        description="Deaths per person-year at each age, or none. An age that is left out has no deaths."
    )
    categories: Maybe[Categories] = Field(None, description="Categories of households, and the share of each.")
    distance: Maybe[Distances] = Field(None, description="How far households live, and the share in each zone.")

    @property
    def count(self) -> int:
        """The number of households."""
        return (self.members or 0) if self.households is None else sum(self.households.values())


class Income(Sourced):
    """What an enterprise earns in a month, before what its household spends on illness."""

    good: UnknownMoney = Field(description="Income of a good month.")
    bad: UnknownMoney = Field(description="Income of a bad month.")


class Enterprise(Sourced):
    """One sector of the micro-enterprises that households live on."""

    sector: text(40) = Field(description="The name of the sector, such as food.")
    share: Share = Field(description="Share of the households that live on it; scaled to 100%.")
    income_per_month: Income = Field(description="Income of a household in a good and in a bad month.")
    good_months: MonthShares = Field(
        description="How many of 100 such months are good, by calendar month; or the months that are always good, the "
        "others being bad."
    )
    cv: Spread = Field(0.0, description="Coefficient of variation of the income between households.")


class Provider(Sourced):
    """A health centre or a hospital, or a class of them."""

    class_: text(40) = Field(alias="class", description="The class, such as public or private.")
    prices: Prices = Field(1.0, description="Multiplier of the bills.")
    stops_when_owed: Maybe[Patience] = Field(
        None, description="How long it tolerates to be owed before it turns members away. Left out: for ever."
    )


class Inflation(Sourced):
    """How prices grow."""

    medical: UnknownRate = Field(NOTHING, description="Growth of the bills a year.")


class Bank(Sourced):
    """Where the cash is kept."""

    interest: Share = Field(description="Interest on the cash, a period.")
    every: word("month", "year") = Field(description="The period of the interest.")


class Paying(Sourced):
    """How members pay their contributions."""

    on_time: UnknownShare = Field(description="Share of contributions paid on the day they fall due.")
    on_time_bad_month: Maybe[UnknownShare] = Field(
        None, description="The same in a bad month of the household's enterprise. Default: as `on_time`."
    )
    never: UnknownShare = Field(
        NOTHING,
        description="Of those who do not pay on the day, the share that never pays again. At each due date: paid "
        "monthly it acts twelve times a year.",
    )
    mean_days_late: DaysLate = Field(NOTHING, description="Mean delay of those paid late, in days.")


class Renewing(Sourced):
    """Who stays."""

    probability: UnknownShare = Field(description="Share of households that renew at the end of a membership year.")


class Setting(Sourced):
    """What the assembly cannot decide."""

    association: Association = Field(description="The people.")
    enterprises: Annotated[tuple[Enterprise, ...], BeforeValidator(lambda value: () if value == "none" else value)] = (
        Field((), description="What households live on, a list of sectors.", json_schema_extra=list_or_none)
    )
    illness: dict[KindName, Illness] = Field(description="The kinds of illness or service, each under its name.")
    providers: dict[PlainName, Provider] = Field({}, description="Health centres and hospitals, each under its name.")
    inflation: Inflation = Field(Inflation(), description="How prices grow. Default: not at all.")
    bank: Maybe[Bank] = Field(None, description="Interest on the cash. Left out: none.")
    paying: Maybe[Paying] = Field(None, description="How members pay. Left out: everyone pays on time.")
    renewing: Maybe[Renewing] = Field(None, description="Who stays. Left out: everyone.")
    take_up: Maybe[TakeUp] = Field(
        None, description="Share of the households that join, or a survey of how many would. Left out: all of them."
    )
