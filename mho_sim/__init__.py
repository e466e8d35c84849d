"""mho_sim: a discrete-event actuarial simulator of mutual health organizations.

import mho_sim
scenario = mho_sim.load("scenarios/market-traders.yaml")
result = mho_sim.simulate(scenario, worlds=1000, seed=1)
result.late["probability"], result.indicators, result.monthly
"""

from importlib import import_module

_DOORS = {
    "experience": "monitoring",
    "load": "scenario",
    "plot": "report",
    "price": "tariff",
    "sensitivity": "study",
    "simulate": "study",
    "solve": "study",
}
__all__ = list(_DOORS)


def __getattr__(name):
    """Open a door only when somebody knocks: importing the package costs nothing."""
    if name in _DOORS:
        return getattr(import_module(f"mho_sim.{_DOORS[name]}"), name)
    raise AttributeError(f"mho_sim has no {name!r}; it has {', '.join(_DOORS)}")
