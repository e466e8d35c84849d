"""A grid of two things that were varied: a figure in each cell, shades of grey, and frames where a target is met."""

import math

import numpy as np
import pandas as pd

from mho_sim import conditions
from mho_sim.report.plots.figures import MUTUALS, axis_words, figure_of, value_told, values_told
from mho_sim.report.plots.scales import short
from mho_sim.report.plots.sheet import EDGE, INK, WIDTH, Sheet, box, broken, high, label, wide
from mho_sim.report.plots.source import Source
from mho_sim.report.words import money

LIGHTEST, DARKEST = 1.0, 0.25  # shades of the least and the largest value
TURN = 0.46  # shades darker than this are written on in white: there both stand out alike
FRAME = 0.06  # centimetres, by which a frame lies within its cell
LEAST, WIDEST = 0.8, 2.2  # centimetres, of a cell
BETWEEN = 0.8  # centimetres, between two grids side by side
MOST = 40  # values of an axis


def heat_map(frame, across, down, figure="late", target=None, over=None, source=None):
    """A grid of what two axes do to a figure, a figure of matplotlib.

    `frame` has a row for each point: its columns are the axes by their paths, and figures with their 95 % intervals
    (`late`, `late_low`, `late_high`). Each cell says its figure, darker where it is more, with no more digits than the
    interval carries. Where the figure meets the `target`, such as 'late<=5%', the cell has a frame; a broken one where
    its interval reaches across. `over` is a third axis: a grid for each of its values. `source` says where it all comes
    from. Raises ValueError for a column that there is not, and for several points in a cell.
    """
    source = source or Source()
    grids = _grids(frame, across, down, over, figure)
    condition = None if target is None else _condition(target, figure)
    what = figure_of(figure, frame[figure])
    texts = {name: _texts(grid, what) for name, grid in grids.items()}
    names = {path: values_told(_values(frame, path)) for path in (across, down, over) if path is not None}
    shades = _shades(frame[figure])
    size = _sizes(texts, names[across], names[down])
    columns = len(names[across])
    whole = size.left + columns * size.wide
    side = min(max(1, math.floor((WIDTH - 2 * EDGE + BETWEEN) / (whole + BETWEEN))), len(grids))
    room = (WIDTH - 2 * EDGE + BETWEEN) / side - BETWEEN - size.left
    size.wide = max(size.wide, min(room / columns, WIDEST))
    whole = size.left + columns * size.wide
    sheet = Sheet(max(WIDTH, whole + 2 * EDGE))
    column = sheet.column()
    met = {name: _met(grid, condition) for name, grid in grids.items()}
    said = _finding(what, condition, met, grids, source) + _choices(condition, met, (over, down, across))
    column.head(said, source.title)
    column.say(f"In each cell: {what.told(source.currency)}. Darker is more.")
    column.say(f"Across: {axis_words(across, source.currency)}. Down: {axis_words(down, source.currency)}.", after=0.2)
    names_over = [None] if over is None else [
        f"{axis_words(over, source.currency)}: {value}" for value in names[over]
    ]  # fmt: skip
    places = list(zip(grids, names_over))
    for first in range(0, len(places), side):
        row, top = places[first : first + side], column.depth
        for number, (name, title) in enumerate(row):
            part = sheet.column(EDGE + number * (whole + BETWEEN), whole, top)
            _draw(part, title, grids[name], texts[name], met[name], shades, names[across], names[down], size)
            column.depth = max(column.depth, part.depth)
        column.down(0.3)
    if condition is not None:
        column.key(_key(condition))
    column.foot(source, _certainty(frame, figure, what, condition))
    return sheet.finish(said)


# What is in the cells


class _Grid:
    """Values of a figure and the ends of their intervals, (down, across) each; NaN where there is none."""

    def __init__(self, value, low, up):
        self.value, self.low, self.up = value, low, up


def _values(frame, path):
    """The values of an axis in order: numbers by size, words as they come."""
    values = list(pd.unique(frame[path]))
    return sorted(values) if all(isinstance(value, int | float | np.number) for value in values) else values


