"""Remembers: double-entry books and registers of many worlds, and a log of entries where one is wanted.

Books have the axes (worlds, mutuals, accounts) and hold balances as debit minus credit in whole units of money, so that
every cell's accounts sum to zero. Nothing but `post` writes to them. Registers count what money does not show, with the
axes (worlds, mutuals, months, measures).
"""

from typing import NamedTuple

import numpy as np

from mho_sim.compiled import part, rule
from mho_sim.rules import OUTCOMES, REASONS

ACCOUNTS = (
    "cash",
    "receivable",
    "accrued",
    "support_receivable",
    "advances",
    "unearned",
    "deferred_support",
    "providers",
    "members_claims",
    "suppliers",
    "equity",
    "contributions",
    "fees",
    "subsidies",
    "support_in_kind",
    "interest",
    "benefits",
    "commissions",
    "expenses",
    "expenses_in_kind",
    "bad_debts",
)
(
    CASH,
    RECEIVABLE,
    ACCRUED,
    SUPPORT_RECEIVABLE,
    ADVANCES,
    UNEARNED,
    DEFERRED_SUPPORT,
    PROVIDERS,
    MEMBERS_CLAIMS,
    SUPPLIERS,
    EQUITY,
    CONTRIBUTIONS,
    FEES,
    SUBSIDIES,
    SUPPORT_IN_KIND,
    INTEREST,
    BENEFITS,
    COMMISSIONS,
    EXPENSES,
    EXPENSES_IN_KIND,
    BAD_DEBTS,
) = range(len(ACCOUNTS))
BALANCE_SHEET_ACCOUNTS = EQUITY + 1  # these come first; the others are of the income statement


class Account(NamedTuple):
    """How an account is called in SYSCOA, the accounting plan of the UEMOA countries.

    Tag: [S] the number was read in the STEP guide (GUIDE 3), [R] recalled from SYSCOA, or chosen within it. French
    names are usual ones, English ones ours.
    """

    number: str
    french: str
    english: str
    tag: str


CHART = {
    "cash": Account("5", "caisse et banques", "cash box and bank", "[S]"),
    "receivable": Account("41", "adhérents et comptes rattachés", "owed by members", "[S]"),
    "accrued": Account("418", "adhérents: produits à recevoir", "earned, not yet due", "[R]"),
    "support_receivable": Account("44, 45", "État, organismes internationaux", "support still to come", "[S]"),
    "advances": Account("4191", "adhérents: avances reçues", "paid ahead by members", "[R]"),
    "unearned": Account("477", "produits constatés d'avance", "contributions still to earn", "[S]"),
    "deferred_support": Account("4772", "appui constaté d'avance", "support still to earn", "[R]"),
    "providers": Account("40", "fournisseurs: prestataires", "owed to providers of care", "[S]"),
    "members_claims": Account("4198", "adhérents: prestations à payer", "owed to households", "[R]"),
    "suppliers": Account("471", "créditeurs divers", "owed to other suppliers", "[R]"),
    "equity": Account("10", "dotations et apports", "endowments and gifts", "[S]"),
    "contributions": Account("701", "cotisations acquises", "contributions earned", "[R]"),
    "fees": Account("702", "droits d'adhésion et pénalités", "joining fees, penalties", "[R]"),
    "subsidies": Account("71", "subventions", "support from outside", "[R]"),
    "support_in_kind": Account("75", "appui en nature", "support in kind", "[R]"),
    "interest": Account("77", "revenus financiers", "interest", "[R]"),
    "benefits": Account("602", "prestations maladie", "benefits", "[S]"),
    "commissions": Account("632", "commissions des collecteurs", "collectors' commissions", "[R]"),
    "expenses": Account("61-66", "frais de fonctionnement", "running costs", "[R]"),
    "expenses_in_kind": Account("658", "frais pris en charge par d'autres", "running costs in kind", "[R]"),
    "bad_debts": Account("651", "pertes sur cotisations", "contributions lost", "[R]"),
}

KIND_MEASURES = (*OUTCOMES, "bills", "paid", "days")  # counted for each kind of illness
BILLS, PAID, DAYS = len(OUTCOMES), len(OUTCOMES) + 1, len(OUTCOMES) + 2
SCHEME_MEASURES = (
    "births",
    "deaths",
    "left",
    "members_paid",
    "people",
    "people_covered",
    "households_paid_up",
    "households_late",
    "households_suspended",
    "households_with_income",  # these and the following once a household-year, at its closing
    "income",
    "own_spending",
    "bills",
    "over_10_with",
    "over_10_without",
    "over_25_with",
    "over_25_without",
)
(
    BIRTHS,
    DEATHS,
    HAVE_LEFT,
    MEMBERS_PAID,
    PEOPLE,
    PEOPLE_COVERED,
    PAID_UP,
    LATE,
    SUSPENDED,
    WITH_INCOME,
    INCOME,
    OWN_SPENDING,
    ALL_BILLS,
    OVER_10_WITH,
    OVER_10_WITHOUT,
    OVER_25_WITH,
    OVER_25_WITHOUT,
) = range(len(SCHEME_MEASURES))
CELL_MEASURES = (  # counted for whom: by zone, sector, fifth of income, sex and age, over the whole horizon
    "episodes",
    "sought",
    "refused",
    "bills",
    "paid",
    "people",
    "households",
    "over_10_with",
    "over_10_without",
    "over_25_with",
    "over_25_without",
)
(
    OF_EPISODES,
    OF_SOUGHT,
    OF_REFUSED,
    OF_BILLS,
    OF_PAID,
    OF_PEOPLE,
    OF_HOUSEHOLDS,
    OF_OVER_10_WITH,
    OF_OVER_10_WITHOUT,
    OF_OVER_25_WITH,
    OF_OVER_25_WITHOUT,
) = range(len(CELL_MEASURES))
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


STANDING = (PEOPLE, PEOPLE_COVERED, PAID_UP, LATE, SUSPENDED)  # counted at closings, of enrolled households


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
        _write(memory.log[w, row], debit, credit, amount, moment, household, person, kind, reason)


@part
def _write(entry, debit, credit, amount, moment, household, person, kind, reason):
    """Write an entry in the log."""
    entry.moment, entry.household, entry.person = moment, household, person
    entry.kind, entry.reason, entry.debit, entry.credit, entry.amount = kind, reason, debit, credit, amount


@rule
def post_for_all(memory, w, mutual, debit, credit, amount, moment, reason):
    """Post an entry that is nobody's in particular."""
    post(memory, w, mutual, debit, credit, amount, moment, NOBODY, NOBODY, -1, reason)


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
