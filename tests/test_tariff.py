"""The contribution build-up without simulation: the worked cases of DOMAIN 3.5 and GUIDE 2 through a scenario and
`price`, figures worked by hand for the village mutual, laws of the pool's variation by another way, and the engine.

False alarms: the comparison with the engine judges a mean and a standard deviation, each within 4.9 standard errors:
1e-6 each. The seed is fixed.
"""

import functools
import io
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scenario_generator import scenario_text
from scipy import special
from workbooks import Workbook

import mho_sim
from mho_sim.actuarial import contributions
from mho_sim.actuarial.costs import Gamma
from mho_sim.actuarial.margins import CLASSES, comonotone, cumulants, np_margin, raw_moments, smallest_pool
from mho_sim.data import coin
from mho_sim.engine import Prepared
from mho_sim.report import price_text
from mho_sim.report.workbook import workbook
from mho_sim.rules import contribution_due
from mho_sim.scenario import parse
from mho_sim.tariff import charged, premium
from mho_sim.tariff.figures import Figures, draws
from mho_sim.tariff.people import AGES, People, people_of
from mho_sim.tariff.pool import Pool, pool
from mho_sim.tariff.services import Care, index_of_year
from mho_sim.verification.judging import prints
from mho_sim.verification.worlds import lived

ROOT = Path(__file__).parent.parent


@functools.cache
def priced(path):
    """The price of a shipped scenario, with every line."""
    return mho_sim.price(mho_sim.load(path), surplus=0.05)


SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))


def scenario(illness, benefits, *sets, households="{1: 500, 9: 500}", scheme="", setting=""):
    """A scenario in which everyone is in need as often, seeks care and pays; exact figures."""
    text = f"""
title: priced
currency: XOF
start: 2027-01-01
years: 1
default_grade: exact
setting:
  association: {{households: {households}, births: none, deaths: none}}
  illness: {illness}
{setting}
scheme:
  contribution: {{amount: 500, per: beneficiary, every: month, timing: in-advance, grace: 30 days}}
  benefits: {benefits}
  providers: {{invoice: monthly, pay_within: 30 days}}
{scheme}
"""
    return parse(text, sets=sets)


G1_ILLNESS = """{outpatient: {need: 1.2, cost: {fixed: 1_500}}, drugs: {need: 1.1, cost: {fixed: 1_200}},
    delivery: {need: 0.04, cost: {fixed: 12_000}}, caesarean: {need: 0.002, cost: {fixed: 60_000}},
    hospital: {need: 0.05, cost: {fixed: 25_000}}}"""
G1_BENEFITS = """{outpatient: {copay: 25%}, drugs: {copay: 25%}, delivery: {},
    caesarean: {ceiling_per_event: 40_000}, hospital: {copay: 20%}}"""
G1 = scenario(G1_ILLNESS, G1_BENEFITS, scheme="  expenses: {per_beneficiary_year: 600}")


# Constructed golden cases [C]


def test_G1_contribution_of_one_year_service_by_service():
    found = mho_sim.price(G1, safety=0.10, surplus=0.05)
    net = {"outpatient": 1_125, "drugs": 900, "delivery": 12_000, "caesarean": 40_000, "hospital": 20_000}
    care = {"outpatient": 1_350, "drugs": 990, "delivery": 480, "caesarean": 80, "hospital": 1_000}
    assert found.services["net"].to_dict() == pytest.approx(net)
    assert found.services["care"].to_dict() == pytest.approx(care)
    assert prints(found.pure_premium, "3,900") and prints(found.amount("safety_margin"), "390")
    assert prints(found.amount("running: for each beneficiary"), "600") and prints(found.amount("surplus"), "244.50")
    assert prints(found.contribution, "5,134.50")
    assert prints(found.compared.loc["person", "needed_instalment"], "427.875")
    assert prints(found.compared.loc["family of 5", "needed_year"], "25,672.50")


def test_G1_variant_loaded_on_gross_and_on_net():
    assert prints(mho_sim.price(G1, on_gross=0.25).contribution, "5,720")
    assert prints(mho_sim.price(G1, on_net=0.25).contribution, "5,362.5")  # by hand: 4,290 x 1.25
    of_contributions = G1.with_("scheme.expenses", {"share_of_contributions": "20%"})
    collected = of_contributions.with_("scheme.contribution.collector", "5%")
    assert prints(mho_sim.price(collected).contribution, "5,720")  # the scheme's own, on gross


