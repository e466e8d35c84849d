"""Illness: how often care is needed, what a bill is, who goes. One frozen model per mapping, as in `setting`."""

from functools import partial
from typing import Any, ClassVar

from pydantic import Field, model_validator

from mho_sim.scenario import quantities, tables
from mho_sim.scenario.bills import Bills, Invoices, PriceList, bill_explained, bill_law
from mho_sim.scenario.mapping import Sourced
from mho_sim.scenario.observations import EPISODES, INSURED, Attendance, Centres, Use, Villages, range_said
from mho_sim.scenario.tables import Ages
from mho_sim.scenario.unknowns import REMARKS, Quotient, Unknown
from mho_sim.scenario.values import (
    MONEY,
    NUMBERS,
    SHARE,
    Amount,
    Dated,
    KindName,
    Maybe,
    Months,
    Multipliers,
    Share,
    ShareByName,
    UnknownAmount,
    UnknownMoney,
    UnknownShare,
    YesNo,
    bands,
    each_name,
    number,
    read_money,
    shares,
    table,
    typed,
    uncertain,
    word,
    writer,
)

Spread = number(20, "standard deviation divided by mean")
NOTHING = Unknown(0)
ALL = Unknown(1, grade="exact")
UnknownSpread = uncertain(20, "standard deviation divided by mean")
Variance = uncertain(100, "variance of a factor of mean 1")
Episodes = uncertain(1000, "episodes per person-year", forms=(Attendance, Villages, Centres))
StayDays = number(366, "days of a stay, on average", least=1)
ZONES = r"^[0-9]{1,4}(-[0-9]{1,4}|\+) km$"
zones = partial(bands, tables.read_zone, ZONES, tables.write_zones, quantities.read_share, "a share from 0% to 100%")
ByDistance = zones("{0-4 km: 100%, 5+ km: 60%}")
BySector = each_name(quantities.read_number, "a number from 0 to 1 000", "{food: 1, fish: 1.2}", least=0, most=1000)
BillTable = table(
    tuple[tuple[int, float], ...],
    tables.read_amounts,
    "^[0-9][0-9 _]*$",
    "a table of bills such as {1 000: 60%, 5 000: 40%}, each with a share from 0% to 100%",
    lambda rows: shares((str(amount), share) for amount, share in rows),
    read_key=partial(read_money, expected=MONEY),
    read_value=partial(quantities.read_share, expected="a share from 0% to 100%"),
)


def _read_prevalence(value: Any, expected: str) -> Ages:
    """A table of ages, or one share for all of them."""
    if isinstance(value, dict | tuple):
        return tables.read_ages(value, partial(quantities.read_share, expected=SHARE), expected)
    return ((0, None, quantities.read_share(value, expected)),)


Prevalence = typed(
    Ages,
    _read_prevalence,
    f"{SHARE}, or a table of ages such as {{15-49: 2%, 50+: 8%}}",
    {"type": [*NUMBERS["type"], "object"]},
    writer(quantities.read_share, tables.write_bands),
)


SEEN = ("price_list", "cv", "invoices", "mean", "of", "usual", "one_in_ten_above", "cheapest", "dearest")


class ByAgeSex(Sourced):
    """Multipliers of `need`; an age that is left out has no need."""

    women: Multipliers = Field(description="Multipliers for women and girls, by age.")
    men: Multipliers = Field(description="Multipliers for men and boys, by age.")


class Lognormal(Sourced):
    """Bills that vary: most are small, a few are large."""

    mean: UnknownAmount = Field(description="Mean bill of an episode, in the scenario's currency.")
    cv: UnknownSpread = Field(description="Coefficient of variation of the bills (1 is usual for consultations).")


class Exponential(Sourced):
    """Bills that vary: the smaller, the more frequent."""

    mean: UnknownAmount = Field(description="Mean bill of an episode, in the scenario's currency.")


class Gamma(Sourced):
    """Bills that vary, with fewer very large ones than a lognormal law."""

    mean: UnknownAmount = Field(description="Mean bill of an episode, in the scenario's currency.")
    cv: Spread = Field(description="Coefficient of variation of the bills.")


