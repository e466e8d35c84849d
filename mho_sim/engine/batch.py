"""A batch: many worlds of one scenario under one clock, and what a process may see and do in them."""

from copy import copy

import numpy as np

from mho_sim import ledger, rules
from mho_sim.draws import GAMMA_CLASSES, decision, lognormal_parameters, uniform_columns
from mho_sim.engine import cash, living, opening
from mho_sim.engine.agenda import BOOK, CLOSE, LIVE, SETTLE, Agenda, carry_out
from mho_sim.engine.clock import Calendar, Clock, Part, day_of, moment
from mho_sim.engine.dues import dues_of
from mho_sim.engine.processes import PROCESSES
from mho_sim.engine.slots import slots_for
from mho_sim.engine.state import AGE_GROUPS, BLOCK, BY_HOME, FIFTHS, HOME, NEVER, TOLD, Memory, Start, State
from mho_sim.engine.tables import scheme_tables, setting_of_worlds, setting_tables, zones_of
from mho_sim.engine.unknowns import Numbers
from mho_sim.population import (
    NEVER_DAY,
    PERSON,
    associate,
    birthday,
    life_tables,
    people_of_worlds,
    scale_incomes,
    write_script,
)


class Prepared:
    """What all worlds of a scenario and seed share: calendar, association, tables, dues, opening books."""

    def __init__(self, scenario, seed):
        self.scenario, self.seed, self.marks = scenario, np.uint64(seed), {}
        self.calendar = Calendar(scenario.start, scenario.years)
        self.people = associate(scenario, seed, self.calendar)
        self.life = life_tables(scenario.setting.association, self.calendar)
        self.setting = setting_tables(scenario, self.calendar)
        self.scheme = scheme_tables(scenario, self.calendar, self.people.joins)
        self.dues = dues_of(scenario, self.people.joins, self.calendar)
        self.earning = np.concatenate(self.dues.earning)  # the records of all months, of month m from earning_of[m] on
        self.earning_of = np.cumsum([0, *map(len, self.dues.earning)]).tolist()
        self.start = _start(scenario, self.people, self.setting.birthdays)
        _refuse_collisions(scenario)
        self.opening = opening.opening_of(scenario, self.seed, self.people, self.start, self.scheme, self.calendar)

    def given(self, marks):
        """The same with marks for the setting's unknown numbers that stand in for those drawn, by path: one for all
        worlds, or (worlds,); see `unknowns.Numbers`."""
        other = copy(self)
        other.marks = marks
        return other

    @property
    def households(self):
        """How many households the association has."""
        return len(self.people.first) - 1


def _start(scenario, people, birthdays):
    """Where everyone stands on day 0, the same in all worlds."""
    born = people.row["born"].astype(np.int64)
    band = np.zeros(len(born), np.uint8)
    for years in birthdays:
        band += birthday.py_func(born, years) <= 0
    child = scenario.scheme.contribution.child
    child_band = int(np.flatnonzero(birthdays == child.below)[0]) if child else -1
    children = np.add.reduceat((band <= child_band).astype(np.int64), people.first[:-1])
    return Start(band, np.diff(people.first), children, child_band)


def _refuse_collisions(scenario):
    """Two decisions with one number would share their luck. Raises ValueError, naming them (one chance in 10^6)."""
    whats = ("next", "again", "cost", "marks", "letter", "referral", "chronic", "community")
    names = [f"illness.{kind}.{what}" for kind in scenario.kinds for what in whats]
    names += [*(f"household.{what}" for what in ("size", "status", "sector", "zone", "category", "intake")), "person"]
    names += [
        "frailty",
        "death",
        "birth",
        "birth.kind",
        "contribution.paid",
        "membership.renewed",
        "membership.taken_up",
    ]
    names += ["enterprise.scale", "enterprise.month", *scenario.unknowns]
    known = {}
    for name in names:
        twin = known.setdefault(int(decision(name)), name)
        if twin != name:
            raise ValueError(f"the decisions {twin} and {name} share a number: give one kind of illness another name")


