"""The streams of a running bot: told at once, tried again when they break, ended when it stops."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.bootstrap.running.streams import APART, Streams, Throttle
from bot.core.errors import Refused, RetryLater

PATIENCE = 20.0


class Network:
    """Hints that a test gives, and a stream that ends as it says."""

    def __init__(self, *ends):
        self.ends = list(ends)
        self.opened = 0
        self.closed = 0
        self._changed = threading.Condition()
        self._hints = 0

    def say(self):
        with self._changed:
            self._hints += 1
            self._changed.notify_all()

    def hints(self, hint, over):
        with self._changed:
            self.opened += 1
        if self.ends:
            end = self.ends.pop(0)
            if isinstance(end, Exception):
                raise end
        hint()
        seen = self._hints
        while not over():
            with self._changed:
                self._changed.wait(0.02)
                fresh, seen = self._hints > seen, self._hints
            if fresh:
                hint()
        self.closed += 1


class Bot:
    """Polls accounts after hints of their streams."""

    def __init__(self, **networks):
        self.networks = networks
        self.polled = []
        self.streams = Streams(
            port=self.networks.get,
            on_hint=self.polled.append,
            first_pause=timedelta(milliseconds=50),
        )

    def follow(self):
        self.streams.begin()
        self.streams.follow([*self.networks])


def becomes(happens):
    """Whether it happens in time."""
    end = time.monotonic() + PATIENCE
    while not happens():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def started():
    """Starts bots, and stops them at the end."""
    bots = []

    def start(**networks):
        bots.append(Bot(**networks))
        bots[-1].follow()
        return bots[-1]

    yield start
    for bot in bots:
        bot.streams.stop()


def test_a_hint_has_its_account_heard(started):
    """Whatever a stream tells has its own account listened to, and so has its beginning."""
    town, village = Network(), Network()
    bot = started(town=town, village=village, site=None)
    assert becomes(lambda: sorted(bot.polled) == ["town", "village"])
    time.sleep(APART.total_seconds())
    village.say()
    assert becomes(lambda: bot.polled.count("village") == 2)
    assert bot.polled.count("town") == 1


def test_a_flood_of_hints(started):
    """A flood of replies leads to few questions, and to one after the last of them."""
    town = Network()
    bot = started(town=town)
    assert becomes(lambda: bot.polled)
    for _ in range(100):
        town.say()
        time.sleep(0.002)
    assert becomes(lambda: len(bot.polled) == 2)
    time.sleep(APART.total_seconds() + 0.2)
    assert len(bot.polled) <= 3


def test_a_stream_that_breaks_is_followed_again():
    """It is said once that a stream is lost, and once that it is back."""
    broken = RetryLater("the stream has ended", "it is tried again")
    town = Network(broken, broken, ValueError("odd"))
    bot = Bot(town=town)
    with capture_logs() as lines:
        bot.follow()
        assert becomes(lambda: bot.polled)
        bot.streams.stop()
    assert town.opened == 4
    assert [line["event"] for line in lines] == ["stream_lost", "stream_back"]
    assert lines[0]["reason"] == "the stream has ended; it is tried again"


def test_the_pauses_grow(started):
    """A stream that does not come back is tried ever more rarely."""
    town = Network(*[RetryLater("down")] * 100)
    started(town=town)
    time.sleep(1)
    assert 3 <= town.opened <= 6


def test_where_there_is_none_it_is_hardly_tried_again(started):
    """A server that has no stream is not asked for it again and again."""
    town = Network(*[Refused("no stream")] * 100)
    bot = started(town=town)
    time.sleep(0.5)
    assert (town.opened, bot.polled) == (1, [])


def test_another_adapter(started):
    """An account whose adapter was made anew has its stream followed anew; one that left, no more."""
    old, new, left = Network(), Network(), Network()
    bot = started(town=old, village=left)
    assert becomes(lambda: len(bot.polled) == 2)
    bot.networks["town"] = new
    del bot.networks["village"]
    bot.follow()
    assert becomes(lambda: (new.opened, old.closed, left.closed) == (1, 1, 1))
    bot.follow()
    time.sleep(0.1)
    assert (new.opened, old.opened) == (1, 1)


def test_the_end(started):
    """Once stopped, every stream is let go of and none is begun, whatever the file says then."""
    town = Network()
    bot = started(town=town)
    assert becomes(lambda: town.opened)
    bot.streams.stop()
    assert becomes(lambda: town.closed)
    bot.streams.follow(["town"])
    town.say()
    time.sleep(0.1)
    assert town.opened == 1


def test_before_the_beginning():
    """A bot that only looks follows no stream."""
    town = Network()
    Bot(town=town).streams.follow(["town"])
    time.sleep(0.1)
    assert town.opened == 0


def test_spaced_never_forgets_the_last_wish():
    """What was wished for while it had to wait is done at the end of the pause, once."""
    done = []
    throttle = Throttle(action=lambda: done.append(time.monotonic()), apart=timedelta(seconds=0.3))
    for _ in range(5):
        throttle.request()
    assert len(done) == 1
    assert becomes(lambda: len(done) == 2)
    assert done[1] - done[0] >= 0.3
    time.sleep(0.4)
    assert len(done) == 2
