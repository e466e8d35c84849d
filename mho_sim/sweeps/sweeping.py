"""A study is lived: chunks go to workers, what comes back goes into the file, and what was lost is tried again."""

import errno
import os
import shutil
import sqlite3
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mho_sim.sweeps import chunks
from mho_sim.sweeps.agreeing import agree, with_what_is_there
from mho_sim.sweeps.locking import Busy, alone
from mho_sim.sweeps.plan import Plan, bytes_a_world, seconds_a_world
from mho_sim.sweeps.program import OtherProgram, about
from mho_sim.sweeps.reading import Study
from mho_sim.sweeps.rescuing import opened as _opened
from mho_sim.sweeps.store import code_of, is_closed
from mho_sim.sweeps.workers import SAFE, Gone, executor_for
from mho_sim.sweeps.written import read_plan

MOST_ATTEMPTS = 3
LOOKED = 0.2  # seconds between two looks whether to stop
CHUNK = 1.0  # seconds that a chunk should take: far longer than sending it, short enough to lose
LARGEST_CHUNK = 5_000
FULL = 1_000_000  # bytes that are left on a disk that is full
SHOWN = 5  # damages that are named one by one


class NoRoom(OSError):
    """The file cannot grow; the sentence says where, and by how much."""


@dataclass
class Job:
    """A chunk of a point that is to be lived; or, without a count, the point whose figures are to be worked out."""

    point: Any  # a store.Stored
    first: int = 0
    count: int = 0
    attempts: int = 0
    lane: Any = None
    alone: bool = False  # whether nothing else may be lived beside it, for either could have ended the other


@dataclass
class Progress:
    """How far a study is."""

    points: int = 0
    done: int = 0  # points
    worlds: int = 0
    lived: int = 0  # worlds, of these
    late: list = field(default_factory=list)  # of the points that are done
    failed: list = field(default_factory=list)  # jobs that were given up, as the store tells them
    stopped: bool = False

    @property
    def complete(self):
        return self.done == self.points

    @property
    def headline(self):
        """The figures so far, in a few words."""
        if not self.late:
            return ""
        low, high = (f"{100 * end:.3g}" for end in (min(self.late), max(self.late)))
        return f"{low} of 100 run short" if low == high else f"{low} to {high} of 100 run short"


