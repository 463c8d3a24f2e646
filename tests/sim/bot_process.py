"""The real bot as one process: a round stands for the ticks of its scheduler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from requests.adapters import BaseAdapter

from bot.bootstrap.adapters import NetworkAccess
from bot.bootstrap.checked_tips_file import load
from bot.bootstrap.container import open_container
from bot.bootstrap.running.runner import Runner
from bot.bootstrap.settings.environment import environment
from bot.core.errors import BotError
from bot.core.model.config import Config
from bot.scheduler.system_clock import SystemClock
from bot.tips_file.read_file import Watch


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
        loaded = load(file, environment(file, variables), watch.read)
        container = open_container(
            file,
            variables=variables,
            loaded=loaded,
            holds_lock=holds_lock,
            clock=SystemClock(),  # the simulation moves it
        )
        container.adapters.network = NetworkAccess(carrier=transport_factory)
        try:
            self.running = Runner(container=container, watch=watch)
            container.adopt(container.loaded)
            self.running.recover()
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
        self._step("watch", running.reloader.step)
        again = running.failures.take_retries()
        for schedule in self.config.schedules:
            if not plan and f"schedule:{schedule.name}" not in again:
                continue
            self._step(f"schedule:{schedule.name}", partial(running.plan, schedule.name))
        for account in self.config.accounts:
            if listen:
                self._do("learn", account.name)
            if account.name in busy():
                self._do("deliver", account.name)
            if listen:
                self._do("listen", account.name)
        if plan:
            self._step("pulse", running.beat)

    def learn(self) -> None:
        """Learn the limits of every network."""
        for account in self.config.accounts:
            self._do("learn", account.name)

    def listen(self, account: str) -> None:
        """Poll an account's mentions."""
        self._do("listen", account)

    def compact(self) -> None:
        """Remove every copy of erased text from the database file."""
        self._step("compact", self.running.cleanup.compact)

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
        self._step("logbook", running.write_event_log)
        self._step("erase", running.cleanup.erase)

    def watch_file(self) -> None:
        """Run the step that watches tips.yaml twice, so that it takes a change."""
        self._step("watch", self.running.reloader.step)
        self._step("watch", self.running.reloader.step)

    def close(self) -> None:
        """Close the database, as the end of a process does."""
        self.running.container.close()

    def _do(self, step: str, account: str) -> None:
        """Run one step of an account."""
        self._step(f"{step}:{account}", partial(self.running.jobs.run, step, account))

    def _step(self, name: str, action: Callable[[], None]) -> None:
        """Run one step; an error is reported and the bot goes on, as under the scheduler."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - as the scheduler does
            self.running.failures.report(name, error)
            if not isinstance(error, BotError):
                self._on_unexpected_error(name, error)
