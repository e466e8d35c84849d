"""`verify`: the validation book."""

import sys

import click

from mho_sim.cli.options import JSON, QUIET, SEED, WORKERS
from mho_sim.cli.telling import progress_of, say_if_cold, told_by


@click.command(short_help="Is the program right? The validation book.")
@click.option("--only", metavar="NAME", help="Only the cases with this name, row or chapter; 'fund*' for several.")
@click.option("--list", "names", is_flag=True, help="Run nothing: the names that --only knows.")
@click.option("--full", is_flag=True, help="All worlds, 100,000 of most cases: many minutes.")
@SEED
@WORKERS
@click.option("--out", type=click.Path(), metavar="PATH", help="Write the book to a file too: .html, .json or .txt.")
@JSON
@QUIET
def verify(only, names, full, seed, workers, out, as_json, quiet):
    """Is the program right? Published and exact figures beside what it obtains; exit code 3 if one lies outside."""
    from mho_sim.report import files

    if names:
        _list(as_json)
        return
    if out is not None:
        told_by(lambda: files.refuse_place(out, endings=files.BOOKS))
    say_if_cold(quiet)
    from mho_sim import verification
    from mho_sim.report import validation_text
    from mho_sim.study import processors

    wanted = None if only is None else told_by(verification.chosen, only)
    cases = len(verification.everything() if wanted is None else wanted)
    with progress_of(cases, quiet, " cases") as bar:
        book = verification.verify(wanted, full, seed, workers or processors(), lambda done: bar.update(1))
    told, page = book.to_dict(), validation_text(book, in_full=only is not None)
    try:
        if out is not None:
            files.save_book(out, book, told, validation_text(book, in_full=True))
    finally:
        click.echo(files.as_json(told) if as_json else page)
    if book.interrupted:
        click.echo(f"Interrupted: {len(book.done)} of {cases} cases have run.", err=True)
        sys.exit(130)
    if book.outside:
        click.echo(f"Outside: {', '.join(dict.fromkeys(case.name for case, _ in book.outside))}.", err=True)
        sys.exit(3)


def _list(as_json):
    """The names of chapters and cases, without running them."""
    from mho_sim.report import files
    from mho_sim.report.validation import names_text
    from mho_sim.verification import CHAPTERS

    told = [
        {"name": one.key, "title": one.title, "cases": {case.name: case.title for case in one.cases}}
        for one in CHAPTERS
    ]
    click.echo(files.as_json({"chapters": told}) if as_json else names_text(CHAPTERS))
