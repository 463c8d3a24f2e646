"""Under which tip an entry belongs: that of what it hangs on, whichever of the two came first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Table, select, update

from bot.core.model.entry import Entry
from bot.store.discussion.entry_rows import Part, batched
from bot.store.tables import deliveries, entries


class TipAssigner(Part):
    """Finds and gives tips, for one bot in one transaction."""

    def tip_of(self, account: str, remote_ids: Sequence[str]) -> str | None:
        """The tip of the first of these remote ids that has one."""
        names = [(account, remote_id) for remote_id in remote_ids]
        return _first_tip(names, self.tips(deliveries, names), self.tips(entries, names))

    def of(self, fresh: Sequence[Entry]) -> list[str | None]:
        """The tip of each: its own, or that of what it answers, which may be one before it."""
        names = [(one.account, name) for one in fresh if not one.tip for name in above(one)]
        posts, known = self.tips(deliveries, names), self.tips(entries, names)
        found: list[str | None] = []
        for one in fresh:
            names = [(one.account, name) for name in above(one)]
            tip = one.tip or _first_tip(names, posts, known)
            known[one.account, one.remote_id] = tip
            found.append(tip)
        return found

    def tips(
        self, table: Table, names: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], str | None]:
        """The tips of those that are in this table, by account and remote id."""
        found: dict[tuple[str, str], str | None] = {}
        for account in {account for account, _ in names}:
            ids = sorted({remote_id for owner, remote_id in names if owner == account})
            for some in batched(ids):
                query = select(table.c.remote_id, table.c.tip).where(
                    table.c.bot == self._bot,
                    table.c.account == account,
                    table.c.remote_id.in_(some),
                )
                found.update({(account, row[0]): row[1] for row in self._connection.execute(query)})
        return found

    def with_orphans(self, kept: Sequence[Entry]) -> list[Entry]:
        """Those with a tip on which something hangs that has none."""
        homes = [one for one in kept if one.tip is not None]
        hanging: set[tuple[str, str]] = set()
        for account in {one.account for one in homes}:
            for some in batched([one.remote_id for one in homes if one.account == account]):
                for column in (entries.c.in_reply_to, entries.c.root):  # an OR would use no index
                    query = select(column).where(
                        entries.c.bot == self._bot,
                        entries.c.account == account,
                        entries.c.tip.is_(None),
                        column.in_(some),
                    )
                    hanging.update((account, str(name)) for name in self._connection.scalars(query))
        return [one for one in homes if (one.account, one.remote_id) in hanging]

    def adopt(self, account: str, remote_id: str, tip: str) -> list[int]:
        """Give the tip to everything that hangs on this remote id and has none; their numbers."""
        moved: list[int] = []
        pending = [remote_id]
        while pending:
            parent = pending.pop()
            for column in (entries.c.in_reply_to, entries.c.root):  # an OR would use no index
                found = self._give(tip, account, column == parent)
                moved.extend(found)
                pending.extend(found.values())
        return moved

    def _give(self, tip: str, account: str, hanging: ColumnElement[bool]) -> dict[int, str]:
        """Give the tip to those without one that hang there: their numbers and remote ids."""
        theirs = (
            (entries.c.bot == self._bot)
            & (entries.c.account == account)
            & entries.c.tip.is_(None)
            & hanging
        )
        query = select(entries.c.id, entries.c.remote_id).where(theirs).order_by(entries.c.id)
        found = {row.id: row.remote_id for row in self._connection.execute(query)}
        if found:
            self._connection.execute(update(entries).where(theirs).values(tip=tip))
        return found


def _first_tip(
    names: Sequence[tuple[str, str]], *known: Mapping[tuple[str, str], str | None]
) -> str | None:
    """The tip of the first of these that has one, by whichever table knows it first."""
    return next((tip for name in names for tips in known if (tip := tips.get(name))), None)


def above(entry: Entry) -> list[str]:
    """What it hangs on: its parent, and what began the conversation."""
    return [remote_id for remote_id in (entry.in_reply_to, entry.root) if remote_id]
