"""What is needed for a target, as a page: the answer with its interval, and what it does to protection beside it."""

from importlib.metadata import version

from mho_sim.report.tables import table
from mho_sim.report.words import lines, listed, money, of_100, plural
from mho_sim.study.solving import said

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CONFIDENCE = "95% intervals"
END = (
    "Counted are chance and the ranges of the figures, over futures of one association. People go on paying, joining "
    "and staying as the file says: where a higher contribution would keep some away, the file must say so "
    "(take_up). A calculation to help the discussion, not a promise. The assembly decides."
)


def solve_text(solved, changes=()):
    """The page, as text; `changes` are the values that were changed on the command line."""
    options = solved.options
    head = [solved.scenario.title, *(f"CHANGED on the command line: {change}" for change in changes), _asked(solved)]
    blocks = [[line for text in head for line in lines(text, indent="  ")]]
    if len(options) == 1:
        blocks += [lines(_answer(solved, options[0])), _beside(solved, options[0]), lines(_flag(solved, options[0]))]
    else:
        blocks += [_told(solved, letter, option) for letter, option in zip(LETTERS, options)]
        blocks += [_compared(solved), lines(_cheapest(solved)), lines(_elsewhere(solved))]
    return "\n\n".join("\n".join(block) for block in [*blocks, lines(_provenance(solved))] if block)


def _asked(solved):
    which = listed([option.number.path for option in sorted(solved.options, key=lambda one: one.number.path)], "or")
    if len(solved.options) == 1:
        meaning = solved.options[0].number.meaning.split(". ")[0].rstrip(".")
        which += f" ({meaning[:1].lower()}{meaning[1:]})" if meaning else ""
    return f"Asked: what must {which} be, so that {solved.target.text}?{_in_words(solved)}"


def _in_words(solved):
    """The target in words, where it is the usual one."""
    target, years = solved.target, plural(solved.scenario.years, "year")
    if target.name not in ("late", "late.probability") or target.sign not in ("<", "<="):
        return ""
    most = f"{100 * target.value:g}"
    least = "at most" if target.sign == "<=" else "fewer than"
    return (
        f" That is: of 100 mutuals like ours, {least} {most} may lack the money for a bill on the day it is due, "
        f"within {years}."
    )


def _answer(solved, option):
    """The answer and its interval."""
    number, found, name = option.number, option.found, solved.target.name
    today = number.said(number.today)
    text = f"Answer: {number.said(found.value)}; today it is {today}."
    if number.today == found.value:
        text = f"Answer: {number.said(found.value)}, as it is today."
    figure = said(solved.target, option.seen.figure)
    if option.exact:
        other = "smallest" if found.upward else "largest"
        return (
            f"{text} This is exact: it is the {other} multiple of {number.said(number.step)} that meets the target. "
            f"{name} is then {_exactly(solved.target, option.seen.figure)}, today "
            f"{_exactly(solved.target, solved.figure_today.figure)}."
        )
    return f"{text} {_interval(solved, option)} {name} is then {figure}{_span(solved.target, option.seen)}."


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
    return f" ({said(target, seen.low)} to {said(target, seen.high)})"


# Beside it


def _beside(solved, option):
    """Today against the answer, figure by figure."""
    number, before, after = option.number, solved.today, option.effects
    name = solved.target.name
    rows = [("", "today", "then")]
    rows.append((number.path.removeprefix("scheme."), number.said(number.today), number.said(option.found.value)))
    if name not in ("late", "late.probability"):
        figures = (solved.figure_today.figure, option.seen.figure)
        rows.append((name, *("-" if figure is None else said(solved.target, figure) for figure in figures)))
    rows += [
        (words, *(form(getattr(one, key)) for one in (before, after)))
        for key, words, form in _figures(solved, _contribution if option.exact else _money)
        if any(getattr(one, key) is not None for one in (before, after))
    ]
    return table(rows)


def _contribution(amount):
    """An amount that all pay on the day: it is known."""
    return _money(amount, 6)


def _figures(solved, form):
    """(name, words, how it is written) of the figures that stand beside an answer; `form` of what members pay."""
    currency = solved.scenario.currency
    return (
        ("late", "run short, of 100 mutuals", _share),
        ("late_without_support", "  the same without the support from outside", _share),
        ("stopped", "a provider may stop (stopped), of 100", _share),
        ("lost", "lost, of 100", _share),
        ("members_pay", f"members pay, a person and year, {currency}", form),
        ("contribution", "  of this contributions and fees", form),
        ("own_part", "  of this their own part of the bills", _money),
        ("care_paid", f"the mutual pays for care, a person and year, {currency}", _money),
        ("share_of_income", "contributions, of 100 of a household's income", _share),
        ("covered", "covered, of 100 people of the association", _share),
        ("not_paid_for", "not covered or refused, of 100 times care was sought", _share),
        ("forgone_care", "went without care, of 100 times it was needed", _share),
        ("above_10_percent_of_income", "bills above a tenth of income, of 100 families", _share),
    )


def _share(share):
    """A share out of 100, with a decimal while it is small."""
    if share is None:
        return "-"
    return f"{100 * share:.1f}" if 0 < share < 0.1 else f"{100 * share:.0f}"


