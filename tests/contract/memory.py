"""A network in memory, and the adapter to it: the smallest that keeps every promise of a platform.

It is the reference for adapters to come, and stands in for a network where a test is about
something else: `MemoryNetwork` does what it is told to do, such as losing its next answer.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from threading import Condition, Lock

from bot.core.errors import (
    Duplicate,
    OutcomeUnknown,
    PlatformError,
    Refused,
    RetryLater,
    Unauthorised,
)
from bot.core.model.capabilities import (
    Ability,
    Capabilities,
    Idempotency,
    PlatformKind,
    Secret,
    TextLimit,
    Unit,
)
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.entry import NOBODY, Author, Entry, EntryKind, Visibility
from bot.core.model.inspection import InspectionRemark, failure
from bot.core.model.lookup import LOOK_BACK, Absent, Found
from bot.core.model.picture import PICTURE_SIDE, EncodedPicture, PictureKind, PictureLimits
from bot.core.ports.pictures import PostPictures
from bot.core.ports.platform import Batch, Checked, Clock
from bot.outbound import json_values
from bot.outbound.prepared import Uploads, given
from bot.scheduler.system_clock import SystemClock

ADDRESS = "https://memory.example"
PERSON = "Ada"
ADA = Author(name=PERSON, handle="@ada", key="7")
STEP = 10
"""How many changes one step of listening takes in: few, so that tests take several."""

TRAITS = Capabilities(
    network="Memory",
    text=TextLimit(unit=Unit.GRAPHEMES, limit=500, link_cost=23),
    idempotency=Idempotency.KEY,
    abilities=frozenset(Ability),
    poll=timedelta(minutes=1),
    key_memory=timedelta(hours=1),
    picture=PictureLimits(
        kinds=frozenset({PictureKind.JPEG, PictureKind.PNG}),
        max_bytes=1_000_000,
        max_side=PICTURE_SIDE,
        max_alt=1000,
    ),
)
KIND = PlatformKind(
    name="memory",
    about="a network in memory, for tests",
    traits=TRAITS,
    secrets=(Secret(name="token", about="what the network knows us by"),),
    common=frozenset({"limit", "hashtags", "gap", "link", "unsure", "poll"}),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One thing that was said. `key` is that of our own post, None for what a person said.

    `change` numbers every change on the network, so that a reader of changes misses none.
    """

    id: str
    text: str
    at: datetime
    change: int
    in_reply_to: str | None = None
    visibility: Visibility = Visibility.PUBLIC
    key: str | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    author: Author = ADA
    #: alt text and bytes of each
    pictures: tuple[tuple[str, bytes], ...] = ()


class Fate(Enum):
    """What becomes of a post or a picture that is on its way."""

    LOSE_ANSWER = "it is made, and nobody hears of it"
    LOSE_REQUEST = "it never arrives, and nobody hears of that either"
    REFUSE = "it is not wanted"


