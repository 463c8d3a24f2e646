"""What an address names: a status, in the ways in which servers write them, or an end point."""

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


def end_point(method: str, url: str) -> str:
    """The end point that a request is for, which is the same whatever ids its address holds."""
    parts = urlsplit(url).path.strip("/").split("/")
    return f"{method} " + "/".join(":id" if _BARE.fullmatch(part) else part for part in parts)


def _split(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None
