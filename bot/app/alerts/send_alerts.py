"""Tells the operator what begins and what is over, and sends the digest."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.app.alerts.find_troubles import TroubleFinder
from bot.app.alerts.stored_state import ALERTS
from bot.app.alerts.write_digest import DigestWriter
from bot.core.alerts.changes import Changes, changes, told
from bot.core.alerts.channel import AlertChannel
from bot.core.alerts.message import alert
from bot.core.alerts.state import AlertState, DigestMark
from bot.core.alerts.trouble import Trouble
from bot.core.errors import BotError, StoreError
from bot.core.model.config import Config
from bot.core.ports.platform import Clock
from bot.core.ports.unit_of_work import Store

log = structlog.get_logger()


@dataclass(kw_only=True, slots=True)
class AlertSender:
    """One step looks, and sends one message at most: what is new, or else a digest that is due.

    Nothing that goes wrong with a message is raised.

    That a message is sent is noted before, that it arrived afterwards: after a crash in between it
    is told twice rather than never.
    """

    store: Store
    clock: Clock
    finder: TroubleFinder
    digest: DigestWriter
    #: raises SecretError where there is no address that can be used
    channel: Callable[[], AlertChannel]
    #: what could not be written, as on a full disk, which is just what has to be told
    _unwritten: AlertState | None = None

    def step(self, config: Config) -> None:
        """Send what is to be told now. Raises StoreError where nothing can be read."""
        if config.alerts is None:
            return
        now, before = self.clock.now(), self.state()
        changed = changes(before.known, self.finder.find(config, before.known, now), now)
        state, mark = self.digest.begun(config, replace(before, known=changed.known), now)
        if not (changed or mark) or not state.may_send(now):
            self._write(before, state)
            return
        state = state.attempting(now)
        if not self._claim(before, state):
            return
        if changed:
            state = self._tell(config, state, changed, now)
        elif mark:
            state = self._send_digest(config, state, mark, now)
        self._write(None, state)

    def note(self, config: Config) -> None:
        """Note what needs a person, and tell nothing: for a bot whose operator is not alerted."""
        now, before = self.clock.now(), self.state()
        known = changes(before.known, self.finder.find(config, before.known, now), now).known
        if known != before.known:
            self._claim(before, replace(before, known=known))

    def state(self) -> AlertState:
        """What is remembered."""
        if self._unwritten is not None:
            return self._unwritten
        with self.store.reading() as tx:
            return ALERTS.read(tx) or AlertState()

    def _tell(
        self, config: Config, state: AlertState, changed: Changes, now: datetime
    ) -> AlertState:
        try:
            channel = self.channel()
            sendable = _without(changed, channel.shared_with)
            if sendable:
                channel.send(alert(config.bot.name, sendable))
                log.info("alert_sent", begun=len(sendable.begun), ended=len(sendable.ended))
        except BotError as error:
            return _failed(state, error)
        return replace(state, known=told(state.known, changed, now)).arrived()

    def _send_digest(
        self, config: Config, state: AlertState, mark: DigestMark, now: datetime
    ) -> AlertState:
        try:
            self.channel().send(self.digest.write(config, state, now))
        except BotError as error:
            return _failed(state, error)
        log.info("digest_sent")
        return replace(state, digest=mark).arrived()

    def _claim(self, before: AlertState, state: AlertState) -> bool:
        """Note that a message is sent; False where another process has done so meanwhile."""
        if self._unwritten is not None:
            return True
        try:
            with self.store.writing() as tx:
                if (ALERTS.read(tx) or AlertState()) != before:
                    return False
                ALERTS.write(tx, state, self.clock.now())
        except StoreError as error:
            log.warning("alert_not_noted", reason=str(error))
        return True

    def _write(self, before: AlertState | None, state: AlertState) -> None:
        """Note the state where it has changed, or keep it until it can be noted."""
        if state == before and self._unwritten is None:
            return
        try:
            with self.store.writing() as tx:
                ALERTS.write(tx, state, self.clock.now())
        except StoreError as error:
            if self._unwritten is None:
                log.warning("alert_not_noted", reason=str(error))
            self._unwritten = state
        else:
            self._unwritten = None


def _without(changed: Changes, accounts: frozenset[str]) -> Changes:
    """The changes without troubles of accounts that post to the very channel, which are logged."""
    return replace(
        changed,
        begun=tuple(one for one in changed.begun if _may_go(one, accounts)),
        ended=tuple(one for one in changed.ended if _may_go(one, accounts)),
    )


def _may_go(trouble: Trouble, accounts: frozenset[str]) -> bool:
    if trouble.account not in accounts:
        return True
    log.warning("alert_withheld", account=trouble.account, what=trouble.line)
    return False


def _failed(state: AlertState, error: BotError) -> AlertState:
    """The state after a message that did not arrive; each reason is logged once."""
    if state.problem != str(error):
        log.warning("alert_failed", reason=str(error))
    return state.failed(str(error))
