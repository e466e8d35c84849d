"""mho_sim: a discrete-event actuarial simulator of mutual health organizations.

import mho_sim
scenario = mho_sim.load("scenarios/market-traders.yaml")
result = mho_sim.simulate(scenario, worlds=1000, seed=1)
result.late["probability"], result.indicators, result.monthly
"""

from mho_sim.doors import lazily

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
__getattr__ = lazily(__name__, _DOORS)  # importing the package costs nothing
