"""Reads a workbook and works its formulas out again: + - * / ^, brackets, and the few functions that ours use."""

import math
import re
import zipfile
from functools import cache
from xml.etree import ElementTree

from scipy import special

SPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
CELL = re.compile(r"(?:(?:'([^']+)'|([A-Za-z]+))!)?\$?([A-Z]+)\$?([0-9]+)(?::\$?([A-Z]+)\$?([0-9]+))?")
FUNCTIONS = {
    "SUM": lambda block: math.fsum(block),
    "SUMPRODUCT": lambda *blocks: math.fsum(math.prod(row) for row in zip(*blocks, strict=True)),
    "SQRT": math.sqrt,
    "MIN": min,
    "IF": lambda asked, yes, no: yes() if asked else no(),
    "NORMSINV": lambda level: float(special.ndtri(level)),
}


class Workbook:
    """Its cells by (sheet, "B4"): `formulas` without the equals sign, `values` as they were written."""

    def __init__(self, file):
        self.formulas, self.values, self.fills = {}, {}, {}
        with zipfile.ZipFile(file) as parts:
            told = ElementTree.fromstring(parts.read("xl/workbook.xml"))
            texts = [
                "".join(part.text or "" for part in one.iter(f"{{{SPACE['m']}}}t"))
                for one in ElementTree.fromstring(parts.read("xl/sharedStrings.xml")).findall("m:si", SPACE)
            ]
            for number, sheet in enumerate(told.findall("m:sheets/m:sheet", SPACE), 1):
                root = ElementTree.fromstring(parts.read(f"xl/worksheets/sheet{number}.xml"))
                for cell in root.iterfind(".//m:c", SPACE):
                    self._read((sheet.get("name"), cell.get("r")), cell, texts)

    def _read(self, place, cell, texts):
        formula, value = cell.find("m:f", SPACE), cell.find("m:v", SPACE)
        if value is not None:
            self.values[place] = texts[int(value.text)] if cell.get("t") == "s" else float(value.text)
        if formula is not None:
            self.formulas[place] = formula.text

    def again(self, changed=None):
        """A function (sheet, cell) -> number that works the formulas out, with the numbers of `changed` in them."""
        changed = changed or {}

        @cache
        def number(sheet, name):
            if (sheet, name) in changed:
                return changed[sheet, name]
            if (sheet, name) not in self.formulas:
                return self.values[sheet, name]
            return eval(self._python(self.formulas[sheet, name]), {"cell": cells(sheet), **FUNCTIONS})

        def cells(here):
            def read(sheet, first, last):
                sheet = sheet or here
                if last is None:
                    return number(sheet, first)
                column, top, bottom = first[0], int(first[1:]), int(last[1:])
                assert last[0] == column, "only blocks of one column"
                return [number(sheet, f"{column}{row}") for row in range(top, bottom + 1)]

            return read

        return number

    @staticmethod
    def _python(formula):
        def reference(found):
            quoted, plain, column, row, last_column, last_row = found.groups()
            last = f"{last_column}{last_row}" if last_column else None
            return f"cell({quoted or plain!r}, {column + row!r}, {last!r})"

        python = CELL.sub(reference, formula).replace("^", "**")
        parts = re.fullmatch(r"IF\((.+?)=(.+?),(.+?),(.+)\)", python)
        return python if parts is None else python.replace("=0,0,", "==0,lambda:0,lambda:", 1)
