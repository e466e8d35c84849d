"""The only place where time passes: processes on a clock, and walks over households, that ask the rules and post in
the ledger.
"""

from mho_sim.engine.batch import Batch, Prepared, live_batch
from mho_sim.engine.clock import Calendar, Clock, Part

__all__ = ["Batch", "Calendar", "Clock", "Part", "Prepared", "live_batch"]
