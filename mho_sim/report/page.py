"""A study's answer on a screen and a half: trouble, protection, money, and where the figures come from.

Natural frequencies before percentages. A mutual "runs short" when a bill fell due and the cash was not there that day;
nobody is blamed for being ill or poor. Solvency never stands without protection beside it, nor with support from
outside without the figure without it.
"""

import math
from importlib.metadata import version

import numpy as np

from mho_sim.actuarial import value_at_risk
from mho_sim.report.understood import understood
from mho_sim.report.words import WIDTH, lines, listed, money, of_100, plural, unknown
from mho_sim.study.trouble import reserve_interval

ENOUGH = 100  # worlds below which only the headline is told; assumed
EXTREMES = 20  # worlds below which the 5 % and 95 % quantiles are the lowest and the highest
UNITS = {1: "", 10**3: "thousands of ", 10**6: "millions of ", 10**9: "thousands of millions of "}
SHORT_LIST = {  # indicator: words, scale, unit
    "claims_ratio": ("claims ratio (care / contributions)", 100, "%"),
    "gross_expense_ratio": ("expense ratio (running / contributions)", 100, "%"),
    "collection_rate": ("collection rate (received / due)", 100, "%"),
    "self_financing_ratio": ("self-financing (own income / charges)", 100, "%"),
    "equity_months": ("months of reserve (own funds / costs)", 1, ""),
    "loyalty_rate": ("members of the year before who stayed", 100, "%"),
}
REFUSED = {
    "waiting_period": "in the waiting period",
    "no_coverage": "while suspended",
    "not_in_package": "for care that is not in the package",
    "excluded_age": "at an age that is not covered",
    "excluded_cause": "for a cause that is not covered",
    "no_referral": "without a letter of referral",
    "over_events": "beyond the episodes paid for in a year",
}
TENTHS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NOT_COUNTED = (
    "--seed 2 draws others, and may answer differently by more than that. Not in the model yet: epidemics, families "
    "who join because they expect care, what a provider that has stopped does, decisions of the assembly. A "
    "calculation to help the discussion, not a promise. The assembly decides."
)


def run_text(result, changes=()):
    """A study's answer as one page, no line wider than 80 characters where names and amounts allow it; `changes` are
    the values that were changed on the command line.
    """
    parts = [[line for text in _headline(result, changes) for line in lines(text, indent="  ")]]
    parts += [[line for text in part for line in lines(text)] for part in (_trouble(result), _protection(result))]
    parts += [_by_fifth(result), *_years(result), _indicators(result), _services(result), _provenance(result)]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _headline(result, changes):
    finished = " (interrupted: these were finished)" if result.interrupted else ""
    told = [result.scenario.title, *understood(result.scenario)]
    told += [f"CHANGED on the command line: {change}" for change in changes]
    drawn = f"{plural(result.people_at_start, 'person', 'people')} drawn"
    return [*told, f"{plural(result.worlds, 'possible future')} of the mutual{finished}, {drawn}."]


# Trouble


def _trouble(result):
    late, worlds = result.late, result.worlds
    base = next((b for b in (100, 1_000, 10_000, 100_000) if late["probability"] * b >= 1), 100)
    low, high = (limit * base for limit in late["interval"])
    years = plural(result.scenario.years, "year") if result.scenario.years > 1 else "year"
    span = f"Picture {money(base)} mutuals just like ours. Over the next {years},"
    short = "will not have the money for a bill on the day it is due"
    if worlds < ENOUGH:
        few = _few(result, f"{span} between {math.floor(low)} and {math.ceil(high)} of them {short}:")
        return [few, *_few_without_support(result)]
    if late["probability"] == 0:
        headline = f"{span} fewer than {max(math.ceil(high), 1)} of them run short of money. That is not a guarantee."
    else:
        headline = (
            f"{span} {money(round(late['probability'] * base))} of them {short}. This number is not certain: it lies "
            f"somewhere between {math.floor(low)} and {math.ceil(high)} out of {money(base)}."
        )
    told = [headline, *_how_bad(result, base), *_without_support(result, base)]
    return [*told, *_when(result), _deficit(result), _reserve(result), *_ignorance(result)]


def _few(result, span):
    """What a handful of futures can say of trouble, and no more."""
    count, worlds = round(result.late["probability"] * result.worlds), result.worlds
    if worlds == 1:
        return f"{span} the one future that was lived {'ran' if count else 'did not run'} short. Take --worlds 1000."
    said = "none" if count == 0 else "all" if count == worlds else count
    return f"{span} {said} of the {worlds} futures that were lived ran short. Take --worlds 1000 to say it better."


def _few_without_support(result):
    if (alone := result.without_support) is None:
        return []
    count = round(alone.late["probability"] * alone.worlds)
    return [f"Without the support from outside, {count} of {plural(alone.worlds, 'future')} ran short."]


def _count(share, base):
    """A share as a number out of a base: whole, or "fewer than 1"."""
    return "fewer than 1" if 0 < share * base < 1 else money(round(share * base))


