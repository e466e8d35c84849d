"""Whom the mutual protects: shares pooled over worlds, each with its standard error between worlds, or, where numbers
have ranges, between pairs of worlds.
"""

import numpy as np
import pandas as pd

from mho_sim import ledger
from mho_sim.actuarial import ratio_error
from mho_sim.rules import DID_NOT_SEEK, EXCLUDED_AGE, NOT_ENROLLED, OUTCOMES, PAID_FOR
from mho_sim.study.outcome import groups_of
from mho_sim.study.trouble import rounded, share

REFUSALS = tuple(reason for reason in OUTCOMES[PAID_FOR:DID_NOT_SEEK] if reason != OUTCOMES[NOT_ENROLLED])
UNCOVERED = EXCLUDED_AGE + 1  # outcomes from `PAID_FOR` to before this one: the person is not covered
LIMITS = (10, 25)  # percent of a household's income


class Sums:
    """Sums of the first mutual's registers over all months of each world, (worlds,), by measure."""

    def __init__(self, outcome, kinds, paired):
        self.of_worlds = outcome.registers[:, 0].sum(axis=1)
        self.alive, self.at_end = outcome.alive[:, 0].sum(axis=1), outcome.standing[:, 0, -1]
        self.place = {measure: i for i, measure in enumerate(ledger.measures(kinds))}
        self.kinds, self.paired = kinds, paired

    def __getitem__(self, measure):
        return self.of_worlds[:, self.place[measure]]

    def outcomes(self, first=0, end=DID_NOT_SEEK, kinds=None):
        """Episodes of some or all kinds that ended for the reasons from one to before another."""
        columns = [self.place[kind, reason] for kind in kinds or self.kinds for reason in OUTCOMES[first:end]]
        return self.of_worlds[:, columns].sum(axis=1)

    def claims(self, kinds=None):
        """Episodes for which people of enrolled households sought care."""
        kinds = kinds or self.kinds
        return self.outcomes(kinds=kinds) - self.outcomes(NOT_ENROLLED, NOT_ENROLLED + 1, kinds)

    def share(self, part, whole):
        """(part / whole, its standard error), sums over worlds."""
        return share(part.sum(), whole.sum()), rounded(ratio_error(part, whole, self.paired))


def protection(sums, people_at_start):
    """The shares of `run --json`: of all people of the association, whoever has left or not joined yet among them,
    those covered for at least one benefit, at a month's end and at the end of the horizon, and those enrolled at its
    end; of people enrolled those covered, households paid up, late and suspended, at a month's end; households that
    left, a year; episodes of need without care; claims refused by reason and
    service; what households pay of all bills; households whose own spending is above 10 and 25 % of their income.
    """
    households = sums["households_paid_up"] + sums["households_late"] + sums["households_suspended"]
    claims, bills = sums.claims(), sum(sums[kind, "bills"] for kind in sums.kinds) + np.zeros(len(sums.of_worlds))
    paid = sum(sums[kind, "paid"] for kind in sums.kinds) + np.zeros(len(sums.of_worlds))
    at_end = dict(zip(ledger.STANDING, sums.at_end.T, strict=True))
    alive_at_end = people_at_start + sums["births"] - sums["deaths"]
    told = {
        "association": {
            "covered": sums.share(sums["people_covered"], sums.alive),
            "covered_at_end": sums.share(at_end[ledger.PEOPLE_COVERED], alive_at_end),
            "enrolled_at_end": sums.share(at_end[ledger.PEOPLE], alive_at_end),
        },
        "covered": sums.share(sums["people_covered"], sums["people"]),
        "paid_up": sums.share(sums["households_paid_up"], households),
        "late": sums.share(sums["households_late"], households),
        "suspended": sums.share(sums["households_suspended"], households),
        "left": sums.share(sums["left"], households / 12),
        "forgone_care": sums.share(sums.outcomes(DID_NOT_SEEK, DID_NOT_SEEK + 1), sums.outcomes(end=DID_NOT_SEEK + 1)),
        "own_share": sums.share(bills - paid, bills),
        "refused": {reason: sums.share(_refused(sums, reason), claims) for reason in REFUSALS},
        "refused_by_service": {
            kind: {reason: sums.share(sums[kind, reason], sums.claims((kind,))) for reason in REFUSALS}
            for kind in sums.kinds
        },
    }
    for limit in LIMITS:
        told[f"above_{limit}_percent_of_income"] = {
            which: sums.share(sums[f"over_{limit}_{which}"], sums["households_with_income"])
            for which in ("with", "without")
        }
    return {**_nested(told, 0), "standard_error": _nested(told, 1)}


def _refused(sums, reason):
    return sum((sums[kind, reason] for kind in sums.kinds), np.zeros(len(sums.of_worlds)))


def _nested(told, place):
    """One of the two numbers of every pair in a tree of pairs."""
    return {key: value[place] if isinstance(value, tuple) else _nested(value, place) for key, value in told.items()}


