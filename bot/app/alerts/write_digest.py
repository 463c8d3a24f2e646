"""The digest of a bot: when it is due, and what it tells."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.app.discussion.by_tip import unanswered
from bot.app.discussion.public_view import FreshnessFilter
from bot.app.moderation.visibility import held_comments
from bot.app.posting.preview import Preview
from bot.core.alerts.digest import (
    MOST,
    DigestContent,
    HeldComment,
    NextPost,
    PostedTip,
    SaidEntry,
    digest,
)
from bot.core.alerts.message import Message
from bot.core.alerts.state import AlertState, DigestMark
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Config
from bot.core.model.delivery import State
from bot.core.model.entry import Entry
from bot.core.model.schedule import At, Schedule
from bot.core.ports.platform import Timetable
from bot.core.ports.unit_of_work import Store, UnitOfWork

LATE = timedelta(days=1)
"""How late a digest may be; one that was due while the bot was down comes until then."""
FURTHEST = timedelta(days=8)
"""How far back a digest can have been due: one a week is the rarest."""
POSTS = 1000
"""How many posts are looked through."""
ENTRIES = 2000
"""How many of the newest entries are looked through."""
ASKED = timedelta(days=30)
"""How old a question may be that waits for an answer."""
COMING = 5
"""How many slots to come are told."""
_QUESTION = re.compile("[?\uff1f\u061f]")
"""A question mark, also a wide or an Arabic one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestWriter:
    """Writes the digest from what is stored. Nothing is sent or changed."""

    store: Store
    timetable: Timetable
    capabilities_of: Callable[[Account], Capabilities]
    preview: Preview
    #: the link by which a held comment is decided on, by its id
    held_link: Callable[[str], str]

    def begun(
        self, config: Config, state: AlertState, now: datetime
    ) -> tuple[AlertState, DigestMark | None]:
        """The state with a first mark, and the next mark where a digest is due now.

        A digest that is too late is left out; the next one tells what it would have told.
        """
        rule = config.alerts.rule if config.alerts else None
        if rule is None:
            return replace(state, digest=None), None
        due = self._due(rule, config.bot.timezone, state, now)
        if due is None:
            return state, None
        with self.store.reading() as tx:
            mark = DigestMark(due=due, entry=tx.log.last_id(), since=now)
        if state.digest is None:
            return replace(state, digest=mark), None
        if now - due > LATE:
            return replace(state, digest=replace(state.digest, due=due)), None
        return state, mark

    def _due(self, rule: At, zone: str, state: AlertState, now: datetime) -> datetime | None:
        """The newest moment at which a digest was due since the last; None: there is none."""
        if state.digest is None:
            return now
        schedule = Schedule(name="digest", when=rule, timezone=zone, late=LATE)
        after = max(state.digest.due, now - FURTHEST)
        return max((slot.due for slot in self.timetable.slots(schedule, after, now)), default=None)

    def write(self, config: Config, state: AlertState, now: datetime) -> Message:
        """The digest since the last one."""
        mark = state.digest or DigestMark(due=now, entry=0, since=now)
        coming = self.preview.coming(config, now, COMING)
        traits = {one.name: self.capabilities_of(one) for one in config.accounts}
        shown = FreshnessFilter(config=config, capabilities_of=lambda one: traits[one.name])
        networks = {name: one.network for name, one in traits.items()}
        titles = {tip.id: tip.title for tip in config.library}
        with self.store.reading() as tx:
            recent = _recent(tx, config, shown, now)
            new = [one for one in recent if one.id > mark.entry and not one.ours]
            asked = _questions(recent, now)
            held = held_comments(tx, config)
            content = DigestContent(
                since=mark.since,
                posted=_posted(tx, mark.since),
                said=[_said(one, networks) for one in reversed(new[-MOST:])],
                said_count=len(new),
                questions=[_said(one, networks) for one in reversed(asked[-MOST:])],
                question_count=len(asked),
                held=[
                    HeldComment(
                        tip=titles.get(one.tip or "", ""), link=self.held_link(one.remote_id)
                    )
                    for one in held
                ],
                troubles=[one.trouble.line for one in state.known if one.gone_at is None],
                coming=[
                    NextPost(due=one.slot.due, title=titles.get(one.tip or "", one.tip))
                    for one in coming
                ],
            )
        return digest(config.bot.name, content, ZoneInfo(config.bot.timezone))


def _recent(tx: UnitOfWork, config: Config, shown: FreshnessFilter, now: datetime) -> list[Entry]:
    """The newest entries that everybody may read, as everybody may read them.

    The digest goes through a service of others, so that it has no more than that.
    """
    after = max(0, tx.log.last_id() - ENTRIES)
    public = tx.public_entries(unlisted=config.bot.show_unlisted)
    entries = public.entries(after=after, limit=ENTRIES)
    return [one for one in shown.shown(tx, entries, now) if one.is_legible]


def _said(one: Entry, networks: Mapping[str, str]) -> SaidEntry:
    network = networks.get(one.account, one.account)
    return SaidEntry(who=one.author.called, network=network, words=one.text, url=one.url)


def _questions(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """Questions of the last weeks that nobody has answered."""
    open_ = unanswered(entries)
    return [
        one
        for one in entries
        if one.id in open_ and now - one.at < ASKED and _QUESTION.search(one.text)
    ]


def _posted(tx: UnitOfWork, since: datetime) -> list[PostedTip]:
    """The tips that were posted since then, the oldest first."""
    return [
        PostedTip(account=one.account, title=one.post.title, url=one.receipt.url)
        for one in reversed(tx.ledger.recent(POSTS, {State.POSTED}))
        if one.receipt and one.receipt.at > since and one.post.in_reply_to is None
    ]
