"""The law of bills of which only their mean, the dearest and their number are known.

Where the logarithms of n bills have the standard deviation s, that of the dearest is on average s × m - s² / 2 above
that of their mean, m the expected largest of n standard normal numbers. The smaller s that fits is taken: the other
would make nearly all bills tiny.
"""

import math
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

STEP = 1 / 64  # of the sum that stands for the integral; for a function as smooth as this it is exact to 12 digits
FARTHEST = 12  # standard deviations
UNLUCKY, LUCKY = 0.05, 0.95


@cache
def expected_largest(n: int) -> float:
    """The expected largest of n standard normal numbers: the integral of n × x × φ(x) × Φ(x)^(n - 1)."""
    points = (k * STEP for k in range(-int(FARTHEST / STEP), int(FARTHEST / STEP) + 1))
    return STEP * sum(n * x * math.exp(-x * x / 2) * _below(x) ** (n - 1) for x in points) / math.sqrt(2 * math.pi)


def _below(x: float) -> float:
    """Probability that a standard normal number is below x."""
    return math.erfc(-x / math.sqrt(2)) / 2


def largest_quantile(n: int, p: float) -> float:
    """The quantile of the largest of n standard normal numbers."""
    return NormalDist().inv_cdf(p ** (1 / n))


class Spreads(NamedTuple):
    """Standard deviations of the logarithm of a bill: that of the expected dearest, and those of a dearest that is
    luckily large or unluckily small.
    """

    best: float
    low: float
    high: float


def spreads(ratio: float, n: int) -> Spreads | None:
    """The standard deviations that fit the dearest of n bills, so many times their mean; None if none does."""
    best = _root(ratio, expected_largest(n))
    if best is None:
        return None
    low, high = (_root(ratio, largest_quantile(n, p)) for p in (LUCKY, UNLUCKY))
    return Spreads(best, best if low is None else low, math.sqrt(2 * math.log(ratio)) if high is None else high)


def _root(ratio: float, m: float) -> float | None:
    """The smaller s with ln(ratio) = s × m - s² / 2, if there is one that is not below 0."""
    square = m * m - 2 * math.log(ratio)
    return m - math.sqrt(square) if m >= 0 and square >= 0 else None


def most(n: int) -> float:
    """How many times the mean the dearest of n bills is at most, under the lognormal law that makes it dearest."""
    return math.exp(expected_largest(n) ** 2 / 2)
