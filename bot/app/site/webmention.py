"""Webmentions: accepts notices of links, reads the linking pages, and stores their responses."""

import hashlib
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import structlog

from bot.app.moderation.comment_filter import is_held
from bot.core.discussion.webmention import (
    AUTHOR_MAX,
    RESPONSE,
    Failure,
    LinkNotice,
    ReadFailure,
    Response,
    Webmention,
    excerpt,
    is_on_site,
    passage,
    takes,
    tidy_address,
    tip_at,
)
from bot.core.errors import PlatformError, RetryLater
from bot.core.model.config import Config, Hold
from bot.core.model.site_page import Comment, Page
from bot.core.ports.platform import Clock, Fetcher
from bot.core.ports.site_store import Pages, WebmentionStore

PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long to wait after each failed try; after the last one it is given up."""

AGAIN = timedelta(minutes=1)
"""A page is not read more often than this, however often its site sends a webmention."""

MOST_WAITING = 1000
"""The most pages that wait to be read; meanwhile no more webmentions are accepted."""

MOST_RESPONSES = 1000
"""The most responses under one tip."""

REMEMBERED = timedelta(days=30)
"""How long a webmention is stored once its page was read."""

OLDEST = timedelta(days=365)
"""A page that says it is older than its tip by more than this does not know when it was written."""

_OURS = ReadFailure(failure=Failure.UNREADABLE, why="it leads to this site")

log = structlog.get_logger()


class Refusal(ValueError):
    """A webmention that is not accepted; the text tells its sender why."""


class BadSource(Refusal):
    """Its source cannot link to a tip."""


class BadTarget(Refusal):
    """Its target is no published tip of this site."""

    def __init__(self, why: str, *, is_missing: bool = False) -> None:
        self.is_missing = is_missing
        super().__init__(why)


class TooMany(Refusal):
    """As many pages as can wait are waiting."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WebmentionReceiver:
    """Accepts webmentions. `nudge` has the page read soon."""

    pings: WebmentionStore
    pages: Pages
    nudge: Callable[[], None]

    def take(
        self, source: str, target: str, protocol: LinkNotice, config: Config, now: datetime
    ) -> Webmention | None:
        """Have a page read; returns its earlier webmention, or None.

        Raises Refusal.
        """
        tip = self._tip(target, config)
        page, place = _source(source, config), config.page(tip)
        known = self.pings.get(page, place)
        if known is None and self.pings.waiting() >= MOST_WAITING:
            raise TooMany("Too many pages are waiting to be read. Please try again later.")
        if self._was_erased(page, tip) or _is_untried(known):
            return known
        fresh = Webmention(source=page, target=place, protocol=protocol, at=now, not_before=now)
        if known is not None:
            fresh = replace(fresh, not_before=max(now, min(known.at, now) + AGAIN))
        self.pings.put(fresh)
        self.nudge()
        return known

    def _tip(self, target: str, config: Config) -> str:
        tip = tip_at(target, config)
        if tip is None:
            raise BadTarget("The target is no address of a tip on this site.")
        page = self.pages.get(tip)
        if page is None or page.gone is not None:
            raise BadTarget("There is no such tip on this site.", is_missing=True)
        return page.tip

    def _was_erased(self, source: str, tip: str) -> bool:
        known = self.pages.comment(response_id(source, tip))
        return known is not None and known.deleted_at is not None


def _is_untried(ping: Webmention | None) -> bool:
    """Whether its page will be read anyway, for the first time."""
    return ping is not None and ping.not_before is not None and ping.tries == 0


def _source(source: str, config: Config) -> str:
    page = tidy_address(source)
    if page is None:
        raise BadSource("The source is no address of the web that can be read here.")
    if is_on_site(page, config):
        raise BadSource("The source is on this site.")
    return page


