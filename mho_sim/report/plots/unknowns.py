"""A tornado: what each number that nobody knows moves by itself, the largest first, and chance apart."""

import numpy as np

from mho_sim.actuarial import variance_parts
from mho_sim.report.plots.scales import in_unit, short, unit_of
from mho_sim.report.plots.sheet import (
    DARK,
    EDGE,
    INK,
    LIGHT,
    MIDDLE,
    Sheet,
    box,
    broken,
    high,
    label,
    mark,
    marks_apart,
    stroke,
    wide,
)
from mho_sim.report.plots.source import Source
from mho_sim.report.sensitivity import MOST_LISTED, NOTHING, numbers_of, value_told
from mho_sim.report.words import of_100, plural, unknown

NAMES = 5.6  # centimetres, for what the numbers are
ROW = 0.72  # centimetres, of a bar with its room
BAR = 0.42
SPREAD = 1.645  # standard deviations from the mean beyond which 5 of 100 lie, to each side, of a normal law
HOW = {
    "low": {"facecolor": "white", "hatch": "//////", "edgecolor": INK, "linewidth": 0.8},
    "high": {"facecolor": DARK, "edgecolor": INK, "linewidth": 0.8},
    "chance": {"facecolor": LIGHT, "hatch": "....", "edgecolor": INK, "linewidth": 0.8},
    "unsure": {"facecolor": "white", "edgecolor": INK, "linewidth": 0.8, "linestyle": (0, (2, 1.5))},
}


def tornado(found, figure="own_funds"):
    """What each unknown number moves alone, from its low to its high value: own funds at the end ("own_funds"), or how
    many of 100 mutuals run short ("late"); the largest difference first. Chance stands apart below own funds. `found`
    is a `Sensitivity`. A figure of matplotlib.
    """
    if figure not in ("own_funds", "late"):
        raise ValueError(f"A tornado shows own_funds or late, not {figure!r}.")
    frame = found.tornado
    frame = frame.iloc[np.argsort(-frame[f"{figure}_difference"].abs(), kind="stable")]
    moves = frame[f"{figure}_difference"].abs()
    listed, source = frame[moves >= NOTHING * moves.max()].iloc[:MOST_LISTED], Source.of(found)
    today, chance = float(found.today[figure].mean()), _chance(found) if figure == "own_funds" else 0.0
    scale, what = _scale(figure, listed, today, chance, found.scenario.currency)
    sheet = Sheet()
    column = sheet.column()
    said = _finding(found, figure, listed, chance)
    column.head(said, source.title)
    column.say(what, after=0.15)
    _draw(column, found, figure, listed, today * scale, chance * scale, scale)
    column.foot(source, _remarks(found, figure, len(frame) - len(listed)))
    return sheet.finish(said)


def _chance(found):
    """The standard deviation of own funds that is chance: neighbouring worlds share what nobody knows."""
    return float(np.sqrt(max(variance_parts(found.today["own_funds"])[0], 0)))


def _scale(figure, listed, today, chance, currency):
    """By what values are multiplied, and what the axis is of."""
    if figure == "late":
        return 100, "Run short, of 100 mutuals, while nobody knows the other figures"
    ends = (listed["own_funds_low"].abs().max(), listed["own_funds_high"].abs().max(), abs(today) + SPREAD * chance)
    unit = unit_of(max(ends))
    return 1 / unit, f"Mean own funds at the end, {in_unit(unit, currency)}, while nobody knows the other figures"


def _finding(found, figure, listed, chance):
    first, row = unknown(listed.index[0]), listed.iloc[0]
    if _unsure(row, figure):
        return f"No figure alone surely moves {_WHAT[figure]}: {plural(found.worlds, 'future')} are too few to tell."
    if figure == "late":
        ends = sorted((row["late_low"], row["late_high"]))
        return f"Who runs short depends most on {first}: {of_100(ends[0])} to {of_100(ends[1])} of 100 mutuals."
    more = "; chance alone moves them more." if 2 * SPREAD * chance > abs(row["own_funds_difference"]) else "."
    return f"Own funds at the end depend most on {first}{more}"


_WHAT = {"own_funds": "own funds at the end", "late": "how many run short"}


def _unsure(row, figure):
    """Whether the interval of the difference holds 0."""
    return not (row[f"{figure}_from"] > 0 or row[f"{figure}_to"] < 0)


def _remarks(found, figure, rest):
    told = ["Low: 5 of 100 are below; high: 5 of 100 are above; each figure alone, on the same people and luck."]
    if figure == "own_funds":
        told.append("Chance: mean and 1.645 standard deviations to each side, as if its law were normal.")
    if rest:
        told.append(f"{plural(rest, 'other figure moves', 'other figures move')} less.")
    return " ".join(told)


