"""Chooses which fault comes when, so that every fault comes equally often."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from typing import Generic, TypeVar

from tests.sim.faults import (
    READING_FAULTS,
    REQUEST_FAULTS,
    SERVER_FAULTS,
    SESSION_FAULTS,
    ClockChange,
    ContainerFault,
    HostFault,
    RequestFault,
    ServerFault,
    UploadFault,
)

T = TypeVar("T")

LATER_FAULTS = (
    RequestFault.LOST,
    RequestFault.RESET,
    RequestFault.TIMEOUT,
    RequestFault.ERROR_500,
    RequestFault.ERROR_503,
    RequestFault.REFUSED,
)
"""The faults of requests that follow a first fault."""
LATER_FAULT_SHARE = 0.25
"""The share of these requests that have one."""
CONTAINER_FAULT_SHARE = 0.4
"""The share of containers of which something becomes."""
UPLOAD_DROPPED_SHARE = 0.25
"""The share of uploaded pictures that the server drops."""
WEIGHT_BY_ACCOUNTS = {1: 4, 2: 2, 3: 1, 4: 1, 5: 1}
"""The weight of a fault by the number of accounts on which it can happen."""
EXTRA_TRIES: dict[RequestFault | ServerFault, int] = {
    ServerFault.KEY_3599: 12,
    ServerFault.KEY_3601: 3,
    ServerFault.BROKEN_REPLAY: 2,
}
"""Extra weight of faults that only fire after several requests without another fault."""
EXTRA_TRIES_BY_ACCOUNT: dict[tuple[str, RequestFault | ServerFault], int] = {
    ("threads", RequestFault.LATE): 6,
}
"""The same on one account: nothing else proves that a container's status is asked in time."""
NO_FAULT_SHARE = 0.05
"""The share of posts without any fault."""


class ShuffledCycle(Generic[T]):
    """Returns items one by one in random order; each comes once before any comes again."""

    def __init__(self, items: Iterable[T], chance: random.Random) -> None:
        self._items = tuple(items)
        self._chance = chance
        self._time_left: list[T] = []

    def next(self) -> T:
        """The next item."""
        if not self._time_left:
            self._time_left = list(self._items)
            self._chance.shuffle(self._time_left)
        return self._time_left.pop()

    def return_item(self, item: T) -> None:
        """Let an item that could not be used come again soon."""
        self._time_left.insert(0, item)


@dataclass(kw_only=True)
class PostFaults:
    """The faults of one post on one account: of its first request, and of the server."""

    request_fault: RequestFault | None
    server_fault: ServerFault | None = None
    requests: int = 0


@dataclass
class FaultChooser:
    """Chooses the faults of posts and of later requests, and counts those that fired."""

    chance: random.Random
    fired: Counter[str] = field(default_factory=Counter)
    _containers: ShuffledCycle[ContainerFault] = field(init=False)
    _cycles: dict[str, ShuffledCycle[RequestFault | ServerFault]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for account in REQUEST_FAULTS:
            self._cycles[account] = ShuffledCycle(_items(account), self.chance)
        self._containers = ShuffledCycle(ContainerFault, self.chance)

    def for_post(self, account: str) -> PostFaults:
        """The faults of a new post."""
        if self.chance.random() < NO_FAULT_SHARE:
            return PostFaults(request_fault=None)
        item = self._cycles[account].next()
        if isinstance(item, RequestFault):
            return PostFaults(request_fault=item)
        # With a server fault the answer is always lost; otherwise the bot would look for nothing.
        return PostFaults(request_fault=RequestFault.RESET, server_fault=item)

    def for_request(self, faults: PostFaults) -> RequestFault | None:
        """The fault of the next request that is to make this post."""
        faults.requests += 1
        if faults.requests == 1:
            return faults.request_fault
        if faults.server_fault is ServerFault.KEY_3599:
            return None  # its repeat has to come at an exact second
        return (
            self.chance.choice(LATER_FAULTS) if self.chance.random() < LATER_FAULT_SHARE else None
        )

    def for_container(self) -> ContainerFault | None:
        """What becomes of a new container on Threads."""
        return self._containers.next() if self.chance.random() < CONTAINER_FAULT_SHARE else None

    def drops_upload(self) -> bool:
        """Whether the server drops a picture that was just uploaded."""
        return self.chance.random() < UPLOAD_DROPPED_SHARE

    def for_reading(self, *, has_session: bool = False) -> RequestFault | None:
        """The fault of a request that only reads; one that `has_session` may find it expired."""
        if self.chance.random() >= LATER_FAULT_SHARE:
            return None
        return self.chance.choice(READING_FAULTS + SESSION_FAULTS * has_session)

    def count(self, fault: Enum, where: str = "") -> None:
        """Count a fault that has fired."""
        self.fired[fault_name(fault, where)] += 1


def every_fault() -> list[str]:
    """The names of all faults that are counted."""
    writing = {*chain.from_iterable(REQUEST_FAULTS.values())}
    lies = {*chain.from_iterable(SERVER_FAULTS.values())}
    names = [
        fault_name(one)
        for one in (*writing, *lies, *ContainerFault, *UploadFault, *HostFault, *ClockChange)
    ]
    return sorted(names + [fault_name(one, "reading") for one in READING_FAULTS + SESSION_FAULTS])


def _items(account: str) -> Iterator[RequestFault | ServerFault]:
    """An account's faults; one that can happen on few accounts comes more often."""
    items: tuple[RequestFault | ServerFault, ...] = (
        *REQUEST_FAULTS[account],
        *SERVER_FAULTS[account],
    )
    for item in items:
        accounts = sum(
            item in (*REQUEST_FAULTS[one], *SERVER_FAULTS[one]) for one in REQUEST_FAULTS
        )
        yield from (item,) * WEIGHT_BY_ACCOUNTS[accounts]
        yield from (item,) * EXTRA_TRIES.get(item, 0)
        yield from (item,) * EXTRA_TRIES_BY_ACCOUNT.get((account, item), 0)


def fault_name(fault: Enum, where: str = "") -> str:
    """The name under which a fault is counted; `where` sets requests that only read apart."""
    return f"{type(fault).__name__.lower().removesuffix('fault')}{where and '_' + where}:{fault.name.lower()}"
