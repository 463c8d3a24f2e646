"""Where people see a post, and which post an address names."""

import re

_ID = r"(?P<id>[1-9][0-9]{0,18})"
_NAMED = re.compile(
    r"(?:https?://)?(?:(?:www|mobile)\.)?(?:x|twitter)\.com"
    rf"/(?:\w+|i/web)/status(?:es)?/{_ID}(?:[/?#].*)?",
    re.ASCII | re.IGNORECASE,
)
_BARE = re.compile(_ID)


def address(post_id: str, username: str | None) -> str:
    """Where people see a post; X leads on from the form without a name."""
    return f"https://x.com/{username or 'i/web'}/status/{post_id}"


def post_named(text: str) -> str | None:
    """The id of the post that an address of X names, or that the text itself is."""
    found = _BARE.fullmatch(text) or _NAMED.fullmatch(text)
    return found["id"] if found else None
