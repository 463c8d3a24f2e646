"""A world: an adapter, wired to the network that it is for, and a hand in that network.

The suite sees a platform through this only, so that every row makes the same promises.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from bot.core.model.capabilities import PlatformKind
from bot.core.model.delivery import Delivery, Post, Receipt, State
from bot.core.model.entry import Visibility
from bot.core.ports.platform import Platform
from tests.clock import FakeClock


class World(ABC):
    """One network with a bot's account, and a person who has something to say.

    `platform` is the adapter. `person` is the person's display name, `greeting` how they have to
    begin to be heard, `can_mention` whether they can speak to us outside any thread of ours, and
    `private` what other visibilities than the public ones they can choose, and `can_edit` whether
    they can change what they said.
    """

    kind: PlatformKind
    platform: Platform
    person: str
    greeting: str = ""
    can_mention: bool = True
    private: frozenset[Visibility] = frozenset()
    can_edit: bool = False

    def __init__(self, clock: FakeClock, secrets: Mapping[str, str]) -> None:
        self.clock = clock
        self.secrets = secrets
        self._numbers = count(1)

    @abstractmethod
    def another(self) -> Platform:
        """A fresh adapter for the same account, as after a restart."""

    @abstractmethod
    def posts_there(self) -> Sequence[tuple[str, str]]:
        """The truth: id and text of each post of ours that stands, in any order."""

    @abstractmethod
    def parent_there(self, remote_id: str) -> str | None:
        """The truth: the id of what this answers."""

    @abstractmethod
    def person_says(
        self,
        text: str,
        reply_to: str | None = None,
        visibility: Visibility = Visibility.PUBLIC,
    ) -> str:
        """Let the person say `text` after the greeting; returns the id that the network gave it."""

    @abstractmethod
    def person_deletes(self, remote_id: str) -> None:
        """Let the person take back what they said."""

    def person_remarks(self, text: str, reply_to: str) -> str:
        """Let the person answer without naming us, where that is possible."""
        return self.person_says(text, reply_to)

    def person_edits(self, remote_id: str, text: str) -> None:
        """Let the person change what they said, where they can."""
        raise NotImplementedError

    def is_favoured(self, remote_id: str) -> bool:
        """The truth: whether the bot has favoured this."""
        raise NotImplementedError(f"nobody has favourites on {self.kind.name}")

    def address_of(self, receipt: Receipt) -> str | None:
        """What a person's browser shows as the address of a post of ours."""
        return receipt.url

    def later(self, by: timedelta) -> datetime:
        """The moment this much from now; the network is there, too, if its clock can be set."""
        return self.clock.advance(by)

    def post(self, text: str, in_reply_to: str | None = None) -> Post:
        """A frozen post with a key and a tip of its own."""
        number = next(self._numbers)
        return Post(
            key=f"bot/slot-{number}/{self.kind.name}",
            tip=None if in_reply_to else f"tip-{number}",
            title="A tip",
            text=text,
            body=text,
            created_at=self.clock.now(),
            in_reply_to=in_reply_to,
        )

    def unsure(self, post: Post, sent_at: datetime | None = None) -> Delivery:
        """The delivery of a post that may have been sent, now if no moment is given."""
        now = self.clock.now()
        return Delivery(
            id=1,
            slot="slot",
            tip=post.tip,
            account=self.platform.account,
            post=post,
            state=State.UNSURE,
            due=now,
            deadline=now + timedelta(hours=2),
            not_before=now,
            attempt=1,
            sent_at=sent_at or now,
        )


class FarWorld(World):
    """A world whose network is far: there is a way to it that can fail, and a door that can close."""

    @abstractmethod
    def lose_next_answer(self) -> None:
        """Let the next request be carried out and its answer be lost."""

    @abstractmethod
    def lose_next_request(self) -> None:
        """Let the next request be lost after it left us."""

    @abstractmethod
    def go_down(self) -> None:
        """Let the network take no connection."""

    @abstractmethod
    def come_back(self) -> None:
        """Let it take connections again."""

    @abstractmethod
    def revoke(self) -> None:
        """Let our credentials not be accepted any more."""
