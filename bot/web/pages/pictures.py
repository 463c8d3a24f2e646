"""The picture of a tip's page: the operator's, or a card, as shared links and Threads show it."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from hashlib import sha256
from threading import Lock

from bot.core.errors import Refused
from bot.core.model.delivery import Post
from bot.core.model.picture import EncodedPicture, Picture, PictureKind, PictureLimits
from bot.core.ports.pictures import PostPictures
from bot.core.summary.page_text import page_picture

NAME = "picture.jpg"
"""The end of a picture's address, below that of the tip's page."""
LIMITS = PictureLimits(
    kinds=frozenset({PictureKind.JPEG}), max_bytes=1_000_000, max_side=1200, max_alt=2000
)
"""What the networks take that fetch it."""
_MOST_KEPT = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class PagePicture:
    """What a page says of its picture. `version` differs once the picture does."""

    alt: str
    width: int
    height: int
    version: str
    #: whether it shows the tip's own words, so that the page itself need not show it
    is_card: bool


@dataclass(kw_only=True, slots=True)
class PagePictures:
    """Makes the pictures of pages, one at a time, and keeps the last ones in memory."""

    make: PostPictures
    _kept: OrderedDict[str, EncodedPicture] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)

    def about(self, post: Post) -> PagePicture | None:
        """What a page says of its post's picture; None: this machine cannot draw its card."""
        shown, picture = _shown(post)
        size = self.make.size(shown, LIMITS)
        if size is None:
            return None
        return PagePicture(
            alt=picture.alt,
            width=size[0],
            height=size[1],
            version=_version(shown, picture),
            is_card=picture.is_card,
        )

    def content(self, post: Post) -> EncodedPicture | None:
        """The picture itself, or None where it cannot be made."""
        shown, picture = _shown(post)
        version = _version(shown, picture)
        if (found := self._known(version)) is not None:
            return found
        with self._turn:
            if (found := self._known(version)) is not None:
                return found
            try:
                found = self.make(shown, LIMITS)
            except Refused:
                return None
        with self._lock:
            self._kept[version] = found
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    def _known(self, version: str) -> EncodedPicture | None:
        with self._lock:
            if version in self._kept:
                self._kept.move_to_end(version)
            return self._kept.get(version)


def _shown(post: Post) -> tuple[Post, Picture]:
    """The post with the picture that its page has."""
    picture = page_picture(post)
    return replace(post, picture=picture), picture


def _version(post: Post, picture: Picture) -> str:
    words = (post.title, post.summary, post.language or "") if picture.is_card else (picture.name,)
    return sha256("\0".join(words).encode()).hexdigest()[:16]
