"""A container: a post that Threads has, and shows to nobody before it is published.

https://developers.facebook.com/docs/threads/posts
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Self

from bot.app.tips.validate import leads_nowhere
from bot.core.datetimes import iso
from bot.core.model.delivery import Post
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.outbound.rate_limits import iso_date
from bot.platforms.threads import PICTURES


class Status(Enum):
    """https://developers.facebook.com/docs/threads/troubleshooting."""

    EXPIRED = "EXPIRED"
    """it was not published within 24 hours, and never will be"""
    ERROR = "ERROR"
    """it failed to be processed"""
    FINISHED = "FINISHED"
    """it is ready to be published"""
    IN_PROGRESS = "IN_PROGRESS"
    """it is being processed"""
    PUBLISHED = "PUBLISHED"
    """its post is there"""
    UNKNOWN = ""
    """the server does not have it, or says nothing that is documented"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """What is stored of a container with the delivery, before its post is sent."""

    id: str
    made_at: datetime

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """The container that a stored text names, or None."""
        found = json_values.document((text or "").encode()) or {}
        name, made_at = (json_values.word(found.get(one)) for one in ("container", "made_at"))
        moment = iso_date(made_at)
        return cls(id=name, made_at=moment) if name and moment else None

    def write(self) -> str:
        """The text to store."""
        return json.dumps({"container": self.id, "made_at": iso(self.made_at)})


def status_of(found: Record | None) -> Status:
    """The status in the server's answer."""
    told = json_values.word((found or {}).get("status"))
    return next((one for one in Status if one.value == told), Status.UNKNOWN)


def container_fields(post: Post, picture: str | None) -> dict[str, str]:
    """The parameters of the container of a post; `picture` is the address of its picture.

    A link gets its card by itself only in a post without a picture.
    """
    fields = {"media_type": "TEXT", "text": post.text}
    if picture is not None and post.picture is not None:
        alt = post.picture.alt[: PICTURES.max_alt]
        fields |= {"media_type": "IMAGE", "image_url": picture, "alt_text": alt}
    elif post.link is not None and not leads_nowhere(post.link):
        fields["link_attachment"] = post.link
    if post.in_reply_to is not None:
        fields["reply_to_id"] = post.in_reply_to
    return fields
