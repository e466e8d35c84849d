"""The statements of a study as text: income statement, balance sheet, budget and cash plan."""

import math

from mho_sim.report.words import money
from mho_sim.statements import CASH_PLAN_LAYOUT


def statements_text(result, world=None, year=1):
    """All four statements; income statement, balance sheet and cash plan of one world, or their means over worlds.

    The budget is always the expectation over worlds, of the year that is asked for (from 1), as is the cash plan's.
    """
    whose = "mean over the futures" if world is None else f"future {world}"
    beside = "; 5 %, half, 95 %: of 100 futures so many have no more than that" if world is None else ""
    currency = result.scenario.currency
    parts = [
        (f"Income statement ({whose}), {currency}{beside}", _by_year(result.income_statement(world), world)),
        (f"Balance sheet ({whose}), {currency}{beside}", _by_year(result.balance_sheet(world), world)),
        (f"Budget of year {year} (expected), {currency}", _budget(result.budget(year))),
        (f"Cash plan of year {year} ({whose}), {currency}; {CASH_PLAN_LAYOUT}", _plan(result.cash_plan(year, world))),
    ]
    texts = [
        "\n".join((heading, *(line.rstrip() for line in _aligned(rows))))
        for heading, rows in ((result.scenario.title, []), *parts)
    ]
    notes = [
        "Account numbers follow SYSCOA; those that the STEP guide prints are 5, 10, 40, 41, 44, 45, 477 and 602, the "
        "others are recalled or ours.",
        "A budget's balance is not the result of the year. A calculation to help the discussion, not a promise.",
    ]
    return "\n\n".join([*texts, "\n".join(notes)])


def _by_year(frame, world):
    """Rows of an income statement or a balance sheet; lines of accounts that are nothing throughout are left out."""
    if world is None:
        heads = [("", "", *(f"{year[:4]} {name}" for year, name in frame.columns))]
        heads = [tuple(cell.replace("p05", "5 %").replace("p50", "half").replace("p95", "95 %") for cell in heads[0])]
    else:
        heads = [("", "", *(year[:4] for year in frame.columns))]
    return heads + _lines(frame)


def _lines(frame):
    rows = []
    for (block, number, name), values in zip(frame.index, frame.to_numpy()):
        if block in ("total", "result", "opening", "closing") or values.any():
            rows.append((number, ("" if block in ("total", "result") else "  ") + name, *map(money, values)))
    return rows


def _budget(frame):
    def said(value):
        return "" if math.isnan(value) else money(value) if abs(value) >= 10 else f"{value:.4g}"

    rows = [("", "", "quantity", "each", "amount")]
    for (block, number, name), (quantity, unit, amount) in zip(frame.index, frame.to_numpy()):
        indent = "" if block in ("total", "balance", "memo") else "  "
        rows.append((number, indent + name, said(quantity), said(unit), money(amount)))
    return rows


def _plan(frame):
    return [("", "", *frame.columns), *_lines(frame)]


def _aligned(rows):
    """Rows as text, numbers of accounts and names to the left, amounts to the right."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))
        )
        for row in rows
    ]
