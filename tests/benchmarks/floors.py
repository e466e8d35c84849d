"""Floors under the engine's time: the variates of one world are drawn, keyed, each with its transform, and nothing
else.

`scalar` draws them one by one. `passes` draws them in short loops that the compiler vectorizes: what a processor can
do at best. Both use the product's own functions.
"""

import numpy as np

from mho_sim.compiled import kernel
from mho_sim.draws import exp, exponential, gamma_class, log, normal, uniforms
from mho_sim.rules import days_late

BLOCK = 1024
SORTS = ("marks", "wait", "factor", "lognormal", "exponential", "gamma", "late")
MARKS, WAIT, FACTOR, LOGNORMAL, EXPONENTIAL, GAMMA, LATE = range(len(SORTS))

DRAWN = np.dtype(
    [
        ("sort", "i8"),  # what is made of the first uniform of a block
        ("number", "i8"),  # how many blocks of two uniforms
        ("a", "f8"),  # of the transform: mean of the logarithm, mean, share on time
        ("b", "f8"),  # its standard deviation, mean days late
        ("never", "f8"),
        ("days_scale", "f8"),  # the second uniform gives the days of a stay, if not 0
    ]
)


def drawn(sort, number, a=0.0, b=0.0, never=0.0, days_scale=0.0):
    """A DRAWN record: so many variates of a sort."""
    return SORTS.index(sort), round(number), a, b, never, days_scale


@kernel
def scalar(world, seed, plan):
    """One world, draw by draw; `plan` is an array of DRAWN records. Returns a sum."""
    total = 0.0
    for j in range(len(plan)):
        which, sort, a, b = np.uint32(j), plan[j].sort, plan[j].a, plan[j].b
        for i in range(plan[j].number):
            u, v = uniforms(i, 0, which, world, seed)
            if sort == WAIT:
                u = exponential(u)
            elif sort == FACTOR:
                u = np.float64(gamma_class(u))
            elif sort == LOGNORMAL:
                u = np.floor(exp(a + b * normal(u)) + 0.5)
            elif sort == EXPONENTIAL:
                u = np.floor(a * exponential(1.0 - u) + 0.5)
            elif sort == GAMMA:
                u = a * gamma_class(u)
            elif sort == LATE:
                u = np.float64(days_late(u, a, plan[j].never, b))
            if plan[j].days_scale != 0.0:
                v = 1.0 + np.floor(log(v) / plan[j].days_scale)
            total += u + v
    return total


@kernel
def passes(world, seed, plan, u, v):
    """The same draws in blocks: uniforms, then their transform, each in a loop of its own; u and v, (BLOCK,), are
    scratch. Returns a sum.
    """
    total = 0.0
    for j in range(len(plan)):
        which, sort, a, b = np.uint32(j), plan[j].sort, plan[j].a, plan[j].b
        days_scale, never = plan[j].days_scale, plan[j].never
        for first in range(0, plan[j].number, BLOCK):
            n = min(BLOCK, plan[j].number - first)
            for i in range(n):
                u[i], v[i] = uniforms(first + i, 0, which, world, seed)
            if sort == WAIT:
                for i in range(n):
                    u[i] = exponential(u[i])
            elif sort == FACTOR:
                for i in range(n):
                    u[i] = np.float64(gamma_class(u[i]))
            elif sort == LOGNORMAL:
                for i in range(n):
                    u[i] = np.floor(exp(a + b * normal(u[i])) + 0.5)
            elif sort == EXPONENTIAL:
                for i in range(n):
                    u[i] = np.floor(a * exponential(1.0 - u[i]) + 0.5)
            elif sort == GAMMA:
                for i in range(n):
                    u[i] = a * gamma_class(u[i])
            elif sort == LATE:
                for i in range(n):
                    u[i] = np.float64(days_late(u[i], a, never, b))
            if days_scale != 0.0:
                for i in range(n):
                    v[i] = 1.0 + np.floor(log(v[i]) / days_scale)
            for i in range(n):
                total += u[i] + v[i]
    return total
