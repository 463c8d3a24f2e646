"""The Mastodon adapter: posts, finds, reads and deletes, through Mastodon.py."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from urllib.parse import quote

from mastodon import MastodonAPIError, MastodonRatelimitError

from bot.core.errors import OutcomeUnknown, PlatformError, RetryLater, SecretError
from bot.core.model.capabilities import Capabilities, variable
from bot.core.model.config import Account
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.inspection import InspectionRemark, allowance_remarks, clock_remarks, failure
from bot.core.model.lookup import LOOK_BACK, Absent, CannotTell, Found
from bot.core.ports.network_state import RequestLimits
from bot.core.ports.pictures import PostPictures
from bot.core.ports.platform import Clock
from bot.outbound.prepared import Uploads, given
from bot.outbound.session import Carrier
from bot.platforms.mastodon.find_own import look, own, receipt_of, walk
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.api import Api, Call
from bot.platforms.mastodon.http.errors import ErrorContext, server_time
from bot.platforms.mastodon.inspect_account import defaults, scopes, standing
from bot.platforms.mastodon.instance import PLAIN
from bot.platforms.mastodon.listening.listener import MastodonListener
from bot.platforms.mastodon.pictures import LASTS, ProcessingTimeouts, upload
from bot.platforms.mastodon.urls import status_named

PROCESSING = ProcessingTimeouts()


class MastodonPlatform(MastodonListener):
    """One account on a server that speaks Mastodon's API."""

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        clock: Clock,
        *,
        carrier: Carrier | None = None,
        limits: RequestLimits | None = None,
        pictures: PostPictures | None = None,
        processing: ProcessingTimeouts = PROCESSING,
    ) -> None:
        self.account = account.name
        self._processing = processing
        self._uploads = Uploads(clock=clock, pictures=pictures, lasts=LASTS)
        self._acknowledge = account.acknowledge
        asked = variable(account.name, "access_token")
        token = secrets["access_token"].strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise SecretError(f"{asked} holds no access token", "copy it from the server again")
        context = ErrorContext(server=account.options["server"], variable=asked, token=token)
        self._api = Api(account.name, context, clock, carrier=carrier, limits=limits)

    def learn(self) -> Capabilities:
        """Ask for the instance's rules, and prove the token."""
        with self._api.call() as call:
            server = self._api.server = call.ask_server()
            self._api.me = call.ask_me()
        return server.traits

    def needs_preparing(self, post: Post) -> bool:
        """Those with a picture."""
        return self._uploads.is_needed(post)

    def prepare(self, post: Post) -> str:
        """Upload the picture, within the server's own limits."""
        with self._api.call() as call:
            send = partial(upload, call, self._processing)
            return self._uploads.prepare(post, call.server().picture, send)

    def publish(self, post: Post) -> Receipt:
        """Post it, always with its visibility: some servers' default is not the public one.

        It is sent as plain text unless the server is known to know no formats: without a format
        the account's own default holds, which may be Markdown. A server of unknown kind is given
        the format as well: those without formats ignore it.
        """
        server = self._api.server
        media = given(post.prepared).get("media")
        with self._api.call(writes=True) as call:
            status = call.client.status_post(
                post.text,
                in_reply_to_id=post.in_reply_to,
                visibility=post.visibility,
                language=post.language,
                spoiler_text=post.warning or None,
                media_ids=None if media is None else [media],
                idempotency_key=quote(post.key, safe="/:.+"),
                content_type=PLAIN if server is None or server.has_formats else None,
            )
        receipt = receipt_of(json_values.record(status), self._api.clock.now())
        if receipt is None:
            what = f"{self._api.context.server} took the post but answered with something else"
            raise OutcomeUnknown(what, "it is looked for before anything is sent again")
        return receipt

    def find(
        self, delivery: Delivery, taken: Collection[str] = frozenset()
    ) -> Found | Absent | CannotTell:
        """Look through our own statuses since the sending, by the server's clock."""
        since = (delivery.sent_at or delivery.post.created_at) - LOOK_BACK
        with self._api.call() as call:
            statuses = walk(call.own_statuses, lambda: call.by_its_clock(since))
            return look(statuses, delivery.post, taken)

    def list_own_posts(self, since: datetime, in_reply_to: str | None = None) -> frozenset[str]:
        """Our statuses since then that answer this one, or nothing, by its clock or by ours.

        One of the two can be wrong today, and may have been right then.
        """
        with self._api.call() as call:
            statuses = walk(call.own_statuses, lambda: min(since, call.by_its_clock(since)))
            return own(statuses, in_reply_to)

    def retract(self, remote_id: str) -> None:
        """Delete our post. To repeat a deletion does no harm, so its outcome is never unknown.

        It is deleted when the server returns it, or says itself that it is gone.
        """
        with self._api.call() as call:
            try:
                deleted = json_values.record(call.client.status_delete(remote_id))
                is_deleted = json_values.ident(deleted.get("id")) == remote_id
            except MastodonAPIError:
                is_deleted = call.is_gone()
                if not is_deleted and call.session.status != 200:
                    raise
            if is_deleted or (call.status(remote_id) is None and call.is_gone()):
                return
        what = f"{self._api.context.server} does not say that it has deleted the post {remote_id}"
        raise RetryLater(what, "try it again, or look at it there")

    def favourite(self, remote_id: str) -> None:
        """Favour a status; a server that did so already does nothing."""
        with self._api.call() as call:
            status = json_values.record(call.client.status_favourite(remote_id))
        if json_values.ident(status.get("id")) is None:
            what = f"{self._api.context.server} does not say that it has favoured anything"
            raise RetryLater(what, "it is tried again")

    def inspect(self) -> Sequence[InspectionRemark]:
        """Ask for server, account, scopes, and whether reading works; nothing is changed."""
        seen: list[InspectionRemark] = []
        try:
            with self._api.call() as call:
                try:
                    server, me = call.server(), call.my_account()
                    seen += [*standing(me, server), *defaults(me, server)]
                    seen += self._scopes(call)
                    call.own_statuses(1, None)
                    call.page(call.client.notifications(limit=1))
                finally:
                    seen += clock_remarks(server_time(call.session), self._api.clock.now())
                    headers = call.session.headers_seen
                    seen += allowance_remarks(headers, "x-ratelimit", "questions of this kind")
        except PlatformError as error:
            seen.append(failure(error))
        return seen

    def remote_id(self, address: str) -> str | None:
        """The status that an address on this server names, or whose id this is."""
        return status_named(address.strip(), self._api.context.server)

    def _scopes(self, call: Call) -> list[InspectionRemark]:
        try:
            app = json_values.record(call.client.app_verify_credentials())
        except (MastodonAPIError, MastodonRatelimitError):
            app = {}  # an older server, or one that tells a token nothing of its application
        return list(scopes(app, self._acknowledge, self._api.context.variable))
