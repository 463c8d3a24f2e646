"""One message, once, and nothing taken for sure but a yes."""

from __future__ import annotations

import logging
import socket
import traceback

import pytest

from bot.core.errors import OutcomeUnknown, PlatformError, Refused, RetryLater
from tests.platforms.broadcast.conftest import adapter, post
from tests.servers.mail import mail_server
from tests.servers.proxy import Fate

TRICKY = 'Is 1 < 2 & "2 > 1"? Naïve 🎉👩‍⚕️, *日本語* a_b.\n\nSee https://tips.example/a_b?c=1&d=2#e'
SECRET = "a-secret-of-this-test"
SERVICES = {
    "json": "message",
    "ntfy": "message",
    "gotify": "message",
    "mmost": "text",
    "signal": "message",
}
PATHS = {
    "gotify": "AbCdEfGhIjKlMnO",
    "mmost": "3ccdd113474722377935511fc85d3dd4",
    "signal": "+14155550101/+14155550102",
}


def address_of(service, host):
    """An address of this service on the host."""
    return f"{service}://{host}/{PATHS.get(service, 'topic')}"


@pytest.mark.parametrize("service", SERVICES)
def test_the_text_arrives_as_it_is(inbox, host, service):
    """Each service gets the frozen text, whole and unchanged, in one request."""
    receipt = adapter(address_of(service, host)).publish(post(TRICKY))
    (message,) = inbox.messages
    assert message[SERVICES[service]] == TRICKY
    assert len(inbox.asked) == 1
    assert (receipt.remote_id, receipt.url) == ("key-1", None)


@pytest.mark.parametrize("bot", ["Ten Tips", "Zehn Tipps für März", "十のヒント"])
def test_any_name_of_a_bot_is_safe(inbox, host, bot):
    """A bot posts whatever script its name is in, although services get it in a header."""
    adapter(f"json://{host}/", bot=bot).publish(post())
    assert len(inbox.messages) == 1


@pytest.mark.parametrize(
    "settings",
    [
        "overflow=split",
        "retry=5&wait=0",
        "optional=yes",
        "redirect=yes",
        "format=html",
        "emojis=yes",
    ],
)
def test_an_address_changes_nothing_of_how_it_is_sent(inbox, host, settings):
    """No setting in the address makes of a no a yes, or changes the text or how often it is sent."""
    there = adapter(f"json://{host}/?{settings}")
    words = ":smile: <b>" + 400 * "many words "
    there.publish(post(words.strip()))
    assert [message["message"] for message in inbox.messages] == [words.strip()]
    inbox.status = 500
    with pytest.raises(OutcomeUnknown):
        there.publish(post())
    assert len(inbox.asked) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 502, 503])
