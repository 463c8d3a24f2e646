"""`core.model.site_page.Pages` over SQL: each call a transaction, or part of one that is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Row,
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
from bot.store.discussion.entry_rows import columns, made
from bot.store.tables import comments, pages, pings

_STANDS = comments.c.deleted_at.is_(None)
_LATER = pages.alias("later")
_NEWER = (
    (_LATER.c.bot == pages.c.bot)
    & (_LATER.c.tip == pages.c.tip)
    & (_LATER.c.at > pages.c.at)
    & _LATER.c.gone.is_(None)
)
"""The same tip was posted again since, and that is up."""


class Connects(Protocol):
    """Whoever can open a transaction for one bot."""

    @property
    def bot(self) -> str:
        """The bot's id."""

    def connect(self, *, writing: bool) -> AbstractContextManager[Connection]:
        """A connection in a transaction."""


@dataclass(frozen=True, slots=True)
class Within:
    """A transaction that is open already, for what has to happen together with other things."""

    connection: Connection
    bot: str

    def connect(self, *, writing: bool) -> AbstractContextManager[Connection]:  # noqa: ARG002 - it writes if the whole transaction does
        """The connection, whose transaction somebody else ends."""
        return nullcontext(self.connection)


class SqlPages:
    """What the site published and what was written into its form."""

    def __init__(self, store: Connects) -> None:
        self._store = store

    def put(self, page: Page) -> Page:
        """Publish, unless the key is there."""
        with self._store.connect(writing=True) as connection:
            known = self._by_key(connection, page.post.key)
            if known is not None:
                return known
            row = {"bot": self._store.bot, "key": page.post.key, "tip": page.tip, "at": page.at}
            connection.execute(insert(pages).values(**row, post=page.post, gone=None))
            return self._by_key(connection, page.post.key) or page

    def find(self, key: str) -> Page | None:
        """The page that this post made, or None."""
        with self._store.connect(writing=False) as connection:
            return self._by_key(connection, key)

    def get(self, tip: str) -> Page | None:
        """The newest post of a tip that is up, else its newest retracted one, or None."""
        query = select(pages).where(pages.c.bot == self._store.bot, pages.c.tip == tip)
        order = (pages.c.gone.is_not(None), pages.c.at.desc())
        with self._store.connect(writing=False) as connection:
            row = connection.execute(query.order_by(*order).limit(1)).first()
            return None if row is None else self._page(connection, row)

    def newest(self, limit: int, before: datetime | None = None) -> Sequence[Page]:
        """The newest page of each tip that is up, newest first."""
        is_up = (pages.c.bot == self._store.bot) & pages.c.gone.is_(None)
        query = select(pages).where(is_up, ~exists().where(_NEWER))
        if before is not None:
            query = query.where(pages.c.at < before)
        with self._store.connect(writing=False) as connection:
            rows = connection.execute(query.order_by(pages.c.at.desc()).limit(limit)).all()
            return [self._page(connection, row) for row in rows]

    def posts(self) -> Mapping[str, Post]:
        """What every page that is up shows, by tip, newest first."""
        is_up = (pages.c.bot == self._store.bot) & pages.c.gone.is_(None)
        query = select(pages.c.tip, pages.c.post).where(is_up, ~exists().where(_NEWER))
        return {row.tip: row.post for row in self._rows(query.order_by(pages.c.at.desc()))}

    def stamp(self) -> str:
        """How many pages were put up and taken down."""
        query = select(func.count(), func.count(pages.c.gone)).where(pages.c.bot == self._store.bot)
        return " ".join(map(str, self._rows(query)[0]))

    def retract(self, key: str, now: datetime) -> None:
        """Take down what this post put up."""
        up = (pages.c.bot == self._store.bot) & (pages.c.key == key) & pages.c.gone.is_(None)
        with self._store.connect(writing=True) as connection:
            connection.execute(update(pages).where(up).values(gone=now))

    def write(self, comment: Comment) -> Comment:
        """Keep a comment, unless its id is there."""
        with self._store.connect(writing=True) as connection:
            known = self._by_id(connection, comment.id)
            if known is not None:
                return known
            fresh = replace(comment, seq=self._next(connection))
            connection.execute(insert(comments).values(bot=self._store.bot, **columns(fresh)))
            return fresh

    def respond(self, response: Comment) -> Comment:
        """Keep a response, in place of what its page said before; erased is erased."""
        known = self.write(response)
        said = {field: getattr(response, field) for field in _SAID}
        if known.deleted_at is not None or all(getattr(known, name) == said[name] for name in said):
            return known
        mine = (comments.c.bot == self._store.bot) & (comments.c.id == response.id) & _STANDS
        with self._store.connect(writing=True) as connection:
            seq = self._next(connection)
            connection.execute(update(comments).where(mine).values(**said, seq=seq))
            return self._by_id(connection, response.id) or known

    def comment(self, comment_id: str) -> Comment | None:
        """The comment of this id, or None."""
        with self._store.connect(writing=False) as connection:
            return self._by_id(connection, comment_id)

    def owned(self, owner: str, ids: Iterable[str]) -> frozenset[str]:
        """Which of these comments are this owner's, in one query by their key."""
        theirs = comments.c.id.in_(list(ids)) & (comments.c.owner == owner)
        query = select(comments.c.id).where(comments.c.bot == self._store.bot, theirs, _STANDS)
        return frozenset(row.id for row in self._rows(query))

    def standing(self, tip: str) -> int:
        """How many comments of visitors stand under a tip."""
        return self._count(tip, ~comments.c.ours & comments.c.source.is_(None))

    def responses(self, tip: str) -> int:
        """How many responses of other sites stand under a tip."""
        return self._count(tip, comments.c.source.is_not(None))

    def is_trusted(self, owner: str) -> bool:
        """Whether a comment of this owner stands and is not held."""
        theirs = (comments.c.owner == owner) & ~comments.c.held
        query = select(comments.c.id).where(comments.c.bot == self._store.bot, theirs, _STANDS)
        return bool(self._rows(query.limit(1)))

    def is_trusted_site(self, source: str) -> bool:
        """Whether a response from the host of this address stands and is not held."""
        place = urlsplit(source).netloc
        theirs = or_(
            *(
                comments.c.source.startswith(f"{scheme}://{place}/", autoescape=True)
                for scheme in PORTS
            )
        )
        query = select(comments.c.id).where(
            comments.c.bot == self._store.bot, theirs, ~comments.c.held, _STANDS
        )
        return bool(self._rows(query.limit(1)))

    def held(self) -> Sequence[Comment]:
        """Comments that are held, the one that waits longest first."""
        query = select(comments).where(comments.c.bot == self._store.bot, comments.c.held, _STANDS)
        rows = self._rows(query.order_by(comments.c.at, comments.c.seq))
        return [made(Comment, row) for row in rows]

    def hold(self, comment_id: str, *, held: bool) -> None:
        """Hold a comment, or hold it no longer; whoever reads changes is told of it."""
        mine = (comments.c.bot == self._store.bot) & (comments.c.id == comment_id) & _STANDS
        with self._store.connect(writing=True) as connection:
            fresh = {"held": held, "seq": self._next(connection)}
            connection.execute(
                update(comments).where(mine, comments.c.held != held).values(**fresh)
            )

    def erase(self, comment_id: str, now: datetime) -> None:
        """Erase a comment's words for good."""
        mine = (comments.c.bot == self._store.bot) & (comments.c.id == comment_id) & _STANDS
        with self._store.connect(writing=True) as connection:
            known = self._by_id(connection, comment_id)
            if known is not None and known.source is not None:
                self._forget_ping(connection, known.source, known.tip)
            blank = {"name": "", "text": "", "owner": "", "source": None, "author_url": None}
            changes = {**blank, "deleted_at": now, "seq": self._next(connection)}
            connection.execute(update(comments).where(mine).values(**changes))

    def changes(self, after: int, limit: int) -> Sequence[Comment]:
        """Comments changed after `after`, oldest change first."""
        query = (
            select(comments)
            .where(comments.c.bot == self._store.bot, comments.c.seq > after)
            .order_by(comments.c.seq)
            .limit(limit)
        )
        return [made(Comment, row) for row in self._rows(query)]

    def _forget_ping(self, connection: Connection, source: str, tip: str) -> None:
        """An address often holds its author's name: none is left of what was erased."""
        told = pings.c.target.endswith(f"/tips/{tip}", autoescape=True)
        mine = (pings.c.bot == self._store.bot) & (pings.c.source == source) & told
        connection.execute(delete(pings).where(mine))

    def _count(self, tip: str, which: ColumnElement[bool]) -> int:
        query = select(func.count()).where(
            comments.c.bot == self._store.bot, comments.c.tip == tip, which, _STANDS
        )
        return int(self._rows(query)[0][0])

    def _rows(self, query: Executable) -> Sequence[Row[Any]]:
        """What a query finds, in a transaction of its own."""
        with self._store.connect(writing=False) as connection:
            return connection.execute(query).all()

    def _by_key(self, connection: Connection, key: str) -> Page | None:
        mine = (pages.c.bot == self._store.bot) & (pages.c.key == key)
        row = connection.execute(select(pages).where(mine)).first()
        return None if row is None else self._page(connection, row)

    def _page(self, connection: Connection, row: Row[Any]) -> Page:
        first = select(func.min(pages.c.at)).where(
            pages.c.bot == self._store.bot, pages.c.tip == row.tip
        )
        return made(Page, row, first_at=connection.scalar(first) or row.at)

    def _by_id(self, connection: Connection, comment_id: str) -> Comment | None:
        mine = (comments.c.bot == self._store.bot) & (comments.c.id == comment_id)
        row = connection.execute(select(comments).where(mine)).first()
        return None if row is None else made(Comment, row)

    def _next(self, connection: Connection) -> int:
        """The next number in the order of changes; the write lock makes it ours alone."""
        query = select(func.max(comments.c.seq)).where(comments.c.bot == self._store.bot)
        return int(connection.scalar(query) or 0) + 1


_SAID = ("name", "text", "at", "author_url", "held")
"""What a response may say otherwise when its page is read again."""
