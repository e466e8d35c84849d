"""The search for what one number of a scheme must be: bracketing and halving on the same worlds.

A target is a condition (`conditions`), such as late<=5%. A value meets it if the figure over all worlds does; it meets
it clearly if the whole 95 % interval does, and misses it clearly if none of the interval does. The interval of the
answer lies between the last value that misses it clearly and the first that meets it clearly. Where a figure is
calculated its interval is the numerical error, and the value found is the first that meets the target in all of it.
"""

import math
from itertools import pairwise
from typing import NamedTuple

from mho_sim.scenario import ScenarioError

# How hard it searches: all assumed. They change how long it takes and how fine the answer is, not what is true.
STEPS = 8  # of the interval of the answer: finer it is not searched
FURTHER = 8  # times today's amount is looked at first, then as many times that
LOOKS = 6  # values between the two ends, where both say the same
MOST = 12  # values, before it is said that all say the same
PEOPLE, COINS = 10, 100  # whose contribution of a year, or how many coins, an amount begins with that is nothing today


class Unsolved(ValueError):
    """A sentence: why there is no answer."""


class Found(NamedTuple):
    """The value that meets the target, and how sure that is: from `low`, which misses it clearly, to `high`, which
    meets it clearly, in the order of rising ease; None where the search ends before. `unit`: what it is rounded to.
    """

    value: int
    low: int | None
    high: int | None
    upward: bool  # whether the target gets easier upward
    unit: int


def search(judge):
    """The `Found` of a judge. Raises `Unsolved` where nothing, or everything, meets the target."""
    hard, easy = _bracket(judge)
    upward, step = easy > hard, judge.number.step

    def near(gap, bad, good):
        return gap * STEPS <= 2 * min(judge.reach(good, met=False), judge.reach(bad, met=True))

    if judge.exact:
        return _calculated(judge, _halved(judge.meets, hard, easy, step)[1], upward)
    best = _halved(judge.meets, hard, easy, step, near)[1]
    return _rounded(judge, Found(best, _low(judge, best, upward), _high(judge, best, upward), upward, step))


def _calculated(judge, best, upward):
    """The `Found` of figures that are calculated: the value is the first that surely meets the target."""
    low, high = _low(judge, best, upward), _high(judge, best, upward)
    return Found(best if high is None else high, low, high, upward, judge.number.step)


def _high(judge, best, upward):
    """The first value that meets the target clearly, from the best on; None where none of those looked at does."""
    if judge.meets_clearly(best):
        return best
    sure = [value for value in judge.values if (value > best) == upward and judge.meets_clearly(value)]
    if not sure:
        return None
    nearest = min(sure, key=lambda value: abs(value - best))
    return _halved(judge.meets_clearly, best, nearest, judge.number.step, _beside(judge, best, met=True))[1]


def _low(judge, best, upward):
    """The last value before the best that misses the target clearly; None where none does."""
    missed = [value for value in judge.values if (value < best) == upward and judge.misses_clearly(value)]
    if not missed:
        return None
    nearest = min(missed, key=lambda value: abs(value - best))
    low = _halved(judge.may_meet, nearest, best, judge.number.step, _beside(judge, best, met=False))[0]
    return low if judge.misses_clearly(low) else None


def _beside(judge, best, met):
    """What is fine enough for an end of the interval."""
    return lambda gap, bad, good: gap * STEPS <= 2 * judge.reach(best, met)


def _halved(suffices, bad, good, step, fine=lambda gap, bad, good: False):
    """(the last value that does not suffice, the first that does), multiples of the step, by halving, between one that
    does not and one that does; `fine`: the gap between the two will do.
    """
    while abs(good - bad) > step and not fine(abs(good - bad), bad, good):
        middle = _middle(bad, good, step)
        if middle in (bad, good):
            break
        bad, good = (bad, middle) if suffices(middle) else (middle, good)
    return bad, good


