"""Lets tests import the reference model and the scenario generator that lie beside them; leaves out the `full` tests
unless `-m` speaks of them.
"""

import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what runs in the background: no test would
    signal.signal(signal.SIGINT, signal.default_int_handler)  # see that a program can be interrupted


def pytest_collection_modifyitems(config, items):
    """Skip what is marked `full` in an ordinary run: `pytest -m full` runs it."""
    if "full" in config.getoption("markexpr"):
        return
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(pytest.mark.skip(reason="part of the whole statistical suite: pytest -m full"))


def pytest_terminal_summary(terminalreporter):
    """Print what tests counted (`record_property`), whichever process they ran in."""
    counted = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        counted.update(report.user_properties)
    for name, value in counted.items():
        terminalreporter.write_line(f"{name}: {value}")