@pytest.mark.parametrize(
    "benefit, printed",
    [
        ("{ceiling_per_event: 50_000}", "21,828.08"),
        ("{ceiling_per_event: 100_000}", "24,223.35"),
        ("{deductible: 5_000}", "20,088.22"),
        ("{deductible: 5_000, ceiling_per_event: 45_000}", "16,916.29"),
    ],
)
def test_G2_never_the_mean_cut_at_the_ceiling(benefit, printed):
    law = scenario("{hospital: {need: 1, cost: {lognormal: {mean: 25_000, cv: 1}}}}", f"{{hospital: {benefit}}}")
    found = mho_sim.price(law).services.loc["hospital"]
    assert prints(found["net"], printed) and found["mean_bill"] == 25_000
    assert prints(found["guide_net"], "20,000" if "deductible" in benefit else "25,000")  # knows no ceiling


@pytest.mark.parametrize(
    "frequency, cv, persons, printed",
    [(0.05, 1.0, 500, "46.5"), (0.05, 1.0, 1_000, "32.9"), (0.05, 1.0, 5_000, "14.7"), (1.2, 0.8, 1_000, "6.1")],
)
def test_G3_statistical_safety_margin(frequency, cv, persons, printed):
    law = f"{{care: {{need: {frequency}, cost: {{gamma: {{mean: 1_000, cv: {cv}}}}}}}}}"
    found = mho_sim.price(scenario(law, "{care: {}}", households=f"{{1: {persons}}}"))
    assert prints(100 * found.margins.loc[0.95, "margin_normal"], printed)
    enough = contributions.claims_for_margin(0.10, 0.95, cv) / frequency
    assert found.margins.loc[0.95, "people_normal"] == math.ceil(enough)


def test_G4_what_must_be_asked_at_a_collection_rate():
    paying = "  paying: {on_time: 85%, never: 100%}"
    late = scenario(G1_ILLNESS, G1_BENEFITS, "scheme.contribution.every=year", setting=paying,
                    scheme="  expenses: {per_beneficiary_year: 600}")  # fmt: skip
    for found in (mho_sim.price(late, surplus=0.05), mho_sim.price(G1, surplus=0.05, collection=0.85)):
        assert prints(found.contribution, "6,040.59") and prints(found.amount("collected"), "5,134.50")


# Published cases and the guide's figures


def one(need, cost, benefit="{}", *sets, **more):
    return scenario(f"{{care: {{need: {need}, cost: {cost}}}}}", f"{{care: {benefit}}}", *sets, **more)


def test_V3_and_V4_illness_x_share_that_goes_x_cost():
    for need, share, cost, printed in ((4.34, "15.1%", 60, "39.32"), (0.066, "33.2%", 2_857, "62.60")):
        setting = f"{{care: {{need: {need}, cost: {{fixed: {cost}}}, seeking: {{covered: {share}}}}}}}"
        assert prints(mho_sim.price(scenario(setting, "{care: {}}")).pure_premium, printed)


def test_V5_loading_on_gross():
    found = mho_sim.price(one(0.1, "{table: {122: 40%, 210: 20%, 452: 35%, 1_000: 5%}}"), on_gross=0.30)
    assert prints(found.services.loc["care", "net"], "299") and prints(100 * found.pure_premium, "2,990")
    assert prints(100 * found.amount("needed"), "3,289") and prints(100 * found.contribution, "4,698.57")


def test_E1_capitation():
    found = mho_sim.price(one(1.5, "{fixed: 500}", households="{4: 500}"))
    assert prints(found.pure_premium * found.people.beneficiaries, "1,500,000")


def test_E5_budget_lines():
    found = mho_sim.price(one(1, "{fixed: 1}", households="{3: 4_000}",
                              scheme="  expenses: {per_card: 100, per_month: 5_000}"))  # fmt: skip
    assert found.running["total"].to_dict() == {"every month": 60_000, "cards": 400_000}


def test_E7_cost_sharing():
    assert mho_sim.price(one(1, "{fixed: 100_000}", "{copay: 20%}")).pure_premium == pytest.approx(80_000)
    assert mho_sim.price(one(1, "{fixed: 40_000}", "{ceiling_per_event: 30_000}")).pure_premium == 30_000


def test_F1_the_guide_nets_the_mean():
    found = mho_sim.price(one(2, "{exponential: {mean: 1_000}}", "{copay_fixed: 300}")).services.loc["care"]
    assert found["guide_care"] == pytest.approx(2 * (1_000 - 300))
    assert found["care"] == pytest.approx(2 * 1_000 * math.exp(-0.3))  # E[max(X - F, 0)]


