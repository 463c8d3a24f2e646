"""The model that is asked for proposals, at a real server that speaks its API and fails."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest

from bot.bootstrap.settings.configured_model import model
from bot.core.errors import (
    PlatformError,
    Refused,
    RetryLater,
    SecretError,
    Unauthorised,
    UsageError,
)
from bot.core.model.config import Tip
from bot.outbound.language_model import AskTimeout, Model
from tests.servers.model import (
    KEY,
    NAME,
    Answer,
    ModelServer,
    model_server,
    proposing,
    refusal,
    saying,
)

TIP = Tip(id="one", title="Be brave", text="It takes courage to begin 🚀.", language="en-GB")
QUICK = AskTimeout(connect=2.0, whole=1.0, pause=0.01, longest_pause=0.5)


@pytest.fixture(scope="module")
def _server() -> Iterator[ModelServer]:
    with model_server() as found:
        yield found


@pytest.fixture
def server(_server: ModelServer) -> ModelServer:
    """The strict server, with nothing asked of it yet."""
    _server.reset()
    return _server


def asked(server: ModelServer, *, key: str | None = KEY) -> Model:
    """The model at the server, with little patience."""
    return Model(url=server.url, name=NAME, key=key, patience=QUICK)


def trouble(server: ModelServer, kind: type[PlatformError]) -> str:
    """The line with which asking fails."""
    with pytest.raises(kind) as caught:
        asked(server).propose(TIP, 100)
    said = str(caught.value)
    assert said.isprintable()
    assert KEY not in said
    return said


def test_it_is_told_the_tip_and_its_room(server):
    """A model gets title, text, language and room, and its proposals come in its order."""
    server.does(proposing("Be brave.", "Begin."))
    assert asked(server).propose(TIP, 100) == ["Be brave.", "Begin."]
    given = json.loads(server.asked[0]["messages"][1]["content"])
    assert given == {"title": TIP.title, "text": TIP.text, "language": "en-GB", "room": 100}


def test_no_key_is_shown_where_none_is_set(server, tmp_path, monkeypatch):
    """A server without a key gets none, not even one that another program keeps for it."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server.key = None
    server.does(proposing("Be brave."))
    assert asked(server, key=None).propose(TIP, 100) == ["Be brave."]
    server.key = KEY
    with pytest.raises(Unauthorised, match="Incorrect API key provided: None"):
        asked(server, key=None).propose(TIP, 100)


@pytest.mark.parametrize(
    "content",
    [
        '["Be brave."]',
        '```json\n{"summaries": ["Be brave."]}\n```',
        '<think>{hm}</think> Here they are: ["Be brave."] Enjoy!',
    ],
)
def test_json_between_other_words_is_found(server, content):
    """A model that wraps its JSON in words or a fence is understood all the same."""
    server.does(saying(content))
    assert asked(server).propose(TIP, 100) == ["Be brave."]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<html>hello</html>"),
        Answer(body=b"[" * 100_000),
        Answer(body=b"\xff\xfe\x00"),
        Answer(body=b""),
        Answer(body=b'{"choices": []}'),
        Answer(body=b'{"choices": {"0": 1}}'),
        saying(None),
        saying("I cannot do that."),
        saying('{"summaries": [1, 2]}'),
        saying('{"summary": "Be brave."}'),
        saying("[" * 100_000 + "]" * 100_000),
    ],
)
def test_an_answer_of_another_form_concerns_one_tip_only(server, answer):
    """What is not JSON, or not in the form that was asked for, is refused with one line."""
    server.does(answer)
    assert "answers with" in trouble(server, Refused)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_one_more_try(server, status):
    """A server that is busy or broken is asked a second time, and never a third."""
    server.does(refusal(status, "busy"), proposing("Be brave."))
    assert asked(server).propose(TIP, 100) == ["Be brave."]
    server.does(refusal(status, "busy"))
    assert f"answers {status}: busy; try again later" in trouble(server, RetryLater)
    assert len(server.asked) == 4


