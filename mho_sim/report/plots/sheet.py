"""A sheet of paper: texts and panels one below another in columns, measured in centimetres before anything is drawn, so
that no text lies over another. Every line, colour and letter is set here and not by anybody's own settings.
"""

import io
from functools import lru_cache
from threading import Lock

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.textpath import TextToPath

from mho_sim.report.plots.scales import short, thin, ticks

FONT = "DejaVu Sans"  # matplotlib brings it along
SIZE, TITLE = 9, 11  # points
WIDTH = 16.0  # centimetres, of a picture
EDGE = 0.4  # centimetres, around all
LINE = 1.35 * 2.54 / 72  # centimetres a point, from one line to the next
INK, DARK, MIDDLE, LIGHT, PALE = "0", "0.3", "0.5", "0.75", "0.9"
DOTS = 200  # an inch, of a .png
BESIDE = 0.2  # centimetres, from a sign of the key to its text
SLACK = 1.03  # letters may be a little wider where they are drawn than where they are measured
_ENDINGS = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
_SETTINGS = {
    "svg.hashsalt": "mho_sim",
    "svg.fonttype": "path",
    "pdf.compression": 6,
    "pdf.fonttype": 3,
    "path.simplify": True,
    "path.simplify_threshold": 1 / 9,
    "hatch.linewidth": 0.7,
    "text.usetex": False,
    "savefig.bbox": None,
}
_ALONE = Lock()


class Picture(Figure):
    """A figure that a notebook shows, whatever is set there."""

    finding = ""

    def _repr_png_(self):
        return picture_bytes(self, "png")


def picture_bytes(figure, ending):
    """The bytes of a file, by its ending: png, svg or pdf; the same ones for the same figure, on any day."""
    said = {**_ENDINGS[ending.lstrip(".").lower()], "Title": getattr(figure, "finding", "") or None}
    file = io.BytesIO()
    with _ALONE:
        before = {name: matplotlib.rcParams[name] for name in _SETTINGS}
        try:
            _set(_SETTINGS)
            figure.savefig(
                file,
                format=ending.lstrip(".").lower(),
                dpi=DOTS,
                metadata=said,
                facecolor="white",
                edgecolor="none",
                transparent=False,
            )
        finally:
            _set(before)
    return file.getvalue()


def _set(settings):
    for name, value in settings.items():
        matplotlib.rcParams[name] = value


@lru_cache(10_000)
def _font(size, bold):
    return FontProperties(family=FONT, size=size, weight="bold" if bold else "normal", style="normal")


@lru_cache(10_000)
def _known(letter, bold):
    return get_font(findfont(_font(SIZE, bold))).get_char_index(ord(letter)) != 0


def drawable(text, bold=False):
    """A text on one line in which letters that the font has not are boxes."""
    return "".join(letter if _known(letter, bold) else "□" for letter in thin(" ".join(str(text).split(" "))))


@lru_cache(10_000)
def wide(text, size=SIZE, bold=False):
    """How wide a line of text is, centimetres."""
    if not text:
        return 0.0
    width, _, _ = TextToPath().get_text_width_height_descent(drawable(text, bold), _font(size, bold), False)
    return SLACK * width * 2.54 / 72


def high(lines=1, size=SIZE):
    """How high so many lines of text are, centimetres."""
    return lines * size * LINE


def broken(text, width, size=SIZE, bold=False):
    """A text as lines no wider than so many centimetres; a word that is wider is cut."""
    lines, line = [], ""
    for word in thin(" ".join(str(text).split())).split(" "):
        if wide(f"{line} {word}".strip(), size, bold) <= width:
            line = f"{line} {word}".strip()
            continue
        if line:
            lines.append(line)
        while wide(word, size, bold) > width and len(word) > 1:
            cut = max(1, next(n for n in range(len(word), 0, -1) if n == 1 or wide(word[:n], size, bold) <= width))
            lines.append(word[:cut])
            word = word[cut:]
        line = word
    return [*lines, line] if line or not lines else lines


