"""The time in an id: X numbers posts by milliseconds since its epoch, above 22 other bits."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
LOW_BITS = 22


def moment(post_id: str) -> datetime:
    """When the post of this id was made. Raises ValueError for what is no id of X."""
    try:
        if post_id.isascii() and post_id.isdecimal():  # int() takes blanks and other scripts, too
            return EPOCH + (int(post_id) >> LOW_BITS) * MILLISECOND
    except OverflowError:
        pass
    raise ValueError(f"{post_id[:40]!r} is no id of X")


def first_id(at: datetime) -> int:
    """The lowest id that a post made at this moment can have."""
    return max(0, (at - EPOCH) // MILLISECOND) << LOW_BITS