class Batch:
    """Worlds `world0` to `world0 + worlds - 1` of a prepared scenario.

    Processes read `world` (absolute numbers, shape (worlds,)), `people` (columns of the association), `state` (people
    and households of each world), `memory` (books, registers), `till` (the cash box); they draw with `uniform` and
    change the books with `post`, and with nothing else. People are lived lazily, up to the present moment, `now`, when
    somebody looks.
    """

    def __init__(self, prepared, world0, worlds, room=0):
        self.prepared, self.world0, self.worlds = prepared, world0, worlds
        self.world = np.arange(world0, world0 + worlds)
        self.people, self.calendar, self.scheme = prepared.people, prepared.calendar, prepared.scheme
        numbers = Numbers(prepared.scenario, prepared.seed, world0, worlds, prepared.marks)
        self.setting = setting_of_worlds(prepared.setting, prepared.scenario, self.calendar, numbers, self.people)
        self._state, self._memory, self._till = _blank(prepared, worlds, room, *self._people_of_worlds(numbers))
        self.now, self.month, self.lived_to, self.settled_to = 0, 0, 0, 0
        self._ill_days = 0  # days of the month whose illness has been lived
        rows = self._state.person.shape[1]
        self._agenda = Agenda()
        self._slots = slots_for(
            rows, len(self.setting.kind), prepared.households, self._till.cash.shape[1]
        )  # scratch, like the next
        of_people, self._of_homes = np.zeros((2, rows)), np.zeros((2, prepared.households))
        self._set_community()
        self._set_incomes()
        living.begin(world0, prepared.seed, prepared.start, self.people, self.setting, self._state, *of_people)
        opening.take_up(self)
        opening.open_mutual(self)

    @property
    def state(self):
        """People and households now."""
        self.carry_out()
        return self._state

    @property
    def memory(self):
        """Books and registers now."""
        self.carry_out()
        return self._memory

    @property
    def till(self):
        """The cash box now: rolled up to the evening before, and after the settlement to that of the day."""
        self.carry_out()
        return self._till

    def _people_of_worlds(self, numbers):
        """Who is there at the start or born later in each world: `State.person` and `State.first`."""
        prepared, people, worlds = self.prepared, self.people, self.worlds
        births = prepared.scenario.setting.association.births
        share = np.zeros(worlds) if births is None else numbers.of("setting.association.births", births)
        dies = np.empty((worlds, len(people.row)), np.int32)
        born = np.empty((worlds, len(people.place)), np.int32)
        scratch = np.empty((2, max(len(people.row), len(people.place))))
        write_script(prepared.seed, self.world0, people, share, prepared.life, *scratch, dies, born)
        rows = len(people.row) + (born != NEVER_DAY).sum(axis=1).max()
        person, first = np.zeros((worlds, rows), PERSON), np.zeros((worlds, prepared.households + 1), np.int32)
        people_of_worlds(
            prepared.seed, self.world0, people, prepared.life, prepared.start.band, dies, born, first, person
        )
        return person, first

    def carry_out(self):
        """Carry out all that is on the agenda up to now."""
        self._live()
        items = self._agenda.taken()
        if len(items):
            carry_out(
                items,
                self.prepared.earning,
                self.world0,
                self.prepared.seed,
                self._slots,
                self.prepared.start,
                self.people,
                self.setting,
                self.scheme,
                self._state,
                self._till,
                self._memory,
                *self._of_homes,
            )

    def _live(self):
        """Note that people live and the cash box is rolled up to now (not beyond the month that is open)."""
        now = self.now
        if now <= self.lived_to:
            return
        day, first_day = day_of(now), int(self.calendar.first[self.month])
        if self.lived_to <= moment(day, Part.ILLNESS):  # later on a day nobody pays, is born, dies or falls ill
            ill_days = max(day - first_day + (now > moment(day, Part.ILLNESS)), 0)
            self._agenda.note(
                LIVE,
                now,
                month=self.month,
                first=first_day,
                end=int(self.calendar.first[self.month + 1]),
                number=ill_days,
                has_illness=ill_days > self._ill_days,
            )
            self._ill_days = ill_days
        self.lived_to = now
        end_day = day + (now > moment(day, Part.SETTLEMENT))
        if end_day > self.settled_to:
            self._agenda.note(SETTLE, now, first=self.settled_to, end=end_day)
            self.settled_to = end_day

    def note(self, what, day, part, **terms):
        """Note what is to happen when people have lived up to now."""
        self._live()
        self._agenda.note(what, moment(day, part), month=self.month, **terms)

    def book(self, debit, credit, amount, day, part, reason):
        """The scheme's own entry; none of 0."""
        if amount > 0:
            self.note(BOOK, day, part, debit=debit, credit=credit, amount=amount, reason=reason)

    def close_month(self, day):
        """Close the open month and turn to the next."""
        first, end = self.prepared.earning_of[self.month : self.month + 2]
        days = int(self.calendar.first[self.month + 1] - self.calendar.first[self.month])
        self.note(CLOSE, day, Part.CLOSING, first=first, end=end, number=days)
        self.month, self._ill_days = self.month + 1, 0

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
        if credit == "cash" or debit in (*cash.CREDITORS, "members_claims"):
            raise ValueError(
                "money leaves the cash box only by paying a debt on its day: credit 'suppliers' or 'providers' to spend"
            )
        amounts = np.broadcast_to(np.asarray(amount), (self.worlds,))
        if not np.issubdtype(amounts.dtype, np.integer) or (amounts < 0).any():
            raise ValueError(f"an amount is a whole number of the smallest unit, at least 0, not {amount!r}")
        self.carry_out()
        accounts = ledger.ACCOUNTS.index(debit), ledger.ACCOUNTS.index(credit)
        cash.book(*accounts, amounts.astype(np.int64)[:, None], self.lived_to, rules.OWN_PROCESS, self._memory)
        day = day_of(self.lived_to)
        if debit == "cash" and self.settled_to > day:
            self._till.cash[:] += amounts[:, None]
        elif debit == "cash":
            self._memory.paid_in[:, :, day] += amounts[:, None]
        if credit in cash.CREDITORS and self.settled_to < self.calendar.days:
            self._memory.owing[:, :, self.settled_to, cash.CREDITORS.index(credit)] += amounts[:, None]

    def _set_community(self):
        """Set what all share in a year, (worlds, mutuals, kinds, years)."""
        factors = self._state.community
        mutuals, years = factors.shape[1], factors.shape[3]
        entity, year = (a.ravel() for a in np.meshgrid(np.arange(mutuals), np.arange(years), indexing="ij"))
        for k, kind in enumerate(self.setting.kind):
            for w, world in enumerate(self.world):
                row = self.setting.factors[self.setting.of_world["community"][w, k]]
                if row[-1] != 1.0:
                    u = uniform_columns(entity, year, kind["illness_community"], np.uint32(world), self.prepared.seed)
                    factors[w, :, k] = row[(u[0] * GAMMA_CLASSES).astype(np.int64)].reshape(mutuals, years)

    def _set_incomes(self):
        """Set what households live on in each world, and in which fifth they are."""
        enterprises = self.prepared.scenario.setting.enterprises
        if not enterprises:
            return
        spread = [lognormal_parameters(1, e.cv) if e.cv > 0 else (0.0, 0.0) for e in enterprises]
        log_mean, log_sd = (np.array(column) for column in zip(*spread))
        for w, world in enumerate(self.world):
            scale_incomes(
                decision("enterprise.scale"),
                np.uint32(world),
                self.prepared.seed,
                log_mean,
                log_sd,
                self.people.home,
                self.setting.scale[w],
            )
        good = np.array([np.cumsum(e.good_months)[-1] / 12 for e in enterprises])
        bad_income, good_income = self.setting.income[..., 0], self.setting.income[..., 1]
        usual = self.setting.scale * (good * good_income + (1 - good) * bad_income)[:, self.people.home["sector"]]
        rank = np.argsort(np.argsort(usual, axis=1, kind="stable"), axis=1, kind="stable")
        self._state.home["fifth"] = rank * FIFTHS // self.prepared.households


