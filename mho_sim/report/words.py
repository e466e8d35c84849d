"""How numbers are said: thousands apart, natural frequencies, one and many; what the figures of a setting are; how
sentences are broken into lines.
"""

import re
import textwrap
from itertools import chain, count, product
from string import ascii_uppercase

WIDTH = 80  # of every page: it is read on small screens and pasted into messages
UNITS = {1: "", 10**3: "thousands of ", 10**6: "millions of ", 10**9: "thousands of millions of "}
UNKNOWNS = (  # paths of numbers of the setting, and what they are; the first that fits
    (r"illness\.([^.]+)\.need", "how often {0} care is needed"),
    (r"illness\.([^.]+)\.use\.value", "how often {0} care is used"),
    (r"illness\.([^.]+)\.use\.insured_over_uninsured", "how much more often insured people use {0} care"),
    (r"illness\.([^.]+)\.share", "what share of births is {0}"),
    (r"illness\.([^.]+)\.cost\..*cv", "how much the bills of {0} vary"),
    (r"illness\.([^.]+)\.cost\..*", "what {0} care costs on average"),
    (r"illness\.([^.]+)\.seeking\.covered", "how often {0} care is sought when it is covered"),
    (r"illness\.([^.]+)\.seeking\.uncovered", "how often {0} care is sought when it is not covered"),
    (r"illness\.([^.]+)\.frailty", "how much people differ in their need of {0} care"),
    (r"illness\.([^.]+)\.community", "how much good and bad years of {0} care differ"),
    (r"illness\.([^.]+)\.referred_from\.share", "how many are referred to {0} care"),
    (r"association\.births", "how many children are born"),
    (r"inflation\.medical", "how fast prices of care rise"),
    (r"paying\.on_time", "how many pay on the day"),
    (r"paying\.on_time_bad_month", "how many pay on the day in a bad month"),
    (r"paying\.never", "how many never pay"),
    (r"paying\.mean_days_late", "how late the others pay"),
    (r"take_up", "how many households join"),
    (r"renewing\.probability", "how many stay after a year"),
    (r"enterprises\.\d+\.income_per_month\..*", "what households earn in a month"),
)


def money(amount):
    """An amount with a thousands mark, for the eye: 1 250 000."""
    return f"{round(amount):,}".replace(",", " ")


def about(amount, figures=2, whole=round):
    """An amount with so many figures that count, the rest rounded by `whole`: 1 200 000."""
    unit = 10 ** max(len(str(round(abs(amount)))) - figures, 0)
    return money(whole(amount / unit) * unit)


def unit_of(most):
    """In what amounts up to this one are told so that a column stays narrow and three figures are left: 1, 1 000, …"""
    return max(unit for unit in UNITS if unit == 1 or most >= 100 * unit)


def of_100(share):
    """A share as natural frequency out of 100: whole, or "fewer than 1", "more than 99"; none counts as 0."""
    if share is None:
        return "0"
    if 0 < share < 0.01:
        return "fewer than 1"
    return "more than 99" if 0.99 < share < 1 else f"{round(100 * share)}"


def plural(number, one, many=None):
    """A number with its noun: 1 day, 1 000 days."""
    return f"{money(number)} {one if number == 1 else many or one + 's'}"


def ordinal(number):
    """Which one: first, second, third, 4th."""
    return ("first", "second", "third")[number - 1] if number <= 3 else f"{number}th"


def period(every):
    """What a contribution is paid for, as the scheme's `every` says: month, market week of 5 days, payment."""
    if isinstance(every, str):
        return every
    return "payment" if isinstance(every, tuple) else f"market week of {every.days} days"


def listed(words, link="and"):
    """Words one after the other: a; a and b; a, b and c."""
    *first, last = words
    return f"{', '.join(first)} {link} {last}" if first else last


def letters():
    """A, B, ... Z, AA, AB, ... without end: names of things in a list."""
    return map("".join, chain.from_iterable(product(ascii_uppercase, repeat=length) for length in count(1)))


def unknown(path):
    """What a number of the setting is, from its path; the path itself where there is no word for it."""
    for pattern, text in UNKNOWNS:
        if match := re.fullmatch(rf"setting\.{pattern}", path):
            return text.format(*match.groups())
    return path


def lines(text, width=WIDTH, indent=""):
    """A paragraph as lines of at most `width` characters, those after the first behind an indent; no number is broken
    at its thousands. None where there is nothing to say.
    """
    if not text:
        return []
    joined = re.sub(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))", "\u00a0", text)
    broken = textwrap.wrap(joined, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in broken]


def remark(text):
    """A remark below a table, as lines; none where there is nothing to say."""
    return [f"  {line}" for line in lines(text, WIDTH - 2)]
