"""What an export holds: every entry that everybody may read, cleaned, with stable fields."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from bot.app.discussion.event_log import Record, Value, picked, whole
from bot.app.discussion.public_view import FreshnessFilter
from bot.core.model.config import Config
from bot.core.model.entry import Entry
from bot.core.ports.discussion_store import PublicEntries
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.sanitize import harmless
from bot.core.text.web_addresses import web_parts

AT_ONCE = 1000
"""So many entries are held in memory."""

FIELDS = (
    "id",
    "tip",
    "account",
    "platform",
    "remote_id",
    "in_reply_to",
    "kind",
    "ours",
    "author",
    "handle",
    "profile",
    "text",
    "warning",
    "withheld",
    "language",
    "url",
    "at",
    "edited_at",
    "deleted_at",
)
"""The fields of a record, in their order."""

_FOREIGN = (
    "remote_id",
    "in_reply_to",
    "author",
    "handle",
    "profile",
    "warning",
    "language",
    "url",
)
"""Those that somebody else wrote, each a line."""

_ENDS = re.compile(r"[\s<>()\[\]{}\"'\\^`|]|[^\w!-~]")
"""What may end an address in some format, or is no part of one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """What an export is made from: the log in one transaction, as everybody may see it `now`."""

    tx: UnitOfWork
    withholder: FreshnessFilter
    now: datetime

    @property
    def config(self) -> Config:
        """The bot's file."""
        return self.withholder.config

    @property
    def shown(self) -> PublicEntries:
        """What everybody may read, with what is unlisted where the operator shows that."""
        return self.tx.public_entries(unlisted=self.config.bot.show_unlisted)

    def entries(
        self, *, tip: str | None = None, loose: bool = False, since: datetime | None = None
    ) -> Iterator[Entry]:
        """All entries, of a tip or `loose` ones, said `since` then, as they were taken in.

        Words that may not be shown now come without, as on the pages.
        """
        after = 0
        while some := self.shown.entries(
            tip=tip, loose=loose, since=since, after=after, limit=AT_ONCE
        ):
            yield from self.withholder.shown(self.tx, some, self.now)
            after = some[-1].id


def record(entry: Entry, platforms: Mapping[str, str]) -> Record:
    """An entry as a flat record. Without words it is `text: ""`; other unknown fields are None."""
    told = picked(whole(entry, platforms), FIELDS)
    for field in _FOREIGN:
        told[field] = line(told[field])
    return told | {"text": harmless(entry.text)}


def web_address(url: str | None) -> str | None:
    """The address where it is one of the web, nothing in it that could end it; None else."""
    if url is None or not url.startswith(("http://", "https://")) or not web_parts(url):
        return None
    return _ENDS.sub(lambda found: quote(found[0], safe=""), harmless(url))


def line(text: Value) -> str | None:
    """Foreign words on one line with nothing harmful in them; None where none are left."""
    return " ".join(harmless(str(text or "")).split()) or None
