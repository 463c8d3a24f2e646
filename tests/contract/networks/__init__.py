"""The networks of the contract suite: a new platform gets a row here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial

from bot.core.model.capabilities import Idempotency
from tests.contract.network import ControlledNetwork
from tests.contract.networks.bluesky import bluesky_network
from tests.contract.networks.bluesky_real import real_bluesky_network
from tests.contract.networks.broadcast import broadcast_network
from tests.contract.networks.mastodon import mastodon_network
from tests.contract.networks.memory import reference_network
from tests.contract.networks.site import site_network
from tests.contract.networks.threads import threads_network
from tests.contract.networks.x import x_network

NETWORKS: Mapping[str, Callable[..., AbstractContextManager[ControlledNetwork]]] = {
    "memory, key": partial(reference_network, Idempotency.KEY),
    "memory, chosen id": partial(reference_network, Idempotency.CHOSEN_ID),
    "memory, same text": partial(reference_network, Idempotency.SAME_TEXT),
    "memory, none": partial(reference_network, Idempotency.NONE),
    "site": site_network,
    "mastodon": mastodon_network,
    "x": x_network,
    "bluesky": bluesky_network,
    "bluesky, real": real_bluesky_network,
    "threads": threads_network,
    "broadcast": broadcast_network,
    "site, postgresql": site_network,
    "bluesky, postgresql": bluesky_network,
    "threads, postgresql": threads_network,
}
"""Each is a context manager that takes a directory, and what a fixture gives, if it wants one."""

ON_POSTGRESQL = frozenset(name for name in NETWORKS if name.endswith(", postgresql"))
"""Rows of adapters that store something, in a PostgreSQL database: the site its pages, Bluesky a
session, Threads a token. The others are given no database, so that it makes no difference to them.
"""

GIVEN = dict.fromkeys(ON_POSTGRESQL, "postgres_url") | {"bluesky, real": "bluesky_network"}
"""The fixtures that rows want: servers that all tests of a run share."""

LONG = frozenset({"bluesky, real"})
"""Those that only `make test-all` runs."""
