"""A study at many points: what is in its file, as a page and as files for other programs."""

import csv
import io

import pandas as pd

from mho_sim.report.files import cell, replacing
from mho_sim.report.tables import table
from mho_sim.report.words import lines, money, plural
from mho_sim.study.figures import FIGURES, unbeaten

TABLES = ("figures", "yearly", "monthly", "points", "columns")
COLUMNS = {  # of the tables, beside axes and figures: what each is
    "point": "number of the point",
    "name": "name of the point",
    "worlds": "futures that the figures of the point are of; in 'points', those that have been lived",
    "done": "whether the figures are of all worlds that were asked for",
    "of_worlds": "futures that the figures of the point are of",
    "program": "versions that found the figures: a short name",
    "digest": "fingerprint of the worlds, as 'mho-sim run' prints it",
    "year": "year of the scenario, from 1",
    "indicator": "indicator of the year, as in 'mho-sim run'",
    "mean": "mean over worlds",
    "p05": "5 of 100 worlds have less",
    "p50": "half the worlds have less",
    "p95": "95 of 100 worlds have less",
    "closing": "last day of the month",
    "measure": "account or register, or a quantile of the cash (p05, p50, p95)",
    "value": "mean over worlds, or the quantile",
}
MOST_ROWS = 1_048_576  # of a sheet, its head among them
HEADS_OF_CHOICES = ("late", "covered", "members_pay")
FORMS = {"share": "0.0%", "money": "#,##0", "number": "0.0"}  # of the cells of a workbook
OF_END = {"": "", "_low": "lower end of the 95% interval: ", "_high": "upper end of the 95% interval: "}
UNITS = {"share": "share, 0 to 1", "number": "number"}
NARROWEST, WIDEST_HEAD, WIDEST = 9, 18, 60  # columns of a workbook, in characters
FEW = 200  # worlds of a point, below which its intervals are wide
FEW_SAY = (
    " With so few worlds intervals are wide; where the setting gives ranges they count pairs, for two worlds each "
    "share what is drawn from a range."
)
SHOWN_VALUES = 12  # of an axis, before a study is lived
SHOWN = 40  # points on a page; of more the end is left to `study export`
HEADS = {
    "late": "run\nshort",
    "late_without_support": "without\nsupport",
    "covered": "covered",
    "forgone_care": "without\ncare",
    "not_paid_for": "not paid\nfor",
    "members_pay": "members\npay",
}


def study_text(study, target=None):
    """The page of a `sweeps.Study`: how far it is, and its points side by side; with a `target`, a condition on a
    figure (`conditions.parse`), also which choice meets it for the least that members pay. Raises ValueError for a
    target of which the study cannot say so.
    """
    frame, points = study.figures, study.points
    done, asked = points["done"].sum(), len(study.told["points"])
    head = [
        study.title,
        f"{done:,} of {plural(asked, 'point')}, {_worlds(study.told['worlds'])}; seed {study.seed}; "
        f"scenario {study.told['scenario'][:19]}…",
    ]
    blocks = [[line for text in head for line in lines(text, indent="  ")]]
    if len(frame) and target is not None:
        blocks.append(lines(_cheapest(study, target)))
    if len(frame):
        blocks += [block for block in (_choices(study), _points(study, frame), lines(_note(study))) if block]
    if left := _left(study):
        blocks.append([line for sentence in left for line in lines(sentence)])
    blocks.append(lines(f"mho_sim {', '.join(study.programs)}. A calculation to help the discussion, not a promise."))
    return "\n\n".join("\n".join(block) for block in blocks)


def plan_text(plan, seconds, megabytes):
    """What a `sweeps.Plan` asks for: its axes, and about how long and how much that is."""
    worlds = plan.worlds.least * len(plan.points)
    blocks = [[f"  {plan.title}", f"  {plural(len(plan.points), 'point')}, {_worlds(plan.worlds)}; seed {plan.seed}"]]
    for path in plan.axes:
        values = list(dict.fromkeys(str(point.values.get(path, "-")) for point in plan.points))
        more = [f"and {len(values) - SHOWN_VALUES:,} more"] if len(values) > SHOWN_VALUES else []
        blocks.append(lines(f"{path}: {', '.join([*values[:SHOWN_VALUES], *more])}"))
    least = "At least" if plan.worlds.halfwidth is not None else "About"
    blocks.append(lines(
        f"{least} {plural(worlds, 'world')}: {_long(seconds)} here, if nobody else uses this machine, and "
        f"{max(megabytes, 0.1):,.1f} MB in the study's file, if none is there yet."
    ))  # fmt: skip
    return "\n\n".join("\n".join(block) for block in blocks)


