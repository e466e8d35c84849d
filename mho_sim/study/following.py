"""Follows each world by its indicators, year by year and over the whole horizon."""

from typing import NamedTuple

import numpy as np

from mho_sim.indicators import books
from mho_sim.ledger import PEOPLE, RECEIVABLE, STANDING


class Followed(NamedTuple):
    """Indicators by name; NaN where a world has no value."""

    by_year: dict  # of (worlds, years)
    over_the_horizon: dict  # of (worlds,)


def followed(result):
    """The indicators of a study's worlds; `ruin_probability`, which is none of a single world, is not among them."""
    outcome, registers = result.outcome, result._registers
    members = _members(result)
    by_year = _fed(outcome.yearly[:, 0], result._year_starts, registers, {**members, **_of_counts(members)}, 12, result)
    sums = {measure: column.sum(axis=1) for measure, column in registers.items()}
    whole = {name: column[:, -1] for name, column in members.items() if not name.endswith("_before")}
    whole |= {name: column[:, 0] for name, column in members.items() if name.endswith("_before")}
    for name in ("members_renewed", "members_to_renew", "new_members", "members_at_starts"):
        whole[name] = np.nansum(members[name], axis=1)
    horizon = _fed(
        outcome.yearly[:, 0, -1],
        np.broadcast_to(result._books_before, outcome.yearly[:, 0, -1].shape),
        sums,
        {**whole, **_of_counts(whole)},
        result.calendar.months,
        result,
    )
    return Followed(by_year, horizon)


def _fed(ends, before, sums, members, months, result):
    """Every indicator that the amounts of a period of so many months feed."""
    has_income = bool(result.scenario.setting.enterprises)
    amounts = books.amounts_of_books(ends, before)
    amounts |= books.amounts_of_registers(sums, result.scenario.kinds, has_income)
    amounts |= {name: np.asarray(column, dtype=float) for name, column in members.items()} | {"months": months}
    if has_income and _same_households(result):
        amounts["contribution"] = amounts["contributions_due"] - before[..., RECEIVABLE]
    values = books.fed(amounts) | (books.hardship_of_registers(sums) if has_income else {})
    shape = ends.shape[:-1]
    return {name: np.broadcast_to(np.asarray(value, dtype=float), shape) for name, value in values.items()}


def _same_households(result):
    """Whether the households with an income are the members, from the first day to the last."""
    contribution = result.scenario.scheme.contribution
    return (
        result.scenario.setting.renewing is None
        and result.scenario.setting.take_up is None
        and contribution.struck_off is None
        and result.scenario.scheme.membership.intakes is None
    )


def _members(result):
    """Households and people at the end of each year and before it, and who came and stayed, (worlds, years).

    Members are enrolled households in which somebody is alive, beneficiaries the people in them. Before the first year
    they are those that join on the first day. In a year in which others join it is not known who stayed, and in the
    first year nobody renews yet.
    """
    standing, joined = result.outcome.standing[:, 0], result.outcome.joining[:, 0]
    members, beneficiaries = standing[..., 2:].sum(axis=-1), standing[..., STANDING.index(PEOPLE)]
    columns = {
        "members": members,
        "members_before": _before(members, joined[:, :1]),
        "beneficiaries": beneficiaries,
        "beneficiaries_before": _before(beneficiaries, result.outcome.people_joined),
        "new_members": joined[:, 1:],
        "target_population": result.people_at_start + _grown(result),
    }
    knows = (joined[:, 1:] == 0) & (np.arange(members.shape[1]) > 0)
    columns["members_to_renew"] = np.where(knows, columns["members_before"], np.nan)
    columns["members_renewed"] = np.where(knows, members, np.nan)
    columns["members_at_starts"] = columns["members_before"]
    return columns


def _of_counts(members):
    """Dependants: each household has one member."""
    return {
        f"dependants{when}": members[f"beneficiaries{when}"] - members[f"members{when}"] for when in ("", "_before")
    }


def _before(ends, at_first):
    """What was there before each year, (worlds, years); `at_first`, (worlds, 1), before the first."""
    return np.concatenate((at_first, ends[:, :-1]), axis=1)


def _grown(result):
    """Births less deaths in the whole association from the start to the end of each year, (worlds, years)."""
    return (result._registers["births"] - result._registers["deaths"]).cumsum(axis=1)
