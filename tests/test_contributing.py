"""The pages for contributors (`mho_sim/contributing`) are true: what they name is there, and their worked examples
still go into the program.

An example is a diff. It must touch no file that its page does not name. Indicator and preset are put into a copy of the
project, and the tests that their page asks for are run there; illness and benefit rule, whose engine has to be
compiled anew, only with `pytest -m full`.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "mho_sim" / "contributing"
PAGES = sorted(FOLDER.glob("*.md"))
COPIED = ("mho_sim", "scenarios", "tests", "setup.cfg", "README.md")
QUICK = {
    "indicator": ["tests/test_indicators_formulas.py"],
    "preset": ["tests/test_data.py", "tests/test_staircase.py"],
}
SLOW = {
    "benefit": ["tests/test_reference_by_hand.py", "tests/test_equality.py", "tests/test_tariff.py"],
    "illness": ["tests/test_draws.py", "tests/test_equality.py", "tests/test_actuarial.py", "tests/test_tariff.py"],
}
RARE = "not rare"  # with so few scenarios some pairs of events do not occur

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def named(page):
    """(file, name or none) of all that a page names in code marks, such as `tests/test_data.py::TYPED`."""
    return re.findall(r"`((?:mho_sim|tests|scenarios)/[\w./-]+)(?:::(\w+))?`", page.read_text(encoding="utf-8"))


def defined(path):
    """What is defined at the top of a Python file, and in its classes."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [part for target in targets for part in ast.walk(target)]
            found |= {name.id for name in names if isinstance(name, ast.Name)}
    return found


def hunks(diff):
    """(file, lines before, lines after) of each piece of a diff; no lines before: the file is new."""
    for of_file in re.split(r"^diff --git ", diff, flags=re.MULTILINE)[1:]:
        path = re.search(r"^\+\+\+ b/(\S+)", of_file, re.MULTILINE)[1]
        for piece in re.split(r"^@@ .*\n", of_file, flags=re.MULTILINE)[1:]:
            lines = piece.splitlines(keepends=True)
            yield path, *("".join(line[1:] for line in lines if line[0] in (" ", sign)) for sign in "-+")


def put_in(diff, folder):
    """Apply a diff to a copy of the project, wherever its lines stand by now; returns the files that changed."""
    changed = set()
    for path, before, after in hunks(diff):
        file = folder / path
        text = file.read_text(encoding="utf-8") if before else ""
        assert text.count(before) == 1 or not before, f"{path} has changed; make the example anew:\n{before}"
        file.write_text(text.replace(before, after) if before else after, encoding="utf-8")
        changed.add(path)
    return changed


@pytest.fixture
def copy(tmp_path):
    """A copy of the project."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run_tests(copy, files, *options):
    """Run tests in a copy of the project."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "MHO_SIM_SCENARIOS": "40", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", *options, *files]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def test_there_is_a_page_and_an_example_for_each():
    names = ["benefit", "illness", "indicator", "preset"]
    assert [page.stem for page in PAGES] == names == sorted(diff.stem for diff in FOLDER.glob("*.diff"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"mho_sim/contributing/{name}.md" in readme for name in names)
    assert set(QUICK) | set(SLOW) == set(names)


@each_page
def test_what_a_page_names_is_there(page):
    assert len(named(page)) > 10
    for path, name in named(page):
        assert (ROOT / path).exists(), path
        assert not name or name in defined(ROOT / path), f"{path}::{name}"
    links = re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    assert links == [f"{page.stem}.diff"]


@each_page
def test_an_example_goes_in_and_touches_what_its_page_names(page, copy):
    changed = put_in(page.with_suffix(".diff").read_text(encoding="utf-8"), copy)
    files = {path for path, _ in named(page)}
    unnamed = {path for path in changed if path not in files and str(Path(path).parent) not in files}
    assert changed and not unnamed
    for path in changed:
        if path.endswith(".py"):
            ast.parse((copy / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", QUICK)
def test_a_quick_example_passes_the_tests_of_its_page(name, copy):
    put_in((FOLDER / f"{name}.diff").read_text(encoding="utf-8"), copy)
    assert " passed" in run_tests(copy, QUICK[name])


@pytest.mark.full
@pytest.mark.parametrize("name", SLOW)
def test_a_slow_example_passes_the_tests_of_its_page(name, copy):
    put_in((FOLDER / f"{name}.diff").read_text(encoding="utf-8"), copy)
    assert " passed" in run_tests(copy, SLOW[name], "-k", RARE)
