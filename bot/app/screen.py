"""Screening: which comments are held until the operator has read them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from bot.core.bare_names import FILES
from bot.core.config import Hold
from bot.core.links import Link, links

_ADDRESS = re.compile(r"\w://|//[\w-]+\.\w|\bwww\.", re.IGNORECASE)


def is_held(words: str, hold: Hold, is_known: Callable[[], bool]) -> bool:
    """Whether a comment of these words is held; `is_known` says whether its author is."""
    match hold:
        case Hold.ALL:
            return True
        case Hold.NONE:
            return False
        case Hold.NEW:
            return has_link(words) or not is_known()
        case Hold.LINKS:
            return has_link(words)


def has_link(words: str) -> bool:
    """Whether there is an address in it, also one in wide letters or with unseen marks within."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKC", words)
        if unicodedata.category(letter) != "Cf"
    )
    return bool(_ADDRESS.search(plain)) or any(map(_leads_somewhere, links(plain)))


def _leads_somewhere(link: Link) -> bool:
    """Whether it is more than the name of a file, such as `main.py`."""
    return "/" in link.text or link.text.rpartition(".")[2].lower() not in FILES
