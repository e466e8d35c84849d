"""One episode of need: is it covered, is care sought, what does it cost, what does the mutual pay and why not?

Rules: MODEL.md, sections 6 and 7.
"""

import numpy as np

from mho_sim import ledger, rules
from mho_sim.compiled import rule
from mho_sim.draws import LARGEST_BILL, log
from mho_sim.engine.clock import DAY, PART, Part
from mho_sim.engine.needs import one_uniform, set_due
from mho_sim.engine.state import AGE_GROUPS, AGES, FIFTHS, NEVER, PROVIDER
from mho_sim.engine.tables import NEED, REFERRED
from mho_sim.ledger import kind_measure, post
from mho_sim.population import PLACES, birthday

ILLNESS = int(Part.ILLNESS) * PART
LONGEST_STAY = 366.0


@rule
def _covers(w, h, i, m, k, day, scheme, state):
    """ACCEPTED if an episode is covered, else the first reason why not."""
    born, joins = np.int64(state.person[w, i].born), np.int64(state.home[w, h].joins)
    waiting_until = scheme.waiting_until[m, k, state.home[w, h].cover_from + 1]
    if born >= 0 and born >= joins:
        waiting_until = min(waiting_until, scheme.newborn_until[m, born])
    age = min(max(rules.completed_age(day - born), 0), rules.OLDEST)
    return rules.cover(
        scheme.benefit[m, k].exists,
        joins <= day < state.home[w, h].left_on,
        day,
        state.home[w, h].suspended_from,
        waiting_until,
        scheme.excluded_age[m, k, age],
    )


@rule
def _refer(w, i, k, n, day, world, seed, setting, state):
    """Whoever seeks care may be referred on to another kind, from the next day. True if somebody was."""
    referred = False
    if setting.kind[k].refers and state.person[w, i].dies > day:
        for other in range(len(setting.kind)):
            if setting.kind[other].comes == REFERRED and setting.kind[other].source == k:
                entity = np.int64(state.person[w, i].entity)
                u = one_uniform(entity, n, setting.kind[other].illness_referral, world, seed)
                if u < setting.of_world[w, other].share and state.due[w, other, i] == NEVER:
                    set_due(w, i, other, day + 2, state)
                    referred = True
    return referred


@rule
def days_of(mark, k, setting):
    """Days of a stay; 0 of a kind without stays."""
    if not setting.kind[k].stays:
        return np.int64(0)
    if setting.kind[k].days_scale == 0.0:
        return np.int64(1)
    return np.int64(min(1.0 + np.floor(log(mark) / setting.kind[k].days_scale), LONGEST_STAY))


@rule
def cell_of(w, h, i, day, people, setting, state):
    """The cell of the registers by whom: zone, sector, fifth of income, sex, age."""
    born, home = np.int64(state.person[w, i].born), people.home[h]
    age = 0
    for years in AGES:
        age += birthday(born, years) <= day
    group = (home.zone * len(setting.good) + home.sector) * FIFTHS + state.home[w, h].fifth
    return (group * 2 + np.int64(state.person[w, i].woman)) * AGE_GROUPS + age


@rule
def _owe(w, m, day, creditor, amount, scheme, memory):
    """Care of a day falls due on the day of its invoice plus the time to pay."""
    due_day = scheme.invoice_due[m, day]
    if due_day < memory.owing.shape[2]:
        memory.owing[w, m, due_day, creditor] += amount


@rule
def _pay_for(w, h, i, m, k, bill, days, place, cause, n, world, seed, setting, scheme, state):
    """(paid, reason, days paid for, whether it is refused) of an episode that is covered."""
    benefit, kind = scheme.benefit[m, k], setting.kind[k]
    has_letter = True
    if benefit.needs_letter and not kind.emergency and kind.comes == NEED and kind.letter < 1.0:
        u = one_uniform(np.int64(state.person[w, i].entity), n, kind.illness_letter, world, seed)
        has_letter = u < kind.letter
    events_left = benefit.events_per_person - state.told[w, k, i].events
    kind_left = benefit.household_ceiling
    if benefit.at_home >= 0:
        size = min(np.int64(state.home[w, h].alive), rules.SIZES - 1)
        counted = state.by_home[w, h, benefit.at_home]
        events_left = min(events_left, scheme.events_per_household[m, k, size] - counted.events)
        kind_left -= counted.paid
    days_left = benefit.days_per_person - state.told[w, k, i].days
    reason = rules.admit(scheme.excluded_cause[m, k, cause], has_letter, benefit.needs_letter, events_left, days_left)
    if reason != rules.ACCEPTED:
        return np.int64(0), np.int64(reason), np.int64(0), True
    days_paid = min(days, days_left)
    decision = rules.adjudicate(
        benefit,
        bill,
        kind.covered_millionths,
        days,
        days_paid,
        scheme.copay_millionths[m, k, place],
        scheme.copay_fixed[m, k, place],
    )
    if benefit.at_person >= 0:
        kind_left = min(kind_left, benefit.person_ceiling - state.spent[w, benefit.at_person, i])
    person_left = scheme.person_ceiling[m]
    if state.used.shape[1] > 0:
        person_left -= state.used[w, i]
    household_left = scheme.household_ceiling[m] - state.home[w, h].used
    decision = rules.limit_to_year(decision, kind_left, person_left, household_left)
    state.told[w, k, i].events += 1
    state.told[w, k, i].days += days_paid
    if benefit.at_home >= 0:
        state.by_home[w, h, benefit.at_home].events += 1
        state.by_home[w, h, benefit.at_home].paid += decision.paid
    if benefit.at_person >= 0:
        state.spent[w, benefit.at_person, i] += decision.paid
    if state.used.shape[1] > 0:
        state.used[w, i] += decision.paid
    state.home[w, h].used += decision.paid
    return decision.paid, decision.reason, days_paid, False


