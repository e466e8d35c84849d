"""Checks of the setting that need more than one field: the people, their work, illness, providers, paying."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from mho_sim.scenario.counting import season_of
from mho_sim.scenario.dearest import most, spreads
from mho_sim.scenario.faults import Path, Told, spoken
from mho_sim.scenario.grammar import mappings, takes_grade
from mho_sim.scenario.observations import WAYS, months_counted
from mho_sim.scenario.sentences import among
from mho_sim.scenario.tables import write_zones
from mho_sim.scenario.take_up import in_percent, surveyed
from mho_sim.scenario.values import spaced

PEOPLE = ("setting", "association")
OLDEST_OPEN = 89
SHARES_MAY_MISS = 0.01  # rounding of published shares
FREQUENCIES = ("need", "use", "rate", "referred_from", "chronic")
LAWS = ("fixed", "lognormal", "exponential", "gamma", "table", "price_list", "invoices", "mean", "usual")
SHAPES = (
    ("by_age_sex", None),
    ("by_sector", None),
    ("season", None),
    ("frailty", 0),
    ("community", 0),
    ("letter", 1),
)


def households(s: Any) -> Told:
    """Either `members` with `covered_per_member`, or `households`, or a `list`."""
    a = s.setting.association
    exact = "list" if a.list is not None else "households"
    if getattr(a, exact) is not None:
        for key in ("members", "covered_per_member", "households"):
            if key != exact and getattr(a, key) is not None:
                yield (*PEOPLE, key), f"'{key}' and '{exact}' exclude each other. Delete one of them."
    if exact == "list":
        return
    if a.households is not None:
        if not 1 <= sum(a.households.values()) <= 1_000_000:
            counted = f"{sum(a.households.values()):,}".replace(",", " ")
            yield (*PEOPLE, "households"), f"The households add up to {counted}. It must be from 1 to 1 000 000."
    elif a.members is None:
        yield PEOPLE, "The association has no size. Write 'members' and 'covered_per_member', or 'households'."
    elif a.covered_per_member is None:
        yield PEOPLE, "'members' goes with 'covered_per_member'. Add it, such as {mean: 4.4, cv: 0.5}."


def counted(s: Any) -> int:
    """The number of households; 0 if it is not known."""
    a, members = s.setting.association, getattr(s, "members", None)
    if members is not None:
        return len(members.household_names)
    return (a.members or 0) if a.households is None else sum(a.households.values())


def register(s: Any) -> Told:
    """The register names sectors and categories that are there."""
    members, path = getattr(s, "members", None), (*PEOPLE, "list")
    if members is None:
        return
    sectors = [enterprise.sector for enterprise in s.setting.enterprises]
    for names, there, what in (
        (members.sectors, sectors, "a sector in setting.enterprises"),
        (
            members.categories,
            list(s.setting.association.categories or ()),
            "a category in setting.association.categories",
        ),
    ):
        for name in names if there else ():
            if name not in there:
                yield from _unknown(path, name, there, what, "In the register, ")


def sizes(s: Any) -> Told:
    """The household sizes need a spread that a distribution of whole persons can have."""
    size = s.setting.association.covered_per_member
    if size is None or size.mean <= 1 or (size.cv * size.mean) ** 2 > size.mean - 1:
        return
    least = math.floor(math.sqrt(size.mean - 1) / size.mean * 100 + 1) / 100
    advice = "If you know the sizes, write 'households' instead, such as {4: 150, 5: 150}."
    words = f"Households of {size.mean:g} on average cannot be so equal. 'cv' must be at least {least:g}. {advice}"
    yield (*PEOPLE, "covered_per_member", "cv"), words


def population_ages(s: Any) -> Told:
    for who in ("people", "member"):
        table, path = getattr(s.setting.association, who).ages, (*PEOPLE, who, "ages")
        yield from whole(path, (share for *_, share in table), "age band")
        for (_, end, _), (begin, _, _) in pairwise(table):
            if begin > end + 1:
                hole = f"Age {end + 1} is" if begin == end + 2 else f"Ages {end + 1} to {begin - 1} are"
                yield path, f"{hole} missing in {'.'.join(path)}. Write 0% if nobody is of that age."
        first, last, _ = table[-1]
        if last is None and first > OLDEST_OPEN:
            yield (
                path,
                f"The last band in {'.'.join(path)} begins at {first}. An open band begins at {OLDEST_OPEN} or below.",
            )


def whole(path: Path, shares: Iterable[float], what: str) -> Told:
    """Shares that must be those of a whole."""
    total = sum(shares)
    if not total > 0:
        yield path, f"The shares in {'.'.join(path)} add up to 0. At least one {what} needs a share."
    elif abs(total - 1) > SHARES_MAY_MISS:
        yield path, f"The shares in {'.'.join(path)} add up to {100 * total:.4g}%. They must add up to 100%."


def categories(s: Any) -> Told:
    if s.setting.association.categories is not None:
        yield from whole((*PEOPLE, "categories"), s.setting.association.categories.values(), "category")


def distance(s: Any) -> Told:
    if s.setting.association.distance is not None:
        shares = (share for *_, share in s.setting.association.distance)
        yield from whole((*PEOPLE, "distance"), shares, "zone")


def enterprises(s: Any) -> Told:
    """Each sector once, and somebody in it."""
    path, sectors = ("setting", "enterprises"), [e.sector for e in s.setting.enterprises]
    for place, sector in enumerate(sectors):
        if sector in sectors[:place]:
            yield (*path, place, "sector"), f"The sector '{sector}' is there twice. Keep one of them."
    if sectors and not sum(e.share for e in s.setting.enterprises) > 0:
        yield path, "The shares in setting.enterprises add up to 0. At least one sector needs a share."


def paying(s: Any) -> Told:
    """Whoever pays late does so by some days."""
    p, path = s.setting.paying, ("setting", "paying")
    if p is None:
        return
    if p.on_time < 1 and p.never < 1 and p.mean_days_late <= 0:
        words = "Some members pay late ('on_time' is below 100%), so 'mean_days_late' must be above 0. Add it."
        yield (*path, "mean_days_late"), words
    if p.on_time_bad_month is not None:
        if not s.setting.enterprises:
            words = "'on_time_bad_month' needs to know the bad months. Write setting.enterprises, or delete it."
            yield (*path, "on_time_bad_month"), words
        elif p.on_time == 1 and p.on_time_bad_month < 1 and p.never < 1 and p.mean_days_late <= 0:
            words = "Some members pay late in a bad month, so 'mean_days_late' must be above 0. Add it."
            yield (*path, "mean_days_late"), words


def take_up(s: Any) -> Told:
    """Who is asked to join is not a member already."""
    if s.setting.take_up is None:
        return
    path = ("setting", "take_up")
    if s.start_from is not None:
        yield path, "The households of an existing mutual have joined already ('start_from'). Delete 'take_up'."
    elif s.setting.association.list is not None:
        yield path, "The register lists households that have joined already ('list'). Delete 'take_up'."


def survey(s: Any) -> Told:
    """What households said hangs together: at a higher contribution no more join, of a known number who were asked."""
    seen, path = surveyed(s.setting), ("setting", "take_up")
    if seen is None:
        return
    counted = [answer.asked is not None for _, answer in seen.survey]
    if seen.of is None and not all(counted):
        yield path, "'survey' has shares, so it needs 'of': how many households were asked. Add it, such as of: 240."
    if seen.of is not None and all(counted):
        yield (*path, "of"), "'of' goes with shares, but here each answer says how many were asked. Delete 'of'."
    for (low, answer), (high, following) in pairwise(seen.survey):
        if following.share > answer.share:
            words = (
                f"More households would join at {spaced(high)} ({in_percent(following.share)}) than at {spaced(low)} "
                f"({in_percent(answer.share)}), but whoever pays the one pays the other. Change one of them; if "
                "different households were asked, write what they say together at both."
            )
            yield (*path, "survey", str(high)), words


def survey_answers(s: Any) -> Told:
    """The scheme's contribution is one of which the survey says something."""
    seen, path, c = surveyed(s.setting), ("setting", "take_up", "survey"), s.scheme.contribution
    if seen is None:
        return
    if c.by_size is not None:
        words = "A survey asks for one contribution, but here it goes by size ('by_size'). Write the share that joins"
        yield path, f"{words} instead, such as take_up: {{between: [20%, 45%]}}."
    elif c.amount is not None and c.amount > seen.survey[-1][0]:
        lowest, highest = (spaced(seen.survey[end][0]) for end in (0, -1))
        asked = f"from {lowest} to {highest}" if lowest != highest else f"at {highest}"
        words = (
            f"Nobody was asked whether they would join at {spaced(c.amount)}: setting.take_up asked {asked}. Ask "
            "again, or write the share that joins instead of the survey, such as take_up: {between: [5%, 15%]}."
        )
        yield ("scheme", "contribution", "amount"), words


