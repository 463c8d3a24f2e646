"""The end points that the bot uses; each raises only PlatformError."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from bot.core.errors import PlatformError, RetryLater, Unauthorised
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.network_state import RequestLimits
from bot.core.ports.platform import Clock
from bot.outbound import json_values
from bot.outbound.json_requests import Answer
from bot.outbound.json_values import Record
from bot.outbound.quiet_loggers import hush
from bot.outbound.session import Carrier
from bot.platforms.threads.http.errors import (
    ErrorContext,
    Missing,
    NotPermitted,
    Purpose,
    translate,
)
from bot.platforms.threads.http.fields import PROFILE, Fields
from bot.platforms.threads.http.graph import AnswerError, Graph, GraphRequest
from bot.platforms.threads.http.kept_token import KeptToken, names_of
from bot.platforms.threads.http.paging import FIRST, Page, onward
from bot.platforms.threads.http.tokens import Tokens

PATIENCE = 50.0
"""Seconds that all requests of one call may take together."""
MANY = "100"
"""Media that are asked for at once: the most that a list gives."""
EARLIEST = 1688540400
"""The earliest `since` that the server takes: there were no posts before."""
AHEAD = timedelta(minutes=5)
"""How far our clock may be ahead of the server's."""


class Api:
    """One account on one server; threads share only its token."""

    def __init__(
        self,
        account: str,
        context: ErrorContext,
        clock: Clock,
        secret: str,
        *,
        files: KeptFiles | None = None,
        carrier: Carrier | None = None,
        limits: RequestLimits | None = None,
    ) -> None:
        hush()
        self.context = context
        self.clock = clock
        self.graph = Graph(context.server, clock, secret, carrier=carrier, limits=limits)
        made_for = names_of(context.server, secret)
        kept = KeptToken(files=files, account=account, made_for=made_for) if files else None
        self.tokens = Tokens(self.graph, secret, context, clock, kept)

    def call(self) -> Call:
        """The requests of one call of a port, which end in time together."""
        return Call(self, time.monotonic() + PATIENCE)


