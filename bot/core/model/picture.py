"""A tip's picture: what a post has of it, and what a network takes."""

from dataclasses import dataclass
from enum import Enum
from math import sqrt

CARD = "card"
"""In place of a file's name: the bot draws a card of the tip."""


PICTURE_SIDE = 2048
"""The longest side of a picture that is kept or sent, in pixels; no network shows more."""


class PictureKind(Enum):
    """A format of pictures, by its media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    GIF = "image/gif"


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """The picture of a post, frozen with it: `CARD` or a kept file by its name, and alt text."""

    name: str
    alt: str
    #: the size of the operator's file in pixels; 0: it is a card
    width: int = 0
    height: int = 0

    def __post_init__(self) -> None:
        if not self.name or not self.alt:
            raise ValueError("a picture has a name and an alt text")

    @property
    def is_card(self) -> bool:
        """Whether the bot draws it from the post itself."""
        return self.name == CARD


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureLimits:
    """What a network takes of a picture. Alt text is counted in code points."""

    kinds: frozenset[PictureKind]
    max_bytes: int
    #: the longest side, in pixels
    max_side: int
    #: width times height; None: only the sides are limited
    max_pixels: int | None = None
    max_alt: int
    #: whether the network fetches it from the tip's public page, instead of being sent it
    is_fetched: bool = False

    def size_of(self, width: int, height: int) -> tuple[int, int]:
        """A size in the same proportions that the network takes; never larger than it is."""
        factor = min(1.0, self.max_side / max(width, height))
        if self.max_pixels is not None:
            factor = min(factor, sqrt(self.max_pixels / (width * height)))
        return max(1, int(width * factor + 1e-6)), max(1, int(height * factor + 1e-6))


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedPicture:
    """A picture as it is sent: its bytes, their format, and its size in pixels."""

    data: bytes
    kind: PictureKind
    width: int
    height: int
