"""What a sweep survives: killed programs and workers, full disks, damaged files, a second sweep, Ctrl-C.

After every fault and one more sitting, the bytes that the study exports are those of a sweep that nothing disturbed.
CI tries each fault at small counts; `pytest -m full` tries 200 kills, every byte and every operation of files.
"""

import errno
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sittings import COUNT, FAIL, KILL_AMID, KILL_BEFORE, Sittings

from mho_sim.cli import commands
from mho_sim.report.study import TABLES, as_csv, frame_of
from mho_sim.sweeps import Study, Threads, live_study, read_plan

HERE = Path(__file__).parent
HEAD = "study: small\nscenario: village-mutual\nset: {setting.association.households: {5: 6}, years: 1}\n"
AMOUNTS = "  scheme.contribution.amount: [1_800, 2_000, 2_200, 2_400, 2_600]\n"
MANY = HEAD + f"worlds: 100\ngrid:\n{AMOUNTS}  scheme.membership.waiting.default: [none, 2 months]\n"  # 500 chunks of 2
TWO = "points:\n  low: {scheme.contribution.amount: 1_800}\n  high: {scheme.contribution.amount: 2_400}\n"
FEW = HEAD + f"worlds: 6\nmonthly: yes\n{TWO}"  # 3 chunks of 2 at each point
ONE = HEAD + "worlds: 6\npoints: {only: {scheme.contribution.amount: 2_000}}\n"  # 3 chunks of 2
ENDS = 30  # seconds in which what must end within 5 has ended on the busiest of machines

FULL = pytest.mark.full
PARTS = 20  # of the bytes at which a file is cut

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="sittings are forked")


@pytest.fixture(scope="module")
def shim():
    """The library that stands before the operations of files; None where there is no C compiler."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None or not sys.platform.startswith("linux"):
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "failing_files.so")
        how = ["-shared", "-fPIC", "-O1", "-o", library, HERE / "failing_files.c", "-ldl"]
        subprocess.run([compiler, *how], check=True)
        yield library


@pytest.fixture(scope="module")
def sittings(shim):
    with Sittings(shim) as found:
        yield found


@pytest.fixture
def folder():
    """A folder in memory where there is one, so that nothing waits for a disk."""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as found:
        yield Path(found)


class Case:
    """A study's file in a folder, and its command."""

    def __init__(self, folder, text, name="case"):
        self.folder, self.study, self.path = folder, folder / f"{name}.study.yaml", folder / f"{name}.db"
        self.study.write_text(text, encoding="utf-8")
        self.lived, self.out = folder / f"{name}.lived", folder / name

    def command(self, *more):
        return ("sweep", self.study, "--out", self.path, "--quiet", *more)

    def chunks(self):
        """How many chunks are in the file; each once."""
        with _closing(sqlite3.connect(f"{self.path.as_uri()}?mode=rw", uri=True, timeout=30)) as base:
            assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            rows = base.execute("SELECT point, first FROM chunks").fetchall()
        assert len(rows) == len(set(rows))
        return len(rows)

    def there(self):
        """As `chunks`; none where there is no file yet."""
        try:
            return self.chunks()
        except sqlite3.OperationalError:
            return 0

    def lines(self):
        return len(self.lived.read_text().splitlines()) if self.lived.exists() else 0

    def wait_for_chunks(self, count, sitting):
        while self.there() < count:
            assert not sitting.ended(), f"{sitting.code}: {sitting.stdout}{sitting.stderr}"
            time.sleep(0.02)

    def wait_for(self, lines, sitting):
        while self.lines() < lines and not sitting.ended():
            time.sleep(0.002)


def _closing(what):
    from contextlib import closing

    return closing(what)


def tables(path):
    """All that a study exports."""
    with Study(path) as study:
        assert study.complete and not study.failures
        return {name: as_csv(frame_of(study, name)) for name in TABLES}


_undisturbed = {}


def undisturbed(text):
    """The tables of a sweep that nothing disturbed, and the bytes of its file."""
    if text not in _undisturbed:
        with tempfile.TemporaryDirectory() as folder:
            case = Case(Path(folder), text)
            live_study(read_plan(case.study), case.path, Threads(1), chunk=100 if text is MANY else 2)
            _undisturbed[text] = tables(case.path), case.path.read_bytes()
    return _undisturbed[text]


