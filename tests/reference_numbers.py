"""Chance and arithmetic of the reference model: its own logarithm, its own Philox, and the laws that turn one uniform
number into a variate. The numbers in brackets are the sections of mho_sim/MODEL.md.

What the page says is *set up* uses Python's `math`; everything else uses `log` and `exp` below.
"""

import hashlib
import math
import struct
from functools import cache, reduce
from math import floor
from operator import add
from statistics import NormalDist

from scipy.special import betaincinv, gammainc, gammaincinv

EVERY_WORLD = 2**32 - 1  # the world of what is drawn once for all worlds


def left_to_right(numbers):
    """The sum in the order given: Python's own `sum` of floats is more exact, and so another number."""
    return reduce(add, numbers)


def half_up(amount, share):
    """A share of an amount of money, in millionths, half a unit rounded up."""
    return (amount * round(share * 1_000_000) + 500_000) // 1_000_000


# ---- [10] log and exp ------------------------------------------------------------------------------------------------

LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
BELOW_ONE = 0x3FE6A09E667F3BCD  # the square root of a half, as the bits of a double
ONE = 0x3FF0000000000000


def bits(x):
    """The 64 bits of a double as a signed integer."""
    return struct.unpack("<q", struct.pack("<d", x))[0]


def double(i):
    """The double with these 64 bits."""
    return struct.unpack("<d", struct.pack("<q", i))[0]


def log(x):
    """The natural logarithm of a positive number."""
    i = bits(x) + (ONE - BELOW_ONE)
    k = (i >> 52) - 1023
    f = double((i & 0x000FFFFFFFFFFFFF) + BELOW_ONE) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860510658591e-01)
    r = even + z * (6.666666666666735130e-01 + w * odd)
    half = 0.5 * f * f
    return k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)


def exp(x):
    """The exponential function, of -700 to 700."""
    x = min(max(x, -700.0), 700.0)
    k = floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    p = 1.0 / 479001600.0
    for n in (39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0):
        p = p * r + 1.0 / n
    return p * double((k + 1023) << 52)


# ---- [3] draws -------------------------------------------------------------------------------------------------------


def philox(counter, key):
    """Four random words of 32 bits: Philox 4x32-10 of four counter words and two key words."""
    a, b, c, d = counter
    key0, key1 = key
    for _ in range(10):
        left, right = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (right >> 32) ^ b ^ key0, right % 2**32, (left >> 32) ^ d ^ key1, left % 2**32
        key0, key1 = (key0 + 0x9E3779B9) % 2**32, (key1 + 0xBB67AE85) % 2**32
    return a, b, c, d


@cache
def decision_word(name):
    """The number of a decision: the first four bytes of the SHA-256 of its name."""
    return int.from_bytes(hashlib.sha256(name.encode("utf-8")).digest()[:4], "big")


def draw(seed, world, entity, decision, index=0):
    """The two uniforms, between 0 and 1, of a decision about an entity."""
    counter = entity, index % 2**32, decision_word(decision), world
    a, b, c, d = philox(counter, (seed % 2**32, seed // 2**32))
    return ((a >> 6) * 2**26 + (b >> 6) + 0.5) / 2**52, ((c >> 6) * 2**26 + (d >> 6) + 0.5) / 2**52


def exponential(u):
    """An exponential variate of mean 1."""
    return -log(u)


# Wichura's AS241, PPND16: numerators and denominators of the middle, of the tails and of the far tails.
MIDDLE = (
    (
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ),
)
TAIL = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)
FAR_TAIL = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        2.96560571828504891230e-1,
        1.78482653991729133580e0,
        5.46378491116411436990e0,
        6.65790464350110377720e0,
    ),
    (
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        1.36929880922735805310e-1,
        5.99832206555887937690e-1,
        1.0,
    ),
)


def polynomial(coefficients, x):
    """Horner's rule, the highest power first."""
    return reduce(lambda value, coefficient: value * x + coefficient, coefficients)


def normal(u):
    """A standard normal variate."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return polynomial(MIDDLE[0], r) * q / polynomial(MIDDLE[1], r)
    r = math.sqrt(-log(u if q <= 0 else 1.0 - u))
    (above, below), r = (TAIL, r - 1.6) if r <= 5 else (FAR_TAIL, r - 5.0)
    x = polynomial(above, r) / polynomial(below, r)
    return -x if q < 0 else x


def lognormal(u, mean, cv):
    """A lognormal variate of that mean and coefficient of variation."""
    if mean == 0 or cv == 0:
        return mean
    s2 = math.log(1 + cv * cv)  # set up
    a, b = math.log(mean) - s2 / 2, math.sqrt(s2)
    return exp(a + b * normal(u))


@cache
def gamma_classes(variance):
    """The means of 4,096 equally probable classes of a gamma variable of mean 1."""
    shape = 1 / variance
    edges = gammaincinv(shape, [k / 4096 for k in range(4097)])
    below = [float(x) for x in gammainc(shape + 1, edges)]  # the part of the mean that lies below each edge
    return [round((below[k + 1] - below[k]) * 4096, 9) for k in range(4096)]


def gamma_factor(u, variance):
    """A factor of mean 1 and that variance."""
    return gamma_classes(variance)[floor(u * 4096)] if variance > 0 else 1.0


def scaled(shares):
    """Shares that add up to 1."""
    total = left_to_right(shares)
    return [share / total for share in shares]


def choice(u, shares):
    """Which of some shares a uniform falls in: the first whose cumulative share is above it, or the last."""
    cumulative = 0.0
    for position, share in enumerate(scaled(shares)):
        cumulative += share
        if cumulative > u:
            return position
    return len(shares) - 1


def days_of_stay(u, mean):
    """A whole number of days, at least one, with that mean."""
    if mean == 1:
        return 1
    c = math.log(1 - 1 / mean)  # set up
    return min(1 + floor(log(u) / c), 366)


# ---- [3] ranges ------------------------------------------------------------------------------------------------------


def value_in_range(u, span, least, most):
    """The value of an unknown number: what a uniform gives between its low and high, all of it set up."""
    low, best, high = span.low, span.best, span.high
    if span.law == "uniform":
        value = low + u * (high - low)
    elif span.law == "pert":
        a, b = 1 + 4 * (best - low) / (high - low), 1 + 4 * (high - best) / (high - low)
        value = low + (high - low) * float(betaincinv(a, b, u))
    else:
        middle = (math.log(low) + math.log(high)) / 2
        spread = (math.log(high) - math.log(low)) / (2 * 1.6448536269514722)
        value = math.exp(middle + spread * NormalDist().inv_cdf(u))
    return min(max(value, least), most)


def need_from(used, seek):
    """Episodes of need of which a share `seek` gives so many visits."""
    if used == 0:
        return 0.0
    return 1000.0 if seek == 0 else min(used / seek, 1000.0)


def one_over(ratio):
    """The share of those in need who go uninsured, if all do who are insured, so many times as often."""
    return 1.0 / ratio


def largest_remainder(shares, total):
    """Whole numbers that add up to a total, as near as can be to shares of it; who is earlier comes first."""
    millionths = [round(share * 1_000_000) for share in shares]
    parts = [divmod(total * one, sum(millionths)) for one in millionths]
    counts, remainders = [count for count, _ in parts], [remainder for _, remainder in parts]
    while sum(counts) < total:
        winner = remainders.index(max(remainders))
        counts[winner], remainders[winner] = counts[winner] + 1, -1
    return counts
