"""What X and the way to it can answer, and what the bot makes of each."""

import socket
import socketserver
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
import urllib3

from bot.core.errors import (
    Duplicate,
    OutcomeUnknown,
    PlatformError,
    Refused,
    RetryLater,
    Unauthorised,
)
from bot.outbound.session import LARGEST
from bot.platforms.x.http.errors import translate
from bot.platforms.x.http.transport import TransportTimeouts
from tests.platforms.x.samples import NOON, POST, adapter_at
from tests.servers.x import Reset


def raised(call, *given):
    """The error of a call, as its exact kind and its one line."""
    with pytest.raises(PlatformError) as caught:
        call(*given)
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 500
    return type(caught.value), line, caught.value


@contextmanager
def saying(*pieces, pause=0.0):
    """A server that answers every request with these bytes, whatever it was asked."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.request.recv(65536)
            try:
                for piece in pieces:
                    self.wfile.write(piece)
                    time.sleep(pause)
            except OSError:
                return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def answer(body, status="200 OK", *headers):
    """An HTTP answer as bytes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def free_port():
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_connection_refused():
    """Where nobody listens nothing was sent, and the post can go later."""
    bot = adapter_at(f"http://127.0.0.1:{free_port()}")
    for call in (lambda: bot.publish(POST), bot.learn, lambda: bot.retract("1")):
        kind, line, _ = raised(call)
        assert kind is RetryLater
        assert "no connection to it" in line


def test_unknown_host():
    """A host without an address is told as such, and nothing was sent."""
    kind, line, _ = raised(adapter_at("http://x.invalid").publish, POST)
    assert kind is RetryLater
    assert "name is not found" in line


def test_connect_timeout():
    """A connection that does not come about in time means that nothing was sent."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        kind, line, _ = raised(
            adapter_at(f"http://127.0.0.1:{port}", TransportTimeouts(connect=0.2)).publish, POST
        )
        for one in waiting:
            one.close()
    assert kind is RetryLater
    assert "does not answer the connection" in line


def test_read_timeout():
    """Silence after the request has left is an unknown outcome; of a read, a reason to wait."""
    with saying(b"", pause=2.0) as silent:
        bot = adapter_at(silent, TransportTimeouts(read=0.2))
        assert raised(bot.publish, POST)[0] is OutcomeUnknown
        assert raised(bot.learn)[0] is RetryLater


def test_trickle():
    """An answer that never ends, byte after byte, is given up."""
    head = b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n"
    began = time.monotonic()
    with saying(head, *[b"x"] * 100, pause=0.05) as slow:
        assert (
            raised(adapter_at(slow, TransportTimeouts(whole=0.3)).publish, POST)[0]
            is OutcomeUnknown
        )
    assert time.monotonic() - began < 3


def test_flood():
    """An answer that is larger than any of X's is given up."""
    with saying(answer("[" + " " * (LARGEST + 1) + "]")) as flood:
        assert raised(adapter_at(flood).publish, POST)[0] is OutcomeUnknown


def test_certificate():
    """A server that is not what it says it is gets nothing: the post can go later."""
    pool = urllib3.HTTPSConnectionPool("x.invalid")
    invalid = urllib3.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed"))
    given_up = urllib3.exceptions.MaxRetryError(pool, "/", invalid)
    error = translate(requests.exceptions.SSLError(given_up), writes=True, now=NOON)
    assert type(error) is RetryLater
    assert "certificate" in str(error)


def test_no_tls():
    """Nonsense instead of TLS is no proof that nothing was sent."""
    with saying(b"no TLS here") as plain:
        bot = adapter_at(plain.replace("http:", "https:"))
        assert raised(bot.publish, POST)[0] is OutcomeUnknown


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", "{}", '{"data": null}', '{"data": {"text": "A tip."}}', '{"data": ["1"]}'],
)
def test_success_without_id(body):
    """A success that names no post is an unknown outcome."""
    with saying(answer(body, "201 Created")) as odd:
        assert raised(adapter_at(odd).publish, POST)[0] is OutcomeUnknown


@pytest.mark.parametrize("made", ['"not a number"', '"99999999999999999999999999"', "17", '"17"'])
def test_success_with_odd_id(made):
    """A post that X has made never becomes a failure, whatever its id looks like."""
    with saying(answer(f'{{"data": {{"id": {made}}}}}', "201 Created")) as odd:
        receipt = adapter_at(odd).publish(POST)
    assert receipt.remote_id == made.strip('"')
    assert receipt.url in {None, "https://x.com/i/web/status/17"}


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
def test_redirect(status):
    """A redirect is not followed: nothing of ours goes to another server."""
    with (
        saying(answer('{"data": {"id": "17"}}')) as other,
        saying(answer("", status, f"Location: {other}/")) as here,
    ):
        kind, line, _ = raised(adapter_at(here).publish, POST)
        assert kind is OutcomeUnknown
        assert "redirect" in line


