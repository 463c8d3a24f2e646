"""Every kind of platform that there is: the one place that lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.model.capabilities import PlatformKind
from bot.core.model.config import Account, Identity
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.pictures import PostPictures
from bot.core.ports.platform import Clock, Platform, SpendingLimit
from bot.core.ports.site_store import Pages
from bot.platforms import bluesky, broadcast, mastodon, site, threads, x

if TYPE_CHECKING:
    from bot.core.ports.network_state import RequestLimits
    from bot.outbound.session import Carrier


@dataclass(frozen=True, kw_only=True, slots=True)
class AdapterContext:
    """What an adapter is built from; each takes what its network needs."""

    account: Account
    secrets: Mapping[str, str]
    identity: Identity
    pages: Pages
    clock: Clock
    #: makes the transport of its requests; None: the network
    carrier: Carrier | None = None
    #: the rate limits that all adapters share; None: this adapter keeps its own
    limits: RequestLimits | None = None
    #: tells what its reading may still cost; None: no limit
    spending_limit: SpendingLimit | None = None
    #: small files of the bot, for a session; None: it is kept while the process runs
    files: KeptFiles | None = None
    #: makes the pictures of posts; None: posts go without
    pictures: PostPictures | None = None
    #: whether no server in a private network may be connected to; a carrier sees to that by itself
    is_public_only: bool = False
    #: tells whether a process serves the bot's site now
    is_served: Callable[[], bool] = lambda: True


def _site(given: AdapterContext) -> Platform:
    from bot.platforms.site.adapter import SitePlatform

    return SitePlatform(
        given.account,
        given.identity,
        given.pages,
        given.clock,
        carrier=given.carrier,
        is_running=given.is_served,
    )


def _mastodon(given: AdapterContext) -> Platform:
    from bot.platforms.mastodon.adapter import MastodonPlatform

    return MastodonPlatform(
        given.account,
        given.secrets,
        given.clock,
        carrier=given.carrier,
        limits=given.limits,
        pictures=given.pictures,
    )


def _x(given: AdapterContext) -> Platform:
    from bot.platforms.x.adapter import XPlatform

    return XPlatform(
        given.account,
        given.secrets,
        given.clock,
        carrier=given.carrier,
        limits=given.limits,
        spending_limit=given.spending_limit,
        pictures=given.pictures,
    )


def _bluesky(given: AdapterContext) -> Platform:
    from bot.platforms.bluesky.adapter import BlueskyPlatform

    return BlueskyPlatform(
        given.account,
        given.secrets,
        given.clock,
        carrier=given.carrier,
        limits=given.limits,
        files=given.files,
        pictures=given.pictures,
    )


def _threads(given: AdapterContext) -> Platform:
    from bot.platforms.threads.adapter import ThreadsPlatform

    return ThreadsPlatform(
        given.account,
        given.secrets,
        given.clock,
        site=given.identity.site,
        pages=given.pages,
        carrier=given.carrier,
        limits=given.limits,
        files=given.files,
    )


def _broadcast(given: AdapterContext) -> Platform:
    from bot.platforms.broadcast.adapter import BroadcastPlatform

    return BroadcastPlatform(
        given.account,
        given.secrets,
        given.identity,
        given.clock,
        is_public_only=given.is_public_only,
    )


_ADAPTERS: tuple[tuple[PlatformKind, Callable[[AdapterContext], Platform]], ...] = (
    (site.KIND, _site),
    (mastodon.KIND, _mastodon),
    (x.KIND, _x),
    (bluesky.KIND, _bluesky),
    (threads.KIND, _threads),
    (broadcast.KIND, _broadcast),
)
KINDS: Mapping[str, PlatformKind] = {kind.name: kind for kind, _ in _ADAPTERS}
_BUILDERS = {kind.name: builder for kind, builder in _ADAPTERS}


def build(given: AdapterContext) -> Platform:
    """The adapter of an account; its client library is loaded here and not before."""
    return _BUILDERS[given.account.kind](given)
