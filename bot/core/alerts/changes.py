"""Which troubles are told now: each once when it begins, and once when it is over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.alerts.trouble import ORDER, WITHOUT_END, KnownTrouble, Trouble, TroubleKind

LASTS = {
    TroubleKind.TIPS_FILE: timedelta(minutes=1),
    TroubleKind.DISK: timedelta(minutes=1),
}
"""How long a trouble that may end by itself has to last before it is told."""
AGAIN = (timedelta(hours=1), timedelta(hours=4), timedelta(days=1))
"""How long after it was told for the first, second and a later time the same is told again."""
FORGOTTEN = AGAIN[-1]
"""How long after it was told a trouble that is over is forgotten, so that it counts anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What is known now, and what of it is to be told, the worst first."""

    known: tuple[KnownTrouble, ...]
    begun: tuple[Trouble, ...]
    ended: tuple[Trouble, ...]

    def __bool__(self) -> bool:
        """Whether anything is to be told."""
        return bool(self.begun or self.ended)


def changes(known: Iterable[KnownTrouble], present: Iterable[Trouble], now: datetime) -> Changes:
    """What is to be told, given what was known and which troubles are there."""
    here = {one.identity: one for one in present}
    before = {one.trouble.identity: one for one in known}
    found = [*_seen(before, here, now), *_gone(before, here, now)]
    ordered = sorted(found, key=lambda one: (ORDER[one.trouble.kind], one.trouble.name))
    return Changes(
        known=tuple(ordered),
        begun=tuple(one.trouble for one in ordered if _has_begun(one, now)),
        ended=tuple(one.trouble for one in ordered if one.is_open and one.gone_at is not None),
    )


def told(
    known: Iterable[KnownTrouble], changed: Changes, now: datetime
) -> tuple[KnownTrouble, ...]:
    """What is known once these changes were told."""
    begun = {one.identity for one in changed.begun}
    ended = {one.identity for one in changed.ended}
    return tuple(_told(one, begun, ended, now) for one in known)


def _told(one: KnownTrouble, begun: set[str], ended: set[str], now: datetime) -> KnownTrouble:
    if one.trouble.identity in begun:
        return replace(one, told_at=now, times=one.times + 1, is_open=True)
    if one.trouble.identity in ended:
        return replace(one, is_open=False)
    return one


def _seen(
    before: Mapping[str, KnownTrouble], here: Mapping[str, Trouble], now: datetime
) -> Iterator[KnownTrouble]:
    """The troubles that are there; what proves their end is as it was when they began."""
    for identity, trouble in here.items():
        known = before.get(identity)
        if known is None:
            yield KnownTrouble(trouble=trouble, since=now)
        elif known.gone_at is not None:
            yield replace(known, trouble=trouble, since=now, gone_at=None)
        else:
            yield replace(known, trouble=replace(trouble, proof=known.trouble.proof))


def _gone(
    before: Mapping[str, KnownTrouble], here: Mapping[str, Trouble], now: datetime
) -> Iterator[KnownTrouble]:
    """Those that are over and were told, until they are forgotten."""
    for identity, known in before.items():
        if identity in here or known.told_at is None or known.trouble.kind in WITHOUT_END:
            continue
        if known.is_open or now - known.told_at < FORGOTTEN:
            yield replace(known, gone_at=known.gone_at or now)


def _has_begun(one: KnownTrouble, now: datetime) -> bool:
    """Whether a trouble is there for long enough, and was not told a short while ago."""
    if one.is_open or one.gone_at is not None:
        return False
    if now - one.since < LASTS.get(one.trouble.kind, timedelta(0)):
        return False
    if one.told_at is None or one.times == 0:
        return True
    return now - one.told_at >= AGAIN[min(one.times, len(AGAIN)) - 1]
