"""How many households join: what they said when they were asked, and how many of those who say yes come.

A survey asks so many households, amount by amount, whether they would join at that contribution. Between two amounts
the share is taken to fall in a straight line; above the highest nobody knows; below the lowest at least as many join as
at the lowest. (Nobody is taken to have been asked at 0: where membership costs nothing, not everybody comes either.)
"""

import math
import re
from itertools import pairwise
from typing import Any, NamedTuple

from pydantic import Field

from mho_sim.scenario import quantities, tables
from mho_sim.scenario.observations import (
    NO_CASES,
    Z95,
    Estimate,
    Observation,
)
from mho_sim.scenario.quantities import plain_text, refuse, within
from mho_sim.scenario.unknowns import REMARKS, Unknown
from mho_sim.scenario.values import MONEY, NUMBERS, Maybe, read_money, spaced, table, typed, unknown

MOST_ASKED = 1_000_000
LEAST_REAL = 0.01
NOBODY = 1e-9  # a share below which it is none
COUNTED = re.compile(r"(.+?)\s+of\s+(.+)")
AN_ANSWER = "a share of those asked such as 61%, or how many of how many, such as 146 of 240"
ASKED = "how many households were asked, from 1 to 1 000 000, such as 240"
REAL = "a share from 1% to 100%, or {between: [30%, 80%]}"


class Answer(NamedTuple):
    """What was said at one amount: the share that would join, and how many of how many that were, if it is told."""

    share: float
    joining: int | None = None
    asked: int | None = None


def read_asked(value: Any, expected: str) -> int:
    """How many households: `240`, or `240 households`."""
    text = value.strip().removesuffix("households") if isinstance(value, str) else value
    return quantities.read_whole(text, 1, MOST_ASKED, expected)


def read_answer(value: Any, expected: str) -> Answer:
    """`61%`, or `146 of 240`."""
    if isinstance(value, Answer):
        return value
    counted = COUNTED.fullmatch(plain_text(value, expected)) if isinstance(value, str) else None
    if counted is None:
        return Answer(quantities.read_share(value, expected))
    asked = read_asked(counted[2], expected)
    joining = quantities.read_whole(counted[1], 0, MOST_ASKED, expected)
    if joining > asked:
        refuse("mho_more_than_asked", joining=spaced(joining), asked=spaced(asked))
    return Answer(joining / asked, joining, asked)


def write_answers(rows: tuple) -> dict[str, Any]:
    """The table as it is written in a file."""
    return {
        str(amount): quantities.write_share(one.share) if one.asked is None else f"{one.joining} of {one.asked}"
        for amount, one in rows
    }


def read_real(value: Any, expected: str) -> float:
    """A share that is not nothing."""
    return within(quantities.read_share(value, expected), LEAST_REAL, 1, expected)


Answers = table(
    tuple[tuple[int, Answer], ...],
    tables.read_amounts,
    "^[0-9][0-9 _]*$",
    f"a table of contributions such as {{500: 61%, 1 000: 17%}}, each with {AN_ANSWER}",
    write_answers,
    read_key=lambda key: read_money(key, expected=MONEY),
    read_value=lambda value: read_answer(value, AN_ANSWER),
)
Asked = typed(int, read_asked, ASKED, {**NUMBERS, "minimum": 1, "maximum": MOST_ASKED})
Real = unknown(read_real, REAL, LEAST_REAL, 1, quantities.write_share)


def wilson(share: float, asked: int) -> tuple[float, float]:
    """5 and 95 % limits of a share that so many were asked for (Wilson, J. Am. Stat. Assoc. 22, 1927 [R])."""
    square = Z95 * Z95
    middle = share + square / (2 * asked)
    high = middle + Z95 * math.sqrt(share * (1 - share) / asked + square / (4 * asked * asked))
    return share * share / high, high / (1 + square / asked)


