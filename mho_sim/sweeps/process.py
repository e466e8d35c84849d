"""A process beside this program that does one thing after the other, as an executor.

What it is to do comes to it through its standard input, what it found goes back through its standard output; no lock
and no semaphore is shared, so that a process that dies leaves nothing that another would wait for. It ends when its
input does: when it is closed, and when the program that started it ends, however that ends.
"""

import contextlib
import json
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor

BEGIN = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from mho_sim.sweeps.process import serve; serve()"
LENGTH = struct.Struct("<Q")


class Died(BrokenExecutor):
    """The process ended before it had an answer; the sentence says how."""


class OutOfMemory(MemoryError):
    """The process was not given more; the sentence says how much it may use."""


class Process(Executor):
    """One process, started when there is something to do, and again after it died; what is asked waits in line."""

    def __init__(self, memory_limit=None):
        self._limit, self._process, self._said = memory_limit, None, None
        self._line = ThreadPoolExecutor(max_workers=1)  # a thread that asks and waits for the answer
        self._starting, self._closed = threading.Lock(), False

    def submit(self, of, /, *what):
        """A future. It raises `Died` if the process does, and what the function raises."""
        return self._line.submit(self._ask, of, what)

    def shutdown(self, wait=True, *, cancel_futures=True):
        """End the process at once, whatever it does."""
        with self._starting:
            self._closed = True
            if self._process is not None:
                self._process.kill()
        self._line.shutdown(wait=wait, cancel_futures=cancel_futures)
        self._clear()

    def _ask(self, of, what):
        process = self._running()
        try:
            _send(process.stdin, pickle.dumps((of, what)))
            raised, found = pickle.loads(_received(process.stdout))
        except (OSError, EOFError):
            raise Died(self._ended()) from None
        if isinstance(found, MemoryError):  # nothing of what filled it may stay
            self._ended()
            if self._limit is not None:
                raise OutOfMemory(f"out of memory, {self._allowed()}")
        if raised:
            raise found
        return found

    def _running(self):
        """The process; a new one if there is none."""
        with self._starting:
            if self._closed:
                raise Died("it was closed")
            if self._process is None:
                self._said = tempfile.TemporaryFile()  # noqa: SIM115
                self._process = subprocess.Popen(
                    [sys.executable, "-c", BEGIN, json.dumps(sys.path), str(self._limit or 0)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._said,
                    **_apart(),
                )
            return self._process

    def _ended(self):
        """How the process ended, which is then forgotten."""
        self._process.kill()
        code = self._process.wait()
        self._said.seek(0)
        last = self._said.read().decode(errors="replace").strip().rpartition("\n")[2]
        self._clear()
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        if code == -signal.SIGKILL or self._limit is not None:
            allowed = "" if self._limit is None else f", {self._allowed()}"
            return f"its process ended {how}, perhaps for want of memory{allowed}"
        return f"its process ended {how}" + (f": {last}" if last else "")

    def _allowed(self):
        return f"{self._limit / 2**20:,.0f} MiB allowed"

    def _clear(self):
        """Leave nothing of a process that has ended."""
        process, self._process = self._process, None
        if process is not None:
            process.wait()
            for file in (process.stdin, process.stdout, self._said):
                with contextlib.suppress(OSError):  # what could not be sent any more
                    file.close()


def _apart():
    """Out of reach of a Ctrl-C at the terminal, which is for the program alone."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"process_group": 0}


def _send(file, data):
    file.write(LENGTH.pack(len(data)))
    file.write(data)
    file.flush()


def _received(file):
    """What was sent. Raises EOFError where the other end is gone."""
    return _exactly(file, *LENGTH.unpack(_exactly(file, LENGTH.size)))


def _exactly(file, length):
    data = file.read(length)
    if len(data) < length:
        raise EOFError
    return data


# In the process


def serve():
    """What the process does until its input ends. What is printed goes to where errors go."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asked = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    if limit := int(sys.argv[2]):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    while True:
        _send(answers, _answer(asked.get()))


def _listen(file, asked):
    """Take what is asked; end the process when nobody can ask any more, whatever it is doing."""
    try:
        while True:
            asked.put(_received(file))
    finally:
        os._exit(0)


def _answer(data):
    """(whether it was raised, what was found), pickled."""
    try:
        of, what = pickle.loads(data)
        return pickle.dumps((False, of(*what)))
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            error = RuntimeError(f"{type(error).__name__}: {error}")
        return pickle.dumps((True, error))
