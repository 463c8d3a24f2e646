"""Who is connected, and who has to go when there are too many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bot.web.http.connection_limits import ConnectionLimits


class Connection(Protocol):
    """What is known of one connection."""

    address: str | None
    """Whom it is counted for; None: a proxy of ours, which speaks for many."""

    def drop(self) -> None:
        """End it now, whatever was being said."""
        ...


@dataclass(eq=False, slots=True)
class _Group:
    """Connections that are counted together; those that keep us waiting, the longest first."""

    members: set[Connection] = field(default_factory=set)
    waiting: dict[Connection, None] = field(default_factory=dict)

    def drop_longest(self) -> bool:
        """End the connection that has kept us waiting longest; whether there was one."""
        longest = next(iter(self.waiting), None)
        if longest is None:
            return False
        longest.drop()
        return True


@dataclass(eq=False, slots=True)
class Connections:
    """All connections of a server, within `bounds`.

    Where there are too many, whoever has kept us waiting longest makes room for the next one. Where
    all have an answer in hand, a few more are taken, which are answered at `/healthz` only.
    """

    bounds: ConnectionLimits
    _all: _Group = field(default_factory=_Group)
    _by_address: dict[str, _Group] = field(default_factory=dict)
    _spare: set[Connection] = field(default_factory=set)

    def enter(self, one: Connection) -> bool:
        """Take a connection in; False where it is one of the few that are taken beyond the bounds.

        One that is not taken at all is dropped.
        """
        within = self._make_room(one)
        for group in self._groups(one):
            group.members.add(one)
        if within:
            return True
        self._spare.add(one)
        if len(self._spare) > self.bounds.spare:
            one.drop()
        return False

    def wait_for(self, one: Connection) -> None:
        """From now on it is its visitor who keeps us waiting."""
        for group in self._groups(one):
            if one in group.members:
                group.waiting.pop(one, None)
                group.waiting[one] = None

    def work_for(self, one: Connection) -> None:
        """From now on it is its visitor who waits for us."""
        for group in self._groups(one):
            group.waiting.pop(one, None)

    def leave(self, one: Connection) -> None:
        """It has ended, or is about to."""
        self._spare.discard(one)
        for group in self._groups(one):
            group.members.discard(one)
            group.waiting.pop(one, None)
        if one.address is not None and not self._by_address[one.address].members:
            del self._by_address[one.address]

    def _make_room(self, one: Connection) -> bool:
        """Whether there is room for one more, at once or because another had to go."""
        everybody, *own = self._groups(one)
        if own and len(own[0].members) >= self.bounds.each:
            return own[0].drop_longest()
        return len(everybody.members) < self.bounds.most or everybody.drop_longest()

    def _groups(self, one: Connection) -> list[_Group]:
        if one.address is None:
            return [self._all]
        return [self._all, self._by_address.setdefault(one.address, _Group())]
