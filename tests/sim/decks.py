"""Which fault comes when: drawn from decks, so that every fault comes equally often."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from typing import Generic, TypeVar

from tests.sim.faults import BLOWS, LIES, ON_READING, Blow, Harm, Lie, Night

T = TypeVar("T")

AFTERWARDS = (Blow.LOST, Blow.RESET, Blow.TIMEOUT, Blow.ERROR_500, Blow.ERROR_503, Blow.REFUSED)
"""What can befall the requests that follow on a first fault."""
OFTEN = 0.25
"""How often one of those does."""
RARE = {1: 4, 2: 2, 3: 1}
"""How many times as often a fault comes that can befall so many accounts only."""
OFTEN_IN_VAIN: dict[Blow | Lie, int] = {Lie.KEY_3599: 12, Lie.KEY_3601: 3, Lie.BROKEN_REPLAY: 2}
"""They need several requests in a row to fare well to count as fired: so many more of them."""
QUIET = 0.05
"""How often a post meets no fault at all."""


class Deck(Generic[T]):
    """Cards that are dealt one by one; each comes once before any comes again."""

    def __init__(self, cards: Iterable[T], chance: random.Random) -> None:
        self._cards = tuple(cards)
        self._chance = chance
        self._left: list[T] = []

    def deal(self) -> T:
        """The next card."""
        if not self._left:
            self._left = list(self._cards)
            self._chance.shuffle(self._left)
        return self._left.pop()

    def put_back(self, card: T) -> None:
        """Have a card come again soon, since it could not be played."""
        self._left.insert(0, card)


@dataclass(kw_only=True)
class Fate:
    """What befalls one post on one account: its first request, and what the server does wrong."""

    blow: Blow | None
    lie: Lie | None = None
    requests: int = 0


@dataclass
class Dealer:
    """Deals fates to posts, and blows to the requests that follow; counts what was dealt."""

    chance: random.Random
    fired: Counter[str] = field(default_factory=Counter)
    _decks: dict[str, Deck[Blow | Lie]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for account in BLOWS:
            self._decks[account] = Deck(_cards(account), self.chance)

    def fate(self, account: str) -> Fate:
        """What is to befall a new post."""
        if self.chance.random() < QUIET:
            return Fate(blow=None)
        card = self._decks[account].deal()
        if isinstance(card, Blow):
            return Fate(blow=card)
        # Every lie is about a post whose answer was lost, or there would be nothing to look for.
        return Fate(blow=Blow.RESET, lie=card)

    def posting(self, fate: Fate) -> Blow | None:
        """What befalls the next request that is to make this post."""
        fate.requests += 1
        if fate.requests == 1:
            return fate.blow
        if fate.lie is Lie.KEY_3599:
            return None  # what befalls it is to come at the right moment
        return self.chance.choice(AFTERWARDS) if self.chance.random() < OFTEN else None

    def reading(self) -> Blow | None:
        """What befalls a request that only reads."""
        return self.chance.choice(ON_READING) if self.chance.random() < OFTEN else None

    def note(self, fault: Enum, where: str = "") -> None:
        """A fault has fired."""
        self.fired[name_of(fault, where)] += 1


def every_fault() -> list[str]:
    """The names of all that is counted."""
    writing = {*chain.from_iterable(BLOWS.values())}
    lies = {*chain.from_iterable(LIES.values())}
    names = [name_of(one) for one in (*writing, *lies, *Harm, *Night)]
    return sorted(names + [name_of(one, "reading") for one in ON_READING])


def _cards(account: str) -> Iterator[Blow | Lie]:
    """An account's deck: what can happen nowhere else comes more often."""
    cards: tuple[Blow | Lie, ...] = (*BLOWS[account], *LIES[account])
    for card in cards:
        accounts = sum(card in (*BLOWS[one], *LIES[one]) for one in BLOWS)
        yield from (card,) * RARE[accounts]
        yield from (card,) * OFTEN_IN_VAIN.get(card, 0)


def name_of(fault: Enum, where: str = "") -> str:
    """A fault's name, as it is counted: those of requests that only read apart."""
    return f"{type(fault).__name__.lower()}{where and '_' + where}:{fault.name.lower()}"
