"""How much a year's payments of a pool of so many people vary, and the safety margin that this asks for.

Episodes are Poisson numbers (but a birth happens once or not, chronic illness every month), payments follow the
benefit, those that are referred come with whom they are referred from. The factors of people and those that all share
in a year are gamma; one person's factors rise together, those that all share are independent (MODEL.md, sections 4, 6).
Conditional cumulants: total cumulance, order 3 [derivation ours, standard collective risk theory].
"""

import math
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import special

from mho_sim.actuarial.costs import Gamma
from mho_sim.actuarial.margins import (
    CLASSES,
    comonotone,
    cumulants,
    normal_margin,
    np_margin,
    raw_moments,
    smallest_pool,
)


class Pool(NamedTuple):
    """Payments of a year, by powers of the number of people N: mean `mean` N; variance `own` N + `shared` N²; third
    central moment `third` · (N, N², N³); money a person.
    """

    mean: float
    own: float
    shared: float
    third: tuple[float, float, float]

    def sd(self, persons):
        """Standard deviation, money, of what so many people cost in a year."""
        return math.sqrt(self.own * persons + self.shared * persons**2)

    def skewness(self, persons):
        """The skewness of the same."""
        sd = self.sd(persons)
        return sum(part * persons**power for power, part in enumerate(self.third, 1)) / sd**3 if sd else 0.0

    def margin(self, level, persons, law="normal"):
        """Safety margin, share of the pure premium, with which a year is covered with this probability."""
        mean, sd = self.mean * persons, self.sd(persons)
        if law == "normal":
            return float(normal_margin(level, mean, sd))
        return float(np_margin(level, mean, sd, self.skewness(persons)))

    def persons_for(self, margin, level, law="normal"):
        """The smallest number of people for whom this margin suffices; None where no number does, because what all
        share asks for more.
        """
        floor = special.ndtri(level) * math.sqrt(self.shared) / self.mean
        if margin <= 0 or floor >= margin:
            return None
        return smallest_pool(lambda persons: self.margin(level, persons, law) <= margin)


def pool(care, index):
    """The variation of the payments of the people whom `care` is for, prices being at `index`."""
    kinds = kinds_that_cost(care, index)
    cells = care.people.shares.shape
    parts = [np.broadcast_to(_of_person(care, kind, index), (3, *cells)) for kind in kinds]
    parts = np.array(parts).reshape(len(kinds), 3, care.people.shares.size)
    weights = care.people.shares.ravel()
    personal, shared = np.array([factors_of(care, kind) for kind in kinds]).reshape(-1, 2).T
    factors = comonotone(Gamma, personal)
    pairs = factors @ factors.T / CLASSES - 1
    return _total(parts, weights, factors - 1, pairs, shared)


def kinds_that_cost(care, index):
    """The kinds that come about by themselves and of which, or of what is referred from them, anything is paid."""
    return [kind for kind in care.roots if _of_person(care, kind, index)[0].any()]


def factors_of(care, kind):
    """The variances of the factors of a kind: of people, and of what all share in a year."""
    illness = care.scenario.setting.illness[kind]
    if illness.need is None:
        return 0.0, 0.0
    return tuple(float(care.of(kind, key, getattr(illness, key))) for key in ("frailty", "community"))


def _of_person(care, kind, index):
    """Cumulants, (3, cells), of what a person costs in a year by a kind and what is referred from it, factors being 1;
    of a Poisson number of episodes they are its mean times the raw moments of one.
    """
    illness, episode, need = care.scenario.setting.illness[kind], care.cluster(kind, index), care.need(kind)
    if illness.chronic is not None:
        share = need / 12
        year = 12 * cumulants(episode)
        return cumulants(share * raw_moments(year))
    if illness.rate == "births":
        return cumulants(need * episode)
    return need * episode


def _total(parts, weights, deviations, pairs, shared):
    """The pool, from the cumulants of people by kind, (kinds, 3, cells), and the laws of the factors."""
    a, b, c = parts[:, 0], parts[:, 1], parts[:, 2]
    mean_a, mean_b, mean_c = a @ weights, b @ weights, c @ weights
    both = pairs * np.einsum("ip,jp,p->ij", a, a, weights)  # covariance of what a person costs by two kinds
    mixed = pairs * np.einsum("ip,jp,p->ij", a, b, weights)
    thirds = np.einsum("iq,jq,kq->ijk", deviations, deviations, deviations, optimize=True) / CLASSES
    triple = thirds * np.einsum("ip,jp,kp,p->ijk", a, a, a, weights, optimize=True)
    two, three = _moments(shared, 2), _moments(shared, 3)
    own = mean_b.sum() + (both * two).sum()
    first = mean_c.sum() + 3 * (mixed * two).sum() + (triple * three).sum()
    second = 3 * ((shared * mean_a * mean_b).sum() + np.einsum("k,ij,ijk->", mean_a, both, three - two[:, :, None]))
    third = (2 * shared**2 * mean_a**3).sum()
    return Pool(
        float(mean_a.sum()), float(own), float((shared * mean_a**2).sum()), tuple(map(float, (first, second, third)))
    )


def _moments(variances, order):
    """E of products of so many independent gamma factors of mean 1, by kinds: of one 1, 1 + v, (1 + v)(1 + 2 v)."""
    table = np.ones((len(variances),) * order)
    for kinds in product(range(len(variances)), repeat=order):
        for kind in set(kinds):
            for power in range(kinds.count(kind)):
                table[kinds] *= 1 + power * variances[kind]
    return table
