"""The discussion: every entry once, edits follow, and what was deleted is gone for good."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.model.entry import NOBODY, Author, Change, Visibility
from bot.store import open_store
from tests.clock import MONDAY
from tests.core.samples import HOUR, SECOND, entry, receipt
from tests.store.moving import posted, put, send

ADA = Author(name="Ada Lovelace", handle="@ada@town.test.net", url="https://town.test.net/@ada")
SECRET = "what she took back"
FULL = entry(
    author=ADA,
    text=SECRET,
    html=f"<p>{SECRET}</p>",
    in_reply_to="r1",
    root="r0",
    url="https://town.test.net/@ada/1",
    language="en",
    version="1",
)


def only(tx):
    """The one entry that there is."""
    (one,) = tx.log.entries()
    return one


def keep(tx, one, now=MONDAY):
    """Hear of an entry."""
    return tx.log.keep(one, now)


def erased(one, **changes):
    """The entry as a network tells of it that has nothing to show any more."""
    return replace(one, author=NOBODY, text="", html="", url=None, **changes)


@pytest.mark.quick
def test_everything_is_remembered(tx):
    """An entry comes back as it was heard, in every script."""
    heard = replace(FULL, text="聞く 👩‍🚀\n\x1b[31m", visibility=Visibility.UNLISTED, ours=True)
    assert keep(tx, heard)
    assert only(tx) == replace(heard, id=1, checked_at=MONDAY)
    assert tx.log.get(1) == only(tx)
    assert tx.log.get(2) is None


def test_each_entry_once(tx):
    """An entry that is heard again changes nothing and says so; another account's id is another."""
    assert [keep(tx, entry()), keep(tx, entry())] == [True, False]
    assert keep(tx, entry(account="village"))
    assert [one.id for one in tx.log.entries()] == [1, 2]


def test_an_edit_is_taken_over(tx):
    """The newest words are kept, with the time of their edit, at the entry's old place."""
    keep(tx, FULL)
    edit = replace(FULL, text="Better.", html="", version="2", edited_at=MONDAY + HOUR)
    assert keep(tx, edit, MONDAY + 2 * HOUR)
    assert only(tx) == replace(edit, id=1, checked_at=MONDAY + 2 * HOUR)
    assert not keep(tx, edit, MONDAY + 3 * HOUR)


def test_an_edit_without_a_time_has_that_of_its_hearing(tx):
    """Where a network does not say when an entry was edited, it is when we heard of it."""
    keep(tx, entry())
    assert keep(tx, entry(text="Better."), MONDAY + HOUR)
    assert only(tx).edited_at == MONDAY + HOUR


@pytest.mark.parametrize("edited_at", [None, MONDAY + HOUR])
def test_an_older_version_is_ignored(tx, edited_at):
    """A version that is heard late does not take the place of a newer one."""
    newest = entry(text="Newest.", version="2", edited_at=MONDAY + 2 * HOUR)
    keep(tx, newest)
    assert not keep(tx, entry(text="Older.", edited_at=edited_at))
    assert only(tx).text == "Newest."


def test_an_edit_after_a_change_without_a_time(tx):
    """A change that has only the time of our hearing does not hide an edit from just before it."""
    keep(tx, entry())
    keep(tx, entry(text="Changed."), MONDAY + HOUR)
    edit = entry(text="Better.", version="2", edited_at=MONDAY + HOUR - SECOND)
    assert keep(tx, edit, MONDAY + 2 * HOUR)
    assert only(tx).text == "Better."


GONE = [
    {"deleted_at": MONDAY + HOUR},
    {"visibility": Visibility.FOLLOWERS},
    {"visibility": Visibility.DIRECT},
]


