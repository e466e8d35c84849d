"""Options side by side, as a page: what each is better and worse at than the first, and which are beaten."""

import math
from importlib.metadata import version
from itertools import combinations
from string import ascii_uppercase

from pydantic import BaseModel

from mho_sim.report.spans import digits, outward, said, span, unit_of
from mho_sim.report.tables import table
from mho_sim.report.words import WIDTH, lines, listed, money, plural
from mho_sim.scenario.differing import flow
from mho_sim.scenario.movable import movable
from mho_sim.study.comparison import BETTER, BOTH, JUDGED, SAME, WORSE

MOST = 6  # values in which an option differs that are written out
FEW = 4  # options that are all told beside each other
BASES = (100, 1_000, 10_000, 100_000)
LIKE_MUTUALS = ("late", "without_support.late", "stopped", "lost", "deficit")
AMOUNTS = ("reserve_needed.0.95", "members_pay", "contribution", "own_part", "care_paid")
LABELS = {
    "late": "run short, of 100 mutuals",
    "without_support.late": "  without the support from outside",
    "stopped": "a provider may stop (stopped), of 100",
    "lost": "lost, of 100",
    "deficit": "owe more than they have, of 100",
    "reserve_needed.0.95": "start with, for 95 of 100, {unit}",
    "covered": "covered, of 100 people",
    "not_paid_for": "care not paid for, of 100 times sought",
    "forgone_care": "care forgone, of 100 times needed",
    "own_share": "households' own part of bills, of 100",
    "above_10_percent_of_income": "bills above a tenth of income, of 100",
    "members_pay": "members pay, a person a year, {unit}",
    "contribution": "  of this contributions and fees",
    "own_part": "  of this their own part of the bills",
    "care_paid": "  and the mutual pays for care",
    "share_of_income": "contributions, of 100 of their income",
}
SHORT = {
    "late": "run short",
    "stopped": "stopped",
    "lost": "lost",
    "deficit": "a deficit at a year's end",
    "covered": "covered",
    "not_paid_for": "care not paid for",
    "forgone_care": "care forgone",
    "own_share": "what households pay of bills themselves",
    "above_10_percent_of_income": "bills above a tenth of income",
    "members_pay": "what members pay in all",
    "share_of_income": "contributions beside income",
}
SENTENCES = {
    "late": "of {base} mutuals like ours {after} run short{instead}",
    "stopped": "in {after} of {base} a provider may stop accepting our cards{instead}",
    "lost": "{after} of {base} are lost{instead}",
    "deficit": "{after} of {base} owe more than they have and are owed at the end of some year{instead}",
    "covered": "of {base} people {after} are covered{instead}",
    "not_paid_for": "of {base} times that members sought care {after} are not paid for{instead}",
    "forgone_care": "of {base} times that care was needed people went without {after}{instead}",
    "own_share": "of {base} {currency} of bills households pay {after} themselves{instead}",
    "above_10_percent_of_income": "bills take more than a tenth of the income of {after} families in {base}{instead}",
    "members_pay": "members pay {after} {currency} a person and year{instead}",
    "share_of_income": "contributions take {after} of {base} of a household's income{instead}",
}
END = (
    "Counted are chance and the ranges of the figures, over futures of one association: another seed draws other "
    "people. People go on paying, joining and staying as the file says. A calculation to help the discussion, not a "
    "promise. The assembly decides."
)


def compare_text(comparison, changes=()):
    """The page, as text; `changes` are the values that were changed on the command line, of all options."""
    page = Page(comparison)
    blocks = [[line for text in page.head(changes) for line in lines(text, indent="  ")]]
    for name in comparison.names[1:]:
        blocks += [page.told(name), page.table(name)]
    blocks += [page.together(), page.conclusion(), page.how_sure(), page.provenance()]
    return "\n\n".join("\n".join(block) for block in blocks if block)


