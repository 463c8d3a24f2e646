"""The Threads adapter: proves the token, deletes, inspects, and knows addresses of posts."""

from collections.abc import Mapping, Sequence

from bot.core.errors import PlatformError, Refused, SecretError
from bot.core.model.capabilities import Capabilities, variable
from bot.core.model.config import Account
from bot.core.model.inspection import InspectionRemark, clock_remarks, failure
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.network_state import RequestLimits
from bot.core.ports.platform import Clock
from bot.core.ports.site_store import Pages
from bot.core.text.redact import Redactor
from bot.outbound import json_values
from bot.outbound.session import Carrier
from bot.platforms.threads import SERVER, TRAITS
from bot.platforms.threads.http.api import Api, Call
from bot.platforms.threads.http.errors import ErrorContext, Missing, NotPermitted
from bot.platforms.threads.http.fields import OWN_POSTS, OWN_REPLIES, Fields
from bot.platforms.threads.http.kept_token import is_token
from bot.platforms.threads.inspect_account import of_profile, of_quota, of_token
from bot.platforms.threads.listening.listener import ThreadsListener
from bot.platforms.threads.posting.publisher import ThreadsPublisher
from bot.platforms.threads.urls import is_media_id, shortcode_of


class ThreadsPlatform(ThreadsListener, ThreadsPublisher):
    """One account on Threads."""

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        clock: Clock,
        *,
        site: str | None = None,
        pages: Pages | None = None,
        carrier: Carrier | None = None,
        limits: RequestLimits | None = None,
        files: KeptFiles | None = None,
    ) -> None:
        asked = variable(account.name, "access_token")
        secret = secrets["access_token"].strip()
        if not is_token(secret):
            raise SecretError(f"{asked} holds no token", "make one in the Meta app's dashboard")
        server = account.options.get("server") or SERVER
        context = ErrorContext(server=server, variable=asked, redactor=Redactor([secret]))
        api = Api(account.name, context, clock, secret, files=files, carrier=carrier, limits=limits)
        ThreadsListener.__init__(self, account.name, api)
        ThreadsPublisher.__init__(self, api, site, pages)

    def learn(self) -> Capabilities:
        """Prove the token, and refresh it where it is time to. The limits are documented alone."""
        self._api.call().me()
        self._api.tokens.refresh_if_due()
        return TRAITS

    def retract(self, remote_id: str) -> None:
        """Delete our post; one that is not there is fine."""
        call = self._api.call()
        try:
            is_done = call.delete(remote_id)
        except Missing:
            is_done = not _is_there(call, remote_id)
        if not is_done:
            what = f"Threads does not delete {remote_id}"
            raise Refused(what, "delete it in the app, and see that the token has threads_delete")

    def inspect(self) -> Sequence[InspectionRemark]:
        """Ask for the profile, the quota and the token; nothing is changed."""
        seen: list[InspectionRemark] = []
        context, clock, call = self._api.context, self._api.clock, self._api.call()
        try:
            answer = call.ask_me()
            seen += clock_remarks(answer.server_time, clock.now())
            seen += of_profile(answer.document, context)
            seen += of_quota(call.quota(""))
            token = self._api.tokens.current()
            seen += of_token(_token_data(call, token.secret), token.ends_at, clock.now(), context)
        except PlatformError as error:
            seen.append(failure(error))
        return seen

    def remote_id(self, address: str) -> str | None:
        """The post that this is the id of, or our own post that has this address.

        An address does not tell the id: it is looked for among our posts, on the network.
        """
        named = address.strip()
        if is_media_id(named):
            return named
        code = shortcode_of(named)
        if code is None:
            return None
        try:
            call = self._api.call()
            return _with_code(call, "me/threads", OWN_POSTS, code) or _with_code(
                call, "me/replies", OWN_REPLIES, code
            )
        except PlatformError:
            return None


def _is_there(call: Call, remote_id: str) -> bool:
    try:
        call.media(remote_id, "id")
    except Missing:
        return False
    return True


def _token_data(call: Call, token: str) -> Mapping[str, object]:
    """What the server tells about the token; nothing where it does not."""
    try:
        return call.token_data(token)
    except (Refused, NotPermitted):
        return {}


def _with_code(call: Call, path: str, fields: Fields, code: str) -> str | None:
    """The id of the post of ours with this code in its address."""
    for one in call.every(path, fields):
        if shortcode_of(json_values.word(one.get("permalink"))) == code:
            return json_values.word(one.get("id")) or None
    return None
