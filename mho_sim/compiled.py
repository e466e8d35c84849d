"""Turns plain functions into machine code, once per version of the sources.

numba's cache looks only at the file that holds a kernel and goes stale when a function it calls in another file
changes. So the cache folder's name is a hash of all the package's sources and of the versions of numba and Python: an
edited rule is always seen.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numba
import platformdirs

KEPT = 6  # cache folders of other versions that are left in place


def sources_hash(package=Path(__file__).parent):
    """SHA-256, 16 hex digits, of every Python file of the package and the versions that compile it."""
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:3]}".encode())
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _cache_folder():
    """The folder for this version's machine code, in the user's cache, or in a temporary one where that cannot be
    written.
    """
    chosen = os.environ.get("MHO_SIM_CACHE_DIR") or platformdirs.user_cache_dir("mho_sim")
    for root in (Path(chosen), Path(tempfile.gettempdir()) / f"mho_sim-{os.getuid() if hasattr(os, 'getuid') else 0}"):
        folder = root / sources_hash()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ".used").touch()
        except OSError:
            continue
        others = sorted((f for f in root.iterdir() if f.is_dir() and f != folder), key=lambda f: f.stat().st_mtime)
        for stale in others[:-KEPT]:
            shutil.rmtree(stale, ignore_errors=True)
        return folder
    return None


CACHE_FOLDER = _cache_folder()
if CACHE_FOLDER is not None:
    numba.config.CACHE_DIR = str(CACHE_FOLDER)


def is_cold():
    """True if nothing of this version has been compiled on this machine yet."""
    return CACHE_FOLDER is None or next(CACHE_FOLDER.rglob("*.nbi"), None) is None


# Kernels are handed arrays and never make any, so they need none of numba's reference counts (`_nrt`); counting the
# references to every column at every call of a rule took four fifths of the engine's time.
HOW = {"error_model": "numpy", "_nrt": False}
rule = numba.njit(forceinline=True, **HOW)  # a pure function of scalars and columns, used inside kernels
kernel = numba.njit(nogil=True, cache=CACHE_FOLDER is not None, **HOW)  # a walk over many households or people
