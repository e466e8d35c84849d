"""Reads a study file: which scenario, at which points, how many worlds of each; all that is wrong is told at once."""

import re
from contextlib import suppress
from pathlib import Path

from pydantic_core import PydanticCustomError

from mho_sim.scenario import ScenarioError, opened, quantities
from mho_sim.scenario.elsewhere import read_file
from mho_sim.scenario.faults import fault_at, quoted
from mho_sim.scenario.sentences import nearest, sentence
from mho_sim.sweeps import designs
from mho_sim.sweeps.plan import HALVES, Plan, Point, Worlds, at, canonical

MOST_POINTS = 100_000
MOST_WORLDS = 2**32 - 2
KEYS = {
    "study": "a name",
    "scenario": "the scenario's file",
    "set": "values that are changed at every point",
    "worlds": "how many futures of each point",
    "seed": "a whole number",
    "grid": "values of some paths, all combined",
    "points": "named points",
    "design": "points that fill a space",
    "monthly": "whether the months are kept",
}
SPACED = re.compile("[0-9]{1,3}( [0-9]{3})+")
GROUPED = re.compile("(?<=[0-9])[ _](?=[0-9]{3}(?![0-9]))")


def read_plan(path) -> Plan:
    """The plan of a study file. Raises ScenarioError with all that is wrong in it, or in the scenario."""
    root, faults = read_file(Path(path), str(path))
    return _Reader(root, faults, Path(path).parent).plan()


