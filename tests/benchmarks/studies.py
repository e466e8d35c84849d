"""What do studies cost, and what does the same luck spare? `python tests/benchmarks/studies.py --json` prints one
object; without --json, a line per figure.

paired_variance_ratio: the variance of a difference in lateness between two contributions in independent worlds over
that in the same worlds, on scenarios/market-traders.yaml; so many times fewer worlds tell the same.
paired_variance_ratio_claims_ratio and _own_funds: the same of the claims ratio and of own funds at the end.
"""

import argparse
import json
from pathlib import Path

import mho_sim

SCENARIO = Path(__file__).resolve().parent.parent.parent / "scenarios" / "market-traders.yaml"
WORLDS = 1_000


def spared():
    """Of a contribution of 400 and of 450 francs."""
    scenario = mho_sim.load(SCENARIO)
    options = {"today": scenario, "dearer": scenario.with_("scheme.contribution.amount", 450)}
    found = mho_sim.compare(options, WORLDS)
    return {
        "paired_variance_ratio": found.spared("late", "dearer"),
        "paired_variance_ratio_claims_ratio": found.spared("claims_ratio", "dearer"),
        "paired_variance_ratio_own_funds": found.spared("own_funds", "dearer"),
    }


def figures():
    """All figures, as a dict."""
    return spared()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    told = {name: float(f"{value:.4g}") for name, value in figures().items()}
    print(json.dumps(told, indent=1) if asked.json else "\n".join(f"{name:<36} {told[name]}" for name in told))


if __name__ == "__main__":
    main()
