"""Country presets such as `senegal-2020`: ages, sexes, births and deaths of a whole country.

The figures are in `demography.csv`, the countries in `countries.csv`. Ages are tuples (first, last, value) in completed
years, `last` None in an open band: the form that a scenario's own tables have.
"""

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

Ages = tuple[tuple[int, int | None, float], ...]

SHARES = ((0, 4), (5, 14), (15, 49), (50, 59), (60, None))
DEATHS = (  # first and last age, and the figure that stands for them
    (0, 0, "deaths 0"),
    (1, 4, "deaths 1-4"),
    (5, 14, "deaths 5-14"),
    (15, 49, "deaths 30"),
    (50, 59, "deaths 50-59"),
    (60, 69, "deaths 60"),
    (70, None, "deaths 70+"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a preset; `name` is its place under a scenario's setting.association."""

    name: str
    value: float
    unit: str
    year: int
    mark: str  # S: read in the source; D: worked out from it
    source: str  # for D with the sum


@dataclass(frozen=True, slots=True)
class Preset:
    """What is known of the people of a country in one year."""

    name: str
    country: str
    year: int
    currency: str  # ISO 4217
    ages: Ages  # shares of the population; rounded, so that they add up to 1 within 0.0025
    women: float  # share of women among those of 15 to 49
    births: float  # a year, for each woman of 15 to 49
    deaths: Ages  # per person-year
    household_size: float | None  # persons, national mean, None if not known: covered persons per member are others
    figures: tuple[Figure, ...]  # all of these numbers, with their sources


def presets() -> tuple[str, ...]:
    """The names of all presets."""
    return tuple(row["preset"] for row in _table("countries.csv"))


@cache
def preset(name: str) -> Preset:
    """The preset of that name; a KeyError names the nearest one and all there are."""
    country = next((row for row in _table("countries.csv") if row["preset"] == name), None)
    if country is None:
        raise KeyError(_no_preset(name))
    read = {row["figure"]: _figure(row) for row in _table("demography.csv") if row["preset"] == name}
    shares = [_named(read[f"ages {_band(*band)}"], f"people.ages.{_band(*band)}") for band in SHARES]
    deaths = [_deaths(first, last, read[figure]) for first, last, figure in DEATHS]
    women, births = _women(read), _births(read)
    size = read.get("household size")
    return Preset(
        name=name,
        country=country["country"],
        year=births.year,
        currency=country["currency"],
        ages=tuple((*band, figure.value) for band, figure in zip(SHARES, shares)),
        women=women.value,
        births=births.value,
        deaths=tuple((first, last, figure.value) for (first, last, _), figure in zip(DEATHS, deaths)),
        household_size=size.value if size else None,
        figures=(*shares, women, births, *deaths, *([_named(size, "household_size")] if size else [])),
    )


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a file of this room; lines that begin with # are comments."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def _no_preset(name: str) -> str:
    near = get_close_matches(name[:60].lower().replace(" ", "-").replace("_", "-"), presets(), n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else "."
    return f"There is no preset '{name[:60]}'{hint} There are: {', '.join(presets())}."


def _figure(row: dict[str, str]) -> Figure:
    words = "five-year rates weighted by the people of each age, " if row["mark"] == "D" else ""
    return Figure(row["figure"], float(row["value"]), row["unit"], int(row["year"]), row["mark"], words + row["source"])


def _band(first: int, last: int | None) -> str:
    return f"{first}+" if last is None else f"{first}-{last}"


def _named(figure: Figure, name: str, also: str = "") -> Figure:
    return Figure(name, figure.value, figure.unit, figure.year, figure.mark, figure.source + also)


def _deaths(first: int, last: int | None, figure: Figure) -> Figure:
    """The figure for a band; where it is the rate at one age, that it holds for the whole band is assumed."""
    ages = figure.name.removeprefix("deaths ")
    stands = "" if ages in (_band(first, last), str(last)) else f"; the rate at {ages}, assumed from {first} to {last}"
    return _named(figure, f"deaths.{_band(first, last)}", stands)


def _women(read: dict[str, Figure]) -> Figure:
    women, all_ = read["women 15-49"], read["ages 15-49"]
    how = f"women over all people of 15 to 49: {women.value:g} / {all_.value:g}, {women.source}; assumed at all ages"
    return Figure("people.women", round(women.value / all_.value, 3), "share", women.year, "D", how)


def _births(read: dict[str, Figure]) -> Figure:
    """Births a year for each woman of 15 to 49, to 4 decimals."""
    births, women = read["births"], read["women 15-49"]
    value = round(births.value / 1000 / women.value, 4)
    how = f"births over women of 15 to 49: {births.value:g} / 1 000 / {women.value:g}, {births.source}"
    return Figure("births", value, "a year for each woman of 15 to 49", births.year, "D", how)
