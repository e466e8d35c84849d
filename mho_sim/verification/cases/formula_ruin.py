"""Ruin of a fund with a steady income, by formula."""

import numpy as np
from scipy import optimize

from mho_sim.actuarial import laws, ruin
from mho_sim.actuarial.costs import Gamma, exponential
from mho_sim.verification.cases.sources import ACTUAR, RUIN_BOOKS
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import NUMERICAL, judge_relative, judge_rows, judge_that
from mho_sim.verification.oracles import EXPECTED

RUIN = Chapter(
    "ruin",
    "Ruin in the long run, by formula",
    "The classical theory of ruin: a reserve, a loading, claims without end. It tells how long a small reserve can "
    "last, and its printed tables are a severe test of the laws of bills.",
)
SPARRE = ([0.5614, 0.4386], [[-8.64, 1.997], [0.101, -1.095]], [(0.4, 5), (0.6, 1)], 1)
BETA = 6.378897  # of exponential costs, per billion: Burnecki, Mista and Weron


@RUIN.case(
    "Ruin with exponential bills",
    rows=(
        *(f"exp_exp_psi_{u}" for u in (0, 1, 3, 10)),
        "exp_exp_adjcoef_loading20",
        *(f"bmw_exp_psi_{u}bn" for u in range(4)),
    ),
    source=RUIN_BOOKS,
)
def ruin_of_exponential_costs():
    """The closed form, for reserves of 0 to 10; phase-type bills of one phase give the same."""
    values = {f"exp_exp_psi_{u}": ruin.ruin_exponential(u, 3, 1 / 5, 1) for u in (0, 1, 3, 10)}
    one_phase = ruin.ruin_phase_type(3, [1], [[-5]], [(1, 3)], 1)
    values["exp_exp_adjcoef_loading20"] = ruin.adjustment_coefficient(2, exponential(1), 2.4)
    values |= {f"bmw_exp_psi_{u}bn": ruin.ruin_exponential(u, 1, 1 / 6.378, 1.3 / 6.378) for u in range(4)}
    return [
        *judge_rows(values),
        judge_relative(
            "the chance from reserve 3, as of phase-type bills", one_phase, expected=values["exp_exp_psi_3"]
        ),
    ]


@RUIN.case(
    "Ruin with mixed and phase-type bills",
    rows=(
        "mix_exp_pi1",
        "mix_exp_pi2",
        *(f"mix_exp_psi_{u}" for u in (0, 0.5, 1, 5)),
        "sparre_pi1",
        "sparre_pi2",
        *(f"sparre_psi_{u}" for u in (0, 5, 30)),
        *(f"bmw_mixexp_psi_{u}bn" for u in (0, 1, 5, 20, 50)),
    ),
    source=RUIN_BOOKS,
)
def ruin_of_phase_type_costs():
    """Mixtures of exponential bills, and waits between claims that are not exponential: by matrices."""
    mixed = ([0.5, 0.5], [[-3, 0], [0, -7]], [(1, 3)], 1)
    shares, rates = [0.0584, 0.9416], [0.359, 7.5088]
    premium = 1.3 * np.dot(shares, 1 / np.array(rates))
    values = dict(zip(("mix_exp_pi1", "mix_exp_pi2"), ruin.ladder_entry(*mixed)))
    values |= dict(zip(("sparre_pi1", "sparre_pi2"), ruin.ladder_entry(*SPARRE)))
    values |= {f"mix_exp_psi_{u}": ruin.ruin_phase_type(u, *mixed) for u in (0, 0.5, 1, 5)}
    values |= {f"sparre_psi_{u}": ruin.ruin_phase_type(u, *SPARRE) for u in (0, 5, 30)}
    for u in (0, 1, 5, 20, 50):
        values[f"bmw_mixexp_psi_{u}bn"] = ruin.ruin_phase_type(u, shares, -np.diag(rates), [(1, 1)], premium)
    return judge_rows(values)


