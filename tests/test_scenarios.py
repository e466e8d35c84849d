"""The scenarios that are shipped load, run, and say of every figure where it comes from; the notebook that begins with
them does what it shows.

`python tests/test_scenarios.py` writes anew the outputs that the notebooks keep.
"""

import contextlib
import io
import json
import re
import shutil
from pathlib import Path

import pytest

from mho_sim.engine.clock import Calendar
from mho_sim.engine.tables import scheme_tables
from mho_sim.rules import ACCEPTED, OVER_CEILING, adjudicate, contribution_due
from mho_sim.scenario import load
from mho_sim.study import simulate

ROOT = Path(__file__).parent.parent
SCENARIOS = sorted(ROOT.glob("scenarios/*.yaml"))
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
BEPHA, TRADERS = ROOT / "scenarios/bepha.yaml", ROOT / "scenarios/market-traders.yaml"
DIOCESES = {"Buea": 5000, "Mamfe": 5000, "Bamenda": 4000, "Kumbo": 3500}  # francs a person a year [V]

each_scenario = pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


# Every scenario


def test_there_are_scenarios_and_notebooks():
    assert {BEPHA, TRADERS} <= set(SCENARIOS) and NOTEBOOKS


@each_scenario
def test_a_shipped_scenario_loads_and_runs(path):
    result = simulate(load(path), worlds=20, seed=1)
    assert result.worlds == 20
    assert 0 < result.protection["covered"] <= 1
    assert result.per_world.notna().all().all()


@each_scenario
def test_people_need_care_as_often_as_the_file_says(path):
    scenario = load(path)
    found = simulate(scenario, worlds=100, seed=1).services["episodes_per_person_year"]
    for kind, illness in scenario.setting.illness.items():
        if illness.need is not None:  # age tables may move the mean a little: that is what they are for
            assert found[kind] == pytest.approx(illness.need, rel=0.1), kind


MARK = re.compile(r"\[[SVDIRC]\]|\bassumed\b")


def unsourced(text):
    """Lines with a figure outside the comment, and no source mark or "assumed" in the comment of the same line."""
    halves = ((number, *line.partition("#")[::2]) for number, line in enumerate(text.splitlines(), 1))
    return [number for number, said, comment in halves if re.search(r"\d", said) and not MARK.search(comment)]


@each_scenario
def test_every_figure_says_where_it_comes_from(path):
    assert unsourced(path.read_text(encoding="utf-8")) == []


@each_scenario
def test_a_figure_whose_source_is_deleted_is_found(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    sourced = [i for i, line in enumerate(lines) if re.search(r"\d", line.partition("#")[0])]
    assert len(sourced) > 20
    for i in sourced:
        assert unsourced("\n".join([*lines[:i], lines[i].partition("#")[0], *lines[i + 1 :]])) == [i + 1]


# The market traders


def test_the_invented_mutual_says_that_it_is_invented():
    assert TRADERS.read_text(encoding="utf-8").startswith("# INVENTED")
    assert "INVENTED" in load(TRADERS).title


def test_the_market_traders_run_short_as_often_as_the_file_says():
    """Tuned so, constructed [C]: between 10 and 30 of 100."""
    assert 0.1 < simulate(load(TRADERS), worlds=1000, seed=1).late["probability"] < 0.3


# BEPHA, case F: facts read on the scheme's web site [V]


@pytest.mark.parametrize(
    ("kind", "bill", "paid", "reason"),
    [
        ("outpatient", 30_000, 15_000, OVER_CEILING),
        ("outpatient", 8_000, 6_000, ACCEPTED),
        ("operation", 100_000, 70_000, OVER_CEILING),
    ],
)
def test_bepha_pays_as_its_web_site_says(kind, bill, paid, reason):
    scenario = load(BEPHA)
    scheme = scheme_tables(scenario, Calendar(scenario.start, scenario.years))
    benefit = scheme.benefit[0, scenario.kinds.index(kind)]
    assert adjudicate(benefit, bill, scheme.household_ceiling[0]) == (paid, reason)


def per_person_and_year(diocese):
    """What a household of 6 owes a year for each of its members, with the diocese's contribution."""
    scenario = load(BEPHA, [f"scheme.contribution.amount={DIOCESES[diocese]}"])
    assert scenario.scheme.contribution.every == "year"
    tables = scheme_tables(scenario, Calendar(scenario.start, scenario.years))
    return contribution_due(tables.contribution[0], 6) / 6


def test_bepha_contributions_agree_with_those_of_2014():
    """90 million francs from 21,000 people are 4,286 each [D].

    How many lived in which diocese is not known. So 4,286 must lie inside the tariff, and an even spread over the
    dioceses (assumed) come within 10 %.
    """
    each = {diocese: per_person_and_year(diocese) for diocese in DIOCESES}
    assert each == DIOCESES
    found = 90_000_000 / 21_000
    assert min(each.values()) < found < max(each.values())
    assert sum(each.values()) / len(each) == pytest.approx(found, rel=0.1)


def test_bepha_households_have_4_to_10_persons():
    scenario = load(BEPHA)
    assert sorted(scenario.setting.association.households) == list(range(4, 11))
    assert scenario.scheme.contribution.amount == DIOCESES["Buea"]


def test_bepha_says_what_is_left_out():
    header = BEPHA.read_text(encoding="utf-8").partition("\ntitle:")[0]
    left_out = header.partition("Not in this file yet")[2]
    for rule in (
        "registration fee of 1 000",
        "annual assembly's fee of 1 000",
        "8 uses a year in Buea and Kumbo, 6 in Mamfe, 5 in Bamenda",
    ):
        assert rule in left_out


# Notebooks


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def printed(notebook):
    """What each code cell prints, when they are run one after the other in the current folder."""
    names, texts = {}, []
    for cell in code_cells(notebook):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile("".join(cell["source"]), f"<cell {cell['id']}>", "exec"), names)
        texts.append(out.getvalue())
    return texts


def kept(cell):
    """The text that is kept below a code cell."""
    return "".join("".join(output["text"]) for output in cell["outputs"])


@each_notebook
@pytest.mark.parametrize("folder", [".", "notebooks"])
def test_a_notebook_prints_what_it_shows(path, folder, tmp_path, monkeypatch):
    for name in ("scenarios", "notebooks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path / folder)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert printed(notebook) == [kept(cell) for cell in code_cells(notebook)], "run: python tests/test_scenarios.py"


@each_notebook
def test_a_notebook_is_valid_and_small(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert set(notebook) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    names = [cell["id"] for cell in notebook["cells"]]
    assert len(set(names)) == len(names) and all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in names)
    for cell in notebook["cells"]:
        code = {"outputs", "execution_count"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"cell_type", "id", "metadata", "source"} | code
        for output in cell.get("outputs", []):  # text only
            assert set(output) == {"output_type", "name", "text"} and (output["output_type"], output["name"]) == (
                "stream",
                "stdout",
            )
    assert path.stat().st_size < 30_000


def write_outputs(path):
    """Run a notebook in its folder and keep what its cells print."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    with contextlib.chdir(path.parent):
        texts = printed(notebook)
    for count, (cell, text) in enumerate(zip(code_cells(notebook), texts), 1):
        cell["execution_count"] = count
        cell["outputs"] = (
            [{"name": "stdout", "output_type": "stream", "text": text.splitlines(keepends=True)}] if text else []
        )
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for path in NOTEBOOKS:
        write_outputs(path)
