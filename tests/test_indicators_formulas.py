"""Every indicator on plain amounts: printed figures of the guide (GUIDE 2 [S]), published ones, sums made by hand."""

import inspect
import re

import numpy as np
import pytest

from mho_sim.indicators import INDICATORS, formulas

# A mutual invented for these sums: 1 000 earned; care 600, running costs 250, of which 50 are paid by a subsidy; 40 of
# interest.
YEAR = {"contributions_earned": 1_000, "benefits": 600, "running_costs": 250}

# indicator: arguments, expected
WORKED = {
    "growth_of_members": ({"members": 180, "members_before": 150}, 0.20),
    "growth_of_beneficiaries": ({"beneficiaries": 675, "beneficiaries_before": 900}, -0.25),
    "growth_of_dependants": ({"dependants": 525, "dependants_before": 500}, 0.05),
    "loyalty_rate": ({"members_renewed": 105, "members_before": 150}, 0.70),
    "drop_out_rate": ({"members_renewed": 105, "members_before": 150}, 0.30),
    "renewal_rate": ({"renewals": 105, "eligible": 140}, 0.75),
    "drop_out_rate_of_eligible": ({"renewals": 105, "eligible": 140}, 0.25),
    # 105 members stayed, and brought 42 dependants more into the mutual
    "internal_growth": ({"dependants": 402, "dependants_before": 360, "members_who_stayed": 105}, 0.40),
    "external_growth": ({"new_members": 75, "members_before": 150}, 0.50),
    "penetration": ({"beneficiaries": 675, "target_population": 13_500}, 0.05),
    "beneficiaries_per_member": ({"beneficiaries": 675, "members": 150}, 4.5),  # E4
    "contribution_per_beneficiary": ({"contributions": 5_375_000, "beneficiaries": 2_500}, 2_150),  # E6
    "attendance_of_paying_members": ({"members_present": 60, "paying_members": 120}, 0.50),
    "participation_rate": ({"participants": 60, "members": 150}, 0.40),  # the same assembly, all members counted
    "immediate_liquidity": ({"cash": 300, "short_term_debts": 200}, 1.5),
    "liquidity": ({"cash": 300, "near_cash": 100, "payables_due_in_3_months": 320}, 1.25),
    "solvency": ({"assets": 900, "liabilities": 600}, 1.5),
    "own_funds_over_balance_sheet": ({"own_funds": 300, "balance_sheet": 900}, 1 / 3),
    "own_funds_over_debts": ({"own_funds": 700, "debts": 200}, 3.5),  # above 100 %, as the first cannot be
    "reserve_cover_gest": ({"reserves": 99_150, "benefits": 650_320}, 0.15246),  # E2: 15 %
    "reserve_cover_gest_months": ({"reserves": 99_150, "benefits": 650_320}, 1.82956),  # E2: 1.8
    "reserve_cover": ({"reserves": 99_150, "benefits": 650_320, "running_costs": 175_530}, 0.12006),
    "equity_months": ({"own_funds": 99_150, "benefits": 650_320, "running_costs": 175_530}, 1.44070),
    "ruin_probability": ({"reserves": [[5, 0, 3], [4, -1, 6], [2, 2, 2], [-1, -1, -1]]}, 0.5),  # exactly 0 is no ruin
    "claims_ratio": ({"benefits": 600, "contributions_earned": 1_000}, 0.60),
    "gross_expense_ratio": ({"running_costs": 250, "contributions_earned": 1_000}, 0.25),
    "net_expense_ratio": ({"running_costs": 250, "earmarked_subsidy": 50, "contributions_earned": 1_000}, 0.20),
    "running_costs_over_charges": ({"running_costs": 250, "charges": 1_000}, 0.25),
    "combined_ratio": (YEAR, 0.85),
    "net_income_ratio_without_subsidy": (YEAR | {"investment_income": 40}, 0.19),
    "net_income_ratio_with_subsidy": (YEAR | {"investment_income": 40, "subsidy": 50}, 0.24),
    "technical_result": ({"contributions_earned": 1_000, "benefits": 600}, 400),
    "collection_rate": ({"contributions_received": 1_020, "contributions_due": 1_200}, 0.85),
    "contributions_over_operating_charges": (
        {"contributions_earned": 575_000, "benefits": 650_320, "running_costs": 175_530},
        0.69625,  # E3: 0.7
    ),
    "contributions_over_all_charges": (
        {"contributions": 1_000, "operating_charges": 850, "financial_charges": 100, "exceptional_charges": 300},
        0.80,
    ),
    "self_financing_ratio": ({"own_income": 1_040, "charges": 1_300}, 0.80),
    "subsidy_ratio": ({"external_funds": 260, "income": 1_300}, 0.20),
    "frequency": ({"cases": 540, "person_years": 450}, 1.2),
    "cost_per_case": ({"benefits_paid": 810_000, "cases": 540}, 1_500),
    "cost_per_beneficiary": ({"benefits_paid": 810_000, "person_years": 450}, 1_800),
    "actual_over_expected": ({"benefits": 858_000, "pure_premium": 1_950, "person_years": 400}, 1.10),
    "promptness": ({"days_to_pay": [0, 7, 8, 30, 31, 90, 91, 400]}, [0.25] * 4),
    "paid_late": ({"days_to_pay": [0, 27, 28, 29]}, 0.25),
    "rejection_rate": ({"claims_rejected": 215, "claims_submitted": 1_927}, 0.11157),  # SCHEMES D, V: 0.11
    "affordability": ({"contribution": 25_000, "income": 1_000_000}, 0.025),
    "willing_share": ({"willingness_to_pay": [400, 500, 600, 1_000], "contribution": 500}, 0.75),
    "spending_left": ({"own_spending": 300, "own_spending_without": 1_200}, 0.25),
    # 101, 100, 251, 500 of 1 000: exactly 10 % is not above it
    "spending_above_10_percent": ({"own_spending": [101, 100, 251, 500], "income": 1_000}, 0.75),
    "spending_above_25_percent": ({"own_spending": [101, 100, 251, 500], "income": 1_000}, 0.50),
    "spending_above_40_percent_of_capacity": ({"own_spending": [101, 100, 251, 500], "capacity_to_pay": 1_000}, 0.25),
}
FROM_ROWS = {"ruin_probability", "promptness", "paid_late", "willing_share"} | {
    name for name in WORKED if name.startswith("spending_above")
}  # a share counted over rows


