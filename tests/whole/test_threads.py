"""The command with an account on Threads: from the first post to a reply on the tip's page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.threads import ThreadsServer
from tests.whole.conftest import TIPS
from tests.whole.operator import Operator


@pytest.fixture
def threads() -> Iterator[ThreadsServer]:
    """The strict server."""
    with ThreadsServer() as server:
        yield server


@pytest.fixture
def meta(operator: Operator, threads: ThreadsServer) -> Operator:
    """An operator with accounts on the site and on Threads."""
    account = f"{{server: '{threads.url}', poll: 30s, gap: 0s}}"
    operator.write(TIPS.format(platforms=f"  threads: {account}"))
    operator.secrets = threads.variables
    return operator


def test_check(meta: Operator, threads: ThreadsServer) -> None:
    """`check --online` says whose account it is, and leaves neither a post nor a file."""
    done = meta.does("check", "--online")
    assert (done.code, done.err) == (0, "")
    assert "threads: signed in as @tips" in done.out
    assert threads.posts_of(threads.bot) == []
    assert not (meta.home / "data").exists()


def test_post_and_retract(meta: Operator, threads: ThreadsServer) -> None:
    """A tip is posted once, by its container, and deleted by its address."""
    done = meta.does("post", "ask")
    assert done.code == 0, done.err
    (tip,) = threads.posts_of(threads.bot)
    assert len(threads.asked("threads_publish")) == 1
    done = meta.does("retract", tip.permalink)
    assert done.code == 0, done.err
    assert threads.posts_of(threads.bot) == []
