"""Time: seasons, the moments of episodes, delays of payment, renewals, lateness."""

import numpy as np

from mho_sim import ledger
from mho_sim.engine import Part
from mho_sim.engine.clock import DAY
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import (
    judge_count,
    judge_estimate,
    judge_events,
    judge_exactly,
    judge_row,
    judge_row_events,
    judge_that,
)
from mho_sim.verification.oracles import EXPECTED
from mho_sim.verification.sampling import average
from mho_sim.verification.worlds import MONEY, entries, gathered, scenario_of

TIME = Chapter(
    "time",
    "Time: seasons, delays, renewals",
    "A mutual lives day by day: malaria comes with the rains, bills are paid after weeks, members pay late, some do "
    "not renew. The days on which things happen are compared with the laws that they should follow.",
)


@TIME.case(
    "A season of illness",
    rows=("seasonal_month_1", "seasonal_month_9", "seasonal_month_12", "seasonal_year"),
    worlds=10_000,
    full=10_000,
)
def season(sample):
    """Episodes of single months, and of the year."""
    result = sample.lived(gathered("season", sample.worlds))
    by_month = result.count("illness", "accepted").sum(axis=0)
    events = {"seasonal_year": by_month.sum()} | {
        f"seasonal_month_{month}": by_month[month - 1] for month in (1, 9, 12)
    }
    return [judge_count(row, EXPECTED[row] * result.worlds, number) for row, number in events.items()]


@TIME.case(
    "When episodes happen",
    rows=("poisson_interarrival_P_gt", "poisson_nth_arrival_mean", "poisson_nth_arrival_P_before_2y"),
    worlds=300,
    full=300,
)
def times_of_events(sample):
    """The first and the tenth episode of each person. Time runs by twelfths of a year; an episode is taken to happen at
    the middle of its day, which moves the mean by less than a millionth.
    """
    short = []

    def arrivals(batch):
        episodes = entries(batch, "accepted")
        person = (episodes["world"] - batch.world0) * batch.prepared.households + episodes["household"]
        order = np.lexsort((episodes["moment"], person))
        person, day = person[order], (episodes["moment"] // DAY)[order]
        first = np.searchsorted(person, np.arange(batch.worlds * batch.prepared.households))
        short.append((np.diff(np.append(first, len(person))) < 10).sum())
        month = np.searchsorted(batch.calendar.first, day, side="right") - 1
        begin, end = batch.calendar.first[month], batch.calendar.first[month + 1]
        time = (month + (day + 0.5 - begin) / (end - begin)) / 12
        return time[first], time[np.minimum(first + 9, len(time) - 1)]

    result = sample.lived("poisson", room=5_500, keep=arrivals)
    first, tenth = (np.concatenate(times) for times in zip(*result.kept))
    return [
        judge_row_events("poisson_interarrival_P_gt", (first > 0.5).sum(), len(first)),
        judge_row("poisson_nth_arrival_mean", average(tenth)),
        judge_row_events("poisson_nth_arrival_P_before_2y", (tenth < 2).sum(), len(tenth)),
        judge_exactly("people with fewer than ten episodes, who could not be judged", sum(short), 0),
    ]


@TIME.case("Bills that are paid after 60 days", rows=["paid_fixed_delay_by_1y"], worlds=20_000, full=20_000)
def a_fixed_delay_of_payment(sample):
    """Claims paid by the evening of the last day: those of the first 305 days. One day more would show."""
    result = sample.lived(gathered("fixed_delay", sample.worlds))
    paid = (result.balance("benefits", 12) + result.balance("providers", 12)) / MONEY
    return [judge_row("paid_fixed_delay_by_1y", average(paid))]


@TIME.case(
    "Members who join and leave over twenty years",
    rows=(*(f"renewal_members_year_{year}" for year in (1, 2, 10)), "renewal_steady_members", "renewal_mean_years"),
    worlds=20,
    full=1_000,
)
def renewal(sample):
    """Members at the end of January, where 100 join each January and three in four renew; a fund that begins with its
    long-run number of members keeps it; a joiner stays four years, of which those after the twenty that are seen are 3
    for each who is still there.
    """

    def members(first_intake, later):
        intakes = {f"{2027 + year}-01-01": later if year else first_intake for year in range(20)}
        intakes = {day: number for day, number in intakes.items() if number}
        base = scenario_of("renewal").with_("setting.association.households", {1: sum(intakes.values())})
        return sample.lived(base.with_("scheme.membership.intakes", intakes)).count("households_paid_up")[:, ::12]

    growing, steady, cohort = members(100, 100), members(400, 100), members(1_000, 0)
    years = (cohort.sum(axis=1) + 3 * cohort[:, -1]) / 1_000
    return [
        judge_exactly("renewal_members_year_1", growing[0, 0]),
        *(judge_row(f"renewal_members_year_{year}", average(growing[:, year - 1])) for year in (2, 10)),
        judge_row("renewal_steady_members", average(steady[:, -1])),
        judge_row("renewal_mean_years", average(years)),
    ]


@TIME.case(
    "Contributions that come late",
    source="the geometric law of whole days late, by hand",
    worlds=1_000,
    full=1_000,
)
def lateness(sample):
    """60 % of the contributions come on the day, the others after ceil(Exp(mean 10)) days: geometric, p = 1 -
    exp(-1/10), mean 1/p, variance (1 - p)/p^2. One that comes after more than 250 days, with a chance of 1e-11, would
    be missed.
    """
    last, cash = 250, []

    def watch(clock, batch):
        by_day = np.zeros(last + 1, np.int64)
        for day in range(last + 1):
            yield clock.at(day, Part.ASSEMBLY)
            by_day[day] = batch.memory.books[:, 0, ledger.CASH].sum()
        cash.append(by_day)

    result = sample.lived("paying_late", processes=(watch,))
    contributions = result.households * result.worlds
    arrived = np.diff(sum(cash), prepend=0)  # a contribution is one unit of money
    late, p = arrived[1:].sum(), 1 - np.exp(-1 / 10)
    return [
        judge_events("contributions paid on the day", 0.6, arrived[0], contributions),
        judge_estimate("mean days late", 1 / p, arrived @ np.arange(last + 1) / late, ((1 - p) / p**2 / late) ** 0.5),
        judge_that("every contribution comes in the end", arrived.sum() == contributions),
    ]
