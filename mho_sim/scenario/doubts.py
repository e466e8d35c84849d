"""What is not wrong with a scenario, but should be looked at before its answer is believed."""

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from mho_sim.scenario.counting import uneven, write_months
from mho_sim.scenario.durations import add_months
from mho_sim.scenario.faults import Path, spoken
from mho_sim.scenario.observations import months_counted
from mho_sim.scenario.take_up import in_percent, surveyed
from mho_sim.scenario.unknowns import SPREADS, numbers
from mho_sim.scenario.values import spaced

OLD = 36  # months after which prices are called old; assumed
FAR_BELOW = 10  # times below the best value; assumed
MANY_ASSUMED = 10  # numbers; assumed
UNUSUAL = 2  # times as many births as in the country, or as few; assumed
MANY_LOST = 0.25  # of the households, in a year; assumed

ASSUMED = "assumed"

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
    rules = (
        _currency, _unsourced, _assumed, _unusual_births, _old_prices, _below_the_survey, _use_for_need,
        _boundless_need, _average_months, _letters, _lost, _bad_months,
    )  # fmt: skip
    return [sentence for rule in rules for sentence in rule(scenario)]


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
        as_written(scenario, path)
        for path, number in numbers(scenario.setting, ("setting",))
        if number.value and not (number.value.has_range or number.grade or number.source)
    ]
    bare = list(dict.fromkeys(bare))
    if not bare:
        return
    grade = scenario.default_grade
    taken = {"guess": "a guess" if len(bare) == 1 else "guesses", "exact": "exact"}.get(grade, f"'{grade}'")
    spread = f", ±{100 * SPREADS[grade]:.0f}%" if SPREADS[grade] else ""
    count = "One number has" if len(bare) == 1 else f"{len(bare)} numbers have"
    taken_as = "it is taken as" if len(bare) == 1 else "they are taken as"
    yield f"setting: {count} no source; {taken_as} {taken}{spread}. The first is {_named(bare[0])}."


def _named(path: Path) -> str:
    """A path in a sentence that ends with it."""
    return spoken(path).rstrip(",")


def _assumed(scenario: Any) -> Iterator[str]:
    """Numbers that a scenario came with, and nobody has looked at."""
    found = [
        as_written(scenario, path)
        for path, number in numbers(scenario.setting, ("setting",))
        if (number.source or "").lower() == ASSUMED and number.value.range(number.grade or scenario.default_grade)
    ]
    found = list(dict.fromkeys(found))
    if len(found) > MANY_ASSUMED:
        yield (
            f"setting: {len(found)} numbers of the setting are assumed, not yours; the first is {_named(found[0])}. "
            "Put your own in their place, or write why these are good enough."
        )


def _unusual_births(scenario: Any) -> Iterator[str]:
    """A register may hold only some of the births of the women, or those of other women."""
    births = scenario.setting.association.births
    usual = None if births is None or births.observed is None else _of_country(scenario)
    if usual is None or usual.births / UNUSUAL <= births <= usual.births * UNUSUAL:
        return
    few = births < usual.births
    ask = "Do other women give birth there, too? Count only the births of these women."
    if few:
        ask = "Are these only the births seen at this centre? Count all births of these women."
    yield (
        f"setting.association.births: {in_percent(births)} of the women a year is {'less' if few else 'more'} than "
        f"{'half' if few else 'twice'} of what it is in {usual.country} ({in_percent(usual.births)} in {usual.year}). "
        f"{ask}"
    )


def _of_country(scenario: Any) -> Any:
    """The preset of the scenario's country, if there is one."""
    from mho_sim.data import preset, presets

    named = _plain(scenario.country or "")
    return next((one for one in map(preset, presets()) if _plain(one.country) == named), None)


def as_written(scenario: Any, path: Path) -> Path:
    """Where the number of a path stands in the file, or what it was worked out from."""
    if path[:2] != ("setting", "illness"):
        return path
    illness, key = scenario.setting.illness[path[2]], path[3:]
    if key == ("use", "value") and illness.use.derived:
        return path[:4]
    if key[:2] == ("cost", "lognormal") and illness.cost.derived:
        seen = next(
            name for name in ("price_list", "invoices", "mean", "usual") if getattr(illness.cost, name) is not None
        )
        return (*path[:4], "cv" if (seen, key[2]) == ("price_list", "cv") else seen)
    return path


