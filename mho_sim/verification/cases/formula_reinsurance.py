"""What reinsurance takes and leaves, by formula."""

from mho_sim.actuarial import counts, lattice, reinsurance, ruin, totals
from mho_sim.actuarial.costs import Gamma, Lognormal, exponential, fixed
from mho_sim.verification.cases.sources import ACTUAR, DROR, LOSS_MODELS
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_rows

REINSURANCE = Chapter(
    "reinsurance",
    "Reinsurance and small groups, by formula",
    "A federation or a reinsurer can carry what a single mutual cannot. What it takes over, what it must ask, and "
    "what a small group risks when it is priced with the wrong chance.",
)
ONE = lattice.of_amounts(1, [1], [1])


@REINSURANCE.case(
    "Quota share and excess of loss",
    rows=(
        *(f"adjcoef_quota_{kept}" for kept in (0.75, 0.8, 0.9, 1)),
        *(f"ruin_quota_{kept}_u10" for kept in (0.75, 0.9, 1)),
        "adjcoef_xl_1",
        "adjcoef_xl_3",
    ),
    source=ACTUAR,
)
def reinsurance_and_the_adjustment_coefficient():
    """Two claims of mean 1 a unit of time, premium 2.4, a reinsurer's loading of 30 %."""
    cost, values = exponential(1), {}
    for share in (0.75, 0.8, 0.9, 1):
        kept, ceded = reinsurance.quota_share(share)
        premium = reinsurance.net_premium(2.4, 2, cost, ceded, 0.3)
        values[f"adjcoef_quota_{share}"] = ruin.adjustment_coefficient(2, cost, premium, kept)
        values[f"ruin_quota_{share}_u10"] = ruin.ruin_exponential(10, 2, share, premium)
    for retention in (1, 3):
        kept, ceded = reinsurance.excess_of_loss(retention)
        premium = reinsurance.net_premium(2.4, 2, cost, ceded, 0.3)
        values[f"adjcoef_xl_{retention}"] = ruin.adjustment_coefficient(2, cost, premium, kept)
    del values["ruin_quota_0.8_u10"]
    return judge_rows(values)


@REINSURANCE.case(
    "Stop-loss and a dividend (exercises 9.24, 9.47)",
    rows=(
        "kpw_ex9_24_employer_cost",
        "kpw_ex9_47_excess_after_dividend",
    ),
    source=LOSS_MODELS,
)
def loss_models_stop_loss_and_dividend():
    """What an employer pays under a cover of the year's total, and what a group gets back in a good year."""
    number = counts.of_chances([1 / 16, 1 / 4, 3 / 8, 1 / 4, 1 / 16])
    year = totals.compound(number, lattice.of_amounts(1_000, [2_000, 3_000], [0.4, 0.6]))
    group = totals.compound(counts.poisson(2), lattice.of_amounts(1, [1, 2], [0.25, 0.75]))
    return judge_rows(
        {
            "kpw_ex9_24_employer_cost": reinsurance.kept_of_total(year, 5_000) + 1_472,
            "kpw_ex9_47_excess_after_dividend": 6 - lattice.moments(group).mean - reinsurance.dividend(group, 4.5),
        }
    )


@REINSURANCE.case(
    "What a reinsurer of lives must ask (exercise 9.73)",
    rows=(
        "kpw_9_73_mean_k",
        *(f"kpw_9_73_{law}_premium_k" for law in ("normal", "lognormal", "gamma")),
    ),
    source=LOSS_MODELS,
)
def loss_models_9_73():
    """What a reinsurer pays above 100 thousand a life: (lives, chance of death, benefit in thousands); 95 %."""
    lives = [(500, 0.10, 100), (500, 0.02, 200), (500, 0.02, 300), (300, 0.10, 200), (500, 0.10, 200)]
    _, ceded = reinsurance.excess_of_loss(100)
    total = counts.sum_of_moments(
        counts.compound_moments(counts.binomial(many, q).moments, lattice.payment_moments(fixed(amount), ceded))
        for many, q, amount in lives
    )
    shape = (total.mean, total.sd / total.mean)
    return judge_rows(
        {
            "kpw_9_73_mean_k": total.mean,
            "kpw_9_73_normal_premium_k": totals.normal_quantile(total, 0.95),
            "kpw_9_73_lognormal_premium_k": Lognormal(*shape).quantile(0.95),
            "kpw_9_73_gamma_premium_k": Gamma(*shape).quantile(0.95),
        }
    )


@REINSURANCE.case(
    "Small groups priced with the wrong chance",
    rows=(
        "dror_required_claims_100_p10",
        *(f"dror_insolvency_if_p{p}" for p in (15, 20)),
        *(f"dror_insolvency_1000_if_p{p}" for p in (11, 12, 15)),
        *(f"dror_60pct_over_{way}_{members}" for way in ("normal", "exact") for members in (100, 1_000)),
    ),
    source=DROR,
)
def dror_reinsurance_of_small_groups():
    """Priced at 10 % for an insolvency of 5 % by the normal law, when the chance is another one."""
    priced = {members: totals.normal_quantile(counts.binomial(members, 0.1).moments, 0.95) for members in (100, 1_000)}
    values = {"dror_required_claims_100_p10": priced[100]}
    for members, name, chances in ((100, "if", (15, 20)), (1_000, "1000_if", (11, 12, 15))):
        for p in chances:
            actual = counts.binomial(members, p / 100).moments
            values[f"dror_insolvency_{name}_p{p}"] = totals.normal_beyond(actual, priced[members])
    for members in (100, 1_000):
        number = counts.binomial(members, 0.02)
        most = 1.6 * number.moments.mean
        values[f"dror_60pct_over_normal_{members}"] = totals.normal_beyond(number.moments, most)
        values[f"dror_60pct_over_exact_{members}"] = lattice.beyond(totals.compound(number, ONE), most - 1e-6)
    return judge_rows(values)
