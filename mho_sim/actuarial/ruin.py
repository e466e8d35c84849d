"""Ruin in the classical model: money comes in steadily, claims at random, for ever or up to a time.

Cramer and Lundberg; Asmussen and Albrecher, Ruin Probabilities, 2nd edition, 2010 (AA). Ruin is a balance below 0;
`rate` is claims a unit of time, `premium` money a unit of time. Where the premium does not exceed the claims, ruin
within unlimited time is certain.
"""

import math

import numpy as np
from scipy import integrate, linalg, optimize

from mho_sim.actuarial.costs import WHOLE, Gamma, Table
from mho_sim.actuarial.counts import negative_binomial
from mho_sim.actuarial.lattice import POINTS, SLACK, discretised
from mho_sim.actuarial.laws import LadderHeight, Mixture
from mho_sim.actuarial.totals import first_chances

# Exponential claims


def ruin_exponential(reserve, rate, mean, premium):
    """Chance of ever being ruined, exponential claims of this mean: r e^(-(1 - r) u / mean), r = rate x mean / premium
    (AA IV.3.2).
    """
    load = rate * mean / premium
    return np.minimum(load, 1.0) * np.exp(-max(1 - load, 0.0) * np.asarray(reserve) / mean)


def ruin_exponential_by(time, reserve, rate, mean, premium):
    """Chance of being ruined by a time, exponential claims: with money in units of the mean and time so that the
    premium is 1, the chance of ever being ruined less an integral over angles (AA V.1.3).
    """
    load, u, t = rate * mean / premium, reserve / mean, time * premium / mean
    root = math.sqrt(load)

    def difference(angle):
        wave = u * root * math.sin(angle)
        decay = math.exp(2 * root * t * math.cos(angle) - (1 + load) * t + u * (root * math.cos(angle) - 1))
        return load * decay * (math.cos(wave) - math.cos(wave + 2 * angle)) / (1 + load - 2 * root * math.cos(angle))

    integral = integrate.quad(difference, 0, math.pi, epsabs=1e-15, epsrel=1e-12, limit=1_000)[0]
    return float(ruin_exponential(reserve, rate, mean, premium)) - integral / math.pi


# Phase-type claims


def ladder_entry(entry, phases, waits, premium):
    """By which phase a ladder height begins, (phases,): its sum is the chance of ruin without a reserve.

    Costs are phase-type: `entry` (phases,) where they begin, `phases` (phases, phases) the subintensities; exponential
    ones mixed have a diagonal of -1 / mean. `waits` between claims are exponential ones mixed, (share, rate) each, one
    for Poisson claims. The smallest solution of p = entry x sum of share x rate x (rate I - premium (T + t p))^-1,
    t = -T 1, by iteration (AA VI.4).
    """
    entry, phases = np.asarray(entry, dtype=float), np.asarray(phases, dtype=float)
    leaving, unit = -phases.sum(axis=1), np.eye(len(entry))
    begins = np.zeros(len(entry))
    for _ in range(100_000):
        inner = premium * (phases + np.outer(leaving, begins))
        new = sum(share * rate * np.linalg.solve((rate * unit - inner).T, entry) for share, rate in waits)
        if np.abs(new - begins).max() < 1e-16:
            return new
        begins = new
    raise ValueError("no ladder height was found: the premium does not exceed the claims, or only just")


def ruin_phase_type(reserve, entry, phases, waits, premium):
    """Chance of ever being ruined, phase-type claims (as in `ladder_entry`): p e^((T + t p) u) 1 (AA VI.2, VI.4)."""
    phases = np.asarray(phases, dtype=float)
    begins = ladder_entry(entry, phases, waits, premium)
    generator = phases - np.outer(phases.sum(axis=1), begins)
    return np.vectorize(lambda u: float(begins @ linalg.expm(generator * u).sum(axis=1)))(reserve)[()]


# Any claims


def ruin(reserve, cost, loading, step):
    """Chance of ever being ruined, any law of cost; reserves are multiples of the step, a number or an array.

    The largest loss is a geometric number of ladder heights (Beekman 1968, AA IV.2): these are discretised with their
    mean kept, and the chance of a point counts half as above it, so that the error falls with the square of the step
    (by how much is seen with half the step; `ruin_bounds` encloses). `loading` is premium / expected claims - 1, > 0.
    """
    u, ladder = _places(reserve, step), LadderHeight(cost)
    chances = _largest_loss(ladder, loading, step, u.max() + 1, "moments")
    result = 1 - np.cumsum(chances)[u] + chances[u] / 2
    return np.where(u == 0, 1 / (1 + loading), result)[()]


