"""A controlled network: an adapter, its network, and control over that network.

The suite uses a platform only through this, so that every platform makes the same promises.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from bot.core.model.capabilities import PlatformKind
from bot.core.model.delivery import Delivery, Post, Receipt
from bot.core.model.entry import Visibility
from bot.core.ports.platform import Platform
from tests.clock import FakeClock
from tests.core import samples
from tests.pictures.given import GivenPictures


class ControlledNetwork(ABC):
    """One network with a bot's account, and a person who posts."""

    kind: PlatformKind
    #: the adapter
    platform: Platform
    #: the person's display name
    person: str
    #: the beginning of a post that the bot has to read
    mention_prefix: str = ""
    #: whether the person can mention the bot outside of its threads
    can_mention: bool = True
    #: the visibilities other than public ones that the person can choose
    private: frozenset[Visibility] = frozenset()
    #: whether the person can edit posts
    can_edit: bool = False
    #: whether the network answers for itself: with its limits, its posts, or that it knows us
    tells: bool = True

    def __init__(self, clock: FakeClock, secrets: Mapping[str, str]) -> None:
        self.clock = clock
        self.secrets = secrets
        self.pictures = GivenPictures()
        self._numbers = count(1)

    @abstractmethod
    def another(self) -> Platform:
        """A new adapter for the same account, as after a restart."""

    @abstractmethod
    def existing_posts(self) -> Sequence[tuple[str, str]]:
        """Id and text of each existing post of the bot, in any order."""

    def pictures_of(self, remote_id: str) -> Sequence[tuple[str, bytes]] | None:
        """Alt text and bytes of each picture of a post, as the network has them.

        None: it takes no pictures, or fetches them itself.
        """
        return None

    @abstractmethod
    def parent_of(self, remote_id: str) -> str | None:
        """The id of the post that a post answers."""

    def person_posts(
        self,
        text: str,
        reply_to: str | None = None,
        visibility: Visibility = Visibility.PUBLIC,
    ) -> str:
        """Let the person post `text` after the prefix; returns its id."""
        return self.post_as_person(text, reply_to, visibility)

    @abstractmethod
    def post_as_person(self, text: str, reply_to: str | None, visibility: Visibility) -> str:
        """Do what `person_posts` promises."""

    @abstractmethod
    def person_deletes(self, remote_id: str) -> None:
        """Let the person delete a post of theirs."""

    def person_replies_unmentioned(self, text: str, reply_to: str) -> str:
        """Let the person reply without mentioning the bot, if that is possible."""
        return self.person_posts(text, reply_to)

    def person_edits(self, remote_id: str, text: str) -> None:
        """Let the person edit a post of theirs, if the network can."""
        raise NotImplementedError

    def is_favoured(self, remote_id: str) -> bool:
        """Whether the bot has favourited a post."""
        raise NotImplementedError(f"there are no favourites on {self.kind.name}")

    def address_of(self, receipt: Receipt) -> str | None:
        """The address of a post of the bot in a browser."""
        return receipt.url

    def later(self, by: timedelta) -> datetime:
        """Let time pass, also on the network if its clock can be set; returns the new time."""
        return self.clock.advance(by)

    def post(self, text: str, in_reply_to: str | None = None) -> Post:
        """A frozen post with its own key and tip."""
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
        """The unsure delivery of a post, sent now if no time is given."""
        now = self.clock.now()
        return samples.unsure(post, self.platform.account, now, sent_at)


class FailingNetwork(ControlledNetwork):
    """A network whose connection and credentials can fail."""

    @abstractmethod
    def lose_next_answer(self) -> None:
        """Let the next request be carried out and its answer be lost."""

    @abstractmethod
    def lose_next_request(self) -> None:
        """Let the next request be lost on its way."""

    def let_pass(self, requests: int) -> None:
        """Let so many requests pass before the next one is lost."""
        raise NotImplementedError

    def lose_nothing(self) -> None:
        """Take back the last orders to lose something."""
        raise NotImplementedError

    def refuse_next_picture(self) -> None:
        """Let the network refuse the next picture for good."""
        raise NotImplementedError

    @abstractmethod
    def go_down(self) -> None:
        """Let the network refuse connections."""

    @abstractmethod
    def come_back(self) -> None:
        """Let it accept connections again."""

    @abstractmethod
    def revoke(self) -> None:
        """Revoke the bot's credentials."""
