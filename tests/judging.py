"""Lives many worlds of an oracle's scenario, and judges what they show against an expected value.

`reaches(row, …)` marks the test that reaches these rows of `oracles/values.csv`: a row has one such test, and a test
that has not judged exactly its rows fails.
"""

import csv
import functools
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from scipy.stats import binom

from mho_sim import ledger, load
from mho_sim.engine import Prepared, live_batch
from mho_sim.rules import REASONS

HERE = Path(__file__).parent / "oracles"
SEED = 1
MONEY = 10_000  # units of the scenarios' money in one of the oracles'
ERRORS = 4.9  # standard errors: two-sided 1e-6 for a normal estimate
TAIL = 5e-7  # of a binomial band, each side
ROWS_A_BATCH = 50_000  # people times worlds
LARGEST_BATCH = 256  # worlds


def rows(name):
    """The rows of a table of oracles, as dicts."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


EXPECTED = MappingProxyType({row["name"]: float(row["value"]) for row in rows("values.csv")})
BANDS = MappingProxyType(
    {(row["name"], int(row["runs"])): (int(row["fewest"]), int(row["most"])) for row in rows("acceptance_bands.csv")}
)


# Worlds


class Lived:
    """What is kept of many worlds (W) of a scenario, of its one mutual; money in whole units."""

    def __init__(self, prepared, parts):
        """`parts` are batches' (closings, registers, first_late, worst, kept)."""
        self.scenario, self.calendar = prepared.scenario, prepared.calendar
        self.households = prepared.households
        self.sizes = np.diff(prepared.people.first)  # (households,): people at the start
        columns = list(zip(*parts))
        self.closings, self.registers, self.first_late, self.worst = map(np.concatenate, columns[:4])
        self.kept = columns[4]  # what `keep` gave of each batch

    @property
    def worlds(self):
        """How many worlds were lived."""
        return len(self.closings)

    def balance(self, account, month):
        """The balance of an account (debit minus credit) at a closing (months from 1), (W,)."""
        return self.closings[:, month - 1, ledger.ACCOUNTS.index(account)]

    def benefits(self, year=1):
        """What the mutual paid for, or owes for, in a year (from 1), in the oracles' money, (W,)."""
        before = self.balance("benefits", 12 * (year - 1)) if year > 1 else 0
        return (self.balance("benefits", 12 * year) - before) / MONEY

    def own_funds(self, year=1):
        """Cash and what is owed to the mutual, less what it owes, at a year's end, in the oracles' money, (W,)."""
        owned = ledger.ACCOUNTS[: ledger.ACCOUNTS.index("equity")]
        return sum(self.balance(account, 12 * year) for account in owned) / MONEY

    def count(self, *measure):
        """A register, `("illness", "accepted")` or `("births",)`, by month, (W, months)."""
        name = measure if len(measure) > 1 else measure[0]
        return self.registers[:, :, ledger.measures(self.scenario.kinds).index(name)]

    def ruined_within(self, years):
        """Number of worlds in which a bill was not paid on its day in the first years."""
        return int(((self.first_late >= 0) & (self.first_late < self.calendar.first[12 * years])).sum())


def scenario_of(name):
    """A scenario that lies beside the oracles."""
    return load(HERE / f"{name}.yaml")


