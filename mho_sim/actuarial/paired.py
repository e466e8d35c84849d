"""Differences between two samples that share their worlds, world by world; neighbours are one cluster where numbers
have ranges (`paired`).

Means of amounts and shares of events have `estimates.paired_difference_interval`; means, ratios and what is worked out
from them, `estimates.jackknife_interval` of their differences with each group of worlds left out. Here are quantiles,
for which that jackknife covers too seldom, and what the pairing spares.
"""

import numpy as np

from mho_sim.actuarial.estimates import design_effect, quantile_interval, value_at_risk

RESAMPLES = 1_000  # for the ends of 95 %: after Efron and Tibshirani 1993
ROUNDING = 1e-20  # of a variance: what floating point leaves of none, the square of some 1e-16 of each value
AT_ONCE = 2_000_000  # weights that are held at one time, some 16 MB; assumed


def paired_quantile_interval(before, after, level, draws, confidence=0.95, paired=False):
    """(difference, low, high): a quantile of `after` less the same of `before`, (worlds,) each, NaN in worlds that
    have no value; same unit. `draws` is a numpy Generator.

    Percentile bootstrap: whole worlds, or pairs of worlds, are drawn anew 1,000 times, with all that belongs to them,
    so that what both quantiles share cancels (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13;
    quantiles of two dependent groups: Wilcox and Erceg-Hurn, British Journal of Mathematical and Statistical Psychology
    65, 2012). Both ends are NaN where one of the quantiles has no interval of its own from so few worlds
    (`quantile_interval`), and the difference is NaN where one has no value.
    """
    samples = [np.asarray(of, dtype=float) for of in (before, after)]
    quantiles = [_quantile(of, level) for of in samples]
    difference = float(quantiles[1] - quantiles[0])
    if any(_too_few(of, level, quantile, paired) for of, quantile in zip(samples, quantiles)):
        return difference, np.nan, np.nan
    clusters = np.arange(len(samples[0])) // (2 if paired else 1)
    found, size = [], max(1, AT_ONCE // len(clusters))
    for first in range(0, RESAMPLES, size):
        weights = weights_of_clusters(draws, min(size, RESAMPLES - first), clusters[-1] + 1)[:, clusters]
        one, other = (_weighted_quantiles(of, weights, level) for of in samples)
        found.append(other - one)
    found = np.concatenate(found)
    low, high = np.quantile(found[~np.isnan(found)], [(1 - confidence) / 2, (1 + confidence) / 2])
    return difference, float(min(low, difference)), float(max(high, difference))


def _quantile(values, level):
    there = values[~np.isnan(values)]
    return float(value_at_risk(there, level)) if len(there) else np.nan


def _too_few(values, level, quantile, paired):
    """Whether the quantile has no interval of its own."""
    there = values[~np.isnan(values)]
    if not len(there):
        return True
    effect = design_effect(there <= quantile) if paired else 1.0
    return None in quantile_interval(there, level, design_effect=effect)


def weights_of_clusters(draws, resamples, clusters):
    """How often each cluster is drawn, (resamples, clusters)."""
    drawn = draws.integers(0, clusters, (resamples, clusters)) + clusters * np.arange(resamples)[:, None]
    return np.bincount(drawn.ravel(), minlength=resamples * clusters).reshape(resamples, clusters)


def _weighted_quantiles(values, weights, level):
    """The quantile with each row of weights, (rows,): the smallest value that so large a share of them is at most."""
    order = np.argsort(values, kind="stable")[: (~np.isnan(values)).sum()]  # NaN come last
    sums = weights[:, order].cumsum(axis=1)
    enough = sums >= level * sums[:, -1:] * (1 - 1e-12)
    found = values[order][enough.argmax(axis=1)]
    return np.where(sums[:, -1] > 0, found, np.nan)


def variance_ratio(before, after, paired=False):
    """How many times the variance of a difference of means the variance is that it would have between independent
    worlds, from both figures in each world, (worlds,); inf where the difference is the same in all worlds. What each
    cluster has above the mean of its worlds is summed up: a last world without a neighbour counts as one.
    """
    starts = np.arange(0, len(before), 2 if paired else 1)
    centred = [np.asarray(of, dtype=float) - np.mean(of, dtype=float) for of in (before, after)]
    one, other = (np.add.reduceat(of, starts) for of in centred)
    same, apart = ((other - one) ** 2).sum(), (one**2).sum() + (other**2).sum()
    return float(apart / same) if same > ROUNDING * apart else np.inf
