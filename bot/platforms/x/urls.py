"""Where people see a post, and which post an address names."""

import re
from collections.abc import Collection

_ID = r"(?P<id>[1-9][0-9]{0,18})"
_NAMED = re.compile(
    r"(?:https?://)?(?:(?:www|mobile)\.)?(?:x|twitter)\.com"
    rf"/(?:\w+|i/web)/status(?:es)?/{_ID}(?:[/?#].*)?",
    re.ASCII | re.IGNORECASE,
)
_BARE = re.compile(_ID)
_ATTACHED = re.compile(
    r"https?://(?:x|twitter)\.com/\w+/status/(?P<id>\d+)/(?P<kind>photo|video)/\d+", re.ASCII
)
"""The address of a picture or video of a post: the only sign of it that the API gives us."""


def address(post_id: str, username: str | None) -> str:
    """Where people see a post; X leads on from the form without a name."""
    return f"https://x.com/{username or 'i/web'}/status/{post_id}"


def attached_kind(link: str, post_ids: Collection[str]) -> str | None:
    """`photo` or `video` where the link leads to one of a post with one of these ids."""
    found = _ATTACHED.fullmatch(link)
    return found["kind"] if found is not None and found["id"] in post_ids else None


def post_named(text: str) -> str | None:
    """The id of the post that an address of X names, or that the text itself is."""
    found = _BARE.fullmatch(text) or _NAMED.fullmatch(text)
    return found["id"] if found else None
