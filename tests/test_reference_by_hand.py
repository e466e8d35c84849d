"""The reference model against sums done by hand: one rule of mho_sim/MODEL.md each, on a mutual of one or a few people.

`mutual(...)` is a mutual in which nothing happens: one woman of 30 alone, no illness, no contribution, no costs, no
cash, from 1 January 2027 (not a leap year: months of 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 days) for a year.
Illness is mostly chronic with a prevalence of 1, so that it strikes once a month, on a day up to the 28th.
"""

import datetime
import math
from types import SimpleNamespace as Part

import pytest
from reference_model import CLOSING, LATE_PAYMENTS, MEMBERSHIP, NEW_DUES, live
from reference_numbers import draw, exp, log, normal

SEED = 7
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
FIRST = [sum(DAYS[:month]) for month in range(13)]  # of each month; the last is the horizon


class Guess(float):
    """A number that nobody knows, as the scenario gives it."""

    def __new__(cls, best, limits=(0.0, math.inf)):
        made = super().__new__(cls, best)
        made.limits = limits
        return made

    @property
    def best(self):
        return float(self)


NOTHING, ALL, NONE = Guess(0), Guess(1), Part(months=0, days=0)


def span(months=0, days=0):
    return Part(months=months, days=days)


def cost(covered_share=1.0, **law):
    laws = dict.fromkeys(("fixed", "lognormal", "exponential", "gamma", "table"))
    return Part(**laws | {"covered_share": covered_share} | law)


def illness(bill=1000, **says):
    """A kind of illness; unless it says otherwise chronic, everyone has it, and the bill is fixed."""
    usual = {
        "rate": None,
        "share": None,
        "referred_from": None,
        "need": None,
        "use": None,
        "chronic": None,
        "by_age_sex": None,
        "by_sector": None,
        "season": None,
        "frailty": NOTHING,
        "community": NOTHING,
        "cost": cost(fixed=Guess(bill)),
        "days": None,
        "causes": None,
        "at": None,
        "letter": 1.0,
        "emergency": False,
        "seeking": Part(covered=ALL, uncovered=ALL, by_distance=None),
    }
    if not {"rate", "referred_from", "need"} & set(says):
        usual["chronic"] = ((0, None, 1.0),)
    return Part(**usual | says)


def benefit(**says):
    usual = {
        "copay": 0.0,
        "copay_fixed": 0,
        "deductible": 0,
        "ceiling_per_event": None,
        "order": ("deductible", "copay", "ceiling"),
        "lump_sum": None,
        "cash_per_day": 0,
        "events_per_person_year": None,
        "events_per_household_year": None,
        "days_per_person_year": None,
        "ceiling_per_person_year": None,
        "ceiling_per_household_year": None,
        "excluded_ages": (),
        "excluded_causes": (),
        "referral": None,
        "paid_to": None,
    }
    return Part(**usual | says)


def contribution(amount=0, **says):
    usual = {
        "amount": amount,
        "per": "beneficiary",
        "child": None,
        "by_size": None,
        "extra_person": None,
        "minimum": 0,
        "by_category": {},
        "every": "month",
        "timing": "in-advance",
        "grace": NONE,
        "struck_off": None,
        "joining_fee": 0,
        "penalty": 0,
        "collector": 0.0,
        "state": None,
    }
    return Part(**usual | says)


def paying(on_time=1.0, never=0.0, mean_days_late=0.001, on_time_bad_month=None):
    bad = None if on_time_bad_month is None else Guess(on_time_bad_month)
    return Part(on_time=Guess(on_time), on_time_bad_month=bad, never=Guess(never), mean_days_late=Guess(mean_days_late))


def support(amount, every, in_kind=False, from_=None, until=None, late=NONE):
    return Part(name="friends", amount=amount, every=every, in_kind=in_kind, from_=from_, until=until, late=late)


