"""How numbers are said: thousands apart, natural frequencies, one and many; how sentences are broken into lines."""

import re
import textwrap

WIDTH = 80  # of every page: it is read on small screens and pasted into messages


def money(amount):
    """An amount with a thousands mark, for the eye: 1 250 000."""
    return f"{round(amount):,}".replace(",", " ")


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


def lines(text, width=WIDTH, indent=""):
    """A paragraph as lines of at most `width` characters, those after the first behind an indent; no number is broken
    at its thousands.
    """
    joined = re.sub(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))", "\u00a0", text)
    broken = textwrap.wrap(joined, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in broken]
