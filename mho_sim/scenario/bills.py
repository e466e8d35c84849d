"""What advisers know of bills instead of laws: price lists, invoices, the usual and the dear bill, the mean and the
dearest of some. Each gives mean and coefficient of variation of a lognormal law, with ranges, and tells the sum.
"""

import math
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from mho_sim.scenario import quantities, tables
from mho_sim.scenario.dearest import LUCKY, UNLUCKY, Spreads, expected_largest, largest_quantile, spreads
from mho_sim.scenario.observations import Estimate, Observation, estimate, exp, range_said, said, variation
from mho_sim.scenario.unknowns import KEYS, Unknown
from mho_sim.scenario.values import NUMBERS, RICHEST, UnknownAmount, spaced, typed, unknown

Z90 = 1.2815515655446004  # 90 % quantile of the normal law


def invoices_law(invoices: Sequence[float]) -> tuple[Estimate, Estimate]:
    """Mean and coefficient of variation of lognormal bills. Mean: the average, its relative error that of the sample,
    sd / (mean × sqrt(n)). Variation: `sqrt(exp(s²) - 1)`, s the sample's standard deviation of the logarithms, whose
    own relative error is 1 / sqrt(2 (n - 1)) [R].
    """
    n, mean = len(invoices), sum(invoices) / len(invoices)
    if min(invoices) == max(invoices):
        return Estimate(mean, mean, mean), Estimate(0.0, 0.0, 0.0)
    sd = math.sqrt(sum((one - mean) ** 2 for one in invoices) / (n - 1))
    middle = sum(math.log(one) for one in invoices) / n
    s = math.sqrt(sum((math.log(one) - middle) ** 2 for one in invoices) / (n - 1))
    cvs = map(variation, estimate(s, 1 / math.sqrt(2 * (n - 1)))[:3])
    return estimate(mean, sd / mean / math.sqrt(n)), Estimate(*cvs)


def lognormal_through(median: float, spread: float) -> tuple[float, float]:
    """Mean and coefficient of variation of a lognormal law with that median, and that standard deviation of the
    logarithm: `median × exp(s² / 2)` and `sqrt(exp(s²) - 1)` (Johnson, Kotz & Balakrishnan 1994 [R]).
    """
    return median * exp(spread * spread / 2), variation(spread)


def price_sum(items: Sequence[tuple[Unknown, Unknown]]) -> Estimate:
    """The bill of a price list: the sum of price × times; the half-widths that prices and times give to it add up in
    squares.
    """
    best = sum(each.best * times.best for each, times in items)
    below = math.hypot(*(half for one in items for half in _halves(*one, "low")))
    above = math.hypot(*(half for one in items for half in _halves(*one, "high")))
    return Estimate(best, max(best - below, 0.0), best + above, "pert")


def _halves(each: Unknown, times: Unknown, end: str) -> tuple[float, float]:
    """How far a price and its times move the bill, each by itself, at one end of their ranges."""
    return times.best * (getattr(each, end) - each.best), each.best * (getattr(times, end) - times.best)


def dearest_law(mean: float, dearest: float, n: int) -> tuple[Estimate, Estimate] | None:
    """Mean and coefficient of variation of lognormal bills, of the mean and the dearest of n; None if no such law fits.
    Mean: the average, its relative error `cv / sqrt(n)`. Variation: that of the standard deviation s of the logarithms
    with `ln(dearest / mean) = s × m - s² / 2`, m the expected largest of n standard normal numbers; its range has the
    95 and 5 % quantiles of the largest in place of m (and where no law fits the latter, the widest that there is, of
    `s² / 2 = ln(dearest / mean)`).
    """
    found = spreads(dearest / mean, n) if 0 < mean <= dearest else None
    if found is None:
        return None
    cv = Estimate(*map(variation, found))
    return estimate(mean, cv.best / math.sqrt(n)), cv


def _read_times(value: Any, least: float, most: float, expected: str) -> float:
    """How many times, or in what share of the episodes."""
    if isinstance(value, str) and value.strip().endswith("%"):
        return quantities.read_share(value, expected, int(most))
    return quantities.read_number(value, least, most, expected)


def _or_price(schema: dict[str, Any]) -> None:
    """Let the schema of a line of a price list take the price alone, too."""
    mapping = dict(schema)
    schema.clear()
    schema["anyOf"] = [*mapping["properties"]["each"]["anyOf"], mapping]


def _priced(value: Any) -> Any:
    """A line of a price list, also where it is the price alone, maybe with its range."""
    alone = isinstance(value, dict) and {"value", "between"} & value.keys() and value.keys() <= set(KEYS)
    return {"each": value} if alone or not isinstance(value, dict | PriceItem) else value


class PriceItem(Observation):
    """One line of a price list; prices and times without range and grade are exact."""

    model_config = ConfigDict(json_schema_extra=_or_price)

    each: UnknownAmount = Field(description="The price.")
    times: unknown(
        partial(_read_times, least=0, most=1000),
        "a number from 0 to 1 000 (times an episode), or a share such as 50%",
        0,
        1000,
    ) = Field(Unknown(1, grade="exact"), description="How many of it an episode needs.")


def _priced_items(items: dict[str, PriceItem]) -> list[tuple[Unknown, Unknown]]:
    """Prices and times of a price list, each with the range of its own grade or its line's, if it has no other."""
    return [(item.each.graded(item.grade), item.times.graded(item.grade)) for item in items.values()]


def _says_grades(items: dict[str, PriceItem]) -> bool:
    """Whether a price list itself says how well some of its prices are known."""
    return any(item.grade or item.each.grade for item in items.values())