class Call:
    """One call: the account, and the moment of `time.monotonic` at which it has to end."""

    def __init__(self, api: Api, until: float) -> None:
        self.api = api
        self._until = until
        self._me: Record | None = None

    @property
    def has_time(self) -> bool:
        """Whether there is time for one more page."""
        return time.monotonic() < self._until - PATIENCE / 2

    def me(self) -> Record:
        """The account's own profile: proves that the token is accepted."""
        if self._me is None:
            self._me = self.ask_me().document
        return self._me

    def ask_me(self) -> Answer:
        """The same with the server's time.

        https://developers.facebook.com/docs/threads/threads-profiles
        """
        answer = self._ask("me", {"fields": PROFILE})
        if not json_values.word(answer.document.get("id")):
            raise self._odd("the id of the account")
        return answer

    def make_container(self, fields: Mapping[str, str]) -> str:
        """Make a container, which shows nothing to anybody; its id.

        https://developers.facebook.com/docs/threads/reference/publishing
        """
        found = self._ask("me/threads", fields, "POST", Purpose.CHANGE).document
        made = json_values.word(found.get("id"))
        if not made:
            raise self._odd("the id of a container")
        return made

    def container(self, container: str) -> Record | None:
        """The status of a container; None where the server says that there is none.

        https://developers.facebook.com/docs/threads/troubleshooting
        """
        try:
            return self._ask(container, {"fields": "id,status,error_message"}).document
        except Missing:
            return None

    def publish(self, container: str) -> str:
        """Publish a container; the id of the post, "" where the answer has none."""
        params = {"creation_id": container}
        found = self._ask("me/threads_publish", params, "POST", Purpose.PUBLISH).document
        return json_values.word(found.get("id"))

    def delete(self, media: str) -> bool:
        """Delete a post of ours; whether the server says so. Raises Missing.

        https://developers.facebook.com/docs/threads/posts/delete-posts
        """
        found = self._ask(media, {}, "DELETE", Purpose.CHANGE).document
        return found.get("success") is True

    def media(self, media: str, fields: str) -> Record:
        """A post as it is now. Raises Missing where it is gone, or may not be seen."""
        return self._ask(media, {"fields": fields}).document

    def quota(self, kind: str) -> tuple[int, int] | None:
        """How much of a quota is used, and the whole; None where the server does not say.

        `kind` is "", "reply_" or "delete_". https://developers.facebook.com/docs/threads/overview
        """
        fields = f"{kind}quota_usage,{kind}config"
        try:
            found = self._ask("me/threads_publishing_limit", {"fields": fields}).document
        except NotPermitted:
            return None
        one = next(iter(json_values.records(found.get("data"))), {})
        used = json_values.number(one.get(f"{kind}quota_usage"))
        config = json_values.record(one.get(f"{kind}config"))
        whole = json_values.number(config.get("quota_total"))
        return (used, whole) if used is not None and whole else None

    def token_data(self, token: str) -> Record:
        """What the server tells about a token; only testers of the app are told.

        https://developers.facebook.com/docs/threads/reference/debug
        """
        found = self._ask("debug_token", {"input_token": token}).document
        return json_values.record(found.get("data"))

    def page(
        self, path: str, fields: Fields, after: str = FIRST, since: datetime | None = None
    ) -> Page:
        """A page of a list, the first or the one after a cursor.

        https://developers.facebook.com/docs/threads/reference/user
        """
        params = {"fields": fields.names}
        if fields.is_limited:
            params["limit"] = MANY
        if fields.is_conversation:
            params["reverse"] = "false"
        if since is not None:
            params["since"] = str(self._second_before(since))
        if after:
            params["after"] = after
        found = self._ask(path, params).document
        if not isinstance(found.get("data"), list):
            raise self._odd("a list")
        return Page(media=tuple(json_values.records(found["data"])), after=onward(found, after))

    def every(self, path: str, fields: Fields, since: datetime | None = None) -> Iterator[Record]:
        """All of a list, to its last page. Raises RetryLater where there is no time for it."""
        after = FIRST
        while True:
            page = self.page(path, fields, after, since)
            yield from page.media
            if page.after is None:
                return
            if not self.has_time:
                what = f"{self.api.context.server} lists more than can be read in time"
                raise RetryLater(what, "it is tried again")
            after = page.after

    def _ask(
        self,
        path: str,
        params: Mapping[str, str],
        method: str = "GET",
        purpose: Purpose = Purpose.READ,
    ) -> Answer:
        """Send it with the account's token, and with another one of it where that is refused."""
        request = GraphRequest(path=path, method=method, params=params)
        refused: PlatformError = RetryLater("there is no token to send", "it is tried again")
        for token in self.api.tokens.candidates():
            try:
                return self.api.graph.send(request, self._until, token)
            except Exception as error:  # noqa: BLE001 - an unclassified error is an unknown outcome
                refused = self._translated(error, purpose)
                if not _is_of_token(error, refused):
                    raise refused from None
        raise refused

    def _second_before(self, since: datetime) -> int:
        """The bound of a list: the server takes none before its first post, or from now on."""
        latest = self.api.clock.now() - AHEAD
        return max(int(min(since, latest).timestamp()) - 1, EARLIEST)

    def _translated(self, error: Exception, purpose: Purpose) -> PlatformError:
        return translate(error, self.api.context, purpose, self.api.clock.now())

    def _odd(self, wanted: str) -> RetryLater:
        return RetryLater(
            f"{self.api.context.server} answers without {wanted}", "it is tried again"
        )


def _is_of_token(error: Exception, found: PlatformError) -> bool:
    """Whether the server refused the token itself, and so did nothing."""
    is_refused = isinstance(found, Unauthorised) and not isinstance(found, NotPermitted)
    return is_refused and isinstance(error, AnswerError)
