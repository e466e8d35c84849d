"""How fast is the engine? `python tests/benchmarks/engine.py --json` prints one object; without --json, a line per
figure.

On scenarios/market-traders.yaml, one core, one process. Times are the least of several interleaved rounds. `floor` is a
scalar loop that draws the same variates as the engine did, keyed, each with its transform, and does nothing else.
Absolute times depend on the machine; quote ratios.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
SCENARIO = HERE.parent.parent / "scenarios" / "market-traders.yaml"
sys.path.insert(0, str(HERE.parent))

import mho_sim  # noqa: E402
from mho_sim import draws, ledger  # noqa: E402
from mho_sim.compiled import kernel  # noqa: E402
from mho_sim.engine import Prepared, live_batch  # noqa: E402
from mho_sim.rules import DID_NOT_SEEK, days_late  # noqa: E402

WORLDS = 32
ROUNDS = 9


@kernel
def floor_world(world, seed, people, children, episodes, bills, decisions, on_time, mean_days_late, log_mean, log_sd):
    """The variates of one world and nothing else: frailties, deaths, first episodes, births, later episodes with
    their marks, bills, payment marks.
    """
    total = 0.0
    for kind in range(len(episodes)):
        for i in range(people):
            u, _ = draws.uniforms(i, 0, np.uint32(kind), world, seed)
            total += draws.exponential(u)
        for i in range(episodes[kind]):
            u, mark = draws.uniforms(i, 1, np.uint32(kind), world, seed)
            total += draws.exponential(u) + mark
        for i in range(bills[kind]):
            u, _ = draws.uniforms(i, 2, np.uint32(kind), world, seed)
            total += draws.lognormal_money(u, log_mean, log_sd)
    for i in range(people):
        u, _ = draws.uniforms(i, 3, np.uint32(0), world, seed)
        v, _ = draws.uniforms(i, 4, np.uint32(0), world, seed)
        total += draws.gamma_class(u) + draws.exponential(v)
    for i in range(children):
        u, v = draws.uniforms(i, 5, np.uint32(0), world, seed)
        total += u + v
    for i in range(decisions):
        u, _ = draws.uniforms(i, 6, np.uint32(0), world, seed)
        total += days_late(u, on_time, mean_days_late)
    return total


def counts_of(batch):
    """How many variates of each sort a batch drew, means per world."""
    kinds = len(batch.setting.need)
    register = batch.memory.registers.sum(axis=(0, 1, 2))
    by_kind = register[: kinds * len(ledger.KIND_MEASURES)].reshape(kinds, -1)
    episodes, sought = by_kind[:, : DID_NOT_SEEK + 1].sum(axis=1), by_kind[:, :DID_NOT_SEEK].sum(axis=1)
    log = live_batch(batch.prepared, 0, 1, room=200_000).memory
    decisions = int((log.log["reason"][0, : log.written[0]] == 7).sum())
    return {
        "people": int((batch.people.row["mother"] < 0).sum()),
        "children": int((batch.people.row["mother"] >= 0).sum()),
        "episodes": episodes // batch.worlds,
        "bills": np.where(batch.setting.fixed_bill < 0, sought, 0) // batch.worlds,
        "decisions": decisions if batch.setting.on_time < 1 else 0,
    }


def least_times(prepared):
    """Least seconds per world of the engine and of the floor, interleaved, and the floor's counts."""
    counts = counts_of(live_batch(prepared, 0, WORLDS))
    setting = prepared.setting
    arguments = (
        counts["people"],
        counts["children"],
        counts["episodes"],
        counts["bills"],
        counts["decisions"],
        setting.on_time,
        setting.mean_days_late,
        float(setting.log_mean.max()),
        float(setting.log_sd.max()),
    )
    floor_world(np.uint32(0), prepared.seed, *arguments)
    engine, floor = [], []
    for turn in range(ROUNDS):
        start = time.perf_counter()
        live_batch(prepared, turn * WORLDS, WORLDS)
        middle = time.perf_counter()
        for world in range(WORLDS):
            floor_world(np.uint32(world), prepared.seed, *arguments)
        engine.append((middle - start) / WORLDS)
        floor.append((time.perf_counter() - middle) / WORLDS)
    return min(engine), min(floor), counts


def reference_seconds(scenario):
    """Seconds per world of the reference model."""
    from reference_model import live

    start = time.perf_counter()
    live(scenario, 1, 0)
    return time.perf_counter() - start


def bytes_per_person(prepared):
    """Bytes of state that a batch keeps for each living place of people, per world."""
    batch = live_batch(prepared, 0, 1)
    size = sum(
        column.nbytes
        for column in batch.state
        if column.ndim >= 2 and column.shape[-1] in (len(prepared.people.row), prepared.households)
    )
    return size / int((prepared.people.row["mother"] < 0).sum())


def per_person_seconds(scenario, people):
    """Seconds per person and world with about so many people."""
    members = max(round(people / scenario.setting.association.covered_per_member.mean), 1)
    prepared = Prepared(scenario.with_("setting.association.members", members), 1)
    worlds = max(1, 16_000 // people)
    times = []
    for turn in range(1 if people > 100_000 else 5):
        start = time.perf_counter()
        live_batch(prepared, turn * worlds, worlds)
        times.append((time.perf_counter() - start) / worlds)
    return min(times) / int((prepared.people.row["mother"] < 0).sum())


def in_fresh_process(code, **environment):
    """Seconds of wall time of a line of Python in a new process."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def figures():
    """All figures, as a dict."""
    scenario = mho_sim.load(SCENARIO)
    prepared = Prepared(scenario, 1)
    engine, floor, counts = least_times(prepared)
    events = int(counts["episodes"].sum()) + counts["decisions"]
    run = f"import mho_sim; mho_sim.simulate(mho_sim.load({str(SCENARIO)!r}), worlds={{}}, workers=1)"
    peak = f"{run.format(1000)}; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    with tempfile.TemporaryDirectory() as empty:
        cold = in_fresh_process(run.format(1), MHO_SIM_CACHE_DIR=empty)
    peak_mib = float(subprocess.run([sys.executable, "-c", peak], check=True, capture_output=True, text=True).stdout)
    helped = min(
        in_fresh_process(
            "import sys; sys.argv = ['mho-sim', '--help']; from mho_sim.cli import main; main()",
            PYTHONDONTWRITEBYTECODE="",
        )
        for _ in range(5)
    )
    return {
        "people": counts["people"],
        "months": prepared.calendar.months,
        "kinds": len(scenario.kinds),
        "episodes": int(counts["episodes"].sum()),
        "payment_decisions": counts["decisions"],
        "ms_per_world": 1e3 * engine,
        "floor_ms_per_world": 1e3 * floor,
        "floor_ratio": engine / floor,
        "reference_ratio": reference_seconds(scenario) / engine,
        "events_per_second": events / engine,
        "bytes_per_person": bytes_per_person(prepared),
        "peak_mib_1000_worlds": peak_mib,
        "million_people_ratio": per_person_seconds(scenario, 1_000_000) / per_person_seconds(scenario, 1_000),
        "cold_first_call_s": cold,
        "help_s": helped,
        "peak_mib_benchmark": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    found = {name: value if isinstance(value, int) else round(value, 4) for name, value in figures().items()}
    print(
        json.dumps(found, indent=1)
        if chosen.json
        else "\n".join(f"{name:24}{value:>16,}" for name, value in found.items())
    )