def births(s: Any) -> Told:
    """Of the kinds of births, at most one takes the rest; the others have shares of at most the whole."""
    kinds = {kind: illness.share for kind, illness in sorted(s.setting.illness.items()) if illness.rate == "births"}
    rest = [kind for kind, share in kinds.items() if share is None]
    for kind in rest[1:]:
        words = f"Both '{rest[0]}' and '{kind}' are for all births. Write the 'share' of one, such as 6%."
        yield ("setting", "illness", kind, "rate"), words
    total = sum(share for share in kinds.values() if share is not None)
    if total > 1 + 1e-9:
        last = [kind for kind, share in kinds.items() if share is not None][-1]
        words = f"The shares of births ({', '.join(kinds)}) add up to {100 * total:.4g}%, more than all of them."
        yield ("setting", "illness", last, "share"), words


def referrals(s: Any) -> Told:
    """Patients are sent on from another kind that is there, and never in a circle."""
    illness = s.setting.illness
    before = {kind: i.referred_from.kind for kind, i in illness.items() if getattr(i, "referred_from", None)}
    told: set[str] = set()
    for kind, sender in before.items():
        path = ("setting", "illness", kind, "referred_from", "kind")
        if sender not in illness:
            yield from _unknown(path, sender, illness, "a kind of illness in setting.illness")
            continue
        way = [kind]
        while way[-1] in before and len(way) <= len(before) and kind not in told:
            way.append(before[way[-1]])
            if way[-1] == kind:
                yield path, f"'{kind}' is referred from '{sender}' in a circle: {' from '.join(way)}. Break it."
                told.update(way)
                break


