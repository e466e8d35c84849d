"""Files to start from: the scenarios that are shipped, and a new one that is written from a template.

The template is `template/scenario.yaml`. In it, `@name` stands for a word, and a line `@name` for a block of lines,
indented as that line is. Each kind of illness is a file of `template/kinds`; a file more is a kind more.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from importlib.resources import files
from os import PathLike
from pathlib import Path
from string import Template
from typing import NamedTuple

from pydantic_core import PydanticCustomError

from mho_sim.data import Preset, preset, presets
from mho_sim.scenario import quantities
from mho_sim.scenario.durations import add_months
from mho_sim.scenario.faults import quoted, visible
from mho_sim.scenario.loading import load
from mho_sim.scenario.sentences import nearest, sentence

KINDS = ("outpatient", "delivery", "hospital")
OTHER = "other"  # the file of kinds of which nothing is known
STAND_IN = "senegal-2020"  # where a country's own figures are not known
FRANCS = ("XOF", "XAF")  # the currencies for which the template's amounts were written
FOREIGN = "# ALL AMOUNTS were written for francs CFA (XOF): in {code} they mean nothing until you have put yours."
LONGEST_COUNTRY = 60
COLUMN = 40  # where comments beside figures begin
TEMPLATE = files(__package__).joinpath("template")
SOURCE = re.compile(r"\[(?:[SD]|V\*?)\] \(([^()\n]+)\)")


# Shipped scenarios


class Shipped(NamedTuple):
    """A scenario that comes with the program."""

    name: str
    path: Path
    title: str
    description: str  # the first line of the file
    sources: tuple[str, ...]  # as the file names them


def shipped() -> dict[str, Path]:
    """The files of the scenarios that come with the program, by name: installed with it, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    for folder in (package / "scenarios", package.parent / "scenarios"):
        if found := sorted(folder.glob("*.yaml")):
            return {path.stem: path for path in found}
    return {}


def described(name: str) -> Shipped:
    """What a shipped scenario is, as its file says."""
    path = shipped()[name]
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    return Shipped(name, path, load(path).title, first.lstrip("# "), tuple(dict.fromkeys(SOURCE.findall(text))))


# A new scenario


class _Blanks(Template):
    """Text with blanks written @name."""

    delimiter = "@"


def known_kinds() -> tuple[str, ...]:
    """The kinds of illness that the template has figures for."""
    names = (file.name.removesuffix(".yaml") for file in TEMPLATE.joinpath("kinds").iterdir())
    return tuple(sorted(name for name in names if name != OTHER))


def new_scenario(
    country: str = "Senegal", kinds: Sequence[str] = KINDS, currency: str | None = None, start: date | None = None
) -> str:
    """The text of a commented scenario to start from. Raises ValueError with a sentence for what cannot be written.

    `currency` may be left out for a country whose figures are known; `start`, the first of a month, is the first of
    next January if it is left out.
    """
    _refuse_kinds(kinds)
    first = date(date.today().year + 1, 1, 1) if start is None else start
    words = {
        "start": str(first),
        "day_before": str(first - timedelta(days=1)),
        "ends": str(add_months(first, 24)),
        "kinds": ", ".join(kinds),
    }
    return _filled(_text("scenario"), {**words, **_of_country(country, currency), **_of_kinds(kinds)})


def remarks(country: str, kinds: Sequence[str]) -> list[str]:
    """What somebody who starts from `new_scenario` should know at once: sentences."""
    told = [
        f"Nothing is known here of '{kind}': its figures are placeholders{nearest(kind, known_kinds())}"
        for kind in kinds
        if kind not in known_kinds()
    ]
    if _known_country(country) is None:
        told.append(f"Nothing is known here of the people of {country}: those of Senegal stand in for them.")
    return told


def write_new(path: str | PathLike, text: str) -> None:
    """Write a file that is not there yet. Raises ValueError with a sentence if it is, or cannot be."""
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ValueError(f"{path} is there already, and is left as it is. Choose another name.") from None
    except FileNotFoundError:
        raise ValueError(f"The folder {Path(path).parent} does not exist. Make it first, or choose another.") from None
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}.") from None


def _refuse_kinds(kinds: Sequence[str]) -> None:
    for kind in kinds:
        try:
            quantities.read_name(kind, "")
        except PydanticCustomError as error:
            raise ValueError(sentence(error.type, (kind,), kind, error.context or {}, True)) from None
    if not kinds or len(set(kinds)) < len(kinds):
        raise ValueError(
            f"Name each kind of care once, such as {','.join(KINDS)}; known are {', '.join(known_kinds())}."
        )


