"""Turns plain functions into machine code, once per version of the sources.

numba's cache looks only at the file that holds a kernel and goes stale when a function it calls in another file
changes. So the cache folder's name is a hash of the sources of all rooms whose code is compiled and of the versions of
numba and Python: an edited rule is always seen.
"""

import hashlib
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import numba
import numpy as np
import platformdirs
from numba.core.registry import CPUDispatcher

KEPT = 6  # machine code of other versions that is left in place
COMPILED = ("compiled/*.py", "draws.py", "ledger.py", "population.py", "rules.py", "engine/*.py")
USED = ".used"  # touched at every use
VERSION = re.compile("[0-9a-f]{16}")


def compiled_sources(package=Path(__file__).parents[1]):
    """The Python files of the rooms whose code is compiled; tests/test_compiled.py holds them to be all."""
    return sorted(path for room in COMPILED for path in package.glob(room))


def sources_hash(package=Path(__file__).parents[1]):
    """SHA-256, 16 hex digits, of the sources that are compiled and the versions that compile them."""
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:3]}".encode())
    for path in compiled_sources(package):
        digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _cache_folder():
    """The folder for this version's machine code: in the user's cache, or where that cannot be written in a temporary
    one that belongs to this user alone; None where neither can be had."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    chosen = os.environ.get("MHO_SIM_CACHE_DIR") or platformdirs.user_cache_dir("mho_sim")
    for root in (Path(chosen) / "machine-code", Path(tempfile.gettempdir()) / f"mho_sim-{user}"):
        folder = root / sources_hash()
        try:
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if hasattr(os, "getuid") and root.stat().st_uid != user:
                continue
            folder.mkdir(exist_ok=True)
            (folder / USED).touch()
            _forget_old_versions(root, folder)
        except OSError:
            continue
        return folder
    return None


def _forget_old_versions(root, folder):
    """Delete the machine code of all but the few versions used last; only folders that this module has made."""
    others = [other for other in root.iterdir() if VERSION.fullmatch(other.name) and (other / USED).is_file()]
    others = sorted((other for other in others if other != folder), key=lambda other: (other / USED).stat().st_mtime)
    for stale in others[:-KEPT]:
        shutil.rmtree(stale, ignore_errors=True)


CACHE_FOLDER = _cache_folder()


def is_cold():
    """True if nothing of this version has been compiled on this machine yet."""
    return CACHE_FOLDER is None or next(CACHE_FOLDER.rglob("*.nbi"), None) is None


# Kernels are handed arrays and never make any, so they need none of numba's reference counts (`_nrt`): counting the
# references to every column at every call of a rule took four fifths of the engine's time.
HOW = {"error_model": "numpy", "_nrt": False}
INSIDE = {"nopython": True, "boundscheck": None, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, **HOW}


class _Inside(CPUDispatcher):
    """A function that kernels call. Called from Python it is plain Python: to make it callable there as machine code is
    half the work of compiling. A record's fields are its attributes, as in a kernel.
    """

    def __call__(self, *arguments):
        return self.py_func(*(a.view((np.record, a.dtype)) if isinstance(a, np.void) else a for a in arguments))


def part(function):
    """Compile a step of a kernel."""
    return _Inside(function, targetoptions=INSIDE)


def rule(function):
    """Compile a pure function of numbers and columns, into each place where a kernel calls it."""
    return _Inside(function, targetoptions={"forceinline": True, **INSIDE})


def kernel(function):
    """Compile a walk over many households or people, and keep its machine code for the next run."""
    elsewhere = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE_FOLDER or "")
    try:
        return numba.njit(nogil=True, cache=CACHE_FOLDER is not None, **HOW)(function)
    finally:
        numba.config.CACHE_DIR = elsewhere