class Sheet:
    """A picture in the making. Places are in centimetres from the left and from the top."""

    def __init__(self, width=WIDTH):
        self.width, self.deepest = width, 0.0
        self.figure = Picture(figsize=(width / 2.54, 1), dpi=100, facecolor="white", edgecolor="none", layout="none")
        self._texts, self._axes = [], []

    def column(self, left=EDGE, width=None, top=EDGE):
        """A column from the top down; as wide as the sheet unless it is said."""
        return Column(self, left, self.width - 2 * EDGE if width is None else width, top)

    def write(self, x, y, line, size=SIZE, bold=False, grey=False, align="left"):
        """One line of text whose middle lies at a depth."""
        text = self.figure.text(
            0, 0, drawable(line, bold), fontproperties=_font(size, bold), color=DARK if grey else INK,
            ha=align, va="center_baseline", parse_math=False,
        )  # fmt: skip
        self._texts.append((text, x, y))

    def panel(self, left, top, width, height):
        """Axes at a place: two spines, ticks outside, no grid."""
        axes = self.figure.add_axes((0, 0, 1, 1), facecolor="none")
        self._axes.append((axes, left, top, width, height))
        axes.grid(False)
        axes.minorticks_off()
        axes.set_axisbelow(True)
        axes.set_autoscale_on(False)
        axes.tick_params(
            which="both", direction="out", length=3, width=0.8, color=INK, labelcolor=INK, labelsize=SIZE, pad=3,
            labelfontfamily=FONT, top=False, right=False, bottom=True, left=True, labeltop=False, labelright=False,
            labelbottom=True, labelleft=True,
        )  # fmt: skip
        for side, spine in axes.spines.items():
            spine.set(visible=side in ("left", "bottom"), color=INK, linewidth=0.8)
        return axes

    def finish(self, finding):
        """The picture, as high as what is on it."""
        height = self.deepest + EDGE
        self.figure.set_size_inches(self.width / 2.54, height / 2.54)
        for text, x, y in self._texts:
            text.set_position((x / self.width, 1 - y / height))
        for axes, left, top, width, deep in self._axes:
            axes.set_position((left / self.width, 1 - (top + deep) / height, width / self.width, deep / height))
        self.figure.finding = drawable(finding)
        return self.figure


class Column:
    """A part of a sheet that is filled from the top down; lengths in centimetres."""

    def __init__(self, sheet, left, width, depth):
        self.sheet, self.left, self.width, self.depth = sheet, left, width, depth

    def down(self, length):
        """Leave room; the depth before it."""
        before, self.depth = self.depth, self.depth + length
        self.sheet.deepest = max(self.sheet.deepest, self.depth)
        return before

    def say(self, text, size=SIZE, bold=False, grey=False, indent=0.0, after=0.0):
        """A paragraph."""
        for line in broken(text, self.width - indent, size, bold):
            top = self.down(high(1, size))
            self.sheet.write(self.left + indent, top + high(1, size) / 2, line, size, bold, grey)
        self.down(after)

    def head(self, finding, title=""):
        """What was found, and of which scenario."""
        self.say(finding, TITLE, bold=True, after=0.05)
        if title:
            self.say(title, grey=True)
        self.down(0.2)

    def foot(self, source, note=""):
        """Remarks, and where the figures come from."""
        self.down(0.15)
        if note:
            self.say(note, grey=True, after=0.05)
        self.say(source.told(), grey=True)

    def panel(self, height, left=0.0, right=0.0, below=0.0, above=0.0):
        """Axes over the column's width less what is left free on each side."""
        top = self.down(above + height + below) + above
        return self.sheet.panel(self.left + left, top, self.width - left - right, height)

    def paper(self, height, top=None, left=0.0, width=None):
        """Bare axes whose coordinates are centimetres from their lower left corner."""
        width = self.width - left if width is None else width
        axes = self.sheet.panel(self.left + left, self.down(height) if top is None else top, width, height)
        axes.set_axis_off()
        axes.set(xlim=(0, width), ylim=(0, height))
        return axes

    def table(self, heads, rows):
        """Rows of texts below their heads; the first column bold, texts to the left and numbers to the right. Heads are
        broken to the width that there is, and so is the widest column.
        """
        gap, count = 0.35, len(heads)
        sizes = [max((wide(row[i], bold=not i) for row in rows), default=0) for i in range(count)]
        words = [max((wide(word) for word in head.split()), default=0) for head in heads]
        sizes = [max(pair) for pair in zip(sizes, words)]
        spare = self.width - sum(sizes) - gap * (count - 1)
        if spare < 0:
            widest = max(range(count), key=sizes.__getitem__)
            sizes[widest] = max(sizes[widest] + spare, 1.0)
        for i in range(count):
            more = min(max(spare, 0), max(wide(heads[i]) - sizes[i], 0))
            sizes[i], spare = sizes[i] + more, spare - more
        to_right = [bool(i) and all(_is_number(row[i]) for row in rows) for i in range(count)]
        for number, row in enumerate((heads, *rows)):
            cells = [broken(cell, size, bold=not i and number > 0) for i, (cell, size) in enumerate(zip(row, sizes))]
            deepest = max(map(len, cells))
            top, x = self.down(high(deepest) + 0.06), self.left
            for i, (lines, size) in enumerate(zip(cells, sizes)):
                first = deepest - len(lines) if number == 0 else 0
                for line, text in enumerate(lines, first):
                    at = (x + size, "right") if to_right[i] else (x, "left")
                    self.sheet.write(
                        at[0], top + high(line + 0.5), text, bold=not i and number > 0, grey=not number, align=at[1]
                    )
                x += size + gap

    def key(self, entries):
        """What signs mean: (text, "line" or "patch" or "sign", how it is drawn), on as many lines as it takes."""
        sign, gap, row, x, rows = 0.85, 0.5, high() + 0.08, 0.0, [[]]
        for text, form, style in entries:
            lines = broken(text, self.width - sign - BESIDE)
            length = sign + BESIDE + max(map(wide, lines))
            if rows[-1] and x + length > self.width:
                rows.append([])
                x = 0.0
            rows[-1].append((x, lines, form, style))
            x += length + gap
        for entries_of_row in rows:
            height = row * max(len(lines) for _, lines, _, _ in entries_of_row)
            axes, top = self.paper(height), self.depth - height
            for x, lines, form, style in entries_of_row:
                _sign(axes, form, x, height - row / 2, sign, style)
                for number, line in enumerate(lines):
                    self.sheet.write(self.left + x + sign + BESIDE, top + row * (number + 0.5), line)


