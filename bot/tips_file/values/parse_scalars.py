"""Parsers of single values: text, names, numbers, choices, web addresses.

Each takes the source text of a scalar, and raises `wrong(...)` with the problem and the advice.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from ipaddress import IPv6Address
from urllib.parse import SplitResult

from pydantic_core import PydanticCustomError

from bot.core.errors import UsageError
from bot.core.model.named_file import path_parts
from bot.core.text.language_tags import is_language_tag
from bot.core.text.suggest import platform_meant
from bot.core.text.web_addresses import web_parts
from bot.tips_file.messages import hint, quote

WRONG = "wrong"
"""The type of every error that these functions raise."""

ID = r"[a-z0-9][a-z0-9_-]{0,63}"

_DIGITS = 9
"""More digits than any setting needs; to convert a million of them would take long."""

_YES = ("true", "yes", "on")
_NO = ("false", "no", "off")

_LONGEST_ADDRESS = 2048
_LABEL = re.compile(r"(?!-)(?:[A-Za-z0-9_-]|[^\x00-\x7f]){1,63}(?<!-)")
_EXAMPLE = "write it whole, such as https://example.org/page"


def wrong(what: str, todo: str = "") -> PydanticCustomError:
    """The error for a value: the problem, and the advice."""
    return PydanticCustomError(WRONG, "{what}; {todo}", {"what": what, "todo": todo})


def scalar(value: object) -> str:
    """A single value that is not empty, without the blanks around it."""
    if isinstance(value, str) and (found := value.strip()):
        return found
    if value is None or isinstance(value, str):
        raise wrong("has no value", "fill it in")
    raise wrong("this is a list or block", "give it a single value")


def text(longest: int, value: object) -> str:
    """Text of several lines, as it was written, with line breaks of one kind."""
    return _at_most(longest, re.sub(r"\r\n?", "\n", scalar(value)))


def line(longest: int, value: object) -> str:
    """Text of one line; the line breaks that YAML leaves in it become blanks."""
    found = scalar(value)
    return _at_most(longest, found if found.isprintable() else re.sub(r"[ \t\r\n]+", " ", found))


def _at_most(longest: int, found: str) -> str:
    if len(found) > longest:
        raise wrong(f"{len(found)} characters long", f"at most {longest} are allowed")
    return found


def identifier(value: object) -> str:
    """A permanent name, for addresses, environment variables and the ledger."""
    found = scalar(value)
    if re.fullmatch(ID, found):
        return found
    plain = unicodedata.normalize("NFKD", found).encode("ascii", "ignore").decode().lower()
    meant = re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-_")[:64]
    rule = "use lower-case letters, digits, '-' and '_', at most 64, a letter or digit first"
    raise wrong(
        f"{quote(found)} is not a valid id", f"{rule}, such as '{meant}'" if meant else rule
    )


def account(value: object) -> str:
    """The name of an account, where one of those that there are is meant."""
    found = scalar(value)
    if not re.fullmatch(ID, found) and (meant := platform_meant(found)):
        raise wrong(f"{quote(found)} is not an account", f"did you mean '{meant}'?")
    return identifier(found)


def schedule_name(value: object) -> str:
    """A schedule's name, which is also the first part of its slots' names."""
    found = line(64, value)
    if "/" in found:
        raise wrong(f"'/' in the name {quote(found)}", "use another character")
    return found


def image(value: object) -> str:
    """`card`, or the name of a file below the folder of the tips file."""
    found = line(200, value)
    if web_parts(found) is not None:
        raise wrong("an address", "put the picture beside this file, and write its name")
    try:
        path_parts(found)
    except UsageError as error:
        raise wrong(error.problem, error.todo) from None
    return found


def tag(value: object) -> str:
    """A tag, without '#', in the composed form so that equal tags are equal."""
    found = unicodedata.normalize("NFC", scalar(value))
    if found.startswith("#"):
        raise wrong(f"{quote(found)} has a '#'", "leave it out, it is added where it is needed")
    if re.fullmatch(r"\w+#", found):
        todo = f"write it as a word, such as {found[:-1].lower()}-sharp"
        raise wrong(f"{quote(found)} has '#' in it", todo)
    if bad := re.search(r"[\s,#]", found):
        todo = "write a list such as [one, two], or join the words with '-'"
        sign = "a space" if bad[0].isspace() else quote(bad[0])
        raise wrong(f"{quote(found)} has {sign} in it", todo)
    return _at_most(50, found)


def whole(lowest: int, highest: int, value: object) -> int:
    """A whole number between two bounds."""
    found = scalar(value)
    if not re.fullmatch(r"[+-]?[0-9]+", found):
        raise wrong(f"{quote(found)} is not a whole number", f"use {lowest} to {highest}")
    if len(found) > _DIGITS or not lowest <= int(found) <= highest:
        raise wrong(f"{quote(found)} is out of range", f"use {lowest} to {highest}")
    return int(found)


def money(value: object) -> Decimal:
    """An amount of US dollars above zero."""
    found = scalar(value)
    if not re.fullmatch(r"[0-9]{1,7}(?:\.[0-9]{1,2})?", found) or not Decimal(found):
        todo = "write US dollars as a number above zero, such as 10.00"
        raise wrong(f"{quote(found)} is not an amount", todo)
    return Decimal(found)


def language(value: object) -> str:
    """A language tag, as in BCP 47."""
    found = scalar(value)
    if not is_language_tag(found):
        raise wrong(
            f"{quote(found)} is not a language code", "write its code, such as en, de or pt-BR"
        )
    return found


def choice(names: Sequence[str], noun: str, value: object) -> str:
    """One of a few words."""
    found = scalar(value)
    if found not in names:
        raise wrong(f"{quote(found)} is not a valid {noun}", hint(found, names))
    return found


def yes_or_no(value: object) -> bool:
    """Whether it is so: `true` or `false`, in the spellings of YAML 1.1."""
    found = scalar(value)
    if found.lower() not in (*_YES, *_NO):
        raise wrong(f"{quote(found)} is neither true nor false", "write true or false")
    return found.lower() in _YES


def link(value: object) -> str:
    """An address, as it was written. Credentials in one are refused and not repeated."""
    found = scalar(value)
    _split(found)
    return found


def base(value: object) -> str:
    """The base of other addresses: without query, fragment and slash at its end."""
    found = scalar(value)
    parts = _split(found)
    if parts.query or parts.fragment or "?" in found or "#" in found:
        raise wrong(f"{quote(found)} has a '?' or '#'", "write the address up to there")
    return found.rstrip("/")


def contact(value: object) -> str:
    """A web address or a mail address."""
    found = scalar(value)
    if re.fullmatch(r"mailto:[^\s@:/?<>\"]+@[^\s@:/?<>\"]+", found):
        return found
    if re.fullmatch(r"[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+", found):
        raise wrong(f"{quote(found)} is not an address", f"write mailto:{found}")
    return link(value)


def _split(found: str) -> SplitResult:
    """The parts of an address of http or https with a host and without credentials."""
    if len(found) > _LONGEST_ADDRESS:
        raise wrong(
            f"an address of {len(found)} characters", f"at most {_LONGEST_ADDRESS} are allowed"
        )
    if re.search(r"[\s<>\"\\^`{|}]", found):
        raise _no_address(found, "write %20 for a space, and remove quotes and brackets")
    parts = web_parts(found)
    if parts is not None and "@" in parts.netloc:
        raise wrong("a user name or password in an address", "remove everything before '@'")
    if parts is None or not _is_host(parts.hostname or ""):
        raise _no_address(found, _EXAMPLE)
    return parts


def _is_host(host: str) -> bool:
    """Whether this can be a host: labels with dots between them, or an IPv6 address."""
    if ":" in host:
        try:
            return bool(IPv6Address(host))
        except ValueError:
            return False
    labels = host.removesuffix(".").split(".")
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _no_address(found: str, todo: str) -> PydanticCustomError:
    """The error for an address, which is repeated only if no password can be in it."""
    shown = "this" if "@" in found else quote(found)
    return wrong(f"{shown} is not a web address", todo)
