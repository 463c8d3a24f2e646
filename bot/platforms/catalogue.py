"""Every kind of platform that there is: the one place that lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bot.core.model.capabilities import PlatformKind
from bot.core.model.config import Account, Identity
from bot.core.ports.platform import Clock, Platform, SpendingLimit
from bot.core.ports.site_store import Pages
from bot.platforms import mastodon, site, x

if TYPE_CHECKING:
    from bot.outbound.session import Carrier

KINDS: Mapping[str, PlatformKind] = {kind.name: kind for kind in (site.KIND, mastodon.KIND, x.KIND)}


def build(
    account: Account,
    secrets: Mapping[str, str],
    identity: Identity,
    pages: Pages,
    clock: Clock,
    carrier: Carrier | None = None,
    *,
    spending_limit: SpendingLimit | None = None,
    is_running: Callable[[], bool] = lambda: True,
) -> Platform:
    """The adapter of an account; its client library is loaded here and not before.

    `carrier` makes what carries its requests (None: the network does); `spending_limit` tells what
    its listening may still cost (None: no bound); `is_running` whether the bot runs now.
    """
    match account.kind:
        case "site":
            from bot.platforms.site.adapter import SitePlatform

            return SitePlatform(
                account, identity, pages, clock, carrier=carrier, is_running=is_running
            )
        case "mastodon":
            from bot.platforms.mastodon.adapter import MastodonPlatform

            return MastodonPlatform(account, secrets, clock, carrier=carrier)
        case "x":
            from bot.platforms.x.adapter import XPlatform

            return XPlatform(
                account, secrets, clock, carrier=carrier, spending_limit=spending_limit
            )
        case kind:
            raise ValueError(f"no adapter for {kind}")
