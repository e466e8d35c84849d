"""A study's answer on one screen: trouble, protection, money, and where the figures come from.

Natural frequencies before percentages. A mutual "runs short" when a bill fell due and the cash was not there that day;
nobody is blamed for being ill or poor.
"""

import math

import numpy as np

from mho_sim.actuarial import quantile_interval, value_at_risk
from mho_sim.report.understood import understood
from mho_sim.report.words import money, of_100, plural

ENOUGH = 100  # worlds below which only the headline is told; assumed
LIMITS = (
    "Chance alone is counted: the figures in the file are taken as certain. The people were drawn once from them:",
    "--seed 2 draws others, and may answer differently by more than the interval says. Not in the model yet: members",
    "who join, leave or never pay, prices that rise, outside support; people pay as punctually whatever the amount.",
    "A model is not a guarantee of solvency.",
)


def run_text(result, changes=()):
    """A study's answer as one page; `changes` are the values that were changed on the command line."""
    parts = [_headline(result, changes), _trouble(result), _protection(result)]
    parts += [_years(result), _indicators(result), _services(result), _provenance(result)]
    return "\n\n".join("\n".join(part) for part in parts)


def _headline(result, changes):
    finished = " (interrupted: these were finished)" if result.interrupted else ""
    lines = [result.scenario.title, *understood(result.scenario)]
    lines += [f"CHANGED on the command line: {change}" for change in changes]
    drawn = f"{plural(result.people_at_start, 'person', 'people')} drawn"
    return [*lines, f"{plural(result.worlds, 'possible future')} of the mutual{finished}, {drawn}."]


def _trouble(result):
    late, worlds = result.late, result.worlds
    base = next((b for b in (100, 1_000, 10_000, 100_000) if late["probability"] * b >= 1), 100)
    low, high = (limit * base for limit in late["interval"])
    years = plural(result.scenario.years, "year") if result.scenario.years > 1 else "year"
    span = f"Picture {money(base)} mutuals just like ours. Over the next {years},"
    if late["probability"] == 0:
        lines = [f"{span} fewer than {max(math.ceil(high), 1)} of them run short of money. That is not a guarantee."]
    else:
        count = round(late["probability"] * base)
        lines = [
            f"{span} {money(count)} of them will not have the money for a bill on the day it is due.",
            f"This number is not certain: it lies somewhere between {math.floor(low)} and {math.ceil(high)} out of "
            f"{money(base)}.",
        ]
    if worlds < ENOUGH:
        return [*lines, f"{plural(worlds, 'future')} is too few to say more: take --worlds 1000."]
    return [*lines, *_days_late(result), _deficit(result), _reserve(result)]


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
        "that "
        f"run short are late on {plural(late['days']['p50'], 'day')} or fewer;",
        f"the worst twentieth of them on {money(late['days']['p95'])} days or more. {look}",
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
        f"{_rounded_up(middle)} {currency} in the cash box\n"
        f"(between {_rounded_up(low or 0)} and {upper}). We have {have}."
    )


def _rounded_up(amount):
    """An amount rounded up to two significant figures."""
    unit = 10 ** max(len(str(int(amount))) - 2, 0)
    return money(math.ceil(amount / unit) * unit)


def _protection(result):
    shares = result.protection
    lines = [
        f"Whom it protects: at a month's end, {of_100(shares['covered'])} people out of 100 are covered for at least "
        "one benefit; the others still wait, or are suspended.",
        f"Of 100 households, {of_100(shares['paid_up'])} are paid up, {of_100(shares['late'])} late within the grace "
        f"period, {of_100(shares['suspended'])} suspended.",
    ]
    if shares["forgone_care"] is not None:
        lines.append(f"Of 100 times that care was needed, people went without {of_100(shares['forgone_care'])} times.")
    words = {
        "waiting_period": "in the waiting period",
        "no_coverage": "while suspended",
        "not_in_package": "for care that is not in the package",
    }
    if any(shares["refused"].values()):
        lines.append(
            "Of 100 claims, refused: "
            + ", ".join(f"{of_100(share)} {words[reason]}" for reason, share in shares["refused"].items() if share)
            + "."
        )
    return lines


def _years(result):
    frame, start = result.per_year, result.scenario.start
    columns = ("contributions_due", "contributions_received", "benefits", "running_costs", "owed")
    rows = [
        (
            "year",
            "contributions",
            "received",
            "care to pay for",
            "running costs",
            "bills unpaid",
            "cash: poor",
            "half",
            "good",
        )
    ]
    for year in range(1, result.scenario.years + 1):
        of_year = frame.xs(year, level="year")
        cash = [value_at_risk(of_year["cash"], q) for q in (0.05, 0.5, 0.95)]
        name = str(start.year + year - 1) if start.month == 1 else str(year)
        rows.append((name, *(money(value) for value in (*(of_year[column].mean() for column in columns), *cash))))
    return [
        *table(rows),
        f"  In {result.scenario.currency}, means over the futures. Contributions are those that fell due; received "
        "counts "
        "what was late from before.",
        "  Bills unpaid and cash are those of the year's end; of 100 futures 5, 50 and 95 have no more cash than that.",
    ]


def _indicators(result):
    words = {
        "claims_ratio": ("claims ratio: care to pay for / contributions earned", 100, " %"),
        "collection_rate": ("collection rate: contributions received / due", 100, " %"),
        "reserve_months": ("months of reserve: own funds / monthly care and running costs", 1, ""),
    }
    rows = [("indicator, over the whole time", "mean", "5 %", "half", "95 %")]
    for name, row in result.indicators.iterrows():
        text, scale, unit = words[name]
        rows.append(
            (text, *("-" if math.isnan(value) else f"{value * scale:.{0 if unit else 1}f}{unit}" for value in row))
        )
    return table(rows)


def _services(result):
    rows = [
        ("service", "need a person-year", "claims a person-year", "bill a claim", "paid a covered claim", "refused")
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
    """Rows as text, the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    ]


def _provenance(result):
    told = result.to_dict()
    return [
        f"Simulated, mho_sim {told['version']}, seed {result.seed}, {result.worlds:,} worlds; scenario "
        f"{told['scenario']['hash'][:19]}…, digest {result.digest[:19]}…",
        *LIMITS,
    ]