@pytest.mark.parametrize("body", ["<html>Forbidden</html>", "[]", '["a list"]', ""])
@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden", "404 Not Found"])
def test_refusal_not_by_x(status, body):
    """A refusal in a form that is not X's proves nothing about the post."""
    with saying(answer(body, status)) as odd:
        assert raised(adapter_at(odd).publish, POST)[0] is OutcomeUnknown
        assert raised(adapter_at(odd).retract, "17")[0] is OutcomeUnknown


@pytest.mark.parametrize(
    ("reset", "minutes"),
    [(Reset.NORMAL, 15), (Reset.MISSING, 15), (Reset.PAST, 15), (Reset.NONSENSE, 15)],
)
def test_rate_limit(x, bot, reset, minutes):
    """A 429 says when to go on, also where X does not or tells nonsense."""
    x.fail(429, reset=reset)
    kind, _, error = raised(bot.publish, POST)
    assert kind is RetryLater
    assert error.after == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("seconds", "after"),
    [(60, timedelta(minutes=1)), (10**7, timedelta(days=1)), (10**30, timedelta(minutes=15))],
)
def test_rate_limit_end(seconds, after):
    """X's own end of a rate limit is kept to, up to a day."""
    end = f"x-rate-limit-reset: {int(NOON.timestamp()) + seconds}"
    with saying(answer("slow down", "429 Too Many Requests", end)) as busy:
        for call in (lambda: adapter_at(busy).publish(POST), adapter_at(busy).learn):
            kind, _, error = raised(call)
            assert (kind, error.after) == (RetryLater, after)


def test_out_of_credits(x, bot):
    """An account without credits waits for an hour, and is told to buy some."""
    x.fail(402)
    kind, line, error = raised(bot.publish, POST)
    assert (kind, error.after) == (RetryLater, timedelta(hours=1))
    assert "buy some" in line


@pytest.mark.parametrize(
    ("detail", "kind", "words"),
    [
        ("You are not allowed to create a Tweet with duplicate content.", Duplicate, "already"),
        (
            (
                "Your client app is not configured with the appropriate oauth1 app permissions for "
                "this endpoint."
            ),
            Unauthorised,
            "Read and write",
        ),
        (
            (
                "To protect our users from spam and other malicious activity, this account is "
                "temporarily locked. Please log in to https://twitter.com to unlock your account."
            ),
            Unauthorised,
            "unlock it",
        ),
        (
            "Your account is suspended and is not permitted to access this feature.",
            Unauthorised,
            "suspended",
        ),
        (
            (
                "When authenticating requests to the Twitter API v2 endpoints, you must use keys and "
                "tokens from a Twitter developer App that is attached to a Project."
            ),
            Unauthorised,
            "project",
        ),
        (
            "You have been blocked from replying to this user by the author.",
            Refused,
            "does not permit this reply",
        ),
        (
            "The user to whom you reply has been suspended.",
            Refused,
            "does not permit this reply",
        ),
        ("Your Tweet text is too long.", Refused, "shorten"),
        ("Something new.", Refused, "Something new"),
    ],
)
def test_forbidden(x, bot, detail, kind, words):
    """Each reason for a 403 has its own meaning and its own advice."""
    x.fail(403, detail=detail)
    found, line, _ = raised(bot.publish, POST)
    assert found is kind
    assert words in line


def test_foreign_text(x, bot):
    """What X says is quoted on one line, without control characters and not at any length."""
    x.fail(403, detail="a\x1b[31mb\u202ec\r\nd\x00" + "long " * 500)
    _, line, _ = raised(bot.publish, POST)
    assert "a [31mb c d long" in line
    assert "…" in line


@pytest.mark.parametrize("status", [400, 404])
def test_refused(x, bot, status):
    """Other refusals of X are final."""
    x.fail(status)
    found, _, _ = raised(bot.publish, POST)
    assert issubclass(found, Refused)


@pytest.mark.parametrize(
    "body", ["null", "[]", "{}", '{"data": {}}', '{"data": {"id": "x"}}', "{" * 100_000]
)
def test_nonsense_when_read(body):
    """A read that answers nonsense moves nothing and is tried again."""
    with saying(answer(body)) as odd:
        bot = adapter_at(odd)
        assert raised(bot.learn)[0] is RetryLater
        assert raised(bot.poll, None)[0] is RetryLater


def test_address_that_is_none():
    """An address that no request can go to is told before anything leaves."""
    kind, line, _ = raised(adapter_at("http://[").publish, POST)
    assert kind is Unauthorised
    assert "platforms.x.api" in line


def test_many_threads(x, bot):
    """Threads may share the adapter: each of their posts is made once, and all are told apart."""
    texts = [f"Tip {number}" for number in range(16)]
    with ThreadPoolExecutor(8) as threads:
        receipts = list(threads.map(lambda text: bot.publish(replace(POST, text=text)), texts))
    made = {post.id: post.written for post in x.posts}
    assert [made[receipt.remote_id] for receipt in receipts] == texts
    assert len(made) == len(texts)