def _long(seconds):
    """A length of time in words, no more exact than an estimate is."""
    for size, one in ((3600, "hour"), (60, "minute")):
        if seconds >= 2 * size:
            return plural(round(seconds / size), one)
    return plural(max(round(seconds), 1), "second")


def _worlds(worlds):
    least, most, halfwidth = worlds
    if halfwidth is None:
        return f"{plural(least, 'world')} each"
    return f"{least:,} to {most:,} worlds each"


def _points(study, frame):
    """One row per point: what is chosen, solvency and protection beside each other; of very many those that nobody
    beats.
    """
    heads = {name: head for name, head in HEADS.items() if name in frame}
    many, told = len(frame) > SHOWN, []
    if many:
        told = lines(
            f"Of {len(frame):,} points those that no other beats: none is as good in running short, in people covered "
            f"and in what members pay, and better in one, chance aside. All of them: mho-sim study export {study.path} "
            "--csv FILE"
        )
        frame = frame[unbeaten(frame)].sort_values("members_pay")
    axes = [[_cut(text) for text in study.chosen[point].values()] for point in frame.index]
    names = [_cut(name) for name in frame["name"]]
    apart = frame["worlds"].nunique() > 1
    rows = [(*([""] if study.named else []), *map(_head, study.axes), *heads.values(), *(["worlds"] if apart else []))]
    for name, chosen, row in zip(names, axes, frame.to_dict("records")):
        figures = [*(_figure(figure, row) for figure in heads), *([f"{row['worlds']:,}"] if apart else [])]
        rows.append((*([name] if study.named else []), *chosen, *figures))
    left = len(rows) - 1 - SHOWN
    return [
        *told,
        *([""] if told else []),
        *table(rows[: SHOWN + 1]),
        *([f"  … and {left:,} more"] if left > 0 else []),
    ]


def _head(path):
    """An axis above a column: the last two keys of its path."""
    return "\n".join(path.split(".")[-2:])


def _choices(study):
    """What the assembly can decide, over what it cannot: the least and the most of the figures."""
    frame = study.choices
    if frame is None:
        return []
    frame = frame.sort_values("members_pay_most", kind="stable")
    axes = [path for path in study.axes if path.startswith("scheme.")]
    rows = [(*map(_head, axes), "run short,\nof 100", "covered,\nof 100", f"members pay,\n{study.currency}")]
    for chosen, row in zip(frame.index, frame.to_dict("records")):
        chosen = chosen if isinstance(chosen, tuple) else (chosen,)
        rows.append((*map(str, chosen), *(_between(name, row) for name in ("late", "covered", "members_pay"))))
    if frame.empty:
        return []
    told = "What the assembly can decide, the cheapest first: the least and the most over all that the setting may be."
    asked = {tuple(of[path] for path in axes) for of in study.chosen.values()}
    left = len(asked) - len(frame)
    more = [f"  {plural(left, 'choice')} not yet, or not with all that the setting may be."] if left else []
    return [*lines(told), "", *table(rows[: SHOWN + 1]), *more]


