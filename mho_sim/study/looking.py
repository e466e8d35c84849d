"""What a figure is at a value of one number of a scheme, and whether it meets a target: on the same worlds, and no more
of them than are needed.
"""

import math
from typing import NamedTuple

from mho_sim import conditions
from mho_sim.scenario.movable import allowed
from mho_sim.study.closed import obstacles
from mho_sim.study.exact import chance_late, kind_with_steps, laws_of
from mho_sim.study.fund import Fund, NotClosed
from mho_sim.study.result import Result

FEWEST = 100  # worlds that a value is first looked at with; assumed, as are the next two
MORE = 4  # times as many, where its interval reaches across the target
WIDER = 1.7  # intervals of fewer worlds than all, so that looking several times misleads little: 99.9 instead of 95 %


class Seen(NamedTuple):
    """A figure and its 95 % interval; None where there is no value. `worlds`: 0 where it is calculated, and the
    interval is what the numerical error leaves; `valued`: how many of them have a value; None for figures of all worlds
    together.
    """

    figure: float | None
    low: float
    high: float
    worlds: int
    valued: int | None = None


class Judge:
    """Looks at values of one number of a scheme. `simulated(scenario, worlds)` gives a `Result`; `looking(number,
    value)` is called before a value is looked at.
    """

    def __init__(self, scenario, number, target, worlds, simulated, looking=None):
        self.scenario, self.number, self.target = scenario, number, target
        self.worlds, self.simulated, self.looking = worlds, simulated, looking
        self.seen = {}  # by value
        self.exact = is_exact(scenario, target)

    def allows(self, value):
        """Whether the scheme can have this value."""
        return allowed(self.scenario, self.number, value) is not None

    def at(self, value):
        """What is `Seen` at a value: with all worlds where fewer do not decide."""
        if value not in self.seen:
            if self.looking:
                self.looking(self.number, value)
            scenario = allowed(self.scenario, self.number, value)
            self.seen[value] = exactly(scenario, self.target) if self.exact else self._look(scenario)
        return self.seen[value]

    def _look(self, scenario):
        worlds = min(FEWEST, self.worlds)
        while True:
            seen = simulated(self.simulated(scenario, worlds), self.target)
            has_interval = seen.low != seen.high
            if worlds == self.worlds or seen.figure is None or (has_interval and self._is_clear(seen)):
                return seen
            worlds = min(worlds * MORE, self.worlds)

    def _is_clear(self, seen):
        """Whether an interval that is wider than usual lies on one side of the target."""
        wide = [seen.figure + WIDER * (end - seen.figure) for end in (seen.low, seen.high)]
        return self.target.holds(wide[0]) == self.target.holds(wide[1])

    def meets(self, value):
        """Whether the figure meets the target; no figure does not."""
        figure = self.at(value).figure
        return figure is not None and self.target.holds(figure)

    def meets_clearly(self, value):
        """Whether the whole interval meets the target."""
        seen = self.at(value)
        return self.meets(value) and self.target.holds(seen.low) and self.target.holds(seen.high)

    def misses_clearly(self, value):
        """Whether there is a figure, and none of its interval meets the target."""
        return self.at(value).figure is not None and not self.may_meet(value)

    def may_meet(self, value):
        """Whether some of the interval meets the target."""
        seen = self.at(value)
        return seen.figure is not None and (self.target.holds(seen.low) or self.target.holds(seen.high))

    def reach(self, value, met):
        """How far from a value the others lie that meet the target, or miss it, but not clearly."""
        open_ = [one for one in self.values if self.may_meet(one) and not self.meets_clearly(one)]
        return max((abs(one - value) for one in open_ if self.meets(one) == met), default=0)

    @property
    def values(self):
        """The values looked at, in their order; that there is no limit (None) is none of them."""
        return sorted(value for value in self.seen if value is not None)


def exactly(scenario, target):
    """What is `Seen` of a scenario whose law is closed, by a target on lateness."""
    path, _ = conditions.find(Result.outline(scenario), target.name)
    chance, error = chance_late(scenario, path[2] if path[1] == "by_year" else None)
    return Seen(chance, max(chance - error, 0.0), min(chance + error, 1.0), 0)


def simulated(result, target):
    """What is `Seen` in a `Result`."""
    path, figure = conditions.find(result.to_dict(), target.name)
    if figure is None or math.isnan(figure):
        return Seen(None, -math.inf, math.inf, result.worlds, 0)
    low, high = result.interval(path) or (figure, figure)
    ends = -math.inf if low is None else low, math.inf if high is None else high
    return Seen(figure, *ends, result.worlds, _valued(result, path))


def _valued(result, path):
    """How many worlds have a value of the indicator at a path; None for other figures."""
    if path[0] != "indicators" or path[1] not in result.per_world:
        return None
    return int(result.per_world[path[1]].notna().sum())


def is_exact(scenario, target):
    """Whether the law is closed, and the target is on lateness."""
    try:
        path, _ = conditions.find(Result.outline(scenario), target.name)
    except ValueError:
        return False
    if path[0] != "late" or path[1] not in ("probability", "by_year") or obstacles(scenario):
        return False
    try:
        fund = Fund(scenario)
        return laws_of(fund)[2] or kind_with_steps(fund) is None
    except NotClosed:
        return False
