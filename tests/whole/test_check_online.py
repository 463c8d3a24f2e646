"""`tipsbot check --online`: every account is tried, and nothing is posted."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from bot.platforms.x import PRICES
from tests.servers.mastodon import MastodonServer
from tests.servers.x import XServer
from tests.whole.conftest import tips
from tests.whole.operator import Operator

SITE = "https://tips.tipsbot.dev"


@pytest.fixture
def three(everywhere: Operator) -> Operator:
    """An operator with three accounts, whose site is on this machine."""
    file = everywhere.home / "tips.yaml"
    everywhere.write(file.read_text(encoding="utf-8").replace(SITE, everywhere.site))
    return everywhere


def wrong(operator: Operator) -> list[dict[str, str]]:
    """The problems in the JSON output."""
    done = operator.does("check", "--online", "--json")
    told = json.loads(done.out)
    assert done.err == ""
    assert done.code == (0 if told["ok"] else 2)
    assert told["ok"] is not bool(told["problems"])
    return list(told["problems"])


def is_quiet(mastodon: MastodonServer, x: XServer) -> bool:
    """Whether nothing was posted anywhere."""
    return not mastodon.posts() and not x.posts


def test_before_the_bot_runs(three: Operator, mastodon: MastodonServer, x: XServer) -> None:
    """Tokens are tried before the first start, without a data directory and without a post."""
    done = three.does("check", "--online")
    assert (done.code, done.err) == (0, "")
    *notes, last = done.out.splitlines()
    assert last.startswith("tips.yaml: good: 3 tips")
    assert all(line.startswith("note: tips.yaml:") for line in notes)
    assert "mastodon: signed in as @tips" in done.out
    assert f"x: signed in as @{x.bot.username}" in done.out
    assert "site: http://127.0.0.1" in done.out
    assert "the bot does not run: check again when it does" in done.out
    assert not (three.home / "data").exists()
    assert is_quiet(mastodon, x)


def test_while_the_bot_runs(three: Operator, mastodon: MastodonServer, x: XServer) -> None:
    """The check works beside a running bot, which answers at its address."""
    with three.runs():
        done = three.does("check", "--online")
        assert (done.code, done.err) == (0, ""), done.err
        assert f"{three.site} is answered by this bot" in done.out
    assert is_quiet(mastodon, x)


def test_its_cost_counts(three: Operator) -> None:
    """The cost of the check on X counts for the month's budget."""

    def spent() -> Decimal:
        (x,) = [one for one in three.status()["accounts"] if one["kind"] == "x"]
        return Decimal(str(x["spent"]))

    with three.runs():
        pass
    before = spent()
    assert wrong(three) == []
    assert spent() - before == PRICES.read_user


def test_without_online_nobody_is_asked(three: Operator, x: XServer) -> None:
    """`check` alone sends no request, and needs no secret."""
    three.secrets = {}
    assert three.does("check").code == 0
    assert x.requests == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TIPSBOT_X_API_KEY", None, "TIPSBOT_X_API_KEY is not set"),
        ("TIPSBOT_X_ACCESS_SECRET", "", "TIPSBOT_X_ACCESS_SECRET is not set"),
        ("TIPSBOT_X_ACCESS_TOKEN", "wrong-hunter2", "does not accept the keys"),
        ("TIPSBOT_MASTODON_ACCESS_TOKEN", None, "TIPSBOT_MASTODON_ACCESS_TOKEN is not set"),
        ("TIPSBOT_MASTODON_ACCESS_TOKEN", "wrong-hunter2", "answers 401"),
        ("TIPSBOT_MASTODON_ACCESS_TOKEN", "hunter2 with blanks", "holds no access token"),
        ("TIPSBOT_MASTODON_ACCESS_TOKEN", "hunter2\n", "line break"),
        ("TIPSBOT_MASTODON_ACCESS_TOKEN", "hunter2é", "holds no access token"),
    ],
)
def test_a_secret_that_is_wrong(
    three: Operator, x: XServer, name: str, value: str | None, said: str
) -> None:
    """A missing or rejected secret is reported at its account's line; the others are tried."""
    kept = {key: one for key, one in three.secrets.items() if key != name}
    three.secrets = kept if value is None else {**kept, name: value}
    done = three.does("check", "--online")
    assert done.code == 2
    (line,) = done.err.splitlines()
    account = "x" if "_X_" in name else "mastodon"
    assert line.startswith("tips.yaml:")
    assert f": {account}: " in line
    assert said in line
    assert "hunter2" not in done.out + done.err
    assert f"{'mastodon' if account == 'x' else 'x'}: signed in as" in done.out


@pytest.mark.parametrize("content", [None, "", "hunter2\nhunter2", "\x00", " "])
def test_a_secret_file_that_is_wrong(three: Operator, content: str | None) -> None:
    """A file for a secret that is missing, empty or no secret is a finding as well."""
    file = three.home / "token"
    if content is not None:
        file.write_text(content)
    del three.secrets["TIPSBOT_MASTODON_ACCESS_TOKEN"]
    three.secrets["TIPSBOT_MASTODON_ACCESS_TOKEN_FILE"] = str(file)
    (found,) = wrong(three)
    assert "TIPSBOT_MASTODON_ACCESS_TOKEN_FILE" in found["what"]
    assert "hunter2" not in json.dumps(found)


def test_a_secret_file(three: Operator) -> None:
    """A token that a file holds is tried as it is used."""
    (three.home / "token").write_text(three.secrets.pop("TIPSBOT_MASTODON_ACCESS_TOKEN") + "\n")
    three.secrets["TIPSBOT_MASTODON_ACCESS_TOKEN_FILE"] = str(three.home / "token")
    assert wrong(three) == []


def test_several_findings(three: Operator, x: XServer) -> None:
    """All problems are reported at once, each with its line and its remedy."""
    three.write(tips(mastodon_url="http://127.0.0.1:9", x_url=x.url))
    x.access_level = "read"
    found = wrong(three)
    assert [one["what"].partition(":")[0] for one in found] == ["mastodon", "x"]
    assert all(one["line"] and one["todo"] for one in found)


def test_a_file_that_is_wrong(three: Operator, x: XServer) -> None:
    """With an invalid file the check reports its problems, and sends no request."""
    three.write("bot: {name: Ten Tips}\n")
    assert [one["line"] for one in wrong(three)] != []
    assert x.requests == []
