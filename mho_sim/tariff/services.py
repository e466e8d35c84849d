"""Service by service: how often covered people use it, and what the mutual then pays; MODEL.md, section 6, in closed
form.

Frequencies are per person-year, of people as they are at the start, as tensors (sexes, ages, sectors, zones). Limits
of the year do not enter here.
"""

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np

from mho_sim.actuarial import costs
from mho_sim.actuarial.margins import cumulants, payment_moments, raw_moments, shifted
from mho_sim.tariff.people import at_ages

MONTHS = 12
LONGEST_STAY = 366  # days
ANY_AGE = np.ones((1, 1, 1, 1))


class Pays(NamedTuple):
    """What the mutual pays for one episode that it pays for."""

    moments: np.ndarray  # (3, months): raw moments, money
    mean_bill: float  # at the start's prices
    less_copay: float  # of the mean bill, what patients do not bear; no ceiling is looked at


class Care:
    """The use of all kinds of illness by the people who are covered, from one set of figures."""

    def __init__(self, scenario, people, figures):
        self.scenario, self.people, self.figures = scenario, people, figures
        self.benefits = scenario.scheme.benefits

    def of(self, kind, key, unknown):
        """A number of a kind of illness."""
        return self.figures.of(f"setting.illness.{kind}.{key}", unknown)

    def mean(self, tensor):
        """The mean over the people, a number."""
        return float((self.people.shares * tensor).sum())

    # How often

    def need(self, kind, covered=True):
        """Episodes of need; of kinds that are referred they depend on whether people seek care as if covered."""
        illness = self.scenario.setting.illness[kind]
        if illness.rate == "births":
            births = self.scenario.setting.association.births
            p = 0.0 if births is None else self.figures.of("setting.association.births", births)
            return p * self._share_of_births(kind) * self.people.women_of_15_to_49
        if illness.rate == "deaths":
            return at_ages(self.scenario.setting.association.deaths or ()) * ANY_AGE
        if illness.chronic is not None:
            return MONTHS * at_ages(illness.chronic) * ANY_AGE
        if illness.referred_from is not None:
            source = illness.referred_from.kind
            return self.of(kind, "referred_from.share", illness.referred_from.share) * self.sought(source, covered)
        return self.of(kind, "need", illness.need) * self._by_age_sex(illness) * self._by_sector(illness)

    def sought(self, kind, covered=True):
        """Episodes for which care is sought."""
        return self.need(kind, covered) * self.chance_to_seek(kind, covered)

    def chance_to_seek(self, kind, covered=True):
        """Probability that someone in need seeks care; as if nobody were covered, or as those who are."""
        seeking = self.scenario.setting.illness[kind].seeking
        without = self.of(kind, "seeking.uncovered", seeking.uncovered)
        chance = without * ANY_AGE
        if covered and kind in self.benefits:
            within = self.of(kind, "seeking.covered", seeking.covered)
            chance = np.where(self.in_age(kind) > 0, within, without)
        return chance * self._by_zone(seeking)

    def in_age(self, kind):
        """1 at the ages at which the kind is paid for, else 0."""
        excluded = self.benefits[kind].excluded_ages or ()
        return at_ages([(first, last, 0.0) for first, last in excluded], otherwise=1.0)

    def admitted(self, kind):
        """Share of the care sought by the covered that is paid for: not for an excluded cause, with a letter."""
        illness, benefit = self.scenario.setting.illness[kind], self.benefits[kind]
        causes, excluded = illness.causes or {}, benefit.excluded_causes or ()
        paid = 1.0
        if causes and excluded:
            paid = 1 - sum(share for cause, share in causes.items() if cause in excluded) / sum(causes.values())
        by_letter = benefit.referral == "required" and illness.need is not None and not illness.emergency
        return paid * (illness.letter if by_letter else 1.0)

    def paid_for(self, kind, covered=True):
        """Episodes that are paid for."""
        return self.sought(kind, covered) * self.in_age(kind) * self.admitted(kind)

    def _share_of_births(self, kind):
        """Of the births, those of this kind: its share, or the rest."""
        illness = self.scenario.setting.illness
        shares = {
            name: self.of(name, "share", illness[name].share)
            for name in self.scenario.kinds
            if illness[name].rate == "births" and illness[name].share is not None
        }
        before = sum(share for name, share in shares.items() if name < kind or kind not in shares)
        return min(shares.get(kind, 1.0), max(1.0 - before, 0.0))

    def _by_age_sex(self, illness):
        if illness.by_age_sex is None:
            return ANY_AGE
        women, men = at_ages(illness.by_age_sex.women), at_ages(illness.by_age_sex.men)
        return np.concatenate((men, women))

    def _by_sector(self, illness):
        sectors = [one.sector for one in self.scenario.setting.enterprises] or [""]
        return np.array([(illness.by_sector or {}).get(sector, 1.0) for sector in sectors])[None, None, :, None]

    def _by_zone(self, seeking):
        zones = self.scenario.setting.association.distance
        if seeking.by_distance is None or zones is None:
            return 1.0
        return np.array([share for *_, share in seeking.by_distance])

    # How much

    def law(self, kind):
        """The law of the bill, at the start's prices and where prices are usual."""
        path = f"setting.illness.{kind}.cost"
        return law_of(
            self.scenario.setting.illness[kind].cost, lambda key, unknown: self.figures.of(f"{path}.{key}", unknown)
        )

    def pays(self, kind, index=(1.0,)):
        """What the mutual pays for an episode of a kind, at these indices of prices, one for each month."""
        law, benefit, cost = self.law(kind), self.benefits[kind], self.scenario.setting.illness[kind].cost
        chances, parts, cash = self.stays(kind)
        moments, bill, guide = np.zeros((3, len(index))), 0.0, 0.0
        for share, prices, class_ in self.places(kind):
            scale = cost.covered_share * prices
            layer = layer_of(benefit, class_)
            if benefit.lump_sum is not None:
                paid = shifted(np.zeros((3, len(index), len(parts))), float(benefit.lump_sum))
            elif scale == 0:
                paid = np.zeros((3, len(index), len(parts)))
            else:
                paid = payment_moments(law, layer, scale * np.array(index)[:, None] * parts)
            moments += share * (shifted(paid, cash) @ chances)
            bill += share * prices * law.mean
            guide += share * _less_copay(law.mean * scale, benefit, class_)
        return Pays(moments, bill, guide + float(cash @ chances))

    def places(self, kind):
        """(share, prices, class) of each provider at which a kind is sought."""
        at, providers = self.scenario.setting.illness[kind].at, self.scenario.setting.providers
        if not at:
            first = next(iter(providers.values()), None)
            return [(1.0, 1.0, None if first is None else first.class_)]
        total = sum(at.values())
        return [(share / total, providers[name].prices, providers[name].class_) for name, share in at.items()]

    def stays(self, kind):
        """Of one stay (of the year the first): the chance of each length, the part of its bill that is paid for, and
        the cash for its days. One length where nothing depends on it.
        """
        mean, benefit = self.scenario.setting.illness[kind].days, self.benefits[kind]
        most = benefit.days_per_person_year
        if mean is None or not (benefit.cash_per_day or most is not None):
            return np.ones(1), np.ones(1), np.zeros(1)
        if most == 0:
            return np.zeros(1), np.ones(1), np.zeros(1)
        days = np.arange(1, LONGEST_STAY + 1)
        left = (1 - 1 / mean) ** (days - 1)  # P(a stay lasts so many days at least)
        chances = left - np.append(left[1:], 0.0)
        paid = days if most is None else np.minimum(days, most)
        some = chances > 1e-15
        days, chances, paid = days[some], chances[some] / chances[some].sum(), paid[some]
        if not benefit.cash_per_day:
            full = paid == days  # whose bills are paid alike
            chances = np.append(chances[full].sum(), chances[~full])
            return chances, np.append(1.0, (paid / days)[~full]), np.zeros(len(chances))
        return chances, paid / days, benefit.cash_per_day * paid

    # What an episode of need leads to

    def cluster(self, kind, index):
        """Raw moments, (3, sexes, ages, sectors, zones), of all that the mutual pays because of one episode of need:
        for the kind itself, and for what is referred from it.
        """
        own = np.zeros((3, 1, 1, 1, 1))
        if kind in self.benefits:
            of_one = self.pays(kind, index).moments.mean(axis=1)[:, None, None, None, None]
            own = of_one * self.admitted(kind) * self.in_age(kind)
        parts = [own, *(self._referred(child, index) for child in self.referred_from(kind))]
        total = sum(cumulants(part) for part in parts)
        return raw_moments(total) * self.chance_to_seek(kind)

    def _referred(self, kind, index):
        referral = self.scenario.setting.illness[kind].referred_from
        return self.of(kind, "referred_from.share", referral.share) * self.cluster(kind, index)

    def referred_from(self, kind):
        """The kinds that patients are referred to from this one."""
        illness = self.scenario.setting.illness
        return [name for name in self.scenario.kinds
                if illness[name].referred_from is not None and illness[name].referred_from.kind == kind]  # fmt: skip

    @cached_property
    def roots(self):
        """The kinds that come about by themselves."""
        return [kind for kind in self.scenario.kinds if self.scenario.setting.illness[kind].referred_from is None]


