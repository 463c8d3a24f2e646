"""The outline of a discussion: its entries in reading order, without their words."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.core.model.entry import Entry


class Stub(NamedTuple):
    """An entry without its words. `is_shown`: everybody may read them."""

    id: int
    account: str
    remote_id: str
    in_reply_to: str | None
    is_shown: bool


NO_PARENT = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Outline:
    """Entries in reading order: thread by thread, each under what it answers, oldest first.

    Four columns, a line each: the entry's id, how deep it stands, the line of what it answers (or
    NO_PARENT), and whether its words are shown. Those whose words are not stay only where others
    that are shown hang on them.
    """

    ids: array[int]
    depths: array[int]
    parents: array[int]
    shown: bytearray

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def count(self) -> int:
        """How many are shown with their words."""
        return sum(self.shown)

    def line_of(self, entry_id: int) -> int | None:
        """The line of the entry, or None."""
        try:
            return self.ids.index(entry_id)
        except ValueError:
            return None


def outline(stubs: Sequence[Stub]) -> Outline:
    """The outline of these entries, given in the order of their time.

    An entry whose parent is not among them begins a thread of its own.
    """
    below, roots = _children(stubs)
    order, depths, parents = _depth_first(below, roots)
    kept = _kept(stubs, order, parents)
    made = Outline(ids=array("q"), depths=array("l"), parents=array("l"), shown=bytearray())
    lines: dict[int, int] = {NO_PARENT: NO_PARENT}
    for at, depth in zip(order, depths, strict=True):
        if kept[at]:
            lines[at] = len(made.ids)
            made.ids.append(stubs[at].id)
            made.depths.append(depth)
            made.parents.append(lines[parents[at]])
            made.shown.append(stubs[at].is_shown)
    return made


def reading_order(entries: Iterable[Entry]) -> list[tuple[int, Entry]]:
    """The entries thread by thread, as an outline has them, each with its depth."""
    known = sorted(entries, key=lambda entry: (entry.at, entry.id))
    stubs = [
        Stub(at, entry.account, entry.remote_id, entry.in_reply_to, entry.is_legible)
        for at, entry in enumerate(known)
    ]
    made = outline(stubs)
    return [(depth, known[at]) for at, depth in zip(made.ids, made.depths, strict=True)]


def _children(stubs: Sequence[Stub]) -> tuple[list[list[int]], list[int]]:
    """The answers to each entry, and the entries that answer none, by position."""
    places = {(stub.account, stub.remote_id): at for at, stub in enumerate(stubs)}
    below: list[list[int]] = [[] for _ in stubs]
    roots: list[int] = []
    for at, stub in enumerate(stubs):
        parent = places.get((stub.account, stub.in_reply_to or ""))
        (roots if parent is None else below[parent]).append(at)
    return below, roots


def _depth_first(
    below: Sequence[list[int]], roots: Sequence[int]
) -> tuple[list[int], list[int], list[int]]:
    """Every position in reading order, with its depth; and the parent of each position.

    Entries that answer each other in a ring, which only a lying server can make, come last, each
    as a root of its own.
    """
    order: list[int] = []
    depths: list[int] = []
    parents = [NO_PARENT] * len(below)
    pending = [(at, 0) for at in reversed(roots)]
    while pending:
        at, depth = pending.pop()
        order.append(at)
        depths.append(depth)
        for reply in reversed(below[at]):
            parents[reply] = at
            pending.append((reply, depth + 1))
    ring = sorted(set(range(len(below))).difference(order))
    return order + ring, depths + [0] * len(ring), parents


def _kept(stubs: Sequence[Stub], order: Sequence[int], parents: Sequence[int]) -> list[bool]:
    """Whether each position stays: it is shown, or an answer to it stays."""
    kept = [stub.is_shown for stub in stubs]
    for at in reversed(order):
        if kept[at] and parents[at] != NO_PARENT:
            kept[parents[at]] = True
    return kept
