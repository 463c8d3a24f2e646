"""Two copies of the bot on one Mastodon server, neither of which looks like a bot to the other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.core.model.config import Account, AcknowledgementStyle
from bot.platforms.mastodon.adapter import MastodonPlatform
from tests.app.harness import Harness
from tests.clock import FakeClock
from tests.core.samples import account, config
from tests.servers.mastodon import mastodon_server

ROUNDS = 8


def copy_of_the_bot(server, user, courtesy):
    """A bot on this user's account, with a memory of its own."""
    harness = Harness(
        config=config(accounts=(account(acknowledge=courtesy),)),
        clock=FakeClock(datetime.now(UTC)),
    )
    at = Account(name="town", kind="mastodon", options={"server": server.url})
    secrets = {"access_token": server.token_of(user)}
    harness.platforms["town"] = MastodonPlatform(at, secrets, harness.clock)
    harness.networks["town"].traits = harness.platforms["town"].learn()
    return harness


@pytest.mark.parametrize("courtesy", [AcknowledgementStyle.FAVOURITE, AcknowledgementStyle.THANK])
@pytest.mark.long
def test_two_copies_fall_silent(courtesy):
    """One answers the other, both acknowledge what they hear, and after a word or two it is over."""
    with mastodon_server() as server:
        harnesses = [copy_of_the_bot(server, user, courtesy) for user in ("alice", "bob")]
        for harness in harnesses:
            harness.put()
            harness.deliver()
        (alices, bobs) = [server.posts(user)[0]["id"] for user in ("alice", "bob")]
        server.say("bob", "@alice Is it? I should like to know.", to=alices)
        server.say("alice", "@bob And what do you think yourself?", to=bobs)
        said = []
        try:
            for _ in range(ROUNDS):
                for harness in harnesses:
                    harness.clock.advance(datetime.now(UTC) - harness.clock.now())
                    harness.mention_poller.step(harness.account())
                    harness.acknowledger.step(harness.config, harness.account())
                    harness.deliver()
                said.append(sum(len(server.posts(user)) for user in ("alice", "bob")))
        finally:
            for harness in harnesses:
                harness.database.close()
        assert said[-1] == said[2]
        assert said[-1] == (6 if courtesy is AcknowledgementStyle.THANK else 4)
