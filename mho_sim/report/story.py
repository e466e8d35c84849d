"""One future as dated plain sentences: of the whole mutual with its cash box, or of one household."""

from mho_sim import ledger
from mho_sim.engine import live_batch
from mho_sim.engine.clock import Part, day_of, moment
from mho_sim.ledger import ACCOUNTS, NOBODY
from mho_sim.population import PLACES
from mho_sim.report.words import money, plural
from mho_sim.rules import (
    CONTRIBUTION_DUE,
    DID_NOT_SEEK,
    PAID_FROM_ADVANCE,
    PAID_LATE,
    PAID_ON_TIME,
    REASONS,
    REINSTATED,
    STRUCK_OFF,
    completed_age,
)

AFTER_DATE = " " * 12  # where a sentence begins
SENTENCES = {
    "accepted": "{who}: {kind}, bill {bill}. The mutual will pay {amount}, the patient pays {own}.",
    "given back": "{who}: {kind}, bill {bill}. The household pays it, and the mutual will give back {amount}.",
    "over_ceiling": "{who}: {kind}, bill {bill}. The mutual will pay {amount}, its ceiling for one event; the "
    "patient pays {own}.",
    "over_days": "{who}: {kind}, bill {bill}. The days that are paid for in a year are used up: the mutual will pay "
    "{amount}; the patient pays {own}.",
    "over_kind_ceiling": "{who}: {kind}, bill {bill}. The year's ceiling for this care has been reached: the mutual "
    "will pay {amount}, the patient pays {own}.",
    "over_person_ceiling": "{who}: {kind}, bill {bill}. The person's ceiling for the year has been reached: the mutual "
    "will pay {amount}, the patient pays {own}.",
    "over_household_ceiling": "{who}: {kind}, bill {bill}. The household has reached its ceiling for the year: the "
    "mutual will pay {amount}, the patient pays {own}.",
    "not_in_package": "{who}: {kind}, bill {bill}. Not covered: this service is not in the package.",
    "not_enrolled": "{who}: {kind}, bill {bill}. Not covered: the household is not a member on this day.",
    "no_coverage": "{who}: {kind}, bill {bill}. Not covered: the household is suspended until it pays what it owes.",
    "waiting_period": "{who}: {kind}, bill {bill}. Not covered: the waiting period is not over.",
    "excluded_age": "{who}: {kind}, bill {bill}. Not covered: not at this age.",
    "excluded_cause": "{who}: {kind}, bill {bill}. Not covered: not for this cause.",
    "no_referral": "{who}: {kind}, bill {bill}. Not covered: there is no letter of referral.",
    "over_events": "{who}: {kind}, bill {bill}. Not covered: as many times as are paid for in a year have been.",
    "did_not_seek": "{who}: {kind}: care was needed, and the person went without.",
    "cash_benefit": "{who}: {kind}. The mutual will pay the household {amount} for the days of the stay.",
    "contribution_due": "{who}: a contribution of {amount} falls due.",
    "paid_on_time": "{who} pays its contribution of {amount} on the day it is due.",
    "paid_late": "{who} pays the {amount} that it owes.",
    "reinstated": "{who} pays the {amount} that it owes. It was suspended: its cover begins anew, with new waiting "
    "periods.",
    "paid_from_advance": "{who}: {amount} of the contribution had been paid ahead.",
    "joining_fee": "{who} joins, and pays the fee of {amount}.",
    "penalty": "{who} pays {amount} more, for it was suspended.",
    "commission": "{who}: of this the collector has {amount}.",
    "state_due": "{who}: the State will add {amount}.",
    "support_due": "support of {amount} is due.",
    "support_received": "support of {amount} arrives.",
    "support_in_kind": "support in work or goods, worth {amount}.",
    "left": "{who} does not renew its membership.",
    "struck_off": "{who} is struck off; the {amount} that it owes is given up.",
    "birth": "{who} is born.",
    "death": "{who} has died.",
    "opening": "opening books: {debit} {amount}, against {credit}.",
    "earned": "the month is closed: contributions of {amount} are earned.",
    "earned too much": "the month is closed: {amount} of contributions counted as earned before did not fall due.",
    "support_earned": "the month is closed: {amount} of the State's share is earned.",
    "support earned too much": "the month is closed: {amount} of the State's share counted as earned before did not "
    "fall due.",
    "interest": "the bank pays interest of {amount}.",
    "running_costs": "running costs of {amount} are due.",
    "debt_paid": "the mutual pays {amount} to {debit}.",
    "own_process": "{debit} {amount}, against {credit} (a process of your own).",
}
CREDITORS = {"members_claims": "households"}  # others are called as their accounts