def _how_bad(result, base):
    """Stopped and lost, where somebody runs short at all."""
    if result.late["probability"] == 0:
        return []
    stopped, months = result.stopped, result.scenario.scheme.lost_when_owing
    lost = f"overdue bills come to more than {plural(months, 'month')} of contributions (lost)."
    lost = f"in {_count(result.lost['probability'], base)} of them {lost}"
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
        f"that run short are late on {plural(late['days']['p50'], 'day')} or fewer; the worst twentieth of them on "
        f"{money(late['days']['p95'])} days or more. {look}",
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
        line = "Even with an empty cash box at the start, 95 mutuals out of 100 would pay every bill on its day."
    else:
        line = (
            "For 95 mutuals out of 100 to pay every bill on its day, we would have to start with about "
            f"{told}. We have {have}."
        )
    if result.without_support is None:
        return line
    return f"{line} Without the support: {_reserve_of(result.without_support, currency) or 'nothing'}."


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
    parts = f"about {_tenths(10 - tenths)} chance, the other {TENTHS[tenths]} that we do not know the figures"
    if tenths in (0, 10):
        parts = "nearly all is chance" if tenths == 0 else "nearly all is that we do not know the figures"
    line = f"Of what is uncertain about the money at the end, {parts}"
    names = [unknown(path) for path, _ in result.measure_first]
    if tenths < 3 or not 1 <= len(names) <= 3:
        return [f"{line}."]
    return [f"{line}: measure first {listed(names)}."]


def _tenths(number):
    return f"{TENTHS[number]} tenth is" if number == 1 else f"{TENTHS[number]} tenths are"


# Protection


def _protection(result):
    shares, all_join = result.protection, result.joined is None
    whom, households, everyone = "", "households", "Of"
    if not all_join:
        whom, households = "of those who join, ", "households that joined"
        everyone = "In the whole association, whether they joined or not: of"
    left = f", and {of_100(shares['left'])} leave in a year" if shares["left"] else ""
    told = [
        *([] if all_join else [_joined(result)]),
        f"Whom it protects: {whom}at a month's end, {of_100(shares['covered'])} people out of 100 are covered for at "
        "least one benefit; the others still wait, or are suspended.",
        f"Of 100 {households}, {of_100(shares['paid_up'])} are paid up, {of_100(shares['late'])} late within the grace "
        f"period, {of_100(shares['suspended'])} suspended{left}.",
    ]
    if shares["forgone_care"] is not None:
        told.append(
            f"{everyone} 100 times that care was needed, people went without {of_100(shares['forgone_care'])} times. "
            f"Of 100 {result.scenario.currency} of bills, households pay {of_100(shares['own_share'])} themselves."
        )
    refused = sorted(((share, reason) for reason, share in shares["refused"].items() if share), reverse=True)
    if refused:
        told.append(
            "Of 100 claims, refused: "
            + ", ".join(f"{of_100(share)} {REFUSED[reason]}" for share, reason in refused)
            + "."
        )
    above = shares["above_10_percent_of_income"]
    if above["with"] is not None:
        told.append(
            "Without the mutual, the same care would take more than a tenth of the year's income from "
            f"{of_100(above['without'])} families in 100. With it, from {of_100(above['with'])}."
        )
    return told


def _joined(result):
    """How many households join, where not all do."""
    told = result.joined
    futures = "90 of 100 futures" if result.worlds >= EXTREMES else "these futures"
    among = f" (between {money(told['p05'])} and {money(told['p95'])} in {futures})" if result.worlds > 1 else ""
    return f"Of the {plural(told['of'], 'household')} of the association, {money(told['mean'])} join{among}."


def _by_fifth(result):
    """What families go without and pay, by fifth of income; nothing where incomes are not told."""
    if "fifth" not in result.by_whom or result.worlds < ENOUGH:
        return []
    rows = [
        (
            "families, by income",
            "went without\ncare",
            "pay of\nbills",
            "above a tenth\nwithout it",
            "above a tenth\nwith it",
        )
    ]
    for fifth, row in result.by_whom["fifth"].iterrows():
        names = ("forgone_share", "own_share", "above_10_without", "above_10_with")
        rows.append((f"{fifth} fifth", *(_percent(row[name]) for name in names)))
    return table(rows)


def _percent(share):
    return "-" if share is None or math.isnan(share) else f"{share:.0%}"


# Money


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
    columns = {
        "contributions_due": "contributions",
        "contributions_received": "received",
        "support": "support",
        "benefits": "care to pay for",
        "running_costs": "running costs",
    }
    if not result.per_year["support"].any():
        del columns["support"]
    rows = [("year", *columns.values())]
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
    quantiles = _quantiles(result.worlds)[0]
    rows = [("indicator, over the whole time", "mean" if quantiles else "", *quantiles)]
    for name, (text, scale, unit) in SHORT_LIST.items():
        row = result.indicators.loc[name, ["mean", "p05", "p50", "p95"]]
        if not math.isnan(row["mean"]) and not (name == "loyalty_rate" and result.scenario.setting.renewing is None):
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
                _percent(row["refused"]),
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


# Provenance


def _provenance(result):
    by = (
        f"Simulated, mho_sim {version('mho_sim')}, seed {result.seed}, {plural(result.worlds, 'world')}; scenario "
        f"{result.scenario.hash[:19]}…, digest {result.digest[:19]}…"
    )
    counted = "Chance alone is counted: the figures in the file are taken as certain."
    if result.has_ranges:
        counted = "Counted are chance, and the ranges of the figures."
    return [*lines(by), *lines(f"{counted} The people were drawn once from the file: {NOT_COUNTED}")]
