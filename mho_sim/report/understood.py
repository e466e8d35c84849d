"""What a scenario was understood to say, in a few sentences: so that a slip of the pen is seen before it is believed.

Reads the scenario only; nothing is simulated, nothing heavy is imported.
"""

from mho_sim.report.words import listed, money, period, plural
from mho_sim.scenario import add_months, lost_a_year
from mho_sim.scenario.tables import MONTHS


def understood(scenario, drawn=None):
    """Lines: the people (as many as were drawn, where that is known), what they pay, each service, the providers, the
    books.
    """
    return [
        *_people(scenario, drawn),
        *_contribution(scenario),
        *_state(scenario),
        *_paying(scenario),
        *_services(scenario),
        *_providers(scenario),
        *_surroundings(scenario),
        *_opening(scenario),
    ]


def _share(share):
    """25%; 0.5%; 12.25%."""
    return f"{100 * share:g}%"


def _about(share):
    """Two digits: 0.34%, 4.9%, 46%; 100%."""
    return f"{100 * share:.0f}%" if share >= 0.095 else f"{100 * share:.2g}%"


def _band(first, last):
    """1; 2-5; 6+."""
    return f"{first}+" if last is None else f"{first}" if first == last else f"{first}-{last}"


def _people_of(first, last):
    """1 person; 2-5 people."""
    return f"{_band(first, last)} {'person' if first == last == 1 else 'people'}"


def _lasts(duration):
    return duration.months > 0 or duration.days > 0


def _people(scenario, drawn):
    terms = scenario.setting.association
    if terms.list is not None:
        count = "" if scenario.members is None else f", {plural(len(scenario.members.household), 'person', 'people')}"
        said, many = f"the people of the register {terms.list}{count}", scenario.members is not None
        first = f"{plural(scenario.household_count, 'household')}, {said}" if many else said.capitalize()
    else:
        exact = terms.households is not None
        people = (
            sum(size * count for size, count in terms.households.items())
            if exact
            else terms.members * terms.covered_per_member.mean
        )
        known = people if exact else drawn
        said = ("about " if known is None else "") + plural(round(known or people), "person", "people")
        first = f"{plural(scenario.household_count, 'household')}, {said}"
    lines = [f"{first}; {plural(scenario.years, 'year')} from {scenario.start}."]
    if scenario.intakes is not None:
        they = "They join" if scenario.setting.take_up is None else "They are asked to join"
        lines.append(f"{they}: {listed([f'{count} on {day}' for day, count in scenario.intakes.items()])}.")
    lines += _take_up(scenario)
    if terms.categories is not None:
        parts = [f"{_share(share)} {name}" for name, share in terms.categories.items()]
        lines.append(f"Of the households, {listed(parts)}.")
    if terms.distance is not None:
        parts = [f"{_share(share)} at {_band(*zone)} km" for *zone, share in terms.distance]
        lines.append(f"They live: {listed(parts)}.")
    lines += [_enterprise(one, scenario.currency) for one in scenario.setting.enterprises]
    renewing = scenario.setting.renewing
    if renewing is not None:
        lines.append(f"At the end of a year {_share(renewing.probability)} renew.")
    return lines + (["Nobody joins later."] if _shrinks(scenario) else [])


def _shrinks(scenario):
    """Whether households may leave, and no others come after the first."""
    renewing, intakes = scenario.setting.renewing, scenario.intakes
    leave = renewing is not None and renewing.probability < 1
    struck_off = scenario.scheme.contribution.struck_off is not None and scenario.setting.paying is not None
    later = intakes is not None and sum(count > 0 for count in intakes.values()) > 1
    return (leave or struck_off) and not later


def _take_up(scenario):
    """How many households join, where not all do."""
    share, households = scenario.setting.take_up, scenario.household_count
    if share is None:
        return []
    range_ = scenario.unknowns.get("setting.take_up")
    ends = "" if range_ is None else " (between {} and {})".format(
        *(money(households * end) for end in (range_.low, range_.high)))  # fmt: skip
    return [f"Of {plural(households, 'household')} about {money(households * share)} join{ends}."]


