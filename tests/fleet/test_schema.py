"""Procrastinate's tables are made once, and its migrations run once, in order."""

import pytest
from sqlalchemy import text

from bot.core.errors import StoreError
from bot.core.fleet.handing_out import Handed
from bot.fleet import schema
from bot.fleet.jobs import Queue
from bot.fleet.queues import Queues
from tests.fleet.conftest import engine_of

COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = 'procrastinate_jobs'::regclass AND attnum > 12 AND NOT attisdropped"


@pytest.fixture
def connect(empty):
    """Begins transactions."""
    engine = engine_of(empty)
    yield engine.begin
    engine.dispose()


@pytest.fixture
def shipped(tmp_path):
    """A later release's migrations: those of today and, planted, of two more versions."""
    for path in schema.MIGRATIONS.glob("*.sql"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def plant(shipped, name, column, verb="ADD"):
    """A migration that adds or drops a column; a sign of percent stands in it, as in real ones."""
    (shipped / name).write_text(
        f"-- 100 % of it: %s\nALTER TABLE procrastinate_jobs {verb} COLUMN {column}"
        f"{' integer' if verb == 'ADD' else ''};\nSELECT 1;\n",
        encoding="utf-8",
    )


def test_a_new_database_gets_the_whole_schema(connect, empty):
    """After it, jobs can be deferred, and no migration is missing."""
    with connect() as connection:
        assert schema.expand(connection) == []
        assert schema.contract(connection) == []
    queues = Queues(empty)
    queues.defer(Queue.POSTS, [Handed(bot="knots", job="plan", account="", token="1")])
    assert queues.waiting(Queue.POSTS) == 1
    queues.close()


def test_it_is_made_once(connect):
    """The second call changes nothing."""
    for _ in range(2):
        with connect() as connection:
            assert schema.expand(connection) == []


def test_later_migrations_run_once_in_order(connect, shipped):
    """Missing migrations run in the order of their names, up to the last that old workers bear."""
    with connect() as connection:
        schema.expand(connection, shipped)
    plant(shipped, "03.12.00_01_pre_second.sql", "second")
    plant(shipped, "03.11.00_01_pre_first.sql", "first")
    plant(shipped, "03.11.00_50_post_first.sql", "first", "DROP")
    plant(shipped, "03.12.00_50_post_second.sql", "second", "DROP")
    with connect() as connection:
        names = schema.expand(connection, shipped)
    assert names == [
        "03.11.00_01_pre_first.sql",
        "03.11.00_50_post_first.sql",
        "03.12.00_01_pre_second.sql",
    ]
    with connect() as connection:
        assert connection.scalars(text(COLUMNS)).all() == ["second"]
        assert schema.expand(connection, shipped) == []


def test_the_last_step_waits_for_old_workers_to_end(connect, shipped):
    """What an old worker cannot bear runs by `contract` only, and once."""
    with connect() as connection:
        schema.expand(connection, shipped)
    plant(shipped, "03.11.00_01_pre_first.sql", "first")
    plant(shipped, "03.11.00_50_post_first.sql", "first", "DROP")
    with connect() as connection:
        assert schema.expand(connection, shipped) == ["03.11.00_01_pre_first.sql"]
        assert schema.contract(connection, shipped) == ["03.11.00_50_post_first.sql"]
        assert schema.contract(connection, shipped) == []


def test_a_failed_migration_leaves_nothing(connect, shipped):
    """Where one fails, none of the transaction's is noted as done."""
    with connect() as connection:
        schema.expand(connection, shipped)
    plant(shipped, "03.11.00_01_pre_first.sql", "first")
    (shipped / "03.11.00_02_pre_wrong.sql").write_text("ALTER TABLE no_such_table ADD x integer;")
    with pytest.raises(Exception, match="no_such_table"), connect() as connection:
        schema.expand(connection, shipped)
    (shipped / "03.11.00_02_pre_wrong.sql").unlink()
    with connect() as connection:
        assert schema.expand(connection, shipped) == ["03.11.00_01_pre_first.sql"]


def test_tables_of_somebody_else_are_refused(connect):
    """Where Procrastinate's tables were made by another program, nothing is touched."""
    with connect() as connection:
        connection.execute(text("CREATE TABLE procrastinate_jobs (id integer)"))
    with pytest.raises(StoreError, match="did not make"), connect() as connection:
        schema.expand(connection)
