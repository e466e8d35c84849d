"""How fast is the engine? `python tests/benchmarks/engine.py --json` prints one object; without --json, a line per
figure.

On scenarios/market-traders.yaml, one core, one process. Times are the least of several interleaved rounds. The floors
(floors.py) draw the same variates as the engine did and do nothing else: one by one, and in vectorized passes.
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
sys.path[:0] = [str(HERE), str(HERE.parent)]

import floors  # noqa: E402

import mho_sim  # noqa: E402
from mho_sim import ledger  # noqa: E402
from mho_sim.engine import Prepared, live_batch  # noqa: E402
from mho_sim.rules import CONTRIBUTION_DUE, DID_NOT_SEEK  # noqa: E402

WORLDS = 22  # as many as a study takes at a time for so many people
ROUNDS = 25


def counts_of(batch):
    """How many variates of each sort a batch drew, means per world."""
    kinds, row, setting = len(batch.setting.kind), batch.people.row, batch.setting
    register = batch.memory.registers.sum(axis=(0, 1, 2))
    by_kind = register[: kinds * len(ledger.KIND_MEASURES)].reshape(kinds, -1) // batch.worlds
    episodes, sought = by_kind[:, : DID_NOT_SEEK + 1].sum(axis=1), by_kind[:, :DID_NOT_SEEK].sum(axis=1)
    there, born = (
        int((row["mother"] < 0).sum()),
        int(register[ledger.scheme_measure.py_func(kinds, ledger.BIRTHS)]) // batch.worlds,
    )
    logged = live_batch(batch.prepared, 0, 8, room=200_000).memory
    decisions = sum(int((log["reason"] == CONTRIBUTION_DUE).sum()) for log in logged.log) // 8
    mortal = len(batch.prepared.life.death_rate) > 0
    return {
        "people": there,
        "first_episodes": np.where(setting.kind["of_births"], 0, there + born),
        "frailties_deaths_births": (len(row), (there + born) * mortal, len(row) - there),
        "episodes": episodes,
        "bills": np.where(setting.kind["fixed_bill"] < 0, sought, 0),
        "decisions": decisions if setting.on_time < 1 else 0,
    }


def least_times(prepared):
    """Least seconds per world of the engine, of the scalar floor and of the floor in passes, interleaved; and
    counts.
    """
    counts = counts_of(live_batch(prepared, 0, WORLDS))
    setting, scratch = prepared.setting, (np.empty(floors.BLOCK), np.empty(floors.BLOCK))
    drawn = (
        counts["first_episodes"],
        counts["frailties_deaths_births"],
        counts["episodes"],
        counts["bills"],
        counts["decisions"],
    )
    laws = (
        setting.on_time,
        setting.mean_days_late,
        float(setting.kind["log_mean"].max()),
        float(setting.kind["log_sd"].max()),
    )
    lived = {
        "engine": lambda turn: live_batch(prepared, turn * WORLDS, WORLDS),
        "scalar": lambda _: [floors.scalar(np.uint32(w), prepared.seed, *drawn, *laws) for w in range(WORLDS)],
        "passes": lambda _: [floors.passes(np.uint32(w), prepared.seed, *drawn, *laws, scratch) for w in range(WORLDS)],
    }
    least = dict.fromkeys(lived, np.inf)
    for turn in range(ROUNDS + 1):  # the first round compiles
        for name, live in lived.items():
            start = time.perf_counter()
            live(turn)
            least[name] = min(least[name], (time.perf_counter() - start) / WORLDS)
    return least, counts


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
    least, counts = least_times(prepared)
    engine = least["engine"]
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
        "floor_ms_per_world": 1e3 * least["scalar"],
        "simd_floor_ms_per_world": 1e3 * least["passes"],
        "floor_ratio": engine / least["scalar"],
        "simd_floor_ratio": engine / least["passes"],
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
