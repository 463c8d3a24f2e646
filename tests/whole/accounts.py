"""What the bot is told of its accounts on the servers of the tests."""

from __future__ import annotations

from tests.servers.mastodon import MastodonServer
from tests.servers.x import XServer


def secrets(mastodon: MastodonServer, x: XServer) -> dict[str, str]:
    """The environment variables with the bot's credentials on both servers."""
    return {
        "TIPSBOT_MASTODON_ACCESS_TOKEN": mastodon.token,
        "TIPSBOT_X_API_KEY": x.bot.api_key,
        "TIPSBOT_X_API_SECRET": x.bot.api_secret,
        "TIPSBOT_X_ACCESS_TOKEN": x.bot.access_token,
        "TIPSBOT_X_ACCESS_SECRET": x.bot.access_secret,
    }
