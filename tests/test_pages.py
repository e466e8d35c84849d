"""What a user sees: pages for a narrow screen, that say no more than so many futures can tell."""

import re
from itertools import pairwise

import pytest
from test_cli import SCENARIO, mho_sim

from mho_sim.cli import commands
from mho_sim.report import run_text
from mho_sim.report.tables import table
from mho_sim.report.words import WIDTH, lines
from mho_sim.scenario import load
from mho_sim.scenario.starting import shipped
from mho_sim.study import simulate

RICH_CURRENCY = ("scheme.contribution.amount=200_000_000", "scheme.reserve.opening=9_000_000_000")


def page(worlds, *sets):
    return run_text(simulate(load(SCENARIO, sets), worlds=worlds, seed=1), sets)


@pytest.mark.parametrize("worlds", [1, 2, 19, 20, 100])
@pytest.mark.parametrize(
    "sets",
    [
        (),
        ("years=7",),
        ("start=2027-04-01", "scheme.membership.intakes=none"),
        RICH_CURRENCY,
        ("scheme.reserve.opening=0", "scheme.contribution.amount=1"),
        ("setting.illness.hypertension.chronic=0%",),
    ],
)
def test_no_line_is_wider_than_a_narrow_screen(worlds, sets):
    assert max(map(len, page(worlds, *sets).splitlines())) <= WIDTH == 80


@pytest.mark.parametrize("name", shipped())
def test_the_pages_of_shipped_scenarios_are_narrow(name):
    shown = mho_sim("check", name).stdout + mho_sim("run", name, "--worlds", "100", "--quiet").stdout
    assert max(map(len, shown.splitlines())) <= WIDTH


def test_amounts_too_wide_are_told_in_thousands():
    wide = page(20, *RICH_CURRENCY)
    assert re.search("In (thousands|millions) of XOF, means over the futures", " ".join(wide.split()))
    assert "In XOF, means over the futures" in page(20)


def prose(worlds, *sets):
    return " ".join(page(worlds, *sets).split())


RICH = "scheme.reserve.opening=100_000_000"


@pytest.mark.parametrize(
    ("worlds", "sets", "sentence"),
    [
        # Clopper and Pearson's 95 % intervals: 1 in 1 is 0.025 to 1, 0 in 1 is 0 to 0.975; where worlds are pairs,
        # 0 in 10 is 0 in 5, 0 to 0.5218, and 0 in 100 is 0 in 50, 0 to 0.0711
        (1, ("scheme.contribution.amount=1", "scheme.reserve.opening=0"),
             "between 2 and 100 of them will not have the money for a bill on the day it is due: "
         "the one future that was lived ran short. Take --worlds 1000."),
        (1, (RICH,), "between 0 and 98 of them will not have the money for a bill on the day it is due: "
         "the one future that was lived did not run short."),
        (10, (RICH,), "between 0 and 53 of them will not have the money for a bill on the day it is due: "
         "none of the 10 futures that were lived ran short."),
        (2, ("scheme.contribution.amount=1", "scheme.reserve.opening=0"), "all of the 2 futures"),
        (100, (RICH,), "fewer than 8 of them run short of money. That is not a guarantee."),
    ],
)  # fmt: skip
def test_few_futures_say_what_few_futures_can(worlds, sets, sentence):
    assert f"Picture 100 mutuals just like ours. Over the next 3 years, {sentence}" in prose(worlds, *sets) or (
        sentence in prose(worlds, *sets)
    )


def test_a_number_of_a_thousand_is_not_taken_for_one_of_a_hundred():
    """Of 400 futures 2 run short with the opening cash that the third needs: 5 of 1 000."""
    needed = sorted(simulate(load(SCENARIO), worlds=400, seed=1).reserve_needed, reverse=True)
    shown = prose(400, f"scheme.reserve.opening={int(needed[2])}")
    assert (
        "Picture 1 000 mutuals just like ours. Over the next 3 years, 5 of them (fewer than 1 in 100) will not" in shown
    )
    assert "(fewer than 1 in 100)" not in prose(100)


COVERED = r"Of 100 people in our households, (\S+) are covered in an average month, and (\S+) at the end"


@pytest.mark.parametrize("worlds", [1, 100])
def test_protection_stands_beside_solvency(worlds):
    """At once: the next sentence."""
    alone = r"due: the one future that was lived (ran|did not run) short\. Take --worlds 1000"
    assert re.search(rf"(due|{alone})\. {COVERED}", prose(worlds))


def test_who_does_not_pay_makes_no_fund_safe():
    """Nobody ever pays: all are suspended after the grace of 60 days, no bill falls due, and the page says both."""
    nobody = (
        "setting.paying={on_time: 0%, never: 99%, mean_days_late: 900}",
        "scheme.contribution.by_category={}",
        RICH,
    )
    shown = prose(100, *nobody, "setting.renewing=none", "scheme.membership.intakes=none")
    assert "of them run short of money. That is not a guarantee. Of 100 people in our households, " in shown
    average, at_end = re.search(COVERED, shown).groups()
    assert average in ("fewer than 1", *map(str, range(6))) and at_end in ("0", "fewer than 1", "1")
    assert "are suspended or still wait, and their care costs the mutual nothing." in shown


def test_all_covered_is_said_in_a_word():
    shown = prose(100, "setting.paying=none", "setting.renewing=none", "scheme.contribution.struck_off=none",
                  "scheme.membership={}")  # fmt: skip
    assert "All people in our households are covered, from the first month to the last." in shown


