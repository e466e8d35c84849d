"""What several commands are asked with: kinds of values, and the options that they share."""

import re

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
BATCH = click.option("--batch", type=Whole(1), help="Worlds at a time; changes no result.")
WORKERS = click.option("--workers", type=Whole(1), help="Threads; changes no result. Default: one per processor.")
MEMORY = click.option(
    "--memory-limit", metavar="SIZE", help="Refuse what needs more, e.g. 2GiB. Default: what the machine has available."
)
PLOT = click.option(
    "--plot", type=click.Path(), metavar="FILE", help="Draw a picture too: .png, .svg or .pdf (needs matplotlib)."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
QUIET = click.option("--quiet", is_flag=True, help="No progress on standard error.")
OUT = click.option(
    "--out", type=click.Path(), metavar="PATH", help="Write the answer to a file too: .json, .csv or .txt."
)


def fails_if(where, example):
    """The option --fail-if of a command that judges figures `where`."""
    told = f"End with exit code 3 if this is so{where}, e.g. '{example}' (in quotes). Repeatable."
    return click.option("--fail-if", "fail_if", multiple=True, metavar="CONDITION", help=told)
