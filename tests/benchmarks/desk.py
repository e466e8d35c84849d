"""How good and how fast is the actuary's desk? `python tests/benchmarks/desk.py --json` prints one object; without
--json, a line per figure.

The exact law of a year's care (a Poisson number of exponential bills, whose tail is a sum of gamma tails) by this
program and, where it is installed, by the `aggregate` package: largest error of P(S > x) and time. Worlds that the same
luck saves: the variance of a difference of two contributions between independent worlds over that in the same worlds.
Mutual-years a second, from virtual_mutuals.py. Times are processor time, the least of several rounds; they depend on
the machine.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from scipy import special

import mho_sim
from mho_sim.actuarial import lattice
from mho_sim.actuarial.costs import exponential
from mho_sim.actuarial.counts import poisson
from mho_sim.actuarial.totals import compound
from mho_sim.study.pooling import mutual_years

HERE = Path(__file__).resolve().parent
EPISODES, BILL = 40, 3_500.0
STEP = 5.0
AT = np.arange(100_000, 300_001, 10_000) + STEP / 2  # between points of the lattice, where its law is no step
ROUNDS = 5
WORLDS = 1_000


def exact_beyond(x):
    """P(S > x): over the number n of bills, its chance times that of a gamma amount of shape n."""
    n = np.arange(1, 400)
    chances = np.exp(n * np.log(EPISODES) - EPISODES - special.gammaln(n + 1))
    return (chances * special.gammaincc(n, np.asarray(x)[:, None] / BILL)).sum(axis=1)


def least_seconds(work):
    """Least processor time of several rounds, and what the work gave."""
    seconds = np.inf
    for _ in range(ROUNDS):
        began = time.process_time()
        found = work()
        seconds = min(seconds, time.process_time() - began)
    return seconds, found


def ours():
    """P(S > x), by this program."""
    law = compound(poisson(EPISODES), lattice.discretised(exponential(BILL), STEP))
    return lattice.beyond(law, AT)


def theirs():
    """P(S > x), by the aggregate package, with as fine a lattice; None where it is not installed."""
    try:
        from aggregate import build
    except ImportError:
        return None

    def work():
        law = build(f"agg Year {EPISODES} claims sev {BILL} * expon poisson", log2=17, bs=STEP)
        return np.array([law.sf(x) for x in AT])

    return work


def worlds_saved():
    """By money of own funds and by being late, for a contribution of 400 and 450 francs."""
    scenario = mho_sim.load(HERE.parent.parent / "scenarios" / "market-traders.yaml")
    dearer = scenario.with_("scheme.contribution.amount", 450)
    how = {"worlds": WORLDS, "also_without_support": False}
    before, after, other = (
        mho_sim.simulate(one, seed=seed, **how) for one, seed in ((scenario, 1), (dearer, 1), (dearer, 2))
    )
    ratios = {}
    for name, of in (
        ("own_funds", lambda result: result.per_world["own_funds"].to_numpy()),
        ("late", lambda result: (result.per_world["first_late_day"] >= 0).to_numpy(float)),
    ):
        same = (of(after) - of(before)).var()
        ratios[name] = (of(other).var() + of(before).var()) / same
    return ratios


def figures():
    """All figures, as a dict."""
    exact = exact_beyond(AT)
    seconds, found = least_seconds(ours)
    told = {"exact_law_error": float(np.abs(found - exact).max()), "exact_law_ms": 1e3 * seconds}
    if (work := theirs()) is not None:
        seconds, found = least_seconds(work)
        told |= {"aggregate_error": float(np.abs(found - exact).max()), "aggregate_ms": 1e3 * seconds}
    told |= {f"worlds_saved_{name}": ratio for name, ratio in worlds_saved().items()}
    one_year = mho_sim.load(HERE / "virtual-mutuals.yaml")
    mutual_years(one_year, 2, 2)
    began = time.perf_counter()
    care = mutual_years(one_year, 20, 201)
    told["mutual_years_a_second"] = care.size / (time.perf_counter() - began)
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    told = {name: float(f"{value:.4g}") for name, value in figures().items()}
    print(json.dumps(told, indent=1) if asked.json else "\n".join(f"{name:<26} {told[name]}" for name in told))


if __name__ == "__main__":
    main()
