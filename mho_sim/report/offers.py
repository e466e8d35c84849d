"""Packages and contributions side by side, as a table that fits a narrow screen."""

import math

from mho_sim.report.tables import table
from mho_sim.report.words import WIDTH, lines, money, of_100, ordinal, period


def offers_text(offers, changed=()):
    """The table of a year of membership, and what its columns say."""
    scenario = next(iter(offers.packages.values()))
    surveyed = any(one.setting.take_up is not None for one in offers.packages.values())
    title = [scenario.title, *(f"CHANGED on the command line: {change}" for change in changed), _of_year(offers)]
    heads = ("contribution", "of 100\njoin", "people\ncovered", "needed\na year", "asked\na year", "left over\na year",
             "pays for\nitself from")  # fmt: skip
    rows = [heads, *(_cells(amount, row) for (_, amount), row in offers.frame.iterrows())]
    told = table(rows if surveyed else [(row[0], *row[2:]) for row in rows])
    head, body = told[:-len(offers.frame)], told[-len(offers.frame):]  # fmt: skip
    named, last = [], None
    for (package, _), line in zip(offers.frame.index, body, strict=True):
        named += [f"  {package}"] if package and package != last else []
        named.append(line)
        last = package
    note = [f"  {line}" for line in lines(_note(offers, scenario, surveyed), WIDTH - 2)]
    return "\n".join([*(line for text in title for line in lines(text)), "", *head, *named, *note])


def _of_year(offers):
    """Which year the table is of, and why not the first."""
    years = min(one.years for one in offers.packages.values())
    if offers.year == 1:
        return "The first year of membership." + (" Later nobody waits, and it is dearer." if years > 1 else "")
    return f"The {ordinal(offers.year)} year of membership; in the first (--year 1) waiting makes care cheaper."


def _cells(amount, row):
    own = amount is None or math.isnan(amount)
    if not row["people"]:
        return ("  by size" if own else f"  {money(amount)}", "0", "0", *["-"] * 4)
    keys = ("people", "needed", "asked", "result")
    enough = "never" if math.isnan(row["break_even"]) else money(row["break_even"])
    enough = "> all" if row["break_even_share"] > 1 else enough
    return ("  by size" if own else f"  {money(amount)}", of_100(row["joining"]), *(money(row[key]) for key in keys),
            enough)  # fmt: skip


def _note(offers, scenario, surveyed):
    """What the columns say."""
    terms = scenario.scheme.contribution
    own = "goes by size" if terms.amount is None else f"is {money(terms.amount)}"
    told = (
        f"Contribution: of a {terms.per} and {period(terms.every)}; that of the file {own}. Needed and asked: "
        f"{scenario.currency} a person; needed is with the safety margin of {100 * offers.safety:g}%. Left over: what "
        "comes in less care and running costs, without that margin and without support, as it is to be expected; a "
        "minus is what is missing. Pays for itself from so many people on; > all: from more than the association would "
        "have then, if all joined; never: each costs more than they bring."
    )
    if not surveyed:
        return f"{told} All are taken to join whatever it costs: the file does not say how many would (take_up)."
    if scenario.setting.take_up is not None and scenario.setting.take_up.observed is None:
        return f"{told} The same share joins at every contribution; a survey would tell them apart (take_up)."
    return told
