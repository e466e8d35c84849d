"""Amounts on a lattice: laws of cost made discrete, and what is read off a law on a lattice.

A `Lattice` gives amounts 0, step, 2 step, ... their chances. Discretisation: Gerber, Insurance: Mathematics and
Economics 1, 1982; Loss Models 9.6.5; the methods of `discretize` in the R package actuar.
"""

import math
from typing import NamedTuple

import numpy as np

from mho_sim.actuarial.costs import WHOLE
from mho_sim.actuarial.counts import Moments, moments_of_chances

METHODS = ("rounding", "lower", "upper", "moments")
TAIL = 1e-12  # chance of a cost beyond which a law without limit is cut, unless said otherwise; assumed
SLACK = 1e-9  # of a step: amounts so near to a point of the lattice are on it
NEAR = 1e-14  # relative: by so little amounts that are on the lattice miss its points
POINTS = 2**22  # a lattice has no more


class Lattice(NamedTuple):
    """Amounts k x step, money, with chances, shape (points,)."""

    step: float
    chances: np.ndarray

    @property
    def amounts(self):
        return self.step * np.arange(len(self.chances))


def of_amounts(step, amounts, chances):
    """The lattice on which these amounts, multiples of the step, have these chances. ValueError otherwise."""
    places = np.rint(np.divide(amounts, step)).astype(int)
    if places.min() < 0 or np.abs(places - np.divide(amounts, step)).max() > SLACK:
        raise ValueError(f"amounts {list(amounts)} on a lattice of step {step}: they are multiples of it, >= 0")
    return Lattice(step, np.bincount(places, weights=chances))


def discretised(cost, step, layer=WHOLE, method="moments", tail=TAIL, points=None):
    """What a layer pays of a cost, on a lattice.

    `rounding` to the nearest point; `lower` and `upper` to the point below and above, so that totals are bounded from
    both sides; `moments` keeps the mean between any two points (local moment matching of the first moment, Gerber
    1982): stop-loss premiums are then exact or a little too high, by the square of the step. Amounts beyond all but
    `tail` of the cost, or beyond so many `points`, count as the last point. Amounts on the lattice stay, with each
    method. ValueError for another method, a step that is not above 0, or one that needs too many points.
    """
    if method not in METHODS:
        raise ValueError(f"{method!r} is no way to discretise: {', '.join(METHODS)}")
    if not step > 0:
        raise ValueError(f"the step of a lattice is {step}: above 0 is allowed")
    points = _points(cost, step, layer, tail) if points is None else points
    if points > POINTS:
        raise ValueError(f"a step of {step:g} needs {points:.3g} points, the most is {POINTS:,}: take a larger step")
    cumulative = _cumulative(cost, step * np.arange(points), step, layer, method)
    cumulative = np.maximum.accumulate(np.clip(cumulative, 0.0, 1.0))  # rounding may let it fall where it is level
    cumulative[-1] = 1.0
    return Lattice(step, np.diff(cumulative, prepend=0.0))


def _points(cost, step, layer, tail):
    """How many points reach from 0 to the largest payment."""
    bill = min(layer.up_to, float(cost.quantile(1 - tail)))
    return math.ceil(layer.share * max(bill - layer.above, 0.0) / step - SLACK) + 1


def _cumulative(cost, points, step, layer, method):
    """How much of the law is given to each point or one below it."""
    if method == "moments":
        return 1 - np.diff(limited_payment(cost, np.append(points, points[-1] + step), layer)) / step
    ends = {"rounding": points + step / 2, "lower": (points + step) * (1 - NEAR), "upper": points * (1 + NEAR)}[method]
    return payment_below(cost, ends, layer)


def payment_below(cost, x, layer):
    """P(payment <= x) for what a layer pays of a cost; x >= 0."""
    if layer.share == 0:
        return np.ones(np.shape(x))
    bill = layer.above + np.asarray(x, dtype=float) / layer.share
    return np.where(bill >= layer.up_to, 1.0, cost.below(bill))


def limited_payment(cost, x, layer):
    """E[min(payment, x)] for what a layer pays of a cost; x >= 0."""
    if layer.share == 0:
        return np.zeros(np.shape(x))
    bill = np.minimum(layer.above + np.asarray(x, dtype=float) / layer.share, layer.up_to)
    return layer.share * (cost.limited(bill) - cost.limited(layer.above))


def payment_moments(cost, layer=WHOLE, third=True):
    """Moments of what a layer pays of a cost, episodes that are paid nothing included; the third is not computed
    unless `third` (some laws have none).
    """
    a, powers = layer.above, (1, 2, 3) if third else (1, 2)
    one, two, *rest = (cost.limited(layer.up_to, power) - cost.limited(a, power) for power in powers)
    raw = [one, two - 2 * a * one, *(three - 3 * a * two + 3 * a**2 * one for three in rest)]
    mean, square = layer.share * raw[0], layer.share**2 * raw[1]
    cube = layer.share**3 * raw[2] - 3 * mean * square + 2 * mean**3 if third else math.nan
    return Moments(float(mean), float(square - mean**2), float(cube))


# What is read off a law on a lattice


def moments(law):
    """Moments of a law on a lattice."""
    return moments_of_chances(law.amounts, law.chances)


def below(law, x):
    """P(S <= x)."""
    return np.append(np.cumsum(law.chances), 0.0)[_place(law, x)]


def beyond(law, x):
    """P(S > x), summed from the far end, so that small ones are not lost in 1."""
    return np.append(_from_above(law.chances)[1:], [0.0, 1.0])[_place(law, x)]


def chance(law, x):
    """P(S = x) for a point x of the lattice."""
    place = np.rint(np.divide(x, law.step)).astype(int)
    return law.chances[place]


def value_at_risk(law, level):
    """VaR, money: the smallest amount x of the lattice with P(S <= x) >= level."""
    place = np.searchsorted(np.cumsum(law.chances), np.asarray(level) - 1e-12)  # sums are rounded
    return law.step * np.minimum(place, len(law.chances) - 1)


def tail_value_at_risk(law, level):
    """TVaR, money: VaR + E[(S - VaR)+] / (1 - level)."""
    value = value_at_risk(law, level)
    return value + stop_loss(law, value) / (1 - np.asarray(level))


def stop_loss(law, retention):
    """E[(S - d)+], money, the pure premium of a cover of what a total costs above d; d >= 0, on the lattice or not."""
    place = _place(law, retention) + 1  # the first amount above
    beyond_money = np.append(_from_above(law.chances * law.amounts), 0.0)
    beyond_chance = np.append(_from_above(law.chances), 0.0)
    return beyond_money[place] - retention * beyond_chance[place]


def _place(law, x):
    """Index of the last point that is not above x; -1 below 0."""
    place = np.floor(np.divide(x, law.step) + SLACK)
    return np.clip(place, -1, len(law.chances) - 1).astype(int)


def _from_above(values):
    return np.cumsum(values[::-1])[::-1]
