"""The types of the fields in tips.yaml: the parser of each, and its description in JSON Schema."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema

from bot.core.model.alerts import Digest
from bot.core.model.config import LinkRule, WhenUnsure
from bot.core.model.schedule import WEEKDAYS
from bot.tips_file.messages import quote
from bot.tips_file.values import parse_scalars, parse_times


def _text(**rules: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", **rules})


def _one_or_more(item: WithJsonSchema, least: int = 1) -> WithJsonSchema:
    """Either the item itself or a list of such items."""
    many = {"type": "array", "items": item.json_schema, "minItems": least}
    return WithJsonSchema({"anyOf": [item.json_schema, many]})


def _as_list(value: object) -> object:
    """A single value as a list of one."""
    return [value] if isinstance(value, str) else value


def _not_empty(value: object) -> object:
    """The list, which must not be empty."""
    if value == []:
        raise parse_scalars.wrong("an empty list", "name at least one, or leave the line out")
    return _as_list(value)


def _no_list_in_one(value: object) -> object:
    """The value; a text with several names in it is refused."""
    if isinstance(value, str):
        names = re.split(r"\s*[,;&]\s*|\s+(?:and\s+)?", value[:500].strip(" ,;"))
        if len(names) > 1 and all(map(is_id, names)):
            what = f"{quote(value.strip())} is not a valid id"
            raise parse_scalars.wrong(what, f"write a list: [{', '.join(names)}]")
    return value


def is_id(name: str) -> bool:
    """Whether this can be the permanent name of an account."""
    return re.fullmatch(parse_scalars.ID, name) is not None


_ID = _text(pattern=f"^{parse_scalars.ID}$")
_TAG = _text(pattern=r"^[^\s,#]+$", maxLength=50)
_TIME = _text(pattern="^([01]?[0-9]|2[0-3]):[0-5][0-9]$")
_DAY = _text(enum=list(WEEKDAYS))
_ADDRESS = _text(pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^/]", maxLength=2048)
_LINK_RULES = [rule.value for rule in LinkRule]
_UNSURE_RULES = [rule.value for rule in WhenUnsure]
_DIGESTS = [one.value for one in Digest]
_MOMENT = _text(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}")

Id: TypeAlias = Annotated[str, PlainValidator(parse_scalars.identifier), _ID]
Title: TypeAlias = Annotated[
    str, PlainValidator(partial(parse_scalars.line, 200)), _text(minLength=1, maxLength=200)
]
Summary: TypeAlias = Annotated[
    str, PlainValidator(partial(parse_scalars.line, 1000)), _text(minLength=1, maxLength=1000)
]
Text: TypeAlias = Annotated[
    str, PlainValidator(partial(parse_scalars.text, 20_000)), _text(minLength=1, maxLength=20_000)
]
Image: TypeAlias = Annotated[
    str, PlainValidator(parse_scalars.image), _text(minLength=1, maxLength=200)
]
Alt: TypeAlias = Annotated[
    str, PlainValidator(partial(parse_scalars.text, 2000)), _text(minLength=1, maxLength=2000)
]
Name: TypeAlias = Annotated[
    str,
    PlainValidator(parse_scalars.schedule_name),
    _text(minLength=1, maxLength=64, pattern="^[^/]+$"),
]
Tag: TypeAlias = Annotated[str, PlainValidator(parse_scalars.tag), _TAG]
Language: TypeAlias = Annotated[
    str,
    PlainValidator(parse_scalars.language),
    _text(pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
]
Link: TypeAlias = Annotated[str, PlainValidator(parse_scalars.link), _ADDRESS]
Address: TypeAlias = Annotated[str, PlainValidator(parse_scalars.base), _ADDRESS]
Contact: TypeAlias = Annotated[
    str, PlainValidator(parse_scalars.contact), _text(pattern="^([Hh][Tt][Tt][Pp][Ss]?://|mailto:)")
]
Zone: TypeAlias = Annotated[str, PlainValidator(parse_times.time_zone), _text()]
CronLine: TypeAlias = Annotated[
    str, PlainValidator(partial(parse_scalars.line, 200)), _text(pattern=r"^\s*(\S+\s+){4}\S+\s*$")
]
Moment: TypeAlias = Annotated[date | datetime, PlainValidator(parse_times.moment), _MOMENT]
TimeOfDay: TypeAlias = Annotated[time, PlainValidator(parse_times.time_of_day), _TIME]
Weekday: TypeAlias = Annotated[int, PlainValidator(parse_times.weekday), _DAY]
Weight: TypeAlias = Annotated[
    int,
    PlainValidator(partial(parse_scalars.whole, 1, 100)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100}),
]
Hashtags: TypeAlias = Annotated[
    int,
    PlainValidator(partial(parse_scalars.whole, 0, 10)),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 10}),
]
FreshDays: TypeAlias = Annotated[
    int,
    PlainValidator(partial(parse_scalars.whole, 0, 366)),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 366}),
]
Dollars: TypeAlias = Annotated[
    Decimal,
    PlainValidator(parse_scalars.money),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0}),
]

_DURATION = _text(pattern="^([0-9]{1,6}[smhdw])+$", examples=["90s", "15m", "1h30m", "1d"])

Gap: TypeAlias = Annotated[
    timedelta, PlainValidator(partial(parse_times.duration, timedelta(0))), _DURATION
]
Poll: TypeAlias = Annotated[
    timedelta, PlainValidator(partial(parse_times.duration, timedelta(seconds=30))), _DURATION
]
Period: TypeAlias = Annotated[
    timedelta, PlainValidator(partial(parse_times.duration, timedelta(minutes=1))), _DURATION
]

Tags: TypeAlias = Annotated[list[Tag], BeforeValidator(_as_list), _one_or_more(_TAG, 0)]
Times: TypeAlias = Annotated[list[TimeOfDay], BeforeValidator(_not_empty), _one_or_more(_TIME)]
Weekdays: TypeAlias = Annotated[
    list[Weekday],
    BeforeValidator(_not_empty),
    BeforeValidator(parse_times.weekdays),
    _one_or_more(_DAY),
]
AccountName: TypeAlias = Annotated[str, PlainValidator(parse_scalars.account), _ID]
Accounts: TypeAlias = Annotated[
    list[AccountName],
    BeforeValidator(_not_empty),
    BeforeValidator(_no_list_in_one),
    _one_or_more(_ID),
]

YesOrNo: TypeAlias = Annotated[
    bool, PlainValidator(parse_scalars.yes_or_no), WithJsonSchema({"type": "boolean"})
]
Rule: TypeAlias = Annotated[
    LinkRule,
    PlainValidator(lambda value: LinkRule(parse_scalars.choice(_LINK_RULES, "rule", value))),
    _text(enum=_LINK_RULES),
]
DigestRule: TypeAlias = Annotated[
    Digest,
    PlainValidator(lambda value: Digest(parse_scalars.choice(_DIGESTS, "digest", value))),
    _text(enum=_DIGESTS),
]
Unsure: TypeAlias = Annotated[
    WhenUnsure,
    PlainValidator(lambda value: WhenUnsure(parse_scalars.choice(_UNSURE_RULES, "rule", value))),
    _text(enum=_UNSURE_RULES),
]
