"""Repeats: many worlds of a scenario, on several threads, always with the Monte-Carlo error beside the answer.

Results do not depend on the number of threads, on the size of a batch, or on the order in which batches end.
"""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from functools import cached_property
from importlib.metadata import version
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pandas as pd

from mho_sim import capacity, indicators, ledger
from mho_sim.actuarial import jackknife_interval, proportion_interval, quantile_interval, value_at_risk
from mho_sim.engine import Calendar, Prepared, live_batch
from mho_sim.rules import DID_NOT_SEEK

ROWS_A_BATCH = 60_000  # people times worlds: a batch's state stays near the processor's cache
LARGEST_BATCH = 256
GROUPS = 20  # of worlds, for a jackknife interval; assumed
FEW = 2 * GROUPS  # worlds below which it is not given: a pair in each group


def simulate(
    scenario, worlds=1000, seed=1, *, workers=None, batch=None, processes=(), progress=None, memory_limit=None
):
    """Many futures of one scenario: a `Result`.

    `worlds` (at least 1) possible futures under `seed` (0 to 2^64 - 1); `workers` threads (default: one per processor);
    `batch` worlds at a time (changes no byte); `processes`: functions `process(clock, batch)` that act beside the
    scheme's own (batches run in several threads: a process keeps nothing outside its batch); `progress`: called with
    the number of worlds that were just finished; `memory_limit` bytes (default: what the machine has available).
    Ctrl-C gives a result of the worlds that were finished, with `interrupted` set. Raises ValueError for a number out
    of range, and before anything is drawn `capacity.TooLarge`, a MemoryError, for a run that needs more memory.
    """
    if worlds < 1 or worlds >= 2**32 - 1:
        raise ValueError(f"worlds is {worlds}: it must be at least 1 and less than 4,294,967,295")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed is {seed}: it must be from 0 to 2^64 - 1")
    for name, number in (("workers", workers), ("batch", batch)):
        if number is not None and number < 1:
            raise ValueError(f"{name} is {number}: it must be at least 1")
    run, room = planned(scenario, worlds, workers, batch), memory_limit or capacity.available()
    if room is not None and run.bound > room:
        capacity.refuse_too_large(measured(scenario, run), memory_limit)
    prepared = Prepared(scenario, seed)
    size = batch or _batch_of(len(prepared.people.row))
    starts = range(0, worlds, size)
    parts, interrupted = _live_all(
        prepared, [(first, min(size, worlds - first)) for first in starts], workers, tuple(processes), progress
    )
    return Result(prepared, Outcome.joined(parts), interrupted, bool(processes))


