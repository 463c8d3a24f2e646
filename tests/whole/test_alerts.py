"""A running bot tells its operator what needs a person: once, and once when it is over."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from bot.app.alerts.stored_state import ALERTS
from bot.core.model.delivery import State
from bot.store import open_store
from tests.core.samples import delivery, post
from tests.servers.inbox import Inbox, inbox_server
from tests.servers.mail import mail_server
from tests.servers.scripted import Scripted, scripted
from tests.whole.operator import Bot, Operator, await_that

FILE = """\
bot: {name: Ten Tips, site: https://tips.tipsbot.dev}
platforms:
  site: {}
  chat: {kind: broadcast, gap: 0s}
schedule:
  - {name: yearly, cron: "0 9 29 feb *"}
alerts: {}
tips:
  - id: sources
    title: Name your sources
    text: Say where you have it from. It earns the trust of all your readers.
"""
SECRET = "a-secret-path-of-this-test"
UNSURE = "unsure post: delivery 1 on chat"
PATIENCE = 60.0
"""Seconds; a bot looks every 20."""


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """What the operator's channel got."""
    with inbox_server() as server:
        yield server


@pytest.fixture
def alerted(operator: Operator, inbox: Inbox) -> Operator:
    """An operator with a channel, and with a post of which nobody knows whether it arrived."""
    operator.write(FILE)
    operator.secrets = {
        "TIPSBOT_CHAT_URL": "json://127.0.0.1:9/nobody-listens",
        "TIPSBOT_ALERTS_URL": f"ntfy://127.0.0.1:{inbox.port}/{SECRET}",
    }
    leave_unsure(operator)
    return operator


def leave_unsure(operator: Operator) -> None:
    """Leave a post behind that was sent two hours ago, and not confirmed."""
    sent = datetime.now(UTC) - timedelta(hours=2)
    database = open_store(operator.home / "data")
    unsure = delivery(
        account="chat",
        state=State.UNSURE,
        post=post(title="Listen"),
        due=sent,
        sent_at=sent,
        deadline=sent + timedelta(hours=1),
        not_before=sent + timedelta(days=1),
        attempt=1,
        reason="Chat did not confirm the post",
    )
    with database.store.writing() as tx:
        assert tx.ledger.plan(unsure)
    database.close()


def set_clock(operator: Operator) -> Path:
    """Have the clock of the operator's machine go on with what a file says; the file."""
    operator.ahead = operator.home / "ahead"
    operator.ahead.write_text("0")
    return operator.ahead


def let_pass(clock: Path, bot: Bot, span: timedelta) -> None:
    """Let so much time pass since the bot's start."""
    clock.write_text(str(span.total_seconds()))
    bot.process.send_signal(signal.SIGCONT)


def is_known(operator: Operator) -> bool:
    """Whether the running bot has seen a trouble."""
    database = open_store(operator.home / "data")
    with database.store.reading() as tx:
        state = ALERTS.read(tx)
    database.close()
    return state is not None and bool(state.known)


def titles(inbox: Inbox) -> list[str]:
    """The titles of all messages."""
    return [one["title"] for one in inbox.messages]


def test_once_and_once_when_it_is_over(alerted: Operator, inbox: Inbox) -> None:
    """An unsure post is told once, not after a restart, and once when it is settled."""
    with alerted.runs() as bot:
        await_that(lambda: titles(inbox), within=PATIENCE)
    (message,) = inbox.messages
    assert message["title"] == "Ten Tips: 1 thing needs you"
    assert message["message"] == (
        f"{UNSURE}: Listen: Chat did not confirm the post; look there, then: tipsbot resolve 1"
    )
    listed = alerted.does("alert", "list")
    assert (listed.code, listed.out.startswith(f"{UNSURE}: Listen")) == (1, True)
    assert re.search(r"\(told .* UTC\)$", listed.out.strip())
    with alerted.runs() as again:
        assert alerted.does("resolve", "1", "--drop").code == 0
        await_that(lambda: len(titles(inbox)) > 1, within=PATIENCE)
    assert titles(inbox)[1:] == ["Ten Tips: 1 thing is over"]
    assert inbox.messages[1]["message"] == f"over: {UNSURE}"
    assert alerted.does("alert", "list").out == "nothing needs a person\n"
    assert SECRET not in bot.output + again.output


def test_a_channel_that_is_down(alerted: Operator, inbox: Inbox) -> None:
    """A channel that takes nothing stops nothing; the status says why, and no secret is shown."""
    inbox.status = 503
    with alerted.runs() as bot:
        await_that(lambda: alerted.status()["alerts"]["problem"], within=PATIENCE)
        posted = alerted.does("post", "sources", "--to", "site")
        assert (posted.code, "posted" in posted.out) == (0, True)
        shown = alerted.does("status")
        assert "alerts cannot be sent: ntfy was sent the alert" in shown.out
        assert bot.output.count("alert_failed") == 1
        inbox.status = 200
    assert titles(inbox) == []
    assert SECRET not in bot.output + shown.out


def test_a_channel_that_hangs(alerted: Operator) -> None:
    """A bot that is stopped while its channel does not answer ends in order, and tells it again."""
    is_over = Event()

    def hang(*_: str) -> Scripted:
        assert is_over.wait(PATIENCE)
        return Scripted()

    with scripted(hang) as (url, asked):
        alerted.secrets["TIPSBOT_ALERTS_URL"] = f"{url.replace('http', 'json')}/{SECRET}"
        with alerted.runs() as bot:
            await_that(lambda: asked, within=PATIENCE)
            assert bot.stop() == 0
        is_over.set()
    assert "stopped; all work finished" in bot.output
    assert "(not told yet)" in alerted.does("alert", "list").out
    assert SECRET not in bot.output


def test_a_broken_tips_file_by_mail(operator: Operator) -> None:
    """An edit with a mistake that stays for a minute is told by mail, and its correction is."""
    good = FILE.replace("  chat: {kind: broadcast, gap: 0s}\n", "")
    operator.write(good)
    clock = set_clock(operator)
    with mail_server() as server:
        address = f"mailto://127.0.0.1:{server.port}?from=a@tips.example&to=b@tips.example"
        operator.secrets = {"TIPSBOT_ALERTS_URL": f"{address}&mode=insecure"}
        with operator.runs() as bot:
            operator.write(good.replace("title:", "tittle:"))
            await_that(lambda: operator.does("alert", "list").code == 1, within=PATIENCE)
            assert server.messages == []
            await_that(lambda: is_known(operator), within=PATIENCE)
            let_pass(clock, bot, timedelta(minutes=1))
            await_that(lambda: server.messages, within=PATIENCE)
            operator.write(good)
            await_that(lambda: len(server.messages) > 1, within=PATIENCE)
    subjects = [str(one["Subject"]) for one in server.messages]
    assert subjects == ["Ten Tips: 1 thing needs you", "Ten Tips: 1 thing is over"]
    words = server.messages[0].get_body(("plain",))
    assert words is not None
    assert "there is no setting 'tittle'" in words.get_content()


@pytest.mark.quick
def test_trying_the_channel(alerted: Operator, inbox: Inbox) -> None:
    """`alert test` sends one message, and says in a line what is missing, wrong or down."""
    sent = alerted.does("alert", "test")
    assert (sent.code, sent.err) == (0, "")
    assert sent.out == "ntfy took the message; look whether it has arrived\n"
    assert titles(inbox) == ["Ten Tips: this is a test"]
    inbox.status = 403
    refused = alerted.does("alert", "test")
    assert (refused.code, refused.err.count("\n")) == (1, 1)
    assert "did not confirm it" in refused.err
    for outcome in (sent, refused):
        assert SECRET not in outcome.out + outcome.err


def test_an_address_that_is_missing_or_wrong(alerted: Operator) -> None:
    """Without an address, or with a wrong one, neither a test nor a start is tried, in a line each."""
    url = alerted.secrets.pop("TIPSBOT_ALERTS_URL")
    missing = alerted.does("alert", "test")
    assert (missing.code, "TIPSBOT_ALERTS_URL is not set" in missing.err) == (2, True)
    started = alerted.does("run")
    assert (started.code, "TIPSBOT_ALERTS_URL is not set" in started.err) == (2, True)
    alerted.secrets["TIPSBOT_ALERTS_URL"] = f"discord://{SECRET}"
    wrong = alerted.does("check")
    assert (wrong.code, "TIPSBOT_ALERTS_URL cannot be used" in wrong.err) == (2, True)
    alerted.secrets["TIPSBOT_ALERTS_URL"] = url
    alerted.write(FILE.replace("alerts: {}\n", ""))
    without = alerted.does("alert", "test")
    assert (without.code, "no section `alerts:`" in without.err) == (2, True)
    for outcome in (missing, started, wrong, without):
        assert SECRET not in outcome.out + outcome.err


def test_checking_the_channel(alerted: Operator, inbox: Inbox) -> None:
    """`check --online` connects to the channel, sends nothing, and says how to try it."""
    checked = alerted.does("check", "--online")
    assert "alerts: ntfy can be reached; `tipsbot alert test` shows" in checked.out
    assert inbox.asked == []


def test_a_digest(alerted: Operator, inbox: Inbox) -> None:
    """A digest comes at its local time, with what was posted and what waits."""
    clock = set_clock(alerted)
    later = datetime.now(UTC) + timedelta(hours=2)
    alerted.write(FILE.replace("{}\ntips", f'{{digest: daily, at: "{later:%H:%M}"}}\ntips'))
    with alerted.runs() as bot:
        await_that(lambda: titles(inbox), within=PATIENCE)
        assert alerted.does("post", "sources", "--to", "site").code == 0
        let_pass(clock, bot, timedelta(hours=2))
        await_that(lambda: len(titles(inbox)) > 1, within=PATIENCE)
    digest = inbox.messages[1]
    assert digest["title"] == "Ten Tips: 1 post, 0 replies, 1 waiting for you"
    assert "- site: Name your sources https://tips.tipsbot.dev/tips/sources" in digest["message"]
    assert f"- {UNSURE}" in digest["message"]
    assert "29 Feb 09:00 UTC: Name your sources" in digest["message"]
