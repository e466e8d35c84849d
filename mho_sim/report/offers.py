"""Packages and contributions side by side, as a table that fits a narrow screen."""

import math

from mho_sim.report.tables import table
from mho_sim.report.words import WIDTH, lines, money, of_100


def offers_text(frame, scenario, changed=()):
    """The table and what its columns say."""
    title = [scenario.title, *(f"CHANGED on the command line: {change}" for change in changed)]
    heads = ("contribution", "of 100\njoin", "people", "needed", "asked", "a year\nbrings", "people it\ntakes")
    rows, last = [heads], None
    for (package, amount), row in frame.iterrows():
        if package != last and (package or last is not None):
            rows.append((package, *[""] * 6))
        last = package
        takes = "-" if math.isnan(row["break_even"]) else money(row["break_even"])
        cells = (of_100(row["joining"]), *(money(row[key]) for key in ("people", "needed", "asked", "result")), takes)
        rows.append((f"  {money(amount)}", *cells))
    told = (
        f"Contributions, each with what it changes. Of 100 households that join, and their people; needed and asked, "
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
