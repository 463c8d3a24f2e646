"""People, records, files, and what stands between people."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any


@dataclass(kw_only=True, eq=False)
class Person:
    """An account. Only the bot has a password; others act by the controls of a test."""

    did: str
    handle: str
    name: str
    description: str = ""
    password: str = field(default="", repr=False)
    #: labels that the person has put on the profile, such as `bot`
    self_labels: list[str] = field(default_factory=list)
    #: labels by moderators
    labels: list[str] = field(default_factory=list)
    is_taken_down: bool = False
    #: whether the account has set that it hears only those whom it follows
    hears_followed_only: bool = False
    mutes: set[str] = field(default_factory=set)
    blocks: set[str] = field(default_factory=set)


@dataclass(kw_only=True, eq=False)
class StoredRecord:
    """A record as it is stored, and what the network knows of it."""

    author: str
    collection: str
    key: str
    value: dict[str, Any]
    cid: str
    indexed_at: datetime
    #: whether the network behind the server knows it already
    is_indexed: bool = True
    labels: list[str] = field(default_factory=list)
    #: why the network tells whom of it, by DID: settled when it is written
    told: dict[str, str] = field(default_factory=dict)
    #: replies that the author has hidden below it, and quotes from which it is detached
    hidden_replies: set[str] = field(default_factory=set)
    detached_from: set[str] = field(default_factory=set)

    @cached_property
    def uri(self) -> str:
        """The address of the record."""
        return f"at://{self.author}/{self.collection}/{self.key}"

    @cached_property
    def sort_at(self) -> datetime:
        """By what the network sorts it: nothing can be dated after it was seen."""
        return min(datetime.fromisoformat(self.value["createdAt"]), self.indexed_at)

    @property
    def parent(self) -> str | None:
        """What it answers."""
        found = self.value.get("reply")
        return found["parent"]["uri"] if found else None

    @property
    def quoted(self) -> str | None:
        """What it quotes."""
        embed = self.value.get("embed", {})
        return embed["record"]["uri"] if embed.get("$type") == "app.bsky.embed.record" else None

    @property
    def mentioned(self) -> set[str]:
        """Whom it mentions by a facet."""
        features = [one for facet in self.value.get("facets", []) for one in facet["features"]]
        return {one["did"] for one in features if "did" in one}


@dataclass(kw_only=True, eq=False)
class Blob:
    """One file of an account."""

    data: bytes
    kind: str
    until: datetime
    #: whether a record has named it
    is_kept: bool = False
