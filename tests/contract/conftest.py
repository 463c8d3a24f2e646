"""The fixtures of the contract suite: every network in turn, and the ports of its adapter.

A test requests the ports that it is about; it is skipped on networks without them.
"""

from __future__ import annotations

from typing import TypeVar

import pytest

from bot.core.model.capabilities import Ability
from bot.core.ports.platform import (
    EntryChecker,
    Favouriter,
    Listener,
    PostRemover,
    Publisher,
    PushHints,
    ThreadReader,
)
from tests.contract.as_delivered import AsDelivered
from tests.contract.network import ControlledNetwork, FailingNetwork
from tests.contract.networks import GIVEN, LONG, NETWORKS, ON_POSTGRESQL

Port = TypeVar("Port")


MARKS = dict.fromkeys(ON_POSTGRESQL, pytest.mark.postgresql) | dict.fromkeys(LONG, pytest.mark.long)
ROWS = [pytest.param(name, marks=MARKS.get(name, ())) for name in NETWORKS]


@pytest.fixture(params=ROWS)
def network(request, tmp_path):
    """A network without posts, and its adapter, on either database where that stores anything."""
    wanted = GIVEN.get(request.param)
    given = (request.getfixturevalue(wanted),) if wanted else ()
    with NETWORKS[request.param](tmp_path, *given) as opened:
        yield opened


@pytest.fixture
def failing(network: ControlledNetwork) -> FailingNetwork:
    """A network whose connection can fail."""
    if network.kind.traits.is_home:
        pytest.skip("there is no connection to the bot's own site that could fail")
    assert isinstance(network, FailingNetwork)
    return network


@pytest.fixture
def telling(network: ControlledNetwork) -> None:
    """A network that answers for itself."""
    if not network.tells:
        pytest.skip(f"{network.kind.name} can only be posted to")


@pytest.fixture
def publisher(network: ControlledNetwork) -> Publisher:
    """The port for posting, used as the deliverer uses it."""
    return AsDelivered(_port(network, Ability.PUBLISH, Publisher))


@pytest.fixture
def listener(network: ControlledNetwork) -> Listener:
    """The port for listening."""
    return _port(network, Ability.LISTEN, Listener)


@pytest.fixture
def editor(network: ControlledNetwork) -> PostRemover:
    """The port for deleting posts."""
    return _port(network, Ability.RETRACT, PostRemover)


@pytest.fixture
def threads(network: ControlledNetwork) -> ThreadReader:
    """The port for reading threads; on X it leaves out replies that mentions return."""
    if network.kind.name == "x":
        pytest.skip(
            "mentions cost more there; tests/platforms/x/test_conversations.py has the rest"
        )
    return _offered(network, ThreadReader)


@pytest.fixture
def checks(network: ControlledNetwork) -> EntryChecker:
    """The port for checking entries again."""
    return _offered(network, EntryChecker)


@pytest.fixture
def hints(network: ControlledNetwork) -> PushHints:
    """The port for push hints."""
    return _offered(network, PushHints)


@pytest.fixture
def tip(network, publisher):
    """A post of the bot."""
    return publisher.publish(network.post("One word is enough."))


def _offered(network: ControlledNetwork, port: type[Port]) -> Port:
    if not isinstance(network.platform, port):
        pytest.skip(f"{network.kind.name} does not offer it")
    return network.platform


@pytest.fixture
def favouriter(network: ControlledNetwork) -> Favouriter:
    """The port for favourites."""
    return _port(network, Ability.FAVOURITE, Favouriter)


def _port(network: ControlledNetwork, ability: Ability, port: type[Port]) -> Port:
    if ability not in network.kind.traits.abilities:
        pytest.skip(f"{network.kind.name} does not promise to {ability.value}")
    assert isinstance(network.platform, port)
    return network.platform
