"""Member lists: what a register may look like, and what a treasurer is told whose register cannot be read."""

import pickle
import random
import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mho_sim.scenario import ScenarioError
from mho_sim.scenario.members import MemberList, load_members, parse_members

LISTS = Path(__file__).parent / "member_lists"
CASES = sorted(path for path in LISTS.glob("*.csv"))
START = date(2027, 1, 1)

ENGLISH = """\
household,member,sex,born,sector,distance_km,category,telephone
M1,yes,F,1985,fish,2.5,A,77 000 00 00
M1,no,M,2001-02-03,,,,
Ndèye's,1,female,31/01/1990,cloth,0,B,
M1,no,f,2020,,,,
"Ndèye's",0,male,2026-12-31,fish,,A,
"""
FRENCH = """\
Ménage;Membre;Sexe;Né(e) en;Secteur;Distance (km);Catégorie;Téléphone
M1;oui;F;1985;fish;2,5;A;77 000 00 00
M1;non;H;03/02/2001;;;;
Ndèye's;OUI;Femme;31/1/1990;cloth;0;B;
M1;Non;F;2020;;;;
Ndèye's;non;homme;2026-12-31;fish;;A;
"""


def people(text, start=START):
    return parse_members(text if isinstance(text, bytes) else text.encode(), "list.csv", start)


def refusal(text):
    with pytest.raises(ScenarioError) as caught:
        people(text)
    return caught.value


def same(one, other):
    for name in MemberList.__dataclass_fields__:
        if name != "not_read":
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


# What a good list gives


def test_a_list_gives_its_columns():
    it = people(ENGLISH)
    assert it.household.tolist() == [0, 0, 1, 0, 1]
    assert it.household_names == ("M1", "Ndèye's")
    assert it.is_member.tolist() == [True, False, True, False, False]
    assert it.woman.tolist() == [True, False, True, True, False]
    assert it.sectors == ("fish", "cloth")
    assert it.sector.tolist() == [0, -1, 1, -1, 0]
    assert it.categories == ("A", "B")
    assert it.category.tolist() == [0, -1, 1, -1, 0]
    np.testing.assert_array_equal(it.distance_km, [2.5, np.nan, 0, np.nan, np.nan])
    assert it.not_read == ("telephone",)


def test_days_from_birth_to_the_start():
    """1985: 1 July; 41 years of 365 days, 10 leap days (1988 to 2024), 184 days from July to December. 3 February 2001:
    25 years and 6 leap days (2004 to 2024), and 332 days to the end of 2026; 31 January 1990: 36 years, 9 leap days,
    335 days; 2020: 6 years, 1 leap day, 184 days.
    """
    assert people(ENGLISH).born_days_before_start.tolist() == [
        41 * 365 + 10 + 184,
        25 * 365 + 6 + 332,
        36 * 365 + 9 + 335,
        6 * 365 + 1 + 184,
        1,
    ]


def test_ages_are_taken_at_their_middle():
    """(0 + 1/2) × 365.25 = 182.625; 41.5 × 365.25 = 15 157.875; 110.5 × 365.25 = 40 360.125."""
    it = people("household,member,sex,age\nA,yes,F,0\nA,no,M,41\nA,no,M,110\nA,no,F,41.0\n")
    assert it.born_days_before_start.tolist() == [182, 15157, 40360, 15157]


