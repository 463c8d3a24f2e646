"""The ports to networks, to other sites' pages and to the clock, as small protocols.

Adapters in `bot.platforms`, `bot.scheduler` and `bot.outbound` implement them; `bot.app` does not
know which. Each docstring states the duties of an implementation. The stores are beside this file.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable

from bot.core.discussion.webmention import ReadFailure, Response
from bot.core.model.capabilities import Capabilities
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.entry import Entry
from bot.core.model.inspection import InspectionRemark
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.core.model.schedule import Schedule, Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """One batch of entries, in any order, and the cursor to store with them."""

    entries: tuple[Entry, ...] = ()
    cursor: str | None
    #: whether there are more: call again at once
    more: bool = False
    #: a sentence for each gap: entries that the network does not give any more
    unheard: tuple[str, ...] = ()
    #: how many replies wait for approval on the network, and are not given before; None: unknown
    pending: int | None = None
    #: in US dollars
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """The result of checking entries again; one in none of these could not be checked just now."""

    #: those that exist, as they are now
    entries: tuple[Entry, ...] = ()
    #: remote ids of those that do not exist any more
    gone: frozenset[str] = frozenset()
    #: remote ids of those that the network cannot show
    failed: frozenset[str] = frozenset()
    #: in US dollars
    cost: Decimal = Decimal(0)


@runtime_checkable
class Inspector(Protocol):
    """Checks its account before anything is posted. Every platform implements it."""

    def inspect(self) -> Sequence[InspectionRemark]:
        """Ask for credentials, permissions, limits, the bot flag, defaults and the clock.

        Nothing is posted or changed. Raises no error of `bot.core.errors`: a question without an
        answer is a remark, too, beside the others. A remark holds no credential.
        """


class Platform(Inspector, Protocol):
    """One account on one network. Its Capabilities say which of the ports below it has.

    Every method raises only errors of `bot.core.errors`, gives up within a minute, and may be
    called from several threads.
    """

    account: str

    def learn(self) -> Capabilities:
        """Ask the network for its limits and rules now. Raises PlatformError."""


@runtime_checkable
class Publisher(Protocol):
    """Posts. Its Capabilities have Ability.PUBLISH."""

    def publish(self, post: Post) -> Receipt:
        """Post exactly `post`, once.

        Raises RetryLater, Refused or Unauthorised only where it is proven that nothing was
        posted; OutcomeUnknown (or Duplicate) in every other case. Any other exception
        counts as an unknown outcome.
        """

    def find(
        self, delivery: Delivery, taken: Collection[str] = frozenset()
    ) -> Found | Absent | CannotTell:
        """Search our own posts for that of the delivery, by text and by time (`sent_at`).

        `taken` are remote ids of other deliveries' posts, to be passed over. Absent only after
        everything since `sent_at` was seen. Raises PlatformError when the network cannot be asked.
        """


@runtime_checkable
class Preparer(Protocol):
    """Sends a part of a post beforehand, such as its picture, which shows nothing to anybody."""

    def needs_preparing(self, post: Post) -> bool:
        """Whether a part of this post is sent beforehand. No request is made."""

    def prepare(self, post: Post) -> str:
        """Send that part; what `publish` finds as `post.prepared`, stored before it is called.

        Of a post that has it, the same is returned as long as the network knows it. To repeat it
        is harmless: whatever PlatformError it raises, nothing was posted.
        """


@runtime_checkable
class OwnPosts(Protocol):
    """Lists its own posts; not needed where posts have ids of our choice."""

    def list_own_posts(self, since: datetime, in_reply_to: str | None = None) -> frozenset[str]:
        """The remote ids of all our own posts that were made at or after `since`.

        Of those that answer `in_reply_to`; where that is None, of those that answer nothing.
        Raises PlatformError where the network does not show them all.
        """


@runtime_checkable
class Listener(Protocol):
    """Reads replies and mentions. Its Capabilities have Ability.LISTEN."""

    def poll(self, cursor: str | None, began: datetime | None = None) -> Batch:
        """The entries since `cursor` (None: from now on, or from as early as is sensible).

        The cursor is the adapter's own text. An entry may come again; none may be left out.
        `began` is when the first poll was tried (None: now): where there is no cursor, what is
        sensible is counted from then, however long the network could not be asked.
        Raises PlatformError.
        """


@runtime_checkable
class ThreadReader(Protocol):
    """Reads the answers below a post of ours, also those that do not mention the bot."""

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """The entries below our post `remote_id` since `cursor` (None: all).

        An entry may come again. Raises PlatformError; Refused where our post is gone.
        """


@runtime_checkable
class AncestorReader(Protocol):
    """Finds what an entry answers; not needed where each entry names its conversation."""

    def ancestors(self, remote_id: str) -> Sequence[str]:
        """The remote ids of everything above an entry, as far as the network shows it.

        Raises PlatformError.
        """


@runtime_checkable
class EntryChecker(Protocol):
    """Checks entries that were read before."""

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each of these as it is now: edited, deleted, or the same. Raises PlatformError."""


@runtime_checkable
class PushHints(Protocol):
    """Tells at once that there is something new; polling reads it."""

    def hints(self, hint: Callable[[], None], over: Callable[[], bool]) -> None:
        """Call `hint` once it is connected, and for each new entry, until `over` returns True.

        It may miss entries. Blocks the calling thread, and returns soon after `over`. Raises
        PlatformError where the network offers no stream, or as soon as it breaks: the caller
        decides when to connect again.
        """


@runtime_checkable
class Favouriter(Protocol):
    """Acknowledges an entry without words. Its Capabilities have Ability.FAVOURITE."""

    def favourite(self, remote_id: str) -> None:
        """Favourite an entry; repeating it changes nothing. Raises PlatformError."""


@runtime_checkable
class PostRemover(Protocol):
    """Deletes posts. Its Capabilities have Ability.RETRACT."""

    def retract(self, remote_id: str) -> None:
        """Delete our post; one that does not exist is fine. Raises PlatformError."""


@runtime_checkable
class SettlesCost(Protocol):
    """Counts what reading costs. Its Capabilities have prices."""

    def settle_cost(self) -> Decimal:
        """The cost since the last call of this or of `poll`, in US dollars; each cent once.

        `learn` and `find` cost as well, and do not tell it themselves. It sends no request.
        """


class SpendingLimit(Protocol):
    """Tells an adapter what its reading may cost."""

    def __call__(self) -> Decimal | None:
        """The rest of this month's budget for reading, in US dollars; None: there is no budget."""


@runtime_checkable
class PermalinkParser(Protocol):
    """Reads the addresses of its network's posts."""

    def remote_id(self, address: str) -> str | None:
        """The remote id that a post's public address names, or that `address` itself is.

        None where it names no post of this network. It does not check whether the post exists.
        """


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class Timetable(Protocol):
    """Turns a schedule's rule into slots; the same rule always gives the same keys."""

    def slots(self, schedule: Schedule, after: datetime, until: datetime) -> Iterator[Slot]:
        """The slots due later than `after` and not later than `until`, in order."""


class Fetcher(Protocol):
    """Reads pages of other sites, and never follows them into a private network (SSRF)."""

    def read(self, source: str, target: str) -> Response | ReadFailure:
        """The response to `target` on the page `source`, or why there is none (any more).

        Raises RetryLater where it may work later, Refused where it never will.
        """
