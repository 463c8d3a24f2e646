"""Listening on Bluesky: notifications, threads, and known entries again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.errors import Refused, RetryLater
from bot.core.ports.platform import Batch, Checked
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.bluesky.http.api import POST, REASONS, Api, Call
from bot.platforms.bluesky.listening.entries import EntryReader
from bot.platforms.bluesky.listening.notifications import (
    BACKLOG,
    NotificationCursor,
    Walked,
    walk,
)
from bot.platforms.bluesky.listening.post_text import quoted
from bot.platforms.bluesky.listening.threads import read_below
from bot.platforms.bluesky.urls import post_of


class BlueskyListener:
    """The reading half of an account's adapter."""

    def __init__(self, account: str, api: Api) -> None:
        self.account = account
        self._api = api

    def poll(self, cursor: str | None, began: datetime | None = None) -> Batch:
        """The replies, mentions and quotes since the cursor; at first, those of seven days."""
        call = self._api.call()
        began = began or self._api.clock.now()
        mark = NotificationCursor.read(cursor, call.me(), began - BACKLOG)
        try:
            walked = self._walk(call, mark)
        except Refused:
            if not mark.page:
                raise
            # The network does not know the page any more on which the walk was to go on.
            walked = self._walk(call, replace(mark, page="", newest=None))
        views = _of_others(walked.notices, call.me())
        entries = self._reader(call).entries(_with_quotes(call, views))
        return Batch(entries=entries, cursor=walked.cursor.write(), more=walked.more)

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """All that is said below our post; nothing where it is the same as last time."""
        call = self._api.call()
        try:
            below = read_below(call.thread, remote_id)
        except Refused as error:  # of the question, not because our post is gone
            raise RetryLater(error.problem, "it is tried again") from None
        if below is None:
            raise self._not_shown(call, remote_id)
        seen = below.fingerprint
        if seen == cursor:
            return Batch(cursor=seen)
        profiles = call.profiles(_authors(below.views))
        entries = self._reader(call).entries(below.views, profiles, below.hidden)
        return Batch(entries=entries, cursor=seen)

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each as it is now. A post that is not shown is gone if the network knows us still.

        What was erased is erased for good, so a network that has lost its data is not believed.
        """
        call = self._api.call()
        asked = [one for one in remote_ids if post_of(one)]
        views = {json_values.word(view.get("uri")): view for view in call.posts(asked)}
        profiles = call.profiles([call.me(), *_authors(views.values())])
        gone = frozenset(asked) - views.keys()
        if gone and call.me() not in profiles:
            what = f"{self._api.context.server} does not show the account's own profile"
            raise RetryLater(what, "it is tried again")
        return Checked(
            entries=self._reader(call).entries(views.values(), profiles),
            gone=gone,
            failed=frozenset(remote_ids) - set(asked),
        )

    def _walk(self, call: Call, mark: NotificationCursor) -> Walked:
        return walk(call.notifications, mark, self._api.clock.now(), lambda: call.has_time)

    def _reader(self, call: Call) -> EntryReader:
        return EntryReader(account=self.account, me=call.me(), now=self._api.clock.now())

    def _not_shown(self, call: Call, remote_id: str) -> RetryLater | Refused:
        """Why there is no thread: our own server knows whether our post is gone."""
        name = post_of(remote_id)
        if name is not None and name.who == call.me() and call.get(POST, name.key) is not None:
            what = f"Bluesky does not show the post {remote_id} yet"
            return RetryLater(what, "it is tried again")
        what = f"{self._api.context.server} does not have the post {remote_id} any more"
        return Refused(what, "nothing more is read below it")


def _of_others(notices: Iterable[Record], me: str) -> list[Record]:
    """What others said to us: old servers do not filter by reason."""
    return [
        one
        for one in notices
        if one.get("reason") in REASONS and json_values.record(one.get("author")).get("did") != me
    ]


def _with_quotes(call: Call, views: Iterable[Record]) -> list[Record]:
    """The same, with each quote as the network shows it: our post may be detached from it.

    A quote that it does not show is left out.
    """
    found = list(views)
    quotes = [
        json_values.word(one.get("uri"))
        for one in found
        if quoted(json_values.record(one.get("record"))) and post_of(json_values.word(one["uri"]))
    ]
    shown = {json_values.word(view.get("uri")): view for view in call.posts(quotes)}
    merged = (
        {**one, "embed": shown[uri].get("embed")} if uri in shown else one
        for one in found
        if (uri := json_values.word(one.get("uri"))) not in quotes or uri in shown
    )
    return list(merged)


def _authors(views: Iterable[Record]) -> list[str]:
    authors = (json_values.record(view.get("author")).get("did") for view in views)
    return [json_values.word(did) for did in authors if json_values.word(did)]