def _money(amount, figures=3):
    """An amount with three figures, for no more are carried."""
    if amount is None:
        return "-"
    whole = 10 ** max(len(str(int(abs(amount)))) - figures, 0)
    return money(round(amount / whole) * whole)


def _flag(solved, option):
    """That a target is met by protecting less, in one sentence; nothing where it is not."""
    cut = option.less_care
    if not cut or option.found.value == option.number.today:
        return ""
    before, after, currency = solved.today, option.effects, solved.scenario.currency
    words = []
    if "care_paid" in cut:
        words.append(f"the mutual pays {_money(after.care_paid)} instead of {_money(before.care_paid)} {currency} for "
                     "the care of a person and year")  # fmt: skip
    if "own_share" in cut:
        words.append(f"of 100 {currency} of bills households pay {_share(after.own_share)} themselves instead of "
                     f"{_share(before.own_share)}")  # fmt: skip
    if "not_paid_for" in cut:
        words.append(f"of 100 times that members seek care, {_share(after.not_paid_for)} are not paid for instead of "
                     f"{_share(before.not_paid_for)}")  # fmt: skip
    if "forgone_care" in cut:
        words.append(f"people go without care {_share(after.forgone_care)} times in 100 instead of "
                     f"{_share(before.forgone_care)}")  # fmt: skip
    if "covered" in cut:
        words.append(f"of 100 people {of_100(after.covered)} are covered instead of {of_100(before.covered)}")
    why = "only because less care is paid for" if "care_paid" in cut else "at the price of protection"
    return f"CAREFUL: the target is met {why}: {'; '.join(words)}."


# Several


def _told(solved, letter, option):
    name = f"{letter}. {option.number.path}"
    if option.found is None:
        why = option.why_not.replace(f"--for {option.number.path}: ", "").replace(f" for {option.number.path}", "")
        return lines(f"{name}: {why[0].lower()}{why[1:]}", indent="   ")
    text = _answer(solved, option).removeprefix("Answer: ")
    flag = _flag(solved, option)
    return lines(f"{name}: {text}{' ' if flag else ''}{flag}", indent="   ")


def _compared(solved):
    support = solved.today.late_without_support is not None
    income = solved.today.share_of_income is not None
    heads = ["", "members pay\na year", "own part\nof it", "not paid\nfor", "without\ncare", "covered", "run\nshort"]
    heads += ["without\nsupport"] if support else []
    keys = ["members_pay", "own_part", "not_paid_for", "forgone_care", "covered", "late"]
    keys += ["late_without_support"] if support else []
    if income:
        heads.insert(3, "of 100 of\nincome")
        keys.insert(2, "share_of_income")
    rows = [tuple(heads)]
    found = [(letter, option.effects) for letter, option in zip(LETTERS, solved.options) if option.effects is not None]
    for name, told in [("today", solved.today), *found]:
        forms = [_money if key in ("members_pay", "own_part") else _share for key in keys]
        rows.append((name, *(form(getattr(told, key)) for form, key in zip(forms, keys))))
    note = (
        f"Members pay: contributions, fees and their own part of the bills, {solved.scenario.currency} a person and "
        "year. Of 100: of the times that members sought care those not paid for, of the times that care was needed "
        "those without it, of the people of the association those covered, of the mutuals those that run short."
    )
    if income:
        note += " Of income: the contributions of a household."
    return [*table(rows), *(f"  {line}" for line in lines(note, 78))]


def _cheapest(solved):
    """Which option costs members least, if that can be told."""
    compared = solved.compared
    if len(compared) < 2:
        return ""
    letters = {option.number.path: letter for letter, option in zip(LETTERS, solved.options)}
    first = compared[0]
    if solved.cheapest is None:
        paths = [first.number.path, *solved.alike]
        same = listed(sorted(letters[path] for path in paths))
        text = f"{same} cost members about the same: the difference is within chance."
    else:
        text = f"At these values the cheapest for members is {letters[first.number.path]}; how far each value may lie "
        text += "off is said above, and may turn that round."
        uncut = [option for option in compared if not option.less_care]
        if first.less_care and uncut:
            text += f" The cheapest that cuts no care is {letters[uncut[0].number.path]}."
    cheap = [option for option in compared if option is first or option.number.path in solved.alike]
    if cut := sorted(letters[option.number.path] for option in cheap if option.less_care):
        text += f" But {listed(cut)} protect{'s' if len(cut) == 1 else ''} less than today: see above."
    return text


def _elsewhere(solved):
    """Whose money is none of the members'."""
    names = [letter for letter, option in zip(LETTERS, solved.options) if option.found and not option.by_members]
    if not names:
        return ""
    return f"Not compared in cost: {listed(names)}, for that money comes from elsewhere, or has to be found."


def _provenance(solved):
    exact = [option for option in solved.options if option.exact]
    by = f"mho_sim {version('mho_sim')}, seed {solved.seed}; scenario {solved.scenario.hash[:19]}…"
    lived = f"up to {plural(solved.worlds, 'world')} for each value, the same for all"
    if exact:
        return (
            f"Lateness is exact, all else from {plural(solved.worlds, 'simulated world')}. {by}. A calculation to help "
            "the discussion, not a promise. The assembly decides."
        )
    return f"Simulated, {lived}. {by}. {END}"
