"""The statements of a study as text: income statement, balance sheet, budget and cash plan."""

import math

from mho_sim.report.tables import UNITS, table
from mho_sim.report.words import WIDTH, lines, money
from mho_sim.statements import CASH_PLAN_LAYOUT, SUMS

COLUMNS = 4  # of amounts, side by side
NAMES = {"p05": "low", "p50": "half", "p95": "high"}
LOW_AND_HIGH = "Low, half, high: of 100 futures 5, 50 and 95 have no more than that."
NUMBERS = (
    "Account numbers follow SYSCOA. The STEP guide prints 5, 10, 40, 41, 44, 45, 477 and 602; the others are recalled "
    "or ours. A budget's balance is not the result of the year. A calculation to help the discussion, not a promise."
)


def statements_text(result, world=None, year=1):
    """All four statements, no line wider than 80 characters: of one world, or their means over worlds with what 5, 50
    and 95 of 100 have at most beside.

    Budget and cash plan are those of one year, from 1; the budget is always the expectation over worlds.
    """
    one = "" if world is None else f", future {world}"
    parts = [
        [result.scenario.title, *([] if one else lines(f"Means over the futures. {LOW_AND_HIGH}"))],
        *_by_year("Income statement", result.income_statement(world), one, result),
        *_by_year("Balance sheet", result.balance_sheet(world), one, result),
        _budget(f"Budget of year {year}, expected", result.budget(year), result),
        *_plan(f"Cash plan of year {year}{one} ({CASH_PLAN_LAYOUT})", result.cash_plan(year, world), result),
        lines(NUMBERS),
    ]
    return "\n\n".join("\n".join(part) for part in parts)


def _by_year(name, frame, one, result):
    """A table of all years of one world, side by side, or a table for each year."""
    if one:
        return _side_by_side(f"{name}{one}", frame.rename(columns=lambda year: year[:4]), result)
    return [
        part
        for year in frame.columns.unique(0)
        for part in _side_by_side(f"{name}, year to {year}", frame[year].rename(columns=NAMES), result)
    ]


def _plan(name, frame, result):
    words = {f"cash at the end, {q}": f"cash at the end, {word}" for q, word in NAMES.items()}
    return _side_by_side(name, frame.rename(index=words, level="line"), result)


def _side_by_side(name, frame, result):
    """Tables of a few columns each; lines that are nothing throughout are left out."""
    amounts = frame.to_numpy()
    kept = [i for i, (block, *_) in enumerate(frame.index) if block in SUMS or amounts[i].any()]
    parts = []
    for first in range(0, amounts.shape[1], COLUMNS):
        some = amounts[:, first : first + COLUMNS]
        heads = ("", *map(str, frame.columns[first : first + COLUMNS]))
        for unit in UNITS:
            rows = [heads, *((_named(frame.index[i]), *(money(value / unit) for value in some[i])) for i in kept)]
            if max(map(len, told := table(rows))) <= WIDTH:
                break
        parts.append([*lines(f"{name}, {UNITS[unit]}{result.scenario.currency}"), *told])
    return parts


def _named(line):
    """The name of a line with the number of its account before it, set in from the sums."""
    block, number, name = line
    return ("" if block in SUMS else "  ") + " ".join(part for part in (number, name) if part)


def _budget(name, frame, result):
    def said(value):
        return "" if math.isnan(value) else money(value) if abs(value) >= 10 else f"{value:.4g}"

    rows = [("", "quantity", "each", "amount")]
    for line, (quantity, unit, amount) in zip(frame.index, frame.to_numpy()):
        rows.append((_named(line), said(quantity), said(unit), money(amount)))
    return [*lines(f"{name}, {result.scenario.currency}"), *table(rows)]