def services(sums, kinds, alive):
    """One row per kind of illness: need, use, bills and payments, pooled over worlds; `alive` are the person-months of
    the whole association.

    Episodes are those of the whole association; claims and what is paid, those of enrolled households. `not_covered`
    of the claims are those not in the package, of suspended households, in the waiting period or at an age left out;
    `refused` of the others those for a cause left out, without a letter, or beyond the episodes paid for in a year.
    """
    rows, person_years, enrolled_years = {}, alive / 12, sums["people"].sum() / 12
    for kind in kinds:
        claims, sought = sums.claims((kind,)).sum(), sums.outcomes(kinds=(kind,)).sum()
        episodes = sums.outcomes(end=DID_NOT_SEEK + 1, kinds=(kind,)).sum()
        covered = sums.outcomes(end=PAID_FOR, kinds=(kind,)).sum()
        refused = sums.outcomes(UNCOVERED, DID_NOT_SEEK, (kind,)).sum()
        paid = sums[kind, "paid"].sum()
        rows[kind] = {
            "episodes_per_person_year": share(episodes, person_years),
            "claims_per_person_year": share(claims, enrolled_years),
            "cost_per_claim": share(sums[kind, "bills"].sum(), sought),
            "days_per_claim": share(sums[kind, "days"].sum(), sought) or np.nan,
            "paid_per_claim": share(paid, claims),
            "paid_per_covered_claim": share(paid, covered),
            "not_covered": share(claims - covered - refused, claims),
            "refused": share(refused, covered + refused),
            "forgone": share(episodes - sought, episodes),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def by_whom(outcome, scenario, paired):
    """By side (distance, sector, fifth, sex, age; a side with one group is left out, and fifths of equal incomes) a
    frame, a row per group.

    All of households while they are members. Columns: people at the end of a year, a world; episodes, sought, forgone,
    not_paid_for (care sought by whoever is not covered, or refused), a world and year; episodes_per_person_year, only
    where all are members from the first day to the last; bills, paid, money a world and year; own_share of the bills;
    households with an income, a world; above_10_with, above_10_without, above_25_with, above_25_without the mutual,
    shares of the household-years of these. Shares of care needed: forgone_share; of care sought: not_paid_for_share.
    Columns that end in _error are standard errors.
    """
    whole, years = outcome.whom[:, 0].astype(float), outcome.registers.shape[2]
    frames, first = {}, 0
    for side, groups in groups_of(scenario).items():
        if len(groups) > 1:
            of_side = whole[:, first : first + len(groups)]
            rows = [_group(of_side[:, g], years, paired, _all_stay(scenario)) for g in range(len(groups))]
            frames[side] = pd.DataFrame(rows, index=pd.Index(groups, name=side))
        first += len(groups)
    if not _incomes_differ(scenario.setting.enterprises):
        frames.pop("fifth")
    return frames


def _incomes_differ(enterprises):
    """Whether some households usually earn more than others: else fifths of income would say nothing."""
    usual = {(one.income_per_month.good, one.income_per_month.bad, sum(one.good_months)) for one in enterprises}
    return len(usual) > 1 or any(one.cv for one in enterprises)


def _all_stay(scenario):
    """Whether all households are members from the first day to the last."""
    return (
        scenario.setting.renewing is None
        and scenario.setting.take_up is None
        and scenario.scheme.contribution.struck_off is None
        and scenario.scheme.membership.intakes is None
    )


def _group(cells, years, paired, all_stay):
    """A row of `by_whom` from one group's measures, (worlds, measures)."""
    of = {name: cells[:, i] for i, name in enumerate(ledger.CELL_MEASURES)}
    worlds = len(cells)
    forgone = of["episodes"] - of["sought"]
    row = {"people": of["people"].sum() / worlds / years}
    row |= {
        name: part.sum() / worlds / years
        for name, part in (
            ("episodes", of["episodes"]),
            ("sought", of["sought"]),
            ("forgone", forgone),
            ("not_paid_for", of["refused"]),
            ("bills", of["bills"]),
            ("paid", of["paid"]),
            ("households", of["households"]),
        )
    }
    people = of["people"].sum()
    row["episodes_per_person_year"] = of["episodes"].sum() / people if all_stay and people else np.nan
    shares = {
        "forgone_share": (forgone, of["episodes"]),
        "not_paid_for_share": (of["refused"], of["sought"]),
        "own_share": (of["bills"] - of["paid"], of["bills"]),
        **{
            f"above_{limit}_{which}": (of[f"over_{limit}_{which}"], of["households"])
            for limit in LIMITS
            for which in ("with", "without")
        },
    }
    for name, (part, base) in shares.items():
        row[name] = part.sum() / base.sum() if base.sum() else np.nan
        row[f"{name}_error"] = ratio_error(part, base, paired)
    return row
