"""How numbers stand on axes and in cells: round ticks, thin spaces between thousands, no more digits than an interval
carries.
"""

import math
import re

from mho_sim.report.tables import UNITS
from mho_sim.report.words import money

THIN = "\u202f"  # a thin space at which no line is broken
MINUS = "\u2212"
LONGEST = 10**7  # amounts from here on are told in millions; assumed


def thin(text):
    """A text in which thousands are apart by thin spaces, and the sign of negative numbers is as wide as a plus."""
    text = re.sub(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))", THIN, str(text))
    return re.sub(r"(?<![\w.)-])-(?=[0-9])", MINUS, text)


def spaced(amount):
    """An amount with thin spaces: 1 250 000."""
    return thin(money(amount))


def unit_of(largest):
    """In which unit amounts are told that reach so far: 1, millions, thousands of millions."""
    return max((unit for unit in (1, 10**6, 10**9) if unit == 1 or largest >= 10 * unit), default=1)


def in_unit(unit, currency):
    """A unit in words: XOF, millions of XOF."""
    return f"{UNITS[unit]}{currency}".strip() or "money"


def ticks(low, high, most=5, whole=False):
    """Round numbers from one value to another, about as many as asked for; whole ones if need be."""
    raw = max((high - low) / most, 1e-12)
    size = 10.0 ** math.floor(math.log10(raw))
    often = (1, 2, 2.5, 5, 10) if size >= 10 or not whole else (1, 2, 5, 10)
    step = next(times * size for times in often if times * size >= raw * (1 - 1e-9))
    step = max(step, 1.0) if whole else step
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def short(value):
    """A number with as few digits as it has: 0.5, 20, 1 000."""
    return spaced(value) if float(value).is_integer() else thin(f"{value:,.6g}".replace(",", " "))


def decimals(low, high):
    """Digits after the point that an interval carries: down to the first digit of half its width; negative left of the
    point. None where there is no interval.
    """
    width = high - low
    return None if not width > 0 or math.isinf(width) else -math.floor(math.log10(width / 2) + 1e-9)


def carried(value, low=None, high=None, least=0, more=0):
    """A number rounded as its interval carries, as text: at the first digit of half the interval's width, or `more`
    places further, but not left of 10^`least`. Without an interval three digits.
    """
    places = None if low is None or high is None or math.isnan(high - low) else decimals(low, high)
    if places is None:
        places = 0 if value == 0 else 2 - math.floor(math.log10(abs(value)))
        places = min(max(places, -least), 4)
        return short(round(value, places))
    places = max(min(places + more, 4), -least)
    rounded = round(value, places) + 0.0
    return spaced(rounded) if places <= 0 or rounded == 0 else thin(f"{rounded:,.{places}f}".replace(",", " "))
