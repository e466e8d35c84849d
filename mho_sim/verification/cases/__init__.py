"""The chapters of the book, in order: what the engine lives, what formulas give, what was published."""

from difflib import get_close_matches
from fnmatch import fnmatchcase

from mho_sim.verification.cases.constructed import CONSTRUCTED_CASES
from mho_sim.verification.cases.formula_benefits import PRICES
from mho_sim.verification.cases.formula_credibility import CREDIBILITY
from mho_sim.verification.cases.formula_funds import TROUBLE
from mho_sim.verification.cases.formula_intervals import INTERVALS
from mho_sim.verification.cases.formula_margins import MARGINS
from mho_sim.verification.cases.formula_reinsurance import REINSURANCE
from mho_sim.verification.cases.formula_ruin import RUIN
from mho_sim.verification.cases.formula_totals import LAWS
from mho_sim.verification.cases.guide import GUIDE_CASES
from mho_sim.verification.cases.lived_benefits import BENEFITS
from mho_sim.verification.cases.lived_cover import COVER
from mho_sim.verification.cases.lived_funds import FUNDS
from mho_sim.verification.cases.lived_households import HOUSEHOLDS
from mho_sim.verification.cases.lived_time import TIME
from mho_sim.verification.cases.lived_totals import TOTALS
from mho_sim.verification.cases.lived_units import UNITS
from mho_sim.verification.cases.schemes import SCHEMES

LIVED = (FUNDS, TOTALS, BENEFITS, COVER, HOUSEHOLDS, TIME, UNITS)
FORMULAS = (PRICES, LAWS, TROUBLE, RUIN, REINSURANCE, MARGINS, CREDIBILITY, INTERVALS)
PUBLISHED = (GUIDE_CASES, CONSTRUCTED_CASES, SCHEMES)
CHAPTERS = (*LIVED, *FORMULAS, *PUBLISHED)


def everything():
    """All (chapter, case) pairs, in order."""
    return [(chapter, case) for chapter in CHAPTERS for case in chapter.cases]


def chosen(pattern):
    """The (chapter, case) pairs that a pattern names: a chapter, a case or a row of the tables, with `*` for anything;
    or else part of a title. ValueError with the nearest names if there is none.
    """
    wanted = pattern.strip().casefold()
    named = [
        (chapter, case) for chapter, case in everything() if any(fnmatchcase(n, wanted) for n in _names(chapter, case))
    ]
    titled = [(chapter, case) for chapter, case in everything() if wanted and wanted in case.title.casefold()]
    if not (named or titled):
        known = dict.fromkeys(name for chapter, case in everything() for name in _names(chapter, case))
        near = get_close_matches(wanted, known, n=3, cutoff=0.5)
        chapters = ", ".join(chapter.key for chapter in CHAPTERS)
        hint = f"Did you mean {', '.join(near)}?" if near else f"Chapters are {chapters}."
        raise ValueError(f"--only {pattern!r}: no case has such a name. {hint}")
    return named or titled


def _names(chapter, case):
    """By what a case can be called, in small letters."""
    return [name.casefold() for name in (chapter.key, case.name, *case.rows)]