def _middle(one, other, step):
    """A multiple of the step between two values: the middle, of far ones the geometric middle."""
    low, high = sorted((one, other))
    middle = math.sqrt(max(low, step) * high) if high > 4 * max(low, step) else (low + high) / 2
    value = round(middle / step) * step
    if not low < value < high:
        value = (low // step + 1) * step
    return value if low < value < high else low


def _bracket(judge):
    """(a value that misses the target, one that meets it), next to each other among those looked at."""
    number = judge.number
    looked = {value: judge.meets(value) for value in _ends(judge)}
    if len(set(looked.values())) == 1:
        inside = [value for value in _inside(judge, min(looked), max(looked)) if judge.allows(value)]
        looked |= {value: judge.meets(value) for value in inside}
    if len(set(looked.values())) == 1:
        looked |= _beyond(judge, looked)
    values = sorted(looked)
    borders = [(a, b) for a, b in pairwise(values) if looked[a] != looked[b]]
    if not borders:
        raise Unsolved(_no_border(judge, values))
    today = number.today if number.today is not None else values[-1]
    a, b = min(borders, key=lambda ends: min(abs(ends[0] - today), abs(ends[1] - today)))
    return (a, b) if looked[b] else (b, a)


def _beyond(judge, looked):
    """Larger amounts, as long as they say the same as all others do, and may still say something else: whether each
    meets the target.
    """
    number, further = judge.number, {}
    least, most, met = min(looked), max(looked), next(iter(looked.values()))
    if number.limit and judge.allows(None):
        if judge.meets(None) == met:
            return {}
    elif met and not _harder(judge, least, most):
        return {}
    while number.kind == "money" and len(looked) + len(further) < MOST:
        wished = min(most * FURTHER, number.most // number.step * number.step)
        value = _largest_allowed(judge, most, wished) if wished > most else most
        if value == most:
            break
        further[value] = judge.meets(value)
        if further[value] != met or (not number.limit and _rests(judge, (least, most, value))):
            break
        most = value
    return further


def _harder(judge, least, most):
    """Whether the figure is further from missing the target at the least value than at the most."""
    less, more = judge.at(least).figure, judge.at(most).figure
    return less < more if judge.target.sign in ("<", "<=") else less > more


def _rests(judge, values):
    """Whether more changes nothing: the figure is at the last of some values what it is at the one before, and not what
    it is at the first.
    """
    first, before, last = (judge.at(value).figure for value in (values[0], *values[-2:]))
    return first != before == last


def _ends(judge):
    """The least and the largest value that are looked at first."""
    number, step = judge.number, judge.number.step
    start = _start(judge)
    if start is None:
        raise Unsolved(_cannot_move(judge))
    least = 0 if judge.allows(0) else _largest_allowed(judge, start, 0)
    most = number.most // step * step
    if number.kind == "money":
        most = min(most, max(start, step) * FURTHER)
    most = _largest_allowed(judge, start, most)
    if least == most:
        raise Unsolved(_cannot_move(judge))
    return least, most


def _start(judge):
    """A multiple of the step near today's value that the scheme can have."""
    number, step = judge.number, judge.number.step
    today = number.today if number.today is not None else 0
    if number.kind == "money" and not today:
        today = _usual_amount(judge.scenario, step)
    near = [today // step * step, -(-today // step) * step, step, 0]
    return next((value for value in near if value <= number.most and judge.allows(value)), None)


def _usual_amount(scenario, step):
    """An amount to begin with where the scheme names none: what ten people contribute in a year, or a hundred coins;
    assumed. It only says where the search begins.
    """
    contribution = scenario.scheme.contribution
    return max(PEOPLE * (contribution.amount or 0) * contribution.due_dates_a_year // step, COINS) * step


def _largest_allowed(judge, good, wished):
    """The value nearest to the one wished that the scheme can have; `good` it can have."""
    if judge.allows(wished):
        return wished
    return _halved(judge.allows, wished, good, judge.number.step)[1]


def _inside(judge, low, high):
    """Some values between two ends, multiples of the step; today's, or one next to it, among them."""
    step, parts = judge.number.step, [low + (high - low) * n // (LOOKS + 1) for n in range(1, LOOKS + 1)]
    values = [value // step * step for value in (*parts, judge.number.today or 0)]
    return [value for value in dict.fromkeys(values) if low < value < high]


def _cannot_move(judge):
    number = judge.number
    try:
        judge.scenario.with_(number.path, number.written(number.step))
    except ValueError as error:
        told = error.faults[0].sentence if isinstance(error, ScenarioError) else str(error)
        return f"--for {number.path}: {number.said(number.step)} is not possible. {told}"
    return f"--for {number.path}: the scheme cannot have another value."


def _no_border(judge, values):
    """The sentence where all values say the same."""
    number, target = judge.number, judge.target
    least, most = number.said(values[0]), number.said(values[-1])
    if None in judge.seen:
        most, values = number.said(None), [*values, None]
    if judge.meets(values[0]):
        return (
            f"'{target.text}' is met already at both ends, with {number.path} at {least} and at {most}: this number "
            "does not decide it. Name another, or a stricter target."
        )
    figures = {value: judge.at(value).figure for value in values if judge.at(value).figure is not None}
    if not figures:
        return f"'{target.text}': {target.name} has no value, whatever {number.path} is. Name another target."
    if len(set(figures.values())) == 1 and len(figures) == len(values):
        return (
            f"'{target.text}' is not met: {target.name} is {target.roughly(figures[values[0]])}, whatever "
            f"{number.path} is. Name another number."
        )
    where = (min if target.sign in ("<", "<=") else max)(figures, key=figures.get)
    more = " More of it changes nothing." if None not in values and _rests(judge, values) else ""
    return (
        f"Nothing from {least} to {most} for {number.path} reaches '{target.text}': at best {target.name} is "
        f"{target.roughly(figures[where])}, at {number.said(where)}.{more} Change something else too (--set), or the "
        "target."
    )


def _rounded(judge, found):
    """The same in units that the interval carries: a quarter of it, in steps, and on the easy side; its ends outward.
    An end, or the value, stays as it was found where the rounded one is not so when it is looked at.
    """
    ends = [end for end in (found.low, found.high) if end is not None]
    if not ends:
        return found
    width = abs(found.high - found.low) if len(ends) == 2 else 2 * abs(ends[0] - found.value)
    unit, sign = _unit(width / 4, judge.number.step), 1 if found.upward else -1

    def as_found(value, end, holds):
        return value if value == end or (judge.allows(value) and holds(value)) else end

    value, high = _round(found.value, unit, sign), found.high
    low = found.low if found.low is None else as_found(_round(found.low, unit, -sign), found.low, judge.misses_clearly)
    if high is not None:
        high = as_found(_round(high, unit, sign), high, judge.meets_clearly)
    beyond = high is not None and (value - high) * sign > 0
    value = found.value if beyond else as_found(value, found.value, judge.meets)
    return found._replace(value=value, low=low, high=high, unit=unit)


def _round(value, unit, sign):
    """A multiple of a unit: the next above, or below where the sign is negative."""
    return sign * -(-sign * value // unit) * unit


def _unit(most, step):
    """The largest round amount that is a multiple of the step and not above a limit, or the step itself."""
    best = step
    for power in range(13):
        for digit in (1, 2, 5):
            unit = digit * 10**power
            if unit % step == 0 and step < unit <= most:
                best = unit
    return best
