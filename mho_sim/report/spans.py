"""How a difference and its interval are rounded, on pages and pictures alike: the ends outward, to a unit that the
interval carries.
"""

import math

from mho_sim.report.words import money

FIGURES = 3  # of an amount that are written


def unit_of(one, scale, amount=False, surely=False):
    """The unit to which a row is rounded, 1, 2 or 5 times a power of ten: a quarter of the interval of the difference,
    of shares no finer than a tenth of 100, of amounts no finer than three figures; finer where the interval would else
    touch 0 though it is `surely` to one side.
    """
    most = max([abs(value) * scale for value in (one.before, one.after) if value is not None], default=0)
    floor = 10 ** max(len(str(int(most))) - FIGURES, 0) if amount else 0.1 if most < 10 or one.difference else 1
    if not one.is_told or one.difference == 0 == one.high - one.low:
        return floor
    if one.low == one.high:
        return min(floor, _round_unit(abs(one.low) * scale / 10))
    low, high = one.low * scale, one.high * scale
    unit = max(_round_unit((high - low) / 4), floor)
    while surely and (0 < low < unit or 0 < -high < unit):
        unit = _round_unit(unit * 0.999)
    return unit


def _round_unit(most):
    """The largest of 1, 2, 5 times a power of ten that is not above a number."""
    power = 10.0 ** math.floor(math.log10(most))
    return next(digit * power for digit in (5, 2, 1) if digit * power <= most * (1 + 1e-9))


def digits(value, unit):
    """A value with the decimals of a unit; amounts in multiples of it."""
    if value is None:
        return "-"
    if unit >= 1:
        power = 10 ** math.floor(math.log10(unit))
        return money(round(value / power) * power)
    return f"{value:,.{_decimals(unit)}f}".replace(",", " ")


def _decimals(unit):
    return max(0, -math.floor(math.log10(unit) + 1e-9))


def outward(one, scale, unit):
    """The ends of an interval, rounded outward to multiples of a unit."""
    if one.low == one.high:
        return one.low * scale, one.high * scale
    return math.floor(one.low * scale / unit + 1e-9) * unit, math.ceil(one.high * scale / unit - 1e-9) * unit


def said(value, unit):
    """The end of an interval, without a sign."""
    text = f"{abs(value):,.{_decimals(unit)}f}".replace(",", " ")
    return text.rstrip("0").rstrip(".") if "." in text else text


def span(one, scale, unit):
    """The interval of a difference, with signs: -8 to -2; 0 where nothing differs."""
    if one.difference is None:
        return "-"
    if not one.is_told:
        return "not told"
    ends = [f"{'+' if end > 0 else '-' if end < 0 else ''}{said(end, unit)}" for end in outward(one, scale, unit)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
