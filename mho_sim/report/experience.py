"""A register beside the plan as a page that a treasurer can read: what is chance and what is not, what to plan with
next year, what is still to pay; and what it is worth to look every quarter.
"""

import math
import re
from datetime import timedelta

from mho_sim.monitoring.comparison import ALL, CHANCE_TO_TELL, TOLD
from mho_sim.monitoring.lines import Written
from mho_sim.report.tables import table
from mho_sim.report.words import UNITS, WIDTH, about, lines, listed, money, of_100, plural, remark, unit_of
from mho_sim.scenario import add_months
from mho_sim.study.watching import ANY

TOO = {
    "claims": {"above": "too many to be chance", "below": "too few to be chance"},
    "payment": {"above": "too dear to be chance", "below": "too cheap to be chance"},
    "paid": {"above": "too much to be chance", "below": "too little to be chance"},
}
EDGE = 0.10  # a chance below which what may be chance is at the edge of it; assumed
LONG = 24  # months; assumed
PREFIX = {"claims": "", "payment": "payment_", "paid": "paid_"}
FOOT = "A calculation to help the discussion, not a promise. The assembly decides."


def experience_text(found, changed=()):
    """The page, as text."""
    blocks = [
        _head(found, changed),
        lines(_headline(found)),
        [*_compared(found, "claims"), *remark(_law(found))],
        lines(_months(found)),
        _compared(found, "payment"),
        [*_compared(found, "paid"), *remark(_law_of_paid())],
        _groups(found),
        [*_next_year(found), *remark(_weights(found))],
        lines(_conflict(found)),
        lines(_apart(found)),
        _lines(found),
        [*_outstanding(found), *remark(_of_outstanding(found))],
        _left_out(found),
        lines(f"Worked out without simulation; scenario {found.scenario.hash[:19]}…. {FOOT}"),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head(found, changed):
    rows, register = found.services, found.register
    people = rows["person_years"].max() * 12 / len(found.seen.months)
    told = [found.scenario.title, *(f"CHANGED on the command line: {change}" for change in changed)]
    told.append(
        f"What the register says of {register.first} to {register.until}, beside what the plan expects of those who "
        f"were covered, about {plural(round(people), 'person', 'people')}. All amounts in {found.scenario.currency}."
    )
    at_start = found.plan.care.people.beneficiaries
    if people > 1.5 * at_start or people < at_start / 3:
        told.append(
            f"Look at this: the scenario has {plural(round(at_start), 'person', 'people')} in households that join. "
            "Is 'covered' the number of people who could use the service?"
        )
    if found.too_early:
        told.append(_too_early(found.too_early[0], len(found.too_early) - 1))
    if register.not_read:
        told.append(f"Columns that were not read: {', '.join(register.not_read)}.")
    return [line for text in told for line in lines(text)]


def _too_early(one, more):
    """That more people are written as covered than can be: the first such line, and how many more there are."""
    others = f" {plural(more, 'line')} more {'is' if more == 1 else 'are'} so too early." if more else ""
    told = f"Look at this: by the file nobody is covered for {one.service} before {one.begins}"
    if not one.most:
        return (
            f"{told}, but {money(one.covered)} are written for {one.first} to {one.until}. Leave the line out, or mend "
            f"the waiting period.{others}"
        )
    return (
        f"{told}, so that over {one.first} to {one.until} it is at most about {money(one.most)} on average; "
        f"{money(one.covered)} are written. Let the line begin on {one.begins.replace(day=1)}, or write the average."
        f"{others}"
    )


def _headline(found):
    """All that was seen, in one sentence."""
    row = found.services.iloc[-1]
    if not row["expected"]:
        return ""
    told = [
        f"{plural(int(row['seen']), 'claim')} where the plan expected {money(row['expected'])}, "
        f"{verdict(row['ratio'], row['verdict'], p_value=row['p_value'])}."
    ]
    if row["paid_expected"]:
        said = verdict(row["paid_ratio"], row["paid_verdict"], "paid", row["paid_p_value"])
        told.append(
            f"{money(row['paid_seen'])} {found.scenario.currency} for them where it expected "
            f"{money(row['paid_expected'])}, {said}."
        )
    return " ".join(told)


def _compared(found, what):
    """One of the three comparisons: the number of claims, the mean payment, all that was paid."""
    key, frame = PREFIX[what], found.services
    unit, told = _unit(frame["paid_seen"].max()) if what == "paid" else (1, "")
    heads = {"claims": "claims", "payment": "paid a claim", "paid": f"paid{told or ' in all'}"}
    rows, verdicts = [], []
    for service, row in frame.iterrows():
        if what == "payment" and service == ALL:
            continue
        seen = "-" if math.isnan(row[f"{key}seen"]) else _amount(row[f"{key}seen"] / unit)
        between = _between(row[f"{key}low"], row[f"{key}high"])
        rows.append((_named(service), _amount(row[f"{key}expected"] / unit), seen, between))
        verdicts.append(verdict(row[f"{key}ratio"], row[f"{key}verdict"], what, row[f"{key}p_value"]))
    width = max(map(len, (*verdicts, "seen against plan")))
    head = (heads[what], "plan", "seen", "truly, of\nthe plan", "seen against plan".ljust(width))
    return table([head, *((*row, told.ljust(width)) for row, told in zip(rows, verdicts))])


def _unit(most):
    """In what sums are told so that a table stays narrow, and how it is called behind a comma."""
    unit = unit_of(most)
    return unit, f", {UNITS[unit].removesuffix(' of ')}" if unit > 1 else ""


def _named(service):
    return "all together" if service == ALL else service


def _amount(number):
    return f"{number:.1f}" if 0 < number < 100 and abs(number - round(number)) > 0.05 else money(number)


def _between(low, high):
    if math.isnan(low):
        return "-"
    return f"{100 * low:.0f}-{'…' if math.isinf(high) else f'{100 * high:.0f}'}%"


def verdict(ratio, said, what="claims", p_value=1.0):
    """A verdict in plain words: 30% above: too many to be chance."""
    if said == "none" or math.isnan(ratio):
        return "none seen" if said == "none" else TOO[what][said]
    away = round(100 * (ratio - 1))
    side = "as planned" if away == 0 else f"{abs(away)}% {'above' if away > 0 else 'below'}"
    if said == "chance":
        return f"{side}: {'could just be chance' if p_value < EDGE else 'may well be chance'}" if away else side
    return f"{side}: {TOO[what][said]}"


def _law(found):
    shared = [found.plan.variance(place, "community") for place in range(len(found.plan.services))]
    years = f" (which vary by {100 * math.sqrt(max(shared)):.0f}%)" if max(shared) else ""
    return (
        "Too many to be chance: so far to this side in 1 of 40 mutuals for which the plan is right. Chance is who "
        f"falls ill and when, people who are ill more often than others, good and bad years that all share{years}. "
        "Truly: where the true figure may well lie, as a share of the plan."
    )


def _law_of_paid():
    return (
        "What is paid in all is judged by two gamma laws with the plan's mean and variance, one with its third moment "
        "too, and called so where both do. They stand for the exact law: from 5 claims on, no more than 1 of 37 right "
        "plans is called too much, or too little."
    )


def _months(found):
    """How long one must wait to know."""
    more = found.services.loc[found.services["expected"] > 0, "months_more"]
    if not len(more):
        return ""
    told = [f"{_named(service)} {plural(int(months), 'more month')}" for service, months in more.items() if months > 0]
    for words, names in (("enough now", more.index[more == 0]), ("not within 20 years", more.index[more.isna()])):
        told += [f"{words}: {listed([_named(name) for name in names])}"] if len(names) else []
    return (
        f"How many months until claims that truly are {100 * TOLD:.0f}% above plan are called so, in "
        f"{100 * CHANCE_TO_TELL:.0f} of 100 mutuals? {'; '.join(told)}.{_larger(more)}"
    )


def _larger(more):
    """Where it takes long, how to see what a larger excess takes."""
    if more.fillna(math.inf).max() <= LONG:
        return ""
    return " A larger excess shows sooner: --watch 60% tells how soon."


def _groups(found):
    if found.without_groups:
        return lines(found.without_groups)
    if found.groups is None:
        return []
    rows = [("claims by group", "plan", "seen", "of the\nplan", "weight", "credible,\nof the plan")]
    by_service = found.groups_by_service
    services = [] if by_service is None else list(by_service.index.unique("service"))
    if len(services) + len(found.services_without_groups) > 1:
        for service in services:
            rows += [(f"{service}:", *[""] * 5), *_of_groups(by_service.loc[service])]
        rows.append((f"{_named(ALL)}:", *[""] * 5))
    rows += _of_groups(found.groups)
    return [*table(rows), *remark(_of_weights(found, services))]


def _of_groups(frame):
    rows = []
    for group, row in frame.iterrows():
        shares = (f"{100 * row[key]:.0f}%" for key in ("ratio", "weight", "credible"))
        rows.append((f"  {str(group)[:28]}", _amount(row["expected"]), money(row["seen"]), *shares))
    return rows


def _of_weights(found, services):
    told = (
        "Weight: how far a group's own figure is to be believed rather than that of all groups (Bühlmann and Straub); "
        "0% where groups differ no more than chance makes them."
    )
    if len(services) + len(found.services_without_groups) > 1:
        told += " All together: of all claims of a group, so that frequent care counts most."
    if found.services_without_groups:
        told += f" Too little for {listed(found.services_without_groups)} by itself."
    return told


def _next_year(found):
    heads = ("times a year", "plan", "seen", "rule:\nweight", "\ncredible", "range:\nweight", "\ncredible", "between")
    rows = [heads]
    for service, row in found.next_year.iterrows():
        by_range = row["from_range"]
        rows.append(
            (
                service,
                *(_times(row[key]) for key in ("planned", "seen")),
                f"{100 * row['limited_weight']:.0f}%",
                _times(row["limited"]),
                f"{100 * row['weight']:.0f}%" if by_range else "exact",
                _times(row["credible"]) if by_range else "-",
                f"{_times(row['credible_low'])}-{_times(row['credible_high'])}" if by_range else "-",
            )
        )
    premiums = [("next year, " + found.scenario.currency, "paid a claim:\nplan", "seen", "weight", "credible",
                 "a person,\nyear: plan", "credible")]  # fmt: skip
    for service, row in found.next_year.iterrows():
        weight = f"{100 * row['payment_weight']:.0f}%"
        amounts = (money(row[key]) for key in ("payment_planned", "payment_seen"))
        others = (money(row[key]) for key in ("payment_credible", "premium_planned", "premium_credible"))
        rows_of = (service, *amounts, weight, *others)
        premiums.append(rows_of)
    if len(found.next_year) > 1:
        totals = (money(found.next_year[key].sum()) for key in ("premium_planned", "premium_credible"))
        premiums.append((_named(ALL), "", "", "", "", *totals))
    return [*table(rows), "", *table(premiums)]


def _conflict(found):
    """Services for which the register says something else than the file holds for possible."""
    beyond = [service for service, row in found.next_year.iterrows() if row["beyond_range"]]
    if not beyond:
        return ""
    return (
        f"Look at this: of {listed(beyond)} the register shows what the file, by its range, hardly holds for possible. "
        "One of the two is wrong: ask how the register was kept, and whether the figure is known as well as the file "
        "says. A wider range in the file gives the register more weight."
    )


def _apart(found):
    """Services of which the rule and the range plan with figures far from each other, and which to believe."""
    rows = found.next_year[found.next_year["ways_apart"] & ~found.next_year["beyond_range"]]
    if not len(rows):
        return ""
    ways = (f"{name} {_times(row['limited'])} and {_times(row['credible'])}" for name, row in rows.iterrows())
    return (
        f"Look at this: rule and range part ways, {listed(list(ways))}; the lines below take the range. It knows what "
        "the rule does not: that one bad year may be behind much of what was seen, and how well the file says that it "
        "knows the figure. Where that was no more than a guess, believe the register: write a wider range, or the "
        "rule's figure."
    )


def _times(number):
    return f"{number:.3f}" if number < 9.9995 else f"{number:.1f}"


def _weights(found):
    frame = found.next_year
    full = [f"{service} {money(row['full_credibility_cost'])}" for service, row in frame.iterrows()]
    return (
        "What was seen and the plan, each by its weight. The rule (limited fluctuation: within 5% in 90 of 100 years) "
        "gives full weight from "
        f"{money(frame['full_credibility'].iloc[0])} expected claims on, and, as bills vary too, to what a person "
        f"costs from so many: {', '.join(full)}. Range: how well the file says that it knows the figure, "
        "against how much chance moves claims (Poisson and gamma). A figure that the file calls exact learns by the "
        "rule only."
    )


def _lines(found):
    """What to write in the scenario."""
    told = lines("To plan with the credible figures (by the range), write in the scenario:")
    written = False
    for service, one in [*found.lines.items(), *found.bill_lines.items()]:
        if isinstance(one, Written):
            *above, key = one.path.split(".")
            text = re.sub("(source:|register|until) ", "\\1\u00a0", f"{key}: {one.text}")
            told += [f"  {'.'.join(above)}:", *(f"    {line}" for line in lines(text, WIDTH - 4, "  "))]
            written = True
        else:
            told += lines(f"- {service}: {one}", indent="  ")
    if written:
        told += lines("Or for one command, without changing the file: --set 'PATH=VALUE', with the same words.")
    return told


def _outstanding(found):
    frame = found.outstanding
    unit, called = _unit(frame["expected"].max())
    columns = {"planned": "by the\nplan", "ratio": "of the\nplan", "not_invoiced": "bill not\ncome",
               "not_due": "bill not\ndue", "expected": "together"}  # fmt: skip
    if not (frame["not_invoiced"].any() and frame["not_due"].any()):
        del columns["not_due" if frame["not_invoiced"].any() else "not_invoiced"], columns["expected"]
    rows = [(f"still to pay{called}", *columns.values(), "between")]
    for service, row in frame.iterrows():
        told = (f"{100 * row[key]:.0f}%" if key == "ratio" else _amount(row[key] / unit) for key in columns)
        rows.append((_named(service), *told, f"{_amount(row['low'] / unit)}-{_amount(row['high'] / unit)}"))
    return table(rows)


def _of_outstanding(found):
    terms = found.scenario.scheme.providers
    how = {"on-the-day": "on the day", "monthly": "at the month's end", "yearly": "at the year's end"}[terms.invoice]
    within = f"are due {terms.pay_within} later" if str(terms.pay_within) != "none" else "are due at once"
    return (
        f"For care given until the evening of {found.register.until}: bills come {how} and {within}. Expected loss: "
        "what the plan expects of that care, times what the register makes of the plan. A bill in hand is better than "
        "this; overdue ones are not in it. Between: in 90 of 100."
    )


def _left_out(found):
    told = []
    if found.not_counted:
        limits = listed(list(found.not_counted.values()))
        told.append(f"- Limits of the year are not in the plan, which is at most too high: {limits}.")
    told.append("- The plan is of people as they were at the start: if the frail join first, or stay, claims rise.")
    return [line for sentence in told for line in lines(sentence, indent="  ")]


def watch_text(found, changed=()):
    """What it is worth to look every quarter, as a page."""
    blocks = [
        _head_of_watch(found, changed),
        [*_quarters(found), *remark(_of_quarters())],
        [*_by_kind(found), *remark(_of_kinds(found))] if len(found.services) > 2 else [],
        lines(_worth(found)),
        lines(
            f"Simulated, seed {found.seed}, {plural(found.worlds, 'future')} each way; scenario "
            f"{found.scenario.hash[:19]}…. All other figures are taken as the file holds them for best. {FOOT}"
        ),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head_of_watch(found, changed):
    told = [found.scenario.title, *(f"CHANGED on the command line: {change}" for change in changed)]
    told.append(
        f"Suppose people need care {100 * found.excess:.3g}% more often than planned ({listed(list(found.raised))}), "
        "and nobody knows. In how many of 100 mutuals like this one does the treasurer notice it in the register, "
        "by looking every quarter or once a year?"
    )
    return [line for text in told for line in lines(text)]


def _quarters(found):
    heads = (
        "claims\nplanned",
        "every\nquarter",
        "once a\nyear",
        "false,\nquarter",
        "false,\nyear",
        "one look,\ntheory",
    )
    rows = [("noticed by the end of", *heads)]
    for quarter, row in found.quarters.iterrows():
        end = add_months(found.scenario.start, 3 * quarter) - timedelta(days=1)
        shares = (
            "noticed_quarterly",
            "noticed_yearly",
            "false_alarm_quarterly",
            "false_alarm_yearly",
            "power_one_look",
        )
        rows.append((f"{end:%Y-%m}", _amount(row["expected_claims"]), *(_of_100(row[key]) for key in shares)))
    return table(rows)


def _of_100(share):
    return of_100(share).replace("fewer than ", "<").replace("more than ", ">")


def _of_quarters():
    return (
        "Of 100 mutuals, those that have noticed by then: all claims since the start are too many to be chance (so far "
        "above in 1 of 40 right plans). False: the same where the plan is right; every look adds some. One look: "
        "how many a single look at that date would notice, by the law of the claims."
    )


def _by_kind(found):
    """Each kind of care watched by itself, until the horizon; once a year is left out where the page is too narrow."""
    columns = {"noticed_quarterly": "every\nquarter", "noticed_yearly": "once a\nyear", "first": "\nfirst",
               "false_alarm_quarterly": "false,\nquarter", "false_alarm_yearly": "false,\nyear",
               "power_one_look": "one look,\ntheory"}  # fmt: skip
    for left_out in ((), ("noticed_yearly", "false_alarm_yearly")):
        kept = {key: head for key, head in columns.items() if key not in left_out}
        rows = [("each by itself,\nto the end", "claims\nplanned", *kept.values())]
        for service, row in found.services.iterrows():
            shares = ("" if math.isnan(row[key]) else _of_100(row[key]) for key in kept)
            rows.append(("any of them" if service == ANY else service, _amount(row["expected_claims"]), *shares))
        if max(map(len, told := table(rows))) <= WIDTH:
            break
    return told


def _of_kinds(found):
    services, count = found.services, len(found.services) - 1
    first = services["first"].drop(ANY)
    told = (
        f"Each is called too many only where that happens in 1 of {40 * count} right plans, 40 times the {count} "
        "kinds: so at one look no more than 1 of 40 right plans is called wrong in any of them, however the kinds hang "
        "together (Bonferroni). First: called before the others, looking every quarter."
    )
    if not first.max():
        return told
    together, each = found.quarters[["noticed_quarterly", "noticed_quarterly_by_kind"]].iloc[-1]
    told += f" Most often it is {first.idxmax()}, in {of_100(first.max())} of 100 mutuals."
    return f"{told} Any kind by itself tells it in {of_100(each)}, all claims together in {of_100(together)}."


def _worth(found):
    quarterly, yearly, by_kind = (found.money.loc[way] for way in ("quarterly", "yearly", "quarterly_by_kind"))
    saved = yearly["beyond"] - quarterly["beyond"]
    told = (
        "Until it is noticed in all claims together, the mutual has on average paid about "
        f"{about(quarterly['beyond'])} {found.scenario.currency} more for care than planned when looking every "
        f"quarter, {about(yearly['beyond'])} when looking once a year: about {about(saved)} "
        f"{'more to act with' if saved >= 0 else 'less'}. On average that takes {quarterly['quarters']:.1f} and "
        f"{yearly['quarters']:.1f} quarters; who never notices counts until the end."
    )
    if len(found.services) <= 2:
        return told
    return (
        f"{told} Looking every quarter at each kind by itself, it is about {about(by_kind['beyond'])}, after "
        f"{by_kind['quarters']:.1f} quarters."
    )
