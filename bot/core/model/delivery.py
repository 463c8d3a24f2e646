"""A delivery: one post on its way to one account, its states and their permitted moves."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.core.datetimes import require_aware


class State(Enum):
    """Where a delivery stands."""

    PLANNED = "planned"
    """frozen and waiting for its moment, its gap or the next try; the bot owns it"""
    SENDING = "sending"
    """claimed: the request may have left; its owner holds it until the lease ends"""
    POSTED = "posted"
    """the network has it, and we know its id"""
    REFUSED = "refused"
    """the network will not have it"""
    UNSURE = "unsure"
    """it may or may not be there; it is looked for, and never guessed"""
    MISSED = "missed"
    """its lateness rule ended it before it could be sent"""
    ABANDONED = "abandoned"
    """the operator gave it up"""
    RETRACTED = "retracted"
    """it was posted, and the operator took it back"""


MOVES: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset(
        {State.SENDING, State.MISSED, State.ABANDONED, State.UNSURE, State.POSTED}
    ),
    State.SENDING: frozenset({State.POSTED, State.REFUSED, State.PLANNED, State.UNSURE}),
    State.UNSURE: frozenset({State.POSTED, State.PLANNED, State.REFUSED, State.ABANDONED}),
    State.POSTED: frozenset({State.RETRACTED}),
    State.REFUSED: frozenset(),
    State.MISSED: frozenset({State.POSTED}),
    State.ABANDONED: frozenset(),
    State.RETRACTED: frozenset(),
}
"""Every permitted move.

PLANNED again means that it is proven not to be there, or that to send it again is harmless; in
the second case it ends as UNSURE, not as MISSED or REFUSED. An answer that comes very late proves
a post whatever was thought of it meanwhile: so PLANNED and MISSED may become POSTED.
"""

TURN_STATES = frozenset(State) - {State.MISSED, State.ABANDONED}
"""A tip's turn is taken while one of its deliveries in a slot is in one of these states."""

UNSETTLED = frozenset({State.PLANNED, State.SENDING, State.UNSURE})
"""States that wait for something."""


def check_move(old: State, new: State) -> None:
    """Raise ValueError for a move that the table does not permit."""
    if new not in MOVES[old]:
        raise ValueError(f"a delivery cannot go from {old.value} to {new.value}")


class SpanKind(Enum):
    """What a stretch of a post's text is."""

    LINK = "link"
    TAG = "tag"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of the text in code points; `target` is the address or tag that it stands for."""

    kind: SpanKind
    start: int
    end: int
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """All that a network is given, frozen when it is planned; `publish` gets nothing else.

    `key` names the post for good (idempotency key, record key, page id). `page` is the tip's page
    on the site, `link` what the post points at (None: nothing). `in_reply_to` is the remote id
    of what it answers, `warning` a content warning to put before the text.
    """

    key: str
    tip: str | None
    title: str
    text: str
    body: str
    spans: tuple[Span, ...] = ()
    link: str | None = None
    credit: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    visibility: str = "public"
    created_at: datetime
    in_reply_to: str | None = None
    warning: str = ""

    def __post_init__(self) -> None:
        require_aware(self.created_at)

    @property
    def summary(self) -> str:
        """The text without its hashtags and link."""
        start = min((span.start for span in self.spans), default=len(self.text))
        return self.text[:start].rstrip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """Proof of a post: its id on the network, its public address, and when the network made it."""

    remote_id: str
    url: str | None
    at: datetime

    def __post_init__(self) -> None:
        require_aware(self.at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One post for one account in one slot: at most one such row ever exists.

    `deadline` is when its lateness rule ends it; `not_before` holds back the next attempt or look.
    `attempt` counts claims; `sent_at` is the first moment at which a request may have left;
    `looks` counts the looks since the last sending that found nothing, `resends` the returns from
    unsure to planned; `duplicate` says that the network spoke of a duplicate. `needs_page` means
    that the text points at the tip's page on the site, `by_hand` that the operator asked for it
    now, so that it keeps no gap.
    """

    id: int
    slot: str
    tip: str | None
    account: str
    post: Post
    state: State
    due: datetime
    deadline: datetime
    not_before: datetime
    needs_page: bool = False
    by_hand: bool = False
    attempt: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    sent_at: datetime | None = None
    looks: int = 0
    resends: int = 0
    duplicate: bool = False
    receipt: Receipt | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        require_aware(self.due, self.deadline, self.not_before, self.lease_until, self.sent_at)
        if (self.receipt is not None) != (self.state in {State.POSTED, State.RETRACTED}):
            raise ValueError("a receipt belongs to a delivery that was posted, and only to one")
