"""What involves no chance: to the last unit."""

from fractions import Fraction

from mho_sim.engine import Part
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import DIGITS, judge, judge_exactly, judge_same
from mho_sim.verification.oracles import EXPECTED
from mho_sim.verification.worlds import MONEY, entries

UNITS = Chapter(
    "units",
    "Books without chance, to the last unit",
    "Interest, shares that do not divide and a subsidy leave no room for luck: the ledger must show the amount "
    "itself, down to the cent.",
)


def cash_after_months(sample, name, months):
    """The cash on the first evening of the months after these, in the one world of a scenario."""
    seen = []

    def watch(clock, batch):
        for month in months:
            yield clock.at(batch.calendar.first[month], Part.ASSEMBLY)
            seen.append(int(batch.till.cash[0, 0]))

    sample.lived(name, processes=(watch,))
    return seen


@UNITS.case(
    "A fund without claims, with interest",
    rows=("nosurprise_balance_month_1", "nosurprise_balance_month_12"),
    worlds=1,
    full=1,
)
def no_surprise(sample):
    """Open with 250; interest of 0.5 % a month, then 100 of contributions, 10 of running costs. In hundred-millionths:
    rounding moves twelve months by less than 0.5 x (1.005^12 - 1) / 0.005 = 6.2 of them, and the expected value is
    written to one.
    """
    first, last = (cash / 10**8 for cash in cash_after_months(sample, "nosurprise", (1, 12)))
    year = EXPECTED["nosurprise_balance_month_12"]
    return [
        judge_exactly("nosurprise_balance_month_1", first),
        judge("nosurprise_balance_month_12", year, last, year - 7e-8, year + 7e-8, DIGITS),
    ]


@UNITS.case(
    "The same with interest rounded to the cent",
    rows=("rounded_balance_36_half_up", "rounded_balance_36_half_even"),
    worlds=1,
    full=1,
)
def interest_rounded_to_the_cent(sample):
    """Every month to the cent. A tie, where half up and half to even would part, does not come in these months."""
    cents, expected, ties = 25_000, [], 0
    for _ in range(36):
        ties += cents * 5 % 1_000 == 500
        cents += round(Fraction(cents * 5, 1_000)) + 10_000 - 1_000
        expected.append(cents)
    cash = cash_after_months(sample, "rounded", range(1, 37))
    return [
        judge_exactly("rounded_balance_36_half_up", cash[-1] / 100),
        judge_exactly("rounded_balance_36_half_even", cash[-1] / 100),
        judge_same("months, of 36, that end with another balance", sum(a != b for a, b in zip(cash, expected)), 0),
        judge_same("ties", ties, 0),
    ]


@UNITS.case(
    "A sum that does not divide, shared among households",
    rows=("split_100_by_3_cents_first", "split_100_by_7_cents_sum"),
    worlds=1,
    full=1,
)
def a_sum_that_does_not_divide(sample):
    """What the late households owe together, shared among them; they pay it on the second day. Not a cent is lost."""

    def parts(number):
        (paid,) = sample.lived(
            f"split_{number}", room=100, keep=lambda batch: entries(batch, "paid_late", "reinstated")
        ).kept
        return sorted(map(int, paid["amount"]), reverse=True)

    return [
        judge_exactly("split_100_by_3_cents_first", parts(3)[0]),
        judge_exactly("split_100_by_7_cents_sum", sum(parts(7))),
        judge_same("the three parts", parts(3), [3334, 3333, 3333]),
        judge_same("the seven parts", parts(7), [1429] * 4 + [1428] * 3),
    ]


@UNITS.case(
    "The contribution that breaks even with a subsidy",
    rows=["break_even_contribution_with_subsidy"],
    worlds=1,
    full=1,
)
def break_even_with_a_subsidy(sample):
    """Where the contribution breaks even, the year leaves the loading: 15 % of the claims."""
    result = sample.lived("break_even")
    asked = result.scenario.scheme.contribution.amount / MONEY
    surplus = result.own_funds()[0] - 0.15 * result.benefits()[0]
    return [
        judge_exactly("break_even_contribution_with_subsidy", asked - surplus / 250),
        judge_same("benefits and households", [int(result.benefits()[0]), result.households], [300 * 20, 250]),
    ]
