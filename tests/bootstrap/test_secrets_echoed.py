"""A server that repeats our credentials brings them no further, in whatever spelling."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import structlog

from bot.bootstrap.settings import log_setup
from bot.bootstrap.settings.secrets import add_secrets
from bot.core.errors import PlatformError
from bot.core.model.config import Account, Tip
from bot.core.model.delivery import Post
from bot.core.text.redact import BLANK
from bot.outbound.language_model import AskTimeout, Model
from bot.platforms.mastodon.adapter import MastodonPlatform
from bot.platforms.x.adapter import XPlatform
from tests.clock import FakeClock
from tests.servers.echo import echo_server
from tests.spellings import SPELLINGS

SECRET = "plantedQx7-T0ken_0002"
POST = Post(key="k", tip="t", title="T", text="A tip.", body="A tip.", created_at=datetime.now(UTC))


def mastodon(url: str) -> None:
    """Post on Mastodon."""
    account = Account(name="m", kind="mastodon", options={"server": url})
    MastodonPlatform(account, {"access_token": SECRET}, FakeClock()).publish(POST)


def x(url: str) -> None:
    """Post on X."""
    account = Account(name="x", kind="x", options={"api": url})
    names = ("api_key", "api_secret", "access_token", "access_secret")
    XPlatform(account, dict.fromkeys(names, SECRET), FakeClock()).publish(POST)


def model(url: str) -> None:
    """Ask a model."""
    quick = AskTimeout(pause=0.0)
    Model(url=url, name="m", key=SECRET, patience=quick).propose(
        Tip(id="one", title="Be brave", text="It takes courage."), 100
    )


@pytest.mark.parametrize(
    ("spelling", "status"),
    [
        *((spelling, 422) for spelling in SPELLINGS),
        *(("JSON", status) for status in (400, 401, 403, 404, 429, 500)),
    ],
)
@pytest.mark.parametrize("call", [mastodon, x, model])
def test_no_error_repeats_a_credential(call, spelling, status):
    """What every client says of a refusal has the credential in no spelling."""
    spell = SPELLINGS[spelling]
    with echo_server(status, spell) as url, pytest.raises(PlatformError) as caught:
        call(url)
    said = str(caught.value)
    assert "planted" not in "".join(said.lower().split())
    assert spell(SECRET)[3:-5] not in said


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_line_of_the_log_has_one(capfd, spelling):
    """Whoever writes a credential into the log, at whatever depth of a value, writes none."""
    add_secrets([SECRET])
    spelled = SPELLINGS[spelling](SECRET)
    log_setup.configure(quiet=False)
    try:
        structlog.get_logger().warning("said", words=f"x {spelled}", deep={"a": [spelled, 1]})
    finally:
        structlog.reset_defaults()
    log_setup.flush(within=30)
    line = capfd.readouterr().err
    assert line.count(BLANK) >= 2
    assert "planted" not in "".join(line.lower().split())
    assert spelled not in line
