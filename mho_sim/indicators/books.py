"""Plain amounts read off the books and the registers, and the indicators that these amounts feed.

Accounts are balances (debit minus credit), arrays whose last axis is that of `ledger.ACCOUNTS`; results keep the other
axes. Money is in whole units of the currency.

Of `INDICATORS`, these cannot be fed, and are left out:

* renewal_rate, drop_out_rate_of_eligible: the registers count who left, not whether at renewal or struck off
* internal_growth: the registers do not follow the dependants of those who stayed
* attendance_of_paying_members, participation_rate: the assembly is not in the model
* liquidity: the books do not keep on which day a debt falls due
* actual_over_expected: a scenario has no pure premium that somebody assumed
* promptness, paid_late: the books do not keep when each invoice was paid
* willing_share: a survey of take-up has shares, not what each household says it would pay
* spending_above_40_percent_of_capacity: what households need to subsist is not in the model

What households spend against their income needs `setting.enterprises`; affordability besides that the households with
an income are the members, from the first day to the last.
"""

import inspect

from mho_sim.indicators import formulas
from mho_sim.indicators.formulas import INDICATORS
from mho_sim.ledger import (
    ACCRUED,
    ADVANCES,
    BAD_DEBTS,
    BENEFITS,
    CASH,
    COMMISSIONS,
    CONTRIBUTIONS,
    DEFERRED_SUPPORT,
    EQUITY,
    EXPENSES,
    EXPENSES_IN_KIND,
    FEES,
    INTEREST,
    KIND_MEASURES,
    MEMBERS_CLAIMS,
    PROVIDERS,
    RECEIVABLE,
    SUBSIDIES,
    SUPPLIERS,
    SUPPORT_IN_KIND,
    SUPPORT_RECEIVABLE,
    UNEARNED,
)
from mho_sim.rules import DID_NOT_SEEK, NOT_ENROLLED, PAID_FOR

# What a formula's argument is read from, where its name alone does not say it
READ_FROM = {
    ("contribution_per_beneficiary", "contributions"): "contributions_earned",
    ("contribution_per_beneficiary", "beneficiaries"): "person_years",
    ("loyalty_rate", "members_before"): "members_to_renew",
    ("drop_out_rate", "members_before"): "members_to_renew",
    ("external_growth", "members_before"): "members_at_starts",
    ("reserve_cover", "running_costs"): "running_costs_paid",
    ("equity_months", "running_costs"): "running_costs_paid",
    ("contributions_over_all_charges", "contributions"): "contributions_earned",
    ("affordability", "income"): "household_income",
    ("ruin_probability", "reserves"): "of a study's worlds",
    ("spending_above_10_percent", "income"): "of each household",
    ("spending_above_25_percent", "income"): "of each household",
}


def contributions_due(accounts):
    """Contributions that have fallen due, money: what was deferred or accrued, plus what was earned, less what is
    accrued.
    """
    return -accounts[..., [UNEARNED, ACCRUED, CONTRIBUTIONS]].sum(axis=-1)


def contributions_earned(accounts):
    """Contributions earned, money."""
    return -accounts[..., CONTRIBUTIONS]


def equity(accounts):
    """Own funds, money: all that the mutual has (cash, what members owe, what has accrued, support still to come) less
    all that it owes (providers, households, suppliers, members who paid ahead, cover not yet given).
    """
    return accounts[..., :EQUITY].sum(axis=-1)


def claims_ratio(accounts):
    """Benefits incurred / contributions earned (EVAL, IRIS FP8478; DOMAIN 4.2 [S]); NaN where nothing was earned."""
    return INDICATORS["claims_ratio"].function(
        benefits=accounts[..., BENEFITS], contributions_earned=contributions_earned(accounts)
    )


def collection_rate(accounts, receivable_before=0):
    """Contributions received / contributions due, with what was owed before (DOMAIN 4.2 [R]); NaN where nothing was
    due. What was lost was not received.
    """
    due = contributions_due(accounts) + receivable_before
    received = due - accounts[..., RECEIVABLE] - accounts[..., BAD_DEBTS]
    return INDICATORS["collection_rate"].function(contributions_received=received, contributions_due=due)


