"""The full-text index: it finds what is there, in every script, and keeps nothing that went."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from bot.core.discussion.search_query import QUERY_MAX, opened, places, spread, terms
from bot.core.model.entry import NOBODY, Author, Standing, Visibility
from bot.store import open_store
from bot.store.migrate import upgrade
from tests.clock import MONDAY
from tests.core.samples import HOUR, entry

CASES = yaml.safe_load(Path("tests/data/search.yaml").read_text("utf-8"))
ADA = Author(name="Ada Lovelace", handle="@ada")
SECRET = "xylophonquark"


def found(tx, query, **more):
    """The texts of what a search finds."""
    return [one.text for one in tx.public_entries().search(terms(query), 20, **more)]


def say(tx, *texts, **changes):
    """Have these said under a tip, one after the other."""
    for number, words in enumerate(texts):
        tx.log.keep(entry(str(number), text=words, tip="one", **changes), MONDAY)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("barrier", ["The barrier fell."]),
        ("BARRIER fell", ["The barrier fell."]),
        ("barrier open", []),
        ("the", ["The café is open.", "The barrier fell."]),
        ("cafe", ["The café is open."]),
        ("CAFÉ", ["The café is open."]),
        ('"fell the"', []),
        ('"the barrier"', ["The barrier fell."]),
        ("barr*", ["The barrier fell."]),
        ("barr", []),
        ("日本", ["今日は日本語を学びました。"]),
        ("日本語を", ["今日は日本語を学びました。"]),
        ("語", ["今日は日本語を学びました。"]),
        ("日語", []),
        ("学习", ["我们一起学习"]),
        ("習", []),
        ("ภาษา", ["ผมพูดภาษาไทย"]),
        ("node.js", ["Use node.js and C++."]),
        ("c++", ["Use node.js and C++."]),
        ("ｎｏｄｅ", ["Use node.js and C++."]),
    ],
)
def test_words_are_found(tx, query, expected):
    """Words are found in any case, with or without accents, and without spaces between them."""
    say(
        tx,
        *("The barrier fell.", "The café is open.", "今日は日本語を学びました。"),
        *("我们一起学习", "ผมพูดภาษาไทย", "Use node.js and C++."),
    )
    assert found(tx, query) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["script"])
def test_every_script(tx, case):
    """In every script and on every database the same is found, and the same is not."""
    say(tx, "Something else.", case["text"], "日常の他のこと")
    results = {query: found(tx, query) for query in (*case["finds"], *case["misses"])}
    assert [query for query in case["finds"] if results[query] != [case["text"]]] == []
    assert [query for query in case["misses"] if results[query]] == []


def test_authors_are_found(tx):
    """Who looks for a person finds what they said, but no words in a row go from name to text."""
    say(tx, "A word.", author=ADA)
    for query in ("lovelace", '"ada lovelace"', "word lovel*"):
        assert found(tx, query) == ["A word."]
    for query in ('"lovelace a"', '"word ada"'):
        assert found(tx, query) == []


def test_warnings_are_found(tx):
    """The warning before a text is found with it."""
    say(tx, "A word.", warning="Spoiler ahead")
    assert found(tx, "spoiler word") == ["A word."]


HOSTILE = (
    *("'", "''", '"', '""', "*", "a*b*", "AND", "NOT", "OR OR", "NEAR(a b)", "text:a", "-a", "^a"),
    *("{a b}: c", "(", ")", "a AND (", "\x00", "\ud800", "%", "_", "\\", "; DROP TABLE entry", "+"),
    *("a" * 10_000, "a " * 5_000, '"' * 10_000, "日" * 10_000, "\u202ea", "🏳️‍🌈", "a\nb", "﷽", "𝔞"),
)


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_query_is_harmless(tx, query):
    """Whatever is typed is only looked for: no error, no command, and no long work."""
    say(tx, "A word.")
    wanted = terms(query)
    assert sum(len(term.words) for term in wanted) <= 20 * QUERY_MAX
    for each in (wanted, opened(wanted)):
        if each:
            tx.public_entries().search(each, 20)


LONG = 100_000
HOSTILE_TEXTS = {
    "a word that never ends": "a" * LONG,
    "a word of four bytes a letter that never ends": "\U00010428" * LONG,
    "one word again and again": "a " * (LONG // 2),
    "words that are all different": " ".join(f"{number:x}" for number in range(LONG // 6)),
    "pairs that are all different": "".join(chr(0x20000 + at % 42_000) for at in range(LONG)),
    "one letter that becomes many": "\ufdfa" * LONG,
    "marks without a letter": "\u0301" * LONG,
    "vowels without a letter": "\u093e" * LONG,
    "quotes": "'" * LONG,
    "backslashes": "\\" * LONG,
    "operators": "' & !a:* | <-> \\" * (LONG // 16),
    "no characters": "\x00\ud800\ufffe" * (LONG // 3),
    "line ends": "a\r\n\u2028\x0b\x85b " * (LONG // 10),
}


@pytest.mark.long
@pytest.mark.parametrize("words", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_a_hostile_text_is_kept(tx, words):
    """Whatever somebody says, it is kept, its beginning and its author are found, and it goes."""
    author = Author(name="Ada Lovelace", handle=words)
    say(tx, f"needle {words}", author=author)
    tx.log.keep(entry("more", text=words, author=Author(name=words), tip="one"), MONDAY)
    for query in ("needle", '"ada lovelace"', "need* love*"):
        assert [one.remote_id for one in tx.public_entries().search(terms(query), 9)] == ["0"]
    tx.log.keep(gone("0"), MONDAY)
    assert found(tx, "needle") == []


@pytest.mark.parametrize("query", [*HOSTILE, *HOSTILE_TEXTS.values()])
def test_what_is_typed_is_found_where_it_stands(tx, query):
    """A text that is typed into the search is found by itself, if it has a word."""
    text = query[: QUERY_MAX // 20]  # one character can become twenty
    say(tx, text)
    wanted = terms(text)
    assert not wanted or len(tx.public_entries().search(wanted, 9)) == 1


def test_newest_first_and_page_by_page(tx):
    """The last that was taken in comes first, and each comes once."""
    say(tx, *(f"number {number} of many" for number in range(5)))
    first = tx.public_entries().search(terms("many"), 2)
    second = tx.public_entries().search(terms("many"), 2, before=first[-1].id)
    assert [one.id for one in (*first, *second)] == [5, 4, 3, 2]


@pytest.mark.parametrize(
    "changes",
    [
        {"visibility": Visibility.UNLISTED},
        {"standing": Standing.HELD},
        {"standing": Standing.HIDDEN},
        {"tip": None},
    ],
)
def test_only_what_everybody_may_read_is_found(tx, changes):
    """Nothing unlisted, held or hidden is found, nor what is on no page."""
    tx.log.keep(entry("1", **{"text": "A word.", "tip": "one", **changes}), MONDAY)
    assert found(tx, "word") == []


def test_the_index_follows_the_log(tx):
    """An edit, a hiding, a showing and a deletion are in the index at once."""
    say(tx, "The first words.")
    tx.log.keep(entry("0", text="Other words.", edited_at=MONDAY + HOUR), MONDAY)
    assert (found(tx, "first"), found(tx, "other")) == ([], ["Other words."])
    tx.log.set_standing(1, Standing.HIDDEN, MONDAY)
    assert found(tx, "other") == []
    tx.log.set_standing(1, Standing.SHOWN, MONDAY)
    assert found(tx, "other") == ["Other words."]
    tx.log.keep(gone("0"), MONDAY)
    assert found(tx, "other") == []


def gone(remote_id):
    """The end of an entry, as a network tells of it."""
    return entry(remote_id, text="", html="", author=NOBODY, url=None, deleted_at=MONDAY + HOUR)


def test_another_transaction_that_fails_leaves_no_word(store):
    """The index changes with the log, or not at all."""
    with suppress(RuntimeError), store.writing() as tx:
        say(tx, "A word.")
        raise RuntimeError
    with store.reading() as tx:
        assert found(tx, "word") == []


@pytest.mark.sqlite_only("its files hold no words that are gone; PostgreSQL promises less")
@pytest.mark.parametrize("how", ["deleted", "edited", "hidden"])
def test_no_file_holds_words_that_went(tmp_path, how):
    """After an erasure and a tidying no byte of the words is in any file, among many other words."""
    database = open_store(tmp_path)
    with database.store.writing() as tx:
        some = [
            entry(str(number), text=f"{SECRET}{number % 7} word{number}", tip="one")
            for number in range(300)
        ]
        tx.log.keep_all([replace(one, text=f"word{one.remote_id}") for one in some[:150]], MONDAY)
        tx.log.keep_all(some[150:], MONDAY)
    assert any(SECRET.encode() in file.read_bytes() for file in files(tmp_path))
    for number in range(150, 300):
        with database.store.writing() as tx:
            if how == "deleted":
                tx.log.keep(gone(str(number)), MONDAY)
            elif how == "edited":
                tx.log.keep(entry(str(number), text="Better.", edited_at=MONDAY + HOUR), MONDAY)
            else:
                tx.log.set_standing(number + 1, Standing.HIDDEN, MONDAY)
    if how == "hidden":  # its words stay for the operator, but in the index they are no more
        with database.connect() as connection:
            connection.execute(text("UPDATE entry SET text = '' WHERE standing = 'hidden'"))
    database.tidy()
    left = [file.name for file in files(tmp_path) if SECRET[:9].encode() in file.read_bytes()]
    assert left == []
    with database.store.reading() as tx:
        assert found(tx, "word7") == ["word7"]
        assert tx.public_entries().search(opened(terms(SECRET)), 20) == []
    database.close()


def files(folder: Path) -> list[Path]:
    """All files of a data directory."""
    return [file for file in folder.rglob("*") if file.is_file()]


OLDER_INDEX = (
    "CREATE VIRTUAL TABLE entry_words USING fts5("
    "text, author, content='', tokenize='unicode61 remove_diacritics 2')"
)
UNDO_SINCE_0007 = (
    "DROP TABLE picture",
    "DROP TABLE compatibility",
    "DROP INDEX ix_delivery_event_bot_delivery",
    "DROP INDEX ix_entry_event_bot_entry",
    "ALTER TABLE delivery DROP COLUMN handed_until",
    "ALTER TABLE delivery DROP COLUMN held_until",
    "ALTER TABLE delivery_event DROP COLUMN bot",
    "CREATE INDEX ix_delivery_event_delivery ON delivery_event (delivery)",
    "CREATE INDEX ix_entry_event_entry ON entry_event (entry)",
)


@pytest.mark.sqlite_only("the release before had no other database")
def test_an_old_log_becomes_searchable(tmp_path):
    """The migration indexes what an older version had kept, in every script."""
    database = open_store(tmp_path)
    with database.store.writing() as tx:
        say(tx, "An older word.", "日本語")
        tx.log.keep(entry("held", text="older", tip="one", standing=Standing.HELD), MONDAY)
    with database.connect() as connection:
        connection.execute(text("DROP TABLE entry_words"))
        connection.execute(text("ALTER TABLE entry DROP COLUMN warning"))
        connection.execute(text("ALTER TABLE entry_event DROP COLUMN seen_by"))
        for statement in UNDO_SINCE_0007:
            connection.execute(text(statement))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    with database.connect() as connection:
        upgrade(connection)
    with database.store.reading() as tx:
        assert found(tx, "older") == ["An older word."]
        assert found(tx, "日本") == ["日本語"]
    database.close()


@pytest.mark.sqlite_only("the release before had no other database")
def test_an_older_index_is_made_again(tmp_path):
    """What an older version could not find, in scripts with accents and vowel marks, is found."""
    database = open_store(tmp_path)
    with database.store.writing() as tx:
        say(tx, "Мой ёжик", "学びました", "שָׁלוֹם", warning="ΠΟΛΗΣ")
    with database.connect() as connection:
        connection.execute(text("DROP TABLE entry_words"))
        connection.execute(text(OLDER_INDEX))
        for statement in UNDO_SINCE_0007:
            connection.execute(text(statement))
        connection.execute(text("UPDATE alembic_version SET version_num = '0007'"))
        upgrade(connection)
    with database.store.writing() as tx:
        for number, query in enumerate(["мой", "学び", "שלום"]):
            assert [one.id for one in tx.public_entries().search(terms(query), 9)] == [number + 1]
            tx.log.keep(gone(str(number)), MONDAY)
        assert found(tx, "πόλης") == []
    database.close()


def test_pairs_of_characters():
    """Where words have no spaces, each pair of characters is a word, and the last one alone."""
    assert spread("a 日本語 b").split() == ["a", "日本", "本語", "語", "b"]
    assert spread("Plain, words").split() == ["plain", "words"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["script"])
def test_what_was_found_is_marked(case):
    """In every script the words that were looked for are marked where they stand."""
    typed = case["finds"][0]
    marked = [case["text"][begin:end] for begin, end in places(case["text"], terms(typed))]
    assert marked == case.get("marks", [typed])


def test_places_to_mark():
    """Every word that was looked for is marked where it stands, whatever its case or accents."""
    text = "The café, the CAFE and 日本語のカフェ."
    marked = [text[begin:end] for begin, end in places(text, terms("cafe 日本語 the"))]
    assert marked == ["The", "café", "the", "CAFE", "日本語"]
    assert [text[a:b] for a, b in places(text, terms("caf*"))] == ["café", "CAFE"]
