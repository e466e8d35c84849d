"""`price`: what contribution is needed, and what could be offered."""

import click

from mho_sim.cli.options import JSON, SCENARIO, SET, Amounts, Share, Whole
from mho_sim.cli.telling import answer, loaded_from, refuse, told_by


@click.command(short_help="What contribution is needed, service by service.")
@SCENARIO
@SET
@click.option("--safety", type=Share(), default=0.10, show_default="10%", help="Safety margin, a share of benefits.")
@click.option("--surplus", type=Share(), default=0.0, show_default="0%", help="For the reserve, a share of all before.")
@click.option("--year", type=Whole(1, 20), default=1, show_default=True, help="Which year of membership.")
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
def price(scenario, sets, contributions, packages, xlsx, as_json, **terms):
    """What contribution is needed, built up service by service, without simulation."""
    from mho_sim.report import files

    if xlsx is not None:
        told_by(files.refuse_place, xlsx, scenario, "--xlsx", files.WORKBOOKS)
    loaded = loaded_from(scenario, sets)
    if contributions or packages:
        if xlsx is not None:
            refuse("--xlsx writes one price, not a table of several: leave out --contributions and --package.")
        _offers(loaded, scenario, sets, contributions, packages, as_json, terms)
        return
    from mho_sim.report import price_text
    from mho_sim.tariff import price as priced

    found = told_by(lambda: priced(loaded, **terms))
    if xlsx is not None:
        from mho_sim.report.workbook import workbook

        with files.replacing(xlsx, binary=True) as file:
            file.write(workbook(found))
    answer(found, sets, price_text, as_json)


def _offers(loaded, path, sets, contributions, packages, as_json, terms):
    """`price` with contributions or packages: the table of what could be offered."""
    from mho_sim.report import files
    from mho_sim.report.offers import offers_text
    from mho_sim.tariff.offers import offers

    if click.get_current_context().get_parameter_source("year") is not click.core.ParameterSource.COMMANDLINE:
        terms["year"] = loaded.years  # when nobody waits any more
    named = {"as written" if packages else "": loaded}
    for package in packages:
        name, colon, values = package.partition(":")
        if not (colon and name.strip() and values.strip()):
            refuse(
                f"--package {package}: write NAME:PATH=VALUE, as in 'less paid:scheme.benefits.outpatient.copay=30%'."
            )
        if name.strip() in named:
            refuse(f"--package {name.strip()} is there twice: give the second another name.")
        named[name.strip()] = loaded_from(path, [*sets, *(value.strip() for value in values.split(","))])
    frame = told_by(lambda: offers(named, contributions, **terms))
    rows = frame.reset_index().astype(object).where(lambda cell: cell.notna(), None).to_dict("records")
    click.echo(
        files.as_json({"year": terms["year"], "offers": rows, "changed": list(sets)})
        if as_json
        else offers_text(frame, loaded, terms["year"], sets)
    )
