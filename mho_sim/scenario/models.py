"""A scenario: the setting, the scheme, the years to look at, and the books from which an existing mutual starts."""

import hashlib
import json
from typing import Any

from pydantic import Field, PrivateAttr, model_validator

from mho_sim.scenario import doubts
from mho_sim.scenario.durations import Duration
from mho_sim.scenario.mapping import Mapping
from mho_sim.scenario.scheme import Scheme, intake_counts
from mho_sim.scenario.setting import Setting
from mho_sim.scenario.take_up import surveyed
from mho_sim.scenario.unknowns import Quotient, Range, ranges
from mho_sim.scenario.values import Currency, Day, Debts, Grade, Maybe, Money, MonthStart, text, whole

Years = whole(1, 20, "years")
Households = whole(0, 1_000_000, "households")


class Standing(Mapping):
    """How the households stand on the day before the start; together, all of them."""

    paid_up: Households = Field(description="Households that have paid and are covered.")
    late: Households = Field(description="Households that owe one contribution.")
    waiting: Households = Field(description="Households whose waiting period begins now.")


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


class Scenario(Mapping):
    """One mutual: its setting, its scheme, and the years to look at."""

    title: text(200) = Field(description="A name for this scenario.")
    currency: Currency = Field(description="Currency of all amounts, in its smallest unit in use.")
    country: Maybe[text(60)] = Field(None, description="The country.")
    start: MonthStart = Field(description="The first day; the first of a month.")
    years: Years = Field(description="How many years to look ahead.")
    based_on: Maybe[text(400)] = Field(
        None, description="Another scenario file beside this one, of which this one says only what changes."
    )
    default_grade: Grade = Field(
        "guess", description="How well the numbers of the setting are known that say neither grade nor range."
    )
    setting: Setting = Field(description="What the assembly cannot decide.")
    start_from: Maybe[StartFrom] = Field(None, description="An existing mutual's books; left out for a new one.")
    scheme: Scheme = Field(description="What the assembly decides.")

    _folder: str | None = PrivateAttr(None)
    _members: Any = PrivateAttr(None)
    _ranges: dict[str, Range] | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _derive(self) -> "Scenario":
        """Let a survey say how many join at the scheme's contribution."""
        survey, amount = surveyed(self.setting), self.scheme.contribution.amount
        if survey is not None and amount is not None:
            self.__dict__["setting"] = self.setting.model_copy(update={"take_up": survey.at(amount)})
        return self

    @property
    def members(self) -> Any:
        """The people of the register that `setting.association.list` names, or None."""
        return self._members

    @property
    def folder(self) -> str | None:
        """The folder of the file that the scenario was read from, in which its register lies."""
        return self._folder

    def attach(self, members: Any, folder: str | None) -> None:
        """Add what lies beside the file."""
        self._members, self._folder = members, folder

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.__dict__ == other.__dict__ and self._people == other._people

    __hash__ = None  # type: ignore[assignment]

    @property
    def _people(self) -> str | None:
        from mho_sim.scenario.elsewhere import fingerprint

        return None if self._members is None else fingerprint(self._members)

    @property
    def content(self) -> dict[str, Any]:
        """All that the scenario says, defaults included, as it could be written in a file."""
        return self.model_dump(mode="json", by_alias=True)

    @property
    def hash(self) -> str:
        """Equal for two scenarios that say the same of the same people, whatever their spelling, order and comments."""
        said = self.content if self._members is None else {**self.content, "members": self._people}
        canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def unknowns(self) -> dict[str, Range]:
        """Where the truth may lie, of all numbers that are not exact, by path such as
        `setting.illness.outpatient.need`, in the order of the paths.
        """
        if self._ranges is None:
            self._ranges = ranges(self.setting, self.default_grade)
        return dict(self._ranges)

    @property
    def follows(self) -> dict[str, Quotient]:
        """The numbers that are not drawn but follow from others in each world, by path; each of the others with its
        path: (`setting.illness.outpatient.use.value`, its number).
        """

        def there(kind: str, key: str | None) -> Any:
            number: Any = self.setting.illness[kind]
            for name in key.split(".") if key else ():
                number = getattr(number, name)
            return key and (f"setting.illness.{kind}.{key}", number)

        return {
            f"setting.illness.{kind}.{key}": Quotient(*(there(kind, one) for one in of))
            for kind in self.kinds
            for key, of in self.setting.illness[kind].follows.items()
        }

    @property
    def intakes(self) -> dict[Any, int] | None:
        """How many households join on each date, in the order of the dates; None: all at the start."""
        intakes = self.scheme.membership.intakes
        return None if intakes is None else intake_counts(intakes, self.household_count)

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
        """How many households there are."""
        return self.setting.association.count if self._members is None else len(self._members.household_names)

    def waiting_of(self, kind: str) -> Duration | None:
        """The waiting period of a kind of care; None if there is none (MODEL.md, section 1)."""
        waiting = self.scheme.membership.waiting
        otherwise = waiting.get("default")
        if self.setting.illness[kind].emergency:
            otherwise = waiting.get("emergency", otherwise)
        return waiting.get(kind, otherwise)

    def with_(self, path: str, value: Any) -> "Scenario":
        """The same scenario with another value at `path`, checked: `with_("scheme.contribution.amount", 600)`."""
        from mho_sim.scenario.loading import changed

        return changed(self, path, value)
