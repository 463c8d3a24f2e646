"""An account's address: what it can be, what is learnt from it, and whether it can be reached."""

from __future__ import annotations

import pytest

from bot.core.errors import SecretError
from bot.core.model.capabilities import Ability, Unit
from tests.platforms.broadcast.conftest import adapter

SECRET = "tok3nTOK3N"
UNUSABLE = {
    "nothing of the kind": (SECRET, "no Apprise address"),
    "no more than a schema": ("discord://", "no Apprise address"),
    "a webhook": (f"https://discord.com/api/webhooks/1/{SECRET}", "such as discord://ID/TOKEN"),
    "another webhook": (f"https://hooks.slack.com/services/A/B/{SECRET}", "such as slack://A/B/C"),
    "a web page": (f"https://tips.example/{SECRET}", "web page or webhook"),
    "a service with a typing error": (f"discrod://1/{SECRET}", "did you mean 'discord'?"),
    "a service of the machine alone": (f"syslog://{SECRET}", "no service that broadcast knows"),
    "half an address": (f"discord://{SECRET}", "no address of Discord"),
    "two receivers": (f"tgram://123456789:{SECRET}_abcdefgh/11/12", "2 receivers of Telegram"),
    "no receiver": (f"bulksms://ann:{SECRET}@+", "receivers of BulkSMS"),
}
LIMITS = {
    "json://localhost/": ("JSON", 32768),
    "discord://123456789012345678/" + 68 * "a": ("Discord", 2000),
    "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ": ("Slack", 35000),
    "tgram://123456789:abcdefg_hijklmnop/12315544": ("Telegram", 4096),
    "ntfy://topic": ("ntfy", 7800),
    "bulksms://ann:pass@+15551234567": ("BulkSMS", 160),
    "mailto://ann:pass@gmail.com": ("E-Mail", 32768),
}
DESTINATIONS = {
    "discord://123456789012345678/" + 68 * "a": ("discord.com", 443),
    "json://localhost/": ("localhost", 80),
    "jsons://localhost:8443/": ("localhost", 8443),
    "ntfy://topic": ("ntfy.sh", 443),
    "ntfys://ntfy.example/topic": ("ntfy.example", 443),
    "matrixs://ann:pass@matrix.example/#room": ("matrix.example", 443),
    f"matrix://{64 * 'a'}/?mode=t2bot": ("webhooks.t2bot.io", 443),
    "mailto://ann:pass@gmail.com": ("smtp.gmail.com", 587),
    "mailtos://ann:pass@a.example?smtp=mail.example&to=b@b.example": ("mail.example", 587),
    "zulip://bot@org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/stream": None,
}


@pytest.mark.parametrize(("address", "told"), UNUSABLE.values(), ids=UNUSABLE)
def test_an_address_that_cannot_be_used(address, told):
    """A wrong address names its variable, what is wrong and what to do, and is not repeated."""
    with pytest.raises(SecretError) as caught:
        adapter(address, name="my-chat")
    assert "TIPSBOT_MY_CHAT_URL" in caught.value.problem
    assert told in str(caught.value)
    assert caught.value.todo
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("address", "known"), LIMITS.items(), ids=lambda one: str(one)[:12])
def test_the_limit_is_the_services(address, known):
    """Each service has its own name and limit, by Apprise, and can only be posted to."""
    traits = adapter(address).learn()
    assert (traits.network, traits.text.limit) == known
    assert traits.text.unit is Unit.CODE_POINTS
    assert traits.abilities == {Ability.PUBLISH}


@pytest.mark.parametrize(("address", "place"), DESTINATIONS.items(), ids=lambda one: str(one)[:12])
def test_where_it_connects_to(address, place):
    """What is connected to first is the service's own host, where the address tells it."""
    assert adapter(address)._service.destination() == place


def test_a_service_that_can_be_reached(inbox, host):
    """Inspecting connects, tells the limit, and posts nothing."""
    (seen,) = adapter(f"json://{host}/").inspect()
    assert not seen.is_problem
    assert "32768" in seen.what
    assert inbox.asked == []


def test_a_service_that_cannot_be_reached(line, host):
    """A host that takes no connection is a problem, and the remark tells what to do."""
    line.refuse()
    (seen,) = adapter(f"json://{host}/").inspect()
    assert seen.is_problem
    assert seen.todo == "if that lasts, look at the network and at TIPSBOT_BROADCAST_URL"


def test_a_service_of_an_unknown_host():
    """Where it is not known which host a service has, inspecting says that it tried nothing."""
    (seen,) = adapter("zulip://bot@org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/stream").inspect()
    assert not seen.is_problem
    assert "not tried" in seen.what
