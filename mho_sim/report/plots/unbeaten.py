"""The frontier: what members pay, how many mutuals run short, and whom they protect; the points that nobody beats."""

import string
from itertools import pairwise

import numpy as np

from mho_sim.report.plots.figures import axis_words, figure_of, value_told, values_told
from mho_sim.report.plots.scales import in_unit, short, ticks, unit_of
from mho_sim.report.plots.sheet import (
    DARK,
    INK,
    LIGHT,
    MIDDLE,
    SIZE,
    Sheet,
    high,
    label,
    margin,
    mark,
    marks_apart,
    stroke,
    wide,
)
from mho_sim.report.plots.source import Source
from mho_sim.report.words import plural
from mho_sim.study.figures import unbeaten

TALL = 7.5  # centimetres, of the panel
SIGNS = (  # by protection, from the least to the most: marker and shade
    ("v", "white"),
    ("o", LIGHT),
    ("^", DARK),
)
LARGE, SMALL = 8, 4.5  # points, of a sign
AWAY = (0.45, 0.7, 1.0, 1.4)  # centimetres, from a point to its letter
NAMED = 12  # points that nobody beats which have a letter and a line below; assumed
AXES = 3  # of a study that have a column each in the list
DIRECTIONS = [(np.cos(angle), np.sin(angle)) for angle in np.pi * np.array([1, 3, 5, 7, 0, 2, 4, 6]) / 4]


def frontier(frame, source=None, names="option"):
    """What members pay (across), how many of 100 mutuals run short (up, with 95 % intervals) and how many people are
    covered (shape and shade): the points that nobody beats in all three are joined, lettered and listed. A figure of
    matplotlib.

    `frame` has a row for each point, with `members_pay`, `late`, `late_low`, `late_high` and `covered`; a point is
    called as its column `names` says, or after its axes. Raises ValueError for a column that there is not.
    """
    source = source or Source()
    for name in ("members_pay", "late", "covered"):
        if name not in frame:
            raise ValueError(f"The points have no {name!r}; they have {', '.join(map(str, frame.columns))}.")
    frame = frame.reset_index(drop=frame.index.name is None)
    best = unbeaten(frame)
    if not best.any():
        raise ValueError("No point has all of members_pay, late and covered.")
    points, groups = _points(frame, best), _groups(frame["covered"])
    named = _named(points)
    sheet = Sheet()
    column = sheet.column()
    said = _finding(frame, best)
    column.head(said, source.title)
    column.say("Run short, of 100 mutuals; the lines are 95% intervals", after=0.2)
    _draw(column, frame, points, named, groups, source)
    column.key(_key(groups, best.all()))
    column.down(0.15)
    _list(column, frame, named, names, source)
    column.foot(source, "Nobody beats a point if no other is as good in all three and better in one, chance aside.")
    return sheet.finish(said)


def _points(frame, best):
    """The points that nobody beats, from the cheapest on."""
    return frame[best].sort_values(["members_pay", "late", "covered"], kind="stable")


def _named(points):
    """The letters of those that are listed, by their place in the frame: the ends, and as evenly as may be between."""
    count = min(len(points), NAMED)
    chosen = sorted(set(np.linspace(0, len(points) - 1, count).round().astype(int)))
    return dict(zip(points.index[chosen], string.ascii_uppercase))


def _groups(covered):
    """Limits between few, middling and many people covered, whole numbers of 100; fewer groups where all are alike."""
    values = 100 * covered.to_numpy(float)
    least, most = np.floor(np.nanmin(values)), np.ceil(np.nanmax(values))
    if most - least < 3:
        return [least, most]
    return [least, *np.round(least + (most - least) * np.array([1, 2]) / 3), most]


def _sign(covered, groups):
    """The sign of a share of people covered."""
    inner = groups[1:-1]
    return SIGNS[int(np.searchsorted(inner, np.round(100 * covered), side="right"))] if inner else SIGNS[1]


def _finding(frame, best):
    count = int(best.sum())
    if count == 1:
        return f"One of {plural(len(frame), 'point')} beats all others: it costs members least, is safest, covers most."
    if count == len(frame):
        return f"None of the {plural(count, 'point')} beats another: safer costs more, or covers fewer."
    return (
        f"Of {plural(len(frame), 'point')}, {count} are not beaten in what members pay, in safety and in protection "
        "together."
    )


def _draw(column, frame, points, named, groups, source):
    most = float(np.nanmax(frame[["late", *([] if "late_high" not in frame else ["late_high"])]].to_numpy(float)))
    top = min(max(100 * most * 1.06, 4), 103)
    marks = [place for place in ticks(0, top, 5, whole=True) if place <= 100]
    pays = frame["members_pay"].astype(float)
    unit = unit_of(pays.max())
    least, largest = pays.min() / unit, pays.max() / unit
    reach = (largest - least) or max(abs(largest), 1)
    left, right = margin(map(short, marks)), 0.5
    axes = column.panel(TALL, left, right, below=2 * high() + 0.35)
    axes.set_xlim(least - 0.07 * reach, largest + 0.07 * reach)
    axes.set_ylim(-0.03 * top, top)
    mark(axes.yaxis, marks, map(short, marks))
    marks = marks_apart(axes.get_xlim(), column.width - left - right, 8)
    mark(axes.xaxis, marks, [short(place) for place in marks])
    words = figure_of("members_pay").told(in_unit(unit, source.currency) if source.currency or unit > 1 else "")
    column.sheet.write(
        column.left + column.width - right, column.depth - high() / 2, words[0].upper() + words[1:], align="right"
    )
    column.down(0.1)
    stroke(axes, points["members_pay"] / unit, 100 * points["late"], color=MIDDLE, linewidth=1.0, gid="frontier")
    for place, row in frame.iterrows():
        _point(axes, row, unit, groups, place in points.index)
    _letters(axes, frame, points, named, unit, column.width - left - right)