def mutual(kinds=None, benefits=None, dues=None, *, start=datetime.date(2027, 1, 1), years=1, unknowns=None, **says):
    """A scenario; `says` are fields of the association, the setting, the scheme or the expenses, by their names."""

    def part(**usual):
        return Part(**{name: says.pop(name, value) for name, value in usual.items()})

    age = Part(ages=((30, 30, 1.0),), women=1.0)
    association = part(
        members=None,
        covered_per_member=None,
        households={1: 1},
        list=None,
        people=age,
        member=age,
        births=None,
        deaths=None,
        categories=None,
        distance=None,
    )
    setting = part(
        association=association,
        enterprises=(),
        illness=kinds or {},
        providers={},
        inflation=Part(medical=NOTHING),
        bank=None,
        paying=None,
        renewing=None,
        take_up=None,
    )
    expenses = part(once=0, per_month=0, per_card=0, per_beneficiary_year=0, share_of_contributions=0.0, dated=())
    membership = part(intakes=None, waiting={})
    providers = part(payment="third-party", invoice="on-the-day", pay_within=NONE)
    scheme = Part(
        membership=membership,
        contribution=dues or contribution(),
        benefits=benefits or {},
        ceiling_per_person_year=says.pop("ceiling_per_person_year", None),
        ceiling_per_household_year=says.pop("ceiling_per_household_year", None),
        providers=providers,
        expenses=expenses,
        support=says.pop("support", ()),
        reserve=Part(opening=says.pop("opening", 0)),
        lost_when_owing=says.pop("lost_when_owing", 6),
    )
    start_from = says.pop("start_from", None)
    assert not says, says
    return Part(
        start=start,
        years=years,
        setting=setting,
        scheme=scheme,
        start_from=start_from,
        unknowns=unknowns or {},
        members=None,
    )


def told(lived, *reasons):
    """(day, reason, amount) of the entries with these reasons, in the order of the clock."""
    return [(entry[0] >> 32, entry[4], entry[7]) for entry in sorted(lived["entries"]) if entry[4] in reasons]


def amounts(lived, *reasons):
    """(reason, amount) of the entries with these reasons, in the order of the clock."""
    return [(reason, amount) for _, reason, amount in told(lived, *reasons)]


def moved(lived, reason):
    """(debit, credit, amount) of the entries with a reason."""
    return [entry[5:] for entry in sorted(lived["entries"]) if entry[4] == reason]


# ---- numbers ---------------------------------------------------------------------------------------------------------


def test_log_exp_and_normal_are_within_a_few_units_in_the_last_place():
    """log 1 = 0 and exp 0 = 1 exactly; the rest against the C library, and 97.5 % of a normal lie below 1.959964."""
    assert log(1.0) == 0.0 and exp(0.0) == 1.0
    for x in (1e-300, 1e-9, 0.1, 0.5, 0.7071067811865476, 2.0, 10.0, 1e300):
        assert math.isclose(log(x), math.log(x), rel_tol=4e-16)
    for x in (-700.0, -30.0, -1e-9, 0.1, 1.0, 600.0):
        assert math.isclose(exp(x), math.exp(x), rel_tol=4e-16)
    assert exp(1e6) == exp(700.0)
    assert round(normal(0.975), 6) == 1.959964 and normal(0.5) == 0 and round(normal(1e-9), 5) == -5.99781


