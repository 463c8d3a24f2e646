"""The Mastodon adapter: posts, looks, listens and takes back, through Mastodon.py."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote

import requests
from mastodon import Mastodon, MastodonAPIError, MastodonNetworkError, MastodonRatelimitError

from bot.core.errors import OutcomeUnknown, PlatformError, Refused, RetryLater, SecretError
from bot.core.model.capabilities import Capabilities, variable
from bot.core.model.config import Account
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.inspection import InspectionRemark, allowance_remarks, clock_remarks, failure
from bot.core.model.lookup import LOOK_BACK, Absent, CannotTell, Found
from bot.core.ports.platform import Batch, Checked, Clock
from bot.outbound.rate_limits import RateLimits
from bot.outbound.session import Carrier
from bot.platforms.mastodon.find_own import Ask, Since, look, own, receipt_of
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.errors import ErrorContext, server_time, translate
from bot.platforms.mastodon.http.http_session import HttpSession
from bot.platforms.mastodon.http.json_values import Record
from bot.platforms.mastodon.inspect_account import defaults, scopes, standing
from bot.platforms.mastodon.instance import PLAIN, Instance, read_server
from bot.platforms.mastodon.listening.approval import PATH, approved, waiting
from bot.platforms.mastodon.listening.entries import EntryReader
from bot.platforms.mastodon.listening.notifications import (
    NotificationCursor,
    NotificationPage,
    PageEnds,
    ends_of,
    first_walk,
    forward,
)
from bot.platforms.mastodon.listening.streaming import follow
from bot.platforms.mastodon.recheck import CannotShow, fingerprint
from bot.platforms.mastodon.recheck import look as look_again
from bot.platforms.mastodon.urls import status_named

BACKLOG = timedelta(days=7)
"""How far back the first listening reaches: a bot may have posted before it could first hear."""

_NEWER_FAILS = range(502, 600)
"""Answers to the newer question for an instance that say nothing of the older one."""


@dataclass(frozen=True, slots=True)
class _Call:
    """One call: the client and the wire under it."""

    client: Mastodon
    wire: HttpSession


class MastodonPlatform:
    """One account on a server that speaks Mastodon's API.

    Each call has connections of its own, so that threads share nothing and no idle connection,
    closed by the server meanwhile, turns a post into an unknown outcome. What is remembered
    between calls, our id and the kind of server, does not change while the process runs.
    """

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        clock: Clock,
        *,
        carrier: Carrier | None = None,
    ) -> None:
        self.account = account.name
        self._clock = clock
        self._carrier = carrier
        asked = variable(account.name, "access_token")
        token = secrets["access_token"].strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise SecretError(f"{asked} holds no access token", "copy it from the server again")
        self._acknowledge = account.acknowledge
        self._place = ErrorContext(server=account.options["server"], variable=asked, token=token)
        self._limits = RateLimits()
        self._me: str | None = None
        self._server: Instance | None = None

    def learn(self) -> Capabilities:
        """Ask for the instance's rules, and prove the token."""
        with self._call() as call:
            self._server = self._ask_server(call)
            self._me = self._ask_me(call)
        return self._server.traits

    def publish(self, post: Post) -> Receipt:
        """Post it, always with its visibility: some servers' default is not the public one."""
        with self._call(writes=True) as call:
            status = call.client.status_post(
                post.text,
                in_reply_to_id=post.in_reply_to,
                visibility=post.visibility,
                language=post.language,
                spoiler_text=post.warning or None,
                idempotency_key=quote(post.key, safe="/:.+"),
                content_type=self._format(),
            )
        receipt = receipt_of(json_values.record(status), self._clock.now())
        if receipt is None:
            what = f"{self._place.server} took the post but answered with something else"
            raise OutcomeUnknown(what, "it is looked for before anything is sent again")
        return receipt

    def _format(self) -> str | None:
        """That it is plain text, unless the server is known to know no formats.

        Without it the account's own default holds, which may be Markdown. A server that was not
        asked yet is told as well: those without formats pass over the word.
        """
        return PLAIN if self._server is None or self._server.has_formats else None

    def find(
        self, delivery: Delivery, taken: Collection[str] = frozenset()
    ) -> Found | Absent | CannotTell:
        """Look through our own statuses since the sending, by the server's clock."""
        sent_at = delivery.sent_at or delivery.post.created_at
        with self._call() as call:
            ask, since = self._statuses(call), self._by_its_clock(call, sent_at - LOOK_BACK)
            return look(ask, delivery.post, since, taken)

    def list_own_posts(self, since: datetime, in_reply_to: str | None = None) -> frozenset[str]:
        """Our statuses since then that answer this one, or nothing, by its clock or by ours.

        One of the two can be wrong today, and may have been right then.
        """
        with self._call() as call:
            by_its_clock = self._by_its_clock(call, since)
            return own(self._statuses(call), lambda: min(since, by_its_clock()), in_reply_to)

    def poll(self, cursor: str | None) -> Batch:
        """What was said since the cursor; at first, what was said in the last seven days."""
        with self._call() as call:
            me, server = self._known_me(call), self._known_server(call)
            mark = NotificationCursor(server=self._place.server, me=me, after=None).moved_to(cursor)
            heard = self._listen(call, server, mark)
            hearing, waits = self._hearing(call), self._waiting(call)
        started = mark.after is not None
        is_short = heard.has_gap if started else not heard.is_all
        return Batch(
            entries=hearing.entries(heard.notices, waits or frozenset()),
            pending=None if waits is None else len(waits),
            cursor=replace(mark, after=heard.newest, at=heard.at).write(),
            more=started and not heard.is_all,
            unheard=((_UNHEARD if started else _FIRST_UNHEARD),) if is_short else (),
        )

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """All that was said below our post; nothing where that is what it was last time."""
        try:
            with self._call() as call:
                hearing = self._hearing(call)
                try:
                    below = self._below(call, remote_id)
                    if below:
                        below = approved(below, self._waiting(call) or frozenset())
                except MastodonNetworkError:
                    if call.wire.is_too_large:
                        return self._too_large(remote_id, cursor)
                    raise
        except Refused as error:  # of the question, not because our post is gone
            raise RetryLater(error.problem, "it is tried again") from None
        if below is None:
            what = f"{self._place.server} does not have the post {remote_id} any more"
            raise Refused(what, "nothing more is read below it")
        seen = fingerprint(below)
        entries = hearing.below(below, remote_id) if seen != cursor else ()
        return Batch(entries=entries, cursor=seen)

    def ancestors(self, remote_id: str) -> Sequence[str]:
        """The statuses above this one, the first of the conversation first."""
        with self._call() as call:
            context = json_values.record(call.client.status_context(remote_id))
        above = json_values.records(context.get("ancestors"))
        return [one for status in above if (one := json_values.ident(status.get("id")))]

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each as it is now: together where the server shows many, else a few, one by one.

        What is not shown is asked for by itself, and the server has to know us still: what is
        gone is erased for good, so a server that has lost its way must not make it seem so.
        """
        with self._call() as call:
            hearing = self._hearing(call)
            is_possible = self._known_server(call).shows_many
            many = partial(self._many, call) if is_possible else None
            found = look_again(remote_ids, partial(self._one, call), many)
            if found.gone and self._ask_me(call) != hearing.me:
                raise self._no_mastodon()
            waits = self._waiting(call) if found.statuses else None
        entries = hearing.again(found.statuses)
        unapproved = (waits or frozenset()).intersection(remote_ids)
        return Checked(
            entries=tuple(entry for entry in entries if entry.remote_id not in unapproved),
            gone=found.gone | unapproved,
            failed=found.failed,
        )

    def hints(self, hint: Callable[[], None], over: Callable[[], bool]) -> None:
        """Follow the server's stream of notifications, where it has one."""
        with self._call() as call:
            server = self._known_server(call)
        follow(server.streaming, self._place, hint, over, carrier=self._carrier)

    def retract(self, remote_id: str) -> None:
        """Delete our post. To repeat a deletion does no harm, so nothing here is an unknown.

        It is deleted when the server hands it back, or says in its own words that it is gone.
        """
        with self._call() as call:
            try:
                deleted = json_values.record(call.client.status_delete(remote_id))
                is_deleted = json_values.ident(deleted.get("id")) == remote_id
            except MastodonAPIError:
                is_deleted = self._is_gone(call)
                if not is_deleted and call.wire.status != 200:
                    raise
            if is_deleted or (self._one(call, remote_id) is None and self._is_gone(call)):
                return
        what = f"{self._place.server} does not say that it has deleted the post {remote_id}"
        raise RetryLater(what, "try it again, or look at it there")

    def favourite(self, remote_id: str) -> None:
        """Favour a status; a server that did so already does nothing."""
        with self._call() as call:
            status = json_values.record(call.client.status_favourite(remote_id))
        if json_values.ident(status.get("id")) is None:
            what = f"{self._place.server} does not say that it has favoured anything"
            raise RetryLater(what, "it is tried again")

    def inspect(self) -> Sequence[InspectionRemark]:
        """What server, account and token are like, and whether reading works, by questions only."""
        seen: list[InspectionRemark] = []
        try:
            with self._call() as call:
                try:
                    for look in (self._standing, self._scopes, self._readable):
                        seen += look(call)
                finally:
                    seen += clock_remarks(server_time(call.wire), self._clock.now())
                    heads = call.wire.headers_seen
                    seen += allowance_remarks(heads, "x-ratelimit", "questions of this kind")
        except PlatformError as error:
            seen.append(failure(error))
        return seen

    def remote_id(self, address: str) -> str | None:
        """The status that an address on this server names, or whose id this is."""
        return status_named(address.strip(), self._place.server)

    def _standing(self, call: _Call) -> list[InspectionRemark]:
        server, me = self._known_server(call), self._my_account(call)
        return [*standing(me, server), *defaults(me, server)]

    def _scopes(self, call: _Call) -> list[InspectionRemark]:
        try:
            app = json_values.record(call.client.app_verify_credentials())
        except (MastodonAPIError, MastodonRatelimitError):
            app = {}  # an older server, or one that tells a token nothing of its application
        return list(scopes(app, self._acknowledge, self._place.variable))

    def _readable(self, call: _Call) -> list[InspectionRemark]:
        """Nothing, where posts and notifications can be read with the token."""
        self._statuses(call)(1, None)
        self._page(call, call.client.notifications(limit=1))
        return []

    def _hearing(self, call: _Call) -> EntryReader:
        """Makes entries of what this server shows."""
        domain, now = self._known_server(call).domain, self._clock.now()
        return EntryReader(account=self.account, me=self._known_me(call), domain=domain, now=now)

    def _below(self, call: _Call, remote_id: str) -> list[Record] | None:
        """The statuses below one of ours, or None where that is gone."""
        try:
            context = json_values.record(call.client.status_context(remote_id))
        except MastodonAPIError:
            if self._is_gone(call):
                return None
            raise
        below = context.get("descendants")
        if not isinstance(below, list):
            what = f"{self._place.server} answers with something else than a thread"
            raise RetryLater(what, "it is tried again")
        return json_values.records(below)

    def _waiting(self, call: _Call) -> frozenset[str] | None:
        """The ids of replies that wait for our approval; None where the server has none such."""
        if not self._known_server(call).family.has_approval:
            return None

        def ask(asked: dict[str, str]) -> list[Record]:
            where, headers = self._place.server + PATH, {"Authorization": f"Bearer {token}"}
            answer = call.wire.request("GET", where, params=asked, headers=headers)
            answer.raise_for_status()
            return self._page(call, answer.json())

        token = self._place.token
        try:
            return waiting(ask)
        except requests.HTTPError:
            if not call.wire.says_gone:
                raise
            return None  # a version without interaction policies

    def _is_gone(self, call: _Call) -> bool:
        """Whether the server itself says that it is gone, and still knows us for who we are.

        Raises where it does not: then it has lost more than what was asked for.
        """
        if not call.wire.says_gone:
            return False
        me = self._ask_me(call)
        if me != (self._me or me):
            raise self._no_mastodon()
        return True

    def _too_large(self, remote_id: str, cursor: str | None) -> Batch:
        """Of a thread without end we hear what names us, among the notifications."""
        what = (
            f"{self._place.server} answers with too much to read below the post {remote_id}: what "
            "is said there without naming the account is not heard; look at it there"
        )
        return Batch(cursor=_TOO_LARGE, unheard=() if cursor == _TOO_LARGE else (what,))

    def _many(self, call: _Call, remote_ids: Sequence[str]) -> list[Record]:
        """These statuses as far as they are there."""
        return self._page(call, call.client.statuses([*remote_ids]))

    def _one(self, call: _Call, remote_id: str) -> Record | None:
        """This status, or None where it is gone. Raises CannotShow."""
        try:
            return json_values.record(call.client.status(remote_id))
        except MastodonAPIError as error:
            if call.wire.says_gone:
                return None
            if call.wire.status in {404, 410} or (call.wire.status or 0) >= 500:
                raise CannotShow from error
            raise

    def _statuses(self, call: _Call) -> Ask:
        """Asks for our own statuses, page by page."""
        me = self._known_me(call)

        def ask(limit: int, max_id: str | None) -> list[Record]:
            statuses = call.client.account_statuses(
                me, exclude_reblogs=True, limit=limit, max_id=max_id
            )
            return self._page(call, statuses)

        return ask

    def _by_its_clock(self, call: _Call, moment: datetime) -> Since:
        """A moment of ours as the server would date it, or earlier."""
        return lambda: moment - self._lag(call.wire)

    def _listen(self, call: _Call, server: Instance, mark: NotificationCursor) -> NotificationPage:
        def ask(limit: int, min_id: str | None = None, max_id: str | None = None) -> list[Record]:
            notices = call.client.notifications(
                types=server.notices, limit=limit, min_id=min_id, max_id=max_id
            )
            return self._page(call, notices)

        if server.filters:  # a setting of the session, as the library has no word for it
            call.wire.params = {"include_filtered": "true"}

        def ends() -> PageEnds:
            return ends_of(call.wire.headers_seen.get("link", ""))

        if mark.after is not None:
            return forward(ask, mark, ends)
        since = self._by_its_clock(call, self._clock.now() - BACKLOG)
        return first_walk(ask, since, ends)

    @contextmanager
    def _call(self, *, writes: bool = False) -> Iterator[_Call]:
        """A client for one call; whatever goes wrong with it leaves as an error of our tree."""
        with HttpSession(
            carrier=self._carrier,
            limits=self._limits,
            now=self._clock.now,
            blanker=self._place.blanker,
        ) as wire:
            client = Mastodon(
                api_base_url=self._place.server,
                ratelimit_method="throw",
                session=wire,
                user_agent="tipsbot",
                feature_set="pleroma",  # without it the library drops the format of a post
            )
            # Not given above: there it would be opened as a file where one has this name.
            client.access_token = self._place.token
            try:
                yield _Call(client, wire)
            except PlatformError:
                raise
            except Exception:  # noqa: BLE001 - what is not classified is an unknown outcome
                now = self._clock.now()
                raise translate(wire, self._place, writes=writes, now=now) from None

    def _known_me(self, call: _Call) -> str:
        if self._me is None:
            self._me = self._ask_me(call)
        return self._me

    def _known_server(self, call: _Call) -> Instance:
        if self._server is None:
            self._server = self._ask_server(call)
        return self._server

    def _ask_me(self, call: _Call) -> str:
        """The id of the token's account."""
        return str(self._my_account(call)["id"])

    def _my_account(self, call: _Call) -> Record:
        """The token's account."""
        account = json_values.record(call.client.account_verify_credentials())
        name = account.get("acct") or account.get("username")
        if json_values.ident(account.get("id")) is None or json_values.word(name) is None:
            raise self._no_mastodon()
        return account

    def _ask_server(self, call: _Call) -> Instance:
        """What the newer instance document says, or else the older one.

        However a server refuses the newer one, it may have the older; not so one that is
        overloaded, or that cannot be reached behind its proxy.
        """
        try:
            instance = json_values.record(call.client.instance_v2())
            server = read_server(instance, self._place.server)
        except MastodonAPIError:
            if call.wire.status == 429 or call.wire.status in _NEWER_FAILS:
                raise
            server = None
        if server is None:
            instance = json_values.record(call.client.instance_v1())
            server = read_server(instance, self._place.server)
        if server is None:
            raise self._no_mastodon()
        return server

    def _page(self, call: _Call, answer: object) -> list[Record]:
        """A page of a list. Anything else is no empty page: it would prove an absence."""
        if not call.wire.is_list:
            what = f"{self._place.server} answers with something else than a list"
            raise RetryLater(what, "it is tried again")
        return json_values.records(answer)

    def _no_mastodon(self) -> Refused:
        what = f"{self._place.server} does not answer as a Mastodon server does"
        return Refused(what, f"check platforms.{self.account}.server in tips.yaml")

    def _lag(self, wire: HttpSession) -> timedelta:
        """How far the server's clock is behind ours, so that its young posts are not old to us."""
        theirs: datetime = server_time(wire) or self._clock.now()
        return max(timedelta(0), self._clock.now() - theirs)


_TOO_LARGE = "too large"
_UNHEARD = "more was said since the last listening than the server lets the bot read"
_FIRST_UNHEARD = "more was said in the seven days before the bot first listened than it could read"
