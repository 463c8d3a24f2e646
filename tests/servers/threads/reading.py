"""Lists, conversations, single posts.

https://developers.facebook.com/docs/threads/retrieve-and-discover-posts/retrieve-posts
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from . import fields
from .model import Media, Person
from .posting import Posting
from .refusal import invalid, no_object

EARLIEST, PAGE, MOST = 1688540400, 25, 100
_MENTION = re.compile(r"@([A-Za-z0-9_.]*[A-Za-z0-9_])")


class Reading:
    """What somebody is shown."""

    def __init__(self, now: Callable[[], datetime], posting: Posting) -> None:
        #: whether Meta has approved the app: then it may read public posts by their ids
        self.has_advanced_access = False
        #: the most media of a page, though more were asked for
        self.page = MOST
        self._now = now
        self._posting = posting

    def own_posts(self, me: Person, params: Mapping[str, str]) -> dict[str, Any]:
        """All threads that somebody began, newest first; nobody says that they are sorted."""
        return self._list(self._of(me, is_reply=False), me, params, fields.OWN_POSTS)

    def own_replies(self, me: Person, params: Mapping[str, str]) -> dict[str, Any]:
        """All replies of somebody."""
        return self._list(self._of(me, is_reply=True), me, params, fields.OWN_REPLIES)

    def mentions(self, me: Person, params: Mapping[str, str]) -> dict[str, Any]:
        """https://developers.facebook.com/docs/threads/threads-mentions.

        Public media in which somebody was tagged by another profile; not those of private users.
        """
        found = [
            one
            for one in self._posting.media.values()
            if one.author is not me
            and not one.author.is_private
            and me.username in _MENTION.findall(one.text)
        ]
        return self._list(found, me, params, fields.MEDIA)

    def conversation(self, me: Person, name: str, params: Mapping[str, str]) -> dict[str, Any]:
        """All replies at any depth; it is only intended for root-level threads.

        https://developers.facebook.com/docs/threads/retrieve-and-manage-replies/replies-and-conversations
        """
        root = self._posting.get(name)
        if root.author is not me or root.reply_to is not None:
            raise no_object(name)
        for one in ("limit", "since", "until"):
            if one in params:
                raise invalid(f"{one} is not a parameter of a conversation")
        below = [
            one
            for one in self._posting.media.values()
            if one.reply_to is not None and one.root is root and self._is_listed(one)
        ]
        below.sort(key=lambda one: int(one.id), reverse=params.get("reverse", "true") == "true")
        rest = {name: value for name, value in params.items() if name != "reverse"}
        return self._paged(below, me, rest, fields.CONVERSATION, PAGE)

    def single(self, me: Person, name: str, params: Mapping[str, str]) -> dict[str, Any]:
        """One post. Without advanced access, only those of testers."""
        one = self._posting.get(name)
        is_seen = one.author is me or one.author.is_tester or self.has_advanced_access
        if not is_seen or (one.author.is_private and one.author is not me):
            raise no_object(name)
        names = fields.asked(params.get("fields"), fields.MEDIA)
        return fields.media(one, names, me, has_replies=one.id in self._answered())

    def _of(self, me: Person, *, is_reply: bool) -> list[Media]:
        every = self._posting.media.values()
        found = [
            one for one in every if one.author is me and (one.reply_to is not None) is is_reply
        ]
        return found[::-1]

    def _list(
        self, media: list[Media], me: Person, params: Mapping[str, str], known: str
    ) -> dict[str, Any]:
        """https://developers.facebook.com/docs/threads/reference/user: since, until, limit."""
        now = int(self._now().timestamp())
        since, until = _second(params, "since", EARLIEST), _second(params, "until", now)
        if not EARLIEST <= since < until <= now and "since" in params:
            raise invalid("since must be from 1688540400 on and before until")
        # Whether a bound belongs to the time is not said: it does not.
        found = [
            one
            for one in media
            if ("since" not in params or one.at > _moment(since)) and self._is_listed(one)
        ]
        limit = params.get("limit", str(PAGE))
        if not limit.isdecimal() or not 1 <= int(limit) <= MOST:
            raise invalid(f"limit must be from 1 to {MOST}")
        rest = {name: value for name, value in params.items() if name not in {"since", "until"}}
        return self._paged(found, me, rest, known, int(limit))

    def _paged(
        self, media: list[Media], me: Person, params: Mapping[str, str], known: str, limit: int
    ) -> dict[str, Any]:
        """A page. The last one has a cursor, too, and only an empty one follows it.

        https://developers.facebook.com/docs/graph-api/results
        """
        for name in params.keys() - {"fields", "limit", "after"}:
            raise invalid(f"{name} is not a parameter of this list")
        names = fields.asked(params.get("fields"), known)
        after = params.get("after")
        start = 0
        if after is not None:
            places = [place for place, one in enumerate(media) if _cursor(one) == after]
            if not places and after != "END":
                raise invalid("after is no cursor of this list")
            start = places[0] + 1 if places else len(media)
        page = media[start : start + min(limit, self.page)]
        answered = self._answered()
        told = [fields.media(one, names, me, has_replies=one.id in answered) for one in page]
        answer: dict[str, Any] = {"data": told}
        if page:
            cursors = {"before": _cursor(page[0]), "after": _cursor(page[-1])}
            answer["paging"] = {"cursors": cursors}
        return answer

    def _answered(self) -> set[str]:
        """The ids of the posts that have replies."""
        return {one.reply_to.id for one in self._posting.media.values() if one.reply_to}

    def _is_listed(self, one: Media) -> bool:
        return one.listed_at is None or self._now() >= one.listed_at


def _cursor(one: Media) -> str:
    return f"QVFI{one.shortcode}ZD"


def _second(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isdecimal():
        raise invalid(f"{name} must be a Unix timestamp")
    return int(text)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
