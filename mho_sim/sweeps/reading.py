"""What a study's file holds, as frames; only what is whole."""

import json
from functools import cached_property

import pandas as pd

from mho_sim import conditions
from mho_sim.scenario import ScenarioError, opened_text
from mho_sim.scenario.differing import flow
from mho_sim.scenario.reading import read
from mho_sim.study.figures import FIGURES
from mho_sim.study.repeating import gathered, prepare
from mho_sim.sweeps import chunks
from mho_sim.sweeps.plan import HALVES, Plan, Point, Worlds, axes_of
from mho_sim.sweeps.store import ENTRIES, Damaged, Store
from mho_sim.sweeps.written import name_of

ENDS = ("low", "high")
OVER = ("late", "covered", "members_pay")  # that are told over what nobody can decide
YEARLY = ["year", "indicator", "mean", "p05", "p50", "p95"]
MONTHLY = ["closing", "measure", "value"]


class Study:
    """A study's file, read. `damage`: sentences about what is in it but cannot be used.

    Use it in a `with` block, or close it. Raises `Damaged` or `Foreign`, both ValueErrors, for what is no study's file.
    """

    def __init__(self, path):
        self._store = Store(path)
        self.path = self._store.path
        try:
            self._entries = {key: self._store.get(key) for key in ENTRIES}
            self._refuse_missing()
        except Damaged:
            self._store.close()
            raise
        self.told = self._entries["plan"]

    def _refuse_missing(self):
        """Raises `Damaged` where the file does not say what was asked."""
        missing = [key for key, value in self._entries.items() if value is None]
        if missing == list(ENTRIES) and not self._store.damage:
            raise Damaged(f"{self.path} holds no study yet: give the command of its sweep.")
        if missing:
            raise Damaged(
                f"{self.path} is damaged (the entry '{missing[0]}'). Give the command of its sweep again: what is "
                "damaged is made anew."
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._store.close()

    @property
    def damage(self):
        return self._store.damage

    @property
    def title(self):
        return self.told["study"]

    @property
    def currency(self):
        return self._entries["currency"]

    @property
    def seed(self):
        return self.told["seed"]

    @property
    def programs(self):
        """What lived the worlds: versions of the program and its libraries, by the short name that `points` has."""
        return self._entries["programs"]

    @cached_property
    def stored(self):
        """All points, done or not, as the file has them."""
        return self._figures[0]

    @property
    def _sound(self):
        """Those that have figures."""
        return self._figures[1]

    @cached_property
    def _figures(self):
        return self._read("figures")

    def _read(self, table):
        """(all points, those with figures, rows of a table with their points), all of one moment: a sweep may be going
        on.
        """
        with self._store.one_moment():
            stored = self._store.points()
            sound = [one for one in stored if self._store.is_sound(one)]
            return stored, sound, list(self._store.rows(table, sound))

    @property
    def complete(self):
        """Whether every point that was asked for has its figures, and nothing that was read is damaged."""
        done = sum(one.done for one in self._sound)
        return done == len(self.told["points"]) and not self.damage

    @cached_property
    def axes(self):
        """The paths that differ from point to point: those of the scheme first, then those of the setting."""
        return axes_of(values for _, values in self.told["points"])

    @cached_property
    def chosen(self):
        """What is written at each axis, as text, by point: `{point: {path: text}}`; - where nothing is."""
        return {
            one.point: {path: name_of([one.choice[path]]) if path in one.choice else "-" for path in self.axes}
            for one in self.stored
        }

    @cached_property
    def named(self):
        """Whether some points have names of their own, that do not merely say what stands at the axes."""
        return any(
            sorted(one.name.split(", ")) != sorted(name_of([value]) for value in one.choice.values())
            for one in self.stored
        )

    @cached_property
    def points(self):
        """One row per point: name, what stands at each axis, worlds that are there, whether it is done, how many worlds
        its figures are of, and their program and digest. Reads all worlds: what is damaged is told.
        """
        rows, sound = [], {one.point: one for one in self._sound}
        for one in self.stored:
            worlds = sum(count for _, count in self._store.spans(one))
            axes = [_axis(one.resolved.get(path)) for path in self.axes]
            found = sound.get(one.point, one.empty)
            rows.append((one.point, one.name, *axes, worlds, found.done, found.of, found.program, found.digest))
        columns = ["point", "name", *self.axes, "worlds", "done", "of_worlds", "program", "digest"]
        return pd.DataFrame(rows, columns=columns).astype({"done": bool, "of_worlds": "Int64"}).set_index("point")

    @cached_property
    def figures(self):
        """One row per point that has figures: name, what stands at each axis, how many worlds they are of (while more
        are being lived, of those before), and each of `FIGURES` that has a value, with the ends of its 95 % interval as
        FIGURE_low and FIGURE_high. Shares lie between 0 and 1; money is in whole units of the currency.
        """
        found = {}
        for one, (figure, *values) in self._figures[2]:
            found.setdefault(one.point, {})[figure] = values
        there = [figure for figure in FIGURES if any(figure in row for row in found.values())]
        rows = {}
        for one in self._sound:
            axes = {path: _axis(one.resolved.get(path)) for path in self.axes}
            row = {"name": one.name, **axes, "worlds": one.of}
            for figure in there:
                value, low, high = found.get(one.point, {}).get(figure, (None, None, None))
                row |= {figure: value, f"{figure}_low": low, f"{figure}_high": high}
            rows[one.point] = row
        columns = [column for figure in there for column in (figure, *(f"{figure}_{end}" for end in ENDS))]
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["name", *self.axes, "worlds", *columns])
        return frame.rename_axis("point").astype(dict.fromkeys(columns, float))

    @cached_property
    def choices(self):
        """One row per choice of the scheme's axes, as it is written, over all that the setting's axes may be: how many
        points of the setting, and of being late, people covered and what members pay the least and the most
        (late_least, late_most, …). Only choices of which all that the setting may be is done, so that no choice is
        spared what others meet. None where the study has not axes of both.
        """
        halves = {half: [path for path in self.axes if path.startswith(f"{half}.")] for half in HALVES}
        frame = self.figures
        if not all(halves.values()) or frame.empty:
            return None
        scheme, setting = (
            {one.point: tuple(self.chosen[one.point][path] for path in halves[half]) for one in self._sound}
            for half in HALVES
        )
        asked = {tuple(of[path] for path in halves["setting"]) for of in self.chosen.values()}
        met = {
            choice: {setting[point] for point in frame.index if scheme[point] == choice} for choice in scheme.values()
        }
        whole = frame[[met[scheme[point]] == asked for point in frame.index]]
        written = {path: [scheme[point][n] for point in whole.index] for n, path in enumerate(halves["scheme"])}
        groups = whole.assign(**written).groupby(halves["scheme"], sort=False)
        ends = {f"{name}_{end}": groups[name].agg(of) for name in OVER if name in frame
                for end, of in (("least", "min"), ("most", "max"))}  # fmt: skip
        return pd.DataFrame({"points": groups.size(), **ends})

    @cached_property
    def yearly(self):
        """One row per point, year and indicator: what stands at each axis, mean and 5, 50 and 95 % quantiles over
        worlds.
        """
        return self._long("yearly", YEARLY)

    @cached_property
    def monthly(self):
        """One row per point, closing and measure, where the study keeps its months: what stands at each axis, and means
        over worlds of accounts and registers, and quantiles of the cash.
        """
        return self._long("monthly", MONTHLY)

    def _long(self, table, columns):
        """One of the store's tables, each row with the name of its point and what stands at its axes."""
        _, sound, found = self._read(table)
        axes = {one.point: [_axis(one.resolved.get(path)) for path in self.axes] for one in sound}
        rows = [(one.point, one.name, *axes[one.point], *row) for one, row in found]
        return pd.DataFrame(rows, columns=["point", "name", *self.axes, *columns])

    @property
    def failures(self):
        """[(point, first world, how many, attempts, why)] of chunks that were given up."""
        return self._store.failures()

    def result(self, point):
        """The `Result` of a point, by its number or its name, as `simulate` gives it."""
        one = next((one for one in self._sound if point in (one.point, one.name)), None)
        if one is None:
            raise KeyError(f"the study has no point {point!r} that is done")
        prepared = prepare(self.plan().scenario_of(Point(one.name, one.choice)), self.seed)
        outcomes = self._store.chunks(one._replace(worlds=one.of))
        if outcomes is None:
            raise Damaged(f"some worlds of point {point!r} are damaged: sweep again, and they are lived anew")
        return gathered(prepared, chunks.joined(outcomes))

    def plan(self):
        """The plan that the file was made for."""
        content, folder = self._entries["scenario"], self._entries["folder"]
        base = opened_text(json.dumps(content, ensure_ascii=False), f"{self.path}: the scenario", folder)
        points = [Point(name, values) for name, values in self.told["points"]]
        return Plan(self.title, base, points, Worlds(*self.told["worlds"]), self.seed, self.told["monthly"])

    def broken(self, condition):
        """The points, rows of `figures`, of which a condition (`conditions.parse`) on a figure holds. Raises ValueError
        for a name that is no figure.
        """
        conditions.find(dict.fromkeys(FIGURES, 0.0), condition.name)
        if condition.name not in self.figures:
            return self.figures.iloc[:0]
        values = self.figures[condition.name]
        return self.figures[values.notna() & values.map(lambda value: condition.holds(value))]


