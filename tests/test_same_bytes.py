"""The same scenario and seed give the same bytes, however they are run; and a change changes only what it must.

Nothing here is statistical. Every draw is keyed by (entity, index, decision, world), every variate is a monotone
function of one uniform, and nothing reacts to the state of the cash box: so two runs of nearly the same scenario can be
compared world by world, and each relation below must hold in every one of them. The reason is given with each test.
"""

import json
import os
import shutil
import subprocess
import sys
from io import StringIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

import mho_sim
from mho_sim import ledger
from mho_sim.engine import Part, Prepared, live_batch
from mho_sim.scenario import parse
from mho_sim.study import Outcome, simulate
from mho_sim.study.repeating import gathered, live, prepare

WORLDS, SEED = 130, 20_270_101
NEW_MUTUAL = """
title: All mechanisms on (invented)
currency: XOF
start: 2027-02-01
years: 2
setting:
  association:
    households: {1: 8, 3: 12, 5: 12, 7: 8}
    people: {ages: {0-4: 20%, 5-14: 30%, 15-49: 40%, 50+: 10%}, women: 60%}
    member: {ages: {18-30: 60%, 31-60: 40%}, women: 80%}
    births: 30%
    deaths: {0-0: 0.2, 1-49: 0.02, 50+: 0.1}
  illness:
    antenatal:
      need: 1
      by_age_sex: {women: {15-49: 1}, men: {60+: 0}}
      cost: {fixed: 800}
      seeking: {covered: 90%, uncovered: 50%}
    delivery:
      rate: births
      cost: {fixed: 9000}
    hospital:
      need: 0.3
      by_age_sex: {women: {0-4: 2, 5-14: 0.5, 15+: 1}, men: {0-0: 3, 1-59: 0.5, 60+: 2}}
      frailty: 1
      cost: {lognormal: {mean: 20000, cv: 1.5}}
    outpatient:
      need: 3
      season: [0.6, 0.5, 0.5, 0.55, 0.6, 0.8, 1.2, 1.6, 1.85, 1.75, 1.25, 0.8]
      frailty: 0.5
      community: 0.04
      cost: {lognormal: {mean: 1500, cv: 1}}
      seeking: {covered: 80%, uncovered: 40%}
  paying: {on_time: 60%, mean_days_late: 40}
scheme:
  membership: {waiting: {default: 30 days, delivery: 9 months}}
  contribution: {amount: 280, per: beneficiary, every: month, timing: in-advance, grace: 1 month}
  benefits:
    delivery: {lump_sum: 7000}
    hospital: {copay: 33.3%, ceiling_per_event: 25000}
    outpatient: {copay: 25%}
  ceiling_per_household_year: 40000
  providers: {invoice: monthly, pay_within: 30 days}
  expenses: {once: 20000, per_month: 3000}
"""
FIRST_BOOKS = "  reserve: {opening: 50000}\n"
BOOKS_OF_BEFORE = """
start_from:
  date: 2027-01-31
  cash: 60000
  paid_in_advance: 9999
  owed_to_providers: {0-30 days: 4000, 31-90 days: 1500}
  members: {paid_up: 20, late: 12, waiting: 8}
"""
RICH, NEW = NEW_MUTUAL + BOOKS_OF_BEFORE, NEW_MUTUAL + FIRST_BOOKS


def lived(text, *sets, worlds=WORLDS, **how):
    """The result of a text with changes."""
    return simulate(parse(text, "rich", sets), worlds, SEED, **how)


def by_world(result, *wanted):
    """Sums of registers over years and kinds, by world, of the wanted measures or pairs of kind and measure."""
    columns = [
        i
        for i, measure in enumerate(ledger.measures(result.scenario.kinds))
        if measure in wanted or measure[1] in wanted
    ]
    return result.outcome.registers[:, 0, :, columns].sum(axis=(0, 2))


def first_late_days(result):
    """By world; a day beyond all others where no day was late."""
    days = result.outcome.first_late[:, 0]
    return np.where(days < 0, 10**6, days)


def log_of(scenario, worlds):
    """A log of entries by world, and the batch."""
    batch = live_batch(Prepared(scenario, SEED), 0, worlds, room=60_000)
    assert batch.memory.written.max() <= 60_000
    return [batch.memory.log[w, : batch.memory.written[w]] for w in range(worlds)], batch


@pytest.fixture(scope="module")
def rich():
    return lived(RICH)


@pytest.fixture(scope="module")
def new():
    return lived(NEW)