def _unknown(path: Path, name: str, names: Iterable[str], what: str, where: str = "") -> Told:
    """A name that is not among those that are known."""
    yield path, f"{where}'{name}' is not {what}{among(name, names)}"


def written(part: Any, key: str) -> bool:
    """Whether a field is written, and not worked out from others."""
    return getattr(part, key) is not None and key not in getattr(part, "_derived", ())


def one_illness(s: Any, kind: str) -> Told:
    """One way to say how often, with what goes with it."""
    illness, path = s.setting.illness[kind], ("setting", "illness", kind)
    told = [key for key in FREQUENCIES if written(illness, key)]
    if not told:
        yield (
            path,
            f"'{kind}' has neither 'need' nor 'rate'. Write 'need' (episodes per person-year), or 'rate: births'.",
        )
    for key in told[1:]:
        yield (*path, key), f"'{kind}' has both '{told[0]}' and '{key}'. Delete one of them."
    if len(told) == 1:
        yield from _fits(s, illness, kind, told[0], path)


def _fits(s: Any, illness: Any, kind: str, told: str, path: Path) -> Told:
    """What stands beside the frequency goes with it."""
    follows = {
        "births": "the births ('rate: births')",
        "deaths": "the deaths ('rate: deaths')",
        "referred_from": "another kind ('referred_from')",
        "chronic": "the months ('chronic')",
    }.get(illness.rate or told)
    if illness.rate is not None and getattr(s.setting.association, illness.rate) is None:
        yield (
            (*path, "rate"),
            f"'{kind}' follows the {illness.rate}, but '{illness.rate}' is none. "
            f"Write how many {illness.rate}, or a 'need'.",
        )
    for key, unused in SHAPES if follows else ():
        if getattr(illness, key) != unused:
            yield (*path, key), f"'{key}' shapes a 'need', but '{kind}' follows {follows}. Delete '{key}'."
    if illness.share is not None and illness.rate != "births":
        yield (*path, "share"), f"'share' is a share of the births, but '{kind}' has no 'rate: births'. Delete it."


def one_cost(s: Any, kind: str) -> Told:
    """A bill has one law."""
    cost, path = s.setting.illness[kind].cost, ("setting", "illness", kind, "cost")
    laws = [law for law in LAWS if written(cost, law)]
    if not laws:
        yield path, f"'{kind}' has no bill. Write either 'fixed' (always the same) or 'lognormal' (bills that vary)."
    elif len(laws) > 1:
        named = " and ".join(f"'{law}'" for law in laws)
        yield path, f"'{kind}' has more than one bill: {named}. Keep one of them."
    if cost.table is not None and not sum(share for _, share in cost.table) > 0:
        yield (*path, "table"), f"The shares in {'.'.join(path)}.table add up to 0. At least one bill needs a share."


