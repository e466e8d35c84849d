"""A study's answer on one screen: trouble, protection, money, and where the figures come from.

Natural frequencies before percentages. A mutual "runs short" when a bill fell due and the cash was not there that day;
nobody is blamed for being ill or poor.
"""

import math

import numpy as np

from mho_sim.report.words import money, of_100, plural

LIMITS = (
    "Chance alone is counted: the figures in the file are taken as certain. Not in the model yet: members who join "
    "or leave, prices that rise, outside support.",
    "A model is not a guarantee of solvency.",
)


def run_text(result):
    """A study's answer on one screen: trouble, protection, money, and where the figures come from."""
    return "\n".join(
        [
            *_headline(result),
            "",
            *_trouble(result),
            "",
            *_protection(result),
            "",
            *_years(result),
            "",
            *_indicators(result),
            "",
            *_services(result),
            "",
            *_provenance(result),
        ]
    )


def _headline(result):
    scenario, worlds = result.scenario, result.worlds
    finished = " (interrupted: these were finished)" if result.interrupted else ""
    return [
        scenario.title,
        f"{plural(result.households, 'household')}, {plural(result.people_at_start, 'person', 'people')}, "
        f"{plural(scenario.years, 'year')} from {scenario.start}; "
        f"{plural(worlds, 'possible future')}{finished}",
    ]


def _trouble(result):
    late, years = result.late, result.scenario.years
    low, high = (100 * limit for limit in late["interval"])
    span = f"Picture 100 mutuals just like ours. Over the next {plural(years, 'year') if years > 1 else 'year'},"
    if late["probability"] < 0.01:
        lines = [f"{span} fewer than {max(math.ceil(high), 1)} of them run short of money. That is not a guarantee."]
    else:
        lines = [
            f"{span} {of_100(late['probability'])} of them will not have the money for a bill on the day it is due.",
            f"This number is not certain: it lies somewhere between {math.floor(low)} and {math.ceil(high)} out of "
            "100.",
        ]
    if late["days"]:
        lines.append(
            f"When money runs short, it is most often for the first time in {late['worst_month']}. Half of those "
            "that run short are late "
            f"on {plural(late['days']['p50'], 'day')} or fewer, one in twenty on {late['days']['p95']:,} or more."
        )
    return [*lines, _deficit(result), _reserve(result)]


def _deficit(result):
    share = result.deficit["probability"]
    return (
        f"At the end of some year, {of_100(share)} of the 100 owe more than they have and are owed."
        if share
        else "At no year's end does one of them owe more than it has and is owed."
    )


def _reserve(result):
    needed = int(np.quantile(result.reserve_needed, 0.95, method="inverted_cdf"))
    if needed == 0:
        return (
            "Even with an empty cash box at the start, at least 95 mutuals out of 100 would pay every bill on its day."
        )
    return (
        f"For 95 mutuals out of 100 to pay every bill on its day, we would have to start with {money(needed)} "
        f"{result.scenario.currency} in the cash box. "
        f"We have {money(result.opening_cash)}."
    )


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
    rows = [
        (
            "year",
            "contributions due",
            "received",
            "care to pay for",
            "running costs",
            "cash, poor year",
            "middling",
            "good",
        )
    ]
    for year in range(1, result.scenario.years + 1):
        of_year = frame.xs(year, level="year")
        means = [
            of_year[name].mean()
            for name in ("contributions_due", "contributions_received", "benefits", "running_costs")
        ]
        cash = [np.quantile(of_year["cash"], q, method="inverted_cdf") for q in (0.05, 0.5, 0.95)]
        rows.append(
            (
                str(start.year + year - 1) if start.month == 1 else str(year),
                *(money(value) for value in (*means, *cash)),
            )
        )
    return [
        *table(rows),
        f"  ({result.scenario.currency}; means, received with what was late from before; cash at the year's end: 5, "
        "50, 95 of 100 futures have no more)",
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
