"""Whom a price is for: the association as it is at the start, as shares of its people by sex, age, sector and zone."""

import math
from typing import NamedTuple

import numpy as np

AGES = 121  # completed years, 0 to 120
LAST_AGE = 89  # to which an open age band reaches (MODEL.md, section 4)
LARGEST = 40  # people of a household
MAN, WOMAN = range(2)


class People(NamedTuple):
    """The people of the association at the start."""

    shares: np.ndarray  # (sexes, ages, sectors, zones): sum to 1
    sizes: np.ndarray  # (LARGEST + 1,): shares of the households, by their number of people
    households: float
    joining: float  # share of them
    staying: float = 1.0  # share of those who joined that are still members in the year that is priced

    @property
    def mean_size(self):
        """People of a household, on average."""
        return float(self.sizes @ np.arange(len(self.sizes)))

    @property
    def members(self):
        """Households that are members in the year."""
        return self.households * self.joining * self.staying

    @property
    def beneficiaries(self):
        """People in these households."""
        return self.members * self.mean_size

    def in_year(self, scenario, year):
        """The same people in a year of membership, from 1: those who have renewed each year before it."""
        renewing = scenario.setting.renewing
        return self if renewing is None else self._replace(staying=float(renewing.probability) ** (year - 1))

    @property
    def women_of_15_to_49(self):
        """Where, among sexes and ages, children are born, (sexes, ages, 1, 1)."""
        where = np.zeros((2, AGES, 1, 1))
        where[WOMAN, 15:50] = 1
        return where


def people_of(scenario):
    """The people that a scenario's figures say, on average over seeds; or those of its register."""
    joining = 1.0 if scenario.setting.take_up is None else scenario.setting.take_up.best
    if scenario.members is not None:
        return _listed(scenario, joining)
    terms, sizes = scenario.setting.association, _sizes(scenario.setting.association)
    mean = float(sizes @ np.arange(len(sizes)))
    by_age = (_by_age(terms.member) + (mean - 1) * _by_age(terms.people)) / mean
    shares = by_age[:, :, None, None] * _sectors(scenario)[:, None] * _zones(scenario)
    return People(shares, sizes, terms.count, joining)


def at_ages(table, otherwise=0.0):
    """A table of age bands by completed years, (1, ages, 1, 1)."""
    values = np.full(AGES, otherwise)
    for first, last, value in reversed(table):
        values[first : AGES if last is None else last + 1] = value
    return values[None, :, None, None]


def _by_age(group):
    """Shares by sex and age of members, or of the others, (sexes, ages)."""
    ages, total = np.zeros(AGES), sum(share for *_, share in group.ages)
    for first, last, share in group.ages:
        last = LAST_AGE if last is None else last
        ages[first : last + 1] += share / total / (last + 1 - first)
    return np.array([[1 - group.women], [group.women]]) * ages


def _sectors(scenario):
    return _scaled([one.share for one in scenario.setting.enterprises])


def _zones(scenario):
    return _scaled([share for *_, share in scenario.setting.association.distance or ()])


def _scaled(shares):
    return np.array(shares) / sum(shares) if shares else np.ones(1)


def _sizes(terms):
    """Shares of households by size: exact counts, or 1 + a negative binomial number (MODEL.md, section 4)."""
    sizes = np.zeros(LARGEST + 1)
    if terms.households is not None:
        for size, count in terms.households.items():
            sizes[size] = count
        return sizes / sizes.sum()
    extra = terms.covered_per_member.mean - 1
    variance = (terms.covered_per_member.cv * terms.covered_per_member.mean) ** 2
    if extra == 0:
        sizes[1] = 1
        return sizes
    r = extra**2 / (variance - extra)
    sizes[1] = math.exp(r * math.log(r / (r + extra)))
    for n in range(LARGEST - 1):
        sizes[n + 2] = sizes[n + 1] * (r + n) / (n + 1) * extra / (r + extra)
    return sizes / sizes.sum()


def _listed(scenario, joining):
    """The people of a register; where it says nothing of a sector or a zone, as the scenario does."""
    members = scenario.members
    homes = len(members.household_names)
    of_member = np.empty(homes, dtype=int)
    of_member[members.household[members.is_member]] = np.flatnonzero(members.is_member)
    sector, zone = np.tile(_sectors(scenario), (homes, 1)), np.tile(_zones(scenario), (homes, 1))
    known = [one.sector for one in scenario.setting.enterprises]
    for home, row in enumerate(of_member):
        name = members.sectors[members.sector[row]] if members.sector[row] >= 0 else None
        if name in known:
            sector[home] = np.arange(len(known)) == known.index(name)
        for place, (first, last, _) in enumerate(scenario.setting.association.distance or ()):
            far = math.floor(members.distance_km[row]) if members.distance_km[row] >= 0 else -1
            if first <= far and (last is None or far <= last):
                zone[home] = np.arange(zone.shape[1]) == place
    shares = np.zeros((2, AGES, sector.shape[1], zone.shape[1]))
    ages = np.minimum((4 * members.born_days_before_start + 3) // 1461, AGES - 1)
    cells = sector[members.household][:, :, None] * zone[members.household][:, None, :]
    np.add.at(shares, (members.woman.astype(int), ages), cells)
    sizes = np.bincount(np.bincount(members.household), minlength=LARGEST + 1) / homes
    return People(shares / len(members.household), sizes, homes, joining)
