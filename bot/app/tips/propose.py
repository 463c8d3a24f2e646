"""Proposes summaries for the operator to choose from, the most doubtful tips first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from bot.app.accounts.lookup import known_tip
from bot.app.posting.draft import Draft, Drafter
from bot.app.tips.appearance import Appearance, appearances, fits, grouped, layouts, room
from bot.app.tips.validate import without_expired
from bot.core.errors import PlatformError, Refused
from bot.core.model.config import Config, Tip
from bot.core.posting.compose import Misfit, PostLayout
from bot.core.summary import Summary, best, runners_up
from bot.core.summary.candidates import BY_HAND
from bot.core.summary.check_proposed import flaws, foreign_summary
from bot.core.text.markup.markdown import plain

MOST = 3
"""Proposals of our own for a tip, and as many of a model's."""

BY_MODEL = "a model wrote it"
"""How a model's proposals were made, and what is doubtful about each."""


class Proposer(Protocol):
    """Something that writes summaries: whatever it says is looked at before anybody sees it."""

    def propose(self, tip: Tip, room: int) -> Sequence[str]:
        """Summaries of a tip with at most `room` characters each, the best first; perhaps none.

        Raises PlatformError: Refused where only this tip is concerned, another one where there is
        no use in asking about the next.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A summary to choose, and the posts that it makes."""

    summary: Summary
    posts: tuple[Appearance, ...]
    by_model: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Current:
    """What a new bot would post of a tip."""

    tip: Tip
    posts: tuple[Appearance, ...]
    #: how sure the least sure of its summaries is, from 0 (nothing fits an account) to 1
    sure: float
    doubts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A tip to look at, as it would be posted, and what was proposed for it."""

    current: Current
    proposals: tuple[Proposal, ...]
    #: why proposals of a model were refused
    left_out: tuple[str, ...] = ()
    #: why a model gave none
    trouble: str | None = None
    #: its place among those to look at, from 1, and how many these are
    number: int = 1
    total: int = 1

    @property
    def tip(self) -> Tip:
        """The tip."""
        return self.current.tip


def reviews(
    drafter: Drafter,
    config: Config,
    now: datetime,
    *,
    named: Sequence[str] = (),
    doubtful: bool = False,
    proposer: Proposer | None = None,
) -> Iterator[Review]:
    """The named tips; or those without a summary of the operator's, or with doubts about it.

    With `doubtful` only those with doubts; expired ones only by name. The least sure come first,
    then the order of the file. Proposals are worked out when they are asked for. Raises UsageError
    for a tip that there is none of.
    """
    wanted = {known_tip(config, name).id for name in named}
    library = config.library if wanted else without_expired(config, now).library
    tips = [tip for tip in library if not wanted or tip.id in wanted]
    found = [_current(tip, drafter.anew, config) for tip in tips]
    chosen = [
        one
        for one in found
        if (one.posts or one.doubts)
        and (wanted or one.doubts or not (doubtful or one.tip.summary is not None))
    ]
    asked = _Asked(proposer)
    for number, one in enumerate(sorted(chosen, key=lambda one: one.sure), 1):
        among = layouts(one.tip, config, drafter)
        yield replace(_review(one, among, asked), number=number, total=len(chosen))


def _current(tip: Tip, drafter: Drafter, config: Config) -> Current:
    to = [account for account in config.accounts if tip.goes_to(account.name)]
    made = [drafter.draft(tip, account, config) for account in to]
    drafts = [one for one in made if isinstance(one, Draft)]
    sure = [one.fitted.summary.sure if isinstance(one, Draft) else 0.0 for one in made]
    return Current(
        tip=tip,
        posts=grouped((one.account.name, one.fitted) for one in drafts),
        sure=min(sure, default=1.0),
        doubts=tuple(dict.fromkeys(_doubts(tip, made))),
    )


def _doubts(tip: Tip, made: Sequence[Draft | Misfit]) -> Iterator[str]:
    """What is doubtful about what would be posted."""
    for one in made:
        chosen = one.fitted.summary if isinstance(one, Draft) else None
        if tip.summary is not None and (chosen is None or chosen.how != BY_HAND):
            yield f"its own summary does not fit {one.account.name}"
        elif chosen is None:
            yield f"nothing of it fits {one.account.name}"
        if chosen is not None:
            yield from chosen.doubts


def _review(current: Current, among: Sequence[PostLayout], asked: _Asked) -> Review:
    tip = current.tip
    ours = [_proposal(one, tip, among) for one in _ours(tip, among)]
    said, trouble = asked.about(tip, room(among))
    theirs, left_out = _vetted(said, tip, among, {one.summary.text for one in ours})
    return Review(current=current, proposals=(*ours, *theirs), left_out=left_out, trouble=trouble)


def _ours(tip: Tip, among: Sequence[PostLayout]) -> tuple[Summary, ...]:
    """Our summaries that fit everywhere, best first."""
    unwritten, fitting = replace(tip, summary=None), partial(fits, among=among)
    top = best(unwritten, fitting).chosen
    if top is None:
        return ()
    return (top, *runners_up(unwritten, fitting, than=top))[:MOST]


class _Asked:
    """A proposer that is not asked again once there is no use in it."""

    def __init__(self, proposer: Proposer | None) -> None:
        self._proposer = proposer

    def about(self, tip: Tip, room: int) -> tuple[Sequence[str], str | None]:
        """What it proposes, or why nothing."""
        if self._proposer is None or room < 1:
            return (), None
        try:
            return self._proposer.propose(tip, room), None
        except Refused as error:
            return (), str(error)
        except PlatformError as error:
            self._proposer = None
            return (), str(error)


def _vetted(
    said: Sequence[str], tip: Tip, among: Sequence[PostLayout], known: Collection[str]
) -> tuple[list[Proposal], tuple[str, ...]]:
    """A model's proposals that may be shown, and why the others may not."""
    found: list[Proposal] = []
    left_out: list[str] = []
    for text in dict.fromkeys(map(plain, said)):
        if text in known or len(found) == MOST:
            continue
        if why := flaws(text, tip):
            left_out.append("; ".join(why))
        elif not fits(text, among=among):
            left_out.append("it does not fit")
        else:
            summary = foreign_summary(text, tip, BY_MODEL)
            found.append(_proposal(summary, tip, among, by_model=True))
    return found, tuple(left_out)


def _proposal(
    summary: Summary, tip: Tip, among: Sequence[PostLayout], *, by_model: bool = False
) -> Proposal:
    posts = appearances(summary.text, tip, among)
    return Proposal(summary=summary, posts=posts, by_model=by_model)
