"""Pure mathematics of risk on numbers and arrays: `estimates` with their intervals, laws of `costs` (and `laws`, those
that a scenario cannot name) and what a benefit pays of them, and `contributions` built up from both; exactly, without
drawing: numbers of episodes (`counts`), amounts on a `lattice`, their `totals`, `funds` with dated contributions,
`ruin`, `reinsurance`, `credibility`; and the `importance` of unknown numbers.

Some of it no command asks for yet: the running costs of a person and the surplus for a reserve (`contributions`, after
the guides), premiums of reinsurance, contributions on dates of their own (`funds`), a total cut at a ceiling
(`totals`). They stay for whoever calculates in Python, and hand-worked figures in the tests hold them.
"""

from mho_sim.actuarial.estimates import (
    coverage,
    design_effect,
    jackknife_interval,
    paired_difference_interval,
    proportion_interval,
    quantile_interval,
    ratio_error,
    value_at_risk,
    variance_parts,
    wald_interval,
    wilson_interval,
)

__all__ = [
    "coverage",
    "design_effect",
    "jackknife_interval",
    "paired_difference_interval",
    "proportion_interval",
    "quantile_interval",
    "ratio_error",
    "value_at_risk",
    "variance_parts",
    "wald_interval",
    "wilson_interval",
]
