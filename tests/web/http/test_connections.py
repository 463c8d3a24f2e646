"""Connections: visitors who say nothing, or not enough, stop neither the site nor the bot."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from struct import pack

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web import SiteServer
from bot.web.http.connection_limits import ConnectionLimits
from tests.site import TIP, lose_entries, running_site

SOON = ConnectionLimits(most=12, each=12, spare=2, head=0.3, body=0.3, idle=0.3, stalled=0.3)
"""Bounds that a test can reach."""


async def hello(request: Request) -> Response:
    """Read what was sent, and answer."""
    await request.body()
    return PlainTextResponse("hello")


async def refuse(_: Request) -> Response:
    """Answer without reading what is sent."""
    return PlainTextResponse("no", 403)


def large(_: Request) -> Response:
    """More than a socket keeps for somebody who does not read."""
    return PlainTextResponse("x" * 30_000_000)


ROUTES = [
    Route("/", hello, methods=["GET", "POST"]),
    Route("/refuse", refuse, methods=["POST"]),
    Route("/large", large),
    Route("/healthz", hello),
]


@contextmanager
def served(bounds: ConnectionLimits, trusted: tuple[str, ...] = ()) -> Iterator[SiteServer]:
    """A server with these bounds."""
    server = SiteServer(Starlette(routes=ROUTES), "127.0.0.1", 0, trusted, bounds=bounds)
    server.start()
    try:
        yield server
    finally:
        server.stop(timedelta(seconds=3))


def dial(server: SiteServer, source: str = "127.0.0.1") -> socket.socket:
    """A connection from one of this machine's addresses."""
    port = int(server.address.rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))


def until_ended(line: socket.socket, trickle: bytes = b"") -> None:
    """Read until the server ends the connection, with a byte of the trickle now and then."""
    line.settimeout(0.05 if trickle else 20)
    rest = iter(trickle)
    with suppress(ConnectionError):
        while True:
            try:
                if not line.recv(65536):
                    return
            except TimeoutError:
                line.sendall(bytes([next(rest)]))


def is_open(line: socket.socket) -> bool:
    """Whether the server has kept the connection, of which nothing was asked."""
    line.settimeout(0)
    try:
        return line.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


POST = b"POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "trickle"),
    [
        (b"", b""),
        (b"G", b""),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b""),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a" * 1000),
        (POST % b"", b""),
        (POST % b"", b"a" * 900),
        (POST % b"refuse", b""),
        (POST % b"refuse", b"a" * 900),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 200),
        (POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n") % b"", b""),
        (GET, b""),
        (GET + b"GET / HT", b"a" * 1000),
        (GET + GET, b""),
    ],
)
def test_nobody_is_waited_for_without_end(sent, trickle):
    """Before the first byte, in headers, in a body and after an answer: each wait has an end."""
    with served(SOON) as server, dial(server) as line:
        line.sendall(sent)
        until_ended(line, trickle)


def test_who_does_not_take_the_answer_is_let_go():
    """A visitor who reads nothing of a large page does not keep it in our memory."""
    with served(SOON) as server, dial(server) as line:
        line.sendall(GET.replace(b"/ ", b"/large "))
        for _ in range(4):  # each lasts as long as an answer may stand still
            with dial(server) as idle:
                until_ended(idle)
        assert taken(line) < 30_000_000


def taken(line: socket.socket) -> int:
    """How many bytes come before the connection ends."""
    count = 0
    with suppress(ConnectionError):
        while piece := line.recv(1 << 20):
            count += len(piece)
    return count


@pytest.mark.long
@pytest.mark.parametrize("crowd", [13, 60, 300])
def test_idle_connections_stop_nobody(crowd):
    """However many say nothing, the next visitor and the health check are answered."""
    bounds = replace(SOON, head=20.0, idle=20.0)
    with served(bounds) as server, ExitStack() as stack:
        lines = [stack.enter_context(dial(server)) for _ in range(crowd)]
        assert httpx.get(server.address).text == "hello"
        assert httpx.get(f"{server.address}/healthz").text == "hello"
        assert sum(is_open(line) for line in lines) <= bounds.most


@pytest.mark.parametrize("opening", [b"", b"GET / HT", POST % b"", GET])
def test_one_address_has_its_share(opening):
    """Who connects too often loses their own connections, and nobody else's."""
    bounds = replace(SOON, most=100, each=5, head=20.0, body=20.0, idle=20.0)
    with served(bounds) as server, ExitStack() as stack:
        other = stack.enter_context(dial(server, "127.0.0.3"))
        lines = [stack.enter_context(dial(server, "127.0.0.2")) for _ in range(20)]
        for line in lines:
            with suppress(ConnectionError):
                line.sendall(opening)
        for line in lines[:15]:
            until_ended(line)
        assert is_open(other)
        assert httpx.get(server.address).text == "hello"


