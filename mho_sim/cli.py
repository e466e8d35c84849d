"""The command line: a door to `load`, `simulate` and the story of one world; no logic of its own.

Heavy libraries are imported inside the commands that need them, so that help comes at once. Exit codes: 0 done, 1
failure, 2 the input or the command line is wrong, 3 ran but a --fail-if condition was broken or a figure of the
validation book lies outside, 130 interrupted.
"""

import json
import re
import shutil
import sys
from difflib import get_close_matches
from pathlib import Path

import click


class Whole(click.ParamType):
    """A whole number between two limits; help shows it as N, a mistake names the limits."""

    name = "N"

    def __init__(self, least, most=None):
        self.least, self.most = least, most

    def convert(self, value, parameter, context):
        digits = re.sub("(?<=[0-9])[ _](?=[0-9]{3})", "", str(value))  # 1 000, 1_000
        number = int(digits) if re.fullmatch("[0-9]+", digits) else None
        if number is None or number < self.least or (self.most is not None and number > self.most):
            most = "" if self.most is None else f" to {self.most}"
            self.fail(f"{value!r} is not possible: write a whole number from {self.least}{most or ' on'}.")
        return number


class InOrder(click.Group):
    """Commands in the order in which they are used, not of the alphabet."""

    def list_commands(self, context):
        return sorted(self.commands, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


class Share(click.ParamType):
    """A share of the whole, as scenario files write it."""

    name = "SHARE"

    def convert(self, value, parameter, context):
        from pydantic_core import PydanticCustomError

        from mho_sim.scenario.quantities import read_share

        try:
            return value if isinstance(value, float) else read_share(value, "a share")
        except PydanticCustomError:
            self.fail(f"{value!r} is not possible: write a share from 0% to 100%, such as 10%.")


class Amounts(click.ParamType):
    """Amounts of money, with commas between them."""

    name = "AMOUNT,…"

    def convert(self, value, parameter, context):
        from pydantic_core import PydanticCustomError

        from mho_sim.scenario.values import read_money

        if isinstance(value, tuple) or value == "":
            return value or ()
        try:
            amounts = tuple(read_money(part.strip(), expected="an amount") for part in value.split(","))
        except PydanticCustomError:
            amounts = ()
        if not amounts or 0 in amounts or (len(amounts) == 1 and " " in value.strip()):
            self.fail(f"{value!r} is not possible: write amounts with commas between them, such as 300,400,500.")
        return amounts


ORDER = ("scenarios", "new", "check", "price", "run", "solve", "sensitivity", "experience", "trace", "verify", "schema")
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
    type=Whole(0, 2**64 - 1),
    default=1,
    show_default=True,
    help="The same seed gives the same futures.",
)


