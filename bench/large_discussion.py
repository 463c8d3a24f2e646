"""A large generated discussion: entries on many tips, in realistic threads.

`python -m bench.large_discussion FOLDER --entries 1000000 --tips 10000` fills a database in the
folder. The same seed gives the same entries. A tenth of them, at most 10,000, are under the first
tip.
"""

from __future__ import annotations

import argparse
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter

from sqlalchemy import insert

from bench.sample_texts import ordinary
from bot.core.model.delivery import Post
from bot.core.model.entry import Author, Entry, EntryKind
from bot.store import Database, open_store, tables
from tests.site import post

SEED = 5
BOT = "bot"
"""The default bot id of `open_store`."""
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BATCH = 500
"""Entries in one transaction."""

BUSY_MAX = 10_000
_ACCOUNTS = ("mastodon",) * 11 + ("x",) * 5 + ("site",) * 4
_HAN = "今日天気良我们一起学習分享経験問題重要話聞人見方法違思時間書読考"
_KANA = "のはをがにでとものですますしたこれそれない"
_RECENT = 20


def tip_name(number: int) -> str:
    """The id of a generated tip."""
    return f"tip-{number}"


def fill(data: Path, count: int, tips: int, seed: int = SEED) -> float:
    """Create a database with entries on tips; the seconds of storing them."""
    database = open_store(data)
    try:
        _publish(database, tips)
        return store(database, entries(count, tips, seed))
    finally:
        database.tidy()
        database.close()


def entries(count: int, tips: int, seed: int = SEED) -> Iterator[Entry]:
    """Generated entries in the order of their time."""
    random = Random(seed)
    phrases = [ordinary(random) for _ in range(3000)]
    recent: dict[int, deque[tuple[str, str]]] = defaultdict(lambda: deque(maxlen=_RECENT))
    busy = min(count // 10, BUSY_MAX) / count
    for number in range(count):
        tip = _tip(random, tips, busy)
        above = _parent(random, recent[tip])
        account = above[0] if above else random.choice(_ACCOUNTS)
        remote_id = f"{account}-{number}"
        recent[tip].append((account, remote_id))
        entry = _entry(random, number, random.choice(phrases))
        parent = above[1] if above else None
        home = None if above else tip_name(tip)
        yield replace(_on(account, entry), remote_id=remote_id, in_reply_to=parent, tip=home)


def _tip(random: Random, tips: int, busy: float) -> int:
    """The busy tip, or another: a few have many entries, many a few."""
    if random.random() < busy:
        return 0
    return min(1 + int((tips - 1) * random.random() ** 2), tips - 1)


def _parent(random: Random, recent: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """The parent: none, the entry before (so that threads get deep), or another."""
    chance = random.random()
    if not recent or chance < 0.4:
        return None
    return recent[-1] if chance < 0.7 else recent[random.randrange(len(recent))]


def _entry(random: Random, number: int, phrase: str) -> Entry:
    """An entry on Mastodon."""
    who = int(50_000 * random.random() ** 3)
    text = _words(random, phrase)
    return Entry(
        account="mastodon",
        remote_id=f"{number}",
        kind=EntryKind.REPLY,
        author=Author(
            name=f"Reader {who}",
            handle=f"@reader{who}@example.social",
            url=f"https://example.social/@reader{who}",
            key=f"key-{who}",
        ),
        text=text,
        html=f"<p>{text}</p>",
        at=BEGIN + timedelta(seconds=30 * number),
        url=f"https://example.social/@reader{who}/{number}",
        language="en",
    )


def _on(account: str, entry: Entry) -> Entry:
    """The entry on another account; a commenter of the site has only a name."""
    if account != "site":
        return replace(entry, account=account)
    author = Author(name=entry.author.name)
    return replace(entry, account=account, kind=EntryKind.COMMENT, author=author, html="", url=None)


def _words(random: Random, phrase: str) -> str:
    """English with some rarer words; every fifteenth text has no spaces between words."""
    if random.random() < 1 / 15:
        return "".join(random.choice(_KANA if random.random() < 0.5 else _HAN) for _ in range(60))
    rare = " ".join(f"{rare_word(int(60_000 * random.random() ** 3))}" for _ in range(5))
    return f"{phrase} {rare}"


def rare_word(number: int) -> str:
    """The generated word of a number: smaller numbers are more frequent."""
    syllables = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so")
    word = ""
    while number or not word:
        number, at = divmod(number, len(syllables))
        word += syllables[at]
    return word + "n"


def _publish(database: Database, tips: int) -> None:
    """Publish the tips' pages."""
    rows = [
        {
            "bot": BOT,
            "key": f"key-{number}",
            "tip": tip_name(number),
            "post": _post(number),
            "at": BEGIN + timedelta(hours=number),
            "gone": None,
        }
        for number in range(tips)
    ]
    with database.connect() as connection:
        connection.execute(insert(tables.pages), rows)


def _post(number: int) -> Post:
    name = tip_name(number)
    return post(name, BEGIN + timedelta(hours=number), key=f"key-{number}", title=f"Tip {number}")


def store(database: Database, entries: Iterator[Entry]) -> float:
    """Store the entries in batches; the seconds, without generating them."""
    elapsed = 0.0
    while some := list(islice(entries, BATCH)):
        start = perf_counter()
        with database.store.writing() as tx:
            kept = tx.log.keep_all(some, some[-1].at)
        elapsed += perf_counter() - start
        if kept != len(some):
            raise SystemExit(f"{kept} of {len(some)} new entries were kept")
    return elapsed


def main() -> None:
    """Fill a folder."""
    parser = argparse.ArgumentParser(prog="python -m bench.large_discussion", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--tips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    elapsed = fill(asked.folder, asked.entries, asked.tips, asked.seed)
    print(f"{asked.entries:,} entries in {elapsed:.1f} s: {asked.entries / elapsed:,.0f} a second")


if __name__ == "__main__":
    main()
