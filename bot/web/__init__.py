"""The site's pages and feed, the form for replies, and the bot's health."""

from bot.web.app import build
from bot.web.dependencies import SiteDependencies
from bot.web.http.server import SiteServer
from bot.web.ops.health import Health

__all__ = ["Health", "SiteDependencies", "SiteServer", "build"]
