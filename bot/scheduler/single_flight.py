"""A step of the bot's work, carried out again and again, but never beside itself."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import structlog

Action = Callable[[], None]
OnError = Callable[[str, BaseException], None]


def report(on_error: OnError, name: str, error: BaseException) -> None:
    """Tell `on_error`, and go on even where that fails: a full disk can stop the report as well."""
    try:
        on_error(name, error)
    except BaseException as second:  # noqa: BLE001 - one failing step never ends the others
        structlog.get_logger().error(
            "step_unreported", step=name, error=repr(error), report=repr(second)
        )


class SingleFlightJob:
    """An action under a name, and whether it is wanted and in hand.

    A wish that comes while the step waits its turn is met by that turn; one that comes while it
    runs leads to one more run, however many come. So whoever changed something and then wishes
    for the step can rely on a run that begins after the change. `give` has a turn carried out.
    """

    def __init__(self, name: str, give: Callable[[Action], None], on_error: OnError) -> None:
        self.name = name
        self._give = give
        self._on_error = on_error
        self._action: Action | None = None
        self._wanted = False
        self._in_hand = False
        self._lock = Lock()

    def become(self, action: Action | None) -> None:
        """From the next turn on do `action`; None: do nothing any more."""
        with self._lock:
            self._action = action

    def wish(self) -> None:
        """Have the step run soon."""
        with self._lock:
            waits, self._wanted = self._in_hand, True
            self._in_hand = True
        if not waits:
            self._give(self._turn)

    def _turn(self) -> None:
        """Run once, and take another turn if that was wished for meanwhile."""
        with self._lock:
            action, self._wanted = self._action, False
        if action is not None:
            self._run(action)
        with self._lock:
            again = self._in_hand = self._wanted
        if again:
            self._give(self._turn)

    def _run(self, action: Action) -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - no failing step ends itself, or others
            report(self._on_error, self.name, error)
