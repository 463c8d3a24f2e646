"""Causes the disturbances of networks and people."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from tests.servers.x.messages import Answer, Request
from tests.sim.listening.disturbances import Disturbance
from tests.sim.listening.mastodon import MastodonWithPeople
from tests.sim.listening.people import Network, People
from tests.sim.listening.threads import HIDING, PAGE, ThreadsWithPeople
from tests.sim.listening.x import XWithPeople
from tests.sim.timeline import Timeline

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PAGES = {"mastodon": 30, "island": 30, "bluesky": 100, "threads": PAGE, "x": 100}
"""How many messages a page of each network has."""
LISTS = ("data", "descendants", "notifications")
"""The names of lists of messages in answers."""


@dataclass(kw_only=True)
class Disturber:
    """Causes disturbances at once, or at the next fitting request; `note` is called for each."""

    networks: Mapping[str, Network]
    people: People
    time: Timeline
    chance: random.Random
    note: Callable[[Disturbance], None]
    _waiting: list[tuple[str, Disturbance]] = field(default_factory=list)

    def action(self, what: Disturbance) -> Callable[[str], None] | None:
        """The function that causes a disturbance on an account; None for those of the bot's host."""
        return {
            Disturbance.BURST: self._burst,
            Disturbance.INSERTED: self._soon_inserted,
            Disturbance.REMOVED: self._soon_removed,
            Disturbance.BLANK_PAGE: self._empty_page,
            Disturbance.SAME_TIME: self._post_several,
            Disturbance.BACKDATED: self._post_backdated,
            Disturbance.REORDERED: self._soon_reordered,
            Disturbance.REPEATED: self._repeat,
            Disturbance.DELETED_AT_ONCE: self._delete_at_once,
            Disturbance.STILL_LISTED: self._keep_listing_deleted,
            Disturbance.EMPTY_NOTIFICATION: self._leave_notification,
            Disturbance.EDIT_CHAIN: self._edit_chain,
            Disturbance.OLD_VERSION: self._list_old_version,
            Disturbance.HOSTILE: self._post_hostile,
            Disturbance.PRIVATE: self._post_private,
            Disturbance.WITHOUT_MENTION: self._without_mention,
            Disturbance.BLOCKED: self.people.block,
            Disturbance.HIDDEN: self._hide_replies,
            Disturbance.FORGET_ME: self.people.request_erasure,
            Disturbance.CANNOT_BE_SHOWN: self._make_unshowable,
        }.get(what)

    def wait_for(self, account: str, what: Disturbance) -> None:
        """Let it happen at the next fitting request."""
        self._waiting.append((account, what))

    def takes(self, account: str, what: Disturbance) -> bool:
        """Whether a disturbance waits for a request like this one; it then counts as done."""
        if (account, what) not in self._waiting:
            return False
        self._waiting.remove((account, what))
        self.note(what)
        return True

    def end(self) -> None:
        """Cancel those that wait."""
        self._waiting.clear()

    def act_between(self, account: str) -> None:
        """Let people act just before a further page is requested."""
        if self.takes(account, Disturbance.INSERTED):
            for _ in range(self.chance.choice((1, 5, 40))):
                self.people.post(account)
        if self.takes(account, Disturbance.REMOVED):
            there = self.people.of(account)[-150:]
            for one in self.chance.sample(there, min(len(there), 12)):
                self.people.delete(one)

    def answer_disturbed(self, account: str, request: Request) -> Answer:
        """The answer, perhaps in another order or with messages twice."""
        answer = self.networks[account].answer(request)
        body = json.loads(answer.body)
        listed = body if isinstance(body, list) else _listed(body)
        if answer.status != 200 or not listed or len(listed) < 2:
            return answer
        if self.takes(account, Disturbance.REPEATED):
            listed.extend(self.chance.sample(listed, 2))
        if self.takes(account, Disturbance.REORDERED):
            self.chance.shuffle(listed)
        return replace(answer, body=json.dumps(body).encode())

    def _burst(self, account: str) -> None:
        for _ in range(int(PAGES[account] * self.chance.uniform(1.1, 2.5))):
            self.people.post(account)

    def _soon_inserted(self, account: str) -> None:
        self._burst(account)
        self.wait_for(account, Disturbance.INSERTED)

    def _soon_removed(self, account: str) -> None:
        self._burst(account)
        self.wait_for(account, Disturbance.REMOVED)

    def _empty_page(self, account: str) -> None:
        """Fill a page with entries that the network does not show, and post behind them."""
        network, many = self.networks[account], PAGES[account] + 5
        if not isinstance(network, XWithPeople):
            network.add_blanks(many)
            self.people.post(account)
            return
        self.people.post(account)
        for _ in range(many):
            network.hold_back(network.post("xperson1", "Nobody is shown this."))

    def _post_several(self, account: str) -> None:
        for _ in range(self.chance.randint(2, 9)):
            self.people.post(account)

    def _post_backdated(self, account: str) -> None:
        message = self.people.post(account, is_old=True)
        network = self.networks[account]
        if not isinstance(network, MastodonWithPeople):
            network.come_late(message.id, self.time.true + timedelta(seconds=100))
            self.people.post(account)

    def _soon_reordered(self, account: str) -> None:
        self._post_several(account)
        self.wait_for(account, Disturbance.REORDERED)

    def _repeat(self, account: str) -> None:
        message = self.people.post(account)
        self.people.post(account)
        self.wait_for(account, Disturbance.REPEATED)
        network = self.networks[account]
        if isinstance(network, MastodonWithPeople):
            self._later(lambda: network.notify_again(message.id))

    def _delete_at_once(self, account: str) -> None:
        self.people.delete(self.people.post(account))

    def _keep_listing_deleted(self, account: str) -> None:
        """Delete messages, some of them known to the bot, and keep listing them."""
        network = self.networks[account]
        assert isinstance(network, MastodonWithPeople)
        unheard = self.people.post(account)
        known = self.people.of(account)[-8:]
        for one in {unheard.id: unheard, **{one.id: one for one in known[:3]}}.values():
            self.people.delete(one)
            network.show_stale(one.id, self.time.true + 2 * HOUR)
            if one.mentions_bot:
                network.notify_again(one.id)

    def _leave_notification(self, account: str) -> None:
        network = self.networks[account]
        assert isinstance(network, MastodonWithPeople)
        message = self.people.post(account)
        self.people.delete(message)
        network.keep_notifications(message.id)

    def _edit_chain(self, account: str) -> None:
        message = self.people.post(account)
        for minutes in (0, 3, 9, 21):
            self._later(lambda: self.people.edit(message), minutes)

    def _list_old_version(self, account: str) -> None:
        network = self.networks[account]
        assert isinstance(network, MastodonWithPeople)
        for one in self.people.of(account)[-5:]:
            if not one.is_private:
                self.people.edit(one)
                network.show_stale(one.id, self.time.true + HOUR)
                if one.mentions_bot:
                    network.notify_again(one.id)

    def _post_hostile(self, account: str) -> None:
        for _ in range(4):
            self.people.post_hostile(account)

    def _post_private(self, account: str) -> None:
        message = self.people.post(account, is_private=True)
        self._later(lambda: self.people.edit(message))

    def _hide_replies(self, account: str) -> None:
        """Hide some replies, of which the bot knows some; a reply that is hidden stays so."""
        network = self.networks[account]
        assert isinstance(network, ThreadsWithPeople)
        self.people.post(account, mentions_bot=False)
        replies = [one for one in self.people.of(account)[-40:] if one.to is not None]
        for one in self.chance.sample(replies, min(len(replies), 3)):
            self.people.hide(one, self.chance.choice(HIDING))

    def _without_mention(self, account: str) -> None:
        for _ in range(3):
            self.people.post(account, mentions_bot=False)

    def _make_unshowable(self, account: str) -> None:
        network = self.networks[account]
        assert isinstance(network, MastodonWithPeople)
        fixed = self.people.post(account)
        fixed.is_unchangeable = True
        ours = network.ids()[-3:]
        network.not_showable |= {fixed.id, *self.chance.sample(ours, min(len(ours), 1))}

    def _later(self, action: Callable[[], None], minutes: int | None = None) -> None:
        """Let it happen some rounds later."""
        wait = self.chance.choice((5, 40)) if minutes is None else minutes
        self.time.at(self.time.true + wait * MINUTE, action)


def _listed(body: dict[str, Any]) -> list[Any] | None:
    """The messages in an answer: of X, of a thread on Mastodon, of Bluesky."""
    return next((found for name in LISTS if (found := body.get(name))), None)
