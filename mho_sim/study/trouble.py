"""Trouble in three degrees, deficit, reserve, and what is chance and what is ignorance in them.

All functions look at the first mutual; `first` and the like are day or month numbers, (worlds,), -1 if never.
"""

import math

import numpy as np
from scipy import stats

from mho_sim.actuarial import design_effect, proportion_interval, quantile_interval, value_at_risk, variance_parts
from mho_sim.actuarial.margins import LEVELS
from mho_sim.scenario.tables import MONTHS

FEWEST_PAIRS = 50  # of worlds, to say what to measure; assumed


def share(part, whole):
    """part / whole to six decimals, or None where the whole is 0."""
    return rounded(float(part) / float(whole)) if whole else None


def rounded(value):
    """Six decimals, or None where there is no value."""
    return None if value is None or math.isnan(value) else round(float(value), 6)


def by(first, ends):
    """Whether something that first happened at these moments has happened before each end, (ends, worlds) of bool."""
    return np.array([(first >= 0) & (first < end) for end in ends])


def effect(events, paired):
    """The design effect where pairs of worlds are clusters, else 1."""
    return design_effect(events) if paired else 1.0


def interval(events, paired):
    """95 % interval of a probability, from whether it happened in each world."""
    return proportion_interval(int(events.sum()), len(events), design_effect=effect(events, paired))


def degree(by_year, paired):
    """How often something has happened by the end of each year, (years, worlds) of bool: probability, 95 % interval,
    probability by year.
    """
    ever = by_year[-1]
    return {
        "probability": share(ever.sum(), len(ever)),
        "interval": [rounded(limit) for limit in interval(ever, paired)],
        "by_year": [share(happened.sum(), len(ever)) for happened in by_year],
    }


def lateness(first, days, calendar):
    """In which month it mostly begins, and on how many days: of the worlds that are ever late."""
    ever = first >= 0
    if not ever.any():
        return {"worst_month": None, "days": None}
    months = np.bincount([calendar.name_of_month(calendar.month_of(day)) for day in first[ever]], minlength=12)
    return {
        "worst_month": MONTHS[int(months.argmax())].capitalize(),
        "days": {f"p{q}": int(value_at_risk(days[ever], q / 100)) for q in (50, 95)},
    }


def reserve_interval(needed, level, paired):
    """95 % interval of a quantile of the reserve needed, money; an end that so few worlds cannot give is None."""
    below = needed <= value_at_risk(needed, level)
    return quantile_interval(needed, level, design_effect=effect(below, paired))


def reserves(needed, paired, method):
    """Opening cash with which a share of the worlds pays every bill on its day."""
    return {
        "method": method,
        **{f"{level:.2f}": int(value_at_risk(needed, level)) for level in LEVELS},
        "intervals": {f"{level:.2f}": list(reserve_interval(needed, level, paired)) for level in LEVELS},
    }


def variance_share(values, of):
    """How much of a figure's variance over worlds is chance (the variance within pairs of worlds, which share what
    nobody knows) and how much is ignorance (the rest); None for both where that cannot be told.
    """
    chance, ignorance = variance_parts(values)
    whole = chance + ignorance
    if not whole > 0:
        return {"of": of, "chance": None, "ignorance": None}
    return {"of": of, "chance": rounded(chance / whole), "ignorance": rounded(1 - chance / whole)}


def leading(marks, values):
    """How strongly each unknown number moves a figure: its path and rank correlation, the strongest first.

    From each number's mark in every world, by path, and the figure's values, (worlds,) each: Spearman's correlation
    over pairs of worlds, which share the marks. Only numbers that cannot be told from the strongest one (Fisher's z of
    both, one-sided 5 %) are given; none where nothing is told from 0.
    """
    pairs = np.arange(len(values) // 2 * 2).reshape(-1, 2)
    if len(pairs) < FEWEST_PAIRS:
        return []
    figure = stats.rankdata(np.asarray(values)[pairs].mean(axis=1))
    found = {path: stats.rankdata(np.asarray(of)[pairs[:, 0]]) for path, of in marks.items()}
    strength = {path: float(np.corrcoef(mark, figure)[0, 1]) for path, mark in found.items()}
    order = sorted(strength, key=lambda path: -abs(strength[path]))
    error = 1 / np.sqrt(len(pairs) - 3)
    best = np.arctanh(min(abs(strength[order[0]]), 0.999999))
    if best < 4 * error:  # of many numbers one or the other would be above 2
        return []
    near = [
        path for path in order if best - np.arctanh(min(abs(strength[path]), 0.999999)) < 1.645 * np.sqrt(2) * error
    ]
    return [(path, strength[path]) for path in near]
