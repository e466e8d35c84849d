"""Remembers: double-entry books and registers of many worlds, and a log of entries where one is wanted.

Books have the axes (worlds, mutuals, accounts) and hold balances as debit minus credit in whole units of money, so that
every cell's accounts sum to zero. Nothing but `post` writes to them. Registers count what money does not show, with the
axes (worlds, mutuals, months, measures).
"""

import numpy as np

from mho_sim.compiled import rule
from mho_sim.rules import OUTCOMES, REASONS

ACCOUNTS = (
    "cash",
    "receivable",
    "accrued",
    "advances",
    "unearned",
    "providers",
    "suppliers",
    "equity",
    "contributions",
    "benefits",
    "expenses",
)
(CASH, RECEIVABLE, ACCRUED, ADVANCES, UNEARNED, PROVIDERS, SUPPLIERS, EQUITY, CONTRIBUTIONS, BENEFITS, EXPENSES) = (
    range(len(ACCOUNTS))
)

KIND_MEASURES = (*OUTCOMES, "bills", "paid")  # counted for each kind of illness
BILLS, PAID = len(OUTCOMES), len(OUTCOMES) + 1
SCHEME_MEASURES = (
    "births",
    "deaths",
    "people",
    "people_covered",
    "households_paid_up",
    "households_late",
    "households_suspended",
)
BIRTHS, DEATHS, PEOPLE, PEOPLE_COVERED, PAID_UP, LATE, SUSPENDED = range(len(SCHEME_MEASURES))
NOBODY = -1

ENTRY = np.dtype(
    [
        ("moment", "i8"),
        ("household", "i8"),
        ("person", "i8"),
        ("kind", "i8"),
        ("reason", "i8"),
        ("debit", "i8"),
        ("credit", "i8"),
        ("amount", "i8"),
        ("bill", "i8"),
    ]
)


def measures(kinds):
    """Names of the registers' columns: (kind, measure) pairs, kind by kind, then the scheme's own."""
    return [(kind, measure) for kind in kinds for measure in KIND_MEASURES] + list(SCHEME_MEASURES)


@rule
def kind_measure(kind, measure):
    """Column of a kind's measure in the registers."""
    return kind * len(KIND_MEASURES) + measure


@rule
def scheme_measure(kinds, measure):
    """Column of one of the scheme's own measures, given the number of kinds."""
    return kinds * len(KIND_MEASURES) + measure


@rule
def post(memory, w, mutual, debit, credit, amount, moment, household, person, kind, reason):
    """Move an amount from one account to another and, where the log has room, write the entry."""
    memory.books[w, mutual, debit] += amount
    memory.books[w, mutual, credit] -= amount
    row = memory.written[w]
    memory.written[w] = row + 1
    if row < memory.log.shape[1]:
        entry = memory.log[w, row]
        entry.moment, entry.household, entry.person = moment, household, person
        entry.kind, entry.reason, entry.debit, entry.credit, entry.amount = kind, reason, debit, credit, amount


@rule
def note_bill(memory, w, bill):
    """Note the patient's whole bill beside the entry that was posted last, for the story of a world."""
    row = memory.written[w] - 1
    if row < memory.log.shape[1]:
        memory.log[w, row].bill = bill


def in_order(log):
    """A log's rows in the order of the clock: by moment, household, person, kind, then as written."""
    return log[np.lexsort((np.arange(len(log)), log["kind"], log["person"], log["household"], log["moment"]))]


def readable(log, kinds):
    """A log's rows as tuples (moment, household, person, kind, reason, debit, credit, amount) with names, in the
    order of the clock.
    """
    return [
        (
            int(e["moment"]),
            int(e["household"]),
            int(e["person"]),
            kinds[e["kind"]] if e["kind"] >= 0 else None,
            REASONS[e["reason"]],
            ACCOUNTS[e["debit"]],
            ACCOUNTS[e["credit"]],
            int(e["amount"]),
        )
        for e in in_order(log)
    ]
