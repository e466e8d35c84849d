"""What workers do, wherever they run: live some worlds of a point, and work out a point's figures.

A chunk travels as bytes: the columns of its outcomes in the smallest whole numbers that hold them, compressed, nothing
that could run.
"""

import hashlib
import io
from typing import Any, NamedTuple

import numpy as np

from mho_sim.study import figures
from mho_sim.study.outcome import Outcome
from mho_sim.study.repeating import gathered, live, prepare, worlds_to_come
from mho_sim.sweeps.program import refuse_other

SIZES = (np.int8, np.int16, np.int32, np.int64)
REMEMBERED = 2  # points whose people stay drawn in a worker


class Order(NamedTuple):
    """A point, as a worker needs it: the key tells whether it is the one that was drawn before."""

    key: str
    scenario: Any
    seed: int
    program: str  # the only one that may live it, by its short name


class Stopped(Exception):
    """The work was asked to stop."""


class Sum(NamedTuple):
    """What a point's worlds say: rows of the store's tables; `further` worlds first, if the interval asks for them."""

    figures: list  # (name, value, low, high)
    yearly: list  # (year, name, mean, p05, p50, p95)
    monthly: list  # (month, name, value)
    digest: str
    further: int = 0


_prepared = {}  # by key, in this process


def _prepare(order):
    """The people of a point, drawn once for all its chunks. Threads may draw twice; nothing else would come of it."""
    found = _prepared.get(order.key)
    if found is None:
        for old in list(_prepared)[: 1 - REMEMBERED]:
            _prepared.pop(old, None)
        found = _prepared[order.key] = prepare(order.scenario, order.seed)
    return found


def lived(order, first, count, stopping=None):
    """The packed outcomes of so many worlds of a point from `first` on. Raises `Stopped` soon after `stopping()`, and
    `OtherProgram` where this is not the program that was meant.
    """

    def look(_):
        if stopping is not None and stopping():
            raise Stopped

    look(0)
    refuse_other(order.program)
    outcomes, _ = live(_prepare(order), first, count, workers=1, progress=look)
    return packed(outcomes)


def summed(order, chunks, worlds, monthly=False):
    """The `Sum` of a point from all its packed chunks, in the order of their worlds; `worlds` says how many there may
    be (a `plan.Worlds`).
    """
    refuse_other(order.program)
    prepared = _prepare(order)
    outcomes = joined(chunks)
    further = 0
    if worlds.halfwidth is not None:
        further = worlds_to_come(prepared[0], outcomes[0], worlds.halfwidth, worlds.most)
    if further:
        return Sum([], [], [], "", further)
    result = gathered(prepared, outcomes)
    return Sum(
        figures.with_intervals(result),
        figures.yearly(result),
        figures.monthly(result) if monthly else [],
        result.digest,
    )


def packed(outcomes):
    """Outcomes as bytes."""
    file = io.BytesIO()
    columns = {
        f"{n}.{name}": _small(column)
        for n, outcome in enumerate(outcomes)
        for name, column in zip(Outcome._fields, outcome)
    }
    np.savez_compressed(file, **columns)
    return file.getvalue()


def unpacked(data):
    """The outcomes of `packed`."""
    with np.load(io.BytesIO(data), allow_pickle=False) as columns:
        many = 1 + max(int(name.partition(".")[0]) for name in columns)
        return [
            Outcome(*(_large(columns[f"{n}.{name}"]) for name in Outcome._fields)) for n in range(many)
        ]  # as they were, to the byte


def joined(chunks):
    """The outcomes of packed chunks, one after the other."""
    return [Outcome.joined(parts) for parts in zip(*map(unpacked, chunks), strict=True)]


def checksum(key, first, count, program, data):
    """What tells a chunk that is whole, and in its place, from any other."""
    digest = hashlib.sha256(repr((key, first, count, program)).encode())
    digest.update(data)
    return digest.hexdigest()


def _small(column):
    if column.dtype != np.int64 or not column.size:
        return column
    least, most = column.min(), column.max()
    return column.astype(next(size for size in SIZES if np.iinfo(size).min <= least and most <= np.iinfo(size).max))


def _large(column):
    return column.astype(np.int64) if column.dtype.kind == "i" else column
