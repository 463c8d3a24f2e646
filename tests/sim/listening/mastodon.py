"""A Mastodon with many people: notifications, threads, look-ups, favourites, a stream.

Documented at docs.joinmastodon.org: notifications, statuses (context, several, favourite),
streaming, and docs.gotosocial.org/en/latest/api/swagger for where GoToSocial differs. The ids of
notifications are opaque: they do not show an order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tests.servers.x.messages import Answer, Request
from tests.sim.mastodon import ErrorAnswer, Mastodon, Software, Status, iso

NOTIFICATIONS = "/api/v1/notifications"
STREAM = "/api/v1/streaming/user/notification"
MILLISECOND = timedelta(milliseconds=1)
"""The shortest time that a date in an answer tells."""


@dataclass(kw_only=True)
class PersonStatus(Status):
    """A person's status. Until `stale_until` lists show the version before the last change."""

    mentions_bot: bool = True
    visibility: str = "public"
    markup: str | None = None
    edited_at: datetime | None = None
    before: list[tuple[str, datetime | None]] = field(default_factory=list)
    stale_until: datetime | None = None


@dataclass(kw_only=True)
class Notification:
    """A notification. A `blank` one counts for a page without being shown on it."""

    id: str
    at: datetime
    status: str = ""
    kept: bool = True
    filtered: bool = False
    blank: bool = False


