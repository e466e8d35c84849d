"""Does the comparison with the reference model see a defect? `python tests/planted_defects.py [WORD ...]`: six minutes.

Each defect below replaces one piece of one line in a copy of the package; the copy then lives the generated scenarios
until its books, entries or registers differ from the reference model's. Prints the scenario that caught each defect;
with WORDs, only those whose name holds one of them. The exit code is 1 if a defect was not caught, if its copy failed
in another way, or if the copy without a defect differed. A piece that is not found exactly once in the package stops
everything: a defect that was not planted must not count as caught.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from mho_sim.compiled.kept import sources_hash

TESTS = Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "mho_sim"
SCENARIOS = 200
AT_ONCE = 2  # copies that are compiled and compared at the same time
LONGEST = 1800  # seconds a copy may take

CHILD = """
import sys
import mho_sim
from test_equality import differences
assert mho_sim.__file__.startswith(sys.argv[1]), mho_sim.__file__
for number in range(int(sys.argv[2])):
    if differences(number):
        sys.exit(f"differs at {number}")
"""


# Name, the piece of code that is replaced, and by what.
DEFECTS = """
# cover and waiting
waiting one day too long
    if day < waiting_until:
    if day <= waiting_until:
suspended household still covered
    if day >= suspended_from:
    if day < 0:
suspension from the day after
    if day >= suspended_from:
    if day > suspended_from:
kind outside the package covered
    if not in_package:
    if False:
covered before joining
    joins <= day < state.home[w, h].left_on,
    day < state.home[w, h].left_on,
covered after leaving
    joins <= day < state.home[w, h].left_on,
    joins <= day,
grace one day longer
    calendar.after(day, contribution.grace) for
    calendar.after(day, contribution.grace) + 1 for
no grace after the first month
    scheme.suspended_from[mutual, day]
    scheme.suspended_from[mutual, day] if day < 28 else day
reinstatement does not restart waiting
    if was_suspended:
    if False:
every late payment restarts waiting
    if was_suspended:
    if True:
late at the start, waiting anew
    for homes in (start.paid_up, start.late):
    for homes in (start.paid_up,):
a kind's own waiting period ignored
    return waiting.get(kind, otherwise)
    return otherwise
emergencies wait like others
    otherwise = waiting.get("emergency", otherwise)
    pass
newborns wait like others
    waiting_until = min(waiting_until, scheme.newborn_until[m, born])
    pass
newborns wait longer
    waiting_until = min(waiting_until, scheme.newborn_until[m, born])
    waiting_until = scheme.newborn_until[m, born]
born before joining, covered as a newborn
    if born >= 0 and born >= joins:
    if born >= 0:
excluded ages covered
    if is_excluded_age:
    if False:
excluded age from the day after the birthday
    rules.completed_age(day - born)
    rules.completed_age(day - born - 1)
covered members counted though suspended
    day, state.home[w, h].suspended_from, covered_from, False)
    day, NEVER_DAY, covered_from, False)

# what is paid
copayment rounded down
    + MILLION // 2) // MILLION
    ) // MILLION
positive list ignored
    x, reason = half_up(bill, covered_millionths), ACCEPTED
    x, reason = bill, ACCEPTED
days beyond the limit paid for
    if days_paid < days:
    if False:
