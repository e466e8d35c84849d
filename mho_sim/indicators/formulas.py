"""The indicators by which mutuals are followed, on plain amounts, and `INDICATORS`, the list of them.

Arguments are numbers or arrays, given by name; results have their common shape. Amounts are money of one period (a year
where nothing else is said), shares are 0 to 1 and more. Without a denominator a result is NaN. Where two guides define
an indicator differently, both are here, each under its own name. N numbers in sources are sheets of the STEP guide as
GUIDE cites them. Tags: [S] read in the source, [D] derived from printed figures, [R] recalled, [C] constructed; a
formula that DOMAIN 4.2 gives without a tag is marked [R].
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Indicator(NamedTuple):
    """An indicator, as a page may list it. `code` is that of STEP/CIDR, `tag` that of the formula; thresholds carry
    their own tags. Code and threshold are None where none is known.
    """

    function: Callable
    code: str | None
    unit: str
    formula: str
    source: str
    tag: str
    threshold: str | None


INDICATORS = {}


def _indicator(formula, source, tag, *, unit="share", code=None, threshold=None):
    """Put a function on the list, under its name; its docstring goes on with formula and source."""

    def listed(function):
        function.__doc__ += f" {formula[0].upper()}{formula[1:]} ({source} [{tag}])."
        INDICATORS[function.__name__] = Indicator(function, code, unit, formula, source, tag, threshold)
        return function

    return listed


def ratio(above, below):
    """above / below; NaN where below is 0."""
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below != 0)[()]


# Members

GROWTH = "above 0 growing, about 0 stable, below 0 shrinking [S]; the first year's counts mean little [S]"
NOUNA = "seen: drop-out of 30.9 to 45.7 % a year, Nouna [S]"


@_indicator(
    "(members - members a year before) / members a year before",
    "EVAL 3.1, GUIDE F16, DOMAIN 4.1",
    "S",
    code="M.1",
    threshold=GROWTH,
)
def growth_of_members(*, members, members_before):
    """Gross growth rate of the members."""
    return ratio(np.subtract(members, members_before), members_before)


@_indicator(
    "(beneficiaries - beneficiaries a year before) / beneficiaries a year before",
    "EVAL 3.1, GUIDE F16, DOMAIN 4.1",
    "S",
    code="M.1.1",
    threshold=GROWTH,
)
def growth_of_beneficiaries(*, beneficiaries, beneficiaries_before):
    """Gross growth rate of the beneficiaries."""
    return ratio(np.subtract(beneficiaries, beneficiaries_before), beneficiaries_before)


@_indicator(
    "(dependants - dependants a year before) / dependants a year before",
    "EVAL 3.1, GUIDE F16, DOMAIN 4.1",
    "S",
    code="M.1.2",
    threshold=GROWTH,
)
def growth_of_dependants(*, dependants, dependants_before):
    """Gross growth rate of the dependants."""
    return ratio(np.subtract(dependants, dependants_before), dependants_before)


@_indicator("members of the year before who renewed / members of the year before", "EVAL, DOMAIN 4.1", "R", code="M.2")
def loyalty_rate(*, members_renewed, members_before):
    """Loyalty rate: renewal among all members of the year before."""
    return ratio(members_renewed, members_before)


@_indicator("1 - loyalty rate", "DOMAIN 4.1", "R", threshold=NOUNA)
def drop_out_rate(*, members_renewed, members_before):
    """Drop-out among all members of the year before."""
    return 1 - loyalty_rate(members_renewed=members_renewed, members_before=members_before)


@_indicator("renewals / memberships that were eligible to renew", "KPI, DOMAIN 4.2", "R")
def renewal_rate(*, renewals, eligible):
    """Renewal among those who could renew."""
    return ratio(renewals, eligible)


@_indicator("1 - renewal rate", "DOMAIN 4.2", "R", threshold=NOUNA)
def drop_out_rate_of_eligible(*, renewals, eligible):
    """Drop-out among those who could renew."""
    return 1 - renewal_rate(renewals=renewals, eligible=eligible)


@_indicator(
    "(dependants of the members who stayed - their dependants a year before) / members who stayed",
    "EVAL, DOMAIN 4.1; to be checked in EVAL volume 2, p. 66 ff.",
    "R",
    code="M.3",
    unit="dependants a member",
)
def internal_growth(*, dependants, dependants_before, members_who_stayed):
    """Growth from within the families."""
    return ratio(np.subtract(dependants, dependants_before), members_who_stayed)


@_indicator("new members / members of the year before", "EVAL, DOMAIN 4.1", "R", code="M.4")
def external_growth(*, new_members, members_before):
    """Growth by new members."""
    return ratio(new_members, members_before)


@_indicator(
    "beneficiaries / target population",
    "EVAL, DOMAIN 4.1 and 4.2",
    "R",
    code="M.5",
    threshold="Africa usually below 10 % [S]; the first year's counts mean little [S]",
)
def penetration(*, beneficiaries, target_population):
    """Penetration, coverage: share of the target population that is covered."""
    return ratio(beneficiaries, target_population)


@_indicator("beneficiaries / members", "GUIDE E4", "S", unit="persons a member")
def beneficiaries_per_member(*, beneficiaries, members):
    """Mean covered family, the member included."""
    return ratio(beneficiaries, members)


@_indicator("contributions / beneficiaries", "GUIDE E6", "D", unit="money a beneficiary")
def contribution_per_beneficiary(*, contributions, beneficiaries):
    """Mean contribution of a beneficiary."""
    return ratio(contributions, beneficiaries)


@_indicator("members present / paying members", "EVAL Part IV 4.2, DOMAIN 4.1", "S")
def attendance_of_paying_members(*, members_present, paying_members):
    """Attendance of the general assembly, as EVAL counts it."""
    return ratio(members_present, paying_members)


@_indicator("participants / members of the body (for the general assembly: all members)", "GEST-fr 4.2, GUIDE F17", "S")
def participation_rate(*, participants, members):
    """Participation in an assembly, a board, an executive committee, as the STEP guide counts it."""
    return ratio(participants, members)


# Can it meet its commitments?


@_indicator(
    "cash and bank / short-term debts",
    "EVAL, GUIDE F10: fits the printed figures; DOMAIN 4.1",
    "D",
    code="F.1",
    threshold="1 or more [R]",
)
def immediate_liquidity(*, cash, short_term_debts):
    """Immediate liquidity."""
    return ratio(cash, short_term_debts)


@_indicator("(cash + near-cash) / payables due in 3 months", "DOMAIN 4.2", "R", threshold="1 or more [R]")
def liquidity(*, cash, near_cash=0, payables_due_in_3_months):
    """Liquidity for the next three months."""
    return ratio(np.add(cash, near_cash), payables_due_in_3_months)


@_indicator(
    "assets / liabilities (with claims not yet reported, unearned contributions, providers' invoices)",
    "DOMAIN 4.2",
    "R",
    threshold="above 1 at least, above 1.2 for comfort [R]",
)
def solvency(*, assets, liabilities):
    """Solvency."""
    return ratio(assets, liabilities)


@_indicator("own funds / total balance sheet", "EVAL, DOMAIN 4.1", "R", code="F.2", threshold="rising [R]")
def own_funds_over_balance_sheet(*, own_funds, balance_sheet):
    """Own-funds ratio that never exceeds 100 %."""
    return ratio(own_funds, balance_sheet)


@_indicator("own funds / debts", "GUIDE F10: fits the guide's printed figures, above 100 %", "D", code="F.2")
def own_funds_over_debts(*, own_funds, debts):
    """Own-funds ratio as the STEP guide seems to calculate it."""
    return ratio(own_funds, debts)


@_indicator(
    "reserves / benefits of the year, running costs not counted",
    "GUIDE F6, N 25: example read [S], denominator derived",
    "D",
    code="F.3",
    threshold="50 % (6 months) is usually aimed at [R]",
)
def reserve_cover_gest(*, reserves, benefits):
    """Coverage of charges as the STEP guide's example has it."""
    return ratio(reserves, benefits)


