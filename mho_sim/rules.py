"""Rules decide without memory, chance or clock: what is due, who is covered, what is paid and why not, who seeks care.

Scalars and small records in, scalars out; compiled into the kernels that ask them. Money is whole units; days are day
numbers.
"""

from typing import NamedTuple

import numpy as np

from mho_sim.compiled import rule
from mho_sim.draws import log

# Why an episode ended as it did (openIMIS vocabulary where it has a word), and why an entry was made.
REASONS = (
    "accepted",
    "over_ceiling",
    "over_days",
    "over_kind_ceiling",
    "over_person_ceiling",
    "over_household_ceiling",
    "not_in_package",
    "not_enrolled",
    "no_coverage",
    "waiting_period",
    "excluded_age",
    "excluded_cause",
    "no_referral",
    "over_events",
    "did_not_seek",
    "contribution_due",
    "paid_on_time",
    "paid_late",
    "reinstated",
    "paid_from_advance",
    "joining_fee",
    "penalty",
    "commission",
    "state_due",
    "support_due",
    "support_received",
    "support_in_kind",
    "left",
    "struck_off",
    "birth",
    "death",
    "opening",
    "earned",
    "support_earned",
    "interest",
    "running_costs",
    "cash_benefit",
    "debt_paid",
    "own_process",
)
(
    ACCEPTED,
    OVER_CEILING,
    OVER_DAYS,
    OVER_KIND_CEILING,
    OVER_PERSON_CEILING,
    OVER_HOUSEHOLD_CEILING,
    NOT_IN_PACKAGE,
    NOT_ENROLLED,
    NO_COVERAGE,
    WAITING_PERIOD,
    EXCLUDED_AGE,
    EXCLUDED_CAUSE,
    NO_REFERRAL,
    OVER_EVENTS,
    DID_NOT_SEEK,
    CONTRIBUTION_DUE,
    PAID_ON_TIME,
    PAID_LATE,
    REINSTATED,
    PAID_FROM_ADVANCE,
    JOINING_FEE,
    PENALTY,
    COMMISSION,
    STATE_DUE,
    SUPPORT_DUE,
    SUPPORT_RECEIVED,
    SUPPORT_IN_KIND,
    LEFT,
    STRUCK_OFF,
    BIRTH,
    DEATH,
    OPENING,
    EARNED,
    SUPPORT_EARNED,
    INTEREST,
    RUNNING_COSTS,
    CASH_BENEFIT,
    DEBT_PAID,
    OWN_PROCESS,
) = range(len(REASONS))
OUTCOMES = REASONS[: DID_NOT_SEEK + 1]  # those that an episode may have
PAID_FOR = OVER_HOUSEHOLD_CEILING + 1  # reasons below this one: the mutual pays, in full or up to a limit

NO_LIMIT = np.int64(2**62)
MILLION = 1_000_000
LONGEST_DELAY = 2**30

SIZES = 129  # household sizes in a table; the last row holds for all above
OLDEST = 120  # completed years in a table of ages; the last row holds for all above
DEDUCTIBLE, COPAY, CEILING = range(3)  # steps of an adjudication
STEPS = ("deductible", "copay", "ceiling")

CONTRIBUTION = np.dtype(
    [
        ("child_amount", "i8"),
        ("extra", "i8"),  # of each person beyond
        ("beyond", "i8"),
        ("minimum", "i8"),
        ("child_below", "i4"),  # age; 0 if children pay like others
        ("per_beneficiary", "?"),
    ],
    align=True,
)
BENEFIT = np.dtype(
    [
        ("lump_sum", "i8"),
        ("deductible", "i8"),
        ("ceiling_per_event", "i8"),
        ("cash_per_day", "i8"),
        ("person_ceiling", "i8"),  # of the kind, a person-year
        ("household_ceiling", "i8"),  # of the kind, a household-year
        ("events_per_person", "i8"),
        ("days_per_person", "i8"),
        ("at_person", "i2"),  # of the kind's ceiling of the person-year, where it is counted; -1 without one
        ("at_home", "i2"),  # likewise of limits of the household-year
        ("first", "i1"),  # the steps, in their order
        ("second", "i1"),
        ("third", "i1"),
        ("exists", "?"),
        ("is_lump_sum", "?"),
        ("needs_letter", "?"),
        ("to_household", "?"),
    ],
    align=True,
)


class Decision(NamedTuple):
    """What the mutual pays for an episode, and the reason."""

    paid: int
    reason: int


