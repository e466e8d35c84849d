"""From a file, a text or a changed scenario to a checked `Scenario`: all that is wrong is told in one pass."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path as FilePath
from types import SimpleNamespace
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from mho_sim.scenario import checks, elsewhere, reading
from mho_sim.scenario.faults import KEY, Fault, Mark, Path, ScenarioError, Source, dotted, fault_at, quoted, visible
from mho_sim.scenario.grammar import fields_of, holds_list, holds_names, keys_at, model_in
from mho_sim.scenario.illness import SEEN, Illness
from mho_sim.scenario.models import Scenario
from mho_sim.scenario.observations import COUNTED
from mho_sim.scenario.options import Change
from mho_sim.scenario.reading import Node
from mho_sim.scenario.sentences import guess, sentence


def load(path: str | PathLike, sets: Sequence[str | Change] = ()) -> Scenario:
    """Read a scenario file; `sets` are changes such as "scheme.contribution.amount=600", or `Change`s, which say how
    messages call them.
    """
    file = FilePath(path)
    root, faults = elsewhere.read_file(file, str(path))
    faults += elsewhere.with_base(root, file.parent, (file.resolve(),))
    return _changed(root, faults, sets, str(file.parent))


def parse(text: str, name: str = "<text>", sets: Sequence[str | Change] = ()) -> Scenario:
    """Read a scenario from text; `name` stands for the file in messages."""
    return _changed(*reading.read(text, name), sets, None)


def place_of(path: str | PathLike, sets: Sequence[str | Change], key: Path) -> Mark:
    """Where a key stands in a scenario file that can be read, or in one of the `sets`; where it does not stand, the
    place of the last key on the way to it.
    """
    file = FilePath(path)
    root, _ = elsewhere.read_file(file, str(path))
    elsewhere.with_base(root, file.parent, (file.resolve(),))
    for change in sets:
        _set(root, change)
    return _find(root, key)[1]


def _changed(root: Node, faults: list[Fault], sets: Sequence[str | Change], folder: str | None) -> Scenario:
    for change in sets:
        faults += _set(root, change)
    return _validated(root, faults, folder)


def changed(scenario: Scenario, path: str, value: Any) -> Scenario:
    """The scenario with another value at a path."""
    root = _tree(scenario.content, Mark(Source("scenario")))
    _settle(root, path)
    new = _tree(value, Mark(Source(f"with_({visible(path)!r})")))
    return _validated(root, _put(root, path, new), scenario.folder)


def _settle(root: Node, path: str) -> None:
    """Where a number is to be changed that is worked out from what was seen, let it stand there instead."""
    steps = path.split(".")
    kind, key, further = _find(root, tuple(steps[:3]))[0], steps[3] if len(steps) > 3 else "", ".".join(steps[4:])
    if steps[:2] != ["setting", "illness"] or kind is None or not isinstance(kind.value, dict):
        return
    try:
        illness = Illness.model_validate(kind.plain())
    except ValidationError:
        return  # what is wrong is told later
    use = kind.value.get("use")
    if key == "need" and key in illness.derived:
        _replace(kind, ("use",), illness.worked_out())
    elif key == "seeking" and key in illness.derived:
        _replace(use, ("insured_over_uninsured",), {})
        _replace(kind, (), {key: illness.worked_out()[key]})
    elif key == "use" and further.startswith("value") and illness.use is not None and illness.use.derived:
        _replace(use, (*COUNTED, "months"), illness.use.worked_out())
    elif key == "cost" and further.startswith("lognormal") and illness.cost.derived:
        _replace(kind.value["cost"], SEEN, illness.cost.worked_out())


def _replace(node: Node, keys: Sequence[str], values: dict[str, Any]) -> None:
    """Some values in a mapping, instead of some keys of it."""
    for key in keys:
        node.value.pop(key, None)
    for key, value in values.items():
        node.value[key], node.keys[key] = elsewhere.node_of(value, node.mark), node.mark


def _tree(value: Any, mark: Mark) -> Node:
    """Nodes for values that come from Python."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True)
    return elsewhere.node_of(value, mark)


def _set(root: Node, change: str | Change) -> list[Fault]:
    """Apply one `PATH=VALUE` to the tree; VALUE is read as YAML."""
    change = change if isinstance(change, Change) else Change(change, f"--set {visible(change)[:120]}")
    path, equals, text = change.text.partition("=")
    mark = Mark(Source(change.said))
    if not equals or not path.strip() or not text.strip():
        return [fault_at(mark, (), "Write a change as PATH=VALUE, such as scheme.contribution.amount=600.")]
    try:
        node, faults = reading.read(text.strip(), mark.source.name)
    except ScenarioError as error:
        return [fault_at(mark, (), fault.sentence) for fault in error.faults]
    way = tuple(path.strip().split("."))
    _settle(root, path.strip())
    told = [fault_at(mark, (*way, fault.path) if fault.path else way, fault.sentence) for fault in faults]
    return told + _put(root, path.strip(), _moved(node, mark))


def _moved(node: Node, mark: Mark) -> Node:
    """The same tree with all its places at one mark."""
    if isinstance(node.value, dict):
        value: Any = {key: _moved(item, mark) for key, item in node.value.items()}
        return Node(value, mark, dict.fromkeys(value, mark))
    return Node([_moved(item, mark) for item in node.value] if isinstance(node.value, list) else node.value, mark)


