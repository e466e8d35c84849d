"""mho_sim: a discrete-event actuarial simulator of mutual health organizations.

import mho_sim
scenario = mho_sim.load("scenarios/market-traders.yaml")
result = mho_sim.simulate(scenario, worlds=1000, seed=1)
result.late["probability"], result.indicators, result.monthly
"""

from importlib import import_module

_DOORS = {
    "compare": "study",
    "experience": "monitoring",
    "load": "scenario",
    "offers": "tariff",
    "plot": "report",
    "price": "tariff",
    "sensitivity": "study",
    "simulate": "study",
    "solve": "study",
    "sweep": "sweeps",
}
__all__ = list(_DOORS)


def lazily(package, rooms):
    """The `__getattr__` of a package, for names of its modules that are imported where they are first asked for:
    `rooms` says in which module each is.
    """

    def open_one(name):
        if name in rooms:
            return getattr(import_module(f"{package}.{rooms[name]}"), name)
        raise AttributeError(f"{package} has no {name!r}; it has {', '.join(rooms)}")

    return open_one


__getattr__ = lazily(__name__, _DOORS)  # importing the package costs nothing
