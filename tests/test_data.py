"""Country presets: figures typed again from World Population Prospects 2024, and what must hold of any country."""

import csv
import pickle
import re
from importlib.resources import files

import pytest

from mho_sim.data import preset, presets

# Typed by hand: shares 0-4, 5-14, 15-49, 50-59, 60+; women 15-49; births a 1 000; deaths at 0, 1-4, 30 and 60;
# then the five-year rates at 5, 10; 50, 55; 70, 75, 80, between which the wide bands must lie.
TYPED = {
    "senegal-2020": (
        (0.143, 0.260, 0.489, 0.053, 0.054),
        (0.244, 29.9),
        (0.028, 0.0034, 0.0022, 0.020),
        ((0.00088, 0.00122), (0.0084, 0.0127), (0.056, 0.160)),
        ("Senegal", "XOF", 8.66),
    ),
    "mali-2020": (
        (0.181, 0.292, 0.449, 0.040, 0.038),
        (0.221, 41.0),
        (0.069, 0.0095, 0.0042, 0.027),
        ((0.00169, 0.00276), (0.0117, 0.0170), (0.070, 0.186)),
        ("Mali", "XOF", 5.81),
    ),
    "dr-congo-2020": (
        (0.184, 0.276, 0.441, 0.050, 0.048),
        (0.222, 42.2),
        (0.056, 0.0073, 0.0045, 0.024),
        ((0.00221, 0.00378), (0.0116, 0.0157), (0.058, 0.139)),
        ("DR Congo", "CDF", None),
    ),
}


@pytest.mark.parametrize("name", TYPED)
def test_figures_are_those_of_the_source(name):
    shares, (women, births), deaths, between, (country, currency, size) = TYPED[name]
    it = preset(name)
    assert [band[:2] for band in it.ages] == [(0, 4), (5, 14), (15, 49), (50, 59), (60, None)]
    assert tuple(share for *_, share in it.ages) == shares
    assert it.women == pytest.approx(women / shares[2], abs=0.0005)
    assert it.births == pytest.approx(births / 1000 / women, abs=0.00005)
    rate = {first: value for first, _, value in it.deaths}
    assert (rate[0], rate[1], rate[15], rate[60]) == deaths
    for first, (least, most) in zip((5, 50, 70), between):
        assert least < rate[first] < most
    assert (it.country, it.currency, it.household_size, it.year) == (country, currency, size, 2020)


def test_births_in_senegal():
    """29.9 / 1 000 / 0.244 = 0.122541."""
    assert preset("senegal-2020").births == 0.1225


def test_women_in_senegal_and_cameroon():
    """0.244 / 0.489 = 0.49898; 0.242 / 0.482 = 0.50207."""
    assert (preset("senegal-2020").women, preset("cameroon-2020").women) == (0.499, 0.502)


@pytest.mark.parametrize("name", presets())
def test_what_holds_of_any_country(name):
    it = preset(name)
    assert sum(share for *_, share in it.ages) == pytest.approx(1, abs=5 * 0.0005 + 1e-12)  # five roundings
    assert 0.47 < it.women < 0.53
    assert 0.10 < it.births < 0.20
    infants, small, children, adults, older, sixty, oldest = (rate for *_, rate in it.deaths)
    assert infants > small > children < adults < older < sixty < oldest
    assert it.deaths[0][0] == 0
    assert [last + 1 for _, last, _ in it.deaths[:-1]] == [first for first, *_ in it.deaths[1:]]
    assert it.deaths[-1][1] is None
    assert it.household_size is None or 2 < it.household_size < 10


def test_there_are_ten_countries():
    assert len(presets()) == 10
    assert {preset(name).currency for name in presets()} == {"XOF", "RWF", "XAF", "GNF", "UGX", "TZS", "CDF"}


@pytest.mark.parametrize("name", presets())
def test_every_figure_says_where_it_comes_from(name):
    it = preset(name)
    given = {figure.name: figure.value for figure in it.figures}
    assert len(given) == len(it.figures) == 14 + (it.household_size is not None)
    assert (given["births"], given["people.women"], given["people.ages.60+"], given["deaths.70+"]) == (
        it.births,
        it.women,
        it.ages[-1][2],
        it.deaths[-1][2],
    )
    for figure in it.figures:
        assert figure.mark in ("S", "D")
        assert re.search(r"UN (WPP 2024|2019)", figure.source)
        assert figure.unit
        assert 2019 <= figure.year <= 2020


def test_a_derived_figure_says_the_sum_and_a_wide_band_what_is_assumed():
    source = {figure.name: figure.source for figure in preset("senegal-2020").figures}
    assert source["births"] == "births over women of 15 to 49: 29.9 / 1 000 / 0.244, UN WPP 2024"
    assert (
        source["people.women"] == "women over all people of 15 to 49: 0.244 / 0.489, UN WPP 2024; assumed at all ages"
    )
    assert source["deaths.15-49"] == "UN WPP 2024; the rate at 30, assumed from 15 to 49"
    assert source["deaths.60-69"] == "UN WPP 2024; the rate at 60, assumed from 60 to 69"
    assert source["deaths.0-0"] == source["deaths.1-4"] == source["people.ages.0-4"] == "UN WPP 2024"
    assert source["deaths.5-14"] == "five-year rates weighted by the people of each age, UN WPP 2024"


@pytest.mark.parametrize(
    ("name", "near"),
    [("senegl-2020", "senegal-2020"), ("Senegal", "senegal-2020"), ("Burkina Faso", "burkina-faso-2020")],
)
def test_a_country_that_is_not_there(name, near):
    with pytest.raises(KeyError) as caught:
        preset(name)
    assert caught.value.args[0].startswith(
        f"There is no preset '{name}'; did you mean '{near}'? There are: senegal-2020,"
    )


def test_a_country_like_no_other():
    with pytest.raises(KeyError, match=r"There is no preset 'xyz'\. There are: "):
        preset("xyz")


def test_presets_are_frozen_and_travel():
    it = preset("mali-2020")
    assert pickle.loads(pickle.dumps(it)) == it
    with pytest.raises(AttributeError):
        it.births = 0


def test_no_row_of_the_files_is_left_out_or_written_twice():
    rows = files("mho_sim.data").joinpath("demography.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in rows if not line.startswith("#")))
    assert {row["preset"] for row in rows} == set(presets())
    assert len({(row["preset"], row["figure"]) for row in rows}) == len(rows)
    assert all(row["mark"] in ("S", "D") and row["year"] and row["source"] and row["unit"] for row in rows)