def _point(axes, row, unit, groups, best):
    if not np.isfinite([row["members_pay"], row["late"], row["covered"]]).all():
        return
    marker, shade = _sign(row["covered"], groups)
    x, y = row["members_pay"] / unit, 100 * row["late"]
    if best and np.isfinite([row.get("late_low", np.nan), row.get("late_high", np.nan)]).all():
        stroke(axes, [x, x], [100 * row["late_low"], 100 * row["late_high"]], color=INK, linewidth=0.8)
    stroke(
        axes, [x], [y], linestyle="None", marker=marker, markersize=LARGE if best else SMALL, markerfacecolor=shade,
        markeredgecolor=INK if best else MIDDLE, markeredgewidth=1.3 if best else 0.6, zorder=4 if best else 3,
    )  # fmt: skip


def _letters(axes, frame, points, named, unit, width):
    """A letter beside each listed point, where it lies over no other letter and over as few points as may be."""
    (left, right), (low, top) = axes.get_xlim(), axes.get_ylim()
    across, up = (right - left) / width, (top - low) / TALL
    places = np.column_stack((points["members_pay"] / unit / across, 100 * points["late"] / up))
    of_all = zip(frame["members_pay"] / unit / across, 100 * frame["late"] / up, frame.index.isin(points.index))
    signs = [((x, y), (0.18, 0.18) if best else (0.1, 0.1)) for x, y, best in of_all]
    signs += [(spot, (0.02, 0.02)) for spot in _drawn(points, places, up)]
    taken = []
    for place, letter in named.items():
        x, y = points.loc[place, "members_pay"] / unit / across, 100 * points.loc[place, "late"] / up
        size = (wide(letter) / 2 + 0.04, SIZE * 2.54 / 72 / 2 + 0.04)
        spots = [(x + far * dx, y + far * dy) for far in AWAY for dx, dy in DIRECTIONS]
        inside = [s for s in spots if left / across + 0.2 < s[0] < right / across and low / up + 0.2 < s[1] < top / up]
        free = [s for s in inside if not any(_over(s, size, other) for other in taken)] or inside or spots
        spot = min(free, key=lambda s: sum(_over(s, size, sign) for sign in signs))
        taken.append((spot, size))
        label(axes, spot[0] * across, spot[1] * up, letter, over="center_baseline", bold=True)


def _drawn(points, places, up):
    """Spots on the lines between points and on those of their intervals, centimetres."""
    for first, second in pairwise(places):
        yield from (tuple(first + part * (second - first)) for part in np.linspace(0, 1, 30))
    if {"late_low", "late_high"} <= set(points):
        for (x, _), low, top in zip(places, points["late_low"], points["late_high"]):
            yield from ((x, 100 * y / up) for y in np.linspace(low, top, 20))


def _over(spot, size, other):
    """Whether two boxes, by middle and half lengths, lie one over the other."""
    (x, y), (wide_, high_) = other
    return abs(spot[0] - x) < size[0] + wide_ and abs(spot[1] - y) < size[1] + high_


def _key(groups, all_best):
    def style(sign, best):
        size, edge = (LARGE, INK) if best else (SMALL, MIDDLE)
        return {"marker": sign[0], "markerfacecolor": sign[1], "markersize": size, "markeredgecolor": edge}

    if len(groups) == 2:
        key = [("all cover about as many people", "sign", style(SIGNS[1], True))]
    else:
        low, high_ = groups[1], groups[2]
        texts = (f"fewer than {low:.0f} of 100 people covered", f"{low:.0f} to {high_:.0f}", f"{high_:.0f} or more")
        key = [(text, "sign", style(sign, True)) for text, sign in zip(texts, SIGNS)]
    key.append(("not beaten, joined", "line", {"color": MIDDLE, "linewidth": 1.0}))
    return key if all_best else [*key, ("small: beaten", "sign", style(SIGNS[1], False))]


def _list(column, frame, named, names, source):
    """The points that have a letter: what they are, what members pay, how many run short, how many are covered."""
    pay, late, covered = (figure_of(name) for name in ("members_pay", "late", "covered"))
    heads, called = _called(frame, names, source)
    rows = []
    for place, letter in named.items():
        row = frame.loc[place]
        ends = [row.get(f"late_{end}", np.nan) for end in ("low", "high")]
        told = value_told(late, row["late"], *ends)
        if np.isfinite(ends).all():
            told += " (" + " to ".join(value_told(late, end, *ends) for end in ends) + ")"
        paid = value_told(pay, row["members_pay"], row.get("members_pay_low"), row.get("members_pay_high"))
        rows.append((letter, *called[place], paid, told, value_told(covered, row["covered"])))
    paid = f"members pay, {source.currency}" if source.currency else "members pay"
    column.table(("", *heads, paid, "run short, of 100", "covered, of 100"), rows)


def _called(frame, names, source):
    """(heads, texts by place) of what a point is: its name, or the values of its axes."""
    if names in frame:
        return (str(names),), {place: (str(name),) for place, name in frame[names].items()}
    axes = [name for name in frame if "." in str(name) and frame[name].nunique() > 1]
    if not axes:
        return ("point",), {place: (str(place),) for place in frame.index}
    texts = list(zip(*(values_told(frame[name]) for name in axes)))
    if len(axes) <= AXES:
        return tuple(axis_words(name, source.currency) for name in axes), dict(zip(frame.index, texts))
    words = [axis_words(name) for name in axes]
    told = [("; ".join(map(" ".join, zip(words, row))),) for row in texts]
    return ("point",), dict(zip(frame.index, told))
