"""What a treasurer would see in the worlds of a scenario, month by month: people covered, claims, payments; and what
the books owe for care.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from mho_sim import ledger
from mho_sim.engine import Prepared, live_batch
from mho_sim.rules import PAID_FOR
from mho_sim.scenario.faults import dotted
from mho_sim.scenario.unknowns import numbers
from mho_sim.study.repeating import processors
from mho_sim.tariff.premium import waiting_months

BATCH = 32


class Months(NamedTuple):
    """Of W worlds, S services (in the order of their names) and T months."""

    covered: np.ndarray  # (W, S, T): people who could use the service, at the closing
    claims: np.ndarray  # (W, S, T): those that the mutual pays for
    paid: np.ndarray  # (W, S, T): what it pays for them, now or later
    owed: np.ndarray  # (W, T): to providers and households for care, at the closing


def months_of(scenario, worlds, seed=1, *, workers=None, progress=None):
    """The months of so many worlds: a `Months`."""
    prepared = Prepared(scenario, seed)

    def lived(first):
        batch = live_batch(prepared, first, min(BATCH, worlds - first))
        if progress:
            progress(batch.worlds)
        registers, closings = batch.memory.registers[:, 0], batch.memory.closings[:, 0]
        owed = -closings[..., [ledger.PROVIDERS, ledger.MEMBERS_CLAIMS]].sum(axis=-1)
        return registers.copy(), owed

    with ThreadPoolExecutor(max_workers=workers or processors()) as pool:
        registers, owed = (np.concatenate(part) for part in zip(*pool.map(lived, range(0, worlds, BATCH))))
    kinds = scenario.kinds
    places = [place for place, kind in enumerate(kinds) if kind in scenario.scheme.benefits]

    def measured(first, last):
        columns = [
            registers[..., ledger.kind_measure.py_func(k, first) : ledger.kind_measure.py_func(k, last)].sum(axis=-1)
            for k in places
        ]
        return np.stack(columns, axis=1).astype(float)

    people = registers[..., ledger.scheme_measure.py_func(len(kinds), ledger.PEOPLE_COVERED)].astype(float)
    covered = np.stack([_served(scenario, kinds[k], people) for k in places], axis=1)
    return Months(covered, measured(0, PAID_FOR), measured(ledger.PAID, ledger.PAID + 1), owed)


def _served(scenario, kind, people):
    """Those of the people covered, (W, T), who have served the waiting period of a kind: whoever was covered already
    so many months ago as it is longer than the shortest one. In an existing mutual nobody of those waits any more.
    """
    shortest = min(waiting_months(scenario, one) for one in scenario.scheme.benefits)
    longer = math.ceil(waiting_months(scenario, kind) - shortest)
    if longer == 0 or scenario.start_from is not None:
        return people
    before = np.concatenate((np.zeros((len(people), longer)), people[:, :-longer]), axis=1)[:, : people.shape[1]]
    return np.minimum(people, before)


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
