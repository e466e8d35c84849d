"""Answers in files: the object (.json), each year of each world (.csv), the page (.txt), pictures; whole, or not at
all.

A file is written beside its place, forced to the disk and then renamed, so that nobody ever finds half of one.
"""

import csv
import json
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path

from mho_sim.scenario import add_months

BOOKS = {".html": "the validation book, to print", ".json": "the object of --json", ".txt": "the page"}
REGISTERS = {".csv": "a register to fill in"}
WORKBOOKS = {".xlsx": "a workbook"}
PICTURES = {".png": "dots", ".svg": "lines, for the web", ".pdf": "lines, to print"}
KNOWN = {".json": "the object of --json", ".csv": "every year of every world", ".txt": "the page"}
COMPARED = {".json": "the object of --json", ".csv": "every difference", ".txt": "the page"}
FORMULA = tuple("=+-@\t\r\0＝＋－＠")  # a cell of text that begins so, a spreadsheet would work out


def refuse_place(path, scenario=None, option="--out", endings=KNOWN):
    """Raises ValueError with a sentence if an answer cannot be written at a path; never in place of the scenario, if
    there is one.
    """
    place = Path(path)
    known = ", ".join(f"{suffix} ({what})" for suffix, what in endings.items())
    if place.is_dir():
        inside = place / f"answer{next(iter(endings))}"
        raise ValueError(f"{option} {path} is a folder. Add the name of a file to it, such as {inside}.")
    if place.suffix.lower() not in endings:
        ends = f"ends in '{place.suffix}'" if place.suffix else "has no ending"
        raise ValueError(f"{option} {path} {ends}, and the ending says what is written. Known are {known}.")
    if not place.parent.is_dir():
        what = "is not a folder" if place.parent.exists() else "does not exist"
        raise ValueError(f"{option} {path}: the folder {place.parent} {what}.")
    if place.exists() and not place.is_file():
        raise ValueError(f"{option} {path} is not an ordinary file.")
    if scenario is not None and place.exists() and Path(scenario).exists() and place.samefile(scenario):
        raise ValueError(f"{option} {path} is the scenario itself. Give the answer another name.")
    if not os.access(place.parent, os.W_OK):
        raise ValueError(f"{option} {path}: nothing can be written in the folder {place.parent.resolve()}.")


def save(path, result, told, page):
    """Write an answer where and as a path says: `told` is the object, `page` a function that gives the page."""
    save_rows(path, _years(result), told, page)


def save_rows(path, rows, told, page):
    """Write an answer where and as a path says, in a table its `rows`, names first."""
    with replacing(path) as file:
        match Path(path).suffix.lower():
            case ".json":
                file.write(as_json(told) + "\n")
            case ".csv":
                csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
            case _:
                file.write(page() + "\n")


def save_book(path, book, told, page):
    """Write the validation book where and as a path says: `told` is the object, `page` the text."""
    from mho_sim.report.validation_page import validation_html

    with replacing(path) as file:
        match Path(path).suffix.lower():
            case ".json":
                file.write(as_json(told) + "\n")
            case ".html":
                file.write(validation_html(book))
            case _:
                file.write(page + "\n")


def save_picture(path, figure):
    """Write a figure where and as a path says."""
    from mho_sim.report.plots import picture_bytes

    with replacing(path, binary=True) as file:
        file.write(picture_bytes(figure, Path(path).suffix))


def as_json(told):
    """The object as text."""
    return json.dumps(told, ensure_ascii=False, indent=1)


@contextmanager
def replacing(path, binary=False):
    """A file for text, or for bytes, that takes the place of `path` when all has been written, and never before."""
    place = Path(os.path.realpath(path))
    beside = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        how = {"mode": "wb"} if binary else {"mode": "w", "encoding": "utf-8", "newline": ""}
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), **how) as f:
            if place.exists():
                os.chmod(beside, stat.S_IMODE(place.stat().st_mode))
            yield f
            f.flush()
            os.fsync(f.fileno())
        os.replace(beside, place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # the rename itself is made lasting, where folders can be opened
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def cell(value):
    """A cell as it is written: numbers as they are; text that a spreadsheet would take for a formula behind a '."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def differences(comparison):
    """The rows of a comparison's table, names first: one for each pair of options and figure."""
    yield ["option", "than", "figure", *comparison.differences.columns]
    for names, row in zip(comparison.differences.index, comparison.differences.itertuples(index=False), strict=True):
        yield [*map(cell, names), *("" if value != value else value for value in row)]


def _years(result):
    """The rows of the table, names first: one for each world and year. The title comes first in its row: so a program
    that divides at ; finds it in its quotes.
    """
    scenario, frame = result.scenario, result.per_year
    begins = [str(add_months(scenario.start, 12 * year)) for year in range(scenario.years)]
    money = [f"{name}_{scenario.currency}" for name in frame.columns]
    yield [cell(name) for name in ("scenario", "seed", "world", "year", "year_begins", *money)]
    for (world, year), row in zip(frame.index, frame.itertuples(index=False), strict=True):
        yield [cell(scenario.title), result.seed, world, year, begins[year - 1], *row]