def test_F5_waiting_period_of_four_months():
    waits = one(1, "{fixed: 1_200}", scheme="  membership: {waiting: {default: 4 months}}").with_("years", 2)
    assert mho_sim.price(waits).pure_premium == pytest.approx(1_200 * 8 / 12)
    assert mho_sim.price(waits).amount("waiting") == pytest.approx(-400)
    assert mho_sim.price(waits, year=2).pure_premium == 1_200


# By hand


def limited_lognormal(mean, cv, limit):
    """E[min(X, limit)] by the error function."""
    sigma = math.sqrt(math.log(1 + cv * cv))
    z = (math.log(limit) - math.log(mean)) / sigma + sigma / 2

    def below(x):
        return (1 + math.erf(x / math.sqrt(2))) / 2

    return mean * below(z - sigma) + limit * (1 - below(z))


def test_the_village_by_hand():
    """675 people in 150 households; two services, 3 % inflation, two months of waiting, three years."""
    found = mho_sim.price(mho_sim.load(ROOT / "scenarios" / "village-mutual.yaml"))
    visit = 0.75 * limited_lognormal(1_800, 0.74, 10_000 / 0.75)
    night = 0.75 * limited_lognormal(7_000, 0.8, 20_000 / 0.75)
    visits, nights = 1.5 * 0.75, 1.5 * 0.75 * 0.05 * 0.95
    assert found.services["frequency"].to_dict() == pytest.approx({"consultation": visits, "observation": nights})
    assert found.services["net"].to_dict() == pytest.approx({"consultation": visit, "observation": night})
    care = visits * visit + nights * night
    as_others = 1.5 * 0.30 * visit + 1.5 * 0.30 * 0.05 * 0.60 * night
    assert found.amount("care") == pytest.approx(care) and found.amount("use") == pytest.approx(care - as_others)
    assert found.amount("waiting") == pytest.approx(-care * 2 / 12)
    assert found.services["guide_care"].sum() == pytest.approx(visits * 1_350 + nights * 5_250)
    assert 0.012 < found.services.loc["consultation", "trend"] - 1 < 0.0137  # 5.5 months at 3 %, less by the ceiling
    running = {"at the start": 60_000 / 3, "every month": 180_000, "cards": 150 * 300 / 3}
    assert found.running["total"].to_dict() == pytest.approx(running)
    needed = 1.1 * found.pure_premium + 215_000 / 675
    collected = needed - 150 * 500 / 3 / 675
    assert found.amount("collected") == pytest.approx(collected)
    assert found.contribution == pytest.approx(collected / 0.96)  # of the 40 % who are late, 10 % never pay
    assert found.amount("with_support") == pytest.approx((collected - 220_000 / 3 / 675) / 0.96)
    assert found.compared.loc["person", "asked_year"] == 2_160
    assert found.compared.loc["family of 3", "asked_year"] == 6_480


def test_running_costs_are_spread_over_who_stays_by_hand():
    """Of the village's 675 people 80 % renew a year: 540 and 432; 180,000 a year is 333.33 and 416.67 a person, and
    the third of what is paid once, of the joining fees and of the gift likewise.
    """
    village = mho_sim.load(ROOT / "scenarios" / "village-mutual.yaml")
    first, *later = (mho_sim.price(village, year=year) for year in (1, 2, 3))
    assert list(first.years["people"]) == pytest.approx([675, 540, 432])
    for found, people in zip(later, (540, 432)):
        assert found.people.beneficiaries == pytest.approx(people)
        assert found.running.loc["every month", "amount"] == pytest.approx(180_000 / people)
        collected = 1.1 * found.pure_premium + 215_000 / people - 150 * 500 / 3 / people
        assert found.contribution == pytest.approx(collected / 0.96)
        assert found.amount("with_support") == pytest.approx((collected - 220_000 / 3 / people) / 0.96)
        assert first.years.loc[found.year, "contribution"] == pytest.approx(found.contribution)
    weights = np.array([675, 540, 432])
    assert first.amount_for_all == 25 * math.ceil(first.years["contribution"] @ weights / weights.sum() / 25)
    page = price_text(first)
    assert "80 renew after each year" in page and "people" in page and "needed" in page
    all_stay = mho_sim.price(village.with_("setting.renewing", "none"), year=3)
    assert all_stay.people.beneficiaries == pytest.approx(675) and "renew" not in price_text(all_stay)


