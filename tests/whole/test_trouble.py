"""Failures that operators meet: each is one clear line, and nothing is lost."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.servers.mastodon import MastodonServer
from tests.servers.x import Trouble, XServer
from tests.whole.conftest import tips
from tests.whole.operator import Operator, Outcome, await_that

SHIPPED = Path(__file__).parents[2] / "tips.yaml"


def is_one_clear_line(done: Outcome) -> bool:
    """Whether a command failed with exit code 2 and one line without a traceback."""
    return done.code == 2 and done.err.count("\n") == 1 and "Traceback" not in done.err


def test_a_second_run_is_refused_and_other_commands_are_not(operator: Operator) -> None:
    """Two bots never share a data directory; other commands work beside a running one."""
    shutil.copy(SHIPPED, operator.home)
    with operator.runs():
        second = operator.does("run")
        assert is_one_clear_line(second)
        assert "in use by a running bot" in second.err
        for words in (["check"], ["preview"], ["status"], ["log"], ["pause", "site"]):
            assert operator.does(*words).code == 0


def test_a_slot_whose_step_failed_is_not_lost(operator: Operator) -> None:
    """A database that is locked when a slot is due delays its post, and loses none."""
    due = datetime.now(UTC) + timedelta(seconds=15)
    anchor = due - timedelta(days=1)
    rule = f"every: 1d\n    from: {anchor:%Y-%m-%dT%H:%M:%S}Z"
    operator.write(tips().replace('cron: "0 9 29 feb *"', rule))
    with operator.runs("--no-now") as bot:
        with sqlite3.connect(operator.home / "data" / "tipsbot.db") as other:
            other.execute("BEGIN IMMEDIATE")
            await_that(lambda: '"step_failed"' in bot.output, within=50)
            other.rollback()
        other.close()
        await_that(lambda: operator.status()["accounts"][0]["last_post"], within=50)


def test_a_restored_database_posts_nothing_twice(
    everywhere: Operator, mastodon: MastodonServer, x: XServer
) -> None:
    """After a restored backup the posts since then are found on every network."""
    due = datetime.now(UTC) + timedelta(seconds=12)
    rule = f"every: 1d\n    from: {due - timedelta(days=1):%Y-%m-%dT%H:%M:%S}Z"
    plain = (everywhere.home / "tips.yaml").read_text("utf-8")
    everywhere.write(plain.replace('cron: "0 9 29 feb *"', rule))
    data, copy = everywhere.home / "data", everywhere.home / "copy.db"
    with everywhere.runs():
        pass
    shutil.copy(data / "tipsbot.db", copy)
    with everywhere.runs():
        await_that(lambda: x.posts and mastodon.posts(), within=60)
        await_that(lambda: not everywhere.status()["waiting"])
    for name in ("tipsbot.db-wal", "tipsbot.db-shm"):
        (data / name).unlink(missing_ok=True)
    shutil.copy(copy, data / "tipsbot.db")
    with everywhere.runs():
        await_that(lambda: all(one["last_post"] for one in everywhere.status()["accounts"]))
    status = everywhere.status()
    assert (len(x.posts), len(mastodon.posts()), status["waiting"]) == (1, 1, [])
    ids = {one["name"]: one["last_post"]["remote_id"] for one in status["accounts"]}
    assert (ids["x"], ids["mastodon"]) == (x.posts[0].id, mastodon.posts()[0]["id"])


def test_a_bad_edit_never_stops_a_running_bot(operator: Operator) -> None:
    """A broken file leaves the last valid one in use, with the reason in status; a repaired one is loaded."""
    operator.write(tips())
    with operator.runs() as bot:
        operator.write(tips().replace("weight", "w").replace("cron:", "corn:"))
        trouble = operator.status()["file_trouble"]
        assert "tips.yaml:" in trouble
        assert "corn" in trouble
        await_that(lambda: "tips_file_refused" in bot.output)
        assert bot.process.poll() is None
        operator.write(tips().replace("Ask the crowd", "Ask everybody"))
        await_that(lambda: operator.status()["file_trouble"] is None)
        await_that(lambda: "tips_file_taken_up" in bot.output)


def test_a_lost_answer_is_looked_up_and_never_posted_twice(
    everywhere: Operator, x: XServer
) -> None:
    """X posts and closes the connection: the delivery is unsure, then found, and there is one post."""
    x.fail(Trouble.COMMIT_DROP, method="POST", path="/2/tweets")
    done = everywhere.does("post", "sources", "--to", "x")
    assert done.code == 1
    assert "unsure" in done.err
    assert [one["state"] for one in everywhere.status()["waiting"]] == ["unsure"]
    with everywhere.runs():
        await_that(lambda: not everywhere.status()["waiting"])
    assert everywhere.status()["accounts"][2]["last_post"]["remote_id"] == x.posts[0].id
    assert len(x.posts) == 1


def test_only_a_person_can_tell(everywhere: Operator, x: XServer) -> None:
    """`resolve` shows the facts of an unsure delivery, and records the operator's decision."""
    x.fail(Trouble.COMMIT_DROP, times=2, method="POST", path="/2/tweets")
    everywhere.does("post", "sources", "--to", "x")
    everywhere.does("post", "ask", "--to", "x")
    unsure = {one["tip"]: str(one["delivery"]) for one in everywhere.status()["waiting"]}
    shown = everywhere.does("resolve", unsure["sources"])
    assert shown.code == 0
    assert "| Name your sources." in shown.out
    address = f"https://x.com/tips/status/{x.posts[0].id}?s=20"
    assert everywhere.does("resolve", unsure["sources"], "--posted", address).code == 0
    assert everywhere.does("resolve", unsure["ask"], "--drop").code == 0
    assert not everywhere.status()["needs_person"]
    assert is_one_clear_line(everywhere.does("resolve", "99"))
    again = everywhere.does("resolve", unsure["ask"], "--retry")
    assert again.code == 2
    assert "is abandoned" in again.err