def _grids(frame, across, down, over, figure):
    """A `_Grid` by value of the third axis (None without one)."""
    for name in (across, down, *([] if over is None else [over]), figure):
        if name not in frame:
            raise ValueError(f"The points have no {name!r}; they have {', '.join(map(str, frame.columns))}.")
    if across == down or over in (across, down):
        raise ValueError("One axis is named twice: name different ones.")
    axes = [across, down, *([] if over is None else [over])]
    if frame.duplicated(axes).any():
        others = [name for name in frame if "." in str(name) and name not in axes and frame[name].nunique() > 1]
        what = f" in {others[0]}: choose one of its values, or show it as a third axis" if others else ""
        raise ValueError(f"Several points are in one cell; they differ{what}.")
    for name in (across, down):
        if frame[name].nunique() > MOST:
            raise ValueError(f"{name} has {frame[name].nunique()} values, and a grid shows {MOST} at most.")
    return {
        value: _grid(frame if value is None else frame[frame[over] == value], frame, across, down, figure)
        for value in ([None] if over is None else _values(frame, over))
    }


def _grid(points, frame, across, down, figure):
    rows, columns = _values(frame, down), _values(frame, across)
    parts = []
    for name in (figure, f"{figure}_low", f"{figure}_high"):
        cells = np.full((len(rows), len(columns)), np.nan)
        if name in points:
            for x, y, value in zip(points[across], points[down], points[name]):
                cells[rows.index(y), columns.index(x)] = np.nan if value is None else value
        parts.append(cells)
    return _Grid(*parts)


def _texts(grid, what):
    """What is written in the cells, (down, across) of text."""
    return [
        ["" if math.isnan(value) else value_told(what, value, *ends) for value, *ends in zip(*row)]
        for row in zip(grid.value, grid.low, grid.up)
    ]


def _condition(target, figure):
    condition = conditions.parse(target) if isinstance(target, str) else target
    if condition.name.split(".")[0] != figure:
        raise ValueError(f"The target {condition.text!r} speaks of {condition.name}, and the cells show {figure}.")
    return condition


def _met(grid, condition):
    """Where a target is met, and where surely, by the whole interval: (down, across) of bool each."""
    met = np.zeros(grid.value.shape, dtype=bool)
    if condition is None:
        return met, met
    met = np.array([[not math.isnan(value) and condition.holds(value) for value in row] for row in grid.value])
    worst = grid.up if condition.sign[0] == "<" else grid.low
    surely = np.array([[not math.isnan(value) and condition.holds(value) for value in row] for row in worst])
    return met, met & surely


def _shades(values):
    """A function that gives the shade of a value, from white to dark grey."""
    values = np.asarray(values, dtype=float)
    least, most = np.nanmin(values), np.nanmax(values)

    def shade(value):
        if not most > least:
            return LIGHTEST
        return LIGHTEST - (LIGHTEST - DARKEST) * (value - least) / (most - least)

    return shade


def _finding(what, condition, met, grids, source):
    cells = sum(int((~np.isnan(grid.value)).sum()) for grid in grids.values())
    if condition is None:
        values = np.concatenate([grid.value.ravel() for grid in grids.values()])
        least, most = (value_told(what, end(values)) for end in (np.nanmin, np.nanmax))
        said = what.told(source.currency)
        return f"{said[0].upper()}{said[1:]}: from {least} to {most} in {cells} combinations."
    good = sum(int(found.sum()) for found, _ in met.values())
    surely = sum(int(found.sum()) for _, found in met.values())
    target = _target(condition, what, source.currency)
    if not good:
        return f"None of {cells} combinations meets the target, {target}."
    how = "" if surely == good else f"; {surely or 'none'} of them with the whole interval"
    return f"{good} of {cells} combinations meet the target, {target}{how}."


def _choices(condition, met, paths):
    """How many choices of the scheme meet a target wherever the setting may be, where the grid has axes of both."""
    given = tuple(n for n, path in enumerate(paths) if path is not None and path.startswith("setting."))
    chosen = [n for n, path in enumerate(paths) if path is not None and n not in given]
    if condition is None or not given or not chosen:
        return ""
    always, surely = (np.array(list(parts)).all(axis=given) for parts in zip(*met.values()))
    how = "" if surely.sum() == always.sum() else f"; {surely.sum() or 'none'} of them with the whole interval"
    return f" {always.sum()} of {always.size} choices meet it with all that the setting may be{how}."


def _target(condition, what, currency):
    """A target in words: at most 5 of 100 mutuals run short."""
    least = {"<=": "at most", "<": "fewer than", ">=": "at least", ">": "more than"}[condition.sign]
    limit = short(round(condition.value * what.scale, 6))
    if what.of:
        return f"{what.words}: {least} {limit} of 100 {what.of}"
    return f"{what.words}: {least} {limit} {currency if what.money else ''}".strip()


