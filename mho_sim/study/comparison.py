"""Options on the same worlds: in what they differ beyond chance, and which is better on solvency, protection and burden
together.

Every interval of a figure is a 95 % one by itself. Verdicts rest on wider ones, Bonferroni's for all figures that are
judged and all pairs of options: of 20 comparisons in which nothing differs, at most one calls anything better or worse.
Nor is anything called so that hardly matters, sure as it may be: 1 of 100, or 1 % of an amount, is the least (assumed).

An option is called beaten only where it is worse in something and nothing can well be better in it: no 95 % interval of
a figure may reach so far to its side that it would matter. These are plain intervals, of up to 11 figures of each pair.
Where a figure truly is better by so much, its interval leaves that out in one of 40 comparisons, whatever the others
say; of many pairs of options that may befall any, and the one in 20 above says nothing of it.
"""

from functools import cached_property
from importlib.metadata import version
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from mho_sim.scenario.differing import differing
from mho_sim.study.paired import Told, difference, spared

CONFIDENCE = 0.95  # of each row by itself, and of all verdicts of a comparison together
JUDGED = {
    "solvency": ("late", "stopped", "lost", "deficit"),
    "protection": ("covered", "not_paid_for", "forgone_care", "own_share", "above_10_percent_of_income"),
    "burden": ("members_pay", "share_of_income"),
}
MORE_IS_BETTER = ("covered",)
AMOUNTS = ("members_pay",)
MATTERS = 0.01  # of a share, and of an amount as a part of it: assumed
BESIDE = {  # told beside those that are judged, after the figure that is named; what the mutual pays for care is not
    # judged, for it is also less where the same care is cheaper: own_share is what it leaves to households
    "late": ("without_support.late",),
    "deficit": ("reserve_needed.0.95",),
    "members_pay": ("contribution", "own_part", "care_paid"),
}
BETTER, WORSE, BOTH, SAME = "better", "worse", "better and worse", "about the same"


class Verdict(NamedTuple):
    """`word`: better, worse, better and worse, about the same, or None where it cannot be told, because the worlds are
    too few or only one of both has a figure; `better` and `worse`, the names of the figures that decide it.
    """

    word: str | None
    better: tuple = ()
    worse: tuple = ()


