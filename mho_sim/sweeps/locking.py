"""Only one program writes into a study's file at a time; a lock that a dead one left is free."""

from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


class Busy(ValueError):
    """Another program is writing into the file."""


@contextmanager
def alone(path):
    """Hold a study's file alone: through a lock on a file beside it, which the system frees when its holder ends."""
    beside = Path(f"{Path(path).resolve()}.lock")
    lock = FileLock(beside)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Busy(f"Another sweep is writing into {path}. Wait for it, or give this one another --out.") from None
    except NotImplementedError:
        raise Busy(f"{beside} cannot be locked: put the study's file on a disk of this machine.") from None
    try:
        yield
    finally:
        with suppress(OSError):
            beside.unlink()  # while it is held: whoever waits finds another file, or none
        lock.release()
