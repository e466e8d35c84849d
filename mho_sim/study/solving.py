"""Solves: what numbers of a scheme must be for a target, each by itself, and what each does to members."""

import math

from mho_sim import conditions
from mho_sim.scenario.movable import allowed, movable
from mho_sim.study.effects import effects, less_care, pay
from mho_sim.study.exact import chance_late
from mho_sim.study.fund import NotClosed
from mho_sim.study.looking import FEWEST, Judge, exactly, is_exact, simulated
from mho_sim.study.paired import TROUBLES
from mho_sim.study.repeating import simulate
from mho_sim.study.result import Result, unsupported
from mho_sim.study.searching import Unsolved, search
from mho_sim.study.solved import Option, Solved

YARDSTICKS = ("scheme.lost_when_owing",)  # they say what an outcome is called, and change nothing that happens
REMEMBERED = 8  # results, which are large; others are lived again where they are needed; assumed
FEW_WORLDS = 100  # lived for what a single exact answer does to protection, where none has to be compared; assumed


def solve(
    scenario,
    for_="scheme.contribution.amount",
    target="late<=5%",
    worlds=1000,
    seed=1,
    *,
    step=None,
    workers=None,
    batch=None,
    memory_limit=None,
    progress=None,
    looking=None,
):
    """What a number of the scheme must be so that a target is met: a `Solved`.

    `for_` is a path such as `scheme.contribution.amount`, or a list of them, each then solved by itself; `target` a
    condition such as `late<=5%` or `equity_months>=6`; `worlds` futures (100 or more) near the answer, fewer far from
    it, all under `seed`; `step` what values are multiples of, as in a file (a list where `for_` is one). Where the law
    is closed and the target is on lateness the answer is calculated, and exact where its numerical error leaves one
    value only. `workers`, `batch` and `memory_limit` as for `simulate`; `progress` is called with the number of worlds
    that were just lived, `looking` with a `Movable` and its value that is looked at next. Raises ValueError with a
    sentence for what cannot be asked, `Unsolved` where there is no answer.
    """
    numbers = _numbers(scenario, for_, step)
    if worlds < FEWEST:
        raise ValueError(f"worlds is {worlds}: to solve, at least {FEWEST} are needed")
    target = _asked(scenario, target)
    exact = is_exact(scenario, target)
    figure = _calculated(scenario, target) if exact else None
    path, _ = conditions.find(Result.outline(scenario), target.name)
    how = {"seed": seed, "workers": workers, "batch": batch, "memory_limit": memory_limit, "progress": progress}
    lived = _Lived(path, looking, **how)
    options = [_searched(Judge(scenario, number, target, worlds, lived, looking)) for number in numbers]
    answers = [option for option in options if option.found is not None]
    if not answers:
        raise Unsolved("\n".join(option.why_not for option in options))
    single = exact and len(options) == 1 and answers[0].exact
    count = min(FEW_WORLDS, worlds) if single else worlds  # of all that is compared
    today = _effects_at(scenario, lived(scenario, count, whole=True), exact)
    _complete(answers, scenario, target, lived, count, today)
    figure = figure or simulated(lived(scenario, worlds), target)
    return Solved(scenario, target, count, seed, sorted(options, key=_order), figure, today, exact)


# What is asked


def _numbers(scenario, for_, step):
    """The numbers that are solved for, each with its step."""
    paths = [for_] if isinstance(for_, str) else list(for_)
    steps = [step] * len(paths) if step is None or isinstance(step, str | int) else list(step)
    if len(steps) != len(paths):
        raise ValueError(f"{_many(steps, 'step')} for {_many(paths, 'number')}: write one --step for each --for")
    if doubled := next((path for path in paths if paths.count(path) > 1), None):
        raise ValueError(f"--for {doubled} is written twice. Write it once.")
    numbers = [movable(scenario, path, one) for path, one in zip(paths, steps, strict=True)]
    if yardstick := next((number.path for number in numbers if number.path in YARDSTICKS), None):
        raise ValueError(
            f"--for {yardstick}: this number only says what is called lost, and changes nothing that happens to the "
            "mutual. Name one that does, such as scheme.contribution.amount."
        )
    return numbers


def _many(what, noun):
    return f"{len(what)} {noun}{'' if len(what) == 1 else 's'}"