def _usual(cost: Any, path: Path) -> Told:
    """Beside the bill in the middle stands what is dear, or what is cheap and dear."""
    others = [key for key in ("one_in_ten_above", "cheapest", "dearest") if getattr(cost, key) is not None]
    if cost.usual is None:
        for key in others:
            besides = "; or 'mean' and 'of', if it is the dearest of so many" if others == ["dearest"] else ""
            yield (*path, key), f"'{key}' goes with 'usual', the bill in the middle. Add it{besides}."
    elif sorted(others) not in (["one_in_ten_above"], ["cheapest", "dearest"]):
        words = "'usual' goes with 'one_in_ten_above', or with 'cheapest' and 'dearest'. Write one of these."
        yield (*path, "usual"), words
    elif "dearest" in others and not 0 < cost.cheapest < cost.usual < cost.dearest:
        yield (*path, "usual"), "'cheapest' must be above 0 and below 'usual', 'dearest' above it. Change one of them."
    elif "one_in_ten_above" in others and not 0 < cost.usual < cost.one_in_ten_above:
        words = "'usual' must be above 0, and 'one_in_ten_above' must be above 'usual'. Change one of them."
        yield (*path, "usual"), words


def _mean_and_dearest(cost: Any, path: Path) -> Told:
    """The mean of some bills and the dearest of them fit together."""
    mean, dearest, n = cost.mean, cost.dearest, cost.of
    if cost.cv is not None:
        words = f"'mean' and 'cv' stand inside 'lognormal'. Write lognormal: {{mean: {amount(mean)}, cv: {cost.cv:g}}}."
        yield (*path, "mean"), words
    elif dearest is None or n is None:
        missing = " and ".join(f"'{key}'" for key in ("dearest", "of") if getattr(cost, key) is None)
        example = "{mean: 34_000, dearest: 120_000, of: 20 bills}"
        yield (*path, "mean"), f"'mean' goes with the dearest of so many bills, such as {example}. Add {missing}."
    elif not 0 < mean <= dearest:
        words = f"The dearest bill, {amount(dearest)}, cannot be below the mean of all of them, {amount(mean)}"
        words = "The mean of the bills is 0, so they have no law" if mean == 0 else words
        yield (*path, "dearest"), f"{words}. Change one of them."
    elif spreads(dearest / mean, n) is None:
        words = (
            f"The dearest of {spaced(n)} bills is {dearest / mean:.3g} times their mean, which no lognormal law makes "
            f"likely: {most(n):.3g} times at most. Write the bills one by one in 'invoices', or 'usual' and "
            "'one_in_ten_above' instead."
        )
        yield (*path, "dearest"), words


def amount(number: float) -> str:
    """An amount as these messages write it."""
    return spaced(int(number)) if number == int(number) else f"{number:g}"


def seen_bills(s: Any, kind: str) -> Told:
    """What was seen of the bills is enough to work a law out."""
    illness, path = s.setting.illness[kind], ("setting", "illness", kind, "cost")
    cost = illness.cost
    if cost.price_list is not None and cost.cv is None:
        usual = ("0.8", "deliveries") if illness.rate == "births" else ("0.75", "visits, 1 for stays in hospital")
        words = (
            "A price list tells the mean bill, not how bills differ. Add 'cv' beside 'price_list': the spread / mean "
            "of 30 bills; until you have them, a guess such as "
            f"cv: {{value: {usual[0]}, grade: guess, source: assumed}} for {usual[1]}."
        )
        yield (*path, "price_list"), words
    if cost.price_list is None and cost.mean is None and cost.cv is not None:
        yield (*path, "cv"), "'cv' goes with 'price_list' here. Delete it, or write it inside 'lognormal'."
    if cost.mean is not None:
        yield from _mean_and_dearest(cost, path)
    elif cost.of is not None:
        yield (*path, "of"), "'of' tells of how many bills 'mean' and 'dearest' are. Add these, or delete it."
    else:
        yield from _usual(cost, path)


def counted_use(s: Any, kind: str) -> Told:
    """What was counted is enough to work the need back, and agrees with who seeks care."""
    illness, path = s.setting.illness[kind], ("setting", "illness", kind, "use")
    use, seeking = illness.use, illness.seeking
    if use is None:
        return
    if [key for way in WAYS for key in way if written(use, key)] not in WAYS:
        yield (
            path,
            (
                "'use' needs 'cases' and 'catchment', or 'admissions' and 'people', or 'centres', or else a 'value' "
                "(visits per person-year), and only one of these."
            ),
        )
    chance = "covered" if use.of == "insured" else "uncovered"
    if getattr(seeking, chance) == 0:
        words = f"None of those who were counted would seek care (seeking.{chance} is 0), but they did. Change it."
        yield (*path, "of"), words
    ratio = use.insured_over_uninsured
    if ratio is None or "seeking" in getattr(illness, "_derived", ("seeking",)) or seeking.uncovered == 0:
        return
    times = seeking.covered / seeking.uncovered
    ratio = ratio.graded(use.grade)
    low, high = (ratio.low, ratio.high) if ratio.has_range else (ratio * 0.99, ratio * 1.01)
    if not low <= times <= high:
        words = (
            f"Insured people go {times:.3g} times as often by 'seeking' ({100 * seeking.covered:g}% / "
            f"{100 * seeking.uncovered:g}%), which is not what 'insured_over_uninsured' says. Change one of them, or "
            "delete 'seeking': it follows from the other."
        )
        yield (*path, "insured_over_uninsured"), words


