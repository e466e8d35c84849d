"""Tells: what a study found, and one future as a story, in plain sentences.

Words are those of the field: a mutual "runs short" when a bill fell due and the cash was not there that day; nobody is blamed for being ill or poor.
"""
import math

import numpy as np

from mho_sim.engine import live_batch
from mho_sim.engine.clock import DAY, day_of
from mho_sim.ledger import ACCOUNTS, ENTRY, readable
from mho_sim.population import PLACES

LIMITS = "Chance alone is counted: the figures in the file are taken as certain. A model is not a guarantee of solvency."


def money(amount):
    """An amount with a thousands mark, for the eye: 1 250 000."""
    return f"{round(amount):,}".replace(",", " ")


def run_text(result):
    """A study's answer on one screen: trouble, protection, money, and where the figures come from."""
    return "\n".join([*_headline(result), "", *_trouble(result), "", *_protection(result), "", *_years(result), "", *_indicators(result), "", *_services(result), "",
                      *_provenance(result)])


def _headline(result):
    scenario = result.scenario
    futures = "possible future" if result.worlds == 1 else "possible futures"
    return [scenario.title, f"{result.households:,} households, {result.people_at_start:,} people, {scenario.years} {_plural(scenario.years, 'year')} from {scenario.start}; "
            f"{result.worlds:,} {futures}" + (" (interrupted: these were finished)" if result.interrupted else "")]


def _trouble(result):
    late, years = result.late, result.scenario.years
    low, high = (100 * limit for limit in late["interval"])
    span = f"Over the next {years} years" if years > 1 else "Over the next year"
    lines = []
    if late["probability"] == 0:
        lines.append(f"Picture 100 mutuals just like ours. {span}, fewer than {max(math.ceil(high), 1)} of them run short of money. That is not a guarantee.")
    else:
        lines.append(f"Picture 100 mutuals just like ours. {span}, {_of_100(late['probability'])} of them will not have the money for a bill on the day it is due.")
        lines.append(f"This number is not certain: it lies somewhere between {math.floor(low)} and {math.ceil(high)} out of 100.")
        lines.append(f"When money runs short, it is first missing most often in {late['worst_month']}. Of the mutuals that run short, half are late on {late['days']['p50']:,} days or fewer, "
                     f"one in twenty on {late['days']['p95']:,} or more.")
    needed = int(np.quantile(result.reserve_needed, 0.95, method="inverted_cdf"))
    lines.append(f"For 95 mutuals out of 100 to pay every bill on its day, we would have to start with {money(needed)} {result.scenario.currency} in the cash box. "
                 f"We have {money(result.opening_cash)}.")
    return lines


def _of_100(share):
    """A share as natural frequency out of 100: whole, or "fewer than 1"."""
    return "fewer than 1" if 0 < share < 0.01 else f"{round(100 * share)}" if share <= 0.99 or share == 1 else "more than 99"


def _plural(n, word):
    return word if n == 1 else word + "s"


def _protection(result):
    shares = result.protection
    lines = [f"Whom it protects: at a month's end, {_of_100(shares['covered'] or 0)} people out of 100 belong to a household whose contributions are in order; "
             f"{_of_100(shares['suspended'] or 0)} households out of 100 are suspended."]
    if shares["forgone_care"] is not None:
        lines.append(f"Of 100 times that care was needed, {_of_100(shares['forgone_care'])} went without.")
    words = {"waiting_period": "in the waiting period", "no_coverage": "suspended", "not_in_package": "not in the package"}
    if any(shares["refused"].values()):
        lines.append("Of 100 claims, refused: " + ", ".join(f"{_of_100(share)} {words[reason]}" for reason, share in shares["refused"].items() if share) + ".")
    return lines


def _years(result):
    frame = result.per_year
    rows = [("year", "contributions due", "received", "care paid for", "running costs", "cash at end: 5 %", "half", "95 %")]
    for year in range(1, result.scenario.years + 1):
        of_year = frame.xs(year, level="year")
        means = [of_year[name].mean() for name in ("contributions_due", "contributions_received", "benefits", "running_costs")]
        cash = [np.quantile(of_year["cash"], q, method="inverted_cdf") for q in (0.05, 0.5, 0.95)]
        rows.append((str(year), *(money(value) for value in (*means, *cash))))
    return [f"In {result.scenario.currency} (means; cash: so many of 100 futures have no more)", *_table(rows)]


