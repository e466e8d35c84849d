"""The law of a year's payments of a pool of so many people, without drawing: the margin that it asks for, exactly.

Transforms E[e^(s S)] of payments, people and the pool, read back as a Fourier series over the amounts between which all
but a tail lies (Chernoff's bound). People are as `pool` takes them: each cell of them has N x its share. What a mutual
pays stands as points with weights: amounts of a table as they are, other laws by Gauss quadrature; so do the 4,096
classes of a person's factor (MODEL.md, section 3) and the factors that all share, which are gamma here, not classes of
it, as in `pool`: their variance differs by less than 1 in 1,000.
"""

import math
from typing import NamedTuple

import numpy as np

from mho_sim.actuarial.costs import Gamma
from mho_sim.actuarial.nodes import MOST_NODES, classes_of_people, enough, gamma_nodes, gauss
from mho_sim.tariff.payments import Payment, unit_of
from mho_sim.tariff.services import MONTHS

FIRST, MOST = 48, 3072  # terms of the Fourier series
RUN = 3  # so many terms that are next to 0, one after the other, end it
STEPS = 4096  # points of a law all of whose payments are multiples of one amount; above, it is read as continuous
WORK = 8_000_000  # exponentials of all laws of one fineness: half a second or so; assumed
SEARCHES = 40  # pools looked at; assumed
MOST_OF_PEOPLE = 32  # of a person's factor
AHEAD = 1.3  # so much further than needed nodes serve; assumed
EPISODES = 30  # a person and year: more than anybody has of a kind; assumed


class Fineness(NamedTuple):
    """How many nodes stand for a law, and what is left out."""

    bills: int  # of a bill, for each standard deviation of its normal score
    prices: int  # of the months of a year
    cells: int  # of how often people are ill, by age, sex, sector and zone
    block: int  # of each block of classes, where factors of several variances rise together
    tail: float  # chance outside the amounts looked at, on either side
    small: float  # a transform below this is taken as 0; other nodes are as many as this asks for


FINE = Fineness(bills=6, prices=3, cells=8, block=5, tail=1e-11, small=1e-9)
COARSE = Fineness(bills=5, prices=2, cells=6, block=4, tail=1e-9, small=1e-7)  # shows what the nodes do


class Unknown(ValueError):
    """Why there is no exact law, in words."""


MANY = (
    "personal frailty and good and bad years, of several kinds of illness or in a small pool, make too many "
    "combinations"
)
FEW = "so few payments are made in a year, or years differ so much, that their totals follow no smooth law"
NOTHING = "the mutual pays for no care"
LOOSE = "the numbers of this pool do not allow a precise enough calculation"
ERROR = 5e-4  # of the pure premium, the most that is told as exact; assumed


# People


class Group(NamedTuple):
    """Kinds of illness that the factors of people bind together, or one that they do not."""

    kinds: tuple[str, ...]
    personal: tuple[float, ...]
    shared: tuple[float, ...]
    cells: dict  # what people differ by: (kind, which) -> a number for each cell
    weights: np.ndarray  # of the cells


