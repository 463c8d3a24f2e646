"""What a status has besides its words: pictures, sounds, videos and polls, each told in a line."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.attached import told
from bot.platforms.mastodon import foreign
from bot.platforms.mastodon.foreign import Record

MOST = 20
"""Of each kind so many are told: more than servers take."""

_KINDS = {"image": "Picture", "gifv": "Animation", "video": "Video", "audio": "Sound"}


def attachments(status: Record) -> list[str]:
    """A line for each attachment of a status, with its description, and one for its poll.

    https://docs.joinmastodon.org/entities/MediaAttachment/ and .../Poll/
    """
    return [*_media(status), *_poll(foreign.record(status.get("poll")))]


def _media(status: Record) -> Iterator[str]:
    for one in foreign.records(status.get("media_attachments"))[:MOST]:
        kind = _KINDS.get(foreign.word(one.get("type")) or "", "Attachment")
        yield told(kind, foreign.word(one.get("description")))


def _poll(poll: Record) -> Iterator[str]:
    options = foreign.records(poll.get("options"))[:MOST]
    titles = [foreign.word(one.get("title")) or "" for one in options]
    if poll:
        yield told("Poll", " / ".join(filter(None, titles)))
