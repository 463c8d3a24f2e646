"""The pictures of a test's posts, encoded for a network as the bot encodes those of its database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256

from bot.core.errors import PictureError, Refused
from bot.core.model.delivery import Post
from bot.core.model.picture import EncodedPicture, Picture, PictureLimits
from bot.pictures import encode, read_picture


@dataclass
class GivenPictures:
    """`core.ports.pictures.PostPictures` over the files that a test gives."""

    files: dict[str, bytes] = field(default_factory=dict)
    #: how often one was made
    made: int = 0

    def put(self, post: Post, data: bytes, alt: str) -> Post:
        """The post with this file as its picture."""
        facts = read_picture(data)
        name = sha256(data).hexdigest()
        self.files[name] = data
        picture = Picture(name=name, alt=alt, width=facts.width, height=facts.height)
        return replace(post, picture=picture)

    def __call__(self, post: Post, limits: PictureLimits) -> EncodedPicture:
        """The post's picture, encoded. Raises Refused where there is none."""
        self.made += 1
        data = self.files.get(post.picture.name) if post.picture else None
        if data is None:
            raise Refused("the post's picture is not there", "post the tip again")
        try:
            return encode(data, limits)
        except PictureError as error:
            raise Refused(error.problem, error.todo) from None

    def size(self, post: Post, limits: PictureLimits) -> tuple[int, int] | None:
        """The size of what a call would give."""
        picture = post.picture
        return None if picture is None else limits.size_of(picture.width, picture.height)
