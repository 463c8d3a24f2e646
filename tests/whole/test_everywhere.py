"""One run with accounts on the site, Mastodon and X."""

from __future__ import annotations

from tests.servers.mastodon import MastodonServer
from tests.servers.x import XServer
from tests.whole.operator import Operator, await_that

PAGE = "https://tips.tipsbot.dev/tips/short"


def test_a_tip_goes_everywhere_and_replies_come_back(
    everywhere: Operator, mastodon: MastodonServer, x: XServer
) -> None:
    """One run posts on every account, and the replies of all networks are in one log."""
    with everywhere.runs("--now"):
        await_that(lambda: x.posts and mastodon.posts())
    (status,), (tweet,) = mastodon.posts(), x.posts
    assert PAGE in status["content"]
    assert PAGE in tweet.written
    assert "@somebody" not in status["content"] + tweet.written
    mastodon.say("alice", "@tips But why?", to=status["id"])
    x.say(x.add_user("critic"), "I do not agree", reply_to=tweet)
    with everywhere.runs():
        await_that(lambda: len(everywhere.entries()) == 2)
    said = {entry["platform"]: entry for entry in everywhere.entries()}
    assert said["mastodon"]["in_reply_to"] == status["id"]
    assert said["x"]["in_reply_to"] == tweet.id
    assert {entry["tip"] for entry in said.values()} == {"short"}
    assert set(said["x"]) >= {
        *("tip", "account", "platform", "remote_id", "kind", "author", "handle"),
        *("text", "at", "in_reply_to", "ours", "url", "edited_at", "deleted_at"),
    }


def test_a_mention_without_a_parent_is_under_no_tip(
    everywhere: Operator, mastodon: MastodonServer
) -> None:
    """A mention outside of any thread is in the log, under no tip."""
    mastodon.say("bob", "@tips hello there")
    with everywhere.runs():
        await_that(everywhere.entries)
    (entry,) = everywhere.entries()
    assert (entry["kind"], entry["tip"]) == ("mention", None)
    assert "Under no tip" in everywhere.does("log").out


def test_forgetting_an_entry(everywhere: Operator, mastodon: MastodonServer) -> None:
    """`forget` erases name and text from the log and from all files, for good."""
    mastodon.say("bob", "@tips words-to-forget")
    with everywhere.runs():
        await_that(everywhere.entries)
        (entry,) = everywhere.entries()
        assert everywhere.does("forget", str(entry["id"])).code == 0
    (entry,) = everywhere.entries()
    assert (entry["text"], entry["author"], bool(entry["deleted_at"])) == ("", None, True)
    for path in (everywhere.home / "data").iterdir():
        assert b"words-to-forget" not in path.read_bytes()


def test_what_was_said_in_private_is_nowhere(
    everywhere: Operator, mastodon: MastodonServer
) -> None:
    """A direct message is neither in the log nor in any file of the data directory."""
    mastodon.say("bob", "@tips psst-between-us", visibility="direct")
    mastodon.say("bob", "@tips for all to hear")
    with everywhere.runs():
        await_that(everywhere.entries)
    assert [entry["text"] for entry in everywhere.entries()] == ["@tips for all to hear"]
    for path in (everywhere.home / "data").iterdir():
        assert b"psst-between-us" not in path.read_bytes()


def test_preview_shows_what_a_link_costs(everywhere: Operator) -> None:
    """`preview --all --json` has a line for each tip and account, with the price with and without a link."""
    shown = everywhere.does("preview", "--all", "--json").records
    assert len(shown) == 3 * 3
    on_x = [line for line in shown if line["account"] == "x"]
    assert {line["cost"] for line in on_x} == {0.2}
    assert {line["cost_without_link"] for line in on_x} == {0.015}
    assert all(line["length"] <= line["limit"] <= 140 for line in shown)
    assert all("https://" in line["text"] for line in shown if line["account"] != "site")


def test_posting_and_answering_by_hand(
    everywhere: Operator, mastodon: MastodonServer, x: XServer
) -> None:
    """`post`, `reply` and `retract` work without a running bot, and report their results."""
    posted = everywhere.does("post", "sources", "--to", "mastodon")
    assert (posted.code, posted.out[:16]) == (0, "mastodon: posted")
    (status,) = mastodon.posts()
    refused = everywhere.does("post", "sources", "--to", "mastodon")
    assert refused.code == 2
    assert "--again" in refused.err
    assert everywhere.does("post", "sources", "--to", "mastodon", "--again").code == 0
    assert len(mastodon.posts()) == 2
    mastodon.say("alice", "@tips Which source?", to=status["id"])
    with everywhere.runs():
        await_that(everywhere.entries)
        (entry,) = everywhere.entries()
        answered = everywhere.does("reply", str(entry["id"]), "The W3C.")
        assert answered.code == 0, answered.err
    newest = mastodon.posts()[0]
    assert newest["in_reply_to_id"] == entry["remote_id"]
    assert newest["visibility"] == "unlisted"
    assert "The W3C." in everywhere.does("log").out
    assert everywhere.does("retract", "1").code == 0
    assert mastodon.read(status["id"]) is None
    assert x.posts == []


def test_a_tip_without_a_link_waits_for_its_page(everywhere: Operator, x: XServer) -> None:
    """A post that links to the tip's page is sent after the page is published."""
    done = everywhere.does("post", "ask", "--to", "x")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert sorted(line.split(":")[0] for line in lines) == ["site", "x"]
    assert x.posts[0].written.endswith("https://tips.tipsbot.dev/tips/ask")
