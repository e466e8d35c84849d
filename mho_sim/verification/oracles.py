"""The tables of expected values, which were computed outside this program: exactly, or by two ways that share nothing.

`oracles/values.csv` has a row for each value; `through` says how it is to be reached: by a `scenario` through the
engine, by a `function` of the program's exact mathematics, by a `switch` (a behaviour that a scenario turns on), or
`none`, where it is about something else. `oracles/acceptance_bands.csv` has, for a probability and a number of worlds,
the fewest and most worlds that may show the event, two-sided at 1e-6.
"""

import csv
import re
from pathlib import Path

FOLDER = Path(__file__).parent / "oracles"
PUBLISHED = Path(__file__).parent / "published"  # scenario files of published schemes


def rows(name):
    """The rows of a table, as dicts."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = {row["name"]: row for row in rows("values.csv")}
EXPECTED = {name: float(row["value"]) for name, row in ROWS.items()}
BANDS = {
    (row["name"], int(row["runs"])): (int(row["fewest"]), int(row["most"])) for row in rows("acceptance_bands.csv")
}

# Why a second value (printed in a book, or computed in another way) differs from the expected one
DIFFERENCES = (
    (r"actuar_VaR\d+", "the printed value is on a grid of 0.5, ours is that of the continuous law"),
    (r"health[AC]_.*", "the second value is the same law on a lattice of twice the step"),
    (
        r"bmw_exp_psi_.*",
        "the printed table was made with an unrounded parameter (beta about 6.379); expected is what the printed 6.378 "
        "gives",
    ),
    (
        r"bmw_gamma_psi_.*",
        "the second value comes from another numerical way, which is less exact: at 1 billion it lies below a rigorous "
        "lower bound of 0.17470",
    ),
    (
        r"bmw_finite_.*",
        "the parameters of the printed table were worked back from its first entry, printed to six digits: the last "
        "digit may differ by one",
    ),
    (
        r"int_finite_.*",
        "the second value steps through time and misses ruin between its steps: it comes near from below",
    ),
    (r"pareto_psi_.*", "the second value is the same sum with a coarser step; both lie inside rigorous bounds"),
    (
        r"sparre_pi.",
        "the second value comes from an iteration that stopped early: put into its equation it leaves 2e-9, ours 1e-13",
    ),
    (r"dror_60pct_over_normal_.*", "the printed value is read off a graph: 16 % and about 1 %"),
)
REMARKS = ((r"actuar_TVaR\d+", "the vignette prints the value of its discretized model: see below, on the grid"),)

# What the rows marked `switch` wait for, where no case reaches them yet
WAITING = (
    (r"stream_.*|renewal_steady_sd.*", "members who join at random times"),
    (r"renewal_duration.*", "renewal that depends on how long a household has been a member"),
    (r"selection_.*|adverse_selection_.*|hh_flat_fee_joining.*", "joining and renewing that depend on expected care"),
    (r"hh_sickest.*", "enrolling only those of a household who are ill most often"),
    (r"spiral_.*", "decisions of the assembly: a contribution set anew each year"),
    (r"chain_.*|three_missed.*", "habits of paying with a memory of the month before"),
    (r"hie_.*|rule_.*|fund_cost_share.*", "use that depends on what the patient pays"),
    (r"shock_.*", "epidemics: shocks that make many members ill at once"),
    (r"hh_contagion.*", "illness that spreads within a household"),
)


def first_that_fits(name, table):
    """The words of the first pattern that fits a name; None if there is none."""
    return next((words for pattern, words in table if re.fullmatch(pattern, name)), None)


def printed_alike(value, printed):
    """Whether a number is what is printed, to the digits that are printed, or within 1e-9 of it."""
    printed_value = float(printed)
    _, _, decimals = printed.lower().partition("e")[0].partition(".")
    exponent = int(printed.lower().partition("e")[2] or 0)
    step = 10.0 ** (exponent - len(decimals))
    return abs(value - printed_value) <= max(0.5001 * step, 1e-9 * abs(printed_value))


def difference(name):
    """Why the second value of a row is not the expected one; None where they are alike or there is none. ValueError if
    they differ and no reason is written down."""
    value, second = float(ROWS[name]["value"]), ROWS[name]["second_value"]
    if not second or printed_alike(value, second):
        return None
    reason = first_that_fits(name, DIFFERENCES)
    if reason is None:
        raise ValueError(f"{name}: {second} beside {value}, and no reason is written down")
    return reason


def waiting(reached):
    """Rows marked `switch` that no case reaches yet, by the mechanism that they wait for."""
    found = {}
    for name, row in ROWS.items():
        if row["through"] == "switch" and name not in reached:
            found.setdefault(first_that_fits(name, WAITING), []).append(name)
    return found


def outside(reached):
    """Rows about something that the program does not do."""
    return [name for name, row in ROWS.items() if row["through"] == "none" and name not in reached]
