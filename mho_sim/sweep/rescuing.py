"""A study's file that is damaged beyond single rows: what is whole is carried over into a new one."""

import os
import sqlite3
from pathlib import Path

from mho_sim.sweep.store import FORMAT, Damaged, Store, is_full


def opened(path, plan, noted):
    """The `Store` of a file for writing. One that is damaged is set aside under another name, and what can be read of
    it carried over.
    """
    path = Path(path)
    try:
        store = Store(path, writing=True)
        if store.is_whole():
            return store
        store.close()
    except Damaged:
        if not _was_a_study(path):
            raise
    aside = path.with_name(f"{path.name}.damaged")
    os.replace(path, aside)
    for journal in (path.with_name(f"{path.name}-journal"),):
        journal.unlink(missing_ok=True)
    store = Store(path, writing=True)
    carried = _carried(aside, store)
    noted(
        f"{path} was damaged. It is set aside as {aside.name}; {carried:,} chunks of worlds could be read and are kept."
    )
    return store


def _was_a_study(path):
    """Whether a file is empty or begins as a database does: any other is not ours to set aside."""
    with open(path, "rb") as file:
        begins = file.read(16)
    return b"SQLite format 3\0".startswith(begins) or begins == b"SQLite format 3\0"


def _carried(aside, store):
    """Copy what is whole; how many chunks."""
    try:
        old = Store(aside)
    except Damaged:
        return 0
    carried = 0
    with old, store.transaction():
        for key in ("plan", "program", "programs", "scenario", "currency", "folder"):
            if (value := _read(old.get, key)) is not None:
                store.put(key, value)
        store.put("format", FORMAT)
        for one in _read(old.points) or []:
            store.put_point(one._replace(digest=None, program=None, found=None))
            for row in _read(old.whole_chunks, one) or []:
                store.put_chunk(one, *row)
                carried += 1
    return carried


def _read(what, *of):
    """What can be read, or None."""
    try:
        return what(*of)
    except sqlite3.DatabaseError as error:
        if is_full(error):
            raise
        return None