part of a stay rounded up
    x, reason = x * days_paid // days, OVER_DAYS
    x, reason = -(-x * days_paid // days), OVER_DAYS
deductible forgotten
    return max(x - benefit.deductible, 0)
    return x
fixed copayment before the share
    return max(x - half_up(x, copay_millionths) - copay_fixed, 0)
    return max(x - copay_fixed - half_up(max(x - copay_fixed, 0), copay_millionths), 0)
fixed copayment pays the patient
    return max(x - half_up(x, copay_millionths) - copay_fixed, 0)
    return x - half_up(x, copay_millionths) - copay_fixed
always the usual order
    for step in (benefit.first, benefit.second, benefit.third):
    for step in (DEDUCTIBLE, COPAY, CEILING):
the order backwards
    for step in (benefit.first, benefit.second, benefit.third):
    for step in (benefit.third, benefit.second, benefit.first):
ceiling reached counts as cut
    if step == CEILING and x > benefit.ceiling_per_event:
    if step == CEILING and x >= benefit.ceiling_per_event:
copayment of every class the lowest
    return [value.get(provider.class_, 0) for provider in scenario.setting.providers.values()]
    return [min(value.values())] * len(providers_of(scenario))
kind's ceiling reached counts as cut
    if paid > kind_left:
    if paid >= kind_left:
person's ceiling reached counts as cut
    if paid > person_left:
    if paid >= person_left:
household ceiling reached counts as cut
    if paid > household_left:
    if paid >= household_left:
kind's ceiling of the person ignored
    kind_left = min(kind_left, benefit.person_ceiling - state.spent[w, benefit.at_person, i])
    pass
kind's ceiling of the household not used up
    state.by_home[w, h, benefit.at_home].paid += decision.paid
    state.by_home[w, h, benefit.at_home].paid += 0
person's ceiling not used up
    state.used[w, i] += decision.paid
    state.used[w, i] += 0
household-year ceiling never reset
    state.home[w, h].used = state.home[w, h].own = state.home[w, h].bills = 0
    state.home[w, h].own = state.home[w, h].bills = 0
household-year reset at the calendar year
    day * DAY + CLOSING, month % 12 == 11, False
    day * DAY + CLOSING, month % 12 == 10, False
one episode too many
    if events_left <= 0:
    if events_left < 0:
episodes of the household not counted
    state.by_home[w, h, benefit.at_home].events += 1
    state.by_home[w, h, benefit.at_home].events += 0
episodes of last year still counted
    state.told[w, k, i].events = state.told[w, k, i].days = 0
    state.told[w, k, i].days = 0
limit by the household's places, not its people
    size = min(np.int64(state.home[w, h].alive), rules.SIZES - 1)
    size = min(np.int64(state.first[w, h + 1] - state.first[w, h]), rules.SIZES - 1)
household size left out, nothing paid
    if first <= size and (last is None or size <= last)), NO_LIMIT)
    if first <= size and (last is None or size <= last)), 0)
limit of days reached, still paid
    if days_left <= 0:
    if days_left < 0:
excluded causes paid
    if is_excluded_cause:
    if False:
letter asked of emergencies
    if benefit.needs_letter and not kind.emergency and kind.comes == NEED and kind.letter < 1.0:
    if benefit.needs_letter and kind.comes == NEED and kind.letter < 1.0:
every letter reuses the first's draw
    entity), n, kind.illness_letter
    entity), np.int64(1), kind.illness_letter
allowance for the whole stay
    cash = scheme.benefit[m, k].cash_per_day * days_paid
    cash = scheme.benefit[m, k].cash_per_day * days
allowance owed to the provider
    _owe(w, m, day, households, cash, scheme, memory)
    _owe(w, m, day, PROVIDER + place, cash, scheme, memory)
reimbursement paid to the provider
    ("household" if scheme.providers.payment == "reimbursement" else "provider")
    "provider"
