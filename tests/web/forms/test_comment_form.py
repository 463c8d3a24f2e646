"""The form under a tip, as a browser, a program and an attacker would send it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Self

import html5lib
import httpx
import pytest

from bot.app.site.comments import NAME_MAX, STANDING_MAX, TEXT_MAX, CommentWriter, NewComment
from bot.core.model.entry import Entry
from bot.core.model.site_page import Comment
from bot.store.tables import comments
from bot.web.security.clients import CommentLimits
from tests.site import NINE, TIP, RunningSite, config, lose_entries, running_site


@pytest.fixture
def site(tmp_path):
    """A site that has posted one tip."""
    with running_site(tmp_path) as running:
        running.publish()
        yield running


class Browser:
    """A visitor without JavaScript: keeps cookies, reads the form and sends it."""

    def __init__(self, site: RunningSite) -> None:
        self.client = httpx.Client(base_url=site.url, follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def send(self, text="I disagree.", name="Ada", query="", **fields) -> httpx.Response:
        """Open the page, fill in the form and send it."""
        self.client.get(f"/tips/{TIP}{query}")
        hidden = self.hidden(self.client.get(f"/tips/{TIP}{query}"))
        data = hidden | {"name": name, "text": text} | fields
        return self.client.post(f"/tips/{TIP}", data=data)

    def hidden(self, page: httpx.Response, action=f"tips/{TIP}") -> dict[str, str]:
        """The hidden fields of the form with this action."""
        document = html5lib.parse(page.text, namespaceHTMLElements=False)
        form = next(f for f in document.iter("form") if f.get("action").endswith(action))
        fields = [field for field in form.iter("input") if field.get("type") == "hidden"]
        return {field.get("name"): field.get("value") for field in fields}


@pytest.fixture
def browser(site):
    """A visitor."""
    with Browser(site) as visitor:
        yield visitor


@pytest.fixture
def another(site):
    """Another visitor."""
    with Browser(site) as visitor:
        yield visitor


def logged(site: RunningSite) -> list[Entry]:
    """The discussion of the tip, as the log has it."""
    with site.database.store.reading() as tx:
        return list(tx.log.entries(tip=TIP))


def written(site: RunningSite) -> list[Comment]:
    """The comments, as the site has them."""
    return list(site.database.pages.changes(0, 1000))


def test_reply_is_in_the_log_at_once(site, browser):
    """What is typed into the form is on the page and in the log at once, under its tip."""
    answer = browser.send("I disagree.\r\n\r\nWith the word.", " Ada \t Lovelace ")
    assert answer.status_code == 200
    (entry,) = logged(site)
    assert entry.text == "I disagree.\n\nWith the word."
    assert entry.author.name == "Ada Lovelace"
    assert (entry.tip, entry.account, entry.kind.value) == (TIP, "site", "comment")
    place = f"comment-{entry.remote_id}"
    assert entry.url == f"https://tips.example/tips/{TIP}?at={place}#{place}"
    assert entry.at == NINE
    assert f'id="comment-{entry.remote_id}"' in answer.text
    assert "Thank you, your reply is published" in answer.text


def test_reply_survives_a_restart(tmp_path):
    """A reply is still there after a restart, and its writer can still delete it."""
    with running_site(tmp_path) as site, Browser(site) as browser:
        site.publish()
        browser.send("To be kept.")
        cookie = browser.client.cookies["tipsbot"]
    with running_site(tmp_path) as site:
        page = httpx.get(f"{site.url}/tips/{TIP}", cookies={"tipsbot": cookie})
        assert "To be kept." in page.text
        assert "/delete" in page.text


def test_reload_sends_nothing_again(browser):
    """After sending, the browser stands on a page that a reload only reads again."""
    answer = browser.send()
    assert [step.status_code for step in answer.history] == [303]
    assert answer.request.method == "GET"


def test_sent_twice_is_kept_once(site, browser):
    """A second click on the button makes no second reply."""
    browser.send("The same.")
    browser.send("The same.")
    assert len(logged(site)) == 1


def test_same_words_after_deletion(site, browser):
    """Words that were deleted can be said again."""
    answer = browser.send("The same.")
    delete(browser, answer, logged(site)[0].remote_id)
    browser.send("The same.")
    assert [entry.text for entry in logged(site) if entry.is_legible] == ["The same."]


def test_same_words_of_two_people(site, browser, another):
    """The same words of two people are two replies."""
    browser.send("Agreed.")
    another.send("Agreed.")
    assert len(logged(site)) == 2


def test_reply_to_a_reply(site, browser, another):
    """Who follows the link under a reply answers that reply."""
    browser.send("First.")
    (first,) = logged(site)
    answer = another.send("Second.", "Bob", query=f"?reply={first.remote_id}")
    assert [entry.in_reply_to for entry in logged(site)] == [None, first.remote_id]
    assert "depth-1" in answer.text


def keep_many(site: RunningSite) -> None:
    """Have more heard than one page shows."""
    for number in range(101):
        site.keep(str(number), f"Heard {number}.")
    site.clock.move(timedelta(hours=1))


def test_reply_to_a_long_discussion(site, browser):
    """Who sends a reply to a long discussion is led to the page on which it stands."""
    keep_many(site)
    answer = browser.send("Mine.")
    assert "Mine." in answer.text
    assert "Thank you, your reply is published" in answer.text
    assert "Page 2 of 2" in answer.text


def test_answer_in_a_long_discussion(site, browser, another):
    """An answer to a reply on a later page is written there, handed back there, and stands there."""
    keep_many(site)
    page = browser.send("First.")
    (link,) = re.findall(r'href="\.\./(tips/[^"]+\?reply=[^"#]+)#reply"', page.text)
    query = f"?{link.partition('?')[2]}"
    form = another.client.get(f"/tips/{TIP}{query}").text
    assert "In reply to" in form
    assert "Page 2 of 2" in form
    flawed = another.send("Second.", " ", query=query)
    assert "In reply to" in flawed.text
    answer = another.send("Second.", "Bob", query=query)
    assert logged(site)[-1].in_reply_to == logged(site)[-2].remote_id
    assert "Second." in answer.text
    assert "depth-1" in answer.text


def test_link_to_a_reply_in_a_long_discussion(site, browser):
    """The link that a reply has leads to it from anywhere, on whatever page it stands."""
    keep_many(site)
    page = browser.send("Mine.").text
    link = re.search(r'href="\.\.(/tips/[^"]+)#([^"]+)">said here', page)
    assert link is not None
    assert f'id="{link[2]}"' in httpx.get(site.url + link[1]).text


def fill(site: RunningSite, count: int) -> None:
    """Put so many comments under the tip."""
    plain = {"name": "Ada", "text": "Hm", "at": NINE, "owner": "o", "ours": False}
    rows = [plain | {"bot": "bot", "tip": TIP, "id": f"c{n}", "seq": n + 1} for n in range(count)]
    with site.database.engine.begin() as connection:
        connection.execute(comments.insert(), rows)


def test_full_discussion(site, browser):
    """Under a tip that has all the replies that fit, one more is handed back with the reason."""
    fill(site, STANDING_MAX)
    refused = browser.send("One too many.")
    assert refused.status_code == 422
    assert "This tip has 5,000 replies here, and that is all that fit." in refused.text
    assert "One too many." in refused.text
    assert logged(site) == []


def test_last_reply_that_fits(site):
    """The last reply that fits may be sent twice, and a deletion makes room for another."""
    fill(site, STANDING_MAX - 1)
    commenting = CommentWriter(
        site.database.pages,
        heard=lambda: None,
        is_forgotten=lambda _: False,
        is_reserved=lambda _: False,
    )
    last, more = (NewComment(tip=TIP, name="Ada", text=text) for text in ("Last.", "More."))
    kept = commenting.write(last, owner="ada", now=NINE)
    assert commenting.write(last, owner="ada", now=NINE) == kept
    assert list(commenting.flaws(more, owner="ada")) == ["tip"]
    commenting.erase("c1", now=NINE)
    assert commenting.flaws(more, owner="ada") == {}


def test_reply_to_what_is_gone(site, browser):
    """An answer to a reply that is gone is handed back, and can be sent to the tip instead."""
    answer = browser.send("My answer.", in_reply_to="nowhere")
    assert answer.status_code == 422
    assert "The reply that you are answering is gone" in answer.text
    assert "My answer." in answer.text
    assert "in_reply_to" not in browser.hidden(answer)


def test_reply_to_another_tips_reply(site, browser):
    """A reply cannot be hung under a reply to another tip."""
    site.publish("other", key="other")
    site.database.pages.write(
        Comment(id="there", tip="other", name="X", text="Y", at=NINE, owner="z")
    )
    assert browser.send(in_reply_to="there").status_code == 422


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (" ", "Words", "Please give a name"),
        ("\u200b\u2066", "Words", "Please give a name"),
        ("n" * (NAME_MAX + 1), "Words", f"The name has {NAME_MAX + 1} characters"),
        ("Ada", " \n ", "Please write your reply"),
        ("Ada", "\u200b", "Please write your reply"),
        ("Ada", "é" * (TEXT_MAX + 1), "The reply has 5,001 characters"),
    ],
)
def test_flawed_reply_is_handed_back(site, browser, name, text, said):
    """What is missing or too long is said beside its field, and nothing that was typed is lost."""
    answer = browser.send(text, name)
    document = html5lib.parse(answer.text, namespaceHTMLElements=False)
    assert answer.status_code == 422
    assert said in answer.text
    assert document.find(".//textarea[@name='text']").text.strip() == text.strip()
    (wrong,) = [e for e in document.iter() if e.get("aria-invalid")]
    assert said in document.find(f".//*[@id='{wrong.get('aria-describedby').split()[1]}']").text
    assert logged(site) == []


def test_longest_reply_is_taken(site, browser):
    """A reply of the greatest length is taken, also in the widest characters."""
    browser.send("😀" * TEXT_MAX, "😀" * NAME_MAX)
    assert logged(site)[0].text == "😀" * TEXT_MAX


def test_leading_newline_is_kept_in_the_form(browser):
    """Handing back a text changes nothing in it, its first newline included."""
    answer = browser.send("\n\n  Indented", " ")
    document = html5lib.parse(answer.text, namespaceHTMLElements=False)
    assert document.find(".//textarea[@name='text']").text == "\n\n  Indented"


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "</textarea><b>", "{{ 7*7 }}", '" onfocus="x', "&lt;"]
)
def test_markup_is_only_text(site, browser, text):
    """Markup that is typed into the form is shown as it was typed, and is nothing but text."""
    answer = browser.send(text, text)
    document = html5lib.parse(answer.text, namespaceHTMLElements=False)
    words = document.find(".//li//div[@class='e-content p-name prose']")
    assert "".join(words.itertext()).strip() == text
    assert not [one for one in document.iter("script") if one.get("src") is None]


def test_controls_never_reach_the_log(site, browser):
    """Control and direction characters are taken out before anything is kept."""
    browser.send("a\x00b\x1b[31mc\u202ed\x85e", "Ev\u202eil")
    (entry,) = logged(site)
    assert (entry.text, entry.author.name) == ("ab[31mcde", "Evil")


@pytest.mark.parametrize("token", ["", "0" * 40, "é"])
def test_forged_form_is_refused(site, browser, token):
    """A form without our token is refused, and what was typed is handed back."""
    answer = browser.send("My words.", token=token)
    assert answer.status_code == 403
    assert "My words." in answer.text
    assert logged(site) == []


def test_token_of_another_visitor_is_refused(site, browser, another):
    """A token works only in the browser that was given it."""
    another.client.get(f"/tips/{TIP}")
    stolen = another.hidden(another.client.get(f"/tips/{TIP}"))["token"]
    assert browser.send(token=stolen).status_code == 403


def test_form_from_another_site_takes_no_cookie_away(site):
    """A form that another site sends is refused, and cannot replace a visitor's cookie."""
    answer = httpx.post(
        f"{site.url}/tips/{TIP}",
        data={"name": "x", "text": "y"},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_lost_cookie_can_be_mended(site, browser):
    """Who comes back after the cookie has ended sends the same page once more, and it works."""
    browser.client.headers["Sec-Fetch-Site"] = "same-origin"
    stale = browser.hidden(browser.client.get(f"/tips/{TIP}"))
    browser.client.cookies.clear()
    refused = browser.client.post(f"/tips/{TIP}", data=stale | {"name": "A", "text": "B"})
    assert refused.status_code == 403
    again = browser.hidden(refused) | {"name": "A", "text": "B"}
    assert browser.client.post(f"/tips/{TIP}", data=again).status_code == 200
    assert len(logged(site)) == 1


def test_trap_catches_programs(site, browser):
    """Who fills in the field that people do not see is refused, and told why."""
    answer = browser.send("Buy now", website="https://spam.example")
    assert answer.status_code == 422
    assert "leave the field “Website” empty" in answer.text
    assert logged(site) == []


def test_flood_is_stopped(site, browser):
    """After six replies from one address the seventh waits, with its text kept, and then goes."""
    for number in range(6):
        assert browser.send(f"Reply {number}").status_code == 200
    refused = browser.send("Reply 7")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 100
    assert "Reply 7" in refused.text
    site.clock.move(timedelta(seconds=100))
    assert browser.send("Reply 7").status_code == 200
    assert len(logged(site)) == 7


@pytest.mark.long
def test_flood_from_everywhere_is_stopped(tmp_path):
    """Sixty replies in ten minutes are all that is taken, from however many addresses."""
    with running_site(tmp_path, trusted_proxies=("127.0.0.1",)) as site:
        site.publish()
        with Browser(site) as browser:
            answers = []
            for number in range(61):
                browser.client.headers["X-Forwarded-For"] = f"203.0.113.{number}"
                answers.append(browser.send(f"Reply {number}").status_code)
    assert answers == [200] * 60 + [429]


@pytest.mark.long
def test_ten_networks_silence_nobody_else(tmp_path):
    """However much ten networks write, whoever comes from another still can."""
    with running_site(tmp_path, trusted_proxies=("127.0.0.1",)) as site:
        site.publish()
        with Browser(site) as browser:
            for number in range(60):
                browser.client.headers["X-Forwarded-For"] = f"198.51.{number % 10}.1"
                assert browser.send(f"Noise {number}").status_code == 200
            for address in ("203.0.113.7", "2001:db8:ffff::1"):
                browser.client.headers["X-Forwarded-For"] = address
                assert browser.send(f"From {address}").status_code == 200


@pytest.mark.parametrize(
    "flood",
    [
        [f"198.51.{number}.1" for number in range(10)],
        [f"198.51.100.{number}" for number in range(256)],
        [f"2001:db8:{number}::/64" for number in range(10)],
        [f"2001:db8:7:{number}::/64" for number in range(256)],
        [f"198.{number}.0.1" for number in range(200)],
    ],
    ids=["ten of IPv4", "one of IPv4", "ten of IPv6", "one of IPv6", "two hundred"],
)
def test_every_network_has_something_of_its_own(flood):
    """A flood takes what is for all, and from no other network what is reserved for it."""
    patience = CommentLimits()
    granted = sum(patience.take(address, NINE) is None for address in flood * 6)
    networks = {address.rpartition(".")[0] or address[:12] for address in flood}
    assert granted <= 60 + 2 * len(networks)
    for address in ("203.0.113.7", "2001:db8:ffff::/64", "not an address"):
        assert patience.take(address, NINE) is None


def test_too_large_a_body(site):
    """A body beyond all measure is refused before it is read to its end."""
    answer = httpx.post(f"{site.url}/tips/{TIP}", data={"text": "x" * 200_000})
    assert answer.status_code == 413
    assert "not accept that much text" in answer.text


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/x-www-form-urlencoded", b"a=1&" * 50, 400),
        ("application/x-www-form-urlencoded", b"text=%ff%fe&name=\xff", 403),
        ("application/x-www-form-urlencoded", b"", 403),
    ],
)
def test_strange_bodies(site, kind, body, status):
    """Whatever is sent instead of a form is refused with a page."""
    answer = httpx.post(f"{site.url}/tips/{TIP}", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert "</html>" in answer.text


def test_retracted_tip_takes_no_reply(site, browser):
    """Under a tip that was taken back nothing can be written."""
    browser.client.get(f"/tips/{TIP}")
    token = browser.hidden(browser.client.get(f"/tips/{TIP}"))["token"]
    site.platform.retract(f"key-{TIP}")
    data = {"token": token, "name": "A", "text": "B"}
    assert browser.client.post(f"/tips/{TIP}", data=data).status_code == 410
    assert written(site) == []


def delete(browser: Browser, page: httpx.Response, comment_id: str) -> httpx.Response:
    """Press the button under one's own reply."""
    action = f"/comments/{comment_id}/delete"
    return browser.client.post(action, data=browser.hidden(page, action))


def test_writer_deletes(site, browser):
    """Who wrote a reply deletes it with a button, and name and words are erased everywhere."""
    page = browser.send("Regretted.", "Ada")
    comment_id = logged(site)[0].remote_id
    answer = delete(browser, page, comment_id)
    assert "Your reply was deleted." in answer.text
    assert "Regretted." not in answer.text
    (entry,), (comment,) = logged(site), written(site)
    assert (entry.text, entry.author.name, comment.text, comment.name) == ("", "", "", "")
    assert entry.deleted_at == NINE


def test_deleting_twice(site, browser):
    """A second click on the button finds nothing more to delete, and says so."""
    page = browser.send()
    comment_id = logged(site)[0].remote_id
    delete(browser, page, comment_id)
    assert delete(browser, page, comment_id).status_code == 404


def test_nobody_else_deletes(site, browser, another):
    """Others see no button, and forging one deletes nothing."""
    browser.send()
    comment_id = logged(site)[0].remote_id
    page = another.client.get(f"/tips/{TIP}")
    assert "/delete" not in page.text
    token = another.hidden(page)["token"]
    for data in ({"token": token}, {"permit": "0" * 40}, {"permit": "", "token": ""}):
        refused = another.client.post(f"/comments/{comment_id}/delete", data=data)
        assert refused.status_code == 403
    assert logged(site)[0].is_legible


def test_own_cookie_without_token_deletes_nothing(site, browser):
    """Another site cannot make a writer's browser delete what they wrote."""
    browser.send()
    comment_id = logged(site)[0].remote_id
    refused = browser.client.post(f"/comments/{comment_id}/delete", data={"permit": ""})
    assert refused.status_code == 403
    assert logged(site)[0].is_legible


def test_deletion_link(site, browser, another):
    """The link that a writer was given deletes from any browser, after one question."""
    page = browser.send("From the library.")
    link = re.search(r'href="\.\./(comments/\w+/delete\?permit=\w+)"', page.text)
    assert link is not None
    question = another.client.get(f"/{link[1]}")
    assert "From the library." in question.text
    assert logged(site)[0].is_legible
    action = f"/comments/{logged(site)[0].remote_id}/delete"
    answer = another.client.post(action, data=another.hidden(question, action))
    assert "Your reply was deleted." in answer.text
    assert not logged(site)[0].is_legible


def test_deletion_link_is_shown_to_its_writer_only(site, browser, another):
    """Who guesses the address of the page after sending is given no deletion link."""
    browser.send()
    page = another.client.get(f"/tips/{TIP}?sent={logged(site)[0].remote_id}")
    assert "permit" not in page.text


def test_bots_own_answers_cannot_be_deleted(site, browser):
    """Nobody deletes the bot's own answers through the site."""
    site.database.pages.write(
        Comment(id="ours", tip=TIP, name="Ten Tips", text="Hm", at=NINE, owner="", ours=True)
    )
    browser.client.get(f"/tips/{TIP}")
    token = browser.hidden(browser.client.get(f"/tips/{TIP}"))["token"]
    assert browser.client.post("/comments/ours/delete", data={"token": token}).status_code == 403


def test_cookies(site, browser):
    """The cookie is kept from scripts and from other sites' forms, and lasts for writers only."""
    reader = browser.client.get(f"/tips/{TIP}").headers["set-cookie"]
    assert "HttpOnly" in reader
    assert "SameSite=lax" in reader
    assert "Max-Age" not in reader
    assert "Secure" not in reader
    writer = browser.send().history[0].headers["set-cookie"]
    assert "Max-Age=31536000" in writer


def test_index_sets_no_cookie(site):
    """Who only reads the index, the feed or the privacy page gets no cookie."""
    for path in ("/", "/feed.atom", "/privacy", "/healthz"):
        assert "set-cookie" not in httpx.get(site.url + path).headers


def test_cookie_is_secure_over_https(tmp_path):
    """Behind a trusted proxy that speaks https, or under the site's https name, it is Secure."""
    with running_site(tmp_path, trusted_proxies=("127.0.0.1",)) as site:
        site.publish()
        for headers in ({"X-Forwarded-Proto": "https"}, {"Host": "tips.example"}):
            answer = httpx.get(f"{site.url}/tips/{TIP}", headers=headers)
            assert "Secure" in answer.headers["set-cookie"]


def test_full_disk_loses_no_words(site, browser):
    """When a reply cannot be kept, its words are handed back to be copied."""
    browser.client.get(f"/tips/{TIP}")
    token = browser.hidden(browser.client.get(f"/tips/{TIP}"))["token"]
    lose_entries(site)
    data = {"token": token, "name": "Ada", "text": "Three hours of work."}
    answer = browser.client.post(f"/tips/{TIP}", data=data)
    assert answer.status_code == 503
    assert "Three hours of work." in answer.text
    assert answer.headers["retry-after"] == "30"


def test_site_under_a_path(tmp_path):
    """Under any path of a shared host, links and redirects stay within the site."""
    with running_site(tmp_path, config(site="https://example.org/tips-bot")) as site:
        site.publish()
        with Browser(site) as browser:
            page = browser.client.get(f"/tips/{TIP}")
            data = browser.hidden(page) | {"name": "A", "text": "B"}
            sent = browser.client.post(f"/tips/{TIP}", data=data, follow_redirects=False)
    assert not re.findall(r'(?:href|action|src)="/', page.text)
    assert sent.headers["location"].startswith(f"{TIP}?sent=")
