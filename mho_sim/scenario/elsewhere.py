"""What a scenario takes from elsewhere: another scenario's file, a country's figures, a register of members."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from mho_sim.scenario import reading
from mho_sim.scenario.faults import Fault, Mark, Path, ScenarioError, Source, fault_at, quoted
from mho_sim.scenario.grammar import field_at, holds_names, model_at
from mho_sim.scenario.illness import Cost
from mho_sim.scenario.reading import Node

MOST_BASES = 5
LIST = ("setting", "association", "list")
PEOPLE_OF_A_COUNTRY = "neighbour"  # how well a nation's births are those of its associations: assumed


def read_file(path: FilePath, name: str) -> tuple[Node, list[Fault]]:
    """The tree of a file, and the faults that do not stop the reading."""
    try:
        if not path.is_file():
            problem = "This is a folder, not a scenario file." if path.is_dir() else "There is no such file."
            raise ScenarioError([fault_at(Mark(Source(name)), (), problem)])
        with path.open("rb") as opened:
            raw = opened.read(reading.LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        problem = f"The file cannot be opened ({getattr(error, 'strerror', None) or 'its name is not possible'})."
        raise ScenarioError([fault_at(Mark(Source(name)), (), problem)]) from None
    return reading.read(reading.decode(raw, name), name)


def with_base(root: Node, folder: FilePath, also: tuple[FilePath, ...]) -> list[Fault]:
    """Put what a file says over what the file says that it is `based_on`; `also` are the files that led here. A
    ScenarioError tells that it cannot be.
    """
    if not isinstance(root.value, dict) or not isinstance(node := root.value.get("based_on"), Node):
        return []
    if not isinstance(node.value, str) or node.value == "none":
        return []  # told later, if it is wrong
    del root.value["based_on"]
    path = folder / node.value
    if path.resolve() in also or len(also) > MOST_BASES:
        words = "is based on itself, in a circle" if path.resolve() in also else f"is the {len(also)}th of a chain"
        words = f"{quoted(node.value, 80)} {words}. Base this file on another."
        raise ScenarioError([fault_at(node.mark, ("based_on",), words)])
    if not path.is_file():
        words = f"There is no file {quoted(node.value, 80)} beside this one, on which it could be based."
        raise ScenarioError([fault_at(node.mark, ("based_on",), words)])
    base, faults = read_file(path, os.path.normpath(os.path.join(os.path.dirname(node.mark.source.name), node.value)))
    faults += with_base(base, path.parent, (*also, path.resolve()))
    register = _at(base, LIST)
    if register is not None and isinstance(register.value, str):
        register.value = os.path.normpath(os.path.join(os.path.dirname(node.value), register.value))
    if isinstance(base.value, dict):
        _lay_over(base, root, ())
        root.value, root.keys = base.value, base.keys
    return faults


def _lay_over(below: Node, above: Node, path: Path) -> None:
    """Put the keys of one mapping over those of another; single values, tables, lists and bills are replaced whole."""
    for key, node in above.value.items():
        under, inner = below.value.get(key), (*path, key)
        if under is not None and isinstance(under.value, dict) and isinstance(node.value, dict) and _has_keys(inner):
            _lay_over(under, node, inner)
        else:
            below.value[key], below.keys[key] = node, above.keys[key]


def _has_keys(path: Path) -> bool:
    field = field_at(path)
    return model_at(path) not in (None, Cost) or (field is not None and holds_names(field.annotation))


def _at(root: Node, path: Path) -> Node | None:
    """The node at a path of keys, if it is there."""
    here: Node | None = root
    for step in path:
        here = here.value.get(step) if here is not None and isinstance(here.value, dict) else None
    return here


def without_folder(root: Node) -> list[Fault]:
    """A text that is not a file cannot be based on one."""
    node = root.value.get("based_on") if isinstance(root.value, dict) else None
    if node is None or not isinstance(node.value, str) or node.value in ("", "none"):
        return []
    words = "This text has no folder in which to look for the file that it is based on. Load it from a file."
    return [fault_at(node.mark, ("based_on",), words)]


def with_country(root: Node) -> list[Fault]:
    """Write out the figures of a country, if `people` is its name; births and deaths where they are left out."""
    association = _at(root, ("setting", "association"))
    people = _at(root, ("setting", "association", "people"))
    if association is None or people is None or not isinstance(people.value, str) or people.value in ("", "none"):
        return []
    from mho_sim.data import preset

    mark, missing = people.mark, [key for key in ("births", "deaths") if key not in association.value]
    try:
        country = preset(people.value)
    except KeyError as error:
        del association.value["people"]
        for key in missing:
            association.value[key], association.keys[key] = Node("none", mark), mark
        return [fault_at(mark, ("setting", "association", "people"), str(error.args[0]))]
    source = {"source": f"{country.country} {country.year}: {country.figures[0].source}"}
    said = {
        "people": {"ages": _table(country.ages), "women": country.women, **source},
        "births": {"value": country.births, "grade": PEOPLE_OF_A_COUNTRY, **source},
        "deaths": _table(country.deaths),
    }
    for key in ("people", *missing):
        association.value[key] = node_of(said[key], mark)
        association.keys.setdefault(key, mark)
    return []


def _table(bands: Any) -> dict[str, float]:
    return {f"{first}+" if last is None else f"{first}-{last}": value for first, last, value in bands}


def node_of(value: Any, mark: Mark) -> Node:
    """Nodes for plain values, all at one mark."""
    if isinstance(value, dict):
        inner = {str(key): node_of(item, mark) for key, item in value.items()}
        return Node(inner, mark, dict.fromkeys(inner, mark))
    if isinstance(value, list):
        return Node([node_of(item, mark) for item in value], mark)
    return Node(value, mark)


def members_of(scenario: Any, folder: str | None) -> Any:
    """The register that a scenario names, or None; a ScenarioError tells what is wrong with it."""
    name = scenario.setting.association.list
    if name is None:
        return None
    if folder is None:
        words = f"The register {quoted(name, 80)} is read beside a scenario's file. Load the scenario from its file."
        raise ScenarioError([fault_at(Mark(Source(name)), LIST, words)])
    path = FilePath(folder) / name
    try:
        stamp = path.stat()
    except (OSError, ValueError):
        words = f"There is no file {quoted(name, 80)} beside this one, with the register of members."
        raise ScenarioError([fault_at(Mark(Source(name)), LIST, words)]) from None
    return _register(path, scenario.start, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _register(path: FilePath, start: Any, changed_at: int, size: int) -> Any:
    """The register in a file; read again only if the file has changed."""
    from mho_sim.scenario.members import load_members

    return load_members(path, start)


@lru_cache(maxsize=8)
def fingerprint(members: Any) -> str:
    """Equal for two registers of the same people."""
    columns = ("household", "is_member", "woman", "born_days_before_start", "sector", "category", "distance_km")
    done = hashlib.sha256(repr((members.household_names, members.sectors, members.categories)).encode())
    for column in columns:
        done.update(getattr(members, column).tobytes())
    return done.hexdigest()
