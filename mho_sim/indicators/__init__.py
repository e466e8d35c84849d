"""Reads closed books and registers; each indicator a small function of columns of one world's yearly or monthly
figures.

`INDICATORS` lists all that are known, with their formulas on plain amounts (in `formulas`); `books` reads these amounts
off the books and registers, and says which indicators cannot be fed.
"""

from mho_sim.indicators import books, formulas
from mho_sim.indicators.books import (
    claims_ratio,
    collection_rate,
    contributions_due,
    contributions_earned,
    equity,
    equity_months,
)
from mho_sim.indicators.formulas import INDICATORS, Indicator

__all__ = [
    "INDICATORS",
    "Indicator",
    "books",
    "claims_ratio",
    "collection_rate",
    "contributions_due",
    "contributions_earned",
    "equity",
    "equity_months",
    "formulas",
]
