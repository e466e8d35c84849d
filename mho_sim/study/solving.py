"""What a number of the scheme must be for a target to be met: bracketing and halving on the same worlds.

A target is a condition (`conditions`), such as late<=5%. A value meets it if the figure over all worlds does; it meets
it clearly if the whole 95 % interval does, and misses it clearly if none of the interval does. The interval of the
answer lies between the last value that misses it clearly and the first that meets it clearly.
"""

import math
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import pairwise
from typing import Any, NamedTuple

from mho_sim import conditions
from mho_sim.scenario import ScenarioError
from mho_sim.scenario.movable import Movable, allowed, movable
from mho_sim.study.closed import obstacles
from mho_sim.study.effects import Effects, dearer, effects, less_care
from mho_sim.study.exact import chance_late, kind_with_steps, laws_of
from mho_sim.study.fund import Fund, NotClosed
from mho_sim.study.repeating import simulate
from mho_sim.study.result import Result, unsupported

FEWEST = 100  # worlds that a value is first looked at with
MORE = 4  # times as many, where its interval reaches across the target
WIDER = 1.7  # intervals of fewer worlds than all, so that looking several times misleads little: 99.9 instead of 95 %
STEPS = 8  # of the interval of the answer: finer it is not searched
FURTHER = 8  # times today's amount is looked at first, then as many times that
LOOKS = 6  # values between the two ends, where both say the same
TROUBLES = ("late", "stopped", "lost", "deficit")
ELSEWHERE = ("scheme.reserve.", "scheme.support.", "scheme.expenses.", "scheme.contribution.state.")
REMEMBERED = 8  # results, which are large; others are lived again where they are needed
FEW_WORLDS = 100  # lived for what an exact answer does to protection


class Unsolved(ValueError):
    """A sentence: why there is no answer."""


class Seen(NamedTuple):
    """A figure and its 95 % interval; None where there is no value."""

    figure: float | None
    low: float
    high: float
    worlds: int


class Judge:
    """Looks at values of one number of a scheme, on the same worlds, no more of them than are needed."""

    def __init__(self, scenario, number, target, worlds, seed, simulated):
        self.scenario, self.number, self.target = scenario, number, target
        self.worlds, self.seed, self.simulated = worlds, seed, simulated
        self.seen = {}  # by value
        self.exact = _is_exact(scenario, target)

    def allows(self, value):
        """Whether the scheme can have this value."""
        return allowed(self.scenario, self.number, value) is not None

    def at(self, value):
        """What is `Seen` at a value: with all worlds where fewer do not decide."""
        if value not in self.seen:
            scenario = allowed(self.scenario, self.number, value)
            self.seen[value] = self._exactly(scenario) if self.exact else self._look(scenario)
        return self.seen[value]

    def _exactly(self, scenario):
        path, _ = conditions.find(Result.outline(scenario), self.target.name)
        chance, _ = chance_late(scenario, path[2] if path[1] == "by_year" else None)
        return Seen(chance, chance, chance, 0)

    def _look(self, scenario):
        worlds = min(FEWEST, self.worlds)
        while True:
            seen = self._simulate(scenario, worlds)
            has_interval = seen.low != seen.high
            if worlds == self.worlds or seen.figure is None or (has_interval and self._is_clear(seen)):
                return seen
            worlds = min(worlds * MORE, self.worlds)

    def _simulate(self, scenario, worlds):
        result = self.simulated(scenario, worlds)
        path, figure = conditions.find(result.to_dict(), self.target.name)
        if figure is None or math.isnan(figure):
            return Seen(None, -math.inf, math.inf, worlds)
        low, high = result.interval(path) or (figure, figure)
        return Seen(figure, -math.inf if low is None else low, math.inf if high is None else high, worlds)

    def _is_clear(self, seen):
        """Whether an interval that is wider than usual lies on one side of the target."""
        wide = [seen.figure + WIDER * (end - seen.figure) for end in (seen.low, seen.high)]
        return self.target.holds(wide[0]) == self.target.holds(wide[1])

    def meets(self, value):
        """Whether the figure meets the target; no figure does not."""
        figure = self.at(value).figure
        return figure is not None and self.target.holds(figure)

    def meets_clearly(self, value):
        seen = self.at(value)
        return self.meets(value) and self.target.holds(seen.low) and self.target.holds(seen.high)

    def may_meet(self, value):
        """Whether the target is not missed clearly."""
        seen = self.at(value)
        return seen.figure is not None and (self.target.holds(seen.low) or self.target.holds(seen.high))

    def reach(self, value, met):
        """How far from a value the others lie that meet the target, or miss it, but not clearly."""
        open_ = [one for one in self.seen if self.may_meet(one) and not self.meets_clearly(one)]
        return max((abs(one - value) for one in open_ if self.meets(one) == met), default=0)


