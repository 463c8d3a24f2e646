"""Posts of the network as entries of the discussion."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.discussion.people import opt_outs_in
from bot.core.model.entry import NOBODY, Author, Entry, EntryKind, OptOut, Visibility, as_own
from bot.core.text.language_tags import is_language_tag
from bot.outbound import json_values
from bot.outbound.json_values import Record
from bot.platforms.bluesky.http import answers
from bot.platforms.bluesky.listening.moderation import is_bot, is_hidden
from bot.platforms.bluesky.listening.post_text import quoted, words
from bot.platforms.bluesky.urls import post_of, profile_url


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryReader:
    """Reads entries for one account."""

    #: our account's name in tips.yaml
    account: str
    #: its permanent id (DID)
    me: str
    #: stands for a time that cannot be read, so that no entry is lost
    now: datetime

    def entries(
        self,
        views: Iterable[Record],
        profiles: Mapping[str, Record] | None = None,
        hidden_replies: Collection[str] = (),
    ) -> tuple[Entry, ...]:
        """The posts of these views, each once, our own marked so.

        A post has the profile of its author from `profiles`, or else from its view.
        """
        found = (self._entry(view, profiles or {}, hidden_replies) for view in views)
        return tuple({one.remote_id: one for one in found if one is not None}.values())

    def _entry(
        self, view: Record, profiles: Mapping[str, Record], hidden_replies: Collection[str]
    ) -> Entry | None:
        """A post as an entry; one that is hidden has neither words nor author."""
        author = json_values.record(view.get("author"))
        did = json_values.word(author.get("did"))
        uri = json_values.word(view.get("uri"))
        if post_of(uri) is None or not did:
            return None
        bare = self._bare(uri, view)
        if did != self.me and is_hidden(view, hidden_replies):
            return replace(bare, visibility=Visibility.FOLLOWERS)
        record, name = json_values.record(view.get("record")), post_of(uri)
        languages = json_values.words(record.get("langs"))
        entry = replace(
            bare,
            author=_author(profiles.get(did, author)),
            text=words(record),
            url=name.url if name else None,
            language=next((one for one in languages if is_language_tag(one)), None),
        )
        return as_own(entry) if did == self.me else entry

    def _bare(self, uri: str, view: Record) -> Entry:
        """The part that may be kept of any entry."""
        record = json_values.record(view.get("record"))
        above = json_values.record(record.get("reply"))
        parent, root = (
            json_values.word(json_values.record(above.get(name)).get("uri")) or None
            for name in ("parent", "root")
        )
        ours = quoted(record) or ""
        is_quote = parent is None and ours.startswith(f"at://{self.me}/")
        return Entry(
            account=self.account,
            remote_id=uri,
            kind=_kind(parent, is_quote=is_quote),
            author=NOBODY,
            text="",
            at=self._at(record, view),
            in_reply_to=parent or (ours if is_quote else None),
            root=root,
        )

    def _at(self, record: Record, view: Record) -> datetime:
        """When it was posted: as its author's app says, but not later than the network saw it."""
        seen = answers.moment(view.get("indexedAt")) or self.now
        return min(answers.moment(record.get("createdAt")) or seen, seen)


def _kind(parent: str | None, *, is_quote: bool) -> EntryKind:
    if parent is not None:
        return EntryKind.REPLY
    return EntryKind.QUOTE if is_quote else EntryKind.MENTION


def _author(profile: Record) -> Author:
    did = json_values.word(profile.get("did"))
    handle = json_values.word(profile.get("handle"))
    automated = frozenset({OptOut.NO_BOT}) if is_bot(profile) else frozenset()
    return Author(
        name=json_values.word(profile.get("displayName")).strip() or handle,
        handle=f"@{handle}" if handle else "",
        url=profile_url(did),
        key=did,
        wishes=opt_outs_in(json_values.word(profile.get("description"))) | automated,
    )
