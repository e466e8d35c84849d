"""A study is lived: chunks go to workers, what comes back goes into the file, and what was lost is tried again."""

import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mho_sim.study.result import unsupported
from mho_sim.sweep import chunks
from mho_sim.sweep.agreeing import agree
from mho_sim.sweep.locking import alone
from mho_sim.sweep.plan import Plan, read_plan, seconds_a_world
from mho_sim.sweep.program import about
from mho_sim.sweep.reading import Study
from mho_sim.sweep.rescuing import opened as _opened
from mho_sim.sweep.store import is_full
from mho_sim.sweep.workers import executor_for

MOST_ATTEMPTS = 3
LOOKED = 0.2  # seconds between two looks whether to stop
CHUNK = 1.0  # seconds that a chunk should take: far longer than sending it, short enough to lose
LARGEST_CHUNK = 5_000
BYTES_A_WORLD = 1_300  # in the file, of one outcome: measured on the market traders [D]


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

    def __init__(self, store, plan, points, executor, program, *, until=None, stop=None, told=None):
        self.store, self.plan, self.executor, self.program = store, plan, executor, program
        self.until, self.stop, self.told = until, stop or (lambda: False), told or (lambda progress: None)
        self.points = {one.point: one for one in points}
        self.orders, self.missing = {}, {}  # by point; the latter: spans that are still to be lived
        self.waiting, self.ready, self.active = deque(), deque(), {}
        self.progress = Progress(points=len(points), worlds=sum(one.worlds for one in points))

    def run(self):
        """Live what is missing. Returns the `Progress`. Raises `NoRoom` when the file cannot grow."""
        try:
            self._plan_work()
            while (self.active or self.waiting or self.ready) and not self._stopping():
                self._fill()
                self._take(wait(self.active, timeout=LOOKED, return_when=FIRST_COMPLETED).done)
            if not self.stop() and self.active:  # the time is up: what has begun is finished
                self._take(wait(self.active).done, refill=False)
        except Exception as error:
            if is_full(error):
                raise NoRoom(self._no_room()) from None
            raise
        finally:
            self.progress.stopped = self._stopping()
        self.progress.failed = self.store.failures()
        return self.progress

    def _stopping(self):
        return self.stop() or (self.until is not None and time.time() >= self.until)

    # What is to be done

    def _plan_work(self):
        """What the file lacks: chunks of points, and figures of points whose worlds are all there."""
        late = {
            stored.point: row[1] for stored, row in self.store.rows("figures", self.points.values()) if row[0] == "late"
        }
        for one in self.points.values():
            spans = self.store.spans(one)
            self.progress.lived += sum(count for _, count in spans)
            if self.store.is_sound(one) and _gaps(spans, one.worlds) == []:
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
        size = self._size()
        cut = [part for first, count in gaps for part in _cut(first, count, size)]
        self.missing[one.point] = len(cut)
        self.waiting += [Job(one, first, count) for first, count in cut]

    def _size(self):
        """Worlds of a chunk."""
        if not hasattr(self, "_worlds_a_chunk"):
            worlds = CHUNK / seconds_a_world(self.plan.scenario)
            self._worlds_a_chunk = min(max(2 * round(worlds / 2), 2), LARGEST_CHUNK)
        return self._worlds_a_chunk

    # Lanes

    def _fill(self):
        """Give every lane as much as it takes, figures first."""
        for lane in self.executor.lanes:
            while lane.busy < lane.room and (self.ready or self.waiting):
                self._submit(lane, (self.ready or self.waiting).popleft())

    def _submit(self, lane, job):
        order = self._order(job.point)
        if job.count:
            stopping = (self.executor.stopping,) if self.executor.stopping else ()
            future = lane.submit(chunks.lived, order, job.first, job.count, *stopping)
        else:
            data = self.store.chunks(job.point)
            future = lane.submit(chunks.summed, order, data, self.plan.worlds, self.plan.monthly)
        job.lane, job.attempts = lane, job.attempts + 1
        lane.busy += 1
        self.active[future] = job

    def _order(self, one):
        if one.point not in self.orders:
            self.orders[one.point] = chunks.Order(
                one.key, self.plan.scenario_of(self.plan.points[one.point]), self.plan.seed
            )
        return self.orders[one.point]

    def _take(self, done, refill=True):
        """Write down what came back, after the lanes were given more to do."""
        finished = [(self.active.pop(future), future) for future in done]
        for job, _ in finished:
            job.lane.busy -= 1
        if refill and not self._stopping():
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
        (self.waiting if job.count else self.ready).appendleft(job)

    def _lost(self, job, error):
        """Try again, at most three times; then write down why not, and go on."""
        if job.attempts < MOST_ATTEMPTS and not isinstance(error, MemoryError):
            (self.waiting if job.count else self.ready).append(job)
            return
        told = f"out of memory ({error})" if isinstance(error, MemoryError) else f"{type(error).__name__}: {error}"
        with self.store.transaction():
            self.store.put_failure(job.point.point, job.first, job.count, job.attempts, told)

    def _no_room(self):
        """The sentence where the file cannot grow."""
        outcomes = 1 + (unsupported(self.plan.scenario) is not None)
        left = (self.progress.worlds - self.progress.lived) * BYTES_A_WORLD * outcomes
        return (
            f"Nothing more can be written in {self.store.path.resolve().parent}: about {max(left, 1e5) / 1e6:.1f} "
            "MB more are needed. What was finished is safe; make room there, and give the same command again."
        )


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
):
    """Live what a study's file at `path` lacks of a plan, on an executor (`workers`); the `Progress`.

    `until`: seconds since 1970, from which nothing new is begun; `stop()`: whether to end at once; `told(progress)`
    after every step; `noted(sentence)`: what the user should know. Raises `Changed` for a file that holds another
    study, `Busy` where another program is writing into it, `NoRoom` when it cannot grow.
    """
    noted = noted or (lambda sentence: None)
    if not Path(path).exists():
        plan.settled  # noqa: B018 - a point that cannot be is told before there is a file
    with alone(path), _opened(path, plan, noted) as store:
        agreed = agree(store, plan, recompute, mix_versions)
        for note in agreed.notes:
            noted(note)
        with executor:
            how = {"until": until, "stop": stop, "told": told}
            progress = Sweep(store, plan, agreed.points, executor, about()["id"], **how).run()
        for what in store.damage:
            noted(f"{what[0].upper()}{what[1:]}: lived again.")
        return progress


def sweep(study, out, *, workers=None, on=None, kind=None, **how):
    """Live a study, a file or a `Plan`, into the file `out`, going on where it stands: a `Study`.

    `workers`: how many threads or processes (default: one per processor); `kind`: "threads" or "processes" (default:
    whichever is faster for so much work); `on`: the address of a Dask scheduler instead. Further arguments as those of
    `live_study`.
    """
    plan = study if isinstance(study, Plan) else read_plan(study)
    live_study(plan, out, executor_for(plan, workers, kind, on), **how)
    return Study(out)
