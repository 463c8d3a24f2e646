"""Listening on Mastodon: notifications, threads, known entries again, and the stream."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mastodon import MastodonNetworkError

from bot.core.errors import Refused, RetryLater
from bot.core.ports.platform import Batch, Checked
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.api import Api, Call
from bot.platforms.mastodon.http.json_values import Record
from bot.platforms.mastodon.listening.approval import approved
from bot.platforms.mastodon.listening.entries import EntryReader
from bot.platforms.mastodon.listening.notifications import (
    NotificationCursor,
    NotificationPage,
    Notifications,
    ends_of,
)
from bot.platforms.mastodon.listening.streaming import follow
from bot.platforms.mastodon.recheck import fingerprint, look

BACKLOG = timedelta(days=7)
"""How far back the first poll reaches: the account may have been used before."""

_TOO_LARGE = "too large"
"""The cursor of a thread that is too large to read."""
_UNHEARD = "more mentions came since the last poll than the server lets the bot read"
_FIRST_UNHEARD = (
    "more mentions came in the seven days before the first poll than the bot could read"
)


class MastodonListener:
    """The reading half of an account's adapter."""

    _api: Api

    def poll(self, cursor: str | None, began: datetime | None = None) -> Batch:
        """The mentions since the cursor; at first, those of the last seven days."""
        with self._api.call() as call:
            server, me = self._api.context.server, call.me()
            since = (began or self._api.clock.now()) - BACKLOG
            mark = NotificationCursor(server=server, me=me, after=None, at=since).moved_to(cursor)
            page = self._notifications(call, mark)
            reader, waits = self._reader(call), call.waiting()
        started = mark.after is not None
        is_short = page.has_gap if started else not page.is_all
        return Batch(
            entries=reader.entries(page.notices, waits or frozenset()),
            pending=None if waits is None else len(waits),
            cursor=mark.after_page(page).write(),
            more=started and not page.is_all,
            unheard=((_UNHEARD if started else _FIRST_UNHEARD),) if is_short else (),
        )

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """All replies below our post; nothing where they are the same as last time."""
        try:
            with self._api.call() as call:
                reader = self._reader(call)
                try:
                    below = call.below(remote_id)
                    if below:
                        below = approved(below, call.waiting() or frozenset())
                except MastodonNetworkError:
                    if call.session.is_too_large:
                        return self._too_large(remote_id, cursor)
                    raise
        except Refused as error:  # of the question, not because our post is gone
            raise RetryLater(error.problem, "it is tried again") from None
        if below is None:
            what = f"{self._api.context.server} does not have the post {remote_id} any more"
            raise Refused(what, "nothing more is read below it")
        seen = fingerprint(below)
        entries = reader.below(below, remote_id) if seen != cursor else ()
        return Batch(entries=entries, cursor=seen)

    def ancestors(self, remote_id: str) -> Sequence[str]:
        """The statuses above this one, the first of the conversation first."""
        with self._api.call() as call:
            context = json_values.record(call.client.status_context(remote_id))
        above = json_values.records(context.get("ancestors"))
        return [one for status in above if (one := json_values.ident(status.get("id")))]

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each as it is now: together where the server shows many, else a few, one by one.

        A status that is not shown is asked for by itself, and the server has to know our account
        still: a status that is gone is erased for good, so a server that has lost its data must
        not be believed.
        """
        with self._api.call() as call:
            reader, shows_many = self._reader(call), call.server().shows_many
            found = look(remote_ids, call.status, call.statuses if shows_many else None)
            if found.gone:
                call.require_me(reader.me)
            waits = call.waiting() if found.statuses else None
        entries = reader.again(found.statuses)
        unapproved = (waits or frozenset()).intersection(remote_ids)
        return Checked(
            entries=tuple(entry for entry in entries if entry.remote_id not in unapproved),
            gone=found.gone | unapproved,
            failed=found.failed,
        )

    def hints(self, hint: Callable[[], None], over: Callable[[], bool]) -> None:
        """Follow the server's stream of notifications, where it has one."""
        with self._api.call() as call:
            server = call.server()
        follow(server.streaming, self._api.context, hint, over, carrier=self._api.carrier)

    def _reader(self, call: Call) -> EntryReader:
        return EntryReader(
            account=self._api.account,
            me=call.me(),
            domain=call.server().domain,
            now=self._api.clock.now(),
        )

    def _notifications(self, call: Call, mark: NotificationCursor) -> NotificationPage:
        server = call.server()

        def ask(limit: int, min_id: str | None = None, max_id: str | None = None) -> list[Record]:
            notices = call.client.notifications(
                types=server.notices, limit=limit, min_id=min_id, max_id=max_id
            )
            return call.page(notices)

        if server.filters:  # a setting of the session, as the library has no word for it
            call.session.params = {"include_filtered": "true"}
        pages = Notifications(
            ask=ask, ends=lambda: ends_of(call.session.headers_seen.get("link", ""))
        )
        if mark.after is not None:
            return pages.after(mark)
        since = mark.at or self._api.clock.now() - BACKLOG
        return pages.back_to(lambda: call.by_its_clock(since))

    def _too_large(self, remote_id: str, cursor: str | None) -> Batch:
        """Of a thread that is too large only the mentions are read, among the notifications."""
        what = (
            f"{self._api.context.server} has too many replies below the post {remote_id}: the "
            "bot does not read those that do not name the account; look at it there"
        )
        return Batch(cursor=_TOO_LARGE, unheard=() if cursor == _TOO_LARGE else (what,))
