"""What the site says while no tip is on it: when one comes, in the words of pages and feeds."""

from __future__ import annotations

from markupsafe import Markup

from bot.core.datetimes import iso
from bot.web.content.dates import moment
from bot.web.dependencies import SiteDependencies


def sentence(site: SiteDependencies) -> Markup:
    """A sentence or two for a page; `striptags` fits them for a feed. Empty: a tip is there."""
    if site.pages.newest(1):
        return Markup("")
    coming = site.awaited()
    if coming.on_its_way:
        return Markup("A tip is on its way. Look again in a moment.")
    which = "first" if coming.is_first else "next"
    begins = "Nothing has been posted yet." if coming.is_first else "No tip is here now."
    if coming.due is None:
        return Markup("{}").format(begins)
    when = Markup('<time datetime="{}">{}</time>').format(
        iso(coming.due), moment(coming.due, site.config().bot.timezone)
    )
    return Markup("{} The {} tip comes on {}.").format(begins, which, when)