@_indicator(
    "12 x reserves / benefits of the year, running costs not counted",
    "GUIDE F6, N 25: example read [S], denominator derived",
    "D",
    code="F.3",
    unit="months",
    threshold="6 are usually aimed at [R]",
)
def reserve_cover_gest_months(*, reserves, benefits):
    """The same in months."""
    return 12 * reserve_cover_gest(reserves=reserves, benefits=benefits)


@_indicator("reserves / (benefits + running costs of the year)", "EVAL, DOMAIN 4.1", "R", code="F.3")
def reserve_cover(*, reserves, benefits, running_costs):
    """Coverage of charges with running costs counted."""
    return ratio(reserves, np.add(benefits, running_costs))


@_indicator(
    "own funds / mean monthly (benefits + running costs)",
    "DOMAIN 4.1 and 4.2",
    "R",
    code="F.3",
    unit="months",
    threshold="3 at least, 6 as a target [R]",
)
def equity_months(*, own_funds, benefits, running_costs, months=12):
    """Equity in months, benefits and running costs being those of so many months."""
    return ratio(np.multiply(own_funds, months), np.add(benefits, running_costs))


@_indicator(
    "share of futures in which the reserves are below 0 at any month's end",
    "DROR01, DOMAIN 4.2",
    "R",
    threshold="below 5 % [S]",
)
def ruin_probability(*, reserves):
    """Ruin probability, from reserves at the months' ends, shape (..., futures, months)."""
    ruined = (np.asarray(reserves) < 0).any(axis=-1)
    return ratio(ruined.sum(axis=-1), ruined.shape[-1])


