"""Secrets appear in no log, page, error or file of the bot."""

from __future__ import annotations

import pytest
import requests

from tests.servers.echo import echo_server
from tests.spellings import SPELLINGS
from tests.whole.conftest import tips
from tests.whole.operator import Operator, await_that

SECRETS = {
    "TIPSBOT_MASTODON_ACCESS_TOKEN": "plantedMastodonToken0001",
    "TIPSBOT_X_API_KEY": "plantedXApiKey0002",
    "TIPSBOT_X_API_SECRET": "plantedXApiSecret0003",
    "TIPSBOT_X_ACCESS_TOKEN": "plantedXAccessToken0004",
    "TIPSBOT_X_ACCESS_SECRET": "plantedXAccessSecret0005",
}


@pytest.mark.parametrize(
    ("status", "spelling"),
    [
        *((401, "JSON"), (403, "as it is"), (422, "base64"), (500, "percent")),
    ],
)
def test_planted_secrets_reach_no_sink(operator: Operator, status: int, spelling: str) -> None:
    """Networks that repeat requests in their errors bring no credential into any output or file."""
    spell = SPELLINGS[spelling]
    with echo_server(status, spell) as url:
        operator.write(tips(mastodon_url=url, x_url=url))
        operator.secrets = dict(SECRETS)
        with operator.runs("--now") as bot:
            await_that(lambda: _both_answered(operator))
            pages = [requests.get(f"{operator.site}{path}", timeout=10).text for path in PATHS]
        commands = [
            operator.does(*words)
            for words in (["status"], ["status", "--json"], ["log"], ["preview", "--json"])
        ]
    sinks = [bot.output, *pages, *(done.out + done.err for done in commands)]
    files = [path.read_bytes() for path in (operator.home / "data").iterdir()]
    for name, secret in SECRETS.items():
        for spelled in (secret, spell(secret)[:-4]):
            assert not any(spelled in sink for sink in sinks), name
            assert not any(spelled.encode() in file for file in files), name


PATHS = ("/", "/healthz", "/privacy", "/feed.atom", "/tips/short", "/nothing-here")


def _both_answered(operator: Operator) -> bool:
    """Whether the refusals of both networks are recorded."""
    status = operator.status()
    reasons = [
        one["reason"]
        for one in (*status["waiting"], *status["failed"])
        if one["account"] in {"mastodon", "x"}
    ]
    return len(reasons) == 2 and all(reasons)


def test_secrets_come_from_files_and_from_systemd(operator: Operator) -> None:
    """A credential can come from a `_FILE` variable or from systemd's directory."""
    (operator.home / "token").write_text("fromAFile0006\n", encoding="utf-8")
    credentials = operator.home / "credentials"
    credentials.mkdir()
    for name, secret in SECRETS.items():
        (credentials / name.lower()).write_text(secret, encoding="utf-8")
    operator.secrets = {
        "TIPSBOT_MASTODON_ACCESS_TOKEN_FILE": str(operator.home / "token"),
        "CREDENTIALS_DIRECTORY": str(credentials),
    }
    with echo_server(401) as url:
        operator.write(tips(mastodon_url=url, x_url=url))
        with operator.runs():
            await_that(lambda: all(one["trouble"] for one in operator.status()["accounts"][1:]))
