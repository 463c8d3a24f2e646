"""Finding what was posted, by its tip, its address, and the page to which it points."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app.posting.by_hand.retract import at_address, linking, of_tip
from bot.core.errors import SecretError, UsageError
from bot.core.model.delivery import State
from tests.app.harness import Harness, with_site
from tests.core.samples import HOUR, post


@pytest.fixture
def harness():
    """A bot with an account in town and a site, on both of which a tip was posted twice."""
    made = Harness(config=with_site())
    for _ in range(2):
        for account in made.config.accounts:
            made.put(
                account=account.name,
                slot=f"s/{made.clock.now()}",
                needs_page=account.name == "town",
            )
        for account in reversed(made.config.accounts):
            made.deliver(account.name)
        made.clock.advance(24 * HOUR)
    assert made.states() == [State.POSTED] * 4
    yield made
    made.database.close()


def test_the_newest_on_each_account(harness):
    """Of a tip the newest post that stands on each account is found."""
    assert [one.id for one in harness.write(of_tip, harness.config, "listen")] == [3, 4]
    harness.retract(3, harness.platforms["town"], harness.clock.now())
    assert [one.id for one in harness.write(of_tip, harness.config, "listen")] == [1, 4]


def test_no_answer_is_a_tips_post(harness):
    """The bot's answers below a tip are not its posts."""
    said = harness.networks["town"].say("Why?", reply_to=harness.get(3).receipt.remote_id)
    answer = replace(post(created_at=harness.clock.now()), in_reply_to=said)
    harness.put(slot="reply/1", post=answer)
    harness.deliver()
    assert harness.get(5).state is State.POSTED
    assert [one.id for one in harness.write(of_tip, harness.config, "listen")] == [3, 4]


@pytest.mark.parametrize(("tip", "told"), [("lisen", "did you mean 'listen'"), ("", "no tip")])
def test_an_unknown_tip(harness, tip, told):
    """A tip that is neither in the file nor in the ledger is one clear line."""
    with pytest.raises(UsageError, match=told):
        harness.write(of_tip, harness.config, tip)


def test_a_tip_that_is_in_the_file_no_more(harness):
    """Posts of a tip that was taken out of the file are found."""
    harness.put(tip="gone", slot="s/gone")
    harness.deliver()
    assert [one.id for one in harness.write(of_tip, harness.config, "gone")] == [5]


def test_addresses(harness):
    """A post is found by its address; what is none of ours is one clear line."""
    found = harness.get(3)
    assert (
        at_address(harness.store, harness.config, harness.platforms.get, found.receipt.url).id == 3
    )
    with pytest.raises(UsageError, match="no post of the bot has the address"):
        at_address(
            harness.store, harness.config, harness.platforms.get, "https://memory.example/none"
        )


def test_an_address_without_credentials(harness):
    """Where an account's credentials are not at hand, the ledger knows the address that it noted."""

    def names(_):
        raise SecretError("there is no token")

    assert at_address(harness.store, harness.config, names, harness.get(3).receipt.url).id == 3


def test_what_links_to_the_page(harness):
    """Posts elsewhere that point at a tip's page are told, and only those that stand."""
    page, elsewhere = harness.get(4), harness.get(3)
    assert [one.id for one in harness.write(linking, harness.config, page)] == [1, 3]
    harness.retract(1, harness.platforms["town"], harness.clock.now())
    assert [one.id for one in harness.write(linking, harness.config, page)] == [3]
    assert harness.write(linking, harness.config, elsewhere) == ()