@pytest.mark.parametrize("change", GONE, ids=["deleted", "for followers only", "direct"])
def test_nothing_returns_after_a_deletion(tx, change):
    """What was deleted or made private loses words and author, and nothing brings them back."""
    keep(tx, FULL)
    assert keep(tx, erased(FULL, **change), MONDAY + HOUR)
    bare = only(tx)
    assert (bare.text, bare.html, bare.author, bare.url) == ("", "", NOBODY, None)
    assert (bare.in_reply_to, bare.at, bare.id) == (FULL.in_reply_to, FULL.at, 1)
    for later in (FULL, replace(FULL, text="New.", edited_at=MONDAY + 9 * HOUR)):
        assert not keep(tx, later)
    assert only(tx) == bare


def test_a_deletion_that_is_heard_first_stands(tx):
    """An entry whose deletion is heard before its words never gets them."""
    keep(tx, erased(FULL, deleted_at=MONDAY))
    assert not keep(tx, FULL)
    assert not only(tx).is_legible


@pytest.mark.sqlite_only("its files hold no words that are gone; PostgreSQL promises less")
def test_the_bytes_are_gone(tmp_path):
    """After a deletion neither words nor author are in the database's files any more."""
    database = open_store(tmp_path)
    with database.store.writing() as tx:
        keep(tx, FULL)
        for number in range(50):
            keep(tx, entry(f"other {number}", text="x" * 500))
    with database.store.writing() as tx:
        keep(tx, erased(FULL, deleted_at=MONDAY))
    with database.engine.connect() as connection:
        connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for file in tmp_path.iterdir():
        found = [
            word for word in (SECRET, "Lovelace", "@ada@") if word.encode() in file.read_bytes()
        ]
        assert found == []
    database.close()


CHAIN = [entry(name, in_reply_to=parent) for name, parent in (("a", "r1"), ("b", "a"), ("c", "b"))]


@pytest.mark.parametrize("order", ["abc", "acb", "bac", "bca", "cab", "cba"])
def test_answers_find_their_tip(tx, order):
    """However deep an answer is and in whatever order all were heard, it belongs to the tip."""
    tx.ledger.move(sending := sent(tx), posted(sending), MONDAY)
    for one in sorted(CHAIN, key=lambda one: order.index(one.remote_id)):
        keep(tx, one)
    assert {one.tip for one in tx.log.entries()} == {"listen"}


def sent(tx):
    """A delivery on its way."""
    planned = put(tx)
    sending = send(planned)
    assert tx.ledger.move(planned, sending, MONDAY)
    return sending


@pytest.mark.quick
def test_answers_heard_before_their_post_is_recorded(tx):
    """Answers to a post whose answer was lost join its tip, at every depth, once it is known."""
    for one in (*CHAIN, entry("d", root="r1"), entry("e", in_reply_to="elsewhere")):
        keep(tx, one)
    assert {one.tip for one in tx.log.entries()} == {None}
    tx.log.adopt("town", "r1", "listen", MONDAY)
    tips = {one.remote_id: one.tip for one in tx.log.entries()}
    assert tips == {"a": "listen", "b": "listen", "c": "listen", "d": "listen", "e": None}


def test_adopting_goes_deep(tx):
    """A thousand answers, each to the one before it, all join the tip."""
    some = [entry(str(number), in_reply_to=str(number - 1)) for number in range(1000)]
    tx.log.keep_all(some, MONDAY)
    tx.log.adopt("town", "-1", "listen", MONDAY)
    assert len(tx.log.entries(tip="listen")) == 1000


def test_the_history_tells_what_found_its_tip(tx):
    """Each entry that is given to a tip later has a line that says so, with the tip; no other has."""
    for one in (entry("a", in_reply_to="r1"), entry("b", in_reply_to="a"), entry("c")):
        keep(tx, one)
    before = tx.log.last_event()
    for _ in range(2):
        tx.log.adopt("town", "r1", "listen", MONDAY)
    keep(tx, entry("c", tip="other"))
    lines = [(one.entry, one.change, one.tip) for one in tx.log.events(before)]
    assert lines == [
        (1, Change.MOVED, "listen"),
        (2, Change.MOVED, "listen"),
    ]