def test_a_year_alone_that_has_only_begun():
    """From 1 January to 1 April 2027 there are 90 days: halfway is 45 days before the start. Later in the year than
    1 July, that day stands: 62 days before 1 September.
    """
    text = "household,member,sex,born\nA,yes,F,2027\n"
    assert people(text, date(2027, 4, 1)).born_days_before_start.tolist() == [45]
    assert people(text, date(2027, 9, 1)).born_days_before_start.tolist() == [62]
    with pytest.raises(ScenarioError, match="is not before the start"):
        people(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_export_is_the_same_list(encoding, delimiter, end):
    text = FRENCH.replace("2,5", "2.5").replace(";", delimiter).replace("\n", end)
    same(people(text.encode(encoding)), people(ENGLISH))


def test_decimal_commas_in_a_list_with_semicolons():
    same(people(FRENCH), people(ENGLISH))


def test_quotes_spaces_and_blank_lines_change_nothing():
    text = ENGLISH.replace("M1", '"M1"').replace(",", ", ").replace("\n", "\n\n,,,\n") + ",,,,,,,,,,\n\n"
    same(people("\n \n" + text), people(ENGLISH))


def test_accents_may_be_written_in_two_ways():
    decomposed = ENGLISH.replace("Ndèye", "Nde\u0300ye")
    same(people(decomposed), people(ENGLISH))


def test_cells_that_look_like_formulas_are_text():
    it = people('household,member,sex,age,sector\n=1+1,yes,F,41,"=HYPERLINK(""http://x"")"\n@A1,yes,M,30,-2\n')
    assert it.household_names == ("=1+1", "@A1")
    assert it.sectors == ('=HYPERLINK("http://x")', "-2")


def test_a_list_without_optional_columns():
    it = people("household,member,sex,age\nA,yes,F,41\n")
    assert (it.sectors, it.categories, it.sector.tolist(), it.category.tolist()) == ((), (), [-1], [-1])
    assert np.isnan(it.distance_km).all()


def test_columns_cannot_be_written_to():
    it = people(ENGLISH)
    for name, column in vars(it).items():
        if isinstance(column, np.ndarray):
            assert column.shape == (5,)
            with pytest.raises(ValueError, match="read-only"):
                column[0] = 1
        else:
            assert isinstance(column, tuple), name
    with pytest.raises(AttributeError):
        it.woman = None


def test_a_long_list():
    """100 000 people in 20 000 households of five."""
    lines = (f"{n // 5},{'no' if n % 5 else 'yes'},{'FM'[n % 2]},{n % 90}" for n in range(100_000))
    it = people("household,member,sex,age\n" + "\n".join(lines))
    assert len(it.household) == 100_000
    assert len(it.household_names) == it.is_member.sum() == 20_000


# Lists that cannot be read: their messages, as they are printed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_each_bad_list_has_its_message(case, monkeypatch):
    monkeypatch.chdir(LISTS)
    with pytest.raises(ScenarioError) as caught:
        load_members(case.name, START)
    assert str(caught.value) + "\n" == case.with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_bad_lists_of_every_sort_and_no_message_without_a_list():
    assert len(CASES) >= 30
    assert {path.stem for path in LISTS.glob("*.txt")} == {case.stem for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_message_is_one_line_that_starts_with_its_place(case):
    for line in case.with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        assert re.match(rf"{case.name}:(\d+:)? [^\s\d]", line)
        assert line.endswith((".", "?"))
        assert not re.search(r"codec|regex|\bNone\b|\bcsv\.|Traceback|[\x00-\x1f\u200b]", line)


def test_a_fault_is_a_record():
    (fault,) = refusal("household,member,sex,age\nA,yes,femal,41\n").faults
    assert (fault.file, fault.line, fault.column, fault.path) == ("list.csv", 2, None, "sex")
    assert fault.sentence == "sex is 'femal'; did you mean 'female'? Write F or M."
    assert pickle.loads(pickle.dumps(fault)) == fault


def test_what_follows_from_a_lost_line_is_not_told():
    """The member's line is lost, so that the household seems to have none."""
    error = refusal("household,member,sex,age,note\nA,yes,F,41,a,b\nA,no,M,43,\n")
    assert [fault.line for fault in error.faults] == [2]
    error = refusal("household,member,sex,age\nA,chief,F,41\nA,no,M,43\n")
    assert [fault.line for fault in error.faults] == [2]


def test_an_endless_list_of_faults_ends():
    error = refusal("household,member,sex,age\n" + "A,no,X,-\n" * 5000)
    assert len(error.faults) == 1001
    assert error.faults[-1].sentence == "These are 1 000 faults. From here on the list was not read."


@pytest.mark.parametrize("name", ["no-such-file.csv", ".", "a\0b.csv", "x" * 5000])
def test_a_file_that_is_not_there_is_one_clear_message(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load_members(name, START)
    assert len(caught.value.faults) == 1


def test_a_file_over_the_limit_is_not_read_whole(tmp_path):
    with (tmp_path / "list.csv").open("wb") as file:
        file.truncate(10**10)
    with pytest.raises(ScenarioError, match="larger than 64 MiB"):
        load_members(tmp_path / "list.csv", START)


def test_a_list_over_a_million_lines_is_refused():
    (fault,) = refusal(b"household,member,sex,age\n" + b"A\n" * 1_000_000).faults
    assert fault.sentence == "The file has more than 1 000 000 lines. A member list has at most 1 000 000."


# Any file


def mutated(chance, raw):
    """The bytes with one to four changes: of bytes, of lines, of cells."""
    cells = [b"", b"yes", b"no", b"F", b"-1", b"999999", b"2031", b"0000", b"0001-01-01", b"31/02/2000", b"=A1", b'"',
             b'"a"b', b"x" * 300, b"\xff", b"\xc3", b"\x00", b"\x1b[2J", "\u202e".encode(), "é".encode(), b"1e400",
             b"nan", b"9999", b"\n", b"\r", b'"\n', b"household", b"sexe", b"\xef\xbb\xbf", "\u0661".encode(),
             b"1.5"]  # fmt: skip
    for _ in range(chance.randint(1, 4)):
        lines = raw.split(b"\n")
        n, deed = chance.randrange(len(lines)), chance.randrange(6)
        parts = re.split(b"([,;\t])", lines[n])
        if deed == 0:
            lines.insert(chance.randrange(len(lines)), lines[n])
        elif deed == 1:
            del lines[n]
        elif deed == 2:
            parts[2 * chance.randrange(len(parts) // 2 + 1)] = chance.choice(cells)
            lines[n] = b"".join(parts)
        elif deed == 3:
            lines[n] += chance.choice([b",", b";", b"\t"]) + chance.choice(cells)
        elif deed == 4:
            lines[n] = lines[n][: chance.randrange(len(lines[n]) + 1)]
        else:
            spot = chance.randrange(len(lines[n]) + 1)
            lines[n] = lines[n][:spot] + bytes([chance.randrange(256)]) + lines[n][spot + 1 :]
        raw = b"\n".join(lines) or b"\n"
    return raw


def sound(it):
    """What must hold of any list that is read."""
    homes = len(it.household_names)
    assert len(set(it.household_names)) == homes == it.is_member.sum()
    assert sorted(it.household[it.is_member].tolist()) == list(range(homes))
    first = np.unique(it.household, return_index=True)[1].tolist()
    assert first == sorted(first)
    assert (it.born_days_before_start >= 1).all()
    assert (it.born_days_before_start < 111 * 366).all()
    for numbers, names in ((it.sector, it.sectors), (it.category, it.categories)):
        assert set(numbers.tolist()) | {-1} == {-1, *range(len(names))}
    assert (np.isnan(it.distance_km) | ((it.distance_km >= 0) & (it.distance_km <= 1000))).all()


@settings(max_examples=500, derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32), text=st.sampled_from([ENGLISH, FRENCH, "household,member,sex,age\nA,yes,F,41\n"]))
def test_mutated_lists_are_read_or_refused_but_never_crash(seed, text):
    chance = random.Random(seed)
    try:
        it = people(mutated(chance, text.encode(chance.choice(["utf-8", "utf-8-sig", "cp1252"]))))
    except ScenarioError as error:
        assert error.faults
        assert all(fault.sentence and fault.file == "list.csv" for fault in error.faults)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", str(error))
    else:
        sound(it)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(raw=st.binary(max_size=300))
def test_no_bytes_crash_the_reader(raw):
    for before in (b"", b"household,member,sex,age\n"):
        try:
            sound(people(before + raw))
        except ScenarioError as error:
            assert error.faults
