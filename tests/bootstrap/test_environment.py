"""The environment: a value or a name that can mean nothing is refused with one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bootstrap.settings.environment import environment
from bot.core.errors import UsageError
from tests.whole.operator import Operator

FILE = Path("tips.yaml")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("127.0.0.1", ("127.0.0.1",)),
        ("127.0.0.1,10.0.0.0/8", ("127.0.0.1", "10.0.0.0/8")),
        (" 127.0.0.1 , ::1 ", ("127.0.0.1", "::1")),
        ("fd00::/8 172.16.0.0/255.240.0.0", ("fd00::/8", "172.16.0.0/255.240.0.0")),
    ],
)
def test_trusted_proxies(text, found):
    """Addresses and networks are taken, with commas or blanks between them."""
    assert environment(FILE, {"TIPSBOT_TRUSTED_PROXIES": text}).trusted_proxies == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("foo/8", "'foo/8' is no address or network; write addresses such as 127.0.0.1"),
        ("10.0.0.1/8", "'10.0.0.1/8' is no address or network; write 10.0.0.0/8 for the network"),
        ("fd00::1/8", "write fd00::/8"),
        ("127.0.0.1, localhost", "'localhost' is no address"),
        ("*", "'*' is no address"),
        ("127.0.0.1:8140", "'127.0.0.1:8140' is no address"),
        ("[::1]", "'[::1]' is no address"),
        ("10.0.0.0/33", "'10.0.0.0/33' is no address"),
        ("127.0.0", "'127.0.0' is no address"),
        ("127.0.0.01", "'127.0.0.01' is no address"),
        ("127.0.0.1;10.0.0.1", "'127.0.0.1;10.0.0.1' is no address"),
        ("http://127.0.0.1", "'http://127.0.0.1' is no address"),
        ("１２７.0.0.1", "is no address"),
        ("yes\x1b[2J", r"'yes\x1b[2J' is no address"),
        ("x" * 5000, "…' is no address"),
    ],
)
def test_what_is_no_proxy(text, said):
    """A word that is no address is refused: to ignore it would be to believe nobody, unsaid."""
    with pytest.raises(UsageError) as caught:
        environment(FILE, {"TIPSBOT_TRUSTED_PROXIES": text})
    assert str(caught.value).startswith("TIPSBOT_TRUSTED_PROXIES: ")
    assert said in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    "text",
    [
        *("8140", "localhost", ":8140", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:٣"),
        *("127.0.0.1:65536", "127.0.0.1:" + "9" * 5000, "127.0.0.1:-1", "127.0.0.1: 80"),
        "\x1b[2J:x",
    ],
)
def test_what_is_no_place_to_listen(text):
    """An address without a port that there can be is one line."""
    with pytest.raises(UsageError, match=r"TIPSBOT_BIND='.* is no address with a port; write it"):
        environment(FILE, {"TIPSBOT_BIND": text})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TIPSBOT_TRUSTED_PROXY", "TIPSBOT_TRUSTED_PROXIES"),
        ("TIPSBOT_TRUSTED_PROXYS", "TIPSBOT_TRUSTED_PROXIES"),
        ("TIPSBOT_PROXIES", "TIPSBOT_TRUSTED_PROXIES"),
        ("TIPSBOT_TRUSTED-PROXIES", "TIPSBOT_TRUSTED_PROXIES"),
        ("TIPBOT_TRUSTED_PROXIES", "TIPSBOT_TRUSTED_PROXIES"),
        ("tipsbot_trusted_proxies", "TIPSBOT_TRUSTED_PROXIES"),
        ("TIPSBOT_BIND_ADDRESS", "TIPSBOT_BIND"),
        ("TIPSBOT_BINDS", "TIPSBOT_BIND"),
        ("TIPSBOT_DATA_DIR", "TIPSBOT_DATA"),
        ("TIPSBOT_DAT", "TIPSBOT_DATA"),
        ("TIPSBOT_FILES", "TIPSBOT_FILE"),
        ("TIPSBOT_MODEL_URI", "TIPSBOT_MODEL_URL"),
        ("TIPSBOT_MODEL_KEY_FILES", "TIPSBOT_MODEL_KEY_FILE"),
        ("TIPSBOT_DEBUGGING", "TIPSBOT_DEBUG"),
    ],
)
def test_a_slip_in_a_name(name, meant):
    """A name that is ours but for a slip is refused, and the right one is said."""
    with pytest.raises(UsageError) as caught:
        environment(FILE, {name: "x"})
    assert str(caught.value) == f"{name} is no variable of tipsbot; did you mean {meant}?"


@pytest.mark.parametrize(
    "name",
    [
        *("PATH", "DATA", "TIPSBOT_MASTODON_ACCESS_TOKEN", "TIPSBOT_X_ENGLISH_API_KEY_FILE"),
        *("TIPSBOT_MODEL_X_API_KEY", "TIPSBOT_DATA_ACCESS_TOKEN", "TIPSBOT_PORT"),
        *("TIPSBOT_PORT_8140_TCP_ADDR", "TIPSBOT_SERVICE_HOST", "TIPSBOT_VERSION"),
    ],
)
def test_names_that_are_others(name):
    """Secrets of any account, and what a cluster or a script tells a container, are let be."""
    assert environment(FILE, {name: "x"}).host == "127.0.0.1"


@pytest.mark.long
@pytest.mark.parametrize(
    "wrong",
    [{"TIPSBOT_TRUSTED_PROXIES": "foo/8"}, {"TIPSBOT_PROXIES": "127.0.0.1"}],
)
def test_run_refuses_it_in_one_line(tmp_path, wrong):
    """The bot does not start: code 2 and a line that names the variable."""
    operator = Operator(home=tmp_path, port=8140, secrets=wrong)
    assert operator.does("init").code == 0
    done = operator.does("run")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "TIPSBOT_TRUSTED_PROXIES" in done.err


def test_a_folder_of_fonts():
    """TIPSBOT_FONTS names the folder of fonts; without it, or empty, there is none."""
    assert environment(FILE, {"TIPSBOT_FONTS": "/srv/fonts"}).fonts == Path("/srv/fonts")
    assert environment(FILE, {"TIPSBOT_FONTS": ""}).fonts is None
    assert environment(FILE, {}).fonts is None


def test_a_misspelt_folder_of_fonts():
    """A name that is nearly that of the setting is refused."""
    with pytest.raises(UsageError, match="did you mean TIPSBOT_FONTS"):
        environment(FILE, {"TIPSBOT_FONT": "/srv/fonts"})