def story(prepared, world, household=None):
    """The sentences of one world in the order of its clock, one by one; of one household only, if it is named (its
    number, from 0).
    """
    batch = _lived(prepared, world)
    rows = ledger.in_order(batch.memory.log[0, : batch.memory.written[0]])
    happenings = [*_entries(batch, rows, household), *_suspensions(batch, rows, household), *_shortage(batch)]
    if household is not None:
        happenings += _waiting(batch, rows, household)
    yield f"{prepared.scenario.title}: world {world}, seed {int(prepared.seed)}" + (
        "" if household is None else f", household {household}"
    )
    for when, _, sentence in sorted(happenings, key=lambda happening: happening[:2]):
        yield f"{prepared.calendar.date(day_of(when))}  {sentence[0].upper()}{sentence[1:]}"
    yield (
        f"After {money(prepared.calendar.days)} days: "
        + ", ".join(_mutual_stands(batch) if household is None else _household_stands(batch, rows, household))
        + "."
    )


def _lived(prepared, world):
    """One world with its whole log."""
    batch = live_batch(prepared, world, 1, room=4096)
    written = int(batch.memory.written[0])
    return batch if written <= 4096 else live_batch(prepared, world, 1, room=written)


def _entries(batch, rows, household):
    """(moment, place, sentence) of the entries; a contribution that is paid on the day is told once."""
    cash, at_once = 0, {(int(e["moment"]), int(e["household"])) for e in rows if e["reason"] == PAID_ON_TIME}
    for place, entry in enumerate(rows):
        amount, home, debit, credit = (
            int(entry["amount"]),
            int(entry["household"]),
            ACCOUNTS[entry["debit"]],
            ACCOUNTS[entry["credit"]],
        )
        cash += amount * ((debit == "cash") - (credit == "cash"))
        told_once = entry["reason"] == CONTRIBUTION_DUE and (int(entry["moment"]), home) in at_once
        if told_once or household not in (None, home):
            continue
        kind = batch.prepared.scenario.kinds[entry["kind"]] if entry["kind"] >= 0 else None
        who = _who(batch, entry, day_of(int(entry["moment"])))
        text = SENTENCES[_told_as(REASONS[entry["reason"]], debit, credit)].format(
            who=who,
            kind=kind,
            amount=money(amount),
            bill=money(entry["bill"]),
            own=money(max(entry["bill"] - amount, 0)),
            debit=CREDITORS.get(debit, debit).replace("_", " "),
            credit=CREDITORS.get(credit, credit).replace("_", " "),
        )
        moved = household is None and amount and "cash" in (debit, credit)
        yield int(entry["moment"]), place, text + (f"  [cash box {money(cash)}]" if moved else "")


def _told_as(reason, debit, credit):
    """The sentence of an entry: some reasons have two."""
    if reason == "accepted" and credit == "members_claims":
        return "given back"
    return {
        ("earned", "contributions"): "earned too much",
        ("support_earned", "subsidies"): "support earned too much",
    }.get((reason, debit), reason)


def _who(batch, entry, day):
    """Household and person of an entry, with sex and age on that day."""
    home, ordinal = int(entry["household"]), int(entry["person"])
    if home == NOBODY:
        return ""
    if ordinal == NOBODY:
        return f"household {home}"
    first, end = batch.state.first[0, home : home + 2]
    who = next(who for who in batch.state.person[0, first:end] if who["entity"] % PLACES == ordinal)
    age = completed_age.py_func(day - int(who["born"]))
    words = ("boy", "man", "girl", "woman")
    return f"household {home}, person {ordinal} ({words[2 * bool(who['woman']) + (age >= 15)]}, {age})"


