"""A study: a scenario, and the points at which it is lived."""

import hashlib
import json
from functools import cached_property
from typing import NamedTuple

from mho_sim import capacity
from mho_sim.scenario import Opened, Scenario
from mho_sim.scenario.elsewhere import node_of
from mho_sim.scenario.faults import Mark, Source
from mho_sim.study.result import unsupported

WORLD = 1e-4  # seconds that a world takes besides, however few its people: measured on small villages [D]
ROW_MONTH = 5e-8  # seconds that a person takes a month of one world: measured on the market traders [D]
BYTES_A_WORLD = 1_300  # in the file, of one outcome: measured on the market traders [D]
HALVES = ("scheme", "setting")  # the two sides of the wall: what the assembly can decide, and what it cannot


class Worlds(NamedTuple):
    """How many futures a point gets: `least`, and as many more, up to `most`, as its 95 % interval of being late needs
    to reach no further than `halfwidth` to each side; None: `least`.
    """

    least: int
    most: int
    halfwidth: float | None = None


class Point(NamedTuple):
    """One scenario of a study: its name, and what is written at which path, `{path: value}`."""

    name: str
    values: dict


class Plan:
    """A study: a scenario, and the points at which it is lived."""

    def __init__(self, title, base: Opened, points, worlds, seed=1, monthly=False, marks=None):
        self.title, self.base, self.points = title, base, points
        self.worlds, self.seed, self.monthly = worlds, seed, monthly
        self.marks = marks or {}  # where in the study file a value stands, by (path, value as JSON)

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as written."""
        return self.base.with_()

    def scenario_of(self, point) -> Scenario:
        """The scenario at a point. Raises ScenarioError."""
        return self.base.with_(
            [(path, node_of(value, self._mark(path, value))) for path, value in point.values.items()]
        )

    def _mark(self, path, value):
        return self.marks.get((path, canonical(value)), Mark(Source(f"{path}={value}")))

    @cached_property
    def axes(self):
        """The paths that differ from point to point, those of the scheme first."""
        return axes_of(point.values for point in self.points)

    @cached_property
    def settled(self):
        """(key, {path: what the scenario has there}) of each point, all of them checked. Raises ScenarioError."""
        found = []
        for point in self.points:
            scenario = self.scenario_of(point)
            content = scenario.content
            found.append((_key(scenario, self.seed), {path: at(content, path) for path in self.axes}))
        return found

    def key_of(self, point):
        """What decides the figures of a point: equal for points whose worlds are the same. Raises ScenarioError."""
        return _key(self.scenario_of(point), self.seed)

    def told(self):
        """All that decides what the study finds, as plain values: equal for equal studies."""
        return {
            "study": self.title,
            "scenario": self.scenario.hash,
            "seed": self.seed,
            "worlds": list(self.worlds),
            "monthly": self.monthly,
            "points": [[point.name, point.values] for point in self.points],
        }


def seconds_a_world(scenario):
    """About how long one world takes on one processor, with and without support."""
    people = max(capacity.expected_rows(scenario), 1) * 12 * scenario.years * ROW_MONTH
    return (people + WORLD) * _twins(scenario)


def bytes_a_world(scenario):
    """About how much of a study's file one world takes, with and without support."""
    return BYTES_A_WORLD * _twins(scenario)


def _twins(scenario):
    """How often a world is lived: with support from outside, and without it if there is any."""
    return 1 + (unsupported(scenario) is not None)


def seconds_of(plan):
    """About how long a plan takes on one processor."""
    return seconds_a_world(plan.scenario) * plan.worlds.least * len(plan.points)


def axes_of(choices):
    """The paths of some choices, `{path: value}` each, those of the scheme first."""
    paths = dict.fromkeys(path for values in choices for path in values)
    return sorted(paths, key=lambda path: HALVES.index(path.split(".")[0]))


def _key(scenario, seed):
    return hashlib.sha256(f"{scenario.hash} {seed}".encode()).hexdigest()


def at(content, path):
    """What a scenario's content has at a path; None where it has nothing."""
    for key in path.split("."):
        if isinstance(content, list):
            content = content[int(key)] if key.isdecimal() and int(key) < len(content) else None
        else:
            content = content.get(key) if isinstance(content, dict) else None
    return content


def canonical(value):
    """What is written somewhere, as one text: equal for values that are equal."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
