"""The pages in a real Chromium: what people see, press and hear read out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import count, product

import html5lib
import pytest
from playwright.sync_api import Page, expect

from bot.core.model.entry import Author
from bot.web.forms.moderation_link import link
from bot.web.security.session import Signer
from tests.browser import running_browser
from tests.hostile import TEXTS
from tests.hostile import entries as hostile_entries
from tests.site import BESIDE_TITLE, KEY, TIP, TITLE, RunningSite, running_site
from tests.web.pages.test_pages import HOSTILE

pytestmark = pytest.mark.long  # a browser takes seconds for each page

PHONE = {"width": 360, "height": 740}

CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = css => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = css => {
    const [r, g, b] = [...rgba(css)].slice(0, 3).map(v => v / 255)
      .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const css = getComputedStyle(e).backgroundColor;
      if (rgba(css)[3] === 255) return css;
    }
    return 'white';
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim(), e = texts.currentNode.parentElement;
    if (!text || e.closest('.trap')) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
    found.push([text, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]);
  }
  return found;
}"""

REACHED = """() => {
  const e = document.activeElement, style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  return {
    name: e.id || e.getAttribute('href') || e.textContent.trim(),
    outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    visible: box.width > 1 && box.right > 0 && box.left < innerWidth,
  };
}"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """One Chromium for all tests in this file."""
    with running_browser(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def site(tmp_path):
    """A site that has posted nothing yet."""
    with running_site(tmp_path) as running:
        yield running


@pytest.fixture
def page(browser, request):
    """A fresh visitor, whose console has to stay silent."""
    options = getattr(request, "param", {})
    context = browser.new_context(**options)
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("console", lambda message: troubles.append(message.text))
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
    yield opened
    context.close()
    assert [trouble for trouble in troubles if "status of 4" not in trouble] == []


def fill_with_discussion(site: RunningSite) -> None:
    """A tip with a discussion that has every shape: deep, hostile, long, right to left."""
    site.publish(
        link="https://example.org/" + "very-long/" * 30,
        title="Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen and more",
    )
    site.posted("mastodon", "https://example.social/@tentips/77")
    site.keep("0", "A word: " + "x" * 300, author=Author(name="N" * 90, handle="@" + "h" * 120))
    for number in range(1, 10):
        site.clock.move(timedelta(minutes=1))
        site.keep(str(number), f"Level {number}", in_reply_to=str(number - 1))
    site.keep("20", "x", html=HOSTILE, author=Author(name="\u202e<b>", handle="\u2067@x"))
    site.keep("21", "מה דעתכם על זה?", author=Author(name="כותבת"), language="he")


def write(page: Page, name: str, text: str) -> None:
    """Fill in the form and send it."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your reply").fill(text)
    page.get_by_role("button", name="Send reply").click()


def test_page_shows_the_tip(site, page):
    """Somebody who opens the site finds the tip, its summary and the form."""
    site.publish()
    page.goto(site.url)
    page.get_by_role("link", name=TITLE, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.locator(".p-summary").get_by_text(BESIDE_TITLE)).to_be_visible()
    expect(page.get_by_label("Your reply")).to_be_visible()


@pytest.mark.parametrize("page", [{}, {"java_script_enabled": False}], indirect=True)
def test_reply_and_delete(site, page):
    """A reply that is typed appears and can be deleted, with JavaScript and without."""
    site.publish()
    page.goto(f"{site.url}/tips/{TIP}")
    write(page, "Ada", "I see it differently.\n\nListen.")
    reply = page.get_by_role("listitem").filter(has_text="I see it differently.")
    expect(reply).to_be_visible()
    expect(reply.get_by_role("status")).to_contain_text("Thank you")
    reply.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_have_text("Your reply was deleted.")
    expect(page.get_by_text("I see it differently.")).to_have_count(0)


@pytest.mark.parametrize("page", [{"java_script_enabled": False, "viewport": PHONE}], indirect=True)
def test_long_discussion(site, page):
    """On a phone and without JavaScript, a long discussion is read to its end link by link."""
    site.publish()
    for number in range(101):
        site.keep(str(number), f"Reply {number}.")
    page.goto(f"{site.url}/tips/{TIP}")
    turn = page.get_by_role("navigation", name="More replies")
    expect(turn).to_contain_text("Page 1 of 2")
    turn.get_by_role("link", name="Later replies").click()
    expect(page.get_by_text("Reply 100.")).to_be_in_viewport()
    turn.get_by_role("link", name="Earlier replies").click()
    expect(page.get_by_text("Reply 0.")).to_be_in_viewport()


def test_answer_to_a_reply(site, page):
    """The link under a reply leads to a form that says whom it answers."""
    site.publish()
    page.goto(f"{site.url}/tips/{TIP}")
    write(page, "Ada", "First.")
    page.get_by_role("link", name="Reply to Ada").click()
    expect(page.get_by_text("In reply to Ada")).to_be_visible()
    write(page, "Bob", "Second.")
    second = page.get_by_role("listitem").filter(has_text="Second.")
    expect(second).to_contain_text("to Ada")
    assert "depth-1" in (second.get_attribute("class") or "")


