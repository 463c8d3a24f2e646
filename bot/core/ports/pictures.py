"""The ports to pictures: those of tips, those that posts keep, and those that networks are sent."""

from typing import Protocol

from bot.core.model.config import Tip
from bot.core.model.delivery import Post
from bot.core.model.picture import EncodedPicture, Picture, PictureLimits


class TipPictures(Protocol):
    """The pictures of tips: files beside the tips file, and cards."""

    def find(self, tip: Tip) -> Picture | None:
        """The tip's picture as a post has it, or None; of a card the alt text is the title.

        Nothing is stored. Raises PictureError where the file is missing or no picture, and where
        this machine cannot draw the card.
        """

    def content(self, tip: Tip, picture: Picture) -> bytes | None:
        """What is kept of a file, scaled down; None: it has changed since it was found.

        Raises PictureError as `find` does. After None, and after an error, `find` tells of the file
        that is there now, or of what is wrong with it.
        """


class PictureStore(Protocol):
    """The pictures that posts have, by name; part of a unit of work."""

    def put(self, name: str, data: bytes) -> None:
        """Keep a picture; one of this name is kept as it is."""

    def get(self, name: str) -> bytes | None:
        """The picture of this name, or None."""


class PostPictures(Protocol):
    """Makes the pictures of posts as networks take them."""

    def __call__(self, post: Post, limits: PictureLimits) -> EncodedPicture:
        """The picture of a post that has one, within these limits.

        Raises Refused where it cannot be made: the post is not sent without it.
        """

    def size(self, post: Post, limits: PictureLimits) -> tuple[int, int] | None:
        """The size in pixels of what a call would give, without making it; None: nothing."""