def test_killed_in_the_middle_of_a_post(everywhere: Operator, x: XServer) -> None:
    """After a kill while X is silent the post exists once, and is recorded or shown as unsure."""
    x.fail(Trouble.COMMIT_HANG, method="POST", path="/2/tweets")
    with everywhere.runs("--now") as bot:
        await_that(lambda: x.posts)
        bot.kill()
    waiting = everywhere.status()["waiting"]
    assert [one["state"] for one in waiting if one["account"] == "x"] == ["sending"]
    with everywhere.runs():
        time.sleep(3)
    assert len(x.posts) == 1


def test_asked_to_stop_while_a_network_is_silent(everywhere: Operator, x: XServer) -> None:
    """SIGTERM ends the bot within 10 s even while a network hangs; it reports unfinished work."""
    x.fail(Trouble.COMMIT_HANG, method="POST", path="/2/tweets")
    with everywhere.runs("--now") as bot:
        await_that(lambda: x.posts)
        began = time.monotonic()
        assert bot.stop() == 0
        assert time.monotonic() - began < 10
        assert "still being sent" in bot.output


def test_a_refused_token_holds_the_account_only(
    everywhere: Operator, mastodon: MastodonServer, x: XServer
) -> None:
    """A wrong secret of one account is reported, and stops no other account."""
    everywhere.secrets["TIPSBOT_X_ACCESS_SECRET"] = "wrong"
    with everywhere.runs("--now"):
        await_that(mastodon.posts)
        await_that(lambda: everywhere.status()["accounts"][2]["paused"])
    waiting = [one["account"] for one in everywhere.status()["waiting"]]
    assert waiting == ["x"]
    everywhere.secrets["TIPSBOT_X_ACCESS_SECRET"] = x.bot.access_secret
    with everywhere.runs():
        await_that(lambda: x.posts)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "absent.yaml"], "absent.yaml: not found"),
        (["post", "shrot"], "did you mean 'short'?"),
        (["post", "short", "--to", "mastadon"], "did you mean 'mastodon'?"),
        (["reply", "99", "hello"], "there is no entry 99"),
        (["retract", "99"], "there is no posted delivery 99"),
        (["pause", "nobody"], "there is no schedule or account 'nobody'"),
        (["resume", "x"], "account:x is not paused"),
        (["log", "--since", "yesterday"], "--since 'yesterday' is not a time"),
    ],
)
def test_a_wrong_word_gets_one_clear_line(
    everywhere: Operator, words: list[str], said: str
) -> None:
    """Invalid names and times are refused with the error and the remedy."""
    done = everywhere.does(*words)
    assert is_one_clear_line(done), done.err
    assert said in done.err


def test_a_missing_secret_names_its_variable(everywhere: Operator) -> None:
    """A missing credential stops the start with the name of its variable."""
    del everywhere.secrets["TIPSBOT_X_API_KEY"]
    done = everywhere.does("run")
    assert is_one_clear_line(done), done.err
    assert "TIPSBOT_X_API_KEY" in done.err


def test_a_port_in_use_is_told_with_the_way_out(operator: Operator) -> None:
    """A taken port stops the start and names the setting."""
    shutil.copy(SHIPPED, operator.home)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", operator.port))
        sock.listen()
        done = operator.does("run")
    assert is_one_clear_line(done), done.err
    assert "TIPSBOT_BIND" in done.err


def test_a_public_account_never_links_to_this_machine(operator: Operator) -> None:
    """`check` refuses links that only this machine could open, and says which setting to change."""
    text = tips(mastodon_url="https://mastodon.social")
    operator.write(text.replace("https://tips.tipsbot.dev", "http://127.0.0.1:8140"))
    done = operator.does("check")
    assert is_one_clear_line(done), done.err
    assert "bot.site" in done.err


def test_every_mistake_is_told_at_once(operator: Operator) -> None:
    """`check` reports every error with line and column, and exits with 2."""
    text = tips().replace("timezone: Europe/London", "timezone: Europe/Londn")
    operator.write(text.replace("tags: [writing]", "tag: [writing]"))
    done = operator.does("check")
    assert done.code == 2
    lines = done.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("tips.yaml:3:")
    assert "Europe/London" in lines[0]
    assert "tags" in lines[1]
