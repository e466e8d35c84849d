"""What a user sees: pages for a narrow screen, that say no more than so many futures can tell."""

import re
from itertools import pairwise

import pytest
from test_cli import SCENARIO, mho_sim

from mho_sim.cli import ORDER, commands
from mho_sim.report.page import run_text, table
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
    assert [line.split()[0] for line in shown.splitlines() if line.strip()] == list(ORDER)
    assert set(ORDER) == set(commands.commands)


@pytest.mark.parametrize("number", ["1_000", "1 000", "1000"])
def test_a_number_may_have_thousands_apart(number):
    done = mho_sim("run", SCENARIO, "--worlds", number, "--memory-limit", "1kB")
    assert "is not possible" not in done.stderr and "are allowed" in done.stderr


@pytest.mark.parametrize("number", ["1_00", "1,000", "1.0", "", "１２", "1e3"])
def test_what_is_no_whole_number_is_refused(number):
    done = mho_sim("run", SCENARIO, "--worlds", number)
    assert done.returncode == 2 and "write a whole number from 1 to" in done.stderr