def test_every_mechanism_is_on(rich):
    """Otherwise the tests below would be weak."""
    absent = {measure for measure in ledger.KIND_MEASURES if by_world(rich, measure).sum() == 0}
    assert absent == set(ledger.KIND_MEASURES) - {
        "accepted",
        "over_ceiling",
        "over_household_ceiling",
        "not_in_package",
        "no_coverage",
        "waiting_period",
        "did_not_seek",
        "bills",
        "paid",
    }  # what came with the breadth is in the equality test
    assert all(by_world(rich, measure).sum() > 0 for measure in ("births", "deaths", "people", "people_covered"))
    assert all(by_world(rich, f"households_{status}").sum() > 0 for status in ("paid_up", "late", "suspended"))
    assert (rich.outcome.first_late >= 0).sum() > 13
    moved = {account for account, any_ in zip(ledger.ACCOUNTS, rich.outcome.closings_sum.any(axis=(0, 1))) if any_}
    accounts = ("cash", "receivable", "advances", "providers", "suppliers", "equity")
    assert moved == {*accounts, "contributions", "benefits", "expenses"}  # of months in advance, all is earned


# ---- how it is run changes no byte: draws are keyed by world, and worlds share nothing that is written to


@pytest.mark.parametrize("workers, batch", [(1, None), (2, 7), (3, 64), (2, 1), (3, 7), (1, 64)])
def test_workers_and_batches(rich, workers, batch):
    other = lived(RICH, workers=workers, batch=batch)
    assert other.digest == rich.digest and json.dumps(other.to_dict()) == json.dumps(rich.to_dict())


def test_fresh_processes_with_other_hash_seeds(rich, tmp_path):
    file = tmp_path / "rich.yaml"
    file.write_text(RICH, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mho_sim",
        "run",
        str(file),
        "--json",
        "--quiet",
        "--worlds",
        str(WORLDS),
        "--seed",
        str(SEED),
    ]
    running = [
        subprocess.Popen(command, env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE)
        for seed in ("0", "4711")
    ]
    printed = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert printed[0] == printed[1]
    assert json.loads(printed[0])["digest"] == rich.digest


def test_keys_of_the_file_in_another_order(rich):
    """A scenario is what its keys hold. Age bands must ascend, so they keep their order."""

    def reversed_keys(value):
        if not isinstance(value, dict):
            return value
        return {
            key: reversed_keys(value[key])
            for key in (value if all(str(key)[0].isdigit() for key in value) else reversed(value))
        }

    yaml, text = YAML(typ="safe"), StringIO()
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump(reversed_keys(yaml.load(RICH)), text)
    assert text.getvalue().index("years:") < text.getvalue().index("currency:")
    other = lived(text.getvalue())
    assert other.digest == rich.digest and other.scenario.hash == rich.scenario.hash


def test_a_kind_that_nobody_has(rich):
    """Draws are keyed by the kind's name, not by its place, and this name comes first."""
    other = lived(RICH, "setting.illness.aaa={need: 0, cost: {fixed: 1}}")
    assert other.scenario.kinds[0] == "aaa"
    assert other.digest == rich.digest


def test_fewer_worlds_are_the_first_of_more(rich):
    assert (lived(RICH, worlds=50).outcome.digests == rich.outcome.digests[:50]).all()


@pytest.mark.parametrize("ends", [(1, 2, 130), (64, 130), (47, 48, 111, 130)])
def test_ranges_of_worlds_are_put_together(rich, ends):
    """Prepared once, lived range by range in batches of any size, put together: the same digest and the same object."""
    prepared = prepare(rich.scenario, SEED)
    ranges = zip((0, *ends), ends)
    parts = [live(prepared, first, end - first, batch=batch)[0] for (first, end), batch in zip(ranges, (9, 7, 64, 1))]
    together = gathered(prepared, [Outcome.joined(outcomes) for outcomes in zip(*parts, strict=True)])
    assert together.digest == rich.digest and json.dumps(together.to_dict()) == json.dumps(rich.to_dict())


def test_what_was_finished_before_an_interruption_stays(rich):
    """Ctrl-C after the second batch: the first two are told of; before the first one there is nothing to tell."""
    calls = []

    def interrupt(count):
        calls.append(count)
        if len(calls) == 2:
            raise KeyboardInterrupt

    cut = simulate(rich.scenario, WORLDS, SEED, batch=20, workers=2, progress=interrupt)
    assert cut.interrupted and cut.worlds == 40
    assert (cut.outcome.digests == rich.outcome.digests[:40]).all()

    def stop(clock, batch):
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        simulate(rich.scenario, 20, SEED, batch=5, workers=1, processes=[stop])


