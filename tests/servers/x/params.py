"""Query parameters: each endpoint takes those that it lists, once each and well formed."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from .problems import invalid

ID = re.compile(r"[0-9]{1,19}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")

Check = Callable[[str, str], Any]
"""Takes a parameter's name and value, returns what it means or raises a Problem."""


def read(pairs: list[tuple[str, str]], checks: Mapping[str, Check]) -> dict[str, Any]:
    """The parameters' meaning by name; the first bad one is refused as X words it."""
    meant: dict[str, Any] = {}
    for name, value in pairs:
        if name not in checks:
            known = ",".join(sorted(checks))
            raise invalid(f"The query parameter [{name}] is not one of [{known}]", {name: [value]})
        if name in meant:
            raise invalid(f"The query parameter [{name}] must be given once", {name: [value]})
        meant[name] = checks[name](name, value)
    return meant


def number(low: int, high: int) -> Check:
    """A whole number within these bounds."""

    def check(name: str, value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise _refused(name, value, f"is not between {low} and {high}")
        return int(value)

    return check


def one_id(name: str, value: str) -> str:
    """One id, as the decimal string that it is."""
    if not ID.fullmatch(value):
        raise _refused(name, value, "does not match ^[0-9]{1,19}$")
    return value


def many_ids(name: str, value: str) -> list[str]:
    """One to a hundred ids between commas, none twice."""
    ids = [one_id(name, part) for part in value.split(",")]
    if len(ids) > 100:
        raise invalid(f"size must be between 1 and 100, was {len(ids)}", {name: [value]})
    return list(dict.fromkeys(ids))


def moment(name: str, value: str) -> datetime:
    """A time in UTC, written as X writes it."""
    if not TIME.fullmatch(value):
        raise _refused(name, value, "is not a valid RFC 3339 date-time")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise _refused(name, value, "is not a valid RFC 3339 date-time") from None


def some_of(known: Collection[str]) -> Check:
    """Names between commas, each one of those that X knows."""

    def check(name: str, value: str) -> frozenset[str]:
        for part in value.split(","):
            if part not in known:
                raise _refused(name, part, f"is not one of [{','.join(sorted(known))}]")
        return frozenset(value.split(","))

    return check


def text(most: int) -> Check:
    """Any text that is neither empty nor longer than this."""

    def check(name: str, value: str) -> str:
        if not 1 <= len(value) <= most:
            raise _refused(name, value, f"is not between 1 and {most} characters long")
        return value

    return check


def _refused(name: str, value: str, what: str) -> Exception:
    return invalid(f"The `{name}` query parameter value [{value}] {what}", {name: [value]})
