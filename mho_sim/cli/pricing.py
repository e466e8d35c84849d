"""`price`: what contribution is needed, and what could be offered."""

import re

import click

from mho_sim.cli.options import JSON, SCENARIO, SET, Amounts, Share, Whole
from mho_sim.cli.telling import AS_WRITTEN, answer, loaded_from, options_from, refuse, told_by

TERMS = re.compile("'(safety|surplus|year|on_net|on_gross|collection)'")  # as messages call them


@click.command(short_help="What contribution is needed, service by service.")
@SCENARIO
@SET
@click.option("--safety", type=Share(), default=0.10, show_default="10%", help="Safety margin, a share of benefits.")
@click.option("--surplus", type=Share(), default=0.0, show_default="0%", help="For the reserve, a share of all before.")
@click.option("--year", type=Whole(1, 20), help="Which year of membership. Default: 1; in a table the last.")
@click.option("--on-net", type=Share(), help="Running costs as a share of care and margin, instead of the scheme's.")
@click.option("--on-gross", type=Share(), help="Running costs as a share of the contribution, instead of the scheme's.")
@click.option("--collection", type=Share(), help="Share of contributions that comes in. Default: as setting.paying.")
@click.option("--contributions", type=Amounts(), default="", help="A table instead: of these amounts side by side.")
@click.option(
    "--package",
    "packages",
    multiple=True,
    metavar="NAME:PATH=VALUE,…",
    help="In the table, also this package: the scenario with these values. Repeatable.",
)
@click.option("--xlsx", type=click.Path(), metavar="FILE", help="Write a workbook too, with live formulas.")
@JSON
def price(scenario, sets, year, contributions, packages, xlsx, as_json, **terms):
    """What contribution is needed, built up service by service, without simulation."""
    from mho_sim.report import files

    if xlsx is not None:
        told_by(files.refuse_place, xlsx, scenario, "--xlsx", files.WORKBOOKS)
    loaded = loaded_from(scenario, sets)
    from mho_sim import tariff
    from mho_sim.report import offers_text, price_text

    if contributions or packages:
        if xlsx is not None:
            refuse("--xlsx writes one price, not a table of several: leave out --contributions and --package.")
        others = options_from(scenario, sets, packages, "--package", (AS_WRITTEN,))
        named = {AS_WRITTEN if packages else "": loaded, **others}
        found = told_by(_with_options, lambda: tariff.offers(named, contributions, year, **terms))
        answer(found, sets, offers_text, as_json)
        return
    found = told_by(_with_options, lambda: tariff.price(loaded, year=year or 1, **terms))
    if xlsx is not None:
        from mho_sim.report.workbook import workbook

        with files.replacing(xlsx, binary=True) as file:
            file.write(workbook(found))
    answer(found, sets, price_text, as_json)


def _with_options(ask):
    """What a function answers; what its message calls 'on_net' is called --on-net, as it was written."""
    try:
        return ask()
    except ValueError as error:
        raise ValueError(TERMS.sub(lambda term: f"--{term[1].replace('_', '-')}", str(error))) from error
