"""Futures: `run`, many of one scenario, and `trace`, one as a story."""

from pathlib import Path

import click

from mho_sim.cli.options import (
    BATCH,
    JSON,
    MEMORY,
    OUT,
    PLOT,
    QUIET,
    SCENARIO,
    SEED,
    SET,
    WORKERS,
    Share,
    Whole,
    fails_if,
)
from mho_sim.cli.telling import (
    columns,
    end,
    loaded_from,
    place_in,
    progress_of,
    refuse,
    refuse_picture,
    say_if_cold,
    told_by,
)

WITH_EXACT = "Of the scenarios that come with the program nouna has an exact answer."


@click.command(short_help="Many futures: does the money last, and whom does it protect?")
@SCENARIO
@SET
@SEED
@click.option("--worlds", type=Whole(1, 2**32 - 2), help="How many possible futures.  [default: 1000]")
@click.option(
    "--until-halfwidth",
    type=Share(),
    metavar="SHARE",
    help="As many futures, at most --worlds (or 100000), as it takes to know so narrowly, e.g. 1%, how many run short.",
)
@BATCH
@WORKERS
@MEMORY
@fails_if("", "late>5%")
@OUT
@PLOT
@JSON
@QUIET
@click.option(
    "--exact", is_flag=True, help="No futures: the exact law, where the scenario has one. Refused where it has not."
)
def run(scenario, sets, seed, worlds, memory_limit, fail_if, out, plot, as_json, quiet, exact, **how):
    """Many futures of one scenario: does the money last, and whom does it protect?"""
    from mho_sim import conditions
    from mho_sim.report import files

    asked = [told_by(conditions.parse, text) for text in fail_if]
    if out is not None:
        told_by(files.refuse_place, out, scenario)
    refuse_picture(plot, scenario)
    loaded = loaded_from(scenario, sets)
    if exact:
        _run_exactly(loaded, scenario, sets, asked, out, as_json)
        return
    say_if_cold(quiet)
    from mho_sim.capacity import TooLarge, bytes_of
    from mho_sim.report import plot as drawn
    from mho_sim.report import run_text
    from mho_sim.study import Result, simulate

    limit = None if memory_limit is None else told_by(bytes_of, memory_limit)
    for condition in asked:
        told_by(conditions.find, Result.outline(loaded), condition.name)
    known = how["until_halfwidth"] is None  # how many worlds it will be
    worlds = worlds or (1_000 if known else 100_000)
    try:
        with progress_of(worlds if known else None, quiet) as bar:
            result = told_by(lambda: simulate(loaded, worlds, seed, progress=bar.update, memory_limit=limit, **how))
    except TooLarge as error:
        refuse(str(error))
    told = {**result.to_dict(), "changed": list(sets)}
    try:
        if out is not None:
            files.save(out, result, told, lambda: run_text(result, sets))
        if plot is not None:
            files.save_picture(plot, drawn(result, "both"))
    finally:
        click.echo(files.as_json(told) if as_json else run_text(result, sets))
    broken = [conditions.broken(condition, told, result.interval) for condition in asked]
    if not known and not result.interrupted:
        _say_if_too_wide(result, how["until_halfwidth"])
    end(broken, result.interrupted, result.worlds, worlds)


def _say_if_too_wide(result, halfwidth):
    probability, (low, high) = result.late["probability"], result.late["interval"]
    reach = max(high - probability, probability - low)
    if reach > halfwidth + 1e-6:
        click.echo(
            f"After {result.worlds:,} worlds the interval still reaches {100 * reach:.2g}% to one side, further than "
            f"{100 * halfwidth:g}%: take more --worlds.",
            err=True,
        )


def _all_that_forbids(path, sets, obstacles):
    """All that forbids the exact answer, a line for each reason: the first place of it, and which others."""
    reasons = {}
    for one in obstacles:
        reasons.setdefault(one.why, []).append(one)
    told = []
    for why, (first, *others) in reasons.items():
        no = "" if told else "no exact answer, for "
        also = f" Likewise {', '.join(dict.fromkeys(one.dotted for one in others))}." if others else ""
        told.append(f"{place_in(path, sets, first.path)}{first.dotted}: {no}{why}.{also}")
    return "\n".join([*told, f"Without --exact it is simulated. {WITH_EXACT}"])


def _run_exactly(loaded, path, sets, asked, out, as_json):
    """`run --exact`: the exact answer, or the end of the program with what forbids it and where it stands."""
    from mho_sim import conditions
    from mho_sim.report import exact_text, files
    from mho_sim.study import Exact, NotClosed, exactly

    given = click.get_current_context().get_parameter_source
    for option in ("worlds", "seed", "batch", "workers", "memory_limit", "until_halfwidth", "plot"):
        if given(option) is click.core.ParameterSource.COMMANDLINE:
            name = option.replace("_", "-")
            refuse(f"--exact lives no futures, so --{name} has no meaning with it. Leave one of the two out.")
    if out is not None and Path(out).suffix.lower() == ".csv":
        refuse(f"--out {out}: with --exact there are no worlds, a row each. Write .json or .txt.")
    for condition in asked:
        told_by(conditions.find, Exact.outline(loaded), condition.name, "run --exact --json")
    try:
        answer = exactly(loaded)
    except NotClosed as error:
        refuse(_all_that_forbids(path, sets, error.obstacles))
    told = {**answer.to_dict(), "changed": list(sets)}
    page = files.as_json(told) if as_json else exact_text(answer, sets)
    if out is not None:
        with files.replacing(out) as file:
            file.write((files.as_json(told) if out.lower().endswith(".json") else exact_text(answer, sets)) + "\n")
    click.echo(page)
    broken = [conditions.broken(condition, told, lambda path: None) for condition in asked]
    end(broken)


@click.command(short_help="One future as a story, day by day.")
@SCENARIO
@SET
@SEED
@click.option("--world", type=Whole(0, 2**32 - 2), default=0, show_default=True, help="Which possible future.")
@click.option("--household", type=Whole(0), help="Only this household, from 0.")
def trace(scenario, sets, seed, world, household):
    """One future as a story: dated sentences, and the cash box after each payment."""
    loaded = loaded_from(scenario, sets)
    if household is not None and household >= loaded.household_count:
        raise click.UsageError(
            f"--household {household}: the scenario has {loaded.household_count} households, numbered from 0 to "
            f"{loaded.household_count - 1}."
        )
    say_if_cold(False)
    from mho_sim.engine import Prepared
    from mho_sim.report.story import AFTER_DATE, story
    from mho_sim.report.words import lines

    width = columns()
    for sentence in story(Prepared(loaded, seed), world, household):
        for line in lines(sentence, width, AFTER_DATE) if width else [sentence]:
            click.echo(line)
