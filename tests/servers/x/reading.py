"""The endpoints that read: me, posts by id, two timelines, and recent search."""

from decimal import Decimal
from typing import Any

from . import billing
from .model import Post
from .pages import Page, within
from .problems import invalid, not_authorized, not_found
from .search import REACH, Query, check_span
from .server_state import Call, Reply, ServerState
from .views import View

MENTIONS_REACH = 800
TIMELINE_REACH = 3200
WITHOUT_REPLIES_REACH = 800


def me(state: ServerState, call: Call) -> Reply:
    """GET /2/users/me."""
    state.billing.read("user", [call.user.id], billing.READ_USER, state.records.now())
    return 200, {"data": View(state.records, call.asked).user(call.user)}


def post(state: ServerState, call: Call) -> Reply:
    """GET /2/tweets/:id: a deleted post is a success with nothing but an error in it."""
    found = state.records.live(call.id)
    if found is None:
        return 200, {"errors": [not_found("tweet", "id", call.id)]}
    body = _shown(state, View(state.records, call.asked), [found], billing.READ_POST)
    return 200, body | {"data": body["data"][0]}


def posts(state: ServerState, call: Call) -> Reply:
    """GET /2/tweets?ids=: what is found under `data`, what is not under `errors`."""
    if "ids" not in call.asked:
        raise invalid("The `ids` query parameter can not be empty", {"ids": []})
    found = {one: state.records.live(one) for one in call.asked["ids"]}
    view = View(state.records, call.asked)
    view.errors += [not_found("tweet", "ids", one) for one, post in found.items() if post is None]
    there = [post for post in found.values() if post]
    hidden = [post for post in there if state.records.is_hidden(post, call.user)]
    view.errors += [not_authorized("tweet", "ids", post.id) for post in hidden]
    return 200, _shown(
        state, view, [post for post in there if post not in hidden], billing.READ_POST
    )


def timeline(state: ServerState, call: Call) -> Reply:
    """GET /2/users/:id/tweets."""
    now = state.records.now()
    hidden = {one for one, until in state.hidden.items() if now < until}
    own = [
        post
        for post in state.records.standing()
        if post.author_id == call.id and post.id not in hidden
    ]
    no_replies = "replies" in call.asked.get("exclude", ())
    reach = WITHOUT_REPLIES_REACH if no_replies else TIMELINE_REACH
    chosen = [post for post in own if not (no_replies and post.reply_to)]
    return _of_user(state, call, chosen, "tweets", reach)


def mentions(state: ServerState, call: Call) -> Reply:
    """GET /2/users/:id/mentions: the newest 800, and silence past them."""
    visible = (
        post for post in state.records.standing() if not state.records.is_hidden(post, call.user)
    )
    mentioned = [post for post in visible if call.id in post.mentions and not state.is_late(post)]
    return _of_user(state, call, mentioned, "mentions", MENTIONS_REACH)


def search(state: ServerState, call: Call) -> Reply:
    """GET /2/tweets/search/recent: seven days back, and no further."""
    if "query" not in call.asked:
        raise invalid("The `query` query parameter can not be empty", {"query": []})
    now = state.records.now()
    check_span(call.asked, now)
    matches = Query(call.asked["query"], state.records).matches
    span = [p for p in state.records.standing() if now - REACH <= p.at <= now - state.search_lag]
    found = [
        post
        for post in span
        if matches(post)
        and not state.records.is_hidden(post, call.user)
        and not state.is_late(post)
    ]
    keep = within(call.asked, end_included=False)
    page = state.pages.cut(found, keep, call.asked, of=f"search {call.asked['query']}")
    return 200, _listed(state, call, page, billing.READ_POST)


def _of_user(state: ServerState, call: Call, posts: list[Post], what: str, reach: int) -> Reply:
    """A page of a user's list; whoever reads their own pays less."""
    if call.id not in state.records.users:
        return 200, {"errors": [not_found("user", "id", call.id)]}
    keep, of = within(call.asked, end_included=True), f"{what} {call.id}"
    page = state.pages.cut(posts, keep, call.asked, of=of, reach=reach)
    price = billing.READ_OWN if call.id == call.user.id else billing.READ_POST
    return 200, _listed(state, call, page, price)


def _listed(state: ServerState, call: Call, page: Page, price: Decimal) -> dict[str, Any]:
    return _shown(state, View(state.records, call.asked), page.posts, price) | {"meta": page.meta()}


def _shown(state: ServerState, view: View, posts: list[Post], price: Decimal) -> dict[str, Any]:
    """The body for these posts, its empty parts left out, and every resource in it charged."""
    now = state.records.now()
    body = {"data": [view.show(post) for post in posts], "includes": view.includes()}
    state.billing.read("post", [post.id for post in posts], price, now)
    state.billing.read("post", list(view.posts), billing.READ_POST, now)
    state.billing.read("user", list(view.users), billing.READ_USER, now)
    return {name: part for name, part in (body | {"errors": view.errors}).items() if part}
