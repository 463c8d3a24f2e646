"""The operator's own channel, over real HTTP and mail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from bot.bootstrap.alerts.channel import LONGEST, AppriseChannel, open_channel
from bot.bootstrap.alerts.disk_space import disk_space
from bot.bootstrap.settings.environment import environment
from bot.bootstrap.settings.secrets import add_secrets, alert_address
from bot.core.alerts.message import MORE, Message
from bot.core.errors import OutcomeUnknown, RetryLater, SecretError
from bot.core.model.alerts import Alerts
from bot.outbound.apprise.sender import PATIENCE
from bot.platforms.catalogue import KINDS
from tests.core.samples import account, config
from tests.servers.inbox import inbox_server
from tests.servers.mail import mail_server
from tests.servers.scripted import Scripted, scripted

SECRET = "hunter2-never-shown"
MESSAGE = Message(title="Tips: 1 thing needs you", lines=("first", "second"))
BOT = replace(config(), alerts=Alerts(), accounts=())


@pytest.fixture
def inbox():
    """A server that takes every message by HTTP."""
    with inbox_server() as server:
        yield server


def channel(address: str, *accounts, **variables: str) -> AppriseChannel:
    """The channel of a bot at this address."""
    variables["TIPSBOT_ALERTS_URL"] = address
    environ = environment(Path("tips.yaml"), variables)
    return open_channel(replace(BOT, accounts=accounts), environ, KINDS)


def test_an_alert_by_ntfy(inbox):
    """A topic of ntfy gets the title and the lines as they are."""
    there = channel(f"ntfy://127.0.0.1:{inbox.port}/topic")
    there.send(MESSAGE)
    (message,) = inbox.messages
    assert (message["title"], message["message"]) == (MESSAGE.title, "first\nsecond")
    assert there.service == "ntfy"


def test_an_alert_by_mail():
    """A mail has the title as its subject."""
    with mail_server() as server:
        address = (
            f"mailto://127.0.0.1:{server.port}?from=a@tips.example&to=b@tips.example&mode=insecure"
        )
        channel(address).send(MESSAGE)
        (mail,) = server.messages
    assert mail["Subject"] == MESSAGE.title
    words = mail.get_body(("plain",))
    assert words is not None
    assert "first\nsecond" in words.get_content().replace("\r\n", "\n")


def test_what_is_too_long_is_cut(inbox):
    """A service gets no more than it shows as a message, and a reader sees that there is more."""
    lines = tuple(f"line {number} of very many" for number in range(1000))
    channel(f"ntfy://127.0.0.1:{inbox.port}/topic").send(replace(MESSAGE, lines=lines))
    (message,) = inbox.messages
    assert len(message["title"]) + len(message["message"]) < LONGEST
    assert message["message"].endswith(MORE)


def test_no_secret_is_in_an_alert(inbox):
    """Words of a network that hold a credential are redacted before they are sent."""
    add_secrets([SECRET])
    words = f"the token {SECRET} is wrong\x1b[2J"
    channel(f"json://127.0.0.1:{inbox.port}/").send(Message(title="A", lines=(words,)))
    (body,) = inbox.bodies
    assert SECRET not in body
    assert "u001b" not in body


def test_a_service_that_is_down():
    """Where nobody listens nothing was sent, and the message says so without the address."""
    with inbox_server() as server:
        there = channel(f"json://127.0.0.1:{server.port}/{SECRET}")
    with pytest.raises(RetryLater) as caught:
        there.send(MESSAGE)
    assert "TIPSBOT_ALERTS_URL" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_service_that_says_no(inbox):
    """Everything but a yes is an alert that did not arrive, as far as is known."""
    inbox.status = 403
    with pytest.raises(OutcomeUnknown, match="did not confirm"):
        channel(f"json://127.0.0.1:{inbox.port}/").send(MESSAGE)


def test_at_its_end_a_process_waits_for_no_channel():
    """An alert whose channel hangs is given up when the process ends, as one that nobody confirmed."""
    is_ending, is_over = Event(), Event()

    def hang(*_: str) -> Scripted:
        is_ending.set()
        assert is_over.wait(PATIENCE / 2)
        return Scripted()

    with scripted(hang) as (url, asked):
        variables = {"TIPSBOT_ALERTS_URL": url.replace("http", "json")}
        there = open_channel(BOT, environment(Path("tips.yaml"), variables), KINDS, is_ending)
        with pytest.raises(OutcomeUnknown, match="TimeoutError"):
            there.send(MESSAGE)
        is_over.set()
    assert asked == ["POST /"]


@pytest.mark.parametrize("address", [f"discord://{SECRET}", SECRET, f"https://{SECRET}.example"])
def test_an_address_that_cannot_be_used(address):
    """A wrong address is told by its variable, and not repeated."""
    with pytest.raises(SecretError) as caught:
        channel(address)
    assert "TIPSBOT_ALERTS_URL cannot be used" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("urls", "shared"),
    [
        ({"TIPSBOT_CHAT_URL": "json://127.0.0.1:9/a "}, []),
        ({"TIPSBOT_CHAT_URL": "json://127.0.0.1:9/a"}, ["chat"]),
        ({"TIPSBOT_CHAT_URL": "json://127.0.0.1:9/b"}, []),
        ({}, []),
    ],
)
def test_accounts_at_the_same_address(urls, shared):
    """An account that posts to the channel's very address is known."""
    there = channel("json://127.0.0.1:9/a", account("chat", kind="broadcast"), **urls)
    assert there.shared_with == frozenset(shared)


def test_the_address_of_a_bot_of_a_fleet(tmp_path):
    """In a fleet the address is in a file of the bot's folder, and no variable is read."""
    variables = {"TIPSBOT_SECRETS": str(tmp_path), "TIPSBOT_ALERTS_URL": "json://127.0.0.1:9/a"}
    with pytest.raises(SecretError, match="alerts: ada/alerts_url is not in TIPSBOT_SECRETS"):
        alert_address(variables, "ada")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "alerts_url").write_text("json://127.0.0.1:9/b\n")
    assert alert_address(variables, "ada") == "json://127.0.0.1:9/b"


def test_the_space_of_a_disk(tmp_path):
    """The space is that of the data directory's disk; of a fleet's bot, or of nothing, none is known."""
    environ = environment(tmp_path / "tips.yaml", {"TIPSBOT_DATA": str(tmp_path)})
    space = disk_space(environ)
    assert space is not None
    assert 0 <= space.free <= space.total
    assert disk_space(replace(environ, fleet_bot="ada")) is None
    assert disk_space(replace(environ, data=tmp_path / "nowhere")) is None
