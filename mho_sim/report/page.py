"""A study's answer on one screen: trouble, protection, money, and where the figures come from.

Natural frequencies before percentages. A mutual "runs short" when a bill fell due and the cash was not there that day;
nobody is blamed for being ill or poor.
"""

import math

import numpy as np

from mho_sim.actuarial import quantile_interval, value_at_risk
from mho_sim.report.understood import understood
from mho_sim.report.words import WIDTH, lines, money, of_100, plural

ENOUGH = 100  # worlds below which only the headline is told; assumed
EXTREMES = 20  # worlds below which the 5 % and 95 % quantiles are the lowest and the highest
UNITS = {1: "", 10**3: "thousands of ", 10**6: "millions of ", 10**9: "thousands of millions of "}
LIMITS = (
    "Chance alone is counted: the figures in the file are taken as certain. The people were drawn once from them: "
    "--seed 2 draws others, and may answer differently by more than the interval says. Not in the model yet: members "
    "who join, leave or never pay, prices that rise, outside support; people pay as punctually whatever the amount. "
    "A model is not a guarantee of solvency."
)


def run_text(result, changes=()):
    """A study's answer as one page, no line wider than 80 characters where names and amounts allow it; `changes` are
    the values that were changed on the command line.
    """
    paragraphs = [_headline(result, changes), _trouble(result), _protection(result)]
    parts = [[line for text in part for line in lines(text, indent="  ")] for part in paragraphs[:1]]
    parts += [[line for text in part for line in lines(text)] for part in paragraphs[1:]]
    parts += [*_years(result), _indicators(result), _services(result), _provenance(result)]
    return "\n\n".join("\n".join(part) for part in parts)


def _headline(result, changes):
    finished = " (interrupted: these were finished)" if result.interrupted else ""
    told = [result.scenario.title, *understood(result.scenario)]
    told += [f"CHANGED on the command line: {change}" for change in changes]
    drawn = f"{plural(result.people_at_start, 'person', 'people')} drawn"
    return [*told, f"{plural(result.worlds, 'possible future')} of the mutual{finished}, {drawn}."]


def _trouble(result):
    late, worlds = result.late, result.worlds
    base = next((b for b in (100, 1_000, 10_000, 100_000) if late["probability"] * b >= 1), 100)
    low, high = (limit * base for limit in late["interval"])
    years = plural(result.scenario.years, "year") if result.scenario.years > 1 else "year"
    span = f"Picture {money(base)} mutuals just like ours. Over the next {years},"
    short = "will not have the money for a bill on the day it is due"
    if worlds < ENOUGH:
        return [_few(result, f"{span} between {math.floor(low)} and {math.ceil(high)} of them {short}:")]
    if late["probability"] == 0:
        headline = f"{span} fewer than {max(math.ceil(high), 1)} of them run short of money. That is not a guarantee."
    else:
        headline = (
            f"{span} {money(round(late['probability'] * base))} of them {short}. This number is not certain: it lies "
            f"somewhere between {math.floor(low)} and {math.ceil(high)} out of {money(base)}."
        )
    return [headline, *_days_late(result), _deficit(result), _reserve(result)]


def _few(result, span):
    """What a handful of futures can say of trouble, and no more."""
    count, worlds = round(result.late["probability"] * result.worlds), result.worlds
    if worlds == 1:
        return f"{span} the one future that was lived {'ran' if count else 'did not run'} short. Take --worlds 1000."
    said = "none" if count == 0 else "all" if count == worlds else count
    return f"{span} {said} of the {worlds} futures that were lived ran short. Take --worlds 1000 to say it better."


def _days_late(result):
    """When and for how long, if enough futures ran short to say so, and one of them to look at."""
    first = result.outcome.first_late[:, 0]
    short, late = np.flatnonzero(first >= 0), result.late
    if len(short) == 0:
        return []
    look = f"World {short[0]} is one that runs short: `trace --world {short[0]}` tells its story."
    if len(short) < 20:
        return [look]
    return [
        f"When money runs short, it is most often for the first time in {late['worst_month']}. Half of the mutuals "
        f"that run short are late on {plural(late['days']['p50'], 'day')} or fewer; the worst twentieth of them on "
        f"{money(late['days']['p95'])} days or more. {look}",
    ]


def _deficit(result):
    share = result.deficit["probability"]
    if not share:
        return "At no year's end does one of them owe more than it has and is owed."
    return f"At the end of some year, {of_100(share)} out of 100 owe more than they have and are owed (a deficit)."


def _reserve(result):
    needed = result.reserve_needed
    low, high = quantile_interval(needed, 0.95)
    middle, have, currency = value_at_risk(needed, 0.95), money(result.opening_cash), result.scenario.currency
    if high == 0:
        return "Even with an empty cash box at the start, 95 mutuals out of 100 would pay every bill on its day."
    upper = "no limit can be named" if high is None else _rounded_up(high)
    return (
        f"For 95 mutuals out of 100 to pay every bill on its day, we would have to start with about "
        f"{_rounded_up(middle)} {currency} in the cash box "
        f"(between {_rounded_up(low or 0)} and {upper}). We have {have}."
    )


def _rounded_up(amount):
    """An amount rounded up to two significant figures."""
    unit = 10 ** max(len(str(int(amount))) - 2, 0)
    return money(math.ceil(amount / unit) * unit)


