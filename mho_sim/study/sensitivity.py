"""Which of the setting's unknown numbers matter, and which to measure next.

Each number is moved alone from the value that 5 of 100 are below to that which 5 are above, on the same worlds and the
same luck, while nobody knows the others (the tornado). Then all are drawn independently of each other, world by world,
and the variance is shared out among them and chance (Sobol's indices).
"""

from functools import cached_property

import numpy as np
import pandas as pd

from mho_sim import capacity, indicators, ledger
from mho_sim.actuarial import paired_difference_interval, value_at_risk
from mho_sim.actuarial.importance import tail_mean, value_of_knowing, variance_index_intervals
from mho_sim.actuarial.ranges import quantile
from mho_sim.draws import SHARED, decision, uniform_columns
from mho_sim.engine import Prepared
from mho_sim.study.repeating import live, measured, planned
from mho_sim.study.trouble import rounded

LOW, HIGH = 0.05, 0.95  # marks of the ends between which a number is moved; assumed
LEVEL = 0.95  # of the reserve
FEWEST = 40  # worlds, for intervals
FIGURES_BYTES = 17  # of the figures below, of a world: a truth value and two numbers
OPTIONS = ("workers", "worlds", "memory-limit")  # of the command, that lower what it needs or allow it more
CHANCE = "chance"  # the name of what is no number of the setting
FIGURES = {
    "late": lambda outcome: outcome.first_late[:, 0] >= 0,
    "own_funds": lambda outcome: indicators.equity(outcome.yearly[:, 0, -1]).astype(float),
    "reserve": lambda outcome: outcome.worst[:, 0].astype(float),
}


def sensitivity(scenario, worlds=500, seed=1, *, indices=True, workers=None, progress=None, memory_limit=None):
    """Which unknown numbers of the setting matter: a `Sensitivity`.

    `worlds`, at least 40, for each number at each end, and for each of the samples from which the indices are worked
    out (which are left out without `indices`); `workers`, `progress` and `memory_limit` as those of `simulate`. Raises
    ValueError where the scenario has no range, `capacity.TooLarge` before anything is drawn where it needs more memory,
    and KeyboardInterrupt.
    """
    if worlds < FEWEST:
        raise ValueError(f"worlds is {worlds}: it must be at least {FEWEST}, for intervals")
    names = list(scenario.unknowns)
    if not names:
        raise ValueError("No number of the setting has a range: write 'between', or a grade other than exact.")
    capacity.refuse_too_large(needed(scenario, worlds, indices, workers), memory_limit, OPTIONS)
    prepared = Prepared(scenario, seed)

    def figures(marks, first, count):
        """Each figure in so many worlds from `first` on, (count,) of each."""
        (outcome,), interrupted = live([prepared.given(marks)], first, count, workers, None, (), progress)
        if interrupted:
            raise KeyboardInterrupt
        return {name: of(outcome) for name, of in FIGURES.items()}

    today = figures({}, 0, worlds)
    ends = {path: [figures({path: mark}, 0, worlds) for mark in (LOW, HIGH)] for path in names}
    samples = _samples(names, figures, worlds, prepared.seed) if indices else None
    return Sensitivity(scenario, seed, worlds, int(prepared.opening.balances[ledger.CASH]), today, ends, samples)


def runs(scenario, worlds, indices=True):
    """How many worlds `sensitivity` lives."""
    count = len(scenario.unknowns)
    return worlds * (1 + 2 * count + (3 + count if indices else 0))


def needed(scenario, worlds, indices=True, workers=None):
    """What decides how much memory `sensitivity` takes, measured: a `capacity.Run`. Two samples are lived at one time,
    and the figures of all worlds are held to the end.
    """
    times = 2 if indices else 1
    run = measured(scenario, planned(scenario, times * worlds, workers))
    kept = run.layout.kept + FIGURES_BYTES * runs(scenario, 1, indices) / times
    return run._replace(worlds=worlds, times=times, fewest=FEWEST, layout=run.layout._replace(kept=kept))


def _samples(names, figures, worlds, seed):
    """Figures of two independent samples of all numbers and of luck, and of the first with one taken from the second:
    (marks by path, (2 worlds,); of a; of b; of each mixed one, luck last).
    """
    world, none = np.arange(worlds), np.zeros(worlds, np.int64)
    marks = {path: uniform_columns(none, world, decision(f"sensitivity.{path}"), SHARED, seed) for path in names}
    a, b = ({path: mark[sample] for path, mark in marks.items()} for sample in (0, 1))
    together = {path: np.concatenate((a[path], b[path])) for path in names}
    both = figures(together, 0, 2 * worlds)
    mixed = [figures({**a, path: b[path]}, 0, worlds) for path in names]
    again = {path: np.concatenate((mark, mark)) for path, mark in a.items()}
    mixed.append(figures(again, worlds, worlds))  # the same numbers, another luck
    of_a, of_b = ({name: of[half] for name, of in both.items()} for half in (slice(worlds), slice(worlds, None)))
    return together, of_a, of_b, mixed


