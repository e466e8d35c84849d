"""Which unknown numbers matter, as a page: what each one moves, its part in what is uncertain, what to measure next."""

from typing import NamedTuple

from mho_sim.report.tables import table
from mho_sim.report.words import UNITS, WIDTH, about, lines, money, of_100, plural, remark, unit_of, unknown
from mho_sim.scenario import grammar
from mho_sim.scenario.faults import dotted
from mho_sim.scenario.unknowns import numbers
from mho_sim.study.sensitivity import CHANCE

HOW_WIDE = 25  # the name of a number
SIZES = (*((HOW_WIDE, bar) for bar in range(9, 0, -1)), (15, 1))  # of names and of the longest bar
NOTHING = 0.02  # share of the largest difference below which a number moves nothing; assumed
SMALL = 0.02  # share of the variance that is not listed; assumed
MOST_LISTED = 12


def sensitivity_text(found, changed=()):
    """The page, as text."""
    blocks = [
        _head(found, changed),
        _tornado(found),
        _indices(found) if found.indices is not None else [],
        _worth(found) if found.worth is not None else _next_by_moves(found),
        lines(
            f"Simulated, seed {found.seed}; scenario {found.scenario.hash[:19]}…."
            + (" With the support from outside." if found.scenario.scheme.support else "")
            + " A number is moved within the range that the file gives it: one that was thought more certain than it "
            "is moves too little here. A calculation to help the discussion, not a promise."
        ),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head(found, changed):
    told = [found.scenario.title, *(f"CHANGED on the command line: {change}" for change in changed)]
    told.append(
        f"Which of the {plural(len(found.tornado), 'figure')} that nobody knows exactly matter? "
        f"Today {of_100(float(found.today['late'].mean()))} of 100 mutuals like this one run short, and at the end own "
        f"funds are about {about(found.today['own_funds'].mean())} {found.scenario.currency} on average."
    )
    return [line for text in told for line in lines(text)]


class Known(NamedTuple):
    """What is said of an unknown number: its own grade, and whether files write it as a percentage."""

    grade: str | None
    is_share: bool


def numbers_of(found):
    """What the file says of each unknown number, by path; and whether it is written as a percentage."""
    told = {dotted(path): (path, number) for path, number in numbers(found.scenario.setting, ("setting",))}
    return {path: Known(number.grade, grammar.is_share(keys)) for path, (keys, number) in told.items()}


def _tornado(found):
    frame = found.tornado
    widest = frame["own_funds_difference"].abs().max()
    unit = unit_of(widest)
    moves = frame[frame["own_funds_difference"].abs() > NOTHING * widest].iloc[:MOST_LISTED]
    told = (
        "Each figure alone at its low value (5 of 100 are below) and at its high one (5 are above), on the same people "
        f"and the same luck, {plural(found.worlds, 'future')} each, while nobody knows the others. Short: so many of "
        f"100 run short. Own funds: at the end, at high less at low, in {UNITS[unit]}{found.scenario.currency}."
    )
    return [*lines(told), *_bars(moves, unit, numbers_of(found)), *_after_moves(frame, moves)]


def _bars(moves, unit, known):
    """What each figure moves, with a bar; names and bars as wide as the page lets them be."""
    for wide, longest in SIZES:
        rows = [("figure", "low", "high", "short\nat low", "short\nat high", "own funds\nmove by", "")]
        for path, row in moves.iterrows():
            *before, last = lines(unknown(path), wide, "  ")
            rows += [(part, *[""] * 6) for part in before]
            ends = (*(value_told(row[end], known[path]) for end in ("low", "high")), *_short(row))
            share = abs(row["own_funds_difference"]) / moves["own_funds_difference"].abs().max()
            bar = "#" * max(round(longest * share), 1)
            moved = f"{row['own_funds_difference'] / unit:+,.0f}".replace(",", " ")
            rows.append((last, *ends, moved, bar.ljust(longest)))
        found = table(rows)
        if max(map(len, found)) <= WIDTH:
            break
    return found


def _after_moves(frame, moves):
    """What to bear in mind with the moves."""
    noise = float((frame["late_to"] - frame["late_from"]).max() / 2)
    after = f"Of 100 mutuals, {100 * noise:.0f} more or fewer that run short may be chance."
    moved = " ".join(moves.index)
    if ".use.value" in moved and "seeking.uncovered" in moved:
        after += " Where use was counted, the need is worked back from it: the fewer go, the more need there must be."
    if "paying." in moved:
        after += " Who pays late is suspended, and the mutual pays for less care."
    if rest := len(frame) - len(moves):
        after += f" {plural(rest, 'other figure moves', 'other figures move')} less."
    return remark(after)


def _short(row):
    return (of_100(row[f"late_{end}"]) for end in ("low", "high"))


def value_told(value, number):
    """A value as files write its field: a share, an amount, a number."""
    if number.is_share:
        return f"{100 * value:.3g}%"
    return money(value) if abs(value) >= 1000 else f"{value:.3g}"


def _indices(found):
    frame = found.indices
    listed = frame[frame["own_funds_total"] >= SMALL].iloc[:MOST_LISTED]
    uncertain = "of 100 parts of what is uncertain\nabout own funds at the end"
    rows = [(uncertain, "alone", "(between)", "with the\nothers", "(between)")]
    for path, row in listed.iterrows():
        name = "chance: who falls ill, and when" if path == CHANCE else unknown(path)
        *before, last = lines(name, HOW_WIDE + 8, "  ")
        rows += [(part, *[""] * 4) for part in before]
        rows.append((last, *(cell for order in ("first", "total") for cell in _share(row, order))))
    told = (
        "How what is uncertain is shared out. Alone: how much would go if this one were known. With the others: how "
        "much would stay if all the others were."
    )
    return [*lines(told), *table(rows)]


def _share(row, order):
    low, high = (min(max(row[f"own_funds_{order}_{end}"], 0), 1) for end in ("from", "to"))
    return f"{max(100 * row[f'own_funds_{order}'], 0):.0f}", f"{100 * low:.0f} to {100 * high:.0f}"


def _worth(found):
    known, currency = numbers_of(found), found.scenario.currency
    told = [
        f"What to measure next. For 95 of 100 to pay every bill on its day, about "
        f"{about(found.reserve['quantile'])} {currency} are needed at the start; the worst 5 of 100 need "
        f"{about(found.reserve['worst'])} on average."
    ]
    worth = found.worth[found.worth["spared"] > found.worth["noise"]].iloc[:3]
    for path, row in worth.iterrows():
        told.append(f"- To know {unknown(path)}{_now(known[path])}: {about(row['spared'])} less on average.")
    if not len(worth):
        told.append("With so few futures no single figure spares more than chance alone shows. Take more --worlds.")
    return _listed(told)


def _next_by_moves(found):
    """What to measure next as far as the moves alone tell it: of those that chance does not explain the largest."""
    frame, known, currency = found.tornado, numbers_of(found), found.scenario.currency
    clear = frame[(frame["own_funds_from"] > 0) | (frame["own_funds_to"] < 0)].iloc[:3]
    told = ["What to measure next, by what each figure moves alone:"]
    for path, row in clear.iterrows():
        moved = f"own funds by about {about(abs(row['own_funds_difference']))} {currency}"
        short = " and ".join(of_100(row[f"late_{end}"]) for end in ("low", "high"))
        told.append(f"- {unknown(path)}{_now(known[path])}: {moved}; {short} of 100 run short.")
    if not len(clear):
        told = ["What to measure next: no figure moves own funds more than chance may. Take more --worlds."]
    told.append(
        "Not worked out, as --no-indices asks: how much less would be needed at the start if a figure were known, and "
        "how figures act together."
    )
    return _listed(told)


def _now(known):
    """What its value rests on now, where the file says it."""
    return f" (now: {known.grade})" if known.grade else ""


def _listed(told):
    return [line for text in told for line in lines(text, indent="  " if text.startswith("-") else "")]
