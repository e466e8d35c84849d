"""Where chunks are lived: threads of this program, processes beside it, or a Dask cluster; each a set of lanes.

A lane runs one thing after the other, or several at once, through `concurrent.futures.Executor`. A process has a lane
of its own, so that it is known which chunk it was living when it died.
"""

import gc
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from mho_sim.study.repeating import processors
from mho_sim.sweeps import program
from mho_sim.sweeps.plan import seconds_of
from mho_sim.sweeps.process import OutOfMemory, Process

WORTH_PROCESSES = 40  # seconds of work on one processor from which processes repay their start: measured on two
AHEAD = 2  # chunks that a cluster holds for each of its threads, so that none waits for the next
ANSWERS = 10  # seconds in which a scheduler must answer
PATIENCE = 60  # seconds in which a cluster that has lost its workers may find others: assumed
SILENCE = 60  # seconds after which a scheduler that says nothing counts as dead: assumed
LOOKED = 1  # seconds between two looks whether it has any

SAFE = "What was finished is safe: give the same command again."


class Gone(OSError):
    """Nobody is left who could live the rest; the sentence says why."""


class Lane:
    """One executor, and how much it takes at a time."""

    def __init__(self, executor, room=1):
        self.executor, self.room, self.busy = executor, room, 0


class Workers:
    """Some lanes, for one sitting: use it in a `with` block, at whose end what still runs is dropped."""

    stopping = None  # a function that what runs asks whether to stop, where it cannot be ended from outside
    lanes = ()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for lane in self.lanes:
            lane.executor.shutdown(wait=True, cancel_futures=True)

    def why_last(self, error):
        """Why a chunk that ended with an error is not worth another attempt; None if it is."""
        if isinstance(error, OutOfMemory):
            return str(error)
        if isinstance(error, MemoryError):
            return f"out of memory: {error}" if str(error) else "out of memory"
        return None

    def blames_neighbours(self, error):
        """Whether a chunk may have been lost through another that its worker held."""
        return False

    def look(self):
        """Raises `Gone` where nobody is left to live anything."""


class Threads(Workers):
    """Threads of this program. They share its memory and die with it."""

    def __init__(self, workers):
        self._stop = threading.Event()
        self.stopping = self._stop.is_set
        self.lanes = [Lane(ThreadPoolExecutor(max_workers=workers), workers)]

    def __exit__(self, *_):
        self._stop.set()  # what is dropped ends soon, and nobody waits for it
        for lane in self.lanes:
            lane.executor.shutdown(wait=False, cancel_futures=True)


class Processes(Workers):
    """Processes beside this program, each with a lane of its own."""

    def __init__(self, workers, memory_limit=None):
        self.lanes = [Lane(Process(memory_limit)) for _ in range(workers)]


class Cluster(Workers):
    """A Dask cluster, by the address of its scheduler; its workers have the same program installed. Raises ValueError
    with a sentence where there is none.
    """

    def __init__(self, address):
        self.address = address
        client, why_not = _quiet_client(), None
        try:
            self._client = client(address, timeout=ANSWERS)
        except (OSError, ValueError) as error:
            why_not = _first_line(error)
        if why_not is not None:
            gc.collect()  # a client that came to nothing ends here: while another begins, each would wait for the other
            raise ValueError(f"--on {address}: no scheduler answers there ({why_not}).")
        try:
            self._refuse_workers()
        except BaseException:
            self._client.close()
            raise
        self._looked = self._seen = time.monotonic()

    def _ask(self, what, *more, **how):
        """What the scheduler says. Raises `Gone` where it does not answer."""
        try:
            return what(*more, **how, callback_timeout=SILENCE)
        except OSError:  # it died while it was asked, or is out of reach
            self._gone()

    def _gone(self):
        raise Gone(f"The scheduler at {self.address} no longer answers. {SAFE}") from None

    def _threads(self):
        return sum(self._ask(self._client.nthreads).values())

    def _refuse_workers(self):
        """Raises ValueError where there is no worker, or one that has another program than this."""
        threads = self._threads()
        if not threads:
            raise ValueError(
                f"--on {self.address}: the scheduler has no workers. Start some: dask worker {self.address}"
            )
        for worker, found in self._ask(self._client.run, program.about, on_error="return").items():
            if not isinstance(found, dict):
                raise ValueError(f"--on {self.address}: mho_sim is not installed at {worker} ({_first_line(found)}).")
            if apart := program.differences(program.about(), found):
                raise ValueError(
                    f"--on {self.address}: the worker {worker} has another program than this ({'; '.join(apart)}). "
                    "Install the same on all, and start the workers again."
                )
        self.lanes = [Lane(self._client.get_executor(pure=False, retries=0), AHEAD * threads)]

    def look(self):
        if self._client.status != "running":
            self._gone()
        now = time.monotonic()
        if now < self._looked + LOOKED:
            return
        self._looked = now
        if self._threads():
            self._seen = now
        elif now >= self._seen + PATIENCE:
            raise Gone(f"No worker is left at {self.address}. {SAFE}")

    def blames_neighbours(self, error):
        return type(error).__name__ == "KilledWorker"

    def why_last(self, error):
        if self.blames_neighbours(error):  # the scheduler has tried it on others too
            return "the workers that tried it died, one after the other"
        return super().why_last(error)

    def __exit__(self, *_):
        with suppress(OSError):  # a scheduler that has died since, or does not answer in time
            for lane in self.lanes:
                lane.executor.shutdown(wait=False)
            self._client.close(timeout=2)


def _quiet_client():
    """Dask's client, which writes nothing to the terminal: what matters is told by the sweep."""
    try:
        import dask
    except ImportError:
        raise ValueError("--on needs dask and distributed: pip install 'mho_sim[cluster]'.") from None
    quiet = dict.fromkeys(("distributed", "distributed.client", "tornado", "tornado.application"), "critical")
    with dask.config.set({"logging": quiet}):
        try:
            from distributed import Client
        except ImportError:
            raise ValueError("--on needs dask and distributed: pip install 'mho_sim[cluster]'.") from None
    return Client


def executor_for(plan, workers=None, kind=None, on=None, memory_limit=None):
    """The executor that a plan is lived on. Raises ValueError with a sentence for what cannot be."""
    if on is not None:
        if memory_limit is not None:
            raise ValueError("--memory-limit is for processes of this machine: give it to dask worker instead.")
        return Cluster(on)
    if memory_limit is not None:
        if kind == "threads" or os.name == "nt":
            raise ValueError("--memory-limit needs processes: leave out '--with threads'." if kind == "threads" else
                             "--memory-limit cannot be kept on Windows. Leave it out.")  # fmt: skip
        kind = "processes"
    workers = workers or processors()
    if kind is None:
        kind = "processes" if workers > 1 and seconds_of(plan) > WORTH_PROCESSES else "threads"
    return Processes(workers, memory_limit) if kind == "processes" else Threads(workers)


def _first_line(error):
    return str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
