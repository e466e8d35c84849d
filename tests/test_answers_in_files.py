"""Answers in files: what is in them, that they are whole or not there at all, that no spreadsheet works them out."""

import csv
import io
import json
import os
import re
import stat
from pathlib import Path

import pandas as pd
import pytest
from test_cli import SCENARIO

from mho_sim.report import files
from mho_sim.scenario import load
from mho_sim.study import simulate


@pytest.fixture(scope="module")
def result():
    """Too little is paid, so that own funds are negative at some ends of years."""
    poor = load(SCENARIO, ["scheme.contribution.amount=200"])
    return simulate(poor, worlds=4, seed=1)


def saved(result, path, told=None):
    files.save(path, result, result.to_dict() if told is None else told, lambda: "the page")
    return path.read_bytes().decode("utf-8")  # line ends as they are


def test_json_is_the_object(result, tmp_path):
    assert json.loads(saved(result, tmp_path / "a.json")) == result.to_dict()


def test_text_is_the_page(result, tmp_path):
    assert saved(result, tmp_path / "a.TXT") == "the page\n"


def test_csv_is_the_table_of_years(result, tmp_path):
    saved(result, tmp_path / "a.csv")
    table = pd.read_csv(tmp_path / "a.csv")
    assert list(table) == [
        "scenario",
        "seed",
        "world",
        "year",
        "year_begins",
        *(
            f"{name}_XOF"
            for name in (
                "contributions_due",
                "contributions_received",
                "contributions_earned",
                "support",
                "benefits",
                "running_costs",
                "owed",
                "cash",
                "own_funds",
                "in_kind",
            )
        ),
    ]
    assert len(table) == 4 * 3 and set(table["scenario"]) == {result.scenario.title}
    assert list(table["year_begins"][:3]) == ["2027-01-01", "2028-01-01", "2029-01-01"]
    for name in result.per_year:
        found = table.set_index(["world", "year"])[f"{name}_XOF"]
        assert (found == result.per_year[name]).all()


# Spreadsheets

PAYLOADS = [
    "=1+1",
    "=HYPERLINK(\"http://example.org\",\"click\")",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "-5",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\0=1+1",
    "+1 \"quoted\", and a comma; and a semicolon",
    "=1+1\n=2+2",
]  # fmt: skip


def rows(text):
    return list(csv.reader(io.StringIO(text, newline="")))


class Renamed:
    """A result whose title, or the name of a column, is another."""

    def __init__(self, result, title=None, name=None):
        self.seed = result.seed
        self.scenario = result.scenario.model_copy(update={"title": title} if title else {})
        self.per_year = result.per_year.rename(columns={"cash": name}) if name else result.per_year


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_title_that_looks_like_a_formula_stays_text(result, tmp_path, payload):
    table = rows(saved(Renamed(result, title=payload), tmp_path / "a.csv", told={}))
    assert {row[0] for row in table[1:]} == {f"'{payload}"}
    assert table[0][0] == "scenario"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_name_that_looks_like_a_formula_stays_text(result, tmp_path, payload):
    table = rows(saved(Renamed(result, name=payload), tmp_path / "a.csv", told={}))
    assert f"'{payload}_XOF" in table[0]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_cannot_leave_its_cell_where_cells_are_divided_at_semicolons(result, tmp_path, payload):
    """The title is the first of its line and in quotes, so that it is one cell either way."""
    text = saved(Renamed(result, title=f"a;{payload}"), tmp_path / "a.csv", told={})
    divided = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert not any(cell.startswith(files.FORMULA) for row in divided for cell in row)


def test_numbers_stay_numbers_negative_ones_too(result, tmp_path):
    table = rows(saved(result, tmp_path / "a.csv"))
    assert all(re.fullmatch("-?[0-9]+", cell) for row in table[1:] for cell in (*row[1:4], *row[5:]))
    assert any(cell.startswith("-") for row in table[1:] for cell in row)
    assert files.cell(-5) == -5


def test_a_plain_title_is_left_as_it_is():
    assert files.cell("Market traders' mutual") == "Market traders' mutual"


# Whole, or not at all


def test_a_file_that_was_there_is_replaced_and_keeps_its_rights(result, tmp_path):
    place = tmp_path / "a.txt"
    place.write_text("old", encoding="utf-8")
    place.chmod(0o640)
    assert saved(result, place) == "the page\n"
    assert stat.S_IMODE(place.stat().st_mode) == 0o640
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_new_file_has_the_usual_rights(result, tmp_path):
    before = os.umask(0o022)
    try:
        saved(result, tmp_path / "a.txt")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o644


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_was_there_stays_if_writing_fails(result, tmp_path, fault):
    def page():
        raise fault

    place = tmp_path / "a.txt"
    place.write_text("old", encoding="utf-8")
    with pytest.raises(type(fault)):
        files.save(place, result, {}, page)
    assert place.read_text(encoding="utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_nobody_sees_half_a_file(tmp_path):
    with files.replacing(tmp_path / "a.txt") as file:
        file.write("half")
        file.flush()
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "half"


def test_the_disk_is_asked_before_the_name_is_changed(tmp_path, monkeypatch):
    order = []
    monkeypatch.setattr(files.os, "fsync", lambda number, real=os.fsync: (order.append("fsync"), real(number)))
    monkeypatch.setattr(files.os, "replace", lambda *names, real=os.replace: (order.append("replace"), real(*names)))
    with files.replacing(tmp_path / "a.txt") as file:
        file.write("all")
    assert order[:2] == ["fsync", "replace"]


def test_a_link_leads_to_the_file_that_is_replaced(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "there" / "a.txt")
    with files.replacing(tmp_path / "link.txt") as file:
        file.write("all")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "there" / "a.txt").read_text(encoding="utf-8") == "all"


# Places that are refused


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        (".", "is a folder. Add the name of a file to it"),
        ("missing/a.csv", "the folder {folder}/missing does not exist"),
        ("file/a.csv", "the folder {folder}/file is not a folder"),
        ("a.xlsx", r"ends in '.xlsx', .* Known are .json \(the object of --json\), .csv .*, .txt \(the page\)"),
        ("a", "has no ending, .* Known are .json"),
        ("queue.txt", "is not an ordinary file"),
        ("scenario.txt", "is the scenario itself"),
    ],
)
def test_a_place_where_no_answer_can_be_written_is_refused(tmp_path, place, sentence):
    for name in ("file", "scenario.txt"):
        (tmp_path / name).write_text("", encoding="utf-8")
    os.mkfifo(tmp_path / "queue.txt")
    with pytest.raises(ValueError, match=sentence.replace("{folder}", re.escape(str(tmp_path)))):
        files.refuse_place(f"{tmp_path}/{place}", tmp_path / "scenario.txt")


@pytest.mark.parametrize("place", ["a.json", "a.CSV", "there.txt"])
def test_a_place_that_is_free_or_holds_a_file_is_taken(tmp_path, place, monkeypatch):
    (tmp_path / "there.txt").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    files.refuse_place(place, Path("nowhere.yaml"))
