"""A delivery: one post on its way to one account, its states and their permitted moves."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.core.datetimes import require_aware
from bot.core.model.picture import Picture


class State(Enum):
    """Where a delivery stands."""

    PLANNED = "planned"
    """frozen and waiting for its moment, its gap or the next try; the bot owns it"""
    SENDING = "sending"
    """claimed: the request may have left; its owner holds it until the lease ends"""
    POSTED = "posted"
    """the network has it, and its id is known"""
    REFUSED = "refused"
    """the network will not have it"""
    UNSURE = "unsure"
    """it may or may not be there; the bot checks whether it exists instead of guessing"""
    MISSED = "missed"
    """its lateness rule ended it before it could be sent"""
    ABANDONED = "abandoned"
    """the operator decided not to send it"""
    RETRACTED = "retracted"
    """it was posted, and the operator deleted it"""


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
    """The kind of a stretch of a post's text."""

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
    """All that a network gets of a post, frozen when the post is planned."""

    #: its permanent name: idempotency key, record key, page id
    key: str
    tip: str | None
    title: str
    text: str
    body: str
    spans: tuple[Span, ...] = ()
    #: what the post links to; None: nothing
    link: str | None = None
    credit: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    visibility: str = "public"
    created_at: datetime
    #: the remote id of the entry that it answers
    in_reply_to: str | None = None
    #: the content warning before the text
    warning: str = ""
    picture: Picture | None = None
    #: what its network gave for it beforehand, such as a picture's id; for its adapter alone
    prepared: str | None = None

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
    """One post for one account in one slot: at most one such row ever exists."""

    id: int
    slot: str
    tip: str | None
    account: str
    post: Post
    state: State
    due: datetime
    #: when its lateness rule ends it
    deadline: datetime
    #: the earliest moment of the next attempt or look-up
    not_before: datetime
    #: whether the text links to the tip's page on the site
    needs_page: bool = False
    #: whether the operator asked for it, so that it keeps no gap
    by_hand: bool = False
    #: how often it was claimed
    attempt: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    #: the first moment at which a request may have left
    sent_at: datetime | None = None
    #: how many look-ups since the last sending found nothing
    looks: int = 0
    #: how often it went from unsure to planned
    resends: int = 0
    #: whether the network called it a duplicate
    duplicate: bool = False
    receipt: Receipt | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        require_aware(self.due, self.deadline, self.not_before, self.lease_until, self.sent_at)
        if (self.receipt is not None) != (self.state in {State.POSTED, State.RETRACTED}):
            raise ValueError("a receipt belongs to a delivery that was posted, and only to one")
