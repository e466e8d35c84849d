"""One number that was solved for: the answer with its interval, and what it does beside."""

from mho_sim.report.tables import table
from mho_sim.report.words import money, of_100, plural

CONFIDENCE = "95% intervals"


def answer(solved, option):
    """The answer and its interval."""
    number, found, name = option.number, option.found, solved.target.name
    today = number.said(number.today)
    text = f"Answer: {number.said(found.value)}; today it is {today}."
    if number.today == found.value:
        text = f"Answer: {number.said(found.value)}, as it is today."
    figure = solved.target.roughly(option.seen.figure)
    if option.exact:
        other = "smallest" if found.upward else "largest"
        return (
            f"{text} This is exact: it is the {other} multiple of {number.said(number.step)} that meets the target. "
            f"{name} is then {_exactly(solved.target, option.seen.figure)}, today "
            f"{_exactly(solved.target, solved.figure_today.figure)}."
        )
    if option.calculated:
        return f"{text} {_within_error(option)} {name} is then {figure}{_span(solved.target, option.seen)}."
    then = f"{name} is then {figure}{_span(solved.target, option.seen)}."
    return f"{text}{_rounded(number, found)} {_interval(solved, option)} {then}{_without_figure(solved, option)}"


def _rounded(number, found):
    """That the answer is rounded further than was asked for; nothing where it is not."""
    if found.unit <= number.step or found.value % found.unit:
        return ""
    return f" It is rounded {'up' if found.upward else 'down'} to {number.said(found.unit)}: finer is not known."


def _without_figure(solved, option):
    """That the figure has no value in some futures, or at some values; nothing where it always has one."""
    seen, name, text = option.seen, solved.target.name, ""
    if seen.valued is not None and seen.valued < seen.worlds:
        text += (
            f" In {money(seen.worlds - seen.valued)} of {plural(seen.worlds, 'future')} {name} has no value, as there "
            "is nothing to measure it on: they are left out."
        )
    if option.without_figure:
        least, most = (option.number.said(end) for end in (option.without_figure[0], option.without_figure[-1]))
        where = f"at {least}" if least == most else f"at values from {least} to {most}"
        text += f" It has no value in any future {where}, which counts as not met."
    return text


def _within_error(option):
    """Between which values the answer of a calculation lies that is not fine enough to name one."""
    number, found = option.number, option.found
    missed = "nowhere is it surely missed" if found.low is None else f"at {number.said(found.low)} it is surely missed"
    met = "nowhere surely met" if found.high is None else f"at {number.said(found.high)} surely met"
    error = max(option.seen.high - option.seen.figure, option.seen.figure - option.seen.low)
    return f"This is calculated, and the calculation may be off by {error:.1g}: {missed}, {met}."


def _exactly(target, figure):
    return f"{100 * figure:.4g}%" if target.percent else f"{figure:.6g}"


def _interval(solved, option):
    """Between which values the answer lies, said plainly."""
    number, found = option.number, option.found
    worlds = plural(option.seen.worlds, "future")
    low, high = found.low, found.high
    if low is None and high is None:
        return f"{worlds} are too few to say between which values it lies: take more --worlds."
    if high is None:
        return (
            f"With {worlds} it is clearly missed at {number.said(low)}, but they are too few to say from where on it "
            "is clearly met: take more --worlds."
        )
    if low is None:
        return f"With {worlds} it is clearly met at {number.said(high)}; nowhere is it clearly missed."
    ends = sorted((low, high))
    between = f"between {_plain(number, ends[0])} and {number.said(ends[1])}"
    return (
        f"With {worlds} it lies {between}: at {number.said(low)} the target is clearly missed, at {number.said(high)} "
        f"clearly met ({CONFIDENCE})."
    )


def _plain(number, value):
    """A value without its currency."""
    return money(value) if number.kind == "money" else number.said(value)


