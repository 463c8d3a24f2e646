"""The parts behind the pages of one bot's site, in whichever process serves it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.app.moderation.people import has_opted_out
from bot.app.posting.first_tip import Awaited, awaited
from bot.app.site.comments import CommentWriter
from bot.app.site.webmention import WebmentionReceiver
from bot.app.status.metrics import Metrics
from bot.bootstrap.container import Container
from bot.bootstrap.settings.site_key import site_key
from bot.core.model.entry import Author
from bot.core.ports.site_store import EntryNews
from bot.core.text.lookalikes import passes_for_bot
from bot.web import Health, SiteDependencies
from bot.web.live.places import LivePlaces, Polling
from bot.web.pages.pictures import PagePictures
from bot.web.security.clients import MakeLimiter, in_memory


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteProcess:
    """What the sites of a process share: news of entries, and the count of open pages."""

    news: EntryNews
    live_places: LivePlaces = field(default_factory=LivePlaces)
    close: Callable[[], None] = lambda: None


def site_process(database_url: str | None) -> SiteProcess:
    """What sites over this database share; None: SQLite, which tells nobody of news."""
    if database_url is None:
        return SiteProcess(news=Polling())
    from bot.store.postgres.entry_news import PostgresEntryNews

    news = PostgresEntryNews(database_url)
    return SiteProcess(news=news, close=news.close)


def site_dependencies(
    container: Container,
    process: SiteProcess,
    *,
    nudge: Callable[[], None],
    health: Callable[[], Health],
    figures: Callable[[], Metrics],
) -> SiteDependencies:
    """The parts of this bot's site; `nudge` has its webmentions verified soon."""
    database, behind = container.database, _Behind(container)
    return SiteDependencies(
        config=lambda: container.config,
        pages=database.pages,
        store=container.store,
        capabilities_of=container.rules.of,
        clock=container.clock,
        commenting=CommentWriter(
            database.pages, behind.poll_comments, behind.is_opted_out, behind.is_reserved
        ),
        receiving=WebmentionReceiver(pings=database.pings, pages=database.pages, nudge=nudge),
        health=health,
        figures=figures,
        awaited=behind.awaited,
        keeps_copies=database.keeps_copies,
        pictures=PagePictures(make=container.pictures),
        key=site_key(container.database.files),
        is_outdated=lambda: container.loaded.problem is not None,
        limiter=_limiter(container),
        news=process.news,
        live_places=process.live_places,
    )


def poll_comments(container: Container) -> None:
    """Take comments into the discussion at once, in this process."""
    site = container.config.site
    if site is not None:
        container.mention_poller.step(site)


def _limiter(container: Container) -> MakeLimiter:
    if container.environment.database_url is None:
        return in_memory
    from bot.store.postgres.rate_limits import shared_limits

    return shared_limits(container.database.engine, container.config.bot.id).limiter


@dataclass(frozen=True, slots=True)
class _Behind:
    """Use cases as the site calls them."""

    container: Container

    def poll_comments(self) -> None:
        poll_comments(self.container)

    def awaited(self) -> Awaited:
        """The next tip on the site."""
        container = self.container
        return awaited(
            container.store, container.timetable, container.config, container.clock.now()
        )

    def is_opted_out(self, owner: str) -> bool:
        """Whether nothing is stored of the person behind this browser cookie."""
        site = self.container.config.site
        if site is None:
            return False
        with self.container.store.reading() as tx:
            person = Author(name="", key=owner)
            return has_opted_out(tx, self.container.pseudonyms, site.name, person)

    def is_reserved(self, name: str) -> bool:
        """Whether a name could be taken for the bot's or its operator's."""
        return passes_for_bot(name, self.container.config.bot)