class Comparison:
    """Options on the same worlds: `results`, a `Result` of each by its name, the first being what the others are
    compared with; `scenarios` likewise. Frames: `figures`, `differences`, `verdicts`. Shares lie between 0 and 1, money
    is in whole units of the currency.
    """

    def __init__(self, results, scenarios=None):
        self.results = dict(results)
        self.scenarios = dict(scenarios or {name: one.scenario for name, one in self.results.items()})
        self.names = list(self.results)
        first = self.results[self.names[0]]
        self.worlds, self.seed, self.currency = first.worlds, first.seed, first.scenario.currency
        self.years, self.interrupted = first.scenario.years, first.interrupted
        self._told, self._found = {name: Told(one) for name, one in self.results.items()}, {}

    @property
    def first(self):
        """The name of the option that the others are compared with."""
        return self.names[0]

    def difference(self, figure, option, than=None, confidence=CONFIDENCE):
        """By how much a figure is more with an option than with another (default: the first): a `Difference`.

        `figure` is a name as `--fail-if` takes it, such as `late`, `claims_ratio` or `reserve_needed.0.95`, or one of
        what it does to members: `members_pay`, `contribution`, `own_part`, `care_paid`, `share_of_income`, `covered`,
        `not_paid_for`, `forgone_care`, `own_share`, `above_10_percent_of_income`. Raises ValueError with a sentence.
        """
        asked = figure, option, than or self.first, confidence
        for name in asked[1:3]:
            if name not in self._told:
                raise ValueError(f"There is no option '{name}'. The options are: {', '.join(self.names)}.")
        if asked not in self._found:
            self._found[asked] = difference(self._told[asked[2]], self._told[option], figure, confidence)
        return self._found[asked]

    def spared(self, figure, option, than=None):
        """How many times fewer worlds the difference needs than between independent worlds; see `paired.spared`."""
        return spared(self._told[than or self.first], self._told[option], figure)

    def differs(self, option, than=None):
        """In what the scenario of an option differs from another (default: the first): see `scenario.differing`."""
        return differing(self.scenarios[than or self.first], self.scenarios[option])

    # What is judged

    @property
    def pairs(self):
        """Every (option, another one that comes before it)."""
        return [(option, than) for than, option in combinations(self.names, 2)]

    @cached_property
    def looks(self):
        """How many differences are judged: figures that both have, of all pairs of options."""
        told = [self.difference(figure, *pair) for pair in self.pairs for names in JUDGED.values() for figure in names]
        return sum(one.is_told for one in told)

    @property
    def confidence(self):
        """Of the intervals on which verdicts rest: 95 % for all together (Bonferroni)."""
        return 1 - (1 - CONFIDENCE) / max(self.looks, 1)

    def verdict(self, dimension, option, than=None):
        """Whether an option is better on solvency, protection or burden than another (default: the first): a
        `Verdict`.
        """
        return self._verdicts[dimension, option, than or self.first]

    @cached_property
    def _verdicts(self):
        found = {}
        for dimension, figures in JUDGED.items():
            for option, than in self.pairs:
                one = self._judged(figures, option, than)
                found[dimension, option, than] = one
                other = {BETTER: WORSE, WORSE: BETTER}.get(one.word, one.word)
                found[dimension, than, option] = Verdict(other, one.worse, one.better)
        return found

    def _judged(self, figures, option, than):
        told = [self.difference(figure, option, than, self.confidence) for figure in figures]
        told, better, worse = [one for one in told if (one.before, one.after) != (None, None)], [], []
        for one in told:
            if one.is_told and not one.holds_zero and abs(one.difference) >= _matters(one):
                (better if (one.difference > 0) == (one.figure in MORE_IS_BETTER) else worse).append(one.figure)
        word = BOTH if better and worse else BETTER if better else WORSE if worse else SAME
        if word == SAME and not all(one.is_told for one in told):
            word = None
        return Verdict(word, tuple(better), tuple(worse))

    def one_sided(self, option, than, dimension=None):
        """The names of the figures, of a dimension or of all, that only one of two options has."""
        names = JUDGED[dimension] if dimension else [name for names in JUDGED.values() for name in names]
        told = [self.difference(name, option, than) for name in names]
        return [one.figure for one in told if (one.before is None) != (one.after is None)]

    def _words(self, option, than):
        return [self.verdict(dimension, option, than).word for dimension in JUDGED]

    @cached_property
    def beaten(self):
        """The options that are worse than another in something and better in nothing, by name, each with a list of
        those that beat it. An option never beats one where only one of both has some figure.
        """
        return self._worse_than(lambda option, other: not self.may_be_better(option, other))

    @cached_property
    def perhaps_beaten(self):
        """The options that are worse than another in something and not seen to be better in anything, though they may
        be: more worlds would tell.
        """
        found = self._worse_than(lambda option, other: bool(self.may_be_better(option, other)))
        return {name: by for name, by in found.items() if name not in self.beaten}

    def _worse_than(self, also):
        found = {}
        for option in self.names:
            others = [one for one in self.names if one != option]
            by = [one for one in others if self._is_worse(option, one) and also(option, one)]
            if by:
                found[option] = by
        return found

    def _is_worse(self, option, other):
        words = self._words(option, other)
        return WORSE in words and not {BETTER, BOTH} & set(words) and not self.one_sided(option, other)

    def may_be_better(self, option, than):
        """The names of the figures that may be better with an option, by so much that it matters: those whose 95 %
        interval reaches so far, or that so few worlds cannot tell.
        """
        judged = [self.difference(name, option, than) for names in JUDGED.values() for name in names]
        return [one.figure for one in judged if one.difference is not None and _may_be_better(one)]

    @cached_property
    def choice(self):
        """The options between which the assembly must choose: those that none is known to beat (all, where each is
        beaten).
        """
        return [name for name in self.names if name not in self.beaten] or list(self.names)

    def is_alike(self, option, than):
        """Whether nothing is better or worse in one of two options, beyond chance and by so much that it matters."""
        return set(self._words(option, than)) == {SAME}

    # Frames and the object

    @property
    def shown(self):
        """The names of the figures that are told, in their order; those that no option has are left out."""
        names = [name for names in JUDGED.values() for one in names for name in (one, *BESIDE.get(one, ()))]
        if all(one.without_support is None for one in self.results.values()):
            names.remove("without_support.late")
        rows = [(name, self.difference(name, self.names[1])) for name in names]
        others = self.names[2:]
        return [
            name
            for name, one in rows
            if one.before is not None
            or one.after is not None
            or any(self.difference(name, other).after is not None for other in others)
        ]

    @cached_property
    def figures(self):
        """One row per figure, one column per option."""
        first = {name: self.difference(name, self.names[1]).before for name in self.shown}
        columns = {self.first: first}
        columns |= {name: {f: self.difference(f, name).after for f in self.shown} for name in self.names[1:]}
        return pd.DataFrame(columns, index=pd.Index(self.shown, name="figure"), dtype=float)

    @cached_property
    def differences(self):
        """One row per pair of options and figure: `before` with the one (`than`), `after` with the other (`option`),
        the difference, and its 95 % interval.
        """
        rows = {
            (option, than, name): self.difference(name, option, than)[1:]
            for option, than in self.pairs
            for name in self.shown
        }
        index = pd.MultiIndex.from_tuples(rows, names=("option", "than", "figure"))
        columns = ["before", "after", "difference", "from", "to"]
        return pd.DataFrame(list(rows.values()), index=index, columns=columns, dtype=float)

    @cached_property
    def verdicts(self):
        """One row per option beside the first, one column per dimension: better, worse, better and worse, about the
        same, or None.
        """
        rows = {name: {one: self.verdict(one, name).word for one in JUDGED} for name in self.names[1:]}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("option")

    def to_dict(self):
        """The object that `compare --json` prints.

        `version`, `worlds`, `seed`, `years`, `currency`, `interrupted` (only if so), `first` (the option that the
        others are compared with); `options`: by name `scenario` (title, hash) and `differs`, a list of path, before
        (with the first) and after; `figures`: by figure and option; `differences`: a list of option, than, figure,
        before, after, difference (of the option less the other), interval (95 %, by itself; null where the worlds are
        too few); `confidence`: of `rows`, and of the intervals on which `verdicts` rest, how many figures were judged
        (`looks`); `verdicts`: a list of option, than, dimension, verdict, and the names of the figures that are
        `better` and `worse`; `beaten`: by option, those that beat it; `perhaps_beaten`: those that more worlds may tell
        to; `choice`: the options that none is known to beat. A verdict is null where it cannot be told.
        """
        return {
            "version": version("mho_sim"),
            "worlds": self.worlds,
            "seed": self.seed,
            "years": self.years,
            "currency": self.currency,
            **({"interrupted": True} if self.interrupted else {}),
            "first": self.first,
            "options": {name: self._option(name) for name in self.names},
            "figures": {
                figure: {name: _or_none(value) for name, value in row.items()}
                for figure, row in self.figures.iterrows()
            },
            "differences": [self._row(*key) for key in self.differences.index],
            "confidence": {"rows": CONFIDENCE, "verdicts": self.confidence, "looks": self.looks},
            "verdicts": [
                {
                    "option": option,
                    "than": than,
                    "dimension": dimension,
                    "verdict": (found := self.verdict(dimension, option, than)).word,
                    "better": list(found.better),
                    "worse": list(found.worse),
                }
                for option, than in self.pairs
                for dimension in JUDGED
            ],
            "beaten": self.beaten,
            "perhaps_beaten": self.perhaps_beaten,
            "choice": self.choice,
        }  # fmt: skip

    def _option(self, name):
        scenario = self.scenarios[name]
        return {
            "scenario": {"title": scenario.title, "hash": scenario.hash},
            "differs": [one._asdict() for one in self.differs(name)],
        }

    def _row(self, option, than, figure):
        one = self.difference(figure, option, than)
        return {
            "option": option,
            "than": than,
            "figure": figure,
            "before": one.before,
            "after": one.after,
            "difference": one.difference,
            "interval": [one.low, one.high] if one.is_told else None,
        }


def _matters(one):
    """By how much a figure must differ so that it matters, less what the rounding of figures may take away."""
    return (MATTERS * abs(one.before) if one.figure in AMOUNTS else MATTERS) * (1 - 1e-9)


def _may_be_better(one):
    if not one.is_told:
        return True
    return (one.high if one.figure in MORE_IS_BETTER else -one.low) > _matters(one)


def _or_none(value):
    return None if pd.isna(value) else float(value)