def _asked(scenario, target):
    """The target as a `Condition`. Raises ValueError, with a sentence, for what was hardly meant."""
    asked = conditions.parse(target) if isinstance(target, str) else target
    path, _ = conditions.find(Result.outline(scenario), asked.name)
    if path[0] == "scenario" or path[0] in ("worlds", "seed", "years"):
        raise ValueError(f"'{asked.text}': {asked.name} is no outcome, and no scheme changes it. Write 'late<=5%'.")
    if "interval" in path or "standard_error" in path:
        raise ValueError(f"'{asked.text}': aim at the figure itself, as in 'late<=5%'; its interval is told besides.")
    if "late" in path and "days" in path:
        raise ValueError(
            f"'{asked.text}': {asked.name} counts only the futures in which a bill is late. They become others, "
            "fewer or none as the scheme changes, so that a better scheme may seem worse. Aim at 'late<=5%'."
        )
    if any(key in TROUBLES for key in path):
        _refuse_more_trouble(asked)
    return asked


def _refuse_more_trouble(target):
    if target.sign.startswith(">"):
        raise ValueError(
            f"'{target.text}' asks for more trouble, not for less. Write {target.name}<=, as in 'late<=5%'."
        )
    if target.value >= 1 and not target.percent:
        meant = f"{target.name}{target.sign}{target.value:g}%"
        raise ValueError(f"'{target.text}' is {100 * target.value:g}%, which is always met. Did you mean '{meant}'?")


def _calculated(scenario, target):
    """What is `Seen` today without drawing. Raises ValueError for a target that is finer than the calculation."""
    seen = exactly(scenario, target)
    error = seen.high - seen.figure
    if target.value <= error:
        raise ValueError(
            f"'{target.text}': lateness is calculated here, may be off by {error:.1g}, and is never quite nothing. "
            "Write a larger share, as in 'late<=0.1%'."
        )
    return seen


# What is lived


class _Lived:
    """Results of the same worlds, the last few of them remembered. `whole`: also without support, which the search need
    not know unless its figure is of that.
    """

    def __init__(self, path, looking, **how):
        self.how, self.looking = how, looking
        self.always_whole, self.known = path[0] == "without_support", {}

    def __call__(self, scenario, worlds, whole=False):
        key, whole = (scenario.hash, worlds), whole or self.always_whole
        if key not in self.known or whole > self.known[key][0]:
            result = simulate(scenario, worlds, also_without_support=whole, **self.how)
            if result.interrupted:
                raise KeyboardInterrupt
            self.known[key] = whole, result
            while len(self.known) > REMEMBERED:
                del self.known[next(iter(self.known))]
        return self.known[key][1]

    def at(self, scenario, number, value, worlds, whole=False):
        """The scenario with another value of a number, and its result."""
        if self.looking:
            self.looking(number, value)
        changed = allowed(scenario, number, value)
        return changed, self(changed, worlds, whole)


def _searched(judge):
    """One number solved by itself."""
    number = judge.number
    try:
        try:
            found = search(judge)
        except NotClosed:  # another value opens the law
            judge.exact, judge.seen = False, {}
            found = search(judge)
    except Unsolved as error:
        return Option(number, why_not=str(error))
    empty = [value for value in judge.values if judge.at(value).figure is None]
    return Option(number, found, judge.at(found.value), calculated=judge.exact, without_figure=empty)


def _complete(answers, scenario, target, lived, worlds, today):
    """Put beside each answer what it does to members, on so many worlds, and what those pay that are compared in it."""
    for option in answers:
        _complete_one(option, scenario, target, lived, worlds, today)
    bearing = [option for option in answers if option.by_members]
    for option in bearing if len(bearing) > 1 else ():
        option.pays = _pays(option, scenario, lived, worlds)


def _complete_one(option, scenario, target, lived, worlds, today):
    """Put beside an answer what it does to members."""
    changed, option.result = lived.at(scenario, option.number, option.found.value, worlds, whole=True)
    option.effects = _effects_at(changed, option.result, option.calculated)
    option.less_care = less_care(today, option.effects)
    if not option.calculated:
        option.seen = simulated(option.result, target)


def _effects_at(scenario, result, exact):
    """The `Effects` of a scenario, lateness exactly where its law is closed."""
    told = effects(result)
    if not exact:
        return told
    alone = unsupported(scenario)
    return told._replace(
        late=chance_late(scenario)[0], late_without_support=None if alone is None else chance_late(alone)[0]
    )


def _pays(option, scenario, lived, worlds):
    """What members pay at an answer and at both ends of its interval, `Pay`s of the same worlds; None where an end is
    not known.
    """
    found = option.found
    if option.exact:
        return [pay(option.result)]
    if found.low is None or found.high is None:
        return None
    values = sorted({found.low, found.value, found.high})
    return [pay(lived.at(scenario, option.number, value, worlds)[1]) for value in values]


def _order(option):
    """Answers whose cost members bear, the cheapest first, those with which nobody is a member last; then other
    answers; then numbers without one.
    """
    if option.found is None:
        return 2, 0.0
    cost = option.effects.members_pay
    return (0 if option.by_members else 1), math.inf if cost is None else cost
