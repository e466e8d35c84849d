"""The sentences of the error messages: one table, keyed by the type of the error."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from mho_sim.scenario import grammar
from mho_sim.scenario.faults import Path, quoted, spoken

SENTENCES = {
    "missing": "Add '{key}' to {parent}: {meaning} {write}",
    "extra_forbidden": "There is no key {shown} {inside}{hint}",
    "model_type": "{path} must hold keys, one a line ({keys}), not {found}.",
    "dict_type": "{path} must hold names, one a line, each with its own keys, not {found}.",
    "mho_not_months": "{path} must be {expected}, not {found}.",
    "mho_months": "{path} has {count} numbers. It must have 12, one for each month, January first.",
    "mho_months_counted": "{path} is {found}, but {counts} monthly counts are written. Delete it, or write the sum.",
    "mho_months_named": "{path} names {count} months, but {counts} monthly counts are written. Name as many, or "
    "delete it.",
    "mho_not_a_value": "{path} cannot be {found}. Write {expected}.",
    "mho_empty": "{path} is empty. Write {expected}.",
    "mho_range": "{path} is {found}, which is out of range. Write {expected}.{instead}",
    "mho_too_long": "{path} is {found}, longer than any number can be here ({most} characters). Write {expected}.",
    "mho_marks": "{path} is {found}. Write {plain}: only a space or _ may separate thousands.",
    "mho_leading_zero": "{path} is {found}, which begins with a zero. Write {plain}.",
    "mho_not_a_number": "{path} is {found}, which is not a number. Write {expected}{as_range}.",
    "mho_of_twelve": "{path} is {found}, but it is a share: {months} of 12 months is {share}. Write {share}, or a list "
    "of 12 shares, January first.",
    "mho_not_whole": "{path} is {found}, which is not a whole number. Write {expected}.",
    "mho_two_readings": "{path} is {found}, which can be read as {big} or as {small}. "
    "Write {big} (or {grouped}) if you mean thousands, {small} if you do not.",
    "mho_two_readings_whole": "{path} is {found}, which can be read as {big} or as {small}. "
    "Write {big} (or {grouped}) if you mean thousands; decimals are not used here.",
    "mho_bare_percentage": "{path} is {found}, which is more than the whole. If you mean percent, write {value}%.",
    "mho_bare_one": "{path} is {found}, which could mean 1% or the whole. Write 1% or 100%.",
    "mho_bare_duration": "{path} is {found}, without a unit. Write {value} days or {value} months.",
    "mho_not_a_duration": "{path} is {found}, which is not a duration. Write one such as 90 days, 3 months or none.",
    "mho_not_a_date": "{path} is {found}, which is not a date as year-month-day. Write one such as 2027-01-31.",
    "mho_no_such_day": "{path} is {found}, a day that is not in the calendar. Write one that is, such as 2027-01-31.",
    "mho_dated": "{path} is {found}, which is no year, month or day. Write one such as 2026, 2026-11 or 2026-11-30.",
    "mho_month_start": "{path} is {found}, but a scenario starts on the first of a month. Write {first}, for example.",
    "mho_text": "{path} is longer than that: {found}. Write {expected}.",
    "mho_currency": "{path} is {found}. Write the three capital letters of the currency, such as XOF.",
    "mho_name": "{shown} is not a name for a kind of illness. Use letters, digits, _ and -, "
    "beginning with a letter, at most 40 long.",
    "mho_reserved_name": "'{name}' cannot name a kind of illness: it has its own meaning in waiting periods.",
    "mho_plain_name": "{shown} in {parent} is not a name. Use letters, digits, _ and -, beginning with a letter, "
    "at most 40 long.",
    "tuple_type": "{path} must be a list of tables, one after each '- ', or in brackets, not {found}.",
    "mho_not_a_list": "{path} must be {expected}, not {found}.",
    "mho_empty_list": "{path} is an empty list. Write {expected}.",
    "mho_listed_twice": "{path} {found} is there already. Keep one of them.",
    "mho_listed_band": "{path} {found} is not an age band. Write one such as 0-4 or 60+; no age is above {oldest}.",
    "mho_order": "{path} must name 'deductible', 'copay' and 'ceiling', each once.",
    "mho_village": "{path} does not tell of '{name}', but the other table does. Write it in both.",
    "mho_nobody": "Nobody lives in '{name}' by {path}. Write how many people live there, or leave the village out.",
    "mho_need_of": "{path} is {found}, but 'need' is of everyone. Write 'use' instead of 'need', or 'of: everyone in "
    "need' if nobody stayed away.",
    "mho_people_known": "{path} is one number, without a range: the people are the same in every future. Write "
    "{expected}: people covered / members. Try others with --set.",
    "mho_more_than_asked": "{path} is {found}, but of {asked} who were asked no more than {asked} can join. Change "
    "one of the two numbers.",
    "mho_two_ways": "'{key}' says the number itself, but {parent} also says what was counted. Delete one of them.",
    "mho_too_few": "{path} must be {expected}. It has {count}.",
    "mho_zone": "{shown} in {parent} is not a zone. Write whole kilometres, such as 0-4 km or 5+ km.",
    "mho_zone_range": "{shown} in {parent} is not a zone. Write the shorter way first; none is above {most} km.",
    "mho_size": "{shown} in {parent} is not a number of people. Write one such as 1, 2-5 or 6+.",
    "mho_size_range": "{shown} in {parent} is not a number of people. Begin at 1, with the lower number first.",
    "mho_every": "{path} is {found}. Write month, quarter, year, week, day, {{days: 5}} for a market week of 5 days, "
    "or a list of months such as [january, july]{hint}",
    "mho_every_days": "{path} must say 'days', such as {{days: 5}}, and nothing else.",
    "mho_word": "{path} is {found}. Write {expected}{hint}",
    "mho_no_value": "{path} has no number. Write 'value', or 'between' with two numbers.",
    "mho_value_and_between": "'value' and 'between' exclude each other in {parent}. Write 'best' instead of 'value'.",
    "mho_best_and_value": "'best' goes with 'between', but {parent} has a 'value'. Delete one of them.",
    "mho_best_alone": "{parent} has a 'best' but no range. Write 'value' instead, or add 'between'.",
    "mho_between": "{path} must be two numbers, the lower one first, such as [0.8, 1.6], not {found}.",
    "mho_between_count": "{path} must be two numbers, the lower one first, such as [0.8, 1.6]. It has {count}.",
    "mho_upside_down": "{path} is upside down. Write the lower number first: [{high}, {low}].",
    "mho_no_width": "{path} is from {low} to {high}, which is no range. Write 'value' instead, with 'grade: exact'.",
    "mho_best_outside": "{path} is {found}, outside the range from {low} to {high}. Change one of them.",
    "mho_lognormal_zero": "A lognormal range must lie above 0, but {parent} does not. Write another law.",
    "mho_not_a_table": "{path} must be {expected}, not {found}.",
    "mho_empty_table": "{path} is an empty table. Write {expected}.",
    "mho_band": "{shown} in {parent} is not an age band. Write bands of completed years, such as 0-4 or 60+.",
    "mho_band_range": "{shown} in {parent} is not an age band. Write the lower age first; no age is above {oldest}.",
    "mho_band_order": "The band {shown} in {parent} overlaps or comes before '{before}'. Write the bands in order, "
    "each beginning after the one before has ended.",
    "mho_debt_band": "{shown} in {parent} is not an age of invoices. Write one such as 0-30 days.",
    "mho_debt_range": "{shown} in {parent} is not a possible age of invoices. Write the lower number first; "
    "at most {oldest} days.",
    "mho_repeated": "{shown} in {parent} is the same as '{before}'. Keep one of them.",
}
OTHER = "{path} is {found}, which cannot be used here."


def sentence(kind: str, path: Path, found: Any, blanks: dict[str, Any], of_key: bool = False) -> str:
    """The sentence for an error of this kind at this path, where `found` stands; `of_key` if the key is wrong."""
    kind, key, parent = blanks.get("kind", kind), str(path[-1]) if path else "", path[:-1]
    if kind in ("model_type", "dict_type") and not path:
        return "A scenario is a table of keys, one a line, such as 'title: …' and 'years: …'."
    meaning = grammar.meaning_of(path)
    words = {
        **blanks,
        "path": f"A key of {spoken(parent)}" if of_key else spoken(path),
        "key": key,
        "shown": quoted(key),
        "found": described(key if of_key else found),
        "value": str(found).strip()[:40],
        "expected": blanks.get("expected", "") + (", or none" if grammar.may_be_none(path) else ""),
        "parent": spoken(parent).rstrip(",") or "the file",
        "inside": f"in {spoken(parent).rstrip(',')}" if parent else "here",
        "count": len(found) if isinstance(found, list) else 0,
        "keys": ", ".join(grammar.main_keys_at(path)),
        "meaning": meaning[:1].lower() + meaning[1:],
        "write": grammar.range_of(path),
        "grouped": _grouped(blanks.get("big", "")),
        "instead": _instead(path, found),
        "as_range": _as_range(path, found),
        "hint": _hint(kind, path, found, blanks),
    }
    return SENTENCES.get(kind, OTHER).format_map(words).rstrip()


def described(found: Any) -> str:
    """How a value that was found is named in a sentence."""
    if isinstance(found, dict):
        return "a table of keys"
    if isinstance(found, list | tuple):
        return "a list"
    return quoted(found)


def _grouped(digits: str) -> str:
    return f"{int(digits):,}".replace(",", " ") if digits else ""


def _hint(kind: str, path: Path, found: Any, blanks: dict[str, Any]) -> str:
    if kind in ("mho_word", "mho_every"):
        return nearest(str(found), blanks["words"])
    if kind != "extra_forbidden":
        return ""
    key, keys, elsewhere = str(path[-1]), grammar.keys_at(path[:-1]), grammar.places().get(str(path[-1]))
    if said := _of_other_grammar(key, keys):
        return said
    if elsewhere and nearest(key, keys, 0.8) == ".":
        return f"; it belongs in {' or '.join(elsewhere)}."
    hint = nearest(key, keys)
    return f". The keys here are: {', '.join(keys)}." if hint == "." and keys else hint


def _of_other_grammar(key: str, keys: list[str]) -> str:
    """The end of a sentence about a key that says what other keys say here."""
    if key in ("years", "months") and "until" in keys:
        return "; write 'until', the first day without it, such as until: 2029-01-01."
    if key in ("bills", "number", "n") and "one_in_ten_above" in keys:
        return "; write 'of', how many bills 'mean' and 'dearest' are of, such as of: 20 bills."
    if key in ("value", "between", "best", "law") and "each" in keys:
        return "; write it inside 'each', such as {each: {between: [1_000, 3_500]}, times: 1}."
    return ""


def _instead(path: Path, found: Any) -> str:
    """One more sentence about an amount where a share is meant."""
    if not str(found)[:1].isdecimal() or "%" in str(found) or "copay" not in path[-2:]:
        return ""
    amount = str(found).strip()[:40]
    return f" An amount is 'copay_fixed: {amount if path[-1] == 'copay' else f'{{{path[-1]}: {amount}}}'}'."


ENDS = r"([0-9][0-9 _]*(?:[.,][0-9]{1,2})?) *(%?)"
FROM_TO = re.compile(rf"\D*?{ENDS} *(?:to|and|or|-|–) *{ENDS} *(thousand)?(?: [a-z]+)?")


def _as_range(path: Path, found: Any) -> str:
    """How two numbers with a word between them are written, where a range may stand."""
    match = FROM_TO.fullmatch(str(found)[:100]) if "between" in grammar.keys_at(path) else None
    if match is None:
        return ""
    ends = [match[place].strip().replace(" ", "_").replace(",", ".") for place in (1, 3)]
    if float(ends[0]) >= float(ends[1]):
        return ""
    after = "_000" if match[5] and all(map(str.isdecimal, ends)) else match[4] if not match[5] else ""
    return f", or {{between: [{ends[0]}{after}, {ends[1]}{after}]}} for a range"


def guess(word: str, words: Iterable[str], likeness: float = 0.6) -> str | None:
    """The word that was probably meant, if one is like it, or begins with it."""
    word, words = word[:60].lower().replace(" ", "_"), list(words)
    longer = [one for one in words if len(word) > 3 and one.startswith(f"{word}_")]
    return next(iter(get_close_matches(word, words, n=1, cutoff=likeness) if len(longer) != 1 else longer), None)


def nearest(word: str, words: Iterable[str], likeness: float = 0.6) -> str:
    """The end of a sentence: the word that was probably meant, or only a full stop."""
    meant = guess(word, words, likeness)
    return f"; did you mean '{meant}'?" if meant else "."


def among(word: str, words: Iterable[str]) -> str:
    """The end of a sentence about a name that is not there: the one that was probably meant, or all there are."""
    known = list(words)
    hint = nearest(word, known)
    if hint != ".":
        return hint
    return f". There are: {', '.join(known)}." if known else ". There is none."
