"""Tables of a study's answer: by income, by year, indicators, services; none wider than a narrow screen where names and
amounts allow it.
"""

import math

from mho_sim.actuarial import value_at_risk
from mho_sim.report.words import UNITS, WIDTH, money, remark

SAME = 0.02  # shares that differ by less are told as one; assumed
EXTREMES = 20  # worlds below which the 5 % and 95 % quantiles are the lowest and the highest
SHORT_LIST = {  # indicator: words, scale, unit
    "claims_ratio": ("claims ratio (care / contributions)", 100, "%"),
    "gross_expense_ratio": ("expense ratio (running / contributions)", 100, "%"),
    "collection_rate": ("collection rate (received / due)", 100, "%"),
    "self_financing_ratio": ("self-financing (own income / charges)", 100, "%"),
    "equity_months": ("months of reserve (own funds / costs)", 1, ""),
    "loyalty_rate": ("members of the year before who stayed", 100, "%"),
}
ENOUGH = 100  # worlds below which only the headline is told; assumed
RARE = 0.01  # share of claims below which a reason is not told; assumed


def by_fifth(result):
    """What families go without and pay, by fifth of income; nothing where incomes are not told. What hardly differs is
    left out: it does not depend on income.
    """
    if "fifth" not in result.by_whom or result.worlds < ENOUGH:
        return []
    frame = result.by_whom["fifth"]
    columns = {
        "forgone_share": "went without\ncare",
        "own_share": "pay of\nbills",
        "above_10_without": "above a tenth\nwithout it",
        "above_10_with": "above a tenth\nwith it",
    }
    differs = [name for name in columns if frame[name].max() - frame[name].min() >= SAME]
    rows = [("families, by income", *(columns[name] for name in differs))]
    rows += [(f"{fifth} fifth", *(_percent(row[name]) for name in differs)) for fifth, row in frame.iterrows()]
    return table(rows) if differs else []


def _percent(share):
    return "-" if share is None or math.isnan(share) else f"{share:.0%}"


def _quantiles(worlds):
    """What the columns of the 5 %, 50 % and 95 % quantiles are called, and what is said of them."""
    if worlds == 1:
        return (), ""
    if worlds < EXTREMES:
        return ("lowest", "half", "highest"), f"Lowest, half, highest: of the {worlds} futures."
    return ("low", "half", "high"), "Low, half, high: 5, 50 and 95 of 100 futures have no more than that."


def years(result):
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
    if _in_kind(result):
        note += " In kind: work and goods given, which the mutual neither receives as money nor pays."
    of_cash = _quantiles(result.worlds)[1]
    return [*flows, *remark(note)], [*stocks, *remark(of_cash)]


def _namedyears(result):
    """Each year's name, and its rows of the frame."""
    start = result.scenario.start
    for year in range(1, result.scenario.years + 1):
        yield str(start.year + year - 1) if start.month == 1 else str(year), result.per_year.xs(year, level="year")


def _flows(result, unit):
    columns = {
        "contributions": lambda year: year["contributions_due"],
        "received": lambda year: year["contributions_received"],
        "support": lambda year: year["support"] - year["in_kind"],
        "care to\npay for": lambda year: year["benefits"],
        "running\ncosts": lambda year: year["running_costs"] - year["in_kind"],
        "in kind": lambda year: year["in_kind"],
    }
    for name, told in (("support", _in_cash(result)), ("in kind", _in_kind(result))):
        if not told:
            del columns[name]
    rows = [("year", *columns)]
    for name, of_year in _namedyears(result):
        rows.append((name, *(money(column(of_year).mean() / unit) for column in columns.values())))
    return table(rows)


def _in_kind(result):
    """Whether anything is given in kind, beside money."""
    return bool(result.per_year["in_kind"].any())


def _in_cash(result):
    """Whether support comes as money."""
    return bool((result.per_year["support"] != result.per_year["in_kind"]).any())


def _stocks(result, unit):
    words = _quantiles(result.worlds)[0]
    named = [f"cash: {words[0]}", *words[1:]] if words else ["cash"]
    rows = [("year's end", "bills still\nto pay", *named)]
    for name, of_year in _namedyears(result):
        cash = [value_at_risk(of_year["cash"], q) for q in (0.05, 0.5, 0.95)][: len(named)]
        rows.append((name, *(money(value / unit) for value in (of_year["owed"].mean(), *cash))))
    return table(rows)


def indicators(result):
    quantiles = _quantiles(result.worlds)[0]
    rows = [("indicator, over the whole time", "mean" if quantiles else "", *quantiles)]
    for name, (text, scale, unit) in SHORT_LIST.items():
        row = result.indicators.loc[name, ["mean", "p05", "p50", "p95"]]
        if name == "gross_expense_ratio" and _in_kind(result):
            text = "expense ratio (with in kind / contributions)"
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


def services(result):
    heads = ("service", "need", "claims", "bill a\nclaim", "paid a\ncovered claim", "not\ncovered", "refused")
    services, rows = result.services, [heads]
    if not len(services):
        return []
    for kind, row in services.iterrows():

        def number(key, form, row=row):
            return "-" if row[key] is None or math.isnan(row[key]) else form(row[key])

        rows.append(
            (
                kind,
                number("episodes_per_person_year", "{:.3f}".format),
                number("claims_per_person_year", "{:.3f}".format),
                number("cost_per_claim", money),
                number("paid_per_covered_claim", money),
                _percent(row["not_covered"]),
                _percent(row["refused"]),
            )
        )
    note = (
        "A person and year: need, of all our people; claims (care that was sought), of members. Not covered: of claims"
    )
    if (services["refused"] >= RARE).any():
        return [*table(rows), *remark(f"{note}; refused: of those that are covered.")]
    return [*table([row[:-1] for row in rows]), *remark(f"{note}.")]


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
