"""Addresses of the web: http or https, a host, no credentials."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import SplitResult

from pydantic_core import PydanticCustomError

from bot.core.text.web_addresses import web_parts
from bot.tips_file.messages import quote
from bot.tips_file.values.parse_scalars import scalar, wrong

_LONGEST = 2048
_LABEL = re.compile(r"(?!-)(?:[A-Za-z0-9_-]|[^\x00-\x7f]){1,63}(?<!-)")
_EXAMPLE = "write it whole, such as https://example.org/page"


def link(value: object) -> str:
    """An address, as it was written. Credentials in one are refused and not repeated."""
    found = scalar(value)
    _split(found)
    return found


def base(value: object) -> str:
    """The address under which other addresses stand: no query, no fragment, no slash at its end."""
    found = scalar(value)
    parts = _split(found)
    if parts.query or parts.fragment or "?" in found or "#" in found:
        raise wrong(f"{quote(found)} has a '?' or '#'", "write the address up to there")
    return found.rstrip("/")


def contact(value: object) -> str:
    """A web address, or an address for mail."""
    found = scalar(value)
    if re.fullmatch(r"mailto:[^\s@:/?<>\"]+@[^\s@:/?<>\"]+", found):
        return found
    if re.fullmatch(r"[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+", found):
        raise wrong(f"{quote(found)} is no address", f"write mailto:{found}")
    return link(value)


def _split(found: str) -> SplitResult:
    """The parts of an address. Raises where it is none that we would post or call."""
    if len(found) > _LONGEST:
        raise wrong(f"an address of {len(found)} characters", f"at most {_LONGEST} are allowed")
    if re.search(r"[\s<>\"\\^`{|}]", found):
        raise _no_address(found, "write %20 for a blank and take out quotes and brackets")
    parts = web_parts(found)
    if parts is not None and "@" in parts.netloc:
        raise wrong("a user name or password in an address", "take out what stands before '@'")
    if parts is None or not _is_host(parts.hostname or ""):
        raise _no_address(found, _EXAMPLE)
    return parts


def _is_host(host: str) -> bool:
    """Whether this names a machine: labels with dots between them, or an IPv6 address."""
    if ":" in host:
        try:
            return bool(IPv6Address(host))
        except ValueError:
            return False
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _no_address(found: str, todo: str) -> PydanticCustomError:
    """The error for an address, which is repeated only where no password can be in it."""
    shown = "this" if "@" in found else quote(found)
    return wrong(f"{shown} is no web address", todo)
