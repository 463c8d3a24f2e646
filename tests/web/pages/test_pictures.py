"""The pictures of tips' pages, and what shared links show."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from xml.etree.ElementTree import Element

import httpx
import pytest
from PIL import Image

from bot.core.model.picture import CARD, Picture
from tests.pictures.card_samples import card, drawable
from tests.pictures.samples import file, noise
from tests.site import TIP, TITLE, RunningSite, document, meta, running_site

ALT = 'A map <of> "who" said what'


@pytest.fixture
def site(tmp_path):
    """A site that has posted one tip, of which this machine can draw a card."""
    drawable(card("A tip."))
    with running_site(tmp_path) as running:
        running.publish()
        yield running


def with_picture(site: RunningSite, tip: str = "map") -> None:
    """A tip whose post has a picture of the operator's."""
    with site.database.store.writing() as tx:
        tx.pictures.put("name", file(noise((1600, 1200)), "JPEG"))
    picture = Picture(name="name", alt=ALT, width=1600, height=1200)
    site.publish(tip, key=tip, picture=picture)


def image(site: RunningSite, address: str) -> tuple[httpx.Response, Image.Image]:
    """The picture at an address that a page names."""
    answer = httpx.get(site.url + address.removeprefix("https://tips.example"))
    return answer, Image.open(BytesIO(answer.content))


def pictures(site: RunningSite, tip: str) -> list[Element]:
    """The pictures that a page shows."""
    return list(document(site, f"/tips/{tip}").iter("img"))


def test_a_shared_link_shows_a_card(site):
    """Every tip without a picture has its card, as large as the page says, with its words as alt text."""
    tip = meta(site, f"/tips/{TIP}")
    answer, drawn = image(site, tip["og:image"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert drawn.size == (1200, 630)
    assert (tip["og:image:width"], tip["og:image:height"]) == ("1200", "630")
    assert tip["og:image:type"] == "image/jpeg"
    assert tip["og:image:alt"] == tip["twitter:image:alt"]
    assert tip["og:image:alt"].startswith(TITLE)
    assert tip["twitter:card"] == "summary_large_image"
    assert pictures(site, TIP) == []


def test_a_picture_of_the_operators(site):
    """A tip's picture is on its page and in its shared links, scaled down, with its alt text."""
    with_picture(site)
    tip = meta(site, "/tips/map")
    _, sent = image(site, tip["og:image"])
    assert sent.size == (1200, 900)
    assert (tip["og:image:width"], tip["og:image:height"]) == ("1200", "900")
    (shown,) = pictures(site, "map")
    assert shown.get("alt") == tip["og:image:alt"] == ALT
    assert (
        httpx.get(f"{site.url}/tips/{shown.get('src')}".replace("/tips/../", "/")).status_code
        == 200
    )


def test_a_picture_is_asked_for_once(site):
    """Browsers and networks keep a picture for a day, and ask with its version after that."""
    answer = httpx.get(f"{site.url}/tips/{TIP}/picture.jpg")
    assert "max-age=86400" in answer.headers["cache-control"]
    again = httpx.get(answer.url, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_another_picture_has_another_address(site):
    """Where the picture of a tip changes, so does the address that its page names."""
    before = meta(site, f"/tips/{TIP}")["og:image"]
    site.clock.move(timedelta(days=1))
    site.publish(TIP, key="later", title="Another title")
    assert meta(site, f"/tips/{TIP}")["og:image"] != before


@pytest.mark.parametrize(("tip", "status"), [("nowhere", 404), ("gone", 410)])
def test_no_page_has_no_picture(site, tip, status):
    """The picture goes with its page."""
    site.platform.retract(site.publish("gone", key="gone").remote_id)
    assert httpx.get(f"{site.url}/tips/{tip}/picture.jpg").status_code == status


def test_a_card_that_cannot_be_drawn_is_not_named(site):
    """Where a character is in no font, the page names no picture, and there is none."""
    site.publish("odd", key="odd", title="\U0001e7e0 \U0001e7e1")
    tip = meta(site, "/tips/odd")
    assert "og:image" not in tip
    assert tip["twitter:card"] == "summary"
    assert httpx.get(f"{site.url}/tips/odd/picture.jpg").status_code == 404


def test_a_picture_that_is_lost_answers_404(site):
    """A database without the picture shows the page all the same."""
    site.publish("lost", key="lost", picture=Picture(name="gone", alt="A map", width=9, height=9))
    assert httpx.get(f"{site.url}/tips/lost").status_code == 200
    assert httpx.get(f"{site.url}/tips/lost/picture.jpg").status_code == 404


def test_a_posted_card_says_what_its_alt_text_says(site):
    """A tip that was posted with a card has that one on its page, and the page does not repeat it."""
    site.publish("card", key="card", picture=Picture(name=CARD, alt="In other words"))
    assert meta(site, "/tips/card")["og:image:alt"] == "In other words"
    assert pictures(site, "card") == []


@pytest.mark.parametrize(
    ("address", "creator"),
    [
        ("https://example.social/@tentips/77", "@tentips@example.social"),
        ("https://example.social/@ten.tips/statuses/01H", "@ten.tips@example.social"),
        ("https://example.social/notice/77", None),
    ],
)
def test_the_account_in_the_fediverse_is_named(site, address, creator):
    """A page names the account that posted the tip, where the post's address tells its handle."""
    site.posted("mastodon", address)
    assert meta(site, f"/tips/{TIP}").get("fediverse:creator") == creator
