"""What the engine pays of a bill."""

import numpy as np

from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import (
    judge_estimate,
    judge_exactly,
    judge_row,
    judge_row_events,
    judge_same,
    judge_that,
)
from mho_sim.verification.oracles import EXPECTED
from mho_sim.verification.sampling import average, dispersion, spread
from mho_sim.verification.worlds import MONEY, entries

BENEFITS = Chapter(
    "benefits",
    "What is paid of a bill? Claims adjudicated by the engine",
    "Deductible, copayment and ceiling give another amount in another order. Every claim of these worlds is compared "
    "with the formula for its own bill, and their means with the exact ones.",
)
LAWS = {"lognormal": "lognormal_m50_cv1.5", "exp": "exp_m50"}
PLANS = {  # what is paid of a bill
    "ded_copay_then_ceiling": lambda x: np.minimum(0.8 * np.maximum(x - 10, 0), 200),
    "ceiling_before_copay": lambda x: 0.8 * np.minimum(np.maximum(x - 10, 0), 200),
    "copay_before_ded": lambda x: np.minimum(np.maximum(0.8 * x - 10, 0), 200),
    "ceiling_on_cost": lambda x: 0.8 * np.maximum(np.minimum(x, 200) - 10, 0),
}


@BENEFITS.case(
    "Four orders of deductible, copayment, ceiling",
    rows=[f"plan_{law}_{what}" for law in LAWS.values() for what in (*PLANS, "sd_per_claim", "P_any_payment")],
    worlds=200,
    full=2_000,
)
def orders_of_benefits(sample):
    """Deductible 10, copayment 20 % and ceiling 200, of bills of two laws: of each claim what the formula says for its
    bill, to one ten-thousandth, and on average what the law says.
    """
    result = sample.lived("plans", room=11_000, keep=claims_by_kind)
    figures, all_claims, far_off = [], True, 0
    for number, kind in enumerate(result.scenario.kinds):
        law, order = kind.split("-")
        bill, paid = (np.concatenate([kept[number][i] for kept in result.kept]) / MONEY for i in range(2))
        all_claims &= len(paid) == 12 * result.households * sample.worlds
        far_off += int((np.abs(paid - PLANS[order](bill)) >= 1.001 / MONEY).sum())
        figures.append(judge_row(f"plan_{LAWS[law]}_{order}", average(paid)))
        if order == "ded_copay_then_ceiling":
            figures.append(judge_row(f"plan_{LAWS[law]}_sd_per_claim", spread(paid)))
            figures.append(judge_row_events(f"plan_{LAWS[law]}_P_any_payment", (paid > 0).sum(), len(paid)))
    return [
        *figures,
        judge_exactly("claims that are not paid as the formula says for their bill", far_off, 0),
        judge_that("every claim of every member is there, twelve a year and kind", all_claims),
    ]


def claims_by_kind(batch):
    """Bills and payments of the claims of each kind that were paid for, as (2, claims) arrays."""
    paid = entries(batch, "accepted", "over_ceiling")
    return [
        np.stack([paid["bill"], paid["amount"]])[:, paid["kind"] == kind]
        for kind in range(len(batch.prepared.scenario.kinds))
    ]


@BENEFITS.case("Payments above a deductible", rows=["payments_poisson_mean"], worlds=3_000, full=3_000)
def payments_above_a_deductible(sample):
    """Payments of a member in a year are Poisson: their variance is their mean."""

    def by_member(batch):
        paid = entries(batch, "accepted")
        number = np.zeros((batch.worlds, batch.prepared.households))
        np.add.at(number, (paid["world"] - batch.world0, paid["household"]), paid["amount"] > 0)
        return number.ravel()

    payments = np.concatenate(sample.lived("payments", room=400, keep=by_member).kept)
    row = "payments_poisson_mean"
    return [
        judge_row(row, average(payments)),
        judge_estimate("variance of payments of a member and year", EXPECTED[row], *dispersion(payments)),
    ]


@BENEFITS.case("A cause of illness that is not covered", rows=["thinned_P0"], worlds=20_000, full=20_000)
def an_excluded_cause(sample):
    """Of 1.2 illnesses a year 30 % are of a cause that the benefits exclude: how often nothing is claimed."""
    result = sample.lived("thinned")
    covered = result.count("illness", "accepted").sum(axis=1)
    return [judge_row_events("thinned_P0", (covered == 0).sum(), result.worlds)]


@BENEFITS.case(
    "A copayment that is no whole number of cents",
    rows=("copay_member_cents", "copay_fund_cents"),
    worlds=1,
    full=1,
)
def copayment_in_cents(sample):
    """25 % of 10.01 is 2.5025, in whole cents 2.50: the member's share is rounded, the fund pays the rest."""
    (paid,) = sample.lived("copay", room=50, keep=lambda batch: entries(batch, "accepted")).kept
    return [
        judge_same("claims, and different amounts among them", [len(paid), len(set(paid["amount"]))], [12, 1]),
        judge_exactly("copay_fund_cents", paid["amount"][0]),
        judge_exactly("copay_member_cents", (paid["bill"] - paid["amount"])[0]),
    ]
