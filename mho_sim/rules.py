"""Rules decide without memory, chance or clock: what is due, who is covered, what is paid and why not, who seeks care.

Scalars and small records in, scalars out; compiled into the kernels that ask them. Money is whole units; days are day
numbers.
"""

import math
from typing import NamedTuple

import numpy as np

from mho_sim.compiled import rule

# Why an episode ended as it did (openIMIS vocabulary where it has a word), and why an entry was made.
REASONS = (
    "accepted",
    "over_ceiling",
    "over_household_ceiling",
    "not_in_package",
    "no_coverage",
    "waiting_period",
    "did_not_seek",
    "contribution_due",
    "paid_on_time",
    "paid_late",
    "reinstated",
    "paid_from_advance",
    "birth",
    "death",
    "opening",
    "earned",
    "running_costs",
    "debt_paid",
    "own_process",
)
(
    ACCEPTED,
    OVER_CEILING,
    OVER_HOUSEHOLD_CEILING,
    NOT_IN_PACKAGE,
    NO_COVERAGE,
    WAITING_PERIOD,
    DID_NOT_SEEK,
    CONTRIBUTION_DUE,
    PAID_ON_TIME,
    PAID_LATE,
    REINSTATED,
    PAID_FROM_ADVANCE,
    BIRTH,
    DEATH,
    OPENING,
    EARNED,
    RUNNING_COSTS,
    DEBT_PAID,
    OWN_PROCESS,
) = range(len(REASONS))
OUTCOMES = REASONS[: DID_NOT_SEEK + 1]  # those that an episode may have

NO_LIMIT = np.int64(2**62)
MILLION = 1_000_000
LONGEST_DELAY = 2**30

CONTRIBUTION = np.dtype([("amount", "i8"), ("per_beneficiary", "?")])
BENEFIT = np.dtype(
    [("exists", "?"), ("is_lump_sum", "?"), ("lump_sum", "i8"), ("copay_millionths", "i8"), ("ceiling_per_event", "i8")]
)


class Decision(NamedTuple):
    """What the mutual pays for an episode, and the reason."""

    paid: int
    reason: int


@rule
def contribution_due(contribution, people):
    """What a household of so many living people owes for one period; 0 if nobody is left."""
    if people == 0:
        return np.int64(0)
    return np.int64(contribution.amount * people if contribution.per_beneficiary else contribution.amount)


@rule
def days_late(u, on_time, mean_days_late):
    """Days between the due date and the payment, from one mark: 0 with probability `on_time`, else exponential,
    rounded up to whole days.
    """
    if u < on_time:
        return np.int64(0)
    if mean_days_late == 0:
        return np.int64(0)
    days = np.ceil(-mean_days_late * math.log((1.0 - u) / (1.0 - on_time)))
    return np.int64(min(max(days, 1.0), float(LONGEST_DELAY)))


@rule
def cover(in_package, day, suspended_from, waiting_until):
    """ACCEPTED if an episode on this day is covered, else the first reason why not."""
    if not in_package:
        return NOT_IN_PACKAGE
    if day >= suspended_from:
        return NO_COVERAGE
    if day < waiting_until:
        return WAITING_PERIOD
    return ACCEPTED


@rule
def seeks_care(u, is_covered, when_covered, when_not):
    """Whether someone in need seeks care: one mark against the probability for the covered or the uncovered."""
    return u < (when_covered if is_covered else when_not)


@rule
def adjudicate(benefit, bill, left_in_year):
    """What is paid for a covered episode: lump sum, or bill less copayment (half up) to the ceiling per event; then
    what the household's year leaves.
    """
    if benefit.is_lump_sum:
        paid, reason = benefit.lump_sum, ACCEPTED
    else:
        paid, reason = bill - (bill * benefit.copay_millionths + MILLION // 2) // MILLION, ACCEPTED
        if paid > benefit.ceiling_per_event:
            paid, reason = benefit.ceiling_per_event, OVER_CEILING
    if paid > left_in_year:
        paid, reason = left_in_year, OVER_HOUSEHOLD_CEILING
    return Decision(np.int64(paid), np.int64(reason))


@rule
def earned(total, elapsed_months, months):
    """The part of a period's contributions that time has earned."""
    return total * elapsed_months // months
