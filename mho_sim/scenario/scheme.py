"""The scheme: what the assembly decides. One frozen model per mapping; every field has its meaning, unit and range."""

from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from mho_sim.scenario import quantities, tables
from mho_sim.scenario.durations import Days, Duration
from mho_sim.scenario.mapping import Mapping
from mho_sim.scenario.quantities import refuse
from mho_sim.scenario.values import (
    MONEY,
    NUMBERS,
    SHARE,
    Day,
    Maybe,
    Money,
    Patience,
    Share,
    ShareByName,
    Span,
    Unless,
    YesNo,
    bands,
    list_or_none,
    listed,
    read_money,
    shares,
    table,
    text,
    typed,
    whole,
    word,
)

ORDER = ("deductible", "copay", "ceiling")
PERIODS = ("month", "quarter", "year", "day", "week")
EVERY = "month, quarter, year, week, day, {days: 5} for a market week of 5 days, or a list of months such as [july]"
SIZES = r"^[0-9]{1,3}(-[0-9]{1,3}|\+)?$"
A_COUNT = "a whole number from 0 to 1 000"
NO_TIME = Duration()
MILLIONTHS = 1_000_000

read_count = partial(quantities.read_whole, least=0, most=1000, expected=A_COUNT)
Count = whole(0, 1000, "in a year")


def _read_every(value: Any, expected: str) -> Any:
    """A word, a market week of so many days, or the months, as numbers from 1."""
    if isinstance(value, Days):
        return value
    if isinstance(value, dict):
        if list(value) != ["days"]:
            refuse("mho_every_days")
        try:
            return Days(quantities.read_whole(value["days"], 4, 8, "a whole number of days from 4 to 8"))
        except PydanticCustomError as error:
            told = [InitErrorDetails(type=error, loc=("days",), input=value["days"])]
        raise ValidationError.from_exception_data("every", told)
    if isinstance(value, list | tuple):
        months = tables.read_list(value, tables.read_month, "a list of months such as [january, july]")
        return tuple(sorted(months))
    text = quantities.plain_text(value, expected)
    if text not in PERIODS:
        refuse("mho_every", words=PERIODS)
    return text


def _write_every(every: Any) -> Any:
    if isinstance(every, Days):
        return {"days": every.days}
    return [tables.MONTHS[month - 1] for month in every] if isinstance(every, tuple) else every


def by_class(read: Any, expected: str, example: str) -> Any:
    """A field type: one value for all providers, or one for each class of them."""
    each = partial(read, expected=expected)

    def read_either(value: Any, expected: str) -> Any:
        return tables.read_called(value, each, expected) if isinstance(value, dict) else read(value, expected=expected)

    def write(value: Any) -> Any:
        if read is not quantities.read_share:
            return value
        return shares(value) if isinstance(value, dict) else quantities.write_share(value)

    schema = {"anyOf": [NUMBERS, {"type": "object", "additionalProperties": NUMBERS}]}
    return typed(Any, read_either, f"{expected}, or a table by class such as {example}", schema, write)


def _read_most_events(value: Any, expected: str) -> Any:
    """One number, or one for each size of household."""
    if isinstance(value, dict | tuple):
        return tables.read_bands(value, tables.read_size, read_count, tables.write_sizes, expected)
    return quantities.read_whole(value, 0, 1000, expected)


