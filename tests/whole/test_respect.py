"""Requests of people and decisions of the operator about them, while the bot runs."""

from __future__ import annotations

import re
import time
from pathlib import Path

import requests

from tests.servers.mastodon import MastodonServer
from tests.whole.operator import Operator, await_that, hidden_fields

TIP = "short"
WORDS = "words-to-take-back"
SOON = 10
"""How soon erased text is in no file of a running bot, in seconds."""


def page(operator: Operator) -> str:
    """The tip's public page."""
    return requests.get(f"{operator.site}/tips/{TIP}", timeout=10).text


def post_with_replies(operator: Operator, mastodon: MastodonServer, *said: str) -> None:
    """Post the tip everywhere, and let bob reply on Mastodon before the bot runs."""
    assert operator.does("post", TIP, "--to", "site", "--to", "mastodon").code == 0
    tip = mastodon.posts()[0]["id"]
    for words in said:
        mastodon.say("bob", f"@tips {words}", to=tip)


def bob_handle(operator: Operator) -> str:
    """Bob's handle in the log."""
    found = re.search(r"\((@bob@[^)]+)\)", operator.does("log").out)
    assert found
    return found[1]


def is_anywhere(words: str, data: Path) -> bool:
    """Whether any file of the data directory contains this text."""
    return any(words.encode() in path.read_bytes() for path in data.rglob("*") if path.is_file())


def test_hiding_an_entry(everywhere: Operator, mastodon: MastodonServer) -> None:
    """A hidden entry is marked in the operator's log, and on no page and in no export."""
    post_with_replies(everywhere, mastodon, "rude-words")
    with everywhere.runs():
        await_that(everywhere.entries)
        assert "rude-words" in page(everywhere)
        done = everywhere.does("hide", "1")
        assert (done.code, done.out) == (0, "entry 1 is hidden\n")
        assert "rude-words" not in page(everywhere)
        assert everywhere.entries() == []
        assert "rude" not in everywhere.does("log", "--format", "markdown").out
        log = everywhere.does("log").out
        assert "rude-words" in log
        assert ", hidden\n" in log
        assert everywhere.does("show", "1").out == "entry 1 is shown\n"
        assert "rude-words" in page(everywhere)


def test_blocking_somebody(everywhere: Operator, mastodon: MastodonServer) -> None:
    """A blocked person is on no page until the operator unblocks them."""
    post_with_replies(everywhere, mastodon, "first-words", "second-words")
    with everywhere.runs():
        await_that(lambda: len(everywhere.entries()) == 2)
        bob = bob_handle(everywhere)
        done = everywhere.does("block", bob)
        told = f"{bob} on mastodon is blocked: 2 entries are hidden, and all from now on\n"
        assert (done.code, done.out) == (0, told)
        assert "-words" not in page(everywhere)
        done = everywhere.does("unblock", bob, "--on", "mastodon")
        assert done.out == f"{bob} on mastodon is no longer blocked: 2 entries are shown again\n"
        assert "first-words" in page(everywhere)
    wrong = everywhere.does("unblock", bob)
    assert (wrong.code, wrong.err) == (
        2,
        f"tipsbot: {bob} is not blocked; `tipsbot log` shows people's handles\n",
    )


def test_forgetting_somebody(everywhere: Operator, mastodon: MastodonServer) -> None:
    """All data of a forgotten person is erased from every file, and nothing is stored later."""
    post_with_replies(everywhere, mastodon, WORDS)
    with everywhere.runs():
        await_that(everywhere.entries)
        bob = bob_handle(everywhere)
        done = everywhere.does("forget", bob)
        assert done.out == (
            f"{bob} on mastodon is forgotten: 1 entry is erased, and nothing more is stored; "
            "backups still contain it\n"
        )
        await_that(lambda: not is_anywhere(WORDS, everywhere.home / "data"), SOON)
        assert WORDS not in page(everywhere)
    mastodon.say("bob", "@tips and-more-of-it")
    with everywhere.runs():
        await_that(lambda: len(everywhere.entries()) == 2)
        assert [entry["text"] for entry in everywhere.entries()] == ["", ""]
    assert not is_anywhere("and-more-of-it", everywhere.home / "data")
    assert not is_anywhere("bob", everywhere.home / "data")


def test_forget_me(everywhere: Operator, mastodon: MastodonServer) -> None:
    """A reply `forget me` erases the author's text and name within seconds."""
    post_with_replies(everywhere, mastodon, WORDS)
    with everywhere.runs():
        await_that(everywhere.entries)
    mastodon.say("bob", "@tips Forget me!")
    with everywhere.runs():
        await_that(lambda: [entry["text"] for entry in everywhere.entries()] == ["", ""])
        data = everywhere.home / "data"
        await_that(lambda: not is_anywhere(WORDS, data) and not is_anywhere("bob", data), SOON)


