"""What is not wrong with a scenario, but should be looked at before its answer is believed."""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from mho_sim.scenario.durations import add_months
from mho_sim.scenario.faults import dotted
from mho_sim.scenario.take_up import in_percent, surveyed
from mho_sim.scenario.unknowns import SPREADS, numbers
from mho_sim.scenario.values import spaced

OLD = 36  # months after which prices are called old; assumed

CURRENCIES = {  # ISO 4217 [R]
    "bangladesh": "BDT",
    "benin": "XOF",
    "burkina faso": "XOF",
    "burundi": "BIF",
    "cameroon": "XAF",
    "cote d'ivoire": "XOF",
    "dr congo": "CDF",
    "democratic republic of the congo": "CDF",
    "ghana": "GHS",
    "guinea": "GNF",
    "india": "INR",
    "ivory coast": "XOF",
    "mali": "XOF",
    "nepal": "NPR",
    "nicaragua": "NIO",
    "niger": "XOF",
    "rwanda": "RWF",
    "senegal": "XOF",
    "tanzania": "TZS",
    "togo": "XOF",
    "uganda": "UGX",
}


def doubts(scenario: Any) -> list[str]:
    """Sentences, each with its place, about a scenario."""
    return [*_currency(scenario), *_unsourced(scenario), *_old_prices(scenario), *_below_the_survey(scenario)]


def _currency(scenario: Any) -> Iterator[str]:
    usual = CURRENCIES.get(_plain(scenario.country or ""))
    if usual not in (None, scenario.currency):
        yield (
            f"country is {scenario.country}, where people pay in {usual}, but currency is {scenario.currency}. "
            "Is one of them wrong?"
        )


def _plain(name: str) -> str:
    """A name in small letters, without accents."""
    parts = unicodedata.normalize("NFD", name.lower().replace("’", "'"))
    return " ".join("".join(c for c in parts if not unicodedata.combining(c)).split())


def _unsourced(scenario: Any) -> Iterator[str]:
    bare = [
        path
        for path, number in numbers(scenario.setting, ("setting",))
        if number.value and not (number.value.has_range or number.grade or number.source)
    ]
    if not bare:
        return
    grade = scenario.default_grade
    taken = {"guess": "a guess" if len(bare) == 1 else "guesses", "exact": "exact"}.get(grade, f"'{grade}'")
    spread = f", ±{100 * SPREADS[grade]:.0f}%" if SPREADS[grade] else ""
    count = "One number has" if len(bare) == 1 else f"{len(bare)} numbers have"
    taken_as = "it is taken as" if len(bare) == 1 else "they are taken as"
    yield f"setting: {count} no source; {taken_as} {taken}{spread}. The first is {dotted(bare[0])}."


def _old_prices(scenario: Any) -> Iterator[str]:
    for kind in scenario.kinds:
        dated = scenario.setting.illness[kind].cost.dated
        if dated is not None and add_months(_latest(dated), OLD) < scenario.start:
            yield (
                f"setting.illness.{kind}.cost: these prices are of {dated}, more than {OLD // 12} years before the "
                f"start, {scenario.start}. Ask what a bill is today."
            )


def _below_the_survey(scenario: Any) -> Iterator[str]:
    seen, terms = surveyed(scenario.setting), scenario.scheme.contribution
    if seen is not None and terms.amount < seen.survey[0][0]:
        lowest, answer = seen.survey[0]
        yield (
            f"setting.take_up: nobody was asked about a contribution of {spaced(terms.amount)}; the lowest was "
            f"{spaced(lowest)}. As many are taken to join as at that ({in_percent(answer.share)} would), which is "
            "cautious. Were these amounts for the same people and period as scheme.contribution ('per', 'every')?"
        )


def _latest(dated: str) -> date:
    """The last day that `2026`, `2026-11` or `2026-11-30` can mean."""
    first = date.fromisoformat(dated + "-01-01"[len(dated) - 4 :])
    months = {4: 12, 7: 1}.get(len(dated), 0)
    return date.fromordinal(add_months(first, months).toordinal() - 1) if months else first
