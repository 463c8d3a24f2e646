"""The bot's own site: pages, feeds, the form for replies, and the bot's health."""

from bot.web.app import build
from bot.web.dependencies import Health, SiteDependencies
from bot.web.http.server import SiteServer

__all__ = ["Health", "SiteDependencies", "SiteServer", "build"]
