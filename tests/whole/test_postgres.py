"""`tipsbot run` on PostgreSQL, as an operator has it, and a server that goes away meanwhile."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.servers.postgres import NOT_INSTALLED, Postgres, binaries, running_postgres
from tests.whole.conftest import tips
from tests.whole.operator import Bot, Operator, await_that, free_port
from tests.whole.visitor import visitor

WORDS = "why-so-short"


@pytest.fixture
def on_postgres(operator: Operator, tmp_path: Path, postgres: Postgres) -> Iterator[Operator]:
    """An operator with an empty database and a file of keys."""
    operator.write(tips())
    keys = tmp_path / "keys"
    keys.write_text(operator.does("keys", "new").out)
    with postgres.database() as url:
        operator.secrets = {"TIPSBOT_DATABASE_URL": url, "TIPSBOT_KEY_FILE": str(keys)}
        yield operator


def elsewhere(operator: Operator, name: str) -> Operator:
    """The same operator at another machine, with a copy of the tips file."""
    home = operator.home / name
    home.mkdir()
    other = replace(operator, home=home, port=free_port())
    other.write((operator.home / "tips.yaml").read_text())
    return other


def files(operator: Operator) -> set[str]:
    """What is in the data directory, but for the cache."""
    found = {path.name for path in (operator.home / "data").glob("*")}
    return {name for name in found if not name.startswith("summaries.db")}


@pytest.mark.timeout(400)
def test_a_bot_on_postgres(on_postgres: Operator) -> None:
    """Migrate, run, and every kind of command from a second terminal and from another machine."""
    refused = on_postgres.does("run")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "run `tipsbot migrate`" in refused.err
    assert on_postgres.does("migrate").code == 0
    assert not on_postgres.status()["running"]
    with on_postgres.runs("--now"):
        assert on_postgres.status()["running"]
        assert on_postgres.does("post", "sources").code == 0
        with visitor(on_postgres.site, "sources") as ada:
            ada.open()
            ada.send("Ada", WORDS)
        laptop = elsewhere(on_postgres, "laptop")
        await_that(laptop.entries)
        second = laptop.does("run")
        assert second.code == 2
        assert "the bot bot is run already by process" in second.err
        assert "\n" not in second.err.strip()
        assert WORDS in laptop.does("export", "jsonl").out + laptop.does("log").out
        log_file = on_postgres.home / "data" / "discussion.jsonl"
        await_that(lambda: log_file.exists() and WORDS in log_file.read_text())
        (entry,) = laptop.entries()
        assert laptop.does("forget", str(entry["id"])).code == 0
        assert laptop.entries()[0]["deleted_at"]
        await_that(lambda: WORDS not in log_file.read_text())
        assert laptop.does("post", "ask").code == 0
        assert not (laptop.home / "data").exists()
    assert not on_postgres.status()["running"]
    assert files(on_postgres) == {"discussion.jsonl", "lock"}
    with psycopg.connect(on_postgres.secrets["TIPSBOT_DATABASE_URL"]) as connection:
        kept = connection.execute("SELECT name, is_encrypted FROM kept_file ORDER BY name")
        assert kept.fetchall() == [("last-good.yaml", True), ("site.key", True)]


def test_a_broken_file_and_a_lost_key(on_postgres: Operator) -> None:
    """The last good file comes from the database; without its key the bot says so."""
    on_postgres.does("migrate")
    with on_postgres.runs("--no-now"):
        pass
    on_postgres.write("bot: [\n")
    other = elsewhere(on_postgres, "other")
    with other.runs("--no-now") as bot:
        assert "the tips file is broken; the last good one is in use" in bot.output
        assert other.status()["file_trouble"]
    Path(on_postgres.secrets["TIPSBOT_KEY_FILE"]).write_text(on_postgres.does("keys", "new").out)
    refused = other.does("run")
    first, second = refused.err.splitlines()
    assert refused.code == 2
    assert first.startswith("tips.yaml:")
    assert second.startswith("last-good.yaml: PostgreSQL: last-good.yaml of bot bot was encrypted")
    other.write(tips())
    refused = other.does("run")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert "site.key of bot bot was encrypted with a key that" in refused.err


def test_two_bots_have_a_data_directory_each(on_postgres: Operator) -> None:
    """A second bot in the directory of a running one would write into its event log: it may not."""
    on_postgres.does("migrate")
    text = (on_postgres.home / "tips.yaml").read_text()
    (on_postgres.home / "second.yaml").write_text(text.replace("bot:\n", "bot:\n  id: second\n"))
    with on_postgres.runs("--no-now"):
        second = replace(on_postgres, port=free_port())
        refused = second.does("run", "--file", "second.yaml")
        assert refused.code == 2
        assert "in use by a running bot" in refused.err
        second.secrets = {**second.secrets, "TIPSBOT_DATA": str(second.home / "second")}
        with second.runs("--no-now", "--file", "second.yaml") as bot:
            assert "stop with Ctrl-C" in bot.output


def failures(bot: Bot, before: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """How often each failure of each job was reported that was not reported `before`."""
    events = [json.loads(line) for line in bot.lines if line.startswith("{")]
    return Counter((one["step"], one["reason"]) for one in events if "step" in one) - before


@pytest.mark.timeout(400)
def test_a_server_that_goes_away(operator: Operator) -> None:
    """The bot goes on by itself when PostgreSQL is back, and reported each failure once an outage."""
    if (found := binaries()) is None:
        pytest.skip(NOT_INSTALLED)
    operator.write(tips())
    with running_postgres(found) as server, server.database() as url:
        operator.secrets = {"TIPSBOT_DATABASE_URL": url}
        operator.does("migrate")
        with operator.runs("--no-now") as bot:
            for end, tip in ((server.stop, "short"), (server.kill, "sources")):
                before = failures(bot, Counter())
                end()
                await_that(partial(failures, bot, before))
                away = operator.does("status")
                assert (away.code, away.err.count("\n")) == (2, 1)
                assert "PostgreSQL: " in away.err
                server.start()
                done = operator.does("post", tip)
                assert done.code == 0, done.err
                assert operator.status()["running"]
                found_failures = failures(bot, before)
                assert set(found_failures.values()) == {1}
                assert all("PostgreSQL" in reason for _, reason in found_failures)
            assert bot.stop() == 0
        assert "stopped; all work finished" in bot.output
