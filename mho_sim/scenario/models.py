"""What can be written in a scenario file: one frozen model per mapping; every field has its meaning, unit and range."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from mho_sim.scenario import doubts
from mho_sim.scenario.tables import Ages
from mho_sim.scenario.unknowns import Range, Unknown, ranges
from mho_sim.scenario.values import (
    AgeShares,
    Counts,
    Currency,
    Dated,
    Day,
    DeathRates,
    Debts,
    Grade,
    KindName,
    Maybe,
    Money,
    Months,
    MonthStart,
    Multipliers,
    OrNone,
    Remark,
    Share,
    Span,
    UnknownAmount,
    UnknownMoney,
    UnknownShare,
    number,
    text,
    uncertain,
    whole,
    word,
)

PEOPLE: Ages = ((0, 4, 0.143), (5, 14, 0.26), (15, 49, 0.489), (50, 59, 0.053), (60, None, 0.054))
MEMBERS: Ages = ((20, 59, 1.0),)

Households = whole(1, 1_000_000, "households, each with one member")
Years = whole(1, 20, "years")
SizeMean = number(40, "persons per household", least=1)
Spread = number(20, "standard deviation divided by mean")
UnknownSpread = uncertain(20, "standard deviation divided by mean")
Variance = uncertain(100, "variance of a factor of mean 1")
Episodes = uncertain(1000, "episodes per person-year")
DaysLate = uncertain(1000, "days")
NOTHING = Unknown(0)
ALL = Unknown(1, grade="exact")


class Mapping(BaseModel):
    """Frozen; unknown keys are refused; what is none is left out when written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if value is not None}


class Sourced(Mapping):
    """A part of the setting: it may say where its numbers come from."""

    source: Maybe[Remark] = Field(None, description="Where the numbers inside come from.")
    grade: Maybe[Grade] = Field(None, description="How well the numbers inside are known, where they do not say it.")
    note: Maybe[Remark] = Field(None, description="A remark; nothing is computed from it.")


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


class Association(Sourced):
    """The people: either `members` with `covered_per_member`, or exact counts in `households`."""

    members: Maybe[Households] = Field(None, description="Number of households; each has one member.")
    covered_per_member: Maybe[HouseholdSize] = Field(
        None, description="Persons per household, the member included. Goes with `members`."
    )
    households: Maybe[Counts] = Field(
        None, description="Instead of the two above: how many households there are of each size."
    )
    people: People = Field(People(), description="Age and sex of everyone but the members.")
    member: Members = Field(Members(), description="Age and sex of the members.")
    births: OrNone[UnknownShare] = Field(
        description="Probability that a woman of 15 to 49 gives birth in a year, or none. "
        "Senegal 2020: 12% (United Nations, World Population Prospects 2024)."
    )
    deaths: OrNone[DeathRates] = Field(
        description="Deaths per person-year at each age, or none. An age that is left out has no deaths."
    )

    @property
    def count(self) -> int:
        """The number of households."""
        return self.members if self.households is None else sum(self.households.values())


class ByAgeSex(Sourced):
    """Multipliers of `need`; an age that is left out has no need."""

    women: Multipliers = Field(description="Multipliers for women and girls, by age.")
    men: Multipliers = Field(description="Multipliers for men and boys, by age.")


class Lognormal(Sourced):
    """Bills that vary: most are small, a few are large."""

    mean: UnknownAmount = Field(description="Mean bill of an episode, in the scenario's currency.")
    cv: UnknownSpread = Field(description="Coefficient of variation of the bills (1 is usual for consultations).")


class Cost(Sourced):
    """The bill of an episode for which care is sought: either `fixed` or `lognormal`."""

    fixed: Maybe[UnknownMoney] = Field(None, description="The same bill each time, in the scenario's currency.")
    lognormal: Maybe[Lognormal] = Field(None, description="A bill that varies.")
    dated: Maybe[Dated] = Field(None, description="When these prices were seen.")


class Seeking(Sourced):
    """Probability that someone in need seeks care."""

    covered: UnknownShare = Field(ALL, description="Share of those in need who seek care when covered that day.")
    uncovered: UnknownShare = Field(ALL, description="Share of those in need who seek care when not covered that day.")


class Illness(Sourced):
    """One kind of illness or service: how often it is needed and what it costs."""

    need: Maybe[Episodes] = Field(
        None, description="Episodes of need per person-year, before age, sex and frailty. Or else `rate`."
    )
    rate: Maybe[word("births")] = Field(
        None, description="births: the episodes are the births, and the mother is the patient. Instead of `need`."
    )
    by_age_sex: Maybe[ByAgeSex] = Field(None, description="Multipliers of `need` by age and sex.")
    season: Maybe[Months] = Field(None, description="12 numbers, January first: how the months compare.")
    frailty: Variance = Field(NOTHING, description="Variance of the personal factor (gamma, mean 1, for life).")
    community: Variance = Field(NOTHING, description="Variance of the factor that all share in a year (gamma, mean 1).")
    cost: Cost = Field(description="The bill of an episode for which care is sought.")
    seeking: Seeking = Field(Seeking(), description="Who seeks care. Default: everyone in need.")


class Paying(Sourced):
    """How members pay their contributions."""

    on_time: UnknownShare = Field(description="Share of contributions paid on the day they fall due.")
    mean_days_late: DaysLate = Field(NOTHING, description="Mean delay of the others, in days.")