def _protection(result):
    shares = result.protection
    told = [
        f"Whom it protects: at a month's end, {of_100(shares['covered'])} people out of 100 are covered for at least "
        "one benefit; the others still wait, or are suspended.",
        f"Of 100 households, {of_100(shares['paid_up'])} are paid up, {of_100(shares['late'])} late within the grace "
        f"period, {of_100(shares['suspended'])} suspended.",
    ]
    if shares["forgone_care"] is not None:
        told.append(f"Of 100 times that care was needed, people went without {of_100(shares['forgone_care'])} times.")
    words = {
        "waiting_period": "in the waiting period",
        "no_coverage": "while suspended",
        "not_in_package": "for care that is not in the package",
    }
    if any(shares["refused"].values()):
        told.append(
            "Of 100 claims, refused: "
            + ", ".join(f"{of_100(share)} {words[reason]}" for reason, share in shares["refused"].items() if share)
            + "."
        )
    return told


def _quantiles(worlds):
    """What the columns of the 5 %, 50 % and 95 % quantiles are called, and what is said of them."""
    if worlds == 1:
        return (), ""
    if worlds < EXTREMES:
        return ("lowest", "half", "highest"), f"Lowest, half, highest: of the {worlds} futures."
    return ("low", "half", "high"), "Low, half, high: 5, 50 and 95 of 100 futures have no more than that."


def _years(result):
    """Two tables, of what went in and out and of what is there at the year's end; in thousands or millions where they
    would be too wide.
    """
    for unit in UNITS:
        flows, stocks = _flows(result, unit), _stocks(result, unit)
        if max(map(len, (*flows, *stocks))) <= WIDTH:
            break
    means = "" if result.worlds == 1 else ", means over the futures"
    note = (
        f"In {UNITS[unit]}{result.scenario.currency}{means}. Contributions are those that fell due; received counts "
        "what was late from before."
    )
    of_cash = _quantiles(result.worlds)[1]
    return [*flows, *_note(note)], [*stocks, *(_note(of_cash) if of_cash else ())]


def _note(text):
    """A remark below a table."""
    return [f"  {line}" for line in lines(text, WIDTH - 2)]


def _named_years(result):
    """Each year's name, and its rows of the frame."""
    start = result.scenario.start
    for year in range(1, result.scenario.years + 1):
        yield str(start.year + year - 1) if start.month == 1 else str(year), result.per_year.xs(year, level="year")


def _flows(result, unit):
    columns = ("contributions_due", "contributions_received", "benefits", "running_costs")
    rows = [("year", "contributions", "received", "care to pay for", "running costs")]
    for name, of_year in _named_years(result):
        rows.append((name, *(money(of_year[column].mean() / unit) for column in columns)))
    return table(rows)


def _stocks(result, unit):
    words = _quantiles(result.worlds)[0]
    named = [f"cash: {words[0]}", *words[1:]] if words else ["cash"]
    rows = [("year's end", "bills unpaid", *named)]
    for name, of_year in _named_years(result):
        cash = [value_at_risk(of_year["cash"], q) for q in (0.05, 0.5, 0.95)][: len(named)]
        rows.append((name, *(money(value / unit) for value in (of_year["owed"].mean(), *cash))))
    return table(rows)


def _indicators(result):
    words = {
        "claims_ratio": ("claims ratio (care / contributions)", 100, "%"),
        "collection_rate": ("collection rate (received / due)", 100, "%"),
        "reserve_months": ("months of reserve (own funds / costs)", 1, ""),
    }
    quantiles = _quantiles(result.worlds)[0]
    rows = [("indicator, over the whole time", "mean" if quantiles else "", *quantiles)]
    for name, row in result.indicators.iterrows():
        text, scale, unit = words[name]
        rows.append((text, *(_figure(value * scale, unit) for value in row))[: len(rows[0])])
    return table(rows)


def _figure(value, unit):
    """An indicator's value: percentages whole, numbers with one decimal while they are small; beyond 9 999 nobody needs
    to know more.
    """
    if math.isnan(value):
        return "-"
    if abs(value) >= 10_000:
        return f"{'> ' if value > 0 else '< -'}9 999{unit}"
    return f"{money(value)}{unit}" if unit or abs(value) >= 1000 else f"{value:.1f}"


def _services(result):
    rows = [
        (
            "service",
            "need a\nperson-year",
            "claims a\nperson-year",
            "bill a\nclaim",
            "paid a\ncovered claim",
            "claims\nrefused",
        )
    ]
    for kind, row in result.services.iterrows():

        def number(key, form, row=row):
            return "-" if row[key] is None or math.isnan(row[key]) else form(row[key])

        rows.append(
            (
                kind,
                number("episodes_per_person_year", "{:.3f}".format),
                number("claims_per_person_year", "{:.3f}".format),
                number("cost_per_claim", money),
                number("paid_per_covered_claim", money),
                number("refused", "{:.0%}".format),
            )
        )
    return table(rows)


def table(rows):
    """Rows as text, the first column to the left, the others to the right; names of columns may have two lines."""
    head = [("\n" + cell if "\n" not in cell else cell).split("\n") for cell in rows[0]]
    above = [upper for upper, _ in head]
    rows = [*([above] if any(above) else []), [lower for _, lower in head], *rows[1:]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    ]


def _provenance(result):
    told = result.to_dict()
    by = (
        f"Simulated, mho_sim {told['version']}, seed {result.seed}, {plural(result.worlds, 'world')}; scenario "
        f"{told['scenario']['hash'][:19]}…, digest {result.digest[:19]}…"
    )
    return [*lines(by), *lines(LIMITS)]