@RUIN.case(
    "Ruin with gamma and Pareto bills",
    rows=(
        *(f"bmw_gamma_psi_{u}bn" for u in (0, 1, 5)),
        *(f"pareto_psi_{u}" for u in (5, 10, 50)),
    ),
    source=RUIN_BOOKS,
)
def ruin_of_any_cost():
    """By the sum of Pollaczek and Khinchine on a fine grid, and inside two rigorous bounds on a coarser one."""
    inside = True
    gamma, pareto = Gamma(0.9185 / 6.1662, 0.9185**-0.5), laws.Pareto.of_shape(5, 4)
    values = {}
    for name, unit, cost, loading, reserves, step in (
        ("bmw_gamma_psi", "bn", gamma, 0.3, [0, 1, 5], 2.0**-15),
        ("pareto_psi", "", pareto, 0.2, [5, 10, 50], 2.0**-11),
    ):
        chances = ruin.ruin(np.array(reserves), cost, loading, step)
        low, high = ruin.ruin_bounds(np.array(reserves), cost, loading, 16 * step)
        inside &= bool((low <= chances + 1e-9).all() and (chances <= high + 1e-9).all() and (high - low < 0.01).all())
        values |= {f"{name}_{u}{unit}": chance for u, chance in zip(reserves, chances)}
    return [*judge_rows(values, NUMERICAL), judge_that("all lie between the two bounds", inside)]


@RUIN.case(
    "Bounds of the chance of ruin",
    rows=(*(f"pareto_actuar_{side}_{u}" for side in ("lower", "upper") for u in (0, 5, 10, 15)),),
    source=ACTUAR,
)
def bounds_of_ruin():
    """Lower and upper bounds on a grid with step 1, as printed."""
    low, high = ruin.ruin_bounds(np.array([0, 5, 10, 15]), laws.Pareto.of_shape(5, 4), 0.2, 1)
    values = {f"pareto_actuar_lower_{u}": chance for u, chance in zip((0, 5, 10, 15), low)}
    return judge_rows(values | {f"pareto_actuar_upper_{u}": chance for u, chance in zip((0, 5, 10, 15), high)})


@RUIN.case(
    "Ruin within a time",
    rows=(
        "bmw_backsolved_claims_per_year",
        *(f"bmw_finite_T1_u{u}bn" for u in (0, 1, 3, 5)),
        *(f"bmw_finite_T2_u{u}bn" for u in (0, 1, 5)),
        *(f"bmw_finite_T5_u{u}bn" for u in (0, 3, 5)),
        *(f"bmw_finite_T10_u{u}bn" for u in (0, 1, 3)),
        *(f"exp_finite_load{load}_u{u}_T{t}" for load in (0.1, 0) for u, t in ((0, 10), (5, 10), (10, 20), (10, 100))),
    ),
    source=RUIN_BOOKS,
)
def ruin_by_a_time():
    """The published table does not say how many claims there are in a year; its first entry does. Its beta is printed
    to seven digits, hence 2e-7 for this table.
    """

    def table(rate, time, u):
        return ruin.ruin_exponential_by(time, u, rate, 1 / BETA, 1.3 * rate / BETA)

    rate = optimize.brentq(lambda rate: table(rate, 1, 0) - EXPECTED["bmw_finite_T1_u0bn"], 10, 100, xtol=1e-13)
    values = {"bmw_backsolved_claims_per_year": rate}
    for time, reserves in ((1, (0, 1, 3, 5)), (2, (0, 1, 5)), (5, (0, 3, 5)), (10, (0, 1, 3))):
        values |= {f"bmw_finite_T{time}_u{u}bn": table(rate, time, u) for u in reserves}
    for load in (0.1, 0):
        for u, t in ((0, 10), (5, 10), (10, 20), (10, 100)):
            values[f"exp_finite_load{load}_u{u}_T{t}"] = ruin.ruin_exponential_by(t, u, 1, 1, 1 + load)
    return [judge_relative(row, value, 2e-7 if "bmw" in row else 1e-9) for row, value in values.items()]
