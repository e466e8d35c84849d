"""Random scenarios, small and unkind: dates coincide, amounts sit on limits, cash runs short.

`scenario_text(number)` is the same text for the same number, on any machine.
"""

import random
from datetime import date

STARTS = {  # and the day before
    "2027-01-01": "2026-12-31",
    "2027-02-01": "2027-01-31",
    "2028-01-01": "2027-12-31",
    "2027-12-01": "2027-11-30",
}
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
AGES = {"0-4": "20%", "5-14": "30%", "15-49": "40%", "50+": "10%"}
MULTIPLIERS = (
    {"0-4": 2, "5-14": 0.5, "15+": 1},
    {"0-1": 1.5, "2-4": 0, "5-14": 1, "15-29": 0, "30+": 2},
    {"0-0": 3, "1-4": 1, "5-49": 0.25, "50-69": 1, "70+": 2},
)
DEATHS = ({"0-4": 3, "5-49": 0.1, "50-69": 1, "70+": 3}, {"0+": 1.5})
DURATIONS = ("none", "none", "1 days", "30 days", "31 days", "1 month", "2 months", "3 months")
DEBTS = ({"0-30 days": 4000, "31-90 days": 1500}, {"0-10 days": 2000}, {"0-0 days": 0})
SEASONS = (
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0],
    [0.6, 0.5, 0.5, 0.55, 0.6, 0.8, 1.2, 1.6, 1.85, 1.75, 1.25, 0.8],
)
SECTORS = ("food", "cloth", "transport")
CATEGORIES = ("ordinary", "indigent", "honorary")
CAUSES = ("fever", "injury", "tooth")
PROVIDERS = {"post": "public", "clinic": "private", "ward": "public"}
ORDERS = (
    ["deductible", "copay", "ceiling"],
    ["copay", "deductible", "ceiling"],
    ["ceiling", "copay", "deductible"],
    ["ceiling", "deductible", "copay"],
)


class Chance(random.Random):
    """Draws for a scenario: some are without ranges, some have few limits to what is paid."""

    def __init__(self, number):
        super().__init__(number)
        self.exact, self.generous = self.random() < 0.3, self.random() < 0.4

    def some(self, probability, options):
        """One of some options as a list, or nothing."""
        return [self.choice(options)] if self.random() < probability else []

    def maybe(self, probability, mapping):
        """A mapping, each value drawn from its options with that probability, else left out."""
        return {key: value for key, options in mapping.items() for value in self.some(probability, options)}

    def shares(self, names):
        """Shares of some names that add up to 100 %."""
        cuts = sorted(self.randint(0, 20) * 5 for _ in names[1:])
        return {name: f"{high - low}%" for name, low, high in zip(names, [0, *cuts], [*cuts, 100])}

    def unknown(self, *values):
        """A number, now and then with a range around it."""
        value = self.choice(values)
        if self.exact or self.random() < 0.7:
            return value
        text = str(value)
        number, unit = (float(text[:-1]), "%") if text.endswith("%") else (float(text), "")
        ends = [number / 2, number * 1.5 if unit == "" else min(number * 1.5, 100)]
        law = self.choice(("pert", "uniform", "lognormal"))
        low, high = ends if "." in text else map(int, ends)
        if not 0 < low < high:
            return value
        return {"between": [f"{low}{unit}", f"{high}{unit}"], "best": value, "law": law}


def scenario_text(number):
    """A scenario file's text, drawn from a number."""
    return written(scenario_parts(number))


def written(value, depth=0):
    """Nested dictionaries as YAML: the outer ones in blocks, the inner ones in a line."""
    lines = []
    for key, item in value.items():
        if isinstance(item, dict) and item and depth < 3:
            lines += [f"{'  ' * depth}{key}:", written(item, depth + 1).rstrip("\n")]
        else:
            lines.append(f"{'  ' * depth}{key}: {in_a_line(item)}")
    return "\n".join(lines) + "\n"