@rule
def half_up(amount, millionths):
    """A share of an amount in whole units, rounded half up."""
    return (amount * millionths + MILLION // 2) // MILLION


@rule
def completed_age(days):
    """Completed years of someone born so many days ago; the n-th birthday is floor(n × 365 1/4) days after birth."""
    return (4 * days + 3) // 1461


@rule
def contribution_due(contribution, of_size, category_millionths, people, children):
    """What a household owes for one period, money: `of_size` is the amount at its size (by person or household);
    0 if nobody is left.
    """
    if people == 0:
        return np.int64(0)
    extra = max(people - contribution.beyond, 0) * contribution.extra
    if contribution.per_beneficiary:
        amount = (min(people, contribution.beyond) - children) * of_size + children * contribution.child_amount + extra
    else:
        amount = of_size + extra
    return np.int64(half_up(max(amount, contribution.minimum), category_millionths))


@rule
def days_late(u, on_time, never, mean_days_late):
    """Days between the due date and the payment, from one mark: 0 with probability `on_time`, else exponential,
    rounded up to whole days; of the others a share pays `never`: -1.
    """
    if u < on_time:
        return np.int64(0)
    if u >= 1.0 - never * (1.0 - on_time):
        return np.int64(-1)
    v = on_time + (u - on_time) / (1.0 - never)
    days = np.ceil(-mean_days_late * log((1.0 - v) / (1.0 - on_time)))
    return np.int64(min(max(days, 1.0), float(LONGEST_DELAY)))


@rule
def cover(in_package, is_enrolled, day, suspended_from, waiting_until, is_excluded_age):
    """ACCEPTED if an episode on this day is covered, else the first reason why not."""
    if not is_enrolled:
        return NOT_ENROLLED
    if not in_package:
        return NOT_IN_PACKAGE
    if day >= suspended_from:
        return NO_COVERAGE
    if day < waiting_until:
        return WAITING_PERIOD
    if is_excluded_age:
        return EXCLUDED_AGE
    return ACCEPTED


@rule
def seeks_care(u, is_covered, when_covered, when_not):
    """Whether someone in need seeks care: one mark against the probability for the covered or the uncovered."""
    return u < (when_covered if is_covered else when_not)


@rule
def admit(is_excluded_cause, has_letter, needs_letter, events_left, days_left):
    """ACCEPTED if a covered episode is paid for, else the first reason why not."""
    if is_excluded_cause:
        return EXCLUDED_CAUSE
    if needs_letter and not has_letter:
        return NO_REFERRAL
    if events_left <= 0:
        return OVER_EVENTS
    if days_left <= 0:
        return OVER_DAYS
    return ACCEPTED


@rule
def _step(step, x, benefit, copay_millionths, copay_fixed):
    """One step of an adjudication."""
    if step == DEDUCTIBLE:
        return max(x - benefit.deductible, 0)
    if step == COPAY:
        return max(x - half_up(x, copay_millionths) - copay_fixed, 0)
    return min(x, benefit.ceiling_per_event)


@rule
def adjudicate(benefit, bill, covered_millionths, days, days_paid, copay_millionths, copay_fixed):
    """What is paid for one episode before the ceilings of the year: the lump sum; or the covered share of the bill,
    for the days that are paid for, less deductible, copayment and what is above the ceiling, in the benefit's order.
    """
    if benefit.is_lump_sum:
        return Decision(np.int64(benefit.lump_sum), np.int64(ACCEPTED))
    x, reason = half_up(bill, covered_millionths), ACCEPTED
    if days_paid < days:
        x, reason = x * days_paid // days, OVER_DAYS
    for step in (benefit.first, benefit.second, benefit.third):
        if step == CEILING and x > benefit.ceiling_per_event:
            reason = OVER_CEILING
        x = _step(step, x, benefit, copay_millionths, copay_fixed)
    return Decision(np.int64(x), np.int64(reason))


@rule
def limit_to_year(decision, kind_left, person_left, household_left):
    """The same within what is left of the year's ceilings: the kind's, the person's, the household's."""
    paid, reason = decision.paid, decision.reason
    if paid > kind_left:
        paid, reason = kind_left, OVER_KIND_CEILING
    if paid > person_left:
        paid, reason = person_left, OVER_PERSON_CEILING
    if paid > household_left:
        paid, reason = household_left, OVER_HOUSEHOLD_CEILING
    return Decision(np.int64(paid), np.int64(reason))


@rule
def earned(total, elapsed, length):
    """The part of a period's contributions that time has earned."""
    return total * min(elapsed, length) // length
