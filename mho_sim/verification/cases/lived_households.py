"""Households: their sizes, their claims, and ceilings that all of them share."""

import numpy as np

from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_count, judge_estimate, judge_row, judge_that, judge_to_the_last_digit
from mho_sim.verification.sampling import average, quotient
from mho_sim.verification.worlds import scenario_of

HOUSEHOLDS = Chapter(
    "households",
    "Households, flat fees and shared ceilings",
    "Where a household pays one fee whatever its size, large ones gain, and join first. Where it has one ceiling for "
    "all, large ones meet it first. Both are in the engine through the households themselves.",
)


def claims_of_households(batch):
    """Episodes of each household, (worlds, households)."""
    return np.add.reduceat(batch.state.told["ordinal"].sum(axis=1), batch.people.first[:-1], axis=1)


@HOUSEHOLDS.case(
    "Claims of households of 1 to 8, and a fair flat fee",
    rows=("hh_mean_size", "hh_var_size", "hh_size_biased_mean", "hh_mean_claims", "hh_var_claims", "hh_flat_fee_fair"),
    worlds=5_000,
    full=5_000,
)
def households(sample):
    """Sizes as counted; claims of a household drawn at random, whose mean x 20 is the fair flat fee."""
    result = sample.lived("hh", keep=lambda batch: (batch.state.home["alive"], claims_of_households(batch)))
    size, claims = (np.concatenate([kept[i] for kept in result.kept]).astype(float) for i in range(2))
    mean, second = claims.mean(axis=1), (claims**2).mean(axis=1)  # over the households of each world
    variance = second.mean() - mean.mean() ** 2
    error = average(second - 2 * mean.mean() * mean)[1]
    return [
        judge_to_the_last_digit("hh_mean_size", size[0].mean()),
        judge_to_the_last_digit("hh_var_size", size[0].var()),
        judge_to_the_last_digit("hh_size_biased_mean", (size[0] ** 2).sum() / size[0].sum()),
        judge_row("hh_mean_claims", average(mean)),
        judge_row("hh_var_claims", (variance, error)),
        judge_row("hh_flat_fee_fair", average(result.benefits() / result.households)),
        judge_estimate("balance of the year with the fair fee", 0, *average(result.own_funds())),
        judge_that("households keep their sizes in all worlds", (size == result.sizes).all()),
    ]


@HOUSEHOLDS.case(
    "If only the large households join at that fee", rows=["hh_flat_fee_loss_ratio"], worlds=5_000, full=5_000
)
def flat_fee_if_only_the_large_households_join(sample):
    """Those of 5 to 8 have an expected benefit of at least 90 % of the fee: claims then exceed contributions."""
    scenario = scenario_of("hh").with_("setting.association.households", {5: 18, 6: 14, 7: 10, 8: 8})
    result = sample.lived(scenario)
    contributions = -result.balance("contributions", 12) / 10_000
    return [judge_row("hh_flat_fee_loss_ratio", quotient(result.benefits(), contributions))]


@HOUSEHOLDS.case(
    "A ceiling in money for the household",
    rows=("hh_expected_paid_cap2", "hh_expected_paid_cap4"),
    worlds=5_000,
    full=50_000,
)
def household_ceiling(sample):
    """What is paid under a ceiling of two, and of four, claims; the claims themselves know none."""
    figures = []
    for cap in (2, 4):
        result = sample.lived(f"hh_cap{cap}")
        claims = sum(result.count("illness", reason).sum() for reason in ("accepted", "over_household_ceiling"))
        figures += [
            judge_row(f"hh_expected_paid_cap{cap}", average(result.benefits() / result.households)),
            judge_count(f"claims in all, under a ceiling of {cap}", 2.25 * result.households * sample.worlds, claims),
        ]
    return figures


@HOUSEHOLDS.case(
    "A ceiling in events for the household",
    rows=("hh_paid_size8_cap2", "hh_paid_size8_cap4", "hh_paid_percapita_ratio_8_to_1_cap3"),
    worlds=1_000,
    full=20_000,
)
def household_events(sample):
    """What households of one size have from at most so many events a year; a person in a household of eight has far
    less of three events than a person alone.
    """

    def paid(size, cap):
        scenario = scenario_of("hh_of_8").with_("setting.association.households", {size: 800 // size})
        result = sample.lived(scenario.with_("scheme.benefits.illness.events_per_household_year", cap))
        return result.benefits() / result.households

    large, small = average(paid(8, 3) / 8), average(paid(1, 3))
    ratio = large[0] / small[0]
    error = ratio * np.hypot(large[1] / large[0], small[1] / small[0])
    return [
        *(judge_row(f"hh_paid_size8_cap{cap}", average(paid(8, cap))) for cap in (2, 4)),
        judge_row("hh_paid_percapita_ratio_8_to_1_cap3", (ratio, error)),
    ]
