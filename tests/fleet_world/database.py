"""The fleet's database: migrated, with a clock that tests put forward, and what stands in it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from tests.servers.postgres import Postgres, database_name

_CLOCK = """
CREATE SCHEMA shifted;
CREATE TABLE shifted.clock (ahead interval NOT NULL);
INSERT INTO shifted.clock VALUES ('0');
CREATE FUNCTION shifted.now() RETURNS timestamptz STABLE LANGUAGE sql
    AS 'SELECT pg_catalog.now() + ahead FROM shifted.clock';
CREATE FUNCTION shifted.clock_timestamp() RETURNS timestamptz VOLATILE LANGUAGE sql
    AS 'SELECT pg_catalog.clock_timestamp() + ahead FROM shifted.clock';
ALTER TABLE procrastinate_workers ALTER last_heartbeat SET DEFAULT shifted.now();
"""
"""PostgreSQL has no way to set its clock. These functions are found before its own."""
_PATH = "ALTER DATABASE {} SET search_path = public, shifted, pg_catalog"
_WORKERS_ALIVE: LiteralString = """
UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat + %s
WHERE last_heartbeat > now() - %s - interval '15 s'
"""
_PROCESSES_ALIVE: LiteralString = """
UPDATE fleet_process SET seen_at = seen_at + %s
WHERE seen_at > timezone('utc', now()) - %s - interval '15 s'
"""


@dataclass(frozen=True)
class FleetDatabase:
    """The database of a fleet on a server."""

    postgres: Postgres
    url: str

    def url_at(self, host: str, port: int) -> str:
        """Its address for somebody who reaches the server there."""
        return self.postgres.url(database_name(self.url), host, port)

    def migrate(self) -> None:
        """Make its tables as an operator does, and the clock."""
        environment = {**os.environ, "TIPSBOT_DATABASE_URL": self.url}
        subprocess.run([sys.executable, "-m", "bot", "migrate"], env=environment, check=True)
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(_CLOCK)
            name = psycopg.sql.Identifier(database_name(self.url))
            connection.execute(psycopg.sql.SQL(_PATH).format(name))

    def set_ahead(self, by: timedelta) -> None:
        """Let its clock be ahead of this machine's."""
        self.run("UPDATE shifted.clock SET ahead = %s", by)

    def keep_alive(self, passed: timedelta) -> None:
        """Let those that gave a sign of life lately have given one just now, though time has passed."""
        self.run(_WORKERS_ALIVE, passed, passed)
        self.run(_PROCESSES_ALIVE, passed, passed)

    def rows(self, query: LiteralString, *values: object) -> list[dict[str, Any]]:
        """The rows of a query."""
        with psycopg.connect(self.url, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(query, values).fetchall()

    def run(self, statement: LiteralString, *values: object) -> int:
        """Run a statement; how many rows it concerned."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(statement, values).rowcount

    def cut(self) -> int:
        """End every connection to it; how many there were."""
        return self.postgres.cut(database_name(self.url))


@contextmanager
def fleet_database(postgres: Postgres) -> Iterator[FleetDatabase]:
    """A new, migrated database for the length of the block."""
    with postgres.database() as url:
        made = FleetDatabase(postgres, url)
        made.migrate()
        yield made