class Page:
    """The parts of the page, each a list of lines."""

    def __init__(self, comparison):
        self.of, self.first = comparison, comparison.first
        many = len(comparison.names) > len(ascii_uppercase)
        marks = map(str, range(1, len(comparison.names) + 1)) if many else ascii_uppercase
        self.letters = dict(zip(comparison.names, marks))

    # What is compared

    def head(self, changes):
        titles = list(dict.fromkeys(one.title for one in self.of.scenarios.values()))
        finished = " (interrupted: these were finished)" if self.of.interrupted else ""
        yield from titles if len(titles) == 1 else ()
        yield from (f"CHANGED on the command line, in all: {change}" for change in changes)
        yield (
            f"{plural(len(self.of.names), 'option')} in the same {plural(self.of.worlds, 'possible future')}"
            f"{finished}, over {plural(self.of.years, 'year')}: the same people, the same luck."
        )
        for name in self.of.names:
            title = "" if len(titles) == 1 else f" ({self.of.scenarios[name].title})"
            yield f"{self.letters[name]}. {name}{title}{self._what_differs(name)}"
        yield from filter(None, map(self._undecidable, self.of.names[1:]))

    def _what_differs(self, name):
        before = self.of.names[: self.of.names.index(name)]
        if same := next((one for one in before if self._is_same(name, one)), None):
            return f": the same as {self.letters[same]}, nothing in it that is computed with differs."
        found = [one for one in self.of.differs(name) if one.is_chosen and not one.is_remark]
        return f": {self._listed(name, found)}." if found else "."

    def _is_same(self, option, than):
        """Whether nothing differs but titles and remarks."""
        return all(one.is_remark for one in self.of.differs(option, than))

    def _undecidable(self, name):
        """The sentence that an option differs in what the assembly cannot decide."""
        found = [one for one in self.of.differs(name) if not one.is_chosen and not one.is_remark]
        if not found:
            return ""
        return (
            f"CAREFUL: {self.letters[name]} differs from {self.letters[self.first]} also in what the assembly cannot "
            f"decide: {self._listed(name, found)}."
        )

    def _listed(self, name, found):
        """Some values in which an option differs from the first."""
        scenarios, words = [self.of.scenarios[one] for one in (self.first, name)], []
        for one in found[:MOST]:
            before, after = (_value(*told) for told in zip(scenarios, [one.path] * 2, one[1:]))
            words.append(f"{one.path} {after} instead of {before}")
        more = f"; and {len(found) - MOST} more" if len(found) > MOST else ""
        return "; ".join(words) + more

    # One option beside the first

    def told(self, name):
        """An option's verdicts, with the figures that decide them."""
        found = [f"{self.letters[name]}. {name}, beside {self.letters[self.first]}"]
        for dimension in JUDGED:
            text = self._dimension(dimension, name, self.first)
            found += [f"   {line}" for line in lines(text, WIDTH - 3, "  ")]
        return found

    def _dimension(self, dimension, option, than):
        found, name = self.of.verdict(dimension, option, than), dimension.capitalize()
        better, worse = (self._because(names, option, than) for names in found[1:])
        one_sided = self._one_sided(self.of.one_sided(option, than, dimension), option, than)
        if found.word is None:
            said = "not told." if one_sided else "too few futures to tell."
        elif found.word == SAME:
            said = self._all_the_same(dimension, option, than)
        elif found.word == BOTH:
            said = f"better in one thing, worse in another. Better: {better}. Worse: {worse}."
        else:
            said = f"{found.word}. {_begun(better or worse)}."
        return f"{name}: {said}{one_sided}{self._support(option, than) if dimension == 'solvency' else ''}"

    def _because(self, figures, option, than):
        return "; ".join(self.sentence(name, option, than) for name in figures)

    def _one_sided(self, figures, option, than):
        """Which of two options has figures that the other lacks; nothing where none has."""
        words = {}
        for name in figures:
            has = than if self.of.difference(name, option, than).after is None else option
            words.setdefault(self.letters[has], []).append(SHORT[name])
        return "".join(f" Only {letter} has a figure for {listed(names)}." for letter, names in words.items())

    def _all_the_same(self, dimension, option, than):
        """That nothing differs beyond chance and by so much that it matters, with a figure: one that surely differs a
        little, or the first.
        """
        told = [name for name in JUDGED[dimension] if self.of.difference(name, option, than).is_told]
        if not told:
            return "neither has a figure."
        sure = [name for name in told if not self.of.difference(name, option, than, self.of.confidence).holds_zero]
        name = (sure or told)[0]
        one, why = self.of.difference(name, option, than), ""
        if sure:
            why = f": surely, but by less than 1{'%' if name in AMOUNTS else ' of 100'}"
        elif not one.holds_zero:
            why = ": among so many figures that may be chance"
        return f"{SAME}. {_begun(self.sentence(name, option, than))}{why}."

    def _support(self, option, than):
        """How many run short without support, beside those with it."""
        if "without_support.late" not in self.of.shown:
            return ""
        one = self.of.difference("without_support.late", option, than)
        base = _base(one)
        after, before = _counts(one, base)
        if after == before:
            return f" Without the support from outside {after} of {money(base)} run short, as in {self.letters[than]}."
        return f" Without the support from outside {after} of {money(base)} run short instead of {before}."

    def sentence(self, name, option, than):
        """A figure of an option beside the same of another, with the interval of the difference."""
        one, amount = self.of.difference(name, option, than), name in AMOUNTS
        base = _base(one) if name in LIKE_MUTUALS else 100
        after, before = _amounts(one) if amount else _counts(one, base)
        instead = f", as in {self.letters[than]}" if one.difference == 0 else f" instead of {before}"
        more = _more(one, 1 if amount else base, amount)
        return SENTENCES[name].format(
            base=money(base),
            after=after,
            currency=self.of.currency,
            instead=f"{instead}, {more}" if more else instead,
        )

    def table(self, name):
        """Every figure with the first option and with this one, and by how much it is more."""
        letter, first = self.letters[name], self.letters[self.first]
        rows = [("", first, letter, f"{letter} less {first}  ")]
        judged = {figure for one in JUDGED for names in self.of.verdict(one, name)[1:] for figure in names}
        for figure in self.of.shown:
            one, amount = self.of.difference(figure, name), figure in AMOUNTS
            told_in = self._told_in(figure)
            scale = 1 / told_in if amount else 100
            unit = unit_of(one, scale, amount, surely=figure in judged)
            values = [digits(None if value is None else value * scale, unit) for value in one[1:3]]
            told = span(one, scale, unit) + (" *" if figure in judged else "  ")
            rows.append((LABELS[figure].format(unit=_currency(told_in, self.of.currency)), *values, told))
        return table(rows)

    def _told_in(self, figure):
        """In what unit an amount is told, so that its row stays narrow."""
        if figure not in AMOUNTS:
            return 1
        most = self.of.figures.loc["reserve_needed.0.95" if figure == "reserve_needed.0.95" else "members_pay"].max()
        return 10**6 if most >= 10**8 else 10**3 if most >= 10**5 else 1

    # All together

    def together(self):
        """The verdicts of all options, where there are several beside the first."""
        if len(self.of.names) < 3:
            return []
        rows = [(f"beside {self.letters[self.first]}", *JUDGED)]
        for name in self.of.names[1:]:
            words = [self.of.verdict(one, name).word or "not told" for one in JUDGED]
            rows.append((self.letters[name], *words))
        return table(rows)

    def conclusion(self):
        """Which options are beaten, and between which the assembly must choose."""
        told = [self._beaten(name, by) for name, by in self.of.beaten.items()]
        told += [self._perhaps(name, by[0]) for name, by in self.of.perhaps_beaten.items()]
        first, *others = self.of.choice
        alike = [name for name in others if self.of.is_alike(name, first)]
        apart = [name for name in others if name not in alike]
        if not others:
            told.append(f"{self.letters[first]} alone is not beaten.")
        if alike:
            told.append(self._alike(first, alike))
        if apart:
            letters = listed([self.letters[name] for name in self.of.choice])
            told.append(f"Between {letters} the assembly must choose: {self._trade(first, apart)}.")
        return [line for text in told for line in lines(text)]

    def _alike(self, first, others):
        words = listed([self.letters[name] for name in (first, *others)])
        if all(self._is_same(name, first) for name in others):
            return f"{words} are the same."
        return f"{words} cannot be told apart: what differs is within chance, or hardly matters."

    def _perhaps(self, name, other):
        """That an option seems beaten, and what more worlds would have to tell."""
        worse = [one for one in JUDGED if self.of.verdict(one, name, other).word == WORSE]
        may = "; ".join(self._beside(one, name, other) for one in self.of.may_be_better(name, other))
        return (
            f"{self.letters[name]} is worse in {listed(worse)} than {self.letters[other]}, and surely better in "
            f"nothing; but so few futures cannot say that it is not ({may}): take more --worlds."
        )

    def _beside(self, figure, option, than):
        """A figure in a few words, of an option and of another: run short: 1 instead of 3 of 100."""
        one = self.of.difference(figure, option, than)
        if one.before is None or one.after is None:
            return SHORT[figure]
        base = _base(one) if figure in LIKE_MUTUALS else 100
        after, before = _amounts(one) if figure in AMOUNTS else _counts(one, base)
        of = "" if figure in AMOUNTS else f" of {money(base)}"
        return f"{SHORT[figure]}: {after} instead of {before}{of}" if after != before else SHORT[figure]

    def _beaten(self, name, by):
        other = by[0]
        words = [one for one in JUDGED if self.of.verdict(one, name, other).word == WORSE]
        return (
            f"{self.letters[name]} is beaten by {listed([self.letters[one] for one in by])}: worse in {listed(words)} "
            "and better in nothing."
        )

    def _trade(self, first, others):
        """What options that must be chosen from give and take: each beside the first of them, a few beside each other
        too.
        """
        pairs = [(name, first) for name in others]
        if len(self.of.choice) <= FEW:
            pairs += [(name, than) for than, name in combinations(others, 2) if not self.of.is_alike(name, than)]
        return "; ".join(self._words(*pair) for pair in pairs)

    def _words(self, option, than):
        """At what an option is better and worse than another; beside one that is not the first, with a figure of each,
        which stands nowhere else.
        """
        found = {one: self.of.verdict(one, option, than) for one in JUDGED}
        words = {one: verdict.word for one, verdict in found.items()}

        def named(one):
            deciding = (*found[one].better, *found[one].worse)
            return f"{one} ({self._beside(deciding[0], option, than)})" if than != self.first and deciding else one

        parts = [
            f"{word} in {listed([named(one) for one in JUDGED if words[one] == word])}"
            for word in (BETTER, WORSE, BOTH)
            if word in words.values()
        ]
        parts += ["not told in the rest"] if None in words.values() else []
        return f"{self.letters[option]} is {' and '.join(parts)} than {self.letters[than]}"

    def how_sure(self):
        """How the intervals are to be read."""
        if not self.of.looks:
            return lines("Fewer than 40 futures were finished with all options: too few for most intervals.")
        least = math.floor(1000 * self.of.confidence) / 10
        support = " (with the support from outside)" if "without_support.late" in self.of.shown else ""
        return lines(
            f"Last column: by how much the figure is more or less than that of {self.letters[self.first]}, a 95% "
            "interval of each row by itself; of 20 rows that truly are alike, one misses 0. Better and worse (*) is "
            f"only what an interval of {least:g}% leaves no doubt of: with {plural(self.of.looks, 'difference')} "
            "judged, at most one page in 20 then calls better or worse what is the same; and only what is 1 of 100 or "
            f"1% of an amount at least (assumed). Judged are {self._judged(support)}.{self._of_beaten()} More --worlds "
            "make the intervals narrower."
        )

    def _of_beaten(self):
        """How sure it is that an option is beaten."""
        if not self.of.beaten:
            return ""
        return (
            " Beaten is an option of which no 95% interval of a row, by itself, leaves room for anything better by so "
            "much: what truly is better is missed in one of 40, for each pair of options."
        )

    def _judged(self, support):
        told = []
        for dimension, figures in JUDGED.items():
            words = listed([SHORT[one] for one in figures if one in self.of.shown] or ["nothing"])
            told.append(f"for {dimension} {words}{support if dimension == 'solvency' else ''}")
        return "; ".join(told)

    def provenance(self):
        hashes = ", ".join(f"{self.letters[name]} {self.of.scenarios[name].hash[:19]}…" for name in self.of.names)
        worlds = f"{plural(self.of.worlds, 'world')}, the same for all"
        return lines(
            f"Simulated, {worlds}. mho_sim {version('mho_sim')}, seed {self.of.seed}; scenarios {hashes}. {END}"
        )