class Cost(Sourced):
    """The bill of an episode for which care is sought: one of the laws, or what was seen, which becomes lognormal."""

    not_drawn: ClassVar[tuple[str, ...]] = ("cv",)  # it stands in the lognormal law

    fixed: Maybe[UnknownMoney] = Field(None, description="The same bill each time, in the scenario's currency.")
    lognormal: Maybe[Lognormal] = Field(None, description="A bill that varies: most are small, a few are large.")
    exponential: Maybe[Exponential] = Field(None, description="A bill that varies: the smaller, the more frequent.")
    gamma: Maybe[Gamma] = Field(None, description="A bill that varies, with fewer very large ones than lognormal.")
    table: Maybe[BillTable] = Field(None, description="Bills, and how often each occurs; shares scaled to 100%.")
    price_list: Maybe[PriceList] = Field(
        None, description="Instead of a law: prices of what an episode needs, each with how many times. Goes with `cv`."
    )
    cv: Maybe[UnknownSpread] = Field(None, description="With `price_list`: coefficient of variation of the bills.")
    invoices: Maybe[Invoices] = Field(None, description="Instead of a law: bills that were seen.")
    mean: Maybe[Amount] = Field(
        None, description="Instead of a law: the mean of some bills, where only the dearest of them is known besides."
    )
    of: Maybe[Bills] = Field(
        None, description="With `mean` and `dearest`: how many bills these were, such as 20 bills."
    )
    usual: Maybe[Amount] = Field(None, description="Instead of a law: the bill in the middle; half are dearer.")
    one_in_ten_above: Maybe[Amount] = Field(None, description="With `usual`: one bill in ten is dearer than this.")
    cheapest: Maybe[Amount] = Field(None, description="With `usual` and `dearest`: one bill in ten is cheaper.")
    dearest: Maybe[Amount] = Field(
        None,
        description="With `usual` and `cheapest`: one bill in ten is dearer. With `mean` and `of`: the dearest of all.",
    )
    covered_share: Share = Field(1.0, description="Share of the bill that is for care which the package covers.")
    dated: Maybe[Dated] = Field(None, description="When these prices were seen.")

    @model_validator(mode="after")
    def _derive(self) -> "Cost":
        """Let what was seen stand as a lognormal law, which is not written again."""
        laws, found = (self.fixed, self.lognormal, self.exponential, self.gamma, self.table), bill_law(self)
        if found is not None and not any(law is not None for law in laws):
            self.__dict__["lognormal"] = Lognormal(mean=found[0], cv=found[1])
            self._derived = ("lognormal",)
        return self

    def explained(self) -> list[str]:
        """How the bill's law was worked out, in sentences."""
        return bill_explained(self)


class Seeking(Sourced):
    """Probability that someone in need seeks care."""

    covered: UnknownShare = Field(ALL, description="Share of those in need who seek care when covered that day.")
    uncovered: UnknownShare = Field(ALL, description="Share of those in need who seek care when not covered that day.")
    by_distance: Maybe[ByDistance] = Field(None, description="Multiplier of both, by zone of `distance`.")


class Referral(Sourced):
    """Episodes that follow those of another kind."""

    kind: KindName = Field(description="The kind of illness from which patients are referred.")
    share: UnknownShare = Field(description="Share of those seeking care there who are referred to this kind.")