def _indicators(result):
    words = {"claims_ratio": ("claims ratio: care paid for / contributions earned", 100, " %"), "collection_rate": ("collection rate: contributions received / due", 100, " %"),
             "reserve_months": ("months of reserve: own funds / monthly care and running costs", 1, "")}
    rows = [("indicator, over the whole time", "mean", "5 %", "half", "95 %")]
    for name, row in result.indicators.iterrows():
        text, scale, unit = words[name]
        rows.append((text, *("-" if math.isnan(value) else f"{value * scale:.{0 if unit else 1}f}{unit}" for value in row)))
    return _table(rows)


def _services(result):
    rows = [("service", "need a person-year", "claims a person-year", "bill a claim", "paid a claim", "refused")]
    for kind, row in result.services.iterrows():
        def number(key, form, row=row):
            return "-" if row[key] is None or math.isnan(row[key]) else form(row[key])
        rows.append((kind, number("episodes_per_person_year", "{:.3f}".format), number("claims_per_person_year", "{:.3f}".format), number("cost_per_claim", money),
                     number("paid_per_claim", money), number("refused", "{:.0%}".format)))
    return _table(rows)


def _table(rows):
    """Rows as text, the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  " + "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]


def _provenance(result):
    told = result.to_dict()
    return [f"Simulated, mho_sim {told['version']}, seed {result.seed}, {result.worlds:,} worlds; scenario {told['scenario']['hash'][:19]}…, digest {result.digest[:19]}…", LIMITS]


SENTENCES = {
    "accepted": "{kind}: care was covered. The mutual pays {amount}.",
    "over_ceiling": "{kind}: care was covered up to the ceiling for one event. The mutual pays {amount}.",
    "over_household_ceiling": "{kind}: the household has reached its ceiling for the year. The mutual pays {amount}.",
    "not_in_package": "{kind}: not covered, this service is not in the package.",
    "no_coverage": "{kind}: not covered, the household is suspended until it pays what it owes.",
    "waiting_period": "{kind}: not covered, the waiting period is not over.",
    "did_not_seek": "{kind}: care was needed, and the person went without.",
    "contribution_due": "A contribution of {amount} falls due.",
    "paid_on_time": "The household pays its contribution of {amount}.",
    "paid_late": "The household pays the {amount} that it owes.",
    "reinstated": "The household pays the {amount} that it owes. It was suspended: its cover begins anew, with a new waiting period.",
    "paid_from_advance": "{amount} of it had been paid ahead.",
    "birth": "A child is born.",
    "death": "A person has died.",
    "opening": "Opening books: {debit} {amount}, against {credit}.",
    "earned": "The month is closed: contributions of {amount} are earned.",
    "running_costs": "Running costs of {amount} are due.",
    "debt_paid": "The mutual pays {amount} to {debit}."}


def trace(prepared, world, household=None):
    """One future as dated plain sentences, with the cash box after each entry that moves it; of one household only, if it is named (its number, from 0)."""
    room = 1024
    while True:
        batch = live_batch(prepared, world, 1, room=room)
        if batch.memory.written[0] <= room:
            break
        room = int(batch.memory.written[0])
    kinds, calendar = prepared.scenario.kinds, prepared.calendar
    yield f"{prepared.scenario.title}: world {world}, seed {int(prepared.seed)}" + ("" if household is None else f", household {household}")
    cash, short_since = 0, int(batch.till.first_late[0, 0])
    entries = readable(batch.memory.log[0, :batch.memory.written[0]].astype(ENTRY), kinds)
    for moment, home, person, kind, reason, debit, credit, amount in entries:
        cash += amount * ((debit == "cash") - (credit == "cash"))
        if 0 <= short_since < day_of(moment):
            yield f"{calendar.date(short_since)}  The money is not there for a bill that is due: the mutual runs short for the first time."
            short_since = -1
        if household is not None and home != household:
            continue
        yield _sentence(calendar.date(moment // DAY), home, person, kind, reason, debit, credit, amount, cash)
    yield f"At the end, after {calendar.days:,} days: " + ", ".join(f"{account} {money(balance)}" for account, balance in zip(ACCOUNTS, batch.memory.books[0, 0]) if balance) + "."
    yield "(balances of the whole mutual; what the mutual owes, owns and has earned stands with a minus)"


def _sentence(date, home, person, kind, reason, debit, credit, amount, cash):
    who = "" if home < 0 else f"Household {home}: " if person < 0 else f"Household {home}, person {person % PLACES}: "
    text = SENTENCES[reason].format(kind=kind, amount=money(amount), debit=debit, credit=credit)
    moved = amount and "cash" in (debit, credit)
    return f"{date}  {who}{text}" + (f"  [cash box {money(cash)}]" if moved else "")
