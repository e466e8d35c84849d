"""Pure mathematics of risk on numbers and arrays: `estimates` with their intervals, laws of `costs` and what a benefit
pays of them, and `contributions` built up from both.
"""

from mho_sim.actuarial.estimates import (
    jackknife_interval,
    proportion_interval,
    quantile_interval,
    value_at_risk,
)

__all__ = ["jackknife_interval", "proportion_interval", "quantile_interval", "value_at_risk"]
