"""Builds the contribution up, service by service, without simulation: `price(scenario)` gives a `Price`."""

from mho_sim.tariff.price import Price, price

__all__ = ["Price", "price"]