# Do contributions pay for the activity, and does the money go to care?


@_indicator(
    "benefits incurred / contributions earned",
    "IRIS FP8478, EVAL, GUIDE F11, DOMAIN 4.2",
    "S",
    threshold="60 to 80 % working band, above 100 % alarm [R]; not to be compared across products or ages [S]",
)
def claims_ratio(*, benefits, contributions_earned):
    """Incurred claims ratio."""
    return ratio(benefits, contributions_earned)


@_indicator(
    "all running costs, those that others pay included / contributions earned",
    "KPI, DOMAIN 4.2",
    "R",
    threshold="up to 30 % seen in many health schemes [S]; 15 to 25 % aimed at [R]",
)
def gross_expense_ratio(*, running_costs, contributions_earned):
    """Incurred expense ratio, gross."""
    return ratio(running_costs, contributions_earned)


@_indicator("(running costs - subsidy earmarked for them) / contributions earned", "DOMAIN 4.2", "R")
def net_expense_ratio(*, running_costs, earmarked_subsidy, contributions_earned):
    """Incurred expense ratio, net."""
    return ratio(np.subtract(running_costs, earmarked_subsidy), contributions_earned)


@_indicator("running costs / total charges", "GUIDE F12, N 28: fits the printed figures", "D")
def running_costs_over_charges(*, running_costs, charges):
    """Gross running costs, as the STEP guide seems to calculate them."""
    return ratio(running_costs, charges)


@_indicator("claims ratio + gross expense ratio", "DOMAIN 4.2", "R", threshold="below 100 % [R]")
def combined_ratio(*, benefits, running_costs, contributions_earned):
    """Combined ratio."""
    return ratio(np.add(benefits, running_costs), contributions_earned)


@_indicator(
    "(contributions earned + investment income - benefits - running costs) / contributions earned",
    "KPI, DOMAIN 4.2",
    "R",
    threshold="above 0 at maturity [R]",
)
def net_income_ratio_without_subsidy(*, contributions_earned, investment_income=0, benefits, running_costs):
    """Net income ratio without support from outside."""
    return ratio(
        contributions_earned + np.subtract(investment_income, np.add(benefits, running_costs)), contributions_earned
    )