# How figures are written


def _value(scenario, path, value):
    """A value as people say it: 2 300 XOF, 25%, 3 months; of a mapping what is not as if it were left out."""
    if isinstance(value, dict):
        kept = _written(scenario, path, value).items()
        told = (f"{key}: {_value(scenario, f'{path}.{key}', inner)}" for key, inner in kept)
        return f"{{{', '.join(told)}}}"
    try:
        number = movable(scenario, path) if path.startswith("scheme.") and value is not None else None
        return flow(value) if number is None or number.today is None else number.said(number.today)
    except ValueError:
        return flow(value)


def _written(scenario, path, value):
    """Of a mapping at a path the keys that say something."""
    part = scenario
    for key in path.split("."):
        part = part.get(key) if isinstance(part, dict) else getattr(part, key, None)
    if not isinstance(part, BaseModel):
        return value
    said = part.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    return {key: inner for key, inner in value.items() if key in said}


def _currency(unit, currency):
    return {1: "", 10**3: "1 000 ", 10**6: "million "}[unit] + currency


def _begun(sentence):
    return sentence[:1].upper() + sentence[1:]


def _base(one):
    """Of how many mutuals a probability is told: so many that the larger one is one at least."""
    most = max(one.before, one.after)
    return next((base for base in BASES if most * base >= 1), 100)


def _more(one, scale, amount):
    """The interval of a difference in words: 2 to 8 fewer; between 1 fewer and 3 more; nothing where it is 0."""
    if not one.is_told or one.low == one.high == 0:
        return ""
    fewer = "less" if amount else "fewer"
    unit = unit_of(one, scale, amount, surely=True)
    low, high = outward(one, scale, unit)
    ends = [said(end, unit) for end in (low, high)]
    if low < 0 < high:
        return f"between {ends[0]} {fewer} and {ends[1]} more"
    least, most = ends if low >= 0 else ends[::-1]
    side = "more" if low >= 0 else fewer
    return f"{least} {side}" if least == most else f"{least} to {most} {side}"


def _counts(one, base):
    """Both shares out of a base, after and before, whole numbers unless these would not show a difference."""
    whole = [f"{money(round(value * base))}" for value in (one.after, one.before)]
    if whole[0] != whole[1] or one.difference == 0 or not one.is_told or one.holds_zero:
        return whole
    unit = unit_of(one, base)
    return [digits(value * base, min(unit, 0.1)) for value in (one.after, one.before)]


def _amounts(one):
    unit = unit_of(one, 1, amount=True)
    return [digits(value, unit) for value in (one.after, one.before)]
