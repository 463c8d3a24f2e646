"""What the site shows, read as a browser, a feed reader and another site would read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import feedparser
import html5lib
import httpx
import mf2py
import pytest
from sqlalchemy import event

from bot.core.model.entry import NOBODY, Author, EntryKind, Standing, Visibility
from bot.core.model.site_page import Comment
from bot.tips_file.values import parse_scalars
from bot.web import Health
from tests.site import (
    BESIDE_TITLE,
    BODY,
    TIP,
    TITLE,
    RunningSite,
    config,
    entry,
    lose_entries,
    running_site,
)

HOSTILE = (
    "<p>Hello <script>alert(1)</script><img src=x onerror=alert(1)>"
    "<a href='javascript:alert(1)'>one</a> <a href='/privacy'>two</a> "
    "<a href='https://example.org/x' onclick='alert(1)' style='color:red'>three</a>"
    "</p></div></li></ol><h1>Mine now</h1><form action='//example.org'><input name=q>"
    "<svg onload=alert(1)><style>body{display:none}</style>"
)


@pytest.fixture
def site(tmp_path):
    """A site that has posted nothing yet."""
    with running_site(tmp_path) as running:
        yield running


def get(site: RunningSite, path: str = f"/tips/{TIP}", **kwargs) -> httpx.Response:
    """The answer at an address of the site."""
    return httpx.get(site.url + path, **kwargs)


def parsed(response: httpx.Response) -> dict[str, Any]:
    """The microformats on a page."""
    found: dict[str, Any] = mf2py.parse(doc=response.text, url=str(response.url))
    return found


def test_empty_index(site):
    """A site that has not posted yet says so."""
    assert "Nothing has been posted yet" in get(site, "/").text


def test_index_lists_newest_first(site):
    """The index lists posted tips newest first, each with its summary and its number of replies."""
    site.publish("older", key="a", title="The older one")
    site.clock.move(timedelta(days=1))
    site.publish()
    site.keep("1", "One reply")
    feed = parsed(get(site, "/"))["items"][0]
    assert [item["properties"]["name"][0] for item in feed["children"]] == [TITLE, "The older one"]
    assert feed["children"][0]["properties"]["summary"] == [BESIDE_TITLE]
    assert "1 reply" in get(site, "/").text


def test_index_is_paged(site):
    """Whoever follows the links to older tips meets every tip once."""
    for number in range(45):
        site.publish(f"tip-{number}", key=f"k{number}", title=f"Title {number}.")
        site.clock.move(timedelta(hours=1))
    seen: list[str | None] = []
    path: str | None = "/"
    while path:
        document = html5lib.parse(get(site, path).text, namespaceHTMLElements=False)
        seen += [link.text for link in document.findall(".//h3/a")]
        following = document.find(".//a[@rel='next']")
        path = None if following is None else "/" + following.get("href", "").removeprefix("./")
    assert seen == [f"Title {number}." for number in reversed(range(45))]


@pytest.mark.parametrize(
    "before",
    [
        *("", "yesterday", "2026-03-01", "1970-01-01T00:00:00Z"),
        *("0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_index_before_nonsense(site, before):
    """A made-up address of older tips is not found, rather than an error."""
    site.publish()
    assert get(site, f"/?before={before}").status_code == 404


def test_page_is_an_h_entry(site):
    """A tip's page tells machines its name, summary, content, date, author, tags and addresses."""
    site.publish()
    site.posted("mastodon", "https://example.social/@tentips/77")
    (entry,) = parsed(get(site))["items"]
    told = entry["properties"]
    assert told["name"] == [TITLE]
    assert told["summary"] == [BESIDE_TITLE]
    assert told["content"][0]["value"].split() == BODY.split()
    assert told["published"] == ["2026-03-02T09:00:00Z"]
    assert told["category"] == ["listening", "digital"]
    assert told["url"] == [f"{site.url}/tips/{TIP}"]
    assert told["syndication"] == ["https://example.social/@tentips/77"]
    assert told["author"][0]["properties"]["name"] == ["Ten Tips"]


