"""Packages and contributions side by side, as a table that fits a narrow screen."""

import math

from mho_sim.report.tables import table
from mho_sim.report.words import WIDTH, lines, money, of_100, ordinal


def offers_text(frame, scenario, year=1, changed=()):
    """The table of a year of membership, and what its columns say."""
    title = [scenario.title, *(f"CHANGED on the command line: {change}" for change in changed)]
    heads = ("contribution", "of 100\njoin", "people", "needed", "asked", "a year\nbrings", "people it\ntakes")
    rows, last = [heads], None
    for (package, amount), row in frame.iterrows():
        if package != last and (package or last is not None):
            rows.append((package, *[""] * 6))
        last = package
        keys = ("people", "needed", "asked", "result", "break_even")
        cells = (of_100(row["joining"]), *("-" if math.isnan(row[key]) else money(row[key]) for key in keys))
        own = amount is None or math.isnan(amount)
        rows.append(("  by size" if own else f"  {money(amount)}", *cells))
    told = (
        f"Of the {ordinal(year)} year of membership (in the first, waiting makes care cheaper): contributions, each "
        f"with what it changes. Of 100 households that join, and their people; needed and asked, "
        f"{scenario.currency} a person and year; what a year brings the mutual more than it costs, expected, without "
        "safety margin and support; how many people must join so that it brings no less than it costs (-: no number "
        "does, each costs more than they bring)."
    )
    if scenario.setting.take_up is None:
        told += " The file does not say that fewer join when it is dearer (take_up)."
    elif scenario.setting.take_up.observed is None:
        told += " The file says the same share for every contribution; a survey would tell them apart (take_up)."
    note = [f"  {line}" for line in lines(told, WIDTH - 2)]
    return "\n".join([*(line for text in title for line in lines(text)), "", *table(rows), *note])
