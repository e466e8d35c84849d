"""Paired differences: what options change on the same people and the same luck, with their intervals about nothing."""

import math

import numpy as np
import pandas as pd

from mho_sim.report import spans
from mho_sim.report.plots.figures import figure_of, value_told
from mho_sim.report.plots.scales import MINUS, in_unit, short, thin, unit_of
from mho_sim.report.plots.sheet import INK, MIDDLE, Sheet, broken, high, mark, marks_apart, stroke, wide
from mho_sim.report.plots.source import Source
from mho_sim.study.paired import Difference

ROW = 0.62  # centimetres, of a line
NAMES = 5.0  # at most, for the options
LEFT = 0.8  # at least left of a panel, so that the first number of its axis has room
SAME = "about the same"
MOST_TOLD = 4  # figures in the title


def paired_differences(frame, base="today", source=None, finding=None, surely=None):
    """What each option changes in each figure, beside `base`, with 95 % intervals; hollow where it is about the same. A
    figure of matplotlib.

    `frame` has a row for each option and figure: `option`, `figure`, `difference`, `low`, `high` and `same`, shares and
    money as `run --json` has them; and, if it is known, `before` and `after`. `finding` is the title, if not what
    changed beyond chance; `surely` of which interval a solid dot leaves no doubt, 0.997 say. Raises ValueError for a
    column that there is not, and for no rows.
    """
    source = source or Source()
    for name in ("option", "figure", "difference", "low", "high", "same"):
        if name not in frame:
            raise ValueError(f"The differences have no {name!r}; they have {', '.join(map(str, frame.columns))}.")
    if not len(frame):
        raise ValueError("There are no differences to show.")
    sheet = Sheet()
    column = sheet.column()
    said = finding or _finding(frame, base, source.currency)
    said = said[0].upper() + said[1:]
    column.head(said, source.title)
    column.say(f"Each option less '{base}', on the same people and the same luck. {_of_lines(surely)}", after=0.15)
    options = list(pd.unique(frame["option"]))
    names = {option: str(option) for option in options}
    room = min(max(map(wide, names.values())) + 0.3, NAMES) if len(options) > 1 else 0.0
    left = max(room, LEFT)
    right = max(wide(_told(figure_of(row["figure"], [row["difference"]]), row)) for _, row in frame.iterrows()) + 0.3
    for figure in pd.unique(frame["figure"]):
        _draw(column, figure, frame[frame["figure"] == figure], names, (room, left), right, source)
    column.key(_key(frame["same"].any(), not frame["same"].all()))
    column.foot(source)
    return sheet.finish(said)


def _finding(frame, base, currency):
    """What the options change beyond chance: by how much if there is one, else for how many."""
    options = list(pd.unique(frame["option"]))
    changed = frame[~frame["same"].astype(bool)]
    if not len(changed):
        if len(options) == 1:
            return f"{options[0]} is about the same as '{base}' in all."
        return f"None of {len(options)} options differs from '{base}' beyond chance."
    figures = list(pd.unique(changed["figure"]))
    words = {figure: figure_of(figure, frame["difference"]).words.split(",")[0] for figure in figures}
    if len(options) == 1:
        told = [f"{words[row['figure']]} {_change(row, currency)}" for _, row in changed.iloc[:MOST_TOLD].iterrows()]
        return f"{options[0]}, beside '{base}': {'; '.join(told)}{_more(len(changed), '; ')}."
    counts = {figure: int((changed["figure"] == figure).sum()) for figure in figures}
    told = [f"{words[figure]} ({counts[figure]})" for figure in figures[:MOST_TOLD]]
    what = ", ".join(told) + _more(len(figures), ", ")
    return f"{len(options)} options differ from '{base}' beyond chance: {what}."


def _more(count, link):
    return f"{link}and {count - MOST_TOLD} more" if count > MOST_TOLD else ""


def _change(row, currency):
    """A difference in numbers, with its unit."""
    what = figure_of(row["figure"], [row["difference"]])
    unit = " of 100" if what.of else f" {currency}" if what.money and currency else ""
    return _told(what, row).split(" (")[0] + unit


