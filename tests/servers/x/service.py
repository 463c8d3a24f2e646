"""X without a socket, with controls to act as other people and to order faults."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from .faults import Fault, Reset, Trouble
from .limits import Limits
from .messages import Answer, Request, refusal, success
from .model import Post, User
from .oauth import Signatures
from .params import one_id, read
from .problems import Problem
from .records import Records
from .routes import Route, find
from .server_state import Call, Reply, ServerState

KEYS = ("api_key", "api_secret", "access_token", "access_secret")
"""The names of an account's credentials, as the bot has them."""


def machine_clock() -> datetime:
    """The machine's own time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One line of the request log; `status` is None where no answer was sent.

    `why` is the reason of a refusal, more exact than what X tells its clients.
    """

    method: str
    path: str
    query: dict[str, str]
    body: str
    status: int | None
    why: str


class X:
    """A strict X that answers requests.

    Requests must be signed for `scheme` and `authority`; `now` is the clock of posts, rate limits
    and prices, `wall` that of signatures. Search finds a post only after `search_lag`.
    """

    def __init__(
        self,
        authority: str,
        *,
        scheme: str = "http",
        now: Callable[[], datetime] = machine_clock,
        wall: Callable[[], datetime] = machine_clock,
        search_lag: timedelta = timedelta(0),
        username: str = "tentips",
    ) -> None:
        self._lock = threading.RLock()
        self._records = Records(now)
        self._state = ServerState(records=self._records, search_lag=search_lag)
        self._limits = Limits()
        #: the bot token's permissions in the headers of every answer; "": no header
        self.access_level = "read-write"
        self._faults: list[Fault] = []
        self._seen: list[Seen] = []
        self._bot_id = self._records.add_user(username, None, "Posts tips.").id
        self._signatures = Signatures(authority, wall, scheme)

    # The state that a test can see.

    @property
    def bot(self) -> User:
        """The app's own account, with its keys as they are now."""
        return self._records.users[self._bot_id]

    @property
    def secrets(self) -> dict[str, str]:
        """The bot's credentials, by their names."""
        return {name: getattr(self.bot, name) for name in KEYS}

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables with the credentials of an account that is called x."""
        return {f"TIPSBOT_X_{name.upper()}": value for name, value in self.secrets.items()}

    @property
    def posts(self) -> list[Post]:
        """Every version of every post in the order they were made, deleted ones flagged."""
        with self._lock:
            return list(self._records.posts.values())

    @property
    def requests(self) -> list[Seen]:
        """Every request so far."""
        with self._lock:
            return list(self._seen)

    @property
    def billed(self) -> Decimal:
        """What X would have charged so far, in dollars."""
        with self._lock:
            return self._state.billing.total

    @property
    def charges(self) -> list[tuple[str, str, Decimal]]:
        """Each charge: create, post or user; the id; the price in dollars."""
        with self._lock:
            return [(one.what, one.id, one.price) for one in self._state.billing.charges]

    def set_address(self, url: str) -> None:
        """Expect signatures for this address: clients sign for the proxy that they talk to."""
        with self._lock:
            self._signatures.authority = url.removeprefix("http://")

    # Actions of other people and of X.

    def add_user(self, username: str, name: str | None = None, description: str = "") -> User:
        """Add an account, with its own keys to the same app."""
        with self._lock:
            return self._records.add_user(username, name, description)

    def say(
        self,
        user: User,
        text: str,
        reply_to: Post | str | None = None,
        quotes: Post | str | None = None,
        without: Iterable[User] = (),
    ) -> Post:
        """Post as this user, as people do on X's own pages: without HTTP, keys or rules.

        A reply does not mention the users `without`.
        """
        out = [one.id for one in without]
        with self._lock:
            return self._records.write(
                user, text, reply_to=_id(reply_to), quotes=_id(quotes), excluded=out
            )

    def edit(self, post: Post | str, text: str) -> Post:
        """Edit a post: a new id at the end of the same edit history."""
        with self._lock:
            return self._records.edit(_id(post) or "", text)

    def delete(self, post: Post | str) -> None:
        """Delete a post with all its versions."""
        with self._lock:
            self._records.delete(_id(post) or "")

    def protect(self, user: User) -> None:
        """Show a user's posts to approved followers only, from now on."""
        with self._lock:
            self._records.protected.add(user.id)

    def revoke(self, user: User | None = None) -> None:
        """Revoke a user's token, or the bot's."""
        with self._lock:
            self._signatures.revoked.add((user or self.bot).access_token)

    def renew(self, user: User | None = None) -> User:
        """Give a user, or the bot, a new token in place of the old one."""
        with self._lock:
            return self._records.renew(user or self.bot)

    def limit(self, route: str, allowed: int) -> None:
        """Set the requests allowed in a quarter of an hour on a route like "GET /2/users/:id/tweets"."""
        with self._lock:
            if route not in self._limits.allowed:
                raise ValueError(f"no route {route!r}; there are {sorted(self._limits.allowed)}")
            self._limits.allowed[route] = allowed

    def fail(
        self,
        what: Trouble | int,
        times: int = 1,
        *,
        method: str | None = None,
        path: str | None = None,
        detail: str | None = None,
        reset: Reset = Reset.NORMAL,
    ) -> Fault:
        """Let the next requests fail, those of this method and path (* for any part) if given.

        `what` is a status or a Trouble, `detail` the text of the problem, `reset` is for a 429. The
        returned fault's `left` is the number of requests that are still to fail.
        """
        fault = Fault(what=what, left=times, method=method, path=path, detail=detail, reset=reset)
        with self._lock:
            self._faults.append(fault)
        return fault

    # Requests.

    def answer(self, request: Request) -> Answer:
        """Answer one request at a time, and log it."""
        with self._lock:
            answer = self._faulty(request)
            self._seen.append(_seen(request, answer))
            return answer

    def _faulty(self, request: Request) -> Answer:
        """Apply the first matching fault; without one serve the request."""
        for fault in self._faults:
            if fault.fits(request.method, request.path):
                fault.left -= 1
                headers, now = self._headers(request, self._bot_id), self._records.now()
                return fault.apply(lambda: self._served(request), headers, self._bot_id, now)
        return self._served(request)

    def _served(self, request: Request) -> Answer:
        found = find(request.method, request.path)
        if found is None:
            return Answer(status=404, why="there is no such endpoint")
        user_id = ""
        try:
            user = self._signatures.signer(request, self._records.users.values())
            user_id = user.id
            status, body = self._carry_out(request, user, *found)
        except Problem as problem:
            return refusal(problem, self._headers(request, user_id))
        return success(status, body, self._headers(request, user_id))

    def _carry_out(self, request: Request, user: User, route: Route, path_id: str) -> Reply:
        self._limits.spend(route.name, user.id, self._records.now())
        asked = read(request.query, route.checks)
        if path_id:
            one_id("id", path_id)
        call = Call(user=user, id=path_id, asked=asked, body=request.body)
        return route.answer(self._state, call)

    def _headers(self, request: Request, user_id: str) -> dict[str, str]:
        """The rate limit headers for the request's endpoint, if it is one."""
        found = find(request.method, request.path)
        if not found:
            return {}
        level = {"x-access-level": self.access_level} if user_id and self.access_level else {}
        return self._limits.headers(found[0].name, user_id, self._records.now()) | level


def _seen(request: Request, answer: Answer) -> Seen:
    return Seen(
        method=request.method,
        path=request.path,
        query=dict(request.query),
        body=request.body.decode(errors="replace"),
        status=answer.status if answer.arrives else None,
        why=answer.why,
    )


def _id(post: Post | str | None) -> str | None:
    return post.id if isinstance(post, Post) else post
