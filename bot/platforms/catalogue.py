"""Every kind of platform that there is: the one place that lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.model.capabilities import PlatformKind
from bot.core.model.config import Account, Identity
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.platform import Clock, Platform, SpendingLimit
from bot.core.ports.site_store import Pages
from bot.platforms import bluesky, broadcast, mastodon, site, x

if TYPE_CHECKING:
    from bot.core.ports.network_state import RequestLimits
    from bot.outbound.session import Carrier

KINDS: Mapping[str, PlatformKind] = {
    kind.name: kind for kind in (site.KIND, mastodon.KIND, x.KIND, bluesky.KIND, broadcast.KIND)
}


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
    #: tells whether a process serves the bot's site now
    is_served: Callable[[], bool] = lambda: True


def build(given: AdapterContext) -> Platform:
    """The adapter of an account; its client library is loaded here and not before."""
    account, clock, carrier = given.account, given.clock, given.carrier
    limits = given.limits
    match account.kind:
        case "site":
            from bot.platforms.site.adapter import SitePlatform

            return SitePlatform(
                account,
                given.identity,
                given.pages,
                clock,
                carrier=carrier,
                is_running=given.is_served,
            )
        case "mastodon":
            from bot.platforms.mastodon.adapter import MastodonPlatform

            return MastodonPlatform(account, given.secrets, clock, carrier=carrier, limits=limits)
        case "x":
            from bot.platforms.x.adapter import XPlatform

            return XPlatform(
                account,
                given.secrets,
                clock,
                carrier=carrier,
                limits=limits,
                spending_limit=given.spending_limit,
            )
        case "bluesky":
            from bot.platforms.bluesky.adapter import BlueskyPlatform

            return BlueskyPlatform(
                account, given.secrets, clock, carrier=carrier, limits=limits, files=given.files
            )
        case "broadcast":
            from bot.platforms.broadcast.adapter import BroadcastPlatform

            return BroadcastPlatform(account, given.secrets, given.identity, clock)
        case kind:
            raise ValueError(f"no adapter for {kind}")
