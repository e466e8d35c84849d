"""What is kept of each world of a study, compactly."""

import hashlib
from typing import NamedTuple

import numpy as np

from mho_sim import ledger
from mho_sim.engine.state import AGE_GROUPS, FIFTHS
from mho_sim.engine.tables import sectors_of, zones_of

WHOM = ("distance", "sector", "fifth", "sex", "age")  # the sides of a cell, in the order of its number
SEXES = ("men", "women")
AGES = ("0-4", "5-14", "15-49", "50+")
SUMS = 2  # of the columns below, those that are sums over worlds


class Outcome(NamedTuple):
    """What is kept of W worlds, for M mutuals and Y years; money in whole units."""

    yearly: np.ndarray  # (W, M, Y, accounts): balances at the end of each year
    registers: np.ndarray  # (W, M, Y, measures): sums over the months of each year
    standing: np.ndarray  # (W, M, Y, ledger.STANDING): people and households at the end of each year
    alive: np.ndarray  # (W, M, Y): people of the association, enrolled or not, summed over the months' closings
    joining: np.ndarray  # (W, M, 1 + Y): households that join: on the first day, then later, by year
    people_joined: np.ndarray  # (W, M): people at the start of those that join on the first day
    whom: np.ndarray  # (W, M, groups, cell measures): by distance, sector, fifth, sex and age, one after the other
    cash: np.ndarray  # (W, M, months): at the closings
    lowest: np.ndarray  # (W, M, Y): the lowest own funds at a closing
    first_late: np.ndarray  # (W, M): day; -1 if never
    late_days: np.ndarray  # (W, M)
    worst: np.ndarray  # (W, M): the largest of due and unpaid minus cash
    first_stopped: np.ndarray  # (W, M): day; -1 if never
    lost: np.ndarray  # (W, M): month of the closing; -1 if never
    digests: np.ndarray  # (W, 32) bytes
    closings_sum: np.ndarray  # (M, months, accounts): sums over worlds
    registers_sum: np.ndarray  # (M, months, measures): sums over worlds

    @classmethod
    def of(cls, batch):
        """The outcome of a batch that has been lived."""
        closings, registers, till = batch.memory.closings, batch.memory.registers, batch.till
        worlds, mutuals, months, measures = registers.shape
        by_year = (worlds, mutuals, months // 12, 12)
        scheme = registers[..., measures - len(ledger.SCHEME_MEASURES) :]
        born = scheme[..., ledger.BIRTHS] - scheme[..., ledger.DEATHS]
        alive = born.cumsum(axis=2) + int(batch.prepared.start.alive.sum())
        own_funds = closings[..., : ledger.EQUITY].sum(axis=-1)
        joining, people_joined = _joined(batch)
        digests = [world_digest(closings[w], till.first_late[w]) for w in range(worlds)]
        return cls(
            yearly=closings[:, :, 11::12].copy(),
            registers=registers.reshape(*by_year, measures).sum(axis=3),
            standing=scheme[:, :, 11::12, ledger.PEOPLE : ledger.SUSPENDED + 1].copy(),
            alive=alive.reshape(by_year).sum(axis=3),
            joining=joining,
            people_joined=people_joined,
            whom=sides(batch.memory.whom, batch.prepared.scenario),
            cash=closings[..., ledger.CASH].copy(),
            lowest=own_funds.reshape(by_year).min(axis=3),
            first_late=till.first_late,
            late_days=till.late_days,
            worst=till.worst,
            first_stopped=till.first_stopped,
            lost=till.lost,
            digests=np.frombuffer(b"".join(digests), np.uint8).reshape(worlds, 32),
            closings_sum=closings.sum(axis=0),
            registers_sum=registers.sum(axis=0),
        )

    @classmethod
    def blank(cls, scenario):
        """The outcome of one world in which nothing happened."""
        years, groups = scenario.years, sum(map(len, groups_of(scenario).values()))
        accounts, measures = len(ledger.ACCOUNTS), len(ledger.measures(scenario.kinds))
        shapes = {
            "yearly": (1, 1, years, accounts),
            "registers": (1, 1, years, measures),
            "standing": (1, 1, years, len(ledger.STANDING)),
            "alive": (1, 1, years),
            "joining": (1, 1, 1 + years),
            "whom": (1, 1, groups, len(ledger.CELL_MEASURES)),
            "cash": (1, 1, 12 * years),
            "lowest": (1, 1, years),
            "digests": (1, 32),
            "closings_sum": (1, 12 * years, accounts),
            "registers_sum": (1, 12 * years, measures),
        }
        return cls(*(np.zeros(shapes.get(name, (1, 1)), np.int64) for name in cls._fields))

    @classmethod
    def joined(cls, parts):
        """Outcomes of batches, one after the other."""
        of_worlds = [np.concatenate(columns) for columns in list(zip(*parts, strict=True))[:-SUMS]]
        return cls(*of_worlds, *(np.sum(columns, axis=0) for columns in list(zip(*parts, strict=True))[-SUMS:]))

    @property
    def of_worlds(self):
        """The columns of which a world has a row of its own."""
        return self[:-SUMS]

    def of_some(self, chosen):
        """The same of some of the worlds, (W,) of bool; what is a sum over worlds stays that of all."""
        return Outcome(*(column[chosen] for column in self.of_worlds), *self[-SUMS:])


def _joined(batch):
    """Households that join on the first day, and later in each year, (W, 1, 1 + Y), and the people at the start of the
    former, (W, 1); whoever does not join has left by then.
    """
    home, calendar = batch.state.home, batch.calendar
    joins = batch.people.joins[batch.people.home["group"]]
    when = np.where(joins > 0, 1 + np.searchsorted(calendar.first[12::12], joins, side="right"), 0)
    takes_up = home["left_on"] > home["joins"]
    joined = [takes_up[:, when == w].sum(axis=1) for w in range(1 + calendar.months // 12)]
    people = (takes_up & (when == 0)) @ batch.prepared.start.alive
    return np.stack(joined, axis=-1)[:, None], people[:, None]


def sides(whom, scenario):
    """Sums of the cells, (..., cells, measures), by distance, sector, fifth, sex and age: (..., groups, measures)."""
    *axes, _, measures = whom.shape
    homes = len(zones_of(scenario)), len(sectors_of(scenario)), FIFTHS
    people = len(SEXES), AGE_GROUPS
    cells = whom.reshape(*axes, np.prod(homes), np.prod(people), measures)
    by_home = cells.sum(axis=-2).reshape(*axes, *homes, measures)
    by_person = cells.sum(axis=-3).reshape(*axes, *people, measures)
    return np.concatenate(
        (
            by_home.sum(axis=(-2, -3)),
            by_home.sum(axis=(-2, -4)),
            by_home.sum(axis=(-3, -4)),
            by_person.sum(axis=-2),
            by_person.sum(axis=-3),
        ),
        axis=-2,
    )


def groups_of(scenario):
    """The names of the groups on each side, by side, in the order of `Outcome.whom`."""
    zones = [f"{first}+ km" if last is None else f"{first}-{last} km" for first, last in zones_of(scenario)]
    fifths = ["poorest", "second", "third", "fourth", "richest"]
    return dict(zip(WHOM, (zones, sectors_of(scenario), fifths, SEXES, AGES), strict=True))


def world_digest(closings, first_late):
    """SHA-256 of one world's closed books, (mutuals, months, accounts), as little-endian int64 by month, mutual,
    account, and its first late days (mutuals).
    """
    digest = hashlib.sha256(np.ascontiguousarray(closings.transpose(1, 0, 2), dtype="<i8").reshape(-1))
    digest.update(np.ascontiguousarray(first_late, dtype="<i8"))
    return digest.digest()
