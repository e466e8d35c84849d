"""A fund's trouble within a finite time, exactly: contributions on given days, claims between them.

Between two contributions the balance only falls, so a fund that is solvent at the end of each stretch, before the next
contribution, was so all the time. A balance of exactly 0 is solvent; contributions due on a day are booked before the
claims of that day. Laws of claims are `lattice.Lattice`, all of one step; contributions and reserve are any amounts.
"""

import math
from fractions import Fraction

import numpy as np
from scipy import signal

from mho_sim.actuarial.counts import poisson
from mho_sim.actuarial.lattice import SLACK
from mho_sim.actuarial.totals import compound, first_chances

LARGEST = 1e15  # amounts of money that are looked at in search of one that suffices


def trouble_by_date(reserve, contributions, claims, spread=False):
    """P(the balance was ever below 0) by the end of each stretch, shape (stretches,).

    `contributions` are booked at the beginning of each stretch, `claims` the laws of what the stretches cost. Exact
    recursion on the chances of the claims so far while there was no trouble. `spread`: a point of the lattice stands
    for the amounts half a step around it, evenly, as of a law made discrete by `moments`: then the error falls with the
    square of the step, wherever the balance lies between the points.
    """
    if len(contributions) != len(claims):
        raise ValueError(f"{len(contributions)} contributions for {len(claims)} stretches: one for each is needed")
    received, alive, result = reserve + np.cumsum(contributions), np.ones(1), []
    for income, claim in zip(received, claims):
        affordable = math.floor(income / claim.step + SLACK) + 1 if income >= 0 else 0  # points, 0 among them
        if affordable == 0:
            alive = np.zeros(1)
        alive = np.maximum(signal.convolve(alive, claim.chances)[: max(affordable, 1) + spread], 0.0)
        if spread:
            alive[1:] *= np.clip(income / claim.step + 0.5 - np.arange(1, len(alive)), 0.0, 1.0)  # 0 stays 0
        result.append(1 - alive.sum())
    return np.maximum(result, 0.0)


def in_arrears(contributions):
    """The same contributions booked at the end of each stretch, as amounts at the beginnings: nothing at first."""
    return [0.0, *contributions[:-1]]


def poisson_claims(lengths, rate, severity):
    """Laws of the claims of stretches of these lengths, years, at a Poisson rate of claims a year; a list."""
    laws = {length: compound(poisson(rate * length), severity) for length in set(lengths)}
    return [laws[length] for length in lengths]


def dated_contributions(amounts, days, horizon):
    """(contributions, lengths) of the stretches between dated contributions, up to a horizon; all in one unit of time.

    Contributions of one day add up; those due before 0 or at the horizon and later are refused with a ValueError, for
    they belong to the reserve, or to no stretch.
    """
    if min(days, default=0) < 0 or max(days, default=0) >= horizon:
        raise ValueError(f"contributions on days from 0 to below {horizon} are allowed, not on {list(days)}")
    starts = sorted({0, *days})
    sums = [math.fsum(amount for amount, day in zip(amounts, days) if day == start) for start in starts]
    return sums, np.diff([*starts, horizon]).tolist()


def reserve_needed(target, contributions, claims, unit=1, spread=False):
    """The smallest opening reserve, a whole number of units of money, with which the trouble by the end of the last
    stretch is at most `target`; ValueError if none is. `spread` as of `trouble_by_date`.
    """
    return unit * _smallest(lambda n: trouble_by_date(n * unit, contributions, claims, spread)[-1] <= target, unit)


def contribution_needed(target, reserve, payers, claims, unit=1):
    """The smallest contribution, a whole number of units of money, with which the trouble by the end of the last
    stretch is at most `target`; `payers` pay it at the beginning of each stretch, shape (stretches,). ValueError if
    none is.
    """
    payers = np.asarray(payers, dtype=float)
    return unit * _smallest(lambda n: trouble_by_date(reserve, n * unit * payers, claims)[-1] <= target, unit)


