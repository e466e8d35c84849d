"""What a run will hold in memory is estimated before anything is drawn, and refused if the machine has less.

How the estimate is measured: for two sizes (300 households and 20 worlds a batch; 5,000 households and 3) the arrays
that are really allocated are added up, `nbytes` of the association, the tables, a batch's state, memory and till, and
what is kept of the worlds, and the estimate must lie within a factor of 1.5 of the sum; it lies within 1.1. No time and
no resident memory is measured. The three constants of `capacity` (bytes a row while people are drawn, a batch that
waits, worlds while they are told of) were read off `tracemalloc`, which numpy reports to, at 20,000 and 100,000
households and at 2,000 and 20,000 worlds.
"""

import re
from pathlib import Path

import numpy as np
import pytest
from test_cli import SCENARIO

from mho_sim import capacity, study
from mho_sim.capacity import TooLarge, available, bytes_of, expected_rows, refuse_too_large, said
from mho_sim.engine import Calendar, Prepared, live_batch
from mho_sim.population import associate
from mho_sim.scenario import load
from mho_sim.study import Outcome, measured, planned

NO_BIRTHS = [
    f"setting.illness.{kind}.{change}"
    for kind in ("delivery", "caesarean")
    for change in ("rate=none", "share=none", "need=0.04")
]
ALL_AT_ONCE = "scheme.membership.intakes=none"  # intakes count households, and here there are more


def nbytes(thing):
    """Bytes of all arrays in a tuple of tuples."""
    if isinstance(thing, np.ndarray):
        return thing.nbytes
    return sum(map(nbytes, thing)) if isinstance(thing, tuple) else 0


@pytest.mark.parametrize(("households", "worlds", "years"), [(300, 20, 3), (5000, 3, 2)])
def test_the_estimate_is_right_within_a_factor_of_one_and_a_half(households, worlds, years):
    scenario = load(SCENARIO, [f"setting.association.members={households}", f"years={years}", ALL_AT_ONCE])
    run = measured(scenario, planned(scenario, worlds, workers=1, batch=worlds))
    prepared = Prepared(scenario, 1)
    batch = live_batch(prepared, 0, worlds)
    association = nbytes(prepared.people) + nbytes(prepared.setting) + nbytes(prepared.scheme)
    lived = sum(nbytes(part) for name, part in vars(batch).items() if name not in vars(prepared))
    kept = nbytes(Outcome.of(batch).of_worlds)
    assert lived > nbytes(batch.state)
    for estimate, held in ((run.shared, association), (run.batches, lived), (run.kept, kept)):
        assert held / 1.5 < estimate < held * 1.5
    assert (association + lived + kept) / 1.5 < run.shared + run.batches + run.kept
    assert run.shared + run.batches + run.kept < 1.5 * (association + lived + kept)
    assert run.total >= run.shared + run.batches + run.kept


@pytest.mark.parametrize(
    "sets",
    [
        ["setting.association.members=5000"],
        ["setting.association.members=5000", "years=10"],
        ["setting.association.members=5000", "setting.association.births=none", *NO_BIRTHS],
    ],
)  # fmt: skip
def test_the_expected_rows_are_those_drawn(sets):
    """5,000 households of 4.4 (cv 0.5): the sum has a relative standard error of 0.7 %; 5 % are seven of them."""
    scenario = load(SCENARIO, [*sets, ALL_AT_ONCE])
    people = associate(scenario, 1, Calendar(scenario.start, scenario.years))
    births = scenario.unknowns.get("setting.association.births")
    a_place = capacity.MOST_BIRTHS * births.high + capacity.PLACE_OF_ROW if births else 0
    assert expected_rows(scenario) == pytest.approx(len(people.row) + a_place * len(people.place), rel=0.05)


def test_a_world_has_no_more_rows_than_expected():
    """1,320 people and some 160 births in three years."""
    scenario = load(SCENARIO)
    rows = live_batch(Prepared(scenario, 1), 0, 16).state.person.shape[1]
    assert 0.8 * expected_rows(scenario) < rows < 1.03 * expected_rows(scenario)


def test_exact_households_without_births_are_exact():
    scenario = load(
        SCENARIO,
        [
            ALL_AT_ONCE,
            "setting.association.members=none",
            "setting.association.covered_per_member=none",
            "setting.association.households={1: 8, 2: 10, 40: 1}",
            "setting.association.births=none",
            *NO_BIRTHS,
        ],
    )
    assert expected_rows(scenario) == 68


