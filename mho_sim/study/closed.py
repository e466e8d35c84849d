"""Says whether the law of a scenario is closed: one fund with dated income and costs, and independent claims.

A list of what is understood, never of what is not: a field of the grammar that is not on it, and that says anything
but nothing, forbids the exact answer. So a mechanism that is new to the grammar is refused until it is put here.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import BaseModel

from mho_sim.scenario import Duration, models, scheme, setting
from mho_sim.scenario.grammar import fields_of
from mho_sim.scenario.illness import Cost, Exponential, Gamma, Illness, Lognormal, Seeking
from mho_sim.scenario.mapping import Sourced

ANY = "any"  # whatever stands there is counted, or changes no payment
NOTHING = (None, (), {}, 0, 0.0, False, "", Duration())


class Obstacle(NamedTuple):
    """What forbids the exact answer: the keys that lead there, and why, as the rest of a sentence."""

    path: tuple
    why: str

    @property
    def dotted(self) -> str:
        """The keys as they are written with `--set`."""
        return ".".join(map(str, self.path))


def _none(why: str) -> Any:
    return lambda value: None if value is None else why


def _one_number(value: Any) -> str | None:
    return "it differs by class of provider; write one number for all of them" if isinstance(value, dict) else None


def _all_come(letter: float) -> str | None:
    return None if letter == 1 else "some come without a letter; leave it out"


UNDERSTOOD: dict[type[BaseModel], dict[str, Any]] = {
    models.Scenario: dict.fromkeys(
        ("title", "currency", "country", "start", "years", "based_on", "default_grade", "setting", "scheme"), ANY
    ),
    setting.Setting: dict.fromkeys(("association", "illness", "inflation"), ANY),
    setting.Association: {
        "households": lambda counts: None if counts else "",
        "people": ANY,  # nothing that is understood depends on age or sex
        "member": ANY,
        "births": _none("children are born; write births: none"),
        "deaths": _none("people die; write deaths: none"),
    },
    setting.People: dict.fromkeys(("ages", "women"), ANY),
    setting.Members: dict.fromkeys(("ages", "women"), ANY),
    setting.Inflation: {},
    Illness: {
        "need": lambda need: "only episodes of need come independently; write need" if need is None else None,
        "cost": ANY,
        "season": ANY,
        "community": ANY,  # as far as `fund.Fund` allows
        "letter": _all_come,
        "emergency": ANY,  # the waiting periods say what it means
        "seeking": ANY,
    },
    Seeking: dict.fromkeys(("covered", "uncovered"), ANY),
    Cost: dict.fromkeys(("fixed", "lognormal", "exponential", "gamma", "table", "covered_share", "dated"), ANY),
    Lognormal: dict.fromkeys(("mean", "cv"), ANY),
    Exponential: {"mean": ANY},
    Gamma: dict.fromkeys(("mean", "cv"), ANY),
    scheme.Scheme: dict.fromkeys(
        ("membership", "contribution", "benefits", "providers", "expenses", "support", "reserve", "lost_when_owing"),
        ANY,
    ),
    scheme.Membership: {"waiting": ANY},
    scheme.Contribution: {
        **dict.fromkeys(("amount", "per", "by_size", "extra_person", "minimum", "every", "timing"), ANY),
        **dict.fromkeys(("joining_fee", "collector"), ANY),
        **dict.fromkeys(("grace", "struck_off", "penalty"), ANY),  # where all pay on the day nobody is suspended
    },
    scheme.ExtraPerson: dict.fromkeys(("beyond", "amount"), ANY),
    scheme.Benefit: {
        "copay": _one_number,
        "copay_fixed": _one_number,
        "deductible": ANY,
        "ceiling_per_event": ANY,
        "order": ANY,
        "lump_sum": ANY,
        "events_per_person_year": ANY,  # as far as `fund.Fund` allows
        "paid_to": ANY,
    },
    scheme.Providers: dict.fromkeys(("payment", "invoice", "pay_within"), ANY),
    scheme.Expenses: dict.fromkeys(
        ("once", "per_month", "per_card", "per_beneficiary_year", "share_of_contributions", "dated"), ANY
    ),
    scheme.DatedCost: dict.fromkeys(("name", "amount", "every", "from", "until"), ANY),
    scheme.Support: dict.fromkeys(("name", "amount", "every", "in_kind", "from", "until", "late"), ANY),
    scheme.Reserve: {"opening": ANY},
}
WHY = {  # of what is not understood, by the last key
    "paying": "people pay late; write paying: none",
    "renewing": "people leave; write renewing: none",
    "take_up": "not all join; write take_up: none",
    "enterprises": "people live on enterprises with good and bad months; write enterprises: none",
    "bank": "the bank pays interest; write bank: none",
    "medical": "bills grow; write medical: 0%",
    "providers": "providers stop when they are owed; leave them out",
    "start_from": "an existing mutual's books are not in the exact law; write scheme.reserve.opening",
    "frailty": "some people are ill more often all their life; write frailty: 0",
    "intakes": "not all join on the first day; write intakes: none",
    "members": "the people are drawn; write how many households there are of each size, such as households: {1: 300}",
    "list": "people are of many ages; write how many households there are of each size, such as households: {1: 300}",
    "rate": "births and deaths are not in the exact law; write need",
    "by_age_sex": "need changes with age; leave it out",
}
OTHER = "the exact law does not know it; leave it out"
HAS_RANGE = "nobody knows it exactly; write one number with grade: exact, or default_grade: exact for the whole file"


def obstacles(scenario: Any) -> list[Obstacle]:
    """All that forbids the exact answer, in the order of the grammar; nothing if the law is closed."""
    found = list(_of(scenario, ()))
    told = {obstacle.dotted for obstacle in found}
    unknown = [path for path in scenario.unknowns if not any(path.startswith(one) for one in told)]
    return [*found, *(Obstacle(tuple(path.split(".")), HAS_RANGE) for path in unknown)]


def _of(part: Any, path: tuple) -> Iterator[Obstacle]:
    """What forbids it in a part of a scenario."""
    if isinstance(part, BaseModel):
        understood = UNDERSTOOD.get(type(part))
        if understood is None:
            yield Obstacle(path, OTHER)
            return
        for key, (name, field) in zip(fields_of(type(part)), type(part).model_fields.items(), strict=True):
            yield from _of_field(part, key, getattr(part, name), field, understood, path)
    elif isinstance(part, dict | tuple):
        for name, inner in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _of(inner, (*path, name))


def _of_field(part: Any, key: str, value: Any, field: Any, understood: dict, path: tuple) -> Iterator[Obstacle]:
    """What forbids it in one field: what is not understood must be nothing, and nothing by default."""
    if isinstance(part, Sourced) and key in Sourced.model_fields:
        return
    if key in understood:
        why = None if understood[key] == ANY else understood[key](value)
        if why:
            yield Obstacle((*path, key), why)
        yield from _of(value, (*path, key))
    elif field.is_required() or not _says_nothing(value, field.get_default(call_default_factory=True)):
        yield Obstacle((*path, key), WHY.get(key, OTHER))


def _says_nothing(value: Any, default: Any) -> bool:
    """Whether a field says what it says where it is left out, and that is nothing."""
    return default in NOTHING and (value is None) == (default is None) and value == default
