"""Other sites' pages that link to a tip.

A running bot asks no machine of a private network, so this is the one part of the script that goes
around the command: it has the bot's own reader look at a page on this machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from bot.app.site.webmention import WebmentionReceiver, WebmentionVerifier
from bot.bootstrap.container import open_container
from bot.core.discussion.webmention import LinkNotice
from bot.outbound.pages.page_reader import PageReader
from bot.outbound.pages.ssrf_safe_fetch import PageFetcher


def link(file: Path, variables: Mapping[str, str], source: str, target: str) -> None:
    """Have the bot of this file take a webmention, and look at the page on this machine."""
    container = open_container(file, variables=variables)
    site = container.config.site
    assert site is not None
    here, port = [ip_network("127.0.0.0/8")], urlsplit(source).port or 80
    fetcher = PageFetcher(agent="recorded", allowed=here, ports=(port,))
    pings, pages = container.database.pings, container.database.pages
    receiving = WebmentionReceiver(pings=pings, pages=pages, nudge=lambda: None)
    receiving.take(source, target, LinkNotice.WEBMENTION, container.config, container.clock.now())

    def hear() -> None:
        container.mention_poller.step(site)

    verifier = WebmentionVerifier(
        pings=pings,
        pages=pages,
        fetcher=PageReader(fetcher=fetcher),
        clock=container.clock,
        heard=hear,
    )
    while verifier.step(container.config):
        pass
    container.close()