def test_a_deleted_comment_is_in_no_file(everywhere: Operator) -> None:
    """A comment deleted on the site is in no file of the running bot seconds later."""
    assert everywhere.does("post", TIP, "--to", "site").code == 0
    data = everywhere.home / "data"
    with everywhere.runs(), requests.Session() as browser:
        at = f"{everywhere.site}/tips/{TIP}"
        form = hidden_fields(browser.get(at, timeout=10).text)
        sent = browser.post(at, data={**form, "name": "Robin", "text": WORDS}, timeout=10)
        assert is_anywhere(WORDS, data)
        permit = re.search(r'href="([^"]*/comments/[^"]+)"', sent.text)
        assert permit
        link = requests.compat.urljoin(sent.url, permit[1].replace("&amp;", "&"))
        asked = browser.get(link, timeout=10)
        gone = browser.post(asked.url, data=hidden_fields(asked.text), timeout=10)
        assert gone.ok
        await_that(lambda: not is_anywhere(WORDS, data), SOON)
        assert WORDS not in page(everywhere)


def test_unlisted_words_only_by_the_operators_word(
    everywhere: Operator, mastodon: MastodonServer
) -> None:
    """Unlisted replies are in the log, and on pages and in exports only by a setting."""
    assert everywhere.does("post", TIP, "--to", "site", "--to", "mastodon").code == 0
    tip = mastodon.posts()[0]["id"]
    mastodon.say("bob", "@tips quiet-words", to=tip, visibility="unlisted")
    with everywhere.runs():
        await_that(lambda: "quiet-words" in everywhere.does("log").out)
        assert everywhere.entries() == []
        assert "quiet-words" not in page(everywhere)
        text = (everywhere.home / "tips.yaml").read_text(encoding="utf-8")
        everywhere.write(text.replace("bot:\n", "bot:\n  show_unlisted: true\n"))
        await_that(lambda: "quiet-words" in page(everywhere))
        assert [entry["text"] for entry in everywhere.entries()] == ["@tips quiet-words"]


def test_a_reply_is_favoured(everywhere: Operator, mastodon: MastodonServer) -> None:
    """On Mastodon the bot favourites a reply once, by default."""
    post_with_replies(everywhere, mastodon, "I like it")
    said = mastodon.posts("bob")[0]["id"]

    def favourites() -> int:
        return int((mastodon.read(said) or {})["favourites_count"])

    with everywhere.runs() as bot:
        await_that(favourites)
        time.sleep(2)
        assert favourites() == 1
        assert bot.output.count("acknowledged") == 1


def test_a_token_that_may_not_favour(everywhere: Operator, mastodon: MastodonServer) -> None:
    """A token without the favourite scope is reported once, and everything else works."""
    post_with_replies(everywhere, mastodon, "I like it")
    said = mastodon.posts("bob")[0]["id"]
    error = {"error": "This action is outside the authorized scopes"}
    mastodon.answer(f"/api/v1/statuses/{said}/favourite", 403, error, times=9)
    with everywhere.runs() as bot:
        await_that(lambda: "cannot_acknowledge" in bot.output)
        told = everywhere.does("status")
        assert "cannot acknowledge: " in told.out
        assert "write:favourites" in told.out
        assert told.code == 0
    (one,) = [one for one in everywhere.status()["accounts"] if one["name"] == "mastodon"]
    assert "authorized scopes" in one["not_acknowledging"]


def comment(operator: Operator, browser: requests.Session, words: str) -> requests.Response:
    """Send the form under the tip, as a browser does."""
    at = f"{operator.site}/tips/{TIP}"
    form = hidden_fields(browser.get(at, timeout=10).text)
    return browser.post(at, data={**form, "name": "Robin", "text": words}, timeout=10)


def test_a_commenter_by_number(everywhere: Operator) -> None:
    """A commenter is blocked, unblocked and forgotten by the number of one comment."""
    assert everywhere.does("post", TIP, "--to", "site").code == 0
    data = everywhere.home / "data"
    with everywhere.runs(), requests.Session() as browser:
        comment(everywhere, browser, WORDS)
        who = "the author of entry 1 on site is"
        told = everywhere.does("block", "1").out
        assert told == f"{who} blocked: 1 entry is hidden, and all from now on\n"
        comment(everywhere, browser, "second-words")
        assert "-words" not in page(everywhere)
        assert everywhere.does("unblock", "2").code == 0
        assert "second-words" in page(everywhere)
        told = everywhere.does("forget", "1", "--author").out
        assert told.startswith(f"{who} forgotten: 2 entries are erased, and nothing more is stored")
        await_that(lambda: not is_anywhere(WORDS, data) and not is_anywhere("Robin", data), SOON)
        assert comment(everywhere, browser, "third-words").status_code == 422
        assert not is_anywhere("third-words", data)


def test_forget_me_on_the_site(everywhere: Operator) -> None:
    """A comment `forget me` leaves no text of that browser in any file."""
    assert everywhere.does("post", TIP, "--to", "site").code == 0
    data = everywhere.home / "data"
    with everywhere.runs(), requests.Session() as browser:
        answer = comment(everywhere, browser, "Forget me.")
        assert "Everything that you wrote here in this browser was erased" in answer.text
        await_that(lambda: not is_anywhere("Robin", data), SOON)
        assert [entry["text"] for entry in everywhere.entries()] == [""]
