"""A study's answer on a screen and a half: trouble, protection, money, and where the figures come from.

Natural frequencies before percentages. A mutual "runs short" when a bill fell due and the cash was not there that day;
nobody is blamed for being ill or poor. Solvency never stands without protection beside it, nor with support from
outside without the figure without it.
"""

import math
from importlib.metadata import version

import numpy as np

from mho_sim.actuarial import value_at_risk
from mho_sim.report import tables
from mho_sim.report.tables import ENOUGH, EXTREMES, RARE
from mho_sim.report.understood import first_day_gift, understood
from mho_sim.report.words import about, lines, listed, money, of_100, plural, unknown
from mho_sim.study.trouble import reserve_interval

NOT_COVERED = {
    "waiting_period": "in the waiting period",
    "no_coverage": "while suspended",
    "not_in_package": "for care that is not in the package",
    "excluded_age": "at an age that is not covered",
}
REFUSED = {
    "excluded_cause": "for a cause that is not covered",
    "no_referral": "without a letter of referral",
    "over_events": "beyond the episodes paid for in a year",
}
TENTHS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NOT_COUNTED = (
    "Not in the model yet: epidemics, families who join because they expect care, what a provider that has stopped "
    "does, decisions of the assembly. People go no more and no less often when the patient's share changes: only "
    "covered or not covered counts. A calculation to help the discussion, not a promise. The assembly decides."
)
DRAWN = "The people were drawn once from the file: --seed 2 draws others, and may answer differently by more than that."


def run_text(result, changes=()):
    """A study's answer as one page, no line wider than 80 characters where names and amounts allow it; `changes` are
    the values that were changed on the command line.
    """
    parts = [[line for text in _headline(result, changes) for line in lines(text, indent="  ")]]
    parts += [[line for text in part for line in lines(text)] for part in (_trouble(result), _protection(result))]
    parts += [tables.by_fifth(result), *tables.years(result), tables.indicators(result), tables.services(result)]
    parts.append(_provenance(result))
    return "\n\n".join("\n".join(part) for part in parts if part)


def _headline(result, changes):
    finished = " (interrupted: these were finished)" if result.interrupted else ""
    told = [result.scenario.title, *understood(result.scenario, result.people_at_start)]
    told += [f"CHANGED on the command line: {change}" for change in changes]
    return [*told, f"{plural(result.worlds, 'possible future')} of the mutual{finished}."]


# Trouble


def _trouble(result):
    late, worlds = result.late, result.worlds
    base = next((b for b in (100, 1_000, 10_000, 100_000) if late["probability"] * b >= 1), 100)
    low, high = (limit * base for limit in late["interval"])
    years = plural(result.scenario.years, "year") if result.scenario.years > 1 else "year"
    span = f"Picture {money(base)} mutuals just like ours. Over the next {years},"
    short = "will not have the money for a bill on the day it is due"
    if worlds < ENOUGH:
        few = _few(result, f"{span} between {math.floor(low)} and {math.ceil(high)} of them {short}:")
        return [f"{few} {_who_is_covered(result)}", *_few_without_support(result)]
    if late["probability"] == 0:
        headline = f"{span} fewer than {max(math.ceil(high), 1)} of them run short of money. That is not a guarantee."
        headline = f"{headline} {_who_is_covered(result)}"
    else:
        headline = (
            f"{span} {money(round(late['probability'] * base))} of them{_few_of_100(result, base)} {short}. "
            f"{_who_is_covered(result)} How many run short is not certain: somewhere between "
            f"{math.floor(low)} and {math.ceil(high)} out of {money(base)}."
        )
    told = [headline, *_how_bad(result, base), *_without_support(result, base)]
    return [*told, *_when(result), _deficit(result), _reserve(result), *_ignorance(result)]


def _few_of_100(result, base):
    """The same of 100, where it is told of more, lest the number be compared with one of 100."""
    if base == 100:
        return ""
    return " (fewer than 1 in 100)" if round(result.late["probability"] * base) < base / 100 else " (about 1 in 100)"


