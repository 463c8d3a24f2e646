"""The server under the site: where it listens, whom it believes, and how it stops."""

from __future__ import annotations

import socket
import threading
import time
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.core.errors import BotError
from bot.web import SiteServer


def echo(request: Request) -> PlainTextResponse:
    """Say how and from where the visitor seems to have come."""
    client = request.client.host if request.client else "nobody"
    return PlainTextResponse(f"{request.url.scheme} {client}")


def server(port: int = 0, host: str = "127.0.0.1", trusted: tuple[str, ...] = ()) -> SiteServer:
    """A server of the echo."""
    return SiteServer(Starlette(routes=[Route("/", echo)]), host, port, trusted)


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_port_in_use(taken):
    """A port in use is one line that names it and says what to set."""
    with pytest.raises(BotError) as caught:
        server(taken).start()
    assert str(caught.value) == (
        f"http://127.0.0.1:{taken} is in use; "
        f"stop the other program or set TIPSBOT_BIND=127.0.0.1:{taken + 1}"
    )


@pytest.mark.parametrize(
    ("host", "port"), [("192.0.2.1", 8140), ("no.such.host.invalid", 8140), ("127.0.0.1", 99999)]
)
def test_address_that_is_not_ours(host, port):
    """An address that this machine does not have is one line that says what to set."""
    with pytest.raises(BotError, match=r"cannot serve at http://.*; set TIPSBOT_BIND to"):
        server(port, host).start()


def test_same_port_again():
    """A bot that was stopped can be started again on the same port at once."""
    first = server()
    first.start()
    httpx.get(first.address)
    first.stop(timedelta(seconds=5))
    second = server(int(first.address.rpartition(":")[2]))
    second.start()
    assert httpx.get(second.address).status_code == 200
    second.stop(timedelta(seconds=5))


def test_ipv6():
    """It serves on IPv6, too, and its address is written as one."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    running = server(host="::1")
    running.start()
    assert httpx.get(running.address).text == "http ::1"
    running.stop(timedelta(seconds=5))


@pytest.mark.parametrize(
    ("trusted", "told"),
    [
        ((), "http 127.0.0.1"),
        (("192.0.2.7",), "http 127.0.0.1"),
        (("127.0.0.1",), "https 203.0.113.9"),
        (("127.0.0.0/8",), "https 203.0.113.9"),
    ],
)
def test_forwarded_headers(trusted, told):
    """Only proxies that it was told to trust can say who and how the visitor came."""
    headers = {"X-Forwarded-For": "10.0.0.1, 203.0.113.9", "X-Forwarded-Proto": "https"}
    running = server(trusted=trusted)
    running.start()
    assert httpx.get(running.address, headers=headers).text == told
    running.stop(timedelta(seconds=5))


def test_stops_in_time_with_open_connections():
    """Visitors who keep a connection open, or never finish a request, do not hold up the end."""
    running = server()
    running.start()
    port = int(running.address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as idle, httpx.Client() as client:
        idle.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
        client.get(running.address)
        before = time.monotonic()
        running.stop(timedelta(seconds=3))
        assert time.monotonic() - before < 4
    assert "web" not in {thread.name for thread in threading.enumerate()}


def test_finishes_what_is_in_hand():
    """An answer that is being made when the end comes is still given."""
    entered = threading.Event()

    def slow(_: Request) -> PlainTextResponse:
        entered.set()
        time.sleep(0.4)
        return PlainTextResponse("done")

    running = SiteServer(Starlette(routes=[Route("/", slow)]), "127.0.0.1", 0)
    running.start()
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(httpx.get(running.address).text))
    asking.start()
    assert entered.wait(5)
    running.stop(timedelta(seconds=5))
    asking.join(5)
    assert answers == ["done"]


def test_stopped_before_it_started():
    """Stopping a server that never ran is fine."""
    server().stop(timedelta(seconds=1))
