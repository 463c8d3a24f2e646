"""All accounts are asked at once, and however long one of them takes, the question ends."""

from __future__ import annotations

from contextlib import closing

import pytest

from bot.bootstrap.container import open_container
from bot.bootstrap.inspect_accounts import inspect
from tests.servers.elsewhere import Manner, elsewhere
from tests.whole.conftest import tips


@pytest.mark.parametrize("manner", [Manner.DRIP_HEAD, Manner.DRIP])
def test_an_account_that_keeps_us_waiting(tmp_path, manner):
    """Two servers that never finish are told as such, at the lines of their accounts."""
    with elsewhere() as slow:
        for path in ("/api/v2/instance/", "/api/v2/instance", "/2/users/me"):
            slow.put(path, b"{" + b" " * 100_000, manner=manner)
        file = tmp_path / "tips.yaml"
        file.write_text(tips(mastodon_url=slow.url, x_url=slow.url))
        keys = ("API_KEY", "API_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")
        variables = {f"TIPSBOT_X_{one}": "a-key" for one in keys}
        variables["TIPSBOT_MASTODON_ACCESS_TOKEN"] = "a-token"
        with closing(open_container(file, variables=variables, reading=True)) as container:
            wrong, _ = inspect(container, patience=0.5)
    late = [one for one in wrong if "has not answered in time" in one.what]
    names = [one.what.partition(":")[0] for one in late]
    assert [name for name in names if name != "site"] == ["mastodon", "x"]
    assert all(one.line and one.todo for one in late)
