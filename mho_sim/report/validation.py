"""The validation book in sentences: what was compared, what was found, and what it does not show."""

import math

from mho_sim.report.words import WIDTH, lines, listed, money, plural
from mho_sim.verification.book import BY_CHANCE, EXACT, LOOSE
from mho_sim.verification.judging import (
    COUNTED,
    DIGITS,
    EXACTLY,
    FAILED,
    NUMERICAL,
    PRINTED,
    TOLERATED,
)

NARROW = WIDTH - 27  # of a case's title in the table
NOT_SHOWN = (
    "That the figures of your own file are right: that is for `check --explain`, and for the registers of the mutual.",
    "That people behave as a scenario says. What the model knows of behaviour is compared with laws that follow from "
    "the same words, not with people.",
    "Every combination of rules. For that the project's tests compare the engine with a second, plain program, franc "
    "by franc, on hundreds of scenarios drawn at random; those tests come with the sources, not with this command.",
)


def validation_text(book, in_full=False):
    """The book on a narrow page: one line a case, figures that lie outside in full; all of them where `in_full`."""
    parts = [f"The validation book of mho_sim {book.version}", "", *lines(" ".join(summary(book))), ""]
    if book.outside:
        parts += ["OUTSIDE THEIR BANDS", ""]
        parts += [line for case, figure in book.outside for line in (f"{case.title} ({case.name})", *told(figure), "")]
    if in_full:
        parts += _in_full(book)
    else:
        parts += [*_table(book), ""]
        parts += _differences(book)
    if book.whole:
        parts += _what_is_left(book)
    parts += lines(ending(book))
    return "\n".join(parts)


def summary(book):
    """What was compared and found, in sentences."""
    count, outside = len(book.figures), len(book.outside)
    yield (
        f"{plural(count, 'figure')} that {'was' if count == 1 else 'were'} computed outside this program, published, "
        "or worked out by hand, beside what the program obtains."
    )
    if book.interrupted:
        yield f"INTERRUPTED: {money(len(book.done))} of {plural(book.asked, 'case')} have run; this is no proof."
    if outside:
        yield f"{plural(outside, 'figure LIES', 'figures LIE')} OUTSIDE the band."
    elif count:
        yield f"It is met{_kinds(book)}" if count == 1 else f"All {money(count)} are met{_kinds(book)}"
    kinds = book.kinds
    if kinds[EXACT]:
        yield "Exactly: to the unit, to the printed digits, or to 9 digits (6 where numerical)."
    if drawn := sum(figure.alarm > 0 for figure in book.figures):
        yield (
            f"{plural(drawn, 'figure comes', 'figures come')} from futures lived by the engine, "
            f"{'all worlds' if book.full else 'a small sample'} (seed {book.seed}), and chance moves them. A "
            f"right program would have one of them outside in {_rarely(book.alarm)} books with another seed."
        )
    if kinds[LOOSE]:
        yield (
            "The tolerance is what roundings, intervals and gaps of a publication leave open: each stands beside its "
            f"figure, the widest is {book.widest_tolerance:.0%} of it. To meet a wide one proves little."
        )


def _kinds(book):
    """How many are met in which way, where there are several ways."""
    words = {
        EXACT: "{} exactly",
        BY_CHANCE: "{} inside the band that chance leaves them",
        LOOSE: "{} published within a stated tolerance",
    }
    told = [words[kind].format(money(number)) for kind, number in book.kinds.items() if number]
    return f": {listed(told)}." if len(told) > 1 else "."


def _rarely(chance):
    """A chance as so many in a round number."""
    if chance < 1e-9:
        return "fewer than 1 in 1 000 000 000"
    step = 10 ** math.floor(math.log10(1 / chance))
    return f"fewer than 1 of {money(math.floor(1 / chance / step) * step)}"


def ending(book):
    """What it took, and where to see more."""
    how = f"{book.seconds:.0f} seconds, seed {book.seed}" + (", all worlds (--full)" if book.full else "")
    more = (
        ""
        if not book.whole
        else " One case in full: --only NAME (--list names them). All of them, to print: --out FILE.html."
    )
    return f"{how}.{more if book.whole else ''}"


def names_text(chapters):
    """The names that --only knows: chapters, and their cases."""
    parts = lines("To run a part: mho-sim verify --only NAME, with the name of a chapter or of a case; 'fund*' for all "
                  "that begin so.")  # fmt: skip
    for chapter in chapters:
        parts += ["", *lines(f"{chapter.key}: {chapter.title}")]
        parts += [line for case in chapter.cases for line in lines(f"  {case.name}: {case.title}", indent="      ")]
    return "\n".join(parts)