def planned(scenario, worlds, workers=None, batch=None):
    """What decides how much memory `simulate` will take, before anyone is drawn: a `capacity.Run`."""
    rows = capacity.expected_rows(scenario)
    size = min(batch or _batch_of(round(rows)), worlds)
    at_once = min(workers or processors(), -(-worlds // size))
    return capacity.Run(scenario.household_count, rows, len(scenario.kinds), 12 * scenario.years, worlds, size, at_once)


def measured(scenario, run):
    """The same run with what the engine allocates for its scenario."""
    layout = capacity.layout_of(scenario, lambda lived: sum(column.nbytes for column in Outcome.of(lived)[:7]))
    return run._replace(layout=layout)


def _batch_of(rows):
    """Worlds that are lived together where nothing else was asked for."""
    return max(1, min(LARGEST_BATCH, ROWS_A_BATCH // max(rows, 1)))


def _live_all(prepared, chunks, workers, processes, progress):
    """The outcomes of all batches in the order of their worlds; of the finished ones from the first on if
    interrupted.
    """
    pool = ThreadPoolExecutor(max_workers=workers or processors())
    parts = []
    try:
        futures = [pool.submit(_live_one, prepared, first, count, processes) for first, count in chunks]
        for future, (_, count) in zip(futures, chunks):
            parts.append(future.result())
            if progress:
                progress(count)
    except KeyboardInterrupt:
        if not parts:
            raise
        return parts, True
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return parts, False


def processors():
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _live_one(prepared, first, count, processes):
    return Outcome.of(live_batch(prepared, first, count, processes))


class Outcome(NamedTuple):
    """What is kept of each world (W), for M mutuals; money in whole units."""

    yearly: np.ndarray  # (W, M, years, accounts): balances at the end of each year
    registers: np.ndarray  # (W, M, years, measures): sums over the months of each year
    cash: np.ndarray  # (W, M, months): at the closings
    first_late: np.ndarray  # (W, M): day; -1 if never
    late_days: np.ndarray  # (W, M)
    worst: np.ndarray  # (W, M): the largest of due and unpaid minus cash
    digests: np.ndarray  # (W, 32) bytes
    closings_sum: np.ndarray  # (M, months, accounts): sums over worlds
    registers_sum: np.ndarray  # (M, months, measures): sums over worlds

    @classmethod
    def of(cls, batch):
        """The outcome of a batch that has been lived."""
        closings, registers, till = batch.memory.closings, batch.memory.registers, batch.till
        worlds, mutuals, months, measures = registers.shape
        yearly = registers.reshape(worlds, mutuals, months // 12, 12, measures).sum(axis=3)
        digests = [world_digest(closings[w], till.first_late[w]) for w in range(worlds)]
        return cls(
            closings[:, :, 11::12].copy(),
            yearly,
            closings[..., ledger.CASH].copy(),
            till.first_late,
            till.late_days,
            till.worst,
            np.frombuffer(b"".join(digests), np.uint8).reshape(worlds, 32),
            closings.sum(axis=0),
            registers.sum(axis=0),
        )

    @classmethod
    def joined(cls, parts):
        """Outcomes of batches, one after the other."""
        of_worlds = [np.concatenate([part[i] for part in parts]) for i in range(7)]
        return cls(*of_worlds, *(np.sum([part[i] for part in parts], axis=0) for i in (7, 8)))


def world_digest(closings, first_late):
    """SHA-256 of one world's closed books, (mutuals, months, accounts), as little-endian int64 by month, mutual,
    account, and its first late days (mutuals).
    """
    books = np.ascontiguousarray(closings.transpose(1, 0, 2), dtype="<i8").tobytes()
    return hashlib.sha256(books + np.ascontiguousarray(first_late, dtype="<i8").tobytes()).digest()


class Result:
    """What a study of one scenario found. Frames are views of `outcome`; shares lie between 0 and 1, money is in
    whole units of the currency.
    """

    def __init__(self, prepared, outcome, interrupted=False, own_processes=False):
        self.scenario, self.seed, self.calendar = prepared.scenario, int(prepared.seed), prepared.calendar
        self.outcome, self.interrupted, self.own_processes = outcome, interrupted, own_processes
        self._books_before = np.zeros(len(ledger.ACCOUNTS), np.int64)
        for debit, credit, amount in prepared.opening.entries:
            self._books_before[[debit, credit]] += amount, -amount
        self.opening_cash = int(self._books_before[ledger.CASH])
        self.people_at_start, self.households = int((prepared.people.row["mother"] < 0).sum()), prepared.households

    @classmethod
    def outline(cls, scenario):
        """The object of `run --json` for a scenario, all its keys in place, before anything is simulated: its figures
        mean nothing."""
        months, measures = 12 * scenario.years, len(ledger.measures(scenario.kinds))
        accounts = len(ledger.ACCOUNTS)
        outcome = Outcome(
            np.zeros((1, 1, scenario.years, accounts), np.int64),
            np.zeros((1, 1, scenario.years, measures), np.int64),
            np.zeros((1, 1, months), np.int64),
            np.zeros((1, 1), np.int64),
            np.ones((1, 1), np.int64),
            np.zeros((1, 1), np.int64),
            np.zeros((1, 32), np.uint8),
            np.zeros((1, months, accounts), np.int64),
            np.zeros((1, months, measures), np.int64),
        )
        nobody = SimpleNamespace(
            scenario=scenario,
            seed=0,
            calendar=Calendar(scenario.start, scenario.years),
            opening=SimpleNamespace(entries=()),
            people=SimpleNamespace(row={"mother": np.zeros(0, np.int64)}),
            households=0,
        )
        return cls(nobody, outcome).to_dict()

    def interval(self, path):
        """The 95 % interval (low, high) of the figure at a path, a tuple of keys, of `to_dict`; an end that so few
        worlds cannot give is None. None where chance plays no part, or the worlds are too few to tell.

        Probabilities: Clopper-Pearson; quantiles: order statistics; means and shares: jackknife over groups of
        neighbouring worlds.
        """
        told = self.to_dict()
        match path:
            case (name, "probability"):
                return tuple(told[name]["interval"])
            case (name, "by_year", year):
                return proportion_interval(round(told[name]["by_year"][year] * self.worlds), self.worlds)
            case ("reserve_needed", level):
                return tuple(told["reserve_needed"]["intervals"][level])
            case ("late", "days", quantile):
                days = self.outcome.late_days[self.outcome.first_late >= 0]
                return quantile_interval(days, int(quantile[1:]) / 100)
            case ("indicators", name, quantile) if quantile != "mean":
                return quantile_interval(self.per_world[name].dropna().to_numpy(), int(quantile[1:]) / 100)
            case ("indicators" | "protection" | "services", *_) if self.worlds >= FEW:
                return jackknife_interval([_at(self._without(group), path) for group in range(GROUPS)], _at(told, path))
        return None

    def _without(self, group):
        """`to_dict` of all worlds but one group of neighbours; pairs of worlds stay together."""
        pairs = np.arange(self.worlds) // 2
        stays = pairs * GROUPS // (pairs[-1] + 1) != group
        part = copy(self)
        for name in [name for name in vars(part) if isinstance(getattr(Result, name, None), cached_property)]:
            del vars(part)[name]
        part.outcome = Outcome(*(column[stays] for column in self.outcome[:7]), *self.outcome[7:])
        return part.to_dict()

    @property
    def worlds(self):
        """How many possible futures were lived."""
        return len(self.outcome.first_late)

    @cached_property
    def late(self):
        """How often, when and for how long a bill could not be paid on the day it was due: a dict with the keys of
        `run --json`.
        """
        first, days = self.outcome.first_late[:, 0], self.outcome.late_days[:, 0]
        ever = first >= 0
        ends = self.calendar.first[12::12]
        months = (
            np.bincount([self.calendar.name_of_month(self.calendar.month_of(day)) for day in first[ever]], minlength=12)
            if ever.any()
            else np.zeros(12)
        )
        return {
            "probability": _share(ever.sum(), self.worlds),
            "interval": [_rounded(limit) for limit in proportion_interval(int(ever.sum()), self.worlds)],
            "by_year": [_share((ever & (first < end)).sum(), self.worlds) for end in ends],
            "worst_month": MONTHS[int(months.argmax())] if ever.any() else None,
            "days": {f"p{q}": int(value_at_risk(days[ever], q / 100)) for q in (50, 95)} if ever.any() else None,
        }

    @cached_property
    def deficit(self):
        """How often own funds are below 0 at the end of a year: the mutual owes more than it has and is owed. It may
        have cash all the same, as a scheme that collects once a year. Claims not yet due count."""
        below = indicators.equity(self.outcome.yearly[:, 0]) < 0
        ever = np.logical_or.accumulate(below, axis=1).sum(axis=0)
        return {
            "probability": _share(ever[-1], self.worlds),
            "interval": [_rounded(limit) for limit in proportion_interval(int(ever[-1]), self.worlds)],
            "by_year": [_share(count, self.worlds) for count in ever],
        }

    @cached_property
    def reserve_needed(self):
        """Opening cash with which every bill is paid on its day, per world, money: path-wise, which is exact while
        nothing reacts to cash (own processes are taken as if they did not).
        """
        return np.maximum(self.opening_cash + self.outcome.worst[:, 0], 0)

    @cached_property
    def per_world(self):
        """One row per world: indicators over the whole horizon, trouble, reserve needed."""
        final = self.outcome.yearly[:, 0, -1]
        return pd.DataFrame(
            {
                "claims_ratio": indicators.claims_ratio(final),
                "collection_rate": indicators.collection_rate(final, self._books_before[ledger.RECEIVABLE]),
                "reserve_months": indicators.reserve_months(final, self.calendar.months),
                "first_late_day": self.outcome.first_late[:, 0],
                "late_days": self.outcome.late_days[:, 0],
                "reserve_needed": self.reserve_needed,
            }
        ).rename_axis("world")

    @cached_property
    def per_year(self):
        """One row per world and year: what was earned, spent and paid in the year, and the cash and own funds at its
        end, money.
        """
        yearly = self.outcome.yearly[:, 0]
        opening = np.zeros_like(yearly[:, :1])
        opening[:, 0] = self._books_before
        before = np.concatenate((opening, yearly[:, :-1]), axis=1)
        due = indicators.contributions_due(yearly) - indicators.contributions_due(before)
        index = pd.MultiIndex.from_product((range(self.worlds), range(1, yearly.shape[1] + 1)), names=("world", "year"))
        columns = {
            "contributions_due": due,
            "contributions_received": due - (yearly - before)[..., [ledger.RECEIVABLE, ledger.ADVANCES]].sum(axis=-1),
            "contributions_earned": indicators.contributions_earned(yearly) - indicators.contributions_earned(before),
            "benefits": (yearly - before)[..., ledger.BENEFITS],
            "running_costs": (yearly - before)[..., ledger.EXPENSES],
            "owed": -yearly[..., [ledger.PROVIDERS, ledger.SUPPLIERS]].sum(axis=-1),
            "cash": yearly[..., ledger.CASH],
            "own_funds": indicators.equity(yearly),
        }
        return pd.DataFrame({name: column.ravel() for name, column in columns.items()}, index=index)

    @cached_property
    def indicators(self):
        """Mean and 5, 50 and 95 % quantiles over worlds of each indicator of the horizon; worlds without a value
        left out.
        """
        rows = {}
        for name in ("claims_ratio", "collection_rate", "reserve_months"):
            values = self.per_world[name].dropna().to_numpy()
            quantiles = [float(value_at_risk(values, q)) for q in (0.05, 0.5, 0.95)] if len(values) else [np.nan] * 3
            rows[name] = [float(np.sort(values).mean()) if len(values) else np.nan, *quantiles]
        return pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "p05", "p50", "p95"])

    @cached_property
    def monthly(self):
        """Means over worlds by month: balances of the accounts, counts of the registers; and quantiles of the cash
        at the closings.
        """
        columns = {
            f"{account}": self.outcome.closings_sum[0, :, a] / self.worlds for a, account in enumerate(ledger.ACCOUNTS)
        }
        for i, measure in enumerate(ledger.measures(self.scenario.kinds)):
            columns[measure if isinstance(measure, str) else " ".join(measure)] = (
                self.outcome.registers_sum[0, :, i] / self.worlds
            )
        for q in (5, 50, 95):
            columns[f"cash p{q:02}"] = [
                int(value_at_risk(self.outcome.cash[:, 0, m], q / 100)) for m in range(self.calendar.months)
            ]
        ends = [self.calendar.date(first - 1) for first in self.calendar.first[1:]]
        return pd.DataFrame(columns, index=pd.Index(ends, name="closing"))

    @cached_property
    def services(self):
        """One row per kind of illness: need, use, bills and payments per person and year, pooled over worlds. A
        claim is an episode for which care was sought.
        """
        sums, person_years = self._register_sums, self._register_sums["people"] / 12
        rows = {}
        for kind in self.scenario.kinds:
            outcomes = [sums[kind, reason] for reason in ledger.KIND_MEASURES[: DID_NOT_SEEK + 1]]
            claims = sum(outcomes[:DID_NOT_SEEK])
            covered = sum(outcomes[:3])
            rows[kind] = {
                "episodes_per_person_year": _share(sum(outcomes), person_years),
                "claims_per_person_year": _share(claims, person_years),
                "cost_per_claim": _share(sums[kind, "bills"], claims),
                "paid_per_claim": _share(sums[kind, "paid"], claims),
                "paid_per_covered_claim": _share(sums[kind, "paid"], covered),
                "refused": _share(claims - covered, claims),
                "forgone": _share(outcomes[DID_NOT_SEEK], sum(outcomes)),
            }
        return pd.DataFrame.from_dict(rows, orient="index")

    @cached_property
    def protection(self):
        """Whom the mutual protects, shares pooled over worlds and months: people covered at the closing (for at
        least one benefit), households paid up, late and suspended, episodes of need without care, refusals among
        claims by reason.
        """
        sums, kinds = self._register_sums, self.scenario.kinds
        households = sum(sums[status] for status in ("households_paid_up", "households_late", "households_suspended"))
        by_reason = {
            reason: sum(sums[kind, reason] for kind in kinds) for reason in ledger.KIND_MEASURES[: DID_NOT_SEEK + 1]
        }
        claims = sum(by_reason.values()) - by_reason["did_not_seek"]
        refusals = {
            reason: _share(by_reason[reason], claims) for reason in ("not_in_package", "no_coverage", "waiting_period")
        }
        return {
            "covered": _share(sums["people_covered"], sums["people"]),
            "paid_up": _share(sums["households_paid_up"], households),
            "late": _share(sums["households_late"], households),
            "suspended": _share(sums["households_suspended"], households),
            "forgone_care": _share(by_reason["did_not_seek"], sum(by_reason.values())),
            "refused": refusals,
        }

    @cached_property
    def digest(self):
        """SHA-256 of the worlds' digests in their order."""
        return "sha256:" + hashlib.sha256(self.outcome.digests.tobytes()).hexdigest()

    @cached_property
    def _register_sums(self):
        totals = self.outcome.registers.sum(axis=(0, 1, 2))
        return {measure: int(totals[i]) for i, measure in enumerate(ledger.measures(self.scenario.kinds))}

    def to_dict(self):
        """The object that `run --json` prints."""
        needed = self.reserve_needed
        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "version": version("mho_sim"),
            "worlds": self.worlds,
            "seed": self.seed,
            "years": self.scenario.years,
            **({"interrupted": True} if self.interrupted else {}),
            "late": self.late,
            "deficit": self.deficit,
            "reserve_needed": {
                "method": "path-wise" + (", as if own processes did not react to cash" if self.own_processes else ""),
                **{f"{level:.2f}": int(value_at_risk(needed, level)) for level in (0.9, 0.95, 0.99)},
                "intervals": {f"{level:.2f}": list(quantile_interval(needed, level)) for level in (0.9, 0.95, 0.99)},
            },
            "protection": self.protection,
            "indicators": {
                name: {key: _rounded(value) for key, value in row.items()}
                for name, row in self.indicators.to_dict("index").items()
            },
            "services": {
                kind: {key: None if pd.isna(value) else value for key, value in row.items()}
                for kind, row in self.services.to_dict("index").items()
            },
            "digest": self.digest,
        }


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _at(told, path):
    """What stands at a path of an object."""
    for key in path:
        told = None if told is None else told[key]
    return told


def _rounded(value):
    """Six decimals, or None where there is no value."""
    return None if np.isnan(value) else round(float(value), 6)


def _share(part, whole):
    """part / whole to six decimals, or None where the whole is 0."""
    return round(float(part) / float(whole), 6) if whole else None
