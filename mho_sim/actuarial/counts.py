"""Laws of how many episodes there are: Poisson, binomial, negative binomial, listed chances, and what is made of them.

A law of a number is a `Number`: its moments, its generating function E[z^N] (numbers or arrays, complex ones included)
and, in the (a, b, 0) class, the a and b of P(n) / P(n - 1) = a + b / n. Formulas: Loss Models, chapters 6 and 7.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Moments(NamedTuple):
    """Mean, variance and third central moment of a number or of an amount."""

    mean: float
    variance: float
    third: float = math.nan

    @property
    def sd(self):
        return math.sqrt(self.variance)

    @property
    def skewness(self):
        return self.third / self.variance**1.5


class Number(NamedTuple):
    """The law of a number of episodes."""

    moments: Moments
    generating: Callable
    recursion: tuple[float, float] | None = None


def poisson(mean):
    """Poisson with this mean, >= 0. ValueError otherwise."""
    _within("mean", mean, 0, math.inf)
    return Number(Moments(mean, mean, mean), lambda z: np.exp(mean * (z - 1)), (0.0, mean))


def binomial(trials, chance):
    """Of so many persons (whole) each has an episode with this chance, below 1, and no second one. ValueError
    otherwise.
    """
    _within("trials", trials, 0, math.inf)
    _within("chance", chance, 0, math.nextafter(1, 0))
    variance = trials * chance * (1 - chance)
    odds = chance / (1 - chance)
    return Number(
        Moments(trials * chance, variance, variance * (1 - 2 * chance)),
        lambda z: (1 - chance + chance * z) ** trials,
        (-odds, (trials + 1) * odds),
    )


def negative_binomial(size, beta):
    """Negative binomial of mean size x beta and variance size x beta (1 + beta), both > 0; size 1 is the geometric law.
    ValueError otherwise.
    """
    _within("size", size, math.nextafter(0, 1), math.inf)
    _within("beta", beta, math.nextafter(0, 1), math.inf)
    variance = size * beta * (1 + beta)
    ratio = beta / (1 + beta)
    return Number(
        Moments(size * beta, variance, variance * (1 + 2 * beta)),
        lambda z: (1 - beta * (z - 1)) ** -size,
        (ratio, (size - 1) * ratio),
    )


def gamma_mixed_poisson(mean, variance):
    """Poisson whose mean is multiplied by a common gamma factor of mean 1 and this variance: negative binomial."""
    return poisson(mean) if variance == 0 else negative_binomial(1 / variance, mean * variance)


def of_chances(chances):
    """The number 0, 1, 2, ... with these chances, which sum to 1. ValueError otherwise."""
    chances = np.asarray(chances, dtype=float)
    if chances.min() < 0 or abs(math.fsum(chances) - 1) > 1e-9:
        raise ValueError(f"chances are >= 0 and sum to 1, not to {math.fsum(chances):.10g}")
    moments = moments_of_chances(np.arange(len(chances)), chances)
    return Number(moments, lambda z: np.polynomial.polynomial.polyval(z, chances))


def mixed(shares, numbers):
    """With each of these shares, the law of a number there, as of households of several sizes. Shares sum to 1."""
    means = np.array([number.moments.mean for number in numbers])
    mean = float(np.dot(shares, means))
    away, variances = means - mean, np.array([number.moments.variance for number in numbers])
    thirds = np.array([number.moments.third for number in numbers])
    moments = Moments(
        mean,
        float(np.dot(shares, variances + away**2)),
        float(np.dot(shares, thirds + 3 * variances * away + away**3)),
    )
    return Number(moments, lambda z: sum(share * number.generating(z) for share, number in zip(shares, numbers)))


def stopped(first, second):
    """A number of groups, each of a number of episodes: E[z^N] = first(second(z)); Poisson twice is Neyman's type A."""
    return Number(compound_moments(first.moments, second.moments), lambda z: first.generating(second.generating(z)))


def thinned(number, share):
    """Of a number of episodes those that count, each with this chance, as those above a deductible."""
    return stopped(number, of_chances([1 - share, share]))


def compound_moments(number, amount):
    """Moments of a total of so many independent amounts (both `Moments`): E[N] E[X]; E[N] Var X + Var N E[X]^2; and
    the third. Loss Models 9.3.
    """
    n, x = number, amount
    return Moments(
        n.mean * x.mean,
        n.mean * x.variance + n.variance * x.mean**2,
        n.mean * x.third + 3 * n.variance * x.mean * x.variance + n.third * x.mean**3,
    )


def sum_of_moments(parts):
    """Moments of a sum of independent parts."""
    return Moments(*map(math.fsum, zip(*parts)))


def moments_of_chances(amounts, chances):
    """Moments of amounts with these chances."""
    mean = float(np.dot(amounts, chances))
    away = np.asarray(amounts) - mean
    return Moments(mean, float(np.dot(away**2, chances)), float(np.dot(away**3, chances)))


def _within(name, value, low, high):
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}: {low:g} to {high:.6g} is allowed")
