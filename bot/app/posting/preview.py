"""Previews the next slots, or every tip on every account."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

from bot.app.posting.by_hand.pauses import held, unheld
from bot.app.posting.draft import Draft, Drafter
from bot.app.posting.first_tip import extra_slot, starting_schedule
from bot.app.posting.plan import Chosen, choose
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Config
from bot.core.model.delivery import Delivery, State
from bot.core.model.picture import Picture
from bot.core.model.schedule import Schedule, Slot, newest_in_time
from bot.core.ports.account_store import Pause
from bot.core.ports.platform import Timetable
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.posting.compose import Misfit
from bot.core.posting.rotation import Nothing
from bot.core.summary import Summary
from bot.core.text.counting.links import links
from bot.core.text.counting.measure import NetworkLength, native_length, weighted_length


@dataclass(frozen=True, kw_only=True, slots=True)
class Showing:
    """One post as it will be sent. `cost` and `cost_without_link` are US dollars."""

    tip: str
    account: str
    text: str
    length: int
    limit: int
    native: NetworkLength
    how: str
    cost: Decimal
    cost_without_link: Decimal
    #: how far its words can be trusted; None: they are planned and frozen
    summary: Summary | None = None
    #: the next best summaries
    others: tuple[Summary, ...] = ()
    #: its picture; None: it has none, or its network takes none
    picture: Picture | None = None
    #: whether the tip has a picture that the network does not take
    lacks_picture: bool = False
    #: why it would have to wait as things stand, such as a pause or the month's budget
    held: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """A slot to come: what will be posted where, or why nothing will."""

    slot: Slot
    why: str
    tip: str | None
    posts: tuple[Showing, ...]
    #: whether it comes when the bot is started, whenever that is
    at_start: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """Looks ahead without changing anything."""

    store: Store
    timetable: Timetable
    drafter: Drafter

    def everything(self, config: Config, *, why: bool = False) -> Iterator[Showing | Misfit]:
        """Every tip on every account that it may go to, as it would be posted next.

        With `why`, each post says which summaries would have been next.
        """
        drafter = self._recalling().drafter
        for tip in config.library:
            for account in config.accounts:
                if tip.goes_to(account.name):
                    one = drafter.draft(tip, account, config)
                    yield one if isinstance(one, Misfit) else _showing(one, drafter, why=why)

    def coming(
        self,
        config: Config,
        now: datetime,
        count: int,
        *,
        why: bool = False,
        is_running: bool = True,
    ) -> list[Coming]:
        """The next slots in order, as they will come if file, history and discussion stay.

        Where no bot `is_running`, what its start will post comes first.
        """
        with self.store.reading() as tx:
            turns = list(tx.slots.turns())
            holds = _Holds(tx, config, now)
            found = self._planned(tx, config)
            start = None if is_running else starting_schedule(tx, config, now)
            slots = list(islice(self._slots(tx, config, now), count))
        recall = self._recalling()
        for schedule, slot in _scheduled(config, start, now, slots):
            choice = choose(config, schedule, slot, turns, recall.drafter)
            if isinstance(choice, Chosen):
                turns.append(choice.pick.tip.id)
                recall.add(choice.drafts)
            coming = _coming(slot, choice, recall.drafter, why=why)
            found.append(replace(coming, at_start=schedule is start))
        return [holds.on(one) for one in found[:count]]

    def _recalling(self) -> _Recall:
        with self.store.reading() as tx:
            return _Recall(self.drafter, tx)

    def _slots(self, tx: UnitOfWork, config: Config, now: datetime) -> Iterator[Slot]:
        """The slots of all schedules that no pause holds, in order of their time."""
        pauses = tx.accounts.pauses(now)
        streams = [self._of_schedule(tx, schedule, now, pauses) for schedule in config.schedules]
        return heapq.merge(*streams, key=lambda slot: slot.due)

    def _of_schedule(
        self, tx: UnitOfWork, schedule: Schedule, now: datetime, pauses: Mapping[str, Pause]
    ) -> Iterator[Slot]:
        """What is due and in time, then what comes."""
        cursor = tx.slots.cursor(schedule)
        if cursor is not None and held(pauses, schedule) is None:
            due = list(self.timetable.slots(schedule, cursor, now))
            newest, _ = newest_in_time(due, now, schedule.late)
            if newest is not None and tx.slots.get(newest.schedule, newest.key) is None:
                yield newest
        yield from unheld(tx, self.timetable, schedule, now, pauses)

    def _planned(self, tx: UnitOfWork, config: Config) -> list[Coming]:
        """What is planned already and waits for its turn: frozen as it is."""
        waiting = sorted(tx.ledger.recent(50, {State.PLANNED}), key=lambda one: (one.due, one.id))
        return [
            _frozen(one, account, self.drafter.capabilities_of(account))
            for one in waiting
            if (account := config.account(one.account)) is not None
        ]


class _Recall:
    """The texts posted of each tip, and those of the preview: no two posts are the same."""

    def __init__(self, drafter: Drafter, tx: UnitOfWork) -> None:
        self._texts = {
            tip: {account: list(texts) for account, texts in posted.items()}
            for tip, posted in tx.ledger.posted_texts().items()
        }
        self.drafter = replace(drafter, posted=self._said)

    def _said(self, tip: str) -> Mapping[str, Sequence[str]]:
        return self._texts.get(tip, {})

    def add(self, drafts: Iterable[Draft]) -> None:
        """Count these as posted, too."""
        for one in drafts:
            texts = self._texts.setdefault(one.tip.id, {})
            texts.setdefault(one.account.name, []).append(one.fitted.text)


class _Holds:
    """What holds posts back, as far as it is known now: pauses, and the month's budget."""

    def __init__(self, tx: UnitOfWork, config: Config, now: datetime) -> None:
        self._pauses = tx.accounts.pauses(now)
        self._left = {
            account.name: account.monthly_budget - tx.accounts.spent(account.name, now)
            for account in config.accounts
            if account.monthly_budget is not None
        }
        self._month = now.astimezone(UTC).strftime("%Y-%m")

    def on(self, coming: Coming) -> Coming:
        """The same slot, with what holds each of its posts."""
        posts = tuple(replace(post, held=self._why(post, coming.slot)) for post in coming.posts)
        return replace(coming, posts=posts)

    def _why(self, post: Showing, slot: Slot) -> str | None:
        pause = self._pauses.get(f"account:{post.account}")
        if pause is not None and (pause.until is None or slot.due < pause.until):
            return pause.reason
        same_month = slot.due.astimezone(UTC).strftime("%Y-%m") <= self._month
        if post.account not in self._left or not same_month:
            return None
        if post.cost > self._left[post.account]:
            return "over this month's budget"
        self._left[post.account] -= post.cost
        return None


