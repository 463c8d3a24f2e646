"""Which status an address names, in the ways in which servers write them."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_ID = r"(?P<id>[0-9A-Za-z]*[0-9][0-9A-Za-z]*|[0-9A-Za-z]{18})"
"""Opaque, but told from a word of the path by a digit; Pleroma's have 18 signs, perhaps none."""

_BARE = re.compile(_ID)
_PATH = re.compile(
    r"/(?:"
    r"@[^/]+(?:/statuses|/posts)?"  # Mastodon; GoToSocial; Soapbox
    r"|(?:web|deck)/@[^/]+|web/statuses"  # Mastodon, in the browser of whoever is logged in
    r"|(?:ap/)?users/[^/]+/statuses"  # ActivityPub's
    r"|notice"  # Pleroma, Akkoma
    rf")/{_ID}(?:/[a-z]*)?"  # and perhaps /embed, /activity
)


def status_named(text: str, server: str) -> str | None:
    """The id of the status that an address on this server names, or that the text itself is."""
    parts = _split(text)
    if parts is None or not parts.netloc:
        found = _BARE.fullmatch(text)
    else:
        is_here = parts.netloc.lower() == urlsplit(server).netloc.lower()
        found = _PATH.fullmatch(parts.path) if is_here else None
    return found["id"] if found else None


def _split(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None