def lived(scenario, worlds, *, seed=SEED, room=0, keep=lambda batch: None, processes=()):
    """Worlds of a scenario, or of the scenario of that name, a `Lived`.

    `room` is the number of entries that a world's log holds; `keep` takes of each batch what is wanted besides.
    """
    prepared = Prepared(scenario_of(scenario) if isinstance(scenario, str) else scenario, seed)
    size = max(1, min(LARGEST_BATCH, ROWS_A_BATCH // max(len(prepared.people.row), 1)))
    parts = []
    for first in range(0, worlds, size):
        batch = live_batch(prepared, first, min(size, worlds - first), processes, room)
        memory = batch.memory
        assert not room or memory.written.max() <= room, f"the log needs room for {memory.written.max()} entries"
        parts.append(
            (
                memory.closings[:, 0],
                memory.registers[:, 0],
                batch.till.first_late[:, 0],
                batch.till.worst[:, 0],
                keep(batch),
            )
        )
    return Lived(prepared, parts)


def entries(batch, *reasons):
    """The entries of a batch's logs that were made for one of these reasons, all worlds one after the other, as an
    array with the fields of `ledger.ENTRY` and `world`.
    """
    numbers = [REASONS.index(reason) for reason in reasons]
    world, row = np.nonzero(
        (np.arange(batch.memory.log.shape[1]) < batch.memory.written[:, None])
        & np.isin(batch.memory.log["reason"], numbers)
    )
    chosen = np.zeros(len(world), [*ledger.ENTRY.descr, ("world", "i8")])
    for field in ledger.ENTRY.names:
        chosen[field] = batch.memory.log[field][world, row]
    chosen["world"] = batch.world[world]
    return chosen


# How a number is judged

REACHED_BY = {}  # row: name of the test that reaches it
_JUDGED = []


def reaches(*names):
    """Mark the test that reaches these rows. Raises ValueError for a row that is not there, or has its test."""

    def mark(test):
        for name in names:
            if name not in EXPECTED or name in REACHED_BY:
                raise ValueError(f"{name}: no such row, or {REACHED_BY.get(name)} reaches it")
            REACHED_BY[name] = test.__name__

        @functools.wraps(test)
        def judged(*arguments, **named):
            _JUDGED.clear()
            test(*arguments, **named)
            missed, unmarked = set(names) - set(_JUDGED), (set(_JUDGED) & set(EXPECTED)) - set(names)
            assert not missed and not unmarked, f"not judged: {sorted(missed)}; not marked: {sorted(unmarked)}"

        return judged

    return mark


class Verdict(NamedTuple):
    """One comparison, in words, and whether it passed."""

    line: str
    inside: bool


def judge(name, expected, obtained, low, high):
    """The verdict whether the obtained number lies in its band."""
    _JUDGED.append(name)
    inside = bool(low <= obtained <= high)
    verdict = "inside" if inside else "OUTSIDE"
    line = f"{name}: expected {expected:.10g}, obtained {obtained:.10g}, band {low:.10g} to {high:.10g}, {verdict}"
    print(line)
    return Verdict(line, inside)


def judge_exactly(name, obtained, expected=None):
    """By equality with a row, or with another expected number."""
    expected = EXPECTED[name] if expected is None else expected
    return judge(name, expected, obtained, expected, expected)


def judge_to_the_last_digit(name, obtained):
    """By the twelve digits with which a row is printed."""
    return judge_estimate(name, EXPECTED[name], obtained, EXPECTED[name] * 1e-12)


def judge_relative(name, obtained, relative):
    """By equality with a row but for this share of it: 1e-9 for closed forms, 1e-6 for numerical laws."""
    width = abs(EXPECTED[name]) * relative
    return judge(name, EXPECTED[name], float(obtained), EXPECTED[name] - width, EXPECTED[name] + width)


def accept_rows(values, relative=1e-9):
    """Pass if each row named has its value, but for this share of it; `values` by name of row."""
    accept(*(judge_relative(name, value, relative) for name, value in values.items()))


def binomial_band(p, trials):
    """Fewest and most events in so many trials, each passed with a chance of at most `TAIL`."""
    return int(binom.ppf(TAIL, trials, p)), int(binom.isf(TAIL, trials, p))


def judge_events(name, p, events, trials):
    """By the exact binomial band of the number of events in independent trials."""
    _JUDGED.append(name)
    return judge(
        f"{name} (events in {trials:,})",
        p * trials,
        int(events),
        *(BANDS.get((name, trials)) or binomial_band(p, trials)),
    )


def judge_row_events(name, events, trials):
    """By the exact binomial band of a row's probability."""
    return judge_events(name, EXPECTED[name], events, trials)


def judge_estimate(name, expected, value, standard_error):
    """By 4.9 standard errors of an estimate."""
    return judge(name, expected, value, expected - ERRORS * standard_error, expected + ERRORS * standard_error)


def judge_row(name, estimate):
    """By 4.9 standard errors of an estimate (value, standard error) of a row."""
    return judge_estimate(name, EXPECTED[name], *estimate)


def judge_count(name, expected, events):
    """By 4.9 standard errors of a Poisson number."""
    return judge_estimate(name, expected, int(events), expected**0.5)


def accept(*verdicts):
    """Pass if there are verdicts and all of them do; the failure tells which rows do not."""
    assert verdicts and all(verdict.inside for verdict in verdicts), "\n".join(
        verdict.line for verdict in verdicts if not verdict.inside
    )


# Estimates over independent worlds: (value, standard error)


def average(x):
    """Mean."""
    return x.mean(), x.std() / len(x) ** 0.5


def spread(x):
    """Standard deviation; its influence function is sd (z^2 - 1) / 2."""
    z = (x - x.mean()) / x.std()
    return x.std(), x.std() * average(z**2 / 2)[1]


def dispersion(x):
    """Variance; its influence function is (x - mean)^2 - variance."""
    return x.var(), average((x - x.mean()) ** 2)[1]


def skewness(x):
    """Third standardized moment g; its influence function is z^3 - 3 z - 3 g (z^2 - 1) / 2 - g."""
    z = (x - x.mean()) / x.std()
    g = (z**3).mean()
    return g, average(z**3 - 3 * z - 1.5 * g * z**2)[1]


def excess(x, limit):
    """E(X - limit)+."""
    return average(np.maximum(x - limit, 0))


def quotient(x, y):
    """E(X) / E(Y) of pairs; its influence function is (x - ratio y) / E(Y)."""
    ratio = x.mean() / y.mean()
    return ratio, average((x - ratio * y) / y.mean())[1]


def tail_value(x, level):
    """VaR + E(X - VaR)+ / (1 - level); its influence function is that of E(X - VaR)+ / (1 - level) with VaR held
    fixed.
    """
    var = np.quantile(x, level, method="inverted_cdf")
    value, error = excess(x, var)
    return var + value / (1 - level), error / (1 - level)
