"""Threads without a socket, with the controls of a test."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.servers.x.messages import JSON, Answer, Request

from .faults import Fault, Trouble
from .model import Media, Person
from .posting import Posting
from .quotas import Quotas
from .reading import Reading
from .refusal import Refusal
from .routes import Network, serve
from .tokens import Token, Tokens

AGE = timedelta(days=10)
"""How old the bot's token is when the server begins."""


def machine_clock() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


class Threads:
    """A strict Threads that answers requests."""

    def __init__(
        self, *, now: Callable[[], datetime] = machine_clock, username: str = "tips"
    ) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._people: list[Person] = []
        self._faults: list[Fault] = []
        quotas = Quotas(now)
        posting = Posting(now, quotas)
        self.network = Network(
            tokens=Tokens(now), quotas=quotas, posting=posting, reading=Reading(now, posting)
        )
        self.requests: list[Request] = []
        self.bot = self.add_person(username, "Ten Tips", is_tester=True)
        self.token: Token = self.network.tokens.make(self.bot, AGE)

    # What a test can see.

    @property
    def secrets(self) -> dict[str, str]:
        """The bot's credentials."""
        return {"access_token": self.token.secret}

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables with the credentials of an account that is called threads."""
        return {"TIPSBOT_THREADS_ACCESS_TOKEN": self.token.secret}

    def posts_of(self, person: Person) -> list[Media]:
        """The posts of a person, replies included."""
        return [one for one in self.network.posting.media.values() if one.author is person]

    def asked(self, path: str, method: str = "") -> list[Request]:
        """The requests whose path ends so."""
        found = [one for one in self.requests if one.path.endswith(path)]
        return [one for one in found if method in {"", one.method}]

    # What people do.

    def add_person(self, username: str, name: str = "", **more: Any) -> Person:
        """Add a profile."""
        number = 26000000000000000 + len(self._people)
        person = Person(id=str(number), username=username, name=name, **more)
        self._people.append(person)
        return person

    def say(self, person: Person, text: str, *, reply_to: str | None = None, **more: Any) -> str:
        """Let a person post; returns the id."""
        with self._lock:
            made = self.network.posting.add(person, text, reply_to)
            for name, value in more.items():
                setattr(made, name, value)
            return made.id

    def delete(self, name: str) -> None:
        """Delete a post."""
        with self._lock:
            self.network.posting.remove(name)

    def get(self, name: str) -> Media:
        """A post."""
        return self.network.posting.get(name)

    def revoke(self) -> None:
        """Let the bot's person take all permissions back."""
        with self._lock:
            self.network.tokens.revoke()

    def fail(
        self, what: Trouble | int, path: str = "", code: int | None = None, **given: Any
    ) -> None:
        """Order a fault for the next requests."""
        self._faults.append(Fault(what=what, path=path, code=code, **given))

    # Requests.

    def answer(self, request: Request) -> Answer:
        """Carry a request out, with a fault if one is ordered for it."""
        with self._lock:
            self.requests.append(request)
            fault = next((one for one in self._faults if one.fits(request)), None)
            return fault.apply(lambda: self._served(request)) if fault else self._served(request)

    def _served(self, request: Request) -> Answer:
        try:
            document = serve(request, self.network, self._now())
        except Refusal as refusal:
            body = json.dumps(refusal.document).encode()
            return Answer(status=refusal.status, body=body, headers=JSON)
        return Answer(status=200, body=json.dumps(document).encode(), headers=JSON)