class MastodonWithPeople(Mastodon):
    """One server with the bot and many people."""

    def __init__(
        self, host: str, now: Callable[[], datetime], software: Software = Software.MASTODON
    ) -> None:
        super().__init__(host, now, software)
        self.notifications: list[Notification] = []
        self.bios: dict[str, str] = {}
        self.favourites: list[tuple[datetime, str]] = []
        self.not_showable: set[str] = set()
        """statuses that it can show neither alone nor with their thread"""
        self._link = ""
        self._streamed = 0

    # Actions of people.

    def post(
        self,
        who: str,
        text: str,
        to: str | None,
        *,
        mentions_bot: bool = True,
        visibility: str = "public",
        at: datetime | None = None,
        filtered: bool = False,
    ) -> str:
        """Post as a person; returns the id. `at` is the status's claimed time."""
        made = PersonStatus(
            id=str(5000 + len(self.statuses)),
            author=who,
            text=text,
            at=at or self.now(),
            reply_to=to,
            mentions_bot=mentions_bot,
            visibility=visibility,
        )
        self.statuses[made.id] = made
        if mentions_bot:
            self._notify(made.id, filtered=filtered)
        return made.id

    def edit(self, status_id: str, text: str) -> None:
        """Change the words of a status: nobody does that twice in a millisecond."""
        one = self._said(status_id)
        last = one.edited_at
        one.before.append((one.text, last))
        one.text, one.markup = text, None
        one.edited_at = self.now() if last is None else max(self.now(), last + MILLISECOND)

    def delete(self, status_id: str) -> None:
        """Delete a status, and all notifications of it."""
        self._said(status_id).gone = True
        self._keep_notifications(status_id, kept=False)

    def keep_notifications(self, status_id: str) -> None:
        """Keep the notifications of a deleted status, without the status."""
        self._keep_notifications(status_id, kept=True)

    def mark_up(self, status_id: str, markup: str) -> None:
        """Let the server show a status with this markup."""
        self._said(status_id).markup = markup

    def show_stale(self, status_id: str, until: datetime) -> None:
        """List the version before the last change, as a cache does."""
        self._said(status_id).stale_until = until
        self._keep_notifications(status_id, kept=True)

    def notify_again(self, status_id: str) -> None:
        """Notify of a status once more."""
        self._notify(status_id)

    def add_blanks(self, many: int) -> None:
        """Add notifications that count for a page and are not shown."""
        for _ in range(many):
            self._notify("", blank=True)

    def _notify(self, status_id: str, *, filtered: bool = False, blank: bool = False) -> None:
        number = len(self.notifications)
        opaque = hashlib.sha256(f"{self.host} {number}".encode()).hexdigest()[:16]
        self.notifications.append(
            Notification(id=opaque, at=self.now(), status=status_id, filtered=filtered, blank=blank)
        )

    def _keep_notifications(self, status_id: str, *, kept: bool) -> None:
        for notification in self.notifications:
            if notification.status == status_id:
                notification.kept = kept

    def _said(self, status_id: str) -> PersonStatus:
        found = self.statuses[status_id]
        assert isinstance(found, PersonStatus)
        return found

    # Requests.

    def lists_messages(self, request: Request) -> bool:
        """Whether this request lists messages."""
        return request.path == NOTIFICATIONS or request.path.endswith("/context")

    def is_next_page(self, request: Request) -> bool:
        """Whether this request is for a further page of a list."""
        return any(name in {"min_id", "max_id"} for name, _ in request.query)

    def answer(self, request: Request) -> Answer:
        """Carry a request out."""
        self._link = ""
        if (request.method, request.path) == ("GET", STREAM):
            return self._stream(request)
        answer = super().answer(request)
        if self._link:
            answer = replace(answer, headers=answer.headers | {"Link": self._link})
        return answer

    def _carry_out(self, request: Request) -> Any:
        parts = request.path.strip("/").split("/")
        match request.method, parts[2:]:
            case "GET", ["statuses"]:
                self._let_in(request)
                asked = [value for name, value in request.query if name == "id[]"]
                return self._several(asked)
            case "GET", ["statuses", one]:
                self._let_in(request)
                return self._shown(self._there(one))
            case "GET", ["statuses", one, "context"]:
                self._let_in(request)
                return self._context(self._there(one))
            case "POST", ["statuses", one, "favourite"]:
                self._let_in(request)
                self.favourites.append((self.now(), one))
                return self._shown(self._there(one))
        return super()._carry_out(request)

    def _several(self, asked: list[str]) -> list[dict[str, Any]]:
        if self.software is not Software.MASTODON:
            raise ErrorAnswer(404, "Not Found")
        assert len(asked) <= 20
        found = [self.statuses.get(one) for one in asked if one not in self.not_showable]
        return [self._shown(one) for one in found if one is not None and not one.gone]

    def _there(self, status_id: str) -> Status:
        """A status that exists. Raises ErrorAnswer."""
        if status_id in self.not_showable:
            raise ErrorAnswer(500, "Internal Server Error")
        found = self.statuses.get(status_id)
        if found is None or found.gone:
            raise ErrorAnswer(404, "Record not found")
        return found

    def _context(self, top: Status) -> dict[str, Any]:
        below: dict[str, Status] = {top.id: top}
        for one in self.statuses.values():
            if one.reply_to in below:
                below[one.id] = one
        found = [one for one in below.values() if one is not top and self._is_listed(one)]
        above: list[Status] = []
        higher = self.statuses.get(top.reply_to or "")
        while higher is not None and not higher.gone:
            above.insert(0, higher)
            higher = self.statuses.get(higher.reply_to or "")
        return {
            "ancestors": [self._listed(one) for one in above if self._is_listed(one)],
            "descendants": [self._listed(one) for one in found],
        }

    def _notifications(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        """Newest first; with `min_id` the page right after it."""
        assert asked.get("types[]") == "mention"
        everything = asked.get("include_filtered") == "true"
        places = {notification.id: place for place, notification in enumerate(self.notifications)}
        begin = places[asked["min_id"]] + 1 if "min_id" in asked else 0
        end = places[asked["max_id"]] if "max_id" in asked else len(self.notifications)
        there = [
            notification
            for notification in self.notifications[begin:end]
            if notification.kept and (everything or not notification.filtered)
        ]
        limit = int(asked["limit"])
        page = there[:limit] if "min_id" in asked else there[-limit:]
        self._link = self._links(page)
        return [
            self._notification_json(notification)
            for notification in reversed(page)
            if not notification.blank
        ]

    def _links(self, page: list[Notification]) -> str:
        """The Link header with the pages before and after this one."""
        if not page:
            return ""
        place = f"https://{self.host}{NOTIFICATIONS}?limit=30"
        return (
            f'<{place}&max_id={page[0].id}>; rel="next", <{place}&min_id={page[-1].id}>; rel="prev"'
        )

    def _notification_json(self, notification: Notification) -> dict[str, Any]:
        one = self._said(notification.status)
        fields = {
            "id": notification.id,
            "type": "mention",
            "created_at": iso(notification.at),
        }
        status = self._listed(one) if self._is_listed(one) else None
        return fields | {"account": self._person(one.author), "status": status}

    def _stream(self, request: Request) -> Answer:
        """The notifications since the last stream, then its end."""
        try:
            self._let_in(request)
        except ErrorAnswer as problem:
            return self.json_answer(problem.status, {"error": str(problem)})
        if self.software is not Software.MASTODON:
            return self.json_answer(404, {"error": "Not Found"})
        fresh, self._streamed = self.notifications[self._streamed :], len(self.notifications)
        events = [
            f"event: notification\ndata: {json.dumps(self._notification_json(notification))}\n\n"
            for notification in fresh
            if notification.kept and not notification.blank and not notification.filtered
        ]
        body = ":)\n\n" + "".join(events) + ":thump\n\n"
        return Answer(status=200, body=body.encode(), headers={"Content-Type": "text/event-stream"})

    # JSON documents.

    def _is_listed(self, one: Status) -> bool:
        return not one.gone or (isinstance(one, PersonStatus) and self._is_stale(one))

    def _is_stale(self, one: PersonStatus) -> bool:
        return one.stale_until is not None and self.now() < one.stale_until

    def _listed(self, one: Status) -> dict[str, Any]:
        """A status as lists show it: a stale one as before its last edit."""
        if (
            not isinstance(one, PersonStatus)
            or not self._is_stale(one)
            or one.gone
            or not one.before
        ):
            return self._shown(one)
        text, edited_at = one.before[-1]
        return self._shown(replace(one, text=text, edited_at=edited_at))

    def _shown(self, one: Status) -> dict[str, Any]:
        shown = super()._shown(one)
        if not isinstance(one, PersonStatus):
            return shown
        address = f"https://{self.host}/@{one.author}/{one.id}"
        mentions = shown["mentions"] if one.mentions_bot else []
        fields = {"account": self._person(one.author), "visibility": one.visibility}
        edited = None if one.edited_at is None else iso(one.edited_at)
        content = shown["content"] if one.markup is None else one.markup
        return (
            shown
            | fields
            | {
                "url": address,
                "uri": address,
                "mentions": mentions,
                "edited_at": edited,
                "content": content,
            }
        )

    def _person(self, who: str) -> dict[str, Any]:
        names = {"id": who, "acct": who, "username": who, "display_name": who.title()}
        return names | {
            "url": f"https://{self.host}/@{who}",
            "note": f"<p>{self.bios.get(who, '')}</p>",
        }
