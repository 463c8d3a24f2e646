"""What `check --online` says of an account on Bluesky."""

import pytest

from bot.platforms.bluesky.http.session import Session
from tests.platforms.bluesky.samples import adapter
from tests.servers.bluesky.sessions import OWN_PASSWORD


def told(bot):
    """Every remark as one line."""
    return [f"{one.what}; {one.todo}" for one in bot.inspect()]


def test_good(server, bot):
    """A good account has one remark: whose it is, where, and what a post may have."""
    (line,) = told(bot)
    assert f"@tips.test on {server.url}" in line
    assert "300 characters and 3000 bytes" in line


def test_no_label(server, bot):
    """An account without the label of bots is told, with the way to set it."""
    server.bot.self_labels = []
    assert any("does not say that it is a bot" in one and "Settings" in one for one in told(bot))


def test_own_password(server, bot):
    """The account's own password is noticed where the server's token tells it."""
    server.network.sessions.scope = OWN_PASSWORD
    (line,) = [one for one in told(bot) if "own password" in one]
    assert "TIPSBOT_BLUESKY_APP_PASSWORD" in line
    assert "make an app password" in line


def test_wrong_password(server, clock):
    """Wrong credentials are the only remark, and a problem."""
    (found,) = adapter(server, clock, password="aaaa-bbbb-cccc-dddd").inspect()
    assert found.is_problem
    assert "AuthenticationRequired" in found.what


def test_clock(server, bot):
    """A clock that is wrong by ten minutes is a problem."""
    from datetime import timedelta

    server._http.now = lambda: server._now() - timedelta(minutes=10)
    assert any("ahead of the server's" in one.what and one.is_problem for one in bot.inspect())


@pytest.mark.parametrize("method", ["getSession", "getRecord", "listNotifications"])
def test_failures(server, bot, method):
    """A question that fails is a problem beside what was seen before."""
    server.fail(500, method, "InternalServerError")
    assert [one.is_problem for one in bot.inspect()].count(True) == 1


@pytest.mark.parametrize("token", ["opaque", "x.a.y", "x.bnVsbA.y", "x.e30.y"])
def test_other_tokens(token):
    """A token of another form tells nothing of the password."""
    assert not Session(did="did:plc:a", handle="a", access=token, refresh="r").has_own_password