def test_mistake_is_announced(site, page):
    """After a mistake the focus is on what is wrong, and nothing that was typed is lost."""
    site.publish()
    page.goto(f"{site.url}/tips/{TIP}")
    write(page, " ", "My words.")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Please give a name")
    expect(alert).to_be_focused()
    expect(page.get_by_label("Your reply")).to_have_value("My words.")
    alert.get_by_role("link", name="Please give a name").click()
    expect(page.get_by_label("Your name")).to_be_focused()


def test_hostile_entries_are_harmless(site, page):
    """What strangers wrote runs nothing, loads nothing, and stays within its own entry."""
    fill_with_discussion(site)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(f"{site.url}/tips/{TIP}")
    assert hosts == {site.url.removeprefix("http://")}
    expect(page.locator("h1")).to_have_count(1)
    expect(page.get_by_role("listitem").filter(has_text="Mine now")).to_have_count(1)
    assert page.locator("form").count() == 1


@pytest.mark.parametrize("page", [{"viewport": PHONE}], indirect=True)
@pytest.mark.parametrize("path", ["/", f"/tips/{TIP}", "/privacy", "/nothing"])
def test_no_sideways_scrolling_on_a_phone(site, page, path):
    """On a phone 360 pixels wide nothing sticks out, however long the words are."""
    fill_with_discussion(site)
    page.goto(site.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    widest = "Math.max(...[...document.querySelectorAll('main *:not(.unseen, .unseen *)')].map(e => e.getBoundingClientRect().right))"
    assert page.evaluate(widest) <= PHONE["width"]


@pytest.mark.parametrize(
    "page", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True
)
def test_contrast(site, page):
    """Every word on every page stands out from its ground by at least 4.5 to 1, light and dark."""
    fill_with_discussion(site)
    found = []
    for path in ("/", f"/tips/{TIP}", "/privacy", "/nothing"):
        page.goto(site.url + path)
        found += page.evaluate(CONTRASTS)
    page.goto(f"{site.url}/tips/{TIP}")
    write(page, " ", "Words")
    expect(page.get_by_role("alert")).to_be_visible()
    found += page.evaluate(CONTRASTS)
    write(page, "Ada", "Words of mine")
    expect(page.get_by_role("status")).to_be_visible()
    found += page.evaluate(CONTRASTS)
    assert len(found) > 100
    assert [pair for pair in found if pair[1] < 4.5] == []


def test_keyboard_reaches_everything(site, page):
    """The tab key reaches every link, field and button in order, each with a visible focus."""
    site.publish()
    site.keep("1", "A reply")
    page.goto(f"{site.url}/tips/{TIP}")
    page.eval_on_selector_all("details", "folded => folded.forEach(one => (one.open = true))")
    count = page.locator("a[href], summary, button, input:not([type=hidden]), textarea").count()
    reached = []
    for _ in range(count - 1):  # the trap for programs is left out
        page.keyboard.press("Tab")
        reached.append(page.evaluate(REACHED))
    assert all(each["outline"] and each["visible"] for each in reached), reached
    names = [each["name"] for each in reached]
    assert names[0] == "#main"
    assert [n for n in names if n.startswith("reply-")] == ["reply-name", "reply-text"]
    assert names.count("Send reply") == 1
    assert len(names) == count - 1


def test_reading_out(site, page):
    """A screen reader finds one main part, one first heading, and a name for every control."""
    site.publish()
    site.keep("1", "A reply")
    page.goto(f"{site.url}/tips/{TIP}")
    for role in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    levels = page.eval_on_selector_all(
        "h1, h2, h3, h4", "found => found.map(e => +e.tagName.slice(1))"
    )
    assert levels == [1, 2, 2]
    tree = page.locator("body").aria_snapshot()
    assert not re.search(r"- (link|button|textbox)( \[.*\])?:?$", tree, re.MULTILINE)
    assert "Website" not in tree


@pytest.mark.parametrize("page", [{"reduced_motion": "reduce"}], indirect=True)
def test_nothing_moves_for_who_asked(site, page):
    """Who asked for less motion gets no smooth scrolling."""
    page.goto(site.url)
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_print(site, page):
    """On paper there are the tip and its discussion, and no form."""
    site.publish()
    site.keep("1", "A reply")
    page.goto(f"{site.url}/tips/{TIP}")
    page.emulate_media(media="print")
    expect(page.get_by_text("A reply", exact=True)).to_be_visible()
    expect(page.get_by_label("Your reply")).to_be_hidden()


def test_right_to_left_stays_in_its_place(site, page):
    """A reply written from right to left reads so, and turns nothing around it."""
    fill_with_discussion(site)
    page.goto(f"{site.url}/tips/{TIP}")
    words = page.get_by_text("מה דעתכם על זה?")
    assert words.evaluate("e => getComputedStyle(e).direction") == "rtl"
    byline = page.get_by_role("listitem").filter(has_text="כותבת").locator(".byline")
    assert byline.evaluate("e => getComputedStyle(e).direction") == "ltr"


TRAP = """() => {
  window.sprung = [];
  for (const name of ['alert', 'confirm', 'prompt', 'open', 'msgbox'])
    window[name] = () => window.sprung.push(name);
}"""


@pytest.mark.long
@pytest.mark.parametrize("page", [{"viewport": PHONE}], indirect=True)
def test_everything_that_strangers_have_thought_of(site, page):
    """Two hundred hostile entries run nothing, load nothing, stand in their place and stick out nowhere."""
    site.publish()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(f"({TRAP})()")
    for one in hostile_entries(TIP, "mastodon"):
        with site.database.store.writing() as tx:
            tx.log.keep(one, site.clock.now())
    shown = 0
    for number in count(1):
        answer = page.goto(f"{site.url}/tips/{TIP}?page={number}", timeout=60_000)
        assert answer is not None
        if answer.status == 404:
            break
        html5lib.HTMLParser(strict=True).parse(answer.text())
        page.wait_for_timeout(200)
        assert page.evaluate("window.sprung") == []
        assert page.url == f"{site.url}/tips/{TIP}?page={number}"
        expect(page.locator("h1")).to_have_count(1)
        expect(page.locator("h1")).to_have_text(TITLE)
        assert (
            page.evaluate(
                "[...document.querySelectorAll('script:not([src*=live]), iframe, img, svg, form form, main style, object, embed, base, video, audio, [onerror], [onload], [onclick], [style]')].length"
            )
            == 0
        )
        kinds = page.eval_on_selector_all(
            "main a[href]:not(.share *)", "found => found.map(a => a.protocol)"
        )
        assert set(kinds) <= {"http:", "https:"}
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        shown += page.locator("li.remark").count()
    assert shown == len(TEXTS)
    assert {address.split("/")[2] for address in asked} == {site.url.removeprefix("http://")}


@pytest.mark.parametrize(
    "name",
    [
        "Ten Tips",
        "Ten tips on leading in the open",
        "A bot that has a rather long name, for reasons of its own",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
        "十のヒントと、それについて語られたすべてのこと",
        "عشر نصائح في القيادة المفتوحة لكل من يهتم بها",
    ],
)
def test_masthead_has_room_for_the_name(site, page, name):
    """However long the bot's name is, it leaves room for the way to the search beside it."""
    site.config = replace(site.config, bot=replace(site.config.bot, name=name))
    site.publish()
    for path, width in product(("/", f"/tips/{TIP}", "/privacy"), (320, 360, 412, 1100)):
        page.set_viewport_size({"width": width, "height": 740})
        if not page.url.endswith(path):
            page.goto(site.url + path)
        brand, seek = (page.locator(one).bounding_box() for one in (".brand a", ".seek a"))
        assert brand
        assert seek
        beside = brand["x"] + brand["width"] <= seek["x"] or seek["x"] + seek["width"] <= brand["x"]
        below = seek["y"] >= brand["y"] + brand["height"]
        assert beside or below
        assert seek["x"] + seek["width"] <= width


HEADINGS = """() => [...document.querySelectorAll('article h1, article h2, article h3')]
  .map(e => [Number(e.tagName[1]), parseFloat(getComputedStyle(e).fontSize)])"""


@pytest.mark.parametrize("page", [{"viewport": PHONE}, {}], indirect=True, ids=["phone", "desk"])
def test_headings_grow_smaller(site, page):
    """No heading is larger than the one that it stands below."""
    page.goto(f"{site.url}/privacy")
    sizes = dict(page.evaluate(HEADINGS))
    assert sizes[1] > sizes[2] > sizes[3]


@pytest.mark.parametrize("page", [{"viewport": PHONE}, {}], indirect=True, ids=["phone", "desk"])
def test_erasing_a_held_reply_is_confirmed(site, page):
    """The operator sees whose words wait under which tip; erasing stands apart, and asks first."""
    site.publish()
    page.goto(f"{site.url}/tips/{TIP}")
    write(page, "Ada", "See https://ada.example/")
    [held] = site.database.pages.held()
    page.goto(link(site.url, Signer(KEY), held.id, site.clock.now()))
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    show, erase = (
        page.get_by_role("button", name=name)
        for name in ("Show it to everybody", "Erase it for good")
    )
    expect(erase).not_to_be_visible()
    page.get_by_text("Erase it", exact=True).click()
    expect(page.get_by_text("Nobody can restore them.")).to_be_visible()
    colours = [one.evaluate("e => getComputedStyle(e).backgroundColor") for one in (show, erase)]
    assert colours[0] != colours[1]
    first, second = show.bounding_box(), erase.bounding_box()
    assert first
    assert second
    assert second["y"] - (first["y"] + first["height"]) >= 40
    erase.click()
    expect(page.get_by_text("This reply was erased.")).to_be_visible()