def _who_is_covered(result):
    """Protection beside solvency: of all the people for whom the mutual was made, how many are covered."""
    shares, scheme = result.protection["association"], result.scenario.scheme
    if shares["covered"] is None:
        return "Nobody is there to be covered."
    average, at_end = of_100(shares["covered"]), of_100(shares["covered_at_end"])
    if average == at_end == "100":
        return "All people in our households are covered, from the first month to the last."
    all_asked = "all households of the association" if result.joined is not None else "our households"
    told = f"Of 100 people in {all_asked}, {average} are covered in an average month, and {at_end} at the end"
    books, paying = result.scenario.start_from, result.scenario.setting.paying
    why = {
        "do not join": result.joined is not None,
        "have left": result.scenario.setting.renewing is not None or scheme.contribution.struck_off is not None,
        "have not joined yet": scheme.membership.intakes is not None,
        "are suspended": paying is not None or (books is not None and books.members.late > 0),
        "still wait": any(wait.months or wait.days for wait in scheme.membership.waiting.values()),
    }
    if not (reasons := [words for words, so in why.items() if so]):
        return f"{told}."
    return f"{told}; the others {listed(reasons, 'or')}, and their care costs the mutual nothing."


def _few(result, span):
    """What a handful of futures can say of trouble, and no more."""
    count, worlds = round(result.late["probability"] * result.worlds), result.worlds
    if worlds == 1:
        return f"{span} the one future that was lived {'ran' if count else 'did not run'} short. Take --worlds 1000."
    said = "none" if count == 0 else "all" if count == worlds else count
    return f"{span} {said} of the {worlds} futures that were lived ran short. Take --worlds 1000 to say it better."


def _few_without_support(result):
    if (alone := result.without_support) is None:
        return []
    count = round(alone.late["probability"] * alone.worlds)
    return [f"Without the support from outside, {count} of {plural(alone.worlds, 'future')} ran short."]


def _count(share, base):
    """A share as a number out of a base: whole, or "fewer than 1"."""
    return "fewer than 1" if 0 < share * base < 1 else money(round(share * base))


def _how_bad(result, base):
    """Stopped and lost, where somebody runs short at all."""
    if result.late["probability"] == 0:
        return []
    stopped, months = result.stopped, result.scenario.scheme.lost_when_owing
    lost = f"overdue bills come to more than {plural(months, 'month')} of contributions (lost)."
    lost = f"in {_count(result.lost['probability'], base)} of them {lost}"
    if stopped is None:
        return [lost[0].upper() + lost[1:]]
    count = _count(stopped["probability"], base)
    return [f"In {count} of them the delay is so long that a provider may stop accepting our cards (stopped); {lost}"]


def _without_support(result, base):
    """The same without support from outside."""
    if (alone := result.without_support) is None:
        return []
    parts = [f"{_count(alone.late['probability'], base)} of the same {money(base)} run short"]
    if alone.stopped is not None:
        parts.append(f"in {_count(alone.stopped['probability'], base)} a provider may stop")
    parts.append(f"{_count(alone.lost['probability'], base)} are lost")
    in_kind = any(line.in_kind for line in result.scenario.scheme.support)
    paid = " (what is given in kind, the mutual then has to pay)" if in_kind else ""
    if alone.late["probability"] == 0:
        return [f"Without the support from outside{paid}, no future that was lived ran short either."]
    return [f"Without the support from outside{paid}, {listed(parts)}."]


def _when(result):
    """When and for how long, if enough futures ran short to say so, and one of them to look at."""
    first = result.outcome.first_late[:, 0]
    short, late = np.flatnonzero(first >= 0), result.late
    if len(short) == 0:
        return []
    look = f"World {short[0]} is one that runs short: `trace --world {short[0]}` tells its story."
    if len(short) < 20:
        return [look]
    return [
        f"When money runs short, it is most often for the first time in {late['worst_month']}. Half of the mutuals "
        f"that run short are late on {plural(late['days']['p50'], 'day')} or fewer; the worst twentieth of them on "
        f"{money(late['days']['p95'])} days or more. {look}",
    ]


def _deficit(result):
    share, alone = result.deficit["probability"], result.without_support
    line = "At no year's end does one of them owe more than it has and is owed"
    if share:
        line = f"At the end of some year, {of_100(share)} out of 100 owe more than they have and are owed (a deficit)"
    if alone is None:
        return f"{line}."
    without = alone.deficit["probability"]
    return f"{line}; {'nor' if without == share == 0 else of_100(without)} without the support."


def _reserve(result):
    needed, alone = _reserve_of(result), result.without_support
    gift, have = first_day_gift(result.scenario), money(result.opening_cash)
    if needed.startswith("0 "):
        surely = "" if needed.endswith(result.scenario.currency) else f": {needed}"
        line = (
            f"Even with an empty cash box at the start, 95 mutuals out of 100 would pay every bill on its day{surely}."
        )
    else:
        besides = f", beside the {money(gift)} of support that come on the first day" if gift else ""
        line = (
            "For 95 mutuals out of 100 to pay every bill on its day, we would have to start with about "
            f"{needed} in the cash box{besides}. We have {have}."
        )
        if result.scenario.setting.bank is not None:
            line += " The bank's interest on what is more is not counted."
    return line if alone is None else f"{line} Without the support we would need {_reserve_of(alone)}."