def _draw(column, figure, rows, names, rooms, right, source):
    """A figure: its name, its axis about nothing, a line for each option and the numbers at the right."""
    what, (room, left) = figure_of(figure, rows["difference"]), rooms
    values = rows[["difference", "low", "high"]].astype(float) * what.scale
    unit = unit_of(np.nanmax(values.abs().to_numpy())) if not what.of else 1
    unit_told = "" if what.of else in_unit(unit, source.currency) if source.currency or unit > 1 else ""
    better = {True: " (less is better)", False: " (more is better)", None: ""}[what.less]
    column.say((what.told(unit_told) if what.money or what.of else what.words) + better, bold=True, after=0.05)
    lines = [broken(names[option], room - 0.2) if room else [""] for option in rows["option"]]
    deep = [max(ROW, high(len(part)) + 0.1) for part in lines]
    texts = [_told(what, row) for _, row in rows.iterrows()]
    top = column.depth
    axes = column.panel(sum(deep), left, right, below=high() + 0.35)
    axes.set_ylim(sum(deep), 0)
    axes.spines["left"].set_visible(False)
    axes.yaxis.set_ticks([])
    limits = _limits(values.to_numpy() / unit)
    axes.set_xlim(*limits)
    marks = marks_apart(limits, column.width - left - right, 7, _signed)
    mark(axes.xaxis, marks, map(_signed, marks))
    stroke(axes, [0, 0], [0, sum(deep)], color=MIDDLE, linewidth=1.0, zorder=0)
    y = 0.0
    for part, length, text, (place, row) in zip(lines, deep, texts, rows.iterrows()):
        _dot(axes, y + length / 2, values.loc[place] / unit, bool(row["same"]))
        for number, line in enumerate(part):
            column.sheet.write(column.left, top + y + length / 2 + high(number - (len(part) - 1) / 2), line)
        column.sheet.write(column.left + column.width, top + y + length / 2, text, align="right")
        y += length


def _dot(axes, y, values, same):
    difference, low, up = values
    if np.isfinite([low, up]).all():
        stroke(axes, [low, up], [y, y], color=INK, linewidth=1.2)
    if np.isfinite(difference):
        stroke(axes, [difference], [y], clip_on=False, **_style(same))


def _style(same):
    return {
        "linestyle": "None",
        "marker": "o",
        "markersize": 6,
        "markerfacecolor": "white" if same else INK,
        "markeredgecolor": INK,
        "markeredgewidth": 1.2,
        "gid": "same" if same else "differs",
    }


def _key(hollow, solid):
    """What dots mean, of those that there are."""
    key = [("differs beyond chance", "sign", _style(False))] if solid else []
    return key + ([(f"{SAME}: chance could have done it", "sign", _style(True))] if hollow else [])


def _signed(value):
    """A difference with its sign: +4, −12 000, 0."""
    return short(value) if value <= 0 else f"+{short(value)}"


def _of_lines(surely):
    """What lines and dots rest on."""
    if surely is None:
        return "Lines are 95% intervals."
    least = math.floor(1000 * surely) / 10
    return f"Lines are 95% intervals; a dot is solid where one of {least:g}% leaves no doubt, so many are judged."


def _told(what, row):
    """A difference and its interval in numbers, rounded as on the page."""
    numbers = (row.get(key) for key in ("before", "after", "difference", "low", "high"))
    one = Difference(row["figure"], *(None if value is None or not np.isfinite(value) else value for value in numbers))
    if one.difference is None or one.low is None or one.high is None:
        told = value_told(what, one.difference)
        return told if told.startswith(MINUS) or told in ("–", "0") else f"+{told}"
    if one.low == one.high == 0:
        return "0"
    unit = spans.unit_of(one, what.scale, what.money, surely=not row["same"])
    told = spans.digits(one.difference * what.scale, unit)
    told = told if told.startswith("-") or not any(digit in told for digit in "123456789") else f"+{told}"
    return thin(f"{told} ({spans.span(one, what.scale, unit)})")


def _limits(values):
    """Ends of an axis that holds all intervals, and nothing at all."""
    least, most = min(np.nanmin(values), 0), max(np.nanmax(values), 0)
    if not most > least:
        least, most = -1.0, 1.0
    reach = most - least
    return least - 0.05 * reach, most + 0.05 * reach
