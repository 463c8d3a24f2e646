"""The broadcast adapter: one message through Apprise, which answers yes, or nothing that counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.core.errors import OutcomeUnknown, PlatformError, Refused
from bot.core.model.capabilities import Capabilities, TextLimit, Unit, variable
from bot.core.model.config import Account, Identity
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.inspection import InspectionRemark, failure
from bot.core.model.lookup import CannotTell
from bot.core.ports.platform import Clock
from bot.outbound.apprise.sender import PATIENCE, AppriseSender, NotConfirmedError
from bot.platforms.broadcast import KIND


class BroadcastPlatform:
    """One place that hears the tips, at an Apprise address."""

    def __init__(
        self,
        account: Account,
        secrets: Mapping[str, str],
        identity: Identity,
        clock: Clock,
        *,
        patience: float = PATIENCE,
        is_public_only: bool = False,
    ) -> None:
        self.account = account.name
        self._clock = clock
        self._sender = AppriseSender(
            variable(account.name, "url"),
            secrets["url"],
            identity.name,
            patience=patience,
            is_public_only=is_public_only,
        )
        self._service = self._sender.service

    def learn(self) -> Capabilities:
        """The service's limit as Apprise knows it, without a request."""
        text = TextLimit(unit=Unit.CODE_POINTS, limit=self._service.limit)
        return replace(KIND.traits, network=self._service.name, text=text)

    def inspect(self) -> Sequence[InspectionRemark]:
        """Whether the service can be connected to; whether it takes posts only a post can tell."""
        name = self._service.name
        try:
            is_known = self._sender.connect()
        except PlatformError as error:
            return [failure(error)]
        seen = "can be reached" if is_known else "is not tried: its host is known when it posts"
        what = f"{name} {seen}; a text may have {self._service.limit} characters; the first post"
        return [InspectionRemark(what=f"{what} shows whether the address is right")]

    def publish(self, post: Post) -> Receipt:
        """Send the post in one piece, once; Apprise's yes is the only answer that is sure."""
        name = self._service.name
        if post.in_reply_to is not None:
            raise Refused(f"{name} is only posted to", "answer where the reply was written")
        try:
            self._sender.send(post.text, post.title if self._service.needs_title else "")
        except NotConfirmedError as error:
            what = f"{name} was sent the post and did not confirm it ({error})"
            todo = "look there whether it has arrived, then: tipsbot resolve"
            raise OutcomeUnknown(what, todo) from None
        return Receipt(remote_id=post.key, url=None, at=self._clock.now())

    def find(
        self,
        delivery: Delivery,
        taken: Collection[str] = frozenset(),  # noqa: ARG002 - nothing can be found
    ) -> CannotTell:
        """Nothing: the service cannot be asked what was posted."""
        what = f"{self._service.name} did not confirm the post, and cannot be asked for it"
        return CannotTell(why=f"{what}; look there, then: tipsbot resolve {delivery.id}")