class Setting(Sourced):
    """What the assembly cannot decide."""

    association: Association = Field(description="The people.")
    illness: dict[KindName, Illness] = Field(description="The kinds of illness or service, each under its name.")
    paying: Maybe[Paying] = Field(None, description="How members pay. Left out: everyone pays on time.")


class Standing(Mapping):
    """How the households stand on the day before the start; together, all of them."""

    paid_up: whole(0, 1_000_000, "households") = Field(description="Households that have paid and are covered.")
    late: whole(0, 1_000_000, "households") = Field(description="Households that owe one contribution.")
    waiting: whole(0, 1_000_000, "households") = Field(description="Households whose waiting period begins now.")


class StartFrom(Mapping):
    """An existing mutual's books on the day before the start."""

    date: Day = Field(description="The day before `start`.")
    cash: Money = Field(description="Money in the cash box and at the bank.")
    owed_by_members: Maybe[Money] = Field(
        None,
        description="What the late members owe, in equal shares. Left out: one contribution each.",
    )
    paid_in_advance: Money = Field(0, description="What members have paid ahead.")
    owed_to_providers: Debts = Field((), description="Unpaid invoices of providers, by age of the invoice.")
    members: Standing = Field(description="How many of the households are paid up, late, waiting.")


class Membership(Mapping):
    """The rules of joining."""

    waiting: dict[str, Span] = Field(
        {}, description="Waiting period by kind of illness; `default` is for the kinds that are not named."
    )


class Contribution(Mapping):
    """What members pay, and when."""

    amount: Money = Field(description="The contribution of one period, in the scenario's currency.")
    per: word("beneficiary", "household") = Field(
        description="Whether the amount is for each person or each household."
    )
    every: word("month", "year") = Field(description="The period, counted from the start date.")
    timing: word("in-advance", "in-arrears") = Field(
        description="Whether a period is paid on its first day, or on the first day after it."
    )
    grace: Span = Field(description="How long after the due date a household that has not paid stays covered.")


class Benefit(Mapping):
    """What the mutual pays for one episode: the bill less a copayment, up to a ceiling; or a lump sum."""

    copay: Share = Field(0.0, description="The patient's share of the bill.")
    ceiling_per_event: Maybe[Money] = Field(None, description="The most that is paid for one episode.")
    lump_sum: Maybe[Money] = Field(None, description="Instead of the two above: the fixed sum paid for an episode.")


class Providers(Mapping):
    """How health centres and hospitals are paid."""

    invoice: word("on-the-day", "monthly") = Field(description="When providers send their invoices.")
    pay_within: Span = Field(description="How long after the invoice the mutual pays.")


class Expenses(Mapping):
    """Running costs."""

    once: Money = Field(0, description="Costs on the first day.")
    per_month: Money = Field(0, description="Costs on the last day of each month.")


class Reserve(Mapping):
    """The mutual's own money."""

    opening: Money = Field(0, description="Cash at the start. Not with `start_from`, which has its own.")


class Scheme(Mapping):
    """What the assembly decides."""

    membership: Membership = Field(Membership(), description="The rules of joining. Default: no waiting period.")
    contribution: Contribution = Field(description="What members pay, and when.")
    benefits: dict[str, Benefit] = Field(description="What is paid, under the names of the kinds of illness.")
    ceiling_per_household_year: Maybe[Money] = Field(
        None, description="The most that is paid for one household in a year of the horizon, all kinds together."
    )
    providers: Providers = Field(description="How providers are paid.")
    expenses: Expenses = Field(Expenses(), description="Running costs. Default: none.")
    reserve: Reserve = Field(Reserve(), description="The mutual's own money. Default: nothing.")


class Scenario(Mapping):
    """One mutual: its setting, its scheme, and the years to look at."""

    title: text(200) = Field(description="A name for this scenario.")
    currency: Currency = Field(description="Currency of all amounts, in its smallest unit in use.")
    country: Maybe[text(60)] = Field(None, description="The country.")
    start: MonthStart = Field(description="The first day; the first of a month.")
    years: Years = Field(description="How many years to look ahead.")
    default_grade: Grade = Field(
        "guess", description="How well the numbers of the setting are known that say neither grade nor range."
    )
    setting: Setting = Field(description="What the assembly cannot decide.")
    start_from: Maybe[StartFrom] = Field(None, description="An existing mutual's books; left out for a new one.")
    scheme: Scheme = Field(description="What the assembly decides.")

    @property
    def content(self) -> dict[str, Any]:
        """All that the scenario says, defaults included, as it could be written in a file."""
        return self.model_dump(mode="json")

    @property
    def hash(self) -> str:
        """Equal for two scenarios that say the same, whatever their spelling, order and comments."""
        canonical = json.dumps(self.content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def unknowns(self) -> dict[str, Range]:
        """Where the truth may lie, of all numbers that are not exact, by path such as
        `setting.illness.outpatient.need`, in the order of the paths.
        """
        return ranges(self.setting, self.default_grade)

    @property
    def warnings(self) -> list[str]:
        """Sentences about what is not wrong, but should be looked at."""
        return doubts.doubts(self)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of illness, in the order of their names."""
        return tuple(sorted(self.setting.illness))

    @property
    def household_count(self) -> int:
        return self.setting.association.count

    def with_(self, path: str, value: Any) -> "Scenario":
        """The same scenario with another value at `path`, checked: `with_("scheme.contribution.amount", 600)`."""
        from mho_sim.scenario.loading import changed

        return changed(self, path, value)
