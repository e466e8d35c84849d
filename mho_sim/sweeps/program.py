"""Which program lived a world: results of two versions are never mixed unseen."""

import hashlib
import platform
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "numba", "scipy", "pandas")


class OtherProgram(RuntimeError):
    """A worker has another program than the sweep."""


@cache
def about():
    """What decides the figures of a world, and where it was lived: names and versions; `id` is the first, in short."""
    sources = hashlib.sha256()
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        sources.update(file.read_bytes())
    libraries = {name: version(name) for name in LIBRARIES}
    deciding = {"mho_sim": version("mho_sim"), "sources": sources.hexdigest()[:16], **libraries}
    short = hashlib.sha256(repr(deciding).encode()).hexdigest()[:8]
    return {
        "id": f"{deciding['mho_sim']}+{short}",
        **deciding,
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
    }


def differences(before, now):
    """In what two programs differ that decides figures: sentences. An empty one is unknown."""
    if not before:
        return ["which version of the program found it cannot be read any more"]
    names = ("mho_sim", "sources", *LIBRARIES)
    changed = [name for name in names if before.get(name) != now.get(name)]
    if "sources" in changed and "mho_sim" not in changed:
        changed = [name for name in changed if name != "sources"]
        told = ["the code of mho_sim was edited"]
    else:
        told, changed = [], [name for name in changed if name != "sources"]
    return told + [f"{name} was {before.get(name)} and is {now.get(name)}" for name in changed]


def refuse_other(wanted):
    """Raises `OtherProgram` where this program is not the one whose short name is wanted."""
    if about()["id"] != wanted:
        raise OtherProgram(f"A worker has mho_sim {about()['id']}, and this is {wanted}")
