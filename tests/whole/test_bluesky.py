"""The command with an account on Bluesky: from the first post to a reply on the tip's page."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.servers.bluesky import BlueskyServer
from tests.whole.conftest import TIPS
from tests.whole.operator import Operator, await_that


@pytest.fixture
def bluesky() -> Iterator[BlueskyServer]:
    """The strict server."""
    with BlueskyServer() as server:
        yield server


@pytest.fixture
def blue(operator: Operator, bluesky: BlueskyServer) -> Operator:
    """An operator with accounts on the site and on Bluesky."""
    account = f"{{handle: {bluesky.bot.handle}, server: '{bluesky.url}', poll: 30s, gap: 0s}}"
    operator.write(TIPS.format(platforms=f"  bluesky: {account}"))
    operator.secrets = bluesky.variables
    return operator


def test_check(blue: Operator, bluesky: BlueskyServer) -> None:
    """`check --online` says whose account it is, and leaves neither a post nor a file."""
    done = blue.does("check", "--online")
    assert (done.code, done.err) == (0, "")
    assert f"bluesky: signed in as @{bluesky.bot.handle}" in done.out
    assert bluesky.posts_of(bluesky.bot) == []
    assert not (blue.home / "data").exists()


def test_post_and_discussion(blue: Operator, bluesky: BlueskyServer) -> None:
    """A tip is posted, a reply is liked and stands on its page; three processes log in once."""
    ann = bluesky.add_person("ann.test", "Ann")
    done = blue.does("post", "ask")
    assert done.code == 0, done.err
    (tip,) = bluesky.posts_of(bluesky.bot)
    said = bluesky.say(ann, "I agree, in every word.", reply_to=tip.uri)
    with blue.runs():
        await_that(lambda: bluesky.likes_of(bluesky.bot))
        link = httpx.URL(tip.value["embed"]["external"]["uri"])
        assert "I agree, in every word." in httpx.get(blue.site + link.path).text
    assert [one.value["subject"]["uri"] for one in bluesky.likes_of(bluesky.bot)] == [said]
    assert len(bluesky.posts_of(bluesky.bot)) == 1
    address = tip.uri.replace("at://", "https://bsky.app/profile/")
    done = blue.does("retract", address.replace("/app.bsky.feed.post/", "/post/"))
    assert done.code == 0, done.err
    assert bluesky.posts_of(bluesky.bot) == []
    assert len(bluesky.asked("createSession")) == 1