def expanded(plan, worlds=None, also=None):
    """A plan with more worlds a point, and with other values of some paths at every point, `{path: [text, ...]}`, as a
    study file has them. Raises ScenarioError for what cannot be read.
    """
    points = list(plan.points)
    keys = {key for key, _ in plan.settled} if also else set()
    for path, values in (also or {}).items():
        written = [_read(path, value) for value in values]
        for point in [point for point in points if path in point.values]:
            for value in written:
                changed = {**point.values, path: value}
                new = Point(name_of(changed.values()), changed)
                if plan.key_of(new) not in keys:
                    keys.add(plan.key_of(new))
                    points.append(new)
    if worlds is not None:
        plan_worlds = Worlds(worlds, max(worlds, plan.worlds.most), plan.worlds.halfwidth)
    else:
        plan_worlds = plan.worlds
    return Plan(plan.title, plan.base, points, plan_worlds, plan.seed, plan.monthly)


def _read(path, text):
    """A value as a file would have it."""
    node, faults = read(text, f"{path}={text}")
    if faults:
        raise ScenarioError(faults)
    return node.plain()


def _axis(value):
    """What stands at an axis, as a column has it: a number of the setting without its source and range."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("value", "best") if key in value), value)
    if value is None:
        return "none"
    return flow(value) if isinstance(value, dict | list) else value
