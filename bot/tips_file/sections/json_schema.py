"""The JSON Schema of tips.yaml (draft 2020-12), for completion and checks in editors."""

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bot.core.model.capabilities import PlatformKind
from bot.tips_file.sections.accounts import settings_of
from bot.tips_file.sections.models import TipsFile
from bot.tips_file.values.parse_scalars import ID
from bot.tips_file.values.parse_times import written

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Generator(GenerateJsonSchema):
    """Pydantic's generator, with defaults as an operator writes them, and without titles."""

    def encode_default(self, dft: Any) -> Any:
        """A default in the words of the file."""
        if isinstance(dft, timedelta):
            return written(dft)
        if isinstance(dft, time):
            return dft.isoformat("minutes")
        if isinstance(dft, Decimal):
            return int(dft) if dft == int(dft) else float(dft)
        return dft.value if isinstance(dft, Enum) else super().encode_default(dft)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Without `null` where a setting has no default: leaving it out is the plain way."""
        made = super().default_schema(schema)
        return {
            name: value for name, value in made.items() if name != "default" or value is not None
        }

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's own signature
        """A field's name says enough."""
        return False


def schema(kinds: Mapping[str, PlatformKind]) -> dict[str, Any]:
    """The schema of tips.yaml for these kinds of platform.

    It helps to type, while `load` decides: an editor may want quotes around a title of digits, and
    no schema can express that names must exist or dates be in order.
    """
    kinds = dict(sorted(kinds.items()))
    whole = _of(TipsFile)
    definitions = whole.setdefault("$defs", {})
    definitions |= {name: _settings(kind) for name, kind in kinds.items()}
    definitions["account"] = _account(kinds)
    sections = whole["properties"]
    sections["platforms"] = {
        "description": sections["platforms"]["description"],
        "type": ["object", "null"],
        "minProperties": 1,
        "propertyNames": {"pattern": f"^{ID}$"},
        # An account named after a kind is of that kind, unless it names another.
        "properties": {
            name: {
                "if": {"type": "object", "required": ["kind"]},
                "then": {"$ref": "#/$defs/account"},
                "else": {"$ref": f"#/$defs/{name}"},
            }
            for name in kinds
        },
        "additionalProperties": {"$ref": "#/$defs/account"},
    }
    sections["schedule"]["type"] = ["array", "null"]
    sections["tips"]["minItems"] = 1
    return {"$schema": DIALECT, **whole}


def _of(model: type[BaseModel]) -> JsonSchemaValue:
    return model.model_json_schema(schema_generator=_Generator)


def _settings(kind: PlatformKind) -> JsonSchemaValue:
    """The settings of an account of this kind; it may be empty if all have defaults."""
    settings = _of(settings_of(kind))
    return settings | {"type": "object" if settings.get("required") else ["object", "null"]}


def _account(kinds: Mapping[str, PlatformKind]) -> JsonSchemaValue:
    """An account under a free name, which has to say its kind."""
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": list(kinds)}},
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in kinds
        ],
    }
