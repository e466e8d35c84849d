"""What the futures of a scenario look like: the fan of the cash box, and trouble by year; protection beside both."""

import math
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Polygon

from mho_sim import ledger
from mho_sim.actuarial import ratio_error, value_at_risk
from mho_sim.report.plots.scales import in_unit, short, spaced, ticks, unit_of
from mho_sim.report.plots.sheet import (
    DARK,
    EDGE,
    INK,
    LIGHT,
    MIDDLE,
    PALE,
    Sheet,
    box,
    high,
    label,
    margin,
    mark,
    stroke,
    wide,
)
from mho_sim.report.plots.source import Source
from mho_sim.report.tables import ENOUGH, EXTREMES
from mho_sim.report.words import money, of_100, plural
from mho_sim.study.trouble import MONTHS

LANDSCAPE = 29.7  # centimetres, of two pictures side by side: a sheet of A4 laid across
SINGLE = 3  # futures that are drawn one by one where there are many; the first ones, not chosen
RIGHT = 0.35  # centimetres, free beside a panel
GAP = 0.2  # centimetres, from what a panel is of to the panel
BANDS = {"90 of 100 futures": (0.05, 0.95, PALE), "half of the futures": (0.25, 0.75, LIGHT)}
OF_100 = 100.0


class Fan(NamedTuple):
    """What the fan shows, from the first day on, (months + 1,): the cash box, money; shares of worlds and of people."""

    median: np.ndarray
    bands: dict  # name: (low, high)
    single: np.ndarray  # (futures, months + 1)
    short: np.ndarray  # share of the worlds that have run short by then
    alone: np.ndarray | None  # the same without support
    covered: np.ndarray  # (months,): of all people of the association, at each month's end


def cash_fan(result):
    """The cash box at the end of each month: median, half and 90 of 100 of the futures, some single ones; below, how
    many have run short by then, and how many people are covered. A figure of matplotlib.
    """
    sheet = Sheet()
    column = sheet.column()
    column.head(finding(result), result.scenario.title)
    _draw_fan(column, result)
    column.foot(Source.of(result))
    return sheet.finish(finding(result))


def trouble_by_year(result):
    """How many mutuals have been late, stopped, lost or in deficit by the end of each year, with 95 % intervals; below,
    how many people are covered. A figure of matplotlib.
    """
    sheet = Sheet()
    column = sheet.column()
    column.head(finding(result), result.scenario.title)
    _draw_trouble(column, result)
    column.foot(Source.of(result))
    return sheet.finish(finding(result))


def two_pictures(result):
    """The fan of the cash box and trouble by year side by side, on a page laid across. A figure of matplotlib."""
    sheet = Sheet(LANDSCAPE)
    above = sheet.column()
    above.head(finding(result), result.scenario.title)
    half = (LANDSCAPE - 2 * EDGE - 1) / 2
    columns = [sheet.column(left, half, above.depth) for left in (EDGE, EDGE + half + 1)]
    _draw_fan(columns[0], result)
    _draw_trouble(columns[1], result)
    below = sheet.column(top=max(column.depth for column in columns))
    below.foot(Source.of(result))
    return sheet.finish(finding(result))


def finding(result):
    """What was found, in a sentence: solvency, and protection beside it."""
    late, worlds = result.late, result.worlds
    years = plural(result.scenario.years, "year") if result.scenario.years > 1 else "a year"
    low, up = (100 * limit for limit in late["interval"])
    count = round(late["probability"] * worlds)
    if worlds == 1:
        said = f"The one future that was lived {'ran' if count else 'did not run'} short within {years}"
    elif worlds < ENOUGH:
        said = f"{'None' if not count else 'All' if count == worlds else count} of {worlds} futures ran short"
        said += f" within {years}"
    elif count == 0:
        said = f"Fewer than {max(math.ceil(up), 1)} of 100 mutuals like ours run short within {years}"
    else:
        share = of_100(late["probability"])
        said = f"{share[0].upper()}{share[1:]} of 100 mutuals like ours run short within {years}"
        said += f" (between {math.floor(low)} and {math.ceil(up)})"
    if (alone := result.without_support) is not None:
        share = alone.late["probability"]
        said += f"; without support from outside, {of_100(share) if worlds >= ENOUGH else round(share * worlds)}"
    covered = result.protection["association"]["covered"]
    return (
        said + ("" if covered is None else f". Of 100 people, {of_100(covered)} are covered in an average month") + "."
    )


