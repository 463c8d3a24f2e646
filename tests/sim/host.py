"""The host: the real bot as one process, whose rounds stand for the ticks of its clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from requests.adapters import BaseAdapter

from bot.bootstrap.checked_tips_file import load
from bot.bootstrap.container import open_container
from bot.bootstrap.running.runner import Runner
from bot.bootstrap.settings.environment import environment
from bot.core.errors import BotError
from bot.core.model.config import Config
from bot.tips_file.read_file import Watch


class Host:
    """One running bot: all its parts as `wiring` makes them, but for the web server and threads.

    What is in memory dies with it; a new Host on the same folder is a restart.
    """

    def __init__(
        self,
        home: Path,
        variables: Mapping[str, str],
        carrier: Callable[[], BaseAdapter],
        odd: Callable[[str, Exception], None],
        *,
        holds_lock: bool = True,
    ) -> None:
        file = home / "tips.yaml"
        self._odd = odd
        watch = Watch(file)
        loaded = load(file, environment(file, variables), watch.read)
        container = open_container(file, variables=variables, loaded=loaded, holds_lock=holds_lock)
        container.adapters.carrier = carrier
        self.running = Runner(container=container, watch=watch)
        try:
            container.adopt(container.loaded)
            self.running.recover()
        except BaseException:
            container.close()
            raise

    @property
    def config(self) -> Config:
        """What it works by."""
        return self.running.container.config

    def round(self, busy: Callable[[], frozenset[str]], *, plan: bool, listen: bool) -> None:
        """Each step once, as the clock would call it; `busy` accounts have something to do now."""
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
        """Ask every network for its rules."""
        for account in self.config.accounts:
            self._do("learn", account.name)

    def listen(self, account: str) -> None:
        """What a hint of a stream leads to."""
        self._do("listen", account)

    def compact(self) -> None:
        """Leave nothing of what was erased anywhere in the database."""
        self._step("compact", self.running.cleanup.compact)

    def recheck(self, account: str) -> None:
        """Look again at some of what was heard."""
        self._do("recheck", account)

    def talk(self) -> None:
        """Each step of the discussion once, as the clock would call it."""
        running = self.running
        for account in self.config.accounts:
            self.listen(account.name)
            self._do("threads", account.name)
            self.recheck(account.name)
            self._do("acknowledge", account.name)
        self._step("logbook", running.write_event_log)
        self._step("erase", running.cleanup.erase)

    def look_at_file(self) -> None:
        """What the watching step does, two looks in a row."""
        self._step("watch", self.running.reloader.step)
        self._step("watch", self.running.reloader.step)

    def close(self) -> None:
        """Let go of the database, as the end of a process does."""
        self.running.container.close()

    def _do(self, verb: str, account: str) -> None:
        """One step of an account."""
        self._step(f"{verb}:{account}", partial(self.running.jobs.run, verb, account))

    def _step(self, name: str, action: Callable[[], None]) -> None:
        """One step; its error is told and the bot goes on, as in the scheduler."""
        try:
            action()
        except Exception as error:  # noqa: BLE001 - what the scheduler does
            self.running.failures.report(name, error)
            if not isinstance(error, BotError):
                self._odd(name, error)
