"""What `check --online` says about an account on Threads."""

from datetime import timedelta

import pytest

from tests.platforms.threads.samples import adapter


def told(bot):
    """The remarks, each on a line, and which of them are problems."""
    seen = bot.inspect()
    return "\n".join(f"{one.what}; {one.todo}" for one in seen), [
        one.what for one in seen if one.is_problem
    ]


def test_good(server, bot):
    """A good account: whose it is, its quota, and when its token ends."""
    server.network.quotas.used[""] = [server.token.made_at + timedelta(days=10)] * 3
    text, problems = told(bot)
    assert problems == []
    assert f"signed in as @tips on {server.url}" in text
    assert "3 of 250 posts of 24 hours are used" in text
    assert "the token lasts until 2026-07-21" in text


def test_used_up(server, bot, clock):
    """A quota that is used up is told."""
    server.network.quotas.used[""] = [clock.now()] * 250
    assert "all 250 posts of 24 hours are used up" in told(bot)[0]


@pytest.mark.parametrize(
    ("scope", "is_problem"),
    [
        ("threads_read_replies", True),
        ("threads_manage_replies", True),
        ("threads_content_publish", True),
        ("threads_manage_mentions", False),
        ("threads_delete", False),
    ],
)
def test_permissions(server, bot, scope, is_problem):
    """Each permission that lacks is named, with what does not work without it."""
    server.network.tokens.scopes.discard(scope)
    text, problems = told(bot)
    assert f"the token lacks {scope}: " in text
    assert bool(problems) is is_problem


def test_no_tester(server, bot):
    """An account that is no tester is not told about its token, which is no problem."""
    server.bot.is_tester = False
    text, problems = told(bot)
    assert problems == []
    assert "the token lasts" not in text


def test_soon(server, clock):
    """A token that ends within a week is told, with where to look."""
    clock.advance(timedelta(days=46))
    text, _ = told(adapter(server, clock))
    assert "the token lasts until 2026-07-21; see whether the bot's log" in text


def test_ended(server, bot, clock):
    """A token that has ended is a problem, with what to do."""
    clock.advance(timedelta(days=51))
    text, problems = told(bot)
    assert len(problems) == 1
    assert "make a new long-lived token" in text


@pytest.mark.parametrize("path", ["/me", "threads_publishing_limit", "debug_token"])
def test_failures(server, bot, path):
    """Each question without an answer is a problem."""
    server.fail(502, path)
    assert len(told(bot)[1]) == 1
