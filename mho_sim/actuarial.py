"""Pure mathematics of risk on numbers and arrays."""

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


def value_at_risk(losses, level):
    """The smallest of the losses x such that a share of at least `level` of them is at most x; same unit as the
    losses.
    """
    return np.quantile(losses, level, method="inverted_cdf")
