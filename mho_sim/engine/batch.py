"""A batch: many worlds of one scenario under one clock, and what a process may see and do in them."""

import numpy as np

from mho_sim import ledger, rules
from mho_sim.draws import GAMMA_CLASSES, decision, uniform_columns
from mho_sim.engine import cash, living, opening
from mho_sim.engine.clock import Calendar, Clock, Part, day_of, moment
from mho_sim.engine.processes import PROCESSES
from mho_sim.engine.tables import scheme_tables, setting_tables
from mho_sim.population import PERSON, associate, life_tables, write_script


class Prepared:
    """What all worlds of a scenario and seed share: calendar, association, tables, opening books."""

    def __init__(self, scenario, seed):
        self.scenario, self.seed = scenario, np.uint64(seed)
        self.calendar = Calendar(scenario.start, scenario.years)
        self.people = associate(scenario, seed, self.calendar)
        self.life = life_tables(scenario.setting.association, self.calendar)
        self.setting = setting_tables(scenario, self.calendar)
        self.scheme = scheme_tables(scenario, self.calendar)
        _refuse_collisions(scenario.kinds)
        self.opening = opening.opening_of(scenario, self.seed, self.people, self.scheme, self.calendar)

    @property
    def households(self):
        """How many households the association has."""
        return len(self.people.first) - 1


def _refuse_collisions(kinds):
    """Two decisions with one number would share their luck. Raises ValueError, naming them (one chance in 10^7)."""
    names = [f"illness.{kind}.{what}" for kind in kinds for what in ("next", "again", "cost", "community")]
    names += ["household.size", "household.status", "person", "frailty", "death", "birth", "contribution.paid"]
    known = {}
    for name in names:
        twin = known.setdefault(int(decision(name)), name)
        if twin != name:
            raise ValueError(f"the decisions {twin} and {name} share a number: give one kind of illness another name")