@pytest.mark.parametrize(
    "days, part",
    [((0, 1, 27, 28, 400, 729), Part.LATE_PAYMENTS), (range(0, 730, 29), Part.ILLNESS), (range(730), Part.CLOSING)],
)
def test_a_process_that_does_nothing(rich, days, part):
    """Waking only cuts the time in which people live into other stretches; the clock alone orders what happens."""

    def idle(clock, batch):
        for day in days:
            yield clock.at(day, part)

    assert lived(RICH, processes=(idle,)).digest == rich.digest


# ---- a change in the scenario changes only what it must


def test_one_more_household_changes_nobody_else():
    """Households are numbered by size: the new one is the last, entities are household × 1024 + ordinal, and households
    share no draw but the community's, which is the mutual's."""
    before, _ = log_of(parse(NEW), 20)
    after, _ = log_of(parse(NEW, sets=["setting.association.households={1: 8, 3: 12, 5: 12, 7: 8, 9: 1}"]), 20)
    for mine, theirs in zip(before, after):
        assert (theirs["household"] == 40).any()
        of_all = [log[(log["household"] >= 0) & (log["household"] < 40)] for log in (mine, theirs)]
        assert of_all[0].tobytes() == of_all[1].tobytes()


def test_a_hundred_times_the_money():
    """Nothing depends on the unit: with whole bills, no copayment and months as periods, no amount is rounded."""
    whole = [
        "default_grade=exact",  # what a range gives is rounded to whole francs
        "setting.illness.hospital.cost={fixed: 21000}",
        "setting.illness.outpatient.cost={fixed: 1300}",
        "scheme.benefits.outpatient.copay=0%",
        "scheme.benefits.hospital={copay: 0%, ceiling_per_event: 17000}",
        "start_from.paid_in_advance=10000",
    ]
    hundredfold = [
        "setting.illness.antenatal.cost={fixed: 80000}",
        "setting.illness.delivery.cost={fixed: 900000}",
        "setting.illness.hospital.cost={fixed: 2100000}",
        "setting.illness.outpatient.cost={fixed: 130000}",
        "scheme.benefits.delivery.lump_sum=700000",
        "scheme.benefits.hospital.ceiling_per_event=1700000",
        "scheme.contribution.amount=28000",
        "scheme.ceiling_per_household_year=4000000",
        "scheme.expenses={once: 2000000, per_month: 300000}",
        "start_from.cash=6000000",
        "start_from.paid_in_advance=1000000",
        "start_from.owed_to_providers={0-30 days: 400000, 31-90 days: 150000}",
    ]
    one, hundred = lived(RICH, *whole).outcome, lived(RICH, *whole, *hundredfold).outcome
    for money in ("yearly", "cash", "worst", "closings_sum"):
        assert (getattr(one, money) * 100 == getattr(hundred, money)).all(), money
    assert (one.first_late == hundred.first_late).all() and (one.late_days == hundred.late_days).all()
    assert (one.first_late >= 0).any()


def test_more_reserve_never_brings_lateness_forward(new):
    """The first late day is the first on which all that fell due exceeds the reserve and all that came in; neither of
    these two sums knows the reserve."""
    days = [first_late_days(lived(NEW, f"scheme.reserve.opening={reserve}")) for reserve in (0, 10_000)] + [
        first_late_days(new)
    ]
    days += [first_late_days(lived(NEW, f"scheme.reserve.opening={reserve}")) for reserve in (150_000, 1_000_000)]
    assert all((less <= more).all() for less, more in pairwise(days))
    assert (days[0] < days[-1]).any()


def test_a_higher_ceiling_never_lowers_what_is_paid():
    """The episodes are the same, and each is paid the smaller of two amounts of which one grew."""
    sets = ["scheme.ceiling_per_household_year=none", "scheme.benefits.hospital.ceiling_per_event=12000"]
    low, high = lived(NEW, *sets), lived(NEW, *sets[:1])
    assert (by_world(low, "paid") <= by_world(high, "paid")).all()
    assert (by_world(low, "paid") < by_world(high, "paid")).any()


def test_longer_waiting_never_gives_more_accepted_claims(new):
    """Whoever is covered after the longer wait is covered after the shorter; the episodes and their marks for seeking
    care are the same. What a household's ceiling leaves changes the amount, not the acceptance."""
    covered = ("accepted", "over_ceiling", "over_household_ceiling")
    longer = lived(NEW, "scheme.membership.waiting.default=90 days")
    assert (by_world(longer, *covered) <= by_world(new, *covered)).all()
    assert (by_world(longer, *covered) < by_world(new, *covered)).any()