def test_responses_are_h_cites(site):
    """Each response tells machines who said what, when and where."""
    site.publish()
    site.keep("1", "I disagree.", html="<p>I <b>disagree</b>.</p>")
    (cite,) = parsed(get(site))["items"][0]["properties"]["comment"]
    told = cite["properties"]
    assert cite["type"] == ["h-cite"]
    assert told["author"][0]["properties"]["name"] == ["A Reader"]
    assert told["author"][0]["properties"]["url"] == ["https://example.social/@reader"]
    assert told["content"][0]["value"].strip() == "I disagree."
    assert told["published"] == ["2026-03-02T09:00:00Z"]
    assert told["url"] == ["https://example.social/@reader/1"]


def test_thread_of_all_networks(site):
    """Replies of every network stand under the tip, each after what it answers."""
    site.publish()
    site.keep("1", "First")
    site.clock.move(timedelta(minutes=1))
    site.keep("2", "Second")
    site.clock.move(timedelta(minutes=1))
    site.keep("3", "To the first", in_reply_to="1", kind=EntryKind.QUOTE)
    cites = parsed(get(site))["items"][0]["properties"]["comment"]
    said = [cite["properties"]["content"][0]["value"].strip() for cite in cites]
    assert said == ["First", "To the first", "Second"]
    assert "quoted on Mastodon" in get(site).text


@pytest.mark.parametrize("path", ["/", f"/tips/{TIP}", "/privacy", "/nothing/here"])
def test_pages_are_valid_html(site, path):
    """Every page is HTML without a single parse error, whatever strangers wrote."""
    site.publish()
    site.keep("1", "x", html=HOSTILE)
    site.keep("2", "</li><script>", in_reply_to="1", author=Author(name='"><b>x', handle="<i>"))
    html5lib.HTMLParser(strict=True).parse(get(site, path).text)


def test_hostile_markup_is_cleaned(site):
    """Nothing of a stranger's markup survives but paragraphs, breaks and links to the web."""
    site.publish()
    site.keep("1", "x", html=HOSTILE, author=Author(name="X", url="javascript:alert(1)"))
    document = html5lib.parse(get(site).text, namespaceHTMLElements=False)
    (words,) = document.findall(".//li//div[@class='e-content p-name prose']")
    assert {element.tag for element in words.iter()} <= {"div", "p", "br", "a", "span"}
    links = [dict(link.attrib) for link in words.iter("a")]
    rel = "nofollow ugc noopener"
    assert links == [{"rel": rel}, {"rel": rel}, {"href": "https://example.org/x", "rel": rel}]
    assert [one.get("src", "").partition("?")[0] for one in document.iter("script")] == [
        "../static/live.js"
    ]
    assert "javascript:" not in get(site).text


def test_direction_and_controls_are_harmless(site):
    """No name or text can turn the direction of what stands around it, or hide in controls."""
    site.publish()
    site.keep("1", "a\u202eb\x07c", author=Author(name="evil\u202egood", handle="\u2067@x"))
    site.keep("2", "x", html="<p>y&#x202e;z&#x9b;</p>")
    page = get(site).text
    assert "abc" in page
    assert "evilgood" in page
    assert "yz" in page
    assert not {"\u202e", "\u2067", "\x07", "\x9b"} & set(page)


def test_unlisted_is_not_shown(site):
    """What was said unlisted is on no public page, though an answer to it keeps its place."""
    site.publish()
    site.keep("1", "Between us", visibility=Visibility.UNLISTED)
    site.keep("2", "In public", in_reply_to="1")
    page = get(site).text
    assert "Between us" not in page
    assert "This reply is not shown here." in page
    assert "1 reply" in page
    assert "1 reply" in get(site, "/").text


