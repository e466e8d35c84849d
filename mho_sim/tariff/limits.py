"""What a price does not take into account, each by its name."""

OF_BENEFIT = {  # key: what it limits
    "events_per_person_year": "{} episodes a person and year",
    "events_per_household_year": "episodes a household and year",
    "days_per_person_year": "{} days a person and year (of one stay it is counted, of several it is not)",
    "ceiling_per_person_year": "{} a person and year",
    "ceiling_per_household_year": "{} a household and year",
}
OF_SCHEME = {
    "ceiling_per_person_year": "all care: {} a person and year",
    "ceiling_per_household_year": "all care: {} a household and year",
}


def not_counted(scenario):
    """The limits of the year, by path, each in words: without them the price is at most too high."""
    found = {}
    for kind, benefit in sorted(scenario.scheme.benefits.items()):
        for key, words in OF_BENEFIT.items():
            if (limit := getattr(benefit, key)) is not None:
                found[f"scheme.benefits.{kind}.{key}"] = f"{kind}: {words.format(_spaced(limit))}"
    for key, words in OF_SCHEME.items():
        if (limit := getattr(scenario.scheme, key)) is not None:
            found[f"scheme.{key}"] = words.format(_spaced(limit))
    return found


def _spaced(limit):
    return f"{limit:,}".replace(",", " ") if isinstance(limit, int) else ""


def remarks(scenario):
    """Sentences about what the price leaves out or takes more simply than the futures that `run` lives."""
    waits = any(span.months or span.days for span in scenario.scheme.membership.waiting.values())
    told = [
        "Not in it: families who join because they expect care (selection; the program does not know it yet), and what "
        "arrears, suspensions and who is struck off change in the care that is paid for.",
        "People are taken as they are at the start: births, deaths and birthdays change them.",
    ]
    renewing = scenario.setting.renewing
    if renewing is not None and renewing.probability < 1 and scenario.years > 1:
        told.append(
            f"Of 100 households {100 * float(renewing.probability):.3g} renew after each year: running costs, joining "
            "fees and support are spread over those who are members in the year."
        )
    if waits and any(scenario.setting.illness[kind].season for kind in scenario.scheme.benefits):
        told.append("Waiting counts as so many twelfths of a year, whatever the season of the illness.")
    if scenario.setting.bank is not None or scenario.scheme.contribution.penalty:
        told.append("Interest on the cash and penalties are not counted as income.")
    return told
