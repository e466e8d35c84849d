"""Where chunks are lived: threads of this program, processes beside it, or a Dask cluster; each a set of lanes.

A lane runs one thing after the other, or several at once, through `concurrent.futures.Executor`. A process has a lane
of its own, so that it is known which chunk it was living when it died. Processes end when the program that started
them does, however that ends.
"""

import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor

from mho_sim.study.repeating import processors
from mho_sim.sweep.plan import seconds_of

LOOKED = 0.5  # seconds between two looks whether the program that started a process is still there
AHEAD = 2  # chunks that a cluster holds for each of its threads, so that none waits for the next


class Lane:
    """One executor, and how much it takes at a time."""

    def __init__(self, start, room=1):
        self._start, self.room, self.busy = start, room, 0
        self.executor = None

    def submit(self, of, *what):
        """A future. An executor that is broken is replaced first."""
        try:
            if self.executor is None:
                self.executor = self._start()
            return self.executor.submit(of, *what)
        except BrokenExecutor:
            self.renew()
            return self.executor.submit(of, *what)

    def renew(self):
        """A new executor instead of one whose process has died."""
        if self.executor is not None:
            self.executor.shutdown(wait=False, cancel_futures=True)
        self.executor = self._start()

    def close(self):
        if self.executor is not None:
            self.executor.shutdown(wait=True, cancel_futures=True)


class Threads:
    """Threads of this program. They share its memory and die with it."""

    def __init__(self, workers):
        self._stop = threading.Event()
        self.stopping = self._stop.is_set
        pool = ThreadPoolExecutor(max_workers=workers)
        self.lanes = [Lane(lambda: pool) for _ in range(workers)]

    def __enter__(self):
        return self

    def stop(self):
        """Ask what runs to end soon."""
        self._stop.set()

    def __exit__(self, *_):
        self.stop()
        for lane in self.lanes:
            lane.close()


class Processes:
    """Processes beside this program, each with a lane of its own."""

    def __init__(self, workers, memory_limit=None):
        context = multiprocessing.get_context("spawn")
        self._stop = context.Event()
        self.stopping = None  # told to each process when it starts
        arguments = (self._stop, os.getpid(), memory_limit)

        def start():
            return ProcessPoolExecutor(1, mp_context=context, initializer=_begin, initargs=arguments)

        self.lanes = [Lane(start) for _ in range(workers)]

    def __enter__(self):
        return self

    def stop(self):
        self._stop.set()

    def __exit__(self, *_):
        self.stop()
        for lane in self.lanes:
            lane.close()


class Cluster:
    """A Dask cluster, by the address of its scheduler; its workers have the same program installed."""

    def __init__(self, address):
        try:
            from distributed import Client
        except ImportError:
            raise ValueError("--on needs dask and distributed: pip install 'mho_sim[cluster]'.") from None
        try:
            self._client = Client(address, timeout=10)
        except (OSError, ValueError) as error:
            raise ValueError(f"--on {address}: no scheduler answers there ({_first_line(error)}).") from None
        self.stopping = None
        threads = sum(self._client.nthreads().values())
        if not threads:
            raise ValueError(f"--on {address}: the scheduler has no workers. Start some: dask worker {address}")
        executor = self._client.get_executor(pure=False)
        self.lanes = [Lane(lambda: executor, AHEAD * threads)]

    def __enter__(self):
        return self

    def about(self, of):
        """What a function gives on each worker: {its address: what}."""
        return self._client.run(of)

    def stop(self):
        for lane in self.lanes:
            if lane.executor is not None:
                lane.executor.shutdown(wait=False, cancel_futures=True)

    def __exit__(self, *_):
        self.stop()
        self._client.close()


WORTH_PROCESSES = 60  # seconds of work from which processes repay their start: see tests/benchmarks/studies.py [D]


def executor_for(plan, workers=None, kind=None, on=None, memory_limit=None):
    """The executor that a plan is lived on. Raises ValueError with a sentence for a cluster that does not answer."""
    if on is not None:
        return Cluster(on)
    workers = workers or processors()
    if kind is None:
        kind = "processes" if workers > 1 and seconds_of(plan) > WORTH_PROCESSES else "threads"
    return Processes(workers, memory_limit) if kind == "processes" else Threads(workers)


def _first_line(error):
    return str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__


# In a process

_asked_to_stop = None


def stopping():
    """Whether this process was asked to stop."""
    return _asked_to_stop is not None and _asked_to_stop.is_set()


def _begin(stop, parent, memory_limit):
    """What a process does first: leave Ctrl-C to its parent, watch it, and keep within its memory."""
    global _asked_to_stop
    _asked_to_stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    if memory_limit is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory_limit, memory_limit))


def _watch(parent):
    """End this process when the one that started it is gone."""
    while os.getppid() == parent:
        time.sleep(LOOKED)
    os._exit(1)