def _certainty(frame, figure, what, condition):
    """How wide the intervals are at most; and protection, beside a figure of trouble."""
    told = []
    if f"{figure}_low" in frame and f"{figure}_high" in frame:
        widest = float((frame[f"{figure}_high"] - frame[f"{figure}_low"]).astype(float).max())
        if widest > 0:
            told.append(f"The 95% intervals are at most {value_told(what, widest)} wide.")
    if what.of == MUTUALS and "covered" in frame and frame["covered"].notna().any():
        met = [condition is not None and value == value and condition.holds(value) for value in frame[figure]]
        covered = [_between(frame["covered"]), *([_between(frame["covered"][met])] if any(met) else [])]
        where = f"; where the target is met {covered[-1]}" if len(set(covered)) > 1 else ""
        told.append(f"Covered, of 100 people: {covered[0]}{where}.")
    return " ".join(told)


def _between(shares):
    """The least and the largest of some shares, of 100."""
    ends = [money(100 * float(end)) for end in (shares.min(), shares.max())]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


# How it is drawn


class _Sizes:
    """Centimetres: a cell's width and height, room at the left for the names of the rows, above for the columns'."""

    def __init__(self, wide_, high_, left, above):
        self.wide, self.high, self.left, self.above = wide_, high_, left, above


def _sizes(texts, across, down):
    inside = max((wide(text) for grid in texts.values() for row in grid for text in row), default=0)
    heads = max(max(wide(part) for part in name.split(" ")) for name in across)
    across_wide = max(LEAST, inside + 0.3, min(heads, 3.0) + 0.2)
    above = max(len(broken(name, across_wide - 0.1)) for name in across)
    return _Sizes(across_wide, 0.62, min(max(map(wide, down)), 4.0) + 0.25, high(above) + 0.1)


def _draw(part, title, grid, texts, met, shades, across, down, size):
    """One grid with the names of its rows and columns."""
    rows = [broken(name, size.left - 0.2) for name in down]
    deep = max(size.high, *(high(len(lines)) + 0.1 for lines in rows))
    if title is not None:
        part.say(title, bold=True, after=0.1)
    top = part.down(size.above)
    for x, name in enumerate(across):
        lines = broken(name, size.wide - 0.1)
        for number, line in enumerate(lines):
            y = top + size.above - 0.05 - high(len(lines) - number - 0.5)
            part.sheet.write(part.left + size.left + (x + 0.5) * size.wide, y, line, align="center")
    axes, top = part.paper(deep * len(down), left=size.left), part.depth - deep * len(down)
    for y, lines in enumerate(rows):
        for number, line in enumerate(lines):
            at = top + (y + 0.5) * deep + high(number - (len(lines) - 1) / 2)
            part.sheet.write(part.left + size.left - 0.15, at, line, align="right")
        for x in range(len(across)):
            corner = (x * size.wide, (len(down) - 1 - y) * deep)
            _cell(axes, corner, (size.wide, deep), grid.value[y, x], texts[y][x], shades, met[0][y, x], met[1][y, x])


def _cell(axes, corner, size, value, text, shades, met, surely):
    if math.isnan(value):
        box(axes, corner, *size, facecolor="white", edgecolor="0.8", linewidth=0.5)
        return
    shade = shades(value)
    ink = INK if shade > TURN else "white"
    box(axes, corner, *size, facecolor=str(shade), edgecolor="white", linewidth=0.8)
    label(axes, corner[0] + size[0] / 2, corner[1] + size[1] / 2, text, colour=ink, over="center_baseline")
    if met:
        inner = (corner[0] + FRAME, corner[1] + FRAME)
        inside = (size[0] - 2 * FRAME, size[1] - 2 * FRAME)
        box(axes, inner, *inside, edgecolor=ink, gid="met", **_frame(surely))


def _frame(surely):
    return {"facecolor": "none", "linewidth": 1.5, "linestyle": "-" if surely else (0, (2, 1.3))}


def _key(condition):
    return [
        (f"meets {condition.text}, its whole interval too", "patch", {**_frame(True), "edgecolor": INK}),
        ("meets it, but the interval reaches across", "patch", {**_frame(False), "edgecolor": INK}),
    ]
