"""Builds a contribution up: pure premium, safety margin, running costs, surplus; and what must be asked for so that
enough comes in.

Money is per beneficiary and year unless it says otherwise; numbers or arrays, for instance shape (services,). DOMAIN 3;
F and N numbers are those of GUIDE.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import special

# What care costs


def pure_premium(frequency, payment):
    """f x net, money: episodes a person-year times what is paid for one, service by service (DOMAIN 3.1, REN15 [S]).

    A frequency may itself be a product, as need x share that uses this provider (BMJ04 [S]).
    """
    return np.multiply(frequency, payment)


def capitation(use, beneficiaries, mean_cost):
    """Money a year for a provider who is paid a fixed amount a beneficiary whatever the use: use a person-year x
    beneficiaries x mean cost; a month is a twelfth (F4, N 19 [S]).
    """
    return use * beneficiaries * mean_cost


def total_claims(persons, probability, mean, variance):
    """Mean and standard deviation, money, of a year's claims of persons who each have one with this probability, of
    this mean and variance: N q m and N (q v + q (1 - q) m^2) (the individual risk model; DOMAIN V5).
    """
    return (
        persons * probability * mean,
        np.sqrt(persons * (probability * variance + probability * (1 - probability) * mean**2)),
    )


# Safety margin


def statistical_margin(level, persons, frequency, cv=0.0, cluster=1.0, correlation=0.0, common_factor_cv=0.0):
    """Safety margin, share of the pure premium, with which a year's claims are covered with probability `level`:
    z sqrt((1 + c^2)(1 + (h - 1) rho) / (N f) + v^2), normal approximation (DOMAIN 3.4 [C]).

    N persons, f Poisson episodes a person-year, c the cost's coefficient of variation; clusters of h persons with
    correlation rho; v^2 the variance of a factor of mean 1 that all share: no size removes z v.
    """
    own = (1 + np.square(cv)) * (1 + (cluster - 1) * correlation) / (np.multiply(persons, frequency))
    return special.ndtri(level) * np.sqrt(own + np.square(common_factor_cv))


def statistical_margin_fixed_cost(level, persons, probability):
    """The same for a risk that a person has once or not at all, at a fixed cost: z sqrt((1 - p) / (N p))."""
    return special.ndtri(level) * np.sqrt((1 - probability) / np.multiply(persons, probability))


def claims_for_margin(margin, level, cv=0.0):
    """Expected claims a year from which on this margin suffices with probability `level`: (z / theta)^2 (1 + c^2), the
    inverse of `statistical_margin`; 270.55 (1 + c^2) for the customary 10 % at 95 % (DOMAIN 3.4 [C]).
    """
    return (special.ndtri(level) / margin) ** 2 * (1 + np.square(cv))


def members_for_margin(margin, level, frequency):
    """The smallest number of members from which on, however many they are, the claims of a year exceed their mean by
    more than this margin with probability at most 1 - level: Poisson claims of one fixed cost, without approximation.

    `claims_for_margin` says about this by the normal law. Searched up to where Chernoff's bound of the Poisson tail,
    exp(-m ((1 + t) log(1 + t) - t)), leaves nothing to look for (Boucheron, Lugosi and Massart, Concentration
    Inequalities, 2013, 2.2).
    """
    enough = -math.log1p(-level) / ((1 + margin) * math.log1p(margin) - margin)
    members = np.arange(1, math.ceil(enough / frequency) + 1)
    allowed = np.floor((1 + margin) * members * frequency * (1 + 1e-12))
    too_few = np.flatnonzero(special.pdtrc(allowed, members * frequency) > 1 - level)
    return int(members[too_few[-1]]) + 1 if too_few.size else 1


# Running costs and surplus


def budget(lines):
    """Money a year: the sum of the budget's lines, each (quantity, price) (N 12 [S])."""
    return math.fsum(quantity * price for quantity, price in lines)


def unit_operating_cost(operating_budget, support, beneficiaries):
    """Running costs that support does not pay, per expected beneficiary (GAR10 [S])."""
    return (operating_budget - support) / beneficiaries


