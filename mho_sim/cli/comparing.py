"""`compare`: options on the same people and the same luck."""

from contextlib import suppress
from pathlib import Path

import click

from mho_sim.cli.options import BATCH, JSON, MEMORY, OUT, PLOT, QUIET, SEED, SET, WORKERS, Whole, fails_if
from mho_sim.cli.telling import (
    AS_WRITTEN,
    end,
    loaded_from,
    options_from,
    progress_of,
    refuse,
    refuse_picture,
    say_if_cold,
    told_by,
)


@click.command(short_help="Several options on the same luck: which is better, and at what?")
@click.argument("scenarios", nargs=-1, required=True, type=click.Path(), metavar="SCENARIO…")
@click.option(
    "--option",
    "texts",
    multiple=True,
    metavar="NAME:PATH=VALUE,…",
    help="Beside the one scenario as written, also this: the scenario with these values. Repeatable.",
)
@SET
@SEED
@click.option("--worlds", type=Whole(40, 2**32 - 2), default=1000, show_default=True, help="How many possible futures.")
@BATCH
@WORKERS
@MEMORY
@fails_if(" of an option", "dearer.late>5%")
@OUT
@PLOT
@JSON
@QUIET
def compare(scenarios, texts, sets, memory_limit, fail_if, out, plot, as_json, quiet, worlds, **how):
    """Several scenarios, or one with several --option, on the same people and the same luck: which is better on
    solvency, on protection and on what members pay, and which only seems so.
    """
    from mho_sim.report import files

    if out is not None:
        for path in scenarios:
            told_by(files.refuse_place, out, path, "--out", files.COMPARED)
    refuse_picture(plot, scenarios[0])
    options = _options(scenarios, texts, sets)
    asked = [told_by(_condition, text, options) for text in fail_if]
    say_if_cold(quiet)
    from mho_sim import conditions
    from mho_sim.capacity import TooLarge, bytes_of
    from mho_sim.report import compare_text
    from mho_sim.study import compare as compared

    limit = None if memory_limit is None else told_by(bytes_of, memory_limit)
    try:
        with progress_of(worlds, quiet) as bar:
            how |= {"progress": bar.update, "memory_limit": limit}
            found = told_by(lambda: compared(options, worlds, **how))
    except TooLarge as error:
        refuse(str(error))
    told = {**found.to_dict(), "changed": list(sets)}
    try:
        if out is not None:
            files.save_rows(out, files.differences(found), told, lambda: compare_text(found, sets))
        if plot is not None:
            from mho_sim.report import plot as drawn

            files.save_picture(plot, drawn(found))
    finally:
        click.echo(files.as_json(told) if as_json else compare_text(found, sets))
    results = [(found.results[name], condition) for name, condition in asked]
    broken = [conditions.broken(condition, one.to_dict(), one.interval) for one, condition in results]
    end(broken, found.interrupted, found.worlds, worlds)


def _options(paths, texts, sets):
    """The scenarios by name, or the end of the program with a sentence."""
    if len(paths) == 1:
        first = loaded_from(paths[0], sets)
        if not texts:
            refuse(
                f"There is nothing to compare {paths[0]} with: name a second scenario, or an option of it, such as "
                "--option dearer:scheme.contribution.amount=600."
            )
        return {AS_WRITTEN: first, **options_from(paths[0], sets, texts, "--option", (AS_WRITTEN,))}
    if texts:
        refuse("--option changes one scenario: name one file with --option, or several files without.")
    stems = [Path(path).stem for path in paths]
    names = stems if len(set(stems)) == len(stems) else list(paths)
    if doubled := next((name for name in names if names.count(name) > 1), None):
        refuse(f"{doubled} is there twice: name it once.")
    return {name: loaded_from(path, sets) for name, path in zip(names, paths)}


def _condition(text, options):
    """(option, condition on its result) of a condition such as dearer.late>5%. Raises ValueError with a sentence."""
    from mho_sim import conditions
    from mho_sim.study import Result

    condition = conditions.parse(text)
    name = max((one for one in options if condition.name.startswith(f"{one}.")), key=len, default=None)
    if name is None:
        last, figure = list(options)[-1], text
        with suppress(ValueError):  # of an option that there is not
            rest = condition.name.partition(".")[2]
            conditions.find(Result.outline(options[last]), rest)
            figure = text.replace(condition.name, rest)
        raise ValueError(
            f"'{text}' does not say which option is meant: write {last}.{figure}. The options are: "
            f"{', '.join(options)}."
        )
    condition = condition._replace(name=condition.name.removeprefix(f"{name}."))
    conditions.find(Result.outline(options[name]), condition.name)
    return name, condition
