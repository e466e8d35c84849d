"""What a scenario was understood to say, in a few sentences: so that a slip of the pen is seen before it is believed.

Reads the scenario only; nothing is simulated, nothing heavy is imported.
"""

from mho_sim.report.words import money, plural
from mho_sim.scenario import add_months


def understood(scenario):
    """Lines: the people, what they pay, each service, the providers, the books."""
    return [
        *_people(scenario),
        *_contribution(scenario),
        *_services(scenario),
        *_providers(scenario),
        *_opening(scenario),
    ]


def _people(scenario):
    terms = scenario.setting.association
    exact = terms.households is not None
    people = (
        sum(size * count for size, count in terms.households.items())
        if exact
        else terms.members * terms.covered_per_member.mean
    )
    said = plural(people, "person", "people") if exact else f"about {plural(round(people), 'person', 'people')}"
    return [
        f"{plural(scenario.household_count, 'household')}, {said}; {plural(scenario.years, 'year')} from "
        f"{scenario.start}."
    ]


def _contribution(scenario):
    terms, currency = scenario.scheme.contribution, scenario.currency
    grace = f"grace {terms.grace}" if _lasts(terms.grace) else "no grace period"
    when = "in advance" if terms.timing == "in-advance" else "in arrears"
    line = f"Contribution: {money(terms.amount)} {currency} a {terms.per} and {terms.every}, {when}; {grace}."
    paying = scenario.setting.paying
    if paying is None:
        return [line, "Everybody pays on the day."]
    return [line, f"{paying.on_time:.0%} pay on the day, the others {paying.mean_days_late:g} days late on average."]


def _lasts(duration):
    return duration.months > 0 or duration.days > 0


def _services(scenario):
    lines, waiting = [], scenario.scheme.membership.waiting
    for kind in scenario.kinds:
        benefit = scenario.scheme.benefits.get(kind)
        wait = waiting.get(kind, waiting.get("default"))
        after = f" after {wait} of membership" if wait is not None and _lasts(wait) else ""
        if benefit is None:
            lines.append(f"{kind}: NOT paid for by the mutual (no benefit is written for it).")
        elif benefit.lump_sum is not None:
            lines.append(f"{kind}: a fixed sum of {money(benefit.lump_sum)}{after}.")
        else:
            ceiling, copay = benefit.ceiling_per_event, benefit.copay or 0
            shared = (
                f"the patient pays {100 * copay:g}% of the bill, the mutual the rest"
                if copay
                else "the mutual pays the bill"
            )
            most = "" if ceiling is None else f", at most {money(ceiling)} an event"
            lines.append(f"{kind}: {shared}{most}{',' if after else ''}{after}.")
    ceiling = scenario.scheme.ceiling_per_household_year
    return lines + ([f"At most {money(ceiling)} a household and year, all together."] if ceiling is not None else [])


def _providers(scenario):
    providers, expenses = scenario.scheme.providers, scenario.scheme.expenses
    invoice = "by the month" if providers.invoice == "monthly" else "on the day of care"
    once = f", {money(expenses.once)} once" if expenses.once else ""
    within = f"within {providers.pay_within}" if _lasts(providers.pay_within) else "at once"
    return [
        f"Providers invoice {invoice}, and are paid {within}. Running costs: {money(expenses.per_month)} a month{once}."
    ]


def _opening(scenario):
    books = scenario.start_from
    if books is None:
        return [f"A new mutual, with {money(scenario.scheme.reserve.opening)} in the cash box."]
    owed = "one contribution each" if books.owed_by_members is None else money(books.owed_by_members)
    debts = sum(amount for *_, amount in books.owed_to_providers)
    lines = [
        f"Books of {books.date}: {money(books.cash)} in the cash box; {plural(books.members.late, 'late household')} "
        f"owe{'s' if books.members.late == 1 else ''} {owed}; {money(books.paid_in_advance)} paid ahead; "
        f"{money(debts)} owed to providers."
    ]
    months = 1 if scenario.scheme.contribution.every == "month" else 12
    suspended_from = scenario.scheme.contribution.grace.after(add_months(scenario.start, -months))
    if books.members.late and suspended_from <= scenario.start:
        lines.append(
            f"Their last contribution fell due on {add_months(scenario.start, -months)}: with this grace period all "
            "of them "
            "count as suspended from the first day, and wait anew when they have paid."
        )
    return lines