class MemoryNetwork:
    """The far side: what was said there, and what a test can do to it."""

    def __init__(self, clock: Clock, traits: Capabilities = TRAITS, token: str = "a token") -> None:
        self.traits = traits
        self.token = token
        self._clock = clock
        self._lock = Lock()
        self._changed = Condition(self._lock)
        self._said: dict[str, Said] = {}
        self._changes = 0
        self._fates: deque[Fate | None] = deque()
        self._uploads: dict[str, tuple[str, bytes]] = {}
        self._is_down = False
        self._is_revoked = False
        self.favourites: list[str] = []
        self.favourites_refuse: PlatformError | None = None

    # What a test can see, and what people do there.

    @property
    def posts(self) -> Sequence[Said]:
        """Our own posts that stand, oldest first."""
        said = tuple(self._said.values())  # in one step: another thread may be adding
        return [one for one in said if one.key is not None and one.deleted_at is None]

    def get(self, said_id: str) -> Said | None:
        """What was said under this id, or None."""
        return self._said.get(said_id)

    def say(
        self,
        text: str,
        reply_to: str | None = None,
        visibility: Visibility = Visibility.PUBLIC,
        *,
        by: Author = ADA,
    ) -> str:
        """Let a person say something, perhaps in reply; returns its id."""
        with self._lock:
            return self._add(text, in_reply_to=reply_to, visibility=visibility, author=by).id

    def edit(self, said_id: str, text: str) -> None:
        """Let a person change what they said."""
        with self._lock:
            self._change(said_id, text=text, edited_at=self._clock.now())

    def delete(self, said_id: str) -> None:
        """Let whoever said it take it back."""
        with self._lock:
            self._change(said_id, text="", deleted_at=self._clock.now())

    # What can go wrong.

    def lose_next_answer(self) -> None:
        """Make the next post, and answer nothing."""
        self._fates.append(Fate.LOSE_ANSWER)

    def lose_next_request(self) -> None:
        """Lose the next post on its way, and answer nothing."""
        self._fates.append(Fate.LOSE_REQUEST)

    def refuse_next(self) -> None:
        """Refuse the next post."""
        self._fates.append(Fate.REFUSE)

    def let_pass(self, posts: int) -> None:
        """Let the next posts and pictures pass."""
        self._fates.extend([None] * posts)

    def lose_nothing(self) -> None:
        """Let all pass again."""
        self._fates.clear()

    def go_down(self) -> None:
        """Take no connection any more."""
        self._is_down = True

    def come_back(self) -> None:
        """Take connections again."""
        self._is_down = False

    def revoke(self) -> None:
        """Accept the token no more."""
        self._is_revoked = True

    def restore(self) -> None:
        """Accept the token again."""
        self._is_revoked = False

    # What the adapter asks of it.

    def greet(self, token: str) -> None:
        """Let a request in. Raises RetryLater or Unauthorised."""
        if self._is_down:
            raise RetryLater("Memory cannot be reached", "it is tried again")
        if self._is_revoked or token != self.token:
            raise Unauthorised("Memory does not accept the token", "make a new one")

    def take(self, post: Post) -> Said:
        """Take in a post of ours, as often as `traits.idempotency` says."""
        with self._lock:
            fate = self._fate()
            said = self._known(post) or self._make(post)
        if fate is Fate.LOSE_ANSWER:
            raise OutcomeUnknown("Memory gave no answer", "it is looked for")
        return said

    def take_picture(self, picture: EncodedPicture, alt: str) -> str:
        """Take in a picture; the id under which a post of ours may have it."""
        with self._lock:
            fate = self._fate()
            self._uploads[f"p{len(self._uploads)}"] = (alt, picture.data)
            upload = f"p{len(self._uploads) - 1}"
        if fate is Fate.LOSE_ANSWER:
            raise OutcomeUnknown("Memory gave no answer", "it is sent again")
        return upload

    def _fate(self) -> Fate | None:
        """What becomes of this one, if it arrives and is wanted."""
        fate = self._fates.popleft() if self._fates else None
        if fate is Fate.REFUSE:
            raise Refused("Memory does not want this post", "change the tip's words")
        if fate is Fate.LOSE_REQUEST:
            raise OutcomeUnknown("Memory gave no answer", "it is looked for")
        return fate

    def changes(self, after: int) -> Sequence[Said]:
        """All that changed after this change, oldest change first."""
        with self._lock:
            changed = [one for one in self._said.values() if one.change > after]
        return sorted(changed, key=lambda one: one.change)

    def below(self, said_id: str) -> frozenset[str]:
        """The ids of all that was ever said below this, at any depth."""
        with self._lock:
            said = tuple(self._said.values())
        found = {said_id}
        for one in sorted(said, key=lambda one: one.at):
            if one.in_reply_to in found:
                found.add(one.id)
        return frozenset(found - {said_id})

    def wait(self, after: int, patience: float) -> int:
        """Wait for a change after this one, a while at most; the number of the last change."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes > after, patience)
            return self._changes

    def favour(self, said_id: str) -> None:
        """Note a favourite of ours, or refuse it as a test wants."""
        if self.favourites_refuse is not None:
            raise self.favourites_refuse
        with self._lock:
            if said_id not in self._said or self._said[said_id].deleted_at is not None:
                raise Refused("Memory does not have this", "let it be")
            if said_id not in self.favourites:
                self.favourites.append(said_id)

    def _known(self, post: Post) -> Said | None:
        """What we have of this post already. Raises Duplicate where that is all that is told."""
        match self.traits.idempotency:
            case Idempotency.KEY:
                since = self._clock.now() - self.traits.key_memory
                return _first(one for one in self.posts if one.key == post.key and one.at > since)
            case Idempotency.CHOSEN_ID:
                return self._said.get(post.key)
            case Idempotency.SAME_TEXT if _first(one for one in self.posts if _is(post, one)):
                raise Duplicate("Memory has this text already", "look whether it is this post")
            case _:
                return None

    def _make(self, post: Post) -> Said:
        parent = self._said.get(post.in_reply_to or "")
        if post.in_reply_to is not None and (parent is None or parent.deleted_at is not None):
            raise Refused("Memory does not have what this answers", "let the answer be")
        upload = json_values.word(given(post.prepared).get("media"))
        pictures = (self._uploads[upload],) if upload else ()
        return self._add(post.text, in_reply_to=post.in_reply_to, key=post.key, pictures=pictures)

    def _add(
        self,
        text: str,
        *,
        in_reply_to: str | None,
        key: str | None = None,
        visibility: Visibility = Visibility.PUBLIC,
        author: Author = ADA,
        pictures: tuple[tuple[str, bytes], ...] = (),
    ) -> Said:
        self._changes += 1
        is_named = key is not None and self.traits.idempotency is Idempotency.CHOSEN_ID
        said = Said(
            id=key if key is not None and is_named else f"m{self._changes}",
            text=text,
            at=self._clock.now(),
            change=self._changes,
            in_reply_to=in_reply_to,
            visibility=visibility,
            key=key,
            author=author,
            pictures=pictures,
        )
        self._said[said.id] = said
        self._changed.notify_all()
        return said

    def _change(self, said_id: str, **changed: object) -> None:
        self._changes += 1
        old = self._said[said_id]
        self._said[said_id] = replace(old, change=self._changes, **changed)  # type: ignore[arg-type]
        self._changed.notify_all()


class MemoryPlatform:
    """One account on a network in memory: behind every door that there is."""

    def __init__(
        self,
        network: MemoryNetwork,
        account: str = "memory",
        token: str = "",
        *,
        clock: Clock | None = None,
        pictures: PostPictures | None = None,
    ) -> None:
        self.account = account
        self._uploads = Uploads(
            clock=clock or SystemClock(), pictures=pictures, lasts=timedelta(hours=1)
        )
        self._network = network
        self._token = token or network.token

    def learn(self) -> Capabilities:
        """The network's own rules."""
        self._network.greet(self._token)
        return self._network.traits

    def inspect(self) -> Sequence[InspectionRemark]:
        """Whether the token is good, which is all that there is to it."""
        try:
            self._network.greet(self._token)
        except PlatformError as error:
            return [failure(error)]
        return [InspectionRemark(what="signed in on Memory")]

    def needs_preparing(self, post: Post) -> bool:
        """Those with a picture."""
        return self._uploads.is_needed(post)

    def prepare(self, post: Post) -> str:
        """Send the picture."""
        return self._uploads.prepare(post, self._network.traits.picture, self._upload)

    def _upload(self, picture: EncodedPicture, alt: str) -> Mapping[str, str]:
        self._network.greet(self._token)
        return {"media": self._network.take_picture(picture, alt)}

    def publish(self, post: Post) -> Receipt:
        """Post exactly `post`."""
        self._network.greet(self._token)
        return _receipt(self._network.take(post))

    def find(self, delivery: Delivery, taken: Collection[str] = frozenset()) -> Found | Absent:
        """Look through all our posts since the sending: the network has one clock with us."""
        self._network.greet(self._token)
        since = (delivery.sent_at or delivery.post.created_at) - LOOK_BACK
        free = (one for one in self._network.posts if one.at >= since and one.id not in taken)
        found = _first(one for one in free if _is(delivery.post, one))
        return Absent() if found is None else Found(receipt=_receipt(found))

    def list_own_posts(self, since: datetime, in_reply_to: str | None = None) -> frozenset[str]:
        """All our posts that stand, made since then, that answer this one, or nothing."""
        self._network.greet(self._token)
        ours = (one for one in self._network.posts if one.in_reply_to == in_reply_to)
        return frozenset(one.id for one in ours if one.at >= since)

    def poll(self, cursor: str | None, began: datetime | None = None) -> Batch:
        """What people said, changed or deleted since the change numbered `cursor`."""
        self._network.greet(self._token)
        changes = self._network.changes(int(cursor or 0))
        heard = changes[:STEP]
        return Batch(
            entries=tuple(_entry(one, self.account) for one in heard if one.key is None),
            cursor=str(heard[-1].change) if heard else cursor,
            more=len(changes) > STEP,
        )

    def read_thread(self, remote_id: str, cursor: str | None) -> Batch:
        """What was said below our post, changed or deleted since the change of this number."""
        self._network.greet(self._token)
        post = self._network.get(remote_id)
        if post is None or post.deleted_at is not None:
            raise Refused("Memory does not have this post", "nothing more is read below it")
        below = self._network.below(remote_id)
        changes = [one for one in self._network.changes(int(cursor or 0)) if one.id in below]
        heard = changes[:STEP]
        return Batch(
            entries=tuple(_entry(one, self.account) for one in heard),
            cursor=str(heard[-1].change) if heard else cursor,
            more=len(changes) > STEP,
        )

    def check(self, remote_ids: Sequence[str]) -> Checked:
        """Each of these as it is now."""
        self._network.greet(self._token)
        found = {one: self._network.get(one) for one in remote_ids}
        there = [one for one in found.values() if one and one.deleted_at is None]
        return Checked(
            entries=tuple(_entry(one, self.account) for one in there),
            gone=frozenset(found) - {one.id for one in there},
        )

    def hints(self, hint: Callable[[], None], over: Callable[[], bool]) -> None:
        """A hint for every change on the network, until it goes down."""
        self._network.greet(self._token)
        change = self._network.wait(-1, 0)
        hint()
        while not over():
            last, change = change, self._network.wait(change, 0.02)
            self._network.greet(self._token)
            if change > last:
                hint()

    def retract(self, remote_id: str) -> None:
        """Delete our post; what is gone, or not ours, stays as it is."""
        self._network.greet(self._token)
        if any(one.id == remote_id for one in self._network.posts):
            self._network.delete(remote_id)

    def favourite(self, remote_id: str) -> None:
        """Favour what was said; twice is once."""
        self._network.greet(self._token)
        self._network.favour(remote_id)

    def remote_id(self, address: str) -> str | None:
        """What was said at this address, or under this id."""
        path = re.split("[?#]", address.strip().removeprefix(f"{ADDRESS}/"))[0]
        said = self._network.get(path.rstrip("/"))
        return said.id if said else None


def _is(post: Post, said: Said) -> bool:
    return (said.text, said.in_reply_to) == (post.text, post.in_reply_to)


def _first(found: Iterator[Said]) -> Said | None:
    return next(found, None)


def _receipt(said: Said) -> Receipt:
    return Receipt(remote_id=said.id, url=f"{ADDRESS}/{said.id}", at=said.at)


def _author(said: Said) -> Author:
    return said.author if said.key is None else Author(name="The bot", key="bot")


def _entry(said: Said, account: str) -> Entry:
    """What was said, without words or name where those may not be kept; our own marked so."""
    is_legible = said.visibility.may_be_kept and said.deleted_at is None
    return Entry(
        account=account,
        remote_id=said.id,
        kind=EntryKind.REPLY if said.in_reply_to else EntryKind.MENTION,
        author=_author(said) if is_legible else NOBODY,
        ours=said.key is not None,
        text=said.text if is_legible else "",
        at=said.at,
        in_reply_to=said.in_reply_to,
        visibility=said.visibility,
        url=f"{ADDRESS}/{said.id}" if is_legible else None,
        version=str(said.change) if said.edited_at else "",
        edited_at=said.edited_at,
        deleted_at=said.deleted_at,
    )
