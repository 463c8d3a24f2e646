"""Visitors that hang up in the middle: no answer is owed to them, and nothing is wrong."""

from __future__ import annotations

import socket
import struct
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from structlog.testing import capture_logs

from tests.site import TIP, RunningSite, running_site

BODY = b"name=Ada&text=" + b"x" * 5000
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
PATHS = (
    f"/tips/{TIP}",
    "/webmention",
    "/pingback",
    "/comments/nobody/delete",
    "/held/nobody/1/x",
)


@pytest.fixture
def site(tmp_path):
    """A site that has posted one tip."""
    with running_site(tmp_path) as running:
        running.publish()
        yield running


LENGTH = b"Content-Length: %d\r\n\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
WAYS = {
    "without a word": None,
    "in the head": b"",
    "before the body": LENGTH,
    "in the body": LENGTH + BODY[:100],
    "before the answer": LENGTH + BODY,
    "after asking to go on": b"Expect: 100-continue\r\n" + LENGTH,
    "in a chunk": CHUNKED + b"ff\r\nname=",
    "between chunks": CHUNKED + b"5\r\nname=\r\n",
    "one way only": LENGTH + BODY[:100],
    "with a reset": LENGTH + BODY[:100],
}
"""What comes after the first lines of a request, and then no more."""


def sent(site: RunningSite, path: str, how: str) -> None:
    """A POST that is broken off."""
    host, rest = urlsplit(site.url), WAYS[how]
    with socket.create_connection((host.hostname, host.port)) as line:
        if rest is not None:
            line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\n".encode() + FORM + rest)
        if how == "one way only":
            line.shutdown(socket.SHUT_WR)
            line.settimeout(5)
            line.recv(1000)
        if how == "with a reset":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("how", WAYS)
@pytest.mark.long
def test_hanging_up_is_no_error(site, path, how, capfd):
    """However a request is broken off, the log has no error of it, and the next one is answered."""
    with capture_logs() as logs:
        for _ in range(3):
            sent(site, path, how)
        assert httpx.get(f"{site.url}/healthz").status_code == 200
        site.server.stop(timedelta(seconds=2))
    assert [line for line in logs if line["log_level"] in {"error", "warning"}] == []
    assert "Traceback" not in "".join(capfd.readouterr())
