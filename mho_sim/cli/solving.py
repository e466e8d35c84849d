"""`solve`: what meets a target."""

import click

from mho_sim.cli.options import BATCH, JSON, MEMORY, QUIET, SCENARIO, SEED, SET, WORKERS, Whole
from mho_sim.cli.telling import answer, loaded_from, progress_of, refuse, say_if_cold, telling_what, told_by


@click.command(short_help="What contribution, reserve or copay meets a target?")
@SCENARIO
@SET
@SEED
@click.option(
    "--for",
    "for_",
    multiple=True,
    default=("scheme.contribution.amount",),
    metavar="PATH",
    help="A number of the scheme. Repeatable: each by itself, then compared.  [default: scheme.contribution.amount]",
)
@click.option(
    "--target", default="late<=5%", show_default=True, metavar="CONDITION", help="What must be so (in quotes)."
)
@click.option("--step", multiple=True, metavar="VALUE", help="Answer in multiples of this; one for each --for.")
@click.option("--worlds", type=Whole(100, 2**32 - 2), default=1000, show_default=True, help="Futures near the answer.")
@BATCH
@WORKERS
@MEMORY
@JSON
@QUIET
def solve(scenario, sets, for_, step, memory_limit, as_json, quiet, **how):
    """What a number of the scheme must be so that a target is met, how sure that is, and what it does to members."""
    from mho_sim import conditions

    told_by(conditions.parse, how["target"])
    loaded = loaded_from(scenario, sets)
    say_if_cold(quiet)
    from mho_sim.capacity import TooLarge, bytes_of
    from mho_sim.report import solve_text
    from mho_sim.study import solve as solved

    how["memory_limit"] = None if memory_limit is None else told_by(bytes_of, memory_limit)
    try:
        with progress_of(None, quiet) as bar:
            how |= {"progress": bar.update, "looking": telling_what(bar)}
            found = told_by(lambda: solved(loaded, for_, step=step or None, **how))
    except TooLarge as error:
        refuse(str(error))
    answer(found, sets, solve_text, as_json)
