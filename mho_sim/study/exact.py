"""The exact answer for a scenario whose law is closed (`fund`): trouble by year, the year's payments, the reserve; by
the laws of `actuarial`, without drawing.
"""

import math
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from mho_sim.actuarial import costs, counts, funds, lattice, totals
from mho_sim.actuarial.margins import LEVELS
from mho_sim.study.closed import Obstacle
from mho_sim.study.fund import Fund, NotClosed
from mho_sim.study.result import unsupported

WHOLE_POINTS = 2**20  # most points of a lattice on which all payments lie: their transform takes 32 MB; assumed
ALL_POINTS = 2**17  # of one on which they do not, over all stretches together: some seconds of work; assumed
POINTS = 2**13, 2**15  # least and most for one stretch: error against time; assumed (half the step shows the error)
LARGEST = 12  # standard deviations above the mean, for which the step of a lattice is made: assumed
ROUNDING = 3e-13  # of each chance: tilting back (`totals.first_chances`) magnifies 2^-53, a number's last place, by e^8
LOOKED_AT = 14  # standard deviations to each side; what lies beyond counts as error
CLASSES = 4096  # of the factor that all share in a year (MODEL.md, section 3)
QUANTILES = (0.5, 0.9, 0.95, 0.99)  # of a year's payments that are told: half, and the levels of the reserve
TAILS = (0.95, 0.99)  # beyond which the mean is told
PAYMENTS = ("mean", "sd", *(f"p{100 * x:.0f}" for x in QUANTILES), *(f"tvar{100 * x:.0f}" for x in TAILS))
NARROW = 0.001  # how far a chance may be off that is still told as exact; assumed
JUST_THERE = (
    "payments of one and the same amount (a ceiling, a fixed bill) among bills that vary may come to just what is in "
    "the cash box, and how likely that is cannot be told closely enough"
)
TOO_WIDE = "its bills are so unequal that the law of a year is too wide for this calculation"


class Laws:
    """Laws of a fund's payments on a lattice."""

    def __init__(self, fund, step, spread=False):
        self.fund, self.step, self.spread, self._totals = fund, step, spread, {}
        self.of_one = {kind: self._one(payment) for kind, payment in fund.payments.items()}

    def _one(self, payment):
        if payment.amounts is None:
            return lattice.discretised(payment.law, self.step, payment.layer)
        amounts, chances = zip(*payment.amounts.items())
        if all(amount % self.step == 0 for amount in amounts):
            return lattice.of_amounts(self.step, amounts, chances)
        amounts, chances = zip(*sorted(payment.amounts.items()))
        return lattice.discretised(costs.Table(tuple(map(float, amounts)), chances), self.step)

    def total(self, parts):
        """The law of what is paid for parts together."""
        sums = {}
        for part in parts:
            year = part.year if self.fund.shared(part.kind) else None
            sums[part.kind, year] = sums.get((part.kind, year), 0.0) + part.mean
        key = tuple(sorted((kind, float(f"{mean:.12g}")) for (kind, _), mean in sums.items()))
        if key not in self._totals:
            law = lattice.Lattice(self.step, np.ones(1))
            for kind, mean in key:
                law = totals.sum_of(law, totals.compound(self.fund.number(kind, mean), self.of_one[kind]))
            self._totals[key] = law
        return self._totals[key]

    @cached_property
    def of_stretches(self):
        """The laws of what falls due in each stretch."""
        fund = self.fund
        return [self.total([p for p in fund.parts if p.stretch == s]) for s in range(len(fund.starts))]

    def of_year(self, year):
        """The law of what a household-year, from 0, costs, whenever it falls due."""
        return self.total([part for part in self.fund.parts if part.year == year])

    def trouble(self, reserve=None):
        """P(a bill was not paid on its day) by the end of each year, (years,)."""
        reserve = self.fund.reserve if reserve is None else reserve
        return funds.trouble_by_date(reserve, self.fund.net, self.of_stretches, self.spread)[self.fund.last_of_year]

    def reserve_needed(self, level, unit):
        """The smallest opening cash with which a share of the mutuals pays every bill on its day."""
        return funds.reserve_needed(1 - level, self.fund.net, self.of_stretches, unit, self.spread)

    @property
    def error(self):
        """How far chances may be off for what is cut off, and for rounding."""
        points = sum(len(law.chances) for law in self.of_stretches)
        return len(self.of_stretches) * len(self.of_one) * totals.TAIL + points * ROUNDING


