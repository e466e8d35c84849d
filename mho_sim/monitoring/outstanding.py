"""Outstanding claims: care that has been given and is not paid at a closing, by expected loss.

Of each month's care, the part whose bill has not come or has not fallen due at the closing, by the scheme's own terms
(`invoice`, `pay_within`; MODEL.md, section 6), times what the plan expects of the month, times the ratio to the plan
that is believed after what is already known. Bills that fell due before and could not be paid are arrears, not
outstanding claims: they stand in the books.
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


def outstanding(plan, covered, months, closing, belief, place):
    """What is outstanding of one service, by its place, of people covered, (groups, months), in these months."""
    parts, one = unpaid(plan.scenario, months, closing), np.zeros((len(plan.services), *np.shape(covered)))
    one[place] = covered
    claims = plan.claims_by_month(one, months)[place].sum(axis=0)
    first, second, _ = plan.payments(months)[:, place]
    not_invoiced, not_due = ((claims * first * part).sum() for part in parts)
    planned = float(not_invoiced + not_due)
    of_chance = belief.mean * float((claims * second * parts.both).sum()) + belief.variance * planned**2
    low, high = _ends(belief.mean * planned, of_chance)
    return Outstanding(planned, belief.mean, belief.mean * float(not_invoiced), belief.mean * float(not_due), low, high)


def _ends(mean, variance):
    """5 and 95 % of a gamma law with this mean and variance."""
    if mean <= 0 or variance <= 0:
        return mean, mean
    shape = mean**2 / variance
    return tuple(float(end) for end in special.gammaincinv(shape, [0.05, 0.95]) * variance / mean)
