"""How much of the processor's time the pages of other sites may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest

from bot.core.discussion.webmention import ReadFailure
from bot.core.errors import RetryLater
from bot.outbound.pages.cpu_budget import EACH, NAMES_MAX, PER, TOGETHER, CpuBudget, site_of
from bot.outbound.pages.page_reader import PageReader
from bot.outbound.pages.ssrf_safe_fetch import PageFetcher
from tests.servers.elsewhere import elsewhere
from tests.site import TIP

TARGET = f"https://tips.example/tips/{TIP}"


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://ada.example/post", "ada.example"),
        ("https://a1.ada.example./", "ada.example"),
        ("http://x.y.ada.example:8080/", "ada.example"),
        ("https://203.0.113.9/", "203.0.113.9/32"),
        ("https://[2001:db8::1]/", "2001:db8::/64"),
        ("https://localhost/", "localhost"),
    ],
)
def test_whose_page_it_is(address, site):
    """All names below a domain are one site, and so is a household's network."""
    assert site_of(address) == site


def test_a_site_has_its_share():
    """Who used up the hour's share waits, others do not, and it is granted anew evenly."""
    budget = CpuBudget()
    budget.spend({"https://a.evil.example/"}, EACH, 0)
    assert budget.is_used_up("https://b.evil.example/", 0)
    assert not budget.is_used_up("https://ada.example/", 0)
    assert not budget.is_used_up("https://b.evil.example/", PER / 2)


def test_all_sites_have_a_share_together():
    """Many names share a bound, and no more of them are remembered than it takes."""
    budget = CpuBudget()
    for number in range(NAMES_MAX + 10):
        budget.spend({f"https://evil{number}.example/"}, TOGETHER / NAMES_MAX, 0)
    assert budget.is_used_up("https://ada.example/", 0)
    assert not budget.is_used_up("https://ada.example/", PER)
    assert len(budget._spent) <= NAMES_MAX


@dataclass
class Watch:
    """A clock that goes on by so much at each look."""

    by: float
    moments: list[float] = field(default_factory=lambda: [0.0])

    def __call__(self) -> float:
        self.moments.append(self.moments[-1] + self.by)
        return self.moments[-1]


def test_a_costly_site_is_not_read_for_ever():
    """After pages that took the share of its site, no page of it is fetched for a while."""
    with elsewhere() as other:
        here = (ip_network("127.0.0.1/32"),)
        fetcher = PageFetcher(agent="tests", allowed=here, ports=(other.port,))
        reader = PageReader(fetcher=fetcher, now=Watch(by=EACH / 3))
        page = other.put("/costly", b"<p>Words")
        told = [outcome(reader, page) for _ in range(9)]
    assert told[:2] == ["it does not link to the tip"] * 2
    assert told[-1] == "the pages of its site took too much CPU time"


def outcome(reader: PageReader, page: str) -> str:
    """Why the page says nothing."""
    try:
        found = reader.read(page, TARGET)
    except RetryLater as error:
        return str(error)
    assert isinstance(found, ReadFailure)
    return found.why