def surplus_for_reserve(target, years, beneficiaries):
    """What each must pay a year, so that the reserve reaches its target in so many years (DOMAIN 3.1)."""
    return target / years / beneficiaries


def loaded_on_net(risk, share):
    """Contribution if running costs are a share of pure premium and margin: risk x (1 + e) (DOMAIN 3.1)."""
    return risk * (1 + share)


def loaded_on_gross(risk, share):
    """Contribution if running costs are a share of the contribution itself: risk / (1 - e) (DOMAIN 3.1, V5)."""
    return risk / (1 - share)


class BuildUp(NamedTuple):
    """The four parts of a contribution, money."""

    pure_premium: float
    safety_margin: float
    operating_cost: float
    surplus: float

    @property
    def contribution(self):
        return sum(self)


def build_up(premium, margin, operating_cost, surplus):
    """Pure premium + safety margin (a share of it) + operating cost (money) + surplus (a share of these three)
    (DOMAIN 3.1, G1). By custom the margin is 10 % at the start, later less, as 5 % (F2 [S]).
    """
    safety = premium * margin
    return BuildUp(premium, safety, operating_cost, (premium + safety + operating_cost) * surplus)


# From what is needed to what is asked


def nominal_contribution(needed, collection_rate):
    """What must be asked so that `needed` comes in: needed / collection rate (DOMAIN 3.1)."""
    return needed / collection_rate


def break_even_contribution(benefits, running_costs, support, payers):
    """What each payer must pay so that income covers the year: (benefits + running costs - support) / payers."""
    return (benefits + running_costs - support) / payers


def break_even_rise(contribution, cost):
    """By what share use may rise until care costs as much as comes in: contribution / cost - 1 (DOMAIN V8)."""
    return contribution / cost - 1


def tiered_contribution(size, tiers, extra):
    """A household's contribution, money: each of its people pays the rate of the tier of its size; where it is larger
    than the last tier, as many as that tier holds pay the tier's rate, and everyone beyond pays `extra`.

    `tiers` are (largest size, rate a person), sizes rising (as Kisiizi's, SCHEMES case E). ValueError for no people.
    """
    if size < 1:
        raise ValueError(f"a household of {size} people pays no contribution: 1 or more")
    for largest, rate in tiers:
        if size <= largest:
            return size * rate
    return largest * rate + (size - largest) * extra


def split(amount, weights):
    """Whole parts of a whole amount in proportion to whole weights >= 0; the parts add up to the amount.

    Largest remainder (Hamilton): everyone gets the proportional part rounded down; the units left over go one each to
    the largest remainders, among equals to the first. ValueError if no weight is above 0.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(
            f"cannot split {amount} in proportion to {list(weights)}: weights are >= 0, one of them above 0"
        )
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda row: -(amount * weights[row] % total))
    for row in by_remainder[: amount - sum(parts)]:
        parts[row] += 1
    return parts


# Time


def earned_share(elapsed, period):
    """Share of a contribution that is earned when so many of the period's months (or days) have passed, 0 to 1 (E9, N 8
    [S]).
    """
    return np.clip(np.divide(elapsed, period), 0, 1)


def days_of_cover(first, last):
    """Days from one date to another, both counted."""
    return (last - first).days + 1


def deferred(amount, left, bought):
    """The part of a charge that belongs to later years, money: for what was bought and is left at the closing (F13, N 8
    [S]).
    """
    return amount * left / bought


def yearly_results(contribution, contribution_growth, cost, cost_growth, years):
    """Contribution less cost in each of so many years, money, shape (years,), each growing at its yearly rate."""
    year = np.arange(years)
    return contribution * (1 + contribution_growth) ** year - cost * (1 + cost_growth) ** year


def first_loss_year(results):
    """The first year, from 0, with a result below 0; None if there is none."""
    losses = np.flatnonzero(np.asarray(results) < 0)
    return int(losses[0]) if losses.size else None
