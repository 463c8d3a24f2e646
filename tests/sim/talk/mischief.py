"""Mischief: what people do and what networks show that makes listening hard."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.servers.x.exchange import Answer, Request
from tests.sim.talk.exchange import Exchange
from tests.sim.talk.instance import Instance
from tests.sim.talk.oddities import Oddity
from tests.sim.talk.people import Network, People
from tests.sim.timeline import Timeline

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PAGES = {"mastodon": 30, "island": 30, "x": 100}
"""How many things a page of each network has."""


@dataclass(kw_only=True)
class Mischief:
    """Does it, or has it wait for its moment; `note` is told when it happens."""

    networks: Mapping[str, Network]
    people: People
    time: Timeline
    chance: random.Random
    note: Callable[[Oddity], None]
    _waiting: list[tuple[str, Oddity]] = field(default_factory=list)

    def does(self, what: Oddity) -> Callable[[str], None] | None:
        """What does this on an account, if it is any of ours."""
        return {
            Oddity.BURST: self._burst,
            Oddity.INSERTED: self._soon_inserted,
            Oddity.REMOVED: self._soon_removed,
            Oddity.BLANK_PAGE: self._blank,
            Oddity.SAME_TIME: self._same_time,
            Oddity.BACKDATED: self._backdate,
            Oddity.REORDERED: self._soon_reordered,
            Oddity.REPEATED: self._repeat,
            Oddity.DELETED_UNHEARD: self._delete_unheard,
            Oddity.SHOWN_ON: self._show_on,
            Oddity.EMPTY_NOTICE: self._leave_notice,
            Oddity.EDIT_CHAIN: self._edit_chain,
            Oddity.OLD_VERSION: self._show_old,
            Oddity.HOSTILE: self._hostile,
            Oddity.PRIVATE: self._private,
            Oddity.NAMELESS: self._nameless,
            Oddity.FORGET_ME: self.people.forget,
            Oddity.POISONED: self._poison,
        }.get(what)

    def wait_for(self, account: str, what: Oddity) -> None:
        """Have it happen at its next occasion."""
        self._waiting.append((account, what))

    def takes(self, account: str, what: Oddity) -> bool:
        """Whether this waits for its moment, which is now."""
        if (account, what) not in self._waiting:
            return False
        self._waiting.remove((account, what))
        self.note(what)
        return True

    def end(self) -> None:
        """Nothing waits any more."""
        self._waiting.clear()

    def act_between(self, account: str) -> None:
        """Somebody does something just before a further page is asked for."""
        if self.takes(account, Oddity.INSERTED):
            for _ in range(self.chance.choice((1, 5, 40))):
                self.people.say(account)
        if self.takes(account, Oddity.REMOVED):
            there = self.people.of(account)[-150:]
            for one in self.chance.sample(there, min(len(there), 12)):
                self.people.delete(one)

    def spoilt(self, account: str, request: Request) -> Answer:
        """The page in another order, or with things twice."""
        answer = self.networks[account].answer(request)
        body = json.loads(answer.body)
        listed = body if isinstance(body, list) else body.get("data") or body.get("descendants")
        if answer.status != 200 or not listed or len(listed) < 2:
            return answer
        if self.takes(account, Oddity.REPEATED):
            listed.extend(self.chance.sample(listed, 2))
        if self.takes(account, Oddity.REORDERED):
            self.chance.shuffle(listed)
        return replace(answer, body=json.dumps(body).encode())

    def _burst(self, account: str) -> None:
        for _ in range(int(PAGES[account] * self.chance.uniform(1.1, 2.5))):
            self.people.say(account)

    def _soon_inserted(self, account: str) -> None:
        self._burst(account)
        self.wait_for(account, Oddity.INSERTED)

    def _soon_removed(self, account: str) -> None:
        self._burst(account)
        self.wait_for(account, Oddity.REMOVED)

    def _blank(self, account: str) -> None:
        """A page's worth of what the network does not show, and something behind it."""
        network, many = self.networks[account], PAGES[account] + 5
        if isinstance(network, Instance):
            network.add_blanks(many)
            self.people.say(account)
            return
        self.people.say(account)
        for _ in range(many):
            network.hold_back(network.utter("xperson1", "Nobody is shown this."))

    def _same_time(self, account: str) -> None:
        for _ in range(self.chance.randint(2, 9)):
            self.people.say(account)

    def _backdate(self, account: str) -> None:
        said = self.people.say(account, is_old=True)
        network = self.networks[account]
        if isinstance(network, Exchange):
            network.come_late(said.id, self.time.true + timedelta(seconds=100))
            self.people.say(account)

    def _soon_reordered(self, account: str) -> None:
        self._same_time(account)
        self.wait_for(account, Oddity.REORDERED)

    def _repeat(self, account: str) -> None:
        said = self.people.say(account)
        self.people.say(account)
        self.wait_for(account, Oddity.REPEATED)
        network = self.networks[account]
        if isinstance(network, Instance):
            self._later(lambda: network.notify_again(said.id))

    def _delete_unheard(self, account: str) -> None:
        self.people.delete(self.people.say(account))

    def _show_on(self, account: str) -> None:
        """Some of them heard before they went, some not."""
        network = self.networks[account]
        assert isinstance(network, Instance)
        unheard = self.people.say(account)
        known = self.people.of(account)[-8:]
        for one in {unheard.id: unheard, **{one.id: one for one in known[:3]}}.values():
            self.people.delete(one)
            network.show_stale(one.id, self.time.true + 2 * HOUR)
            if one.names_us:
                network.notify_again(one.id)

    def _leave_notice(self, account: str) -> None:
        network = self.networks[account]
        assert isinstance(network, Instance)
        said = self.people.say(account)
        self.people.delete(said)
        network.leave_notice(said.id)

    def _edit_chain(self, account: str) -> None:
        said = self.people.say(account)
        for minutes in (0, 3, 9, 21):
            self._later(lambda: self.people.edit(said), minutes)

    def _show_old(self, account: str) -> None:
        network = self.networks[account]
        assert isinstance(network, Instance)
        for one in self.people.of(account)[-5:]:
            if not one.is_private:
                self.people.edit(one)
                network.show_stale(one.id, self.time.true + HOUR)
                if one.names_us:
                    network.notify_again(one.id)

    def _hostile(self, account: str) -> None:
        for _ in range(4):
            self.people.say_hostile(account)

    def _private(self, account: str) -> None:
        said = self.people.say(account, is_private=True)
        self._later(lambda: self.people.edit(said))

    def _nameless(self, account: str) -> None:
        for _ in range(3):
            self.people.say(account, names_us=False)

    def _poison(self, account: str) -> None:
        network = self.networks[account]
        assert isinstance(network, Instance)
        fixed = self.people.say(account)
        fixed.is_fixed = True
        network.poisoned |= {fixed.id, *self.chance.sample(network.ids()[-3:], 1)}

    def _later(self, action: Callable[[], None], minutes: int | None = None) -> None:
        """Let it happen when the bot has had some rounds."""
        wait = self.chance.choice((5, 40)) if minutes is None else minutes
        self.time.at(self.time.true + wait * MINUTE, action)