@pytest.mark.parametrize("trusted", ["127.0.0.2", "127.0.0.2/31", "127.0.0.0/8"])
def test_a_trusted_proxy_may_open_many(trusted):
    """A proxy of ours speaks for many: the share of one address is not its bound."""
    bounds = replace(SOON, most=100, each=5, head=20.0)
    with served(bounds, (trusted,)) as server, ExitStack() as stack:
        lines = [stack.enter_context(dial(server, "127.0.0.2")) for _ in range(20)]
        assert httpx.get(server.address).text == "hello"
        assert all(is_open(line) for line in lines)


def test_health_is_answered_while_all_are_busy():
    """Where every connection waits for its answer, health is told, and all else is 503."""
    release, begun = threading.Event(), threading.Semaphore(0)

    def slow(_: Request) -> Response:
        begun.release()
        release.wait(20)
        return PlainTextResponse("done")

    app = Starlette(routes=[Route("/slow", slow), *ROUTES])
    server = SiteServer(app, "127.0.0.1", 0, bounds=replace(SOON, most=4, head=20.0))
    server.start()
    with ExitStack() as stack:
        lines = [stack.enter_context(dial(server)) for _ in range(4)]
        for line in lines:
            line.sendall(GET.replace(b"/ ", b"/slow "))
            assert begun.acquire(timeout=20)
        answers = [httpx.get(f"{server.address}{path}").status_code for path in ("/", "/healthz")]
        release.set()
        assert all(b"done" in line.recv(1000) + line.recv(1000) for line in lines)
    server.stop(timedelta(seconds=3))
    assert answers == [503, 200]


def test_a_stream_outlives_every_bound(tmp_path):
    """An open page hears what is new, however long nothing was said in either direction."""
    with running_site(tmp_path, bounds=SOON) as site:
        site.publish()
        with httpx.stream("GET", f"{site.url}/tips/{TIP}/live", timeout=30) as answer:
            lines = answer.iter_lines()
            assert next(lines).startswith("retry")
            for _ in range(3):
                with dial(site.server) as idle:
                    until_ended(idle)
            site.keep("1", "I disagree")
            assert any(line.startswith("data:") for line in lines)


SCRIPT = """
import json, resource, socket, sys
soft, hard = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from bot.web import SiteServer
server = SiteServer(Starlette(routes=[Route("/", lambda _: PlainTextResponse("hello"))]), "127.0.0.1", 0)
server.start()
print(server.address, flush=True)
sys.stdin.readline()
files = [open("/dev/null") for _ in range(60)]
print(json.dumps([httpx.get(server.address).text, *resource.getrlimit(resource.RLIMIT_NOFILE)]))
"""


@pytest.mark.long
def test_files_are_left_for_everything_else():
    """Idle connections never use up the files that posting needs; the limit is the hard one."""
    soft, hard = 64, 256
    with (
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(soft), str(hard)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as running,
        ExitStack() as stack,
    ):
        assert running.stdout is not None
        port = int(running.stdout.readline().rpartition(":")[2])
        for _ in range(300):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        told, _ = running.communicate("\n", timeout=60)
    assert json.loads(told) == ["hello", hard, hard]


FORM = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 900\r\n\r\nname=A"


@pytest.mark.parametrize(
    "path",
    [f"tips/{TIP}", "webmention", "pingback", "comments/1/delete", "held/1/2/3", "nothing"],
)
@pytest.mark.parametrize("is_reset", [False, True])
def test_a_visitor_who_leaves_is_no_error(tmp_path, capsys, path, is_reset):
    """A form that is broken off writes nothing into the log, wherever it was going."""
    with running_site(tmp_path) as site:
        site.publish()
        for _ in range(20):
            with dial(site.server) as line:
                line.sendall(f"POST /{path} HTTP/1.1\r\nHost: x\r\n".encode() + FORM)
                if is_reset:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, pack("ii", 1, 0))
        assert httpx.get(site.url).status_code == 200
    assert "".join(capsys.readouterr()) == ""


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000,
    ],
)
def test_what_is_no_request_is_no_error(sent, capfd):
    """What strangers send that is not HTTP is answered or ended, and not told to the operator."""
    with served(SOON) as server:
        for _ in range(5):
            with dial(server) as line, suppress(ConnectionError):
                line.sendall(sent)
                until_ended(line)
    assert "".join(capfd.readouterr()) == ""


@pytest.mark.parametrize("path", ["a" * 60_000, "%41" * 20_000, "%0A" * 20_000, "é" * 5_000])
def test_a_long_path_is_a_short_line(tmp_path, capsys, path):
    """Of a path that no person wrote the log has the beginning only."""
    with running_site(tmp_path) as site:
        lose_entries(site)
        assert httpx.get(f"{site.url}/feed.atom?{path}").status_code in {200, 503}
        site.publish()
        assert httpx.get(f"{site.url}/tips/{path}").status_code in {404, 503}
        assert httpx.get(f"{site.url}/comments/{path}/delete").status_code in {403, 404, 503}
        assert httpx.get(f"{site.url}/tips/{TIP}/feed.atom").status_code == 503
    assert all(len(line) < 1500 for line in "".join(capsys.readouterr()).splitlines())
