"""What the figures and the axes of a frame are, in words: of a study's points, or of what differs between options."""

import re
from typing import NamedTuple

import numpy as np

from mho_sim.report.plots.scales import carried, short, spaced, thin
from mho_sim.report.words import unknown


class Figure(NamedTuple):
    """A figure: what it is, of what (a share), whether it is money, and whether less is better (None: neither)."""

    words: str
    of: str = ""
    money: bool = False
    less: bool | None = None

    @property
    def scale(self):
        """By how much its values are multiplied: a share is told of 100."""
        return 100 if self.of else 1

    def told(self, currency=""):
        """What it is, with its unit."""
        unit = f"of 100 {self.of}" if self.of else currency if self.money else ""
        return f"{self.words}, {unit}" if unit else self.words


MUTUALS, PEOPLE, NEEDED = "mutuals", "people of the association", "times it was needed"
_KNOWN = {
    "late": Figure("run short", MUTUALS, less=True),
    "late_without_support": Figure("run short without the support from outside", MUTUALS, less=True),
    "stopped": Figure("a provider may stop", MUTUALS, less=True),
    "lost": Figure("lost", MUTUALS, less=True),
    "deficit": Figure("in deficit at the end of a year", MUTUALS, less=True),
    "covered": Figure("covered", PEOPLE, less=False),
    "covered_at_end": Figure("covered at the end", PEOPLE, less=False),
    "members_pay": Figure("members pay, a person and year", money=True, less=True),
    "contribution": Figure("contributions and fees, a person and year", money=True, less=True),
    "own_part": Figure("members' own part of the bills, a person and year", money=True, less=True),
    "care_paid": Figure("the mutual pays for care, a person and year", money=True, less=False),
    "own_funds": Figure("own funds at the end", money=True, less=False),
    "reserve_needed": Figure("needed at the start", money=True, less=True),
    "share_of_income": Figure("contributions", "of a household's income", less=True),
    "forgone_care": Figure("went without care", NEEDED, less=True),
    "not_paid_for": Figure("not covered or refused", "times care was sought", less=True),
    "own_share": Figure("households pay themselves", "of all bills", less=True),
    "above_10_percent_of_income": Figure("bills above a tenth of income", "families", less=True),
}
_AXES = (  # paths of numbers of the scheme, and what they are; the first that fits
    (r"scheme\.contribution\.amount", "contribution"),
    (r"scheme\.reserve\.opening", "in the cash box at the start"),
    (r"scheme\.membership\.waiting\.default", "waiting period"),
    (r"scheme\.membership\.waiting\.([^.]+)", "waiting period for {0}"),
    (r"scheme\.benefits\.([^.]+)\.copay", "the patient's part of {0}"),
    (r"scheme\.benefits\.([^.]+)\.ceiling_per_event", "ceiling of {0}"),
    (r"setting\.take_up.*", "how many households join"),
)
_MONEY = re.compile(r"scheme\.(contribution\.amount|reserve\.opening|benefits\..*(ceiling|deductible|lump|cash).*)")


def figure_of(name, values=()):
    """The `Figure` of a column; one that is not known is a share where all its values lie between -1 and 1."""
    if name in _KNOWN:
        return _KNOWN[name]
    values = np.asarray([value for value in values if value is not None], dtype=float)
    values = values[np.isfinite(values)]
    words = str(name).replace("_", " ")
    share = len(values) and (np.abs(values) <= 1).all() and (values != np.round(values)).any()
    return Figure(words, "cases" if share else "")


def axis_words(path, currency=""):
    """What an axis of a study is, with the currency of an amount."""
    found = ((re.fullmatch(pattern, path), words) for pattern, words in _AXES)
    told = next((words.format(*match.groups()) for match, words in found if match), None)
    if told is None:
        said = unknown(path)
        return said if said != path else path.removeprefix("scheme.").removeprefix("setting.").replace("_", " ")
    return f"{told}, {currency}" if currency and _MONEY.fullmatch(path) else told


def values_told(values):
    """The values of an axis as they would be written: words as they are, shares with %, amounts with thin spaces."""
    values = [value.item() if isinstance(value, np.generic) else value for value in values]
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    fractions = any(isinstance(value, float) for value in numbers)
    share = fractions and all(0 <= value <= 1 for value in numbers)
    return [
        thin(str(value)) if value not in numbers else f"{short(100 * value)}%" if share else short(value)
        for value in values
    ]


def value_told(figure, value, low=None, high=None, more=0):
    """A figure's value in its unit, with the digits that its interval carries, or so many `more`: a share of 100 in
    whole numbers at least.
    """
    if value is None or not np.isfinite(value):
        return "–"
    value, low, high = (None if one is None else float(one) * figure.scale for one in (value, low, high))
    certain = low is None or high is None or not high > low
    if figure.of and (certain or value in (0, 100)):
        return spaced(value)
    return carried(value, low, high, 0 if figure.of else 12, more)
