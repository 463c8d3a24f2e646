"""The jobs that workers do for the bots: the same use cases as in a process of one bot."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.app.discussion.listen import is_time_to_listen
from bot.bootstrap.alerts.build import alert_sender
from bot.bootstrap.container import Container
from bot.bootstrap.fleet.bots import BotParts, FleetContainers
from bot.bootstrap.running.webmentions import webmention_verifier
from bot.core.fleet.bot import BotState, Job, Version
from bot.core.fleet.handing_out import Handed
from bot.core.model.capabilities import Ability
from bot.core.model.config import Account, AcknowledgementStyle
from bot.core.ports.platform import EntryChecker, ThreadReader
from bot.outbound.pages.cpu_budget import CpuBudget
from bot.store.postgres.due_work import DELIVER, DueWork

AFTER_FAILURE = timedelta(minutes=1)
"""How long after a failure a task is done again."""
NOTHING_DUE = timedelta(days=1)
"""How long a bot waits to be planned again that has no slot to come."""
MOST_PAGES = 5
"""How many pages of other sites are read for one bot before others have their turn."""
TRY_AGAIN = timedelta(minutes=5)
"""How often pages are looked at that could not be read."""
ALERT_EVERY = timedelta(minutes=1)
"""How often is looked whether a bot needs a person."""
LOOK_EVERY = timedelta(hours=1)
"""How often the same is looked for where a bot has no alerts, for `fleet status`."""
HORIZON = timedelta(days=366)
"""How far the next slot is looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BotJobs:
    """Does one job at a time on any number of threads."""

    containers: FleetContainers
    due_work: DueWork
    #: called when posts of a bot have come due
    posts_due: Callable[[], None]
    #: processor time for reading strangers' pages
    cpu_budget: CpuBudget = field(default_factory=CpuBudget)
    #: when this process looked last whether a bot without alerts needs a person
    _looked: dict[str, tuple[Version, datetime]] = field(default_factory=dict)

    def run(self, handed: Handed) -> None:
        """Do a job that was handed out; a double of it does nothing."""
        if handed.job == DELIVER:
            self._deliver(handed.bot, handed.account)
        else:
            self._do_task(handed)

    def _deliver(self, bot: str, account_name: str) -> None:
        """Reconcile and send; what waits for the site's page follows it at once."""
        began = time.monotonic()
        try:
            parts = self.containers.get(bot)
            if parts is None or parts.bot.state is not BotState.RUNNING:
                return
            container = parts.container
            config, account = container.config, container.config.account(account_name)
            if account is None:
                container.deliverer.end_orphans(config)
                return
            container.reconciler.step(account)
            if container.deliverer.step(config, account) and account == config.site:
                self.due_work.release(bot, account_name)
                self.posts_due()
        finally:
            lasted = timedelta(seconds=time.monotonic() - began)
            self.due_work.hold_back(bot, account_name, lasted)

    def _do_task(self, handed: Handed) -> None:
        was_due = self.due_work.begin(handed)
        if was_due is None:
            return
        following = self.due_work.backend.clock.now() + AFTER_FAILURE
        try:
            parts = self.containers.get(handed.bot)
            if parts is not None and parts.bot.state is BotState.RUNNING:
                following = self._tasks[Job(handed.job)](parts, handed.account)
        finally:
            self.due_work.finish(handed, was_due, following)

    @property
    def _tasks(self) -> dict[Job, Callable[[BotParts, str], datetime]]:
        """What is done for each task; it returns when the task is due next."""
        return {
            Job.PLAN: self._plan,
            Job.LISTEN: self._listen,
            Job.RESPOND: self._respond,
            Job.ALERT: self._alert,
        }

    def _plan(self, parts: BotParts, _: str) -> datetime:
        """Plan the slots that came due since the last time; a new rule begins with its version.

        The site's pages are put up at once: other posts wait for them, and no network is asked.
        """
        container = parts.container
        config, now = container.config, container.clock.now()
        planned = [
            container.planner.work(config, schedule, now, parts.version.at)
            for schedule in config.schedules
        ]
        planned.append(container.planner.at_start(config, now))
        container.deliverer.end_orphans(config)
        if any(planned):
            if config.site is not None:
                container.deliverer.step(config, config.site)
            self.posts_due()
        else:  # posts that are due come first
            self._look(parts)
        return _next_slot(container, now)

    def _listen(self, parts: BotParts, account_name: str) -> datetime:
        """Read what people said on an account, and do all else that is not a post."""
        container = parts.container
        now, account = container.clock.now(), container.config.account(account_name)
        if account is None:
            return now + NOTHING_DUE
        traits = container.rules.of(account)
        container.limits_refresher.step(account)
        if Ability.LISTEN in traits.abilities and _is_time(container, account):
            container.mention_poller.step(account)
        if container.adapters.port(ThreadReader, account.name) is not None:
            container.thread_poller.step(account)
        if container.adapters.port(EntryChecker, account.name) is not None:
            container.rechecker.step(account)
        if account.acknowledge is not AcknowledgementStyle.NONE:
            container.acknowledger.step(container.config, account)
        self._look(parts)
        return container.clock.now() + (account.poll or container.rules.of(account).poll)

    def _respond(self, parts: BotParts, _: str) -> datetime:
        """Read the pages of other sites that link to the bot's; a new notice asks for it."""
        container = parts.container
        verifier = webmention_verifier(container, self.cpu_budget)
        are_more = all(verifier.step(container.config) for _ in range(MOST_PAGES))
        verifier.tidy()
        now = container.clock.now()
        if are_more:
            return now
        return now + (TRY_AGAIN if container.database.pings.waiting() else NOTHING_DUE)

    def _alert(self, parts: BotParts, _: str) -> datetime:
        """Tell the operator what begins to need a person, and what is over."""
        container = parts.container
        alert_sender(container, parts.bot.problem).step(container.config)
        return container.clock.now() + ALERT_EVERY

    def _look(self, parts: BotParts) -> None:
        """Note now and then what needs a person of a bot that nobody is alerted of."""
        container = parts.container
        if container.config.alerts is not None:
            return
        now, looked = container.clock.now(), self._looked.get(parts.bot.bot)
        if looked is None or looked[0] != parts.version or now - looked[1] >= LOOK_EVERY:
            self._looked[parts.bot.bot] = (parts.version, now)
            alert_sender(container, parts.bot.problem).note(container.config)


def _is_time(container: Container, account: Account) -> bool:
    """Whether to poll an account where that costs money."""
    traits, began = container.rules.of(account), container.restore_guard.began
    with container.store.reading() as tx:
        return is_time_to_listen(tx, account, traits, container.clock.now(), began)


def _next_slot(container: Container, now: datetime) -> datetime:
    """When the next slot of any schedule is due."""
    coming = (
        next(iter(container.timetable.slots(schedule, now, now + HORIZON)), None)
        for schedule in container.config.schedules
    )
    return min((slot.due for slot in coming if slot is not None), default=now + NOTHING_DUE)
