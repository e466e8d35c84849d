"""The numbers of the setting that a price is worked out from: the best values, or those of one draw of the ranges."""

import numpy as np

from mho_sim.actuarial.ranges import quantile
from mho_sim.scenario.faults import dotted
from mho_sim.scenario.unknowns import numbers


class Figures:
    """Numbers by path; those of `drawn` in place of the best values, and what follows from them."""

    def __init__(self, scenario, drawn=None):
        self.drawn, self.follows = drawn or {}, scenario.follows if drawn else {}

    def of(self, path, unknown):
        """A number, within the limits of its field."""
        if path not in self.follows:
            return self.drawn.get(path, unknown.best)
        dividend, divisor = self.follows[path]
        above = 1.0 if dividend is None else self.of(*dividend)
        below, (least, most) = self.of(*divisor), unknown.limits
        found = above / below if below > 0 else most if above > 0 else least
        return min(max(found, least), most)


def draws(scenario, number, seed=1):
    """So many draws of all unknown numbers, each a dict by path: a Latin hypercube (McKay, Beckman and Conover,
    Technometrics 21, 1979), in which every number takes each of its equally likely values once.
    """
    limits = _limits(scenario)
    columns = {}
    for place, (path, range_) in enumerate(scenario.unknowns.items()):
        order = np.random.default_rng([seed, place]).permutation(number)
        least, most = limits.get(path, (-np.inf, np.inf))
        columns[path] = [min(max(quantile(range_, (i + 0.5) / number), least), most) for i in order]
    return [dict(zip(columns, row)) for row in zip(*columns.values())]


def _limits(scenario):
    """What the field of each unknown number allows, by path."""
    return {dotted(path): number.value.limits for path, number in numbers(scenario.setting, ("setting",))}
