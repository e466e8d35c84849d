"""Outstanding claims: care that has been given and is not paid at a closing, by expected loss.

Of each month's care, the part whose bill has not come or has not fallen due at the closing, by the scheme's own terms
(`invoice`, `pay_within`; MODEL.md, section 6), times what the plan expects of the month, times the ratio to the plan
that is believed after what is already known. How far it may be off: chance, that people and years differ, and how
little is known of the plan; what people and years share with what is already known counts once. Bills that fell due
before and could not be paid are arrears, not outstanding claims: they stand in the books.
"""

from datetime import timedelta
from typing import NamedTuple

import numpy as np
from scipy import special

from mho_sim.scenario import add_months


class Unpaid(NamedTuple):
    """Of the care of each month, (months,): the parts whose bill has not come, and has come but is not due."""

    not_invoiced: np.ndarray
    not_due: np.ndarray

    @property
    def both(self):
        return self.not_invoiced + self.not_due


class Outstanding(NamedTuple):
    """What is outstanding of one service, money."""

    planned: float  # as the plan expects it
    ratio: float  # to the plan, that is believed
    not_invoiced: float
    not_due: float
    low: float  # 5 of 100 are below
    high: float  # 95 of 100 are

    @property
    def expected(self):
        return self.not_invoiced + self.not_due


def unpaid(scenario, months, closing):
    """What is unpaid on the evening of the day `closing`, the last of a month, of the care of these months, counted
    from the start: an `Unpaid`. A bill that is made out on that very day has not come yet.
    """
    found = np.array([_of_month(scenario, int(month), closing) for month in months])
    return Unpaid(*found.reshape(-1, 2).T)


def _of_month(scenario, month, closing):
    """(not invoiced, invoiced and not due) of the care of a month, spread evenly over its days."""
    terms, first = scenario.scheme.providers, add_months(scenario.start, month)
    days = [first + timedelta(days=day) for day in range((add_months(scenario.start, month + 1) - first).days)]
    not_invoiced = not_due = 0
    for day in (day for day in days if day <= closing):
        invoiced = _invoiced(terms.invoice, scenario.start, month, day)
        waits = invoiced > closing or (invoiced == closing and terms.invoice != "on-the-day")
        not_invoiced += waits
        not_due += not waits and terms.pay_within.after(invoiced) > closing
        if waits and terms.pay_within.after(invoiced) <= closing:  # paid on the day on which it comes
            not_invoiced -= 1
    return not_invoiced / len(days), not_due / len(days)


def _invoiced(how, start, month, day):
    """The day on which a day's care is invoiced."""
    if how == "on-the-day":
        return day
    ends = month + 1 if how == "monthly" else 12 * (month // 12 + 1)
    return add_months(start, ends) - timedelta(days=1)


def outstanding(plan, covered, months, closing, before, after):
    """What is outstanding of people covered, (services, groups, months), in these months: an `Outstanding` of each
    service, by its place, and one of all together. `before` and `after` the register: the `Belief` in each service's
    cost.
    """
    parts = unpaid(plan.scenario, months, closing)
    by_month = plan.claims_by_month(covered, months).sum(axis=1) * plan.payments(months)[0]
    ratios = np.array([belief.mean for belief in after])
    lots = [(by_month * part).sum(axis=1) for part in (parts.both, *parts)]
    errors = _errors(plan, covered, months, parts.both, before, after)
    each = [_outstanding(*one, errors[i, i]) for i, one in enumerate(zip(*lots, ratios))]
    planned, not_invoiced, not_due = (float((lot * factor).sum()) for lot, factor in zip(lots, (1, ratios, ratios)))
    mean = not_invoiced + not_due
    together = Outstanding(planned, mean / (planned or 1.0), not_invoiced, not_due, *_ends(mean, float(errors.sum())))
    return each, together


def _outstanding(planned, not_invoiced, not_due, ratio, variance):
    """An `Outstanding` of amounts by the plan, and the variance of its error."""
    amounts = (float(ratio * amount) for amount in (not_invoiced, not_due))
    return Outstanding(float(planned), float(ratio), *amounts, *_ends(float(ratio * planned), float(variance)))


def _errors(plan, covered, months, parts, before, after):
    """Covariances of the errors of what is outstanding, (services, services), money squared: chance; that people and
    years differ; and how little is known of the plan.

    Of a service the estimate is u ((1 - z) + z S / E): u is planned, S seen where E was expected, z the weight of what
    was seen. It is off by U - u (1 - z) - u z S / E, where the factors of people and years move U and S together.
    Figures that rest on the same root are taken to be wrong together, others apart.
    """
    chance, of_factors, with_seen = plan.parts_apart(covered, months, parts)
    expected = plan.expected(covered, months)
    planned = (plan.claims_by_month(covered, months).sum(axis=1) * plan.payments(months)[0] * parts).sum(axis=1)
    ratios, weights = np.array([one.mean for one in after]), np.array([one.weight for one in after])
    apart = planned * (1 - weights) * np.sqrt([one.variance for one in before])
    known = np.divide(weights * planned, expected.paid, out=np.zeros(len(planned)), where=expected.paid > 0)
    same = np.equal.outer(np.array(plan.roots, dtype=object), np.array(plan.roots, dtype=object))
    crossed = with_seen * known
    common = of_factors + same * np.outer(apart, apart) + np.outer(known, known) * expected.of_paid
    both = np.outer(ratios, ratios)
    return np.sqrt(both) * chance + both * (common - crossed - crossed.T)


def _ends(mean, variance):
    """5 and 95 % of a gamma law with this mean and variance."""
    if mean <= 0 or variance <= 0:
        return mean, mean
    shape = mean**2 / variance
    return tuple(float(end) for end in special.gammaincinv(shape, [0.05, 0.95]) * variance / mean)
