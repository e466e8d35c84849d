"""Cases G1 to G4, constructed for this project and worked out by hand [C]."""

from mho_sim.actuarial import contributions, costs
from mho_sim.actuarial.costs import Layer, Lognormal, benefit, fixed
from mho_sim.tariff import price
from mho_sim.verification.cases.sources import CONSTRUCTED
from mho_sim.verification.chapters import Chapter
from mho_sim.verification.judging import judge_estimate, judge_printed, judge_relative, judge_that
from mho_sim.verification.sampling import average
from mho_sim.verification.worlds import published

CONSTRUCTED_CASES = Chapter(
    "constructed",
    "A contribution built up by hand",
    "One mutual worked out line by line with pencil and paper, before the program was written; then the same mutual "
    "lived by the engine. The build-up is the one that the guide teaches.",
)
G1 = {  # service: frequency, law of cost, benefit, net per episode, frequency x net
    "outpatient": (1.20, fixed(1_500), benefit(("copay", 0.25)), 1_125, 1_350),
    "drugs": (1.10, fixed(1_200), benefit(("copay", 0.25)), 900, 990),
    "normal delivery": (0.040, fixed(12_000), benefit(), 12_000, 480),
    "caesarean": (0.002, fixed(60_000), benefit(("ceiling", 40_000)), 40_000, 80),
    "hospital": (0.050, fixed(25_000), benefit(("copay", 0.20)), 20_000, 1_000),
}


@CONSTRUCTED_CASES.case("G1: the contribution of a year, service by service", source=CONSTRUCTED)
def contribution_of_a_year():
    """Frequency x net cost; 10 % for safety, 600 of running costs, 5 % of surplus."""
    figures = []
    for service, (frequency, cost, paid, net, premium) in G1.items():
        found = costs.expected_payment(cost, paid)
        pure = contributions.pure_premium(frequency, found)
        figures += [
            judge_relative(f"{service}: the mutual pays an episode", found, expected=net),
            judge_relative(f"{service}: a person and year", pure, expected=premium),
        ]
    parts = contributions.build_up(
        sum(premium for *_, premium in G1.values()), margin=0.10, operating_cost=600, surplus=0.05
    )
    return [
        *figures,
        judge_printed("pure premium", parts.pure_premium, "3,900"),
        judge_printed("safety margin", parts.safety_margin, "390"),
        judge_printed("running costs", parts.operating_cost, "600"),
        judge_printed("surplus", parts.surplus, "244.50"),
        judge_printed("contribution of a year", parts.contribution, "5,134.50"),
        judge_printed("contribution of a month", parts.contribution / 12, "427.875"),
        judge_printed("contribution of a family of five", parts.contribution * 5, "25,672.50"),
    ]


@CONSTRUCTED_CASES.case("G1: running costs as a share, on gross and on net", source=CONSTRUCTED)
def loaded_on_gross_and_on_net():
    """25 % of what is asked, or of what care costs: the two conventions differ by 357.50."""
    return [
        judge_printed("on gross", contributions.loaded_on_gross(3_900 * 1.10, 0.25), "5,720"),
        judge_printed("on net", contributions.loaded_on_net(3_900 * 1.10, 0.25), "5,362.5"),
    ]


@CONSTRUCTED_CASES.case("G1: the same contribution, from a scenario file by `price`", source=CONSTRUCTED)
def contribution_by_price():
    """The mutual as a scenario file, whose deliveries are read off its births: the lines that `price` prints."""
    scenario = published("g1").with_("scheme.expenses", {"per_beneficiary_year": 600})
    found = price(scenario, safety=0.10, surplus=0.05)
    care = found.services["pure_premium"]
    services = {"outpatient": 1_350, "drugs": 990, "delivery": 480, "caesarean": 80, "hospital": 1_000}
    return [
        *(judge_relative(f"{kind}: a person and year", care[kind], 1e-9, net) for kind, net in services.items()),
        judge_printed("pure premium", found.pure_premium, "3,900.00"),
        judge_printed("surplus", found.amount("surplus"), "244.50"),
        judge_printed("contribution of a year", found.contribution, "5,134.50"),
    ]


