"""The reference: a network in memory, which keeps every promise by construction."""

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
from tests.contract.world import FarWorld


class MemoryWorld(FarWorld):
    """A network that promises about repeats what it is told to promise."""

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
        """A fresh adapter."""
        return MemoryPlatform(self._network, token=self.secrets["token"])

    def posts_there(self) -> Sequence[tuple[str, str]]:
        """What the network holds."""
        return [(one.id, one.text) for one in self._network.posts]

    def parent_there(self, remote_id: str) -> str | None:
        """What the network holds."""
        said = self._network.get(remote_id)
        return said.in_reply_to if said else None

    def person_says(
        self,
        text: str,
        reply_to: str | None = None,
        visibility: Visibility = Visibility.PUBLIC,
    ) -> str:
        """Said at once."""
        return self._network.say(text, reply_to, visibility)

    def person_deletes(self, remote_id: str) -> None:
        """Taken back at once."""
        self._network.delete(remote_id)

    def person_edits(self, remote_id: str, text: str) -> None:
        """Changed at once."""
        self._network.edit(remote_id, text)

    def is_favoured(self, remote_id: str) -> bool:
        """What the network holds."""
        return remote_id in self._network.favourites

    def lose_next_answer(self) -> None:
        """Told to the network."""
        self._network.lose_next_answer()

    def lose_next_request(self) -> None:
        """Told to the network."""
        self._network.lose_next_request()

    def go_down(self) -> None:
        """Told to the network."""
        self._network.go_down()

    def come_back(self) -> None:
        """Told to the network."""
        self._network.come_back()

    def revoke(self) -> None:
        """Told to the network."""
        self._network.revoke()


@contextmanager
def memory_world(idempotency: Idempotency, _place: Path) -> Iterator[MemoryWorld]:
    """A network that is gone with its world."""
    yield MemoryWorld(idempotency)