def test_without_contributions_the_first_bill_beyond_the_cash_is_late():
    """Nothing comes in, and bills fall due on their day: the first late day is that on which the claims in the log add
    up to more than the reserve."""
    scenario = parse(
        NEW,
        sets=[
            "scheme.contribution.amount=0",
            "scheme.expenses={once: 0, per_month: 0}",
            "scheme.providers={invoice: on-the-day, pay_within: none}",
        ],
    )
    logs, batch = log_of(scenario, 40)
    for w, log in enumerate(logs):
        claimed = np.zeros(batch.calendar.days, np.int64)
        np.add.at(claimed, log["moment"] // 2**32, np.where(log["debit"] == ledger.BENEFITS, log["amount"], 0))
        beyond = np.flatnonzero(np.cumsum(claimed) > 50_000)
        assert batch.till.first_late[w, 0] == (beyond[0] if len(beyond) else -1)
    assert (batch.till.first_late >= 0).any()


def test_more_need_never_gives_fewer_episodes(new):
    """A person's n-th episode comes when the clock has run e1 + … + en over the hazard; the exponential variates e are
    the same, and rounding to ticks is monotone. (A hazard that returns from 0 after episodes draws anew, under the same
    key for two people who are not at the same episode, which could break this; here a hazard only begins, at 15.)"""
    outcomes = ledger.KIND_MEASURES[:-2]
    more = lived(
        NEW,
        "setting.illness.outpatient.need=4",
        "setting.illness.hospital.need=0.5",
        "setting.illness.antenatal.need=1.5",
    )
    for kind in ("antenatal", "hospital", "outpatient"):
        fewer, many = (by_world(result, *((kind, outcome) for outcome in outcomes)) for result in (new, more))
        assert (fewer <= many).all() and (fewer < many).any()


def test_dearer_care_never_lowers_the_bills(new):
    """Care is sought in the same episodes; each bill is exp(log mean + sd × normal(u)) of the same u and sd, rounded,
    and grows with the mean."""
    dearer = lived(
        NEW,
        "setting.illness.outpatient.cost={lognormal: {mean: 1501, cv: 1}}",
        "setting.illness.hospital.cost={lognormal: {mean: 20100, cv: 1.5}}",
    )
    assert (by_world(new, "bills") < by_world(dearer, "bills")).all()


# ---- an edited rule is seen


TINY = """
title: Tiny (invented)
currency: XOF
start: 2027-01-01
years: 1
setting:
  association:
    {households: {2: 3}, people: {ages: {0+: 100%}}, member: {ages: {18-60: 100%}}, births: none, deaths: none}
  illness: {outpatient: {need: 12, cost: {fixed: 1001}}}
scheme:
  membership: {waiting: {default: none}}
  contribution: {amount: 100, per: household, every: month, timing: in-advance, grace: none}
  benefits: {outpatient: {copay: 50%}}
  providers: {invoice: on-the-day, pay_within: none}
"""
DIGEST = """
import sys, mho_sim
from mho_sim.compiled import is_cold
from mho_sim.scenario import parse
assert mho_sim.__file__.startswith(sys.argv[1]), mho_sim.__file__
print(is_cold(), mho_sim.simulate(parse(sys.argv[2]), worlds=3).digest)
"""


def test_an_edited_rule_is_seen(tmp_path):
    """Machine code is kept under a hash of all sources. A cache that looks at the kernel's own file would go stale:
    the rule lies in another."""
    shutil.copytree(Path(mho_sim.__file__).parent, tmp_path / "mho_sim", ignore=shutil.ignore_patterns("__pycache__"))
    rules = tmp_path / "mho_sim" / "rules.py"
    right = rules.read_text(encoding="utf-8")
    wrong = right.replace("+ MILLION // 2) // MILLION", ") // MILLION")
    assert wrong != right
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "MHO_SIM_CACHE_DIR": str(tmp_path / "cache")}

    def run(source):
        rules.write_text(source, encoding="utf-8")
        command = [sys.executable, "-c", DIGEST, str(tmp_path), TINY]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.split()

    first, again, edited, undone = run(right), run(right), run(wrong), run(right)
    assert [cold for cold, _ in (first, again, edited, undone)] == ["True", "False", "True", "False"]
    assert first[1] == again[1] == undone[1] != edited[1]