def _reserve_of(result):
    """The reserve that 95 in 100 need, with its interval where that is wider."""
    low, high = reserve_interval(result.reserve_needed, 0.95, result.has_ranges)
    middle, currency = value_at_risk(result.reserve_needed, 0.95), result.scenario.currency
    if low == high:
        return f"{_rounded_up(middle)} {currency}"
    amount = f"{_rounded_up(middle)} {currency}"
    if high is None:
        least = f"at least {_rounded_up(low)}; " if low else ""
        return f"{amount} ({least}so few futures cannot name an upper limit)"
    if middle == 0:
        return f"{amount} (but it may be up to {_rounded_up(high)})"
    return f"{amount} (between {_rounded_up(low or 0)} and {_rounded_up(high)})"


def _rounded_up(amount):
    """An amount rounded up to two significant figures."""
    return about(amount, whole=math.ceil)


def _ignorance(result):
    """Chance against ignorance, and what to measure first, where that can be told."""
    split = result.variance_share
    if split is None or split["chance"] is None:
        return []
    tenths = round(10 * split["ignorance"])
    parts = f"about {_tenths(10 - tenths)} chance, the other {TENTHS[tenths]} that we do not know the figures"
    if tenths in (0, 10):
        parts = "nearly all is chance" if tenths == 0 else "nearly all is that we do not know the figures"
    line = f"Of what is uncertain about the money at the end, {parts}"
    names = [unknown(path) for path, _ in result.measure_first]
    if tenths < 3 or not 1 <= len(names) <= 3:
        return [f"{line}."]
    return [f"{line}: measure first {listed(names)}."]


def _tenths(number):
    return f"{TENTHS[number]} tenth is" if number == 1 else f"{TENTHS[number]} tenths are"


# Protection


def _protection(result):
    shares, all_join = result.protection, result.joined is None
    households, everyone = "households", "Of"
    if not all_join:
        households, everyone = "households that joined", "In the whole association, whether they joined or not: of"
    left = f", and {of_100(shares['left'])} leave in a year" if shares["left"] else ""
    told = [
        *([] if all_join else [_joined(result)]),
        f"Whom it protects: at a month's end, of 100 people of the households that are members "
        f"{of_100(shares['covered'])} are covered for at least one benefit.",
        f"Of 100 {households}, {of_100(shares['paid_up'])} are paid up, {of_100(shares['late'])} late within the grace "
        f"period, {of_100(shares['suspended'])} suspended{left}.",
    ]
    if shares["forgone_care"] is not None:
        told.append(
            f"{everyone} 100 times that care was needed, people went without {of_100(shares['forgone_care'])} times. "
            f"Of 100 {result.scenario.currency} of bills, households pay {of_100(shares['own_share'])} themselves."
        )
    for words, reasons in (("not covered", NOT_COVERED), ("refused to those who are covered", REFUSED)):
        found = sorted(((shares["refused"][reason] or 0, reason) for reason in reasons), reverse=True)
        if often := [f"{of_100(share)} {reasons[reason]}" for share, reason in found if share >= RARE]:
            told.append(f"Of 100 times that members sought care, {words}: {', '.join(often)}.")
    above = shares["above_10_percent_of_income"]
    if above["with"] is not None:
        told.append(
            "Without the mutual, the same care would take more than a tenth of the year's income from "
            f"{of_100(above['without'])} families in 100. With it, from {of_100(above['with'])}."
        )
    return told


def _joined(result):
    """How many households join, where not all do."""
    told = result.joined
    futures = "90 of 100 futures" if result.worlds >= EXTREMES else "these futures"
    among = f" (between {money(told['p05'])} and {money(told['p95'])} in {futures})" if result.worlds > 1 else ""
    return f"Of the {plural(told['of'], 'household')} of the association, {money(told['mean'])} join{among}."


# Provenance


def _provenance(result):
    by = (
        f"Simulated, mho_sim {version('mho_sim')}, seed {result.seed}, {plural(result.worlds, 'world')}; scenario "
        f"{result.scenario.hash[:19]}…, digest {result.digest[:19]}…"
    )
    counted = "Chance alone is counted: the figures in the file are taken as certain."
    if result.has_ranges:
        counted = "Counted are chance, and the ranges of the figures."
    drawn = DRAWN
    if result.scenario.setting.association.list is not None:
        drawn = "The people are those of the register."
    return [*lines(by), *lines(f"{counted} {drawn} {NOT_COUNTED}")]
