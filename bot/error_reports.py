"""How work that repeats reports an error, and goes on."""

from collections.abc import Callable

import structlog

OnError = Callable[[str, BaseException], None]
"""Is given the name of what failed, and its error."""


def report(on_error: OnError, name: str, error: BaseException) -> None:
    """Call `on_error`, and go on even where that fails: a full disk can stop the report as well."""
    try:
        on_error(name, error)
    except BaseException as second:  # noqa: BLE001 - a failing report never ends other work
        structlog.get_logger().error(
            "step_unreported", step=name, error=repr(error), report=repr(second)
        )
