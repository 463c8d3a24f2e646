"""Where a request comes from: what near machines may read, strangers behind a proxy may not."""

from __future__ import annotations

import re
import socket
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web import SiteServer
from tests.site import config, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site that believes no proxy."""
    with running_site(tmp_path_factory.mktemp("site"), config("https://tips.example")) as running:
        yield running


@pytest.fixture(scope="module")
def believing(tmp_path_factory):
    """A site that believes the proxies of this machine."""
    data = tmp_path_factory.mktemp("believing")
    with running_site(data, config("https://tips.example"), ("127.0.0.0/8",)) as running:
        yield running


def status(site, path="/metrics", **headers):
    """How the site answers a request with these headers."""
    written = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.get(site.url + path, headers=written).status_code


def test_figures_for_this_machine(site):
    """Who asks from this machine, and not through a proxy, is told the figures."""
    assert status(site) == 200
    assert status(site, X_Prometheus_Scrape_Timeout_Seconds="10", Accept="text/plain") == 200


@pytest.mark.parametrize(
    "name",
    [
        *("X-Forwarded-For", "x-forwarded-for", "X-Forwarded-Proto", "X-Forwarded-Host"),
        *("X-Forwarded-Server", "X-Forwarded-Port", "X-Forwarded", "Forwarded-For", "Forwarded"),
        *("X-Original-Forwarded-For", "X-Original-Host", "Via", "X-Real-IP", "X-Client-IP"),
        *("X-Cluster-Client-IP", "Client-IP", "True-Client-IP", "CF-Connecting-IP", "CF-Ray"),
        *("CF-Connecting-IPv6", "Fastly-Client-IP", "Fly-Client-IP", "X-Envoy-External-Address"),
        *("X-Azure-ClientIP", "X-Azure-SocketIP", "X-Amzn-Trace-Id", "WL-Proxy-Client-IP"),
        *("X-Appengine-User-IP", "X-Remote-Addr", "CDN-Loop"),
    ],
)
@pytest.mark.parametrize("value", ["203.0.113.9", "127.0.0.1", ""])
def test_who_came_through_a_proxy_is_far(site, name, value):
    """Whatever a proxy says of itself, a proxy that is not trusted brings strangers."""
    assert status(site, **{name: value}) == 404


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 200),
        ({"X-Forwarded-For": "10.1.2.3"}, 200),
        ({"X-Forwarded-For": "127.0.0.1"}, 200),
        ({"X-Forwarded-For": "::1", "X-Forwarded-Proto": "https", "Via": "1.1 Caddy"}, 200),
        ({"X-Forwarded-For": "8.8.8.8"}, 404),
        ({"X-Forwarded-For": "10.1.2.3, 8.8.8.8"}, 404),
        ({"X-Forwarded-For": "::ffff:8.8.8.8"}, 404),
        ({"X-Forwarded-For": "unknown"}, 404),
        ({"X-Forwarded-For": ""}, 404),
        ({"X-Forwarded-Proto": "https"}, 404),
        ({"Forwarded": "for=10.1.2.3"}, 404),
        ({"X-Real-IP": "10.1.2.3"}, 404),
    ],
)
def test_a_trusted_proxy_says_who_came(believing, headers, code):
    """Through a proxy of ours a visitor is where it says; where it says nothing, far."""
    assert status(believing, **headers) == code


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1:8140", "[::1]:8140", "192.168.1.5", "localhost", "LocalHost:1"),
        *("tipsbot:8140", "bot.localhost", "bot.local", "bot.lan:80", "a.b.internal", "localhost."),
        *("tips.example", "TIPS.example:443", "tipsbot.ns.svc.cluster.local"),
    ],
)
def test_our_own_names(site, host):
    """By an address, a name of the private network, or the site's name, figures are told."""
    assert status(site, Host=host) == 200
    assert "bot" in httpx.get(f"{site.url}/healthz", headers={"Host": host}).json()


@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example",
            "evil.example:8140",
            "tips.example.evil.example",
            "127.0.0.1.nip.example",
        ),
        *(
            "localhost.evil.example",
            "eviltips.example",
            "tips.example@evil.example",
            "a b",
            "é.com",
        ),
        *(
            "127.0.0.1:8140.evil.example",
            "[::1].evil.example",
            "evil.example.",
            "",
            "[::1",
            ":8140",
        ),
        *("xlocal.example", "evil.com/127.0.0.1"),
    ],
)
def test_a_name_of_somebody_else(site, host):
    """By a name that a stranger can have lead to us, no figure and no detail is told."""
    port = int(site.url.rpartition(":")[2])
    for path, found in (("/metrics", b"HTTP/1.1 404"), ("/healthz", b'{"ok":true}')):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(b"GET %s HTTP/1.1\r\nHost: %s\r\n" % (path.encode(), host.encode()))
            line.sendall(b"Connection: close\r\n\r\n")
            answer = b"".join(iter(lambda: line.recv(65536), b""))
        assert found in answer or answer.startswith(b"HTTP/1.1 400"), answer[:200]


def test_a_proxy_that_is_not_named_is_told_once(tmp_path, capsys):
    """The operator hears once which variable names the proxy; a stranger's headers say nothing."""
    with running_site(tmp_path) as site:
        for _ in range(3):
            assert httpx.get(site.url, headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 200
    told = "".join(capsys.readouterr())
    assert told.count("proxy_not_trusted") == 1
    assert re.search("127.0.0.1.*add it to TIPSBOT_TRUSTED_PROXIES", told)


def test_ipv4_on_an_ipv6_listener():
    """A proxy that comes by IPv4 to an address of IPv6 is the one that was named."""

    def who(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.client.host if request.client else "")

    server = SiteServer(Starlette(routes=[Route("/", who)]), "::", 0, ("127.0.0.1",))
    try:
        server.start()
    except Exception:  # noqa: BLE001 - whatever it says
        pytest.skip("this machine has no IPv6")
    port = server.address.rpartition(":")[2]
    try:
        with socket.create_connection(("127.0.0.1", int(port)), timeout=5):
            pass
        told = httpx.get(
            f"http://127.0.0.1:{port}", headers={"X-Forwarded-For": "203.0.113.9"}
        ).text
        plain = httpx.get(f"http://127.0.0.1:{port}").text
    finally:
        server.stop(timedelta(seconds=3))
    assert (told, plain) == ("203.0.113.9", "127.0.0.1")
