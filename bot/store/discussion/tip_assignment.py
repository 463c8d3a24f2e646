"""Assigns entries to tips: an entry has the tip of the post or entry that it answers."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Table, select, update

from bot.core.model.entry import Entry
from bot.store.rows import Part, batched
from bot.store.tables import deliveries, entries


class TipAssigner(Part):
    """Finds and assigns tips, for one bot in one transaction."""

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
                    self._is(table, account=account), table.c.remote_id.in_(some)
                )
                found.update({(account, row[0]): row[1] for row in self._connection.execute(query)})
        return found

    def with_orphans(self, kept: Sequence[Entry]) -> list[Entry]:
        """Those with a tip that are the parent or root of a stored entry without one."""
        parents = [one for one in kept if one.tip is not None]
        found: set[tuple[str, str]] = set()
        for account in {one.account for one in parents}:
            loose = self._is(entries, account=account, tip=None)
            for some in batched([one.remote_id for one in parents if one.account == account]):
                for column in (entries.c.in_reply_to, entries.c.root):  # an OR would use no index
                    query = select(column).where(loose, column.in_(some))
                    found.update((account, str(name)) for name in self._connection.scalars(query))
        return [one for one in parents if (one.account, one.remote_id) in found]

    def adopt(self, account: str, remote_id: str, tip: str) -> list[int]:
        """Assign the tip to all entries under this remote id that have none; their numbers."""
        moved: list[int] = []
        pending = [remote_id]
        while pending:
            parent = pending.pop()
            for column in (entries.c.in_reply_to, entries.c.root):  # an OR would use no index
                theirs = self._is(entries, account=account, tip=None) & (column == parent)
                query = select(entries.c.id, entries.c.remote_id).where(theirs)
                found = self._connection.execute(query.order_by(entries.c.id)).all()
                if found:
                    self._change(update(entries).where(theirs).values(tip=tip))
                moved.extend(row.id for row in found)
                pending.extend(row.remote_id for row in found)
        return moved


def _first_tip(
    names: Sequence[tuple[str, str]], *known: Mapping[tuple[str, str], str | None]
) -> str | None:
    """The tip of the first of these that has one, in whichever table it is found first."""
    return next((tip for name in names for tips in known if (tip := tips.get(name))), None)


def above(entry: Entry) -> list[str]:
    """The remote ids of its parent and of the beginning of its conversation."""
    return [remote_id for remote_id in (entry.in_reply_to, entry.root) if remote_id]