whom it is paid to ignored
    paid_to = benefit.paid_to or (
    paid_to = (
uncovered seek care like covered
    when_covered if is_covered else when_not
    when_covered if True else when_not
everyone lives near
    zone = people.home[h].zone
    zone = 0
everywhere the first provider's prices
    prices = setting.prices[place]
    prices = setting.prices[0]
cause drawn with the provider's mark
    setting.causes[k, cause] <= drawn.cause:
    setting.causes[k, cause] <= drawn.where:
prices never rise
    setting.index[w, stretch.month]
    setting.index[w, 0]
prices rise once a year
    math.exp(m / 12 * math.log(1 + rate))
    math.exp(m // 12 * math.log(1 + rate))
stays a day too short
    min(1.0 + np.floor(log(mark)
    min(np.floor(log(mark)
own spending forgets the allowance
    state.home[w, h].own += max(bill - paid - cash, 0)
    state.home[w, h].own += max(bill - paid, 0)
own spending below nothing
    state.home[w, h].own += max(bill - paid - cash, 0)
    state.home[w, h].own += bill - paid - cash

# contributions
the dead still pay
    if people == 0:
    if people < 0:
household pays per head
    amount = of_size + extra
    amount = people * of_size + extra
children pay like others
    children * contribution.child_amount + extra
    children * of_size + extra
newborns are no children
    state.home[w, h].children += 1
    state.home[w, h].children += 0
children of the dead still counted
    if state.person[w, i].band <= start.child_band:
    if False:
extra persons are free
    extra = max(people - contribution.beyond, 0) * contribution.extra
    extra = 0
extra persons pay twice
    min(people, contribution.beyond) - children
    people - children
minimum after the category's share
    half_up(max(amount, contribution.minimum), category_millionths)
    max(half_up(amount, category_millionths), contribution.minimum)
the State adds for every category
    if state and c in (state.categories or categories) else 0
    if state and c in categories else 0
the State a day later
    (batch.calendar.after(period.due, state.late), number)
    (batch.calendar.after(period.due, state.late) + 1, number)
delay rounded down
    ceil(-mean_days_late
    floor(-mean_days_late
delay not given lateness
    log((1.0 - v) / (1.0 - on_time))
    log(1.0 - v)
never payers among all
    if u >= 1.0 - never * (1.0 - on_time):
    if u >= 1.0 - never:
never payers shorten the delay of others
    v = on_time + (u - on_time) / (1.0 - never)
    v = u
bad months taken for good
    if setting.mixed_paying and good == 0.0
    if setting.mixed_paying and good == 1.0
market weeks of seven days
    return day + timedelta(days=DAYS.get(every) or every.days), 0
    return day + timedelta(days=DAYS.get(every) or 7), 0
named months one later
    (day.month - 1 + n) % 12 + 1 in every)
    (day.month + n) % 12 + 1 in every)
period before the start one month back
    add_months(day, -next(n for n in range(1, 13) if (day.month - 1 - n) % 12 + 1 in every))
    add_months(day, -1)
quarters of four months
    MONTHS = {"month": 1, "quarter": 3,
    MONTHS = {"month": 1, "quarter": 4,
arrears due on the last day
    begins if in_advance else ends)
    begins if in_advance else ends - 1)
earned whole at once
    return total *
    return total #
earned rounded up
    return total *
    return 1 + (total - 1) *
today not counted as earned
    return min(tomorrow, period.end) - period.first,
    return min(today, period.end) - period.first,
in arrears earned only when due
    WHOLE if fallen_due else BEGUN
    WHOLE
those who have left still counted
    alive == 0 or not _is_enrolled(w, h, day, state):
    alive == 0:
a later day in view ignored
    state.pays_on[w, h] = max(state.pays_on[w, h], pays_on)
    state.pays_on[w, h] = pays_on
new debts never put payment off
    state.pays_on[w, h] = max(state.pays_on[w, h], pays_on)
    pass
money paid ahead not used
    ahead = min(amount,
    ahead = min(0,
what was paid ahead still to be paid
    amount -= ahead
    amount -= 0
odd units paid ahead lost
    share + (np.arange(number) < rest)
    share + (np.arange(number) < 0)
commission rounded down
    amount = rules.half_up(paid, scheme.collector_millionths[m])
    amount = paid * scheme.collector_millionths[m] // rules.MILLION
penalty never in the box
    memory.paid_in[w, m, day] += amount
    memory.paid_in[w, m, day] += 0
joining fee never in the box
    memory.paid_in[w, m, day] += fee
    memory.paid_in[w, m, day] += 0
joining fee of households that died out
    people.mutual[h], _is_enrolled(w, h, day, state) and state.home[w, h].alive > 0
    people.mutual[h], _is_enrolled(w, h, day, state)
joining fee of households that do not join
    people.mutual[h], _is_enrolled(w, h, day, state) and state.home[w, h].alive > 0
    people.mutual[h], state.home[w, h].alive > 0
who does not join is a member for a day
    home["left_on"], home["joins"])
    home["left_on"], home["joins"] + 1)
the same households join in every world
    uniform_columns(entities, none, which, np.uint32(world), batch.prepared.seed)
    uniform_columns(entities, none, which, np.uint32(0), batch.prepared.seed)
cards of households that do not join
    home.alive > 0 and home.left_on > home.joins
    home.alive > 0
an existing mutual's members pay the joining fee
    if fee and is_new else []
    if fee else []
struck off a day late
    if state.home[w, h].struck_from <= day
    if state.home[w, h].struck_from < day
struck off a day later after each debt
    calendar.after(day, contribution.struck_off)
    calendar.after(day, contribution.struck_off) + 1
who has left is struck off
    struck_from <= day and people.mutual[h] == m and _is_enrolled(w, h, day, state):
    struck_from <= day and people.mutual[h] == m:
renewal in arrears before the dues
    if in_advance else (Part.NEW_DUES, RENEWAL_AFTER_DUES)
    if True else (Part.NEW_DUES, RENEWAL_AFTER_DUES)
renewal in advance after the dues
    if in_advance else (Part.NEW_DUES, RENEWAL_AFTER_DUES)
    if False else (Part.NEW_DUES, RENEWAL_AFTER_DUES)
renewal on the mutual's anniversaries
    add_months(calendar.date(joined), 12 * year)
    add_months(calendar.start, 12 * year)
intakes filled from the last
    [intakes[date] for date in sorted(intakes)])
    [intakes[date] for date in sorted(intakes, reverse=True)])

# debts and cash
providers before suppliers, households first
    _pay_debt(w, m, till.oldest[w, m], creditor, day, till, memory)
    _pay_debt(w, m, till.oldest[w, m], memory.owing.shape[3] - 1 - creditor, day, till, memory)
newest debt first
    till.cash[w, m] += memory.paid_in[w, m, day]
    till.cash[w, m] += memory.paid_in[w, m, day]; _pay_debt(w, m, day, 1, day, till, memory)
households' claims booked as providers'
    elif creditor == memory.owing.shape[3] - 1:
    elif False:
lateness missed when the box is empty
    if till.overdue[w, m] == 0:
    if till.overdue[w, m] == 0 or till.cash[w, m] == 0:
an empty box counts as late
    if till.overdue[w, m] == 0:
    if till.overdue[w, m] == 0 and till.cash[w, m] > 0:
late payment counted twice in the box
    memory.paid_in[w, m, day] += paid
    memory.paid_in[w, m, day] += 2 * paid
providers tolerate a day longer
    day - min(scheme.tolerance[m, creditor], day + 1) + 1)
    day - min(scheme.tolerance[m, creditor], day + 1))
all as patient as the first provider
    provider.stops_when_owed if provider else None
    providers[0].stops_when_owed if provider else None
lost at exactly the limit
    np.float64(till.overdue[w, m]) * (month + 1) >
    np.float64(till.overdue[w, m]) * (month + 1) >=
lost a month later
    np.float64(till.overdue[w, m]) * (month + 1) >
    np.float64(till.overdue[w, m]) * month >
monthly invoice due from the day of care
    calendar.after(day if end is None else int(calendar.first[end]) - 1, providers.pay_within)
    calendar.after(day, providers.pay_within)
yearly invoice at the month's end
    "yearly": month // 12 * 12 + 12}
    "yearly": month + 1}
running costs a month early
    int(first) - 1: month for month, first in enumerate(calendar.first[1:])
    int(first): month for month, first in enumerate(calendar.first[:-1])
costs per head rounded down
    people, state) * amount + 6) // 12
    people, state) * amount) // 12