def _cheapest(study, target):
    """Which choice meets a target for the least that members pay; over all that the setting may be, if it may be
    several things.
    """
    worst, pays = (target.name, "members_pay") if study.choices is None else (
        f"{target.name}_{'most' if target.sign[0] == '<' else 'least'}", "members_pay_most"
    )  # fmt: skip
    frame = study.figures if study.choices is None else study.choices
    if worst not in frame:
        raise ValueError(f"'{target.text}' cannot be asked here. Ask it of {' or '.join(HEADS_OF_CHOICES)}.")
    always = "" if study.choices is None else " with all that the setting may be"
    met = frame[frame[worst].notna() & frame[worst].map(target.holds) & frame[pays].notna()]
    if met.empty:
        return f"None of {plural(len(frame), 'choice')} meets {target.text}{always}."
    best = met[pays].idxmin()
    row = met.loc[best].to_dict()
    if study.choices is None:
        chosen, told = study.chosen[best], {one: _figure(one, row) for one in HEADS_OF_CHOICES}
    else:
        values = best if isinstance(best, tuple) else (best,)
        chosen = dict(zip(study.choices.index.names, values))
        told = {one: _between(one, row) for one in HEADS_OF_CHOICES}
    name = ", ".join(f"{'.'.join(path.split('.')[-2:])} {value}" for path, value in chosen.items())
    return (
        f"{len(met):,} of {plural(len(frame), 'choice')} meet {target.text}{always}. The cheapest for members: "
        f"{name}. {told['late']} of 100 run short, {told['covered']} of 100 people are covered, members pay "
        f"{told['members_pay']} {study.currency} a person and year. Chance aside: look at the intervals."
    )


def _between(name, row):
    least, most = row[f"{name}_least"], row[f"{name}_most"]
    if pd.isna(least):
        return "-"
    if FIGURES[name].unit == "money":
        least, most = (money(float(f"{end:.3g}")) for end in (least, most))
    else:
        least, most = (f"{100 * end:.0f}" for end in (least, most))
    return least if least == most else f"{least} to {most}"


def _cut(name):
    return name if len(name) <= 24 else f"{name[:23]}…"


def _figure(name, row):
    """A figure with the ends of its interval where it is a chance; no more digits than these carry."""
    value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
    if pd.isna(value):
        return "-"
    if FIGURES[name].unit == "money":
        return money(float(f"{value:.3g}"))
    if name == "late":
        return f"{100 * value:.0f} ({100 * low:.0f}-{100 * high:.0f})"
    return f"{100 * value:.0f}"


def _note(study):
    return (
        "Out of 100: of the mutuals those that run short (95% interval), of the people those covered, of the times "
        "that care was needed those without it, of the times that members sought care those not paid for. Members pay: "
        f"{study.currency} a person and year, contribution and own part of the bills."
    ) + (FEW_SAY if study.told["worlds"][0] < FEW else "")


def _left(study):
    """What is not there, in sentences."""
    told = [f"Damaged: {what}. Give the command of the sweep again: it is made anew." for what in study.damage]
    for point, first, count, attempts, why in study.failures:
        name = next((one.name for one in study.stored if one.point == point), point)
        what = f"worlds {first} to {first + count - 1}" if count else "the figures"
        told.append(f"Given up after {plural(attempts, 'attempt')}: {what} of '{name}' ({why}).")
    before = study.points[~study.points["done"]]["of_worlds"].dropna()
    if len(before):
        least, most = before.min(), before.max()
        of = f"{least:,}" if least == most else f"{least:,} to {most:,}"
        told.append(f"The figures of {plural(len(before), 'point')} are still of the {of} worlds there were before.")
    if not study.complete:
        told.append("Not complete: give the command of the sweep again, and it goes on where it stands.")
    return told


def to_dict(study):
    """The object of `sweep --json` and `study status --json`."""

    def plain(value):
        return None if isinstance(value, float) and pd.isna(value) else value

    points, there = [], study.points
    for number, row in study.figures.to_dict("index").items():
        figures = {name: {"value": row[name], "interval": [plain(row[f"{name}_{end}"]) for end in ("low", "high")]}
                   for name in FIGURES if name in row and plain(row[name]) is not None}  # fmt: skip
        points.append({"name": row["name"], "at": {path: row[path] for path in study.axes}, "worlds": row["worlds"],
                       "done": bool(there["done"][number]), "figures": figures})  # fmt: skip
    return {
        "study": study.title,
        "scenario": {"hash": study.told["scenario"]},
        "version": list(study.programs),
        "seed": study.seed,
        "complete": study.complete,
        "points": points,
        "failed": [dict(zip(("point", "first", "count", "attempts", "why"), row)) for row in study.failures],
        "damaged": list(study.damage),
    }


# Files