def _scheduled(
    config: Config, start: Schedule | None, now: datetime, slots: Iterable[Slot]
) -> Iterator[tuple[Schedule, Slot]]:
    """The slots with their schedules, first the one of the bot's start, if there is one."""
    if start is not None:
        yield start, extra_slot(now)
    for slot in slots:
        schedule = config.schedule(slot.schedule)
        if schedule is not None:
            yield schedule, slot


def _coming(slot: Slot, choice: Chosen | Nothing, drafter: Drafter, *, why: bool) -> Coming:
    if isinstance(choice, Nothing):
        return Coming(slot=slot, why=choice.why, tip=None, posts=())
    posts = tuple(_showing(one, drafter, why=why) for one in choice.drafts)
    return Coming(slot=slot, why=choice.pick.why, tip=choice.pick.tip.id, posts=posts)


def _showing(one: Draft, drafter: Drafter, *, why: bool) -> Showing:
    return Showing(
        tip=one.tip.id,
        account=one.account.name,
        text=one.fitted.text,
        length=one.fitted.length,
        limit=one.fitted.limit,
        native=one.fitted.native,
        how=one.fitted.summary.how,
        summary=one.fitted.summary,
        others=drafter.alternatives(one) if why else (),
        cost=one.layout.traits.price(has_link=bool(links(one.fitted.text))),
        cost_without_link=one.layout.traits.price(has_link=False),
        picture=one.picture,
        lacks_picture=one.tip.image is not None and one.layout.traits.picture is None,
    )


def _frozen(delivery: Delivery, account: Account, traits: Capabilities) -> Coming:
    """A delivery that is planned, as it will be sent."""
    text = delivery.post.text
    native = NetworkLength(
        unit=traits.text.unit, length=native_length(text, traits.text), limit=traits.text.limit
    )
    is_reply = delivery.post.in_reply_to is not None
    showing = Showing(
        tip=delivery.tip or "",
        account=account.name,
        text=text,
        length=weighted_length(text),
        limit=account.limit,
        native=native,
        how="planned",
        cost=traits.price(has_link=bool(links(text)), is_reply=is_reply),
        cost_without_link=traits.price(has_link=False, is_reply=is_reply),
        picture=delivery.post.picture,
    )
    schedule, _, key = delivery.slot.rpartition("/")
    slot = Slot(schedule=schedule, key=key, due=delivery.due)
    why = delivery.reason or "planned"
    return Coming(slot=slot, why=why, tip=delivery.tip, posts=(showing,))
