"""Hot reload of the tips file: an edit is used as a whole, or not at all."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.app.notes import FILE_TROUBLE
from bot.bootstrap.checked_tips_file import save_last_good
from bot.bootstrap.container import Container
from bot.core.errors import BotError
from bot.tips_file.read_file import Watch

log = structlog.get_logger()

MISSING_LOOKS = 5
"""After this many looks in a row without a tips file, the file is reported missing."""


@dataclass(kw_only=True, slots=True)
class Reloader:
    """Watches the file; `reloaded` is called after another one came into use."""

    container: Container
    watch: Watch
    reloaded: Callable[[], None]
    _refusal: str | None = None
    _missing: int = 0
    _is_gone: bool = False

    def begin(self) -> None:
        """Note whether the file is good with which the bot was started."""
        problem = self.container.loaded.problem
        if problem is None:
            self._note_good_file()
        else:
            self._refuse(problem)

    def step(self) -> None:
        """Use a changed file; one that is wrong changes nothing, and is reported."""
        self._check_that_the_file_exists()
        if not self.watch.changed():
            return
        try:
            self.container.adopt(self.container.reload())
        except BotError as error:
            self._refuse(str(error))
            return
        self.reloaded()
        self._note_good_file()
        log.info("tips_file_taken_up", tips=len(self.container.config.library))

    def _check_that_the_file_exists(self) -> None:
        """Report when the file is gone for good, and note when it is back unchanged."""
        self._missing = 0 if self.watch.is_there() else self._missing + 1
        if self._missing == MISSING_LOOKS:
            self._report(f"{self.container.file}: not found; put it back")
        if self._missing == 0 and self._is_gone:
            self._note(self._refusal)
        self._is_gone = self._missing >= MISSING_LOOKS

    def _refuse(self, why: str) -> None:
        self._refusal = why
        self._report(why)

    def _report(self, why: str) -> None:
        self._note(why)
        log.error("tips_file_refused", reason=why, kept="the last good one")

    def _note_good_file(self) -> None:
        self._refusal = None
        self._note(None)
        save_last_good(self.container.loaded, self.container.database.files)

    def _note(self, problem: str | None) -> None:
        with self.container.store.writing() as tx:
            FILE_TROUBLE.write(tx, problem, self.container.clock.now())