def _put(root: Node, path: str, new: Node) -> list[Fault]:
    """Put a node at a path; mappings on the way that do not exist yet are made. Items of a list count from 0."""
    *way, last = path.split(".")
    here = root
    for step in way:
        if isinstance(here.value, dict) and step not in here.value:
            here.value[step], here.keys[step] = Node({}, new.mark), new.mark
        inner = here.value.get(step) if isinstance(here.value, dict) else _item(here, step)
        if inner is None:
            return [_no_way(path, step, new.mark)]
        here = inner
    if _item(here, last) is not None:
        here.value[int(last)] = new
    elif isinstance(here.value, dict):
        here.value[last], here.keys[last] = new, new.mark
    else:
        return [_no_way(path, last, new.mark)]
    return []


def _item(node: Node, step: str) -> Node | None:
    """The item of a list that a step of a path names, if there is one."""
    there = isinstance(node.value, list) and step.isdecimal() and int(step) < len(node.value)
    return node.value[int(step)] if there else None


def _no_way(path: str, step: str, mark: Mark) -> Fault:
    problem = f"{quoted(path, 80)} leads nowhere: what stands before {quoted(step)} holds no keys."
    return fault_at(mark, tuple(path.split(".")), problem)


def _validated(root: Node, faults: list[Fault], folder: str | None) -> Scenario:
    faults += elsewhere.without_folder(root) + elsewhere.with_country(root)
    data = root.plain()
    scenario, misspelt = None, set()
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        blank = {fault.path for fault in faults}  # told already, if nothing stands there
        errors = error.errors(include_url=False, include_input=False)
        misspelt = {item["loc"][:-1] for item in errors if item["type"] == "extra_forbidden"}
        told = [_told(root, item) for item in _apart(errors)]
        faults += [_fault(root, path, words) for path, found, words in told if found != "" or dotted(path) not in blank]
    if scenario is not None:
        try:
            scenario.attach(elsewhere.members_of(scenario, folder), folder)
        except ScenarioError as error:
            faults += [fault if fault.line else _fault(root, elsewhere.LIST, fault.sentence) for fault in error.faults]
    for path, words in checks.check(partial(Scenario, data) if scenario is None else scenario):
        if path not in misspelt:  # what a mapping lacks may be the key that is misspelt
            faults.append(_fault(root, path, words))
    if faults or scenario is None:
        raise ScenarioError(sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0)))
    return scenario


def _apart(errors: list[Any]) -> list[Any]:
    """The errors, without the missing keys that are there but misspelt: those are told as unknown."""
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    meant = {(*path[:-1], guess(str(path[-1]), keys_at(path[:-1]))) for path in unknown}
    return [error for error in errors if error["type"] != "missing" or error["loc"] not in meant]


def _told(root: Node, error: Any) -> tuple[Path, Any, str]:
    """Path, what stands there, and sentence of one of pydantic's errors."""
    kind, path = error["type"], tuple(error["loc"])
    of_key = path[-1:] == (KEY,) and kind != "extra_forbidden"  # else a key of the file that is spelt like the sign
    path = path[:-1] if of_key else path
    node = _find(root, path)[0]
    if node is None and path and kind != "missing":  # a single value that stands for a mapping
        above = _find(root, path[:-1])[0]
        node = above if above is not None and isinstance(above.value, str) else None
    found = True if node is None else node.plain()
    words = sentence(kind, path, found, error.get("ctx", {}), of_key)
    return (*path, KEY) if of_key or kind == "extra_forbidden" else path, found, words


def _find(root: Node, path: Path) -> tuple[Node | None, Mark]:
    """The node at a path, if it is there, and the mark of its key; otherwise the mark of the last key that is."""
    here, mark = root, root.mark
    for step in path:
        if isinstance(here.value, dict) and str(step) in here.value:
            mark, here = here.keys[str(step)], here.value[str(step)]
        elif isinstance(here.value, list) and isinstance(step, int) and step < len(here.value):
            here = here.value[step]
            mark = here.mark
        else:
            return None, mark
    return here, mark


def _fault(root: Node, path: Path, words: str) -> Fault:
    """A fault at a single value; at the key, if the key is meant or holds a table; above it, if it is missing."""
    node, mark = _find(root, path[:-1] if path[-1:] == (KEY,) else path)
    if node is not None and path[-1:] != (KEY,) and not isinstance(node.value, dict | list):
        mark = node.mark
    return fault_at(mark, path, words)


def partial(model: type[BaseModel], data: Any) -> SimpleNamespace:
    """What can be read of a mapping: fields that are wrong or missing are not there."""
    there: dict[str, Any] = {}
    for (name, field), key in zip(model.model_fields.items(), fields_of(model)):
        inner, given = model_in(field.annotation), isinstance(data, dict) and key in data
        value = data[key] if given else None
        if not given:
            if not field.is_required():
                there[name] = field.get_default(call_default_factory=True)
        elif inner and holds_names(field.annotation) and isinstance(value, dict):
            there[name] = {key: partial(inner, item) for key, item in value.items()}
        elif inner and holds_list(field.annotation) and isinstance(value, list):
            there[name] = tuple(partial(inner, item) for item in value)
        elif inner and isinstance(value, dict) and not holds_list(field.annotation):
            there[name] = partial(inner, value)
        else:
            try:
                there[name] = TypeAdapter(Annotated[(field.annotation, "alone", *field.metadata)]).validate_python(
                    value
                )
            except ValidationError:
                continue
    return SimpleNamespace(**there)
