"""A study's answer on a screen and a half: trouble, protection, money, and where the figures come from.

Natural frequencies before percentages. A mutual "runs short" when a bill fell due and the cash was not there that day;
nobody is blamed for being ill or poor. Solvency never stands without protection beside it, nor with support from
outside without the figure without it.
"""

import math

import numpy as np

from mho_sim.actuarial import value_at_risk
from mho_sim.report.understood import understood
from mho_sim.report.words import lines, listed, money, of_100, plural, unknown
from mho_sim.study.trouble import reserve_interval

ENOUGH = 100  # worlds below which only the headline is told; assumed
SHORT_LIST = {  # indicator: words, scale, unit
    "claims_ratio": ("claims ratio: benefits / contributions earned", 100, " %"),
    "gross_expense_ratio": ("expense ratio: all running costs / contributions earned", 100, " %"),
    "collection_rate": ("collection rate: contributions received / due", 100, " %"),
    "equity_months": ("months of reserve: own funds / monthly benefits and running costs", 1, ""),
    "self_financing_ratio": ("self-financing: the mutual's own income / its charges", 100, " %"),
    "loyalty_rate": ("members of the year before who stayed", 100, " %"),
}
REFUSED = {
    "waiting_period": "in the waiting period",
    "no_coverage": "while suspended",
    "not_in_package": "for care that is not in the package",
    "excluded_age": "for an age that is not covered",
    "excluded_cause": "for a cause that is not covered",
    "no_referral": "without a letter of referral",
    "over_events": "beyond the episodes paid for in a year",
}


def run_text(result, changes=()):
    """A study's answer as one page; `changes` are the values that were changed on the command line."""
    parts = [_headline(result, changes), _trouble(result), _protection(result)]
    parts += [_years(result), _indicators(result), _services(result), _provenance(result)]
    return "\n\n".join("\n".join(_folded(part)) for part in parts if part)


def _folded(said):
    """Sentences folded at the page's width; tables and lists as they are."""
    for line in said:
        yield from [line] if line.startswith(" ") else lines(line) or [""]


def _headline(result, changes):
    finished = " (interrupted: these were finished)" if result.interrupted else ""
    lines = [result.scenario.title, *understood(result.scenario)]
    lines += [f"CHANGED on the command line: {change}" for change in changes]
    drawn = f"{plural(result.people_at_start, 'person', 'people')} drawn"
    return [*lines, f"{plural(result.worlds, 'possible future')} of the mutual{finished}, {drawn}."]


# Trouble


def _trouble(result):
    late, worlds = result.late, result.worlds
    base = next((b for b in (100, 1_000, 10_000, 100_000) if late["probability"] * b >= 1), 100)
    low, high = (limit * base for limit in late["interval"])
    years = plural(result.scenario.years, "year") if result.scenario.years > 1 else "year"
    span = f"Picture {money(base)} mutuals just like ours. Over the next {years},"
    if late["probability"] == 0:
        lines = [f"{span} fewer than {max(math.ceil(high), 1)} of them run short of money. That is not a guarantee."]
    else:
        lines = [
            f"{span} {money(round(late['probability'] * base))} of them will not have the money for a bill on the day "
            "it is due.",
            f"This number is not certain: with what we know today, it lies somewhere between {math.floor(low)} and "
            f"{math.ceil(high)} out of {money(base)}.",
        ]
    lines += _how_bad(result, base)
    lines += _without_support(result, base)
    if worlds < ENOUGH:
        return [*lines, f"{plural(worlds, 'future')} is too few to say more: take --worlds 1000."]
    return [*lines, *_when(result), _deficit(result), *_reserve(result), *_ignorance(result)]


def _count(share, base):
    """A share as a number out of a base: whole, or "fewer than 1"."""
    return "fewer than 1" if 0 < share * base < 1 else money(round(share * base))


