"""The schema. Migrations must add up to exactly this; a test compares the two.

Every row belongs to a `bot`. Moments are UTC. Statements stay portable to PostgreSQL.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.core.discussion.acknowledgement_policy import AcknowledgementState
from bot.core.discussion.webmention import Failure, LinkNotice, ReadFailure
from bot.core.model.capabilities import Capabilities
from bot.core.model.delivery import Post, State
from bot.core.model.entry import Change, EntryKind, OptOut, Standing, Visibility
from bot.core.model.schedule import Outcome
from bot.core.ports.people_store import PersonRule
from bot.store.rows import Coded, Moment, enum_column, json_column, members_column

LARGEST = 2**63 - 1
"""The largest number that a row can have."""


def _failure_in(text: str) -> ReadFailure:
    failure, _, why = text.partition(": ")
    return ReadFailure(failure=Failure(failure), why=why)


_POST = json_column(Post)
_STATE = enum_column(State)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

bots = Table("bot", metadata, Column("id", Text, primary_key=True))
"""One row for each bot, which planning locks on PostgreSQL."""

slots = Table(
    "slot",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bot", Text, nullable=False),
    Column("schedule", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("due", Moment, nullable=False),
    Column("outcome", enum_column(Outcome), nullable=False),
    Column("tip", Text),
    Column("why", Text, nullable=False),
    UniqueConstraint("bot", "schedule", "key"),
)

schedules = Table(
    "schedule",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("worked_until", Moment, nullable=False),
)
"""The moment up to which each schedule has been worked through."""

deliveries = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bot", Text, nullable=False),
    Column("slot", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("tip", Text),
    Column("post", _POST, nullable=False),
    Column("is_reply", Boolean, nullable=False),
    Column("state", _STATE, nullable=False),
    Column("due", Moment, nullable=False),
    Column("deadline", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("needs_page", Boolean, nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("owner", Text),
    Column("lease_until", Moment),
    Column("sent_at", Moment),
    Column("looks", Integer, nullable=False),
    Column("resends", Integer, nullable=False),
    Column("duplicate", Boolean, nullable=False),
    Column("remote_id", Text),
    Column("url", Text),
    Column("posted_at", Moment),
    Column("reason", Text),
    UniqueConstraint("bot", "slot", "account"),
    Index(None, "bot", "account", "state", "not_before"),
    Index(None, "bot", "account", "remote_id"),
    Index(None, "bot", "tip", "account"),
)

events = Table(
    "delivery_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery", Integer, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("before", _STATE),
    Column("after", _STATE, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("note", Text),
)
"""The history of each delivery: rows are only added."""

entries = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bot", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("remote_id", Text, nullable=False),
    Column("tip", Text),
    Column("kind", enum_column(EntryKind), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("author_handle", Text, nullable=False),
    Column("author_url", Text),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("in_reply_to", Text),
    Column("root", Text),
    Column("visibility", enum_column(Visibility), nullable=False),
    Column("url", Text),
    Column("language", Text),
    Column("version", Text, nullable=False),
    Column("edited_at", Moment),
    Column("deleted_at", Moment),
    Column("ours", Boolean, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Column("author_key", Text, nullable=False, server_default=""),
    Column("author_wishes", members_column(OptOut), nullable=False, server_default=""),
    Column("standing", enum_column(Standing), nullable=False, server_default="shown"),
    Column("checked_at", Moment),
    Column("check_at", Moment),
    Column("warning", Text),
    UniqueConstraint("bot", "account", "remote_id"),
    Index(None, "bot", "tip", "at"),
    Index(None, "bot", "at"),
    Index(None, "bot", "account", "in_reply_to"),
    Index(None, "bot", "account", "root"),
    Index(None, "bot", "account", "author_key"),
    Index(None, "bot", "account", "check_at"),
)
"""The discussion. `check_at`: when to check next for an edit or deletion; null: never.

`warning` null: stored before warnings were kept.
"""

entry_events = Table(
    "entry_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bot", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("entry", Integer, nullable=False, index=True),
    Column("tip", Text),
    Column("change", enum_column(Change), nullable=False),
    Column("seen_by", enum_column(Visibility)),
    sqlite_autoincrement=True,
)
"""The history of the discussion, without its words: rows are only added."""

threads = Table(
    "thread",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("remote_id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("cursor", Text),
    Column("stirred_at", Moment, nullable=False),
    Column("look_at", Moment),
    Index(None, "bot", "account", "look_at"),
)
"""The bot's own posts, under which there may be replies that do not mention the bot."""

persons = Table(
    "person",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("who", Text, primary_key=True),
    Column("rule", enum_column(PersonRule), primary_key=True),
    Column("label", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""People who are blocked or opted out. `who` is a pseudonym (HMAC), so that it names nobody."""

thanks = Table(
    "thanks",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("entry", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", enum_column(AcknowledgementState), nullable=False),
    Index(None, "bot", "account", "at"),
)
"""The acknowledgements, at most one for each entry: a row is written before it is sent."""

pings = Table(
    "ping",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("protocol", enum_column(LinkNotice), nullable=False),
    Column("at", Moment, nullable=False),
    Column("not_before", Moment),
    Column("tries", Integer, nullable=False),
    Column("trouble", Coded(lambda found: f"{found.failure.value}: {found.why}", _failure_in)),
)
"""Notices of other sites that they link to one of our pages; `not_before` null: settled."""

accounts = Table(
    "account",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("traits", json_column(Capabilities)),
    Column("learned_at", Moment),
    Column("learned_from", Text),
    Column("cursor", Text),
    Column("heard_at", Moment),
    Column("trouble", Text),
    Column("unheard", json_column(tuple[str, ...]), nullable=False),
)

pauses = Table(
    "pause",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("by_operator", Boolean, nullable=False),
)

spending = Table(
    "spending",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bot", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("what", Text, nullable=False),
    Column("amount", Numeric(14, 6), nullable=False),
    Index(None, "bot", "account", "at"),
)

notes = Table(
    "note",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

pages = Table(
    "page",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("tip", Text, nullable=False),
    Column("post", _POST, nullable=False),
    Column("at", Moment, nullable=False),
    Column("gone", Moment),
    Index(None, "bot", "tip", "at"),
    Index(None, "bot", "at"),
)

comments = Table(
    "comment",
    metadata,
    Column("bot", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("tip", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("owner", Text, nullable=False),
    Column("in_reply_to", Text),
    Column("deleted_at", Moment),
    Column("ours", Boolean, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("source", Text),
    Column("author_url", Text),
    UniqueConstraint("bot", "seq"),
    Index(None, "bot", "source"),
)
"""Comments from the site's form; with a `source`, the response of another site's page."""