def take_up(share: float, asked: int, real: Unknown) -> Estimate:
    """The share that joins: the share that said yes × those of them who come. Upwards and downwards by themselves, the
    squares of the two logarithms add up, so that it never reaches beyond the highest of both; where nobody said yes,
    from 0 to what 3.0 of those asked would be.
    """
    if share < NOBODY:
        return Estimate(0.0, 0.0, min(NO_CASES / asked, 1.0) * real.high, "pert")
    low, high = wilson(share, asked)
    up = math.hypot(math.log(high / share), math.log(real.high / real.best))
    down = math.hypot(math.log(share / low), math.log(real.best / real.low) if real.low > 0 else math.inf)
    best = share * real.best
    return Estimate(best, best * math.exp(-down), min(best * math.exp(up), 1.0), "pert")


def in_percent(share: float) -> str:
    """61%; 51.8%."""
    return f"{100 * share:.3g}%"


class Survey(Observation):
    """Households that were asked, at each of some contributions, whether they would join."""

    survey: Answers = Field(
        description="Of the households asked, those that would join at each contribution: `scheme.contribution.amount`,"
        " for the same `per` and `every`."
    )
    of: Maybe[Asked] = Field(None, description="How many households were asked, where the survey has shares.")
    stated_to_real: Real = Field(description="Of those who say that they would join, the share that does.")

    def share_at(self, amount: int | None) -> tuple[float, int]:
        """(share, how many were asked) at a contribution: exact where it was asked; in a straight line between two,
        with the smaller number asked; below the lowest, and where no amount is known, as at the lowest.
        """
        rows = [(asked_at, one.share, one.asked or self.of or 1) for asked_at, one in self.survey]
        if amount is None or amount <= rows[0][0]:
            return rows[0][1:]
        for (low, share, asked), (high, next_share, next_asked) in pairwise(rows):
            if low < amount < high:
                part = (amount - low) / (high - low)
                return share + part * (next_share - share), min(asked, next_asked)
            if amount == high:
                return next_share, next_asked
        return rows[-1][1:]

    def estimate(self, amount: int | None = None) -> Estimate:
        """The share of the households that joins at a contribution."""
        return take_up(*self.share_at(amount), self.real)

    @property
    def real(self) -> Unknown:
        """How many of those who say so come, with the range of its grade, or of the survey's, if it has no other."""
        return self.stated_to_real.graded(self.grade)

    def at(self, amount: int) -> Unknown:
        """The number of the scenario at its contribution."""
        remarks = {key: getattr(self, key) for key in REMARKS}
        return self.estimate(amount).unknown((0.0, 1.0), observed=self, **remarks)

    def explained(self, amount: int) -> list[str]:
        """The sum, in sentences."""
        (share, asked), found, real = self.share_at(amount), self.estimate(amount), self.real
        best, low, high = map(in_percent, (found.best, found.low, min(found.high, 1.0)))
        ends = f" (from {in_percent(real.low)} to {in_percent(real.high)})" if real.has_range else ""
        line = (
            f"{self._how(amount)}{in_percent(share)} of {spaced(asked)} households said that they would join at "
            f"{spaced(amount)}; × {in_percent(real)}{ends} of these, who do = {best} of all households."
        )
        if share < NOBODY:
            return [line, f"Nobody said so: from 0% to {high}, what three of those asked would be."]
        ends = " and ".join(map(in_percent, wilson(share, asked)))
        said = f"By chance alone between {ends} of all would say so (Wilson, 90 of 100)"
        doing = "Together with what they do" if real.has_range else "What they do is taken as exact, so"
        return [line, f"{said}. {doing} it lies between {low} and {high}."]

    def _how(self, amount: int) -> str:
        """How the share at a contribution follows from those that were asked for, if it was not."""
        asked_at = [at for at, _ in self.survey]
        if amount in asked_at:
            return ""
        if amount < asked_at[0]:
            return f"Nobody was asked below {spaced(asked_at[0])}; as many at least: "
        low, high = max(at for at in asked_at if at < amount), min((at for at in asked_at if at > amount), default=0)
        shares = (in_percent(self.share_at(at)[0]) for at in (low, high))
        return "In a straight line between {} at {} and {} at {}: ".format(
            *(part for pair in zip(shares, map(spaced, (low, high))) for part in pair)
        )


def surveyed(setting: Any) -> Survey | None:
    """The survey from which a setting's take-up is worked out, or None."""
    share = getattr(setting, "take_up", None)
    return share.observed if share is not None and isinstance(share.observed, Survey) else None
