"""JSON bodies: unknown fields and wrong types are refused, as X's schemas say."""

import json
from collections.abc import Mapping
from typing import Any

from .problems import invalid


def read_json(body: bytes) -> Any:
    """The JSON in a request's body."""
    try:
        return json.loads(body)
    except ValueError:
        raise invalid("$: is not valid JSON", {"$": [repr(body[:80])]}) from None


def check_fields(value: object, where: str, shape: Mapping[str, type], needed: set[str]) -> None:
    """Refuse what is no object of these fields."""
    if not isinstance(value, dict):
        raise invalid(f"{where}: object expected", {where: [str(value)]})
    for name, one in value.items():
        if name not in shape:
            raise invalid(
                f"{where}.{name}: is not defined in the schema and the schema does not allow "
                "additional properties",
                {f"{where}.{name}": [str(one)]},
            )
        if not isinstance(one, shape[name]):
            raise invalid(f"{where}.{name}: {shape[name].__name__} expected", {name: [str(one)]})
    for name in sorted(needed - value.keys()):
        raise invalid(f"{where}.{name}: is missing but it is required", {where: [str(value)]})
