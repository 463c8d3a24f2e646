"""Promises of every platform about addresses that an operator gives."""

import pytest

from bot.core.ports.platform import PermalinkParser

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
def parser(network):
    """The port for addresses of posts."""
    if not isinstance(network.platform, PermalinkParser):
        pytest.skip(f"posts have no addresses on {network.kind.name}")
    return network.platform


@pytest.fixture
def receipt(network, parser, publisher):
    """A post of the bot."""
    return publisher.publish(network.post("One word is enough."))


def test_an_address_names_its_post(network, parser, receipt):
    """The address of a post in a browser identifies it, with browsers' additions."""
    address = network.address_of(receipt)
    for shown in (address, f" {address}\n", f"{address}?a=b", f"{address}/", f"{address}#c"):
        assert parser.remote_id(shown) == receipt.remote_id


def test_an_id_names_its_post(parser, receipt):
    """A post's id identifies it as well."""
    assert parser.remote_id(receipt.remote_id) == receipt.remote_id


@pytest.mark.parametrize("address", ELSEWHERE)
def test_other_addresses_name_nothing(parser, address):
    """Other addresses identify no post."""
    assert parser.remote_id(address) is None


def test_an_answer_has_a_name(network, parser, publisher, receipt):
    """The address of a reply identifies the reply, not its parent."""
    said = network.person_posts("Is it?", reply_to=receipt.remote_id)
    answer = publisher.publish(network.post("It is.", in_reply_to=said))
    assert parser.remote_id(network.address_of(answer)) == answer.remote_id
