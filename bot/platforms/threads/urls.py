"""The ids of posts, and the addresses under which people see them."""

import re

_ID = re.compile(r"[0-9]{5,40}", re.ASCII)
_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?threads\.(?:net|com)/@[\w.]+/post/([\w-]+)/?(?:[?#].*)?",
    re.ASCII | re.IGNORECASE,
)
_NAME = re.compile(r"[\w.]{1,60}", re.ASCII)


def is_media_id(text: str) -> bool:
    """Whether a text can be the id of a post."""
    return _ID.fullmatch(text) is not None


def shortcode_of(address: str) -> str | None:
    """What names the post in an address on threads.com or threads.net; None for other texts."""
    found = _ADDRESS.fullmatch(address)
    return found[1] if found else None


def profile_url(username: str) -> str | None:
    """Where people see a profile."""
    return f"https://www.threads.com/@{username}" if _NAME.fullmatch(username) else None
