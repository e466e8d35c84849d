"""Builds the contribution up, service by service, without simulation: `price(scenario)` gives a `Price`; `offers`, of
several packages and contributions side by side, `Offers`.
"""

from mho_sim.tariff.offers import Offers, offers
from mho_sim.tariff.price import Price, price

__all__ = ["Offers", "Price", "offers", "price"]
