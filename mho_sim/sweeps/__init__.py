"""Studies: one scenario at many points, lived by many workers, kept in one file that any sitting can go on with.

The figures of a point are those that `simulate` gives for the same scenario, worlds and seed, wherever they were lived.
"""

from mho_sim.sweeps.agreeing import Changed
from mho_sim.sweeps.locking import Busy
from mho_sim.sweeps.plan import Plan, Point, Worlds
from mho_sim.sweeps.reading import Study, expanded
from mho_sim.sweeps.store import Damaged, Foreign
from mho_sim.sweeps.sweeping import NoRoom, Progress, live_study, sweep
from mho_sim.sweeps.workers import Cluster, Gone, Processes, Threads, executor_for
from mho_sim.sweeps.written import read_plan

__all__ = [
    "Busy",
    "Changed",
    "Cluster",
    "Damaged",
    "Foreign",
    "Gone",
    "NoRoom",
    "Plan",
    "Point",
    "Processes",
    "Progress",
    "Study",
    "Threads",
    "Worlds",
    "executor_for",
    "expanded",
    "live_study",
    "read_plan",
    "sweep",
]
