"""How log events are written: with fields, on standard error, and with nothing harmful in them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, MutableMapping
from functools import cache
from typing import Any

import structlog

from bot.core.blanking import Blanker
from bot.core.safe import shown

_secrets: set[str] = set()
"""What must never be written; filled as credentials are read, and only ever used to blank them."""


def keep_out(secrets: Iterable[str]) -> None:
    """Never write these into the log or the output, whoever hands them over."""
    _secrets.update(secrets)


@cache
def _blanker(secrets: frozenset[str]) -> Blanker:
    return Blanker(secrets)


def configure(*, quiet: bool) -> None:
    """Write events of the bot to standard error: as JSON lines, or for people on a terminal."""
    for_people = sys.stderr.isatty()
    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=True)
    if for_people:
        stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
        renderer = structlog.dev.ConsoleRenderer(colors=True, pad_event_to=20)
    level = logging.ERROR if quiet else logging.INFO
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            stamp,
            _harmless,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.CRITICAL)


def redacted(text: str) -> str:
    """The text without any credential, in whatever spelling."""
    return _blanker(frozenset(_secrets)).text(text)


def _harmless(_logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Every value as one line without control characters and without credentials; no empty ones."""
    return {key: _safe(value) for key, value in event.items() if value is not None}


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(shown(value))
    if isinstance(value, dict):
        return {name: _safe(one) for name, one in value.items()}
    return [_safe(one) for one in value] if isinstance(value, list | tuple) else value