A_COUNT_OF_BILLS = "how many bills there were, from 2 to 1 000 000, such as 20 bills"


def read_bills(value: Any, expected: str) -> int:
    """How many bills: `20`, or `20 bills`."""
    text = value.strip().removesuffix("bills") if isinstance(value, str) else value
    return quantities.read_whole(text, 2, 1_000_000, expected)


Bills = typed(int, read_bills, A_COUNT_OF_BILLS, {**NUMBERS, "minimum": 2, "maximum": 1_000_000})
A_BILL = "an amount above 0, without the currency"
read_bill = partial(quantities.read_number, least=0.01, most=RICHEST, amount=True, expected=A_BILL)


Invoices = typed(
    tuple[float, ...],
    partial(tables.read_amount_list, read=read_bill),
    "a list of at least two bills such as [1 200, 3 400]",
    {"type": "array", "minItems": 2},
    list,
)
PriceList = dict[str, Annotated[PriceItem, BeforeValidator(_priced)]]


def bill_law(cost: Any) -> tuple[Unknown, Unknown] | None:
    """Mean and coefficient of variation of the bill that a cost tells of by what was seen; None if it tells of none, or
    not all that is needed.
    """
    money, spread = (0.0, float(RICHEST)), (0.0, 20.0)
    if cost.price_list is not None and cost.cv is not None:
        summed = price_sum(_priced_items(cost.price_list)).unknown(money)
        known = not summed.has_range and _says_grades(cost.price_list)
        return Unknown(summed.best, grade="exact", limits=money) if known else summed, cost.cv
    if cost.invoices is not None:
        mean, cv = invoices_law(cost.invoices)
        return mean.unknown(money), cv.unknown(spread)
    if None not in (cost.mean, cost.dearest, cost.of):
        found = dearest_law(cost.mean, cost.dearest, cost.of)
        return found and (found[0].unknown(money), found[1].unknown(spread))
    s = _log_sd(cost)
    if s is None:
        return None
    best, cv_best = lognormal_through(cost.usual, s)
    return Unknown(min(best, money[1]), limits=money), Unknown(min(cv_best, spread[1]), limits=spread)


def _log_sd(cost: Any) -> float | None:
    """Standard deviation of a bill's logarithm, from what is cheap, usual and dear: 10, 50 and 90 % of the bills are
    below (that the extremes which people name are not the very last is assumed).
    """
    low, usual, high = cost.cheapest, cost.usual, cost.dearest
    if usual and cost.one_in_ten_above is not None and cost.one_in_ten_above > usual:
        return math.log(cost.one_in_ten_above / usual) / Z90
    if low and usual and high and low < usual < high:
        return math.log(high / low) / (2 * Z90)
    return None


def price_list_explained(items: dict[str, PriceItem], mean: Unknown) -> list[str]:
    """The sum of a price list, in sentences, and what its range is made of."""
    priced = _priced_items(items)
    lines = [f"{name} {range_said(each)} × {range_said(times)}" for name, (each, times) in zip(items, priced)]
    found = f"{' + '.join(lines)} = {range_said(mean)}, the mean bill."
    if not mean.has_range:
        off = "so the grade says how far the sum may be off" if mean.grade is None else "and their grades say: exact"
        return [found, f"No price or number of times has a range, {off}."]
    if all(number.has_range for pair in priced for number in pair):
        return [found]
    return [found, "What has neither range nor grade of its own is taken as exact."]


def dearest_explained(cost: Any) -> str:
    """How the spread of bills follows from the dearest of them, in a sentence."""
    n, ratio, m = spaced(cost.of), cost.dearest / cost.mean, f"{expected_largest(cost.of):.4g}"
    found = spreads(ratio, cost.of) or Spreads(0, 0, 0)
    luckily, unluckily = (largest_quantile(cost.of, p) for p in (LUCKY, UNLUCKY))
    return (
        f"The dearest of {n} bills, {said(cost.dearest)}, is {said(ratio)} times their mean, {said(cost.mean)}. "
        f"The largest of {n} standard normal numbers is {m} on average, so the logarithm of a bill has the standard "
        f"deviation s = {found.best:.4g}: s × {m} - s² / 2 = {math.log(ratio):.4g} = ln({said(ratio)}); it lies "
        f"between {found.low:.4g} and {found.high:.4g}, for in 90 of 100 that largest number is between "
        f"{unluckily:.4g} and {luckily:.4g}."
    )


def bill_explained(cost: Any) -> list[str]:
    """The sum that leads to a bill's law, in sentences."""
    found = bill_law(cost)
    if found is None:
        return []
    mean, cv = found
    if cost.price_list is not None:
        return price_list_explained(cost.price_list, mean)
    end = f"Lognormal: mean {range_said(mean)}, coefficient of variation {range_said(cv)}."
    if cost.invoices is not None:
        return [f"{len(cost.invoices)} invoices add up to {said(sum(cost.invoices))}.", end]
    if cost.mean is not None:
        return [dearest_explained(cost), end]
    if cost.one_in_ten_above is not None:
        how = f"ln({said(cost.one_in_ten_above)} / {said(cost.usual)}) / {Z90:.4f}"
    else:
        how = f"ln({said(cost.dearest)} / {said(cost.cheapest)}) / (2 × {Z90:.4f})"
    around = f"around that of {said(cost.usual)}"
    return [f"The logarithm of a bill has the standard deviation {how} = {_log_sd(cost):.4g}, {around}.", end]
