"""Names that a network would take for links, such as `readme.md`, written so that it does not.

X makes a link, and charges for one, out of whatever ends like a domain: `main.py`, `asp.net`. A
file is written as a path, `./main.py`: behind a slash X takes no bare name for a link, people
read it as the file that it is, and what they copy works in a shell. Any other name keeps its
look: a word joiner, which nobody sees, stands behind its last dot. So does what only looks like a
file, as a blank is missing: `plan.Map`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.core.text.counting.links import Link, links

JOINER = "\u2060"

FILES = frozenset(
    ["cc", "java", "map", "md", "mm", "mov", "pl", "pm", "ps", "py", "rs", "sh", "zip"]
)
"""Ends of file names that are top-level domains, too."""

_NUMBER = re.compile(r"[0-9]+(?:[.,:\-\u2013][0-9]+)*")


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
    stem, _, end = name.rpartition(".")
    return f"./{name}" if end.lower() in FILES and not _is_sentence(stem, end) else _joined(name)


def _is_sentence(stem: str, end: str) -> bool:
    """Whether a blank is missing behind a full stop, or a number stands there: no file is meant.

    `plan.Map` begins a sentence, `5.pm` is a time and `regards.PS` a postscript; `README.MD` and
    `clip.MOV` are files.
    """
    if _NUMBER.fullmatch(stem) or end.istitle():
        return True
    return end.isupper() and len(end) == 2 and not stem.isupper()


def _rewritten(text: str, write: Callable[[str], str]) -> str:
    for name in reversed(bare_names(text)):
        text = f"{text[: name.start]}{write(name.text)}{text[name.end :]}"
    return text


def _joined(name: str) -> str:
    host, slash, path = name.partition("/")
    stem, _, end = host.rpartition(".")
    return f"{stem}.{JOINER}{end}{slash}{path}"
