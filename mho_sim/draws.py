"""Draws: the uniform numbers of a named decision, and one variate from one uniform.

A draw is keyed, never streamed: Philox 4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1,
2, 3", SC 2011) on (entity, index, decision, world) under the seed. One block gives two uniforms. Every variate is the
inverse of one uniform and monotone in it, so that dearer is dearer path by path.
"""

import hashlib
import math
from functools import lru_cache

import numpy as np
from scipy import special

from mho_sim.compiled import kernel, rule

SHARED = np.uint32(2**32 - 1)  # the "world" of what is drawn once for all worlds
GAMMA_CLASSES = 4096
LARGEST_BILL = 10**12


def decision(name):
    """The 32-bit number of a decision: the first four bytes of the SHA-256 of its name."""
    return np.uint32(int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big"))


@rule
def philox(entity, index, which, world, seed):
    """One Philox 4x32-10 block: four 32-bit words for the counter (entity, index, which, world) under a 64-bit seed."""
    c0, c1, c2, c3 = np.uint32(entity), np.uint32(index), np.uint32(which), np.uint32(world)
    k0, k1 = np.uint32(seed), np.uint32(np.uint64(seed) >> np.uint64(32))
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * np.uint64(c0)
        p1 = np.uint64(0xCD9E8D57) * np.uint64(c2)
        c0, c1, c2, c3 = (
            np.uint32(np.uint32(p1 >> np.uint64(32)) ^ c1 ^ k0),
            np.uint32(p1),
            np.uint32(np.uint32(p0 >> np.uint64(32)) ^ c3 ^ k1),
            np.uint32(p0),
        )
        k0 = np.uint32(k0 + np.uint32(0x9E3779B9))
        k1 = np.uint32(k1 + np.uint32(0xBB67AE85))
    return c0, c1, c2, c3


@rule
def _uniform(high, low):
    """A uniform in (0, 1) from two words: 52 bits and a half, never 0 and never 1."""
    return (
        np.float64(np.uint32(high) >> np.uint32(6)) * 67108864.0 + np.float64(np.uint32(low) >> np.uint32(6)) + 0.5
    ) / 4503599627370496.0


@rule
def uniforms(entity, index, which, world, seed):
    """The two uniforms in (0, 1) of one named draw."""
    a, b, c, d = philox(entity, index, which, world, seed)
    return _uniform(a, b), _uniform(c, d)


@kernel
def _fill(drawn, entities, indices, which, world, seed):
    for i in range(len(entities)):
        drawn[0, i], drawn[1, i] = uniforms(entities[i], indices[i], which, world, seed)


def uniform_columns(entities, indices, which, world, seed):
    """The two uniforms of each of many draws of one decision, shape (2, len(entities))."""
    drawn = np.empty((2, len(entities)))
    _fill(
        drawn, np.asarray(entities, np.int64), np.asarray(indices, np.int64), which, np.uint32(world), np.uint64(seed)
    )
    return drawn


@rule
def log(x):
    """Natural logarithm of a positive normal number, relative error about 2e-16 (fdlibm's form); the same bits on
    every processor, and fit for loops that the compiler vectorizes.
    """
    i = np.float64(x).view(np.int64) + (0x3FF0000000000000 - 0x3FE6A09E667F3BCD)
    k = np.float64((i >> 52) - 1023)
    f = np.int64((i & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860510658591e-01)
    r = even + z * (6.666666666666735130e-01 + w * odd)
    half = 0.5 * f * f
    return k * 6.93147180369123816490e-01 - ((half - (s * (half + r) + k * 1.90821492927058770002e-10)) - f)


@rule
def exp(x):
    """Exponential, the argument cut to -700 ... 700, relative error about 1e-14; the same bits on every processor."""
    x = min(max(x, -700.0), 700.0)
    k = np.floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    p = 1.0 / 479001600.0
    for n in (39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0):
        p = p * r + 1.0 / n
    return p * np.int64((np.int64(k) + 1023) << 52).view(np.float64)


@rule
def exponential(u):
    """Exp(1) variate, falling in u."""
    return -log(u)


@rule
def normal(u):
    """Standard normal variate by AS241 (PPND16), relative error about 1e-16 (Wichura, Applied Statistics 37, 1988).
    All three branches are computed and one is chosen, so that a loop over it can be vectorized.
    """
    # fmt: off
    q = u - 0.5
    r = 0.180625 - q * q
    above = (((((((2.5090809287301226727e+3 * r + 3.3430575583588128105e+4) * r + 6.7265770927008700853e+4
           ) * r + 4.5921953931549871457e+4) * r + 1.3731693765509461125e+4) * r + 1.9715909503065514427e+3
           ) * r + 1.3314166789178437745e+2) * r + 3.3871328727963666080e+0) * q
    below = (((((((5.2264952788528545610e+3 * r + 2.8729085735721942674e+4) * r + 3.9307895800092710610e+4
           ) * r + 2.1213794301586595867e+4) * r + 5.3941960214247511077e+3) * r + 6.8718700749205790830e+2
           ) * r + 4.2313330701600911252e+1) * r + 1.0)
    tail = math.sqrt(-log(min(u, 1.0 - u)))
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


def lognormal_parameters(mean, cv):
    """Mean and standard deviation of the logarithm, from the mean (> 0) and the coefficient of variation."""
    variance = math.log(1 + cv * cv)
    return math.log(mean) - variance / 2, math.sqrt(variance)


@lru_cache(maxsize=64)
def gamma_classes(variance):
    """The 4,096 equally likely values of a gamma factor of mean 1: each class's conditional mean, ascending, shape
    (4096,).

    With shape a = 1 / variance, E[X; X < q] = P(a + 1, a q), P the regularized lower incomplete gamma function. The
    mean is exactly 1; of the variance at most 0.1 % is lost for variances up to 4 (tests/test_draws.py).
    """
    if variance == 0:
        return np.ones(GAMMA_CLASSES)
    shape = 1 / variance
    limits = special.gammaincinv(shape, np.arange(GAMMA_CLASSES) / GAMMA_CLASSES)
    below = np.append(special.gammainc(shape + 1, limits), 1.0)
    return np.round(np.diff(below) * GAMMA_CLASSES, 9)


@rule
def gamma_class(u):
    """The class, 0 to 4,095, in which a uniform falls."""
    return np.int64(u * GAMMA_CLASSES)
