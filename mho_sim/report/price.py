"""A price as one page that a treasurer can read: care service by service, what is added to it, what is asked."""

import math

import pandas as pd

from mho_sim.data import coin
from mho_sim.report.tables import table
from mho_sim.report.words import lines, listed, money, of_100, ordinal, period, plural, remark, unknown

TOTALS = ("care", "pure_premium", "needed", "collected", "contribution", "with_support")
HOW_WIDE = 46  # the name of a line
PERIODS = {"month": "a month", "quarter": "a quarter", "week": "a week", "day": "a day"}


def price_text(price, changed=()):
    """The page, as text."""
    scenario, terms = price.scenario, price.terms
    blocks = [
        [*lines(scenario.title), *_head(price)],
        [*_services(price), *remark(_guideremark(price))],
        _build_up(price),
        lines(_range(price)),
        _compared(price),
        lines(_charged(price)),
        _years(price),
        lines(_going_on(price)),
        _margins(price),
        lines(_pools(price)),
        _left_out(price),
        lines(
            f"Worked out without simulation; scenario {scenario.hash[:19]}…"
            + (f", changed: {', '.join(changed)}" if changed else "")
            + f". Safety margin {_percent(terms.safety)}{_customary(terms)}. A calculation to help the discussion, not "
            "a promise. The assembly decides."
        ),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head(price):
    people, scenario = price.people, price.scenario
    return lines(
        f"The price of the {ordinal(price.year)} year of membership, for about "
        f"{plural(round(people.beneficiaries), 'person', 'people')} in {plural(round(people.members), 'household')}. "
        f"All amounts in {scenario.currency}."
    )


def _services(price):
    heads = ("care", "times a\nyear", "the mutual\npays a time", "a person\nand year", "guide: mean\nless copay")
    rows = [heads]
    for kind, row in price.services.iterrows():
        rows.append((kind, f"{row['frequency']:.3f}", *(money(row[key]) for key in ("net", "care", "guide_care"))))
    totals = (money(price.services[key].sum()) for key in ("care", "guide_care"))
    rows.append(("together", "", "", *totals))
    return table(rows) if len(price.services) else ["  The package holds no care."]


def _guideremark(price):
    if not len(price.services):
        return ""
    return (
        "Times a year: how often a covered person seeks care that is paid for. Paid a time: over bills small and "
        "large, after copayment and ceiling. The guide takes the mean bill less the copayment, and knows no ceiling."
    )


def _build_up(price):
    rows = [("a person and year", "", "")]
    frame = price.build_up[~_silent(price)]
    for key, row in frame.iterrows():
        sign = "= " if key in TOTALS else "  " if key == "care_as_others" else "- " if row["amount"] < 0 else "+ "
        amount = row["amount"] if key in TOTALS else abs(row["amount"])
        rows.append((sign + row["words"], money(amount), row["how"]))
    rows = [(*lines(name, HOW_WIDE, "    "), amount, how) for name, amount, how in rows]
    width, amounts = max(len(part) for row in rows for part in row[:-2]), max(len(row[-2]) for row in rows)
    return [
        f"  {part:<{width}}  {amount:>{amounts}}  {how}".rstrip()
        for *before, last, number, told in rows
        for part, amount, how in (*((one, "", "") for one in before), (last, number, told))
    ]


def _silent(price):
    """Lines that say nothing here: amounts of 0, totals that repeat what stands above."""
    frame = price.build_up
    silent = (frame["amount"].abs() < 0.005) & ~frame.index.isin(("pure_premium", "contribution"))
    income = any(key.startswith("income: ") for key in frame.index)
    on_gross = not silent["running_costs_on_gross"]
    silent |= (frame.index == "collected") & (silent["not_collected"] or not (income or on_gross))
    silent |= (frame.index == "needed") & (not (income or on_gross)) & bool(silent["not_collected"])
    silent |= (frame.index == "with_support") & ("support" not in frame.index)
    silent |= (frame.index == "care_as_others") & bool(silent["use"])
    return silent


def _range(price):
    if price.range is None:
        return "The figures of the file are taken as exact, so the pure premium has no range."
    low, high = (money(price.range[key]) for key in ("low", "high"))
    most = price.range["moved_most_by"]
    measure = f" Measure first {unknown(most)}." if most else ""
    return (
        f"How certain is the pure premium? With all figures drawn from their ranges, 90 of 100 draws lie between {low} "
        f"and {high}.{measure}"
    )


def _compared(price):
    terms, frame = price.scenario.scheme.contribution, price.compared
    period = PERIODS.get(terms.every, "a payment") if isinstance(terms.every, str) else "a payment"
    yearly = terms.every == "year" or (isinstance(terms.every, tuple) and len(terms.every) == 1)
    heads = ["", "needed\na year", "asked\na year"]
    heads += [] if yearly else [f"needed\n{period}", f"asked\n{period}"]
    heads += [] if terms.every == "day" else ["needed\na day"]
    keys = ["needed_year", "asked_year", *([] if yearly else ["needed_instalment", "asked_instalment"])]
    keys += [] if terms.every == "day" else ["needed_day"]
    rows = [tuple(heads)]
    for who, row in frame.iterrows():
        name = f"household of {price.people.mean_size:.1f}, on average" if who == "average household" else who
        name = "a person" if who == "person" else name
        rows.append((name, *(_small(row[key]) for key in keys)))
    return table(rows)


def _small(amount):
    """An amount, with a decimal while it is small."""
    return f"{amount:.1f}" if 0 < amount < 100 and amount != round(amount) else money(amount)


def _charged(price):
    asked, needed = price.compared.loc["person", ["asked_year", "needed_year"]]
    if needed <= 0:
        return "Nothing is needed from members."
    share = asked / needed
    told = (
        f"The scheme asks {money(asked)} of a person and year, {_percent(share)} of what this year needs: "
        f"{money(abs(asked - needed))} {'more' if share >= 1 else 'less'}."
    )
    with_support = price.amount("with_support")
    if with_support != price.contribution:
        names = listed([one.name for one in price.costs.support])
        told += f" With the support from outside ({names}) it needs {money(with_support)}."
    if price.scenario.scheme.contribution.by_category:
        told += " Families are shown without the reductions of their category; a person and the average household with."
    return told


def _years(price):
    if len(price.years) == 1:
        return []
    frame = price.years
    support = (frame["with_support"] != frame["contribution"]).any()
    fewer = frame["people"].iloc[-1] < frame["people"].iloc[0]
    columns = {
        **({"people": "people\nwho stay"} if fewer else {}),
        "pure_premium": "pure\npremium",
        "contribution": "contribution\nneeded",
        **({"with_support": "with\nsupport"} if support else {}),
        **({"amount": "amount to\nwrite"} if frame["amount"].notna().all() else {}),
    }
    rows = [("year of membership", *columns.values())]
    rows += [(str(year), *(money(row[key]) for key in columns)) for year, row in frame.iterrows()]
    first, later = frame["contribution"].iloc[[0, -1]]
    if first < 0.95 * later and (price.services["waiting_months"] > 0).any():
        share = _percent(price.compared.loc["person", "asked_year"] / later)
        note = (
            "The first year is cheaper because new members wait; later it does not suffice. What the scheme asks is "
            f"{share} of what year {frame.index[-1]} needs."
        )
        return [*table(rows), *remark(note)]
    return table(rows)


def _going_on(price):
    """What to write in the file, and why `solve` gives another amount."""
    spare = f", with {_percent(price.terms.safety)} to spare" if price.terms.safety else ""
    return (
        f"{_to_write(price)}It is no amount with which money is never short: it pays for a year as expected{spare}. "
        "`mho-sim solve` seeks the one with which 95 of 100 mutuals pay every bill on its day: chance and late payers "
        "make that one higher, what is in the cash box and comes as support lower. `mho-sim run` tries one."
    )


def _to_write(price):
    """Where to write which amount, so that the file asks for what is needed."""
    scenario, amount = price.scenario, price.years.loc[price.year, "amount"]
    terms, unit = scenario.scheme.contribution, coin(scenario.currency)
    asked, needed = price.compared.loc["person", ["asked_year", "needed_year"]]
    if terms.amount is None:
        times = f"{needed / asked:.2f} times " if asked > 0 else "other amounts in "
        return f"To ask for what is needed, write {times}scheme.contribution.by_size. "
    if pd.isna(amount):
        return ""
    coins = f", rounded up to coins of {unit} {scenario.currency}" if unit > 1 else ""
    where = f"scheme.contribution.amount, of a {terms.per} and {period(terms.every)}{coins}"
    if len(price.years) > 1:
        count, together = len(price.years), money(price.amount_for_all)
        return (
            f"The amount to write is {where}. The file has one for all years: {together} brings in what the {count} "
            f"need together, {money(price.years['amount'].max())} what each of them needs. "
        )
    return f"To ask for what is needed, write {money(amount)}: it is {where}. "


def _margins(price):
    if price.pure_premium <= 0:
        return []
    laws, of_people = _laws(price), _laws_of_people(price)
    names = {"exact": "(exact)", "normal": "(normal)", "np": "(NP)"}
    rows = [("years of 100\nto be paid", *(f"margin\n{names[law]}" for law in laws),
             *(f"people\n{names[law]}" for law in of_people))]  # fmt: skip
    for level, row in price.margins.iterrows():
        margins = (f"{100 * row[f'margin_{law}']:.1f}%" for law in laws)
        rows.append((of_100(level), *margins, *(_people(row[f"people_{law}"]) for law in of_people)))
    return table(rows)


def _laws(price):
    return ("normal", "np", *(() if price.exact.missing else ("exact",)))


def _laws_of_people(price):
    """The laws by which some number of people is enough, or is not at one of the levels; none where it never is."""
    laws = _laws(price) if not price.exact.people_missing else ("normal", "np")
    return laws if price.margins[[f"people_{law}" for law in laws]].notna().any(axis=None) else ()


def _people(number):
    return "never" if math.isnan(number) else money(number)


def _pools(price):
    if price.pure_premium <= 0:
        return ""
    told = (
        f"Margin: the safety margin that {plural(round(price.people.beneficiaries), 'person', 'people')} need so that "
        "a year's care is paid from a year's premiums in so many years of 100, without any reserve, when the figures "
        f"are right. {_enough(price)} The normal law is the customary estimate; NP also looks at the few very dear "
        f"years{_exactly(price)}"
    )
    if price.pool.shared > 0:
        alone = _percent(math.sqrt(price.pool.shared) / price.pool.mean)
        told += f" Good and bad years that all share vary by {alone}, which no number of people takes away."
    return told


def _enough(price):
    """What the columns of people say; or that no number is enough, where there are none."""
    yours = f"yours, {_percent(price.terms.safety)},"
    if not _laws_of_people(price):
        return f"However many they are, {yours} would not do."
    missing = price.margins.filter(like="people_").isna().any(axis=None)
    never = " (never: however many they are, it would not)" if missing else ""
    return f"People: for how many {yours} would do{never}."


def _exactly(price):
    """What the exact margin is, or why it is missing."""
    if price.exact.missing:
        return f". The exact margin is missing: {price.exact.missing}."
    told = f"; exact is worked out from the whole law of the year's care (numerical error below {_error(price)})."
    if price.exact.people_missing:
        told += f" The smallest pool by the exact law is missing: {price.exact.people_missing}."
    return told


def _error(price):
    """The numerical error of the exact margin, rounded up to a power of ten."""
    error = max(price.exact.numerical_error, 1e-6)
    places = max(math.floor(-math.log10(100 * error)), 0)
    return f"{10**-places:.{places}f}%"


def _left_out(price):
    found = list(price.not_counted.values())
    told = []
    if found:
        told = lines(f"- Limits of the year that are not counted, so that the price is at most too high: "
                     f"{listed(found)}.", indent="  ")  # fmt: skip
    return [*told, *(line for sentence in price.remarks for line in lines(f"- {sentence}", indent="  "))]


def _customary(terms):
    return " (by custom 10% at the start, then step by step less, such as 5%)" if terms.safety == 0.10 else ""


def _percent(share):
    return f"{100 * share:.3g}%" if share < 0.1 else f"{100 * share:.0f}%"
