"""Posts and their pictures as they stand on a server."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from hashlib import sha256

from PIL import Image
from twitter_text import parse_tweet


@dataclass(frozen=True, kw_only=True, slots=True)
class SentPicture:
    """The picture of a post, as the server has it."""

    data: bytes = field(repr=False)
    #: None: the network keeps none with it
    alt: str | None
    #: where it is to be seen; None: the server shows it nowhere
    address: str | None = None

    @property
    def name(self) -> str:
        """A name of its own: the beginning of its hash."""
        return sha256(self.data).hexdigest()[:16]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        with Image.open(io.BytesIO(self.data)) as image:
            return image.size

    @property
    def media_type(self) -> str:
        """Such as image/png."""
        with Image.open(io.BytesIO(self.data)) as image:
            return Image.MIME[image.format or ""]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """One post on a server."""

    network: str
    id: str
    answers: str | None
    text: str
    picture: SentPicture | None = None

    @property
    def length(self) -> int:
        """The weighted length of X's own library."""
        return int(parse_tweet(self.text).weightedLength)
