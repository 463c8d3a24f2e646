"""The site's pages and feed, the form for replies, and the bot's health."""

from bot.web.app import build
from bot.web.health import Health
from bot.web.serve import Server
from bot.web.site import Site

__all__ = ["Health", "Server", "Site", "build"]
