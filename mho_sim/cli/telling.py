"""What commands do around their work: read the scenario, refuse in one sentence, show progress, print the answer."""

import os
import shutil
import sys
from difflib import get_close_matches
from pathlib import Path

import click

AS_WRITTEN = "as written"  # what a table calls the scenario itself, beside its options


def loaded_from(path, sets):
    """A scenario, or the end of the program with every fault of the file on standard error."""
    from mho_sim.scenario import ScenarioError, load
    from mho_sim.scenario.starting import shipped

    path = _file_of(path)
    if not Path(path).exists():
        beside = [*(str(file) for file in Path(path).parent.glob("*.y*ml")), *shipped()]
        near = get_close_matches(path, beside, n=1, cutoff=0.5)
        refuse(f"There is no file {path}" + (f". Did you mean {near[0]}?" if near else "."))
    try:
        return load(path, sets)
    except ScenarioError as error:
        refuse(str(error))


def _file_of(path):
    """The file of a scenario: one that is there, or else one of that name that comes with the program."""
    from mho_sim.scenario.starting import shipped

    return path if Path(path).is_file() else shipped().get(path, path)


def options_from(path, sets, texts, option, taken=()):
    """Versions of a scenario by name, each written as NAME:PATH=VALUE,… after an option; or the end of the program
    with a sentence that names it.
    """
    from mho_sim.scenario import ScenarioError, load
    from mho_sim.scenario.options import heading, named, options_of

    file, found = _file_of(path), {}
    for name, changes in told_by(options_of, texts, option, taken).items():
        try:
            found[name] = load(file, [*sets, *changes])
        except ScenarioError as error:
            refuse(str(named(error, heading(option, name))))
    return found


def place_in(path, sets, key):
    """Where a key stands in a scenario's file, or in what was changed: `file:line:column: `."""
    from mho_sim.scenario import place_of

    mark = place_of(_file_of(path), sets, key)
    return ":".join(str(part) for part in (mark.source.name, mark.line, mark.column) if part is not None) + ": "


def told_by(ask, *what):
    """What a function answers, or the end of the program with the sentence of its ValueError."""
    try:
        return ask(*what)
    except ValueError as error:
        refuse(str(error))


def refuse_picture(path, scenario, option="--plot"):
    """The end of the program if a picture is asked for that cannot be drawn, or not written there."""
    if path is None:
        return
    from mho_sim.report import files, plots

    told_by(files.refuse_place, path, scenario, option, files.PICTURES)
    try:
        plots.ready()
    except ImportError as error:
        refuse(str(error))


def refuse(sentence):
    click.echo(sentence, err=True)
    sys.exit(2)


def answer(found, sets, text_of, as_json):
    """Print an answer: one JSON object, or its page."""
    from mho_sim.report.files import as_json as object_of

    click.echo(object_of({**found.to_dict(), "changed": list(sets)}) if as_json else text_of(found, sets))


def columns():
    """How wide the terminal is that standard output goes to; None if it goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def say_if_cold(quiet):
    from mho_sim.compiled import is_cold

    if is_cold() and not quiet:
        click.echo("Preparing the engine: this takes some seconds, on the first run only.", err=True)


def progress_of(worlds, quiet, unit=" worlds"):
    """A line on standard error that tells how far it has come, from the first second on; nothing where that is no
    terminal.
    """
    from tqdm import tqdm

    size = {"ncols": _columns_of(sys.stderr), "nrows": 2}  # some terminals say that they have no lines
    return tqdm(total=worlds, unit=unit, delay=1, disable=quiet or None, file=sys.stderr, leave=False, **size)


def _columns_of(stream):
    """How wide the terminal of a stream is; 80 where it does not say so (assumed)."""
    try:
        return (os.get_terminal_size(stream.fileno()).columns or 80) - 1
    except (OSError, ValueError):
        return 79


def telling_what(bar):
    """A function that names, in front of a line of progress, the number of a scheme and its value that is looked at."""

    def looking(number, value):
        bar.set_description_str(f"{number.path}: {number.said(value)}", refresh=False)
        bar.update(0)

    return looking


def end(broken, interrupted=False, worlds=None, asked=None):
    """Say which conditions hold (None: one that does not) and whether fewer worlds were lived than asked for; end with
    the exit code that says so, if there is one.
    """
    for sentence in filter(None, broken):
        click.echo(sentence, err=True)
    if interrupted:
        click.echo(f"Interrupted: the figures are those of the first {worlds:,} of {asked:,} worlds.", err=True)
        sys.exit(130)
    if any(broken):
        sys.exit(3)
