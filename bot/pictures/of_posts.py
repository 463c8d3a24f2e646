"""The pictures of posts, as networks and pages take them: kept files scaled, and cards drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.core.errors import PictureError, Refused
from bot.core.model.config import Identity, Tip
from bot.core.model.delivery import Post
from bot.core.model.picture import EncodedPicture, Picture, PictureLimits
from bot.core.ports.unit_of_work import Store
from bot.core.text.markup.markdown import plain
from bot.core.text.web_addresses import is_loopback
from bot.pictures import encode
from bot.pictures.card import HEIGHT, WIDTH, Card, draw, missing


@dataclass(frozen=True, kw_only=True, slots=True)
class PicturesOfPosts:
    """Implements `core.ports.pictures.PostPictures` over the bot's database."""

    store: Store
    identity: Callable[[], Identity]
    own_fonts: Path | None = None

    def __call__(self, post: Post, limits: PictureLimits) -> EncodedPicture:
        """The picture within these limits. Raises Refused."""
        try:
            return encode(self._source(post, post.picture), limits)
        except PictureError as error:
            raise Refused(error.problem, error.todo) from None

    def size(self, post: Post, limits: PictureLimits) -> tuple[int, int] | None:
        """The size of what a call would give, found without making it; None: nothing."""
        picture = post.picture
        if picture is None:
            return None
        if picture.is_card:
            can_draw = not missing(self._card(post), self.own_fonts)
            return limits.size_of(WIDTH, HEIGHT) if can_draw else None
        return limits.size_of(picture.width, picture.height)

    def _source(self, post: Post, picture: Picture | None) -> bytes:
        if picture is None:
            raise PictureError("the post has no picture", "post the tip again")
        if picture.is_card:
            return draw(self._card(post), self.own_fonts).data
        with self.store.reading() as tx:
            found = tx.pictures.get(picture.name)
        if found is None:
            raise PictureError("the post's picture is not in the database", "post the tip again")
        return found

    def _card(self, post: Post) -> Card:
        return card_of(post.title, post.summary, post.language, self.identity())


def card_of_tip(tip: Tip, identity: Identity) -> Card:
    """A card that has every character which the card of one of the tip's posts can have."""
    return card_of(tip.title, tip.summary or tip.text, tip.language, identity)


def card_of(title: str, words: str, language: str | None, identity: Identity) -> Card:
    """The card of these words."""
    host = "" if is_loopback(identity.site) else urlsplit(identity.site).hostname or ""
    return Card(title=plain(title), words=words, bot=identity.name, host=host, language=language)
