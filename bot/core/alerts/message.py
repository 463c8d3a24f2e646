"""The words of alerts and digests, in plain text for any service."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.alerts.changes import Changes

MORE = "… and more: see `tipsbot status`"
"""The last line of a message that was cut."""
SHORTEST = 20
"""A line that is cut has at least so many characters, or is left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A title and the lines below it."""

    title: str
    lines: tuple[str, ...]


def alert(bot: str, changed: Changes) -> Message:
    """What begins, the worst first, then what is over."""
    begun, ended = len(changed.begun), len(changed.ended)
    if begun:
        needs = "1 thing needs you" if begun == 1 else f"{begun} things need you"
    else:
        needs = "1 thing is over" if ended == 1 else f"{ended} things are over"
    lines = [one.line for one in changed.begun]
    lines += [f"over: {one.identity}" for one in changed.ended]
    return Message(title=f"{bot}: {needs}", lines=tuple(lines))


def fitted(lines: Sequence[str], limit: int) -> str:
    """As much as fits within so many characters: whole lines, and a last one that may be cut."""
    whole = "\n".join(lines)
    if len(whole) <= limit:
        return whole
    return "\n".join(_fitting(lines, limit))


def _fitting(lines: Sequence[str], limit: int) -> Iterator[str]:
    more = MORE if limit >= len(MORE) + SHORTEST else "…"
    left = limit - len(more) - 1
    for line in lines:
        if len(line) > left:
            if left >= SHORTEST:
                yield f"{line[: left - 1]}…"
            break
        yield line
        left -= len(line) + 1
    yield more[:limit]