def _use_for_need(scenario: Any) -> Iterator[str]:
    """What a health centre counts is use."""
    for kind in scenario.kinds:
        seen = getattr(scenario.setting.illness[kind].need, "observed", None)
        if seen is not None and seen.of is None:
            yield (
                f"setting.illness.{kind}.need: what a health centre counts is use, not need: whoever was ill and "
                f"stayed at home is missing. Write use: {seen.as_use()} instead (of: insured, if members were "
                "counted), and in 'seeking' how many go. If nobody stayed at home, add 'of: everyone in need' here."
            )


def _boundless_need(scenario: Any) -> Iterator[str]:
    """A share of those who go that may be next to nothing makes need next to infinite."""
    for path, (_, (divisor, number)) in scenario.follows.items():
        range_ = scenario.unknowns.get(divisor)
        if path.endswith(".need") and range_ is not None and range_.low * FAR_BELOW < number.best:
            yield (
                f"{divisor}: its range begins at {100 * range_.low:.3g}%. In a world where so few of those in need go, "
                f"need is more than {FAR_BELOW} times what it is at best, since 'use' is what was seen. Begin higher."
            )


def _average_months(scenario: Any) -> Iterator[str]:
    """A rainy season's reports are not an average month's."""
    for kind, illness in sorted(scenario.setting.illness.items()):
        counted = [months for _, months in months_counted(illness) if uneven(months)]
        if counted and illness.season is None:
            named = " and ".join(dict.fromkeys(", ".join(write_months(months)) for months in counted))
            yield (
                f"setting.illness.{kind}: without a 'season' the months of counting ({named}) are taken as average "
                f"ones. Write 'season' there, 12 numbers, January first, such as a year's monthly cases."
            )


def _letters(scenario: Any) -> Iterator[str]:
    """A letter that everybody has refuses nobody."""
    for kind, benefit in sorted(scenario.scheme.benefits.items()):
        illness = scenario.setting.illness[kind]
        if benefit.referral != "required" or illness.letter < 1 or illness.referred_from is not None:
            continue
        how = (
            f"everybody has a letter. Write in setting.illness.{kind} how many of those who come have one, such as "
            "letter: 80%."
        )
        if illness.emergency:
            how = "an emergency needs no letter. Delete 'referral', or 'emergency'."
        elif illness.need is None:
            how = "only a kind with 'need' or 'use' has letters. Delete 'referral'."
        yield f"scheme.benefits.{kind}.referral: 'required' changes nothing here, for {how}"


def lost_a_year(scenario: Any) -> float:
    """Which share of the households never pays again after a year, about: `1 - (1 - never × (1 - q))^n`, of n due dates
    at which a share q pays on the day, averaged over the sectors with their bad months (best values).
    """
    paying, terms = scenario.setting.paying, scenario.scheme.contribution
    if paying is None:
        return 0.0
    q, bad = paying.on_time.best, (paying.on_time if paying.on_time_bad_month is None else paying.on_time_bad_month)
    months = [month - 1 for month in terms.every] if isinstance(terms.every, tuple) else range(12)
    sectors = [(one.share, [one.good_months[m] for m in months]) for one in scenario.setting.enterprises]
    lost = 0.0
    for share, good in sectors or [(1.0, [1.0])]:
        p = sum(good) / len(good)
        on_time = p * q + (1 - p) * float(bad)
        lost += share * (1 - (1 - paying.never.best * (1 - on_time)) ** terms.due_dates_a_year)
    return lost / sum(share for share, _ in sectors or [(1.0, None)])


def _lost(scenario: Any) -> Iterator[str]:
    """A share that never pays again acts at every due date."""
    if (lost := lost_a_year(scenario)) > MANY_LOST:
        times = scenario.scheme.contribution.due_dates_a_year
        yield (
            f"setting.paying.never: {100 * scenario.setting.paying.never.best:g}% of those who do not pay on the day "
            f"never pay again, at each of {times} due dates a year: about {100 * lost:.0f}% of the households are lost "
            "in a year. It is the share at one due date, not in a year. Is that what you mean?"
        )


def _bad_months(scenario: Any) -> Iterator[str]:
    """Bad months of enterprises change nothing about paying, unless the file says so."""
    paying, enterprises = scenario.setting.paying, scenario.setting.enterprises
    bad = any(good < 1 for one in enterprises if one.share > 0 for good in one.good_months)
    if bad and paying is not None and paying.on_time_bad_month is None:
        yield (
            "setting.paying: enterprises have bad months, but in them people pay as in good ones. Write "
            f"'on_time_bad_month', such as {100 * paying.on_time.best / 2:.0f}%, or the same as 'on_time' "
            f"({100 * paying.on_time.best:g}%) if that is so."
        )


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
