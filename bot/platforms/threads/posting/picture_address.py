"""Where Threads fetches the picture of a post: it takes no upload."""

from bot.app.tips.validate import leads_nowhere
from bot.core.errors import Refused
from bot.core.model.delivery import Post
from bot.core.text.web_addresses import is_loopback


def why_no_picture(site: str | None, server: str) -> str | None:
    """Why the server could fetch no picture from this site; None: it could.

    https://developers.facebook.com/docs/threads/posts: the picture must be on a public server.
    """
    if not site:
        return "Threads fetches pictures, and the bot has no site that could give them"
    if is_loopback(server):
        return None
    if not site.startswith("https://") or leads_nowhere(site):
        return f"Threads fetches pictures, and cannot reach {site}"
    return None


def picture_address(post: Post, site: str | None, server: str) -> str | None:
    """The public address of a post's picture; None where it has none. Raises Refused.

    It is another one for each post, so that no cache on the way gives the picture of an older one.
    """
    if post.picture is None:
        return None
    problem = why_no_picture(site, server)
    if problem is None and post.tip is None:
        problem = "Threads fetches pictures from a tip's page, and this post has no tip"
    if problem is not None:
        raise Refused(problem, "set `site` to a public https address, or leave out the picture")
    return f"{site}/tips/{post.tip}/picture.jpg?v={post.key}"
