"""Sittings of a study, each a process of its own that may be killed, or whose files fail: forked from one that has
loaded everything, so that each begins at once.

`Sittings` is the test's side; run as a program, this file is the other.
"""

import contextlib
import ctypes
import gc
import json
import locale
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COUNT, KILL_BEFORE, KILL_AMID, FAIL = range(4)  # as in failing_files.c
HERE = Path(__file__)
WARM = """
study: warm
scenario: village-mutual
set: {setting.association.households: {5: 6}, years: 1}
worlds: 2
points: {only: {scheme.contribution.amount: 2_000}}
"""


class Sittings:
    """A program that forks sittings. Use it in a `with` block."""

    def __init__(self, preloaded=None):
        environment = {**os.environ, **({"LD_PRELOAD": str(preloaded)} if preloaded else {})}
        self.program = subprocess.Popen(
            [sys.executable, str(HERE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.program.stdin.close()
        self.program.wait()
        self.program.stdout.close()

    def start(self, *arguments, out, chunk=None, faults=None, lived=None, replaced=None, environment=None):
        """Begin `mho-sim ARGUMENTS…`; what it says goes to OUT.out and OUT.err. `faults`: (piece of a path, from which
        operation on, how, with which error); `lived`: a file that gets a line for every chunk that is lived;
        `replaced`: the full name of a function that lives chunks instead; `environment`: variables.
        """
        self._ask(do="start", arguments=[str(one) for one in arguments], out=str(out), chunk=chunk, faults=faults,
                  lived=lived and str(lived), replaced=replaced, environment=environment)  # fmt: skip
        return Sitting(self, self._answer(), Path(out))

    def run(self, *arguments, out, **how):
        """The same, to its end."""
        return self.start(*arguments, out=out, **how).wait()

    def _ask(self, **what):
        self.program.stdin.write(json.dumps(what) + "\n")
        self.program.stdin.flush()

    def _answer(self):
        return json.loads(self.program.stdout.readline())


class Sitting:
    """One that runs, or has ended: then with its exit code (of a signal: minus its number)."""

    def __init__(self, sittings, pid, out):
        self.sittings, self.pid, self.out, self.code = sittings, pid, out, None

    def kill(self, number=signal.SIGKILL):
        os.kill(self.pid, number)

    def ended(self):
        """Whether it has ended; if so, as after `wait`."""
        self.sittings._ask(do="look", pid=self.pid)
        self.code = self.sittings._answer()
        return self.code is not None

    def wait(self):
        if self.code is None:
            self.sittings._ask(do="wait", pid=self.pid)
            self.code = self.sittings._answer()
        return self

    def _read(self, ending):
        return Path(f"{self.out}.{ending}").read_text(encoding="utf-8")

    @property
    def stdout(self):
        return self._read("out")

    @property
    def stderr(self):
        return self._read("err")

    @property
    def operations(self):
        """How many operations of files were counted."""
        return int(self._read("operations"))


# The other side


def serve():
    """Load everything, then fork what is asked for."""
    from click.testing import CliRunner

    from mho_sim.cli import commands

    with tempfile.TemporaryDirectory() as folder:
        study, file = Path(folder, "warm.study.yaml"), Path(folder, "warm.db")
        study.write_text(WARM, encoding="utf-8")
        for arguments in (("sweep", study, "--with", "threads", "--quiet"), ("study", "export", file, "--csv", "-")):
            answer = CliRunner().invoke(commands, [str(one) for one in arguments])
            assert answer.exit_code == 0, answer.output
    gc.freeze()  # what is shared stays so
    for line in sys.stdin:
        asked = json.loads(line)
        if asked.pop("do") == "start":
            pid = os.fork()
            if not pid:
                _sit(**asked)
            _tell(pid)
        else:
            found, status = os.waitpid(asked["pid"], 0 if "wait" in line else os.WNOHANG)
            _tell(os.waitstatus_to_exitcode(status) if found else None)


def _tell(what):
    print(json.dumps(what), flush=True)


def _sit(arguments, out, chunk, faults, lived, replaced, environment):
    """One sitting, in its own process."""
    code = 1
    try:
        os.close(0)
        for number, ending in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{out}.{ending}", os.O_CREAT | os.O_TRUNC | os.O_WRONLY), number)
        _move(environment or {})
        _change(chunk, lived, replaced)
        files = ctypes.CDLL(None)
        if faults:
            path, *how = faults
            files.watch(path.encode(), *how)
        sys.argv[1:] = arguments
        from mho_sim.cli import main

        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code
        if faults:
            Path(f"{out}.operations").write_text(str(files.operations()))
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _move(environment):
    """To another place and time zone, as far as this machine has it."""
    os.environ.update(environment)
    time.tzset()
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")


def _change(chunk, lived, replaced):
    """Chunks of so many worlds; a line for each; another function that lives them."""
    from functools import partial

    from mho_sim import sweeps
    from mho_sim.sweeps import chunks

    if chunk:
        sweeps.live_study = partial(sweeps.live_study, chunk=chunk)
    if replaced:
        room, _, name = replaced.rpartition(".")
        chunks.lived = getattr(__import__(room), name)
    if lived:
        chunks.lived = partial(_noted, chunks.lived, lived)


def _noted(of, file, order, first, *rest):
    """As the function; a line in the file says when it is done."""
    found = of(order, first, *rest)
    with open(file, "a") as lines:
        lines.write(f"{order.key} {first}\n")
    return found


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    serve()
