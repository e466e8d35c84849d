"""Which of many unknown numbers matter: shares of a figure's variance, and what it would be worth to know one."""

import numpy as np
from scipy import special

from mho_sim.actuarial.estimates import GROUPS, jackknife_groups, jackknife_interval

BINS = 5  # of equally likely values of a number; assumed
SHUFFLES = 200  # to see what is found of a number that tells nothing; assumed


def variance_indices(of_a, of_b, of_mixed):
    """First-order and total shares of a figure's variance, (numbers,) each.

    `of_a` and `of_b`, (n,), are the figure at two independent samples of all numbers; `of_mixed`, (numbers, n), at the
    first sample with one of the numbers taken from the second. First-order after Saltelli et al., Computer Physics
    Communications 181, 2010, table 2 (b); total after Jansen, Computer Physics Communications 117, 1999. The first is
    the share that would go, on average, if the number were known; the second the share that would stay if all the
    others were. NaN where the figure does not vary.
    """
    both = np.concatenate((of_a, of_b))
    variance = both.var()
    if not variance > 0:
        return np.full((2, len(of_mixed)), np.nan)
    first = ((of_b - both.mean()) * (of_mixed - of_a)).mean(axis=1) / variance
    total = ((of_a - of_mixed) ** 2).mean(axis=1) / (2 * variance)
    return np.stack((first, total))


def variance_index_intervals(of_a, of_b, of_mixed, confidence=0.95):
    """The same with their intervals: (estimates, low, high), (3, 2, numbers); a delete-a-group jackknife over the
    sample. NaN where it is too small.
    """
    whole, n = variance_indices(of_a, of_b, of_mixed), len(of_a)
    ends = np.full((2, *whole.shape), np.nan)
    if n >= 2 * GROUPS:
        group = jackknife_groups(n)
        left_out = np.array(
            [
                variance_indices(of_a[keep], of_b[keep], of_mixed[:, keep])
                for keep in group != np.arange(GROUPS)[:, None]
            ]
        )
        for i in np.ndindex(whole.shape):
            found = jackknife_interval(left_out[(slice(None), *i)], whole[i], confidence)
            ends[(slice(None), *i)] = (np.nan, np.nan) if found is None else found
    return np.concatenate((whole[None], ends))


def tail_mean(losses, level):
    """Mean of the worst share `1 - level` of the losses, (n,): tail value at risk; part of one loss counts in part."""
    losses, worst = np.sort(losses)[::-1], (1 - level) * len(losses)
    whole = int(worst)
    part = losses[whole] * (worst - whole) if whole < len(losses) else 0.0
    return (losses[:whole].sum() + part) / worst


def value_of_knowing(marks, losses, level=0.95, generator=None, numbers=1):
    """(value, noise): by how much the mean of the worst `1 - level` of the losses, (n,), would be lower on average if a
    number were known, and what the largest of so many `numbers` that tell nothing stays below 95 times in 100 (normal
    law, Bonferroni).

    Expected value of partial perfect information for whoever holds an amount against the loss, where what is short
    costs 1 / (1 - level) times what is held (Rockafellar and Uryasev, Journal of Risk 2, 2000: the least expected cost
    is the tail mean). `marks`, (n,), are the number's uniforms, taken in 5 equal classes; what shuffled marks find on
    average is taken off, so that the value is 0 on average for a number that tells nothing.
    """
    losses = np.asarray(losses, dtype=float)[np.argsort(marks, kind="stable")]
    generator = generator or np.random.default_rng(0)
    whole = tail_mean(losses, level)

    def found(ordered):
        parts = np.array_split(ordered, BINS)
        return whole - sum(tail_mean(part, level) * len(part) for part in parts) / len(ordered)

    by_chance = [found(generator.permutation(losses)) for _ in range(SHUFFLES)]
    mean = float(np.mean(by_chance))
    return float(found(losses) - mean), float(special.ndtri(1 - 0.05 / numbers) * np.std(by_chance, ddof=1))
