"""Log events: written with fields to standard error, without credentials or control characters.

Logging never waits and never fails, whatever is wrong with standard error: a thread writes the
lines (`line_writer`).
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from bot.bootstrap.settings.line_writer import LineWriter
from bot.bootstrap.settings.secrets import redacted
from bot.core.text.sanitize import shown

STANDARD_ERROR = 2

_writer: LineWriter | None = None
"""The writer to standard error, once that is configured."""


def configure(*, quiet: bool) -> None:
    """Write events of the bot to standard error: as JSON lines, or for people on a terminal."""
    global _writer  # noqa: PLW0603 - a process has one standard error, and one log
    on_terminal = sys.stderr.isatty()
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=True)
    if on_terminal:
        stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
        renderer = structlog.dev.ConsoleRenderer(colors=True, pad_event_to=20)
    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        stamp,
        _harmless,
        renderer,
    ]

    def rendered(logger: object, method: str, event: Any) -> str:
        try:
            for step in steps:
                event = step(logger, method, event)
            return str(event)
        except Exception:  # noqa: BLE001 - an event that cannot be written down stops no work
            writer.lose()
            raise structlog.DropEvent from None

    def lost_line(lines: int) -> str:
        log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[rendered])
        return str(log.warning("log_lines_lost", lines=lines))

    _writer = writer = LineWriter(STANDARD_ERROR, sys.stderr.encoding, lost_line)
    level = logging.ERROR if quiet else logging.INFO
    structlog.configure(
        processors=[rendered],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: _Lines(writer),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.CRITICAL)


def flush(within: float) -> None:
    """Wait `within` seconds at most until all events are written."""
    if _writer is not None:
        _writer.flush(within)


def problem() -> str | None:
    """Why the log cannot be written now, or None."""
    return None if _writer is None else _writer.problem


class _Lines:
    """The logger behind structlog's: each event becomes a line that waits to be written."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def msg(self, line: str) -> None:
        """Queue the line."""
        self._writer.put_text([line])

    debug = info = warning = error = critical = msg


def _harmless(_logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Every value as one line without control characters and without credentials; no empty ones."""
    return {key: _safe(value) for key, value in event.items() if value is not None}


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(shown(value))
    if isinstance(value, dict):
        return {name: _safe(one) for name, one in value.items()}
    return [_safe(one) for one in value] if isinstance(value, list | tuple) else value