def _how_bad(result, base):
    """Stopped and lost, where somebody runs short at all."""
    if result.late["probability"] == 0:
        return []
    stopped, months = result.stopped, result.scenario.scheme.lost_when_owing
    lost = f"overdue bills come to more than {plural(months, 'month')} of contributions (lost)."
    lost = f"in {_count(result.lost['probability'], base)}, {lost}"
    if stopped is None:
        return [lost[0].upper() + lost[1:]]
    count = _count(stopped["probability"], base)
    return [f"In {count} of them the delay is so long that a provider may stop accepting our cards (stopped); {lost}"]


def _without_support(result, base):
    """The same without support from outside."""
    if (alone := result.without_support) is None:
        return []
    parts = [f"{_count(alone.late['probability'], base)} of the same {money(base)} run short"]
    if alone.stopped is not None:
        parts.append(f"in {_count(alone.stopped['probability'], base)} a provider may stop")
    parts.append(f"{_count(alone.lost['probability'], base)} are lost")
    return [f"Without the support from outside, {listed(parts)}."]


def _when(result):
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
        f"that run short are late on {plural(late['days']['p50'], 'day')} or fewer; "
        f"the worst twentieth of them on {money(late['days']['p95'])} days or more. {look}",
    ]


def _deficit(result):
    share, alone = result.deficit["probability"], result.without_support
    line = "At no year's end does one of them owe more than it has and is owed"
    if share:
        line = f"At the end of some year, {of_100(share)} out of 100 owe more than they have and are owed (a deficit)"
    return line + ("." if alone is None else f"; without the support, {of_100(alone.deficit['probability'])}.")


def _reserve(result):
    have, currency = money(result.opening_cash), result.scenario.currency
    if (told := _reserve_of(result, currency)) is None:
        lines = ["Even with an empty cash box at the start, 95 mutuals out of 100 would pay every bill on its day."]
    else:
        lines = [
            "For 95 mutuals out of 100 to pay every bill on its day, we would have to start with about "
            f"{told}. We have {have}.",
        ]
    if result.without_support is not None:
        alone = _reserve_of(result.without_support, currency)
        lines[-1] += f" Without the support: {alone or 'nothing'}."
    return lines


def _reserve_of(result, currency):
    """The reserve that 95 in 100 need, with its interval; None where it is nothing."""
    low, high = reserve_interval(result.reserve_needed, 0.95, result.has_ranges)
    middle = value_at_risk(result.reserve_needed, 0.95)
    if high == 0:
        return None
    upper = "no limit can be named" if high is None else _rounded_up(high)
    return f"{_rounded_up(middle)} {currency} (between {_rounded_up(low or 0)} and {upper})"


def _rounded_up(amount):
    """An amount rounded up to two significant figures."""
    unit = 10 ** max(len(str(int(amount))) - 2, 0)
    return money(math.ceil(amount / unit) * unit)


def _ignorance(result):
    """Chance against ignorance, and what to measure first, where that can be told."""
    split = result.variance_share
    if split is None or split["chance"] is None:
        return []
    tenths = round(10 * split["ignorance"])
    parts = {0: "nearly all is chance", 10: "nearly all is that we do not know the figures"}.get(
        tenths,
        f"about {_tenths(10 - tenths)} {'is' if tenths == 9 else 'are'} chance, {_tenths(tenths)} that we do not know "
        "the figures",
    )
    line = f"Of what is uncertain about the money at the end, {parts}"
    names = [unknown(path) for path, _ in result.measure_first]
    if tenths < 3 or not 1 <= len(names) <= 3:
        return [f"{line}."]
    return [f"{line}: measure first {listed(names)}."]


def _tenths(number):
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return f"{words[number]} tenth{'s' if number > 1 else ''}"


# Protection


