"""How each number came about that was worked out or has a range: the sums, in sentences."""

import math
from typing import Any

from mho_sim.scenario.faults import dotted
from mho_sim.scenario.observations import Z95, estimate, said
from mho_sim.scenario.take_up import surveyed
from mho_sim.scenario.unknowns import SPREADS, Range, numbers


def explained(scenario: Any) -> list[str]:
    """Lines: for each observation its sum, then every number that is not exact, with the reason for its range."""
    births = scenario.setting.association.births
    seen = births.observed if births is not None else None
    lines = [f"setting.association.births: {' '.join(seen.explained())}"] if seen is not None else []
    lines += [line for kind in scenario.kinds for line in _sums(scenario, kind)]
    if (survey := surveyed(scenario.setting)) is not None:
        lines.append(f"setting.take_up: {' '.join(survey.explained(scenario.scheme.contribution.amount))}")
    ranges = [line for path, number in numbers(scenario.setting, ("setting",))
              for line in _range(dotted(path), number, scenario.default_grade)]  # fmt: skip
    if ranges:
        lines += [
            "",
            "These numbers are not exact. Each is drawn from its range, once for every two worlds (which share it):",
            *ranges,
        ]
    return lines or ["Nothing was worked out, and every number is exact."]


def _sums(scenario: Any, kind: str) -> list[str]:
    """The sums of one kind of illness."""
    illness, path = scenario.setting.illness[kind], f"setting.illness.{kind}"
    need = illness.need.observed.explained() if illness.need is not None and illness.need.observed is not None else []
    use = illness.explained(_around(scenario, f"{path}.need", illness.need))
    found = ((f"{path}.need", need), (f"{path}.use", use), (f"{path}.cost", illness.cost.explained()))
    return [f"{where}: {' '.join(told)}" for where, told in found if told]


def _around(scenario: Any, path: str, best: Any) -> str:
    """How far a number ranges that follows from others: their relative errors add up in squares."""
    if path not in scenario.follows or not best:
        return ""
    (dividend, _), (divisor, _) = scenario.follows[path]
    further = scenario.follows.get(divisor)
    ranges = [scenario.unknowns.get(name) for name in (dividend, divisor if further is None else further.divisor[0])]
    spread = math.sqrt(sum(_relative(one) ** 2 for one in ranges if one is not None))
    found = estimate(best, spread)
    return f"; in 90 of 100 worlds it is about between {said(found.low)} and {said(found.high)}" if spread else ""


def _relative(range_: Range) -> float:
    """Standard deviation over mean of a range; of a lognormal one, standard deviation of the logarithm."""
    low, best, high, law = range_
    if law == "lognormal":
        return (math.log(high) - math.log(low)) / (2 * Z95)
    if law == "uniform":
        return (high - low) / math.sqrt(12) / ((low + high) / 2)
    mean = (low + 4 * best + high) / 6
    return math.sqrt((mean - low) * (high - mean) / 7) / mean


def _range(path: str, number: Any, default_grade: str) -> list[str]:
    """One number's range, and why it is so wide."""
    value, grade = number.value, number.grade or default_grade
    found = value.range(grade)
    if found is None:
        return []
    said_by = "grade" if number.grade else "default_grade"
    why = f"{grade}, ±{100 * SPREADS[grade]:.0f}%, as '{said_by}' says"
    if value.has_range:
        why = "as it was worked out" if number.derived else "as written"
    law = "" if found.law == "pert" else f", {found.law}"
    source = f"; source: {number.source}" if number.source else ""
    return [f"{path}: {said(found.best)}, from {said(found.low)} to {said(found.high)} ({why}{law}{source})"]
