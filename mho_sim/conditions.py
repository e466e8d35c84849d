"""Says what is asked of a result, such as 'late>5%', and whether a result is so.

A condition is NAME OP VALUE. NAME is a dotted path into the object that `run --json` prints; a number of a list is
meant by its place, from 0. Short forms: a path that ends at a table with a `probability` or a `mean` means that figure,
and the names of indicators need no `indicators.` before them (`reserve_months` is `equity_months`). Knows nothing of
how the object came about.
"""

import math
import re
from difflib import get_close_matches
from typing import NamedTuple

FORM = re.compile(r"\s*(?P<name>[^<>=]*[^<>=\s])\s*(?P<sign>>=|<=|>|<)\s*(?P<value>[^<>=]+?)\s*")
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
SPACES = "[ _\u00a0\u202f\u2009]"  # as in scenario files
GROUPED = re.compile(rf"[+-]?[1-9][0-9]{{0,2}}(?:({SPACES})[0-9]{{3}})(?:\1[0-9]{{3}})*")
TWO_READINGS = re.compile(r"([+-]?[1-9][0-9]{0,2})[.,]([0-9]{3})")
HOLDS = {">": float.__gt__, ">=": float.__ge__, "<": float.__lt__, "<=": float.__le__}
ALSO = {"reserve_months": "equity_months"}  # other words for an indicator
MAIN = ("late", "stopped", "lost", "deficit", "claims_ratio", "collection_rate", "equity_months")  # are shown first
SHOWN = 8  # short names in a sentence
SIDES = {">": "above", ">=": "at or above", "<": "below", "<=": "at or below"}
HEADLINES = ("probability", "mean")  # what a table means where only its name is written
SHARE = re.compile(
    r"(?:.*\.)?(?:"
    r"(?:late|stopped|lost|deficit)(?:\.(?:probability|interval\.\d+|by_year\.\d+))?"
    r"|ruin_probability(?:\.mean)?|(?:covered|enrolled)(?:_at_end)?|paid_up|suspended|forgone_care|own_share"
    r"|above_\d+_percent_of_income(?:\.with(?:out)?)?|variance_share\.\w+|protection\.refused(?:_by_service)?\..+"
    r"|services\.[^.]+\.(?:not_covered|refused|forgone)|by_whom\..+\.(?:\w+_share|above_\d+_with(?:out)?)"
    r")|late_without_support|not_paid_for"
)  # names of shares and probabilities, which are never above 1; a claims ratio may be
EXAMPLE = (
    "Write NAME OP VALUE, such as 'late>5%', with OP one of > >= < <=; in quotes, or the shell takes > for a file."
)


class Condition(NamedTuple):
    """NAME OP VALUE; `percent` if the value was written as a percentage (`value` is then the share)."""

    text: str
    name: str
    sign: str
    value: float
    percent: bool

    def holds(self, found):
        """Whether a number is on the side that the condition names."""
        return HOLDS[self.sign](float(found), self.value)

    def said(self, number):
        """A number as the condition's value was written: 18.2%, 1 250 000, 0.75."""
        if self.percent:
            return f"{100 * number:.4g}%"
        whole = abs(number) >= 1000 or number == int(number)
        return f"{round(number):,}".replace(",", " ") if whole else f"{number:.4g}"

    def roughly(self, number):
        """The same with the few digits that a simulated figure carries: 3.7%, 1 250 000, 0.753."""
        return f"{100 * number:.2g}%" if self.percent and 0 < number < 0.1 else self.said(float(f"{number:.3g}"))


def parse(text):
    """A condition's text as a `Condition`. Raises ValueError with a sentence."""
    match = FORM.fullmatch(text)
    if not match:
        raise ValueError(f"'{text}' is no condition. {EXAMPLE}")
    written = match["value"]
    percent = written.endswith("%")
    number = written.removesuffix("%").rstrip()
    if two := TWO_READINGS.fullmatch(number):
        raise ValueError(
            f"'{written}' in '{text}' can be read as {two[1]}{two[2]} or as {two[1]}.{two[2]}. "
            f"Write {two[1]}{two[2]} if you mean thousands, {two[1]}.{two[2]}0 if you do not."
        )
    if GROUPED.fullmatch(number):
        number = re.sub(SPACES, "", number)
    if not NUMBER.fullmatch(number):
        raise ValueError(f"'{written}' in '{text}' is no number and no percentage. {EXAMPLE}")
    value = float(number.replace(",", "."))
    asked = Condition(text, match["name"], match["sign"], value / 100 if percent else value, percent)
    if SHARE.fullmatch(asked.name):
        _refuse_beyond(asked, number)
    return asked


def _refuse_beyond(asked, number):
    """ValueError, with a sentence, where a share is set beside what no share can be, or beside 1 that may mean 1%."""
    if asked.value < 0 or (asked.value > 1 and (asked.percent or asked.value > 100)):
        raise ValueError(f"'{asked.text}': {asked.name} is a share, from 0% to 100%. Write one of these.")
    if asked.value >= 1 and not asked.percent:
        meant = f"{asked.name}{asked.sign}{number}%"
        raise ValueError(
            f"'{asked.text}' is {100 * asked.value:g}%, and {asked.name} is a share, from 0% to 100%. "
            f"Did you mean '{meant}'?"
        )


