"""Plain values for tests; each function takes what a test wants to be different."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from bot.core.model.capabilities import Ability, Capabilities, Idempotency, TextLimit, Unit
from bot.core.model.config import Account, Config, Identity, Library, Tip
from bot.core.model.delivery import Delivery, Post, Receipt, State
from bot.core.model.entry import Author, Entry, EntryKind
from bot.core.model.schedule import At, Schedule, Slot
from tests.clock import MONDAY

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NINE = At(times=(time(9),))


def tip(tip_id: str = "listen", **changes: Any) -> Tip:
    """A tip with a title and two sentences."""
    plain = Tip(id=tip_id, title=f"The tip {tip_id}", text=f"What {tip_id} means. And more.")
    return replace(plain, **changes)


def library(*tips: Tip) -> Library:
    """These tips."""
    return Library(tips=tips)


def schedule(name: str = "mornings", **changes: Any) -> Schedule:
    """Every day at nine, up to two hours late."""
    plain = Schedule(name=name, when=NINE, timezone="UTC", late=2 * HOUR)
    return replace(plain, **changes)


def slot(key: str = "2026-03-02T09:00", name: str = "mornings", due=MONDAY) -> Slot:
    """Monday's slot at nine."""
    return Slot(schedule=name, key=key, due=due)


def account(name: str = "town", **changes: Any) -> Account:
    """An account without a gap between its posts."""
    return replace(Account(name=name, kind="town", gap=timedelta(0)), **changes)


def config(*tips: Tip, **changes: Any) -> Config:
    """A bot with one schedule and one account, and no site."""
    plain = Config(
        bot=Identity(id="bot", name="Tips", timezone="UTC", site="https://tips.test.net"),
        accounts=(account(),),
        schedules=(schedule(),),
        library=library(*(tips or (tip(),))),
    )
    return replace(plain, **changes)


def traits(**changes: Any) -> Capabilities:
    """A network that offers nothing against posting twice."""
    plain = Capabilities(
        network="Town",
        text=TextLimit(unit=Unit.GRAPHEMES, limit=500, link_cost=23),
        idempotency=Idempotency.NONE,
        abilities=frozenset(Ability),
        poll=MINUTE,
    )
    return replace(plain, **changes)


def post(**changes: Any) -> Post:
    """A post without link or hashtags."""
    plain = Post(
        key="key-1",
        tip="listen",
        title="Listen",
        text="Listen first.",
        body="What listening means.",
        created_at=MONDAY,
    )
    return replace(plain, **changes)


def delivery(**changes: Any) -> Delivery:
    """A planned delivery, due on Monday at nine, which may be two hours late."""
    plain = Delivery(
        id=1,
        slot="mornings/2026-03-02T09:00",
        tip="listen",
        account="town",
        post=post(),
        state=State.PLANNED,
        due=MONDAY,
        deadline=MONDAY + 2 * HOUR,
        not_before=MONDAY,
    )
    return replace(plain, **changes)


def unsure(post: Post, account: str, at: datetime, sent_at: datetime | None = None) -> Delivery:
    """The delivery of a post that came due at a moment, and may have been sent then, or later."""
    return delivery(
        slot="s/1",
        tip=post.tip,
        account=account,
        post=post,
        state=State.UNSURE,
        due=at,
        deadline=at + 2 * HOUR,
        not_before=at,
        attempt=1,
        sent_at=sent_at or at,
    )


def claimed(**changes: Any) -> Delivery:
    """A delivery that is being sent since nine."""
    sending = delivery(
        state=State.SENDING,
        attempt=1,
        owner="me",
        lease_until=MONDAY + 3 * MINUTE,
        sent_at=MONDAY,
    )
    return replace(sending, **changes)


def receipt(remote_id: str = "r1", at=MONDAY) -> Receipt:
    """Proof of a post at nine."""
    return Receipt(remote_id=remote_id, url=f"https://town.test.net/{remote_id}", at=at)


def entry(remote_id: str = "e1", **changes: Any) -> Entry:
    """A public reply."""
    plain = Entry(
        account="town",
        remote_id=remote_id,
        kind=EntryKind.REPLY,
        author=Author(name="Ada", handle="ada@town.test.net", url="https://town.test.net/@ada"),
        text=f"I disagree ({remote_id}).",
        at=MONDAY,
    )
    return replace(plain, **changes)
