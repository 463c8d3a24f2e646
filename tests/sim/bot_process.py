"""The real bot as one process: a round stands for the ticks of its scheduler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from requests.adapters import BaseAdapter

from bot.bootstrap.container import open_container
from bot.bootstrap.running.runner import Runner
from bot.core.errors import BotError
from bot.core.model.config import Config
from bot.tips_file.watch import Watch


class BotProcess:
    """One running bot, with all its parts but the web server and the threads.

    A new BotProcess on the same folder is a restart: nothing in memory is kept.
    """

    def __init__(
        self,
        home: Path,
        variables: Mapping[str, str],
        transport_factory: Callable[[], BaseAdapter],
        on_unexpected_error: Callable[[str, Exception], None],
        *,
        holds_lock: bool = True,
    ) -> None:
        file = home / "tips.yaml"
        self._on_unexpected_error = on_unexpected_error
        watch = Watch(file)
        container = open_container(file, variables=variables, holds_lock=holds_lock)
        container.carrier = transport_factory
        self.running = Runner(container=container, watch=watch)
        try:
            container.adopt(container.good, container.connect(container.config))
            self.running._lift_automatic_pauses()
            container.deliverer.recover(container.config)
            self.running.file.begin()
        except BaseException:
            container.close()
            raise

    @property
    def config(self) -> Config:
        """The configuration that the bot works by."""
        return self.running.container.config

    def round(self, busy: Callable[[], frozenset[str]], *, plan: bool, listen: bool) -> None:
        """Run each step once, as the scheduler does; `busy` accounts have a delivery that is due."""
        running = self.running
        self._step("watch", running.file.step)
        again = running.troubles.to_try_again()
        for schedule in self.config.schedules:
            if not plan and f"schedule:{schedule.name}" not in again:
                continue
            self._step(f"schedule:{schedule.name}", partial(running._plan, schedule.name))
        for account in self.config.accounts:
            if listen:
                self._do("learn", account.name)
            if account.name in busy():
                self._do("deliver", account.name)
            if listen:
                self._do("listen", account.name)
        if plan:
            self._step("pulse", running._beat)

    def learn(self) -> None:
        """Learn the limits of every network."""
        for account in self.config.accounts:
            self._do("learn", account.name)

    def listen(self, account: str) -> None:
        """Poll an account's mentions."""
        self._do("listen", account)

    def compact(self) -> None:
        """Remove every copy of erased text from the database file."""
        self._step("compact", self.running._compact)

    def recheck(self, account: str) -> None:
        """Check some known entries for edits and deletions."""
        self._do("recheck", account)

    def discussion_round(self) -> None:
        """Run each step of the discussion once, as the scheduler does."""
        running = self.running
        for account in self.config.accounts:
            self.listen(account.name)
            self._do("threads", account.name)
            self.recheck(account.name)
            self._do("acknowledge", account.name)
        self._step("logbook", running._write_book)
        self._step("erase", running._erase)

    def watch_file(self) -> None:
        """Run the step that watches tips.yaml twice, so that it takes a change."""
        self._step("watch", self.running.file.step)
        self._step("watch", self.running.file.step)

    def close(self) -> None:
        """Close the database, as the end of a process does."""
        self.running.container.close()

    def _do(self, step: str, account: str) -> None:
        """Run one step of an account."""
        self._step(f"{step}:{account}", partial(self.running.steps.do, step, account))

    def _step(self, name: str, action: Callable[[], None]) -> None:
        """Run one step; an error is reported and the bot goes on, as under the scheduler."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - as the scheduler does
            self.running.troubles.tell(name, error)
            if not isinstance(error, BotError):
                self._on_unexpected_error(name, error)
