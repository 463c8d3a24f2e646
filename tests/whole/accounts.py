"""The bot's credentials on the test servers."""

from __future__ import annotations

from tests.servers.mastodon import MastodonServer
from tests.servers.x import X


def secrets(mastodon: MastodonServer, x: X) -> dict[str, str]:
    """The environment variables with the bot's credentials on both servers."""
    return {"TIPSBOT_MASTODON_ACCESS_TOKEN": mastodon.token, **x.variables}