def _is_exact(scenario, target):
    """Whether the law is closed, and the target is on lateness."""
    try:
        path, _ = conditions.find(Result.outline(scenario), target.name)
    except ValueError:
        return False
    if path[0] != "late" or path[1] not in ("probability", "by_year") or obstacles(scenario):
        return False
    try:
        fund = Fund(scenario)
        return laws_of(fund)[2] or kind_with_steps(fund) is None
    except NotClosed:
        return False


class Found(NamedTuple):
    """The value that meets the target, and how sure that is: from `low`, which misses it clearly, to `high`, which
    meets it clearly, in the order of rising ease; None where the search ends before. `unit`: what it is rounded to.
    """

    value: int
    low: int | None
    high: int | None
    upward: bool  # whether the target gets easier upward
    unit: int


def search(judge):
    """The `Found` of a judge. Raises `Unsolved` where nothing, or everything, meets the target."""
    hard, easy = _bracket(judge)
    upward, step = easy > hard, judge.number.step

    def near(gap, bad, good):
        return gap * STEPS <= 2 * min(judge.reach(good, met=False), judge.reach(bad, met=True))

    def beside(met):
        return lambda gap, bad, good: gap * STEPS <= 2 * judge.reach(best, met)

    best = _halved(judge.meets, hard, easy, step, near)[1]
    high = low = None
    if judge.meets_clearly(best):
        high = best
    elif sure := [value for value in judge.seen if (value > best) == upward and judge.meets_clearly(value)]:
        nearest = min(sure, key=lambda value: abs(value - best))
        high = _halved(judge.meets_clearly, best, nearest, step, beside(met=True))[1]
    if missed := [value for value in judge.seen if (value < best) == upward and not judge.may_meet(value)]:
        nearest = min(missed, key=lambda value: abs(value - best))
        low = _halved(judge.may_meet, nearest, best, step, beside(met=False))[0]
    if judge.exact:
        return Found(best, None, None, upward, step)
    return _rounded(judge, Found(best, low, high, upward, step))


def _halved(suffices, bad, good, step, fine=lambda gap, bad, good: False):
    """(the last value that does not suffice, the first that does), multiples of the step, by halving, between one that
    does not and one that does; `fine`: the gap between the two will do.
    """
    while abs(good - bad) > step and not fine(abs(good - bad), bad, good):
        middle = _middle(bad, good, step)
        if middle in (bad, good):
            break
        bad, good = (bad, middle) if suffices(middle) else (middle, good)
    return bad, good


