"""What was said so far: the tip's posts and the lines that were carried out, by their ids."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.demo.script import TIP, Line, Place


@dataclass(frozen=True, kw_only=True, slots=True)
class CarriedOut:
    """A line that was carried out: its author, and its id on its network."""

    who: str
    id: str


@dataclass(kw_only=True, slots=True)
class Conversation:
    """All lines so far. `roots` are the ids of the tip's posts by network."""

    roots: dict[Place, str]
    _said: dict[str, CarriedOut] = field(default_factory=dict)

    def add(self, line: Line, remote_id: str) -> None:
        """Remember a line under its name; an edit takes the place of the line that it changes."""
        self._said[line.edits or line.id] = CarriedOut(who=line.who, id=remote_id)

    def id_of(self, line: str | None) -> str:
        """The id of a line on its network."""
        return self._said[line or ""].id

    def parent(self, line: Line) -> str | None:
        """The id that a line answers; a comment on the site answers its page without one."""
        if line.to == TIP:
            return self.roots.get(line.place)
        return self.id_of(line.to) if line.to else None

    def author_above(self, line: Line) -> str | None:
        """Who wrote the line that this one answers; None: it answers the tip, or nothing."""
        return self._said[line.to].who if line.to and line.to != TIP else None