@rule
def fall_ill(w, h, i, k, day, drawn, stretch, people, setting, scheme, state, memory):
    """One episode: does the person seek care, where, what does it cost, what does the mutual pay and why not? True if
    the person was referred to another kind.
    """
    m, world, entity = people.mutual[h], np.uint32(stretch.world0 + w), state.person[w, i].entity
    kind = setting.kind[k]
    n = np.int64(state.told[w, k, i].ordinal) + 1
    state.told[w, k, i].ordinal = n
    reason = np.int64(_covers(w, h, i, m, k, day, scheme, state))
    zone = people.home[h].zone
    paid, bill, cash, days, place = np.int64(0), np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    refused, referred = reason != rules.ACCEPTED, False
    if not rules.seeks_care(
        drawn.mark, reason == rules.ACCEPTED, setting.seeking[w, k, zone, 1], setting.seeking[w, k, zone, 0]
    ):
        reason = np.int64(rules.DID_NOT_SEEK)
    else:
        cause, prices = np.int64(0), 1.0
        if kind.places > 0:
            chosen = 0
            while chosen + 1 < kind.places and setting.at[k, chosen, 0] <= drawn.where:
                chosen += 1
            place = np.int64(setting.at[k, chosen, 1])
            prices = setting.prices[place]
        while cause + 1 < kind.causes and setting.causes[k, cause] <= drawn.cause:
            cause += 1
        bill = np.int64(
            min(np.floor(drawn.price * prices * setting.index[w, stretch.month] + 0.5), np.float64(LARGEST_BILL))
        )
        days = days_of(drawn.stay, k, setting)
        if not refused:
            paid, reason, days_paid, refused = _pay_for(
                w, h, i, m, k, bill, days, place, cause, n, world, stretch.seed, setting, scheme, state
            )
            cash = scheme.benefit[m, k].cash_per_day * days_paid
        referred = _refer(w, i, k, n, day, world, stretch.seed, setting, state)
        state.home[w, h].bills += bill
        state.home[w, h].own += max(bill - paid - cash, 0)
    if state.home[w, h].joins <= day < state.home[w, h].left_on:
        cell = memory.whom[w, m, drawn.cell]
        cell[ledger.OF_EPISODES] += 1
        if reason != rules.DID_NOT_SEEK:
            cell[ledger.OF_SOUGHT] += 1
            cell[ledger.OF_BILLS] += bill
            cell[ledger.OF_PAID] += paid + cash
            cell[ledger.OF_REFUSED] += refused
    register = memory.registers[w, m, stretch.month]
    register[kind_measure(k, reason)] += 1
    register[kind_measure(k, ledger.BILLS)] += bill
    register[kind_measure(k, ledger.PAID)] += paid + cash
    register[kind_measure(k, ledger.DAYS)] += days
    to_household = scheme.benefit[m, k].to_household and not refused and reason != rules.DID_NOT_SEEK
    payable = ledger.MEMBERS_CLAIMS if to_household else ledger.PROVIDERS
    when, ordinal = day * DAY + ILLNESS, entity % PLACES
    post(memory, w, m, ledger.BENEFITS, payable, paid, when, h, ordinal, k, reason)
    ledger.note_bill(memory, w, bill)
    households = memory.owing.shape[3] - 1
    if paid > 0:
        _owe(w, m, day, households if to_household else PROVIDER + place, paid, scheme, memory)
    if cash > 0:
        post(
            memory,
            w,
            m,
            ledger.BENEFITS,
            ledger.MEMBERS_CLAIMS,
            cash,
            when,
            h,
            ordinal,
            k,
            np.int64(rules.CASH_BENEFIT),
        )
        _owe(w, m, day, households, cash, scheme, memory)
    return referred
