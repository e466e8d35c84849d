"""What commands do around their work: read the scenario, refuse in one sentence, show progress, print the answer."""

import shutil
import sys
from difflib import get_close_matches
from pathlib import Path

import click


def loaded_from(path, sets):
    """A scenario, or the end of the program with every fault of the file on standard error."""
    from mho_sim.scenario import ScenarioError, load
    from mho_sim.scenario.starting import shipped

    if not Path(path).is_file() and path in shipped():
        path = shipped()[path]
    if not Path(path).exists():
        beside = [*(str(file) for file in Path(path).parent.glob("*.y*ml")), *shipped()]
        near = get_close_matches(path, beside, n=1, cutoff=0.5)
        refuse(f"There is no file {path}" + (f". Did you mean {near[0]}?" if near else "."))
    try:
        return load(path, sets)
    except ScenarioError as error:
        refuse(str(error))


def place_in(path, sets, key):
    """Where a key stands in a scenario's file, or in what was changed: `file:line:column: `."""
    from mho_sim.scenario import place_of
    from mho_sim.scenario.starting import shipped

    file = path if Path(path).is_file() else shipped()[path]
    mark = place_of(file, sets, key)
    return ":".join(str(part) for part in (mark.source.name, mark.line, mark.column) if part is not None) + ": "


def told_by(ask, *what):
    """What a function answers, or the end of the program with the sentence of its ValueError."""
    try:
        return ask(*what)
    except ValueError as error:
        refuse(str(error))


def refuse_picture(path, scenario):
    """The end of the program if a picture is asked for that cannot be drawn, or not written there."""
    if path is None:
        return
    from mho_sim.report import files, plots

    told_by(files.refuse_place, path, scenario, "--plot", files.PICTURES)
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
    from tqdm import tqdm

    return tqdm(total=worlds, unit=unit, delay=1, disable=quiet or None, file=sys.stderr, leave=False)
