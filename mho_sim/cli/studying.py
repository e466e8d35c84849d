"""Studies at many points: `sweep` lives them, `study` shows what is in their files."""

import os
import re
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import click

from mho_sim.cli.options import JSON, QUIET, Whole, fails_if
from mho_sim.cli.telling import progress_of, refuse, refuse_picture, say_if_cold, told_by

STARTS = 3  # seconds before the first world: measured
SHOWN = 5  # points in one message
MEMORY = click.option("--memory-limit", metavar="SIZE", help="What each process may use, e.g. 2GiB.")
UNTIL = click.option("--until", metavar="TIME", help="Begin nothing new from then on: 06:30, or 90m, or 2h.")
WORKERS = click.option("--workers", type=Whole(1), help="How many threads or processes. Default: one per processor.")
ON = click.option("--on", metavar="ADDRESS", help="A Dask cluster's scheduler instead, e.g. tcp://scheduler:8786.")
KIND = click.option(
    "--with", "kind", type=click.Choice(["threads", "processes"]), help="Default: what is faster for so much work."
)
RECOMPUTE = click.option(
    "--recompute", is_flag=True, help="Where the study or the program has changed: live again what that changes."
)
MIX = click.option("--mix-versions", is_flag=True, help="Keep what another version of the program has found.")


@click.command(short_help="A study of many points; given again, it goes on.")
@click.argument("study", type=click.Path())
@click.option("--out", type=click.Path(), metavar="FILE", help="The study's file, .db. Default: named as the study.")
@WORKERS
@KIND
@ON
@UNTIL
@MEMORY
@RECOMPUTE
@MIX
@fails_if(" at any point", "late>5%")
@click.option("--dry-run", is_flag=True, help="Check all points and say how long it would take; live nothing.")
@JSON
@QUIET
def sweep(study, out, fail_if, dry_run, **how):
    """Live a study: a scenario at many points, each with the same worlds. Run again, it goes on where it stands.

    STUDY is a .yaml file that names the scenario, how many worlds, and a grid, points or a design.
    """
    from mho_sim.scenario import ScenarioError
    from mho_sim.sweeps import read_plan

    try:
        plan = read_plan(study)
    except ScenarioError as error:
        refuse(str(error))
    if dry_run:
        _tell_plan(plan, how["workers"], out or _named_as(study))
    else:
        _sit(plan, _place(out or _named_as(study)), fail_if, **how)


def _tell_plan(plan, workers, out):
    """What would be lived, all of its points checked."""
    from mho_sim.report.study import plan_text
    from mho_sim.scenario import ScenarioError
    from mho_sim.study.repeating import processors
    from mho_sim.sweeps.plan import bytes_a_world, seconds_of

    try:
        plan.settled  # noqa: B018
    except ScenarioError as error:
        refuse(str(error))
    worlds = plan.worlds.least * len(plan.points)
    seconds = STARTS + seconds_of(plan) / min(workers or processors(), processors())
    click.echo(plan_text(plan, seconds, worlds * bytes_a_world(plan.scenario) / 1e6))
    if Path(out).exists():
        click.echo(f"\nThere is a file {out} already: what it holds of this is not lived again (mho-sim study status).")


@click.group(short_help="What is in a study's file, and out of it.")
def study():
    """What is in a study's file, and out of it."""


@study.command(short_help="How far it is, and what it found.")
@click.argument("file", type=click.Path())
@click.option("--target", metavar="CONDITION", help="Also the cheapest choice of which this is so, e.g. 'late<=5%'.")
@JSON
def status(file, target, as_json):
    """How far a study is, and what it found. Exit code 4 if it is not complete."""
    from mho_sim import conditions
    from mho_sim.study.figures import FIGURES

    if target is not None and as_json:
        refuse("--target is told on the page, and --json has the figures of all points. Leave one of the two out.")
    asked = None if target is None else told_by(conditions.parse, target)
    if asked is not None:
        told_by(conditions.find, dict.fromkeys(FIGURES, 0.0), asked.name)
    with _opened(file) as found:
        _print(found, as_json, asked)
        if not found.complete:
            sys.exit(4)


