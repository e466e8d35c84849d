"""The README runs: its picture of output is what the command prints, and its Python example works."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def indented(after, before):
    """The indented lines between two marks."""
    part = README.split(after, 1)[1].split(before, 1)[0]
    return "\n".join(line[4:] for line in part.splitlines() if line.startswith("    ") or not line).strip("\n")


def test_the_picture_of_output_is_what_the_command_prints():
    """A baseline: when results change on purpose, paste the new page and say so in the changelog."""
    done = subprocess.run(
        [sys.executable, "-m", "mho_sim", "run", "scenarios/village-mutual.yaml", "--quiet"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == indented("run scenarios/village-mutual.yaml -->", "And if members paid")


def test_the_picture_of_what_is_needed_is_what_the_command_prints():
    """A baseline, as the one above; the command is the one that is written there."""
    command = re.search("<!-- output of: mho-sim (solve [^>]*) -->", README)
    done = subprocess.run(
        [sys.executable, "-m", "mho_sim", *command[1].split(), "--quiet"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == indented(command[0], "<!-- end -->")


def test_the_picture_of_options_is_what_the_command_prints():
    """A baseline, as those above."""
    command = re.search("<!-- output of: mho-sim (compare [^>]*) -->", README)
    done = subprocess.run(
        [sys.executable, "-m", "mho_sim", *shlex.split(command[1]), "--quiet"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == indented(command[0], "<!-- end of compare -->")


def test_the_python_example_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    exec(compile(indented("<!-- example -->", "<!-- end -->"), "README.md", "exec"), {})
    first, *_ = capsys.readouterr().out.split()
    assert 0 <= float(first) <= 1


def test_the_books_of_an_existing_mutual_can_be_pasted():
    from mho_sim.scenario import parse

    books = "start_from:\n" + README.split("    start_from:\n", 1)[1].split("\n\n", 1)[0].replace("    ", "", 1)
    books = books.replace("\n    ", "\n")
    traders = (ROOT / "scenarios" / "market-traders.yaml").read_text(encoding="utf-8")
    no_intakes = ["scheme.membership.intakes=none"]  # an existing mutual has its households already
    scenario = parse(traders.split("  # The money in the cash box")[0] + "\n" + books, sets=no_intakes)
    assert scenario.start_from.owed_by_members == 152_000


def test_every_command_and_every_option_is_named():
    from mho_sim.cli import commands

    for name, command in commands.commands.items():
        assert f"mho-sim {name}" in README
        for option in command.params:
            if option.opts[0].startswith("--"):
                assert option.opts[0] in README, f"{name} {option.opts[0]}"


def test_every_field_of_the_grammar_is_on_the_model_page():
    """Each key of the JSON Schema stands on MODEL.md in code marks."""
    from mho_sim.scenario import schema

    page = (ROOT / "mho_sim" / "MODEL.md").read_text(encoding="utf-8")
    told = schema()
    keys = {key for part in [told, *told.get("$defs", {}).values()] for key in part.get("properties", {})}
    missing = {key for key in keys if not re.search(rf"`[^`]*\b{key}\b[^`]*`", page)}
    assert not missing