def _span(target, seen):
    """The interval of a figure, in brackets."""
    if not seen.low < seen.high or abs(seen.low) == float("inf") or abs(seen.high) == float("inf"):
        return ""
    return f" ({target.roughly(seen.low)} to {target.roughly(seen.high)})"


# Beside it


def beside(solved, option):
    """Today against the answer, figure by figure."""
    number, before, after = option.number, solved.today, option.effects
    name = solved.target.name
    rows = [("", "today", "then")]
    rows.append((number.path.removeprefix("scheme."), number.said(number.today), number.said(option.found.value)))
    if name not in ("late", "late.probability"):
        figures = (solved.figure_today.figure, option.seen.figure)
        rows.append((name, *("-" if figure is None else solved.target.roughly(figure) for figure in figures)))
    rows += [
        (words, *(form(getattr(one, key)) for one in (before, after)))
        for key, words, form in _figures(solved, _contribution if option.calculated else amount_of)
        if any(getattr(one, key) is not None for one in (before, after))
    ]
    return table(rows)


def _contribution(amount):
    """An amount that all pay on the day: it is known."""
    return amount_of(amount, 6)


def _figures(solved, form):
    """(name, words, how it is written) of the figures that stand beside an answer; `form` of what members pay."""
    currency, months = solved.scenario.currency, plural(solved.scenario.scheme.lost_when_owing, "month")
    return (
        ("late", "run short, of 100 mutuals", of_hundred),
        ("late_without_support", "  the same without the support from outside", of_hundred),
        ("stopped", "a provider may stop (stopped), of 100", of_hundred),
        ("lost", f"lost (owing over {months} of contributions), of 100", of_hundred),
        ("members_pay", f"members pay, a person and year, {currency}", form),
        ("contribution", "  of this contributions and fees", form),
        ("own_part", "  of this their own part of the bills", amount_of),
        ("care_paid", f"the mutual pays for care, a person and year, {currency}", amount_of),
        ("share_of_income", "contributions, of 100 of a household's income", of_hundred),
        ("covered", "covered for at least one benefit, of 100 people", of_hundred),
        ("not_paid_for", "not covered or refused, of 100 times care was sought", of_hundred),
        ("forgone_care", "went without care, of 100 times it was needed", of_hundred),
        ("above_10_percent_of_income", "own part of bills above a tenth of income, of 100", of_hundred),
    )


def of_hundred(share):
    """A share out of 100, with a decimal while it is small."""
    if share is None:
        return "-"
    return f"{100 * share:.1f}" if 0 < share < 0.1 else f"{100 * share:.0f}"


def amount_of(amount, figures=3):
    """An amount with three figures, for no more are carried."""
    if amount is None:
        return "-"
    whole = 10 ** max(len(str(int(abs(amount)))) - figures, 0)
    return money(round(amount / whole) * whole)


def flag(solved, option):
    """That a target is met by protecting less, in one sentence; nothing where it is not."""
    cut = option.less_care
    if not cut or option.found.value == option.number.today:
        return ""
    before, after, currency = solved.today, option.effects, solved.scenario.currency
    words = []
    if "care_paid" in cut:
        amounts = f"{amount_of(after.care_paid)} instead of {amount_of(before.care_paid)} {currency}"
        words.append(f"the mutual pays {amounts} for the care of a person and year")
    for name, text in (
        ("own_share", f"of 100 {currency} of bills households pay {{}} themselves instead of {{}}"),
        ("not_paid_for", "of 100 times that members seek care, {} are not paid for instead of {}"),
        ("forgone_care", "people go without care {} times in 100 instead of {}"),
    ):
        if name in cut:
            words.append(text.format(of_hundred(getattr(after, name)), of_hundred(getattr(before, name))))
    if "covered" in cut:
        words.append(f"of 100 people {of_100(after.covered)} are covered instead of {of_100(before.covered)}")
    why = "only because less care is paid for" if "care_paid" in cut else "at the price of protection"
    return f"CAREFUL: the target is met {why}: {'; '.join(words)}."