@CONSTRUCTED_CASES.case("G1: the same mutual, lived by the engine", source=CONSTRUCTED, worlds=400, full=4_000)
def cost_of_a_beneficiary(sample):
    """3,900 a person and year, and its parts, as 1,000 women of 20 to 40 and their children bring them about."""
    result = sample.lived(published("g1"))
    people = 1_000
    parts = {"outpatient": 1_350, "drugs": 990, "delivery": 480, "caesarean": 80, "hospital": 1_000}
    paid = {kind: result.count(kind, "paid").sum(axis=1) for kind in parts}
    return [
        judge_estimate("cost of a beneficiary", 3_900, *average(sum(paid.values()) / people)),
        *(judge_estimate(kind, expected, *average(paid[kind] / people)) for kind, expected in parts.items()),
        judge_that("the parts add up to the books", (sum(paid.values()) == result.balance("benefits", 12)).all()),
    ]


@CONSTRUCTED_CASES.case("G2: what a ceiling leaves of lognormal bills", source=CONSTRUCTED)
def limited_expected_values():
    """Bills of mean 25,000 and cv 1. Cutting the mean at the ceiling instead of each bill overstates by 14.5 %."""
    cost = Lognormal(25_000, 1)
    return [
        judge_printed("mean up to 50,000", cost.limited(50_000), "21,828.08"),
        judge_printed("mean up to 100,000", cost.limited(100_000), "24,223.35"),
        judge_printed("mean above 5,000", costs.excess(cost, 5_000), "20,088.22"),
        judge_printed(
            "mean from 5,000 to 50,000", costs.expected_payment(cost, Layer(above=5_000, up_to=50_000)), "16,916.29"
        ),
        judge_printed("the mean cut at 50,000 overstates by %", 100 * (cost.mean / cost.limited(50_000) - 1), "14.5"),
    ]


@CONSTRUCTED_CASES.case("G3: the statistical safety margin", source=CONSTRUCTED)
def statistical_safety_margin():
    """At 95 %, for a hospital stay of one in twenty a year and for visits of 1.2 a year; the claims for which 10 %
    suffice; and quantiles of the normal law.
    """
    margins = [
        (0.05, 1.0, 500, "46.5"),
        (0.05, 1.0, 1_000, "32.9"),
        (0.05, 1.0, 5_000, "14.7"),
        (0.05, 1.0, 10_000, "10.4"),
        (1.2, 0.8, 500, "8.6"),
        (1.2, 0.8, 1_000, "6.1"),
        (1.2, 0.8, 5_000, "2.7"),
    ]
    claims = [(0, "271"), (0.5, "338"), (1, "541"), (1.5, "879"), (2, "1,353"), (3, "2,706")]
    return [
        *(
            judge_printed(
                f"margin in %, {frequency} a year, cv {cv}, {persons:,} people",
                100 * contributions.statistical_margin(0.95, persons, frequency, cv),
                printed,
            )
            for frequency, cv, persons, printed in margins
        ),
        *(
            judge_printed(
                f"claims for a margin of 10 %, cv {cv}", contributions.claims_for_margin(0.10, 0.95, cv), told
            )
            for cv, told in claims
        ),
        *(
            judge_printed(f"quantile at {level:.0%}", contributions.statistical_margin(level, 1, 1), printed)
            for level, printed in ((0.90, "1.282"), (0.95, "1.645"), (0.99, "2.326"))
        ),
    ]


@CONSTRUCTED_CASES.case("G4: what must be asked when not all pay", source=CONSTRUCTED)
def nominal_contribution():
    """Where 85 % of what is due comes in."""
    return [judge_printed("contribution", contributions.nominal_contribution(5_134.50, 0.85), "6,040.59")]
