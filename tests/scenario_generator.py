"""Random scenarios, small and unkind: dates coincide, amounts sit on limits, cash runs short.

`scenario_text(number)` is the same text for the same number, on any machine.
"""

import random

STARTS = {  # and the day before
    "2027-01-01": "2026-12-31",
    "2027-02-01": "2027-01-31",
    "2028-01-01": "2027-12-31",
    "2027-12-01": "2027-11-30",
}
AGES = "{0-4: 20%, 5-14: 30%, 15-49: 40%, 50+: 10%}"
MULTIPLIERS = (
    "{0-4: 2, 5-14: 0.5, 15+: 1}",
    "{0-1: 1.5, 2-4: 0, 5-14: 1, 15-29: 0, 30+: 2}",
    "{0-0: 3, 1-4: 1, 5-49: 0.25, 50-69: 1, 70+: 2}",
)
DEATHS = ("none", "{0-4: 3, 5-49: 0.1, 50-69: 1, 70+: 3}", "{0+: 1.5}")
COSTS = ("{fixed: 1000}", "{fixed: 1333}", "{lognormal: {mean: 1500, cv: 1}}", "{lognormal: {mean: 800, cv: 0.3}}")
DURATIONS = ("none", "none", "1 days", "30 days", "31 days", "1 month", "2 months", "3 months")
DEBTS = ("{0-30 days: 4000, 31-90 days: 1500}", "{0-10 days: 2000}", "{0-0 days: 0}")
SEASONS = (
    "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]",
    "[0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0]",
    "[0.6, 0.5, 0.5, 0.55, 0.6, 0.8, 1.2, 1.6, 1.85, 1.75, 1.25, 0.8]",
)


def scenario_text(number):
    """A scenario file's text, drawn from a number."""
    r = random.Random(number)
    kinds = r.sample(("outpatient", "hospital", "antenatal"), r.choice((1, 2, 2)))
    kinds += ["delivery"] if r.random() < 0.6 else []
    open_births = "delivery" in kinds or r.random() < 0.4
    existing = r.random() < 0.4
    households = {r.randint(1, 3): r.randint(1, 4), r.randint(4, 6): r.randint(1, 4), 1: r.randint(1, 3)}
    households |= {20: 2} if r.random() < 0.3 else {}
    late_payers = existing or r.random() < 0.7
    start = r.choice(tuple(STARTS))
    lines = [
        f"title: Generated {number} (invented)",
        "currency: XOF",
        f"start: {start}",
        f"years: {r.choice((1, 1, 2))}",
        "setting:",
        "  association:",
        *_association(r, households),
        f"    births: {r.choice(('30%', '60%', '100%')) if open_births else 'none'}",
        f"    deaths: {r.choice(DEATHS)}",
        "  illness:",
    ]
    for kind in kinds:
        lines += _illness(r, kind)
    if late_payers:
        on_time = r.choice(("0%", "30%", "70%"))
        lines.append(f"  paying: {{on_time: {on_time}, mean_days_late: {r.choice((1, 10, 30, 90))}}}")
    if existing:
        lines += _existing(r, sum(households.values()), start)
    return "\n".join(lines + _scheme(r, kinds, existing)) + "\n"


def _association(r, households):
    people = [
        f"    people: {{ages: {AGES}, women: {r.choice(('40%', '70%'))}}}",
        "    member: {ages: {18-30: 60%, 31-60: 40%}, women: 80%}",
    ]
    if r.random() < 0.3:
        return [
            f"    members: {sum(households.values())}",
            f"    covered_per_member: {{mean: {r.choice((2, 3.5))}, cv: 0.9}}",
            *people,
        ]
    return ["    households: {" + ", ".join(f"{size}: {count}" for size, count in households.items()) + "}", *people]


def _illness(r, kind):
    cost = r.choice(COSTS)
    rate = "rate: births" if kind == "delivery" else f"need: {r.choice((0, 0.5, 3, 12, 40))}"
    lines = [f"    {kind}:", f"      {rate}", f"      cost: {cost}"]
    if r.random() < 0.5:
        covered, uncovered = r.choice(("100%", "80%")), r.choice(("100%", "40%", "0%"))
        lines.append(f"      seeking: {{covered: {covered}, uncovered: {uncovered}}}")
    if kind != "delivery":
        if r.random() < 0.5:
            lines.append(f"      by_age_sex: {{women: {r.choice(MULTIPLIERS)}, men: {r.choice(MULTIPLIERS)}}}")
        lines += [f"      season: {r.choice(SEASONS)}"] if r.random() < 0.5 else []
        lines += [f"      frailty: {r.choice((0.5, 2))}"] if r.random() < 0.5 else []
        lines += [f"      community: {r.choice((0.04, 1))}"] if r.random() < 0.5 else []
    return lines


def _existing(r, households, start):
    late = r.randint(0, households)
    waiting = r.randint(0, households - late)
    return [
        "start_from:",
        f"  date: {STARTS[start]}",
        f"  cash: {r.choice((0, 5_000, 60_000))}",
        f"  owed_by_members: {r.choice(('none', 0, 1_000, 12_345)) if late else 'none'}",
        f"  paid_in_advance: {0 if late + waiting == households else r.choice((0, 1_000, 9_999))}",
        f"  owed_to_providers: {r.choice(DEBTS)}",
        f"  members: {{paid_up: {households - late - waiting}, late: {late}, waiting: {waiting}}}",
    ]


def _scheme(r, kinds, existing):
    covered = [kind for kind in kinds if r.random() < 0.85]
    waiting = [f"default: {r.choice(DURATIONS)}"]
    waiting += [f"{kind}: {r.choice(DURATIONS)}" for kind in kinds if r.random() < 0.4]
    lines = [
        "scheme:",
        f"  membership: {{waiting: {{{', '.join(waiting)}}}}}",
        "  contribution:",
        f"    amount: {r.choice((0, 100, 333, 500, 1000))}",
        f"    per: {r.choice(('beneficiary', 'household'))}",
        f"    every: {r.choice(('month', 'month', 'year'))}",
        f"    timing: {r.choice(('in-advance', 'in-arrears'))}",
        f"    grace: {r.choice(DURATIONS)}",
        "  benefits:" if covered else "  benefits: {}",
    ]
    for kind in covered:
        if r.random() < 0.3:
            benefit = f"lump_sum: {r.choice((0, 1000, 2500))}"
        else:
            benefit = f"copay: {r.choice(('0%', '25%', '33.3%', '50%', '100%'))}"
            benefit += r.choice(("", ", ceiling_per_event: 750", ", ceiling_per_event: 1000"))
        lines.append(f"    {kind}: {{{benefit}}}")
    lines += [f"  ceiling_per_household_year: {r.choice((0, 1000, 3000, 10_000))}"] if r.random() < 0.6 else []
    lines += [
        f"  providers: {{invoice: {r.choice(('monthly', 'on-the-day'))}, pay_within: {r.choice(DURATIONS)}}}",
        f"  expenses: {{once: {r.choice((0, 2000))}, per_month: {r.choice((0, 0, 1000, 5000))}}}",
    ]
    return lines + ([] if existing else [f"  reserve: {{opening: {r.choice((0, 1000, 30_000))}}}"])
