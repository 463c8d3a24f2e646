"""Lists, newest first, in pages, and with a limited depth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from operator import le, lt
from typing import Any

from .model import Post
from .problems import invalid

DEFAULT_SIZE = 10


@dataclass(frozen=True, slots=True)
class Page:
    """Some posts of a list, and the token of the next page."""

    posts: list[Post]
    next_token: str | None

    def meta(self) -> dict[str, Any]:
        """X's `meta`: the outermost ids are there only if there is a post."""
        ends = {"newest_id": self.posts[0].id, "oldest_id": self.posts[-1].id} if self.posts else {}
        on = {"next_token": self.next_token} if self.next_token else {}
        return {"result_count": len(self.posts)} | ends | on


class Pages:
    """Cuts lists into pages, and remembers its tokens.

    `blank` posts count for a page without being shown, like those that X withholds.
    """

    def __init__(self) -> None:
        self.blank: set[str] = set()
        self._places: dict[str, tuple[str, int]] = {}

    def cut(
        self,
        posts: list[Post],
        keep: Callable[[Post], bool],
        asked: dict[str, Any],
        *,
        of: str,
        reach: int | None = None,
    ) -> Page:
        """One page of the posts that `keep` accepts, among the newest `reach`.

        Past the reach the next page is a success without data. `of` names the list, because a
        token is valid for one list only.
        """
        before = self._place(asked, of)
        older = [post for post in posts[:reach] if keep(post) and int(post.id) < before]
        shown = older[: asked.get("max_results", DEFAULT_SIZE)]
        more = shown and any(keep(p) for p in posts if int(p.id) < int(shown[-1].id))
        seen = [post for post in shown if post.id not in self.blank]
        return Page(seen, self._token(of, int(shown[-1].id)) if more else None)

    def _place(self, asked: dict[str, Any], of: str) -> int:
        """The id below which the asked page starts."""
        for name in asked.keys() & {"pagination_token", "next_token"}:
            owner, before = self._places.get(asked[name], ("", 0))
            if owner != of:
                raise invalid(f"The `{name}` is invalid", {name: [asked[name]]})
            return before
        return 1 << 63

    def _token(self, of: str, before: int) -> str:
        token = sha256(f"{of} {before}".encode()).hexdigest()[:32]
        self._places[token] = (of, before)
        return token


def within(asked: dict[str, Any], *, end_included: bool) -> Callable[[Post], bool]:
    """Whether a post is within the ids and times asked for.

    The ids themselves are out, the start is in; the end is in for timelines, out for search.
    """
    until = le if end_included else lt
    low, high = int(asked.get("since_id", -1)), int(asked.get("until_id", 1 << 63))
    start, end = asked.get("start_time"), asked.get("end_time")

    def keep(post: Post) -> bool:
        second = _whole_second(post.at)
        return (
            low < int(post.id) < high
            and (start is None or second >= start)
            and (end is None or until(second, end))
        )

    return keep


def _whole_second(moment: datetime) -> datetime:
    return moment - timedelta(microseconds=moment.microsecond)
