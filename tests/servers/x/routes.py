"""The endpoints there are, and the query parameters that each takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import media, reading, writing
from .params import Check, many_ids, moment, number, one_id, some_of, text
from .server_state import Call, Reply, ServerState
from .views import KNOWN_EXPANSIONS, KNOWN_POST_FIELDS, KNOWN_USER_FIELDS

QUERY_LENGTH = 512
COMPANIONS: dict[str, Check] = {
    "tweet.fields": some_of(KNOWN_POST_FIELDS),
    "user.fields": some_of(KNOWN_USER_FIELDS),
    "expansions": some_of(KNOWN_EXPANSIONS),
}
SPAN: dict[str, Check] = {
    "since_id": one_id,
    "until_id": one_id,
    "start_time": moment,
    "end_time": moment,
}
LIST: dict[str, Check] = (
    COMPANIONS
    | SPAN
    | {
        "max_results": number(5, 100),
        "pagination_token": text(64),
    }
)
SEARCH: dict[str, Check] = (
    COMPANIONS
    | SPAN
    | {
        "max_results": number(10, 100),
        "next_token": text(64),
        "pagination_token": text(64),
        "query": text(QUERY_LENGTH),
        "sort_order": some_of({"recency"}),
    }
)


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint; `name` is also the key of its rate limit."""

    name: str
    answer: Callable[[ServerState, Call], Reply]
    checks: Mapping[str, Check] = field(default_factory=dict)

    def match(self, method: str, path: str) -> re.Match[str] | None:
        """Whether this endpoint is the one for that method and path."""
        own_method, _, own_path = self.name.partition(" ")
        pattern = own_path.replace(":id", "(?P<id>[^/]+)")
        return re.fullmatch(pattern, path) if method == own_method else None


ROUTES = (
    Route("POST /2/tweets", writing.create),
    Route("DELETE /2/tweets/:id", writing.delete),
    Route("POST /2/media/upload", media.upload),
    Route("POST /2/media/metadata", media.describe),
    Route("GET /2/users/me", reading.me, COMPANIONS),
    Route("GET /2/tweets", reading.posts, COMPANIONS | {"ids": many_ids}),
    Route("GET /2/tweets/search/recent", reading.search, SEARCH),
    Route("GET /2/tweets/:id", reading.post, COMPANIONS),
    Route(
        "GET /2/users/:id/tweets",
        reading.timeline,
        LIST | {"exclude": some_of({"replies", "retweets"})},
    ),
    Route("GET /2/users/:id/mentions", reading.mentions, LIST),
)


def find(method: str, path: str) -> tuple[Route, str] | None:
    """The endpoint for a request and the id in its path, or None where X has nothing."""
    for route in ROUTES:
        found = route.match(method, path)
        if found:
            return route, found.groupdict().get("id", "")
    return None
