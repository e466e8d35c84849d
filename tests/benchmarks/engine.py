"""How fast is the engine? `python tests/benchmarks/engine.py --json` prints one object; without --json, a line per
figure.

On scenarios/market-traders.yaml, one core, one process. Times are processor time, the least of several interleaved
rounds; those of threads and of fresh processes are wall time. The floors (floors.py) draw the same variates as the
engine did and do nothing else: one by one, and in vectorized passes. Absolute times depend on the machine; quote
ratios.
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
from floors import drawn  # noqa: E402

import mho_sim  # noqa: E402
from mho_sim import ledger  # noqa: E402
from mho_sim.engine import Prepared, live_batch  # noqa: E402
from mho_sim.engine.tables import CHRONIC, LAWS, NEED, OF_BIRTHS  # noqa: E402
from mho_sim.rules import (  # noqa: E402
    CONTRIBUTION_DUE,
    DID_NOT_SEEK,
    NO_REFERRAL,
    OVER_DAYS,
    OVER_EVENTS,
    PAID_FOR,
    PAID_FROM_ADVANCE,
)
from mho_sim.study import planned, processors  # noqa: E402

ROUNDS = 25
THREADED_ROUNDS = 5
THREADED_WORLDS = 256
LOGGED, ROOM = 4, 100_000  # worlds whose entries are counted, and room for them


class Counts:
    """What a batch lived through, means per world."""

    def __init__(self, batch):
        self.batch, kinds = batch, len(batch.setting.kind)
        register = batch.memory.registers.sum(axis=(0, 1, 2)) / batch.worlds
        by_kind = register[: kinds * len(ledger.KIND_MEASURES)].reshape(kinds, -1)
        self.outcomes = by_kind[:, : DID_NOT_SEEK + 1]
        self.episodes, self.sought = self.outcomes.sum(axis=1), self.outcomes[:, :DID_NOT_SEEK].sum(axis=1)
        self.born = register[ledger.scheme_measure.py_func(kinds, ledger.BIRTHS)]
        self.people = len(batch.people.row)
        logged = live_batch(batch.prepared, 0, LOGGED, room=ROOM).memory
        reasons = np.concatenate([log["reason"][:written] for log, written in zip(logged.log, logged.written)])
        self.payments = ((reasons == CONTRIBUTION_DUE).sum() - (reasons == PAID_FROM_ADVANCE).sum()) / LOGGED
        self.renewals = self._renewals()

    @property
    def events(self):
        """Episodes and payment decisions."""
        return round(self.episodes.sum() + self.payments)

    def _renewals(self):
        """Decisions to stay or to leave: at each anniversary, the households that are enrolled."""
        home, calendar, decisions = self.batch.state.home, self.batch.calendar, 0
        for group, joined in enumerate(self.batch.scheme.joins[0]):
            of_group = home["left_on"][:, self.batch.people.home["group"] == group]
            for month in range(calendar.month_of(joined) + 12, calendar.months, 12):
                decisions += (of_group >= calendar.first[month]).sum()
        return decisions / self.batch.worlds


def plan_of(counts):
    """The variates of one world, as DRAWN records."""
    batch, scenario = counts.batch, counts.batch.prepared.scenario
    setting, months, homes = batch.setting, batch.calendar.months, batch.prepared.households
    kinds, paying = setting.kind, setting.paying
    ever_there = counts.people + counts.born
    mortal, is_frail = len(batch.prepared.life.death_rate) > 0, setting.factors.max() > 1
    plan = [
        drawn("marks", len(batch.people.place)),  # births
        drawn("wait", ever_there * mortal),  # deaths
        drawn("factor", ever_there * is_frail),
        drawn("marks", counts.born * (kinds["comes"] == OF_BIRTHS).any()),  # kind of birth
        drawn("factor", sum(kinds["comes"] == NEED) * months / 12),  # all share in a year
    ]
    for k, kind in enumerate(kinds):
        letters = counts.outcomes[k, :PAID_FOR].sum() + counts.outcomes[k, [NO_REFERRAL, OVER_EVENTS, OVER_DAYS]].sum()
        plan += [
            drawn("wait", ever_there * (kind["comes"] == NEED)),  # first episode
            drawn("marks", counts.people * (kind["comes"] == CHRONIC)),
            drawn("wait" if kind["comes"] == NEED else "marks", counts.episodes[k]),  # the next, and care sought
            _bills(kind, counts.sought[k], setting.of_world[0, k]),
            drawn("marks", counts.sought[k] * (kind["places"] > 1 or kind["causes"] > 1)),
            drawn("marks", letters * (batch.scheme.benefit["needs_letter"][0, k] and kind["letter"] < 1)),
            drawn("marks", counts.sought[k] * sum(kinds["source"] == k)),  # referrals
        ]
    for sector, enterprise in enumerate(scenario.setting.enterprises):
        law = (-np.log1p(enterprise.cv**2) / 2, np.sqrt(np.log1p(enterprise.cv**2)))
        plan.append(drawn("lognormal", sum(batch.people.home["sector"] == sector) * (enterprise.cv > 0), *law))
    if scenario.setting.enterprises:
        plan.append(drawn("marks", homes * months))  # good and bad months, for the year's income
    if paying["on_time"].min() < 1:
        law = (float(paying[name].mean()) for name in ("on_time", "mean_days_late", "never"))
        plan.append(drawn("late", counts.payments, *law))
        plan.append(drawn("marks", counts.payments * setting.mixed_paying))  # whether the month is a good one
    plan.append(drawn("marks", counts.renewals * (scenario.setting.renewing is not None)))
    return np.array([item for item in plan if item[1] > 0], floors.DRAWN)


def _bills(kind, sought, of_world):
    """Bills and days of stays; a fixed bill without a stay needs no draw."""
    law = LAWS[kind["law"]]
    if law == "fixed" and not kind["stays"]:
        return drawn("marks", 0)
    sort = {"fixed": "marks", "table": "marks"}.get(law, law)
    return drawn(sort, sought, *of_world[["a", "b"]].item(), days_scale=float(kind["days_scale"]))


def least_times(prepared, worlds, plan):
    """Least seconds per world of the engine, of the scalar floor and of the floor in passes, interleaved."""
    scratch = np.empty(floors.BLOCK), np.empty(floors.BLOCK)
    lived = {
        "engine": lambda turn: live_batch(prepared, turn * worlds, worlds),
        "scalar": lambda _: [floors.scalar(np.uint32(w), prepared.seed, plan) for w in range(worlds)],
        "passes": lambda _: [floors.passes(np.uint32(w), prepared.seed, plan, *scratch) for w in range(worlds)],
    }
    least = dict.fromkeys(lived, np.inf)
    for turn in range(ROUNDS + 1):  # the first round compiles
        for name, live in lived.items():
            start = time.thread_time()
            live(turn)
            least[name] = min(least[name], (time.thread_time() - start) / worlds)
    return least


def reference_seconds(scenario):
    """Seconds per world of the reference model."""
    from reference_model import live

    start = time.thread_time()
    live(scenario, 1, 0)
    return time.thread_time() - start


def bytes_per_person(prepared):
    """Bytes of state that a batch keeps for each person, places for children included, per world."""
    return sum(column.nbytes for column in live_batch(prepared, 0, 1).state) / _people(prepared)


def _people(prepared):
    return len(prepared.people.row)


def per_person_seconds(scenario, people):
    """Seconds per person and world with about so many people."""
    members = max(round(people / scenario.setting.association.covered_per_member.mean), 1)
    prepared = Prepared(_with_members(scenario, members), 1)
    worlds, times = max(1, 16_000 // people), []
    for turn in range(1 if people > 100_000 else 5):
        start = time.thread_time()
        live_batch(prepared, turn * worlds, worlds)
        times.append((time.thread_time() - start) / worlds)
    return min(times) / _people(prepared)


def _with_members(scenario, members):
    """The scenario with so many members, who join on the same days in the same proportions."""
    intakes, before = scenario.scheme.membership.intakes, scenario.setting.association.members
    if intakes is None:
        return scenario.with_("setting.association.members", members)
    parts = {str(date): number * members // before for date, number in intakes.items()}
    parts[min(parts)] += members - sum(parts.values())
    sized = scenario.with_("scheme.membership.intakes", None).with_("setting.association.members", members)
    return sized.with_("scheme.membership.intakes", parts)


def two_threads_ratio(scenario):
    """Time of a study with one worker over that with two."""
    least = {1: np.inf, 2: np.inf}
    for _ in range(THREADED_ROUNDS):
        for workers in least:
            start = time.perf_counter()
            mho_sim.simulate(scenario, worlds=THREADED_WORLDS, workers=workers)
            least[workers] = min(least[workers], time.perf_counter() - start)
    return least[1] / least[2]


def in_fresh_process(code, **environment):
    """Seconds of wall time that a line of Python takes in a new process."""
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
    prepared, worlds = Prepared(scenario, 1), planned(scenario, 1000, 1).batch
    counts = Counts(live_batch(prepared, 0, worlds))
    plan = plan_of(counts)
    least = least_times(prepared, worlds, plan)
    engine = least["engine"]
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
        "people": counts.people,
        "months": prepared.calendar.months,
        "kinds": len(scenario.kinds),
        "worlds_a_batch": worlds,
        "episodes": round(counts.episodes.sum()),
        "payment_decisions": round(counts.payments),
        "variates": int(plan["number"].sum()),
        "ms_per_world": 1e3 * engine,
        "floor_ms_per_world": 1e3 * least["scalar"],
        "simd_floor_ms_per_world": 1e3 * least["passes"],
        "floor_ratio": engine / least["scalar"],
        "simd_floor_ratio": engine / least["passes"],
        "reference_ratio": reference_seconds(scenario) / engine,
        "events_per_second": counts.events / engine,
        "bytes_per_person": bytes_per_person(prepared),
        "peak_mib_1000_worlds": peak_mib,
        "million_people_ratio": per_person_seconds(scenario, 1_000_000) / per_person_seconds(scenario, 1_000),
        **({"two_threads_ratio": two_threads_ratio(scenario)} if processors() > 1 else {}),
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