def test_an_answer_to_an_unlisted_reply_is_not_shown(site):
    """The bot's answer names whom it answers: where they spoke unlisted, it is on no page either."""
    site.publish()
    site.keep("1", "Between us", visibility=Visibility.UNLISTED)
    site.keep("2", "@bob@far.example Thanks", in_reply_to="1", ours=True)
    site.keep("3", "In public")
    site.keep("4", "@ann@far.example Thanks", in_reply_to="3", ours=True)
    page = get(site).text
    assert "bob@far.example" not in page
    assert "ann@far.example" in page
    assert "2 replies" in page
    assert "2 replies" in get(site, "/").text


@pytest.mark.parametrize("standing", [Standing.HIDDEN, Standing.HELD])
def test_what_the_operator_took_away_is_not_shown(site, standing):
    """What is hidden or held is on no page, nor is what the bot answered to it."""
    site.publish()
    site.keep("1", "Rude words", standing=standing)
    site.keep("2", "@bob@far.example Now, now", in_reply_to="1", ours=True)
    site.keep("3", "In public", in_reply_to="1")
    site.keep("4", "Said too much", ours=True, standing=standing)
    page = get(site).text
    assert not any(words in page for words in ("Rude words", "bob@far.example", "Said too much"))
    assert "This reply is not shown here." in page
    assert "1 reply" in page
    assert "1 reply" in get(site, "/").text


def test_unlisted_is_shown_by_the_operators_word(site):
    """Where the file says so, unlisted replies are shown as public ones are; hidden ones are not."""
    site.config = replace(site.config, bot=replace(site.config.bot, show_unlisted=True))
    site.publish()
    site.keep("1", "Between us", visibility=Visibility.UNLISTED)
    site.keep("2", "@bob@far.example Thanks", in_reply_to="1", ours=True)
    site.keep("3", "Rude", visibility=Visibility.UNLISTED, standing=Standing.HIDDEN)
    page = get(site).text
    assert "Between us" in page
    assert "bob@far.example" in page
    assert "Rude" not in page
    assert "2 replies" in page
    assert "2 replies" in get(site, "/").text
    assert "Unlisted replies are shown as well." in get(site, "/privacy").text


def test_the_privacy_page_says_how_to_be_forgotten(site):
    """Whoever wants nothing kept finds the words for it."""
    page = get(site, "/privacy").text
    assert all(
        words in page for words in ("forget me", "#nolog", "#nobot", "not shown on these pages")
    )


COPIES = "Copies stay in the files of the bot’s database server"


def test_the_privacy_page_says_what_is_left(tmp_path, database_url):
    """Where the database keeps copies of what was erased, the page says it; elsewhere it does not."""
    with running_site(tmp_path, database_url=database_url) as site:
        assert (COPIES in get(site, "/privacy").text) == (database_url is not None)


def test_deleted_leaves_a_gap_only_where_needed(site):
    """A deleted reply is gone without a trace, unless somebody answered it."""
    site.publish()
    gone = {"author": NOBODY, "url": None, "deleted_at": site.clock.now()}
    site.keep("1", "", **gone)
    assert "was deleted" not in get(site).text
    site.keep("2", "An answer", in_reply_to="1")
    assert "This reply was deleted." in get(site).text


def test_deep_thread(site):
    """A thread of a thousand levels is shown whole, page by page, and is indented only so far."""
    site.publish()
    with site.database.store.writing() as tx:
        for number in range(1000):
            at = site.clock.now() + timedelta(seconds=number)
            parent = str(number - 1) if number else None
            tx.log.keep(entry(str(number), f"level {number}.", at, in_reply_to=parent), at)
    pages = [get(site, f"/tips/{TIP}?page={number}").text for number in range(1, 6)]
    assert sum(page.count('<li class="remark') for page in pages) == 1000
    assert pages[0].count("depth-6") == 195  # a fold is as deep as what is in it
    assert "depth-7" not in "".join(pages)


