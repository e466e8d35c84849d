"""Reads closed books and registers; each indicator a small function of columns of one world's yearly or monthly
figures.

`INDICATORS` lists all that are known, with their formulas on plain amounts (in `formulas`). The functions here read
some of them off the books: `accounts` are balances (debit minus credit) at closings, arrays whose last axis is that of
`ledger.ACCOUNTS`; all results keep the other axes. Money is in whole units of the currency.
"""

from mho_sim.indicators import formulas
from mho_sim.indicators.formulas import INDICATORS, Indicator
from mho_sim.ledger import (
    ACCRUED,
    ADVANCES,
    BENEFITS,
    CASH,
    CONTRIBUTIONS,
    EXPENSES,
    PROVIDERS,
    RECEIVABLE,
    SUPPLIERS,
    UNEARNED,
)

__all__ = [
    "INDICATORS",
    "Indicator",
    "claims_ratio",
    "collection_rate",
    "contributions_due",
    "contributions_earned",
    "equity",
    "formulas",
    "reserve_months",
]


def contributions_due(accounts):
    """Contributions that have fallen due since the start, money: what was deferred or accrued, plus what was earned,
    less what is accrued.
    """
    return -(accounts[..., UNEARNED] + accounts[..., ACCRUED] + accounts[..., CONTRIBUTIONS])


def contributions_earned(accounts):
    """Contributions earned since the start, money."""
    return -accounts[..., CONTRIBUTIONS]


def equity(accounts):
    """Own funds, money: all that the mutual has (cash, what members owe, what has accrued) less all that it owes
    (providers, suppliers, members who paid ahead, cover not yet given).
    """
    return accounts[..., [CASH, RECEIVABLE, ACCRUED, ADVANCES, UNEARNED, PROVIDERS, SUPPLIERS]].sum(axis=-1)


def claims_ratio(accounts):
    """Benefits incurred / contributions earned, since the start (EVAL, IRIS FP8478; DOMAIN 4.2 [S]); NaN where
    nothing was earned.
    """
    return formulas.claims_ratio(benefits=accounts[..., BENEFITS], contributions_earned=contributions_earned(accounts))


def collection_rate(accounts, receivable_before=0):
    """Contributions received / contributions due, since the start, with what was owed before the start (DOMAIN 4.2
    [R]); NaN where nothing was due.
    """
    due = contributions_due(accounts) + receivable_before
    return formulas.collection_rate(contributions_received=due - accounts[..., RECEIVABLE], contributions_due=due)


def reserve_months(accounts, months):
    """Own funds / mean monthly benefits and running costs since the start: "equity in months" (DOMAIN 4.2 [R]); NaN
    where nothing was spent.
    """
    return formulas.equity_months(
        own_funds=equity(accounts),
        benefits=accounts[..., BENEFITS],
        running_costs=accounts[..., EXPENSES],
        months=months,
    )