def in_a_line(value):
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {in_a_line(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_a_line, value)) + "]"
    return str(value)


def scenario_parts(number):
    """A scenario as nested dictionaries of what is written in the file."""
    r = Chance(number)
    start, years = r.choice(tuple(STARTS)), r.choice((1, 2))
    every = _every(r, number, start)
    if every == "day":
        years = 1
    existing = r.random() < 0.4
    households = {r.randint(1, 3): r.randint(1, 4), r.randint(4, 6): r.randint(1, 4), 1: r.randint(1, 3)}
    crowd = r.random() < 0.4  # of women who bear children
    households |= {30: 1} if crowd else {}
    total = sum(households.values())
    kinds = _kinds(r)
    categories = list(CATEGORIES[: r.randint(2, 3)]) if r.random() < 0.45 else []
    sectors = list(SECTORS[: r.randint(1, 3)]) if r.random() < 0.65 else []
    providers = list(PROVIDERS)[: r.randint(2, 3)] if r.random() < 0.7 else []
    illness = {kind: _illness(r, kind, how, sectors, providers) for kind, how in kinds.items()}
    zones = _zones(r, illness)
    others = random.Random(-number - 1)  # of what was added later, so that the rest stays as it was
    for says in illness.values():
        _as_seen(others, says, r.exact)
    setting = {
        "association": {
            **_people(r, households, total, crowd),
            "births": "100%" if crowd else _births(r, kinds),
            "deaths": r.choice(DEATHS) if "funeral" in kinds or r.random() < 0.5 else "none",
            **({"categories": r.shares(categories)} if categories else {}),
            **({"distance": zones} if zones else {}),
        },
        "illness": illness,
        **_surroundings(r, sectors, providers, existing),
    }
    default_grade = "exact" if r.exact else r.choice(("exact", "guess", "own register"))
    books = {"start_from": _existing(r, total, start)} if existing else {}
    scheme = _scheme(r, illness, every, existing, total, start, years, categories)
    if "intakes" in scheme["membership"]:
        scheme["membership"]["intakes"] = _as_shares(others, scheme["membership"]["intakes"])
    if not existing:
        setting |= _take_up(r, scheme["contribution"])
    return {
        "title": f"Generated {number} (invented)",
        "currency": "XOF",
        "start": start,
        "years": years,
        "default_grade": default_grade,
        "setting": setting,
        **books,
        "scheme": scheme,
    }