def _of_kinds(kinds: Sequence[str]) -> dict[str, list[str]]:
    """The template's words for the kinds of illness: blocks of lines."""
    parts = {kind: _kind(kind) for kind in kinds}
    return {
        "illness": [line for kind, part in parts.items() for line in ("", *_under(kind, part["illness"]))][1:],
        "benefits": [line for kind, part in parts.items() for line in _under(kind, part["benefit"])],
        "waiting": [f"{kind}: {line}" for kind, part in parts.items() for line in part.get("waiting", ())],
    }


def _kind(kind: str) -> dict[str, list[str]]:
    """The parts of a kind's file, lines without their first indent, by the key above them."""
    text = _Blanks(_text(f"kinds/{kind if kind in known_kinds() else OTHER}")).safe_substitute(kind=kind)
    parts: dict[str, list[str]] = {}
    for line in text.splitlines():
        if match := re.match(r"(\w+): *(.*)", line):
            lines = parts[match[1]] = [match[2]] if match[2] else []
        elif parts:
            lines.append(line.removeprefix("  "))
    return parts


def _under(key: str, lines: Sequence[str]) -> list[str]:
    """Lines one step inside a key; a single one beside it."""
    if len(lines) == 1:
        return [f"{key}: {lines[0]}"]
    return [f"{key}:", *(f"  {line}".rstrip() for line in lines)]


def _of_country(country: str, currency: str | None) -> dict[str, str | list[str]]:
    """The template's words for a country: its people, or others that stand in for them, and its currency."""
    _refuse_country(country)
    known = _known_country(country)
    people = known or preset(STAND_IN)
    stands = "" if known else f"; stands in for {country}: assumed"
    source = {
        figure.name: f"{people.country} {figure.year} [{figure.mark}] ({figure.source}){stands}"
        for figure in people.figures
    }
    code = _currency(country, currency or (known and known.currency))
    return {
        "country": country,
        "place": country if re.fullmatch(r"[^\W\d_][\w .()-]*", country) else _text_of(country),
        "currency": code,
        "amounts": [] if code in FRANCS else ["#", FOREIGN.format(code=code)],
        "people": people.name,
        "people_source": source["people.ages.15-49"],
    }


def _known_country(country: str) -> Preset | None:
    """The figures of a country, if they are known."""
    return next((each for each in map(preset, presets()) if each.country.casefold() == country.casefold()), None)


def _refuse_country(country: str) -> None:
    if not country.strip() or len(country) > LONGEST_COUNTRY or visible(country) != country:
        raise ValueError(f"The country is {quoted(country)}. Write a name of at most {LONGEST_COUNTRY} letters.")


def _currency(country: str, code: str | None) -> str:
    """The code of a currency, if there is one and it looks like one."""
    if code is None:
        countries = ", ".join(preset(name).country for name in presets())
        raise ValueError(f"Name the currency of {country} too, such as --currency XOF; it is known of {countries}.")
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(f"The currency is {quoted(code)}. Write its three capital letters, such as XOF.")
    return code


def _text_of(text: str) -> str:
    """Text in quotes, as it is written in a scenario whatever characters it has."""
    return json.dumps(text, ensure_ascii=False)


def _filled(text: str, words: Mapping[str, str | Sequence[str]]) -> str:
    """A template with its words in; a line that is one word takes as many lines as the word has. Comments beside
    figures begin in one column.
    """
    lines = []
    for line in text.splitlines():
        word, indent = line.strip().removeprefix("@"), line[: len(line) - len(line.lstrip())]
        if line.strip() == f"@{word}" and not isinstance(words[word], str):
            lines += [f"{indent}{inner}".rstrip() for inner in words[word]]
        else:
            lines.append(_Blanks(line).substitute(words))
    return "\n".join(map(_aligned, lines)) + "\n"


def _aligned(line: str) -> str:
    """A line whose comment, if it stands beside a value, begins in the column of comments."""
    match = re.fullmatch(r"( *#?[^# ][^#]*?) {2,}(# .*)", line)
    if not match:
        return line
    return f"{match[1]:<{COLUMN}}{match[2]}" if len(match[1]) < COLUMN else f"{match[1]}    {match[2]}"


def _text(name: str) -> str:
    """A file of the template."""
    return TEMPLATE.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
