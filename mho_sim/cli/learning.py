"""What to learn: `sensitivity`, which figures matter; `experience`, what the register says."""

from pathlib import Path

import click

from mho_sim.cli.options import JSON, MEMORY, PLOT, QUIET, SCENARIO, SEED, SET, WORKERS, Share, Whole
from mho_sim.cli.telling import answer, loaded_from, progress_of, refuse, refuse_picture, say_if_cold, told_by


@click.command(short_help="Which unknown figures matter, and which to measure next.")
@SCENARIO
@SET
@SEED
@click.option(
    "--worlds", type=Whole(40, 100_000), default=500, show_default=True, help="Futures for each figure, at each end."
)
@click.option(
    "--no-indices", "indices", flag_value=False, default=True, help="Only what each moves by itself: quicker."
)
@WORKERS
@MEMORY
@PLOT
@JSON
@QUIET
def sensitivity(scenario, sets, seed, worlds, indices, memory_limit, plot, as_json, quiet, **how):
    """Which of the figures that nobody knows exactly matter, and which to measure next."""
    refuse_picture(plot, scenario)
    loaded = loaded_from(scenario, sets)
    say_if_cold(quiet)
    from mho_sim.capacity import TooLarge, bytes_of
    from mho_sim.report import sensitivity_text
    from mho_sim.study import runs
    from mho_sim.study import sensitivity as found_of

    how |= {"indices": indices, "memory_limit": None if memory_limit is None else told_by(bytes_of, memory_limit)}
    try:
        with progress_of(runs(loaded, worlds, indices), quiet) as bar:
            found = told_by(lambda: found_of(loaded, worlds, seed, progress=bar.update, **how))
    except TooLarge as error:
        refuse(str(error))
    try:
        if plot is not None:
            from mho_sim.report import files
            from mho_sim.report import plot as drawn

            files.save_picture(plot, drawn(found))
    finally:
        answer(found, sets, sensitivity_text, as_json)


@click.command(short_help="Your register beside the plan: what is chance, what is not?")
@SCENARIO
@click.argument("register", required=False, type=click.Path())
@SET
@SEED
@click.option("--blank", type=click.Path(), metavar="FILE", help="Write an empty register to fill in, a .csv file.")
@click.option("--watch", "excess", type=Share(), help="Without a register: how soon so much more need is noticed.")
@click.option("--kind", "kinds", multiple=True, metavar="NAME", help="Of --watch: only this care is needed more often.")
@click.option("--worlds", type=Whole(2, 100_000), default=400, show_default=True, help="Futures of --watch, each way.")
@WORKERS
@JSON
@QUIET
def experience(scenario, register, sets, blank, excess, worlds, seed, as_json, quiet, **how):
    """Your register beside the plan: claims by service against what was expected, what to plan with next year, what is
    still to pay. REGISTER is a .csv file: --blank writes an empty one.
    """
    from mho_sim.report import files

    if [register, blank, excess].count(None) != 2:
        raise click.UsageError("Name a register, or --blank FILE for an empty one, or --watch SHARE: one of the three.")
    if how["kinds"] and excess is None:
        raise click.UsageError("--kind goes with --watch SHARE: it names the care that is needed so much more often.")
    if blank is not None:
        told_by(files.refuse_place, blank, scenario, "--blank", files.REGISTERS)
        if Path(blank).exists():
            refuse(f"{blank} is there already and may be filled in. Give the empty register another name.")
    loaded = loaded_from(scenario, sets)
    if blank is not None:
        from mho_sim.monitoring.register import COLUMNS_TOLD, blank_register

        text = told_by(blank_register, loaded)
        with files.replacing(blank) as file:
            file.write(text)
        click.echo(f"{blank} is written. Fill it in, then: mho-sim experience {scenario} {blank}", err=True)
        click.echo(COLUMNS_TOLD, err=True)
        return
    from mho_sim import report

    if register is not None:
        from mho_sim.monitoring import experience as found_of

        found, text_of = told_by(found_of, loaded, register), report.experience_text
    else:
        from mho_sim.capacity import TooLarge
        from mho_sim.study import watch

        say_if_cold(quiet)
        try:
            with progress_of(2 * worlds, quiet) as bar:
                found = told_by(lambda: watch(loaded, excess, worlds, seed, progress=bar.update, **how))
        except TooLarge as error:
            refuse(str(error))
        text_of = report.watch_text
    answer(found, sets, text_of, as_json)