@dataclass(frozen=True)
class Exact:
    """The exact answer: `late` (probability, by_year, numerical_error), `payments` (a frame, a row a year, money),
    `reserve_needed` by level, money; `without_support` the same without support from outside, where there is any and
    that law is closed too; `why_not_without` a sentence where it is not.
    """

    scenario: Any = field(repr=False)
    late: dict
    payments: pd.DataFrame = field(repr=False)
    reserve_needed: dict
    on_lattice: bool  # whether all payments lie on the lattice, so that nothing is made discrete
    without_support: "Exact | None" = field(repr=False)
    why_not_without: str | None = None

    @classmethod
    def outline(cls, scenario):
        """The object of `run --exact --json` for a scenario, all its keys in place, before anything is worked out: its
        figures mean nothing.
        """
        alone = unsupported(scenario)
        return cls._empty(scenario, None if alone is None else cls._empty(alone, None)).to_dict()

    @classmethod
    def _empty(cls, scenario, alone):
        """An answer of no years' payments."""
        years = range(1, scenario.years + 1)
        late = {"probability": 0.0, "by_year": [0.0 for _ in years], "numerical_error": 0.0}
        needed = {"method": "exact", "unit": 1} | {f"{level:.2f}": 0 for level in LEVELS}
        return cls(scenario, late, pd.DataFrame(0.0, index=years, columns=PAYMENTS), needed, True, alone)

    def to_dict(self):
        """The object that `run --exact --json` prints."""
        alone = self.without_support
        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "version": version("mho_sim"),
            "exact": True,
            "years": self.scenario.years,
            "late": self.late,
            "reserve_needed": self.reserve_needed,
            **({"without_support": {"late": None, "reserve_needed": None, "why_not": self.why_not_without}}
               if self.why_not_without else {}),
            **({} if alone is None else {"without_support": {"late": alone.late,
                                                            "reserve_needed": alone.reserve_needed}}),
            "payments": {str(year): {key: float(value) for key, value in row.items()}
                         for year, row in self.payments.to_dict("index").items()},
        }  # fmt: skip


def exactly(scenario):
    """The exact answer for a scenario whose law is closed: an `Exact`. Raises `NotClosed` for others, a ValueError that
    tells which keys forbid it.
    """
    fund = Fund(scenario)
    coarse, fine, on_lattice = laws_of(fund)
    by_year, error = _close_enough(fund, coarse, fine)
    unit = 1 if on_lattice else max(int(coarse.step), 1)
    alone, why_not = _without_support(scenario)
    return Exact(
        scenario,
        {
            "probability": round(float(by_year[-1]), 12),
            "by_year": [round(float(chance), 12) for chance in by_year],
            "numerical_error": float(f"{error:.2g}"),
        },
        _payments(fund, fine),
        {"method": "exact", "unit": unit, **{f"{level:.2f}": _reserve(coarse, level, unit) for level in LEVELS}},
        on_lattice,
        alone,
        why_not,
    )


def _without_support(scenario):
    """(the exact answer without support from outside, None where there is none; why it has no exact answer)."""
    alone = unsupported(scenario)
    try:
        return None if alone is None else exactly(alone), None
    except NotClosed as error:
        return None, f"Without the support from outside: {error}"


def laws_of(fund):
    """(laws on a lattice, laws on one of half its step, whether all payments lie on it, when the two are one). Raises
    `NotClosed` where they take too many points.
    """
    try:
        coarse, fine, on_lattice = _laws_of(fund)
        coarse.of_stretches, fine.of_stretches  # noqa: B018 (worked out here, where what is too wide is refused)
    except ValueError as error:
        widest = max(fund.payments, key=lambda kind: _moments(fund.payments[kind]).variance)
        raise NotClosed([Obstacle(("setting", "illness", widest, "cost"), TOO_WIDE)]) from error
    return coarse, fine, on_lattice


def kind_with_steps(fund):
    """A kind of which some amount is paid again and again to the unit (a ceiling, a fixed bill, a table); or None."""
    for kind, payment in fund.payments.items():
        if payment.amounts is not None or isinstance(payment.law, costs.Table) or payment.layer.up_to < math.inf:
            return kind
    return None