# The fan


def fan(result):
    """The numbers of the fan: a `Fan`."""
    cash, calendar = result.outcome.cash[:, 0], result.calendar
    opened = np.column_stack((np.full(len(cash), result.opening_cash), cash))
    many = len(cash) >= EXTREMES
    bands = {name: [_quantile(opened, q) for q in (low, up)] for name, (low, up, _) in BANDS.items() if many}
    alone = result.without_support
    return Fan(
        _quantile(opened, 0.5),
        bands,
        opened[: SINGLE if many else EXTREMES],
        _short_by(result, calendar.first),
        None if alone is None else _short_by(alone, calendar.first),
        _covered_by_month(result),
    )


def _quantile(cash, level):
    return np.array([value_at_risk(month, level) for month in cash.T], dtype=float)


def _short_by(result, ends):
    first = np.sort(result.outcome.first_late[:, 0])
    never = np.searchsorted(first, 0)
    return (np.searchsorted(first, ends) - np.minimum(never, np.searchsorted(first, ends))) / len(first)


def _covered_by_month(result):
    """Of all people of the association, those covered at each month's end, a share, (months,)."""
    registers, place = (
        result.outcome.registers_sum[0],
        {m: i for i, m in enumerate(ledger.measures(result.scenario.kinds))},
    )
    born = registers[:, place["births"]] - registers[:, place["deaths"]]
    alive = result.people_at_start * result.worlds + born.cumsum()
    return registers[:, place["people_covered"]] / np.maximum(alive, 1)


def _draw_fan(column, result):
    told, currency = fan(result), result.scenario.currency
    months = np.arange(len(told.median))
    shown = [told.median, told.single.ravel(), *(limit for limits in told.bands.values() for limit in limits)]
    least, most = min(0.0, *map(np.min, shown)), max(1.0, *map(np.max, shown))
    unit = unit_of(max(most, -least))
    amounts = ticks(least / unit, most / unit, whole=unit == 1)
    of_short, of_covered = _of_100_ticks(_most(told)), [0, 50, 100]
    left = max(margin(map(short, marks)) for marks in (amounts, of_short, of_covered))
    column.say(f"In the cash box at the end of each month, {in_unit(unit, currency)}", after=GAP)
    axes = column.panel(6.2, left, RIGHT)
    _over_months(axes, months)
    reach = most - least
    axes.set_ylim((least - 0.02 * reach * (least < 0)) / unit, (most + 0.04 * reach) / unit)
    mark(axes.yaxis, amounts, map(short, amounts))
    _bands(axes, months, told, unit)
    column.down(0.25)
    key = [(name, "patch", {"facecolor": grey, "edgecolor": "none"}) for name, (*_, grey) in BANDS.items()]
    key = key if told.bands else []
    key += [("the middle one (median)", "line", _MEDIAN)] if len(told.single) > 1 else []
    key += [(_single_told(told), "line", _SINGLE)]
    key += [(f"on the first day: {spaced(result.opening_cash)}", "sign", _OPENING)]
    _under(column, left, months, told, result, of_short, of_covered)
    key += [("without the support from outside", "line", _ALONE)] if told.alone is not None else []
    column.key(key)
    column.say("A box cannot hold less than nothing: bills that wait are not seen in it.", grey=True)


_MEDIAN = {"color": INK, "linewidth": 2.0}
_SINGLE = {"color": DARK, "linewidth": 0.7}
_OPENING = {"marker": "o", "markersize": 5, "markerfacecolor": "white", "markeredgecolor": INK, "color": INK}
_ALONE = {"color": INK, "linewidth": 1.0, "linestyle": (0, (4, 2))}


def _single_told(told):
    if len(told.single) == 1:
        return "the one future that was lived"
    return f"single futures (worlds 0 to {len(told.single) - 1})"