class Sweep:
    """One sitting of a study: `run` lives what its file lacks."""

    def __init__(self, store, plan, points, executor, program, *, until=None, stop=None, told=None, chunk=None):
        self.store, self.plan, self.executor, self.program = store, plan, executor, program
        self.until, self.stop, self.told = until, stop or (lambda: False), told or (lambda progress: None)
        self.points = {one.point: one for one in points}
        self.orders, self.missing = {}, {}  # by point; the latter: spans that are still to be lived
        self.waiting, self.ready, self.suspects, self.active = deque(), deque(), deque(), {}
        self.size = chunk or _size(plan)
        self.progress = Progress(points=len(points), worlds=sum(one.worlds for one in points))

    def run(self):
        """Live what is missing. Returns the `Progress`."""
        try:
            self._plan_work()
            while self._goes_on():
                self._fill()
                self._take(wait(self.active, timeout=LOOKED, return_when=FIRST_COMPLETED).done)
                self.executor.look()
        finally:
            self.progress.stopped = self._stopping()
        self.progress.failed = self.store.failures()
        return self.progress

    def _goes_on(self):
        """Whether there is something to do or, when the time is up, to finish."""
        left = self.waiting or self.ready or self.suspects
        return not self.stop() and (self.active or (left and not self._stopping()))

    def _stopping(self):
        return self.stop() or (self.until is not None and time.time() >= self.until)

    # What is to be done

    def _plan_work(self):
        """What the file lacks: chunks of points, and figures of points whose worlds are all there."""
        late = {
            stored.point: row[1] for stored, row in self.store.rows("figures", self.points.values()) if row[0] == "late"
        }
        for one in self.points.values():
            if self.stop():
                break
            spans = [(first, count) for first, count in self.store.spans(one) if first + count <= one.worlds]
            self.progress.lived += sum(count for _, count in spans)
            if self.store.is_sound(one) and one.done and _gaps(spans, one.worlds) == []:
                self.progress.done += 1
                self.progress.late += [late[one.point]] if one.point in late else []
                continue
            with self.store.transaction():
                self.store.keep_spans(one, spans)
            self._ask(one, spans)
        self.told(self.progress)

    def _ask(self, one, spans):
        """Put what a point lacks into the queues."""
        gaps = _gaps(spans, one.worlds)
        if not gaps:
            self.ready.append(Job(one))
            return
        cut = [part for first, count in gaps for part in _cut(first, count, self.size)]
        self.missing[one.point] = len(cut)
        self.waiting += [Job(one, first, count) for first, count in cut]

    # Lanes

    def _fill(self):
        """Give every lane as much as it takes, figures first; nothing new once the time is up. Whoever may have ended a
        neighbour comes last, with none beside it.
        """
        if any(job.alone for job in self.active.values()):
            return
        if not (self.active or self.ready or self.waiting) and self.suspects and not self._stopping():
            self._submit(self.executor.lanes[0], self.suspects.popleft())
            return
        for lane in self.executor.lanes:
            while lane.busy < lane.room and (self.ready or self.waiting) and not self._stopping():
                self._submit(lane, (self.ready or self.waiting).popleft())

    def _submit(self, lane, job):
        order, data = self._order(job.point), None
        if job.count:
            stopping = (self.executor.stopping,) if self.executor.stopping else ()
            what = (chunks.lived, order, job.first, job.count, *stopping)
        elif (data := self.store.chunks(job.point)) is None:  # some was damaged since
            self._ask(job.point, self.store.spans(job.point))
            return
        else:
            what = (chunks.summed, order, data, self.plan.worlds, self.plan.monthly)
        future = lane.executor.submit(*what)
        job.lane, job.attempts = lane, job.attempts + 1
        lane.busy += 1
        self.active[future] = job

    def _order(self, one):
        if one.point not in self.orders:
            self.orders[one.point] = chunks.Order(
                one.key, self.plan.scenario_of(self.plan.points[one.point]), self.plan.seed, self.program
            )
        return self.orders[one.point]

    def _take(self, done):
        """Write down what came back, after the lanes were given more to do."""
        finished = [(self.active.pop(future), future) for future in done]
        for job, _ in finished:
            job.lane.busy -= 1
        self._fill()
        for job, future in finished:
            try:
                found = future.result()
            except (chunks.Stopped, CancelledError):
                self._again(job)
            except Exception as error:
                self._lost(job, error)
            else:
                self._lived(job, found) if job.count else self._summed(job, found)
        if finished:
            self.told(self.progress)

    # What came back

    def _lived(self, job, data):
        with self.store.transaction():
            self.store.put_chunk(job.point, job.first, job.count, self.program, data)
        self.progress.lived += job.count
        self.missing[job.point.point] -= 1
        if not self.missing[job.point.point]:
            self.ready.append(Job(job.point))

    def _summed(self, job, found):
        one = job.point
        if found.further:
            one = one._replace(worlds=one.worlds + found.further)
            with self.store.transaction():
                self.store.put_point(one)
            self.progress.worlds += found.further
            self._ask(one, self.store.spans(one))
            return
        with self.store.transaction():
            self.store.put_found(one, found, self.program)
        self.orders.pop(one.point, None)
        self.progress.done += 1
        self.progress.late += [value for name, value, *_ in found.figures if name == "late"]

    def _again(self, job):
        job.attempts -= 1
        (self.suspects if job.alone else self.waiting if job.count else self.ready).appendleft(job)

    def _lost(self, job, error):
        """Try again, at most three times; then write down why not, and go on. Raises `Gone` where it would be lost on
        and on.
        """
        if isinstance(error, OtherProgram):
            raise Gone(f"{error}. {SAFE}")
        if self.executor.blames_neighbours(error) and not job.alone:
            job.alone = True
            self.suspects.append(job)
            return
        why = self.executor.why_last(error)
        if why is None and job.attempts < MOST_ATTEMPTS:
            (self.waiting if job.count else self.ready).append(job)
            return
        if why is None:
            why = str(error) if isinstance(error, BrokenExecutor) else f"{type(error).__name__}: {error}"
        with self.store.transaction():
            self.store.put_failure(job.point.point, job.first, job.count, job.attempts, why)