@_indicator(
    "(contributions earned + investment income + subsidy - benefits - running costs) / contributions earned",
    "KPI, DOMAIN 4.2",
    "R",
)
def net_income_ratio_with_subsidy(*, contributions_earned, investment_income=0, subsidy, benefits, running_costs):
    """Net income ratio with support from outside."""
    return net_income_ratio_without_subsidy(
        contributions_earned=contributions_earned,
        investment_income=np.add(investment_income, subsidy),
        benefits=benefits,
        running_costs=running_costs,
    )


@_indicator("contributions earned - benefits incurred", "DOMAIN 4.2", "R", unit="money")
def technical_result(*, contributions_earned, benefits):
    """Technical result, of the whole or of one service."""
    return np.subtract(contributions_earned, benefits)


@_indicator(
    "contributions received / contributions due, of the same period",
    "DOMAIN 4.2",
    "R",
    threshold="90 % and more as a target, below 80 % danger [R]",
)
def collection_rate(*, contributions_received, contributions_due):
    """Contribution collection rate."""
    return ratio(contributions_received, contributions_due)


BELOW_1 = "1 or more; below, only a part of the charges is covered, and the rest comes from elsewhere [S]"


@_indicator("contributions earned / (benefits + running costs)", "GUIDE F7, N 25", "S", threshold=BELOW_1)
def contributions_over_operating_charges(*, contributions_earned, benefits, running_costs):
    """Contributions over operating charges."""
    return ratio(contributions_earned, np.add(benefits, running_costs))


@_indicator("contributions / (operating + financial + exceptional charges)", "GUIDE F8, N 25", "S", threshold=BELOW_1)
def contributions_over_all_charges(*, contributions, operating_charges, financial_charges=0, exceptional_charges=0):
    """Contributions over all charges."""
    return ratio(contributions, operating_charges + np.add(financial_charges, exceptional_charges))


@_indicator("own income / total charges", "DOMAIN 4.2", "R", threshold="seen: 82.55 %, Rwanda 2011/12 [S]")
def self_financing_ratio(*, own_income, charges):
    """Self-financing ratio; own income is all that does not come from outside."""
    return ratio(own_income, charges)


@_indicator("external funds / total income", "DOMAIN 4.2", "R", threshold="seen: 89.8 %, Ga District [S]")
def subsidy_ratio(*, external_funds, income):
    """Subsidy ratio, dependency."""
    return ratio(external_funds, income)


# Care


@_indicator(
    "cases / person-years of exposure",
    "DOMAIN 4.2",
    "R",
    unit="cases a person-year",
    threshold="within 15 % of what was assumed [C]",
)
def frequency(*, cases, person_years):
    """Frequency, utilization."""
    return ratio(cases, person_years)


@_indicator("benefits paid / cases", "DOMAIN 4.2", "R", unit="money a case")
def cost_per_case(*, benefits_paid, cases):
    """Mean cost of a case."""
    return ratio(benefits_paid, cases)


@_indicator("benefits paid / person-years", "DOMAIN 4.2", "R", unit="money a person-year")
def cost_per_beneficiary(*, benefits_paid, person_years):
    """Mean cost of a beneficiary and year."""
    return ratio(benefits_paid, person_years)


@_indicator(
    "benefits observed / (pure premium assumed x person-years)", "DOMAIN 4.2", "R", threshold="alert above 1.10 [C]"
)
def actual_over_expected(*, benefits, pure_premium, person_years):
    """Actual over expected benefits."""
    return ratio(benefits, np.multiply(pure_premium, person_years))


