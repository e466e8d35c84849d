"""What a scheme does to its members, beside solvency: what they pay, and what is refused, forgone and not covered."""

from typing import NamedTuple

import numpy as np

from mho_sim import ledger
from mho_sim.study.outcome import WHOM, groups_of
from mho_sim.study.trouble import rounded

FEWER = 0.005  # of a share, and
LESS = 0.01  # of the money paid for care: smaller changes are not spoken of; assumed


class Effects(NamedTuple):
    """Shares, and money a person and year of membership; None where there is nothing to tell."""

    members_pay: float  # contribution and own part of the bills, together
    contribution: float  # contributions, fees and penalties
    own_part: float  # of the bills, while they are members: what the mutual does not pay
    care_paid: float  # what the mutual pays of the bills
    share_of_income: float  # contributions of a member household, of the mean income of a household
    covered: float  # for at least one benefit: of all people of the association, in an average month
    not_paid_for: float  # of the times that members sought care: not covered, or refused
    forgone_care: float  # of the times that care was needed
    own_share: float  # of all bills
    above_10_percent_of_income: float  # families whose own spending is above a tenth of their income
    late: float
    late_without_support: float
    stopped: float
    lost: float


def effects(result):
    """The `Effects` of a `Result`."""
    shares, alone, sums = result.protection, result.without_support, result._sums
    paid = pay(result)
    years = paid.years.sum()
    each = [None if years == 0 else rounded(float(part.sum() / years)) for part in (paid.contribution, paid.own)]
    care = sum(sums[kind, "paid"] for kind in sums.kinds).sum() if sums.kinds else 0.0
    refused = [share for share in shares["refused"].values() if share is not None]
    return Effects(
        None if years == 0 else rounded(sum(each)),
        *each,
        None if years == 0 else rounded(float(care / years)),
        _share_of_income(sums),
        shares["association"]["covered"],
        rounded(sum(refused)) if refused else None,
        shares["forgone_care"],
        shares["own_share"],
        shares["above_10_percent_of_income"]["with"],
        result.late["probability"],
        None if alone is None else alone.late["probability"],
        None if result.stopped is None else result.stopped["probability"],
        result.lost["probability"],
    )


class Pay(NamedTuple):
    """What members pay in each world, (worlds,): money, and person-years of membership; `paired`: neighbouring worlds
    share what nobody knows.
    """

    contribution: np.ndarray
    own: np.ndarray
    years: np.ndarray
    paired: bool

    @property
    def each(self):
        """A person and year of membership, money; NaN where there is no member."""
        years = self.years.sum()
        return float((self.contribution + self.own).sum() / years) if years else float("nan")


def pay(result):
    """The `Pay` of a `Result`."""
    sums, outcome = result._sums, result.outcome
    fees = -outcome.yearly[:, 0, -1, ledger.ACCOUNTS.index("fees")]
    zones = len(groups_of(result.scenario)[WHOM[0]])  # the first side holds every cell once
    whom = outcome.whom[:, 0, :zones].sum(axis=1).astype(float)
    own = whom[:, ledger.OF_BILLS] - whom[:, ledger.OF_PAID]
    return Pay(sums["members_paid"] + fees.astype(float), own, sums["people"] / 12, result.has_ranges)


def _share_of_income(sums):
    """Contributions a month of a household that is a member, of the mean income a month of a household."""
    months = sums["households_paid_up"] + sums["households_late"] + sums["households_suspended"]
    with_income, income = sums["households_with_income"].sum(), sums["income"].sum()
    if not (months.sum() and with_income and income):
        return None
    return rounded(float(sums["members_paid"].sum() / months.sum() / (income / with_income / 12)))


def dearer(first, second):
    """(by how much members pay more a person and year in the first of two `Pay`s of the same worlds, the half width of
    its 95 % interval): the difference of two ratios, linearized, neighbouring worlds a cluster where they are paired.
    """
    influence = np.zeros(len(first.years))
    for sign, one in ((1, first), (-1, second)):
        influence += sign * (one.contribution + one.own - one.each * one.years) / max(one.years.sum(), 1e-9)
    if first.paired or second.paired:
        influence = np.add.reduceat(influence, np.arange(0, len(influence), 2))
    clusters = len(influence)
    half = 1.96 * np.sqrt(clusters / max(clusters - 1, 1) * (influence**2).sum())
    return first.each - second.each, float(half)


def less_care(before, after):
    """In what a scheme protects less than before: a list of names of fields of `Effects`, nothing if in nothing."""
    found = []
    if before.care_paid and after.care_paid is not None and after.care_paid < (1 - LESS) * before.care_paid:
        found.append("care_paid")
    for name, sign in (("covered", -1), ("not_paid_for", 1), ("forgone_care", 1), ("own_share", 1)):
        old, new = getattr(before, name), getattr(after, name)
        if old is not None and new is not None and sign * (new - old) >= FEWER:
            found.append(name)
    return found
