"""Promises of every platform about addresses that an operator gives."""

import pytest

ELSEWHERE = [
    "",
    " ",
    "no-id",
    "https://elsewhere.example/@bot/1",
    "https://elsewhere.example/bot/status/1",
    "https://elsewhere.example/tips/tip-1",
    "https://tips.example/tips/never-posted",
    "https://tips.example/tips/never-posted#comment-never-written",
    "https://memory.example/never-said",
    "https://[",
    "javascript:1",
]


@pytest.fixture
def receipt(network, publisher):
    """A post of the bot."""
    return publisher.publish(network.post("One word is enough."))


def test_an_address_names_its_post(network, receipt):
    """The address of a post in a browser identifies it, with browsers' additions."""
    address = network.address_of(receipt)
    for shown in (address, f" {address}\n", f"{address}?a=b", f"{address}/", f"{address}#c"):
        assert network.platform.remote_id(shown) == receipt.remote_id


def test_an_id_names_its_post(network, receipt):
    """A post's id identifies it as well."""
    assert network.platform.remote_id(receipt.remote_id) == receipt.remote_id


@pytest.mark.parametrize("address", ELSEWHERE)
def test_other_addresses_name_nothing(network, address):
    """Other addresses identify no post."""
    assert network.platform.remote_id(address) is None


def test_an_answer_has_a_name(network, publisher, receipt):
    """The address of a reply identifies the reply, not its parent."""
    said = network.person_posts("Is it?", reply_to=receipt.remote_id)
    answer = publisher.publish(network.post("It is.", in_reply_to=said))
    assert network.platform.remote_id(network.address_of(answer)) == answer.remote_id
