"""Uploads the picture of a post, and waits until the server has worked through it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.core.errors import RetryLater
from bot.core.model.picture import EncodedPicture
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.api import Call
from bot.platforms.mastodon.http.json_values import Record

LASTS = timedelta(hours=12)
"""How long an upload is used: a server deletes one that no post has after a day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessingTimeouts:
    """In seconds."""

    #: between two looks at a picture that the server works on
    look: float = 1.0
    #: for which it is waited for
    whole: float = 20.0


def upload(
    call: Call, timeouts: ProcessingTimeouts, picture: EncodedPicture, alt: str
) -> Mapping[str, str]:
    """The id of the uploaded picture, as `media`, when it is ready to be posted.

    A post with one that the server still works on would be refused. Raises RetryLater where that
    takes long.
    https://docs.joinmastodon.org/methods/media/#v2
    """
    found = json_values.record(
        call.client.media_post(picture.data, mime_type=picture.kind.value, description=alt)
    )
    media = json_values.ident(found.get("id"))
    server = call.api.context.server
    if media is None:
        raise RetryLater(f"{server} took the picture but gave it no id", "it is tried again")
    until = time.monotonic() + timeouts.whole
    while not _is_ready(found):
        if time.monotonic() > until:
            raise RetryLater(f"{server} is still working on the picture", "it is tried again")
        time.sleep(timeouts.look)
        found = json_values.record(call.client.media(media))
    return {"media": media}


def _is_ready(found: Record) -> bool:
    return json_values.word(found.get("url")) is not None
