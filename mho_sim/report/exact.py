"""The exact answer as a page: trouble by year, the reserve, what a year's care costs; nothing is drawn."""

import math
from importlib.metadata import version

from mho_sim.report.tables import table
from mho_sim.report.understood import first_day_gift, understood
from mho_sim.report.words import lines, money, plural

NOT_SAID = (
    "Exact, not simulated: the law of this fund is known in full, because all pay on the day, nobody joins, leaves, is "
    "born or dies, and the figures are taken as certain. Whom it protects: all of the households are members and paid "
    "up throughout; `run` without --exact tells who goes without care and what households pay themselves. A "
    "calculation to help the discussion, not a promise. The assembly decides."
)


def exact_text(exact, changes=()):
    """The page, as text; `changes` are the values that were changed on the command line."""
    scenario = exact.scenario
    people = sum(size * count for size, count in scenario.setting.association.households.items())
    head = [scenario.title, *understood(scenario, people)]
    head += [f"CHANGED on the command line: {change}" for change in changes]
    blocks = [
        [line for text in head for line in lines(text, indent="  ")],
        [*lines(_headline(exact)), *_without_support(exact)],
        _years(exact),
        lines(_reserve(exact)),
        _payments(exact),
        lines(f"mho_sim {version('mho_sim')}; scenario {scenario.hash[:19]}…. {NOT_SAID}"),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _headline(exact):
    late, years = exact.late, exact.scenario.years
    chance, error = late["probability"], late["numerical_error"]
    base = next((b for b in (100, 1_000, 10_000, 100_000) if chance * b >= 1), 1_000_000)
    span = f"the next {plural(years, 'year')}" if years > 1 else "the next year"
    how_many = "fewer than 1" if chance * base < 1 else money(chance * base)
    return (
        f"Picture {money(base)} mutuals just like ours. Over {span}, {how_many} of them will not have the money for a "
        f"bill on the day it is due: the chance is exactly {_chance(chance, error)}."
    )


def _chance(chance, error):
    """A chance with the digits that its error leaves, at most six."""
    if chance <= error:
        return f"0 (below {error:.0e})"
    digits = max(0, min(6, -math.floor(math.log10(error)) - 1))
    return f"{100 * chance:.{max(digits - 2, 0)}f}%"


def _without_support(exact):
    if exact.why_not_without:
        return lines(f"{exact.why_not_without} `run` without --exact tells it.")
    if (alone := exact.without_support) is None:
        return []
    chance = _chance(alone.late["probability"], alone.late["numerical_error"])
    return lines(f"Without the support from outside the chance is {chance}.")


def _years(exact):
    alone = exact.without_support
    rows = [("by the end of", "late", *(["without support"] if alone else []))]
    for year in range(exact.scenario.years):
        cells = [_chance(one.late["by_year"][year], one.late["numerical_error"]) for one in (exact, alone) if one]
        rows.append((f"year {year + 1}", *cells))
    error = exact.late["numerical_error"]
    note = f"The numerical error of these chances is at most {error:.0e}."
    if not exact.on_lattice:
        note = (
            f"Numerical error about {error:.0e}, as halving the step of the calculation shows; bills are taken as they "
            "are, not rounded to whole units as in the futures that `run` lives."
        )
    return [*table(rows), *(f"  {line}" for line in lines(note, 78))]


def _reserve(exact):
    needed, currency = exact.reserve_needed, exact.scenario.currency
    amount = _to_unit(needed["0.95"], needed)
    gift = first_day_gift(exact.scenario)
    besides = f", beside the {money(gift)} of support that come on the first day" if gift else ""
    told = (
        f"For 95 mutuals out of 100 to pay every bill on its day, we would have to start with {amount} {currency} in "
        f"the cash box{besides}; for 99, with {_to_unit(needed['0.99'], needed)}. We have "
        f"{money(exact.scenario.scheme.reserve.opening)}."
    )
    alone = exact.without_support
    if alone is None:
        return told
    without = alone.reserve_needed
    return f"{told} Without the support we would need {_to_unit(without['0.95'], without)} for 95."


def _to_unit(amount, needed):
    """An amount with the digits that the unit of the calculation leaves."""
    if amount is None:
        return "more than any amount"
    return money(amount) if needed["unit"] == 1 or amount == 0 else f"about {money(_up(amount, needed['unit']))}"


def _up(amount, unit):
    """An amount rounded up to the power of ten above a unit."""
    whole = 10 ** math.ceil(math.log10(unit))
    return math.ceil(amount / whole) * whole


def _payments(exact):
    frame = exact.payments
    same = (frame - frame.iloc[0]).abs().max().max() <= 1e-6 * max(frame.iloc[0].max(), 1)
    names = {"mean": "mean", "sd": "standard\ndeviation", "p50": "half", "p95": "95 of\n100", "p99": "99 of\n100",
             "tvar95": "mean of the\nworst 5%"}  # fmt: skip
    if frame["p99"].max() >= 1e7:
        del names["p50"]  # the page is narrow
    rows = [("care of", *names.values())]
    for year, row in frame.iterrows():
        rows.append((f"year {year}" if not same else "each year", *(_rounded(row[key], row["sd"]) for key in names)))
        if same:
            break
    note = (
        f"What the care of a year costs the mutual, {exact.scenario.currency}, whenever it falls due. 95, 99 of 100: "
        "so many years out of 100 cost no more than that."
    )
    return [*table(rows), *(f"  {line}" for line in lines(note, 78))]


def _rounded(amount, spread):
    """An amount with as many digits as its spread makes sense of: a thousandth of it."""
    whole = 10 ** max(math.floor(math.log10(spread / 1000)), 0) if spread > 0 else 1
    return money(round(amount / whole) * whole)
