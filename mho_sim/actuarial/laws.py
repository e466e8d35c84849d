"""More laws of cost than a scenario can name: Pareto, mixtures, the laws of scipy, ladder heights.

They have what the laws of `costs` have: `mean`, `limited(u, power)`, `beyond(x)`, `below(x)`, `quantile(level)`.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import integrate, optimize, special

from mho_sim.actuarial import lattice, totals
from mho_sim.actuarial.costs import Gamma, fixed


@dataclass(frozen=True)
class Pareto:
    """Cost of Pareto's second law (Lomax), P(X > x) = (1 + x / scale)^-shape: mean, money > 0, and coefficient of
    variation > 1; its shape is 2 cv^2 / (cv^2 - 1). ValueError otherwise. Loss Models, appendix A.
    """

    mean: float
    cv: float

    def __post_init__(self):
        if not (0 < self.mean < math.inf and 1 < self.cv < math.inf):
            raise ValueError(f"a Pareto cost of mean {self.mean} and cv {self.cv}: mean above 0 and cv above 1")

    @classmethod
    def of_shape(cls, shape, scale):
        """The law of this shape, above 2, and this scale, money."""
        if shape <= 2:
            raise ValueError(f"a Pareto cost of shape {shape} has no variance: above 2 is allowed")
        return cls(scale / (shape - 1), math.sqrt(shape / (shape - 2)))

    @property
    def shape(self):
        return 2 * self.cv**2 / (self.cv**2 - 1)

    @property
    def scale(self):
        return self.mean * (self.shape - 1)

    def limited(self, u, power=1):
        """E[min(X, u)^power]; ValueError for a power that is not below the shape."""
        if power >= self.shape:
            raise ValueError(f"a Pareto cost of shape {self.shape:.6g} has no moment {power}")
        u = np.asarray(u, dtype=float)
        moment = self.scale**power * special.gamma(power + 1) * special.gamma(self.shape - power)
        inside = special.betainc(power + 1, self.shape - power, 1 - self._ratio(u))
        finite = np.where(np.isfinite(u), u, 0.0)
        return (moment / special.gamma(self.shape) * inside + finite**power * self.beyond(u))[()]

    def beyond(self, x):
        return self._ratio(x) ** self.shape

    def below(self, x):
        return -np.expm1(-self.shape * np.log1p(np.asarray(x, dtype=float) / self.scale))

    def quantile(self, level):
        return self.scale * np.expm1(-np.log1p(-np.asarray(level, dtype=float)) / self.shape)

    def _ratio(self, x):
        return 1 / (1 + np.asarray(x, dtype=float) / self.scale)


@dataclass(frozen=True)
class Mixture:
    """Cost that follows one of several laws, each with its share; the shares sum to 1. ValueError otherwise."""

    shares: tuple[float, ...]
    laws: tuple[Any, ...]

    def __post_init__(self):
        if len(self.shares) != len(self.laws) or min(self.shares) < 0 or abs(math.fsum(self.shares) - 1) > 1e-9:
            raise ValueError(f"a mixture needs one share >= 0 for each of its {len(self.laws)} laws, summing to 1")

    @property
    def mean(self):
        return self._sum(law.mean for law in self.laws)

    def limited(self, u, power=1):
        return self._sum(law.limited(u, power) for law in self.laws)

    def beyond(self, x):
        return self._sum(law.beyond(x) for law in self.laws)

    def below(self, x):
        return self._sum(law.below(x) for law in self.laws)

    def quantile(self, level):
        """The amount x with P(X <= x) = level, by Brent's method between the quantiles of the laws; where the law has
        a jump there, the place of the jump.
        """
        return np.vectorize(self._one_quantile, otypes=[float])(level)[()]

    def _one_quantile(self, level):
        ends = [float(law.quantile(level)) for share, law in zip(self.shares, self.laws) if share > 0]
        low, high = min(ends), max(ends)
        if low == high or self.below(low) >= level:
            return low
        return optimize.brentq(lambda x: float(self.below(x)) - level, low, high, xtol=1e-13 * high)

    def _sum(self, values):
        return sum(share * value for share, value in zip(self.shares, values))


@dataclass(frozen=True)
class OfScipy:
    """Cost whose law is a frozen distribution of `scipy.stats`; limited values by quadrature of the survival function
    (relative 1e-11), so slow on large arrays. Its values should be >= 0: `limited` looks at nothing below 0.
    """

    distribution: Any

    @property
    def mean(self):
        return float(self.distribution.mean())

    def limited(self, u, power=1):
        return np.vectorize(self._one_limited, otypes=[float])(u, power)[()]

    def beyond(self, x):
        return self.distribution.sf(x)

    def below(self, x):
        return self.distribution.cdf(x)

    def quantile(self, level):
        return self.distribution.ppf(level)

    def _one_limited(self, u, power):
        low, high = (max(float(end), 0.0) for end in self.distribution.support())
        u = min(float(u), high)
        if u == math.inf:
            return float(self.distribution.moment(power))
        start, law = min(low, u), self.distribution

        def slope(x):
            return power * x ** (power - 1) * law.sf(x)

        return start**power + integrate.quad(slope, start, u, epsabs=0, epsrel=1e-11, limit=200)[0]


@dataclass(frozen=True)
class LadderHeight:
    """By how much the losses of a fund first go beyond all before: density P(X > x) / E[X], the stationary excess of a
    cost (Asmussen and Albrecher, Ruin Probabilities, 2010, IV.3). Only `mean`, `limited` (power 1), `beyond`, `below`.
    """

    cost: Any

    @property
    def mean(self):
        return self.cost.limited(math.inf, 2) / (2 * self.cost.mean)

    def limited(self, u, power=1):
        """E[min(L, u)] = E[min(X, u)^2] / (2 E[X]) + u P(L > u). ValueError for a power other than 1."""
        if power != 1:
            raise ValueError(f"the ladder height has no limited value of power {power} here: 1 is allowed")
        beyond = np.asarray(self.beyond(u))
        cut = np.multiply(np.asarray(u, dtype=float), beyond, out=np.zeros(beyond.shape), where=beyond > 0)
        return (self.cost.limited(u, 2) / (2 * self.cost.mean) + cut)[()]

    def beyond(self, x):
        return np.maximum(1 - self.below(x), 0.0)

    def below(self, x):
        return np.minimum(self.cost.limited(x) / self.cost.mean, 1.0)


def total_of_gammas(number, cost):
    """The law of a total of so many (`counts`) gamma costs, as a `Mixture`: n of them are gamma of n times the mean and
    n times the shape (Loss Models 9.4). Exact, but for chances of a number below 1e-11 all together.
    """
    chances = totals.compound(number, lattice.Lattice(1.0, np.array([0.0, 1.0]))).chances
    several = (Gamma(n * cost.mean, cost.cv / math.sqrt(n)) for n in range(1, len(chances)))
    return Mixture(tuple(chances / chances.sum()), (fixed(0.0), *several))


def value_at_risk(law, level):
    """VaR, money: the smallest x with P(X <= x) >= level."""
    return law.quantile(level)


def tail_value_at_risk(law, level):
    """TVaR, money: VaR + E[(X - VaR)+] / (1 - level) (Loss Models 3.5)."""
    value = law.quantile(level)
    return value + (law.mean - law.limited(value)) / (1 - np.asarray(level))


def loss_elimination_ratio(cost, deductible):
    """Share of the cost that a deductible leaves to the patients: E[min(X, d)] / E[X] (Loss Models 8.3)."""
    return cost.limited(deductible) / cost.mean


def franchise(cost, deductible):
    """E[X; X > d], money: what is paid where bills above d are paid whole, others not at all (Loss Models 8.2)."""
    return cost.mean - cost.limited(deductible) + deductible * cost.beyond(deductible)


def largest_below(x, number, cost):
    """P(no cost of the year is above x): the number's generating function at P(X <= x) (Loss Models 9.3)."""
    return number.generating(cost.below(x))


def largest_quantile(level, number, cost):
    """The amount that the largest cost of the year exceeds with probability 1 - level, money; 0 where there may be no
    cost at all with at least that probability.
    """
    if number.generating(0.0) >= level:
        return 0.0
    return cost.quantile(optimize.brentq(lambda u: number.generating(u) - level, 0.0, 1.0, xtol=1e-15))


def largest_mean(number, cost):
    """Mean of the largest cost of the year, 0 if there is none, money: the integral of 1 - P(largest <= x)."""

    def beyond(x):
        return 1 - largest_below(x, number, cost)

    ends = [0.0, *(float(cost.quantile(1 - 1 / (8**k * max(number.moments.mean, 1)))) for k in range(1, 8)), math.inf]
    pieces = (integrate.quad(beyond, *piece, epsrel=1e-11, limit=200)[0] for piece in pairwise(ends))
    return math.fsum(pieces)