def test_a_register_is_counted(tmp_path):
    """A woman of 48 has two places for children in three years, at 48 and 49; a girl of 13 one, at 15; a man none."""
    (tmp_path / "members.csv").write_text(
        "household,age,sex,member\nA,48,f,yes\nA,13,f,no\nB,48,m,yes\n", encoding="utf-8"
    )
    text = Path(SCENARIO).read_text(encoding="utf-8").replace("    members: 300 ", "    list: members.csv ")
    (tmp_path / "mine.yaml").write_text(re.sub(r"    covered_per_member:.*\n(      .*\n)*", "", text), encoding="utf-8")
    scenario = load(tmp_path / "mine.yaml", [ALL_AT_ONCE, "setting.association.births={value: 14%, grade: exact}"])
    assert expected_rows(scenario) == pytest.approx(3 + (2 + 1) * (capacity.MOST_BIRTHS * 0.14 + capacity.PLACE_OF_ROW))


def test_threads_and_batches_share_the_worlds():
    """Ten worlds are never lived twice, however many threads there are."""
    scenario = load(SCENARIO)
    one = measured(scenario, planned(scenario, 10, workers=1, batch=10))
    assert planned(scenario, 10, workers=64, batch=10)._replace(layout=one.layout).batches == one.batches
    assert planned(scenario, 10, workers=64, batch=1).workers == 10
    assert planned(scenario, 10, workers=2, batch=100).batch == 10


# A million households


@pytest.fixture(scope="module")
def scenario():
    return load(SCENARIO, ["setting.association.members=1000000", ALL_AT_ONCE])


@pytest.fixture(scope="module")
def million(scenario):
    return measured(scenario, planned(scenario, 1000, workers=1, batch=1))


def test_a_million_households_are_refused_on_a_small_machine_before_anyone_is_drawn(scenario, monkeypatch):
    monkeypatch.setattr(capacity, "available", lambda: 2**29)
    monkeypatch.setattr(study.repeating, "Prepared", None)  # nobody gets that far
    with pytest.raises(TooLarge, match=r"about [0-9.]+ GiB in memory, and 512 MiB are available: .*households are too"):
        study.simulate(scenario, worlds=100)


def test_a_limit_that_is_named_counts_instead_of_what_is_available(million, monkeypatch):
    monkeypatch.setattr(capacity, "available", lambda: 2**29)
    refuse_too_large(million, limit=million.total)
    with pytest.raises(TooLarge, match="are allowed"):
        refuse_too_large(million, limit=million.total - 1)


@pytest.mark.parametrize(
    ("asked", "fitting", "option"),
    [
        ({"workers": 2, "batch": 50}, {"batch": 4}, r"take --batch 4 instead of 50 \("),
        ({"workers": 2, "batch": 1}, {"workers": 1}, r"take --batch 1 and --workers 1 \("),
        ({"worlds": 10**9, "batch": 1}, {"worlds": 12_345_678}, r"take --worlds 12000000 instead of 1000000000 \("),
        (
            {"worlds": 10**9, "workers": 2, "batch": 1},
            {"worlds": 123_456, "workers": 1},
            r"take --batch 1, --workers 1 and --worlds 120000 instead of 1000000000 \(",
        ),
        (
            {"worlds": 10, "batch": 1},
            {"households": 900_000, "worlds": 1},
            r"1 000 000 households are too many at once",
        ),
    ],
)
def test_the_sentence_names_the_option_that_lowers_it(million, asked, fitting, option):
    """The limit is what a smaller run would need, so it is known which option leads there."""
    run = million._replace(**asked)
    smaller = run._replace(**fitting)
    smaller = smaller._replace(rows=run.rows * smaller.households / run.households)
    with pytest.raises(TooLarge, match=option):
        refuse_too_large(run, smaller.total)


def test_one_sentence_gives_the_estimate_what_is_available_and_the_way_out(million):
    with pytest.raises(TooLarge) as refused:
        refuse_too_large(million._replace(batch=50), 2**30)
    assert str(refused.value) == (
        f"This run would hold about {said(million._replace(batch=50).total)} in memory, and 1 GiB are allowed: neither "
        "--batch nor --worlds lowers it enough, 1 000 000 households are too many at once; take fewer (or allow more "
        "with --memory-limit)."
    )


