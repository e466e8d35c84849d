"""Turns plain functions into machine code, once per version of the sources."""

from mho_sim.compiled.kept import is_cold, kernel, part, rule
from mho_sim.compiled.lent import apart, lend

__all__ = ["apart", "is_cold", "kernel", "lend", "part", "rule"]
