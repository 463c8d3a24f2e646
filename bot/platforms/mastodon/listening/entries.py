"""Notifications and statuses as entries of the discussion."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from bot.core.datetimes import iso
from bot.core.discussion.people import opt_outs_in
from bot.core.model.entry import NOBODY, Author, Entry, EntryKind, OptOut, Visibility, as_own
from bot.core.text.markup.html_to_text import LONGEST, readable
from bot.core.text.markup.inline_markup import attachment
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.json_values import Record
from bot.platforms.mastodon.listening.approval import approved
from bot.platforms.mastodon.status_text import plain

_VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "local": Visibility.FOLLOWERS,
    "mutuals_only": Visibility.FOLLOWERS,
    "direct": Visibility.DIRECT,
}
"""A visibility that is not among these is taken for the most private one."""

_MOST = 20
"""Attachments of a kind that are told, and options of a poll: more than servers take."""
_KINDS = {"image": "Picture", "gifv": "Animation", "video": "Video", "audio": "Sound"}


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryReader:
    """Reads entries for one account."""

    #: our account's name in tips.yaml
    account: str
    #: its id on the server
    me: str
    #: the server's domain
    domain: str
    #: stands for a time that cannot be read, so that no entry is lost
    now: datetime

    def entries(self, notices: Iterable[Record], waits: frozenset[str]) -> tuple[Entry, ...]:
        """The statuses of others, each once. A deleted status leaves a notice without one.

        Old servers do not filter by type: a poll that ended is no mention. Statuses that wait for
        our approval are not public yet, and are left out.
        """
        asked = (
            notice
            for notice in notices
            if notice.get("type") in {"mention", "quote"}
            and approved([json_values.record(notice.get("status"))], waits)
        )
        noticed = _each_once(self._noticed(notice) for notice in asked)
        return tuple(entry for entry in noticed if not entry.ours)

    def below(self, statuses: Iterable[Record], root: str) -> tuple[Entry, ...]:
        """The statuses below our post of this id, ours included, each once."""
        found = (self._entry(status, None) for status in statuses)
        return _each_once(entry and replace(entry, root=root) for entry in found)

    def again(self, statuses: Iterable[Record]) -> tuple[Entry, ...]:
        """Known statuses as they are now, each once."""
        return _each_once(self._entry(status, None) for status in statuses)

    def _noticed(self, notice: Record) -> Entry | None:
        came = json_values.recent(notice.get("created_at"))
        kind = json_values.word(notice.get("type"))
        return self._entry(json_values.record(notice.get("status")), kind, came)

    def _entry(
        self, status: Record, notice: str | None, otherwise: datetime | None = None
    ) -> Entry | None:
        """A status as an entry, our own marked so; None for no status."""
        author = json_values.record(status.get("account"))
        remote_id = json_values.ident(status.get("id"))
        at = json_values.recent(status.get("created_at")) or otherwise or self.now
        author_id = json_values.ident(author.get("id"))
        if remote_id is None or author_id is None:
            return None
        bare = self._bare(remote_id, at, status, notice)
        heard = self._legible(bare, status, author) if bare.is_legible else bare
        return as_own(heard) if author_id == self.me else heard

    def _bare(self, remote_id: str, at: datetime, status: Record, notice: str | None) -> Entry:
        """The part that may be kept of any entry, also of one that is not public."""
        parent = json_values.ident(status.get("in_reply_to_id"))
        quoted = _quoted(status) if notice == "quote" and parent is None else None
        visibility = json_values.word(status.get("visibility")) or ""
        edited = json_values.moment(status.get("edited_at"))
        return Entry(
            account=self.account,
            remote_id=remote_id,
            kind=_kind(parent, notice),
            author=NOBODY,
            text="",
            at=at,
            in_reply_to=parent or quoted,
            visibility=_VISIBILITIES.get(visibility, Visibility.DIRECT),
            version=iso(edited) if edited else "",
            edited_at=edited,
        )

    def _legible(self, bare: Entry, status: Record, author: Record) -> Entry:
        content = (json_values.word(status.get("content")) or "")[:LONGEST]
        attached = _attachments(status)
        words = [readable(content), "\n".join(attached)]
        return replace(
            bare,
            author=self._author(author),
            text="\n\n".join(filter(None, words)),
            html=content and content + "".join(f"<p>{escape(one)}</p>" for one in attached),
            warning=" ".join((json_values.word(status.get("spoiler_text")) or "").split()),
            url=json_values.address(status.get("url")) or json_values.address(status.get("uri")),
            language=json_values.language(status.get("language")),
        )

    def _author(self, author: Record) -> Author:
        """The author; the server leaves its own domain out of the handles of its own accounts."""
        short = (
            json_values.word(author.get("acct")) or json_values.word(author.get("username")) or ""
        )
        full = short if "@" in short else f"{short}@{self.domain}"
        shown = (json_values.word(author.get("display_name")) or short).strip()
        handle = f"@{full}" if short else ""
        return Author(
            name=shown,
            handle=handle,
            url=json_values.address(author.get("url")),
            key=json_values.ident(author.get("id")) or "",
            wishes=_opt_outs(author),
        )


def _each_once(heard: Iterable[Entry | None]) -> tuple[Entry, ...]:
    return tuple({entry.remote_id: entry for entry in heard if entry is not None}.values())


def _opt_outs(author: Record) -> frozenset[OptOut]:
    """The opt-outs in a bio or the fields beside it; other bots count as opted out."""
    fields = json_values.records(author.get("fields"))
    said = [author.get("note"), *(one.get(part) for one in fields for part in ("name", "value"))]
    bio = "\n\n".join(plain(words) for words in map(json_values.word, said) if words)
    is_bot = frozenset({OptOut.NO_BOT}) if author.get("bot") is True else frozenset()
    return opt_outs_in(bio) | is_bot


def _kind(parent: str | None, notice: str | None) -> EntryKind:
    if parent is not None:
        return EntryKind.REPLY
    return EntryKind.QUOTE if notice == "quote" else EntryKind.MENTION


def _quoted(status: Record) -> str | None:
    """The id of the post that is quoted, whole or by its id alone."""
    quote = json_values.record(status.get("quote"))
    whole = json_values.record(quote.get("quoted_status"))
    return json_values.ident(whole.get("id")) or json_values.ident(quote.get("quoted_status_id"))


def _attachments(status: Record) -> list[str]:
    """A line for each attachment of a status, with its description, and one for its poll.

    https://docs.joinmastodon.org/entities/MediaAttachment/ and .../Poll/
    """
    return [*_media(status), *_poll(json_values.record(status.get("poll")))]


def _media(status: Record) -> Iterator[str]:
    for one in json_values.records(status.get("media_attachments"))[:_MOST]:
        kind = _KINDS.get(json_values.word(one.get("type")) or "", "Attachment")
        yield attachment(kind, json_values.word(one.get("description")))


def _poll(poll: Record) -> Iterator[str]:
    options = json_values.records(poll.get("options"))[:_MOST]
    titles = [json_values.word(one.get("title")) or "" for one in options]
    if poll:
        yield attachment("Poll", " / ".join(filter(None, titles)))
