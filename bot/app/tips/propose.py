"""Proposes summaries for tips whose best one is doubtful, for the operator to choose from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from bot.app.accounts.lookup import known_tip
from bot.app.posting.draft import Drafter
from bot.core.errors import PlatformError, Refused
from bot.core.model.config import Config, Tip
from bot.core.posting.compose import PostLayout
from bot.core.summary import Summary, best, runners_up
from bot.core.summary.candidates import BY_HAND
from bot.core.summary.check_proposed import flaws, foreign_summary
from bot.core.summary.prose import plain

MOST = 3
"""Proposals of our own for a tip, and as many of a model's."""

BY_MODEL = "a model wrote it"
"""How a model's proposals were made, and what is doubtful about each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tight:
    """A summary on the account where it has the least room."""

    account: str
    #: with the link, in X's weights
    length: int
    limit: int
    #: how many more characters would fit
    left: int


def layouts(tip: Tip, config: Config, drafter: Drafter) -> tuple[PostLayout, ...]:
    """The layouts of every account that the tip goes to."""
    return tuple(
        drafter.layout(tip, account, config)
        for account in config.accounts
        if tip.goes_to(account.name)
    )


def tightest(summary: str, among: Sequence[PostLayout]) -> Tight | None:
    """The summary where it has the least room; None where it does not fit everywhere."""
    if not _fits(summary, among=among):
        return None
    words = Summary(text=summary, how="", sure=1.0)
    return min((_tight(words, layout) for layout in among), key=lambda one: one.left, default=None)


def _tight(summary: Summary, layout: PostLayout) -> Tight:
    post = layout.post(summary, ())
    left = min(post.limit - post.length, post.native.limit - post.native.length)
    return Tight(account=layout.account.name, length=post.length, limit=post.limit, left=left)


def room(among: Sequence[PostLayout]) -> int:
    """How many characters fit everywhere."""
    least = tightest("x", among)
    return least.left + 1 if least else 0


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
    """A summary to choose, and its length with the link where it has the least room."""

    summary: Summary
    tight: Tight
    by_model: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether it may be taken unseen: nothing about it is doubtful, and no model wrote it."""
        return not self.by_model and not self.summary.doubts


@dataclass(frozen=True, kw_only=True, slots=True)
class WeakSummary:
    """A tip, what is doubtful about its best summary, and what was proposed.

    `left_out` says why proposals of a model were refused, `trouble` why the model gave none.
    """

    tip: Tip
    doubts: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    left_out: tuple[str, ...] = ()
    trouble: str | None = None

    @property
    def sure(self) -> Summary | None:
        """The first proposal that may be taken unseen."""
        return next((one.summary for one in self.proposals if one.is_sure), None)


def weak_summaries(
    drafter: Drafter,
    config: Config,
    *,
    named: Sequence[str] = (),
    every: bool = False,
    proposer: Proposer | None = None,
) -> Iterator[WeakSummary]:
    """The named tips; or those whose best summary is doubtful; with `every`, all without one.

    In the order of the file, each worked out when it is asked for. Raises UsageError for a
    tip that there is none of.
    """
    wanted = {known_tip(config, name).id for name in named}
    asked = _Asked(proposer)
    for tip in config.library:
        if wanted and tip.id not in wanted:
            continue
        among = layouts(tip, config, drafter)
        doubts = tuple(dict.fromkeys(_doubts(tip, among)))
        if among and (wanted or doubts or (every and tip.summary is None)):
            yield _case(tip, among, doubts, asked)


def _doubts(tip: Tip, among: Sequence[PostLayout]) -> Iterator[str]:
    """What is doubtful about what would be posted."""
    for place in among:
        chosen = best(tip, place.takes).chosen
        if tip.summary is not None and (chosen is None or chosen.how != BY_HAND):
            yield f"its own summary does not fit {place.account.name}"
        elif chosen is None:
            yield f"nothing of it fits {place.account.name}"
        if chosen is not None:
            yield from chosen.doubts


def _case(
    tip: Tip, among: Sequence[PostLayout], doubts: tuple[str, ...], asked: _Asked
) -> WeakSummary:
    ours = [_proposal(one, among) for one in _ours(tip, among)]
    said, trouble = asked.about(tip, room(among))
    theirs, left_out = _vetted(said, tip, among, {one.summary.text for one in ours})
    return WeakSummary(
        tip=tip,
        doubts=doubts,
        proposals=(*ours, *theirs),
        left_out=left_out,
        trouble=trouble,
    )


def _ours(tip: Tip, among: Sequence[PostLayout]) -> tuple[Summary, ...]:
    """Our summaries that fit everywhere, best first."""
    unwritten, fits = replace(tip, summary=None), partial(_fits, among=among)
    top = best(unwritten, fits).chosen
    if top is None:
        return ()
    return (top, *runners_up(unwritten, fits, than=top))[:MOST]


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
        elif not _fits(text, among=among):
            left_out.append("it does not fit")
        else:
            summary = foreign_summary(text, tip, BY_MODEL)
            found.append(_proposal(summary, among, by_model=True))
    return found, tuple(left_out)


def _fits(summary: str, *, among: Sequence[PostLayout]) -> bool:
    return all(place.takes(summary) for place in among)


def _proposal(summary: Summary, among: Sequence[PostLayout], *, by_model: bool = False) -> Proposal:
    tight = tightest(summary.text, among)
    if tight is None:
        raise ValueError(f"{summary.text!r} was proposed and does not fit")
    return Proposal(summary=summary, tight=tight, by_model=by_model)
