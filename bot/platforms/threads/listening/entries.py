"""Posts of Threads as entries of the discussion."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.model.entry import NOBODY, Author, Entry, EntryKind, Visibility, as_own
from bot.core.text.fingerprint import fingerprint_of
from bot.core.text.markup.inline_markup import attachment
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.threads.posting.find_own import moment, parent_of
from bot.platforms.threads.urls import profile_url

_SHOWN = frozenset({"", "NOT_HUSHED", "UNHUSHED"})
"""`hide_status` of what people see; only replies have one, and other values hide it.

https://developers.facebook.com/docs/threads/retrieve-and-manage-replies/replies-and-conversations
"""
_ATTACHED = {
    "IMAGE": "Picture",
    "VIDEO": "Video",
    "AUDIO": "Audio",
    "CAROUSEL_ALBUM": "Pictures",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryReader:
    """Reads entries for one account."""

    #: our account's name in tips.yaml
    account: str
    #: its name on Threads
    me: str
    #: stands for a time that cannot be read, so that no entry is lost
    now: datetime

    def entries(self, media: Iterable[Record]) -> tuple[Entry, ...]:
        """These posts, each once, our own marked so."""
        found = (self._entry(one) for one in media)
        return tuple({one.remote_id: one for one in found if one is not None}.values())

    def is_own(self, media: Record) -> bool:
        """Whether our account wrote it."""
        name = json_values.word(media.get("username"))
        return media.get("is_reply_owned_by_me") is True or (bool(name) and name == self.me)

    def _entry(self, media: Record) -> Entry | None:
        """A post as an entry; one that is hidden or private has neither words nor author.

        Threads tells the name of nobody whose profile is private.
        """
        if not json_values.word(media.get("id")):
            return None
        bare, is_own = self._bare(media), self.is_own(media)
        name = json_values.word(media.get("username"))
        if not is_own and (not name or _hide_status(media) not in _SHOWN):
            return replace(bare, visibility=Visibility.FOLLOWERS)
        entry = replace(
            bare,
            author=Author(name=name, handle=f"@{name}", url=profile_url(name), key=name),
            text=_words(media),
            url=json_values.address(media.get("permalink")) or None,
        )
        return as_own(entry) if is_own else entry

    def _bare(self, media: Record) -> Entry:
        """The part that may be kept of any entry."""
        parent = parent_of(media)
        return Entry(
            account=self.account,
            remote_id=json_values.word(media.get("id")),
            kind=EntryKind.REPLY if parent else EntryKind.MENTION,
            author=NOBODY,
            text="",
            at=moment(media) or self.now,
            in_reply_to=parent,
            root=json_values.word(json_values.record(media.get("root_post")).get("id")) or None,
        )


def seen_of(media: Iterable[Record]) -> str:
    """A text that is the same as long as these posts are there, with the same words, and shown."""
    return fingerprint_of(
        f"{one.get('id')} {_hide_status(one)} {one.get('username')} {_words(one)!r}"
        for one in media
    )


def _hide_status(media: Record) -> str:
    told = media.get("hide_status")
    return "" if told is None else json_values.word(told) or "UNKNOWN"


def _words(media: Record) -> str:
    """The text, and what is attached to it."""
    kind = _ATTACHED.get(json_values.word(media.get("media_type")))
    text = json_values.word(media.get("text"))
    return "\n\n".join(filter(None, [text, attachment(kind) if kind else ""]))