def test_where_nobody_renews_only_the_first_year_has_a_price():
    nobody = mho_sim.load(ROOT / "scenarios" / "village-mutual.yaml").with_("setting.renewing.probability", 0)
    assert list(mho_sim.price(nobody).years.index) == [1]
    with pytest.raises(ValueError, match="nobody is a member in year 2: price year 1"):
        mho_sim.price(nobody, year=2)


def test_stays_of_so_many_days():
    """Days are geometric of mean 4; cash for the first 3; bills are paid for the days that are paid for."""
    cash = one(1, "{fixed: 1_000}, days: 4", "{cash_per_day: 100, copay: 100%, days_per_person_year: 3}")
    chances = [0.25, 0.25 * 0.75, 0.75**2]  # 1, 2, 3 or more
    assert mho_sim.price(cash).pure_premium == pytest.approx(100 * np.dot(chances, [1, 2, 3]), rel=1e-9)
    paid = one(1, "{fixed: 1_000}, days: 4", "{days_per_person_year: 1}")
    by_hand = 1_000 * sum(0.25 * 0.75 ** (d - 1) / d for d in range(1, 400))
    assert mho_sim.price(paid).pure_premium == pytest.approx(by_hand, rel=1e-9)
    assert mho_sim.price(one(1, "{fixed: 9}, days: 4", "{days_per_person_year: 0}")).pure_premium == 0


def test_births_deaths_chronic_and_lump_sums():
    """Members alone, all women of 40 to 49: by hand."""
    people = "{households: {1: 1_000}, member: {ages: {40-49: 100%}, women: 100%}, births: 20%, deaths: {0+: 0.01}}"
    kinds = """{delivery: {rate: births, cost: {fixed: 100}}, caesarean: {rate: births, share: 10%, cost: {fixed: 900}},
      funeral: {rate: deaths, cost: {fixed: 1}}, sugar: {chronic: {0-44: 0%, 45+: 8%}, cost: {fixed: 10}}}"""
    told = scenario(kinds, "{delivery: {}, caesarean: {}, funeral: {lump_sum: 5_000}, sugar: {excluded_ages: [0-46]}}",
                    f"setting.association={people}")  # fmt: skip
    care = {"caesarean": 0.02 * 900, "delivery": 0.18 * 100, "funeral": 50, "sugar": 0.3 * 0.08 * 12 * 10}
    assert mho_sim.price(told).services["care"].to_dict() == pytest.approx(care)


def test_of_the_bills_what_is_for_whom():
    """Providers, classes, covered share, causes, letters: by hand."""
    kinds = """{care: {need: 1, cost: {fixed: 1_000, covered_share: 80%}, at: {near: 75%, far: 25%}, letter: 60%,
      causes: {fever: 3, accident: 1}}}"""
    told = scenario(
        kinds.replace("3, accident: 1", "75%, accident: 25%"),
        "{care: {copay: {public: 10%, private: 50%}, excluded_causes: [accident], referral: required}}",
        setting="  providers: {near: {class: public}, far: {class: private, prices: 2}}",
    )
    row = mho_sim.price(told).services.loc["care"]
    assert row["frequency"] == pytest.approx(0.75 * 0.6) and row["mean_bill"] == pytest.approx(1_250)
    assert row["net"] == pytest.approx(0.75 * 720 + 0.25 * 800) == row["guide_net"]


def test_what_the_scheme_asks_is_what_the_rule_says():
    """`charged.of_household` against `rules.contribution_due`, as the engine asks it."""
    for path in SHIPPED:
        loaded = mho_sim.load(path)
        prepared, terms = Prepared(loaded, 1), loaded.scheme.contribution
        for size in (1, 2, 3, 5, 8, 13):
            for children in range(size if terms.child else 1):
                scheme = prepared.scheme
                of_size = scheme.of_size[0, size]
                due = contribution_due(scheme.contribution[0], of_size, 1_000_000, size, children)
                assert charged.of_household(terms, size, children) == due, (path.name, size, children)


# Limits of the year


