"""The broadcast adapter: one message through Apprise, which answers yes, or nothing that counts."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from threading import Thread

from bot.core.errors import OutcomeUnknown, PlatformError, Refused, SecretError
from bot.core.model.capabilities import Capabilities, TextLimit, Unit, variable
from bot.core.model.config import Account, Identity
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.inspection import InspectionRemark, failure
from bot.core.model.lookup import CannotTell
from bot.core.ports.platform import Clock
from bot.platforms.broadcast import KIND
from bot.platforms.broadcast.apprise_service import AppriseService, UnusableAddressError
from bot.platforms.broadcast.connect_first import connect

PATIENCE = 40.0
"""Seconds that Apprise may take for a post; a thread that takes longer is left to itself."""


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
    ) -> None:
        self.account = account.name
        self._variable = variable(account.name, "url")
        self._clock = clock
        self._patience = patience
        try:
            self._service = AppriseService(secrets["url"], identity.name)
        except UnusableAddressError as error:
            what = f"{self._variable} cannot be used: {error.problem}"
            raise SecretError(what, error.todo) from None

    def learn(self) -> Capabilities:
        """The service's limit as Apprise knows it, without a request."""
        text = TextLimit(unit=Unit.CODE_POINTS, limit=self._service.limit)
        return replace(KIND.traits, network=self._service.name, text=text)

    def inspect(self) -> Sequence[InspectionRemark]:
        """Whether the service can be connected to; whether it takes posts only a post can tell."""
        name = self._service.name
        try:
            is_known = self._connect()
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
        self._connect()
        try:
            is_taken = _within(self._patience, lambda: self._service.send(post))
        except Exception as error:  # noqa: BLE001 - Apprise and what is below it have many
            # Neither its words nor its trace, which can hold the address.
            raise self._unsure(type(error).__name__) from None
        if not is_taken:
            raise self._unsure("no yes")
        return Receipt(remote_id=post.key, url=None, at=self._clock.now())

    def find(
        self,
        delivery: Delivery,
        taken: Collection[str] = frozenset(),  # noqa: ARG002 - nothing can be found
    ) -> CannotTell:
        """Nothing: the service cannot be asked what was posted."""
        what = f"{self._service.name} did not confirm the post, and cannot be asked for it"
        return CannotTell(why=f"{what}; look there, then: tipsbot resolve {delivery.id}")

    def _connect(self) -> bool:
        """Connect, and whether that could be tried. Raises RetryLater."""
        destination = self._service.destination()
        if destination is not None:
            connect(self._service.name, self._variable, *destination)
        return destination is not None

    def _unsure(self, why: str) -> OutcomeUnknown:
        what = f"{self._service.name} was sent the post and did not confirm it ({why})"
        return OutcomeUnknown(what, "look there whether it has arrived, then: tipsbot resolve")


def _within(patience: float, work: Callable[[], bool]) -> bool:
    """The result of the work. Raises TimeoutError when it takes longer than so many seconds."""
    result: Future[bool] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except Exception as error:  # noqa: BLE001 - the caller gets it
            result.set_exception(error)

    Thread(target=run, daemon=True).start()
    return result.result(patience)