class Batch:
    """Worlds `world0` to `world0 + worlds - 1` of a prepared scenario.

    Processes read `world` (absolute numbers, shape (worlds,)), `people` (columns of the association), `state` (people
    and households of each world), `memory` (books, registers), `till` (the cash box); they draw with `uniform` and
    change the books with `post`, and with nothing else.
    """

    def __init__(self, prepared, world0, worlds, room=0):
        self.prepared, self.world0, self.worlds = prepared, world0, worlds
        self.world = np.arange(world0, world0 + worlds)
        self.people, self.calendar = prepared.people, prepared.calendar
        self.setting, self.scheme = prepared.setting, prepared.scheme
        self.state, self.memory, self.till = _blank(prepared, worlds, room)
        self.month, self.lived_to, self.settled_to = 0, 0, 0
        self._ill_days = 0  # days of the month whose illness has been lived
        self._agenda = np.zeros(prepared.households, np.int64)
        write_script(prepared.seed, world0, self.people, prepared.life, self.state.person)
        self._community = self._community_factors()
        self._set_pace()
        living.begin(world0, prepared.seed, self.people, self.setting, self.state)
        opening.open_mutual(self)

    def live_to(self, now):
        """Let people live and the cash box roll up to a moment (not beyond the month that is open)."""
        if now <= self.lived_to:
            return
        day, first_day = day_of(now), int(self.calendar.first[self.month])
        if self.lived_to <= moment(day, Part.ILLNESS):  # later on a day nobody pays, is born, dies or falls ill
            ill_days = max(day - first_day + (now > moment(day, Part.ILLNESS)), 0)
            stretch = living.Stretch(
                now, self.month, first_day, ill_days > self._ill_days, self.world0, self.prepared.seed
            )
            limits, self._ill_days = self.state.clock + ill_days * self.state.pace, ill_days
            living.live(stretch, limits, self._agenda, self.people, self.setting, self.scheme, self.state, self.memory)
        self.lived_to = now
        end_day = day + (now > moment(day, Part.SETTLEMENT))
        if end_day > self.settled_to:
            cash.settle(self.settled_to, end_day, self.till, self.memory)
            self.settled_to = end_day

    def close_month(self, day):
        """Close the open month and turn to the next."""
        cash.close(
            self.month,
            day,
            self.month % 12 == 11,
            self.people,
            self.setting,
            self.scheme,
            self.state,
            self.till,
            self.memory,
        )
        self.state.clock[:] += self.state.pace * (self.calendar.first[self.month + 1] - self.calendar.first[self.month])
        self.month, self._ill_days = self.month + 1, 0
        if self.month < self.calendar.months:
            self._set_pace()

    def uniform(self, name, entity, index):
        """The first uniform of a process's own decision in each world, shape (worlds,)."""
        columns = [
            uniform_columns(np.array([entity]), np.array([index]), decision(name), np.uint32(world), self.prepared.seed)
            for world in self.world
        ]
        return np.array([column[0, 0] for column in columns])

    def post(self, debit, credit, amount):
        """Move an amount (whole units, not negative; one number, or one per world) between two accounts, by name, now.

        Debiting cash brings money in; crediting suppliers or providers makes a debt that is due at once. Debts and cash
        shrink only as the cash box pays debts on their day: debiting suppliers or providers, and crediting cash, is
        refused with a ValueError, and so are an unknown account and an amount that is not whole or is negative.
        """
        for account in (debit, credit):
            if account not in ledger.ACCOUNTS:
                raise ValueError(f"{account!r} is no account; they are {', '.join(ledger.ACCOUNTS)}")
        if credit == "cash" or debit in cash.CREDITORS:
            raise ValueError(
                "money leaves the cash box only by paying a debt on its day: credit 'suppliers' or 'providers' to spend"
            )
        amounts = np.broadcast_to(np.asarray(amount), (self.worlds,))
        if not np.issubdtype(amounts.dtype, np.integer) or (amounts < 0).any():
            raise ValueError(f"an amount is a whole number of the smallest unit, at least 0, not {amount!r}")
        accounts = ledger.ACCOUNTS.index(debit), ledger.ACCOUNTS.index(credit)
        cash.post_own(*accounts, amounts.astype(np.int64), self.lived_to, self.memory)
        day = day_of(self.lived_to)
        if debit == "cash" and self.settled_to > day:
            self.till.cash[:] += amounts[:, None]
        elif debit == "cash":
            self.memory.paid_in[:, :, day] += amounts[:, None]
        if credit in cash.CREDITORS and self.settled_to < self.calendar.days:
            self.memory.owing[:, :, self.settled_to, cash.CREDITORS.index(credit)] += amounts[:, None]

    def _community_factors(self):
        """What all share in a year, shape (worlds, mutuals, kinds, years)."""
        kinds, years, mutuals = len(self.setting.kind), self.calendar.months // 12, self.till.cash.shape[1]
        factors = np.ones((self.worlds, mutuals, kinds, years))
        entity, year = (a.ravel() for a in np.meshgrid(np.arange(mutuals), np.arange(years), indexing="ij"))
        for k in np.flatnonzero(self.setting.community[:, -1] != 1.0):
            for w, world in enumerate(self.world):
                u = uniform_columns(
                    entity, year, self.setting.kind["illness_community"][k], np.uint32(world), self.prepared.seed
                )[0]
                factors[w, :, k] = self.setting.community[k][(u * GAMMA_CLASSES).astype(np.int64)].reshape(
                    mutuals, years
                )
        return factors

    def _set_pace(self):
        """Set the ticks a day of each clock for the month that begins; births have a clock that reads the day."""
        self.state.pace[:] = np.floor(
            self.setting.pace[:, self.month] * self._community[:, :, :, self.month // 12] + 0.5
        ).astype(np.int64)
        self.state.pace[:, :, self.setting.kind["of_births"]] = 1
        self.state.clock[:, :, self.setting.kind["of_births"]] = self.calendar.first[self.month]


def _blank(prepared, worlds, room):
    """State, memory and till of a batch before anything has happened."""
    rows, homes, kinds = len(prepared.people.row), prepared.households, len(prepared.setting.kind)
    mutuals, months, days = 1, prepared.calendar.months, prepared.calendar.days
    registers = len(ledger.measures(prepared.scenario.kinds))
    of_mutual = (worlds, mutuals)
    state = living.State(
        person=np.zeros((worlds, rows), PERSON),
        home=np.zeros((worlds, homes), living.HOME),
        due=np.full((worlds, kinds, rows), living.NEVER),
        ordinal=np.zeros((worlds, kinds, rows), np.int32),
        clock=np.zeros((worlds, mutuals, kinds), np.int64),
        pace=np.zeros((worlds, mutuals, kinds), np.int64),
    )
    state.home["pays_on"] = state.home["suspended_from"] = living.NEVER
    memory = living.Memory(
        books=np.zeros((*of_mutual, len(ledger.ACCOUNTS)), np.int64),
        registers=np.zeros((*of_mutual, months, registers), np.int64),
        closings=np.zeros((*of_mutual, months, len(ledger.ACCOUNTS)), np.int64),
        log=np.zeros((worlds, room), ledger.ENTRY),
        written=np.zeros(worlds, np.int64),
        paid_in=np.zeros((*of_mutual, days), np.int64),
        owing=np.zeros((*of_mutual, days, 2), np.int64),
    )
    till = cash.Till(
        cash=np.zeros(of_mutual, np.int64),
        overdue=np.zeros(of_mutual, np.int64),
        oldest=np.zeros(of_mutual, np.int64),
        first_late=np.full(of_mutual, -1),
        late_days=np.zeros(of_mutual, np.int64),
        worst=np.full(of_mutual, -rules.NO_LIMIT),
        total=np.zeros((*of_mutual, months), np.int64),
        earned=np.zeros((*of_mutual, months), np.int64),
    )
    return state, memory, till


def live_batch(prepared, world0, worlds, processes=(), room=0):
    """Live a batch of worlds from the start to the horizon, with the scheme's processes and any of the user's;
    returns the batch.
    """
    batch, clock = Batch(prepared, world0, worlds, room), Clock(prepared.calendar)
    for process in (*PROCESSES, *processes):
        clock.start(process, batch)
    clock.run()
    return batch