def workers_of(pid):
    """The processes that a sitting started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(re.search(r"^PPid:\t(\d+)", (entry / "status").read_text(), re.M)[1])
        except (OSError, TypeError):
            continue
        if parent == pid:
            found.append(int(entry.name))
    return found


def wait_until_gone(pids):
    """How long it takes until none of the processes is there."""
    began = time.monotonic()
    while any(is_there(pid) for pid in pids):
        assert time.monotonic() < began + ENDS, "an orphan"
        time.sleep(0.01)
    return time.monotonic() - began


def is_there(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def no_traceback(sitting):
    assert "Traceback" not in sitting.stderr, sitting.stderr
    return sitting


# The program is killed


@pytest.mark.parametrize("again", [0, *(pytest.param(number, marks=FULL) for number in range(1, 10))])
def test_20_kills_at_random_moments_of_500_chunks(folder, sittings, again):
    case, chance, there, kills = Case(folder, MANY), random.Random(20 + again), 0, 20
    command = case.command("--workers", "2", "--with", "threads")
    for number in range(kills):
        before = case.lines()
        sitting = sittings.start(*command, out=case.out, chunk=2, lived=case.lived)
        if number % 5:
            case.wait_for(before + chance.randint(1, 2 * 400 // kills), sitting)
        time.sleep(chance.random() * (0.02 if number % 5 else 0.3))
        sitting.kill()
        assert sitting.wait().code == -signal.SIGKILL
        now = case.there()
        assert there <= now and case.lines() - before - (now - there) <= 2, "more than one for each worker was lost"
        there = now
    assert there < 500
    assert sittings.run(*command, out=case.out, chunk=2, lived=case.lived).code == 0
    assert case.chunks() == 500 and case.lines() <= 500 + 2 * kills
    assert tables(case.path) == undisturbed(MANY)[0]


@pytest.mark.parametrize("again", [0, *(pytest.param(number, marks=FULL) for number in range(1, 15))])
def test_kills_with_processes_leave_no_orphan(folder, sittings, again, record_property):
    case, chance, longest, kills = Case(folder, MANY), random.Random(2 + again), 0, 2
    command = case.command("--workers", "2", "--with", "processes")
    for _ in range(kills):
        before = case.there()
        sitting = sittings.start(*command, out=case.out, chunk=2)
        case.wait_for_chunks(before + 20, sitting)
        time.sleep(chance.random() * 0.05)
        workers = workers_of(sitting.pid)
        assert len(workers) == 2
        sitting.kill()
        assert sitting.wait().code == -signal.SIGKILL
        longest = max(longest, wait_until_gone(workers))
    record_property("seconds until the workers of a killed sweep were gone", round(longest, 2))
    assert sittings.run(*case.command("--with", "threads"), out=case.out, chunk=2).code == 0
    assert tables(case.path) == undisturbed(MANY)[0]


# At every operation of files


def go_on(plan, case):
    """The next sitting, in this process."""
    notes = []
    assert live_study(plan, case.path, Threads(1), chunk=2, noted=notes.append).complete
    assert notes in ([], [f"{case.path} was empty: all is lived anew."])


@pytest.fixture
def counted(folder, sittings, shim):
    """How many operations of files a sweep of three chunks has."""
    if shim is None:
        pytest.skip("no C compiler is here, or this is not Linux")
    case = Case(folder, ONE, "counted")
    sitting = sittings.run(*case.command("--workers", "1"), out=case.out, chunk=2, faults=(case.path.name, 0, COUNT, 0))
    assert sitting.code == 0, sitting.stderr
    assert sitting.operations > 20
    return sitting.operations


@pytest.mark.parametrize("first", [None, *(pytest.param(one, marks=FULL) for one in (KILL_AMID, KILL_BEFORE))])
def test_a_stop_at_every_operation_of_files(folder, sittings, counted, first):
    """Before it or, of a write, in the midst of it; in CI by turns."""
    plan = read_plan(Case(folder, ONE).study)
    for number in range(1, counted + 1):
        how = first or (KILL_BEFORE, KILL_AMID)[number % 2]
        case = Case(folder, ONE, f"stopped-{number}")
        command, faults = case.command("--workers", "1"), (case.path.name, number, how, 0)
        sitting = sittings.run(*command, out=case.out, chunk=2, faults=faults)
        assert sitting.code == -signal.SIGKILL, (number, sitting.stderr)
        go_on(plan, case)
        assert case.chunks() == 3 and tables(case.path) == undisturbed(ONE)[0], number
        assert sorted(one.name for one in folder.glob(f"{case.path.name}*")) == [case.path.name], number


@pytest.mark.parametrize("error", ["ENOSPC", "EDQUOT", "EROFS"])
@pytest.mark.parametrize("every", [7, pytest.param(1, marks=FULL)])
def test_nothing_can_be_written_from_any_operation_on(folder, sittings, counted, error, every):
    """A full disk, a quota, a folder that may only be read."""
    first = {"ENOSPC": 1, "EDQUOT": 3, "EROFS": 5}[error] if every > 1 else 1
    plan = read_plan(Case(folder, ONE).study)
    for number in range(first, counted + 1, every):
        case = Case(folder, ONE, f"full-{number}")
        command, faults = case.command("--workers", "1"), (case.path.name, number, FAIL, getattr(errno, error))
        sitting = sittings.run(*command, out=case.out, chunk=2, faults=faults)
        if sitting.code == 0:  # only what is left to clean up was refused
            assert number > 0.9 * counted
        else:
            assert sitting.code == 4, (number, sitting.stderr)
            sentence = re.escape(f"Nothing more can be written in {folder} (") + r"[^()]+\): about \d+\.\d MB more are "
            assert re.match(sentence, sitting.stderr) and sitting.stderr.count("\n") == 1, (number, sitting.stderr)
        go_on(plan, case)
        assert tables(case.path) == undisturbed(ONE)[0], number


def test_what_was_finished_is_safe_on_a_full_disk(folder, sittings, counted):
    case = Case(folder, FEW)
    faults = (case.path.name, 170, FAIL, errno.ENOSPC)
    sitting = sittings.run(*case.command("--workers", "1"), out=case.out, chunk=2, faults=faults)
    assert sitting.code == 4 and case.chunks() >= 3
    assert "Nothing more can be written" in sitting.stderr
    shown = sittings.run("study", "status", case.path, out=case.out)
    assert shown.code == 4 and "1 of 2 points" in shown.stdout and not shown.stderr


# Workers are killed


@pytest.mark.parametrize("again", [0, *(pytest.param(number, marks=FULL) for number in range(1, 13))])
def test_workers_are_killed_and_the_sweep_ends_by_itself(folder, sittings, again):
    case, chance, kills = Case(folder, MANY), random.Random(4 + again), 4
    sitting = sittings.start(*case.command("--workers", "2", "--with", "processes"), out=case.out, chunk=2)
    for number in range(kills):
        before = case.there()
        while case.there() < before + 20 and not sitting.ended():
            time.sleep(0.02)
        time.sleep(chance.random() * 0.05)
        workers = workers_of(sitting.pid)
        for worker in workers if number == 2 else chance.sample(workers, 1):
            os.kill(worker, signal.SIGKILL)
    assert no_traceback(sitting.wait()).code == 0
    assert case.chunks() == 500 and tables(case.path) == undisturbed(MANY)[0]


def test_a_chunk_that_kills_its_worker_is_given_up_and_tried_again_in_the_next_sitting(folder, sittings):
    case = Case(folder, FEW)
    command = case.command("--workers", "1", "--with", "processes")
    sitting = sittings.run(*command, out=case.out, chunk=2, replaced="poisoned.killing")
    assert no_traceback(sitting).code == 4 and case.chunks() == 4
    told = " ".join(sitting.stdout.split())
    assert "Given up after 3 attempts: worlds 4 to 5 of 'low' (its process ended by signal 9, perhaps for want" in told
    assert "goes on where it stands" in told
    assert sittings.run("study", "status", case.path, out=case.out).code == 4
    sitting = sittings.run(*case.command("--with", "threads"), out=case.out, chunk=2)
    assert sitting.code == 0 and "Given up" not in sitting.stdout
    assert tables(case.path) == undisturbed(FEW)[0]


def test_a_chunk_that_runs_out_of_memory_is_marked_and_the_others_finish(folder, sittings):
    case = Case(folder, FEW)
    command = case.command("--workers", "1", "--memory-limit", "2GiB")
    sitting = sittings.run(*command, out=case.out, chunk=2, replaced="poisoned.greedy")
    assert no_traceback(sitting).code == 4 and case.chunks() == 4
    told = " ".join(sitting.stdout.split())
    assert "Given up after 1 attempt: worlds 4 to 5 of 'high' (out of memory, 2,048 MiB allowed)" in told, told
    assert sittings.run(*case.command("--with", "threads"), out=case.out, chunk=2).code == 0
    assert tables(case.path) == undisturbed(FEW)[0]


# Ctrl-C


@pytest.mark.parametrize("kind", ["threads", "processes"])
@pytest.mark.parametrize("numbers", [(signal.SIGINT,), (signal.SIGINT, signal.SIGINT), (signal.SIGTERM,)])
def test_an_interrupted_sweep_ends_soon_and_leaves_a_whole_file(folder, sittings, kind, numbers, record_property):
    case = Case(folder, MANY)
    command = case.command("--workers", "1" if kind == "processes" else "2", "--with", kind)
    sitting = sittings.start(*command, out=case.out, chunk=2)
    case.wait_for_chunks(10, sitting)
    workers, began = workers_of(sitting.pid), time.monotonic()
    for number in numbers:
        sitting.kill(number)
        time.sleep(0.01)
    assert no_traceback(sitting.wait()).code == 130
    took = time.monotonic() - began
    wait_until_gone(workers)
    record_property(f"seconds to stop, {kind}, {len(numbers)} x {numbers[0].name}", round(took, 2))
    assert sitting.stderr.startswith("\nInterrupted: what has begun is dropped, what is finished is kept.\n")
    assert 10 <= case.chunks() < 500
    if len(numbers) == 1:
        assert "Not complete" in sitting.stdout


def test_ctrl_c_at_the_terminal_reaches_no_worker(folder):
    """As a terminal does it: to all of its programs at once, whatever they are doing."""
    case = Case(folder, MANY.replace("100", "1_000_000"))
    command = [sys.executable, "-m", "mho_sim", *map(str, case.command("--workers", "2", "--with", "processes"))]
    program = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    while not (workers := workers_of(program.pid)):
        time.sleep(0.01)
    os.killpg(program.pid, signal.SIGINT)
    out, err = program.communicate()
    assert program.returncode == 130 and err.decode().count("\n") == 2 and b"Interrupted" in err, err.decode()
    assert b"Not complete" in out
    wait_until_gone(workers)


# The file is damaged


@pytest.fixture(scope="module")
def plan():
    with tempfile.TemporaryDirectory() as folder:
        return read_plan(Case(Path(folder), FEW).study)


def ask(*arguments):
    """A command in this process: it must end with an exit code, not an exception."""
    answer = CliRunner().invoke(commands, [str(one) for one in arguments])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), (arguments, answer.exception)
    return answer


def survives(path, plan):
    """A damaged file: what is shown is right or told, and the next sitting makes it whole. Says whether it was told."""
    truth = undisturbed(FEW)[0]
    answer = ask("study", "export", path, "--csv", "-")
    rows = answer.stdout.splitlines()
    if answer.exit_code == 0:
        assert answer.stdout == truth["figures"] and not answer.stderr
    elif answer.exit_code == 4:
        assert set(rows[1:]) <= set(truth["figures"].splitlines()[1:])
        assert "Damaged, and left out: " in answer.stderr
    else:
        assert answer.exit_code == 2 and not rows and answer.stderr.count("\n") == 1, answer.stderr
    status = ask("study", "status", path)
    assert status.exit_code in {0: (0, 4, 2), 4: (4, 2), 2: (2,)}[answer.exit_code]  # it reads all worlds besides
    notes = []
    live_study(plan, path, Threads(1), chunk=2, noted=notes.append)
    assert tables(path) == truth
    with _closing(sqlite3.connect(path)) as base:
        assert base.execute("SELECT sum(count), count(*) FROM chunks").fetchone() == (12, 6)
    assert status.exit_code == 0 or notes, "damage was mended and not told"
    assert status.exit_code or not any("made anew" in note for note in notes), "damage was not seen by the status"
    return bool(notes)


def test_the_file_is_cut_short(folder, plan):
    whole, path = undisturbed(FEW)[1], folder / "case.db"
    page = int.from_bytes(whole[16:18], "big")
    borders = [place + shift for place in range(0, len(whole), page) for shift in (-1, 0, 1)]
    places = sorted({place for place in [1, 15, 16, 17, 99, 100, 101, *borders] if 0 <= place < len(whole)})
    for place in [0, 1, 16, 100, page, len(whole) - 1, *random.Random(1).sample(places, min(50, len(places)))]:
        path.write_bytes(whole[:place])
        assert survives(path, plan), place
        for left in folder.glob("case.db*"):
            left.unlink()


@FULL
@pytest.mark.parametrize("part", range(PARTS))
def test_the_file_is_cut_at_each_byte(folder, plan, part):
    whole, path = undisturbed(FEW)[1], folder / "case.db"
    for place in range(part, len(whole), PARTS):
        path.write_bytes(whole[:place])
        assert survives(path, plan), place
        for left in folder.glob("case.db*"):
            left.unlink()


@pytest.mark.parametrize("flips", [100, pytest.param(1000, marks=FULL)])
def test_a_bit_is_flipped(folder, plan, flips, record_property):
    """A third of them in the header and the schema, which are short; no bit of free space, where it changes nothing."""
    whole, path, told = undisturbed(FEW)[1], folder / "case.db", 0
    chance = random.Random(flips)
    filled = [place for place, byte in enumerate(whole) if byte]
    for number in range(flips):
        place = chance.randrange(100 if number % 6 else 4096) if number % 3 == 0 else chance.choice(filled)
        bit = chance.randrange(8)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
        try:
            told += survives(path, plan)
        except AssertionError as error:
            raise AssertionError(f"bit {bit} of byte {place}: {error}") from error
        for left in folder.glob("case.db*"):
            left.unlink()
    record_property("flipped bits that were found", f"{told} of {flips}; no other changed anything")


SWAPS = {
    "two chunks of a point": "UPDATE chunks SET outcomes = (SELECT outcomes FROM chunks o WHERE o.point = "
    "chunks.point AND o.first = 2 - chunks.first) WHERE first < 4",
    "chunks of two points": "UPDATE chunks SET outcomes = (SELECT outcomes FROM chunks o WHERE o.first = "
    "chunks.first AND o.point = 1 - chunks.point)",
    "figures of two points": "UPDATE figures SET value = (SELECT value FROM figures o WHERE o.figure = "
    "figures.figure AND o.point = 1 - figures.point)",
    "whole figures of two points": "UPDATE figures SET point = 2 WHERE point = 0; UPDATE figures SET point = 0 WHERE "
    "point = 1; UPDATE figures SET point = 1 WHERE point = 2",
    "points": "UPDATE points SET point = 2 WHERE point = 0; UPDATE points SET point = 0 WHERE point = 1; UPDATE points "
    "SET point = 1 WHERE point = 2",
    "how many worlds": "UPDATE points SET worlds = 4 WHERE point = 1",
    "done, and is not": "DELETE FROM figures WHERE point = 1",
    "a chunk that is gone": "DELETE FROM chunks WHERE point = 1 AND first = 2; UPDATE points SET found = NULL",
    "who lived it": "UPDATE chunks SET program = 'another' WHERE first = 0",
    "the currency": """UPDATE study SET value = replace(value, 'XOF', 'EUR') WHERE key = 'currency'""",
    "the seed": """UPDATE study SET value = replace(value, '"seed": 1', '"seed": 2') WHERE key = 'plan'""",
    "the program": "DELETE FROM study WHERE key = 'program'",
    "all entries": "UPDATE study SET value = 'x'",
    "no table": "DROP TABLE yearly",
    "bytes for a name": "UPDATE points SET name = x'ff00'",
    "text that is none": "UPDATE points SET name = CAST(x'ff41' AS TEXT) WHERE point = 0",
    "text for bytes": "UPDATE chunks SET outcomes = 'outcomes' WHERE point = 0",
    "a failure that was none": "INSERT INTO failures VALUES (0, 0, 2, 3, 'made up', 'x')",
}


@pytest.mark.parametrize("what", SWAPS)
def test_rows_are_swapped_or_altered(folder, plan, what):
    path = folder / "case.db"
    path.write_bytes(undisturbed(FEW)[1])
    with _closing(sqlite3.connect(path)) as base:
        base.executescript(SWAPS[what])
    told = survives(path, plan)
    assert told or what in ("a chunk that is gone", "a failure that was none")


def test_a_file_of_something_else_is_left_as_it_is(folder, plan):
    path = folder / "case.db"
    for begin in (lambda: path.write_text("My notes.\n"), lambda: _other_base(path), lambda: _other_format(path)):
        path.unlink(missing_ok=True)
        begin()
        before = path.read_bytes()
        study = folder / "few.study.yaml"
        study.write_text(FEW, encoding="utf-8")
        answer = ask("sweep", study, "--out", path)
        assert answer.exit_code == 2 and answer.stderr.count("\n") == 1, answer.stderr
        assert path.read_bytes() == before and not list(folder.glob("*.damaged"))


def _other_base(path):
    with _closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE bookmarks (address TEXT)")


def _other_format(path):
    from mho_sim.sweeps import store

    path.write_bytes(undisturbed(FEW)[1])
    with store.Store(path, writing=True) as base:
        base.put("format", 999)


def test_a_rescue_that_was_stopped_is_done_again(folder, plan):
    """Before its last step the damaged file stands under another name, and the whole one under that of the new."""
    path = folder / "case.db"
    path.with_name("case.db.new").write_bytes(undisturbed(FEW)[1])
    live_study(plan, path, Threads(1))
    assert tables(path) == undisturbed(FEW)[0] and not path.with_name("case.db.new").exists()


# Two sweeps, and what is around them


def test_a_second_sweep_is_refused_and_the_lock_of_a_dead_one_is_free(folder, sittings):
    case = Case(folder, MANY)
    first = sittings.start(*case.command("--with", "threads"), out=case.out, chunk=2, lived=case.lived)
    case.wait_for(5, first)
    second = sittings.run(*case.command("--with", "threads"), out=folder / "second", chunk=2)
    assert second.code == 2
    assert second.stderr == (
        f"Another sweep is writing into {case.path}. Wait for it, or give this one another --out.\n"
    )
    first.kill()
    first.wait()
    assert Path(f"{case.path}.lock").exists()
    assert sittings.run(*case.command("--with", "threads"), out=case.out, chunk=2).code == 0
    assert tables(case.path) == undisturbed(MANY)[0]


@pytest.mark.parametrize("times", [4, pytest.param(20, marks=FULL)])
def test_two_sweeps_that_begin_together(folder, sittings, times):
    for number in range(times):
        case = Case(folder, FEW, f"together-{number}")
        both = [
            sittings.start(*case.command("--with", "threads"), out=folder / f"{number}-{one}", chunk=2) for one in "ab"
        ]
        codes = sorted(one.wait().code for one in both)
        assert codes in ([0, 0], [0, 2]), [one.stderr for one in both]
        assert tables(case.path) == undisturbed(FEW)[0]


def test_the_clock_is_set_back(folder, plan, monkeypatch):
    now = iter(range(2_000_000_000, 0, -50_000))
    monkeypatch.setattr(time, "time", lambda: float(next(now)))
    live_study(plan, folder / "case.db", Threads(1), chunk=2, until=3e9)
    monkeypatch.undo()
    assert tables(folder / "case.db") == undisturbed(FEW)[0]


@pytest.mark.parametrize(
    ("place", "zone"), [("tr_TR", "Asia/Tokyo"), ("ar_EG", "Africa/Cairo"), ("de_DE", "XXX+13:37")]
)
def test_other_places_and_times(folder, sittings, place, zone):
    case = Case(folder, FEW)
    environment = {"LC_ALL": f"{place}.UTF-8", "LANG": f"{place}.UTF-8", "TZ": zone}
    sitting = sittings.run(*case.command(), out=case.out, chunk=2, environment=environment)
    assert sitting.code == 0, sitting.stderr
    assert tables(case.path) == undisturbed(FEW)[0]
    assert sittings.run("study", "export", case.path, "--csv", "-", out=case.out, environment=environment).code == 0
    assert sitting.stdout == undisturbed(FEW)[0]["figures"]


@pytest.mark.parametrize(
    ("workers", "kind", "chunk"), [(1, "threads", 6), (3, "threads", 2), (2, "processes", 4), (3, "processes", 2)]
)
def test_the_same_bytes_wherever_it_is_lived(folder, sittings, workers, kind, chunk):
    case = Case(folder, FEW)
    assert sittings.run(*case.command("--workers", workers, "--with", kind), out=case.out, chunk=chunk).code == 0
    assert tables(case.path) == undisturbed(FEW)[0]
