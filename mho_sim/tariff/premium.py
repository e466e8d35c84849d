"""The pure premium: what care costs the mutual in one year of membership, service by service, and how far it ranges."""

import numpy as np
import pandas as pd

from mho_sim.actuarial import contributions, costs
from mho_sim.tariff.figures import Figures, draws
from mho_sim.tariff.services import Care, index_of_year

DRAWS = 256  # of the unknown numbers, from which ranges are told; assumed
DAYS_A_MONTH = 30.4  # DOMAIN 3.1
GROWTH = "setting.inflation.medical"
COLUMNS = (
    "need",
    "sought",
    "paid_for",
    "frequency",
    "mean_bill",
    "net",
    "care",
    "guide_net",
    "guide_care",
    "frequency_as_others",
    "waiting_months",
    "first_year_share",
    "trend",
    "pure_premium",
)


def waiting_months(scenario, kind):
    """Months of a new member's waiting period for a kind (those of days in months of 30.4)."""
    span = scenario.waiting_of(kind)
    return 0.0 if span is None else span.months + span.days / DAYS_A_MONTH


def newcomers(scenario, year):
    """Share of the households that wait in a year."""
    if year > 1:
        return 0.0
    books = scenario.start_from
    return 1.0 if books is None else books.members.waiting / scenario.household_count


def _served(scenario, kind, year):
    """Share of a year after the waiting period, of newcomers and others together."""
    return 1 - newcomers(scenario, year) * (1 - float(costs.first_year_share(waiting_months(scenario, kind))))


def services_of(care, year, growth):
    """One row per service of the package."""
    scenario, index, rows = care.scenario, index_of_year(growth, year), {}
    for kind in scenario.kinds:
        if kind not in care.benefits:
            continue
        need, sought, frequency = (care.mean(of(kind)) for of in (care.need, care.sought, care.paid_for))
        now, then = care.pays(kind), care.pays(kind, index)
        net, guide = float(now.moments[0, 0]), now.less_copay
        served = _served(scenario, kind, year)
        trend = float(then.moments[0].mean()) / net if net else 1.0
        full = float(contributions.pure_premium(frequency, net))
        rows[kind] = {
            "need": need,
            "sought": sought / need if need else 0.0,
            "paid_for": frequency / sought if sought else 0.0,
            "frequency": frequency,
            "mean_bill": now.mean_bill,
            "net": net,
            "care": full,
            "guide_net": guide,
            "guide_care": frequency * guide,
            "frequency_as_others": care.mean(care.paid_for(kind, covered=False)),
            "waiting_months": waiting_months(scenario, kind),
            "first_year_share": served,
            "trend": trend,
            "pure_premium": full * served * trend,
        }
    columns = list(next(iter(rows.values()), dict.fromkeys(COLUMNS)))
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=float).rename_axis("service")


def range_of(scenario, people, year):
    """Where 90 of 100 draws of the unknown numbers put the pure premium, and the number that moves it most; None
    where all are exact.
    """
    drawn = draws(scenario, DRAWS)
    if not drawn:
        return None
    growth = scenario.setting.inflation.medical
    totals = np.array([_pure_premium(scenario, people, year, growth, one) for one in drawn])
    low, middle, high = np.quantile(totals, (0.05, 0.5, 0.95))
    return {
        "method": f"drawing: {DRAWS} draws, Latin hypercube; 5, 50 and 95%",
        "low": float(low),
        "half": float(middle),
        "high": float(high),
        "moved_most_by": _moves_most(drawn, totals),
    }


def _pure_premium(scenario, people, year, growth, drawn):
    """The pure premium of one draw of the unknown numbers."""
    figures = Figures(scenario, drawn)
    care, index = Care(scenario, people, figures), index_of_year(figures.of(GROWTH, growth), year)
    return sum(
        care.mean(care.paid_for(kind)) * float(care.pays(kind, index).moments[0].mean()) * _served(scenario, kind, year)
        for kind in care.benefits
    )


def _moves_most(drawn, totals):
    """The path of the number with the largest rank correlation with the pure premium; None if it does not move."""
    if np.ptp(totals) == 0:
        return None
    ranks = np.argsort(np.argsort(totals)) - (len(totals) - 1) / 2
    strength = {}
    for path in drawn[0]:
        values = np.array([one[path] for one in drawn])
        strength[path] = abs(float((np.argsort(np.argsort(values)) - (len(values) - 1) / 2) @ ranks))
    return max(strength, key=strength.get)
