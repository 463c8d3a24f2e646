"""The discussion by tip: threads, titles, and entries without an answer."""

from collections.abc import Iterable, Iterator

from bot.app.accounts.lookup import known_tip
from bot.core.discussion.outline import reading_order
from bot.core.model.config import Config
from bot.core.model.entry import Entry, Standing
from bot.core.ports.unit_of_work import Store
from bot.core.text.markup.markdown import plain


def discussions(entries: Iterable[Entry]) -> Iterator[tuple[str | None, list[tuple[int, Entry]]]]:
    """Entries by tip, in threads and with their depths.

    Tips come in the order of their first entries; what is under no tip comes last.
    """
    by_tip: dict[str | None, list[Entry]] = {}
    for entry in entries:
        by_tip.setdefault(entry.tip, []).append(entry)
    for tip in sorted(by_tip, key=lambda one: one is None):
        if found := reading_order(by_tip[tip]):
            yield tip, found


def title_of(config: Config, tip: str | None) -> str:
    """The title under which a tip's discussion stands."""
    if tip is None:
        return "Under no tip"
    known = config.library.get(tip)
    return plain(known.title) if known else tip


def unanswered(entries: Iterable[Entry]) -> frozenset[int]:
    """The numbers of people's entries that nobody else answered, not even the bot.

    Entries that the operator hid need no answer.
    """
    known = {(one.account, one.remote_id): one for one in entries}
    answered = {
        parent.id
        for one in known.values()
        if one.is_legible and (parent := known.get((one.account, one.in_reply_to or "")))
        if _speaker(parent) != _speaker(one)
    }
    asking = (one for one in known.values() if one.is_legible and not one.ours)
    return frozenset(one.id for one in asking if one.standing is not Standing.HIDDEN) - answered


def _speaker(entry: Entry) -> tuple[bool, str]:
    author = entry.author
    return entry.ours, author.key or author.handle or author.name


def known_or_discussed(config: Config, store: Store, tip: str) -> None:
    """Raise UsageError for a tip that is neither in the file nor in the log."""
    with store.reading() as tx:
        if not tx.public_entries().size(tip):
            known_tip(config, tip)
