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
    """One step of listening: entries in any order, and the cursor to store with them.

    `more` means that the walk is not at its end: call again at once. `unheard` says in a sentence
    each what was said but can no longer be heard. `pending` is how many replies wait for the
    account's approval on its network, as far as is known (None: there is no such thing): they are
    not among the entries before. `cost` is what the step cost, in US dollars.
    """

    entries: tuple[Entry, ...] = ()
    cursor: str | None
    more: bool = False
    unheard: tuple[str, ...] = ()
    pending: int | None = None
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What became of entries that were looked at again, and what the look cost, in US dollars.

    `entries` are those that are there, as they are now; `gone` are remote ids of those that are
    not, `failed` of those that the network cannot show. One that is in none of these could not be
    looked at just now.
    """

    entries: tuple[Entry, ...] = ()
    gone: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    cost: Decimal = Decimal(0)


@runtime_checkable
class Inspector(Protocol):
    """Can tell how its account stands, before anything is posted. Every platform can."""

    def inspect(self) -> Sequence[InspectionRemark]:
        """Ask for credentials, permissions, limits, the bot flag, defaults and the clock.

        It only asks: nothing is posted or changed. Raises nothing of `bot.core.errors`: what
        cannot be asked is a remark, too, and whatever else was seen is told beside it. A remark
        holds no credential.
        """


class Platform(Inspector, Protocol):
    """One account on one network. Which of the doors below it has, its Traits promise.

    Every method raises only errors of `bot.core.errors`, gives up within a minute, and may be
    called from several threads.
    """

    account: str

    def learn(self) -> Capabilities:
        """Ask the network for its limits and rules now. Raises PlatformError."""


@runtime_checkable
class Publisher(Protocol):
    """Can post. Its Traits hold Ability.PUBLISH."""

    def publish(self, post: Post) -> Receipt:
        """Post exactly `post`, once.

        Raises RetryLater, Refused or Unauthorised only where it is proven that nothing was
        posted; OutcomeUnknown (or Duplicate) in every other case. Anything else that escapes
        is taken as an unknown outcome.
        """

    def find(
        self, delivery: Delivery, taken: Collection[str] = frozenset()
    ) -> Found | Absent | CannotTell:
        """Look for the delivery's post among our own, by text and by time (`sent_at`).

        `taken` are remote ids of other deliveries' posts, to be passed over. Absent only after
        everything since `sent_at` was seen. Raises PlatformError when the network cannot be asked.
        """


@runtime_checkable
class OwnPosts(Protocol):
    """Can tell all that it ever posted; not needed where posts have ids of our choice."""

    def list_own_posts(self, since: datetime, in_reply_to: str | None = None) -> frozenset[str]:
        """The remote ids of all our own posts that were made at or after `since`.

        Of those that answer `in_reply_to`; where that is None, of those that answer nothing.
        Raises PlatformError where the network does not show them all.
        """


@runtime_checkable
class Listener(Protocol):
    """Can hear replies and mentions. Its Traits hold Ability.LISTEN."""

    def poll(self, cursor: str | None) -> Batch:
        """What was said since `cursor` (None: from now on, or from as early as is sensible).

        The cursor is the adapter's own text. The same entry may be heard again; none may be
        left out. Raises PlatformError.
        """


@runtime_checkable
class ThreadReader(Protocol):
    """Can read what was answered below a post of ours, also where nobody named us."""

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """What was said below our post `remote_id` since `cursor` (None: all of it).

        The same entry may be read again. Raises PlatformError; Refused where our post is gone.
        """


@runtime_checkable
class AncestorReader(Protocol):
    """Can tell what stands above an entry; not needed where each entry tells its conversation."""

    def ancestors(self, remote_id: str) -> Sequence[str]:
        """The remote ids of what is above an entry, as far as the network shows it.

        Raises PlatformError.
        """


@runtime_checkable
class EntryChecker(Protocol):
    """Can look again at entries that were heard before."""

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each of these as it is now: edited, deleted, or the same. Raises PlatformError."""


@runtime_checkable
class PushHints(Protocol):
    """Can be told at once that something was said. What was said, listening tells."""

    def hints(self, hint: Callable[[], None], over: Callable[[], bool]) -> None:
        """Call `hint` once it is listening, and whenever something is said, until it is `over`.

        It may miss any. Blocks the calling thread, and returns soon after it is over. Raises
        PlatformError where the network offers no such thing, or as soon as it breaks: whoever
        calls decides when to try again.
        """


@runtime_checkable
class Favouriter(Protocol):
    """Can acknowledge an entry without words. Its Traits hold Ability.FAVOURITE."""

    def favourite(self, remote_id: str) -> None:
        """Favour an entry; to repeat it changes nothing. Raises PlatformError."""


@runtime_checkable
class PostRemover(Protocol):
    """Can take posts back. Its Traits hold Ability.RETRACT."""

    def retract(self, remote_id: str) -> None:
        """Delete our post; one that is already gone is fine. Raises PlatformError."""


@runtime_checkable
class SettlesCost(Protocol):
    """Pays for what it reads. Its Traits have prices."""

    def settle_cost(self) -> Decimal:
        """What was spent since the last time this or `hear` told, in US dollars; each cent once.

        `learn` and `find` cost as well, and do not say so themselves. It asks nobody.
        """


class SpendingLimit(Protocol):
    """Tells an adapter what its reading may cost."""

    def __call__(self) -> Decimal | None:
        """What reading may still cost this month, in US dollars, as noted; None: no bound."""


@runtime_checkable
class PermalinkParser(Protocol):
    """Can read the addresses of its network's posts."""

    def remote_id(self, address: str) -> str | None:
        """The remote id that a post's public address names, or that `address` itself is.

        None where it names no post of this network. It asks nobody whether the post exists.
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
    """Reads pages of strangers, and never lets them lead it into a private network."""

    def read(self, source: str, target: str) -> Response | ReadFailure:
        """What the page `source` says of `target`, or why it says nothing of it (any more).

        Raises RetryLater where it may work another time, Refused where it never will.
        """