@click.group(cls=InOrder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mho_sim", prog_name="mho-sim")
def commands():
    """Test whether a mutual health organization stays solvent, and whom it protects."""


@commands.command(short_help="Many futures: does the money last, and whom does it protect?")
@SCENARIO
@SET
@SEED
@click.option("--worlds", type=Whole(1, 2**32 - 2), help="How many possible futures.  [default: 1000]")
@click.option(
    "--until-halfwidth",
    type=Share(),
    metavar="SHARE",
    help="As many futures, at most --worlds (or 100000), as it takes to know so narrowly, e.g. 1%, how many run short.",
)
@click.option("--batch", type=Whole(1), help="Worlds at a time; changes no result.")
@click.option("--workers", type=Whole(1), help="Threads; changes no result. Default: one per processor.")
@click.option(
    "--memory-limit", metavar="SIZE", help="Refuse what needs more, e.g. 2GiB. Default: what the machine has available."
)
@click.option(
    "--fail-if",
    "fail_if",
    multiple=True,
    metavar="CONDITION",
    help="End with exit code 3 if this is so, e.g. 'late>5%' (in quotes). Repeatable.",
)
@click.option("--out", type=click.Path(), metavar="PATH", help="Write the answer to a file too: .json, .csv or .txt.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
@click.option(
    "--exact", is_flag=True, help="No futures: the exact law, where the scenario has one. Refused where it has not."
)
def run(scenario, sets, seed, worlds, memory_limit, fail_if, out, as_json, quiet, exact, **how):
    """Many futures of one scenario: does the money last, and whom does it protect?"""
    from mho_sim import conditions
    from mho_sim.report import files

    asked = [_told(conditions.parse, text) for text in fail_if]
    if out is not None:
        _told(files.refuse_place, out, scenario)
    loaded = _load(scenario, sets)
    if exact:
        _run_exactly(loaded, scenario, sets, asked, out, as_json)
        return
    _say_if_cold(quiet)
    from mho_sim.capacity import TooLarge, bytes_of
    from mho_sim.report import run_text
    from mho_sim.study import Result, simulate

    limit = None if memory_limit is None else _told(bytes_of, memory_limit)
    for condition in asked:
        _told(conditions.find, Result.outline(loaded), condition.name)
    known = how["until_halfwidth"] is None  # how many worlds it will be
    worlds = worlds or (1_000 if known else 100_000)
    try:
        with _progress(worlds if known else None, quiet) as bar:
            result = _told(lambda: simulate(loaded, worlds, seed, progress=bar.update, memory_limit=limit, **how))
    except TooLarge as error:
        _refuse(str(error))
    told = {**result.to_dict(), "changed": list(sets)}
    try:
        if out is not None:
            files.save(out, result, told, lambda: run_text(result, sets))
    finally:
        click.echo(files.as_json(told) if as_json else run_text(result, sets))
    broken = [conditions.broken(condition, told, result.interval) for condition in asked]
    for sentence in filter(None, broken):
        click.echo(sentence, err=True)
    if not known and not result.interrupted:
        _say_if_too_wide(result, how["until_halfwidth"])
    if result.interrupted:
        click.echo(f"Interrupted: the figures are those of the first {result.worlds:,} of {worlds:,} worlds.", err=True)
        sys.exit(130)
    if any(broken):
        sys.exit(3)


def _say_if_too_wide(result, halfwidth):
    probability, (low, high) = result.late["probability"], result.late["interval"]
    reach = max(high - probability, probability - low)
    if reach > halfwidth + 1e-6:
        click.echo(
            f"After {result.worlds:,} worlds the interval still reaches {100 * reach:.2g}% to one side, further than "
            f"{100 * halfwidth:g}%: take more --worlds.",
            err=True,
        )


def _run_exactly(loaded, path, sets, asked, out, as_json):
    """`run --exact`: the exact answer, or the end of the program with what forbids it and where it stands."""
    from mho_sim import conditions
    from mho_sim.report import exact_text, files
    from mho_sim.study import NotClosed, exactly

    given = click.get_current_context().get_parameter_source
    for option in ("worlds", "seed", "batch", "workers", "memory_limit", "until_halfwidth"):
        if given(option) is click.core.ParameterSource.COMMANDLINE:
            name = option.replace("_", "-")
            _refuse(f"--exact lives no futures, so --{name} has no meaning with it. Leave one of the two out.")
    if out is not None and Path(out).suffix.lower() == ".csv":
        _refuse(f"--out {out}: with --exact there are no worlds, a row each. Write .json or .txt.")
    try:
        answer = exactly(loaded)
    except NotClosed as error:
        _refuse(f"{_place_in(path, sets, error.obstacles[0].path)}{error} Without --exact it is simulated.")
    told = {**answer.to_dict(), "changed": list(sets)}
    page = files.as_json(told) if as_json else exact_text(answer, sets)
    if out is not None:
        with files.replacing(out) as file:
            file.write((files.as_json(told) if out.lower().endswith(".json") else exact_text(answer, sets)) + "\n")
    click.echo(page)
    broken = [_told(conditions.broken, condition, told, lambda path: None) for condition in asked]
    for sentence in filter(None, broken):
        click.echo(sentence, err=True)
    if any(broken):
        sys.exit(3)


@commands.command(short_help="What contribution is needed, service by service.")
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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def price(scenario, sets, contributions, packages, xlsx, as_json, **terms):
    """What contribution is needed, built up service by service, without simulation."""
    from mho_sim.report import files

    if xlsx is not None:
        _told(files.refuse_place, xlsx, scenario, "--xlsx", files.WORKBOOKS)
    loaded = _load(scenario, sets)
    if contributions or packages:
        if xlsx is not None:
            _refuse("--xlsx writes one price, not a table of several: leave out --contributions and --package.")
        _offers(loaded, scenario, sets, contributions, packages, as_json, terms)
        return
    from mho_sim.report import price_text
    from mho_sim.tariff import price as priced

    found = _told(lambda: priced(loaded, **terms))
    if xlsx is not None:
        from mho_sim.report.workbook import workbook

        with files.replacing(xlsx, binary=True) as file:
            file.write(workbook(found))
    told = {**found.to_dict(), "changed": list(sets)}
    click.echo(files.as_json(told) if as_json else price_text(found, sets))


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
            _refuse(
                f"--package {package}: write NAME:PATH=VALUE, as in 'less paid:scheme.benefits.outpatient.copay=30%'."
            )
        if name.strip() in named:
            _refuse(f"--package {name.strip()} is there twice: give the second another name.")
        named[name.strip()] = _load(path, [*sets, *(value.strip() for value in values.split(","))])
    frame = _told(lambda: offers(named, contributions, **terms))
    rows = frame.reset_index().astype(object).where(lambda cell: cell.notna(), None).to_dict("records")
    click.echo(
        files.as_json({"year": terms["year"], "offers": rows, "changed": list(sets)})
        if as_json
        else offers_text(frame, loaded, terms["year"], sets)
    )


@commands.command(short_help="Which unknown figures matter, and which to measure next.")
@SCENARIO
@SET
@SEED
@click.option(
    "--worlds", type=Whole(40, 100_000), default=500, show_default=True, help="Futures for each figure, at each end."
)
@click.option(
    "--no-indices", "indices", flag_value=False, default=True, help="Only what each moves, not what to measure next."
)
@click.option("--workers", type=Whole(1), help="Threads; changes no result. Default: one per processor.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def sensitivity(scenario, sets, seed, worlds, indices, workers, as_json, quiet):
    """Which of the figures that nobody knows exactly matter, and which to measure next."""
    loaded = _load(scenario, sets)
    _say_if_cold(quiet)
    from mho_sim.report import sensitivity_text
    from mho_sim.report.files import as_json as object_of
    from mho_sim.study import runs
    from mho_sim.study import sensitivity as found_of

    with _progress(runs(loaded, worlds, indices), quiet) as bar:
        found = _told(lambda: found_of(loaded, worlds, seed, indices=indices, workers=workers, progress=bar.update))
    told = {**found.to_dict(), "changed": list(sets)}
    click.echo(object_of(told) if as_json else sensitivity_text(found, sets))


@commands.command(short_help="What contribution, reserve or copay meets a target?")
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
@click.option("--workers", type=Whole(1), help="Threads; changes no result. Default: one per processor.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def solve(scenario, sets, for_, step, as_json, quiet, **how):
    """What a number of the scheme must be so that a target is met, how sure that is, and what it does to members."""
    from mho_sim import conditions
    from mho_sim.report import files

    _told(conditions.parse, how["target"])
    loaded = _load(scenario, sets)
    _say_if_cold(quiet)
    from mho_sim.capacity import TooLarge
    from mho_sim.report import solve_text
    from mho_sim.study import solve as solved

    try:
        with _progress(None, quiet) as bar:
            found = _told(lambda: solved(loaded, for_, step=step or None, progress=bar.update, **how))
    except TooLarge as error:
        _refuse(str(error))
    told = {**found.to_dict(), "changed": list(sets)}
    click.echo(files.as_json(told) if as_json else solve_text(found, sets))


@commands.command(short_help="Your register beside the plan: what is chance, what is not?")
@SCENARIO
@click.argument("register", required=False, type=click.Path())
@SET
@SEED
@click.option("--blank", type=click.Path(), metavar="FILE", help="Write an empty register to fill in, a .csv file.")
@click.option("--watch", "excess", type=Share(), help="Without a register: how soon so much more need is noticed.")
@click.option("--worlds", type=Whole(2, 100_000), default=400, show_default=True, help="Futures of --watch, each way.")
@click.option("--workers", type=Whole(1), help="Threads; changes no result. Default: one per processor.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def experience(scenario, register, sets, seed, blank, excess, worlds, workers, as_json, quiet):
    """Your register beside the plan: claims by service against what was expected, what to plan with next year, what is
    still to pay. REGISTER is a .csv file: --blank writes an empty one.
    """
    from mho_sim.report import files

    if [register, blank, excess].count(None) != 2:
        raise click.UsageError("Name a register, or --blank FILE for an empty one, or --watch SHARE: one of the three.")
    if blank is not None:
        _told(files.refuse_place, blank, scenario, "--blank", files.REGISTERS)
        if Path(blank).exists():
            _refuse(f"{blank} is there already and may be filled in. Give the empty register another name.")
    loaded = _load(scenario, sets)
    if blank is not None:
        from mho_sim.monitoring.register import COLUMNS_TOLD, blank_register

        text = _told(blank_register, loaded)
        with files.replacing(blank) as file:
            file.write(text)
        click.echo(f"{blank} is written. Fill it in, then: mho-sim experience {scenario} {blank}", err=True)
        click.echo(COLUMNS_TOLD, err=True)
        return
    from mho_sim import report

    if register is not None:
        from mho_sim.monitoring import experience as found_of

        found, text_of = _told(found_of, loaded, register), report.experience_text
    else:
        from mho_sim.study import watch

        _say_if_cold(quiet)
        with _progress(2 * worlds, quiet) as bar:
            found = _told(lambda: watch(loaded, excess, worlds, seed, workers=workers, progress=bar.update))
        text_of = report.watch_text
    told = {**found.to_dict(), "changed": list(sets)}
    click.echo(files.as_json(told) if as_json else text_of(found, sets))


@commands.command(short_help="One future as a story, day by day.")
@SCENARIO
@SET
@SEED
@click.option("--world", type=Whole(0, 2**32 - 2), default=0, show_default=True, help="Which possible future.")
@click.option("--household", type=Whole(0), help="Only this household, from 0.")
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
    from mho_sim.report.story import AFTER_DATE, story
    from mho_sim.report.words import lines

    width = _columns()
    for sentence in story(Prepared(loaded, seed), world, household):
        for line in lines(sentence, width, AFTER_DATE) if width else [sentence]:
            click.echo(line)


@commands.command(short_help="Is the file right? Every fault with its line.")
@SCENARIO
@SET
@click.option("--explain", is_flag=True, help="Show how each number came about that was worked out or has a range.")
def check(scenario, sets, explain):
    """Is the file right? Every fault with its line, the allowed range and the nearest right key."""
    loaded = _load(scenario, sets)
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


@commands.command(short_help="The scenarios that come with the program.")
@click.argument("name", required=False)
def scenarios(name):
    """The scenarios that come with the program; with NAME the file of one, to copy."""
    from mho_sim.report.catalogue import catalogue
    from mho_sim.report.words import WIDTH
    from mho_sim.scenario.starting import described, shipped

    if name is None:
        click.echo("\n".join(catalogue(map(described, shipped()), _columns() or WIDTH)))
        click.echo("\nTo read one: mho-sim scenarios NAME. To run it: mho-sim run NAME.")
        return
    if name not in shipped():
        near = get_close_matches(name, shipped(), n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(shipped())}."
        _refuse(f"No scenario {name} comes with the program. {hint}")
    click.echo(shipped()[name].read_text(encoding="utf-8"), nl=False)


@commands.command(short_help="Write a commented scenario to start from.")
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
    text = _told(new_scenario, country, names, currency)
    if file is None:
        click.echo(text, nl=False)
    else:
        _told(write_new, file, text)
        click.echo(f"{file} is written. Put your figures in, then: mho-sim check {file}", err=True)
    for sentence in remarks(country, names):
        click.echo(sentence, err=True)


@commands.command(short_help="The JSON Schema, for editors that help you type.")
def schema():
    """The JSON Schema of scenario files, for editors that help while you type."""
    from mho_sim.scenario import schema as of_scenarios

    click.echo(json.dumps(of_scenarios(), ensure_ascii=False, indent=1))


@commands.command(short_help="Is the program right? The validation book.")
@click.option("--only", metavar="NAME", help="Only the cases with this name, row or chapter; 'fund*' for several.")
@click.option("--full", is_flag=True, help="All worlds, 100,000 of most cases: many minutes.")
@SEED
@click.option("--workers", type=Whole(1), help="Threads; changes no result. Default: one per processor.")
@click.option("--out", type=click.Path(), metavar="PATH", help="Write the book to a file too: .html, .json or .txt.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def verify(only, full, seed, workers, out, as_json, quiet):
    """Is the program right? Published and exact figures beside what it obtains; exit code 3 if one lies outside."""
    from mho_sim.report import files

    if out is not None:
        _told(lambda: files.refuse_place(out, endings=files.BOOKS))
    _say_if_cold(quiet)
    from mho_sim import verification
    from mho_sim.report import validation_text
    from mho_sim.study import processors

    wanted = None if only is None else _told(verification.chosen, only)
    cases = len(verification.everything() if wanted is None else wanted)
    with _progress(cases, quiet, " cases") as bar:
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


def _load(path, sets):
    """A scenario, or the end of the program with every fault of the file on standard error."""
    from mho_sim.scenario import ScenarioError, load
    from mho_sim.scenario.starting import shipped

    if not Path(path).is_file() and path in shipped():
        path = shipped()[path]
    if not Path(path).exists():
        beside = [*(str(file) for file in Path(path).parent.glob("*.y*ml")), *shipped()]
        near = get_close_matches(path, beside, n=1, cutoff=0.5)
        _refuse(f"There is no file {path}" + (f". Did you mean {near[0]}?" if near else "."))
    try:
        return load(path, sets)
    except ScenarioError as error:
        _refuse(str(error))


def _place_in(path, sets, key):
    """Where a key stands in a scenario's file, or in what was changed: `file:line:column: `."""
    from mho_sim.scenario import place_of
    from mho_sim.scenario.starting import shipped

    file = path if Path(path).is_file() else shipped()[path]
    mark = place_of(file, sets, key)
    return ":".join(str(part) for part in (mark.source.name, mark.line, mark.column) if part is not None) + ": "


def _columns():
    """How wide the terminal is that standard output goes to; None if it goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _told(ask, *what):
    """What a function answers, or the end of the program with the sentence of its ValueError."""
    try:
        return ask(*what)
    except ValueError as error:
        _refuse(str(error))


def _refuse(sentence):
    click.echo(sentence, err=True)
    sys.exit(2)


def _say_if_cold(quiet):
    from mho_sim.compiled import is_cold

    if is_cold() and not quiet:
        click.echo("Preparing the engine: this takes some seconds, on the first run only.", err=True)


def _progress(worlds, quiet, unit=" worlds"):
    from tqdm import tqdm

    return tqdm(total=worlds, unit=unit, delay=1, disable=quiet or None, file=sys.stderr, leave=False)


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
