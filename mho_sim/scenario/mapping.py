"""What all mappings of a scenario file share."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SerializerFunctionWrapHandler, model_serializer

from mho_sim.scenario.values import Grade, Maybe, Remark


class Mapping(BaseModel):
    """Frozen; unknown keys are refused; what is none is left out when written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _derived: tuple[str, ...] = PrivateAttr(())  # fields worked out from others, which are not written

    @property
    def derived(self) -> tuple[str, ...]:
        """The fields that were worked out from others."""
        return self._derived

    def worked_out(self) -> dict[str, Any]:
        """These fields, as they could be written in a file."""
        copied = self.model_copy()
        copied._derived = ()
        return {key: copied.model_dump(mode="json", by_alias=True)[key] for key in self._derived}

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if value is not None and key not in self._derived}


class Sourced(Mapping):
    """A part of the setting: it may say where its numbers come from."""

    source: Maybe[Remark] = Field(None, description="Where the numbers inside come from.")
    grade: Maybe[Grade] = Field(None, description="How well the numbers inside are known, where they do not say it.")
    note: Maybe[Remark] = Field(None, description="A remark; nothing is computed from it.")
