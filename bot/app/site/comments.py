"""Comments on the site: stores what visitors write, and erases it when they ask for it."""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count

from bot.app.moderation.comment_filter import is_held
from bot.core.model.config import Hold
from bot.core.model.site_page import Comment
from bot.core.ports.site_store import Pages
from bot.core.text.sanitize import harmless, is_blank

NAME_MAX = 60
"""The longest name, in characters."""

TEXT_MAX = 5000
"""The longest comment, in characters."""

STANDING_MAX = 5000
"""The most comments of visitors under one tip."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewComment:
    """What was typed into the form under a tip. `in_reply_to` is the id of a comment there."""

    tip: str
    name: str
    text: str
    in_reply_to: str | None = None

    def tidy(self) -> NewComment:
        """The same words, trimmed: a name on one line, and never two blank lines in a row."""
        lines = (line.rstrip() for line in harmless(self.text).split("\n"))
        return NewComment(
            tip=self.tip,
            name=" ".join(harmless(self.name).split()),
            text=re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(),
            in_reply_to=self.in_reply_to or None,
        )


class FieldProblem(ValueError):
    """A comment that cannot be stored; `flaws` has a sentence for its writer by field."""

    def __init__(self, flaws: dict[str, str]) -> None:
        self.flaws = flaws
        super().__init__(f"a draft with flaws: {', '.join(flaws)}")


class CommentWriter:
    """Writes to the site's pages, and then has them heard, so that the log has it at once.

    `heard` takes in what changed on the site; it may be called again for the same change.
    `is_forgotten` says of an owner that nothing of theirs is to be kept, `is_reserved` of a name
    that it could be taken for the bot's or its operator's.
    """

    def __init__(
        self,
        pages: Pages,
        heard: Callable[[], None],
        is_forgotten: Callable[[str], bool],
        is_reserved: Callable[[str], bool],
    ) -> None:
        self._pages = pages
        self._heard = heard
        self._is_forgotten = is_forgotten
        self._is_reserved = is_reserved

    def flaws(self, draft: NewComment, *, owner: str) -> dict[str, str]:
        """What is wrong with a draft: a sentence for its writer by field, or nothing at all."""
        tidy = draft.tidy()
        found = {
            "name": _flaw_of_name(tidy.name) or self._flaw_of_likeness(tidy.name),
            "text": _flaw_of_text(tidy.text),
            "in_reply_to": self._flaw_of_parent(tidy),
            "tip": self._flaw_of_owner(owner) or self._flaw_of_room(tidy, owner),
        }
        return {field: flaw for field, flaw in found.items() if flaw}

    def write(
        self, draft: NewComment, *, owner: str, now: datetime, hold: Hold = Hold.NONE
    ) -> Comment:
        """Keep the draft as a comment of `owner` (a keyed hash of its writer's secret).

        What `hold` says decides whether it is held until the operator has read it.

        The same words sent again by the same writer are the same comment, so that a second click,
        or another try after an error, changes nothing. Returns it as it is once it was heard:
        who asks to be forgotten has it erased. Raises FieldProblem for a draft with flaws.
        """
        if flaws := self.flaws(draft, owner=owner):
            raise FieldProblem(flaws)
        tidy = draft.tidy()
        comment = Comment(
            id=self._free_id(tidy, owner),
            tip=tidy.tip,
            name=tidy.name,
            text=tidy.text,
            at=now,
            owner=owner,
            in_reply_to=tidy.in_reply_to,
            held=is_held(f"{tidy.name}\n{tidy.text}", hold, partial(self._pages.is_trusted, owner)),
        )
        kept = self._pages.write(comment)
        self._heard()
        return self._pages.comment(kept.id) or kept

    def erase(self, comment_id: str, *, now: datetime) -> None:
        """Erase a comment's name and words for good, here and in the log."""
        self._pages.erase(comment_id, now)
        self._heard()

    def _flaw_of_parent(self, draft: NewComment) -> str | None:
        if draft.in_reply_to is None:
            return None
        parent = self._pages.comment(draft.in_reply_to)
        is_there = parent is not None and parent.deleted_at is None and not parent.held
        if parent is not None and is_there and parent.tip == draft.tip:
            return None
        return "The reply that you are answering is gone. Send again to answer the tip itself."

    def _flaw_of_likeness(self, name: str) -> str | None:
        if not self._is_reserved(name):
            return None
        return "The name could be taken for the bot’s or its operator’s. Please give another."

    def _flaw_of_owner(self, owner: str) -> str | None:
        """Who is to be forgotten is told so before a word of theirs is kept."""
        if not self._is_forgotten(owner):
            return None
        return (
            "Nothing that is written in this browser is kept here, as was asked for. "
            "In another one, or without this site’s cookie, you can write again."
        )

    def _flaw_of_room(self, draft: NewComment, owner: str) -> str | None:
        """Under a full tip nothing new is written; what stands there already may be sent again."""
        if self._pages.standing(draft.tip) < STANDING_MAX:
            return None
        if self._pages.comment(self._free_id(draft, owner)) is not None:
            return None
        return f"This tip has {STANDING_MAX:,} replies here, and that is all that fit."

    def _free_id(self, draft: NewComment, owner: str) -> str:
        """The id that these words have; another one where they were said and deleted before."""
        for turn in count():
            comment_id = _id_of(draft, owner, turn)
            known = self._pages.comment(comment_id)
            if known is None or known.deleted_at is None:
                return comment_id
        raise AssertionError("count() has no end")


def _flaw_of_name(name: str) -> str | None:
    if is_blank(name):
        return "Please give a name. Any name will do."
    if len(name) > NAME_MAX:
        return f"The name has {len(name)} characters; at most {NAME_MAX} fit."
    return None


def _flaw_of_text(text: str) -> str | None:
    if is_blank(text):
        return "Please write your reply."
    if len(text) > TEXT_MAX:
        return f"The reply has {len(text):,} characters; at most {TEXT_MAX:,} fit."
    return None


def _id_of(draft: NewComment, owner: str, turn: int) -> str:
    """Sixteen letters and digits that only these words of this writer have."""
    words = (owner, draft.tip, draft.in_reply_to or "", draft.name, draft.text, str(turn))
    digest = hashlib.sha256("\0".join(words).encode()).digest()
    return b32encode(digest[:10]).decode().lower()