def _enterprise(one, currency):
    good, bad = (money(round(income)) for income in (one.income_per_month.good, one.income_per_month.bad))
    months = sorted(set(one.good_months))
    often = " to ".join(_share(share) for share in (months if len(months) == 1 else (months[0], months[-1])))
    spread = f"; between households the spread is {_share(one.cv)}" if one.cv else ""
    return (
        f"{_share(one.share)} live on {one.sector}: {good} {currency} in a good month ({often} of them), {bad} in a "
        + (f"bad one{spread}.")
    )


def _contribution(scenario):
    terms, currency = scenario.scheme.contribution, scenario.currency
    grace = f"grace {terms.grace}" if _lasts(terms.grace) else "no grace period"
    when = "in advance" if terms.timing == "in-advance" else "in arrears"
    named = f" in {listed([MONTHS[m - 1].capitalize() for m in terms.every])}" if isinstance(terms.every, tuple) else ""
    if terms.by_size:
        amount = listed([f"{money(paid)} {currency} for {_people_of(*size)}" for *size, paid in terms.by_size])
        each = ", for each of them" if terms.per == "beneficiary" else ""
        lines = [f"Contribution: {amount}{each}, a {period(terms.every)}{named}, {when}; {grace}."]
    else:
        amount = f"{money(terms.amount)} {currency}"
        lines = [f"Contribution: {amount} a {terms.per} and {period(terms.every)}{named}, {when}; {grace}."]
    more = []
    if terms.child is not None:
        more.append(f"children below {terms.child.below} pay {money(terms.child.amount)}")
    if terms.extra_person is not None:
        more.append(f"each person beyond {terms.extra_person.beyond} pays {money(terms.extra_person.amount)}")
    if terms.minimum:
        more.append(f"a household pays at least {money(terms.minimum)}")
    more += [f"{name} households pay {_share(share)} of it" for name, share in terms.by_category.items()]
    if terms.joining_fee:
        more.append(f"joining costs {money(terms.joining_fee)}")
    if terms.penalty:
        more.append(f"who was suspended pays {money(terms.penalty)} more")
    if terms.collector:
        more.append(f"the collector keeps {_share(terms.collector)}")
    if terms.struck_off is not None:
        more.append(f"who owes for {terms.struck_off.as_limit} is struck off")
    words = "; ".join(more)
    return lines + ([f"{words[0].upper()}{words[1:]}."] if words else [])


def _state(scenario):
    state = scenario.scheme.contribution.state
    if state is None:
        return []
    whom = "" if state.categories is None else f" of {listed(state.categories)} households"
    late = f", {state.late} late" if _lasts(state.late) else ""
    return [f"The State adds {money(state.per_beneficiary)} for each person{whom} at each due date{late}."]


def _paying(scenario):
    paying = scenario.setting.paying
    if paying is None:
        return ["Everybody pays on the day."]
    bad = "" if paying.on_time_bad_month is None else f" ({paying.on_time_bad_month:.0%} in a bad month)"
    days = f"the others {paying.mean_days_late:g} days late on average"
    lines = [f"{paying.on_time:.0%} pay on the day{bad}, {days}."]
    if paying.never:
        times = plural(scenario.scheme.contribution.due_dates_a_year, "due date")
        lines.append(
            f"Of those who do not pay on the day, {_share(paying.never)} never pay again: about "
            f"{_about(lost_a_year(scenario))} of the households a year ({times})."
        )
    return lines


def _services(scenario):
    lines = [line for kind in scenario.kinds for line in (*_frequency(scenario, kind), _benefit(scenario, kind))]
    for person, words in (("person", "The mutual pays at most {} a person and year, all together."),
                          ("household", "The mutual pays at most {} a household and year, all together.")):  # fmt: skip
        ceiling = getattr(scenario.scheme, f"ceiling_per_{person}_year")
        lines += [words.format(money(ceiling))] if ceiling is not None else []
    newborn = scenario.scheme.membership.waiting.get("newborn")
    if newborn is not None:
        lines.append(f"Children born in membership {f'wait {newborn}' if _lasts(newborn) else 'do not wait'}.")
    return lines


