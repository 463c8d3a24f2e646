"""How PostgreSQL finds words: by the GIN index alone, the newest entries first, one bot's only."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from bot.core.discussion.search_query import spread, terms
from bot.store import open_store
from bot.store.postgres.full_text_index import SPAN, vector
from bot.store.site.word_index import Indexed
from tests.clock import MONDAY
from tests.core.samples import entry
from tests.store.test_plans import heard

pytestmark = pytest.mark.postgresql

MANY = 3 * SPAN + 10


@pytest.fixture(scope="module")
def opened(postgres, postgres_template):
    """A database in which one bot has entries of several spans, and others have the same words."""
    with (
        postgres.database(postgres_template) as url,
        closing(open_store(Path(), "bot", url)) as database,
    ):
        for bot, many in (("bot", MANY), ("another", 300), ("bot2", 300)):
            with (
                closing(open_store(Path(), bot, url)) as one,
                one.store.writing() as tx,
            ):
                tx.log.keep_all([said(number) for number in range(many)], MONDAY)
        yield database


def said(number):
    """An entry; every tenth is common, and one of the oldest is not."""
    words = "common words" if number % 10 == 0 else "needle" if number == 5 else "other"
    return entry(str(number), text=f"{words} of number {number}", tip="one")


def numbers(database, query, limit=20, before=None):
    """The numbers of what a search finds."""
    with database.store.reading() as tx:
        return [one.id for one in tx.public_entries().search(terms(query), limit, before)]


def asked(database, query, limit=20):
    """The questions that a search puts to the tables of words, each with its values."""
    with heard(database.engine) as questions:
        numbers(database, query, limit)
    return [one for one in questions if "unnest" in one[0]]


def test_across_spans(opened):
    """A search goes on from the newest span to the oldest, and no entry is left out or comes twice."""
    common = [number + 1 for number in range(0, MANY, 10)]
    assert numbers(opened, "common", MANY) == common[::-1]
    assert (
        numbers(opened, "common", 5, before=SPAN + 2)
        == [at for at in common if at < SPAN + 2][:-6:-1]
    )
    assert numbers(opened, "needle") == [6]
    assert numbers(opened, "need*") == [6]
    assert numbers(opened, '"common words"', 1) == common[-1:]
    assert numbers(opened, "common", before=0) == []


def test_enough_is_enough(opened):
    """What is found among the newest entries is not looked for among older ones."""
    assert len(asked(opened, "common", 1)) < len(asked(opened, "needle", 1))


@pytest.mark.parametrize("analysed", [True, False])
@pytest.mark.parametrize("query", ["common", "needle", '"common words"', "comm*", "nowhere"])
def test_the_index_is_used(opened, query, analysed):
    """Every search uses the GIN index, and reads neither all words nor all entries of the bot."""
    with opened.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if analysed:
            connection.execute(text("ANALYZE"))
        for statement, values in asked(opened, query):
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values)
            plan = "\n".join(row[0] for row in rows)
            assert "Bitmap Index Scan on ix_entry_words_words" in plan
            assert re.findall(r"Seq Scan on (?:entry|entry_words)\b", plan) == []


def test_other_bots_cost_nothing(opened):
    """The index returns only rows of the bot that searches, whatever the words of others."""
    (statement, values), *_ = asked(opened, "common", 5)
    with opened.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}", values)
        (line,) = (row[0] for row in plan if "Bitmap Index Scan on ix_entry_words" in row[0])
    newest = [number for number in range(0, MANY, 10) if number + 1 >= 3 * SPAN]
    assert f"actual rows={len(newest)} " in line


LONG = Indexed(1, spread("word " * 20_000), spread("Ada"))


def test_what_is_too_much_is_left_out(postgres_url):
    """PostgreSQL takes what is made of very long texts, and nothing that it would ignore."""
    different = replace(entry(), text=" ".join(f"{number:06}" for number in range(90_000)))
    huge = Indexed.of(1, None, different.text, "Ada")
    with psycopg.connect(postgres_url) as connection:
        for row in (LONG, huge):
            made = vector(row, "mark.")
            kept = connection.execute("SELECT length(%s::tsvector)", [made]).fetchone()
            assert kept == (made.count(":"),)
    assert vector(LONG, "m").count(",") < 300


def test_quotes_of_other_databases_are_no_words():
    """No word has a quote or a backslash, so that nothing in it ends the quotes around it."""
    words = spread("'it''s' \\a\\ \"b\" <c> :d & !e | (f) * ’g’ ＇h＇")
    assert words.split() == ["it", "s", "a", "b", "c", "d", "e", "f", "g", "h"]
