"""The moments that the headers of an answer tell, in whatever form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """The server's own present, as the `Date` of its answer says."""
    return http_date(headers.get("date", ""))


def http_date(text: str) -> datetime | None:
    """The moment in UTC, or None where the text tells none."""
    try:
        return _aware(parsedate_to_datetime(text))
    except (OverflowError, ValueError):
        return None


def iso_date(text: str) -> datetime | None:
    """The same for ISO 8601."""
    try:
        return _aware(datetime.fromisoformat(text))
    except (OverflowError, ValueError):
        return None


def _aware(moment: datetime) -> datetime:
    """The moment in UTC; without a zone it is taken as UTC."""
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
