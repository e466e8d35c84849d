"""What `solve` found: for each number what it must be, and with which of them members pay least."""

from dataclasses import dataclass, field
from importlib.metadata import version
from math import isfinite
from typing import Any

from mho_sim import conditions
from mho_sim.scenario.movable import Movable
from mho_sim.study.effects import Effects, dearer
from mho_sim.study.looking import Seen
from mho_sim.study.searching import Found

LENT = "scheme.providers."  # who waits longer for the money lends it: nobody pays it, and it has to be paid later
ELSEWHERE = ("scheme.reserve.", "scheme.support.", "scheme.expenses.", "scheme.contribution.state.", LENT)
PENNY = 6  # decimals of money to which costs are compared: what is less comes of the sums themselves


@dataclass
class Option:
    """One number of the scheme and what it must be; or `why_not`, a sentence."""

    number: Movable
    found: Found | None = None
    seen: Seen | None = None
    result: Any = field(default=None, repr=False)
    effects: Effects | None = None
    less_care: list = field(default_factory=list)  # in what it protects less than today: names of `Effects`
    calculated: bool = False  # the target's figure, without drawing
    why_not: str | None = None
    without_figure: list = field(default_factory=list)  # values looked at where the target's figure has no value
    pays: list | None = field(default=None, repr=False)  # `Pay` wherever the answer may lie; None if not known

    @property
    def by_members(self):
        """Whether it is members who bear it: a reserve, support or running costs come from somewhere else, and what is
        paid later is lent.
        """
        return not self.number.path.startswith(ELSEWHERE)

    @property
    def is_lent(self):
        """Whether it is when bills are paid, so that whoever waits for the money lends it."""
        return self.number.path.startswith(LENT)

    @property
    def exact(self):
        """Whether the figure is calculated, and surely meets the target at the value and misses it one step before."""
        ends = (None, None) if self.found is None else (self.found.low, self.found.high)
        return self.calculated and None not in ends and abs(ends[1] - ends[0]) <= self.number.step

    @property
    def value(self):
        """The value as it is written in a file; None where there is none."""
        return None if self.found is None else self.number.written(self.found.value)

    @property
    def interval(self):
        """The ends of the interval as they are written, the smaller first; None where the answer is exact, an end None
        where it is not known.
        """
        if self.found is None or self.exact:
            return None
        ends = (self.found.low, self.found.high) if self.found.upward else (self.found.high, self.found.low)
        return tuple(_written_or_none(self.number, end) for end in ends)

    @property
    def may_cost(self):
        """What members pay a person and year at the least and at the most, wherever the answer may lie; None where that
        is not known.
        """
        each = [one.each for one in self.pays or ()]
        return (min(each), max(each)) if each and all(map(isfinite, each)) else None

    def cheaper_than(self, other):
        """Whether members pay less with this option than with another, wherever both answers may lie.

        Each answer may lie anywhere in its interval. So the cost of this one at either end, and at the answer, is
        compared with that of the other at either end and at the answer, on the same worlds; it is cheaper if all these
        differences, up to nine, are above 0 by more than chance (paired, 95 %). An exact answer lies at one value. In
        between two ends the cost is taken to lie between. That is strict: on the same worlds both answers mostly lie
        off to the same side, so that less would often do. Where an end is not known nothing can be said.
        """
        if not self.pays or not other.pays:
            return False
        found = [dearer(theirs, ours) for ours in self.pays for theirs in other.pays]
        return all(round(difference, PENNY) > round(half, PENNY) for difference, half in found)

    def to_dict(self):
        """What `solve --json` prints of it."""
        told = {"for": self.number.path, "today": _written_or_none(self.number, self.number.today)}
        if self.found is None:
            return {**told, "value": None, "why_not": self.why_not}
        return {
            **told,
            "value": self.value,
            "exact": self.exact,
            "interval": None if self.interval is None else list(self.interval),
            "clearly_missed_at": _written_or_none(self.number, self.found.low),
            "clearly_met_at": _written_or_none(self.number, self.found.high),
            "easier": "upward" if self.found.upward else "downward",
            "step": self.number.written(self.number.step),
            "figure": self.seen.figure,
            "figure_interval": None if self.exact else [_finite(self.seen.low), _finite(self.seen.high)],
            "worlds_with_figure": None if self.exact else self.seen.valued,
            "no_figure_at": [self.number.written(value) for value in self.without_figure],
            "effects": self.effects._asdict(),
            "members_pay_between": None if self.may_cost is None else [round(end, PENNY) for end in self.may_cost],
            "protects_less_in": list(self.less_care),
        }


def _written_or_none(number, value):
    return None if value is None else number.written(value)


def _finite(end):
    return end if isfinite(end) else None


@dataclass
class Solved:
    """What numbers of a scheme must be for a target, each by itself: `options`, the one with
    which members pay least in all first, those without an answer last. `today`: what the scheme does now.
    """

    scenario: Any = field(repr=False)
    target: conditions.Condition
    worlds: int
    seed: int
    options: list
    figure_today: Seen
    today: Effects
    exact_today: bool = False

    @property
    def value(self):
        """The value of the first option."""
        return self.options[0].value

    @property
    def interval(self):
        """The interval of the first option."""
        return self.options[0].interval

    @property
    def compared(self):
        """The options that are answers and whose whole cost is borne by members, the cheapest first."""
        return [option for option in self.options if option.found is not None and option.by_members]

    @property
    def alike(self):
        """The paths of the options that may cost members less than the first, for all that is known."""
        return [option.number.path for option in may_be_cheaper(self.compared)]

    @property
    def cheapest(self):
        """The path of the option with which members pay least, wherever each answer may lie (`Option.cheaper_than`);
        None where it cannot be told.
        """
        return self.compared[0].number.path if len(self.compared) > 1 and not self.alike else None

    def to_dict(self):
        """The object that `solve --json` prints."""
        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "version": version("mho_sim"),
            "target": self.target.text,
            "worlds": self.worlds,
            "seed": self.seed,
            "currency": self.scenario.currency,
            "today": {"figure": self.figure_today.figure, "effects": self.today._asdict()},
            "options": [option.to_dict() for option in self.options],
            **({"cheapest": self.cheapest, "alike": self.alike} if len(self.options) > 1 else {}),
        }


def may_be_cheaper(options):
    """The options of which the first cannot be told to be cheaper."""
    return [option for option in options[1:] if not options[0].cheaper_than(option)]