def _bands(axes, months, told, unit):
    for (*_, grey), (low, up) in zip(BANDS.values(), told.bands.values()):
        edge = np.concatenate((np.column_stack((months, low / unit)), np.column_stack((months, up / unit))[::-1]))
        axes.add_patch(Polygon(edge, facecolor=grey, edgecolor="none"))
    for line in told.single:
        stroke(axes, months, line / unit, **_SINGLE)
    if len(told.single) > 1:
        stroke(axes, months, told.median / unit, **_MEDIAN)
    stroke(axes, [months[0], months[-1]], [0, 0], color=INK, linewidth=1.4, clip_on=False)
    stroke(axes, [0], told.median[:1] / unit, linestyle="None", clip_on=False, zorder=5, **_OPENING)


def _most(told):
    """The largest share of worlds that run short, with and without support."""
    return max(told.short[-1], 0 if told.alone is None else told.alone[-1])


def _of_100_ticks(share, most=3):
    """Ticks of an axis of so many of 100, from 0 on."""
    return ticks(0, min(max(110 * share, 4), 100), most, whole=True)


def _under(column, left, months, told, result, of_short, of_covered):
    """The panels below the fan: who has run short, and who is covered."""
    column.say("Have run short by then, of 100 mutuals", after=GAP)
    axes = column.panel(1.7, left, RIGHT)
    _over_months(axes, months)
    axes.set_ylim(0, max(100 * _most(told) * 1.08, of_short[-1]))
    mark(axes.yaxis, of_short, map(short, of_short))
    area = np.column_stack((months, 100 * told.short))
    area = np.concatenate((area, [[months[-1], 0], [0, 0]]))
    axes.add_patch(Polygon(area, facecolor=LIGHT, edgecolor="none"))
    stroke(axes, months, 100 * told.short, color=INK, linewidth=1.4)
    if told.alone is not None:
        stroke(axes, months, 100 * told.alone, **_ALONE)
    column.down(0.25)
    column.say("Covered at the end of each month, of 100 people of the association", after=GAP)
    axes = column.panel(1.7, left, RIGHT, below=2 * high() + 0.25)
    _over_months(axes, months)
    axes.set_ylim(0, 100)
    mark(axes.yaxis, of_covered, map(short, of_covered))
    stroke(axes, months[1:], 100 * told.covered, color=INK, linewidth=1.4)
    mark(axes.xaxis, *_month_marks(result.calendar, column.width - left - RIGHT))
    axes.tick_params(labelbottom=True)


def _over_months(axes, months):
    axes.set_xlim(0, months[-1])
    axes.tick_params(labelbottom=False)
    axes.xaxis.set_ticks(months[::12])


def _month_marks(calendar, width):
    """(months, their names) for an axis so wide: a month, and below it the year where it is another one."""
    room = next(n for n in (1, 2, 3, 6, 12, 24, 60, 120, 240) if width * n / calendar.months >= wide("2027") + 0.25)
    places, texts, year = range(0, calendar.months + 1, room), [], None
    for month in places:
        begins = calendar.date(calendar.first[month])
        texts.append(MONTHS[begins.month - 1][:3] + (f"\n{begins.year}" if begins.year != year else "\n\u00a0"))
        year = begins.year
    return places, texts


# Trouble by year

DEGREES = {  # of trouble: words, and how it is drawn
    "late": ("run short: a bill waits", {"marker": "o", "markerfacecolor": INK, "color": INK}),
    "stopped": ("stopped: a provider may refuse our cards", {"marker": "s", "markerfacecolor": MIDDLE, "color": INK}),
    "lost": ("lost: owes more than {} of contributions", {"marker": "^", "markerfacecolor": LIGHT, "color": INK}),
    "deficit": ("in deficit: owes more than it has", {"marker": "D", "markerfacecolor": "white", "color": INK}),
}
_WITHOUT = {"marker": "o", "markerfacecolor": "white", "color": INK}
STEP = 0.13  # of a year, from one sign to the next


def troubles(result):
    """By degree of trouble: (probability by the end of each year, 95 % interval of each), (years,), (years, 2)."""
    rows = {}
    for name in DEGREES:
        if getattr(result, name) is not None:
            rows[name] = _by_year(result, name)
        if name == "late" and result.without_support is not None:
            rows["late without support"] = _by_year(result.without_support, name)
    return rows


