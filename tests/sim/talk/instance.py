"""A Mastodon with many people in it: notifications, threads, look-ups, favourites, a stream.

Documented at docs.joinmastodon.org: notifications, statuses (context, several, favourite),
streaming, and docs.gotosocial.org/en/latest/api/swagger for where GoToSocial differs. The ids of
notifications are opaque: they tell nothing of their order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.servers.x.exchange import Answer, Request
from tests.sim.mastodon import Mastodon, Problem, Software, Status, iso

NOTICES = "/api/v1/notifications"
STREAM = "/api/v1/streaming/user/notification"


@dataclass(kw_only=True)
class Utterance(Status):
    """A status of a person. Until `stale_until` lists show it as it was before its last change."""

    names_us: bool = True
    visibility: str = "public"
    markup: str | None = None
    edited_at: datetime | None = None
    before: list[tuple[str, datetime | None]] = field(default_factory=list)
    stale_until: datetime | None = None


@dataclass(kw_only=True)
class Notice:
    """A notification. One that is `blank` counts for a page without being on it."""

    id: str
    at: datetime
    status: str = ""
    kept: bool = True
    filtered: bool = False
    blank: bool = False


class Instance(Mastodon):
    """One server with the bot and many people."""

    def __init__(
        self, host: str, now: Callable[[], datetime], software: Software = Software.MASTODON
    ) -> None:
        super().__init__(host, now, software)
        self.notices: list[Notice] = []
        self.bios: dict[str, str] = {}
        self.favours: list[tuple[datetime, str]] = []
        self.poisoned: set[str] = set()
        """statuses that it cannot show by themselves, and of which it cannot show the thread"""
        self._link = ""
        self._streamed = 0

    # What people do.

    def utter(
        self,
        who: str,
        text: str,
        to: str | None,
        *,
        names_us: bool = True,
        visibility: str = "public",
        at: datetime | None = None,
        filtered: bool = False,
    ) -> str:
        """Say something; returns its id. `at` is what the status says of its own time."""
        made = Utterance(
            id=str(5000 + len(self.statuses)),
            author=who,
            text=text,
            at=at or self.now(),
            reply_to=to,
            names_us=names_us,
            visibility=visibility,
        )
        self.statuses[made.id] = made
        if names_us:
            self._notify(made.id, filtered=filtered)
        return made.id

    def edit(self, status_id: str, text: str) -> None:
        """Change the words of a status."""
        one = self._said(status_id)
        one.before.append((one.text, one.edited_at))
        one.text, one.markup, one.edited_at = text, None, self.now()

    def delete(self, status_id: str) -> None:
        """Delete a status, and all notifications of it."""
        self._said(status_id).gone = True
        self._keep_notices(status_id, kept=False)

    def leave_notice(self, status_id: str) -> None:
        """Keep the notifications of a deleted status, which they have no more."""
        self._keep_notices(status_id, kept=True)

    def mark_up(self, status_id: str, markup: str) -> None:
        """Have the server show it in this markup, and no other."""
        self._said(status_id).markup = markup

    def show_stale(self, status_id: str, until: datetime) -> None:
        """Show in lists what the status was before its last change, as a cache does."""
        self._said(status_id).stale_until = until
        self._keep_notices(status_id, kept=True)

    def notify_again(self, status_id: str) -> None:
        """Tell of a status once more."""
        self._notify(status_id)

    def add_blanks(self, many: int) -> None:
        """Notifications of people whom the server does not show: they count, and are not there."""
        for _ in range(many):
            self._notify("", blank=True)

    def _notify(self, status_id: str, *, filtered: bool = False, blank: bool = False) -> None:
        number = len(self.notices)
        opaque = hashlib.sha256(f"{self.host} {number}".encode()).hexdigest()[:16]
        self.notices.append(
            Notice(id=opaque, at=self.now(), status=status_id, filtered=filtered, blank=blank)
        )

    def _keep_notices(self, status_id: str, *, kept: bool) -> None:
        for notice in self.notices:
            if notice.status == status_id:
                notice.kept = kept

    def _said(self, status_id: str) -> Utterance:
        found = self.statuses[status_id]
        assert isinstance(found, Utterance)
        return found

    # What it answers.

    def lists(self, request: Request) -> bool:
        """Whether this request lists what was said."""
        return request.path == NOTICES or request.path.endswith("/context")

    def goes_on(self, request: Request) -> bool:
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
                self.favours.append((self.now(), one))
                return self._shown(self._there(one))
        return super()._carry_out(request)

    def _several(self, asked: list[str]) -> list[dict[str, Any]]:
        if self.software is not Software.MASTODON:
            raise Problem(404, "Not Found")
        assert len(asked) <= 20
        found = [self.statuses.get(one) for one in asked if one not in self.poisoned]
        return [self._shown(one) for one in found if one is not None and not one.gone]

    def _there(self, status_id: str) -> Status:
        """A status that is there. Raises Problem 404 else."""
        if status_id in self.poisoned:
            raise Problem(500, "Internal Server Error")
        found = self.statuses.get(status_id)
        if found is None or found.gone:
            raise Problem(404, "Record not found")
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

    def _notices(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        """Newest first; with `min_id` the page that comes right after it."""
        assert asked.get("types[]") == "mention"
        everything = asked.get("include_filtered") == "true"
        places = {notice.id: place for place, notice in enumerate(self.notices)}
        begin = places[asked["min_id"]] + 1 if "min_id" in asked else 0
        end = places[asked["max_id"]] if "max_id" in asked else len(self.notices)
        there = [
            notice
            for notice in self.notices[begin:end]
            if notice.kept and (everything or not notice.filtered)
        ]
        limit = int(asked["limit"])
        page = there[:limit] if "min_id" in asked else there[-limit:]
        self._link = self._links(page)
        return [self._noticed(notice) for notice in reversed(page) if not notice.blank]

    def _links(self, page: list[Notice]) -> str:
        """Where the pages before and after this one are, of what there is in it or not."""
        if not page:
            return ""
        place = f"https://{self.host}{NOTICES}?limit=30"
        return (
            f'<{place}&max_id={page[0].id}>; rel="next", <{place}&min_id={page[-1].id}>; rel="prev"'
        )

    def _noticed(self, notice: Notice) -> dict[str, Any]:
        one = self._said(notice.status)
        told = {"id": notice.id, "type": "mention", "created_at": iso(notice.at)}
        status = self._listed(one) if self._is_listed(one) else None
        return told | {"account": self._person(one.author), "status": status}

    def _stream(self, request: Request) -> Answer:
        """All that came since the last stream, then its end."""
        try:
            self._let_in(request)
        except Problem as problem:
            return self.told(problem.status, {"error": str(problem)})
        if self.software is not Software.MASTODON:
            return self.told(404, {"error": "Not Found"})
        fresh, self._streamed = self.notices[self._streamed :], len(self.notices)
        events = [
            f"event: notification\ndata: {json.dumps(self._noticed(notice))}\n\n"
            for notice in fresh
            if notice.kept and not notice.blank and not notice.filtered
        ]
        body = ":)\n\n" + "".join(events) + ":thump\n\n"
        return Answer(status=200, body=body.encode(), headers={"Content-Type": "text/event-stream"})

    # How things are shown.

    def _is_listed(self, one: Status) -> bool:
        return not one.gone or (isinstance(one, Utterance) and self._is_stale(one))

    def _is_stale(self, one: Utterance) -> bool:
        return one.stale_until is not None and self.now() < one.stale_until

    def _listed(self, one: Status) -> dict[str, Any]:
        """A status as lists show it: perhaps as it was before its last edit."""
        if not isinstance(one, Utterance) or not self._is_stale(one) or one.gone or not one.before:
            return self._shown(one)
        text, edited_at = one.before[-1]
        return self._shown(replace(one, text=text, edited_at=edited_at))

    def _shown(self, one: Status) -> dict[str, Any]:
        shown = super()._shown(one)
        if not isinstance(one, Utterance):
            return shown
        address = f"https://{self.host}/@{one.author}/{one.id}"
        mentions = shown["mentions"] if one.names_us else []
        told = {"account": self._person(one.author), "visibility": one.visibility}
        edited = None if one.edited_at is None else iso(one.edited_at)
        content = shown["content"] if one.markup is None else one.markup
        return (
            shown
            | told
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