@pytest.mark.parametrize("asked", [{}, {"workers": 64, "batch": 64}, {"worlds": 10**9}, {"households": 1, "rows": 4}])
def test_what_need_not_be_measured_is_far_below_its_bound(million, asked):
    run = million._replace(**asked)
    assert run.total < run.bound / 2


def test_a_small_run_is_not_measured(monkeypatch):
    monkeypatch.setattr(study, "measured", None)
    monkeypatch.setattr(capacity, "available", lambda: 2**40)
    assert study.simulate(load(SCENARIO), worlds=2).worlds == 2


def test_nothing_is_refused_where_nothing_is_known(million, monkeypatch):
    monkeypatch.setattr(capacity, "available", lambda: None)
    refuse_too_large(million._replace(worlds=10**9))


# What the machine has


def machine(folder, files):
    """A root folder with files of /proc and /sys in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


MEMINFO = {"proc/meminfo": "MemTotal:       8000 kB\nMemFree:         100 kB\nMemAvailable:   4000 kB\n"}


def test_the_machine_says_what_is_available(tmp_path):
    assert available(machine(tmp_path, MEMINFO)) == 4000 * 1024


def test_elsewhere_all_that_the_machine_has(tmp_path, monkeypatch):
    monkeypatch.setattr(capacity.os, "sysconf", {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}.get)
    assert available(tmp_path) == 4_096_000


def test_nothing_is_known_where_nothing_is_said(tmp_path, monkeypatch):
    def refuse(name):
        raise ValueError(name)

    monkeypatch.setattr(capacity.os, "sysconf", refuse)
    assert available(tmp_path) is None


@pytest.mark.parametrize(
    ("files", "left"),
    [
        (  # version 2, a container: the group is the top
            {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1000000\n",
             "sys/fs/cgroup/memory.current": "400000\n", "sys/fs/cgroup/memory.stat": "anon 1\ninactive_file 100000\n"},
            700_000,
        ),
        (  # version 2: a limit of the group above
            {"proc/self/cgroup": "0::/user/app\n", "sys/fs/cgroup/user/app/memory.max": "max\n",
             "sys/fs/cgroup/user/app/memory.current": "1\n", "sys/fs/cgroup/user/memory.max": "900000\n",
             "sys/fs/cgroup/user/memory.current": "300000\n"},
            600_000,
        ),
        (  # version 1
            {"proc/self/cgroup": "5:cpu:/\n4:memory:/box\n0::/\n",
             "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "500000\n",
             "sys/fs/cgroup/memory/box/memory.usage_in_bytes": "450000\n",
             "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
             "sys/fs/cgroup/memory/memory.usage_in_bytes": "450000\n"},
            50_000,
        ),
        (  # version 1, seen from inside a container: the group's own path is not there, its limit is at the top
            {"proc/self/cgroup": "4:memory:/docker/abc\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "500000\n",
             "sys/fs/cgroup/memory/memory.usage_in_bytes": "600000\n"},
            0,
        ),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 4000 * 1024),
        ({"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "0\n"}, 1000),
    ],
)  # fmt: skip
def test_a_control_group_leaves_less(tmp_path, files, left):
    assert available(machine(tmp_path, {**MEMINFO, **files})) == left


@pytest.mark.parametrize(
    ("text", "number"),
    [("2GiB", 2**31), ("1.5 GiB", 3 * 2**29), ("500MB", 500_000_000), ("800kB", 800_000), ("1TiB", 2**40), ("9B", 9)],
)
def test_an_amount_of_memory_is_read(text, number):
    assert bytes_of(text) == number


@pytest.mark.parametrize("text", ["", "2", "2G", "0GiB", "-1GiB", "two", "2 gib", "1,5GiB", "1GiBs"])
def test_what_is_no_amount_of_memory_is_refused(text):
    with pytest.raises(ValueError, match="such as 2GiB"):
        bytes_of(text)


@pytest.mark.parametrize(
    ("number", "words"),
    [(2**31, "2 GiB"), (2**29, "512 MiB"), (1023 * 2**20, "1023 MiB"), (3 * 2**29, "1.5 GiB"), (100, "0.0977 KiB")],
)
def test_bytes_are_said(number, words):
    assert said(number) == words