def _table(book):
    yield f"{'':{NARROW}}   no. verdict  band  time"
    for chapter, cases in book.chapters:
        yield from ("", *lines(f"{chapter.title} ({chapter.key})"))
        for done in cases:
            *before, last = lines(f"  {done.case.title}", NARROW, "    ")
            yield from before
            verdict = "inside" if done.inside else "OUTSIDE"
            seconds = f"{done.seconds:.1f}s" if done.seconds >= 0.05 else ""
            row = f"{last:{NARROW}}  {len(done.figures):4} {verdict:7} {_share(done.used):>5} {seconds:>5}"
            yield row.rstrip()
    yield ""
    yield from lines(
        "No.: how many figures. Band: how much of the way to the edge of its band the nearest of them goes, 100% being "
        "the edge; nothing where all must be exact. Time: in seconds, where it can be told."
    )


def _share(used):
    if used is None:
        return ""
    return "-" if math.isinf(used) else f"{used:.0%}"


def _in_full(book):
    for chapter, cases in book.chapters:
        yield from (*lines(chapter.title), "")
        for done in cases:
            yield from lines(f"{done.case.title} ({done.case.name})", indent="  ")
            yield from lines(f"  {done.case.shows}", indent="  ")
            yield from lines(f"  Source: {done.case.origin}.", indent="  ")
            if done.worlds is not None:
                yield f"  {plural(done.worlds, 'world')}, {done.seconds:.1f} seconds."
            for figure in done.figures:
                yield from told(figure)
            yield ""


def told(figure):
    """One figure in full, as lines."""
    name = "" if figure.name == figure.words else f" ({figure.name})"
    yield from lines(f"  {figure.words}{name}", indent="    ")
    verdict = "inside" if figure.inside else "OUTSIDE"
    text = f"    expected {expected(figure)}, obtained {obtained(figure)}, {allowed(figure)}: {verdict}"
    yield from lines(text, indent="    ")
    if figure.reason:
        given = f"Also given as {figure.printed}: " if figure.printed else ""
        yield from lines(f"    {given}{figure.reason}.", indent="    ")


def expected(figure):
    """The expected number, in words; of events, of how many."""
    if figure.way == COUNTED:
        return f"{number(figure.expected, 1)} of {money(figure.trials)}"
    if figure.way == PRINTED:
        return f"{figure.expected:,.{_printed(figure)}f}".replace(",", " ")
    return _shown(figure, figure.expected)


def obtained(figure):
    """The obtained number, in words."""
    return _shown(figure, figure.obtained)


def allowed(figure):
    """How it is judged, in words."""
    if figure.way == FAILED:
        return "the case ended in an error"
    if figure.way == EXACTLY:
        return "exactly"
    if figure.way == PRINTED:
        return "as it is printed"
    if figure.way == DIGITS:
        relative = (figure.high - figure.low) / 2 / abs(figure.expected) if figure.expected else 0
        return f"to {9 if relative < NUMERICAL / 10 else 6} digits"
    edges = f"{_shown(figure, figure.low)} to {_shown(figure, figure.high)}"
    return f"{edges} allowed"


def _shown(figure, value):
    if isinstance(value, str) or value is None:
        return str(value)
    if figure.way == COUNTED:
        return money(value)
    if figure.way == PRINTED:
        return number(value, 2 + _printed(figure))
    if figure.way in (DIGITS, EXACTLY) or figure.high == figure.low:
        return number(value, _decimals(value, 10))
    return number(value, max(0, 1 - math.floor(math.log10((figure.high - figure.low) / 2))))


def _printed(figure):
    """How many decimals were printed, from the width of what rounds to them."""
    return max(0, round(-math.log10(figure.high - figure.low)))


def _decimals(value, digits):
    """How many decimals show so many significant digits; none of a whole number."""
    if value == 0 or float(value).is_integer():
        return 0
    return max(0, digits - 1 - math.floor(math.log10(abs(value))))


def number(value, decimals):
    """A number with a thousands mark, without zeros that say nothing."""
    if value and abs(value) < 1e-4:
        return f"{value:.{min(decimals, 9)}g}"
    whole, _, part = f"{value:,.{decimals}f}".partition(".")
    part = part.rstrip("0")
    return whole.replace(",", " ") + (f".{part}" if part else "")


def differences(book):
    """By reason, the (case, figure) pairs where a second value, or what was published, is not what is obtained."""
    found = {}
    for done in book.done:
        for figure in done.figures:
            apart = figure.printed or (figure.way == TOLERATED and abs(figure.obtained - figure.expected) > 1e-9)
            if figure.reason and apart:
                found.setdefault(figure.reason, []).append((done, figure))
    return found


def _differences(book):
    found = differences(book)
    if not found:
        return
    yield from lines("Where another value was printed or published, and why it is not ours:")
    for reason, figures in found.items():
        cases = dict.fromkeys(done.case.title for done, _ in figures)
        yield from lines(f"- {'; '.join(cases)} ({plural(len(figures), 'figure')}): {reason}.", indent="  ")
    yield ""


def _what_is_left(book):
    yield from lines("What waits for a mechanism that the model does not have yet:")
    for mechanism, rows in book.waiting.items():
        yield from lines(f"- {mechanism}: {plural(len(rows), 'figure')}.", indent="  ")
    yield from ("", *lines("What this book does not show:"))
    for sentence in NOT_SHOWN:
        yield from lines(f"- {sentence}", indent="  ")
    yield ""
