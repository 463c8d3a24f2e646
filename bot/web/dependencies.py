"""The parts that the site needs, in one place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from functools import partial

from bot.app.discussion.public_view import FreshnessFilter
from bot.app.posting.first_tip import Awaited
from bot.app.site.comments import CommentWriter
from bot.app.site.webmention import WebmentionReceiver
from bot.app.status.metrics import Metrics
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Config
from bot.core.model.entry import Entry
from bot.core.model.site_page import Page
from bot.core.ports.platform import Clock
from bot.core.ports.site_store import Pages
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.web.content.public_entries import OutlineCache, VisibleEntries
from bot.web.http.server import ThreadPools
from bot.web.pages.tip_index import TipIndex
from bot.web.rendering import Renderer
from bot.web.security.clients import CommentLimits
from bot.web.security.session import Signer


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """Whether the bot works, and facts that anybody may read (names, counts and times as text)."""

    ok: bool
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class SiteDependencies:
    """The parts that an answer can need.

    Functions without arguments are called for every answer, so that an edit of tips.yaml shows at
    once. While that file is broken, the site `is_outdated`, and every page says so. `key` is the
    bot's own secret of at least 16 bytes; keep it over restarts. Where the database `keeps_copies`
    of erased words in its files, the privacy page says so.
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
    keeps_copies: bool
    key: InitVar[bytes]
    is_outdated: InitVar[Callable[[], bool]]
    signer: Signer = field(init=False)
    renderer: Renderer = field(init=False)
    comment_limits: CommentLimits = field(default_factory=CommentLimits)
    webmention_limits: CommentLimits = field(
        default_factory=partial(CommentLimits, each=20, together=100)
    )
    outlines: OutlineCache = field(default_factory=OutlineCache)
    threads: ThreadPools = field(default_factory=ThreadPools)
    tip_index: TipIndex = field(default_factory=TipIndex)

    def __post_init__(self, key: bytes, is_outdated: Callable[[], bool]) -> None:
        self.signer = Signer(key)
        self.renderer = Renderer(lambda: self.config().bot, is_outdated)

    def visible(self, tx: UnitOfWork) -> VisibleEntries:
        """The discussion as the public sees it, in this transaction."""
        config, now = self.config(), self.clock.now()
        freshness = FreshnessFilter(config=config, capabilities_of=self.capabilities_of)

        def fresh(entries: Iterable[Entry]) -> list[Entry]:
            return freshness.shown(tx, entries, now)

        return VisibleEntries(tx, self.outlines, fresh, unlisted=config.bot.show_unlisted)

    def published(self, tips: Iterable[str]) -> dict[str, Page]:
        """The pages of these tips, without those that are not up."""
        pages = {tip: self.pages.get(tip) for tip in tips}
        return {tip: page for tip, page in pages.items() if page and page.gone is None}
