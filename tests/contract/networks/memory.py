"""The reference: a network in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bot.core.model.capabilities import Idempotency
from bot.core.model.entry import Visibility
from tests.clock import FakeClock
from tests.contract import memory
from tests.contract.memory import MemoryNetwork, MemoryPlatform
from tests.contract.network import FailingNetwork


class ReferenceNetwork(FailingNetwork):
    """A network in memory with the given idempotency."""

    kind = memory.KIND
    person = memory.PERSON
    private = frozenset({Visibility.FOLLOWERS, Visibility.DIRECT})
    can_edit = True

    def __init__(self, idempotency: Idempotency) -> None:
        super().__init__(FakeClock(), {"token": "memory-token-for-tests"})
        traits = replace(memory.TRAITS, idempotency=idempotency)
        self._network = MemoryNetwork(self.clock, traits, self.secrets["token"])
        self.platform = self.another()

    def another(self) -> MemoryPlatform:
        """A new adapter."""
        return MemoryPlatform(
            self._network, token=self.secrets["token"], clock=self.clock, pictures=self.pictures
        )

    def existing_posts(self) -> Sequence[tuple[str, str]]:
        """As the network has it."""
        return [(one.id, one.text) for one in self._network.posts]

    def pictures_of(self, remote_id: str) -> Sequence[tuple[str, bytes]]:
        """As the network has it."""
        said = self._network.get(remote_id)
        return said.pictures if said else ()

    def parent_of(self, remote_id: str) -> str | None:
        """As the network has it."""
        said = self._network.get(remote_id)
        return said.in_reply_to if said else None

    def post_as_person(self, text: str, reply_to: str | None, visibility: Visibility) -> str:
        """Posted at once."""
        return self._network.say(text, reply_to, visibility)

    def person_deletes(self, remote_id: str) -> None:
        """Deleted at once."""
        self._network.delete(remote_id)

    def person_edits(self, remote_id: str, text: str) -> None:
        """Edited at once."""
        self._network.edit(remote_id, text)

    def is_favoured(self, remote_id: str) -> bool:
        """As the network has it."""
        return remote_id in self._network.favourites

    def lose_next_answer(self) -> None:
        """The network does so."""
        self._network.lose_next_answer()

    def lose_next_request(self) -> None:
        """The network does so."""
        self._network.lose_next_request()

    def let_pass(self, requests: int) -> None:
        """The network does so."""
        self._network.let_pass(requests)

    def lose_nothing(self) -> None:
        """The network does so."""
        self._network.lose_nothing()

    def refuse_next_picture(self) -> None:
        """The network does so."""
        self._network.refuse_next()

    def go_down(self) -> None:
        """The network does so."""
        self._network.go_down()

    def come_back(self) -> None:
        """The network does so."""
        self._network.come_back()

    def revoke(self) -> None:
        """The network does so."""
        self._network.revoke()


@contextmanager
def reference_network(idempotency: Idempotency, _place: Path) -> Iterator[ReferenceNetwork]:
    """A new network in memory."""
    yield ReferenceNetwork(idempotency)
