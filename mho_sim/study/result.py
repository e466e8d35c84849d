"""What a study of one scenario found: frames and the object of `run --json`."""

import hashlib
from copy import copy, deepcopy
from functools import cached_property
from importlib.metadata import version
from types import SimpleNamespace

import numpy as np
import pandas as pd

from mho_sim import indicators, ledger, statements
from mho_sim.actuarial import quantile_interval, value_at_risk
from mho_sim.actuarial.estimates import GROUPS, jackknife_groups, jackknife_interval
from mho_sim.engine import Calendar, live_batch
from mho_sim.engine.unknowns import Numbers
from mho_sim.indicators import INDICATORS
from mho_sim.study import following, protection, trouble
from mho_sim.study.outcome import Outcome
from mho_sim.study.trouble import rounded

FEW = 2 * GROUPS  # worlds below which it is not given: a pair in each group
QUANTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}


def unsupported(scenario):
    """The same scenario without support from outside and without the State's share; None where it has neither. What
    was given in kind the mutual then pays for itself, on the same days.
    """
    scheme = scenario.scheme
    if not scheme.support and scheme.contribution.state is None:
        return None
    given = [_as_written(line, "name", "amount", "every", "from", "until") for line in scheme.support if line.in_kind]
    if given:
        paid = [_as_written(line) for line in scheme.expenses.dated]
        scenario = scenario.with_("scheme.expenses.dated", paid + given)
    return scenario.with_("scheme.support", "none").with_("scheme.contribution.state", None)


def _as_written(line, *fields):
    """A line of support or costs as it would stand in a file, or some of its fields."""
    says = line.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {key: value for key, value in says.items() if not fields or key in fields}