def test_a_range_is_the_same_for_a_pair_of_worlds():
    """A bill between 1,000 and 2,000, uniform: 1000 + u x 1000, rounded, u of the path and of world // 2; all twelve
    bills of a world are that, worlds 0 and 1 have it in common, and worlds 2 and 3 another."""
    path = "setting.illness.asthma.cost.fixed"
    unknowns = {path: Part(low=1000.0, best=1500.0, high=2000.0, law="uniform")}
    bills = []
    for world in range(4):
        lived = live(mutual({"asthma": illness(1500)}, unknowns=unknowns), SEED, world)
        bill = math.floor(1000 + draw(SEED, world // 2, 0, path)[0] * 1000 + 0.5)
        assert lived["unknowns"] == {path: bill}
        assert [month["asthma", "bills"] for month in lived["registers"]] == [bill] * 12
        bills.append(bill)
    assert bills[0] == bills[1] != bills[2] == bills[3]


# ---- membership and contributions ------------------------------------------------------------------------------------


def test_a_period_of_five_days():
    """10 francs every 5 days in advance, from day 0. In January the periods begin on days 0, 5, ... 30: seven, 70
    francs. Six are over; of the seventh 1 day of 5: 10 x 1 // 5 = 2. Earned 62, unearned 8. In February the seventh
    earns the other 8, and those of days 35, 40, 45, 50 10 each; of that of day 55 (to 59) 4 days of 5 to day 58: 8."""
    lived = live(mutual(dues=contribution(10, every=Part(days=5))), SEED, 0)
    due = [day for day, *_ in told(lived, "contribution_due")]
    assert due == list(range(0, 365, 5))
    assert (
        amounts(lived, "earned")[:13]
        == [("earned", 2), *[("earned", 10)] * 6, ("earned", 8), ("earned", 8)] + [("earned", 10)] * 4
    )
    assert [-month["contributions"] for month in lived["closings"][:2]] == [62, 62 + 8 + 40 + 8]


def test_named_months_in_arrears_and_two_intakes():
    """1,200 a household for each half-year, due after it: [january, july]. Households joined in January owe it on day
    181 (1 July), none on 1 January 2028, which is beyond the horizon; the household of July owes nothing in the year.
    January's closing earns 1200 x 1 // 6 = 200 for the one of January. By the year's end it has earned 1200 + 1200,
    that of July 1200."""
    intakes = {datetime.date(2027, 1, 1): 1, datetime.date(2027, 7, 1): 1}
    dues = contribution(1200, per="household", every=(1, 7), timing="in-arrears")
    lived = live(mutual(dues=dues, households={1: 2}, intakes=intakes), SEED, 0)
    assert told(lived, "contribution_due") == [(FIRST[6], "contribution_due", 1200)]
    earned = [-month["contributions"] for month in lived["closings"]]
    assert earned == [*range(200, 1400, 200), *range(1600, 4000, 400)]
    assert lived["closings"][-1]["accrued"] == 2400
    assert [month["households_paid_up"] for month in lived["registers"]] == [1] * 6 + [2] * 6


def test_amounts_by_size_with_extra_persons_a_category_and_the_state():
    """A household of 4: 100 each for households of 1-2, 90 each for 3+; beyond 3 people 20 each. 3 x 90 + 1 x 20 = 290;
    at least 300; the poor pay 33.3333 %: half_up(300 x 333333 / 10^6 = 99.9999) = 100. The State adds 4 x 50 = 200, and
    it comes 10 days later; in January 200 x 1 // 1 is earned."""
    state = Part(per_beneficiary=50, categories=("poor",), late=span(days=10))
    dues = contribution(
        None,
        by_size=((1, 2, 100), (3, None, 90)),
        extra_person=Part(beyond=3, amount=20),
        minimum=300,
        by_category={"poor": 0.333333},
        state=state,
    )
    lived = live(mutual(dues=dues, households={4: 1}, categories={"poor": 1.0}), SEED, 0)
    january = [entry for entry in told(lived, "contribution_due", "state_due", "support_received") if entry[0] < 31]
    assert january == [(0, "contribution_due", 100), (0, "state_due", 200), (10, "support_received", 200)]
    assert lived["closings"][0]["subsidies"] == -200 and lived["closings"][0]["contributions"] == -100
    assert lived["closings"][-1]["cash"] == 12 * (100 + 200)


def test_children_pay_less():
    """A mother of 30 and two children of 3: 500 + 2 x 200 = 900; with `per: beneficiary` and no `child` it would be
    1,500."""
    people = Part(ages=((3, 3, 1.0),), women=0.0)
    dues = contribution(500, child=Part(below=5, amount=200))
    lived = live(mutual(dues=dues, households={3: 1}, people=people), SEED, 0)
    assert amounts(lived, "contribution_due")[:1] == [("contribution_due", 900)]


def test_a_penalty_and_a_commission():
    """Everybody pays one day late (a mean of 0.001 days, rounded up) and is suspended at once. 1,000 is due on day 0
    and paid on day 1, later than the suspension: reinstated, with a penalty of 50; the collector's 5 % of 1,000 are 50,
    paid that evening. The joining fee of 200 is paid at once, without commission."""
    dues = contribution(1000, penalty=50, collector=0.05, joining_fee=200)
    lived = live(mutual(dues=dues, paying=paying(on_time=0.0)), SEED, 0)
    first = [entry for entry in lived["entries"] if entry[0] < FIRST[1] << 32 and entry[4] != "earned"]
    assert [(entry[0] >> 28, *entry[4:]) for entry in first] == [
        (0 * 16 + NEW_DUES, "joining_fee", "cash", "fees", 200),
        (0 * 16 + NEW_DUES, "contribution_due", "receivable", "unearned", 1000),
        (1 * 16 + LATE_PAYMENTS, "reinstated", "cash", "receivable", 1000),
        (1 * 16 + LATE_PAYMENTS, "commission", "commissions", "suppliers", 50),
        (1 * 16 + LATE_PAYMENTS, "penalty", "cash", "fees", 50),
        (1 * 16 + 4, "debt_paid", "suppliers", "cash", 50),
    ]
    assert lived["registers"][0]["members_paid"] == 1000 and lived["closings"][0]["fees"] == -250


def test_who_never_pays_is_struck_off():
    """Never paid: 1,000 due on days 0 and 31; struck off 45 days after the oldest debt, that is from day 45, at the
    closing of February (day 58). It owes 2,000, which is written off; nothing more is due. Grace of 2 months ends on
    day 59: at January's closing the household is late, not suspended; at February's it is no longer there."""
    dues = contribution(1000, struck_off=span(days=45), grace=span(months=2))
    lived = live(mutual(dues=dues, paying=paying(on_time=0.0, never=1.0)), SEED, 0)
    reasons = ("contribution_due", "paid_on_time", "paid_late", "reinstated", "struck_off")
    assert told(lived, *reasons) == [
        (0, "contribution_due", 1000),
        (31, "contribution_due", 1000),
        (58, "struck_off", 2000),
    ]
    assert moved(lived, "struck_off") == [("bad_debts", "receivable", 2000)]
    assert [month["households_late"] for month in lived["registers"]] == [1] + [0] * 11
    assert [month["households_left"] for month in lived["registers"]] == [0, 1] + [0] * 10
    assert [entry[0] >> 28 & 15 for entry in lived["entries"] if entry[4] == "struck_off"] == [CLOSING]


@pytest.mark.parametrize("timing", ["in-advance", "in-arrears"])
def test_nobody_renews(timing):
    """Nobody renews: the household leaves on day 365 of two years. In advance it leaves before the 13th due day (12
    contributions); in arrears the first year's twelfth contribution falls due on that very day and is asked first."""
    dues = contribution(100, timing=timing)
    lived = live(mutual(dues=dues, renewing=Part(probability=NOTHING), years=2), SEED, 0)
    in_advance = timing == "in-advance"
    days = FIRST[:12] if in_advance else FIRST[1:]
    assert [day for day, *_ in told(lived, "contribution_due")] == days
    left = [entry[0] >> 28 for entry in lived["entries"] if entry[4] == "left"]
    assert left == [365 * 16 + (MEMBERSHIP if in_advance else NEW_DUES)]


# ---- benefits --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "paid"),
    [(("deductible", "copay", "ceiling"), 5000), (("ceiling", "deductible", "copay"), 2500)],
)
def test_the_order_of_deductible_copay_and_ceiling(order, paid):
    """A bill of 12,500, of which 80 % are covered: 10,000. Deductible 1,000, copay 25 % and then 500, ceiling 5,000. In
    the usual order 9,000, 6,750, 6,250, cut to 5,000; with the ceiling first 5,000, 4,000, 3,000, 2,500. Both times the
    ceiling cut. The household pays the rest of the 12,500."""
    rule = benefit(deductible=1000, copay=0.25, copay_fixed=500, ceiling_per_event=5000, order=order)
    kinds = {"asthma": illness(cost=cost(0.8, fixed=Guess(12_500)))}
    lived = live(mutual(kinds, {"asthma": rule}), SEED, 0)
    assert amounts(lived, "over_ceiling") == [("over_ceiling", paid)] * 12
    assert lived["own_spending"] == [[12 * (12_500 - paid)]]


def test_ceilings_of_the_year_and_what_counts_against_them():
    """One woman, bills of 1,000 each month for asthma and for sugar (in this order each month, unless sugar's day is
    earlier). Asthma: at most 2,500 a person and year, so 1,000, 1,000, 500, 0, ... Sugar: no ceiling of its own. The
    person's ceiling of 7,000 for all: sugar is paid until 4,500 are spent on it: four times 1,000 and once 500."""
    kinds = {"asthma": illness(), "sugar": illness()}
    benefits = {"asthma": benefit(ceiling_per_person_year=2500), "sugar": benefit()}
    lived = live(mutual(kinds, benefits, ceiling_per_person_year=7000), SEED, 0)
    outcomes = {
        kind: [entry[4:5] + entry[7:] for entry in lived["entries"] if entry[3] == kind] for kind in ("asthma", "sugar")
    }
    assert outcomes["asthma"][:3] == [("accepted", 1000), ("accepted", 1000), ("over_kind_ceiling", 500)]
    assert outcomes["asthma"][3:5] == [("over_kind_ceiling", 0)] * 2
    assert outcomes["sugar"][:5] == [("accepted", 1000)] * 4 + [("over_person_ceiling", 500)]
    assert outcomes["sugar"][5:] == [("over_person_ceiling", 0)] * 7


def test_a_ceiling_reached_exactly_does_not_cut():
    """3,000 a household and year, bills of 1,000: three are accepted, the fourth is over the ceiling, of amount 0."""
    lived = live(mutual({"asthma": illness()}, {"asthma": benefit()}, ceiling_per_household_year=3000), SEED, 0)
    assert amounts(lived, "accepted", "over_household_ceiling")[:4] == [("accepted", 1000)] * 3 + [
        ("over_household_ceiling", 0)
    ]


def test_events_of_a_household_by_its_size():
    """Two households, of one and of two people, each with an episode a person and month. Of a household of one, 2 a
    year are paid; of one of two, 6: the first two months and three. The rest is refused: 12 - 2 and 24 - 6."""
    rule = benefit(events_per_household_year=((1, 1, 2), (2, 3, 6)))
    lived = live(mutual({"asthma": illness()}, {"asthma": rule}, households={1: 1, 2: 1}), SEED, 0)
    kinds = [(entry[1], entry[4]) for entry in lived["entries"] if entry[3] == "asthma"]
    assert [kinds.count((home, "accepted")) for home in (0, 1)] == [2, 6]
    assert [kinds.count((home, "over_events")) for home in (0, 1)] == [10, 18]


def test_days_of_stays_and_a_daily_allowance():
    """Stays so long that they are cut to 366 days, with a bill of 3,660; 100 days a year are paid for. The first:
    100 of 366 days, 3660 x 100 // 366 = 1,000, over_days, and 100 x 7 = 700 in cash for the household, of whose own
    spending of 3,660 remain 1,960. Later ones are refused."""
    kinds = {"asthma": illness(3660, days=1e15)}
    lived = live(mutual(kinds, {"asthma": benefit(days_per_person_year=100, cash_per_day=7)}), SEED, 0)
    assert amounts(lived, "over_days", "cash_benefit")[:3] == [
        ("cash_benefit", 700),
        ("over_days", 1000),
        ("over_days", 0),
    ]
    assert moved(lived, "cash_benefit") == [("benefits", "members_claims", 700)]
    assert lived["registers"][0]["asthma", "paid"] == 1700 and lived["registers"][1]["asthma", "days"] == 366
    assert lived["own_spending"] == [[1960 + 11 * 3660]]


def test_classes_prices_inflation_and_reimbursement():
    """A private clinic at 1.5 times the price; bills rise by 100 % a year, so by half a year 2^(6/12) = 1.41421356.
    July: floor(1000 x 1.5 x 1.41421356 + 0.5) = 2,121. Private care has a copay of 50 %: half_up(2121 / 2) =
    1,061 for the patient, 1,060 paid; to the household, because patients pay first."""
    clinic = Part(class_="private", prices=1.5, stops_when_owed=None)
    says = {"providers": {"clinic": clinic}, "inflation": Part(medical=Guess(1.0)), "payment": "reimbursement"}
    kinds = {"asthma": illness(at={"clinic": 1.0})}
    scenario = mutual(kinds, {"asthma": benefit(copay={"public": 0.2, "private": 0.5})}, opening=100_000, **says)
    lived = live(scenario, SEED, 0)
    assert [lived["registers"][month]["asthma", "bills"] for month in (0, 6)] == [1500, 2121]
    assert moved(lived, "accepted")[6] == ("benefits", "members_claims", 1060)
    assert [month["members_claims"] for month in lived["closings"]] == [0] * 12


def test_a_referral_chain():
    """Everybody who seeks care for asthma is sent to the hospital, and from there to the laboratory: an episode of each
    on the two days that follow, ordinals 1 to 12; the hospital requires a letter, but only of kinds with a need."""
    kinds = {
        "asthma": illness(),
        "hospital": illness(referred_from=Part(kind="asthma", share=ALL), letter=0.0),
        "laboratory": illness(referred_from=Part(kind="hospital", share=ALL)),
    }
    lived = live(mutual(kinds, {"hospital": benefit(referral="required")}), SEED, 0)
    days = {kind: [entry[0] >> 32 for entry in lived["entries"] if entry[3] == kind] for kind in kinds}
    assert len(days["asthma"]) == 12 and len({day - first for day, first in zip(days["asthma"], FIRST)}) == 1
    assert days["hospital"] == [day + 1 for day in days["asthma"]]
    assert days["laboratory"] == [day + 2 for day in days["asthma"]]
    assert [entry[4] for entry in lived["entries"] if entry[3] == "hospital"] == ["accepted"] * 12


def test_care_without_a_letter():
    """Nobody has a letter; the hospital requires one: refused, and the patient pays. An emergency needs none."""
    kinds = {name: illness(need=Guess(50), letter=0.0, emergency=name == "crash") for name in ("crash", "hospital")}
    rules = {kind: benefit(referral="required") for kind in kinds}
    lived = live(mutual(kinds, rules), SEED, 0)
    assert {entry[3:5] for entry in lived["entries"] if entry[3]} == {
        ("crash", "accepted"),
        ("hospital", "no_referral"),
    }


def test_which_wait_and_the_newborn():
    """A birth every year; a wait of 3 months (to day 90), 10 days for emergencies, none for newborns: whoever is born
    has no wait, but the mother has: falls are an emergency, covered from day 10, fevers from day 90."""
    kinds = {"fall": illness(need=Guess(300), emergency=True), "fever": illness(need=Guess(300))}
    waits = {"default": span(months=3), "emergency": span(days=10), "newborn": NONE}
    lived = live(mutual(kinds, dict.fromkeys(kinds, benefit()), births=ALL, waiting=waits), SEED, 0)
    waiting = {(entry[2], entry[3]): 0 for entry in lived["entries"] if entry[4] == "accepted"}
    assert set(waiting) == {(person, kind) for person in (0, 1) for kind in kinds}
    last = {}
    for moment, _, person, kind, reason, *_ in lived["entries"]:
        if reason == "waiting_period":
            assert person == 0
            last[kind] = moment >> 32
    assert last["fall"] < 10 < last["fever"] < 90
    for moment, _, person, kind, reason, *_ in lived["entries"]:
        if person == 0 and kind:
            assert (reason == "accepted") == (moment >> 32 >= {"fall": 10, "fever": 90}[kind])


# ---- money -----------------------------------------------------------------------------------------------------------


def test_interest_and_running_costs():
    """1,000,000 in the bank at 1 % a month; costs of 5,000 on the last day. January: interest floor(10000.5) = 10,000
    of the evening before; 1,005,000 remain. February: 10,050. With yearly interest only December has any, of what the
    evening of 30 December held: 1,000,000 - 11 x 5,000 = 945,000: 9,450."""
    monthly = live(mutual(opening=1_000_000, per_month=5000, bank=Part(interest=0.01, every="month")), SEED, 0)
    assert told(monthly, "interest")[:2] == [(30, "interest", 10_000), (58, "interest", 10_050)]
    yearly = live(mutual(opening=1_000_000, per_month=5000, bank=Part(interest=0.01, every="year")), SEED, 0)
    assert told(yearly, "interest") == [(364, "interest", 9_450)]


def test_interest_settles_the_same_evening():
    """100 in the bank at 10 % a month, costs of 110 on 31 January: interest of 10 comes first, so all is paid. An empty
    bank has no interest: on 28 February 110 are owed, and nothing is there."""
    lived = live(mutual(opening=100, per_month=110, bank=Part(interest=0.1, every="month")), SEED, 0)
    assert told(lived, "interest", "debt_paid") == [(30, "debt_paid", 110), (30, "interest", 10)]
    assert lived["late_days"][0] == 58 and lived["worst"] == 11 * 110


def dated_cost(amount, every, from_=None, until=None):
    return Part(name="assembly", amount=amount, every=every, from_=from_, until=until)


def test_costs_with_dates_of_their_own():
    """On 31 January 40 of a training come before the 7 of every month; 20 on 31 March and a year later, but not from 1
    April of that year; 3 a month on 28 February, 28 March; one before the start and one after the end never come.
    Owed the same day, and paid: of 300 there remain 300 - 40 - 2 x 20 - 2 x 3 - 24 x 7 = 46."""
    day = datetime.date
    dated = (
        dated_cost(40, "once", day(2027, 1, 31)),
        dated_cost(20, "year", day(2027, 3, 31), day(2028, 4, 1)),
        dated_cost(3, "month", day(2027, 2, 28), day(2027, 4, 28)),
        dated_cost(1000, "once", day(2026, 12, 31)),
        dated_cost(1000, "year", day(2029, 1, 1)),
    )
    lived = live(mutual(years=2, opening=300, per_month=7, dated=dated), SEED, 0)
    assert [entry for entry in told(lived, "running_costs") if entry[2] != 7] == [
        (30, "running_costs", 40),
        (FIRST[2] - 1, "running_costs", 3),
        (FIRST[2] + 27, "running_costs", 3),
        (FIRST[3] - 1, "running_costs", 20),
        (455, "running_costs", 20),
    ]
    assert lived["closings"][-1]["cash"] == 46 and not lived["late_days"]


def test_support_late_and_in_kind():
    """500 a month from 31 January until 1 April, a month late: due on 31 January, 28 February and 31 March, it comes on
    28 February (31 January + 1 month), 28 March and 30 April. Rice worth 70 once, on 10 May, moves no cash."""
    cash = support(500, "month", from_=datetime.date(2027, 1, 31), until=datetime.date(2027, 4, 1), late=span(months=1))
    rice = support(70, "once", in_kind=True, from_=datetime.date(2027, 5, 10))
    lived = live(mutual(support=(cash, rice)), SEED, 0)
    assert told(lived, "support_due", "support_received", "support_in_kind") == [
        (30, "support_due", 500),
        (58, "support_received", 500),
        (58, "support_due", 500),
        (FIRST[2] + 27, "support_received", 500),
        (FIRST[3] - 1, "support_due", 500),
        (FIRST[4] - 1, "support_received", 500),
        (FIRST[4] + 9, "support_in_kind", 70),
    ]
    assert lived["closings"][-1]["cash"] == 1500 and lived["closings"][-1]["expenses_in_kind"] == 70


def test_costs_per_card_per_head_and_of_contributions():
    """Two households of 3: cards 2 x 100 on day 0. On the last day 6 x 20 = 120 a year per head: (120 + 6) // 12 = 10;
    10 % of the month's contributions of 6 x 25 = 150 (paid on time): 15."""
    says = {"per_card": 100, "per_beneficiary_year": 20, "share_of_contributions": 0.1}
    lived = live(mutual(dues=contribution(25), households={3: 2}, **says), SEED, 0)
    assert told(lived, "running_costs")[:3] == [
        (0, "running_costs", 200),
        (30, "running_costs", 10),
        (30, "running_costs", 15),
    ]


def test_who_is_paid_first_and_who_stops():
    """A woman with asthma (treated at the clinic, 1,000), sugar (at the hospital, 1,000) and fever (she is reimbursed
    1,000), each month; invoices at the year's end, costs of 500 a month. On 31 December 20,000 are left: the costs of
    500 come first, then the clinic's 12,000, of the hospital's 12,000 what is left, 7,500; nothing for her. The
    hospital tolerates to be owed 0 days: it stops that day. Unpaid: 4,500 + 12,000."""
    kinds = {"asthma": illness(at={"clinic": 1.0}), "fever": illness(), "sugar": illness(at={"hospital": 1.0})}
    rules = {"asthma": benefit(), "fever": benefit(paid_to="household"), "sugar": benefit()}
    providers = {
        "clinic": Part(class_="public", prices=1.0, stops_when_owed=NONE),
        "hospital": Part(class_="public", prices=1.0, stops_when_owed=NONE),
    }
    says = {"providers": providers, "invoice": "yearly", "opening": 20_000 + 11 * 500}
    lived = live(mutual(kinds, rules, per_month=500, **says), SEED, 0)
    last = [entry for entry in lived["entries"] if entry[4] == "debt_paid" and entry[0] >> 32 == 364]
    assert [entry[5:] for entry in last] == [
        ("suppliers", "cash", 500),
        ("providers", "cash", 12_000),
        ("providers", "cash", 7_500),
    ]
    assert lived["late_days"] == [364] and lived["worst"] == 16_500 and lived["first_stopped"] == 364


def test_a_provider_tolerates_for_a_month():
    """The clinic is owed 1,000 from the first episode on (day d of January) and nobody has money: with a tolerance of 1
    month (31 days from the start) it stops on day d + 31."""
    providers = {"clinic": Part(class_="public", prices=1.0, stops_when_owed=span(months=1))}
    kinds = {"asthma": illness(at={"clinic": 1.0})}
    lived = live(mutual(kinds, {"asthma": benefit()}, providers=providers), SEED, 0)
    assert lived["first_stopped"] == lived["late_days"][0] + 31


def test_lost():
    """10 francs of contributions and 100 of costs a month; nothing but the contributions pays for them. At the closing
    of month m (from 1) 90 m are overdue, 10 m of contributions have fallen due: 90 m x m > 6 x 10 m, that is 90 m > 60:
    at once. If `lost_when_owing` is 45: 90 m > 450, from m = 6 on (index 5)."""
    says = {"dues": contribution(10), "per_month": 100}
    assert live(mutual(**says), SEED, 0)["month_lost"] == 0
    assert live(mutual(lost_when_owing=45, **says), SEED, 0)["month_lost"] == 5
    assert live(mutual(per_month=100), SEED, 0)["month_lost"] == -1


# ---- registers -------------------------------------------------------------------------------------------------------


def test_care_beside_income():
    """An income of 1,000 in every month: 12,000 a year. Bills of 300 a month, 3,600: more than a quarter (3,000). Of
    each the mutual pays 200: the household spends 1,200, which is a tenth of the income and not more than that."""
    trade = Part(
        sector="trade",
        share=1.0,
        income_per_month=Part(good=Guess(1000), bad=Guess(1000)),
        good_months=(0.5,) * 12,
        cv=0.0,
    )
    rule = benefit(ceiling_per_event=200)
    lived = live(mutual({"asthma": illness(300)}, {"asthma": rule}, enterprises=(trade,)), SEED, 0)
    assert lived["years"] == [
        {
            "households": 1,
            "income": 12_000,
            "own_spending": 1200,
            "bills": 3600,
            "over_10_with": 0,
            "over_25_with": 0,
            "over_10_without": 1,
            "over_25_without": 1,
        }
    ]
    of_women_of_15_to_49 = 4 + 2
    assert lived["by_whom"] == {
        of_women_of_15_to_49: {
            "episodes": 12,
            "sought": 12,
            "bills": 3600,
            "paid": 2400,
            "people": 1,
            "households": 1,
            "over_10_without": 1,
            "over_25_without": 1,
        }
    }


def test_a_funeral_is_paid_even_if_nobody_is_left():
    """Deaths at a rate of 1,000 a person-year: the woman dies in the first days of January (by
    the 28th with all but e^-76 certainty) and the funeral's lump sum is owed to the household that day. February's
    contribution is not asked of anyone."""
    kinds, rules = {"funeral": illness(rate="deaths")}, {"funeral": benefit(lump_sum=5000, paid_to="household")}
    lived = live(mutual(kinds, rules, contribution(100), deaths=((0, None, 1000.0),), opening=9000), SEED, 0)
    (died,) = (entry[0] >> 32 for entry in lived["entries"] if entry[4] == "death")
    assert told(lived, "accepted") == [(died, "accepted", 5000)]
    assert moved(lived, "accepted") == [("benefits", "members_claims", 5000)]
    assert [day for day, *_ in told(lived, "contribution_due")] == [0]
    assert lived["own_spending"] == [[0]]
