"""A study at many points: what is in its file, as a page and as files for other programs."""

import csv
import io

import pandas as pd

from mho_sim.report.files import cell, replacing
from mho_sim.report.tables import table
from mho_sim.report.words import lines, money, plural
from mho_sim.study.figures import FIGURES, unbeaten

TABLES = ("figures", "yearly", "monthly", "points")
SHOWN = 40  # points on a page; of more the end is left to `study export`
HEADS = {
    "late": "run\nshort",
    "late_without_support": "without\nsupport",
    "covered": "covered",
    "forgone_care": "without\ncare",
    "not_paid_for": "not paid\nfor",
    "members_pay": "members\npay",
}


def study_text(study):
    """The page of a `sweeps.Study`: how far it is, and its points side by side."""
    frame = study.figures
    done, asked = len(frame), len(study.told["points"])
    head = [
        study.title,
        f"{done:,} of {plural(asked, 'point')}, {_worlds(study)}; seed {study.seed}; "
        f"scenario {study.told['scenario'][:19]}…",
    ]
    blocks = [[line for text in head for line in lines(text, indent="  ")]]
    if done:
        blocks += [block for block in (_points(study, frame), lines(_note(study)), _choices(study)) if block]
    if left := _left(study):
        blocks.append([line for sentence in left for line in lines(sentence)])
    blocks.append(lines(f"mho_sim {', '.join(study.programs)}. A calculation to help the discussion, not a promise."))
    return "\n\n".join("\n".join(block) for block in blocks)


def _worlds(study):
    least, most, halfwidth = study.told["worlds"]
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
    choices = {one.point: one.choice for one in study.stored}
    axes = [[_cut(str(choices[point].get(path, "-"))) for path in study.axes] for point in frame.index]
    names = [_cut(name) for name in frame["name"]]
    is_grid = all(sorted(name.split(", ")) == sorted(map(str, choices[point].values()))
                  for point, name in frame["name"].items())  # fmt: skip
    rows = [(*([] if is_grid else [""]), *map(_head, study.axes), *heads.values())]
    for name, chosen, row in zip(names, axes, frame.to_dict("records")):
        rows.append((*([] if is_grid else [name]), *chosen, *(_figure(figure, row) for figure in heads)))
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
    axes = [path for path in study.axes if path.startswith("scheme.")]
    rows = [(*map(_head, axes), "run short,\nof 100", "covered,\nof 100", f"members pay,\n{study.currency}")]
    for chosen, row in zip(frame.index, frame.to_dict("records")):
        chosen = chosen if isinstance(chosen, tuple) else (chosen,)
        rows.append((*map(str, chosen), *(_between(name, row) for name in ("late", "covered", "members_pay"))))
    if frame.empty:
        return []
    told = "What the assembly can decide, over all that this study lets the setting be, from the least to the most:"
    asked = {tuple(str(values.get(path, "-")) for path in axes) for _, values in study.told["points"]}
    left = len(asked) - len(frame)
    more = [f"  {plural(left, 'choice')} not yet, or not with all that the setting may be."] if left else []
    return [*lines(told), "", *table(rows[: SHOWN + 1]), *more]


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
    )


def _left(study):
    """What is not there, in sentences."""
    told = [f"Damaged: {what}. Give the command of the sweep again: it is made anew." for what in study.damage]
    for point, first, count, attempts, why in study.failures:
        name = next((one.name for one in study.stored if one.point == point), point)
        what = f"worlds {first} to {first + count - 1}" if count else "the figures"
        told.append(f"Given up after {plural(attempts, 'attempt')}: {what} of '{name}' ({why}).")
    if not study.complete:
        told.append("Not complete: give the command of the sweep again, and it goes on where it stands.")
    return told


def to_dict(study):
    """The object of `sweep --json` and `study status --json`."""

    def plain(value):
        return None if isinstance(value, float) and pd.isna(value) else value

    points = []
    for row in study.figures.to_dict("records"):
        there = [name for name in FIGURES if name in row and plain(row[name]) is not None]
        figures = {name: {"value": row[name], "interval": [plain(row[f"{name}_{end}"]) for end in ("low", "high")]}
                   for name in there}  # fmt: skip
        points.append({"name": row["name"], "at": {path: row[path] for path in study.axes}, "worlds": row["worlds"],
                       "figures": figures})  # fmt: skip
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
    """One of `TABLES` of a study as a frame in which the names of money columns end in the currency."""
    frame = getattr(study, name)
    frame = frame.reset_index() if name in ("figures", "points") else frame
    return frame.rename(columns=lambda column: _with_unit(column, study.currency))


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
    """A workbook with a sheet for each table that is not empty."""
    import xlsxwriter

    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for name in TABLES:
            frame = frame_of(study, name)
            if not len(frame):
                continue
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 2)
            sheet.set_column(1, 1, 24)
            for column, head in enumerate(frame.columns):
                sheet.write_string(0, column, head, bold)
            for number, row in enumerate(frame.itertuples(index=False), 1):
                for column, value in enumerate(row):
                    sheet.write(number, column, _plain(value))
    with replacing(path, binary=True) as file:
        file.write(data.getvalue())