class Result:
    """What a study of one scenario found. Frames are views of `outcome`; shares lie between 0 and 1, money is in
    whole units of the currency.

    `without_support` is the `Result` of the same worlds, on the same luck, without support from outside and without the
    State's share, where the mutual pays itself for what was given in kind; None where the scheme has neither.
    """

    def __init__(self, prepared, outcome, interrupted=False, processes=(), without_support=None):
        self.prepared, self.scenario, self.seed = prepared, prepared.scenario, int(prepared.seed)
        self.calendar, self.outcome, self.interrupted = prepared.calendar, outcome, interrupted
        self.processes, self.without_support = processes, without_support
        self._books_before = prepared.opening.balances
        self.opening_cash = int(self._books_before[ledger.CASH])
        self.people_at_start, self.households = int(prepared.start.alive.sum()), prepared.households
        self.has_ranges = bool(prepared.scenario.unknowns)

    @property
    def worlds(self):
        """How many possible futures were lived."""
        return len(self.outcome.first_late)

    # Trouble

    @cached_property
    def late(self):
        """How often, when and for how long a bill could not be paid on the day it was due: a dict with the keys of
        `run --json`.
        """
        first, days = self.outcome.first_late[:, 0], self.outcome.late_days[:, 0]
        told = trouble.degree(self._happened["late"], self.has_ranges)
        return {**told, **trouble.lateness(first, days, self.calendar)}

    @cached_property
    def stopped(self):
        """How often a provider has been owed for longer than it tolerates, and may stop accepting the cards. None where
        no provider says how long it tolerates.
        """
        if all(provider.stops_when_owed is None for provider in self.scenario.setting.providers.values()):
            return None
        return trouble.degree(self._happened["stopped"], self.has_ranges)

    @cached_property
    def lost(self):
        """How often the mutual owes, overdue at a closing, more than so many months' contributions as the scheme's
        `lost_when_owing` says.
        """
        return trouble.degree(self._happened["lost"], self.has_ranges)

    @cached_property
    def deficit(self):
        """How often own funds are below 0 at the end of a year: the mutual owes more than it has and is owed. It may
        have cash all the same, as a scheme that collects once a year. Claims not yet due count."""
        return trouble.degree(self._happened["deficit"], self.has_ranges)

    @cached_property
    def _happened(self):
        """Whether it has happened by the end of each year, (years, worlds) of bool, by degree of trouble."""
        outcome, ends = self.outcome, self.calendar.first[12::12]
        below = indicators.equity(outcome.yearly[:, 0]) < 0
        return {
            "late": trouble.by(outcome.first_late[:, 0], ends),
            "stopped": trouble.by(outcome.first_stopped[:, 0], ends),
            "lost": trouble.by(outcome.lost[:, 0], range(12, self.calendar.months + 1, 12)),
            "deficit": np.logical_or.accumulate(below, axis=1).T,
        }

    @cached_property
    def reserve_needed(self):
        """Opening cash with which every bill is paid on its day, per world, money: path-wise, which is exact while
        nothing reacts to cash (interest on more or less cash and own processes are taken as if they did not).
        """
        return np.maximum(self.opening_cash + self.outcome.worst[:, 0], 0)

    @property
    def _method(self):
        assumed = ["interest"] if self.scenario.setting.bank is not None else []
        assumed += ["own processes"] if self.processes else []
        return "path-wise" + (f", as if {' and '.join(assumed)} did not change with cash" if assumed else "")

    @cached_property
    def variance_share(self):
        """How much of the variance of own funds at the end is chance, and how much that nobody knows the figures:
        worlds 2j and 2j + 1 share the figures. None where there are no ranges.
        """
        if not self.has_ranges:
            return None
        return trouble.variance_share(indicators.equity(self.outcome.yearly[:, 0, -1]), "closing equity")

    @cached_property
    def measure_first(self):
        """The unknown numbers that move own funds at the end most, as far as they can be told from the others: a list
        of (path, rank correlation). See `trouble.leading`.
        """
        if not self.has_ranges:
            return []
        numbers = Numbers(self.scenario, self.seed, 0, self.worlds)
        marks = {path: np.array(numbers.marks(path))[numbers.pair_of] for path in self.scenario.unknowns}
        return trouble.leading(marks, indicators.equity(self.outcome.yearly[:, 0, -1]))

    @cached_property
    def joined(self):
        """How many of the association's households join, sooner or later: a dict of the households (`of`), the mean and
        quantiles over worlds. None where all of them do.
        """
        if self.scenario.setting.take_up is None:
            return None
        told = zip(("mean", *QUANTILES), _over_worlds(self._joined))
        return {"of": self.households, **{name: rounded(value) for name, value in told}}

    # Frames

    @cached_property
    def per_world(self):
        """One row per world: indicators over the whole horizon, trouble, reserve needed."""
        return pd.DataFrame(
            {
                **self._followed.over_the_horizon,
                "own_funds": indicators.equity(self.outcome.yearly[:, 0, -1]),
                "first_late_day": self.outcome.first_late[:, 0],
                "late_days": self.outcome.late_days[:, 0],
                "first_stopped_day": self.outcome.first_stopped[:, 0],
                "lost_month": self.outcome.lost[:, 0],
                "reserve_needed": self.reserve_needed,
            }
        ).rename_axis("world")

    @cached_property
    def per_year(self):
        """One row per world and year: what was earned, spent and paid in the year, and the cash and own funds at its
        end, money; `in_kind` is the part of support and of running costs that was given in kind.
        """
        ends, before = self.outcome.yearly[:, 0], self._year_starts
        amounts = indicators.books.amounts_of_books(ends, before)
        due = indicators.contributions_due(ends - before)
        index = pd.MultiIndex.from_product((range(self.worlds), range(1, ends.shape[1] + 1)), names=("world", "year"))
        columns = {
            "contributions_due": due,
            "contributions_received": self._registers["members_paid"],
            "contributions_earned": amounts["contributions_earned"],
            "support": amounts["external_funds"],
            "benefits": amounts["benefits"],
            "running_costs": amounts["running_costs"],
            "owed": amounts["short_term_debts"],
            "cash": amounts["cash"],
            "own_funds": amounts["own_funds"],
            "in_kind": (ends - before)[..., ledger.EXPENSES_IN_KIND],
        }
        return pd.DataFrame({name: column.ravel() for name, column in columns.items()}, index=index)

    @cached_property
    def indicators(self):
        """One row per indicator over the horizon: mean and 5, 50 and 95 % quantiles over worlds (those without a value
        left out; of a probability only the mean), code of the STEP guide, unit, threshold, formula.
        """
        rows = {name: _over_worlds(values) for name, values in self._followed.over_the_horizon.items()}
        rows["ruin_probability"] = [(self.outcome.lowest[:, 0] < 0).any(axis=1).mean(), *[np.nan] * 3]
        frame = pd.DataFrame.from_dict(
            {name: rows[name] for name in INDICATORS if name in rows}, orient="index", columns=["mean", *QUANTILES]
        )
        for column in ("code", "unit", "threshold", "formula"):
            frame[column] = [getattr(INDICATORS[name], column) for name in frame.index]
        return frame

    @cached_property
    def indicators_per_year(self):
        """One row per indicator and year, from 1: mean and 5, 50 and 95 % quantiles over worlds."""
        rows = {
            (name, year + 1): _over_worlds(values[:, year])
            for name, values in self._followed.by_year.items()
            for year in range(self.scenario.years)
        }
        ruined = (self.outcome.lowest[:, 0] < 0).mean(axis=0)
        rows |= {("ruin_probability", year + 1): [share, *[np.nan] * 3] for year, share in enumerate(ruined)}
        index = [(name, year + 1) for name in self.indicators.index for year in range(self.scenario.years)]
        return pd.DataFrame(
            [rows[key] for key in index],
            index=pd.MultiIndex.from_tuples(index, names=("indicator", "year")),
            columns=["mean", *QUANTILES],
        )

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
        return pd.DataFrame(columns, index=pd.Index(self._month_ends, name="closing"))

    @property
    def _month_ends(self):
        return [self.calendar.date(first - 1) for first in self.calendar.first[1:]]

    @cached_property
    def services(self):
        """One row per kind of illness: need, use, bills and payments per person and year, pooled over worlds. A
        claim is an episode for which somebody of an enrolled household sought care.
        """
        return protection.services(self._sums, self.scenario.kinds, int(self.outcome.alive[:, 0].sum()))

    @cached_property
    def protection(self):
        """Whom the mutual protects, shares pooled over worlds, with their standard errors: a dict with the keys of
        `run --json`.
        """
        return protection.protection(self._sums, self.people_at_start)

    @cached_property
    def by_whom(self):
        """Whom, by side: a dict of frames `distance`, `sector`, `fifth`, `sex`, `age`; see `protection.by_whom`."""
        return protection.by_whom(self.outcome, self.scenario, self.has_ranges)

    # Statements

    def income_statement(self, world=None):
        """The income statement of each year, of one world, or the mean over worlds with 5, 50 and 95 % beside."""
        return self._statement(statements.INCOME_STATEMENT, self.outcome.yearly[:, 0], world)

    def balance_sheet(self, world=None):
        """The balance sheet at the end of each year, of one world, or the mean over worlds with 5, 50 and 95 %."""
        return self._statement(statements.BALANCE_SHEET, self.outcome.yearly[:, 0], world)

    def _statement(self, layout, closings, world):
        names = pd.Index([str(self.calendar.date(end - 1)) for end in self.calendar.first[12::12]], name="year to")
        if world is not None:
            closings = closings[[world]]
        amounts = statements.amounts(layout, closings, self._books_before)
        return statements.frame(layout, amounts, names, one=world is not None)

    def budget(self, year=1):
        """The budget of a year, in the order of the guide, from the expectation over worlds."""
        sums = {measure: column[:, year - 1].mean() for measure, column in self._registers.items()}
        change = (self.outcome.yearly[:, 0, year - 1] - self._year_starts[:, year - 1]).mean(axis=0)
        return statements.budget(self.scenario, year, change, sums)

    def cash_plan(self, year=1, world=None):
        """The cash plan of a year, month by month: of one world, or the mean over worlds with the 5, 50 and 95 %
        quantiles of the closing cash.
        """
        closings = self.outcome.closings_sum[0] / self.worlds if world is None else self.books(world)
        months = slice(12 * year - 12, 12 * year)
        before = self._books_before if year == 1 else closings[12 * year - 13]
        amounts = statements.amounts(statements.CASH_PLAN, closings[months], before)
        names = pd.Index([f"{end:%Y-%m}" for end in self._month_ends[months]], name="month")
        plan = statements.frame(statements.CASH_PLAN, amounts[None], names, one=True)
        if world is None:
            for name, q in QUANTILES.items():
                line = ("closing", "", f"cash at the end, {name}")
                plan.loc[line, :] = [int(value_at_risk(cash, q)) for cash in self.outcome.cash[:, 0, months].T]
        return plan

    def books(self, world):
        """The closings of one world, lived again, (months, accounts): balances, debit minus credit."""
        return live_batch(self.prepared, world, 1, self.processes).memory.closings[0, 0]

    # The object

    @cached_property
    def digest(self):
        """SHA-256 of the worlds' digests in their order."""
        return "sha256:" + hashlib.sha256(self.outcome.digests.tobytes()).hexdigest()

    def to_dict(self):
        """The object that `run --json` prints."""
        return deepcopy(self._told)

    @cached_property
    def _told(self):
        alone = self.without_support
        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "version": version("mho_sim"),
            "worlds": self.worlds,
            "seed": self.seed,
            "years": self.scenario.years,
            **({"interrupted": True} if self.interrupted else {}),
            **self._troubles(),
            **({} if alone is None else {"without_support": alone._troubles()}),
            "variance_share": self.variance_share,
            **({} if self.joined is None else {"joined": self.joined}),
            "protection": self.protection,
            "indicators": {
                name: {key: rounded(row[key]) for key in ("mean", *QUANTILES)}
                for name, row in self.indicators.to_dict("index").items()
            },
            "services": {
                kind: {key: rounded(value) for key, value in row.items()}
                for kind, row in self.services.to_dict("index").items()
            },
            "by_whom": {
                side: {
                    group: {key: rounded(value) for key, value in row.items()}
                    for group, row in frame.to_dict("index").items()
                }
                for side, frame in self.by_whom.items()
            },
            "digest": self.digest,
        }

    def _troubles(self):
        return {
            "late": self.late,
            "stopped": self.stopped,
            "lost": self.lost,
            "deficit": self.deficit,
            "reserve_needed": trouble.reserves(self.reserve_needed, self.has_ranges, self._method),
        }

    @classmethod
    def outline(cls, scenario):
        """The object of `run --json` for a scenario, all its keys in place, before anything is simulated: its figures
        mean nothing."""
        alone = unsupported(scenario)
        return cls._empty(scenario, None if alone is None else cls._empty(alone)).to_dict()

    @classmethod
    def _empty(cls, scenario, alone=None):
        """A result of one world in which nobody lives."""
        nobody = np.zeros(0, np.int64)
        prepared = SimpleNamespace(
            scenario=scenario,
            seed=0,
            calendar=Calendar(scenario.start, scenario.years),
            opening=SimpleNamespace(balances=np.zeros(len(ledger.ACCOUNTS), np.int64)),
            start=SimpleNamespace(alive=nobody),
            people=SimpleNamespace(home={"group": nobody}, joins=nobody),
            households=0,
        )
        return cls(prepared, Outcome.blank(scenario), without_support=alone)

    def interval(self, path):
        """The 95 % interval (low, high) of the figure at a path, a tuple of keys, of `to_dict`; an end that so few
        worlds cannot give is None. None where chance plays no part, or the worlds are too few to tell.

        Probabilities: Clopper-Pearson; quantiles: order statistics; means and shares: jackknife over groups of
        neighbouring worlds. Where numbers have ranges a pair of worlds counts as one cluster.
        """
        told = self._told
        match path:
            case (*_, name) if "standard_error" in path or str(name).endswith("_error"):
                return None
            case ("without_support", *rest):
                return self.without_support.interval(tuple(rest))
            case (name, "probability") if told[name]:
                return tuple(told[name]["interval"])
            case (name, "by_year", year) if told[name]:
                return trouble.interval(self._happened[name][year], self.has_ranges)
            case ("reserve_needed", level):
                return tuple(told["reserve_needed"]["intervals"][level])
            case ("late", "days", quantile):
                days = self.outcome.late_days[self.outcome.first_late >= 0]
                return quantile_interval(days, int(quantile[1:]) / 100, design_effect=1 + self.has_ranges)
            case ("indicators", name, quantile) if quantile != "mean" and name in self.per_world:
                return self._interval_of_quantile(self.per_world[name].to_numpy(), QUANTILES[quantile])
            case ("joined", quantile) if quantile in QUANTILES:
                return self._interval_of_quantile(self._joined, QUANTILES[quantile])
            case ("joined", "of"):
                return None
            case ("variance_share" | "joined" | "indicators" | "protection" | "services" | "by_whom", *_) if (
                self.worlds >= FEW
            ):
                return jackknife_interval([_at(part, path) for part in self._left_out], _at(told, path))
        return None

    def _interval_of_quantile(self, values, level):
        """The interval of a quantile over the worlds that have a value."""
        values = values[~np.isnan(values)]
        effect = trouble.effect(values <= value_at_risk(values, level), self.has_ranges) if len(values) else 1
        return quantile_interval(values, level, design_effect=effect)

    @property
    def groups(self):
        """Which group of neighbours each world belongs to for a jackknife, (worlds,); pairs of worlds stay together."""
        pairs = np.arange(self.worlds) // 2
        return jackknife_groups(pairs[-1] + 1)[pairs]

    def of_some(self, chosen):
        """The same of some of the worlds, (worlds,) of bool, and without what support from outside changes."""
        part = copy(self)
        for name in [name for name in vars(part) if isinstance(getattr(Result, name, None), cached_property)]:
            del vars(part)[name]
        part.outcome, part.without_support = self.outcome.of_some(chosen), None
        return part

    @cached_property
    def _left_out(self):
        """The object of all worlds but one group of neighbours, for each group."""
        return [part._told for part in self.less_a_group()]

    def less_a_group(self):
        """The `Result` of all worlds but one group of neighbours, for each group, one after the other."""
        return (self.of_some(self.groups != group) for group in range(GROUPS))

    # What the above rests on

    @cached_property
    def _sums(self):
        return protection.Sums(self.outcome, self.scenario.kinds, self.has_ranges)

    @property
    def _joined(self):
        """Households that join in each world, (worlds,)."""
        return self.outcome.joining[:, 0].sum(axis=1).astype(float)

    @cached_property
    def _registers(self):
        """The registers of each world and year, (worlds, years), by measure."""
        of_years = self.outcome.registers[:, 0]
        return {measure: of_years[..., i] for i, measure in enumerate(ledger.measures(self.scenario.kinds))}

    @cached_property
    def _year_starts(self):
        """Balances before each year, (worlds, years, accounts)."""
        yearly = self.outcome.yearly[:, 0]
        opening = np.broadcast_to(self._books_before, (len(yearly), 1, yearly.shape[2]))
        return np.concatenate((opening, yearly[:, :-1]), axis=1)

    @cached_property
    def _followed(self):
        return following.followed(self)


def _at(told, path):
    """What stands at a path of an object."""
    for key in path:
        told = None if told is None else told[key]
    return told


def _over_worlds(values):
    """Mean and quantiles over the worlds that have a value."""
    values = np.sort(values[~np.isnan(values)])
    return [values.mean(), *(value_at_risk(values, q) for q in QUANTILES.values())] if len(values) else [np.nan] * 4