def _size(plan):
    """Worlds of a chunk where nothing else was asked for."""
    return min(max(2 * round(CHUNK / seconds_a_world(plan.scenario) / 2), 2), LARGEST_CHUNK)


def _gaps(spans, worlds):
    """[(first, count)] of the worlds before `worlds` that are in none of the spans."""
    gaps, here = [], 0
    for first, count in [*spans, (worlds, 0)]:
        if first > here:
            gaps.append((here, min(first, worlds) - here))
        here = max(here, first + count)
    return [gap for gap in gaps if gap[1] > 0]


def _cut(first, count, size):
    """The same worlds in chunks as alike as may be, of at most `size`, pairs kept together."""
    many = -(-count // size)
    each = -(-count // many)
    each += each % 2
    return [(begin, min(each, first + count - begin)) for begin in range(first, first + count, each)]


def live_study(
    plan,
    path,
    executor,
    *,
    recompute=False,
    mix_versions=False,
    until=None,
    stop=None,
    told=None,
    noted=None,
    chunk=None,
):
    """Live what a study's file at `path` lacks of a plan, on an executor (`workers`); the `Progress`.

    `until`: seconds since 1970, from which nothing new is begun; `stop()`: whether to end at once; `told(progress)`
    after every step; `noted(sentence)`: what the user should know; `chunk`: how many worlds are lived and written down
    together (default: about a second's; changes no byte of what is found). Raises `Changed` for a file that holds
    another study, `Busy` where another program is writing into it, `NoRoom` when it cannot grow, `Gone` when no worker
    is left.
    """
    noted, sitting = noted or (lambda sentence: None), None
    try:
        with executor, _alone(plan, path), _opened(path, noted) as store:
            plan, more = with_what_is_there(store, plan, recompute)
            agreed = agree(store, plan, recompute, mix_versions)
            for note in (*agreed.notes, *([more] if more else [])):
                noted(note)
            how = {"until": until, "stop": stop, "told": told, "chunk": chunk}
            sitting = Sweep(store, plan, agreed.points, executor, about()["id"], **how)
            progress = sitting.run()
            _tell_damage(store.damage, noted)
            return progress
    except (OSError, sqlite3.Error) as error:
        if is_closed(error):
            raise NoRoom(_no_room(error, plan, Path(path), sitting)) from None
        if code_of(error) == sqlite3.SQLITE_BUSY:
            raise Busy(f"Another program holds {path} open. Close it there, and give the same command again.") from None
        raise


def _alone(plan, path):
    """As `alone`; a point that cannot be is told before there is a file."""
    if not Path(path).exists():
        plan.settled  # noqa: B018
    return alone(path)


def _tell_damage(damage, noted):
    for what in damage[:SHOWN]:
        noted(f"Damaged, and made anew: {what}.")
    if len(damage) > SHOWN:
        noted(f"And {len(damage) - SHOWN:,} more.")


def _no_room(error, plan, path, sitting):
    """The sentence where the file cannot grow."""
    folder = path.resolve().parent
    worlds = sitting.progress.worlds - sitting.progress.lived if sitting else plan.worlds.least * len(plan.points)
    needed = max(worlds * bytes_a_world(plan.scenario), 100_000)
    return (
        f"Nothing more can be written in {folder} ({_cause(error, folder)}): about {needed / 1e6:,.1f} MB more are "
        "needed. What was finished is safe; give the same command again when there is room."
    )


def _cause(error, folder):
    """Why nothing can be written, in a few words."""
    if isinstance(error, OSError):
        return os.strerror(error.errno).lower()
    with suppress(OSError):
        if not os.access(folder, os.W_OK):
            return os.strerror(errno.EACCES).lower()
        if shutil.disk_usage(folder).free < FULL:
            return os.strerror(errno.ENOSPC).lower()
    return str(error)


def sweep(study, out, *, workers=None, on=None, kind=None, **how):
    """Live a study, a file or a `Plan`, into the file `out`, going on where it stands: a `Study`.

    `workers`: how many threads or processes (default: one per processor); `kind`: "threads" or "processes" (default:
    whichever is faster for so much work); `on`: the address of a Dask scheduler instead. Further arguments as those of
    `live_study`.
    """
    plan = study if isinstance(study, Plan) else read_plan(study)
    live_study(plan, out, executor_for(plan, workers, kind, on), **how)
    return Study(out)