def counted_months(s: Any, kind: str) -> Told:
    """Cases were counted in months in which there are some by the season."""
    season = s.setting.illness[kind].season
    for path, months in months_counted(s.setting.illness[kind]):
        if season is not None and sum(season) > 0 and season_of(months, season) == 0:
            words = (
                f"Cases of '{kind}' were counted in months in which nobody needs care by its season (all are 0 there). "
                "Change one of them."
            )
            yield ("setting", "illness", kind, *path), words


def one_season(s: Any, kind: str) -> Told:
    """At least one month has illness."""
    season = s.setting.illness[kind].season
    if season is not None and not sum(season) > 0:
        yield (
            ("setting", "illness", kind, "season"),
            f"All months in the season of '{kind}' are 0. One must be above 0.",
        )


def sectors(s: Any, kind: str) -> Told:
    """Multipliers are for sectors that are there."""
    there = [enterprise.sector for enterprise in s.setting.enterprises]
    path = ("setting", "illness", kind, "by_sector")
    for sector in s.setting.illness[kind].by_sector or ():
        if sector not in there:
            yield from _unknown((*path, sector), sector, there, "a sector in setting.enterprises")


def zones(s: Any, kind: str) -> Told:
    """Multipliers are for the zones that are there, all of them."""
    by_distance = s.setting.illness[kind].seeking.by_distance
    if by_distance is None:
        return
    path = ("setting", "illness", kind, "seeking", "by_distance")
    if s.setting.association.distance is None:
        yield path, "'by_distance' needs to know how far people live. Write setting.association.distance, or delete it."
    elif [zone[:2] for zone in by_distance] != [zone[:2] for zone in s.setting.association.distance]:
        there = ", ".join(write_zones(s.setting.association.distance))
        yield path, f"The zones in {'.'.join(path)} must be those of setting.association.distance: {there}."


def care(s: Any, kind: str) -> Told:
    """Care is sought from providers that are there, for causes with a share."""
    illness, path = s.setting.illness[kind], ("setting", "illness", kind)
    for name in illness.at or ():
        if name not in s.setting.providers:
            yield from _unknown((*path, "at", name), name, s.setting.providers, "a provider in setting.providers")
    for key, what in (("at", "provider"), ("causes", "cause")):
        shares = getattr(illness, key)
        if shares is not None and not sum(shares.values()) > 0:
            where = ".".join((*path, key))
            yield (*path, key), f"The shares in {where} add up to 0. At least one {what} needs a share."


def grades(s: Any) -> Told:
    """A grade says something about a number that has a range."""
    for path, part in mappings(s.setting, ("setting",)):
        if getattr(part, "grade", None) is not None and not takes_grade(path):
            words = (
                f"A grade changes nothing in {spoken(path)}: its numbers are taken as they are in every future. Delete "
                "it, or write a 'note'."
            )
            yield (*path, "grade"), words


def grade_of_bills(s: Any, kind: str) -> Told:
    """Bills that were seen say themselves how far their law may be off; those of a table are what they are."""
    cost, path = s.setting.illness[kind].cost, ("setting", "illness", kind, "cost", "grade")
    for key in ("invoices", "mean", "table") if cost.grade is not None else ():
        if getattr(cost, key) is not None:
            why = "its bills are taken as they are" if key == "table" else "the range follows from the bills"
            yield path, f"A grade changes nothing beside '{key}': {why}. Delete 'grade'."


ALL = (
    households,
    register,
    sizes,
    population_ages,
    categories,
    distance,
    enterprises,
    paying,
    take_up,
    survey,
    survey_answers,
    births,
    referrals,
    grades,
)
PER_ILLNESS = (
    one_illness,
    counted_use,
    counted_months,
    one_cost,
    seen_bills,
    one_season,
    grade_of_bills,
    sectors,
    zones,
    care,
)
