"""The Bluesky adapter: posts, finds, reads, likes and deletes, by plain XRPC."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.core.datetimes import iso
from bot.core.errors import (
    Duplicate,
    OutcomeUnknown,
    PlatformError,
    Refused,
    SecretError,
    Unauthorised,
)
from bot.core.model.capabilities import Capabilities, variable
from bot.core.model.config import Account
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.inspection import InspectionRemark, clock_remarks, failure
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.core.model.picture import EncodedPicture
from bot.core.ports.kept_files import KeptFiles
from bot.core.ports.network_state import RequestLimits
from bot.core.ports.pictures import PostPictures
from bot.core.ports.platform import Clock
from bot.core.text.redact import Redactor
from bot.core.text.sanitize import one_line
from bot.outbound import json_values
from bot.outbound.prepared import Uploads
from bot.outbound.session import Carrier
from bot.platforms.bluesky import SERVER, TRAITS
from bot.platforms.bluesky.http import answers
from bot.platforms.bluesky.http.api import LIKE, POST, PROFILE, Api, Call
from bot.platforms.bluesky.http.errors import LOG_IN, ErrorContext
from bot.platforms.bluesky.inspect_account import remarks
from bot.platforms.bluesky.listening.listener import BlueskyListener
from bot.platforms.bluesky.posting.facets import handles
from bot.platforms.bluesky.posting.post_record import (
    ReplyPlace,
    is_record_of,
    post_record,
    reply_place,
)
from bot.platforms.bluesky.posting.record_key import record_key
from bot.platforms.bluesky.urls import PostName, post_named, post_of

UPLOAD_LASTS = timedelta(minutes=30)
"""How long an uploaded picture is used: a server deletes one that no record names after a while."""


class BlueskyPlatform(BlueskyListener):
    """One account on a server of the AT Protocol."""

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        clock: Clock,
        *,
        carrier: Carrier | None = None,
        limits: RequestLimits | None = None,
        files: KeptFiles | None = None,
        pictures: PostPictures | None = None,
    ) -> None:
        self._uploads = Uploads(clock=clock, pictures=pictures, lasts=UPLOAD_LASTS)
        asked = variable(account.name, "app_password")
        password = secrets["app_password"].strip()
        if not password or not password.isascii() or not password.isprintable():
            raise SecretError(f"{asked} holds no app password", "copy it from Bluesky again")
        server = account.options.get("server") or SERVER
        handle = account.options["handle"].strip().removeprefix("@")
        context = ErrorContext(server=server, variable=asked, redactor=Redactor([password]))
        api = Api(
            account.name,
            context,
            clock,
            handle,
            password,
            files=files,
            carrier=carrier,
            limits=limits,
        )
        super().__init__(account.name, api)

    def learn(self) -> Capabilities:
        """Prove the session. A server does not tell its limits: they are those of the lexicon."""
        told = self._api.call().ask_session().document
        if told.get("active") is False:
            state = one_line(json_values.word(told.get("status")) or "not active")
            what = f"{self._api.context.server} says that the account is {state}"
            raise Unauthorised(what, LOG_IN)
        return TRAITS

    def needs_preparing(self, post: Post) -> bool:
        """Those with a picture."""
        return self._uploads.is_needed(post)

    def prepare(self, post: Post) -> str:
        """Upload the picture: the same bytes always have the same reference."""
        return self._uploads.prepare(post, TRAITS.picture, self._upload)

    def _upload(self, picture: EncodedPicture, alt: str) -> Mapping[str, Any]:
        """The reference and the size, which the record names beside the alt text."""
        del alt
        blob = self._api.call().upload(picture)
        return {"blob": blob, "width": picture.width, "height": picture.height}

    def publish(self, post: Post) -> Receipt:
        """Put the record under its own key: repeated, that changes nothing.

        What an answer needs to know is asked before, while nothing is posted.
        """
        call = self._api.call()
        place = self._place(call, post.in_reply_to) if post.in_reply_to else None
        people = self._people(call, post.text) if post.in_reply_to else {}
        key = record_key(post.key)
        written = call.put(POST, key, post_record(post, place, people))
        name = PostName(who=call.me(), key=key)
        if json_values.word(written.get("uri")) != name.uri:
            what = f"{self._api.context.server} took the post but answered with something else"
            raise OutcomeUnknown(what, "it is looked for before anything is sent again")
        return Receipt(remote_id=name.uri, url=name.url, at=self._api.clock.now())

    def find(
        self, delivery: Delivery, taken: Collection[str] = frozenset()
    ) -> Found | Absent | CannotTell:
        """Ask the account's own server for the record of the post's key.

        It tells that to everybody: so it is asked first whether it knows us still.
        """
        call, post = self._api.call(), delivery.post
        call.ask_session()
        name = PostName(who=call.me(), key=record_key(post.key))
        found = call.get(POST, name.key)
        if found is None or name.uri in taken:
            return Absent()
        value = json_values.record(found.get("value"))
        if not is_record_of(post, value):
            return CannotTell(why=f"another post has its key: look at {name.url}")
        made = answers.moment(value.get("createdAt")) or post.created_at
        return Found(receipt=Receipt(remote_id=name.uri, url=name.url, at=made))

    def retract(self, remote_id: str) -> None:
        """Delete our post; one that is not there is fine."""
        call, name = self._api.call(), post_of(remote_id)
        if name is not None and name.who != call.me():
            raise Refused(f"{remote_id} is not a post of this account", "look at its handle")
        call.delete(POST, name.key if name else remote_id.rpartition("/")[2])

    def favourite(self, remote_id: str) -> None:
        """Like a post. The post determines the key of our like: a second one changes nothing."""
        call = self._api.call()
        subject = self._place(call, remote_id).parent
        record = {"$type": LIKE, "subject": dict(subject), "createdAt": iso(self._api.clock.now())}
        try:
            call.put(LIKE, record_key(remote_id), record)
        except Duplicate:
            return  # liked before, at another time

    def inspect(self) -> Sequence[InspectionRemark]:
        """Ask for the session, the profile and whether reading works; nothing is changed."""
        seen: list[InspectionRemark] = []
        try:
            call = self._api.call()
            answer = call.ask_session()
            seen += clock_remarks(answer.server_time, self._api.clock.now())
            profile = call.get(PROFILE, "self") or {}
            seen += remarks(call.session(), answer.document, profile, self._api.context)
            call.notifications("")
        except PlatformError as error:
            seen.append(failure(error))
        return seen

    def remote_id(self, address: str) -> str | None:
        """The post that an address on bsky.app names, or whose id this is.

        A handle in it is looked up on the network; None where that is not possible.
        """
        name = post_named(address.strip())
        if name is None or name.who.startswith("did:"):
            return name.uri if name else None
        try:
            did = self._api.call().did_of(name.who)
        except PlatformError:
            return None
        return PostName(who=did, key=name.key).uri if did else None

    def _place(self, call: Call, uri: str) -> ReplyPlace:
        """The place of an answer to this post. Raises Refused where it is not there."""
        for view in call.posts([uri]):
            if view.get("uri") == uri and json_values.word(view.get("cid")):
                return reply_place(view)
        raise Refused("Bluesky does not show the post that this answers", "let the answer be")

    def _people(self, call: Call, text: str) -> dict[str, str]:
        """The DIDs of those whom an answer mentions, by handle."""
        found = {handle: call.did_of(handle) for handle in handles(text)}
        return {handle: did for handle, did in found.items() if did}