def _by_year(result, name):
    years = range(result.scenario.years)
    shares = np.array(getattr(result, name)["by_year"], dtype=float)
    return shares, np.array([result.interval((name, "by_year", year)) for year in years], dtype=float)


def covered_by_year(result):
    """Of all people of the association those covered in an average month of each year, and the standard error, shares,
    (years,) each.
    """
    place = list(ledger.measures(result.scenario.kinds)).index("people_covered")
    covered, alive = result.outcome.registers[:, 0, :, place], result.outcome.alive[:, 0]
    whole = alive.sum(axis=0)
    of_years = zip(covered.T, alive.T)
    errors = [ratio_error(part, base, result.has_ranges) if base.any() else np.nan for part, base in of_years]
    return covered.sum(axis=0) / np.maximum(whole, 1), np.array(errors, dtype=float)


def _draw_trouble(column, result):
    rows, years = troubles(result), result.scenario.years
    most = max(limits.max() for _, limits in rows.values())
    marks = _of_100_ticks(most, 5)
    left = max(margin(map(short, marks)), margin(["100"]))
    column.say("In trouble by the end of each year, of 100 mutuals; bars: 95% intervals", after=GAP)
    axes = column.panel(6.2, left, RIGHT)
    axes.set_xlim(0.5, years + 0.5)
    axes.set_ylim(0, max(100 * most * 1.04, marks[-1]))
    mark(axes.yaxis, marks, map(short, marks))
    key = []
    for number, (name, (shares, limits)) in enumerate(rows.items()):
        words, style = DEGREES.get(name, ("run short without the support from outside", _WITHOUT))
        words = words.format(plural(result.scenario.scheme.lost_when_owing, "month"))
        style = {"markersize": 5.5, "markeredgecolor": INK, **style}
        key.append((words, "sign", style))
        places = np.arange(1, years + 1) + STEP * (number - (len(rows) - 1) / 2)
        stroke(axes, places, 100 * shares, color=MIDDLE, linewidth=0.5)
        for x, (low, up) in zip(places, 100 * limits):
            stroke(axes, [x, x], [low, up], color=INK, linewidth=1.0)
        stroke(axes, places, 100 * shares, linestyle="None", clip_on=False, zorder=4, **style)
    names = _years_named(axes, result, column.width - left - RIGHT)
    axes.tick_params(labelbottom=False, bottom=False)
    column.down(0.25)
    _draw_covered(column, result, left, names)
    column.key(key)


def _years_named(axes, result, width):
    """Marks of the years, and their names; every second one, or fewer, where there is no room for all."""
    start, years = result.scenario.start, result.scenario.years
    names = [str(start.year + year) if start.month == 1 else f"year {year + 1}" for year in range(years)]
    room = next(n for n in range(1, years + 1) if n == years or width * n / years >= max(map(wide, names)) + 0.2)
    names = [name if not number % room else "" for number, name in enumerate(names)]
    mark(axes.xaxis, range(1, years + 1), names)
    return names


def _draw_covered(column, result, left, names):
    """Bars of the people covered, year by year, with numbers where there is room."""
    shares, errors = covered_by_year(result)
    years = len(shares)
    column.say("Covered in an average month of the year, of 100 people of the association", after=GAP)
    axes = column.panel(2.6, left, RIGHT, below=high() + 0.3, above=0.45)
    axes.set_xlim(0.5, years + 0.5)
    axes.set_ylim(0, 100)
    mark(axes.yaxis, [0, 50, 100], ["0", "50", "100"])
    mark(axes.xaxis, range(1, years + 1), names)
    axes.tick_params(bottom=False)
    numbers = (column.width - left - RIGHT) / years >= wide("100") + 0.15
    for year, (share, error) in enumerate(zip(100 * shares, 100 * errors), 1):
        box(axes, (year - 0.3, 0), 0.6, share, facecolor="white", edgecolor=INK, linewidth=0.8, hatch="////")
        top = share
        if np.isfinite(error):
            top = min(share + 1.96 * error, 100)
            stroke(axes, [year, year], [max(share - 1.96 * error, 0), top], color=INK, linewidth=1.4)
        if numbers:
            label(axes, year, top + 5, money(share), over="bottom")
