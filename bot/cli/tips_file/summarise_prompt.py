"""Asks the operator, tip by tip, which summary to write into the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING

import typer

from bot.app.tips.appearance import appearances, layouts, room
from bot.app.tips.propose import Review
from bot.app.tips.validate import unreviewed
from bot.bootstrap.checked_tips_file import load
from bot.bootstrap.edit_tips_file import write
from bot.cli.output import counted, unreviewed_line
from bot.cli.tips_file.summarise_view import NOTHING, lines, posts, show
from bot.core.text.markup.markdown import plain
from bot.core.text.sanitize import shown
from bot.tips_file.read_file import CONTROL, read_bytes

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.model.config import Tip

_EDIT = re.compile(r"e ?(\d?)")


def prompt(bot: Container, found: Iterable[Review]) -> None:
    """Show and ask; each answer is in the file before the next question."""
    editing, is_any = _Editing(bot), False
    try:
        for review in found:
            is_any = True
            show("", *lines(review))
            if (summary := _answer(bot, review)) is not None:
                editing.keep(review.tip, summary)
    except typer.Abort:
        show("")
    finally:
        show(*editing.result() if is_any else [NOTHING])


class _Editing:
    """The tips file while the operator decides, who may edit it elsewhere meanwhile."""

    def __init__(self, bot: Container) -> None:
        self._bot, self._config, self._data = bot, bot.config, bot.loaded.data
        self._written: set[str] = set()

    def keep(self, tip: Tip, summary: str) -> None:
        """Write the summary of a tip, unless it was edited meanwhile: then say so.

        Raises TipsError where the file is broken by now, and UsageError where it is not writable.
        """
        if read_bytes(self._bot.file) != self._data:
            loaded = load(self._bot.file, self._bot.environment)
            self._config, self._data = loaded.config, loaded.data
            if self._config.library.get(tip.id) != tip:
                show(f"'{tip.id}' was edited meanwhile: not written; look at it again later")
                return
        self._data = write(self._bot.file, self._data, {tip.id: summary})
        self._written.add(tip.id)

    def result(self) -> Iterator[str]:
        """How many summaries were written, and how many tips are left."""
        count = counted(len(self._written), "summary", "summaries")
        yield f"wrote {count} into {self._bot.file}"
        left = {tip.id for tip in unreviewed(self._config, self._bot.clock.now())} - self._written
        if left:
            yield unreviewed_line(len(left))


def _keys(number: int) -> str:
    """The keys, where so many proposals are to choose from."""
    choose = {0: "", 1: "1 to take it, e to edit it, "}
    several = f"1-{number} to take one, e1-e{number} to edit one, "
    return f"{choose.get(number, several)}w to write your own, s to skip, q to stop"


def _answer(bot: Container, review: Review) -> str | None:
    """The summary that the operator wants, or None to skip. Raises Abort to stop."""
    texts = {str(number): one.summary.text for number, one in enumerate(review.proposals, 1)}
    while True:
        answer = typer.prompt(_keys(len(texts)), default="s").strip().lower()
        if answer in texts:
            return texts[answer]
        if answer == "s":
            return None
        if answer == "q":
            raise typer.Abort
        edit = _EDIT.fullmatch(answer)
        begin = "" if answer == "w" else edit and texts.get(edit[1] or "1")
        if begin is not None and (own := _own_summary(bot, review.tip, begin)):
            return own


def _own_summary(bot: Container, tip: Tip, begin: str) -> str | None:
    """The operator's own words, made of those to `begin` with; None where they cannot be used."""
    words = plain(_line(begin))
    if not words:
        return None
    if CONTROL.search(words) or shown(words) != words:
        show("it contains a control character")
        return None
    among = layouts(tip, bot.config, bot.drafter)
    found = appearances(words, tip, among)
    if not found:
        show(f"it is too long: beside the link there is room for {room(among)} characters")
        return None
    show(*posts(found, "     "))
    return words


def _line(begin: str) -> str:
    """A line from the terminal, in which the words to `begin` with stand already."""
    with _in_the_line(begin):
        try:
            return input("summary: ")
        except (EOFError, KeyboardInterrupt):
            raise typer.Abort from None


@contextmanager
def _in_the_line(begin: str) -> Iterator[None]:
    """Put words into the next line that is read, for the operator to edit."""
    readline = _readline()
    if readline is None:
        yield
        return
    readline.set_startup_hook(lambda: readline.insert_text(begin))
    try:
        yield
    finally:
        readline.set_startup_hook(None)


def _readline() -> ModuleType | None:
    """The library that edits lines; not every Python has it."""
    try:
        import readline
    except ImportError:
        return None
    return readline
