"""Reads closed books as the STEP guide has them read: income statement, balance sheet, budget, cash plan.

Every statement is a list of lines, each a sum of balances, so it can be read of any closing: of one world, of many, of
the mean over worlds. Income statement in three blocks (operating, financial, exceptional) and balance sheet (assets:
what the mutual owns; liabilities: where the resources came from) as GUIDE 3 [S]; which line stands where inside a block
is ours; nothing in the model is exceptional. Budget in the guide's order [S]; the layout of the cash plan is ours, for
the guide's rows could not be read. Numbers and names of accounts: `ledger.CHART`.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from mho_sim.engine.clock import Calendar
from mho_sim.ledger import ACCOUNTS, CHART, EQUITY
from mho_sim.rules import OUTCOMES, PAID_FOR

CASH_PLAN_LAYOUT = "in a layout of our own"
SUMS = ("total", "result", "opening", "closing", "balance", "memo")  # blocks whose lines are no single accounts
QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


class Line(NamedTuple):
    """A line of a statement: the balances of its accounts, as debit minus credit (sign 1) or the other way round (-1),
    at the end of the period, before it, or the change between.
    """

    block: str
    number: str
    name: str
    accounts: tuple
    sign: int
    of: str  # "end", "before" or "change"


class Total(NamedTuple):
    """A line that adds other lines, those before it with the block of a key, times the value."""

    block: str
    number: str
    name: str
    parts: dict


def _account(block, name, sign, of):
    """The line of one account."""
    return Line(block, CHART[name].number, CHART[name].english, (name,), sign, of)


def _accounts(block, names, sign, of):
    return [_account(block, name, sign, of) for name in names]


RESULTS = ACCOUNTS[EQUITY + 1 :]  # the accounts of the income statement, which the model never closes

INCOME_STATEMENT = (
    *_accounts(
        "operating charges", ("benefits", "expenses", "commissions", "expenses_in_kind", "bad_debts"), 1, "change"
    ),
    Total("total", "6", "operating charges", {"operating charges": 1}),
    *_accounts("operating income", ("contributions", "fees", "subsidies", "support_in_kind"), -1, "change"),
    Total("total", "7", "operating income", {"operating income": 1}),
    Total("result", "", "operating result", {"operating income": 1, "operating charges": -1}),
    _account("financial income", "interest", -1, "change"),
    Total("result", "", "financial result", {"financial income": 1}),
    Total("result", "", "exceptional result", {}),
    Total(
        "result", "13", "result of the year", {"operating income": 1, "operating charges": -1, "financial income": 1}
    ),
)

BALANCE_SHEET = (
    *_accounts("assets", ("cash", "receivable", "accrued", "support_receivable"), 1, "end"),
    Total("total", "", "assets: what the mutual owns", {"assets": 1}),
    _account("liabilities", "equity", -1, "end"),
    Line("liabilities", "12", "results of earlier years", RESULTS, -1, "before"),
    Line("liabilities", "13", "result of the year", RESULTS, -1, "change"),
    *_accounts(
        "liabilities",
        ("providers", "members_claims", "suppliers", "advances", "unearned", "deferred_support"),
        -1,
        "end",
    ),
    Total("total", "", "liabilities: where it came from", {"liabilities": 1}),
)

CASH_PLAN = (
    Line("opening", "5", "cash at the start", ("cash",), 1, "before"),
    Line(
        "receipts",
        "41",
        "contributions of members",
        ("receivable", "accrued", "advances", "unearned", "contributions", "bad_debts"),
        -1,
        "change",
    ),
    Line("receipts", "702", "joining fees, penalties", ("fees",), -1, "change"),
    Line(
        "receipts", "71", "support from outside", ("support_receivable", "deferred_support", "subsidies"), -1, "change"
    ),
    Line("receipts", "77", "interest", ("interest",), -1, "change"),
    Line("receipts", "", "other", ("equity", "support_in_kind", "expenses_in_kind"), -1, "change"),
    Total("total", "", "receipts", {"receipts": 1}),
    Line("payments", "40, 4198", "care", ("providers", "members_claims", "benefits"), 1, "change"),
    Line("payments", "471", "running costs", ("suppliers", "expenses", "commissions"), 1, "change"),
    Total("total", "", "payments", {"payments": 1}),
    Total("closing", "5", "cash at the end", {"opening": 1, "receipts": 1, "payments": -1}),
)


def amounts(layout, closings, before):
    """The lines of a statement, (..., periods, lines), from the balances at the ends of periods, (..., periods,
    accounts), and before the first, (accounts,); same unit.
    """
    closings = np.asarray(closings)
    first = np.broadcast_to(before, (*closings.shape[:-2], 1, closings.shape[-1]))
    starts = np.concatenate((first, closings[..., :-1, :]), axis=-2)
    balances = {"end": closings, "before": starts, "change": closings - starts}
    lines = []
    for line in layout:
        if isinstance(line, Line):
            columns = [ACCOUNTS.index(name) for name in line.accounts]
            lines.append(line.sign * balances[line.of][..., columns].sum(axis=-1) + 0)  # + 0: there is no -0
        else:
            parts = [line.parts.get(other.block, 0) * amount for other, amount in zip(layout, lines)]
            lines.append(sum(parts, np.zeros_like(lines[0])))
    return np.stack(lines, axis=-1)


def index_of(layout):
    """The lines as an index: block, number of the account, name."""
    return pd.MultiIndex.from_tuples(
        [(line.block, line.number, line.name) for line in layout], names=("block", "account", "line")
    )


def frame(layout, told, periods, one):
    """A statement as a frame, a row per line: of `one` world a column per period, else mean, 5, 50 and 95 % of the
    worlds for each; `told` are amounts, (worlds, periods, lines).
    """
    if one:
        return pd.DataFrame(told[0].T, index=index_of(layout), columns=periods)
    columns = {}
    for p, period in enumerate(periods):
        columns[period, "mean"] = told[:, p].mean(axis=0)
        quantiles = np.quantile(told[:, p], list(QUANTILES.values()), axis=0, method="inverted_cdf")
        columns |= {(period, name): quantile for name, quantile in zip(QUANTILES, quantiles)}
    names = pd.MultiIndex.from_tuples(columns, names=(periods.name, "worlds"))
    return pd.DataFrame(np.stack(list(columns.values()), axis=1), index=index_of(layout), columns=names)


def budget(scenario, year, change, sums):
    """The budget of a year (1 is the first), a row per line with quantity, unit amount and amount: benefits per
    service, running costs item by item, then income, and the balance, which is not the result.

    `change`, (accounts,), is the expected change of the balances in the year, `sums` the expected sums of the
    registers by measure. The last running cost takes what rounding leaves.
    """
    of = dict(zip(ACCOUNTS, change))
    rows = [_benefit_line(kind, sums) for kind in scenario.kinds if kind in scenario.scheme.benefits]
    rows += _running_costs(scenario, year, of["expenses"], sums)
    rows += [
        ("running costs", CHART[name].number, CHART[name].english, np.nan, np.nan, of[name])
        for name in ("commissions", "expenses_in_kind")
        if of[name]
    ]
    spent = sum(row[-1] for row in rows)
    due = -(of["unearned"] + of["accrued"] + of["contributions"])
    # of what the State owes the part for later months is deferred: a budget has all that falls due
    support = -(of["subsidies"] + of["deferred_support"])
    income = [
        ("income", CHART["contributions"].number, "contributions that fall due", np.nan, np.nan, due),
        ("income", CHART["fees"].number, CHART["fees"].english, np.nan, np.nan, -of["fees"]),
        ("income", CHART["subsidies"].number, CHART["subsidies"].english, np.nan, np.nan, support),
        ("income", CHART["support_in_kind"].number, CHART["support_in_kind"].english, np.nan, np.nan,
         -of["support_in_kind"]),
        ("income", CHART["interest"].number, CHART["interest"].english, np.nan, np.nan, -of["interest"]),
    ]  # fmt: skip
    earned = sum(row[-1] for row in income)
    result = -sum(of[name] for name in RESULTS)
    rows += [("total", "", "expenditure", np.nan, np.nan, spent), *(row for row in income if row[-1])]
    rows += [
        ("total", "", "income", np.nan, np.nan, earned),
        ("balance", "", "balance of the budget", np.nan, np.nan, earned - spent),
        ("memo", "13", "result of the year", np.nan, np.nan, result),
    ]
    return pd.DataFrame(rows, columns=["block", "account", "line", "quantity", "unit", "amount"]).set_index(
        ["block", "account", "line"]
    )


def _benefit_line(kind, sums):
    """Benefits of a service: how many claims are paid for, and how much for each."""
    paid_for = sum(sums[kind, reason] for reason in OUTCOMES[:PAID_FOR])
    paid = sums[kind, "paid"]
    return ("benefits", CHART["benefits"].number, kind, paid_for, paid / paid_for if paid_for else np.nan, paid)


def _running_costs(scenario, year, whole, sums):
    """The running costs, item by item, that add up to a whole."""
    people, paid, expenses = sums["people"] / 12, sums["members_paid"], scenario.scheme.expenses
    calendar = Calendar(scenario.start, scenario.years)
    first, end = calendar.first[[12 * year - 12, 12 * year]]
    items = [
        ("at the start", 1, expenses.once if year == 1 else 0),
        ("every month", 12, expenses.per_month),
        ("share of contributions", paid, expenses.share_of_contributions),
        ("for each beneficiary", people, expenses.per_beneficiary_year),
        *((one.name, sum(first <= day < end for day in calendar.days_of(one)), one.amount) for one in expenses.dated),
    ]
    rows = [
        ("running costs", CHART["expenses"].number, name, *parts) for name, *parts in items if parts[0] and parts[1]
    ]
    rows = [(*row, row[-2] * row[-1]) for row in rows]
    rest = whole - sum(row[-1] for row in rows)
    if expenses.per_card and rest >= expenses.per_card / 2:
        name, quantity = "cards", rest / expenses.per_card
        rows.append(("running costs", CHART["expenses"].number, name, quantity, expenses.per_card, rest))
    elif rows:
        rows[-1] = (*rows[-1][:-1], rows[-1][-1] + rest)
    return rows
