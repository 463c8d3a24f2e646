"""What a network gave for a post's picture before the post, stored with the delivery as a text."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.core.datetimes import iso
from bot.core.errors import Refused
from bot.core.model.delivery import Post
from bot.core.model.picture import EncodedPicture, PictureLimits
from bot.core.ports.pictures import PostPictures
from bot.core.ports.platform import Clock
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.outbound.rate_limits import iso_date

Upload = Callable[[EncodedPicture, str], Mapping[str, Any]]
"""Sends a picture with its alt text; what the network gave for it. Raises PlatformError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Uploads:
    """Uploads the pictures of posts to one network, and again when it may have dropped them."""

    clock: Clock
    #: None: posts go without pictures
    pictures: PostPictures | None
    #: how long the network surely keeps a picture that no post has
    lasts: timedelta

    def is_needed(self, post: Post) -> bool:
        """Whether a post has a picture."""
        return post.picture is not None and self.pictures is not None

    def prepare(self, post: Post, limits: PictureLimits | None, upload: Upload) -> str:
        """What the network gave for the picture, now or lately. Raises PlatformError."""
        now = self.clock.now()
        if post.prepared is not None and self._is_kept(post.prepared, now):
            return post.prepared
        if post.picture is None or self.pictures is None or limits is None:
            raise Refused("no picture can be sent with this post", "post the tip again")
        found = upload(self.pictures(post, limits), post.picture.alt)
        return json.dumps({**found, "at": iso(now)})

    def _is_kept(self, prepared: str, now: datetime) -> bool:
        at = iso_date(json_values.word(given(prepared).get("at")))
        return at is not None and timedelta(0) <= now - at < self.lasts


def given(prepared: str | None) -> Record:
    """What the network gave; empty where nothing was sent beforehand."""
    return json_values.document((prepared or "").encode()) or {}
