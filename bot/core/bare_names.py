"""Names that a network would take for links, such as `readme.md`, written so that it does not.

X makes a link, and charges for one, out of whatever ends like a domain: `main.py`, `asp.net`. A
file is written as a path, `./main.py`: behind a slash X takes no bare name for a link, people
read it as the file that it is, and what they copy works in a shell. Any other name keeps its
look: a word joiner, which nobody sees, stands behind its last dot.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.core.links import Link, links

JOINER = "\u2060"

FILES = frozenset(
    ["cc", "java", "map", "md", "mm", "mov", "pl", "pm", "ps", "py", "rs", "sh", "zip"]
)
"""Ends of file names that are top-level domains, too."""


def bare_names(text: str) -> tuple[Link, ...]:
    """What X would take for a link although it names no protocol."""
    return tuple(link for link in links(text) if "://" not in link.text)


def unlinked(text: str) -> str:
    """The text with each bare name written so that it is no link; real links stay as they are."""
    text = _rewritten(text, written)
    while bare_names(text):  # glued names: what is left of one may link anew
        text = _rewritten(text, _joined)
    return text


def written(name: str) -> str:
    """A bare name, so that it does not link."""
    end = name.rpartition(".")[2]
    return f"./{name}" if end.lower() in FILES else _joined(name)


def _rewritten(text: str, write: Callable[[str], str]) -> str:
    for name in reversed(bare_names(text)):
        text = f"{text[: name.start]}{write(name.text)}{text[name.end :]}"
    return text


def _joined(name: str) -> str:
    host, slash, path = name.partition("/")
    stem, _, end = host.rpartition(".")
    return f"{stem}.{JOINER}{end}{slash}{path}"
