"""The schema. Migrations must add up to exactly this; a test compares the two.

Every row belongs to a `bot`. Moments are UTC. On PostgreSQL the rows of each bot are numbered from
1, and the number is a key together with the bot; on SQLite it is one over all bots.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
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
from bot.store.rows import Coded, Moment, Words, enum_column, json_column, members_column

LARGEST = 2**63 - 1
"""The largest number that a row can have."""
NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""A number of a row; SQLite's integers are large enough, and only they number rows."""


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

compatibility = Table("compatibility", metadata, Column("oldest", Words, nullable=False))
"""One row: the oldest version of the schema whose code can work with this database."""

bots = Table("bot", metadata, Column("id", Words, primary_key=True))
"""One row for each bot, which planning locks on PostgreSQL."""

slots = Table(
    "slot",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("bot", Words, nullable=False),
    Column("schedule", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("due", Moment, nullable=False),
    Column("outcome", enum_column(Outcome), nullable=False),
    Column("tip", Words),
    Column("why", Words, nullable=False),
    UniqueConstraint("bot", "schedule", "key"),
)

schedules = Table(
    "schedule",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("rule", Words, nullable=False),
    Column("worked_until", Moment, nullable=False),
)
"""The moment up to which each schedule has been worked through."""

deliveries = Table(
    "delivery",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("bot", Words, nullable=False),
    Column("slot", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("tip", Words),
    Column("post", _POST, nullable=False),
    Column("is_reply", Boolean, nullable=False),
    Column("state", _STATE, nullable=False),
    Column("due", Moment, nullable=False),
    Column("deadline", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("needs_page", Boolean, nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("owner", Words),
    Column("lease_until", Moment),
    Column("sent_at", Moment),
    Column("looks", Integer, nullable=False),
    Column("resends", Integer, nullable=False),
    Column("duplicate", Boolean, nullable=False),
    Column("remote_id", Words),
    Column("url", Words),
    Column("posted_at", Moment),
    Column("reason", Words),
    Column("handed_until", Moment),
    Column("held_until", Moment),
    UniqueConstraint("bot", "slot", "account"),
    Index(None, "bot", "account", "state", "not_before"),
    Index(None, "bot", "account", "remote_id"),
    Index(None, "bot", "tip", "account"),
)
"""`handed_until`: until when a fleet has given it to a worker, which is to claim it; `held_until`:
for how long it is not handed out again, since something held it back."""

events = Table(
    "delivery_event",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("delivery", NUMBER, nullable=False),
    Column("at", Moment, nullable=False),
    Column("before", _STATE),
    Column("after", _STATE, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("note", Words),
    Column("bot", Words, nullable=False, server_default=""),
    Index(None, "bot", "delivery"),
)
"""The history of each delivery: rows are only added."""

entries = Table(
    "entry",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("bot", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("remote_id", Words, nullable=False),
    Column("tip", Words),
    Column("kind", enum_column(EntryKind), nullable=False),
    Column("author_name", Words, nullable=False),
    Column("author_handle", Words, nullable=False),
    Column("author_url", Words),
    Column("text", Words, nullable=False),
    Column("html", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("in_reply_to", Words),
    Column("root", Words),
    Column("visibility", enum_column(Visibility), nullable=False),
    Column("url", Words),
    Column("language", Words),
    Column("version", Words, nullable=False),
    Column("edited_at", Moment),
    Column("deleted_at", Moment),
    Column("ours", Boolean, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Column("author_key", Words, nullable=False, server_default=""),
    Column("author_wishes", members_column(OptOut), nullable=False, server_default=""),
    Column("standing", enum_column(Standing), nullable=False, server_default="shown"),
    Column("checked_at", Moment),
    Column("check_at", Moment),
    Column("warning", Words),
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
    Column("id", NUMBER, primary_key=True),
    Column("bot", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("entry", NUMBER, nullable=False),
    Column("tip", Words),
    Column("change", enum_column(Change), nullable=False),
    Column("seen_by", enum_column(Visibility)),
    Index(None, "bot", "entry"),
    sqlite_autoincrement=True,
)
"""The history of the discussion, without its words: rows are only added."""

threads = Table(
    "thread",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("account", Words, primary_key=True),
    Column("remote_id", Words, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("cursor", Words),
    Column("stirred_at", Moment, nullable=False),
    Column("look_at", Moment),
    Index(None, "bot", "account", "look_at"),
)
"""The bot's own posts, under which there may be replies that do not mention the bot."""

persons = Table(
    "person",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("account", Words, primary_key=True),
    Column("who", Words, primary_key=True),
    Column("rule", enum_column(PersonRule), primary_key=True),
    Column("label", Words, nullable=False),
    Column("at", Moment, nullable=False),
)
"""People who are blocked or opted out. `who` is a pseudonym (HMAC), so that it names nobody."""

thanks = Table(
    "thanks",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("entry", NUMBER, primary_key=True),
    Column("account", Words, nullable=False),
    Column("who", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", enum_column(AcknowledgementState), nullable=False),
    Index(None, "bot", "account", "at"),
)
"""The acknowledgements, at most one for each entry: a row is written before it is sent."""

pings = Table(
    "ping",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("source", Words, primary_key=True),
    Column("target", Words, primary_key=True),
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
    Column("bot", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("traits", json_column(Capabilities)),
    Column("learned_at", Moment),
    Column("learned_from", Words),
    Column("cursor", Words),
    Column("heard_at", Moment),
    Column("trouble", Words),
    Column("unheard", json_column(tuple[str, ...]), nullable=False),
)

pauses = Table(
    "pause",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("by_operator", Boolean, nullable=False),
)

spending = Table(
    "spending",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("bot", Words, nullable=False),
    Column("account", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("what", Words, nullable=False),
    Column("amount", Numeric(14, 6), nullable=False),
    Index(None, "bot", "account", "at"),
)

notes = Table(
    "note",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

pages = Table(
    "page",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("tip", Words, nullable=False),
    Column("post", _POST, nullable=False),
    Column("at", Moment, nullable=False),
    Column("gone", Moment),
    Index(None, "bot", "tip", "at"),
    Index(None, "bot", "at"),
)

pictures = Table(
    "picture",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
"""The pictures that posts have, by the hash of the operator's file."""

comments = Table(
    "comment",
    metadata,
    Column("bot", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("seq", NUMBER, nullable=False),
    Column("tip", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("owner", Words, nullable=False),
    Column("in_reply_to", Words),
    Column("deleted_at", Moment),
    Column("ours", Boolean, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("source", Words),
    Column("author_url", Words),
    UniqueConstraint("bot", "seq"),
    Index(None, "bot", "source"),
)
"""Comments from the site's form; with a `source`, the response of another site's page."""


def numbered_by_bot() -> MetaData:
    """The same tables, where a number is a key together with the bot."""
    found = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        fresh = table.to_metadata(found)
        if table.autoincrement_column is not None:
            fresh.c.id.primary_key = False  # alone
            fresh.append_constraint(PrimaryKeyConstraint(fresh.c.bot, fresh.c.id))
    return found
