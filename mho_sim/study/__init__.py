"""Repeats: many worlds of a scenario, on several threads, always with the Monte-Carlo error beside the answer.

Results do not depend on the number of threads, on the size of a batch, or on the order in which batches end.
"""

from mho_sim.study.comparing import compare
from mho_sim.study.comparison import Comparison, Verdict
from mho_sim.study.exact import Exact, exactly
from mho_sim.study.fund import NotClosed
from mho_sim.study.outcome import Outcome, world_digest
from mho_sim.study.outstanding import outstanding_checked
from mho_sim.study.repeating import measured, planned, processors, simulate
from mho_sim.study.result import Result
from mho_sim.study.searching import Unsolved
from mho_sim.study.sensitivity import Sensitivity, runs, sensitivity
from mho_sim.study.solved import Solved
from mho_sim.study.solving import solve
from mho_sim.study.watching import Watch, watch

__all__ = [
    "Comparison",
    "Exact",
    "NotClosed",
    "Outcome",
    "Result",
    "Sensitivity",
    "Solved",
    "Unsolved",
    "Verdict",
    "Watch",
    "compare",
    "exactly",
    "measured",
    "outstanding_checked",
    "planned",
    "processors",
    "runs",
    "sensitivity",
    "simulate",
    "solve",
    "watch",
    "world_digest",
]
