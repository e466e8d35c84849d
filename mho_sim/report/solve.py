"""What is needed for a target, as a page: the answer with its interval, and what it does to protection beside it."""

from importlib.metadata import version

from mho_sim.report.answer import answer, beside, flag
from mho_sim.report.options import cheapest, compared, elsewhere, told
from mho_sim.report.words import letters, lines, listed, plural

ANSWERS = "A calculation to help the discussion, not a promise. The assembly decides."
END = (
    "Counted are chance and the ranges of the figures, over futures of one association. People go on paying, joining "
    "and staying as the file says: where a higher contribution would keep some away, the file must say so "
    f"(take_up). {ANSWERS}"
)


def solve_text(solved, changes=()):
    """The page, as text; `changes` are the values that were changed on the command line."""
    options = solved.options
    head = [solved.scenario.title, *(f"CHANGED on the command line: {change}" for change in changes), _asked(solved)]
    blocks = [[line for text in head for line in lines(text, indent="  ")]]
    if len(options) == 1:
        blocks += [lines(answer(solved, options[0])), beside(solved, options[0]), lines(flag(solved, options[0]))]
    else:
        blocks += [told(solved, letter, option) for letter, option in zip(letters(), options)]
        blocks += [compared(solved), lines(cheapest(solved)), lines(elsewhere(solved))]
    blocks += [lines(_lending(solved)), lines(_seeking(solved)), lines(_provenance(solved))]
    return "\n\n".join("\n".join(block) for block in blocks if block)


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


def _lending(solved):
    """Who lends the money where bills are paid later, and what the end of the horizon hides; nothing where none is."""
    options = [option for option in solved.options if option.found is not None and option.is_lent]
    if not options:
        return ""
    third_party = solved.scenario.scheme.providers.payment == "third-party"
    who = "the health centres and hospitals" if third_party else "the households that have paid the bill"
    paths = listed([option.number.path for option in options])
    return (
        f"{paths}: whatever is paid later is lent by {who}, who wait for it; they must agree. "
        f"Bills that fall due after the {plural(solved.scenario.years, 'year')} never count as late "
        "here, and the longer the wait, the more of them do."
    )


WORDS = {"copay": "copayment", "deductible": "deductible", "ceiling": "ceiling", "events": "limit", "days": "limit",
         "lump": "sum paid", "cash": "sum paid"}  # fmt: skip


def _seeking(solved):
    """What the numbers that were solved for change in how often people seek care."""
    paths = [option.number.path for option in solved.options if option.found is not None]
    words = dict.fromkeys(word for path in paths if (word := _limit(path)))
    text = []
    if words:
        text.append(
            f"In this calculation another {listed([*words], 'or')} changes nothing in how often people seek care: "
            "whoever is covered goes as often, whatever part of the bill is theirs. Where that is not so, the answer "
            "is another."
        )
    if any(path.startswith("scheme.membership.waiting") for path in paths):
        text.append(
            "Who still waits is taken to seek care as often as people who are not covered (seeking: uncovered)."
            if _waiting_keeps_away(solved.scenario)
            else "Who still waits is taken to seek care as often as anybody else, for the file says nothing else."
        )
    return " ".join(text)


def _limit(path):
    """The word for what a patient pays or the mutual pays at most, where a path is one; else None."""
    parts = path.split(".")
    keys = parts[1:2] if len(parts) == 2 else parts[3:4] if parts[1] == "benefits" else []
    return next((WORDS.get(key.split("_")[0], "benefit") for key in keys), None)


def _waiting_keeps_away(scenario):
    """Whether care of the package is sought less, or more, by people who are not covered."""
    sought = [scenario.setting.illness[kind].seeking for kind in scenario.scheme.benefits]
    return any(one.covered != one.uncovered for one in sought)


def _provenance(solved):
    by = f"mho_sim {version('mho_sim')}, seed {solved.seed}; scenario {solved.scenario.hash[:19]}…"
    answers = [(letter, option) for letter, option in zip(letters(), solved.options) if option.found is not None]
    drawn = [letter for letter, option in answers if not option.calculated]
    if not solved.exact_today:
        lived = f"up to {plural(solved.worlds, 'future')} for each value, the same for all"
        return f"Simulated, {lived}. {by}. {END}"
    if not drawn:
        known = "exact" if all(option.exact for _, option in answers) else "calculated"
        return f"Lateness is {known}, all else from {plural(solved.worlds, 'simulated future')}. {by}. {ANSWERS}"
    calculated = listed(["today", *(f"with {letter}" for letter, option in answers if option.calculated)])
    also = f" with {listed(drawn)}" if len(solved.options) > 1 else " at other values"
    worlds = plural(solved.worlds, "future")
    return (
        f"Lateness is calculated {calculated}; simulated{also}, as all else, up to {worlds} for each value, the same "
        f"for all. {by}. {END}"
    )
