"""Taking up an edited tips file while the bot runs: whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.app.notes import FILE_TROUBLE
from bot.bootstrap import checked_tips_file
from bot.bootstrap.container import Container
from bot.core.errors import BotError
from bot.tips_file.watch import Watch

log = structlog.get_logger()

MISSING_LOOKS = 5
"""So many looks in a row that find no tips file mean that it is gone."""


@dataclass(kw_only=True, slots=True)
class Reloader:
    """Looks after the file; `taken` is called when another one was taken up."""

    container: Container
    watch: Watch
    taken: Callable[[], None]
    _refusal: str | None = None
    _missing: int = 0
    _is_gone: bool = False

    def begin(self) -> None:
        """Note whether the file is good with which the bot was started."""
        if self.container.trouble is None:
            self._note_good_file()
        else:
            self._keep_the_last(self.container.trouble)

    def step(self) -> None:
        """Take up a changed file; one that is wrong changes nothing, and is told."""
        self._look_for_the_file()
        if not self.watch.changed():
            return
        try:
            good = self.container.reload()
            platforms = self.container.connect(good.config)
        except BotError as error:
            self._keep_the_last(str(error))
            return
        self.container.adopt(good, platforms)
        self.container.trouble = None
        self.taken()
        self._note_good_file()
        log.info("tips_file_taken_up", tips=len(good.config.library))

    def _look_for_the_file(self) -> None:
        """Say so when the file is gone for good, and when it is back as it was."""
        self._missing = 0 if self.watch.is_there() else self._missing + 1
        if self._missing == MISSING_LOOKS:
            self._tell(f"{self.container.file}: not found; put it back")
        if self._missing == 0 and self._is_gone:
            self._note_file(self._refusal)
        self._is_gone = self._missing >= MISSING_LOOKS

    def _keep_the_last(self, why: str) -> None:
        self._refusal = why
        self._tell(why)

    def _tell(self, why: str) -> None:
        self._note_file(why)
        log.error("tips_file_refused", reason=why, kept="the last good one")

    def _note_good_file(self) -> None:
        self._refusal = None
        self._note_file(None)
        checked_tips_file.keep(self.container.good, self.container.environment.data)

    def _note_file(self, trouble: str | None) -> None:
        with self.container.database.store.writing() as tx:
            FILE_TROUBLE.write(tx, trouble, self.container.clock.now())
