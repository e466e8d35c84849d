"""Scenario files: `scenarios`, `new`, `check` and `schema`."""

import json
from difflib import get_close_matches

import click

from mho_sim.cli.options import SCENARIO, SET
from mho_sim.cli.telling import columns, loaded_from, refuse, told_by


@click.command(short_help="The scenarios that come with the program.")
@click.argument("name", required=False)
def scenarios(name):
    """The scenarios that come with the program; with NAME the file of one, to copy."""
    from mho_sim.report.catalogue import catalogue
    from mho_sim.report.words import WIDTH
    from mho_sim.scenario.starting import described, shipped

    if name is None:
        click.echo("\n".join(catalogue(map(described, shipped()), columns() or WIDTH)))
        click.echo("\nTo read one: mho-sim scenarios NAME. To run it: mho-sim run NAME; nouna also with --exact.")
        return
    if name not in shipped():
        near = get_close_matches(name, shipped(), n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(shipped())}."
        refuse(f"No scenario {name} comes with the program. {hint}")
    click.echo(shipped()[name].read_text(encoding="utf-8"), nl=False)


@click.command(short_help="Write a commented scenario to start from.")
@click.argument("file", required=False, type=click.Path())
@click.option("--country", default="Senegal", show_default=True, help="Whose ages, births and deaths stand in.")
@click.option(
    "--kinds",
    default="outpatient,delivery,hospital",
    show_default=True,
    metavar="KIND,KIND,…",
    help="Kinds of care, by your names.",
)
@click.option(
    "--currency", metavar="CODE", help="Three letters, e.g. XOF. Default: that of the country, if it is known."
)
def new(file, country, kinds, currency):
    """Write a commented scenario to start from, to FILE or to standard output."""
    from mho_sim.scenario.starting import new_scenario, remarks, write_new

    names = [name.strip() for name in kinds.split(",")]
    text = told_by(new_scenario, country, names, currency)
    if file is None:
        click.echo(text, nl=False)
    else:
        told_by(write_new, file, text)
        click.echo(f"{file} is written. Put your figures in, then: mho-sim check {file}", err=True)
    for sentence in remarks(country, names):
        click.echo(sentence, err=True)


@click.command(short_help="Is the file right? Every fault with its line.")
@SCENARIO
@SET
@click.option("--explain", is_flag=True, help="Show how each number came about that was worked out or has a range.")
def check(scenario, sets, explain):
    """Is the file right? Every fault with its line, the allowed range and the nearest right key."""
    loaded = loaded_from(scenario, sets)
    from mho_sim.report.understood import understood
    from mho_sim.report.words import lines
    from mho_sim.scenario import explained

    click.echo(f"{scenario}: no fault found. This is what it says:\n")
    for sentence in (loaded.title, *understood(loaded)):
        click.echo("\n".join(lines(sentence, indent="  ")))
    if loaded.warnings:
        click.echo("\nNo fault, but look at this:")
    for sentence in loaded.warnings:
        click.echo("\n".join(lines(f"- {sentence}", indent="  ")))
    if explain:
        click.echo()
    for sentence in explained(loaded) if explain else ():
        click.echo("\n".join(lines(sentence, indent="  ")))


@click.command(short_help="The JSON Schema, for editors that help you type.")
def schema():
    """The JSON Schema of scenario files, for editors that help while you type."""
    from mho_sim.scenario import schema as of_scenarios

    click.echo(json.dumps(of_scenarios(), ensure_ascii=False, indent=1))