class Sensitivity:
    """Which unknown numbers matter. Frames have a row a number, by its path; shares lie between 0 and 1, money is in
    whole units; `figures` are late (whether a bill is ever not paid on its day), own_funds (at the end) and reserve
    (opening cash with which every bill is paid on its day, less what there is).
    """

    def __init__(self, scenario, seed, worlds, opening_cash, today, ends, samples):
        self.scenario, self.seed, self.worlds = scenario, seed, worlds
        self.opening_cash, self.today = opening_cash, today
        self._ends, self._samples = ends, samples

    @cached_property
    def tornado(self):
        """Each number's low and high value, the probability to be late and the mean of own funds at each, and the
        difference of the two with its 95 % interval; the largest difference of own funds first.
        """
        rows = {}
        for path, (low, high) in self._ends.items():
            range_, row = self.scenario.unknowns[path], {}
            row["low"], row["high"] = quantile(range_, LOW), quantile(range_, HIGH)
            for name in ("late", "own_funds"):
                row[f"{name}_low"], row[f"{name}_high"] = float(low[name].mean()), float(high[name].mean())
                found = paired_difference_interval(low[name], high[name], paired=True)
                row.update(zip((f"{name}_difference", f"{name}_from", f"{name}_to"), found))
            rows[path] = row
        frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("number")
        return frame.iloc[np.argsort(-frame["own_funds_difference"].abs(), kind="stable")]

    @cached_property
    def indices(self):
        """Each number's share of the variance of own funds at the end and of being late, and that of chance: alone
        (`first`) and with all in which it has a part (`total`), with 95 % intervals; the largest total first. None
        without them.
        """
        if self._samples is None:
            return None
        _, of_a, of_b, mixed = self._samples
        columns = {}
        for name in ("own_funds", "late"):
            parts = (of_a[name], of_b[name], np.array([one[name] for one in mixed]))
            found = variance_index_intervals(*(np.asarray(part, dtype=float) for part in parts))
            for index, order in enumerate(("first", "total")):
                for value, end in zip(found[:, index], ("", "_from", "_to")):
                    columns[f"{name}_{order}{end}"] = value
        frame = pd.DataFrame(columns, index=pd.Index([*self._ends, CHANCE], name="number"))
        return frame.iloc[np.argsort(-frame["own_funds_total"].fillna(0), kind="stable")]

    @cached_property
    def worth(self):
        """What it would be worth to know each number: by how much less the worst 5 of 100 would need at the start on
        average (`spared`, money), and what is no more than noise (`noise`); the largest first. See
        `actuarial.importance.value_of_knowing`. None without the samples.
        """
        if self._samples is None:
            return None
        marks, of_a, of_b, _ = self._samples
        needed = np.maximum(np.concatenate((of_a["reserve"], of_b["reserve"])) + self.opening_cash, 0)
        rows = {
            path: value_of_knowing(
                mark, needed, LEVEL, np.random.default_rng([self.seed, int(decision(path))]), len(marks)
            )
            for path, mark in marks.items()
        }
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["spared", "noise"]).rename_axis("number")
        return frame.iloc[np.argsort(-frame["spared"], kind="stable")]

    @cached_property
    def reserve(self):
        """What 95 of 100 mutuals need at the start, and the mean of what the worst 5 of 100 need, money."""
        needed = np.maximum(self.today["reserve"] + self.opening_cash, 0)
        return {"quantile": float(value_at_risk(needed, LEVEL)), "worst": tail_mean(needed, LEVEL)}

    def to_dict(self):
        """The object of `sensitivity --json`."""

        def rows(frame):
            if frame is None:
                return None
            return {path: {key: rounded(value) for key, value in row.items()} for path, row in frame.iterrows()}

        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "worlds": self.worlds,
            "seed": self.seed,
            "late": {"probability": rounded(self.today["late"].mean())},
            "reserve_needed": {"0.95": self.reserve["quantile"], "mean_of_the_worst": self.reserve["worst"]},
            "tornado": rows(self.tornado),
            "indices": rows(self.indices),
            "worth": rows(self.worth),
        }
