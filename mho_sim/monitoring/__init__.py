"""Follows a mutual up by its register: actual against expected, what to believe next year, outstanding claims."""

from mho_sim.monitoring.experience import Experience, experience
from mho_sim.monitoring.plan import Plan
from mho_sim.monitoring.register import Register, Row, blank_register, load_register, parse_register

__all__ = [
    "Experience",
    "Plan",
    "Register",
    "Row",
    "blank_register",
    "experience",
    "load_register",
    "parse_register",
]
