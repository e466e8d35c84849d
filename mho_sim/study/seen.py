"""What a treasurer would see in the worlds of a scenario, month by month: people covered, claims, payments; and what
the books owe for care.
"""

from typing import NamedTuple

import numpy as np

from mho_sim import capacity, ledger
from mho_sim.engine import Part, Prepared, live_batch
from mho_sim.rules import PAID_FOR
from mho_sim.scenario.faults import dotted
from mho_sim.scenario.unknowns import numbers
from mho_sim.study.repeating import batches, in_threads, measured, planned

BATCH = 32  # worlds at a time; changes no result
LOOKS = (0.25, 0.75)  # parts of a month after which it is counted who is covered; assumed


class Months(NamedTuple):
    """Of W worlds, S services of the package (in the order of their names) and T months."""

    covered: np.ndarray  # (W, S, T): people who can use the service, on average over two looks
    claims: np.ndarray  # (W, S, T): those that the mutual pays for
    paid: np.ndarray  # (W, S, T): what it pays for them, now or later
    owed: np.ndarray  # (W, T): to providers and households for care, at the closing


def months_of(scenario, worlds, seed=1, *, workers=None, progress=None):
    """The months of so many worlds: a `Months`. Raises `capacity.TooLarge` before anything is drawn where they need
    more memory than there is.
    """
    capacity.refuse_too_large(_needed(scenario, worlds, workers), options=("workers", "worlds"))
    prepared = Prepared(scenario, seed)
    places = [place for place, kind in enumerate(scenario.kinds) if kind in scenario.scheme.benefits]

    def lived(chunk):
        first, count = chunk
        covered = np.zeros((count, len(places), prepared.calendar.months))
        batch = live_batch(prepared, first, count, [_counting(places, covered)])
        if progress:
            progress(count)
        registers, closings = batch.memory.registers[:, 0], batch.memory.closings[:, 0]
        owed = -closings[..., [ledger.PROVIDERS, ledger.MEMBERS_CLAIMS]].sum(axis=-1)
        return covered, _measured(registers, places, 0, PAID_FOR), _measured(registers, places, ledger.PAID), owed

    parts = in_threads(lived, batches(0, worlds, BATCH), workers)
    return Months(*(np.concatenate(part) for part in zip(*parts)))


def _needed(scenario, worlds, workers):
    """What decides how much memory these months take, measured: a `capacity.Run`."""
    run = measured(scenario, planned(scenario, worlds, workers, BATCH))
    of_world = 8 * run.months * (3 * len(scenario.scheme.benefits) + 1)
    return run._replace(fewest=2, layout=run.layout._replace(kept=of_world))


def _counting(places, covered):
    """A process that counts, in each month, the people who have served the waiting period of each service, whose
    household is enrolled and not suspended.
    """

    def count_covered(clock, batch):
        first = batch.calendar.first
        for month in range(batch.calendar.months):
            for part in LOOKS:
                day = int(first[month] + part * (first[month + 1] - first[month]))
                yield clock.at(day, Part.ASSEMBLY)
                home = batch.state.home
                there = (home["joins"] <= day) & (day < home["left_on"]) & (day < home["suspended_from"])
                for row, kind in enumerate(places):
                    served = batch.scheme.waiting_until[0, kind][home["cover_from"] + 1] <= day
                    covered[:, row, month] += (home["alive"] * (there & served)).sum(axis=1) / len(LOOKS)

    return count_covered


def _measured(registers, places, first, last=None):
    """Measures of each service, summed from one up to before another, (W, services, months)."""
    columns = [ledger.kind_measure.py_func(kind, first) for kind in places]
    width = 1 if last is None else last - first
    return np.stack([registers[..., at : at + width].sum(axis=-1) for at in columns], axis=1).astype(float)


def at_best(scenario):
    """The same scenario where all numbers of the setting are exactly what it holds for best."""
    best = {dotted(path): number.value.best for path, number in numbers(scenario.setting, ("setting",))}
    for path in scenario.unknowns:
        scenario = scenario.with_(path, {"value": best[path], "grade": "exact"})
    return scenario


def with_cash(scenario):
    """The same scenario with so much cash that no bill is ever paid late."""
    path = "scheme.reserve.opening" if scenario.start_from is None else "start_from.cash"
    return scenario.with_(path, 10**12)
