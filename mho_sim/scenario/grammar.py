"""What the models say can be written where: for the hints in error messages."""

from collections.abc import Iterator
from functools import cache
from types import NoneType, SimpleNamespace, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError, WithJsonSchema
from pydantic.fields import FieldInfo

from mho_sim.scenario.faults import Path
from mho_sim.scenario.mapping import Sourced
from mho_sim.scenario.models import Scenario
from mho_sim.scenario.unknowns import KEYS
from mho_sim.scenario.values import QUIETLY, Keys


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside a field's type, if there is one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := model_in(inner))), None)


def holds_names(annotation: Any) -> bool:
    """Whether a field's type is a mapping under names that the user chooses, maybe of mappings that may be left out."""
    origin = get_origin(annotation)
    left_out = origin in (Annotated, Union, UnionType) and model_in(annotation) is not None
    return origin is dict or (left_out and any(holds_names(one) for one in get_args(annotation)))


def holds_list(annotation: Any) -> bool:
    """Whether a field's type is a list of mappings."""
    return get_origin(annotation) is tuple and model_in(annotation) is not None


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model under their keys in a file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def model_at(path: Path) -> type[BaseModel] | None:
    """The model that describes the mapping at a path; None if there is none."""
    model, steps = Scenario, list(path)
    while steps:
        field = fields_of(model).get(str(steps.pop(0)))
        inner = model_in(field.annotation) if field else None
        chosen = field is not None and (holds_names(field.annotation) or holds_list(field.annotation))
        if inner is None and steps and field is not None:
            inner = next((form for form in _forms(field) if steps[0] in form.model_fields), None)
        if field is None or inner is None or (chosen and not steps):
            return None
        steps = steps[1:] if chosen else steps
        model = inner
    return model


def field_at(path: Path) -> FieldInfo | None:
    """The field of the grammar that stands at a path, if there is one."""
    model = model_at(path[:-1]) if path else None
    if model is None and len(path) > 2 and (around := field_at(path[:-1])) is not None:
        key = str(path[-1])
        known = (form.model_fields[key] for form in _forms(around) if key in form.model_fields and key not in KEYS)
        return next(known, None)
    return fields_of(model).get(str(path[-1])) if model else None


def _forms(field: FieldInfo) -> list[Any]:
    """The observations that may stand where the number of a field stands."""
    return [form for part in _parts(field) if isinstance(part, Keys) for form in part.forms]


def keys_at(path: Path) -> list[str]:
    """The keys that may stand in the mapping at a path, remarks last."""
    model, field = model_at(path), field_at(path)
    if model is None:
        return [key for part in _parts(field) if isinstance(part, Keys) for key in part.keys] if field else []
    fields = list(fields_of(model))
    return [key for key in fields if key not in _remarks(model)] + [key for key in fields if key in _remarks(model)]


def main_keys_at(path: Path) -> list[str]:
    """The same without remarks, which may stand in any mapping of the setting."""
    model = model_at(path)
    return [key for key in keys_at(path) if model is None or key not in _remarks(model)]


def _remarks(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(Sourced.model_fields) if issubclass(model, Sourced) else ()


def accepts(field: FieldInfo, value: Any) -> bool:
    """Whether a value may stand in a field, looked at by itself."""
    try:
        TypeAdapter(Annotated[(field.annotation, "alone", *field.metadata)]).validate_python(value)
    except ValidationError:
        return False
    return True


def is_share(path: Path) -> bool:
    """Whether the number at a path is a share or a rate, which files write as 37%."""
    field = field_at(path)
    return field is not None and accepts(field, "37%")


def meaning_of(path: Path) -> str:
    """What the grammar says a field means."""
    field = field_at(path)
    return (field.description or "") if field else ""


def may_be_none(path: Path) -> bool:
    """Whether `none` may be written at a path."""
    field = field_at(path)
    return field is not None and NoneType in get_args(field.annotation) and QUIETLY not in field.metadata


def range_of(path: Path) -> str:
    """A sentence with what can be written for a field, or with the keys of a mapping."""
    field = field_at(path)
    for part in _parts(field) if field else ():
        if isinstance(part, WithJsonSchema) and "write" in (part.json_schema or {}):
            return f"Write {part.json_schema['write']}{', or none' if may_be_none(path) else ''}."
    keys = main_keys_at(path)
    return f"Its keys are: {', '.join(keys)}." if keys else ""


def _parts(field: FieldInfo) -> list[Any]:
    """The metadata of a field, also of the type inside an optional one."""
    return [
        *field.metadata,
        *(part for inner in get_args(field.annotation) for part in getattr(inner, "__metadata__", ())),
    ]


def mappings(part: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """All mappings of a part of a scenario, or of what could be read of one, each with its path."""
    if isinstance(part, BaseModel | SimpleNamespace):
        yield path, part
        names = {name: field.alias or name for name, field in getattr(type(part), "model_fields", {}).items()}
        for name, inner in vars(part).items():
            yield from mappings(inner, (*path, names.get(name, name)))
    elif isinstance(part, dict | tuple):
        for name, inner in part.items() if isinstance(part, dict) else enumerate(part):
            yield from mappings(inner, (*path, name))


def takes_grade(path: Path) -> bool:
    """Whether a mapping can hold numbers of which a grade says how well they are known."""
    model = model_at(path)
    return model is None or _graded(model)


@cache
def _graded(model: type[BaseModel]) -> bool:
    fields = model.model_fields.values()
    return any(
        any(isinstance(part, Keys) for part in _parts(field))
        or ((inner := model_in(field.annotation)) is not None and _graded(inner))
        for field in fields
    )


@cache
def places() -> dict[str, tuple[str, ...]]:
    """Each key of the grammar with the mappings it can stand in."""
    found: dict[str, list[str]] = {}
    _collect(Scenario, (), found)
    return {key: tuple(where) for key, where in found.items()}


def _collect(model: type[BaseModel], path: tuple[str, ...], found: dict[str, list[str]]) -> None:
    for key, field in fields_of(model).items():
        found.setdefault(key, []).append(".".join(path) or "the file itself")
        if inner := model_in(field.annotation):
            name = () if not holds_names(field.annotation) else ("<name>",) if key == "providers" else ("<kind>",)
            _collect(inner, (*path, key, *name), found)
