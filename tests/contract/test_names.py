"""What every platform keeps that an operator gives an address to."""

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
def receipt(world, publisher):
    """A post of ours."""
    return publisher.publish(world.post("One word is enough."))


def test_an_address_names_its_post(world, receipt):
    """The address that a browser shows for a post names it, with what browsers add to it."""
    address = world.address_of(receipt)
    for shown in (address, f" {address}\n", f"{address}?a=b", f"{address}/", f"{address}#c"):
        assert world.platform.remote_id(shown) == receipt.remote_id


def test_an_id_names_its_post(world, receipt):
    """A post's own id will do as well."""
    assert world.platform.remote_id(receipt.remote_id) == receipt.remote_id


@pytest.mark.parametrize("address", ELSEWHERE)
def test_other_addresses_name_nothing(world, address):
    """What is no address of a post there names none."""
    assert world.platform.remote_id(address) is None


def test_an_answer_has_a_name(world, publisher, receipt):
    """The address of an answer names that answer, not what it hangs under."""
    said = world.person_says("Is it?", reply_to=receipt.remote_id)
    answer = publisher.publish(world.post("It is.", in_reply_to=said))
    assert world.platform.remote_id(world.address_of(answer)) == answer.remote_id
