"""What a scenario expects of people who are covered, month by month: claims, payments, and how far chance moves them.

Without simulation, from the frequencies and payments of `tariff`. Months are counted from the scenario's start and may
lie before it. Arrays: (services, groups, months) of people covered. Limits of the year do not enter (`tariff.limits`).

How far chance moves the numbers (MODEL.md, sections 4 to 6): given the factors, claims are Poisson, and those that come
of one episode come together; a birth or death happens once or not; whoever is chronically ill is so every month. The
personal factors (gamma, for life) rise together for all kinds, the yearly factor that all share is one for each kind of
need. People who are covered in two months are taken as the same, as far as they are as many.
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np

from mho_sim.actuarial.costs import Gamma
from mho_sim.actuarial.margins import CLASSES, comonotone
from mho_sim.tariff.figures import Figures
from mho_sim.tariff.people import people_of
from mho_sim.tariff.services import MONTHS, Care


class Expected(NamedTuple):
    """Claims and payments of each service, (services,), and their covariances, (services, services)."""

    claims: np.ndarray
    of_claims: np.ndarray
    paid: np.ndarray
    of_paid: np.ndarray
    squares: np.ndarray  # (services,): expected sum of the squares of the payments
    cubes: np.ndarray  # (services,): of their cubes

    def of(self, which):
        """The same of one service, or of all together (`slice(None)`): a `Line`."""
        claims, paid = float(self.claims[which].sum()), float(self.paid[which].sum())
        return Line(
            claims,
            max(float(self.of_claims[which][..., which].sum()), claims) if claims else 0.0,
            paid,
            float(self.of_paid[which][..., which].sum()),
            float(self.squares[which].sum()),
            float(self.cubes[which].sum()),
        )


class Line(NamedTuple):
    """What is expected of one line of the comparison: of claims and of money mean and variance."""

    claims: float
    of_claims: float
    paid: float
    of_paid: float
    squares: float
    cubes: float

    @property
    def mixing(self):
        """Variance of the gamma factor of a negative binomial number with this mean and variance; 0 for Poisson."""
        return max(self.of_claims - self.claims, 0.0) / self.claims**2 if self.claims else 0.0

    @property
    def mixing_paid(self):
        """The same of all that is paid: how much of its variance, over the square of the mean, its payments leave."""
        return max(self.of_paid - self.squares, 0.0) / self.paid**2 if self.paid else 0.0

    @property
    def payment(self):
        """The mean payment for a claim."""
        return self.paid / self.claims if self.claims else 0.0

    @property
    def of_payment(self):
        """Variance of one payment."""
        return max(self.squares / self.claims - self.payment**2, 0.0) if self.claims else 0.0

    @property
    def cv(self):
        """Coefficient of variation of one payment."""
        return float(np.sqrt(self.of_payment)) / self.payment if self.payment else 0.0


class Plan:
    """What a scenario expects of its services: of its best values, or of one draw of its ranges."""

    def __init__(self, scenario, drawn=None, people=None):
        self.scenario = scenario
        self.care = Care(scenario, people or people_of(scenario), Figures(scenario, drawn))
        self.services = [kind for kind in scenario.kinds if kind in scenario.scheme.benefits]
        illness = scenario.setting.illness
        self.roots = [self._root(kind) for kind in self.services]
        self.seasons = np.array([illness[root].season or (1.0,) * MONTHS for root in self.roots], dtype=float)
        self.seasons *= MONTHS / self.seasons.sum(axis=1, keepdims=True)
        growth = scenario.setting.inflation.medical
        self.growth = self.care.figures.of("setting.inflation.medical", growth)
        self._paid_for = [self.care.paid_for(kind) for kind in self.services]
        self.frequency = np.array([self.care.mean(tensor) for tensor in self._paid_for])

    def _root(self, kind):
        """The kind that comes about by itself, and from which this one is referred, at once or in steps."""
        return self.line_of(kind)[-1]

    def line_of(self, kind):
        """A kind, the kind that it is referred from, and so on."""
        found, illness = [kind], self.scenario.setting.illness
        while (referral := illness[found[-1]].referred_from) is not None:
            found.append(referral.kind)
        return found

    # By month

    def parts_of_year(self, months):
        """How much of a usual year's claims falls in each month, (services, months)."""
        return self.seasons[:, (np.asarray(months) + self.scenario.start.month - 1) % MONTHS] / MONTHS

    def payments(self, months):
        """E[X], E[X^2] and E[X^3] of a claim of each service in each month, (3, services, months)."""
        index = (1 + self.growth) ** (np.asarray(months) / MONTHS)
        return np.array([self.care.pays(kind, index).moments for kind in self.services]).transpose(1, 0, 2)

    def claims_by_month(self, covered, months):
        """Expected claims, (services, groups, months)."""
        return self.frequency[:, None, None] * self.parts_of_year(months)[:, None] * covered

    def expected(self, covered, months):
        """What is expected of the people who are covered in these months: an `Expected`."""
        covered, months = np.asarray(covered, dtype=float), np.asarray(months)
        claims = self.claims_by_month(covered, months)
        (first, second, third), one = self.payments(months), np.ones((len(self.services), len(months)))
        return Expected(
            claims.sum(axis=(1, 2)),
            self._covariances(covered, months, one, one),
            (claims * first[:, None]).sum(axis=(1, 2)),
            self._covariances(covered, months, first, second),
            (claims * second[:, None]).sum(axis=(1, 2)),
            (claims * third[:, None]).sum(axis=(1, 2)),
        )

    def claims_line(self, covered, months, which):
        """The same of claims alone, of one service or of all together: a `Line`."""
        one = np.ones((len(self.services), len(months)))
        claims = self.claims_by_month(covered, months).sum(axis=(1, 2))
        of_claims = self._covariances(covered, np.asarray(months), one, one, range(len(self.services))[which])
        return Expected(claims, of_claims, claims, of_claims, claims, claims).of(which)

    # How far chance moves them

    def _covariances(self, covered, months, first, second, places=None):
        """Covariances of the services' totals of amounts with these moments by month, (services, services)."""
        places = range(len(self.services)) if places is None else places
        whole = np.ones(len(months))
        of_episodes = self._of_episodes(covered, months, (first, second), whole, places)
        return of_episodes + self._of_factors(covered, months, first, first, places)

    def parts_apart(self, covered, months, parts):
        """Covariances of what is paid for these parts of each month's care, (services, services): of chance given the
        factors, of the factors, and of the factors with all that is paid in these months (columns).
        """
        (first, second, _), places = self.payments(months), range(len(self.services))
        return (
            self._of_episodes(covered, months, (first, second), parts, places),
            self._of_factors(covered, months, first * parts, first * parts, places),
            self._of_factors(covered, months, first * parts, first, places),
        )

    def _of_episodes(self, covered, months, moments, counted, places):
        """Covariances given the factors, where these parts of each month are counted: chance, and claims of one
        episode. Amounts have these two moments.
        """
        (first, second), parts, count = moments, self.parts_of_year(months) * counted, len(self.services)
        found = np.zeros((count, count))
        for i in places:
            of_one = self.frequency[i] * second[i] - self._monthly[i] * counted * first[i] ** 2
            found[i, i] = (covered[i] * parts[i] * of_one).sum()
            for j in (j for j in places if j > i):
                least = np.minimum(covered[i], covered[j])
                found[i, j] = self._together[i, j] * (least * parts[i] * first[i] * first[j]).sum()
                found[j, i] = found[i, j]
        return found

    def _of_factors(self, covered, months, first, second, places):
        """Covariances, because people and years differ, of the totals of two lots of amounts, with these means by
        month.
        """
        parts, count = self.parts_of_year(months), len(self.services)
        one, other = parts * first, parts * second
        years, found = np.asarray(months) // MONTHS, np.zeros((count, count))
        of_one, of_other = (
            np.array([(covered * lot[:, None])[..., years == year].sum(axis=(1, 2)) for year in sorted(set(years))])
            for lot in (one, other)
        )
        of_one, of_other = of_one.reshape(-1, count), of_other.reshape(-1, count)
        for i in places:
            for j in places:
                if first is second and j < i:
                    found[i, j] = found[j, i]
                    continue
                found[i, j] = self._people[i, j] * _of_the_same(covered[i], covered[j], one[i], other[j])
                found[i, j] += self._shared[i, j] * (of_one[:, i] * of_other[:, j]).sum()
        return found

    def _mean_of(self, i, j, factor=1.0):
        """The mean over people of the product of the claims of two services, times a tensor."""
        return self.care.mean(self._paid_for[i] * self._paid_for[j] * factor)

    def _illness(self, place):
        return self.scenario.setting.illness[self.roots[place]]

    def _prevalence(self, place):
        """Who is chronically ill, by cell, where the root of a service is a chronic illness."""
        return self.care.need(self.roots[place]) / MONTHS

    @cached_property
    def _monthly(self):
        """By how much claims vary less than Poisson ones because a chronic illness gives one episode a month."""
        found = np.zeros(len(self.services))
        for i in range(len(self.services)):
            if self._illness(i).chronic is not None:
                found[i] = self._mean_of(i, i, _inverse(MONTHS * self._prevalence(i)))
        return found

    @cached_property
    def _together(self):
        """Pairs of claims of two services because of the same episode, a person and year."""
        count = len(self.services)
        found = np.zeros((count, count))
        for i in range(count):
            for j in range(count):
                if i != j and self.roots[i] == self.roots[j]:
                    above = self.line_of(self.services[j])
                    common = next(kind for kind in self.line_of(self.services[i]) if kind in above)
                    found[i, j] = self._mean_of(i, j, _inverse(self.care.sought(common)))
                    if self._illness(i).chronic is not None:
                        found[i, j] -= self._mean_of(i, j, _inverse(MONTHS * self._prevalence(i)))
        return found

    @cached_property
    def _people(self):
        """Covariances because people differ for good, of a person and the square of a year."""
        count = len(self.services)
        personal = [self.variance(i, "frailty") for i in range(count)]
        factors = comonotone(Gamma, personal)
        pairs = factors @ factors.T / CLASSES - 1
        found = np.zeros((count, count))
        for i in range(count):
            for j in range(count):
                one, other = self._illness(i), self._illness(j)
                same = self.roots[i] == self.roots[j]
                if one.need is not None and other.need is not None:
                    common = 1 + (self.variance(i, "community") if same else 0.0)
                    found[i, j] = pairs[i, j] * common * self._mean_of(i, j)
                elif one.chronic is not None and same:
                    prevalence = self._prevalence(i)
                    found[i, j] = self._mean_of(i, j, (1 - prevalence) * _inverse(prevalence))
                elif one.rate is not None and one.rate == other.rate:
                    found[i, j] = -self._mean_of(i, j)  # a birth or a death happens once in a year, or not
        return found

    @cached_property
    def _shared(self):
        """Covariances because a year is good or bad for all, of the square of all people's year."""
        count = len(self.services)
        found = np.zeros((count, count))
        for i in range(count):
            for j in range(count):
                if self.roots[i] == self.roots[j]:
                    found[i, j] = self.variance(i, "community") * self.frequency[i] * self.frequency[j]
        return found

    def variance(self, place, key):
        """Variance of the personal or of the yearly factor of a service's root."""
        illness = self._illness(place)
        return 0.0 if illness.need is None else self.care.of(self.roots[place], key, getattr(illness, key))


def _inverse(tensor):
    """1 / a tensor, 0 where it is 0."""
    return np.divide(1.0, tensor, out=np.zeros(np.shape(tensor)), where=np.asarray(tensor) > 0)


def _of_the_same(people, others, parts, of_others):
    """Sum over groups and pairs of months of the people covered in both times the parts of the two months."""
    least = np.minimum(people[:, :, None], others[:, None, :])
    return float(np.einsum("gst,s,t->", least, parts, of_others))