@_indicator(
    "shares of the invoices that were paid within 7 days, in 8 to 30, in 31 to 90, later",
    "KPI, DOMAIN 4.2",
    "R",
    unit="four shares",
)
def promptness(*, days_to_pay):
    """Promptness, shape (4,), from whole days, shape (invoices,)."""
    days = np.asarray(days_to_pay)
    return ratio(np.bincount(np.searchsorted([7, 30, 90], days), minlength=4), days.size)


@_indicator(
    "invoices paid more than 28 days after they came / invoices",
    "DOMAIN 4.2: the limit is Ghana's law [S]",
    "S",
    threshold="seen: 99 %, Ga District [S]",
)
def paid_late(*, days_to_pay, limit=28):
    """Share of invoices paid later than a limit in days, from whole days, shape (..., invoices)."""
    late = np.asarray(days_to_pay) > limit
    return ratio(late.sum(axis=-1), late.shape[-1])


@_indicator("claims rejected / claims submitted", "KPI, DOMAIN 4.2", "R")
def rejection_rate(*, claims_rejected, claims_submitted):
    """Claims rejection rate."""
    return ratio(claims_rejected, claims_submitted)


# Households


@_indicator(
    "contribution / income of the household, both of a year",
    "DOMAIN 4.2",
    "R",
    threshold="below 2 to 3 % of income [R]",
)
def affordability(*, contribution, income):
    """Affordability."""
    return ratio(contribution, income)


@_indicator("households willing to pay at least the contribution / households", "DOMAIN 4.2", "R")
def willing_share(*, willingness_to_pay, contribution):
    """Affordability against what households say they would pay, shape (..., households)."""
    willing = np.asarray(willingness_to_pay) >= contribution
    return ratio(willing.sum(axis=-1), willing.shape[-1])


@_indicator("own spending on care with the mutual / without it", "DOMAIN 4.2", "R")
def spending_left(*, own_spending, own_spending_without):
    """What the mutual leaves of the households' own spending on care."""
    return ratio(own_spending, own_spending_without)


def hardship(*, own_spending, income, limit):
    """Share of households, shape (..., households), whose own spending on care in a year is above `limit` x income."""
    hit = np.asarray(own_spending) > np.multiply(limit, income)
    return ratio(hit.sum(axis=-1), hit.shape[-1])


@_indicator(
    "households whose own spending on care is above 10 % of their income (or of all their spending) / households",
    "DOMAIN 4.2",
    "R",
    threshold="seen: 10.80 % of households, Rwanda [S]",
)
def spending_above_10_percent(*, own_spending, income):
    """Financial protection, the usual limit."""
    return hardship(own_spending=own_spending, income=income, limit=0.10)


@_indicator(
    "households whose own spending on care is above 25 % of their income (or of all their spending) / households",
    "the limit of MICRODATA 3 beside 10 %",
    "R",
)
def spending_above_25_percent(*, own_spending, income):
    """Financial protection, the higher limit."""
    return hardship(own_spending=own_spending, income=income, limit=0.25)


@_indicator(
    "households whose own spending on care is above 40 % of their capacity to pay / households",
    "DOMAIN 4.2: limit used in Rwanda",
    "S",
)
def spending_above_40_percent_of_capacity(*, own_spending, capacity_to_pay):
    """Financial protection against what is left after subsistence."""
    return hardship(own_spending=own_spending, income=capacity_to_pay, limit=0.40)


# What belongs to a period: no indicators, but all of them rest on it


def earned_contributions(*, contributions, elapsed_share):
    """Contributions earned, money: contribution x elapsed share of its period; the rest is a liability (F13 [S])."""
    return np.multiply(contributions, elapsed_share)


def incurred_benefits(*, paid, outstanding, outstanding_before, not_reported=0, not_reported_before=0):
    """Benefits incurred, money: paid + change in invoices outstanding + change in what is not reported yet (4.2; F14
    [S]).
    """
    return paid + np.subtract(outstanding, outstanding_before) + np.subtract(not_reported, not_reported_before)
