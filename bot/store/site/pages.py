"""`core.model.site_page.Pages` over SQL: each call a transaction, or part of one that is open."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Row,
    Table,
    Update,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.core.model.delivery import Post
from bot.core.model.site_page import Comment, Page
from bot.core.text.web_addresses import PORTS
from bot.store.rows import columns, made, of_bot
from bot.store.tables import comments, pages, pings

_EVERY = comments.alias("every")
_LATER, _EARLIER = pages.alias("later"), pages.alias("earlier")
_NEWER = (
    (_LATER.c.bot == pages.c.bot)
    & (_LATER.c.tip == pages.c.tip)
    & (_LATER.c.at > pages.c.at)
    & _LATER.c.gone.is_(None)
)
"""Whether a later post of the same tip is up."""

_FIRST = (
    select(func.min(_EARLIER.c.at))
    .where(_EARLIER.c.bot == pages.c.bot, _EARLIER.c.tip == pages.c.tip)
    .scalar_subquery()
)
_PAGES = select(pages, _FIRST.label("first_at"))


class Connects(Protocol):
    """Opens transactions for one bot."""

    @property
    def bot(self) -> str:
        """The bot's id."""

    def connect(self, *, writing: bool) -> AbstractContextManager[Connection]:
        """A connection in a transaction."""


@dataclass(frozen=True, slots=True)
class Within:
    """An open transaction, for changes that belong together with others."""

    connection: Connection
    bot: str

    def connect(self, *, writing: bool) -> AbstractContextManager[Connection]:  # noqa: ARG002 - it writes if the whole transaction does
        """The connection, whose transaction ends elsewhere."""
        return nullcontext(self.connection)


class Transactions:
    """The base of stores that open a transaction for each call."""

    def __init__(self, store: Connects) -> None:
        self._store = store

    def _is(self, table: Table, **values: Any) -> ColumnElement[bool]:
        return of_bot(table, self._store.bot, **values)

    def _rows(self, query: Executable) -> Sequence[Row[Any]]:
        """The rows that a query finds, in a transaction of its own."""
        with self._store.connect(writing=False) as connection:
            return connection.execute(query).all()

    def _change(self, change: Executable) -> int:
        """Run an update or a delete in a transaction of its own; how many rows it changed."""
        with self._store.connect(writing=True) as connection:
            return connection.execute(change).rowcount


