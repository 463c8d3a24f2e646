"""Held comments: read by nobody but the operator, who decides by a link that a preview cannot use."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import html5lib
import httpx
import pytest

from bot.app.moderation.visibility import approve, held_comments, hide, refuse, show
from bot.core.errors import StoreError, UsageError
from bot.core.model.entry import Change, Standing
from bot.store.tables import entry_events
from bot.web.forms.moderation_link import link
from bot.web.security.session import Signer
from tests.site import KEY, NINE, TIP, config, running_site
from tests.web.forms.test_comment_form import Browser, logged

SPAM = "Cheap pills at https://spam.example <b>now</b>"


@pytest.fixture
def site(tmp_path):
    """A site that has posted one tip, at the address where it is reached."""
    with running_site(tmp_path) as running:
        running.config = config(site=running.url)
        running.publish()
        yield running


@pytest.fixture
def browser(site):
    """A visitor."""
    with Browser(site) as visitor:
        yield visitor


def hold(site, rule):
    """Set `hold` of the site's account."""
    home, *others = site.config.accounts
    held = replace(home, options={"hold": rule})
    site.config = replace(site.config, accounts=(held, *others))


def place(site):
    """The operator's link to the only entry."""
    (entry,) = logged(site)
    return link(site.url, Signer(KEY), entry.remote_id, site.clock.now())


def settled(site):
    """The link's page once more, after the decision."""
    return httpx.get(place(site)).text


def changes(site):
    """What happened to the discussion, in order."""
    with site.database.store.reading() as tx:
        return [event.change for event in tx.log.events()]


def is_anywhere(site, words):
    """Whether a stranger finds these words on a page, in a feed or by searching."""
    paths = ("/", f"/tips/{TIP}", "/feed.atom", f"/tips/{TIP}/feed.atom", "/search?q=pills")
    return any(words in httpx.get(site.url + path).text for path in paths)


def test_a_comment_with_a_link_is_held(site, browser):
    """It is in the log at once and marked as held, on no page, and its writer is told so kindly."""
    answer = browser.send(SPAM)
    assert answer.status_code == 200
    assert "Your reply is held until the operator has read it" in answer.text
    assert "Cheap pills" not in answer.text
    (entry,) = logged(site)
    assert (entry.standing, entry.text) == (Standing.HELD, SPAM)
    assert not is_anywhere(site, "Cheap pills")
    assert "No replies yet" in httpx.get(f"{site.url}/tips/{TIP}").text


def test_a_comment_without_a_link_is_shown(site, browser):
    """By the rule that is shipped an ordinary comment from a stranger is there at once."""
    assert "Thank you, your reply is published" in browser.send("I disagree.").text
    (entry,) = logged(site)
    assert entry.standing is Standing.SHOWN


def test_a_writer_takes_a_held_comment_back(site, browser):
    """The deletion link that the writer is given works while the comment is held."""
    answer = browser.send(SPAM)
    (permit,) = re.findall(r'href="\.\./(comments/[^"]+)"', answer.text)
    fields = browser.hidden(browser.client.get(f"/{permit}"), action="/delete")
    browser.client.post(f"/{permit.partition('?')[0]}", data=fields)
    (entry,) = logged(site)
    assert entry.deleted_at is not None
    assert "This reply was erased" in settled(site)


def test_nobody_answers_what_is_held(site, browser):
    """A held comment's id is no help: an answer to it is refused like one to a comment that is gone."""
    browser.send(SPAM)
    (entry,) = logged(site)
    answer = browser.send("Me too.", in_reply_to=entry.remote_id)
    assert answer.status_code == 422
    assert "is gone" in answer.text


def test_a_new_author_is_held_until_approved_once(site, browser):
    """With `new`, an author waits for the first approval, and later comments are shown at once."""
    hold(site, "new")
    assert "is held" in browser.send("First.").text
    assert "is held" in browser.send("Second.").text
    write(site, approve, logged(site)[0].id, NINE)
    assert "your reply is published" in browser.send("Third.").text
    assert [entry.standing.value for entry in logged(site)] == ["shown", "held", "shown"]


@pytest.mark.parametrize(("rule", "held"), [("all", True), ("none", False)])
def test_all_or_none(site, browser, rule, held):
    """With `all` every comment waits, with `none` not one."""
    hold(site, rule)
    browser.send("Plain.")
    browser.send(SPAM)
    assert {entry.standing is Standing.HELD for entry in logged(site)} == {held}


def test_to_open_the_link_changes_nothing(site, browser):
    """A program that previews links approves of nothing, however often it looks."""
    browser.send(SPAM)
    for method in ("GET", "HEAD"):
        answer = httpx.request(method, place(site))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
    page = httpx.get(place(site))
    assert "&lt;b&gt;now&lt;/b&gt;" in page.text
    assert 'name="robots" content="noindex"' in page.text
    assert "Disallow: /held/" in httpx.get(f"{site.url}/robots.txt").text
    assert changes(site) == [Change.CREATED]
    html5lib.HTMLParser(strict=True).parse(page.text)


def test_approving_by_the_link(site, browser):
    """The first button lets everybody read it, at once, and the page says so afterwards."""
    browser.send(SPAM)
    answer = httpx.post(place(site), data={"answer": "approve"}, follow_redirects=True)
    assert "Everybody can read this reply" in answer.text
    assert is_anywhere(site, "Cheap pills at")
    assert changes(site) == [Change.CREATED, Change.SHOWN]
    again = httpx.post(place(site), data={"answer": "refuse"}, follow_redirects=True)
    assert "Everybody can read this reply" in again.text


