"""A whole bot without its wiring: the real store and timetable, networks in memory, a clock by hand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from bot.app.discussion.acknowledge import Acknowledger
from bot.app.discussion.listen import MentionPoller
from bot.app.discussion.read_threads import ThreadPoller
from bot.app.discussion.recheck import Rechecker
from bot.app.discussion.reply import reply as plan_reply
from bot.app.moderation import people
from bot.app.posting.by_hand import pauses
from bot.app.posting.by_hand.post_now import post as plan_post
from bot.app.posting.by_hand.retract import retract as take_back
from bot.app.posting.deliver import Deliverer
from bot.app.posting.draft import Drafter, posted_texts
from bot.app.posting.plan import Planner
from bot.app.posting.preview import Preview
from bot.app.posting.reconcile import Reconciler
from bot.core.discussion.people import Pseudonyms
from bot.core.model.capabilities import Capabilities, Idempotency, Prices
from bot.core.model.config import Account, Config
from bot.core.model.delivery import Delivery, Post, Receipt, State
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.core.model.schedule import Outcome, Slot
from bot.core.ports.pictures import TipPictures
from bot.core.ports.platform import Clock, Publisher
from bot.core.ports.posting_store import SlotRecord
from bot.core.ports.site_store import Pages
from bot.core.ports.unit_of_work import Store
from bot.scheduler.timetable import ZonedTimetable
from bot.store import Database, open_memory
from tests.clock import MONDAY, FakeClock
from tests.contract.memory import TRAITS, MemoryNetwork, MemoryPlatform
from tests.core.samples import HOUR, MINUTE, account, config, delivery, post

T = TypeVar("T")

EIGHT = MONDAY - HOUR
"""An hour before the first slot of the plain schedule."""

PRICES = Prices(
    as_of=EIGHT.date(),
    post=Decimal("0.60"),
    post_with_link=Decimal("0.80"),
    reply=Decimal("0.10"),
    read=Decimal(0),
    source="",
)

MASKS = Pseudonyms(b"a key for tests")

HOME = replace(TRAITS, network="Home", idempotency=Idempotency.CHOSEN_ID, is_home=True)


class Scripted:
    """A publisher that does what a test tells it, one thing a call."""

    def __init__(
        self,
        *answers: Receipt | BaseException | Callable[[Post], Receipt],
        looks: Sequence[Found | Absent | CannotTell | Exception] = (),
    ) -> None:
        self.answers = list(answers)
        self.looks = list(looks)
        self.sent: list[Post] = []

    def publish(self, post: Post) -> Receipt:
        """The next answer."""
        self.sent.append(post)
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, Receipt) else answer(post)

    def find(
        self, delivery: Delivery, taken: Collection[str] = frozenset()
    ) -> Found | Absent | CannotTell:
        """The next look."""
        look = self.looks.pop(0)
        if isinstance(look, Exception):
            raise look
        return look


OPENED = ExitStack()
"""Closes the databases of all harnesses that a test has made without one of its own."""


def _open() -> Database:
    database = open_memory()
    OPENED.callback(database.close)
    return database


@dataclass
class Harness:
    """One bot at eight in the morning, and short ways to let it work."""

    config: Config = field(default_factory=config)
    database: Database = field(default_factory=_open)
    clock: FakeClock = field(default_factory=lambda: FakeClock(EIGHT))
    networks: dict[str, MemoryNetwork] = field(default_factory=dict)
    platforms: dict[str, Any] = field(default_factory=dict)
    #: the pictures of tips; None: nobody looks at them
    pictures: TipPictures | None = None

    def __post_init__(self) -> None:
        for one in self.config.accounts:
            self.join(one.name, HOME if one.kind == "site" else TRAITS)

    @property
    def store(self) -> Store:
        """The bot's memory."""
        return self.database.store

    @property
    def pages(self) -> Pages:
        """The site's memory."""
        return self.database.pages

    def join(self, name: str, rules: Capabilities = TRAITS) -> MemoryNetwork:
        """Put an account on a network of its own with these rules."""
        self.networks[name] = MemoryNetwork(self.clock, rules)
        self.platforms[name] = MemoryPlatform(self.networks[name], name)
        return self.networks[name]

    def script(self, *answers: Any, looks: Sequence[Any] = (), name: str = "town") -> Scripted:
        """Put a scripted publisher in the place of an account's own."""
        made = self.platforms[name] = Scripted(*answers, looks=looks)
        return made

    def capabilities_of(self, one: Account) -> Capabilities:
        """The rules of an account's network."""
        return self.networks[one.name].traits

    def account(self, name: str = "town") -> Account:
        """The account of this name, which exists."""
        found = self.config.account(name)
        assert found is not None
        return found

    @property
    def drafter(self) -> Drafter:
        """What fits tips for accounts."""
        return Drafter(
            capabilities_of=self.capabilities_of,
            posted=posted_texts(self.store),
            pictures=self.pictures,
        )

    @property
    def planner(self) -> Planner:
        """The verb that plans."""
        return Planner(store=self.store, timetable=ZonedTimetable(), drafter=self.drafter)

    def deliverer(
        self, owner: str = "me", clock: Clock | None = None, dead: str | None = None
    ) -> Deliverer:
        """The verb that delivers, in the hands of `owner`."""
        return Deliverer(
            store=self.store,
            clock=clock or self.clock,
            owner=owner,
            dead=dead,
            capabilities_of=self.capabilities_of,
            publisher=self.platforms.get,
        )

    @property
    def reconciler(self) -> Reconciler:
        """The verb that looks for what is unsure."""
        find: Callable[[str], Publisher | None] = self.platforms.get
        return Reconciler(
            store=self.store,
            clock=self.clock,
            capabilities_of=self.capabilities_of,
            publisher=find,
            are_rules_known=lambda _: True,
        )

    @property
    def mention_poller(self) -> MentionPoller:
        """The verb that listens."""
        return MentionPoller(
            store=self.store, clock=self.clock, pseudonyms=MASKS, listener=self.platforms.get
        )

    @property
    def acknowledger(self) -> Acknowledger:
        """The verb that acknowledges."""
        return Acknowledger(
            store=self.store,
            clock=self.clock,
            pseudonyms=MASKS,
            capabilities_of=self.capabilities_of,
            thanker=self.platforms.get,
        )

    @property
    def thread_reader(self) -> ThreadPoller:
        """The verb that reads below our posts."""
        return ThreadPoller(
            store=self.store,
            clock=self.clock,
            pseudonyms=MASKS,
            threads=self.platforms.get,
            capabilities_of=self.capabilities_of,
        )

    @property
    def rechecker(self) -> Rechecker:
        """The verb that looks again."""
        return Rechecker(
            store=self.store,
            clock=self.clock,
            pseudonyms=MASKS,
            checks=self.platforms.get,
            capabilities_of=self.capabilities_of,
        )

    @property
    def preview(self) -> Preview:
        """The verb that looks ahead."""
        return Preview(store=self.store, timetable=ZonedTimetable(), drafter=self.drafter)

    # What a running bot does.

    def plan(self, after: timedelta = timedelta(0)) -> int:
        """Let time pass, and plan what came due."""
        return self.planner.step(self.config, self.clock.advance(after))

    def deliver(self, name: str = "town", after: timedelta = timedelta(0)) -> int:
        """Let time pass, and deliver what is due on one account."""
        self.clock.advance(after)
        return self.deliverer().step(self.config, self.account(name))

    def settle(self, name: str = "town", after: timedelta = timedelta(0)) -> int:
        """Let time pass, and look for what is unsure on one account."""
        self.clock.advance(after)
        return self.reconciler.step(self.account(name))

    def work(self, span: timedelta = timedelta(0), step: timedelta = MINUTE) -> None:
        """Do all that a running bot does, from now until `span` is over."""
        end = self.clock.now() + span
        self._round()
        while self.clock.now() < end:
            self.clock.advance(step)
            self._round()

    def _round(self) -> None:
        self.plan()
        for one in self.config.accounts:
            self.reconciler.step(one)
            self.deliverer().step(self.config, one)

    # What the operator does.

    def write(self, act: Callable[..., T], *args: Any) -> T:
        """Do this in a transaction."""
        with self.store.writing() as tx:
            return act(tx, *args)

    def pause(self, *args: Any) -> str:
        """Hold a schedule or an account."""
        return self.write(pauses.pause, self.config, *args)

    def resume(self, *args: Any) -> str:
        """Let it go again."""
        return self.write(pauses.resume, self.config, *args)

    def skip(self, *args: Any) -> Slot:
        """Skip the next slot."""
        return pauses.skip(self.store, ZonedTimetable(), self.config, *args)

    def unskip(self, *args: Any) -> Slot:
        """Let it come after all."""
        return self.write(pauses.unskip, self.config, *args)

    def block(self, *args: Any) -> people.Done:
        """Block a person."""
        return self.write(people.block, MASKS, self.config, *args)

    def unblock(self, *args: Any) -> people.Done:
        """Let a person be seen again."""
        return self.write(people.unblock, MASKS, *args)

    def forget(self, *args: Any) -> people.Done:
        """Forget a person."""
        return self.write(people.erase_person, MASKS, self.config, *args)

    def post(self, *args: Any, again: bool) -> list[Delivery]:
        """Plan a post by hand."""
        return plan_post(self.store, self.drafter, self.config, *args, again=again)

    def reply(self, *args: Any) -> Delivery:
        """Plan an answer."""
        return self.write(plan_reply, self.capabilities_of, self.config, *args)

    def retract(self, *args: Any) -> Delivery:
        """Take a post back."""
        return take_back(self.store, *args)

    # What is posted_texts.

    def put(self, **changes: Any) -> Delivery:
        """A delivery that was planned for now."""
        now = self.clock.now()
        plain = delivery(
            due=now, deadline=now + 2 * HOUR, not_before=now, post=post(created_at=now)
        )
        with self.store.writing() as tx:
            planned = tx.ledger.plan(replace(plain, **changes))
        assert planned is not None
        return planned

    def get(self, delivery_id: int = 1) -> Delivery:
        """A delivery as it stands."""
        with self.store.reading() as tx:
            found = tx.ledger.get(delivery_id)
        assert found is not None
        return found

    def states(self) -> list[State]:
        """The state of each delivery, oldest first."""
        return [one.state for one in self.deliveries()]

    def deliveries(self) -> list[Delivery]:
        """Every delivery, oldest first."""
        with self.store.reading() as tx:
            return list(reversed(tx.ledger.recent(10_000)))

    def slots(self) -> list[SlotRecord]:
        """What became of each slot, oldest first."""
        with self.store.reading() as tx:
            return list(reversed(tx.slots.recent(10_000)))

    def outcomes(self) -> list[Outcome]:
        """The outcome of each slot, oldest first."""
        return [one.outcome for one in self.slots()]

    def texts(self, name: str = "town") -> list[str]:
        """What stands on a network, oldest first."""
        return [one.text for one in self.networks[name].posts]


def at(moment: datetime, **changes: Any) -> Harness:
    """A harness that begins at another moment."""
    return Harness(clock=FakeClock(moment), **changes)


def with_site(*tips: Any, **changes: Any) -> Config:
    """A bot with an account in town and a site of its own."""
    home = account("site", kind="site")
    return config(*tips, accounts=(account(), home), **changes)
