"""Estimates from many worlds, with their intervals."""

import numpy as np
from scipy import special


def proportion_interval(events, trials, confidence=0.95):
    """Clopper-Pearson interval of a probability from `events` in `trials`, as (low, high).

    Covers with at least the stated confidence at any probability (Clopper and Pearson, Biometrika 26, 1934). Raises
    ValueError unless 0 <= events <= trials, trials > 0.
    """
    if not 0 <= events <= trials or trials == 0:
        raise ValueError(f"{events} events in {trials} trials: need 0 <= events <= trials and at least one trial")
    tail = (1 - confidence) / 2
    low = 0.0 if events == 0 else float(special.betaincinv(events, trials - events + 1, tail))
    high = 1.0 if events == trials else float(special.betaincinv(events + 1, trials - events, 1 - tail))
    return low, high


def quantile_interval(values, level, confidence=0.95):
    """Distribution-free interval of a quantile from independent values, as (low, high).

    Order statistics at binomial ranks (David and Nagaraja, Order Statistics, section 7.1). An end that so few values
    cannot give is None.
    """
    values = np.sort(values)
    below = special.bdtr(np.arange(len(values) + 1), len(values), level)
    low, high = np.searchsorted(below, [(1 - confidence) / 2, (1 + confidence) / 2])
    return (
        None if low == 0 else values[low - 1].item(),
        None if high >= len(values) else values[high].item(),
    )


def jackknife_interval(left_out, whole, confidence=0.95):
    """Student's interval of a mean or a ratio, as (low, high), from its value with each of the groups of the sample
    left out in turn, and its value for the whole sample.

    Pseudo-values (Tukey, Annals of Mathematical Statistics 29, 1958; Miller, Biometrika 61, 1974) [R]. None where one
    of the values is missing.
    """
    if whole is None or any(value is None or np.isnan(value) for value in left_out):
        return None
    groups = len(left_out)
    pseudo = groups * whole - (groups - 1) * np.asarray(left_out)
    half = special.stdtrit(groups - 1, (1 + confidence) / 2) * pseudo.std(ddof=1) / np.sqrt(groups)
    return float(pseudo.mean() - half), float(pseudo.mean() + half)


def value_at_risk(losses, level):
    """The smallest of the losses x such that a share of at least `level` of them is at most x; same unit as the
    losses.
    """
    return np.quantile(losses, level, method="inverted_cdf")
