"""What stands around the fixture's bot while it is made: operator, networks, and the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from tests.recorded.copy import BEHIND_A_PROXY, SITE
from tests.recorded.settings import TIPS
from tests.servers.mastodon import BOT, MastodonServer, mastodon_server
from tests.servers.x import XServer
from tests.whole.accounts import secrets
from tests.whole.operator import Operator, await_that, free_port
from tests.whole.stored_data import StoredData

BEGIN = datetime(2026, 3, 2, 8, 50, tzinfo=UTC)
"""A Monday, ten minutes before the first tip."""
PEOPLE = ("alice", "bob", "carol", "dave", "erin")


@dataclass(kw_only=True)
class Around:
    """The bot's operator, the networks, and the time of all of them."""

    operator: Operator
    mastodon: MastodonServer
    x: XServer
    clock: time_machine.Traveller
    known: dict[str, dict[str, object]] = field(default_factory=dict)
    _ahead: timedelta = timedelta(0)

    @property
    def books(self) -> StoredData:
        """What the bot has written down."""
        return StoredData(data=self.operator.home / "data")

    def later(self, **by: float) -> None:
        """Let time pass, for everybody."""
        self.clock.shift(timedelta(**by))
        self._ahead += timedelta(**by)
        self.set_clocks()

    def set_clocks(self, by: timedelta = timedelta(0)) -> None:
        """Tell the commands what time it is."""
        self._ahead += by
        assert self.operator.ahead is not None
        self.operator.ahead.write_text(str(self._ahead.total_seconds()))

    def does(self, *words: str) -> str:
        """Give a command; what it said, on both streams."""
        done = self.operator.does(*words)
        return done.out + done.err

    def hears(self, *texts: str) -> None:
        """Wait until these words are in the log."""
        await_that(lambda: all(text in self.does("log") for text in texts))

    def entry(self, text: str) -> str:
        """The number of the entry with these words."""
        query = "SELECT id FROM entry WHERE text LIKE ?"
        (row,) = self.books.rows(query, f"%{text}%")
        return str(row["id"])


@contextmanager
def beginning(home: Path) -> Iterator[Around]:
    """The operator, who has saved the file, on the Monday on which everything begins."""
    with ExitStack() as stack:
        real = datetime.now(UTC)
        clock = stack.enter_context(time_machine.travel(BEGIN, tick=True))
        mastodon = stack.enter_context(mastodon_server(users=(BOT, *PEOPLE)))
        x = stack.enter_context(XServer(username="tips"))
        ahead = home.parent / "ahead"
        operator = Operator(home=home, port=free_port(), ahead=ahead, secrets=secrets(mastodon, x))
        operator.secrets |= BEHIND_A_PROXY
        made = Around(operator=operator, mastodon=mastodon, x=x, clock=clock)
        made.set_clocks(BEGIN - real)
        operator.write(TIPS.format(site=SITE, mastodon=mastodon.url, x=x.url))
        yield made
