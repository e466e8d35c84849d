"""The command line: a door to `load`, `simulate` and the story of one world; no logic of its own.

Heavy libraries are imported inside the commands that need them, so that help comes at once. Exit codes: 0 done, 1
failure, 2 the input or the command line is wrong, 130 interrupted.
"""

import json
import sys
from difflib import get_close_matches
from pathlib import Path

import click

SCENARIO = click.argument("scenario", type=click.Path())
SET = click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="PATH=VALUE",
    help="Change one value of the scenario, e.g. scheme.contribution.amount=600. Repeatable.",
)
SEED = click.option(
    "--seed",
    type=click.IntRange(0, 2**64 - 1),
    default=1,
    show_default=True,
    help="The same seed gives the same futures.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mho_sim", prog_name="mho-sim")
def commands():
    """Test whether a mutual health organization stays solvent, and whom it protects."""


@commands.command()
@SCENARIO
@SET
@SEED
@click.option(
    "--worlds", type=click.IntRange(1, 2**32 - 2), default=1000, show_default=True, help="How many possible futures."
)
@click.option("--batch", type=click.IntRange(1), help="Worlds at a time; changes no result.")
@click.option("--workers", type=click.IntRange(1), help="Threads; changes no result. Default: one per processor.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def run(scenario, sets, seed, worlds, batch, workers, as_json, quiet):
    """Many futures of one scenario: does the money last, and whom does it protect?"""
    loaded = _load(scenario, sets)
    _say_if_cold(quiet)
    from mho_sim.report.page import run_text
    from mho_sim.study import simulate

    with _progress(worlds, quiet) as bar:
        result = simulate(loaded, worlds, seed, workers=workers, batch=batch, progress=bar.update)
    if as_json:
        click.echo(json.dumps({**result.to_dict(), "changed": list(sets)}, ensure_ascii=False, indent=1))
    else:
        click.echo(run_text(result, sets))
    if result.interrupted:
        click.echo(f"Interrupted: the figures are those of the first {result.worlds:,} of {worlds:,} worlds.", err=True)
        sys.exit(130)


@commands.command()
@SCENARIO
@SET
@SEED
@click.option("--world", type=click.IntRange(0, 2**32 - 2), default=0, show_default=True, help="Which possible future.")
@click.option("--household", type=click.IntRange(0), help="Only this household, from 0.")
def trace(scenario, sets, seed, world, household):
    """One future as a story: dated sentences, and the cash box after each payment."""
    loaded = _load(scenario, sets)
    if household is not None and household >= loaded.household_count:
        raise click.UsageError(
            f"--household {household}: the scenario has {loaded.household_count} households, numbered from 0 to "
            f"{loaded.household_count - 1}."
        )
    _say_if_cold(False)
    from mho_sim.engine import Prepared
    from mho_sim.report.story import story

    for line in story(Prepared(loaded, seed), world, household):
        click.echo(line)


@commands.command()
@SCENARIO
@SET
@click.option("--explain", is_flag=True, help="Show how each number came about that was worked out or has a range.")
def check(scenario, sets, explain):
    """Is the file right? Every fault with its line, the allowed range and the nearest right key."""
    loaded = _load(scenario, sets)
    from mho_sim.report.understood import understood
    from mho_sim.scenario import explained

    lines = [f"{scenario}: no fault found. This is what it says:", "", loaded.title, *understood(loaded)]
    lines += ["", "Look at this again:", *loaded.warnings] if loaded.warnings else []
    lines += ["", *explained(loaded)] if explain else []
    click.echo("\n".join(lines))


@commands.command()
def schema():
    """The JSON Schema of scenario files, for editors that help while you type."""
    from mho_sim.scenario import schema as of_scenarios

    click.echo(json.dumps(of_scenarios(), ensure_ascii=False, indent=1))


def _load(path, sets):
    """A scenario, or the end of the program with every fault of the file on standard error."""
    from mho_sim.scenario import ScenarioError, load

    if not Path(path).exists():
        beside = [str(file) for file in Path(path).parent.glob("*.y*ml")]
        near = get_close_matches(path, beside, n=1, cutoff=0.5)
        _refuse(f"There is no file {path}" + (f". Did you mean {near[0]}?" if near else "."))
    try:
        return load(path, sets)
    except ScenarioError as error:
        _refuse(str(error))


def _refuse(sentence):
    click.echo(sentence, err=True)
    sys.exit(2)


def _say_if_cold(quiet):
    from mho_sim.compiled import is_cold

    if is_cold() and not quiet:
        click.echo("Preparing the engine: this takes some seconds, on the first run only.", err=True)


def _progress(worlds, quiet):
    from tqdm import tqdm

    return tqdm(total=worlds, unit=" worlds", delay=1, disable=quiet or None, file=sys.stderr, leave=False)


def main():
    """Run the command line; every error a user can cause ends in one clear sentence."""
    try:
        commands(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except MemoryError:
        click.echo("There is not enough memory for this: use fewer --worlds, or a smaller --batch.", err=True)
        sys.exit(1)
    except OSError as error:
        click.echo(f"The answer could not be written: {error.strerror}.", err=True)
        sys.exit(1)