def _protection(result):
    shares = result.protection
    lines = [
        f"Whom it protects: at a month's end, {of_100(shares['covered'])} people out of 100 are covered for at least "
        "one benefit; the others still wait, or are suspended.",
        f"Of 100 households, {of_100(shares['paid_up'])} are paid up, {of_100(shares['late'])} late within the grace "
        f"period, {of_100(shares['suspended'])} suspended; {of_100(shares['left'])} leave in a year.",
    ]
    if shares["forgone_care"] is not None:
        lines.append(
            f"Of 100 times that care was needed, people went without {of_100(shares['forgone_care'])} times. Of all "
            f"bills the households pay {of_100(shares['own_share'])} out of 100."
        )
    if any(shares["refused"].values()):
        refused = sorted(((share, reason) for reason, share in shares["refused"].items() if share), reverse=True)
        lines.append(
            "Of 100 claims, refused: "
            + ", ".join(f"{of_100(share)} {REFUSED[reason]}" for share, reason in refused)
            + "."
        )
    return [*lines, *_hardship(result)]


def _hardship(result):
    """Households whose bills take more than a tenth of their income, with and without the mutual, and by fifth."""
    above = result.protection["above_10_percent_of_income"]
    if above["with"] is None:
        return []
    lines = [
        "Without the mutual, the same care would take more than a tenth of the year's income from "
        f"{of_100(above['without'])} families in 100. With it, from {of_100(above['with'])}."
    ]
    if "fifth" not in result.by_whom:
        return lines
    rows = [("families, by income", "went without care", "pay of all bills", "above a tenth, without", "with")]
    for fifth, row in result.by_whom["fifth"].iterrows():
        names = ("forgone_share", "own_share", "above_10_without", "above_10_with")
        rows.append((f"{fifth} fifth", *(_percent(row[name]) for name in names)))
    return [*lines, *table(rows)]


def _percent(share):
    return "-" if math.isnan(share) else f"{share:.0%}".replace("%", " %")


# Money


def _years(result):
    frame, start = result.per_year, result.scenario.start
    columns = {
        "contributions_due": "contributions",
        "contributions_received": "received",
        "support": "support",
        "benefits": "care to pay for",
        "running_costs": "running costs",
        "owed": "bills unpaid",
    }
    if not frame["support"].any():
        del columns["support"]
    rows = [("year", *columns.values(), "cash: poor", "half", "good")]
    for year in range(1, result.scenario.years + 1):
        of_year = frame.xs(year, level="year")
        cash = [value_at_risk(of_year["cash"], q) for q in (0.05, 0.5, 0.95)]
        name = str(start.year + year - 1) if start.month == 1 else str(year)
        rows.append((name, *(money(value) for value in (*(of_year[column].mean() for column in columns), *cash))))
    return [
        *table(rows),
        f"  In {result.scenario.currency}, means over the futures. Contributions are those that fell due; received "
        "counts what was late from before.",
        "  Bills unpaid and cash are those of the year's end; of 100 futures 5, 50 and 95 have no more cash than that.",
    ]


def _indicators(result):
    rows = [("indicator, over the whole time", "mean", "5 %", "half", "95 %")]
    for name, (text, scale, unit) in SHORT_LIST.items():
        row = result.indicators.loc[name, ["mean", "p05", "p50", "p95"]]
        if not math.isnan(row["mean"]):
            rows.append((text, *(f"{value * scale:.{0 if unit else 1}f}{unit}" for value in row)))
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
                number("refused", _percent),
            )
        )
    return table(rows) if len(rows) > 1 else []


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


# Provenance


def _provenance(result):
    told = result.to_dict()
    return [
        f"Simulated, mho_sim {told['version']}, seed {result.seed}, {result.worlds:,} worlds; scenario "
        f"{told['scenario']['hash'][:19]}…, digest {result.digest[:19]}…",
        *_limits(result),
    ]


def _limits(result):
    """What the answer does not count."""
    if result.has_ranges:
        first = "Counted are chance and the ranges of the figures. The people were drawn once from the file:"
    else:
        first = "Chance alone is counted: the figures in the file are taken as certain. The people were drawn once:"
    return [
        f"{first} "
        "--seed 2 draws others, and may answer differently by more than the interval says. Not in the model yet: "
        "epidemics, families who join because they expect care, what a provider that has stopped does, decisions of "
        "the assembly.",
        "A calculation to help the discussion, not a promise. The assembly decides.",
    ]
