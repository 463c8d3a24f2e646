"""A running site for tests: the real store, the real server, and a clock that is set by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import html5lib
import httpx

from bot.app.discussion.listen import MentionPoller
from bot.app.moderation.people import has_opted_out as is_person_forgotten
from bot.app.posting.first_tip import Awaited, awaited
from bot.app.site.comments import CommentWriter
from bot.app.site.webmention import WebmentionReceiver
from bot.app.status.metrics import HeardCounts, Metrics, metrics_of
from bot.app.status.status import status
from bot.core.discussion.people import Pseudonyms
from bot.core.model.config import Account, Config, Identity, Library, Tip
from bot.core.model.delivery import Delivery, Post, Receipt, Span, SpanKind, State
from bot.core.model.entry import Author, Entry, EntryKind
from bot.core.text.lookalikes import passes_for_bot
from bot.pictures.of_posts import PicturesOfPosts
from bot.platforms.catalogue import KINDS
from bot.platforms.site.adapter import SitePlatform
from bot.scheduler.timetable import ZonedTimetable
from bot.store import Database, open_store
from bot.store.tables import entries
from bot.web import Health, SiteDependencies, SiteServer, build
from bot.web.http.connection_limits import ConnectionLimits
from bot.web.pages.pictures import PagePictures

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TIP = "listen-hardest"
TITLE = "Listen hardest to those who disagree"
SUMMARY = "Listen hardest to those who disagree: they show you how a barrier might fall."
BESIDE_TITLE = "They show you how a barrier might fall."
BODY = (
    "Look for other views to learn how a barrier might fall. Question and challenge, then sum "
    "up, bring together, simplify, and clear the clutter.\n\n"
    "Whoever only hears applause has stopped listening. The reply that stings is often the one "
    "that was worth waiting for."
)
KEY = b"a key for the tests, 16 or more."


@dataclass
class HandClock:
    """A clock that stands until it is moved."""

    moment: datetime = NINE

    def now(self) -> datetime:
        return self.moment

    def move(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class RunningSite:
    """The site with everything behind it, and short ways to give it something to show."""

    database: Database
    clock: HandClock
    config: Config
    platform: SitePlatform
    server: SiteServer
    poll: Callable[[], None]
    health: Health = field(default_factory=lambda: Health(ok=True, facts={"bot": "ten-tips"}))

    @property
    def figures(self) -> Metrics:
        """What the bot has done, as the running bot tells it."""
        store, now = self.database.store, self.clock.now()
        return metrics_of(store, status(store, ZonedTimetable(), self.config, now), HeardCounts())

    @property
    def awaited(self) -> Awaited:
        """The next tip on the site, as the running bot tells it."""
        return awaited(self.database.store, ZonedTimetable(), self.config, self.clock.now())

    @property
    def url(self) -> str:
        return self.server.address

    def publish(self, tip: str = TIP, **changes: object) -> Receipt:
        """Post a tip on the site, as its delivery would."""
        return self.platform.publish(post(tip, self.clock.now(), **changes))

    def keep(self, remote_id: str, text: str, **changes: object) -> None:
        """Have an entry heard on Mastodon."""
        with self.database.store.writing() as tx:
            tx.log.keep(entry(remote_id, text, self.clock.now(), **changes), self.clock.now())

    def posted(self, account: str, url: str) -> None:
        """Record that the tip was posted on another account."""
        now = self.clock.now()
        planned = Delivery(
            id=0,
            slot=f"mornings/{account}",
            tip=TIP,
            account=account,
            post=post(TIP, now, key=f"key-{account}"),
            state=State.PLANNED,
            due=now,
            deadline=now + timedelta(hours=2),
            not_before=now,
        )
        with self.database.store.writing() as tx:
            first = tx.ledger.plan(planned)
            assert first is not None
            sending = replace(first, state=State.SENDING, attempt=1, sent_at=now)
            assert tx.ledger.move(first, sending, now)
            receipt = Receipt(remote_id="77", url=url, at=now)
            done = replace(sending, state=State.POSTED, receipt=receipt)
            assert tx.ledger.move(sending, done, now)


def document(site: RunningSite, path: str) -> Any:
    """A page of the site, parsed."""
    return html5lib.parse(httpx.get(site.url + path).text, namespaceHTMLElements=False)


def meta(site: RunningSite, path: str) -> dict[str, str]:
    """What the head of a page says, by name."""
    found = document(site, path).iterfind(".//meta")
    named = ((one.get("property") or one.get("name"), one.get("content")) for one in found)
    return {name: content for name, content in named if name and content}


def lose_entries(site: RunningSite) -> None:
    """Damage the database, so that the discussion can be neither read nor written."""
    with site.database.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {entries.name}")


def post(tip: str, at: datetime, /, **changes: object) -> Post:
    """A tip's post with a link to its own page and a hashtag at its end."""
    link = f"https://tips.example/tips/{tip}"
    text = f"{SUMMARY} {link} #listening"
    start = len(SUMMARY) + 1
    spans = (
        Span(kind=SpanKind.LINK, start=start, end=start + len(link), target=link),
        Span(kind=SpanKind.TAG, start=start + len(link) + 1, end=len(text), target="listening"),
    )
    plain = Post(
        key=f"key-{tip}",
        tip=tip,
        title=TITLE,
        text=text,
        body=BODY,
        spans=spans,
        link=link,
        credit="@clarkmike",
        tags=("listening", "digital"),
        language="en",
        created_at=at,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def entry(remote_id: str, text: str, at: datetime, **changes: object) -> Entry:
    """A public reply on Mastodon."""
    plain = Entry(
        account="mastodon",
        remote_id=remote_id,
        kind=EntryKind.REPLY,
        author=Author(
            name="A Reader",
            handle="@reader@example.social",
            url="https://example.social/@reader",
        ),
        text=text,
        at=at,
        tip=TIP,
        url=f"https://example.social/@reader/{remote_id}",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def config(site: str = "https://tips.example", contact: str | None = None) -> Config:
    """A bot with its site and a Mastodon account."""
    return Config(
        bot=Identity(
            id="ten-tips", name="Ten Tips", timezone="Europe/London", site=site, contact=contact
        ),
        accounts=(
            Account(name="site", kind="site"),
            Account(name="mastodon", kind="mastodon", monthly_budget=Decimal(5)),
        ),
        schedules=(),
        library=Library(tips=(Tip(id=TIP, title=TITLE, text=BODY),)),
    )


@contextmanager
def running_site(
    data: Path,
    settings: Config | None = None,
    trusted_proxies: tuple[str, ...] = (),
    bounds: ConnectionLimits | None = None,
    database_url: str | None = None,
) -> Iterator[RunningSite]:
    """Start a site on a free port of this machine, and stop it in the end."""
    settings = settings or config()
    database = open_store(data, url=database_url)
    clock = HandClock()
    platform = SitePlatform(settings.accounts[0], settings.bot, database.pages, clock)
    mention_poller = MentionPoller(
        store=database.store, clock=clock, pseudonyms=Pseudonyms(KEY), listener=lambda _: platform
    )
    site: RunningSite

    def heard() -> None:
        mention_poller.step(settings.accounts[0])

    def has_opted_out(owner: str) -> bool:
        with database.store.reading() as tx:
            return is_person_forgotten(tx, Pseudonyms(KEY), "site", Author(name="", key=owner))

    parts = SiteDependencies(
        config=lambda: site.config,
        pages=database.pages,
        store=database.store,
        capabilities_of=lambda account: KINDS[account.kind].traits,
        clock=clock,
        commenting=CommentWriter(
            database.pages, heard, has_opted_out, lambda name: passes_for_bot(name, site.config.bot)
        ),
        receiving=WebmentionReceiver(
            pings=database.pings, pages=database.pages, nudge=lambda: None
        ),
        health=lambda: site.health,
        figures=lambda: site.figures,
        awaited=lambda: site.awaited,
        keeps_copies=database.keeps_copies,
        pictures=PagePictures(
            make=PicturesOfPosts(store=database.store, identity=lambda: site.config.bot)
        ),
        key=KEY,
        is_outdated=lambda: False,
    )
    app = build(parts)
    server = SiteServer(app, "127.0.0.1", 0, trusted_proxies, app.state.end, bounds)
    site = RunningSite(database, clock, settings, platform, server, heard)
    server.start()
    try:
        yield site
    finally:
        server.stop(timedelta(seconds=5))
        database.close()
