"""The people on the networks: they post, edit and delete, and the truth is recorded."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from tests import hostile
from tests.sim.listening.bluesky import BlueskyWithPeople
from tests.sim.listening.mastodon import MastodonWithPeople
from tests.sim.listening.messages import Message, mark
from tests.sim.listening.threads import HIDING, ThreadsWithPeople
from tests.sim.listening.x import PEOPLE, XWithPeople, people
from tests.sim.mastodon import Software
from tests.sim.timeline import Timeline

Network = MastodonWithPeople | BlueskyWithPeople | ThreadsWithPeople | XWithPeople
ERASURE_REQUEST = "forget me"
AGES = (timedelta(hours=1), timedelta(days=3), timedelta(days=20))
"""How far a message from another server can be dated before its arrival."""
BLUESKY_AGES = (timedelta(hours=1), timedelta(hours=20), timedelta(hours=47))
"""The same on Bluesky, where older ones are not listed above what is known."""
FEWEST = 5
"""So many people never block the bot."""


class People:
    """All people of all networks."""

    def __init__(
        self, networks: Mapping[str, Network], time: Timeline, chance: random.Random
    ) -> None:
        self._networks = networks
        self._time = time
        self._chance = chance
        self.message: list[Message] = []
        self.erased_people: dict[tuple[str, str], datetime] = {}
        """When somebody asked for erasure, by account and person"""
        self._blocking: set[tuple[str, str]] = set()
        self._names = {
            name: people("x" if isinstance(network, XWithPeople) else name, PEOPLE)
            for name, network in networks.items()
        }

    def of(self, account: str) -> list[Message]:
        """The messages on a network that are not deleted and may be changed."""
        return [
            one
            for one in self.message
            if one.account == account and one.gone_at is None and not one.is_unchangeable
        ]

    def act(self, account: str) -> None:
        """Let somebody edit, delete or post."""
        what = self._chance.random()
        if what < 0.2 and (one := self._any(account)):
            self.edit(one)
        elif what < 0.4 and (one := self._any(account)):
            self.delete(one)
        else:
            self.post(account, mentions_bot=self._chance.random() < 0.8)

    def post(
        self,
        account: str,
        *,
        mentions_bot: bool = True,
        is_private: bool = False,
        is_old: bool = False,
        words: str | None = None,
    ) -> Message:
        """Let somebody post: in reply to the bot, to somebody else, or to nobody."""
        network, number = self._networks[account], len(self.message)
        parent = self._parent(account, must=not mentions_bot)
        who = self._chance.choice(self._authors(account))
        text = f"{mark(number, 0)} {words or 'This is what I think.'}"
        if isinstance(network, XWithPeople):
            new_id = network.post(who, text, parent, mentions_bot=mentions_bot)
            mentions_bot = network.mentions_bot(new_id)
        elif isinstance(network, BlueskyWithPeople):
            at = self._time.true - self._chance.choice(BLUESKY_AGES) if is_old else None
            new_id = network.post(
                who, text, parent, mentions_bot=mentions_bot, is_hidden=is_private, at=at
            )
            mentions_bot = network.mentions_bot(new_id)
        elif isinstance(network, ThreadsWithPeople):
            how = self._chance.choice(HIDING) if is_private else None
            new_id = network.post(who, text, parent, mentions_bot=mentions_bot, hidden_as=how)
            mentions_bot = network.mentions_bot(new_id)
        else:
            new_id = self._post_on_mastodon(
                network,
                who,
                text,
                parent,
                mentions_bot=mentions_bot,
                is_private=is_private,
                is_old=is_old,
            )
        message = Message(
            number=number,
            account=account,
            id=new_id,
            who=who,
            posted_at=self._time.true,
            to=parent,
            root=self._root(account, parent),
            mentions_bot=mentions_bot,
            is_private=is_private,
        )
        self.message.append(message)
        return message

    def _post_on_mastodon(
        self,
        network: MastodonWithPeople,
        who: str,
        text: str,
        parent: str | None,
        *,
        mentions_bot: bool,
        is_private: bool,
        is_old: bool,
    ) -> str:
        open_to = ("public",) * 8 + ("unlisted",)
        at = self._time.true - self._chance.choice(AGES) if is_old else None
        return network.post(
            who,
            text,
            parent,
            mentions_bot=mentions_bot,
            visibility=self._chance.choice(("private", "direct") if is_private else open_to),
            at=at,
            filtered=network.software is Software.MASTODON and self._chance.random() < 0.1,
        )

    def post_hostile(self, account: str) -> Message:
        """Let somebody post hostile text, as markup where the network has any."""
        text = self._chance.choice(hostile.TEXTS)
        message = self.post(account, words=text[:4000])
        network = self._networks[account]
        if isinstance(network, MastodonWithPeople):
            network.mark_up(message.id, f"<p>{message.mark}</p>{text}")
        return message

    def request_erasure(self, account: str) -> None:
        """Let somebody ask for erasure in a reply to the bot."""
        own = self._networks[account].ids()
        if not own:
            return
        who = self._chance.choice(self._authors(account))
        network = self._networks[account]
        text = (
            f"@tips {ERASURE_REQUEST}"
            if isinstance(network, MastodonWithPeople)
            else ERASURE_REQUEST
        )
        network.post(who, text, self._chance.choice(own))
        self.erased_people[account, who] = self._time.true

    def block(self, account: str) -> None:
        """Let somebody block the bot, or have a private profile: all their messages are gone."""
        network, who = self._networks[account], self._chance.choice(self._authors(account))
        there = [one for one in self._names[account] if (account, one) not in self._blocking]
        if not isinstance(network, BlueskyWithPeople | ThreadsWithPeople) or len(there) <= FEWEST:
            return
        network.block(who)
        self._blocking.add((account, who))
        for message in self.message:
            if (message.account, message.who) == (account, who) and message.gone_at is None:
                message.gone_at = self._time.true

    def edit(self, message: Message) -> None:
        """Let its author edit a message, if it exists and the network allows it."""
        network = self._networks[message.account]
        if message.gone_at is not None or isinstance(network, BlueskyWithPeople):
            return
        bounded = network if isinstance(network, ThreadsWithPeople | XWithPeople) else None
        if bounded is not None and not bounded.may_edit(message.id):
            return
        message.versions += 1
        network.edit(message.id, f"{message.mark} This is what I think now.")

    def hide(self, message: Message, how: str) -> None:
        """Let a message be hidden on Threads: for the bot it is gone."""
        network = self._networks[message.account]
        assert isinstance(network, ThreadsWithPeople)
        message.gone_at = self._time.true
        network.hide_reply(message.id, how)

    def delete(self, message: Message) -> None:
        """Let its author delete a message."""
        message.gone_at = self._time.true
        self._networks[message.account].delete(message.id)

    def _any(self, account: str) -> Message | None:
        there = self.of(account)
        return self._chance.choice(there[-60:]) if there else None

    def _authors(self, account: str) -> list[str]:
        """The people who did not ask for erasure; now and then everybody who does not block us."""
        names = [who for who in self._names[account] if (account, who) not in self._blocking]
        if self._chance.random() < 0.1:
            return names
        return [who for who in names if (account, who) not in self.erased_people] or names

    def _parent(self, account: str, *, must: bool) -> str | None:
        """The id that a new message answers, or None; it `must` answer one if it has no mention."""
        own = self._networks[account].ids()
        below = [one.id for one in self.of(account)[-40:] if one.root in own and not one.is_private]
        chosen = self._chance.random()
        if own and (chosen < 0.5 or (must and not below)):
            return self._chance.choice(own[-6:])
        if below and (chosen < 0.8 or must):
            return self._chance.choice(below)
        return None

    def _root(self, account: str, parent: str | None) -> str | None:
        if parent is None:
            return None
        if parent in self._networks[account].ids():
            return parent
        above = next(one for one in self.message if (one.account, one.id) == (account, parent))
        return above.root