def test_no_answer_changes_its_tip(tx):
    """What belongs to a tip stays there, and other accounts' ids are left alone."""
    keep(tx, entry("a", in_reply_to="r1", tip="first"))
    keep(tx, entry("b", in_reply_to="r1", account="village"))
    tx.log.adopt("town", "r1", "second", MONDAY)
    assert [one.tip for one in tx.log.entries()] == ["first", None]


def test_an_orphan_joins_when_it_is_heard_again(tx):
    """An entry that was heard again after its post was recorded joins the tip, and takes its answers along."""
    keep(tx, entry("a", in_reply_to="r1"))
    keep(tx, entry("b", in_reply_to="a"))
    tx.ledger.move(sending := sent(tx), posted(sending), MONDAY)
    assert keep(tx, entry("a", in_reply_to="r1"))
    assert {one.tip for one in tx.log.entries()} == {"listen"}


def test_tip_of(tx):
    """The first id that has a tip decides, be it a post of ours or an entry."""
    tx.ledger.move(sending := sent(tx), replace(posted(sending), receipt=receipt("post")), MONDAY)
    keep(tx, entry("loose"))
    keep(tx, entry("held", tip="other"))
    assert tx.log.tip_of("town", ["loose", "unknown", "held", "post"]) == "other"
    assert tx.log.tip_of("town", ["post"]) == "listen"
    assert tx.log.tip_of("village", ["held", "post"]) is None


def test_reading_the_log(tx):
    """Entries come in the order in which they were taken in, filtered by tip, time and number."""
    for hour, (name, tip) in enumerate([("a", "one"), ("b", None), ("c", "one"), ("d", "two")]):
        keep(tx, entry(name, tip=tip, at=MONDAY - hour * HOUR))
    keep(tx, erased(entry("c"), deleted_at=MONDAY))

    def names(**asked):
        return [one.remote_id for one in tx.log.entries(**asked)]

    assert names() == ["a", "b", "c", "d"]
    assert names(tip="one") == ["a", "c"]
    assert names(since=MONDAY - HOUR) == ["a", "b"]
    assert names(after=2) == ["c", "d"]
    assert names(after=1, limit=1) == ["b"]
    assert tx.log.last_id() == 4
    assert [tx.public_entries().size(tip) for tip in ("one", "two", "three")] == [2, 1, 0]


def test_an_empty_log(tx):
    """A log in which nothing was said is empty, not an error."""
    assert (tx.log.entries(), tx.log.last_id(), tx.public_entries().counts()) == ([], 0, {})


def test_what_everybody_may_read_is_counted(tx):
    """Of a tip are counted its public entries and the bot's own, neither unlisted nor deleted ones."""
    keep(tx, entry("public", tip="one"))
    keep(tx, entry("unlisted", tip="one", visibility=Visibility.UNLISTED))
    keep(tx, entry("ours", tip="one", visibility=Visibility.UNLISTED, ours=True))
    keep(tx, entry("between", tip="one", ours=True, in_reply_to="unlisted"))
    keep(tx, erased(entry("deleted", tip="two"), deleted_at=MONDAY))
    keep(tx, entry("loose"))
    assert tx.public_entries().counts() == {"one": 2}


def test_halves_of_characters_are_no_obstacle(tx):
    """What no database can store is marked in its place, and heard again it is no edit."""
    heard = replace(FULL, text="half \ud800, nul \0", author=Author(name="\udfff", url="\0"))
    assert keep(tx, heard)
    assert only(tx).text == "half \ufffd, nul \ufffd"
    assert only(tx).author == Author(name="\ufffd", url="\ufffd")
    assert not keep(tx, heard)


def test_nor_are_they_in_a_batch(tx):
    """The same holds for entries that are taken in together, the same one twice among them."""
    heard = replace(FULL, remote_id="half \ud800", text="nul \0", in_reply_to="\udfff")
    assert tx.log.keep_all([heard, heard], MONDAY) == 1
    one = only(tx)
    assert (one.remote_id, one.text, one.in_reply_to) == ("half \ufffd", "nul \ufffd", "\ufffd")
    assert tx.log.keep_all([heard], MONDAY) == 0
