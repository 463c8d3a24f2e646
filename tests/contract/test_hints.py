"""Promises of every platform with push hints."""

import threading
import time
from queue import Queue

import pytest

from bot.core.errors import PlatformError

PATIENCE = 20.0


class Line:
    """Follows the hints on a separate thread."""

    def __init__(self, hints):
        self.hints: Queue[float] = Queue()
        self.error: Exception | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, args=(hints,), daemon=True)
        self._thread.start()
        self.hints.get(timeout=PATIENCE)  # it stands

    def _follow(self, hints):
        try:
            hints.hints(lambda: self.hints.put(time.monotonic()), self._over.is_set)
        except PlatformError as error:
            self.error = error

    def end(self):
        self._over.set()
        self._thread.join(PATIENCE)
        return not self._thread.is_alive()


@pytest.fixture
def line(hints):
    """An open stream."""
    opened = Line(hints)
    yield opened
    opened.end()


def test_something_was_said(network, publisher, line):
    """A reply gives a hint at once."""
    tip = publisher.publish(network.post("One word is enough."))
    while not line.hints.empty():
        line.hints.get()
    began = time.monotonic()
    network.person_posts("Is it?", reply_to=tip.remote_id)
    assert line.hints.get(timeout=PATIENCE) - began < 2


def test_it_ends_when_it_is_over(line):
    """The call returns soon after it is told to stop, even without any hint."""
    assert line.end()
    assert line.error is None


def test_a_door_that_is_closed(failing, hints):
    """Without valid credentials there are no hints, but an error."""
    failing.revoke()
    with pytest.raises(PlatformError):
        hints.hints(lambda: None, lambda: False)