def equity_months(accounts, months):
    """Own funds / mean monthly benefits and running costs that the mutual pays itself: "equity in months" (DOMAIN 4.2
    [R]); NaN where nothing was spent.
    """
    return INDICATORS["equity_months"].function(
        own_funds=equity(accounts),
        benefits=accounts[..., BENEFITS],
        running_costs=accounts[..., [EXPENSES, COMMISSIONS]].sum(axis=-1),
        months=months,
    )


def amounts_of_books(ends, before):
    """Amounts of a period by name, from the balances at its end and before it."""
    changes = ends - before

    def spent(*accounts):
        return changes[..., accounts].sum(axis=-1)

    def owed(*accounts):
        return -ends[..., accounts].sum(axis=-1)

    due = contributions_due(changes) + before[..., RECEIVABLE]
    own_income = -spent(CONTRIBUTIONS, FEES, INTEREST)
    external = -spent(SUBSIDIES, SUPPORT_IN_KIND)
    liabilities = owed(ADVANCES, UNEARNED, DEFERRED_SUPPORT, PROVIDERS, MEMBERS_CLAIMS, SUPPLIERS)
    assets = ends[..., [CASH, RECEIVABLE, ACCRUED, SUPPORT_RECEIVABLE]].sum(axis=-1)
    running_costs = spent(EXPENSES, COMMISSIONS, EXPENSES_IN_KIND)
    operating = spent(BENEFITS, EXPENSES, COMMISSIONS, EXPENSES_IN_KIND, BAD_DEBTS)
    return {
        "contributions_due": due,
        "contributions_received": due - ends[..., RECEIVABLE] - spent(BAD_DEBTS),
        "contributions_earned": -spent(CONTRIBUTIONS),
        "benefits": spent(BENEFITS),
        "running_costs": running_costs,
        "running_costs_paid": spent(EXPENSES, COMMISSIONS),
        "earmarked_subsidy": -spent(SUPPORT_IN_KIND),  # what is given in kind is given for running costs
        "subsidy": external,
        "external_funds": external,
        "investment_income": -spent(INTEREST),
        "own_income": own_income,
        "income": own_income + external,
        "charges": operating,  # there are no financial and no exceptional ones
        "operating_charges": operating,
        "cash": ends[..., CASH],
        "short_term_debts": owed(PROVIDERS, MEMBERS_CLAIMS, SUPPLIERS),
        "liabilities": liabilities,
        "debts": liabilities,
        "assets": assets,
        "balance_sheet": assets,
        "own_funds": assets - liabilities,
        "reserves": assets - liabilities,
    }


def amounts_of_registers(sums, kinds, has_income):
    """Amounts of a period by name, from the sums of the registers by measure."""
    of_kinds = {measure: sum((sums[kind, measure] for kind in kinds), 0) for measure in KIND_MEASURES}
    outcomes = [of_kinds[measure] for measure in KIND_MEASURES[: DID_NOT_SEEK + 1]]
    submitted = sum(outcomes[:DID_NOT_SEEK]) - outcomes[NOT_ENROLLED]
    read = {
        "person_years": sums["people"] / 12,
        "cases": sum(outcomes[:PAID_FOR]),
        "benefits_paid": of_kinds["paid"],
        "claims_submitted": submitted,
        "claims_rejected": submitted - sum(outcomes[:PAID_FOR]),
    }
    if has_income:
        read |= {
            "household_income": sums["income"],
            "own_spending": sums["own_spending"],
            "own_spending_without": sums["bills"],
        }
    return read


def fed(amounts):
    """Every indicator whose arguments are all among the amounts, by name."""
    values = {}
    for name, indicator in INDICATORS.items():
        known = {}
        for argument, of in inspect.signature(indicator.function).parameters.items():
            source = READ_FROM.get((name, argument), argument)
            if source in amounts:
                known[argument] = amounts[source]
            elif of.default is inspect.Parameter.empty:
                break
        else:
            values[name] = indicator.function(**known)
    return values


def hardship_of_registers(sums):
    """Shares of households whose own spending on care is above 10 % and 25 % of their income, as they are counted."""
    return {
        f"spending_above_{limit}_percent": formulas.ratio(sums[f"over_{limit}_with"], sums["households_with_income"])
        for limit in (10, 25)
    }
