"""Two results of the same worlds: any figure of both, and their difference with its interval."""

from typing import NamedTuple

import numpy as np

from mho_sim import conditions
from mho_sim.actuarial import jackknife_interval, paired_difference_interval
from mho_sim.actuarial.paired import paired_quantile_interval, variance_ratio
from mho_sim.draws import decision
from mho_sim.study.effects import Effects, effects
from mho_sim.study.result import FEW, QUANTILES
from mho_sim.study.trouble import rounded

TROUBLES = ("late", "stopped", "lost", "deficit")
NO_OUTCOME = ("scenario", "version", "worlds", "seed", "years", "digest")
ONLY_HERE = [name for name in Effects._fields if not name.startswith(("late", *TROUBLES))]


class Difference(NamedTuple):
    """A figure of one option, the same of another, and by how much the other has more, with an interval; None where it
    cannot be told.
    """

    figure: str
    before: float | None
    after: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_told(self):
        """Whether both figures are there, and worlds enough for an interval."""
        return self.low is not None

    @property
    def holds_zero(self):
        """Whether chance alone could make the difference."""
        return self.low <= 0 <= self.high


class Told:
    """A result, and what is worked out from it once for all its comparisons: `object`, that of `run --json`, with what
    it does to members under `effects`, and always with the trouble without support.
    """

    def __init__(self, result):
        self.result = result
        self.alone = Told(result.without_support) if result.without_support is not None else self
        self.object = {
            **result.to_dict(),
            "without_support": {name: self.alone.result.to_dict()[name] for name in (*TROUBLES, "reserve_needed")},
            "effects": effects(result)._asdict(),
        }
        self._left_out = {}

    def without_each_group(self, of):
        """What is told of the result without each group of worlds: of its effects, or all else."""
        if of not in self._left_out:
            parts = self.result.less_a_group()
            effects_only = of == "effects"
            self._left_out[of] = [{of: effects(part)._asdict()} if effects_only else part._told for part in parts]
        return self._left_out[of]

    def events(self, path):
        """Whether it happened in each world, (worlds,) of bool, for the path of a probability; else None."""
        match path:
            case ("without_support", *rest):
                return self.alone.events(tuple(rest))
            case (name, "probability") if name in TROUBLES:
                return self.result._happened[name][-1]
            case (name, "by_year", year) if name in TROUBLES:
                return self.result._happened[name][year]
            case ("indicators", "ruin_probability", "mean"):
                return (self.result.outcome.lowest[:, 0] < 0).any(axis=1)
        return None

    def quantile(self, path):
        """(values in each world, NaN where there is none; level) for the path of a quantile; else None."""
        result = self.result
        match path:
            case ("without_support", *rest):
                return self.alone.quantile(tuple(rest))
            case ("reserve_needed", level):
                return result.reserve_needed.astype(float), float(level)
            case ("late", "days", name):
                days = result.outcome.late_days[:, 0].astype(float)
                return np.where(result.outcome.first_late[:, 0] >= 0, days, np.nan), int(name[1:]) / 100
            case ("indicators", name, level) if level in QUANTILES and name in result.per_world:
                return result.per_world[name].to_numpy(dtype=float), QUANTILES[level]
            case ("joined", level) if level in QUANTILES:
                return result._joined, QUANTILES[level]
        return None


def path_of(figure, told):
    """The path of a figure in the objects of two results, a tuple of keys. Raises ValueError with a sentence for what
    is no figure of both, or no outcome.
    """
    name = f"effects.{figure}" if figure in ONLY_HERE else figure
    paths = [conditions.find(one.object, name)[0] for one in told]
    path = max(paths, key=len)  # it ends early where a value is missing
    last = str(path[-1])
    if path[0] in NO_OUTCOME or path == ("joined", "of"):
        raise ValueError(f"'{figure}' is no outcome, and no option changes it. Name a figure such as 'late'.")
    if "interval" in path or "intervals" in path or "standard_error" in path or last.endswith("_error"):
        raise ValueError(f"'{figure}' says how sure a figure is: name the figure itself, and its interval is told.")
    return path


def figure_at(told, path):
    """What stands at a path; None where a value on the way is missing."""
    here = told.object
    for key in path:
        try:
            here = here[key]
        except (KeyError, TypeError, IndexError):
            return None
    return None if here is None else float(here)


def difference(before, after, figure, confidence=0.95):
    """The `Difference` of a figure (a name as `--fail-if` takes it, or one of `Effects`) between two `Told` results of
    the same worlds: that of `after` less that of `before`.

    Probabilities: from the exact intervals of the worlds that change each way. Quantiles: a bootstrap of whole worlds.
    All else: a jackknife over 20 groups of neighbouring worlds, of at least 40. Where one of the two has ranges a pair
    of worlds is one cluster. See `actuarial.paired`.
    """
    path = path_of(figure, (before, after))
    values = [figure_at(one, path) for one in (before, after)]
    if None in values:
        return Difference(figure, *values)
    found = Difference(figure, *values, rounded(values[1] - values[0]))
    paired = before.result.has_ranges or after.result.has_ranges
    if (events := [one.events(path) for one in (before, after)])[0] is not None:
        _, low, high = paired_difference_interval(*events, confidence, paired)
    elif (quantiles := [one.quantile(path) for one in (before, after)])[0] is not None:
        draws = np.random.default_rng([before.result.seed, int(decision(f"compare.{figure}"))])
        (one, level), (other, _) = quantiles
        _, low, high = paired_quantile_interval(one, other, level, draws, confidence, paired)
    else:
        low, high = _jackknifed(before, after, path, found.difference, confidence)
    return found._replace(low=rounded(low), high=rounded(high))


def _jackknifed(before, after, path, whole, confidence):
    """The interval of a difference from both figures without each group of worlds."""
    if before.result.worlds < FEW or path[0] == "without_support":
        return np.nan, np.nan
    of = "effects" if path[0] == "effects" else "all"
    parts = [one.without_each_group(of) for one in (before, after)]
    pairs = [[_at(part, path) for part in pair] for pair in zip(*parts, strict=True)]
    if any(None in pair for pair in pairs):
        return np.nan, np.nan
    low, high = jackknife_interval([other - one for one, other in pairs], whole, confidence)
    return min(low, whole), max(high, whole)


def _at(told, path):
    for key in path:
        told = None if told is None else told.get(key)
    return told


def spared(before, after, figure):
    """How many times fewer worlds a difference needs between the same worlds than between independent ones: the ratio
    of both variances; inf where the difference is the same in all worlds. Of probabilities, and of what has a value in
    each world (the columns of `Result.per_world`).
    """
    paired, name = before.result.has_ranges or after.result.has_ranges, figure
    columns = [None]
    if figure not in before.result.per_world:
        path = path_of(figure, (before, after))
        columns, name = [one.events(path) for one in (before, after)], path[1] if path[0] == "indicators" else path[0]
    if columns[0] is None:
        if name not in before.result.per_world:
            raise ValueError(f"'{figure}' has no value in each world: name a probability or an indicator.")
        columns = [one.result.per_world[name].to_numpy(dtype=float) for one in (before, after)]
        there = ~np.isnan(columns[0]) & ~np.isnan(columns[1])
        columns, paired = [column[there] for column in columns], paired and there.all()
    return variance_ratio(*columns, paired)