def _frequency(scenario, kind):
    """How a kind comes about, where it is neither a need of its own nor all births."""
    illness, words = scenario.setting.illness[kind], []
    if illness.share is not None:
        words.append(f"{_share(illness.share)} of the births")
    if illness.rate == "deaths":
        words.append("at each death")
    if illness.referred_from is not None:
        words.append(f"{_share(illness.referred_from.share)} of those seen for {illness.referred_from.kind}")
    if illness.chronic is not None:
        parts = [f"{_share(share)} at {_band(*ages)}" for *ages, share in illness.chronic]
        words.append(f"an illness for life of {listed(parts)} years, one episode a month")
    if illness.by_sector:
        words.append(
            ", ".join(
                f"{value:g} times as often where people live on {sector}" for sector, value in illness.by_sector.items()
            )
        )
    if illness.emergency:
        words.append("an emergency")
    if illness.days is not None:
        words.append(f"{illness.days:g} days on average")
    if illness.letter < 1:
        words.append(f"{_share(illness.letter)} come with a letter")
    for key, said in (("at", "at "), ("causes", "of which ")):
        shares = getattr(illness, key)
        if shares:
            total = sum(shares.values())
            words.append(said + listed([f"{name} {share / total:.0%}" for name, share in shares.items()]))
    if illness.seeking.by_distance:
        zones = [f"{_share(share)} at {_band(*zone)} km" for *zone, share in illness.seeking.by_distance]
        words.append(f"of those who would seek care {listed(zones)} do")
    if illness.cost.covered_share < 1:
        words.append(f"{_share(illness.cost.covered_share)} of the bill is for care in the package")
    return [f"{kind}: {'; '.join(words)}."] if words else []


def _by_class(value, write):
    """One value, or one for each class of providers."""
    if not isinstance(value, dict):
        return write(value)
    return listed([f"{write(one)} ({name})" for name, one in value.items()], "or")


def _benefit(scenario, kind):
    benefit, illness = scenario.scheme.benefits.get(kind), scenario.setting.illness[kind]
    waiting = scenario.scheme.membership.waiting
    usual = waiting.get("emergency", waiting.get("default")) if illness.emergency else waiting.get("default")
    wait = waiting.get(kind, usual)
    after = f" after {wait} of membership" if wait is not None and _lasts(wait) else ""
    if benefit is None:
        return f"{kind}: NOT paid for by the mutual (no benefit is written for it)."
    more = _conditions(benefit)
    if benefit.lump_sum is not None:
        return f"{kind}: a fixed sum of {money(benefit.lump_sum)}{after}{more}."
    parts = []
    if benefit.deductible:
        parts.append(f"the first {money(benefit.deductible)}")
    if isinstance(benefit.copay, dict) or benefit.copay:
        parts.append(f"{_by_class(benefit.copay, _share)} of the bill")
    if isinstance(benefit.copay_fixed, dict) or benefit.copay_fixed:
        parts.append(_by_class(benefit.copay_fixed, money))
    ceiling = benefit.ceiling_per_event
    most = "" if ceiling is None else f", but never more than {money(ceiling)} an event"
    rest = "the mutual the rest" if ceiling is None else "the mutual pays the rest"
    shared = f"the patient pays {listed(parts)}, {rest}" if parts else "the mutual pays the bill"
    order = "" if benefit.order == ("deductible", "copay", "ceiling") else f" (first {', then '.join(benefit.order)})"
    return f"{kind}: {shared}{most}{order}{',' if after else ''}{after}{more}."


def _conditions(benefit):
    """The limits of a benefit, each after a semicolon."""
    words, sizes = [], benefit.events_per_household_year
    if benefit.cash_per_day:
        words.append(f"{money(benefit.cash_per_day)} to the household for each day")
    if benefit.events_per_person_year is not None:
        words.append(f"at most {plural(benefit.events_per_person_year, 'time')} a person and year")
    if isinstance(sizes, tuple):
        counts = listed([f"{count} ({_people_of(*size)})" for *size, count in sizes])
        words.append(f"at most {counts} times a household and year")
    elif sizes is not None:
        words.append(f"at most {plural(sizes, 'time')} a household and year")
    if benefit.days_per_person_year is not None:
        words.append(f"at most {plural(benefit.days_per_person_year, 'day')} a person and year")
    for who in ("person", "household"):
        ceiling = getattr(benefit, f"ceiling_per_{who}_year")
        words += [f"the mutual pays at most {money(ceiling)} a {who} and year"] if ceiling is not None else []
    if benefit.excluded_ages:
        words.append(f"not at {listed([_band(*ages) for ages in benefit.excluded_ages])} years")
    if benefit.excluded_causes:
        words.append(f"not for {listed(benefit.excluded_causes, 'or')}")
    if benefit.referral == "required":
        words.append("only with a letter of referral")
    if benefit.paid_to is not None:
        words.append(f"paid to the {benefit.paid_to}")
    return "".join(f"; {one}" for one in words)


