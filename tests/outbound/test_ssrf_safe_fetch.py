"""Fetching pages that strangers name: from the public internet only, and within bounds."""

from __future__ import annotations

import subprocess
import time
from datetime import timedelta
from ipaddress import ip_address, ip_network

import pytest
from psutil import Process  # type: ignore[import-untyped]

from bot.core.errors import Refused, RetryLater
from bot.outbound.pages.public_addresses import is_public, resolve
from bot.outbound.pages.ssrf_safe_fetch import LARGEST, MOST_REDIRECTS, PageFetcher
from tests.servers.elsewhere import Manner, elsewhere

HERE = (ip_network("127.0.0.1/32"),)


@pytest.fixture
def other():
    """Another site."""
    with elsewhere() as running:
        yield running


def fetcher(other, **changes):
    """What fetches from that site as if it were in the public internet, and from nowhere else."""
    given = {"agent": "tests", "allowed": HERE, "ports": (80, 443, other.port)}
    return PageFetcher(**(given | changes))


# -- which addresses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:20::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_no_address_but_a_public_one_is_public(address):
    """Private, local, shared, reserved and multicast networks, and IPv4 inside IPv6, are refused."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450::1"]
)
def test_a_public_address_is_public(address):
    """Sites where most sites are can be read."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]"],
)
def test_our_own_machine_is_never_asked(other, host):
    """However this machine is written in an address, nothing is sent to it."""
    with pytest.raises(Refused, match="private network"):
        fetcher(other, allowed=()).fetch(f"http://{host}:{other.port}/")
    assert other.seen == []


