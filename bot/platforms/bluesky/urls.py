"""The ids of posts (AT-URIs), and the addresses under which people see them."""

import re
from dataclasses import dataclass

from bot.platforms.bluesky.http.api import POST

_DID = r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]"
_REST = r"(?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HANDLE = rf"(?:[A-Za-z0-9]{_REST}\.)+[A-Za-z]{_REST}"
_KEY = r"(?P<key>[A-Za-z0-9_~.:-]{1,512})"
HANDLE = re.compile(_HANDLE)
"""https://atproto.com/specs/handle"""
_URI = re.compile(rf"at://(?P<who>{_DID})/{re.escape(POST)}/{_KEY}")
_ADDRESS = re.compile(
    rf"(?:https?://)?(?:www\.)?bsky\.app/profile/(?P<who>{_DID}|{_HANDLE})/post/{_KEY}/?(?:[?#].*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostName:
    """Whose post it is, by DID or handle, and its record key."""

    who: str
    key: str

    @property
    def uri(self) -> str:
        """The remote id of the post, if `who` is a DID."""
        return f"at://{self.who}/{POST}/{self.key}"

    @property
    def url(self) -> str:
        """Where people see the post; with a DID it outlives a change of the handle."""
        return f"https://bsky.app/profile/{self.who}/post/{self.key}"


def post_of(uri: str) -> PostName | None:
    """The post of an AT-URI, or None where it names no post."""
    return _named(_URI.fullmatch(uri))


def post_named(text: str) -> PostName | None:
    """The post that an address on bsky.app names, or whose id the text itself is."""
    return _named(_URI.fullmatch(text) or _ADDRESS.fullmatch(text))


def profile_url(did: str) -> str | None:
    """Where people see a profile."""
    return f"https://bsky.app/profile/{did}" if re.fullmatch(_DID, did) else None


def _named(found: re.Match[str] | None) -> PostName | None:
    return PostName(who=found["who"], key=found["key"]) if found else None
