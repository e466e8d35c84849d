"""The model in its plainest form: one possible future of a mutual, told person by person.

This is a second reading of mho_sim/MODEL.md, independent of the engine and made to be read, not to be fast. The
numbers in brackets, such as [7], are the sections of that page. Every person has one SimPy process for each kind
of illness, every household one for its late payments and one for its renewals; the mutual has one that asks for
contributions, one that looks into the cash box each evening and one that closes each month. Nothing of the package is
used here. What is known before the clock starts is in reference_people.py, chance in reference_numbers.py.

    live(scenario, seed, world)

gives the closings, the entries, the registers and the days on which the mutual could not pay. A test compares
them with the engine's, which must be the same to the last franc.

SimPy's time is the moment of [2]: the day, the part of the day and, inside a part, a place that puts people in order.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from itertools import count
from math import ceil, floor, inf
from typing import NamedTuple

import simpy
from reference_numbers import (
    EVERY_WORLD,
    choice,
    days_of_stay,
    draw,
    exponential,
    gamma_factor,
    half_up,
    left_to_right,
    log,
    lognormal,
    need_from,
    one_over,
)
from reference_people import (
    NEVER,
    Calendar,
    Known,
    add_months,
    ask_who_joins,
    band_value,
    draw_association,
    draw_incomes,
    write_script,
)

DAY, PART = 2**32, 2**28
LATE_PAYMENTS, MEMBERSHIP, NEW_DUES, ILLNESS, SETTLEMENT, ASSEMBLY, CLOSING = range(7)
ACCOUNTS = (
    "cash",
    "receivable",
    "accrued",
    "support_receivable",
    "advances",
    "unearned",
    "deferred_support",
    "providers",
    "members_claims",
    "suppliers",
    "equity",
    "contributions",
    "fees",
    "subsidies",
    "support_in_kind",
    "interest",
    "benefits",
    "commissions",
    "expenses",
    "expenses_in_kind",
    "bad_debts",
)
OUTCOMES = (
    "accepted",
    "over_ceiling",
    "over_days",
    "over_kind_ceiling",
    "over_person_ceiling",
    "over_household_ceiling",
    "not_in_package",
    "not_enrolled",
    "no_coverage",
    "waiting_period",
    "excluded_age",
    "excluded_cause",
    "no_referral",
    "over_events",
    "did_not_seek",
)
REASONS = (
    *OUTCOMES,
    "cash_benefit",
    "joining_fee",
    "state_due",
    "contribution_due",
    "paid_from_advance",
    "paid_on_time",
    "paid_late",
    "reinstated",
    "penalty",
    "commission",
    "left",
    "struck_off",
    "birth",
    "death",
    "opening",
    "interest",
    "support_due",
    "support_received",
    "support_in_kind",
    "running_costs",
    "debt_paid",
    "earned",
    "support_earned",
)
KIND_MEASURES = (*OUTCOMES, "bills", "paid", "days")  # of each month, for each kind
SCHEME_MEASURES = (
    "births",
    "deaths",
    "households_left",
    "members_paid",
    "people",
    "people_covered",
    "households_paid_up",
    "households_late",
    "households_suspended",
)
YEAR_MEASURES = (  # of each household-year, of households with a sector
    "households",
    "income",
    "own_spending",
    "bills",
    "over_10_with",
    "over_25_with",
    "over_10_without",
    "over_25_without",
)
SUPPLIERS, HOUSEHOLDS = "suppliers", "households"


# ---- [6] the kinds of illness ----------------------------------------------------------------------------------------


class Kind:
    """A kind of illness in one world: what the file says, with the numbers that nobody knows as they are here."""

    def __init__(self, name, illness, known):
        path = f"setting.illness.{name}"
        self.name, self.says = name, illness
        self.need = None if illness.use is not None else known.number(f"{path}.need", illness.need)
        self.share = known.number(f"{path}.share", illness.share)
        self.frailty = known.variance(f"{path}.frailty", illness.frailty)
        self.community = known.variance(f"{path}.community", illness.community)
        self.covered = known.number(f"{path}.seeking.covered", illness.seeking.covered)
        ratio = illness.use and illness.use.insured_over_uninsured
        if ratio is None or "seeking" in illness.model_fields_set:
            self.uncovered = known.number(f"{path}.seeking.uncovered", illness.seeking.uncovered)
        else:  # [3] it follows from how many times as often insured people go
            self.uncovered = one_over(known.number(f"{path}.use.insured_over_uninsured", ratio))
        if illness.use is not None:  # [3] those who were counted use what was seen
            used = known.number(f"{path}.use.value", illness.use.value)
            self.need = need_from(used, self.covered if illness.use.of == "insured" else self.uncovered)
        self.referred_from, self.referred_share = None, None
        if illness.referred_from is not None:
            self.referred_from = illness.referred_from.kind
            self.referred_share = known.number(f"{path}.referred_from.share", illness.referred_from.share)
        self.fixed = known.money(f"{path}.cost.fixed", illness.cost.fixed)
        for law in ("lognormal", "exponential", "gamma"):
            parameters = getattr(illness.cost, law)
            if parameters is not None:
                self.law, self.mean = law, known.number(f"{path}.cost.{law}.mean", parameters.mean)
        if illness.cost.lognormal is not None:
            self.cv = known.number(f"{path}.cost.lognormal.cv", illness.cost.lognormal.cv)

    def cost(self, u):
        """The bill of an episode, before prices and inflation."""
        if self.fixed is not None:
            return self.fixed
        if self.says.cost.table is not None:
            return self.says.cost.table[choice(u, [share for _, share in self.says.cost.table])][0]
        if self.law == "lognormal":
            return lognormal(u, self.mean, self.cv)
        if self.law == "exponential":
            return self.mean * -log(1 - u)
        return self.mean * gamma_factor(u, self.says.cost.gamma.cv * self.says.cost.gamma.cv)

    def multiplier(self, person, age):
        """How many times the usual need someone of this age and sex has."""
        table = self.says.by_age_sex
        if table is None:
            return 1.0
        return band_value(table.women if person.woman else table.men, age)

    def seeking(self, is_covered, household, distance):
        """The probability that someone in need seeks care."""
        probability = self.covered if is_covered else self.uncovered
        if distance is None or self.says.seeking.by_distance is None:
            return probability
        first_kilometre = distance[household.zone][0]
        return probability * band_value(self.says.seeking.by_distance, first_kilometre, 1.0)


def illness_clock(kind, calendar, seed, world):
    """The reading, in ticks, of a kind's clock at the beginning of each day and at the horizon."""
    reading, shape = [0], kind.says.season
    for month in range(calendar.months):
        season = 1.0 if shape is None else shape[calendar.of_year(month)] * 12 / left_to_right(shape)
        u = draw(seed, world, 0, f"illness.{kind.name}.community", month // 12)[0]
        factor = gamma_factor(u, kind.community)
        ticks = floor(((1099511627776.0 / (12.0 * calendar.days[month])) * season) * factor + 0.5)
        for _ in range(calendar.days[month]):
            reading.append(reading[-1] + ticks)
    return reading


def distance_to_go(e, hazard):
    """The ticks until a clock has used up an exponential lot e at a hazard per year."""
    return min(max(floor(min(e / hazard * 2**40 + 0.5, 2.0**60)), 1), 2**60)


def rescaled(ticks, ratio):
    """What remains of a distance when the hazard changes: ratio is the old one to the new."""
    return min(max(floor(ticks * ratio + 0.5), 1), 2**60)


class Decision(NamedTuple):
    """How a mutual decides on a bill."""

    reason: str
    refused: bool
    paid: int = 0  # towards the bill
    days: int = 0  # of the stay that are paid for


# ---- [7] groups and their periods ------------------------------------------------------------------------------------


class Period:
    """A period of contributions of one group, from its first day to the day before `ends`."""

    def __init__(self, begins, ends, months, in_advance):
        self.begins, self.ends = begins, ends
        self.months = months  # None: counted in days
        self.due_day = begins if in_advance else ends
        self.total = self.state_total = None  # once it has fallen due
        self.earned, self.state_earned, self.done = 0, 0, False

    def elapsed(self, today, calendar):
        """What has gone by of the period at the end of a day, and the whole, in the same unit."""
        if self.months is None:
            length, elapsed = self.ends - self.begins, today + 1 - self.begins
        else:
            k = 0
            while calendar.months_after(k + 1, self.begins) <= today + 1:
                k += 1
            this_month, next_month = (calendar.months_after(n, self.begins) for n in (k, k + 1))
            length = self.months * (next_month - this_month)
            elapsed = k * (next_month - this_month) + (today + 1 - this_month)
        return min(elapsed, length), length


class Group:
    """The households of one intake, and their periods."""

    def __init__(self, joins, households, contribution, calendar):
        self.joins, self.households, self.periods = joins, households, []
        in_advance, begins = contribution.timing == "in-advance", joins
        while begins < calendar.horizon:
            ends, months = next_period(contribution.every, begins, calendar)
            self.periods.append(Period(begins, ends, months, in_advance))
            begins = ends


def next_period(every, begins, calendar, step=1):
    """The first day of the next period (step -1: of the one before), and the months between; None if it has days."""
    days = {"day": 1, "week": 7}.get(every) if isinstance(every, str) else getattr(every, "days", None)
    if days is not None:
        return begins + step * days, None
    months = {"month": 1, "quarter": 3, "year": 12}.get(every) if isinstance(every, str) else None
    if months is None:  # named months
        months = 1
        while add_months(calendar.date(begins), step * months).month not in every:
            months += 1
    return calendar.months_after(step * months, begins), months


# ---- one world -------------------------------------------------------------------------------------------------------


class World:
    """One possible future: the clock, the people, the books, and everything that happens."""

    def __init__(self, scenario, seed, world):
        self.scenario, self.setting, self.scheme = scenario, scenario.setting, scenario.scheme
        self.association = self.setting.association
        self.seed, self.world, self.env = seed, world, simpy.Environment()
        self.calendar = Calendar(scenario.start, scenario.years)
        self.known = Known(scenario, seed, world)
        self.households = draw_association(scenario, seed, self.calendar)
        self.people = [person for household in self.households for person in household.people]
        write_script(self.association, self.households, self.calendar, self.known, seed, world)
        if self.setting.enterprises:
            draw_incomes(self.setting, self.households, self.calendar, self.known, seed, world)
        ask_who_joins(self.setting.take_up, self.households, self.known, seed, world)
        illness = self.setting.illness
        self.kinds = {name: Kind(name, illness[name], self.known) for name in sorted(illness)}
        self.clocks = {
            name: illness_clock(kind, self.calendar, seed, world)
            for name, kind in self.kinds.items()
            if kind.need is not None
        }
        self.inflation = self.price_index(
            self.known.number("setting.inflation.medical", self.setting.inflation.medical)
        )
        self.paying = self.known_paying()
        self.groups = self.form_groups()
        self.support_days = [self.days_of(line) for line in self.scheme.support]
        self.cost_days = [self.days_of(line) for line in self.scheme.expenses.dated]
        self.providers = list(self.setting.providers) or [None]  # one without a name, where none is named
        self.creditors = [SUPPLIERS, *(("provider", name) for name in self.providers), HOUSEHOLDS]
        self.debts = Counter()  # by (due day, rank of the creditor)
        self.books = dict.fromkeys(ACCOUNTS, 0)
        self.entries, self.closings, self.late_days, self.worst = [], [], [], -inf
        self.first_stopped, self.month_lost = {}, -1
        self.cash_last_evening, self.fallen_due = 0, 0
        self.registers = [self.empty_register() for _ in range(self.calendar.months)]
        self.years = [dict.fromkeys(YEAR_MEASURES, 0) for _ in range(self.calendar.years)]
        self.by_whom = defaultdict(Counter)
        self.own_spending = [[0] * len(self.households) for _ in range(self.calendar.years)]
        self.bills = [[0] * len(self.households) for _ in range(self.calendar.years)]

    def price_index(self, inflation):
        """By month of the horizon: how many times dearer bills are than at the start."""
        months = range(self.calendar.months)
        return [math.exp(m / 12 * math.log(1 + inflation)) if inflation != 0 else 1.0 for m in months]  # set up

    def known_paying(self):
        """On time, on time in a bad month, never, mean days late, and the probability to renew."""
        known, paying, renewing = self.known, self.setting.paying, self.setting.renewing
        fields = ("on_time", "on_time_bad_month", "never", "mean_days_late")
        found = {field: known.number(f"setting.paying.{field}", paying and getattr(paying, field)) for field in fields}
        found["renews"] = known.number("setting.renewing.probability", renewing and renewing.probability)
        return found

    def form_groups(self):
        by_day = defaultdict(list)
        for household in self.households:
            by_day[household.joins].append(household)
        contribution = self.scheme.contribution
        return [Group(joins, by_day[joins], contribution, self.calendar) for joins in sorted(by_day)]

    def run(self):
        """Live from the first day to the horizon."""
        processes = [self.open_books(), self.collect_contributions(), self.keep_cash_box(), self.close_months()]
        for household in self.households:
            processes += [self.pay_late(household), self.renew(household)]
        for person in self.people:
            if person.born != NEVER:
                processes.append(self.come_and_go(person))
                processes += [self.suffer(person, kind) for kind in self.kinds.values()]
                if person.mother is not None:
                    processes.append(self.deliver(person))
        for process in processes:
            self.env.process(process)
        self.env.run(until=self.calendar.horizon * DAY)

    def until(self, day, part, place=0):
        """Wait for a moment."""
        return self.env.timeout(day * DAY + part * PART + place - self.env.now)

    @property
    def today(self):
        return self.env.now // DAY

    @property
    def month(self):
        return self.calendar.month(self.today)

    @property
    def year(self):
        return self.calendar.year(self.today)

    def draw(self, entity, decision, index=0):
        return draw(self.seed, self.world, entity, decision, index)

    # [9] what is remembered

    def empty_register(self):
        words = [(kind, word) for kind in self.kinds for word in KIND_MEASURES]
        return dict.fromkeys([*words, *SCHEME_MEASURES], 0)

    def count(self, what, amount=1):
        self.registers[self.month][what] += amount

    def cell(self, person):
        """To whom it happens: zone, sector, fifth, sex and age today."""
        household, sectors = person.household, max(len(self.setting.enterprises), 1)
        age_band = bisect_right((5, 15, 50), person.age(self.today))
        return ((household.zone * sectors + household.sector) * 5 + household.fifth) * 8 + person.woman * 4 + age_band

    def post(self, reason, debit, credit, amount, household=-1, person=-1, kind=None):
        """Move an amount between two accounts and write it down."""
        self.books[debit] += amount
        self.books[credit] -= amount
        moment = self.env.now // PART * PART
        self.entries.append((moment, household, person, kind, reason, debit, credit, amount))

    # [5] births and deaths

    def come_and_go(self, person):
        """Someone's birth, if it lies ahead, and death."""
        for reason, day in [("birth", person.born), ("death", person.dies)]:
            if 0 <= day < self.calendar.horizon:
                yield self.until(day, MEMBERSHIP, 1 + person.entity)
                self.count(reason + "s")
                self.post(reason, "cash", "cash", 0, person.household.number, person.ordinal)

    # [6] illness

    def on_day_of_illness(self, day, person, kind):
        """Wait for someone's turn on a day: by household, person, kind."""
        place = person.entity * len(self.kinds) + list(self.kinds).index(kind.name)
        return self.until(day, ILLNESS, place)

    def suffer(self, person, kind):
        """Someone's episodes of one kind; those of births are told by the child."""
        if kind.need is not None:
            return self.fall_ill(person, kind)
        if kind.says.chronic is not None:
            return self.live_with(person, kind)
        if kind.referred_from is not None:
            return self.be_referred(person, kind)
        return self.be_buried(person, kind)

    def fall_ill(self, person, kind):
        """Someone's episodes of one kind, and the birthdays that may change how fast they come."""
        clock, begins = self.clocks[kind.name], max(person.born, 0)
        frailty = gamma_factor(self.draw(person.entity, "frailty")[0], kind.frailty)
        need = kind.need * self.sector_multiplier(person.household, kind)
        age, episodes = person.age(begins), 0
        multiplier = kind.multiplier(person, age)
        due = self.due(person, f"illness.{kind.name}.next", 0, clock[begins], need * multiplier * frailty)
        while True:
            day = bisect_left(clock, due) - 1  # the first at whose end the clock reads due
            birthday = person.birthday(age + 1)
            if min(day, birthday) >= min(person.dies, self.calendar.horizon):
                return
            if birthday <= day:
                yield self.until(birthday, MEMBERSHIP)
                age += 1
                old, multiplier = multiplier, kind.multiplier(person, age)
                hazards = need * old * frailty, need * multiplier * frailty
                if multiplier != old and 0 in hazards:
                    due = self.due(person, f"illness.{kind.name}.again", birthday, clock[birthday], hazards[1])
                elif multiplier != old:
                    due = clock[birthday] + rescaled(due - clock[birthday], old / multiplier)
            else:
                yield self.on_day_of_illness(day, person, kind)
                episodes += 1
                self.have_episode(person, kind, episodes)
                due = self.due(person, f"illness.{kind.name}.next", episodes, due, need * multiplier * frailty)

    def sector_multiplier(self, household, kind):
        """How many times the usual need those have who live on this household's enterprise."""
        if not self.setting.enterprises or kind.says.by_sector is None:
            return 1.0
        return kind.says.by_sector.get(self.setting.enterprises[household.sector].sector, 1.0)

    def due(self, person, decision, index, reading, hazard):
        """The reading of the clock at which someone's next episode is due, counted from a reading."""
        if hazard == 0:
            return NEVER
        return reading + distance_to_go(exponential(self.draw(person.entity, decision, index)[0]), hazard)

    def deliver(self, child):
        """A mother's episode on the day her child is born."""
        kind = self.kind_of_birth(child)
        if kind is not None:
            yield self.on_day_of_illness(child.born, child.mother, kind)
            self.have_episode(child.mother, kind, child.birth_year + 1)

    def kind_of_birth(self, child):
        """Which of the kinds of births a birth is, or None."""
        u, cumulative = self.draw(child.entity, "birth.kind")[0], 0.0
        kinds = [kind for kind in self.kinds.values() if kind.says.rate == "births"]
        for kind in kinds:
            if kind.share is not None:
                cumulative += kind.share
                if cumulative > u:
                    return kind
        return next((kind for kind in kinds if kind.share is None), None)

    def be_buried(self, person, kind):
        """The episode on the day of someone's death."""
        if kind.says.rate == "deaths" and person.dies < self.calendar.horizon:
            yield self.on_day_of_illness(person.dies, person, kind)
            self.have_episode(person, kind, 1)

    def live_with(self, person, kind):
        """Someone's monthly episodes of an illness that does not go away."""
        u, when = self.draw(person.entity, f"illness.{kind.name}.chronic")
        if not person.there_at_start or u >= band_value(kind.says.chronic, person.age(0)):
            return
        for month in range(self.calendar.months):
            day = self.calendar.first[month] + floor(28 * when)
            if person.alive(day):
                yield self.on_day_of_illness(day, person, kind)
                self.have_episode(person, kind, month + 1)

    def be_referred(self, person, kind):
        """Someone's episodes of one kind, each the day after care for another."""
        for episode in count(1):
            person.referred[kind.name] = self.env.event()
            yield person.referred[kind.name]
            tomorrow = self.today + 1
            if not person.alive(tomorrow):
                return
            yield self.on_day_of_illness(tomorrow, person, kind)
            self.have_episode(person, kind, episode)

    def refer(self, person, kind, n):
        """Who seeks care for a kind may be referred to others."""
        for other in self.kinds.values():
            if other.referred_from == kind.name:
                u = self.draw(person.entity, f"illness.{other.name}.referral", n)[0]
                if u < other.referred_share and not person.referred[other.name].triggered:
                    person.referred[other.name].succeed()

    def have_episode(self, person, kind, n):
        """The n-th episode of need: sought or not, covered or not, paid or not."""
        household = person.household
        measures = self.by_whom[self.cell(person)] if household.enrolled(self.today) else Counter()
        measures["episodes"] += 1
        uncovered = self.why_not_covered(person, kind)
        chance = kind.seeking(uncovered is None, household, self.association.distance)
        if self.draw(person.entity, f"illness.{kind.name}.next", n)[1] >= chance:
            self.count((kind.name, "did_not_seek"))
            self.post("did_not_seek", "benefits", "providers", 0, household.number, person.ordinal, kind.name)
            return
        self.refer(person, kind, n)
        provider, cause, days, bill = self.visit(person, kind, n)
        decision = self.decide(person, kind, n, uncovered, provider, cause, days, bill)
        cash = 0 if decision.refused else decision.days * self.scheme.benefits[kind.name].cash_per_day
        paid = decision.paid + cash
        self.pay_benefit(person, kind, provider, decision, cash)
        for measure, amount in [(decision.reason, 1), ("bills", bill), ("paid", paid), ("days", days)]:
            self.count((kind.name, measure), amount)
        for measure, amount in [("sought", 1), ("refused", decision.refused), ("bills", bill), ("paid", paid)]:
            measures[measure] += amount
        self.own_spending[self.year][household.number] += max(bill - paid, 0)
        self.bills[self.year][household.number] += bill

    def why_not_covered(self, person, kind):
        """The first reason why someone is not covered for a kind today, or None."""
        household = person.household
        if not household.enrolled(self.today):
            return "not_enrolled"
        if kind.name not in self.scheme.benefits:
            return "not_in_package"
        if household.suspended(self.today):
            return "no_coverage"
        if not (self.has_waited(household, kind) or self.newborn_has_waited(person)):
            return "waiting_period"
        excluded, age = self.scheme.benefits[kind.name].excluded_ages or (), person.age(self.today)
        if any(first <= age and (last is None or age <= last) for first, last in excluded):
            return "excluded_age"
        return None

    def has_waited(self, household, kind):
        """Whether a household's waiting period for a kind is over."""
        waiting = self.scheme.membership.waiting
        usual = waiting.get("emergency", waiting.get("default")) if kind.says.emergency else waiting.get("default")
        wait = waiting.get(kind.name, usual)
        if wait is None or household.cover_from is None:
            return True
        return self.today >= self.calendar.after(wait, household.cover_from)

    def newborn_has_waited(self, person):
        """Whether someone was born in membership and has waited as long as those must."""
        wait = self.scheme.membership.waiting.get("newborn")
        if wait is None or person.born < max(person.household.joins, 0):
            return False
        return self.today >= self.calendar.after(wait, person.born)

    def visit(self, person, kind, n):
        """Where care is sought, for what, how many days it takes and what the bill is."""
        where, what = self.draw(person.entity, f"illness.{kind.name}.marks", n)
        how_dear, how_long = self.draw(person.entity, f"illness.{kind.name}.cost", n)
        provider = cause = None
        if kind.says.at is not None:
            provider = list(kind.says.at)[choice(where, list(kind.says.at.values()))]
        if kind.says.causes is not None:
            cause = list(kind.says.causes)[choice(what, list(kind.says.causes.values()))]
        days = 0 if kind.says.days is None else days_of_stay(how_long, kind.says.days)
        prices = 1.0 if provider is None else self.setting.providers[provider].prices
        bill = min(floor((kind.cost(how_dear) * prices) * self.inflation[self.month] + 0.5), 10**12)
        return provider, cause, days, bill

    def decide(self, person, kind, n, uncovered, provider, cause, days, bill):
        """Whether the mutual pays for care that was sought, what, and the reason."""
        if uncovered is not None:
            return Decision(uncovered, refused=True)
        benefit, household, year = self.scheme.benefits[kind.name], person.household, self.year
        if cause in (benefit.excluded_causes or ()):
            return Decision("excluded_cause", refused=True)
        if benefit.referral == "required" and not self.has_letter(person, kind, n):
            return Decision("no_referral", refused=True)
        episodes, stays = ("episodes", kind.name, year), ("days", kind.name, year)
        most = self.most_episodes_of_household(benefit.events_per_household_year, household)
        if person.had[episodes] >= at_most(benefit.events_per_person_year) or household.had[episodes] >= most:
            return Decision("over_events", refused=True)
        days_left = at_most(benefit.days_per_person_year) - person.had[stays]
        if days_left <= 0:
            return Decision("over_days", refused=True)
        days_paid = min(days, days_left)
        amount, reason = self.benefit_for(kind, provider, bill, days, days_paid)
        amount, reason = self.limit_for_year(person, kind, amount, reason)
        person.had[episodes] += 1
        household.had[episodes] += 1
        person.had[stays] += days_paid
        return Decision(reason, refused=False, paid=amount, days=days_paid)

    def has_letter(self, person, kind, n):
        """Whether someone comes with a letter of referral, or needs none."""
        if kind.says.emergency or kind.need is None:
            return True
        return self.draw(person.entity, f"illness.{kind.name}.letter", n)[0] < kind.says.letter

    def most_episodes_of_household(self, limit, household):
        """How many episodes of a kind are paid for in a year: of everyone together, or by people in the household."""
        if isinstance(limit, tuple):
            limit = band_value(limit, len(household.alive(self.today)), None)
        return at_most(limit)

    def benefit_for(self, kind, provider, bill, days, days_paid):
        """What is paid of a bill before the limits of the year, and the reason."""
        benefit = self.scheme.benefits[kind.name]
        if benefit.lump_sum is not None:
            return benefit.lump_sum, "accepted"
        amount, reason = half_up(bill, kind.says.cost.covered_share), "accepted"
        if days_paid < days:
            amount, reason = amount * days_paid // days, "over_days"
        for step in benefit.order:
            if step == "deductible":
                amount = max(amount - benefit.deductible, 0)
            elif step == "copay":
                amount -= half_up(amount, self.of_class(benefit.copay, provider))
                amount = max(amount - self.of_class(benefit.copay_fixed, provider), 0)
            elif amount > at_most(benefit.ceiling_per_event):
                amount, reason = benefit.ceiling_per_event, "over_ceiling"
        return amount, reason

    def of_class(self, rule, provider):
        """A rule that may differ by the provider's class."""
        return rule[self.setting.providers[provider].class_] if isinstance(rule, dict) else rule

    def limit_for_year(self, person, kind, amount, reason):
        """At most what the year's limits leave, and the reason; what is paid counts against all of them."""
        benefit, household = self.scheme.benefits[kind.name], person.household
        of_kind, of_all = ("paid", kind.name, self.year), ("paid", self.year)
        limits = [
            (benefit.ceiling_per_person_year, person, of_kind, "over_kind_ceiling"),
            (benefit.ceiling_per_household_year, household, of_kind, "over_kind_ceiling"),
            (self.scheme.ceiling_per_person_year, person, of_all, "over_person_ceiling"),
            (self.scheme.ceiling_per_household_year, household, of_all, "over_household_ceiling"),
        ]
        for ceiling, whose, what, cut in limits:
            left = at_most(ceiling) - whose.had[what]
            if amount > left:
                amount, reason = left, cut
        for _, whose, what, _ in limits:
            whose.had[what] += amount
        return amount, reason

    def pay_benefit(self, person, kind, provider, decision, cash):
        """The entries of an episode for which care was sought, and the mutual's debts."""
        who = person.household.number, person.ordinal, kind.name
        if decision.refused:
            self.post(decision.reason, "benefits", "providers", 0, *who)
            return
        paid_to = self.scheme.benefits[kind.name].paid_to
        if paid_to is None:
            paid_to = "household" if self.scheme.providers.payment == "reimbursement" else "provider"
        if paid_to == "household":
            account, creditor = "members_claims", HOUSEHOLDS
        else:
            account, creditor = "providers", ("provider", self.providers[0] if provider is None else provider)
        self.post(decision.reason, "benefits", account, decision.paid, *who)
        self.owe(self.invoice_due(), creditor, decision.paid)
        if cash > 0:
            self.post("cash_benefit", "benefits", "members_claims", cash, *who)
            self.owe(self.invoice_due(), HOUSEHOLDS, cash)

    def invoice_due(self):
        """The day on which the invoice for today's care falls due."""
        invoiced = {
            "on-the-day": self.today,
            "monthly": self.calendar.last_day(self.month),
            "yearly": self.calendar.last_day_of_year(self.year),
        }[self.scheme.providers.invoice]
        return self.calendar.after(self.scheme.providers.pay_within, invoiced)

    # [7] contributions and cover

    def contribution(self, household, people, day):
        """What falls due from a household with these people on a day."""
        rule, n = self.scheme.contribution, len(people)
        if n == 0:
            return 0
        beyond, extra = (inf, 0) if rule.extra_person is None else (rule.extra_person.beyond, rule.extra_person.amount)
        if rule.by_size is not None:
            of_size = band_value(rule.by_size, n, rule.by_size[-1][2])
            shares = of_size * min(n, beyond) if rule.per == "beneficiary" else of_size
            amount = shares + max(n - beyond, 0) * extra
        elif rule.per == "beneficiary":
            children = 0 if rule.child is None else sum(person.age(day) < rule.child.below for person in people)
            amount = (n - children) * rule.amount + (children * rule.child.amount if children else 0)
        else:
            amount = rule.amount
        return half_up(max(amount, rule.minimum), rule.by_category.get(household.category, 1.0))

    def state_share(self, household, people):
        """What the State adds to a household's contribution."""
        state = self.scheme.contribution.state
        if state is None or (state.categories is not None and household.category not in state.categories):
            return 0
        return len(people) * state.per_beneficiary

    def asked(self, group):
        """The households of a group that are asked for a contribution today, with those who are alive in them."""
        for household in group.households:
            people = household.alive(self.today)
            if household.enrolled(self.today) and people:
                yield household, people

    def collect_contributions(self):
        """Ask each group for its joining fee and for each period's contribution on its due day."""
        days = {group.joins for group in self.groups}
        days |= {period.due_day for group in self.groups for period in group.periods}
        for day in sorted(days):
            if day >= self.calendar.horizon:
                return
            yield self.until(day, NEW_DUES)
            for group in self.groups:
                if group.joins == day:
                    self.ask_joining_fee(group)
                for period in group.periods:
                    if period.due_day == day:
                        self.ask_all(group, period)

    def ask_joining_fee(self, group):
        """Who joins pays a fee; the members of an existing mutual have joined before."""
        fee = self.scheme.contribution.joining_fee
        if fee > 0 and self.scenario.start_from is None:
            for household, _ in self.asked(group):
                self.post("joining_fee", "cash", "fees", fee, household.number)

    def ask_all(self, group, period):
        """A period's contribution falls due."""
        period.total = period.state_total = 0
        credit = "unearned" if self.scheme.contribution.timing == "in-advance" else "accrued"
        for household, people in self.asked(group):
            state_share, amount = self.state_share(household, people), self.contribution(household, people, self.today)
            if state_share > 0:
                self.post("state_due", "support_receivable", "deferred_support", state_share, household.number)
            if amount > 0:
                self.post("contribution_due", "receivable", credit, amount, household.number)
                self.ask(household, amount)
            period.total += amount
            period.state_total += state_share
        self.fallen_due += period.total
        if period.state_total > 0:
            self.receive_support(period.state_total, self.scheme.contribution.state.late)

    def ask(self, household, amount):
        """A household pays what falls due from what it paid ahead, on time, or later."""
        ahead = min(amount, household.paid_ahead)
        if ahead > 0:
            household.paid_ahead -= ahead
            self.post("paid_from_advance", "advances", "receivable", ahead, household.number)
        rest = amount - ahead
        if rest > 0:
            days = self.days_late(household)
            if days == 0 and household.owes == 0:
                self.receive("paid_on_time", household, rest)
            else:
                self.fall_behind(household, rest, self.today, min(self.today + days, NEVER))

    def receive(self, reason, household, amount):
        """A household pays what it owes; the collector keeps nothing, but sends a bill."""
        self.post(reason, "cash", "receivable", amount, household.number)
        self.count("members_paid", amount)
        commission = half_up(amount, self.scheme.contribution.collector)
        if commission > 0:
            self.post("commission", "commissions", "suppliers", commission, household.number)
            self.owe(self.today, SUPPLIERS, commission)

    def days_late(self, household):
        """How many days late a household pays what falls due today; NEVER is possible."""
        if self.setting.paying is None:
            return 0
        u, q = self.draw(household.entity, "contribution.paid", self.today)[0], self.paying["on_time"]
        if household.income and not household.good_months[self.month] and self.paying["on_time_bad_month"] is not None:
            q = self.paying["on_time_bad_month"]
        if u < q:
            return 0
        never = self.paying["never"]
        if u >= 1 - never * (1 - q):
            return NEVER
        v = q + (u - q) / (1 - never)
        return min(max(ceil(-self.paying["mean_days_late"] * log((1 - v) / (1 - q))), 1), 2**30)

    def fall_behind(self, household, amount, due_day, pays_on):
        """A household owes from a due day and will pay on another, or on a later one that it had in view."""
        if household.owes == 0:
            rule = self.scheme.contribution
            household.suspended_from = self.calendar.after(rule.grace, due_day)
            household.struck_off_from = NEVER
            if rule.struck_off is not None:
                household.struck_off_from = self.calendar.after(rule.struck_off, due_day)
            household.pays_on = pays_on
            household.falls_behind.succeed()
        household.owes += amount
        household.pays_on = max(household.pays_on, pays_on)

    def pay_late(self, household):
        """A household's late payments: each time all that it owes at once."""
        while True:
            household.falls_behind = self.env.event()
            yield household.falls_behind
            while household.pays_on > self.today:  # it may be put off while waiting
                yield self.until(household.pays_on, LATE_PAYMENTS)
            if household.owes == 0:  # it was struck off
                continue
            owed, household.owes = household.owes, 0
            if self.today > household.suspended_from:
                household.cover_from = self.today
                self.receive("reinstated", household, owed)
                if self.scheme.contribution.penalty > 0:
                    self.post("penalty", "cash", "fees", self.scheme.contribution.penalty, household.number)
            else:
                self.receive("paid_late", household, owed)

    def renew(self, household):
        """At the end of each year of membership a household decides whether it stays."""
        part = MEMBERSHIP if self.scheme.contribution.timing == "in-advance" else NEW_DUES
        if self.setting.renewing is None or not household.takes_up:
            return
        for year in count(1):
            day = self.calendar.months_after(12 * year, household.joins)
            if day >= self.calendar.horizon:
                return
            yield self.until(day, part, 0 if part == MEMBERSHIP else 1)  # after the dues
            if household.has_left:
                return
            if self.draw(household.entity, "membership.renewed", day)[0] >= self.paying["renews"]:
                self.leave(household, "left", "cash", "cash", 0)

    def leave(self, household, reason, debit, credit, amount):
        household.has_left = True
        self.count("households_left")
        self.post(reason, debit, credit, amount, household.number)

    # [8] money

    def open_books(self):
        """The opening entries of the first day."""
        yield self.until(0, LATE_PAYMENTS)
        books = self.scenario.start_from
        if books is None:
            self.post_opening("cash", "equity", self.scheme.reserve.opening)
            return
        self.sort_members(books)
        self.post_opening("cash", "equity", books.cash)
        self.post_opening("receivable", "equity", sum(household.owes for household in self.households))
        self.post_opening("equity", "advances", books.paid_in_advance)
        for first, last, amount in books.owed_to_providers:
            self.post_opening("equity", "providers", amount)
            due = self.calendar.after(self.scheme.providers.pay_within, 0) - (first + last) // 2
            self.owe(max(due, 0), ("provider", self.providers[0]), amount)

    def post_opening(self, debit, credit, amount):
        if amount > 0:
            self.post("opening", debit, credit, amount)

    def sort_members(self, books):
        """Which households have paid, some of them ahead, which are late and which are still waiting."""

        def lot(household):
            return draw(self.seed, EVERY_WORLD, household.entity, "household.status")[0], household.number

        households, paid_up, late = sorted(self.households, key=lot), books.members.paid_up, books.members.late
        for position, household in enumerate(households[:paid_up]):
            household.cover_from = None
            household.paid_ahead = books.paid_in_advance // paid_up + (position < books.paid_in_advance % paid_up)
        for position, household in enumerate(households[paid_up : paid_up + late]):
            household.cover_from = None
            if books.owed_by_members is None:
                there = [person for person in household.people if person.there_at_start]
                amount = self.contribution(household, there, 0)
            else:
                amount = books.owed_by_members // late + (position < books.owed_by_members % late)
            self.begin_late(household, amount)

    def begin_late(self, household, amount):
        """A household owes an amount since the first day of the period before the start."""
        due_day, _ = next_period(self.scheme.contribution.every, 0, self.calendar, step=-1)
        mean = self.paying["mean_days_late"] or 0
        u = self.draw(household.entity, "contribution.paid", due_day)[0]
        pays_on = min(max(ceil(-mean * log(1 - u)), 1), 2**30)
        if amount > 0:
            self.fall_behind(household, amount, due_day, pays_on)

    def owe(self, due_day, creditor, amount):
        """The mutual will have to pay an amount on a day."""
        if amount > 0:
            self.debts[due_day, self.creditors.index(creditor)] += amount

    def keep_cash_box(self):
        """Every evening: interest, support, running costs; then pay what has fallen due, as far as the cash goes."""
        for day in range(self.calendar.horizon):
            yield self.until(day, SETTLEMENT)
            self.earn_interest()
            self.ask_for_support()
            self.book_running_costs()
            self.settle_debts()
            self.cash_last_evening = self.books["cash"]

    def ends_month(self):
        return self.today == self.calendar.last_day(self.month)

    def ends_year(self):
        return self.today == self.calendar.last_day_of_year(self.year)

    def earn_interest(self):
        """Interest on what was in the box the evening before."""
        bank = self.setting.bank
        if bank is not None and (self.ends_month() if bank.every == "month" else self.ends_year()):
            amount = floor(self.cash_last_evening * bank.interest + 0.5)
            if amount > 0:
                self.post("interest", "cash", "interest", amount)

    def ask_for_support(self):
        """Support that is due from outside today."""
        for line, days in zip(self.scheme.support, self.support_days):
            if line.amount > 0 and self.today in days:
                if line.in_kind:
                    self.post("support_in_kind", "expenses_in_kind", "support_in_kind", line.amount)
                else:
                    self.post("support_due", "support_receivable", "subsidies", line.amount)
                    self.receive_support(line.amount, line.late)

    def days_of(self, line):
        """The days within the horizon on which a support, or a cost with dates of its own, is due."""
        begins = self.calendar.start if line.from_ is None else line.from_
        until = self.calendar.horizon if line.until is None else self.calendar.number(line.until)
        if line.every == "once":
            return [self.calendar.number(begins)]
        days, months = [], {"month": 1, "year": 12}[line.every]
        for n in count():
            day = self.calendar.number(add_months(begins, n * months))
            if day >= min(until, self.calendar.horizon):
                return days
            days.append(day)

    def receive_support(self, amount, late):
        """Support that is due arrives, today or later."""
        arrives = self.calendar.after(late, self.today)
        if arrives == self.today:
            self.post("support_received", "cash", "support_receivable", amount)
        elif arrives < self.calendar.horizon:
            self.env.process(self.receive_support_on(arrives, amount))

    def receive_support_on(self, day, amount):
        yield self.until(day, LATE_PAYMENTS)
        self.post("support_received", "cash", "support_receivable", amount)

    def book_running_costs(self):
        """The running costs of today, due today."""
        rule, costs = self.scheme.expenses, []
        if self.today == 0:
            costs.append(rule.once)
        costs += [line.amount for line, days in zip(rule.dated, self.cost_days) if self.today in days]
        for group in self.groups:
            if self.today == group.joins and self.scenario.start_from is None:
                costs.append(rule.per_card * len(list(self.asked(group))))
        if self.ends_month():
            people = sum(len(people) for group in self.groups for _, people in self.asked(group))
            costs.append(rule.per_month)
            costs.append((people * rule.per_beneficiary_year + 6) // 12)
            costs.append(half_up(self.registers[self.month]["members_paid"], rule.share_of_contributions))
        for amount in costs:
            if amount > 0:
                self.post("running_costs", "expenses", "suppliers", amount)
                self.owe(self.today, SUPPLIERS, amount)

    def settle_debts(self):
        """Pay what has fallen due, oldest first, as far as the cash goes."""
        for debt in self.overdue():
            self.pay(debt, min(self.debts[debt], self.books["cash"]))
        unpaid = self.overdue()
        owed = sum(self.debts[debt] for debt in unpaid)
        if owed > 0:
            self.late_days.append(self.today)
        self.worst = max(self.worst, owed - self.books["cash"])
        for due_day, creditor in unpaid:
            self.tolerate(self.creditors[creditor], self.today - due_day)

    def overdue(self):
        """The debts that have fallen due and are not paid, oldest first, and of a day in the order of the creditors."""
        return sorted(debt for debt, amount in self.debts.items() if debt[0] <= self.today and amount > 0)

    def pay(self, debt, amount):
        """Pay an amount of a debt."""
        if amount > 0:
            creditor = self.creditors[debt[1]]
            account = {SUPPLIERS: "suppliers", HOUSEHOLDS: "members_claims"}.get(creditor, "providers")
            self.post("debt_paid", account, "cash", amount)
            self.debts[debt] -= amount

    def tolerate(self, creditor, days_owed):
        """A provider that is owed for longer than it tolerates stops."""
        if creditor in (SUPPLIERS, HOUSEHOLDS) or creditor[1] is None:
            return
        name = creditor[1]
        patience = self.setting.providers[name].stops_when_owed
        if patience is not None and days_owed >= self.calendar.after(patience, 0):
            self.first_stopped.setdefault(name, self.today)

    # [8] and [9] closings

    def close_months(self):
        """The last thing on the last day of each month: who is struck off, what is earned, how things stand."""
        for month in range(self.calendar.months):
            yield self.until(self.calendar.last_day(month), CLOSING)
            self.strike_off()
            for group in self.groups:
                for period in group.periods:
                    if period.begins <= self.today and not period.done:
                        self.earn(group, period)
            self.closings.append(dict(self.books))
            self.count_members()
            if self.ends_year():
                self.count_the_year()
            overdue = sum(self.debts[debt] for debt in self.overdue())
            limit = float(self.scheme.lost_when_owing) * self.fallen_due
            if self.month_lost < 0 and self.fallen_due > 0 and float(overdue) * (month + 1) > limit:
                self.month_lost = month

    def strike_off(self):
        """Who owes for too long must leave, and need not pay."""
        for household in self.households:
            late = household.owes > 0 and self.today >= household.struck_off_from
            if late and household.enrolled(self.today):
                owed, household.owes = household.owes, 0
                self.leave(household, "struck_off", "bad_debts", "receivable", owed)

    def earn(self, group, period):
        """Book what a period's contributions, and the State's share, have earned by now."""
        in_advance = self.scheme.contribution.timing == "in-advance"
        elapsed, length = period.elapsed(self.today, self.calendar)
        if in_advance or period.due_day <= self.today:
            total, state_total = period.total, period.state_total
            elapsed, period.done = (elapsed, elapsed == length) if in_advance else (length, True)
        else:  # in arrears and not yet due: as if today were the due day
            asked = list(self.asked(group))
            total = sum(self.contribution(household, people, self.today) for household, people in asked)
            state_total = sum(self.state_share(household, people) for household, people in asked)
        earned, state_earned = total * elapsed // length, state_total * elapsed // length
        account = "unearned" if in_advance else "accrued"
        self.post_earned("earned", account, "contributions", earned - period.earned)
        self.post_earned("support_earned", "deferred_support", "subsidies", state_earned - period.state_earned)
        period.earned, period.state_earned = earned, state_earned

    def post_earned(self, reason, debit, credit, difference):
        if difference > 0:
            self.post(reason, debit, credit, difference)
        elif difference < 0:
            self.post(reason, credit, debit, -difference)

    def count_members(self):
        """People and households at the closing."""
        package = [kind for name, kind in self.kinds.items() if name in self.scheme.benefits]
        for group in self.groups:
            for household, people in self.asked(group):
                suspended = household.suspended(self.today)
                covered = not suspended and any(self.has_waited(household, kind) for kind in package)
                standing = "suspended" if suspended else "late" if household.owes > 0 else "paid_up"
                self.count("people", len(people))
                self.count("people_covered", len(people) if covered else 0)
                self.count("households_" + standing)

    def count_the_year(self):
        """Who belongs; and what households with an enterprise spent on care, beside what they earned."""
        for group in self.groups:
            for _, people in self.asked(group):
                for person in people:
                    self.by_whom[self.cell(person)]["people"] += 1
        months = slice(12 * self.year, 12 * self.year + 12)
        for household in self.households:
            if household.income and household.alive(self.today):
                income = sum(household.income[months])
                spent, bills = self.own_spending[self.year][household.number], self.bills[self.year][household.number]
                counted = {"households": 1, "income": income, "own_spending": spent, "bills": bills}
                over = {
                    "over_10_with": spent * 10 > income,
                    "over_25_with": spent * 4 > income,
                    "over_10_without": bills * 10 > income,
                    "over_25_without": bills * 4 > income,
                }
                for measure, amount in (counted | over).items():
                    self.years[self.year][measure] += amount
                self.by_whom[self.cell(household.people[0])].update({"households": 1} | over)


def at_most(limit):
    """A limit, or none."""
    return inf if limit is None else limit


def live(scenario, seed, world):
    """One possible future of the scenario's mutual: what its books, registers and settlements show.

    `closings` and `registers` have a dictionary for each month, `years` one for each household-year, `by_whom` one for
    each cell in which something was counted; `own_spending` is by year and household; days and months are -1 where
    nothing of the kind happened.
    """
    future = World(scenario, seed, world)
    future.run()
    return {
        "closings": future.closings,
        "entries": future.entries,
        "registers": future.registers,
        "years": future.years,
        "by_whom": {cell: dict(+measures) for cell, measures in sorted(future.by_whom.items())},
        "own_spending": future.own_spending,
        "late_days": future.late_days,
        "worst": future.worst,
        "first_stopped": min(future.first_stopped.values(), default=-1),
        "month_lost": future.month_lost,
        "unknowns": future.known.drawn,
    }
