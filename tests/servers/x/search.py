"""The query language of recent search, as far as conversations need it, and its time limits."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from .model import Post
from .problems import Problem, invalid
from .records import Records
from .snowflake import first_at, moment_of

REACH = timedelta(days=7)
NEWEST_END = timedelta(seconds=10)
TOKEN = re.compile(r"\s*(\(|\)|OR\b|-?[a-z_]+:[A-Za-z0-9_@]+|-(?=\()|\S+)")
OPERATOR = re.compile(r"(-?)([a-z_]+):@?(\w+)")
NAME = re.compile(r"(-?)@(\w{1,15})", re.ASCII)

Match = Callable[[Post], bool]


class Query:
    """A query such as `conversation_id:1 -@me` or `(conversation_id:1 OR to:me) is:reply`.

    Unknown parts, keywords included, are refused, so a query never matches too much.
    """

    def __init__(self, text: str, records: Records) -> None:
        self._records = records
        self._text = text
        self._tokens = TOKEN.findall(text)
        self._stands_alone = False
        self.matches = self._any()
        if self._tokens or not self._stands_alone:
            raise self._refused("a query needs an operator that can stand alone")

    def _any(self) -> Match:
        """Alternatives: `a OR b`; adjacent terms bind more tightly."""
        options = [self._all()]
        while self._tokens[:1] == ["OR"]:
            self._tokens.pop(0)
            options.append(self._all())
        return lambda post: any(option(post) for option in options)

    def _all(self) -> Match:
        terms = []
        while self._tokens and self._tokens[0] not in (")", "OR"):
            terms.append(self._term(self._tokens.pop(0)))
        if not terms:
            raise self._refused("no viable alternative")
        return lambda post: all(term(post) for term in terms)

    def _term(self, token: str) -> Match:
        if token == "-":
            inner = self._term(self._tokens.pop(0))
            return lambda post: not inner(post)
        if token == "(":
            inner = self._any()
            if self._tokens[:1] != [")"]:
                raise self._refused("a bracket is not closed")
            self._tokens.pop(0)
            return inner
        return self._operator(token)

    def _operator(self, token: str) -> Match:
        if named := NAME.fullmatch(token):
            token = f"{named[1]}mentions:{named[2]}"
        elif token.lstrip("-").startswith("mentions:"):
            raise self._refused(f"Reference to invalid operator '{token}'")
        found = OPERATOR.fullmatch(token)
        known = self._known(found[2], found[3]) if found else None
        if found is None or known is None:
            raise self._refused(f"Reference to invalid operator '{token}'")
        if found[1]:
            return lambda post: not known(post)
        self._stands_alone |= found[2] != "is"
        return known

    def _known(self, name: str, value: str) -> Match | None:
        if name == "conversation_id":
            return lambda post: post.conversation_id == value
        if name in ("from", "to", "mentions"):
            return self._of_user(name, value)
        kinds: dict[str, Match] = {
            "reply": lambda post: post.reply_to is not None,
            "quote": lambda post: post.quotes is not None,
            "retweet": lambda _post: False,
        }
        return kinds.get(value) if name == "is" else None

    def _of_user(self, name: str, value: str) -> Match:
        """Posts of a user, replies to them, or (`@name` in X's syntax) mentions of them."""
        user = self._records.by_name.get(value.lower()) or self._records.users.get(value)
        wanted = user.id if user else ""
        kinds: dict[str, Match] = {
            "from": lambda post: post.author_id == wanted,
            "to": lambda post: post.in_reply_to_user_id == wanted,
            "mentions": lambda post: wanted in post.mentions,
        }
        return kinds[name]

    def _refused(self, why: str) -> Problem:
        return invalid(f"There were errors processing your request: {why}", {"query": [self._text]})


def check_span(asked: dict[str, Any], now: datetime) -> None:
    """Refuse ids and times outside of recent search, and combinations of both."""
    ids, times = asked.keys() & {"since_id", "until_id"}, asked.keys() & {"start_time", "end_time"}
    if ids and times:
        raise _refused(
            asked,
            ids | times,
            "Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'.",
        )
    oldest = now - REACH
    for name in sorted(ids):
        if moment_of(int(asked[name])) < oldest:
            raise _refused(
                asked,
                {name},
                f"'{name}' must be a tweet id created after {oldest:%Y-%m-%dT%H:%MZ}. "
                f"Please use a '{name}' that is larger than {first_at(oldest)}",
            )
    for name in sorted(times):
        if asked[name] < oldest:
            raise _refused(asked, {name}, f"'{name}' must be on or after {oldest:%Y-%m-%dT%H:%MZ}.")
    if "end_time" in times and asked["end_time"] > now - NEWEST_END:
        why = "'end_time' must be a minimum of 10 seconds prior to the request time."
        raise _refused(asked, {"end_time"}, why)


def _refused(asked: dict[str, Any], names: set[str], why: str) -> Problem:
    return invalid(why, {name: [str(asked[name])] for name in sorted(names)})