@pytest.mark.parametrize(
    ("sets", "amount"),
    [
        ((), 450),
        (("scheme.contribution.every=year",), 5_150),
        (("scheme.contribution.per=household",), 2_150),
        (("scheme.contribution.every=quarter", "currency=GNF"), 1_500),
        (("currency=EUR",), 428),
        (("scheme.contribution.child={below: 5, amount: 200}",), 475),
    ],
)
def test_the_amount_to_write_by_hand(sets, amount):
    """5,134.50 a person and year, 5 a household on average: 427.9 a month, 1,283.6 a quarter, 2,139.4 a household and
    month; in coins of 25, of 500 (GNF), of 1 (not known). 4 of 5 people are drawn from all ages, of whom 0.143 / 0.999
    are below 5: 0.1145 pay 200, the others (427.9 - 22.9) / 0.8855 = 457.3.
    """
    told = scenario(G1_ILLNESS, G1_BENEFITS, *sets, scheme="  expenses: {per_beneficiary_year: 600}")
    found = mho_sim.price(told, safety=0.10, surplus=0.05)
    assert found.years.loc[1, "amount"] == amount


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_the_amount_to_write_asks_for_what_is_needed(path):
    """And a coin less does not; where contributions go by size there is no one amount."""
    found = priced(path)
    told, people = found.scenario, people_of(found.scenario)
    for row in found.years.itertuples():
        if told.scheme.contribution.amount is None:
            assert math.isnan(row.amount)
            continue
        asked = [
            charged.of_beneficiary(told.with_("scheme.contribution.amount", int(amount)), people)
            for amount in (row.amount, row.amount - coin(told.currency))
            if amount >= 0
        ]
        assert asked[0] >= row.contribution - 1e-9 and (len(asked) == 1 or asked[1] < row.contribution)


def test_where_contributions_go_by_size_a_factor_is_told():
    sized = scenario(
        G1_ILLNESS, G1_BENEFITS, "scheme.contribution.amount=none", "scheme.contribution.by_size={1: 400, 2+: 300}"
    )
    found = mho_sim.price(sized)
    page = " ".join(price_text(found).split())
    factor = found.contribution / (12 * 310)  # 1 of 10 people lives alone
    assert f"write {factor:.2f} times scheme.contribution.by_size." in page and "amount to" not in page
    assert found.to_dict()["years"]["1"]["amount"] is None


def test_limits_of_the_year_are_named():
    traders = mho_sim.load(ROOT / "scenarios" / "market-traders.yaml")
    named = mho_sim.price(traders).not_counted
    assert set(named) == {
        "scheme.benefits.hospital.days_per_person_year",
        "scheme.benefits.hypertension.ceiling_per_person_year",
        "scheme.benefits.outpatient.events_per_person_year",
        "scheme.ceiling_per_person_year",
        "scheme.ceiling_per_household_year",
    }
    assert mho_sim.price(traders).to_dict()["not_counted"] == named
    from mho_sim.report import price_text

    shown = " ".join(price_text(mho_sim.price(traders)).split())
    assert all(words in shown for words in named.values())


# The pool


def brute_force(persons, rates, bills, frailty, community):
    """Cumulants of a year's payments of a pool: conditional on the factors that all share by Gauss quadrature (exact
    for polynomials), on those of a person over classes, sums of Poisson numbers of fixed bills.
    """
    nodes = [special.roots_genlaguerre(8, 1 / v - 1) if v else (np.ones(1), np.ones(1)) for v in community]
    own = comonotone(Gamma, frailty)
    total = np.zeros(3)
    for i, first in enumerate(nodes[0][0]):
        for j, second in enumerate(nodes[1][0]):
            shared = [first * community[0] if community[0] else 1.0, second * community[1] if community[1] else 1.0]
            weight = nodes[0][1][i] / nodes[0][1].sum() * nodes[1][1][j] / nodes[1][1].sum()
            means = [rate * c * z for rate, c, z in zip(rates, shared, own)]
            given = [sum(m * bill**n for m, bill in zip(means, bills)) for n in (1, 2, 3)]
            one_person = cumulants(raw_moments(np.array(given)).mean(axis=1))
            total += weight * raw_moments(persons * one_person)
    return cumulants(total)


def test_variance_and_skewness_of_two_kinds_with_all_factors():
    kinds = """{a: {need: 1.2, frailty: 0.9, community: 0.04, cost: {fixed: 100}},
      b: {need: 0.3, frailty: 2.5, community: 0.09, cost: {fixed: 700}}}"""
    found = mho_sim.price(scenario(kinds, "{a: {}, b: {}}", households="{1: 60}")).pool
    mean, variance, third = brute_force(60, (1.2, 0.3), (100, 700), (0.9, 2.5), (0.04, 0.09))
    assert 60 * found.mean == pytest.approx(mean, rel=1e-9)
    assert found.sd(60) ** 2 == pytest.approx(variance, rel=1e-8)
    assert found.skewness(60) == pytest.approx(third / variance**1.5, rel=1e-8)


