"""The endpoints that change something: create a post, delete a post."""

from decimal import Decimal

from . import billing, rules
from .media import attached
from .model import Post
from .problems import Problem, not_found, plain
from .server_state import Call, Reply, ServerState


def create(state: ServerState, call: Call) -> Reply:
    """POST /2/tweets."""
    draft = rules.read_draft(call.body)
    media = attached(state.media, draft.media_ids, call.user, state.records.now())
    rules.check(state.records, call.user, draft, media)
    post = state.records.write(
        call.user, draft.text, reply_to=draft.reply_to, excluded=draft.excluded, media=media
    )
    state.billing.create(post.id, _price(state, call, post))
    shown = {"id": post.id, "text": post.text, "edit_history_tweet_ids": list(post.versions)}
    return 201, {"data": shown}


def _price(state: ServerState, call: Call, post: Post) -> Decimal:
    """A link makes any post expensive; otherwise a reply to a mention is the cheapest."""
    if post.has_link:
        return billing.CREATE_WITH_LINK
    parent = state.records.live(post.reply_to)
    return (
        billing.CREATE_MENTIONED
        if rules.was_mentioned(state.records, call.user, parent)
        else billing.CREATE
    )


def delete(state: ServerState, call: Call) -> Reply:
    """DELETE /2/tweets/:id."""
    post = state.records.live(call.id)
    if post is None:
        raise Problem(404, not_found("tweet", "id", call.id) | {"status": 404})
    if post.author_id != call.user.id:
        raise plain(403, "You are not authorized to delete this Tweet.")
    state.records.delete(post.id)
    state.billing.delete(post.id)
    return 200, {"data": {"deleted": True}}
