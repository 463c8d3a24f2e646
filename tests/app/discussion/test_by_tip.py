"""The discussion by tip, and as records."""

from __future__ import annotations

import pytest

from bot.app.discussion.by_tip import discussions, known_or_discussed, title_of
from bot.app.discussion.exports.records import record
from bot.core.errors import UsageError
from bot.core.model.entry import NOBODY
from tests.clock import MONDAY
from tests.core.samples import HOUR, config, entry, tip


def test_by_tip():
    """Entries come by tip with its title, in the order of first words; those of no tip come last."""
    entries = [
        entry("loose"),
        entry("1", tip="b"),
        entry("2", tip="gone", at=MONDAY + HOUR),
        entry("3", tip="b", in_reply_to="1", at=MONDAY + HOUR),
        entry("4", tip="silent", author=NOBODY, text="", deleted_at=MONDAY),
    ]
    tips, found = config(tip("a"), tip("b")), list(discussions(entries))
    assert [(one, title_of(tips, one)) for one, _ in found] == [
        ("b", "The tip b"),
        ("gone", "gone"),
        (None, "Under no tip"),
    ]
    assert [(depth, said.remote_id) for depth, said in found[0][1]] == [
        (0, "1"),
        (1, "3"),
    ]


def test_a_record_is_whole():
    """A record holds everything that a program may want of an entry, moments in UTC."""
    where = "https://town.org/1"
    said = entry(id=7, tip="a", in_reply_to="r1", url=where, edited_at=MONDAY + HOUR)
    assert record(said, {"town": "mastodon"}) == {
        "id": 7,
        "tip": "a",
        "account": "town",
        "platform": "mastodon",
        "remote_id": "e1",
        "kind": "reply",
        "ours": False,
        "author": "Ada",
        "handle": "ada@town.test.net",
        "profile": "https://town.test.net/@ada",
        "language": None,
        "text": "I disagree (e1).",
        "withheld": False,
        "at": "2026-03-02T09:00:00Z",
        "in_reply_to": "r1",
        "url": "https://town.org/1",
        "edited_at": "2026-03-02T10:00:00Z",
        "deleted_at": None,
        "warning": None,
    }


def test_a_deleted_entry_has_no_author():
    """Of what was deleted a record tells that it was there, and nothing else."""
    gone = record(entry(author=NOBODY, text="", deleted_at=MONDAY), {})
    assert (gone["author"], gone["text"], gone["platform"]) == (None, "", "town")
    assert gone["deleted_at"] == "2026-03-02T09:00:00Z"


def test_a_tip_that_left_the_file_is_still_discussed(harness):
    """What was said about a tip can be read after the tip has left the file; a slip is refused."""
    with harness.store.writing() as tx:
        tx.log.keep(entry(tip="gone"), MONDAY)
    for known in ("gone", "listen"):
        known_or_discussed(harness.config, harness.store, known)
    with pytest.raises(UsageError, match="did you mean 'listen'"):
        known_or_discussed(harness.config, harness.store, "lisen")
