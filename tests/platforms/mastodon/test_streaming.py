"""The stream of Mastodon: a hint at once, and never a bot that hangs on it."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from bot.core.errors import PlatformError, Refused, RetryLater, Unauthorised
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.errors import ErrorContext
from bot.platforms.mastodon.instance import read_server
from bot.platforms.mastodon.listening.streaming import LARGEST, PATH, follow
from tests.platforms.mastodon.samples import adapter
from tests.servers.mastodon import GOTOSOCIAL, mastodon_server

PATIENCE = 20.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


class Follower:
    """Follows a stream on a thread of its own."""

    def __init__(self, follows):
        self.count = 0
        self.error = None
        self.over = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, args=(follows,), daemon=True)
        self._thread.start()

    def _run(self, follows):
        try:
            follows(self._hint, self.over.is_set)
        except PlatformError as error:
            self.error = error

    def _hint(self):
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def comes_to(self, count, within=PATIENCE):
        """Whether so many hints come in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.count >= count, within)

    def ends(self, within=PATIENCE):
        """Whether it ends by itself in time."""
        self._thread.join(within)
        return not self._thread.is_alive()


@pytest.fixture
def stream(bot):
    """A stream that stands."""
    opened = Follower(bot.hints)
    assert opened.comes_to(1)
    yield opened
    opened.over.set()
    assert opened.ends()


@contextmanager
def speaker(*pieces, stays=True):
    """The address of a server that says these bytes to whoever comes, and then stays or leaves."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        lines = []

        def serve():
            try:
                while True:
                    one, _ = listener.accept()
                    lines.append(one)
                    one.recv(65536)
                    for piece in pieces:
                        one.sendall(piece)
                    if not stays:
                        one.close()
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            for one in lines:
                one.close()


def place(address):
    """Where a call goes."""
    return ErrorContext(server=address, variable="TIPSBOT_MASTO_ACCESS_TOKEN", token="a-token")


def told(*pieces, stays=True, silence=PATIENCE):
    """How many hints a stream of these bytes gives, and the error with which it ends."""
    with speaker(HEAD, *pieces, stays=stays) as address:
        stream = Follower(
            lambda hint, over: follow(address, place(address), hint, over, silence=silence)
        )
        assert stream.ends()
        return stream.count, stream.error


def event(kind, name="notification"):
    """An event as Mastodon writes it."""
    return f'event: {name}\ndata: {{"type":"{kind}","id":"1"}}\n\n'.encode()


def test_a_reply_is_hinted_at(stream, server):
    """Each mention is a hint, within two seconds; a favourite is none."""
    began = time.monotonic()
    said = server.say("alice", "@tips hello")
    assert stream.comes_to(2)
    assert time.monotonic() - began < 2
    server._ask("POST", f"/api/v1/statuses/{said}/favourite", "tips")
    server.say("bob", "@tips hello, too")
    assert stream.comes_to(3)
    assert stream.count == 3


def test_a_stream_that_is_cut(stream, line):
    """A stream that dies is an error at once, which whoever follows it can act upon."""
    assert line.drop_streams() == 1
    assert stream.ends()
    assert isinstance(stream.error, RetryLater)


def test_a_stream_that_falls_silent(line, server):
    """A stream that stays open and carries no sign of life is given up."""
    follows = lambda hint, over: follow(  # noqa: E731 - it takes what the door gives
        line.url,
        ErrorContext(server=line.url, variable="", token=server.token),
        hint,
        over,
        silence=1.5,
    )
    stream = Follower(follows)
    assert stream.comes_to(1)
    time.sleep(2)
    assert not stream.ends(0), "signs of life keep it open"
    line.stall_streams()
    assert stream.ends()
    assert isinstance(stream.error, RetryLater)


def test_nobody_waits_for_a_silent_stream(line, bot):
    """It is over as soon as we say so, also while the server says nothing at all."""
    stream = Follower(bot.hints)
    assert stream.comes_to(1)
    line.stall_streams()
    began = time.monotonic()
    stream.over.set()
    assert stream.ends()
    assert time.monotonic() - began < 1
    assert stream.error is None


def test_a_server_without_streams(clock):
    """GoToSocial has no such stream, and that is said at once."""
    with mastodon_server(version=GOTOSOCIAL, streams=False) as server:
        bot = adapter(server.url, server.token, clock)
        stream = Follower(bot.hints)
        assert stream.ends()
        assert (stream.count, type(stream.error)) == (0, Refused)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, Unauthorised), (404, Refused), (429, RetryLater), (500, RetryLater), (302, RetryLater)],
)
def test_a_stream_that_is_not_given(bot, server, status, expected):
    """Whatever the server answers instead of a stream is an error, and no hint."""
    headers = {"Location": "https://elsewhere.example/"}
    server.answer(PATH, status, {"error": "no"}, headers=headers)
    stream = Follower(bot.hints)
    assert stream.ends()
    assert (stream.count, type(stream.error)) == (0, expected)


ODD = [
    [b":)\n\n", event("mention"), event("favourite"), event("quote")],
    [event("mention", name="something_new"), event("mention")],
    [b"event: filters_changed\n\n", event("mention")],
]


@pytest.mark.parametrize(("pieces", "hints"), [(ODD[0], 3), (ODD[1], 2), (ODD[2], 2)])
def test_what_a_stream_says(pieces, hints):
    """Only what has words is a hint, besides the first one; what is not known does no harm."""
    count, error = told(*pieces, stays=False)
    assert (count, type(error)) == (hints, RetryLater)


@pytest.mark.parametrize(
    "piece",
    [
        b"nonsense\n\n",
        b"data: x\n\n",
        b"event: notification\ndata: {\n\n",
        b"\xff\xfe\n",
        b"x" * (LARGEST + 1),
    ],
    ids=["a stream", "no name", "half a document", "no text", "no end"],
)
def test_nonsense_in_a_stream(piece):
    """What is no event ends the stream with an error; it neither hangs nor fills the memory."""
    _, error = told(piece)
    assert isinstance(error, RetryLater)


def test_a_server_that_says_nothing_at_all():
    """Whoever takes the connection and does not answer is given up."""
    with speaker() as address:
        stream = Follower(lambda hint, over: follow(address, place(address), hint, over, silence=1))
        assert stream.ends()
        assert isinstance(stream.error, RetryLater)


ADDRESSES = [
    ("https://town.example", "wss://streaming.town.example", "https://streaming.town.example"),
    ("https://town.example", "https://town.example/path", "https://town.example"),
    ("http://127.0.0.1:3000", "ws://127.0.0.1:4000", "http://127.0.0.1:4000"),
    ("https://town.example", "ws://town.example", "https://town.example"),
    ("https://town.example", "", "https://town.example"),
    ("https://town.example", "javascript:x", "https://town.example"),
    ("https://town.example", "wss://[", "https://town.example"),
]


@pytest.mark.parametrize(("server", "told", "expected"), ADDRESSES)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_where_a_server_streams(server, told, expected, version):
    """The token goes where the server itself says that it streams, and never unencrypted."""
    urls = {"streaming": told} if version == "v2" else {"streaming_api": told}
    document = {"configuration": {"urls": urls}} if version == "v2" else {"urls": urls}
    found = read_server(json_values.record({"version": "4.3.0", **document}), server)
    assert found is not None
    assert found.streaming == expected
