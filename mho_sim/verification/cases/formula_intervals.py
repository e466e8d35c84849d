"""Intervals of what is simulated, by formula."""

import numpy as np

from mho_sim.actuarial import coverage, proportion_interval, quantile_interval, wald_interval, wilson_interval
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_rows

INTERVALS = Chapter(
    "intervals",
    "How sure is an answer? Intervals by formula",
    "Every answer of the program stands beside its interval. One that is called 95 % must hold the truth so often; "
    "the plain normal one, which many programs print, holds it four times in five where ruin is rare.",
)


@INTERVALS.case(
    "Intervals of a chance, and of a quantile",
    rows=(
        "zero_ruins_upper95_n1000",
        "zero_ruins_upper95_n10000",
        "cp_low_37_1000",
        "wilson_low_37_1000",
        "wilson_high_37_1000",
        "quantile_ci_low_rank_99_n2000",
        "quantile_ci_high_rank_99_n2000",
    ),
)
def intervals():
    """37 worlds of 1,000 in ruin; none of 1,000 or 10,000; and the ranks between which the 99 % quantile of 2,000
    worlds lies. A one-sided bound at 95 % is the upper end of an interval at 90 %.
    """
    low, high = quantile_interval(np.arange(1, 2_001), 0.99)
    wilson = wilson_interval(37, 1_000)
    return judge_rows(
        {
            "zero_ruins_upper95_n1000": proportion_interval(0, 1_000, 0.9)[1],
            "zero_ruins_upper95_n10000": proportion_interval(0, 10_000, 0.9)[1],
            "cp_low_37_1000": proportion_interval(37, 1_000)[0],
            "wilson_low_37_1000": wilson[0],
            "wilson_high_37_1000": wilson[1],
            "quantile_ci_low_rank_99_n2000": low,
            "quantile_ci_high_rank_99_n2000": high,
        }
    )


@INTERVALS.case(
    "How often a 95 % interval holds the truth",
    rows=[f"coverage_{way}_p0.01_n300" for way in ("clopper_pearson", "wilson", "wald")],
)
def coverage_of_intervals():
    """For a chance of 1 in 100 and 300 worlds, the exact sum over all numbers of events. Clopper and Pearson's, which
    the program prints, holds it more often than it promises; Wilson's nearly as often; the plain normal one too seldom.
    """
    ways = {"clopper_pearson": proportion_interval, "wilson": wilson_interval, "wald": wald_interval}
    return judge_rows({f"coverage_{name}_p0.01_n300": coverage(way, 0.01, 300) for name, way in ways.items()})