def _middle(one, other, step):
    """A multiple of the step between two values: the middle, of far ones the geometric middle."""
    low, high = sorted((one, other))
    middle = math.sqrt(max(low, step) * high) if high > 4 * max(low, step) else (low + high) / 2
    value = round(middle / step) * step
    if not low < value < high:
        value = (low // step + 1) * step
    return value if low < value < high else low


def _bracket(judge):
    """(a value that misses the target, one that meets it), next to each other among those looked at."""
    number, step = judge.number, judge.number.step
    looked = {value: judge.meets(value) for value in _ends(judge)}
    if len(set(looked.values())) == 1:
        inside = [value for value in _inside(judge, min(looked), max(looked)) if judge.allows(value)]
        looked |= {value: judge.meets(value) for value in inside}
    while number.kind == "money" and not any(looked.values()) and max(looked) < number.most:
        further = _largest_allowed(judge, max(looked), min(max(looked) * FURTHER, number.most // step * step))
        if further == max(looked) or len(looked) > LOOKS + 6:
            break
        looked[further] = judge.meets(further)
    values = sorted(looked)
    borders = [(a, b) for a, b in pairwise(values) if looked[a] != looked[b]]
    if not borders:
        raise Unsolved(_no_border(judge, values))
    today = number.today if number.today is not None else values[-1]
    a, b = min(borders, key=lambda ends: min(abs(ends[0] - today), abs(ends[1] - today)))
    return (a, b) if looked[b] else (b, a)


def _ends(judge):
    """The least and the largest value that are looked at first."""
    number, step = judge.number, judge.number.step
    start = _start(judge)
    if start is None:
        raise Unsolved(_cannot_move(judge))
    least = 0 if judge.allows(0) else _largest_allowed(judge, start, 0)
    most = number.most // step * step
    if number.kind == "money":
        most = min(most, max(start, step) * FURTHER)
    most = _largest_allowed(judge, start, most)
    if least == most:
        raise Unsolved(_cannot_move(judge))
    return least, most


def _start(judge):
    """A multiple of the step near today's value that the scheme can have."""
    number, step = judge.number, judge.number.step
    today = number.today if number.today is not None else 0
    if number.kind == "money" and not today:
        today = _usual_amount(judge.scenario, step)
    near = [today // step * step, -(-today // step) * step, step, 0]
    return next((value for value in near if value <= number.most and judge.allows(value)), None)


def _usual_amount(scenario, step):
    """An amount to begin with where the scheme names none: a year's contribution of ten people, or a hundred coins."""
    contribution = scenario.scheme.contribution
    return max(10 * (contribution.amount or 0) * contribution.due_dates_a_year // step, 100) * step


def _largest_allowed(judge, good, wished):
    """The value nearest to the one wished that the scheme can have; `good` it can have."""
    if judge.allows(wished):
        return wished
    return _halved(judge.allows, wished, good, judge.number.step)[1]


def _inside(judge, low, high):
    """Some values between two ends, multiples of the step; today's, or one next to it, among them."""
    step, parts = judge.number.step, [low + (high - low) * n // (LOOKS + 1) for n in range(1, LOOKS + 1)]
    values = [value // step * step for value in (*parts, judge.number.today or 0)]
    return [value for value in dict.fromkeys(values) if low < value < high]


def _cannot_move(judge):
    number = judge.number
    try:
        judge.scenario.with_(number.path, number.written(number.step))
    except ValueError as error:
        told = error.faults[0].sentence if isinstance(error, ScenarioError) else str(error)
        return f"--for {number.path}: {number.said(number.step)} is not possible. {told}"
    return f"--for {number.path}: the scheme cannot have another value."


def _no_border(judge, values):
    """The sentence where all values say the same."""
    number, target = judge.number, judge.target
    least, most = (number.said(value) for value in (values[0], values[-1]))
    if judge.meets(values[0]):
        return (
            f"'{target.text}' is met already at both ends, with {number.path} at {least} and at {most}: this number "
            "does not decide it. Name another, or a stricter target."
        )
    figures = [(judge.at(value).figure, value) for value in values if judge.at(value).figure is not None]
    if not figures:
        return f"'{target.text}': {target.name} has no value, whatever {number.path} is. Name another target."
    if len({figure for figure, _ in figures}) == 1 and len(figures) == len(values):
        return (
            f"'{target.text}' is not met: {target.name} is {said(target, figures[0][0])}, whatever {number.path} is. "
            "Name another number."
        )
    best, where = (min if target.sign in ("<", "<=") else max)(figures)
    return (
        f"Nothing from {least} to {most} for {number.path} reaches '{target.text}': at best {target.name} is "
        f"{said(target, best)}, at {number.said(where)}. Change something else too (--set), or the target."
    )


def said(target, figure):
    """A figure as the target was written, with the digits that it deserves."""
    return f"{100 * figure:.2g}%" if target.percent and 0 < figure < 0.1 else target.said(float(f"{figure:.3g}"))


def _rounded(judge, found):
    """The same in units that the interval carries: a quarter of it, in steps, and on the easy side."""
    ends = [end for end in (found.low, found.high) if end is not None]
    if not ends:
        return found
    width = abs(found.high - found.low) if len(ends) == 2 else 2 * abs(ends[0] - found.value)
    unit, sign = _unit(width / 4, judge.number.step), 1 if found.upward else -1

    def toward_ease(value):
        return sign * -(-sign * value // unit) * unit

    value, high = toward_ease(found.value), None if found.high is None else toward_ease(found.high)
    low = None if found.low is None else sign * (sign * found.low // unit) * unit
    beyond = high is not None and (value - high) * sign > 0
    if beyond or not judge.allows(value) or not judge.meets(value):
        value = found.value
    return found._replace(value=value, low=low, high=high, unit=unit)


def _unit(most, step):
    """The largest round amount that is a multiple of the step and not above a limit, or the step itself."""
    best = step
    for power in range(13):
        for digit in (1, 2, 5):
            unit = digit * 10**power
            if unit % step == 0 and step < unit <= most:
                best = unit
    return best


# One number, and several


@dataclass
class Option:
    """One number of the scheme and what it must be; or `why_not`, a sentence."""

    number: Movable
    found: Found | None = None
    seen: Seen | None = None
    result: Any = field(default=None, repr=False)
    effects: Effects | None = None
    less_care: list = field(default_factory=list)  # in what it protects less than today: names of `Effects`
    exact: bool = False
    why_not: str | None = None

    @property
    def by_members(self):
        """Whether it is members who bear it: a reserve, support or running costs come from somewhere else."""
        return not self.number.path.startswith(ELSEWHERE)

    @property
    def value(self):
        """The value as it is written in a file; None where there is none."""
        return None if self.found is None else self.number.written(self.found.value)

    @property
    def interval(self):
        """The ends of the interval as they are written, the smaller first; None where the answer is exact, an end None
        where it is not known.
        """
        if self.found is None or self.exact:
            return None
        ends = (self.found.low, self.found.high) if self.found.upward else (self.found.high, self.found.low)
        return tuple(_written_or_none(self.number, end) for end in ends)

    def to_dict(self):
        """What `solve --json` prints of it."""
        told = {"for": self.number.path, "today": _written_or_none(self.number, self.number.today)}
        if self.found is None:
            return {**told, "value": None, "why_not": self.why_not}
        return {
            **told,
            "value": self.value,
            "exact": self.exact,
            "interval": None if self.interval is None else list(self.interval),
            "clearly_missed_at": _written_or_none(self.number, self.found.low),
            "clearly_met_at": _written_or_none(self.number, self.found.high),
            "easier": "upward" if self.found.upward else "downward",
            "step": self.number.written(self.number.step),
            "figure": self.seen.figure,
            "figure_interval": None if self.exact else [_finite(self.seen.low), _finite(self.seen.high)],
            "effects": self.effects._asdict(),
            "protects_less_in": list(self.less_care),
        }


def _written_or_none(number, value):
    return None if value is None else number.written(value)


def _finite(end):
    return end if math.isfinite(end) else None


@dataclass
class Solved:
    """What numbers of a scheme must be for a target, each by itself: `options`, the one with
    which members pay least in all first, those without an answer last. `today`: what the scheme does now.
    """

    scenario: Any = field(repr=False)
    target: conditions.Condition
    worlds: int
    seed: int
    options: list
    figure_today: Seen
    today: Effects
    alike: list = field(default_factory=list)  # paths of the options that cannot be told from the cheapest

    @property
    def value(self):
        """The value of the first option."""
        return self.options[0].value

    @property
    def interval(self):
        """The interval of the first option."""
        return self.options[0].interval

    @property
    def compared(self):
        """The options that are answers and whose whole cost is borne by members, the cheapest first."""
        return [option for option in self.options if option.found is not None and option.by_members]

    @property
    def cheapest(self):
        """The path of the option with which members pay least, beyond chance; None where it cannot be told."""
        return self.compared[0].number.path if len(self.compared) > 1 and not self.alike else None

    def to_dict(self):
        """The object that `solve --json` prints."""
        return {
            "scenario": {"title": self.scenario.title, "hash": self.scenario.hash},
            "version": version("mho_sim"),
            "target": self.target.text,
            "worlds": self.worlds,
            "seed": self.seed,
            "currency": self.scenario.currency,
            "today": {"figure": self.figure_today.figure, "effects": self.today._asdict()},
            "options": [option.to_dict() for option in self.options],
            **({"cheapest": self.cheapest, "alike": self.alike} if len(self.options) > 1 else {}),
        }


def solve(
    scenario,
    for_="scheme.contribution.amount",
    target="late<=5%",
    worlds=1000,
    seed=1,
    *,
    step=None,
    workers=None,
    progress=None,
):
    """What a number of the scheme must be so that a target is met: a `Solved`.

    `for_` is a path such as `scheme.contribution.amount`, or a list of them, each then solved by itself; `target` a
    condition such as `late<=5%` or `equity_months>=6`; `worlds` futures (100 or more) near the answer, fewer far from
    it, all under `seed`; `step` what values are multiples of, as in a file (a list where `for_` is one). Where the law
    is closed and the target is on lateness the answer is exact. `progress` is called with the number of worlds that
    were just lived. Raises ValueError with a sentence for what cannot be asked, `Unsolved` where there is no answer.
    """
    paths = [for_] if isinstance(for_, str) else list(for_)
    steps = [step] * len(paths) if step is None or isinstance(step, str | int) else list(step)
    if len(steps) != len(paths):
        raise ValueError(f"there are {len(steps)} steps for {len(paths)} numbers: write one --step for each --for")
    if doubled := next((path for path in paths if paths.count(path) > 1), None):
        raise ValueError(f"--for {doubled} is written twice. Write it once.")
    if worlds < FEWEST:
        raise ValueError(f"worlds is {worlds}: to solve, at least {FEWEST} are needed")
    asked = conditions.parse(target) if isinstance(target, str) else target
    path, _ = conditions.find(Result.outline(scenario), asked.name)
    if path[0] == "scenario" or path[0] in ("worlds", "seed", "years"):
        raise ValueError(f"'{asked.text}': {asked.name} is no outcome, and no scheme changes it. Write 'late<=5%'.")
    _refuse_what_nobody_wants(asked, path)
    numbers = [movable(scenario, path, one) for path, one in zip(paths, steps, strict=True)]
    lived = {}

    def simulated(changed, count, whole=False):
        """A result of so many worlds; `whole`: also without support, which the search need not know."""
        key, whole = (changed.hash, count), whole or path[0] == "without_support"
        if key not in lived or whole > lived[key][0]:
            result = simulate(changed, count, seed, workers=workers, progress=progress, also_without_support=whole)
            if result.interrupted:
                raise KeyboardInterrupt
            lived[key] = whole, result
            while len(lived) > REMEMBERED:
                del lived[next(iter(lived))]
        return lived[key][1]

    exact = _is_exact(scenario, asked)
    beside = min(FEW_WORLDS, worlds) if exact else worlds
    today = simulated(scenario, beside, whole=True)
    options = [_option(scenario, number, asked, worlds, seed, simulated, today) for number in numbers]
    if all(option.found is None for option in options):
        raise Unsolved("\n".join(option.why_not for option in options))
    options.sort(key=_order)
    judged = Judge(scenario, numbers[0], asked, worlds, seed, simulated)
    figure = judged._exactly(scenario) if exact else judged._simulate(scenario, worlds)
    told = effects_at(scenario, today, exact)
    return Solved(scenario, asked, beside, seed, options, figure, told, _alike(options))


def _refuse_what_nobody_wants(target, path):
    """ValueError, with a sentence, for a target that was hardly meant."""
    if "interval" in path or "standard_error" in path:
        raise ValueError(f"'{target.text}': aim at the figure itself, as in 'late<=5%'; its interval is told besides.")
    if any(key in TROUBLES for key in path) and "days" not in path:
        if target.sign.startswith(">"):
            raise ValueError(
                f"'{target.text}' asks for more trouble, not for less. Write {target.name}<=, as in 'late<=5%'."
            )
        if target.value >= 1 and not target.percent:
            meant = f"{target.name}{target.sign}{target.value:g}%"
            raise ValueError(
                f"'{target.text}' is {100 * target.value:g}%, which is always met. Did you mean '{meant}'?"
            )


def effects_at(scenario, result, exact):
    """The `Effects` of a scenario, lateness exactly where its law is closed."""
    told = effects(result)
    if not exact:
        return told
    alone = unsupported(scenario)
    return told._replace(
        late=chance_late(scenario)[0], late_without_support=None if alone is None else chance_late(alone)[0]
    )


def _option(scenario, number, target, worlds, seed, simulated, today):
    """One number solved by itself."""
    judge = Judge(scenario, number, target, worlds, seed, simulated)
    try:
        try:
            found = search(judge)
        except NotClosed:  # another value opens the law
            judge.exact, judge.seen = False, {}
            found = search(judge)
    except Unsolved as error:
        return Option(number, why_not=str(error))
    changed = allowed(scenario, number, found.value)
    result = simulated(changed, min(FEW_WORLDS, worlds) if judge.exact else worlds, whole=True)
    before = effects(today if today.worlds == result.worlds else simulated(scenario, result.worlds, whole=True))
    after = effects_at(changed, result, judge.exact)
    seen = judge.at(found.value) if judge.exact else judge._simulate(changed, worlds)
    return Option(number, found, seen, result, after, less_care(before, after), judge.exact)


def _order(option):
    """Answers whose cost members bear, the cheapest first; then other answers; then numbers without one."""
    if option.found is None:
        return 2, 0.0
    return (0 if option.by_members else 1), option.effects.members_pay or 0.0


def _alike(options):
    """The paths of the options whose cost to members cannot be told from that of the first."""
    compared = [option for option in options if option.found is not None and option.by_members]
    if not compared:
        return []
    (first, *others), alike = compared, []
    for other in others:
        if other.result.worlds != first.result.worlds:
            alike.append(other.number.path)
            continue
        difference, half = dearer(other.result, first.result)
        if not difference > half:
            alike.append(other.number.path)
    return alike
