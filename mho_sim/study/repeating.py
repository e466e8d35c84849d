"""Many worlds in batches, on several threads."""

import os
from concurrent.futures import ThreadPoolExecutor

from mho_sim import capacity
from mho_sim.engine import Prepared, live_batch
from mho_sim.study.outcome import Outcome
from mho_sim.study.result import Result, unsupported

ROWS_A_BATCH = 60_000  # people times worlds: what is done once a batch hardly counts, and memory stays small
LARGEST_BATCH = 256


def simulate(
    scenario,
    worlds=1000,
    seed=1,
    *,
    workers=None,
    batch=None,
    processes=(),
    progress=None,
    memory_limit=None,
    also_without_support=True,
):
    """Many futures of one scenario: a `Result`.

    `worlds` (at least 1) possible futures under `seed` (0 to 2^64 - 1); `workers` threads (default: one per processor);
    `batch` worlds at a time (changes no byte); `processes`: functions `process(clock, batch)` that act beside the
    scheme's own (batches run in several threads: a process keeps nothing outside its batch); `progress`: called with
    the number of worlds that were just finished; `memory_limit` bytes (default: what the machine has available). With
    support from outside every world is lived a second time without it, unless `also_without_support` is false. Ctrl-C
    gives a result of the worlds that were finished, with `interrupted` set. Raises ValueError for a number out of
    range, and before anything is drawn `capacity.TooLarge`, a MemoryError, for a run that needs more memory.
    """
    if worlds < 1 or worlds >= 2**32 - 1:
        raise ValueError(f"worlds is {worlds}: it must be at least 1 and less than 4,294,967,295")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed is {seed}: it must be from 0 to 2^64 - 1")
    for name, number in (("workers", workers), ("batch", batch)):
        if number is not None and number < 1:
            raise ValueError(f"{name} is {number}: it must be at least 1")
    run, room = planned(scenario, worlds, workers, batch), memory_limit or capacity.available()
    if room is not None and run.bound > room:
        capacity.refuse_too_large(measured(scenario, run), memory_limit)
    lived = [Prepared(scenario, seed)]
    if (alone := unsupported(scenario) if also_without_support else None) is not None:
        lived.append(Prepared(alone, seed))
    outcomes, interrupted = live(lived, 0, worlds, workers, batch, tuple(processes), progress)
    results = [
        Result(prepared, outcome, interrupted, processes) for prepared, outcome in zip(lived, outcomes, strict=True)
    ]
    if alone is not None:
        results[0].without_support = results[1]
    return results[0]


def live(lived, first, worlds, workers=None, batch=None, processes=(), progress=None):
    """The outcomes of so many worlds from `first` on, one for each of the prepared scenarios, and whether they were
    interrupted: then of the worlds that were finished. Arguments as those of `simulate`.
    """
    size = batch or _batch_of(len(lived[0].people.row), worlds, workers or processors())
    chunks = [(begins, min(size, first + worlds - begins)) for begins in range(first, first + worlds, size)]
    parts, interrupted = _live_all(lived, chunks, workers, processes, progress)
    return [Outcome.joined(of_batches) for of_batches in zip(*parts, strict=True)], interrupted


def planned(scenario, worlds, workers=None, batch=None):
    """What decides how much memory `simulate` will take, before anyone is drawn: a `capacity.Run`."""
    rows = capacity.expected_rows(scenario)
    size = min(batch or _batch_of(round(rows), worlds, workers or processors()), worlds)
    at_once = min(workers or processors(), -(-worlds // size))
    return capacity.Run(scenario.household_count, rows, len(scenario.kinds), 12 * scenario.years, worlds, size, at_once)


def measured(scenario, run):
    """The same run with what the engine allocates for its scenario."""
    layout = capacity.layout_of(scenario, lambda lived: sum(column.nbytes for column in Outcome.of(lived).of_worlds))
    return run._replace(layout=layout)


def _batch_of(rows, worlds, workers):
    """Worlds that are lived together where nothing else was asked for: as many for each thread as for the others."""
    most = max(1, min(LARGEST_BATCH, ROWS_A_BATCH // max(rows, 1)))
    rounds = -(-worlds // (most * workers))
    return -(-worlds // (rounds * workers))


def processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _live_all(lived, chunks, workers, processes, progress):
    """The outcomes of all batches in the order of their worlds, with and without support; of the finished ones from
    the first on if interrupted.
    """
    pool = ThreadPoolExecutor(max_workers=workers or processors())
    parts = []
    try:
        futures = [pool.submit(_live_one, lived, first, count, processes) for first, count in chunks]
        for future, (_, count) in zip(futures, chunks):
            parts.append(future.result())
            if progress:
                progress(count)
    except KeyboardInterrupt:
        if not parts:
            raise
        return parts, True
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return parts, False


def _live_one(lived, first, count, processes):
    return [Outcome.of(live_batch(prepared, first, count, processes)) for prepared in lived]