def test_refusing_by_the_link(site, browser):
    """The second button erases it for good, in the log and on the site."""
    browser.send(SPAM)
    answer = httpx.post(place(site), data={"answer": "refuse"}, follow_redirects=True)
    assert "This reply was erased" in answer.text
    (entry,) = logged(site)
    assert (entry.text, entry.author.name, entry.deleted_at) == ("", "", NINE)
    (comment,) = site.database.pages.changes(0, 10)
    assert (comment.text, comment.name) == ("", "")
    assert changes(site) == [Change.CREATED, Change.DELETED]


@pytest.mark.parametrize("spoil", ["{}x", "{}/more", "x{}", "{}\u00e9"])
def test_a_forged_link_opens_nothing(site, browser, spoil):
    """Without our seal there is neither page nor decision."""
    browser.send(SPAM)
    way, _, seal = place(site).rpartition("/")
    for method in ("GET", "POST"):
        data = {"answer": "approve"} if method == "POST" else None
        answer = httpx.request(method, f"{way}/{spoil.format(seal)}", data=data)
        assert answer.status_code == 404
    assert changes(site) == [Change.CREATED]


def test_a_link_cannot_be_prolonged(site, browser):
    """The seal covers the day until which the link can be used, and the comment."""
    browser.send(SPAM)
    way, until, seal = place(site).rsplit("/", 2)
    for other in (str(int(until) + 1), f"0{until}x", "²", "9" * 30):
        answer = httpx.post(f"{way}/{other}/{seal}", data={"answer": "approve"})
        assert answer.status_code == 404
    site.publish("other")
    assert changes(site) == [Change.CREATED]


def test_an_old_link_decides_nothing(site, browser):
    """After a week the link says that it has expired, and where a new one is."""
    browser.send(SPAM)
    old = place(site)
    site.clock.move(timedelta(days=7))
    assert "Show it to everybody" in httpx.get(old).text
    site.clock.move(timedelta(days=1))
    for answer in (httpx.get(old), httpx.post(old, data={"answer": "approve"})):
        assert answer.status_code == 410
        assert "has expired" in answer.text
    assert changes(site) == [Change.CREATED]


def test_a_press_that_means_nothing(site, browser):
    """What is neither of the two buttons changes nothing."""
    browser.send(SPAM)
    assert httpx.post(place(site), data={"answer": "perhaps"}).status_code == 400
    assert changes(site) == [Change.CREATED]


def test_what_is_not_held_cannot_be_approved(site, browser):
    """Who approves or refuses what is not held reads where those are that are."""
    browser.send("Plain.")
    for number in (1, 99):
        with pytest.raises(UsageError, match=f"entry {number} is not held; `tipsbot status`"):
            write(site, approve, number, NINE)
        with pytest.raises(UsageError, match="is not held"):
            write(site, refuse, number, NINE)


def write(site, act, number, now):
    """Do as the operator says."""
    with site.database.store.writing() as tx:
        act(tx, number, now)


def waiting(site):
    """The numbers of the entries that wait for the operator."""
    with site.database.store.reading() as tx:
        return [entry.id for entry in held_comments(tx, site.config)]


def test_to_show_is_to_approve(site, browser):
    """`show` on a held comment lets everybody read it, and it waits for nobody any more."""
    browser.send(SPAM)
    assert waiting(site) == [1]
    write(site, show, 1, NINE)
    assert waiting(site) == []
    assert is_anywhere(site, "Cheap pills at")
    assert "Everybody can read this reply" in settled(site)
    assert (
        "your reply is published"
        in browser.send("Me too.", in_reply_to=logged(site)[0].remote_id).text
    )


def test_what_is_hidden_is_hidden_everywhere(site, browser):
    """`hide` takes a comment from page, feed and search; nobody answers it, `show` undoes it."""
    browser.send("Buy pills.")
    assert is_anywhere(site, "Buy pills")
    write(site, hide, 1, NINE)
    assert not is_anywhere(site, "Buy pills")
    answer = browser.send("Me too.", in_reply_to=logged(site)[0].remote_id)
    assert (answer.status_code, waiting(site)) == (422, [])
    write(site, show, 1, NINE)
    assert is_anywhere(site, "Buy pills")


def test_a_held_comment_that_is_hidden_waits_no_longer(site, browser):
    """The operator's word is final: it is listed no more, and its link says that it is hidden."""
    browser.send(SPAM)
    write(site, hide, 1, NINE)
    assert waiting(site) == []
    answer = httpx.post(place(site), data={"answer": "approve"}, follow_redirects=True)
    assert "You have hidden this reply" in answer.text
    assert changes(site) == [Change.CREATED, Change.HIDDEN]


def test_who_was_hidden_is_no_known_author(site, browser):
    """With `new`, an author whose only comment was hidden waits for approval again."""
    browser.send("Rubbish.")
    write(site, hide, 1, NINE)
    hold(site, "new")
    assert "is held" in browser.send("More of it.").text


def test_log_and_site_are_never_at_odds(site, browser):
    """Where the history cannot be written, the site has not let go of the comment either."""
    browser.send(SPAM)
    with site.database.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {entry_events.name}")
    for act in (show, approve):
        with pytest.raises(StoreError):
            write(site, act, 1, NINE)
        assert site.database.pages.comment(logged(site)[0].remote_id).held
        assert logged(site)[0].standing is Standing.HELD


def test_an_approval_of_old_that_was_cut_short_is_completed(site, browser):
    """Where only the log knew of an approval, saying it again lets the site know, too."""
    browser.send(SPAM)
    with site.database.store.writing() as tx:
        tx.log.set_standing(1, Standing.SHOWN, NINE)
    assert waiting(site) == [1]
    write(site, approve, 1, NINE)
    assert waiting(site) == []
    assert changes(site) == [Change.CREATED, Change.SHOWN]
