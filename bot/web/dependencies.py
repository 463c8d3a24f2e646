"""What the pages are made from, gathered in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from functools import partial

from bot.app.posting.first_tip import Awaited
from bot.app.site.comments import CommentWriter
from bot.app.site.webmention import WebmentionReceiver
from bot.app.status.metrics import Metrics
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Config
from bot.core.ports.platform import Clock
from bot.core.ports.site_store import Pages
from bot.core.ports.unit_of_work import Store
from bot.web.content.outline_cache import OutlineCache
from bot.web.http.thread_pools import ThreadPools
from bot.web.ops.health import Health
from bot.web.pages.tip_index import TipIndex
from bot.web.rendering import Renderer
from bot.web.security.rate_limit import CommentLimits
from bot.web.security.signing import Signer


@dataclass(kw_only=True, slots=True)
class SiteDependencies:
    """Everything that an answer can need.

    What is called without arguments is asked at every answer, so that an edit of tips.yaml shows at
    once. While the site `is_outdated` by a broken one, every page says so. `key` is the bot's own
    secret of at least 16 bytes; keep it over restarts.
    """

    config: Callable[[], Config]
    pages: Pages
    store: Store
    capabilities_of: Callable[[Account], Capabilities]
    clock: Clock
    commenting: CommentWriter
    receiving: WebmentionReceiver
    health: Callable[[], Health]
    figures: Callable[[], Metrics]
    awaited: Callable[[], Awaited]
    key: InitVar[bytes]
    is_outdated: InitVar[Callable[[], bool]]
    seal: Signer = field(init=False)
    renderer: Renderer = field(init=False)
    patience: CommentLimits = field(default_factory=CommentLimits)
    ping_patience: CommentLimits = field(
        default_factory=partial(CommentLimits, each=20, together=100)
    )
    outlines: OutlineCache = field(default_factory=OutlineCache)
    threads: ThreadPools = field(default_factory=ThreadPools)
    tip_index: TipIndex = field(default_factory=TipIndex)

    def __post_init__(self, key: bytes, is_outdated: Callable[[], bool]) -> None:
        self.seal = Signer(key)
        self.renderer = Renderer(lambda: self.config().bot, is_outdated)
