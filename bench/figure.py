"""A figure: a measured value, an alternative's value, and a target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A target: at most `limit`, or at least."""

    limit: float
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a figure of this value is as it should be."""
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'at least' if self.at_least else 'at most'} {shown(self.limit)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Instead:
    """The same figure for an alternative."""

    what: str
    value: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One measured value in `unit`."""

    name: str
    value: float
    unit: str
    target: Target | None = None
    instead: Instead | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        return None if self.target is None else self.target.is_met(self.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How much is measured: the amount of the targets, or a small one with `quick`.

    `seconds` is how long the bot is watched at rest; `large` asks for a discussion of a million;
    `postgres` is the address of an empty PostgreSQL database; `bots` is how many a fleet has.
    """

    quick: bool = False
    large: bool = False
    seconds: float = 60.0
    postgres: str | None = None
    bots: int | None = None

    def of(self, full: int, quick: int) -> int:
        """How many, on this scale."""
        return quick if self.quick else full


def shown(value: float) -> str:
    """A number for people: as many digits as say something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spread(values: Iterable[float]) -> tuple[float, float, float]:
    """The median, the 99th percentile and the largest of at least two values."""
    in_order = sorted(values)
    return at_percent(in_order, 50), at_percent(in_order, 99), in_order[-1]


def at_percent(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of at least two values lie."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]