@pytest.mark.parametrize("answers", [["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["fe80::1"]])
def test_a_name_with_any_private_address_is_refused(other, answers):
    """Whoever mixes a private address among public ones is not asked at any of them."""
    asking = fetcher(other, ask=lambda *_: answers, allowed=())
    with pytest.raises(Refused, match=r"evil\.example is in a private network"):
        asking.fetch(f"http://evil.example:{other.port}/")
    assert other.seen == []


def test_a_name_is_resolved_once_and_asked_under_its_name(other):
    """The address that was looked at is the one connected to, so that no second answer counts."""
    other.put("/page", "words")
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    page = fetcher(other, ask=lambda *_: next(answers)).fetch(
        f"http://site.example:{other.port}/page?x=1"
    )
    assert page is not None
    assert page.body == b"words"
    assert other.seen == [(f"site.example:{other.port}", "/page?x=1")]


def test_a_name_that_is_not_found_may_be_found_later(other):
    """A resolver that fails says nothing for good."""

    def ask(host, port):
        raise OSError("no such name")

    with pytest.raises(RetryLater, match=r"the name site\.example is not found"):
        fetcher(other, ask=ask).fetch("http://site.example/")


def test_the_next_address_is_tried(other):
    """A host of several addresses is reached while one of them answers."""
    other.put("/", "words")
    allowed = (*HERE, ip_network("127.0.0.2/32"))
    asking = fetcher(other, ask=lambda *_: ["127.0.0.2", "127.0.0.1"], allowed=allowed)
    page = asking.fetch(f"http://site.example:{other.port}/")
    assert page is not None


def test_the_machines_resolver_is_asked():
    """Without another resolver names are looked up as everywhere else."""
    assert "127.0.0.1" in resolve("localhost", 80)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ftp://site.example/", "not one of the web"),
        ("file:///etc/passwd", "not one of the web"),
        ("http:///nowhere", "not one of the web|not valid"),
        ("http://user:secret@site.example/", "credentials"),
        ("http://site.example:22/", "port 22"),
        ("http://site.example:8140/", "port 8140"),
    ],
)
def test_only_addresses_of_the_web_are_asked(address, why):
    """Other schemes, other ports and credentials are refused before anything is looked up."""
    asked = []

    def ask(host, port):
        asked.append(host)
        return ["93.184.215.14"]

    with pytest.raises(Refused, match=why):
        PageFetcher(agent="tests", ask=ask).fetch(address)
    assert asked == []


def test_no_proxy_of_the_environment_is_used(other, monkeypatch):
    """A proxy would connect to wherever it likes."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    other.put("/", "words")
    assert fetcher(other).fetch(f"{other.url}/") is not None


def test_what_we_say_of_ourselves(other):
    """A site sees who asks, which kinds of pages are read, and no more."""
    other.put("/", "words")
    fetcher(other, agent="tipsbot (Webmention)").fetch(f"{other.url}/")
    assert other.headers[0]["user-agent"] == "tipsbot (Webmention)"
    assert other.headers[0]["accept"].startswith("text/html, application/xhtml+xml, ")
    assert not {"cookie", "authorization", "referer"} & other.headers[0].keys()


# -- TLS --------------------------------------------------------------------------------------


@pytest.fixture
def sealed(tmp_path):
    """A site with TLS under the name site.example, and the file that vouches for it."""
    key, certificate, both = (tmp_path / name for name in ("key.pem", "cert.pem", "both.pem"))
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=site.example"),
            *("-addext", "subjectAltName=DNS:site.example", "-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    with elsewhere(both) as running:
        running.put("/", "sealed")
        yield running, str(certificate)


def test_a_certificate_has_to_be_of_the_name(sealed):
    """With TLS the host proves its name, although we connect to its address."""
    other, certificate = sealed
    asking = fetcher(other, ask=lambda *_: ["127.0.0.1"], certificates=certificate)
    page = asking.fetch(f"https://site.example:{other.port}/")
    assert page is not None
    assert page.body == b"sealed"
    with pytest.raises(RetryLater, match=r"other\.example could not be read"):
        asking.fetch(f"https://other.example:{other.port}/")


def test_a_certificate_has_to_be_vouched_for(sealed):
    """A site that nobody vouches for is not read."""
    other, _ = sealed
    asking = fetcher(other, ask=lambda *_: ["127.0.0.1"])
    with pytest.raises(RetryLater, match="could not be read"):
        asking.fetch(f"https://site.example:{other.port}/")


# -- redirects --------------------------------------------------------------------------------


def test_redirects_are_followed(other):
    """A page is found where it has moved to, and knows its new address."""
    other.put("/3", "here")
    other.move("/2", "/3", 308)
    page = fetcher(other).fetch(other.move("/1", f"{other.url}/2", 301))
    assert page is not None
    assert (page.url, page.body) == (f"{other.url}/3", b"here")


def test_redirects_have_an_end(other):
    """A site that sends us round in a ring is left."""
    with pytest.raises(Refused, match=f"redirects more than {MOST_REDIRECTS} times"):
        fetcher(other).fetch(other.move("/", "/"))
    assert len(other.seen) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "to",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "//127.0.0.3",
    ],
)
def test_no_redirect_leads_into_a_private_network(other, to):
    """Every address on the way is looked at like the first."""
    with pytest.raises(Refused, match="private network"):
        fetcher(other).fetch(other.move("/", to))


@pytest.mark.parametrize(
    "to", ["ftp://site.example/", "http://127.0.0.1:22/", "http://a:b@c/", "http://["]
)
def test_no_redirect_leaves_the_web(other, to):
    """A redirect to another scheme, another port, with credentials or to nowhere is refused."""
    with pytest.raises(Refused):
        fetcher(other).fetch(other.move("/", to))


# -- bounds -----------------------------------------------------------------------------------


def test_of_a_huge_page_the_beginning_is_read(other):
    """A megabyte is read and no more, and it is known that there was more."""
    page = fetcher(other).fetch(other.put("/", b"x" * (3 * LARGEST)))
    assert page is not None
    assert (len(page.body), page.whole) == (LARGEST, False)


def test_an_endless_page_ends(other):
    """A page without an end is left after a megabyte."""
    page = fetcher(other).fetch(other.put("/", b"words " * 1000, manner=Manner.ENDLESS))
    assert page is not None
    assert not page.whole


@pytest.mark.parametrize("manner", [Manner.DRIP, Manner.DRIP_HEAD])
def test_a_slow_page_is_left(other, manner):
    """A trickle of bytes, before or behind the headers, holds us no longer than is allowed."""
    address = other.put("/", b"words ", manner=manner)
    began = time.monotonic()
    with pytest.raises(RetryLater, match="takes too long"):
        fetcher(other, within=timedelta(seconds=0.5)).fetch(address)
    assert time.monotonic() - began < 5


# -- answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_not_there_is_none(other, status):
    """Gone is an answer, and no trouble."""
    assert fetcher(other).fetch(other.put("/", status=status)) is None


@pytest.mark.parametrize(
    ("status", "error"), [(429, RetryLater), (500, RetryLater), (503, RetryLater), (403, Refused)]
)
def test_what_may_pass_is_told_from_what_will_not(other, status, error):
    """A site that is busy is asked again, one that will not have us is not."""
    with pytest.raises(error, match=f"it answers {status}"):
        fetcher(other).fetch(other.put("/", status=status))


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", ""])
def test_only_text_is_read(other, kind):
    """Pictures and programs are not."""
    with pytest.raises(Refused, match="which is not read"):
        fetcher(other).fetch(other.put("/", b"\x89PNG", kind=kind))


def test_a_connection_that_is_refused_may_be_taken_later(other):
    """A site that is down for a while is asked again."""
    with pytest.raises(RetryLater, match="could not be read: ConnectionRefusedError"):
        fetcher(other, ports=(9,)).fetch("http://127.0.0.1:9/")


def test_nonsense_is_not_read(other):
    """What is no answer in HTTP is no page."""
    with pytest.raises(RetryLater, match="could not be read"):
        fetcher(other).fetch(other.put("/", b"not gzip", headers={"Content-Encoding": "gzip"}))


def test_no_line_is_left_open(other):
    """Whatever comes of a page, the connection is closed at once, and not some time later."""
    address = other.put("/", b"not gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(RetryLater) as caught:
        fetcher(other).fetch(address)
    lines = [one.raddr.port for one in Process().net_connections("tcp") if one.raddr]
    assert other.port not in lines
    del caught  # it holds the frames, and so the response, until here