def hear(site: RunningSite, threads: int, *, depth: int = 1) -> None:
    """Have so many threads heard, each of so many replies, one after the other."""
    with site.database.store.writing() as tx:
        for number in range(threads * depth):
            at = site.clock.now() + timedelta(seconds=number)
            parent = str(number - 1) if number % depth else None
            tx.log.keep(entry(str(number), f"Reply {number}.", at, in_reply_to=parent), at)


def read(site: RunningSite, path: str) -> Any:
    """A page, which has to be HTML without a single parse error."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(get(site, path).text)


def replies_on(page: Any) -> list[int]:
    """The numbers of the replies on a page."""
    texts = ["".join(each.itertext()) for each in page.iterfind(".//li[@id]/div")]
    return [int(text.strip().removeprefix("Reply ").removesuffix(".")) for text in texts]


def way(page: Any, rel: str) -> str | None:
    """Where the link to the next or previous part of the discussion leads."""
    link = page.find(f".//nav/a[@rel='{rel}']")
    return None if link is None else link.get("href", "").removeprefix("..")


def test_long_discussion_is_paged(site):
    """Whoever follows the links through a long discussion meets every reply once, and finds back."""
    site.publish()
    hear(site, 250)
    pages = [read(site, f"/tips/{TIP}")]
    while following := way(pages[-1], "next"):
        pages.append(read(site, following))
    seen = [replies_on(page) for page in pages]
    assert [reply for replies in seen for reply in replies] == list(range(250))
    assert [len(replies) for replies in seen] == [100, 100, 50]
    assert {page.find(".//h2[@id='discussion-title']").text for page in pages} == {"250 replies"}
    first, second = f"/tips/{TIP}#discussion", f"/tips/{TIP}?page=2#discussion"
    assert [way(page, "prev") for page in pages] == [None, first, second]


def test_short_discussion_is_not_paged(site):
    """A discussion that fits on one page has no links to others."""
    site.publish()
    hear(site, 100)
    page = read(site, f"/tips/{TIP}")
    assert len(replies_on(page)) == 100
    assert way(page, "next") is way(page, "prev") is None


def test_threads_stay_whole(site):
    """A thread is not torn apart because a page is nearly full."""
    site.publish()
    hear(site, 5, depth=70)
    assert replies_on(read(site, f"/tips/{TIP}?page=1")) == list(range(140))
    assert replies_on(read(site, f"/tips/{TIP}?page=2")) == list(range(140, 280))


def test_endless_thread_is_cut(site):
    """No page grows without end: an endless thread goes on overleaf, with a way to what is answered."""
    site.publish()
    hear(site, 1, depth=202)
    page = read(site, f"/tips/{TIP}?page=2")
    assert replies_on(page) == [200, 201]
    overleaf, here = [link.get("href") for link in page.iterfind(".//span[@class='to']/a")]
    assert here.startswith("#")
    path, _, anchor = overleaf.removeprefix("..").partition("#")
    (answered,) = read(site, path).iterfind(f".//li[@id='{anchor}']/div")
    assert "Reply 199." in "".join(answered.itertext())


@pytest.mark.parametrize("number", ["", "0", "-1", "two", "3", "9" * 5000, "%D9%A2"])
def test_page_of_nonsense(site, number):
    """A page that the discussion does not have is not found, rather than an error."""
    site.publish()
    hear(site, 101)
    assert get(site, f"/tips/{TIP}?page={number}").status_code == 404


def test_link_to_what_is_gone(site):
    """A link to a reply that is not there any more shows the beginning of the discussion."""
    site.publish()
    hear(site, 101)
    assert replies_on(read(site, f"/tips/{TIP}?at=entry-999")) == list(range(100))


def test_each_page_is_its_own(site):
    """Each page of a discussion names its own address and its number."""
    site.publish()
    hear(site, 101)
    second = get(site, f"/tips/{TIP}?page=2").text
    assert f'<link rel="canonical" href="https://tips.example/tips/{TIP}?page=2">' in second
    assert f"<title>{TITLE}, page 2 – Ten Tips</title>" in second


def comment(site: RunningSite, count: int) -> None:
    """Have so many comments written, and heard."""
    for number in range(count):
        site.database.pages.write(
            Comment(id=f"c{number}", tip=TIP, name="Ada", text="Hm", at=site.clock.now(), owner="o")
        )
    with site.database.store.writing() as tx:
        for heard in site.platform.poll(None).entries:
            tx.log.keep(heard, site.clock.now())


def test_work_does_not_grow(site):
    """However much was said, a page asks the memory no more often than for a little."""
    site.publish()
    asked: list[str] = []
    event.listen(
        site.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2])
    )
    counts = []
    for number in (1, 90):
        hear(site, number)
        comment(site, number)
        asked.clear()
        for path in ("/", f"/tips/{TIP}"):
            get(site, path, cookies={"tipsbot": "a" * 43})
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_retracted_is_gone(site):
    """A tip that was taken back answers 410, and is in neither index nor feed."""
    receipt = site.publish()
    site.platform.retract(receipt.remote_id)
    assert get(site).status_code == 410
    assert TITLE not in get(site, "/").text
    assert TITLE not in get(site, "/feed.atom").text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/tips/unknown", 404),
        ("GET", "/tips/%00", 404),
        ("GET", "/static/..%2fapp.py", 404),
        ("GET", "/comments/none/delete", 404),
        ("PUT", f"/tips/{TIP}", 405),
        ("POST", "/", 405),
    ],
)
def test_errors_have_a_page(site, method, path, status):
    """What is not there, or not to be done, is said on a page with a way back."""
    site.publish()
    answer = httpx.request(method, site.url + path)
    assert answer.status_code == status
    assert "See all tips" in answer.text


def test_method_not_allowed_says_what_is(site):
    """A 405 names the methods that the address takes."""
    answer = httpx.put(f"{site.url}/tips/{TIP}")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("path", ["/", f"/tips/{TIP}", "/feed.atom", "/privacy", "/robots.txt"])
def test_head(site, path):
    """HEAD gives the headers of GET and no body."""
    site.publish()
    cookies = {"tipsbot": "a" * 43}
    head, full = httpx.head(site.url + path, cookies=cookies), get(site, path, cookies=cookies)
    assert head.content == b""
    assert head.headers["content-length"] == full.headers["content-length"]


@pytest.mark.parametrize(
    "path", ["/", f"/tips/{TIP}", "/feed.atom", "/healthz", "/nothing", "/static/site.css"]
)
def test_every_answer_is_guarded(site, path):
    """Every answer forbids foreign and inline scripts, frames, foreign content, guessing of types."""
    site.publish()
    headers = get(site, path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; connect-src 'self'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "cache-control" in headers


@pytest.mark.parametrize("path", ["/", f"/tips/{TIP}", "/feed.atom", "/static/icon.svg"])
def test_unchanged_is_not_sent_again(site, path):
    """Who has the page already is told so, until something is said."""
    site.publish()
    cookies = {"tipsbot": "a" * 43}
    first = get(site, path, cookies=cookies)
    known = {"if-none-match": first.headers["etag"]}
    assert get(site, path, cookies=cookies, headers=known).status_code == 304


def test_changed_is_sent_again(site):
    """A new reply is on the page at the next look."""
    site.publish()
    tag = get(site, "/").headers["etag"]
    site.keep("1", "New")
    assert get(site, "/", headers={"if-none-match": tag}).status_code == 200


def test_feed_is_valid(site):
    """The feed is well-formed Atom with stable ids, dates, author and clean content."""
    site.publish(body="Two < three & <script>alert(1)</script>\x07\n\nMore.")
    answer = get(site, "/feed.atom")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert answer.headers["content-type"].startswith("application/atom+xml")
    (item,) = feed.entries
    assert item.id == item.link == f"https://tips.example/tips/{TIP}"
    assert item.title == TITLE
    assert item.summary == BESIDE_TITLE
    assert item.published == item.updated == "2026-03-02T09:00:00Z"
    assert "Two &lt; three" in item.content[0].value
    assert "<script" not in item.content[0].value
    assert "Credit: @clarkmike" in item.content[0].value
    assert [tag.term for tag in item.tags] == ["listening", "digital"]


def test_empty_feed_is_valid(site):
    """A feed without tips is well-formed, too."""
    assert not feedparser.parse(get(site, "/feed.atom").content).bozo


def test_health(site):
    """Health is 200 while the bot works and 503 when it does not, never from a cache."""
    well = get(site, "/healthz")
    assert (well.status_code, well.json()) == (200, {"ok": True, "bot": "ten-tips"})
    site.health = Health(ok=False, facts={"why": "no clock"})
    ill = get(site, "/healthz")
    assert (ill.status_code, ill.json()) == (503, {"ok": False, "why": "no clock"})
    assert ill.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("https://example.org/about", 'href="https://example.org/about"'),
        ("mailto:me@example.org", 'href="mailto:me@example.org"'),
    ],
)
def test_privacy_names_the_contact(site, contact, shown):
    """The privacy page leads to whom to ask for a removal, whichever way the file names them."""
    site.config = config(contact=parse_scalars.contact(contact))
    assert shown in get(site, "/privacy").text


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (None, "reply to any of the bot’s posts"),
        ("javascript:alert(1)", "<bdi>javascript:alert(1)</bdi>"),
    ],
)
def test_privacy_without_a_link(site, contact, shown):
    """Where there is no contact, or none that a link may lead to, the privacy page still helps."""
    site.config = config(contact=contact)
    assert shown in get(site, "/privacy").text


def test_edit_of_the_file_shows_at_once(site):
    """A new name in tips.yaml is on the pages without a restart."""
    site.config = config(site="https://elsewhere.example")
    site.publish()
    assert f'<link rel="canonical" href="https://elsewhere.example/tips/{TIP}">' in get(site).text


def test_source_is_linked(site):
    """A tip's own link is shown as its source; its own page, and what is no web address, is not."""
    site.publish("linked", key="a", link="https://example.org/source")
    site.publish("odd", key="b", link="javascript:alert(1)")
    site.publish()
    assert 'href="https://example.org/source"' in get(site, "/tips/linked").text
    assert "Source" not in get(site, "/tips/odd").text
    assert "Source" not in get(site).text


def test_times_are_local_and_say_so(site):
    """A time is shown in the bot's zone with the zone's name."""
    site.clock.moment = site.clock.moment.replace(month=7)
    site.publish()
    site.keep("1", "In summer")
    assert ">2 July 2026, 10:00 BST</time>" in get(site).text


def test_broken_memory_is_said_plainly(site, capsys):
    """A page that cannot be made says to come back, in a line in the log and no traceback."""
    site.publish()
    lose_entries(site)
    answer = get(site)
    assert answer.status_code == 503
    assert "cannot use its database" in answer.text
    assert answer.headers["content-security-policy"]
    assert "Traceback" not in "".join(capsys.readouterr())


def test_surprise_is_said_plainly(site, capsys):
    """A mistake of ours is a page for the visitor and one line for the operator."""

    class Broken:
        def __getattr__(self, name):
            raise RuntimeError("surprise")

    site.health = Broken()
    answer = get(site, "/healthz")
    assert answer.status_code == 500
    assert "surprise" not in answer.text
    told = "".join(capsys.readouterr())
    assert "RuntimeError: surprise" in told
    assert "Traceback" not in told
