"""An operator for each test, with the servers of the networks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.mastodon import MastodonServer, mastodon_server
from tests.servers.x import XServer
from tests.whole.accounts import secrets
from tests.whole.operator import Operator, free_port

TIPS = """\
bot:
  name: Three Tips
  timezone: Europe/London
  site: https://tips.tipsbot.dev
platforms:
  site: {{}}
{platforms}
schedule:
  - name: yearly
    cron: "0 9 29 feb *"
tips:
  - id: short
    title: Keep it short
    text: Whatever you know fits into a few sentences. Write those first.
    tags: [writing]
    credit: "@somebody"
  - id: sources
    title: Name your sources
    text: Say where you have it from. It earns trust.
    link: https://www.w3.org/Provider/Style/URI
  - id: ask
    title: Ask the crowd
    text: Somebody out there knows. Ask them, and thank them.
"""


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """An operator in an empty folder."""
    return Operator(home=tmp_path, port=free_port())


@pytest.fixture(scope="session")
def _mastodon() -> Iterator[MastodonServer]:
    with mastodon_server() as server:
        yield server


@pytest.fixture
def mastodon(_mastodon: MastodonServer) -> MastodonServer:
    """A Mastodon server without any post."""
    _mastodon.reset()
    return _mastodon


@pytest.fixture
def x() -> Iterator[XServer]:
    """The strict X server."""
    with XServer() as server:
        yield server


@pytest.fixture
def everywhere(operator: Operator, mastodon: MastodonServer, x: XServer) -> Operator:
    """An operator with accounts on the site, Mastodon and X."""
    operator.write(tips(mastodon_url=mastodon.url, x_url=x.url))
    operator.secrets = secrets(mastodon, x)
    return operator


def tips(*, mastodon_url: str | None = None, x_url: str | None = None) -> str:
    """A tips file with accounts on these servers, polled as often as is allowed."""
    lines = []
    if mastodon_url:
        lines.append(f"  mastodon: {{server: '{mastodon_url}', poll: 30s, gap: 0s}}")
    if x_url:
        lines.append(f"  x: {{api: '{x_url}', poll: 30s, gap: 0s}}")
    return TIPS.format(platforms="\n".join(lines))