def _smallest(suffices, unit):
    """The smallest whole number >= 0 that suffices, by doubling and halving; if one does, so do all larger ones."""
    high = 1
    while not suffices(high):
        high *= 2
        if high * unit > LARGEST:
            raise ValueError("no amount of money suffices: the target cannot be reached")
    low = -1 if high == 1 else high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


# Contributions that come in all the time


def trouble_with_steady_income(time, reserve, income, rate, severity):
    """P(the balance is ever below 0 by this time) if money comes in steadily: income a unit of time, Poisson claims.

    Costs on a lattice with no chance at 0. The balance is above 0 at the end unless the claims are too high; of these
    paths those had trouble that passed 0 from below for the last time at v = (k step - reserve) / income, and stayed
    above since, with the chance of the ballot theorem, E[(1 - S / (income x time))+] (Takacs, Combinatorial Methods in
    the Theory of Stochastic Processes, 1967; Picard and Lefevre, Scandinavian Actuarial Journal 1997). ValueError for
    costs of 0.
    """
    if severity.chances[0] > 0:
        raise ValueError("costs of 0 are left out of the claims, and their rate is lower by as much")
    step = severity.step
    last = math.floor((reserve + income * time) / step + SLACK)  # the claims that can be paid in the end
    points = np.arange(math.floor(reserve / step + SLACK) + 1, last + 1)
    moments_of_zero = (points * step - reserve) / income
    trouble = 1 - _claims(rate * time, severity, last).sum()
    for point, moment in zip(points, moments_of_zero):
        passing = _claims(rate * moment, severity, point)[point]
        trouble += passing * _never_below(time - moment, income, rate, severity)
    return trouble


def _claims(mean, severity, last):
    """Chances of the claims 0 to `last` steps of a Poisson number of this mean."""
    return first_chances(poisson(mean), severity.chances, last + 1)


def _never_below(time, income, rate, severity):
    """P(S(s) < income x s for all s up to the time), from no reserve."""
    if time <= 0:
        return 1.0
    chances = _claims(rate * time, severity, math.floor(income * time / severity.step + SLACK))
    left = 1 - severity.step * np.arange(len(chances)) / (income * time)
    return float(np.dot(chances, np.maximum(left, 0.0)))


# Claims and money in time


def unpaid_claims(rate, time, delay):
    """Expected claims incurred and not yet paid at a time after the start: rate x E[min(D, time)] for a delay D of any
    law of `costs`, in the same unit of time (the M/G/infinity queue).
    """
    return rate * delay.limited(time)


def paid_claims(rate, time, delay):
    """Expected claims paid by a time after the start: rate x (time - E[min(D, time)])."""
    return rate * (time - delay.limited(time))


def present_value(flow, force, years):
    """Value today of a steady flow of money a year for so many years: flow x (1 - e^(-d t)) / d, d the force of
    interest (log(1 + i) for a yearly rate i).
    """
    return flow * (years if force == 0 else -math.expm1(-force * years) / force)


def mean_balance(reserve, flow, force, years):
    """Mean balance after so many years of a reserve, and of a steady mean flow of income less claims, at interest."""
    return math.exp(force * years) * (reserve + present_value(flow, force, years))


ROUNDINGS = {"half_up": lambda x: math.floor(x + Fraction(1, 2)), "half_even": round, "down": math.floor}


def rounded_balances(opening, rate, added, periods, rounding="half_up"):
    """The balance after each of so many periods, whole units of money: interest on what was there, rounded to the unit
    (`half_up`, as the engine does, `half_even` or `down`), then what is added. The rate is an exact `Fraction`.
    ValueError for another rounding.
    """
    if rounding not in ROUNDINGS:
        raise ValueError(f"rounding {rounding!r}: {', '.join(ROUNDINGS)} are allowed")
    balances = [opening]
    for _ in range(periods):
        balances.append(balances[-1] + ROUNDINGS[rounding](balances[-1] * Fraction(rate)) + added)
    return balances[1:]