class SqlPages(Transactions):
    """The pages that the site published, and the comments on them."""

    def put(self, page: Page) -> Page:
        """Publish, unless the key is there."""
        key = page.post.key
        with self._store.connect(writing=True) as connection:
            if (known := self._by_key(connection, key)) is not None:
                return known
            row = columns(page, "first_at", "gone")
            connection.execute(insert(pages).values(bot=self._store.bot, key=key, **row))
            return self._by_key(connection, key) or page

    def find(self, key: str) -> Page | None:
        """The page that this post made, or None."""
        with self._store.connect(writing=False) as connection:
            return self._by_key(connection, key)

    def get(self, tip: str) -> Page | None:
        """The newest post of a tip that is up, else its newest retracted one, or None."""
        query = _PAGES.where(self._is(pages, tip=tip))
        rows = self._rows(query.order_by(pages.c.gone.is_not(None), pages.c.at.desc()).limit(1))
        return made(Page, rows[0]) if rows else None

    def newest(self, limit: int, before: datetime | None = None) -> Sequence[Page]:
        """The newest page of each tip that is up, newest first."""
        query = _PAGES.where(self._is(pages, gone=None), ~exists().where(_NEWER))
        if before is not None:
            query = query.where(pages.c.at < before)
        rows = self._rows(query.order_by(pages.c.at.desc()).limit(limit))
        return [made(Page, row) for row in rows]

    def posts(self) -> Mapping[str, Post]:
        """The post of every page that is up, by tip, newest first."""
        is_newest = self._is(pages, gone=None) & ~exists().where(_NEWER)
        query = select(pages.c.tip, pages.c.post).where(is_newest)
        return {row.tip: row.post for row in self._rows(query.order_by(pages.c.at.desc()))}

    def stamp(self) -> str:
        """The numbers of pages that were published and retracted."""
        query = select(func.count(), func.count(pages.c.gone)).where(self._is(pages))
        return " ".join(map(str, self._rows(query)[0]))

    def retract(self, key: str, now: datetime) -> None:
        """Take down the page of this post."""
        self._change(update(pages).where(self._is(pages, key=key, gone=None)).values(gone=now))

    def write(self, comment: Comment) -> Comment:
        """Keep a comment, unless its id is there."""
        with self._store.connect(writing=True) as connection:
            if (known := self._by_id(connection, comment.id)) is not None:
                return known
            row = {"bot": self._store.bot, **columns(comment), "seq": self._next()}
            connection.execute(insert(comments).values(**row))
            return self._by_id(connection, comment.id) or comment

    def respond(self, response: Comment) -> Comment:
        """Keep a response, in place of its page's earlier words; an erased one stays erased."""
        known = self.write(response)
        said = {field: getattr(response, field) for field in _SAID}
        if known.deleted_at is not None or all(getattr(known, name) == said[name] for name in said):
            return known
        self._change(self._altered(response.id, **said))
        return self.comment(response.id) or known

    def comment(self, comment_id: str) -> Comment | None:
        """The comment of this id, or None."""
        with self._store.connect(writing=False) as connection:
            return self._by_id(connection, comment_id)

    def owned(self, owner: str, ids: Iterable[str]) -> frozenset[str]:
        """Which of these comments are this owner's, in one query by their key."""
        theirs = self._is(comments, owner=owner, deleted_at=None)
        query = select(comments.c.id).where(theirs, comments.c.id.in_(list(ids)))
        return frozenset(row.id for row in self._rows(query))

    def standing(self, tip: str) -> int:
        """The number of visitors' comments under a tip."""
        return self._count(tip, ~comments.c.ours & comments.c.source.is_(None))

    def responses(self, tip: str) -> int:
        """The number of responses of other sites under a tip."""
        return self._count(tip, comments.c.source.is_not(None))

    def is_trusted(self, owner: str) -> bool:
        """Whether a comment of this owner stands and is not held."""
        return self._has_shown(comments.c.owner == owner)

    def is_trusted_site(self, source: str) -> bool:
        """Whether a response from the host of this address stands and is not held."""
        sites = (f"{scheme}://{urlsplit(source).netloc}/" for scheme in PORTS)
        return self._has_shown(
            or_(*(comments.c.source.startswith(site, autoescape=True) for site in sites))
        )

    def _has_shown(self, which: ColumnElement[bool]) -> bool:
        query = select(comments.c.id).where(self._is(comments, held=False, deleted_at=None), which)
        return bool(self._rows(query.limit(1)))

    def held(self) -> Sequence[Comment]:
        """Comments that are held, the one that waits longest first."""
        query = select(comments).where(self._is(comments, held=True, deleted_at=None))
        rows = self._rows(query.order_by(comments.c.at, comments.c.seq))
        return [made(Comment, row) for row in rows]

    def hold(self, comment_id: str, *, held: bool) -> None:
        """Hold or release a comment; this is a change that readers of changes see."""
        self._change(self._altered(comment_id, held=held).where(comments.c.held != held))

    def erase(self, comment_id: str, now: datetime) -> None:
        """Erase a comment's words for good, and the webmention that may name its author."""
        blank = {"name": "", "text": "", "owner": "", "source": None, "author_url": None}
        with self._store.connect(writing=True) as connection:
            known = self._by_id(connection, comment_id)
            if known is not None and known.source is not None:
                told = pings.c.target.endswith(f"/tips/{known.tip}", autoescape=True)
                connection.execute(delete(pings).where(self._is(pings, source=known.source), told))
            connection.execute(self._altered(comment_id, **blank, deleted_at=now))

    def changes(self, after: int, limit: int) -> Sequence[Comment]:
        """Comments changed after `after`, oldest change first."""
        query = select(comments).where(self._is(comments), comments.c.seq > after)
        rows = self._rows(query.order_by(comments.c.seq).limit(limit))
        return [made(Comment, row) for row in rows]

    def _count(self, tip: str, which: ColumnElement[bool]) -> int:
        query = select(func.count()).where(self._is(comments, tip=tip, deleted_at=None), which)
        return int(self._rows(query)[0][0])

    def _altered(self, comment_id: str, **values: Any) -> Update:
        """The update of a comment that is not erased, as the newest change."""
        one = update(comments).where(self._is(comments, id=comment_id, deleted_at=None))
        return one.values(**values, seq=self._next())

    def _by_key(self, connection: Connection, key: str) -> Page | None:
        row = connection.execute(_PAGES.where(self._is(pages, key=key))).first()
        return None if row is None else made(Page, row)

    def _by_id(self, connection: Connection, comment_id: str) -> Comment | None:
        query = select(comments).where(self._is(comments, id=comment_id))
        row = connection.execute(query).first()
        return None if row is None else made(Comment, row)

    def _next(self) -> ColumnElement[int]:
        """The next number in the order of changes; the write lock keeps others from taking it."""
        last = func.coalesce(func.max(_EVERY.c.seq), 0)
        return select(last + 1).where(_EVERY.c.bot == self._store.bot).scalar_subquery()


_SAID = ("name", "text", "at", "author_url", "held")
"""The fields of a response that may change when its page is read again."""