def test_comonotone_factors_of_equal_variance_are_one_gamma():
    first, second = comonotone(Gamma, (0.7, 0.7))
    assert first.mean() == pytest.approx(1) and first @ second / CLASSES - 1 == pytest.approx(0.7, rel=2e-3)


def test_referred_care_varies_with_whom_it_comes_from():
    """Of each sought episode of a (100) half is referred to b (1,000): a Poisson number of 100 or 1,100."""
    kinds = "{a: {need: 2, cost: {fixed: 100}}, b: {referred_from: {kind: a, share: 50%}, cost: {fixed: 1_000}}}"
    found = mho_sim.price(scenario(kinds, "{a: {}, b: {}}")).pool
    assert found.mean == pytest.approx(1_200) and found.own == pytest.approx(100**2 + 1_100**2)
    assert found.third[0] == pytest.approx(100**3 + 1_100**3) and found.shared == 0


def test_np_is_the_normal_law_without_skewness():
    assert np_margin(0.95, 100, 20, 0) == pytest.approx(0.2 * special.ndtri(0.95))
    assert np_margin(0.99, 1, 1, 0.5) == pytest.approx(2.3263479 + 0.5 * (2.3263479**2 - 1) / 6)


def test_no_pool_takes_away_what_all_share():
    shared = Pool(100.0, 5_000.0, 100.0**2 * 0.04, (0.0, 0.0, 0.0))
    assert shared.persons_for(0.3, 0.95) is None and shared.persons_for(0.0, 0.95) is None
    enough = shared.persons_for(0.4, 0.95)
    assert shared.margin(0.95, enough) <= 0.4 < shared.margin(0.95, enough - 1)
    assert smallest_pool(lambda persons: persons >= 777) == 777 and smallest_pool(lambda persons: False) is None


# Unknown figures


def test_the_range_of_one_number_is_that_of_the_price():
    """Uniform from 1 to 3: 5 and 95 % are 1.1 and 2.9 times the payment; drawn to a 256th of the range."""
    told = one("{between: [1, 3], law: uniform}", "{fixed: 100}")
    found = mho_sim.price(told)
    assert found.pure_premium == pytest.approx(200) and found.range["method"].startswith("drawing")
    assert (found.range["low"], found.range["high"]) == pytest.approx((110, 290), abs=200 / 256)
    assert found.range["moved_most_by"] == "setting.illness.care.need"
    assert mho_sim.price(one(1, "{fixed: 100}")).range is None


def test_what_follows_from_a_draw_is_worked_out_in_it():
    """What insured people were seen to use is used in every draw, whatever the share of those who go."""
    use = "{value: 1.5, of: insured}}, cost: {fixed: 100}, seeking: {covered: {between: [40%, 90%], best: 60%}}"
    told = scenario("{care: {use: " + use.replace("}}", "}", 1) + "}}", "{care: {}}")
    assert len(draws(told, 16)) == 16
    for drawn in draws(told, 16):
        care = Care(told, people_of(told), Figures(told, drawn))
        assert care.mean(care.sought("care")) == pytest.approx(1.5)
        assert care.mean(care.need("care")) == pytest.approx(1.5 / drawn["setting.illness.care.seeking.covered"])


# Against the engine