class _Reader:
    """One study file."""

    def __init__(self, root, faults, folder):
        self.root, self.faults, self.folder, self.marks = root, faults, folder, {}

    def plan(self):
        """The plan, or a ScenarioError with all faults of the file."""
        if not isinstance(self.root.value, dict):
            self._stop(self.root.mark, (), f"A study file holds keys, one a line: {', '.join(KEYS)}.")
        for key, mark in self.root.keys.items():
            if key not in KEYS:
                self._fault(mark, (key,), f"There is no key {quoted(key)} in a study file{nearest(key, KEYS)}")
        title = self._value("study", lambda value: quantities.read_text(value, 200, "a name for the study"), "study")
        worlds, seed = self._worlds(), self._value("seed", lambda value: quantities.read_whole(
            value, 0, 2**64 - 1, "a whole number such as 1"), 1)  # fmt: skip
        monthly = self._value("monthly", lambda value: quantities.read_yes(value, "yes or no"), False)
        base = self._base()
        points = self._points(seed, base)
        if self.faults or base is None:
            raise ScenarioError(sorted(self.faults, key=lambda fault: (fault.line or 0, fault.column or 0)))
        return Plan(title, base, points, worlds, seed, monthly, self.marks)

    # One value

    def _node(self, key):
        return self.root.value.get(key)

    def _value(self, key, read, otherwise):
        node = self._node(key)
        return otherwise if node is None else self._read(node, (key,), read, otherwise)

    def _read(self, node, path, read, otherwise=None):
        try:
            return read(node.plain())
        except PydanticCustomError as error:
            words = sentence(error.context["kind"], path, node.plain(), error.context)
            self._fault(node.mark, path, words)
            return otherwise

    def _fault(self, mark, path, words):
        self.faults.append(fault_at(mark, path, words))

    def _stop(self, mark, path, words):
        self._fault(mark, path, words)
        raise ScenarioError(self.faults)

    def _worlds(self):
        def whole(value):
            return quantities.read_whole(value, 2, MOST_WORLDS, "a whole number from 2 on, such as 500")

        node = self._node("worlds")
        if node is None:
            return Worlds(1000, 1000)
        if not isinstance(node.value, dict):
            count = self._read(node, ("worlds",), whole, 2)
            return Worlds(count, count)
        between, narrow = node.value.get("between"), node.value.get("until_halfwidth")
        if set(node.value) != {"between", "until_halfwidth"} or not _has(between, 2):
            words = "Write how many, such as 500, or {between: [200, 5000], until_halfwidth: 1%}."
            self._fault(node.mark, ("worlds",), words)
            return Worlds(2, 2)
        ends = [self._read(end, ("worlds", "between"), whole, 2) for end in between.value]
        share = self._read(narrow, ("worlds", "until_halfwidth"), lambda value: quantities.read_share(
            value, "a share above 0% and below 50%, such as 1%"), 0.01)  # fmt: skip
        if ends[0] > ends[1] or not 0 < share < 0.5:
            words = "The first number must not be above the second, and the half width lies above 0% and below 50%."
            self._fault(node.mark, ("worlds",), words)
        return Worlds(ends[0], ends[1], share)

    def _base(self):
        """The scenario, with what is changed at every point; None if something is wrong."""
        from mho_sim.scenario.starting import shipped

        node = self._node("scenario")
        if node is None or not isinstance(node.value, str) or not node.value.strip():
            self._fault(node.mark if node else self.root.mark, ("scenario",), "Add 'scenario: FILE', the file of the "
                        "scenario, beside this one.")  # fmt: skip
            return None
        file = self.folder / node.value
        if not file.is_file() and node.value in shipped():
            file = shipped()[node.value]
        if not file.exists():
            beside = [*(one.name for one in self.folder.glob("*.y*ml")), *shipped()]
            words = f"There is no file {quoted(node.value, 80)} beside this one{nearest(node.value, beside)}"
            self._fault(node.mark, ("scenario",), words)
            return None
        try:
            base = opened(file).put(self._assigned(self._node("set"), ("set",)))
            base.with_()
        except ScenarioError as error:
            self.faults += error.faults
            return None
        return base

    # Points

    def _points(self, seed, base):
        """The points: every part with every other."""
        parts = [self._grid(base), self._named(), self._design(seed)]
        if not any(parts):
            words = "A study needs points. Add 'grid:', 'points:' or 'design:'."
            if not any(self._node(key) for key in ("grid", "points", "design")):
                self._fault(self.root.mark, (), words)
            return []
        paths = [path for part in parts for path in dict.fromkeys(path for _, choice in part for path, _ in choice)]
        for path in dict.fromkeys(paths):
            self._doubt_path(path, paths.count(path))
        count = 1
        for part in parts:
            count *= max(len(part), 1)
        if count > MOST_POINTS:
            words = f"These are {count:,} points, more than {MOST_POINTS:,}. Leave out an axis or some of its values."
            self._stop(self.root.mark, (), words)
        return [Point(name, dict(choice)) for name, choice in designs.crossed(*parts)]

    def _doubt_path(self, path, times):
        mark = next((mark for (one, _), mark in self.marks.items() if one == path), self.root.mark)
        if path.split(".")[0] not in HALVES or "." not in path:
            words = f"{quoted(path, 80)} is neither of the scheme nor of the setting. Write a path such as "
            self._fault(mark, (path,), words + "scheme.contribution.amount or setting.illness.outpatient.need.")
        if times > 1:
            self._fault(mark, (path,), f"{quoted(path, 80)} stands in two of grid, points and design. Leave one out.")

    def _grid(self, base):
        """All combinations of the values of `grid`, named."""
        node = self._node("grid")
        values = {}
        for path, inner in self._mapping(node, ("grid",), "paths, each with a list of values").items():
            if not isinstance(inner.value, list) or not inner.value:
                words = f"{quoted(path, 80)} needs a list of values, such as [300, 400, 500]."
                self._fault(inner.mark, ("grid", path), words)
                continue
            values[path] = [self._marked(path, one) for one in inner.value]
            if len(values[path]) == 1 and isinstance(values[path][0], str) and SPACED.fullmatch(values[path][0]):
                words = f"{quoted(values[path][0])} is one value. Write commas between several, or _ within one number."
                self._fault(inner.value[0].mark, ("grid", path), words)
            self._refuse_twins(base, path, inner.value)
        return [(name_of(value for _, value in choice), choice) for choice in designs.grid(values) if choice]

    def _refuse_twins(self, base, path, nodes):
        """A fault for every value that is there before, also if it is written in another way."""
        before = {}
        for node in nodes:
            value = found = node.plain()
            if base is not None:
                with suppress(ScenarioError):  # what cannot be is told with its point
                    found = at(base.with_([(path, node)]).content, path)
            twin = before.setdefault(canonical(value if found is None else found), node)
            if twin is not node:
                there = twin.plain()
                words = (
                    f"{quoted(value)} is there twice"
                    if there == value
                    else f"{quoted(there)} and {quoted(value)} are the same"
                )
                self._fault(node.mark, ("grid", path), f"{words}. Leave one out.")

    def _named(self):
        """The points of `points`, by their names."""
        named = self._mapping(self._node("points"), ("points",), "names, each with paths and values")
        return [
            (name, tuple((path, value.plain()) for path, value in self._assigned(inner, ("points", name), True)))
            for name, inner in named.items()
        ]

    def _assigned(self, node, path, may_be_empty=False):
        """(path, node) of a mapping of paths to values; an empty one is the scenario as written."""
        if may_be_empty and node.value == {}:
            return []
        found = self._mapping(node, path, "paths, each with a value").items()
        for one, inner in found:
            self._marked(one, inner)
        return list(found)

    def _design(self, seed):
        """The points of `design`, numbered."""
        node = self._node("design")
        if node is None:
            return []
        inner = self._mapping(node, ("design",), "a design and 'over'")
        kind = next((kind for kind in designs.DESIGNS if kind in inner), None)
        if kind is None or set(inner) != {kind, "over"}:
            words = "Write {latin_hypercube: 256, over: {PATH: [LOW, HIGH]}}, or sobol instead of latin_hypercube."
            self._fault(node.mark, ("design",), words)
            return []
        count = self._read(inner[kind], ("design", kind), lambda value: quantities.read_whole(
            value, 2, MOST_POINTS, "a whole number from 2 on, such as 256"), 2)  # fmt: skip
        ends = {}
        for path, pair in self._mapping(inner["over"], ("design", "over"), "paths, each with two ends").items():
            if not _has(pair, 2):
                words = f"{quoted(path, 80)} needs two ends, such as [300, 500]."
                self._fault(pair.mark, ("design", "over", path), words)
                continue
            ends[path] = [end.plain() for end in pair.value]
            self.marks[path, ""] = pair.mark
        try:
            choices = designs.filled(kind, count, ends, seed) if ends else []
        except ValueError as error:
            words = str(error)
            self._fault(node.mark, ("design",), words[0].upper() + words[1:])
            return []
        for choice in choices:
            for path, value in choice:
                self.marks[path, canonical(value)] = self.marks[path, ""]
        return [(str(n), choice) for n, choice in enumerate(choices, 1)]

    def _mapping(self, node, path, what):
        """The nodes of a mapping by key; nothing where there is none, with its fault where it is something else."""
        if node is None:
            return {}
        if not isinstance(node.value, dict) or not node.value:
            self._fault(node.mark, path, f"{'.'.join(path)} must hold {what}.")
            return {}
        return node.value

    def _marked(self, path, node):
        """The plain value of a node, whose place is remembered."""
        value = node.plain()
        self.marks[path, canonical(value)] = node.mark
        return value


def _has(node, count):
    return node is not None and isinstance(node.value, list) and len(node.value) == count


def name_of(values):
    """The name of a point without one: what is chosen, as written, thousands without what groups them."""
    return ", ".join(GROUPED.sub("", value) if isinstance(value, str) else canonical(value) for value in values)
