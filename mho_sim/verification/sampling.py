"""Estimates over independent worlds, each as (value, standard error)."""

import numpy as np


def average(x):
    """Mean."""
    return x.mean(), x.std() / len(x) ** 0.5


def spread(x):
    """Standard deviation; its influence function is sd (z^2 - 1) / 2."""
    z = (x - x.mean()) / x.std()
    return x.std(), x.std() * average(z**2 / 2)[1]


def dispersion(x):
    """Variance; its influence function is (x - mean)^2 - variance."""
    return x.var(), average((x - x.mean()) ** 2)[1]


def skewness(x):
    """Third standardized moment g; its influence function is z^3 - 3 z - 3 g (z^2 - 1) / 2 - g."""
    z = (x - x.mean()) / x.std()
    g = (z**3).mean()
    return g, average(z**3 - 3 * z - 1.5 * g * z**2)[1]


def excess(x, limit):
    """E(X - limit)+."""
    return average(np.maximum(x - limit, 0))


def quotient(x, y):
    """E(X) / E(Y) of pairs; its influence function is (x - ratio y) / E(Y)."""
    ratio = x.mean() / y.mean()
    return ratio, average((x - ratio * y) / y.mean())[1]


def tail_value(x, level):
    """VaR + E(X - VaR)+ / (1 - level); its influence function is that of E(X - VaR)+ / (1 - level) with VaR held
    fixed.
    """
    var = np.quantile(x, level, method="inverted_cdf")
    value, error = excess(x, var)
    return var + value / (1 - level), error / (1 - level)
