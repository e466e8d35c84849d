"""Every case of the validation book (`mho_sim/verification`), with small samples; `-m full` takes the whole ones.

The book says of each figure what is expected, from where, and how it is judged. Here besides: that every row of the
tables of expected values has its case, that the tables are sound, and that a planted error is seen.

False alarms: 1e-6 or less for each figure that is simulated, 2e-4 for one (`lived_totals.FAR_TAIL`). The seed is fixed:
what passes goes on passing until the code changes.

Of funds and yearly totals the small sample takes a few members, each with the need and the contribution of many: sums
of Poisson numbers are Poisson, so that the fund is the same. `-m full` takes as many members as the oracle says.

Power: shifts that are found nine times in ten in the small sample / with `-m full`.

* fund_annual_advance_1y, p = 0.020: 0.0095 / 0.0027; _3y, p = 0.037: 0.013 / 0.0037; _5y, 0.014 / 0.0040;
  fund_monthly_advance_1y, p = 0.041: 0.014 / 0.0039; fund_monthly_arrears_1y, p = 0.21: 0.028 / 0.0080;
  fund_ruin_by_year_10, p = 0.045: 0.020 / 0.0040; fund_binomial_1y, p = 0.045: 0.014 / 0.0041;
  fund_interest_0.05_3y, p = 0.0086: 0.0063 / 0.0018; fund3_ruin_1y, p = 0.039: 0.011 / 0.0038;
  fund3_ruin_3y_with_xl20, p = 0.0002: 0.0006 / 0.0003; noshock_P_gt_150, p = 0.19: 0.017 / 0.0076
* healthA mean 0.4 % / 0.2 %, standard deviation 3.1 % / 1.4 %; healthC mean 1.0 % / 0.4 %, standard deviation
  3.2 % / 1.5 %; fund3 mean 1.5 % / 0.5 %, standard deviation 4.3 % / 1.5 %
* plan_*: the mean of a claim 1.4 to 1.9 % / 0.5 %, and of each claim, given its bill, one ten-thousandth;
  payments_poisson_mean 1.1 %
* waits 0.7 to 1.1 % of the covered claims, and one day too many or too few, always, by the months in which claims are
  covered at all; no covered claim, p = 0.64: 0.021; covered deliveries 3.5 %
* household ceilings 0.4 to 0.6 % / 0.2 % of what is paid; claims of a household 0.6 %, their variance 1.4 %
* a month of the season 1 %; the mean time of the tenth event 1.1 %; paid_fixed_delay_by_1y 0.28 %: one day
* renewal: members of a year 3 to 5 % / 0.5 to 0.7 %; years of a joiner 3.5 % / 0.5 %
* variance of the claims of a person 13 % / 6 %; mean days late 1.3 %; paid on the day, p = 0.6: 0.0043
"""

import collections

import pytest
from judging import accept

from mho_sim.verification import CHAPTERS, oracles
from mho_sim.verification.judging import binomial_band
from mho_sim.verification.oracles import BANDS, EXPECTED, ROWS
from mho_sim.verification.words import WORDS, words_of

CASES = [case for chapter in CHAPTERS for case in chapter.cases]
SIZES = [
    pytest.param(case, full, id=f"{case.name}-full" if full else case.name, marks=pytest.mark.full if full else ())
    for case in CASES
    for full in (False, True)
    if not full or (case.is_lived and case.full != case.worlds)
]


@pytest.mark.parametrize("case, full", SIZES)
def test_case(case, full):
    figures = case.figures(full)
    accept(*figures)
    judged = {figure.name for figure in figures if figure.name in ROWS}
    assert judged == set(case.rows), "the rows that a case judges are those that it names"
    assert all(figure.alarm <= 2.1e-4 for figure in figures)


# The tables, and what is said of them


def rows_through(*ways):
    return {name for name, row in ROWS.items() if row["through"] in ways}


def test_every_row_has_its_case():
    """Each row marked `scenario` is reached by one case that lives worlds, each marked `function` by one that does not;
    a second way to the same number may stand beside it."""
    lived = collections.Counter(row for case in CASES if case.is_lived for row in case.rows)
    by_formula = collections.Counter(row for case in CASES if not case.is_lived for row in case.rows)
    assert rows_through("scenario") <= set(lived) and rows_through("function") <= set(by_formula)
    assert max(lived.values()) == max(by_formula.values()) == 1
    assert not (set(lived) | set(by_formula)) & rows_through("none") - {"prorata_days_2024_02_29_to_2025_02_28"}
    assert (len(rows_through("scenario")), len(rows_through("function"))) == (95, 280)


def test_every_row_that_waits_says_for_what():
    reached = {row for case in CASES for row in case.rows}
    waiting = oracles.waiting(reached)
    assert None not in waiting
    rows = [row for rows in waiting.values() for row in rows]
    assert rows and not set(rows) & reached


def test_bands_are_binomial():
    assert {key: binomial_band(EXPECTED[key[0]], key[1]) for key in BANDS} == BANDS


def test_every_difference_has_its_reason():
    """And every reason its difference."""
    reasons = {oracles.difference(row) for case in CASES for row in case.rows}
    assert reasons - {None} == {reason for _, reason in oracles.DIFFERENCES}


@pytest.mark.parametrize(
    ("value", "printed", "alike"),
    [
        (0.081201169942, "0.0812", True),
        (1.23669217346e-09, "1.237e-09", True),
        (433797.381597, "433797", True),
        (903.106508876, "903.11", True),
        (30.2958647688, "30.5", False),
        (0.00913853214419, "0.009138", False),
        (0.447910412387, "0.447910412382", True),
    ],
)
def test_what_is_printed_alike(value, printed, alike):
    assert oracles.printed_alike(value, printed) is alike


def test_every_figure_is_told_in_plain_words():
    rows = [row for case in CASES for row in case.rows]
    assert not [row for row in rows if words_of(row) == row or "{" in words_of(row)]
    used = {oracles.first_that_fits(row, [(pattern, pattern) for pattern, _ in WORDS]) for row in rows}
    assert used == {pattern for pattern, _ in WORDS}
    assert words_of("fund_reserve_needed_3y_0.05").endswith("no more than 5 % run short in three years")
    assert words_of("wait_0m_first_year_claims") == "covered claims of the first year, no wait"


def test_every_case_says_what_it_shows_and_where_it_comes_from():
    for chapter in CHAPTERS:
        assert chapter.about and chapter.cases
        for case in chapter.cases:
            assert case.shows and case.source and case.title
    assert len({case.name for case in CASES}) == len(CASES)