def test_a_long_wait_is_not_waited_for(server):
    """Where the server wants more time than an operator has, it is not asked again."""
    server.does(refusal(429, "slow down", Retry_After="3600"))
    began = time.monotonic()
    trouble(server, RetryLater)
    assert time.monotonic() - began < 1
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (refusal(401, f"{KEY} is wrong"), Unauthorised, "answers 401: [secret] is wrong"),
        (refusal(403, "not for you\x1b[2J"), Unauthorised, "TIPSBOT_MODEL_KEY"),
        (refusal(404, "no such model"), PlatformError, "TIPSBOT_MODEL_URL and TIPSBOT_MODEL"),
        (refusal(400, "too long"), Refused, "answers 400: too long"),
        (
            Answer(status=301, headers={"Location": "https://elsewhere.example"}),
            PlatformError,
            "301",
        ),
        (Answer(drops=True), PlatformError, "breaks the connection off"),
        (Answer(after=3.0), PlatformError, "does not answer in time"),
        (Answer(body=b" " * (9 << 20)), PlatformError, "too large"),
        (Answer(body=b"no gzip", headers={"Content-Encoding": "gzip"}), PlatformError, "broken"),
    ],
)
def test_each_failure_is_one_line(server, answer, kind, said):
    """Refused, dropped, slow, huge or broken: one line that says what, without the key."""
    server.does(answer)
    assert said in trouble(server, kind)


def test_a_server_that_is_down():
    """Where nothing listens, two tries say so, with the variable to look at."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        down = Model(url=f"http://127.0.0.1:{sock.getsockname()[1]}/v1", name=NAME, patience=QUICK)
        with pytest.raises(RetryLater, match="no connection to it can be made; look at TIPSBOT"):
            down.propose(TIP, 100)


def test_a_key_that_comes_back_in_a_proposal_is_blanked(server):
    """A model that repeats our key in its words brings it no further."""
    server.does(proposing(f"Be brave with {KEY}."))
    assert asked(server).propose(TIP, 100) == ["Be brave with [secret]."]


# -- from the environment ---------------------------------------------------------------------

HERE = {"TIPSBOT_MODEL_URL": "http://localhost:1234/v1/", "TIPSBOT_MODEL": NAME}


def test_no_address_no_model():
    """Where no address is set nobody is asked, whatever else is."""
    assert model({"TIPSBOT_MODEL": NAME, "TIPSBOT_MODEL_KEY": KEY}) is None


def test_a_model_is_named_by_the_environment(tmp_path):
    """Address and name are variables; the key is one, or in a file, or one of systemd's."""
    plain = Model(url="http://localhost:1234/v1", name=NAME)
    assert model(HERE) == plain
    keyed = Model(url="http://localhost:1234/v1", name=NAME, key=KEY)
    (tmp_path / "tipsbot_model_key").write_text(f"{KEY}\n")
    places = (
        {"TIPSBOT_MODEL_KEY": KEY},
        {"TIPSBOT_MODEL_KEY_FILE": str(tmp_path / "tipsbot_model_key")},
        {"CREDENTIALS_DIRECTORY": str(tmp_path)},
    )
    assert [model({**HERE, **place}) for place in places] == [keyed] * 3


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"TIPSBOT_MODEL": ""}, "TIPSBOT_MODEL_URL is set and TIPSBOT_MODEL is not"),
        ({"TIPSBOT_MODEL_URL": "localhost"}, "TIPSBOT_MODEL_URL: 'localhost' is not a web address"),
        ({"TIPSBOT_MODEL_URL": f"https://me:{KEY}@host"}, "a user name or password"),
        ({"TIPSBOT_MODEL_URL": "http://model.example/v1"}, "unencrypted; write https://"),
        ({"TIPSBOT_MODEL_KEY": "schlüssel-ü"}, "characters that no key has"),
        ({"TIPSBOT_MODEL_KEY": f"{KEY}\nX-Evil: 1"}, "a line break"),
        ({"TIPSBOT_MODEL_KEY": "", "TIPSBOT_MODEL_KEY_FILE": "/absent"}, "cannot be read"),
    ],
)
def test_settings_with_which_nobody_can_be_asked(wrong, said):
    """What is wrong in the environment is one line, and the key is not in it."""
    with pytest.raises((UsageError, SecretError)) as caught:
        model({**HERE, "TIPSBOT_MODEL_KEY": KEY, **wrong})
    assert said in str(caught.value)
    assert KEY not in str(caught.value)