def _is_number(cell):
    return not cell or cell[0].isdigit() or cell[0] in "+–\u2212"


def _sign(axes, form, x, y, length, style):
    """A sign of the key, drawn as on the panels."""
    if form == "patch":
        box(axes, (x, y - 0.14), length, 0.28, clip_on=False, **style)
    elif form == "line":
        stroke(axes, [x, x + length], [y, y], **style)
    else:
        stroke(axes, [x + length / 2], [y], **{**style, "linestyle": "None"})


def label(axes, x, y, text, align="center", over="center", colour=INK, **how):
    """One line of text at a place of a panel."""
    return axes.text(
        x, y, drawable(text), fontproperties=_font(SIZE, how.pop("bold", False)), color=colour, ha=align, va=over,
        parse_math=False, clip_on=False, **how,
    )  # fmt: skip


def box(axes, corner, width, height, **style):
    """A rectangle on a panel, hatched as thinly as everywhere."""
    patch = Rectangle(corner, width, height, **style)
    if hasattr(patch, "set_hatch_linewidth"):  # before matplotlib 3.10 the setting counts, when it is drawn
        patch.set_hatch_linewidth(_SETTINGS["hatch.linewidth"])
    axes.add_patch(patch)


def stroke(axes, x, y, **style):
    """A line through points, or signs at them."""
    axes.add_line(Line2D(x, y, **{"linestyle": "-", "marker": "None", "markeredgewidth": 1.0, **style}))


def mark(axis, places, texts):
    """Ticks of an axis at places, with texts."""
    axis.set_ticks(list(places), labels=[drawable(text) if "\n" not in text else text for text in texts])


def marks_apart(limits, width, most, told=short, between=(-np.inf, np.inf)):
    """Round numbers along an axis of so many centimetres, at most `most`, whose texts do not touch."""
    for many in range(most, 1, -1):
        marks = [place for place in ticks(*limits, many) if between[0] <= place <= between[1]]
        room = width * (marks[1] - marks[0]) / (limits[1] - limits[0]) if len(marks) > 1 else width
        if max(map(wide, map(told, marks)), default=0) + 0.3 <= room:
            break
    return marks


def margin(texts):
    """Room that ticks with these texts take at the left of a panel."""
    return max((wide(text) for text in texts), default=0) + 0.3
