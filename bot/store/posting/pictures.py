"""`core.ports.pictures.PictureStore` over SQL."""

from sqlalchemy import select

from bot.store.rows import Part, upserting
from bot.store.tables import pictures


class SqlPictures(Part):
    """The pictures of one bot's posts, in one transaction."""

    def put(self, name: str, data: bytes) -> None:
        """Keep a picture, unless one of this name is kept."""
        new = upserting(self._connection, pictures).values(bot=self._bot, name=name, data=data)
        self._connection.execute(new.on_conflict_do_nothing())

    def get(self, name: str) -> bytes | None:
        """The picture of this name, or None."""
        return self._connection.scalar(select(pictures.c.data).where(self._is(pictures, name=name)))
