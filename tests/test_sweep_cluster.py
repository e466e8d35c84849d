"""A study on a Dask cluster of this machine, with a scheduler and workers of its own: the bytes of one process."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import mho_sim
from mho_sim.report.study import TABLES, as_csv, frame_of
from mho_sim.sweeps import Cluster, Gone, Study, Threads, live_study, read_plan, workers

pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(os.name == "nt", reason="workers are killed as on Unix")

ROOT = Path(__file__).parents[1]
STUDY = """
study: small
scenario: village-mutual
set: {setting.association.households: {5: 6}, years: 1}
worlds: 60
grid:
  scheme.contribution.amount: [1_800, 2_400]
  scheme.membership.waiting.default: [none, 2 months]
"""
READY = 120  # seconds in which a scheduler or a worker has begun on the busiest of machines


class Machines:
    """A scheduler and some workers."""

    def __init__(self, folder):
        self.folder, self.workers = folder, []
        self._file = folder / "scheduler.json"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        until(self._file.exists, self.scheduler)
        until(lambda: self._file.read_text().strip().endswith("}"), self.scheduler)
        self.address = json.loads(self._file.read_text())["address"]

    def work(self, nanny=False, path=ROOT):
        how = ("--nanny",) if nanny else ("--no-nanny",)
        self.workers.append(self._start("dask_worker", "--nthreads", "1", "--host", "127.0.0.1", *how, path=path))

    def wait_for(self, count):
        from distributed import Client

        with Client(self.address) as client:
            client.wait_for_workers(count, timeout=READY)

    def _start(self, what, *more, path=ROOT):
        number = len(self.workers)
        log = open(self.folder / f"{what}-{number}.log", "wb")  # noqa: SIM115
        command = [sys.executable, "-m", f"distributed.cli.{what}", "--no-dashboard", "--scheduler-file", self._file]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), str(ROOT / "tests")])}
        folder = self.folder / f"{what}-{number}"
        folder.mkdir(exist_ok=True)
        with log:
            return subprocess.Popen([*command, *more], stdout=log, stderr=log, env=environment, cwd=folder)

    def end(self):
        for program in [*self.workers, self.scheduler]:
            program.terminate()
        for program in [*self.workers, self.scheduler]:
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(10)
            program.kill()
            program.wait()


def until(holds, program):
    ends = time.monotonic() + READY
    while not holds():
        assert program.poll() is None and time.monotonic() < ends
        time.sleep(0.02)


@pytest.fixture
def machines(tmp_path):
    found = Machines(tmp_path)
    yield found
    found.end()


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "small.study.yaml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def tables(path):
    with Study(path) as study:
        assert study.complete and not study.failures
        return {name: as_csv(frame_of(study, name)) for name in TABLES}


def undisturbed(study, folder):
    live_study(read_plan(study), folder / "undisturbed.db", Threads(1))
    return tables(folder / "undisturbed.db")


def swept(study, out, *more):
    """The command, as a user gives it."""
    command = [sys.executable, "-m", "mho_sim", "sweep", study, "--out", out, "--quiet", *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_a_cluster_of_which_a_worker_is_killed_gives_the_same_bytes(machines, study, tmp_path, capfd, monkeypatch):
    """Then the other is killed too: one sentence, and the next sitting goes on."""
    machines.work()
    machines.work()
    machines.wait_for(2)
    plan, path, seen = read_plan(study), tmp_path / "small.db", []

    def told(progress):
        seen.append(progress.lived)
        if len(seen) == 12:
            machines.workers[0].send_signal(signal.SIGKILL)

    assert live_study(plan, path, Cluster(machines.address), chunk=2, told=told).complete
    assert len(seen) > 12 and tables(path) == undisturbed(study, tmp_path)

    answer = swept(study, tmp_path / "again.db", "--on", machines.address)
    assert answer.returncode == 0 and not answer.stderr
    assert tables(tmp_path / "again.db") == tables(path)

    monkeypatch.setattr(workers, "PATIENCE", 0)
    with pytest.raises(Gone, match=r"No worker is left at tcp://.*: give the same command again"):
        live_study(plan, tmp_path / "gone.db", Cluster(machines.address), chunk=2, told=lambda progress: (
            machines.workers[1].send_signal(signal.SIGKILL) if progress.lived >= 40 else None
        ))  # fmt: skip
    out, err = capfd.readouterr()
    assert not out and not err, "what Dask says reached the terminal"
    live_study(plan, tmp_path / "gone.db", Threads(2), chunk=6)
    assert tables(tmp_path / "gone.db") == tables(path)

    answer = swept(study, path, "--on", machines.address)
    assert answer.returncode == 2 and answer.stderr.count("\n") == 1
    assert f"--on {machines.address}: the scheduler has no workers. Start some: dask worker" in answer.stderr


@pytest.mark.parametrize("looked", [0, 1])  # seconds between two questions to it: its death falls into one, or not
def test_the_scheduler_dies(machines, study, tmp_path, capfd, monkeypatch, looked):
    monkeypatch.setattr(workers, "LOOKED", looked)
    machines.work()
    machines.wait_for(1)
    plan, path = read_plan(study), tmp_path / "small.db"
    with pytest.raises(Gone, match=r"The scheduler at .* no longer answers. What was finished is safe"):
        live_study(plan, path, Cluster(machines.address), chunk=2, told=lambda progress: (
            machines.scheduler.send_signal(signal.SIGKILL) if progress.lived >= 40 else None
        ))  # fmt: skip
    out, err = capfd.readouterr()
    assert not out and not err, "what Dask says reached the terminal"
    live_study(plan, path, Threads(1))
    assert tables(path) == undisturbed(study, tmp_path)


@pytest.mark.parametrize("dies", [True, False])
def test_the_scheduler_never_answers(machines, monkeypatch, dies):
    """It takes a question and dies over it, or stays silent."""
    machines.work()
    machines.wait_for(1)
    with Cluster(machines.address) as executor:
        monkeypatch.setattr(workers, "SILENCE", READY if dies else 0.5)
        machines.scheduler.send_signal(signal.SIGSTOP)
        if dies:
            threading.Timer(0.5, machines.scheduler.kill).start()
        with pytest.raises(Gone, match=r"The scheduler at .* no longer answers. What was finished is safe"):
            executor._threads()
        if not dies:
            machines.scheduler.send_signal(signal.SIGCONT)


def test_a_chunk_that_kills_its_workers_is_given_up(machines, study, tmp_path, capfd, monkeypatch):
    """Under a nanny, which starts another worker each time."""
    import poisoned

    machines.work(nanny=True)
    machines.wait_for(1)
    plan, path = read_plan(study), tmp_path / "small.db"
    plan.points = plan.points[:1]
    with monkeypatch.context() as changed:
        changed.setattr("mho_sim.sweeps.chunks.lived", poisoned.killing)
        progress = live_study(plan, path, Cluster(machines.address), chunk=20)
        assert progress.complete
        progress = live_study(plan, tmp_path / "bad.db", Cluster(machines.address), chunk=4)
    ((point, first, count, _, why),) = progress.failed
    assert (point, first, count, why) == (0, 4, 4, "the workers that tried it died, one after the other")
    assert progress.lived == 56
    out, err = capfd.readouterr()
    assert not out and not err, "what Dask says reached the terminal"
    live_study(plan, tmp_path / "bad.db", Threads(1), chunk=4)
    assert tables(tmp_path / "bad.db") == tables(path)


def test_a_worker_with_another_program_is_refused(machines, study, tmp_path):
    copy = tmp_path / "other"
    shutil.copytree(Path(mho_sim.__file__).parent, copy / "mho_sim", ignore=shutil.ignore_patterns("__pycache__"))
    with open(copy / "mho_sim" / "__init__.py", "a") as file:
        file.write("# another\n")
    machines.work(path=copy)
    machines.wait_for(1)
    answer = swept(study, tmp_path / "x.db", "--on", machines.address)
    assert answer.returncode == 2 and answer.stderr.count("\n") == 1, answer.stderr
    assert "has another program than this (the code of mho_sim was edited). Install the same on all" in answer.stderr
    assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize("address", ["nowhere", "tcp://", "127.0.0.1:x", "ftp://127.0.0.1:21", ""])
def test_an_address_that_is_none(address):
    with pytest.raises(ValueError, match=f"^--on {address}: no scheduler answers there [(][^\n]*[)].$"):
        Cluster(address)


def test_no_scheduler_answers(study, tmp_path):
    address = "tcp://127.0.0.1:1"
    answer = swept(study, tmp_path / "x.db", "--on", address)
    assert answer.returncode == 2 and answer.stderr.count("\n") == 1, answer.stderr
    assert answer.stderr.startswith(f"--on {address}: no scheduler answers there (")
    assert not (tmp_path / "x.db").exists()
