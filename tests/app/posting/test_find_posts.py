"""Finding what was posted, by its tip, its address, and the page to which it points."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app.posting.by_hand.find_posts import at_address, linking, of_tip
from bot.core.errors import SecretError, UsageError
from bot.core.model.delivery import State
from tests.app.harness import House, with_site
from tests.core.samples import HOUR, post


@pytest.fixture
def house():
    """A bot with an account in town and a site, on both of which a tip was posted twice."""
    made = House(config=with_site())
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


def test_the_newest_on_each_account(house):
    """Of a tip the newest post that stands on each account is found."""
    assert [one.id for one in house.write(of_tip, house.config, "listen")] == [3, 4]
    house.retract(3, house.platforms["town"], house.clock.now())
    assert [one.id for one in house.write(of_tip, house.config, "listen")] == [1, 4]


def test_no_answer_is_a_tips_post(house):
    """The bot's answers below a tip are not its posts."""
    said = house.networks["town"].say("Why?", reply_to=house.get(3).receipt.remote_id)
    answer = replace(post(created_at=house.clock.now()), in_reply_to=said)
    house.put(slot="reply/1", post=answer)
    house.deliver()
    assert house.get(5).state is State.POSTED
    assert [one.id for one in house.write(of_tip, house.config, "listen")] == [3, 4]


@pytest.mark.parametrize(("tip", "told"), [("lisen", "did you mean 'listen'"), ("", "no tip")])
def test_an_unknown_tip(house, tip, told):
    """A tip that is neither in the file nor in the ledger is one clear line."""
    with pytest.raises(UsageError, match=told):
        house.write(of_tip, house.config, tip)


def test_a_tip_that_is_in_the_file_no_more(house):
    """Posts of a tip that was taken out of the file are found."""
    house.put(tip="gone", slot="s/gone")
    house.deliver()
    assert [one.id for one in house.write(of_tip, house.config, "gone")] == [5]


def test_addresses(house):
    """A post is found by its address; what is none of ours is one clear line."""
    found = house.get(3)
    assert at_address(house.store, house.config, house.platforms.get, found.receipt.url).id == 3
    with pytest.raises(UsageError, match="no post of the bot has the address"):
        at_address(house.store, house.config, house.platforms.get, "https://memory.example/none")


def test_an_address_without_credentials(house):
    """Where an account's credentials are not at hand, the ledger knows the address that it noted."""

    def names(_):
        raise SecretError("there is no token")

    assert at_address(house.store, house.config, names, house.get(3).receipt.url).id == 3


def test_what_links_to_the_page(house):
    """Posts elsewhere that point at a tip's page are told, and only those that stand."""
    page, elsewhere = house.get(4), house.get(3)
    assert [one.id for one in house.write(linking, house.config, page)] == [1, 3]
    house.retract(1, house.platforms["town"], house.clock.now())
    assert [one.id for one in house.write(linking, house.config, page)] == [3]
    assert house.write(linking, house.config, elsewhere) == ()