LIVED = """
title: every way of needing care, without limits of the year
currency: XOF
start: 2027-01-01
years: 1
default_grade: exact
setting:
  association:
    households: {1: 5, 2: 10, 3: 10, 5: 5}
    births: none
    deaths: none
    distance: {0-4 km: 60%, 5+ km: 40%}
  enterprises:
    - {sector: food, share: 50%, income_per_month: {good: 9_000_000, bad: 9_000_000}, good_months: 100%}
    - {sector: fish, share: 50%, income_per_month: {good: 9_000_000, bad: 9_000_000}, good_months: 100%}
  providers: {near: {class: public}, far: {class: private, prices: 1.5}}
  inflation: {medical: 10%}
  illness:
    a_visit:
      need: 3
      frailty: 0.6
      community: 0.05
      by_age_sex: {women: {0+: 1.4}, men: {0+: 0.8}}
      by_sector: {fish: 1.5}
      at: {near: 70%, far: 30%}
      causes: {fever: 80%, tattoo: 20%}
      letter: 90%
      seeking: {covered: 80%, uncovered: 30%, by_distance: {0-4 km: 100%, 5+ km: 50%}}
      cost: {lognormal: {mean: 20_000_000, cv: 0.9}, covered_share: 90%}
    b_stay:
      referred_from: {kind: a_visit, share: 15%}
      days: 4
      seeking: {covered: 90%, uncovered: 50%}
      cost: {gamma: {mean: 70_000_000, cv: 1.2}}
    c_pressure:
      chronic: 10%
      seeking: {covered: 75%}
      cost: {fixed: 6_000_000}
scheme:
  contribution: {amount: 100_000_000, per: beneficiary, every: year, timing: in-advance, grace: 30 days}
  benefits:
    a_visit: {copay: {public: 20%, private: 40%}, ceiling_per_event: 25_000_000, excluded_causes: [tattoo], referral: required}
    b_stay: {deductible: 5_000_000, copay_fixed: 2_000_000, order: [ceiling, copay, deductible], ceiling_per_event: 90_000_000, cash_per_day: 1_000_000}
    c_pressure: {lump_sum: 4_000_000}
  providers: {invoice: monthly, pay_within: 30 days}
"""  # noqa: E501


def as_drawn(told, prepared):
    """The people whom the engine has drawn, so that the price is theirs."""
    row, home = prepared.people.row, prepared.people.home
    shares = np.zeros((2, AGES, 2, 2))
    ages = (-row["born"] / 365.25).astype(int)
    sectors, zones = (home[side][row["household"]] for side in ("sector", "zone"))
    np.add.at(shares, (row["woman"].astype(int), ages, sectors, zones), 1 / len(row))
    return People(shares, people_of(told).sizes, len(home), 1.0)


def test_the_engine_pays_on_average_what_the_price_says():
    """300 worlds of 80 people, of one association: mean and standard deviation of a year's care, each within 4.9
    standard errors (false alarms 1e-6 each)."""
    told = parse(LIVED)
    prepared = Prepared(told, 1)
    people = as_drawn(told, prepared)
    care, index = Care(told, people, Figures(told)), index_of_year(0.10, 1)
    expected = pool(care, index)
    persons = len(prepared.people.row)
    frequency = sum(care.mean(care.paid_for(kind)) * care.pays(kind, index).moments[0].mean() for kind in told.kinds)
    assert expected.mean == pytest.approx(frequency)  # two ways of adding up
    worlds = lived(told, 300)
    paid = worlds.balance("benefits", 12).astype(float)
    error = paid.std(ddof=1) / math.sqrt(len(paid))
    assert abs(paid.mean() - expected.mean * persons) < 4.9 * error
    influence = (paid - paid.mean()) ** 2
    error = influence.std(ddof=1) / math.sqrt(len(paid))
    assert abs(influence.mean() - expected.sd(persons) ** 2) < 4.9 * error


# The command


