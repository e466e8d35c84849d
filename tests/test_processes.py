"""A user's own process, beside the scheme's: it may look, draw and post, and the cash box follows."""

from pathlib import Path

import numpy as np
import pytest

import mho_sim
from mho_sim import ledger
from mho_sim.engine import Part, Prepared, live_batch
from mho_sim.engine.clock import moment
from mho_sim.rules import REASONS

SCENARIO = mho_sim.load(
    Path(__file__).parent.parent / "scenarios" / "market-traders.yaml",
    ["setting.association.members=30", "scheme.membership.intakes=none", "default_grade=exact"],
)


def rescue(clock, batch):
    """Someone gives 10 million on the first day of the second year, early in the day."""
    yield clock.at(batch.calendar.first[12])
    batch.post("cash", "equity", 10_000_000)


def feast(clock, batch):
    """The assembly spends 300 000 in the evening of day 200; the bill is due the next day."""
    yield clock.at(200, Part.ASSEMBLY)
    batch.post("expenses", "suppliers", 300_000)


def luck(clock, batch):
    """A gift that differs between worlds."""
    yield clock.at(5)
    batch.post("cash", "equity", np.floor(1000 * batch.uniform("gift", 0, 0)).astype(np.int64))


def test_money_given_is_there_and_nothing_else_changes():
    without, given = (live_batch(Prepared(SCENARIO, 1), 0, 20, processes=processes) for processes in ((), (rescue,)))
    assert (given.memory.closings[:, :, :12] == without.memory.closings[:, :, :12]).all()
    assert (given.memory.registers == without.memory.registers).all()
    assert (given.till.cash >= without.till.cash).all()
    assert (given.till.cash == given.memory.books[..., ledger.CASH]).all()
    assert not given.memory.books.sum(axis=-1).any()


def test_a_debt_made_in_the_evening_is_due_the_next_day():
    """Day 200 is settled before the assembly; the suppliers are paid on day 201, as far as the cash goes."""
    rich = SCENARIO.with_("scheme.reserve.opening", 50_000_000)
    with_feast, without = (
        live_batch(Prepared(rich, 1), 0, 20, processes=processes, room=20_000) for processes in ((feast,), ())
    )
    assert (with_feast.till.cash == with_feast.memory.books[..., ledger.CASH]).all()
    for w in range(20):
        own, plain = (b.memory.log[w, : b.memory.written[w]] for b in (with_feast, without))
        spent = own[own["reason"] == REASONS.index("own_process")]
        assert [(int(e["moment"]), int(e["amount"])) for e in spent] == [(moment(200, Part.ASSEMBLY), 300_000)]
        to_suppliers = [
            {int(e["moment"]) >> 32: int(e["amount"]) for e in log[log["debit"] == ledger.SUPPLIERS]}
            for log in (own, plain)
        ]
        assert to_suppliers[0].get(200, 0) == to_suppliers[1].get(200, 0)
        assert to_suppliers[0][201] == 300_000 + to_suppliers[1].get(201, 0)


def test_a_process_draws_by_name_and_world():
    whole = live_batch(Prepared(SCENARIO, 1), 0, 12, processes=(luck,)).memory.books[:, 0, ledger.EQUITY]
    parts = [
        live_batch(Prepared(SCENARIO, 1), first, 6, processes=(luck,)).memory.books[:, 0, ledger.EQUITY]
        for first in (0, 6)
    ]
    assert (whole == np.concatenate(parts)).all() and len(set(whole)) > 6


def test_simulate_takes_processes():
    plain, rescued = (mho_sim.simulate(SCENARIO, worlds=60, processes=processes) for processes in ((), (rescue,)))
    assert rescued.late["by_year"][0] == plain.late["by_year"][0]
    assert rescued.late["probability"] <= plain.late["probability"]


@pytest.mark.parametrize(
    "entry, sentence",
    [
        (("equity", "cash", 5), "only by paying a debt"),
        (("providers", "equity", 5), "only by paying a debt"),
        (("cash", "equity", -5), "whole number"),
        (("cash", "equity", 0.9), "whole number"),
        (("cahs", "equity", 5), "'cahs' is no account"),
    ],
)
def test_an_entry_that_would_make_the_books_lie_is_refused(entry, sentence):
    def posts(clock, batch):
        yield clock.at(5)
        batch.post(*entry)

    with pytest.raises(ValueError, match=sentence):
        mho_sim.simulate(SCENARIO, worlds=2, processes=[posts])


def test_a_moment_that_has_passed_is_refused():
    def traveller(clock, batch):
        yield clock.at(5)
        yield clock.at(4)

    with pytest.raises(ValueError, match="has passed"):
        mho_sim.simulate(SCENARIO, worlds=2, processes=[traveller])


@pytest.mark.parametrize("wrong", [{"worlds": 0}, {"seed": -1}, {"seed": 2**64}, {"workers": 0}, {"batch": 0}])
def test_numbers_out_of_range_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        mho_sim.simulate(SCENARIO, **{"worlds": 2, **wrong})
