"""Every world of the contract suite, a row each: a platform that is added gets a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from bot.core.model.capabilities import Idempotency
from tests.contract.world import World
from tests.contract.worlds.mastodon import mastodon_world
from tests.contract.worlds.memory import memory_world
from tests.contract.worlds.site import site_world
from tests.contract.worlds.x import x_world

WORLDS: Mapping[str, Callable[[Path], AbstractContextManager[World]]] = {
    "memory, key": partial(memory_world, Idempotency.KEY),
    "memory, chosen id": partial(memory_world, Idempotency.CHOSEN_ID),
    "memory, same text": partial(memory_world, Idempotency.SAME_TEXT),
    "memory, none": partial(memory_world, Idempotency.NONE),
    "site": site_world,
    "mastodon": mastodon_world,
    "x": x_world,
}
"""Each is opened with a directory of its own, and is gone when it is closed."""
