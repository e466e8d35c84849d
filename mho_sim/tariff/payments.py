"""What the mutual pays for an episode, as points with weights: amounts of a table as they are, other laws of the bill
by Gauss quadrature.
"""

import math

import numpy as np
from scipy import special

from mho_sim.actuarial.costs import Table
from mho_sim.actuarial.nodes import gauss
from mho_sim.tariff.services import layer_of

LIMIT = 8.0  # standard deviations, beyond which no bill is looked at: a chance of 1e-15
CENTS = 100  # parts of a unit of money in which amounts are compared


def _paid_of_bill(law, layer, scale, per_deviation):
    """What a layer pays of a bill `scale` x X: points and weights."""
    if isinstance(law, Table):
        bills = scale * np.array(law.amounts)
        return layer.share * np.maximum(np.minimum(bills, layer.up_to) - layer.above, 0), np.array(law.shares)
    most = layer.share * (layer.up_to - layer.above) if layer.up_to < math.inf else 0.0
    nothing, all_of_it = float(law.below(layer.above / scale)), float(law.beyond(layer.up_to / scale))
    between = 1 - nothing - all_of_it
    if layer.share == 0 or between < 1e-15:
        return np.array([0.0, most if layer.share else 0.0]), np.array([1 - all_of_it, all_of_it])
    low, high = (min(max(special.ndtri(level), -LIMIT), LIMIT) for level in (nothing, nothing + between))
    panels = math.ceil(high - low)
    roots, sizes = special.roots_legendre(per_deviation)
    scores = low + (high - low) * (np.arange(panels)[:, None] + (roots + 1) / 2).ravel() / panels
    weights = np.tile(sizes, panels) * np.exp(-(scores**2) / 2)
    bills = scale * law.quantile(special.ndtr(scores))
    paid = layer.share * np.clip(bills - layer.above, 0, layer.up_to - layer.above)
    return np.append(paid, [0.0, most]), np.append(weights * between / weights.sum(), [nothing, all_of_it])


class Payment:
    """What the mutual pays for an episode of a kind that it pays for: parts of (chance, what it pays of the bill, cash
    for the days), the last two points with weights.
    """

    def __init__(self, care, kind, index, fine):
        law, benefit, cost = care.law(kind), care.benefits[kind], care.scenario.setting.illness[kind].cost
        self.parts, self.listed = [], isinstance(law, Table) or benefit.lump_sum is not None
        prices = (index, np.full(len(index), 1 / len(index)))
        if not self.listed:
            prices = gauss(*prices, fine.prices)
        for chance, days, cash in _stays(care, kind):
            points, weights = [], []
            for share, dearness, class_ in care.places(kind):
                scale = cost.covered_share * dearness
                for (part, of_days), (price, of_months) in _pairs(days, prices):
                    weight = share * of_days * of_months
                    if benefit.lump_sum is not None or scale * price * part == 0:
                        paid = np.array([float(benefit.lump_sum or 0.0)]), np.ones(1)
                    else:
                        paid = _paid_of_bill(law, layer_of(benefit, class_), scale * price * part, fine.bills)
                    points.append(paid[0])
                    weights.append(weight * paid[1])
            self.parts.append((chance, (np.concatenate(points), np.concatenate(weights)), cash))

    def transform(self, s, beyond=0.0):
        """E[e^(s Y)] - 1; what is paid of the dearest bills, this share of them, counts as the least of these."""
        return sum(
            chance * (_mean(*(_cut(*bill, beyond) if beyond else bill), s) * _mean(*cash, s) - 1)
            for chance, bill, cash in self.parts
        )

    @property
    def amounts(self):
        """What can be paid."""
        return {a + b for _, (bills, _), (cash, _) in self.parts for a in set(bills) for b in set(cash)}


def _cut(points, weights, beyond):
    """Points of which the largest, which have this weight together, are moved to the least of them."""
    order = np.argsort(-points)
    last = np.searchsorted(np.cumsum(weights[order]), beyond)
    return np.minimum(points, points[order][min(last, len(points) - 1)]), weights


def _mean(points, weights, s):
    """E[e^(s Y)] of points with weights."""
    some = weights > 0
    return np.exp(np.multiply.outer(s, points[some])) @ weights[some]


def _pairs(first, second):
    return [(one, other) for one in zip(*first) for other in zip(*second)]


def _stays(care, kind):
    """(chance, parts of the bill that are paid for with their shares, cash with its shares) of stays whose bill is
    paid for whole, and of those that are too long.
    """
    chances, parts, cash = care.stays(kind)
    found = []
    for which in (parts == 1, parts < 1):
        chance = chances[which].sum()
        if chance > 0:
            shares = chances[which] / chance
            days = (np.ones(1), np.ones(1)) if (parts[which] == 1).all() else gauss(parts[which], shares, 8)
            money = cash[which] if len(set(cash[which])) > 1 else cash[which][:1]
            found.append((chance, days, (money, shares if len(money) > 1 else np.ones(1))))
    return found


def unit_of(payments):
    """The largest amount of which all payments are multiples; None if some are not of a table of amounts."""
    if not all(payment.listed for payment in payments):
        return None
    amounts = [CENTS * amount for payment in payments for amount in payment.amounts]
    whole = np.rint(amounts)
    if np.abs(whole - amounts).max() > 1e-6 or not whole.any():
        return None
    return math.gcd(*map(int, whole)) / CENTS
