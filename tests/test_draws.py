"""Draws against published answers: Philox's known-answer vectors, CPython's AS241, the gamma distribution's moments."""

import statistics

import numpy as np
import pytest
from numba import njit

from mho_sim import draws

KNOWN_ANSWERS = [  # Random123, kat_vectors, philox4x32 10: counter, key, words
    ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, 2**64 - 1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        0x299F31D0A4093822,
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@njit
def philox(a, b, c, d, seed):
    return draws.philox(a, b, c, d, seed)


@njit
def normal(u):
    return draws.normal(u)


@njit
def bill(u, log_mean, log_sd):
    return draws.lognormal_money(u, log_mean, log_sd)


@pytest.mark.parametrize("counter, key, words", KNOWN_ANSWERS)
def test_philox_gives_the_known_answers(counter, key, words):
    assert tuple(int(word) for word in philox(*counter, np.uint64(key))) == words


def test_normal_is_as241_to_the_last_bit():
    u = np.concatenate((np.random.default_rng(1).random(20_000), [1e-300, 1e-16, 0.5, 1 - 1e-16]))
    inverse = statistics.NormalDist().inv_cdf
    assert [normal(x) for x in u] == [inverse(x) for x in u]


def test_uniforms_lie_strictly_inside_and_are_even():
    """A chi-squared over 100 cells and the correlation of the pair; each false alarm about 1e-6."""
    first, second = draws.uniform_columns(np.arange(200_000), np.zeros(200_000), draws.decision("even"), 7, 1)
    assert min(first.min(), second.min()) > 0 and max(first.max(), second.max()) < 1
    for u in (first, second):
        cells = np.bincount((u * 100).astype(int), minlength=100)
        assert ((cells - 2000) ** 2 / 2000).sum() < 176  # chi-squared, 99 degrees of freedom: 1e-6 beyond
    assert abs(np.corrcoef(first, second)[0, 1]) < 4.9 / np.sqrt(200_000)


@pytest.mark.parametrize("variance", [0.01, 0.04, 0.5, 1.2, 2, 4])
def test_gamma_classes_keep_the_mean_and_all_but_a_thousandth_of_the_variance(variance):
    values = draws.gamma_classes(variance)
    assert abs(values.mean() - 1) < 1e-10
    assert 0 <= 1 - values.var() / variance < 1e-3
    assert (np.diff(values) >= 0).all()


def test_bills_grow_with_the_uniform_and_have_the_mean_that_was_asked_for():
    """Mean over an even grid of uniforms; the grid leaves out less than 0.5 % of the mean in the tail."""
    log_mean, log_sd = draws.lognormal_parameters(3000, 0.7)
    bills = np.array([bill(u, log_mean, log_sd) for u in (np.arange(20_000) + 0.5) / 20_000])
    assert (np.diff(bills) >= 0).all()
    assert bills.mean() == pytest.approx(3000, rel=1e-3)
    assert bill(1 - 1e-16, 30.0, 5.0) == draws.LARGEST_BILL


def test_a_decision_is_known_by_its_name():
    names = [
        f"illness.{kind}.{what}"
        for kind in ("outpatient", "hospital", "delivery")
        for what in ("next", "cost", "again", "community")
    ]
    names += ["household.size", "person", "frailty", "death", "birth", "contribution.paid", "household.status"]
    assert len({int(draws.decision(name)) for name in names}) == len(names)
