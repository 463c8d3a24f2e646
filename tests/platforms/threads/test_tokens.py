"""Tokens: refreshed before they end, kept, shared by workers, and the operator's as the fallback."""

import logging
import threading
from datetime import timedelta

import pytest

from bot.core.errors import RetryLater, Unauthorised
from bot.outbound.rate_limits import RateLimits
from bot.store.files.kept_files import DirectoryFiles, MemoryFiles
from tests.platforms.threads.samples import adapter, failing, prepared
from tests.servers.threads import Trouble
from tests.servers.threads.tokens import LASTS

DAY = timedelta(days=1)


def refreshed(server):
    """How often a token was to be refreshed."""
    return len(server.asked("refresh_access_token"))


def used(server):
    """The token of the last request."""
    return server.requests[-1].headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def files(tmp_path):
    """The small files of the bot."""
    return DirectoryFiles(tmp_path)


def test_refreshed_at_once(server, clock, files):
    """A token of which nobody knows the age is refreshed at once, kept, and used."""
    bot = adapter(server, clock, files=files)
    bot.learn()
    fresh = server.network.tokens.secrets[-1]
    assert (refreshed(server), fresh != server.token.secret) == (1, True)
    bot.learn()
    assert used(server) == fresh
    another = adapter(server, clock, files=files)
    another.learn()
    assert (used(server), refreshed(server)) == (fresh, 1)


def test_without_files(server, bot):
    """Without a place to keep it, a refreshed token is used while the process runs."""
    bot.learn()
    bot.poll(None)
    assert used(server) == server.network.tokens.secrets[-1]


def test_refreshed_from_the_thirtieth_day(server, clock, files):
    """A refreshed token is refreshed again after thirty days, and never ends while the bot runs."""
    bot = adapter(server, clock, files=files)
    days = []
    for day in range(200):
        before = refreshed(server)
        bot.learn()
        if refreshed(server) > before:
            days.append(day)
        clock.advance(DAY)
    assert days == [0, 30, 60, 90, 120, 150, 180]


def test_too_young(server, clock, files):
    """A token that is not a day old is refreshed when it is; meanwhile it works."""
    server.token = server.network.tokens.make(server.bot)
    bot = adapter(server, clock, files=files)
    for _ in range(3):
        bot.learn()
    assert refreshed(server) == 1
    clock.advance(DAY)
    bot.learn()
    bot.learn()
    assert refreshed(server) == 2
    assert used(server) == server.network.tokens.secrets[-1]


@pytest.mark.parametrize("fault", [*Trouble, 500, 502])
def test_a_failure_costs_nothing(server, clock, files, fault):
    """A refresh that fails stops nothing: the token works as before, and the next day tries again."""
    server.fail(fault, "refresh_access_token")
    bot = adapter(server, clock, files=files)
    bot.learn()
    bot.publish(prepared(bot))
    assert refreshed(server) == 1
    clock.advance(DAY)
    bot.learn()
    assert refreshed(server) == 2
    assert files.read("token.threads")


def test_one_worker_refreshes(server, clock):
    """Workers that share files and limits refresh once, and all use the new token."""
    files, limits = MemoryFiles(), RateLimits()
    workers = [adapter(server, clock, files=files, limits=limits) for _ in range(4)]
    for _ in range(2):
        for one in workers:
            one.learn()
    assert refreshed(server) == 1
    workers[3].learn()
    assert used(server) == server.network.tokens.secrets[-1]


def test_one_worker_is_tried(server, clock):
    """Where that one fails, the others do not try on the same day."""
    files, limits = MemoryFiles(), RateLimits()
    server.fail(500, "refresh_access_token", 2, left=9)
    for _ in range(4):
        adapter(server, clock, files=files, limits=limits).learn()
    assert refreshed(server) == 1


def test_another_worker_was_first(server, clock):
    """A worker whose token has ended finds the one that another has refreshed meanwhile."""
    files = MemoryFiles()
    late, early = (adapter(server, clock, files=files) for _ in range(2))
    late.poll(None)
    clock.advance(LASTS - 15 * DAY)
    early.learn()
    clock.advance(20 * DAY)
    late.poll(None)
    late.publish(prepared(late))
    assert used(server) == server.network.tokens.secrets[-1]


def test_new_token_of_the_operator(server, clock, files):
    """Another token from the operator takes the place of what was kept."""
    adapter(server, clock, files=files).learn()
    server.token = server.network.tokens.make(server.bot, 2 * DAY)
    bot = adapter(server, clock, files=files)
    bot.poll(None)
    assert used(server) == server.token.secret


def test_the_operators_token_is_the_fallback(server, clock, files):
    """Where what was kept is refused, the operator's own token is tried, and posts once."""
    adapter(server, clock, files=files).learn()
    server.network.tokens.find(server.network.tokens.secrets[-1]).is_revoked = True
    bot = adapter(server, clock, files=files)
    bot.publish(prepared(bot))
    assert used(server) == server.token.secret
    assert len(server.posts_of(server.bot)) == 1


def test_all_are_refused(server, clock, files):
    """Where no token is taken, that is said, and what to do."""
    bot = adapter(server, clock, files=files)
    bot.learn()
    server.revoke()
    with failing() as caught:
        bot.poll(None)
    assert type(caught.value) is Unauthorised
    assert "TIPSBOT_THREADS_ACCESS_TOKEN" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"{}", b'{"made_for": 1}', b"\xff"])
def test_odd_file(server, clock, content):
    """A file that cannot be used is as good as none."""
    files = MemoryFiles()
    files.write("token.threads", content)
    bot = adapter(server, clock, files=files)
    bot.poll(None)
    assert used(server) == server.token.secret


def test_missing_token_in_the_answer(server, clock, files):
    """An answer without a token changes nothing."""
    server.fail(200, "refresh_access_token", body='{"token_type": "bearer"}')
    bot = adapter(server, clock, files=files)
    bot.learn()
    assert files.read("token.threads") is None
    bot.poll(None)


def test_no_token_is_told(server, clock, files, caplog):
    """Neither a token nor the one it was refreshed to is in a log or an error."""
    for name in [None, *logging.root.manager.loggerDict]:
        caplog.set_level(logging.DEBUG, logger=name)
    bot = adapter(server, clock, files=files)
    bot.learn()
    bot.inspect()
    fresh = server.network.tokens.secrets[-1]
    server.fail(400, "/me", 100, message=f"{fresh} {server.token.secret}")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        bot.poll(None)
    server.fail(Trouble.DROP, "/me")
    with pytest.raises(RetryLater) as lost:
        bot.poll(None)
    ours = [one for one in caplog.records if one.thread == threading.get_ident()]
    shown = "".join(map(caplog.handler.format, ours)) + repr(bot.__dict__)
    shown += str(caught.value) + str(lost.value)
    assert fresh not in shown
    assert server.token.secret not in shown
