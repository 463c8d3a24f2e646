"""The checks of a container's parameters.

https://developers.facebook.com/docs/threads/posts and .../reference/publishing
"""

import re
from urllib.parse import urlsplit

import regex

from .refusal import Refusal, invalid

MOST_CHARACTERS = 500
MOST_LINKS = 5
MOST_ALT = 1000
MOST_BYTES = 8 * 1024 * 1024
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""How JPEG and PNG begin."""
KNOWN = {"media_type", "text", "image_url", "alt_text", "link_attachment", "reply_to_id"}
"""Those that the bot has a use for; above all, `auto_publish_text` is not among them."""

_EMOJI = regex.compile(r"[\p{Emoji_Presentation}\p{Extended_Pictographic}\p{Regional_Indicator}]")
_LINK = re.compile(r"(?:https?://|www\.)[^\s]+", re.IGNORECASE)


def characters(text: str) -> int:
    """Emojis are counted as the number of UTF-8 bytes: with all that belongs to them."""
    found = 0
    for cluster in regex.findall(r"\X", text):
        is_emoji = _EMOJI.search(cluster) or "\ufe0f" in cluster or "\u20e3" in cluster
        found += len(cluster.encode()) if is_emoji else len(cluster)
    return found


def check(fields: dict[str, str]) -> None:
    """Refuse a container that is not as documented."""
    for name in fields.keys() - KNOWN:
        raise invalid(f"{name} is not expected here")
    kind, text = fields.get("media_type"), fields.get("text", "")
    if kind not in {"TEXT", "IMAGE"}:
        raise invalid("media_type must be TEXT or IMAGE")
    if kind == "TEXT" and not text:
        raise invalid("text is required")
    if characters(text) > MOST_CHARACTERS:
        raise invalid(f"text must not have more than {MOST_CHARACTERS} characters")
    _check_links(fields, text)
    _check_picture(fields, kind)


def _check_links(fields: dict[str, str], text: str) -> None:
    """https://developers.facebook.com/docs/threads/create-posts: all unique URLs count."""
    link = fields.get("link_attachment")
    links = {one.rstrip(".,;:!?)") for one in _LINK.findall(text)} | ({link} if link else set())
    if len(links) > MOST_LINKS:
        raise Refusal(100, "THREADS_API__LINK_LIMIT_EXCEEDED")
    if link is not None and fields["media_type"] != "TEXT":
        raise invalid("link_attachment is only for text posts")
    if link is not None and not is_public(link):
        raise invalid("link_attachment must be a valid, publicly accessible URL")


def _check_picture(fields: dict[str, str], kind: str) -> None:
    has_picture = "image_url" in fields
    if has_picture != (kind == "IMAGE"):
        raise invalid("image_url is required for IMAGE, and for nothing else")
    if len(fields.get("alt_text", "")) > MOST_ALT:
        raise invalid(f"alt_text must not have more than {MOST_ALT} characters")
    if "alt_text" in fields and not has_picture:
        raise invalid("alt_text is for pictures")


def is_public(address: str) -> bool:
    """Whether an address can be on a public server."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    is_local = host == "localhost" or host.startswith("127.") or "." not in host
    return parts.scheme in {"http", "https"} and not is_local


def is_picture(data: bytes) -> bool:
    """https://developers.facebook.com/docs/threads/posts#image-specifications."""
    return data.startswith(PICTURES) and len(data) <= MOST_BYTES