def index_of_year(growth, year):
    """Index of prices in the twelve months of a year, from 1; 1 in the first month of all (MODEL.md, section 6)."""
    return (1 + growth) ** ((np.arange(MONTHS) + MONTHS * (year - 1)) / MONTHS)


def _of_class(value, class_):
    """A copayment of a class of providers."""
    return value.get(class_, 0) if isinstance(value, dict) else value


def law_of(cost, figure):
    """The law of a bill; `figure(key, unknown)` gives a number of it, which may have a range."""
    if cost.table is not None:
        total = sum(share for _, share in cost.table)
        amounts, shares = zip(*((float(amount), share / total) for amount, share in sorted(cost.table)))
        return costs.Table(amounts, shares)
    if cost.fixed is not None:
        return costs.fixed(float(math.floor(figure("fixed", cost.fixed) + 0.5)))
    name = next(name for name in ("lognormal", "gamma", "exponential") if getattr(cost, name) is not None)
    law = getattr(cost, name)
    mean = figure(f"{name}.mean", law.mean)
    if name == "lognormal":
        cv, of_mean = figure(f"{name}.cv", law.cv), costs.Lognormal
    else:
        cv, of_mean = 1.0 if name == "exponential" else float(law.cv), costs.Gamma
    return costs.fixed(float(mean)) if mean <= 0 or cv <= 0 else of_mean(mean, cv)


def _steps(benefit, class_=None):
    """The steps of a benefit in its order, as `actuarial.costs.benefit` takes them."""
    steps = {
        "deductible": [("deductible", benefit.deductible)],
        "copay": [
            ("copay", _of_class(benefit.copay, class_)),
            ("fixed_copay", _of_class(benefit.copay_fixed, class_)),
        ],
        "ceiling": [] if benefit.ceiling_per_event is None else [("ceiling", benefit.ceiling_per_event)],
    }
    return [step for name in benefit.order for step in steps[name]]


def layer_of(benefit, class_=None):
    """What a benefit pays of a bill of a class of providers."""
    return costs.benefit(*_steps(benefit, class_))


def _less_copay(mean, benefit, class_):
    """The mean bill less what patients bear of it by deductible and copayment, as the guide nets it (GUIDE F1 [S])."""
    if benefit.lump_sum is not None:
        return float(benefit.lump_sum)
    layer = costs.benefit(*(step for step in _steps(benefit, class_) if step[0] != "ceiling"))
    return layer.share * float(costs.net_of_fixed_copay_gest(mean, layer.above))
