"""Reads closed books and registers; each indicator a small function of columns of one world's yearly or monthly
figures.

`Accounts` are balances (debit minus credit) at closings, arrays whose last axis is that of `ledger.ACCOUNTS`; all
results keep the other axes. Money is in whole units of the currency.
"""

import numpy as np

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
    return _ratio(accounts[..., BENEFITS], contributions_earned(accounts))


def collection_rate(accounts, receivable_before=0):
    """Contributions received / contributions due, since the start, with what was owed before the start (DOMAIN 4.2
    [R]); NaN where nothing was due.
    """
    due = contributions_due(accounts) + receivable_before
    return _ratio(due - accounts[..., RECEIVABLE], due)


def reserve_months(accounts, months):
    """Own funds / mean monthly benefits and running costs since the start: "equity in months" (DOMAIN 4.2 [R]); NaN
    where nothing was spent.
    """
    return _ratio(equity(accounts) * months, accounts[..., BENEFITS] + accounts[..., EXPENSES])


def _ratio(above, below):
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below != 0)
