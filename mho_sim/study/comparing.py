"""Several scenarios on the same people and the same luck."""

from mho_sim import capacity
from mho_sim.engine import Prepared
from mho_sim.study.comparison import Comparison
from mho_sim.study.repeating import live, measured, planned, refuse_out_of_range
from mho_sim.study.result import FEW, Result, unsupported


def compare(options, worlds=1000, seed=1, *, workers=None, batch=None, processes=(), progress=None, memory_limit=None):
    """Several scenarios on the same worlds: a `Comparison`.

    `options` are scenarios by name, two or more, with the same years and currency; the others are compared with the
    first. `worlds` (at least 40), `seed` and all else as for `simulate`. Options that say the same are lived once.
    Ctrl-C gives a comparison of the worlds that were finished with all options, with `interrupted` set. Raises
    ValueError with a sentence for what cannot be compared, and `capacity.TooLarge` before anything is drawn.
    """
    _refuse_what_cannot_be_compared(options)
    refuse_out_of_range(worlds, seed, workers, batch)
    if worlds < FEW:
        raise ValueError(f"worlds is {worlds}: to compare, it must be at least {FEW}")
    chosen = {name: [one, unsupported(one)] for name, one in options.items()}
    each = {one.hash: one for pair in chosen.values() for one in pair if one is not None}
    runs = [planned(one, worlds, workers, batch) for one in each.values()]
    _refuse_too_large(list(each.values()), runs, memory_limit)
    lived = {told: Prepared(one, seed) for told, one in each.items()}
    size = min(run.batch for run in runs)
    outcomes, interrupted = live(list(lived.values()), 0, worlds, workers, size, tuple(processes), progress)
    of = dict(zip(lived, outcomes, strict=True))

    def result(scenario, alone=None):
        return Result(lived[scenario.hash], of[scenario.hash], interrupted, processes, alone)

    results = {name: result(one, None if alone is None else result(alone)) for name, (one, alone) in chosen.items()}
    return Comparison(results, options)


def _refuse_what_cannot_be_compared(options):
    names = list(options)
    if len(names) < 2:
        raise ValueError("There is nothing to compare: name at least two options.")
    first = options[names[0]]
    for name in names[1:]:
        for field in ("years", "currency"):
            one, other = getattr(first, field), getattr(options[name], field)
            if one != other:
                raise ValueError(
                    f"Only options with the same {field} can be compared, and '{names[0]}' has {one}, '{name}' has "
                    f"{other}. Change one of them, as with --set {field}={one}."
                )


def _refuse_too_large(scenarios, runs, limit):
    """Raises `capacity.TooLarge` where all options together need more memory than there is."""
    room = limit or capacity.available()
    if room is not None and sum(run.bound for run in runs) > room:
        capacity.refuse_too_large(_together([measured(*one) for one in zip(scenarios, runs, strict=True)]), limit)


def _together(runs):
    """One run that takes as much memory as several on the same worlds: what worlds share and what is kept of them adds
    up, batches are lived one after the other.
    """
    shared, batch, world, kept = zip(*(run.layout for run in runs))
    layout = capacity.Layout(
        shared=capacity.Law(*map(sum, zip(*shared))),
        batch=capacity.Law(*map(max, zip(*batch))),
        world=capacity.Law(*map(max, zip(*world))),
        kept=sum(kept),
    )
    return runs[0]._replace(
        households=max(run.households for run in runs),
        rows=max(run.rows for run in runs),
        kinds=max(run.kinds for run in runs),
        batch=min(run.batch for run in runs),
        layout=layout,
    )
