"""Says what can be written in a scenario file, and reads it: `load` and `parse` give a checked, frozen `Scenario`."""

from mho_sim.scenario.doubts import lost_a_year
from mho_sim.scenario.durations import Days, Duration, add_months, dates_of
from mho_sim.scenario.explained import explained
from mho_sim.scenario.faults import Fault, ScenarioError
from mho_sim.scenario.loading import load, parse, place_of
from mho_sim.scenario.models import Scenario
from mho_sim.scenario.options import Change, options_of
from mho_sim.scenario.schema import schema
from mho_sim.scenario.unknowns import Range, Unknown

__all__ = [
    "Change",
    "Days",
    "Duration",
    "Fault",
    "Range",
    "Scenario",
    "ScenarioError",
    "Unknown",
    "add_months",
    "dates_of",
    "explained",
    "load",
    "lost_a_year",
    "options_of",
    "parse",
    "place_of",
    "schema",
]
