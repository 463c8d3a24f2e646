"""The endpoints that change something: create a post, delete a post."""

from decimal import Decimal

from . import bill, rules
from .desk import Call, Desk, Reply
from .model import Post
from .problems import Problem, not_found, plain


def create(desk: Desk, call: Call) -> Reply:
    """POST /2/tweets."""
    draft = rules.read_draft(call.body)
    rules.check(desk.world, call.user, draft)
    post = desk.world.write(call.user, draft.text, reply_to=draft.reply_to, excluded=draft.excluded)
    desk.bill.create(post.id, _price(desk, call, post))
    shown = {"id": post.id, "text": post.text, "edit_history_tweet_ids": list(post.versions)}
    return 201, {"data": shown}


def _price(desk: Desk, call: Call, post: Post) -> Decimal:
    """A link makes any post dear; without one, a summoned reply is the cheapest."""
    if post.has_link:
        return bill.CREATE_WITH_LINK
    parent = desk.world.live(post.reply_to)
    return bill.CREATE_SUMMONED if rules.summoned(desk.world, call.user, parent) else bill.CREATE


def delete(desk: Desk, call: Call) -> Reply:
    """DELETE /2/tweets/:id."""
    post = desk.world.live(call.id)
    if post is None:
        raise Problem(404, not_found("tweet", "id", call.id) | {"status": 404})
    if post.author_id != call.user.id:
        raise plain(403, "You are not authorized to delete this Tweet.")
    desk.world.delete(post.id)
    desk.bill.delete(post.id)
    return 200, {"data": {"deleted": True}}
