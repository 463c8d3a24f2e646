"""The picture of a tip's page: the operator's or a card, made once and kept for a while."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event

import pytest

from bot.core.errors import Refused
from bot.core.model.picture import EncodedPicture, Picture, PictureKind
from bot.pictures import encode
from bot.web.pages.pictures import LIMITS, PagePictures
from tests.core.samples import post
from tests.pictures.given import GivenPictures
from tests.pictures.samples import file, quarters

WORDS = {"title": "Listen", "text": "Listen: to all."}


@dataclass
class Cards:
    """Makes one picture for every card, and counts; it can be made to wait, or to fail."""

    made: list[Picture] = field(default_factory=list)
    begun: Event = field(default_factory=Event)
    goes_on: Event = field(default_factory=Event)
    can_draw: bool = True

    def __call__(self, post, limits) -> EncodedPicture:
        """A picture."""
        self.begun.set()
        self.goes_on.wait(10)
        self.made.append(post.picture)
        if not self.can_draw:
            raise Refused("no card can be drawn", "install a font")
        return encode(file(quarters()), limits)

    def size(self, post, limits):
        """Its size, where it can be drawn."""
        return (80, 40) if self.can_draw else None


def pages_of(make):
    """The pictures of pages, made so."""
    return PagePictures(make=make)


@pytest.fixture
def cards():
    """What makes cards, at once."""
    made = Cards()
    made.goes_on.set()
    return made


def test_the_operators_picture():
    """A page tells the alt text and the size of the post's picture, and shows it as a JPEG."""
    given = GivenPictures()
    cat = given.put(post(), file(quarters((4000, 2000))), "A cat")
    pages = pages_of(given)
    about = pages.about(cat)
    assert (about.alt, about.width, about.height, about.is_card) == ("A cat", 1200, 600, False)
    shown = pages.content(cat)
    assert (shown.kind, shown.width, shown.height) == (PictureKind.JPEG, 1200, 600)
    assert len(shown.data) <= LIMITS.max_bytes


def test_a_post_without_a_picture_has_a_card(cards):
    """A page without a picture of its own shows a card of its words."""
    pages = pages_of(cards)
    about = pages.about(post(**WORDS))
    assert (about.alt, about.is_card) == ("Listen. To all.", True)
    assert pages.content(post(**WORDS)) is not None
    assert cards.made[0].is_card


def test_a_card_that_cannot_be_drawn(cards):
    """Where this machine cannot draw a card the page tells of none, and has none."""
    cards.can_draw = False
    pages = pages_of(cards)
    assert pages.about(post(**WORDS)) is None
    assert pages.content(post(**WORDS)) is None


def test_the_version_differs_with_what_is_shown(cards):
    """Another title, text or language is another picture, and so is another file; nothing else."""
    pages = pages_of(cards)
    one = post(**WORDS)
    pictures = [Picture(name=name, alt="A") for name in ("cat", "dog")]
    others = [
        replace(one, title="Hear"),
        replace(one, text="Listen: to few."),
        replace(one, language="de"),
        *(replace(one, picture=picture) for picture in pictures),
    ]
    versions = [pages.about(other).version for other in (one, *others)]
    assert len(set(versions)) == len(versions)
    assert pages.about(replace(one, key="another", body="B")).version == versions[0]
    named = replace(others[-1], title="Other words")
    assert pages.about(named).version == versions[-1]


def test_a_picture_is_made_once(cards):
    """The same picture is made once, however often and from however many threads it is asked for."""
    cards.goes_on.clear()
    pages = pages_of(cards)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(pages.content, post(**WORDS)) for _ in range(3)]
        assert cards.begun.wait(10)
        cards.goes_on.set()
        found = {id(one.result()) for one in asked}
    found.add(id(pages.content(post(**WORDS))))
    assert (len(found), len(cards.made)) == (1, 1)


def test_only_the_last_ones_are_kept(cards):
    """Memory holds a few pictures: those that were shown last."""
    pages = pages_of(cards)
    first = post(**WORDS)
    for number in range(64):
        pages.content(replace(first, title=f"Tip {number}"))
        pages.content(first)
    assert len(cards.made) == 65
    pages.content(replace(first, title="Tip 0"))
    assert len(cards.made) == 66
    pages.content(first)
    assert len(cards.made) == 66
