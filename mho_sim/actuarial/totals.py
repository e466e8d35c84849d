"""Laws of a total: compound laws on a lattice by FFT and by Panjer's recursion, sums of persons, and approximations.

Gruebel and Hermesmeier, Computation of compound distributions I, ASTIN Bulletin 29, 1999 (aliasing and exponential
tilting); Panjer, ASTIN Bulletin 12, 1981; Loss Models, chapter 9.
"""

import math

import numpy as np
from scipy import fft, signal, special

from mho_sim.actuarial.counts import compound_moments
from mho_sim.actuarial.lattice import POINTS, SLACK, Lattice, moments

TILT = 32.0  # the wrap-around of a chance is at most e^-32 = 1.3e-14
TAIL = 1e-11  # of a compound law that is left out beyond its last point


def first_chances(number, chances, size):
    """P(S = 0, 1, ..., size - 1 steps) for S a total of a number (`counts`) of amounts with these chances, (size,).

    The chances are tilted by e^(-t k), transformed with zeros up to 4 x size, and tilted back, t = 32 / (4 x size).
    What wraps around adds to no chance more than e^-32 x P(S >= 4 x size steps); rounding adds about 1e-13 (e^8 x the
    precision of the transform). Gruebel and Hermesmeier 1999.
    """
    length = fft.next_fast_len(4 * size, real=True)
    tilt = np.exp(-TILT / length * np.arange(size))
    kept = np.zeros(size)
    kept[: len(chances)] = chances[:size]
    transformed = number.generating(fft.rfft(kept * tilt, length))
    return np.maximum(fft.irfft(transformed, length)[:size] / tilt, 0.0)


def compound(number, severity, tail=TAIL):
    """The law of a total of a number (`counts`) of amounts on a lattice, on that lattice.

    So many points that the chance of more is at most `tail`. ValueError if that takes too many.
    """
    first = compound_moments(number.moments, moments(severity))
    size = max(len(severity.chances), math.ceil((first.mean + 8 * first.sd) / severity.step) + 2)
    while size <= POINTS:
        chances = first_chances(number, severity.chances, size)
        if 1 - chances.sum() <= tail:
            return Lattice(severity.step, chances)
        size *= 2
    raise ValueError(f"the total needs more than {POINTS:,} points of {severity.step:g}: take a larger step")


def panjer(number, severity, size):
    """The same chances P(S = 0, ..., size - 1 steps), as a lattice, by Panjer's recursion for numbers of the (a, b, 0)
    class; slower, with no wrap-around: the check on `compound`. ValueError for another number, or a P(S = 0) that is
    too small for a floating-point number.
    """
    if number.recursion is None:
        raise ValueError("Panjer's recursion is for Poisson, binomial and negative binomial numbers")
    a, b = number.recursion
    f = severity.chances
    g = np.zeros(size)
    g[0] = number.generating(f[0])
    if g[0] < 1e-300:
        raise ValueError(f"P(no cost at all) is {g[0]:g}, too small to start Panjer's recursion: use compound")
    for k in range(1, size):
        j = np.arange(1, min(k, len(f) - 1) + 1)
        g[k] = np.dot((a + b * j / k) * f[j], g[k - j]) / (1 - a * f[0])
    return Lattice(severity.step, g)


def total_of_persons(persons):
    """The law of what a list of groups of persons cost (the individual risk model), on a lattice: each group is (how
    many, chance of an episode in the year, what it then costs, a `Lattice`); all of one step. Loss Models 9.11.
    """
    steps = {severity.step for _, _, severity in persons}
    if len(steps) != 1:
        raise ValueError(f"persons on lattices of steps {sorted(steps)}: one step is allowed")
    size = 1 + sum(many * (len(severity.chances) - 1) for many, _, severity in persons)
    if size > POINTS:
        raise ValueError(f"the total needs {size:,} points, the most is {POINTS:,}: take a larger step")
    length = fft.next_fast_len(size, real=True)
    transformed = math.prod(
        (1 - chance + chance * fft.rfft(severity.chances, length)) ** many for many, chance, severity in persons
    )
    return Lattice(steps.pop(), np.maximum(fft.irfft(transformed, length)[:size], 0.0))


def sum_of(first, second):
    """The law of the sum of two independent totals on lattices of one step. ValueError for two steps."""
    if first.step != second.step:
        raise ValueError(f"totals on lattices of steps {first.step:g} and {second.step:g}: one step is allowed")
    return Lattice(first.step, np.maximum(signal.convolve(first.chances, second.chances), 0.0))


def cut_at(law, ceiling):
    """The law of min(S, ceiling), a multiple of the step: a total whose payment has a yearly ceiling."""
    last = round(ceiling / law.step)
    if abs(last * law.step - ceiling) > SLACK * law.step:
        raise ValueError(f"a ceiling of {ceiling:g} on a lattice of step {law.step:g}: a multiple of it is allowed")
    if last >= len(law.chances) - 1:
        return law
    return Lattice(law.step, np.append(law.chances[:last], law.chances[last:].sum()))


# Approximations by moments (for lognormal and gamma ones: `Lognormal(mean, sd / mean)`, `Gamma(mean, sd / mean)`)


def normal_quantile(total, level):
    """Value at risk of a total of these moments, money, normal approximation: mean + z sd."""
    return total.mean + special.ndtri(level) * total.sd


def normal_beyond(total, x):
    """P(S > x), normal approximation."""
    return special.ndtr((total.mean - np.asarray(x)) / total.sd)


def normal_power_quantile(total, level):
    """Value at risk of a total of these moments, money, normal-power approximation (NP2): mean + sd (z + g / 6 x
    (z^2 - 1)), g the skewness (Kauppi and Ojantakanen, ASTIN Bulletin 5, 1969; Daykin, Pentikainen and Pesonen 1994).
    """
    z = special.ndtri(level)
    return total.mean + total.sd * (z + total.skewness / 6 * (z**2 - 1))


def normal_power_below(total, x):
    """P(S <= x), normal-power approximation: the normal law at -3 / g + sqrt(9 / g^2 + 1 + 6 / g x (x - mean) / sd);
    for x above the mean, and g > 0 (the normal law for g = 0).
    """
    z, g = (np.asarray(x) - total.mean) / total.sd, total.skewness
    return special.ndtr(z if g == 0 else np.sqrt(9 / g**2 + 1 + 6 / g * z) - 3 / g)
