"""Tells: what a study found, on one page, and one future as a story, in the field's words."""

from mho_sim.report.page import run_text
from mho_sim.report.story import story

__all__ = ["run_text", "story"]
