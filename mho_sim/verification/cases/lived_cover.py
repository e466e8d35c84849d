"""Waiting periods, days of cover, births, as the engine lives them."""

import numpy as np

from mho_sim.engine.clock import DAY
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import (
    judge_count,
    judge_events,
    judge_exactly,
    judge_row_events,
    judge_same,
    judge_that,
)
from mho_sim.verification.oracles import EXPECTED
from mho_sim.verification.worlds import entries

COVER = Chapter(
    "cover",
    "Who is covered, and from which day?",
    "A waiting period keeps people from joining when they are already ill. One day too many or too few is an "
    "injustice to a member or a loss to the fund; so the days themselves are counted, beside the yearly means.",
)


def months(covered):
    """The months, from 1, in which there was any."""
    return 1 + np.flatnonzero(covered > 0)


@COVER.case(
    "Waiting periods of none, one and three months",
    rows=(
        "wait_0m_first_year_claims",
        "wait_1m_first_year_claims",
        "wait_3m_first_year_claims",
        "wait_3m_two_years_continuous",
    ),
    worlds=1_500,
    full=1_500,
)
def waiting(sample):
    """Covered claims; and, as there are some 1,200 episodes a day in all worlds together, one day of waiting too many
    or too few shows in the months.
    """
    result = sample.lived("waiting")
    members, figures = result.households * result.worlds, []
    for kind, wait, told in (
        ("wait_0m", 0, "no wait"),
        ("wait_1m", 1, "wait of one month"),
        ("wait_3m", 3, "wait of three months"),
    ):
        covered, waited = (result.count(kind, reason).sum(axis=0) for reason in ("accepted", "waiting_period"))
        row = f"{kind}_first_year_claims"
        figures += [
            judge_count(row, EXPECTED[row] * members, covered[:12].sum()),
            judge_same(f"months with covered claims, {told}", months(covered), range(wait + 1, 25)),
            judge_same(f"months with claims refused, {told}", months(waited), range(1, wait + 1)),
        ]
    row = "wait_3m_two_years_continuous"
    return [*figures, judge_count(row, EXPECTED[row] * members, covered.sum())]


@COVER.case("Waiting again after a break", rows=["wait_3m_two_years_after_break"], worlds=1_500, full=1_500)
def waiting_again_after_a_break(sample):
    """Who pays late is suspended, and waits again from the day of payment."""
    result, row = sample.lived("after_break"), "wait_3m_two_years_after_break"
    covered = result.count("illness", "accepted").sum(axis=0)
    suspended = result.count("illness", "no_coverage").sum(axis=0)
    return [
        judge_count(row, EXPECTED[row] * result.households * result.worlds, covered.sum()),
        judge_same("months with covered claims", months(covered), [*range(4, 13), *range(16, 25)]),
        judge_same("months with claims of the suspended", months(suspended), [1, 13]),
    ]


@COVER.case("A member without any covered claim", rows=["wait_3m_P_no_covered_claim"], worlds=20_000, full=20_000)
def no_covered_claim(sample):
    """With a wait of three months, how often a member has nothing paid in the first year."""
    covered = sample.lived("waiting_alone").count("illness", "accepted").sum(axis=1)
    return [judge_row_events("wait_3m_P_no_covered_claim", (covered == 0).sum(), sample.worlds)]


@COVER.case("Days of cover of a member who joins in March", rows=["prorata_days_2023_03_15"], worlds=1, full=1)
def days_of_cover(sample):
    """A member who is ill some 40 times a day: a day without an episode has a chance of 1e-17."""
    (paid,) = sample.lived("prorata", room=17_000, keep=lambda batch: entries(batch, "accepted")).kept
    days = np.unique(paid["moment"] // DAY)
    return [
        judge_exactly("prorata_days_2023_03_15", len(days)),
        judge_same("first and last day of the year, from 0", [days[0], days[-1]], [31 + 28 + 14, 364]),
    ]


@COVER.case("Deliveries behind a wait of nine months", rows=["wait_9m_delivery"], worlds=2_000, full=2_000)
def deliveries(sample):
    """Covered deliveries; and all, 0.12 a woman and year. Each brings a child."""
    result = sample.lived("deliveries")
    women = result.households * result.worlds
    covered, refused, births = (
        result.count(*measure).sum()
        for measure in (("delivery", "accepted"), ("delivery", "waiting_period"), ("births",))
    )
    return [
        judge_row_events("wait_9m_delivery", covered, women),
        judge_events("deliveries in a year, covered or not", 0.12, covered + refused, women),
        judge_that("as many children are born as women give birth", births == covered + refused),
    ]
