"""Moments of what is paid, and the safety margin that they ask for: the normal approximation, and the NP approximation,
which also knows the skewness.

Raw moments and cumulants are arrays whose first axis is the order, 1 to 3.
"""

import math

import numpy as np
from scipy import special

LEVELS = (0.90, 0.95, 0.99)  # of certainty, at which a margin or a reserve is told
CLASSES = 4096  # equally likely classes in which comonotone factors are averaged
LARGEST_POOL = 10**9  # persons


def payment_moments(cost, layer, scale=1.0):
    """E[Y], E[Y^2], E[Y^3], shape (3, …), of what a benefit pays of a bill `scale` x X; scale > 0, a number or array.

    E[Y^n] = share^n E[(min(X, u) - min(X, a))^n], expanded in limited moments (Loss Models, chapter 8 [R]).
    """
    scale = np.asarray(scale, dtype=float)
    if layer.share == 0 or layer.up_to <= layer.above:
        return np.zeros((3, *scale.shape))
    a, u = layer.above / scale, np.full(scale.shape, math.inf) if layer.up_to == math.inf else layer.up_to / scale
    first, second, third = (cost.limited(u, power) - cost.limited(a, power) for power in (1, 2, 3))
    parts = (first, second - 2 * a * first, third - 3 * a * second + 3 * a**2 * first)
    return np.stack([(layer.share * scale) ** power * part for power, part in enumerate(parts, 1)])


def shifted(moments, amount):
    """Raw moments of Y + amount, from those of Y."""
    first, second, third = moments
    return np.stack(
        np.broadcast_arrays(
            first + amount,
            second + 2 * amount * first + amount**2,
            third + 3 * amount * second + 3 * amount**2 * first + amount**3,
        )
    )


def cumulants(moments):
    """Mean, variance and third central moment, from raw moments."""
    first, second, third = moments
    return np.stack((first, second - first**2, third - 3 * first * second + 2 * first**3))


def raw_moments(cumulants):
    """Raw moments, from mean, variance and third central moment."""
    first, second, third = cumulants
    return np.stack((first, second + first**2, third + 3 * first * second + first**3))


def comonotone(cost, variances):
    """Classes, (variances, 4096), of gamma factors of mean 1 that rise together; `cost` is the gamma law: each class's
    mean, E[X; X < q] = E[min(X, q)] - q P(X > q) between two quantiles.
    """
    rows = []
    for variance in variances:
        if variance == 0:
            rows.append(np.ones(CLASSES))
            continue
        law = cost(1.0, math.sqrt(variance))
        ends = law.quantile(np.arange(CLASSES) / CLASSES)
        rows.append(CLASSES * np.diff(np.append(law.limited(ends) - ends * law.beyond(ends), 1.0)))
    return np.array(rows).reshape(len(rows), CLASSES)


def normal_margin(level, mean, sd):
    """Safety margin, share of the mean, with which a sum is covered with probability `level`: z sd / mean."""
    return special.ndtri(level) * sd / mean


def np_margin(level, mean, sd, skewness):
    """The same by the normal power approximation: (z + skewness (z^2 - 1) / 6) sd / mean (Beard, Pentikäinen and
    Pesonen, Risk Theory, 1984, section 3.11 [R]); z > 1.
    """
    z = special.ndtri(level)
    return (z + skewness * (z**2 - 1) / 6) * sd / mean


def smallest_pool(suffices):
    """The smallest number of persons with which `suffices(persons)` is true and stays so; None if a thousand million
    do not."""
    low, high = 0, 1
    while not suffices(high):
        low, high = high, high * 2
        if high > LARGEST_POOL:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high
