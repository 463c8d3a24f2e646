"""People: who says, edits and deletes what, on which network, and the truth of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from tests import hostile
from tests.sim.mastodon import Software
from tests.sim.talk.exchange import PEOPLE, Exchange, people
from tests.sim.talk.instance import Instance
from tests.sim.talk.said import Said, mark
from tests.sim.timeline import Timeline

Network = Instance | Exchange
FORGET = "forget me"
AGES = (timedelta(hours=1), timedelta(days=3), timedelta(days=20))
"""How much earlier than it arrives something from elsewhere can be dated."""


class People:
    """All people of all networks."""

    def __init__(
        self, networks: Mapping[str, Network], time: Timeline, chance: random.Random
    ) -> None:
        self._networks = networks
        self._time = time
        self._chance = chance
        self.said: list[Said] = []
        self.forgotten: dict[tuple[str, str], datetime] = {}
        """Who has asked to be forgotten on which account, and when."""
        self._names = {
            name: people("x" if isinstance(network, Exchange) else name, PEOPLE)
            for name, network in networks.items()
        }

    def of(self, account: str) -> list[Said]:
        """What stands on a network now, and can be changed."""
        return [
            one
            for one in self.said
            if one.account == account and one.gone_at is None and not one.is_fixed
        ]

    def act(self, account: str) -> None:
        """One of them does what people do."""
        what = self._chance.random()
        if what < 0.2 and (one := self._any(account)):
            self.edit(one)
        elif what < 0.4 and (one := self._any(account)):
            self.delete(one)
        else:
            self.say(account, names_us=self._chance.random() < 0.8)

    def say(
        self,
        account: str,
        *,
        names_us: bool = True,
        is_private: bool = False,
        is_old: bool = False,
        words: str | None = None,
    ) -> Said:
        """Somebody says something: to a post of ours, to somebody else, or out of nowhere."""
        network, number = self._networks[account], len(self.said)
        parent = self._parent(account, must=not names_us)
        who = self._chance.choice(self._willing(account))
        text = f"{mark(number, 0)} {words or 'This is what I think.'}"
        if isinstance(network, Exchange):
            new_id = network.utter(who, text, parent, names_us=names_us)
            names_us = network.names_us(new_id)
        else:
            new_id = self._say_on_instance(
                network, who, text, parent, names_us=names_us, is_private=is_private, is_old=is_old
            )
        said = Said(
            number=number,
            account=account,
            id=new_id,
            who=who,
            said_at=self._time.true,
            to=parent,
            root=self._root(account, parent),
            names_us=names_us,
            is_private=is_private,
        )
        self.said.append(said)
        return said

    def _say_on_instance(
        self,
        network: Instance,
        who: str,
        text: str,
        parent: str | None,
        *,
        names_us: bool,
        is_private: bool,
        is_old: bool,
    ) -> str:
        open_to = ("public",) * 8 + ("unlisted",)
        at = self._time.true - self._chance.choice(AGES) if is_old else None
        return network.utter(
            who,
            text,
            parent,
            names_us=names_us,
            visibility=self._chance.choice(("private", "direct") if is_private else open_to),
            at=at,
            filtered=network.software is Software.MASTODON and self._chance.random() < 0.1,
        )

    def say_hostile(self, account: str) -> Said:
        """Somebody says what harms, as markup where the network has any."""
        text = self._chance.choice(hostile.TEXTS)
        said = self.say(account, words=text[:4000])
        network = self._networks[account]
        if isinstance(network, Instance):
            network.mark_up(said.id, f"<p>{said.mark}</p>{text}")
        return said

    def forget(self, account: str) -> None:
        """Somebody asks to be forgotten, in an answer to us and nothing else."""
        ours = self._networks[account].ids()
        if not ours:
            return
        who = self._chance.choice(self._willing(account))
        network = self._networks[account]
        text = f"@tips {FORGET}" if isinstance(network, Instance) else FORGET
        network.utter(who, text, self._chance.choice(ours))
        self.forgotten[account, who] = self._time.true

    def edit(self, said: Said) -> None:
        """Its author changes it, if it is there and the network lets them."""
        network = self._networks[said.account]
        if said.gone_at is not None:
            return
        if isinstance(network, Exchange) and not network.may_edit(said.id):
            return
        said.versions += 1
        network.edit(said.id, f"{said.mark} This is what I think now.")

    def delete(self, said: Said) -> None:
        """Its author deletes it."""
        said.gone_at = self._time.true
        self._networks[said.account].delete(said.id)

    def _any(self, account: str) -> Said | None:
        there = self.of(account)
        return self._chance.choice(there[-60:]) if there else None

    def _willing(self, account: str) -> list[str]:
        """Those who have not asked to be forgotten; now and then one of those speaks on, too."""
        if self._chance.random() < 0.1:
            return self._names[account]
        left = [who for who in self._names[account] if (account, who) not in self.forgotten]
        return left or self._names[account]

    def _parent(self, account: str, *, must: bool) -> str | None:
        """What somebody answers; None: nothing. What does not name us `must` stand below ours."""
        ours = self._networks[account].ids()
        below = [
            one.id for one in self.of(account)[-40:] if one.root in ours and not one.is_private
        ]
        chosen = self._chance.random()
        if ours and (chosen < 0.5 or (must and not below)):
            return self._chance.choice(ours[-6:])
        if below and (chosen < 0.8 or must):
            return self._chance.choice(below)
        return None

    def _root(self, account: str, parent: str | None) -> str | None:
        if parent is None:
            return None
        if parent in self._networks[account].ids():
            return parent
        above = next(one for one in self.said if (one.account, one.id) == (account, parent))
        return above.root