@pytest.mark.parametrize("name", INDICATORS)
def test_worked(name):
    arguments, expected = WORKED[name]
    assert INDICATORS[name].function(**arguments) == pytest.approx(expected, abs=5e-6)


@pytest.mark.parametrize("name", sorted(set(INDICATORS) - FROM_ROWS))
def test_columns_in_columns_out(name):
    arguments, expected = WORKED[name]
    columns = {key: np.array([[value] * 3] * 2) for key, value in arguments.items()}
    assert INDICATORS[name].function(**columns) == pytest.approx(np.full((2, 3), expected), abs=5e-6)


@pytest.mark.parametrize("name", sorted(set(INDICATORS) - {"technical_result"}))
def test_without_a_denominator_it_is_not_a_number(name):
    arguments, _ = WORKED[name]
    nothing = {key: [] if isinstance(value, list) else 0 for key, value in arguments.items()}
    if name == "ruin_probability":
        nothing["reserves"] = np.empty((0, 36))
    assert np.all(np.isnan(INDICATORS[name].function(**nothing)))


def test_worked_cases_are_those_of_the_list():
    assert list(WORKED) == list(INDICATORS)


def test_list_tells_everything_of_each_indicator():
    for name, indicator in INDICATORS.items():
        assert indicator.function is getattr(formulas, name)
        assert all(part.kind is part.KEYWORD_ONLY for part in inspect.signature(indicator.function).parameters.values())
        assert indicator.formula and indicator.source and indicator.unit and indicator.tag in set("SRDC")
        assert indicator.threshold is None or re.search(r"\[[SRDC]\]$", indicator.threshold)
        assert f"[{indicator.tag}]" in indicator.function.__doc__


def test_codes_are_those_of_step_and_cidr():
    """DOMAIN 4.1; where two definitions share a code, both are listed under it."""
    by_code = {}
    for name, indicator in INDICATORS.items():
        by_code.setdefault(indicator.code, []).append(name)
    by_code.pop(None)
    assert by_code == {
        "M.1": ["growth_of_members"],
        "M.1.1": ["growth_of_beneficiaries"],
        "M.1.2": ["growth_of_dependants"],
        "M.2": ["loyalty_rate"],
        "M.3": ["internal_growth"],
        "M.4": ["external_growth"],
        "M.5": ["penetration"],
        "F.1": ["immediate_liquidity"],
        "F.2": ["own_funds_over_balance_sheet", "own_funds_over_debts"],
        "F.3": ["reserve_cover_gest", "reserve_cover_gest_months", "reserve_cover", "equity_months"],
    }


def test_e2_on_benefits_alone_and_on_all_charges():
    """Saphir's 15 % and 1.8 months come out on benefits alone, and not with running costs counted (GUIDE F6, E2)."""
    saphir = {"benefits": 650_320, "running_costs": 175_530}
    assert round(formulas.reserve_cover_gest_months(reserves=99_150, benefits=650_320), 1) == 1.8
    assert round(formulas.equity_months(own_funds=99_150, **saphir), 1) == 1.4
    assert formulas.equity_months(own_funds=99_150, **saphir) == pytest.approx(
        12 * formulas.reserve_cover(reserves=99_150, **saphir)
    )


def test_what_belongs_to_a_year():
    """120 paid in July for twelve months: half is earned by the end of December. Paid 500, unpaid invoices 80 after 30,
    not yet reported 20 after 10: 560 incurred.
    """
    assert formulas.earned_contributions(contributions=120, elapsed_share=6 / 12) == 60
    incurred = formulas.incurred_benefits(
        paid=500, outstanding=80, outstanding_before=30, not_reported=20, not_reported_before=10
    )
    assert incurred == 560
