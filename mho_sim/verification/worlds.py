"""Lives many worlds of a scenario of the oracles, and keeps what the cases look at.

The scenario files switch every risk off but the one in question, and write the oracle's money x 10,000, so that
rounding to whole units is invisible.
"""

from fractions import Fraction

import numpy as np

from mho_sim import ledger
from mho_sim.engine import Prepared, live_batch
from mho_sim.rules import REASONS
from mho_sim.scenario import load
from mho_sim.study.repeating import batches
from mho_sim.verification.oracles import FOLDER, PUBLISHED

MONEY = 10_000  # units of the scenarios' money in one of the oracles'
ROWS_A_BATCH = 50_000  # people times worlds
LARGEST_BATCH = 256  # worlds
FULL = 100_000  # worlds of the whole sample


class Stopped(Exception):
    """No more worlds are wanted."""


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
    return load(FOLDER / f"{name}.yaml")


def published(name):
    """The scenario of a published scheme."""
    return load(PUBLISHED / f"{name}.yaml")


def gathered(name, worlds, members=10):
    """The scenario of that name; unless it is the full sample, with fewer members, who need and pay for the others:
    sums of Poisson numbers are Poisson, so that the fund is the same.
    """
    scenario = scenario_of(name)
    if worlds >= FULL:
        return scenario
    by = Fraction(scenario.household_count, members)
    need, amount = scenario.setting.illness["illness"].need.best, scenario.scheme.contribution.amount
    for path, value in (
        ("setting.association.households", {1: members}),
        ("setting.illness.illness.need", need * float(by)),
        ("scheme.contribution.amount", int(amount * by)),
    ):
        scenario = scenario.with_(path, value)
    return scenario


def lived(scenario, worlds, *, seed=1, room=0, keep=lambda batch: None, processes=(), stop=None):
    """Worlds of a scenario, or of the scenario of that name, a `Lived`.

    `room` is the number of entries that a world's log holds; `keep` takes of each batch what is wanted besides.
    """
    prepared = Prepared(scenario_of(scenario) if isinstance(scenario, str) else scenario, seed)
    size = max(1, min(LARGEST_BATCH, ROWS_A_BATCH // max(len(prepared.people.row), 1)))
    parts = []
    for first, count in batches(0, worlds, size):
        if stop is not None and stop.is_set():
            raise Stopped
        batch = live_batch(prepared, first, count, processes, room)
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
