"""Credentials are found where they may be, and shown nowhere."""

import pytest

from bot.bootstrap.settings.secrets import secrets_for
from bot.core.errors import SecretError
from bot.core.model.capabilities import variable
from tests.kinds import MASTODON, SITE, X

SECRET = "hunter2-never-shown"


def refusal(kind, environ, account="my-account") -> str:
    """The line with which secrets are refused."""
    with pytest.raises(SecretError) as caught:
        secrets_for(account, kind, environ)
    said = str(caught.value)
    assert said.isprintable()
    assert "hunter2" not in said
    return said


def test_variable():
    """A secret's variable is made from the account's name, not from its kind's."""
    assert variable("my-account", "access_token") == "TIPSBOT_MY_ACCOUNT_ACCESS_TOKEN"


def test_from_the_environment():
    """A secret in the environment is taken as it is."""
    found = secrets_for("my-account", MASTODON, {"TIPSBOT_MY_ACCOUNT_ACCESS_TOKEN": SECRET})
    assert found == {"access_token": SECRET}


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_from_a_file(tmp_path, end):
    """A secret in a file is read without the line break at its end."""
    file = tmp_path / "token"
    file.write_bytes(f"{SECRET}{end}".encode())
    environ = {"TIPSBOT_MASTODON_ACCESS_TOKEN_FILE": str(file)}
    assert secrets_for("mastodon", MASTODON, environ) == {"access_token": SECRET}


def test_from_systemd(tmp_path):
    """A secret that systemd hands over is found by the account's name."""
    (tmp_path / "tipsbot_my_account_access_token").write_text(SECRET)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert secrets_for("my-account", MASTODON, environ) == {"access_token": SECRET}


def test_order(tmp_path):
    """The variable comes before the file, and an empty variable counts for nothing."""
    file = tmp_path / "token"
    file.write_text("from the file")
    environ = {"TIPSBOT_A_ACCESS_TOKEN": SECRET, "TIPSBOT_A_ACCESS_TOKEN_FILE": str(file)}
    assert secrets_for("a", MASTODON, environ) == {"access_token": SECRET}
    environ["TIPSBOT_A_ACCESS_TOKEN"] = ""
    assert secrets_for("a", MASTODON, environ) == {"access_token": "from the file"}


def test_none_needed():
    """An account of a kind without secrets needs none."""
    assert secrets_for("site", SITE, {}) == {}


def test_everything_missing_at_once():
    """One line names every variable that is missing and says what to do."""
    assert refusal(X, {"TIPSBOT_X_API_KEY": ""}, "x") == (
        "account x: TIPSBOT_X_API_KEY, TIPSBOT_X_API_SECRET are not set; set them in the "
        "environment, or name a file that holds it in TIPSBOT_X_API_KEY_FILE and so on"
    )


def test_missing_and_unfit_together():
    """A missing secret and one that cannot be used are told in the same line."""
    said = refusal(X, {"TIPSBOT_X_API_SECRET": f"{SECRET}\nmore"}, "x")
    assert said.startswith("account x: TIPSBOT_X_API_KEY is not set; TIPSBOT_X_API_SECRET has a")


@pytest.mark.parametrize("bad", ["\n", "\r", "\x00", "\x1b[0m", " ", "\u2028", "\udce9"])
def test_unfit_is_not_echoed(bad):
    """A secret with a line break or control character is refused without being repeated."""
    said = refusal(MASTODON, {"TIPSBOT_MY_ACCOUNT_ACCESS_TOKEN": f"{SECRET}{bad}"})
    assert said == (
        "account my-account: TIPSBOT_MY_ACCOUNT_ACCESS_TOKEN has a line break, a control character "
        "or a blank at an end; correct it"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read (No such file or directory); correct it"),
        (b"", "is empty; correct it"),
        (b"\n", "is empty; correct it"),
        (b"hunter2\xff", "is no text file; correct it"),
        (b"x" * 70_000, "is too long for a secret; correct it"),
    ],
)
def test_unreadable_file(tmp_path, content, said):
    """A secret's file that is no use is named, and nothing in it is repeated."""
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    line = refusal(MASTODON, {"TIPSBOT_MY_ACCOUNT_ACCESS_TOKEN_FILE": str(file)})
    assert "TIPSBOT_MY_ACCOUNT_ACCESS_TOKEN_FILE: '" in line
    assert line.endswith(said)


@pytest.mark.parametrize("path", ["a\x00b", "/", "x" * 5000])
def test_impossible_file(path):
    """A path that cannot be a secret's file is one harmless line."""
    assert refusal(MASTODON, {"TIPSBOT_MY_ACCOUNT_ACCESS_TOKEN_FILE": path})
