"""Worked figures of the STEP management guide [S], as far as they could be read."""

from mho_sim.actuarial import contributions, costs
from mho_sim.actuarial.costs import benefit
from mho_sim.indicators import formulas
from mho_sim.verification.cases.sources import GUIDE
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_exactly, judge_printed, judge_relative

GUIDE_CASES = Chapter(
    "guide",
    "The worked figures of the STEP guide",
    "The guide from which leaders of mutuals learn prints small examples. Who puts the guide's figures in must get "
    "the guide's answers out. Printed figures are compared after rounding to their digits.",
)
SAPHIR = {"reserves": 99_150, "benefits": 650_320}


@GUIDE_CASES.case("E1: a capitation contract", source=GUIDE)
def capitation():
    """1.5 contacts at 2,000 for 500 people, a year and a month."""
    year = contributions.capitation(1.5, 2_000, 500)
    return [judge_printed("a year", year, "1,500,000"), judge_printed("a month", year / 12, "125,000")]


@GUIDE_CASES.case("E2: the reserve cover of the mutual Saphir", source=GUIDE)
def reserve_cover():
    """Reserves over benefits, in per cent and in months. Running costs are not counted: the guide's 1.8 months come out
    on benefits alone.
    """
    return [
        judge_printed("per cent", 100 * formulas.reserve_cover_gest(**SAPHIR), "15"),
        judge_printed("months", formulas.reserve_cover_gest_months(**SAPHIR), "1.8"),
    ]


@GUIDE_CASES.case("E3: contributions over charges of Saphir", source=GUIDE)
def contributions_over_charges():
    """575,000 earned, benefits of 650,320, running costs of 175,530: members do not carry their mutual."""
    ratio = formulas.contributions_over_operating_charges(
        contributions_earned=575_000, benefits=650_320, running_costs=175_530
    )
    return [judge_printed("ratio", ratio, "0.7")]


@GUIDE_CASES.case("E4: the first year of a village mutual", source=GUIDE)
def first_year_of_a_village_mutual():
    """675 people of 150 members; a reserve of 71 for benefits of 100 a year."""
    return [
        judge_printed("people a member", formulas.beneficiaries_per_member(beneficiaries=675, members=150), "4.5"),
        judge_printed("months of reserve", formulas.reserve_cover_gest_months(reserves=71, benefits=100), "8.5"),
    ]


@GUIDE_CASES.case("E5: budget lines of a fishermen's federation", source=GUIDE)
def budget_lines():
    """4,000 cards at 100, twelve months of rent at 5,000."""
    cards, rent = (4_000, 100), (12, 5_000)
    return [
        judge_printed("cards", contributions.budget([cards]), "400,000"),
        judge_printed("rent", contributions.budget([rent]), "60,000"),
        judge_exactly("both", contributions.budget([cards, rent]), 460_000),
    ]


@GUIDE_CASES.case("E6: following the budget", source=GUIDE + "; ratios by arithmetic on its figures [D]")
def budget_follow_up():
    """5,375,000 of 2,500 people in 500 households."""
    each = formulas.contribution_per_beneficiary(contributions=5_375_000, beneficiaries=2_500)
    return [
        judge_printed("contribution a person", each, "2,150"),
        judge_printed("people a member", formulas.beneficiaries_per_member(beneficiaries=2_500, members=500), "5.0"),
    ]


@GUIDE_CASES.case("E7: sharing a bill", source=GUIDE)
def cost_sharing():
    """A copayment of 20 % on 100,000, and a ceiling of 30,000 on 40,000."""
    shared = costs.payment(100_000, benefit(("copay", 0.20)))
    limited = costs.payment(40_000, benefit(("ceiling", 30_000)))
    return [
        judge_exactly("the mutual pays, copayment", shared, 80_000),
        judge_exactly("the member pays, copayment", 100_000 - shared, 20_000),
        judge_exactly("the mutual pays, ceiling", limited, 30_000),
        judge_exactly("the member pays, ceiling", 40_000 - limited, 10_000),
    ]


@GUIDE_CASES.case("E8: a charge carried over to the next year", source=GUIDE)
def deferred_charge():
    """3,000 of 5,000 printed cards are left: 150,000 of 250,000 belong to the next year."""
    carried_over = contributions.deferred(250_000, left=3_000, bought=5_000)
    return [
        judge_exactly("next year", carried_over, 150_000),
        judge_exactly("this year", 250_000 - carried_over, 100_000),
    ]


@GUIDE_CASES.case("E9: a contribution that is earned month by month", source=GUIDE)
def earned_contribution():
    """600 paid for a year are not the mutual's on the first day."""
    earned = [600 * contributions.earned_share(month, 12) for month in (1, 2, 12)]
    return [
        *(
            judge_exactly(f"after {months} months", amount, expected)
            for months, amount, expected in zip((1, 2, 12), earned, (50, 100, 600))
        ),
        judge_exactly(
            "after one, by the indicator", formulas.earned_contributions(contributions=600, elapsed_share=1 / 12), 50
        ),
    ]


@GUIDE_CASES.case("F5: a waiting period in the budget", source=GUIDE)
def waiting_period_in_the_budget():
    """The benefit line of the first year x 8/12 for four months of waiting; counted in months of 30.4 days the same."""
    return [
        judge_relative("four months", costs.first_year_share(4), expected=8 / 12),
        judge_relative("4 x 30.4 days", costs.first_year_share_by_days(4 * 30.4), 1e-6, 8 / 12),
    ]
