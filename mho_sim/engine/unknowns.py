"""What nobody knows exactly: each number with a range is drawn once for every pair of worlds.

Neighbouring worlds (2j and 2j + 1) share their ignorance, not their luck, so that the variance within pairs is chance
and the rest ignorance. Rules: MODEL.md, section 3.
"""

import numpy as np

from mho_sim.actuarial.ranges import quantile
from mho_sim.draws import decision, uniform_columns

STEPS = 16  # equally likely values of a variance


def variances_of(scenario, path, unknown):
    """The values that a variance may have, within the limits of its field."""
    range_ = scenario.unknowns.get(path)
    if range_ is None:
        return [unknown.best]
    least, most = unknown.limits
    return [min(max(quantile(range_, (j + 0.5) / STEPS), least), most) for j in range(STEPS)]


class Numbers:
    """The numbers of the setting in the worlds `world0` to `world0 + worlds - 1`, arrays of shape (worlds,).

    `given` marks stand in for those that would be drawn: by path one mark for all worlds, or one for each world from
    world 0 on; if one number has a mark for each world, they all have.
    """

    def __init__(self, scenario, seed, world0, worlds, given=None):
        self.scenario, self.seed, self.worlds, self._given = scenario, np.uint64(seed), worlds, given or {}
        shared = 1 if any(np.ndim(marks) for marks in self._given.values()) else 2
        self.pairs, self.pair_of = np.unique((world0 + np.arange(worlds)) // shared, return_inverse=True)
        self.unknowns, self.follows = scenario.unknowns, scenario.follows

    def marks(self, path):
        """The uniform of a number in each pair of worlds."""
        if (given := self._given.get(path)) is not None:
            return np.asarray(given)[self.pairs] if np.ndim(given) else [given] * len(self.pairs)
        none, which = np.zeros(1, np.int64), decision(path)
        return [uniform_columns(none, none, which, np.uint32(pair), self.seed)[0, 0] for pair in self.pairs]

    def of(self, path, unknown):
        """A number in each world, within the limits of its field."""
        if path in self.follows:
            return self._quotient(*self.follows[path], unknown.limits)
        range_ = self.unknowns.get(path)
        if range_ is None:
            return np.full(self.worlds, float(unknown.best))
        least, most = unknown.limits
        return np.array([min(max(quantile(range_, u), least), most) for u in self.marks(path)])[self.pair_of]

    def _quotient(self, dividend, divisor, limits):
        """A number that follows from two others, in each world; nothing divided by nothing is nothing."""
        above = np.ones(self.worlds) if dividend is None else self.of(*dividend)
        below = self.of(*divisor)
        least, most = limits
        without = np.where(above > 0, most, least)
        return np.clip(np.divide(above, below, out=without, where=below > 0), least, most)

    def money(self, path, unknown):
        """An amount in each world, in whole units."""
        return np.floor(self.of(path, unknown) + 0.5)

    def variance(self, path, unknown):
        """A variance in each world, one of those that it may have."""
        values = variances_of(self.scenario, path, unknown)
        if len(values) == 1:
            return values * self.worlds
        return np.array([values[int(STEPS * u)] for u in self.marks(path)])[self.pair_of].tolist()
