"""Reads a file that a spreadsheet has saved as CSV, whatever it made of the letters; each fault in one sentence."""

import re
import unicodedata
from codecs import BOM_UTF8
from os import PathLike
from pathlib import Path
from typing import Any

from mho_sim.scenario.faults import Fault, ScenarioError

MIB = 1024 * 1024


def stop(name: str, sentence: str, line: int | None = None) -> Any:
    """Raise a ScenarioError with one fault."""
    raise ScenarioError([Fault(name, line, None, "", sentence)]) from None


def bytes_of(path: str | PathLike, what: str, largest: int) -> bytes:
    """A file's bytes, one more than `largest` at most; `what` it should be, such as `a register`."""
    file, name = Path(path), str(path)
    try:
        if not file.is_file():
            stop(name, f"This is a folder, not {what}." if file.is_dir() else "There is no such file.")
        with file.open("rb") as opened:
            return opened.read(largest + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        why = getattr(error, "strerror", None) or "its name is not possible"
        return stop(name, f"The file cannot be opened ({why}).")


def text_of(raw: bytes, name: str, largest: int, allowed: str) -> str:
    """A file's text: UTF-8, else Windows-1252; line ends become line feeds. `allowed` is said of a file that is larger
    than `largest` bytes.
    """
    if len(raw) > largest:
        stop(name, f"The file is larger than {largest // MIB} MiB. {allowed}")
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        stop(name, "This is a spreadsheet's own file. In the spreadsheet, save the sheet as CSV (UTF-8).")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        stop(name, "The file is in UTF-16. In the spreadsheet, save the sheet as CSV (UTF-8).")
    for encoding in ("utf-8-sig",) if raw.startswith(BOM_UTF8) else ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            bad = error.start
    line = raw[:bad].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    return stop(name, "This line is neither in UTF-8 nor in Windows-1252. Save the sheet as CSV (UTF-8).", line)


def plain(header: str) -> str:
    """A header without capitals, accents and marks: `Né(e) en` is ne_e_en."""
    letters = unicodedata.normalize("NFKD", header.casefold())
    return "_".join(re.findall("[a-z0-9]+", "".join(c for c in letters if not unicodedata.combining(c))))


def name_in(cell: str, *_: Any) -> str:
    """A name in a cell, its accents always written in the same way."""
    return unicodedata.normalize("NFC", cell)