def ruin_bounds(reserve, cost, loading, step):
    """(low, high) that enclose the chance of ever being ruined: ladder heights taken to the point of the lattice below
    and above; reserves and loading as in `ruin` (Panjer and Willmot, Insurance Risk Models, 1992, 11.4).
    """
    u, ladder = _places(reserve, step), LadderHeight(cost)
    return tuple(
        (1 - np.cumsum(_largest_loss(ladder, loading, step, u.max() + 1, method))[u])[()]
        for method in ("lower", "upper")
    )


def _largest_loss(ladder, loading, step, size, method):
    """First chances of the largest loss on a lattice: a geometric number, of mean 1 / loading, of ladder heights."""
    if not loading > 0:
        raise ValueError(f"loading is {loading}: above 0 is allowed, for otherwise ruin is certain")
    heights = discretised(ladder, step, method=method, points=size + 1)
    return first_chances(negative_binomial(1, 1 / loading), heights.chances, size)


def _places(reserve, step):
    places = np.rint(np.divide(reserve, step)).astype(int)
    if np.min(places) < 0 or np.max(places) >= POINTS or np.abs(places - np.divide(reserve, step)).max() > SLACK * 1e3:
        raise ValueError(f"reserves are multiples of the step {step:g}, from 0 to {POINTS * step:g}")
    return places


def adjustment_coefficient(rate, cost, premium, layer=WHOLE):
    """Lundberg's coefficient R > 0 with rate x (E[e^(R Y)] - 1) = premium x R, Y what the layer pays of a cost: the
    chance of ruin is at most e^(-R u). One over money (AA IV.5; actuar's `adjCoef`).

    ValueError where there is none: the premium does not exceed the claims, or the costs have too long a tail.
    """

    def load(r):
        return rate * _growth(cost, r, layer) - premium * r

    mean = layer.share * float(cost.limited(layer.up_to) - cost.limited(layer.above))
    if not premium > rate * mean:
        raise ValueError(f"a premium of {premium:g} for claims of {rate * mean:g}: it must exceed them")
    return optimize.brentq(load, *_bracket(load, 1 / mean), xtol=1e-300, rtol=1e-14)


def _bracket(load, start):
    """(low, high), load below 0 at low, and above 0 and finite at high."""
    low, high, upper = 0.0, start, math.inf
    for _ in range(400):
        value = load(high)
        if 0 < value < math.inf:
            break
        low, upper = (high, upper) if value <= 0 else (low, high)
        high = 2 * high if upper == math.inf else (low + upper) / 2
    else:
        raise ValueError("there is no adjustment coefficient: the costs have too long a tail")
    while load(low) >= 0:  # at 0 it is 0; near it below
        low = high / 2 if low == 0 else low / 2
    return low, high


def _growth(cost, r, layer):
    """E[e^(r Y)] - 1 = e^(-s a) (I(up_to) - I(a)), s = r x share, I(x) the integral of s e^(s y) P(X > y) up to x."""
    s = r * layer.share
    inner = _tail_integral(cost, s, layer.up_to) - _tail_integral(cost, s, layer.above)
    return math.exp(-s * layer.above) * inner if inner < math.inf else math.inf


def _tail_integral(cost, s, end):
    """The integral of s e^(s y) P(X > y) from 0 to the end: E[e^(s min(X, end))] - 1."""
    if isinstance(cost, Mixture):
        return sum(share * _tail_integral(law, s, end) for share, law in zip(cost.shares, cost.laws))
    if isinstance(cost, Table):
        return float(np.dot(np.expm1(s * np.minimum(cost.amounts, end)), cost.shares))
    if end < math.inf:
        return integrate.quad(lambda y: s * math.exp(s * y) * cost.beyond(y), 0, end, epsabs=0, epsrel=1e-12)[0]
    if isinstance(cost, Gamma) and s * cost.scale < 1:
        return math.expm1(-cost.shape * math.log1p(-s * cost.scale))
    return math.inf