def test_what_is_given_in_kind_stands_apart():
    shown = page(20)
    assert "in kind" in shown.split("  year  ")[1] and "(what is given in kind, the mutual then has to pay)" in prose(
        100
    )
    assert "120 000" in next(line for line in shown.splitlines() if line.startswith("  2028"))
    bare = page(20, "scheme.support=none", "scheme.contribution.state=none")
    assert "in kind" not in bare and "support" not in bare.split("  year  ")[1]


GIFT = "scheme.support=[{name: a town, amount: 300_000, every: once}]"


def test_a_gift_on_the_first_day_stands_beside_the_cash_box():
    poor = ("scheme.reserve.opening=0", "scheme.contribution.amount=200")
    shown = prose(100, GIFT, *poor)
    assert "A new mutual, with 0 in the cash box, and 300 000 of support on the first day." in shown
    assert "in the cash box, beside the 300 000 of support that come on the first day. We have 0." in shown
    assert "on the first day" not in prose(100, GIFT.replace("once", "once, late: 1 month"), *poor)


def test_nothing_needed_is_said_without_a_range_of_nothing():
    free = ("scheme.benefits={}", "scheme.expenses={}")
    shown = prose(100, GIFT, *free)
    assert (
        "Even with an empty cash box at the start, 95 mutuals out of 100 would pay every bill on its day: 0 XOF (so "
        "few futures cannot name an upper limit). Without the support we would need 0 XOF (so few" in shown
    )
    assert "Without the support from outside, no future that was lived ran short either. At no year's end" in shown
    assert "about 0" not in shown and "between 0" not in shown and "nothing" not in shown.split("nothing.", 1)[1]
    surely = prose(200, GIFT, *free)
    assert "would pay every bill on its day. Without the support we would need 0 XOF. Of what" in surely


def test_as_many_people_as_were_drawn_are_told_once():
    shown = page(5)
    assert "300 households, 1 273 people; " in shown and "about" not in shown.split(";")[0] and "drawn." not in shown
    assert "300 households, about 1 320 people; " in mho_sim("check", SCENARIO).stdout


def test_reasons_of_fewer_than_one_in_a_hundred_are_left_out():
    for line in prose(100).split("Of 100 times that members sought care, ")[1:]:
        assert "fewer than 1 " not in line.split(". ")[0]


def test_whoever_is_not_covered_is_not_refused():
    """Deliveries wait for nine months: not covered. Road accidents are left out for those who are: refused."""
    last = {
        line.split()[0]: line.split()[-2:] for line in page(100).splitlines() if line.startswith("  ") and "%" in line
    }
    assert int(last["delivery"][0][:-1]) > 20 and last["delivery"][1] == "0%"
    assert 4 <= int(last["hospital"][1][:-1]) <= 12  # 8 % of the stays
    assert "refused" not in page(100, "scheme.benefits.hospital.excluded_causes=none",
                                 "scheme.benefits.outpatient.events_per_person_year=none")  # fmt: skip


def test_one_future_has_no_quantiles_and_no_plural():
    one = page(1)
    assert "1 possible future of" in one and "1 world;" in one
    assert not re.search(
        r"\b(low|half|high|lowest|highest|means?)\b", one.split("year's end", 1)[1].split("service")[0]
    )


def test_a_few_futures_have_a_lowest_and_a_highest():
    assert "Lowest, half, highest: of the 19 futures." in page(19)
    assert "Low, half, high: 5, 50 and 95 of 100 futures have no more than that." in page(20)


def test_names_of_columns_may_have_two_lines():
    assert table([("a", "bill a\nclaim", "n"), ("x", "1", "22")]) == [
        "     bill a",
        "  a   claim   n",
        "  x       1  22",
    ]


def test_no_number_is_broken_at_its_thousands():
    text = "about 1 250 000 francs, 12 345 678 of 100 000 in 2027"
    for width in range(12, 60):
        broken = lines(text, width)
        assert " ".join(broken) == text
        assert not any(a[-1].isdigit() and re.match(r"[0-9]{3}\b", b) for a, b in pairwise(broken))


def test_lines_after_the_first_are_indented():
    assert lines("one two three", 8, "  ") == ["one two", "  three"]


# Help


@pytest.mark.parametrize("command", [(), *((name,) for name in commands.commands)])
def test_help_fits_a_narrow_screen_and_breaks_no_sentence_off(command):
    shown = mho_sim(*command, "--help", COLUMNS="80").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "..." not in shown.replace("[ARGS]...", "") and "<=x" not in shown
    assert shown.startswith(f"Usage: mho-sim {' '.join(command)}".rstrip())


def test_commands_are_listed_in_the_order_of_their_use():
    shown = mho_sim("--help").stdout.split("Commands:\n")[1]
    listed = [line.split()[0] for line in shown.splitlines() if line.strip()]
    assert listed == list(commands.commands) and listed.index("check") < listed.index("run") < listed.index("verify")


@pytest.mark.parametrize("number", ["1_000", "1 000", "1000"])
def test_a_number_may_have_thousands_apart(number):
    done = mho_sim("run", SCENARIO, "--worlds", number, "--memory-limit", "1kB")
    assert "is not possible" not in done.stderr and "are allowed" in done.stderr


@pytest.mark.parametrize("number", ["1_00", "1,000", "1.0", "", "１２", "1e3"])
def test_what_is_no_whole_number_is_refused(number):
    done = mho_sim("run", SCENARIO, "--worlds", number)
    assert done.returncode == 2 and "write a whole number from 1 to" in done.stderr
