"""What a fund passes on, and what it pays for that: quota share, excess of loss, stop-loss; loadings.

Loss Models 8.4 to 8.6 and 9.3; Daykin, Pentikainen and Pesonen, Practical Risk Theory for Actuaries, 1994, chapter 4.
Layers are those of `costs`, totals are `lattice.Lattice`.
"""

import math

from mho_sim.actuarial import lattice
from mho_sim.actuarial.costs import Layer, expected_payment


def quota_share(kept):
    """(kept, ceded) layers of a bill if this share of each, 0 to 1, is kept. ValueError otherwise."""
    if not 0 <= kept <= 1:
        raise ValueError(f"a kept share of {kept}: 0 to 1 is allowed")
    return Layer(kept), Layer(1 - kept)


def excess_of_loss(retention, limit=math.inf):
    """(kept, ceded) layers of a bill if of each the part above the retention is ceded, `limit` at most; what is above
    both stays with the fund, and is in neither. ValueError for amounts below 0.
    """
    if retention < 0 or limit < 0:
        raise ValueError(f"a retention of {retention} and a limit of {limit}: 0 or more is allowed")
    return Layer(up_to=retention), Layer(above=retention, up_to=retention + limit)


def layer_premium(claims, cost, layer, loading=0.0):
    """What a layer of each bill costs a year, money: expected claims x E[what it pays] x (1 + loading)."""
    return (1 + loading) * claims * expected_payment(cost, layer)


def stop_loss_premium(total, retention, limit=math.inf, loading=0.0):
    """What the part of a year's total above the retention costs, `limit` at most, money: E[min((S - d)+, l)] x
    (1 + loading).
    """
    beyond = 0.0 if limit == math.inf else lattice.stop_loss(total, retention + limit)
    return (1 + loading) * float(lattice.stop_loss(total, retention) - beyond)


def kept_of_total(total, retention):
    """E[min(S, d)], money: what the fund pays itself of a year's total under a stop-loss cover."""
    return lattice.moments(total).mean - float(lattice.stop_loss(total, retention))


def dividend(total, threshold):
    """E[(d - S)+], money: what is given back of a total that stays below a threshold."""
    return threshold - kept_of_total(total, threshold)


# Loadings: how a premium is made of the moments of a total


def expected_value_premium(total, loading):
    """(1 + a) E[S]."""
    return (1 + loading) * total.mean


def variance_premium(total, loading):
    """E[S] + a Var S; a is one over money."""
    return total.mean + loading * total.variance


def standard_deviation_premium(total, loading):
    """E[S] + a sd S."""
    return total.mean + loading * total.sd


def net_premium(premium, claims, cost, ceded, loading):
    """What is left of a premium when the ceded layer, with the reinsurer's loading, is paid."""
    return premium - layer_premium(claims, cost, ceded, loading)
