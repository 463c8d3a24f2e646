"""The parts that the site needs, in one place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from functools import partial

from starlette.requests import Request

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
from bot.core.ports.site_store import EntryNews, Pages
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.web.content.public_entries import OutlineCache, VisibleEntries
from bot.web.http.server import ThreadPools
from bot.web.live.places import LivePlaces, Polling
from bot.web.pages.pictures import PagePictures
from bot.web.pages.tip_index import TipIndex
from bot.web.rendering import Renderer
from bot.web.security.clients import CommentLimits, MakeLimiter, in_memory
from bot.web.security.session import Signer, Visitor, session_of


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
    bot's own secret of at least 16 bytes; keep it over restarts. `limiter` makes rate limits: those
    of this process, or those that all processes share. `live_places` are shared by the sites of a
    process. Where the database `keeps_copies` of erased words in its files, the privacy page says
    so.
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
    pictures: PagePictures
    key: InitVar[bytes]
    is_outdated: InitVar[Callable[[], bool]]
    signer: Signer = field(init=False)
    renderer: Renderer = field(init=False)
    limiter: InitVar[MakeLimiter] = in_memory
    comment_limits: CommentLimits = field(init=False)
    webmention_limits: CommentLimits = field(init=False)
    news: EntryNews = field(default_factory=Polling)
    live_places: LivePlaces = field(default_factory=LivePlaces)
    outlines: OutlineCache = field(default_factory=OutlineCache)
    threads: ThreadPools = field(default_factory=ThreadPools)
    tip_index: TipIndex = field(default_factory=TipIndex)

    def __post_init__(
        self, key: bytes, is_outdated: Callable[[], bool], limiter: MakeLimiter
    ) -> None:
        self.signer = Signer(key)
        self.renderer = Renderer(lambda: self.config().bot, is_outdated)
        limits = partial(CommentLimits, limiter=limiter, pseudonym=self.signer.client)
        self.comment_limits = limits()
        self.webmention_limits = limits(each=20, together=100, name="webmention")

    def visitor(self, request: Request) -> Visitor:
        """The browser that sent a request."""
        return session_of(request, self.config().bot.site)

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
