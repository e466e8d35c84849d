"""Chapters of the book, and their cases: `@CHAPTER.case(title, …)` makes a case of a function, which gives figures."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mho_sim.verification.oracles import ROWS
from mho_sim.verification.words import made_by
from mho_sim.verification.worlds import FULL, lived

TABLES = "the project's table of exact values (oracles/values.csv), computed outside the program"


class Sample(NamedTuple):
    """How many worlds a case is to live, and with which luck."""

    worlds: int
    seed: int = 1
    stop: Any = None  # an event; once it is set, no more worlds are lived

    def lived(self, scenario, worlds=None, **wanted):
        """Worlds of a scenario, as many as the sample says or as are asked for."""
        return lived(scenario, self.worlds if worlds is None else worlds, seed=self.seed, stop=self.stop, **wanted)


@dataclass(frozen=True)
class Case:
    """Some figures that one calculation, or one set of worlds, obtains together."""

    name: str
    title: str
    source: str
    rows: tuple[str, ...]  # of the tables of expected values
    function: Callable[..., Any]
    worlds: int | None = None  # None where nothing is drawn
    full: int | None = None

    @property
    def shows(self):
        """What it shows, and how."""
        return " ".join((inspect.getdoc(self.function) or "").split())

    @property
    def origin(self):
        """Where the expected values come from, and by which calculation those of the project's table were made."""
        made = dict.fromkeys(ROWS[row]["source"] for row in self.rows)
        if self.source != TABLES or not 0 < len(made) <= 3 or "" in made:
            return self.source
        return f"{self.source}: {'; '.join(dict.fromkeys(map(made_by, made)))}"

    @property
    def is_lived(self):
        """Whether worlds are lived."""
        return self.worlds is not None

    def size(self, full=False):
        """How many worlds are lived; None where nothing is drawn."""
        return self.full if full else self.worlds

    def figures(self, full=False, seed=1, stop=None):
        """The figures, judged. Raises `Stopped` if the event `stop` is set before all worlds are lived."""
        found = self.function(Sample(self.size(full), seed, stop)) if self.is_lived else self.function()
        return list(found)


@dataclass(frozen=True)
class Chapter:
    """A chapter: what it is about and why it matters, and its cases in order."""

    key: str
    title: str
    about: str
    cases: list[Case] = field(default_factory=list)

    def case(self, title, *, rows=(), source=TABLES, worlds=None, full=FULL):
        """Make a case of a function, whose docstring tells what it shows; `worlds` where worlds are lived, and how many
        in the whole sample (`full`).
        """

        def enter(function):
            whole = None if worlds is None else full
            self.cases.append(Case(function.__name__, title, source, tuple(rows), function, worlds, whole))
            return function

        return enter
