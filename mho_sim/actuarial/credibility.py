"""How far a mutual's own experience is to be believed: limited fluctuation, Buehlmann-Straub, Poisson-gamma.

Loss Models, chapters 16 and 18; Buehlmann and Gisler, A Course in Credibility Theory, 2005; the R package actuar.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import optimize, special


def full_credibility(level, within, cv=0.0):
    """Expected claims with which a year's own figure is within this share of the truth with probability `level`, and
    is believed in full: (z / k)^2 (1 + c^2), Poisson claims of this coefficient of variation; c = 0 for their number.
    """
    return (special.ndtri((1 + level) / 2) / within) ** 2 * (1 + cv**2)


def partial_credibility(claims, full):
    """Weight of the own figure, 0 to 1: the square root of claims / claims for full credibility."""
    return np.minimum(np.sqrt(np.divide(claims, full)), 1.0)


class Credibility(NamedTuple):
    """Estimates of a portfolio of groups: mean of all, variance within and between groups; weight of the own experience
    and credibility premium of each group, (groups,).
    """

    collective: float
    within: float
    between: float
    weight: np.ndarray
    premium: np.ndarray


def buhlmann(figures):
    """Credibility of groups by years of equal weight, shape (groups, years)."""
    return buhlmann_straub(figures, np.ones(np.shape(figures)))


def buhlmann_straub(ratios, weights):
    """Credibility of groups by years, ratios (as cost per member) and their weights (as members), (groups, years); a
    year of weight 0 is left out.

    Unbiased estimators; a negative variance between groups becomes 0, and then all groups get the mean of all
    (Buehlmann and Gisler 4.8). ValueError for fewer than two groups, or no group with two years.
    """
    ratios, weights = np.asarray(ratios, dtype=float), np.asarray(weights, dtype=float)
    years, mass = (weights > 0).sum(axis=1), weights.sum(axis=1)
    if len(ratios) < 2 or mass.min() <= 0 or (years - 1).sum() < 1:
        raise ValueError("credibility needs two groups or more, each with a weight above 0, and one with two years")
    own = (weights * ratios).sum(axis=1) / mass
    within = (weights * (ratios - own[:, None]) ** 2).sum() / (years - 1).sum()
    between = _between(own, mass, within)
    weight = mass * between / (mass * between + within) if between > 0 else np.zeros(len(mass))
    collective = float(np.average(own, weights=weight if between > 0 else mass))
    return Credibility(collective, float(within), between, weight, collective + weight * (own - collective))


def _between(own, mass, within):
    """Variance between groups: what their means differ by, less what chance within them explains."""
    total = mass.sum()
    spread = (mass * (own - np.average(own, weights=mass)) ** 2).sum() - (len(own) - 1) * within
    return max(float(spread / (total - (mass**2).sum() / total)), 0.0)


def poisson_gamma(claims, exposure, shape, rate):
    """(mean, weight): claims a member-year after so many claims in so many member-years, for a gamma law of it before
    of this shape and rate (mean shape / rate); the weight of the own experience is exposure / (exposure + rate).
    """
    return (shape + claims) / (rate + exposure), exposure / (exposure + rate)


def observations_for(weight, rate):
    """Member-years with which the own experience has this weight, 0 to below 1, under a gamma law of this rate."""
    return math.inf if weight == 1 else rate * weight / (1 - weight)


def gamma_of_width(mean, width, low=0.05, high=0.95):
    """(shape, rate) of the gamma law with this mean, > 0, between whose quantiles `low` and `high` this width lies; the
    widest that there is where none is so wide. ValueError for a width that is not above 0.
    """
    if not width > 0:
        raise ValueError(f"a gamma law of width {width}: above 0 is allowed")

    def too_wide(log_shape):
        ends = special.gammaincinv(math.exp(log_shape), [low, high])
        return (ends[1] - ends[0]) / math.exp(log_shape) - width / mean

    ends = (-1.0, 30.0)  # logarithms of the shape; the widest is 4.2 times the mean
    shape = math.exp(ends[0]) if too_wide(ends[0]) <= 0 else math.exp(optimize.brentq(too_wide, *ends, xtol=1e-13))
    return shape, shape / mean
