"""Several numbers that were solved for, each by itself: their answers, a table, and which costs members least."""

from mho_sim.report.answer import amount_of, answer, flag, of_hundred
from mho_sim.report.tables import table
from mho_sim.report.words import letters, lines, listed
from mho_sim.study.solved import may_be_cheaper


def told(solved, letter, option):
    """One option: what it must be, or why there is no answer."""
    name = f"{letter}. {option.number.path}"
    if option.found is None:
        why = option.why_not.replace(f"--for {option.number.path}: ", "").replace(f" for {option.number.path}", "")
        return lines(f"{name}: {why[0].lower()}{why[1:]}", indent="   ")
    text = answer(solved, option).removeprefix("Answer: ")
    return lines(f"{name}: {text} {flag(solved, option)}".rstrip(), indent="   ")


def compared(solved):
    """The table of what the options do to members, today first."""
    support = solved.today.late_without_support is not None
    income = solved.today.share_of_income is not None
    heads = ["", "members\npay", "own\npart", "not\npaid", "without\ncare", "covered", "run\nshort"]
    keys = ["members_pay", "own_part", "not_paid_for", "forgone_care", "covered", "late"]
    if support:
        heads.append("without\nsupport")
        keys.append("late_without_support")
    if income:
        heads = [*heads[:2], "of\nincome", heads[2], "above\n10%", *heads[3:]]
        keys = [*keys[:1], "share_of_income", keys[1], "above_10_percent_of_income", *keys[2:]]
    rows = [tuple(heads)]
    found = [(letter, option.effects) for letter, option in zip(letters(), solved.options) if option.effects]
    for name, of_option in [("today", solved.today), *found]:
        forms = [amount_of if key in ("members_pay", "own_part") else of_hundred for key in keys]
        rows.append((name, *(form(getattr(of_option, key)) for form, key in zip(forms, keys))))
    return [*table(rows), *(f"  {line}" for line in lines(_what_they_are(solved, income), 78))]


def _what_they_are(solved, income):
    """What the columns are."""
    note = (
        f"Members pay: contributions, fees and their own part of the bills, {solved.scenario.currency} a person and "
        "year. The others are out of 100: of the times that members sought care those not paid for, of the times that "
        "care was needed those without it, of the people of the association those covered for at least one benefit, of "
        "the mutuals those that run short."
    )
    if income:
        note += (
            " Of income: the contributions of a household. Above 10%: of 100 families those whose own part of the "
            "bills is more than a tenth of their income."
        )
    return note


def cheapest(solved):
    """Which option costs members least, if that can be told wherever each value may lie."""
    options = solved.compared
    if len(options) < 2:
        return ""
    named = {option.number.path: letter for letter, option in zip(letters(), solved.options)}
    near = [options[0], *may_be_cheaper(options)]
    if len(near) > 1:
        costs = _costs(solved, near, named)
        text = f"Which of {_listed(near, named)} costs members least cannot be told: {costs}. Take more --worlds."
    else:
        text = f"{_listed(near, named)} costs members least: {_costs(solved, options, named)}."
    return text + _less_care(options, near, named)


def _listed(options, named):
    return listed(sorted((named[option.number.path] for option in options), key=lambda letter: (len(letter), letter)))


def _costs(solved, options, named):
    """What members pay with each option, from the least to the most that it may be, and why that may decide nothing."""
    known, parts = [option for option in options if option.may_cost], []
    if known:
        where = "" if all(option.exact for option in known) else "wherever in its interval each value may lie, "
        each = [(_between(option.may_cost), named[option.number.path]) for option in known]
        (cost, letter), *others = each
        first = f"{cost} {solved.scenario.currency} a person and year with {letter}"
        parts.append(f"{where}they pay {listed([first, *(f'{cost} with {letter}' for cost, letter in others)])}")
    if unknown := [option for option in options if not option.may_cost]:
        parts.append(f"how far the value of {_listed(unknown, named)} may lie off is not known")
    elif may_be_cheaper(options) and not _overlap(options):
        parts.append("the difference is within chance")
    return "; ".join(parts)


def _between(ends):
    least, most = (amount_of(end) for end in ends)
    return least if least == most else f"{least} to {most}"


def _overlap(options):
    """Whether what the first option may cost reaches to what another may."""
    return any(options[0].may_cost[1] >= other.may_cost[0] for other in options[1:])


def _less_care(options, near, named):
    """Which of the cheapest options protect less than today, and which is the cheapest of the others."""
    cut = [option for option in near if option.less_care]
    uncut = [option for option in options if not option.less_care]
    if not cut:
        return ""
    text = f" {_listed(cut, named)} protect{'s' if len(cut) == 1 else ''} less than today: see above."
    if len(uncut) == 1:
        return f"{text} {_listed(uncut, named)} does not."
    if uncut and (rivals := may_be_cheaper(uncut)):
        return f"{text} The cheapest that protects no less is one of {_listed([uncut[0], *rivals], named)}."
    return f"{text} The cheapest that protects no less is {_listed(uncut[:1], named)}." if uncut else text


def elsewhere(solved):
    """Whose money is none of the members'."""
    names = [letter for letter, option in zip(letters(), solved.options) if option.found and not option.by_members]
    if not names:
        return ""
    is_lent = any(option.found and option.is_lent for option in solved.options)
    where = (
        "comes from elsewhere, is lent, or has to be found" if is_lent else "comes from elsewhere, or has to be found"
    )
    return f"Not compared in cost: {listed(names)}, for that money {where}."
