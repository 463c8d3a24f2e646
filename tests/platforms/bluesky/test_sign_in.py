"""Sessions: kept, refreshed when they have expired, and made anew only where that is refused."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import RetryLater, Unauthorised
from bot.store.files.kept_files import DirectoryFiles, MemoryFiles
from tests.platforms.bluesky.samples import POST, adapter, failing
from tests.servers.bluesky import Trouble


def logins(server):
    """How often the bot has logged in, and refreshed its session."""
    return len(server.asked("createSession")), len(server.asked("refreshSession"))


def test_one_login(server, bot):
    """Everything that the adapter does takes one login."""
    bot.learn()
    bot.publish(POST)
    bot.poll(None)
    bot.inspect()
    assert logins(server) == (1, 0)


def test_one_login_of_threads(server, bot):
    """Threads that begin at once log in once, and refresh once."""
    posts = [replace(POST, key=f"k{number}") for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(bot.publish, posts[:4]))
        server.expire()
        list(threads.map(bot.publish, posts[4:]))
    assert logins(server) == (1, 1)
    assert len(server.posts_of(server.bot)) == 8


@pytest.mark.parametrize("hours", [3, 24 * 91])
def test_expired(server, bot, clock, hours):
    """A session that has expired is refreshed, and made anew after the refresh token has, too."""
    bot.learn()
    clock.advance(timedelta(hours=hours))
    bot.publish(POST)
    assert logins(server) == ((1, 1) if hours == 3 else (2, 1))
    assert len(server.posts_of(server.bot)) == 1


def test_unknown_token(server, bot):
    """A server that does not know its own token any more gets a new login."""
    bot.learn()
    server.network.sessions._tokens.clear()
    bot.publish(POST)
    assert len(server.posts_of(server.bot)) == 1


@pytest.mark.parametrize("fault", [Trouble.DROP, 502, 429])
def test_refresh_fails(server, bot, fault):
    """Where the refresh fails, nothing was posted; it is tried again, without a new login."""
    bot.learn()
    server.expire()
    server.fail(fault, "refreshSession")
    with failing() as caught:
        bot.publish(POST)
    assert type(caught.value) is RetryLater
    assert logins(server)[0] == 1


def test_refused_again(server, bot):
    """A server that refuses each new session is not asked on and on."""
    bot.learn()
    server.fail(400, "putRecord", "ExpiredToken", left=9)
    with failing() as caught:
        bot.publish(POST)
    assert type(caught.value) is RetryLater
    assert len(server.asked("putRecord")) == 2


def test_few_logins(server, bot, clock):
    """No more logins are tried than a server takes: 30 in five minutes, 300 a day."""
    server.bot.password = "another"
    for _ in range(30):
        with pytest.raises(Unauthorised):
            bot.learn()
    with failing() as caught:
        bot.learn()
    assert (type(caught.value), caught.value.after) == (RetryLater, timedelta(minutes=5))
    for _ in range(9):
        clock.advance(timedelta(minutes=5))
        for _ in range(30):
            with pytest.raises(Unauthorised):
                bot.learn()
    clock.advance(timedelta(minutes=5))
    with failing() as caught:
        bot.learn()
    assert caught.value.after == timedelta(days=1) - timedelta(minutes=50)
    assert logins(server)[0] == 300


def test_server_counts_logins(server, clock):
    """Where the server itself takes no more logins, the bot waits as long as it says."""
    for _ in range(30):
        adapter(server, clock).learn()
    late = adapter(server, clock)
    for _ in range(2):
        with failing() as caught:
            late.learn()
        assert (type(caught.value), caught.value.after) == (RetryLater, timedelta(minutes=5))
    assert logins(server)[0] == 31


@pytest.mark.parametrize("when", ["login", "later"])
def test_taken_down(server, bot, when):
    """An account that was taken down is told so, whenever that is noticed."""
    if when == "later":
        bot.learn()
    server.bot.is_taken_down = True
    with pytest.raises(Unauthorised, match="taken the account down"):
        bot.publish(POST)


def test_handle_as_people_write_it(server, clock):
    """A handle may have its @, and a permanent id may stand in its place."""
    from tests.platforms.bluesky.samples import adapter_at

    for handle in (f"@{server.bot.handle}", server.bot.did):
        adapter_at(server.url, handle, clock).learn()


def test_kept(server, clock):
    """A session is kept for the next process, and no longer than the password is the same."""
    files = MemoryFiles()
    for _ in range(3):
        adapter(server, clock, files=files).publish(POST)
    assert logins(server) == (1, 0)
    with pytest.raises(Unauthorised):
        adapter(server, clock, files=files, password="aaaa-bbbb-cccc-dddd").learn()
    assert logins(server) == (2, 0)


def test_shared(server, clock):
    """Of several workers one refreshes the session, and the others take it over."""
    files = MemoryFiles()
    workers = [adapter(server, clock, files=files) for _ in range(3)]
    for _ in range(3):
        for worker in workers:
            worker.learn()
        server.expire()
    assert logins(server) == (1, 2)


@pytest.mark.parametrize("kept", [b"", b"nonsense", b"[]", b'{"made_for": 1}'])
def test_kept_nonsense(server, clock, kept):
    """A file that holds no session costs a login, and is replaced."""
    files = MemoryFiles()
    files.write("session.bluesky", kept)
    for _ in range(2):
        adapter(server, clock, files=files).learn()
    assert logins(server) == (1, 0)


def test_kept_nowhere(server, clock, tmp_path):
    """Where the file can be neither read nor written, the bot works all the same."""
    (tmp_path / "session.bluesky").mkdir()
    adapter(server, clock, files=DirectoryFiles(tmp_path)).publish(POST)
    assert len(server.posts_of(server.bot)) == 1


def test_kept_for_the_owner_alone(server, clock, tmp_path):
    """The file can be read by its owner alone, and does not hold the password."""
    adapter(server, clock, files=DirectoryFiles(tmp_path)).learn()
    (kept,) = tmp_path.glob("session.*")
    assert kept.stat().st_mode & 0o077 == 0
    assert server.secrets["app_password"] not in kept.read_text()