class Illness(Sourced):
    """One kind of illness or service: how often it is needed and what it costs."""

    need: Maybe[Episodes] = Field(
        None, description="Episodes of need per person-year, before age, sex and frailty. Or else `rate`."
    )
    use: Maybe[Use] = Field(
        None, description="Instead of `need`: visits that were counted, from which need is worked back by `seeking`."
    )
    rate: Maybe[word("births", "deaths")] = Field(
        None,
        description="Instead of `need`: the episodes are the births (the mother is the patient), or the deaths.",
    )
    share: Maybe[UnknownShare] = Field(None, description="With `rate: births`: share of the births of this kind.")
    referred_from: Maybe[Referral] = Field(None, description="Instead of `need`: who is sent on from another kind.")
    chronic: Maybe[Prevalence] = Field(
        None, description="Instead of `need`: share of the people who have it at the start; one episode a month each."
    )
    by_age_sex: Maybe[ByAgeSex] = Field(None, description="Multipliers of `need` by age and sex.")
    by_sector: Maybe[BySector] = Field(None, description="Multipliers of `need` by sector; one left out has 1.")
    season: Maybe[Months] = Field(None, description="12 numbers, January first: how the months compare.")
    frailty: Variance = Field(NOTHING, description="Variance of the personal factor (gamma, mean 1, for life).")
    community: Variance = Field(NOTHING, description="Variance of the factor that all share in a year (gamma, mean 1).")
    cost: Cost = Field(description="The bill of an episode for which care is sought.")
    days: Maybe[StayDays] = Field(None, description="Mean number of days of a stay.")
    causes: Maybe[ShareByName("{malaria: 40%, cough: 60%}")] = Field(
        None, description="What the episodes are of; shares scaled to 100%."
    )
    at: Maybe[ShareByName("{health_centre: 80%, clinic: 20%}")] = Field(
        None, description="Where care is sought, by provider; shares scaled to 100%."
    )
    letter: Share = Field(
        1.0,
        description="With `need` and with `use`: share of those seeking care who have a letter of referral, which a "
        "benefit with `referral: required` asks for. Default: all of them, so that such a benefit refuses nobody.",
    )
    emergency: YesNo = Field(False, description="Whether it is an emergency: no letter, maybe another waiting period.")
    seeking: Seeking = Field(Seeking(), description="Who seeks care. Default: everyone in need.")

    @model_validator(mode="after")
    def _derive(self) -> "Illness":
        """Work the need back from the use: neither it nor a seeking that follows from the use is written again. Both
        hold best values; in each world they follow from what was drawn there. Months that are named have the season.
        """
        if self.season is not None:
            self._counted_in_season(self.season)
        use, seeking, derived = self.use, self.seeking, ("need",)
        if use is None or use.value is None or self.need is not None:
            return self
        if use.insured_over_uninsured is not None and "seeking" not in self.model_fields_set:
            seeking, derived = _seeking_by(use.insured_over_uninsured), ("need", "seeking")
        chance = getattr(seeking, self.counted)
        if chance > 0:
            need = Unknown(min(use.value.best / chance.best, EPISODES), limits=(0.0, EPISODES))
            self.__dict__.update(need=need, seeking=seeking)
            self._derived = derived
        return self

    def _counted_in_season(self, season: tuple[float, ...]) -> None:
        """Let what was counted know the season."""
        need = self.need
        if self.use is not None:
            self.__dict__["use"] = self.use.in_season(season)
        if need is not None and need.observed is not None:
            seen = need.observed.in_season(season)
            remarks = {key: getattr(need, key) for key in REMARKS}
            self.__dict__["need"] = seen.estimate().unknown(need.limits, observed=seen, **remarks)

    @property
    def counted(self) -> str:
        """Whose seeking was seen in the use."""
        return "covered" if self.use is not None and self.use.of == INSURED else "uncovered"

    @property
    def not_drawn(self) -> tuple[str, ...]:
        """What follows from the use in each world; or the ratio that only agrees with `seeking`."""
        return (*self._derived, *(("use.insured_over_uninsured",) if self._derived == ("need",) else ()))

    @property
    def follows(self) -> dict[str, Quotient]:
        """The numbers that follow from others in each world, by their keys."""
        found = {}
        if "seeking" in self._derived:
            found["seeking.uncovered"] = Quotient(None, "use.insured_over_uninsured")
        if "need" in self._derived:
            found["need"] = Quotient("use.value", f"seeking.{self.counted}")
        return found

    def explained(self, around: str = "") -> list[str]:
        """How the need is worked back from the use, in sentences; `around` tells how far it ranges."""
        if "need" not in self._derived:
            return []
        lines = self.use.explained()
        if "seeking" in self._derived:
            lines.append(
                "Insured people in need are taken to go always (seeking.covered 100%), others once in "
                f"{range_said(self.use.insured_over_uninsured)} times (seeking.uncovered)."
            )
        lines.append(
            f"Need: in each world the use that is drawn, divided by the share of those in need who go that is drawn "
            f"(seeking.{self.counted}); at best {range_said(self.use.value.best)} / "
            f"{100 * getattr(self.seeking, self.counted):.4g}% = {range_said(self.need)} a person-year{around}."
        )
        return lines


def _seeking_by(ratio: Unknown) -> Seeking:
    """Everyone in need goes when covered, and so many times fewer when not: then need is what insured people use."""
    said = {key: getattr(ratio, key) for key in REMARKS}
    ends = (1 / ratio.high, 1 / ratio.low) if ratio.has_range else ()
    uncovered = Unknown(1 / ratio.best, *ends, limits=(0.0, 1.0), **said)
    return Seeking(covered=Unknown(1, grade="exact"), uncovered=uncovered)