class Year:
    """The law of a year's payments of any number of people."""

    def __init__(self, care, variances, index, pool, fine=FINE):
        self.care, self.fine, self.pool, self._laws, self._left = care, fine, pool, {}, WORK
        self.payments = {kind: Payment(care, kind, index, fine) for kind in care.benefits}
        kinds = list(variances)
        self.means = {kind: care.mean(care.need(kind) * care.cluster(kind, index)[0]) for kind in kinds}
        bound = tuple(kind for kind in kinds if variances[kind][0] > 0)
        alone = [(kind,) for kind in kinds if kind not in bound]
        self.groups = [self._group(some, variances) for some in ([bound] if bound else []) + alone]

    def _group(self, kinds, variances):
        care, cells = self.care, {}
        for kind in kinds:
            cells[kind, "need"] = care.need(kind)
            for one in self._with_referred(kind):
                cells[one, "seek"] = care.chance_to_seek(one)
                if one in care.benefits:
                    cells[one, "paid"] = care.admitted(one) * care.in_age(one)
        personal, shared = zip(*(variances[kind] for kind in kinds))
        by_factors = any(personal) or any(shared)
        if by_factors:  # Poisson numbers: what is needed and sought matters, not which of both
            for kind in kinds:
                cells = {(kind, "need"): cells.pop((kind, "need")) * cells[kind, "seek"], **cells, (kind, "seek"): 1.0}
        rows, weights = _different(cells.values(), care.people.shares)
        if by_factors and len(kinds) == 1:
            rows, weights = _condensed(rows, weights, self.fine.cells)
        return Group(tuple(kinds), personal, shared, dict(zip(cells, rows)), weights)

    def _with_referred(self, kind):
        return [kind, *(one for child in self.care.referred_from(kind) for one in self._with_referred(child))]

    def _episode(self, kind, cells, paid):
        """E[e^(s Y)] - 1, (cells, s), of all that is paid because of one episode of need."""
        total = 1 + (cells[kind, "paid"][:, None] * paid[kind] if kind in paid else 0.0)
        for child in self.care.referred_from(kind):
            total = total * (1 + self._referral(child) * self._episode(child, cells, paid))
        return cells[kind, "seek"][:, None] * (total - 1)

    def _referral(self, kind):
        referral = self.care.scenario.setting.illness[kind].referred_from
        return self.care.of(kind, "referred_from.share", referral.share)

    def log_transform(self, s, persons, beyond=0.0):
        """log E[e^(s S)] of what so many people cost, (s,); s imaginary and rising from 0, or real."""
        paid = {kind: payment.transform(s, beyond) for kind, payment in self.payments.items()}
        return sum(self._of_group(group, s, persons, paid) for group in self.groups)

    def _of_group(self, group, s, persons, paid):
        episodes = {kind: self._episode(kind, group.cells, paid) for kind in group.kinds}
        numbers = persons * group.weights
        if not any(group.personal) and not any(group.shared):
            (kind,) = group.kinds
            return numbers @ self._without_factors(kind, group.cells[kind, "need"][:, None], episodes[kind])
        means = np.array([group.cells[kind, "need"][:, None] * episodes[kind] for kind in group.kinds])
        if not any(group.personal):
            return _gamma_mixed(numbers @ means[0], group.shared[0])
        nodes, weights = classes_of_people(group.personal, self._people_nodes(group, means, persons), self.fine.block)
        years = self._years(group, persons)
        self._left -= len(years) * len(weights) * means[0].size
        if self._left < 0:
            raise Unknown(MANY)
        given = []
        with np.errstate(over="ignore", invalid="ignore"):  # far out Chernoff's bound does not exist
            for shared, _ in years:
                exponents = np.einsum("kn,kcs->ncs", nodes, means * shared[:, None, None])
                given.append(numbers @ _log(np.einsum("n,ncs->cs", weights, np.exp(exponents))))
        return _log_mean(np.array(given), np.log([weight for _, weight in years]))

    def _people_nodes(self, group, means, persons):
        """How many nodes stand for a person's factor: e^(f x) is averaged up to this x, over so many people."""
        spread = max(group.personal) * 2 * np.abs(means).sum(axis=0).max()
        if not math.isfinite(spread):
            return MOST_OF_PEOPLE
        return min(enough(spread / (2 + spread), self.fine.small / persons), MOST_OF_PEOPLE)

    def _years(self, group, persons):
        """(factors of the kinds, weight) of the years that all share."""
        found = [(np.ones(0), 1.0)]
        for kind, variance in zip(group.kinds, group.shared):
            nodes, weights = gamma_nodes(variance, self._shared_nodes(kind, variance, persons))
            found = [(np.append(before, node), weight * more) for before, weight in found
                     for node, more in zip(nodes, weights) if more > 0]  # fmt: skip
            if len(found) > WORK // FIRST:
                raise Unknown(MANY)
        return found

    def _shared_nodes(self, kind, variance, persons):
        """How many nodes stand for a factor that all share: fewer where much else varies, so that the transform has
        become small before they are too few.
        """
        if variance == 0:
            return 1
        alone = variance * self.means[kind] ** 2 * persons**2 / self.pool.sd(persons) ** 2  # its part of the variance
        t = np.arange(0.25, 40, 0.25)
        logs = -(t**2) * max(1 - alone, 0) / 2 - np.log1p(variance * alone * t**2) / (2 * variance)
        reach = AHEAD * t[min(np.searchsorted(-logs, -math.log(self.fine.small)), len(t) - 1)] * math.sqrt(alone)
        n = np.arange(8, MOST_NODES)
        normal = n * np.log(max(math.e * reach**2, 1e-30) / (4 * n))
        nodes = n[min(np.searchsorted(-normal, -math.log(self.fine.small)), len(n) - 1)]
        return max(nodes, enough(reach * math.sqrt(variance / (4 + reach**2 * variance)), self.fine.small))

    def _without_factors(self, kind, need, episode):
        """log E[e^(s Y)] of a person, (cells, s)."""
        illness = self.care.scenario.setting.illness[kind]
        if illness.chronic is not None:
            return _log(1 + need / MONTHS * ((1 + episode) ** MONTHS - 1))
        if illness.rate == "births":
            return _log(1 + need * episode)
        return need * episode

    def law(self, persons, steps=True):
        """The law of what so many people cost in a year: a `Whole` or a `Smooth`. `Unknown` where it cannot be had."""
        low, high = self._ends(persons)
        unit = unit_of(self.payments.values()) if steps else None
        if unit is not None and (high - low) / unit <= STEPS:
            first = math.floor(low / unit)
            size = math.ceil(high / unit) - first + 1
            s = 2j * math.pi / (size * unit) * np.arange(size // 2 + 1)
            transform = np.exp(self.log_transform(s, persons) - s * first * unit)
            return Whole(first, unit, np.fft.irfft(np.conj(transform), size))
        return self._smooth(persons, low, high)

    def _smooth(self, persons, low, high):
        length, terms = high - low, FIRST
        while terms <= MOST:
            s = 2j * math.pi / length * np.arange(terms + 1)
            transform = np.exp(self.log_transform(s, persons) - s * low)
            small = np.abs(transform) < self.fine.small
            ends = np.flatnonzero(np.convolve(small, np.ones(RUN), "valid") == RUN)
            if len(ends):
                return Smooth(low, length, s[1 : ends[0]], transform[1 : ends[0]])
            terms *= 2
        raise Unknown(FEW)

    def _ends(self, persons):
        """Amounts between which all but the tails lies: Chernoff's bound, the best of a few; of bills of which there
        is none in a year (but for a chance of the tail), it takes the least.
        """
        tilts = np.geomspace(0.1, 8, 12) / self.pool.sd(persons)
        beyond = self.fine.tail / (EPISODES * persons)
        bounds = []
        for sign in (-1, 1):
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                logs = self.log_transform(sign * tilts, persons, beyond).real
            bound = (logs - math.log(self.fine.tail)) / tilts
            bounds.append(bound[np.isfinite(bound)].min(initial=math.inf))
        if not math.isfinite(bounds[1]):
            raise Unknown(FEW)
        return max(-bounds[0], 0.0), bounds[1]

    def margin(self, level, persons, steps=True):
        """Safety margin, share of the pure premium, with which a year is covered with this probability."""
        key = persons, steps
        if key not in self._laws:
            self._laws[key] = self.law(persons, steps)
        return self._laws[key].quantile(level) / (self.pool.mean * persons) - 1

    def persons_for(self, margin, level, near):
        """The smallest number of people for whom this margin suffices, payments that jump being read as continuous;
        None where no number does. The search begins at `near`.
        """
        if margin <= self._floor(level) or margin <= 0:
            return None
        floor = max(self._floor(level), 0.0)
        low, high, persons = 0.0, math.inf, min(max(near, 1.0), 1e7)
        for _ in range(SEARCHES):  # (margin - floor)^2 is nearly proportional to 1 / persons, squares of it too
            found = self.margin(level, persons, steps=False)
            low, high = (low, min(high, persons)) if found <= margin else (max(low, persons), high)
            guess = persons * (found**2 - floor**2) / (margin**2 - floor**2)
            if abs(guess - persons) < 1e-6 * persons or high - low < 0.01:
                return max(math.ceil(guess - 1e-3), 1)
            if not low < guess < high:
                guess = math.sqrt(low * high) if low > 0 and high < math.inf else max(low * 2, 1.0)
            persons = guess
        raise Unknown(LOOSE)

    def _floor(self, level):
        """The margin that no number of people takes away, because what all share asks for it."""
        shared = [(self.means[kind], variance) for group in self.groups
                  for kind, variance in zip(group.kinds, group.shared) if variance > 0]  # fmt: skip
        if not shared:
            return 0.0
        mean = sum(mean for mean, _ in shared)
        if len(shared) == 1:
            ((_, variance),) = shared
            return mean / self.pool.mean * (Gamma(1.0, math.sqrt(variance)).quantile(level) - 1)
        return (self._years_alone(shared).quantile(level) - mean) / self.pool.mean

    def _years_alone(self, shared):
        """The law of what a person costs on average in a year, of kinds with these means and variances of what all
        share: independent gamma factors.
        """
        mean, sd = sum(mean for mean, _ in shared), math.sqrt(sum(mean**2 * variance for mean, variance in shared))
        length, terms = mean + 40 * sd, MOST
        s = 2j * math.pi / length * np.arange(1, terms + 1)
        transform = np.exp(sum(_gamma_mixed(mean * s, variance) for mean, variance in shared))
        if abs(transform[-1]) > self.fine.small:
            raise Unknown(LOOSE)
        return Smooth(0.0, length, s, transform)


def _different(tensors, shares):
    """The different cells of people: numbers, (numbers, cells), and how many there are."""
    rows = np.array([np.broadcast_to(tensor, shares.shape).ravel() for tensor in tensors])
    weights = shares.ravel()
    rows, weights = rows[:, weights > 0], weights[weights > 0]
    different, which = np.unique(rows.round(15), axis=1, return_inverse=True)
    return different, np.bincount(which.ravel(), weights=weights)


def _condensed(rows, weights, number):
    """Fewer cells: of those that differ in the first number alone, so many nodes."""
    alike, which = np.unique(rows[1:], axis=1, return_inverse=True)
    columns, sizes = [], []
    for place, rest in enumerate(alike.T):
        nodes, shares = gauss(rows[0, which.ravel() == place], weights[which.ravel() == place], number)
        columns += [(node, *rest) for node in nodes]
        sizes += list(shares)
    return np.array(columns).T, np.array(sizes)


def _gamma_mixed(x, variance):
    """log E[e^(g x)] of a gamma factor; infinite where it does not exist."""
    if np.iscomplexobj(x):
        return -np.log(1 - variance * x) / variance
    with np.errstate(divide="ignore"):
        return -np.log(np.maximum(1 - variance * x, 0)) / variance


def _log(values):
    """Logarithm, its angle followed along the last axis."""
    if not np.iscomplexobj(values):
        return np.log(values)
    return np.log(np.abs(values)) + 1j * np.unwrap(np.angle(values))


def _log_mean(logs, log_weights):
    """log of the mean of e^logs over the first axis."""
    if len(logs) == 1:
        return logs[0]
    logs = logs + log_weights[:, None]
    most = logs.real.max(axis=0)
    return most + np.log(np.exp(logs - most).sum(axis=0))


# Laws of the year


class Whole(NamedTuple):
    """Chances of `first`, `first` + 1, … times `unit`."""

    first: int
    unit: float
    chances: np.ndarray

    def quantile(self, level):
        """The smallest amount that is enough with this chance."""
        place = np.searchsorted(np.cumsum(self.chances), level - 1e-10)
        return self.unit * (self.first + int(min(place, len(self.chances) - 1)))

    def below(self, amount):
        """P(S <= amount)."""
        place = math.floor(amount / self.unit + 1e-9) - self.first
        return float(self.chances[: max(place + 1, 0)].sum())


class Smooth(NamedTuple):
    """A law between `low` and `low` + `length`, by the terms of its Fourier series."""

    low: float
    length: float
    s: np.ndarray
    transform: np.ndarray

    def below(self, amount):
        """P(S <= amount)."""
        x = amount - self.low
        return (x + 2 * (self.transform * (1 - np.exp(-self.s * x)) / self.s).sum().real) / self.length

    def quantile(self, level):
        """The amount that is enough with this chance."""
        low, high = self.low, self.low + self.length
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < level else (low, middle)
        return high


# The margin


class Exact(NamedTuple):
    """The exact margins of a pool: `margins` by level, shares of the pure premium, and `numerical_error`, how far they
    may be off for what numbers can do; `people` by level, the smallest pool for a margin, None where no number is
    enough. Where one cannot be had it is empty, and `missing` or `people_missing` says why.
    """

    margins: dict
    numerical_error: float | None
    missing: str | None
    people: dict
    people_missing: str | None


def exact(care, variances, index, pool, persons, safety, levels):
    """The exact margins of so many people, and how many people `safety` is enough for."""
    if pool.own + pool.shared <= 0:
        if pool.mean <= 0:
            return Exact({}, None, NOTHING, {}, NOTHING)
        return Exact(dict.fromkeys(levels, 0.0), 0.0, None, dict.fromkeys(levels, 1), None)
    years = [Year(care, variances, index, pool, fine) for fine in (FINE, COARSE)]
    try:
        margins, rough = ({level: year.margin(level, persons) for level in levels} for year in years)
    except Unknown as reason:
        return Exact({}, None, str(reason), {}, str(reason))
    error = max(abs(margins[level] - rough[level]) for level in levels)
    if error > ERROR:
        return Exact({}, None, LOOSE, {}, LOOSE)
    try:
        people = {level: years[1].persons_for(safety, level, persons) for level in levels}
    except Unknown as reason:
        return Exact(margins, error, None, {}, str(reason))
    return Exact(margins, error, None, people, None)
