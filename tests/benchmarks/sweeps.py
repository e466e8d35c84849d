"""What a study at many points costs beside its worlds: `python tests/benchmarks/sweeps.py --json` prints one object.

Keys: `chunk_overhead_ms`, of a chunk of 400 kB, by executor; `parallel_efficiency` on two cores, by executor: the time
on one over twice that on two, of the same study, the start of processes included; `resume_10000_chunks_s`;
`rows_per_second`, worlds that the coordinator writes; `coordinator_mib`, its memory after a tenth of 100,000 worlds,
after half of them, at the end and at its peak; `small_study_s`, by worlds and executor: where processes overtake
threads. Times are of the wall clock and depend on the machine and on who else uses it.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mho_sim.scenario import opened
from mho_sim.sweeps import Cluster, Plan, Point, Processes, Threads, Worlds, live_study
from mho_sim.sweeps.agreeing import agree
from mho_sim.sweeps.chunks import Order, lived, packed, summed, unpacked
from mho_sim.sweeps.program import about
from mho_sim.sweeps.store import Store

ROOT = Path(__file__).parents[2]
TRADERS = ROOT / "scenarios" / "market-traders.yaml"
VILLAGE = ROOT / "scenarios" / "village-mutual.yaml"
ROUNDS = 3  # of which the quickest counts: others may use the machine
AMOUNT = "scheme.contribution.amount"


def plan_of(file, points, worlds, sets=()):
    """A study of one scenario at so many contributions."""
    base = opened(file, sets)
    return Plan(
        "benchmark", base, [Point(str(n), {AMOUNT: str(300 + n)}) for n in range(points)], Worlds(worlds, worlds)
    )


def overhead(executor, data, times=60):
    """Milliseconds from handing a chunk over to holding what it gave, where nothing is done; the median."""
    with executor:
        lane, found = executor.lanes[0], []
        for _ in range(times + 5):
            begins = time.perf_counter()
            lane.executor.submit(bytes, data).result()
            found.append(1000 * (time.perf_counter() - begins))
    return statistics.median(found[5:])


def seconds(plan, executor, folder):
    """How long a study takes, from an empty file to its figures."""
    path = Path(folder) / f"{time.monotonic_ns()}.db"
    begins = time.perf_counter()
    live_study(plan, path, executor)
    return time.perf_counter() - begins


def efficiency(folder, points, worlds):
    """Of threads and processes."""
    plan, kinds = plan_of(TRADERS, points, worlds), {"threads": Threads, "processes": Processes}
    rounds = [
        {name: [seconds(plan, kind(workers), folder) for workers in (1, 2)] for name, kind in kinds.items()}
        for _ in range(ROUNDS)
    ]
    best = {name: [min(times) for times in zip(*(found[name] for found in rounds))] for name in kinds}
    return {name: one / (2 * two) for name, (one, two) in best.items()} | {"seconds": rounds}


def filled(folder, points, each, data):
    """A store with many finished chunks, and its plan."""
    plan = plan_of(TRADERS, points, 2 * each)
    path = Path(folder) / "many.db"
    with Store(path, writing=True) as store:
        agreed = agree(store, plan)
        found = summed(Order("x", plan.scenario, 1, about()["id"]), [data], Worlds(2, 2))
        with store.transaction():
            for one in agreed.points:
                for n in range(each):
                    store.put_chunk(one, 2 * n, 2, about()["id"], data)
                store.put_found(one, found, about()["id"])
    return plan, path


def resume(folder, data):
    """Seconds until a sweep of 10,000 finished chunks has seen that nothing is missing, in a program of its own."""
    plan, path = filled(folder, 100, 100, data)
    begins = time.perf_counter()
    progress = live_study(plan, path, Threads(2))
    assert progress.complete, progress
    return time.perf_counter() - begins


def rows(folder, data, worlds, chunks=60):
    """Worlds a second that the coordinator writes, each chunk in a transaction of its own."""
    plan = plan_of(TRADERS, 1, worlds * chunks)
    with Store(Path(folder) / "rows.db", writing=True) as store:
        one = agree(store, plan).points[0]
        begins = time.perf_counter()
        for n in range(chunks):
            with store.transaction():
                store.put_chunk(one, n * worlds, worlds, about()["id"], data)
        return worlds * chunks / (time.perf_counter() - begins)


def memory(folder):
    """MiB of the coordinator over 100,000 worlds of a small association."""
    sets = ["setting.association.households={4: 20}", "years=1"]
    plan, seen = plan_of(VILLAGE, 200, 500, sets), {}

    def told(progress):
        for share in (0.1, 0.5, 1.0):
            if progress.lived >= share * progress.worlds and share not in seen:
                seen[share] = int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

    live_study(plan, Path(folder) / "memory.db", Processes(2), told=told)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"tenth": seen[0.1], "half": seen[0.5], "end": seen[1.0], "peak": peak}


def cluster():
    """A scheduler and a worker on this machine: (their processes, the address)."""
    address, dask = "tcp://127.0.0.1:18786", [sys.executable, "-m"]
    run = [*dask, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "18786", "--no-dashboard"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    first = subprocess.Popen(run, **quiet)
    time.sleep(4)
    run = [*dask, "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
    return [first, subprocess.Popen(run, **quiet)], address


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--points", type=int, default=20)
    parser.add_argument("--worlds", type=int, default=500)
    asked = parser.parse_args()
    order = Order("benchmark", opened(TRADERS).with_(), 1, about()["id"])
    chunk, tiny = lived(order, 0, 200), lived(order, 0, 2)
    assert packed(unpacked(tiny)) == tiny
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        told["chunk_bytes"] = len(chunk)
        told["rows_per_second"] = rows(folder, chunk, 200)
        told["resume_10000_chunks_s"] = resume(folder, tiny)
        told["chunk_overhead_ms"] = {"threads": overhead(Threads(1), chunk), "processes": overhead(Processes(1), chunk)}
        running, address = cluster()
        try:
            time.sleep(6)
            told["chunk_overhead_ms"]["cluster"] = overhead(Cluster(address), chunk)
        finally:
            for process in running:
                process.kill()
        told["coordinator_mib"] = memory(folder)
        small = {}
        for worlds in (100, 400, 1600):
            plan = plan_of(TRADERS, 4, worlds)
            small[4 * worlds] = {
                "threads": seconds(plan, Threads(2), folder),
                "processes": seconds(plan, Processes(2), folder),
            }
        told["small_study_s"] = small
        told["parallel_efficiency"] = efficiency(folder, asked.points, asked.worlds)
        told["worlds"] = asked.points * asked.worlds
    print(json.dumps(told, indent=1 if not asked.json else None))


if __name__ == "__main__":
    main()
