"""Values of a range in which a number may lie, by their probability."""

import math
from statistics import NormalDist

from scipy import special

TWICE_95 = 2 * 1.6448536269514722  # standard normal quantiles between 5 and 95 %


def quantile(range_, u):
    """The value of a range (low, best, high, law) at a probability: PERT (Vose, Risk Analysis, 2008), uniform, or
    lognormal with the ends as its 5 and 95 % quantiles.
    """
    low, best, high = range_.low, range_.best, range_.high
    if range_.law == "uniform":
        return low + u * (high - low)
    if range_.law == "pert":
        a, b = 1 + 4 * (best - low) / (high - low), 1 + 4 * (high - best) / (high - low)
        return low + (high - low) * float(special.betaincinv(a, b, u))
    middle, spread = (math.log(low) + math.log(high)) / 2, (math.log(high) - math.log(low)) / TWICE_95
    return math.exp(middle + spread * NormalDist().inv_cdf(u))
