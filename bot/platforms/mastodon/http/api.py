"""Mastodon.py's client as the calls that we make, and what is known between calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
from mastodon import Mastodon, MastodonAPIError

from bot.core.errors import PlatformError, Refused, RetryLater
from bot.core.ports.network_state import Counted, RequestLimits
from bot.core.ports.platform import Clock
from bot.outbound.rate_limits import AccountLimits, RateLimits
from bot.outbound.session import Carrier
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.errors import ErrorContext, server_time, translate
from bot.platforms.mastodon.http.http_session import HttpSession
from bot.platforms.mastodon.http.json_values import Record
from bot.platforms.mastodon.instance import Instance, read_server
from bot.platforms.mastodon.listening.approval import PATH, waiting
from bot.platforms.mastodon.recheck import CannotShow

_UNANSWERED = range(502, 600)
"""Answers to the newer question for an instance after which the older one is not tried."""


class Api:
    """One account on one server.

    Each call has connections of its own: threads share nothing, and no idle connection that the
    server has closed turns a post into an unknown outcome. The two things that are kept between
    calls, our id and the kind of server, do not change while the process runs.
    """

    def __init__(
        self,
        account: str,
        context: ErrorContext,
        clock: Clock,
        *,
        carrier: Carrier | None = None,
        limits: RequestLimits | None = None,
    ) -> None:
        self.account = account
        self.context = context
        self.clock = clock
        self.carrier = carrier
        self.me: str | None = None
        self.server: Instance | None = None
        self._limits = AccountLimits(
            limits=limits or RateLimits(),
            server=context.server,
            counted={Counted.TOKEN: context.token, Counted.ADDRESS: ""},
        )

    @contextmanager
    def call(self, *, writes: bool = False) -> Iterator[Call]:
        """A client for one call; every failure of the call is raised as a PlatformError."""
        with HttpSession(
            carrier=self.carrier,
            limits=self._limits,
            counted=self.server.family.counted if self.server else Counted.TOKEN,
            now=self.clock.now,
            redactor=self.context.redactor,
        ) as session:
            client = Mastodon(
                api_base_url=self.context.server,
                ratelimit_method="throw",
                session=session,
                user_agent="tipsbot",
                feature_set="pleroma",  # without it the library drops the format of a post
            )
            # Not given above: there it would be opened as a file where one has this name.
            client.access_token = self.context.token
            try:
                yield Call(self, client, session)
            except PlatformError:
                raise
            except Exception:  # noqa: BLE001 - an unclassified error is an unknown outcome
                now = self.clock.now()
                raise translate(session, self.context, writes=writes, now=now) from None


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the account, the client, and the HTTP session under it."""

    api: Api
    client: Mastodon
    session: HttpSession

    def me(self) -> str:
        """The id of our account, asked for once."""
        if self.api.me is None:
            self.api.me = self.ask_me()
        return self.api.me

    def server(self) -> Instance:
        """The server, asked for once."""
        if self.api.server is None:
            self.api.server = self.ask_server()
        return self.api.server

    def ask_me(self) -> str:
        """The id of the token's account."""
        return str(self.my_account()["id"])

    def my_account(self) -> Record:
        """The token's account."""
        account = json_values.record(self.client.account_verify_credentials())
        name = account.get("acct") or account.get("username")
        if json_values.ident(account.get("id")) is None or json_values.word(name) is None:
            raise self._no_mastodon()
        return account

    def ask_server(self) -> Instance:
        """The server, by its newer instance document or else by the older one.

        However a server refuses the newer one, it may have the older; not so one that is
        overloaded, or that cannot be reached behind its proxy.
        """
        address = self.api.context.server
        try:
            server = read_server(json_values.record(self.client.instance_v2()), address)
        except MastodonAPIError:
            if self.session.status == 429 or self.session.status in _UNANSWERED:
                raise
            server = None
        server = server or read_server(json_values.record(self.client.instance_v1()), address)
        if server is None:
            raise self._no_mastodon()
        return server

    def page(self, answer: object) -> list[Record]:
        """A page of a list. Another answer is no empty page: that would prove an absence."""
        if not self.session.is_list:
            what = f"{self.api.context.server} answers with something other than a list"
            raise RetryLater(what, "it is tried again")
        return json_values.records(answer)

    def own_statuses(self, limit: int, max_id: str | None) -> list[Record]:
        """A page of our own statuses, newest first."""
        statuses = self.client.account_statuses(
            self.me(), exclude_reblogs=True, limit=limit, max_id=max_id
        )
        return self.page(statuses)

    def statuses(self, remote_ids: Sequence[str]) -> list[Record]:
        """Those of these statuses that exist."""
        return self.page(self.client.statuses([*remote_ids]))

    def status(self, remote_id: str) -> Record | None:
        """This status, or None where it is gone. Raises CannotShow."""
        try:
            return json_values.record(self.client.status(remote_id))
        except MastodonAPIError as error:
            if self.session.says_gone:
                return None
            if self.session.status in {404, 410} or (self.session.status or 0) >= 500:
                raise CannotShow from error
            raise

    def below(self, remote_id: str) -> list[Record] | None:
        """The statuses below one of ours, or None where that is gone."""
        try:
            context = json_values.record(self.client.status_context(remote_id))
        except MastodonAPIError:
            if self.is_gone():
                return None
            raise
        below = context.get("descendants")
        if not isinstance(below, list):
            what = f"{self.api.context.server} answers with something other than a thread"
            raise RetryLater(what, "it is tried again")
        return json_values.records(below)

    def waiting(self) -> frozenset[str] | None:
        """The ids of replies that wait for our approval; None: the server knows no approval."""
        if not self.server().family.has_approval:
            return None
        try:
            return waiting(self._interaction_requests)
        except requests.HTTPError:
            if not self.session.says_gone:
                raise
            return None  # a version without interaction policies

    def _interaction_requests(self, asked: dict[str, str]) -> list[Record]:
        context = self.api.context
        headers = {"Authorization": f"Bearer {context.token}"}
        answer = self.session.request("GET", context.server + PATH, params=asked, headers=headers)
        answer.raise_for_status()
        return self.page(answer.json())

    def is_gone(self) -> bool:
        """Whether the server itself says that it is gone, and still knows our account.

        Raises Refused where it does not: then it has lost more than what was asked for.
        """
        if not self.session.says_gone:
            return False
        self.require_me(self.api.me)
        return True

    def require_me(self, known: str | None) -> None:
        """Raise Refused where the token's account is not the one that is `known`."""
        me = self.ask_me()
        if me != (known or me):
            raise self._no_mastodon()

    def by_its_clock(self, moment: datetime) -> datetime:
        """A moment of ours as the server would date it, or earlier: its clock may be behind."""
        now = self.api.clock.now()
        return moment - max(timedelta(0), now - (server_time(self.session) or now))

    def _no_mastodon(self) -> Refused:
        what = f"{self.api.context.server} does not answer as a Mastodon server does"
        return Refused(what, f"check platforms.{self.api.account}.server in tips.yaml")
