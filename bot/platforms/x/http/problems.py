"""Whether an answer is X's own: its problem documents, and its older lists of coded errors.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors. The answer of a proxy, a
gateway or another server has another form, and says nothing about our posts.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

UNTYPED = "about:blank"
HOSTS = ("x.com", "twitter.com")
"""X names its problems by addresses on these hosts, or below them."""


def is_own(document: Mapping[str, Any] | None, status: int) -> bool:
    """Whether X itself can have sent this with a status that is no success."""
    if not document or document.get("status", status) != status:
        return False
    if document.keys() == {"errors"}:
        return _are_coded(document["errors"])
    words = document.get("detail") or document.get("title")
    return problem(document) is not None and isinstance(words, str) and "instance" not in document


def problem(document: Mapping[str, Any]) -> str | None:
    """The last part of the type of X's problem; "" for an untyped one, None where it is not X's."""
    kind = document.get("type")
    if kind == UNTYPED:
        return ""
    if not isinstance(kind, str):
        return None
    try:
        host = urlsplit(kind).hostname or ""
    except ValueError:
        return None
    is_x = any(host == one or host.endswith(f".{one}") for one in HOSTS)
    return kind.rpartition("/")[2] if is_x else None


def _are_coded(errors: object) -> bool:
    """Whether these are X's older errors: a list of numbers with a message each."""
    if not isinstance(errors, list) or not errors:
        return False
    return all(isinstance(one, dict) and _is_coded(one) for one in errors)


def _is_coded(error: Mapping[str, Any]) -> bool:
    return type(error.get("code")) is int and isinstance(error.get("message"), str)
