"""The steps of an account: which verbs the clock calls for it, how often, and with what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bot.app.accounts.refresh_limits import LimitsRefresher
from bot.bootstrap.container import Container
from bot.core.model.capabilities import Ability
from bot.core.model.config import Account, AcknowledgementStyle, Config
from bot.core.ports.platform import EntryChecker, ThreadReader
from bot.scheduler.scheduler import Scheduler

DELIVER_EVERY = timedelta(seconds=2)
LEARN_EVERY = timedelta(minutes=5)
LOOK_EVERY = timedelta(seconds=30)
"""How often to see whether something is to be looked at again."""
ACKNOWLEDGE_EVERY = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Verb:
    """What is done for an account, and how often."""

    name: str
    every: timedelta
    act: Callable[[Account], object]


@dataclass(kw_only=True, slots=True)
class AccountJobs:
    """Has the ticker call the verbs of each account, with the account as the file has it then."""

    container: Container
    ticker: Scheduler
    _followed: frozenset[str] = frozenset()

    def follow(self, config: Config) -> None:
        """Have the steps called that this file asks for, and none that only the last one did."""
        wanted = {
            _name(verb.name, account.name): (verb.every, partial(self.do, verb.name, account.name))
            for account in config.accounts
            for verb in self._verbs(account)
        }
        for name in self._followed - wanted.keys():
            self.ticker.drop(name)
        for name, (period, step) in wanted.items():
            self.ticker.every(name, period, step)
        self._followed = frozenset(wanted)

    def do(self, verb: str, name: str) -> None:
        """One step of a verb for an account, if the file has that account and it knows the verb."""
        account = self.container.config.account(name)
        if account is None:
            return
        act = next((one.act for one in self._verbs(account) if one.name == verb), None)
        if act is not None:
            act(account)

    def deliver_soon(self, accounts: Iterable[Account]) -> None:
        """Have what is due on these accounts delivered now."""
        for account in accounts:
            self.ticker.nudge(_name("deliver", account.name))

    def listen_soon(self, name: str) -> None:
        """Have an account listened to now."""
        self.ticker.nudge(_name("listen", name))

    def _verbs(self, account: Account) -> Iterator[_Verb]:
        """What there is to do for an account."""
        container, traits = self.container, self.container.rules.of(account)
        yield _Verb(name="deliver", every=DELIVER_EVERY, act=self._deliver)
        yield _Verb(name="learn", every=LEARN_EVERY, act=self._learn)
        if Ability.LISTEN in traits.abilities:
            yield _Verb(name="listen", every=account.poll or traits.poll, act=self._listen)
        if container.port(ThreadReader, account.name) is not None:
            yield _Verb(name="threads", every=LOOK_EVERY, act=container.thread_reader.step)
        if container.port(EntryChecker, account.name) is not None:
            yield _Verb(name="recheck", every=LOOK_EVERY, act=container.rechecker.step)
        if account.acknowledge is not AcknowledgementStyle.NONE:
            yield _Verb(name="acknowledge", every=ACKNOWLEDGE_EVERY, act=self._acknowledge)

    def _deliver(self, account: Account) -> None:
        """Settle and send; what waited for the site's page goes out at once when that is up."""
        config = self.container.config
        self.container.reconciler.step(account)
        if self.container.deliverer.step(config, account) and account == config.site:
            self.deliver_soon(other for other in config.accounts if other != account)

    def _listen(self, account: Account) -> None:
        if self.container.is_time_to_listen(account):
            self.container.mention_poller.step(account)

    def _acknowledge(self, account: Account) -> None:
        self.container.acknowledger.step(self.container.config, account)

    def _learn(self, account: Account) -> None:
        container, platform = self.container, self.container.platform(account.name)
        if platform is not None:
            learner = LimitsRefresher(
                store=container.database.store, clock=container.clock, rules=container.rules
            )
            learner.step(account, platform)


def _name(verb: str, account: str) -> str:
    """What the ticker calls a step."""
    return f"{verb}:{account}"
