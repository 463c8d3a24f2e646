"""The endpoints that read: me, posts by id, two timelines, and recent search."""

from decimal import Decimal
from typing import Any

from . import bill
from .desk import Call, Desk, Reply
from .model import Post
from .pages import Page, within
from .problems import invalid, not_authorized, not_found
from .search import REACH, Query, check_span
from .views import View

MENTIONS_REACH = 800
TIMELINE_REACH = 3200
WITHOUT_REPLIES_REACH = 800


def me(desk: Desk, call: Call) -> Reply:
    """GET /2/users/me."""
    desk.bill.read("user", [call.user.id], bill.READ_USER, desk.world.now())
    return 200, {"data": View(desk.world, call.asked).user(call.user)}


def post(desk: Desk, call: Call) -> Reply:
    """GET /2/tweets/:id: a deleted post is a success with nothing but an error in it."""
    found = desk.world.live(call.id)
    if found is None:
        return 200, {"errors": [not_found("tweet", "id", call.id)]}
    body = _shown(desk, View(desk.world, call.asked), [found], bill.READ_POST)
    return 200, body | {"data": body["data"][0]}


def posts(desk: Desk, call: Call) -> Reply:
    """GET /2/tweets?ids=: what is found under `data`, what is not under `errors`."""
    if "ids" not in call.asked:
        raise invalid("The `ids` query parameter can not be empty", {"ids": []})
    found = {one: desk.world.live(one) for one in call.asked["ids"]}
    view = View(desk.world, call.asked)
    view.errors += [not_found("tweet", "ids", one) for one, post in found.items() if post is None]
    there = [post for post in found.values() if post]
    hidden = [post for post in there if desk.world.is_hidden(post, call.user)]
    view.errors += [not_authorized("tweet", "ids", post.id) for post in hidden]
    return 200, _shown(desk, view, [post for post in there if post not in hidden], bill.READ_POST)


def timeline(desk: Desk, call: Call) -> Reply:
    """GET /2/users/:id/tweets."""
    now = desk.world.now()
    hidden = {one for one, until in desk.hidden.items() if now < until}
    own = [
        post
        for post in desk.world.standing()
        if post.author_id == call.id and post.id not in hidden
    ]
    no_replies = "replies" in call.asked.get("exclude", ())
    reach = WITHOUT_REPLIES_REACH if no_replies else TIMELINE_REACH
    chosen = [post for post in own if not (no_replies and post.reply_to)]
    return _of_user(desk, call, chosen, "tweets", reach)


def mentions(desk: Desk, call: Call) -> Reply:
    """GET /2/users/:id/mentions: the newest 800, and silence past them."""
    visible = (post for post in desk.world.standing() if not desk.world.is_hidden(post, call.user))
    mentioned = [post for post in visible if call.id in post.mentions and not desk.is_late(post)]
    return _of_user(desk, call, mentioned, "mentions", MENTIONS_REACH)


def search(desk: Desk, call: Call) -> Reply:
    """GET /2/tweets/search/recent: seven days back, and no further."""
    if "query" not in call.asked:
        raise invalid("The `query` query parameter can not be empty", {"query": []})
    now = desk.world.now()
    check_span(call.asked, now)
    matches = Query(call.asked["query"], desk.world).matches
    span = [p for p in desk.world.standing() if now - REACH <= p.at <= now - desk.search_lag]
    found = [
        post
        for post in span
        if matches(post) and not desk.world.is_hidden(post, call.user) and not desk.is_late(post)
    ]
    keep = within(call.asked, end_included=False)
    page = desk.pages.cut(found, keep, call.asked, of=f"search {call.asked['query']}")
    return 200, _listed(desk, call, page, bill.READ_POST)


def _of_user(desk: Desk, call: Call, posts: list[Post], what: str, reach: int) -> Reply:
    """A page of a user's list; whoever reads their own pays less."""
    if call.id not in desk.world.users:
        return 200, {"errors": [not_found("user", "id", call.id)]}
    keep, of = within(call.asked, end_included=True), f"{what} {call.id}"
    page = desk.pages.cut(posts, keep, call.asked, of=of, reach=reach)
    price = bill.READ_OWN if call.id == call.user.id else bill.READ_POST
    return 200, _listed(desk, call, page, price)


def _listed(desk: Desk, call: Call, page: Page, price: Decimal) -> dict[str, Any]:
    return _shown(desk, View(desk.world, call.asked), page.posts, price) | {"meta": page.meta()}


def _shown(desk: Desk, view: View, posts: list[Post], price: Decimal) -> dict[str, Any]:
    """The body for these posts, its empty parts left out, and every resource in it charged."""
    now = desk.world.now()
    body = {"data": [view.show(post) for post in posts], "includes": view.includes()}
    desk.bill.read("post", [post.id for post in posts], price, now)
    desk.bill.read("post", list(view.posts), bill.READ_POST, now)
    desk.bill.read("user", list(view.users), bill.READ_USER, now)
    return {name: part for name, part in (body | {"errors": view.errors}).items() if part}
