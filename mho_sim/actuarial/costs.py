"""Laws of what an episode costs, and what a benefit pays of it: limited expected values, layers, limits on numbers.

A law has `mean`, `limited(u, power)` = E[min(X, u)^power], `beyond(x)` = P(X > x), `below(x)` = P(X <= x) and
`quantile(level)`. Its arguments are numbers or arrays, money >= 0, infinity included; results have their shape.
Formulas: Klugman, Panjer and Willmot, Loss Models, chapters 5 and 8, appendix A [R]; DOMAIN 3.1.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import integrate, special

# Laws of cost


@dataclass(frozen=True)
class Lognormal:
    """Cost whose logarithm is normal: mean, money > 0, and coefficient of variation > 0. ValueError otherwise."""

    mean: float
    cv: float

    def __post_init__(self):
        _positive(self)

    @classmethod
    def of_median(cls, median, sigma):
        """The law with this median and this standard deviation of the logarithm."""
        return cls(median * math.exp(sigma**2 / 2), math.sqrt(math.expm1(sigma**2)))

    @property
    def sigma(self):
        """Standard deviation of the logarithm."""
        return math.sqrt(math.log1p(self.cv**2))

    @property
    def mu(self):
        """Mean of the logarithm."""
        return math.log(self.mean) - self.sigma**2 / 2

    def limited(self, u, power=1):
        inside = special.ndtr(self._standard(u) - power * self.sigma)
        return math.exp(power * self.mu + (power * self.sigma) ** 2 / 2) * inside + _cut(u, power, self.beyond(u))

    def beyond(self, x):
        return special.ndtr(-self._standard(x))

    def below(self, x):
        return special.ndtr(self._standard(x))

    def quantile(self, level):
        return np.exp(self.mu + self.sigma * special.ndtri(level))

    def _standard(self, x):
        with np.errstate(divide="ignore"):  # the logarithm of 0 is minus infinity, as it should be
            return (np.log(x) - self.mu) / self.sigma


@dataclass(frozen=True)
class Gamma:
    """Gamma cost: mean, money > 0, and coefficient of variation > 0; its shape is 1 / cv^2. ValueError otherwise."""

    mean: float
    cv: float

    def __post_init__(self):
        _positive(self)

    @property
    def shape(self):
        return self.cv**-2

    @property
    def scale(self):
        return self.mean * self.cv**2

    def limited(self, u, power=1):
        moment = self.scale**power * special.poch(self.shape, power)
        return moment * special.gammainc(self.shape + power, u / self.scale) + _cut(u, power, self.beyond(u))

    def beyond(self, x):
        return special.gammaincc(self.shape, x / self.scale)

    def below(self, x):
        return special.gammainc(self.shape, x / self.scale)

    def quantile(self, level):
        return self.scale * special.gammaincinv(self.shape, level)


def exponential(mean):
    """Exponential cost, mean in money: the gamma law of coefficient of variation 1."""
    return Gamma(mean, 1.0)


@dataclass(frozen=True)
class Table:
    """Cost that takes a few amounts, money >= 0, in rising order, each with its share; the shares sum to 1.
    ValueError otherwise.
    """

    amounts: tuple[float, ...]
    shares: tuple[float, ...]

    def __post_init__(self):
        if not self.amounts or len(self.amounts) != len(self.shares):
            raise ValueError(
                f"a table of costs needs one share for each amount: "
                f"{len(self.amounts)} amounts, {len(self.shares)} shares"
            )
        if min(self.amounts) < 0 or np.any(np.diff(self.amounts) <= 0):
            raise ValueError("the amounts of a table of costs are >= 0 and rise")
        if min(self.shares) < 0 or abs(math.fsum(self.shares) - 1) > 1e-9:
            raise ValueError(f"the shares of a table of costs sum to 1, not to {math.fsum(self.shares):.10g}")

    @property
    def mean(self):
        return self.limited(math.inf)

    def limited(self, u, power=1):
        return np.minimum(self.amounts, np.asarray(u)[..., None]) ** power @ self.shares

    def beyond(self, x):
        return (np.asarray(x)[..., None] < self.amounts) @ self.shares

    def below(self, x):
        return (np.asarray(x)[..., None] >= self.amounts) @ self.shares

    def quantile(self, level):
        """The smallest amount x with P(X <= x) >= level."""
        row = np.searchsorted(np.cumsum(self.shares), np.asarray(level) - 1e-12)  # sums of shares are rounded
        return np.asarray(self.amounts)[np.minimum(row, len(self.amounts) - 1)]


def fixed(amount):
    """A cost that is always the same."""
    return Table((amount,), (1.0,))


def mean_of(cost, function, edges=()):
    """E[function(X)]: a sum for a table, else by quadrature between `edges`, where the function has a kink."""
    if isinstance(cost, Table):
        return float(np.dot(cost.shares, [function(amount) for amount in cost.amounts]))
    ends = [0.0, *sorted(float(cost.below(edge)) for edge in edges), 1.0]
    return math.fsum(
        integrate.quad(lambda u: function(cost.quantile(u)), *piece, limit=200)[0] for piece in pairwise(ends)
    )


def excess(cost, deductible):
    """E[max(X - d, 0)], money: what lies above a deductible d."""
    return cost.mean - cost.limited(deductible)


# What a benefit pays of a bill


class Layer(NamedTuple):
    """A benefit pays this share of the part of a bill between `above` and `up_to`, both money."""

    share: float = 1.0
    above: float = 0.0
    up_to: float = math.inf


WHOLE = Layer()  # the whole bill


def benefit(*steps):
    """The layer that a benefit pays, from its steps in the order in which they are applied to the bill:
    ("deductible", money) or, the same, ("fixed_copay", money); ("copay", share that the patient pays); ("ceiling",
    money). A step may come twice.

    Whatever the order, the result pays one share of one layer: each step cuts from what the steps before it left.
    Raises ValueError for another step or a number out of range. DOMAIN 3.1: "state the ORDER".
    """
    share, above, up_to = 1.0, 0.0, math.inf
    for step, number in steps:
        if not 0 <= number <= (1 if step == "copay" else math.inf):
            raise ValueError(f"{step} is {number}: {'0 to 1' if step == 'copay' else '0 or more'} is allowed")
        if step in ("deductible", "fixed_copay"):
            above += number / share
        elif step == "copay":
            share *= 1 - number
        elif step == "ceiling":
            up_to = min(up_to, above + number / share)
        else:
            raise ValueError(f"{step!r} is no step of a benefit: deductible, fixed_copay, copay or ceiling")
        if share == 0 or above >= up_to:
            return Layer(0.0, 0.0, 0.0)
    return Layer(share, above, up_to)


def payment(bill, layer):
    """What the mutual pays of a bill, money; the patient pays the rest."""
    return layer.share * np.maximum(np.minimum(bill, layer.up_to) - layer.above, 0)


def payments_of_year(bills, layer, uses=None, ceiling=math.inf):
    """What is paid for each of a year's bills, in their order, shape (bills,): nothing from the use number `uses` + 1
    on, and no more than the ceiling all together (GUIDE F15 [S]).
    """
    paid = payment(np.asarray(bills, dtype=float), layer)
    paid[uses:] = 0
    return np.diff(np.minimum(np.cumsum(paid), ceiling), prepend=0)


def expected_payment(cost, layer):
    """E[payment], money an episode: share x (E[min(X, up_to)] - E[min(X, above)])."""
    return layer.share * (cost.limited(layer.up_to) - cost.limited(layer.above))


def sd_of_payment(cost, layer):
    """Standard deviation of the payment, money, over all episodes, those that are paid nothing included."""
    part = cost.limited(layer.up_to) - cost.limited(layer.above)
    square = cost.limited(layer.up_to, 2) - cost.limited(layer.above, 2) - 2 * layer.above * part
    return layer.share * math.sqrt(max(square - part**2, 0))


def chance_of_payment(cost, layer):
    """P(payment > 0): the share of episodes of which anything is paid."""
    return cost.beyond(layer.above) if layer.share > 0 and layer.up_to > layer.above else 0.0


def net_of_fixed_copay_gest(mean_cost, copay):
    """Mean cost less the patient's fixed copayment, money: c - F as the STEP guide nets it (GUIDE F1 [S]), 0 at least.

    Equal to E[max(X - F, 0)] (`expected_payment` with a fixed copayment) where no bill is below F, too low else.
    """
    return np.maximum(mean_cost - copay, 0)


def catastrophic_share(cost, layer, income, limit=0.10):
    """Share of bills of which the patient's part exceeds `limit` x income, both from independent laws; `limit` 10 %
    and `income` for the year by convention (SCHEMES case C; DOMAIN 4.2 [R]).
    """
    return mean_of(
        cost,
        lambda bill: income.below((bill - payment(bill, layer)) / limit),
        edges=[edge for edge in (layer.above, layer.up_to) if edge < math.inf],
    )


# Limits on the number of episodes


def expected_first_of_poisson(mean, most):
    """E[min(N, most)] for N Poisson: how many of the episodes of a year are among the first `most`, the sum of P(N > k)
    for k < most. Where costs do not depend on their number, the payments of the year are this x the mean payment.
    """
    return special.pdtrc(np.arange(most), np.asarray(mean, dtype=float)[..., None]).sum(axis=-1)


def first_year_share(waiting_months):
    """Share of a first year after the waiting period, 0 to 1, in calendar months: (12 - w) / 12 (GUIDE F5 [S])."""
    return np.clip((12 - np.asarray(waiting_months)) / 12, 0, 1)


def first_year_share_by_days(waiting_days):
    """The same for a waiting period in days: (12 - w / 30.4) / 12 (DOMAIN 3.1)."""
    return first_year_share(np.asarray(waiting_days) / 30.4)


def _cut(u, power, beyond):
    """u^power x P(X > u): what the cut part contributes to a limited value, 0 where nothing is cut."""
    beyond = np.asarray(beyond)
    return np.multiply(np.asarray(u, dtype=float) ** power, beyond, out=np.zeros(beyond.shape), where=beyond > 0)[()]


def _positive(law):
    if not (0 < law.mean < math.inf and 0 < law.cv < math.inf):
        raise ValueError(
            f"a cost of mean {law.mean} and cv {law.cv}: both must be above 0 (a cost that never varies: fixed)"
        )
