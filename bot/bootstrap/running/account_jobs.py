"""The jobs of each account: what the scheduler calls for it, and how often."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.app.discussion.listen import is_time_to_listen
from bot.bootstrap.container import Container
from bot.core.model.capabilities import Ability
from bot.core.model.config import Account, AcknowledgementStyle, Config
from bot.core.ports.platform import EntryChecker, ThreadReader
from bot.scheduler.scheduler import Scheduler

DELIVER_EVERY = timedelta(seconds=2)
LEARN_EVERY = timedelta(minutes=5)
LOOK_EVERY = timedelta(seconds=30)
"""How often to check whether a thread or an entry is to be read again."""
ACKNOWLEDGE_EVERY = timedelta(seconds=15)

Jobs = dict[str, tuple[timedelta, Callable[[Account], object]]]
"""How often each job of an account runs, and its function, by the job's name."""


@dataclass(kw_only=True, slots=True)
class AccountJobs:
    """Schedules the jobs of all accounts. A job reads its account from the present tips file."""

    container: Container
    scheduler: Scheduler
    _followed: frozenset[str] = frozenset()

    def follow(self, config: Config) -> None:
        """Schedule the jobs that this file asks for, and drop those of the last one."""
        wanted = {
            _name(job, account.name): (every, partial(self.run, job, account.name))
            for account in config.accounts
            for job, (every, _) in self._jobs(account).items()
        }
        for name in self._followed - wanted.keys():
            self.scheduler.drop(name)
        for name, (every, action) in wanted.items():
            self.scheduler.every(name, every, action)
        self._followed = frozenset(wanted)

    def run(self, job: str, name: str) -> None:
        """Run one job of an account, if the file has the account and the account has the job."""
        account = self.container.config.account(name)
        if account is not None and (found := self._jobs(account).get(job)) is not None:
            found[1](account)

    def deliver_soon(self, accounts: Iterable[Account]) -> None:
        """Deliver now what is due on these accounts."""
        for account in accounts:
            self.scheduler.request(_name("deliver", account.name))

    def listen_soon(self, name: str) -> None:
        """Poll an account now."""
        self.scheduler.request(_name("listen", name))

    def _jobs(self, account: Account) -> Jobs:
        container, traits = self.container, self.container.rules.of(account)
        jobs: Jobs = {
            "deliver": (DELIVER_EVERY, self._deliver),
            "learn": (LEARN_EVERY, container.limits_refresher.step),
        }
        if Ability.LISTEN in traits.abilities:
            jobs["listen"] = (account.poll or traits.poll, self._listen)
        if container.adapters.port(ThreadReader, account.name) is not None:
            jobs["threads"] = (LOOK_EVERY, container.thread_poller.step)
        if container.adapters.port(EntryChecker, account.name) is not None:
            jobs["recheck"] = (LOOK_EVERY, container.rechecker.step)
        if account.acknowledge is not AcknowledgementStyle.NONE:
            jobs["acknowledge"] = (ACKNOWLEDGE_EVERY, self._acknowledge)
        return jobs

    def _deliver(self, account: Account) -> None:
        """Reconcile and send; deliveries that waited for the site's page follow it at once."""
        config = self.container.config
        self.container.reconciler.step(account)
        if self.container.deliverer.step(config, account) and account == config.site:
            self.deliver_soon(other for other in config.accounts if other != account)

    def _listen(self, account: Account) -> None:
        container, traits = self.container, self.container.rules.of(account)
        began = container.restore_guard.began
        with container.store.reading() as tx:
            is_time = is_time_to_listen(tx, account, traits, container.clock.now(), began)
        if is_time:
            container.mention_poller.step(account)

    def _acknowledge(self, account: Account) -> None:
        self.container.acknowledger.step(self.container.config, account)


def _name(job: str, account: str) -> str:
    """The scheduler's name of an account's job."""
    return f"{job}:{account}"