def _laws_of(fund):
    step = math.gcd(*(amount for one in fund.payments.values() for amount in one.amounts or ())) or 1
    largest = _largest(fund)
    if all(one.amounts is not None for one in fund.payments.values()) and largest / step <= WHOLE_POINTS:
        laws = Laws(fund, step)
        return laws, laws, True
    points = min(max(ALL_POINTS // len(fund.starts), POINTS[0]), POINTS[1])
    return Laws(fund, largest / points, True), Laws(fund, largest / points / 2, True), False


def trouble_of(fund, coarse, fine):
    """(P(trouble) by the end of each year, how far they may be off)."""
    by_year = fine.trouble()
    error = fine.error + _of_classes(fund)
    if coarse is not fine:  # the error falls with the square of the step (Richardson's extrapolation)
        further = (by_year - coarse.trouble()) / 3
        by_year, error = np.clip(by_year + further, 0.0, 1.0), error + float(np.abs(further).max())
        if kind_with_steps(fund):  # an amount that is likely to the unit is spread over its neighbours
            reach = fund.reserve - 2 * coarse.step, fund.reserve + 2 * coarse.step
            error += float((fine.trouble(reach[0]) - fine.trouble(reach[1])).max())
    return by_year, error


def _close_enough(fund, coarse, fine):
    """`trouble_of`. Raises `NotClosed` where it is too far off, because some amount is likely to the unit."""
    by_year, error = trouble_of(fund, coarse, fine)
    if error > NARROW and (kind := kind_with_steps(fund)):
        raise NotClosed([Obstacle(("setting", "illness", kind, "cost"), JUST_THERE)])
    return by_year, error


def chance_late(scenario, year=None):
    """(P(a bill was not paid on its day) by the end of a year, from 0, or of the horizon; how far it may be off)."""
    fund = Fund(scenario)
    coarse, fine, _ = laws_of(fund)
    by_year, error = _close_enough(fund, coarse, fine)
    return float(by_year[-1 if year is None else year]), error


def _reserve(laws, level, unit):
    try:
        return int(laws.reserve_needed(level, unit))
    except ValueError:
        return None


def _largest(fund):
    """A total that the payments of the whole horizon hardly ever exceed."""
    mean = variance = 0.0
    for part in fund.parts:
        one = _moments(fund.payments[part.kind])
        of_part = counts.compound_moments(fund.number(part.kind, part.mean).moments, one)
        mean, variance = mean + of_part.mean, variance + of_part.variance
    return max(mean + LARGEST * math.sqrt(variance), 1.0)


def _moments(payment):
    """Moments of what is paid for an episode."""
    if payment.amounts is None:
        return lattice.payment_moments(payment.law, payment.layer, third=False)
    return counts.moments_of_chances(np.array([*payment.amounts], float), np.array([*payment.amounts.values()]))


def _payments(fund, laws):
    """What the care of each year costs the mutual, money: mean, standard deviation, VaR and TVaR, a row a year."""
    rows = {}
    for year in range(fund.scenario.years):
        law = laws.of_year(year)
        of_law = lattice.moments(law)
        rows[year + 1] = (
            of_law.mean,
            of_law.sd,
            *(float(lattice.value_at_risk(law, level)) for level in QUANTILES),
            *(float(lattice.tail_value_at_risk(law, level)) for level in TAILS),
        )
    return pd.DataFrame.from_dict(rows, orient="index", columns=PAYMENTS).rename_axis("year")


def _of_classes(fund):
    """How far chances may be off because a shared factor takes 4,096 values in the futures, and all here: the distance
    in total variation of the numbers of episodes.
    """
    error = 0.0
    for part in fund.parts:
        variance = fund.community(part.kind)
        if variance == 0 or part.stretch < 0:
            continue
        law = counts.gamma_mixed_poisson(part.mean, variance).moments
        n = np.arange(max(0, math.floor(law.mean - LOOKED_AT * law.sd)), math.ceil(law.mean + LOOKED_AT * law.sd) + 20)
        size, beta = 1 / variance, part.mean * variance
        smooth = np.exp(special.gammaln(n + size) - special.gammaln(size) - special.gammaln(n + 1)
                        + n * math.log(beta / (1 + beta)) - size * math.log1p(beta))  # fmt: skip
        means = part.mean * _classes(variance)
        cut = np.zeros(len(n))
        for some in np.array_split(means, 64):
            cut += np.exp(n * np.log(some[:, None]) - some[:, None] - special.gammaln(n + 1)).sum(axis=0)
        beyond = max(2 - smooth.sum() - cut.sum() / CLASSES, 0.0)  # of both laws together
        error += 0.5 * float(np.abs(smooth - cut / CLASSES).sum() + beyond)
    return error


def _classes(variance):
    """The values of a gamma factor of mean 1 and this variance, each with the same chance (MODEL.md, section 3)."""
    a = 1 / variance
    ends = special.gammaincinv(a, np.arange(CLASSES + 1) / CLASSES)
    return CLASSES * np.diff(special.gammainc(a + 1, ends))
