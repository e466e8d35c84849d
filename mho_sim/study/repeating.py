"""Many worlds in batches, on several threads."""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from mho_sim import capacity
from mho_sim.engine import Prepared, live_batch
from mho_sim.study import trouble
from mho_sim.study.outcome import Outcome
from mho_sim.study.result import Result, unsupported

ROWS_A_BATCH = 60_000  # people times worlds: what is done once a batch hardly counts, and memory stays small
LARGEST_BATCH = 256
FIRST_LOOK = 400  # worlds that are lived before it is asked how many are enough; assumed


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
    until_halfwidth=None,
):
    """Many futures of one scenario: a `Result`.

    `worlds` (at least 1) possible futures under `seed` (0 to 2^64 - 1); `workers` threads (default: one per processor);
    `batch` worlds at a time (changes no byte); `processes`: functions `process(clock, batch)` that act beside the
    scheme's own (batches run in several threads: a process keeps nothing outside its batch); `progress`: called with
    the number of worlds that were just finished; `memory_limit` bytes (default: what the machine has available). With
    support from outside every world is lived a second time without it, unless `also_without_support` is false. With
    `until_halfwidth`, a share, only as many of the `worlds` are lived as the 95 % interval of being late needs to reach
    no further than that to each side. Ctrl-C gives a result of the worlds that were finished, with `interrupted` set.
    Raises ValueError for a number out of range, and before anything is drawn `capacity.TooLarge`, a MemoryError, for a
    run that needs more memory.
    """
    refuse_out_of_range(worlds, seed, workers, batch, until_halfwidth)
    refuse_too_large(scenario, worlds, workers, batch, memory_limit)
    lived, how = prepare(scenario, seed, also_without_support), (workers, batch, tuple(processes), progress)
    if until_halfwidth is None:
        outcomes, interrupted = live(lived, 0, worlds, *how)
    else:
        outcomes, interrupted = _live_until(lived, worlds, until_halfwidth, how)
    return gathered(lived, outcomes, interrupted, processes)


def refuse_out_of_range(worlds, seed, workers=None, batch=None, until_halfwidth=None):
    """Raises ValueError with a sentence for a number that `simulate` cannot take."""
    if worlds < 1 or worlds >= 2**32 - 1:
        raise ValueError(f"worlds is {worlds}: it must be at least 1 and less than 4,294,967,295")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed is {seed}: it must be from 0 to 2^64 - 1")
    for name, number in (("workers", workers), ("batch", batch)):
        if number is not None and number < 1:
            raise ValueError(f"{name} is {number}: it must be at least 1")
    if until_halfwidth is not None and not 0 < until_halfwidth < 0.5:
        share = f"{100 * until_halfwidth:g}%"
        raise ValueError(f"until_halfwidth is {share}: it must be above 0% and below 50%, such as 1%")


# A study's three steps: prepare once, live ranges of worlds, gather what is kept of them


def prepare(scenario, seed, also_without_support=True):
    """What is drawn and worked out once for all worlds: a list of one `Prepared`, or of two, the second without support
    from outside where there is any.
    """
    alone = unsupported(scenario) if also_without_support else None
    return [Prepared(one, seed) for one in (scenario, alone) if one is not None]


def live(lived, first, worlds, workers=None, batch=None, processes=(), progress=None):
    """The outcomes of so many worlds from `first` on, one for each of the prepared scenarios, and whether they were
    interrupted: then of the worlds that were finished. A world is the same, to the byte, in whichever range it is
    lived; ranges that follow each other are put together by `Outcome.joined`. Arguments as those of `simulate`.
    """
    size = batch or _batch_of(len(lived[0].people.row), worlds, workers or processors())
    parts, cut, interrupted = [], batches(first, worlds, size), False

    def of(chunk):
        return [Outcome.of(live_batch(one, *chunk, processes)) for one in lived]

    try:
        with closing(in_threads(of, cut, workers)) as found:
            for part, (_, count) in zip(found, cut):
                parts.append(part)
                if progress:
                    progress(count)
    except KeyboardInterrupt:
        if not parts:
            raise
        interrupted = True
    return [Outcome.joined(of_batches) for of_batches in zip(*parts, strict=True)], interrupted


def gathered(lived, outcomes, interrupted=False, processes=()):
    """The `Result` of the first of the prepared scenarios, which holds that of the second, if there is one."""
    result, *alone = [Result(*one, interrupted, processes) for one in zip(lived, outcomes, strict=True)]
    result.without_support = alone[0] if alone else None
    return result


def batches(first, worlds, size):
    """(first world, how many) of each batch of at most `size`, of so many worlds from `first` on."""
    return [(begins, min(size, first + worlds - begins)) for begins in range(first, first + worlds, size)]


def in_threads(of, asked, workers=None):
    """What a function gives for each thing that is asked, in this order, on so many threads (default: one per
    processor); when closed, what has not begun is dropped, and what has is waited for.
    """
    pool = ThreadPoolExecutor(max_workers=workers or processors())
    try:
        yield from pool.map(of, asked)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# How many worlds, how many at a time, and whether they fit


def _live_until(lived, most, halfwidth, how):
    """As `live` from the first world on, of as many worlds as it takes, but not more than `most`."""
    outcomes, interrupted = live(lived, 0, min(most, FIRST_LOOK), *how)
    while not interrupted and (more := worlds_to_come(lived[0], outcomes[0], halfwidth, most)):
        try:
            further, interrupted = live(lived, len(outcomes[0].first_late), more, *how)
        except KeyboardInterrupt:
            return outcomes, True
        outcomes = [Outcome.joined(parts) for parts in zip(outcomes, further, strict=True)]
    return outcomes, interrupted


def worlds_to_come(prepared, outcome, halfwidth, most):
    """How many more worlds the interval of being late needs, of `most`; 0 if it is narrow enough. As many as its width
    asks for, but at most three times those there are, for few say little of that; an even number, for pairs.
    """
    late = outcome.first_late[:, 0] >= 0
    low, high = trouble.interval(late, bool(prepared.scenario.unknowns))
    times = (max(high - late.mean(), late.mean() - low) / halfwidth) ** 2
    if times <= 1:
        return 0
    more = math.ceil(len(late) * min(max(times - 1, 0.1), 3))
    return min(more + more % 2, most - len(late))


def refuse_too_large(scenario, worlds, workers=None, batch=None, memory_limit=None):
    """Raises `capacity.TooLarge` before anyone is drawn where `simulate` would need more memory than there is, or than
    is allowed.
    """
    run, room = planned(scenario, worlds, workers, batch), memory_limit or capacity.available()
    if room is not None and run.bound > room:
        capacity.refuse_too_large(measured(scenario, run), memory_limit)


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