costs per head of those who have left
    amount = (cash.people_enrolled(w, m, day, people, state)
    amount = (cash.people_enrolled(w, m, np.int64(0), people, state)
share of contributions rounded down
    amount = rules.half_up(memory.registers[w, m, np.int64(item.month), measure], amount)
    amount = memory.registers[w, m, np.int64(item.month), measure] * amount // 1000000
cards of an existing mutual
    expenses.per_card and batch.prepared.scenario.start_from is None:
    expenses.per_card:
old invoices due too soon
    (first + last) // 2
    last
interest rounded down
    return np.int64(np.floor(cash * rate + 0.5))
    return np.int64(np.floor(cash * rate))
interest never in the box
    cash.come_in(w, m, amount, day, when, ledger.INTEREST, rules.INTEREST, memory)
    post_for_all(memory, w, m, ledger.CASH, ledger.INTEREST, amount, when, rules.INTEREST)
yearly interest every month
    (bank.every == "year" and month % 12 != 11)
    False
support on its last day
    (line.until is None or day < line.until)
    (line.until is None or day <= line.until)
yearly support every month
    "month": 1, "year": 12}[line.every]
    "month": 1, "year": 1}[line.every]
dated costs after the day's debts are settled
    for when, line in costs if when == day]
    for when, line in costs if when == day - 1]
