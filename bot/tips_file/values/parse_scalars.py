"""From the text of one value to what it means: each function takes the source text of a scalar.

All raise `wrong(...)`, which carries what is wrong and what to do, in the operator's words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from pydantic_core import PydanticCustomError

from bot.core.text.language_tags import is_language_tag
from bot.core.text.suggest import platform_meant
from bot.tips_file.messages import hint, quote

WRONG = "wrong"
"""The type of every error that is raised here."""

ID = r"[a-z0-9][a-z0-9_-]{0,63}"

Member = TypeVar("Member", bound=Enum)

_DIGITS = 9
"""More of them than any setting needs; converting a million of them would take long."""

_YES = ("true", "yes", "on")
_NO = ("false", "no", "off")


def wrong(what: str, todo: str = "") -> PydanticCustomError:
    """The error for a value: what is wrong with it, and what to do."""
    return PydanticCustomError(WRONG, "{what}; {todo}", {"what": what, "todo": todo})


def scalar(value: object) -> str:
    """A single value with something in it, without the blanks around it."""
    if isinstance(value, str) and (found := value.strip()):
        return found
    if value is None or isinstance(value, str):
        raise wrong("has no value", "fill it in")
    raise wrong("a list or block stands here", "give it a single value")


def text(longest: int) -> Callable[[object], str]:
    """Text of several lines, as it was written, with line breaks of one sort."""

    def parse(value: object) -> str:
        found = scalar(value)
        if "\r" in found:
            found = re.sub(r"\r\n?", "\n", found)
        return _at_most(longest, found)

    return parse


def line(longest: int) -> Callable[[object], str]:
    """Text of one line; the line breaks that YAML leaves in it become blanks."""

    def parse(value: object) -> str:
        found = scalar(value)
        if not found.isprintable():
            found = re.sub(r"[ \t\r\n]+", " ", found)
        return _at_most(longest, found)

    return parse


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
    raise wrong(f"{quote(found)} is no id", f"{rule}, such as '{meant}'" if meant else rule)


def account(value: object) -> str:
    """The name of an account, where one of those that there are is meant."""
    found = scalar(value)
    if not re.fullmatch(ID, found) and (meant := platform_meant(found)):
        raise wrong(f"{quote(found)} is no account", f"did you mean '{meant}'?")
    return identifier(found)


def schedule_name(value: object) -> str:
    """A schedule's name, which is also the first part of its slots' names."""
    found = line(64)(value)
    if "/" in found:
        raise wrong(f"'/' in the name {quote(found)}", "use another character")
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
        sign = "a blank" if bad[0].isspace() else quote(bad[0])
        raise wrong(f"{quote(found)} has {sign} in it", todo)
    return _at_most(50, found)


def whole(lowest: int, highest: int) -> Callable[[object], int]:
    """A whole number between two bounds."""

    def parse(value: object) -> int:
        found = scalar(value)
        if not re.fullmatch(r"[+-]?[0-9]+", found):
            raise wrong(f"{quote(found)} is no whole number", f"use {lowest} to {highest}")
        if len(found) > _DIGITS or not lowest <= int(found) <= highest:
            raise wrong(f"{quote(found)} is out of range", f"use {lowest} to {highest}")
        return int(found)

    return parse


def money(value: object) -> Decimal:
    """An amount of US dollars above zero."""
    found = scalar(value)
    if not re.fullmatch(r"[0-9]{1,7}(?:\.[0-9]{1,2})?", found) or not Decimal(found):
        todo = "write US dollars as a number above zero, such as 10.00"
        raise wrong(f"{quote(found)} is no amount", todo)
    return Decimal(found)


def language(value: object) -> str:
    """A language tag, as in BCP 47."""
    found = scalar(value)
    if not is_language_tag(found):
        raise wrong(f"{quote(found)} is no language", "write its code, such as en, de or pt-BR")
    return found


def choice(names: Sequence[str], noun: str) -> Callable[[object], str]:
    """One of a few words."""

    def parse(value: object) -> str:
        found = scalar(value)
        if found not in names:
            raise wrong(f"{quote(found)} is no {noun}", hint(found, names))
        return found

    return parse


def yes_or_no(value: object) -> bool:
    """Whether it is so: `true` or `false`, in the spellings of YAML 1.1."""
    found = scalar(value)
    if found.lower() not in (*_YES, *_NO):
        raise wrong(f"{quote(found)} is neither true nor false", "write true or false")
    return found.lower() in _YES


def member(choices: type[Member], noun: str) -> Callable[[object], Member]:
    """One of a few words that the core knows as an enumeration."""
    word = choice([each.value for each in choices], noun)

    def parse(value: object) -> Member:
        return choices(word(value))

    return parse
