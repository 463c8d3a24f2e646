"""The pictures of posts as networks take them: kept files scaled, and cards drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.errors import Refused
from bot.core.model.config import Identity
from bot.core.model.picture import CARD, Picture, PictureKind
from bot.pictures.card import HEIGHT, WIDTH
from bot.pictures.of_posts import PicturesOfPosts, card_of, card_of_tip
from bot.store import open_memory
from tests.core.samples import post, tip
from tests.pictures.samples import file, limits, noise, opened, quarters

IDENTITY = Identity(id="bot", name="Ten Tips", timezone="UTC", site="https://tips.example/ada")
PICTURE = Picture(name="cat", alt="A cat", width=80, height=40)
UNSEEN = "\ue123"
"""A character that no font shows."""


@pytest.fixture
def store():
    """A database that keeps one picture."""
    database = open_memory()
    with database.store.writing() as tx:
        tx.pictures.put("cat", file(quarters()))
    yield database.store
    database.close()


@pytest.fixture
def pictures(store):
    """The pictures of posts."""
    return PicturesOfPosts(store=store, identity=lambda: IDENTITY)


def test_a_kept_picture_is_scaled(pictures):
    """A kept file is sent within the network's limits, of the size that was told before."""
    found = pictures(post(picture=PICTURE), limits(max_side=40))
    assert (
        opened(found).size == (40, 20) == pictures.size(post(picture=PICTURE), limits(max_side=40))
    )


def test_the_same_post_has_the_same_bytes(pictures):
    """A repeated upload is of the identical picture, a card's as well."""
    for one in (PICTURE, Picture(name=CARD, alt="Words.")):
        frozen = post(picture=one)
        assert pictures(frozen, limits()) == pictures(frozen, limits())


def test_a_card_is_drawn_of_the_posts_words(pictures):
    """A card is a picture of the post's own words: another text gives another one."""
    one = post(picture=Picture(name=CARD, alt="Words."), title="Listen", text="Listen: to all.")
    found = pictures(one, limits())
    assert opened(found).size == (WIDTH, HEIGHT) == pictures.size(one, limits())
    assert found != pictures(replace(one, text="Listen: to few."), limits())


def test_a_card_within_narrow_limits(pictures):
    """A card is scaled like a file where the network takes less."""
    one = post(picture=Picture(name=CARD, alt="Words."))
    narrow = limits(max_side=600, kinds=frozenset({PictureKind.JPEG}))
    found = pictures(one, narrow)
    assert found.kind is PictureKind.JPEG
    assert opened(found).size == (600, 315) == pictures.size(one, narrow)


@pytest.mark.parametrize(
    ("picture", "why"),
    [
        (None, "the post has no picture"),
        (replace(PICTURE, name="dog"), "the post's picture is not in the database"),
    ],
)
def test_what_is_not_there_is_refused(pictures, picture, why):
    """A post never goes without its picture: that it is missing is said with what to do."""
    with pytest.raises(Refused, match=why) as caught:
        pictures(post(picture=picture), limits())
    assert caught.value.todo == "post the tip again"


def test_what_cannot_be_encoded_is_refused(pictures):
    """A network that takes nothing that the bot writes is told so."""
    with pytest.raises(Refused, match="none of JPEG, PNG and WebP"):
        pictures(post(picture=PICTURE), limits(kinds=frozenset({PictureKind.GIF})))


def test_a_damaged_picture_is_refused(pictures, store):
    """A kept file that is damaged is told, and is no unknown error."""
    with store.writing() as tx:
        tx.pictures.put("torn", file(noise((30, 30)))[:-40])
    with pytest.raises(Refused, match="cut off or damaged"):
        pictures(post(picture=replace(PICTURE, name="torn")), limits())


def test_no_picture_has_no_size(pictures):
    """Of a post without a picture, and of a card that cannot be drawn, there is no size."""
    undrawn = post(title=UNSEEN, text=UNSEEN, picture=Picture(name=CARD, alt="?"))
    assert pictures.size(post(), limits()) is None
    assert pictures.size(undrawn, limits()) is None
    with pytest.raises(Refused):
        pictures(undrawn, limits())


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("https://tips.example/ada", "tips.example"),
        ("http://127.0.0.1:8080", ""),
        ("http://localhost:8080", ""),
        ("", ""),
    ],
)
def test_a_card_names_the_site(site, host):
    """A card has the bot's name, and the host of a site that others can open."""
    card = card_of("*Listen* hard", "To all.", "en", replace(IDENTITY, site=site))
    assert (card.title, card.bot, card.host) == ("Listen hard", "Ten Tips", host)


def test_the_card_of_a_tip():
    """A tip's card has its summary, or else its whole text: all that one of its posts can say."""
    assert card_of_tip(tip(summary="Short."), IDENTITY).words == "Short."
    assert card_of_tip(tip(), IDENTITY).words == "What listen means. And more."
