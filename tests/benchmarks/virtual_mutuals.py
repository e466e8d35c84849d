"""Many mutuals cut out of one population: how long do they take, and how much above the mean must a mutual hold?

`python tests/benchmarks/virtual_mutuals.py` lives 535 mutuals of 2,432 people through 1,005 years each (537,675
mutual-years, the size of Dror and Armstrong 2006) and smaller ones, and prints a table; `--part 0.05` lives that part
of the years; `--json` prints one object. On all processors; times are wall time.
"""

import argparse
import json
import time
from pathlib import Path

from tqdm import tqdm

import mho_sim
from mho_sim.study.pooling import capital_loadings, mutual_years
from mho_sim.study.repeating import processors
from mho_sim.tariff import price

SCENARIO = Path(__file__).resolve().parent / "virtual-mutuals.yaml"
HOUSEHOLDS, PEOPLE = 608, 2_432
MUTUALS, YEARS = 535, 1_005
SMALLER = (25, 63, 125, 250)  # households of smaller mutuals, each lived as often as the part says of 200,000 years
MERGED = (1, 2, 5, 10)  # mutuals of 2,432 people together
SMALL_YEARS = 200_000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", type=float, default=1.0, help="part of the years of each mutual")
    asked = parser.parse_args()
    scenario = mho_sim.load(SCENARIO)
    mutual_years(scenario, 1, 2)  # compiled before anything is timed
    years = max(round(YEARS * asked.part), 2)
    with tqdm(total=MUTUALS * years, unit=" mutual-years", disable=None) as bar:
        began = time.perf_counter()
        care = mutual_years(scenario, MUTUALS, years, progress=bar.update)
        seconds = time.perf_counter() - began
    large = capital_loadings(care, PEOPLE, MERGED)
    small = [_of_size(scenario, households, asked.part) for households in SMALLER]
    told = {
        "mutual_years": MUTUALS * years,
        "people_a_mutual": PEOPLE,
        "processors": processors(),
        "seconds": round(seconds, 1),
        "mutual_years_a_second": round(MUTUALS * years / seconds),
        "loadings": [
            {key: round(float(value), 4) for key, value in row.items()}
            for frame in (*small, large)
            for row in frame.reset_index().to_dict("records")
        ],
    }
    _compare(scenario, told["loadings"])
    print(json.dumps(told, indent=1) if asked.json else _table(told))


def _of_size(scenario, households, part):
    """Loadings of mutuals of fewer households."""
    smaller = scenario.with_("setting.association.members", households)
    years = max(round(SMALL_YEARS / MUTUALS * part), 2)
    return capital_loadings(mutual_years(smaller, MUTUALS, years), households * 4)


def _compare(scenario, loadings):
    """Beside each loading the formula's, normal and NP, for so many people like those of one mutual."""
    pool = price(scenario).pool
    for row in loadings:
        for confidence in (0.90, 0.95, 0.99):
            row[f"{confidence:g}_normal"] = round(pool.margin(confidence, row["people"]), 4)
            row[f"{confidence:g}_np"] = round(pool.margin(confidence, row["people"], "np"), 4)


def _table(told):
    lines = [
        f"{told['mutual_years']:,} mutual-years of {told['people_a_mutual']:,} people in {told['seconds']} s on "
        f"{told['processors']} processors: {told['mutual_years_a_second']:,} a second.",
        "What must be held above the mean cost of a year's care, as a share of it, for so many of 100 years:",
        f"{'people':>8} {'90':>7} {'95':>7} {'99':>7} {'99.9':>7}   by formula (NP): {'90':>5} {'95':>6} {'99':>6}",
    ]
    for row in told["loadings"]:
        found = " ".join(f"{row[key]:7.1%}" for key in ("0.9", "0.95", "0.99", "0.999"))
        formula = " ".join(f"{row[f'{key}_np']:6.1%}" for key in ("0.9", "0.95", "0.99"))
        lines.append(f"{row['people']:8,.0f} {found}                   {formula}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
