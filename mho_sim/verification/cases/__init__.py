"""The chapters of the book, in order: what the engine lives, what formulas give, what was published."""

import re
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


def chosen(pattern):
    """The (chapter, case) pairs that a pattern names: a chapter, a case, a row of the tables, or part of a title; `*`
    stands for anything. ValueError with the nearest names if there is none.
    """
    wanted = pattern.strip().casefold()
    everything = [(chapter, case) for chapter in CHAPTERS for case in chapter.cases]
    found = [(chapter, case) for chapter, case in everything if wanted and _named(wanted, chapter, case)]
    if not found:
        known = [name for chapter in CHAPTERS for name in (chapter.key, *_names(chapter))]
        near = get_close_matches(wanted, known, n=3, cutoff=0.5)
        hint = (
            f"Did you mean {', '.join(near)}?" if near else "Chapters are " + ", ".join(c.key for c in CHAPTERS) + "."
        )
        raise ValueError(f"--only {pattern!r}: no case has such a name. {hint}")
    return found


def _names(chapter):
    return [name for case in chapter.cases for name in (case.name, *case.rows)]


def _named(wanted, chapter, case):
    names = [name.casefold() for name in (chapter.key, case.name, *case.rows)]
    if re.search(r"[*?\[]", wanted):
        return any(fnmatchcase(name, wanted) for name in (*names, case.title.casefold()))
    return wanted in names or wanted in case.title.casefold()
