"""The digest: what was posted, what people said, what waits for the operator, what comes next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.alerts.message import Message
from bot.core.text.sanitize import one_line

MOST = 10
"""How many lines of one kind a digest has."""
WORDS = 120
"""How many characters of what somebody said."""
_DAY = "%a %d %b %H:%M"


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedTip:
    """A tip that was posted on an account."""

    account: str
    title: str
    url: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidEntry:
    """What somebody said; `words` are empty where they may not be shown."""

    who: str
    network: str
    words: str
    url: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldComment:
    """A comment that nobody sees before the operator decides: not even here are its words."""

    #: the tip's title; "": it is not in the file
    tip: str
    #: where it is read and decided on
    link: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NextPost:
    """A slot to come; None for `title`: no tip is there for it."""

    due: datetime
    title: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestContent:
    """Everything that a digest tells."""

    since: datetime
    posted: Sequence[PostedTip]
    said: Sequence[SaidEntry]
    #: how many entries there are; `said` has the newest
    said_count: int
    #: questions that nobody answered
    questions: Sequence[SaidEntry]
    question_count: int
    held: Sequence[HeldComment]
    #: troubles, a line each
    troubles: Sequence[str]
    coming: Sequence[NextPost]

    @property
    def waiting(self) -> int:
        """How many things wait for the operator."""
        return self.question_count + len(self.held) + len(self.troubles)


def digest(bot: str, content: DigestContent, zone: ZoneInfo) -> Message:
    """The digest as a message; its times are local ones."""
    counts = (
        _count(len(content.posted), "post"),
        _count(content.said_count, "reply", "replies"),
        f"{content.waiting} waiting for you",
    )
    return Message(title=f"{bot}: {', '.join(counts)}", lines=tuple(_lines(content, zone)))


def _lines(content: DigestContent, zone: ZoneInfo) -> Iterator[str]:
    yield f"Since {content.since.astimezone(zone):{_DAY} %Z}"
    yield from _part("Posted", map(_posted, content.posted), len(content.posted), "nothing")
    yield from _part("People said", map(_said, content.said), content.said_count, "nothing new")
    waiting = [
        *content.troubles,
        *map(_held, content.held),
        *(f"not answered: {_said(one)}" for one in content.questions),
    ]
    yield from _part("Waits for you", iter(waiting), content.waiting, "nothing")
    coming = (_next(one, zone) for one in content.coming)
    yield from _part("Next", coming, None, "nothing is planned")


def _part(title: str, lines: Iterator[str], count: int | None, none: str) -> Iterator[str]:
    """A blank line, the title, and as many lines as a part may have."""
    found = list(lines)
    number = len(found) if count is None else count
    shown = found[:MOST]
    yield ""
    yield f"{title}:" if shown or number else f"{title}: {none}"
    yield from (f"- {line}" for line in shown)
    if number > len(shown):
        yield f"- and {number - len(shown)} more"


def _posted(one: PostedTip) -> str:
    return f"{one.account}: {one_line(one.title)}" + (f" {one.url}" if one.url else "")


def _said(one: SaidEntry) -> str:
    words = one_line(one.words, WORDS) or "(the words may not be shown here)"
    link = f" {one.url}" if one.url else ""
    return f"{one_line(one.who, 60) or 'somebody'} on {one.network}: {words}{link}"


def _held(one: HeldComment) -> str:
    return f"a comment to approve or refuse: {one_line(one.tip)} {one.link}"


def _next(one: NextPost, zone: ZoneInfo) -> str:
    title = "no tip is left for it" if one.title is None else one_line(one.title)
    return f"{one.due.astimezone(zone):{_DAY} %Z}: {title}"


def _count(number: int, noun: str, plural: str | None = None) -> str:
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"
