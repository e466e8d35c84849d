"""The command line: a door to the rooms below; no logic of its own.

Heavy libraries are imported inside the commands that need them, so that help comes at once. Exit codes: 0 done, 1
failure, 2 the input or the command line is wrong, 3 ran but a --fail-if condition was broken or a figure of the
validation book lies outside, 4 partly complete and resumable, 130 interrupted.
"""

import sys

import click

from mho_sim.cli import comparing, learning, pricing, proving, simulating, solving, studying, writing


class InOrder(click.Group):
    """Commands in the order in which they are used, not of the alphabet."""

    def list_commands(self, context):
        return list(self.commands)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mho_sim", prog_name="mho-sim")
def commands():
    """Test whether a mutual health organization stays solvent, and whom it protects."""


for command in (
    writing.scenarios,
    writing.new,
    writing.check,
    pricing.price,
    simulating.run,
    solving.solve,
    comparing.compare,
    studying.sweep,
    studying.study,
    learning.sensitivity,
    learning.experience,
    simulating.trace,
    proving.verify,
    writing.schema,
):
    commands.add_command(command)


def main():
    """Run the command line; every error a user can cause ends in one clear sentence."""
    try:
        commands(prog_name="mho-sim", standalone_mode=False)
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
