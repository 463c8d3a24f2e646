"""Adapters, posts, deliveries and payloads for the tests of the X adapter."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from bot.core.model.config import Account
from bot.core.model.delivery import Post
from bot.platforms.x.adapter import PATIENCE, XPlatform
from tests.clock import FakeClock
from tests.core import samples
from tests.servers.x.service import KEYS

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SECRETS = dict.fromkeys(KEYS, "1-secret")
POST = Post(key="k", tip="t", title="T", text="A tip.", body="A tip.", created_at=NOON)
ME, ANN = "10", "20"
SAID = {
    "id": "2061417475077046300",
    "text": "@tentips hello",
    "edit_history_tweet_ids": ["2061417475077046300"],
    "author_id": ANN,
    "conversation_id": "2061417475077046300",
    "lang": "en",
}
PERSON = {"id": ANN, "name": "Ann", "username": "ann"}


def adapter(x, clock, spending_limit=None, *, patience=PATIENCE, pictures=None, **changed):
    """The adapter for X's bot account, with its keys, some of them changed."""
    secrets = x.secrets | changed
    more = {"spending_limit": spending_limit, "pictures": pictures}
    return adapter_at(x.url, patience, clock=clock, **more, **secrets)


def adapter_at(
    address, patience=PATIENCE, *, clock=None, spending_limit=None, pictures=None, **secrets
):
    """An adapter for an X at this address, at noon and with made-up keys unless told otherwise."""
    account = Account(name="x", kind="x", options={"api": address})
    clock = clock or FakeClock(NOON)
    given = SECRETS | secrets
    more = {"spending_limit": spending_limit, "pictures": pictures}
    return XPlatform(account, given, clock, patience=patience, **more)


def unsure(post=POST, sent_at=NOON):
    """A delivery of a post that may have been sent."""
    return samples.unsure(post, "x", NOON, sent_at)


class Reader:
    """Reads as the bot does: stores the cursor, keeps each entry once, goes on while there is more.

    It reads below `post`, or the mentions without one.
    """

    def __init__(self, bot, post=None):
        self.bot, self.post = bot, post
        self.cursor = None
        self.kept, self.unheard = {}, []
        self.cost = Decimal(0)

    def step(self):
        """Read and keep one batch."""
        given = () if self.post is None else (self.post.id,)
        read = self.bot.read_thread if given else self.bot.poll
        batch = read(*given, self.cursor)
        self.cursor = batch.cursor
        self.kept |= {entry.remote_id: entry for entry in batch.entries}
        self.unheard += batch.unheard
        self.cost += batch.cost
        return batch

    def read(self):
        """Read to the end; the number of steps."""
        steps = 1
        while self.step().more:
            steps += 1
            assert steps < 30, "it never ends"
        return steps
