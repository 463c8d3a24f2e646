"""A network on a real server, behind a proxy that can fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.clock import FakeClock
from tests.contract.network import FailingNetwork
from tests.servers.proxy import Fate, Page, Proxy


class ServerNetwork(FailingNetwork):
    """The adapter connects to the proxy; the person connects to the server."""

    #: the path to which pictures go, and how the server refuses one for good
    picture_path: str = ""
    picture_refusal: tuple[int, Mapping[str, Any]] = (400, {})

    def __init__(self, clock: FakeClock, secrets: Mapping[str, str], line: Proxy) -> None:
        super().__init__(clock, secrets)
        self._line = line

    def lose_next_answer(self) -> None:
        """The connection closes before the first byte of the answer."""
        self._line.then(Fate.LOSE)

    def lose_next_request(self) -> None:
        """The connection is reset before the server receives the request."""
        self._line.then(Fate.RESET)

    def let_pass(self, requests: int) -> None:
        """They pass the proxy."""
        self._line.then(*[Fate.PASS] * requests)

    def lose_nothing(self) -> None:
        """All pass the proxy."""
        self._line.pass_all()

    def refuse_next_picture(self) -> None:
        """The proxy answers in the server's own form."""
        status, document = self.picture_refusal
        page = Page(
            status=status,
            body=json.dumps(document),
            content_type="application/json",
            path=self.picture_path,
            method="POST",
        )
        self._line.pages.append(page)

    def go_down(self) -> None:
        """Close the port."""
        self._line.refuse()

    def come_back(self) -> None:
        """Open the same port again."""
        self._line.accept()
