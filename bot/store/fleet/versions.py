"""`core.ports.fleet_store.FleetVersions` over SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from bot.core.fleet.bot import Version, hash_of
from bot.store.postgres.tables import fleet_files, fleet_versions
from bot.store.rows import columns, made, of_bot


class SqlFleetVersions:
    """The versions of bots' files, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, bot: str) -> Sequence[Version]:
        """Every version, the newest first."""
        query = select(fleet_versions).where(of_bot(fleet_versions, bot))
        rows = self._connection.execute(query.order_by(fleet_versions.c.number.desc()))
        return [made(Version, row) for row in rows]

    def get(self, bot: str, number: int) -> Version | None:
        """One version, or None."""
        query = select(fleet_versions).where(of_bot(fleet_versions, bot, number=number))
        row = self._connection.execute(query).first()
        return None if row is None else made(Version, row)

    def files(self, bot: str, number: int) -> Mapping[str, bytes]:
        """The files of a version by name."""
        query = select(fleet_files).where(of_bot(fleet_files, bot, version=number))
        return {row.name: row.data for row in self._connection.execute(query)}

    def file(self, bot: str, number: int, name: str) -> bytes | None:
        """One file of a version, or None."""
        one = of_bot(fleet_files, bot, version=number, name=name)
        return self._connection.scalar(select(fleet_files.c.data).where(one))

    def add(self, bot: str, files: Mapping[str, bytes], *, by: str, now: datetime) -> Version:
        """Store a new version under the number after the newest."""
        newest = select(func.max(fleet_versions.c.number)).where(of_bot(fleet_versions, bot))
        number = int(self._connection.scalar(newest) or 0) + 1
        added = Version(number=number, hash=hash_of(files), at=now, by=by)
        self._connection.execute(insert(fleet_versions).values(bot=bot, **columns(added)))
        rows = [
            {"bot": bot, "version": number, "name": name, "data": data}
            for name, data in files.items()
        ]
        if rows:
            self._connection.execute(insert(fleet_files), rows)
        return added