def _draw(column, found, figure, listed, today, chance, scale):
    known = numbers_of(found)
    names = [broken(unknown(path), NAMES - 0.3) for path in listed.index]
    ends = [
        tuple(value_told(row[end], known[path]) if path in known else short(row[end]) for end in ("low", "high"))
        for path, row in listed.iterrows()
    ]
    deep = [max(ROW, high(len(lines)) + 0.15) for lines in names]
    by_chance = broken("chance alone: who falls ill, and when", NAMES - 0.3)
    apart = high(len(by_chance)) + 0.35 if chance else 0.0
    top = column.depth
    axes = column.panel(sum(deep) + apart, NAMES, 0.0, below=high() + 0.3)
    axes.set_ylim(sum(deep) + apart, 0)
    limits = _limits(listed, figure, scale, today, chance, ends, column.width - NAMES)
    axes.set_xlim(*limits)
    axes.spines["left"].set_visible(False)
    axes.yaxis.set_ticks([])
    marks = _marks(limits, column.width - NAMES, figure)
    mark(axes.xaxis, marks, map(short, marks))
    if limits[0] < 0 < limits[1]:
        stroke(axes, [0, 0], [0, sum(deep) + apart], color=MIDDLE, linewidth=1.0, linestyle=(0, (1, 2)), zorder=0)
    y = 0.0
    for lines, room, told, (_, row) in zip(names, deep, ends, listed.iterrows()):
        _name(column, lines, top + y + room / 2)
        _bars(axes, y + room / 2, row, figure, scale, today, told, limits, column.width - NAMES)
        y += room
    if chance:
        stroke(axes, limits, [y + 0.1, y + 0.1], color=MIDDLE, linewidth=0.8)
        _name(column, by_chance, top + y + 0.1 + (apart - 0.1) / 2)
        middle = y + 0.1 + (apart - 0.1) / 2
        box(axes, (today - SPREAD * chance, middle - BAR / 2), 2 * SPREAD * chance, BAR, **HOW["chance"])
    stroke(axes, [today, today], [0, sum(deep) + apart], color=INK, linewidth=1.4)
    column.key(_key(listed, figure, chance, limits))


def _key(listed, figure, chance, limits):
    key = [("at its low value", "patch", HOW["low"]), ("at its high value", "patch", HOW["high"])]
    if any(_unsure(row, figure) for _, row in listed.iterrows()):
        key.append(("the difference may be chance", "patch", HOW["unsure"]))
    key.append(("as the file has it", "line", {"color": INK, "linewidth": 1.4}))
    if chance:
        key.append(("90 of 100 futures, were all figures known", "patch", HOW["chance"]))
    if limits[0] < 0 < limits[1]:
        key.append(("0", "line", {"color": MIDDLE, "linewidth": 1.0, "linestyle": (0, (1, 2))}))
    return key


def _name(column, lines, middle):
    for number, line in enumerate(lines):
        column.sheet.write(column.left, middle + high(number - (len(lines) - 1) / 2), line)


def _limits(listed, figure, scale, today, chance, ends, width):
    """Ends of the axis, so that the longest value has its room beyond the longest bar on either side."""
    values = np.concatenate((listed[f"{figure}_low"], listed[f"{figure}_high"])).astype(float) * scale
    least, most = min(values.min(), today - SPREAD * chance), max(values.max(), today + SPREAD * chance)
    if not most > least:
        least, most = least - 1, most + 1
    room = max((wide(text) for pair in ends for text in pair), default=0) + 0.25
    each = (most - least) / (width - 2 * room)
    return least - room * each, most + room * each


def _marks(limits, width, figure):
    """Numbers along the axis that do not touch, and reach no further than the picture."""
    marks = marks_apart(limits, width, 6, between=(0, 100) if figure == "late" else (-np.inf, np.inf))
    per = width / (limits[1] - limits[0])
    return [place for place in marks if (limits[1] - place) * per + EDGE >= wide(short(place)) / 2]


_CLEAR = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}


def _bars(axes, middle, row, figure, scale, today, told, limits, width):
    """A row: from today to where each end leads; one above the other where both lead to the same side."""
    values = [row[f"{figure}_low"] * scale, row[f"{figure}_high"] * scale]
    same_side = (values[0] - today) * (values[1] - today) > 0
    for number, (value, end) in enumerate(zip(values, ("low", "high"))):
        lower = middle - BAR / 2 + (number * BAR / 2 if same_side else 0)
        style = HOW["unsure"] if _unsure(row, figure) else HOW[end]
        box(axes, (min(today, value), lower), abs(value - today), BAR / (1 + same_side), **style)
    first, second = sorted(zip(values, told), key=lambda pair: pair[0])
    gap = 0.12 * (limits[1] - limits[0]) / width
    label(axes, min(first[0], today) - gap, middle, first[1], align="right", over="center_baseline", bbox=_CLEAR)
    label(axes, max(second[0], today) + gap, middle, second[1], align="left", over="center_baseline", bbox=_CLEAR)