def _every(r, number, start):
    """The period of contributions, each in turn; named months have the month of the start among them."""
    named = sorted({date.fromisoformat(start).month - 1, *r.sample(range(12), r.randint(0, 2))})
    periods = ("month", "quarter", "year", "week", "day", {"days": r.randint(4, 8)}, [MONTHS[m] for m in named])
    return periods[number // 2 % len(periods)]


def _kinds(r):
    """Names of kinds of illness, and how often each comes."""
    kinds = dict.fromkeys(r.sample(("outpatient", "hospital", "antenatal"), r.choice((1, 1, 2))), "need")
    kinds |= {"delivery": "births"} if r.random() < 0.5 else {}
    kinds |= {"caesarean": "births, some"} if r.random() < 0.4 else {}
    kinds |= {"twins": "births, some"} if r.random() < 0.2 else {}
    kinds |= {"funeral": "deaths"} if r.random() < 0.35 else {}
    kinds |= {"asthma": "chronic"} if r.random() < 0.35 else {}
    if r.random() < 0.5:
        kinds["biopsy"] = r.choice(list(kinds))
        if r.random() < 0.8:
            kinds["surgery"] = r.choice(("biopsy", "biopsy", *list(kinds)))
    return dict(r.sample(list(kinds.items()), len(kinds)))


def _people(r, households, total, crowd):
    people = {
        "people": {"ages": {"15-45": "100%"} if crowd else AGES, "women": "90%" if crowd else r.choice(("40%", "70%"))},
        "member": {"ages": {"18-30": "60%", "31-60": "40%"}, "women": "80%"},
    }
    if not crowd and r.random() < 0.45:
        return {"members": total, "covered_per_member": {"mean": r.choice((2, 3.5)), "cv": 0.9}, **people}
    return {"households": households, **people}


def _births(r, kinds):
    if any(how.startswith("births") for how in kinds.values()) or r.random() < 0.3:
        return r.unknown("30%", "60%", "100%")
    return "none"


def _zones(r, illness):
    """Shares of households by distance, where a kind of illness asks for them, and often where none does."""
    asked = any("by_distance" in kind.get("seeking", {}) for kind in illness.values())
    return {"0-4 km": "50%", "5-9 km": "30%", "10+ km": "20%"} if asked or r.random() < 0.2 else {}


def _surroundings(r, sectors, providers, existing):
    """Enterprises, providers, prices, the bank, and how members pay and stay."""
    setting = {}
    if sectors:
        setting["enterprises"] = [
            {
                "sector": sector,
                "share": share,
                "income_per_month": {"good": r.unknown(1000, 3000, 10_000), "bad": r.unknown(0, 500, 2000)},
                "good_months": r.choice(("0%", "50%", "100%", [0, 0, 0, 0, 0, "100%", "50%", "50%", 0.9, 0, 0, 0])),
                **r.maybe(0.5, {"cv": (0.5, 1.5)}),
            }
            for sector, share in r.shares(sectors).items()
        ]
    if providers:
        setting["providers"] = {
            name: {
                "class": PROVIDERS[name],
                **r.maybe(0.5, {"prices": (0.5, 1.5, 2)}),
                **r.maybe(0.85, {"stops_when_owed": ("0 days", "0 days", "1 days", "31 days", "1 month")}),
            }
            for name in r.sample(providers, len(providers))
        }
    if r.random() < 0.35:
        setting["inflation"] = {"medical": r.unknown("10%", "50%", "100%")}
    if r.random() < 0.45:
        setting["bank"] = {"interest": r.choice((0.001, 0.01, 0.1)), "every": r.choice(("month", "year"))}
    if existing or r.random() < 0.75:
        setting["paying"] = {
            "on_time": r.unknown("0%", "30%", "70%"),
            **({"on_time_bad_month": r.unknown("0%", "10%", "50%")} if sectors and r.random() < 0.6 else {}),
            **r.maybe(0.4, {"never": ("5%", "20%", "100%")}),
            "mean_days_late": r.unknown(1, 1, 10, 30, 90),
        }
    if r.random() < 0.7:
        setting["renewing"] = {"probability": r.unknown("0%", "0%", "60%")}
    return setting


def _illness(r, kind, how, sectors, providers):
    """One kind of illness; `how` often it comes, or the kind that it is referred from."""
    if how == "need":
        frequency = {"need": r.unknown(0, 0.5, 3, 12, 20)}
    elif how.startswith("births"):
        frequency = {"rate": "births"} | ({"share": r.unknown("10%", "30%", "50%")} if "some" in how else {})
    elif how == "deaths":
        frequency = {"rate": "deaths"}
    elif how == "chronic":
        frequency = {"chronic": r.choice(("100%", "40%", {"0-4": "0%", "5-29": "30%", "30+": "80%"}))}
    else:
        frequency = {"referred_from": {"kind": how, "share": r.unknown("30%", "100%")}}
    illness = {**frequency, "cost": _cost(r)}
    if r.random() < 0.5:
        illness["seeking"] = {
            "covered": r.unknown("100%", "80%"),
            "uncovered": r.unknown("100%", "40%", "0%"),
            **r.maybe(0.5, {"by_distance": ({"0-4 km": "100%", "5-9 km": "50%", "10+ km": "10%"},)}),
        }
    if how == "need":
        if r.random() < 0.5:
            illness["by_age_sex"] = {"women": r.choice(MULTIPLIERS), "men": r.choice(MULTIPLIERS)}
        if sectors and r.random() < 0.5:
            illness["by_sector"] = {r.choice(sectors): r.choice((0, 0.5, 2))}
        illness |= r.maybe(0.4, {"season": SEASONS, "frailty": (r.unknown(0.5, 2),), "community": (0.04, 1)})
        illness |= r.maybe(0.5, {"letter": ("0%", "50%")})
    illness |= r.maybe(0.4, {"days": (1, 1.5, 3, 10, 30), "causes": (r.shares(r.sample(CAUSES, r.randint(1, 3))),)})
    illness |= r.maybe(0.2, {"emergency": ("yes",)})
    if providers and r.random() < 0.8:
        illness["at"] = r.shares(r.sample(providers, r.randint(1, len(providers))))
    return illness


def _as_seen(r, illness, exact):
    """Now and then the use that was seen in place of the need."""
    if "need" not in illness or r.random() < 0.6:
        return
    of, used = r.choice(("insured", "uninsured at full price")), r.choice((0.5, 3, 8))
    ranges = ({"value": used}, {"value": {"between": [used / 2, used * 2], "law": r.choice(("uniform", "lognormal"))}})
    months = r.choice((6, ["july", "august", "october"], ["july", "june", "july"]))
    counted = {"cases": 10 * int(2 * used), "months": months, "catchment": r.choice((20, {"between": [15, 30]}))}
    villages = {"admissions": {"A": int(6 * used), "B": 2}, "people": {"A": 4, "B": 2}}
    far = {"cases": [int(2 * used), 3, 2], "months": ["june", "july", "august"], "catchment": {"between": [3, 6]}}
    centres = {"centres": {"A": {"cases": 5 * int(2 * used), "catchment": 20}, "B": far}, "months": 6}
    use = {**(ranges[0] if exact else r.choice((*ranges, counted, villages, centres))), "of": of}
    seeking = illness.get("seeking", {})
    if "by_distance" in seeking or r.random() < 0.5:
        seeking["covered"] = r.choice(("80%", "100%"))
        seeking["uncovered"] = r.choice(("40%", "25%")) if exact else r.choice(
            ("40%", "25%", {"between": ["20%", "60%"]}, {"between": ["0%", "50%"], "law": "uniform"}))  # fmt: skip
        illness["seeking"] = seeking
    else:
        illness.pop("seeking", None)
        use["insured_over_uninsured"] = r.choice((1, 2, 2.5)) if exact else r.choice((2, {"between": [1, 4]}))
    illness["use"] = use
    del illness["need"]


def _as_shares(r, intakes):
    """Now and then the intakes as shares of the households."""
    if r.random() < 0.5:
        return intakes
    shares = {1: ["100%"], 2: ["60%", "40%"], 3: r.choice((["33.3%", "33.3%", "33.4%"], ["0%", "57%", "43%"]))}
    return dict(zip(intakes, shares[len(intakes)]))


def _cost(r):
    cost = r.choice(
        (
            {"fixed": r.unknown(1000)},
            {"fixed": 1000},
            {"fixed": 1333},
            {"lognormal": {"mean": r.unknown(1500, 800), "cv": r.choice((0.3, 1))}},
            {"lognormal": {"mean": 1500, "cv": 1}},
            {"exponential": {"mean": r.unknown(1000, 1500)}},
            {"gamma": {"mean": r.unknown(1000), "cv": r.choice((0.5, 1, 2))}},
            {"table": {500: "30%", 1000: "50%", 4000: "20%"}},
        )
    )
    return cost | r.maybe(0.25, {"covered_share": ("50%", "80%", "33.3%")})


def _existing(r, households, start):
    late = r.randint(0, households)
    waiting = r.randint(0, households - late)
    return {
        "date": STARTS[start],
        "cash": r.choice((0, 5_000, 40_000)),
        **r.maybe(0.7 if late else 0, {"owed_by_members": (0, 1_000, 12_345)}),
        "paid_in_advance": 0 if late + waiting == households else r.choice((0, 1_000, 9_999, 50_000)),
        "owed_to_providers": r.choice(DEBTS),
        "members": {"paid_up": households - late - waiting, "late": late, "waiting": waiting},
    }


def _scheme(r, illness, every, existing, total, start, years, categories):
    membership = {"waiting": _waiting(r, illness)}
    if not existing and total > 1 and r.random() < 0.5:
        membership["intakes"] = _intakes(r, total, start, years, every)
    scheme = {
        "membership": membership,
        "contribution": _contribution(r, every, categories),
        "benefits": {kind: _benefit(r, says) for kind, says in illness.items() if r.random() < 0.9},
        **r.maybe(0.35, {"ceiling_per_person_year": (0, 1000, 2000, 5000)}),
        **r.maybe(0.35, {"ceiling_per_household_year": (0, 1000, 3000, 20_000)}),
        "providers": {
            **r.maybe(0.8, {"payment": ("third-party", "third-party", "reimbursement")}),
            "invoice": r.choice(("monthly", "on-the-day", "on-the-day", "yearly")),
            "pay_within": r.choice(DURATIONS),
        },
        "expenses": {
            "once": r.choice((0, 2000)),
            "per_month": r.choice((0, 0, 1000, 5000)),
            **r.maybe(0.3, {"per_card": (50,), "per_beneficiary_year": (100, 120), "share_of_contributions": ("5%",)}),
        },
        "support": _support(r, start, years),
        **r.maybe(0.3, {"lost_when_owing": (0, 1, 3)}),
    }
    if not existing:
        scheme["reserve"] = {"opening": r.choice((0, 0, 1000, 2000, 30_000))}
    scheme["expenses"] |= _dated_costs(r, start, years)
    return scheme


def _waiting(r, illness):
    waiting = {"default": r.choice(DURATIONS)}
    waiting |= r.maybe(0.35, {"emergency": DURATIONS, "newborn": ("none", "1 days", "1 month")})
    return waiting | r.maybe(0.25, dict.fromkeys(illness, DURATIONS))


def _firsts(start, years):
    """The firsts of the months of the horizon."""
    first = date.fromisoformat(start)
    months = range(first.month - 1, first.month - 1 + 12 * years)
    return [date(first.year + month // 12, month % 12 + 1, 1) for month in months]


def _intakes(r, total, start, years, every):
    """Up to three intakes; with named months on the firsts of those months."""
    days = [day for day in _firsts(start, years) if not isinstance(every, list) or MONTHS[day.month - 1] in every]
    chosen = sorted(r.sample(days, min(len(days), r.randint(1, 3), total)))
    counts = [1] * len(chosen)
    for _ in range(total - len(chosen)):
        counts[r.randrange(len(counts))] += 1
    return {day.isoformat(): count for day, count in zip(chosen, counts)}


def _contribution(r, every, categories):
    per, by_size = r.choice(("beneficiary", "household")), r.random() < 0.3
    contribution = {"per": per, "every": every, "timing": r.choice(("in-advance", "in-arrears"))}
    if by_size:
        contribution["by_size"] = r.choice(({1: 500, "2-5": 400, "6+": 0}, {"1-3": 333, "4+": 100}, {1: 100, 2: 50}))
        contribution |= r.maybe(0.6, {"extra_person": ({"beyond": 2, "amount": 10}, {"beyond": 4, "amount": 0})})
    else:
        contribution["amount"] = r.choice((0, 100, 333, 500, 1000))
        if per == "beneficiary":
            contribution |= r.maybe(0.6, {"child": ({"below": 5, "amount": 50}, {"below": 18, "amount": 0})})
    contribution |= {"grace": r.choice(DURATIONS)}
    contribution |= r.maybe(
        0.35,
        {
            "minimum": (100, 700),
            "struck_off": ("0 days", "0 days", "1 days") if every == "day" else ("0 days", "31 days", "2 months"),
            "joining_fee": (200,),
            "penalty": (50,),
            "collector": ("5%", "33.3%"),
        },
    )
    if categories and r.random() < 0.7:
        contribution["by_category"] = {r.choice(categories): r.choice(("0%", "50%", "33.3%"))}
    if r.random() < 0.4:
        state = {"per_beneficiary": r.choice((50, 333)), "late": r.choice(DURATIONS)}
        if categories and r.random() < 0.6:
            state["categories"] = r.sample(categories, r.randint(1, len(categories)))
        contribution["state"] = state
    return contribution


def _take_up(r, contribution):
    """Who joins: all, a share, or what a survey says where there is one amount, asked or between two that were."""
    if r.random() < 0.4:
        return {}
    if "amount" not in contribution or r.random() < 0.3:
        return {"take_up": r.unknown("0%", "40%", "80%", "100%")}
    survey = r.choice(
        (
            {100: "90%", 500: "80%", 1000: "60%"},
            {333: "8 of 9", 1000: "7 of 9"},
            {500: "100%", 1000: "40 of 60", 2000: "0%"},
        )
    )
    asked = {"of": r.choice((10, "240 households"))} if any(str(one).endswith("%") for one in survey.values()) else {}
    return {"take_up": {"survey": survey, **asked, "stated_to_real": r.choice(("100%", {"between": ["50%", "90%"]}))}}


def _benefit(r, illness):
    """What is paid for one kind of illness."""
    some = 0.07 if r.generous else 0.25
    if r.random() < 0.25:
        benefit = {"lump_sum": r.choice((0, 1000, 2500))}
    else:
        classes = sorted({PROVIDERS[name] for name in illness.get("at", {})})
        benefit = {"copay": "0%" if r.generous else r.choice(("0%", "25%", "33.3%", "50%", "100%"))}
        benefit |= r.maybe(some, {"copay_fixed": (100, 1000), "deductible": (200, 1000)})
        benefit |= r.maybe(0.4, {"ceiling_per_event": (750, 1000), "order": ORDERS})
        if classes and r.random() < 0.5:
            benefit["copay"] = {name: r.choice(("0%", "20%", "100%")) for name in classes}
        if classes and r.random() < 0.3:
            benefit["copay_fixed"] = {name: r.choice((0, 100, 250)) for name in classes}
    benefit |= r.maybe(
        some,
        {
            "events_per_person_year": (0, 1, 2, 3),
            "events_per_household_year": (1, 4, {"2-3": 2, "4-5": 3, "6+": 4}),
            "ceiling_per_person_year": (500, 1000, 2000),
            "ceiling_per_household_year": (1000, 3000),
            "excluded_ages": (["0-4"], ["0-14", "50+"], ["20-30"]),
            "paid_to": ("provider", "household"),
        },
    )
    if "days" in illness:
        benefit |= r.maybe(2 * some, {"days_per_person_year": (0, 3, 10), "cash_per_day": (100,)})
    if "causes" in illness and r.random() < 2 * some:
        benefit["excluded_causes"] = r.sample(list(illness["causes"]), 1)
    asks = "need" in illness or "use" in illness or "referred_from" in illness
    return benefit | (r.maybe(0.6, {"referral": ("required",)}) if asks else {})


def _support(r, start, years):
    """Support from outside: once, monthly or yearly, in cash or in kind, in time or late."""
    if r.random() < 0.45:
        return "none"
    lines = []
    for name in ("friends", "town", "ministry")[: r.randint(1, 3)]:
        line = {"name": name, "amount": r.choice((500, 1000, 7000)), "every": r.choice(("once", "month", "year"))}
        line |= r.maybe(0.4, {"in_kind": ("yes",), "late": DURATIONS})
        lines.append(line | _dates(r, start, years))
    return lines


def _dated_costs(r, start, years):
    """Running costs at dates of their own, in a fifth of the scenarios."""
    if r.random() < 0.8:
        return {}
    lines = []
    for name in ("assembly", "training")[: r.randint(1, 2)]:
        line = {"name": name, "amount": r.choice((0, 300, 2000)), "every": r.choice(("once", "month", "year"))}
        lines.append(line | _dates(r, start, years))
    return {"dated": lines}


def _dates(r, start, years):
    """Maybe a first day, on the first, in the middle or at the end of a month, and maybe an end."""
    firsts, dates = _firsts(start, years), {}
    if r.random() < 0.5:
        dates["from"] = r.choice(firsts).replace(day=r.choice((1, 15, 28))).isoformat()
    if r.random() < 0.4:
        after = [day.isoformat() for day in firsts if day.isoformat() > dates.get("from", start)]
        dates |= {"until": r.choice(after)} if after else {}
    return dates


CLOSED_ILLNESS = ("need", "cost", "season", "community", "seeking", "emergency")
CLOSED_CONTRIBUTION = ("amount", "per", "by_size", "extra_person", "minimum", "every", "timing", "grace", "struck_off",
                       "joining_fee", "penalty", "collector")  # fmt: skip
CLOSED_BENEFIT = ("copay", "copay_fixed", "deductible", "ceiling_per_event", "order", "lump_sum",
                  "events_per_person_year", "paid_to")  # fmt: skip


def closed_parts(number):
    """A scenario drawn from a number, in which what forbids a closed law (`run --exact`) is switched off by hand: all
    pay on the day, nobody joins later, leaves, is born or dies, figures have no ranges, nothing looks at ages or
    providers. Years in which episodes depend on each other are paid once a year in half of the scenarios.
    """
    r, parts = random.Random(-2 * number - 1), scenario_parts(number)
    setting, scheme = parts["setting"], parts["scheme"]
    parts.pop("start_from", None)
    parts["default_grade"] = "exact"
    people = {key: setting["association"][key] for key in ("people", "member")}
    households = {1: r.randint(1, 20), 4: r.randint(1, 10)}
    parts["setting"] = {
        "association": {"households": households, **people, "births": "none", "deaths": "none"},
        "illness": {kind: _closed_illness(r, says) for kind, says in setting["illness"].items()},
    }
    contribution = _some_of(scheme["contribution"], CLOSED_CONTRIBUTION)
    if r.random() < 0.5:
        contribution["every"] = "year"
    parts["scheme"] = {
        "membership": {"waiting": scheme["membership"]["waiting"]},
        "contribution": contribution,
        "benefits": {kind: _closed_benefit(r, says) for kind, says in scheme["benefits"].items()},
        **{key: scheme[key] for key in ("providers", "expenses", "support")},
        "reserve": {"opening": r.choice((0, 1000, 30_000))},
    }
    return parts


def _closed_illness(r, says):
    need = {"need": r.choice((0.1, 0.5, 2))}
    kept = _some_of({**says, **need}, CLOSED_ILLNESS)
    if "seeking" in kept:
        kept["seeking"] = _some_of(kept["seeking"], ("covered", "uncovered"))
    return _points(kept)


def _closed_benefit(r, says):
    kept = _some_of(says, CLOSED_BENEFIT)
    for key, instead in (("copay", "25%"), ("copay_fixed", 100)):
        if isinstance(kept.get(key), dict):
            kept[key] = instead
    return kept if r.random() < 0.3 else {key: item for key, item in kept.items() if key != "events_per_person_year"}


def _some_of(mapping, keys):
    return {key: mapping[key] for key in keys if key in mapping}


def _points(value):
    """The same with one number in place of every range."""
    if not isinstance(value, dict):
        return value
    if "between" in value:
        return value.get("best", value["between"][1])
    return {key: _points(item) for key, item in value.items()}