@study.command(short_help="Its tables, for other programs.")
@click.argument("file", type=click.Path())
@click.option("--csv", "csv_", type=click.Path(allow_dash=True), metavar="FILE", help="Commas; - prints it.")
@click.option("--parquet", type=click.Path(), metavar="FILE", help="Parquet.")
@click.option("--xlsx", type=click.Path(), metavar="FILE", help="A workbook with all tables.")
@click.option(
    "--table",
    type=click.Choice(["figures", "yearly", "monthly", "points", "columns"]),
    default="figures",
    show_default=True,
    help="Which one, for --csv and --parquet; 'columns' says what the columns of the others are.",
)
def export(file, csv_, parquet, xlsx, table):
    """Write a study's tables to files. Exit code 4 if the study is not complete."""
    from mho_sim.report import files

    if not (csv_ or parquet or xlsx):
        raise click.UsageError("Name a file: --csv FILE, --parquet FILE or --xlsx FILE; --csv - prints it.")
    for option, path, ending in (
        ("--csv", csv_, ".csv"),
        ("--parquet", parquet, ".parquet"),
        ("--xlsx", xlsx, ".xlsx"),
    ):
        if path not in (None, "-"):
            told_by(files.refuse_place, path, file, option, {ending: "a table"})
    with _opened(file) as found:
        if table == "monthly" and (csv_ or parquet) and not found.told["monthly"]:
            refuse(f"{file} does not keep its months: write 'monthly: yes' in the study file, and sweep it again.")
        _write_tables(found, table, csv_, parquet, xlsx)
        for what in found.damage:
            click.echo(f"Damaged, and left out: {what}.", err=True)
        if not found.complete:
            click.echo("The study is not complete: give the command of the sweep again.", err=True)
            sys.exit(4)


def _write_tables(found, table, csv_, parquet, xlsx):
    """One table to each of the first two, all of them to the last."""
    from mho_sim.report import study as told

    if csv_ == "-":
        click.echo(told.as_csv(told.frame_of(found, table)), nl=False)
    elif csv_:
        told.export_csv(found, csv_, table)
    if parquet:
        try:
            told.export_parquet(found, parquet, table)
        except ImportError:
            refuse("--parquet needs pyarrow: pip install 'mho_sim[data]'.")
    if xlsx:
        told_by(told.export_xlsx, found, xlsx)


@study.command(short_help="A picture of its points.")
@click.argument("file", type=click.Path())
@click.argument("picture", type=click.Path())
@click.option(
    "--kind", type=click.Choice(["grid", "frontier"]), help="Default: a grid where there are two or three axes."
)
@click.option(
    "--figure", default="late", show_default=True, metavar="NAME", help="What a grid shows, as in the export."
)
@click.option("--target", metavar="CONDITION", help="Frame the cells where this is so, e.g. 'late<=5%' (in quotes).")
@click.option("--across", metavar="PATH", help="The axis across. Default: the one with the most values.")
@click.option("--down", metavar="PATH", help="The axis down.")
@click.option("--over", metavar="PATH", help="A grid for each value of this axis.")
@click.option("--at", multiple=True, metavar="PATH=VALUE", help="Only the points with this value. Repeatable.")
def plot(file, picture, kind, **how):
    """Draw a study's points to PICTURE, .png, .svg or .pdf: a grid of one figure, or the frontier of what members pay,
    solvency and protection.
    """
    from mho_sim.report import files
    from mho_sim.report import plot as drawn
    from mho_sim.study.figures import FIGURES

    refuse_picture(picture, file, "PICTURE")
    with _opened(file) as found:
        if found.figures.empty:
            refuse(f"{file} has no point yet that is done: give the command of the sweep again.")
        how["figure"] = how["figure"].removesuffix(f"_{found.currency}")  # as a column of the export
        how["at"] = dict(told_by(_assigned, text) for text in how["at"])
        many = sum(found.figures[path].nunique() > 1 for path in found.axes if path not in how["at"])
        of_grid = [name for name in ("target", "across", "down", "over", "at") if how[name]]
        of_grid += ["figure"] if how["figure"] != "late" else []
        kind = kind or ("grid" if many in (2, 3) or of_grid else "frontier")
        if kind == "frontier" and of_grid:
            refuse(f"--{of_grid[0]} is for a grid, and this is the frontier. Leave it out, or write --kind grid.")
        if how["figure"] not in FIGURES or how["figure"] not in found.figures:
            refuse(f"--figure {how['figure']}: the study has no such figure{_nearest_figure(how['figure'])}")
        figure = told_by(lambda: drawn(found, kind, **(how if kind == "grid" else {})))
        files.save_picture(picture, figure)
        if not found.complete:
            click.echo("The study is not complete: the picture lacks points.", err=True)
            sys.exit(4)


def _assigned(text):
    path, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"--at {text}: write PATH=VALUE, with an axis of the study and one of its values.")
    return path.strip(), value.strip()


def _nearest_figure(name):
    from mho_sim.scenario.sentences import among
    from mho_sim.study.figures import FIGURES

    return among(name, FIGURES)


@study.command(short_help="More worlds or points.")
@click.argument("file", type=click.Path())
@click.option("--worlds", type=Whole(2, 2**32 - 2), help="So many worlds for each point.")
@click.option(
    "--also", multiple=True, metavar="PATH=VALUE,…", help="These values too, wherever this path has one. Repeatable."
)
@WORKERS
@KIND
@ON
@UNTIL
@MEMORY
@RECOMPUTE
@MIX
@fails_if(" at any point", "late>5%")
@JSON
@QUIET
def expand(file, worlds, also, fail_if, **how):
    """Give a study more worlds, or more points, and live only these."""
    from mho_sim.scenario import ScenarioError
    from mho_sim.scenario.options import parted
    from mho_sim.sweeps import expanded

    if worlds is None and not also:
        raise click.UsageError("Say what to add: --worlds N, or --also PATH=VALUE,….")
    values = {}
    with _opened(file) as found:
        for text in also:
            path, equals, written = text.partition("=")
            if not equals or path.strip() not in found.axes:
                refuse(f"--also {text}: write PATH=VALUE,… with a path of the study: {', '.join(found.axes)}.")
            values[path.strip()] = list(parted(written))
        try:
            plan = expanded(found.plan(), worlds, values)
            plan.settled  # noqa: B018 - a point that cannot be is told while the file is as it was
        except ScenarioError as error:
            refuse(str(error))
    _sit(plan, file, fail_if, **how)