def find(told, name, shown_by="run --json"):
    """The path (a tuple of keys) that a name means in an object, and what stands there; `shown_by` is the command that
    prints the object.

    What stands there is None where a value on the way is missing. Raises ValueError with a sentence if there is no such
    name, or if it names no number.
    """
    name = ALSO.get(name, name)
    start = told["indicators"] if _first(told, name) is None and _first(told.get("indicators"), name) else told
    path, found = _walk(start, name, shown_by)
    path = ("indicators", *path) if start is not told else path
    headline = next((key for key in HEADLINES if isinstance(found, dict) and key in found), None)
    if headline:
        path, found = (*path, headline), found[headline]
    if found is None or _is_number(found):
        return path, found
    if isinstance(found, dict | list):
        inner = [inner for inner in names(told) if inner.startswith(f"{name}.")]
        raise ValueError(f"'{name}' holds several figures. Name one of them: {', '.join(inner)}.")
    raise ValueError(f"'{name}' is a word or a sign ({found}), and only numbers can be compared.")


def names(told):
    """The names of all numbers of an object, as dotted paths, shortest forms first."""
    paths = [".".join(map(str, path)) for path in _numbers(told, ())]
    short = [path.rpartition(".")[0] for path in paths if path.rpartition(".")[2] in HEADLINES]
    return [re.sub("^indicators[.]", "", name) for name in short] + paths


def broken(condition, told, interval):
    """The sentence that says that a condition which must not hold does, or that it has no value; None if all is well.

    `told` is the object; `interval(path)` gives the 95 % interval (low, high) of the figure at a path, an open end
    None; or None where there is no interval.
    """
    path, found = find(told, condition.name)
    if found is None or math.isnan(found):
        return (
            f"--fail-if '{condition.text}': {condition.name} has no value in this run (there was nothing to measure it "
            "on), so the condition counts as broken."
        )
    if not condition.holds(found):
        return None
    limits = interval(path)
    said, limit = condition.said(found), condition.said(condition.value)
    side = SIDES[condition.sign]
    if limits is None:
        return f"--fail-if '{condition.text}': {condition.name} is {said}, {side} {limit}."
    low, high = limits
    chance = (
        " The interval reaches across the limit: chance could have decided it; more --worlds make it narrower."
        if (low is None or low <= condition.value) and (high is None or high >= condition.value)
        else ""
    )
    return (
        f"--fail-if '{condition.text}': {condition.name} is {said} (95% interval: {_span(condition, low, high)}), "
        f"{side} {limit}.{chance}"
    )


def _span(condition, low, high):
    """An interval in words; an end that so few futures cannot give is None."""
    ends = [None if end is None else condition.said(end) for end in (low, high)]
    if None not in ends:
        return f"{ends[0]} to {ends[1]}"
    return f"up to {ends[1]}" if ends[1] else f"from {ends[0]}, no upper limit" if ends[0] else "no limits can be named"


def _is_number(found):
    return isinstance(found, int | float) and not isinstance(found, bool)


def _numbers(told, path):
    """The paths of all that is, or may be, a number: words and signs are left out."""
    if isinstance(told, dict | list):
        for key, inner in told.items() if isinstance(told, dict) else enumerate(told):
            yield from _numbers(inner, (*path, key))
    elif told is None or _is_number(told):
        yield path


def _first(told, rest):
    """(key, what is left of the name) of the longest key with which a name begins; keys may hold dots ("0.95")."""
    keys = told if isinstance(told, dict) else ()
    fitting = [key for key in keys if rest == key or rest.startswith(f"{key}.")]
    key = max(fitting, key=len, default=None)
    return None if key is None else (key, rest[len(key) + 1 :])


def _walk(told, name, shown_by):
    """The path of a name and what stands there; the path ends early where a value is missing (None)."""
    here, rest, path = told, name, ()
    while rest and here is not None:
        if isinstance(here, list):
            place, _, after = rest.partition(".")
            if not place.isdecimal() or int(place) >= len(here):
                before = name[: -len(rest)]
                raise ValueError(f"The answer has no '{name}': the places are {before}0 to {before}{len(here) - 1}.")
            path, here, rest = (*path, int(place)), here[int(place)], after
        elif step := _first(here, rest):
            path, here, rest = (*path, step[0]), here[step[0]], step[1]
        else:
            raise ValueError(f"The answer has no '{name}'{_nearest(name, names(told), shown_by)}")
    return path, here


def _nearest(name, known, shown_by):
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    short = sorted((name for name in known if "." not in name), key=lambda name: name not in MAIN)[:SHOWN]
    return f". Short names are: {', '.join(short)}; `{shown_by}` shows all others."