@pytest.mark.parametrize("service", SERVICES)
def test_a_no_is_unsure(inbox, host, service, status):
    """Apprise tells a no from a lost answer in no way, so a refusal is unsure, and sent once."""
    inbox.status = status
    with pytest.raises(OutcomeUnknown):
        adapter(address_of(service, host)).publish(post())
    assert len(inbox.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(inbox, host, status):
    """A post is not sent to where a server sends it on, even where the address asks for that."""
    inbox.status, inbox.headers = status, {"Location": f"{inbox.url}/elsewhere"}
    with pytest.raises(OutcomeUnknown):
        adapter(f"json://{host}/here?redirect=yes").publish(post())
    assert inbox.asked == ["POST /here"]


@pytest.mark.parametrize("fate", [Fate.LOSE, Fate.RESET])
def test_a_lost_answer_is_unsure(inbox, line, host, fate):
    """A connection that breaks after it was made is unsure, and nothing is sent again."""
    line.then(fate)
    with pytest.raises(OutcomeUnknown):
        adapter(f"json://{host}/").publish(post())
    assert len(inbox.asked) == (1 if fate is Fate.LOSE else 0)


def test_a_slow_answer_is_unsure(inbox, line, host):
    """A service that does not answer in time holds nobody, and the post is sent once."""
    line.then(Fate.DELAY)
    with pytest.raises(OutcomeUnknown):
        adapter(f"json://{host}/", patience=0.2).publish(post())
    line.release()
    assert len(inbox.asked) <= 1


@pytest.mark.parametrize("service", SERVICES)
def test_a_refused_connection_is_not_sent(inbox, line, host, service):
    """Where nobody listens nothing was sent, and a later attempt posts it."""
    there = adapter(address_of(service, host))
    line.refuse()
    with pytest.raises(RetryLater):
        there.publish(post())
    assert inbox.asked == []
    line.accept()
    there.publish(post())
    assert len(inbox.asked) == 1


def test_a_name_that_is_not_found_is_not_sent():
    """Where the host's name is not found nothing was sent."""
    with pytest.raises(RetryLater, match="name is not found"):
        adapter("json://nobody.invalid/").publish(post())


def test_a_proxy_is_connected_to_in_its_place(inbox, host, monkeypatch):
    """Where the environment has a proxy, that is what has to be reached, and posts go through it."""
    monkeypatch.setenv("HTTP_PROXY", f"http://{host}")
    monkeypatch.setenv("NO_PROXY", "")
    adapter("json://nobody.invalid/here").publish(post())
    assert inbox.asked == ["POST http://nobody.invalid/here"]


def test_a_full_service_is_not_asked_again(inbox, host):
    """Fluxer's and Discord's plugins send again after a 429; here they do not."""
    inbox.status, inbox.headers = 429, {"X-RateLimit-Remaining": "1"}
    hook = f"fluxer://{host}/{'1' * 18}/{'a' * 68}?mode=private"
    with pytest.raises(OutcomeUnknown):
        adapter(hook).publish(post())
    assert len(inbox.asked) == 1


def test_matrix_is_asked_for_nothing_twice(inbox, host):
    """Matrix's plugin repeats what was answered with 429; here it does not."""
    inbox.status, inbox.answer = 429, {"retry_after_ms": 1}
    with pytest.raises(OutcomeUnknown):
        adapter(f"matrix://ann:pass@{host}/#room").publish(post())
    assert inbox.asked
    assert len(set(inbox.asked)) == len(inbox.asked)


def test_a_plugin_that_fails_is_unsure(inbox, host):
    """An error that a plugin does not expect is unsure, and tells nothing but its kind."""
    unsendable = "%E5%8D%81"
    with pytest.raises(OutcomeUnknown, match="UnicodeEncodeError") as caught:
        adapter(f"json://{host}/?+X-{SECRET}={unsendable}").publish(post())
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert inbox.asked == []


def test_it_answers_nobody(inbox, host):
    """A reply is refused, since nobody is heard there."""
    with pytest.raises(Refused):
        adapter(f"json://{host}/").publish(post(in_reply_to="1"))
    assert inbox.asked == []


def test_mail():
    """A mail has the tip's title as its subject, and the text alone in it."""
    with mail_server() as server:
        adapter(mail_address(server.port)).publish(post(TRICKY))
    (message,) = server.messages
    assert message["subject"] == "A tip"
    assert message["to"] == "bob@tips.example"
    assert message.get_content().replace("\r\n", "\n").rstrip("\n") == TRICKY


def test_a_lost_answer_to_a_mail():
    """A mail server that takes a mail and hangs up makes it unsure, and has it once."""
    with mail_server() as server:
        server.hangs_up = True
        with pytest.raises(OutcomeUnknown):
            adapter(mail_address(server.port)).publish(post())
    assert len(server.messages) == 1


def test_a_mail_server_that_is_down():
    """A mail that reaches no server was not sent."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with pytest.raises(RetryLater):
        adapter(mail_address(port)).publish(post())


def test_nothing_tells_the_address(inbox, line, host, caplog):
    """No error, trace or log of any library has the address or its secret parts in it."""
    addresses = [
        f"json://ann:{SECRET}@{host}/{SECRET}?+X-Token={SECRET}",
        f"ntfy://{SECRET}@{host}/{SECRET}",
        f"matrix://ann:{SECRET}@{host}/#room",
    ]
    caplog.set_level(1)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(1, logger=name)
    shown = ""
    for address in addresses:
        there = adapter(address)
        for status in (200, 500):
            inbox.status = status
            shown += outcome(there)
        line.then(Fate.LOSE)
        shown += outcome(there)
        line.refuse()
        shown += outcome(there) + repr(there.inspect()) + repr(there.learn())
        line.accept()
    shown += caplog.text
    assert SECRET in "".join(inbox.asked)
    assert SECRET not in shown
    assert host not in shown


def outcome(there):
    """All that an attempt tells."""
    try:
        return repr(there.publish(post()))
    except PlatformError as error:
        return f"{error!r} {error}" + "".join(traceback.format_exception(error))


def mail_address(port):
    """An address of the mail server at this port, without TLS."""
    return f"mailto://127.0.0.1:{port}/?mode=insecure&from=ann@tips.example&to=bob@tips.example"