def _read_order(value: Any, expected: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or sorted(map(str, value)) != sorted(ORDER):
        refuse("mho_order", expected=expected)
    return tuple(value)


none_or_list = BeforeValidator(lambda value: () if value == "none" else value)
A_PART = "a whole number of households, or a share such as 60%"


def _read_part(value: Any) -> int | float:
    """A whole number of households, or a share of them."""
    is_share = isinstance(value, str) and (value.strip().endswith("%") or value.strip().startswith(("0.", "0,", ".")))
    if is_share or (isinstance(value, float) and value <= 1):
        return quantities.read_share(value, A_PART)
    return quantities.read_whole(value, 0, 1_000_000, A_PART)


def _write_part(part: int | float) -> Any:
    """A share with its sign, so that it is never taken for a number of households."""
    return f"{(Decimal(repr(part)) * 100).normalize():f}%" if isinstance(part, float) else part


def intake_counts(intakes: dict[Any, int | float], households: int) -> dict[Any, int]:
    """How many households join on each date; shares by the largest remainder (MODEL.md, section 4)."""
    if not any(isinstance(part, float) for part in intakes.values()):
        return dict(intakes)
    parts = {day: round(share * MILLIONTHS) for day, share in intakes.items()}
    whole = sum(parts.values())
    counts = {day: households * part // whole for day, part in parts.items()}
    first = sorted(parts, key=lambda day: (-(households * parts[day] % whole), day))
    for day in first[: households - sum(counts.values())]:
        counts[day] += 1
    return counts


Every = typed(Any, _read_every, EVERY, {"type": ["string", "object", "array"]}, _write_every)
Intakes = table(
    dict[Any, Any],
    tables.read_dates,
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "a table of dates and households such as {2027-01-01: 200, 2027-07-01: 100}, or shares of them such as "
    "{2027-01-01: 60%, 2027-07-01: 40%}",
    lambda value: {day.isoformat(): _write_part(part) for day, part in value.items()},
    read_value=_read_part,
)
BySize = bands(tables.read_size, SIZES, tables.write_sizes, read_money, MONEY, "{1: 500, 2-5: 400, 6+: 350}")
MostEvents = typed(Any, _read_most_events, f"{A_COUNT}, or a table by size of household such as {{2-5: 8, 6+: 12}}",
                   {"anyOf": [NUMBERS, {"type": "object", "patternProperties": {SIZES: NUMBERS}}]},
                   tables.write_sizes)  # fmt: skip
Order = typed(tuple[str, ...], _read_order, f"a list of {', '.join(ORDER)}, each once", {"type": "array"}, list)
Names = listed(partial(quantities.read_text, most=40, expected="a name"), "names")
ExcludedAges = listed(tables.read_listed_band, "age bands such as [0-4, 60+]", tables.write_listed_bands)


class Membership(Mapping):
    """The rules of joining."""

    intakes: Maybe[Intakes] = Field(
        None,
        description="When households join, and how many, or what share of them; the first of months. Left out: all at "
        "the start.",
    )
    waiting: dict[str, Span] = Field(
        {},
        description="Waiting period by kind of illness; `default` is for the kinds that are not named, `emergency` for "
        "emergencies among them, `newborn` for children born in membership.",
    )


class Child(Mapping):
    """Another contribution for the young."""

    below: whole(1, 120, "years of age") = Field(description="Who is younger than this pays the amount below.")
    amount: Money = Field(description="Their contribution.")


class ExtraPerson(Mapping):
    """Another contribution for the many."""

    beyond: whole(1, 40, "people of a household") = Field(description="Each person beyond so many pays the amount.")
    amount: Money = Field(description="Their contribution.")


class State(Mapping):
    """What the State adds to the members' contributions."""

    per_beneficiary: Money = Field(description="For each person, at each due date.")
    categories: Maybe[Names] = Field(None, description="For which categories of households. Left out: for all.")
    late: Span = Field(NO_TIME, description="How long after the due date the money arrives.")


class Contribution(Mapping):
    """What members pay, and when."""

    amount: Unless[Money] = Field(
        None, description="The contribution of one period, in the scenario's currency. Or else `by_size`."
    )
    per: word("beneficiary", "household") = Field(
        description="Whether the amount is for each person or each household."
    )
    child: Maybe[Child] = Field(None, description="Another amount for children. With `per: beneficiary`.")
    by_size: Maybe[BySize] = Field(None, description="Instead of `amount`: by the number of people of the household.")
    extra_person: Maybe[ExtraPerson] = Field(
        None, description="With `by_size`: each person beyond a number pays this instead."
    )
    minimum: Money = Field(0, description="The least that a household pays, such as the price of a card.")
    by_category: ShareByName("{ordinary: 100%, indigent: 20%}", may_be_empty=True) = Field(
        {}, description="What a category pays of the contribution; one left out pays all."
    )
    every: Every = Field(description="The period: counted from the day of joining, or the months that are named.")
    timing: word("in-advance", "in-arrears") = Field(
        description="Whether a period is paid on its first day, or on the first day after it."
    )
    grace: Span = Field(description="How long after the due date a household that has not paid stays covered.")
    struck_off: Maybe[Patience] = Field(
        None, description="How long after the due date a household that still owes is struck off. Left out: never."
    )
    joining_fee: Money = Field(0, description="What a household pays once, when it joins.")
    penalty: Money = Field(0, description="What a household pays beside its debt after it was suspended.")
    collector: Share = Field(0.0, description="The collector's commission, of what members pay.")
    state: Maybe[State] = Field(None, description="What the State adds. Left out: nothing.")

    @property
    def due_dates_a_year(self) -> int:
        """How often a year a contribution falls due, about."""
        if isinstance(self.every, Days):
            return 365 // self.every.days
        return {"month": 12, "quarter": 4, "year": 1, "week": 52, "day": 365}[self.every] if isinstance(
            self.every, str) else len(self.every)  # fmt: skip


class Benefit(Mapping):
    """What the mutual pays for one episode: the bill less the patient's part, up to ceilings; or a lump sum."""

    copay: by_class(quantities.read_share, SHARE, "{public: 20%, private: 50%}") = Field(
        0.0, description="The patient's share of the bill."
    )
    copay_fixed: by_class(read_money, MONEY, "{public: 200, private: 1 000}") = Field(
        0, description="The patient's fixed part of the bill."
    )
    deductible: Money = Field(0, description="The first part of the bill, which the patient pays.")
    ceiling_per_event: Maybe[Money] = Field(None, description="The most that is paid for one episode.")
    order: Order = Field(ORDER, description="In which order these apply. Default: deductible, copay, ceiling.")
    lump_sum: Maybe[Money] = Field(None, description="Instead of all above: the fixed sum paid for an episode.")
    cash_per_day: Money = Field(0, description="Paid to the household for each day of the stay.")
    events_per_person_year: Maybe[Count] = Field(None, description="The most episodes paid for, a person and year.")
    events_per_household_year: Maybe[MostEvents] = Field(
        None, description="The most episodes paid for, a household and year; maybe by its size."
    )
    days_per_person_year: Maybe[Count] = Field(None, description="The most days of stays paid for, a person and year.")
    ceiling_per_person_year: Maybe[Money] = Field(None, description="The most paid of this kind, a person and year.")
    ceiling_per_household_year: Maybe[Money] = Field(
        None, description="The most paid of this kind, a household and year."
    )
    excluded_ages: Maybe[ExcludedAges] = Field(None, description="Ages at which nothing is paid.")
    excluded_causes: Maybe[Names] = Field(None, description="Causes for which nothing is paid.")
    referral: Maybe[word("required")] = Field(None, description="required: only with a letter of referral.")
    paid_to: Maybe[word("provider", "household")] = Field(
        None, description="household: it has paid the bill and is reimbursed. Default: as `scheme.providers.payment`."
    )


class Providers(Mapping):
    """How health centres and hospitals are paid."""

    payment: word("third-party", "reimbursement") = Field(
        "third-party", description="Whether the mutual pays the provider, or the household that has paid it."
    )
    invoice: word("on-the-day", "monthly", "yearly") = Field(description="When invoices are sent.")
    pay_within: Span = Field(description="How long after the invoice the mutual pays.")


class DatedCost(Mapping):
    """A running cost at dates of its own."""

    name: text(60) = Field(description="What is paid for.")
    amount: Money = Field(description="How much, each time.")
    every: word("once", "month", "year") = Field(description="How often.")
    from_: Maybe[Day] = Field(None, alias="from", description="The first day. Left out: the start.")
    until: Maybe[Day] = Field(None, description="The first day without it. Left out: it does not end.")


class Expenses(Mapping):
    """Running costs."""

    once: Money = Field(0, description="Costs on the first day.")
    per_month: Money = Field(0, description="Costs on the last day of each month.")
    per_card: Money = Field(0, description="Costs of a household's card, when it joins.")
    per_beneficiary_year: Money = Field(0, description="Costs of a person and year, spread over the months.")
    share_of_contributions: Share = Field(0.0, description="Costs as a share of what members paid in the month.")
    dated: Annotated[tuple[DatedCost, ...], none_or_list] = Field(
        (), description="Costs at dates of their own, a list, or none.", json_schema_extra=list_or_none
    )


class Support(Mapping):
    """Support from outside."""

    name: text(60) = Field(description="Who gives what.")
    amount: Money = Field(description="How much, each time.")
    every: word("once", "month", "year") = Field(description="How often.")
    in_kind: YesNo = Field(False, description="Whether it is work or goods, not money.")
    from_: Maybe[Day] = Field(None, alias="from", description="The first day. Left out: the start.")
    until: Maybe[Day] = Field(None, description="The first day without it. Left out: it does not end.")
    late: Span = Field(NO_TIME, description="How long after its day the money arrives.")


class Reserve(Mapping):
    """The mutual's own money."""

    opening: Money = Field(0, description="Cash at the start. Not with `start_from`, which has its own.")


class Scheme(Mapping):
    """What the assembly decides."""

    membership: Membership = Field(Membership(), description="The rules of joining. Default: no waiting period.")
    contribution: Contribution = Field(description="What members pay, and when.")
    benefits: dict[str, Benefit] = Field(description="What is paid, under the names of the kinds of illness.")
    ceiling_per_person_year: Maybe[Money] = Field(
        None, description="The most that is paid for one person in a year of the horizon, all kinds together."
    )
    ceiling_per_household_year: Maybe[Money] = Field(
        None, description="The most that is paid for one household in a year of the horizon, all kinds together."
    )
    providers: Providers = Field(description="How providers are paid.")
    expenses: Expenses = Field(Expenses(), description="Running costs. Default: none.")
    support: Annotated[tuple[Support, ...], none_or_list] = Field(
        (), description="Support from outside, a list, or none.", json_schema_extra=list_or_none
    )
    reserve: Reserve = Field(Reserve(), description="The mutual's own money. Default: nothing.")
    lost_when_owing: whole(0, 1000, "months of contributions") = Field(
        6, description="Overdue debts of more than so many months' contributions: the mutual is lost. Default: assumed."
    )
