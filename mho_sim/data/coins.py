"""The smallest coin that people usually pay with, by currency: `coins.csv`, with its sources."""

import csv
from functools import cache
from importlib.resources import files


def coin(currency: str) -> int:
    """The smallest coin of a currency that people usually pay with, whole units; 1 (assumed) where it is not known."""
    return _coins().get(currency, 1)


@cache
def _coins() -> dict[str, int]:
    text = files(__package__).joinpath("coins.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["currency"]: int(row["coin"]) for row in rows}