def _providers(scenario):
    providers, expenses = scenario.scheme.providers, scenario.scheme.expenses
    invoice = {"monthly": "by the month", "yearly": "by the year"}.get(providers.invoice, "on the day of care")
    within = f"within {providers.pay_within}" if _lasts(providers.pay_within) else "at once"
    who, pay = ("Households pay the bill, ask for it", "have it back") if providers.payment == "reimbursement" else (
        "Providers invoice", "are paid")  # fmt: skip
    costs = [f"{money(expenses.per_month)} a month"]
    costs += [f"{money(expenses.once)} once"] if expenses.once else []
    costs += [f"{money(expenses.per_card)} a card"] if expenses.per_card else []
    costs += [f"{money(expenses.per_beneficiary_year)} a person and year"] if expenses.per_beneficiary_year else []
    costs += (
        [f"{_share(expenses.share_of_contributions)} of what members pay"] if expenses.share_of_contributions else []
    )
    costs += [
        f"{money(one.amount)} {_dates(one, scenario.start)} for {one.name}" for one in scenario.scheme.expenses.dated
    ]
    return [f"{who} {invoice}, and {pay} {within}. Running costs: {', '.join(costs)}."]


def _dates(one, start):
    """How often and from when something comes."""
    often = {"once": "once, on", "month": "a month from", "year": "a year from"}[one.every]
    until = f" until {one.until}" if one.until is not None and one.every != "once" else ""
    return f"{often} {one.from_ or start}{until}"


def _surroundings(scenario):
    """Providers of care, prices, the bank, support from outside."""
    setting, lines = scenario.setting, []
    for name, one in setting.providers.items():
        prices = f", prices × {one.prices:g}" if one.prices != 1 else ""
        owed = one.stops_when_owed
        stops = f"; turns members away when it is owed for {owed.as_limit}" if owed is not None else ""
        lines.append(f"{name}: {one.class_}{prices}{stops}.")
    if setting.inflation.medical:
        lines.append(f"Bills grow by {_share(setting.inflation.medical)} a year.")
    if setting.bank is not None:
        lines.append(f"The bank gives {_share(setting.bank.interest)} interest a {setting.bank.every}.")
    for one in scenario.scheme.support:
        late = f", {one.late} late" if _lasts(one.late) else ""
        kind = " in work or goods" if one.in_kind else ""
        lines.append(f"Support, {one.name}: {money(one.amount)}{kind} {_dates(one, scenario.start)}{late}.")
    if scenario.scheme.lost_when_owing != 6:
        months = plural(scenario.scheme.lost_when_owing, "month")
        lines.append(f"It counts as lost when it owes more than the contributions of {months}.")
    return lines


def first_day_gift(scenario):
    """Support in money that is there on the first day."""
    return sum(
        one.amount
        for one in scenario.scheme.support
        if not one.in_kind and one.from_ in (None, scenario.start) and not _lasts(one.late)
    )


def _opening(scenario):
    books, gift = scenario.start_from, first_day_gift(scenario)
    if books is None:
        besides = f", and {money(gift)} of support on the first day" if gift else ""
        return [f"A new mutual, with {money(scenario.scheme.reserve.opening)} in the cash box{besides}."]
    owed = "one contribution each" if books.owed_by_members is None else money(books.owed_by_members)
    debts = sum(amount for *_, amount in books.owed_to_providers)
    lines = [
        f"Books of {books.date}: {money(books.cash)} in the cash box; {plural(books.members.late, 'late household')} "
        f"owe{'s' if books.members.late == 1 else ''} {owed}; {money(books.paid_in_advance)} paid ahead; "
        f"{money(debts)} owed to providers."
    ]
    months = {"month": 1, "quarter": 3, "year": 12}.get(scenario.scheme.contribution.every)
    if months is None:
        return lines
    suspended_from = scenario.scheme.contribution.grace.after(add_months(scenario.start, -months))
    if books.members.late and suspended_from <= scenario.start:
        lines.append(
            f"Their last contribution fell due on {add_months(scenario.start, -months)}: with this grace period all "
            "of them "
            "count as suspended from the first day, and wait anew when they have paid."
        )
    return lines