def frame_of(study, name):
    """One of `TABLES` of a study as a frame in which the names of money columns end in the currency; 'columns' says
    what those of the others are.
    """
    if name == "columns":
        return _columns(study)
    frame = getattr(study, name)
    frame = frame.reset_index() if name in ("figures", "points") else frame
    return frame.rename(columns=lambda column: _with_unit(column, study.currency))


def _columns(study):
    """Which columns the tables have, and what they mean."""
    there = {name: list(frame_of(study, name)) for name in TABLES[:-1]}
    rows = [
        (column, *_meaning(study, column), ", ".join(name for name in there if column in there[name]))
        for column in dict.fromkeys(column for columns in there.values() for column in columns)
    ]
    return pd.DataFrame(rows, columns=["column", "unit", "meaning", "tables"])


def _figure_in(study, column):
    """(figure, which end of its interval) of a column; the latter is empty for the figure itself."""
    column = column.removesuffix(f"_{study.currency}")
    name = column.removesuffix("_low").removesuffix("_high")
    return name, column[len(name) :]


def _meaning(study, column):
    """(unit, meaning) of a column."""
    if column in study.axes:
        half = "of the scheme: the assembly decides it" if column.startswith("scheme.") else "of the setting: given"
        return "", f"what stands at this path, {half}"
    if column in COLUMNS:
        return "", COLUMNS[column]
    name, end = _figure_in(study, column)
    return UNITS.get(FIGURES[name].unit, study.currency), OF_END[end] + FIGURES[name].meaning


def _with_unit(column, currency):
    base = column.removesuffix("_low").removesuffix("_high")
    return f"{column}_{currency}" if base in FIGURES and FIGURES[base].unit == "money" else column


def as_csv(frame):
    """A frame as text with commas; cells that a spreadsheet would take for a formula stand behind a '."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([cell(name) for name in frame.columns])
    writer.writerows([_plain(value) for value in row] for row in frame.itertuples(index=False))
    return file.getvalue()


def _plain(value):
    if isinstance(value, dict | list):
        return cell(str(value))
    return "" if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)) else cell(value)


def export_csv(study, path, name="figures"):
    with replacing(path) as file:
        file.write(as_csv(frame_of(study, name)))


def export_parquet(study, path, name="figures"):
    """Needs pyarrow, of the extra `data`."""
    frame = frame_of(study, name)
    for column in frame.columns:
        kinds = {type(value) for value in frame[column]}
        if kinds & {dict, list} or len(kinds & {bool, int, float, str}) > 1:
            frame[column] = [None if value is None else str(value) for value in frame[column]]
    data = io.BytesIO()
    frame.to_parquet(data, index=False)
    with replacing(path, binary=True) as file:
        file.write(data.getvalue())


def export_xlsx(study, path):
    """A workbook with a sheet for each table that is not empty. Raises ValueError where one has too many rows."""
    import xlsxwriter

    for name in TABLES:
        if (rows := len(frame_of(study, name))) >= MOST_ROWS:
            raise ValueError(
                f"A sheet has room for {MOST_ROWS:,} rows, and '{name}' has {rows:,}: write it with --parquet or "
                f"--csv, and --table {name}."
            )
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        forms = {unit: book.add_format({"num_format": form}) for unit, form in FORMS.items()}
        for name in TABLES:
            frame = frame_of(study, name)
            if not len(frame):
                continue
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0 if name == "columns" else 2)
            sheet.autofilter(0, 0, len(frame), len(frame.columns) - 1)
            for column, head in enumerate(frame.columns):
                cells = [_plain(value) for value in frame.iloc[:, column]]
                sheet.set_column(column, column, _width(head, cells))
                sheet.write_string(0, column, head, bold)
                figure, _ = _figure_in(study, head)
                form = forms[FIGURES[figure].unit] if name == "figures" and figure in FIGURES else None
                for number, value in enumerate(cells, 1):
                    sheet.write(number, column, value, form)
    with replacing(path, binary=True) as file:
        file.write(data.getvalue())


def _width(head, cells):
    """Of a column of a workbook, in characters: what stands in it, under a head that may be broken."""
    texts = [len(cell) for cell in cells if isinstance(cell, str)]
    return max(min(len(head), WIDEST_HEAD), min(max(texts, default=0), WIDEST), NARROWEST) + 1
