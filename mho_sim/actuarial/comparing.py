"""Is it chance? What was seen against what was expected: exact two-sided tests, intervals of the ratio, and power.

A number of claims is Poisson whose mean is multiplied by a gamma factor of mean 1 and variance `mixing` (negative
binomial; Poisson for 0). An amount is gamma of the mean and the variance of a compound law, a total of payments also
gamma of its first three moments: approximations, which the tests hold against exact laws by Fourier transform. The
p-value is twice the smaller of the two tails, at most 1; the interval holds the ratios that the test does not reject
(Clopper and Pearson, Biometrika 26, 1934; Garwood, Biometrika 28, 1936, for Poisson).
"""

import math

import numpy as np
from scipy import optimize, special

LEVEL = 0.05  # of the test: of 100 plans that are right, 5 are called wrong
NO_MIXING = 1e-9  # times the mean: the law is Poisson to nine digits


def at_most(number, mean, mixing):
    """P(N <= number), arrays or numbers; 0 below 0."""
    number, mean, mixing = np.broadcast_arrays(np.floor(number), np.asarray(mean, float), np.asarray(mixing, float))
    plain = mixing * mean < NO_MIXING
    size = 1 / np.where(plain, 1.0, mixing)
    mixed = special.betainc(size, np.maximum(number, 0) + 1, size / (size + mean))
    found = np.where(plain, special.pdtr(np.maximum(number, 0), mean), mixed)
    return np.where(number < 0, 0.0, found)[()]


def at_least(number, mean, mixing):
    """P(N >= number)."""
    number, mean, mixing = np.broadcast_arrays(np.ceil(number), np.asarray(mean, float), np.asarray(mixing, float))
    plain = mixing * mean < NO_MIXING
    size = 1 / np.where(plain, 1.0, mixing)
    mixed = special.betainc(np.maximum(number, 1), size, mean / (size + mean))
    found = np.where(plain, special.pdtrc(np.maximum(number, 1) - 1, mean), mixed)
    return np.where(number <= 0, 1.0, found)[()]


def number_p_value(number, mean, mixing=0.0):
    """The chance of a number of claims that is at least so far from its mean, to either side."""
    return np.minimum(2 * np.minimum(at_most(number, mean, mixing), at_least(number, mean, mixing)), 1.0)


def number_ratio_interval(number, mean, mixing=0.0, level=LEVEL):
    """(low, high): by what the mean may be multiplied so that this number is not called too many or too few."""
    tail = level / 2
    low = 0.0 if number == 0 else _root(lambda k: at_least(number, k * mean, mixing) - tail, number / mean)
    return low, _root(lambda k: tail - at_most(number, k * mean, mixing), (number + 1) / mean)


def too_many_from(mean, mixing=0.0, level=LEVEL):
    """The smallest number of claims that the test calls too many."""
    low, high = -1, max(math.ceil(mean), 1)
    while 2 * at_least(high, mean, mixing) > level:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if 2 * at_least(middle, mean, mixing) > level else (low, middle)
    return high


def power(ratio, mean, mixing=0.0, level=LEVEL):
    """How probably the test calls it too many when the true mean is `ratio` times what is expected."""
    return float(at_least(too_many_from(mean, mixing, level), ratio * mean, mixing))


def amount_p_value(amount, mean, variance, mixing=0.0, cubes=None):
    """The chance of an amount at least so far from its mean, money; without variance the amount must fit.

    By a gamma law; where `cubes`, the expected sum of the cubes of the payments, is given, also by a gamma law that is
    moved so that the third moment is right too, and the larger of the two chances counts: the first calls small totals
    too small too often, the second those of rare very large payments.
    """
    if variance <= 0:
        return 1.0 if math.isclose(amount, mean, rel_tol=1e-9, abs_tol=1e-9) else 0.0
    return float(min(2 * _tails(amount, mean, variance, mixing, cubes, 1.0).min(axis=1).max(), 1.0))


def amount_ratio_interval(amount, mean, variance, mixing=0.0, cubes=None, level=LEVEL):
    """(low, high): by what the mean may be multiplied so that this amount is not called too much or too little. Of the
    variance at ratio 1, the part mixing x mean^2 grows with the square of the ratio, the rest with the ratio; `cubes`
    as those of `amount_p_value`.
    """
    tail = level / 2
    if variance <= 0:
        return amount / mean, amount / mean

    def away(side):
        return lambda k: _tails(amount, mean, variance, mixing, cubes, k)[:, side].max() - tail

    start = max(amount / mean, 1e-6)
    low = 0.0 if amount <= 0 else _root(away(1), start)
    return low, _root(lambda k: -away(0)(k), start)


def _tails(amount, mean, variance, mixing, cubes, ratio):
    """(P(S <= amount), P(S >= amount)) of a total whose payments are `ratio` times as many, by a gamma law and, with
    `cubes`, by a moved one, (laws, 2).

    Third central moment of a number of payments that is Poisson with a gamma factor of variance m: c + 3 m E q + 2 m^2
    E^3, with E the mean, q and c the expected sums of squares and cubes.
    """
    squares = ratio * max(variance - mixing * mean**2, 0.0)
    mean, cubes = ratio * mean, None if cubes is None else ratio * cubes
    variance = squares + mixing * mean**2
    laws = [(mean**2 / variance, amount * mean / variance)]
    if cubes is not None:
        third = cubes + 3 * mixing * mean * squares + 2 * mixing**2 * mean**3
        shape = 4 * variance**3 / third**2
        laws.append((shape, max(shape + (amount - mean) * 2 * variance / third, 0.0)))
    return np.array([(special.gammainc(*law), special.gammaincc(*law)) for law in laws])


def mean_ratio_interval(mean_seen, mean, variance, level=LEVEL):
    """(low, high) of the ratio of a mean payment, whose standard deviation grows with it; variance of the mean seen."""
    if variance <= 0:
        return mean_seen / mean, mean_seen / mean
    shape = mean**2 / variance
    ends = special.gammaincinv(shape, [1 - level / 2, level / 2]) / shape
    return tuple(float(mean_seen / mean / end) if end > 0 else math.inf for end in ends)


def _root(rises, start):
    """Where an increasing function of a ratio > 0 crosses 0, by Brent's method."""
    low = high = start
    while rises(low) > 0 and low > start * 1e-12:
        low /= 2
    while rises(high) < 0 and high < start * 1e12:
        high *= 2
    if rises(high) < 0:
        return math.inf
    return low if rises(low) >= 0 else float(optimize.brentq(rises, low, high, xtol=1e-12 * start, rtol=1e-12))