def _suspensions(batch, rows, household):
    """(moment, place, sentence) of the days on which a household that has not paid is suspended."""
    start, calendar = batch.prepared.opening, batch.calendar
    until = {
        int(home): start.late_suspended_from
        for home, amount in zip(start.late, start.late_amounts, strict=True)
        if amount
    }
    owed, told = dict.fromkeys(until, 1), []

    def suspend(home, day):
        from_day = until.pop(home, None)
        if from_day is not None and from_day < day and household in (None, home):
            told.append(
                (
                    moment(max(from_day, 0), Part.MEMBERSHIP),
                    -1,
                    f"household {home} is suspended: what it owes was not paid within the grace period.",
                )
            )

    for entry in rows:
        home, reason, day = int(entry["household"]), entry["reason"], day_of(int(entry["moment"]))
        if reason == CONTRIBUTION_DUE:
            owed[home] = owed.get(home, 0) + int(entry["amount"])
            until.setdefault(home, int(batch.scheme.suspended_from[0, day]))
        elif reason in (PAID_FROM_ADVANCE, PAID_ON_TIME, PAID_LATE, REINSTATED, STRUCK_OFF):
            owed[home] = 0 if reason != PAID_FROM_ADVANCE else owed[home] - int(entry["amount"])
            if owed[home] == 0:
                suspend(home, day)
    for home in list(until):
        suspend(home, calendar.days)
    return told


def _shortage(batch):
    """(moment, place, sentence) of the first day on which a bill could not be paid, of that on which a provider may
    stop, and of the closing at which the mutual is lost.
    """
    till, told = batch.till, []
    late, stopped, lost = (int(first[0, 0]) for first in (till.first_late, till.first_stopped, till.lost))
    if late >= 0:
        told.append((late, "the money is not there for a bill that is due: the mutual runs short for the first time."))
    if stopped >= 0:
        told.append(
            (stopped, "a provider has been owed for longer than it tolerates: it may stop accepting the cards.")
        )
    if lost >= 0:
        months = batch.prepared.scenario.scheme.lost_when_owing
        closing = int(batch.calendar.first[lost + 1]) - 1
        text = f"overdue bills come to more than {plural(months, 'month')} of contributions: the mutual is lost."
        told.append((closing, text))
    return [(moment(day, Part.ASSEMBLY), -1, text) for day, text in told]


def _waiting(batch, rows, household):
    """The days on which a household's waiting periods end."""
    opening, joins = batch.prepared.opening, int(batch.state.home[0, household]["joins"])
    if batch.state.home[0, household]["left_on"] <= joins:
        yield moment(joins, Part.LATE_PAYMENTS), -1, f"household {household} does not join."
        return
    begins = [] if household in opening.paid_up or household in opening.late else [joins]
    begins += [
        day_of(int(entry["moment"]))
        for entry in rows
        if entry["reason"] == REINSTATED and entry["household"] == household
    ]
    for i, day in enumerate(begins):
        for k, kind in enumerate(batch.prepared.scenario.kinds):
            end = int(batch.scheme.waiting_until[0, k, day + 1])
            if (
                day < end < (begins[i + 1] if i + 1 < len(begins) else batch.calendar.days)
                and batch.scheme.benefit[0, k]["exists"]
            ):
                yield (
                    moment(end, Part.LATE_PAYMENTS),
                    -1,
                    f"household {household}: the waiting period for {kind} is over.",
                )


def _mutual_stands(batch):
    """What the mutual has and owes at the end, in words."""
    words = {
        "cash": "cash box {}",
        "receivable": "members owe {}",
        "accrued": "earned and not yet due {}",
        "support_receivable": "support still to come {}",
        "advances": "paid ahead by members {}",
        "providers": "owed to providers {}",
        "members_claims": "owed to households {}",
        "suppliers": "owed to suppliers {}",
    }
    balances = dict(zip(ACCOUNTS, batch.memory.books[0, 0].tolist(), strict=True))
    return [text.format(money(abs(balances[account]))) for account, text in words.items() if balances[account]] or [
        "nothing is left, nothing is owed"
    ]


def _household_stands(batch, rows, household):
    """What a household paid in, what the mutual paid for it, and what it owes."""
    own = rows[rows["household"] == household]
    paid_in = int(own["amount"][own["debit"] == ledger.CASH].sum())
    care = own[(own["kind"] >= 0) & (own["reason"] != DID_NOT_SEEK)]
    return [
        f"paid in {money(paid_in)}",
        f"bills {money(care['bill'].sum())}, of which the mutual pays {money(care['amount'].sum())}",
        f"owes {money(batch.state.home[0, household]['owed'])}",
    ]
