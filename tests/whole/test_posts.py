"""Posts, listed, and retracted by number, tip or address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cli.posting.posts import MANY
from bot.core.model.delivery import State
from bot.store import open_store
from tests.servers.mastodon import MastodonServer
from tests.servers.x import XServer
from tests.whole.conftest import tips
from tests.whole.operator import Operator

PAGE = "https://tips.tipsbot.dev/tips/ask"


@pytest.fixture
def alone(operator: Operator) -> Operator:
    """An operator whose bot has only its site, with two posted tips."""
    operator.write(tips())
    for tip in ("ask", "short"):
        assert operator.does("post", tip).code == 0
    return operator


def live(x: XServer) -> int:
    """How many posts exist on X."""
    return sum(not one.deleted for one in x.posts)


def test_posts(alone: Operator) -> None:
    """All posts are listed, newest first, with number, state and address."""
    alone.does("retract", "1")
    second, first = alone.does("posts").out.splitlines()
    assert second.startswith("2  posted  short on site, ")
    assert first.startswith("1  retracted  ask on site, ")
    assert first.endswith("/tips/ask")
    assert alone.does("posts", "--tip", "ask").out.splitlines() == [first]
    assert alone.does("posts", "--account", "site", "--count", "1").out.splitlines() == [
        second,
        "and 1 more: `tipsbot posts --count 2`",
    ]
    records = alone.does("posts", "--json").records
    assert [(one["delivery"], one["state"], one["kind"]) for one in records] == [
        (2, "posted", "tip"),
        (1, "retracted", "tip"),
    ]
    assert records[0]["url"].endswith("/tips/short")


def test_posts_that_are_cut(alone: Operator) -> None:
    """A shortened list says how many more there are; JSON output is complete."""
    database = open_store(alone.home / "data")
    with database.store.writing() as tx:
        one = tx.ledger.get(1)
        assert one is not None
        for number in range(MANY - 1):
            planned = replace(one, slot=f"s/{number}", state=State.PLANNED, receipt=None)
            assert tx.ledger.plan(planned) is not None
    database.close()
    lines = alone.does("posts").out.splitlines()
    assert len(lines) == MANY + 1
    assert lines[-1] == f"and 1 more: `tipsbot posts --count {MANY + 1}`"
    assert len(alone.does("posts", "--json").records) == MANY + 1
    assert len(alone.does("posts", "--count", str(MANY + 1)).out.splitlines()) == MANY + 1


WRONG = (
    (["posts", "--tip", "shrot"], "did you mean 'short'?"),
    (["posts", "--account", "sit"], "did you mean 'site'?"),
    (["retract", "shrot"], "did you mean 'short'?"),
    (["retract", "sources"], "no post of 'sources' stands; `tipsbot posts` shows them"),
    (["retract", "https://example.org/tips/none"], "no post of the bot has the address"),
    (["retract", "99"], "there is no posted delivery 99; `tipsbot posts` shows their numbers"),
    (["resolve", "99"], "there is no delivery 99; `tipsbot posts` shows their numbers"),
    (["resolve", "1", "2", "--posted", "https://example.org/1"], "one post has one address"),
    (["skip", "--undo"], "no slot that is still to come was skipped"),
)


def test_a_wrong_word(alone: Operator) -> None:
    """An unknown post is reported in one line, and nothing is retracted."""
    for words, said in WRONG:
        done = alone.does(*words)
        assert done.code == 2
        assert said in done.err
        assert len(done.err.splitlines()) == 1
    assert {one["state"] for one in alone.does("posts", "--json").records} == {"posted"}


def test_nothing_was_posted(operator: Operator) -> None:
    """Before the first post the list says so, and JSON output is empty."""
    operator.write(tips())
    assert operator.does("posts").err == "nothing was posted yet\n"
    assert operator.does("posts", "--json").out == ""


def test_retract_a_tip(everywhere: Operator, mastodon: MastodonServer, x: XServer) -> None:
    """A tip's newest post on each account is listed, confirmed and retracted; older ones stay."""
    assert everywhere.does("post", "ask").code == 0
    assert everywhere.does("post", "ask", "--to", "mastodon", "--again").code == 0
    asked = everywhere.does("retract", "ask")
    assert asked.code == 2
    assert "nothing was retracted; answer y, or add --yes" in asked.err
    assert len(asked.out.splitlines()) >= 3
    assert (len(mastodon.posts()), live(x)) == (2, 1)
    done = everywhere.does("retract", "ask", "--yes")
    assert done.code == 0, done.err
    assert (len(mastodon.posts()), live(x)) == (1, 0)
    [older] = [
        one for one in everywhere.does("posts", "--json").records if one["state"] == "posted"
    ]
    assert older["account"] == "mastodon"
    assert f"mastodon still links to it: {older['url']}" in done.out


def test_retract_an_address(everywhere: Operator, mastodon: MastodonServer, x: XServer) -> None:
    """Any spelling of an address retracts its post; for a page the posts that link to it are named."""
    assert everywhere.does("post", "ask", "--to", "x", "--to", "mastodon").code == 0
    page = everywhere.does("retract", PAGE)
    assert page.code == 0, page.err
    links = [line for line in page.out.splitlines() if "still links to it" in line]
    assert sorted(line.split()[0] for line in links) == ["mastodon", "x"]
    [on_x] = x.posts
    [toot] = mastodon.posts()
    addresses = (f"https://x.com/{x.bot.username}/status/{on_x.id}?s=20", str(toot["url"]))
    done = everywhere.does("retract", *addresses)
    assert (done.code, len(done.out.splitlines())) == (0, 2), done.err
    assert (mastodon.posts(), live(x)) == ([], 0)


def test_several_at_once(alone: Operator) -> None:
    """A retraction that fails stops no other, and is reported."""
    done = alone.does("retract", "1", "99", "2", "1")
    assert done.code == 2
    assert [line.split(":")[0] for line in done.out.splitlines()] == ["site", "site"]
    assert "no posted delivery 99" in done.err
    shown = alone.does("resolve", "1", "2")
    assert (shown.code, shown.out.count(" on site: retracted")) == (0, 2)


def test_whole_sentences(operator: Operator) -> None:
    """The list of commands shows every description in full."""
    told = operator.does("--help").out
    assert "..." not in told.partition("Commands:")[2]
    assert "Exits with 1 when a person has to act." in " ".join(told.split())
