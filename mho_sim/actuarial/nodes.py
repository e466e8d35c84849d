"""Points with weights that stand for a law: Gauss quadrature of laws on points, of gamma factors and of their classes.

Golub and Welsch, Calculation of Gauss quadrature rules, Mathematics of Computation 23, 1969 [R].
"""

import math
from functools import cache
from itertools import pairwise

import numpy as np

from mho_sim.actuarial.costs import Gamma
from mho_sim.actuarial.margins import CLASSES, comonotone

MOST_NODES = 240  # of a law
NEVER = 1e-16  # chance of a node below which it is left out


def gauss(points, weights, number):
    """So many points with weights, or fewer, that have the moments of these, to order 2 x number - 1: Gauss quadrature
    of a law on points (Lanczos' algorithm; Golub and Welsch 1969).
    """
    points, weights = np.asarray(points, dtype=float), np.asarray(weights, dtype=float)
    total, scale = weights.sum(), max(np.abs(points).max(), 1e-300)
    x, basis, diagonal, beside = points / scale, np.zeros((number, len(points))), [], []
    basis[0] = np.sqrt(weights / total)
    for step in range(number):
        rest = x * basis[step]
        diagonal.append(float(basis[step] @ rest))
        for _ in range(2):  # twice, so that the basis stays orthogonal
            rest = rest - (basis[: step + 1] @ rest) @ basis[: step + 1]
        size = float(np.linalg.norm(rest))
        if step + 1 == number or size < 1e-12:
            break
        beside.append(size)
        basis[step + 1] = rest / size
    nodes, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return scale * nodes, total * vectors[0] ** 2


@cache
def gamma_nodes(variance, number):
    """Nodes and weights of Gauss quadrature for a gamma factor of mean 1 (Laguerre's polynomials)."""
    if variance == 0:
        return np.ones(1), np.ones(1)
    order = np.arange(number)
    beside = np.sqrt(order[1:] * variance * (1 + (order[1:] - 1) * variance))
    matrix = np.diag(1 + 2 * variance * order) + np.diag(beside, 1) + np.diag(beside, -1)
    nodes, vectors = np.linalg.eigh(matrix)
    weights = vectors[0] ** 2
    some = weights > NEVER
    return nodes[some], weights[some] / weights[some].sum()


@cache
def classes_of_people(variances, number, block):
    """Nodes, (variances, nodes), and weights that stand for the classes of a person's gamma factors: so many if they
    have one variance, else `block` for each block of classes.
    """
    classes = comonotone(Gamma, variances)
    different = {variance: row for variance, row in zip(variances, classes) if variance > 0}
    if len(different) <= 1:
        (row,) = different.values() or [np.ones(CLASSES)]
        nodes, weights = gauss(row, np.full(CLASSES, 1 / CLASSES), number)
        return np.array([nodes if variance > 0 else np.ones(len(nodes)) for variance in variances]), weights
    places, weights = _places(block)
    return np.array([_class_means(variance, places) for variance in variances]), weights


def _places(number):
    """Places among the classes, numbers from 0, not whole, and weights: sums over blocks that double from both
    ends, each by Gauss quadrature of as many nodes.
    """
    ends = [0, *(2**power for power in range(12))]
    places, weights = [], []
    for first, beyond in pairwise(ends):
        nodes, sizes = gauss(np.arange(beyond - first), np.full(beyond - first, 1 / CLASSES), number)
        places += [first + nodes, CLASSES - 1 - first - nodes]
        weights += [sizes, sizes]
    return np.concatenate(places), np.concatenate(weights)


def _class_means(variance, places):
    """Means of a gamma factor over one class, which begins at these places, whole or not."""
    if variance == 0:
        return np.ones(len(places))
    law = Gamma(1.0, math.sqrt(variance))

    def up_to(share):
        quantile = law.quantile(np.minimum(share, 1 - 1e-16))
        return np.where(share >= 1 - 1e-13, 1.0, law.limited(quantile) - quantile * law.beyond(quantile))

    return CLASSES * (up_to((places + 1) / CLASSES) - up_to(np.maximum(places, 0) / CLASSES))


def enough(ratio, small):
    """How many nodes, 4 at least, with which an error that falls as ratio^(2 x nodes) is small."""
    return min(max(math.ceil(math.log(small) / (2 * math.log(min(max(ratio, 1e-9), 1 - 1e-9)))), 4), MOST_NODES)
