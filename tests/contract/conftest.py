"""The fixtures of the contract suite: every world in turn, and the doors of its adapter.

A test asks for the doors that it is about; a network that does not have one is passed over.
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
from tests.contract.world import FarWorld, World
from tests.contract.worlds import WORLDS

Door = TypeVar("Door")


@pytest.fixture(params=WORLDS)
def world(request, tmp_path):
    """A network with nothing said yet, and the adapter to it."""
    with WORLDS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def far(world: World) -> FarWorld:
    """A world with a way to its network that can fail."""
    if world.kind.traits.is_home:
        pytest.skip("there is no way to this network that could fail: it is the bot's own")
    assert isinstance(world, FarWorld)
    return world


@pytest.fixture
def publisher(world: World) -> Publisher:
    """The door for posting."""
    return _door(world, Ability.PUBLISH, Publisher)


@pytest.fixture
def listener(world: World) -> Listener:
    """The door for listening."""
    return _door(world, Ability.LISTEN, Listener)


@pytest.fixture
def editor(world: World) -> PostRemover:
    """The door for taking back."""
    return _door(world, Ability.RETRACT, PostRemover)


@pytest.fixture
def threads(world: World) -> ThreadReader:
    """The door for reading below our posts; on X it leaves out what listening tells."""
    if world.kind.name == "x":
        pytest.skip(
            "what names us is dearer there; tests/platforms/x/test_conversations.py has the rest"
        )
    return _offered(world, ThreadReader)


@pytest.fixture
def checks(world: World) -> EntryChecker:
    """The door for looking again."""
    return _offered(world, EntryChecker)


@pytest.fixture
def hints(world: World) -> PushHints:
    """The door for being told at once."""
    return _offered(world, PushHints)


def _offered(world: World, door: type[Door]) -> Door:
    if not isinstance(world.platform, door):
        pytest.skip(f"{world.kind.name} does not offer it")
    return world.platform


@pytest.fixture
def thanker(world: World) -> Favouriter:
    """The door for favouring."""
    return _door(world, Ability.FAVOURITE, Favouriter)


def _door(world: World, ability: Ability, door: type[Door]) -> Door:
    if ability not in world.kind.traits.abilities:
        pytest.skip(f"{world.kind.name} does not promise to {ability.value}")
    assert isinstance(world.platform, door)
    return world.platform
