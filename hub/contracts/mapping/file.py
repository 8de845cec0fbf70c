"""A mapping's file as it is written."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from hub.core.message import Kind
from hub.reading.fields import ContractRefField
from hub.reading.model import StrictModel

Scalar = str | int | float | bool | None


class FieldEntry(StrictModel):
    """What a target field is made from; a bare expression is short for ``{from: …}``."""

    from_: Annotated[str, Field(alias="from", min_length=1)]
    codes: str | None = None
    otherwise: Scalar = None
    when: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        if isinstance(value, bool):
            return {"from": "true" if value else "false"}
        if isinstance(value, int):
            return {"from": str(value)}
        if isinstance(value, str):
            return {"from": value}
        if isinstance(value, dict):
            return value
        hint = {"hint": "a CEL expression, or {from: …, codes: …, otherwise: …, when: …}"}
        raise PydanticCustomError("field-form", "must be an expression or a table", hint)

    @property
    def has_otherwise(self) -> bool:
        """Whether unknown codes have a value of their own, which may be null."""
        return "otherwise" in self.model_fields_set


class MappingFile(StrictModel):
    """The file."""

    from_: Annotated[ContractRefField, Field(alias="from")]
    to: ContractRefField
    kind: Kind
    codes: Mapping[str, Annotated[Mapping[str, Scalar], Field(min_length=1)]] = Field(default_factory=dict)
    constants: Mapping[str, Any] = Field(default_factory=dict)
    fields: Annotated[Mapping[str, FieldEntry], Field(min_length=1)]
    ignores: tuple[str, ...] = ()
