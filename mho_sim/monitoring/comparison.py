"""Actual against expected: what a register saw of each service and of all, beside what the plan expected."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mho_sim.actuarial import comparing

ALL = "all"
TOLD = 0.20  # the excess that should be told from chance: assumed
CHANCE_TO_TELL = 0.80  # how probably: assumed
FARTHEST = 240  # months in which it is looked for: assumed
VERDICTS = {-1: "below", 0: "chance", 1: "above"}
COLUMNS = {  # a frame of nothing has them too
    "person_years": float,
    **{
        f"{what}{column}": kind
        for what in ("", "payment_", "paid_")
        for column, kind in {
            "expected": float, "seen": float, "ratio": float, "low": float, "high": float, "p_value": float,
            "verdict": object,
        }.items()
    },
    "months_more": float,
}  # fmt: skip


class Seen(NamedTuple):
    """What a register saw, services in the order of the plan: (services, groups, months)."""

    months: np.ndarray  # counted from the scenario's start, one after the other
    groups: tuple
    covered: np.ndarray  # people, on average
    claims: np.ndarray  # (services, groups, months): those of a period at its first month
    paid: np.ndarray  # likewise
    begins: np.ndarray  # (services, groups, months): whether a period begins in the month


def seen_of(plan, register):
    """A register by service, group and month."""
    start, groups = plan.scenario.start, register.groups

    def month_of(day):
        return 12 * (day.year - start.year) + day.month - start.month

    first, last = month_of(register.first), month_of(register.until)
    shape = (len(plan.services), len(groups), last - first + 1)
    covered, claims, paid, begins = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape, bool)
    for row in register.rows:
        place = plan.services.index(row.service), groups.index(row.group)
        since = month_of(row.first) - first
        covered[(*place, slice(since, month_of(row.until) - first + 1))] = row.covered
        claims[(*place, since)], paid[(*place, since)], begins[(*place, since)] = row.claims, row.paid, True
    return Seen(np.arange(first, last + 1), groups, covered, claims, paid, begins)


def compared(plan, seen):
    """One row for each service that the register has, and one for all: a frame."""
    expected, rows = plan.expected(seen.covered, seen.months), {}
    there = seen.begins.any(axis=(1, 2))
    for place, service in enumerate(plan.services):
        if there[place]:
            rows[service] = _row(plan, seen, expected, slice(place, place + 1))
    if len(rows) > 1:
        rows[ALL] = _row(plan, seen, expected, slice(None))
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).astype(COLUMNS).rename_axis("service")


def _row(plan, seen, expected, which):
    line = expected.of(which)
    claims, paid = int(seen.claims[which].sum()), float(seen.paid[which].sum())
    row = {"person_years": float(seen.covered[which].sum(axis=(1, 2)).max() / 12)}
    row |= of_claims(claims, line)
    row |= {f"payment_{key}": value for key, value in of_payment(claims, paid, line).items()}
    row |= {f"paid_{key}": value for key, value in of_paid(paid, line).items()}
    return row | {"months_more": months_to_tell(plan, seen, which)}


def of_claims(claims, line):
    """The number of claims against its law: negative binomial with the plan's mean and variance."""
    if line.claims <= 0:
        return _told(0.0, claims, np.nan, (np.nan, np.nan), 1.0 if claims == 0 else 0.0)
    interval = comparing.number_ratio_interval(claims, line.claims, line.mixing)
    p_value = comparing.number_p_value(claims, line.claims, line.mixing)
    return _told(line.claims, claims, claims / line.claims, interval, p_value)


def of_payment(claims, paid, line):
    """The mean payment of these claims against the law of the cost: gamma of the plan's mean, and its variance over the
    number of claims.
    """
    if not claims or not line.payment:
        return _told(line.payment, np.nan, np.nan, (np.nan, np.nan), np.nan)
    mean, variance = paid / claims, line.of_payment / claims
    if line.of_payment < 1e-9 * line.payment**2:  # all alike: what rounding to whole units leaves counts for nothing
        same = abs(mean - line.payment) <= 0.5
        ratio = mean / line.payment
        return _told(line.payment, mean, ratio, (ratio, ratio), 1.0 if same else 0.0)
    interval = comparing.mean_ratio_interval(mean, line.payment, variance)
    return _told(line.payment, mean, mean / line.payment, interval,
                 comparing.amount_p_value(mean, line.payment, variance))  # fmt: skip


def of_paid(paid, line):
    """All that is paid against its law, for which a gamma law stands that has the plan's mean and variance, and one
    that has its third moment too (`comparing.amount_p_value`); nothing at all as often as no claim.
    """
    if line.paid <= 0:
        return _told(0.0, paid, np.nan, (np.nan, np.nan), 1.0 if paid == 0 else 0.0)
    if paid == 0:
        interval = comparing.number_ratio_interval(0, line.claims, line.mixing)
        return _told(
            line.paid, paid, 0.0, interval, min(2 * float(comparing.at_most(0, line.claims, line.mixing)), 1.0)
        )
    law = (line.paid, line.of_paid, line.mixing_paid, line.cubes)
    interval = comparing.amount_ratio_interval(paid, *law)
    return _told(line.paid, paid, paid / line.paid, interval, comparing.amount_p_value(paid, *law))


def _told(expected, seen, ratio, interval, p_value):
    sure = p_value < comparing.LEVEL
    side = 0 if not sure else 1 if seen > expected else -1
    verdict = "none" if np.isnan(p_value) or (expected == 0 and seen == 0) else VERDICTS[side]
    return {
        "expected": float(expected), "seen": float(seen), "ratio": float(ratio), "low": float(interval[0]),
        "high": float(interval[1]), "p_value": float(p_value), "verdict": verdict,
    }  # fmt: skip


def months_to_tell(plan, seen, which, excess=TOLD, probability=CHANCE_TO_TELL):
    """The fewest months that must be added to the register, as many people being covered as in its last month, so that
    claims which are truly so far above plan are called too many with this probability; NaN if 20 years do not suffice.

    Each is tried: from month to month the probability falls a little where the number that counts as too many rises.
    """
    if not seen.covered[which].any():
        return np.nan
    chances = (power_after(plan, seen, which, more, 1 + excess) for more in range(FARTHEST + 1))
    return next((float(more) for more, chance in enumerate(chances) if chance >= probability), np.nan)


def power_after(plan, seen, which, more, ratio):
    """How probably claims that are truly `ratio` times the plan are called too many after so many more months."""
    last = np.repeat(_last_covered(seen)[:, :, None], more, axis=2)
    covered = np.concatenate((seen.covered, last), axis=2)
    months = np.arange(seen.months[0], seen.months[0] + covered.shape[2])
    line = plan.claims_line(covered, months, which)
    return comparing.power(ratio, line.claims, line.mixing) if line.claims else 0.0


def _last_covered(seen):
    """People covered in the last month that each group has, (services, groups)."""
    some = seen.covered > 0
    last = some.shape[2] - 1 - np.argmax(some[:, :, ::-1], axis=2)
    return np.take_along_axis(seen.covered, last[:, :, None], axis=2)[:, :, 0]
