"""What to use next year: the plan and the register, each with the weight that it deserves.

Two ways. Limited fluctuation: full weight from so many expected claims on that chance moves them by more than 5 % in
10 years of 100 only; below, the square root of the share. And what the scenario itself says of how well it knows its
figure: its range as a gamma law (the same mean, the same width between 5 and 95 %), corrected by the claims. Claims
that vary more than Poisson ones, because people and years differ, count for less: mean / variance of a claim each, so
that the weight is that of Buehlmann's best linear estimate, and for Poisson claims that of Poisson and gamma.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from mho_sim.actuarial import credibility
from mho_sim.monitoring.comparison import ALL
from mho_sim.monitoring.plan import Plan
from mho_sim.tariff.figures import draws
from mho_sim.tariff.people import people_of
from mho_sim.tariff.premium import DRAWS

SURE, WITHIN = 0.90, 0.05  # of limited fluctuation: of 100 years, 90 within 5 %
EXACT = 1e-9  # relative width of a range that is none


class Belief(NamedTuple):
    """A ratio to the plan: its mean, what 5 and 95 of 100 draws are below, and the weight of what was seen."""

    mean: float
    low: float
    high: float
    weight: float = 0.0

    @property
    def variance(self):
        """Of the gamma law of this mean and width; 0 where it is exact."""
        shape, rate = self.gamma or (1.0, np.inf)
        return shape / rate**2

    @property
    def gamma(self):
        """(shape, rate) of that law; None where the figure is exact."""
        if self.mean <= 0 or self.high - self.low < EXACT * self.mean:
            return None
        return credibility.gamma_of_width(self.mean, self.high - self.low)

    def after(self, seen, expected, variance):
        """The same after so much was seen where, at the plan, this mean and variance were expected."""
        if self.gamma is None or expected <= 0:
            return self
        shape, rate = self.gamma
        counts = expected / variance if variance > expected**2 * 1e-15 else 1 / (1e-15 * expected)
        posterior, weight = credibility.poisson_gamma(seen * counts, expected * counts, shape, rate)
        shape, rate = shape + seen * counts, rate + expected * counts
        low, high = special.gammaincinv(shape, [0.05, 0.95]) / rate
        return Belief(float(posterior), float(low), float(high), float(weight))


def beliefs(scenario, plan):
    """What the scenario's ranges say: of the frequency of each service, and of what it costs a person and year, both as
    ratios to the plan: two lists of `Belief`.
    """
    people, months = people_of(scenario), np.zeros(1)
    drawn = [Plan(scenario, one, people) for one in draws(scenario, DRAWS)] or [plan]
    frequency = np.array([one.frequency for one in drawn])
    cost = frequency * np.array([one.payments(months)[0, :, 0] for one in drawn])
    at_plan = plan.frequency * plan.payments(months)[0, :, 0]
    return [_of_ratios(values, best) for values, best in zip(frequency.T, plan.frequency)], [
        _of_ratios(values, best) for values, best in zip(cost.T, at_plan)
    ]


def _of_ratios(values, best):
    """What draws of a figure say of its ratio to the plan; exact where the plan has none of it."""
    if best <= 0 or np.ptp(values) < EXACT * best:
        return Belief(1.0, 1.0, 1.0)
    ratios = values / best
    return Belief(float(ratios.mean()), *(float(end) for end in np.quantile(ratios, (0.05, 0.95))))


def credible(plan, seen, compared, before):
    """One row for each service that the register has: frequency by the plan, as seen and as believed by both ways, and
    payments likewise: a frame. `before` is what `beliefs` says.
    """
    expected, rows = plan.expected(seen.covered, seen.months), {}
    for service in (name for name in compared.index if name != ALL):
        place = plan.services.index(service)
        line, row = expected.of(slice(place, place + 1)), compared.loc[service]
        planned, claims = float(plan.frequency[place]), float(row["seen"])
        ratio = row["ratio"] if line.claims else 1.0
        full = credibility.full_credibility(SURE, WITHIN)
        weight = float(credibility.partial_credibility(line.claims, full))
        belief = before[0][place].after(claims, line.claims, line.of_claims)
        used = belief if belief.weight > 0 else _limited(ratio, weight, row)
        of_payment = full * line.cv**2
        by_payment = float(credibility.partial_credibility(claims, of_payment)) if line.cv else 1.0
        payment_ratio = row["payment_ratio"] if claims and line.payment else 1.0
        limited = 1 + weight * (ratio - 1)
        by_range, beyond = belief.weight > 0, row["low"] > before[0][place].high or row["high"] < before[0][place].low
        apart = row["verdict"] in ("above", "below") and not used.low <= limited <= used.high
        rows[service] = {
            "planned": planned,
            "seen": planned * ratio,
            "full_credibility": full,
            "limited_weight": weight,
            "limited": planned * limited,
            "weight": belief.weight,
            "credible": planned * used.mean,
            "credible_low": planned * used.low,
            "credible_high": planned * used.high,
            "credible_ratio": used.mean,
            "from_range": by_range,
            "beyond_range": by_range and bool(beyond),
            "ways_apart": by_range and bool(apart),
            "cv": line.cv,
            "full_credibility_cost": float(credibility.full_credibility(SURE, WITHIN, line.cv)),
            "payment_planned": line.payment,
            "payment_seen": line.payment * payment_ratio,
            "payment_weight": by_payment,
            "payment_credible": line.payment * (1 + by_payment * (payment_ratio - 1)),
            "payment_ratio": 1 + by_payment * (payment_ratio - 1),
            "premium_planned": planned * line.payment,
        }
        rows[service]["premium_credible"] = rows[service]["credible"] * rows[service]["payment_credible"]
    columns = list(next(iter(rows.values()), {}))
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("service")


def _limited(ratio, weight, row):
    """The ratio by limited fluctuation, where the scenario takes its figure as exact and so cannot learn by itself."""
    ends = (1 + weight * (row[key] - 1) if np.isfinite(row[key]) else 1.0 for key in ("low", "high"))
    return Belief(1 + weight * (ratio - 1), *ends, weight)


def by_group(plan, seen, which=slice(None)):
    """Claims by group, of one service or of all together, as ratios to the plan, with the credibility of each group
    (Buehlmann and Straub, weights the expected claims): a frame and a sentence, one of them None; both where the
    register has no groups. All together a group's ratio is that of all its claims to all that were expected of it, so
    that frequent services count most.
    """
    if len(seen.groups) < 2:
        return None, None
    periods, there = _periods(seen), seen.begins[which].any(axis=(0, 2))
    claims, weights = (
        np.array([one[which][..., part].sum(axis=(0, 2)) for part in periods]).T[there]
        for one in (seen.claims, plan.claims_by_month(seen.covered, seen.months))
    )  # (groups, periods)
    if len(claims) < 2 or weights.sum(axis=1).min() <= 0:
        return None, "Groups are compared once two of them have people covered in the register."
    if (weights > 0).sum(axis=1).max() < 2:
        return None, "Groups are compared once one of them has two periods in the register."
    ratios = np.divide(claims, weights, out=np.zeros(claims.shape), where=weights > 0)
    found = credibility.buhlmann_straub(ratios, weights)
    return pd.DataFrame(
        {
            "expected": weights.sum(axis=1),
            "seen": claims.sum(axis=1),
            "ratio": claims.sum(axis=1) / weights.sum(axis=1),
            "weight": found.weight,
            "credible": found.premium,
        },
        index=pd.Index(np.array(seen.groups, dtype=object)[there], name="group"),
    ), None


def by_service_and_group(plan, seen):
    """The same of each service by itself: a frame with a row a service and group (None if there is none), and the
    services that the register has but of which groups cannot be compared.
    """
    frames, missing = {}, []
    for place, service in enumerate(plan.services):
        found, why = by_group(plan, seen, slice(place, place + 1))
        if found is not None:
            frames[service] = found
        elif why is not None and seen.begins[place].any():
            missing.append(service)
    return pd.concat(frames, names=["service"]) if frames else None, missing


def _periods(seen):
    """Slices of months between the dates on which periods begin, in whichever service or group."""
    starts = np.flatnonzero(seen.begins.any(axis=(0, 1)))
    return [slice(first, last) for first, last in zip(starts, [*starts[1:], len(seen.months)])]
