"""The logbook: each event of the discussion once, in order, and no word that was erased."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from bot.app.discussion.event_log import EventLogWriter
from bot.core.model.entry import NOBODY, Author, Change, Standing, Visibility, erased
from bot.store import EventLogFile, open_store
from bot.store.files.event_log_file import NAME
from tests.app.harness import Harness
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, entry

ADA = Author(
    name="Ada Lovelace", handle="@ada@town.test.net", url="https://town.test.net/@ada", key="7"
)
WORDS = "Wörter, die niemand behält"
KINDS = {"town": "mastodon"}


@pytest.fixture
def harness():
    """A bot that heard nothing yet."""
    return Harness()


@pytest.fixture
def data(tmp_path):
    """An empty data directory."""
    return tmp_path


def step(harness, data, **sizes):
    """What a bot that was just started writes."""
    return EventLogWriter(store=harness.store, book=EventLogFile(data, **sizes)).step(KINDS)


def keep(harness, *entries, now=MONDAY):
    """Hear of entries."""
    with harness.store.writing() as tx:
        for one in entries:
            tx.log.keep(one, now)


def lines(data):
    """The lines of the newest file; blank ones are passed over, as readers are told to."""
    text = (data / NAME).read_text(encoding="ascii")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def told(data):
    """What each line tells: its number, its change, its entry."""
    return [(line["event"], line["change"], line["entry"]) for line in lines(data)]


def test_every_change_is_a_line(harness, data):
    """Created, edited, hidden, shown, acknowledged, deleted: each is a line, in order."""
    keep(harness, entry(version="1"))
    keep(harness, entry(text="Better.", version="2"), now=MONDAY + MINUTE)
    with harness.store.writing() as tx:
        tx.log.set_standing(1, Standing.HIDDEN, MONDAY + 2 * MINUTE)
        shown = tx.log.set_standing(1, Standing.SHOWN, MONDAY + 3 * MINUTE)
        tx.log.note(shown, Change.ACKNOWLEDGED, MONDAY + 4 * MINUTE)
    keep(harness, erased(entry(), MONDAY + HOUR), now=MONDAY + HOUR)
    assert step(harness, data) == 6
    changes = ["created", "edited", "hidden", "shown", "acknowledged", "deleted"]
    assert told(data) == [(number, what, 1) for number, what in enumerate(changes, 1)]
    assert step(harness, data) == 0
    assert len(lines(data)) == 6


def test_an_edit_leaves_only_the_newest_words(harness, data):
    """Words that were edited away are in no line any more; who said it, and the new ones, stay."""
    keep(
        harness,
        entry(author=ADA, text="First thoughts.", version="1"),
        entry("e2", author=ADA, text="Other."),
    )
    step(harness, data)
    keep(harness, entry(author=ADA, text="Better.", version="2"), now=MONDAY + MINUTE)
    step(harness, data)
    assert b"First thoughts" not in (data / NAME).read_bytes()
    texts = [(line["change"], line["handle"], line["text"].strip()) for line in lines(data)]
    assert texts == [
        ("created", ADA.handle, ""),
        ("created", ADA.handle, "Other."),
        ("edited", ADA.handle, "Better."),
    ]
    assert step(harness, data) == 0


@pytest.mark.parametrize(
    "after",
    [
        entry(author=ADA, text="Words.", warning="", version="2"),
        erased(entry(author=ADA), MONDAY),
    ],
    ids=["edited away", "deleted"],
)
def test_a_warning_that_went_is_in_no_line(harness, data, after):
    """A warning that was edited away, or deleted with its words, is blanked in each line."""
    keep(harness, entry(author=ADA, text="Words.", warning="Quarkspoiler", version="1"))
    step(harness, data)
    assert lines(data)[0]["warning"] == "Quarkspoiler"
    keep(harness, after, now=MONDAY + MINUTE)
    step(harness, data)
    assert b"Quarkspoiler" not in (data / NAME).read_bytes()


def test_what_finds_its_tip_is_a_line(harness, data):
    """An entry that is given to a tip later has a line of its own, with the tip."""
    keep(harness, entry(in_reply_to="r1"))
    step(harness, data)
    with harness.store.writing() as tx:
        tx.log.adopt("town", "r1", "listen", MONDAY)
    step(harness, data)
    assert [(line["change"], line["tip"]) for line in lines(data)] == [
        ("created", None),
        ("moved", "listen"),
    ]


def test_a_line_tells_all(harness, data):
    """A line says who said what, where, when, to what, and for whom."""
    keep(
        harness, entry(author=ADA, text=WORDS, in_reply_to="r1", tip="listen", url="https://a.net")
    )
    step(harness, data)
    (found,) = lines(data)
    assert found == {
        "event": 1,
        "at": "2026-03-02T09:00:00Z",
        "change": "created",
        "entry": 1,
        "account": "town",
        "remote_id": "e1",
        "platform": "mastodon",
        "tip": "listen",
        "kind": "reply",
        "author": "Ada Lovelace",
        "handle": "@ada@town.test.net",
        "profile": "https://town.test.net/@ada",
        "text": WORDS,
        "warning": None,
        "url": "https://a.net",
        "said_at": "2026-03-02T09:00:00Z",
        "in_reply_to": "r1",
        "visibility": "public",
        "standing": "shown",
        "edited_at": None,
        "deleted_at": None,
    }


def test_private_words_never_come_in(harness, data):
    """Of what was said to few there is a line, and neither words nor a name."""
    keep(
        harness,
        entry(visibility=Visibility.DIRECT, author=NOBODY, text="", url=None),
        entry("open"),
    )
    step(harness, data)
    private, public = lines(data)
    assert [private[name] for name in ("author", "handle", "profile", "text", "url")] == [None] * 5
    assert public["text"] == "I disagree (open)."


def test_a_deletion_blanks_every_file(harness, data):
    """After a deletion no file holds the words, the name, the handle or the address any more."""
    gone = entry("gone", author=ADA, text=WORDS, url="https://town.test.net/@ada/1")
    keep(harness, gone)
    step(harness, data, full=1500)
    keep(harness, replace(gone, text=f"{WORDS}!", version="2"), now=MONDAY + MINUTE)
    keep(harness, *(entry(f"e{number}") for number in range(9)))
    step(harness, data, full=1500)
    everything = b"".join(path.read_bytes() for path in data.iterdir())
    assert len(list(data.iterdir())) > 2
    traces = [json.dumps(WORDS)[1:-1].encode(), b"Lovelace", b"@ada@", b"/@ada/1"]
    assert all(trace in everything for trace in traces)
    keep(harness, erased(gone, MONDAY + HOUR), now=MONDAY + HOUR)
    step(harness, data, full=1500)
    everything = b"".join(path.read_bytes() for path in data.iterdir())
    assert [trace for trace in traces if trace in everything] == []
    assert everything.count(b"I disagree (e") == 9


def test_what_was_deleted_before_it_was_written(harness, data):
    """An entry that was deleted before its first line was written leaves no word in it."""
    keep(harness, entry(text=WORDS))
    keep(harness, erased(entry(), MONDAY + HOUR), now=MONDAY + HOUR)
    step(harness, data)
    assert [(line["change"], line["text"]) for line in lines(data)] == [
        ("created", None),
        ("deleted", None),
    ]


def test_a_bot_killed_at_any_byte_goes_on(harness, data):
    """Wherever the writing broke off, the next bot completes it: each event once, in order."""
    keep(harness, entry("e1"), entry("e2"))
    step(harness, data)
    begin = (data / NAME).stat().st_size
    keep(harness, entry("e3"), entry("e4"))
    step(harness, data)
    whole = (data / NAME).read_bytes()
    for cut in range(begin, len(whole) + 1):
        (data / NAME).write_bytes(whole[:cut])
        step(harness, data)
        assert [number for number, *_ in told(data)] == [1, 2, 3, 4], cut
        assert (data / NAME).read_bytes()[:begin] == whole[:begin]


def test_a_bot_killed_while_a_file_moves_up_goes_on(harness, data):
    """Without a newest file the last line is found in the one that was it."""
    keep(harness, entry("e1"), entry("e2"))
    step(harness, data)
    (data / NAME).rename(data / f"{NAME}.1")
    keep(harness, entry("e3"))
    assert step(harness, data) == 1
    assert told(data) == [(3, "created", 3)]


def test_a_lost_file_is_written_anew(harness, data):
    """Whoever deletes the file gets all that is still known again."""
    keep(harness, entry("e1"), entry("e2"))
    step(harness, data)
    (data / NAME).unlink()
    assert step(harness, data) == 2


def test_a_flood_is_taken_in(harness, data):
    """Thousands of events come into the book in a few steps, each once."""
    keep(harness, *(entry(f"e{number}") for number in range(1234)))
    assert step(harness, data) == 1234
    assert [number for number, *_ in told(data)] == list(range(1, 1235))


def test_a_full_disk_loses_nothing(harness, data):
    """What could not be written, or only half of it, is written once it can be."""
    keep(harness, entry("e1"))
    book = EventLogFile(data)
    logbook = EventLogWriter(store=harness.store, book=book)
    assert logbook.step(KINDS) == 1
    keep(harness, entry("e2"))
    (data / NAME).rename(data / "aside")
    (data / NAME).mkdir()
    with pytest.raises(Exception, match="cannot be used"):
        logbook.step(KINDS)
    (data / NAME).rmdir()
    (data / "aside").rename(data / NAME)
    with (data / NAME).open("ab") as file:
        file.write(b'{"event": 2, "at": "20')
    assert logbook.step(KINDS) == 1
    assert [number for number, *_ in told(data)] == [1, 2]


def test_after_a_restore_the_history_goes_on(data):
    """Events since an older database was put back are written, those that both know not again."""
    database = open_store(data)
    harness = Harness(database=database)
    keep(harness, entry("e1"))
    with closing(sqlite3.connect(data / "tipsbot.db")) as connection:
        connection.execute(f"VACUUM INTO '{data / 'copy.db'}'")
    keep(harness, entry("e2"), now=MONDAY + MINUTE)
    step(harness, data)
    database.close()
    for path in data.glob("tipsbot.db*"):
        path.unlink()
    (data / "copy.db").replace(data / "tipsbot.db")
    database = open_store(data)
    harness = Harness(database=database)
    keep(harness, entry("e9"), now=MONDAY + HOUR)
    assert step(harness, data) == 1
    assert [(line["event"], line["remote_id"]) for line in lines(data)] == [
        (1, "e1"),
        (2, "e2"),
        (2, "e9"),
    ]
    database.close()
