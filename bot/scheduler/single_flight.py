"""A job of the bot, run again and again, but never beside itself."""

from collections.abc import Callable
from threading import Lock

import structlog

Action = Callable[[], None]
OnError = Callable[[str, BaseException], None]


def report(on_error: OnError, name: str, error: BaseException) -> None:
    """Call `on_error`, and go on even where that fails: a full disk can stop the report as well."""
    try:
        on_error(name, error)
    except BaseException as second:  # noqa: BLE001 - one failing job never ends the others
        structlog.get_logger().error(
            "step_unreported", step=name, error=repr(error), report=repr(second)
        )


class SingleFlightJob:
    """A named action, whether a run of it is requested, and whether one is queued or running.

    Requests are coalesced: a queued run serves all requests that come before it starts; one that
    arrives during a run triggers one more run. So a request after a change is always followed by a
    run that starts after the change. `submit` has a run carried out.
    """

    def __init__(self, name: str, submit: Callable[[Action], None], on_error: OnError) -> None:
        self.name = name
        self._submit = submit
        self._on_error = on_error
        self._action: Action | None = None
        self._requested = False
        self._active = False
        self._lock = Lock()

    def set_action(self, action: Action | None) -> None:
        """Do `action` from the next run on; None: nothing."""
        with self._lock:
            self._action = action

    def request(self) -> None:
        """Have the job run soon."""
        with self._lock:
            was_active, self._requested = self._active, True
            self._active = True
        if not was_active:
            self._submit(self._run)

    def _run(self) -> None:
        """Run once, and submit another run if that was requested meanwhile."""
        with self._lock:
            action, self._requested = self._action, False
        if action is not None:
            try:
                action()
            except BaseException as error:  # noqa: BLE001 - a failing job ends neither itself nor others
                report(self._on_error, self.name, error)
        with self._lock:
            again = self._active = self._requested
        if again:
            self._submit(self._run)
