"""The JSON Schema of scenario files, for editors that check and complete while one types."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from mho_sim.scenario.models import Scenario
from mho_sim.scenario.unknowns import Unknown


def schema() -> dict[str, Any]:
    """What can be written in a scenario file, with the meaning, unit and range of every field."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_tidy(Scenario.model_json_schema(schema_generator=_Generator)),
    }


class _Generator(GenerateJsonSchema):
    """Writes the defaults of unknown numbers as a file does."""

    def encode_default(self, dft: Any) -> Any:
        return dft.written() if isinstance(dft, Unknown) else super().encode_default(dft)


def _tidy(part: Any) -> Any:
    """Pydantic's schema with the word none for its null, and the range of each value in its description."""
    if isinstance(part, list):
        return [_tidy(item) for item in part]
    if not isinstance(part, dict):
        return part
    if part == {"type": "null"}:
        return {"const": "none"}
    tidied = {key: _tidy(item) for key, item in part.items() if not (key == "default" and _unhelpful(item))}
    if isinstance(range_in_words := tidied.pop("write", None), str):
        tidied["description"] = f"{tidied.get('description', '')} Write {range_in_words}.".lstrip()
    return tidied


def _unhelpful(default: Any) -> bool:
    """Nothing, or a whole table, which pydantic would put in another order than people do."""
    return default is None or isinstance(default, dict)