support in kind as cash
    if item.in_kind:
    if False:
late support a day later
    (calendar.after(day, item.late), n, item.amount, day)
    (calendar.after(day, item.late) + 1, n, item.amount, day)

# illness
every episode reuses the first's draw
    uniforms(entity, n, setting.kind[k].illness_next
    uniforms(entity, min(n, 1), setting.kind[k].illness_next
every bill reuses the first's draw
    uniforms(entity, n, setting.kind[k].illness_cost
    uniforms(entity, min(n, 1), setting.kind[k].illness_cost
bills rounded down
    np.floor(drawn.price * prices * setting.index[w, stretch.month] + 0.5)
    np.floor(drawn.price * prices * setting.index[w, stretch.month])
lognormal mean is the median
    math.log(mean) - variance / 2
    math.log(mean) - 0 * variance
small exponential bills for large
    return a * exponential(1.0 - u)
    return a * exponential(u)
gamma bills with the spread for the variance
    rows.get(cv * cv, 0)
    rows.get(cv, 0)
season not scaled
    * 12.0 / total
    * 1.0
season counted from the start
    season[calendar.name_of_month(month)]
    season[month % 12]
the first year's community factor for ever
    state.community[w, m, k, month // 12]
    state.community[w, m, k, 0]
everybody equally frail
    setting.factors[setting.of_world[w, k].frailty, person.frailty]
    setting.factors[setting.of_world[w, k].frailty, 2048]
need of the first sector for all
    setting.need[w, k, people.home[household_of(person)].sector]
    setting.need[w, k, 0]
birthday stretches the wrong way
    (old / new)
    (new / old)
birthday does not rescale
    (old / new)
    1.0
birthdays without leap days
    born + years * 1461 // 4
    born + years * 365
the dead still fall ill
    day + 1 if setting.kind[k].comes == OF_DEATHS else NEVER
    day + 1 if setting.kind[k].comes == OF_DEATHS else state.due[w, k, i]
newborn's clock starts with the month
    day - stretch.first_day,
    0 * day,
delivery one day late
    set_due(w, mother, chosen, day + 1, state)
    set_due(w, mother, chosen, day + 2, state)
shares of births not added up
    of_world["share"][:, k] = total
    of_world["share"][:, k] = numbers.of(f"setting.illness.{name}.share", kind.share)
other births are of no kind
    chosen = rest
    chosen = -1
chronic illness on any day to the 30th
    np.int64(28.0 * v[i]) + 1
    np.int64(30.0 * v[i]) + 1
chronic illness every 31 days
    stretch.next_first + (day - stretch.first_day) + 1
    day + 32
chronic at every age like a child
    u[i] < setting.chronic[k, age]:
    u[i] < setting.chronic[k, 0]:
earliest episode of some people not noted
    state.soonest[w, k, i // BLOCK] = min(state.soonest[w, k, i // BLOCK], reading)
    pass
children's mothers mistaken
    of.mother = first[w, h] + child.mother - people.first[h]
    of.mother = first[w, h]
children immortal
    of.dies = _day_of_death(born[w, c], u, tables)
    pass
by whom also before joining
    if state.home[w, h].joins <= day < state.home[w, h].left_on:
    if day < state.home[w, h].left_on:
referral two days later
    set_due(w, i, other, day + 2, state)
    set_due(w, i, other, day + 3, state)
the dead are referred
    if setting.kind[k].refers and state.person[w, i].dies > day:
    if setting.kind[k].refers:
a referral puts off another
    and state.due[w, other, i] == NEVER:
    and True:
only paid care refers
    referred = _refer(
    referred = not refused and _refer(

# people, and what nobody knows
dead mothers give birth
    day if day < dies[w, people.place[c].mother] else
    day if True else
all months have 30 days for births
    days = tables.month_first[12 * year + month + 1] - start
    days = 30
death counted from birth
    -born / DAYS_PER_YEAR if born < 0 else 0.0
    0.0 * born
Poisson household sizes
    r = extra * extra / (variance - extra)
    r = 1e9
open age band to 99
    OLDEST = 89
    OLDEST = 99
nine rounds of Philox
    for _ in range(10):
    for _ in range(9):
every world has its own ignorance
    np.unique((world0 + np.arange(worlds)) // shared, return_inverse=True)
    np.unique(world0 + np.arange(worlds), return_inverse=True)
variances in eight steps
    values[int(STEPS * u)]
    values[int(STEPS * u) // 2 * 2]
best values weigh three times
    a, b = 1 + 4 * (best - low)
    a, b = 1 + 3 * (best - low)
lognormal ranges of 95 %
    TWICE_95 = 2 * 1.6448536269514722
    TWICE_95 = 2 * 1.959963984540054
drawn money rounded down
    return np.floor(self.of(path, unknown) + 0.5)
    return np.floor(self.of(path, unknown))
drawn shares above the whole
    return np.array([min(max(quantile(range_, u), least), most) for u in self.marks(path)])
    return np.array([quantile(range_, u) for u in self.marks(path)])
need from use at its best value alone
    if path in self.follows:
    if path in self.follows and path.endswith("uncovered"):
need from use by the others' seeking
    "covered" if self.use is not None and self.use.of == INSURED
    "covered" if self.use is not None and self.use.of != INSURED
seeking from how often the insured go at its best value alone
    found["seeking.uncovered"] = Quotient(None, "use.insured_over_uninsured")
    pass
intakes left over to the earliest
    key=lambda day: (-(households * parts[day] % whole), day)
    key=lambda day: day

# household-years and by whom
a tenth exactly counts as above
    ledger.OVER_10_WITH)] += own * 10.0 > income[h]
    ledger.OVER_10_WITH)] += own * 10.0 >= income[h]
by whom, bills for own spending
    cell[ledger.OF_OVER_25_WITHOUT] += bills * 4.0
    cell[ledger.OF_OVER_25_WITHOUT] += own * 4.0
every month a good one
    setting.income[w, people.home[h].sector, np.int64(u[h])]
    setting.income[w, people.home[h].sector, 1]
income rounded down
    np.floor(setting.scale[w, h] * amount + 0.5)
    np.floor(setting.scale[w, h] * amount)
fifths of the sector, not of the household
    usual = self.setting.scale * (
    usual = 1.0 * (
age groups from the day after the birthday
    age += birthday(born, years) <= day
    age += birthday(born, years) < day
own spending never forgotten
    state.home[w, h].used = state.home[w, h].own = state.home[w, h].bills = 0
    state.home[w, h].used = state.home[w, h].bills = 0
"""


class Defect(NamedTuple):
    """A row of the table."""

    name: str
    right: str
    wrong: str


CONTROL = Defect("(no defect)", "", "")


def defects():
    """The rows of the table."""
    lines = [line.strip() for line in DEFECTS.splitlines() if line and not line.startswith("#")]
    return [Defect(*lines[i : i + 3]) for i in range(0, len(lines), 3)]


def place_of(defect, package):
    """The file of a package that holds the defect's piece of code; ValueError if it is not found exactly once."""
    found = [path for path in sorted(package.rglob("*.py")) for _ in range(path.read_text("utf-8").count(defect.right))]
    if len(found) != 1:
        places = ", ".join(path.name for path in found) or "no file"
        raise ValueError(f"{defect.name}: {defect.right!r} must be found once; it is found in {places}")
    return found[0]


def lived(folder):
    """The first scenario in which a folder's package differs, None if none does, or in words what went wrong."""
    # Machine code is used once, so little time is given to making it fast; the control shows that this changes no byte.
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{TESTS}", "NUMBA_OPT": "0"}
    environment["MHO_SIM_CACHE_DIR"] = str(folder / "cache")
    command = [sys.executable, "-W", "ignore", "-c", CHILD, str(folder), str(SCENARIOS)]
    try:
        ran = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return f"still running after {LONGEST} s"
    if ran.returncode == 0:
        return None
    last = (ran.stderr.strip().splitlines() or [""])[-1]
    return int(last.split()[-1]) if last.startswith("differs at ") else f"{last} (exit code {ran.returncode})"


def compare(defect, folder):
    """(verdict, seconds) of the copy in a folder with a defect; the copy is right again afterwards. A defect in a file
    that compiles nothing leaves the machine code as it is: it is handed on from one such defect to the next.
    """
    began, package = time.monotonic(), folder / "mho_sim"
    kept, code = folder / "machine-code", folder / "cache" / "machine-code"
    file = package / "__init__.py" if defect == CONTROL else place_of(defect, package)
    right, written = file.read_text("utf-8"), file.stat().st_mtime_ns
    compiles = "from mho_sim.compiled import" in right
    if defect != CONTROL:
        file.write_text(right.replace(defect.right, defect.wrong), "utf-8")
    if kept.exists() and not compiles:
        code.mkdir(parents=True)
        kept.rename(code / sources_hash(package))
    verdict = lived(folder)
    if not compiles and code.exists():
        next(code.iterdir()).rename(kept)
    shutil.rmtree(folder / "cache", ignore_errors=True)
    file.write_text(right, "utf-8")
    os.utime(file, ns=(written, written))  # machine code of an older file would not be taken
    return verdict, time.monotonic() - began


def judged(defect, verdict):
    """A verdict in words, and whether it is the one hoped for."""
    if isinstance(verdict, str):
        return f"FAILED: {verdict}", False
    if defect == CONTROL:
        return ("no difference" if verdict is None else f"DIFFERS at scenario {verdict}"), verdict is None
    return ("NOT CAUGHT" if verdict is None else f"scenario {verdict}, after {verdict + 1}"), verdict is not None


def main(words):
    """Compare all copies, two at a time, and print the table; the exit code."""
    chosen = [defect for defect in defects() if not words or any(word in defect.name for word in words)]
    failures, began, folders = 0, time.monotonic(), SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="planted-") as root, ThreadPoolExecutor(AT_ONCE) as pool:
        for n in range(AT_ONCE):
            shutil.copytree(PACKAGE, Path(root, f"copy-{n}", "mho_sim"), ignore=shutil.ignore_patterns("__pycache__"))
            folders.put(Path(root, f"copy-{n}"))

        def in_turn(defect):
            folder = folders.get()
            try:
                return compare(defect, folder)
            finally:
                folders.put(folder)

        for defect in chosen:
            place_of(defect, PACKAGE)
        print(f"{'defect':<52} {f'caught in {SCENARIOS} scenarios by':<32} seconds", flush=True)
        chosen = [CONTROL, *chosen]
        for defect, (verdict, seconds) in zip(chosen, pool.map(in_turn, chosen)):
            outcome, good = judged(defect, verdict)
            failures += not good
            print(f"{defect.name:<52} {outcome:<32} {seconds:7.0f}", flush=True)
    print(f"{len(chosen) - 1} defects, {failures} failures, {time.monotonic() - began:.0f} seconds")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