def mho(*arguments):
    command = [sys.executable, "-m", "mho_sim", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_the_command_prints_what_the_object_says():
    shown = mho("price", "village-mutual", "--json", "--set", "scheme.contribution.amount=2_000", "--safety", "5%")
    told = json.loads(shown.stdout)
    same = mho_sim.load(ROOT / "scenarios" / "village-mutual.yaml", ["scheme.contribution.amount=2_000"])
    assert shown.returncode == 0 and shown.stderr == ""
    assert {**mho_sim.price(same, safety=0.05).to_dict(), "changed": ["scheme.contribution.amount=2_000"]} == told
    assert told["compared"]["person"]["asked_year"] == 2_000


@pytest.mark.parametrize(
    "arguments, said",
    [
        (("--safety", "10"), "write a share from 0% to 100%"),
        (("--year", "4"), "--year is 4: the scenario looks at the years 1 to 3"),
        (("--on-net", "10%", "--on-gross", "10%"), "--on-net and --on-gross exclude each other"),
        (("--on-gross", "100%"), "nothing is left for care"),
        (("--collection", "0%"), "above 0% to 100%"),
        (("--xlsx", "price.csv"), "--xlsx price.csv ends in '.csv'"),
        (("--set", "setting.paying.never=100%", "--set", "setting.paying.on_time=0%"), "Nobody ever pays"),
    ],
)
def test_what_cannot_be_ends_in_a_sentence(arguments, said):
    done = mho("price", "village-mutual", *arguments)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_page_of_each_shipped_scenario(path):
    from mho_sim.report import price_text

    found = priced(path)
    page = price_text(found)
    assert max(map(len, page.splitlines())) <= 80
    assert "= contribution needed" in page and not any(word in page for word in ("nan", "None", "inf "))
    assert np.isfinite(found.services.to_numpy()).all()
    assert found.range is None or found.range["low"] <= found.range["half"] <= found.range["high"]


def test_a_package_without_care_has_a_price_too():
    nothing = one(1, "{fixed: 1}", "{}", "scheme.benefits={}")
    from mho_sim.report import price_text

    assert mho_sim.price(nothing).pure_premium == 0 and "holds no care" in price_text(mho_sim.price(nothing))


# The workbook


def opened(found):
    return Workbook(io.BytesIO(workbook(found)))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_workbooks_formulas_give_the_printed_figures(path):
    found = priced(path)
    book = opened(found)
    number = book.again()
    assert len(book.formulas) > 30
    for place in book.formulas:  # what Excel shows before it works anything out
        assert number(*place) == pytest.approx(book.values[place], rel=1e-9, abs=1e-6), place
    for row, amount in enumerate(found.build_up["amount"], 11):
        assert number("Contribution", f"B{row}") == pytest.approx(amount, abs=1e-6)


def test_a_changed_figure_goes_through_the_whole_workbook():
    """In the village, visits that cost the mutual 1,500 each, and a margin of 5 %."""
    told = mho_sim.load(ROOT / "scenarios" / "village-mutual.yaml")
    found = mho_sim.price(told)
    book = opened(found)
    rows = {book.values["Care", f"A{row}"]: row for row in (4, 5)}
    number = book.again({("Care", f"G{rows['consultation']}"): 1_500.0, ("Contribution", "B4"): 0.05})
    trend = found.services["trend"]
    premium = 10 / 12 * (1.125 * 1_500 * trend["consultation"])
    premium += found.services.loc["observation", "pure_premium"]
    needed = (1.05 * premium + 215_000 / 675 - 150 * 500 / 3 / 675) / 0.96
    words = next(place for place, text in book.values.items() if text == "contribution needed")
    assert number("Contribution", f"B{words[1][1:]}") == pytest.approx(needed)


@pytest.mark.parametrize("terms", [{"on_net": 0.25}, {"on_gross": 0.25, "collection": 0.85}, {"year": 2}])
def test_the_workbook_knows_both_conventions(terms):
    book = opened(mho_sim.price(mho_sim.load(ROOT / "scenarios" / "market-traders.yaml"), **terms))
    number = book.again()
    assert all(number(*place) == pytest.approx(book.values[place], rel=1e-9, abs=1e-6) for place in book.formulas)


def test_a_name_that_looks_like_a_formula_stays_text():
    told = one(1, "{fixed: 1}", "{}", scheme='  expenses: {dated: [{name: "=1+1", amount: 5, every: year}]}')
    book = opened(mho_sim.price(told))
    assert "=1+1" in book.values.values() and "1+1" not in book.formulas.values()


def test_the_command_writes_the_workbook(tmp_path):
    done = mho("price", "village-mutual", "--xlsx", str(tmp_path / "price.xlsx"))
    assert done.returncode == 0 and Workbook(tmp_path / "price.xlsx").formulas
    assert [file.name for file in tmp_path.iterdir()] == ["price.xlsx"]


# Generated scenarios


def test_any_scenario_has_a_price_or_a_sentence(monkeypatch):
    """60 generated scenarios: what the pool costs on average is the sum over services of frequency x payment."""
    from mho_sim.report import price_text

    monkeypatch.setattr(premium, "DRAWS", 8)
    refused = 0
    for number in range(60):
        told = parse(scenario_text(number))
        try:
            found = mho_sim.price(told)
        except ValueError as error:
            assert str(error).startswith(("Nobody joins", "Nobody ever pays"))
            refused += 1
            continue
        assert "nan" not in price_text(found) and np.isfinite(found.services.to_numpy()).all()
        care, index = Care(told, found.people, Figures(told)), index_of_year(told.setting.inflation.medical.best, 1)
        paid = sum(care.mean(care.paid_for(kind)) * care.pays(kind, index).moments[0].mean() for kind in care.benefits)
        assert found.pool.mean == pytest.approx(paid, rel=1e-9, abs=1e-9)
        assert found.pool.own >= 0 and found.pool.shared >= 0
    assert refused < 15
