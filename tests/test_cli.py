"""The command line as a user meets it: in a process of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCENARIO = str(Path(__file__).parent.parent / "scenarios" / "market-traders.yaml")
HEAVY = ("numpy", "scipy", "pandas", "numba", "pydantic", "ruamel.yaml", "simpy", "tqdm")


def mho_sim(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "mho_sim", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=300,
    )


def test_help_imports_nothing_heavy():
    code = f"import sys, mho_sim.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    "command", ["run", "solve", "compare", "sensitivity", "trace", "check", "schema", "scenarios", "new", "verify"]
)
def test_every_command_has_help(command):
    shown = mho_sim(command, "--help")
    assert shown.returncode == 0 and "Usage" in shown.stdout


def test_run_prints_one_json_object_with_the_public_keys():
    done = mho_sim("run", SCENARIO, "--worlds", "40", "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert set(told) >= {
        "scenario",
        "version",
        "worlds",
        "seed",
        "years",
        "late",
        "reserve_needed",
        "protection",
        "indicators",
        "services",
        "digest",
    }
    assert set(told["late"]) >= {"probability", "interval", "by_year", "worst_month", "days"}
    assert told["late"]["interval"][0] <= told["late"]["probability"] <= told["late"]["interval"][1]
    assert told["worlds"] == 40 and len(told["late"]["by_year"]) == told["years"]


def test_run_speaks_plainly():
    done = mho_sim("run", SCENARIO, "--worlds", "40", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "Picture 100 mutuals just like ours." in done.stdout
    assert "Whom it protects" in done.stdout


def test_trace_tells_one_household_in_dated_sentences():
    done = mho_sim("trace", SCENARIO, "--world", "3", "--household", "12", "--set", "scheme.membership.intakes=none")
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"2027-[01][0-9]-01  Household 12 pays its contribution of [0-9 ]+ on the day it is due\.", done.stdout
    )


MILLION = ("--set", "scheme.membership.intakes=none", "--set", "setting.association.members=1000000")


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (("run", "nowhere.yaml"), "There is no file nowhere.yaml."),
        (("run", SCENARIO, "--worlds", "0"), "'0' is not possible: write a whole number from 1 to 4294967294."),
        (("run", SCENARIO, "--worlds", "many"), "'many' is not possible: write a whole number"),
        (("run", SCENARIO, "--seed", "-1"), "'-1' is not possible: write a whole number from 0"),
        (("run", SCENARIO, "--set", "scheme.contribution.amout=5"), "amount"),
        (("run", SCENARIO, "--set", "scheme.contribution.amount"), "PATH=VALUE"),
        (("trace", SCENARIO, "--household", "300"), "numbered from 0 to 299"),
        (("rum", SCENARIO), "No such command 'rum'"),
        (("run", SCENARIO, "--fail-if", "lat>5%"), "did you mean 'late'?"),
        (("run", SCENARIO, "--fail-if", "late"), "'late>5%'"),
        (("run", SCENARIO, "--fail-if", "late>5"), "Did you mean 'late>5%'?"),
        (("solve", SCENARIO, "--target", "late<=5"), "Did you mean 'late<=5%'?"),
        (("run", SCENARIO, "--out", "answer.xlsx"), "Known are .json"),
        (("run", SCENARIO, "--memory-limit", "2"), "such as 2GiB"),
        (("run", SCENARIO, "--memory-limit", "5MiB"), "take --batch"),
        (
            (
                "run",
                SCENARIO,
                "--set",
                "setting.association.members=1000000",
                "--set",
                "scheme.membership.intakes=none",
                "--memory-limit",
                "1GiB",
            ),
            "1 GiB are allowed",
        ),
    ],
)
def test_a_mistake_ends_in_one_clear_sentence(arguments, sentence):
    done = mho_sim(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_check_says_what_should_be_looked_at():
    done = mho_sim("check", SCENARIO, "--set", "currency=KES")
    assert done.returncode == 0
    fine, doubts = done.stdout.split("\n\nNo fault, but look at this:\n")
    assert "no fault found" in fine and "Is one of them wrong?" in " ".join(doubts.split())
    assert all(line.startswith(("- ", "  ")) for line in doubts.splitlines())


def run_few(*arguments):
    return mho_sim("run", SCENARIO, "--worlds", "40", "--quiet", *arguments)


def test_a_condition_that_is_broken_ends_in_three_after_the_answer():
    done = run_few("--json", "--fail-if", "late>=0%", "--fail-if", "late>100%", "--fail-if", "worlds<41")
    assert done.returncode == 3
    assert json.loads(done.stdout)["worlds"] == 40
    first, second = done.stderr.splitlines()
    assert first.startswith("--fail-if 'late>=0%': late is ") and "95% interval" in first
    assert second == "--fail-if 'worlds<41': worlds is 40, below 41."


def test_conditions_that_are_kept_say_nothing():
    done = run_few("--fail-if", "late>100%", "--fail-if", "claims_ratio<0")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_figure_without_a_value_breaks_its_condition():
    done = run_few("--set", "scheme.reserve.opening=100_000_000", "--fail-if", "late.days.p95>30")
    assert done.returncode == 3
    assert "late.days.p95 has no value in this run" in done.stderr


def test_the_answer_is_printed_and_written(tmp_path):
    done = run_few("--out", str(tmp_path / "answer.txt"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "answer.txt").read_text(encoding="utf-8") == done.stdout
    done = run_few("--json", "--out", str(tmp_path / "answer.json"))
    assert (tmp_path / "answer.json").read_text(encoding="utf-8") == done.stdout


def test_the_answer_is_printed_even_if_it_cannot_be_written(tmp_path):
    """A disk that is full."""
    code = (
        "import os\n"
        "def full(number): raise OSError(28, 'No space left on device')\n"
        "os.fsync = full\n"
        "from mho_sim.cli import main; main()"
    )
    place = tmp_path / "answer.txt"
    arguments = ["run", SCENARIO, "--worlds", "40", "--quiet", "--out", str(place)]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=300)
    assert done.returncode == 1 and "No space left on device" in done.stderr
    assert "Whom it protects" in done.stdout and list(tmp_path.iterdir()) == []
