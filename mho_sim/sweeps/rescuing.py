"""A study's file that is damaged beyond single rows: what is whole is carried over into a new one."""

import os
from contextlib import suppress
from pathlib import Path

from mho_sim.sweeps.store import ENTRIES, FORMAT, Damaged, Store


def opened(path, noted):
    """The `Store` of a file for writing. One that is damaged is set aside under another name, and what can be read of
    it carried over.
    """
    path = Path(path)
    new = path.with_name(f"{path.name}.new")
    if new.exists() and not path.exists():  # whoever carried it over was stopped before the last step
        os.replace(new, path)
    if path.exists() and path.stat().st_size <= 1:
        noted(f"{path} was empty: all is lived anew.")
    store = _whole(path)
    if store is None:
        carried = _carried(path, new)
        aside = _set_aside(path)
        os.replace(new, path)
        noted(f"{path} was damaged. It is set aside as {aside.name}; {carried:,} chunks of worlds could be read and "
              "are kept.")  # fmt: skip
        store = Store(path, writing=True)
    return store


def _whole(path):
    """The `Store` of a file; None if it is damaged. Raises `Foreign` for what never was a study."""
    try:
        store = Store(path, writing=True)
    except Damaged:
        return None
    if store.is_whole():
        return store
    store.close()
    return None


def _carried(path, new):
    """Copy what is whole into a new file; how many chunks."""
    _drop(new)
    carried = 0
    with Store(new, writing=True) as store, suppress(Damaged), Store(path) as old, store.transaction():
        for key in ENTRIES:
            if (value := _read(old.get, key)) is not None:
                store.put(key, value)
        store.put("format", FORMAT)
        for one in _read(old.points) or []:
            store.put_point(one.empty)
            with suppress(Damaged):  # what comes after cannot be read
                for chunk in old.whole_chunks(one):
                    store.put_chunk(one, *chunk)
                    carried += 1
    return carried


def _read(what, *of):
    """What can be read, or None."""
    try:
        return what(*of)
    except Damaged:
        return None


def _set_aside(path):
    """Give a damaged file another name, which is returned."""
    aside, number = path.with_name(f"{path.name}.damaged"), 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.damaged-{number}")
    os.replace(path, aside)
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    return aside


def _drop(path):
    for one in (path, path.with_name(f"{path.name}-journal")):
        one.unlink(missing_ok=True)
