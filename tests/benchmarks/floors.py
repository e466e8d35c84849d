"""Floors under the engine's time: the variates of one world are drawn, keyed, each with its transform, and nothing
else.

`scalar` draws them one by one with the product's own functions. `passes` draws them in short loops that the compiler
can vectorize, with logarithm and exponential written out (fdlibm's form; relative error below 1e-15) instead of the C
library's: what a processor can do at best.
"""

import math

import numpy as np

from mho_sim.compiled import kernel, rule
from mho_sim.draws import exponential, gamma_class, lognormal_money, uniforms
from mho_sim.rules import days_late

BLOCK = 1024


@kernel
def scalar(world, seed, people, places, episodes, bills, decisions, on_time, mean_days_late, log_mean, log_sd):
    """One world, draw by draw: first and later episodes with their marks, bills, frailties, deaths, births,
    payments.
    """
    total = 0.0
    for kind in range(len(episodes)):
        for i in range(people[kind]):
            u, _ = uniforms(i, 0, np.uint32(kind), world, seed)
            total += exponential(u)
        for i in range(episodes[kind]):
            u, mark = uniforms(i, 1, np.uint32(kind), world, seed)
            total += exponential(u) + mark
        for i in range(bills[kind]):
            u, _ = uniforms(i, 2, np.uint32(kind), world, seed)
            total += lognormal_money(u, log_mean, log_sd)
    for i in range(places[0]):
        u, _ = uniforms(i, 3, np.uint32(0), world, seed)
        total += gamma_class(u)
    for i in range(places[1]):
        u, _ = uniforms(i, 4, np.uint32(0), world, seed)
        total += exponential(u)
    for i in range(places[2]):
        u, v = uniforms(i, 5, np.uint32(0), world, seed)
        total += u + v
    for i in range(decisions):
        u, _ = uniforms(i, 6, np.uint32(0), world, seed)
        total += days_late(u, on_time, mean_days_late)
    return total


@rule
def _log(x):
    """Natural logarithm of a positive normal number."""
    i = np.float64(x).view(np.int64) + (0x3FF0000000000000 - 0x3FE6A09E667F3BCD)
    k = np.float64((i >> 52) - 1023)
    f = np.int64((i & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
    r = even + z * (6.666666666666735130e-01 + w * odd)
    half = 0.5 * f * f
    return k * 6.93147180369123816490e-01 - ((half - (s * (half + r) + k * 1.90821492927058770002e-10)) - f)


@rule
def _exp(x):
    """Exponential for |x| below 700."""
    k = np.floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    p = 1.0 / 479001600.0
    for n in (39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0):
        p = p * r + 1.0 / n
    return p * np.int64((np.int64(k) + 1023) << 52).view(np.float64)


@rule
def _normal(u):
    """AS241 with all three branches computed and one chosen, so that a loop over it can be vectorized."""
    # fmt: off
    q = u - 0.5
    r = 0.180625 - q * q
    above = (((((((2.5090809287301226727e+3 * r + 3.3430575583588128105e+4) * r + 6.7265770927008700853e+4
           ) * r + 4.5921953931549871457e+4) * r + 1.3731693765509461125e+4) * r + 1.9715909503065514427e+3
           ) * r + 1.3314166789178437745e+2) * r + 3.3871328727963666080e+0) * q
    below = (((((((5.2264952788528545610e+3 * r + 2.8729085735721942674e+4) * r + 3.9307895800092710610e+4
           ) * r + 2.1213794301586595867e+4) * r + 5.3941960214247511077e+3) * r + 6.8718700749205790830e+2
           ) * r + 4.2313330701600911252e+1) * r + 1.0)
    tail = math.sqrt(-_log(min(u, 1.0 - u)))
    near, far = tail - 1.6, tail - 5.0
    mid_above = (((((((7.74545014278341407640e-4 * near + 2.27238449892691845833e-2) * near + 2.41780725177450611770e-1
           ) * near + 1.27045825245236838258e+0) * near + 3.64784832476320460504e+0) * near + 5.76949722146069140550e+0
           ) * near + 4.63033784615654529590e+0) * near + 1.42343711074968357734e+0)
    mid_below = (((((((1.05075007164441684324e-9 * near + 5.47593808499534494600e-4) * near + 1.51986665636164571966e-2
           ) * near + 1.48103976427480074590e-1) * near + 6.89767334985100004550e-1) * near + 1.67638483018380384940e+0
           ) * near + 2.05319162663775882187e+0) * near + 1.0)
    far_above = (((((((2.01033439929228813265e-7 * far + 2.71155556874348757815e-5) * far + 1.24266094738807843860e-3
           ) * far + 2.65321895265761230930e-2) * far + 2.96560571828504891230e-1) * far + 1.78482653991729133580e+0
           ) * far + 5.46378491116411436990e+0) * far + 6.65790464350110377720e+0)
    far_below = (((((((2.04426310338993978564e-15 * far + 1.42151175831644588870e-7) * far + 1.84631831751005468180e-5
           ) * far + 7.86869131145613259100e-4) * far + 1.48753612908506148525e-2) * far + 1.36929880922735805310e-1
           ) * far + 5.99832206555887937690e-1) * far + 1.0)
    x = mid_above / mid_below if tail <= 5.0 else far_above / far_below
    return above / below if abs(q) <= 0.425 else (-x if q < 0.0 else x)
    # fmt: on


@kernel
def _pass(kind_of_draw, number, which, index, world, seed, u, v, log_mean, log_sd, share, mean):
    """`number` draws in blocks: uniforms, then their transform, each in a loop of its own. Returns a sum."""
    total = 0.0
    for first in range(0, number, len(u)):
        n = min(len(u), number - first)
        for i in range(n):
            u[i], v[i] = uniforms(first + i, index, which, world, seed)
        if kind_of_draw == 0:
            for i in range(n):
                u[i] = -_log(u[i])
        elif kind_of_draw == 1:
            for i in range(n):
                u[i] = log_mean + log_sd * _normal(u[i])
            for i in range(n):
                u[i] = np.floor(_exp(u[i]) + 0.5)
        elif kind_of_draw == 2:
            for i in range(n):
                u[i] = 0.0 if u[i] < share else np.floor(-mean * _log((1.0 - u[i]) / (1.0 - share))) + 1.0
        for i in range(n):
            total += u[i] + v[i]
    return total


def passes(world, seed, people, places, episodes, bills, decisions, on_time, mean_days_late, log_mean, log_sd, scratch):
    """The same draws as `scalar`, pass by pass; `scratch` is two arrays of BLOCK numbers."""
    todo = [(0, people[k], k, 0) for k in range(len(episodes))] + [(0, episodes[k], k, 1) for k in range(len(episodes))]
    todo += [(1, bills[k], k, 2) for k in range(len(episodes))]
    todo += [(3, places[0], 0, 3), (0, places[1], 0, 4), (3, places[2], 0, 5), (2, decisions, 0, 6)]
    shared = (world, seed, *scratch, log_mean, log_sd, on_time, mean_days_late)
    return sum(_pass(sort, int(n), np.uint32(which), index, *shared) for sort, n, which, index in todo if n)
