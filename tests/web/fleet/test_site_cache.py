"""The sites that a process keeps, and how a request finds its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from threading import Event

import pytest
from starlette.applications import Starlette

from bot.core.errors import StoreError
from bot.core.fleet.site_address import SiteAddress
from bot.core.ports.site_directory import ServedSite
from bot.web.fleet.site_cache import SiteCache
from bot.web.fleet.site_finder import HOSTS_MAX, LASTS, SiteFinder, host_names, site_at


def served(bot: str, host: str = "a.example", path: str = "", version: int = 1) -> ServedSite:
    """A site of a bot."""
    return ServedSite(bot=bot, address=SiteAddress(host=host, path=path), version=version)


class Builder:
    """Makes sites, and counts those that were made and ended."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.has_begun, self.may_go_on = Event(), Event()
        self.may_go_on.set()

    def build(self, bot: str) -> Starlette | None:
        self.made[bot] += 1
        self.has_begun.set()
        self.may_go_on.wait(10)
        if bot == "broken":
            raise StoreError("it cannot be reached", "try again")
        if bot == "stopped":
            return None
        site = Starlette()
        site.state.end = lambda: self.ended.update([bot])
        return site


def test_a_site_is_built_once_for_a_version():
    """Requests for a site that is kept get the same one; for another version a new one is made."""
    builder = Builder()
    cache = SiteCache(build=builder.build)

    async def run():
        first = await cache.get(served("ada"))
        assert await cache.get(served("ada")) is first
        assert builder.ended == {}
        assert await cache.get(served("ada", version=2)) is not first

    asyncio.run(run())
    assert builder.made == {"ada": 2}
    assert builder.ended == {"ada": 1}
    assert cache.versions() == {"ada": 2}


def test_requests_wait_together_for_a_site():
    """However many requests come while a site is built, it is built once, and others are not held up."""
    builder = Builder()
    builder.may_go_on.clear()
    cache = SiteCache(build=builder.build)

    async def run():
        waiting = [asyncio.create_task(cache.get(served("ada"))) for _ in range(100)]
        await asyncio.to_thread(builder.has_begun.wait, 10)
        builder.may_go_on.set()
        assert await cache.get(served("bob")) is not None
        assert len(set(await asyncio.gather(*waiting))) == 1

    asyncio.run(run())
    assert builder.made == {"ada": 1, "bob": 1}


def test_the_site_that_was_used_least_lately_is_dropped():
    """Beyond the most that are kept, the streams of the one that waits longest are ended."""
    builder = Builder()
    cache = SiteCache(build=builder.build, most=2)

    async def run():
        for bot in ("ada", "bob", "ada", "eve", "ada"):
            await cache.get(served(bot))

    asyncio.run(run())
    assert builder.made == {"ada": 1, "bob": 1, "eve": 1}
    assert builder.ended == {"bob": 1}
    assert len(cache) == 2


def test_a_failure_is_tried_again_and_a_stopped_bot_has_no_site():
    """A site that could not be built is built at the next request; a stopped bot's is not kept."""
    builder = Builder()
    cache = SiteCache(build=builder.build)

    async def run():
        for _ in range(2):
            with pytest.raises(StoreError):
                await cache.get(served("broken"))
            assert await cache.get(served("stopped")) is None

    asyncio.run(run())
    assert builder.made == {"broken": 2, "stopped": 2}
    assert len(cache) == 0


def test_sites_that_changed_are_dropped_without_a_request():
    """Only the sites of bots that run, with the version that they use, are kept; in the end none."""
    builder = Builder()
    cache = SiteCache(build=builder.build)

    async def run():
        for bot in ("ada", "bob", "eve"):
            await cache.get(served(bot))

    asyncio.run(run())
    cache.drop_others({"ada": 1, "bob": 2})
    assert cache.versions() == {"ada": 1}
    cache.end()
    assert builder.ended == {"ada": 1, "bob": 1, "eve": 1}


class Directory:
    """The sites of a fleet, and the questions that were asked."""

    def __init__(self, *sites: ServedSite) -> None:
        self.sites = sites
        self.asked: list[tuple[str, ...]] = []

    def at(self, hosts):
        self.asked.append(tuple(hosts))
        return [site for site in self.sites if site.address.host in hosts]

    def has_name(self, name):
        raise NotImplementedError

    def versions(self, bots):
        raise NotImplementedError

    def verify_soon(self, bot):
        raise NotImplementedError


def test_a_host_is_looked_up_every_few_seconds_only():
    """What was found for a host holds for a short while, whether there is a site or not."""
    directory, now = Directory(served("ada")), [0.0]
    finder = SiteFinder(directory=directory, seconds=lambda: now[0])
    assert finder.known("a.example") is None
    assert [site.bot for site in finder.look_up("a.example")] == ["ada"]
    assert list(finder.look_up("other.example")) == []
    now[0] = LASTS - 0.1
    assert finder.known("a.example")
    assert finder.known("other.example") == []
    now[0] = LASTS
    assert finder.known("a.example") is None


def test_hosts_are_not_remembered_without_bound():
    """Whatever hosts are asked for, no more than a bound is remembered."""
    finder = SiteFinder(directory=Directory())
    for number in range(HOSTS_MAX + 10):
        finder.look_up(f"{number}.example")
    assert len(finder._known) == HOSTS_MAX


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("a.example", ("a.example",)),
        ("A.Example.", ("a.example",)),
        ("a.example:8443", ("a.example:8443", "a.example")),
        ("a.example.:80", ("a.example:80", "a.example")),
        ("a.example:", ("a.example",)),
        ("[2001:DB8::1]", ("[2001:db8::1]",)),
        ("[2001:db8::1]:8140", ("[2001:db8::1]:8140", "[2001:db8::1]")),
        ("127.0.0.1:8140", ("127.0.0.1:8140", "127.0.0.1")),
        ("", ()),
        ("a.example/x", ()),
        ("a.example:80:80", ()),
        ("a b", ()),
        ("[::1", ()),
        ("a.example:port", ()),
    ],
)
def test_a_host_header_names_a_host(given, names):
    """A Host header means the host with its port, or without; a malformed one means none."""
    assert host_names(given) == names


@pytest.mark.parametrize(
    ("path", "bot"),
    [
        ("/", "root"),
        ("/tips/x", "root"),
        ("/ada", "ada"),
        ("/ada/", "ada"),
        ("/ada/tips/x", "ada"),
        ("/ada/old", "old"),
        ("/ada/old/tips/x", "old"),
        ("/ada/older", "ada"),
        ("/adam/", "root"),
        ("/Ada/", "root"),
    ],
)
def test_the_longest_path_chooses_the_site(path, bot):
    """Of the sites of a host the one is chosen whose path is the longest that fits."""
    sites = [served("root"), served("ada", path="/ada"), served("old", path="/ada/old")]
    found = site_at(sites, path)
    assert found is not None
    assert found.bot == bot
    assert site_at([], path) is None


def test_a_site_with_the_port_goes_before_one_without():
    """Where both a host and the same host with a port have a site, the port decides."""
    sites = [served("plain"), served("other", host="a.example:8443")]
    found = site_at(sites, "/")
    assert found is not None
    assert found.bot == "other"
