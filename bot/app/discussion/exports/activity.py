"""ActivityStreams 2.0: one Collection of Notes, and of Tombstones for what was deleted.

https://www.w3.org/TR/activitystreams-core/ and -vocabulary/, both of 23 May 2017. Ids are made of
account and remote id alone, so that an entry has the same one in every export.
"""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from bot.app.discussion.exports.records import Source, line, web_address
from bot.core.datetimes import iso
from bot.core.model.config import Config
from bot.core.model.entry import Entry
from bot.core.ports.unit_of_work import UnitOfWork
from bot.core.text.sanitize import harmless

CONTEXT = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{CONTEXT}#Public"

_PARENTS = 10_000
"""So many parents are remembered, so that a thread's own is looked up once."""


def pieces(source: Source) -> Iterator[str]:
    """The export, an entry at a time."""
    config = source.config
    head = {"@context": CONTEXT, "type": "Collection", "name": line(config.bot.name)}
    yield json.dumps(head | {"url": config.bot.site})[:-1] + ', "items": ['
    parent = _parents(source.tx, config)
    count = 0
    for entry in source.entries():
        yield (",\n" if count else "\n") + json.dumps(_item(entry, config, parent(entry)))
        count += 1
    yield f'\n], "totalItems": {count}}}\n'


def _item(entry: Entry, config: Config, parent: str | None) -> dict[str, Any]:
    place = {
        "id": _urn(config, entry.account, entry.remote_id),
        "published": iso(entry.at),
        "context": _topic(config, entry.tip),
        "inReplyTo": parent,
        "generator": {"type": "Application", "name": entry.account},
        "to": [PUBLIC],
    }
    if entry.deleted_at is not None:
        gone = {"type": "Tombstone", "formerType": "Note", "deleted": iso(entry.deleted_at)}
        return _known(gone | place)
    note = {
        "type": "Note",
        "attributedTo": _author(entry),
        "summary": escape(line(entry.warning) or "") or None,
        "content": _markup(entry.text),
        "updated": iso(entry.edited_at) if entry.edited_at else None,
        "url": web_address(entry.url),
    }
    return _known(note | place)


def _author(entry: Entry) -> dict[str, Any]:
    author = entry.author
    name = line(author.called) or "someone"
    who = {"type": "Service" if entry.ours else "Person", "name": name}
    return _known(who | {"preferredUsername": line(author.handle), "url": web_address(author.url)})


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _markup(text: str) -> str:
    """Plain words as the HTML that `content` is: escaped, with breaks, and nothing else."""
    return f"<p>{escape(harmless(text)).replace(chr(10), '<br>')}</p>"


def _urn(config: Config, *names: str) -> str:
    return uuid5(NAMESPACE_URL, "\0".join((config.bot.id, *names))).urn


def _topic(config: Config, tip: str | None) -> str | None:
    """What stands for a tip: its page, or an id of its own where there is no site."""
    if tip is None:
        return None
    return config.page(tip) if config.site is not None else _urn(config, tip)


def _parents(tx: UnitOfWork, config: Config) -> Callable[[Entry], str | None]:
    """What an entry answers: another entry, or a tip."""

    @lru_cache(maxsize=_PARENTS)
    def known(account: str, remote_id: str) -> str | None:
        delivery = tx.ledger.of_remote(account, remote_id)
        if delivery is not None and delivery.post.in_reply_to is None:
            return _topic(config, delivery.tip)
        return _urn(config, account, remote_id)

    def parent(entry: Entry) -> str | None:
        if entry.in_reply_to is None:
            return _topic(config, entry.tip)
        return known(entry.account, entry.in_reply_to)

    return parent