def _sit(plan, path, fail_if, kind, workers, on, until, memory_limit, as_json, quiet, **how):
    """One sitting: live what is missing, print what there is, and end with the exit code that says how it went."""
    from mho_sim import conditions
    from mho_sim.capacity import bytes_of
    from mho_sim.scenario import ScenarioError
    from mho_sim.study.figures import FIGURES
    from mho_sim.sweeps import Changed, Gone, NoRoom, executor_for, live_study

    asked = [told_by(conditions.parse, text) for text in fail_if]
    for condition in asked:
        told_by(conditions.find, dict.fromkeys(FIGURES, 0.0), condition.name)
    limit = None if memory_limit is None else told_by(bytes_of, memory_limit)
    ends = None if until is None else _when(until)
    if ends is not None and not quiet:
        click.echo(f"Nothing new is begun from {time.strftime('%Y-%m-%d %H:%M', time.localtime(ends))} on.", err=True)
    say_if_cold(quiet)
    executor = told_by(lambda: executor_for(plan, workers, kind, on, limit))
    with _interruptible() as stop, progress_of(0, quiet) as bar:

        def told(progress):
            bar.total = progress.worlds
            bar.set_postfix_str(f"{progress.done} of {progress.points} points; {progress.headline}", refresh=False)
            bar.update(progress.lived - bar.n)

        how |= {"until": ends, "stop": stop, "told": told, "noted": lambda text: click.echo(text, err=True)}
        try:
            progress = live_study(plan, path, executor, **how)
        except (NoRoom, Gone) as error:
            click.echo(str(error), err=True)
            sys.exit(4)
        except (Changed, ScenarioError, ValueError) as error:
            refuse(str(error))
    with _opened(path) as found:
        _print(found, as_json)
        broken = _say_broken(found, asked)
    if progress.stopped and stop():
        sys.stdout.flush()
        os._exit(130)  # whatever a thread is still at
    if not progress.complete:
        sys.exit(4)
    if broken:
        sys.exit(3)


def _say_broken(found, conditions):
    """Say which conditions hold at which points; whether any does."""
    from mho_sim.report.words import plural

    broken = False
    for condition in conditions:
        names = list(found.broken(condition)["name"])
        if names:
            broken, shown = True, ", ".join(f"'{name}'" for name in names[:SHOWN])
            more = "" if len(names) <= SHOWN else f" and {len(names) - SHOWN:,} more"
            click.echo(f"--fail-if '{condition.text}': so at {plural(len(names), 'point')}: {shown}{more}.", err=True)
    return broken


def _print(found, as_json, target=None):
    from mho_sim.report import files
    from mho_sim.report import study as told

    click.echo(files.as_json(told.to_dict(found)) if as_json else told_by(told.study_text, found, target))


@contextmanager
def _opened(file):
    from mho_sim.sweeps import Damaged, Foreign, Study

    try:
        with Study(file) as found:
            yield found
    except (Damaged, Foreign) as error:
        refuse(str(error))


@contextmanager
def _interruptible():
    """Gives a function that says whether Ctrl-C or SIGTERM came; a second one ends the program at once."""
    came = []

    def note(*_):
        if came:
            os._exit(130)
        came.append(True)
        os.write(2, b"\nInterrupted: what has begun is dropped, what is finished is kept.\n")

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _named_as(study):
    """The file of a study that names none: beside it."""
    return Path(re.sub(r"([.]study)?[.]ya?ml$", "", study) + ".db")


def _place(path):
    from mho_sim.report import files

    told_by(lambda: files.refuse_place(path, endings={".db": "a study's file"}))
    return path


def _when(text):
    """Seconds since 1970 of a time of day, the next there is, or of a span from now."""
    now = time.time()
    if span := re.fullmatch(r"([0-9]+)\s*(m|min|minutes?|h|hours?)", text.strip()):
        return now + int(span[1]) * (60 if span[2].startswith("m") else 3600)
    if clock := re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text.strip()):
        today = time.localtime(now)
        ends = time.mktime((*today[:3], int(clock[1]), int(clock[2]), 0, 0, 0, -1))
        return (
            ends if ends > now else time.mktime((*today[:2], today[2] + 1, int(clock[1]), int(clock[2]), 0, 0, 0, -1))
        )
    refuse(f"--until {text}: write a time of day such as 06:30, or a span such as 90m or 2h.")