def _blank(prepared, worlds, room, person, first):
    """State, memory and till of a batch before anything has happened."""
    rows, homes, kinds = person.shape[1], prepared.households, len(prepared.setting.kind)
    mutuals, months, days = 1, prepared.calendar.months, prepared.calendar.days
    registers = len(ledger.measures(prepared.scenario.kinds))
    creditors, zones = prepared.scheme.tolerance.shape[1], len(zones_of(prepared.scenario))
    cells = zones * len(prepared.setting.good) * FIFTHS * 2 * AGE_GROUPS
    at_person, at_home = (int(prepared.scheme.benefit[at].max(initial=-1)) + 1 for at in ("at_person", "at_home"))
    keeps_used = (prepared.scheme.person_ceiling < rules.NO_LIMIT).any()
    of_mutual = (worlds, mutuals)
    state = State(
        person=person,
        first=first,
        home=np.zeros((worlds, homes), HOME),
        pays_on=np.full((worlds, homes), NEVER_DAY),
        next_change=np.full((worlds, homes), NEVER_DAY),
        due=np.full((worlds, kinds, rows), NEVER),
        soonest=np.full((worlds, kinds, -(-rows // BLOCK)), NEVER),
        told=np.zeros((worlds, kinds, rows), TOLD),
        spent=np.zeros((worlds, at_person, rows), np.int64),
        used=np.zeros((worlds, rows if keeps_used else 0), np.int64),
        by_home=np.zeros((worlds, homes, at_home), BY_HOME),
        clock=np.zeros((worlds, mutuals, kinds), np.int64),
        pace=np.zeros((worlds, mutuals, kinds), np.int64),
        community=np.ones((worlds, mutuals, kinds, months // 12)),
    )
    state.home["suspended_from"] = state.home["struck_from"] = NEVER_DAY
    state.home["left_on"] = NEVER_DAY
    state.home["joins"] = state.home["cover_from"] = prepared.people.joins[prepared.people.home["group"]]
    memory = Memory(
        books=np.zeros((*of_mutual, len(ledger.ACCOUNTS)), np.int64),
        registers=np.zeros((*of_mutual, months, registers), np.int64),
        whom=np.zeros((*of_mutual, cells, len(ledger.CELL_MEASURES)), np.int64),
        closings=np.zeros((*of_mutual, months, len(ledger.ACCOUNTS)), np.int64),
        log=np.zeros((worlds, room), ledger.ENTRY),
        written=np.zeros(worlds, np.int64),
        paid_in=np.zeros((*of_mutual, days), np.int64),
        owing=np.zeros((*of_mutual, days, creditors), np.int64),
    )
    periods, groups = len(prepared.dues.periods), len(prepared.people.joins)
    till = cash.Till(
        cash=np.zeros(of_mutual, np.int64),
        overdue=np.zeros(of_mutual, np.int64),
        oldest=np.zeros(of_mutual, np.int64),
        first_late=np.full(of_mutual, -1),
        late_days=np.zeros(of_mutual, np.int64),
        worst=np.full(of_mutual, -rules.NO_LIMIT),
        first_stopped=np.full(of_mutual, -1),
        lost=np.full(of_mutual, -1),
        fallen_due=np.zeros(of_mutual, np.int64),
        total=np.zeros((*of_mutual, periods, 2), np.int64),
        earned=np.zeros((*of_mutual, periods, 2), np.int64),
        would=np.zeros((*of_mutual, groups, 2), np.int64),
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
    batch.carry_out()
    return batch