def response_id(source: str, tip: str) -> str:
    """The id of what this page says under this tip, among the comments."""
    digest = hashlib.sha256(f"{source}\0{tip}".encode()).digest()
    return RESPONSE + b32encode(digest[:10]).decode().lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class WebmentionVerifier:
    """Reads the linking pages, one a step, and stores their responses.

    `heard` takes in what changed on the site; it may be called again for the same change.
    """

    pings: WebmentionStore
    pages: Pages
    fetcher: Fetcher
    clock: Clock
    heard: Callable[[], None]

    def step(self, config: Config) -> bool:
        """Read the page that waits longest; returns whether there was one."""
        now = self.clock.now()
        due = self.pings.due(now, 1)
        ping = self._begun(due[0], now) if due else None
        if ping is not None:
            self._look(ping, config)
        return bool(due)

    def tidy(self) -> None:
        """Delete webmentions that were settled long ago."""
        self.pings.forget(self.clock.now() - REMEMBERED)

    def _begun(self, ping: Webmention, now: datetime) -> Webmention | None:
        """The webmention with this try recorded, so that no page is tried without end."""
        if ping.tries > len(PAUSES):
            self._give_up(ping, ReadFailure(failure=Failure.UNREADABLE, why="it was broken off"))
            return None
        pause = PAUSES[min(ping.tries, len(PAUSES) - 1)]
        begun = replace(ping, tries=ping.tries + 1, not_before=now + pause)
        return begun if self.pings.move(ping, begun) else None

    def _look(self, ping: Webmention, config: Config) -> None:
        page = self._wanted(ping, config)
        if page is None:
            self.pings.move(ping, None)
            return
        try:
            found = self.fetcher.read(ping.source, ping.target)
            if isinstance(found, Response) and is_on_site(found.url, config):
                found = _OURS
        except RetryLater as error:
            self._later(ping, str(error))
        except PlatformError as error:
            self._give_up(ping, ReadFailure(failure=Failure.UNREADABLE, why=str(error)))
        else:
            self._settle(ping, page, found, config)

    def _wanted(self, ping: Webmention, config: Config) -> Page | None:
        """The page that is said to be linked to, if it still stands and is still asked for."""
        tip = tip_at(ping.target, config) if takes(config, ping.protocol) else None
        page = None if tip is None else self.pages.get(tip)
        return None if page is None or page.gone is not None else page

    def _later(self, ping: Webmention, why: str) -> None:
        """The next try is written down already; after the last there is none."""
        trouble = ReadFailure(failure=Failure.UNREACHABLE, why=why)
        if ping.tries > len(PAUSES):
            self._give_up(ping, trouble)
        else:
            self.pings.move(ping, replace(ping, trouble=trouble))

    def _give_up(self, ping: Webmention, trouble: ReadFailure) -> None:
        if self.pings.move(ping, replace(ping, not_before=None, trouble=trouble)):
            log.info("response_not_kept", source=ping.source, reason=trouble.why)

    def _settle(
        self, ping: Webmention, page: Page, found: Response | ReadFailure, config: Config
    ) -> None:
        """Store the response, or erase the earlier one if there is none any more.

        The webmention is settled last: after an interruption everything is done again.
        """
        known = self.pages.comment(response_id(ping.source, page.tip))
        if isinstance(found, ReadFailure):
            self._erase(known)
            self._give_up(ping, found)
        elif known is None and self.pages.responses(page.tip) >= MOST_RESPONSES:
            why = f"{page.tip} has {MOST_RESPONSES} responses"
            self._give_up(ping, ReadFailure(failure=Failure.FULL, why=why))
        else:
            kept = self.pages.respond(self._comment(ping, page, found, known, config.hold))
            self.pings.move(ping, replace(ping, not_before=None, trouble=None))
            if kept.held:
                log.info("response_held", tip=page.tip, source=ping.source)
            else:
                log.info("response_kept", tip=page.tip, source=ping.source)
        self.heard()

    def _erase(self, known: Comment | None) -> None:
        if known is not None and known.deleted_at is None:
            self.pages.erase(known.id, self.clock.now())
            log.info("response_erased", tip=known.tip)

    def _comment(
        self, ping: Webmention, page: Page, found: Response, known: Comment | None, hold: Hold
    ) -> Comment:
        """What is kept; what was held stays so, and other words are judged anew."""
        is_known = partial(self.pages.is_trusted_site, ping.source)
        said = (found.author, passage(found.text))
        was_held = known is not None and known.held
        is_new = known is None or (known.name, known.text) != said
        return Comment(
            id=response_id(ping.source, page.tip),
            tip=page.tip,
            name=said[0],
            text=said[1],
            at=self._time(page, found, known),
            owner="",
            source=ping.source,
            author_url=found.author_url,
            held=was_held or (is_new and is_held(_words(found), hold, is_known)),
        )

    def _time(self, page: Page, found: Response, known: Comment | None) -> datetime:
        """When it was said, as its author says if that can be, else when it was read first."""
        now = self.clock.now()
        if found.at is not None and page.first_at - OLDEST <= found.at <= now:
            return found.at
        return now if known is None else known.at


def _words(found: Response) -> str:
    """What the page says itself, without its host and address that stand in for name and words."""
    host = urlsplit(found.url).hostname or ""
    name = "" if found.author == excerpt(host, AUTHOR_MAX) else found.author
    text = "" if found.text == excerpt(found.url) else found.text
    return f"{name}\n{text}"
