"""Listening on Threads: mentions, conversations, and known entries again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.errors import Refused, RetryLater
from bot.core.ports.platform import Batch, Checked
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.threads.http.api import Api, Call
from bot.platforms.threads.http.errors import Missing, NotPermitted
from bot.platforms.threads.http.fields import CONVERSATION, MEDIA, MENTIONS
from bot.platforms.threads.http.paging import FIRST
from bot.platforms.threads.listening.conversations import ConversationCursor, read_conversation
from bot.platforms.threads.listening.entries import EntryReader
from bot.platforms.threads.listening.mentions import BACKLOG, MentionsCursor, Walked, walk
from bot.platforms.threads.listening.still_there import unseen_below
from bot.platforms.threads.urls import is_media_id


class ThreadsListener:
    """The reading half of an account's adapter."""

    def __init__(self, account: str, api: Api) -> None:
        self.account = account
        self._api = api

    def poll(self, cursor: str | None, began: datetime | None = None) -> Batch:
        """The mentions since the cursor; at first, those of seven days.

        Without the permission for mentions there are none: replies are read below our posts.
        """
        call = self._api.call()
        first = (began or self._api.clock.now()) - BACKLOG
        mark = MentionsCursor.read(cursor, json_values.word(call.me().get("id")), first)
        try:
            walked = self._walk(call, mark)
        except NotPermitted:
            return Batch(cursor=mark.write())
        except Refused:
            if mark.page == FIRST:
                raise
            # The server does not know the page any more on which the walk was to go on.
            walked = self._walk(call, replace(mark, seen="", since=None, page=FIRST, newest=None))
        reader = self._reader(call)
        entries = reader.entries(one for one in walked.mentions if not reader.is_own(one))
        return Batch(entries=entries, cursor=walked.cursor.write(), more=walked.more)

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """All that is said below our post; nothing where it is the same as last time."""
        call = self._api.call()
        path = f"{remote_id}/conversation"
        try:
            found = read_conversation(
                lambda page: call.page(path, CONVERSATION, page),
                ConversationCursor.read(cursor),
                lambda: call.has_time,
            )
        except Refused as error:
            raise self._not_shown(call, remote_id, error) from None
        below = (one for one in found.media if one.get("id") != remote_id)
        entries = self._reader(call).entries(below)
        return Batch(entries=entries, cursor=found.cursor.write(), more=found.more)

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each as it is now.

        By its id alone an app may see only posts of its testers, unless Meta has approved it
        (https://developers.facebook.com/docs/threads/retrieve-and-discover-posts/retrieve-posts).
        So what the server does not show is gone only if no conversation below our posts has it.
        """
        call = self._api.call()
        call.me()
        asked = [one for one in remote_ids if is_media_id(one)]
        shown, hidden = _ask_each(call, asked)
        seen, gone = unseen_below(call, hidden) if hidden else ({}, frozenset())
        return Checked(
            entries=self._reader(call).entries([*shown, *seen.values()]),
            gone=gone,
            failed=frozenset(remote_ids) - set(asked),
        )

    def _walk(self, call: Call, mark: MentionsCursor) -> Walked:
        return walk(
            lambda page, since: call.page("me/mentions", MENTIONS, page, since),
            mark,
            lambda: call.has_time,
        )

    def _reader(self, call: Call) -> EntryReader:
        me = json_values.word(call.me().get("username"))
        return EntryReader(account=self.account, me=me, now=self._api.clock.now())

    def _not_shown(self, call: Call, remote_id: str, error: Refused) -> RetryLater | Refused:
        """Why there is no conversation: our post is gone, or the question was wrong."""
        try:
            call.media(remote_id, "id")
        except Missing:
            what = f"{self._api.context.server} does not have the post {remote_id} any more"
            return Refused(what, "nothing more is read below it")
        return RetryLater(error.problem, "it is tried again")


def _ask_each(call: Call, remote_ids: Iterable[str]) -> tuple[list[Record], list[str]]:
    """The posts that the server shows by their ids, and the ids of the others, as time allows."""
    shown: list[Record] = []
    hidden: list[str] = []
    for one in remote_ids:
        if not call.has_time:
            break
        try:
            shown.append(call.media(one, MEDIA))
        except Missing:
            hidden.append(one)
    return shown, hidden
