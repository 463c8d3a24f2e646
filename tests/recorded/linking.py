"""Other sites' pages that link to a tip.

A running bot asks no machine of a private network, so this is the one part of the script that goes
around the command: it has the bot's own reader look at a page on this machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from bot.app.site.webmention import Receiving, Verifier
from bot.bootstrap.container import open_desk
from bot.core.discussion.webmention import Protocol
from bot.outbound.pages.page_reader import PageReader
from bot.outbound.pages.ssrf_safe_fetch import PageFetcher


def link(file: Path, variables: Mapping[str, str], source: str, target: str) -> None:
    """Have the bot of this file take a webmention, and look at the page on this machine."""
    desk = open_desk(file, variables=variables)
    site = desk.config.site
    assert site is not None
    here, port = [ip_network("127.0.0.0/8")], urlsplit(source).port or 80
    fetcher = PageFetcher(agent="recorded", allowed=here, ports=(port,))
    pings, pages = desk.database.pings, desk.database.pages
    receiving = Receiving(pings=pings, pages=pages, nudge=lambda: None)
    receiving.take(source, target, Protocol.WEBMENTION, desk.config, desk.clock.now())

    def hear() -> None:
        desk.ear.step(site)

    verifier = Verifier(
        pings=pings,
        pages=pages,
        fetcher=PageReader(fetcher=fetcher),
        clock=desk.clock,
        heard=hear,
    )
    while verifier.step(desk.config):
        pass
    desk.close()
